//! Facts on disk: one Parquet file a table and repository, `facts/<table>/<repository id>.parquet`.
//!
//! Derived, so deletable: everything here can be rebuilt from raw answers and the clones (invariant I8).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Error as StoreError, Store};
use crate::domain::{Facts, History, Person, PersonId, RepositoryId};
use crate::tables::{
    self, Changes, CodeownersRow, Part, PatchRow, Repository, Row, Tables, TagRow,
};

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

fn read_rows<R: Row + Send>(store: &Store) -> Result<Vec<R>, Error> {
    let files = store.files_below(&format!("facts/{}/", R::TABLE));
    let parts = side_by_side(&files, |file| match store.read(file)? {
        Some(bytes) => tables::rows_from_parquet::<R>(bytes).map_err(shape(R::TABLE)),
        None => Ok(Vec::new()),
    })?;
    let mut parts = parts.into_iter();
    let mut rows = parts.next().unwrap_or_default();
    rows.reserve_exact(parts.as_slice().iter().map(Vec::len).sum());
    parts.for_each(|part| rows.extend(part));
    Ok(rows)
}

/// What `read` makes of each item, in their order; as many at once as there are cores. The first error in that order counts.
fn side_by_side<T: Sync, U: Send>(
    items: &[T],
    read: impl Fn(&T) -> Result<U, Error> + Sync,
) -> Result<Vec<U>, Error> {
    let n_cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let n_threads = n_cores.min(items.len());
    if n_threads < 2 {
        return items.iter().map(read).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match items.get(at) {
                Some(item) => done.push((at, read(item))),
                None => return done,
            }
        }
    };
    let mut done: Vec<(usize, Result<U, Error>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(|thread| match thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.flatten().collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The rows of a table where they are wanted, else none.
fn rows_if<R: Row + Send>(is_wanted: bool, store: &Store) -> Result<Vec<R>, Error> {
    if is_wanted {
        read_rows(store)
    } else {
        Ok(Vec::new())
    }
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
        let encoded = encode(history, *repository, person_of)?;
        for (table, bytes) in encoded {
            store.commit_file(&path(table, &part), &bytes)?;
        }
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
        write_rows(store, &part, &tags)?;
        write_rows(store, &part, patches)?;
        let codeowners: Vec<CodeownersRow> = history
            .codeowners
            .iter()
            .map(|line| CodeownersRow::of(*repository, line))
            .collect();
        write_rows(store, &part, &codeowners)?;
    }
    Ok(())
}

/// The large tables of a history, encoded side by side: name and bytes.
fn encode(
    history: &History,
    repository: RepositoryId,
    person_of: &[PersonId],
) -> Result<[(&'static str, Vec<u8>); 4], Error> {
    std::thread::scope(|scope| {
        let commits = scope.spawn(|| {
            let rows = tables::commits::tabulate(history, repository, person_of);
            tables::rows_to_parquet(&rows).map_err(shape("commits"))
        });
        let ownership = tables::ownership::to_parquet(history, repository, person_of)
            .map_err(shape("ownership"))?;
        let changes =
            tables::changes::to_parquet(history, repository).map_err(shape("file_changes"))?;
        let files =
            tables::changes::files_to_parquet(history, repository).map_err(shape("files"))?;
        let commits = match commits.join() {
            Ok(commits) => commits?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        Ok([
            ("commits", commits),
            ("file_changes", changes),
            ("files", files),
            ("ownership", ownership),
        ])
    })
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

/// Reads every table.
pub fn read(store: &Store) -> Result<Tables, Error> {
    read_parts(store, &Part::ALL)
}

/// Reads the tables of some parts; the others are empty.
///
/// Repositories, people and what the tip's tree declares are always there.
pub fn read_parts(store: &Store, parts: &[Part]) -> Result<Tables, Error> {
    let with_files = parts.contains(&Part::Files);
    let with_commits = with_files || parts.contains(&Part::Commits);
    let with_pull_requests = parts.contains(&Part::PullRequests);
    let with_deliveries = parts.contains(&Part::Deliveries);
    let with_issues = parts.contains(&Part::Issues);
    let mut tables = Tables {
        repositories: read_rows(store)?,
        people: read_rows(store)?,
        patches: rows_if(with_commits, store)?,
        commits: rows_if(with_commits, store)?,
        tags: rows_if(with_commits, store)?,
        codeowners: read_rows(store)?,
        facts: Facts {
            pull_requests: rows_if(with_pull_requests, store)?,
            pull_request_commits: rows_if(with_pull_requests, store)?,
            pull_request_files: rows_if(with_pull_requests, store)?,
            reviews: rows_if(with_pull_requests, store)?,
            comments: rows_if(with_pull_requests, store)?,
            review_requests: rows_if(with_pull_requests, store)?,
            timeline: rows_if(with_pull_requests || with_issues, store)?,
            issues: rows_if(with_issues, store)?,
            issue_comments: rows_if(with_issues, store)?,
            deployments: rows_if(with_deliveries, store)?,
            deployment_statuses: rows_if(with_deliveries, store)?,
            releases: rows_if(with_deliveries, store)?,
            workflow_runs: rows_if(with_deliveries, store)?,
            merge_rules: read_rows(store)?,
            teams: read_rows(store)?,
            team_members: read_rows(store)?,
            milestones: read_rows(store)?,
            environments: read_rows(store)?,
        },
        ..Tables::default()
    };
    if !with_files {
        tables.keep_landed();
        return Ok(tables);
    }
    let ids: BTreeSet<RepositoryId> = tables
        .commits
        .iter()
        .map(|commit| commit.repository)
        .collect();
    let ids: Vec<RepositoryId> = ids.into_iter().collect();
    let commits = &tables.commits;
    let read = |id: &RepositoryId| {
        let part = id.0.to_string();
        let (Some(changes), Some(files)) = (
            store.read(&path("file_changes", &part))?,
            store.read(&path("files", &part))?,
        ) else {
            return Ok(None);
        };
        let mut found = Changes::default();
        tables::changes::append(&mut found, &changes, files, *id, commits)
            .map_err(shape("file_changes"))?;
        Ok(Some((*id, found)))
    };
    let mut changes = Changes::default();
    let mut with_changes = Vec::new();
    for (id, found) in side_by_side(&ids, read)?.into_iter().flatten() {
        changes.extend(found);
        with_changes.push(id);
    }
    tables.changes = changes;
    for id in with_changes {
        let part = id.0.to_string();
        if let Some(ownership) = store.read(&path("ownership", &part))? {
            tables::ownership::append(&mut tables.ownership, ownership, id, &tables.changes)
                .map_err(shape("ownership"))?;
        }
    }
    tables.keep_landed();
    Ok(tables)
}
