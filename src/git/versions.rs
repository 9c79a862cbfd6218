//! The contents pass: lines added and deleted of every change, and the owners of every line, file by file.
//!
//! Paths connected by renames form a family; the versions of a family are visited in landing order by one thread, so that
//! they decode along one delta chain and the owners of lines are carried from version to version. A change builds on the
//! version that its parent has (see `descent`). A merge that mixed both takes each line from the first parent that has it.

mod visit;

use gix::ObjectId;

use super::lines::{LineCounts, LineDiffer};
use super::log::LogGap;
use super::objects::Packs;
use super::parallel::over_chunks;
use super::past::Past;
use super::survival::Runs;
use super::text::Textness;
use super::tree::Side;
use visit::Visit;

/// Decoded contents that a thread keeps: a few versions of large files. More of them miss the processor's own cache, and every
/// page of memory costs as much to get as it does to fill.
const CONTENT_CACHE: usize = 6 << 20;

/// Something that happens to a path.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// The commit's place in landing order.
    pub(super) order: u32,
    /// The path's number.
    pub(super) path: u32,
    /// What happens.
    pub(super) what: What,
}

/// See [`Event`].
#[derive(Debug, Clone)]
pub(super) enum What {
    /// A commit changes the file.
    Change {
        /// The change's number among all changes.
        change: u32,
        /// The path it builds on: its own, or where a renamed file was.
        base_path: u32,
        /// The commit that made the version it builds on; `NONE` where there is none.
        base: u32,
        /// Before.
        before: Option<Side>,
        /// After.
        after: Option<Side>,
        /// Whose the new lines are; `None`: owners are not followed here.
        owner: Option<u32>,
        /// Whether `.git-blame-ignore-revs` names the commit.
        is_ignored: bool,
    },
    /// A merge leaves the file unlike that of every parent.
    Merged {
        /// The parents' files.
        parents: Vec<MergedFrom>,
        /// The result.
        after: Side,
        /// The merge's author.
        owner: u32,
    },
    /// The file exists, and nothing is known of what came before.
    Base {
        /// Its content.
        after: Side,
    },
}

/// A file of a merge's parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct MergedFrom {
    /// Which parent, from 0.
    pub(super) number: u32,
    /// Its path there.
    pub(super) path: u32,
    /// The commit that made this version, or `NONE`.
    pub(super) maker: u32,
    /// Its content.
    pub(super) side: Side,
}

/// What a change turned out to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measured {
    /// `None` for binary or unreadable content.
    pub(super) counts: Option<LineCounts>,
    /// Whether either side is binary, by its content or by declaration.
    pub(super) is_binary: bool,
}

/// The owners of a version, and who made and used it last.
#[derive(Debug, Clone)]
pub(super) struct Version {
    /// The content.
    pub(super) blob: ObjectId,
    /// The owners of its lines.
    pub(super) runs: Runs,
    /// The commit that made it, in landing order.
    pub(super) made_by: u32,
    /// The last commit that built on it or deleted it, or `NONE`.
    pub(super) used_by: u32,
}

/// The contents of a path: each from some snapshot on, with the commit that made it, or `NONE`.
pub(super) type Contents = Vec<(u32, Option<(Side, u32)>)>;

/// Paths connected by renames, with all that happens to them.
#[derive(Debug, Default)]
pub(super) struct Family {
    /// By order; inside one commit as it changes them.
    pub(super) events: Vec<Event>,
    /// By path: from which snapshot on it has which content.
    pub(super) snapshots: Vec<(u32, Contents)>,
    /// Versions from an earlier run.
    pub(super) versions: Vec<(u32, Version)>,
}

/// What is fixed for all families.
pub(super) struct Frame<'a> {
    /// Snapshots: the commit's place in landing order; the last one is the tip.
    pub(super) snapshots: Vec<u32>,
    /// Versions made or used by this commit or later ones are kept for the next run.
    pub(super) keep_from: u32,
    /// Whether owners are followed at all.
    pub(super) ownership: bool,
    /// By path: how its files are compared; by their content where it is empty.
    pub(super) text: &'a [Textness],
    /// What an earlier run saw.
    pub(super) past: Past<'a>,
}

/// What came of a family.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// By change number.
    pub(super) measured: Vec<(u32, Measured)>,
    /// Snapshot, path, owner, lines.
    pub(super) rows: Vec<(u32, u32, u32, u32)>,
    /// Path, version, whether it is in the tip.
    pub(super) versions: Vec<(u32, Version, bool)>,
    /// Commit's order and hole.
    pub(super) gaps: Vec<(u32, LogGap)>,
    /// Whether a version was asked for that is not there.
    pub(super) is_base_missing: bool,
}

/// Visits all families on several threads.
pub(super) fn of_families(
    packs: &Packs,
    families: &[Family],
    frame: &Frame<'_>,
    threads: usize,
    advance: &(dyn Fn(u64) + Sync),
) -> Vec<Outcome> {
    // The longest first, so that no thread is left with one at the end; small ones in chunks.
    let mut by_size: Vec<usize> = (0..families.len()).collect();
    let size = |at: usize| families.get(at).map_or(0, |family| family.events.len());
    by_size.sort_by_key(|&at| std::cmp::Reverse(size(at)));
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for at in by_size {
        let size = size(at) + 1;
        match chunks.last_mut() {
            Some(chunk) if room >= size => {
                room -= size;
                chunk.push(at);
            }
            _ => {
                chunks.push(vec![at]);
                room = 256_usize.saturating_sub(size);
            }
        }
    }
    let results = over_chunks(
        threads,
        chunks.len(),
        || (packs.reader(CONTENT_CACHE), LineDiffer::new()),
        |(reader, differ), at| {
            let chunk = chunks.get(at).map(Vec::as_slice).unwrap_or_default();
            chunk
                .iter()
                .filter_map(|&at| {
                    let family = families.get(at)?;
                    advance(family.events.len() as u64);
                    Some((at, Visit::new(family, frame, reader, differ).run()))
                })
                .collect::<Vec<_>>()
        },
    );
    let mut results: Vec<_> = results.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, outcome)| outcome).collect()
}
