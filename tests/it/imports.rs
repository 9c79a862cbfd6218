//! What files of the register declare: deployments and incidents that GitHub does not know, counted as others are, each once, and
//! whatever is not counted told.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use linchpin::domain::{CommitId, ImportLine, Issue, PrNumber, RepositoryId};
use linchpin::metrics::measure::{Cell, LedgerRow, Measured};
use linchpin::metrics::relations::Relations;
use linchpin::metrics::{Measure, find};
use linchpin::tables::question::IncidentRow;
use linchpin::tables::{Repository, TagRow};
use linchpin::work::Fate;

use crate::facts_given::{ADA, Given, LAMP, hour, id};

/// A second repository of the same product.
const SHADE: RepositoryId = RepositoryId(1);

const FREQUENCY: &str = "dora.deployment_frequency";
const LEAD: &str = "dora.change_lead_time";
const FAILED: &str = "dora.change_fail_rate";
const RECOVERY: &str = "dora.failed_deployment_recovery_time";
const REWORK: &str = "dora.deployment_rework_rate";

const DEPLOYMENTS: &str = "[[import]]\nkind = \"deployments\"\npath = \"d.*\"\n";

fn import(kind: &str, path: &str, more: &str) -> String {
    format!("[[import]]\nkind = \"{kind}\"\npath = \"{path}\"\n{more}")
}

fn measured(given: &Given, id: &str) -> Measure {
    find(id).unwrap().over(&given.tables, &given.question())
}

fn figure(measure: &Measure) -> &Cell {
    let mut cells = measure.cells.iter();
    cells
        .find(|cell| cell.bucket.is_none() && cell.scope.repository.is_none())
        .unwrap()
}

fn number(measure: &Measure, name: &str) -> f64 {
    match &figure(measure).measured {
        Measured::Value { value, .. } => value.get(name).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn lines(given: &Given) -> Vec<ImportLine> {
    let declared = given.question().declared;
    let unmatched = declared.unmatched(&given.tables, &BTreeSet::from([LAMP, SHADE]));
    declared.lines(&unmatched)
}

/// What the only file lacks, and what else is told of it.
fn told(given: &Given) -> (String, String) {
    let lines = lines(given);
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    (
        line.reason().unwrap_or_default(),
        line.told().unwrap_or_default(),
    )
}

/// The incidents, by what they are called.
fn incidents(given: &Given) -> Vec<(String, IncidentRow)> {
    let relations = Relations::of(&given.tables, &given.question());
    let name = |row: &IncidentRow| match (&row.declared, row.number) {
        (Some(id), None) => id.clone(),
        (None, Some(number)) => number.to_string(),
        _ => panic!("{row:?}"),
    };
    let rows = relations.incidents.rows().iter().cloned();
    rows.map(|row| (name(&row), row)).collect()
}

fn names(given: &Given) -> Vec<String> {
    incidents(given).into_iter().map(|(name, _)| name).collect()
}

fn row<'a>(measure: &'a Measure, subject: &str) -> &'a LedgerRow {
    let first = |row: &&LedgerRow| {
        let word = row.subject.split_whitespace().next();
        word.map(|word| word.trim_end_matches(',')) == Some(subject)
    };
    let mut found = measure.rows.iter().filter(first);
    let only = found.next().unwrap();
    assert!(found.next().is_none(), "{subject}");
    only
}

fn issue(given: &mut Given, number: u64, at: i64) -> &mut Issue {
    given.tables.facts.issues.push(Issue {
        repository: LAMP,
        number: PrNumber(number),
        title: "It is dark".into(),
        url: format!("https://github.example/acme/lamp/issues/{number}"),
        author: Some(ADA),
        created_at: hour(at),
        closed_at: None,
        state_reason: None,
        updated_at: hour(at),
        labels: vec!["incident".into()],
        assignees: Vec::new(),
        milestone: None,
        body: String::new(),
        issue_type: None,
        untold: Vec::new(),
    });
    given.tables.facts.issues.last_mut().unwrap()
}

