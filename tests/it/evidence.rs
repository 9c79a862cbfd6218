//! Evidence: dated, linked, linted, evenly sampled, and nobody's verdict.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use linchpin::demo::model::{EventKind, Host, HostIssue, HostPullRequest};
use linchpin::demo::organisation::{Plants, World, build};
use linchpin::domain::{
    Account, Comment, CommentKind, Facts, Granularity, Issue, IssueComment, Login, Person,
    PersonId, PrNumber, PullRequest, PullRequestCommit, PullRequestFile, PullRequestState,
    RepoName, RepositoryId, RequestAction, Review, ReviewRequest, ReviewState, TimelineEvent,
    Window,
};
use linchpin::evidence::{Entry, Kind, Pack, Polarity, Snippet, Sources, lint, packs, sampling};
use linchpin::register::{PrivateRegister, Register};
use linchpin::report::document::{Block, Span};
use linchpin::tables::{Repository, Tables};
use linchpin::work::roster::RosterAbsence;
use linchpin::work::{Past, Question};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn person(id: u32, login: &str, account: Account) -> Person {
    Person {
        is_known: true,
        names: Vec::new(),
        id: PersonId(id),
        display_name: login.to_owned(),
        logins: vec![Login(login.to_owned())],
        emails: Vec::new(),
        account,
    }
}

fn tables(
    facts: &Facts,
    people: &[Person],
    repositories: &BTreeMap<RepositoryId, RepoName>,
) -> Tables {
    let repository = |(id, name): (&RepositoryId, &RepoName)| Repository {
        repository: *id,
        name: name.to_string(),
        url: Some(format!("https://github.com/{name}")),
        default_branch: None,
        former_names: Vec::new(),
    };
    Tables {
        facts: facts.clone(),
        people: people.to_vec(),
        repositories: repositories.iter().map(repository).collect(),
        ..Tables::default()
    }
}

fn question(register: &Register, tables: &Tables, window: Window, as_of: Timestamp) -> Question {
    let (repositories, month) = (&tables.repositories, Granularity::Month);
    Question::new(register, repositories, Vec::new(), as_of, window, month)
        .unwrap()
        .with_people(register, &PrivateRegister::default(), &tables.people)
}

/// A small team: Ada, Ben, Cem, a bot and an AI reviewer, on `acme/widgets`.
struct Team {
    facts: Facts,
    people: Vec<Person>,
    repositories: BTreeMap<RepositoryId, RepoName>,
    window: Window,
    as_of: Timestamp,
    entries: Vec<Entry>,
    absences: Vec<RosterAbsence>,
    register: String,
}

const ADA: PersonId = PersonId(0);
const BEN: PersonId = PersonId(1);
const CEM: PersonId = PersonId(2);
const BOT: PersonId = PersonId(3);
const AI: PersonId = PersonId(4);
const WIDGETS: RepositoryId = RepositoryId(0);

impl Team {
    fn new() -> Self {
        Self {
            facts: Facts::default(),
            people: vec![
                person(0, "ada", Account::Human),
                person(1, "ben", Account::Human),
                person(2, "cem", Account::Human),
                person(3, "dependabot", Account::Automation),
                person(4, "coderabbitai", Account::AiReviewer),
            ],
            repositories: BTreeMap::from([(WIDGETS, "acme/widgets".parse().unwrap())]),
            window: Window {
                since: at("2026-03-02T00:00:00Z"),
                until: at("2026-03-30T00:00:00Z"),
            },
            as_of: at("2026-03-30T00:00:00Z"),
            entries: Vec::new(),
            absences: Vec::new(),
            register: String::new(),
        }
    }

    fn pull_request(
        &mut self,
        number: u64,
        author: PersonId,
        opened: &str,
        merged: Option<&str>,
    ) -> &mut PullRequest {
        let created_at = at(opened);
        let merged_at = merged.map(at);
        self.facts.pull_request_files.push(PullRequestFile {
            repository: WIDGETS,
            number: PrNumber(number),
            path: "engine/lamp.rs".to_owned(),
            additions: 3,
            deletions: 1,
        });
        self.facts.pull_requests.push(PullRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            node: format!("PR_{number}"),
            title: format!("Change {number}"),
            url: format!("https://github.com/acme/widgets/pull/{number}"),
            author: Some(author),
            state: if merged_at.is_some() {
                PullRequestState::Merged
            } else {
                PullRequestState::Open
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
        });
        self.facts.pull_requests.last_mut().unwrap()
    }

