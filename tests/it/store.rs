//! The store on its own: what is committed is there, what is not was never there.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use linchpin::domain::{RepositoryId, Stream};
use linchpin::store::facts::{Derived, INPUTS};
use linchpin::store::raw::{self, Record};
use linchpin::store::{Error, Mode, Store, checksum, reading};
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
fn of_files_committed_together_each_is_the_old_one_or_the_new_one_at_every_step() {
    const OLD: [&str; 2] = ["facts/people/all.parquet", "facts/commits/0.parquet"];
    const NEW: [&str; 2] = ["facts/files/0.parquet", "facts/tags/0.parquet"];
    let mut steps = 0;
    loop {
        let directory = directory();
        let root = directory.path().join("store");
        let store = open(&root);
        store
            .commit_files(&OLD.map(|path| (path.to_owned(), b"old")))
            .unwrap();
        store.fail_after(steps);
        let paths = OLD.into_iter().chain(NEW);
        let files: Vec<_> = paths.map(|path| (path.to_owned(), b"new")).collect();
        let done = store.commit_files(&files);
        drop(store);
        // Whoever looks first, and whoever cleans up before.
        for mode in [Mode::Read, Mode::Write] {
            let store = Store::open(&root, mode).unwrap();
            assert!(store.recovered().is_empty(), "{steps}");
            for path in OLD {
                let read = store.read(path).unwrap().unwrap();
                assert!(
                    read == b"new" || done.is_err() && read == b"old",
                    "{steps} {path}"
                );
            }
            for path in NEW {
                let read = store.read(path).unwrap();
                let is_there = read.as_deref() == Some(b"new".as_slice());
                assert!(
                    is_there || done.is_err() && read.is_none(),
                    "{steps} {path}"
                );
            }
        }
        let again = open(&root);
        again.commit_files(&files).unwrap();
        assert!(
            files
                .iter()
                .all(|(path, _)| again.read(path).unwrap().unwrap() == b"new")
        );
        let is_leftover = |name: &std::ffi::OsStr| name.to_string_lossy().ends_with(".tmp");
        for (path, _) in &files {
            let beside = root.join(path).parent().unwrap().read_dir().unwrap();
            assert!(
                beside
                    .into_iter()
                    .all(|entry| !is_leftover(&entry.unwrap().file_name()))
            );
        }
        if done.is_ok() {
            break;
        }
        steps += 1;
    }
    assert!(steps > 8, "{steps}");
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

/// A store with two repositories, of which one has several files of a stream.
fn filled(root: &Path) {
    let store = open(root);
    for (id, name) in [(0, "acme/widgets"), (1, "acme/gadgets")] {
        assert_eq!(
            store.bind(name, Some(&format!("R_{id}"))).unwrap(),
            RepositoryId(id)
        );
        let node = json!({"nameWithOwner": name});
        let described = Record {
            shape: "Repository".into(),
            id: format!("R_{id}"),
            node,
            tails: Vec::new(),
        };
        raw::write(&store, RepositoryId(id), Stream::Repository, &[described]).unwrap();
    }
    for k in 0..4 {
        let records = [
            record("I_1", &format!("one, version {k}")),
            record(&format!("I_2{k}"), &format!("two {k}")),
        ];
        raw::write(&store, RepositoryId(0), Stream::Issues, &records).unwrap();
    }
    store
        .commit_file("facts/people/all.parquet", b"derived")
        .unwrap();
}

fn sorted(store: &Store) -> Vec<String> {
    let (mut found, n_gaps) = titles(store);
    assert_eq!(n_gaps, 0);
    found.sort();
    found
}

#[test]
fn an_older_version_is_brought_up_to_date_and_a_cut_there_changes_nothing() {
    let directory = directory();
    let root = directory.path().join("store");
    filled(&root);
    let before = sorted(&open(&root));
    super::cli::make_old(&root);
    assert!(matches!(
        Store::open(&root, Mode::Read),
        Err(Error::Outdated { found: 1, .. })
    ));
    assert_eq!(sorted(&open(&root)), before);
    assert_eq!(
        std::fs::read_to_string(root.join("version")).unwrap(),
        "2\n"
    );
    let manifest = std::fs::read_to_string(root.join("manifest.jsonl")).unwrap();
    assert!(manifest.lines().all(|line| line.contains('\t')));
    // Cut between the new manifest and the new version: the step is done again.
    std::fs::write(root.join("version"), "1\n").unwrap();
    assert_eq!(sorted(&open(&root)), before);
    assert!(open(&root).recovered().is_empty());
    // Cut in the middle of the new manifest's temporary file.
    super::cli::make_old(&root);
    std::fs::write(root.join(".manifest.jsonl.tmp"), b"{\"path\":\"ra").unwrap();
    assert_eq!(sorted(&open(&root)), before);
}

#[test]
fn a_manifest_with_any_bit_flipped_costs_no_raw_answer() {
    let directory = directory();
    let root = directory.path().join("store");
    filled(&root);
    let before = sorted(&open(&root));
    let path = root.join("manifest.jsonl");
    let sound = std::fs::read(&path).unwrap();
    let mut n_rebuilt = 0;
    for at in (0..sound.len()).step_by(7) {
        let mut flipped = sound.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).unwrap();
        for mode in [Mode::Read, Mode::Write] {
            let store = Store::open(&root, mode).unwrap();
            assert_eq!(sorted(&store), before, "byte {at}");
            assert_eq!(store.repositories().len(), 2, "byte {at}");
            n_rebuilt += usize::from(!store.recovered().is_empty());
        }
        // What is derived is made again in full, or was not touched.
        open(&root)
            .commit_file("facts/people/all.parquet", b"derived")
            .unwrap();
    }
    assert!(n_rebuilt > 100, "{n_rebuilt}");
}

