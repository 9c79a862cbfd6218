//! Which accounts and signatures are one person: a merge graph in which every edge has a reason.
//!
//! Pure. Strong evidence merges transitively. Weak evidence (the same full name under unrelated addresses) merges last, and only
//! where it cannot chain: everybody in such a group bears that very name, nobody in it is in a second group, and at most one has
//! a GitHub account. The rest are suspects: who they are is for a human to say, in `.mailmap` or in the register.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::{Account, AccountSeen, EmailAddress, Login, Person, PersonId, Signature};

/// Everything that identity is resolved from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// GitHub accounts as streams showed them; the same one may occur several times.
    pub accounts: &'a [AccountSeen],
    /// Signatures after `.mailmap`; the same one may occur several times.
    pub signatures: &'a [Signature],
    /// Address and index into `accounts`: GitHub says that commits with the address are the account's.
    pub links: &'a [(String, usize)],
    /// Login of a member, and a further login or address of the same person: from the register.
    pub aliases: &'a [(String, String)],
    /// Further logins that are automation.
    pub bots: &'a [String],
    /// Further logins that are AI reviewers.
    pub ai_reviewers: &'a [String],
    /// Whether the same full name may merge; else it only makes suspects.
    pub merge_same_names: bool,
}

/// An account or a signature, as text: `@login` or `name <address>`.
pub type Node = String;

/// Why two nodes are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// One account seen twice: the same node id, numeric id or login.
    SameAccount,
    /// The same name and address.
    SameSignature,
    /// The same personal address.
    SameAddress,
    /// A GitHub noreply address carries the account's id or login.
    NoreplyAddress,
    /// GitHub links commits with the address to the account.
    LinkedByGitHub,
    /// The register says so.
    Register,
    /// The same full name and the same distinctive local part of the address.
    SameNameAndLocalPart,
    /// The same full name only: weak.
    SameName,
}

impl Reason {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::SameAccount => "same account",
            Self::SameSignature => "same name and address",
            Self::SameAddress => "same address",
            Self::NoreplyAddress => "GitHub noreply address",
            Self::LinkedByGitHub => "linked by GitHub",
            Self::Register => "register",
            Self::SameNameAndLocalPart => "same full name and local part",
            Self::SameName => "same full name",
        }
    }

    /// Whether it merges transitively.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        !matches!(self, Self::SameName)
    }
}

/// An edge of the merge graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    /// One end; the smaller text.
    pub a: Node,
    /// The other end.
    pub b: Node,
    /// Why.
    pub reason: Reason,
}

/// Evidence that contradicts itself: nothing was merged on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// What is claimed.
    pub subject: Node,
    /// By whom.
    pub claimed_by: Vec<Node>,
}

/// Who is who.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Identity {
    /// People; `people[id.0].id == id`.
    pub people: Vec<Person>,
    /// By account index.
    pub person_of_account: Vec<PersonId>,
    /// By signature index.
    pub person_of_signature: Vec<PersonId>,
    /// Edges that merged, sorted.
    pub edges: Vec<Edge>,
    /// Weak edges between different people, sorted: not merged.
    pub suspects: Vec<Edge>,
    /// Contradictions, sorted: not merged.
    pub conflicts: Vec<Conflict>,
}

/// Resolves identity. The order of the evidence does not matter, and adding what it found changes nothing.
#[must_use]
pub fn resolve(evidence: &Evidence<'_>) -> Identity {
    let mut graph = Graph::new(evidence);
    graph.same_accounts();
    graph.same_signatures();
    graph.noreply();
    graph.linked();
    graph.register();
    graph.same_name_and_local_part();
    if evidence.merge_same_names {
        graph.same_names();
    }
    graph.finish()
}

struct Graph<'a> {
    evidence: &'a Evidence<'a>,
    /// Accounts first, then signatures.
    texts: Vec<Node>,
    parent: Vec<usize>,
    edges: BTreeSet<Edge>,
    conflicts: BTreeSet<Conflict>,
}

/// A GitHub noreply address: its numeric id, where it has one, and its login.
fn noreply(email: &str) -> Option<(Option<u64>, String)> {
    let lower = email.trim().to_lowercase();
    let local = lower.strip_suffix("@users.noreply.github.com")?;
    match local.split_once('+') {
        Some((id, login)) => Some((Some(id.parse().ok()?), login.to_owned())),
        None => Some((None, local.to_owned())),
    }
}

