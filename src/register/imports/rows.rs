//! Rows of tables: what each column says of a deployment or an incident.

use jiff::Timestamp;

use super::csv::{self, CsvRow};
use super::{Reader, id_mistake, some, title};
use crate::domain::{Cause, DeclaredDeployment, DeclaredIncident, Outcome};
use crate::register::error::{Error, nearest};

const OF_DEPLOYMENTS: [&str; 7] = [
    "id",
    "repository",
    "environment",
    "commit",
    "deployed_at",
    "status",
    "url",
];

const OF_INCIDENTS: [&str; 10] = [
    "id",
    "repository",
    "product",
    "started_at",
    "detected_at",
    "resolved_at",
    "severity",
    "title",
    "url",
    "caused_by",
];

/// The rows of a table with the columns that it has.
struct Sheet<I> {
    columns: Vec<String>,
    rows: I,
}

/// One row by the names of its columns.
struct Row<'a> {
    columns: &'a [String],
    fields: Vec<String>,
    line: u64,
}

impl Row<'_> {
    /// A field; nothing where there is no such column.
    fn get(&self, name: &str) -> &str {
        let at = self.columns.iter().position(|column| column == name);
        at.and_then(|at| self.fields.get(at))
            .map_or("", |field| field.trim())
    }
}

/// Reads the heading line; `None`: there is none.
fn sheet<'a>(
    reader: &mut Reader<'_>,
    text: &'a str,
    known: &[&str],
    needed: &[&[&str]],
) -> Result<Option<Sheet<impl Iterator<Item = CsvRow> + 'a>>, Error> {
    let file = reader.file.to_string();
    let mut rows = csv::rows(text);
    let Some((line, first)) = rows.next() else {
        reader.lacks("a file without a heading line", None);
        return Ok(None);
    };
    let columns = match first {
        Ok(columns) => columns,
        Err(what) => {
            reader.lacks(what, Some(line));
            return Ok(None);
        }
    };
    let columns: Vec<String> = columns
        .iter()
        .map(|column| column.trim().to_ascii_lowercase())
        .collect();
    let kind = reader.import.kind.word();
    for (at, column) in columns.iter().enumerate() {
        let shown: String = column.chars().take(80).collect();
        if !known.contains(&column.as_str()) {
            let nearest = match nearest(column, known.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("known are {}", known.join(", ")),
            };
            let message = format!("is no column of {kind}; {nearest}");
            return Err(Error::content(&file, shown, message));
        }
        if columns.iter().take(at).any(|before| before == column) {
            return Err(Error::content(&file, shown, "is there twice"));
        }
    }
    for any in needed {
        if !any.iter().any(|one| columns.iter().any(|has| has == one)) {
            let message = format!("{kind} need the column");
            return Err(Error::content(&file, any.join("` or `"), message));
        }
    }
    Ok(Some(Sheet { columns, rows }))
}

/// Hands each whole row to a closure; one with other fields than the heading has is told.
fn each(
    reader: &mut Reader<'_>,
    sheet: Sheet<impl Iterator<Item = CsvRow>>,
    mut take: impl FnMut(&mut Reader<'_>, &Row<'_>),
) {
    for (line, fields) in sheet.rows {
        reader.counts();
        match fields {
            Ok(fields) if fields.len() == sheet.columns.len() => {
                let row = Row {
                    columns: &sheet.columns,
                    fields,
                    line,
                };
                take(reader, &row);
            }
            Ok(_) => reader.lacks(
                "a row with more or fewer fields than the heading",
                Some(line),
            ),
            Err(what) => reader.lacks(what, Some(line)),
        }
    }
}

/// An instant of a column; `Err` where it cannot be read, which is told.
fn instant(reader: &mut Reader<'_>, row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, ()> {
    reader
        .instant(row.get(column), row.line)
        .inspect_err(|()| reader.lacks(&format!("`{column}` is no time"), Some(row.line)))
}

