//! A team of the register, as a report is told of it.

use crate::domain::Owned;
use crate::report::{OwnedLine, ProductInput, TeamScope};
use crate::work::Reading;
use crate::work::owning::{OwnedEntry, Owning};

/// A team, with what each of its entries owns of the files that are there.
pub(super) fn team_scope(reading: &Reading<'_>, owning: &Owning, scope: ProductInput) -> TeamScope {
    let files = || {
        let files = reading.tables.changes.files.iter();
        files.filter(|file| file.in_tip && owning.owned.has(file.repository, &file.path))
    };
    let count = |owned: &Owned| {
        let own = files().filter(|file| owned.has(file.repository, &file.path));
        u64::try_from(own.count()).unwrap_or(u64::MAX)
    };
    let line = |entry: &OwnedEntry| {
        let n_repositories = u64::try_from(entry.owned.whole.len()).unwrap_or(u64::MAX);
        let n_files = count(&entry.owned);
        let is_known = entry.reason.is_some() || entry.leaves_out;
        let is_empty = n_repositories == 0 && n_files == 0 && !is_known;
        OwnedLine {
            team: reading.product.name.clone(),
            entry: entry.entry.clone(),
            n_repositories,
            n_files,
            reason: entry.reason.clone().or_else(|| {
                is_empty.then(|| "no file of the last commit that was mined is its".to_owned())
            }),
            fix: entry
                .fix
                .clone()
                .or_else(|| is_empty.then(|| "check the globs, or leave the entry out".to_owned())),
        }
    };
    let others = reading.question.teams.iter();
    let shared = others
        .filter(|other| other.name != reading.product.name)
        .filter_map(|other| Some((other.name.clone(), count(&other.owning()?.owned))));
    // An area of every repository may have no file in one.
    let mut scope = scope;
    scope
        .repositories
        .retain(|id| owning.owned.has_all(*id) || files().any(|file| file.repository == *id));
    TeamScope {
        scope,
        is_whole: owning.is_whole,
        owns: owning.entries.iter().map(line).collect(),
        shared_with: shared.filter(|(_, n)| *n > 0).collect(),
    }
}
