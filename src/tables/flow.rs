//! What flow's definitions need as relations: turns, open spans, ends of days, kinds of work, dated changes.

use jiff::Timestamp;
use polars::prelude::DataFrame;

use super::column::Field;
use super::rows::table;
use super::{Error, Row};
use crate::domain::{PrNumber, RepositoryId};

/// An interval of a pull request's life that is over, with exactly one holder: the table `turns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// From here on.
    pub start_at: Timestamp,
    /// Until then, exclusive.
    pub end_at: Timestamp,
    /// `draft`, `author`, `agent`, `reviewer`, `ci`, `merge` or `deploy`.
    pub holder: String,
}

/// A time in which a pull request was open and no draft: the table `ready_spans`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadySpanRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// From here on.
    pub start_at: Timestamp,
    /// Until then; the as-of instant while it is open.
    pub end_at: Timestamp,
}

/// A day of the window: the table `days`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// The first instant of the next day.
    pub end_at: Timestamp,
}

/// The kind of work of a pull request: the table `work_kinds`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkKindRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// `feature`, `maintenance`, `debt`, `incident` or `unclassified`.
    pub kind: String,
    /// What told it: `label`, `branch`, `title`, `path` or `no rule`.
    pub because: String,
}

/// A dated change of the register with the working days around it: the table `dated_events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedEventRow {
    /// The day and what changed.
    pub event: String,
    /// Start of the fifth working day before.
    pub before_at: Timestamp,
    /// Start of the day.
    pub on_at: Timestamp,
    /// End of the fifth working day from the day on.
    pub after_at: Timestamp,
}

/// A pull request that was taken back: the table `taken_back`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBackRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// When the default branch had the first revert of it.
    pub at: Timestamp,
}

/// The agreement that decides what needs fresh eyes: the table `flow_rules`, one row.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowRulesRow {
    /// Working days without an event by anyone but the author; never missing.
    pub stuck_after_working_days: Option<f64>,
}

table! { "turns": TurnRow { product, repository, number, start_at, end_at, holder } }

table! { "ready_spans": ReadySpanRow { product, repository, number, start_at, end_at } }

table! { "days": DayRow { end_at } }

table! { "work_kinds": WorkKindRow { product, repository, number, kind, because } }

table! { "dated_events": DatedEventRow { event, before_at, on_at, after_at } }

table! { "taken_back": TakenBackRow { product, repository, number, at } }

table! { "flow_rules": FlowRulesRow { stuck_after_working_days } }
