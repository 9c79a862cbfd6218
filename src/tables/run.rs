//! What a run had computed, kept so that a later one can say why a number moved.

use jiff::Timestamp;
use polars::prelude::DataFrame;

use super::column::Field;
use super::rows::table;
use super::{Error, Row};
use crate::domain::RepositoryId;

/// One row of a metric's ledger as a run saw it: the table `runs`.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// The metric's id.
    pub metric: String,
    /// The product's name.
    pub product: String,
    /// The repository; `None`: it is of the whole product.
    pub repository: Option<RepositoryId>,
    /// What the row is about: its page where it has one, else its subject.
    pub key: String,
    /// The instant that places it; `None` for a state.
    pub at: Option<Timestamp>,
    /// The measured quantity.
    pub value: Option<f64>,
    /// Whether the duration still ran.
    pub is_running: bool,
    /// `included`, `excluded` or `unknown`.
    pub fate: String,
    /// Why it is not included.
    pub reason: Option<String>,
}

table! { "runs": RunRow {
    metric, product, repository, key, at, value, is_running, fate, reason,
} }
