//! The contents pass: lines added and deleted of every change, the births of every line, and when lines come and go, file by file.
//!
//! Paths connected by renames form a family; the versions of a family are visited in landing order by one thread, so that
//! they decode along one delta chain and the owners of lines are carried from version to version. A change builds on the
//! version that its parent has (see `descent`). A merge that mixed both takes each line from the first parent that has it.

mod steps;
mod visit;

use super::families::Family;
use super::lives::Balance;
use super::moves::Texts;
use super::survival::Version;

use self::visit::Visit;
use super::past::Past;
use crate::git::diff::hunk::LineCounts;
use crate::git::diff::lines::LineDiffer;
use crate::git::objects::packs::Packs;
use crate::git::objects::reader::Reader;
use crate::git::parallel::over_chunks;
use crate::git::settings::text::Textness;
use crate::git::state::log::{LogGap, LogLife};

/// Decoded contents that a thread keeps: a few versions of large files. More of them miss the processor's own cache, and every
/// page of memory costs as much to get as it does to fill.
const CONTENT_CACHE: usize = 6 << 20;

/// What a change turned out to be.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::git) struct Measured {
    /// `None` for binary or unreadable content.
    pub(in crate::git) counts: Option<LineCounts>,
    /// Whether either side is binary, by its content or by declaration.
    pub(in crate::git) is_binary: bool,
}

/// What is fixed for all families.
pub(in crate::git) struct Frame<'a> {
    /// Snapshots: the commit's place in landing order; the last one is the tip.
    pub(in crate::git) snapshots: Vec<u32>,
    /// Versions made or used by this commit or later ones are kept for the next run.
    pub(in crate::git) keep_from: u32,
    /// Whether owners are followed at all.
    pub(in crate::git) ownership: bool,
    /// By birth: the author's number.
    pub(in crate::git) authors: &'a [u32],
    /// By commit of the default branch: whether it is on the first-parent line.
    pub(in crate::git) is_step: &'a [bool],
    /// By path: how its files are compared; by their content where it is empty.
    pub(in crate::git) text: &'a [Textness],
    /// What an earlier run saw.
    pub(in crate::git) past: Past<'a>,
}

/// What came of a family.
#[derive(Debug, Default)]
pub(in crate::git) struct Outcome {
    /// By change number.
    pub(in crate::git) measured: Vec<(u32, Measured)>,
    /// Snapshot, path, owner, lines.
    pub(in crate::git) rows: Vec<(u32, u32, u32, u32)>,
    /// What steps of the first-parent line did to its lines.
    pub(in crate::git) lives: Vec<LogLife>,
    /// What lines its commits put in and took out.
    pub(in crate::git) texts: Texts,
    /// Path, version, whether it is in the tip.
    pub(in crate::git) versions: Vec<(u32, Version, bool)>,
    /// Commit's order and hole.
    pub(in crate::git) gaps: Vec<(u32, LogGap)>,
    /// Whether a version was asked for that is not there.
    pub(in crate::git) is_base_missing: bool,
}

/// What a thread works with.
struct Tools<'p> {
    reader: Reader<'p>,
    differ: LineDiffer,
    balance: Balance,
}

/// Visits all families on several threads.
pub(in crate::git) fn of_families(
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
        || Tools {
            reader: packs.reader(CONTENT_CACHE),
            differ: LineDiffer::new(),
            balance: Balance::new(frame.authors.len()),
        },
        |tools, at| {
            let chunk = chunks.get(at).map(Vec::as_slice).unwrap_or_default();
            chunk
                .iter()
                .filter_map(|&at| {
                    let family = families.get(at)?;
                    advance(family.events.len() as u64);
                    Some((at, Visit::new(family, frame, tools).run()))
                })
                .collect::<Vec<_>>()
        },
    );
    let mut results: Vec<_> = results.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, outcome)| outcome).collect()
}
