//! A question as relations: what the reference SQL needs beside the facts, and the figures that answer it.
//!
//! SQL can say what a metric is; it cannot reasonably follow renames, find landing commits or match a register's patterns.
//! That much is computed once, by the functions that the metrics themselves use, and exported beside the facts.

use jiff::Timestamp;
use polars::prelude::DataFrame;

use super::column::Field;
use super::rows::table;
use super::{Error, Row};
use crate::domain::{CommitId, Origin, Outcome, PersonId, PrNumber, RepositoryId};

/// The frame of a question; the table `lens` has one row.
#[derive(Debug, Clone, PartialEq)]
pub struct LensRow {
    /// Nothing after this instant is looked at.
    pub as_of: Timestamp,
    /// Start of the window.
    pub since: Timestamp,
    /// End of the window, exclusive.
    pub until: Timestamp,
    /// Below this n a figure lists events.
    pub minimum_n: u64,
    /// The IANA name of the zone of days and quarters.
    pub time_zone: String,
    /// An incident is put down to no deployment older than this at its start; younger deployments are pending.
    pub attribution_bound_hours: Option<f64>,
    /// The last instant of samples of surviving lines that speak of the as-of instant.
    pub sampled_until: Timestamp,
}

/// A repository of a product: the table `products`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// The product's name.
    pub product: String,
    /// One of its repositories.
    pub repository: RepositoryId,
}

/// An area of a path, in history or in a pull request: the table `areas`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AreaRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The path.
    pub path: String,
    /// One of its areas.
    pub area: String,
}

/// A deployment from the source that won: the table `production`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductionRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// Its id inside repository and source.
    pub deployment: String,
    /// The source that won.
    pub source: String,
    /// The environment.
    pub environment: String,
    /// Whether the environment is production.
    pub to_production: bool,
    /// The commit; `None`: no longer named.
    pub commit: Option<CommitId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it took its environment back to an older commit on purpose; `None`: not to production, not successful, or the commit
    /// is not in the history.
    pub is_rollback: Option<bool>,
}

/// Where a merged pull request landed: the table `landings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// The commit of the default branch.
    pub commit: CommitId,
    /// What ties the two together.
    pub rung: String,
}

/// A commit and a copy of it: who has the copy has the change. The table `copies`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The commit.
    pub commit: CommitId,
    /// Its copy, on another branch.
    pub copy: CommitId,
}

/// A commit that takes another one back, and does not only bring something in again: the table `reverts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevertRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The commit.
    pub commit: CommitId,
    /// What it takes back.
    pub reverted: CommitId,
}

/// An incident with its clocks and its deployment: the table `incidents`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    /// The product's name.
    pub product: String,
    /// Its repository; `None`: it is the whole product's.
    pub repository: Option<RepositoryId>,
    /// The number; `None`: no issue tells of it.
    pub number: Option<PrNumber>,
    /// The id under which a file of the register declares it; `None`: it is an issue, or an entry of the register.
    pub declared: Option<String>,
    /// The file that declares it; `None`: none does.
    pub declared_in: Option<String>,
    /// In lower case; `None`: nobody says.
    pub severity: Option<String>,
    /// Start of the impact.
    pub started_at: Timestamp,
    /// `register`, `declared`, `field`, `body`, `detected`, `detected_field` or `opened`.
    pub started_from: String,
    /// Service restored; `None`: not yet.
    pub resolved_at: Option<Timestamp>,
    /// `register`, `declared`, `field`, `body`, `label`, `deployment` or `closed_taken_as_resolved`.
    pub resolved_from: Option<String>,
    /// Follow-ups done.
    pub closed_at: Option<Timestamp>,
    /// The deployment it is put down to, inside `deployment_repository`; `None`: to none.
    pub deployment: Option<String>,
    /// The deployment's repository.
    pub deployment_repository: Option<RepositoryId>,
    /// The rung's word, or why there is no deployment.
    pub attribution: String,
    /// The rung's place, from 1.
    pub rung: Option<u32>,
}