/// Deployments of a table.
pub(super) fn deployments(
    reader: &mut Reader<'_>,
    text: &str,
) -> Result<Vec<DeclaredDeployment>, Error> {
    let needed: [&[&str]; 2] = [&["id"], &["deployed_at"]];
    let mut found = Vec::new();
    if let Some(sheet) = sheet(reader, text, &OF_DEPLOYMENTS, &needed)? {
        each(reader, sheet, |reader, row| {
            found.extend(deployment(reader, row));
        });
    }
    Ok(found)
}

fn deployment(reader: &mut Reader<'_>, row: &Row<'_>) -> Option<DeclaredDeployment> {
    let id = row.get("id").to_owned();
    if let Some(what) = id_mistake(&id) {
        reader.lacks(what, Some(row.line));
        return None;
    }
    let Some(at) = instant(reader, row, "deployed_at").ok()? else {
        reader.lacks("has no `deployed_at`", Some(row.line));
        return None;
    };
    let Some(outcome) = outcome(row.get("status")) else {
        reader.lacks(
            "`status` is none of `success`, `failure`, `pending`, `skipped`",
            Some(row.line),
        );
        return None;
    };
    let url = reader.page(row.get("url"), row.line);
    Some(DeclaredDeployment {
        id,
        whereabouts: reader.whereabouts(some(row.get("repository")), None),
        environment: some(row.get("environment")),
        commit: some(row.get("commit")),
        at,
        outcome,
        url,
        place: reader.place(row.line),
    })
}

/// How a deployment ended, in the words of those who tell of it: nothing is a success, since a table of deployments is one of what
/// was deployed.
fn outcome(word: &str) -> Option<Outcome> {
    match word.to_ascii_lowercase().as_str() {
        "" | "success" | "succeeded" | "successful" => Some(Outcome::Success),
        "failure" | "failed" | "error" => Some(Outcome::Failure),
        "pending" | "queued" | "running" | "in_progress" => Some(Outcome::Pending),
        "skipped" | "cancelled" | "canceled" | "aborted" => Some(Outcome::Skipped),
        _ => None,
    }
}

/// Incidents of a table.
pub(super) fn incidents(
    reader: &mut Reader<'_>,
    text: &str,
) -> Result<Vec<DeclaredIncident>, Error> {
    let needed: [&[&str]; 2] = [&["id"], &["started_at", "detected_at"]];
    let mut found = Vec::new();
    if let Some(sheet) = sheet(reader, text, &OF_INCIDENTS, &needed)? {
        each(reader, sheet, |reader, row| {
            found.extend(incident(reader, row));
        });
    }
    Ok(found)
}

fn incident(reader: &mut Reader<'_>, row: &Row<'_>) -> Option<DeclaredIncident> {
    let id = row.get("id");
    if let Some(what) = id_mistake(id) {
        reader.lacks(what, Some(row.line));
        return None;
    }
    let started_at = instant(reader, row, "started_at").ok()?;
    let detected_at = instant(reader, row, "detected_at").ok()?;
    let resolved_at = instant(reader, row, "resolved_at").ok()?;
    let whereabouts = reader.whereabouts(some(row.get("repository")), some(row.get("product")));
    let url = reader.page(row.get("url"), row.line);
    Some(DeclaredIncident {
        id: id.into(),
        whereabouts,
        environment: None,
        started_at,
        detected_at,
        resolved_at,
        severity: some(row.get("severity")).map(|word| word.to_lowercase()),
        title: title(row.get("title")),
        url,
        cause: cause(reader, row.get("caused_by"), row.line),
        place: reader.place(row.line),
    })
}

/// A named cause. One that cannot be read leaves the incident: which deployment it is put down to, evidence tells then.
pub(super) fn cause(reader: &mut Reader<'_>, text: &str, line: u64) -> Option<Cause> {
    let cause = some(text)?.parse().ok();
    if cause.is_none() {
        reader.lacks(
            "`caused_by` is none of `none`, `#12`, `owner/name#12`, `commit 3f2a91c`, `deployment ID`",
            Some(line),
        );
    }
    cause
}