/// One commit each day, and so many of their deployments at noon as a table.
fn daily(days: i64) -> (Given, String) {
    let mut given = Given::new();
    let mut table = "id,repository,environment,commit,deployed_at,status,url\n".to_owned();
    for day in 0..days {
        let commit = given.land(day * 24 + 8);
        let at = hour(day * 24 + 12);
        let page = format!("https://ci.example/{day}");
        writeln!(
            table,
            "{day},acme/lamp,production,{commit},{at},success,{page}"
        )
        .unwrap();
    }
    DEPLOYMENTS.clone_into(&mut given.register);
    given.register = given.register.replace("d.*", "d.csv");
    (given, table)
}

/// Six deployments, of a table, and one of incidents.
fn with_incidents(table: &str) -> Given {
    let (mut given, deployments) = daily(6);
    given.files.push((0, "d.csv", deployments));
    given.register += &import("incidents", "i.csv", "");
    given.files.push((1, "i.csv", table.to_owned()));
    given
}

/// The line of the table of incidents.
fn of_incidents(given: &Given) -> (String, String) {
    let lines = lines(given);
    let line = lines.iter().find(|line| line.import == 1).unwrap();
    (
        line.reason().unwrap_or_default(),
        line.told().unwrap_or_default(),
    )
}

#[test]
fn declared_deployments_are_counted_as_those_of_github_are() {
    let (mut given, table) = daily(8);
    given.files.push((0, "d.csv", table));
    let (mut other, _) = daily(8);
    other.register.clear();
    let commits: Vec<CommitId> = other.tables.commits.iter().map(|row| row.commit).collect();
    for (day, commit) in (0..).zip(commits) {
        other.deploy(commit, day * 24 + 12);
    }
    for metric in [FREQUENCY, LEAD] {
        let (ours, theirs) = (measured(&given, metric), measured(&other, metric));
        let has_rows = |cell: &&Cell| cell.ledger.included > 0;
        let figures = |measure: &Measure| {
            let cells: Vec<&Cell> = measure.cells.iter().filter(has_rows).collect();
            format!("{cells:?}")
        };
        assert_eq!(figures(&ours), figures(&theirs), "{metric}");
    }
    assert!((number(&measured(&given, FREQUENCY), "count") - 8.0).abs() < 1e-9);
    let measure = measured(&given, FREQUENCY);
    let found = row(&measure, "3");
    assert_eq!(found.fate, Fate::Included);
    assert_eq!(found.link.as_deref(), Some("https://ci.example/3"));
    assert!(
        found.subject.ends_with("to production, declared in d.csv"),
        "{}",
        found.subject
    );
    assert_eq!(told(&given), (String::new(), String::new()));
    let relations = Relations::of(&given.tables, &given.question());
    assert!(
        relations
            .production
            .rows()
            .iter()
            .all(|row| row.source == "import")
    );
}

#[test]
fn a_week_without_a_deployment_is_none_only_up_to_the_last_record() {
    let (mut given, _) = daily(1);
    let day = |day: i64| hour(day * 24 + 12);
    let table = format!(
        "id,deployed_at,environment\n1,{},prod\n2,{},prod\n3,{},test\n",
        day(0),
        day(15),
        day(21)
    );
    given.files.push((0, "d.csv", table));
    let measure = measured(&given, FREQUENCY);
    let weeks: Vec<(String, Option<u64>)> = measure
        .cells
        .iter()
        .filter_map(|cell| {
            let n = match cell.measured {
                Measured::Value { n, .. } => Some(n),
                _ => None,
            };
            Some((cell.bucket?.to_string(), n))
        })
        .collect();
    // Nobody says that nothing reached production in the fourth: a test is all that it has.
    let week = |label: &str, n: Option<u64>| (label.to_owned(), n);
    assert_eq!(
        weeks,
        [
            week("2026-W10", Some(1)),
            week("2026-W11", Some(0)),
            week("2026-W12", Some(1)),
            week("2026-W13", None),
        ]
    );
}