/// A merged hotfix and an incident that it is linked to: the table `hotfixes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotfixRow {
    /// The product's name.
    pub product: String,
    /// The repository of both.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// The incident's number.
    pub incident: PrNumber,
}

/// A commit that came with a pull request and is no change of its own: the table `absorbed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsorbedRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The commit.
    pub commit: CommitId,
}

/// What one person did to one living file, renames followed: the table `file_histories`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHistoryRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The path at the as-of instant.
    pub path: String,
    /// The person.
    pub person: PersonId,
    /// Whether the person added the file.
    pub added: bool,
    /// The person's changes, creation left out.
    pub n_changes: u32,
    /// Everybody's changes, creation left out; a co-authored one counts once.
    pub n_file_changes: u32,
}

/// A stretch of agreed working hours: the table `working_spans`. Working hours of a duration are its overlap with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingSpanRow {
    /// Whose: a member with working time of their own; `None`: the team's, which holds for everybody else.
    pub person: Option<PersonId>,
    /// Start.
    pub start_at: Timestamp,
    /// End, exclusive.
    pub end_at: Timestamp,
}

/// A working day: the table `working_days`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingDayRow {
    /// Whose; `None`: the team's.
    pub person: Option<PersonId>,
    /// Start of the day in its zone.
    pub start_at: Timestamp,
    /// Start of the next day.
    pub end_at: Timestamp,
}

/// A member: the table `members`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Who.
    pub person: PersonId,
    /// Start of the first day on the team.
    pub joined_at: Option<Timestamp>,
    /// End of the last day on the team.
    pub left_at: Option<Timestamp>,
    /// Whether the person leads the team.
    pub is_lead: bool,
}

/// An origin that figures of flow and review are made of: the table `measured_origins`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredOriginRow {
    /// The origin.
    pub origin: Origin,
}

/// A declared absence: the table `absences`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceRow {
    /// Who.
    pub person: PersonId,
    /// Start of the first day away.
    pub from_at: Timestamp,
    /// End of the last day away.
    pub until_at: Timestamp,
}

/// A period of a declared absence that is long enough, as far as it is seen: the table `absence_periods`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsencePeriodRow {
    /// First and last day away, as declared.
    pub absence: String,
    /// Who was away.
    pub person: PersonId,
    /// `before`, `during` or `after`.
    pub phase: String,
    /// Start.
    pub since: Timestamp,
    /// End, exclusive.
    pub until: Timestamp,
}

/// One reviewer's part of a reviewer turn inside the window and one bucket: the table `reviewer_turns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerTurnRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// Whose part; `None`: a team's, or anyone's.
    pub person: Option<PersonId>,
    /// From here on.
    pub start_at: Timestamp,
    /// Until then, exclusive.
    pub end_at: Timestamp,
    /// Among how many reviewers the time is divided.
    pub n_pending: u64,
}

/// A declared delegation that says what it covers: the table `delegations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationRow {
    /// Its number.
    pub delegation: u64,
    /// What, in a few words.
    pub what: String,
    /// Who hands over.
    pub giver: PersonId,
    /// Who takes over.
    pub receiver: PersonId,
    /// Start of its first day.
    pub start_at: Timestamp,
    /// The instant from which on acts are looked at.
    pub since: Timestamp,
}

/// A commit or a pull request in the scope of a delegation: the table `delegated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatedRow {
    /// The product's name.
    pub product: String,
    /// The delegation's number.
    pub delegation: u64,
    /// The repository.
    pub repository: RepositoryId,
    /// The commit; `None`: a pull request.
    pub commit: Option<CommitId>,
    /// The pull request; `None`: a commit.
    pub number: Option<PrNumber>,
}

/// A kind of a path: the table `kinds`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The path.
    pub path: String,
    /// One of its kinds.
    pub kind: String,
}

/// The line of CODEOWNERS that decides about a living file: the table `declared_files`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredFileRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The path.
    pub path: String,
    /// The line's number.
    pub line: u64,
}

/// A known person among the owners of a line of CODEOWNERS: the table `declared_owners`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredOwnerRow {
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The line's number.
    pub line: u64,
    /// Who.
    pub person: PersonId,
}

