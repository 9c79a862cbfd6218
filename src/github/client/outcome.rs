//! What an answer comes to.

use serde::Deserialize;
use serde_json::Value;

/// An answer that could be used.
#[derive(Debug)]
pub enum Outcome<T> {
    /// The data; with the errors that came beside it.
    Data(T, Vec<GraphqlError>),
    /// Too much was asked: ask for less.
    TooBig,
    /// There is nothing to read, and why.
    Unavailable(Unavailable),
}

impl<T> Outcome<T> {
    /// The same with other data.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Data(data, errors) => Outcome::Data(change(data), errors),
            Self::TooBig => Outcome::TooBig,
            Self::Unavailable(why) => Outcome::Unavailable(why),
        }
    }
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// The token may not.
    Forbidden {
        /// The permission that GitHub says is missing, where it says so.
        permission: Option<String>,
        /// The field that may not be read, where it is not all that was asked for.
        field: Option<String>,
        /// GitHub's own reason, where it gives one beyond that the token may not: single sign-on, an allow list of addresses, a
        /// policy about tokens.
        said: Option<String>,
    },
    /// GitHub itself keeps everybody out (a takedown, a breach of its terms), and what it says.
    Blocked {
        /// In its words.
        said: String,
    },
    /// Not there, or not shown.
    NotFound,
    /// Switched off or withheld.
    Disabled,
    /// Holds nothing.
    Empty,
}

/// An error of a GraphQL answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct GraphqlError {
    /// GitHub's type: `NOT_FOUND`, `RATE_LIMITED`, ….
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// Where in the answer.
    #[serde(default)]
    pub path: Vec<Value>,
    /// What it says.
    pub message: String,
    /// Where in the document: objects with `line` and `column`, from 1.
    #[serde(default)]
    pub locations: Vec<Value>,
    /// What a refused document is told in words for programs: `code`, `typeName`, `fieldName`, `argumentName`.
    #[serde(default)]
    pub extensions: Value,
}

impl GraphqlError {
    /// Whether it says that the token may not.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(
            self.kind.as_deref(),
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES")
        ) || self.message.contains("not accessible by")
            || self.message.contains("protected by organization SAML")
    }
}

impl GraphqlError {
    /// Whether it says that something is not there.
    #[must_use]
    pub fn says_not_found(&self) -> bool {
        self.kind.as_deref() == Some("NOT_FOUND")
    }

    /// Whether it is about another of the nodes asked for than the one at a position. One without a path may be about any.
    #[must_use]
    pub fn is_elsewhere(&self, at: usize) -> bool {
        self.path.first().and_then(Value::as_str) == Some("nodes")
            && self
                .path
                .get(1)
                .and_then(Value::as_u64)
                .is_some_and(|told| u64::try_from(at).ok() != Some(told))
    }
}

impl Unavailable {
    /// A refusal of which nothing more is known.
    #[must_use]
    pub const fn forbidden() -> Self {
        Self::Forbidden {
            permission: None,
            field: None,
            said: None,
        }
    }

    /// What to do about a refusal with GitHub's own reason; `None` where the token's permissions are the reason.
    #[must_use]
    pub fn step(&self) -> Option<&'static str> {
        let said = match self {
            Self::Forbidden {
                said: Some(said), ..
            } => said.to_lowercase(),
            Self::Blocked { .. } => {
                return Some("the repository's owners can ask GitHub's support");
            }
            _ => return None,
        };
        let has = |word: &str| said.contains(word);
        Some(if has("saml") || has("single sign-on") || has("sso") {
            "authorise the token for the organisation's single sign-on, in the settings of the token"
        } else if has("allow list") || has("ip address") {
            "run it from an address on the organisation's allow list, or ask its owners to add this one"
        } else if has("token (classic)") || has("classic") {
            "use a fine-grained token, a GitHub App or the login of `gh`"
        } else if has("fine-grained") || has("lifetime") {
            "use a token that the organisation's policy allows"
        } else {
            "do what GitHub says, or ask the owners of the repository"
        })
    }
}

/// Refusals that say no more than that the token may not.
const ORDINARY: [&str; 7] = [
    "resource not accessible by",
    "must have ",
    "not found",
    "required scopes",
    "you need at least",
    "you must have",
    "permission to ",
];

/// What GitHub says beyond that the token may not.
pub(super) fn own_reason(said: &str) -> Option<String> {
    let said = said.trim();
    let lower = said.to_lowercase();
    let is_ordinary = ORDINARY.iter().any(|words| lower.contains(words));
    (!is_ordinary && lower != "forbidden" && !said.is_empty()).then(|| said.to_owned())
}

/// Whether GitHub says that it keeps everybody out.
pub(in crate::github) fn is_blocked(said: &str) -> bool {
    said.to_lowercase().contains("access blocked")
}

/// The scopes of which a refused document needs one, where it says so.
pub(super) fn wanted_scopes(said: &str) -> Option<String> {
    let list = said
        .split("following scopes: [")
        .nth(1)?
        .split(']')
        .next()?;
    let scopes: Vec<&str> = list.split('\'').skip(1).step_by(2).collect();
    (!scopes.is_empty()).then(|| format!("one of the scopes {}", scopes.join(", ")))
}

/// The field of a repository that may not be read.
pub(super) fn forbidden_field(errors: &[GraphqlError]) -> Option<String> {
    let error = errors.iter().find(|error| error.is_forbidden())?;
    error.path.get(1).and_then(Value::as_str).map(str::to_owned)
}

/// Why there is no repository, or no owner, in an answer.
pub(in crate::github) fn missing_repository(errors: &[GraphqlError]) -> Unavailable {
    let refusal = errors.iter().find(|error| error.is_forbidden());
    if let Some(blocked) = errors.iter().find(|error| is_blocked(&error.message)) {
        Unavailable::Blocked {
            said: blocked.message.clone(),
        }
    } else if let Some(refusal) = refusal {
        Unavailable::Forbidden {
            permission: wanted_scopes(&refusal.message),
            field: forbidden_field(errors),
            said: own_reason(&refusal.message),
        }
    } else {
        Unavailable::NotFound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn githubs_own_reason_is_told_and_leads_to_a_step() {
        let step = |said: &str| {
            let why = Unavailable::Forbidden {
                permission: None,
                field: None,
                said: own_reason(said),
            };
            why.step()
        };
        let check = |said: &str, word: &str| {
            assert!(step(said).is_some_and(|step| step.contains(word)), "{said}");
        };
        check(
            "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
            "single sign-on",
        );
        check(
            "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
            "allow list",
        );
        check(
            "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.",
            "fine-grained token",
        );
        check(
            "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days.",
            "policy",
        );
        check("Sorry. Your account was suspended.", "do what GitHub says");
        for ordinary in [
            "Resource not accessible by personal access token",
            "Resource not accessible by integration",
            "Must have admin rights to Repository.",
            "Forbidden",
            "",
        ] {
            assert_eq!(step(ordinary), None, "{ordinary}");
        }
    }

    #[test]
    fn scopes_are_read_out_of_a_refusal() {
        let said = "Your token has not been granted the required scopes to execute this query. The 'slug' field requires one of the following scopes: ['read:org', 'read:discussion'], but your token has only been granted the: ['repo'] scopes.";
        let wanted = "one of the scopes read:org, read:discussion";
        assert_eq!(wanted_scopes(said).as_deref(), Some(wanted));
        assert_eq!(own_reason(said), None);
        assert_eq!(wanted_scopes("no scopes"), None);
    }
}
