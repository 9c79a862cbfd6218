//! All facts gathered from GitHub, as rows, and what they and git tell of agents.

use super::{
    Comment, Deployment, DeploymentStatus, Environment, Issue, IssueComment, IssueField, IssueLink,
    MergeRule, Milestone, PersonId, Provenance, PullRequest, PullRequestCommit, PullRequestFile,
    Release, RepositoryId, Review, ReviewRequest, Team, TeamMember, TimelineEvent, WorkflowJob,
    WorkflowRun,
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
    /// What they are tied to, by number and relation, in GitHub's order.
    pub issue_links: Vec<IssueLink>,
    /// What their fields say.
    pub issue_fields: Vec<IssueField>,
    /// Deployments.
    pub deployments: Vec<Deployment>,
    /// Their status histories.
    pub deployment_statuses: Vec<DeploymentStatus>,
    /// Releases.
    pub releases: Vec<Release>,
    /// Workflow run attempts.
    pub workflow_runs: Vec<WorkflowRun>,
    /// Jobs of the attempts that were run again.
    pub workflow_jobs: Vec<WorkflowJob>,
    /// What a merge needs: at most one row a repository.
    pub merge_rules: Vec<MergeRule>,
    /// Teams, by repository and slug.
    pub teams: Vec<Team>,
    /// Their members, by repository, slug and person.
    pub team_members: Vec<TeamMember>,
    /// Milestones, by repository and number.
    pub milestones: Vec<Milestone>,
    /// Environments, by repository and name.
    pub environments: Vec<Environment>,
    /// What tells that agents had a part in pull requests, reviews and commits: from GitHub and from git.
    pub provenance: Vec<Provenance>,
}

impl Facts {
    /// Replaces every account index by the person that identity resolution found.
    pub fn relabel(&mut self, person_of: impl Fn(PersonId) -> PersonId) {
        let map = |slot: &mut Option<PersonId>| *slot = slot.map(&person_of);
        for row in &mut self.pull_requests {
            map(&mut row.author);
            map(&mut row.merged_by);
            map(&mut row.answers_for);
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
        for row in &mut self.team_members {
            row.person = person_of(row.person);
        }
        for row in &mut self.provenance {
            map(&mut row.agent);
            map(&mut row.delegator);
        }
    }

    /// How many approvals a merge into the default branch needs today; `None` where the rules could not be read.
    #[must_use]
    pub fn required_approvals(&self, repository: RepositoryId) -> Option<u64> {
        self.merge_rules
            .iter()
            .find(|rule| rule.repository == repository)
            .map(|rule| rule.required_approvals)
    }

    /// The members of a team that a review was asked of; `None` where its members are not known.
    #[must_use]
    pub fn members_of(&self, repository: RepositoryId, team: &str) -> Option<Vec<PersonId>> {
        let is_it = |known: RepositoryId, slug: &str| known == repository && slug == team;
        self.teams
            .iter()
            .any(|row| is_it(row.repository, &row.team))
            .then(|| {
                self.team_members
                    .iter()
                    .filter(|row| is_it(row.repository, &row.team))
                    .map(|row| row.person)
                    .collect()
            })
    }

    /// How many rows there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        [
            self.pull_requests.len(),
            self.pull_request_commits.len(),
            self.pull_request_files.len(),
            self.reviews.len(),
            self.comments.len(),
            self.review_requests.len(),
            self.timeline.len(),
            self.issues.len(),
            self.issue_comments.len(),
            self.issue_links.len(),
            self.issue_fields.len(),
            self.deployments.len(),
            self.deployment_statuses.len(),
            self.releases.len(),
            self.workflow_runs.len(),
            self.workflow_jobs.len(),
            self.provenance.len(),
        ]
        .iter()
        .sum()
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
        self.issue_links.append(&mut other.issue_links);
        self.issue_fields.append(&mut other.issue_fields);
        self.deployments.append(&mut other.deployments);
        self.deployment_statuses
            .append(&mut other.deployment_statuses);
        self.releases.append(&mut other.releases);
        self.workflow_runs.append(&mut other.workflow_runs);
        self.workflow_jobs.append(&mut other.workflow_jobs);
        self.merge_rules.append(&mut other.merge_rules);
        self.teams.append(&mut other.teams);
        self.team_members.append(&mut other.team_members);
        self.milestones.append(&mut other.milestones);
        self.environments.append(&mut other.environments);
        self.provenance.append(&mut other.provenance);
    }
}
