//! `linchpin export`: facts, the question's relations and measures, as files for other tools. Private data.

mod shared;

use std::fmt::Write as _;

use super::args::{ExportArgs, ExportFormat, Privacy};
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use super::output::{Audience, replace_tree};
use super::report::reading;
use super::run::open_to_write;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::domain::{
    Comment, Deployment, DeploymentStatus, Environment, Issue, IssueComment, MergeRule, Milestone,
    Person, Provenance, PullRequest, PullRequestCommit, PullRequestFile, Release, Review,
    ReviewRequest, Team, TeamMember, TimelineEvent, WorkflowRun,
};
use crate::metrics::relations::{Relations, measure_rows};
use crate::metrics::{self, Measure};
use crate::render::{OutputFile, encode};
use crate::store::{Key, Store};
use crate::tables::pseudonymous::{Pseudonyms, in_order, pseudonymous};
use crate::tables::sheet::{Cell, Sheet, without_rows};
use crate::tables::{
    self, CodeownersRow, FactTable, LineLifeRow, MergedFileRow, PatchRow, Repository, Row, SideRow,
    TagRow,
};

type Table = (String, Sheet);

/// Writes `<out>/export/<table>.<format>`, readable by the user alone, and prints the files' paths.
pub fn export(args: &ExportArgs, workspace: &Workspace) -> Result<u8, CliError> {
    if let Some(file) = shared::file(args, workspace)? {
        return written(vec![file], workspace);
    }
    let (analysis, mut all) = reading(workspace, |store| {
        Ok((
            Analysis::read(store, &workspace.inquiry(), &FactTable::ALL)?,
            facts(store)?,
        ))
    })?;
    all.extend(question(&analysis)?);
    all.sort_by(|a, b| a.0.cmp(&b.0));
    for wanted in &args.tables {
        if !all.iter().any(|(name, _)| name == wanted) {
            let known: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
            return Err(CliError::new(
                ErrorKind::Usage,
                format!("`{}` is not a table", encode::terminal(wanted)),
            )
            .hint(format!("name one of {}", known.join(", "))));
        }
    }
    if args.privacy == Privacy::Pseudonymous {
        pseudonymise(&mut all, args, workspace)?;
    }
    all.retain(|(name, _)| is_wanted(name, args));
    let mut files = Vec::new();
    if args.format == ExportFormat::Duckdb {
        let tables = all.iter().map(|(name, _)| name.as_str());
        files.push(("views.sql".to_owned(), views(tables).into_bytes()));
    }
    for (name, sheet) in all {
        let (bytes, extension) = match args.format {
            ExportFormat::Csv => (csv(&sheet).into_bytes(), "csv"),
            ExportFormat::Json => (json(&sheet).into_bytes(), "json"),
            ExportFormat::Parquet
            | ExportFormat::Duckdb
            | ExportFormat::Openmetrics
            | ExportFormat::Cdevents => (sheet.to_parquet().map_err(defect)?, "parquet"),
        };
        files.push((format!("{name}.{extension}"), bytes));
    }
    written(files, workspace)
}

/// A script by which DuckDB sees every Parquet file beside it as a table. Tables are called by words of the program alone.
fn views<'a>(tables: impl Iterator<Item = &'a str>) -> String {
    let head =
        "-- Run in the folder of this file: `duckdb -init views.sql`, or `.read views.sql`.\n";
    tables.fold(head.to_owned(), |mut text, table| {
        let _ = writeln!(
            text,
            "CREATE OR REPLACE VIEW \"{table}\" AS SELECT * FROM read_parquet('{table}.parquet');"
        );
        text
    })
}

/// Replaces the folder of exports, and prints the files' paths.
fn written(mut files: Vec<OutputFile>, workspace: &Workspace) -> Result<u8, CliError> {
    let place = workspace.out.join("export");
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    // The folder of reports ignores itself; this one says so too, should somebody move it.
    files.push((".gitignore".to_owned(), b"*\n".to_vec()));
    replace_tree(&place, &files, Audience::Owner)?;
    for name in &names {
        console::out(&format!("{}\n", place.join(name).display()));
    }
    Ok(DONE)
}

fn is_wanted(name: &String, args: &ExportArgs) -> bool {
    args.tables.is_empty() || args.tables.contains(name)
}

