//! The stable JSON files: `metrics.json`, `figures.json` and `data_quality.json`. Field order is fixed; a missing value is null.

mod figures;
mod manifest;
mod parts;
mod recent;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

pub(super) use figures::FiguresFile;
pub use figures::{FigureLine, figure_line};
pub use manifest::Manifest;
use parts::{Numbers, WindowLine, numbers, window};
pub use parts::{unit_word, zone_name};

use super::{Bytes, RenderError, encode};
use crate::domain::{Granularity, Origin, RepositoryId};
use crate::metrics::counts::Counts;
use crate::metrics::measure::{Cell, Definition, Measured};
use crate::report::team::ProductReport;
use crate::report::{OwnedLine, TeamReport};

/// The word of a scope that is a team.
pub(super) const TEAM: &str = "team";

/// Every figure of every scope and bucket that names nobody.
#[derive(Serialize, JsonSchema)]
pub(super) struct MetricsFile<'a> {
    /// The layout of the file: 1.
    format: u32,
    /// The instant it speaks of, RFC 3339.
    as_of: String,
    /// The window.
    window: WindowLine,
    /// The length of a bucket.
    granularity: Granularity,
    /// The IANA zone of its days.
    time_zone: String,
    /// The version that wrote it.
    version: &'a str,
    /// Whether some data is there with a hole in it.
    partial: bool,
    /// The products in order.
    products: Vec<ProductLine<'a>>,
    /// The teams in order: what they own is of the products, and of each other; absent where the register has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    teams: Vec<TeamLine<'a>>,
    /// The last days against as many before them.
    now_and_before: Vec<recent::RecentLine<'a>>,
    /// Every figure, by id, scope and bucket.
    #[schemars(with = "Vec<MetricLine<'a>>")]
    metrics: Lines<'a>,
}

/// Every figure of a report, each made when it is written: an organisation has millions.
pub(super) struct Lines<'a>(&'a TeamReport);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.0.cells.iter();
        serializer.collect_seq(cells.map(|(definition, cell)| {
            let is_team = self.0.is_team(&cell.scope.product);
            metric_line(|id| self.0.repository_name(id), is_team, definition, cell)
        }))
    }
}

/// A named group of repositories.
#[derive(Serialize, JsonSchema)]
struct ProductLine<'a> {
    /// Its name.
    name: &'a str,
    /// Its repositories' names.
    repositories: Vec<&'a str>,
}

/// A team.
#[derive(Serialize, JsonSchema)]
struct TeamLine<'a> {
    /// Its name.
    name: &'a str,
    /// The repositories of which it owns something.
    repositories: Vec<&'a str>,
    /// What it owns, as the register says it.
    owns: Vec<&'a str>,
    /// Other teams that own files of it, and how many.
    shared_with: BTreeMap<&'a str, u64>,
}

/// One figure.
#[derive(Serialize, JsonSchema)]
pub(super) struct MetricLine<'a> {
    /// The metric's id.
    id: &'a str,
    /// What it is called.
    title: &'a str,
    /// The unit of the headline: of the first number, or of the share where the value is a ratio.
    unit: &'a str,
    /// What it speaks of.
    scope: ScopeLine<'a>,
    /// The bucket, such as `2026-02`; null: the whole window.
    bucket: Option<String>,
    /// Rows behind it; null where nothing was measured, or where it is withheld.
    n: Option<u64>,
    /// Its numbers by name; null: there is no figure.
    #[schemars(with = "Option<BTreeMap<String, Option<f64>>>")]
    value: Option<Numbers<'a>>,
    /// 80 % interval of the first number, or of the share.
    interval: Option<[f64; 2]>,
    /// Rows measured out of those that could have been.
    coverage: Option<CoverageLine>,
    /// `measured`, `too_few`, `not_observed`, `not_applicable` or `withheld`.
    status: &'static str,
    /// How many people acted, where what they did is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<u64>,
    /// Why nothing was measured.
    because: Option<&'a str>,
    /// The step that would have it measured.
    fix: Option<&'a str>,
    /// The rows behind it.
    ledger: Option<LedgerLine<'a>>,
}

/// What a figure speaks of.
#[derive(Serialize, JsonSchema)]
struct ScopeLine<'a> {
    /// The product, or the team where `kind` says so.
    product: &'a str,
    /// `team`: of what a team owns, and no further part of any product; missing: of a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// One repository of it; null: all.
    repository: Option<&'a str>,
    /// One area of it; null: all.
    area: Option<&'a str>,
    /// One origin of the changes; missing: all that are measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
}

/// How many rows were measured out of those that could have been.
#[derive(Serialize, JsonSchema)]
struct CoverageLine {
    /// Measured.
    hits: u64,
    /// Measured, or of unknown value.
    of: u64,
}

/// The rows behind a figure, counted by what became of them.
#[derive(Serialize, JsonSchema)]
struct LedgerLine<'a> {
    /// In the figure.
    included: u64,
    /// Left out, by reason.
    #[schemars(with = "BTreeMap<String, u64>")]
    excluded: &'a Counts,
    /// Not measurable.
    unknown: u64,
    /// The same by reason.
    #[schemars(with = "BTreeMap<String, u64>")]
    unknown_reasons: &'a Counts,
}

