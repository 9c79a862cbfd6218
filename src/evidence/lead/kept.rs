//! What the views keep of the metrics: figures, the few rows that they list, and counts of the others.

use std::collections::BTreeMap;

use crate::domain::{Bucket, PersonId};
use crate::metrics::measure::{LedgerRow, Measure};
use crate::metrics::ownership::share;
use crate::metrics::{Metric, delegation, review};
use crate::work::{Fate, Question, Reading};

/// What the views take from a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// Nothing: it is not measured.
    Nothing,
    /// Its figures.
    Figures,
    /// Its figures, and the rows of what happened: those in no figure are many.
    Included,
    /// All of its rows, which the views list or count.
    Rows,
}

/// What the views take from a metric; without members, whom they are about is told by the figures of every metric.
#[must_use]
pub fn taken(question: &Question, metric: &str) -> Taken {
    const LISTED: [&str; 4] = [
        "knowledge.silos",
        "review.sole_approver",
        "review.turnaround",
        "review.waiting",
    ];
    if LISTED.contains(&metric) {
        Taken::Rows
    } else if metric == delegation::involvement::METRIC.definition.id {
        Taken::Included
    } else if metric.starts_with("review.")
        || metric == share::METRIC.definition.id
        || question.roster.members.is_empty()
    {
        Taken::Figures
    } else {
        Taken::Nothing
    }
}

/// What the views count of rows that they do not list.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// Who changed which area in which quarter, and how often: by product, area and quarter.
    pub changes: BTreeMap<(String, String, Bucket), BTreeMap<PersonId, u64>>,
    /// Reviews given in the window: by product, author (`None`: no person) and reviewer.
    pub reviews: BTreeMap<(String, Option<PersonId>, PersonId), u64>,
}

impl Counted {
    /// Counts what one metric says of one product.
    fn count(&mut self, part: &Measure) {
        let id = part.definition.id;
        let included = part.rows.iter().filter(|row| row.fate == Fate::Included);
        if id == share::METRIC.definition.id {
            included.for_each(|row| self.count_change(row));
        } else if id == review::done::METRIC.definition.id {
            included.for_each(|row| self.count_review(row));
        }
    }

    fn count_change(&mut self, row: &LedgerRow) {
        let Some(quarter) = row.bucket else {
            return;
        };
        for area in row.areas.iter() {
            let key = (row.product.clone(), area.clone(), quarter);
            let of = self.changes.entry(key).or_default();
            for person in row.authors.iter() {
                *of.entry(*person).or_default() += 1;
            }
        }
    }

    fn count_review(&mut self, row: &LedgerRow) {
        if let Some(reviewer) = row.person {
            let key = (row.product.clone(), row.authors.first().copied(), reviewer);
            *self.reviews.entry(key).or_default() += 1;
        }
    }
}

impl Extend<Self> for Counted {
    /// Adds what was counted of other metrics, none of which counts the same.
    fn extend<I: IntoIterator<Item = Self>>(&mut self, others: I) {
        for other in others {
            self.changes.extend(other.changes);
            self.reviews.extend(other.reviews);
        }
    }
}

impl FromIterator<Self> for Counted {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let mut whole = Self::default();
        whole.extend(all);
        whole
    }
}

/// What a metric says of the products, with as much of it as the views take, and what they count of its rows.
#[must_use]
pub fn kept(metric: &Metric, readings: &[Reading<'_>], taken: Taken) -> (Measure, Counted) {
    let mut counted = Counted::default();
    let parts = metric.parts(readings).map(|mut part| {
        counted.count(&part);
        match taken {
            Taken::Rows => part,
            Taken::Included => {
                part.rows.retain(|row| row.fate == Fate::Included);
                part.rows.shrink_to_fit();
                part
            }
            Taken::Figures | Taken::Nothing => part.without_rows(),
        }
    });
    (Measure::of_parts(metric.definition, parts), counted)
}
