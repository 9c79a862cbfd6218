//! Figures about agents, computed by hand.

use linchpin::domain::provenance::Rung;
use linchpin::domain::{
    Account, Origin, Person, PersonId, PrNumber, Provenance, ProvenanceKind, ReviewState,
};
use linchpin::metrics::measure::{Cell, Measured};

use crate::facts_given::{ADA, AI, BEN, BOT, CYD, DEE, Given, LAMP};
use crate::flow::{close, number, whole};

/// One piece of evidence of an agent's part in a pull request.
fn tell(given: &mut Given, number: u64, rung: Rung) {
    given.tables.facts.provenance.push(Provenance {
        repository: LAMP,
        kind: ProvenanceKind::PullRequest,
        number: Some(PrNumber(number)),
        commit: None,
        review: None,
        rung,
        tool: Some("Copilot".into()),
        model: None,
        agent: None,
        delegator: None,
        evidence: "evidence".into(),
        link: None,
    });
}

/// A merged pull request that an agent opened for Ada, a day apart from the others.
fn by_agent(given: &mut Given, number: u64) -> i64 {
    let day = 24 * i64::try_from(number).unwrap();
    let row = given.open(number, day);
    row.author = Some(AI);
    row.origin = Origin::Agent;
    row.answers_for = Some(ADA);
    given.merge(number, day + 10);
    day
}

fn excluded(cell: &Cell, reason: &str) -> Option<u64> {
    cell.ledger.excluded.get(reason).copied()
}

fn unknown(cell: &Cell, reason: &str) -> Option<u64> {
    cell.ledger.unknown.get(reason).copied()
}

/// Five changes that count, of which agents had a part in three; and some that do not.
fn shared() -> Given {
    let mut given = Given::new();
    for number in [1, 3, 4, 5, 6, 7] {
        let day = 24 * i64::try_from(number).unwrap();
        given.open(number, day);
        given.merge(number, day + 10);
    }
    by_agent(&mut given, 2);
    // The strongest rung speaks, whichever was written down first.
    tell(&mut given, 2, Rung::Convention);
    tell(&mut given, 2, Rung::Account);
    given.row(3).origin = Origin::PersonWithAgent;
    tell(&mut given, 3, Rung::Convention);
    tell(&mut given, 3, Rung::Trailer);
    given.row(4).origin = Origin::PersonWithAgent;
    tell(&mut given, 4, Rung::Declared);
    given.row(5).author = Some(BEN);
    given.row(6).author = Some(BOT);
    given.row(6).origin = Origin::Automation;
    given.row(7).author = None;
    by_agent(&mut given, 8);
    given.close(8, 8 * 24 + 1);
    given.row(8).merged_at = None;
    let row = given.open(9, 9 * 24);
    row.author = Some(AI);
    row.origin = Origin::Agent;
    given
}

#[test]
fn the_share_of_agents_counts_what_tells_of_them_among_people_and_agents() {
    let given = shared();
    let metric = "agents.share";
    for (name, expected) in [
        ("hits", 3.0),
        ("of", 5.0),
        ("by_agents", 1.0),
        ("with_an_agent", 2.0),
        ("told_by_lines", 0.0),
        ("told_by_account", 1.0),
        ("told_by_platform", 0.0),
        ("told_by_trailer", 1.0),
        ("told_by_convention", 0.0),
        ("told_by_declared", 1.0),
    ] {
        close(number(&given, metric, name), expected);
    }
    let measure = given.measure(metric);
    let cell = whole(&measure);
    assert_eq!(excluded(cell, "by_automation"), Some(1));
    assert_eq!(excluded(cell, "closed_without_merge"), Some(1));
    assert_eq!(excluded(cell, "still_open"), Some(1));
    assert_eq!(unknown(cell, "author_is_a_ghost"), Some(1));
    assert!(measure.definition.title.ends_with("at least"));
    assert!(
        measure
            .notes
            .iter()
            .any(|note| note.text.contains("at least"))
    );
}

#[test]
fn the_share_of_agents_is_the_same_whatever_origins_figures_are_made_of() {
    let mut given = shared();
    given.register = "[measure]\norigins = [\"no_evidence\"]\n".into();
    close(number(&given, "agents.share", "hits"), 3.0);
    close(number(&given, "agents.share", "of"), 5.0);
}

#[test]
fn changes_of_agents_fall_into_the_bucket_of_their_merge() {
    let given = shared();
    let measure = given.measure("agents.share");
    let of: Vec<Option<u64>> = measure
        .cells
        .iter()
        .filter(|cell| cell.bucket.is_some())
        .map(|cell| match &cell.measured {
            Measured::Value { value, .. } => value.count("of"),
            _ => None,
        })
        .collect();
    // Merged from Tuesday to Saturday; in the second week one is a ghost's, and one was closed.
    assert_eq!(of, [Some(5), None]);
}

