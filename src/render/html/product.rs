//! A product's page as its template sees it: words and pictures, nothing to compute.

use minijinja::value::Value;
use serde::Serialize;

use super::Sibling;
use super::figure::{FigureView, anchor, figure};
use super::first::{self, LookView, StripView};
use super::page::beside;
use super::tables::{TableView, table};
use super::top::Top;
use crate::evidence;
use crate::render::{RenderError, encode, svg};
use crate::report::figure::cautions_of;
use crate::report::team::{Absence, ProductReport, Section};
use crate::report::{Figure, OwnedLine, Picture, TeamReport, quantity};

#[derive(Serialize)]
pub(super) struct ProductPage {
    top: Top,
    product: ProductView,
}

#[derive(Serialize)]
struct ProductView {
    id: String,
    name: String,
    repositories: Vec<LinkView>,
    /// What a team owns; empty for a product.
    owns: Vec<String>,
    /// Other teams that own some of it, each with how many files.
    shared: Vec<String>,
    /// What is published of its work.
    published: Vec<Sibling>,
    strip: Option<StripView>,
    looks: Vec<LookView>,
    pictures: Vec<PictureView>,
    sections: Vec<SectionView>,
}

#[derive(Serialize)]
struct LinkView {
    text: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct PictureView {
    anchor: String,
    title: String,
    svg: Value,
    alternative: String,
    csv: String,
}

#[derive(Serialize)]
struct SectionView {
    id: String,
    title: String,
    question: String,
    pictures: Vec<PictureView>,
    /// Whether its figures are a line each.
    as_lines: bool,
    /// What several of its figures lack alike, told once.
    cautions: Vec<String>,
    figures: Vec<FigureView>,
    comparisons: Vec<ComparisonView>,
    nothing: Vec<NothingView>,
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

/// A figure without a row: a line is enough.
#[derive(Serialize)]
struct NothingView {
    id: &'static str,
    title: &'static str,
    because: String,
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
    id: &'static str,
    title: &'static str,
}

impl ProductPage {
    pub(super) fn of(
        report: &TeamReport,
        product: &ProductReport,
        pages: &[evidence::Page],
        style: (&str, &str),
    ) -> Result<Self, RenderError> {
        let sections: Result<Vec<SectionView>, RenderError> = product
            .sections
            .iter()
            .filter(|section| !section.figures.is_empty() || !section.absences.is_empty())
            .map(|part| section(part, product, report.minimum_n))
            .collect();
        Ok(Self {
            top: Top::of_product(report, product, style),
            product: ProductView {
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
                owns: owns(product),
                shared: shared(product),
                published: pages.iter().map(beside).collect(),
                strip: product
                    .strip
                    .as_ref()
                    .map(|part| first::strip(part, product)),
                looks: first::looks(&product.looks, product),
                pictures: product
                    .pictures
                    .iter()
                    .map(picture)
                    .collect::<Result<_, RenderError>>()?,
                sections: sections?,
            },
        })
    }
}

fn counted(n: u64, one: &str, several: &str) -> String {
    let noun = if n == 1 { one } else { several };
    format!("{} {noun}", quantity::count(n))
}

/// What a team owns, entry by entry, with how much that is.
fn owns(product: &ProductReport) -> Vec<String> {
    let owns = product.owning.as_ref().map(|owning| owning.owns.as_slice());
    let line = |line: &OwnedLine| {
        let entry = &line.entry;
        match (&line.reason, line.n_files) {
            (Some(reason), _) => format!("{entry} ({reason})"),
            (None, _) if line.n_repositories > 0 => {
                let n = counted(line.n_repositories, "repository", "repositories");
                format!("{entry} (all of {n})")
            }
            (None, 0) => entry.clone(),
            (None, n) => format!("{entry} ({})", counted(n, "file", "files")),
        }
    };
    owns.unwrap_or_default().iter().map(line).collect()
}

fn shared(product: &ProductReport) -> Vec<String> {
    let owning = product.owning.as_ref();
    let shared = owning.map(|owning| owning.shared_with.as_slice());
    let line = |(team, n): &(String, u64)| format!("{team} ({})", counted(*n, "file", "files"));
    shared.unwrap_or_default().iter().map(line).collect()
}

fn picture(picture: &Picture) -> Result<PictureView, RenderError> {
    Ok(PictureView {
        anchor: anchor(&picture.id),
        title: picture.title.clone(),
        svg: Value::from_safe_string(svg::captioned(picture, &anchor(&picture.id))?),
        alternative: picture.alternative.clone(),
        csv: format!("charts/{}.csv", encode::file_name(&picture.id)),
    })
}

fn section(
    section: &Section,
    product: &ProductReport,
    minimum_n: u64,
) -> Result<SectionView, RenderError> {
    let (nothing, figures): (Vec<&Figure>, Vec<&Figure>) = section
        .figures
        .iter()
        .partition(|figure| figure.is_nothing());
    let strip = product.strip.as_ref().map(|strip| strip.lines.as_slice());
    let is_in_strip = |figure: &Figure| {
        let mut lines = strip.unwrap_or_default().iter();
        lines.any(|line| line.metric == figure.definition.id)
    };
    let shared = Shared::among(&figures);
    let figures: Result<Vec<FigureView>, RenderError> = figures
        .into_iter()
        .map(|part| figure(part, shared.left_to(part), is_in_strip(part), minimum_n))
        .collect();
    Ok(SectionView {
        id: section.id.clone(),
        title: section.title.clone(),
        question: section.question.clone(),
        pictures: section
            .pictures
            .iter()
            .map(picture)
            .collect::<Result<_, RenderError>>()?,
        as_lines: section.as_lines,
        cautions: shared.words(),
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
        nothing: nothing
            .into_iter()
            .map(|figure| NothingView {
                id: figure.definition.id,
                title: figure.definition.title,
                because: why_nothing(figure, minimum_n),
            })
            .collect(),
        absences: section.absences.iter().map(absence).collect(),
    })
}

/// What several figures of a section lack alike: each caution, and whose it is.
struct Shared<'a> {
    n_figures: usize,
    cautions: Vec<(&'a str, Vec<&'static str>)>,
}

impl<'a> Shared<'a> {
    fn among(figures: &[&'a Figure]) -> Self {
        let mut cautions = cautions_of(figures.iter().copied());
        cautions.retain(|(_, titles)| titles.len() > 1);
        Self {
            n_figures: figures.len(),
            cautions,
        }
    }

    /// `Partial data: history of acme/web partial. It concerns every figure here.`
    fn words(&self) -> Vec<String> {
        let words = |(caution, titles): &(&str, Vec<&str>)| {
            let of = if titles.len() == self.n_figures {
                "every figure here".to_owned()
            } else {
                titles.join(", ")
            };
            format!("Partial data: {caution}. It concerns {of}.")
        };
        self.cautions.iter().map(words).collect()
    }

    /// What a figure's own card still has to say: what it alone lacks, and, where not every figure lacks the same, that it lacks it.
    fn left_to(&self, figure: &Figure) -> Vec<String> {
        let mut left: Vec<String> = Vec::new();
        for caution in &figure.cautions {
            let shared = self.cautions.iter().find(|(known, _)| known == caution);
            let words = match shared {
                None => caution.as_str(),
                Some((_, titles)) if titles.len() == self.n_figures => continue,
                Some(_) => "as said above",
            };
            if !left.iter().any(|known| known == words) {
                left.push(words.to_owned());
            }
        }
        left
    }
}

/// Why a figure has no row: what was left out, and what could not be measured.
fn why_nothing(figure: &Figure, minimum_n: u64) -> String {
    let left_out = figure
        .ledger
        .excluded
        .iter()
        .chain(figure.ledger.unknown.iter());
    let words: Vec<String> = left_out
        .map(|(reason, n)| {
            let words = quantity::reason(reason, minimum_n);
            format!("{} {words}", quantity::count(n))
        })
        .collect();
    words.join(", ")
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
                id: metric.id,
                title: metric.title,
            })
            .collect(),
    }
}
