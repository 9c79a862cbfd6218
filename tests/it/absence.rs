//! The absence card: exact figures on a small team, and the planted holiday of the demo and nobody else's.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use linchpin::demo::model::{EventKind, Host, HostPullRequest};
use linchpin::demo::organisation::{Plants, World, build};
use linchpin::domain::{
    Account, Comment, CommentKind, Completeness, Deployment, Facts, Granularity, Login, Origin,
    Outcome, Person, PersonId, PrNumber, PullRequest, PullRequestState, RepoName, RepositoryId,
    RequestAction, Review, ReviewRequest, ReviewState, Stream, StreamCertificate, TimelineEvent,
    Window,
};
use linchpin::evidence::absence::{Observed, document};
use linchpin::evidence::{Sources, lint};
use linchpin::metrics::absence::resilience::{self, Resilience};
use linchpin::metrics::counts::Counts;
use linchpin::metrics::measure::Measured;
use linchpin::report::document::{Block, Document, Span};
use linchpin::tables::{Repository, Tables};
use linchpin::work::roster::RosterAbsence;
use linchpin::work::{Fate, Past, Question, Reading, absences};
use linchpin::{register, render};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn on(text: &str) -> Date {
    text.parse().unwrap()
}

const ADA: PersonId = PersonId(0);
const BEN: PersonId = PersonId(1);
const CEM: PersonId = PersonId(2);
const BOT: PersonId = PersonId(3);
const WIDGETS: RepositoryId = RepositoryId(0);

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

/// Ada, Ben, Cem and a bot on `acme/widgets`; Ada is away for the two weeks from 2026-03-09.
struct Team {
    facts: Facts,
    people: Vec<Person>,
    repositories: BTreeMap<RepositoryId, RepoName>,
    window: Window,
    as_of: Timestamp,
    holidays: Vec<Date>,
    absences: Vec<RosterAbsence>,
    deployments: Option<Vec<Timestamp>>,
    has_pull_requests: bool,
    missing: Vec<String>,
    /// Further lines of the register.
    calendar: String,
}

impl Team {
    fn new() -> Self {
        Self {
            facts: Facts::default(),
            people: vec![
                person(0, "ada", Account::Human),
                person(1, "ben", Account::Human),
                person(2, "cem", Account::Human),
                person(3, "dependabot", Account::Automation),
            ],
            repositories: BTreeMap::from([(WIDGETS, "acme/widgets".parse().unwrap())]),
            window: Window {
                since: at("2026-01-01T00:00:00Z"),
                until: at("2026-05-01T00:00:00Z"),
            },
            as_of: at("2026-05-01T00:00:00Z"),
            holidays: Vec::new(),
            absences: vec![away(ADA, "2026-03-09", "2026-03-20")],
            deployments: None,
            has_pull_requests: true,
            missing: Vec::new(),
            calendar: String::new(),
        }
    }

    fn pull_request(&mut self, number: u64, author: PersonId, opened: &str, merged: Option<&str>) {
        let merged_at = merged.map(at);
        self.facts.pull_requests.push(PullRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            node: format!("PR_{number}"),
            title: format!("Change {number}"),
            url: format!("https://github.com/acme/widgets/pull/{number}"),
            author: Some(author),
            state: merged_at.map_or(PullRequestState::Open, |_| PullRequestState::Merged),
            is_draft: false,
            created_at: at(opened),
            ready_at: Some(at(opened)),
            first_commit_at: None,
            merged_at,
            closed_at: merged_at,
            updated_at: merged_at.unwrap_or(at(opened)),
            merged_by: merged_at.map(|_| author),
            merge_commit: None,
            base_branch: "main".to_owned(),
            head_branch: "topic".to_owned(),
            additions: 1,
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
    }

    fn review(&mut self, number: u64, author: PersonId, when: &str) {
        self.facts.reviews.push(Review {
            repository: WIDGETS,
            number: PrNumber(number),
            review: format!("R_{number}_{}", self.facts.reviews.len()),
            author: Some(author),
            state: ReviewState::Approved,
            verdict: ReviewState::Approved,
            submitted_at: at(when),
            dismissed_at: None,
            n_inline_comments: 0,
            body_length: 0,
        });
    }

    fn comment(&mut self, number: u64, author: PersonId, when: &str) {
        self.facts.comments.push(Comment {
            repository: WIDGETS,
            number: PrNumber(number),
            comment: format!("C_{number}_{}", self.facts.comments.len()),
            kind: CommentKind::Conversation,
            author: Some(author),
            created_at: at(when),
            path: None,
            thread: None,
            body_length: 2,
            url: format!("https://github.com/acme/widgets/pull/{number}#c"),
            calls_agent: None,
            body: "Hm".to_owned(),
        });
    }

    fn ask(&mut self, number: u64, reviewer: PersonId, when: &str, action: RequestAction) {
        let asked = |row: &&PullRequest| row.number.0 == number;
        let actor = self.facts.pull_requests.iter().find(asked).unwrap().author;
        self.facts.review_requests.push(ReviewRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            at: at(when),
            action,
            reviewer: Some(reviewer),
            team: None,
            actor,
        });
    }

