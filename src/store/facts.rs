//! Facts on disk: one Parquet file a table and repository, `facts/<table>/<repository id>.parquet`.
//!
//! Derived, so deletable: everything here can be rebuilt from raw answers and the clones (invariant I8).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::commit::joined;
use super::{Error as StoreError, Staged, Store, checksum};
use crate::domain::{Facts, History, Person, PersonId, RepositoryId};
use crate::tables::commits::CommitOrigins;
use crate::tables::{
    self, CodeownersRow, LineLifeRow, MergedFileRow, PatchRow, Repository, Row, SideRow, TagRow,
};

mod reading;

pub use reading::{read, read_of, read_parts, sizes};

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
    /// Where its commits come from.
    pub origins: &'a CommitOrigins,
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

/// A digest of all facts, whatever they were derived from: the same facts, the same digest.
#[must_use]
pub fn digest(store: &Store) -> String {
    let files = store.fingerprint(&["facts/"]);
    let facts = files.lines().filter(|line| !line.starts_with(INPUTS));
    checksum(facts.collect::<Vec<_>>().join("\n").as_bytes())
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

    /// Adds what belongs to no single repository, and forgets every part of a table that was not derived: people are numbered anew
    /// each time, so what a clone that is not at hand once gave would name the wrong ones.
    pub fn complete(
        &mut self,
        store: &Store,
        repositories: &[Repository],
        people: &[Person],
    ) -> Result<(), Error> {
        self.staged.push(stage_rows(store, ALL, repositories)?);
        self.staged.push(stage_rows(store, ALL, people)?);
        self.forget_others(store, |path| path.ends_with(".parquet"));
        Ok(())
    }

    /// Forgets the files of facts among some that were not derived.
    fn forget_others(&mut self, store: &Store, among: impl Fn(&str) -> bool) {
        let kept: BTreeSet<&str> = self.staged.iter().map(Staged::path).collect();
        let others = store.files_below("facts/").into_iter();
        let others = others.filter(|path| among(path) && !kept.contains(path.as_str()));
        self.gone.extend(others);
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
    for mined in mined {
        derived.staged.extend(stage_history(store, mined)?);
    }
    derived.forget_others(store, |path| {
        HISTORY.contains(&table_of(path).unwrap_or_default())
    });
    Ok(derived)
}

/// Stages everything of one repository: what was mined of it, and GitHub's facts, already relabelled, which are all of it.
pub fn stage_repository(
    store: &Store,
    mined: Option<&Mined<'_>>,
    facts: &Facts,
) -> Result<Derived, Error> {
    let mut derived = Derived::default();
    if let Some(mined) = mined {
        derived.staged = stage_history(store, mined)?;
    }
    let parts = Parts::of(facts)?;
    derived.staged.extend(store.stage_files(&parts.files)?);
    Ok(derived)
}

/// The tables that mining fills.
const HISTORY: [&str; 10] = [
    "commits",
    "tags",
    "merged_files",
    "line_lives",
    "patch_ids",
    "side_commits",
    "codeowners",
    "file_changes",
    "files",
    "ownership",
];

/// The table of a file below `facts/`.
fn table_of(path: &str) -> Option<&str> {
    path.strip_prefix("facts/")?.split('/').next()
}

/// The tables of one repository. The large ones are made side by side, and each waits for the disk while others are made.
fn stage_history(store: &Store, mined: &Mined<'_>) -> Result<Vec<Staged>, Error> {
    let Mined {
        repository,
        history,
        person_of,
        origins,
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
            let bytes = tables::commits::to_parquet(history, repository, person_of, origins);
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
            stage_rows(store, part, &line_lives(history, repository))?,
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

fn line_lives(history: &History, repository: RepositoryId) -> Vec<LineLifeRow> {
    let rows = history.line_lives.iter().filter_map(|life| {
        let commit = history.commits.get(usize::try_from(life.commit).ok()?)?;
        Some(LineLifeRow {
            repository,
            commit: commit.id,
            exclusion: life.exclusion,
            lines: u64::from(life.lines),
            days: life.ended.map(|(days, _)| u64::from(days)),
            ending: life.ended.map(|(_, end)| end),
        })
    });
    rows.collect()
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
    let parts = Parts::of(facts)?;
    let mut derived = Derived {
        staged: store.stage_files(&parts.files)?,
        gone: Vec::new(),
    };
    derived.forget_others(store, |path| {
        parts.tables.contains(&table_of(path).unwrap_or_default())
    });
    Ok(derived)
}

/// Tables by repository, to be written together.
#[derive(Default)]
struct Parts {
    files: Vec<(String, Vec<u8>)>,
    /// Every table, also of those without rows.
    tables: Vec<&'static str>,
}

impl Parts {
    fn of(facts: &Facts) -> Result<Self, Error> {
        let mut parts = Self::default();
        parts.add(&facts.pull_requests, |row| row.repository)?;
        parts.add(&facts.pull_request_commits, |row| row.repository)?;
        parts.add(&facts.pull_request_files, |row| row.repository)?;
        parts.add(&facts.reviews, |row| row.repository)?;
        parts.add(&facts.comments, |row| row.repository)?;
        parts.add(&facts.review_requests, |row| row.repository)?;
        parts.add(&facts.timeline, |row| row.repository)?;
        parts.add(&facts.issues, |row| row.repository)?;
        parts.add(&facts.issue_comments, |row| row.repository)?;
        parts.add(&facts.issue_links, |row| row.repository)?;
        parts.add(&facts.issue_fields, |row| row.repository)?;
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
        parts.add(&facts.provenance, |row| row.repository)?;
        Ok(parts)
    }

    fn add<R: Row + Clone>(
        &mut self,
        rows: &[R],
        repository: impl Fn(&R) -> RepositoryId,
    ) -> Result<(), Error> {
        self.tables.push(R::TABLE);
        let mut file = |repository: RepositoryId, rows: &[R]| {
            let bytes = tables::rows_to_parquet(rows).map_err(shape(R::TABLE))?;
            let path = path(R::TABLE, &repository.0.to_string());
            self.files.push((path, bytes));
            Ok(())
        };
        let Some(first) = rows.first().map(&repository) else {
            return Ok(());
        };
        if rows.iter().all(|row| repository(row) == first) {
            return file(first, rows);
        }
        let mut by_repository: BTreeMap<RepositoryId, Vec<R>> = BTreeMap::new();
        for row in rows {
            by_repository
                .entry(repository(row))
                .or_default()
                .push(row.clone());
        }
        let mut parts = by_repository.iter();
        parts.try_for_each(|(repository, rows)| file(*repository, rows))
    }
}
