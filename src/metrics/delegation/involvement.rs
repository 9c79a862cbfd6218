//! `delegation.involvement`: the delegator's share of what happens in scope, by fortnight. Figures of people: private.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scope::{Act, InScope, covered, has_scope};
use crate::domain::{Bucket, Granularity};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count, ratio_value};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{
    About, Cell, Definition, Floor, KeyedRow, Ledger, LedgerRow, Measure, Measured, Number, Ratio,
    Recipe, Scope, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::roster::RosterDelegation;
use crate::work::{Fate, Missing, Need, Product, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "delegation.involvement",
    title: "Involvement of the delegator",
    question: "Does the delegator's part in what was handed over fall?",
    definition: "Per declared delegation and fortnight, the delegator's share of the commits, reviews, requests for changes and comments \
                 in scope by the delegator and the receiver. In scope are commits and pull requests that touch the delegation's paths \
                 and pull requests with one of its labels, from eight weeks before its start. A review that requests changes counts \
                 once, as such.",
    formula: "acts of the delegator / (acts of the delegator + acts of the receiver)",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("giver_commits", "giver commits"),
        NumberDefinition::bare("giver_reviews", "giver reviews"),
        NumberDefinition::bare("giver_change_requests", "giver change requests"),
        NumberDefinition::bare("giver_comments", "giver comments"),
        NumberDefinition::bare("receiver_commits", "receiver commits"),
        NumberDefinition::bare("receiver_reviews", "receiver reviews"),
        NumberDefinition::bare("receiver_change_requests", "receiver change requests"),
        NumberDefinition::bare("receiver_comments", "receiver comments"),
        NumberDefinition::bare("before_the_start", "before the start"),
    ],
    about: About::Declared,
    cohort: Some("acted in the fortnight"),
    needs: &[Need::History],
    source: "Definition of this project, after the stages telling, selling, participating, delegating of Hersey and Blanchard (1969): per \
             task, never a label on a person",
    exclusions: "Acts by anybody else in scope are left out and counted. Acts on a declared day of absence of the person are left out: a \
                 holiday is not a hand-over. A delegation without paths and labels is not observed.",
    how_to_read: "Falling is the success signal. A first fortnight with many reviews by the delegator is teaching, not holding on.",
    can_mislead: "Talks, pairing and decisions in meetings are not seen. In a quiet fortnight few acts move the share far: read n.",
    sql: include_str!("../../../queries/metrics/delegation.involvement.sql"),
};

/// The figures of one product; measured once a reading.
#[must_use]
pub fn figures(reading: &Reading<'_>) -> Arc<Figures> {
    reading.once_a_window(|| Figures(METRIC.of(std::slice::from_ref(reading))))
}

/// What is measured of one product.
#[derive(Debug)]
pub struct Figures(pub Measure);

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    measure.cells.push(whole(reading.product));
    for delegation in reading
        .question
        .roster
        .delegations
        .iter()
        .filter(|found| has_scope(found))
    {
        let rows = rows(reading, delegation);
        if rows.is_empty() {
            continue;
        }
        let found = cells(
            &DEFINITION,
            reading,
            &rows,
            Depth::AREA_BUCKETS,
            &|_, rows| estimate(reading.question, delegation, rows),
        );
        // The figures of the delegation alone: of a person, never of the product.
        let own = found.into_iter().filter(|cell| cell.scope.area.is_some());
        measure.cells.extend(own.map(|mut cell| {
            cell.scope.person = Some(delegation.giver);
            cell
        }));
        measure.rows.extend(rows.into_iter().map(|row| row.row));
    }
    Ok(measure)
}

/// What the team tree says: that figures of people are not there.
///
/// The sentence is the same whether or not a delegation is declared: whether one is stays private too.
fn whole(product: &Product) -> Cell {
    let because = "delegations are between two people: where any is declared, the private tree has its figures".to_owned();
    Cell {
        scope: Scope {
            origin: None,
            product: product.name.clone(),
            repository: None,
            area: None,
            person: None,
        },
        bucket: None,
        measured: Measured::NotApplicable { because },
        ledger: Ledger::default(),
        few: Vec::new(),
    }
}

/// The acts in scope as rows: the delegator's and the receiver's count.
fn rows(reading: &Reading<'_>, delegation: &RosterDelegation) -> Vec<KeyedRow<Act>> {
    let row = |act: InScope| {
        let day = reading.question.zone.to_datetime(act.at).date();
        let is_giver = act.person == delegation.giver;
        let fate = if !is_giver && act.person != delegation.receiver {
            Fate::Excluded("by_somebody_else")
        } else if reading.question.roster.is_away(act.person, day) {
            Fate::Excluded("on_a_day_of_absence")
        } else {
            Fate::Included
        };
        KeyedRow {
            row: LedgerRow {
                origin: None,
                product: reading.product.name.clone(),
                repository: Some(act.repository),
                areas: [delegation.what.clone()].into(),
                subject: act.subject,
                link: act.link,
                at: Some(act.at),
                bucket: Some(Bucket::of(
                    act.at,
                    Granularity::Fortnight,
                    &reading.question.zone,
                )),
                value: Some(if is_giver { 1.0 } else { 0.0 }),
                working_hours: None,
                is_running: false,
                person: Some(delegation.giver),
                authors: Arc::default(),
                fate,
            },
            key: act.act,
        }
    };
    let covered = covered(reading, delegation);
    covered.acts.iter().cloned().map(row).collect()
}

/// The delegator's share, and both people's acts by kind. A fortnight is listed from its first act on: it is a curve of events.
fn estimate(
    question: &Question,
    delegation: &RosterDelegation,
    rows: &[&KeyedRow<Act>],
) -> Measured {
    let n = count(rows.len());
    let mut of: BTreeMap<(bool, Act), u64> = BTreeMap::new();
    for row in rows {
        *of.entry((row.row.value == Some(1.0), row.key)).or_default() += 1;
    }
    let acts = |is_giver, act| of.get(&(is_giver, act)).copied().unwrap_or_default();
    let ratio = Ratio {
        hits: of
            .iter()
            .filter(|((is_giver, _), _)| *is_giver)
            .map(|(_, n)| n)
            .sum(),
        of: n,
    };
    let start = Bucket::start_of(delegation.start_on, &question.zone);
    let before = rows
        .iter()
        .filter(|row| row.row.at.is_some_and(|at| at < start))
        .count();
    let mut value = ratio_value(ratio);
    value.0.extend([
        ("giver_commits", Number::Count(acts(true, Act::Commit))),
        ("giver_reviews", Number::Count(acts(true, Act::Review))),
        (
            "giver_change_requests",
            Number::Count(acts(true, Act::ChangeRequest)),
        ),
        ("giver_comments", Number::Count(acts(true, Act::Comment))),
        ("receiver_commits", Number::Count(acts(false, Act::Commit))),
        ("receiver_reviews", Number::Count(acts(false, Act::Review))),
        (
            "receiver_change_requests",
            Number::Count(acts(false, Act::ChangeRequest)),
        ),
        (
            "receiver_comments",
            Number::Count(acts(false, Act::Comment)),
        ),
        ("before_the_start", Number::Count(count(before))),
    ]);
    Measured::Value {
        n,
        value,
        interval: wilson_interval(ratio),
    }
}
