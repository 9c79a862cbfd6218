//! Timelines of pull requests and issues.

use apollo_compiler::response::JsonValue;

use super::super::resolve::{Field, Node, leaf, object, page_of, text};
use super::{View, commit_node, int, label_node, node, time};
use crate::demo::model::{EventKind, HostEvent};

impl<'h> View<'h> {
    pub(super) fn timeline(self, type_name: &'static str, events: &'h [HostEvent]) -> Field<'h> {
        Field::Connection(Box::new(move |arguments| {
            let asked: Option<Vec<&str>> = arguments
                .get("itemTypes")
                .and_then(JsonValue::as_array)
                .map(|types| types.iter().filter_map(JsonValue::as_str).collect());
            let positions: Vec<usize> = events
                .iter()
                .enumerate()
                .filter(|(_, event)| {
                    asked
                        .as_ref()
                        .is_none_or(|asked| asked.contains(&item_type(&event.what).1))
                })
                .map(|(at, _)| at)
                .collect();
            page_of(type_name, arguments, &positions, |position| {
                events.get(position).map(|event| self.event(event))
            })
        }))
    }

    pub(super) fn event(self, event: &'h HostEvent) -> Node<'h> {
        let mut fields = vec![
            ("id", leaf(event.node.clone())),
            ("createdAt", time(event.at)),
            ("actor", object(self.actor(event.actor.as_ref()))),
        ];
        match &event.what {
            EventKind::ReviewRequested { reviewer, team }
            | EventKind::ReviewRequestRemoved { reviewer, team } => {
                let team = team.as_ref().map(|slug| {
                    node(
                        "Team",
                        vec![
                            ("id", leaf(format!("T_{slug}"))),
                            ("slug", leaf(slug.clone())),
                        ],
                    )
                });
                fields.push((
                    "requestedReviewer",
                    object(team.or_else(|| self.actor(reviewer.as_ref()))),
                ));
            }
            EventKind::HeadRefForcePushed { after } => {
                fields.push(("afterCommit", object(after.map(commit_node))));
            }
            EventKind::Merged { commit } => {
                fields.push(("commit", object(commit.map(commit_node))));
            }
            EventKind::Assigned { assignee } => {
                fields.push(("assignee", object(self.actor(assignee.as_ref()))));
            }
            EventKind::Labeled { label } => fields.push(("label", object(Some(label_node(label))))),
            EventKind::CrossReferenced { number } => {
                let is_pull_request = self
                    .repository
                    .pull_requests
                    .iter()
                    .any(|item| item.number == *number);
                let source = node(
                    if is_pull_request {
                        "PullRequest"
                    } else {
                        "Issue"
                    },
                    vec![("number", int(*number))],
                );
                fields.push(("isCrossRepository", leaf(false)));
                fields.push(("source", object(Some(source))));
            }
            EventKind::ReviewDismissed { review, was } => {
                fields.push(("previousReviewState", leaf(*was)));
                let review = node("PullRequestReview", vec![("id", leaf(review.clone()))]);
                fields.push(("review", object(Some(review))));
            }
            EventKind::RemovedFromMergeQueue { reason } => {
                fields.push(("reason", text(reason.map(str::to_owned))));
            }
            _ => {}
        }
        node(item_type(&event.what).0, fields)
    }
}

/// The object type of an event and its name in `itemTypes`.
const fn item_type(what: &EventKind) -> (&'static str, &'static str) {
    match what {
        EventKind::ReviewRequested { .. } => ("ReviewRequestedEvent", "REVIEW_REQUESTED_EVENT"),
        EventKind::ReviewRequestRemoved { .. } => {
            ("ReviewRequestRemovedEvent", "REVIEW_REQUEST_REMOVED_EVENT")
        }
        EventKind::ReadyForReview => ("ReadyForReviewEvent", "READY_FOR_REVIEW_EVENT"),
        EventKind::ConvertToDraft => ("ConvertToDraftEvent", "CONVERT_TO_DRAFT_EVENT"),
        EventKind::HeadRefForcePushed { .. } => {
            ("HeadRefForcePushedEvent", "HEAD_REF_FORCE_PUSHED_EVENT")
        }
        EventKind::Merged { .. } => ("MergedEvent", "MERGED_EVENT"),
        EventKind::Closed => ("ClosedEvent", "CLOSED_EVENT"),
        EventKind::Reopened => ("ReopenedEvent", "REOPENED_EVENT"),
        EventKind::ReviewDismissed { .. } => ("ReviewDismissedEvent", "REVIEW_DISMISSED_EVENT"),
        EventKind::AddedToMergeQueue => ("AddedToMergeQueueEvent", "ADDED_TO_MERGE_QUEUE_EVENT"),
        EventKind::RemovedFromMergeQueue { .. } => (
            "RemovedFromMergeQueueEvent",
            "REMOVED_FROM_MERGE_QUEUE_EVENT",
        ),
        EventKind::AutoMergeEnabled => ("AutoMergeEnabledEvent", "AUTO_MERGE_ENABLED_EVENT"),
        EventKind::AutoSquashEnabled => ("AutoSquashEnabledEvent", "AUTO_SQUASH_ENABLED_EVENT"),
        EventKind::AutoRebaseEnabled => ("AutoRebaseEnabledEvent", "AUTO_REBASE_ENABLED_EVENT"),
        EventKind::AutoMergeDisabled => ("AutoMergeDisabledEvent", "AUTO_MERGE_DISABLED_EVENT"),
        EventKind::Assigned { .. } => ("AssignedEvent", "ASSIGNED_EVENT"),
        EventKind::Labeled { .. } => ("LabeledEvent", "LABELED_EVENT"),
        EventKind::CrossReferenced { .. } => ("CrossReferencedEvent", "CROSS_REFERENCED_EVENT"),
    }
}