/// Somebody who signed under an address that nobody has linked.
fn unlinked(given: &mut Given) -> PersonId {
    let id = PersonId(u32::try_from(given.tables.people.len()).unwrap());
    given.tables.people.push(Person {
        is_known: false,
        names: Vec::new(),
        id,
        display_name: "c".into(),
        logins: Vec::new(),
        emails: Vec::new(),
        account: Account::Human,
    });
    id
}

/// Lands a pull request as a squash commit that somebody co-authored.
fn squash(given: &mut Given, number: u64, at: i64, co_author: PersonId) {
    let commit = given.land(at);
    let row = given.tables.commits.last_mut().unwrap();
    row.author = AI;
    row.co_authors = [co_author].into();
    given.row(number).merge_commit = Some(commit);
}

#[test]
fn only_a_review_by_somebody_who_had_no_part_in_an_agents_change_is_independent() {
    let mut given = Given::new();
    let stranger = unlinked(&mut given);
    // Somebody else, before the merge.
    let day = by_agent(&mut given, 1);
    given.review(1, CYD, ReviewState::Commented, day + 2);
    // Whoever had it done.
    let day = by_agent(&mut given, 2);
    given.approve(2, ADA, day + 2);
    // Nobody.
    by_agent(&mut given, 3);
    // Somebody else, when it was merged already.
    let day = by_agent(&mut given, 4);
    given.approve(4, CYD, day + 11);
    // Somebody who wrote one of its commits.
    let day = by_agent(&mut given, 5);
    given.commit(5, CYD, day + 1);
    given.approve(5, CYD, day + 2);
    // Somebody who brought it up to date with its base wrote nothing.
    let day = by_agent(&mut given, 6);
    given.commit(6, CYD, day + 1);
    let rows = &mut given.tables.facts.pull_request_commits;
    rows.last_mut().unwrap().updates_from_base = true;
    given.approve(6, CYD, day + 2);
    // Machines.
    let day = by_agent(&mut given, 7);
    given.approve(7, BOT, day + 1);
    given.approve(7, AI, day + 2);
    // Nobody knows whose review it is where nobody knows who had it done.
    let day = by_agent(&mut given, 8);
    given.row(8).answers_for = None;
    given.approve(8, CYD, day + 2);
    // Whoever signed may be the only reviewer.
    let day = by_agent(&mut given, 9);
    given.approve(9, CYD, day + 2);
    squash(&mut given, 9, day + 10, stranger);
    // Of two reviewers, one at least did not.
    let day = by_agent(&mut given, 10);
    given.approve(10, CYD, day + 2);
    given.approve(10, DEE, day + 3);
    squash(&mut given, 10, day + 10, stranger);
    // The squash commit credits the reviewer.
    let day = by_agent(&mut given, 12);
    given.approve(12, CYD, day + 2);
    squash(&mut given, 12, day + 10, CYD);
    // A person opened it, and all that is in it is an agent's.
    let day = by_agent(&mut given, 13);
    given.row(13).author = Some(ADA);
    given.approve(13, CYD, day + 2);
    // Whoever had it done may be the reviewer, under another address.
    let day = by_agent(&mut given, 15);
    given.row(15).answers_for = Some(stranger);
    given.approve(15, CYD, day + 2);
    // Not an agent's change.
    let day = by_agent(&mut given, 11);
    given.row(11).author = Some(ADA);
    given.row(11).origin = Origin::PersonWithAgent;
    given.approve(11, CYD, day + 2);
    let row = given.open(14, 14 * 24);
    row.author = Some(AI);
    row.origin = Origin::Agent;

    let metric = "review.independent_share";
    for (name, expected) in [
        ("hits", 4.0),
        ("of", 10.0),
        ("own_only", 3.0),
        ("by_nobody", 3.0),
    ] {
        close(number(&given, metric, name), expected);
    }
    let measure = given.measure(metric);
    let cell = whole(&measure);
    assert_eq!(cell.ledger.population(), 14);
    assert_eq!(unknown(cell, "delegator_unknown"), Some(1));
    assert_eq!(unknown(cell, "unlinked_address"), Some(2));
    assert_eq!(excluded(cell, "still_open"), Some(1));
}

#[test]
fn where_nothing_tells_of_an_agent_there_is_no_share_of_independent_reviews() {
    let mut given = Given::new();
    given.open(1, 1);
    given.approve(1, CYD, 2);
    given.merge(1, 3);
    let measure = given.measure("review.independent_share");
    assert!(matches!(
        whole(&measure).measured,
        Measured::NotApplicable { .. }
    ));
    assert!(measure.rows.is_empty());
}
