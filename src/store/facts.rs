//! Facts on disk: one Parquet file a table and repository, `facts/<table>/<repository id>.parquet`.
//!
//! Derived, so deletable: everything here can be rebuilt from raw answers and the clones (invariant I8).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Error as StoreError, Store};
use crate::domain::{Facts, History, Person, PersonId, RepositoryId};
use crate::tables::{self, CodeownersRow, PatchRow, Repository, Row, TagRow};

mod reading;

pub use reading::{read, read_parts};

/// Facts that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A table could not be turned into columns or back.
    #[error("the table `{table}` is not usable")]
    Table {
        /// Its name.
        table: String,
        /// Why not.
        source: tables::Error,
    },
}

/// The part of a table that belongs to no single repository.
const ALL: &str = "all";

/// What one repository's mining adds to the tables.
#[derive(Debug)]
pub struct Mined<'a> {
    /// The repository.
    pub repository: RepositoryId,
    /// Its history.
    pub history: &'a History,
    /// By signature of the history: the person.
    pub person_of: &'a [PersonId],
    /// Its patch-ids.
    pub patches: &'a [PatchRow],
}

fn path(table: &str, part: &str) -> String {
    format!("facts/{table}/{part}.parquet")
}

fn shape(table: &str) -> impl Fn(tables::Error) -> Error + '_ {
    move |source| Error::Table {
        table: table.to_owned(),
        source,
    }
}

fn write_rows<R: Row>(store: &Store, part: &str, rows: &[R]) -> Result<(), Error> {
    let bytes = tables::rows_to_parquet(rows).map_err(shape(R::TABLE))?;
    Ok(store.commit_file(&path(R::TABLE, part), &bytes)?)
}

impl Store {
    /// Names and checksums of the committed files below some directories, one a line: equal texts, equal contents.
    #[must_use]
    pub fn fingerprint(&self, prefixes: &[&str]) -> String {
        let manifest = self.locked_manifest();
        let inside = manifest
            .entries()
            .filter(|entry| prefixes.iter().any(|prefix| entry.path.starts_with(prefix)));
        inside.fold(String::new(), |mut text, entry| {
            let _ = writeln!(text, "{} {}", entry.path, entry.sha256);
            text
        })
    }
}

/// Writes repositories, people, tags and histories.
pub fn write_mined(
    store: &Store,
    repositories: &[Repository],
    people: &[Person],
    mined: &[Mined<'_>],
) -> Result<(), Error> {
    write_rows(store, ALL, repositories)?;
    write_rows(store, ALL, people)?;
    // People are numbered anew each time: what a clone that is not at hand once gave would name the wrong ones.
    let kept: BTreeSet<String> = mined
        .iter()
        .map(|mined| mined.repository.0.to_string())
        .collect();
    for table in [
        "commits",
        "tags",
        "patch_ids",
        "codeowners",
        "file_changes",
        "files",
        "ownership",
    ] {
        forget(store, table, &kept)?;
    }
    for Mined {
        repository,
        history,
        person_of,
        patches,
    } in mined
    {
        let part = repository.0.to_string();
        let tags: Vec<TagRow> = history
            .tags
            .iter()
            .map(|tag| TagRow {
                repository: *repository,
                name: tag.name.clone(),
                commit: tag.commit,
                tagged_at: tag.tagged_at,
            })
            .collect();
        let codeowners: Vec<CodeownersRow> = history
            .codeowners
            .iter()
            .map(|line| CodeownersRow::of(*repository, line))
            .collect();
        // The large tables are encoded side by side, while the small ones are on their way to the disk.
        std::thread::scope(|scope| {
            let commits = scope.spawn(|| {
                tables::commits::to_parquet(history, *repository, person_of)
                    .map_err(shape("commits"))
            });
            let changes = scope.spawn(|| encode(history, *repository, person_of));
            write_rows(store, &part, &tags)?;
            write_rows(store, &part, patches)?;
            write_rows(store, &part, &codeowners)?;
            let commits = [("commits", joined(commits)?)];
            for (table, bytes) in joined(changes)?.into_iter().chain(commits) {
                store.commit_file(&path(table, &part), &bytes)?;
            }
            Ok::<(), Error>(())
        })?;
    }
    Ok(())
}

/// What a thread came to; its panic is ours.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// What a history says of files: name of the table and bytes.
fn encode(
    history: &History,
    repository: RepositoryId,
    person_of: &[PersonId],
) -> Result<[(&'static str, Vec<u8>); 3], Error> {
    let ownership = tables::ownership::to_parquet(history, repository, person_of)
        .map_err(shape("ownership"))?;
    let changes =
        tables::changes::to_parquet(history, repository).map_err(shape("file_changes"))?;
    let files = tables::changes::files_to_parquet(history, repository).map_err(shape("files"))?;
    Ok([
        ("file_changes", changes),
        ("files", files),
        ("ownership", ownership),
    ])
}

/// Writes GitHub's facts, already relabelled.
pub fn write_facts(store: &Store, facts: &Facts) -> Result<(), Error> {
    parts(store, &facts.pull_requests, |row| row.repository)?;
    parts(store, &facts.pull_request_commits, |row| row.repository)?;
    parts(store, &facts.pull_request_files, |row| row.repository)?;
    parts(store, &facts.reviews, |row| row.repository)?;
    parts(store, &facts.comments, |row| row.repository)?;
    parts(store, &facts.review_requests, |row| row.repository)?;
    parts(store, &facts.timeline, |row| row.repository)?;
    parts(store, &facts.issues, |row| row.repository)?;
    parts(store, &facts.issue_comments, |row| row.repository)?;
    parts(store, &facts.deployments, |row| row.repository)?;
    parts(store, &facts.deployment_statuses, |row| row.repository)?;
    parts(store, &facts.releases, |row| row.repository)?;
    parts(store, &facts.workflow_runs, |row| row.repository)?;
    parts(store, &facts.merge_rules, |row| row.repository)?;
    parts(store, &facts.teams, |row| row.repository)?;
    parts(store, &facts.team_members, |row| row.repository)?;
    parts(store, &facts.milestones, |row| row.repository)?;
    parts(store, &facts.environments, |row| row.repository)
}

/// Forgets the parts of a table that are not kept.
fn forget(store: &Store, table: &str, kept: &BTreeSet<String>) -> Result<(), Error> {
    let kept: BTreeSet<String> = kept.iter().map(|part| path(table, part)).collect();
    let gone: Vec<String> = store
        .files_below(&format!("facts/{table}/"))
        .into_iter()
        .filter(|file| !kept.contains(file))
        .collect();
    Ok(store.remove_files(&gone)?)
}

/// Writes a table's rows by repository and forgets the parts that no longer have any.
fn parts<R: Row + Clone>(
    store: &Store,
    rows: &[R],
    repository: impl Fn(&R) -> RepositoryId,
) -> Result<(), Error> {
    let mut by_repository: BTreeMap<RepositoryId, Vec<R>> = BTreeMap::new();
    for row in rows {
        by_repository
            .entry(repository(row))
            .or_default()
            .push(row.clone());
    }
    let kept = by_repository.keys().map(|id| id.0.to_string()).collect();
    forget(store, R::TABLE, &kept)?;
    for (repository, rows) in by_repository {
        write_rows(store, &repository.0.to_string(), &rows)?;
    }
    Ok(())
}
