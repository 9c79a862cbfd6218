//! What a deployment contains is what git says, over everything that tags and deployments reach; weak evidence is held against time.

use std::fs;

use linchpin::domain::{CommitId, Issue, PrNumber};
use linchpin::metrics::measure::Measured;
use linchpin::tables::{SideRow, TagRow};
use linchpin::work::Fate;
use serde_json::Value;

use crate::facts_given::{ADA, Given, LAMP, hour, id};
use crate::flow::whole;
use crate::git_fixture::Fixture;
use crate::landed::{linchpin, table};

const FREQUENCY: &str = "dora.deployment_frequency";
const LEAD: &str = "dora.change_lead_time";

/// A commit beside the default branch.
fn beside(given: &mut Given, parents: &[CommitId], at: i64) -> CommitId {
    let commit = id(5_000 + given.tables.side_commits.len() as u64);
    given.tables.side_commits.push(SideRow {
        repository: LAMP,
        commit,
        parents: parents.to_vec(),
        committed_at: hour(at),
        is_merge: parents.len() > 1,
        reverts: None,
        copy_of: None,
    });
    commit
}

/// Hours and fates of the lead time's rows, by the commit's id or the pull request's number.
fn leads(given: &Given) -> Vec<(String, Option<f64>, Fate)> {
    let rows = given.measure(LEAD).rows;
    let mut found: Vec<_> = rows
        .iter()
        .map(|row| {
            let name = row.link.as_ref().unwrap().rsplit('/').next().unwrap();
            (name.to_owned(), row.value, row.fate)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn lead(given: &Given, commit: CommitId) -> (Option<f64>, Fate) {
    let name = commit.to_string();
    let found = leads(given);
    let row = found.iter().find(|(found, ..)| *found == name);
    let (_, value, fate) = row.unwrap_or_else(|| panic!("{name} in {found:?}"));
    (*value, *fate)
}

#[test]
fn a_deployment_of_an_environment_branch_ships_what_it_contains() {
    let mut given = Given::new();
    let mut production = Vec::new();
    let mut changes = Vec::new();
    for day in 0..4 {
        let change = given.land(24 * day);
        production.insert(0, change);
        let merge = beside(&mut given, &production, 24 * day + 1);
        given.deploy(merge, 24 * day + 2);
        production = vec![merge];
        changes.push(change);
    }
    let waiting = given.land(24 * 5);
    assert_eq!(
        lead(&given, changes[0]),
        (None, Fate::Unknown("baseline_deployment"))
    );
    for change in &changes[1..] {
        assert_eq!(lead(&given, *change), (Some(2.0), Fate::Included));
    }
    assert_eq!(
        lead(&given, waiting),
        (None, Fate::Excluded("not_deployed_yet"))
    );
    // The clone lacks the third one: nobody can tell what it shipped, and the fourth may not have been the first.
    given.tables.side_commits.remove(2);
    given.tables.side_commits[2].parents = vec![changes[3], changes[2]];
    let unknown = (None, Fate::Unknown("deployed_commit_unknown"));
    assert_eq!(lead(&given, changes[1]), (Some(2.0), Fate::Included));
    assert_eq!(lead(&given, changes[2]), unknown);
    assert_eq!(lead(&given, changes[3]), (Some(2.0), Fate::Included));
    // And without the fourth as well, nothing after the second is "not yet".
    given.tables.side_commits.remove(2);
    assert_eq!(lead(&given, changes[3]), unknown);
    assert_eq!(
        lead(&given, waiting),
        (None, Fate::Excluded("not_deployed_yet"))
    );
}

#[test]
fn a_change_is_in_production_with_its_copy_on_a_release_branch() {
    let mut given = Given::new();
    let base = given.land(0);
    given.deploy(base, 1);
    let fix = given.land(24);
    let whole = given.land(30);
    let copy = beside(&mut given, &[base], 25);
    given.tables.side_commits[0].copy_of = Some(fix);
    given.deploy(copy, 26);
    // Made on the release branch, and picked onto the default branch after that.
    let first = beside(&mut given, &[copy], 40);
    given.deploy(first, 41);
    let brought = given.land(50);
    given.tables.commits.last_mut().unwrap().cherry_picked_from = Some(Box::new(first));
    given.deploy(brought, 24 * 20);
    assert_eq!(lead(&given, fix), (Some(2.0), Fate::Included));
    assert_eq!(
        lead(&given, whole),
        (Some(24.0 * 20.0 - 30.0), Fate::Included)
    );
    assert_eq!(
        lead(&given, brought),
        (None, Fate::Unknown("deployed_before_merged"))
    );
}

#[test]
fn a_hotfix_merged_into_a_release_branch_is_a_change_where_that_is_deployed() {
    let mut given = Given::new();
    let base = given.land(0);
    given.deploy(base, 1);
    for number in [1, 2] {
        given.open(number, 10).first_commit_at = Some(hour(9));
        given.merge(number, 12);
        let landed = beside(&mut given, &[base], 12);
        let row = given.row(number);
        row.merge_commit = Some(landed);
        row.base_branch = "release/1".into();
        if number == 1 {
            given.deploy(landed, 14);
        }
    }
    let of = |number: &str| {
        let found = leads(&given).into_iter().find(|(name, ..)| name == number);
        found.map(|(_, value, fate)| (value, fate)).unwrap()
    };
    assert_eq!(of("1"), (Some(5.0), Fate::Included));
    let elsewhere = Fate::Excluded("merged_into_another_branch");
    assert_eq!(of("2"), (None, elsewhere));
    let waits = given.measure("flow.deploy_wait").rows;
    let found: Vec<_> = waits.iter().map(|row| (row.value, row.fate)).collect();
    assert_eq!(found, [(Some(2.0), Fate::Included), (None, elsewhere)]);
}

#[test]
fn nothing_lands_long_before_or_after_its_merge() {
    // A pull request merged at hour 100 of which GitHub names no commit that is there.
    let merged = |given: &mut Given| {
        given.open(1, 90).first_commit_at = Some(hour(90));
        given.merge(1, 100);
    };
    let fate = |given: &Given| {
        let found = leads(given).into_iter().find(|(name, ..)| name == "1");
        found.map(|(_, _, fate)| fate).unwrap()
    };
    let nowhere = Fate::Unknown("landing_commit_not_found");
    let named = |at: i64| {
        let mut given = Given::new();
        let base = given.land(-4_000);
        given.deploy(base, -3_999);
        let landed = given.land(at);
        given.tables.commits.last_mut().unwrap().pull_request = Some(1);
        given.deploy(landed, 300);
        merged(&mut given);
        given
    };
    assert_eq!(fate(&named(101)), Fate::Included);
    // A fork's, or one of another repository's numbering: years off.
    assert_eq!(fate(&named(100 + 31 * 24)), nowhere);
    assert_eq!(fate(&named(100 - 31 * 24)), nowhere);
    // Of two near ones the nearest, wherever it stands.
    let mut given = named(101);
    let later = given.land(400);
    given.tables.commits.last_mut().unwrap().pull_request = Some(1);
    given.deploy(later, 401);
    let rows = given.measure(LEAD).rows;
    let row = rows.iter().find(|row| row.subject.starts_with("#1 "));
    assert_eq!(row.unwrap().at, Some(hour(300)));
    // One of its commits was there before it was opened; its last one is not.
    let mut given = Given::new();
    let base = given.land(-50);
    given.deploy(base, -49);
    merged(&mut given);
    let shared = given.commit(1, ADA, 80);
    given.commit(1, ADA, 95);
    let landed = given.land(85);
    given.tables.commits.last_mut().unwrap().commit = shared;
    let _ = landed;
    given.deploy(shared, 300);
    assert_eq!(fate(&given), nowhere);
    given.tables.facts.pull_request_commits.pop();
    assert_eq!(fate(&given), Fate::Included);
}

#[test]
fn nothing_is_deployed_before_it_was_merged() {
    let mut given = Given::new();
    let base = given.land(0);
    given.deploy(base, 1);
    for (number, deployed) in [(1, 9), (2, 11)] {
        let landed = given.land(8);
        given.deploy(landed, deployed);
        given.open(number, 5).first_commit_at = Some(hour(4));
        given.merge(number, 10);
        given.row(number).merge_commit = Some(landed);
    }
    let found: Vec<_> = leads(&given)
        .into_iter()
        .filter(|(name, ..)| name.len() == 1)
        .map(|(_, value, fate)| (value, fate))
        .collect();
    assert_eq!(
        found,
        [
            (None, Fate::Unknown("deployed_before_merged")),
            (Some(7.0), Fate::Included)
        ]
    );
}

#[test]
fn several_tags_of_one_commit_are_one_deployment() {
    let mut given = Given::new();
    given.register =
        "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\ndeployments = [\"tags\"]\n\
                      tag_pattern = \"^v\"\n"
            .into();
    for (at, names) in [
        (0, &["v1"][..]),
        (24, &["v2", "v2.0", "v2.0.0"]),
        (48, &["v2.1.0", "v2.1"]),
    ] {
        let commit = given.land(at);
        for (later, name) in (0..).zip(names) {
            given.tables.tags.push(TagRow {
                repository: LAMP,
                name: (*name).to_owned(),
                commit,
                // Moved along by hand, an hour later each.
                tagged_at: hour(at + later),
            });
        }
    }
    let measure = given.measure("dora.deployment_frequency");
    let found: Vec<_> = measure
        .rows
        .iter()
        .map(|row| (row.subject.split(' ').next().unwrap(), row.at))
        .collect();
    assert_eq!(
        found,
        [
            ("v1", Some(hour(0))),
            ("v2.0.0", Some(hour(24))),
            ("v2.1.0", Some(hour(48)))
        ]
    );
    assert_eq!(whole(&measure).ledger.included, 3);
}

#[test]
fn bringing_a_reverted_change_in_again_is_no_rework() {
    let mut given = Given::new();
    let mut last = given.land(0);
    given.deploy(last, 1);
    // A change; its revert; the revert of that; and the revert of that again.
    for day in 1..=4 {
        let commit = given.land(24 * day);
        given.tables.commits.last_mut().unwrap().reverts = (day > 1).then(|| Box::new(last));
        given.deploy(commit, 24 * day + 1);
        last = commit;
    }
    // One on a release branch of what the release branch has.
    let side = beside(&mut given, &[last], 24 * 5);
    given.tables.side_commits[0].reverts = Some(given.tables.commits[0].commit);
    given.deploy(side, 24 * 5 + 1);
    let rows = given.measure("dora.deployment_rework_rate").rows;
    let found: Vec<_> = rows.iter().map(|row| row.value).collect();
    assert_eq!(
        found,
        [None, Some(0.0), Some(1.0), Some(0.0), Some(1.0), Some(1.0)]
    );
}

#[test]
fn an_issue_closed_as_none_is_no_incident_unless_the_register_says_so() {
    let mut given = Given::new();
    for day in 0..6 {
        let commit = given.land(24 * day);
        given.deploy(commit, 24 * day + 1);
    }
    let reasons = [
        None,
        Some("completed"),
        Some("not_planned"),
        Some("duplicate"),
        Some("reopened"),
    ];
    for (number, reason) in (1..).zip(reasons) {
        let at = 24 * i64::try_from(number).unwrap() + 2;
        given.tables.facts.issues.push(Issue {
            repository: LAMP,
            number: PrNumber(number),
            title: "It is dark".into(),
            url: String::new(),
            author: Some(ADA),
            created_at: hour(at),
            closed_at: (reason != Some("reopened")).then(|| hour(at + 1)),
            state_reason: reason.map(str::to_owned),
            updated_at: hour(at),
            labels: vec!["incident".into()],
            assignees: Vec::new(),
            milestone: None,
            body: String::new(),
            issue_type: None,
            untold: Vec::new(),
        });
    }
    let numbers = |given: &Given| {
        let rows = given.measure("dora.failed_deployment_recovery_time").rows;
        let found = rows.iter().map(|row| row.subject[..2].to_owned());
        found.collect::<Vec<_>>()
    };
    assert_eq!(numbers(&given), ["#1", "#2", "#5"]);
    given.register = "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 3\n".into();
    assert_eq!(numbers(&given), ["#1", "#2", "#3", "#5"]);
}

/// A default branch, a release branch with picks of every kind and a commit of its own, and tags on it.
#[test]
fn what_release_branches_contain_is_found_in_the_clone() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.commit("Start");
    f.git(&["tag", "v1.0"]);
    f.git(&["branch", "release"]);
    f.git(&["branch", "older"]);
    let mut fixes = Vec::new();
    for name in ["stated", "silent", "again", "alone"] {
        f.write(name, format!("{name}\n"));
        fixes.push(f.commit(&format!("Fix {name} (#7)")));
    }
    let clock = i64::from_str_radix("65a00000", 16).unwrap();
    f.set_clock(clock);
    f.git(&["checkout", "-q", "release"]);
    f.git(&["cherry-pick", "-x", &fixes[0]]);
    let stated = f.line(&["rev-parse", "HEAD"]);
    f.git(&["cherry-pick", &fixes[1]]);
    let silent = f.line(&["rev-parse", "HEAD"]);
    f.git(&["cherry-pick", "-x", &fixes[2]]);
    let first = f.line(&["rev-parse", "HEAD"]);
    f.write("own", "own\n");
    let own = f.commit("Only here");
    f.git(&["tag", "v1.1"]);
    f.git(&["checkout", "-q", "older"]);
    f.git(&["cherry-pick", "-x", &first]);
    let again = f.line(&["rev-parse", "HEAD"]);
    f.write("again", "taken back\n");
    let short = &again[..10];
    let back = f.commit(&format!(
        "Take it back\n\nThis reverts commit {short} (Fix again, 2024-01-12)."
    ));
    f.git(&["tag", "v0.9"]);
    // Nobody tagged this one.
    f.write("never", "x\n");
    f.commit("Never released");
    f.git(&["checkout", "-q", "main"]);
    f.git(&["remote", "add", "origin", "https://github.com/acme/lamp"]);
    let place = tempfile::tempdir().unwrap();
    fs::write(
        place.path().join("linchpin.toml"),
        "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\ndeployments = [\"tags\"]\ntag_pattern = \"^v\"\n",
    )
    .unwrap();
    let clone = f.path().display().to_string();
    let more = [
        "--offline",
        "--since=2023-01-01",
        "--as-of=2024-06-01",
        "--repo",
        &clone,
    ];
    for command in [&["run"][..], &["export", "--format", "json"]] {
        linchpin(place.path(), &[command, &more].concat());
    }
    let mut found: Vec<(String, Option<String>, Option<String>)> =
        table(place.path(), "side_commits")
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().map(str::to_owned);
                (text("commit").unwrap(), text("copy_of"), text("reverts"))
            })
            .collect();
    found.sort();
    let mut expected = vec![
        (stated, Some(fixes[0].clone()), None),
        (silent, Some(fixes[1].clone()), None),
        (first, Some(fixes[2].clone()), None),
        (again.clone(), Some(fixes[2].clone()), None),
        (own, None, None),
        (back, None, Some(again)),
    ];
    expected.sort();
    assert_eq!(found, expected);
    let explained = std::process::Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(["explain", LEAD, "--format", "json"])
        .args(more)
        .current_dir(place.path())
        .output()
        .unwrap();
    let explained: Value = serde_json::from_slice(&explained.stdout).unwrap();
    let fates: Vec<(String, String)> = explained["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            (text("subject"), text("fate"))
        })
        .collect();
    let fate = |name: &str| {
        let found = fates.iter().find(|(subject, _)| subject.contains(name));
        found.map(|(_, fate)| fate.clone()).unwrap()
    };
    for name in ["Fix stated", "Fix silent", "Fix again"] {
        assert_eq!(fate(name), "included", "{name} in {fates:?}");
    }
    assert_ne!(fate("Fix alone"), "included");
}

