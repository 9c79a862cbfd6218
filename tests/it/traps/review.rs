//! Review load: every trap that other tools fell into, and facts that contradict each other.

use jiff::Timestamp;
use linchpin::domain::{
    Account, Comment, CommentKind, Completeness, Granularity, Login, Origin, Person, PersonId,
    PrNumber, PullRequest, PullRequestFile, PullRequestState, RepositoryId, RequestAction, Review,
    ReviewRequest, ReviewState, Stream, StreamCertificate, Team, TeamMember, TimelineEvent, Window,
};
use linchpin::metrics::measure::{Cell, LedgerRow, Measured};
use linchpin::metrics::{Measure, find};
use linchpin::register::{PrivateRegister, Register};
use linchpin::tables::{Repository, Tables};
use linchpin::work::{Fate, Question};

const ADA: PersonId = PersonId(0);
const BEN: PersonId = PersonId(1);
const CLEO: PersonId = PersonId(2);
const BOT: PersonId = PersonId(3);
const AI: PersonId = PersonId(4);
const WIDGETS: RepositoryId = RepositoryId(1);

fn at(text: &str) -> Timestamp {
    format!("2026-{text}:00Z").parse().unwrap()
}

/// Three people, a bot and an AI reviewer over one repository.
struct World {
    tables: Tables,
    as_of: Timestamp,
    since: Timestamp,
    register: String,
}

impl World {
    fn new() -> Self {
        let person = |id: u32, login: &str, account| Person {
            is_known: true,
            names: Vec::new(),
            id: PersonId(id),
            display_name: login.to_owned(),
            logins: vec![Login(login.to_owned())],
            emails: vec![],
            account,
        };
        let tables = Tables {
            repositories: vec![Repository {
                repository: WIDGETS,
                name: "acme/widgets".to_owned(),
                url: None,
                default_branch: None,
                former_names: Vec::new(),
            }],
            people: vec![
                person(0, "ada", Account::Human),
                person(1, "ben", Account::Human),
                person(2, "cleo", Account::Human),
                person(3, "renovate", Account::Automation),
                person(4, "copilot", Account::AiReviewer),
            ],
            ..Tables::default()
        };
        Self {
            tables,
            as_of: at("04-01T00:00"),
            since: at("01-01T00:00"),
            register: String::new(),
        }
    }