    /// The same facts as tables, with the deployments as rows.
    fn tables(&self) -> Tables {
        let mut facts = self.facts.clone();
        let shipped = self.deployments.iter().flatten().enumerate();
        facts.deployments = shipped
            .map(|(n, at)| Deployment {
                repository: WIDGETS,
                deployment: format!("DE_{n}"),
                environment: "production".to_owned(),
                commit: None,
                reference: None,
                created_at: *at,
                started_at: None,
                finished_at: Some(*at),
                outcome: Outcome::Success,
                source: "deployments_api".to_owned(),
                url: None,
            })
            .collect();
        let row = |(id, name): (&RepositoryId, &RepoName)| Repository {
            repository: *id,
            name: name.to_string(),
            url: None,
            default_branch: Some("main".to_owned()),
            former_names: Vec::new(),
        };
        Tables {
            repositories: self.repositories.iter().map(row).collect(),
            people: self.people.clone(),
            facts,
            ..Tables::default()
        }
    }

    fn question(&self) -> Question {
        let holidays = self.holidays.iter();
        let days: Vec<String> = holidays.map(|day| format!("\"{day}\"")).collect();
        let team = format!(
            "[calendar]\nholidays = [{}]\n{}\n",
            days.join(", "),
            self.calendar
        );
        let away = |absence: &RosterAbsence| {
            let login = &self.people[usize::try_from(absence.person.0).unwrap()].logins[0].0;
            let (from, to) = (absence.from, absence.to);
            format!("[[absence]]\nlogin = \"{login}\"\nfrom = \"{from}\"\nto = \"{to}\"\n")
        };
        let private: String = self.absences.iter().map(away).collect();
        let team = register::parse(&team, "linchpin.toml").unwrap();
        let private = register::parse_private(&private, "linchpin.private.toml").unwrap();
        let read = |repository: &RepositoryId| StreamCertificate {
            repository: *repository,
            stream: Stream::PullRequests,
            completeness: Completeness::Complete,
            reason: None,
            fix: None,
            expected: None,
            fetched: 1,
            watermark: None,
            accepted: None,
        };
        let certificates = self.repositories.keys().filter(|_| self.has_pull_requests);
        let tables = self.tables();
        Question::new(
            &team,
            &tables.repositories,
            certificates.map(read).collect(),
            self.as_of,
            self.window,
            Granularity::Month,
        )
        .unwrap()
        .with_people(&team, &private, &self.people)
    }

    /// The answers of `absence.resilience`.
    fn found(&self) -> Vec<Resilience> {
        let question = self.question();
        let product = &question.products[0];
        resilience::of_product_absences(&Reading::of(&self.tables(), &question, product))
            .unwrap_or_default()
    }

    fn card(&self, who: PersonId) -> Option<Document> {
        let (question, tables) = (self.question(), self.tables());
        let past = Past::of(&tables, &question, &question.products);
        let sources = Sources {
            past: &past,
            repositories: &self.repositories,
            entries: &[],
        };
        let observed = Observed {
            spells: &absences::spells(&question),
            found: &self.found(),
            missing: &self.missing,
        };
        document(&sources, &observed, who)
    }

    /// Before, during and after, of the table's row whose title starts so.
    fn row(&self, title: &str) -> [String; 3] {
        row(&self.card(ADA).unwrap(), title)
    }

    fn lines(&self) -> Vec<String> {
        lines(&self.card(ADA).unwrap())
    }
}

fn away(person: PersonId, from: &str, to: &str) -> RosterAbsence {
    RosterAbsence {
        person,
        from: on(from),
        to: on(to),
    }
}

fn row(card: &Document, title: &str) -> [String; 3] {
    let table = card.blocks.iter().find_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let rows = &table.unwrap().rows;
    let row = rows.iter().find(|row| row[0].words().starts_with(title));
    let row = row.unwrap();
    [1, 2, 3].map(|at| row[at].words().into_owned())
}