    fn review(&mut self, number: u64, author: PersonId, when: &str, state: ReviewState) {
        self.facts.reviews.push(Review {
            repository: WIDGETS,
            number: PrNumber(number),
            review: format!("R_{number}_{}", self.facts.reviews.len()),
            author: Some(author),
            state,
            verdict: state,
            submitted_at: at(when),
            dismissed_at: None,
            n_inline_comments: 0,
            body_length: 0,
        });
    }

    fn comment(&mut self, number: u64, author: PersonId, when: &str, body: &str) {
        self.facts.comments.push(Comment {
            repository: WIDGETS,
            number: PrNumber(number),
            comment: format!("C_{number}_{}", self.facts.comments.len()),
            kind: CommentKind::Inline,
            author: Some(author),
            created_at: at(when),
            path: None,
            thread: None,
            body_length: body.chars().count() as u64,
            url: format!(
                "https://github.com/acme/widgets/pull/{number}#c{}",
                self.facts.comments.len()
            ),
            body: body.to_owned(),
        });
    }

    fn ask(&mut self, number: u64, reviewer: PersonId, when: &str) {
        self.request(number, reviewer, when, RequestAction::Requested);
    }

    fn request(&mut self, number: u64, reviewer: PersonId, when: &str, action: RequestAction) {
        let author = self
            .facts
            .pull_requests
            .iter()
            .find(|row| row.number.0 == number)
            .and_then(|row| row.author);
        self.facts.review_requests.push(ReviewRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            at: at(when),
            action,
            reviewer: Some(reviewer),
            team: None,
            actor: author,
        });
    }

    fn tables(&self) -> Tables {
        tables(&self.facts, &self.people, &self.repositories)
    }

    fn question(&self, tables: &Tables) -> Question {
        let register = linchpin::register::parse(&self.register, "linchpin.toml").unwrap();
        let mut question = question(&register, tables, self.window, self.as_of);
        question.roster.absences.clone_from(&self.absences);
        question
    }

    fn packs(&self, who: &[PersonId]) -> Vec<Pack> {
        let tables = self.tables();
        let question = self.question(&tables);
        let products = question.products_and_rest(&tables.repositories);
        let past = Past::of(&tables, &question, &products);
        let sources = Sources {
            past: &past,
            repositories: &self.repositories,
            entries: &self.entries,
        };
        packs(&sources, who)
    }

    fn pack(&self, who: PersonId) -> Pack {
        self.packs(&[who]).pop().unwrap()
    }

    fn acts(&self, who: PersonId, kind: Kind) -> Vec<String> {
        let pack = self.pack(who);
        assert_eq!(pack.refused, [], "the linter refuses generated text");
        pack.snippets
            .iter()
            .filter(|snippet| snippet.kind == kind)
            .map(|snippet| snippet.act.text())
            .collect()
    }
}

#[test]
fn a_fortnight_of_reviews_counts_what_was_asked_and_what_was_done() {
    let mut team = Team::new();
    for number in [1, 2, 3] {
        team.pull_request(
            number,
            BEN,
            "2026-03-03T09:00:00Z",
            Some("2026-03-06T09:00:00Z"),
        );
        team.ask(number, ADA, "2026-03-03T09:05:00Z");
    }
    team.review(1, ADA, "2026-03-04T10:00:00Z", ReviewState::Approved);
    team.review(2, ADA, "2026-03-04T11:00:00Z", ReviewState::Commented);
    team.comment(
        2,
        ADA,
        "2026-03-04T11:00:00Z",
        "What happens to an empty lamp?",
    );
    team.comment(2, ADA, "2026-03-04T11:00:00Z", "Nice.");
    assert_eq!(
        team.acts(ADA, Kind::Reviewed),
        [
            "Reviewed 2 of 3 pull requests requested from 2026-02-23 to 2026-03-08; comments left on each: widgets#1 (0), widgets#2 (2); \
          merged or closed without this person's review: widgets#3."
        ]
    );
    let pack = team.pack(ADA);
    let quote = pack
        .snippets
        .iter()
        .find_map(|snippet| snippet.quote.clone())
        .unwrap();
    assert_eq!(quote.text, "What happens to an empty lamp?");
}

