//! From entries of a list of repositories, and what GitHub last listed, to the repositories that are meant: pure, and told
//! entry by entry.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::Completeness;
use super::id::RepoName;
use super::listing::{ListedRepository, Listing, Listings, Source};
use super::selector::{Matcher, RepositoryPattern, Selector};

/// What a pattern gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PatternLine {
    /// The product whose list it stands in; `None`: the command line.
    pub product: Option<String>,
    /// The pattern as it is written.
    pub pattern: String,
    /// How much of its list is there.
    pub completeness: Completeness,
    /// Why it is not complete.
    pub reason: Option<String>,
    /// The step that would complete it.
    pub fix: Option<String>,
    /// Repositories that it matches.
    pub n_matched: u64,
    /// Of these, archived ones: left out.
    pub n_archived: u64,
    /// Of the others, forks: left out.
    pub n_forks: u64,
    /// Of the others, those that another entry leaves out with `!`.
    pub n_left_out: u64,
    /// Those that are taken.
    pub n_taken: u64,
    /// Of these, those that GitHub no longer shows.
    pub n_missing: u64,
    /// When the list was read; `None`: never.
    pub listed_at: Option<Timestamp>,
    /// The names of those that are taken, where the entry is no plain name.
    #[serde(skip)]
    pub taken: Vec<RepoName>,
}

impl PatternLine {
    /// The line of a name of which nothing was read.
    #[must_use]
    pub fn of_absent(product: &str, name: &RepoName) -> Self {
        Self {
            product: Some(product.to_owned()),
            pattern: name.to_string(),
            completeness: Completeness::NotFound,
            reason: Some("nothing of it is in the store".to_owned()),
            fix: Some(format!(
                "fetch it with `--github {name}`, name its clone with `--repo PATH`, or take it out of `[[product]]`"
            )),
            n_matched: 0,
            n_archived: 0,
            n_forks: 0,
            n_left_out: 0,
            n_taken: 0,
            n_missing: 0,
            listed_at: None,
            taken: Vec::new(),
        }
    }

    /// The line as it is where only some of what it takes is there. What is known to be missing already is told first.
    #[must_use]
    pub fn held_against(mut self, is_there: impl Fn(&RepoName) -> bool) -> Self {
        let absent: Vec<&RepoName> = self.taken.iter().filter(|name| !is_there(name)).collect();
        let Some(first) = absent.first().filter(|_| !self.has_hole()) else {
            return self;
        };
        let others = match absent.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        self.reason = Some(format!(
            "of {} repositories that it takes, nothing of `{first}`{others} was read",
            self.taken.len()
        ));
        self.fix = Some(format!(
            "run `linchpin run` with a token, or leave it out with `!{first}`"
        ));
        self.completeness = Completeness::Partial;
        self
    }

    /// Whether something that was asked for is missing.
    #[must_use]
    pub const fn has_hole(&self) -> bool {
        matches!(
            self.completeness,
            Completeness::Partial
                | Completeness::Forbidden
                | Completeness::NotFound
                | Completeness::RateLimited
        )
    }
}

/// The repositories that a list of entries means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Their names, each once, in the order of the entries.
    pub names: Vec<RepoName>,
    /// By name: the entry that gave it.
    pub by: Vec<String>,
    /// What each entry gave that is no plain name.
    pub lines: Vec<PatternLine>,
}

/// What a list of entries means. `known` are names that are at hand anyway: where a glob was never listed it is held against them.
#[must_use]
pub fn discovered(
    product: Option<&str>,
    selectors: &[Selector],
    listings: &Listings,
    known: &[RepoName],
) -> Discovered {
    let left_out: Vec<Candidates> = selectors
        .iter()
        .filter(|one| one.leaves_out)
        .map(|one| Candidates::of(&one.pattern, listings, known))
        .collect();
    let mut found = Discovered::default();
    let mut taken = BTreeSet::new();
    for selector in selectors {
        let of_it = Candidates::of(&selector.pattern, listings, known);
        if selector.leaves_out {
            if !matches!(selector.pattern, RepositoryPattern::Name(_)) {
                found.lines.push(of_it.line(product, selector));
            }
            continue;
        }
        let is_name = matches!(selector.pattern, RepositoryPattern::Name(_));
        let mut line = of_it.line(product, selector);
        for repository in &of_it.repositories {
            let is_left_out = || left_out.iter().any(|out| out.has(repository));
            if !is_name && repository.is_archived {
                line.n_archived += 1;
            } else if !is_name && repository.is_fork {
                line.n_forks += 1;
            } else if is_left_out() {
                line.n_left_out += 1;
            } else {
                line.n_taken += 1;
                line.n_missing += u64::from(repository.missing_since.is_some());
                if !is_name {
                    line.taken.push(repository.name.clone());
                }
                if taken.insert(repository.name.key()) {
                    found.names.push(repository.name.clone());
                    found.by.push(selector.to_string());
                }
            }
        }
        if !is_name {
            let missing = |one: &&ListedRepository| {
                one.missing_since.is_some() && !left_out.iter().any(|out| out.has(one))
            };
            let missing: Vec<&ListedRepository> =
                of_it.repositories.iter().filter(missing).collect();
            found.lines.push(judged(line, &of_it, &missing));
        }
    }
    found
}

