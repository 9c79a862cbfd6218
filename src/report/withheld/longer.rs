//! The same for the longer buckets that a chart of little data is drawn by.
//!
//! A quarter holds weeks. What is withheld of a week must not be told from the quarter less the weeks that are shown, nor from the
//! window less the quarters. So the rows of such weeks are left out of the quarter, unless there are several of them that enough
//! people are behind.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::domain::{Bucket, Origin, PersonId, Window};
use crate::metrics::drawn::{Dot, Level, Material, Rows, Stretch};
use crate::metrics::material::figure_of;
use crate::metrics::measure::{Cell, Definition, Ledger, Measure, Measured};

/// Withholds figures of longer buckets; `public` has its other figures withheld already, `whole` has all of them.
pub(super) fn withhold(public: &mut Measure, whole: &Measure, zone: &TimeZone, minimum: usize) {
    if public.definition.about.counted().is_none() {
        return;
    }
    let Measure { cells, drawn, .. } = public;
    for drawn in drawn {
        let product = drawn.product.as_str();
        let hidden_of = |origin: Option<Origin>| -> Vec<Hidden<'_>> {
            let hidden = cells
                .iter()
                .filter(|cell| is_bucket_of(cell, product, origin))
                .filter(|cell| matches!(cell.measured, Measured::Withheld { .. }));
            let hidden = hidden.filter_map(|cell| {
                let bucket = cell.bucket?;
                Some(Hidden {
                    bucket,
                    window: bucket.window(zone),
                    people: people_behind(whole, cell),
                })
            });
            hidden.collect()
        };
        let hidden = hidden_of(None);
        let rows = match &mut drawn.material {
            Material::Rows(rows) => rows,
            Material::Turns(stretches) => {
                tell_turns(stretches, &hidden, minimum);
                continue;
            }
            Material::TurnsByOrigin(stretches) => {
                // All or none: what one origin is left out of can be told from the whole and the others.
                let is_told = |(origin, stretch): &(Origin, Stretch)| {
                    is_told(stretch, &hidden_of(Some(*origin)), minimum)
                };
                if !stretches.iter().all(is_told) {
                    stretches.clear();
                }
                continue;
            }
            Material::Queue(days) => {
                days.retain(|day| {
                    let at = Bucket::start_of(day.on, zone);
                    !hidden.iter().any(|hidden| hidden.window.contains(at))
                });
                continue;
            }
            // The picture shows the origins whose figures are told.
            Material::LivesByOrigin(_) | Material::Files(_) => continue,
        };
        rows.is_told = is_safe(hidden.iter().map(|hidden| hidden.people), minimum);
        let mut coarser = std::mem::take(&mut rows.coarser);
        for level in &mut coarser {
            let place = Place {
                definition: public.definition,
                rows,
                zone,
            };
            place.leave_out(level, &hidden, minimum);
        }
        rows.coarser = coarser;
    }
}

/// The hours of a stretch are told where enough people are behind them, and what is withheld inside of it cannot be told from them;
/// before and now together, since the window less one may be the other.
fn tell_turns(stretches: &mut [Stretch], hidden: &[Hidden<'_>], minimum: usize) {
    let mut all = stretches.iter();
    let is_told = all.all(|stretch| is_told(stretch, hidden, minimum));
    for stretch in stretches {
        stretch.few = Vec::new();
        stretch.is_told = is_told;
    }
}

/// Whether enough people are behind a stretch, and what is withheld inside of it cannot be told from it.
fn is_told(stretch: &Stretch, hidden: &[Hidden<'_>], minimum: usize) -> bool {
    let meets = |part: &&Hidden<'_>| {
        part.window.since < stretch.window.until && stretch.window.since < part.window.until
    };
    let inside = hidden.iter().filter(meets).map(|part| part.people);
    stretch.few.is_empty() && is_safe(inside, minimum)
}

fn is_bucket_of(cell: &Cell, product: &str, origin: Option<Origin>) -> bool {
    let scope = &cell.scope;
    scope.product == product
        && scope.origin == origin
        && scope.repository.is_none()
        && scope.area.is_none()
        && scope.person.is_none()
        && cell.bucket.is_some()
}

/// A bucket, as long as was asked for, that is withheld.
struct Hidden<'a> {
    bucket: Bucket,
    window: Window,
    /// Who is too few behind it; none: enough are.
    people: &'a [PersonId],
}