#[test]
fn a_bucket_without_a_deployment_is_zero_where_the_source_was_read_whole() {
    let check = |source: &str, expected: &[(&str, f64)]| {
        let mut given = Given::new();
        given.register = format!(
            "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\ndeployments = [\"{source}\"]\ntag_pattern = \"^v\"\n"
        );
        // In the second of four weeks, and twice in the third.
        for (name, at) in [("v1", 170), ("v2", 340), ("v3", 341)] {
            let commit = given.land(at);
            given.deploy(commit, at);
            given.tables.tags.push(TagRow {
                repository: LAMP,
                name: name.to_owned(),
                commit,
                tagged_at: hour(at),
            });
        }
        let measure = given.measure(FREQUENCY);
        let found: Vec<(String, f64)> = measure
            .cells
            .iter()
            .filter_map(|cell| {
                let Measured::Value { n, value, .. } = &cell.measured else {
                    return None;
                };
                let count = value.get("count")?;
                assert!((*n as f64 - count).abs() < 1e-9);
                Some((cell.bucket?.to_string(), count))
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(bucket, n)| ((*bucket).to_owned(), *n))
            .collect();
        assert_eq!(found, expected, "{source}");
    };
    check(
        "tags",
        &[("2026-W11", 1.0), ("2026-W12", 2.0), ("2026-W13", 0.0)],
    );
    // Nobody read the deployments of GitHub whole.
    check("deployments_api", &[("2026-W11", 1.0), ("2026-W12", 2.0)]);
}

#[test]
fn no_incident_under_the_teams_own_labels_is_none_of_all_deployments() {
    let mut given = Given::new();
    for day in 0..6 {
        let commit = given.land(24 * day);
        given.deploy(commit, 24 * day + 1);
    }
    let failed = |given: &Given| {
        whole(&given.measure("dora.change_fail_rate"))
            .measured
            .clone()
    };
    assert!(matches!(failed(&given), Measured::NotObserved { .. }));
    given.register = "incident_labels = [\"outage\"]\n".into();
    let Measured::Value { n, value, .. } = failed(&given) else {
        panic!("{:?}", failed(&given));
    };
    assert_eq!((n, value.get("hits")), (6, Some(0.0)));
}
