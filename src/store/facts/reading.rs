//! Facts from disk: only the tables and repositories that are wanted, the parts of each side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::ops::Range;

use super::{ALL, Error, path, shape, table_of};
use crate::domain::{Comment, Facts, RepositoryId, side_by_side};
use crate::store::Store;
use crate::tables::changes::{self, Paths};
use crate::tables::{self, CommitRow, FactTable, Row, SurvivingLines, Tables, Unpacked};

/// Reads every table.
pub fn read(store: &Store) -> Result<Tables, Error> {
    read_parts(store, &FactTable::ALL)
}

/// Reads the tables of some parts; the others are empty.
///
/// Repositories, people, what the tip's tree declares and what GitHub says of a repository's rules are always there.
pub fn read_parts(store: &Store, parts: &[FactTable]) -> Result<Tables, Error> {
    read_wanted(&Wanted {
        store,
        parts,
        repositories: None,
    })
}

/// The same of some repositories alone. All repositories and all people are there, since ids count from the first of them.
pub fn read_of(
    store: &Store,
    parts: &[FactTable],
    repositories: &BTreeSet<RepositoryId>,
) -> Result<Tables, Error> {
    read_wanted(&Wanted {
        store,
        parts,
        repositories: Some(repositories),
    })
}

/// How many bytes the facts of each repository have on disk, by id.
#[must_use]
pub fn sizes(store: &Store) -> BTreeMap<RepositoryId, u64> {
    let manifest = store.locked_manifest();
    let mut sizes = BTreeMap::new();
    for entry in manifest
        .entries()
        .filter(|entry| table_of(&entry.path).is_some())
    {
        if let Some(repository) = part_of(&entry.path).and_then(|part| part.parse().ok()) {
            *sizes.entry(RepositoryId(repository)).or_default() += entry.bytes;
        }
    }
    sizes
}

/// The part of a table that a file of facts is.
fn part_of(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_suffix(".parquet")
}

/// What is to be read.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    store: &'a Store,
    parts: &'a [FactTable],
    /// `None`: of all of them.
    repositories: Option<&'a BTreeSet<RepositoryId>>,
}

impl Wanted<'_> {
    /// The files of a table.
    fn files(&self, table: &str) -> Vec<String> {
        let mut files = self.store.files_below(&format!("facts/{table}/"));
        if let Some(wanted) = self.repositories {
            files.retain(|file| match part_of(file) {
                Some(ALL) | None => true,
                Some(part) => {
                    let id = part.parse().map(RepositoryId);
                    id.is_ok_and(|id| wanted.contains(&id))
                }
            });
        }
        files
    }
}

