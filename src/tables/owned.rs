//! The facts of what somebody owns: everything of whole repositories, and of others what happened to the files that are owned.
//!
//! A change is a fact as a whole: a commit, and a pull request with all that was said of it, stays where it touches an owned file. Of
//! its files the owned ones stay. What became of its lines is known by commit, so it stays with the commit. What has no path (a
//! deployment, a release, a run, an issue) is of its whole repository, and stays only where all of that is owned.

use std::collections::{HashMap, HashSet};

use super::Tables;
use super::landed::{keep, places};
use crate::domain::{CommitId, CommitPrefix, Owned, PrNumber, RepositoryId};

/// Which facts of repositories that are owned in parts stay.
#[derive(Debug, Default)]
pub struct Kept {
    owned: Owned,
    /// Commits of default branches, and those that came with pull requests.
    commits: HashSet<(RepositoryId, CommitId)>,
    /// Where files came from that are owned, and that is owned by nobody or somebody else.
    previous: HashSet<(RepositoryId, String)>,
    /// Pull requests.
    pull_requests: HashSet<(RepositoryId, PrNumber)>,
}

impl Kept {
    /// What stays of some facts.
    #[must_use]
    pub fn of(tables: &Tables, owned: &Owned) -> Self {
        let mut kept = Self {
            owned: owned.clone(),
            ..Self::default()
        };
        if owned.parts.is_empty() {
            return kept;
        }
        kept.take_changes(tables);
        kept.take_pull_requests(tables);
        kept
    }

    /// Commits that change an owned file, or move one away from where it is owned.
    fn take_changes(&mut self, tables: &Tables) {
        let changes = &tables.changes;
        let is_owned: Vec<bool> = changes
            .files
            .iter()
            .map(|file| self.has_path(file.repository, &file.path))
            .collect();
        let has = |file: u32| {
            let at = usize::try_from(file).ok();
            at.and_then(|at| is_owned.get(at)).is_some_and(|is| *is)
        };
        let mut touching: HashSet<usize> = HashSet::new();
        for (row, file) in changes.rows_and_files() {
            if has(file) {
                touching.insert(row);
            }
        }
        for (change, previous) in changes.moves.of(0..changes.len()) {
            if has(*previous) {
                touching.extend(changes.runs.row_of(*change));
            }
            let is_here = changes.file.get(*change).is_some_and(|file| has(*file));
            let at = usize::try_from(*previous).ok();
            if let Some(from) = at.and_then(|at| changes.files.get(at)).filter(|_| is_here) {
                self.previous.insert((from.repository, from.path.clone()));
            }
        }
        for row in touching {
            let commit = tables.commits.get(row);
            self.commits
                .extend(commit.map(|commit| (commit.repository, commit.commit)));
        }
        for file in &tables.merged_files {
            let paths = std::iter::once(&file.path).chain(&file.previous_path);
            if paths
                .into_iter()
                .any(|path| self.has_path(file.repository, path))
            {
                self.commits.insert((file.repository, file.commit));
            }
        }
    }

    /// Pull requests that change an owned file, or landed as a commit that does; with their commits.
    fn take_pull_requests(&mut self, tables: &Tables) {
        let facts = &tables.facts;
        let mut is_owned: HashMap<(RepositoryId, &str), bool> = HashMap::new();
        for file in &facts.pull_request_files {
            let key = (file.repository, file.path.as_ref());
            let has = *is_owned
                .entry(key)
                .or_insert_with(|| self.owned.has(file.repository, &file.path));
            if has && self.owned.has_part(file.repository) {
                self.pull_requests.insert((file.repository, file.number));
            }
        }
        for row in &facts.pull_requests {
            if !self.owned.has_part(row.repository) {
                continue;
            }
            let landed = row.merge_commit.map(|commit| (row.repository, commit));
            if landed.is_some_and(|landed| self.commits.contains(&landed)) {
                self.pull_requests.insert((row.repository, row.number));
            } else if self.pull_requests.contains(&(row.repository, row.number)) {
                self.commits.extend(landed);
            }
        }
        for row in &facts.pull_request_commits {
            if self.pull_requests.contains(&(row.repository, row.number)) {
                self.commits.insert((row.repository, row.commit));
            }
        }
    }

    fn has_path(&self, repository: RepositoryId, path: &str) -> bool {
        self.owned.has_part(repository) && self.owned.has(repository, path)
    }

    /// Whether everything of a repository stays.
    #[must_use]
    pub fn has_all(&self, repository: RepositoryId) -> bool {
        self.owned.has_all(repository)
    }

    /// Whether a file stays.
    #[must_use]
    pub fn has_file(&self, repository: RepositoryId, path: &str) -> bool {
        self.owned.has(repository, path)
    }

    /// Whether a file came from there to where it is owned.
    #[must_use]
    pub fn has_previous(&self, repository: RepositoryId, path: &str) -> bool {
        self.previous.contains(&(repository, path.to_owned()))
    }

    /// Whether something of a repository is owned.
    #[must_use]
    pub fn has_repository(&self, repository: RepositoryId) -> bool {
        self.has_all(repository) || self.has_part(repository)
    }

    /// Whether a repository is owned in parts alone.
    #[must_use]
    pub fn has_part(&self, repository: RepositoryId) -> bool {
        self.owned.has_part(repository)
    }