#[test]
fn events_of_one_store_give_another_one_the_same_figures() {
    let mut first = Given::new();
    for day in 0..8 {
        let commit = first.land(day * 24 + 8);
        first.deploy(commit, day * 24 + 12);
    }
    // Back to an older commit, and on again.
    let old = first.tables.commits[6].commit;
    first.deploy(old, 8 * 24);
    issue(&mut first, 7, 14).body = format!(
        "Caused by deployment DE_0\nStart time: {}\nResolved time: {}",
        hour(13),
        hour(20)
    );
    issue(&mut first, 8, 62).closed_at = Some(hour(70));
    issue(&mut first, 9, 90).body = "Caused by: none".into();
    let question = first.question();
    let readings = linchpin::work::Reading::of_products(&first.tables, &question);
    let events = linchpin::metrics::events::of_product(&readings[0]);
    let face = linchpin::report::RepositoryLabel {
        id: LAMP,
        name: "acme/lamp".into(),
        url: Some("https://github.example/acme/lamp".into()),
    };
    let digest = |words: &str| {
        format!(
            "{:x}",
            words
                .bytes()
                .fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte))
        )
    };
    let text =
        linchpin::render::cdevents::lines(&events, &[face], &digest, &str::to_owned).unwrap();
    // The other store has the history, and nothing of GitHub.
    let mut second = first.clone();
    second.tables.facts.deployments.clear();
    second.tables.facts.issues.clear();
    second.register = import("deployments", "e.ndjson", "") + &import("incidents", "e.ndjson", "");
    second.files = vec![(0, "e.ndjson", text.clone()), (1, "e.ndjson", text)];
    for line in lines(&second) {
        assert_eq!(line.reason(), None, "{line:?}");
    }
    for metric in [FREQUENCY, LEAD, FAILED, RECOVERY, REWORK] {
        let told = |given: &Given| {
            let measure = measured(given, metric);
            let has_rows = |cell: &&Cell| cell.ledger.included > 0;
            let cells = measure.cells.iter().filter(has_rows);
            let told: Vec<_> = cells
                .map(|cell| (cell.bucket, cell.measured.clone(), cell.ledger.clone()))
                .collect();
            assert!(!told.is_empty(), "{metric}");
            format!("{told:?}")
        };
        assert_eq!(told(&first), told(&second), "{metric}");
    }
    // An incident's own number stays its own: the issue, when it is fetched, is the same one.
    assert_eq!(names(&second), ["#7", "#8", "#9"]);
    let attributed = |given: &Given| -> Vec<String> {
        let rows = incidents(given).into_iter();
        rows.map(|(_, row)| row.attribution).collect()
    };
    assert_eq!(attributed(&first), attributed(&second));
}

#[test]
fn a_product_that_names_other_sources_first_counts_those() {
    let (mut given, table) = daily(4);
    given.files.push((0, "d.csv", table));
    given.deploy(id(1), 20);
    given.register += "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\n\
                       deployments = [\"deployments_api\", \"import\"]\n";
    assert!((number(&measured(&given, FREQUENCY), "count") - 1.0).abs() < 1e-9);
    given.tables.facts.deployments.clear();
    assert!((number(&measured(&given, FREQUENCY), "count") - 4.0).abs() < 1e-9);
    given.files.clear();
    let cells = measured(&given, FREQUENCY).cells;
    let Measured::NotObserved { because, .. } = &cells[0].measured else {
        panic!("{cells:?}");
    };
    assert!(because.contains("import: none"), "{because}");
}

