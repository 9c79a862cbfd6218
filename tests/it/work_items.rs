//! Types, sub-issues, dependencies and fields of issues: asked for, kept, and unknown where nobody told.

use linchpin::demo::fake::{Fault, Faults, Refusal};
use linchpin::demo::model::{HostFieldValue, HostPlanning};
use linchpin::domain::{
    Completeness, FieldKind, IssuePart, IssueRelation, PrNumber, RepositoryId, Stream,
};
use linchpin::github::Decoded;
use serde_json::Value;

use crate::github::{Bench, NOW, at, host};

const EVERY_PART: [IssuePart; 5] = [
    IssuePart::Type,
    IssuePart::Parent,
    IssuePart::SubIssues,
    IssuePart::BlockedBy,
    IssuePart::Fields,
];

/// The first issue.
const FIRST: u64 = 100_001;

/// A server from before all of it.
const OLDER: Refusal = Refusal {
    unknown_types: &[
        "IssueFieldTextValue",
        "IssueFieldDateValue",
        "IssueFieldNumberValue",
        "IssueFieldSingleSelectValue",
        "IssueFieldMultiSelectValue",
        "IssueFieldText",
        "IssueFieldDate",
        "IssueFieldNumber",
        "IssueFieldSingleSelect",
        "IssueFieldMultiSelect",
    ],
    unknown_fields: &[
        ("Issue", "issueType"),
        ("Issue", "parent"),
        ("Issue", "subIssues"),
        ("Issue", "blockedBy"),
        ("Issue", "issueFieldValues"),
    ],
    without_scope: &[],
};

fn refuses(refusal: Refusal) -> linchpin::demo::fake::Script {
    Box::new(move |_| Some(Fault::Refuse(refusal)))
}

fn planned() -> HostPlanning {
    let text = |value: &str| value.to_owned();
    HostPlanning {
        issue_type: Some(text("Incident")),
        parent: Some((text("acme/plans"), 4)),
        sub_issues: (1..=130).map(|n| (text("acme/Lamp"), n)).collect(),
        blocked_by: vec![(text("acme/widgets"), 9)],
        fields: vec![
            (text("Severity"), HostFieldValue::SingleSelect(text("High"))),
            (
                text("Start time"),
                HostFieldValue::Text(text("2025-02-01 08:00 UTC")),
            ),
            (text("Target"), HostFieldValue::Date(text("2025-03-01"))),
            (text("Effort"), HostFieldValue::Number(2.5)),
            (text("Teams"), HostFieldValue::MultiSelect(text("a, b"))),
        ],
    }
}

fn bench() -> Bench {
    let bench = Bench::new(host(3), Faults::none(at(NOW)));
    bench.github.update(|host| {
        host.repositories[0].issues[0].planned = planned();
    });
    bench
}

/// What was not told of the first issue.
fn untold(decoded: &Decoded) -> &[IssuePart] {
    &decoded.facts.issues[0].untold
}

#[test]
fn a_typed_issue_comes_whole_however_many_sub_issues_it_has() {
    let bench = bench();
    bench.fetch();
    let facts = bench.facts().facts;
    let issue = &facts.issues[0];
    assert_eq!(issue.issue_type.as_deref(), Some("Incident"));
    assert!(facts.issues.iter().all(|row| row.untold.is_empty()));
    assert!(facts.issues[1..].iter().all(|row| row.issue_type.is_none()));
    let of = |relation: IssueRelation| -> Vec<String> {
        let links = facts.issue_links.iter();
        links
            .filter(|row| row.relation == relation && row.number == issue.number)
            .map(linchpin::domain::IssueLink::other)
            .collect()
    };
    assert_eq!(of(IssueRelation::Parent), ["acme/plans#4"]);
    assert_eq!(of(IssueRelation::BlockedBy), ["acme/widgets#9"]);
    let expected: Vec<String> = (1..=130).map(|n| format!("acme/Lamp#{n}")).collect();
    assert_eq!(of(IssueRelation::SubIssue), expected);
    let fields: Vec<_> = facts
        .issue_fields
        .iter()
        .map(|row| (row.field.as_str(), row.kind, row.value.as_str()))
        .collect();
    assert_eq!(
        fields,
        [
            ("Severity", FieldKind::SingleSelect, "High"),
            ("Start time", FieldKind::Text, "2025-02-01 08:00 UTC"),
            ("Target", FieldKind::Date, "2025-03-01"),
            ("Effort", FieldKind::Number, "2.5"),
            ("Teams", FieldKind::MultiSelect, "a, b"),
        ]
    );
    assert!(
        facts
            .issue_links
            .iter()
            .all(|row| row.repository == RepositoryId(0))
    );
}

