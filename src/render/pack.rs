//! Written documents of the private tree: Markdown, and one JSON object a line.

use std::fmt::Write as _;

use super::encode::{self, lines, markdown as md, markdown_code, markdown_link};
use super::{RenderError, markdown};
use crate::report::{Block, Document, EvidenceLine, Span};

/// A document as GitHub Flavored Markdown.
#[must_use]
pub fn document(document: &Document) -> String {
    let mut text = head(document);
    for block in &document.blocks {
        text.push('\n');
        write_block(&mut text, block);
    }
    text
}

/// Title and subtitle.
pub(super) fn head(document: &Document) -> String {
    let mut text = format!("# {}\n", md(&document.title));
    if !document.subtitle.is_empty() {
        let _ = writeln!(text, "\n{}", spans(&document.subtitle));
    }
    text
}

/// Parts inside a part, with an empty line between them.
pub(super) fn write_blocks(text: &mut String, blocks: &[Block]) {
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        write_block(text, block);
    }
}

pub(super) fn write_block(text: &mut String, block: &Block) {
    match block {
        Block::Heading(level, words) => {
            let marks = "#".repeat(usize::from((*level).clamp(1, 4)) + 1);
            let _ = writeln!(text, "{marks} {}", spans(words));
        }
        Block::Paragraph(words) => {
            let _ = writeln!(text, "{}", spans(words));
        }
        Block::Bullets(items) => {
            for item in items {
                let _ = writeln!(text, "- {}", spans(item));
            }
        }
        Block::Quote(words) => {
            for line in lines(words).lines() {
                let _ = writeln!(text, "{}", format!("> {}", md(line)).trim_end());
            }
        }
        Block::Table(rows) => {
            // Two tables with the same columns are told apart by their titles alone.
            if !rows.title.is_empty() {
                let _ = writeln!(text, "_{}_\n", md(&rows.title));
            }
            text.push_str(&markdown::table(rows));
        }
        Block::Panel { blocks, .. } | Block::Refreshed { blocks, .. } => write_blocks(text, blocks),
        Block::Details { summary, blocks } => {
            let _ = writeln!(text, "<details><summary>{}</summary>\n", md(summary));
            write_blocks(text, blocks);
            text.push_str("\n</details>\n");
        }
        Block::Chart(chart) => {
            let _ = writeln!(text, "_{}: {}_", md(&chart.title), md(&chart.description));
        }
        Block::Blank { label, prompt } => {
            let _ = writeln!(text, "**{}:** {}", md(label), md(prompt));
        }
    }
}

fn spans(spans: &[Span]) -> String {
    spans.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    // The space around a run belongs to the sentence: encoding trims it, so it is put back.
    let spaced = |raw: &str, encoded: String| {
        let before = if raw.starts_with(' ') && !raw.trim().is_empty() {
            " "
        } else {
            ""
        };
        let after = if raw.ends_with(' ') { " " } else { "" };
        format!("{before}{encoded}{after}")
    };
    match span {
        Span::Text(text) => spaced(text, md(text)),
        Span::Strong(text) if text.trim().is_empty() => String::new(),
        Span::Strong(text) => spaced(text, format!("**{}**", md(text))),
        Span::Emphasis(text) if text.trim().is_empty() => String::new(),
        Span::Emphasis(text) => spaced(text, format!("_{}_", md(text))),
        Span::Code(text) => markdown_code(text),
        Span::Link { text, url } => markdown_link(text, url),
    }
}

/// `evidence.jsonl`: one object a line.
///
/// # Errors
/// A defect of the program.
pub fn evidence_lines(evidence: &[EvidenceLine]) -> Result<String, RenderError> {
    let mut text = String::new();
    for line in evidence {
        text.push_str(&encode::json(serde_json::to_string(line)?));
        text.push('\n');
    }
    Ok(text)
}