#[test]
fn a_request_that_nobody_answered_is_a_challenge_and_a_second_look_is_not_lost() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-10T09:00:00Z", None);
    team.ask(1, ADA, "2026-03-10T09:05:00Z");
    let pack = team.pack(ADA);
    let note = pack
        .snippets
        .iter()
        .find(|snippet| snippet.kind == Kind::Reviewed)
        .unwrap();
    assert_eq!(
        note.act.text(),
        "Reviewed 0 of 1 pull request requested from 2026-03-09 to 2026-03-22; still waiting at the end of 2026-03-29: widgets#1. \
         Fortnight before: none requested."
    );
    assert_eq!(note.polarity, Polarity::Challenge);
    // Reviewed in the fortnight after: the first note counts it, the second one names it.
    team.review(1, ADA, "2026-03-24T10:00:00Z", ReviewState::Commented);
    team.pull_request(2, CEM, "2026-03-24T09:00:00Z", None);
    team.comment(
        2,
        ADA,
        "2026-03-24T10:30:00Z",
        "Is this the lamp of last week?",
    );
    assert_eq!(
        team.acts(ADA, Kind::Reviewed),
        [
            "Reviewed 1 of 1 pull request requested from 2026-03-09 to 2026-03-22; comments left on each: widgets#1 (0). Fortnight before: none requested.",
            "Took part in others' pull requests from 2026-03-23 to 2026-03-29; reviewed from earlier fortnights: widgets#1; \
             comments without a review: widgets#2 (1). Fortnight before: 1 of 1.",
        ]
    );
}

#[test]
fn a_request_that_was_withdrawn_asks_for_nothing() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-03T09:00:00Z", None);
    team.ask(1, ADA, "2026-03-03T09:05:00Z");
    team.request(1, ADA, "2026-03-03T12:00:00Z", RequestAction::Removed);
    assert_eq!(team.acts(ADA, Kind::Reviewed), Vec::<String>::new());
    assert_eq!(team.acts(ADA, Kind::Waiting), Vec::<String>::new());
}

#[test]
fn a_review_of_an_own_pull_request_is_no_review() {
    let mut team = Team::new();
    team.pull_request(1, ADA, "2026-03-03T09:00:00Z", Some("2026-03-06T09:00:00Z"));
    team.review(1, ADA, "2026-03-04T10:00:00Z", ReviewState::Commented);
    assert_eq!(team.acts(ADA, Kind::Reviewed), Vec::<String>::new());
    assert_eq!(
        team.acts(ADA, Kind::Merged),
        [
            "Authored widgets#1 “Change 1”: opened 2026-03-03, merged without a review by a person, merged 2026-03-06."
        ]
    );
}

#[test]
fn a_bot_has_no_pack_and_its_review_is_no_review() {
    let mut team = Team::new();
    team.pull_request(1, ADA, "2026-03-03T09:00:00Z", Some("2026-03-06T09:00:00Z"));
    team.review(1, AI, "2026-03-03T09:04:00Z", ReviewState::Approved);
    assert!(team.acts(ADA, Kind::Merged)[0].contains("without a review by a person"));
    assert!(team.packs(&[BOT, AI, PersonId(99)]).is_empty());
}

#[test]
fn a_standstill_ends_with_the_review_that_nobody_was_asked_for() {
    let mut team = Team::new();
    // Opened on a Tuesday; Cem is asked and stays silent; a bot comments; Ada steps in on Monday: four working days.
    team.pull_request(1, BEN, "2026-03-03T09:00:00Z", Some("2026-03-10T09:00:00Z"));
    team.ask(1, CEM, "2026-03-03T09:05:00Z");
    team.comment(1, AI, "2026-03-05T09:05:00Z", "Consider a test.");
    team.comment(1, ADA, "2026-03-09T09:30:00Z", "I take this one.");
    team.review(1, ADA, "2026-03-09T10:00:00Z", ReviewState::Approved);
    assert_eq!(
        team.acts(ADA, Kind::Unblocked),
        [
            "Unblocked widgets#1 “Change 1” after 4 working days without an event by anyone but its author (2026-03-03 to 2026-03-09): \
          reviewed 2026-03-09, merged 2026-03-10."
        ]
    );
    assert_eq!(team.acts(CEM, Kind::Unblocked), Vec::<String>::new());
    // Whoever was asked at the start and came late ended their own wait.
    team.ask(1, ADA, "2026-03-03T09:00:00Z");
    assert_eq!(team.acts(ADA, Kind::Unblocked), Vec::<String>::new());
}

#[test]
fn two_days_are_no_standstill() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-05T09:00:00Z", Some("2026-03-10T09:00:00Z"));
    team.review(1, ADA, "2026-03-09T10:00:00Z", ReviewState::Approved);
    assert_eq!(team.acts(ADA, Kind::Unblocked), Vec::<String>::new());
}

