//! The gates between an approved change and production: what a team waits for that is not a person. Team level only.

pub mod approval_wait;
pub mod auto_merge;
pub mod bypass_share;
pub mod merge_queue;
pub mod queued;
pub mod red_to_green;

use super::aggregate::not_observed;
use super::measure::{Cell, Definition, Measure, Measured};
use crate::work::{Missing, Reading};

/// The measure of a product in which the question does not arise: one cell that says why, and no row.
fn not_applicable(
    definition: &'static Definition,
    reading: &Reading<'_>,
    because: &str,
) -> Measure {
    let missing = Missing {
        because: String::new(),
        fix: None,
    };
    let mut measure = Measure::of(definition);
    measure.cells.push(Cell {
        measured: Measured::NotApplicable {
            because: because.to_owned(),
        },
        ..not_observed(reading.product, missing)
    });
    measure
}