/// Paragraphs and bullets as plain text.
fn lines(card: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    for block in &card.blocks {
        match block {
            Block::Paragraph(spans) => lines.push(plain(spans)),
            Block::Bullets(items) => lines.extend(items.iter().map(|item| plain(item))),
            _ => {}
        }
    }
    lines
}

fn plain(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text)
            | Span::Strong(text)
            | Span::Emphasis(text)
            | Span::Code(text)
            | Span::Link { text, .. }
            | Span::Part { text, .. } => text,
        })
        .map(String::as_str)
        .collect()
}

#[test]
fn an_absence_has_a_card_from_ten_working_days_inside_the_window() {
    let check = |absences: &[(&str, &str)], holidays: &[&str], until: &str, expected: bool| {
        let mut team = Team::new();
        team.absences = absences
            .iter()
            .map(|(from, to)| away(ADA, from, to))
            .collect();
        team.holidays = holidays.iter().map(|day| on(day)).collect();
        team.as_of = at(until);
        let card = team.card(ADA);
        assert_eq!(
            card.is_some(),
            expected,
            "{absences:?} {holidays:?} {until}"
        );
        assert_eq!(team.card(BEN), None);
    };
    let end = "2026-05-01T00:00:00Z";
    check(&[("2026-03-09", "2026-03-20")], &[], end, true);
    check(&[("2026-03-09", "2026-03-19")], &[], end, false);
    check(&[("2026-03-07", "2026-03-22")], &[], end, true);
    check(&[("2026-03-09", "2026-03-20")], &["2026-03-10"], end, false);
    check(&[("2026-03-09", "2026-03-23")], &["2026-03-10"], end, true);
    // Two entries with a weekend between them are one absence; with a working day between them they are two.
    let (first, second) = (("2026-03-09", "2026-03-13"), ("2026-03-16", "2026-03-20"));
    check(&[second, first], &[], end, true);
    check(&[first, ("2026-03-17", "2026-03-23")], &[], end, false);
    // Still running: what has not happened yet does not count.
    check(
        &[("2026-03-09", "2026-04-30")],
        &[],
        "2026-03-20T00:00:00Z",
        false,
    );
    check(
        &[("2026-03-09", "2026-04-30")],
        &[],
        "2026-03-21T00:00:00Z",
        true,
    );
    check(&[], &[], end, false);
}

#[test]
fn a_bot_has_no_card() {
    let mut team = Team::new();
    team.absences = vec![away(BOT, "2026-03-09", "2026-03-20")];
    assert_eq!(team.card(BOT), None);
    assert_eq!(team.card(PersonId(99)), None);
}

#[test]
fn deployments_and_merges_are_counted_per_working_day_of_their_period() {
    let mut team = Team::new();
    let day = |text: &str| at(&format!("{text}T10:00:00Z"));
    team.deployments = Some(vec![
        day("2026-02-08"), // the day before the four weeks
        day("2026-02-09"),
        at("2026-03-08T23:59:59Z"),
        at("2026-03-09T00:00:00Z"),
        day("2026-03-14"), // a Saturday
        day("2026-03-20"),
        day("2026-03-21"),
        day("2026-04-17"),
        day("2026-04-18"),
    ]);
    team.pull_request(1, BEN, "2026-02-02T10:00:00Z", Some("2026-02-10T10:00:00Z"));
    team.pull_request(2, BEN, "2026-03-09T10:00:00Z", Some("2026-03-10T10:00:00Z"));
    team.pull_request(3, BOT, "2026-03-09T10:00:00Z", Some("2026-03-10T10:00:00Z"));
    assert_eq!(
        team.row("First to last day"),
        [
            "2026-02-09 to 2026-03-08",
            "2026-03-09 to 2026-03-20",
            "2026-03-21 to 2026-04-17"
        ]
    );
    assert_eq!(team.row("Working days"), ["20", "10", "20"]);
    assert_eq!(
        team.row("Successful production deployments"),
        ["0.10 (n = 2)", "0.30 (n = 3)", "0.10 (n = 2)"]
    );
    assert_eq!(
        team.row("Merged pull requests"),
        ["0.05 (n = 1)", "0.10 (n = 1)", "0.00 (n = 0)"]
    );
}