#[test]
fn only_production_counts_and_only_what_succeeded() {
    let (mut given, mut table) = daily(2);
    let at = hour(60);
    writeln!(table, "x,acme/lamp,staging,{},{at},success,", id(1)).unwrap();
    writeln!(table, "y,acme/lamp,production,{},{at},failed,", id(1)).unwrap();
    writeln!(table, "z,acme/lamp,production,{},{at},running,", id(1)).unwrap();
    given.files.push((0, "d.csv", table));
    let measure = measured(&given, FREQUENCY);
    assert!((number(&measure, "count") - 2.0).abs() < 1e-9);
    assert_eq!(row(&measure, "x").fate, Fate::Excluded("not_production"));
    assert_eq!(row(&measure, "y").fate, Fate::Excluded("failed"));
    assert_eq!(row(&measure, "z").fate, Fate::Unknown("not_finished"));
    // Without the column all of them reached production.
    let table = format!("id,repository,deployed_at\n1,acme/lamp,{at}\n");
    given.files = vec![(0, "d.csv", table)];
    assert!((number(&measured(&given, FREQUENCY), "count") - 1.0).abs() < 1e-9);
}

#[test]
fn a_commit_may_be_abbreviated_or_a_tag_and_one_that_nobody_knows_is_told() {
    let mut given = Given::new();
    let tagged = given.land(8);
    let other: CommitId = format!("abcdef1{:033x}", 7).parse().unwrap();
    given.land(9);
    given.tables.commits[1].commit = other;
    given.land(10);
    given.tables.tags.push(TagRow {
        repository: LAMP,
        name: "v1.2.3".into(),
        commit: tagged,
        tagged_at: hour(9),
    });
    let table = format!(
        "id,repository,commit,deployed_at\n1,acme/lamp,v1.2.3,{}\n2,ACME/Lamp,ABCDEF1,{}\n3,acme/lamp,{},{}\n4,acme/lamp,,{}\n5,acme/lamp,0000000,{}\n",
        hour(12),
        hour(13),
        id(99),
        hour(14),
        hour(15),
        hour(16)
    );
    given.register = DEPLOYMENTS.replace("d.*", "d.csv");
    given.files.push((0, "d.csv", table));
    let relations = Relations::of(&given.tables, &given.question());
    let commits: Vec<Option<CommitId>> = relations
        .production
        .rows()
        .iter()
        .map(|row| row.commit)
        .collect();
    // Two ids begin with seven zeros: nobody guesses.
    assert_eq!(
        commits,
        [Some(tagged), Some(other), Some(id(99)), None, None]
    );
    let (holes, remarks) = told(&given);
    assert_eq!(holes, "");
    assert!(
        remarks.contains("a commit that the history does not have: 2 (lines 4, 6)"),
        "{remarks}"
    );
    assert!(
        remarks.contains("a deployment without a commit (line 5)"),
        "{remarks}"
    );
    assert!((number(&measured(&given, FREQUENCY), "count") - 5.0).abs() < 1e-9);
}

#[test]
fn whose_a_deployment_is_is_told_or_it_does_not_count() {
    let (mut given, _) = daily(2);
    let table = format!(
        "id,repository,deployed_at\n1,acme/lamb,{}\n2,,{}\n",
        hour(12),
        hour(13)
    );
    given.files.push((0, "d.csv", table));
    // One product of one repository: nothing else can be meant.
    assert_eq!(
        told(&given).0,
        "of a repository that the store does not know (line 2)"
    );
    assert!((number(&measured(&given, FREQUENCY), "count") - 1.0).abs() < 1e-9);
    two_repositories(&mut given);
    assert_eq!(
        told(&given).0,
        "of a repository that the store does not know (line 2); a deployment that names no repository (line 3)"
    );
    given.register += "repository = \"acme/shade\"\n";
    assert_eq!(
        told(&given).0,
        "of a repository that the store does not know (line 2)"
    );
}

