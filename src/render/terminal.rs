//! Text for a terminal: tables laid out for its width, and paragraphs with a hanging indent. Every word passes its encoder.
//!
//! Without a width (a pipe, a file) nothing is wrapped: a row is a line.

use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

use super::encode::terminal as line;
use crate::report::{Column, Span, Table, TableCell, quantity};

/// What stands between two columns.
const GAP: usize = 2;
/// No column of text is made narrower, and none narrower than its longest word, where that is no longer than `LONG`.
const NARROWEST: usize = 10;
/// The longest id of a metric fits.
const LONG: usize = 36;
/// How far a row's address stands in where it has a line of its own.
const BELOW: usize = 4;

/// One column, encoded.
struct Laid {
    title: String,
    is_number: bool,
    /// Whether it holds addresses, which are never broken: what is broken cannot be followed.
    is_address: bool,
    /// By row, the lines of its cell.
    cells: Vec<Vec<String>>,
    width: usize,
    /// The width below which words are broken.
    least: usize,
}

/// A table with a heading on every column; rows that are not listed are counted in a last line.
///
/// A page behind a cell is a column of its own, the last; where it does not fit, each address stands below its row. A column in which
/// nothing stands is left out.
#[must_use]
pub fn table(table: &Table, width: Option<usize>) -> String {
    let mut columns = columns(table);
    let mut below = None;
    if let Some(width) = width {
        let is_too_wide = |columns: &[Laid]| total(columns) > width;
        if is_too_wide(&columns) && columns.last().is_some_and(|last| last.is_address) {
            below = columns.pop();
        }
        narrow(&mut columns, width);
    }
    let mut text = String::new();
    let heads: Vec<Vec<String>> = columns.iter().map(|one| wrapped(&one.title, one)).collect();
    rows_of(&mut text, &columns, &heads);
    if let Some(address) = &below {
        push_line(&mut text, &format!("{:BELOW$}{}", "", address.title));
    }
    for at in 0..table.rows.len() {
        let cells: Vec<Vec<String>> = columns
            .iter()
            .map(|column| {
                let cell = column.cells.get(at).map(Vec::as_slice);
                let lines = cell.unwrap_or_default().iter();
                lines.flat_map(|words| wrapped(words, column)).collect()
            })
            .collect();
        // A row of nothing but a further address has no line of its own.
        let is_blank = |cell: &Vec<String>| cell.iter().all(String::is_empty);
        if below.is_none() || !cells.iter().all(is_blank) {
            rows_of(&mut text, &columns, &cells);
        }
        let addresses = below.as_ref().and_then(|column| column.cells.get(at));
        for address in addresses
            .into_iter()
            .flatten()
            .filter(|one| !one.is_empty())
        {
            push_line(&mut text, &format!("{:BELOW$}{address}", ""));
        }
    }
    text.push_str(&omitted(table.n_omitted));
    text
}

/// The line that counts rows which are not listed; empty where all are.
#[must_use]
pub fn omitted(n: u64) -> String {
    if n == 0 {
        return String::new();
    }
    format!("and {} more (`--limit 0` lists all)\n", quantity::count(n))
}

/// A paragraph whose further lines stand under its first word. `title` is set in `indent` columns before it.
#[must_use]
pub fn paragraph(title: &str, indent: usize, words: &str, width: Option<usize>) -> String {
    let words = line(words);
    let first = format!("{:indent$}", line(title));
    let Some(width) = width.filter(|width| *width > indent + NARROWEST) else {
        return format!("{first}{words}\n");
    };
    let rest = " ".repeat(indent);
    let options = options(width)
        .initial_indent(&first)
        .subsequent_indent(&rest)
        .break_words(false);
    textwrap::fill(&words, options) + "\n"
}

fn options<'a>(width: usize) -> Options<'a> {
    Options::new(width).word_splitter(WordSplitter::NoHyphenation)
}

fn columns(table: &Table) -> Vec<Laid> {
    let mut columns: Vec<Laid> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(at, _)| {
            let mut cells = table.rows.iter().map(|row| row.get(*at));
            let is_missing =
                |cell: Option<&TableCell>| matches!(cell, Some(TableCell::Missing(None)));
            table.rows.is_empty() || !cells.all(is_missing)
        })
        .map(|(at, column)| {
            let cells = table.rows.iter().map(|row| row.get(at));
            laid(column, cells.map(|cell| cell.map_or_else(Vec::new, words)))
        })
        .collect();
    let address = |row: &Vec<TableCell>| {
        let links = row.iter().filter_map(|cell| match cell {
            TableCell::Link { url, .. } => Some(line(url)),
            _ => None,
        });
        links.collect::<Vec<_>>()
    };
    let addresses: Vec<Vec<String>> = table.rows.iter().map(address).collect();
    if addresses.iter().any(|lines| !lines.is_empty()) {
        let mut column = laid(&Column::text("link"), addresses.into_iter());
        column.is_address = true;
        columns.push(column);
    }
    columns
}

fn laid(column: &Column, cells: impl Iterator<Item = Vec<String>>) -> Laid {
    let (title, cells) = (line(&column.title), cells.collect::<Vec<_>>());
    let widths = cells.iter().flatten().map(|words| display_width(words));
    let words = cells.iter().flatten().chain([&title]);
    let words = words.flat_map(|words| words.split(' '));
    let longest = words.map(display_width).max().unwrap_or(0);
    Laid {
        width: widths.max().unwrap_or(0).max(display_width(&title)),
        least: longest.clamp(NARROWEST, LONG),
        title,
        is_number: column.is_number,
        is_address: false,
        cells,
    }
}

