//! Who wrote a pull request, as its commits are signed in git.

use super::delivery::ancestry::Ancestry;
use super::pull_requests::FullPullRequest;
use crate::domain::{CommitId, PersonId};
use crate::tables::Tables;

/// Everybody who signed a pull request's own commits, as author or co-author, and the co-authors of the squash commit that landed; a
/// person as often as they signed.
///
/// A merge commit's author merged, and wrote nothing. A squash commit's author is the pull request's, under whatever address: only
/// its co-authors say more.
pub fn signed<'a>(
    tables: &'a Tables,
    ancestry: &'a Ancestry,
    whole: &'a FullPullRequest<'_>,
    landed: Option<CommitId>,
) -> impl Iterator<Item = PersonId> + 'a {
    let repository = whole.pull_request.repository;
    let row_of = move |commit: CommitId| {
        let row = ancestry.row(repository, commit)?;
        tables.commits.get(row).filter(|commit| !commit.is_merge)
    };
    let own = whole
        .commits
        .iter()
        .filter_map(move |own| row_of(own.commit));
    let is_own = |commit: &CommitId| whole.commits.iter().any(|own| own.commit == *commit);
    let squashed = landed.filter(|commit| !is_own(commit)).and_then(row_of);
    let of_squash = squashed
        .into_iter()
        .flat_map(|commit| commit.authors().filter(|person| *person != commit.author));
    own.flat_map(crate::tables::commits::CommitRow::authors)
        .chain(of_squash)
}
