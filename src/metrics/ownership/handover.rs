//! `ownership.handover`: an area moving from one person to another.

use std::collections::BTreeMap;

use super::quarters::{Acts, acted};
use crate::domain::{Bucket, Granularity, PersonId};
use crate::metrics::aggregate::{Depth, Keyed, cells, not_observed, share};
use crate::metrics::lens::ProductLens;
use crate::metrics::measure::{Definition, Fate, LedgerRow, Measure, Need, Unit};
use crate::metrics::{Lens, Metric};
use crate::tables::Tables;

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    measure,
};

/// Fall of the giver's and rise of the receiver's share that make a hand-over.
const MOVED: f64 = 0.2;

static DEFINITION: Definition = Definition {
    id: "ownership.handover",
    title: "Hand-overs",
    question: "Which areas move from one person to another?",
    definition: "Share of the areas in which one person's share of the changes falls by at least 20 points and another's rises by at \
                 least 20 points over two consecutive quarters, the receiver ends ahead of the giver, and it stays so in the quarter \
                 after, where there is one. Only complete quarters with at least five changes are compared.",
    formula: "share(q, giver) − share(q+2, giver) ≥ 0.2 and share(q+2, receiver) − share(q, receiver) ≥ 0.2",
    unit: Unit::Share,
    cohort: None,
    needs: &[Need::History],
    source: "Definition of this project; shares as in ownership.share",
    exclusions: "Areas without three consecutive complete quarters of at least five changes each are unknown. A quarter in which the \
                 giver did nothing and came back after opens no hand-over.",
    how_to_read: "A hand-over that the team planned is a delegation working. One that nobody planned is worth a conversation.",
    can_mislead: "A long absence looks like the first half of a hand-over until the person is back.",
    sql: include_str!("../../../queries/metrics/ownership.handover.sql"),
};

/// A detected hand-over.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    /// The area.
    pub area: String,
    /// Whose share falls: for the private tree only.
    pub giver: PersonId,
    /// Whose share rises: for the private tree only.
    pub receiver: PersonId,
    /// The quarter before it.
    pub from: Bucket,
    /// The quarter in which it is done.
    pub to: Bucket,
}

/// What looking at one area found.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Not enough complete quarters with enough changes.
    TooLittleHistory,
    /// Enough history, and nothing moved.
    Stays,
    /// It moved.
    Moved(Handover),
}

/// Hand-overs of a product inside the window, by area.
#[must_use]
pub fn handovers(tables: &Tables, lens: &Lens, product: &ProductLens) -> Vec<(String, Finding)> {
    acted(tables, lens, product)
        .into_iter()
        .map(|(area, quarters)| {
            let found = detect(&area, &quarters, lens);
            (area, found)
        })
        .collect()
}

fn detect(
    area: &str,
    quarters: &BTreeMap<Bucket, BTreeMap<PersonId, Acts>>,
    lens: &Lens,
) -> Finding {
    // Complete quarters only: the first one that starts inside the window to the last one that ends by the as-of instant.
    let spine: Vec<Bucket> = Bucket::spine(lens.window, Granularity::Quarter, &lens.zone)
        .into_iter()
        .filter(|quarter| {
            let window = quarter.window(&lens.zone);
            window.since >= lens.window.since && window.until <= lens.as_of
        })
        .collect();
    let shares: Vec<Option<BTreeMap<PersonId, f64>>> = spine
        .iter()
        .map(|quarter| shares(quarters.get(quarter), lens))
        .collect();
    let mut looked = false;
    for at in 0..spine.len().saturating_sub(2) {
        let [Some(before), Some(_), Some(after)] = &shares[at..at + 3] else {
            continue;
        };
        looked = true;
        let later = shares.get(at + 3).and_then(Option::as_ref);
        let share = |of: &BTreeMap<PersonId, f64>, person: &PersonId| {
            of.get(person).copied().unwrap_or_default()
        };
        for giver in before.keys() {
            for receiver in after.keys().filter(|receiver| *receiver != giver) {
                let fell = share(before, giver) - share(after, giver);
                let rose = share(after, receiver) - share(before, receiver);
                let stays = later.is_none_or(|later| share(later, receiver) > share(later, giver));
                let ahead = share(after, receiver) > share(after, giver)
                    && share(before, giver) > share(before, receiver);
                if fell >= MOVED && rose >= MOVED && ahead && stays {
                    return Finding::Moved(Handover {
                        area: area.to_owned(),
                        giver: *giver,
                        receiver: *receiver,
                        from: spine[at],
                        to: spine[at + 2],
                    });
                }
            }
        }
    }
    if looked {
        Finding::Stays
    } else {
        Finding::TooLittleHistory
    }
}

/// Shares of the changes of one quarter; `None` below the minimum n.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn shares(
    people: Option<&BTreeMap<PersonId, Acts>>,
    lens: &Lens,
) -> Option<BTreeMap<PersonId, f64>> {
    let people = people?;
    let total: u64 = people.values().map(|acts| acts.n_changes).sum();
    (total >= lens.minimum_n).then(|| {
        people
            .iter()
            .map(|(person, acts)| (*person, acts.n_changes as f64 / total as f64))
            .collect()
    })
}

fn measure(tables: &Tables, lens: &Lens) -> Measure {
    let mut measure = Measure {
        definition: &DEFINITION,
        cells: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for product in &lens.products {
        if let Some(missing) = lens.missing(product, Need::History) {
            measure.cells.push(not_observed(product, missing));
            continue;
        }
        let Some(repository) = product.repositories.first() else {
            continue;
        };
        let mut rows: Vec<Keyed<()>> = Vec::new();
        let mut named = Vec::new();
        for (area, found) in handovers(tables, lens, product) {
            let (value, fate) = match &found {
                Finding::TooLittleHistory => (
                    None,
                    Fate::Unknown("fewer_than_three_quarters_with_five_changes"),
                ),
                Finding::Stays => (Some(0.0), Fate::Included),
                Finding::Moved(handover) => {
                    named.push(format!(
                        "{} ({} to {})",
                        handover.area, handover.from, handover.to
                    ));
                    (Some(1.0), Fate::Included)
                }
            };
            let row = LedgerRow {
                product: product.name.clone(),
                repository: *repository,
                areas: vec![area.clone()],
                subject: area,
                link: None,
                at: None,
                bucket: None,
                value,
                fate,
            };
            rows.push(Keyed { row, key: () });
        }
        let none = Depth {
            repositories: false,
            areas: false,
            area_buckets: false,
        };
        measure
            .cells
            .extend(cells(product, &rows, none, &|rows| share(lens, rows)));
        let named = if named.is_empty() {
            "none".to_owned()
        } else {
            named.join("; ")
        };
        measure
            .notes
            .push(format!("{}: hand-overs: {named}", product.name));
        measure.rows.extend(rows.into_iter().map(|row| row.row));
    }
    measure
}
