//! A team of three on `acme/widgets`, to say in a few lines what happened: what the pages about people are tested with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use linchpin::domain::{
    Account, ChangeKind, Comment, CommentKind, CommitId, Completeness, Facts, Granularity, Issue,
    IssueComment, Login, Origin, Person, PersonId, PrNumber, PullRequest, PullRequestFile,
    PullRequestState, Release, RepoName, RepositoryId, RequestAction, Review, ReviewRequest,
    ReviewState, Stream, StreamCertificate, TimelineEvent, Window,
};
use linchpin::evidence::Sources;
use linchpin::register::{Register, parse, parse_private};
use linchpin::report::document::Document;
use linchpin::tables::changes::File;
use linchpin::tables::{CommitRow, Repository, Tables};
use linchpin::work::{Past, Question};

pub const ADA: PersonId = PersonId(0);
pub const BEN: PersonId = PersonId(1);
pub const CEM: PersonId = PersonId(2);
pub const BOT: PersonId = PersonId(3);
pub const WIDGETS: RepositoryId = RepositoryId(0);

/// An instant: a date alone is its morning, ten o'clock.
pub fn at(text: &str) -> Timestamp {
    if text.contains('T') {
        text.parse().unwrap()
    } else {
        format!("{text}T10:00:00Z").parse().unwrap()
    }
}

/// The id of a commit: one byte twenty times.
pub fn commit_id(id: u8) -> CommitId {
    CommitId::from_bytes(&[id; 20]).unwrap()
}

pub struct SmallTeam {
    pub tables: Tables,
    pub repositories: BTreeMap<RepositoryId, RepoName>,
    pub register: String,
    pub private: String,
    pub window: Window,
    pub as_of: Timestamp,
    /// Streams that were read.
    pub streams: Vec<Stream>,
}

impl SmallTeam {
    /// Nothing has happened yet in the first half of 2026, and everything was read.
    pub fn new() -> Self {
        let person = |(id, login, account): (u32, &str, Account)| Person {
            is_known: true,
            names: Vec::new(),
            id: PersonId(id),
            display_name: login.to_owned(),
            logins: vec![Login(login.to_owned())],
            emails: Vec::new(),
            account,
        };
        let people = [
            (0, "ada", Account::Human),
            (1, "ben", Account::Human),
            (2, "cem", Account::Human),
            (3, "dependabot", Account::Automation),
        ];
        let name: RepoName = "acme/widgets".parse().unwrap();
        let repository = Repository {
            repository: WIDGETS,
            name: name.to_string(),
            url: Some(format!("https://github.com/{name}")),
            default_branch: None,
            former_names: Vec::new(),
        };
        Self {
            tables: Tables {
                facts: Facts::default(),
                people: people.into_iter().map(person).collect(),
                repositories: vec![repository],
                ..Tables::default()
            },
            repositories: BTreeMap::from([(WIDGETS, name)]),
            register: String::new(),
            private: String::new(),
            window: Window {
                since: at("2026-01-01T00:00:00Z"),
                until: at("2026-07-01T00:00:00Z"),
            },
            as_of: at("2026-07-01T00:00:00Z"),
            streams: vec![
                Stream::History,
                Stream::PullRequests,
                Stream::Issues,
                Stream::Releases,
            ],
        }
    }

    pub fn facts(&mut self) -> &mut Facts {
        &mut self.tables.facts
    }

