//! Reports and documents to bytes: HTML, SVG, Markdown, CSV, JSON. No IO: the command writes the files.
//!
//! The same report gives the same bytes. Every text passes through the encoder of its sink in [`encode`].

pub mod csv;
pub mod draft;
pub mod encode;
pub mod explain;
pub mod html;
pub mod json;
pub mod markdown;
pub mod pack;
pub mod svg;
pub mod verify;

pub use explain::{Explain, Format, definition_index, definition_page, explain};
pub use markdown::MAX_SUMMARY_BYTES;

use crate::evidence::Page;
use crate::evidence::lead::Lead;
use crate::evidence::published::Published;
use crate::report::{Chart, Picture, TeamReport};

/// Why a report could not be turned into bytes. Each is a defect of the program, not of the data.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A chart could not be drawn.
    #[error("the chart `{chart}` cannot be drawn: {reason}")]
    Chart {
        /// The chart's id.
        chart: String,
        /// What the drawing library says.
        reason: String,
    },
    /// The template does not fit the report.
    #[error("the template `{template}` does not fit the report")]
    Template {
        /// The template.
        template: &'static str,
        /// What the template engine says.
        source: Box<minijinja::Error>,
    },
    /// A value that JSON cannot carry.
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// One file of an output tree: its path below the tree's root, with `/`, and its bytes.
pub type OutputFile = (String, Vec<u8>);

/// All files below `team/`: the report, and what is published of each product's work.
///
/// # Errors
/// A defect of the program: see [`RenderError`].
pub fn team_tree(
    report: &TeamReport,
    published: &[Published],
) -> Result<Vec<OutputFile>, RenderError> {
    let mut files = vec![
        (
            "index.html".to_owned(),
            html::team(report, published)?.into_bytes(),
        ),
        (
            "summary.md".to_owned(),
            markdown::summary(report, published).into_bytes(),
        ),
        (
            "metrics.json".to_owned(),
            json::metrics(report)?.into_bytes(),
        ),
        (
            "data_quality.json".to_owned(),
            json::data_quality(report)?.into_bytes(),
        ),
    ];
    for chart in report.figures().filter_map(|figure| figure.chart.as_ref()) {
        files.extend(chart_files(chart, "charts")?);
    }
    for picture in report.products.iter().flat_map(|product| &product.pictures) {
        files.extend(picture_files(picture)?);
    }
    for product in published {
        for page in &product.pages {
            let nav = siblings(report, product, page);
            files.extend(page_files(page, &nav)?);
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

/// The team page, and the pages of a product with the one that is looked at.
fn siblings(report: &TeamReport, product: &Published, here: &Page) -> Vec<html::Sibling> {
    let back = html::Sibling {
        title: report.title.clone(),
        place: Some(format!("index.html#{}", product.product)),
    };
    let beside = product.pages.iter().map(|page| html::Sibling {
        title: page.document.title.clone(),
        place: (page.stem != here.stem).then(|| format!("{}.html", page.stem)),
    });
    std::iter::once(back).chain(beside).collect()
}

/// All files below `private/lead/` but the drafts: the page, every part as text, the views as data, and the pages beside them.
///
/// # Errors
/// A defect of the program: see [`RenderError`].
pub fn lead_tree(lead: &Lead, pages: &[Page]) -> Result<Vec<OutputFile>, RenderError> {
    let mut files = vec![
        (
            "index.html".to_owned(),
            html::lead(lead, pages)?.into_bytes(),
        ),
        ("lead.json".to_owned(), json::lead(lead)?.into_bytes()),
    ];
    files.extend(lead.parts.iter().map(|part| {
        let text = pack::document(&part.document);
        (format!("{}.md", part.id), text.into_bytes())
    }));
    for page in pages.iter().filter(|page| !page.is_draft) {
        files.extend(page_files(page, &[back_to_lead(page)])?);
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

/// The way back from a page to the lead's views.
#[must_use]
pub fn back_to_lead(page: &Page) -> html::Sibling {
    let up = "../".repeat(page.stem.matches('/').count());
    html::Sibling {
        title: "For the lead".to_owned(),
        place: Some(format!("{up}index.html")),
    }
}

/// A page as text, and as a page to be read and printed, which names the pages beside it.
///
/// # Errors
/// A defect of the program: see [`RenderError`].
pub fn page_files(page: &Page, nav: &[html::Sibling]) -> Result<[OutputFile; 2], RenderError> {
    let text = pack::document(&page.document);
    let html = html::document(&page.document, &[], nav)?;
    Ok([
        (format!("{}.md", page.stem), text.into_bytes()),
        (format!("{}.html", page.stem), html.into_bytes()),
    ])
}

/// A chart as a picture and as its data.
///
/// # Errors
/// A defect of the program: see [`RenderError`].
pub fn chart_files(chart: &Chart, folder: &str) -> Result<[OutputFile; 2], RenderError> {
    let stem = encode::file_name(&chart.id);
    Ok([
        (
            format!("{folder}/{stem}.svg"),
            svg::file(chart)?.into_bytes(),
        ),
        (
            format!("{folder}/{stem}.csv"),
            csv::chart(chart).into_bytes(),
        ),
    ])
}

/// A picture of a product, and the numbers that it is drawn from.
fn picture_files(picture: &Picture) -> Result<[OutputFile; 2], RenderError> {
    let stem = encode::file_name(&picture.id);
    Ok([
        (
            format!("charts/{stem}.svg"),
            svg::picture_file(picture)?.into_bytes(),
        ),
        (
            format!("charts/{stem}.csv"),
            csv::table(&picture.table).into_bytes(),
        ),
    ])
}

/// The report's instant to the minute, in its time zone.
fn minute(report: &TeamReport) -> String {
    let at = report.zone.to_datetime(report.as_of);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}
