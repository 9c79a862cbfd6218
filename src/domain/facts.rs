//! All facts gathered from GitHub, as rows.

use super::{
    Comment, Deployment, DeploymentStatus, Issue, IssueComment, PersonId, PullRequest,
    PullRequestCommit, PullRequestFile, Release, Review, ReviewRequest, TimelineEvent, WorkflowRun,
};

/// Rows by table. Until [`Facts::relabel`] has run, a [`PersonId`] is the index of an account as a stream showed it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Pull requests, by repository and number.
    pub pull_requests: Vec<PullRequest>,
    /// Their commits.
    pub pull_request_commits: Vec<PullRequestCommit>,
    /// Their files.
    pub pull_request_files: Vec<PullRequestFile>,
    /// Their reviews.
    pub reviews: Vec<Review>,
    /// Their comments.
    pub comments: Vec<Comment>,
    /// Review requests and removals.
    pub review_requests: Vec<ReviewRequest>,
    /// Other timeline events.
    pub timeline: Vec<TimelineEvent>,
    /// Issues.
    pub issues: Vec<Issue>,
    /// Their comments.
    pub issue_comments: Vec<IssueComment>,
    /// Deployments.
    pub deployments: Vec<Deployment>,
    /// Their status histories.
    pub deployment_statuses: Vec<DeploymentStatus>,
    /// Releases.
    pub releases: Vec<Release>,
    /// Workflow run attempts.
    pub workflow_runs: Vec<WorkflowRun>,
}

impl Facts {
    /// Replaces every account index by the person that identity resolution found.
    pub fn relabel(&mut self, person_of: impl Fn(PersonId) -> PersonId) {
        let map = |slot: &mut Option<PersonId>| *slot = slot.map(&person_of);
        for row in &mut self.pull_requests {
            map(&mut row.author);
            map(&mut row.merged_by);
        }
        self.pull_request_commits
            .iter_mut()
            .for_each(|row| map(&mut row.author));
        self.reviews.iter_mut().for_each(|row| map(&mut row.author));
        self.comments
            .iter_mut()
            .for_each(|row| map(&mut row.author));
        for row in &mut self.review_requests {
            map(&mut row.reviewer);
            map(&mut row.actor);
        }
        self.timeline.iter_mut().for_each(|row| map(&mut row.actor));
        for row in &mut self.issues {
            map(&mut row.author);
            row.assignees
                .iter_mut()
                .for_each(|person| *person = person_of(*person));
        }
        self.issue_comments
            .iter_mut()
            .for_each(|row| map(&mut row.author));
        self.releases
            .iter_mut()
            .for_each(|row| map(&mut row.author));
    }

    /// Adds another set of rows, for instance a further repository's.
    pub fn append(&mut self, mut other: Self) {
        self.pull_requests.append(&mut other.pull_requests);
        self.pull_request_commits
            .append(&mut other.pull_request_commits);
        self.pull_request_files
            .append(&mut other.pull_request_files);
        self.reviews.append(&mut other.reviews);
        self.comments.append(&mut other.comments);
        self.review_requests.append(&mut other.review_requests);
        self.timeline.append(&mut other.timeline);
        self.issues.append(&mut other.issues);
        self.issue_comments.append(&mut other.issue_comments);
        self.deployments.append(&mut other.deployments);
        self.deployment_statuses
            .append(&mut other.deployment_statuses);
        self.releases.append(&mut other.releases);
        self.workflow_runs.append(&mut other.workflow_runs);
    }
}
