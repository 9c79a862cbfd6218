//! The store on its own: what is committed is there, what is not was never there.

use std::path::Path;

use linchpin::domain::{RepositoryId, Stream};
use linchpin::store::raw::{self, Record};
use linchpin::store::{Error, Mode, Store};
use serde_json::json;

use super::github::directory;

fn open(root: &Path) -> Store {
    Store::open(root, Mode::Write).unwrap()
}

fn record(id: &str, title: &str) -> Record {
    Record {
        shape: "Test".into(),
        id: id.into(),
        node: json!({"title": title}),
        tails: Vec::new(),
    }
}

fn titles(store: &Store) -> (Vec<String>, usize) {
    let mut titles = Vec::new();
    let gaps = raw::read_latest(store, RepositoryId(0), Stream::Issues, |record| {
        titles.push(record.node["title"].as_str().unwrap().to_owned());
    })
    .unwrap();
    (titles, gaps.len())
}

#[test]
fn a_replacement_is_the_old_file_or_the_new_one_at_every_step() {
    for steps in 0..20 {
        let directory = directory();
        let root = directory.path().join("store");
        let store = open(&root);
        store.commit_file("facts/people.parquet", b"old").unwrap();
        store.fail_after(steps);
        let done = store.commit_file("facts/people.parquet", b"new");
        drop(store);
        let read = Store::open(&root, Mode::Read)
            .unwrap()
            .read("facts/people.parquet")
            .unwrap()
            .unwrap();
        assert!(read == b"old" || read == b"new", "{steps}");
        assert!(
            done.is_err() || read == b"new",
            "what was reported as committed is there"
        );
        let again = open(&root);
        assert!(
            [b"old", b"new"].iter().any(|bytes| again
                .read("facts/people.parquet")
                .unwrap()
                .unwrap()
                == bytes.as_slice())
        );
        again.commit_file("facts/people.parquet", b"newer").unwrap();
        assert_eq!(
            again.read("facts/people.parquet").unwrap().unwrap(),
            b"newer"
        );
    }
}

#[test]
fn what_the_manifest_does_not_name_was_never_there() {
    let directory = directory();
    let root = directory.path().join("store");
    let store = open(&root);
    raw::write(
        &store,
        RepositoryId(0),
        Stream::Issues,
        &[record("I_1", "one")],
    )
    .unwrap();
    drop(store);
    std::fs::write(root.join("raw/0/issues/00000002.jsonl.zst"), b"half a fi").unwrap();
    std::fs::write(root.join("raw/0/issues/.00000003.jsonl.zst.tmp"), b"half").unwrap();
    // A line of the manifest that was cut off names nothing either.
    let manifest = std::fs::read(root.join("manifest.jsonl")).unwrap();
    std::fs::write(
        root.join("manifest.jsonl"),
        [manifest.as_slice(), b"{\"path\":\"raw/0/iss"].concat(),
    )
    .unwrap();
    let store = open(&root);
    assert_eq!(titles(&store), (vec!["one".to_owned()], 0));
    assert!(!root.join("raw/0/issues/00000002.jsonl.zst").exists());
    assert!(!root.join("raw/0/issues/.00000003.jsonl.zst.tmp").exists());
    raw::write(
        &store,
        RepositoryId(0),
        Stream::Issues,
        &[record("I_2", "two")],
    )
    .unwrap();
    drop(store);
    assert_eq!(titles(&open(&root)).0, ["one", "two"]);
}

#[test]
fn the_newest_record_of_a_node_counts() {
    let directory = directory();
    let store = open(&directory.path().join("store"));
    raw::write(
        &store,
        RepositoryId(0),
        Stream::Issues,
        &[record("I_1", "one"), record("I_2", "two")],
    )
    .unwrap();
    raw::write(
        &store,
        RepositoryId(0),
        Stream::Issues,
        &[record("I_1", "one, changed")],
    )
    .unwrap();
    raw::write(
        &store,
        RepositoryId(1),
        Stream::Issues,
        &[record("I_1", "another repository")],
    )
    .unwrap();
    assert_eq!(titles(&store).0, ["two", "one, changed"]);
    assert_eq!(
        raw::count(&store, RepositoryId(0), Stream::Issues).unwrap(),
        2
    );
}

#[test]
fn another_version_is_refused_and_left_alone() {
    let directory = directory();
    let root = directory.path().join("store");
    open(&root).commit_file("facts/x", b"x").unwrap();
    std::fs::write(root.join("version"), "99\n").unwrap();
    for mode in [Mode::Read, Mode::Write] {
        match Store::open(&root, mode) {
            Err(Error::Version { found, .. }) => assert_eq!(found, "99"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        std::fs::read_to_string(root.join("version")).unwrap(),
        "99\n"
    );
    assert_eq!(std::fs::read(root.join("facts/x")).unwrap(), b"x");
}

#[test]
fn reading_needs_a_store_and_changes_nothing() {
    let directory = directory();
    let root = directory.path().join("store");
    assert!(matches!(
        Store::open(&root, Mode::Read),
        Err(Error::Missing { .. })
    ));
    assert!(!root.exists());
    drop(open(&root));
    let store = Store::open(&root, Mode::Read).unwrap();
    assert!(matches!(
        store.commit_file("facts/x", b"x"),
        Err(Error::ReadOnly { .. })
    ));
}

#[test]
fn a_store_that_cannot_be_made_says_where() {
    let directory = directory();
    let file = directory.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let error = Store::open(&file.join("store"), Mode::Write).unwrap_err();
    assert!(error.to_string().contains("file/store"), "{error}");
}

#[test]
fn keys_are_handed_out_once() {
    let directory = directory();
    let root = directory.path().join("store");
    let store = open(&root);
    let name = "acme/widgets".parse().unwrap();
    assert_eq!(store.repository_id(&name).unwrap(), RepositoryId(0));
    assert_eq!(
        store
            .repository_id_of_key("a clone without a remote")
            .unwrap(),
        RepositoryId(1)
    );
    assert_eq!(
        store
            .repository_id(&"Acme/Widgets".parse().unwrap())
            .unwrap(),
        RepositoryId(0)
    );
    drop(store);
    let store = open(&root);
    assert_eq!(
        store
            .repository_id_of_key("a clone without a remote")
            .unwrap(),
        RepositoryId(1)
    );
    assert_eq!(
        store.bind("acme/widgets", Some("R_1")).unwrap(),
        RepositoryId(0)
    );
    assert_eq!(
        store.bind("acme/renamed", Some("R_1")).unwrap(),
        RepositoryId(0)
    );
    assert_eq!(
        store.bind("acme/widgets", Some("R_2")).unwrap(),
        RepositoryId(2)
    );
    assert_eq!(
        store.repository_id(&name).unwrap(),
        RepositoryId(2),
        "the name now means the new one"
    );
}
