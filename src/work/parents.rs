//! What issues are parts of.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{IssueRelation, RepositoryId};
use crate::tables::Tables;
use crate::work::pages::key_of;
use crate::work::pull_requests::Key;

/// So many levels of sub-issues GitHub allows.
const LEVELS: usize = 8;

/// The issue that each sub-issue is a part of, as far as the store knows the repositories of both.
#[derive(Debug, Default)]
pub struct Parents(BTreeMap<Key, Key>);

impl Parents {
    /// Of all issues: either end tells of the tie, and may have been fetched without the other.
    #[must_use]
    pub fn of(tables: &Tables) -> Self {
        let mut known: HashMap<&str, Option<RepositoryId>> = HashMap::new();
        let mut parents = BTreeMap::new();
        for link in &tables.facts.issue_links {
            let own = (link.repository, link.number);
            let name = link.other_repository.as_str();
            let repository = known
                .entry(name)
                .or_insert_with(|| Some(key_of(tables, &link.other())?.0));
            let Some(other) = repository.map(|repository| (repository, link.other_number)) else {
                continue;
            };
            match link.relation {
                // A sub-issue has one parent: its own word goes before that of an issue that was fetched earlier.
                IssueRelation::Parent => {
                    parents.insert(own, other);
                }
                IssueRelation::SubIssue => {
                    parents.entry(other).or_insert(own);
                }
                IssueRelation::BlockedBy => {}
            }
        }
        Self(parents)
    }

    /// The parts of each issue, in the order of their keys.
    #[must_use]
    pub fn parts(&self) -> BTreeMap<Key, Vec<Key>> {
        let mut parts: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
        for (part, whole) in &self.0 {
            parts.entry(*whole).or_default().push(*part);
        }
        parts
    }

    /// What an issue is a part of, the nearest first.
    pub fn above(&self, issue: Key) -> impl Iterator<Item = Key> + '_ {
        let next = |key: &Key| self.0.get(key).copied();
        std::iter::successors(next(&issue), move |key| next(key)).take(LEVELS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IssueLink, PrNumber};
    use crate::tables::Repository;

    fn tables(links: &[(u64, IssueRelation, &str, u64)]) -> Tables {
        let mut tables = Tables::default();
        for (id, name) in (0..).zip(["acme/lamp", "acme/shade"]) {
            tables.repositories.push(Repository {
                repository: RepositoryId(id),
                name: name.to_owned(),
                url: None,
                default_branch: None,
                former_names: vec![format!("{name}-old")],
            });
        }
        for (number, relation, name, other) in links {
            tables.facts.issue_links.push(IssueLink {
                repository: RepositoryId(0),
                number: PrNumber(*number),
                relation: *relation,
                other_repository: (*name).to_owned(),
                other_number: PrNumber(*other),
            });
        }
        tables
    }

    fn above(tables: &Tables, repository: u32, number: u64) -> Vec<(u32, u64)> {
        let issue = (RepositoryId(repository), PrNumber(number));
        let parents = Parents::of(tables);
        let found = parents.above(issue);
        found.map(|(of, number)| (of.0, number.0)).collect()
    }

    #[test]
    fn either_end_tells_and_repositories_go_by_any_of_their_names() {
        use IssueRelation::{BlockedBy, Parent, SubIssue};
        let tables = tables(&[
            (1, SubIssue, "ACME/shade-old", 2),
            (1, Parent, "acme/lamp", 9),
            (1, BlockedBy, "acme/lamp", 7),
            (4, Parent, "acme/elsewhere", 2),
        ]);
        assert_eq!(above(&tables, 1, 2), [(0, 1), (0, 9)]);
        assert_eq!(above(&tables, 0, 1), [(0, 9)]);
        assert!(above(&tables, 0, 4).is_empty() && above(&tables, 0, 9).is_empty());
    }

    #[test]
    fn issues_that_are_parts_of_each_other_end() {
        use IssueRelation::Parent;
        let tables = tables(&[(1, Parent, "acme/lamp", 2), (2, Parent, "acme/lamp", 1)]);
        assert_eq!(above(&tables, 0, 1).len(), LEVELS);
    }
}
