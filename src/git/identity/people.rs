//! From clusters of accounts and signatures to people: their names, addresses and logins, and who may be one person besides.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::{Edge, Identity, Node, Reason};
use crate::domain::naming::{full_name, noreply};
use crate::domain::{
    Account, AccountSeen, EmailAddress, Login, Person, PersonId, Signature, StandIn,
};

impl Graph<'_> {
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
        people
            .sort_by_cached_key(|(person, nodes)| (sort_key(person), self.forgotten_among(nodes)));
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
        let has_login = |person: &Person| !person.logins.is_empty() && person.is_human();
        // Whoever was forgotten with an account had a login.
        let has_forgotten = (0..self.evidence.accounts.len()).any(|at| self.stand_in(at).is_some());
        let knows_nobody = !has_forgotten && !identity.people.iter().any(has_login);
        for person in &mut identity.people {
            person.is_known = knows_nobody || !person.logins.is_empty() || person.is_forgotten();
        }
        identity.suspects = self.suspects(&identity);
        identity.machine_like = self.machine_like(&identity);
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
                .is_some_and(Person::is_human);
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

    /// Signatures that look like a machine's and count as a person's.
    fn machine_like(&self, identity: &Identity) -> Vec<Node> {
        let agents = self.evidence.agents;
        let signatures = self.evidence.signatures.iter().enumerate();
        let found = signatures.filter(|(at, signature)| {
            let person = identity.person_of_signature.get(*at);
            let person = person.and_then(|id| identity.people.get(usize::try_from(id.0).ok()?));
            person.is_some_and(Person::can_be_named)
                && agents.looks_like_a_machine(&signature.name, &signature.email)
        });
        let found: BTreeSet<Node> = found
            .map(|(at, _)| self.text(self.signature_node(at)))
            .collect();
        found.into_iter().collect()
    }

    /// The forgotten person that some nodes stand for.
    fn forgotten_among(&self, nodes: &[usize]) -> Option<StandIn> {
        nodes.iter().find_map(|node| self.stand_in(*node))
    }

    fn person(&self, nodes: &[usize]) -> Person {
        if let Some(stand_in) = self.forgotten_among(nodes) {
            return Person {
                id: PersonId(0),
                display_name: stand_in.shown(),
                logins: Vec::new(),
                emails: Vec::new(),
                account: Account::Human,
                names: Vec::new(),
                is_known: true,
            };
        }
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
        let own = |is_account: bool| {
            let of_kind = nodes
                .iter()
                .filter(move |node| (**node < n_accounts) == is_account);
            of_kind.map(|node| self.class(*node))
        };
        let mut classes: Vec<Account> = own(true).collect();
        if classes.is_empty() {
            classes = own(false).collect();
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
