//! The documents that are posted to GitHub: one file an operation under `queries/github`, its stem the operation's name.

/// A GraphQL operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The operation's name in the document.
    pub name: &'static str,
    /// The document with the fragments it uses.
    pub document: &'static str,
}

impl Operation {
    /// Whether its answers are kept as records, of which a part may be missing. The others are small, and what reads their
    /// answers asks for their parts one by one.
    #[must_use]
    pub fn is_of_records(&self) -> bool {
        let is_one_of = |operations: &[Self]| operations.iter().any(|known| known == self);
        !is_one_of(&[
            REPOSITORY,
            OVERVIEWS_BY_ID,
            REPOSITORY_SETTINGS,
            SETTINGS_BY_ID,
            PULL_REQUEST_IDS,
            SURVEY,
            TEAM_MEMBERS,
            OWNER_REPOSITORIES,
            TEAM_REPOSITORIES,
            REPOSITORIES_BY_ID,
        ])
    }
}

macro_rules! fragment {
    ($name:literal) => {
        include_str!(concat!(
            "../../queries/github/fragments/",
            $name,
            ".graphql"
        ))
    };
}

macro_rules! operation {
    ($(#[$doc:meta])* $constant:ident, $name:literal, $stem:literal, [$($fragment:literal),*]) => {
        $(#[$doc])*
        pub const $constant: Operation = Operation {
            name: $name,
            document: concat!(
                include_str!(concat!("../../queries/github/", $stem, ".graphql")),
                fragment!("rate_limit"),
                $(fragment!($fragment),)*
            ),
        };
    };
}

operation!(
    /// What a repository is and when its work last changed.
    REPOSITORY, "Repository", "repository", ["page", "user", "releases", "overview"]
);
operation!(
    /// The same of many repositories by node id.
    OVERVIEWS_BY_ID, "OverviewsById", "overviews_by_id", ["page", "user", "releases", "overview"]
);
operation!(
    /// Which pull requests changed, newest change first.
    PULL_REQUEST_IDS, "PullRequestIds", "pull_request_ids", ["page"]
);
operation!(
    /// Whole pull requests by node id.
    PULL_REQUESTS, "PullRequests", "pull_requests",
    [
        "page", "actor", "user", "reviewer", "pull_request_commits", "pull_request_files", "pull_request_reviews",
        "pull_request_threads", "thread_comments", "comments", "labels", "closing_issues", "pull_request_timeline"
    ]
);
operation!(
    /// More of a pull request's commits.
    PULL_REQUEST_COMMITS, "PullRequestCommits", "pull_request_commits", ["page", "user", "pull_request_commits"]
);
operation!(
    /// More of a pull request's files.
    PULL_REQUEST_FILES, "PullRequestFiles", "pull_request_files", ["page", "pull_request_files"]
);
operation!(
    /// More of a pull request's reviews.
    PULL_REQUEST_REVIEWS, "PullRequestReviews", "pull_request_reviews", ["page", "actor", "pull_request_reviews"]
);
operation!(
    /// More of a pull request's inline threads.
    PULL_REQUEST_THREADS, "PullRequestThreads", "pull_request_threads",
    ["page", "actor", "pull_request_threads", "thread_comments"]
);
operation!(
    /// More of an inline thread's comments.
    THREAD_COMMENTS, "ThreadComments", "thread_comments", ["page", "actor", "thread_comments"]
);
operation!(
    /// More of a pull request's conversation.
    PULL_REQUEST_COMMENTS, "PullRequestComments", "pull_request_comments", ["page", "actor", "comments"]
);
operation!(
    /// More of a pull request's timeline.
    PULL_REQUEST_TIMELINE_ITEMS, "PullRequestTimelineItems", "pull_request_timeline_items",
    ["page", "actor", "reviewer", "pull_request_timeline"]
);
operation!(
    /// More of a pull request's labels.
    PULL_REQUEST_LABELS, "PullRequestLabels", "pull_request_labels", ["page", "labels"]
);
operation!(
    /// More of the issues that a pull request closes.
    PULL_REQUEST_CLOSING_ISSUES, "PullRequestClosingIssues", "pull_request_closing_issues", ["page", "closing_issues"]
);
operation!(
    /// Issues changed since an instant, oldest change first.
    ISSUES, "Issues", "issues",
    [
        "page", "actor", "user", "labels", "comments", "issue", "issue_timeline", "linked_issues", "issue_field_values"
    ]
);
operation!(
    /// Issues by node id.
    ISSUES_BY_ID, "IssuesById", "issues_by_id",
    [
        "page", "actor", "user", "labels", "comments", "issue", "issue_timeline", "linked_issues", "issue_field_values"
    ]
);
operation!(
    /// All issues in outline.
    ISSUE_OUTLINES, "IssueOutlines", "issue_outlines", ["page", "labels"]
);
operation!(
    /// All pull requests in outline.
    PULL_REQUEST_OUTLINES, "PullRequestOutlines", "pull_request_outlines", ["page", "labels"]
);
operation!(
    /// All deployments in outline.
    DEPLOYMENT_OUTLINES, "DeploymentOutlines", "deployment_outlines", ["page"]
);
operation!(
    /// More of an issue's comments.
    ISSUE_COMMENTS, "IssueComments", "issue_comments", ["page", "actor", "comments"]
);
operation!(
    /// More of an issue's labels.
    ISSUE_LABELS, "IssueLabels", "issue_labels", ["page", "labels"]
);
operation!(
    /// More of an issue's timeline.
    ISSUE_TIMELINE_ITEMS, "IssueTimelineItems", "issue_timeline_items", ["page", "actor", "issue_timeline"]
);
operation!(
    /// More of an issue's sub-issues.
    ISSUE_SUB_ISSUES, "IssueSubIssues", "issue_sub_issues", ["page", "linked_issues"]
);
operation!(
    /// More of the issues that block an issue.
    ISSUE_BLOCKED_BY, "IssueBlockedBy", "issue_blocked_by", ["page", "linked_issues"]
);
operation!(
    /// More of what the fields of an issue say.
    ISSUE_FIELD_VALUES, "IssueFieldValues", "issue_field_values", ["page", "issue_field_values"]
);
operation!(
    /// Deployments, newest first.
    DEPLOYMENTS, "Deployments", "deployments", ["page", "actor", "deployment", "deployment_statuses"]
);
operation!(
    /// Deployments by node id.
    DEPLOYMENTS_BY_ID, "DeploymentsById", "deployments_by_id", ["page", "actor", "deployment", "deployment_statuses"]
);
operation!(
    /// More of a deployment's status history.
    DEPLOYMENT_STATUSES, "DeploymentStatuses", "deployment_statuses", ["page", "deployment_statuses"]
);
operation!(
    /// Releases, newest first.
    RELEASES, "Releases", "releases", ["page", "user", "releases"]
);

operation!(
    /// What a repository's owners laid down.
    REPOSITORY_SETTINGS, "RepositorySettings", "repository_settings", ["page", "user", "settings", "team_members"]
);
operation!(
    /// The same of many repositories by node id, without the teams of their owners.
    SETTINGS_BY_ID, "SettingsById", "settings_by_id", ["page", "settings"]
);
operation!(
    /// More of a team's members.
    TEAM_MEMBERS, "TeamMembers", "team_members", ["page", "user", "team_members"]
);

operation!(
    /// What a repository works with, before anything is fetched.
    SURVEY, "Survey", "survey", ["page", "actor", "labels"]
);

operation!(
    /// Which repositories an owner has.
    OWNER_REPOSITORIES, "OwnerRepositories", "owner_repositories", ["page", "listed_repository"]
);
operation!(
    /// Which repositories a team has access to.
    TEAM_REPOSITORIES, "TeamRepositories", "team_repositories", ["page", "listed_repository"]
);
operation!(
    /// Where repositories are now that a list no longer has.
    REPOSITORIES_BY_ID, "RepositoriesById", "repositories_by_id", []
);

/// Every operation, sorted by name.
pub const ALL: &[Operation] = &[
    DEPLOYMENT_OUTLINES,
    DEPLOYMENT_STATUSES,
    DEPLOYMENTS,
    DEPLOYMENTS_BY_ID,
    ISSUE_BLOCKED_BY,
    ISSUE_COMMENTS,
    ISSUE_FIELD_VALUES,
    ISSUE_LABELS,
    ISSUE_OUTLINES,
    ISSUE_SUB_ISSUES,
    ISSUE_TIMELINE_ITEMS,
    ISSUES,
    ISSUES_BY_ID,
    OVERVIEWS_BY_ID,
    OWNER_REPOSITORIES,
    PULL_REQUEST_CLOSING_ISSUES,
    PULL_REQUEST_COMMENTS,
    PULL_REQUEST_COMMITS,
    PULL_REQUEST_FILES,
    PULL_REQUEST_IDS,
    PULL_REQUEST_LABELS,
    PULL_REQUEST_OUTLINES,
    PULL_REQUEST_REVIEWS,
    PULL_REQUEST_THREADS,
    PULL_REQUEST_TIMELINE_ITEMS,
    PULL_REQUESTS,
    RELEASES,
    REPOSITORIES_BY_ID,
    REPOSITORY,
    REPOSITORY_SETTINGS,
    SETTINGS_BY_ID,
    SURVEY,
    TEAM_MEMBERS,
    TEAM_REPOSITORIES,
    THREAD_COMMENTS,
];