#[test]
fn what_waits_and_what_stands_still_are_challenges() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-20T09:00:00Z", None);
    team.ask(1, ADA, "2026-03-20T09:00:00Z");
    assert_eq!(
        team.acts(ADA, Kind::Waiting),
        [
            "1 pull request waits for a review by this person at the end of 2026-03-29: widgets#1 (asked 2026-03-20, 5 working days)."
        ]
    );
    assert_eq!(
        team.acts(BEN, Kind::Open),
        [
            "Own pull request widgets#1 “Change 1” has had no event by anyone else since 2026-03-20 (5 working days): it needs fresh eyes."
        ]
    );
    let pack = team.pack(ADA);
    assert!(
        pack.snippets
            .iter()
            .any(|snippet| snippet.polarity == Polarity::Challenge)
    );
}

#[test]
fn an_incident_tells_roles_and_never_a_cause() {
    let mut team = Team::new();
    team.facts.issues.push(Issue {
        repository: WIDGETS,
        number: PrNumber(7),
        title: "Lamps are dark".to_owned(),
        url: "https://github.com/acme/widgets/issues/7".to_owned(),
        author: Some(BEN),
        created_at: at("2026-03-04T09:00:00Z"),
        closed_at: None,
        state_reason: None,
        updated_at: at("2026-03-04T09:00:00Z"),
        labels: vec!["Incident".to_owned(), "sev2".to_owned()],
        assignees: vec![ADA],
        milestone: None,
        body: "caused by #6".to_owned(),
    });
    team.facts.issue_comments.push(IssueComment {
        repository: WIDGETS,
        number: PrNumber(7),
        comment: "IC".to_owned(),
        author: Some(ADA),
        created_at: at("2026-03-04T09:10:00Z"),
        url: String::new(),
    });
    // Cem wrote what is said to have caused it: no pack of his mentions the incident.
    team.pull_request(6, CEM, "2026-03-03T09:00:00Z", Some("2026-03-03T12:00:00Z"));
    team.pull_request(8, ADA, "2026-03-04T09:20:00Z", Some("2026-03-04T10:00:00Z"))
        .closes_issues = vec![7];
    team.review(8, BEN, "2026-03-04T09:50:00Z", ReviewState::Approved);
    assert_eq!(
        team.acts(ADA, Kind::Incident),
        [
            "Incident widgets#7 “Lamps are dark”, labelled “sev2”: is assigned to it, wrote 1 comment in it, \
          authored the linked fix widgets#8, merged 2026-03-04."
        ]
    );
    assert_eq!(
        team.acts(BEN, Kind::Incident),
        [
            "Incident widgets#7 “Lamps are dark”, labelled “sev2”: opened the issue, reviewed the linked fix widgets#8, merged 2026-03-04."
        ]
    );
    let pack = team.pack(CEM);
    assert!(
        pack.lines
            .iter()
            .all(|line| !line.act.contains("widgets#7") && line.kind != "incident")
    );
}

#[test]
fn a_first_counts_when_the_record_is_old_enough() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-03T09:00:00Z", Some("2026-03-06T09:00:00Z"));
    team.review(1, ADA, "2026-03-04T10:00:00Z", ReviewState::Approved);
    assert_eq!(team.acts(ADA, Kind::FirstReview), Vec::<String>::new());
    team.pull_request(2, BEN, "2025-09-01T09:00:00Z", Some("2025-09-02T09:00:00Z"));
    assert_eq!(
        team.acts(ADA, Kind::FirstReview),
        [
            "First review in the area “widgets/engine”: widgets#1 “Change 1”. The record starts 2025-09-01."
        ]
    );
}

#[test]
fn an_entry_by_hand_is_marked_and_never_linted() {
    let mut team = Team::new();
    team.entries.push(Entry {
        person: ADA,
        on: "2026-03-11".parse().unwrap(),
        text: "Ran an excellent workshop.".to_owned(),
        link: None,
        is_noted_by_lead: false,
    });
    let pack = team.pack(ADA);
    assert_eq!(pack.refused, []);
    assert_eq!(pack.lines[0].origin, "self_reported");
    assert_eq!(pack.lines[0].trust, None);
    assert!(team.pack(BEN).lines.is_empty());
}

#[test]
fn a_declared_absence_is_named_where_a_count_falls_into_it() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-03T09:00:00Z", Some("2026-03-06T09:00:00Z"));
    team.ask(1, ADA, "2026-03-03T09:05:00Z");
    assert!(!team.acts(ADA, Kind::Reviewed)[0].contains("absence"));
    team.absences.push(RosterAbsence {
        person: ADA,
        from: "2026-03-02".parse().unwrap(),
        to: "2026-03-06".parse().unwrap(),
    });
    assert!(
        team.acts(ADA, Kind::Reviewed)[0].ends_with("Declared absence: 2026-03-02 to 2026-03-06.")
    );
}