    pub fn pull_request(
        &mut self,
        number: u64,
        author: PersonId,
        opened: &str,
        merged: Option<&str>,
    ) -> &mut PullRequest {
        let (created_at, merged_at) = (at(opened), merged.map(at));
        self.facts().pull_requests.push(PullRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            node: format!("PR_{number}"),
            title: format!("Change {number}"),
            url: format!("https://github.com/acme/widgets/pull/{number}"),
            author: Some(author),
            state: match merged_at {
                Some(_) => PullRequestState::Merged,
                None => PullRequestState::Open,
            },
            is_draft: false,
            created_at,
            ready_at: Some(created_at),
            first_commit_at: None,
            merged_at,
            closed_at: merged_at,
            updated_at: merged_at.unwrap_or(created_at),
            merged_by: merged_at.map(|_| author),
            merge_commit: None,
            base_branch: "main".to_owned(),
            head_branch: "topic".to_owned(),
            additions: 3,
            deletions: 1,
            n_files: 1,
            n_commits: 1,
            n_reviews: 0,
            n_comments: 0,
            labels: Vec::new(),
            closes_issues: Vec::new(),
            origin: Origin::NoEvidence,
            answers_for: None,
        });
        self.facts().pull_requests.last_mut().unwrap()
    }

    /// A commit on the default branch, whose id is one byte twenty times.
    pub fn commit(&mut self, id: u8, author: PersonId, when: &str) -> &mut CommitRow {
        let parents = self.tables.commits.last().map(|row| row.commit);
        self.tables.commits.push(CommitRow {
            repository: WIDGETS,
            commit: commit_id(id),
            parents: parents.into_iter().collect(),
            author,
            authored_at: at(when),
            committed_at: at(when),
            landed_at: at(when),
            co_authors: [].into(),
            subject: format!("Commit {id}").into(),
            is_merge: false,
            on_default_branch: true,
            pull_request: None,
            reverts: None,
            cherry_picked_from: None,
            exclusion: None,
            origin: None,
            delegator: None,
        });
        self.tables.commits.last_mut().unwrap()
    }

    /// Commits of June: up to the sixth of `engine`, half of them Cem's and half Ada's; then Cem's of `tools`.
    pub fn engine_and_tools(&mut self, numbers: std::ops::RangeInclusive<u8>) {
        for number in numbers {
            let (author, path) = match number {
                0..=3 => (CEM, "engine/main.rs"),
                4..=6 => (ADA, "engine/main.rs"),
                _ => (CEM, "tools/run.sh"),
            };
            self.commit(number, author, &format!("2026-06-{number:02}"));
            self.changes(path);
        }
    }

    /// The newest commit changes a file.
    pub fn changes(&mut self, path: &str) {
        let row = u32::try_from(self.tables.commits.len() - 1).unwrap();
        let changes = &mut self.tables.changes;
        let known = changes.files.iter().position(|file| file.path == path);
        let file = known.unwrap_or_else(|| {
            changes.files.push(File {
                repository: WIDGETS,
                path: path.to_owned(),
                exclusion: None,
                in_tip: true,
            });
            changes.files.len() - 1
        });
        let file = u32::try_from(file).unwrap();
        changes.push(row, file, None, ChangeKind::Modified);
    }

    pub fn file(&mut self, number: u64, path: &str) {
        self.facts().pull_request_files.push(PullRequestFile {
            repository: WIDGETS,
            number: PrNumber(number),
            path: path.into(),
            additions: 3,
            deletions: 1,
        });
    }

    pub fn review(&mut self, number: u64, author: PersonId, when: &str) -> &mut Review {
        let review = format!("R_{number}_{}", self.facts().reviews.len());
        self.facts().reviews.push(Review {
            repository: WIDGETS,
            number: PrNumber(number),
            review,
            author: Some(author),
            state: ReviewState::Approved,
            verdict: ReviewState::Approved,
            submitted_at: at(when),
            dismissed_at: None,
            n_inline_comments: 0,
            body_length: 0,
        });
        self.facts().reviews.last_mut().unwrap()
    }

    pub fn comment(&mut self, number: u64, author: PersonId, when: &str, body: &str) {
        let n = self.facts().comments.len();
        self.facts().comments.push(Comment {
            repository: WIDGETS,
            number: PrNumber(number),
            comment: format!("C_{number}_{n}"),
            kind: CommentKind::Inline,
            author: Some(author),
            created_at: at(when),
            path: None,
            thread: None,
            body_length: body.chars().count() as u64,
            url: format!("https://github.com/acme/widgets/pull/{number}#c{n}"),
            calls_agent: None,
            body: body.to_owned(),
        });
    }

    pub fn ask(&mut self, number: u64, reviewer: PersonId, when: &str) {
        self.facts().review_requests.push(ReviewRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            at: at(when),
            action: RequestAction::Requested,
            reviewer: Some(reviewer),
            team: None,
            actor: None,
        });
    }

    pub fn event(&mut self, number: u64, event: &str, when: &str, detail: Option<&str>) {
        self.facts().timeline.push(TimelineEvent {
            repository: WIDGETS,
            number: PrNumber(number),
            at: at(when),
            event: event.to_owned(),
            actor: None,
            detail: detail.map(str::to_owned),
            reason: None,
        });
    }

    pub fn issue(&mut self, number: u64, author: PersonId, opened: &str) -> &mut Issue {
        self.facts().issues.push(Issue {
            repository: WIDGETS,
            number: PrNumber(number),
            title: format!("Issue {number}"),
            url: format!("https://github.com/acme/widgets/issues/{number}"),
            author: Some(author),
            created_at: at(opened),
            closed_at: None,
            state_reason: None,
            updated_at: at(opened),
            labels: Vec::new(),
            assignees: Vec::new(),
            milestone: None,
            body: String::new(),
            issue_type: None,
            untold: Vec::new(),
        });
        self.facts().issues.last_mut().unwrap()
    }

    pub fn reply(&mut self, number: u64, author: PersonId, when: &str) {
        let n = self.facts().issue_comments.len();
        self.facts().issue_comments.push(IssueComment {
            repository: WIDGETS,
            number: PrNumber(number),
            comment: format!("IC_{number}_{n}"),
            author: Some(author),
            created_at: at(when),
            url: format!("https://github.com/acme/widgets/issues/{number}#c{n}"),
        });
    }

    pub fn release(&mut self, tag: &str, author: PersonId, when: &str) {
        self.facts().releases.push(Release {
            repository: WIDGETS,
            release: format!("RE_{tag}"),
            tag_name: tag.to_owned(),
            commit: None,
            name: None,
            is_draft: false,
            is_prerelease: false,
            created_at: at(when),
            published_at: Some(at(when)),
            author: Some(author),
            url: format!("https://github.com/acme/widgets/releases/tag/{tag}"),
        });
    }

    /// Hands the sources of all that to whoever makes pages of it.
    pub fn sources<T>(&self, use_them: impl FnOnce(&Sources<'_>) -> T) -> T {
        let register: Register = parse(&self.register, "linchpin.toml").unwrap();
        let private = parse_private(&self.private, "linchpin.private.toml").unwrap();
        let certificate = |stream: &Stream| StreamCertificate {
            repository: WIDGETS,
            stream: *stream,
            completeness: Completeness::Complete,
            reason: None,
            fix: None,
            expected: None,
            fetched: 1,
            watermark: None,
            accepted: None,
        };
        let question = Question::new(
            &register,
            &self.tables.repositories,
            self.streams.iter().map(certificate).collect(),
            self.as_of,
            self.window,
            Granularity::Month,
        )
        .unwrap()
        .with_people(&register, &private, &self.tables.people);
        let products = question.products_and_rest(&self.tables.repositories);
        let past = Past::of(&self.tables, &question, &products);
        use_them(&Sources {
            past: &past,
            repositories: &self.repositories,
            entries: &[],
        })
    }
}

/// A document as it is read, without the addresses of its links and without escapes.
pub fn words(document: &Document) -> String {
    let text = linchpin::render::pack::document(document);
    let link = regex::Regex::new(r"\[([^\]]*)\]\(<?[^)]*\)").unwrap();
    link.replace_all(&text, "$1").replace('\\', "")
}
