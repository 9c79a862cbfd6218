//! A store answers for all that it holds, whoever looked first and as of when; and only under the settings its facts were
//! derived under.

use std::fs;
use std::path::Path;

use crate::cli::ran;
use crate::git_fixture::{Fixture, contents};
use crate::git_mine::text;
use crate::landed::linchpin;

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
        register(text);
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