/// Whether an address belongs to one person: not empty, not a placeholder, not a machine's or a service's.
fn is_personal(email: &str) -> bool {
    let lower = email.trim().to_lowercase();
    let Some((local, domain)) = lower.rsplit_once('@') else {
        return false;
    };
    let is_placeholder_domain = !domain.contains('.')
        || [
            "example.com",
            "example.org",
            "localhost.localdomain",
            "email.com",
            "domain.com",
        ]
        .contains(&domain)
        || [".local", ".localdomain", ".lan", ".(none)", ".invalid"]
            .iter()
            .any(|end| domain.ends_with(end));
    let is_shared = [
        "", "noreply", "no-reply", "root", "nobody", "none", "unknown",
    ]
    .contains(&local);
    !is_placeholder_domain && !is_shared && domain != "users.noreply.github.com"
}

/// The full name in a comparable form; `None` for a single word, which says too little.
fn full_name(name: &str) -> Option<String> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    (words.len() >= 2 && words.iter().map(String::len).sum::<usize>() >= 6).then(|| words.join(" "))
}

/// The local part of a personal address, where it is distinctive.
fn local_part(email: &str) -> Option<String> {
    const COMMON: &[&str] = &[
        "admin",
        "code",
        "contact",
        "dev",
        "developer",
        "email",
        "git",
        "github",
        "hello",
        "info",
        "mail",
        "me",
        "oss",
        "self",
        "spam",
        "user",
        "work",
    ];
    let lower = email.trim().to_lowercase();
    if let Some((_, login)) = noreply(&lower) {
        return Some(login);
    }
    let local = lower.rsplit_once('@')?.0.split('+').next()?.to_owned();
    (local.len() >= 3 && !COMMON.contains(&local.as_str()) && is_personal(email)).then_some(local)
}

impl<'a> Graph<'a> {
    fn new(evidence: &'a Evidence<'a>) -> Self {
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
        }
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

