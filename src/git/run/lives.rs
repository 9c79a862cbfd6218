//! What became of the lines that commits wrote: their births and steps, told by commit and in days.

use crate::domain::{Exclusion, LineEnd, LineLife};
use crate::git::graph::moved_in::MovedIn;
use crate::git::lineage::births::Births;
use crate::git::objects::id::object_id;
use crate::git::settings::tip::Settings;
use crate::git::state::log::{Log, LogLife};

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Lines of one kind: the commit, why their files are left out, their end.
type Kind = (u32, Option<Exclusion>, Option<(u16, LineEnd)>);

/// The lives of all lines of a log. `landed` says by commit of the default branch when it landed, `exclusions` by path why its file is
/// left out.
pub(super) fn line_lives(
    log: &Log,
    settings: &Settings,
    moved_in: &MovedIn,
    landed: &[i64],
    exclusions: &[Option<Exclusion>],
) -> Vec<LineLife> {
    let births = Births::of(log);
    let born = |birth: u32| {
        let maker = births.maker(birth)?;
        let commit = log.commit_of_maker(maker)?;
        let path = match log.changes.get(maker as usize) {
            Some(change) => moved_in.landed(maker as usize, change).path,
            None => log.merges.get(maker as usize - log.changes.len())?.path,
        };
        Some((commit, exclusions.get(path as usize).copied().flatten()))
    };
    let is_format = |step: u32| {
        let commit = log.commits.get(step as usize);
        let id = commit.and_then(|commit| object_id(&commit.id));
        id.is_some_and(|id| settings.ignored.binary_search(&id).is_ok())
    };
    let mut lines: Vec<(Kind, i64)> = Vec::new();
    for row in &log.lives {
        let Some((commit, exclusion)) = born(row.birth) else {
            continue;
        };
        let mut add = |ended, n: i64| {
            if n != 0 {
                lines.push(((commit, exclusion, ended), n));
            }
        };
        add(None, i64::from(row.entered));
        let Some(days) = days_between(landed, commit, row.step) else {
            continue;
        };
        for (end, n) in ends(row, is_format(row.step)) {
            let n = i64::from(n);
            add(Some((days, end)), n);
            // They are not among those that last.
            add(None, -n);
        }
    }
    lines.sort_unstable();
    lines
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|same| {
            let (commit, exclusion, ended) = same.first()?.0;
            let n: i64 = same.iter().map(|(_, n)| n).sum();
            Some(LineLife {
                commit,
                exclusion,
                lines: u32::try_from(n).ok().filter(|n| *n > 0)?,
                ended,
            })
        })
        .collect()
}

/// Whole days from a commit's landing to a step; `None` where it is longer than anybody asks.
fn days_between(landed: &[i64], commit: u32, step: u32) -> Option<u16> {
    let at = |place: u32| landed.get(place as usize).copied();
    let days = (at(step)? - at(commit)?).div_euclid(DAY_SECONDS);
    u16::try_from(days.max(0))
        .ok()
        .filter(|days| *days <= LineLife::LONGEST_DAYS)
}

/// How many of the lines that left with a step left how.
const fn ends(row: &LogLife, is_format: bool) -> [(LineEnd, u32); 2] {
    if is_format {
        [(LineEnd::Formatted, row.left), (LineEnd::Moved, 0)]
    } else {
        [
            (LineEnd::Deleted, row.left - row.moved),
            (LineEnd::Moved, row.moved),
        ]
    }
}
