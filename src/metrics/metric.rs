//! What is registered of a metric.

use super::measure::{Definition, Measure};
use crate::work::{Missing, Need, Reading};

/// A registered metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// What it means and where it comes from.
    pub definition: &'static Definition,
    /// What must be there before anything is said: where it is not, the product has no figure, and the reason in its place.
    pub gate: &'static [Need],
    /// What it says of one product, or what it lacks.
    pub measure: fn(&Reading<'_>) -> Result<Measure, Missing>,
}
