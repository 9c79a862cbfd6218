use serde_json::{Value, json};

use super::*;
use crate::domain::{RepositoryId, Stream};
use crate::store::raw::{self, Record};
use crate::store::{Mode, runs};

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn zelda() -> Whom {
    Whom {
        logins: set(&["Zelda-Q"]),
        numbers: BTreeSet::from([4711]),
        nodes: set(&["U_zq"]),
        addresses: set(&["zelda.quint@acme.example", "root@localhost"]),
        names: set(&["Zelda Quint"]),
        said: set(&["Zelda-Q", "Zelda Quint", "Quint Zelda"]),
        site: Some("github.com".to_owned()),
        merges_names: false,
    }
}

/// Somebody whose login is a word of the wire.
fn open() -> Whom {
    Whom {
        logins: set(&["open", "main"]),
        addresses: set(&["o@acme.example"]),
        ..Whom::default()
    }
}

fn forgotten() -> Forgotten {
    let key = || Key::random().unwrap();
    let first = key();
    Forgotten::default()
        .with(first.clone(), &zelda())
        .with(first, &open())
}

#[test]
fn a_signature_is_theirs_by_address_by_noreply_address_or_by_name_and_local_part() {
    let forgotten = forgotten();
    let check = |name: &str, email: &str, expected: Option<u32>| {
        let found = forgotten.signature(name, email);
        assert_eq!(found, expected.map(StandIn), "{name} <{email}>");
    };
    check("zq", "Zelda.Quint@acme.example ", Some(1));
    check("x", "4711+new-name@users.noreply.github.com", Some(1));
    check("x", "zelda-q@users.noreply.github.com", Some(1));
    check("Zelda Quint", "zelda.quint@home.example", Some(1));
    check("Zelda Quint", "root@localhost", Some(1));
    check("o", "o@acme.example", Some(2));
    // Whoever else is root, another account, another server, another person of that name.
    check("Ada Byron", "root@localhost", None);
    check("x", "4712+zelda-q@users.noreply.github.com", None);
    check("x", "4711+zelda-q@users.noreply.ghes.acme.example", None);
    check("Zelda Quint", "zq@elsewhere.example", None);
    check("", "", None);
}

#[test]
fn texts_lose_names_addresses_and_mentions_at_the_ends_of_words() {
    let forgotten = forgotten();
    let check = |text: &str, expected: &str| {
        assert_eq!(forgotten.text(text), expected, "{text}");
    };
    check("thanks @zelda-q!", "thanks [forgotten]!");
    check("ZELDA-Q and Zelda  Quint", "[forgotten] and [forgotten]");
    check("Quint, Zelda wrote it", "[forgotten] wrote it");
    check("zelda-q/fix-it", "[forgotten]/fix-it");
    check("zelda_quint.md", "[forgotten].md");
    check(
        "Co-authored-by: Zelda Quint <zelda.quint@acme.example>",
        "Co-authored-by: [forgotten] <[forgotten]>",
    );
    check("mail to zelda.quint@acme.example.", "mail to [forgotten].");
    check("4711+zelda-q@users.noreply.github.com", "[forgotten]");
    check(
        "zelda.quint@elsewhere.example",
        "[forgotten]@elsewhere.example",
    );
    for other in [
        "zelda",
        "Quint",
        "zelda-quality",
        "xzelda-q",
        "Zelda was here. Quint was not",
        "open the main door, reopened",
        "büro",
        "",
    ] {
        check(other, other);
    }
    // A word of every day is somebody only where the text says so.
    check("ask @open or @main.", "ask [forgotten] or [forgotten].");
    // What has been taken out stays as it is.
    check("[forgotten] and ghost", "[forgotten] and ghost");
}