    /// A pull request by Ada.
    fn pull(&mut self, number: u64, opened: &str, merged: Option<&str>) -> &mut Self {
        let merged_at = merged.map(at);
        self.tables.facts.pull_requests.push(PullRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            node: format!("PR_{number}"),
            title: "Change".to_owned(),
            url: format!("https://github.example/acme/widgets/pull/{number}"),
            author: Some(ADA),
            state: merged_at.map_or(PullRequestState::Open, |_| PullRequestState::Merged),
            is_draft: false,
            created_at: at(opened),
            ready_at: Some(at(opened)),
            first_commit_at: None,
            merged_at,
            closed_at: merged_at,
            updated_at: at(opened),
            merged_by: None,
            merge_commit: None,
            base_branch: "main".to_owned(),
            head_branch: "change".to_owned(),
            additions: 1,
            deletions: 0,
            n_files: 1,
            n_commits: 1,
            n_reviews: 0,
            n_comments: 0,
            labels: vec![],
            closes_issues: vec![],
            origin: Origin::NoEvidence,
            answers_for: None,
        });
        self.tables.facts.pull_request_files.push(PullRequestFile {
            repository: WIDGETS,
            number: PrNumber(number),
            path: "core/a.rs".into(),
            additions: 1,
            deletions: 0,
        });
        self
    }

    fn event(
        &mut self,
        number: u64,
        when: &str,
        action: RequestAction,
        who: Option<PersonId>,
    ) -> &mut Self {
        self.tables.facts.review_requests.push(ReviewRequest {
            repository: WIDGETS,
            number: PrNumber(number),
            at: at(when),
            action,
            reviewer: who,
            team: who.is_none().then(|| "core".to_owned()),
            actor: Some(ADA),
        });
        self
    }

    fn ask(&mut self, number: u64, when: &str, who: PersonId) -> &mut Self {
        self.event(number, when, RequestAction::Requested, Some(who))
    }

    fn remove(&mut self, number: u64, when: &str, who: PersonId) -> &mut Self {
        self.event(number, when, RequestAction::Removed, Some(who))
    }

    fn ask_team(&mut self, number: u64, when: &str) -> &mut Self {
        self.event(number, when, RequestAction::Requested, None)
    }

    fn review(&mut self, number: u64, when: &str, who: PersonId) -> &mut Self {
        let n = self.tables.facts.reviews.len();
        self.tables.facts.reviews.push(Review {
            repository: WIDGETS,
            number: PrNumber(number),
            review: format!("R_{n}"),
            author: Some(who),
            state: ReviewState::Approved,
            verdict: ReviewState::Approved,
            submitted_at: at(when),
            dismissed_at: None,
            n_inline_comments: 0,
            body_length: 0,
        });
        self
    }

    fn comment(&mut self, number: u64, when: &str, who: PersonId) -> &mut Self {
        let n = self.tables.facts.comments.len();
        self.tables.facts.comments.push(Comment {
            repository: WIDGETS,
            number: PrNumber(number),
            comment: format!("C_{n}"),
            kind: CommentKind::Conversation,
            author: Some(who),
            created_at: at(when),
            path: None,
            thread: None,
            body_length: 5,
            url: String::new(),
            calls_agent: None,
            body: "hello".to_owned(),
        });
        self
    }

    fn measure(&self, id: &str) -> Measure {
        let certificate = StreamCertificate {
            repository: WIDGETS,
            stream: Stream::PullRequests,
            completeness: Completeness::Complete,
            reason: None,
            fix: None,
            expected: None,
            fetched: 1,
            watermark: None,
            accepted: None,
        };
        let window = Window {
            since: self.since,
            until: self.as_of,
        };
        let register = linchpin::register::parse(&self.register, "linchpin.toml").unwrap();
        let register = Register {
            minimum_n: 1,
            ..register
        };
        let question = Question::new(
            &register,
            &self.tables.repositories,
            vec![certificate],
            self.as_of,
            window,
            Granularity::Week,
        )
        .unwrap()
        .with_people(&register, &PrivateRegister::default(), &self.tables.people);
        find(id).unwrap().over(&self.tables, &question)
    }
}

/// The window's figure of a person, or of everybody.
fn figure(measure: &Measure, person: Option<PersonId>) -> Option<&Cell> {
    measure.cells.iter().find(|cell| {
        cell.bucket.is_none() && cell.scope.area.is_none() && cell.scope.person == person
    })
}

fn number(measure: &Measure, person: Option<PersonId>, name: &str) -> Option<f64> {
    match &figure(measure, person)?.measured {
        Measured::Value { value, .. } => value.get(name),
        _ => None,
    }
}

fn fates(measure: &Measure) -> Vec<Fate> {
    measure.rows.iter().map(|row| row.fate).collect()
}

fn included(measure: &Measure) -> Vec<&LedgerRow> {
    let rows = measure.rows.iter();
    rows.filter(|row| row.fate == Fate::Included).collect()
}

/// Every metric of the family.
const FAMILY: [&str; 10] = [
    "review.absence_what_if",
    "review.concentration",
    "review.done",
    "review.first_response",
    "review.queue",
    "review.requested",
    "review.sole_approver",
    "review.turnaround",
    "review.waiting",
    "review.waiting_hours",
];

#[test]
fn the_clock_starts_at_the_review_request_and_never_at_publication() {
    // Opened on Monday 08:00, asked on Friday 10:00, reviewed 13:00: 3 hours, not 101.
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .ask(1, "03-06T10:00", BEN)
        .review(1, "03-06T13:00", BEN);
    let measure = world.measure("review.turnaround");
    assert_eq!(number(&measure, Some(BEN), "p50"), Some(3.0));
    // The author's question is another one: it starts at the publication.
    let response = world.measure("review.first_response");
    assert_eq!(number(&response, None, "p50"), Some(101.0));
}

#[test]
fn more_than_a_hundred_nested_reviews_all_count() {
    let mut world = World::new();
    world.pull(1, "03-02T08:00", None);
    for minute in 0..130 {
        let when = format!("03-03T{:02}:{:02}", 8 + minute / 60, minute % 60);
        world.review(1, &when, BEN);
    }
    let measure = world.measure("review.done");
    assert_eq!(number(&measure, Some(BEN), "count"), Some(130.0));
    assert_eq!(number(&measure, Some(BEN), "pull_requests"), Some(1.0));
}