fn two_repositories(given: &mut Given) {
    given.tables.repositories.push(Repository {
        repository: SHADE,
        name: "acme/shade".into(),
        url: Some("https://github.example/acme/shade".into()),
        default_branch: Some("main".into()),
        former_names: Vec::new(),
    });
}

#[test]
fn what_is_told_twice_counts_once_and_the_last_by_time_counts() {
    let (mut given, _) = daily(2);
    let (a, b) = (id(1), id(2));
    let table = format!(
        "id,commit,deployed_at,status\n1,{a},{},success\n1,{a},{},success\n2,{a},{},pending\n2,{a},{},success\n3,{b},{},success\n3,{a},{},success\n",
        hour(12),
        hour(12),
        hour(13),
        hour(14),
        hour(16),
        hour(15)
    );
    given.files.push((0, "d.csv", table));
    let relations = Relations::of(&given.tables, &given.question());
    let found: Vec<_> = relations
        .production
        .rows()
        .iter()
        .map(|row| (row.deployment.as_str(), row.commit, row.created_at))
        .collect();
    assert_eq!(
        found,
        [
            ("1", Some(a), hour(12)),
            ("2", Some(a), hour(14)),
            ("3", Some(b), hour(16))
        ]
    );
    let (holes, remarks) = told(&given);
    assert!(
        holes.starts_with("an id that another record gives to a deployment of another commit")
            && holes.ends_with("(line 7)"),
        "{holes}"
    );
    assert_eq!(
        remarks,
        "a record that was told before counts once (line 3); a deployment that another record tells of later: that one counts (line 4)"
    );
}

#[test]
fn what_lies_after_the_as_of_instant_counts_from_then_on() {
    let (mut given, table) = daily(8);
    given.files.push((0, "d.csv", table));
    given.as_of = hour(4 * 24);
    assert!((number(&measured(&given, FREQUENCY), "count") - 4.0).abs() < 1e-9);
    let (holes, remarks) = told(&given);
    assert_eq!(holes, "");
    assert_eq!(
        remarks,
        "after the as-of instant: not counted yet: 4 (lines 6, 7, 8, 9)"
    );
}

#[test]
fn declared_incidents_are_put_down_to_deployments_and_recovered_from() {
    let table = format!(
        "id,started_at,detected_at,resolved_at,severity,title,url,caused_by\n\
         PD-1,{},,{},SEV2,It is dark,https://pd.example/1,deployment 1\n\
         PD-2,,{},{},,,,\n\
         PD-3,{},,,,,,none\n",
        hour(37),
        hour(39),
        hour(62),
        hour(66),
        hour(90)
    );
    let given = with_incidents(&table);
    let found = incidents(&given);
    let told_of = |name: &str| {
        let mut rows = found.iter();
        let (_, row) = rows.find(|(called, _)| called == name).unwrap();
        (
            row.started_from.as_str(),
            row.resolved_from.as_deref(),
            row.deployment.as_deref(),
            row.attribution.as_str(),
        )
    };
    assert_eq!(
        told_of("PD-1"),
        ("declared", Some("declared"), Some("1"), "explicit")
    );
    assert_eq!(
        told_of("PD-2"),
        ("detected", Some("declared"), Some("2"), "nearest")
    );
    assert_eq!(
        told_of("PD-3"),
        ("declared", None, None, "declared_without_cause")
    );
    assert_eq!(found[0].1.severity.as_deref(), Some("sev2"));
    assert_eq!(found[0].1.declared_in.as_deref(), Some("i.csv"));
    let recovery = measured(&given, RECOVERY);
    // Whose start was recorded is measured from there, another one from its deployment.
    assert_eq!(row(&recovery, "PD-1").value, Some(2.0));
    assert_eq!(row(&recovery, "PD-2").value, Some(6.0));
    assert_eq!(&*row(&recovery, "PD-2").subject, "PD-2, declared in i.csv");
    let first = row(&recovery, "PD-1");
    assert_eq!(&*first.subject, "PD-1 It is dark, declared in i.csv");
    assert_eq!(first.link.as_deref(), Some("https://pd.example/1"));
    let failed = measured(&given, FAILED);
    assert!((number(&failed, "hits") - 2.0).abs() < 1e-9);
    let blamed = row(&failed, "1");
    assert!(
        blamed
            .subject
            .ends_with("declared in d.csv: incident PD-1 (explicit)"),
        "{}",
        blamed.subject
    );
    assert!(figure(&measured(&given, REWORK)).measured.status() != "not_observed");
    assert_eq!(of_incidents(&given), (String::new(), String::new()));
}

