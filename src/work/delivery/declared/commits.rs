//! What a deployment says was deployed, as a commit: a whole id, the beginning of one, or a tag.

use std::collections::HashMap;

use crate::domain::{CommitId, DeclaredDeployment, RepositoryId};
use crate::tables::Tables;

/// The commits behind the texts of deployments.
pub(super) struct CommitNames {
    /// By repository, sorted: only where some text needs to be looked up.
    all: Vec<(RepositoryId, CommitId)>,
    tags: HashMap<(RepositoryId, String), CommitId>,
}

/// The fewest digits that are taken for the beginning of an id.
const LEAST_DIGITS: usize = 7;

/// Ids in the order of their digits.
fn order((repository, commit): &(RepositoryId, CommitId)) -> (RepositoryId, &[u8]) {
    (*repository, commit.as_bytes())
}

impl CommitNames {
    /// The names that some deployments may use.
    pub(super) fn of<'a>(
        tables: &Tables,
        mut deployments: impl Iterator<Item = &'a DeclaredDeployment>,
    ) -> Self {
        let is_needed = deployments.any(|one| one.commit.is_some());
        let mut all: Vec<(RepositoryId, CommitId)> = Vec::new();
        let mut tags = HashMap::new();
        if is_needed {
            let landed = tables
                .commits
                .iter()
                .map(|row| (row.repository, row.commit));
            let aside = tables.side_commits.iter();
            all.extend(landed.chain(aside.map(|row| (row.repository, row.commit))));
            all.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
            all.dedup();
            let named = tables.tags.iter();
            tags.extend(named.map(|tag| ((tag.repository, tag.name.clone()), tag.commit)));
        }
        Self { all, tags }
    }

    /// The commit of a text: whole ids stand for themselves, whether the history has them or not.
    pub(super) fn commit(&self, repository: RepositoryId, text: &str) -> Option<CommitId> {
        let lower = text.to_ascii_lowercase();
        if let Ok(whole) = lower.parse() {
            return Some(whole);
        }
        let name = text.strip_prefix("refs/tags/").unwrap_or(text);
        let tagged = self.tags.get(&(repository, name.to_owned())).copied();
        tagged.or_else(|| self.begun(repository, &lower))
    }

    /// The only commit whose id begins so.
    fn begun(&self, repository: RepositoryId, digits: &str) -> Option<CommitId> {
        let is_begin =
            digits.len() >= LEAST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_begin {
            return None;
        }
        let at = self.all.partition_point(|(of, commit)| {
            (*of, commit.to_string().as_str()) < (repository, digits)
        });
        let mut fitting = self
            .all
            .iter()
            .skip(at)
            .take_while(|(of, commit)| *of == repository && commit.starts_with(digits));
        let (_, only) = fitting.next()?;
        fitting.next().is_none().then_some(*only)
    }

    /// Whether any commit of a repository is known.
    pub(super) fn has_history(&self, repository: RepositoryId) -> bool {
        let at = self.all.partition_point(|(of, _)| *of < repository);
        self.all.get(at).is_some_and(|(of, _)| *of == repository)
    }

    /// Whether a text names a commit that the history has.
    pub(super) fn knows(&self, repository: RepositoryId, text: &str) -> bool {
        self.commit(repository, text).is_some_and(|commit| {
            let wanted = (repository, commit);
            let found = self
                .all
                .binary_search_by(|one| order(one).cmp(&order(&wanted)));
            found.is_ok()
        })
    }
}
