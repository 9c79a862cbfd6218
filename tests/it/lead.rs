//! `linchpin lead`: what is planted is found and told of the system, people stand by name, and nothing of it is public.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use linchpin::demo::fake::{FakeGitHub, Faults};
use linchpin::demo::organisation::{Plants, build};
use serde_json::Value;

use crate::pipeline::{clones, copy_of_the_store, demo};

fn lead_json(out: &Path) -> Value {
    let text = fs::read_to_string(out.join("private/lead/lead.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn demo_lead() -> Value {
    lead_json(&demo().root.join("linchpin-demo"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap()
}

/// Product, name and quarter of everything that stands out.
fn standing_out(lead: &Value) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for product in items(lead, "products") {
        for one in items(product, "bottleneck") {
            let quarters = items(one, "quarters").iter();
            for quarter in quarters.filter(|quarter| quarter["stands_out"] == true) {
                let words = [
                    text(product, "product"),
                    text(one, "name"),
                    text(quarter, "quarter"),
                ];
                let [product, name, quarter] = words.map(str::to_owned);
                found.insert((product, name, quarter));
            }
        }
    }
    found
}

/// Name and area of everybody who alone approves somewhere.
fn approving_alone(lead: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for reviewer in items(lead, "products")
        .iter()
        .flat_map(|product| items(product, "reviewers"))
    {
        for area in items(reviewer, "approves_alone") {
            found.insert((
                text(reviewer, "name").to_owned(),
                area.as_str().unwrap().to_owned(),
            ));
        }
    }
    found
}

fn name_of(login: &str) -> String {
    let people = &demo().truths.people;
    people
        .iter()
        .find(|person| person.login == login)
        .unwrap()
        .name
        .clone()
}

#[test]
fn the_planted_bottleneck_stands_out_until_its_date_and_nobody_else_does() {
    let planted = demo().truths.bottleneck.as_ref().unwrap();
    let name = name_of(&planted.login);
    let found = standing_out(&demo_lead());
    // Spread from 2025-11-03 on: the quarter of the date may go either way.
    let must = ["2025-Q1", "2025-Q2", "2025-Q3"];
    for quarter in must {
        let expected = (planted.product.clone(), name.clone(), quarter.to_owned());
        assert!(found.contains(&expected), "{quarter}: {found:?}");
    }
    for (product, who, quarter) in &found {
        assert!(
            *product == planted.product && *who == name && quarter.as_str() <= "2025-Q4",
            "{product} {who} {quarter}"
        );
    }
}

#[test]
fn the_planted_sole_approver_is_found_in_turnaround_queue_and_area_and_no_other() {
    let planted = demo().truths.sole_approver.as_ref().unwrap();
    let area = format!("{}: {}", planted.repository, planted.area);
    assert_eq!(
        approving_alone(&demo_lead()),
        BTreeSet::from([(name_of(&planted.login), area)])
    );
}

#[test]
fn without_the_plants_neither_is_found() {
    let plants = Plants {
        bottleneck: false,
        sole_approver: false,
        late_action: false,
        typed_incident: false,
        ..Plants::default()
    };
    let world = build(&plants);
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("linchpin.toml"), &world.register_toml).unwrap();
    fs::write(
        directory.path().join("linchpin.private.toml"),
        &world.private_register_toml,
    )
    .unwrap();
    for (name, text) in world.ladders {
        let ladder = directory.path().join(name);
        fs::create_dir_all(ladder.parent().unwrap()).unwrap();
        fs::write(ladder, text).unwrap();
    }
    let as_of = world.as_of.to_string();
    let server = FakeGitHub::start(world.host, Faults::none(world.as_of)).unwrap();
    for command in ["fetch", "lead"] {
        let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args([
                command,
                "--as-of",
                &as_of,
                "--since",
                "78w",
                "--api-url",
                &server.base_url(),
            ])
            .args([
                "--github",
                "lighthouse/parcel-api",
                "--github",
                "lighthouse/parcel-web",
            ])
            .args(["--github", "lighthouse/timetable"])
            .args(["--config", "linchpin.toml"])
            .args(["--private-config", "linchpin.private.toml"])
            .current_dir(directory.path())
            .env_clear()
            .env("HOME", directory.path())
            .env("GH_ENTERPRISE_TOKEN", "demo")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        println!("{command}: {said}");
        // No clone, so no history: partial data is said, and nothing else is wrong.
        assert!(
            matches!(output.status.code(), Some(0 | 5)),
            "{command}: {} {said}",
            output.status
        );
    }
    let lead = lead_json(&directory.path().join("linchpin-report"));
    assert!(
        items(&lead, "products")
            .iter()
            .all(|product| !items(product, "bottleneck").is_empty())
    );
    assert_eq!(standing_out(&lead), BTreeSet::new());
    assert_eq!(approving_alone(&lead), BTreeSet::new());
    let page = fs::read_to_string(
        directory
            .path()
            .join("linchpin-report/private/lead/reviewers.md"),
    );
    assert!(
        page.unwrap()
            .contains("No quarter tells one person apart from the others")
    );
    let incidents = directory
        .path()
        .join("linchpin-report/private/lead/incidents");
    let pages = incident_pages(&incidents);
    assert_eq!(pages.len(), 15);
    for (name, page) in pages {
        assert!(
            page.contains("None in the record: no sub-issue, no box"),
            "{name}: {page}"
        );
        assert!(!page.contains("by the issue's field"), "{name}: {page}");
    }
}

/// The forms of incidents as text, by their names.
fn incident_pages(folder: &Path) -> Vec<(String, String)> {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let forms = paths.filter(|path| path.extension().is_some_and(|found| found == "md"));
    let pages = forms.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    pages.collect()
}

#[test]
fn the_planted_late_action_is_told_and_the_one_in_time_and_no_other() {
    let planted = demo().truths.late_action.as_ref().unwrap();
    let folder = demo().root.join("linchpin-demo/private/lead/incidents");
    let own = format!("{}-{}.md", planted.repository, planted.incident);
    for (name, page) in incident_pages(&folder) {
        let state = |number: u64| {
            let page_of = format!("| [{}#{number}](", planted.repository);
            let row = page.lines().find(|line| line.starts_with(&page_of));
            row.map(|row| row.contains("after its due date"))
        };
        let is_own = name == own;
        let expected = |is_late: bool| is_own.then_some(is_late);
        assert_eq!(state(planted.in_time), expected(false), "{name}: {page}");
        assert_eq!(state(planted.late), expected(true), "{name}: {page}");
        assert_eq!(
            page.contains("done by it 1, done after it 1"),
            is_own,
            "{name}: {page}"
        );
    }
}

#[test]
fn the_planted_typed_incident_is_told_by_its_fields_and_no_other_is() {
    let planted = demo().truths.typed_incident.as_ref().unwrap();
    assert_ne!(planted.started_at, planted.written);
    assert_eq!(planted.actions.len(), 2);
    let folder = demo().root.join("linchpin-demo/private/lead/incidents");
    let own = format!("{}-{}.md", planted.repository, planted.incident);
    for (name, page) in incident_pages(&folder) {
        let is_own = name == own;
        let severity = format!("“{}”, by the issue's field", planted.severity);
        assert_eq!(page.contains(&severity), is_own, "{name}: {page}");
        let started_at = planted.started_at.in_tz("Europe/Lisbon").unwrap();
        let minute = started_at.strftime("%Y-%m-%d %H:%M");
        let started = format!("- **Started**: {minute}, by the issue's field");
        assert_eq!(page.contains(&started), is_own, "{name}: {page}");
        let n_sub_issues = page.matches(" | sub-issue | ").count();
        assert_eq!(n_sub_issues, if is_own { 2 } else { 0 }, "{name}: {page}");
    }
}

#[test]
fn people_stand_by_name_and_nothing_ranks_them() {
    let lead = demo_lead();
    for product in items(&lead, "products") {
        let names: Vec<String> = items(product, "reviewers")
            .iter()
            .map(|row| text(row, "name").to_lowercase())
            .collect();
        let mut sorted = names.clone();
        sorted.sort();
        assert!(names.len() >= 5 && names == sorted, "{names:?}");
        // Leads are looked at first; after them everybody by name.
        let looked_at: Vec<(bool, String)> = items(product, "bottleneck")
            .iter()
            .map(|row| (row["is_lead"] != true, text(row, "name").to_lowercase()))
            .collect();
        assert!(looked_at.is_sorted() && !looked_at[0].0, "{looked_at:?}");
    }
    let folder = demo().root.join("linchpin-demo/private/lead");
    for file in [
        "reviewers.md",
        "knowledge.md",
        "delegation.md",
        "agreements.md",
        "coverage.md",
        "index.html",
    ] {
        let page = fs::read_to_string(folder.join(file))
            .unwrap()
            .to_lowercase();
        for word in [
            "culprit", "blame", "slowest", "fastest", "best ", "worst", "score", "top ",
        ] {
            let body = page.rsplit("</style>").next().unwrap();
            assert!(!body.contains(word), "{file} says `{word}`");
        }
    }
}

#[test]
fn every_row_of_a_person_has_n_and_receipts_that_lead_somewhere() {
    let page =
        fs::read_to_string(demo().root.join("linchpin-demo/private/lead/reviewers.md")).unwrap();
    let lead = demo_lead();
    for product in items(&lead, "products") {
        for row in items(product, "reviewers") {
            assert!(row["turnaround"]["n"].as_u64().unwrap() > 0, "{row}");
            let receipts = format!("<summary>Receipts: {}</summary>", text(row, "name"));
            assert!(page.contains(&receipts), "{receipts}");
            let command = format!(
                "linchpin explain review.turnaround --scope {} --person {}",
                text(product, "product"),
                text(row, "login")
            );
            assert!(page.contains(&command), "{command}");
        }
    }
    assert!(page.contains("/pull/") && page.contains("Window from 2025-01-01 up to 2026-07-01"));
}

#[test]
fn the_planted_hand_over_names_giver_and_receiver_and_the_delegation_has_a_curve() {
    let folder = demo().root.join("linchpin-demo/private/lead");
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let planted = demo().truths.hand_over.as_ref().unwrap();
    let page = read("delegation.md");
    let line = page
        .lines()
        .find(|line| line.contains(&planted.area))
        .unwrap();
    let (from, to) = (name_of(&planted.giver), name_of(&planted.receiver));
    assert!(line.contains(&format!("from {from} to {to}")), "{line}");
    assert!(line.contains("receiver reviewed by giver from"), "{line}");
    let html = read("index.html");
    let at = html.find("Declared delegations").unwrap();
    let rest = &html[at..];
    assert!(rest.find("<svg").unwrap() < rest.find("Hand-overs found").unwrap());
}

#[test]
fn what_only_one_active_person_knows_is_told_with_who_is_nearest() {
    let folder = demo().root.join("linchpin-demo/private/lead");
    let page = fs::read_to_string(folder.join("knowledge.md")).unwrap();
    let silo = demo().truths.silo.as_ref().unwrap();
    let line = page.lines().find(|line| {
        line.starts_with(&format!("| {} |", name_of(&silo.login))) && line.contains(&silo.area)
    });
    let line = line.unwrap();
    assert!(line.contains("nearest: nobody"), "{line}");
    // The column of seconds has the same rule: whoever touched it long ago is none.
    let row = page
        .lines()
        .find(|line| line.starts_with(&format!("| {} | {} (", silo.area, name_of(&silo.login))));
    let row = row.unwrap();
    assert!(
        row.contains("| — (nobody active who knows something of it) |"),
        "{row}"
    );
}

#[test]
fn what_the_lead_reads_of_somebody_stands_in_their_own_pack_and_nothing_more() {
    let folder = demo().root.join("linchpin-demo/private");
    let told = standing_out(&demo_lead());
    let mut own = BTreeSet::new();
    for person in demo().truths.people.iter().filter(|person| person.is_team) {
        let lines = fs::read_to_string(folder.join(&person.login).join("evidence.jsonl")).unwrap();
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            if line["kind"] == "awaited" {
                assert_eq!(line["polarity"], "challenge");
                let act = text(&line, "act");
                let after = |words: &str| {
                    let (_, rest) = act.split_once(words).unwrap();
                    rest.split(' ').next().unwrap().to_owned()
                };
                let (product, quarter) = (after("pull requests of "), after("merged in "));
                own.insert((product, person.name.clone(), quarter));
            }
        }
    }
    assert!(!told.is_empty());
    assert_eq!(own, told);
}

/// Every table of a text: its title, how many columns it has, and the product under whose heading it stands.
fn tables_of(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let rules = lines.iter().enumerate().filter(|(_, line)| {
        line.starts_with("|--") && line.chars().all(|sign| matches!(sign, '|' | '-' | ':'))
    });
    rules
        .map(|(at, rule)| {
            let title = lines[..at].iter().rev().nth(2).copied().unwrap_or_default();
            (title.to_owned(), rule.matches('|').count() - 1)
        })
        .collect()
}

#[test]
fn every_table_of_the_lead_has_at_most_eight_columns_and_says_its_product() {
    let lead = demo_lead();
    let products: Vec<&str> = items(&lead, "products")
        .iter()
        .map(|product| text(product, "product"))
        .collect();
    // What is told of all products at once: a column says where, or people stand for themselves.
    let of_all = [
        "Agreements against the figures",
        "Evidence of everybody, by name",
        "Follow-up actions, by due date",
    ];
    let folder = demo().root.join("linchpin-demo/private/lead");
    let mut n = 0;
    for (name, page) in incident_pages(&folder)
        .into_iter()
        .chain(incident_pages(&folder.join("incidents")))
    {
        for (title, n_columns) in tables_of(&page) {
            assert!(n_columns <= 8, "{name}: {title} has {n_columns} columns");
            let is_titled = title.starts_with('_') && title.ends_with('_');
            let says_it = products
                .iter()
                .chain(&of_all)
                .any(|words| title.contains(words));
            assert!(is_titled && says_it, "{name}: {title}");
            n += 1;
        }
    }
    assert!(n > 20, "{n}");
}

#[test]
fn this_week_of_the_demo_names_what_is_crossed_and_whom_it_waits_for() {
    let folder = demo().root.join("linchpin-demo/private/lead");
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    let main = page.split("<main").nth(1).unwrap();
    assert!(
        main.trim_start_matches(|sign| sign != '<')
            .starts_with("<section id=\"this-week\"")
    );
    let text = fs::read_to_string(folder.join("this-week.md")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(lines.len() > 5, "{text}");
    for line in lines {
        assert!(line.starts_with("- **2026-"), "{line}");
        assert!(
            line.contains("n ") && line.chars().any(|sign| sign.is_ascii_digit()),
            "{line}"
        );
        assert!(line.contains("]("), "{line}");
    }
    assert!(text.contains("waits with "), "{text}");
}

#[test]
fn without_a_register_everybody_with_a_figure_has_their_evidence() {
    let directory = tempfile::tempdir().unwrap();
    copy_of_the_store(directory.path());
    let root = demo().root.join("linchpin-demo");
    let register = fs::read_to_string(root.join("config/linchpin.toml")).unwrap();
    let (before, rest) = register.split_once("[[member]]").unwrap();
    let after = &rest[rest.find("[[event]]").unwrap()..];
    fs::write(
        directory.path().join("linchpin.toml"),
        format!("{before}{after}"),
    )
    .unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command.args(args).args(["--store", "store"]);
        command.args(["--config", "linchpin.toml"]);
        if args == ["mine"] {
            command.args(clones());
        }
        let output = command
            .current_dir(directory.path())
            .env_clear()
            .env("HOME", directory.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    // Who is who is derived with the register's members: without them once more.
    run(&["mine"]);
    run(&["lead", "--as-of", "2026-07-01T00:00:00Z", "--since", "26w"]);
    let lead = lead_json(&directory.path().join("linchpin-report"));
    let lines = items(&lead, "coverage");
    assert!(lines.len() > 4, "{}", lines.len());
    // Each of them has reviewed or written something: the demo knows of nobody who has figures and left no trace.
    for line in lines {
        assert!(line["moments"].as_u64().unwrap() > 0, "{line}");
    }
    let page = |name: &str| {
        let place = directory.path().join("linchpin-report/private/lead");
        fs::read_to_string(place.join(name)).unwrap()
    };
    let (week, onboarding) = (page("week.md"), page("onboarding.md"));
    assert!(!week.contains("No moment of these days"), "{week}");
    for page in [week, onboarding] {
        assert!(page.contains("Not told: no `[[member]]`"), "{page}");
    }
}
