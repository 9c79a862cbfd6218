//! Tables of row structs: one declaration names the columns, writes them and reads them back.

use jiff::Timestamp;
use polars::prelude::DataFrame;

use super::column::Field;
use super::{CommitRow, Error};
use crate::domain::{
    ChangeKind, CodeownersLine, Comment, CommitId, Deployment, DeploymentStatus, Environment,
    Exclusion, Issue, IssueComment, IssueField, IssueLink, LineEnd, MergeRule, Milestone, PatchId,
    Person, Provenance, PullRequest, PullRequestCommit, PullRequestFile, Release, RepositoryId,
    Review, ReviewRequest, Team, TeamMember, TimelineEvent, WorkflowJob, WorkflowRun,
};

/// A repository known to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its id.
    pub repository: RepositoryId,
    /// `owner/name`, or the directory's name for a clone without a GitHub remote.
    pub name: String,
    /// Its page; `None` without a remote.
    pub url: Option<String>,
    /// Its default branch.
    pub default_branch: Option<String>,
    /// What it was called before, in lower case, sorted: registers and texts may still say so.
    pub former_names: Vec<String>,
}

impl Repository {
    /// Whether this is its name, or was: GitHub leads from an old name to the new one until another repository takes it.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.former_names.contains(&name.to_lowercase())
    }
}

/// A tag of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// The name without `refs/tags/`.
    pub name: String,
    /// The commit it points at.
    pub commit: CommitId,
    /// When it was tagged.
    pub tagged_at: Timestamp,
}

/// A line of a repository's CODEOWNERS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeownersRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// The file's path.
    pub file: String,
    /// The line's number, from 1: the last matching line wins.
    pub line: u64,
    /// The pattern, as it came.
    pub pattern: String,
    /// Its owners as they came; empty: nobody owns what it matches.
    pub owners: Vec<String>,
}

impl CodeownersRow {
    /// The row of a line.
    #[must_use]
    pub fn of(repository: RepositoryId, line: &CodeownersLine) -> Self {
        Self {
            repository,
            file: line.file.clone(),
            line: line.line,
            pattern: line.pattern.clone(),
            owners: line.owners.clone(),
        }
    }

    /// The line of a row.
    #[must_use]
    pub fn line(&self) -> CodeownersLine {
        CodeownersLine {
            file: self.file.clone(),
            line: self.line,
            pattern: self.pattern.clone(),
            owners: self.owners.clone(),
        }
    }
}

/// What a merge on a default branch's first-parent line did to a path that no commit which it brought says: the table
/// `merged_files`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedFileRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// The merge.
    pub commit: CommitId,
    /// The path.
    pub path: String,
    /// Where the file was on the branch that was merged.
    pub previous_path: Option<String>,
    /// Added, renamed or deleted.
    pub change: ChangeKind,
}

/// Lines that a commit wrote and what became of them: the table `line_lives`.
///
/// A commit has a row for each kind of file and each number of days after which lines left: the sum of all is what it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineLifeRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// The commit.
    pub commit: CommitId,
    /// Why their files are left out of the knowledge metrics.
    pub exclusion: Option<Exclusion>,
    /// How many lines.
    pub lines: u64,
    /// Whole days from the commit's landing until they left the default branch; `None`: they have not, or not within
    /// [`LineLife::LONGEST_DAYS`](crate::domain::LineLife::LONGEST_DAYS).
    pub days: Option<u64>,
    /// How they left; there where `days` is.
    pub ending: Option<LineEnd>,
}

/// What a change does, as one number: the table `patch_ids`.
///
/// Rows are there for merged pull requests that no commit id ties to the default branch, and for the commits of the default
/// branch that do the same as one of theirs; contents that the clone lacks have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatchRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// The commit after the change.
    pub commit: CommitId,
    /// The commit before it, where that is not the first parent: then the row stands for a whole line of work.
    pub base: Option<CommitId>,
    /// Equal for equal changes.
    pub patch_id: PatchId,
    /// Whether the commit is on the default branch.
    pub on_default_branch: bool,
}

/// A commit that a tag, a release or a deployment reaches and the default branch does not: the table `side_commits`.
///
/// Rows are there only of commits of which every ancestor is known, here or on the default branch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SideRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id.
    pub commit: CommitId,
    /// Its parents in order.
    pub parents: Vec<CommitId>,
    /// Committer time.
    pub committed_at: Timestamp,
    /// More than one parent.
    pub is_merge: bool,
    /// The commit that it takes back.
    pub reverts: Option<CommitId>,
    /// The commit of which it says that it was picked from, or that makes the same change on the default branch.
    pub copy_of: Option<CommitId>,
}

/// A row struct with a table of its own.
pub trait Row: Sized {
    /// The table's name.
    const TABLE: &'static str;
    /// The columns that are read back.
    const COLUMNS: &'static [&'static str];
    /// Rows to columns.
    fn tabulate(rows: &[Self]) -> Result<DataFrame, Error>;
    /// Columns back to rows, still to be put together; those of `without` were not read, and have nothing in them.
    fn rows(frame: &DataFrame, without: &[&str]) -> Result<Unpacked<Self>, Error>;
}