#[test]
fn an_account_becomes_a_stand_in_and_no_state_key_or_id_is_touched() {
    let forgotten = forgotten();
    let account = |login: &str, number: u64| json!({"__typename": "User", "login": login, "id": "U_x", "databaseId": number, "name": "N"});
    let mut record = Record {
        shape: "PullRequests".to_owned(),
        id: "open".to_owned(),
        node: json!({
            "__typename": "PullRequest", "id": "PR_open", "number": 4711, "state": "open", "open": "main",
            "baseRefName": "main", "headRefName": "zelda-q/fix", "title": "open @open main", "url": "https://x/zelda-q",
            "author": account("ZELDA-q", 4711), "mergedBy": account("renamed", 4711), "taken": account("zelda-q", 9),
            "reviewer": {"__typename": "User", "login": "open"}, "team": {"__typename": "Team", "slug": "main"},
            "commits": {"nodes": [
                {"commit": {"oid": "1", "author": {"name": "Z", "email": "zelda.quint@acme.example", "user": null}}},
                {"commit": {"oid": "2", "author": {"name": "x", "email": "y@z.example", "user": account("zelda-q", 4711)}}},
                {"commit": {"oid": "3", "author": {"name": "Zelda Quint", "email": "unseen@z.example", "user": null}}},
                {"commit": {"oid": "4", "author": {"name": null, "email": null, "user": null}}},
            ]},
            "files": {"nodes": [{"path": "zelda-q/notes.md"}]},
        }),
        tails: vec![(
            "reviews".to_owned(),
            json!({"nodes": [{"state": "APPROVED", "body": "Zelda Quint, open", "author": account("zelda-q", 4711)}]}),
        )],
    };
    assert!(forgotten.redact(&mut record));
    let ghost = |n: u32| {
        let login = StandIn(n).login();
        json!({"__typename": "User", "login": login, "id": login, "databaseId": null, "name": null})
    };
    let git = |user: Value| json!({"name": "ghost", "email": StandIn(1).address(), "user": user});
    let expected = json!({
        "__typename": "PullRequest", "id": "PR_open", "number": 4711, "state": "open", "open": "main",
        "baseRefName": "main", "headRefName": "[forgotten]/fix", "title": "open [forgotten] main", "url": "https://x/zelda-q",
        "author": ghost(1), "mergedBy": ghost(1), "taken": account("zelda-q", 9),
        "reviewer": {"__typename": "User", "login": StandIn(2).login()}, "team": {"__typename": "Team", "slug": "main"},
        "commits": {"nodes": [
            {"commit": {"oid": "1", "author": git(Value::Null)}},
            {"commit": {"oid": "2", "author": git(ghost(1))}},
            {"commit": {"oid": "3", "author": git(Value::Null)}},
            {"commit": {"oid": "4", "author": {"name": null, "email": null, "user": null}}},
        ]},
        "files": {"nodes": [{"path": "zelda-q/notes.md"}]},
    });
    assert_eq!(record.node, expected);
    assert_eq!(record.id, "open");
    assert_eq!(
        record.tails[0].1,
        json!({"nodes": [{"state": "APPROVED", "body": "[forgotten], open", "author": ghost(1)}]})
    );
    assert!(!forgotten.redact(&mut record.clone()), "once is enough");
}

#[test]
fn who_is_forgotten_under_a_second_address_is_one_where_the_same_name_makes_one() {
    let key = Key::random().unwrap();
    let first = Forgotten::default().with(key.clone(), &zelda());
    let second = |merges_names, number: Option<u64>| Whom {
        addresses: set(&["q@other.example"]),
        names: set(&["zelda quint"]),
        numbers: number.into_iter().collect(),
        merges_names,
        ..Whom::default()
    };
    let check = |whom: &Whom, expected: u32| {
        let both = first.with(key.clone(), whom);
        assert_eq!(both.who("q@other.example"), Some(StandIn(expected)));
        assert_eq!(both.who("@zelda-q"), Some(StandIn(1)));
    };
    check(&second(true, None), 1);
    check(&second(false, None), 2);
    // Two accounts are two people, whatever they are called.
    check(&second(true, Some(9)), 2);
}

fn record(number: u64, login: &str) -> Record {
    Record {
        shape: "Issues".to_owned(),
        id: format!("I_{number}"),
        node: json!({"number": number, "title": format!("{login} asks"), "author": {"login": login}}),
        tails: Vec::new(),
    }
}

fn texts(store: &Store) -> Vec<String> {
    let mut found = Vec::new();
    raw::read_latest(store, RepositoryId(0), Stream::Issues, |record| {
        found.push(record.node.to_string());
    })
    .unwrap();
    found
}

fn write(store: &Store, records: &[Record]) {
    raw::write(store, RepositoryId(0), Stream::Issues, records).unwrap();
}

