//! What a fetch is given, and what it tells.

use std::io::Read;

/// Who answers for one repository, over HTTP. It alone knows where that is and whom it is asked as.
pub trait Server {
    /// The answer to `GET {repository}/info/refs?service=git-upload-pack`.
    fn advertisement(&self, headers: &[(String, String)]) -> std::io::Result<Answer>;
    /// The answer to `POST {repository}/git-upload-pack`.
    fn upload_pack(&self, headers: &[(String, String)], body: Vec<u8>) -> std::io::Result<Answer>;
}

/// A successful answer.
pub struct Answer {
    /// Its `Content-Type`.
    pub content_type: String,
    /// Its body, as it comes.
    pub body: Box<dyn Read>,
}

/// What to bring.
#[derive(Debug, Clone, Default)]
pub struct MirrorOptions {
    /// Every branch, not the default one alone. Tags are always brought.
    pub all_branches: bool,
    /// Which branch is the default one where the server's `HEAD` names none.
    pub default_branch: Option<String>,
    /// The most bytes that may be received; `None`: no bound.
    pub most_bytes: Option<u64>,
}

/// What a fetch brought. Its objects are in the mirror; its refs are for the caller to put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The new content of `HEAD`.
    pub head: String,
    /// The new content of `packed-refs`: every ref there is.
    pub packed_refs: String,
    /// The same with the branch that the old `HEAD` names, where that one is gone: to be put in place before `HEAD` is, so that at no
    /// instant `HEAD` names nothing.
    pub packed_refs_between: Option<String>,
    /// Branches and tags.
    pub n_refs: usize,
    /// Refs of the server whose names git does not allow: they are left out.
    pub n_refused: usize,
    /// Objects that came.
    pub n_objects: u64,
    /// Bytes of answers that came.
    pub n_bytes: u64,
}
