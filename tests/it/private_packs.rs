//! Packs as a user gets them: without GitHub, and opened line by line.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::git_fixture::Fixture;
use crate::git_mine::text;
use crate::landed::linchpin;
use crate::pipeline::demo;

/// The lines of a pack.
fn lines(place: &Path) -> Vec<Value> {
    let text = fs::read_to_string(place.join("evidence.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn without_github_a_member_is_found_by_login_and_nothing_that_was_not_read_counts_as_none() {
    let mut f = Fixture::new();
    for n in 0..3 {
        f.write(&format!("engine/{n}.rs"), text(0..n + 3));
        f.commit_as("Ada Byron <ada@old.example>", &format!("Change {n}"));
    }
    f.write("docs/adr/0001.md", text(0..9));
    f.commit_as("Ada Byron <ada@old.example>", "Say why");
    let place = tempfile::tempdir().unwrap();
    let register = "[[member]]\nlogin = \"ada\"\naliases = [\"ada@old.example\"]\n";
    fs::write(place.path().join("linchpin.toml"), register).unwrap();
    let clone = f.path().display().to_string();
    let time = ["--as-of=2024-12-01", "--since=2023-01-01", "--repo", &clone];
    let run = |command: &[&str]| linchpin(place.path(), &[command, &["--offline"], &time].concat());
    run(&["mine"]);
    run(&["person", "ada"]);
    let pack = place.path().join("linchpin-report/private/ada");
    let kinds: Vec<String> = lines(&pack)
        .iter()
        .map(|line| line["kind"].as_str().unwrap().to_owned())
        .collect();
    assert!(kinds.contains(&"committed".to_owned()), "{kinds:?}");
    assert!(kinds.contains(&"decision_record".to_owned()), "{kinds:?}");
    for page in ["evidence.md", "one-on-one.md"] {
        let page = fs::read_to_string(pack.join(page)).unwrap();
        assert!(page.contains("not observed: pull requests"), "{page}");
        for wrong in ["0 of 0", "none on GitHub", "without a pull request"] {
            assert!(!page.contains(wrong), "{wrong}: {page}");
        }
    }
}

#[test]
fn all_members_get_what_each_gets_alone() {
    let mut f = Fixture::new();
    let people = [
        "Ada <ada@team.example>",
        "Bo <bo@team.example>",
        "Cy <cy@team.example>",
    ];
    for (n, who) in (0..9).zip(people.iter().cycle()) {
        f.write(&format!("engine/{n}.rs"), text(0..n + 3));
        f.commit_as(who, &format!("Change {n}"));
    }
    let place = tempfile::tempdir().unwrap();
    let member = |login: &str| {
        format!("[[member]]\nlogin = \"{login}\"\naliases = [\"{login}@team.example\"]\n\n")
    };
    let register = place.path().join("linchpin.toml");
    fs::write(&register, member("ada") + &member("bo")).unwrap();
    let clone = f.path().display().to_string();
    let time = ["--as-of=2024-12-01", "--since=2023-01-01", "--repo", &clone];
    let run = |out: &str, command: &[&str]| {
        let out = place.path().join(out).display().to_string();
        let command = [command, &["--offline", "--out", &out], &time].concat();
        Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .current_dir(place.path())
            .args(command)
            .output()
            .unwrap()
    };
    run("all", &["mine"]);
    let all = run("all", &["person", "--all"]);
    let said = String::from_utf8(all.stdout).unwrap();
    assert_eq!(said.lines().count(), 2, "{said}");
    for login in ["ada", "bo"] {
        run("alone", &["person", login]);
    }
    let files = |out: &str| {
        let mut found = Vec::new();
        for login in ["ada", "bo"] {
            let folder = place.path().join(out).join("private").join(login);
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_owned();
                if path
                    .extension()
                    .is_some_and(|ending| ending == "md" || ending == "jsonl")
                {
                    found.push((login, name, fs::read(&path).unwrap()));
                }
            }
        }
        found.sort();
        found
    };
    assert!(files("all").len() > 6);
    assert_eq!(files("all"), files("alone"));
    // Whoever is no member has no folder, and without members there is nobody.
    assert!(!place.path().join("all/private/cy").exists());
    fs::write(&register, "").unwrap();
    run("none", &["mine"]);
    let nobody = run("none", &["person", "--all"]);
    let said = String::from_utf8(nobody.stderr).unwrap();
    assert!(
        said.contains("no member") && said.contains("[[member]]"),
        "{said}"
    );
    assert!(!run("none", &["person"]).status.success());
}

#[test]
fn every_line_of_evidence_opens_into_the_events_that_it_was_made_from() {
    let root = demo().root.join("linchpin-demo");
    let lines = lines(&root.join("private/mara-l"));
    let mut kinds: Vec<&str> = Vec::new();
    for line in &lines {
        let kind = line["kind"].as_str().unwrap();
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        let explain = |format: &str| {
            let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
                .args([
                    "explain",
                    line["id"].as_str().unwrap(),
                    "--person",
                    "mara-l",
                ])
                .args([
                    "--format",
                    format,
                    "--store",
                    "store",
                    "--as-of",
                    "2026-07-01T00:00:00Z",
                ])
                .args(["--since", "78w", "--config", "config/linchpin.toml"])
                .args(["--private-config", "config/linchpin.private.toml"])
                .current_dir(&root)
                .env_clear()
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            String::from_utf8(output.stdout).unwrap()
        };
        let opened: Value = serde_json::from_str(&explain("json")).unwrap();
        assert_eq!(opened["act"], line["act"]);
        let events = opened["events"].as_array().unwrap();
        assert!(!events.is_empty(), "{kind}");
        assert!(opened["rule"].as_str().unwrap().len() > 20, "{kind}");
        if kinds.len() == 1 {
            let said = explain("table");
            assert!(
                said.contains("Made from (") && said.contains("https://"),
                "{said}"
            );
        }
    }
    assert!(kinds.len() >= 6, "{kinds:?}");
}

#[test]
fn a_line_that_nobody_has_is_told_with_the_step_that_finds_it() {
    let root = demo().root.join("linchpin-demo");
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args([
            "explain",
            "ev-0000000000",
            "--store",
            "store",
            "--as-of",
            "2026-07-01T00:00:00Z",
        ])
        .args(["--config", "config/linchpin.toml"])
        .current_dir(&root)
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("`ev-0000000000`") && said.contains("--since"),
        "{said}"
    );
}

