//! Why a mirror is not what its server has: in words, with the next step, and where the certificate of the history keeps it.

use crate::cli::error::{CliError, ErrorKind};
use crate::cli::workspace::Workspace;
use crate::domain::{Completeness, RepoName, RepositoryId, Stream, StreamCertificate};
use crate::git::mirror;
use crate::github::{GitServer, Refused};
use crate::store::{Store, state};

/// Keeps in the store why a repository's history is not what its server has; `None`: it is.
pub(super) fn note(
    store: &Store,
    repository: RepositoryId,
    trouble: Option<&Trouble>,
) -> Result<(), CliError> {
    let mut kept = state::read(store, repository)?;
    let word = Stream::History.word();
    if trouble.is_none() && !kept.streams.contains_key(word) {
        return Ok(());
    }
    match trouble {
        Some(trouble) => {
            kept.stream(Stream::History).certificate = Some(StreamCertificate {
                repository,
                stream: Stream::History,
                completeness: trouble.completeness,
                reason: Some(trouble.reason.clone()),
                fix: Some(trouble.fix.clone()),
                expected: None,
                fetched: 0,
                watermark: None,
                accepted: None,
            });
        }
        None => {
            kept.streams.remove(word);
        }
    }
    Ok(state::write(store, repository, &kept)?)
}

/// Why a mirror is not what its server has.
pub(super) struct Trouble {
    pub(super) completeness: Completeness,
    pub(super) reason: String,
    pub(super) fix: String,
    /// Whether nobody else answers either.
    pub(super) is_of_network: bool,
}

/// Why a mirror could not be brought up to date; an error where no other could be either, and a person must do something.
pub(super) fn why_not(
    (workspace, store): (&Workspace, &Store),
    name: &RepoName,
    error: mirror::Error,
    refused: Option<Refused>,
    server: &GitServer,
) -> Result<Trouble, CliError> {
    use mirror::Error as E;
    let partial = |reason: String, fix: &str| Trouble {
        completeness: Completeness::Partial,
        reason,
        fix: fix.to_owned(),
        is_of_network: false,
    };
    if let Some(refused) = refused {
        return Ok(trouble(&refused));
    }
    Ok(match error {
        E::Unwritten { .. } | E::Io { .. } => {
            let place = store.root().join("clones");
            let hint = format!(
                "make room where `{}` is, then run it again: the mirror is as it was before",
                place.display()
            );
            return Err(
                CliError::new(ErrorKind::Unwritable, Unwritten(name.to_string(), error)).hint(hint),
            );
        }
        E::TooMuch { most } => partial(
            format!(
                "the mirrors may take {} (`disk` of `[mining]`), and with {name} they would take more than the {} that are left",
                size(workspace.register.mining.disk.bytes()),
                size(most)
            ),
            "raise `disk` of `[mining]`, or clone it yourself and name the clone with `--repo PATH`",
        ),
        E::Incomplete { .. } => partial(
            error.to_string(),
            "run it again later; if it stays so, `git clone` says what the server lacks",
        ),
        other => partial(
            server.clean(&other.to_string()),
            "run it again; if it stays so, clone it yourself and name the clone with `--repo PATH`",
        ),
    })
}

/// That a repository's mirror could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the mirror of `{0}` could not be written")]
struct Unwritten(String, #[source] mirror::Error);

impl Trouble {
    /// With what it means for the history.
    pub(super) fn with(mut self, has_mirror: bool) -> Self {
        if has_mirror {
            self.completeness = Completeness::Partial;
            self.reason = format!("history ends where it was fetched last: {}", self.reason);
        } else {
            self.reason = format!("there is no history: {}", self.reason);
        }
        self
    }
}

/// What a refusal means.
pub(super) fn trouble(refused: &Refused) -> Trouble {
    let (completeness, fix) = match refused {
        Refused::Unreachable { .. } => (
            Completeness::Partial,
            "check the network and the proxy (HTTPS_PROXY), then run it again",
        ),
        Refused::Unauthorised | Refused::Forbidden(_) => (
            Completeness::Forbidden,
            "give the token read access to the repository's contents, or clone it yourself and name the clone with `--repo PATH`",
        ),
        Refused::NotFound(_) => (
            Completeness::NotFound,
            "check whether it still exists, and whether the token may read its contents; the mirror is never removed by itself",
        ),
        Refused::Redirected(_) => (
            Completeness::Partial,
            "if the server has moved, name its REST base with `--api-url`",
        ),
        Refused::Busy | Refused::Status(_) => (Completeness::Partial, "run it again later"),
    };
    Trouble {
        completeness,
        reason: refused.to_string(),
        fix: fix.to_owned(),
        is_of_network: matches!(refused, Refused::Unreachable { .. }),
    }
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}
