//! The merge graph: nodes are accounts and signatures, clusters are people.

use std::collections::{BTreeMap, BTreeSet};

use super::{Conflict, Edge, Evidence, Node, Reason};
use crate::domain::naming::noreply;
use crate::domain::{Account, Signature, StandIn};

/// The graph while it is merged.
pub(super) struct Graph<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    /// Accounts first, then signatures.
    pub(super) texts: Vec<Node>,
    parent: Vec<usize>,
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
        Self {
            evidence,
            texts,
            parent,
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

    /// Makes the clusters of two nodes one, for a reason.
    pub(super) fn merge(&mut self, a: usize, b: usize, reason: Reason) {
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
        let mut first: BTreeMap<K, usize> = BTreeMap::new();
        for (key, node) in keyed {
            let first = *first.entry(key).or_insert(node);
            self.merge(first, node, reason);
        }
    }

    /// The cluster of a node, if it holds an account: accounts come first, so they are roots.
    pub(super) fn account_root(&mut self, node: usize) -> Option<usize> {
        let root = self.root(node);
        (root < self.evidence.accounts.len()).then_some(root)
    }

    /// The forgotten person that a node stands for.
    pub(super) fn stand_in(&self, node: usize) -> Option<StandIn> {
        match node.checked_sub(self.evidence.accounts.len()) {
            None => StandIn::of_account(self.evidence.accounts.get(node)?),
            Some(at) => StandIn::of_signature(self.evidence.signatures.get(at)?),
        }
    }

    /// What kind of account a login is: as the register says, else as it looks.
    pub(super) fn class_of_login(&self, login: &str, is_bot: bool) -> Account {
        let named = |list: &[String]| list.iter().any(|listed| listed.eq_ignore_ascii_case(login));
        if named(self.evidence.ai_reviewers) {
            Account::AiReviewer
        } else if named(self.evidence.bots) {
            Account::Automation
        } else {
            Account::of_login(login, is_bot)
        }
    }

    /// What kind of account a signature is of.
    pub(super) fn class_of_signature(&self, signature: &Signature) -> Account {
        match noreply(&signature.email) {
            Some(found) if self.class_of_login(&found.login, false) != Account::Human => {
                self.class_of_login(&found.login, false)
            }
            _ => Account::of_signature(&signature.name, &signature.email),
        }
    }
}
