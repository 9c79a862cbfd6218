//! Evidence: dated, linked, linted, evenly sampled, and nobody's verdict.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod removed;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::LazyLock;

use jiff::Timestamp;
use linchpin::demo::model::{EventKind, Host, HostIssue, HostPullRequest};
use linchpin::demo::organisation::{Plants, World, build};
use linchpin::domain::{
    Account, ChangeKind, Comment, CommentKind, CommitId, Facts, Granularity, Issue, IssueComment,
    Login, Origin, Person, PersonId, PrNumber, PullRequest, PullRequestCommit, PullRequestFile,
    PullRequestState, RepoName, RepositoryId, RequestAction, Review, ReviewRequest, ReviewState,
    TimelineEvent, Window,
};
use linchpin::evidence::{
    Dimension, Entry, Kind, Pack, Page, Polarity, Snippet, Sources, lint, sampling, with_desk,
};
use linchpin::register::{PrivateRegister, Register};
use linchpin::report::Document;
use linchpin::report::document::{Block, Span};
use linchpin::tables::changes::{Changes, File as ChangedFile};
use linchpin::tables::{CommitRow, Repository, Tables};
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
    commits: Vec<CommitRow>,
    changes: Changes,
}

fn commit_id(id: u8) -> CommitId {
    format!("{id:02x}").repeat(20).parse().unwrap()
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
            commits: Vec::new(),
            changes: Changes::default(),
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
            path: "engine/lamp.rs".into(),
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
            origin: Origin::NoEvidence,
            answers_for: None,
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
            calls_agent: None,
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
        Tables {
            commits: self.commits.clone(),
            changes: self.changes.clone(),
            ..tables(&self.facts, &self.people, &self.repositories)
        }
    }

    fn question(&self, tables: &Tables) -> Question {
        let register = linchpin::register::parse(&self.register, "linchpin.toml").unwrap();
        let mut question = question(&register, tables, self.window, self.as_of);
        question.roster.absences.clone_from(&self.absences);
        question
    }

    fn packs(&self, who: &[PersonId]) -> Vec<Folder> {
        let tables = self.tables();
        let question = self.question(&tables);
        let products = question.products_and_rest(&tables.repositories);
        let past = Past::of(&tables, &question, &products);
        let sources = Sources {
            past: &past,
            repositories: &self.repositories,
            entries: &self.entries,
        };
        folders(&sources, who)
    }

    fn pack(&self, who: PersonId) -> Folder {
        self.packs(&[who]).pop().unwrap()
    }

    fn polarities(&self, who: PersonId, kind: Kind) -> Vec<Polarity> {
        let snippets = self.pack(who).pack.snippets.into_iter();
        let of_kind = snippets.filter(|snippet| snippet.kind == kind);
        of_kind.map(|snippet| snippet.polarity).collect()
    }

    /// Puts another file in the place of a pull request's own.
    fn file(&mut self, number: u64, path: &str, additions: u64, deletions: u64) {
        let rows = &mut self.facts.pull_request_files;
        rows.retain(|row| row.number.0 != number || *row.path != *"engine/lamp.rs");
        rows.push(PullRequestFile {
            repository: WIDGETS,
            number: PrNumber(number),
            path: path.into(),
            additions,
            deletions,
        });
    }

    /// A commit on the default branch with the files that it changes.
    fn commit(
        &mut self,
        id: u8,
        author: PersonId,
        when: &str,
        files: &[(&str, ChangeKind)],
    ) -> &mut CommitRow {
        let row = u32::try_from(self.commits.len()).unwrap();
        for (path, change) in files {
            let known = self
                .changes
                .files
                .iter()
                .position(|file| file.path == *path);
            let file = known.unwrap_or_else(|| {
                self.changes.files.push(ChangedFile {
                    repository: WIDGETS,
                    path: (*path).to_owned(),
                    exclusion: None,
                    in_tip: true,
                });
                self.changes.files.len() - 1
            });
            self.changes
                .push(row, u32::try_from(file).unwrap(), None, *change);
        }
        self.commits.push(CommitRow {
            repository: WIDGETS,
            commit: commit_id(id),
            parents: self
                .commits
                .last()
                .map(|row| row.commit)
                .into_iter()
                .collect(),
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
        self.commits.last_mut().unwrap()
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
            "Reviewed 2 of 3 pull requests requested from 2026-02-23 to 2026-03-08: widgets#1 (approved without a comment), widgets#2 (2 comments); \
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
            "Reviewed 1 of 1 pull request requested from 2026-03-09 to 2026-03-22: widgets#1 (reviewed without a comment). Fortnight before: none requested.",
            "Took part in others' pull requests from 2026-03-23 to 2026-03-29; reviewed from earlier fortnights: widgets#1; \
             comments without a review: widgets#2 (1 comment). Fortnight before: 1 of 1.",
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
            "Authored widgets#1 “Change 1”: opened 2026-03-03, merged 2026-03-06 without a review by a person."
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
fn of_two_standstills_the_one_before_the_review_is_told() {
    let mut team = Team::new();
    // Ada's comment ends a week's standstill, and it stands still again until she reviews.
    team.pull_request(1, BEN, "2026-02-03T09:00:00Z", Some("2026-03-10T09:00:00Z"));
    team.comment(1, ADA, "2026-02-10T10:00:00Z", "I have a look.");
    team.comment(1, ADA, "2026-03-09T09:00:00Z", "At last.");
    team.review(1, ADA, "2026-03-09T10:00:00Z", ReviewState::Approved);
    assert_eq!(
        team.acts(ADA, Kind::Unblocked),
        [
            "Unblocked widgets#1 “Change 1” after 18 working days without an event by anyone but its author (2026-02-10 to 2026-03-09): \
          reviewed 2026-03-09, merged 2026-03-10."
        ]
    );
    // Cem's word sets it going again: Ada's review ends nothing.
    team.comment(1, CEM, "2026-03-06T10:00:00Z", "A word.");
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
fn what_waits_for_a_person_is_a_challenge_and_a_colleague_s_silence_is_none() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-20T09:00:00Z", None);
    team.ask(1, ADA, "2026-03-20T09:00:00Z");
    assert_eq!(
        team.acts(ADA, Kind::Waiting),
        [
            "1 pull request waited for a review by this person at the end of 2026-03-29: widgets#1 (asked 2026-03-20, 5 working days by this person's calendar)."
        ]
    );
    assert_eq!(
        team.acts(BEN, Kind::Open),
        [
            "Own pull request widgets#1 “Change 1” was open at the end of 2026-03-29, without an event by anyone else since 2026-03-20 (5 working days by this person's calendar)."
        ]
    );
    assert_eq!(team.polarities(ADA, Kind::Waiting), [Polarity::Challenge]);
    assert_eq!(team.polarities(BEN, Kind::Open), [Polarity::Context]);
    // Nor is it one of somebody who has declared to be away.
    team.absences.push(RosterAbsence {
        person: ADA,
        from: "2026-03-20".parse().unwrap(),
        to: "2026-04-03".parse().unwrap(),
    });
    assert_eq!(team.polarities(ADA, Kind::Waiting), [Polarity::Context]);
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
        issue_type: None,
        untold: Vec::new(),
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
    // Alone assigned to it, and with words of hers in it, she coordinated.
    assert_eq!(
        team.acts(ADA, Kind::Coordinated),
        [
            "Coordinated incident widgets#7 “Lamps are dark”, labelled “sev2” (1 update, longest gap 25.6 d, not resolved yet), \
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
            "First review in the area “widgets: engine”: widgets#1 “Change 1”. The record starts 2025-09-01."
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
        origin: Origin::NoEvidence,
        answers_for: None,
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
            path: file.path.clone().into(),
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
            calls_agent: None,
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
                reason: None,
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
        issue_type: None,
        untold: Vec::new(),
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

/// A pack with the pages of its folder.
struct Folder {
    pack: Pack,
    pages: Vec<Page>,
}

impl Deref for Folder {
    type Target = Pack;

    fn deref(&self) -> &Pack {
        &self.pack
    }
}

impl Folder {
    fn page(&self, stem: &str) -> &Document {
        let page = self.pages.iter().find(|page| page.stem == stem);
        &page.unwrap().document
    }
}

fn folders(sources: &Sources<'_>, who: &[PersonId]) -> Vec<Folder> {
    with_desk(sources, |desk| {
        let packs = who.iter().filter_map(|person| desk.pack(*person));
        let folder = |pack: Pack| {
            let pages = desk.pages(&pack);
            Folder { pack, pages }
        };
        packs.map(folder).collect()
    })
}

/// The demo's people and their packs over the last year.
static PACKS: LazyLock<Vec<Folder>> = LazyLock::new(|| {
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
    folders(&sources, &everyone)
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
        for page in &pack.pages {
            for block in &page.document.blocks {
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
fn a_fortnight_of_a_one_on_one_page_has_at_most_twelve_lines_with_what_is_open() {
    let lines = |blocks: &[Block]| -> usize {
        let lines = blocks.iter().map(|block| match block {
            Block::Bullets(items) => items.len(),
            _ => 0,
        });
        lines.sum()
    };
    for pack in PACKS.iter() {
        let parts = pack.page("one-on-one").blocks.iter();
        let parts: Vec<usize> = parts
            .filter_map(|block| match block {
                Block::Refreshed { blocks, .. } => Some(lines(blocks)),
                _ => None,
            })
            .collect();
        let (open, fortnights) = parts.split_first().unwrap();
        let most = fortnights.iter().max().unwrap();
        assert!(open + most <= 12, "{} has {parts:?}", pack.login);
    }
}

#[test]
fn a_kind_of_the_register_is_heard_by_a_persons_evidence() {
    let mut team = Team::new();
    team.pull_request(1, ADA, "2026-03-03T09:00:00Z", Some("2026-03-06T09:00:00Z"));
    team.file(1, "engine/why.md", 30, 0);
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
    check(&team, "6 working days by this person's calendar");
    team.register =
        "[[member]]\nlogin = \"ada\"\ncalendar = { working_days = [\"tue\", \"wed\", \"thu\"] }\n"
            .to_owned();
    check(&team, "3 working days by this person's calendar");
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
            reason: None,
        });
    };
    // Made a draft after the pack's end.
    event(&mut team, "convert_to_draft", "2026-04-02T00:00:00Z");
    assert_eq!(team.acts(ADA, Kind::Waiting).len(), 1);
    event(&mut team, "convert_to_draft", "2026-03-20T00:00:00Z");
    event(&mut team, "ready_for_review", "2026-04-01T00:00:00Z");
    assert_eq!(team.acts(ADA, Kind::Waiting), [] as [&str; 0]);
}

#[test]
fn nobody_who_had_been_asked_ends_a_standstill_and_who_is_called_for_help_does() {
    let stand = |asks: &[(PersonId, &str)], team_of: Option<&str>| {
        let mut team = Team::new();
        team.pull_request(1, BEN, "2026-03-03T09:00:00Z", Some("2026-03-10T09:00:00Z"));
        for (who, when) in asks {
            team.ask(1, *who, when);
        }
        if let Some(slug) = team_of {
            team.facts.review_requests.push(ReviewRequest {
                repository: WIDGETS,
                number: PrNumber(1),
                at: at("2026-03-03T09:10:00Z"),
                action: RequestAction::Requested,
                reviewer: None,
                team: Some(slug.to_owned()),
                actor: Some(BEN),
            });
            team.facts.teams.push(linchpin::domain::Team {
                repository: WIDGETS,
                team: "lamps".to_owned(),
                name: "Lamps".to_owned(),
                parent: None,
                n_members: 1,
            });
            team.facts.team_members.push(linchpin::domain::TeamMember {
                repository: WIDGETS,
                team: "lamps".to_owned(),
                person: CEM,
            });
        }
        team.review(1, ADA, "2026-03-09T10:00:00Z", ReviewState::Approved);
        team.acts(ADA, Kind::Unblocked).len()
    };
    assert_eq!(stand(&[], None), 1);
    // Asked five minutes after it was opened, and four working days late.
    assert_eq!(stand(&[(ADA, "2026-03-03T09:05:00Z")], None), 0);
    // Asked when it had stood still for the agreed days: a call for help.
    assert_eq!(stand(&[(ADA, "2026-03-09T09:30:00Z")], None), 1);
    // A team that Ada is not in, and one whose members nobody knows.
    assert_eq!(stand(&[], Some("lamps")), 1);
    assert_eq!(stand(&[], Some("doors")), 0);
}

#[test]
fn one_answer_of_four_is_no_win() {
    let fortnight = |n_answered: u64| {
        let mut team = Team::new();
        for number in 1..=4 {
            team.pull_request(number, BEN, "2026-03-09T09:00:00Z", None);
            team.ask(number, ADA, "2026-03-09T09:05:00Z");
        }
        for number in 1..=n_answered {
            team.review(number, ADA, "2026-03-10T10:00:00Z", ReviewState::Approved);
        }
        team.polarities(ADA, Kind::Reviewed)
    };
    assert_eq!(fortnight(4), [Polarity::Win]);
    assert_eq!(fortnight(3), [Polarity::Context]);
    assert_eq!(fortnight(1), [Polarity::Challenge]);
    assert_eq!(fortnight(0), [Polarity::Challenge]);
}

#[test]
fn whoever_opens_an_incident_has_not_mended_it_yet() {
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
        labels: vec!["incident".to_owned()],
        assignees: Vec::new(),
        milestone: None,
        body: String::new(),
        issue_type: None,
        untold: Vec::new(),
    });
    assert_eq!(team.polarities(BEN, Kind::Incident), [Polarity::Context]);
    team.facts.issue_comments.push(IssueComment {
        repository: WIDGETS,
        number: PrNumber(7),
        comment: "IC".to_owned(),
        author: Some(BEN),
        created_at: at("2026-03-04T09:10:00Z"),
        url: String::new(),
    });
    assert_eq!(team.polarities(BEN, Kind::Incident), [Polarity::Win]);
}

#[test]
fn a_change_that_was_taken_back_carries_its_revert_and_is_no_plain_win() {
    let mut team = Team::new();
    // Two commits of one pull request take it back: that is one revert.
    let again = team.commit(
        9,
        BEN,
        "2026-03-06T08:30:00Z",
        &[("engine/lamp.rs", ChangeKind::Modified)],
    );
    again.reverts = Some(Box::new(commit_id(1)));
    again.pull_request = Some(2);
    for (number, day) in [(1, "04"), (2, "06"), (3, "11")] {
        let (opened, merged) = (
            format!("2026-03-{day}T08:00:00Z"),
            format!("2026-03-{day}T09:00:00Z"),
        );
        let author = if number == 2 { BEN } else { ADA };
        let row = team.pull_request(number, author, &opened, Some(&merged));
        let id = u8::try_from(number).unwrap();
        row.merge_commit = Some(commit_id(id));
        let commit = team.commit(
            id,
            author,
            &merged,
            &[("engine/lamp.rs", ChangeKind::Modified)],
        );
        commit.reverts = (id > 1).then(|| Box::new(commit_id(id - 1)));
    }
    let acts = team.acts(ADA, Kind::Merged);
    assert!(
        acts[0].ends_with(
            "merged 2026-03-04 without a review by a person; reverted 2026-03-06 in widgets#2, brought in again 2026-03-11 in widgets#3."
        ),
        "{acts:?}"
    );
    assert_eq!(
        team.polarities(ADA, Kind::Merged),
        [Polarity::Context, Polarity::Win]
    );
    assert!(!acts[1].contains("reverted"), "{acts:?}");
}

#[test]
fn who_adds_a_document_wrote_it_and_who_edits_moves_or_deletes_it_did_not() {
    let wrote = |author: PersonId, files: &[(&str, ChangeKind)]| {
        let mut team = Team::new();
        // Its history is known: it was there before the window.
        let there: Vec<(&str, ChangeKind)> = files
            .iter()
            .filter(|(_, change)| *change != ChangeKind::Added)
            .map(|(path, _)| (*path, ChangeKind::Added))
            .collect();
        team.commit(1, CEM, "2025-03-04T09:00:00Z", &there);
        let merged = "2026-03-06T09:00:00Z";
        team.pull_request(1, ADA, "2026-03-03T09:00:00Z", Some(merged))
            .merge_commit = Some(commit_id(2));
        for (path, _) in files {
            team.file(1, path, 4, 1);
        }
        team.commit(2, author, merged, files);
        let kinds = |who| -> Vec<&'static str> {
            let written = [
                Kind::DecisionRecord,
                Kind::Postmortem,
                Kind::Runbook,
                Kind::Migration,
            ];
            let found = team
                .pack(who)
                .pack
                .snippets
                .into_iter()
                .map(|snippet| snippet.kind);
            found
                .filter(|kind| written.contains(kind))
                .map(Kind::word)
                .collect()
        };
        (kinds(ADA), kinds(BEN), team.acts(ADA, Kind::Merged).len())
    };
    let adr = "docs/adr/0001-lamps.md";
    let nobody = || (vec![], vec![], 1);
    assert_eq!(
        wrote(ADA, &[(adr, ChangeKind::Added)]),
        (vec!["decision_record"], vec![], 0)
    );
    for change in [
        ChangeKind::Modified,
        ChangeKind::Deleted,
        ChangeKind::Renamed,
    ] {
        assert_eq!(wrote(ADA, &[(adr, change)]), nobody(), "{change:?}");
    }
    // Ben's commit in Ada's pull request.
    assert_eq!(
        wrote(BEN, &[(adr, ChangeKind::Added)]),
        (vec![], vec!["decision_record"], 1)
    );
    let forty: Vec<String> = (0..40).map(|n| format!("docs/adr/{n:04}.md")).collect();
    let forty: Vec<(&str, ChangeKind)> = forty
        .iter()
        .map(|path| (path.as_str(), ChangeKind::Modified))
        .collect();
    assert_eq!(wrote(ADA, &forty), nobody());
    assert_eq!(
        wrote(ADA, &[("docs/postmortems/handler.py", ChangeKind::Added)]),
        nobody()
    );
    let check = |path: &str, kind: &'static str| {
        assert_eq!(
            wrote(ADA, &[(path, ChangeKind::Added)]),
            (vec![kind], vec![], 0),
            "{path}"
        );
    };
    check("docs/postmortems/2026-03.md", "postmortem");
    check("docs/runbooks/restore.md", "runbook");
    check("app/migrations/0007.sql", "migration");
}

#[test]
fn who_wrote_most_of_a_documents_text_wrote_it_and_a_typo_fix_is_an_edit() {
    let mut team = Team::new();
    let adr = "docs/adr/0001-lamps.md";
    team.commit(1, CEM, "2025-03-04T09:00:00Z", &[(adr, ChangeKind::Added)]);
    for (number, author, additions, deletions) in
        [(1, ADA, 80, 3), (2, BEN, 1, 1), (3, BEN, 60, 60)]
    {
        team.pull_request(
            number,
            author,
            "2026-03-03T09:00:00Z",
            Some("2026-03-06T09:00:00Z"),
        );
        team.file(number, adr, additions, deletions);
    }
    assert_eq!(team.acts(ADA, Kind::DecisionRecord).len(), 1);
    assert_eq!(team.acts(BEN, Kind::DecisionRecord), [] as [&str; 0]);
    assert_eq!(team.acts(BEN, Kind::Merged).len(), 2);
}

#[test]
fn the_same_quotation_stands_once_and_with_the_review_that_it_belongs_to() {
    let mut team = Team::new();
    for number in 1..=3 {
        team.pull_request(
            number,
            BEN,
            "2026-03-09T09:00:00Z",
            Some("2026-03-12T09:00:00Z"),
        );
        team.review(
            number,
            ADA,
            "2026-03-10T10:00:00Z",
            ReviewState::ChangesRequested,
        );
        team.comment(
            number,
            ADA,
            "2026-03-10T10:00:00Z",
            "Please keep the error text.",
        );
    }
    team.comment(3, ADA, "2026-03-10T11:00:00Z", "Why is it lost?");
    // What says nothing by itself is no excerpt, whoever wrote it and in whatever script.
    for (number, words) in [(4, "Done."), (5, "👍 nice catch!"), (6, "修好了")] {
        team.pull_request(
            number,
            BEN,
            "2026-03-23T09:00:00Z",
            Some("2026-03-25T09:00:00Z"),
        );
        team.review(number, ADA, "2026-03-24T10:00:00Z", ReviewState::Commented);
        team.comment(number, ADA, "2026-03-24T10:00:00Z", words);
    }
    let quotes: Vec<(Kind, String)> = team
        .pack(ADA)
        .pack
        .snippets
        .into_iter()
        .filter_map(|snippet| Some((snippet.kind, snippet.quote?.text)))
        .collect();
    let expected = [
        (
            Kind::ChangesRequested,
            "Please keep the error text.".to_owned(),
        ),
        (Kind::Reviewed, "Why is it lost?".to_owned()),
    ];
    let mut found = quotes.clone();
    found.sort_by_key(|(kind, _)| *kind != Kind::ChangesRequested);
    assert_eq!(found, expected);
}

#[test]
fn what_machines_open_is_nobodys_moment() {
    let mut team = Team::new();
    team.pull_request(1, BOT, "2026-03-09T09:00:00Z", Some("2026-03-12T09:00:00Z"));
    team.pull_request(2, ADA, "2026-03-09T09:00:00Z", Some("2026-03-12T09:00:00Z"))
        .head_branch = "renovate/lamps-2.x".to_owned();
    team.pull_request(3, BOT, "2026-03-20T09:00:00Z", None);
    team.ask(3, ADA, "2026-03-20T09:05:00Z");
    team.review(1, ADA, "2026-03-10T10:00:00Z", ReviewState::Approved);
    assert!(
        team.pack(ADA).snippets.is_empty(),
        "{:?}",
        team.pack(ADA).lines
    );
    team.pull_request(4, BEN, "2026-03-09T09:00:00Z", None);
    team.review(4, ADA, "2026-03-10T10:00:00Z", ReviewState::Approved);
    let acts = team.acts(ADA, Kind::Reviewed);
    assert!(
        acts[0].contains(
            "widgets#4 (approved without a comment); reviews of machines' pull requests left out: 1."
        ),
        "{acts:?}"
    );
}

#[test]
fn the_largest_piece_of_work_of_a_quarter_is_always_shown() {
    let mut team = Team::new();
    for number in 1..=60 {
        let day = 3 + number % 24;
        let (opened, merged) = (
            format!("2026-03-{day:02}T08:00:00Z"),
            format!("2026-03-{day:02}T09:00:00Z"),
        );
        team.pull_request(number, ADA, &opened, Some(&merged));
    }
    team.file(37, "engine/new.rs", 2_000, 400);
    team.file(38, "engine/Cargo.lock", 90_000, 0);
    team.commit(
        1,
        ADA,
        "2026-03-03T09:00:00Z",
        &[("engine/Cargo.lock", ChangeKind::Added)],
    );
    team.changes.files[0].exclusion = Some(linchpin::domain::Exclusion::Generated);
    let pack = team.pack(ADA);
    for most in [1, 3, 20] {
        let shown = sampling::sample(&pack.snippets, most);
        let has = |number: &str| {
            shown
                .iter()
                .any(|snippet| snippet.act.text().contains(number))
        };
        assert!(has("widgets#37 "), "{most}");
        assert!(most > 1 || !has("widgets#38 "), "{most}");
    }
}

#[test]
fn what_git_knows_is_told_without_github_and_the_rest_is_not_observed() {
    let mut team = Team::new();
    for (id, when) in [
        (1, "2025-01-03"),
        (2, "2026-03-03"),
        (3, "2026-03-05"),
        (4, "2026-03-06"),
    ] {
        let path = if id == 1 {
            "engine/lamp.rs"
        } else {
            "doors/hinge.rs"
        };
        let commit = team.commit(
            id,
            ADA,
            &format!("{when}T09:00:00Z"),
            &[(path, ChangeKind::Modified)],
        );
        if id == 4 {
            commit.co_authors = [BEN].into();
        }
    }
    let acts = |kind| team.acts(ADA, kind);
    assert_eq!(
        acts(Kind::Committed),
        [
            "Committed to widgets in 2026-03, in “widgets: doors”: widgets@0202020202 “Commit 2”, widgets@0303030303 “Commit 3”, \
             widgets@0404040404 “Commit 4”."
        ]
    );
    assert_eq!(
        acts(Kind::Paired),
        [
            "Made changes together with “ben” in 2026-Q1, by the commits' own words, in “widgets: doors”: widgets@0404040404 “Commit 4”."
        ]
    );
    assert_eq!(
        acts(Kind::FirstChange),
        [
            "First change in the area “widgets: doors”: widgets@0202020202 “Commit 2”. The record starts 2025-01-03."
        ]
    );
    let said = |document: &Document| linchpin::render::pack::document(document);
    let pack = team.pack(ADA);
    assert!(
        said(pack.page("evidence"))
            .contains("not observed: pull requests, reviews and requests of"),
        "{}",
        said(pack.page("evidence"))
    );
    let quiet = team.pack(CEM);
    let page = said(quiet.page("evidence"));
    assert!(
        page.contains("not observed") && !page.contains("0 of 0"),
        "{page}"
    );
    assert!(
        said(quiet.page("one-on-one")).contains("not observed"),
        "{}",
        said(quiet.page("one-on-one"))
    );
}

#[test]
fn a_directory_of_ones_own_is_no_work_across_teams() {
    // Whether a pull request tells of it, or a commit alone.
    let first = |has_pull_request: bool, other: Option<(PersonId, &str)>| {
        let mut team = Team::new();
        team.commit(
            1,
            ADA,
            "2025-01-03T09:00:00Z",
            &[("engine/lamp.rs", ChangeKind::Added)],
        );
        if let Some((person, when)) = other {
            team.commit(2, person, when, &[("doors/hinge.rs", ChangeKind::Added)]);
        }
        if has_pull_request {
            team.pull_request(1, ADA, "2025-01-02T09:00:00Z", Some("2025-01-03T09:00:00Z"));
            team.pull_request(2, ADA, "2026-03-04T09:00:00Z", Some("2026-03-06T09:00:00Z"));
            team.file(2, "doors/lock.rs", 3, 0);
        } else {
            team.commit(
                3,
                ADA,
                "2026-03-05T09:00:00Z",
                &[("doors/lock.rs", ChangeKind::Added)],
            );
        }
        let snippets = team.pack(ADA).pack.snippets.into_iter();
        let mut firsts = snippets.filter(|snippet| snippet.kind == Kind::FirstChange);
        let found = firsts.find(|snippet| snippet.areas == ["widgets: doors"]);
        found.unwrap().dimensions
    };
    for has_pull_request in [true, false] {
        let across = [Dimension::CrossTeamCollaboration];
        let check = |other, expected: &[Dimension]| {
            assert_eq!(
                first(has_pull_request, other),
                expected,
                "{has_pull_request} {other:?}"
            );
        };
        check(None, &[]);
        check(Some((BEN, "2025-02-03T09:00:00Z")), &across);
        // Who comes later finds it there, and a machine is no team.
        check(Some((BEN, "2026-03-07T09:00:00Z")), &[]);
        check(Some((BOT, "2025-02-03T09:00:00Z")), &[]);
    }
}

#[test]
fn every_snippet_holds_what_it_was_made_from() {
    for pack in PACKS.iter() {
        for snippet in &pack.snippets {
            assert!(!snippet.events.is_empty(), "{}", snippet.act.text());
            assert!(snippet.events.is_sorted(), "{}", snippet.act.text());
        }
    }
}

/// How many lines of a page stand in the open, as wide as a reader sees them: what is folded and addresses left out.
fn open_lines(page: &str) -> usize {
    let mut open = String::new();
    for (at, part) in page.split("<details>").enumerate() {
        let rest = part.split_once("</details>").map_or(part, |(_, rest)| rest);
        open.push_str(if at == 0 { part } else { rest });
    }
    let shown = |line: &str| -> usize {
        let addresses: usize = line
            .split("](")
            .skip(1)
            .map(|rest| rest.find(')').unwrap_or(0))
            .sum();
        line.chars().count().saturating_sub(addresses)
    };
    open.lines()
        .map(|line| shown(line).div_ceil(120).max(1))
        .sum()
}

#[test]
fn a_page_of_evidence_is_a_few_screens_and_a_quarter_of_a_brag_document_is_one() {
    for pack in PACKS.iter() {
        let page = linchpin::render::pack::document(pack.page("evidence"));
        assert!(
            open_lines(&page) <= 190,
            "{}: {}",
            pack.login,
            open_lines(&page)
        );
        let brag = linchpin::render::draft::Draft::of(pack.page("draft/brag")).begun();
        for part in brag.split("<!-- linchpin:begin ").skip(2) {
            let part = part.split("<!-- linchpin:end ").next().unwrap();
            assert!(
                open_lines(part) <= 50,
                "{}: {}\n{part}",
                pack.login,
                open_lines(part)
            );
        }
    }
}

#[test]
fn what_stands_still_again_was_not_unblocked() {
    let merged = |when: &str| {
        let mut team = Team::new();
        team.as_of = at("2026-06-30T00:00:00Z");
        team.window.until = team.as_of;
        team.pull_request(1, BEN, "2026-03-03T09:00:00Z", Some(when));
        team.review(1, ADA, "2026-03-09T10:00:00Z", ReviewState::Approved);
        team.acts(ADA, Kind::Unblocked).len()
    };
    assert_eq!(merged("2026-03-19T09:00:00Z"), 1);
    assert_eq!(merged("2026-05-19T09:00:00Z"), 0);
}

#[test]
fn an_excerpt_is_what_its_author_wrote_and_neither_a_quotation_nor_code() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-09T09:00:00Z", Some("2026-03-12T09:00:00Z"));
    team.review(1, ADA, "2026-03-10T10:00:00Z", ReviewState::Commented);
    team.comment(
        1,
        ADA,
        "2026-03-10T10:00:00Z",
        "> Why is the lamp dark, and who turned it off in the first place?\n\nThe fuse was out.\n```rust\nlet lamp = Lamp::dark();\n```\n",
    );
    team.comment(1, ADA, "2026-03-10T11:00:00Z", "> It is dark, is it not?");
    let quotes: Vec<String> = team
        .pack(ADA)
        .pack
        .snippets
        .into_iter()
        .filter_map(|snippet| Some(snippet.quote?.text))
        .collect();
    assert_eq!(quotes, ["The fuse was out."]);
}

/// What a pack says of delegations.
fn delegated(team: &Team, who: PersonId) -> Vec<String> {
    let packs = team.packs(&[who]);
    let snippets = packs[0].snippets.iter();
    let own = snippets.filter(|snippet| snippet.kind == Kind::Delegated);
    own.map(|snippet| {
        assert_eq!(lint::act(&snippet.act), [], "{}", snippet.act.text());
        assert_eq!(snippet.polarity, Polarity::Context);
        assert!(snippet.act.has_receipt() && !snippet.events.is_empty());
        format!("{} {}", snippet.on, snippet.act.text())
    })
    .collect()
}

/// Two pull requests that an agent opened for Ada: one that Ben reviewed twice, one that Ada approved herself; and one for Cem.
fn delegating() -> Team {
    let mut team = Team::new();
    let opened = [
        (1, ADA, "2026-03-03T09:00:00Z", Some("2026-03-05T12:00:00Z")),
        (2, ADA, "2026-03-10T09:00:00Z", Some("2026-03-10T12:00:00Z")),
        (3, CEM, "2026-03-11T09:00:00Z", None),
    ];
    for (number, delegator, at, merged) in opened {
        team.pull_request(number, AI, at, merged).answers_for = Some(delegator);
    }
    team.ask(1, BEN, "2026-03-03T09:30:00Z");
    let changes = ReviewState::ChangesRequested;
    team.review(1, BEN, "2026-03-03T12:00:00Z", changes);
    team.facts.pull_request_commits.push(PullRequestCommit {
        repository: WIDGETS,
        number: PrNumber(1),
        commit: commit_id(7),
        authored_at: at("2026-03-04T09:00:00Z"),
        author: Some(AI),
        updates_from_base: false,
    });
    team.review(1, BEN, "2026-03-05T11:00:00Z", ReviewState::Approved);
    team.review(2, ADA, "2026-03-10T11:00:00Z", ReviewState::Approved);
    team
}

#[test]
fn a_pack_tells_only_the_persons_own_delegations_each_as_a_dated_act() {
    let team = delegating();
    assert_eq!(
        delegated(&team, ADA),
        [
            "2026-03-03 Delegated widgets#1 “Change 1” to “coderabbitai”: opened 2026-03-03, 1 round after a review, reviewed by \
             “ben”, merged 2026-03-05.",
            "2026-03-10 Delegated widgets#2 “Change 2” to “coderabbitai”: opened 2026-03-10, without a review by another person, \
             merged 2026-03-10.",
        ]
    );
    assert_eq!(
        delegated(&team, CEM),
        [
            "2026-03-11 Delegated widgets#3 “Change 3” to “coderabbitai”: opened 2026-03-11, without a review by another person, open."
        ]
    );
    assert!(delegated(&team, BEN).is_empty());
}

#[test]
fn a_delegation_goes_with_what_tells_of_it() {
    let mut team = delegating();
    team.facts.pull_requests.retain(|row| row.number.0 != 1);
    assert_eq!(delegated(&team, ADA).len(), 1);
    let mut team = delegating();
    team.facts.reviews.clear();
    let said = delegated(&team, ADA);
    assert!(
        said[0]
            .ends_with("opened 2026-03-03, without a review by another person, merged 2026-03-05."),
        "{said:?}"
    );
    // Nobody knows who had it done.
    let mut team = delegating();
    for row in &mut team.facts.pull_requests {
        row.answers_for = None;
    }
    assert!(delegated(&team, ADA).is_empty());
}