#[test]
fn a_turnaround_runs_from_the_request_to_the_review_by_the_person_asked() {
    let mut team = Team::new();
    let asked = RequestAction::Requested;
    for (number, hour) in [(1, 11), (2, 12), (3, 13), (4, 14), (5, 15)] {
        team.pull_request(number, BEN, "2026-03-10T10:00:00Z", None);
        team.review(number, BOT, "2026-03-10T10:01:00Z");
        team.review(number, BEN, "2026-03-10T10:02:00Z");
        team.review(number, CEM, &format!("2026-03-10T{hour}:00:00Z"));
        // Number 5 is asked an hour later: 1, 2, 3, 4 and 5 hours become 1, 2, 3, 4 and 4.
        let from = if number == 5 { 11 } else { 10 };
        team.ask(number, CEM, &format!("2026-03-10T{from}:00:00Z"), asked);
    }
    // Four in the period after: too few for a median, and two of them wait.
    for number in [6, 7, 8, 9] {
        team.pull_request(number, CEM, "2026-03-23T10:00:00Z", None);
        team.ask(number, BEN, "2026-03-23T10:00:00Z", asked);
    }
    team.review(6, BEN, "2026-03-24T10:00:00Z");
    team.review(7, BEN, "2026-03-24T10:00:00Z");
    team.pull_request(
        10,
        CEM,
        "2026-01-05T10:00:00Z",
        Some("2026-01-06T10:00:00Z"),
    );
    // Still waiting after 1, 2, 3 and 4 hours: 4/5, 3/5, 2/5 and none, so the median is 3.
    assert_eq!(
        team.row("Turnaround"),
        [
            "n = 0",
            "median 3.0 h (2.0 to 4.0 h; n = 5)",
            "n = 4, 2 still waiting"
        ]
    );
    assert_eq!(team.row("Open and no draft"), ["n = 0", "n = 5", "n = 9"]);
    // With agreed hours they are the clock of median and interval, and elapsed hours stand beside: 10:00 to 13:00 is inside them: 1, 2, 2.5, 2.5 and 1.5.
    team.calendar = "hours = \"09:00-12:30\"".to_owned();
    assert_eq!(
        team.row("Turnaround")[1],
        "median 2.0 h of working hours (1.5 to 2.5 h; 3.0 h elapsed; n = 5)"
    );
}

#[test]
fn what_is_stuck_at_the_end_of_a_period_is_listed_with_its_page() {
    let mut team = Team::new();
    // Since Monday the 16th: five working days at the end of Friday the 20th, and nobody but Ben has spoken.
    team.pull_request(1, BEN, "2026-03-16T00:00:00Z", None);
    team.comment(1, BEN, "2026-03-19T10:00:00Z");
    team.comment(1, BOT, "2026-03-19T10:00:00Z");
    // Touched by Cem on Thursday, and then by nobody.
    team.pull_request(2, BEN, "2026-03-16T00:00:00Z", None);
    team.comment(2, CEM, "2026-03-19T10:00:00Z");
    // Merged before the end, and a bot's.
    team.pull_request(3, BEN, "2026-03-10T00:00:00Z", Some("2026-03-20T00:00:00Z"));
    team.pull_request(4, BOT, "2026-03-10T00:00:00Z", None);
    team.pull_request(5, CEM, "2026-01-05T10:00:00Z", Some("2026-01-06T10:00:00Z"));
    assert_eq!(
        team.row("Of those, 3 working days"),
        ["n = 0", "n = 1", "n = 2"]
    );
    let lines = team.lines();
    assert!(
        lines.contains(
            &"during: n = 1 at the end of 2026-03-20: widgets#1 (since 2026-03-16)".to_owned()
        ),
        "{lines:#?}"
    );
    let card = render::pack::document(&team.card(ADA).unwrap());
    assert!(
        card.contains("(https://github.com/acme/widgets/pull/1)")
            || card.contains("<https://github.com/acme/widgets/pull/1>")
    );
}

#[test]
fn requests_that_waited_on_the_person_are_listed_with_their_end() {
    let mut team = Team::new();
    let opened = "2026-03-02T09:00:00Z";
    let (before, inside) = ("2026-03-05T09:00:00Z", "2026-03-11T09:00:00Z");
    for number in 1..=7 {
        let merged = (number == 3).then_some("2026-03-12T09:00:00Z");
        team.pull_request(number, BEN, opened, merged);
    }
    let asked = RequestAction::Requested;
    team.ask(1, ADA, before, asked); // pending all the time
    team.ask(1, ADA, inside, asked); // … and again: the same wait
    team.ask(2, ADA, inside, asked);
    team.review(2, ADA, "2026-03-23T09:00:00Z");
    team.ask(3, ADA, before, asked); // merged meanwhile
    team.ask(4, ADA, inside, asked);
    team.ask(4, ADA, "2026-03-11T12:00:00Z", RequestAction::Removed);
    team.ask(5, ADA, before, asked); // reviewed before leaving
    team.review(5, ADA, "2026-03-06T09:00:00Z");
    team.ask(6, CEM, inside, asked); // somebody else
    team.ask(7, ADA, "2026-03-24T09:00:00Z", asked); // after the return
    let lines = team.lines();
    let from = lines
        .iter()
        .position(|line| line.starts_with("Review requests to this person"))
        .unwrap();
    assert_eq!(
        lines[from..from + 5],
        [
            "Review requests to this person that were opened or pending from 2026-03-09 to 2026-03-20: n = 4.",
            "widgets#1 asked 2026-03-05, pending at the end of 2026-04-30",
            "widgets#3 asked 2026-03-05, merged without this person's review 2026-03-12",
            "widgets#2 asked 2026-03-11, reviewed by this person 2026-03-23",
            "widgets#4 asked 2026-03-11, withdrawn 2026-03-11",
        ]
    );
}