fn read_wanted(wanted: &Wanted<'_>) -> Result<Tables, Error> {
    std::thread::scope(|scope| {
        let facts = scope.spawn(|| read_facts(wanted));
        let tables = read_history(wanted);
        let facts = match facts.join() {
            Ok(facts) => facts,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let mut tables = Tables {
            facts: facts?,
            ..tables?
        };
        tables.keep_landed();
        Ok(tables)
    })
}

/// What GitHub knows.
fn read_facts(wanted: &Wanted<'_>) -> Result<Facts, Error> {
    let parts = wanted.parts;
    let with_pull_requests = parts.contains(&FactTable::PullRequests);
    let with_deliveries = parts.contains(&FactTable::Deliveries);
    let with_issues = parts.contains(&FactTable::Issues);
    let with_bodies = parts.contains(&FactTable::Bodies);
    let with_talk = with_bodies || parts.contains(&FactTable::Talk);
    let comments_without = if with_bodies { &[] } else { Comment::BODIES };
    Ok(Facts {
        pull_requests: rows_if(with_pull_requests, wanted)?,
        pull_request_commits: rows_if(parts.contains(&FactTable::Pushes), wanted)?,
        pull_request_files: rows_if(with_pull_requests, wanted)?,
        reviews: rows_if(with_pull_requests, wanted)?,
        comments: if with_talk {
            rows_without(wanted, comments_without)?
        } else {
            Vec::new()
        },
        review_requests: rows_if(with_talk, wanted)?,
        timeline: rows_if(with_talk || with_issues, wanted)?,
        issues: rows_if(with_issues, wanted)?,
        issue_comments: rows_if(with_issues, wanted)?,
        issue_links: rows_if(with_issues, wanted)?,
        issue_fields: rows_if(with_issues, wanted)?,
        deployments: rows_if(with_deliveries, wanted)?,
        deployment_statuses: rows_if(with_deliveries, wanted)?,
        releases: rows_if(with_deliveries, wanted)?,
        workflow_runs: rows_if(with_deliveries, wanted)?,
        workflow_jobs: rows_if(with_deliveries, wanted)?,
        merge_rules: read_rows(wanted)?,
        teams: read_rows(wanted)?,
        team_members: read_rows(wanted)?,
        milestones: read_rows(wanted)?,
        environments: read_rows(wanted)?,
        provenance: rows_if(!parts.is_empty(), wanted)?,
    })
}

/// What git knows.
fn read_history(wanted: &Wanted<'_>) -> Result<Tables, Error> {
    let parts = wanted.parts;
    let with_lines = parts.contains(&FactTable::Lines);
    let with_files = with_lines || parts.contains(&FactTable::Files);
    let with_descent = parts.contains(&FactTable::Descent);
    let with_subjects = parts.contains(&FactTable::Subjects);
    let with_commits =
        with_files || with_descent || with_subjects || parts.contains(&FactTable::Commits);
    let mut commits_without = Vec::new();
    if !with_descent {
        commits_without.extend(CommitRow::DESCENT);
    }
    if !with_subjects {
        commits_without.extend(CommitRow::SUBJECTS);
    }
    let mut tables = Tables {
        repositories: read_rows(wanted)?,
        people: read_rows(wanted)?,
        patches: rows_if(with_descent, wanted)?,
        side_commits: rows_if(with_descent, wanted)?,
        commits: if with_commits {
            rows_without(wanted, &commits_without)?
        } else {
            Vec::new()
        },
        tags: rows_if(with_descent, wanted)?,
        codeowners: read_rows(wanted)?,
        merged_files: rows_if(with_files, wanted)?,
        line_lives: rows_if(with_lines, wanted)?,
        ..Tables::default()
    };
    if with_files {
        read_files(wanted.store, &mut tables, with_lines)?;
    }
    Ok(tables)
}

/// One repository's changed files, still packed.
struct Packed {
    repository: RepositoryId,
    file_changes: Vec<u8>,
    paths: Paths,
    groups: Vec<Range<usize>>,
    /// Its rows of the table of commits.
    commits: Range<usize>,
}

fn read_files(store: &Store, tables: &mut Tables, with_lines: bool) -> Result<(), Error> {
    let mut from = 0;
    let by_repository = tables
        .commits
        .chunk_by(|a, b| a.repository == b.repository)
        .filter_map(|rows| {
            let first = from;
            from += rows.len();
            Some((rows.first()?.repository, first..from))
        });
    let by_repository: Vec<(RepositoryId, Range<usize>)> = by_repository.collect();
    let unpack = |(repository, commits): &(RepositoryId, Range<usize>)| {
        let part = repository.0.to_string();
        let (Some(file_changes), Some(files)) = (
            store.read(&path("file_changes", &part))?,
            store.read(&path("files", &part))?,
        ) else {
            return Ok(None);
        };
        Ok(Some(Packed {
            repository: *repository,
            paths: changes::read_paths(files, *repository).map_err(shape("files"))?,
            groups: changes::groups(&file_changes).map_err(shape("file_changes"))?,
            file_changes,
            commits: commits.clone(),
        }))
    };
    let packed: Vec<Packed> = read_each(&by_repository, unpack)?
        .into_iter()
        .flatten()
        .collect();
    let mut first = n_files(&tables.changes);
    let groups = packed.iter().flat_map(|packed| {
        let from = first;
        first = first.saturating_add(narrow(packed.paths.files.len()));
        packed.groups.iter().map(move |group| (packed, from, group))
    });
    let groups: Vec<(&Packed, u32, &Range<usize>)> = groups.collect();
    let commits: &[CommitRow] = &tables.commits;
    let all = &mut tables.changes;
    all.reserve(groups.iter().map(|(_, _, group)| group.len()).sum());
    put_each(
        &groups,
        |(packed, first, group)| {
            let rows = commits.get(packed.commits.clone()).unwrap_or_default();
            changes::read_group(
                &packed.file_changes,
                (*group).clone(),
                &packed.paths,
                rows,
                packed.commits.start,
            )
            .map(|found| (found, *first))
            .map_err(shape("file_changes"))
        },
        |(found, first)| all.extend(found, first),
    )?;
    for packed in packed {
        let first = n_files(&tables.changes);
        if with_lines {
            let part = packed.repository.0.to_string();
            if let Some(ownership) = store.read(&path("ownership", &part))? {
                let lines: &mut SurvivingLines = &mut tables.ownership;
                tables::ownership::append(lines, ownership, &packed.paths, first)
                    .map_err(shape("ownership"))?;
            }
        }
        tables.changes.files.extend(packed.paths.files);
    }
    Ok(())
}

fn read_rows<R: Row + Send>(wanted: &Wanted<'_>) -> Result<Vec<R>, Error> {
    rows_without(wanted, &[])
}

/// The rows of a table, with nothing in some columns that may be left unread.
fn rows_without<R: Row + Send>(wanted: &Wanted<'_>, without: &[&str]) -> Result<Vec<R>, Error> {
    let files = wanted.files(R::TABLE);
    let packed = read_each(&files, |file| {
        let bytes = wanted.store.read(file)?.unwrap_or_default();
        if bytes.is_empty() {
            return Ok((bytes, Vec::new()));
        }
        let groups = tables::row_groups(&bytes).map_err(shape(R::TABLE))?;
        Ok((bytes, groups))
    })?;
    let groups: Vec<(&[u8], &Range<usize>)> = packed
        .iter()
        .flat_map(|(bytes, groups)| groups.iter().map(move |group| (bytes.as_slice(), group)))
        .collect();
    let mut rows = Vec::with_capacity(groups.iter().map(|(_, group)| group.len()).sum());
    put_each(
        &groups,
        |(bytes, group)| {
            tables::rows_of_group::<R>(bytes, (*group).clone(), without).map_err(shape(R::TABLE))
        },
        |group: Unpacked<R>| group.put_after(&mut rows),
    )?;
    Ok(rows)
}

/// The rows of a table where they are wanted, else none.
fn rows_if<R: Row + Send>(is_wanted: bool, wanted: &Wanted<'_>) -> Result<Vec<R>, Error> {
    if is_wanted {
        read_rows(wanted)
    } else {
        Ok(Vec::new())
    }
}

/// What `read` makes of each item, in their order. The first error in that order counts.
fn read_each<T: Sync, U: Send>(
    items: &[T],
    read: impl Fn(&T) -> Result<U, Error> + Sync,
) -> Result<Vec<U>, Error> {
    side_by_side(items, &read).into_iter().collect()
}

/// The same of row groups, each put where it stays before more are unpacked than there are cores: what is still in columns is as
/// large as what it becomes.
fn put_each<T: Sync, U: Send>(
    groups: &[T],
    read: impl Fn(&T) -> Result<U, Error> + Sync,
    mut put: impl FnMut(U),
) -> Result<(), Error> {
    let n_cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    for wave in groups.chunks(n_cores) {
        read_each(wave, &read)?.into_iter().for_each(&mut put);
    }
    Ok(())
}

/// How many files changes name already: those that follow are numbered from here on.
fn n_files(changes: &changes::Changes) -> u32 {
    narrow(changes.files.len())
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
