//! `linchpin explain`: a metric's definition and the rows behind one figure, for people and for programs.
//!
//! This goes to the reader's own terminal or file, not to the public tree: subjects are printed as they came, encoded.

mod object;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::encode::{csv as field, markdown as md, markdown_link, terminal};
use super::markdown::prose;
use super::{RenderError, csv, json, terminal as layout};
use crate::domain::{Bucket, Origin, PersonId};
use crate::metrics::measure::{
    Cell, Definition, Fate, Floor, Ledger, LedgerRow, Measure, Measured, Note, Scope, Unit,
};
use crate::report::figure::{Headline, headline};
use crate::report::{Column, RepositoryLabel, Table, TableCell, quantity};

/// How `explain` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// One object.
    Json,
    /// The rows.
    Csv,
    /// For a document.
    Markdown,
}

/// What is explained.
#[derive(Debug, Clone)]
pub struct Explain<'a> {
    /// The metric.
    pub measure: &'a Measure,
    /// Only this scope; `None`: all products.
    pub scope: Option<&'a Scope>,
    /// Only this origin's rows and figures; `None`: of all that the metric measures.
    pub origin: Option<Origin>,
    /// Only this person's rows and figures; `None`: figures of everybody.
    pub person: Option<PersonId>,
    /// Only this bucket; `None`: the whole window.
    pub bucket: Option<Bucket>,
    /// Display names of repositories.
    pub repositories: &'a [RepositoryLabel],
    /// The zone whose days rows are placed by, as on every page.
    pub zone: &'a TimeZone,
    /// The register's `minimum_n`, which some reasons name.
    pub minimum_n: u64,
    /// At most so many rows of each fate are listed.
    pub max_rows: usize,
    /// The width of the reader's terminal; `None`: nothing is wrapped.
    pub width: Option<usize>,
    /// The command that lists all of them, as it can be pasted.
    pub whole: &'a str,
}

impl<'a> Explain<'a> {
    /// The day that places a row; `None` for rows that describe a state.
    fn date(&self, row: &LedgerRow) -> Option<String> {
        let day = |at| self.zone.to_datetime(at).date().to_string();
        row.at.map(day)
    }

