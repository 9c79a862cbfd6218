//! The one error of the command line: what kind it is decides the exit code, and hints say the next step.

use std::fmt::Write as _;

use crate::folder::{Because, Refused};

/// What went wrong, as far as the exit code is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A defect of linchpin: 1.
    Defect,
    /// Wrong arguments, or something named that is not there: 2.
    Usage,
    /// Configuration or register: 3.
    Configuration,
    /// Authentication: 4.
    Authentication,
    /// Finished with partial data: 5.
    Partial,
    /// Rate-limited, resumable: 6.
    RateLimited,
    /// Another run is writing: 8.
    Locked,
    /// The store is damaged, or a run that was killed left its facts unfinished: 9.
    Damaged,
    /// A place cannot be written: a full disk, no permission: 10.
    Unwritable,
    /// A folder that linchpin did not make, or a link: 11.
    Refused,
    /// Interrupted (SIGINT), what was done so far is kept: 130.
    Interrupted,
    /// Terminated (SIGTERM), what was done so far is kept: 143.
    Terminated,
}

/// Done.
pub const DONE: u8 = 0;
/// Finished, but some of the data is missing: see the banner and `data_quality.json`.
pub const PARTIAL: u8 = 5;

/// An agreement of the team is crossed and not accepted, or a write-up says what is not in the evidence.
pub const CROSSED: u8 = 7;

impl ErrorKind {
    /// The documented exit code.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Defect => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Authentication => 4,
            Self::Partial => PARTIAL,
            Self::RateLimited => 6,
            Self::Locked => 8,
            Self::Damaged => 9,
            Self::Unwritable => 10,
            Self::Refused => 11,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

/// An error on its way to the terminal.
#[derive(Debug)]
pub struct CliError {
    /// Decides the exit code.
    pub kind: ErrorKind,
    /// The thing and the cause.
    pub source: Box<dyn std::error::Error + Send + Sync>,
    /// What else is wrong in the same place.
    pub others: Vec<String>,
    /// The next steps, imperative.
    pub hints: Vec<String>,
}

impl CliError {
    /// An error of a kind.
    pub fn new(
        kind: ErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: source.into(),
            others: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Adds a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Whether it is about facts that deriving them again would mend.
    #[must_use]
    pub fn is_of_damaged_facts(&self) -> bool {
        use crate::store::{Error, facts};
        let is_table = self
            .source
            .downcast_ref()
            .is_some_and(|error| matches!(error, facts::Error::Table { .. }));
        let damaged = self.source.downcast_ref().and_then(|error| match error {
            Error::Damaged { path, .. } => Some(path),
            _ => None,
        });
        is_table || damaged.is_some_and(|path| is_derived(path))
    }

    /// The text for the terminal: error, causes, hints; control characters are shown, not obeyed.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!("error: {}", printable(&self.source.to_string()));
        let mut cause = self.source.source();
        let mut last = self.source.to_string();
        while let Some(error) = cause {
            let message = error.to_string();
            if message != last {
                let _ = write!(text, "\n  caused by: {}", printable(&message));
            }
            last = message;
            cause = error.source();
        }
        for other in &self.others {
            let _ = write!(text, "\nerror: {}", printable(other));
        }
        for hint in &self.hints {
            let _ = write!(text, "\nhint: {}", printable(hint));
        }
        text
    }
}

/// Whether a file of the store is derived: everything but the raw answers, and the lists that name them.
fn is_derived(path: &std::path::Path) -> bool {
    path.components()
        .any(|part| part.as_os_str() == "facts" || part.as_os_str() == "mined")
        && !path.components().any(|part| part.as_os_str() == "raw")
}

/// Whether a file of the store belongs to a run that is kept for comparison.
fn is_of_a_run(path: &std::path::Path) -> bool {
    path.components().any(|part| part.as_os_str() == "runs")
}

/// Whether there is no room to write in.
fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as K;
    matches!(
        error.kind(),
        K::StorageFull | K::QuotaExceeded | K::FileTooLarge
    )
}

fn printable(text: &str) -> String {
    crate::render::encode::terminal(text)
}

