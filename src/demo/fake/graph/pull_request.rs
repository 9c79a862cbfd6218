//! A pull request with its lists.

use super::super::resolve::{Field, Node, connection, int, leaf, object, text};
use super::{View, commit_node, label_node, node, time};
use crate::demo::model::{HostComment, HostCommit, HostPullRequest, HostReview, HostThread};

impl<'h> View<'h> {
    pub(super) fn pull_request(self, item: &'h HostPullRequest) -> Node<'h> {
        let state = state_of(item);
        let number = item.number;
        let mut fields = vec![
            ("id", leaf(item.node.clone())),
            ("number", int(number)),
            ("title", leaf(item.title.clone())),
            ("url", self.page(&format!("pull/{number}"))),
            ("state", leaf(state)),
            ("isDraft", leaf(item.is_draft)),
            ("createdAt", time(item.created_at)),
            ("updatedAt", time(item.updated_at)),
            ("mergedAt", text(item.merged_at.map(|at| at.to_string()))),
            ("closedAt", text(item.closed_at.map(|at| at.to_string()))),
            ("baseRefName", leaf(item.base_branch.clone())),
            ("headRefName", leaf(item.head_branch.clone())),
            ("body", leaf(item.body.clone())),
            ("additions", int(item.additions)),
            ("deletions", int(item.deletions)),
            ("changedFiles", int(item.files.len() as u64)),
            ("author", object(self.actor(item.author.as_ref()))),
            ("mergedBy", object(self.actor(item.merged_by.as_ref()))),
            ("mergeCommit", object(item.merge_commit.map(commit_node))),
        ];
        fields.extend(self.pull_request_lists(item));
        node("PullRequest", fields)
    }

    fn pull_request_lists(self, item: &'h HostPullRequest) -> Vec<(&'static str, Field<'h>)> {
        let number = item.number;
        vec![
            (
                "commits",
                connection(
                    "PullRequestCommitConnection",
                    &item.commits,
                    move |_, commit| {
                        let fields = vec![
                            ("id", leaf(format!("PRC_{number}_{}", commit.id))),
                            ("commit", object(Some(self.commit(commit)))),
                        ];
                        node("PullRequestCommit", fields)
                    },
                ),
            ),
            (
                "files",
                connection(
                    "PullRequestChangedFileConnection",
                    &item.files,
                    |_, file| {
                        let fields = vec![
                            ("path", leaf(file.path.clone())),
                            ("additions", int(file.additions)),
                            ("deletions", int(file.deletions)),
                        ];
                        node("PullRequestChangedFile", fields)
                    },
                ),
            ),
            (
                "reviews",
                connection(
                    "PullRequestReviewConnection",
                    &item.reviews,
                    move |_, review| self.review(number, review),
                ),
            ),
            (
                "reviewThreads",
                connection(
                    "PullRequestReviewThreadConnection",
                    &item.threads,
                    move |_, thread| self.thread(number, thread),
                ),
            ),
            (
                "comments",
                connection(
                    "IssueCommentConnection",
                    &item.comments,
                    move |_, comment| self.comment("pull", number, comment),
                ),
            ),
            (
                "timelineItems",
                self.timeline("PullRequestTimelineItemsConnection", &item.timeline),
            ),
            (
                "labels",
                connection("LabelConnection", &item.labels, |_, label| {
                    label_node(label)
                }),
            ),
            (
                "closingIssuesReferences",
                connection("IssueConnection", &item.closes_issues, move |_, closed| {
                    let repository = node(
                        "Repository",
                        vec![("id", leaf(self.repository.node.clone()))],
                    );
                    let fields = vec![
                        ("id", leaf(format!("I_ref_{closed}"))),
                        ("number", int(*closed)),
                        ("repository", object(Some(repository))),
                    ];
                    node("Issue", fields)
                }),
            ),
        ]
    }

    pub(super) fn commit(self, commit: &'h HostCommit) -> Node<'h> {
        let author = node(
            "GitActor",
            vec![
                ("name", leaf(commit.author_name.clone())),
                ("email", leaf(commit.author_email.clone())),
                ("user", object(self.user(commit.author_login.as_ref()))),
            ],
        );
        let mut commit_fields = commit_node(commit.id).fields;
        commit_fields.push(("authoredDate", time(commit.authored_at)));
        commit_fields.push(("author", object(Some(author))));
        commit_fields.push(("messageHeadline", leaf(commit.headline.clone())));
        node("Commit", commit_fields)
    }

    pub(super) fn review(self, number: u64, review: &'h HostReview) -> Node<'h> {
        node(
            "PullRequestReview",
            vec![
                ("id", leaf(review.node.clone())),
                ("state", leaf(review.state.clone())),
                (
                    "submittedAt",
                    text(review.submitted_at.map(|at| at.to_string())),
                ),
                (
                    "url",
                    self.page(&format!("pull/{number}#pullrequestreview-{}", review.node)),
                ),
                ("body", leaf(review.body.clone())),
                ("author", object(self.actor(review.author.as_ref()))),
            ],
        )
    }

    pub(super) fn thread(self, number: u64, thread: &'h HostThread) -> Node<'h> {
        node(
            "PullRequestReviewThread",
            vec![
                ("id", leaf(thread.node.clone())),
                ("path", leaf(thread.path.clone())),
                ("isResolved", leaf(thread.is_resolved)),
                (
                    "comments",
                    connection(
                        "PullRequestReviewCommentConnection",
                        &thread.comments,
                        move |_, comment| {
                            let review = comment.review.as_ref().map(|review| {
                                node("PullRequestReview", vec![("id", leaf(review.clone()))])
                            });
                            let mut shown = self.comment("pull", number, comment);
                            shown.type_name = "PullRequestReviewComment";
                            shown.fields.push(("pullRequestReview", object(review)));
                            shown
                        },
                    ),
                ),
            ],
        )
    }

    pub(super) fn comment(self, page: &str, number: u64, comment: &'h HostComment) -> Node<'h> {
        node(
            "IssueComment",
            vec![
                ("id", leaf(comment.node.clone())),
                ("createdAt", time(comment.created_at)),
                (
                    "url",
                    self.page(&format!("{page}/{number}#comment-{}", comment.node)),
                ),
                ("body", leaf(comment.body.clone())),
                ("author", object(self.actor(comment.author.as_ref()))),
            ],
        )
    }
}

/// The state of a pull request as GraphQL names it.
pub(super) fn state_of(item: &HostPullRequest) -> &'static str {
    match (item.merged_at, item.closed_at) {
        (Some(_), _) => "MERGED",
        (None, Some(_)) => "CLOSED",
        (None, None) => "OPEN",
    }
}
