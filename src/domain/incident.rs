//! Incidents: what was broken, from when to when, and which deployment is held to have started it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;

use super::id::{PrNumber, RepoName, RepositoryId};

/// Where an incident's start was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StartedFrom {
    /// The register's entry.
    Register,
    /// The start that a file of the register's declares.
    Declared,
    /// The organisation's field of the issue that says when the impact began.
    Field,
    /// The `Start time:` field of the issue's body.
    Body,
    /// The detection that a file of the register's declares.
    Detected,
    /// The detection that the organisation's field of the issue names.
    DetectedField,
    /// The issue's opening.
    Opened,
}

impl StartedFrom {
    /// The word used in facts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Declared => "declared",
            Self::Field => "field",
            Self::Body => "body",
            Self::Detected => "detected",
            Self::DetectedField => "detected_field",
            Self::Opened => "opened",
        }
    }

    /// Whether somebody recorded when the impact began.
    #[must_use]
    pub const fn is_recorded(self) -> bool {
        !matches!(self, Self::Opened | Self::Detected | Self::DetectedField)
    }
}

/// Where the end of an incident's impact was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResolvedFrom {
    /// The register's entry.
    Register,
    /// What a file of the register's declares.
    Declared,
    /// The organisation's field of the issue that says when service was restored.
    Field,
    /// The `Resolved time:` field of the issue's body.
    Body,
    /// The event that put the label `resolved` on the issue.
    Label,
    /// The success of the deployment that contains the linked fix or revert.
    Deployment,
    /// The issue's closing, taken as resolved.
    Closed,
}

impl ResolvedFrom {
    /// The word used in facts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Declared => "declared",
            Self::Field => "field",
            Self::Body => "body",
            Self::Label => "label",
            Self::Deployment => "deployment",
            Self::Closed => "closed_taken_as_resolved",
        }
    }
}

/// The evidence that ties an incident to a deployment, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Somebody said so: the register, the issue's body, or a cross-reference from a deployed change.
    Explicit,
    /// A linked pull request reverts a change that the deployment shipped.
    Revert,
    /// The deployment was rolled back while the incident lasted.
    Rollback,
    /// A hotfix followed in the deployment's repository.
    Hotfix,
    /// The next release of the same line is a patch.
    PatchRelease,
    /// It is the nearest earlier deployment within the bound.
    Nearest,
}

impl Rung {
    /// Every rung, strongest first.
    pub const ALL: [Self; 6] = [
        Self::Explicit,
        Self::Revert,
        Self::Rollback,
        Self::Hotfix,
        Self::PatchRelease,
        Self::Nearest,
    ];

    /// The word used in facts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Revert => "revert",
            Self::Rollback => "rollback",
            Self::Hotfix => "hotfix",
            Self::PatchRelease => "patch_release",
            Self::Nearest => "nearest",
        }
    }

    /// Its place on the ladder, from 1.
    #[must_use]
    pub const fn place(self) -> u32 {
        match self {
            Self::Explicit => 1,
            Self::Revert => 2,
            Self::Rollback => 3,
            Self::Hotfix => 4,
            Self::PatchRelease => 5,
            Self::Nearest => 6,
        }
    }
}

/// Why an incident is put down to no deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoCause {
    /// The register says that no deployment caused it.
    Declared,
    /// The named cause reached production after the incident had started.
    AfterTheStart,
    /// The named cause is known and has not reached production.
    NotDeployed,
    /// No rung found a deployment within the bound.
    NoneWithinTheBound,
}

impl NoCause {
    /// The word used in facts and ledgers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared_without_cause",
            Self::AfterTheStart => "named_cause_after_the_start",
            Self::NotDeployed => "named_cause_not_deployed",
            Self::NoneWithinTheBound => "no_deployment_within_the_bound",
        }
    }
}

/// Which deployment an incident is put down to, and on what evidence. Never a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribution {
    /// One deployment.
    To {
        /// The deployment's repository.
        repository: RepositoryId,
        /// The deployment's id inside repository and source.
        deployment: String,
        /// The evidence.
        rung: Rung,
    },
    /// None.
    Nowhere(NoCause),
}

impl Attribution {
    /// The word used in facts: the rung's, or why there is none.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::To { rung, .. } => rung.word(),
            Self::Nowhere(reason) => reason.word(),
        }
    }
}

/// What tells one incident from another: its issue, or the id under which a file declares it. An id that is no issue's never meets
/// an issue's number, whatever it looks like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncidentKey {
    /// An issue: numbers of different repositories collide.
    Issue(RepositoryId, PrNumber),
    /// What a file declares, of a repository or (`None`) of a whole product.
    Declared(Option<RepositoryId>, Arc<str>),
}

impl IncidentKey {
    /// The repository; `None`: it is a whole product's.
    #[must_use]
    pub const fn repository(&self) -> Option<RepositoryId> {
        match self {
            Self::Issue(repository, _) => Some(*repository),
            Self::Declared(repository, _) => *repository,
        }
    }

    /// Repository and number of the issue; `None`: it has none.
    #[must_use]
    pub const fn issue(&self) -> Option<(RepositoryId, PrNumber)> {
        match self {
            Self::Issue(repository, number) => Some((*repository, *number)),
            Self::Declared(..) => None,
        }
    }

    /// The issue's number; `None`: it has none.
    #[must_use]
    pub fn number(&self) -> Option<PrNumber> {
        self.issue().map(|(_, number)| number)
    }

    /// The id that a file declares; `None`: it is an issue.
    #[must_use]
    pub fn declared(&self) -> Option<&str> {
        match self {
            Self::Issue(..) => None,
            Self::Declared(_, id) => Some(id),
        }
    }
}