impl CliError {
    /// Something that linchpin does not touch; `option` names another place for it.
    #[must_use]
    pub fn refused(refused: Refused, option: &str) -> Self {
        let hint = match &refused.because {
            Because::Link => {
                format!("remove the link, or name the folder itself that is meant with `{option}`")
            }
            Because::LinkOnTheWay { link } => format!(
                "name another place with `{option}`, or remove the link `{}`",
                printable(&link.to_string_lossy())
            ),
            Because::Foreign { .. } => format!(
                "name a new or an empty folder with `{option}`; if an older linchpin made this one, remove it first"
            ),
            Because::OtherPurpose { .. } => {
                format!("name a new or an empty folder with `{option}`")
            }
            Because::Tracked { .. } => format!(
                "name another place with `{option}`; what was committed by accident goes with `git rm -r --cached`"
            ),
            Because::NotAFile | Because::NotADirectory | Because::LeadsElsewhere => {
                format!("move it away, or name another place with `{option}`")
            }
        };
        Self::new(ErrorKind::Refused, refused).hint(hint)
    }
}

impl From<crate::store::Error> for CliError {
    fn from(source: crate::store::Error) -> Self {
        use crate::store::Error as E;
        let (kind, hint) = match &source {
            E::Refused(refused) => return Self::refused(refused.clone(), "--store"),
            E::Io { path, source, .. } if is_full(source) => (
                ErrorKind::Unwritable,
                format!("free some space for `{}`, or name another place with `--store`, and run it again: it goes on where it stopped", path.display()),
            ),
            E::Io { path, .. } => (ErrorKind::Unwritable, format!("make `{}` writable, or name another place with `--store`", path.display())),
            E::Locked { .. } => (ErrorKind::Locked, "wait for the other run to end, or name another place with `--store`".to_owned()),
            E::Version { root, .. } => (
                ErrorKind::Usage,
                format!("use the linchpin that wrote it, or name another place with `--store` (`{}` stays as it is)", root.display()),
            ),
            E::Outdated { .. } => (
                ErrorKind::Usage,
                "run `linchpin run` or `linchpin fetch` once: the store is brought up to date".to_owned(),
            ),
            E::Missing { .. } => (ErrorKind::Usage, "run `linchpin run` in the clone first, or name the store with `--store`".to_owned()),
            E::Unfinished { .. } => (ErrorKind::Damaged, "run `linchpin run` again: it finishes what was begun".to_owned()),
            E::Damaged { path, .. } if is_of_a_run(path) => (
                ErrorKind::Damaged,
                "name two other runs, as in `linchpin diff 3 4`: this one is forgotten in time".to_owned(),
            ),
            E::Damaged { path, .. } if path.ends_with(crate::store::FORGOTTEN_FILE) => (
                ErrorKind::Damaged,
                "put `forgotten.json` and `key.json` of this store back from a backup: a new store does not know whom to keep out, so \
                 forget them there again before it is read"
                    .to_owned(),
            ),
            E::Damaged { path, .. } if is_derived(path) => {
                (ErrorKind::Damaged, "run `linchpin run` again: what is derived is rebuilt from the clone and the raw answers".to_owned())
            }
            E::Damaged { .. } => {
                (ErrorKind::Damaged, "move the store away and run again: facts are rebuilt, answers are fetched again".to_owned())
            }
            E::ReadOnly { .. } => return Self::new(ErrorKind::Defect, source),
        };
        Self::new(kind, source).hint(hint)
    }
}

impl From<crate::store::facts::Error> for CliError {
    fn from(source: crate::store::facts::Error) -> Self {
        match source {
            crate::store::facts::Error::Store(error) => error.into(),
            error @ crate::store::facts::Error::Table { .. } => Self::new(
                ErrorKind::Damaged,
                error,
            )
            .hint("run `linchpin run` again: facts are rebuilt from the clone and the raw answers"),
        }
    }
}

