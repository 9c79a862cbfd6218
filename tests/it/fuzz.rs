//! Broken bytes of every kind, at random: nothing panics, nothing hangs, and what is left out is told.
//!
//! The cases are few, since every change runs them; `PROPTEST_CASES=5000 cargo test --release --test it fuzz` runs more.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use linchpin::demo::fake::Faults;
use linchpin::domain::{RepositoryId, Stream, parse_codeowners};
use linchpin::git::{MineOptions, Silent};
use linchpin::store::{Mode, Store, raw};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::git_fixture::Fixture;
use crate::github::{Bench, NOW, at, directory, host};

/// Few cases, unless more are asked for.
fn cases(few: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var_os("PROPTEST_CASES").map_or(few, |_| asked.cases),
        failure_persistence: None,
        ..asked
    }
}

/// Records as the fake answers them, by stream: what is mutated.
fn records() -> &'static [(Stream, raw::Record)] {
    static RECORDS: OnceLock<Vec<(Stream, raw::Record)>> = OnceLock::new();
    RECORDS.get_or_init(|| {
        let bench = Bench::new(host(3), Faults::none(at(NOW)));
        bench.fetch();
        let store = bench.store();
        let mut records = Vec::new();
        for stream in linchpin::github::fetch::STREAMS {
            raw::read_latest(&store, RepositoryId(0), stream, |record| {
                records.push((stream, record));
            })
            .unwrap();
        }
        assert!(records.len() > 20);
        records
    })
}

/// What a server, a proxy or a bit flip puts where something else was expected.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, null])),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!(u64::MAX)),
        Just(json!(true)),
        Just(json!("")),
        Just(json!("\u{0}\u{202e}")),
        Just(json!("9999-12-31T23:59:60Z")),
        Just(json!("-009999-01-01T00:00:00Z")),
        Just(json!("2026-02-30T25:00:00Z")),
        Just(json!("2026-01-01T00:00:00+26:00")),
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!({"nodes": [null], "pageInfo": null, "totalCount": null})),
    ]
}

/// Puts a value somewhere, or takes something away: where the way down leads is the seed's choice.
fn mutate(node: &mut Value, mut seed: u64, with: Option<Value>) {
    let mut pick = |n: usize| {
        let at = usize::try_from(seed % n as u64).unwrap();
        seed = (seed / n as u64).rotate_left(7) ^ 0x9e37_79b9;
        at
    };
    match node {
        Value::Object(fields) if !fields.is_empty() => {
            let key = fields.keys().nth(pick(fields.len())).unwrap().clone();
            let is_leaf = !fields[&key].is_object() && !fields[&key].is_array();
            if is_leaf || pick(4) == 0 {
                match with {
                    Some(with) => drop(fields.insert(key, with)),
                    None => drop(fields.remove(&key)),
                }
            } else {
                mutate(&mut fields[&key], seed, with);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = pick(items.len());
            if pick(4) == 0 {
                match with {
                    Some(with) => items[index] = with,
                    None => drop(items.remove(index)),
                }
            } else {
                mutate(&mut items[index], seed, with);
            }
        }
        other => *other = with.unwrap_or(Value::Null),
    }
}

/// How many facts each stream of records becomes; `None`: one record has several, or none of its own.
fn n_facts(decoded: &linchpin::github::Decoded, stream: Stream) -> Option<usize> {
    let facts = &decoded.facts;
    match stream {
        Stream::PullRequests => Some(facts.pull_requests.len()),
        Stream::Issues => Some(facts.issues.len()),
        Stream::Deployments => Some(facts.deployments.len()),
        Stream::Releases => Some(facts.releases.len()),
        Stream::WorkflowRuns => Some(facts.workflow_runs.len()),
        _ => None,
    }
}

fn repository() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let mut fixture = Fixture::new();
        for number in 0..12_u32 {
            fixture.write(
                &format!("dir{}/f{}", number % 3, number % 5),
                "line\n".repeat(50 + number as usize),
            );
            fixture.commit(&format!("Change {number}"));
        }
        // Deltas and one pack, as a clone has them.
        fixture.git(&["repack", "-adfq", "--depth=20", "--window=20"]);
        fixture
    })
}

