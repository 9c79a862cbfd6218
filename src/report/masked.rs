//! A written page that names nobody: every text of it is held against everybody's names, whoever wrote it.
//!
//! It is the same rule as that of the figures' gate ([`super::names`]), on the last step before a page becomes bytes, so that no
//! part of a page can go around it.

use std::collections::BTreeSet;

use super::document::{Block, Document, Span};
use super::names::Names;
use super::table::{Table, TableCell};

impl Document {
    /// The document with every name of a person replaced by `…`, and how many different texts named somebody. A page whose address
    /// names somebody is not linked. Charts do not pass: they are drawn from measures, which have a gate of their own.
    #[must_use]
    pub fn masked(self, names: &Names) -> (Self, usize) {
        let mut mask = Mask {
            names,
            masked: BTreeSet::new(),
        };
        let document = Self {
            title: mask.text(self.title),
            subtitle: mask.spans(self.subtitle),
            blocks: mask.blocks(self.blocks),
        };
        (document, mask.masked.len())
    }
}

struct Mask<'a> {
    names: &'a Names,
    masked: BTreeSet<String>,
}

impl Mask<'_> {
    fn text(&mut self, text: String) -> String {
        match self.names.masked(&text) {
            Some(public) => {
                self.masked.insert(text);
                public
            }
            None => text,
        }
    }

    /// Text with a page behind it; without the page where its address names somebody.
    fn link(&mut self, text: String, url: String) -> (String, Option<String>) {
        let is_named = self.names.masked(&url).is_some();
        let text = self.text(text);
        if is_named {
            self.masked.insert(url);
            return (text, None);
        }
        (text, Some(url))
    }

    fn span(&mut self, span: Span) -> Span {
        match span {
            Span::Text(text) | Span::Part { text, .. } => Span::Text(self.text(text)),
            Span::Strong(text) => Span::Strong(self.text(text)),
            Span::Emphasis(text) => Span::Emphasis(self.text(text)),
            Span::Code(text) => Span::Code(self.text(text)),
            Span::Link { text, url } => match self.link(text, url) {
                (text, Some(url)) => Span::Link { text, url },
                (text, None) => Span::Text(text),
            },
        }
    }

    fn spans(&mut self, spans: Vec<Span>) -> Vec<Span> {
        spans.into_iter().map(|span| self.span(span)).collect()
    }

    fn lines(&mut self, lines: Vec<Vec<Span>>) -> Vec<Vec<Span>> {
        lines.into_iter().map(|line| self.spans(line)).collect()
    }

    fn blocks(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        let blocks = blocks.into_iter();
        blocks.filter_map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: Block) -> Option<Block> {
        Some(match block {
            Block::Heading(level, spans) => Block::Heading(level, self.spans(spans)),
            Block::Paragraph(spans) => Block::Paragraph(self.spans(spans)),
            Block::Bullets(lines) => Block::Bullets(self.lines(lines)),
            Block::Quote(text) => Block::Quote(self.text(text)),
            Block::Table(table) => Block::Table(self.table(table)),
            Block::Panel { is_notice, blocks } => Block::Panel {
                is_notice,
                blocks: self.blocks(blocks),
            },
            Block::Refreshed {
                id,
                is_whole,
                blocks,
            } => Block::Refreshed {
                id,
                is_whole,
                blocks: self.blocks(blocks),
            },
            Block::Details { summary, blocks } => Block::Details {
                summary: self.text(summary),
                blocks: self.blocks(blocks),
            },
            Block::Chart(_) | Block::Picture(_) => return None,
            Block::Blank { label, prompt } => Block::Blank {
                label: self.text(label),
                prompt: self.text(prompt),
            },
        })
    }

    fn table(&mut self, table: Table) -> Table {
        let Table {
            title,
            columns,
            rows,
            n_omitted,
        } = table;
        let columns = columns.into_iter().map(|mut column| {
            column.title = self.text(column.title);
            column
        });
        let columns = columns.collect();
        let rows = rows.into_iter().map(|row| {
            let cells = row.into_iter();
            cells.map(|cell| self.cell(cell)).collect()
        });
        let rows = rows.collect();
        Table {
            title: self.text(title),
            columns,
            rows,
            n_omitted,
        }
    }

    fn cell(&mut self, cell: TableCell) -> TableCell {
        match cell {
            TableCell::Text(text) => TableCell::Text(self.text(text)),
            TableCell::Number(text) => TableCell::Number(self.text(text)),
            TableCell::Link { text, url } => match self.link(text, url) {
                (text, Some(url)) => TableCell::Link { text, url },
                (text, None) => TableCell::Text(text),
            },
            TableCell::Lines(lines) => TableCell::Lines(self.lines(lines)),
            TableCell::Missing(because) => {
                TableCell::Missing(because.map(|because| self.text(because)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::names::KnownPerson;
    use crate::report::table::Column;

    fn names() -> Names {
        let person = KnownPerson {
            logins: vec!["zelda-quill".to_owned()],
            names: vec!["Zelda Quill".to_owned()],
            ..KnownPerson::default()
        };
        Names::of(&[person], &["zelda-quill/lamp"])
    }

    #[test]
    fn no_part_of_a_page_keeps_a_name() {
        let named = || vec![Span::text("of Zelda Quill")];
        let page = "https://github.example/u/zelda-quill";
        let table = Table {
            title: "Zelda Quill".to_owned(),
            columns: vec![Column::text("zelda-quill")],
            rows: vec![vec![
                TableCell::Text("Zelda Quill".to_owned()),
                TableCell::Number("zelda quill".to_owned()),
                TableCell::Link {
                    text: "page".to_owned(),
                    url: page.to_owned(),
                },
                TableCell::Lines(vec![named()]),
                TableCell::Missing(Some("zelda_quill".to_owned())),
            ]],
            n_omitted: 0,
        };
        let document = Document {
            title: "Zelda Quill".to_owned(),
            subtitle: named(),
            blocks: vec![
                Block::Heading(1, named()),
                Block::Paragraph(vec![
                    Span::Strong("ZeldaQuill".to_owned()),
                    Span::Emphasis("zelda quill".to_owned()),
                    Span::Code("src/zelda_quill.rs".to_owned()),
                    Span::link("page", page),
                ]),
                Block::Bullets(vec![named()]),
                Block::Quote("Zelda Quill".to_owned()),
                Block::Table(table),
                Block::Panel {
                    is_notice: false,
                    blocks: vec![Block::Paragraph(named())],
                },
                Block::Refreshed {
                    id: "a".to_owned(),
                    is_whole: true,
                    blocks: vec![Block::Paragraph(named())],
                },
                Block::Details {
                    summary: "Zelda Quill".to_owned(),
                    blocks: vec![Block::Paragraph(named())],
                },
                Block::Blank {
                    label: "Zelda Quill".to_owned(),
                    prompt: "Zelda Quill".to_owned(),
                },
            ],
        };
        let (masked, n) = document.masked(&names());
        let text = format!("{masked:?}").to_lowercase();
        assert!(!text.contains("zelda") && !text.contains("quill"), "{text}");
        assert!(text.contains("src/….rs"), "{text}");
        assert_eq!(n, 8, "different texts");
    }

    #[test]
    fn a_repositorys_page_stays_whoever_it_is_called_after() {
        let url = "https://github.example/zelda-quill/lamp/pull/4";
        let document = Document {
            title: "Work".to_owned(),
            subtitle: Vec::new(),
            blocks: vec![Block::Paragraph(vec![Span::link("lamp#4", url)])],
        };
        assert_eq!(document.clone().masked(&names()), (document, 0));
    }
}
