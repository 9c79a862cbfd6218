//! What is left of the rows of a measure for the gate: how many of them the same scopes have, and who is behind those.

use std::sync::Arc;

use crate::domain::{Bucket, Origin, PersonId, RepositoryId};

/// Included rows of one product and bucket that every scope has all of, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Where they are.
    pub place: SharePlace,
    /// How many.
    pub n: u64,
    /// Who wrote what they are about: at most the minimum of people, which is enough.
    pub wrote: Vec<PersonId>,
    /// Whose they are, such as reviewers; the same.
    pub reviewed: Vec<PersonId>,
}

/// Which scopes have the rows of a share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharePlace {
    /// The product.
    pub product: String,
    /// The bucket; `None`: a state, which the window alone has.
    pub bucket: Option<Bucket>,
    /// The repository.
    pub repository: Option<RepositoryId>,
    /// The areas.
    pub areas: Arc<[String]>,
    /// The origin.
    pub origin: Option<Origin>,
    /// Teams that have them, by name.
    pub teams: Vec<String>,
    /// Teams of which nobody can tell whether they have them: a row that is no change, of a repository that the team owns parts of.
    pub unsure: Vec<String>,
}