#[test]
fn own_events_inside_are_listed_and_those_outside_are_not() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-02T09:00:00Z", None);
    team.pull_request(2, ADA, "2026-03-06T09:00:00Z", Some("2026-03-12T09:00:00Z"));
    team.comment(1, ADA, "2026-03-08T23:59:59Z");
    team.review(1, ADA, "2026-03-10T09:00:00Z");
    team.comment(1, ADA, "2026-03-10T09:00:00Z"); // came with the review
    team.facts.timeline.push(TimelineEvent {
        repository: WIDGETS,
        number: PrNumber(1),
        at: at("2026-03-20T23:59:59Z"),
        event: "labeled".to_owned(),
        actor: Some(ADA),
        detail: None,
        reason: None,
    });
    team.comment(1, ADA, "2026-03-21T00:00:00Z");
    let lines = team.lines();
    let from = lines
        .iter()
        .position(|line| line.starts_with("Events on GitHub"))
        .unwrap();
    assert_eq!(
        lines[from..from + 4],
        [
            "Events on GitHub under this person's account from 2026-03-09 to 2026-03-20: n = 3.",
            "2026-03-10 · reviewed widgets#1",
            "2026-03-12 · merged widgets#2",
            "2026-03-20 · acted on widgets#1",
        ]
    );
}

#[test]
fn a_period_that_is_cut_says_so_and_one_that_is_not_seen_has_no_figures() {
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-01-05T09:00:00Z", Some("2026-01-06T09:00:00Z"));
    team.deployments = Some(vec![at("2026-01-06T10:00:00Z")]);
    team.window.since = at("2026-03-02T00:00:00Z");
    team.as_of = at("2026-03-21T00:00:00Z");
    assert_eq!(team.row("Working days"), ["5", "10", "not observed"]);
    assert_eq!(
        team.row("Successful production"),
        ["0.00 (n = 0)", "0.00 (n = 0)", "not observed"]
    );
    assert_eq!(team.row("Turnaround")[2], "not observed");
    let lines = team.lines();
    let said = |text: &str| assert!(lines.iter().any(|line| line == text), "{lines:#?}");
    said("The period before is cut: the window starts inside it or after it.");
    said("not observed: after (the window or the as-of instant ends inside it or before it).");
    said("after: not observed");
}

#[test]
fn what_was_not_read_is_not_observed_and_never_nought() {
    let mut team = Team::new();
    team.has_pull_requests = false;
    team.missing = vec!["deployments of widgets: none".to_owned()];
    let card = team.card(ADA).unwrap();
    assert!(
        !card
            .blocks
            .iter()
            .any(|block| matches!(block, Block::Table(_)))
    );
    let lines = lines(&card);
    assert!(lines.contains(&"not observed: deployments of widgets: none.".to_owned()));
    assert!(lines.contains(&"not observed: pull requests were not read.".to_owned()));
    assert!(
        !lines.iter().any(|line| line.contains("n = 0")),
        "{lines:#?}"
    );
    // Before the first record there is no "none" either.
    let mut team = Team::new();
    team.pull_request(1, BEN, "2026-03-10T09:00:00Z", None);
    team.deployments = Some(vec![at("2026-03-11T09:00:00Z")]);
    assert_eq!(team.row("Merged")[0], "not observed");
    assert_eq!(team.row("Successful production")[0], "not observed");
    assert_eq!(team.row("Successful production")[1], "0.10 (n = 1)");
}

#[test]
fn another_absence_beside_the_card_is_named() {
    let mut team = Team::new();
    team.absences.push(away(ADA, "2026-04-02", "2026-04-03"));
    team.absences.push(away(CEM, "2026-02-16", "2026-02-20"));
    let lines = team.lines();
    assert!(
        lines.contains(
            &"Inside the period after: Declared absence: 2026-04-02 to 2026-04-03.".to_owned()
        ),
        "{lines:#?}"
    );
    assert!(!lines.iter().any(|line| line.contains("2026-02-16")));
}