/// One figure as `metrics.json` and `explain` write it.
pub(super) fn metric_line<'a>(
    repository_name: impl Fn(RepositoryId) -> Option<&'a str>,
    is_team: bool,
    definition: &'a Definition,
    cell: &'a Cell,
) -> MetricLine<'a> {
    let (n, value, interval) = numbers(&cell.measured);
    let (because, fix) = match &cell.measured {
        Measured::NotObserved { because, fix } => (Some(because.as_str()), fix.as_deref()),
        Measured::NotApplicable { because } => (Some(because.as_str()), None),
        _ => (None, None),
    };
    let (is_told, people) = match &cell.measured {
        Measured::Withheld { people } => (false, *people),
        _ => (true, None),
    };
    let coverage = cell.ledger.coverage();
    MetricLine {
        id: definition.id,
        title: definition.title,
        unit: unit_word(definition.unit_of(&cell.measured)),
        scope: ScopeLine {
            product: &cell.scope.product,
            kind: is_team.then_some(TEAM),
            repository: cell.scope.repository.and_then(repository_name),
            area: cell.scope.area.as_deref(),
            origin: cell.scope.origin.map(Origin::word),
        },
        bucket: cell.bucket.map(|bucket| bucket.to_string()),
        n,
        value,
        interval,
        coverage: is_told.then_some(CoverageLine {
            hits: coverage.hits,
            of: coverage.of,
        }),
        status: cell.measured.status(),
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
pub fn metrics(report: &TeamReport) -> Result<Bytes, RenderError> {
    let file = MetricsFile {
        format: 1,
        as_of: report.as_of.to_string(),
        window: window(report.window),
        granularity: report.granularity,
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
        teams: report.teams.iter().map(team_line).collect(),
        now_and_before: recent::lines(report),
        metrics: Lines(report),
    };
    Bytes::of_json(&file)
}

fn team_line(team: &ProductReport) -> TeamLine<'_> {
    let owning = team.owning.as_ref();
    let owns = owning.map(|owning| owning.owns.as_slice());
    let shared = owning.map(|owning| owning.shared_with.as_slice());
    TeamLine {
        name: &team.name,
        repositories: team
            .repositories
            .iter()
            .map(|face| face.name.as_str())
            .collect(),
        owns: owns
            .unwrap_or_default()
            .iter()
            .map(|line| line.entry.as_str())
            .collect(),
        shared_with: shared
            .unwrap_or_default()
            .iter()
            .map(|(team, n)| (team.as_str(), *n))
            .collect(),
    }
}

/// `figures.json`: a figure a product and metric, over the window.
///
/// # Errors
/// A defect of the program.
pub fn figures(report: &TeamReport) -> Result<String, RenderError> {
    written(&figures::file(report))
}

/// `manifest.json`.
///
/// # Errors
/// A defect of the program.
pub fn manifest(manifest: &Manifest) -> Result<String, RenderError> {
    written(manifest)
}

/// How complete every stream is, and what could not be read.
#[derive(Serialize, JsonSchema)]
pub(super) struct QualityFile<'a> {
    /// The layout of the file: 1.
    format: u32,
    /// The instant it speaks of, RFC 3339.
    as_of: String,
    /// Whether some data is there with a hole in it.
    partial: bool,
    /// Every stream of every repository.
    streams: Vec<StreamLine<'a>>,
    /// What each pattern that names repositories gave; absent where none does.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    patterns: &'a [crate::domain::PatternLine],
    /// What each file of the register's imports gave; absent where it has none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    imports: &'a [crate::domain::ImportLine],
    /// What each entry of the register's teams owns; absent where it has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    teams: Vec<&'a OwnedLine>,
    /// Holes, counted.
    gaps: Vec<GapLine<'a>>,
    /// How many texts named somebody and are printed without the name.
    masked_texts: u64,
}

/// One stream of one repository.
#[derive(Serialize, JsonSchema)]
struct StreamLine<'a> {
    /// The repository.
    repository: &'a str,
    /// The stream: `pull_requests`, …
    stream: &'static str,
    /// How much of it is there.
    completeness: crate::domain::Completeness,
    /// Why it is not complete.
    reason: Option<&'a str>,
    /// The step that would complete it.
    fix: Option<&'a str>,
    /// How many records there are.
    expected: Option<u64>,
    /// How many were read.
    fetched: u64,
    /// Everything up to here is in, RFC 3339.
    watermark: Option<String>,
    /// Hours from there to the as-of instant.
    age_hours: Option<f64>,
    /// The day until which the team lives with the hole.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_until: Option<String>,
}

/// Holes of one kind.
#[derive(Serialize, JsonSchema)]
struct GapLine<'a> {
    /// The repository; null: outside of repositories.
    repository: Option<&'a str>,
    /// What kind of thing.
    kind: &'a str,
    /// Why.
    reason: &'a str,
    /// How many.
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
        patterns: &report.patterns,
        imports: &report.imports,
        teams: report.owned_lines().collect(),
        gaps: gaps.collect(),
        masked_texts: report.n_masked,
    })
}

fn written(file: &impl Serialize) -> Result<String, RenderError> {
    Ok(encode::json(serde_json::to_string_pretty(file)? + "\n"))
}
