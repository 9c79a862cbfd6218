//! Origin as a stratum: agents' pull requests are in every figure of flow, and by themselves beside the others.

use linchpin::domain::{Origin, PersonId};
use linchpin::metrics::measure::{Cell, Measured};
use linchpin::metrics::{Measure, REGISTRY};

use crate::facts_given::{ADA, AI, BEN, BOT, CYD, Given, LAMP, hour};

/// Merged pull requests of four origins: by Ada, by an agent that Ada started, by Ada with one, and by a bot; each day one,
/// reviewed by whom `reviewer` says.
fn mixed(n: u64, reviewer: PersonId) -> Given {
    let mut given = Given::new();
    for at in 0..n {
        let number = at + 1;
        let opened = i64::try_from(at).unwrap() * 5 + 1;
        let row = given.open(number, opened);
        match at % 4 {
            0 => {}
            1 => {
                row.author = Some(AI);
                row.origin = Origin::Agent;
                row.answers_for = Some(ADA);
            }
            2 => row.origin = Origin::PersonWithAgent,
            _ => {
                row.author = Some(BOT);
                row.origin = Origin::Automation;
            }
        }
        given.ask(number, reviewer, opened);
        given.approve(number, reviewer, opened + 2);
        given.merge(number, opened + 3);
        given.file(number, "src/lamp.rs");
    }
    // Some are still open.
    for at in 0..8 {
        let row = given.open(100 + at, 30 * 24 / 2);
        if at % 2 == 1 {
            row.author = Some(AI);
            row.origin = Origin::Agent;
            row.answers_for = Some(BEN);
        }
    }
    given
}

fn whole(measure: &Measure) -> &Cell {
    let mut cells = measure.cells.iter();
    let is_whole = |cell: &&Cell| {
        let scope = &cell.scope;
        cell.bucket.is_none()
            && scope.area.is_none()
            && scope.repository.is_none()
            && scope.person.is_none()
    };
    cells.find(is_whole).unwrap()
}

fn stratum(measure: &Measure, origin: Origin) -> Option<&Cell> {
    let mut cells = measure.strata.iter();
    cells.find(|cell| cell.bucket.is_none() && cell.scope.origin == Some(origin))
}

fn n(cell: &Cell) -> u64 {
    match cell.measured {
        Measured::Value { n, .. } | Measured::TooFew { n } => n,
        _ => 0,
    }
}

#[test]
fn agents_pull_requests_are_in_the_figures_of_flow_and_by_themselves() {
    let given = mixed(40, CYD);
    for metric in [
        "flow.cycle_time",
        "flow.pickup_time",
        "flow.unreviewed_share",
        "flow.turns",
    ] {
        let measure = given.measure(metric);
        assert_eq!(n(whole(&measure)), 30, "{metric}");
        for origin in [Origin::Agent, Origin::PersonWithAgent, Origin::NoEvidence] {
            assert_eq!(
                n(stratum(&measure, origin).unwrap()),
                10,
                "{metric} {origin:?}"
            );
        }
        let automation = stratum(&measure, Origin::Automation).unwrap();
        assert_eq!(
            (n(automation), automation.ledger.included),
            (0, 0),
            "{metric}"
        );
    }
    // Open ones are in progress and can stand still.
    let stuck = given.measure("flow.stuck");
    assert_eq!(
        (n(whole(&stuck)), n(stratum(&stuck, Origin::Agent).unwrap())),
        (8, 4)
    );
    let in_progress = given.measure("flow.work_in_progress");
    let last = |cell: &Cell| match &cell.measured {
        Measured::Value { value, .. } => value.count("last_day"),
        _ => None,
    };
    assert_eq!(last(whole(&in_progress)), Some(8));
    assert_eq!(last(stratum(&in_progress, Origin::Agent).unwrap()), Some(4));
}

#[test]
fn strata_add_up_to_the_whole_in_every_metric_and_bucket() {
    let given = mixed(60, CYD);
    let mut n_checked = 0;
    for metric in REGISTRY
        .iter()
        .filter(|metric| metric.definition.is_by_origin())
    {
        let id = metric.definition.id;
        let measure = given.measure(id);
        for cell in measure.cells.iter().filter(|cell| {
            let scope = &cell.scope;
            scope.area.is_none() && scope.repository.is_none() && scope.person.is_none()
        }) {
            let parts: Vec<&Cell> = measure
                .strata
                .iter()
                .filter(|part| part.bucket == cell.bucket)
                .collect();
            if measure.strata.is_empty() {
                continue;
            }
            n_checked += 1;
            let sum = |of: fn(&Cell) -> u64| -> u64 { parts.iter().copied().map(of).sum() };
            assert_eq!(
                sum(|part| part.ledger.population()),
                cell.ledger.population(),
                "{id} {:?}",
                cell.bucket
            );
            assert_eq!(
                sum(|part| part.ledger.included),
                cell.ledger.included,
                "{id}"
            );
            assert_eq!(
                sum(|part| part.ledger.n_unknown()),
                cell.ledger.n_unknown(),
                "{id}"
            );
        }
    }
    assert!(n_checked > 40, "{n_checked}");
}

