//! What GitHub last listed of an owner or a team: which repositories there were, kept so that a night without an answer is not a
//! night with fewer repositories.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::gap::Completeness;
use super::id::RepoName;
use super::selector::RepositoryPattern;

/// How many departures are remembered of a list.
const MOST_DEPARTURES: usize = 100;

/// A list of GitHub's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The repositories of an owner; the login in lower case.
    Owner(String),
    /// The repositories of a team: organisation and slug in lower case.
    Team(String, String),
}

impl Source {
    /// An owner's list.
    #[must_use]
    pub fn owner(login: &str) -> Self {
        Self::Owner(login.to_ascii_lowercase())
    }

    /// A team's list.
    #[must_use]
    pub fn team(owner: &str, slug: &str) -> Self {
        Self::Team(owner.to_ascii_lowercase(), slug.to_ascii_lowercase())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner(login) => f.write_str(login),
            Self::Team(owner, slug) => write!(f, "team:{owner}/{slug}"),
        }
    }
}

/// A repository as a list has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedRepository {
    /// Node id: survives a rename and a transfer.
    pub node: String,
    /// `owner/name` then.
    pub name: RepoName,
    /// Read-only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_archived: bool,
    /// A fork of another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_fork: bool,
    /// Topics, in GitHub's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Pull requests; `None` where the token may not count them.
    pub n_pull_requests: Option<u64>,
    /// Issues; as above.
    pub n_issues: Option<u64>,
    /// What it takes on GitHub's disk, in KiB; `None` where GitHub does not say.
    pub disk_kib: Option<u64>,
    /// Since when GitHub no longer shows it: it stays in the list until somebody leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
}

impl ListedRepository {
    /// Whether it is taken without being named itself.
    #[must_use]
    pub const fn is_ordinary(&self) -> bool {
        !self.is_archived && !self.is_fork
    }
}

/// A repository that a list no longer has, or that is no longer taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// What it was called.
    pub name: RepoName,
    /// When that was noticed.
    pub at: Timestamp,
    /// Why, in words: `it is archived`.
    pub why: String,
}

/// Why the last try to list did not come to a whole list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingTrouble {
    /// What came of it.
    pub completeness: Completeness,
    /// Why, in words.
    pub reason: String,
    /// The next step.
    pub fix: Option<String>,
}

/// One list as it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Which list: an owner, or `team:owner/team`.
    pub source: String,
    /// The patterns that it was read for, in lower case: of the list only what one of them matches is kept.
    pub covers: Vec<String>,
    /// When it was last read, by the server's clock; `None`: never.
    pub listed_at: Option<Timestamp>,
    /// How many repositories the list had altogether.
    pub n_listed: u64,
    /// The repositories that a pattern matches, by name; also archived ones and forks.
    pub repositories: Vec<ListedRepository>,
    /// Why the last try came short; what was listed before it stays.
    pub trouble: Option<ListingTrouble>,
    /// What left, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Departure>,
}

impl Listing {
    /// One that was never read.
    #[must_use]
    pub fn unread(source: &Source) -> Self {
        Self {
            source: source.to_string(),
            covers: Vec::new(),
            listed_at: None,
            n_listed: 0,
            repositories: Vec::new(),
            trouble: None,
            left: Vec::new(),
        }
    }

    /// Whether everything that a pattern matches was kept of it.
    #[must_use]
    pub fn has(&self, pattern: &RepositoryPattern) -> bool {
        let all = pattern.owner().map(|owner| format!("{owner}/*"));
        let all = all.map(|all| all.to_ascii_lowercase());
        let key = pattern.key();
        self.listed_at.is_some()
            && self
                .covers
                .iter()
                .any(|known| *known == key || Some(known) == all.as_ref())
    }

    /// Notes what left.
    pub fn depart(&mut self, departures: Vec<Departure>) {
        self.left.extend(departures);
        let n_old = self.left.len().saturating_sub(MOST_DEPARTURES);
        self.left.drain(..n_old);
    }
}

/// All lists that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listings {
    /// Format of this record: 1.
    pub format: u32,
    /// The owner that short forms (`topic:payments`) meant.
    pub owner: Option<String>,
    /// What the command line named when they were last read, beside the register.
    #[serde(default)]
    pub asked: Vec<String>,
    /// The lists, by source.
    pub lists: Vec<Listing>,
}

impl Listings {
    /// The list of a source, as it was last read.
    #[must_use]
    pub fn of(&self, source: &Source) -> Option<&Listing> {
        let source = source.to_string();
        self.lists.iter().find(|list| list.source == source)
    }

    /// Puts a list in the place of the one of the same source.
    pub fn put(&mut self, list: Listing) {
        self.lists.retain(|known| known.source != list.source);
        self.lists.push(list);
        self.lists.sort_by(|a, b| a.source.cmp(&b.source));
    }

    /// Why a repository left, where a list remembers it: the newest reason.
    #[must_use]
    pub fn why_left(&self, name: &str) -> Option<&Departure> {
        let all = self.lists.iter().flat_map(|list| &list.left);
        all.filter(|one| one.name.to_string().eq_ignore_ascii_case(name))
            .max_by_key(|one| one.at)
    }
}