#[test]
fn a_raw_file_that_is_damaged_with_the_manifest_is_named_and_fetched_again() {
    let directory = directory();
    let root = directory.path().join("store");
    filled(&root);
    let raw_file = root.join("raw/0/issues/00000002.jsonl.zst");
    let bytes = std::fs::read(&raw_file).unwrap();
    std::fs::write(&raw_file, &bytes[..bytes.len() / 2]).unwrap();
    std::fs::write(root.join("manifest.jsonl"), b"junk\n").unwrap();
    let store = open(&root);
    assert!(!raw::is_sound(&store, RepositoryId(0), Stream::Issues).unwrap());
    assert!(raw::is_sound(&store, RepositoryId(1), Stream::Repository).unwrap());
    let subjects: Vec<String> = store
        .recovered()
        .into_iter()
        .map(|gap| gap.subject)
        .collect();
    assert_eq!(
        subjects,
        ["manifest.jsonl", "raw/0/issues/00000002.jsonl.zst"]
    );
}

#[test]
fn a_lost_list_of_repositories_is_made_again_with_the_same_keys() {
    let damage: [fn(&Path); 3] = [
        |path| std::fs::write(path, b"[{\"id\": 0").unwrap(),
        |path| std::fs::remove_file(path).unwrap(),
        |path| std::fs::write(path, b"").unwrap(),
    ];
    for damage in damage {
        let directory = directory();
        let root = directory.path().join("store");
        filled(&root);
        damage(&root.join("repositories.json"));
        assert_eq!(
            Store::open(&root, Mode::Read).unwrap().repositories().len(),
            2
        );
        let store = open(&root);
        let gaps: Vec<_> = store
            .recovered()
            .into_iter()
            .map(|gap| gap.reason)
            .collect();
        assert_eq!(gaps, ["rebuilt"]);
        assert_eq!(
            store.bind("acme/gadgets", Some("R_1")).unwrap(),
            RepositoryId(1)
        );
        assert_eq!(store.bind("acme/widgets", None).unwrap(), RepositoryId(0));
        assert_eq!(
            store.bind("acme/third", Some("R_3")).unwrap(),
            RepositoryId(2)
        );
        drop(store);
        assert!(open(&root).recovered().is_empty(), "mended for good");
    }
}