/// The people who are too few behind a cell.
fn people_behind<'a>(whole: &'a Measure, cell: &Cell) -> &'a [PersonId] {
    let same = |other: &&Cell| other.scope == cell.scope && other.bucket == cell.bucket;
    let few = whole.cells.iter().find(same).map(|other| &other.few);
    let few = few.and_then(|few| few.iter().find(|few| few.numbers.is_empty()));
    few.map_or(&[], |few| &few.people)
}

/// Whether what is hidden beside a sum cannot be told from it: one alone can, and so can what fewer than the minimum did.
fn is_safe<'a>(hidden: impl Iterator<Item = &'a [PersonId]>, minimum: usize) -> bool {
    let (mut n, mut is_enough) = (0, false);
    let mut people: BTreeSet<PersonId> = BTreeSet::new();
    for few in hidden {
        n += 1;
        is_enough |= few.is_empty();
        people.extend(few);
    }
    n == 0 || n > 1 && (is_enough || people.len() >= minimum)
}

/// What the figures of a product are made from.
struct Place<'a> {
    definition: &'static Definition,
    rows: &'a Rows,
    zone: &'a TimeZone,
}

impl Place<'_> {
    fn leave_out(&self, level: &mut Level, hidden: &[Hidden<'_>], minimum: usize) {
        let overlap = |a: Bucket, b: Bucket| {
            a.first_day() < b.next().first_day() && b.first_day() < a.next().first_day()
        };
        let inside: Vec<Vec<&Hidden<'_>>> = level
            .cells
            .iter()
            .map(|cell| {
                let is_inside = |part: &&Hidden<'_>| {
                    cell.bucket
                        .is_some_and(|bucket| overlap(part.bucket, bucket))
                };
                hidden.iter().filter(is_inside).collect()
            })
            .collect();
        let people = |parts: &Vec<&Hidden<'_>>| -> Vec<Vec<PersonId>> {
            parts.iter().map(|part| part.people.to_vec()).collect()
        };
        let is_safe_among =
            |people: &[Vec<PersonId>]| is_safe(people.iter().map(Vec::as_slice), minimum);
        let mut is_out: Vec<bool> = inside
            .iter()
            .map(|parts| !is_safe_among(&people(parts)))
            .collect();
        // The window is told too: what is left out of all longer buckets must not be told from it.
        loop {
            let out = inside.iter().zip(&is_out).filter(|(_, is_out)| **is_out);
            let out: Vec<Vec<PersonId>> = out.flat_map(|(parts, _)| people(parts)).collect();
            let next = inside
                .iter()
                .zip(&mut is_out)
                .filter(|(parts, is_out)| !**is_out && !parts.is_empty())
                .min_by_key(|(parts, _)| parts.len());
            match next {
                Some((_, next)) if !is_safe_among(&out) => *next = true,
                _ => break,
            }
        }
        for ((cell, parts), is_out) in level.cells.iter_mut().zip(&inside).zip(is_out) {
            let n_few = cell
                .few
                .first()
                .and_then(|few| u64::try_from(few.people.len()).ok());
            cell.few = Vec::new();
            if is_out {
                self.figure_without(cell, parts, n_few);
                level.without.extend(parts.iter().map(|part| part.bucket));
            }
        }
        level.without.sort_unstable();
        level.without.dedup();
    }

    /// The figure of a longer bucket without the rows of what is withheld in it.
    fn figure_without(&self, cell: &mut Cell, parts: &[&Hidden<'_>], n_few: Option<u64>) {
        let Some(window) = cell.bucket.map(|bucket| bucket.window(self.zone)) else {
            return;
        };
        let is_left = |dot: &&Dot| {
            let is_hidden = parts.iter().any(|part| part.window.contains(dot.at));
            window.contains(dot.at) && !is_hidden
        };
        let left: Vec<&Dot> = self.rows.dots.iter().filter(is_left).collect();
        cell.ledger = Ledger::default();
        cell.measured = if left.is_empty() {
            Measured::Withheld { people: n_few }
        } else {
            figure_of(self.definition, self.rows, &left)
        };
    }
}
