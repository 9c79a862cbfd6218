//! Facts are derived one repository after the other, and what is kept in memory meanwhile changes none of them.

use std::fs;
use std::path::Path;

use linchpin::derive::{self, Error, MinedClone, Signers, derive};
use linchpin::domain::Signature;
use linchpin::git::{self, MineOptions};
use linchpin::register::Register;
use linchpin::store::{Mode, Store};

use crate::pipeline::demo;

const NAMES: [&str; 3] = ["parcel-api", "parcel-web", "timetable"];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

fn mined(store: &Store, name: &str) -> MinedClone {
    let root = demo().root.join("linchpin-demo/repositories");
    let path = root.join(format!("{name}.git"));
    let key = format!("lighthouse/{name}");
    let repository = store.repository_id_of_key(&key).unwrap();
    let options = MineOptions::default();
    let mined = git::mine(&path, &options, None, &git::Silent).unwrap();
    MinedClone {
        repository,
        path,
        history: mined.history,
    }
}

/// The facts of the demo's raw answers and clones, by path and checksum; and which histories were asked for.
fn facts(most_held: usize) -> (String, Vec<usize>) {
    let place = tempfile::tempdir().unwrap();
    copy(&demo().root.join("linchpin-demo/store"), place.path());
    let store = Store::open(place.path(), Mode::Write).unwrap();
    let signers: Vec<Signers> = NAMES
        .iter()
        .map(|name| Signers::of(&mined(&store, name)))
        .collect();
    let mut asked = Vec::new();
    let mut histories = |at: usize| {
        asked.push(at);
        Ok(mined(&store, NAMES[at]))
    };
    let register = Register::default();
    let web = Some("https://github.example");
    let (identity, derived) = derive(
        &store,
        &register,
        &signers,
        &mut histories,
        web,
        None,
        most_held,
    )
    .unwrap();
    assert!(identity.people.len() > 10, "{}", identity.people.len());
    derived.commit(&store, "inputs").unwrap();
    (store.fingerprint(&["facts/"]), asked)
}

#[test]
fn what_is_decoded_a_second_time_says_the_same() {
    let (kept, asked) = facts(derive::MOST_ROWS_HELD);
    assert_eq!(asked, [0, 1, 2], "each history once");
    assert!(
        kept.lines()
            .any(|line| line.contains("facts/pull_requests/2.parquet")),
        "{kept}"
    );
    // None is kept, and the first alone is.
    for most_held in [0, 20_000] {
        assert_eq!(facts(most_held).0, kept, "{most_held}");
    }
}

#[test]
fn a_clone_that_changes_while_it_is_read_is_told() {
    let place = tempfile::tempdir().unwrap();
    let store = Store::open(place.path(), Mode::Write).unwrap();
    // One signature fewer, and as many in another order.
    let changes: [fn(&mut Vec<Signature>); 2] = [|all| drop(all.pop()), |all| all.swap(0, 1)];
    for change in changes {
        let mut signers = Signers::of(&mined(&store, "timetable"));
        change(&mut signers.signatures);
        let mut histories = |_: usize| Ok(mined(&store, "timetable"));
        let derived = derive(
            &store,
            &Register::default(),
            &[signers],
            &mut histories,
            None,
            None,
            derive::MOST_ROWS_HELD,
        );
        assert!(matches!(derived, Err(Error::Changed { path }) if path.ends_with("timetable.git")));
    }
}