#[test]
fn an_id_that_looks_like_a_number_is_no_issue() {
    let table = format!("id,started_at\n7,{}\n#7,{}\n", hour(14), hour(15));
    let mut given = with_incidents(&table);
    issue(&mut given, 7, 16);
    assert_eq!(names(&given), ["#7", "#7", "7"]);
    let numbers: Vec<_> = incidents(&given)
        .into_iter()
        .map(|(_, row)| row.number)
        .collect();
    assert_eq!(numbers, [Some(PrNumber(7)), None, None]);
}

#[test]
fn an_incident_that_is_an_issue_too_is_one() {
    let page = "https://github.example/acme/lamp/issues/7";
    let table = format!(
        "id,started_at,resolved_at,severity,url\nPD-7,{},{},high,{page}?a=b#c\nacme/lamp#8,{},,,\nPD-9,{},,,https://elsewhere.example/acme/lamp/issues/7\n",
        hour(14),
        hour(15),
        hour(38),
        hour(62),
    );
    let mut given = with_incidents(&table);
    let body = format!("Start time: {}\nResolved time: {}", hour(13), hour(20));
    issue(&mut given, 7, 16).body = body;
    // Somebody else's label, and none: whoever declares it says that it was one.
    issue(&mut given, 8, 40).labels.clear();
    let found = incidents(&given);
    let told: Vec<_> = found
        .iter()
        .map(|(name, row)| (name.as_str(), row.started_at, row.started_from.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("#7", hour(14), "declared"),
            ("#8", hour(38), "declared"),
            ("PD-9", hour(62), "declared"),
        ]
    );
    assert_eq!(found[0].1.resolved_at, Some(hour(15)));
    assert_eq!(found[0].1.severity.as_deref(), Some("high"));
    let recovery = measured(&given, RECOVERY);
    assert_eq!(row(&recovery, "#7").link.as_deref(), Some(page));
    assert_eq!(
        &*row(&recovery, "#7").subject,
        "#7 It is dark, declared in i.csv"
    );
    // The register's own entry goes before its files.
    let entry = "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 7\n";
    let started = hour(12);
    writeln!(given.register, "{entry}started_at = \"{started}\"").unwrap();
    assert_eq!(incidents(&given)[0].1.started_at, hour(12));
    assert_eq!(names(&given).len(), 3);
}

#[test]
fn two_declarations_of_one_issue_are_one_incident_that_lasts_until_both_are_resolved() {
    let page = "https://github.example/acme/lamp/issues/7";
    let table = format!(
        "id,started_at,resolved_at,url\nA,{},{},{page}\nB,{},,{page}\n",
        hour(14),
        hour(15),
        hour(13)
    );
    let mut given = with_incidents(&table);
    issue(&mut given, 7, 16);
    let found = incidents(&given);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].1.started_at, found[0].1.resolved_at),
        (hour(13), None)
    );
    assert!(of_incidents(&given).1.contains("they are one"));
}