fn words(cell: &TableCell) -> Vec<String> {
    match cell {
        TableCell::Text(words) | TableCell::Number(words) | TableCell::Link { text: words, .. } => {
            vec![line(words)]
        }
        TableCell::Lines(lines) => {
            let words = lines.iter().map(|spans| {
                let words = spans.iter().map(Span::words);
                line(&words.collect::<String>())
            });
            words.collect()
        }
        TableCell::Missing(None) => vec!["—".to_owned()],
        TableCell::Missing(Some(because)) => vec![format!("— ({})", line(because))],
    }
}

fn total(columns: &[Laid]) -> usize {
    let widths: usize = columns.iter().map(|column| column.width).sum();
    widths + GAP * columns.len().saturating_sub(1)
}

/// Takes width from the widest columns of text until the table fits: first as far as no word is broken, then further.
fn narrow(columns: &mut [Laid], width: usize) {
    let mut excess = total(columns).saturating_sub(width);
    for may_break in [false, true] {
        while excess > 0 {
            let can_give = |column: &&mut Laid| {
                let least = if may_break { NARROWEST } else { column.least };
                !column.is_number && column.width > least
            };
            let widest = columns.iter_mut().filter(can_give);
            let Some(widest) = widest.max_by_key(|column| column.width) else {
                break;
            };
            widest.width -= 1;
            excess -= 1;
        }
    }
}

fn wrapped(words: &str, column: &Laid) -> Vec<String> {
    if column.is_number || display_width(words) <= column.width {
        return vec![words.to_owned()];
    }
    let lines = textwrap::wrap(words, options(column.width));
    lines
        .into_iter()
        .map(std::borrow::Cow::into_owned)
        .collect()
}

/// One row: as many lines as its tallest cell has.
fn rows_of(text: &mut String, columns: &[Laid], cells: &[Vec<String>]) {
    let n_lines = cells.iter().map(Vec::len).max().unwrap_or(0);
    for at in 0..n_lines {
        let mut row = String::new();
        for (place, (column, cell)) in columns.iter().zip(cells).enumerate() {
            if place > 0 {
                row.push_str("  ");
            }
            let words = cell.get(at).map_or("", String::as_str);
            let blanks = " ".repeat(column.width.saturating_sub(display_width(words)));
            if column.is_number {
                row.push_str(&blanks);
                row.push_str(words);
            } else {
                row.push_str(words);
                row.push_str(&blanks);
            }
        }
        push_line(text, &row);
    }
}

fn push_line(text: &mut String, row: &str) {
    text.push_str(row.trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> Table {
        let row = |n: &str, title: &str, link: &str| {
            vec![
                TableCell::Number(n.to_owned()),
                TableCell::Link {
                    text: title.to_owned(),
                    url: link.to_owned(),
                },
            ]
        };
        Table {
            title: String::new(),
            columns: vec![Column::number("n"), Column::text("subject")],
            rows: vec![
                row("1", "Let the drop keep its length", "https://x.example/1"),
                row("1234", "名前 \u{1b}[31m", "https://x.example/2"),
            ],
            n_omitted: 0,
        }
    }

    #[test]
    fn where_there_is_no_terminal_a_row_is_a_line() {
        assert_eq!(
            table(&given(), None),
            "   n  subject                       link\n\
             \u{20}  1  Let the drop keep its length  https://x.example/1\n\
             1234  名前 �[31m                    https://x.example/2\n"
        );
    }

    #[test]
    fn what_does_not_fit_is_wrapped_and_an_address_stays_whole_below_its_row() {
        let narrow = table(&given(), Some(24));
        assert_eq!(
            narrow,
            "   n  subject\n    link\n\
             \u{20}  1  Let the drop keep\n      its length\n    https://x.example/1\n\
             1234  名前 �[31m\n    https://x.example/2\n"
        );
        assert_eq!(table(&given(), Some(80)), table(&given(), None));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_but_an_address() {
        for width in [40, 60, 80] {
            for row in table(&given(), Some(width)).lines() {
                assert!(display_width(row) <= width, "{width}: {row}");
            }
        }
    }

    #[test]
    fn a_word_is_broken_only_where_nothing_else_gives() {
        let text = |words: &str| TableCell::Text(words.to_owned());
        let given = Table {
            title: String::new(),
            columns: ["metric", "because", "found"].map(Column::text).to_vec(),
            rows: vec![vec![
                text("flow.pickup_time"),
                TableCell::Missing(None),
                text("a first review comes within 1 working day"),
            ]],
            n_omitted: 0,
        };
        assert_eq!(
            table(&given, Some(40)),
            "metric            found\n\
             flow.pickup_time  a first review comes\n                  within 1 working day\n"
        );
        assert!(table(&given, Some(24)).contains("flow.picku"));
    }

    #[test]
    fn rows_that_are_not_listed_are_counted() {
        let cut = given().first(1);
        let text = table(&cut, None);
        assert!(
            text.ends_with("and 1 more (`--limit 0` lists all)\n"),
            "{text}"
        );
        assert!(!text.contains("1234"), "{text}");
    }

    #[test]
    fn a_paragraph_goes_on_under_its_first_word() {
        assert_eq!(
            paragraph("Rule", 6, "one two three four five six", Some(20)),
            "Rule  one two three\n      four five six\n"
        );
        assert_eq!(paragraph("Rule", 6, "one\ntwo", None), "Rule  one two\n");
    }
}