    /// The rows of the scope and bucket.
    fn unsorted_rows(&self) -> Vec<&'a LedgerRow> {
        let in_scope = |row: &LedgerRow| {
            self.scope.is_none_or(|scope| {
                row.product == scope.product
                    && scope
                        .repository
                        .is_none_or(|repository| Some(repository) == row.repository)
                    && scope
                        .area
                        .as_ref()
                        .is_none_or(|area| row.areas.contains(area))
            })
        };
        let in_bucket =
            |row: &LedgerRow| self.bucket.is_none_or(|bucket| row.bucket == Some(bucket));
        let of_person = |row: &LedgerRow| self.person.is_none() || row.person == self.person;
        let of_origin = |row: &LedgerRow| self.origin.is_none() || row.origin == self.origin;
        self.measure
            .rows
            .iter()
            .filter(|row| in_scope(row) && in_bucket(row) && of_person(row) && of_origin(row))
            .collect()
    }

    /// How many rows there are of each fate, and the first ones by time and subject. Only those are sorted.
    ///
    /// Included first, then excluded by reason, then unknown.
    fn first_rows(&self) -> Vec<(Fate, usize, Vec<&'a LedgerRow>)> {
        let mut by_fate: BTreeMap<Fate, Vec<&LedgerRow>> = BTreeMap::new();
        for row in self.unsorted_rows() {
            by_fate.entry(row.fate).or_default().push(row);
        }
        let first = |(fate, mut rows): (Fate, Vec<&'a LedgerRow>)| {
            let n_rows = rows.len();
            if n_rows > self.max_rows && self.max_rows > 0 {
                // Rows that are equal in all that orders them stay in the order in which they came.
                let mut places: Vec<usize> = (0..n_rows).collect();
                let by_row = |a: &usize, b: &usize| match (rows.get(*a), rows.get(*b)) {
                    (Some(one), Some(other)) => order(one, other).then(a.cmp(b)),
                    _ => a.cmp(b),
                };
                places.select_nth_unstable_by(self.max_rows - 1, by_row);
                places.truncate(self.max_rows);
                places.sort_unstable();
                rows = places
                    .iter()
                    .filter_map(|at| rows.get(*at).copied())
                    .collect();
            }
            rows.sort_by(|a, b| order(a, b));
            rows.truncate(self.max_rows);
            (fate, n_rows, rows)
        };
        by_fate.into_iter().map(first).collect()
    }

    /// The figures of the scope and bucket.
    fn cells(&self) -> Vec<&'a Cell> {
        let is_asked = |cell: &&Cell| {
            let in_scope = if let Some(scope) = self.scope {
                let asked = Scope {
                    person: self.person,
                    origin: self.origin,
                    ..scope.clone()
                };
                cell.scope == asked
            } else {
                // A figure of one person and one thing of theirs (a delegation, an absence) is the whole of it.
                let is_whole = cell.scope.area.is_none() || cell.scope.person.is_some();
                cell.scope.repository.is_none() && is_whole
            };
            in_scope
                && cell.scope.person == self.person
                && cell.scope.origin == self.origin
                && cell.bucket == self.bucket
        };
        let cells = self.measure.cells.iter().chain(&self.measure.strata);
        cells.filter(is_asked).collect()
    }

    /// The repository's name; nothing of a row that is the whole product's.
    fn repository(&self, row: &LedgerRow) -> String {
        let Some(repository) = row.repository else {
            return String::new();
        };
        let face = self.repositories.iter().find(|face| face.id == repository);
        face.map_or_else(
            || format!("repository {}", repository.0),
            |face| face.name.clone(),
        )
    }

    fn scope_words(&self, scope: &Scope) -> String {
        let repository = scope
            .repository
            .and_then(|id| self.repositories.iter().find(|face| face.id == id));
        let parts = [
            Some(scope.product.as_str()),
            repository.map(|face| face.name.as_str()),
            scope.area.as_deref(),
            scope.origin.map(Origin::words),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// The remarks about what was asked for, in words.
    fn notes(&self) -> Vec<String> {
        let product = self.scope.map(|scope| &scope.product);
        let is_asked = |note: &&Note| match (&note.product, product) {
            (Some(about), Some(asked)) => about == asked,
            _ => true,
        };
        let notes = self.measure.notes.iter().filter(is_asked);
        notes.map(Note::words).collect()
    }
}

/// What becomes of all rows of some fates.
fn ledger_of(rows: &[(Fate, usize, Vec<&LedgerRow>)]) -> Ledger {
    Ledger::of_counts(rows.iter().map(|(fate, n, _)| (*fate, *n)))
}

/// Those that are listed, and how many are not.
fn listed<'a>(rows: &[(Fate, usize, Vec<&'a LedgerRow>)]) -> (Vec<&'a LedgerRow>, usize) {
    let listed: Vec<&LedgerRow> = rows.iter().flat_map(|(.., rows)| rows).copied().collect();
    let n_rows: usize = rows.iter().map(|(_, n, _)| n).sum();
    let n_omitted = n_rows - listed.len();
    (listed, n_omitted)
}

fn order(a: &LedgerRow, b: &LedgerRow) -> Ordering {
    (a.fate, a.at, a.repository, &a.subject.words).cmp(&(
        b.fate,
        b.at,
        b.repository,
        &b.subject.words,
    ))
}

fn fate_words(fate: Fate) -> (&'static str, &'static str) {
    let (word, reason) = fate.words();
    (word, reason.unwrap_or_default())
}

