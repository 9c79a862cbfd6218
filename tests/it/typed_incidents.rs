//! Incidents that a type and fields tell of: what counts, which of several sources wins, and what follows them up.

use linchpin::domain::{
    FieldKind, Issue, IssueField, IssueLink, IssuePart, IssueRelation, PrNumber,
};
use linchpin::metrics::find;
use linchpin::metrics::measure::Measured;
use linchpin::metrics::relations::Relations;
use linchpin::tables::question::IncidentRow;

use crate::facts_given::{ADA, Given, LAMP, hour};
use crate::lead_pages::incident_page;
use crate::small_team::{BEN, SmallTeam, WIDGETS, at};

const FAILED: &str = "dora.change_fail_rate";

/// Six days with a deployment each.
fn daily() -> Given {
    let mut given = Given::new();
    for day in 0..6 {
        let commit = given.land(24 * day + 8);
        given.deploy(commit, 24 * day + 12);
    }
    given
}

/// An issue without a label.
fn issue(given: &mut Given, number: u64, at: i64, issue_type: Option<&str>) {
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
        labels: Vec::new(),
        assignees: Vec::new(),
        milestone: None,
        body: String::new(),
        issue_type: issue_type.map(str::to_owned),
        untold: Vec::new(),
    });
}

fn field(given: &mut Given, field: &str, kind: FieldKind, value: &str) {
    given.tables.facts.issue_fields.push(IssueField {
        repository: LAMP,
        number: PrNumber(1),
        field: field.to_owned(),
        kind,
        value: value.to_owned(),
    });
}

fn incidents(given: &Given) -> Vec<IncidentRow> {
    Relations::of(&given.tables, &given.question())
        .incidents
        .rows()
        .to_vec()
}

fn notes(given: &Given) -> Vec<String> {
    let measure = find(FAILED).unwrap().over(&given.tables, &given.question());
    measure.notes.into_iter().map(|note| note.text).collect()
}

fn is_observed(given: &Given) -> bool {
    let measure = find(FAILED).unwrap().over(&given.tables, &given.question());
    let whole = measure.cells.iter().find(|cell| cell.bucket.is_none());
    !matches!(whole.unwrap().measured, Measured::NotObserved { .. })
}

#[test]
fn a_type_makes_an_issue_an_incident_in_any_case_and_no_other_type_does() {
    let mut given = daily();
    for (number, name) in [(1, Some("Incident")), (2, Some("Bug")), (3, None)] {
        issue(&mut given, number, 14, name);
    }
    let numbers = |given: &Given| -> Vec<u64> {
        let rows = incidents(given).into_iter();
        rows.map(|row| row.number.unwrap().0).collect()
    };
    assert_eq!(numbers(&given), [1]);
    given.register = "incident_types = [\"bug\"]\n".into();
    assert_eq!(numbers(&given), [2]);
    given.register = "incident_types = []\n".into();
    assert!(numbers(&given).is_empty());
    // Closed as none, it was none; the register's word goes before that.
    given.register = String::new();
    let first = &mut given.tables.facts.issues[0];
    (first.closed_at, first.state_reason) = (Some(hour(15)), Some("not_planned".into()));
    assert!(numbers(&given).is_empty());
}

#[test]
fn no_issue_of_the_teams_own_types_is_no_incident_where_all_types_are_known() {
    let mut given = daily();
    issue(&mut given, 1, 14, Some("Bug"));
    assert!(!is_observed(&given), "nobody named types or labels");
    given.register = "incident_types = [\"Outage\"]\n".into();
    assert!(is_observed(&given));
    given.tables.facts.issues[0].untold = vec![IssuePart::Type];
    assert!(!is_observed(&given), "it may be of that type");
    given.register += "incident_labels = [\"outage\"]\n";
    assert!(is_observed(&given), "the label would tell");
    let told = "issues whose type is not known, so that a label alone makes them incidents: 1";
    assert!(
        notes(&given).contains(&told.to_owned()),
        "{:?}",
        notes(&given)
    );
}

#[test]
fn a_field_goes_before_the_text_and_after_the_register() {
    let seen = |given: &Given| {
        let row = incidents(given).remove(0);
        let clocks = (row.started_at, row.started_from, row.resolved_from);
        (clocks, row.severity)
    };
    let mut given = daily();
    issue(&mut given, 1, 62, Some("Incident"));
    given.tables.facts.issues[0].labels = vec!["sev2".into()];
    // A detection stands for a start that nobody wrote down, and starts no clock of its own.
    field(
        &mut given,
        "Detection time",
        FieldKind::Text,
        &hour(61).to_string(),
    );
    let (clocks, severity) = seen(&given);
    assert_eq!(clocks, (hour(61), "detected_field".into(), None));
    assert_eq!(severity.as_deref(), Some("sev2"));
    given.tables.facts.issues[0].body =
        format!("Start time: {}\nResolved time: {}", hour(60), hour(70));
    let (clocks, _) = seen(&given);
    assert_eq!(clocks, (hour(60), "body".into(), Some("body".into())));
    field(
        &mut given,
        "start TIME",
        FieldKind::Text,
        &hour(59).to_string(),
    );
    field(
        &mut given,
        "Resolved time",
        FieldKind::Text,
        &hour(69).to_string(),
    );
    field(&mut given, "Severity", FieldKind::SingleSelect, "Critical");
    let (clocks, severity) = seen(&given);
    assert_eq!(clocks, (hour(59), "field".into(), Some("field".into())));
    assert_eq!(severity.as_deref(), Some("critical"));
    given.register = format!(
        "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 1\nstarted_at = \"{}\"\nseverity = \"Low\"\n",
        hour(58)
    );
    let (clocks, severity) = seen(&given);
    assert_eq!(clocks, (hour(58), "register".into(), Some("field".into())));
    assert_eq!(severity.as_deref(), Some("low"));
    // Fields of other names are no clocks.
    given.register = "[incident_fields]\nstarted_at = \"Began\"\n".into();
    let (clocks, _) = seen(&given);
    assert_eq!(clocks, (hour(60), "body".into(), Some("field".into())));
}

