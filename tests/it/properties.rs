//! Laws that hold for every registered metric over whatever facts there may be.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use linchpin::domain::{
    Account, Comment, CommentKind, Login, Person, PersonId, PullRequestState, RequestAction,
};
use linchpin::metrics::measure::{Cell, Ledger, Measured, Number};
use linchpin::metrics::{Measure, measure_all};
use linchpin::work::Fate;

use crate::facts_given::{Given, LAMP, hour};
use crate::turns::anything;

const SEEDS: u64 = 6;

/// Facts of all kinds, and a register that gives every metric something to do.
fn facts(seed: u64) -> Given {
    let mut given = anything(seed, 60);
    given.register = "[calendar]\nhours = \"09:00-17:00\"\n\
                      [[event]]\non = \"2026-03-11\"\ntitle = \"Smaller changes\"\n"
        .into();
    given
}

fn measures(given: &Given) -> Vec<Measure> {
    measure_all(&given.tables, &given.question())
}

/// Every figure of every metric, for comparison.
fn figures(given: &Given) -> BTreeMap<String, Cell> {
    let mut figures = BTreeMap::new();
    for measure in measures(given) {
        for cell in measure.cells {
            let bucket = cell.bucket.map(|bucket| bucket.to_string());
            let key = format!("{} {:?} {bucket:?}", measure.definition.id, cell.scope);
            assert!(figures.insert(key.clone(), cell).is_none(), "{key} twice");
        }
    }
    figures
}

fn assert_same(left: &BTreeMap<String, Cell>, right: &BTreeMap<String, Cell>, claim: &str) {
    assert_eq!(
        left.keys().collect::<Vec<_>>(),
        right.keys().collect::<Vec<_>>(),
        "{claim}"
    );
    for (key, cell) in left {
        assert_eq!(cell, &right[key], "{claim}: {key}");
    }
}

#[test]
fn every_ledger_adds_up_to_its_population_and_every_number_is_declared_and_finite() {
    for seed in 0..SEEDS {
        for measure in measures(&facts(seed)) {
            let id = measure.definition.id;
            for cell in &measure.cells {
                let scope = &cell.scope;
                let rows = measure.rows.iter().filter(|row| {
                    scope
                        .repository
                        .is_none_or(|repository| row.repository == Some(repository))
                        && scope
                            .area
                            .as_ref()
                            .is_none_or(|area| row.areas.contains(area))
                        && scope.person.is_none_or(|person| row.person == Some(person))
                        && cell.bucket.is_none_or(|bucket| row.bucket == Some(bucket))
                });
                if !matches!(cell.measured, Measured::NotObserved { .. }) {
                    assert_eq!(
                        Ledger::of(rows),
                        cell.ledger,
                        "{id} {scope:?} {:?}",
                        cell.bucket
                    );
                }
                let Measured::Value { n, value, interval } = &cell.measured else {
                    continue;
                };
                assert!(*n > 0 && *n <= cell.ledger.included, "{id}: n is {n}");
                for (name, number) in &value.0 {
                    let finite = !matches!(number, Number::Real(real) if !real.is_finite());
                    assert!(finite, "{id} {name}");
                    assert!(
                        measure.definition.number(name).is_some(),
                        "{id} does not declare {name}"
                    );
                }
                assert!(
                    interval.is_none_or(|[low, high]| low <= high),
                    "{id}: {interval:?}"
                );
            }
        }
    }
}

#[test]
fn the_order_of_the_facts_changes_nothing() {
    for seed in 0..SEEDS {
        let given = facts(seed);
        let mut turned = given.clone();
        let facts = &mut turned.tables.facts;
        facts.pull_requests.reverse();
        facts.pull_request_files.reverse();
        facts.reviews.reverse();
        facts.comments.reverse();
        facts.review_requests.reverse();
        facts.timeline.reverse();
        facts.issues.reverse();
        facts.workflow_runs.reverse();
        facts.workflow_jobs.reverse();
        facts.deployments.reverse();
        assert_same(&figures(&given), &figures(&turned), &format!("seed {seed}"));
    }
}

#[test]
fn names_change_labels_only() {
    for seed in 0..SEEDS {
        let given = facts(seed);
        let mut renamed = given.clone();
        for person in &mut renamed.tables.people {
            person.display_name = format!("The Honourable {}", person.display_name);
            for login in &mut person.logins {
                *login = Login(format!("the-{}", login.0));
            }
        }
        // Calls are told from what the agent is called: where it is called otherwise, so are they.
        for comment in &mut renamed.tables.facts.comments {
            let called = comment.calls_agent.take();
            comment.calls_agent = called.map(|name| format!("The Honourable {name}"));
        }
        assert_same(
            &figures(&given),
            &figures(&renamed),
            &format!("seed {seed}"),
        );
    }
}

