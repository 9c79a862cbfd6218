//! `linchpin export`: facts, the question's relations and measures, as files for other tools. Private data.

mod shared;
mod tables;

use std::cell::RefCell;
use std::fmt::Write as _;

use self::tables::Exported;
use super::args::{ExportArgs, ExportFormat, Privacy};
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use super::output::{Audience, replace_tree_made_by};
use super::report::reading;
use super::run::open_to_write;
use super::workspace::Workspace;
use crate::render::encode;
use crate::store::Key;
use crate::tables::Error;
use crate::tables::pseudonymous::{Pseudonyms, in_order, pseudonymous};
use crate::tables::sheet::{Cell, Sheet};

/// Writes `<out>/export/<table>.<format>`, readable by the user alone, and prints the files' paths.
///
/// Products are told some after the others, and tables are written one after the other: neither all facts nor all files are in memory
/// at once.
pub fn export(args: &ExportArgs, workspace: &Workspace) -> Result<u8, CliError> {
    if let Some((name, bytes)) = shared::file(args, workspace)? {
        return written(workspace, &[name], &|_| Ok(bytes.clone()));
    }
    let key = match args.privacy {
        Privacy::Pseudonymous => Some(key(workspace)?),
        Privacy::Named => None,
    };
    reading(workspace, |store| {
        let tables = Exported::of(store, workspace, args)?;
        let digest = |text: &str| {
            let key = key.as_ref();
            key.map_or_else(String::new, |key| key.digest(text))
        };
        let pseudonyms = match key {
            Some(_) => {
                let (people, repositories) =
                    (tables.sheet("people")?, tables.sheet("repositories")?);
                let made = Pseudonyms::new(&digest, &people, &repositories);
                Some(RefCell::new(made.map_err(defect)?))
            }
            None => None,
        };
        let extension = match args.format {
            ExportFormat::Csv => "csv",
            ExportFormat::Json => "json",
            _ => "parquet",
        };
        let wanted = tables.wanted(args);
        let mut names: Vec<String> = wanted
            .iter()
            .map(|name| format!("{name}.{extension}"))
            .collect();
        if args.format == ExportFormat::Duckdb {
            names.push(VIEWS.to_owned());
            names.sort();
        }
        written(workspace, &names, &|file| {
            if file == VIEWS {
                return Ok(views(&wanted).into_bytes());
            }
            let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
            if extension == "parquet" && pseudonyms.is_none() {
                return tables.parquet(name);
            }
            let mut sheet = tables.sheet(name)?;
            if let Some(pseudonyms) = &pseudonyms {
                let told = pseudonymous(name, &sheet, &mut pseudonyms.borrow_mut());
                sheet = told.and_then(|told| in_order(&told)).map_err(defect)?;
            }
            match args.format {
                ExportFormat::Csv => Ok(csv(&sheet).into_bytes()),
                ExportFormat::Json => Ok(json(&sheet).into_bytes()),
                _ => sheet.to_parquet().map_err(defect),
            }
        })
    })
}

/// The script of views.
const VIEWS: &str = "views.sql";

/// A script by which DuckDB sees every Parquet file beside it as a table. Tables are called by words of the program alone.
fn views(tables: &[&str]) -> String {
    let head =
        "-- Run in the folder of this file: `duckdb -init views.sql`, or `.read views.sql`.\n";
    tables.iter().fold(head.to_owned(), |mut text, table| {
        let _ = writeln!(
            text,
            "CREATE OR REPLACE VIEW \"{table}\" AS SELECT * FROM read_parquet('{table}.parquet');"
        );
        text
    })
}

/// Replaces the folder of exports by files that are made when they are written, and prints the files' paths.
fn written(
    workspace: &Workspace,
    names: &[String],
    make: &dyn Fn(&str) -> Result<Vec<u8>, CliError>,
) -> Result<u8, CliError> {
    let place = workspace.out.join("export");
    // The folder of reports ignores itself; this one says so too, should somebody move it.
    let ignore = ".gitignore";
    let all: Vec<String> = names.iter().cloned().chain([ignore.to_owned()]).collect();
    let make = |name: &str| match name {
        _ if name == ignore => Ok(b"*\n".to_vec()),
        _ => make(name),
    };
    replace_tree_made_by(&place, &all, &make, Audience::Owner)?;
    for name in names {
        console::out(&format!("{}\n", place.join(name).display()));
    }
    Ok(DONE)
}

/// The key of the store; made with the first pseudonyms.
fn key(workspace: &Workspace) -> Result<Key, CliError> {
    if let Some(key) = reading(workspace, |store| Ok(store.key()?))? {
        return Ok(key);
    }
    Ok(open_to_write(&workspace.store)?.make_key()?)
}

fn defect(error: Error) -> CliError {
    CliError::new(ErrorKind::Defect, error)
}

/// A heading line, then one line a row; a missing cell is empty, a list is JSON.
fn csv(sheet: &Sheet) -> String {
    let mut text = sheet.names().join(",") + "\n";
    for at in 0..sheet.height() {
        let fields: Vec<String> = sheet.row(at).iter().map(field).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Whole(whole) => whole.to_string(),
        Cell::Real(real) => real.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::At(at) => at.to_string(),
        Cell::Text(text) => encode::csv(text),
        Cell::List(_) => encode::csv(&value(cell).to_string()),
    }
}

/// An array with one object a row, each on its own line.
fn json(sheet: &Sheet) -> String {
    let names = sheet.names();
    let rows: Vec<String> = (0..sheet.height())
        .map(|at| {
            let row: serde_json::Map<String, serde_json::Value> = names
                .iter()
                .cloned()
                .zip(sheet.row(at).iter().map(value))
                .collect();
            encode::json(serde_json::Value::Object(row).to_string())
        })
        .collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}

fn value(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Missing => serde_json::Value::Null,
        Cell::Whole(whole) => (*whole).into(),
        Cell::Real(real) => (*real).into(),
        Cell::Flag(flag) => (*flag).into(),
        Cell::At(at) => at.to_string().into(),
        Cell::Text(text) => text.as_str().into(),
        Cell::List(cells) => cells.iter().map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepositoryId;
    use crate::tables::question::ProductRow;

    #[test]
    fn a_hostile_name_is_a_cell_and_never_a_formula() {
        let row = ProductRow {
            product: "=cmd|'x'!A1,\"y\"".into(),
            repository: RepositoryId(7),
        };
        let sheet = Sheet::of_rows(&[row]).unwrap();
        assert_eq!(
            csv(&sheet),
            "product,repository\n\"'=cmd|'x'!A1,\"\"y\"\"\",7\n"
        );
        let parsed: serde_json::Value = serde_json::from_str(&json(&sheet)).unwrap();
        assert_eq!(parsed[0]["product"], "=cmd|'x'!A1,\"y\"");
        assert_eq!(parsed[0]["repository"], 7);
    }
}
