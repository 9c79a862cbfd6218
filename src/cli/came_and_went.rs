//! Which repositories appeared, were renamed or left between two runs: told before any figure, since figures follow from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::domain::{Listings, RepositoryId};
use crate::metrics::movement::RunHead;
use crate::render::encode::terminal;

/// What became of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is in the product, and was not.
    Appeared,
    /// It is called otherwise.
    Renamed,
    /// It was in the product, and is not.
    Left,
}

/// A repository of a product that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The product.
    pub product: String,
    /// What became of the repository.
    pub change: Change,
    /// What it is called; of one that left, what it was called.
    pub repository: String,
    /// What a renamed one was called.
    pub before: Option<String>,
    /// Why it left, where that is known.
    pub why: Option<String>,
}

/// By product, in order; nothing where the earlier run is of a version that kept no repositories.
#[must_use]
pub fn between(before: &RunHead, after: &RunHead, listings: &Listings) -> Vec<Moved> {
    if before.repositories.is_empty() || after.repositories.is_empty() {
        return Vec::new();
    }
    let by_key = |head: &RunHead| -> BTreeMap<(String, RepositoryId), String> {
        let rows = head.repositories.iter();
        rows.map(|row| ((row.product.clone(), row.repository), row.name.clone()))
            .collect()
    };
    let (old, new) = (by_key(before), by_key(after));
    let mut found = Vec::new();
    for ((product, id), name) in &new {
        let (change, before) = match old.get(&(product.clone(), *id)) {
            None => (Change::Appeared, None),
            Some(known) if known != name => (Change::Renamed, Some(known.clone())),
            Some(_) => continue,
        };
        found.push(Moved {
            product: product.clone(),
            change,
            repository: name.clone(),
            before,
            why: None,
        });
    }
    for ((product, id), name) in &old {
        if !new.contains_key(&(product.clone(), *id)) {
            let why = listings.why_left(name).map(|left| left.why.clone());
            found.push(Moved {
                product: product.clone(),
                change: Change::Left,
                repository: name.clone(),
                before: None,
                why,
            });
        }
    }
    found.sort_by(|a, b| (&a.product, &a.repository).cmp(&(&b.product, &b.repository)));
    found
}

/// A line each, for people.
#[must_use]
pub fn lines(found: &[Moved]) -> String {
    let mut text = String::new();
    for one in found {
        let name = terminal(&one.repository);
        let what = match (one.change, &one.before, &one.why) {
            (Change::Appeared, ..) => format!("{name} appeared"),
            (Change::Renamed, before, _) => {
                let before = before.as_deref().unwrap_or_default();
                format!("{} is called {name} now", terminal(before))
            }
            (Change::Left, _, None) => format!("{name} left"),
            (Change::Left, _, Some(why)) => format!("{name} left: {}", terminal(why)),
        };
        let _ = writeln!(text, "{}: {what}", terminal(&one.product));
    }
    text
}
