//! What a name says of who is who, after everything that says more: it makes nobody one who has two accounts.

use std::collections::{BTreeMap, BTreeSet};

use super::Reason;
use super::graph::Graph;
use crate::domain::Account;
use crate::domain::naming::{full_name, local_part, noreply};

impl Graph<'_> {
    /// By cluster: the servers on which it has an account, as far as anything but a name tells. An account was seen, or a number
    /// stands in a noreply address, or the register names a member, and that is by a login.
    fn sites_of_clusters(&mut self) -> BTreeMap<usize, BTreeSet<String>> {
        let mut asked = self.sites();
        if self.evidence.site.is_none() {
            asked.insert("github.com".to_owned());
        }
        let n_accounts = self.evidence.accounts.len();
        let mut found: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for node in 0..self.texts.len() {
            let sites = match node.checked_sub(n_accounts) {
                None => asked.clone(),
                Some(_) if self.claimed.contains_key(&node) => asked.clone(),
                Some(at) => {
                    let signature = self.evidence.signatures.get(at);
                    let own = signature.and_then(|signature| noreply(&signature.email));
                    let numbered = own.filter(|found| found.id.is_some());
                    numbered.into_iter().map(|found| found.site).collect()
                }
            };
            if !sites.is_empty() {
                found.entry(self.root(node)).or_default().extend(sites);
            }
        }
        found
    }

    pub(super) fn same_name_and_local_part(&mut self) {
        let keyed: Vec<_> = self
            .evidence
            .signatures
            .iter()
            .enumerate()
            .filter(|(at, _)| self.class(self.signature_node(*at)) == Account::Human)
            .filter_map(|(at, signature)| {
                Some((
                    (full_name(&signature.name)?, local_part(&signature.email)?),
                    self.signature_node(at),
                ))
            })
            .collect();
        // Two different accounts are two people, however alike: the name does not overrule GitHub.
        let mut by_key: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (key, node) in keyed {
            by_key.entry(key).or_default().push(node);
        }
        let mut sites = self.sites_of_clusters();
        for nodes in by_key.into_values() {
            let roots: BTreeSet<usize> = nodes.iter().map(|node| self.root(*node)).collect();
            if are_two_accounts(&sites, &roots) {
                continue;
            }
            let mut nodes = nodes.into_iter();
            if let Some(first) = nodes.next() {
                for node in nodes {
                    self.merge(first, node, Reason::SameNameAndLocalPart);
                }
                let own: Vec<_> = roots.iter().filter_map(|root| sites.remove(root)).collect();
                let own = own.into_iter().flatten().collect();
                sites.insert(self.root(first), own);
            }
        }
    }

    /// Merges on the full name alone, where that can neither chain nor contradict GitHub.
    pub(super) fn same_names(&mut self) {
        let mut bearers: BTreeMap<String, BTreeMap<usize, usize>> = BTreeMap::new();
        for node in 0..self.texts.len() {
            let Some(name) = self.human_name(node) else {
                continue;
            };
            let root = self.root(node);
            bearers.entry(name).or_default().entry(root).or_insert(node);
        }
        bearers.retain(|_, clusters| clusters.len() > 1);
        let mut n_groups: BTreeMap<usize, usize> = BTreeMap::new();
        for root in bearers.values().flat_map(BTreeMap::keys) {
            *n_groups.entry(*root).or_default() += 1;
        }
        let sites = self.sites_of_clusters();
        for clusters in bearers.into_values() {
            let roots = clusters.keys().copied().collect();
            if are_two_accounts(&sites, &roots)
                || clusters.keys().any(|root| n_groups.get(root) != Some(&1))
            {
                continue;
            }
            let nodes: Vec<usize> = clusters.into_values().collect();
            for pair in nodes.windows(2) {
                if let [a, b] = pair {
                    self.merge(*a, *b, Reason::SameName);
                }
            }
        }
    }

    /// The full name that a human's node bears.
    fn human_name(&self, node: usize) -> Option<String> {
        if self.class(node) != Account::Human {
            return None;
        }
        match node.checked_sub(self.evidence.accounts.len()) {
            None => full_name(self.evidence.accounts.get(node)?.name.as_deref()?),
            Some(at) => full_name(&self.evidence.signatures.get(at)?.name),
        }
    }
}

/// Whether two of some clusters have an account on the same server: two people, or one with two accounts, which is for a human to
/// say.
fn are_two_accounts(sites: &BTreeMap<usize, BTreeSet<String>>, roots: &BTreeSet<usize>) -> bool {
    let mut seen = BTreeSet::new();
    let mut all = roots.iter().filter_map(|root| sites.get(root)).flatten();
    all.any(|site| !seen.insert(site))
}