    fn same_accounts(&mut self) {
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

    fn same_signatures(&mut self) {
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
        let ids: Vec<_> = signatures
            .iter()
            .enumerate()
            .filter_map(|(at, signature)| {
                let (id, login) = noreply(&signature.email)?;
                Some((id.map_or_else(|| Err(login), Ok), node(at)))
            })
            .collect();
        self.merge_by(same, Reason::SameSignature);
        self.merge_by(address, Reason::SameAddress);
        self.merge_by(ids, Reason::NoreplyAddress);
    }

    fn noreply(&mut self) {
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
        for (at, signature) in self.evidence.signatures.iter().enumerate() {
            let Some((id, login)) = noreply(&signature.email) else {
                continue;
            };
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
            if let Some(account) = account.copied() {
                self.merge(account, self.signature_node(at), Reason::NoreplyAddress);
            }
        }
    }

    fn linked(&mut self) {
        let mut claims: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (email, account) in self.evidence.links {
            if *account < self.evidence.accounts.len() && is_personal(email) {
                let root = self.root(*account);
                claims
                    .entry(EmailAddress(email.clone()).key())
                    .or_default()
                    .insert(root);
            }
        }
        let nodes: BTreeMap<String, usize> = self
            .evidence
            .signatures
            .iter()
            .enumerate()
            .rev()
            .map(|(at, signature)| {
                (
                    EmailAddress(signature.email.clone()).key(),
                    self.signature_node(at),
                )
            })
            .collect();
        for (email, accounts) in claims {
            let mut roots = accounts.into_iter();
            let (first, more) = (roots.next(), roots.next());
            match (first, more) {
                (Some(account), None) => {
                    if let Some(node) = nodes.get(&email) {
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

    fn register(&mut self) {
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

    fn same_name_and_local_part(&mut self) {
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
    fn same_names(&mut self) {
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
            Some((_, login)) if self.class_of_login(&login, false) != Account::Human => {
                self.class_of_login(&login, false)
            }
            _ => Account::of_signature(&signature.name, &signature.email),
        }
    }

    fn finish(mut self) -> Identity {
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
        people.sort_by(|a, b| sort_key(&a.0).cmp(&sort_key(&b.0)));
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
        let logins: BTreeSet<Login> = accounts.iter().map(|seen| seen.login.clone()).collect();
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
        let signed = signatures
            .iter()
            .map(|signature| signature.name.trim())
            .filter(|name| !name.is_empty());
        let best = signed.min_by_key(|name| (full_name(name).is_none(), *name));
        let login = logins.iter().next().map(|login| login.0.as_str());
        let display_name = profile.or(best).or(login).unwrap_or("(no name)").to_owned();
        Person {
            id: PersonId(0),
            display_name,
            logins: logins.into_iter().collect(),
            emails: emails.into_iter().collect(),
            account,
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

/// A `.mailmap` that says what was merged: every further address of a person, mapped to the first.
///
/// Lines that would break the format (a line break or an angle bracket in a name or an address) are left out.
#[must_use]
pub fn export_mailmap(identity: &Identity) -> String {
    let is_plain = |text: &str| {
        !text.contains(['<', '>', '\n', '\r', '#']) && !text.chars().any(char::is_control)
    };
    let mut lines = BTreeSet::new();
    for person in &identity.people {
        let mut emails = person.emails.iter().filter(|email| is_plain(&email.0));
        let Some(proper) = emails.next() else {
            continue;
        };
        if is_plain(&person.display_name) {
            lines.extend(emails.map(|email| {
                format!(
                    "{} <{}> <{}>\n",
                    person.display_name.trim(),
                    proper.0,
                    email.0
                )
            }));
        }
    }
    lines.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(login: &str, id: Option<u64>, name: Option<&str>) -> AccountSeen {
        AccountSeen {
            login: Login(login.into()),
            node: id.map(|id| format!("U_{id}")),
            database_id: id,
            name: name.map(str::to_owned),
            is_bot: false,
        }
    }

    fn signature(text: &str) -> Signature {
        let (name, email) = text.split_once(" <").unwrap();
        Signature {
            name: name.into(),
            email: email.trim_end_matches('>').into(),
        }
    }

    fn evidence<'a>(
        accounts: &'a [AccountSeen],
        signatures: &'a [Signature],
        links: &'a [(String, usize)],
    ) -> Evidence<'a> {
        Evidence {
            accounts,
            signatures,
            links,
            aliases: &[],
            bots: &[],
            ai_reviewers: &[],
            merge_same_names: true,
        }
    }

    /// Groups of signatures that are one person, as sorted lists of indices.
    fn groups(identity: &Identity) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<PersonId, Vec<usize>> = BTreeMap::new();
        for (at, person) in identity.person_of_signature.iter().enumerate() {
            groups.entry(*person).or_default().push(at);
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort();
        groups
    }

    #[test]
    fn evidence_merges_by_its_strength() {
        let check = |texts: &[&str], expected: &[&[usize]]| {
            let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
            assert_eq!(
                groups(&resolve(&evidence(&[], &signatures, &[]))),
                expected,
                "{texts:?}"
            );
        };
        check(&["Ada L <ada@acme.io>", "ada <ADA@acme.io>"], &[&[0, 1]]);
        check(
            &[
                "Ada Lovelace <ada@acme.io>",
                "Ada Lovelace <countess@home.uk>",
            ],
            &[&[0, 1]],
        );
        check(
            &["Ada Lovelace <ada@acme.io>", "Ada Lovelace <ada@home.uk>"],
            &[&[0, 1]],
        );
        check(
            &["Ada Lovelace <ada@acme.io>", "Ada <countess@home.uk>"],
            &[&[0], &[1]],
        );
        check(&["Ada <ada@acme.io>", "Ada <ada@home.uk>"], &[&[0], &[1]]);
        check(
            &["Ada <root@localhost>", "Bob <root@localhost>"],
            &[&[0], &[1]],
        );
        check(&["Ada < >", "Bob <>"], &[&[0], &[1]]);
        check(
            &[
                "A <1+ada@users.noreply.github.com>",
                "B <1+countess@users.noreply.github.com>",
            ],
            &[&[0, 1]],
        );
        check(
            &[
                "A <1+ada@users.noreply.github.com>",
                "B <2+ada@users.noreply.github.com>",
            ],
            &[&[0], &[1]],
        );
    }

    #[test]
    fn weak_edges_never_merge_transitively() {
        // The middle one bears both names: on each name alone, three people would become one.
        let texts = [
            "Ann Other <ann@a.io>",
            "Ann Other <other@b.io>",
            "Bo Berg <other@b.io>",
            "Bo Berg <bo@c.io>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let identity = resolve(&evidence(&[], &signatures, &[]));
        assert_eq!(groups(&identity), [vec![0], vec![1, 2], vec![3]]);
        assert_eq!(identity.suspects.len(), 2);
        assert!(
            identity
                .suspects
                .iter()
                .all(|edge| !edge.reason.is_strong())
        );
    }

    #[test]
    fn a_name_does_not_overrule_two_accounts_and_can_be_told_not_to_merge() {
        let accounts = [
            account("wei-a", Some(1), Some("Wei Zhang")),
            account("wei-b", Some(2), Some("Wei Zhang")),
        ];
        let signatures = [signature("Wei Zhang <w@x.io>")];
        let identity = resolve(&evidence(&accounts, &signatures, &[]));
        assert_eq!((identity.people.len(), identity.suspects.len()), (3, 2));
        let cautious = Evidence {
            merge_same_names: false,
            ..evidence(&accounts[..1], &signatures, &[])
        };
        assert_eq!(resolve(&cautious).people.len(), 2);
        assert_eq!(
            resolve(&Evidence {
                merge_same_names: true,
                ..cautious
            })
            .people
            .len(),
            1
        );
    }

    #[test]
    fn a_noreply_address_finds_its_account_by_id_before_login() {
        let accounts = [
            account("new-name", Some(7), Some("Ada Lovelace")),
            account("old-name", Some(8), None),
        ];
        let signatures = [
            signature("Ada <7+old-name@users.noreply.github.com>"),
            signature("x <old-name@users.noreply.github.com>"),
        ];
        let identity = resolve(&evidence(&accounts, &signatures, &[]));
        assert_eq!(
            identity.person_of_signature[0],
            identity.person_of_account[0]
        );
        assert_eq!(
            identity.person_of_signature[1],
            identity.person_of_account[1]
        );
        assert_ne!(identity.person_of_account[0], identity.person_of_account[1]);
    }

    #[test]
    fn an_address_that_github_links_to_two_accounts_merges_neither() {
        let accounts = [account("ada", Some(1), None), account("bob", Some(2), None)];
        let signatures = [signature("Pair <pair@acme.io>")];
        let links = [
            ("pair@acme.io".to_owned(), 0),
            ("PAIR@acme.io".to_owned(), 1),
        ];
        let identity = resolve(&evidence(&accounts, &signatures, &links));
        assert_eq!(identity.people.len(), 3);
        assert_eq!(identity.conflicts.len(), 1);
        let one = resolve(&evidence(&accounts, &signatures, &links[..1]));
        assert_eq!(one.person_of_signature[0], one.person_of_account[0]);
    }

    #[test]
    fn the_register_merges_and_a_contradicting_one_does_not() {
        let accounts = [account("ada", Some(1), None), account("bob", Some(2), None)];
        let signatures = [signature("A <a@old.io>")];
        let alias = |login: &str| (login.to_owned(), "a@old.io".to_owned());
        let (one, two) = ([alias("ada")], [alias("ada"), alias("bob")]);
        let resolved = |aliases| {
            resolve(&Evidence {
                aliases,
                ..evidence(&accounts, &signatures, &[])
            })
        };
        assert_eq!(resolved(&one).people.len(), 2);
        assert_eq!(resolved(&two).people.len(), 3);
        assert_eq!(resolved(&two).conflicts.len(), 1);
    }

    #[test]
    fn the_order_of_the_evidence_does_not_matter() {
        let texts = [
            "Ada Lovelace <ada@acme.io>",
            "Ada Lovelace <ada@home.uk>",
            "ada <1+ada@users.noreply.github.com>",
            "Bob B <bob@acme.io>",
            "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let accounts = [
            account("ada", Some(1), Some("Ada")),
            account("bob", Some(2), None),
        ];
        let links = [("ada@acme.io".to_owned(), 0)];
        let forward = resolve(&evidence(&accounts, &signatures, &links));
        let reversed_signatures: Vec<_> = signatures.iter().rev().cloned().collect();
        let reversed_accounts: Vec<_> = accounts.iter().rev().cloned().collect();
        let backward = resolve(&evidence(
            &reversed_accounts,
            &reversed_signatures,
            &[("ada@acme.io".to_owned(), 1)],
        ));
        assert_eq!(forward.people, backward.people);
        assert_eq!(forward.suspects, backward.suspects);
        let classes: Vec<_> = forward.people.iter().map(|person| person.account).collect();
        assert_eq!(
            classes
                .iter()
                .filter(|class| **class == Account::Automation)
                .count(),
            1
        );
    }

    #[test]
    fn resolving_twice_changes_nothing() {
        let texts = [
            "Ada L <ada@acme.io>",
            "Ada L <ada@acme.io>",
            "A L <ada@acme.io>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let once = resolve(&evidence(&[], &signatures, &[]));
        let again = resolve(&evidence(&[], &signatures[..1], &[]));
        assert_eq!((once.people.len(), again.people.len()), (1, 1));
    }

    #[test]
    fn an_exported_mailmap_maps_every_further_address() {
        let texts = [
            "Ada Lovelace <ada@acme.io>",
            "Ada Lovelace <ada@home.uk>",
            "E\nvil Name <x@y.io>",
            "E\nvil Name <x@z.io>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let map = export_mailmap(&resolve(&evidence(&[], &signatures, &[])));
        assert_eq!(map, "Ada Lovelace <ada@acme.io> <ada@home.uk>\n");
    }
}
