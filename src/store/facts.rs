//! Facts on disk: one Parquet file a table and repository, `facts/<table>/<repository id>.parquet`.
//!
//! Derived, so deletable: everything here can be rebuilt from raw answers and the clones (invariant I8).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::commit::joined;
use super::{Error as StoreError, Staged, Store};
use crate::domain::{Facts, History, Person, PersonId, RepositoryId};
use crate::tables::{
    self, CodeownersRow, MergedFileRow, PatchRow, Repository, Row, SideRow, TagRow,
};

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

/// What the facts in the store were derived from: a text that changes when anything they depend on does. Its entry goes before
/// the first fact takes the place of another, and it is written last: facts without it are unfinished.
pub const INPUTS: &str = "facts/inputs.txt";

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
    /// Commits that only its releases and deployments reach.
    pub side: &'a [SideRow],
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

fn stage_rows<R: Row>(store: &Store, part: &str, rows: &[R]) -> Result<Staged, Error> {
    let bytes = tables::rows_to_parquet(rows).map_err(shape(R::TABLE))?;
    Ok(store.stage(&path(R::TABLE, part), &bytes)?)
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

/// Facts on their way into the store: staged, and seen by nobody yet.
#[derive(Debug, Default)]
#[must_use = "staged facts are not committed"]
pub struct Derived {
    staged: Vec<Staged>,
    gone: Vec<String>,
}

impl Derived {
    /// Adds what else was derived.
    pub fn add(&mut self, other: Self) {
        self.staged.extend(other.staged);
        self.gone.extend(other.gone);
    }

    /// Adds a file that is no table.
    pub fn add_file(&mut self, store: &Store, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.staged.push(store.stage(path, bytes)?);
        Ok(())
    }

    /// Puts all of it in place, so that a reader has the facts of before or those of now; and with them what they were derived
    /// from. A kill in between leaves facts that are known for unfinished.
    pub fn commit(self, store: &Store, inputs: &str) -> Result<(), Error> {
        let is_new = !self.gone.is_empty() || self.staged.iter().any(|file| !file.is_there());
        if is_new {
            let _alone = store.keep_readers_out()?;
            store.remove_files(&[INPUTS.to_owned()])?;
            self.put_in_place(store)?;
            return Ok(store.commit_file(INPUTS, inputs.as_bytes())?);
        }
        Ok(store.commit_file(INPUTS, inputs.as_bytes())?)
    }

    fn put_in_place(self, store: &Store) -> Result<(), Error> {
        if !self.gone.is_empty() {
            store.remove_files(&self.gone)?;
        }
        Ok(store.commit(self.staged)?)
    }
}

/// Writes repositories, people, tags and histories.
pub fn write_mined(
    store: &Store,
    repositories: &[Repository],
    people: &[Person],
    mined: &[Mined<'_>],
) -> Result<(), Error> {
    stage_mined(store, repositories, people, mined)?.put_in_place(store)
}

/// Stages repositories, people, tags and histories.
pub fn stage_mined(
    store: &Store,
    repositories: &[Repository],
    people: &[Person],
    mined: &[Mined<'_>],
) -> Result<Derived, Error> {
    let mut derived = Derived::default();
    derived.staged.push(stage_rows(store, ALL, repositories)?);
    derived.staged.push(stage_rows(store, ALL, people)?);
    // People are numbered anew each time: what a clone that is not at hand once gave would name the wrong ones.
    let kept: BTreeSet<String> = mined
        .iter()
        .map(|mined| mined.repository.0.to_string())
        .collect();
    for table in [
        "commits",
        "tags",
        "merged_files",
        "patch_ids",
        "side_commits",
        "codeowners",
        "file_changes",
        "files",
        "ownership",
    ] {
        derived.gone.extend(not_kept(store, table, &kept));
    }
    for mined in mined {
        derived.staged.extend(stage_history(store, mined)?);
    }
    Ok(derived)
}

/// The tables of one repository. The large ones are made side by side, and each waits for the disk while others are made.
fn stage_history(store: &Store, mined: &Mined<'_>) -> Result<Vec<Staged>, Error> {
    let Mined {
        repository,
        history,
        person_of,
        patches,
        side,
    } = *mined;
    let part = &repository.0.to_string();
    let stage = |table: &str, bytes: Result<Vec<u8>, tables::Error>| {
        let bytes = bytes.map_err(shape(table))?;
        Ok::<_, Error>(store.stage(&path(table, part), &bytes)?)
    };
    std::thread::scope(|scope| {
        let ownership = scope.spawn(|| {
            let bytes = tables::ownership::to_parquet(history, repository, person_of);
            stage("ownership", bytes)
        });
        let commits = scope.spawn(|| {
            let bytes = tables::commits::to_parquet(history, repository, person_of);
            stage("commits", bytes)
        });
        let changes = scope.spawn(|| {
            let bytes = tables::changes::to_parquet(history, repository);
            stage("file_changes", bytes)
        });
        let tags: Vec<TagRow> = history
            .tags
            .iter()
            .map(|tag| TagRow {
                repository,
                name: tag.name.clone(),
                commit: tag.commit,
                tagged_at: tag.tagged_at,
            })
            .collect();
        let codeowners: Vec<CodeownersRow> = history
            .codeowners
            .iter()
            .map(|line| CodeownersRow::of(repository, line))
            .collect();
        Ok(vec![
            stage_rows(store, part, &tags)?,
            stage_rows(store, part, patches)?,
            stage_rows(store, part, side)?,
            stage_rows(store, part, &merged_files(history, repository))?,
            stage_rows(store, part, &codeowners)?,
            stage(
                "files",
                tables::changes::files_to_parquet(history, repository),
            )?,
            joined(commits)?,
            joined(changes)?,
            joined(ownership)?,
        ])
    })
}

fn merged_files(history: &History, repository: RepositoryId) -> Vec<MergedFileRow> {
    let path = |path: u32| history.paths.get(usize::try_from(path).ok()?).cloned();
    let rows = history.merged_files.iter().filter_map(|file| {
        let commit = history.commits.get(usize::try_from(file.commit).ok()?)?;
        Some(MergedFileRow {
            repository,
            commit: commit.id,
            path: path(file.path)?,
            previous_path: file.previous_path.and_then(path),
            change: file.change,
        })
    });
    rows.collect()
}

/// Writes GitHub's facts, already relabelled.
pub fn write_facts(store: &Store, facts: &Facts) -> Result<(), Error> {
    stage_facts(store, facts)?.put_in_place(store)
}

/// Stages GitHub's facts, already relabelled.
pub fn stage_facts(store: &Store, facts: &Facts) -> Result<Derived, Error> {
    let mut parts = Parts {
        store,
        files: Vec::new(),
        gone: Vec::new(),
    };
    parts.add(&facts.pull_requests, |row| row.repository)?;
    parts.add(&facts.pull_request_commits, |row| row.repository)?;
    parts.add(&facts.pull_request_files, |row| row.repository)?;
    parts.add(&facts.reviews, |row| row.repository)?;
    parts.add(&facts.comments, |row| row.repository)?;
    parts.add(&facts.review_requests, |row| row.repository)?;
    parts.add(&facts.timeline, |row| row.repository)?;
    parts.add(&facts.issues, |row| row.repository)?;
    parts.add(&facts.issue_comments, |row| row.repository)?;
    parts.add(&facts.deployments, |row| row.repository)?;
    parts.add(&facts.deployment_statuses, |row| row.repository)?;
    parts.add(&facts.releases, |row| row.repository)?;
    parts.add(&facts.workflow_runs, |row| row.repository)?;
    parts.add(&facts.workflow_jobs, |row| row.repository)?;
    parts.add(&facts.merge_rules, |row| row.repository)?;
    parts.add(&facts.teams, |row| row.repository)?;
    parts.add(&facts.team_members, |row| row.repository)?;
    parts.add(&facts.milestones, |row| row.repository)?;
    parts.add(&facts.environments, |row| row.repository)?;
    Ok(Derived {
        staged: store.stage_files(&parts.files)?,
        gone: parts.gone,
    })
}

/// The parts of a table that are not kept.
fn not_kept(store: &Store, table: &str, kept: &BTreeSet<String>) -> Vec<String> {
    let kept: BTreeSet<String> = kept.iter().map(|part| path(table, part)).collect();
    store
        .files_below(&format!("facts/{table}/"))
        .into_iter()
        .filter(|file| !kept.contains(file))
        .collect()
}

/// Tables by repository, to be written together.
struct Parts<'a> {
    store: &'a Store,
    files: Vec<(String, Vec<u8>)>,
    gone: Vec<String>,
}

impl Parts<'_> {
    /// Adds a table's rows, and forgets the parts that no longer have any.
    fn add<R: Row + Clone>(
        &mut self,
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
        self.gone.extend(not_kept(self.store, R::TABLE, &kept));
        for (repository, rows) in by_repository {
            let bytes = tables::rows_to_parquet(&rows).map_err(shape(R::TABLE))?;
            self.files
                .push((path(R::TABLE, &repository.0.to_string()), bytes));
        }
        Ok(())
    }
}