#[test]
fn nothing_outside_the_window_is_evidence() {
    let mut team = Team::new();
    team.pull_request(1, ADA, "2026-01-03T09:00:00Z", Some("2026-01-06T09:00:00Z"));
    team.pull_request(2, ADA, "2026-04-03T09:00:00Z", Some("2026-04-06T09:00:00Z"));
    assert!(team.pack(ADA).lines.is_empty());
}

// The demo organisation, as facts.

static WORLD: LazyLock<World> = LazyLock::new(|| build(&Plants::default()));

/// The person behind a login.
fn id_of(people: &[Person], login: Option<&String>) -> Option<PersonId> {
    let login = Login(login?.clone());
    people
        .iter()
        .find(|person| person.logins.contains(&login))
        .map(|person| person.id)
}

fn facts_of(host: &Host, people: &[Person]) -> (Facts, BTreeMap<RepositoryId, RepoName>) {
    let mut facts = Facts::default();
    let mut names = BTreeMap::new();
    for (index, repository) in (0..).zip(&host.repositories) {
        let key = RepositoryId(index);
        let name = format!("{}/{}", repository.owner, repository.name);
        let url = format!("https://github.com/{name}");
        names.insert(key, name.parse().unwrap());
        for pr in &repository.pull_requests {
            add_pull_request(&mut facts, key, &url, pr, people);
            add_conversation(&mut facts, key, &url, pr, people);
            add_timeline(&mut facts, key, pr, people);
        }
        for issue in &repository.issues {
            add_issue(&mut facts, key, &url, issue, people);
        }
    }
    (facts, names)
}

fn add_pull_request(
    facts: &mut Facts,
    key: RepositoryId,
    url: &str,
    pr: &HostPullRequest,
    people: &[Person],
) {
    let number = PrNumber(pr.number);
    let ready = pr
        .timeline
        .iter()
        .filter(|event| event.what == EventKind::ReadyForReview)
        .map(|event| event.at)
        .max();
    facts.pull_requests.push(PullRequest {
        repository: key,
        number,
        node: pr.node.clone(),
        title: pr.title.clone(),
        url: format!("{url}/pull/{}", pr.number),
        author: id_of(people, pr.author.as_ref()),
        state: match (pr.merged_at, pr.closed_at) {
            (Some(_), _) => PullRequestState::Merged,
            (None, Some(_)) => PullRequestState::Closed,
            (None, None) => PullRequestState::Open,
        },
        is_draft: pr.is_draft,
        created_at: pr.created_at,
        ready_at: if pr.is_draft {
            None
        } else {
            Some(ready.unwrap_or(pr.created_at))
        },
        first_commit_at: pr.commits.iter().map(|commit| commit.authored_at).min(),
        merged_at: pr.merged_at,
        closed_at: pr.closed_at,
        updated_at: pr.updated_at,
        merged_by: id_of(people, pr.merged_by.as_ref()),
        merge_commit: pr.merge_commit,
        base_branch: pr.base_branch.clone(),
        head_branch: pr.head_branch.clone(),
        additions: pr.additions,
        deletions: pr.deletions,
        n_files: pr.files.len() as u64,
        n_commits: pr.commits.len() as u64,
        n_reviews: pr.reviews.len() as u64,
        n_comments: pr.comments.len() as u64,
        labels: pr.labels.clone(),
        closes_issues: pr.closes_issues.clone(),
    });
    facts
        .pull_request_commits
        .extend(pr.commits.iter().map(|commit| PullRequestCommit {
            repository: key,
            number,
            commit: commit.id,
            authored_at: commit.authored_at,
            author: id_of(people, commit.author_login.as_ref()),
            updates_from_base: false,
        }));
    facts
        .pull_request_files
        .extend(pr.files.iter().map(|file| PullRequestFile {
            repository: key,
            number,
            path: file.path.clone(),
            additions: file.additions,
            deletions: file.deletions,
        }));
}