#[test]
fn a_record_that_is_told_again_later_replaces_the_one_before() {
    let table = format!(
        "id,started_at,resolved_at\nA,{},\nA,{},{}\nB,{},\nB,{},\n",
        hour(14),
        hour(14),
        hour(16),
        hour(20),
        hour(20),
    );
    let mut given = with_incidents(&table);
    let found = incidents(&given);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].1.resolved_at, Some(hour(16)));
    let (holes, remarks) = of_incidents(&given);
    assert_eq!(holes, "");
    assert!(
        remarks
            .contains("an incident that another record tells of later: that one counts (line 2)")
            && remarks.contains("a record that was told before counts once (line 4)"),
        "{remarks}"
    );
    // Before it was resolved, it was not.
    given.as_of = hour(15);
    assert_eq!(incidents(&given)[0].1.resolved_at, None);
}

#[test]
fn what_began_never_or_later_is_told() {
    let table = format!(
        "id,started_at,resolved_at\nA,,{}\nB,{},\nC,{},{}\n",
        hour(14),
        hour(28 * 24),
        hour(20),
        hour(30 * 24)
    );
    let given = with_incidents(&table);
    let found = incidents(&given);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), found[0].1.resolved_at), ("C", None));
    let (holes, remarks) = of_incidents(&given);
    assert_eq!(holes, "resolved without having been detected (line 2)");
    assert_eq!(
        remarks,
        "after the as-of instant: not counted yet: 2 (lines 3, 4)"
    );
    let failed = measured(&given, FAILED);
    assert!(
        failed.notes.iter().any(|note| note
            .text
            .contains("files that declare incidents lack something")),
        "{:?}",
        failed.notes
    );
}

/// An event of an incident.
fn event(word: &str, id: &str, incident: &str, at: i64, more: &str) -> String {
    format!(
        "{{\"context\":{{\"id\":\"{id}\",\"source\":\"/pd\",\"type\":\"dev.cdevents.incident.{word}.0.3.0\",\"timestamp\":\"{}\"}},\"subject\":\
         {{\"id\":\"{incident}\",\"content\":{{\"environment\":{{\"id\":\"production\"}}{more}}}}}}}\n",
        hour(at)
    )
}

fn with_events(text: &str) -> Given {
    let (mut given, deployments) = daily(6);
    given.files.push((0, "d.csv", deployments));
    given.register += &import("incidents", "*.ndjson", "");
    given.files.push((1, "i.ndjson", text.to_owned()));
    given
}

#[test]
fn events_of_one_subject_are_one_incident_whatever_files_they_stand_in() {
    let text = event(
        "reported",
        "2",
        "A",
        15,
        ",\"ticketURI\":\"https://jira.example/A\"",
    ) + &event("detected", "1", "A", 14, ",\"description\":\"It is dark\"")
        + &event("detected", "4", "B", 38, "")
        + &event("resolved", "5", "B", 39, "")
        + &event("detected", "6", "B", 40, "")
        + &event("reported", "7", "C", 62, "")
        + &event("detected", "8", "D", 63, "").replace("production", "staging");
    let mut given = with_events(&text);
    let again = event("resolved", "3", "A", 17, "")
        + &event("detected", "1", "A", 14, ",\"description\":\"It is dark\"");
    given.files.push((1, "later.ndjson", again));
    let found = incidents(&given);
    let told: Vec<_> = found
        .iter()
        .map(|(name, row)| (name.as_str(), row.started_at, row.resolved_at))
        .collect();
    assert_eq!(
        told,
        [
            ("A", hour(14), Some(hour(17))),
            // It was detected again: it lasts.
            ("B", hour(38), None),
            ("C", hour(62), None),
        ]
    );
    let recovery = measured(&given, RECOVERY);
    let first = row(&recovery, "A");
    assert_eq!(first.link.as_deref(), Some("https://jira.example/A"));
    assert_eq!(&*first.subject, "A It is dark, declared in i.ndjson");
    let lines = lines(&given);
    let told_of = |file: &str| {
        let line = lines.iter().find(|line| line.file == file).unwrap();
        line.told().unwrap_or_default()
    };
    assert_eq!(
        told_of("i.ndjson"),
        "an incident of an environment that is not production (line 7)"
    );
    assert_eq!(
        told_of("later.ndjson"),
        "an event that was told before counts once (line 2)"
    );
    // Before it was detected again, it was resolved.
    given.as_of = hour(40);
    assert_eq!(incidents(&given)[1].1.resolved_at, Some(hour(39)));
}

