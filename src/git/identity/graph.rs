//! The merge graph: nodes are accounts and signatures, clusters are people.

use std::collections::{BTreeMap, BTreeSet};

use super::{Conflict, Edge, Evidence, Node, Reason};
use crate::domain::naming::noreply;
use crate::domain::{Account, AccountSeen, Signature, StandIn};

/// The graph while it is merged.
pub(super) struct Graph<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    /// Accounts first, then signatures.
    pub(super) texts: Vec<Node>,
    parent: Vec<usize>,
    /// By node: what kind of account it is by itself.
    classes: Vec<Account>,
    pub(super) edges: BTreeSet<Edge>,
    pub(super) conflicts: BTreeSet<Conflict>,
    /// Nodes that the register says are a member's: the member's login.
    pub(super) claimed: BTreeMap<usize, String>,
}

impl<'a> Graph<'a> {
    /// Of the evidence: nothing is merged yet.
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
        let accounts = evidence.accounts.iter();
        let accounts = accounts.map(|seen| evidence.class_of_account(seen));
        let signatures = evidence.signatures.iter();
        let signatures = signatures.map(|signature| evidence.class_of_signature(signature));
        Self {
            evidence,
            texts,
            parent,
            classes: accounts.chain(signatures).collect(),
            edges: BTreeSet::new(),
            conflicts: BTreeSet::new(),
            claimed: BTreeMap::new(),
        }
    }

    /// The node of a signature.
    pub(super) fn signature_node(&self, at: usize) -> usize {
        self.evidence.accounts.len() + at
    }

    /// The node that stands for the cluster of a node.
    pub(super) fn root(&mut self, mut node: usize) -> usize {
        while self.parent[node] != node {
            self.parent[node] = self.parent[self.parent[node]];
            node = self.parent[node];
        }
        node
    }

    /// A node as text.
    pub(super) fn text(&self, node: usize) -> Node {
        self.texts[node].clone()
    }

    /// An edge, its smaller text first.
    pub(super) fn edge(&self, a: usize, b: usize, reason: Reason) -> Edge {
        let (a, b) = (self.text(a), self.text(b));
        if a <= b {
            Edge { a, b, reason }
        } else {
            Edge { a: b, b: a, reason }
        }
    }

    /// What kind of account a node is by itself.
    pub(super) fn class(&self, node: usize) -> Account {
        self.classes.get(node).copied().unwrap_or(Account::Human)
    }

    /// Whether a node is the signature of a tool.
    fn is_signed_by_a_tool(&self, node: usize) -> bool {
        node >= self.evidence.accounts.len() && self.class(node) != Account::Human
    }

    /// Whether one of two nodes is a tool's signature and the other a person's: whatever says that they are one, they are not.
    pub(super) fn are_a_tool_and_a_person(&self, a: usize, b: usize) -> bool {
        let is =
            |tool, person| self.is_signed_by_a_tool(tool) && self.class(person) == Account::Human;
        is(a, b) || is(b, a)
    }

    /// Makes the clusters of two nodes one, for a reason. A tool's signature is never made a person's.
    pub(super) fn merge(&mut self, a: usize, b: usize, reason: Reason) {
        if self.are_a_tool_and_a_person(a, b) {
            return;
        }
        let edge = self.edge(a, b, reason);
        if edge.a != edge.b {
            self.edges.insert(edge);
        }
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }

    /// Merges all nodes that share a key.
    pub(super) fn merge_by<K: Ord>(
        &mut self,
        keyed: impl IntoIterator<Item = (K, usize)>,
        reason: Reason,
    ) {
        // A tool and a person under one address are two, and what else is there goes with its own.
        let mut first: BTreeMap<(K, bool), usize> = BTreeMap::new();
        for (key, node) in keyed {
            let by_tool = self.is_signed_by_a_tool(node);
            let first = *first.entry((key, by_tool)).or_insert(node);
            self.merge(first, node, reason);
        }
    }

    /// The forgotten person that a node stands for.
    pub(super) fn stand_in(&self, node: usize) -> Option<StandIn> {
        match node.checked_sub(self.evidence.accounts.len()) {
            None => StandIn::of_account(self.evidence.accounts.get(node)?),
            Some(at) => StandIn::of_signature(self.evidence.signatures.get(at)?),
        }
    }
}

impl Evidence<'_> {
    /// What kind of account a login is: as the register says, else as it looks.
    fn class_of_login(&self, login: &str, is_bot: bool) -> Account {
        let named = |list: &[String]| list.iter().any(|listed| listed.eq_ignore_ascii_case(login));
        if named(self.ai_reviewers) {
            Account::AiReviewer
        } else if named(self.bots) {
            Account::Automation
        } else {
            self.agents.class_of_login(login, is_bot)
        }
    }

    fn class_of_account(&self, seen: &AccountSeen) -> Account {
        let is_github = self.site.is_none_or(|site| site == "github.com");
        let number = seen.database_id.filter(|_| is_github);
        // A number survives a rename; what the register says of the login goes before.
        match self.class_of_login(&seen.login.0, seen.is_bot) {
            Account::Human => {
                let maker = number.and_then(|number| self.agents.number(number));
                maker.map_or(Account::Human, |maker| maker.account)
            }
            told => told,
        }
    }

    /// What kind of account a signature is of, as it was written.
    fn class_of_signature(&self, signature: &Signature) -> Account {
        let listed = noreply(&signature.email)
            .map(|found| self.class_of_login(&found.login, false))
            .filter(|class| *class != Account::Human);
        listed.unwrap_or_else(|| {
            self.agents
                .class_of_signature(&signature.name, &signature.email)
        })
    }
}
