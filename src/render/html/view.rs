//! The report as the template sees it: words and pictures, nothing to compute.

use minijinja::value::Value;
use serde::Serialize;

use super::tables::{TableView, accepted, certificates, gaps, table};
use crate::render::{RenderError, encode, json, svg};
use crate::report::figure::{Headline, RowLine};
use crate::report::quantity;
use crate::report::team::{Absence, ProductReport, Section, Shortcoming};
use crate::report::{Chart, Figure, Shape, TeamReport};

#[derive(Serialize)]
pub(super) struct Page {
    title: String,
    /// The style sheet, made here.
    style: Value,
    style_hash: String,
    as_of: String,
    since: String,
    until: String,
    zone: String,
    bucket: &'static str,
    version: String,
    partial: Vec<ShortView>,
    unread: Vec<ShortView>,
    products: Vec<ProductView>,
    certificates: TableView,
    gaps: Option<TableView>,
    accepted: Option<TableView>,
}

#[derive(Serialize)]
struct ShortView {
    what: String,
    state: &'static str,
    reason: Option<String>,
    fix: Option<String>,
}

#[derive(Serialize)]
struct ProductView {
    id: String,
    name: String,
    repositories: Vec<LinkView>,
    glance: Vec<GlanceView>,
    sections: Vec<SectionView>,
}

