//! The merge graph: nodes are accounts and signatures, clusters are people.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{Noreply, full_name, is_personal, local_part, noreply};
use super::{Conflict, Edge, Evidence, Identity, Node, Reason};
use crate::domain::{Account, AccountSeen, EmailAddress, Login, Person, PersonId, Signature};

pub(super) struct Graph<'a> {
    evidence: &'a Evidence<'a>,
    /// Accounts first, then signatures.
    texts: Vec<Node>,
    parent: Vec<usize>,
    edges: BTreeSet<Edge>,
    conflicts: BTreeSet<Conflict>,
    /// Nodes that the register says are a member's: the member's login.
    claimed: BTreeMap<usize, String>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(evidence: &'a Evidence<'a>) -> Self {
        let accounts = evidence
            .accounts
            .iter()
            .map(|account| format!("@{}", account.login.0));
        let signatures = evidence
            .signatures
            .iter()
            .map(|signature| format!("{} <{}>", signature.name, signature.email));
        let texts: Vec<Node> = accounts.chain(signatures).collect();
        let parent = (0..texts.len()).collect();
        Self {
            evidence,
            texts,
            parent,
            edges: BTreeSet::new(),
            conflicts: BTreeSet::new(),
            claimed: BTreeMap::new(),
        }
    }

    /// The servers whose noreply addresses speak of the accounts: the one that was asked; where that is not known, github.com
    /// and whatever other servers the addresses are of.
    fn sites(&self) -> BTreeSet<String> {
        if let Some(site) = self.evidence.site {
            return BTreeSet::from([site.to_lowercase()]);
        }
        let addresses = self.evidence.signatures.iter();
        let sites = addresses.filter_map(|signature| noreply(&signature.email));
        sites.map(|found| found.site).collect()
    }

    fn signature_node(&self, at: usize) -> usize {
        self.evidence.accounts.len() + at
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parent[node] != node {
            self.parent[node] = self.parent[self.parent[node]];
            node = self.parent[node];
        }
        node
    }

    fn text(&self, node: usize) -> Node {
        self.texts[node].clone()
    }

    fn edge(&self, a: usize, b: usize, reason: Reason) -> Edge {
        let (a, b) = (self.text(a), self.text(b));
        if a <= b {
            Edge { a, b, reason }
        } else {
            Edge { a: b, b: a, reason }
        }
    }

    fn merge(&mut self, a: usize, b: usize, reason: Reason) {
        let edge = self.edge(a, b, reason);
        if edge.a != edge.b {
            self.edges.insert(edge);
        }
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }

    /// Merges all nodes that share a key.
    fn merge_by<K: Ord>(&mut self, keyed: impl IntoIterator<Item = (K, usize)>, reason: Reason) {
        let mut first: BTreeMap<K, usize> = BTreeMap::new();
        for (key, node) in keyed {
            let first = *first.entry(key).or_insert(node);
            self.merge(first, node, reason);
        }
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
            let own = self.nodes_of(&login);
            let other = self.nodes_of(&alias);
            self.claimed
                .extend(other.iter().map(|node| (*node, login.clone())));
            if let Some(first) = own.first().or(other.first()).copied() {
                for node in own.iter().chain(&other) {
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

    pub(super) fn same_name_and_local_part(&mut self) {
        let keyed: Vec<_> = self
            .evidence
            .signatures
            .iter()
            .enumerate()
            .filter(|(_, signature)| self.class_of_signature(signature) == Account::Human)
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
        for nodes in by_key.into_values() {
            let accounts: BTreeSet<usize> = nodes
                .iter()
                .filter_map(|node| self.account_root(*node))
                .collect();
            if accounts.len() > 1 {
                continue;
            }
            let mut nodes = nodes.into_iter();
            if let Some(first) = nodes.next() {
                for node in nodes {
                    self.merge(first, node, Reason::SameNameAndLocalPart);
                }
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
        for clusters in bearers.into_values() {
            let n_accounts = clusters
                .keys()
                .filter(|root| **root < self.evidence.accounts.len())
                .count();
            if n_accounts > 1 || clusters.keys().any(|root| n_groups.get(root) != Some(&1)) {
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
        match node.checked_sub(self.evidence.accounts.len()) {
            None => {
                let seen = self.evidence.accounts.get(node)?;
                let is_human = self.class_of_login(&seen.login.0, seen.is_bot) == Account::Human;
                seen.name
                    .as_deref()
                    .filter(|_| is_human)
                    .and_then(full_name)
            }
            Some(at) => {
                let signature = self.evidence.signatures.get(at)?;
                let is_human = self.class_of_signature(signature) == Account::Human;
                Some(signature.name.as_str())
                    .filter(|_| is_human)
                    .and_then(full_name)
            }
        }
    }

    /// The cluster of a node, if it holds an account: accounts come first, so they are roots.
    fn account_root(&mut self, node: usize) -> Option<usize> {
        let root = self.root(node);
        (root < self.evidence.accounts.len()).then_some(root)
    }

    fn class_of_login(&self, login: &str, is_bot: bool) -> Account {
        let named = |list: &[String]| list.iter().any(|listed| listed.eq_ignore_ascii_case(login));
        if named(self.evidence.ai_reviewers) {
            Account::AiReviewer
        } else if named(self.evidence.bots) {
            Account::Automation
        } else {
            Account::of_login(login, is_bot)
        }
    }

    fn class_of_signature(&self, signature: &Signature) -> Account {
        match noreply(&signature.email) {
            Some(found) if self.class_of_login(&found.login, false) != Account::Human => {
                self.class_of_login(&found.login, false)
            }
            _ => Account::of_signature(&signature.name, &signature.email),
        }
    }

    pub(super) fn finish(mut self) -> Identity {
        let mut clusters: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for node in 0..self.texts.len() {
            let root = self.root(node);
            clusters.entry(root).or_default().push(node);
        }
        // Ids follow the people, not the order of the evidence.
        let mut people: Vec<(Person, Vec<usize>)> = clusters
            .into_values()
            .map(|nodes| (self.person(&nodes), nodes))
            .collect();
        people.sort_by_key(|(person, _)| sort_key(person));
        let mut identity = Identity {
            person_of_account: vec![PersonId(0); self.evidence.accounts.len()],
            person_of_signature: vec![PersonId(0); self.evidence.signatures.len()],
            ..Identity::default()
        };
        for (id, (mut person, nodes)) in (0_u32..).zip(people) {
            person.id = PersonId(id);
            for node in nodes {
                match node.checked_sub(self.evidence.accounts.len()) {
                    Some(signature) => identity.person_of_signature[signature] = person.id,
                    None => identity.person_of_account[node] = person.id,
                }
            }
            identity.people.push(person);
        }
        let has_login =
            |person: &Person| !person.logins.is_empty() && person.account == Account::Human;
        let knows_nobody = !identity.people.iter().any(has_login);
        for person in &mut identity.people {
            person.is_known = knows_nobody || !person.logins.is_empty();
        }
        identity.suspects = self.suspects(&identity);
        identity.edges = self.edges.into_iter().collect();
        identity.conflicts = self.conflicts.into_iter().collect();
        identity
    }

    /// The smallest pair of nodes for every two people who bear the same full name.
    fn suspects(&self, identity: &Identity) -> Vec<Edge> {
        let mut bearers: BTreeMap<String, BTreeMap<PersonId, usize>> = BTreeMap::new();
        let named = self
            .evidence
            .accounts
            .iter()
            .map(|seen| seen.name.as_deref());
        let named = named.chain(
            self.evidence
                .signatures
                .iter()
                .map(|signature| Some(signature.name.as_str())),
        );
        for (node, name) in named.enumerate() {
            let person = match node.checked_sub(self.evidence.accounts.len()) {
                Some(signature) => identity.person_of_signature[signature],
                None => identity.person_of_account[node],
            };
            let is_human = identity
                .people
                .get(usize::try_from(person.0).unwrap_or(usize::MAX))
                .is_some_and(|p| p.account == Account::Human);
            if let Some(name) = name.and_then(full_name).filter(|_| is_human) {
                let kept = bearers
                    .entry(name)
                    .or_default()
                    .entry(person)
                    .or_insert(node);
                if self.texts[node] < self.texts[*kept] {
                    *kept = node;
                }
            }
        }
        let mut suspects = BTreeSet::new();
        for people in bearers.into_values() {
            let mut nodes = people.into_values();
            if let Some(first) = nodes.next() {
                suspects.extend(nodes.map(|node| self.edge(first, node, Reason::SameName)));
            }
        }
        suspects.into_iter().collect()
    }

    fn person(&self, nodes: &[usize]) -> Person {
        let n_accounts = self.evidence.accounts.len();
        let accounts: Vec<&AccountSeen> = nodes
            .iter()
            .filter_map(|node| self.evidence.accounts.get(*node))
            .collect();
        let signatures: Vec<&Signature> = nodes
            .iter()
            .filter_map(|node| self.evidence.signatures.get(node.checked_sub(n_accounts)?))
            .collect();
        let mut logins: BTreeSet<Login> = accounts.iter().map(|seen| seen.login.clone()).collect();
        if logins.is_empty() {
            // GitHub was not asked: its noreply addresses still say who it is.
            let found = signatures
                .iter()
                .filter_map(|signature| noreply(&signature.email));
            logins = found.map(|found| Login(found.login)).collect();
        }
        if logins.is_empty() {
            // Nor is there such an address: the register says whose this one is.
            let claimed = nodes.iter().filter_map(|node| self.claimed.get(node));
            logins = claimed.map(|login| Login(login.clone())).collect();
        }
        let emails: BTreeSet<EmailAddress> = signatures
            .iter()
            .map(|signature| EmailAddress(EmailAddress(signature.email.clone()).key()))
            .filter(|email| !email.0.is_empty())
            .collect();
        let mut classes: Vec<Account> = accounts
            .iter()
            .map(|seen| self.class_of_login(&seen.login.0, seen.is_bot))
            .collect();
        if classes.is_empty() {
            classes = signatures
                .iter()
                .map(|signature| self.class_of_signature(signature))
                .collect();
        }
        // One human signature among a bot's makes the cluster human only where no account says otherwise.
        let account = classes.into_iter().min().unwrap_or(Account::Human);
        let profile = accounts
            .iter()
            .filter_map(|seen| seen.name.as_deref())
            .filter(|name| !name.trim().is_empty())
            .min();
        // What most of the person's commits say; a name that was changed since is the newer one of two equally frequent.
        let mut by_name: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
        for node in nodes {
            let at = node.checked_sub(n_accounts);
            let signature = at.and_then(|at| self.evidence.signatures.get(at));
            let weight = at.and_then(|at| self.evidence.commits.get(at));
            if let (Some(signature), Some((n, newest))) = (signature, weight) {
                let name = signature.name.trim();
                if *n > 0 && !name.is_empty() {
                    let known = by_name.entry(name).or_insert((0, i64::MIN));
                    *known = (known.0 + n, known.1.max(*newest));
                }
            }
        }
        let usual = by_name
            .into_iter()
            .max_by_key(|(name, weight)| (*weight, std::cmp::Reverse(*name)))
            .map(|(name, _)| name);
        let signed = signatures
            .iter()
            .map(|signature| signature.name.trim())
            .filter(|name| !name.is_empty());
        let names: BTreeSet<&str> = accounts
            .iter()
            .filter_map(|seen| seen.name.as_deref())
            .map(str::trim)
            .chain(signed.clone())
            .filter(|name| !name.is_empty())
            .collect();
        let best = signed.min_by_key(|name| (full_name(name).is_none(), *name));
        let login = logins.iter().next().map(|login| login.0.as_str());
        let display_name = usual
            .or(profile)
            .or(best)
            .or(login)
            .unwrap_or("(no name)")
            .to_owned();
        Person {
            id: PersonId(0),
            names: names.into_iter().map(str::to_owned).collect(),
            display_name,
            logins: logins.into_iter().collect(),
            emails: emails.into_iter().collect(),
            account,
            is_known: false,
        }
    }
}

fn sort_key(person: &Person) -> (bool, Vec<String>, Vec<String>, String) {
    let logins: Vec<String> = person.logins.iter().map(Login::key).collect();
    let emails = person.emails.iter().map(|email| email.0.clone()).collect();
    (
        logins.is_empty(),
        logins,
        emails,
        person.display_name.clone(),
    )
}
