//! People and accounts: who counts as human, automation or an AI reviewer.

use serde::{Deserialize, Serialize};

use super::agents::Agents;
use super::id::{EmailAddress, Login, PersonId};

/// What kind of actor stands behind an account. Every metric applies the same class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// A person.
    Human,
    /// A bot that opens, merges or labels.
    Automation,
    /// A bot that writes reviews or code with a language model.
    AiReviewer,
    /// An account that GitHub no longer names.
    Ghost,
}

impl Account {
    /// The word used in facts and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Automation => "automation",
            Self::AiReviewer => "ai_reviewer",
            Self::Ghost => "ghost",
        }
    }

    /// The class of a word written by [`Account::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Human, Self::Automation, Self::AiReviewer, Self::Ghost]
            .into_iter()
            .find(|account| account.word() == word)
    }

    /// The class of a login, from what GitHub says of it and from its name.
    ///
    /// `typed_as_bot` is true for the API types `Bot` and `Mannequin` excluded; a `[bot]` suffix counts too. Well-known
    /// services are told apart by their whole login, never by a part of it (`robotham` is a person).
    #[must_use]
    pub fn of_login(login: &str, typed_as_bot: bool) -> Self {
        Agents::known().class_of_login(login, typed_as_bot)
    }

    /// The class of a commit signature, from its name and address.
    #[must_use]
    pub fn of_signature(name: &str, email: &str) -> Self {
        Agents::known().class_of_signature(name, email)
    }
}

/// A GitHub account as a stream showed it, before anybody asked which person it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSeen {
    /// The login.
    pub login: Login,
    /// The GraphQL node id, which survives a rename.
    pub node: Option<String>,
    /// The numeric id, as in `ID+login@users.noreply.github.com`.
    pub database_id: Option<u64>,
    /// The name on the profile.
    pub name: Option<String>,
    /// Whether the API types it as a bot or an app.
    pub is_bot: bool,
}

/// One person (or bot), after identity was resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Key in every other fact.
    pub id: PersonId,
    /// The name printed where a report may name people.
    pub display_name: String,
    /// Logins, sorted.
    pub logins: Vec<Login>,
    /// Addresses, sorted.
    pub emails: Vec<EmailAddress>,
    /// Human, automation, AI reviewer or ghost.
    pub account: Account,
    /// Every name on a profile or in a signature, sorted.
    #[serde(default)]
    pub names: Vec<String>,
    /// Whether it is known who this is: an account, or a member whom the register names; everybody, where no account is known
    /// at all. An address that nobody has linked may be another one of somebody known.
    #[serde(default)]
    pub is_known: bool,
}

impl Person {
    /// Whether this is a person: bots, agents and ghosts are not.
    #[must_use]
    pub fn is_human(&self) -> bool {
        self.account == Account::Human
    }

    /// Whether this is a person who can be named and can have pages: nobody whom the store has forgotten.
    #[must_use]
    pub fn can_be_named(&self) -> bool {
        self.is_human() && !self.is_forgotten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bot_is_told_by_its_whole_login() {
        let check = |login: &str, typed, expected| {
            assert_eq!(Account::of_login(login, typed), expected, "{login}");
        };
        check("dependabot[bot]", true, Account::Automation);
        check("renovate", false, Account::Automation);
        check("coderabbitai[bot]", true, Account::AiReviewer);
        check("Copilot", true, Account::AiReviewer);
        check("some-app", true, Account::Automation);
        check("robotham", false, Account::Human);
        check("claudette", false, Account::Human);
        check("ghost", false, Account::Ghost);
    }

    #[test]
    fn a_signature_tells_a_bot_by_its_noreply_login() {
        let check = |name: &str, email: &str, expected| {
            assert_eq!(Account::of_signature(name, email), expected, "{email}");
        };
        check(
            "dependabot[bot]",
            "49699333+dependabot[bot]@users.noreply.github.com",
            Account::Automation,
        );
        check("Claude", "noreply@anthropic.com", Account::AiReviewer);
        check("GitHub", "noreply@github.com", Account::Automation);
        check("Claude Monet", "monet@giverny.example", Account::Human);
        check("Ada", "1+ada@users.noreply.github.com", Account::Human);
    }
}
