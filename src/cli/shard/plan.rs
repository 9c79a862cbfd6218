//! Who does what: repositories with their numbers, in parts of about the same size.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::error::{CliError, ErrorKind};
use crate::domain::RepositoryId;
use crate::render::encode;
use crate::store::{RepositoryEntry, checksum};

const FORMAT: u32 = 1;

/// The version of linchpin whose stores can be joined: its own.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// One part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shard {
    /// Its number, from 0.
    pub(super) shard: u32,
    /// Its repositories.
    pub(super) repositories: Vec<RepositoryId>,
}

/// A plan, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    format: u32,
    version: String,
    /// Every repository of the store.
    pub(super) repositories: Vec<RepositoryEntry>,
    /// The parts.
    pub(super) shards: Vec<Shard>,
}

impl Plan {
    /// Deals the wanted repositories out, the largest first, each to the part that has least so far. A part without any is none.
    pub(super) fn of(
        repositories: Vec<RepositoryEntry>,
        wanted: &BTreeMap<RepositoryId, u64>,
        n_shards: u32,
    ) -> Self {
        let mut by_size: Vec<(u64, RepositoryId)> =
            wanted.iter().map(|(id, bytes)| (*bytes, *id)).collect();
        by_size.sort_by_key(|(bytes, id)| (std::cmp::Reverse(*bytes), *id));
        let n = usize::try_from(n_shards).unwrap_or(1).min(by_size.len());
        let mut parts: Vec<(u64, Vec<RepositoryId>)> = vec![(0, Vec::new()); n];
        for (bytes, id) in by_size {
            if let Some((sum, part)) = parts
                .iter_mut()
                .min_by_key(|(sum, part)| (*sum, part.len()))
            {
                *sum = sum.saturating_add(bytes);
                part.push(id);
            }
        }
        let shards = (0..).zip(parts).map(|(shard, (_, mut repositories))| {
            repositories.sort();
            Shard {
                shard,
                repositories,
            }
        });
        Self {
            format: FORMAT,
            version: VERSION.to_owned(),
            repositories,
            shards: shards.collect(),
        }
    }

    /// Reads a plan.
    pub(super) fn read(place: &Path) -> Result<Self, CliError> {
        let shown = encode::terminal(&place.display().to_string());
        let text = std::fs::read_to_string(place).map_err(|error| {
            CliError::new(
                ErrorKind::Usage,
                format!("the plan `{shown}` cannot be read: {error}"),
            )
            .hint("write one with `linchpin shard plan … > plan.json`")
        })?;
        let wrong = |why: String| {
            CliError::new(ErrorKind::Usage, format!("`{shown}` is no plan: {why}")).hint(
                "write it anew with `linchpin shard plan … > plan.json`, and leave it as it is",
            )
        };
        let plan: Self = serde_json::from_str(&text)
            .map_err(|error| wrong(encode::terminal(&error.to_string())))?;
        if plan.version != VERSION {
            let version = encode::terminal(&plan.version);
            let message =
                format!("the plan `{shown}` was made by linchpin {version}, and this is {VERSION}");
            return Err(CliError::new(ErrorKind::Usage, message).hint(
                "use one version for all parts; what was fetched already is fetched no second time",
            ));
        }
        let mut seen = std::collections::BTreeSet::new();
        for (at, one) in (0..).zip(&plan.shards) {
            if one.shard != at {
                return Err(wrong(format!("part {at} is missing")));
            }
            for id in &one.repositories {
                let is_known = plan.repositories.iter().any(|entry| entry.id == *id);
                if !is_known || !seen.insert(*id) {
                    return Err(wrong(format!(
                        "repository {} is unknown or stands twice",
                        id.0
                    )));
                }
            }
        }
        let numbered = (0..).zip(&plan.repositories);
        if plan.format != FORMAT
            || plan.shards.is_empty()
            || numbered.into_iter().any(|(at, one)| one.id.0 != at)
        {
            return Err(wrong("its form is another one".to_owned()));
        }
        Ok(plan)
    }

    /// By what its parts know it.
    pub(super) fn checksum(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        checksum(&text)
    }

    /// A part by its number.
    pub(super) fn shard(&self, number: u32) -> Result<&Shard, CliError> {
        let found = self.shards.iter().find(|one| one.shard == number);
        found.ok_or_else(|| {
            let message = format!(
                "the plan has no shard {number}: it has 0 to {}",
                self.shards.len().saturating_sub(1)
            );
            CliError::new(ErrorKind::Usage, message)
        })
    }

    /// What a repository is called.
    pub(super) fn name(&self, id: RepositoryId) -> &str {
        let mut entries = self.repositories.iter();
        let found = entries.find(|entry| entry.id == id);
        found.map_or("", |entry| &entry.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(n: u32) -> Vec<RepositoryEntry> {
        let entry = |id| RepositoryEntry {
            id: RepositoryId(id),
            node: None,
            name: format!("acme/{id}"),
            keys: vec![format!("acme/{id}")],
        };
        (0..n).map(entry).collect()
    }

    #[test]
    fn parts_are_about_as_large_and_every_repository_is_in_one() {
        let sizes = [90, 10, 40, 30, 20, 1];
        let wanted = (0..).map(RepositoryId).zip(sizes).collect();
        let plan = Plan::of(entries(6), &wanted, 2);
        let parts: Vec<Vec<u32>> = plan
            .shards
            .iter()
            .map(|one| one.repositories.iter().map(|id| id.0).collect())
            .collect();
        // 90 and 10 beside 40, 30, 20 and 1.
        assert_eq!(parts, [vec![0, 1], vec![2, 3, 4, 5]]);
        let few = Plan::of(entries(2), &BTreeMap::from([(RepositoryId(1), 5)]), 7);
        assert_eq!(few.shards.len(), 1, "a part without a repository is none");
    }

    #[test]
    fn a_plan_that_was_changed_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("plan.json");
        let wanted = (0..3).map(|id| (RepositoryId(id), 1)).collect();
        let plan = Plan::of(entries(3), &wanted, 2);
        let whole = serde_json::to_string(&plan).unwrap();
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Plan::read(&file)
        };
        assert_eq!(read(&whole).unwrap(), plan);
        for (from, to) in [
            ("\"shard\":1", "\"shard\":2"),
            ("\"repositories\":[1]", "\"repositories\":[7]"),
            ("\"repositories\":[1]", "\"repositories\":[0]"),
            ("\"format\":1", "\"format\":9"),
            ("\"id\":2", "\"id\":5"),
            (VERSION, "9.9.9"),
            ("{", "["),
        ] {
            let changed = whole.replacen(from, to, 1);
            assert_ne!(changed, whole, "{from}");
            assert!(read(&changed).is_err(), "{from} {to}");
        }
    }
}