#[test]
fn compaction_keeps_the_newest_line_of_each_node_whenever_it_is_killed() {
    let mut n_kills = 0;
    loop {
        let directory = directory();
        let root = directory.path().join("store");
        filled(&root);
        let store = open(&root);
        let before = sorted(&store);
        assert_eq!(before.len(), 5);
        store.fail_after(n_kills);
        let done = raw::compact(&store, RepositoryId(0), Stream::Issues);
        drop(store);
        let store = open(&root);
        assert_eq!(sorted(&store), before, "kill {n_kills}");
        raw::compact(&store, RepositoryId(0), Stream::Issues).unwrap();
        assert_eq!(sorted(&store), before, "kill {n_kills}, compacted again");
        assert_eq!(store.files_below("raw/0/issues/").len(), 1);
        raw::write(
            &store,
            RepositoryId(0),
            Stream::Issues,
            &[record("I_1", "newest")],
        )
        .unwrap();
        assert!(sorted(&store).contains(&"newest".to_owned()));
        assert_eq!(sorted(&store).len(), 5);
        if done.is_ok() {
            break;
        }
        n_kills += 1;
    }
    println!("compaction killed at each of {n_kills} steps");
    assert!(n_kills > 8, "{n_kills}");
}

#[test]
fn a_damaged_stream_is_not_compacted() {
    let directory = directory();
    let root = directory.path().join("store");
    filled(&root);
    let damaged = root.join("raw/0/issues/00000002.jsonl.zst");
    std::fs::write(&damaged, b"damaged").unwrap();
    let store = open(&root);
    raw::compact(&store, RepositoryId(0), Stream::Issues).unwrap();
    assert_eq!(store.files_below("raw/0/issues/").len(), 4);
    assert!(damaged.exists());
}

/// Puts facts in place the way a run does.
fn derive(store: &Store, generation: &str) -> Result<(), linchpin::store::facts::Error> {
    let mut derived = Derived::default();
    for path in FACTS {
        derived.add_file(store, path, format!("{path} {generation}").as_bytes())?;
    }
    derived.commit(store, generation)
}

const FACTS: [&str; 4] = [
    "facts/people/all.parquet",
    "facts/commits/0.parquet",
    "facts/findings.json",
    "facts/identity.json",
];

/// The generations that a reader finds, of each file one.
fn generations(root: &Path) -> Result<Vec<String>, Error> {
    reading(
        root,
        || {},
        |store| {
            FACTS
                .into_iter()
                .chain([INPUTS])
                .map(|path| {
                    let bytes = store.read(path)?.unwrap_or_default();
                    let text = String::from_utf8(bytes).unwrap();
                    Ok(text.rsplit(' ').next().unwrap().to_owned())
                })
                .collect()
        },
    )
}

#[test]
fn facts_are_those_of_before_or_those_of_now_or_known_for_unfinished_at_every_step() {
    let (mut steps, mut n_unfinished) = (0, 0);
    loop {
        let directory = directory();
        let root = directory.path().join("store");
        let store = open(&root);
        derive(&store, "old").unwrap();
        store.fail_after(steps);
        let done = derive(&store, "new");
        drop(store);
        let mut check = || match generations(&root) {
            Ok(found) => {
                let first = found[0].clone();
                assert!(found.iter().all(|one| *one == first), "{steps}: {found:?}");
                assert!(done.is_err() || first == "new", "{steps}: {found:?}");
            }
            Err(Error::Unfinished { .. }) => n_unfinished += 1,
            Err(error) => panic!("{steps}: {error}"),
        };
        check();
        // Opening it to be written cleans up, and makes nothing whole that is not.
        let again = open(&root);
        check();
        derive(&again, "newer").unwrap();
        drop(again);
        assert!(generations(&root).unwrap().iter().all(|one| one == "newer"));
        if done.is_ok() {
            break;
        }
        steps += 1;
    }
    assert!(steps > 12 && n_unfinished > 8, "{steps} {n_unfinished}");
}

