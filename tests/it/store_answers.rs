//! A store answers for all that it holds, whoever looked first and as of when; and only under the settings its facts were
//! derived under.

use std::fs;
use std::path::Path;

use linchpin::domain::Stream;
use linchpin::store::raw::{self, Record};
use linchpin::store::{Mode, Store};

use crate::cli::ran;
use crate::git_fixture::{Fixture, contents};
use crate::git_mine::text;
use crate::landed::{linchpin, table};

const WINDOW: [&str; 2] = ["--since=2023-12-01", "--offline"];

/// Forty days of two people, with tags, a file that comes late and one that goes.
fn repository() -> Fixture {
    let mut f = Fixture::new();
    f.git(&["remote", "add", "origin", "https://github.com/acme/lamp"]);
    for n in 0..40 {
        f.write("core/a.txt", text(0..20 + n));
        if n == 10 {
            f.write("api/late.txt", text(0..30));
        }
        if n == 25 {
            fs::remove_file(f.path().join("api/late.txt")).unwrap();
        }
        let author = if n % 3 == 0 {
            "Grace <grace@acme.example>"
        } else {
            "Ada <ada@acme.example>"
        };
        f.commit_as(author, &format!("Number {n}"));
        if n % 7 == 0 {
            f.git(&["tag", &format!("v{n}")]);
        }
    }
    f
}

fn at(place: &Path, command: &str, clone: &str, as_of: &str) {
    let mut arguments = vec![command, "--repo", clone, "--as-of", as_of];
    arguments.extend(WINDOW);
    linchpin(place, &arguments);
}

#[test]
fn what_a_store_holds_does_not_depend_on_who_looked_first() {
    let f = repository();
    let clone = f.path().display().to_string();
    let (early, late) = ("2024-01-15", "2024-05-01");
    let team = |place: &Path| -> Vec<(String, String)> {
        let files = contents(&place.join("linchpin-report/team")).into_iter();
        let files = files.map(|(path, bytes)| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, String::from_utf8(bytes).unwrap())
        });
        files
            .filter(|(name, _)| name != ".linchpin-folder")
            .collect()
    };
    let same = |a: &[(String, String)], b: &[(String, String)]| {
        for ((name, a), (other, b)) in a.iter().zip(b) {
            assert_eq!(name, other);
            let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b);
            assert_eq!(differing, None, "{name}");
        }
        assert_eq!(a.len(), b.len());
    };
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for place in [&first, &second] {
        let register = "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\ndeployments = [\"tags\"]\ntag_pattern = \"^v\"\n";
        fs::write(place.path().join("linchpin.toml"), register).unwrap();
    }
    at(first.path(), "run", &clone, early);
    let looked_early = team(first.path());
    at(second.path(), "run", &clone, late);
    let looked_late = team(second.path());
    assert!(looked_early != looked_late);
    at(first.path(), "report", &clone, late);
    same(&team(first.path()), &looked_late);
    at(second.path(), "report", &clone, early);
    same(&team(second.path()), &looked_early);
}

/// Puts what GitHub says of the default branch into a store.
fn say(place: &Path, branch: &str) {
    let store = Store::open(&place.join(".linchpin"), Mode::Write).unwrap();
    let repository = store.repository_id_of_key("acme/lamp").unwrap();
    let node = serde_json::json!({"id": "R_1", "nameWithOwner": "acme/lamp", "defaultBranchRef": {"name": branch}});
    let record = Record {
        shape: "repository/1".to_owned(),
        id: "R_1".to_owned(),
        node,
        tails: Vec::new(),
    };
    raw::write(&store, repository, Stream::Repository, &[record]).unwrap();
}

#[test]
fn the_default_branch_is_githubs_then_the_registers_then_the_clones() {
    let f = repository();
    let clone = f.path().display().to_string();
    for (name, back) in [
        ("trunk", "HEAD~3"),
        ("stable", "HEAD~9"),
        ("topic", "HEAD~20"),
    ] {
        let commit = f.line(&["rev-parse", back]);
        f.git(&[
            "update-ref",
            &format!("refs/remotes/origin/{name}"),
            &commit,
        ]);
    }
    f.git(&[
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/stable",
    ]);
    f.git(&["checkout", "-q", "-b", "topic", "HEAD~20"]);
    let place = tempfile::tempdir().unwrap();
    let landed = || {
        let mut arguments = vec![
            "export",
            "--format=json",
            "--as-of=2024-05-01",
            "--repo",
            &clone,
        ];
        arguments.extend(WINDOW);
        linchpin(place.path(), &arguments);
        table(place.path(), "commits").len()
    };
    at(place.path(), "mine", &clone, "2024-05-01");
    assert_eq!(landed(), 31);
    fs::write(
        place.path().join("linchpin.toml"),
        "default_branch = \"topic\"\n",
    )
    .unwrap();
    at(place.path(), "mine", &clone, "2024-05-01");
    assert_eq!(landed(), 20);
    say(place.path(), "trunk");
    at(place.path(), "mine", &clone, "2024-05-01");
    assert_eq!(landed(), 37);
    // It is renamed there, and the clone follows when it has the branch.
    say(place.path(), "stable");
    at(place.path(), "mine", &clone, "2024-05-01");
    assert_eq!(landed(), 31);
    say(place.path(), "gone");
    let mut arguments = vec!["mine", "--repo", &clone];
    arguments.extend(WINDOW);
    ran(place.path(), &arguments).is_refused(2, &["no branch `gone`", "git fetch origin"]);
}

#[test]
fn facts_are_not_reported_under_other_settings_than_they_were_derived_under() {
    let f = repository();
    let clone = f.path().display().to_string();
    let place = tempfile::tempdir().unwrap();
    let register = |text: &str| fs::write(place.path().join("linchpin.toml"), text).unwrap();
    register("minimum_n = 6\n");
    at(place.path(), "run", &clone, "2024-05-01");
    // What is asked of the facts is another thing than what they are.
    register("minimum_n = 7\n[agreements]\nstuck_after_working_days = 3\n");
    at(place.path(), "report", &clone, "2024-05-01");
    for (text, said) in [
        ("bots = [\"grace\"]\n", "`bots`"),
        ("[mining]\nexclude = [\"core/**\"]\n", "`[mining]`"),
        ("[mining]\nmax_files_per_commit = 7\n", "`[mining]`"),
        ("merge_same_names = false\n", "`merge_same_names`"),
        (
            "[[member]]\nlogin = \"ada\"\naliases = [\"ada@acme.example\"]\n",
            "`[[member]]`",
        ),
    ] {
        // Without an agreement `check` reads nothing.
        register(&format!(
            "{text}[agreements]\nstuck_after_working_days = 3\n"
        ));
        for command in [
            &["report"][..],
            &["lead"],
            &["check"],
            &["explain", "knowledge.truck_factor"],
            &["export"],
        ] {
            let mut arguments = command.to_vec();
            arguments.extend(["--as-of=2024-05-01", "--offline"]);
            ran(place.path(), &arguments).is_refused(3, &[said, "linchpin mine"]);
        }
        at(place.path(), "mine", &clone, "2024-05-01");
        at(place.path(), "report", &clone, "2024-05-01");
    }
}
