//! The lives of documents: when a file came, was last changed, was moved and went, and what changed in the code that it stands
//! beside.
//!
//! Told from the history of the default branch alone: what stands in a document is not kept.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::Reading;
use super::delivery::carriers;
use super::history::chronicle::{self, Chronicle, Landed};
use super::written::CameWith;
use crate::domain::{ChangeKind, PersonId, RepositoryId};
use crate::tables::CommitRow;

/// A document of the default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its last path.
    pub path: String,
    /// When the default branch first had it, and what it came with; `None`: the history does not hold that.
    pub added: Option<(Timestamp, CameWith)>,
    /// When people last changed it, sweeping commits left out; its coming counts. `None`: nobody did since the history began.
    pub changed_at: Option<Timestamp>,
    /// When it was last moved, and from where.
    pub moved: Option<(Timestamp, String)>,
    /// When it was removed; `None`: it is there.
    pub gone_at: Option<Timestamp>,
}

/// The documents of a product that a path tells, by repository and path: those that are there at the as-of instant and those that
/// were. A path that came again after it was removed has a life for each.
#[must_use]
pub fn lives(reading: &Reading<'_>, is_it: &dyn Fn(&str) -> bool) -> Vec<Life> {
    let chronicle = chronicle::of_product(reading);
    let carriers = carriers::of_product(reading);
    let files = &reading.tables.changes.files;
    let is_document: Vec<bool> = files
        .iter()
        .map(|file| {
            reading.product.has(file.repository) && file.exclusion.is_none() && is_it(&file.path)
        })
        .collect();
    let mut told = Told {
        reading,
        is_document,
        there: HashMap::new(),
        all: Vec::new(),
    };
    let commits = chronicle.commits.iter().enumerate();
    for (at, landed) in commits.filter(|(_, landed)| landed.at < reading.question.as_of) {
        told.merge(&chronicle, landed);
        told.commit(&chronicle, at, landed, &|commit: &CommitRow| {
            let with = carriers.get(commit.repository, commit.commit);
            with.map_or(
                CameWith::Commit(commit.repository, commit.commit),
                CameWith::PullRequest,
            )
        });
    }
    let mut all = told.all;
    all.sort_by(|a, b| {
        let key = |life: &Life| (life.repository, life.path.clone(), life.gone_at.is_none());
        key(a).cmp(&key(b)).then(a.gone_at.cmp(&b.gone_at))
    });
    all
}

struct Told<'a> {
    reading: &'a Reading<'a>,
    /// By file index.
    is_document: Vec<bool>,
    /// Those that are there, by file index.
    there: HashMap<u32, usize>,
    all: Vec<Life>,
}