impl From<crate::derive::Error> for CliError {
    fn from(source: crate::derive::Error) -> Self {
        use crate::derive::Error as E;
        match source {
            E::Store(error) => error.into(),
            E::Tables(error) => error.into(),
            E::Git(error) => error.into(),
            E::GitHub(error) => error.into(),
            E::Pattern(error) => error.into(),
            E::Register(error) => error.into(),
            E::Unwritten(error) => Self::new(ErrorKind::Defect, error),
            E::Damaged(error) => Self::new(ErrorKind::Damaged, error)
                .hint("run `linchpin run` again: facts are rebuilt"),
            E::Changed { .. } => Self::new(ErrorKind::Partial, source)
                .hint("run the same command again when nobody fetches into it"),
            E::NoFacts { is_damaged, .. } => {
                let kind = if is_damaged { ErrorKind::Damaged } else { ErrorKind::Usage };
                Self::new(kind, source).hint("run `linchpin run` in the clone first")
            }
            E::OtherSettings { .. } => Self::new(ErrorKind::Configuration, source).hint(
                "run `linchpin mine` (or `linchpin run`) in the clone with this linchpin.toml: facts are derived again; or name the register \
                 they were derived under with `--config FILE`",
            ),
        }
    }
}

impl From<crate::register::Error> for CliError {
    fn from(source: crate::register::Error) -> Self {
        let others = source.each().skip(1).map(ToString::to_string).collect();
        let error = Self {
            others,
            ..Self::new(ErrorKind::Configuration, source)
        };
        error
            .hint("correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example \
                 (`linchpin schema private-register` those of a private register)")
    }
}

impl From<crate::work::pattern::BadPattern> for CliError {
    fn from(source: crate::work::pattern::BadPattern) -> Self {
        Self::new(ErrorKind::Configuration, source)
    }
}

impl From<crate::git::Error> for CliError {
    fn from(source: crate::git::Error) -> Self {
        use crate::git::{self, Error as E};
        let (kind, hint) = match &source {
            E::NotARepository { .. } => (
                ErrorKind::Usage,
                "run it inside a clone, or name one with `--repo PATH` (or a GitHub repository with `--github OWNER/NAME`)",
            ),
            E::Unusable { .. } => (
                ErrorKind::Usage,
                "`git status` there says what is wrong; a fresh clone mends it",
            ),
            E::Format { source, .. } => (
                ErrorKind::Usage,
                match source {
                    git::UnknownFormat::RefStorage { .. } => {
                        "`git refs migrate --ref-format=files` in the clone, or `git clone --ref-format=files` a fresh one"
                    }
                    _ => {
                        "`git status` there says whether git reads it; a fresh clone is of the usual format"
                    }
                },
            ),
            E::UnknownBranch { .. } => (
                ErrorKind::Usage,
                "`git fetch origin` brings it if the clone lacks it (`fetch-depth: 0` in actions/checkout), `git switch` to the one to look at where there is no \
                 remote; the branch is GitHub's default one, else `default_branch` in linchpin.toml, else origin's (`git remote set-head origin --auto`)",
            ),
            E::NoDefaultBranch { .. } => (
                ErrorKind::Usage,
                "`git remote set-head origin --auto` in the clone, or `default_branch = \"NAME\"` in linchpin.toml",
            ),
            E::Refs { .. } => (
                ErrorKind::Usage,
                "`git fsck` in the clone says what is damaged; a fresh clone mends it",
            ),
            E::Glob { .. } => (
                ErrorKind::Configuration,
                "correct `mining.exclude` in linchpin.toml",
            ),
        };
        Self::new(kind, source).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("`acme/widgest` does not exist")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("GraphQL said NOT_FOUND\u{1b}[31m")]
    struct Inner;

    #[test]
    fn an_error_names_the_thing_the_cause_and_the_next_step() {
        let error = CliError::new(ErrorKind::Usage, Outer(Inner)).hint("check the spelling");
        let text = error.render();
        assert!(
            text.starts_with(
                "error: `acme/widgest` does not exist\n  caused by: GraphQL said NOT_FOUND"
            ),
            "{text}"
        );
        assert!(text.ends_with("\nhint: check the spelling"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
