//! Facts in a few words: one repository, a handful of people, and what happens on pull requests, hour by hour.

use jiff::{SignedDuration, Timestamp};
use linchpin::domain::{
    Account, Comment, CommentKind, CommitId, Completeness, Deployment, Granularity, Login,
    MergeRule, Origin, Outcome, Person, PersonId, PrNumber, PullRequest, PullRequestCommit,
    PullRequestFile, PullRequestState, RepositoryId, RequestAction, Review, ReviewRequest,
    ReviewState, Stream, StreamCertificate, Team, TeamMember, TimelineEvent, Window, WorkflowRun,
};
use linchpin::metrics::Measure;
use linchpin::register::ImportText;
use linchpin::tables::{CommitRow, Repository, Tables};
use linchpin::work::Question;

/// Monday.
const START: &str = "2026-03-02T00:00:00Z";

/// So many hours after Monday, 2 March 2026, 00:00 UTC.
pub(crate) fn hour(hours: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
}

pub(crate) const ADA: PersonId = PersonId(0);
pub(crate) const BEN: PersonId = PersonId(1);
pub(crate) const CYD: PersonId = PersonId(2);
pub(crate) const DEE: PersonId = PersonId(3);
pub(crate) const BOT: PersonId = PersonId(4);
pub(crate) const AI: PersonId = PersonId(5);
pub(crate) const LAMP: RepositoryId = RepositoryId(0);

/// Facts and the question asked of them.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) tables: Tables,
    pub(crate) register: String,
    /// Files of the register's imports: of which one, by their order, what each is called, and what stands in it.
    pub(crate) files: Vec<(usize, &'static str, String)>,
    pub(crate) window: Window,
    pub(crate) as_of: Timestamp,
    pub(crate) granularity: Granularity,
    /// Streams that were read whole.
    pub(crate) streams: Vec<Stream>,
}

impl Given {
    /// One repository without any work; the window is the four weeks from the start.
    pub(crate) fn new() -> Self {
        let mut tables = Tables::default();
        let people = [
            ("ada", Account::Human),
            ("ben", Account::Human),
            ("cyd", Account::Human),
            ("dee", Account::Human),
            ("dependabot", Account::Automation),
            ("copilot", Account::AiReviewer),
        ];
        for (id, (login, account)) in (0..).zip(people) {
            tables.people.push(Person {
                is_known: true,
                names: Vec::new(),
                id: PersonId(id),
                display_name: login.to_owned(),
                logins: vec![Login(login.to_owned())],
                emails: Vec::new(),
                account,
            });
        }
        tables.repositories.push(Repository {
            repository: LAMP,
            name: "acme/lamp".into(),
            url: Some("https://github.example/acme/lamp".into()),
            default_branch: Some("main".into()),
            former_names: Vec::new(),
        });
        Self {
            tables,
            register: String::new(),
            files: Vec::new(),
            window: Window {
                since: hour(0),
                until: hour(28 * 24),
            },
            as_of: hour(28 * 24),
            granularity: Granularity::Week,
            streams: vec![
                Stream::History,
                Stream::PullRequests,
                Stream::Issues,
                Stream::WorkflowRuns,
            ],
        }
    }

    /// Opens a pull request by Ada, ready for review, open.
    pub(crate) fn open(&mut self, number: u64, at: i64) -> &mut PullRequest {
        self.tables.facts.pull_requests.push(PullRequest {
            repository: LAMP,
            number: PrNumber(number),
            node: format!("PR_{number}"),
            title: format!("Change {number}"),
            url: format!("https://github.example/acme/lamp/pull/{number}"),
            author: Some(ADA),
            state: PullRequestState::Open,
            is_draft: false,
            created_at: hour(at),
            ready_at: Some(hour(at)),
            first_commit_at: None,
            merged_at: None,
            closed_at: None,
            updated_at: hour(at),
            merged_by: None,
            merge_commit: None,
            base_branch: "main".into(),
            head_branch: "change".into(),
            additions: 1,
            deletions: 0,
            n_files: 1,
            n_commits: 1,
            n_reviews: 0,
            n_comments: 0,
            labels: Vec::new(),
            closes_issues: Vec::new(),
            origin: Origin::NoEvidence,
            answers_for: None,
        });
        self.tables.facts.pull_requests.last_mut().unwrap()
    }

