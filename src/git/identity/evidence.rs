//! What the evidence says of who is who: each kind of it merges nodes of the graph, or notes where it contradicts itself.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::{Conflict, Node, Reason};
use crate::domain::naming::{Noreply, is_personal, noreply};
use crate::domain::{Account, EmailAddress};

impl Graph<'_> {
    /// The servers whose noreply addresses speak of the accounts: the one that was asked; where that is not known, github.com
    /// and whatever other servers the addresses are of.
    pub(super) fn sites(&self) -> BTreeSet<String> {
        if let Some(site) = self.evidence.site {
            return BTreeSet::from([site.to_lowercase()]);
        }
        let addresses = self.evidence.signatures.iter();
        let sites = addresses.filter_map(|signature| noreply(&signature.email));
        sites.map(|found| found.site).collect()
    }

    /// Everything that stands for one forgotten person is theirs.
    pub(super) fn forgotten(&mut self) {
        let keyed: Vec<_> = (0..self.texts.len())
            .filter_map(|node| Some((self.stand_in(node)?, node)))
            .collect();
        self.merge_by(keyed, Reason::SameAccount);
    }

    pub(super) fn same_accounts(&mut self) {
        let accounts = self.evidence.accounts;
        let numbered = || accounts.iter().enumerate();
        self.merge_by(
            numbered().filter_map(|(at, seen)| Some((seen.node.clone()?, at))),
            Reason::SameAccount,
        );
        self.merge_by(
            numbered().filter_map(|(at, seen)| Some((seen.database_id?, at))),
            Reason::SameAccount,
        );
        // A login that was given up can be taken by somebody else: it speaks only where no id contradicts it.
        let mut ids: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for seen in accounts {
            ids.entry(seen.login.key())
                .or_default()
                .extend(seen.database_id);
        }
        let agreed = numbered()
            .filter(|(_, seen)| ids.get(&seen.login.key()).is_some_and(|ids| ids.len() <= 1));
        let agreed: Vec<_> = agreed.map(|(at, seen)| (seen.login.key(), at)).collect();
        self.merge_by(agreed, Reason::SameAccount);
    }

    pub(super) fn same_signatures(&mut self) {
        let signatures = self.evidence.signatures;
        let node = |at| self.signature_node(at);
        let same: Vec<_> = signatures
            .iter()
            .enumerate()
            .map(|(at, signature)| (signature.clone(), node(at)))
            .collect();
        let address: Vec<_> = signatures
            .iter()
            .enumerate()
            .filter(|(_, signature)| is_personal(&signature.email))
            .map(|(at, signature)| (EmailAddress(signature.email.clone()).key(), node(at)))
            .collect();
        let mut ids_of: BTreeMap<(String, String), BTreeSet<u64>> = BTreeMap::new();
        let noreply = || signatures.iter().map(|signature| noreply(&signature.email));
        for found in noreply().flatten() {
            let ids = ids_of.entry((found.site, found.login)).or_default();
            ids.extend(found.id);
        }
        let sites = self.sites();
        for seen in self.evidence.accounts {
            for site in &sites {
                let ids = ids_of.entry((site.clone(), seen.login.key())).or_default();
                ids.extend(seen.database_id);
            }
        }
        // The old form has no id: it goes with the new one where one account alone ever had the login.
        let only_id = |key: &(String, String)| {
            let ids = ids_of.get(key).filter(|ids| ids.len() == 1)?;
            ids.first().copied()
        };
        let ids: Vec<_> = noreply()
            .enumerate()
            .filter_map(|(at, found)| {
                let Noreply { site, id, login } = found?;
                let key = (site, login);
                let (site, id) = (key.0.clone(), id.or_else(|| only_id(&key)));
                Some(((site, id.ok_or(key.1)), node(at)))
            })
            .collect();
        self.merge_by(same, Reason::SameSignature);
        self.merge_by(address, Reason::SameAddress);
        self.merge_by(ids, Reason::NoreplyAddress);
    }

    pub(super) fn noreply(&mut self) {
        let mut by_id: BTreeMap<u64, usize> = BTreeMap::new();
        let mut by_login: BTreeMap<String, usize> = BTreeMap::new();
        for (at, seen) in self.evidence.accounts.iter().enumerate() {
            if let Some(id) = seen.database_id {
                by_id.entry(id).or_insert(at);
            }
            by_login.entry(seen.login.key()).or_insert(at);
            // GraphQL gives a bot's login without the suffix that its address has.
            if seen.is_bot {
                by_login
                    .entry(format!("{}[bot]", seen.login.key()))
                    .or_insert(at);
            }
        }
        let sites = self.sites();
        for (at, signature) in self.evidence.signatures.iter().enumerate() {
            let Some(Noreply { site, id, login }) = noreply(&signature.email) else {
                continue;
            };
            if !sites.contains(&site) {
                continue;
            }
            let account = match id {
                Some(id) => by_id.get(&id).or_else(|| {
                    // Without ids from the API the login has to do; with another id it is another account.
                    let found = by_login.get(&login)?;
                    self.evidence
                        .accounts
                        .get(*found)?
                        .database_id
                        .is_none()
                        .then_some(found)
                }),
                None => by_login.get(&login),
            };
            let account = account.copied();
            // Somebody else has the login now: the id decides, and a reader should know.
            let bearer = by_login.get(&login).copied().filter(|bearer| {
                let seen = self.evidence.accounts.get(*bearer);
                let other = seen.and_then(|seen| seen.database_id);
                id.is_some() && other.is_some() && other != id
            });
            if let Some(bearer) = bearer {
                let owner = account.map(|account| self.text(account));
                let mut claimed_by: Vec<Node> = owner.into_iter().collect();
                claimed_by.push(self.text(bearer));
                claimed_by.sort();
                self.conflicts.insert(Conflict {
                    subject: EmailAddress(signature.email.clone()).key(),
                    claimed_by,
                });
            }
            if let Some(account) = account {
                self.merge(account, self.signature_node(at), Reason::NoreplyAddress);
            }
        }
    }

    pub(super) fn linked(&mut self) {
        let mut claims: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        // GitHub knows whose an address is, whatever it looks like: a machine's, an example's, a role's.
        for (email, account) in self.evidence.links {
            if *account < self.evidence.accounts.len() && !email.trim().is_empty() {
                let root = self.root(*account);
                claims
                    .entry(EmailAddress(email.clone()).key())
                    .or_default()
                    .insert(root);
            }
        }
        // Under a shared address stand several signatures, and GitHub says the same of each of them.
        let mut nodes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, signature) in self.evidence.signatures.iter().enumerate() {
            let key = EmailAddress(signature.email.clone()).key();
            nodes.entry(key).or_default().push(self.signature_node(at));
        }
        for (email, accounts) in claims {
            let mut roots = accounts.into_iter();
            let (first, more) = (roots.next(), roots.next());
            match (first, more) {
                (Some(account), None) => {
                    for node in nodes.get(&email).into_iter().flatten() {
                        self.merge(account, *node, Reason::LinkedByGitHub);
                    }
                }
                (Some(first), Some(second)) => {
                    let mut claimed_by: Vec<Node> = [first, second]
                        .into_iter()
                        .chain(roots)
                        .map(|at| self.text(at))
                        .collect();
                    claimed_by.sort();
                    self.conflicts.insert(Conflict {
                        subject: email,
                        claimed_by,
                    });
                }
                (None, _) => {}
            }
        }
    }

    pub(super) fn register(&mut self) {
        let mut claims: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (login, alias) in self.evidence.aliases {
            claims
                .entry(alias.trim().to_lowercase())
                .or_default()
                .insert(login.to_lowercase());
        }
        for (alias, logins) in claims {
            if logins.len() > 1 {
                let claimed_by = logins
                    .into_iter()
                    .map(|login| format!("@{login}"))
                    .collect();
                self.conflicts.insert(Conflict {
                    subject: alias,
                    claimed_by,
                });
                continue;
            }
            let Some(login) = logins.into_iter().next() else {
                continue;
            };
            let mut own = self.nodes_of(&login);
            if own.is_empty() {
                own = self.noreply_nodes_of(&login);
            }
            let other = self.nodes_of(&alias);
            let people = other
                .iter()
                .filter(|node| self.class(**node) == Account::Human);
            let people: Vec<usize> = people.copied().collect();
            self.claimed
                .extend(people.into_iter().map(|node| (node, login.clone())));
            if let Some(first) = own.first().or(other.first()).copied() {
                for node in own.iter().chain(&other) {
                    if self.are_a_tool_and_a_person(first, *node) {
                        // What is a tool's by its signature is nobody's, whoever claims it.
                        self.conflicts.insert(Conflict {
                            subject: alias.clone(),
                            claimed_by: vec![format!("@{login}")],
                        });
                    }
                    self.merge(first, *node, Reason::Register);
                }
            }
        }
    }

    /// The nodes of a login or an address.
    fn nodes_of(&self, text: &str) -> Vec<usize> {
        let accounts = self
            .evidence
            .accounts
            .iter()
            .enumerate()
            .filter(|(_, seen)| seen.login.key() == text)
            .map(|(at, _)| at);
        let signatures = self
            .evidence
            .signatures
            .iter()
            .enumerate()
            .filter(|(_, signature)| EmailAddress(signature.email.clone()).key() == text)
            .map(|(at, _)| self.signature_node(at));
        accounts.chain(signatures).collect()
    }

    /// The noreply addresses of a login that no account was seen of: one account's, as their numbers say, or none.
    fn noreply_nodes_of(&self, login: &str) -> Vec<usize> {
        let sites = self.sites();
        let signatures = self.evidence.signatures.iter().enumerate();
        let found: Vec<(usize, Noreply)> = signatures
            .filter_map(|(at, signature)| Some((at, noreply(&signature.email)?)))
            .filter(|(_, found)| found.login == login && sites.contains(&found.site))
            .collect();
        let ids = found
            .iter()
            .filter_map(|(_, found)| Some((&found.site, found.id?)));
        if ids.collect::<BTreeSet<_>>().len() > 1 {
            return Vec::new();
        }
        let nodes = found.iter().map(|(at, _)| self.signature_node(*at));
        nodes.collect()
    }
}