fn cell_words(cell: &Cell, definition: &Definition) -> String {
    match (headline(definition, &cell.measured), &cell.measured) {
        (
            Some(Headline::Value {
                amount,
                label,
                interval,
                others,
                n,
            }),
            measured,
        ) => {
            let is_ratio =
                matches!(measured, Measured::Value { value, .. } if value.ratio().is_some());
            let label = if is_ratio {
                format!("({label})")
            } else {
                label
            };
            let interval = interval
                .map(|[low, high]| format!(", 80 % interval {low} – {high}"))
                .unwrap_or_default();
            let others = others.iter().fold(String::new(), |text, (title, words)| {
                format!("{text}, {title} {words}")
            });
            format!(
                "{amount} {label}{others}{interval}, n = {}",
                quantity::count(n)
            )
        }
        (Some(Headline::TooFew { n }), _) => format!("too few to summarise, n = {n}"),
        (None, Measured::NotObserved { because, fix }) => {
            let fix = fix
                .as_deref()
                .map(|fix| format!(" ({fix})"))
                .unwrap_or_default();
            format!("not observed: {because}{fix}")
        }
        (None, Measured::NotApplicable { because }) => format!("not applicable: {because}"),
        (None, _) => "no value".to_owned(),
    }
}

/// The explanation of a metric.
///
/// # Errors
/// A defect of the program.
pub fn explain(asked: &Explain<'_>, format: Format) -> Result<String, RenderError> {
    match format {
        Format::Table => Ok(table(asked)),
        Format::Markdown => Ok(document(asked)),
        Format::Csv => Ok(rows_csv(asked)),
        Format::Json => object::rows_json(asked),
    }
}

/// The parts of a definition under their headings, in the order of reading.
fn definition_parts(definition: &'static Definition) -> Vec<(&'static str, &'static str)> {
    let parts = [
        ("Question", definition.question),
        ("Definition", definition.definition),
        ("Formula", definition.formula),
        ("Unit", unit_words(definition.unit)),
        (
            "Bucketed by",
            definition.cohort.unwrap_or("a state at the window's end"),
        ),
        ("Left out", definition.exclusions),
        ("How to read it", definition.how_to_read),
        ("How it can mislead", definition.can_mislead),
        ("Source", definition.source),
    ];
    parts
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .collect()
}

const fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingHours => {
            "working hours where hours are agreed, with elapsed hours beside them; else hours"
        }
        unit => json::unit_word(unit),
    }
}

fn ledger_lines(ledger: &Ledger, minimum_n: u64) -> Vec<(String, u64)> {
    let words = |reason: &str| quantity::reason(reason, minimum_n);
    let mut lines = vec![("included".to_owned(), ledger.included)];
    lines.extend(
        ledger
            .excluded
            .iter()
            .map(|(reason, n)| (format!("excluded: {}", words(reason)), n)),
    );
    lines.extend(
        ledger
            .unknown
            .iter()
            .map(|(reason, n)| (format!("unknown: {}", words(reason)), n)),
    );
    lines.push(("population".to_owned(), ledger.population()));
    lines
}

/// How far the words of a definition stand in.
const INDENT: usize = 19;

fn table(asked: &Explain<'_>) -> String {
    let measure = asked.measure;
    let rows = asked.first_rows();
    let mut text = format!(
        "{} ({})\n\n",
        terminal(measure.definition.title),
        measure.definition.id
    );
    for (title, words) in definition_parts(measure.definition) {
        text.push_str(&layout::paragraph(title, INDENT, words, asked.width));
    }
    text.push('\n');
    for cell in asked.cells() {
        let bucket = cell
            .bucket
            .map(|bucket| format!(" {bucket}"))
            .unwrap_or_default();
        let words = cell_words(cell, measure.definition);
        let said = format!("{}{bucket}: {words}", asked.scope_words(&cell.scope));
        text.push_str(&layout::paragraph("", 0, &said, asked.width));
    }
    for note in asked.notes() {
        text.push_str(&layout::paragraph(
            "",
            0,
            &format!("note: {note}"),
            asked.width,
        ));
    }
    text.push_str("\nLedger\n");
    text.push_str(&layout::table(&ledger_table(asked, &rows), asked.width));
    for (fate, n_rows, rows) in &rows {
        let (fate, reason) = fate_words(*fate);
        let reason = if reason.is_empty() {
            String::new()
        } else {
            format!(": {}", quantity::reason(reason, asked.minimum_n))
        };
        let _ = writeln!(text, "\n{}", terminal(&format!("{fate}{reason}")));
        text.push_str(&layout::table(&rows_table(asked, rows), asked.width));
        if *n_rows > rows.len() {
            // A command is copied: no line break is put into it.
            let n = quantity::count((n_rows - rows.len()) as u64);
            let _ = writeln!(text, "and {n} more: {}", terminal(asked.whole));
        }
    }
    text.push_str("\nSQL\n");
    for line in measure.definition.sql.trim_end().lines() {
        let _ = writeln!(text, "  {}", terminal(line));
    }
    text
}