#[test]
fn readers_never_see_two_states_while_a_writer_commits() {
    let directory = directory();
    let root = directory.path().join("store");
    let store = open(&root);
    derive(&store, "0").unwrap();
    // However slow the machine is, the writer goes on until the reader has come between its commits several times.
    let (is_enough, is_done) = (AtomicBool::new(false), AtomicBool::new(false));
    let mut seen = std::collections::BTreeSet::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for generation in 1..5_000 {
                derive(&store, &generation.to_string()).unwrap();
                let issue = [record("I_1", "one")];
                raw::write(&store, RepositoryId(0), Stream::Issues, &issue).unwrap();
                // A run does not commit facts without a pause either.
                std::thread::sleep(std::time::Duration::from_millis(2));
                if generation >= 60 && is_enough.load(Ordering::SeqCst) {
                    break;
                }
            }
            is_done.store(true, Ordering::SeqCst);
        });
        while !is_done.load(Ordering::SeqCst) {
            let found = generations(&root).unwrap();
            assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
            seen.insert(found[0].clone());
            is_enough.store(seen.len() > 3, Ordering::SeqCst);
        }
    });
    assert!(seen.len() > 3, "{seen:?}");
}

#[test]
fn a_store_that_cannot_be_written_can_be_read_without_a_lock() {
    let directory = directory();
    let root = directory.path().join("store");
    derive(&open(&root), "1").unwrap();
    // As on a file system that lets nobody write: no lock file can be made.
    std::fs::remove_file(root.join("facts.lock")).unwrap();
    std::fs::remove_file(root.join("lock")).unwrap();
    assert!(generations(&root).unwrap().iter().all(|one| one == "1"));
    assert!(!root.join("facts.lock").exists() && !root.join("lock").exists());
}

/// A line of a manifest as the store writes it, whatever its path.
fn line_for(path: &str, content: &[u8]) -> Vec<u8> {
    let json = json!({"path": path, "bytes": content.len(), "sha256": checksum(content)});
    let json = serde_json::to_string(&json).unwrap();
    let sum = &checksum(json.as_bytes())[..8];
    format!("{json}\t{sum}\n").into_bytes()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Whatever a manifest says, nothing outside the store is read, written or removed.
    #[test]
    fn a_hostile_manifest_touches_nothing_outside(
        paths in proptest::collection::vec(
            proptest::prop_oneof![
                "(facts/|raw/0/issues/|runs/000001/|\\./|\\.\\./|/|)(\\.\\./){0,4}(outside|thesis\\.txt|people/all\\.parquet|\\.\\.|x)",
                "[./a\\\\:\\x00 ]{0,10}",
            ],
            1..12,
        ),
        damaged in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
    ) {
        let directory = directory();
        let outside = directory.path().join("outside");
        std::fs::create_dir(&outside).unwrap();
        for file in ["thesis.txt", "x"] {
            std::fs::write(outside.join(file), b"precious").unwrap();
            std::fs::write(directory.path().join(file), b"precious").unwrap();
        }
        let before = || {
            let mut found = super::git_fixture::contents(directory.path());
            found.retain(|path, _| !path.starts_with(directory.path().join("store")));
            found
        };
        let untouched = before();
        let root = directory.path().join("store");
        filled(&root);
        let manifest = root.join("manifest.jsonl");
        let mut bytes = std::fs::read(&manifest).unwrap();
        for path in &paths {
            bytes.extend(line_for(path, b"precious"));
        }
        bytes.extend(&damaged);
        std::fs::write(&manifest, &bytes).unwrap();
        for mode in [Mode::Read, Mode::Write] {
            let store = Store::open(&root, mode).unwrap();
            for path in &paths {
                let leads_outside = matches!(store.read(path), Ok(Some(bytes)) if bytes == b"precious");
                proptest::prop_assert!(!leads_outside, "{path}");
            }
            if mode == Mode::Write {
                for path in &paths {
                    let _ = store.commit_file(path, b"taken");
                    let _ = store.remove_files(std::slice::from_ref(path));
                }
                let _ = store.remove_files(&store.files_below(""));
            }
        }
        proptest::prop_assert_eq!(before(), untouched);
    }
}