#[test]
fn the_length_of_an_absence_is_counted_in_the_person_s_own_working_days() {
    let mut team = Team::new();
    // Two weeks from Monday to Friday: ten working days, and nine where one of them is no working day of the team.
    assert_eq!(team.found().len(), 1);
    team.calendar = "working_days = [\"mon\", \"tue\", \"wed\", \"thu\"]".to_owned();
    assert_eq!(team.found().len(), 0);
    // Ada works every day, and the team still does not: long enough, and eight days of the team's.
    team.calendar += "\n[[member]]\nlogin = \"ada\"\ncalendar = { working_days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"] }";
    let found = team.found();
    assert_eq!(found.len(), 1);
    let [before, during, after] = &found[0].figures;
    assert_eq!(before.working_days, Some(16.0));
    assert_eq!(during.working_days, Some(8.0));
    assert_eq!(after.working_days, Some(16.0));
}

/// A team with one thing of every kind in every period, and one of every reason to leave it out.
fn busy() -> Team {
    let mut team = Team::new();
    let asked = RequestAction::Requested;
    team.deployments = Some(vec![at("2026-02-16T10:00:00Z"), at("2026-03-11T10:00:00Z")]);
    team.pull_request(1, BEN, "2026-02-10T10:00:00Z", Some("2026-03-10T10:00:00Z"));
    team.pull_request(2, BOT, "2026-03-09T10:00:00Z", Some("2026-03-10T10:00:00Z"));
    team.pull_request(3, BEN, "2026-03-12T10:00:00Z", None);
    // Waited from the days before into the days away; withdrawn, so that it has no turnaround.
    team.ask(1, ADA, "2026-03-05T10:00:00Z", asked);
    team.ask(1, ADA, "2026-03-09T10:00:00Z", RequestAction::Removed);
    // Asked in the days away and still open.
    team.ask(3, ADA, "2026-03-13T10:00:00Z", asked);
    team.comment(1, ADA, "2026-03-06T10:00:00Z");
    team
}

#[test]
fn the_figures_of_an_absence_are_those_counted_by_hand() {
    let team = busy();
    let (tables, question) = (team.tables(), team.question());
    let metric = linchpin::metrics::find("absence.resilience").unwrap();
    let measure = metric.over(&tables, &question);
    let cell = measure.people_cells().next().unwrap();
    assert_eq!(cell.scope.person, Some(ADA));
    assert_eq!(cell.scope.area.as_deref(), Some("2026-03-09 to 2026-03-20"));
    let Measured::Value { n, value, .. } = &cell.measured else {
        panic!("it is measured");
    };
    // Before (9 February to 8 March): one deployment; nothing merged; 1 asked, withdrawn; 1 is open at the end, quiet since Ada's
    // comment on Friday the 6th, 10:00, which is 14/24 of a working day; 1 waited; Ada commented once.
    // During: one deployment; 1 merged (2 is a bot's); 3 asked and still open; 3 open at the end, quiet since the request by its
    // author on Thursday the 12th, which is no event by another person: 14/24 and 6 more days less the weekend, so stuck;
    // 1 and 3 waited; no act. After: nothing but 3, open, stuck and waiting.
    let expected = [
        ("during_waited", 2.0),
        ("during_own_events", 0.0),
        ("during_deployments", 1.0),
        ("during_merged", 1.0),
        ("during_open", 1.0),
        ("during_stuck", 1.0),
        ("during_turnarounds", 1.0),
        ("during_turnarounds_running", 1.0),
        ("during_working_days", 10.0),
        ("before_waited", 1.0),
        ("before_own_events", 1.0),
        ("before_deployments", 1.0),
        ("before_merged", 0.0),
        ("before_open", 1.0),
        ("before_stuck", 0.0),
        ("before_turnarounds", 0.0),
        ("before_turnarounds_running", 0.0),
        ("before_working_days", 20.0),
        ("after_waited", 1.0),
        ("after_own_events", 0.0),
        ("after_deployments", 0.0),
        ("after_merged", 0.0),
        ("after_open", 1.0),
        ("after_stuck", 1.0),
        ("after_turnarounds", 0.0),
        ("after_turnarounds_running", 0.0),
        ("after_working_days", 20.0),
    ];
    let found: Vec<(&str, f64)> = value
        .0
        .iter()
        .map(|(name, _)| (*name, value.get(name).unwrap()))
        .collect();
    assert_eq!(found, expected);
    // 2 deployments, 1 merge, 1 turnaround, 3 open at an end, 4 waits, 1 act.
    assert_eq!(*n, 12);
    assert_eq!(cell.ledger.included, 12);
    assert_eq!(
        cell.ledger.excluded,
        Counts::from([("by_automation", 1), ("withdrawn", 1)])
    );
    assert_eq!(cell.ledger.population(), 14);
    assert_eq!(measure.rows.len(), 14);
}