impl Told<'_> {
    fn is_document(&self, file: u32) -> bool {
        let file = usize::try_from(file).ok();
        file.and_then(|file| self.is_document.get(file))
            .copied()
            .unwrap_or(false)
    }

    /// The life of what lies at a path now; begun where the history has not told of it.
    fn at(&mut self, file: u32) -> Option<&mut Life> {
        if !self.is_document(file) {
            return None;
        }
        let place = if let Some(place) = self.there.get(&file) {
            *place
        } else {
            let index = usize::try_from(file).ok()?;
            let known = self.reading.tables.changes.files.get(index)?;
            self.all.push(Life {
                repository: known.repository,
                path: known.path.clone(),
                added: None,
                changed_at: None,
                moved: None,
                gone_at: None,
            });
            let place = self.all.len() - 1;
            self.there.insert(file, place);
            place
        };
        self.all.get_mut(place)
    }

    fn commit(
        &mut self,
        chronicle: &Chronicle,
        at: usize,
        landed: &Landed,
        came_with: &dyn Fn(&CommitRow) -> CameWith,
    ) {
        let tables = self.reading.tables;
        let changes = &tables.changes;
        let moves = changes.moves.of(landed.changes.clone());
        for change in landed.changes.clone() {
            let (Some(file), Some(kind)) = (changes.file.get(change), changes.change.get(change))
            else {
                continue;
            };
            let previous = moves.iter().find(|(moved, _)| *moved == change);
            match kind {
                ChangeKind::Deleted => self.remove(*file, landed.at),
                ChangeKind::Renamed => {
                    if let Some((_, previous)) = previous {
                        self.rename(*previous, *file, landed.at);
                    }
                }
                ChangeKind::Added => {
                    let row = changes.runs.row_of(change);
                    let commit = row.and_then(|row| tables.commits.get(row));
                    if let (Some(commit), Some(life)) = (commit, self.at(*file)) {
                        let came = (landed.at, came_with(commit));
                        life.added.get_or_insert(came);
                    }
                }
                ChangeKind::Modified => {}
            }
            let is_peoples = chronicle.credited(at, *kind).is_ok();
            if is_peoples
                && *kind != ChangeKind::Deleted
                && let Some(life) = self.at(*file)
            {
                life.changed_at = Some(landed.at);
            }
        }
    }

    /// What a merge did to paths beyond what it brought.
    fn merge(&mut self, chronicle: &Chronicle, landed: &Landed) {
        let merged = chronicle.merged.get(landed.merged.clone());
        for one in merged.unwrap_or_default() {
            match (one.change, one.previous) {
                (ChangeKind::Deleted, _) => self.remove(one.file, landed.at),
                (ChangeKind::Renamed, Some(previous)) => {
                    self.rename(previous, one.file, landed.at);
                }
                _ => {}
            }
        }
    }

    fn remove(&mut self, file: u32, at: Timestamp) {
        if let Some(life) = self.at(file) {
            life.gone_at = Some(at);
        }
        self.there.remove(&file);
    }

    /// What lay at a path lies at another one from now on; where that is none of a document, it is gone.
    fn rename(&mut self, from: u32, to: u32, at: Timestamp) {
        if !self.is_document(from) {
            return;
        }
        if !self.is_document(to) {
            self.remove(from, at);
            return;
        }
        let path = |file: u32| {
            let file = usize::try_from(file).ok();
            let known = file.and_then(|file| self.reading.tables.changes.files.get(file));
            known.map(|file| file.path.clone())
        };
        let (old, new) = (path(from), path(to));
        if let (Some(old), Some(new), Some(life)) = (old, new, self.at(from)) {
            life.moved = Some((at, old));
            life.path = new;
        }
        if let Some(place) = self.there.remove(&from) {
            self.there.insert(to, place);
        }
    }
}

/// How much the code beside a document changed since the document did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commits {
    /// So many commits by people, sweeping ones left out.
    Counted(usize),
    /// No fewer than so many: the exact number, held against another document's, would tell what fewer than the minimum of people
    /// did.
    AtLeast(usize),
    /// Commits of so many people, who are fewer than the minimum.
    OfFew(usize),
}

/// What changed in the code beside a document since the document did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The nearest directory above the document with code below it now; empty: the whole repository.
    pub directory: String,
    /// How much.
    pub commits: Commits,
}

/// What changed beside each of some documents, in their order, as a page may tell it that names nobody: `minimum` people are told
/// of, and no fewer. `None` where no directory above it holds code (what `is_code` says of a path), or where nobody changed the
/// document since the history began.
#[must_use]
pub fn since_changed(
    reading: &Reading<'_>,
    documents: &[Life],
    is_code: &dyn Fn(&str) -> bool,
    minimum: usize,
) -> Vec<Option<Since>> {
    let code = code_files(reading, is_code);
    let with_code = directories_with_code(reading, &code);
    // Documents by the directory whose code they stand beside.
    let mut beside: BTreeMap<(RepositoryId, &str), Vec<(Timestamp, usize)>> = BTreeMap::new();
    for (at, life) in documents.iter().enumerate() {
        let directory = directories(&life.path)
            .find(|directory| with_code.contains(&(life.repository, *directory)));
        if let (Some(directory), Some(changed_at)) = (directory, life.changed_at) {
            let of_directory = beside.entry((life.repository, directory)).or_default();
            of_directory.push((changed_at, at));
        }
    }
    let chronicle = chronicle::of_product(reading);
    let places: Vec<(RepositoryId, &str)> = beside.keys().copied().collect();
    let commits = commits_below(reading, &chronicle, &code, &places);
    let mut found: Vec<Option<Since>> = documents.iter().map(|_| None).collect();
    for (((_, directory), mut documents), commits) in beside.into_iter().zip(commits) {
        // The one that was changed last comes first.
        documents.sort_unstable_by(|a, b| b.cmp(a));
        for (at, commits) in counted(&chronicle, &documents, commits, minimum) {
            if let Some(slot) = found.get_mut(at) {
                *slot = Some(Since {
                    directory: directory.to_owned(),
                    commits,
                });
            }
        }
    }
    found
}