fn add_conversation(
    facts: &mut Facts,
    key: RepositoryId,
    url: &str,
    pr: &HostPullRequest,
    people: &[Person],
) {
    let number = PrNumber(pr.number);
    facts.reviews.extend(pr.reviews.iter().map(|review| {
        let state = match review.state.as_str() {
            "APPROVED" => ReviewState::Approved,
            "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
            "DISMISSED" => ReviewState::Dismissed,
            _ => ReviewState::Commented,
        };
        Review {
            repository: key,
            number,
            review: review.node.clone(),
            author: id_of(people, review.author.as_ref()),
            state,
            verdict: state,
            submitted_at: review.submitted_at.unwrap(),
            dismissed_at: None,
            n_inline_comments: pr
                .threads
                .iter()
                .flat_map(|thread| &thread.comments)
                .filter(|comment| comment.review.as_ref() == Some(&review.node))
                .count() as u64,
            body_length: review.body.chars().count() as u64,
        }
    }));
    let inline = pr.threads.iter().flat_map(|thread| {
        thread
            .comments
            .iter()
            .map(move |comment| (Some(thread), comment))
    });
    for (thread, comment) in inline.chain(pr.comments.iter().map(|comment| (None, comment))) {
        facts.comments.push(Comment {
            repository: key,
            number,
            comment: comment.node.clone(),
            kind: if thread.is_some() {
                CommentKind::Inline
            } else {
                CommentKind::Conversation
            },
            author: id_of(people, comment.author.as_ref()),
            created_at: comment.created_at,
            path: thread.map(|thread| thread.path.clone()),
            thread: thread.map(|thread| thread.node.clone()),
            body_length: comment.body.chars().count() as u64,
            url: format!("{url}/pull/{}#{}", pr.number, comment.node),
            body: comment.body.clone(),
        });
    }
}

fn add_timeline(facts: &mut Facts, key: RepositoryId, pr: &HostPullRequest, people: &[Person]) {
    let number = PrNumber(pr.number);
    for event in &pr.timeline {
        let request = |action, reviewer: &Option<String>, team: &Option<String>| ReviewRequest {
            repository: key,
            number,
            at: event.at,
            action,
            reviewer: id_of(people, reviewer.as_ref()),
            team: team.clone(),
            actor: id_of(people, event.actor.as_ref()),
        };
        match &event.what {
            EventKind::ReviewRequested { reviewer, team } => {
                facts
                    .review_requests
                    .push(request(RequestAction::Requested, reviewer, team));
            }
            EventKind::ReviewRequestRemoved { reviewer, team } => {
                facts
                    .review_requests
                    .push(request(RequestAction::Removed, reviewer, team));
            }
            _ => facts.timeline.push(TimelineEvent {
                repository: key,
                number,
                at: event.at,
                event: "other".to_owned(),
                actor: id_of(people, event.actor.as_ref()),
                detail: None,
            }),
        }
    }
}

fn add_issue(
    facts: &mut Facts,
    key: RepositoryId,
    url: &str,
    issue: &HostIssue,
    people: &[Person],
) {
    let number = PrNumber(issue.number);
    facts.issues.push(Issue {
        repository: key,
        number,
        title: issue.title.clone(),
        url: format!("{url}/issues/{}", issue.number),
        author: id_of(people, issue.author.as_ref()),
        created_at: issue.created_at,
        closed_at: issue.closed_at,
        state_reason: None,
        updated_at: issue.updated_at,
        labels: issue.labels.clone(),
        assignees: issue
            .assignees
            .iter()
            .filter_map(|login| id_of(people, Some(login)))
            .collect(),
        milestone: None,
        body: issue.body.clone(),
    });
    facts
        .issue_comments
        .extend(issue.comments.iter().map(|comment| IssueComment {
            repository: key,
            number,
            comment: comment.node.clone(),
            author: id_of(people, comment.author.as_ref()),
            created_at: comment.created_at,
            url: String::new(),
        }));
}

/// The demo's people and their packs over the last year.
static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    let people: Vec<Person> = (0..)
        .zip(&WORLD.host.accounts)
        .map(|(id, account)| {
            let is_bot = account.kind == linchpin::demo::model::ActorType::Bot;
            person(
                id,
                &account.login,
                Account::of_login(&account.login, is_bot),
            )
        })
        .collect();
    let (facts, repositories) = facts_of(&WORLD.host, &people);
    let window = Window {
        since: at("2025-07-01T00:00:00Z"),
        until: WORLD.as_of,
    };
    let tables = tables(&facts, &people, &repositories);
    let question = question(&Register::default(), &tables, window, WORLD.as_of);
    let past = Past::of(&tables, &question, &question.products);
    let sources = Sources {
        past: &past,
        repositories: &repositories,
        entries: &[],
    };
    let everyone: Vec<PersonId> = people.iter().map(|person| person.id).collect();
    packs(&sources, &everyone)
});

