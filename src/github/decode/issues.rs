//! An issue's record as rows.

use super::{Decoder, NOT_SHOWN, Tails, tails};
use crate::domain::work_item::IssueComment;
use crate::domain::{FieldKind, Issue, IssueField, IssueLink, IssuePart, IssueRelation, PrNumber};
use crate::github::wire;
use crate::github::wire::Connection;
use crate::github::wire::issue::{Event, FieldName, FieldValue, LinkedIssue};
use crate::store::raw::Record;

impl Decoder {
    /// Adds an issue's rows; an error says why there are none.
    pub(super) fn issue(&mut self, mut record: Record) -> Result<(), String> {
        let mut tails = tails(&mut record);
        let node: wire::issue::Issue = self.node(record)?;
        let number = PrNumber(node.number);
        let subject = format!("{number}");
        let labels = self.whole(&subject, "labels", node.labels, &mut tails)?;
        let comments = self.whole(&subject, "comments", Some(node.comments), &mut tails)?;
        let events = self.whole(
            &subject,
            "timelineItems",
            Some(node.timeline_items),
            &mut tails,
        )?;
        let assigned = self.whole(&subject, "assignees", Some(node.assignees), &mut tails)?;
        let mut untold = Vec::new();
        let mut told = |part: IssuePart, is_told: bool| {
            if !is_told {
                untold.push(part);
            }
        };
        told(IssuePart::Type, node.issue_type.is_some());
        told(IssuePart::Parent, node.parent.is_some());
        told(IssuePart::SubIssues, node.sub_issues.is_some());
        told(IssuePart::BlockedBy, node.blocked_by.is_some());
        told(IssuePart::Fields, node.issue_field_values.is_some());
        let parent = node.parent.and_then(|found| found.0).into_iter();
        self.link(number, IssueRelation::Parent, parent);
        for (relation, field, list) in [
            (IssueRelation::SubIssue, "subIssues", node.sub_issues),
            (IssueRelation::BlockedBy, "blockedBy", node.blocked_by),
        ] {
            let list = self.whole(&subject, field, list, &mut tails)?;
            self.link(number, relation, list.into_iter());
        }
        self.fields(number, node.issue_field_values, &mut tails)?;
        for event in events {
            let (word, at, actor, detail) = match event {
                Event::Closed(event) => ("closed", event.created_at, event.actor, None),
                Event::Reopened(event) => ("reopened", event.created_at, event.actor, None),
                Event::Labeled(event) => (
                    "labeled",
                    event.created_at,
                    event.actor,
                    Some(event.label.name),
                ),
                Event::CrossReferenced(event) => {
                    let source =
                        (!event.is_cross_repository).then(|| event.source.number.to_string());
                    ("cross_referenced", event.created_at, event.actor, source)
                }
            };
            let actor = self.accounts.of(actor);
            self.event(number, at, word, actor, (detail, None));
        }
        let author = self.accounts.of(node.author);
        let assignees = assigned
            .into_iter()
            .filter_map(|actor| self.accounts.of(Some(actor)))
            .collect();
        for comment in comments {
            let author = self.accounts.of(comment.author);
            self.facts.issue_comments.push(IssueComment {
                repository: self.repository,
                number,
                comment: comment.id,
                author,
                created_at: comment.created_at,
                url: comment.url,
            });
        }
        let mut labels: Vec<String> = labels.into_iter().map(|label| label.name).collect();
        labels.sort();
        self.facts.issues.push(Issue {
            repository: self.repository,
            number,
            title: node.title,
            url: node.url,
            author,
            created_at: node.created_at,
            closed_at: node.closed_at,
            state_reason: node.state_reason.map(|word| word.to_lowercase()),
            updated_at: node.updated_at,
            labels,
            assignees,
            milestone: node.milestone.map(|milestone| milestone.title),
            body: node.body,
            issue_type: node
                .issue_type
                .and_then(|found| found.0)
                .map(|found| found.name),
            untold,
        });
        Ok(())
    }

    /// Adds what an issue is tied to.
    fn link(
        &mut self,
        number: PrNumber,
        relation: IssueRelation,
        others: impl Iterator<Item = LinkedIssue>,
    ) {
        let repository = self.repository;
        let links = others.map(|other| IssueLink {
            repository,
            number,
            relation,
            other_repository: other.repository.name_with_owner,
            other_number: PrNumber(other.number),
        });
        self.facts.issue_links.extend(links);
    }

    /// Adds what the fields of an issue say. A field that may not be seen, or whose kind is not known, is a gap.
    fn fields(
        &mut self,
        number: PrNumber,
        list: Option<Connection<FieldValue>>,
        tails: &mut Tails,
    ) -> Result<(), String> {
        let subject = format!("{number}");
        let path = "issueFieldValues";
        for value in self.whole(&subject, path, list, tails)? {
            let (field, kind, value) = match value {
                FieldValue::Text(found) => (found.field, FieldKind::Text, Some(found.value)),
                FieldValue::Date(found) => (found.field, FieldKind::Date, Some(found.value)),
                FieldValue::SingleSelect(found) => {
                    (found.field, FieldKind::SingleSelect, Some(found.value))
                }
                FieldValue::MultiSelect(found) => {
                    (found.field, FieldKind::MultiSelect, found.options)
                }
                FieldValue::Number(found) => {
                    let number = found.number.to_string();
                    (found.field, FieldKind::Number, Some(number))
                }
                FieldValue::Other => (None, FieldKind::Text, None),
            };
            let Some(field) = field.and_then(|FieldName { name, .. }| name) else {
                self.gap("list", &format!("{subject} {path}"), NOT_SHOWN);
                continue;
            };
            // Nothing chosen says nothing.
            let Some(value) = value else { continue };
            self.facts.issue_fields.push(IssueField {
                repository: self.repository,
                number,
                field,
                kind,
                value,
            });
        }
        Ok(())
    }
}
