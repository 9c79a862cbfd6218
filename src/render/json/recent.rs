//! Now against before, as `metrics.json` tells it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{TEAM, unit_word};
use crate::report::TeamReport;
use crate::report::strip::{Change, Days, Side, StripLine};

/// A product now and before.
#[derive(Serialize, JsonSchema)]
pub(super) struct RecentLine<'a> {
    product: &'a str,
    /// `team`, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    now: DaysLine,
    before: DaysLine,
    figures: Vec<FigureLine<'a>>,
}

/// A stretch of days.
#[derive(Serialize, JsonSchema)]
struct DaysLine {
    first: String,
    last: String,
}

/// A figure now and before.
#[derive(Serialize, JsonSchema)]
struct FigureLine<'a> {
    id: &'a str,
    metric: &'a str,
    title: &'a str,
    unit: Option<&'static str>,
    now: SideLine<'a>,
    before: SideLine<'a>,
    change: &'static str,
    agreed: Option<&'a str>,
    months: Vec<MonthLine<'a>>,
}

/// A figure in one of the stretches.
#[derive(Serialize, JsonSchema)]
struct SideLine<'a> {
    n: Option<u64>,
    value: Option<f64>,
    interval: Option<[f64; 2]>,
    because: Option<&'a str>,
}

/// A figure of one month.
#[derive(Serialize, JsonSchema)]
struct MonthLine<'a> {
    bucket: &'a str,
    value: Option<f64>,
}

/// The strips of a report, product by product.
pub(super) fn lines(report: &TeamReport) -> Vec<RecentLine<'_>> {
    let products = report.products.iter().chain(&report.teams);
    let strips = products.filter_map(|product| Some((product, product.strip.as_ref()?)));
    strips
        .map(|(product, strip)| RecentLine {
            product: &product.name,
            kind: product.owning.is_some().then_some(TEAM),
            now: days(strip.now),
            before: days(strip.before),
            figures: strip.lines.iter().map(figure).collect(),
        })
        .collect()
}

fn days(days: Days) -> DaysLine {
    DaysLine {
        first: days.first.to_string(),
        last: days.last.to_string(),
    }
}

fn figure(line: &StripLine) -> FigureLine<'_> {
    let unit = [&line.now, &line.before]
        .into_iter()
        .find_map(|side| match side {
            Side::Found(found) => Some(unit_word(found.unit)),
            Side::Missing(_) => None,
        });
    let months = line.spark.points.iter();
    FigureLine {
        id: &line.id,
        metric: line.metric,
        title: &line.short,
        unit,
        now: side(&line.now),
        before: side(&line.before),
        change: word(line.change),
        agreed: line.agreed.as_deref(),
        months: months
            .map(|(bucket, value)| MonthLine {
                bucket,
                value: *value,
            })
            .collect(),
    }
}

fn side(side: &Side) -> SideLine<'_> {
    match side {
        Side::Found(found) => SideLine {
            n: Some(found.n),
            value: Some(found.number),
            interval: found.ends,
            because: None,
        },
        Side::Missing(because) => SideLine {
            n: None,
            value: None,
            interval: None,
            because: Some(because),
        },
    }
}

const fn word(change: Change) -> &'static str {
    match change {
        Change::Longer => "longer",
        Change::Shorter => "shorter",
        Change::More => "more",
        Change::Fewer => "fewer",
        Change::Same => "the_same",
        Change::NotToldApart => "not_told_apart",
        Change::NotCompared => "not_compared",
    }
}