#[test]
fn the_team_has_no_figure_of_an_absence_and_every_row_is_the_person_s() {
    let team = busy();
    let metric = linchpin::metrics::find("absence.resilience").unwrap();
    let measure = metric.over(&team.tables(), &team.question());
    assert!(!measure.rows.is_empty());
    assert!(measure.rows.iter().all(|row| row.person == Some(ADA)));
    for cell in measure.team_cells() {
        assert!(
            matches!(cell.measured, Measured::NotApplicable { .. }),
            "{cell:?}"
        );
        assert_eq!(cell.ledger.population(), 0);
        assert_eq!(cell.scope.area, None);
    }
    assert!(measure.notes.is_empty());
}

#[test]
fn an_absence_that_has_no_figure_is_counted_with_its_reason() {
    let mut team = busy();
    team.absences = vec![
        away(ADA, "2026-03-09", "2026-03-10"),
        away(BEN, "2025-03-03", "2025-04-30"),
        away(BOT, "2026-03-09", "2026-03-31"),
    ];
    let metric = linchpin::metrics::find("absence.resilience").unwrap();
    let measure = metric.over(&team.tables(), &team.question());
    let fates: Vec<Fate> = measure.rows.iter().map(|row| row.fate).collect();
    assert_eq!(
        fates,
        [
            Fate::Excluded("fewer_than_ten_working_days"),
            Fate::Excluded("outside_the_window"),
            Fate::Excluded("not_a_person"),
        ]
    );
    assert_eq!(measure.people_cells().count(), 0);
}

fn id_of(people: &[Person], login: Option<&String>) -> Option<PersonId> {
    let login = login?;
    let found = people.iter().find(|person| person.logins[0].0 == *login);
    found.map(|person| person.id)
}

/// A demo's pull requests and deployments as the team of a card.
fn team_of(world: &World) -> Team {
    let mut team = Team::new();
    team.people = (0..)
        .zip(&world.host.accounts)
        .map(|(id, account)| {
            let is_bot = account.kind == linchpin::demo::model::ActorType::Bot;
            let class = Account::of_login(&account.login, is_bot);
            person(id, &account.login, class)
        })
        .collect();
    team.window.since = at("2025-07-01T00:00:00Z");
    team.window.until = world.as_of;
    team.as_of = world.as_of;
    team.deployments = Some(shipped(&world.host));
    team.repositories.clear();
    for (index, repository) in (0..).zip(&world.host.repositories) {
        let name = format!("{}/{}", repository.owner, repository.name);
        for pr in &repository.pull_requests {
            add(&mut team, RepositoryId(index), &name, pr);
        }
        team.repositories
            .insert(RepositoryId(index), name.parse().unwrap());
    }
    team.absences = world
        .truths
        .holiday
        .iter()
        .map(|truth| RosterAbsence {
            person: id_of(&team.people, Some(&truth.login)).unwrap(),
            from: truth.from,
            to: truth.to,
        })
        .collect();
    team
}

fn shipped(host: &Host) -> Vec<Timestamp> {
    let all = host
        .repositories
        .iter()
        .flat_map(|repository| &repository.deployments);
    all.filter(|deployment| deployment.environment == "production")
        .filter_map(|deployment| {
            let success = |status: &&(String, Timestamp)| status.0 == "SUCCESS";
            Some(deployment.statuses.iter().find(success)?.1)
        })
        .collect()
}

