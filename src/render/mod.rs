//! Reports and documents to bytes: HTML, SVG, Markdown, CSV, JSON. No IO: the command writes the files.
//!
//! The same report gives the same bytes. Every text passes through the encoder of its sink in [`encode`].

pub mod badge;
pub mod brief;
mod bytes;
pub mod cdevents;
pub mod chat;
pub mod csv;
pub mod draft;
pub mod encode;
pub mod explain;
pub mod html;
pub mod json;
pub mod markdown;
pub mod openmetrics;
pub mod pack;
pub mod schema;
pub mod svg;
pub mod template;
pub mod terminal;
pub mod verify;

pub use bytes::Bytes;
pub use explain::{Explain, Format, definition_index, definition_page, explain};
pub use markdown::MAX_SUMMARY_BYTES;

use crate::evidence::Page;
use crate::evidence::lead::Lead;
use crate::evidence::published::{self, Published};
use crate::report::team::ProductReport;
use crate::report::{Block, Chart, Picture, TeamReport};

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

/// The same of a tree that an organisation makes large.
pub type TeamFile = (String, Bytes);

/// The file of the team tree that a job shows.
pub const SUMMARY: &str = "summary.md";

/// The folder of the team tree that has the charts.
const CHARTS: &str = "charts";
/// The file of the team tree that says what the others were made from.
pub const MANIFEST: &str = "manifest.json";
/// The file of the team tree from which a terminal is told again what a report found.
pub const BRIEF: &str = "summary.json";

/// All files below `team/`: the report, and what is published of each product's work.
///
/// # Errors
/// A defect of the program: see [`RenderError`].
pub fn team_tree(
    report: &TeamReport,
    published: &[Published],
) -> Result<Vec<TeamFile>, RenderError> {
    let mut files: Vec<OutputFile> = [
        ("index.html", html::overview(report)?),
        ("definitions.html", html::definitions(report)?),
        ("data.html", html::data(report)?),
        (SUMMARY, markdown::summary(report, published)),
        ("chat.txt", chat::message(report)),
        (BRIEF, brief::json(&brief::Brief::of(report))?),
        ("figures.json", json::figures(report)?),
        ("data_quality.json", json::data_quality(report)?),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .collect();
    files.extend(badge::files(report)?);
    for product in report.products.iter().chain(&report.teams) {
        let pages = published::pages_of(published, &product.id);
        let page = html::product(report, product, pages)?;
        files.push((product_page(product), page.into_bytes()));
        let of_sections = product.sections.iter().flat_map(|part| &part.pictures);
        for picture in product.pictures.iter().chain(of_sections) {
            files.extend(picture_files(picture)?);
        }
    }
    for figure in report.figures() {
        if let Some(chart) = &figure.chart {
            files.extend(chart_files(chart, CHARTS)?);
        }
        let stem = encode::file_name(&figure.id);
        let tables = [
            ("repositories", &figure.by_repository),
            ("areas", &figure.by_area),
        ];
        for (kind, table) in tables {
            let text = table.as_ref().map(|table| csv::table(table).into_bytes());
            files.extend(text.map(|text| (format!("charts/{stem}.{kind}.csv"), text)));
        }
    }
    for product in published {
        for page in &product.pages {
            let nav = siblings(report, product, page);
            files.extend(page_files(page, &nav)?);
        }
    }
    let plain = |(name, bytes)| (name, Bytes::Plain(bytes));
    let mut files: Vec<TeamFile> = files.into_iter().map(plain).collect();
    files.push(("metrics.json".to_owned(), json::metrics(report)?));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

/// The file of a product's page in the team tree. No other file is called like it: see the products' ids.
#[must_use]
pub fn product_page(product: &ProductReport) -> String {
    format!("{}.html", encode::file_name(&product.id))
}

/// The team's pages, and the pages of a product with the one that is looked at.
fn siblings(report: &TeamReport, product: &Published, here: &Page) -> Vec<html::Sibling> {
    let back = html::Sibling {
        title: report.title.clone(),
        place: Some("index.html".to_owned()),
    };
    let whole = report
        .products
        .iter()
        .find(|one| one.id == product.product)
        .map(|one| html::Sibling {
            title: one.name.clone(),
            place: Some(product_page(one)),
        });
    let beside = product.pages.iter().map(|page| html::Sibling {
        title: page.document.title.clone(),
        place: (page.stem != here.stem).then(|| format!("{}.html", page.stem)),
    });
    std::iter::once(back).chain(whole).chain(beside).collect()
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
    for part in &lead.parts {
        files.extend(files_of_pictures(&part.document.blocks)?);
    }
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
    let place = |end| chart_place(folder, chart, end);
    Ok([
        (place("svg"), svg::file(chart)?.into_bytes()),
        (place("csv"), csv::chart(chart).into_bytes()),
    ])
}

/// Where a file of a chart lies in its tree.
fn chart_place(folder: &str, chart: &Chart, end: &str) -> String {
    format!("{folder}/{}.{end}", encode::file_name(&chart.id))
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

/// The files of the pictures in a document.
fn files_of_pictures(blocks: &[Block]) -> Result<Vec<OutputFile>, RenderError> {
    let mut files = Vec::new();
    for block in blocks {
        match block {
            Block::Picture(picture) => files.extend(picture_files(picture)?),
            Block::Chart(chart) => files.extend(chart_files(chart, "charts")?),
            Block::Panel { blocks, .. }
            | Block::Refreshed { blocks, .. }
            | Block::Details { blocks, .. } => files.extend(files_of_pictures(blocks)?),
            Block::Heading(..)
            | Block::Paragraph(_)
            | Block::Bullets(_)
            | Block::Quote(_)
            | Block::Table(_)
            | Block::Blank { .. } => {}
        }
    }
    Ok(files)
}

/// The report's instant to the minute, in its time zone.
fn minute(report: &TeamReport) -> String {
    let at = report.zone.to_datetime(report.as_of);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}
