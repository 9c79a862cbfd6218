//! A table as plain data.

use std::borrow::Cow;

use super::document::Span;

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableCell {
    /// Text, as it came.
    Text(String),
    /// A printed number.
    Number(String),
    /// Text with a page behind it.
    Link {
        /// What is shown.
        text: String,
        /// The page.
        url: String,
    },
    /// Lines below each other, of text and pages.
    Lines(Vec<Vec<Span>>),
    /// Nothing to show: drawn as `—`, with the reason where there is one.
    Missing(Option<String>),
}

impl TableCell {
    /// A printed number, or nothing.
    #[must_use]
    pub fn number(text: Option<String>) -> Self {
        text.map_or(Self::Missing(None), Self::Number)
    }

    /// The plain words of the cell.
    #[must_use]
    pub fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Link { text, .. } => text.into(),
            Self::Lines(lines) => {
                let line = |line: &Vec<Span>| line.iter().map(Span::words).collect::<String>();
                let lines: Vec<String> = lines.iter().map(line).collect();
                lines.join("; ").into()
            }
            Self::Missing(_) => "—".into(),
        }
    }
}

/// A column's heading and whether numbers stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// Numbers are set flush right.
    pub is_number: bool,
}

impl Column {
    /// A column of text.
    #[must_use]
    pub fn text(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            is_number: false,
        }
    }

    /// A column of numbers.
    #[must_use]
    pub fn number(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            is_number: true,
        }
    }
}

/// Rows under headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// Headings.
    pub columns: Vec<Column>,
    /// Rows, each with one cell per column.
    pub rows: Vec<Vec<TableCell>>,
    /// Rows that exist but are not listed here.
    pub n_omitted: u64,
}

impl Table {
    /// Its first rows; the others are counted.
    #[must_use]
    pub fn first(&self, most: usize) -> Self {
        let n_cut = self.rows.len().saturating_sub(most);
        Self {
            title: self.title.clone(),
            columns: self.columns.clone(),
            rows: self.rows.iter().take(most).cloned().collect(),
            n_omitted: self.n_omitted + n_cut as u64,
        }
    }
}
