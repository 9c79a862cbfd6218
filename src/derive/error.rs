//! What keeps facts from being derived, or from being read.

use std::path::PathBuf;

use crate::work::pattern::BadPattern;
use crate::{git, github, register, store};

/// Why there are no facts.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store holds none.
    #[error("the store `{store}` has no facts yet", store = store.display())]
    NoFacts {
        /// The store.
        store: PathBuf,
        /// Whether something of it was damaged: there may have been some.
        is_damaged: bool,
    },
    /// They were derived under other settings than those of the register: figures of them would answer another question.
    #[error("the facts in the store `{store}` were derived under other settings: {changed}", store = store.display())]
    OtherSettings {
        /// The store.
        store: PathBuf,
        /// The names of the settings.
        changed: String,
    },
    /// A clone is not what it was when it was mined a moment ago.
    #[error("the clone `{path}` was changed while it was read", path = path.display())]
    Changed {
        /// The clone.
        path: PathBuf,
    },
    /// What is kept beside them cannot be read.
    #[error(transparent)]
    Damaged(serde_json::Error),
    /// What is kept beside them cannot be written: a defect of the program.
    #[error(transparent)]
    Unwritten(serde_json::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The tables of the store.
    #[error(transparent)]
    Tables(#[from] store::facts::Error),
    /// A clone.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// What GitHub answered.
    #[error(transparent)]
    GitHub(#[from] github::Error),
    /// What the register means, now that it is known which repositories there are.
    #[error(transparent)]
    Register(#[from] register::Error),
    /// A pattern of the register.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
}
