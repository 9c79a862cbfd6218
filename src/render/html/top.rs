//! What every page of the team tree begins and ends with.

use minijinja::value::Value;
use serde::Serialize;

use crate::domain::Granularity;
use crate::render::json;
use crate::report::quantity;
use crate::report::team::{Shortcoming, WITHHELD};
use crate::report::{TeamReport, team};

#[derive(Serialize)]
pub(super) struct Top {
    title: String,
    description: Option<String>,
    /// The style sheet, made here.
    style: Value,
    style_hash: String,
    as_of: String,
    since: String,
    until: String,
    zone: String,
    bucket: &'static str,
    version: String,
    minimum_n: String,
    partial: Vec<ShortView>,
    /// What is withheld because a precondition does not hold.
    withheld: Vec<ShortView>,
    unread: Vec<ShortView>,
    /// The same in one line: why, and the step that would provide it.
    unread_words: String,
    unread_fix: Option<String>,
}

#[derive(Serialize)]
struct ShortView {
    what: String,
    state: &'static str,
    reason: Option<String>,
    fix: Option<String>,
}

impl Top {
    /// With all shortcomings of the data.
    pub(super) fn of(report: &TeamReport, style: (&str, &str)) -> Self {
        Self::with(report, style, report.shortcomings.iter().collect())
    }

    /// With those that concern one product.
    pub(super) fn of_product(
        report: &TeamReport,
        product: &team::ProductReport,
        style: (&str, &str),
    ) -> Self {
        Self::with(report, style, product.shortcomings.iter().collect())
    }

    /// With none: the page tells no figure.
    pub(super) fn bare(report: &TeamReport, style: (&str, &str)) -> Self {
        Self::with(report, style, Vec::new())
    }

    fn with(
        report: &TeamReport,
        (style, style_hash): (&str, &str),
        shortcomings: Vec<&Shortcoming>,
    ) -> Self {
        let day = |at: jiff::Timestamp| report.zone.to_datetime(at).date().to_string();
        let (partial, unread): (Vec<&Shortcoming>, Vec<&Shortcoming>) = shortcomings
            .into_iter()
            .partition(|shortcoming| shortcoming.is_partial);
        let (withheld, unread): (Vec<&Shortcoming>, Vec<&Shortcoming>) = unread
            .into_iter()
            .partition(|shortcoming| shortcoming.state == WITHHELD);
        let what: Vec<&str> = unread.iter().map(|short| short.what.as_str()).collect();
        let why = unread.iter().find_map(|short| short.reason.as_deref());
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        Self {
            title: report.title.clone(),
            description: report.description.clone(),
            style: Value::from_safe_string(style.to_owned()),
            style_hash: style_hash.to_owned(),
            as_of: crate::render::minute(report),
            since: day(report.window.since),
            until: day(report.window.until),
            zone: json::zone_name(report),
            bucket: match report.granularity {
                Granularity::Week => "weeks",
                Granularity::Month => "months",
                Granularity::Fortnight => "fortnights",
                Granularity::Quarter => "quarters",
                Granularity::HalfYear => "half years",
            },
            version: report.version.clone(),
            minimum_n: quantity::count(report.minimum_n),
            unread_words: format!("{}{why}", what.join("; ")),
            unread_fix: unread.iter().find_map(|short| short.fix.clone()),
            partial: partial.into_iter().map(shortcoming).collect(),
            withheld: withheld.into_iter().map(shortcoming).collect(),
            unread: unread.into_iter().map(shortcoming).collect(),
        }
    }
}

fn shortcoming(shortcoming: &Shortcoming) -> ShortView {
    ShortView {
        what: shortcoming.what.clone(),
        state: shortcoming.state,
        reason: shortcoming.reason.clone(),
        fix: shortcoming.fix.clone(),
    }
}