    /// The pull request of a number.
    pub(crate) fn row(&mut self, number: u64) -> &mut PullRequest {
        let rows = &mut self.tables.facts.pull_requests;
        rows.iter_mut().find(|row| row.number.0 == number).unwrap()
    }

    pub(crate) fn merge(&mut self, number: u64, at: i64) {
        let row = self.row(number);
        row.state = PullRequestState::Merged;
        (row.merged_at, row.closed_at) = (Some(hour(at)), Some(hour(at)));
        row.merged_by = row.author;
    }

    pub(crate) fn close(&mut self, number: u64, at: i64) {
        let row = self.row(number);
        row.state = PullRequestState::Closed;
        row.closed_at = Some(hour(at));
    }

    pub(crate) fn review(&mut self, number: u64, who: PersonId, state: ReviewState, at: i64) {
        let reviews = &mut self.tables.facts.reviews;
        reviews.push(Review {
            repository: LAMP,
            number: PrNumber(number),
            review: format!("R_{number}_{at}_{}", who.0),
            author: Some(who),
            state,
            verdict: state,
            submitted_at: hour(at),
            dismissed_at: None,
            n_inline_comments: 0,
            body_length: 0,
        });
    }

    pub(crate) fn approve(&mut self, number: u64, who: PersonId, at: i64) {
        self.review(number, who, ReviewState::Approved, at);
    }

    /// Takes a person's last review of a pull request back: today it reads `dismissed`, and the timeline tells what it had said.
    pub(crate) fn dismiss(&mut self, number: u64, who: PersonId, at: i64) {
        let reviews = self.tables.facts.reviews.iter_mut();
        let review = reviews
            .rev()
            .find(|review| review.number.0 == number && review.author == Some(who))
            .unwrap();
        review.state = ReviewState::Dismissed;
        review.dismissed_at = Some(hour(at));
        let node = review.review.clone();
        self.event(number, "review_dismissed", at);
        let event = self.tables.facts.timeline.last_mut().unwrap();
        event.detail = Some(node);
    }

    fn requests(
        &mut self,
        number: u64,
        (reviewer, team): (Option<PersonId>, Option<&str>),
        action: RequestAction,
        at: i64,
    ) {
        self.tables.facts.review_requests.push(ReviewRequest {
            repository: LAMP,
            number: PrNumber(number),
            at: hour(at),
            action,
            reviewer,
            team: team.map(str::to_owned),
            actor: Some(ADA),
        });
    }

    pub(crate) fn ask(&mut self, number: u64, who: PersonId, at: i64) {
        self.requests(number, (Some(who), None), RequestAction::Requested, at);
    }

    pub(crate) fn ask_team(&mut self, number: u64, team: &str, at: i64) {
        self.requests(number, (None, Some(team)), RequestAction::Requested, at);
    }

    pub(crate) fn withdraw(&mut self, number: u64, who: PersonId, at: i64) {
        self.requests(number, (Some(who), None), RequestAction::Removed, at);
    }

    /// A comment, and the agent that it calls.
    pub(crate) fn say(&mut self, number: u64, who: PersonId, calls_agent: Option<&str>, at: i64) {
        self.tables.facts.comments.push(Comment {
            repository: LAMP,
            number: PrNumber(number),
            comment: format!("C_{number}_{at}_{}", who.0),
            kind: CommentKind::Conversation,
            author: Some(who),
            created_at: hour(at),
            path: None,
            thread: None,
            body_length: 0,
            url: String::new(),
            calls_agent: calls_agent.map(str::to_owned),
            body: String::new(),
        });
    }

    /// An entry of the timeline.
    pub(crate) fn event(&mut self, number: u64, event: &str, at: i64) {
        self.tables.facts.timeline.push(TimelineEvent {
            repository: LAMP,
            number: PrNumber(number),
            at: hour(at),
            event: event.to_owned(),
            actor: Some(ADA),
            detail: None,
            reason: None,
        });
    }

    /// A commit of the pull request's own list.
    pub(crate) fn commit(&mut self, number: u64, who: PersonId, at: i64) -> CommitId {
        let n = self.tables.facts.pull_request_commits.len() as u64;
        let commit = id(1_000 + n);
        self.tables
            .facts
            .pull_request_commits
            .push(PullRequestCommit {
                repository: LAMP,
                number: PrNumber(number),
                commit,
                authored_at: hour(at),
                author: Some(who),
                updates_from_base: false,
            });
        commit
    }

