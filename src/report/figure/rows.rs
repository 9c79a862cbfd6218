//! The rows that a page lists under a figure, by number, commit or path.

use std::collections::BTreeSet;

use super::{Frame, Headline, RowLine};
use crate::metrics::group::is_listable;
use crate::metrics::measure::{Cell, LedgerRow, Measure, Measured, Unit};
use crate::report::{quantity, subject};

/// The most rows a page lists under one figure; the rest is counted, and `explain` lists it.
const MAX_ROWS: usize = 40;

/// The measure with those rows alone that a page may list; the figures stay.
#[must_use]
pub fn with_listable_rows(mut measure: Measure) -> Measure {
    let definition = measure.definition;
    let is_too_few = |cell: &&Cell| {
        let scope = &cell.scope;
        cell.bucket.is_none()
            && (&scope.area, scope.repository, scope.person) == (&None, None, None)
            && matches!(cell.measured, Measured::TooFew { .. })
    };
    let too_few: BTreeSet<&str> = measure
        .cells
        .iter()
        .filter(is_too_few)
        .map(|cell| cell.scope.product.as_str())
        .collect();
    measure.rows.retain(|row| {
        is_listable(definition, row)
            && (too_few.contains(row.product.as_str())
                || row.is_running
                || subject::is_place(definition, row))
    });
    measure.rows.shrink_to_fit();
    measure
}

pub(super) fn listed_rows(
    measure: &Measure,
    whole: &Cell,
    headline: &Headline,
    frame: &Frame<'_>,
) -> (String, Vec<RowLine>, u64) {
    let definition = measure.definition;
    let is_ratio = |cell: &Cell| matches!(&cell.measured, Measured::Value { value, .. } if value.ratio().is_some());
    let too_few = matches!(headline, Headline::TooFew { .. });
    let is_share_of_places = !too_few && measure.team_cells().any(is_ratio);
    let is_hit = |row: &LedgerRow| {
        subject::is_place(definition, row) && row.value.is_some_and(|value| value > 0.0)
    };
    // Work that stands still is a list to go through, however much of it there is.
    let is_standing = |row: &LedgerRow| definition.cohort.is_none() && row.is_running;
    let mut rows: Vec<&LedgerRow> = measure
        .rows
        .iter()
        .filter(|row| row.product == frame.product && is_listable(definition, row))
        .filter(|row| !too_few || !is_withheld(measure, row))
        .filter(|row| too_few || is_share_of_places && is_hit(row) || is_standing(row))
        .collect();
    if rows.is_empty() {
        return (String::new(), Vec::new(), 0);
    }
    rows.sort_by(|a, b| {
        (a.at, a.repository, &a.subject.words).cmp(&(b.at, b.repository, &b.subject.words))
    });
    let n_omitted = rows.len().saturating_sub(MAX_ROWS) as u64;
    let lines = rows.iter().take(MAX_ROWS).map(|row| RowLine {
        repository: (!subject::is_place(definition, row) || frame.repositories.len() > 1)
            .then(|| Some(frame.repository_name(row.repository?)))
            .flatten(),
        label: subject::public_label(definition, row),
        link: subject::public_link(
            row.repository
                .and_then(|repository| frame.face(repository))
                .and_then(|face| face.url.as_deref()),
            row.link.as_deref(),
        ),
        on: row
            .at
            .map(|at| frame.zone.to_datetime(at).date().to_string()),
        amount: row
            .amount(definition.unit)
            .filter(|(_, value)| too_few && value.is_finite())
            .and_then(|(unit, value)| match unit {
                // What became of one person is theirs, however few there are.
                Unit::Share if row.person.is_some() => None,
                Unit::Share if value > 0.0 => Some("counted".to_owned()),
                Unit::Share => Some("not counted".to_owned()),
                unit => Some(quantity::amount(unit, value)),
            }),
    });
    let title = if too_few {
        "The rows, since there are too few to summarise"
    } else if rows.iter().any(|row| is_standing(row)) {
        "What stands still, and since when"
    } else {
        return (counted(whole, rows.len()), lines.collect(), n_omitted);
    };
    (title.to_owned(), lines.collect(), n_omitted)
}

/// Whether a row lies in a bucket or an area whose figure is withheld: with its date and its amount it would give that back.
fn is_withheld(measure: &Measure, row: &LedgerRow) -> bool {
    measure.team_cells().any(|cell| {
        let scope = &cell.scope;
        let is_in = (cell.bucket.is_some() || scope.area.is_some() || scope.repository.is_some())
            && scope.product == row.product
            && scope.repository.is_none_or(|id| Some(id) == row.repository)
            && (scope.area.as_ref()).is_none_or(|area| row.areas.contains(area))
            && (cell.bucket).is_none_or(|bucket| row.bucket == Some(bucket));
        is_in && matches!(cell.measured, Measured::Withheld { .. })
    })
}

/// Why the rows that can be hits are listed: a figure may count only some of them, as the greatest share of one person does.
fn counted(whole: &Cell, n_rows: usize) -> String {
    let hits = match &whole.measured {
        Measured::Value { value, .. } => value.ratio().map(|ratio| ratio.hits),
        _ => None,
    };
    match hits {
        Some(hits) if hits < n_rows as u64 => format!(
            "Of these {} the figure counts {}",
            quantity::count(n_rows as u64),
            quantity::count(hits)
        ),
        _ => "What is counted".to_owned(),
    }
}
