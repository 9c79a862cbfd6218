//! Exports that name nobody: figures for Prometheus, and events for whoever reads CDEvents.

use crate::analysis::Analysis;
use crate::cli::args::{ExportArgs, ExportFormat, Privacy};
use crate::cli::error::{CliError, ErrorKind};
use crate::cli::team_tree::{Keep, Told};
use crate::cli::workspace::Workspace;
use crate::metrics::events;
use crate::render::{OutputFile, cdevents, openmetrics};
use crate::store::checksum;
use crate::tables::FactTable;

/// Digits of an event's id: 128 bits.
const ID_DIGITS: usize = 32;

/// The file of such an export; `None`: another format was asked for.
pub(super) fn file(
    args: &ExportArgs,
    workspace: &Workspace,
) -> Result<Option<OutputFile>, CliError> {
    let make = match args.format {
        ExportFormat::Openmetrics => figures,
        ExportFormat::Cdevents => happenings,
        ExportFormat::Parquet | ExportFormat::Duckdb | ExportFormat::Csv | ExportFormat::Json => {
            return Ok(None);
        }
    };
    let refused = |option: &str, because: &str| {
        let message = format!("`{option}` says nothing of this format: {because}");
        Err(CliError::new(ErrorKind::Usage, message).hint(format!("leave `{option}` out")))
    };
    if !args.tables.is_empty() {
        return refused("--table", "it has no tables");
    }
    if args.team.is_some() {
        return refused(
            "--team",
            "what a team owns is of the products, and would be told twice",
        );
    }
    if args.privacy == Privacy::Pseudonymous {
        return refused("--privacy", "nobody is named in it anyway");
    }
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    make(&analysis, workspace).map(Some)
}

fn figures(analysis: &Analysis, workspace: &Workspace) -> Result<OutputFile, CliError> {
    let names = analysis.names(workspace);
    let told = Told::of(&analysis.readings(), workspace, Keep::Nothing)?;
    let (report, _) = told.report(analysis, workspace, &names)?;
    let text = openmetrics::exposition(&report);
    Ok(("linchpin.prom".to_owned(), text.into_bytes()))
}

fn happenings(analysis: &Analysis, workspace: &Workspace) -> Result<OutputFile, CliError> {
    let names = analysis.names(workspace);
    let readings = analysis.readings();
    let mut events: Vec<_> = readings.iter().flat_map(events::of_product).collect();
    events.sort_by_key(|event| event.at);
    let digest = |words: &str| checksum(words.as_bytes()).chars().take(ID_DIGITS).collect();
    let public = |text: &str| {
        names
            .masked(text)
            .filter(|_| !names.is_repository(text))
            .unwrap_or_else(|| text.to_owned())
    };
    let text = cdevents::lines(&events, &analysis.faces(), &digest, &public)
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    Ok(("cdevents.ndjson".to_owned(), text.into_bytes()))
}