#[test]
fn who_was_there_for_a_joiner_is_told_so_only_where_it_is_planted() {
    let mentee = demo().truths.mentee.as_ref().unwrap();
    let person = |login: &str| {
        let mut people = demo().truths.people.iter();
        people
            .find(|person| person.login == login)
            .unwrap()
            .name
            .clone()
    };
    let joiner = person(&mentee.joiner);
    let page = |root: &Path, stem: &str| {
        let folder = root.join("linchpin-demo/private").join(&mentee.buddy);
        fs::read_to_string(folder.join(stem)).unwrap()
    };
    let told = page(&demo().root, "growing-others.md");
    let head = format!(
        "In the first 90 days of “{joiner}”, from {}, buddy from {} to {}",
        mentee.from, mentee.from, mentee.to
    );
    assert!(told.contains(&head), "{told}");
    assert!(
        told.contains(&format!("buddy of {joiner}, by the register")),
        "{told}"
    );
    assert!(
        told.contains("the first merged change in timetable: departures"),
        "{told}"
    );
    assert!(told.contains(" · made together "), "{told}");
    let bare = page(&crate::pipeline::bare().root, "growing-others.md");
    assert!(!bare.contains("buddy"), "{bare}");
    let (with, without) = (" · made together ", " · made together ");
    let n = |text: &str, what: &str| {
        let act_by_act = text.split("## Changes made together").next().unwrap();
        act_by_act.matches(what).count()
    };
    assert!(n(&told, with) > 3 * n(&bare, without), "{bare}");
}

#[test]
fn a_lead_reads_on_their_own_page_what_the_leads_page_says_of_them() {
    let root = demo().root.join("linchpin-demo/private");
    let bottleneck = demo().truths.bottleneck.as_ref().unwrap();
    let own = fs::read_to_string(root.join(&bottleneck.login).join("growth.md")).unwrap();
    let leads = fs::read_to_string(root.join("lead/reviewers.md")).unwrap();
    let card = leads
        .lines()
        .filter(|line| line.contains("merged pull requests waited on this person"));
    let card: Vec<&str> = card.collect();
    assert!(!card.is_empty());
    for sentence in &card {
        assert!(own.contains(sentence), "{sentence}");
    }
    assert!(own.contains("more and longer") && leads.contains("more and longer"));
    // Whoever neither leads nor stands out has no card.
    for person in demo().truths.people.iter().filter(|person| person.is_team) {
        if person.login != bottleneck.login {
            let other = fs::read_to_string(root.join(&person.login).join("growth.md")).unwrap();
            assert!(!other.contains("waited on this person"), "{}", person.login);
        }
    }
}
