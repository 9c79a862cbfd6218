//! Which repository, product or issue a declared record is of.

use crate::domain::{DeclaredIncident, IncidentKey, PrNumber, RepositoryId, Whereabouts};
use crate::tables::Repository;
use crate::work::Product;
use crate::work::pages::key_among;

pub(super) const NO_PRODUCT: &str = "of a repository that is in no product";
pub(super) const NEVER_BEGAN: &str = "resolved without having been detected";

/// The environment of an incident whose producer has to name one and knows none.
const PRODUCTION: &str = "production";

/// What the store and the register know.
pub(super) struct Whose<'a> {
    pub repositories: &'a [Repository],
    pub products: &'a [Product],
}

impl<'a> Whose<'a> {
    /// The repository of a name, an address or `owner/name#12`.
    pub(super) fn called(&self, text: &str) -> Option<RepositoryId> {
        let text = text.trim().trim_end_matches('/');
        if text.is_empty() {
            return None;
        }
        let is_page = |url: &str| url.trim_end_matches('/').eq_ignore_ascii_case(text);
        let name = text.split('#').next().unwrap_or(text);
        let mut all = self.repositories.iter();
        let found = all.find(|row| row.is_called(name) || row.url.as_deref().is_some_and(is_page));
        found.map(|row| row.repository)
    }

    /// The product that has a repository.
    pub(super) fn product_of(&self, repository: RepositoryId) -> Option<&'a Product> {
        let mut products = self.products.iter();
        products.find(|product| product.has(repository))
    }

    /// The repository that a record names, in whatever words; `None`: it names none.
    fn repository(&self, about: &Whereabouts) -> Result<Option<RepositoryId>, &'static str> {
        const UNKNOWN: &str = "of a repository that the store does not know";
        let stated = about.repository.as_ref();
        let named = stated
            .into_iter()
            .chain(&about.hints)
            .find_map(|text| self.called(text));
        if named.is_some() {
            return Ok(named);
        }
        if stated.is_some() {
            return Err(UNKNOWN);
        }
        let otherwise = about.else_repository.as_ref();
        match otherwise.filter(|_| about.product.is_none()) {
            Some(name) => self.called(name).map(Some).ok_or(UNKNOWN),
            None => Ok(None),
        }
    }

    /// The product that a record names; else that of the import; else the only one.
    fn product(&self, about: &Whereabouts) -> Result<Option<&'a Product>, &'static str> {
        let name = about.product.as_ref().or(about.else_product.as_ref());
        let mut products = self.products.iter();
        match name {
            Some(name) => products
                .find(|product| product.name == *name)
                .map(Some)
                .ok_or("of a product that the register does not name"),
            None => Ok(products.next().filter(|_| products.next().is_none())),
        }
    }

    /// The repository of a deployment: without one it cannot be placed in a history.
    pub(super) fn repository_of_deployment(
        &self,
        about: &Whereabouts,
    ) -> Result<RepositoryId, &'static str> {
        if let Some(repository) = self.repository(about)? {
            return Ok(repository);
        }
        match self
            .product(about)?
            .map(|product| product.repositories.as_slice())
        {
            Some([only]) => Ok(*only),
            _ => Err("a deployment that names no repository"),
        }
    }

    /// What an incident is told apart by, with its product where no repository tells that.
    pub(super) fn key_of_incident(
        &self,
        one: &DeclaredIncident,
    ) -> Result<(Option<String>, IncidentKey), &'static str> {
        let about = &one.whereabouts;
        let repository = self.repository(about);
        // Who names a product outright means it; else the repository's own product is meant.
        let named = match (&about.product, repository) {
            (None, Ok(Some(repository))) => self.product_of(repository),
            _ => self.product(about)?,
        };
        let pages = [one.url.as_deref(), Some(&*one.id)];
        let issue = pages
            .into_iter()
            .flatten()
            .find_map(|page| self.issue(page));
        // An issue of somebody else's product may describe it, and is not where it is counted.
        let is_its = |(repository, _): &(RepositoryId, PrNumber)| match (
            named,
            self.product_of(*repository),
        ) {
            (Some(named), Some(of)) => named.name == of.name,
            (None, _) => true,
            (Some(_), None) => false,
        };
        if let Some(issue) = issue.filter(is_its) {
            return Ok((None, issue.into()));
        }
        let id = std::sync::Arc::clone(&one.id);
        match (repository?, named) {
            (Some(repository), Some(product)) if !product.has(repository) => {
                Err("of a repository that is not of the product that it names")
            }
            (Some(repository), _) => Ok((None, IncidentKey::Declared(Some(repository), id))),
            (None, Some(product)) => {
                let only = match product.repositories.as_slice() {
                    [only] => Some(*only),
                    _ => None,
                };
                let of = only.is_none().then(|| product.name.clone());
                Ok((of, IncidentKey::Declared(only, id)))
            }
            (None, None) => Err("an incident that names neither repository nor product"),
        }
    }

    /// The issue of an address, or of `owner/name#12`.
    fn issue(&self, page: &str) -> Option<(RepositoryId, PrNumber)> {
        let key = key_among(self.repositories, page)?;
        if !page.contains("://") {
            return Some(key);
        }
        let mut rows = self.repositories.iter();
        let base = rows.find(|row| row.repository == key.0)?.url.as_deref()?;
        let page = page.split(['?', '#']).next().unwrap_or(page);
        let own = format!("{}/issues/{}", base.trim_end_matches('/'), key.1.0);
        page.trim_end_matches('/')
            .eq_ignore_ascii_case(&own)
            .then_some(key)
    }

    /// Whether an incident was in an environment that is not its product's production.
    pub(super) fn is_elsewhere(
        &self,
        (of, key): &(Option<String>, IncidentKey),
        one: &DeclaredIncident,
    ) -> bool {
        let product = match key.repository() {
            Some(repository) => self.product_of(repository),
            None => self
                .products
                .iter()
                .find(|one| Some(&one.name) == of.as_ref()),
        };
        let environment = one.environment.as_deref();
        let elsewhere = environment.filter(|name| !name.eq_ignore_ascii_case(PRODUCTION));
        elsewhere
            .zip(product)
            .is_some_and(|(name, product)| !product.production.is_match(name))
    }
}
