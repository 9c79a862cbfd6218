//! Commits: their signatures, their trailers, and the lines that tools write below a message.

use super::{Telling, TellingCommit, Who, most_said};
use crate::derive::MinedClone;
use crate::domain::agents::Told;
use crate::domain::provenance::Rung;
use crate::domain::{
    Account, Commit, Origin, PersonId, Provenance, ProvenanceKind, Signature, SignatureId,
};
use crate::tables::commits::CommitOrigins;

/// What a signature is, told once for all of its commits.
struct Signed<'a> {
    person: PersonId,
    account: Account,
    signature: &'a Signature,
    /// What an agent's says of itself, or what a person's says of a tool beside the person.
    told: Option<Told>,
}

/// Where a clone's commits come from; adds those that something tells of.
pub(super) fn of_clone(
    clone: &MinedClone,
    person_of: &[PersonId],
    url: Option<&str>,
    who: &Who<'_>,
    telling: &mut Telling,
) -> CommitOrigins {
    let history = &clone.history;
    let signatures = history.signatures.iter().zip(person_of);
    let signed: Vec<Signed<'_>> = signatures
        .map(|(signature, person)| signed(signature, *person, who))
        .collect();
    let of = |id: SignatureId| signed.get(usize::try_from(id.0).ok()?);
    let mut origins = CommitOrigins {
        by_tool: signed
            .iter()
            .map(|one| one.account != Account::Human)
            .collect(),
        ..CommitOrigins::default()
    };
    let notes = &history.agent_notes;
    let note_of = |id| {
        let at = notes.binary_search_by_key(&id, |note| note.commit).ok()?;
        notes.get(at)
    };
    for commit in &history.commits {
        let Some(author) = of(commit.author) else {
            origins.of_commits.push((None, None));
            continue;
        };
        let row = |rung, told: Told, agent, evidence: &str| Provenance {
            repository: clone.repository,
            kind: ProvenanceKind::Commit,
            number: None,
            commit: Some(commit.id),
            review: None,
            rung,
            tool: told.tool,
            model: told.model,
            agent,
            delegator: None,
            evidence: Provenance::quoted(evidence),
            link: url.map(|url| format!("{url}/commit/{}", commit.id)),
        };
        let by_agent = author.account == Account::AiReviewer;
        let mut rows = Vec::new();
        if by_agent {
            let evidence = written("Author", author.signature);
            let told = author.told.clone().unwrap_or_default();
            rows.push(row(Rung::Account, told, Some(author.person), &evidence));
        } else if let Some(told) = &author.told {
            let evidence = written("Author", author.signature);
            rows.push(row(Rung::Trailer, told.clone(), None, &evidence));
        }
        if let Some(committer) =
            of(commit.committer).filter(|one| one.account == Account::AiReviewer)
            && commit.committer != commit.author
        {
            let evidence = written("Committer", committer.signature);
            let told = committer.told.clone().unwrap_or_default();
            rows.push(row(Rung::Account, told, Some(committer.person), &evidence));
        }
        for other in commit.co_authors.iter().filter_map(|id| of(*id)) {
            if other.account == Account::AiReviewer {
                let evidence = written("Co-authored-by", other.signature);
                let told = other.told.clone().unwrap_or_default();
                rows.push(row(Rung::Trailer, told, Some(other.person), &evidence));
            }
        }
        if let Some(note) = note_of(commit.id) {
            let told = Told {
                tool: Some(who.agents.called(&note.tool)),
                model: note.model.clone(),
            };
            let evidence = format!("refs/notes/ai: lines by {}", note.tool);
            rows.push(row(Rung::Lines, told, None, &evidence));
        }
        for line in &commit.marks {
            if let Some(told) = who.agents.trailer(line) {
                rows.push(row(Rung::Trailer, told, None, line));
            } else if let Some(told) = who.agents.footer(line) {
                rows.push(row(Rung::Convention, told, None, line));
            }
        }
        let delegators = delegators(commit, by_agent, &signed);
        let delegator = most_said(delegators.iter().copied());
        for row in &mut rows {
            row.delegator = delegator;
        }
        origins
            .of_commits
            .push((origin(author.account, &rows), delegator));
        if !rows.is_empty() {
            rows.sort();
            rows.dedup();
            let key = (clone.repository, commit.id);
            telling.insert(
                key,
                TellingCommit {
                    by_agent,
                    delegators,
                    rows,
                },
            );
        }
    }
    origins
}

fn signed<'a>(signature: &'a Signature, person: PersonId, who: &Who<'_>) -> Signed<'a> {
    let account = who.account(person).unwrap_or(Account::Human);
    let (name, email) = (&signature.name, &signature.email);
    let told = match account {
        Account::AiReviewer => {
            let listed = who.agents.told_by_signature(name, email);
            Some(listed.unwrap_or_else(|| Told {
                tool: who.tool(person),
                model: None,
            }))
        }
        Account::Human => who.agents.beside_a_person(name),
        Account::Automation | Account::Ghost => None,
    };
    Signed {
        person,
        account,
        signature,
        told,
    }
}

fn written(what: &str, signature: &Signature) -> String {
    format!("{what}: {} <{}>", signature.name, signature.email)
}

/// The people whom an agent's commit names as co-authors: they had it written.
fn delegators(commit: &Commit, by_agent: bool, signed: &[Signed<'_>]) -> Vec<PersonId> {
    if !by_agent {
        return Vec::new();
    }
    let others = commit.co_authors.iter();
    let others = others.filter_map(|id| signed.get(usize::try_from(id.0).ok()?));
    let people = others.filter(|one| one.account == Account::Human);
    let mut people: Vec<PersonId> = people.map(|one| one.person).collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// Where a commit comes from; `None`: nothing tells.
fn origin(author: Account, rows: &[Provenance]) -> Option<Origin> {
    match author {
        Account::AiReviewer => Some(Origin::Agent),
        Account::Automation => Some(Origin::Automation),
        Account::Human | Account::Ghost => (!rows.is_empty()).then_some(Origin::PersonWithAgent),
    }
}
