//! Ledger rows of what happened.

use std::sync::Arc;

use jiff::Timestamp;

use super::measure::{LedgerRow, Subject, Thing};
use crate::tables::CommitRow;
use crate::work::delivery::deployments::{Candidate, commit_page};
use crate::work::delivery::runs::Run;
use crate::work::pull_requests::FullPullRequest;
use crate::work::{Fate, Reading};

impl FullPullRequest<'_> {
    /// A ledger row of this pull request, placed by an instant.
    #[must_use]
    pub fn row(
        &self,
        reading: &Reading<'_>,
        at: Option<Timestamp>,
        value: Option<f64>,
        fate: Fate,
    ) -> LedgerRow {
        LedgerRow {
            origin: Some(self.origin(reading.tables)),
            working_hours: None,
            is_running: false,
            person: None,
            authors: Arc::clone(self.authors),
            product: reading.product.name.clone(),
            repository: Some(self.pull_request.repository),
            areas: Arc::clone(self.areas),
            subject: Thing::Numbered(self.pull_request.number).called(
                reading
                    .told(|| format!("{} {}", self.pull_request.number, self.pull_request.title)),
            ),
            link: reading.told(|| Some(self.pull_request.url.clone())),
            at,
            bucket: at.and_then(|at| reading.question.bucket(at, reading.question.granularity)),
            value,
            fate,
        }
    }
}

impl CommitRow {
    /// What a ledger row about this commit is about.
    #[must_use]
    pub(super) fn subject_of_row(&self, reading: &Reading<'_>) -> Subject {
        Thing::Commit(self.commit.prefix()).called(reading.told(|| self.label()))
    }

    /// The page of a ledger row about this commit.
    #[must_use]
    pub(super) fn page_of_row(&self, reading: &Reading<'_>) -> Option<String> {
        reading.told(|| commit_page(reading.tables, self.repository, self.commit))
    }
}

impl Run<'_> {
    /// Its ledger row, placed by its creation.
    #[must_use]
    pub fn row(&self, reading: &Reading<'_>, value: Option<f64>, fate: Fate) -> LedgerRow {
        let (run, name) = (self.run, &self.last.name);
        let attempts = || match self.attempts.len() {
            1 => "1 attempt".to_owned(),
            n => format!("{n} attempts"),
        };
        LedgerRow {
            origin: None,
            working_hours: None,
            is_running: false,
            person: None,
            authors: Arc::default(),
            product: reading.product.name.clone(),
            repository: Some(self.repository),
            areas: [name.clone()].into(),
            subject: Thing::Run(run)
                .called(reading.told(|| format!("run {run} of {name}, {}", attempts()))),
            link: reading.told(|| Some(self.last.url.clone())),
            at: Some(self.last.created_at),
            bucket: reading
                .question
                .bucket(self.last.created_at, reading.question.granularity),
            value,
            fate,
        }
    }
}

/// Where it was declared: `, declared in deployments.csv`.
#[must_use]
pub fn declared_words(file: Option<&str>) -> String {
    file.map_or_else(String::new, |file| format!(", declared in {file}"))
}

impl Candidate {
    /// Its ledger row.
    #[must_use]
    pub fn row(&self, reading: &Reading<'_>) -> LedgerRow {
        let deployment = &self.deployment;
        let what = deployment
            .commit
            .map_or_else(|| "an unknown commit".to_owned(), |commit| commit.short());
        LedgerRow {
            origin: None,
            working_hours: None,
            is_running: false,
            person: None,
            authors: Arc::default(),
            product: reading.product.name.clone(),
            repository: Some(deployment.repository),
            areas: [].into(),
            subject: Thing::of_commit(deployment.commit.map(|commit| commit.prefix())).called(
                format!(
                    "{} of {what} to {}{}",
                    deployment.deployment,
                    deployment.environment,
                    declared_words(self.declared_in.as_deref())
                ),
            ),
            link: deployment
                .url
                .clone()
                .or_else(|| commit_page(reading.tables, deployment.repository, deployment.commit?)),
            at: Some(self.at()),
            bucket: reading
                .question
                .bucket(self.at(), reading.question.granularity),
            value: None,
            fate: self.fate,
        }
    }
}
