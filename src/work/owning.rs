//! What a team owns, as its register's entries give it.

use crate::domain::Owned;

/// What a team owns.
#[derive(Debug, Clone)]
pub struct Owning {
    /// Whole repositories, and files of others.
    pub owned: Owned,
    /// Products of which it owns every repository.
    pub products: Vec<String>,
    /// Whether it owns those products and nothing else: then its figures tell nothing that theirs do not.
    pub is_whole: bool,
    /// What each entry of the register gives it.
    pub entries: Vec<OwnedEntry>,
}

/// One entry of what a team owns, and what of the repositories is owned by it.
#[derive(Debug, Clone)]
pub struct OwnedEntry {
    /// The entry as it is written.
    pub entry: String,
    /// Whether it takes repositories away from what the others give.
    pub leaves_out: bool,
    /// What it gives.
    pub owned: Owned,
    /// Why it gives nothing, or less than it may mean; `None`: nothing is known to be amiss.
    pub reason: Option<String>,
    /// The step that would change that.
    pub fix: Option<String>,
}
