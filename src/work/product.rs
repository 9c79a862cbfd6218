//! A product: which repositories it has, and what of them reaches production.

use crate::domain::RepositoryId;
use crate::register::DeploymentSource;

/// A product as metrics see it.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Its repositories that the store knows, by id.
    pub repositories: Vec<RepositoryId>,
    /// Environments that are production.
    pub production: regex::Regex,
    /// Deployment sources in order.
    pub sources: Vec<DeploymentSource>,
    /// Tags that are deployments.
    pub tags: Option<regex::Regex>,
    /// Workflows that deploy.
    pub workflows: Option<regex::Regex>,
}

impl Product {
    /// Whether a repository belongs to the product.
    #[must_use]
    pub fn has(&self, repository: RepositoryId) -> bool {
        self.repositories.contains(&repository)
    }
}