#[test]
fn the_bot_flag_is_applied_to_every_review_metric() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", Some("03-04T12:00"))
        .ask(1, "03-02T09:00", BEN)
        .review(1, "03-03T09:00", BEN)
        .comment(1, "03-03T10:00", CLEO)
        .pull(2, "03-05T08:00", None)
        .ask(2, "03-05T09:00", CLEO);
    let figures = |world: &World| -> Vec<(String, Vec<(Cell, Measured)>)> {
        let family = FAMILY.iter().map(|id| {
            let cells = world.measure(id).cells.into_iter();
            let people = cells.filter(|cell| cell.scope.person.is_none_or(|who| who < BOT));
            (
                (*id).to_owned(),
                people
                    .map(|cell| {
                        let scope = Cell {
                            ledger: linchpin::metrics::measure::Ledger::default(),
                            measured: Measured::TooFew { n: 0 },
                            ..cell.clone()
                        };
                        (scope, cell.measured)
                    })
                    .collect(),
            )
        });
        family.collect()
    };
    let without = figures(&world);
    for bot in [BOT, AI] {
        world
            .ask(1, "03-02T08:30", bot)
            .review(1, "03-02T08:31", bot)
            .comment(1, "03-02T08:32", bot)
            .ask(2, "03-05T08:30", bot)
            .review(2, "03-05T08:31", bot);
    }
    for (with, without) in figures(&world).iter().zip(&without) {
        assert_eq!(with, without);
    }
}

#[test]
fn one_ai_comment_does_not_make_the_first_response_instant() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .comment(1, "03-02T08:01", AI)
        .comment(1, "03-02T12:00", BEN);
    let measure = world.measure("review.first_response");
    assert_eq!(number(&measure, None, "p50"), Some(4.0));
}

/// What is said of Ben, who answers so many pull requests at once and so many after hours, by comments or by reviews.
fn answered_by_ben(n_fast: u64, n_slow: u64, by_review: bool) -> World {
    let mut world = World::new();
    for number in 1..=n_fast + n_slow {
        let at = if number <= n_fast { "08:01" } else { "12:00" };
        let at = format!("03-02T{at}");
        let pull = world.pull(number, "03-02T08:00", None);
        if by_review {
            pull.review(number, &at, BEN);
        } else {
            pull.comment(number, &at, BEN);
        }
    }
    world
}

fn withheld(measure: &Measure) -> Option<String> {
    let whole = measure.cells.iter().find(|cell| cell.bucket.is_none());
    match &whole.unwrap().measured {
        Measured::NotObserved { because, fix } => {
            Some(format!("{because}: {}", fix.as_deref().unwrap_or_default()))
        }
        _ => None,
    }
}

#[test]
fn what_an_account_spoils_that_answers_like_a_machine_is_withheld_and_the_account_not_named() {
    let said = |metric: &str, world: &World| withheld(&world.measure(metric));
    for (by_review, word) in [(false, "answers"), (true, "answers")] {
        let world = answered_by_ben(8, 2, by_review);
        let measure = world.measure("review.first_response");
        let said = withheld(&measure).expect("withheld");
        let expected = format!("one account {word} pull requests within a minute");
        assert!(said.starts_with(&expected), "{said}");
        assert!(said.contains("`bots`") && !said.contains("ben"), "{said}");
        // The rows stay, and no figure of an area or a bucket tells what is withheld.
        assert_eq!(measure.rows.len(), 10);
        let told = |cell: &&Cell| matches!(cell.measured, Measured::Value { .. });
        assert_eq!(measure.cells.iter().filter(told).count(), 0);
    }
    // Comments end no wait for a review, and reviews do.
    let reviewed = said("flow.pickup_time", &answered_by_ben(8, 2, true)).expect("withheld");
    assert!(reviewed.starts_with("one account reviews pull requests"));
    // Four times is chance; and somebody who is as often slow reads.
    assert_eq!(
        said("review.first_response", &answered_by_ben(4, 1, false)),
        None
    );
    assert_eq!(
        said("review.first_response", &answered_by_ben(7, 2, false)),
        None
    );
}

