//! What tells that agents had a part in commits, pull requests and reviews, and what follows: where each comes from, and who
//! answers for it.
//!
//! Every piece of evidence is kept as a row; the origin follows from all of them. Nothing follows from prose.

mod calls;
mod commits;
mod pull_requests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use super::MinedClone;
use crate::domain::{
    Account, Agents, CommitId, Facts, Person, PersonId, Provenance, ProvenanceKind, RepositoryId,
};
use crate::tables::commits::CommitOrigins;

/// Whom evidence speaks of.
pub(super) struct Who<'a> {
    pub(super) agents: &'a Agents,
    /// By id.
    pub(super) people: &'a [Person],
}

impl Who<'_> {
    fn account(&self, id: PersonId) -> Option<Account> {
        let person = self.people.get(usize::try_from(id.0).ok()?);
        person.map(|person| person.account)
    }

    fn is_agent(&self, id: PersonId) -> bool {
        self.account(id) == Some(Account::AiReviewer)
    }

    fn is_human(&self, id: PersonId) -> bool {
        self.account(id) == Some(Account::Human)
    }

    /// What an agent's account is called by the list, else by itself.
    fn tool(&self, id: PersonId) -> Option<String> {
        let person = self.people.get(usize::try_from(id.0).ok()?)?;
        let mut logins = person.logins.iter();
        let listed = logins.find_map(|login| self.agents.login(&login.0, true));
        let signed = || {
            let mut emails = person.emails.iter();
            emails.find_map(|email| self.agents.signature(&person.display_name, &email.0))
        };
        let listed = listed.or_else(signed).map(|maker| maker.name.clone());
        listed.or_else(|| Some(person.display_name.clone()))
    }

    /// How an account is written: `@login`, else its name.
    fn written(&self, id: PersonId) -> String {
        let person = usize::try_from(id.0)
            .ok()
            .and_then(|at| self.people.get(at));
        person.map_or_else(String::new, |person| match person.logins.first() {
            Some(login) => format!("@{}", login.0),
            None => person.display_name.clone(),
        })
    }
}

/// A commit that something tells of.
struct TellingCommit {
    /// Whether its author is an agent.
    by_agent: bool,
    /// The people whom an agent's commit names beside the agent.
    delegators: Vec<PersonId>,
    /// What tells.
    rows: Vec<Provenance>,
}

/// The commits that something tells of.
type Telling = HashMap<(RepositoryId, CommitId), TellingCommit>;

/// Settles origins in one repository: of its clone's commits, in their order, and of the facts' pull requests; adds the rows that
/// tell them. The clone comes with the person behind each of its signatures; `url` is the repository's page.
pub(super) fn settle(
    facts: &mut Facts,
    mined: Option<(&MinedClone, &[PersonId])>,
    url: Option<&str>,
    who: &Who<'_>,
) -> CommitOrigins {
    let mut telling = Telling::new();
    let origins = mined.map_or_else(CommitOrigins::default, |(clone, person_of)| {
        commits::of_clone(clone, person_of, url, who, &mut telling)
    });
    pull_requests::settle(facts, &telling, who);
    reviews(facts, who);
    calls::settle(facts, who);
    let of_commits = telling.into_values().flat_map(|commit| commit.rows);
    facts.provenance.extend(of_commits);
    facts.provenance.sort();
    facts.provenance.dedup();
    origins
}

/// Reviews by agents.
fn reviews(facts: &mut Facts, who: &Who<'_>) {
    let by_agents = facts.reviews.iter().filter_map(|review| {
        let agent = review.author.filter(|author| who.is_agent(*author))?;
        Some(Provenance {
            repository: review.repository,
            kind: ProvenanceKind::Review,
            number: Some(review.number),
            commit: None,
            review: Some(review.review.clone()),
            rung: crate::domain::provenance::Rung::Account,
            tool: who.tool(agent),
            model: None,
            agent: Some(agent),
            delegator: None,
            evidence: Provenance::quoted(&format!("reviewed by {}", who.written(agent))),
            link: None,
        })
    });
    let found: Vec<Provenance> = by_agents.collect();
    facts.provenance.extend(found);
}

/// The one whom most say; `None` where nobody is said, or two as often.
fn most_said(people: impl IntoIterator<Item = PersonId>) -> Option<PersonId> {
    let mut n_said: BTreeMap<PersonId, usize> = BTreeMap::new();
    for person in people {
        *n_said.entry(person).or_default() += 1;
    }
    let most = n_said.values().copied().max()?;
    let mut first = n_said.into_iter().filter(|(_, n)| *n == most);
    let (person, _) = first.next()?;
    first.next().is_none().then_some(person)
}
