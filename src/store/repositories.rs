//! Repositories and their keys: handed out once, kept through renames and transfers.

use serde::{Deserialize, Serialize};

use super::{Error, Mode, REPOSITORIES_FILE, Store, to_json};
use crate::domain::{RepoName, RepositoryId};

/// One repository as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryEntry {
    /// Its key in every fact.
    pub id: RepositoryId,
    /// GitHub's node id, once GitHub was asked.
    pub node: Option<String>,
    /// What it is called now: `owner/name`, or the key of a local clone.
    pub name: String,
    /// Every name under which it was ever asked for, in lower case.
    pub keys: Vec<String>,
}

impl RepositoryEntry {
    /// A place of which nobody knows any more whose it was.
    pub(super) fn nameless(id: RepositoryId) -> Self {
        Self {
            id,
            node: None,
            name: format!("repository {}", id.0),
            keys: Vec::new(),
        }
    }

    fn is_nameless(&self) -> bool {
        *self == Self::nameless(self.id)
    }
}

impl Store {
    /// The key of a repository, known by a GitHub name; handed out on first sight and kept for ever.
    pub fn repository_id(&self, name: &RepoName) -> Result<RepositoryId, Error> {
        self.repository_id_of_key(&name.to_string())
    }

    /// The key of a repository that is already known by a GitHub name.
    #[must_use]
    pub fn known_id(&self, name: &RepoName) -> Option<RepositoryId> {
        let key = name.to_string().to_lowercase();
        self.locked_repositories()
            .iter()
            .find(|entry| entry.keys.contains(&key))
            .map(|entry| entry.id)
    }

    /// The key of a repository known by `owner/name` or by any other text, such as a local path.
    pub fn repository_id_of_key(&self, key: &str) -> Result<RepositoryId, Error> {
        self.bind(key, None)
    }

    /// The key of a repository that GitHub names, told apart by its node id: it survives a rename and a transfer, and a new
    /// repository under an old name is another one.
    pub fn bind(&self, name: &str, node: Option<&str>) -> Result<RepositoryId, Error> {
        let key = name.to_lowercase();
        let mut entries = self.locked_repositories();
        let before = entries.clone();
        let by_node = node.and_then(|node| {
            entries
                .iter()
                .position(|entry| entry.node.as_deref() == Some(node))
        });
        let by_key = entries.iter().position(|entry| {
            entry.keys.contains(&key)
                && (node.is_none() || entry.node.is_none() || entry.node.as_deref() == node)
        });
        // A place that lost its name, when the list was damaged, goes to whoever comes next.
        let by_place = || entries.iter().position(RepositoryEntry::is_nameless);
        let at = if let Some(at) = by_node.or(by_key).or_else(by_place) {
            at
        } else {
            let id = RepositoryId(u32::try_from(entries.len()).unwrap_or(u32::MAX));
            entries.push(RepositoryEntry {
                id,
                node: None,
                name: name.to_owned(),
                keys: Vec::new(),
            });
            entries.len() - 1
        };
        for (other, entry) in entries.iter_mut().enumerate() {
            if other != at {
                entry.keys.retain(|known| *known != key);
            }
        }
        let Some(entry) = entries.get_mut(at) else {
            return Ok(RepositoryId(0));
        };
        if entry.is_nameless() {
            name.clone_into(&mut entry.name);
        }
        if !entry.keys.contains(&key) {
            entry.keys.push(key);
            entry.keys.sort();
        }
        if let Some(node) = node {
            entry.node = Some(node.to_owned());
        }
        let id = entry.id;
        if *entries != before && self.mode == Mode::Write {
            let bytes = to_json(&*entries);
            drop(entries);
            self.commit_file(REPOSITORIES_FILE, &bytes)?;
        }
        Ok(id)
    }

    /// Records what a repository is called now.
    pub fn rename_repository(&self, id: RepositoryId, name: &str) -> Result<(), Error> {
        self.change(id, |entry| name.clone_into(&mut entry.name))
    }

    /// Gives a repository that was known by its directory's name alone another one. The old one is nobody's now: another clone may
    /// lie in a directory of that name.
    pub fn name_anew(&self, id: RepositoryId, name: &str) -> Result<(), Error> {
        self.change(id, |entry| {
            name.clone_into(&mut entry.name);
            entry.keys = vec![name.to_lowercase()];
        })
    }

    /// Changes what is known of a repository, and writes it where it differs.
    fn change(
        &self,
        id: RepositoryId,
        change: impl FnOnce(&mut RepositoryEntry),
    ) -> Result<(), Error> {
        let mut entries = self.locked_repositories();
        let Some(entry) = entries.iter_mut().find(|entry| entry.id == id) else {
            return Ok(());
        };
        let before = entry.clone();
        change(entry);
        if *entry == before {
            return Ok(());
        }
        let bytes = to_json(&*entries);
        drop(entries);
        self.commit_file(REPOSITORIES_FILE, &bytes)
    }

    /// Every repository, by key.
    #[must_use]
    pub fn repositories(&self) -> Vec<RepositoryEntry> {
        self.locked_repositories().clone()
    }

    /// One repository.
    #[must_use]
    pub fn repository(&self, id: RepositoryId) -> Option<RepositoryEntry> {
        self.locked_repositories()
            .iter()
            .find(|entry| entry.id == id)
            .cloned()
    }
}