/// The same facts and question, later by a whole number of weeks.
fn shifted(given: &Given, weeks: i64) -> Given {
    let by = SignedDuration::from_hours(weeks * 7 * 24);
    let move_on = |at: &mut Timestamp| *at += by;
    let move_some = |at: &mut Option<Timestamp>| {
        if let Some(at) = at {
            *at += by;
        }
    };
    let mut later = given.clone();
    let facts = &mut later.tables.facts;
    for row in &mut facts.pull_requests {
        move_on(&mut row.created_at);
        move_on(&mut row.updated_at);
        for at in [
            &mut row.ready_at,
            &mut row.first_commit_at,
            &mut row.merged_at,
            &mut row.closed_at,
        ] {
            move_some(at);
        }
    }
    for row in &mut facts.pull_request_commits {
        move_on(&mut row.authored_at);
    }
    for row in &mut facts.reviews {
        move_on(&mut row.submitted_at);
    }
    for row in &mut facts.comments {
        move_on(&mut row.created_at);
    }
    for row in &mut facts.review_requests {
        move_on(&mut row.at);
    }
    for row in &mut facts.timeline {
        move_on(&mut row.at);
    }
    for row in &mut facts.deployments {
        move_on(&mut row.created_at);
        move_some(&mut row.finished_at);
    }
    for row in &mut facts.workflow_runs {
        move_on(&mut row.created_at);
        move_on(&mut row.updated_at);
        move_some(&mut row.started_at);
    }
    for row in &mut later.tables.commits {
        move_on(&mut row.authored_at);
        move_on(&mut row.committed_at);
    }
    move_on(&mut later.as_of);
    move_on(&mut later.window.since);
    move_on(&mut later.window.until);
    later
}

#[test]
fn a_year_later_every_duration_is_the_same() {
    for seed in 0..SEEDS {
        let mut given = facts(seed);
        given.register = "[calendar]\nhours = \"09:00-17:00\"\n".into();
        let later = shifted(&given, 52);
        let told = |given: &Given| -> Vec<(&'static str, Measured, Ledger)> {
            let cells = measures(given).into_iter().flat_map(|measure| {
                let id = measure.definition.id;
                // A quarter is no whole number of weeks: what is counted by quarter may fall into another one.
                let by_quarter = id.starts_with("ownership.") || id.starts_with("pairs.");
                let cells = measure.cells.into_iter();
                cells
                    .filter(move |cell| !by_quarter || cell.bucket.is_none())
                    .map(move |cell| (id, cell.measured, cell.ledger))
            });
            cells.collect()
        };
        for (now, then) in told(&given).iter().zip(&told(&later)) {
            assert_eq!(now, then, "seed {seed}");
        }
    }
}

#[test]
fn adjacent_windows_add_up() {
    let middle = hour(14 * 24);
    for seed in 0..SEEDS {
        let given = facts(seed);
        let (mut first, mut second) = (given.clone(), given.clone());
        first.window.until = middle;
        second.window.since = middle;
        let n = |given: &Given| -> BTreeMap<&'static str, u64> {
            measures(given)
                .iter()
                .filter(|measure| {
                    measure.definition.id.starts_with("flow.")
                        && measure.definition.cohort.is_some()
                })
                .map(|measure| {
                    let placed = measure.rows.iter().filter(|row| row.at.is_some());
                    let counted = placed.filter(|row| row.fate == Fate::Included);
                    (measure.definition.id, counted.count() as u64)
                })
                .collect()
        };
        let (all, first, second) = (n(&given), n(&first), n(&second));
        assert!(all.len() > 8, "{all:?}");
        for (id, n) in all {
            // Whether a repository has a flow of pull requests is asked of each window anew.
            if id != "flow.unreviewed_share" {
                assert_eq!(n, first[id] + second[id], "{id}, seed {seed}");
            }
        }
    }
}

#[test]
fn a_bot_more_changes_no_figure_about_humans() {
    for seed in 0..SEEDS {
        let given = facts(seed);
        let mut noisy = given.clone();
        let bot = PersonId(u32::try_from(noisy.tables.people.len()).unwrap());
        noisy.tables.people.push(Person {
            is_known: true,
            names: Vec::new(),
            id: bot,
            display_name: "Busy Bot".into(),
            logins: vec![Login("busy-bot".into())],
            emails: Vec::new(),
            account: Account::Automation,
        });
        let mut next = 10_000;
        for row in &given.tables.facts.pull_requests {
            let soon = row.created_at + SignedDuration::from_mins(3);
            let facts = &mut noisy.tables.facts;
            let mut review = given.tables.facts.reviews[0].clone();
            (review.number, review.author, review.submitted_at) = (row.number, Some(bot), soon);
            review.review = format!("R_bot_{}", row.number.0);
            facts.reviews.push(review);
            let mut request = given.tables.facts.review_requests[0].clone();
            (request.number, request.reviewer, request.team) = (row.number, Some(bot), None);
            (request.action, request.at, request.actor) =
                (RequestAction::Requested, soon, Some(bot));
            facts.review_requests.push(request);
            facts.comments.push(Comment {
                repository: LAMP,
                number: row.number,
                comment: format!("C_bot_{}", row.number.0),
                kind: CommentKind::Conversation,
                author: Some(bot),
                created_at: soon,
                path: None,
                thread: None,
                body_length: 1,
                url: String::new(),
                calls_agent: None,
                body: "x".into(),
            });
            let mut event = given.tables.facts.timeline[0].clone();
            (event.number, event.at, event.actor) = (row.number, soon, Some(bot));
            event.event = "labeled".into();
            facts.timeline.push(event);
            next += 1;
            let mut own = row.clone();
            (own.number.0, own.author, own.merge_commit) = (next, Some(bot), None);
            own.state = PullRequestState::Open;
            (own.merged_at, own.closed_at, own.merged_by) = (None, None, None);
            facts.pull_requests.push(own);
        }
        let (before, after) = (figures(&given), figures(&noisy));
        for (key, cell) in &before {
            assert_eq!(cell.measured, after[key].measured, "seed {seed}: {key}");
        }
    }
}
