//! Identifiers. Each is its own type, so that a login can never be passed where an address is meant.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::commit_id::CommitId;

/// A repository's key inside one store: handed out by the store in order of first sight, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepositoryId(pub u32);

/// A person's key inside one store. Facts carry it instead of a name (invariant I9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub u32);

/// A pull request's or issue's number inside its repository. Numbers of different repositories collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrNumber(pub u64);

impl fmt::Display for PrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A GitHub login. Compared without regard to ASCII case, as GitHub does; kept as it came.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Login(pub String);

impl Login {
    /// The form under which two spellings of one login are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether a word of it says machine: a hint for people to look at, never a verdict (`acme-bot` may be somebody's joke).
    #[must_use]
    pub fn looks_like_a_machine(&self) -> bool {
        const WORDS: [&str; 11] = [
            "automation",
            "bot",
            "bots",
            "buildbot",
            "ci",
            "deployer",
            "jenkins",
            "machine",
            "pipeline",
            "robot",
            "svc",
        ];
        let key = self.key();
        key.split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| WORDS.contains(&word))
    }
}

impl PartialEq for Login {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl Eq for Login {}
impl PartialOrd for Login {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Login {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}
impl Hash for Login {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An e-mail address from a commit: kept as it came, compared in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(pub String);

impl EmailAddress {
    /// The form under which two spellings of one address are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.trim().to_lowercase()
    }
}

/// `owner/name`, as GitHub spells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoName {
    owner: String,
    name: String,
}

impl RepoName {
    /// The account that owns the repository.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether GitHub takes both for the same name: it does not look at the case of letters.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.owner.eq_ignore_ascii_case(&other.owner) && self.name.eq_ignore_ascii_case(&other.name)
    }

    /// The form under which two spellings of one name are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// Why a text is not `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a repository name of the form `owner/name`")]
pub struct NotARepoName(pub String);

/// Whether a text can be an owner or a repository's own name.
pub(super) fn is_repo_name_part(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 100
        && part != "."
        && part != ".."
        && part
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

impl FromStr for RepoName {
    type Err = NotARepoName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((owner, name)) if is_repo_name_part(owner) && is_repo_name_part(name) => {
                Ok(Self {
                    owner: owner.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => Err(NotARepoName(text.to_owned())),
        }
    }
}

impl TryFrom<String> for RepoName {
    type Error = NotARepoName;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RepoName> for String {
    fn from(name: RepoName) -> Self {
        name.to_string()
    }
}

/// What a change does, as one number: equal for equal changes wherever they were applied (`git patch-id --stable`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatchId(pub CommitId);

impl fmt::Display for PatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_looks_like_a_machine_by_a_whole_word() {
        let check = |login: &str, expected: bool| {
            assert_eq!(
                Login(login.into()).looks_like_a_machine(),
                expected,
                "{login}"
            );
        };
        check("acme-bot", true);
        check("Release-CI", true);
        check("svc_deploy", true);
        check("abbot", false);
        check("robotham", false);
        check("cindy", false);
        check("lucia-ci-pi", true);
    }

    #[test]
    fn a_repository_name_has_exactly_two_plain_parts() {
        assert_eq!(
            "acme/widgets.rs".parse::<RepoName>().unwrap().to_string(),
            "acme/widgets.rs"
        );
        for text in [
            "acme",
            "acme/",
            "/widgets",
            "a/b/c",
            "acme/..",
            "ac me/widgets",
            "acme/wid\u{202e}gets",
        ] {
            assert!(text.parse::<RepoName>().is_err(), "{text}");
        }
    }

    #[test]
    fn logins_differ_by_more_than_case() {
        assert_eq!(Login("Ada".into()), Login("ada".into()));
        assert_ne!(Login("ada".into()), Login("adb".into()));
    }
}
