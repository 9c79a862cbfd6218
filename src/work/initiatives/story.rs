//! What is told of an initiative: who did what, when it reached production, what it waited for, and what speaks against it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::PersonId;
use crate::work::delivery::incidents::Placed;
use crate::work::delivery::undone::Undone;
use crate::work::pull_requests::Key;

/// Everybody with a part in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Involved {
    /// Pull requests that were not closed without a merge, by author.
    pub wrote: BTreeMap<PersonId, u64>,
    /// Who reviewed one of them.
    pub reviewed: BTreeSet<PersonId>,
    /// Commits of two people on the default branch.
    pub paired: BTreeMap<(PersonId, PersonId), u64>,
}

impl Involved {
    /// Everybody who wrote or paired in it.
    #[must_use]
    pub fn writers(&self) -> BTreeSet<PersonId> {
        let pairs = self.paired.keys().flat_map(|(a, b)| [*a, *b]);
        self.wrote.keys().copied().chain(pairs).collect()
    }

    /// Whether somebody wrote or paired in it.
    #[must_use]
    pub fn wrote(&self, person: PersonId) -> bool {
        let mut pairs = self.paired.keys();
        self.wrote.contains_key(&person) || pairs.any(|(a, b)| *a == person || *b == person)
    }
}

/// How much of it is in production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Production {
    /// So many of the merged pull requests, the last one then.
    Shipped {
        /// Merged pull requests that a deployment is known to have shipped.
        n: u64,
        /// Merged pull requests.
        of: u64,
        /// When the last of them got there.
        last: Option<Timestamp>,
    },
    /// Nobody can tell, and why.
    NotObserved(String),
}

/// A record of a decision that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its pull request.
    pub key: Key,
    /// Its file.
    pub path: String,
    /// When it was merged.
    pub at: Timestamp,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// People besides them who reviewed or commented.
    pub n_commented: usize,
}

/// Shares of the time from opening to production, or as far as they came: one that was closed without a merge to its close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waits {
    /// Pull requests behind it.
    pub n: u64,
    /// Waiting for reviewers.
    pub reviewers: f64,
    /// Waiting for a deployment; `None`: no deployment is observed.
    pub deployment: Option<f64>,
}

/// What happened in an initiative.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its first pull request was opened.
    pub since: Timestamp,
    /// Its last one was merged or closed; `None`: one is open.
    pub until: Option<Timestamp>,
    /// Merged pull requests.
    pub n_merged: u64,
    /// Open ones.
    pub n_open: u64,
    /// Ones that were closed without a merge.
    pub n_closed: u64,
    /// Who had a part in it.
    pub involved: Involved,
    /// Its areas, as `repository/area`.
    pub areas: BTreeSet<String>,
    /// How much of it is in production.
    pub production: Production,
    /// Records of decisions.
    pub decisions: Vec<Decision>,
    /// What it waited for; `None`: no life of its pull requests is known.
    pub waits: Option<Waits>,
    /// The same of the other work of people on the same products, opened between its first and its last day.
    pub others: Option<Waits>,
    /// What of it was taken back, by time.
    pub undone: Vec<(Key, Undone)>,
    /// Incidents put down to a deployment that first shipped some of it, and how many pull requests those were.
    pub incidents: Vec<(Placed, u64)>,
}