#[test]
fn everyone_on_the_demo_team_has_wins_and_the_bots_have_no_pack() {
    let logins: Vec<&str> = PACKS.iter().map(|pack| pack.login.as_str()).collect();
    assert_eq!(
        logins,
        ["mara-l", "tbeck", "inesc", "yarai", "odemir", "passer-by"]
    );
    for pack in PACKS.iter().take(5) {
        let kinds: BTreeSet<&str> = pack.lines.iter().map(|line| line.kind.as_str()).collect();
        for kind in ["merged", "reviewed", "incident", "changes_requested"] {
            assert!(kinds.contains(kind), "{} has no {kind}", pack.login);
        }
    }
    let all: BTreeSet<&str> = PACKS
        .iter()
        .flat_map(|pack| &pack.lines)
        .map(|line| line.kind.as_str())
        .collect();
    for kind in [
        "decision_record",
        "postmortem",
        "unblocked",
        "first_review",
        "waiting",
        "open",
        "sent_back",
    ] {
        assert!(all.contains(kind), "nobody has {kind}");
    }
}

#[test]
fn every_sentence_is_dated_linked_and_passes_the_linter() {
    for pack in PACKS.iter() {
        assert_eq!(pack.refused, [], "{}", pack.login);
        let mut ids = BTreeSet::new();
        for (snippet, line) in pack.snippets.iter().zip(&pack.lines) {
            assert!(ids.insert(&snippet.id), "{} twice", snippet.id);
            assert_eq!(lint::act(&snippet.act), [], "{}", line.act);
            assert!(
                !line.links.is_empty()
                    && line.links.iter().all(|link| link.starts_with("https://")),
                "{}",
                line.act
            );
            assert!(
                line.on.as_str() >= "2025-07-01" && line.on.as_str() <= "2026-07-01",
                "{}",
                line.act
            );
            assert!(
                line.n.is_some_and(|n| n > 0) && line.window.is_some(),
                "{}",
                line.act
            );
            assert!(line.act.ends_with('.'), "{}", line.act);
        }
    }
}

