//! One run of mining: what an earlier run knows, plus the commits that came since.
//!
//! A first run is the same with nothing known, so that a store after increments equals the store of a full run. Where what
//! is known cannot be continued (a rewritten branch, a topic forked from a version that is no longer kept), the caller runs
//! again from nothing.

use std::collections::BTreeMap;

use gix::ObjectId;

use crate::domain::{ChangeKind, CommitId};

use super::commit::{Parsed, Stamp};
use super::families::Families;
use super::files::{self, Changed, Files, Task};
use super::interner::Interner;
use super::join::{New, Parts};
use super::known::Known;
use super::landing::landing_order;
use super::log::{Log, LogChange, LogCommit, LogGap, LogMerge, NONE};
use super::objects::{Mixed, Packs, Reader};
use super::parallel::joined;
use super::past::Past;
use super::quarter;
use super::survival::Runs;
use super::tree::{Differ, Hole, Mode, Side};
use super::versions::{self, Contents, Event, Family, Frame, Measured, Version, What};
use super::walk::{self, Node, Source};

/// What a run needs to know.
pub(super) struct Plan<'a> {
    pub(super) packs: &'a Packs,
    pub(super) hash: gix::hash::Kind,
    /// The default branch's tip.
    pub(super) tip: Option<ObjectId>,
    /// Other tips.
    pub(super) others: Vec<ObjectId>,
    /// A shallow clone's edge, sorted.
    pub(super) boundary: Vec<ObjectId>,
    /// Revisions of `.git-blame-ignore-revs`, sorted.
    pub(super) ignored: &'a [ObjectId],
    /// Commits after this instant, in seconds, are not taken from other refs.
    pub(super) until: Option<i64>,
    pub(super) renames: bool,
    pub(super) merges_against_first_parent: bool,
    pub(super) ownership: bool,
    pub(super) threads: usize,
    pub(super) progress: &'a dyn super::Progress,
}

/// The domain's id of an object.
pub(super) fn commit_id(id: &gix::oid) -> Option<CommitId> {
    CommitId::from_bytes(id.as_bytes())
}