fn ledger_table(asked: &Explain<'_>, rows: &[(Fate, usize, Vec<&LedgerRow>)]) -> Table {
    let lines = ledger_lines(&ledger_of(rows), asked.minimum_n).into_iter();
    let row = |(title, n): (String, u64)| {
        vec![
            TableCell::Number(quantity::count(n)),
            TableCell::Text(title),
        ]
    };
    Table {
        title: String::new(),
        columns: vec![Column::number("rows"), Column::text("fate")],
        rows: lines.map(row).collect(),
        n_omitted: 0,
    }
}

fn rows_table(asked: &Explain<'_>, rows: &[&LedgerRow]) -> Table {
    let cells = |row: &&LedgerRow| {
        let date = asked.date(row);
        let subject = row.subject.to_string();
        vec![
            date.map_or(TableCell::Text(String::new()), TableCell::Text),
            TableCell::Number(row_amount(asked.measure, row)),
            TableCell::Text(asked.repository(row)),
            match &row.link {
                Some(link) => TableCell::Link {
                    text: subject,
                    url: link.clone(),
                },
                None => TableCell::Text(subject),
            },
        ]
    };
    let mut columns = ["date", "value", "repository", "subject"].map(Column::text);
    columns[1].is_number = true;
    Table {
        title: String::new(),
        columns: columns.to_vec(),
        rows: rows.iter().map(cells).collect(),
        n_omitted: 0,
    }
}

fn row_amount(measure: &Measure, row: &LedgerRow) -> String {
    let unit = match measure.definition.unit {
        // What is counted may wait: only a duration runs.
        Unit::Count(_) if row.is_running => Unit::WorkingHours,
        unit => unit,
    };
    match row.amount(unit) {
        Some((Unit::Share, value)) => quantity::plain(value),
        Some((unit, value)) => quantity::amount(unit, value),
        None => "—".to_owned(),
    }
}

fn document(asked: &Explain<'_>) -> String {
    let measure = asked.measure;
    let rows = asked.first_rows();
    let ledger = ledger_of(&rows);
    let (rows, n_omitted) = listed(&rows);
    let mut text = definition_text(measure.definition);
    for cell in asked.cells() {
        let bucket = cell
            .bucket
            .map(|bucket| format!(" {bucket}"))
            .unwrap_or_default();
        let words = cell_words(cell, measure.definition);
        let _ = writeln!(
            text,
            "**{}{bucket}**: {}\n",
            md(&asked.scope_words(&cell.scope)),
            md(&words)
        );
    }
    for note in asked.notes() {
        let _ = writeln!(text, "> {}\n", md(&note));
    }
    text.push_str("| ledger | rows |\n|---|--:|\n");
    for (title, n) in ledger_lines(&ledger, asked.minimum_n) {
        let _ = writeln!(text, "| {} | {n} |", md(&title));
    }
    text.push_str(
        "\n| fate | reason | date | value | repository | subject |\n|---|---|---|--:|---|---|\n",
    );
    for row in &rows {
        let (fate, reason) = fate_words(row.fate);
        let subject = row.link.as_deref().map_or_else(
            || md(&row.subject),
            |link| markdown_link(&row.subject, link),
        );
        let value = md(&row_amount(measure, row));
        let at = asked.date(row).unwrap_or_else(|| "—".to_owned());
        let _ = writeln!(
            text,
            "| {fate} | {} | {at} | {value} | {} | {subject} |",
            md(&quantity::reason(reason, asked.minimum_n)),
            md(&asked.repository(row))
        );
    }
    if n_omitted > 0 {
        let _ = writeln!(text, "\n{n_omitted} further rows are not listed.");
    }
    text.push_str(&sql_text(measure.definition));
    text
}