#[test]
fn an_older_server_tells_everything_else_and_what_it_does_not_know_is_unknown() {
    let bench = bench();
    bench.github.set_script(Some(refuses(OLDER)));
    let report = bench.fetch();
    let line = report
        .certificates
        .iter()
        .find(|line| line.stream == Stream::Issues);
    assert_eq!(line.unwrap().completeness, Completeness::Complete);
    let decoded = bench.facts();
    assert_eq!(untold(&decoded), EVERY_PART);
    assert!(decoded.facts.issue_links.is_empty() && decoded.facts.issue_fields.is_empty());
    // The server is renewed: an issue is asked again when it changes, and the others stay as they are known.
    bench.github.set_script(None);
    bench.github.advance(jiff::SignedDuration::from_hours(24));
    let now = bench.github.now() - jiff::SignedDuration::from_hours(1);
    bench
        .github
        .update(|host| host.repositories[0].issues[0].updated_at = now);
    bench.fetch();
    let decoded = bench.facts();
    assert_eq!(untold(&decoded), []);
    assert_eq!(
        decoded.facts.issues[0].issue_type.as_deref(),
        Some("Incident")
    );
    let others = &decoded.facts.issues[1..];
    assert!(
        others.iter().all(|row| row.untold == EVERY_PART),
        "{others:?}"
    );
}

#[test]
fn a_server_without_one_kind_of_field_tells_the_other_kinds() {
    let bench = bench();
    bench.github.update(|host| {
        host.repositories[0].issues[0].planned.fields.pop();
    });
    let older = Refusal {
        unknown_types: &["IssueFieldMultiSelectValue", "IssueFieldMultiSelect"],
        ..Refusal::default()
    };
    bench.github.set_script(Some(refuses(older)));
    bench.fetch();
    let facts = bench.facts().facts;
    assert_eq!(facts.issue_fields.len(), 4);
    assert!(facts.issues.iter().all(|row| row.untold.is_empty()));
}

/// The facts of a store whose first issue came in another form.
fn changed(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> (Decoded, Vec<String>) {
    use linchpin::store::raw;
    let bench = bench();
    bench.fetch();
    let store = bench.store();
    let mut found = None;
    raw::read_latest(&store, RepositoryId(0), Stream::Issues, |record| {
        if record.node["number"] == FIRST {
            found = Some(record);
        }
    })
    .unwrap();
    let mut record = found.unwrap();
    change(record.node.as_object_mut().unwrap());
    raw::write(&store, RepositoryId(0), Stream::Issues, &[record]).unwrap();
    let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    let gaps = gaps.into_iter();
    let gaps = gaps.map(|gap| format!("{} {}", gap.subject, gap.reason));
    (decoded, gaps.collect())
}

#[test]
fn what_is_absent_is_unknown_and_what_is_null_is_none() {
    let names = [
        "issueType",
        "parent",
        "subIssues",
        "blockedBy",
        "issueFieldValues",
    ];
    let (decoded, _) = changed(|node| {
        for name in names {
            node.remove(name);
        }
    });
    assert_eq!(decoded.facts.issues[0].number, PrNumber(FIRST));
    assert_eq!(untold(&decoded), EVERY_PART);
    let (decoded, _) = changed(|node| {
        for name in names {
            node.insert(name.to_owned(), Value::Null);
        }
    });
    // GitHub promises lists of sub-issues and blockers, and has no fields where an organisation has none: null tells nothing.
    let expected = [
        IssuePart::SubIssues,
        IssuePart::BlockedBy,
        IssuePart::Fields,
    ];
    assert_eq!(untold(&decoded), expected);
    assert_eq!(decoded.facts.issues[0].issue_type, None);
}

#[test]
fn what_may_not_be_seen_or_is_newer_than_this_version_is_a_gap_and_nothing_else_is_lost() {
    let (decoded, gaps) = changed(|node| {
        node["subIssues"]["nodes"][0] = Value::Null;
        node["issueFieldValues"]["nodes"][0]["field"] = Value::Null;
        node["issueFieldValues"]["nodes"][1] =
            serde_json::json!({"__typename": "IssueFieldIterationValue", "field": {}, "value": 7});
    });
    assert_eq!(
        gaps,
        [
            "#100001 issueFieldValues not_shown",
            "#100001 issueFieldValues not_shown",
            "#100001 subIssues not_shown",
        ]
    );
    let facts = decoded.facts;
    assert_eq!(facts.issue_fields.len(), 3);
    let sub_issues = facts.issue_links.iter();
    let sub_issues = sub_issues.filter(|row| row.relation == IssueRelation::SubIssue);
    assert_eq!(sub_issues.count(), 129);
    assert_eq!(facts.issues.len(), 3);
}