#[test]
fn who_is_forgotten_is_erased_stays_out_and_is_named_nowhere_in_the_list() {
    let root = tempfile::tempdir().unwrap();
    let open = |mode| Store::open(root.path(), mode).unwrap();
    let store = open(Mode::Write);
    write(&store, &[record(1, "zelda-q"), record(2, "ada")]);
    store.commit_file("facts/findings.json", b"{}").unwrap();
    store.commit_file("mined/0.state", b"zelda-q").unwrap();
    runs::write(&store, b"{}", &[]).unwrap();
    let erased = store.forget(&zelda()).unwrap();
    assert_eq!((erased.n_records, erased.n_runs), (1, 1));
    for part in ["facts/", "mined/", "runs/"] {
        assert!(store.files_below(part).is_empty(), "{part}");
    }
    write(&store, &[record(3, "Zelda-Q")]);
    store.clear().unwrap();
    drop(store);
    // Also of a store that was emptied since.
    let store = open(Mode::Write);
    write(&store, &[record(4, "zelda-q"), record(5, "ada")]);
    let found = texts(&store).join("\n").to_lowercase();
    assert!(
        !found.contains("zelda") && found.contains("ada asks"),
        "{found}"
    );
    assert!(found.contains("[forgotten] asks"), "{found}");
    let list = std::fs::read_to_string(root.path().join(FORGOTTEN_FILE)).unwrap();
    for name in ["zelda", "quint", "4711", "acme"] {
        assert!(!list.to_lowercase().contains(name), "{list}");
    }
    drop(store);
    // Without its key nobody could be kept out: that is told, and nothing is written.
    std::fs::remove_file(root.path().join(crate::store::KEY_FILE)).unwrap();
    for mode in [Mode::Read, Mode::Write] {
        let found = Store::open(root.path(), mode);
        assert!(matches!(found, Err(Error::Damaged { .. })), "{found:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_the_others_are_written_anew() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path(), Mode::Write).unwrap();
    store.repository_id_of_key("acme/widgets").unwrap();
    for number in 1..3 {
        write(&store, &[record(number, "zelda-q")]);
    }
    let broken = root.path().join("raw/0/issues/00000001.jsonl.zst");
    std::fs::write(&broken, b"zelda-q").unwrap();
    let forgotten = store.would_forget(&zelda()).unwrap();
    let told = store.would_erase(&forgotten).unwrap();
    let erased = store.forget(&zelda()).unwrap();
    assert_eq!(erased, told);
    assert_eq!((erased.n_records, erased.unread), (1, vec![broken]));
}

#[test]
fn whatever_instant_a_kill_falls_on_the_next_writer_ends_what_was_begun() {
    let mut n_steps = 0;
    loop {
        let root = tempfile::tempdir().unwrap();
        let open = |mode| Store::open(root.path(), mode);
        let store = open(Mode::Write).unwrap();
        store.repository_id_of_key("acme/widgets").unwrap();
        for number in 1..4 {
            write(&store, &[record(number, "zelda-q")]);
        }
        store
            .commit_file("facts/people/all.parquet", b"zelda-q")
            .unwrap();
        store
            .commit_file(crate::store::facts::INPUTS, b"inputs")
            .unwrap();
        store.fail_after(n_steps);
        let is_done = store.forget(&zelda()).is_ok();
        drop(store);
        let was_said = !open(Mode::Read).unwrap().forgotten().is_empty();
        if was_said && !is_done {
            let read = crate::store::reading(root.path(), || {}, |_| Ok::<_, Error>(()));
            let is_finished = !open(Mode::Read).unwrap().forgotten().is_unfinished();
            assert!(
                is_finished || matches!(read, Err(Error::Unfinished { .. })),
                "{n_steps}"
            );
        }
        let store = open(Mode::Write).unwrap();
        if !was_said {
            // It was not said yet: nothing is erased, and it is said again.
            assert_eq!(texts(&store).len(), 3, "{n_steps}");
            assert!(store.read(crate::store::facts::INPUTS).unwrap().is_some());
            store.forget(&zelda()).unwrap();
        }
        assert!(!store.forgotten().is_unfinished(), "{n_steps}");
        let found = texts(&store);
        assert_eq!(found.len(), 3, "{n_steps}");
        assert!(!found.join("").contains("zelda"), "{n_steps}: {found:?}");
        assert!(store.files_below("facts/").is_empty(), "{n_steps}");
        if is_done {
            assert!(n_steps > 20, "{n_steps}");
            break;
        }
        n_steps += 1;
    }
}