/// Rows column by column: putting them after others is all that is left to do.
pub struct Unpacked<R> {
    pub(super) append: Append<R>,
}

/// Puts rows after others.
type Append<R> = Box<dyn FnOnce(&mut Vec<R>) + Send>;

impl<R> Unpacked<R> {
    /// Puts them after others: each row is written once, where it stays.
    pub fn put_after(self, rows: &mut Vec<R>) {
        (self.append)(rows);
    }
}

/// The values of a column that may be left unread: then there is nothing in any of them.
fn values_or_nothing<T: Field + Default>(
    frame: &DataFrame,
    name: &str,
    without: &[&str],
) -> Result<Vec<T>, Error> {
    if !without.contains(&name) {
        return T::values(frame, name);
    }
    let mut nothing = Vec::new();
    nothing.resize_with(frame.height(), T::default);
    Ok(nothing)
}

/// `table! { "name": Row { field, field as "column", … } }`; fields that can be read without follow in groups, each a list of
/// columns: `GROUP { field, … }`.
macro_rules! table {
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $column:literal) => { $column };
    (
        $table:literal: $row:ident { $($field:ident $(as $column:literal)?),* $(,)? }
        $($(#[$doc:meta])* $group:ident { $($spared:ident),* $(,)? })*
    ) => {
        $(impl $row {
            $(#[$doc])*
            pub const $group: &'static [&'static str] = &[$(stringify!($spared)),*];
        })*

        impl Row for $row {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(table!(@name $field $($column)?),)* $($(stringify!($spared),)*)*];

            fn tabulate(rows: &[Self]) -> Result<DataFrame, Error> {
                let columns = vec![
                    $(Field::column(table!(@name $field $($column)?), rows.iter().map(|row| &row.$field).collect()),)*
                    $($(Field::column(stringify!($spared), rows.iter().map(|row| &row.$spared).collect()),)*)*
                ];
                DataFrame::new(rows.len(), columns)
                    .map_err(|error| Error::Column { column: $table.to_owned(), message: error.to_string() })
            }

            fn rows(frame: &DataFrame, without: &[&str]) -> Result<$crate::tables::Unpacked<Self>, Error> {
                let _ = without;
                let n_rows = frame.height();
                $(let mut $field = Field::values(frame, table!(@name $field $($column)?))?.into_iter();)*
                $($(let mut $spared = values_or_nothing(frame, stringify!($spared), without)?.into_iter();)*)*
                let append = move |rows: &mut Vec<Self>| { rows.reserve(n_rows); for _ in 0..n_rows {
                    let ($(Some($field),)* $($(Some($spared),)*)*) = ($($field.next(),)* $($($spared.next(),)*)*) else { break };
                    rows.push(Self { $($field,)* $($($spared,)*)* });
                } };
                Ok($crate::tables::Unpacked { append: Box::new(append) })
            }
        }
    };
}

pub(super) use table;

table! { "repositories": Repository { repository, name, url, default_branch, former_names } }

table! { "patch_ids": PatchRow { repository, commit, base, patch_id, on_default_branch } }

table! { "side_commits": SideRow { repository, commit, parents, committed_at, is_merge, reverts, copy_of } }

table! { "tags": TagRow { repository, name, commit, tagged_at } }

table! { "merged_files": MergedFileRow { repository, commit, path, previous_path, change } }

table! { "line_lives": LineLifeRow { repository, commit, exclusion, lines, days, ending } }

table! { "codeowners": CodeownersRow { repository, file, line, pattern, owners } }

table! { "people": Person { id as "person", display_name, logins, emails, account, names, is_known } }

table! { "commits": CommitRow {
    repository, commit, author, authored_at, committed_at, landed_at, co_authors, is_merge, on_default_branch, exclusion,
    origin, delegator,
}
/// How commits follow from others.
DESCENT { parents, pull_request, reverts, cherry_picked_from }
/// What they are called.
SUBJECTS { subject } }

table! { "pull_requests": PullRequest {
    repository, number, node, title, url, author, state, is_draft, created_at, ready_at, first_commit_at, merged_at, closed_at,
    updated_at, merged_by, merge_commit, base_branch, head_branch, additions, deletions, n_files, n_commits, n_reviews,
    n_comments, labels, closes_issues, origin, answers_for,
} }

table! { "pull_request_commits": PullRequestCommit { repository, number, commit, authored_at, author, updates_from_base } }

table! { "pull_request_files": PullRequestFile { repository, number, path, additions, deletions } }

table! { "reviews": Review {
    repository, number, review, author, state, verdict, submitted_at, dismissed_at, n_inline_comments, body_length,
} }

