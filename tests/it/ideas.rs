//! One idea, one answer: the metric, a person's evidence, the lead's page, `check` and `explain` are asked the same question.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::pipeline::demo;

/// What a command says of the demo, with the private register.
fn asked(arguments: &[&str]) -> String {
    let fixed = [
        "--store",
        "linchpin-demo/store",
        "--config",
        "linchpin-demo/config/linchpin.toml",
        "--private-config",
        "linchpin-demo/config/linchpin.private.toml",
        "--as-of",
        "2026-07-01T00:00:00Z",
        "--since",
        "78w",
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .args(fixed)
        .current_dir(&demo().root)
        .env_clear()
        .env("HOME", &demo().root)
        .output()
        .unwrap();
    // `check` says with 7 that an agreement is crossed.
    let code = output.status.code().unwrap();
    assert!(
        code == 0 || code == 7,
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let mut arguments = arguments.to_vec();
    arguments.extend(["--format", "json"]);
    serde_json::from_str(&asked(&arguments)).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn rows(explained: &Value) -> impl Iterator<Item = &Value> {
    explained["rows"].as_array().unwrap().iter()
}

/// Pages of the included rows of a metric.
fn included(metric: &str, more: &[&str]) -> BTreeSet<String> {
    let mut arguments = vec!["explain", metric];
    arguments.extend(more);
    let explained = json(&arguments);
    let included = rows(&explained).filter(|row| text(row, "fate") == "included");
    included.map(|row| text(row, "link").to_owned()).collect()
}

/// Everybody who has pages: who deleted their account has none.
fn everybody() -> Vec<String> {
    let people = demo().truths.people.iter();
    let logins = people.map(|person| person.login.clone());
    let private = demo().root.join("linchpin-demo/private");
    logins
        .filter(|login| private.join(login).is_dir())
        .collect()
}

/// Somebody's lines of evidence of one kind.
fn moments(login: &str, kind: &str) -> Vec<Value> {
    let place = demo().root.join("linchpin-demo/private").join(login);
    let lines = fs::read_to_string(place.join("evidence.jsonl")).unwrap_or_default();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &Value| text(line, "kind") == kind)
        .collect()
}

fn links(moment: &Value) -> Vec<String> {
    let links = moment["links"].as_array().unwrap().iter();
    links
        .map(|link| link.as_str().unwrap().to_owned())
        .collect()
}

fn lead() -> Value {
    let file = demo().root.join("linchpin-demo/private/lead/lead.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn a_request_that_waits_is_the_same_one_everywhere() {
    let lead = lead();
    let products = lead["products"].as_array().unwrap().iter();
    let reviewers: Vec<&Value> = products
        .flat_map(|product| product["reviewers"].as_array().unwrap())
        .collect();
    let mut n = 0;
    for login in everybody() {
        let metric = included("review.waiting", &["--person", &login]);
        let evidence: BTreeSet<String> =
            moments(&login, "waiting").iter().flat_map(links).collect();
        let page: BTreeSet<String> = reviewers
            .iter()
            .filter(|reviewer| text(reviewer, "login") == login)
            .flat_map(|reviewer| reviewer["waiting"].as_array().unwrap())
            .map(|line| text(line, "url").to_owned())
            .collect();
        assert_eq!(metric, evidence, "{login}: the metric and the evidence");
        assert_eq!(metric, page, "{login}: the metric and the lead's page");
        n += metric.len();
    }
    assert!(n >= 3, "{n} requests wait in the demo");
}

#[test]
fn what_stands_still_is_the_same_everywhere_and_for_as_long() {
    let explained = json(&["explain", "flow.stuck"]);
    let stuck: BTreeSet<String> = rows(&explained)
        .filter(|row| row["value"] == 1.0)
        .map(|row| text(row, "link").to_owned())
        .collect();
    let checked = json(&["check"]);
    let agreements = checked["agreements"].as_array().unwrap().iter();
    let items = |metric: &'static str| {
        let of_metric = agreements
            .clone()
            .filter(move |one| text(one, "metric") == metric);
        of_metric.flat_map(|one| one["items"].as_array().unwrap())
    };
    let agreed: BTreeSet<String> = items("flow.stuck")
        .map(|item| text(item, "link").to_owned())
        .collect();
    let people = everybody();
    let open: Vec<Value> = people
        .iter()
        .flat_map(|login| moments(login, "open"))
        .collect();
    let evidence: BTreeSet<String> = open.iter().flat_map(links).collect();
    assert!(!stuck.is_empty());
    assert_eq!(stuck, agreed, "the metric and the agreement");
    assert_eq!(stuck, evidence, "the metric and the evidence");
    // The lead's page counts them.
    let place = demo().root.join("linchpin-demo/private/lead/agreements.md");
    let page = fs::read_to_string(place).unwrap();
    let counted = format!("| parcels | {} pull requests |", stuck.len());
    let line = page.lines().find(|line| line.contains("left alone"));
    assert!(line.unwrap().contains(&counted), "{line:?}");
    // Nobody had touched them since they were ready: both clocks started then.
    let days: BTreeMap<&str, f64> = items("flow.pickup_time")
        .map(|item| (text(item, "link"), item["working_days"].as_f64().unwrap()))
        .collect();
    // Oskar's days are his own, and fewer: see below.
    let of_team = open
        .iter()
        .filter(|moment| text(moment, "person") != "odemir");
    assert!(of_team.clone().count() > 1);
    for moment in of_team {
        let words = text(moment, "act");
        let told = words.split('(').nth(1).unwrap();
        let told: f64 = told.split(' ').next().unwrap().parse().unwrap();
        let agreed = days[links(moment)[0].as_str()];
        assert!((told - agreed).abs() < 1.0, "{agreed}: {words}");
    }
}

#[test]
fn an_incident_is_one_for_the_figures_and_for_whoever_acted_in_it() {
    let figures: BTreeSet<String> = included("dora.failed_deployment_recovery_time", &[])
        .into_iter()
        .collect();
    let explained = json(&["explain", "dora.failed_deployment_recovery_time"]);
    let population: BTreeSet<String> = rows(&explained)
        .map(|row| text(row, "link").to_owned())
        .collect();
    let people = everybody();
    let told: BTreeSet<String> = people
        .iter()
        .flat_map(|login| moments(login, "incident"))
        .map(|moment| links(&moment)[0].clone())
        .collect();
    assert!(figures.len() > 10, "{figures:?}");
    assert_eq!(told, population, "every one has somebody who acted in it");
}

#[test]
fn a_kind_of_file_is_one_for_the_figures_and_for_whoever_wrote_it() {
    let explained = json(&["explain", "knowledge.concentration_by_kind"]);
    // Squashed changes carry their number, so that a commit and a pull request can be held against each other.
    let mut of_kind: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut squashed: BTreeSet<&str> = BTreeSet::new();
    for row in rows(&explained) {
        let subject = text(row, "subject");
        let Some(number) = subject
            .rsplit_once("(#")
            .and_then(|(_, rest)| rest.strip_suffix(')'))
        else {
            continue;
        };
        let repository = text(row, "repository");
        squashed.insert(repository);
        for kind in row["areas"].as_array().unwrap() {
            let page = format!("https://github.example/{repository}/pull/{number}");
            let of_kind = of_kind
                .entry(kind.as_str().unwrap().to_owned())
                .or_default();
            of_kind.insert(page);
        }
    }
    let mut n = 0;
    for (moment, kind) in [
        ("decision_record", "decision records"),
        ("postmortem", "postmortems"),
        ("migration", "migrations"),
    ] {
        for login in everybody() {
            for found in moments(&login, moment) {
                let page = links(&found)[0].clone();
                let is_squashed = squashed
                    .iter()
                    .any(|repository| page.contains(&format!("/{repository}/pull/")));
                if is_squashed {
                    n += 1;
                    let pages = &of_kind[kind];
                    assert!(pages.contains(&page), "{kind}: {}", text(&found, "act"));
                }
            }
        }
    }
    assert!(n > 5, "{n} moments of {squashed:?}");
}

#[test]
fn a_wait_is_told_in_the_working_days_of_whoever_is_waited_for() {
    // Oskar works nine hours a day, from Monday to Thursday; the team eight and a half, five days.
    let explained = json(&["explain", "review.waiting", "--person", "odemir"]);
    let of_metric: BTreeMap<&str, f64> = rows(&explained)
        .filter(|row| text(row, "fate") == "included")
        .map(|row| (text(row, "link"), row["working_hours"].as_f64().unwrap()))
        .collect();
    let told = moments("odemir", "waiting");
    let words = text(&told[0], "act");
    for (page, days) in links(&told[0]).iter().zip(
        words
            .split(" working day")
            .map(|part| part.rsplit(", ").next().unwrap()),
    ) {
        let days: f64 = days.parse().unwrap();
        let hours = of_metric[page.as_str()];
        assert!((days - hours / 9.0).abs() < 1.0, "{hours}: {words}");
    }
    // Asked on Monday the 22nd: two Fridays fewer than for the team.
    let checked = json(&["check"]);
    let agreements = checked["agreements"].as_array().unwrap().iter();
    let team = agreements
        .flat_map(|one| one["items"].as_array().unwrap())
        .find(|item| text(item, "link").ends_with("/pull/387"))
        .unwrap();
    let own = of_metric["https://github.example/lighthouse/parcel-api/pull/387"] / 9.0;
    assert!(
        own + 0.9 < team["working_days"].as_f64().unwrap(),
        "{own} {team}"
    );
}

#[test]
fn somebody_is_the_same_by_login_at_login_and_address() {
    let spellings = ["tbeck", "@tbeck", "TBECK", "tomas@lighthouse.example"];
    let explained = spellings.map(|who| asked(&["explain", "review.requested", "--person", who]));
    assert!(explained.iter().all(|text| *text == explained[0]));
    let notes = spellings.map(|who| asked(&["follow-up", who]));
    assert!(notes[0].contains("Drafts first"), "{}", notes[0]);
    assert!(notes.iter().all(|text| *text == notes[0]));
    let packs = spellings.map(|who| {
        let out = tempfile::tempdir().unwrap();
        let place = out.path().to_str().unwrap();
        asked(&["person", who, "--out", place]);
        fs::read_to_string(out.path().join("private/tbeck/evidence.jsonl")).unwrap()
    });
    let place = demo()
        .root
        .join("linchpin-demo/private/tbeck/evidence.jsonl");
    let of_demo = fs::read_to_string(place).unwrap();
    assert!(packs.iter().all(|text| *text == of_demo));
}

#[test]
fn an_initiative_opens_by_its_id_into_what_a_page_tells_of_it() {
    let place = demo().root.join("linchpin-demo/private/inesc/work.md");
    let page = fs::read_to_string(place).unwrap();
    let heading = page
        .lines()
        .find(|line| line.starts_with('#') && line.contains("`in-"))
        .unwrap();
    let id = heading.split('`').nth(1).unwrap();
    let opened = asked(&["explain", id]);
    assert!(
        opened.contains(heading.trim_start_matches('#').trim()),
        "{opened}"
    );
    assert!(opened.contains("/pull/"), "{opened}");
    let paragraph = page.split(heading).nth(1).unwrap();
    let first = paragraph.lines().find(|line| !line.is_empty()).unwrap();
    assert!(opened.contains(first), "{first}");
}