#[test]
fn whoever_the_register_names_as_a_member_or_as_a_bot_is_no_suspect() {
    let mut world = answered_by_ben(8, 2, false);
    world.register = "[[member]]\nlogin = \"ben\"\n".to_owned();
    assert_eq!(withheld(&world.measure("review.first_response")), None);
    world.register.clear();
    world.tables.people[1].account = Account::Automation;
    // A bot ends no wait: all of them go on, and that is what is said.
    let measure = world.measure("review.first_response");
    assert_eq!(withheld(&measure), None);
    assert!(measure.rows.iter().all(|row| row.is_running));
}

#[test]
fn an_authors_own_replies_are_no_reviews() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .review(1, "03-02T09:00", ADA)
        .review(1, "03-02T10:00", BEN);
    let measure = world.measure("review.done");
    assert_eq!(number(&measure, None, "count"), Some(1.0));
    assert!(fates(&measure).contains(&Fate::Excluded("own_pull_request")));
    assert_eq!(
        number(&world.measure("review.first_response"), None, "p50"),
        Some(2.0)
    );
}

#[test]
fn a_review_on_an_older_pull_request_is_not_lost_to_a_search_by_creation_date() {
    let mut world = World::new();
    world.since = at("03-01T00:00");
    world
        .pull(1, "01-05T08:00", None)
        .ask(1, "03-02T08:00", BEN)
        .review(1, "03-02T09:00", BEN);
    for (id, name) in [
        ("review.done", "count"),
        ("review.requested", "count"),
        ("review.turnaround", "p50"),
    ] {
        assert_eq!(
            number(&world.measure(id), Some(BEN), name),
            Some(1.0),
            "{id}"
        );
    }
}

#[test]
fn somebody_who_was_never_asked_has_no_turnaround_and_not_one_of_zero() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .review(1, "03-02T09:00", CLEO)
        .ask(1, "03-02T10:00", BEN);
    let measure = world.measure("review.turnaround");
    assert!(figure(&measure, Some(CLEO)).is_none());
    // The one request still runs: the median is not reached, and it is no zero either.
    assert_eq!(number(&measure, Some(BEN), "p50"), None);
    assert_eq!(included(&measure).len(), 1);
    assert!(included(&measure)[0].is_running);
}

#[test]
fn documentation_and_code_agree_on_which_instant_buckets_a_request() {
    // Asked on Sunday of week 10, reviewed on Monday of week 11.
    let mut world = World::new();
    world
        .pull(1, "03-08T08:00", None)
        .ask(1, "03-08T20:00", BEN)
        .review(1, "03-09T08:00", BEN);
    for (id, cohort, week) in [
        ("review.turnaround", "requested", "2026-W10"),
        ("review.requested", "requested", "2026-W10"),
        ("review.done", "submitted", "2026-W11"),
    ] {
        let measure = world.measure(id);
        assert!(
            measure.definition.cohort.unwrap().starts_with(cohort),
            "{id}"
        );
        let bucket = included(&measure)[0].bucket.unwrap().to_string();
        assert_eq!(bucket, week, "{id}");
    }
}

#[test]
fn a_review_after_the_merge_ends_no_wait_and_is_counted_with_its_reason() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", Some("03-03T08:00"))
        .ask(1, "03-02T09:00", BEN)
        .review(1, "03-04T09:00", BEN);
    let measure = world.measure("review.turnaround");
    assert_eq!(fates(&measure), [Fate::Excluded("reviewed_after_the_end")]);
    assert_eq!(
        fates(&world.measure("review.first_response")),
        [Fate::Excluded("answered_after_the_end")]
    );
    // It was given all the same, and it approved nothing that was still to be merged.
    assert_eq!(
        number(&world.measure("review.done"), Some(BEN), "count"),
        Some(1.0)
    );
    assert_eq!(
        fates(&world.measure("review.sole_approver")),
        [Fate::Excluded("no_human_approval")]
    );
}

#[test]
fn a_request_removed_before_it_was_made_is_counted_with_its_reason() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .remove(1, "03-02T09:00", BEN)
        .ask(1, "03-02T10:00", BEN);
    let measure = world.measure("review.requested");
    assert_eq!(
        fates(&measure),
        [Fate::Excluded("removed_without_a_request"), Fate::Included]
    );
    assert_eq!(
        number(&world.measure("review.waiting"), Some(BEN), "count"),
        Some(1.0)
    );
}

