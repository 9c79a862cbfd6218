//! The stable JSON files: `metrics.json` and `data_quality.json`. Field order is fixed; a missing value is null.

mod recent;

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{RenderError, encode};
use crate::domain::RepositoryId;
use crate::metrics::measure::{Cell, Definition, Measured, Number, Unit, Value};
use crate::report::TeamReport;

#[derive(Serialize)]
struct MetricsFile<'a> {
    format: u32,
    as_of: String,
    window: WindowLine,
    granularity: &'static str,
    time_zone: String,
    version: &'a str,
    partial: bool,
    products: Vec<ProductLine<'a>>,
    /// The last days against as many before them.
    now_and_before: Vec<recent::RecentLine<'a>>,
    metrics: Vec<MetricLine<'a>>,
}

#[derive(Serialize)]
struct WindowLine {
    since: String,
    until: String,
}

#[derive(Serialize)]
struct ProductLine<'a> {
    name: &'a str,
    repositories: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct MetricLine<'a> {
    id: &'a str,
    title: &'a str,
    /// The unit of the headline: of the first number, or of the share where the value is a ratio.
    unit: &'a str,
    scope: ScopeLine<'a>,
    bucket: Option<String>,
    n: Option<u64>,
    value: Option<Numbers<'a>>,
    interval: Option<[f64; 2]>,
    coverage: Option<CoverageLine>,
    status: &'static str,
    /// How many people acted, where what they did is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<u64>,
    because: Option<&'a str>,
    fix: Option<&'a str>,
    ledger: Option<LedgerLine<'a>>,
}

#[derive(Serialize)]
struct ScopeLine<'a> {
    product: &'a str,
    repository: Option<&'a str>,
    area: Option<&'a str>,
}

#[derive(Serialize)]
struct CoverageLine {
    hits: u64,
    of: u64,
}

#[derive(Serialize)]
struct LedgerLine<'a> {
    included: u64,
    excluded: &'a BTreeMap<&'static str, u64>,
    unknown: u64,
    unknown_reasons: &'a BTreeMap<&'static str, u64>,
}

/// The numbers of a value, in their own order.
struct Numbers<'a>(&'a Value);

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

/// One figure as `metrics.json` and `explain` write it.
pub(super) fn metric_line<'a>(
    repository_name: impl Fn(RepositoryId) -> Option<&'a str>,
    definition: &'a Definition,
    cell: &'a Cell,
) -> MetricLine<'a> {
    let (status, n, value, interval, because, fix) = match &cell.measured {
        Measured::Value { n, value, interval } => (
            "measured",
            Some(*n),
            Some(Numbers(value)),
            *interval,
            None,
            None,
        ),
        Measured::TooFew { n } => ("too_few", Some(*n), None, None, None, None),
        Measured::NotObserved { because, fix } => (
            "not_observed",
            None,
            None,
            None,
            Some(because.as_str()),
            fix.as_deref(),
        ),
        Measured::NotApplicable { because } => (
            "not_applicable",
            None,
            None,
            None,
            Some(because.as_str()),
            None,
        ),
        Measured::Withheld { .. } => ("withheld", None, None, None, None, None),
    };
    let (is_told, people) = match &cell.measured {
        Measured::Withheld { people } => (false, *people),
        _ => (true, None),
    };
    let unit = match &cell.measured {
        Measured::Value { value, .. } => definition.headline_unit(value),
        _ => definition.unit,
    };
    let coverage = cell.ledger.coverage();
    MetricLine {
        id: definition.id,
        title: definition.title,
        unit: unit_word(unit),
        scope: ScopeLine {
            product: &cell.scope.product,
            repository: cell.scope.repository.and_then(repository_name),
            area: cell.scope.area.as_deref(),
        },
        bucket: cell.bucket.map(|bucket| bucket.to_string()),
        n,
        value,
        interval: interval.filter(|ends| ends.iter().all(|end| end.is_finite())),
        coverage: is_told.then_some(CoverageLine {
            hits: coverage.hits,
            of: coverage.of,
        }),
        status,
        people,
        because,
        fix,
        ledger: is_told.then(|| LedgerLine {
            included: cell.ledger.included,
            excluded: &cell.ledger.excluded,
            unknown: cell.ledger.n_unknown(),
            unknown_reasons: &cell.ledger.unknown,
        }),
    }
}