#[test]
fn nothing_that_linchpin_says_of_itself_judges() {
    for pack in PACKS.iter() {
        for document in [&pack.evidence, &pack.brag, &pack.one_on_one] {
            for block in &document.blocks {
                if let Block::Paragraph(spans) = block {
                    for span in spans {
                        if let Span::Text(text) | Span::Emphasis(text) = span {
                            assert_eq!(lint::text(text), [], "{text}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_sample_does_not_prefer_the_last_month() {
    for pack in PACKS.iter().take(5) {
        let shown = sampling::sample(&pack.snippets, 60);
        assert!(shown.len() <= 60);
        let mut months: BTreeMap<String, usize> = BTreeMap::new();
        for snippet in shown
            .iter()
            .filter(|snippet| snippet.polarity != Polarity::Challenge)
        {
            *months
                .entry(snippet.on.to_string()[..7].to_owned())
                .or_default() += 1;
        }
        let available = |month: &String| {
            pack.snippets
                .iter()
                .filter(|snippet| snippet.on.to_string().starts_with(month))
                .count()
        };
        let most = months.values().max().unwrap();
        assert!(months.len() >= 12, "{} {months:?}", pack.login);
        for (month, n) in &months {
            assert!(
                n + 1 >= *most || *n + 3 >= available(month),
                "{} {months:?}",
                pack.login
            );
        }
    }
}

#[test]
fn a_sample_is_the_same_in_any_order() {
    let pack = &PACKS[0];
    let ids = |snippets: &[Snippet]| {
        sampling::sample(snippets, 25)
            .iter()
            .map(|snippet| snippet.id.clone())
            .collect::<Vec<_>>()
    };
    let mut reversed = pack.snippets.clone();
    reversed.reverse();
    assert_eq!(ids(&pack.snippets), ids(&reversed));
}

#[test]
fn the_person_who_is_away_has_no_evidence_from_those_two_weeks() {
    let mara = &PACKS[0];
    let inside = |snippet: &&Snippet| {
        let on = snippet.on.to_string();
        ("2026-03-09".."2026-03-23").contains(&on.as_str()) && snippet.kind != Kind::Reviewed
    };
    assert_eq!(mara.snippets.iter().filter(inside).count(), 0);
}

#[test]
fn a_one_on_one_page_has_at_most_ten_lines() {
    for pack in PACKS.iter() {
        let lines: usize = pack
            .one_on_one
            .blocks
            .iter()
            .map(|block| match block {
                Block::Bullets(items) => items.len(),
                _ => 1,
            })
            .sum();
        assert!(lines <= 10, "{} has {lines}", pack.login);
    }
}

#[test]
fn a_kind_of_the_register_is_heard_by_a_persons_evidence() {
    let mut team = Team::new();
    team.pull_request(1, ADA, "2026-03-03T09:00:00Z", Some("2026-03-06T09:00:00Z"));
    assert_eq!(team.acts(ADA, Kind::DecisionRecord), [] as [&str; 0]);
    team.register = "[[kind]]\nname = \"decision records\"\npaths = [\"engine/**\"]\n".to_owned();
    let acts = team.acts(ADA, Kind::DecisionRecord);
    assert!(
        acts[0].starts_with("Wrote a decision record in widgets#1"),
        "{acts:?}"
    );
    assert_eq!(team.acts(ADA, Kind::Merged), [] as [&str; 0]);
}

#[test]
fn an_incident_that_the_register_alone_knows_gives_evidence() {
    let mut team = Team::new();
    let fix = team.pull_request(1, ADA, "2026-03-03T09:00:00Z", Some("2026-03-06T09:00:00Z"));
    fix.closes_issues = vec![7];
    assert_eq!(team.acts(ADA, Kind::Incident), [] as [&str; 0]);
    team.register =
        "[[incident]]\nrepository = \"acme/widgets\"\nnumber = 7\nseverity = \"High\"\n\
                     started_at = \"2026-03-03T08:00:00Z\"\n"
            .to_owned();
    assert_eq!(
        team.acts(ADA, Kind::Incident),
        [
            "Incident widgets#7, severity “high”: authored the linked fix widgets#1, merged 2026-03-06."
        ]
    );
}

#[test]
fn a_wait_is_told_in_the_working_days_of_whoever_is_waited_for() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-20T00:00:00Z", None);
    team.ask(1, ADA, "2026-03-20T00:00:00Z");
    // Friday the 20th to Sunday the 29th: six days of the team, and three of whoever works from Tuesday to Thursday.
    let check = |team: &Team, days: &str| {
        let acts = team.acts(ADA, Kind::Waiting);
        assert!(
            acts[0].contains(&format!("(asked 2026-03-20, {days})")),
            "{acts:?}"
        );
    };
    check(&team, "6 working days");
    team.register =
        "[[member]]\nlogin = \"ada\"\ncalendar = { working_days = [\"tue\", \"wed\", \"thu\"] }\n"
            .to_owned();
    check(&team, "3 working days");
}

#[test]
fn asking_again_restarts_no_clock_until_the_answer() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-10T00:00:00Z", None);
    team.ask(1, ADA, "2026-03-10T10:00:00Z");
    team.ask(1, ADA, "2026-03-20T10:00:00Z");
    let waits = |team: &Team| team.acts(ADA, Kind::Waiting);
    assert!(
        waits(&team)[0].contains("(asked 2026-03-10, "),
        "{:?}",
        waits(&team)
    );
    team.review(1, ADA, "2026-03-21T10:00:00Z", ReviewState::Commented);
    assert_eq!(waits(&team), [] as [&str; 0]);
    team.ask(1, ADA, "2026-03-22T10:00:00Z");
    assert!(
        waits(&team)[0].contains("(asked 2026-03-22, "),
        "{:?}",
        waits(&team)
    );
}

#[test]
fn what_is_a_draft_today_was_none_when_it_waited() {
    let mut team = Team::new();
    let later = team.pull_request(1, BEN, "2026-03-10T00:00:00Z", None);
    later.is_draft = true;
    team.ask(1, ADA, "2026-03-10T10:00:00Z");
    let event = |team: &mut Team, event: &str, when: &str| {
        team.facts.timeline.push(TimelineEvent {
            repository: WIDGETS,
            number: PrNumber(1),
            at: at(when),
            event: event.to_owned(),
            actor: Some(BEN),
            detail: None,
        });
    };
    // Made a draft after the pack's end.
    event(&mut team, "convert_to_draft", "2026-04-02T00:00:00Z");
    assert_eq!(team.acts(ADA, Kind::Waiting).len(), 1);
    event(&mut team, "convert_to_draft", "2026-03-20T00:00:00Z");
    event(&mut team, "ready_for_review", "2026-04-01T00:00:00Z");
    assert_eq!(team.acts(ADA, Kind::Waiting), [] as [&str; 0]);
}