table! { "comments": Comment {
    repository, number, comment, kind, author, created_at, path, thread, body_length, calls_agent,
}
/// What was said, and where to read it.
BODIES { url, body } }

table! { "review_requests": ReviewRequest { repository, number, at, action, reviewer, team, actor } }

table! { "timeline": TimelineEvent { repository, number, at, event, actor, detail, reason } }

table! { "issues": Issue {
    repository, number, title, url, author, created_at, closed_at, state_reason, updated_at, labels, assignees, milestone, body,
    issue_type, untold,
} }

table! { "issue_comments": IssueComment { repository, number, comment, author, created_at, url } }

table! { "issue_links": IssueLink { repository, number, relation, other_repository, other_number } }

table! { "issue_fields": IssueField { repository, number, field, kind, value } }

table! { "deployments": Deployment {
    repository, deployment, environment, commit, reference as "ref", created_at, started_at, finished_at, outcome, source,
    url,
} }

table! { "deployment_statuses": DeploymentStatus { repository, deployment, state, at } }

table! { "releases": Release {
    repository, release, tag_name, commit, name, is_draft, is_prerelease, created_at, published_at, author, url,
} }

table! { "workflow_runs": WorkflowRun {
    repository, run, attempt, name, event, head_branch, head_commit, status, conclusion, created_at, started_at, updated_at,
    url,
} }

table! { "workflow_jobs": WorkflowJob {
    repository, run, attempt, job, name, conclusion, started_at, completed_at, url,
} }

table! { "merge_rules": MergeRule {
    repository, branch, required_approvals, requires_code_owner, requires_last_push_approval, dismisses_stale_reviews,
    has_merge_queue, required_checks, sources, approvals_since,
} }

table! { "teams": Team { repository, team, name, parent, n_members } }

table! { "team_members": TeamMember { repository, team, person } }

table! { "milestones": Milestone {
    repository, milestone, title, url, created_at, due_at, closed_at, updated_at,
} }

table! { "environments": Environment {
    repository, environment, wait_minutes, reviewers, prevents_self_review, has_branch_policy,
} }

table! { "provenance": Provenance {
    repository, kind, number, commit, review, rung, tool, model, agent, delegator, evidence, link,
} }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CommentKind, PersonId, PrNumber};
    use crate::tables::{rows_from_parquet, rows_to_parquet};

    #[test]
    fn a_row_survives_parquet() {
        let comment = |author, path: Option<&str>, body: &str| Comment {
            repository: RepositoryId(1),
            number: PrNumber(7),
            comment: "IC_1".into(),
            kind: CommentKind::Inline,
            author,
            created_at: "2026-01-02T03:04:05.000006Z".parse().unwrap(),
            path: path.map(str::to_owned),
            thread: None,
            body_length: 3,
            url: String::new(),
            calls_agent: None,
            body: body.into(),
        };
        let rows = vec![
            comment(Some(PersonId(3)), Some("src/é.rs"), "\0\u{202e}x"),
            comment(None, None, ""),
        ];
        let bytes = rows_to_parquet(&rows).unwrap();
        assert_eq!(rows_from_parquet::<Comment>(bytes).unwrap(), rows);
    }

    #[test]
    fn lists_survive_parquet_even_empty_ones() {
        let person = |id, logins: &[&str]| Person {
            is_known: true,
            id: PersonId(id),
            display_name: "A".into(),
            logins: logins
                .iter()
                .map(|login| crate::domain::Login((*login).into()))
                .collect(),
            emails: vec![],
            names: vec!["A".into(), "A. B".into()],
            account: crate::domain::Account::Human,
        };
        for rows in [
            vec![],
            vec![person(0, &[])],
            vec![person(0, &["a", "b"]), person(1, &[]), person(2, &["c"])],
        ] {
            let bytes = rows_to_parquet(&rows).unwrap();
            assert_eq!(rows_from_parquet::<Person>(bytes).unwrap(), rows);
        }
    }

    #[test]
    fn a_merge_rule_survives_parquet() {
        let rule = |checks: &[&str]| MergeRule {
            repository: RepositoryId(2),
            branch: "main".into(),
            required_approvals: 2,
            requires_code_owner: true,
            requires_last_push_approval: false,
            dismisses_stale_reviews: true,
            has_merge_queue: false,
            required_checks: checks.iter().map(ToString::to_string).collect(),
            sources: vec!["ruleset".into()],
            approvals_since: None,
        };
        for rows in [vec![], vec![rule(&["build", "test, all"]), rule(&[])]] {
            let bytes = rows_to_parquet(&rows).unwrap();
            assert_eq!(rows_from_parquet::<MergeRule>(bytes).unwrap(), rows);
        }
    }

    #[test]
    fn a_missing_column_is_named() {
        let frame = DataFrame::empty();
        assert!(
            Review::rows(&frame, &[])
                .err()
                .unwrap()
                .to_string()
                .contains("`repository`")
        );
    }
}