#[test]
fn a_file_goes_before_a_field() {
    let mut given = daily();
    issue(&mut given, 1, 62, Some("Incident"));
    field(
        &mut given,
        "Start time",
        FieldKind::Text,
        &hour(60).to_string(),
    );
    field(&mut given, "Severity", FieldKind::SingleSelect, "High");
    given.register = "[[import]]\nkind = \"incidents\"\npath = \"i.csv\"\n".into();
    let table = format!("id,started_at,severity\nacme/lamp#1,{},sev1\n", hour(59));
    given.files.push((0, "i.csv", table));
    let row = incidents(&given).remove(0);
    assert_eq!(
        (row.started_at, row.started_from.as_str()),
        (hour(59), "declared")
    );
    assert_eq!(row.severity.as_deref(), Some("sev1"));
}

#[test]
fn a_field_that_names_no_time_is_told_and_the_next_source_counts() {
    let mut given = daily();
    issue(&mut given, 1, 62, Some("Incident"));
    given.tables.facts.issues[0].body = format!("Start time: {}", hour(60));
    // A day is no instant, and what has not come yet is a slip of the pen.
    field(&mut given, "Start time", FieldKind::Date, "2026-03-04");
    field(
        &mut given,
        "Resolved time",
        FieldKind::Text,
        "2031-01-01 10:00 UTC",
    );
    let row = incidents(&given).remove(0);
    assert_eq!(
        (row.started_at, row.started_from.as_str()),
        (hour(60), "body")
    );
    assert_eq!(row.resolved_from, None);
    let told = "times in issues that cannot be read: 2".to_owned();
    assert!(notes(&given).contains(&told), "{:?}", notes(&given));
}

/// An incident with an issue for each of some sub-issues, which are there or elsewhere.
fn followed_up(sub_issues: &[(&str, u64)]) -> SmallTeam {
    let mut team = SmallTeam::new();
    team.issue(7, BEN, "2026-03-04T09:00:00Z").issue_type = Some("Incident".into());
    for (name, number) in sub_issues {
        team.facts().issue_links.push(IssueLink {
            repository: WIDGETS,
            number: PrNumber(7),
            relation: IssueRelation::SubIssue,
            other_repository: (*name).to_owned(),
            other_number: PrNumber(*number),
        });
    }
    team
}

#[test]
fn sub_issues_are_actions_and_one_elsewhere_is_not_in_the_store() {
    let sub_issues = [
        ("acme/widgets", 20),
        ("Acme/Widgets", 21),
        ("acme/widgets", 22),
        ("acme/other", 3),
        ("acme/widgets", 25),
        ("acme/widgets", 7),
    ];
    let mut team = followed_up(&sub_issues);
    // Older than the incident: whoever made it a part of it says that it follows it up.
    let late = team.issue(20, BEN, "2026-03-01");
    late.body = "Due: 2026-03-10".to_owned();
    late.closed_at = Some(at("2026-03-12"));
    team.issue(21, BEN, "2026-03-05");
    team.issue(25, BEN, "2026-03-06").issue_type = Some("Incident".into());
    // A box names one of them too, and says until when.
    team.facts().issues[0].body = "- [ ] #21 due 2026-07-31".to_owned();
    let text = incident_page(&team, "incidents/widgets-7");
    for expected in [
        "4 actions; 2 of them with a due date: done by it 0, done after it 1, open after it 0, open and still in time 1.",
        "| widgets#20 | “Issue 20” | sub-issue | nobody | 2026-03-10 | done 2026-03-12, after its due date |",
        "| widgets#21 | “Issue 21” | sub-issue | nobody | 2026-07-31 | open, still in time |",
        "| acme/widgets#22 | not in the store | sub-issue | not in the store | not in the store | not in the store |",
        "| acme/other#3 | not in the store | sub-issue | not in the store | not in the store | not in the store |",
    ] {
        assert!(
            text.replace("— (", "")
                .replace(") |", " |")
                .contains(expected),
            "{expected}\n{text}"
        );
    }
    assert!(!text.contains("Sub-issues are not observed"), "{text}");
}

#[test]
fn sub_issues_that_nobody_told_of_are_not_none() {
    let mut team = followed_up(&[]);
    let text = incident_page(&team, "incidents/widgets-7");
    assert!(
        text.contains("None in the record: no sub-issue, no box"),
        "{text}"
    );
    team.facts().issues[0].untold = vec![IssuePart::SubIssues];
    let text = incident_page(&team, "incidents/widgets-7");
    assert!(text.contains("Sub-issues are not observed"), "{text}");
    assert!(
        text.contains("None in the record: no box in the issue"),
        "{text}"
    );
}

#[test]
fn the_form_says_that_a_field_tells() {
    let mut team = followed_up(&[]);
    for (name, value) in [("Severity", "High"), ("Start time", "2026-03-04T08:30:00Z")] {
        team.facts().issue_fields.push(IssueField {
            repository: WIDGETS,
            number: PrNumber(7),
            field: name.to_owned(),
            kind: FieldKind::Text,
            value: value.to_owned(),
        });
    }
    let text = incident_page(&team, "incidents/widgets-7");
    for expected in [
        "- **Severity**: “high”, by the issue's field",
        "- **Started**: 2026-03-04 08:30, by the issue's field",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}
