//! A product, and a team as one reads it: which repositories it has, and what of them reaches production.

use std::sync::Arc;

use super::need::Missing;
use super::owning::Owning;
use crate::domain::RepositoryId;
use crate::register::DeploymentSource;

/// A product as metrics see it; or a team, which is measured as a product is, from the facts of what it owns.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Whether it is a product, or a team.
    pub kind: Kind,
    /// Its repositories that the store knows, by id; of a team, those of which it owns something.
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

/// What a scope is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A product: every repository is in one at most.
    Product,
    /// A team: what it owns is of products, and of other teams too.
    Team(Arc<Owning>),
}

impl Product {
    /// Whether a repository belongs to the product, or something of it to the team.
    #[must_use]
    pub fn has(&self, repository: RepositoryId) -> bool {
        self.repositories.contains(&repository)
    }

    /// What a team owns; `None` for a product.
    #[must_use]
    pub fn owning(&self) -> Option<&Owning> {
        match &self.kind {
            Kind::Product => None,
            Kind::Team(owning) => Some(owning),
        }
    }

    /// Whether all of a repository belongs to it, and so what is of the repository as a whole: deployments, runs, issues.
    #[must_use]
    pub fn has_all(&self, repository: RepositoryId) -> bool {
        self.has(repository)
            && self
                .owning()
                .is_none_or(|owning| owning.owned.has_all(repository))
    }

    /// Why what is of a repository as a whole is not of a team that owns no whole one; `None` where something of it is.
    #[must_use]
    pub fn owns_parts_alone(&self, thing: &str) -> Option<Missing> {
        let mut all = self.repositories.iter();
        if self.owning().is_none() || all.any(|one| self.has_all(*one)) {
            return None;
        }
        Some(Missing {
            because: if self.repositories.is_empty() {
                "the team owns nothing that is in the store".to_owned()
            } else {
                format!("the team owns parts of its repositories, and {thing} is of all of one")
            },
            fix: None,
        })
    }

    /// Whether what is known of a product as a whole is of this one: of itself, or of a product that the team owns all of.
    #[must_use]
    pub fn answers_for(&self, product: &str) -> bool {
        match self.owning() {
            None => self.name == product,
            Some(owning) => owning.products.iter().any(|whole| whole == product),
        }
    }

    /// Whether it is a product, or a team that owns all of one or several.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.owning().is_none_or(|owning| owning.is_whole)
    }
}