/// What a pattern may give, before anything is left out.
struct Candidates<'a> {
    pattern: RepositoryPattern,
    matcher: Matcher,
    /// Whose list answers it; `None`: nobody knows, or none is needed.
    list: Option<&'a Listing>,
    /// Whether the list was read for this pattern.
    is_listed: bool,
    repositories: Vec<ListedRepository>,
}

impl<'a> Candidates<'a> {
    fn of(pattern: &RepositoryPattern, listings: &'a Listings, known: &[RepoName]) -> Self {
        let owner = listings.owner.as_deref();
        let pattern = owner.map_or_else(|| pattern.clone(), |owner| pattern.of(owner));
        let source: Option<Source> = pattern.source();
        let list = source.and_then(|source| listings.of(&source));
        let is_listed = list.is_some_and(|list| list.has(&pattern));
        let matcher = pattern.matcher();
        let repositories = match (list, &pattern) {
            (_, RepositoryPattern::Name(name)) => vec![unlisted(name)],
            (Some(list), _) if is_listed => {
                let all = list.repositories.iter();
                all.filter(|one| matcher.is_match(&one.name, &one.topics))
                    .cloned()
                    .collect()
            }
            (_, RepositoryPattern::Glob { .. }) => {
                let all = known.iter().filter(|name| matcher.is_match(name, &[]));
                all.map(unlisted).collect()
            }
            _ => Vec::new(),
        };
        Self {
            pattern,
            matcher,
            list,
            is_listed,
            repositories,
        }
    }

    /// Whether it means a repository that another entry named. A glob and a name are held against the name alone.
    fn has(&self, repository: &ListedRepository) -> bool {
        let is_listed = |one: &ListedRepository| one.name.is_same(&repository.name);
        match self.pattern {
            RepositoryPattern::Name(_) | RepositoryPattern::Glob { .. } => {
                self.matcher.is_match(&repository.name, &[])
            }
            _ => self.repositories.iter().any(is_listed),
        }
    }

    fn line(&self, product: Option<&str>, selector: &Selector) -> PatternLine {
        let trouble = self.list.and_then(|list| list.trouble.as_ref());
        // A glob that leaves out needs no list.
        let needs_list = !selector.leaves_out
            || matches!(
                self.pattern,
                RepositoryPattern::Topic { .. } | RepositoryPattern::Team { .. }
            );
        let (completeness, reason, fix) = match trouble {
            _ if !needs_list => (Completeness::Complete, None, None),
            Some(trouble) => (
                trouble.completeness,
                Some(trouble.reason.clone()),
                trouble.fix.clone(),
            ),
            None if self.is_listed => (Completeness::Complete, None, None),
            None if self.pattern.owner().is_none() => (
                Completeness::Skipped,
                Some("whose it is is not known".to_owned()),
                Some(format!("write `{}`", self.pattern.of("OWNER"))),
            ),
            None => (
                Completeness::Skipped,
                Some("GitHub was not asked yet which repositories it means".to_owned()),
                Some("run `linchpin run` with a token".to_owned()),
            ),
        };
        PatternLine {
            product: product.map(str::to_owned),
            pattern: selector.to_string(),
            completeness,
            reason,
            fix,
            n_matched: self.repositories.len() as u64,
            n_archived: 0,
            n_forks: 0,
            n_left_out: 0,
            n_taken: 0,
            n_missing: 0,
            listed_at: self
                .list
                .filter(|_| self.is_listed)
                .and_then(|list| list.listed_at),
            taken: Vec::new(),
        }
    }
}

fn unlisted(name: &RepoName) -> ListedRepository {
    ListedRepository {
        node: String::new(),
        name: name.clone(),
        is_archived: false,
        is_fork: false,
        topics: Vec::new(),
        n_pull_requests: None,
        n_issues: None,
        disk_kib: None,
        missing_since: None,
    }
}

/// A line of a list that was read, judged by what it gave.
fn judged(
    mut line: PatternLine,
    of_it: &Candidates<'_>,
    missing: &[&ListedRepository],
) -> PatternLine {
    if line.completeness != Completeness::Complete {
        return line;
    }
    let n_listed = of_it.list.map_or(0, |list| list.n_listed);
    let source = of_it.list.map_or("", |list| list.source.as_str());
    if let Some(first) = missing.first() {
        let since = first.missing_since.map(|at| at.to_string());
        let since = since.unwrap_or_default();
        let others = match missing.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let name = &first.name;
        line.completeness = Completeness::Partial;
        line.reason = Some(format!(
            "GitHub no longer shows `{name}`{others} to this token, since {since}; what was read of it still counts"
        ));
        line.fix = Some(format!(
            "give the token read access to it again, or, where it is gone for good, leave it out with `!{name}`"
        ));
    } else if line.n_matched == 0 {
        line.completeness = Completeness::NotFound;
        line.reason = Some(if n_listed == 0 {
            format!("`{source}` has no repositories that this token sees")
        } else {
            format!("none of the {n_listed} repositories of `{source}` matches it")
        });
        line.fix = Some("check its spelling, or what the token may see".to_owned());
    } else if line.n_taken == 0 && line.n_left_out == 0 {
        line.completeness = Completeness::NotFound;
        line.reason = Some("all that it matches are archived or forks".to_owned());
        line.fix = Some("name those that are meant as `owner/name`".to_owned());
    } else if line.n_taken == 0 {
        line.completeness = Completeness::Empty;
    }
    line
}