#[test]
fn without_an_agent_there_are_no_strata() {
    let mut given = Given::new();
    for number in 1..9 {
        given.open(number, 1);
        given.approve(number, CYD, 2);
        given.merge(number, 3);
    }
    given.open(9, 1).author = Some(BOT);
    for metric in REGISTRY {
        assert!(given.measure(metric.definition.id).strata.is_empty());
    }
}

#[test]
fn a_delegators_review_of_their_agents_work_is_a_review_of_own_work() {
    // Ada reviews everything; only what neither she nor an agent of hers opened is reviewed by somebody else.
    let given = mixed(40, ADA);
    let unreviewed = given.measure("flow.unreviewed_share");
    let hits = |cell: &Cell| match &cell.measured {
        Measured::Value { value, .. } => value.count("hits"),
        _ => None,
    };
    assert_eq!(hits(whole(&unreviewed)), Some(30));
    assert_eq!(hits(stratum(&unreviewed, Origin::Agent).unwrap()), Some(10));
    let done = given.measure("review.done");
    let own = whole(&done)
        .ledger
        .excluded
        .get("own_pull_request")
        .copied();
    assert_eq!(own, Some(30));
    // Where nobody knows who started the agent, nobody can say that a review is the delegator's.
    let mut unknown = mixed(40, ADA);
    for row in &mut unknown.tables.facts.pull_requests {
        if row.origin == Origin::Agent {
            row.answers_for = None;
        }
    }
    let unreviewed = unknown.measure("flow.unreviewed_share");
    assert_eq!(hits(stratum(&unreviewed, Origin::Agent).unwrap()), Some(0));
}

#[test]
fn a_register_chooses_the_origins() {
    let mut given = mixed(40, CYD);
    given.register = "[measure]\norigins = [\"no_evidence\"]\n".to_owned();
    let measure = given.measure("flow.cycle_time");
    assert_eq!(n(whole(&measure)), 10);
    let excluded = &whole(&measure).ledger.excluded;
    // Four more are open.
    assert_eq!(excluded.get("by_agent"), Some(&14));
    assert_eq!(excluded.get("with_an_agent"), Some(&10));
    assert_eq!(excluded.get("by_automation"), Some(&10));
    given.register = "[measure]\norigins = [\"agent\", \"automation\", \"no_evidence\", \"person_with_agent\"]\n".to_owned();
    assert_eq!(n(whole(&given.measure("flow.cycle_time"))), 40);
}

#[test]
fn an_agents_direct_change_has_a_lead_time_and_its_delegator_stands_behind_it() {
    let mut given = Given::new();
    given.deploy_everything(&[ADA, AI, ADA, AI, AI, ADA, AI, AI, ADA, AI, AI, ADA]);
    let measure = given.measure("dora.change_lead_time");
    let agents = stratum(&measure, Origin::Agent).unwrap();
    assert_eq!(
        n(agents) + n(stratum(&measure, Origin::NoEvidence).unwrap()),
        n(whole(&measure))
    );
    assert_eq!(n(agents), 7);
    let of_agent = measure
        .rows
        .iter()
        .find(|row| row.origin == Some(Origin::Agent))
        .unwrap();
    assert_eq!(of_agent.authors[..], [BEN]);
    let _ = (LAMP, hour(0));
}

impl Given {
    /// A first deployment, then one direct commit a person and hour, and a deployment of all of them.
    fn deploy_everything(&mut self, people: &[PersonId]) {
        let first = self.land(1);
        self.deploy(first, 2);
        let mut at = 3;
        for person in people {
            self.land(at);
            let row = self.tables.commits.last_mut().unwrap();
            row.author = *person;
            if *person == AI {
                row.origin = Some(Origin::Agent);
                row.delegator = Some(BEN);
            }
            at += 1;
        }
        let last = self.tables.commits.last().unwrap().commit;
        self.deploy(last, at);
    }
}