impl From<(RepositoryId, PrNumber)> for IncidentKey {
    fn from((repository, number): (RepositoryId, PrNumber)) -> Self {
        Self::Issue(repository, number)
    }
}

impl fmt::Display for IncidentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issue(_, number) => number.fmt(f),
            Self::Declared(_, id) => f.write_str(id),
        }
    }
}

/// One incident with its three clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Which one it is.
    pub key: IncidentKey,
    /// The severity that the register, a file of its, the issue's field or a label names, in lower case.
    pub severity: Option<String>,
    /// When the impact began.
    pub started_at: Timestamp,
    /// Where that was read.
    pub started_from: StartedFrom,
    /// When service was restored; `None`: it is not yet.
    pub resolved_at: Option<Timestamp>,
    /// Where that was read.
    pub resolved_from: Option<ResolvedFrom>,
    /// When follow-ups and documentation were done.
    pub closed_at: Option<Timestamp>,
    /// The deployment it is put down to.
    pub attribution: Attribution,
}

/// What somebody named as the cause of an incident.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub enum Cause {
    /// No deployment caused it.
    Nothing,
    /// A pull request; of the incident's own repository where none is named.
    PullRequest {
        /// Another repository.
        repository: Option<RepoName>,
        /// The number.
        number: PrNumber,
    },
    /// A commit: seven or more leading hexadecimal digits, in lower case.
    Commit(String),
    /// A deployment: its node, tag or run.
    Deployment(String),
}

/// Why a text names no cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of `none`, `#12`, `owner/name#12`, `commit 3f2a91c`, `deployment ID`")]
pub struct NotACause(pub String);

impl FromStr for Cause {
    type Err = NotACause;

    /// Reads the start of a text; what follows the cause is not looked at.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotACause(text.chars().take(80).collect());
        let mut words = text
            .split_whitespace()
            .map(bare)
            .filter(|word| !word.is_empty());
        let first = words.next().ok_or_else(wrong)?;
        let found = match first.to_ascii_lowercase().as_str() {
            "none" => Some(Self::Nothing),
            "pr" => words.next().and_then(pull_request),
            "pull" => words.nth(1).and_then(pull_request),
            "commit" => words.next().and_then(commit),
            "deployment" => words.next().map(|id| Self::Deployment(id.to_owned())),
            _ => pull_request(first).or_else(|| commit(first)),
        };
        found.ok_or_else(wrong)
    }
}

impl TryFrom<String> for Cause {
    type Error = NotACause;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A word without the marks that Markdown and sentences put around it.
fn bare(word: &str) -> &str {
    word.trim_start_matches([':', '*', '_', '`', '(', '[', '<', '"', '\''])
        .trim_end_matches([
            '.', ',', ';', ':', '!', '?', ')', ']', '>', '*', '_', '`', '"', '\'',
        ])
}

/// `#12`, `owner/name#12`, `https://host/owner/name/pull/12`.
fn pull_request(word: &str) -> Option<Cause> {
    let number = |text: &str| {
        let end = text.bytes().take_while(u8::is_ascii_digit).count();
        let is_whole = text
            .get(end..)
            .and_then(|rest| rest.chars().next())
            .is_none_or(|next| !next.is_alphanumeric());
        let digits = text.get(..end).filter(|_| is_whole)?;
        digits.parse().ok().map(PrNumber)
    };
    if let Some((path, rest)) = word.split_once("/pull/") {
        let mut parts = path.rsplit('/');
        let (name, owner) = (parts.next()?, parts.next()?);
        return Some(Cause::PullRequest {
            repository: Some(format!("{owner}/{name}").parse().ok()?),
            number: number(rest)?,
        });
    }
    let (repository, rest) = word.split_once('#')?;
    Some(Cause::PullRequest {
        repository: if repository.is_empty() {
            None
        } else {
            Some(repository.parse().ok()?)
        },
        number: number(rest)?,
    })
}

/// A full or abbreviated id; a word of letters alone is a word.
fn commit(word: &str) -> Option<Cause> {
    let id = word.rsplit_once("/commit/").map_or(word, |(_, id)| id);
    let is_id = (7..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && id.bytes().any(|byte| byte.is_ascii_digit());
    is_id.then(|| Cause::Commit(id.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_a_change_a_commit_a_deployment_or_nothing() {
        let check = |text: &str, expected: Option<Cause>| {
            assert_eq!(text.parse::<Cause>().ok(), expected, "{text}");
        };
        let change = |repository: Option<&str>, number| {
            Some(Cause::PullRequest {
                repository: repository.map(|name| name.parse().unwrap()),
                number: PrNumber(number),
            })
        };
        check("#12", change(None, 12));
        check("**#12**, and nothing else", change(None, 12));
        check("PR #12.", change(None, 12));
        check("pull request #12", change(None, 12));
        check("[#12](https://github.example/x)", change(None, 12));
        check("acme/lamp#12", change(Some("acme/lamp"), 12));
        check(
            "https://github.example/acme/lamp/pull/12/files",
            change(Some("acme/lamp"), 12),
        );
        check("#12a", None);
        check("#", None);
        check("#99999999999999999999999", None);
        check(
            "commit 3F2A91C0DE",
            Some(Cause::Commit("3f2a91c0de".into())),
        );
        check("`3f2a91c`", Some(Cause::Commit("3f2a91c".into())));
        check(
            "https://github.example/acme/lamp/commit/3f2a91c0de",
            Some(Cause::Commit("3f2a91c0de".into())),
        );
        check("defaced", None);
        check("3f2a9", None);
        check(
            "deployment DE_kw1",
            Some(Cause::Deployment("DE_kw1".into())),
        );
        check("none", Some(Cause::Nothing));
        check("the weather", None);
        check("", None);
        check("\u{202e}#12", None);
    }
}
