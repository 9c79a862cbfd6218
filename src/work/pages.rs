//! Pages that a register names: addresses of pull requests and issues, or `owner/name#12`.

use crate::domain::{PrNumber, RepositoryId};
use crate::tables::{Repository, Tables};

/// The repository and number of a page; `None` where it is no page of a repository that the store knows.
#[must_use]
pub fn key_of(tables: &Tables, page: &str) -> Option<(RepositoryId, PrNumber)> {
    key_among(&tables.repositories, page)
}

/// The same among some repositories.
#[must_use]
pub fn key_among(repositories: &[Repository], page: &str) -> Option<(RepositoryId, PrNumber)> {
    let (name, number) = match page.split_once("://") {
        None => {
            let (name, number) = page.split_once('#')?;
            (name.to_owned(), number)
        }
        Some((_, path)) => {
            let path = path.split(['?', '#']).next().unwrap_or(path);
            let mut parts = path.split('/').skip(1);
            let (owner, name) = (parts.next()?, parts.next()?);
            let number = parts.nth(1)?;
            (format!("{owner}/{name}"), number)
        }
    };
    let number = PrNumber(number.parse().ok()?);
    let found = repositories.iter().find(|row| row.is_called(&name))?;
    Some((found.repository, number))
}
