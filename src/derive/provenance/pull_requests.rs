//! Pull requests: who opened them, whose commits they are, their labels, their branches, and the lines below a description.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Telling, Who, most_said};
use crate::domain::agents::Told;
use crate::domain::provenance::Rung;
use crate::domain::{
    Account, Facts, Origin, PersonId, PrNumber, Provenance, ProvenanceKind, PullRequest,
    PullRequestCommit, RepositoryId,
};

type Key = (RepositoryId, PrNumber);

/// Settles where every pull request comes from and who answers for it, and adds the rows that tell it.
pub(super) fn settle(facts: &mut Facts, telling: &Telling, who: &Who<'_>) {
    let mut commits: HashMap<Key, Vec<&PullRequestCommit>> = HashMap::new();
    for row in &facts.pull_request_commits {
        let key = (row.repository, row.number);
        commits.entry(key).or_default().push(row);
    }
    // What a description says, and to whom a bot assigned it, was told while it was decoded.
    let mut described: HashMap<Key, Vec<&Provenance>> = HashMap::new();
    for row in &facts.provenance {
        if let (ProvenanceKind::PullRequest, Some(number)) = (row.kind, row.number) {
            let key = (row.repository, number);
            described.entry(key).or_default().push(row);
        }
    }
    let mut rows = Vec::new();
    for row in &mut facts.pull_requests {
        let key = (row.repository, row.number);
        let own = commits.get(&key).map_or(&[][..], Vec::as_slice);
        let described = described.get(&key).map_or(&[][..], Vec::as_slice);
        let told = Case {
            row,
            own,
            described,
            telling,
            who,
        }
        .told();
        row.origin = told.origin;
        row.answers_for = told.answers_for;
        rows.extend(told.rows);
    }
    // What a description says is told again above, with who had it done.
    facts
        .provenance
        .retain(|row| row.kind != ProvenanceKind::PullRequest);
    facts.provenance.extend(rows);
}

/// One pull request with what may tell of it.
struct Case<'a> {
    row: &'a PullRequest,
    own: &'a [&'a PullRequestCommit],
    described: &'a [&'a Provenance],
    telling: &'a Telling,
    who: &'a Who<'a>,
}

struct Settled {
    origin: Origin,
    answers_for: Option<PersonId>,
    rows: Vec<Provenance>,
}

