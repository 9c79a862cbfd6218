//! Removing an event from the store removes exactly the sentences that cite it.
//!
//! Held over a part of the demo: reviews, comments, requests and whole pull requests are taken away there, one at a time. A sentence
//! that names the event among those it was made from may not stand as it stood; every other stands as it was.

use jiff::Timestamp;
use linchpin::domain::{
    Account, Facts, Person, PersonId, PrNumber, RepositoryId, ReviewRequest, Window,
};
use linchpin::evidence::{Pack, Snippet, Sources, with_desk};
use linchpin::register::Register;
use linchpin::work::Past;

use super::{WORLD, at, facts_of, person, question, tables};

/// Where events are taken away, and how many pull requests are left there.
const PLACE: RepositoryId = RepositoryId(0);
const LAST: PrNumber = PrNumber(110);

/// Of each kind of event, every so many-th is taken away.
const STEP: usize = 23;

/// Something that happened on a pull request; a person and an instant tell it from everything else there.
struct Taken {
    what: String,
    number: PrNumber,
    /// `None`: all that happened there.
    event: Option<(Timestamp, Option<PersonId>)>,
    /// How the event is told, where the same person did more than one thing at once.
    told: Option<String>,
    facts: Facts,
}

fn people() -> Vec<Person> {
    let accounts = (0..).zip(&WORLD.host.accounts);
    accounts
        .map(|(id, account)| {
            let is_bot = account.kind == linchpin::demo::model::ActorType::Bot;
            person(
                id,
                &account.login,
                Account::of_login(&account.login, is_bot),
            )
        })
        .collect()
}

fn some_facts(people: &[Person]) -> Facts {
    let (mut facts, _) = facts_of(&WORLD.host, people);
    let is_kept =
        |repository: RepositoryId, number: PrNumber| repository == PLACE && number <= LAST;
    facts
        .pull_requests
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .pull_request_commits
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .pull_request_files
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .reviews
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .comments
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .review_requests
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .timeline
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .issues
        .retain(|row| is_kept(row.repository, row.number));
    facts
        .issue_comments
        .retain(|row| is_kept(row.repository, row.number));
    facts
}

fn packs(facts: &Facts, people: &[Person]) -> Vec<Pack> {
    let (_, repositories) = facts_of(&WORLD.host, people);
    let window = Window {
        since: at("2025-01-01T00:00:00Z"),
        until: WORLD.as_of,
    };
    let tables = tables(facts, people, &repositories);
    let question = question(&Register::default(), &tables, window, WORLD.as_of);
    let past = Past::of(&tables, &question, &question.products);
    let sources = Sources {
        past: &past,
        repositories: &repositories,
        entries: &[],
    };
    with_desk(&sources, |desk| {
        let packs = people.iter().filter_map(|person| desk.pack(person.id));
        packs.collect()
    })
}

/// Every event that is taken away, with the facts without it.
fn taken(facts: &Facts) -> Vec<Taken> {
    let mut found = Vec::new();
    for (row, at) in facts.reviews.iter().zip(0..).step_by(STEP) {
        let mut without = facts.clone();
        without.reviews.remove(at);
        found.push(Taken {
            what: format!("review {}", row.review),
            number: row.number,
            event: Some((row.submitted_at, row.author)),
            told: None,
            facts: without,
        });
    }
    for (row, at) in facts.comments.iter().zip(0..).step_by(STEP) {
        let mut without = facts.clone();
        without.comments.remove(at);
        found.push(Taken {
            what: format!("comment {}", row.comment),
            number: row.number,
            event: Some((row.created_at, row.author)),
            told: None,
            facts: without,
        });
    }
    let asked = |row: &ReviewRequest| Some(row.reviewer?.0);
    for (at, row) in facts.review_requests.iter().enumerate().step_by(STEP) {
        let Some(account) = asked(row).and_then(|id| WORLD.host.accounts.get(id as usize)) else {
            continue;
        };
        let mut without = facts.clone();
        without.review_requests.remove(at);
        found.push(Taken {
            what: format!("request of {} on {}", account.login, row.number.0),
            number: row.number,
            event: Some((row.at, row.actor)),
            told: Some(format!("asked {}", account.login)),
            facts: without,
        });
    }
    for (row, at) in facts.issue_comments.iter().zip(0..).step_by(3) {
        let mut without = facts.clone();
        without.issue_comments.remove(at);
        found.push(Taken {
            what: format!("comment on issue {}", row.number.0),
            number: row.number,
            event: Some((row.created_at, row.author)),
            told: None,
            facts: without,
        });
    }
    for row in facts.pull_requests.iter().step_by(STEP) {
        let mut without = facts.clone();
        let is_other = |number: PrNumber| number != row.number;
        without.pull_requests.retain(|one| is_other(one.number));
        without
            .pull_request_commits
            .retain(|one| is_other(one.number));
        without
            .pull_request_files
            .retain(|one| is_other(one.number));
        without.reviews.retain(|one| is_other(one.number));
        without.comments.retain(|one| is_other(one.number));
        without.review_requests.retain(|one| is_other(one.number));
        without.timeline.retain(|one| is_other(one.number));
        found.push(Taken {
            what: format!("pull request {}", row.number.0),
            number: row.number,
            event: None,
            told: None,
            facts: without,
        });
    }
    found
}

fn cites(snippet: &Snippet, taken: &Taken) -> bool {
    snippet.events.iter().any(|event| {
        let number = event.link.text.rsplit('#').next();
        let is_there = number == Some(taken.number.0.to_string().as_str());
        is_there
            && taken
                .event
                .is_none_or(|(at, who)| event.at == at && event.who == who)
            && taken.told.as_ref().is_none_or(|told| *told == event.what)
    })
}

fn said(snippet: &Snippet) -> String {
    format!("{} {} {:?}", snippet.id, snippet.act.text(), snippet.events)
}

#[test]
fn an_event_that_is_removed_takes_with_it_the_sentences_that_cite_it_and_no_other() {
    let people = people();
    let facts = some_facts(&people);
    let before = packs(&facts, &people);
    let all = taken(&facts);
    let (mut n_citing, mut wrong) = (0, Vec::new());
    for one in &all {
        let after = packs(&one.facts, &people);
        for (old, new) in before.iter().zip(&after) {
            let stands: std::collections::BTreeSet<String> =
                new.snippets.iter().map(said).collect();
            for snippet in &old.snippets {
                let is_cited = cites(snippet, one);
                n_citing += usize::from(is_cited);
                if is_cited == stands.contains(&said(snippet)) {
                    let how = if is_cited {
                        "still stands"
                    } else {
                        "is gone or changed"
                    };
                    wrong.push(format!("without {} {how}: {}", one.what, said(snippet)));
                }
            }
        }
    }
    assert!(all.len() > 20 && n_citing > 40, "{} {n_citing}", all.len());
    assert!(
        wrong.is_empty(),
        "{} of {n_citing}:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(12)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n\n")
    );
}
