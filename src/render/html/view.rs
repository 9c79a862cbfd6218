//! The report as the template sees it: words and pictures, nothing to compute.

use minijinja::value::Value;
use serde::Serialize;

use super::Sibling;
use super::figure::{FigureView, anchor, figure};
use super::page::beside;
use super::tables::{TableView, accepted, certificates, gaps, table};
use crate::evidence;
use crate::evidence::published::{Published, pages_of};
use crate::render::{RenderError, encode, json, svg};
use crate::report::figure::Headline;
use crate::report::quantity;
use crate::report::team::{Absence, ProductReport, Section, Shortcoming, WITHHELD};
use crate::report::{Figure, TeamReport};

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
    minimum_n: String,
    partial: Vec<ShortView>,
    /// What is withheld because a precondition does not hold.
    withheld: Vec<ShortView>,
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
    /// What is published of its work.
    published: Vec<Sibling>,
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
    comparisons: Vec<ComparisonView>,
    absences: Vec<AbsenceView>,
}

#[derive(Serialize)]
struct ComparisonView {
    anchor: String,
    title: String,
    note: String,
    over_time: TableView,
    by_area: Option<TableView>,
}

#[derive(Serialize)]
struct AbsenceView {
    verdict: String,
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

impl Page {
    pub(super) fn of(
        report: &TeamReport,
        published: &[Published],
        style: &str,
        style_hash: &str,
    ) -> Result<Self, RenderError> {
        let day = |at: jiff::Timestamp| report.zone.to_datetime(at).date().to_string();
        let (partial, unread): (Vec<&Shortcoming>, Vec<&Shortcoming>) = report
            .shortcomings
            .iter()
            .partition(|shortcoming| shortcoming.is_partial);
        let (withheld, unread): (Vec<&Shortcoming>, Vec<&Shortcoming>) = unread
            .into_iter()
            .partition(|shortcoming| shortcoming.state == WITHHELD);
        let products: Result<Vec<ProductView>, RenderError> = report
            .products
            .iter()
            .map(|part| product(part, pages_of(published, &part.id), report.minimum_n))
            .collect();
        Ok(Self {
            title: report.title.clone(),
            style: Value::from_safe_string(style.to_owned()),
            style_hash: style_hash.to_owned(),
            as_of: crate::render::minute(report),
            since: day(report.window.since),
            until: day(report.window.until),
            zone: json::zone_name(report),
            bucket: match report.granularity {
                crate::domain::Granularity::Week => "weeks",
                crate::domain::Granularity::Month => "months",
                crate::domain::Granularity::Fortnight => "fortnights",
                crate::domain::Granularity::Quarter => "quarters",
                crate::domain::Granularity::HalfYear => "half years",
            },
            version: report.version.clone(),
            minimum_n: quantity::count(report.minimum_n),
            partial: partial.into_iter().map(shortcoming).collect(),
            withheld: withheld.into_iter().map(shortcoming).collect(),
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

fn product(
    product: &ProductReport,
    pages: &[evidence::Page],
    minimum_n: u64,
) -> Result<ProductView, RenderError> {
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
        .map(|part| section(part, product, minimum_n))
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
        published: pages.iter().map(beside).collect(),
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
        label: figure.large_unknown().map_or_else(
            || label.clone(),
            |unknown| format!("{label}, {} unknown", quantity::percent(unknown)),
        ),
        n: quantity::count(n),
        spark: figure
            .chart
            .as_ref()
            .map(svg::sparkline)
            .transpose()?
            .map(Value::from_safe_string),
    })
}

fn section(
    section: &Section,
    product: &ProductReport,
    minimum_n: u64,
) -> Result<SectionView, RenderError> {
    let figures: Result<Vec<FigureView>, RenderError> = section
        .figures
        .iter()
        .map(|part| figure(part, &product.name, minimum_n))
        .collect();
    Ok(SectionView {
        id: section.id.clone(),
        title: section.title.clone(),
        question: section.question.clone(),
        figures: figures?,
        comparisons: section
            .comparisons
            .iter()
            .map(|comparison| ComparisonView {
                anchor: anchor(&comparison.id),
                title: comparison.title.clone(),
                note: comparison.note.clone(),
                over_time: table(&comparison.over_time),
                by_area: comparison.by_area.as_ref().map(table),
            })
            .collect(),
        absences: section.absences.iter().map(absence).collect(),
    })
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn absence(absence: &Absence) -> AbsenceView {
    AbsenceView {
        verdict: capitalised(absence.kind.words()),
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