impl Case<'_> {
    fn told(&self) -> Settled {
        let author = self.row.author.and_then(|author| self.who.account(author));
        let mut rows: Vec<Provenance> = self.opened_by().into_iter().collect();
        let (of_commits, all_are_agents) = self.commits();
        rows.extend(of_commits);
        rows.extend(self.conventions());
        let described = self.described.iter().filter(|row| self.is_told(row));
        rows.extend(described.map(|row| self.named(row)));
        let origin = match author {
            Some(Account::AiReviewer) => Origin::Agent,
            _ if all_are_agents => Origin::Agent,
            Some(Account::Automation) => Origin::Automation,
            _ if rows.is_empty() => Origin::NoEvidence,
            _ => Origin::PersonWithAgent,
        };
        let is_human = author == Some(Account::Human);
        let delegator = self.delegator();
        for row in &mut rows {
            row.delegator = if is_human { self.row.author } else { delegator };
        }
        rows.sort();
        rows.dedup();
        Settled {
            origin,
            answers_for: self.row.author.filter(|_| is_human).or(delegator),
            rows,
        }
    }

    /// Whether a row from the decoder tells anything: a bot may assign what it opened to whom it was told to, and no agent has a part
    /// in that; and whom an agent assigns the work of others is no sign of who had it done.
    fn is_told(&self, row: &Provenance) -> bool {
        let by_itself = || {
            let agent = row.agent.filter(|agent| self.who.is_agent(*agent));
            agent.is_some() && agent == self.row.author
        };
        row.rung != Rung::Platform || by_itself()
    }

    /// A row from the decoder with its tool and its link, where its account tells them.
    fn named(&self, row: &Provenance) -> Provenance {
        let tool = row.agent.and_then(|agent| self.who.tool(agent));
        Provenance {
            tool: row.tool.clone().or(tool),
            link: row.link.clone().or_else(|| Some(self.row.url.clone())),
            ..row.clone()
        }
    }

    fn evidence(&self, rung: Rung, told: Told, evidence: &str) -> Provenance {
        Provenance {
            repository: self.row.repository,
            kind: ProvenanceKind::PullRequest,
            number: Some(self.row.number),
            commit: None,
            review: None,
            rung,
            tool: told.tool,
            model: told.model,
            agent: None,
            delegator: None,
            evidence: Provenance::quoted(evidence),
            link: Some(self.row.url.clone()),
        }
    }

    fn opened_by(&self) -> Option<Provenance> {
        let agent = self
            .row
            .author
            .filter(|author| self.who.is_agent(*author))?;
        let told = Told {
            tool: self.who.tool(agent),
            model: None,
        };
        let evidence = format!("opened by {}", self.who.written(agent));
        Some(Provenance {
            agent: Some(agent),
            ..self.evidence(Rung::Account, told, &evidence)
        })
    }

    /// What its commits tell, one row a tool and rung, and whether all of them are by agents.
    fn commits(&self) -> (Vec<Provenance>, bool) {
        let mut found: BTreeMap<(Rung, Option<String>, Option<PersonId>), Provenance> =
            BTreeMap::new();
        let own: Vec<_> = self
            .own
            .iter()
            .filter(|commit| !commit.updates_from_base)
            .collect();
        let mut n_by: BTreeMap<Option<PersonId>, usize> = BTreeMap::new();
        let mut of_rows = |rows: &[Provenance], but_authors: bool| {
            for row in rows
                .iter()
                .filter(|row| !(but_authors && row.rung == Rung::Account))
            {
                let key = (row.rung, row.tool.clone(), row.agent);
                found.entry(key).or_insert_with(|| Provenance {
                    kind: ProvenanceKind::PullRequest,
                    number: Some(self.row.number),
                    commit: None,
                    ..row.clone()
                });
            }
        };
        for commit in &own {
            let telling = self.telling.get(&(commit.repository, commit.commit));
            let linked = commit.author.filter(|author| self.who.is_agent(*author));
            let signed = telling.filter(|commit| commit.by_agent);
            let signed = signed.and_then(|commit| commit.rows.iter().find_map(|row| row.agent));
            if let Some(agent) = linked.or(signed) {
                *n_by.entry(Some(agent)).or_default() += 1;
            }
            of_rows(telling.map_or(&[][..], |commit| &commit.rows), true);
        }
        // What landed tells what a squash took over, also where the branch's commits are gone.
        if let Some(landed) = self.landed() {
            let is_new = own.is_empty();
            of_rows(&landed.rows, !is_new);
        }
        let mut rows: Vec<Provenance> = found.into_values().collect();
        let n_agents: usize = n_by.values().sum();
        for (agent, n) in n_by {
            let Some(agent) = agent else { continue };
            let told = Told {
                tool: self.who.tool(agent),
                model: None,
            };
            let evidence = format!(
                "author of {n} of {} commits: {}",
                own.len(),
                self.who.written(agent)
            );
            rows.push(Provenance {
                agent: Some(agent),
                ..self.evidence(Rung::Account, told, &evidence)
            });
        }
        let is_whole = u64::try_from(self.own.len()).is_ok_and(|n| n >= self.row.n_commits);
        (rows, is_whole && !own.is_empty() && n_agents == own.len())
    }

    fn landed(&self) -> Option<&super::TellingCommit> {
        let commit = self.row.merge_commit?;
        self.telling.get(&(self.row.repository, commit))
    }

    /// Its labels and its branch.
    fn conventions(&self) -> Vec<Provenance> {
        let agents = self.who.agents;
        let mut rows = Vec::new();
        for label in &self.row.labels {
            if let Some((told, is_declared)) = agents.label(label) {
                let rung = if is_declared {
                    Rung::Declared
                } else {
                    Rung::Convention
                };
                rows.push(self.evidence(rung, told, &format!("label {label}")));
            }
        }
        let branch = &self.row.head_branch;
        let maker = agents.branch(branch);
        if let Some(maker) = maker.filter(|maker| maker.account == Account::AiReviewer)
            && !self.is_called(branch)
        {
            let rung = if maker.is_declared {
                Rung::Declared
            } else {
                Rung::Convention
            };
            let told = Told {
                tool: Some(maker.name.clone()),
                model: None,
            };
            rows.push(self.evidence(rung, told, &format!("branch {branch}")));
        }
        rows
    }

    /// Whether a branch begins with what its author is called: Jules may call hers `jules/…`.
    fn is_called(&self, branch: &str) -> bool {
        let branch = branch.to_lowercase();
        let author = self.row.author.filter(|author| self.who.is_human(*author));
        let author = author.and_then(|id| self.who.people.get(usize::try_from(id.0).ok()?));
        let Some(author) = author else { return false };
        let names = author.names.iter().chain([&author.display_name]);
        let names = names.flat_map(|name| name.split_whitespace().map(str::to_lowercase));
        let logins = author.logins.iter().map(crate::domain::Login::key);
        let words: BTreeSet<String> = names.chain(logins).collect();
        let begins = |word: &String| {
            let rest = branch.strip_prefix(word.as_str());
            rest.is_some_and(|rest| rest.starts_with(['/', '-', '_']))
        };
        words.iter().any(begins)
    }

    /// Who had an agent open it: whom the agent assigned it to, else whom its description names, else whom most of the agent's
    /// commits name.
    fn delegator(&self) -> Option<PersonId> {
        let told = self.described.iter().filter(|row| self.is_told(row));
        let assigned = told.filter_map(|row| row.delegator);
        if let Some(person) = most_said(assigned.filter(|person| self.who.is_human(*person))) {
            return Some(person);
        }
        let described = self
            .described
            .iter()
            .filter_map(|row| self.requester(&row.evidence));
        if let Some(person) = most_said(described) {
            return Some(person);
        }
        let own = self.own.iter().filter_map(|commit| {
            let key = (commit.repository, commit.commit);
            self.telling.get(&key)
        });
        let named: Vec<PersonId> = own
            .flat_map(|commit| commit.delegators.iter().copied())
            .collect();
        let landed = || {
            self.landed()
                .into_iter()
                .flat_map(|commit| commit.delegators.iter().copied())
        };
        if named.is_empty() {
            most_said(landed())
        } else {
            most_said(named)
        }
    }

    /// The person whom a line of a description says had it done: `started by @ada`, `Requested by: Ada (ada@acme.example)`.
    fn requester(&self, line: &str) -> Option<PersonId> {
        let rest = crate::domain::agents::requester(line)?;
        let is_it = |person: &&crate::domain::Person| {
            let named = person
                .logins
                .iter()
                .any(|login| login.0.eq_ignore_ascii_case(rest));
            let signed = || {
                person
                    .emails
                    .iter()
                    .any(|email| email.0.eq_ignore_ascii_case(rest))
            };
            person.is_human() && (named || signed())
        };
        let mut people = self.who.people.iter().filter(is_it);
        let found = people.next()?;
        people.next().is_none().then_some(found.id)
    }
}