/// Takes out of the wanted tables what names anybody or anything.
fn pseudonymise(
    all: &mut [Table],
    args: &ExportArgs,
    workspace: &Workspace,
) -> Result<(), CliError> {
    let key = key(workspace)?;
    let digest = |text: &str| key.digest(text);
    let sheet = |wanted: &str| {
        let found = all.iter().find(|(name, _)| name == wanted);
        found.map(|(_, sheet)| sheet).ok_or_else(|| {
            CliError::new(ErrorKind::Defect, format!("there is no table `{wanted}`"))
        })
    };
    let mut pseudonyms =
        Pseudonyms::new(&digest, sheet("people")?, sheet("repositories")?).map_err(defect)?;
    for (name, sheet) in all.iter_mut().filter(|(name, _)| is_wanted(name, args)) {
        let told = pseudonymous(name, sheet, &mut pseudonyms).and_then(|told| in_order(&told));
        *sheet = told.map_err(defect)?;
    }
    Ok(())
}

/// The key of the store; made with the first pseudonyms.
fn key(workspace: &Workspace) -> Result<Key, CliError> {
    if let Some(key) = reading(workspace, |store| Ok(store.key()?))? {
        return Ok(key);
    }
    Ok(open_to_write(&workspace.store)?.make_key()?)
}

fn defect(error: tables::Error) -> CliError {
    CliError::new(ErrorKind::Defect, error)
}

/// The fact tables as the store has them.
fn facts(store: &Store) -> Result<Vec<Table>, CliError> {
    fn empty<R: Row>() -> Result<(&'static str, Vec<u8>), tables::Error> {
        Ok((R::TABLE, tables::rows_to_parquet::<R>(&[])?))
    }
    let mut known = without_rows().map_err(defect)?;
    for table in [
        empty::<Repository>(),
        empty::<Person>(),
        empty::<TagRow>(),
        empty::<MergedFileRow>(),
        empty::<LineLifeRow>(),
        empty::<PatchRow>(),
        empty::<SideRow>(),
        empty::<CodeownersRow>(),
        empty::<PullRequest>(),
        empty::<PullRequestCommit>(),
        empty::<PullRequestFile>(),
        empty::<Review>(),
        empty::<Comment>(),
        empty::<ReviewRequest>(),
        empty::<TimelineEvent>(),
        empty::<Issue>(),
        empty::<IssueComment>(),
        empty::<Deployment>(),
        empty::<DeploymentStatus>(),
        empty::<Release>(),
        empty::<WorkflowRun>(),
        empty::<MergeRule>(),
        empty::<Team>(),
        empty::<TeamMember>(),
        empty::<Milestone>(),
        empty::<Environment>(),
        empty::<Provenance>(),
    ] {
        known.push(table.map_err(defect)?);
    }
    let mut found = Vec::new();
    for (name, empty) in known {
        let mut parts = Vec::new();
        for file in store.files_below(&format!("facts/{name}/")) {
            parts.extend(store.read(&file)?);
        }
        let sheet = Sheet::of_parts(parts, empty).map_err(|error| {
            CliError::new(ErrorKind::Damaged, error)
                .hint("run `linchpin run` again: facts are rebuilt")
        })?;
        found.push((name.to_owned(), sheet));
    }
    Ok(found)
}

/// The question's relations and its answers.
fn question(analysis: &Analysis) -> Result<Vec<Table>, CliError> {
    fn sheet<R: Row>(rows: &[R]) -> Result<Table, CliError> {
        Ok((R::TABLE.to_owned(), Sheet::of_rows(rows).map_err(defect)?))
    }
    let relations = Relations::of(&analysis.tables, &analysis.private_question);
    let measures = measure_rows(&metrics::measure_each(
        &analysis.private_readings(),
        &Measure::without_rows,
    ));
    Ok(vec![
        sheet(&relations.lens)?,
        sheet(&relations.products)?,
        sheet(&relations.areas)?,
        sheet(&relations.production)?,
        sheet(&relations.landings)?,
        sheet(&relations.copies)?,
        sheet(&relations.reverts)?,
        sheet(&relations.incidents)?,
        sheet(&relations.hotfixes)?,
        sheet(&relations.absorbed)?,
        sheet(&relations.file_histories)?,
        sheet(&relations.working_spans)?,
        sheet(&relations.reviewer_turns)?,
        sheet(&relations.working_days)?,
        sheet(&relations.members)?,
        sheet(&relations.measured_origins)?,
        sheet(&relations.absences)?,
        sheet(&relations.absence_periods)?,
        sheet(&relations.flow.turns)?,
        sheet(&relations.flow.ready_spans)?,
        sheet(&relations.flow.days)?,
        sheet(&relations.flow.work_kinds)?,
        sheet(&relations.flow.dated_events)?,
        sheet(&relations.flow.taken_back)?,
        sheet(&relations.flow.rules)?,
        sheet(&relations.delegations)?,
        sheet(&relations.delegated)?,
        sheet(&relations.kinds)?,
        sheet(&relations.declared_files)?,
        sheet(&relations.declared_owners)?,
        sheet(&relations.lineages)?,
        sheet(&relations.touches)?,
        sheet(&measures)?,
    ])
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
