//! A written document as the template sees it.

use minijinja::value::Value;
use serde::Serialize;

use super::tables::{TableView, table};
use super::{Sibling, written};
use crate::evidence::Page;
use crate::evidence::lead::Lead;
use crate::render::{RenderError, encode, svg};
use crate::report::{Block, Chart, Document, Span};

#[derive(Serialize)]
pub(super) struct DocumentPage {
    title: String,
    style: Value,
    style_hash: String,
    nav: Vec<Sibling>,
    subtitle: Vec<SpanView>,
    blocks: Vec<BlockView>,
    /// What was written in Markdown; empty where the page is made of blocks.
    body: Value,
    charts: Vec<ChartView>,
}

#[derive(Serialize)]
struct ChartView {
    title: String,
    picture: Value,
}

/// A run of text; `kind` names the element.
#[derive(Serialize)]
pub(super) struct SpanView {
    kind: &'static str,
    text: String,
    url: Option<String>,
}

/// A part of the document; only what its `kind` needs is filled.
#[derive(Serialize)]
struct BlockView {
    kind: &'static str,
    level: u8,
    spans: Vec<SpanView>,
    items: Vec<Vec<SpanView>>,
    lines: Vec<String>,
    table: Option<TableView>,
    /// A picture made here.
    picture: Option<Value>,
    /// The file with what it is drawn from.
    file: Option<String>,
    /// Parts inside this one.
    blocks: Vec<BlockView>,
    is_notice: bool,
}

/// Several documents on one page, each a part of it.
#[derive(Serialize)]
pub(super) struct LeadPage {
    title: String,
    style: Value,
    style_hash: String,
    subtitle: Vec<SpanView>,
    parts_of_page: Vec<PartView>,
    /// The pages beside this one.
    beside: Vec<Sibling>,
}

/// A page by its title and its place.
pub(super) fn beside(page: &Page) -> Sibling {
    Sibling {
        title: page.document.title.clone(),
        place: Some(format!("{}.html", page.stem)),
    }
}

#[derive(Serialize)]
struct PartView {
    id: &'static str,
    title: String,
    blocks: Vec<BlockView>,
}

impl LeadPage {
    pub(super) fn of(
        lead: &Lead,
        pages: &[Page],
        style: (&str, &str),
    ) -> Result<Self, RenderError> {
        let part = |part: &crate::evidence::lead::Part| {
            Ok(PartView {
                id: part.id,
                title: part.document.title.clone(),
                blocks: views(&part.document.blocks)?,
            })
        };
        let parts: Result<Vec<PartView>, RenderError> = lead.parts.iter().map(part).collect();
        Ok(Self {
            title: "For the lead".to_owned(),
            style: Value::from_safe_string(style.0.to_owned()),
            style_hash: style.1.to_owned(),
            // A folder of pages has a page that lists them.
            beside: pages
                .iter()
                .filter(|page| !page.stem.contains('/'))
                .map(beside)
                .collect(),
            subtitle: lead
                .parts
                .first()
                .map(|part| spans(&part.document.subtitle))
                .unwrap_or_default(),
            parts_of_page: parts?,
        })
    }
}

fn views(blocks: &[Block]) -> Result<Vec<BlockView>, RenderError> {
    blocks.iter().map(block).collect()
}

impl DocumentPage {
    pub(super) fn of(
        document: &Document,
        charts: &[Chart],
        nav: &[Sibling],
        style: (&str, &str),
    ) -> Result<Self, RenderError> {
        let charts: Result<Vec<ChartView>, RenderError> = charts
            .iter()
            .filter(|chart| chart.is_drawable())
            .map(|chart| {
                Ok(ChartView {
                    title: chart.title.clone(),
                    picture: Value::from_safe_string(svg::inline(chart)?),
                })
            })
            .collect();
        Ok(Self {
            title: document.title.clone(),
            style: Value::from_safe_string(style.0.to_owned()),
            style_hash: style.1.to_owned(),
            nav: nav.to_vec(),
            subtitle: spans(&document.subtitle),
            blocks: views(&document.blocks)?,
            body: Value::from(""),
            charts: charts?,
        })
    }

    pub(super) fn written(text: &str, nav: &[Sibling], style: (&str, &str)) -> Self {
        let (title, body) = written::page(text);
        Self {
            title: title.unwrap_or_else(|| "Draft".to_owned()),
            style: Value::from_safe_string(style.0.to_owned()),
            style_hash: style.1.to_owned(),
            nav: nav.to_vec(),
            subtitle: Vec::new(),
            blocks: Vec::new(),
            body: Value::from_safe_string(body),
            charts: Vec::new(),
        }
    }
}

fn block(block: &Block) -> Result<BlockView, RenderError> {
    let empty = BlockView {
        kind: "paragraph",
        level: 0,
        spans: Vec::new(),
        items: Vec::new(),
        lines: Vec::new(),
        table: None,
        picture: None,
        file: None,
        blocks: Vec::new(),
        is_notice: false,
    };
    Ok(match block {
        Block::Heading(level, words) => BlockView {
            kind: "heading",
            level: (*level).clamp(1, 4) + 1,
            spans: spans(words),
            ..empty
        },
        Block::Paragraph(words) => BlockView {
            spans: spans(words),
            ..empty
        },
        Block::Bullets(items) => BlockView {
            kind: "bullets",
            items: items.iter().map(|item| spans(item)).collect(),
            ..empty
        },
        Block::Quote(words) => BlockView {
            kind: "quote",
            lines: encode::lines(words).lines().map(str::to_owned).collect(),
            ..empty
        },
        Block::Table(rows) => BlockView {
            kind: "table",
            table: Some(table(rows)),
            ..empty
        },
        Block::Blank { label, prompt } => BlockView {
            kind: "blank",
            lines: vec![label.clone(), prompt.clone()],
            ..empty
        },
        Block::Panel { is_notice, blocks } => BlockView {
            kind: "panel",
            is_notice: *is_notice,
            blocks: views(blocks)?,
            ..empty
        },
        Block::Refreshed { blocks, .. } => BlockView {
            kind: "panel",
            blocks: views(blocks)?,
            ..empty
        },
        Block::Details { summary, blocks } => BlockView {
            kind: "details",
            lines: vec![summary.clone()],
            blocks: views(blocks)?,
            ..empty
        },
        Block::Chart(chart) => BlockView {
            kind: "chart",
            lines: vec![chart.title.clone()],
            picture: Some(Value::from_safe_string(svg::inline(chart)?)),
            file: Some(format!("charts/{}.csv", encode::file_name(&chart.id))),
            ..empty
        },
        Block::Picture(picture) => BlockView {
            kind: "picture",
            lines: vec![picture.title.clone(), picture.alternative.clone()],
            picture: Some(Value::from_safe_string(svg::drawing(picture)?)),
            file: Some(format!("charts/{}.csv", encode::file_name(&picture.id))),
            ..empty
        },
    })
}

pub(super) fn spans(spans: &[Span]) -> Vec<SpanView> {
    let view = |kind, text: &str| SpanView {
        kind,
        text: text.to_owned(),
        url: None,
    };
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text) => view("text", text),
            Span::Strong(text) => view("strong", text),
            Span::Emphasis(text) => view("em", text),
            Span::Code(text) => view("code", text),
            Span::Link { text, url } => SpanView {
                url: encode::url(url),
                ..view("text", text)
            },
            Span::Part { text, part } => SpanView {
                url: Some(format!("#{part}")),
                ..view("text", text)
            },
        })
        .collect()
}
