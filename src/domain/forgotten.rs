//! Whom a store has forgotten: what stands for such a person, and what takes their names out of whatever is read.
//!
//! One forgotten person is one stand-in, so that what was two people's work does not become one person's: the truck factor, shares
//! of reviews and silos stay what they were, at every instant that is asked about. A stand-in has a number in the order of forgetting
//! and nothing else; it stops being active as everybody does who leaves, some time after the last that they did.

use std::borrow::Cow;
use std::fmt;

use super::{AccountSeen, Person, Signature};

/// What stands for one forgotten person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StandIn(pub u32);

/// No account of GitHub's has a tilde in its login, and no address ends so.
const LOGIN: &str = "forgotten~";
const SITE: &str = "@forgotten.invalid";

impl StandIn {
    /// In the place of a name, as GitHub calls an account that is gone.
    pub const NAME: &'static str = "ghost";
    /// What a text has in the place of a name.
    pub const MENTION: &'static str = "[forgotten]";

    /// The name that pages show: two who are forgotten are two there, too.
    #[must_use]
    pub fn shown(self) -> String {
        format!("{} {}", Self::NAME, self.0)
    }

    /// In the place of a login or a node id.
    #[must_use]
    pub fn login(self) -> String {
        format!("{LOGIN}{}", self.0)
    }

    /// In the place of an address.
    #[must_use]
    pub fn address(self) -> String {
        format!("{LOGIN}{}{SITE}", self.0)
    }

    /// In the place of a signature.
    #[must_use]
    pub fn signature(self) -> Signature {
        Signature {
            name: Self::NAME.to_owned(),
            email: self.address(),
        }
    }

    /// The stand-in that an account is.
    #[must_use]
    pub fn of_account(account: &AccountSeen) -> Option<Self> {
        Self::of(&account.login.0)
    }

    /// The stand-in that a signature is.
    #[must_use]
    pub fn of_signature(signature: &Signature) -> Option<Self> {
        Self::of(signature.email.strip_suffix(SITE)?)
    }

    fn of(text: &str) -> Option<Self> {
        text.strip_prefix(LOGIN)?.parse().ok().map(Self)
    }
}

impl Person {
    /// Whether this stands for somebody whom the store has forgotten: nobody can be named by it, and nobody has a page.
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        let is_nameless = self.logins.is_empty() && self.emails.is_empty() && self.names.is_empty();
        let number = self.display_name.strip_prefix(StandIn::NAME);
        let number = number.and_then(|rest| rest.strip_prefix(' '));
        is_nameless && number.is_some_and(|number| number.parse::<u32>().is_ok())
    }
}

/// Takes forgotten people out of what is read, before any of it is kept.
pub trait Forgetting: fmt::Debug + Send + Sync {
    /// Changes with whom it knows: what was read under another one is read anew.
    fn fingerprint(&self) -> &str;

    /// Whose a login is, where nothing else is known of the account.
    fn login(&self, login: &str) -> Option<StandIn>;

    /// Whose a signature is.
    fn signature(&self, name: &str, email: &str) -> Option<StandIn>;

    /// A text without their names, logins and addresses.
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_known_by_what_it_is_called_and_nobody_else_is() {
        let one = StandIn(12);
        assert_eq!(StandIn::of_signature(&one.signature()), Some(one));
        assert_eq!(StandIn::of(&one.login()), Some(one));
        for other in ["forgotten-12", "forgotten~", "forgotten~x", "ghost", ""] {
            assert_eq!(StandIn::of(other), None, "{other}");
        }
        let person = |name: &str| Person {
            id: crate::domain::PersonId(0),
            display_name: name.to_owned(),
            logins: Vec::new(),
            emails: Vec::new(),
            account: crate::domain::Account::Human,
            names: Vec::new(),
            is_known: true,
        };
        assert!(person(&one.shown()).is_forgotten());
        assert!(!person("(no name)").is_forgotten() && !person("ghost").is_forgotten());
        let other = Signature {
            name: "ghost".into(),
            email: "forgotten~12@acme.example".into(),
        };
        assert_eq!(StandIn::of_signature(&other), None);
    }
}