#[test]
fn a_request_after_the_merge_waits_for_nobody() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", Some("03-03T08:00"))
        .ask(1, "03-05T09:00", BEN);
    assert_eq!(
        fates(&world.measure("review.requested")),
        [Fate::Excluded("requested_after_the_end")]
    );
    assert_eq!(
        number(&world.measure("review.queue"), None, "most_open"),
        None
    );
    assert!(world.measure("review.waiting").rows.is_empty());
}

#[test]
fn a_request_on_a_draft_waits_for_its_author_and_is_counted_apart() {
    // Ready; a draft from the start; made a draft after the request; a draft that became ready; ready, and a draft tomorrow.
    let mut world = World::new();
    for number in 1..=5 {
        world
            .pull(number, "03-02T08:00", None)
            .ask(number, "03-02T09:00", BEN);
    }
    world.tables.facts.pull_requests[1].ready_at = None;
    world.tables.facts.pull_requests[3].ready_at = Some(at("03-03T08:00"));
    let mut becomes = |number: u64, event: &str, when: &str| {
        world.tables.facts.timeline.push(TimelineEvent {
            repository: WIDGETS,
            number: PrNumber(number),
            at: at(when),
            event: event.to_owned(),
            actor: Some(ADA),
            detail: None,
            reason: None,
        });
    };
    becomes(3, "convert_to_draft", "03-03T08:00");
    becomes(4, "ready_for_review", "03-03T08:00");
    becomes(5, "convert_to_draft", "03-05T08:00");
    world.as_of = at("03-04T09:00");
    let measure = world.measure("review.waiting");
    let draft = Fate::Excluded("a_draft");
    assert_eq!(
        fates(&measure),
        [Fate::Included, draft, draft, Fate::Included, Fate::Included]
    );
    assert!(
        measure
            .rows
            .iter()
            .all(|row| row.is_running == (row.fate == Fate::Included))
    );
    assert_eq!(number(&measure, Some(BEN), "count"), Some(3.0));
    // Its age is the request's.
    assert_eq!(number(&measure, None, "oldest_hours"), Some(48.0));
    // What is a draft later was none at an instant before.
    world.as_of = at("03-02T10:00");
    let before = world.measure("review.waiting");
    assert_eq!(
        fates(&before),
        [Fate::Included, draft, Fate::Included, draft, Fate::Included]
    );
}

#[test]
fn two_people_with_one_login_never_review_themselves() {
    // Identity has made one person of the author and the person asked.
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .ask(1, "03-02T09:00", ADA)
        .review(1, "03-02T10:00", ADA);
    for id in [
        "review.requested",
        "review.turnaround",
        "review.done",
        "review.waiting",
    ] {
        assert_eq!(
            fates(&world.measure(id)),
            [Fate::Excluded("own_pull_request")],
            "{id}"
        );
    }
}

#[test]
fn asking_again_while_a_request_is_open_is_no_new_request_and_after_the_review_it_is() {
    // 09:00 asked, 10:00 asked again, 12:00 reviewed: 3 h. 14:00 asked again, 15:00 reviewed: 1 h. Kaplan–Meier without
    // running rows: S(1) = 1/2, so the median is 1 h and p90 3 h.
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .ask(1, "03-02T09:00", BEN)
        .ask(1, "03-02T10:00", BEN)
        .review(1, "03-02T12:00", BEN)
        .ask(1, "03-02T14:00", BEN)
        .review(1, "03-02T15:00", BEN)
        .review(1, "03-02T16:00", BEN);
    assert_eq!(
        number(&world.measure("review.requested"), Some(BEN), "count"),
        Some(2.0)
    );
    let measure = world.measure("review.turnaround");
    assert_eq!(number(&measure, Some(BEN), "p50"), Some(1.0));
    assert_eq!(number(&measure, Some(BEN), "p90"), Some(3.0));
    assert_eq!(
        number(&world.measure("review.done"), Some(BEN), "count"),
        Some(3.0)
    );
}

