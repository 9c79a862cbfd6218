//! `linchpin schema`: what other programs rely on, for programs and for people.

use super::args::{SchemaArgs, SchemaFormat, SchemaName};
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use crate::register::{keys, page};
use crate::render::schema::{WrittenFile, of_file};
use crate::render::{csv, template, terminal};
use crate::report::{Column, Table, TableCell};

/// Prints the schema of a register or of a file, or the keys of a register.
pub fn schema(args: &SchemaArgs) -> Result<u8, CliError> {
    let (schema, tables) = match args.name {
        SchemaName::Register => (keys::schema(), keys::tables()),
        SchemaName::PrivateRegister => (keys::private_schema(), keys::private_tables()),
        name if args.format == SchemaFormat::Json => (
            file_of(name).map_or_else(template::schema, of_file),
            Vec::new(),
        ),
        name => {
            let what = match file_of(name) {
                Some(_) => "what a JSON file holds",
                None => "what templates see",
            };
            let error = CliError::new(ErrorKind::Usage, format!("{what} is told as JSON alone"));
            return Err(error.hint("leave `--format` out; every member has its description there"));
        }
    };
    match args.format {
        SchemaFormat::Json => {
            let text = serde_json::to_string_pretty(&schema)
                .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
            console::show(&format!("{text}\n"));
        }
        SchemaFormat::Markdown => console::show(&page::section(&tables)),
        SchemaFormat::Table => {
            console::show(&terminal::table(&keys_of(&tables), console::width()));
        }
        SchemaFormat::Csv => console::show(&csv::table(&keys_of(&tables))),
    }
    Ok(DONE)
}

/// The file that a name stands for; `None`: none.
const fn file_of(name: SchemaName) -> Option<WrittenFile> {
    Some(match name {
        SchemaName::Register | SchemaName::PrivateRegister | SchemaName::Template => return None,
        SchemaName::Metrics => WrittenFile::Metrics,
        SchemaName::Figures => WrittenFile::Figures,
        SchemaName::DataQuality => WrittenFile::DataQuality,
        SchemaName::Summary => WrittenFile::Summary,
        SchemaName::Badge => WrittenFile::Badge,
        SchemaName::Manifest => WrittenFile::Manifest,
        SchemaName::Lead => WrittenFile::Lead,
        SchemaName::Evidence => WrittenFile::Evidence,
        SchemaName::Table => WrittenFile::Table,
        SchemaName::Cdevents => WrittenFile::CdEvents,
    })
}

/// Every key, one a row.
fn keys_of(tables: &[keys::Table]) -> Table {
    let text = |words: &str| TableCell::Text(words.to_owned());
    let rows = tables.iter().flat_map(|table| {
        table.keys.iter().map(|key| {
            let default = key.default.as_deref();
            let default = default.filter(|_| !key.is_required);
            let default = default.or(key.is_required.then_some("must be there"));
            vec![
                text(&table.header()),
                text(&key.name),
                text(&key.kind),
                default.map_or(TableCell::Missing(None), text),
                text(&key.meaning),
            ]
        })
    });
    Table {
        title: "Keys".to_owned(),
        columns: [
            "table",
            "key",
            "what may stand there",
            "by default",
            "meaning",
        ]
        .map(Column::text)
        .to_vec(),
        rows: rows.collect(),
        n_omitted: 0,
    }
}
