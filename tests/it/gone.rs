//! Files that only a merge took away or moved: the changes that are measured do not say so, trees do.

use std::path::Path;

use serde_json::Value;

use crate::git_fixture::{Fixture, START};
use crate::git_mine::text;
use crate::landed::{linchpin, table};

const DAY: i64 = 86_400;

/// The living files of a clone as of a day, by the tables of an export.
fn living(place: &Path, clone: &str, as_of: &str) -> Vec<String> {
    let window = [
        "--since=2023-01-01",
        "--offline",
        "--repo",
        clone,
        "--as-of",
    ];
    let mut arguments = vec!["export", "--format=json"];
    arguments.extend(window);
    arguments.push(as_of);
    linchpin(place, &arguments);
    let rows = table(place, "lineages");
    let paths = rows
        .iter()
        .map(|row| row["path"].as_str().unwrap().to_owned());
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    paths
}

/// Mines a clone into a new store.
fn mined(fixture: &Fixture) -> (tempfile::TempDir, String) {
    let place = tempfile::tempdir().unwrap();
    let clone = fixture.path().display().to_string();
    linchpin(
        place.path(),
        &["mine", "--offline", "--repo", &clone, "--as-of=2024-12-01"],
    );
    (place, clone)
}

#[test]
fn a_file_that_a_merge_took_away_lives_until_the_merge() {
    let mut f = Fixture::new();
    for path in ["lost/a.txt", "lost/b.txt", "kept.txt"] {
        f.write(path, text(0..30));
    }
    // Without lines: no sample ever has it.
    f.write("lost/empty.txt", "");
    f.commit("Start");
    f.git(&["checkout", "-q", "-b", "topic"]);
    f.write("kept.txt", text(0..31));
    f.commit("Change what is kept");
    f.git(&["checkout", "-q", "main"]);
    f.write("lost/a.txt", text(0..32));
    f.commit("Change what will be lost");
    f.set_clock(START + 200 * DAY);
    f.merge(&["topic"], |f| {
        f.git(&["rm", "-rfq", "lost"]);
    });
    f.write("kept.txt", text(0..35));
    f.commit("Go on");
    f.set_clock(START + 300 * DAY);
    f.write("kept.txt", text(0..36));
    f.commit("And on");
    let (place, clone) = mined(&f);
    let check = |as_of: &str, expected: &[&str]| {
        assert_eq!(living(place.path(), &clone, as_of), expected, "{as_of}");
    };
    let all = ["kept.txt", "lost/a.txt", "lost/b.txt", "lost/empty.txt"];
    check("2024-04-01", &all);
    check("2024-07-01", &all);
    check("2024-07-18", &all);
    check("2024-07-20", &["kept.txt"]);
    check("2024-10-01", &["kept.txt"]);
    check("2024-12-01", &["kept.txt"]);
}

/// A branch that goes on for long, a library that comes by subtree merges (one of them on a branch), and merges that add, keep out
/// and bring back what none of their branches says.
fn merged_in_every_way() -> Fixture {
    let mut f = Fixture::new();
    for path in ["src/a.txt", "src/b.txt", "README", "old/x.txt", "old/y.txt"] {
        f.write(path, path.to_owned() + "\n" + &text(0..20));
    }
    f.commit("Start");
    f.git(&["checkout", "-q", "--orphan", "library"]);
    f.git(&["rm", "-rfq", "."]);
    for path in ["README", "lib/one.c", "lib/two.c", "lib/three.c"] {
        f.write(
            path,
            "of the library\n".to_owned() + path + "\n" + &text(200..240),
        );
    }
    f.commit_as("Lib <lib@acme.example>", "Library 1");
    f.git(&["checkout", "-q", "main"]);
    f.merge(
        &["-s", "ours", "--allow-unrelated-histories", "library"],
        |f| {
            f.git(&["read-tree", "--prefix=deps/library/", "-u", "library"]);
        },
    );
    f.git(&["checkout", "-q", "-b", "long"]);
    f.write("src/long.txt", text(0..9));
    f.commit("On the long branch");
    f.git(&["rm", "-q", "old/y.txt"]);
    f.commit("Away with it on the long branch");
    f.git(&["checkout", "-q", "library"]);
    f.git(&["rm", "-q", "lib/two.c"]);
    f.write("lib/four.c", text(300..330));
    f.write(
        "lib/one.c",
        "of the library\nlib/one.c\n".to_owned() + &text(200..245),
    );
    f.commit_as("Lib <lib@acme.example>", "Library 2");
    f.git(&["checkout", "-q", "-b", "update", "main"]);
    f.merge(&["-s", "ours", "library"], |f| {
        f.git(&["rm", "-rfq", "deps/library"]);
        f.git(&["read-tree", "--prefix=deps/library/", "-u", "library"]);
    });
    f.git(&["checkout", "-q", "main"]);
    f.write("src/a.txt", text(0..30));
    f.commit("Meanwhile");
    f.merge(&["update"], |_| {});
    f.write("old/y.txt", text(0..44));
    f.commit("Still wanted here");
    f.merge(&["long"], |f| {
        // Kept, against the branch; and something that neither side has.
        f.write("old/y.txt", text(0..44));
        f.write("by/the/merge.txt", text(0..7));
    });
    f.git(&["checkout", "-q", "-b", "other"]);
    f.write("src/other.txt", text(0..9));
    f.git(&["mv", "src/b.txt", "src/bee.txt"]);
    f.commit("On another branch");
    f.git(&["checkout", "-q", "main"]);
    f.write("README", "another\n");
    f.commit("Meanwhile again");
    f.merge(&["-s", "ours", "other"], |_| {});
    f.git(&["rm", "-q", "by/the/merge.txt"]);
    f.commit("No more of it");
    f
}