#[test]
fn a_team_waits_until_a_member_reviews_and_a_stranger_does_not_end_it() {
    let mut world = World::new();
    world.tables.facts.teams.push(Team {
        repository: WIDGETS,
        team: "core".to_owned(),
        name: "Core".to_owned(),
        parent: None,
        n_members: 1,
    });
    world.tables.facts.team_members.push(TeamMember {
        repository: WIDGETS,
        team: "core".to_owned(),
        person: CLEO,
    });
    world
        .pull(1, "03-02T08:00", None)
        .ask_team(1, "03-02T09:00")
        .review(1, "03-02T10:00", BEN)
        .review(1, "03-02T14:00", CLEO);
    let measure = world.measure("review.turnaround");
    assert_eq!(number(&measure, None, "p50"), Some(5.0));
    assert!(measure.cells.iter().all(|cell| cell.scope.person.is_none()));
    // Whose members are not known is answered by anybody but the author.
    world.tables.facts.teams.clear();
    world.tables.facts.team_members.clear();
    assert_eq!(
        number(&world.measure("review.turnaround"), None, "p50"),
        Some(1.0)
    );
}

#[test]
fn a_request_that_still_runs_lengthens_the_median_and_is_never_dropped() {
    // 2 h, 4 h and one that has run for 100 h: S(2) = 2/3, S(4) = 1/3: the median is 4 h; without the running one it is 2 h.
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .ask(1, "03-02T08:00", BEN)
        .review(1, "03-02T10:00", BEN)
        .ask(1, "03-03T08:00", BEN)
        .review(1, "03-03T12:00", BEN);
    let short = number(&world.measure("review.turnaround"), Some(BEN), "p50");
    world.ask(1, "03-27T20:00", BEN);
    let measure = world.measure("review.turnaround");
    assert_eq!(
        (short, number(&measure, Some(BEN), "p50")),
        (Some(2.0), Some(4.0))
    );
    assert_eq!(number(&measure, Some(BEN), "running"), Some(1.0));
    let waiting = world.measure("review.waiting");
    assert_eq!(number(&waiting, Some(BEN), "oldest_hours"), Some(100.0));
}

#[test]
fn a_queue_is_replayed_day_by_day_with_arrivals_departures_and_age() {
    // Two days: on the first two come and one goes (one open, 14 h old at midnight); on the second the other goes (none open).
    // Mean (1 + 0) / 2.
    let mut world = World::new();
    (world.since, world.as_of) = (at("03-02T00:00"), at("03-04T00:00"));
    world
        .pull(1, "03-02T08:00", None)
        .pull(2, "03-02T08:00", None)
        .ask(1, "03-02T10:00", BEN)
        .ask(2, "03-02T11:00", BEN)
        .review(2, "03-02T12:00", BEN)
        .review(1, "03-03T12:00", BEN);
    let measure = world.measure("review.queue");
    for (name, expected) in [
        ("mean_open", 0.5),
        ("most_open", 1.0),
        ("arrivals", 2.0),
        ("departures", 2.0),
        ("days", 2.0),
        ("oldest_hours", 14.0),
    ] {
        assert_eq!(number(&measure, Some(BEN), name), Some(expected), "{name}");
    }
    // At any past instant: what was open at noon of the first day is found as of then.
    world.as_of = at("03-02T11:30");
    assert_eq!(
        number(&world.measure("review.waiting"), Some(BEN), "count"),
        Some(2.0)
    );
    world.as_of = at("03-03T11:30");
    assert_eq!(
        number(&world.measure("review.waiting"), Some(BEN), "count"),
        Some(1.0)
    );
}

#[test]
fn hours_waited_are_divided_equally_among_those_pending_and_add_up() {
    // Asked at 09:00, looked at as of 13:00: 4 hours, 2 each. A team's part is nobody's.
    let mut world = World::new();
    world.as_of = at("03-02T13:00");
    world
        .pull(1, "03-02T08:00", None)
        .ask(1, "03-02T09:00", BEN)
        .ask(1, "03-02T09:00", CLEO);
    let measure = world.measure("review.waiting_hours");
    for person in [BEN, CLEO] {
        assert_eq!(number(&measure, Some(person), "waited_hours"), Some(2.0));
    }
    assert_eq!(number(&measure, None, "waited_hours"), Some(4.0));
    world.ask_team(1, "03-02T11:00");
    let measure = world.measure("review.waiting_hours");
    // 2 h for two and 2 h for three: 1 + 2/3 each, the rest is the team's.
    let each = number(&measure, Some(BEN), "waited_hours").unwrap();
    assert!((each - (1.0 + 2.0 / 3.0)).abs() < 1e-9, "{each}");
    assert!((number(&measure, None, "waited_hours").unwrap() - 4.0).abs() < 1e-9);
}