    pub(crate) fn file(&mut self, number: u64, path: &str) {
        self.tables.facts.pull_request_files.push(PullRequestFile {
            repository: LAMP,
            number: PrNumber(number),
            path: path.into(),
            additions: 1,
            deletions: 0,
        });
    }

    /// A finished run on a commit.
    pub(crate) fn run(&mut self, commit: CommitId, from: i64, to: i64) {
        let run = self.tables.facts.workflow_runs.len() as u64;
        self.tables.facts.workflow_runs.push(WorkflowRun {
            repository: LAMP,
            run,
            attempt: 1,
            name: "test".into(),
            event: "pull_request".into(),
            head_branch: None,
            head_commit: Some(commit),
            status: "completed".into(),
            conclusion: Some("success".into()),
            created_at: hour(from),
            started_at: Some(hour(from)),
            updated_at: hour(to),
            url: String::new(),
        });
    }

    /// A commit on the default branch, after the last one there.
    pub(crate) fn land(&mut self, at: i64) -> CommitId {
        let n = self.tables.commits.len() as u64;
        let commit = id(n + 1);
        let parents = self.tables.commits.last().map(|last| last.commit);
        self.tables.commits.push(CommitRow {
            repository: LAMP,
            commit,
            parents: parents.into_iter().collect(),
            author: ADA,
            authored_at: hour(at),
            committed_at: hour(at),
            landed_at: hour(at),
            co_authors: [].into(),
            subject: "Change".into(),
            is_merge: false,
            on_default_branch: true,
            pull_request: None,
            reverts: None,
            cherry_picked_from: None,
            exclusion: None,
            origin: None,
            delegator: None,
        });
        commit
    }

    /// A successful deployment to production.
    pub(crate) fn deploy(&mut self, commit: CommitId, at: i64) {
        let n = self.tables.facts.deployments.len();
        self.tables.facts.deployments.push(Deployment {
            repository: LAMP,
            deployment: format!("DE_{n}"),
            environment: "production".into(),
            commit: Some(commit),
            reference: None,
            created_at: hour(at),
            started_at: None,
            finished_at: Some(hour(at)),
            outcome: Outcome::Success,
            source: "deployments_api".into(),
            url: None,
        });
    }

    /// One metric's answer.
    pub(crate) fn measure(&self, metric: &str) -> Measure {
        let metric = linchpin::metrics::find(metric).unwrap();
        metric.over(&self.tables, &self.question())
    }

    /// A team whose members are known.
    pub(crate) fn team(&mut self, team: &str, members: &[PersonId]) {
        let facts = &mut self.tables.facts;
        facts.teams.push(Team {
            repository: LAMP,
            team: team.to_owned(),
            name: team.to_owned(),
            parent: None,
            n_members: members.len() as u64,
        });
        facts
            .team_members
            .extend(members.iter().map(|person| TeamMember {
                repository: LAMP,
                team: team.to_owned(),
                person: *person,
            }));
    }

    /// What a merge into `main` needs.
    pub(crate) fn require(&mut self, approvals: u64) {
        self.tables.facts.merge_rules.push(MergeRule {
            repository: LAMP,
            branch: "main".into(),
            required_approvals: approvals,
            requires_code_owner: false,
            requires_last_push_approval: false,
            dismisses_stale_reviews: false,
            has_merge_queue: false,
            required_checks: Vec::new(),
            sources: vec!["ruleset".into()],
            approvals_since: None,
        });
    }

    pub(crate) fn question(&self) -> Question {
        let register = linchpin::register::parse(&self.register, "linchpin.toml").unwrap();
        let text = |(import, file, text): &(usize, &str, String)| ImportText {
            import: *import,
            file: (*file).to_owned(),
            text: text.clone(),
        };
        let texts: Vec<ImportText> = self.files.iter().map(text).collect();
        let register = register.with_imports(&texts).unwrap();
        let certificates = self
            .streams
            .iter()
            .map(|stream| StreamCertificate {
                repository: LAMP,
                stream: *stream,
                completeness: Completeness::Complete,
                reason: None,
                fix: None,
                expected: None,
                fetched: 1,
                watermark: None,
                accepted: None,
            })
            .collect();
        Question::new(
            &register,
            &self.tables.repositories,
            certificates,
            self.as_of,
            self.window,
            self.granularity,
        )
        .unwrap()
    }
}

/// A commit id of a number.
pub(crate) fn id(number: u64) -> CommitId {
    format!("{number:040x}").parse().unwrap()
}