#[test]
fn the_files_of_a_day_are_those_of_its_tree() {
    let f = merged_in_every_way();
    let (place, clone) = mined(&f);
    let mut seen = std::collections::BTreeSet::new();
    for day in 1..30 {
        let at = START + day * DAY + DAY / 2;
        let before = format!("--before={at}");
        let commit = f.line(&["rev-list", "-1", "--first-parent", &before, "main", "--"]);
        if !seen.insert(commit.clone()) {
            continue;
        }
        let tree = String::from_utf8(f.git(&["ls-tree", "-r", "--name-only", &commit])).unwrap();
        let expected: Vec<&str> = tree.lines().collect();
        let as_of = jiff::Timestamp::from_second(at).unwrap().to_string();
        assert_eq!(living(place.path(), &clone, &as_of), expected, "{as_of}");
    }
    assert_eq!(seen.len(), 9);
}

#[test]
fn what_a_subtree_merge_brought_is_known_of_by_those_who_wrote_it() {
    let f = merged_in_every_way();
    let (place, clone) = mined(&f);
    living(place.path(), &clone, "2024-12-01");
    let of = |path: &str| -> Vec<(String, bool, i64)> {
        let rows = table(place.path(), "file_histories").into_iter();
        let rows = rows.filter(|row| row["path"] == path).map(|row| {
            let person = row["person"].as_str().unwrap().to_owned();
            (
                person,
                row["added"].as_bool().unwrap(),
                row["n_changes"].as_i64().unwrap(),
            )
        });
        rows.collect()
    };
    let lib = |n_changes: i64| vec![("Lib".to_owned(), true, n_changes)];
    assert_eq!(of("deps/library/lib/one.c"), lib(1));
    assert_eq!(of("deps/library/lib/three.c"), lib(0));
    assert_eq!(of("deps/library/lib/four.c"), lib(0));
    assert_eq!(of("deps/library/lib/two.c"), []);
}