#[derive(Serialize)]
struct LinkView {
    text: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct GlanceView {
    anchor: String,
    title: String,
    amount: Option<String>,
    label: String,
    n: String,
    spark: Option<Value>,
}

#[derive(Serialize)]
struct SectionView {
    id: String,
    title: String,
    question: String,
    figures: Vec<FigureView>,
    absences: Vec<AbsenceView>,
}

#[derive(Serialize)]
struct AbsenceView {
    is_not_applicable: bool,
    because: String,
    fix: Option<String>,
    metrics: Vec<AbsentView>,
}

#[derive(Serialize)]
struct AbsentView {
    id: String,
    title: String,
    definition: String,
}

#[derive(Serialize)]
struct FigureView {
    anchor: String,
    metric: String,
    product: String,
    title: String,
    question: String,
    amount: Option<String>,
    label: String,
    n: String,
    interval: Option<String>,
    others: Vec<(String, String)>,
    coverage: String,
    is_covered: bool,
    chart: Option<Value>,
    legend: Vec<(&'static str, String)>,
    cautions: Vec<String>,
    notes: Vec<String>,
    bar: Value,
    included: String,
    excluded: String,
    unknown: String,
    population: String,
    reasons: Vec<(&'static str, String, String)>,
    definition: String,
    source: String,
    parts: Vec<(&'static str, String)>,
    rows_title: String,
    rows: Vec<RowView>,
    n_rows_omitted: String,
    tables: Vec<TableView>,
    /// The table that stands where a chart would, for a state that has none.
    side: Option<TableView>,
}

#[derive(Serialize)]
struct RowView {
    text: String,
    link: Option<String>,
    rest: String,
}

impl Page {
    pub(super) fn of(
        report: &TeamReport,
        style: &str,
        style_hash: &str,
    ) -> Result<Self, RenderError> {
        let day = |at: jiff::Timestamp| report.zone.to_datetime(at).date().to_string();
        let (partial, unread): (Vec<&Shortcoming>, Vec<&Shortcoming>) = report
            .shortcomings
            .iter()
            .partition(|shortcoming| shortcoming.is_partial);
        let products: Result<Vec<ProductView>, RenderError> =
            report.products.iter().map(product).collect();
        Ok(Self {
            title: report.title.clone(),
            style: Value::from_safe_string(style.to_owned()),
            style_hash: style_hash.to_owned(),
            as_of: report.as_of.to_string(),
            since: day(report.window.since),
            until: day(report.window.until),
            zone: json::zone_name(report),
            bucket: match report.granularity {
                crate::domain::Granularity::Week => "weeks",
                crate::domain::Granularity::Month => "months",
                crate::domain::Granularity::Quarter => "quarters",
            },
            version: report.version.clone(),
            partial: partial.into_iter().map(shortcoming).collect(),
            unread: unread.into_iter().map(shortcoming).collect(),
            products: products?,
            certificates: certificates(report),
            gaps: gaps(report),
            accepted: accepted(report),
        })
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

fn anchor(id: &str) -> String {
    encode::file_name(id)
}

fn product(product: &ProductReport) -> Result<ProductView, RenderError> {
    let figures = || product.sections.iter().flat_map(|section| &section.figures);
    let glance: Result<Vec<GlanceView>, RenderError> = product
        .at_a_glance
        .iter()
        .filter_map(|id| figures().find(|figure| figure.id == *id))
        .map(glance)
        .collect();
    let sections: Result<Vec<SectionView>, RenderError> = product
        .sections
        .iter()
        .filter(|section| !section.figures.is_empty() || !section.absences.is_empty())
        .map(|part| section(part, product))
        .collect();
    Ok(ProductView {
        id: product.id.clone(),
        name: product.name.clone(),
        repositories: product
            .repositories
            .iter()
            .map(|face| LinkView {
                text: face.name.clone(),
                url: face.url.as_deref().and_then(encode::url),
            })
            .collect(),
        glance: glance?,
        sections: sections?,
    })
}

fn glance(figure: &Figure) -> Result<GlanceView, RenderError> {
    let (amount, label, n) = match &figure.headline {
        Headline::Value {
            amount, label, n, ..
        } => (Some(amount.clone()), label.clone(), *n),
        Headline::TooFew { n } => (None, "too few to summarise".to_owned(), *n),
    };
    Ok(GlanceView {
        anchor: anchor(&figure.id),
        title: figure.definition.title.to_owned(),
        amount,
        label,
        n: quantity::count(n),
        spark: figure
            .chart
            .as_ref()
            .map(svg::sparkline)
            .transpose()?
            .map(Value::from_safe_string),
    })
}

fn section(section: &Section, product: &ProductReport) -> Result<SectionView, RenderError> {
    let figures: Result<Vec<FigureView>, RenderError> = section
        .figures
        .iter()
        .map(|part| figure(part, &product.name))
        .collect();
    Ok(SectionView {
        id: section.id.clone(),
        title: section.title.clone(),
        question: section.question.clone(),
        figures: figures?,
        absences: section.absences.iter().map(absence).collect(),
    })
}

fn absence(absence: &Absence) -> AbsenceView {
    AbsenceView {
        is_not_applicable: absence.is_not_applicable,
        because: absence.because.clone(),
        fix: absence.fix.clone(),
        metrics: absence
            .metrics
            .iter()
            .map(|metric| AbsentView {
                id: metric.id.to_owned(),
                title: metric.title.to_owned(),
                definition: metric.definition.to_owned(),
            })
            .collect(),
    }
}

fn figure(figure: &Figure, product: &str) -> Result<FigureView, RenderError> {
    let definition = figure.definition;
    let (amount, label, interval, others, n) = match &figure.headline {
        Headline::Value {
            amount,
            label,
            interval,
            others,
            n,
        } => (
            Some(amount.clone()),
            label.clone(),
            interval
                .as_ref()
                .map(|[low, high]| format!("{low} – {high}")),
            others.clone(),
            *n,
        ),
        Headline::TooFew { n } => (None, String::new(), None, Vec::new(), *n),
    };
    let ledger = &figure.ledger;
    let coverage = ledger.coverage();
    let n_excluded = ledger.excluded.values().sum::<u64>();
    let words = |reason: &str| reason.replace('_', " ");
    let excluded = ledger
        .excluded
        .iter()
        .map(|(reason, n)| ("excluded", words(reason), quantity::count(*n)));
    let unknown = ledger
        .unknown
        .iter()
        .map(|(reason, n)| ("unknown", words(reason), quantity::count(*n)));
    let parts = [
        ("Formula", definition.formula),
        ("Bucketed by", definition.cohort.unwrap_or_default()),
        ("Left out", definition.exclusions),
        ("How to read it", definition.how_to_read),
        ("How it can mislead", definition.can_mislead),
    ];
    let stands_alone = figure.chart.is_none() && figure.rows.is_empty();
    let (side, by_area) = if stands_alone {
        (figure.by_area.as_ref(), None)
    } else {
        (None, figure.by_area.as_ref())
    };
    let tables = [
        figure.by_repository.as_ref(),
        by_area,
        figure.buckets.as_ref(),
    ];
    Ok(FigureView {
        anchor: anchor(&figure.id),
        metric: definition.id.to_owned(),
        product: product.to_owned(),
        title: definition.title.to_owned(),
        question: definition.question.to_owned(),
        amount,
        label,
        n: quantity::count(n),
        interval,
        others,
        coverage: quantity::ratio(coverage),
        is_covered: coverage.hits == coverage.of,
        chart: figure
            .chart
            .as_ref()
            .map(svg::inline)
            .transpose()?
            .map(Value::from_safe_string),
        legend: figure.chart.as_ref().map(legend).unwrap_or_default(),
        cautions: figure.cautions.clone(),
        notes: figure.notes.clone(),
        bar: Value::from_safe_string(svg::ledger_bar(
            ledger.included,
            n_excluded,
            ledger.n_unknown(),
        )),
        included: quantity::count(ledger.included),
        excluded: quantity::count(n_excluded),
        unknown: quantity::count(ledger.n_unknown()),
        population: quantity::count(ledger.population()),
        reasons: excluded.chain(unknown).collect(),
        definition: definition.definition.to_owned(),
        source: definition.source.to_owned(),
        parts: parts
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(title, words)| (title, words.to_owned()))
            .collect(),
        rows_title: figure.rows_title.clone(),
        rows: figure.rows.iter().map(row).collect(),
        n_rows_omitted: if figure.n_rows_omitted > 0 {
            quantity::count(figure.n_rows_omitted)
        } else {
            String::new()
        },
        tables: tables.into_iter().flatten().map(table).collect(),
        side: side.map(table),
    })
}

/// Classes of the legend's marks with their words.
fn legend(chart: &Chart) -> Vec<(&'static str, String)> {
    let mut legend: Vec<(&'static str, String)> = chart
        .marks
        .iter()
        .map(|mark| {
            (
                if mark.shape == Shape::QuietLine {
                    "quiet"
                } else {
                    "line"
                },
                mark.title.clone(),
            )
        })
        .collect();
    if chart.has_band {
        legend.push(("band", "80 % interval".to_owned()));
    }
    if chart.points.iter().any(|point| point.is_cut)
        && chart.marks.iter().any(|mark| mark.shape == Shape::Bars)
    {
        legend.push(("quiet", "cut by the window".to_owned()));
    }
    legend
}

fn row(row: &RowLine) -> RowView {
    RowView {
        text: [row.repository.as_deref(), row.label.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        link: row.link.as_deref().and_then(encode::url),
        rest: [row.on.as_deref(), row.amount.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
    }
}
