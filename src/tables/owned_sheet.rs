//! Tables on their way out, with the rows of what somebody owns alone: the same rule as for facts in memory.

use polars::prelude::*;

use super::Error;
use super::column::Field;
use super::owned::Kept;
use super::sheet::Sheet;
use crate::domain::{CommitId, PrNumber, RepositoryId};

/// What decides whether a row stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// Its repository, of which something is owned.
    Repository,
    /// Its repository, all of which is owned.
    Whole,
    /// Its pull request.
    PullRequest,
    /// Its pull request and its path.
    PullRequestFile,
    /// Its commit.
    Commit,
    /// Its commit and its path.
    CommitFile,
    /// Its path.
    File,
    /// Its pull request or its commit.
    Either,
}

/// The rule of a table of facts; `None`: it has no repository, and stays whole.
fn rule(table: &str) -> Option<By> {
    Some(match table {
        "people" => return None,
        "repositories" | "codeowners" | "merge_rules" | "teams" | "team_members" => By::Repository,
        "pull_requests"
        | "pull_request_commits"
        | "reviews"
        | "comments"
        | "review_requests"
        | "timeline" => By::PullRequest,
        "pull_request_files" => By::PullRequestFile,
        "commits" | "line_lives" | "patch_ids" => By::Commit,
        "file_changes" => By::CommitFile,
        "files" | "ownership" | "merged_files" => By::File,
        "provenance" => By::Either,
        // What is of its repository as a whole; and what nobody has thought of yet.
        _ => By::Whole,
    })
}

impl Kept {
    /// The rows of a table of facts that stay.
    ///
    /// # Errors
    /// A column that is not there, or holds something else.
    pub fn sheet(&self, table: &str, sheet: &Sheet) -> Result<Sheet, Error> {
        let Some(by) = rule(table) else {
            return Ok(sheet.clone());
        };
        let frame = &sheet.frame;
        let rows = Rows::of(frame, by)?;
        let mask: BooleanChunked = (0..frame.height())
            .map(|at| Some(self.stays(table, by, &rows, at)))
            .collect();
        let frame = frame.filter(&mask).map_err(|error| Error::Column {
            column: table.to_owned(),
            message: error.to_string(),
        })?;
        Ok(Sheet { frame })
    }

    fn stays(&self, table: &str, by: By, rows: &Rows, at: usize) -> bool {
        let Some(repository) = rows.repository.get(at).copied() else {
            return false;
        };
        if self.has_all(repository) {
            return true;
        }
        if !self.has_repository(repository) {
            return false;
        }
        let number = rows.number.get(at).copied().flatten();
        let commit = rows.commit.get(at).copied().flatten();
        let path = rows.path.get(at).and_then(Option::as_deref);
        let has_number = || number.is_some_and(|number| self.has_pull_request(repository, number));
        let has_commit = || commit.is_some_and(|commit| self.has_commit(repository, commit));
        let has_path = || path.is_some_and(|path| self.has_file(repository, path));
        match by {
            By::Repository => true,
            By::Whole => false,
            By::PullRequest => has_number(),
            By::PullRequestFile => has_number() && has_path(),
            By::Commit => has_commit(),
            By::CommitFile => has_commit() && has_path(),
            By::File => {
                let came_from = |path: &str| self.has_previous(repository, path);
                let previous = rows.previous.get(at).and_then(Option::as_deref);
                has_path()
                    || table == "files" && path.is_some_and(came_from)
                    || previous.is_some_and(|path| self.has_file(repository, path))
            }
            By::Either => has_number() || has_commit(),
        }
    }
}

/// The columns that decide, row by row; those that a table lacks are empty.
#[derive(Default)]
struct Rows {
    repository: Vec<RepositoryId>,
    number: Vec<Option<PrNumber>>,
    commit: Vec<Option<CommitId>>,
    path: Vec<Option<String>>,
    previous: Vec<Option<String>>,
}

impl Rows {
    fn of(frame: &DataFrame, by: By) -> Result<Self, Error> {
        let mut rows = Self {
            repository: Field::values(frame, "repository")?,
            ..Self::default()
        };
        if matches!(by, By::PullRequest | By::PullRequestFile | By::Either) {
            rows.number = Field::values(frame, "number")?;
        }
        if matches!(by, By::Commit | By::CommitFile | By::Either) {
            rows.commit = Field::values(frame, "commit")?;
        }
        if matches!(by, By::PullRequestFile | By::CommitFile | By::File) {
            rows.path = Field::values(frame, "path")?;
        }
        // On the default branch a file is where a subtree merge brought it.
        if by == By::CommitFile {
            let landed: Vec<Option<String>> = Field::values(frame, "landed_path")?;
            for (path, landed) in rows.path.iter_mut().zip(landed) {
                if landed.is_some() {
                    *path = landed;
                }
            }
        }
        if by == By::File && frame.schema().contains("previous_path") {
            rows.previous = Field::values(frame, "previous_path")?;
        }
        Ok(rows)
    }
}