fn add(team: &mut Team, repository: RepositoryId, name: &str, pr: &HostPullRequest) {
    let people = team.people.clone();
    let number = PrNumber(pr.number);
    let ready = pr
        .timeline
        .iter()
        .filter(|event| event.what == EventKind::ReadyForReview);
    let ready_at = ready.map(|event| event.at).max().unwrap_or(pr.created_at);
    let rows = team.facts.pull_requests.len();
    let author = id_of(&people, pr.author.as_ref());
    team.pull_request(pr.number, ADA, "2026-01-01T00:00:00Z", None);
    let row = &mut team.facts.pull_requests[rows];
    row.repository = repository;
    row.url = format!("https://github.com/{name}/pull/{}", pr.number);
    row.author = author;
    row.created_at = pr.created_at;
    row.ready_at = (!pr.is_draft).then_some(ready_at);
    row.merged_at = pr.merged_at;
    row.closed_at = pr.closed_at;
    row.merged_by = id_of(&people, pr.merged_by.as_ref());
    for review in &pr.reviews {
        let rows = team.facts.reviews.len();
        team.review(pr.number, ADA, &review.submitted_at.unwrap().to_string());
        team.facts.reviews[rows].repository = repository;
        team.facts.reviews[rows].author = id_of(&people, review.author.as_ref());
    }
    let inline = pr.threads.iter().flat_map(|thread| &thread.comments);
    for comment in inline.chain(&pr.comments) {
        let rows = team.facts.comments.len();
        team.comment(pr.number, ADA, &comment.created_at.to_string());
        team.facts.comments[rows].repository = repository;
        team.facts.comments[rows].author = id_of(&people, comment.author.as_ref());
    }
    for event in &pr.timeline {
        let actor = id_of(&people, event.actor.as_ref());
        if let EventKind::ReviewRequested {
            reviewer,
            team: slug,
        } = &event.what
        {
            team.facts.review_requests.push(ReviewRequest {
                repository,
                number,
                at: event.at,
                action: RequestAction::Requested,
                reviewer: id_of(&people, reviewer.as_ref()),
                team: slug.clone(),
                actor,
            });
        } else {
            team.facts.timeline.push(TimelineEvent {
                repository,
                number,
                at: event.at,
                event: "other".to_owned(),
                actor,
                detail: None,
                reason: None,
            });
        }
    }
}

/// The rate at the start of a cell: `0.85 (n = 17)`.
fn rate(cell: &str) -> f64 {
    cell.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_planted_holiday_has_a_card_and_nobody_else_has() {
    let world = build(&Plants::default());
    let truth = world.truths.holiday.clone().unwrap();
    let team = team_of(&world);
    let logins: Vec<&str> = team
        .people
        .iter()
        .filter(|person| team.card(person.id).is_some())
        .map(|person| person.logins[0].0.as_str())
        .collect();
    assert_eq!(logins, [truth.login.as_str()]);
    let card = team.card(team.absences[0].person).unwrap();
    let [_, during, _] = row(&card, "First to last day");
    assert_eq!(during, format!("{} to {}", truth.from, truth.to));
    assert_eq!(row(&card, "Working days"), ["20", "10", "20"]);
    let lines = lines(&card);
    for start in ["Events on GitHub", "Review requests to this person"] {
        let line = lines.iter().find(|line| line.starts_with(start)).unwrap();
        assert!(line.ends_with(": n = 0."), "{line}");
    }
    // The demo's team goes on at its own pace while the lead is away.
    let [before, during, after] = row(&card, "Successful production").map(|cell| rate(&cell));
    assert!(
        before.min(after) - 0.3 <= during && during <= before.max(after) + 0.3,
        "{before} {during} {after}"
    );
    // The same by counting the host's own deployments.
    let first = truth.from.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let last = truth.to.tomorrow().unwrap();
    let last = last.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let n = shipped(&world.host)
        .iter()
        .filter(|at| first <= **at && **at < last)
        .count();
    assert!(row(&card, "Successful production")[1].ends_with(&format!("(n = {n})")));
    assert!(n > 0);
}

#[test]
fn without_the_holiday_there_is_no_card() {
    let team = team_of(&build(&Plants {
        holiday: false,
        ..Plants::default()
    }));
    assert!(
        team.people
            .iter()
            .all(|person| team.card(person.id).is_none())
    );
    assert!(team.found().is_empty());
}

#[test]
fn the_card_does_not_judge() {
    let mut team = team_of(&build(&Plants::default()));
    team.window.since = at("2026-02-20T00:00:00Z");
    team.as_of = at("2026-04-01T00:00:00Z");
    team.missing = vec!["pull requests of parcels: not read".to_owned()];
    let card = team.card(team.absences[0].person).unwrap();
    let table = card.blocks.iter().find_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let cells = table.unwrap().rows.iter().flatten();
    let mut words: Vec<String> = cells.map(|cell| cell.words().into_owned()).collect();
    words.extend(lines(&card));
    for block in &card.blocks {
        if let Block::Heading(_, spans) = block {
            words.push(plain(spans));
        }
    }
    assert!(words.len() > 30);
    for text in words {
        assert_eq!(lint::text(&text), [], "{text}");
    }
}
