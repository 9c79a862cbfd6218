//! The numbers that a metric's figures hold: what each is called, and in which unit it is.

use super::measure::Unit;

/// One number of a metric's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberDefinition {
    /// Its name in `metrics.json`, in CSV and in a limit of the register: `working_p50`.
    pub name: &'static str,
    /// What a reader calls it: `median of working hours`.
    pub title: &'static str,
    /// Its unit.
    pub unit: Unit,
}

impl NumberDefinition {
    /// A number in a unit.
    #[must_use]
    pub const fn of(name: &'static str, title: &'static str, unit: Unit) -> Self {
        Self { name, title, unit }
    }

    /// A number that is counted, or has no unit.
    #[must_use]
    pub const fn bare(name: &'static str, title: &'static str) -> Self {
        Self::of(name, title, Unit::Count(""))
    }

    /// Elapsed hours.
    #[must_use]
    pub const fn hours(name: &'static str, title: &'static str) -> Self {
        Self::of(name, title, Unit::Hours)
    }

    /// Working hours.
    #[must_use]
    pub const fn working_hours(name: &'static str, title: &'static str) -> Self {
        Self::of(name, title, Unit::WorkingHours)
    }

    /// A share between 0 and 1.
    #[must_use]
    pub const fn share(name: &'static str, title: &'static str) -> Self {
        Self::of(name, title, Unit::Share)
    }
}

/// The numerator of a share.
pub const HITS: NumberDefinition = NumberDefinition::bare("hits", "hits");
/// The denominator of a share.
pub const OF: NumberDefinition = NumberDefinition::bare("of", "out of");
/// Files behind a figure.
pub const FILES: NumberDefinition = NumberDefinition::bare("files", "files");
/// Files that nobody would know.
pub const FILES_THEN_WITHOUT_AUTHOR: NumberDefinition =
    NumberDefinition::bare("files_then_without_author", "files then without author");
/// Rows that had not ended at the as-of instant.
pub const RUNNING: NumberDefinition = NumberDefinition::bare("running", "running");

/// The median, on the clock of elapsed time.
pub const P50: NumberDefinition = NumberDefinition::hours("p50", "median");
/// Three quarters are below it.
pub const P75: NumberDefinition = NumberDefinition::hours("p75", "p75");
/// Nine tenths are below it.
pub const P90: NumberDefinition = NumberDefinition::hours("p90", "p90");
/// The median, on the clock of working hours: where hours are agreed.
pub const WORKING_P50: NumberDefinition =
    NumberDefinition::working_hours("working_p50", "median of working hours");
/// Three quarters are below it.
pub const WORKING_P75: NumberDefinition =
    NumberDefinition::working_hours("working_p75", "p75 of working hours");
/// Nine tenths are below it.
pub const WORKING_P90: NumberDefinition =
    NumberDefinition::working_hours("working_p90", "p90 of working hours");

/// A share with its parts.
pub const RATIO: &[NumberDefinition] = &[HITS, OF];

/// The distribution of elapsed time.
pub const ELAPSED: &[NumberDefinition] = &[P50, P75, P90];

/// The distribution of a wait, on both clocks.
pub const WAIT: &[NumberDefinition] = &[WORKING_P50, WORKING_P75, WORKING_P90, P50, P75, P90];

/// The same where some waits still run.
pub const CENSORED_WAIT: &[NumberDefinition] = &[
    WORKING_P50,
    WORKING_P75,
    WORKING_P90,
    P50,
    P75,
    P90,
    RUNNING,
];

/// A truck factor with the files that it would orphan.
pub const TRUCK_FACTOR: &[NumberDefinition] = &[
    NumberDefinition::of("count", "count", Unit::Count("people")),
    NumberDefinition::bare("authors", "authors"),
    FILES,
    FILES_THEN_WITHOUT_AUTHOR,
];
