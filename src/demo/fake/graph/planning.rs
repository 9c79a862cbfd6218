//! What issues are planned by: types, sub-issues, what blocks them, fields.

use super::super::resolve::{Field, Node, connection, int, leaf, object, text};
use super::node;
use crate::demo::model::{HostFieldValue, HostPlanning};

/// The fields of an issue that say how it is planned.
pub(super) fn planned(item: &HostPlanning) -> Vec<(&'static str, Field<'_>)> {
    let issue_type = item.issue_type.as_ref().map(|name| {
        let fields = vec![
            ("id", leaf(format!("IT_{name}"))),
            ("name", leaf(name.clone())),
        ];
        node("IssueType", fields)
    });
    let parent = item.parent.as_ref().map(linked);
    vec![
        ("issueType", object(issue_type)),
        ("parent", object(parent)),
        (
            "subIssues",
            connection("IssueConnection", &item.sub_issues, |_, other| {
                linked(other)
            }),
        ),
        (
            "blockedBy",
            connection("IssueConnection", &item.blocked_by, |_, other| {
                linked(other)
            }),
        ),
        (
            "issueFieldValues",
            connection(
                "IssueFieldValueConnection",
                &item.fields,
                |_, (name, value)| field_value(name, value),
            ),
        ),
    ]
}

/// An issue of which only number and repository are told.
fn linked<'h>((repository, number): &(String, u64)) -> Node<'h> {
    let place = node(
        "Repository",
        vec![
            ("id", leaf(format!("R_ref_{repository}"))),
            ("nameWithOwner", leaf(repository.clone())),
        ],
    );
    let fields = vec![
        ("id", leaf(format!("I_ref_{repository}_{number}"))),
        ("number", int(*number)),
        ("repository", object(Some(place))),
    ];
    node("Issue", fields)
}

fn field_value<'h>(name: &str, value: &HostFieldValue) -> Node<'h> {
    let (kind, of, value) = match value {
        HostFieldValue::Text(value) => {
            ("IssueFieldTextValue", "IssueFieldText", leaf(value.clone()))
        }
        HostFieldValue::Date(value) => {
            ("IssueFieldDateValue", "IssueFieldDate", leaf(value.clone()))
        }
        HostFieldValue::Number(value) => {
            ("IssueFieldNumberValue", "IssueFieldNumber", leaf(*value))
        }
        HostFieldValue::SingleSelect(value) => (
            "IssueFieldSingleSelectValue",
            "IssueFieldSingleSelect",
            leaf(value.clone()),
        ),
        HostFieldValue::MultiSelect(value) => (
            "IssueFieldMultiSelectValue",
            "IssueFieldMultiSelect",
            text(Some(value.clone())),
        ),
    };
    let field = node(
        of,
        vec![
            ("id", leaf(format!("IF_{name}"))),
            ("name", leaf(name.to_owned())),
        ],
    );
    let fields = vec![
        ("id", leaf(format!("IFV_{name}"))),
        ("field", object(Some(field))),
        ("value", value),
    ];
    node(kind, fields)
}