#[test]
fn only_what_has_the_stores_own_form_is_swept() {
    let directory = directory();
    let root = directory.path().join("store");
    filled(&root);
    let temporary = format!(".linchpin-file-{}.tmp", "7f".repeat(16));
    let swept = [
        format!("raw/0/issues/{temporary}"),
        temporary.clone(),
        format!("facts/people/{temporary}"),
        "raw/0/issues/.00000009.jsonl.zst.tmp".to_owned(),
        ".manifest.jsonl.tmp".to_owned(),
        "raw/0/issues/00000009.jsonl.zst".to_owned(),
    ];
    let kept = [
        "raw/notes.txt",
        "raw/2025/measurements.csv",
        "raw/0/issues/notes.txt",
        "raw/0/issues/.notes.tmp",
        ".draft.tmp",
        "mine/.00000009.jsonl.zst.tmp",
        "mine/raw/0/issues/00000009.jsonl.zst",
        ".linchpin-file-7f7f.tmp",
    ];
    for path in swept.iter().map(String::as_str).chain(kept) {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), b"half").unwrap();
    }
    drop(open(&root));
    for path in &swept {
        assert!(!root.join(path).exists(), "{path}");
    }
    for path in kept {
        assert!(root.join(path).exists(), "{path}");
    }
}

#[test]
fn a_lost_list_of_files_costs_no_raw_answer() {
    let damage: [fn(&Path); 3] = [
        |path| std::fs::remove_file(path).unwrap(),
        |path| std::fs::write(path, b"").unwrap(),
        |path| {
            std::fs::remove_file(path).unwrap();
            std::fs::create_dir(path).unwrap();
        },
    ];
    for damage in damage {
        let directory = directory();
        let root = directory.path().join("store");
        filled(&root);
        let before = sorted(&open(&root));
        damage(&root.join("manifest.jsonl"));
        for mode in [Mode::Read, Mode::Write, Mode::Read] {
            assert_eq!(sorted(&Store::open(&root, mode).unwrap()), before);
        }
        assert!(open(&root).recovered().is_empty(), "mended for good");
    }
    // A store into which nothing was written yet has lost nothing.
    let directory = directory();
    let root = directory.path().join("store");
    assert!(open(&root).recovered().is_empty());
    assert!(open(&root).recovered().is_empty());
}

#[test]
fn a_state_of_which_any_bit_flipped_is_none() {
    use linchpin::store::state;
    let directory = directory();
    let root = directory.path().join("store");
    let store = open(&root);
    let mut written = state::RepositoryState::default();
    written.stream(Stream::Issues).n_records = 12;
    state::write(&store, RepositoryId(0), &written).unwrap();
    let path = root.join("state/0.json");
    let sound = std::fs::read(&path).unwrap();
    for at in 0..sound.len() * 8 {
        let mut flipped = sound.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        std::fs::write(&path, flipped).unwrap();
        let read = state::read(&store, RepositoryId(0)).unwrap();
        assert!(
            read == written || read == state::RepositoryState::default(),
            "bit {at}"
        );
    }
    // As earlier versions wrote it.
    let mut old: serde_json::Value = serde_json::from_slice(&sound).unwrap();
    old.as_object_mut().unwrap().remove("check").unwrap();
    std::fs::write(&path, serde_json::to_vec_pretty(&old).unwrap()).unwrap();
    assert_eq!(state::read(&store, RepositoryId(0)).unwrap(), written);
}

#[test]
fn a_version_that_lost_a_bit_is_mended_and_a_newer_one_is_not() {
    let directory = directory();
    let root = directory.path().join("store");
    filled(&root);
    let before = sorted(&open(&root));
    let path = root.join("version");
    for damaged in [
        b"".as_slice(),
        b"3\n",
        b"0\n",
        b"\"\n",
        b"2x",
        b"\xb2\n",
        b"2\x1a",
        b"2\nx",
    ] {
        std::fs::write(&path, damaged).unwrap();
        for mode in [Mode::Read, Mode::Write] {
            assert_eq!(
                sorted(&Store::open(&root, mode).unwrap()),
                before,
                "{damaged:?}"
            );
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"2\n");
    }
    for newer in ["99\n", "5\n", "17\n"] {
        std::fs::write(&path, newer).unwrap();
        for mode in [Mode::Read, Mode::Write] {
            assert!(
                matches!(Store::open(&root, mode), Err(Error::Version { .. })),
                "{newer}"
            );
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    }
}