/// `lead.json`: the lead's named views as data.
///
/// # Errors
/// A defect of the program: a number that JSON cannot carry.
pub fn lead(lead: &crate::evidence::lead::Lead) -> Result<String, RenderError> {
    Ok(encode::json(serde_json::to_string_pretty(lead)? + "\n"))
}

/// `metrics.json`: every measure of every scope and bucket, by id, scope and bucket.
///
/// # Errors
/// A defect of the program.
pub fn metrics(report: &TeamReport) -> Result<String, RenderError> {
    let file = MetricsFile {
        format: 1,
        as_of: report.as_of.to_string(),
        window: WindowLine {
            since: report.window.since.to_string(),
            until: report.window.until.to_string(),
        },
        granularity: match report.granularity {
            crate::domain::Granularity::Week => "week",
            crate::domain::Granularity::Month => "month",
            crate::domain::Granularity::Fortnight => "fortnight",
            crate::domain::Granularity::Quarter => "quarter",
            crate::domain::Granularity::HalfYear => "half_year",
        },
        time_zone: zone_name(report),
        version: &report.version,
        partial: report.is_partial(),
        products: report
            .products
            .iter()
            .map(|product| ProductLine {
                name: &product.name,
                repositories: product
                    .repositories
                    .iter()
                    .map(|face| face.name.as_str())
                    .collect(),
            })
            .collect(),
        now_and_before: recent::lines(report),
        metrics: report
            .cells
            .iter()
            .map(|(definition, cell)| {
                metric_line(|id| report.repository_name(id), definition, cell)
            })
            .collect(),
    };
    written(&file)
}

/// The name of the report's time zone.
#[must_use]
pub fn zone_name(report: &TeamReport) -> String {
    report.zone.iana_name().unwrap_or("UTC").to_owned()
}

#[derive(Serialize)]
struct QualityFile<'a> {
    format: u32,
    as_of: String,
    partial: bool,
    streams: Vec<StreamLine<'a>>,
    gaps: Vec<GapLine<'a>>,
    /// How many texts named somebody and are printed without the name.
    masked_texts: u64,
}

#[derive(Serialize)]
struct StreamLine<'a> {
    repository: &'a str,
    stream: &'static str,
    completeness: crate::domain::Completeness,
    reason: Option<&'a str>,
    fix: Option<&'a str>,
    expected: Option<u64>,
    fetched: u64,
    watermark: Option<String>,
    age_hours: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_until: Option<String>,
}

#[derive(Serialize)]
struct GapLine<'a> {
    repository: Option<&'a str>,
    kind: &'a str,
    reason: &'a str,
    n: u64,
}

/// `data_quality.json`: the completeness certificate and the holes, counted.
///
/// # Errors
/// A defect of the program.
pub fn data_quality(report: &TeamReport) -> Result<String, RenderError> {
    let streams = report.certificates.iter().map(|line| {
        let certificate = &line.certificate;
        StreamLine {
            repository: &line.repository,
            stream: certificate.stream.word(),
            completeness: certificate.completeness,
            reason: certificate.reason.as_deref(),
            fix: certificate.fix.as_deref(),
            expected: certificate.expected,
            fetched: certificate.fetched,
            accepted_until: certificate
                .accepted
                .as_ref()
                .map(|(until, _)| until.to_string()),
            watermark: certificate.watermark.map(|at| at.to_string()),
            age_hours: certificate
                .watermark
                .and_then(|at| crate::domain::Elapsed::between(at, report.as_of))
                .map(crate::domain::Elapsed::hours),
        }
    });
    let gaps = report.gaps.iter().map(|gap| GapLine {
        repository: gap.repository.as_deref(),
        kind: &gap.kind,
        reason: &gap.reason,
        n: gap.n,
    });
    written(&QualityFile {
        format: 1,
        as_of: report.as_of.to_string(),
        partial: report.is_partial(),
        streams: streams.collect(),
        gaps: gaps.collect(),
        masked_texts: report.n_masked,
    })
}

fn written(file: &impl Serialize) -> Result<String, RenderError> {
    Ok(encode::json(serde_json::to_string_pretty(file)? + "\n"))
}