/// A main branch and a library that has files of the same names, brought by subtree merges in parts: at once, by a branch, and one
/// that shows no moved file; and another library that comes squashed, in a deeper directory.
fn two_libraries() -> Fixture {
    const LIB: &str = "Lib <lib@acme.example>";
    let mut f = Fixture::new();
    f.write("README", "ours\n".to_owned() + &text(0..20));
    f.write("lib.c", text(0..20));
    f.commit("Start");
    f.git(&["checkout", "-q", "--orphan", "library"]);
    f.git(&["rm", "-rfq", "."]);
    f.write("README", "of the library\n".to_owned() + &text(200..220));
    f.write("lib.c", text(200..240));
    f.write("util/more.c", text(300..340));
    f.commit_as(LIB, "Library 1");
    let bring = |f: &mut Fixture, branch: &str, directory: &str| {
        f.merge(
            &["-s", "ours", "--allow-unrelated-histories", branch],
            |f| {
                f.git(&["rm", "-rfq", "--ignore-unmatch", directory]);
                let prefix = format!("--prefix={directory}/");
                f.git(&["read-tree", &prefix, "-u", branch]);
            },
        );
    };
    f.git(&["checkout", "-q", "main"]);
    bring(&mut f, "library", "deps/library");
    // Named as ours, changed by somebody who never touched ours; and what does not stay until the merge.
    f.git(&["checkout", "-q", "library"]);
    f.write("README", "of the library\n".to_owned() + &text(200..222));
    f.commit_as("Una <una@acme.example>", "Say more");
    f.write("passing.c", text(400..410));
    f.write("lib.c", text(200..241));
    f.commit_as("Una <una@acme.example>", "Try");
    f.git(&["rm", "-q", "passing.c"]);
    f.git(&["mv", "util/more.c", "util/most.c"]);
    f.commit_as(LIB, "Try no more");
    f.git(&["checkout", "-q", "-b", "update", "main"]);
    bring(&mut f, "library", "deps/library");
    f.git(&["checkout", "-q", "main"]);
    f.write("lib.c", text(0..21));
    f.commit_as("Grace <grace@acme.example>", "Ours");
    f.merge(&["update"], |_| {});
    // Taken back before it is merged: no file moves in the merge.
    f.git(&["checkout", "-q", "library"]);
    f.write("lib.c", text(200..250));
    f.commit_as("Vic <vic@acme.example>", "There");
    f.write("lib.c", text(200..241));
    f.commit_as("Vic <vic@acme.example>", "And back");
    f.git(&["checkout", "-q", "main"]);
    bring(&mut f, "library", "deps/library");
    f.git(&["checkout", "-q", "--orphan", "squashed"]);
    f.git(&["rm", "-rfq", "."]);
    f.write("lib.c", text(500..530));
    f.commit_as("Wim <wim@acme.example>", "Squashed");
    f.git(&["checkout", "-q", "main"]);
    bring(&mut f, "squashed", "deps/deep/other");
    f.write("README", "ours\n".to_owned() + &text(0..25));
    f.commit("Go on");
    f
}