#[test]
fn an_event_without_its_beginning_and_an_id_with_two_contents_are_told() {
    let text = event("resolved", "1", "A", 15, "")
        + &event("detected", "2", "B", 14, "")
        + &event("detected", "2", "B", 16, "");
    let given = with_events(&text);
    let found = incidents(&given);
    assert_eq!((found.len(), found[0].1.started_at), (1, hour(16)));
    let (holes, remarks) = of_incidents(&given);
    assert_eq!(holes, "resolved without having been detected (line 1)");
    assert_eq!(
        remarks,
        "an event's id again with other content: the last by time counts (line 2)"
    );
}

#[test]
fn an_incident_may_be_a_whole_products() {
    let table = format!(
        "id,product,repository,started_at,resolved_at\n\
         PD-1,lamps,,{},{}\nPD-2,lamp,,{},\nPD-3,lamps,acme/shade,{},\nPD-4,,,{},\nPD-5,doors,acme/lamp,{},\n",
        hour(37),
        hour(40),
        hour(38),
        hour(39),
        hour(40),
        hour(41)
    );
    let mut given = with_incidents(&table);
    two_repositories(&mut given);
    given.register += "[[product]]\nname = \"lamps\"\nrepositories = [\"acme/lamp\", \"acme/shade\"]\n\
                       [[product]]\nname = \"doors\"\nrepositories = [\"acme/door\"]\n";
    let found = incidents(&given);
    let told: Vec<_> = found
        .iter()
        .map(|(name, row)| (name.as_str(), row.product.as_str(), row.repository))
        .collect();
    assert_eq!(
        told,
        [("PD-1", "lamps", None), ("PD-3", "lamps", Some(SHADE))]
    );
    assert_eq!(
        of_incidents(&given).0,
        "of a product that the register does not name (line 3); an incident that names neither repository nor product (line 5); of a \
         repository that is not of the product that it names (line 6)"
    );
    // In the ledger it is of the repository of its deployment.
    let recovery = measured(&given, RECOVERY);
    assert_eq!(row(&recovery, "PD-1").repository, Some(LAMP));
    let has_scope = |repository| {
        let mut cells = recovery.cells.iter();
        cells.any(|cell| cell.scope.repository == Some(repository))
    };
    assert!(has_scope(LAMP) && has_scope(SHADE));
}

#[test]
fn files_that_declare_no_incident_say_that_there_was_none_and_a_missing_file_says_nothing() {
    let status = |given: &Given| {
        let measure = measured(given, FAILED);
        let figure = &measure.cells[0].measured;
        figure.status().to_owned()
    };
    let mut given = with_incidents("id,started_at\n");
    given.tables.facts.issues.clear();
    assert_ne!(status(&given), "not_observed");
    given.files.pop();
    assert_eq!(status(&given), "not_observed");
    assert_eq!(of_incidents(&given).0, "no file matches");
    // Of two products one of which has an incident, the other may keep its own elsewhere.
    let table = format!("id,repository,started_at\nA,acme/lamp,{}\n", hour(14));
    let mut given = with_incidents(&table);
    two_repositories(&mut given);
    given.register += "[[product]]\nname = \"lamps\"\nrepositories = [\"acme/lamp\"]\n\
                       [[product]]\nname = \"shades\"\nrepositories = [\"acme/shade\"]\n";
    let question = given.question();
    let declared = &question.declared;
    let speaks = |at: usize| {
        let product = &question.products[at];
        declared.speaks_of(linchpin::domain::ImportKind::Incidents, product, 2)
    };
    assert!(speaks(0) && !speaks(1));
}
