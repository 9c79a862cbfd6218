//! Written documents of the private tree: Markdown, and one JSON object a line.

use std::fmt::Write as _;

use super::encode::{self, lines, markdown as md, markdown_code, markdown_link, markdown_markup};
use super::{Format, RenderError, markdown, terminal};
use crate::report::{
    Block, Column, Document, EventLine, EvidenceLine, OpenedEvidence, Span, Table, TableCell,
};

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
            let _ = writeln!(
                text,
                "<details><summary>{}</summary>\n",
                markdown_markup(summary)
            );
            write_blocks(text, blocks);
            text.push_str("\n</details>\n");
        }
        Block::Chart(chart) => {
            write_picture(text, (&chart.title, &chart.description), &chart.id);
        }
        Block::Picture(picture) => {
            write_picture(text, (&picture.title, &picture.alternative), &picture.id);
        }
        Block::Blank { label, prompt } => {
            let _ = writeln!(text, "**{}:** {}", md(label), md(prompt));
        }
    }
}

/// What a picture shows, and its files.
fn write_picture(text: &mut String, (title, words): (&str, &str), id: &str) {
    let stem = encode::file_name(id);
    let _ = writeln!(
        text,
        "_{}: {}_ [Picture](charts/{stem}.svg), [numbers](charts/{stem}.csv)",
        md(title),
        md(words)
    );
}

pub(super) fn spans(spans: &[Span]) -> String {
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
        // A part is called by a word of the program.
        Span::Part { text, part } => format!("[{}]({part}.md)", md(text)),
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

/// A line of evidence with what it was made from, for a terminal, a document or a program.
///
/// # Errors
/// A defect of the program.
pub fn opened(
    opened: &OpenedEvidence,
    format: Format,
    width: Option<usize>,
) -> Result<String, RenderError> {
    Ok(match format {
        Format::Table => for_a_terminal(opened, width),
        Format::Markdown => for_a_document(opened),
        Format::Json => {
            let text = serde_json::to_string_pretty(opened)?;
            format!("{}\n", encode::json(text))
        }
        Format::Csv => {
            let mut text = String::from("at,who,what,page,url\n");
            for event in &opened.events {
                let who = event.who.as_deref().unwrap_or_default();
                let url = event.url.as_deref().unwrap_or_default();
                let cells = [&event.at, who, &event.what, &event.page, url].map(encode::csv);
                let _ = writeln!(text, "{}", cells.join(","));
            }
            text
        }
    })
}

/// What is said of a line beside its sentence: title and words.
fn particulars(opened: &OpenedEvidence) -> Vec<(&'static str, String)> {
    let line = &opened.line;
    let mut said = vec![
        ("Counts as", format!("{}, {}", line.polarity, line.origin)),
        ("Rule", line.rule.clone()),
    ];
    if let Some([since, until]) = &line.window {
        said.push(("Window", format!("{since} up to {until}")));
    }
    said.extend(line.n.map(|n| ("n", n.to_string())));
    for (title, words) in [
        ("Stands for", &line.dimensions),
        ("Read with", &line.caveats),
    ] {
        if !words.is_empty() {
            said.push((title, words.join("; ")));
        }
    }
    said
}

fn for_a_terminal(opened: &OpenedEvidence, width: Option<usize>) -> String {
    let line = &opened.line;
    let mut text = format!(
        "{} · {} · {} · {}\n\n",
        line.id,
        line.on,
        line.kind,
        encode::terminal(&line.person)
    );
    text.push_str(&terminal::paragraph("", 0, &line.act, width));
    text.push('\n');
    for (title, words) in particulars(opened) {
        text.push_str(&terminal::paragraph(title, 12, &words, width));
    }
    let _ = writeln!(text, "\nMade from ({})", opened.events.len());
    let cell = |words: &str| TableCell::Text(words.to_owned());
    let row = |event: &EventLine| {
        vec![
            cell(&event.at),
            cell(event.who.as_deref().unwrap_or("—")),
            cell(&event.what),
            event.url.as_ref().map_or_else(
                || cell(&event.page),
                |url| TableCell::Link {
                    text: event.page.clone(),
                    url: url.clone(),
                },
            ),
        ]
    };
    let table = Table {
        title: String::new(),
        columns: ["when", "who", "what", "where"].map(Column::text).to_vec(),
        rows: opened.events.iter().map(row).collect(),
        n_omitted: 0,
    };
    text + &terminal::table(&table, width)
}

fn for_a_document(opened: &OpenedEvidence) -> String {
    let line = &opened.line;
    let mut text = format!("# {}\n\n{}\n\n", md(&line.id), md(&line.act));
    for (title, words) in particulars(opened) {
        let _ = writeln!(text, "- **{title}**: {}", md(&words));
    }
    text.push_str("\n| When | Who | What | Where |\n|---|---|---|---|\n");
    for event in &opened.events {
        let page = event
            .url
            .as_deref()
            .map_or_else(|| md(&event.page), |url| markdown_link(&event.page, url));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {page} |",
            md(&event.at),
            md(event.who.as_deref().unwrap_or("—")),
            md(&event.what)
        );
    }
    text
}
