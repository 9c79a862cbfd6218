//! Where each stream stands: one JSON file a repository, replaced whole, with a checksum of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Error, Store, to_json};
use crate::domain::{RepositoryId, Stream, StreamCertificate};
use crate::folder::seal::{Seal, check, seal};

/// How far one stream got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamState {
    /// Everything changed before this instant is in.
    pub watermark: Option<jiff::Timestamp>,
    /// The instant before which nothing was asked for; `None`: everything was.
    pub since: Option<jiff::Timestamp>,
    /// Fields that the token might not read, as earlier versions kept them: without the records that lack them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Records of which the token may not read something, by node id: the fields, or none where it is the record itself. They
    /// are asked for again once the token may read what it might not.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hidden_in: BTreeMap<String, Vec<String>>,
    /// Whether a review was ever asked of a team.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asks_teams: bool,
    /// When the whole list was last compared with what is here; of workflow runs: when they were last asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swept_at: Option<jiff::Timestamp>,
    /// Whether something of it had not ended when it was last read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_running: bool,
    /// A scan that was begun and not finished.
    pub scan: Option<Scan>,
    /// Records that may change without telling: open pull requests, unfinished deployments. By node id, with a checksum of
    /// the record, so that an unchanged one is not stored again.
    pub live: BTreeMap<String, String>,
    /// How many distinct records the stream holds.
    pub n_records: u64,
    /// The last certificate.
    pub certificate: Option<StreamCertificate>,
}

impl StreamState {
    /// Whether the last fetch left nothing out.
    #[must_use]
    pub fn was_whole(&self) -> bool {
        let last = self.certificate.as_ref();
        last.is_some_and(StreamCertificate::is_whole)
    }
}

/// A scan under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The server's time when it began.
    pub started_at: jiff::Timestamp,
    /// The cursor after the last page that is wholly in the store; `None` before the first.
    pub after: Option<String>,
    /// Where a scan that bisects time continues.
    #[serde(default)]
    pub until: Option<jiff::Timestamp>,
    /// Whether the way down to the watermark is done, and only what changed meanwhile remains.
    #[serde(default)]
    pub is_second_pass: bool,
}

impl Scan {
    /// A scan that begins.
    #[must_use]
    pub const fn begun(at: jiff::Timestamp) -> Self {
        Self {
            started_at: at,
            after: None,
            until: None,
            is_second_pass: false,
        }
    }
}

/// Where a repository stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RepositoryState {
    /// When it was last fetched to the end, by the server's clock.
    pub fetched_at: Option<jiff::Timestamp>,
    /// Whether texts of reviews and comments and the members of teams are left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cache_safe: bool,
    /// Streams by their word.
    pub streams: BTreeMap<String, StreamState>,
}

impl RepositoryState {
    /// The state of one stream; a new one where there is none.
    pub fn stream(&mut self, stream: Stream) -> &mut StreamState {
        self.streams.entry(stream.word().to_owned()).or_default()
    }

    /// The last certificates, by stream.
    #[must_use]
    pub fn certificates(&self) -> Vec<StreamCertificate> {
        self.streams
            .values()
            .filter_map(|state| state.certificate.clone())
            .collect()
    }
}

/// Reads a repository's state. One that cannot be read counts as none: the next fetch starts anew, which costs requests
/// and loses nothing.
pub fn read(store: &Store, repository: RepositoryId) -> Result<RepositoryState, Error> {
    match store.read_unlisted(&path(repository))? {
        Some(bytes) => Ok(parse(&bytes).unwrap_or_default()),
        None => Ok(RepositoryState::default()),
    }
}

/// A state of which a bit flipped must not pass for another one. Those of earlier versions have no checksum.
fn parse(bytes: &[u8]) -> Option<RepositoryState> {
    let text = std::str::from_utf8(bytes).ok()?;
    match check(text) {
        Seal::Sound | Seal::Missing => serde_json::from_str(text).ok(),
        Seal::Broken => None,
    }
}

/// Replaces a repository's state: the last step of a commit.
pub fn write(
    store: &Store,
    repository: RepositoryId,
    state: &RepositoryState,
) -> Result<(), Error> {
    let text = String::from_utf8_lossy(&to_json(state)).into_owned();
    store.replace_unlisted(&path(repository), seal(&text).as_bytes())
}

pub(super) fn path(repository: RepositoryId) -> String {
    format!("state/{}.json", repository.0)
}
