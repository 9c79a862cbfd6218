//! An issue's record as rows.

use super::{Decoder, tails};
use crate::domain::work_item::IssueComment;
use crate::domain::{Issue, PrNumber};
use crate::github::wire;
use crate::github::wire::issue::Event;
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
        });
        Ok(())
    }
}