fn mine(path: &Path) -> Result<linchpin::git::Mined, linchpin::git::Error> {
    linchpin::git::mine(path, &MineOptions::default(), None, &Silent)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            // A copy that may be written: git's own objects may not.
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// Lines that mean something to a format, whole and cut, with what does not belong between them.
fn lines(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::sample::select(words).prop_map(|word| word.as_bytes().to_vec()),
        2 => Just(b"\n".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
        1 => Just(b" ".to_vec()),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_record_of_any_shape_is_a_fact_or_a_gap(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u64>(), proptest::option::of(odd())), 1..12),
    ) {
        let directory = directory();
        let store = Store::open(&directory.path().join("store"), Mode::Write).unwrap();
        store.repository_id_of_key("acme/widgets").unwrap();
        let mut records = records().to_vec();
        for (which, seed, with) in changes {
            let record = &mut which.get_mut(&mut records).1;
            mutate(&mut record.node, seed, with);
        }
        for (stream, record) in &records {
            raw::write(&store, RepositoryId(0), *stream, std::slice::from_ref(record)).unwrap();
        }
        let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
        for stream in linchpin::github::fetch::STREAMS {
            let n = records.iter().filter(|(of, _)| *of == stream).count();
            if let Some(found) = n_facts(&decoded, stream) {
                prop_assert!(
                    found >= n || !gaps.is_empty() && decoded.n_dropped.contains_key(&stream),
                    "{stream:?}: {found} of {n} records and not a word"
                );
            }
        }
    }

    #[test]
    fn a_register_of_any_text_is_read_or_refused(text in lines(&[
        "[[product]]", "[[member]]", "[calendar]", "[agreements]", "[[agreements.limit]]", "[mining]", "[[absence]]", "[[delegation]]",
        "name = \"a\"", "login = \"ada\"", "joined_on = \"2026-02-30\"", "time_zone = \"Europe/Berlin\"", "hours = \"25:00-03:00\"",
        "at_most = nan", "at_least = -inf", "minimum_n = -1", "max_files_per_commit = 99999999999999999999", "exclude = [\"[\"]",
        "production_pattern = \"(\"", "paths = [\"{a,{b\"]", "from = \"2026-01-02\"", "to = \"2026-01-01\"", "=", "\"", "[", "]", "#",
    ])) {
        let text = String::from_utf8_lossy(&text);
        let _ = linchpin::register::parse(&text, "linchpin.toml");
        let _ = linchpin::register::parse_private(&text, "linchpin.private.toml");
    }

    #[test]
    fn code_owners_of_any_text_are_lines(text in lines(&[
        "*", "/src/", "**/a/**", "[Section]", "^[Opt][2] @a", "@ada", "@acme/team", "ada@acme.example", "\\#", "!", "a\\ b", "[a-", "{", "#", "\t",
    ])) {
        let text = String::from_utf8_lossy(&text);
        let lines = parse_codeowners("CODEOWNERS", &text);
        let owners = linchpin::domain::Codeowners::new(&lines);
        for path in ["", "a", "src/a/b", "src//", "a b", "[a-"] {
            let _ = owners.owners_of(path);
        }
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn files_that_steer_mining_may_say_anything(
        mailmap in lines(&["Ada", "<ada@acme.example>", "<", ">", "Grace <g@x.example> <h@x.example>", "#", "Ada <", "\u{fffd}"]),
        attributes in lines(&["*.c", "dir0/**", "linguist-generated", "-diff", "binary", "[attr]x", "!text", "\"", "\\", "diff=", "**"]),
        codeowners in lines(&["*", "@ada", "/dir1/", "@acme/x", "#", "[", "a@b"]),
        ignored in lines(&["0123456789abcdef0123456789abcdef01234567", "HEAD", "#", "zzzz", "0123"]),
    ) {
        let directory = directory();
        copy(repository().path(), directory.path());
        for (name, bytes) in [(".mailmap", mailmap), (".gitattributes", attributes), ("CODEOWNERS", codeowners), (".git-blame-ignore-revs", ignored)] {
            fs::write(directory.path().join(name), bytes).unwrap();
        }
        crate::git_fixture::git_in(directory.path(), &["add", "-A"]);
        crate::git_fixture::git_in(directory.path(), &["-c", "user.name=A", "-c", "user.email=a@b.example", "commit", "-qm", "steer"]);
        let mined = mine(directory.path()).unwrap();
        prop_assert_eq!(mined.history.commits.len(), 13);
    }

    #[test]
    fn a_damaged_clone_is_refused_or_told(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let directory = directory();
        copy(repository().path(), directory.path());
        let mut files = Vec::new();
        let mut pending = vec![directory.path().join(".git")];
        while let Some(place) = pending.pop() {
            for entry in fs::read_dir(place).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    pending.push(path);
                } else if name.starts_with("pack-") || name == "packed-refs" || name == "HEAD" || name == "main" {
                    files.push(path);
                }
            }
        }
        files.sort();
        let whole = mine(directory.path()).unwrap().history.commits.len();
        let mut changed = Vec::new();
        for (file, byte, with) in flips {
            let path = file.get(&files);
            let mut bytes = fs::read(path).unwrap();
            if !bytes.is_empty() {
                let at = byte.index(bytes.len());
                bytes[at] ^= with;
                changed.push((path.file_name().unwrap(), at));
                fs::write(path, bytes).unwrap();
            }
        }
        if let Ok(mined) = mine(directory.path()) {
            prop_assert!(
                mined.history.commits.len() == whole || !mined.history.gaps.is_empty(),
                "{} of {whole} commits and not a word: {:?}",
                mined.history.commits.len(),
                changed
            );
        }
    }
}
