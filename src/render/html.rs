//! Pages: each one self-contained file without script, request or inline style, in both colour schemes, for screen and paper.

mod definitions;
mod figure;
mod first;
mod overview;
mod page;
mod product;
mod tables;
mod top;
mod written;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Serde, Value};
use sha2::{Digest, Sha256};

use super::{RenderError, svg, template};
use crate::evidence::Page;
use crate::evidence::lead::Lead;
use crate::report::team::ProductReport;
use crate::report::{Chart, Document, TeamReport};

/// A table, and what stands in its cells, as macros in front of every template.
const TABLE: &str = include_str!("../../reports/table.html");
/// What the pages of the team tree have in common, as macros in front of their templates.
const PARTS: &str = include_str!("../../reports/parts.html");
const OVERVIEW: &str = include_str!("../../reports/overview.html");
const PRODUCT: &str = include_str!("../../reports/product.html");
const DEFINITIONS: &str = include_str!("../../reports/definitions.html");
const DATA: &str = include_str!("../../reports/data.html");
const DOCUMENT: &str = include_str!("../../reports/document.html");
/// The parts of documents, as macros in front of the templates of documents.
const BLOCKS: &str = include_str!("../../reports/blocks.html");
const DOCUMENT_STYLE: &str = include_str!("../../reports/document.css");
// Tables of documents: what goes on beside the screen is shown by a shade on that side.
const SCROLL_STYLE: &str = include_str!("../../reports/scroll.css");
const LEAD: &str = include_str!("../../reports/lead.html");
const LEAD_STYLE: &str = include_str!("../../reports/lead.css");
// Paper cannot be unfolded: what is folded on the screen is printed, but for the lists of rows of a product's page, which has eight
// sheets. A browser that cannot do that has the paper say what it lacks. No comment stands in the file: every page carries it.
const STYLE: &str = include_str!("../../reports/team.css");

/// `index.html` of the team tree: one row a product.
///
/// # Errors
/// A defect of the program: the template does not fit the report.
pub fn overview(report: &TeamReport) -> Result<String, RenderError> {
    let style = style();
    let page = overview::OverviewPage::of(report, (&style, &source_hash(&style)));
    rendered("overview.html", [PARTS, OVERVIEW], &page)
}

/// The page of one product.
///
/// # Errors
/// A defect of the program: the template does not fit the report, or a chart cannot be drawn.
pub fn product(
    report: &TeamReport,
    product: &ProductReport,
    pages: &[Page],
) -> Result<String, RenderError> {
    let style = style();
    let page = product::ProductPage::of(report, product, pages, (&style, &source_hash(&style)))?;
    rendered("product.html", [PARTS, PRODUCT], &page)
}

/// `definitions.html`: what every figure counts, each once.
///
/// # Errors
/// A defect of the program: the template does not fit the report.
pub fn definitions(report: &TeamReport) -> Result<String, RenderError> {
    let style = document_style();
    let page = definitions::DefinitionsPage::of(report, (&style, &source_hash(&style)));
    rendered("definitions.html", [PARTS, DEFINITIONS], &page)
}

/// `data.html`: how complete each stream is.
///
/// # Errors
/// A defect of the program: the template does not fit the report.
pub fn data(report: &TeamReport) -> Result<String, RenderError> {
    let style = style();
    let page = overview::DataPage::of(report, (&style, &source_hash(&style)));
    rendered("data.html", [PARTS, DATA], &page)
}

/// A written document as a page of its own, with the charts that belong to it below the text; `nav` names the pages beside it.
///
/// # Errors
/// A defect of the program: the template does not fit the document, or a chart cannot be drawn.
pub fn document(
    document: &Document,
    charts: &[Chart],
    nav: &[Sibling],
) -> Result<String, RenderError> {
    let style = document_style();
    let page = page::DocumentPage::of(document, charts, nav, (&style, &source_hash(&style)))?;
    rendered("document.html", [BLOCKS, DOCUMENT], &page)
}

/// What a person goes on writing in Markdown, as a page to be read and printed.
///
/// # Errors
/// A defect of the program: the template does not fit the page.
pub fn written(text: &str, nav: &[Sibling]) -> Result<String, RenderError> {
    let style = document_style();
    let page = page::DocumentPage::written(text, nav, (&style, &source_hash(&style)));
    rendered("document.html", [BLOCKS, DOCUMENT], &page)
}

/// A page of the same folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sibling {
    /// What it is called.
    pub title: String,
    /// Where it is, seen from the page that names it; `None`: it is that page.
    pub place: Option<String>,
}

fn document_style() -> String {
    format!("{}{SCROLL_STYLE}{DOCUMENT_STYLE}", style())
}

/// `index.html` of the lead's tree.
///
/// # Errors
/// A defect of the program: the template does not fit the views, or a chart cannot be drawn.
pub fn lead(lead: &Lead, pages: &[Page]) -> Result<String, RenderError> {
    let style = format!("{}{SCROLL_STYLE}{LEAD_STYLE}", style());
    let page = page::LeadPage::of(lead, pages, (&style, &source_hash(&style)))?;
    rendered("lead.html", [BLOCKS, LEAD], &page)
}

fn rendered(
    name: &'static str,
    [macros, page]: [&str; 2],
    context: &impl serde::Serialize,
) -> Result<String, RenderError> {
    let failed = |source: minijinja::Error| RenderError::Template {
        template: name,
        source: Box::new(source),
    };
    let mut environment = template::environment(template::Sink::Html);
    environment
        .add_template_owned(name, format!("{TABLE}{macros}{page}"))
        .map_err(failed)?;
    let context = Value::from(Serde(context));
    let page = environment
        .get_template(name)
        .and_then(|template| template.render(context))
        .map_err(failed)?;
    // Where a block of the template stood alone on its line, an empty line is left.
    let lines = page.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.flat_map(|line| [line, "\n"]).collect())
}

/// The page's only style sheet.
fn style() -> String {
    let dark = format!(
        "@media screen and (prefers-color-scheme:dark){{{}}}",
        svg::dark_rules()
    );
    format!("{STYLE}{}{dark}", svg::shared_rules())
}

/// The style sheet's name in the content security policy: nothing else may style the page.
fn source_hash(style: &str) -> String {
    format!(
        "sha256-{}",
        STANDARD.encode(Sha256::digest(style.as_bytes()))
    )
}