/// The object of a domain's id.
pub(super) fn object_id(id: &CommitId) -> Option<ObjectId> {
    ObjectId::try_from(id.as_bytes()).ok()
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
    let (mut order, n_default) = landing_order(&nodes, tip, n_landed);
    if let Some(until) = plan.until {
        let mut place = 0;
        order.retain(|&at| {
            place += 1;
            place <= n_default
                || nodes
                    .get(at as usize)
                    .is_some_and(|node| node.committed <= until)
        });
    }
    let is_continued = order.len() >= old.n_default as usize
        && n_default >= old.n_default as usize
        && (0..old.n_default).zip(&order).all(|(place, &at)| {
            matches!(nodes.get(at as usize), Some(Node { source: Source::Known(known), .. }) if *known == place)
        });
    let quarters = quarter::ends(&first_parents(&nodes, tip, &order));
    let new_quarters = quarters.strip_prefix(old.quarters.as_slice());
    let is_in_time =
        new_quarters.is_some_and(|new| new.iter().all(|(_, at)| at + 1 >= old.n_default));
    let can_go_on = is_continued && is_in_time;
    if !is_first && !can_go_on {
        return None;
    }
    let mut run = Run::new(plan, old, interners, n_default);
    let fresh = run.take_fresh(&mut nodes, &order, &mut reader);
    run.compare_trees(&nodes, &order, fresh, &mut reader);
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
        rows,
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
        rows,
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

/// How many nodes at the beginning are what had landed before, in order: all or none.
///
/// Known nodes come first, by place. None, where one is not reached any more, or where an object that was missing is there now,
/// so that more had landed than was known.
fn n_landed(nodes: &[Node], n_default: u32) -> usize {
    let landed = nodes.get(..n_default as usize).unwrap_or_default();
    let is_last = |node: &Node| matches!(node.source, Source::Known(at) if at.checked_add(1) == Some(n_default));
    let is_closed = |node: &Node| node.parents.iter().all(|&parent| parent < n_default);
    if landed.last().is_some_and(is_last) && landed.iter().all(is_closed) {
        landed.len()
    } else {
        0
    }
}

fn gap(kind: &str, subject: String, reason: &str) -> LogGap {
    LogGap {
        kind: kind.to_owned(),
        subject,
        reason: reason.to_owned(),
    }
}

/// The tip's first-parent line, oldest first: (committer time, place in landing order).
fn first_parents(nodes: &[Node], tip: Option<u32>, order: &[u32]) -> Vec<(i64, u32)> {
    let mut place_of = vec![NONE; nodes.len()];
    for (place, &at) in (0..).zip(order) {
        if let Some(slot) = place_of.get_mut(at as usize) {
            *slot = place;
        }
    }
    let mut line = Vec::new();
    let mut cursor = tip;
    while let Some(node) = cursor.and_then(|at| nodes.get(at as usize)) {
        let place = cursor
            .and_then(|at| place_of.get(at as usize))
            .copied()
            .unwrap_or(NONE);
        line.push((node.committed, place));
        cursor = node.parents.first().copied();
    }
    line.reverse();
    line
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
    events: Vec<Event>,
    /// By path: contents at the new snapshots.
    snapshots: BTreeMap<u32, Contents>,
    /// Places of the new snapshots in landing order.
    snapshot_places: Vec<u32>,
    rows: Vec<(u32, u32, u32, u32)>,
    versions: Vec<(u32, u32, Version, bool)>,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan<'a>, old: Log, interners: Interners, n_default: usize) -> Self {
        Self {
            plan,
            old,
            n_default,
            signatures: interners.signatures,
            paths: interners.paths,
            new: Vec::new(),
            blobs: interners.blobs,
            changes: Vec::new(),
            merges: Vec::new(),
            events: Vec::new(),
            snapshots: BTreeMap::new(),
            snapshot_places: Vec::new(),
            rows: Vec::new(),
            versions: Vec::new(),
        }
    }

    /// Takes what was read out of the nodes, by place.
    ///
    /// A commit known from another ref that has landed since is read again: its lines have owners now.
    fn take_fresh(&self, nodes: &mut [Node], order: &[u32], reader: &mut Reader<'_>) -> Vec<Fresh> {
        let mut fresh = Vec::new();
        for (place, &at) in (0..).zip(order) {
            let Some(node) = nodes.get_mut(at as usize) else {
                continue;
            };
            let has_landed =
                |known| known >= self.old.n_default && (place as usize) < self.n_default;
            if matches!(node.source, Source::Known(known) if has_landed(known))
                && let Some(parsed) = reader
                    .read(&node.id)
                    .ok()
                    .and_then(|object| super::commit::parse(&object.bytes))
            {
                node.source = Source::Read(Box::new(parsed));
            }
            if let Source::Read(_) = node.source
                && let Source::Read(parsed) =
                    std::mem::replace(&mut node.source, Source::Known(NONE))
            {
                fresh.push(Fresh { place, parsed });
            }
        }
        fresh
    }

    fn commit(&mut self, id: CommitId, parsed: Parsed) -> LogCommit {
        let mut gaps = Vec::new();
        if parsed.author.is_time_broken || parsed.committer.is_time_broken {
            gaps.push(gap("commit", id.to_string(), "unreadable_time"));
        }
        let (authored, author_offset) = (parsed.author.seconds, parsed.author.offset_seconds);
        let (committed, committer_offset) =
            (parsed.committer.seconds, parsed.committer.offset_seconds);
        let mut signature = |stamp: Stamp| self.signatures.number(&(stamp.name, stamp.email));
        let author = signature(parsed.author);
        let signed_by = signature(parsed.committer);
        let co_authors = parsed
            .co_authors
            .iter()
            .map(|person| self.signatures.number(person))
            .collect();
        LogCommit {
            id,
            parents: parsed
                .parents
                .iter()
                .filter_map(|id| commit_id(id))
                .collect(),
            author,
            committer: signed_by,
            authored,
            committed,
            author_offset,
            committer_offset,
            co_authors,
            subject: parsed.subject,
            pull_request: parsed.pull_request,
            reverts: parsed.reverts.and_then(|id| commit_id(&id)),
            cherry_picked_from: parsed.cherry_picked_from.and_then(|id| commit_id(&id)),
            is_diffed: false,
            gaps,
        }
    }

    /// Finds the changed files of the new commits.
    fn compare_trees(
        &mut self,
        nodes: &[Node],
        order: &[u32],
        fresh: Vec<Fresh>,
        reader: &mut Reader<'_>,
    ) {
        let tasks = self.tasks(nodes, order, &fresh, reader);
        let plan = self.plan;
        plan.progress.phase("files", Some(tasks.len() as u64));
        self.new.reserve(tasks.len());
        let mut rest = fresh.into_iter().zip(&tasks);
        files::of_commits(
            plan.packs,
            plan.hash,
            &tasks,
            plan.threads,
            &|n| plan.progress.advance(n),
            |files| {
                if let Some((fresh, task)) = rest.next() {
                    let node = order.get(fresh.place as usize).copied().unwrap_or(NONE);
                    if let Some(node) = nodes.get(node as usize) {
                        self.record(node.id, fresh, task, files);
                    }
                }
            },
        );
    }

    /// What to compare for each of the new commits.
    fn tasks(
        &self,
        nodes: &[Node],
        order: &[u32],
        fresh: &[Fresh],
        reader: &mut Reader<'_>,
    ) -> Vec<Task> {
        let mut place_of = vec![NONE; nodes.len()];
        for (place, &at) in (0..).zip(order) {
            if let Some(slot) = place_of.get_mut(at as usize) {
                *slot = place;
            }
        }
        let mut tree_of = |at: u32| {
            let place = *place_of.get(at as usize).filter(|&&place| place != NONE)?;
            match fresh.binary_search_by_key(&place, |fresh| fresh.place) {
                Ok(fresh_at) => fresh.get(fresh_at).map(|fresh| fresh.parsed.tree),
                Err(_) => tree_of_commit(reader, &nodes.get(at as usize)?.id),
            }
        };
        let mut tasks = Vec::with_capacity(fresh.len());
        for Fresh { place, parsed } in fresh {
            let at = order.get(*place as usize).copied().unwrap_or(NONE);
            let node = nodes.get(at as usize);
            let is_edge = node.is_some_and(|node| self.is_edge(&node.id));
            let known = node.map(|node| node.parents.as_slice()).unwrap_or_default();
            let parents: Vec<Option<ObjectId>> = parsed
                .parents
                .iter()
                .map(|parent| {
                    let is_it = |at: &&u32| {
                        let node = nodes.get(**at as usize);
                        node.is_some_and(|node| node.id == *parent)
                    };
                    tree_of(*known.iter().find(is_it)?)
                })
                .collect();
            let is_default = (*place as usize) < self.n_default;
            let first_is_there = parents.first().is_none_or(Option::is_some);
            tasks.push(Task {
                tree: parsed.tree,
                wants_renames: self.plan.renames,
                wants_changes: !is_edge
                    && first_is_there
                    && (parents.len() < 2 || self.plan.merges_against_first_parent),
                wants_merged: self.plan.ownership
                    && is_default
                    && !is_edge
                    && parents.len() > 1
                    && parents.iter().all(Option::is_some),
                wants_all: self.plan.ownership && is_default && (is_edge || !first_is_there),
                first_is_there,
                parents: parents.into_iter().flatten().collect(),
            });
        }
        tasks
    }

    fn is_edge(&self, id: &ObjectId) -> bool {
        self.plan.boundary.binary_search(id).is_ok()
    }

    /// Keeps a commit with its files.
    fn record(&mut self, id: ObjectId, fresh: Fresh, task: &Task, files: Files) {
        let Fresh { place, parsed } = fresh;
        let Some(name) = commit_id(&id) else { return };
        let n_parents = parsed.parents.len();
        let mut commit = self.commit(name, *parsed);
        commit.is_diffed = task.wants_changes;
        let hole = if self.is_edge(&id) {
            Some("shallow_edge")
        } else {
            (!task.first_is_there).then_some("missing_parent")
        };
        let holes = hole.map(|reason| gap("commit", name.to_string(), reason));
        commit.gaps.extend(holes);
        let changes = self.record_files(place, &mut commit, n_parents, files);
        self.new.push(New {
            place,
            commit,
            changes,
        });
    }

    /// Returns the range of the commit's changes.
    fn record_files(
        &mut self,
        place: u32,
        commit: &mut LogCommit,
        n_parents: usize,
        files: Files,
    ) -> std::ops::Range<usize> {
        let owner = (self.plan.ownership && (place as usize) < self.n_default && n_parents < 2)
            .then_some(commit.author);
        let is_ignored =
            object_id(&commit.id).is_some_and(|id| self.plan.ignored.binary_search(&id).is_ok());
        let start = self.changes.len();
        commit.gaps.extend(files.gaps);
        for Changed {
            path,
            previous,
            before,
            after,
        } in files.changes
        {
            let path = self.paths.number(path.as_slice());
            let previous = previous.map_or(NONE, |previous| self.paths.number(previous.as_slice()));
            let kind = match (before, after) {
                _ if previous != NONE => ChangeKind::Renamed,
                (None, _) => ChangeKind::Added,
                (_, None) => ChangeKind::Deleted,
                _ => ChangeKind::Modified,
            };
            let change = u32::try_from(self.changes.len()).unwrap_or(NONE);
            let (before_blob, before_mode) = self.blob(before);
            let (after_blob, after_mode) = self.blob(after);
            self.changes.push(LogChange {
                commit: place,
                path,
                previous,
                kind,
                added: NONE,
                deleted: NONE,
                is_binary: false,
                before: before_blob,
                before_mode,
                after: after_blob,
                after_mode,
            });
            let base_path = if previous == NONE { path } else { previous };
            let what = What::Change {
                change,
                base_path,
                before,
                after,
                owner,
                is_ignored,
            };
            self.events.push(Event {
                order: place,
                path,
                what,
            });
        }
        let changes = start..self.changes.len();
        for merged in files.merged {
            let path = self.paths.number(merged.path.as_slice());
            let (after, after_mode) = self.blob(Some(merged.after));
            let mut parents = Vec::new();
            let mut bases = Vec::new();
            for (base_path, side) in merged.parents {
                let base_path = self.paths.number(base_path.as_slice());
                let (blob, mode) = self.blob(Some(side));
                parents.push((base_path, blob, mode));
                bases.push((base_path, side));
            }
            self.merges.push(LogMerge {
                commit: place,
                path,
                after,
                after_mode,
                parents,
            });
            let what = What::Merged {
                parents: bases,
                after: merged.after,
                owner: commit.author,
            };
            self.events.push(Event {
                order: place,
                path,
                what,
            });
        }
        for (path, after) in files.all {
            let path = self.paths.number(path.as_slice());
            self.events.push(Event {
                order: place,
                path,
                what: What::Base { after },
            });
        }
        changes
    }

    fn blob(&mut self, side: Option<Side>) -> (u32, Mode) {
        match side.and_then(|side| Some((commit_id(&side.id)?, side.mode))) {
            Some((id, mode)) => (self.blobs.number(&id), mode),
            None => (NONE, Mode::File),
        }
    }

    /// Finds the contents of all files at the new snapshots; false where a tree cannot be read.
    fn follow_tip(
        &mut self,
        nodes: &[Node],
        order: &[u32],
        quarters: &[(i64, u32)],
        reader: &mut Reader<'_>,
    ) -> bool {
        let id_at = |place: u32| {
            nodes
                .get(*order.get(place as usize)? as usize)
                .map(|node| node.id)
        };
        self.snapshot_places = quarters.iter().map(|(_, place)| *place).collect();
        let Some(last) = self
            .n_default
            .checked_sub(1)
            .and_then(|last| u32::try_from(last).ok())
        else {
            return true;
        };
        self.snapshot_places.push(last);
        let mut trees = Vec::new();
        let start = self.old.n_default.checked_sub(1).and_then(id_at);
        for id in start.into_iter().chain(
            self.snapshot_places
                .iter()
                .filter_map(|&place| id_at(place)),
        ) {
            let Some(tree) = tree_of_commit(reader, &id) else {
                return false;
            };
            trees.push(tree);
        }
        let mut before = if start.is_some() {
            Some(trees.remove(0))
        } else {
            None
        };
        if let Some(tree) = before {
            // Files of the old tip that nothing touched are at the first new snapshot too.
            let mut differ = Differ::new(reader, self.plan.hash);
            differ.compare(None, Some(&tree));
            for file in std::mem::take(&mut differ.differences) {
                let path = self.paths.number(file.path.as_slice());
                self.snapshots
                    .entry(path)
                    .or_default()
                    .push((0, file.after));
            }
        }
        for (snapshot, tree) in (0..).zip(trees) {
            let mut differ = Differ::new(reader, self.plan.hash);
            differ.compare(before.as_deref(), Some(&tree));
            for file in std::mem::take(&mut differ.differences) {
                let path = self.paths.number(file.path.as_slice());
                let contents = self.snapshots.entry(path).or_default();
                if contents.last().is_some_and(|(from, _)| *from == snapshot) {
                    contents.pop();
                }
                contents.push((snapshot, file.after));
            }
            before = Some(tree);
        }
        true
    }

    fn families(&mut self) -> Vec<Family> {
        let mut families = Families::new(self.paths.len());
        if self.plan.ownership {
            for event in &self.events {
                families.join(event);
            }
        }
        for event in std::mem::take(&mut self.events) {
            families.of(event.path).events.push(event);
        }
        for (path, contents) in std::mem::take(&mut self.snapshots) {
            families.of(path).snapshots.push((path, contents));
        }
        for version in &self.old.versions {
            let Some(id) = self
                .old
                .blobs
                .get(version.blob as usize)
                .and_then(object_id)
            else {
                continue;
            };
            let (made_by, used_by) = (version.made_by, version.used_by);
            let kept = Version {
                runs: Runs(version.runs.clone()),
                made_by,
                used_by,
            };
            families
                .of(version.path)
                .versions
                .push((version.path, id, kept));
        }
        families.into_list()
    }

    /// Reads contents: lines of every change, owners of every line. False where a version was missing.
    fn measure(&mut self) -> bool {
        let n_events = self.events.len() as u64;
        let families = self.families();
        let frame = Frame {
            snapshots: self.snapshot_places.clone(),
            keep_from: u32::try_from(self.n_default.saturating_sub(kept_commits(self.n_default)))
                .unwrap_or(NONE),
            ownership: self.plan.ownership,
            past: Past::new(&self.old, &self.blobs, self.plan.ignored),
        };
        self.plan.progress.phase("lines", Some(n_events));
        let outcomes = versions::of_families(
            self.plan.packs,
            &families,
            &frame,
            self.plan.threads,
            &|n| self.plan.progress.advance(n),
        );
        drop((families, frame));
        let mut is_complete = true;
        for outcome in outcomes {
            is_complete &= !outcome.is_base_missing;
            for (change, measured) in outcome.measured {
                let Measured { counts, is_binary } = measured;
                if let Some(slot) = self.changes.get_mut(change as usize) {
                    slot.is_binary = is_binary;
                    slot.added = counts.map_or(NONE, |counts| counts.added);
                    slot.deleted = counts.map_or(NONE, |counts| counts.deleted);
                }
            }
            self.rows.extend(outcome.rows);
            for (path, id, version, is_in_tip) in outcome.versions {
                let Some(blob) = commit_id(&id) else { continue };
                self.versions
                    .push((path, self.blobs.number(&blob), version, is_in_tip));
            }
            for (place, gap) in outcome.gaps {
                let at = self.new.binary_search_by_key(&place, |new| new.place);
                if let Some(new) = at.ok().and_then(|at| self.new.get_mut(at)) {
                    new.commit.gaps.push(gap);
                }
            }
        }
        is_complete
    }
}

fn tree_of_commit(reader: &mut Reader<'_>, id: &ObjectId) -> Option<ObjectId> {
    super::commit::parse(&reader.read(id).ok()?.bytes).map(|parsed| parsed.tree)
}
