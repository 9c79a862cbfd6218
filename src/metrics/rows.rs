//! Ledger rows of what happened.

use std::sync::Arc;

use jiff::Timestamp;

use super::measure::LedgerRow;
use crate::tables::Tables;
use crate::work::delivery::deployments::{Candidate, commit_page};
use crate::work::pull_requests::Whole;
use crate::work::{Fate, Lens, ProductLens};

impl Whole<'_> {
    /// A ledger row of this pull request, placed by an instant.
    #[must_use]
    pub fn row(
        &self,
        lens: &Lens,
        product: &ProductLens,
        at: Option<Timestamp>,
        value: Option<f64>,
        fate: Fate,
    ) -> LedgerRow {
        LedgerRow {
            working_hours: None,
            is_running: false,
            person: None,
            authors: Arc::clone(&self.authors),
            product: product.name.clone(),
            repository: self.pull_request.repository,
            areas: Arc::clone(&self.areas),
            subject: format!("{} {}", self.pull_request.number, self.pull_request.title),
            link: Some(self.pull_request.url.clone()),
            at,
            bucket: at.and_then(|at| lens.bucket(at, lens.granularity)),
            value,
            fate,
        }
    }
}

impl Candidate {
    /// Its ledger row.
    #[must_use]
    pub fn row(&self, tables: &Tables, lens: &Lens, product: &ProductLens) -> LedgerRow {
        let deployment = &self.deployment;
        let what = deployment
            .commit
            .map_or_else(|| "an unknown commit".to_owned(), |commit| commit.short());
        LedgerRow {
            working_hours: None,
            is_running: false,
            person: None,
            authors: Arc::default(),
            product: product.name.clone(),
            repository: deployment.repository,
            areas: [].into(),
            subject: format!(
                "{} of {what} to {}",
                deployment.deployment, deployment.environment
            ),
            link: deployment
                .url
                .clone()
                .or_else(|| commit_page(tables, deployment.repository, deployment.commit?)),
            at: Some(self.at()),
            bucket: lens.bucket(self.at(), lens.granularity),
            value: None,
            fate: self.fate,
        }
    }
}