    /// Whether a commit stays.
    #[must_use]
    pub fn has_commit(&self, repository: RepositoryId, commit: CommitId) -> bool {
        self.has_all(repository) || self.commits.contains(&(repository, commit))
    }

    /// Whether a pull request stays.
    #[must_use]
    pub fn has_pull_request(&self, repository: RepositoryId, number: PrNumber) -> bool {
        self.has_all(repository) || self.pull_requests.contains(&(repository, number))
    }

    /// Commits of repositories that are owned in parts, as rows of ledgers name them.
    pub fn prefixes(&self) -> impl Iterator<Item = (RepositoryId, CommitPrefix)> {
        let commits = self.commits.iter();
        commits.map(|(repository, commit)| (*repository, commit.prefix()))
    }
}

impl Tables {
    /// The facts of what is owned. Repositories and people stay as they are, since ids count from the first of them.
    #[must_use]
    pub fn of_owned(mut self, owned: &Owned) -> Self {
        let kept = Kept::of(&self, owned);
        self.keep_history(&kept);
        self.keep_rows(&kept);
        self
    }

    /// Commits, and what they did to files.
    fn keep_history(&mut self, kept: &Kept) {
        let commits: Vec<bool> = self
            .commits
            .iter()
            .map(|row| kept.has_commit(row.repository, row.commit))
            .collect();
        let files: Vec<bool> = self
            .changes
            .files
            .iter()
            .map(|file| kept.has_file(file.repository, &file.path))
            .collect();
        let is = |mask: &[bool], at: u32| {
            let at = usize::try_from(at).ok();
            at.and_then(|at| mask.get(at)).is_some_and(|is| *is)
        };
        let changes = &mut self.changes;
        let has = |row: usize| commits.get(row).is_some_and(|stays| *stays);
        let mask: Vec<bool> = changes
            .rows_and_files()
            .map(|(row, file)| has(row) && is(&files, file))
            .collect();
        // Where a file came from stays known, wherever that was.
        let mut needed = files.clone();
        for (change, previous) in changes.moves.of(0..mask.len()) {
            let at = usize::try_from(*previous).ok();
            if mask.get(*change).is_some_and(|stays| *stays)
                && let Some(needed) = at.and_then(|at| needed.get_mut(at))
            {
                *needed = true;
            }
        }
        changes.keep(&mask);
        let lines: Vec<bool> = self
            .ownership
            .file
            .iter()
            .map(|file| is(&files, *file))
            .collect();
        keep(&mut self.ownership.as_of, &lines);
        keep(&mut self.ownership.file, &lines);
        keep(&mut self.ownership.person, &lines);
        keep(&mut self.ownership.lines, &lines);
        let place = places(&needed);
        let at = |places: &[u32], index: u32| {
            let at = usize::try_from(index).ok();
            at.and_then(|at| places.get(at)).copied().unwrap_or(index)
        };
        let renumber = |file: &mut u32| *file = at(&place, *file);
        changes.file.iter_mut().for_each(renumber);
        changes.moves.files_mut().for_each(renumber);
        self.ownership.file.iter_mut().for_each(renumber);
        keep(&mut changes.files, &needed);
        changes.runs.renumber(&places(&commits));
        keep(&mut self.commits, &commits);
        self.merged_files.retain(|row| {
            let mut paths = std::iter::once(&row.path).chain(&row.previous_path);
            paths.any(|path| kept.has_file(row.repository, path))
        });
        self.line_lives
            .retain(|row| kept.has_commit(row.repository, row.commit));
        self.patches
            .retain(|row| kept.has_commit(row.repository, row.commit));
        self.side_commits.retain(|row| kept.has_all(row.repository));
        self.tags.retain(|row| kept.has_all(row.repository));
        let owned = kept.owned.repositories();
        self.codeowners
            .retain(|row| owned.contains(&row.repository));
    }

    /// What GitHub knows.
    fn keep_rows(&mut self, kept: &Kept) {
        let facts = &mut self.facts;
        macro_rules! keep_of_pull_requests {
            ($($table:ident),*) => { $(
                facts.$table.retain(|row| kept.has_pull_request(row.repository, row.number));
            )* };
        }
        macro_rules! keep_of_whole {
            ($($table:ident),*) => { $(
                facts.$table.retain(|row| kept.has_all(row.repository));
            )* };
        }
        keep_of_pull_requests!(
            pull_requests,
            pull_request_commits,
            reviews,
            comments,
            review_requests,
            timeline
        );
        facts.pull_request_files.retain(|row| {
            kept.has_pull_request(row.repository, row.number)
                && kept.has_file(row.repository, &row.path)
        });
        keep_of_whole!(
            issues,
            issue_comments,
            issue_links,
            issue_fields,
            deployments,
            deployment_statuses,
            releases,
            workflow_runs,
            workflow_jobs,
            milestones,
            environments
        );
        let owned = kept.owned.repositories();
        facts
            .merge_rules
            .retain(|row| owned.contains(&row.repository));
        facts.teams.retain(|row| owned.contains(&row.repository));
        facts
            .team_members
            .retain(|row| owned.contains(&row.repository));
        facts.provenance.retain(|row| {
            row.number
                .is_some_and(|number| kept.has_pull_request(row.repository, number))
                || row
                    .commit
                    .is_some_and(|commit| kept.has_commit(row.repository, commit))
                || kept.has_all(row.repository)
        });
    }
}
