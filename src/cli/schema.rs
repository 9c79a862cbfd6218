//! `linchpin schema`: what other programs rely on, for programs and for people.

use super::args::{SchemaArgs, SchemaFormat, SchemaName};
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use crate::register::{keys, page};

/// Prints the schema of a register, or its keys.
pub fn schema(args: &SchemaArgs) -> Result<u8, CliError> {
    let (schema, tables) = match args.name {
        SchemaName::Register => (keys::schema(), keys::tables()),
        SchemaName::PrivateRegister => (keys::private_schema(), keys::private_tables()),
    };
    match args.format {
        SchemaFormat::Json => {
            let text = serde_json::to_string_pretty(&schema)
                .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
            console::out(&format!("{text}\n"));
        }
        SchemaFormat::Markdown => console::out(&page::section(&tables)),
    }
    Ok(DONE)
}
