//! One run of mining: what an earlier run knows, plus the commits that came since.
//!
//! A first run is the same with nothing known, so that a store after increments equals the store of a full run. Where what
//! is known cannot be continued (a rewritten branch, a topic forked from a version that is no longer kept), the caller runs
//! again from nothing.

mod follow;
mod record;

use std::collections::BTreeMap;

use gix::ObjectId;

use super::interner::Interner;
use super::join::{New, Parts};
use super::signing::Signing;
use crate::domain::CommitId;
use crate::git::Progress;
use crate::git::graph::first_parents::first_parents;
use crate::git::graph::known::Known;
use crate::git::graph::landing::{landing_order, n_landed};
use crate::git::graph::quarter;
use crate::git::graph::walk::{self, Node, Source};
use crate::git::lineage::births::Births;
use crate::git::lineage::descent::{Makers, OldBases};
use crate::git::lineage::event::Event;
use crate::git::lineage::families::Contents;
use crate::git::lineage::survival::Version;
use crate::git::objects::commit::{self, Parsed};
use crate::git::objects::hash::Mixed;
use crate::git::objects::object::Unreadable;
use crate::git::objects::packs::Packs;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::Hole;
use crate::git::parallel::joined;
use crate::git::settings::text::TextRules;
use crate::git::state::log::{Log, LogChange, LogGap, LogLife, LogMerge, LogTaken};

/// What a run needs to know.
pub(super) struct Plan<'a> {
    pub(super) packs: &'a Packs,
    /// What signatures become before they are kept.
    pub(super) signing: &'a Signing<'a>,
    pub(super) hash: gix::hash::Kind,
    /// The default branch's tip.
    pub(super) tip: Option<ObjectId>,
    /// Other tips.
    pub(super) others: Vec<ObjectId>,
    /// A shallow clone's edge, sorted.
    pub(super) boundary: Vec<ObjectId>,
    /// Revisions of `.git-blame-ignore-revs`, sorted.
    pub(super) ignored: &'a [ObjectId],
    /// How files are compared.
    pub(super) text: &'a TextRules,
    pub(super) renames: bool,
    pub(super) merges_against_first_parent: bool,
    pub(super) ownership: bool,
    pub(super) threads: usize,
    pub(super) progress: &'a dyn Progress,
}

/// Versions older than this many commits are not kept for the next run, unless they are in the tip.
fn kept_commits(n_default: usize) -> usize {
    (n_default / 100).max(200)
}

/// The log of everything reachable; `None` where `old` cannot be continued.
pub(super) fn extend(plan: &Plan<'_>, mut old: Log) -> Option<Log> {
    let is_first = old.commits.is_empty();
    plan.progress.phase("commits", None);
    let mut reader = plan.packs.reader(8 << 20);
    let ((mut nodes, holes), interners) = walked(plan, &mut old);
    let tip = plan.tip.and_then(|tip| {
        (0..)
            .zip(&nodes)
            .find(|(_, node)| node.id == tip)
            .map(|(at, _): (u32, _)| at)
    });
    let n_landed = n_landed(&nodes, old.n_default);
    let (order, n_default) = landing_order(&nodes, tip, n_landed);
    let is_continued = order.len() >= old.n_default as usize
        && n_default >= old.n_default as usize
        && (0..old.n_default).zip(&order).all(|(place, &at)| {
            matches!(nodes.get(at as usize), Some(Node { source: Source::Known(known), .. }) if *known == place)
        });
    let line = first_parents(&nodes, tip, &order);
    let quarters = quarter::ends(&line);
    let new_quarters = quarters.strip_prefix(old.quarters.as_slice());
    let is_in_time =
        new_quarters.is_some_and(|new| new.iter().all(|(_, at)| at + 1 >= old.n_default));
    let can_go_on = is_continued && is_in_time;
    if !is_first && !can_go_on {
        return None;
    }
    let mut run = Run::new(plan, old, interners, n_default);
    run.line = line.into_iter().map(|(_, place)| place).collect();
    let fresh = run.take_fresh(&mut nodes, &order, &mut reader);
    run.compare_trees(&nodes, &order, fresh, &mut reader);
    if plan.ownership {
        run.descend(&nodes, &order, new_quarters.unwrap_or_default());
    }
    if plan.ownership
        && !run.follow_tip(
            &nodes,
            &order,
            new_quarters.unwrap_or_default(),
            &mut reader,
        )
    {
        return None;
    }
    let is_complete = run.measure();
    if !is_complete && !is_first {
        return None;
    }
    let gaps = holes
        .iter()
        .map(|(id, why)| gap("commit", id.to_string(), why.word()))
        .collect();
    let Run {
        old,
        new,
        signatures,
        paths,
        blobs,
        changes,
        merges,
        taken,
        rows,
        lives,
        versions,
        ..
    } = run;
    let parts = Parts {
        old,
        new,
        n_default,
        signatures,
        paths,
        blobs,
        changes,
        merges,
        taken,
        rows,
        lives,
        versions,
    };
    Some(parts.join(&nodes, &order, quarters, gaps))
}