#[test]
fn hours_waited_in_adjacent_windows_add_up_to_those_of_both() {
    let mut world = World::new();
    world
        .pull(1, "02-27T08:00", None)
        .ask(1, "02-27T09:00", BEN)
        .review(1, "03-03T09:00", BEN);
    let both = number(&world.measure("review.waiting_hours"), None, "waited_hours").unwrap();
    let measure = world.measure("review.waiting_hours");
    // Four days, cut at Monday: 63 hours until 2026-03-02T00:00, 33 after.
    let weeks: Vec<f64> = included(&measure)
        .iter()
        .filter_map(|row| row.value)
        .collect();
    assert_eq!((both, weeks), (96.0, vec![63.0, 33.0]));
    world.since = at("03-02T00:00");
    assert_eq!(
        number(&world.measure("review.waiting_hours"), None, "waited_hours"),
        Some(33.0)
    );
}

#[test]
fn comments_are_left_on_each_or_they_are_not() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", None)
        .pull(2, "03-02T08:00", None)
        .pull(3, "03-02T08:00", None)
        .review(1, "03-02T09:00", BEN)
        .review(2, "03-02T09:00", BEN)
        .review(3, "03-02T09:00", BEN)
        .comment(3, "03-02T10:00", BEN)
        // A comment on what one has not reviewed belongs to no review.
        .pull(4, "03-02T08:00", None)
        .comment(4, "03-02T10:00", BEN);
    world.tables.facts.reviews[1].n_inline_comments = 2;
    let measure = world.measure("review.done");
    for (name, expected) in [
        ("pull_requests", 3.0),
        ("commented_on", 2.0),
        ("inline_comments", 2.0),
        ("conversation_comments", 1.0),
        ("with_text", 0.0),
    ] {
        assert_eq!(number(&measure, Some(BEN), name), Some(expected), "{name}");
    }
}

#[test]
fn the_only_approver_and_the_only_reviewer_of_an_area_are_found_and_a_second_one_ends_both() {
    let mut world = World::new();
    for number in 1..=5 {
        world
            .pull(number, "03-02T08:00", Some("03-05T08:00"))
            .review(number, "03-03T08:00", BEN);
    }
    let sole = world.measure("review.sole_approver");
    assert_eq!(number(&sole, None, "hits"), Some(5.0));
    let what_if = world.measure("review.absence_what_if");
    assert_eq!(number(&what_if, Some(BEN), "hits"), Some(1.0));
    world.review(5, "03-04T08:00", CLEO);
    let sole = world.measure("review.sole_approver");
    // Four of five pull requests have one approver; Cleo approved one, and not alone.
    assert_eq!(number(&sole, None, "hits"), Some(4.0));
    assert_eq!(number(&sole, None, "of"), Some(5.0));
    assert_eq!(number(&sole, Some(CLEO), "hits"), Some(0.0));
    let what_if = world.measure("review.absence_what_if");
    assert_eq!(number(&what_if, None, "hits"), Some(0.0));
    // A reviewer of long ago is no recent one: 180 days before the as-of instant is 2025-10-03.
    world.tables.facts.reviews[5].submitted_at = "2025-10-02T08:00:00Z".parse().unwrap();
    let what_if = world.measure("review.absence_what_if");
    assert_eq!(number(&what_if, None, "hits"), Some(1.0));
}

#[test]
fn every_review_ledger_adds_up() {
    let mut world = World::new();
    world
        .pull(1, "03-02T08:00", Some("03-04T12:00"))
        .ask(1, "03-02T09:00", BEN)
        .ask(1, "03-02T09:00", BOT)
        .remove(1, "03-02T09:30", CLEO)
        .review(1, "03-03T09:00", BEN)
        .review(1, "03-03T09:00", ADA)
        .pull(2, "03-05T08:00", None)
        .ask(2, "03-05T09:00", CLEO);
    for id in FAMILY {
        let measure = world.measure(id);
        let whole = figure(&measure, None).unwrap();
        assert_eq!(whole.ledger.population(), measure.rows.len() as u64, "{id}");
        if let Measured::Value { n, .. } = whole.measured {
            assert_eq!(n, whole.ledger.included, "{id}");
        }
    }
}
