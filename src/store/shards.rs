//! Stores that hold part of an organisation: filled apart, each by a run of its own, and joined in one.
//!
//! A shard's store has the numbers that the joining store gave every repository, so that what it holds is copied as it is. What it
//! holds is said by a certificate of the shard, written last: without one, or with another content, a shard is not finished.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::repositories::RepositoryEntry;
use super::{Error, REPOSITORIES_FILE, Store, checksum, state, to_json};
use crate::domain::RepositoryId;

/// Where a shard's certificate is.
pub(super) const SHARD_FILE: &str = "shard.json";

/// What a finished shard says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardCertificate {
    /// The plan that it is part of, by checksum.
    pub plan: String,
    /// Which part.
    pub shard: u32,
    /// The version that filled it.
    pub version: String,
    /// Its repositories.
    pub repositories: Vec<RepositoryId>,
    /// A checksum of what it holds of them.
    pub content: String,
}

impl Store {
    /// Takes the numbers of repositories from a plan. `Err` names one that has another number here.
    pub fn adopt(&self, planned: &[RepositoryEntry]) -> Result<Result<(), String>, Error> {
        let known = self.repositories();
        let is_same = |known: &RepositoryEntry| {
            let mut planned = planned.iter();
            planned.any(|one| {
                one.id == known.id && one.keys.iter().any(|key| known.keys.contains(key))
            })
        };
        if let Some(other) = known.iter().find(|entry| !is_same(entry)) {
            return Ok(Err(other.name.clone()));
        }
        // What is known here of a repository was learnt later than the plan.
        let entry = |one: &RepositoryEntry| {
            let known = known.iter().find(|known| known.id == one.id);
            known.unwrap_or(one).clone()
        };
        let entries: Vec<RepositoryEntry> = planned.iter().map(entry).collect();
        if entries != known {
            let bytes = to_json(&entries);
            *self.locked_repositories() = entries;
            self.commit_file(REPOSITORIES_FILE, &bytes)?;
        }
        Ok(Ok(()))
    }

    /// Bytes of what is fetched and mined of a repository.
    #[must_use]
    pub fn gathered_bytes(&self, repository: RepositoryId) -> u64 {
        let manifest = self.locked_manifest();
        let raw = format!("raw/{}/", repository.0);
        let mined = mined_file(repository);
        manifest
            .entries()
            .filter(|entry| entry.path.starts_with(&raw) || entry.path == mined)
            .map(|entry| entry.bytes)
            .sum()
    }

    /// A checksum of what is fetched and mined of some repositories.
    pub fn content_of(&self, repositories: &[RepositoryId]) -> Result<String, Error> {
        let mut text = String::new();
        for repository in repositories {
            let raw = format!("raw/{}/", repository.0);
            text.push_str(&self.fingerprint(&[&raw, &mined_file(*repository)]));
            let state = self.read_unlisted(&state::path(*repository))?;
            text.push_str(&state.map_or_else(String::new, |bytes| checksum(&bytes)));
            text.push('\n');
        }
        Ok(checksum(text.as_bytes()))
    }

    /// Says that a shard is finished.
    pub fn certify(&self, certificate: &ShardCertificate) -> Result<(), Error> {
        self.commit_file(SHARD_FILE, &to_json(certificate))
    }

    /// What a shard says of itself; `None` for one that is not finished.
    pub fn shard_certificate(&self) -> Result<Option<ShardCertificate>, Error> {
        let bytes = self.read(SHARD_FILE)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Copies what another store has of a repository, checked against that one's list of files; what it does not have goes here, too.
    pub fn take_repository(&self, other: &Self, repository: RepositoryId) -> Result<(), Error> {
        let raw = format!("raw/{}/", repository.0);
        let mined = mined_file(repository);
        let paths = |store: &Self| -> BTreeSet<String> {
            let raw = store.files_below(&raw).into_iter();
            raw.chain(store.files_below(&mined)).collect()
        };
        let theirs = paths(other);
        let mut staged = Vec::with_capacity(theirs.len());
        for path in &theirs {
            if let Some(bytes) = other.read(path)? {
                staged.push(self.stage(path, &bytes)?);
            }
        }
        self.commit(staged)?;
        let gone: Vec<String> = paths(self).difference(&theirs).cloned().collect();
        self.remove_files(&gone)?;
        let state = state::path(repository);
        if let Some(bytes) = other.read_unlisted(&state)? {
            self.replace_unlisted(&state, &bytes)?;
        }
        let Some(entry) = other.repository(repository) else {
            return Ok(());
        };
        let mut entries = self.locked_repositories();
        let Some(own) = entries.iter_mut().find(|own| own.id == repository) else {
            return Ok(());
        };
        if *own == entry {
            return Ok(());
        }
        *own = entry;
        let bytes = to_json(&*entries);
        drop(entries);
        self.commit_file(REPOSITORIES_FILE, &bytes)
    }
}

fn mined_file(repository: RepositoryId) -> String {
    format!("mined/{}.state", repository.0)
}