/// A living file with its history across renames: the table `lineages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageRow {
    /// Its number: the key of `touches`, different in every product.
    pub lineage: u64,
    /// The product's name.
    pub product: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The path at the as-of instant.
    pub path: String,
    /// Whether a person has changed it in a commit that counts.
    pub has_history: bool,
}

/// A person's change or review of a living file: the table `touches`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchRow {
    /// The file, in `lineages`.
    pub lineage: u64,
    /// Who; a human.
    pub person: PersonId,
    /// Whether it is a review of a pull request that touches the file; else a change.
    pub is_review: bool,
    /// A change's place among the counted ones of its file, from 1; 0 for a review.
    pub position: u32,
    /// The earlier of authored and committed; for a review, when it was submitted.
    pub at: Timestamp,
}

/// One number of one figure: the table `measures`.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureRow {
    /// The metric's id.
    pub metric: String,
    /// The product's name.
    pub product: String,
    /// The repository; `None`: all of the product.
    pub repository: Option<RepositoryId>,
    /// The area; `None`: all.
    pub area: Option<String>,
    /// The person; `None`: everybody.
    pub person: Option<PersonId>,
    /// The origin; `None`: all that the metric measures.
    pub origin: Option<Origin>,
    /// The bucket; `None`: the whole window.
    pub bucket: Option<String>,
    /// `measured`, `too_few`, `not_observed` or `not_applicable`.
    pub status: String,
    /// Rows behind the figure.
    pub n: Option<u64>,
    /// The number's name, as in `metrics.json`; `None`: no number.
    pub name: Option<String>,
    /// The number.
    pub value: Option<f64>,
    /// Lower end of the 80 % interval of the figure's headline number.
    pub interval_low: Option<f64>,
    /// Upper end.
    pub interval_high: Option<f64>,
}

table! { "lens": LensRow { as_of, since, until, minimum_n, time_zone, attribution_bound_hours, sampled_until } }

table! { "products": ProductRow { product, repository } }

table! { "areas": AreaRow { product, repository, path, area } }

table! { "production": ProductionRow {
    product, repository, deployment, source, environment, to_production, commit, created_at, finished_at, outcome,
    is_rollback,
} }

table! { "landings": LandingRow { product, repository, number, commit, rung } }

table! { "copies": CopyRow { product, repository, commit, copy } }

table! { "reverts": RevertRow { product, repository, commit, reverted } }

table! { "incidents": IncidentRow {
    product, repository, number, declared, declared_in, severity, started_at, started_from, resolved_at, resolved_from, closed_at, deployment,
    deployment_repository, attribution, rung,
} }

table! { "hotfixes": HotfixRow { product, repository, number, incident } }

table! { "absorbed": AbsorbedRow { product, repository, commit } }

table! { "file_histories": FileHistoryRow { product, repository, path, person, added, n_changes, n_file_changes } }

table! { "delegations": DelegationRow { delegation, what, giver, receiver, start_at, since } }

table! { "delegated": DelegatedRow { product, delegation, repository, commit, number } }

table! { "kinds": KindRow { product, repository, path, kind } }

table! { "declared_files": DeclaredFileRow { product, repository, path, line } }

table! { "declared_owners": DeclaredOwnerRow { product, repository, line, person } }

table! { "lineages": LineageRow { lineage, product, repository, path, has_history } }

table! { "touches": TouchRow { lineage, person, is_review, position, at } }

table! { "measures": MeasureRow {
    metric, product, repository, area, person, origin, bucket, status, n, name, value, interval_low, interval_high,
} }

table! { "working_spans": WorkingSpanRow { person, start_at, end_at } }

table! { "working_days": WorkingDayRow { person, start_at, end_at } }

table! { "reviewer_turns": ReviewerTurnRow { product, repository, number, person, start_at, end_at, n_pending } }

table! { "members": MemberRow { person, joined_at, left_at, is_lead } }

table! { "measured_origins": MeasuredOriginRow { origin } }

table! { "absences": AbsenceRow { person, from_at, until_at } }

table! { "absence_periods": AbsencePeriodRow { absence, person, phase, since, until } }