/// The graph of what the tips reach, with what could not be read; beside it, the earlier run's numbers are taken out of it.
fn walked(plan: &Plan<'_>, old: &mut Log) -> ((Vec<Node>, Vec<Hole>), Interners) {
    let (signatures, paths) = (
        std::mem::take(&mut old.signatures),
        std::mem::take(&mut old.paths),
    );
    let known = Known::of(old);
    let tips: Vec<ObjectId> = plan
        .others
        .iter()
        .chain(plan.tip.as_ref())
        .copied()
        .collect();
    std::thread::scope(|scope| {
        let interners = scope.spawn(|| Interners {
            signatures: Interner::seeded(signatures),
            paths: Interner::seeded(paths),
            blobs: Interner::seeded(old.blobs.clone()),
        });
        let found = walk::reachable(
            plan.packs,
            &tips,
            &plan.boundary,
            &known,
            plan.threads,
            &|n| plan.progress.advance(n),
        );
        (found, joined(interners))
    })
}

fn gap(kind: &str, subject: String, reason: &str) -> LogGap {
    LogGap {
        kind: kind.to_owned(),
        subject,
        reason: reason.to_owned(),
    }
}

/// A commit read in this run, and not looked at yet.
struct Fresh {
    /// In landing order.
    place: u32,
    parsed: Box<Parsed>,
}

/// Numbers for what many facts name, begun with those of the earlier run.
struct Interners {
    signatures: Interner<(String, String)>,
    paths: Interner<Vec<u8>>,
    blobs: Interner<CommitId, Mixed>,
}

struct Run<'a> {
    plan: &'a Plan<'a>,
    old: Log,
    n_default: usize,
    signatures: Interner<(String, String)>,
    paths: Interner<Vec<u8>>,
    /// By place in landing order.
    new: Vec<New>,
    blobs: Interner<CommitId, Mixed>,
    changes: Vec<LogChange>,
    merges: Vec<LogMerge>,
    taken: Vec<LogTaken>,
    events: Vec<Event>,
    /// What the old facts build on.
    old_bases: OldBases,
    /// The makers of all files at the old tip, if there is one, and at the new snapshots.
    makers: Vec<Makers>,
    /// Commits, known ones included, without an end to their files.
    n_cut: usize,
    /// By path: contents at the new snapshots.
    snapshots: BTreeMap<u32, Contents>,
    /// Places of the new snapshots in landing order.
    snapshot_places: Vec<u32>,
    rows: Vec<(u32, u32, u32, u32)>,
    /// Births of the old facts.
    births: Births,
    /// By birth, the new ones included: the author.
    authors: Vec<u32>,
    /// Places of the first-parent line, oldest first.
    line: Vec<u32>,
    lives: Vec<LogLife>,
    versions: Vec<(u32, u32, Version, bool)>,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan<'a>, old: Log, interners: Interners, n_default: usize) -> Self {
        let has_no_end = |gap: &LogGap| gap.reason == Unreadable::TooMany.word();
        let n_cut = old.commits.iter();
        let n_cut = n_cut
            .filter(|commit| commit.gaps.iter().any(has_no_end))
            .count();
        let births = Births::of(&old);
        Self {
            plan,
            authors: births.authors(&old),
            births,
            line: Vec::new(),
            lives: Vec::new(),
            n_cut,
            old,
            n_default,
            signatures: interners.signatures,
            paths: interners.paths,
            new: Vec::new(),
            blobs: interners.blobs,
            changes: Vec::new(),
            merges: Vec::new(),
            taken: Vec::new(),
            events: Vec::new(),
            old_bases: OldBases::default(),
            makers: Vec::new(),
            snapshots: BTreeMap::new(),
            snapshot_places: Vec::new(),
            rows: Vec::new(),
            versions: Vec::new(),
        }
    }
}

fn tree_of_commit(reader: &mut Reader<'_>, id: &ObjectId) -> Option<ObjectId> {
    commit::parse(&reader.read(id).ok()?.bytes).map(|parsed| parsed.tree)
}
