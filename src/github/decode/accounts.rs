//! Accounts as the streams show them.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::naming::noreply;
use crate::domain::{Account, AccountSeen, Agents, EmailAddress, Login, PersonId};
use crate::github::wire::Actor;
use crate::github::wire::pull_request::Reviewer;

/// Collects accounts.
#[derive(Default)]
pub(super) struct Accounts {
    seen: Vec<AccountSeen>,
    by_key: BTreeMap<(Option<String>, String), usize>,
    links: BTreeSet<(String, PersonId)>,
}

impl Accounts {
    /// The index of an actor.
    pub(super) fn of(&mut self, actor: Option<Actor>) -> Option<PersonId> {
        let actor = actor?;
        // A mannequin stands for a person whose account was not imported.
        let is_bot = actor.type_name == "Bot" || actor.login.ends_with("[bot]");
        let account = AccountSeen {
            login: Login(actor.login),
            node: actor.id,
            database_id: actor.database_id,
            name: actor.name,
            is_bot,
        };
        Some(self.index(account))
    }

    /// The index of a requested reviewer; `None` for a team.
    pub(super) fn of_reviewer(&mut self, reviewer: Reviewer) -> Option<PersonId> {
        let Reviewer {
            type_name,
            login,
            id,
            database_id,
            name,
            ..
        } = reviewer;
        self.of(Some(Actor {
            type_name,
            login: login?,
            id,
            database_id,
            name,
        }))
    }

    /// The index of the agent that signed a commit; `None` where the signature is no known agent's, or the list knows no login.
    ///
    /// Of a commit's author GitHub tells users alone: a bot's own commit has none.
    pub(super) fn of_agent(&mut self, name: &str, email: &str) -> Option<PersonId> {
        let maker = Agents::known().signature(name, email)?;
        if maker.account != Account::AiReviewer {
            return None;
        }
        let written = noreply(email);
        let of_account = written.as_ref().map(|found| {
            let login = &found.login;
            login.strip_suffix("[bot]").unwrap_or(login)
        });
        let login = of_account.or_else(|| maker.login())?;
        let account = AccountSeen {
            login: Login(login.to_owned()),
            node: None,
            database_id: written.as_ref().and_then(|found| found.id),
            name: None,
            is_bot: true,
        };
        Some(self.index(account))
    }

    /// Notes that GitHub links an address to an account.
    pub(super) fn link(&mut self, email: Option<String>, person: Option<PersonId>) {
        if let (Some(email), Some(person)) = (email, person) {
            let email = EmailAddress(email).key();
            if !email.is_empty() {
                self.links.insert((email, person));
            }
        }
    }

    /// The accounts in an order that does not depend on the order of arrival, the addresses linked to them, and by first
    /// index the final one.
    pub(super) fn finish(self) -> (Vec<AccountSeen>, Vec<(String, PersonId)>, Vec<PersonId>) {
        let id = |at: usize| PersonId(u32::try_from(at).unwrap_or(u32::MAX));
        let mut sorted: Vec<(usize, AccountSeen)> = self.seen.into_iter().enumerate().collect();
        sorted.sort_by(|(_, a), (_, b)| (a.login.key(), &a.node).cmp(&(b.login.key(), &b.node)));
        let mut order = vec![PersonId(0); sorted.len()];
        for (to, (from, _)) in sorted.iter().enumerate() {
            if let Some(slot) = order.get_mut(*from) {
                *slot = id(to);
            }
        }
        let relabelled =
            |PersonId(at): PersonId| order.get(at as usize).copied().unwrap_or(PersonId(at));
        let links: BTreeSet<_> = self
            .links
            .into_iter()
            .map(|(email, person)| (email, relabelled(person)))
            .collect();
        (
            sorted.into_iter().map(|(_, account)| account).collect(),
            links.into_iter().collect(),
            order,
        )
    }

    fn index(&mut self, account: AccountSeen) -> PersonId {
        // A login that was renamed is seen under both: whoever resolves identities joins them by their node id.
        let key = (account.node.clone(), account.login.key());
        let at = *self.by_key.entry(key).or_insert_with(|| {
            self.seen.push(account.clone());
            self.seen.len() - 1
        });
        if let Some(known) = self.seen.get_mut(at) {
            known.name = known.name.take().or(account.name);
            known.database_id = known.database_id.or(account.database_id);
        }
        PersonId(u32::try_from(at).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_of_an_agent_is_its_accounts_and_a_persons_is_nobodys_without_a_user() {
        let mut accounts = Accounts::default();
        let copilot = "198982749+Copilot@users.noreply.github.com";
        let signed = [
            ("copilot-swe-agent[bot]", copilot),
            ("Claude", "noreply@anthropic.com"),
            ("copilot-swe-agent[bot]", copilot),
            ("Claude Monet", "monet@giverny.example"),
            (
                "dependabot[bot]",
                "49699333+dependabot[bot]@users.noreply.github.com",
            ),
        ];
        let found = signed.map(|(name, email)| accounts.of_agent(name, email));
        let [copilot, claude] = [PersonId(0), PersonId(1)].map(Some);
        assert_eq!(found, [copilot, claude, copilot, None, None]);
        let seen: Vec<_> = accounts.seen.iter().collect();
        assert_eq!(seen[0].login.0, "copilot");
        assert_eq!(seen[0].database_id, Some(198_982_749));
        assert_eq!(seen[1].login.0, "claude");
        assert!(seen.iter().all(|account| account.is_bot));
    }
}
