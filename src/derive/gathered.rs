//! What the raw answers of all repositories say, before it is known who is who.

use std::collections::BTreeMap;

use super::findings::{Findings, history_certificate};
use super::{Error, MinedClone};
use crate::domain::{AccountSeen, Facts, Gap, PersonId, RepositoryId, Stream};
use crate::github;
use crate::store::{self, RepositoryEntry, Store};
use crate::tables::Repository;

/// All of it, with account indices that run through.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) accounts: Vec<AccountSeen>,
    /// Address and account index.
    pub(super) links: Vec<(String, usize)>,
    pub(super) repositories: BTreeMap<RepositoryId, Repository>,
    pub(super) findings: Findings,
    /// Where the account indices of a repository begin.
    offsets: BTreeMap<RepositoryId, usize>,
    /// The facts that are kept, with account indices that run through.
    held: BTreeMap<RepositoryId, Facts>,
}

impl Gathered {
    /// Reads it; as many as `most_held` rows are kept.
    pub(super) fn of(store: &Store, web: Option<&str>, most_held: usize) -> Result<Self, Error> {
        let mut gathered = Self::default();
        gathered.findings.gaps.extend(store.recovered());
        let mut n_held = 0;
        for entry in store.repositories() {
            let (mut decoded, gaps) = github::facts(store, entry.id)?;
            gathered.findings.gaps.extend(gaps);
            let offset = gathered.accounts.len();
            gathered.offsets.insert(entry.id, offset);
            gathered
                .links
                .extend(
                    decoded
                        .email_links
                        .into_iter()
                        .filter_map(|(email, account)| {
                            Some((email, usize::try_from(account.0).ok()?.checked_add(offset)?))
                        }),
                );
            let dropped = &decoded.n_dropped;
            gathered
                .findings
                .dropped
                .extend(dropped.iter().map(|(stream, n)| (entry.id, *stream, *n)));
            gathered.accounts.append(&mut decoded.accounts);
            n_held += decoded.facts.n_rows();
            if n_held <= most_held {
                decoded.facts.relabel(|id| shifted(id, offset));
                gathered.held.insert(entry.id, decoded.facts);
            }
            let state = store::state::read(store, entry.id)?;
            // What is said of the history there is put in whenever findings are read.
            let certificates = state.certificates().into_iter();
            let fetched = certificates.filter(|line| line.stream != Stream::History);
            gathered.findings.certificates.extend(fetched);
            let github_branch = decoded
                .repository
                .as_ref()
                .and_then(|found| found.default_branch.clone());
            gathered.repositories.insert(
                entry.id,
                Repository {
                    repository: entry.id,
                    name: entry.name.clone(),
                    url: web
                        .filter(|_| entry.name.contains('/'))
                        .map(|web| format!("{web}/{}", entry.name)),
                    default_branch: github_branch,
                    former_names: former_names(&entry),
                },
            );
        }
        Ok(gathered)
    }

    /// The facts of a repository, those that are kept or decoded again.
    pub(super) fn take(&mut self, store: &Store, repository: RepositoryId) -> Result<Facts, Error> {
        if let Some(facts) = self.held.remove(&repository) {
            return Ok(facts);
        }
        let Some(offset) = self.offsets.get(&repository) else {
            return Ok(Facts::default());
        };
        let mut facts = github::facts(store, repository)?.0.facts;
        facts.relabel(|id| shifted(id, *offset));
        Ok(facts)
    }

    /// Adds what a clone says of itself.
    pub(super) fn told_by(&mut self, clone: &MinedClone) {
        let MinedClone {
            repository,
            history,
            ..
        } = clone;
        let findings = &mut self.findings;
        findings.certificates.push(history_certificate(clone));
        findings.gaps.extend(history.gaps.iter().map(|gap| Gap {
            repository: Some(*repository),
            ..gap.clone()
        }));
        if let Some(row) = self.repositories.get_mut(repository) {
            let branch = row.default_branch.take();
            row.default_branch = branch.or_else(|| history.default_branch.clone());
        }
    }
}

/// Account indices of one repository follow those of the ones before it.
fn shifted(id: PersonId, offset: usize) -> PersonId {
    PersonId(id.0.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)))
}

/// What a repository was called before: the other names under which it was asked for.
fn former_names(entry: &RepositoryEntry) -> Vec<String> {
    let today = entry.name.to_lowercase();
    let names = entry.keys.iter().filter(|key| **key != today);
    names.cloned().collect()
}