#[test]
fn what_a_librarys_own_history_changed_is_known_of_the_file_where_it_landed() {
    let f = two_libraries();
    let (place, clone) = mined(&f);
    assert_eq!(
        living(place.path(), &clone, "2024-12-01"),
        [
            "README",
            "deps/deep/other/lib.c",
            "deps/library/README",
            "deps/library/lib.c",
            "deps/library/util/most.c",
            "lib.c"
        ]
    );
    let rows = table(place.path(), "file_histories");
    let of = |path: &str| -> Vec<(String, bool, i64)> {
        let rows = rows.iter().filter(|row| row["path"] == path).map(|row| {
            let person = row["person"].as_str().unwrap().to_owned();
            (
                person,
                row["added"].as_bool().unwrap(),
                row["n_changes"].as_i64().unwrap(),
            )
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows
    };
    let part = |person: &str, added: bool, n: i64| (person.to_owned(), added, n);
    assert_eq!(of("README"), [part("Ada", true, 1)]);
    assert_eq!(of("lib.c"), [part("Ada", true, 0), part("Grace", false, 1)]);
    let lib = part("Lib", true, 0);
    assert_eq!(
        of("deps/library/README"),
        [lib.clone(), part("Una", false, 1)]
    );
    assert_eq!(
        of("deps/library/lib.c"),
        [lib, part("Una", false, 1), part("Vic", false, 2)]
    );
    assert_eq!(of("deps/library/util/most.c"), [part("Lib", true, 1)]);
    assert_eq!(of("deps/deep/other/lib.c"), [part("Wim", true, 0)]);
}

#[test]
fn where_a_library_landed_is_the_same_however_it_was_mined() {
    use super::git_fixture::mine;
    let f = two_libraries();
    let options = linchpin::git::MineOptions {
        default_branch: Some("main".to_owned()),
        ..linchpin::git::MineOptions::default()
    };
    let facts =
        |history: linchpin::domain::History| (history.changes, history.paths, history.merged_files);
    let whole = facts(mine(f.path(), &options, None).history);
    let tip = f.line(&["rev-parse", "main"]);
    let line = String::from_utf8(f.git(&["rev-list", "--first-parent", "main"])).unwrap();
    f.git(&["checkout", "-q", "--detach"]);
    for commit in line.lines().skip(1) {
        f.git(&["update-ref", "refs/heads/main", commit]);
        let first = mine(f.path(), &options, None);
        f.git(&["update-ref", "refs/heads/main", &tip]);
        let second = mine(f.path(), &options, Some(&first.state));
        assert_eq!(facts(second.history), whole, "parted at {commit}");
    }
    // The facts say what `git log` says beside where the file is.
    let landed: Vec<&str> = whole
        .0
        .iter()
        .filter_map(|change| change.landed_path)
        .map(|path| whole.1[path as usize].as_str())
        .collect();
    assert!(landed.contains(&"deps/library/passing.c"));
    assert!(
        whole
            .0
            .iter()
            .all(|change| !whole.1[change.path as usize].starts_with("deps/")
                || change.landed_path.is_none())
    );
}

#[test]
fn what_changed_under_the_old_name_on_another_branch_is_known_of_the_file_where_it_is_now() {
    let mut f = Fixture::new();
    f.write("before.txt", text(0..40));
    f.write("other.txt", text(0..9));
    f.commit("Start");
    f.git(&["checkout", "-q", "-b", "topic"]);
    f.git(&["mv", "before.txt", "after.txt"]);
    f.commit("Move it");
    f.git(&["checkout", "-q", "main"]);
    f.write("before.txt", text(0..41));
    f.commit_as("Grace <grace@acme.example>", "Change it");
    f.merge(&["topic"], |_| ());
    f.write("other.txt", text(0..12));
    f.commit("Go on");
    assert_eq!(
        f.line(&["ls-tree", "--name-only", "HEAD"]),
        "after.txt\nother.txt"
    );
    let (place, clone) = mined(&f);
    assert_eq!(
        living(place.path(), &clone, "2024-12-01"),
        ["after.txt", "other.txt"]
    );
    let mut known: Vec<(String, Value)> = table(place.path(), "file_histories")
        .into_iter()
        .filter(|row| row["path"] == "after.txt")
        .map(|row| (row["person"].to_string(), row["n_changes"].clone()))
        .collect();
    known.sort_by_key(|(person, _)| person.clone());
    assert_eq!(
        known,
        [("\"Ada\"".into(), 1.into()), ("\"Grace\"".into(), 1.into())]
    );
}

#[test]
fn at_the_end_of_a_zones_quarter_the_lines_are_those_of_the_same_quarter_in_utc() {
    let mut f = Fixture::new();
    for n in 0..5 {
        f.write(&format!("{n}.txt"), text(0..10));
    }
    f.commit("Start");
    // Half past midnight in Tokyo, and three o'clock in the afternoon in UTC, of the quarter's last day there.
    let end = START + 182 * DAY - 9 * 3_600;
    f.set_clock(end + 1_800);
    f.write("0.txt", text(0..17));
    f.commit("In between");
    f.set_clock(START + 190 * DAY);
    f.write("0.txt", text(0..30));
    f.commit("Later");
    let lines = |mined_as_of: &str, as_of: &str| -> String {
        let place = tempfile::tempdir().unwrap();
        let clone = f.path().display().to_string();
        let register = "[calendar]\ntime_zone = \"Asia/Tokyo\"\n";
        std::fs::write(place.path().join("linchpin.toml"), register).unwrap();
        let asked = |as_of: &str, what: &[&str]| {
            let at = [
                "--offline",
                "--repo",
                &clone,
                "--since=2024-01-01",
                "--as-of",
                as_of,
            ];
            linchpin(place.path(), &[what, at.as_slice()].concat())
        };
        asked(mined_as_of, &["mine"]);
        // The lines of one person stand in an export, and on no page.
        asked(as_of, &["export", "--format", "json"]);
        let measures = table(place.path(), "measures").into_iter();
        let mut lines = measures.filter(|row| {
            row["metric"] == "knowledge.survival"
                && row["bucket"].is_null()
                && row["area"].is_null()
                && row["name"] == "of"
        });
        lines.next().unwrap()["value"].to_string()
    };
    let (end, second_before) = ("2024-06-30T15:00:00Z", "2024-06-30T14:59:59Z");
    // The sample of the quarter's end in UTC stands for the one nine hours before it: what came in between is among it.
    assert_eq!(lines("2024-12-01", end), "57.0");
    // Nothing stands for an instant inside of the quarter but the quarter before it.
    assert_eq!(lines("2024-12-01", second_before), "50.0");
    // A store holds all that there is: as of when it was first looked at says nothing.
    assert_eq!(lines(end, end), "57.0");
}