fn definition_text(definition: &'static Definition) -> String {
    let mut text = format!("# {} (`{}`)\n\n", md(definition.title), definition.id);
    for (title, words) in definition_parts(definition) {
        let _ = writeln!(text, "- **{title}**: {}", prose(words));
    }
    text.push('\n');
    text
}

fn sql_text(definition: &Definition) -> String {
    let sql = definition.sql.trim_end().replace("```", "'''");
    format!("\n```sql\n{sql}\n```\n")
}

/// The page of a metric's definition in Markdown: what, why, formula, source, exclusions, reading, and the reference SQL.
#[must_use]
pub fn definition_page(definition: &'static Definition) -> String {
    let mut needs: Vec<&str> = Vec::new();
    for need in definition.needs {
        if !needs.contains(&need.words()) {
            needs.push(need.words());
        }
    }
    let mut text = definition_text(definition);
    let _ = writeln!(text, "{}", numbers_text(definition));
    let _ = writeln!(text, "Needs: {}.\n", needs.join(", "));
    if let Some(counted) = definition.about.counted() {
        let _ = writeln!(
            text,
            "On the team page a figure stands only where at least `minimum_people` did what it counts. Counted are {counted}.\n"
        );
    }
    let _ = writeln!(
        text,
        "`linchpin explain {}` lists the rows behind every figure. The same definition in SQL, over the exported facts:",
        definition.id
    );
    text + &sql_text(definition)
}

/// The numbers that a metric's figures hold, as a table, and from how many rows on there are figures.
fn numbers_text(definition: &Definition) -> String {
    let mut text = "| number | what it is | unit |\n|---|---|---|\n".to_owned();
    for number in definition.numbers {
        let unit = match number.unit {
            Unit::Count("") => "—",
            unit => json::unit_word(unit),
        };
        let _ = writeln!(text, "| `{}` | {} | {unit} |", number.name, number.title);
    }
    text.push_str(match definition.floor {
        Floor::MinimumN => "\nFewer than `minimum_n` rows are listed, not summarised.\n",
        Floor::One => "\nA count: it is told from the first row on.\n",
    });
    text
}

/// The index of all definition pages in Markdown.
#[must_use]
pub fn definition_index<'a>(definitions: impl Iterator<Item = &'a Definition>) -> String {
    let mut text = "# Metrics\n\nWritten from the program's registry: one page a metric.\n\n\
                    | metric | question |\n|---|---|\n"
        .to_owned();
    for definition in definitions {
        let _ = writeln!(
            text,
            "| [{id}]({id}.md) | {} |",
            prose(definition.question),
            id = definition.id
        );
    }
    text
}

fn rows_csv(asked: &Explain<'_>) -> String {
    let mut text =
        "metric,product,repository,areas,subject,link,at,bucket,value,fate,reason,working_hours\n"
            .to_owned();
    for row in listed(&asked.first_rows()).0 {
        let (fate, reason) = fate_words(row.fate);
        let fields = [
            field(asked.measure.definition.id),
            field(&row.product),
            field(&asked.repository(row)),
            field(&row.areas.join(" ")),
            field(&row.subject),
            field(row.link.as_deref().unwrap_or_default()),
            row.at.map_or_else(String::new, |at| at.to_string()),
            row.bucket
                .map_or_else(String::new, |bucket| bucket.to_string()),
            csv::number(row.value),
            fate.to_owned(),
            reason.to_owned(),
            csv::number(row.working_hours),
        ];
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}
