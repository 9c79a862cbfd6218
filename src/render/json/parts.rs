//! What several JSON files have in common: windows, units, and the numbers of a figure.

use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::domain::Window;
use crate::metrics::measure::{Measured, Number, Unit, Value};
use crate::report::TeamReport;

/// The window: from its first instant up to, but not including, its last.
#[derive(Serialize, JsonSchema)]
pub(super) struct WindowLine {
    /// The first instant inside, RFC 3339.
    since: String,
    /// The first instant after it, RFC 3339.
    until: String,
}

/// The numbers of a value, in their own order.
pub(super) struct Numbers<'a>(&'a Value);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.0.len()))?;
        for (name, number) in &self.0.0 {
            match number {
                Number::Count(count) => map.serialize_entry(name, count)?,
                Number::Real(real) => {
                    map.serialize_entry(name, &Some(*real).filter(|real| real.is_finite()))?;
                }
            }
        }
        map.end()
    }
}

/// The unit's word in files.
#[must_use]
pub const fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Hours => "hours",
        Unit::WorkingHours => "working hours",
        Unit::Share => "share",
        Unit::Count(noun) => noun,
    }
}

/// n, the numbers and the interval of what was measured; none where there is no figure.
pub(super) fn numbers(measured: &Measured) -> (Option<u64>, Option<Numbers<'_>>, Option<[f64; 2]>) {
    match measured {
        Measured::Value { n, value, interval } => (
            Some(*n),
            Some(Numbers(value)),
            interval.filter(|ends| ends.iter().all(|end| end.is_finite())),
        ),
        Measured::TooFew { n } => (Some(*n), None, None),
        Measured::NotObserved { .. }
        | Measured::NotApplicable { .. }
        | Measured::Withheld { .. } => (None, None, None),
    }
}

pub(super) fn window(window: Window) -> WindowLine {
    WindowLine {
        since: window.since.to_string(),
        until: window.until.to_string(),
    }
}

/// The name of the report's time zone.
#[must_use]
pub fn zone_name(report: &TeamReport) -> String {
    report.zone.iana_name().unwrap_or("UTC").to_owned()
}
