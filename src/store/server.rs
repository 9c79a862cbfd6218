//! Which server the answers of a store are from: `server.json`, as the last fetch asked it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, Store, to_json};
use crate::folder::{Audience, Folder};

/// Where it is written.
pub(super) const SERVER_FILE: &str = "server.json";

/// No two addresses are as long.
const LONGEST: u64 = 4_096;

/// A server of GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The base of its REST API.
    pub api: String,
    /// Where its pages are; `None`: it has none.
    pub web: Option<String>,
}

impl Store {
    /// Keeps which server is asked.
    pub fn keep_server(&self, server: &Server) -> Result<(), Error> {
        let bytes = to_json(server);
        if matches!(self.read(SERVER_FILE), Ok(Some(known)) if known == bytes) {
            return Ok(());
        }
        self.commit_file(SERVER_FILE, &bytes)
    }
}

/// The server that the answers of the store in a directory are from; `None` where there is no store, or where nobody was asked
/// for it. What it says is as good as the store is: who calls the network asks a server that was named.
#[must_use]
pub fn server_of(directory: &Path) -> Option<Server> {
    let folder = Folder::find(directory, Audience::Owner).ok().flatten()?;
    let is_short = |size: &u64| *size <= LONGEST;
    folder.size(SERVER_FILE).ok().flatten().filter(is_short)?;
    let bytes = folder.read(SERVER_FILE).ok().flatten()?;
    serde_json::from_slice(&bytes).ok()
}