/// By file: whether it is code of the product.
fn code_files(reading: &Reading<'_>, is_code: &dyn Fn(&str) -> bool) -> Vec<bool> {
    let files = reading.tables.changes.files.iter();
    let is_own = files.map(|file| {
        reading.product.has(file.repository) && file.exclusion.is_none() && is_code(&file.path)
    });
    is_own.collect()
}

fn directories_with_code<'a>(
    reading: &Reading<'a>,
    code: &[bool],
) -> HashSet<(RepositoryId, &'a str)> {
    let mut found = HashSet::new();
    for (file, is_code) in reading.tables.changes.files.iter().zip(code) {
        if *is_code && file.in_tip {
            for directory in directories(&file.path) {
                if !found.insert((file.repository, directory)) {
                    break;
                }
            }
        }
    }
    found
}

/// By directory: the commits of people that changed code below it, by index into the chronicle, in order of time.
fn commits_below(
    reading: &Reading<'_>,
    chronicle: &Chronicle,
    code: &[bool],
    places: &[(RepositoryId, &str)],
) -> Vec<Vec<usize>> {
    let changes = &reading.tables.changes;
    let place_of: HashMap<(RepositoryId, &str), usize> = places.iter().copied().zip(0..).collect();
    let below: Vec<Vec<usize>> = changes
        .files
        .iter()
        .zip(code)
        .map(|(file, is_code)| {
            let above = directories(&file.path).filter(|_| *is_code);
            let found = above.filter_map(|one| place_of.get(&(file.repository, one)));
            found.copied().collect()
        })
        .collect();
    let mut commits: Vec<Vec<usize>> = places.iter().map(|_| Vec::new()).collect();
    for (at, landed) in chronicle.commits.iter().enumerate() {
        let is_peoples = chronicle.credited(at, ChangeKind::Modified).is_ok();
        if landed.at >= reading.question.as_of || !is_peoples {
            continue;
        }
        let files = changes.file.get(landed.changes.clone());
        let touched: BTreeSet<usize> = files
            .unwrap_or_default()
            .iter()
            .filter_map(|file| below.get(usize::try_from(*file).ok()?))
            .flatten()
            .copied()
            .collect();
        for place in touched {
            if let Some(of_place) = commits.get_mut(place) {
                of_place.push(at);
            }
        }
    }
    for of_place in &mut commits {
        of_place.sort_by_key(|at| chronicle.commits.get(*at).map(|landed| landed.at));
    }
    commits
}

/// The commits after each document's last change, the newest document first. A number is told where enough people made what
/// distinguishes it from the number told before.
fn counted(
    chronicle: &Chronicle,
    documents: &[(Timestamp, usize)],
    commits: Vec<usize>,
    minimum: usize,
) -> Vec<(usize, Commits)> {
    let mut told = 0;
    let mut n = 0;
    let mut people: BTreeSet<PersonId> = BTreeSet::new();
    let mut older = commits.into_iter().rev().peekable();
    let mut found = Vec::new();
    for (changed_at, document) in documents {
        let is_after = |at: &usize| {
            let landed = chronicle.commits.get(*at);
            landed.is_some_and(|landed| landed.at > *changed_at)
        };
        while let Some(at) = older.next_if(is_after) {
            n += 1;
            let made_it = chronicle.credited(at, ChangeKind::Modified);
            people.extend(made_it.unwrap_or_default());
        }
        let is_told = n == told || people.len() >= minimum;
        let commits = match (is_told, told) {
            (true, _) => {
                told = n;
                people.clear();
                Commits::Counted(n)
            }
            (false, 0) => Commits::OfFew(people.len()),
            (false, told) => Commits::AtLeast(told),
        };
        found.push((*document, commits));
    }
    found
}

/// The directories above a path, the nearest first, the repository's root (empty) last.
fn directories(path: &str) -> impl Iterator<Item = &str> {
    let parent = |path: &str| path.rfind('/').unwrap_or(0);
    let first = path.get(..parent(path));
    std::iter::successors(first, move |directory| {
        let above = directory.get(..parent(directory));
        above.filter(|_| !directory.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::directories;

    #[test]
    fn directories_go_up_to_the_root() {
        let check = |path: &str, expected: &[&str]| {
            assert_eq!(directories(path).collect::<Vec<_>>(), expected, "{path}");
        };
        check("a/b/c.md", &["a/b", "a", ""]);
        check("c.md", &[""]);
        check("", &[""]);
    }
}
