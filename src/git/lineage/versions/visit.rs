//! One family's versions, visited in landing order: its lines are counted, and their births carried along.

use std::collections::HashMap;

use gix::ObjectId;

use super::{Frame, Measured, Outcome, Tools};
use crate::git::diff::hunk::LineCounts;
use crate::git::diff::lines::{LineDiffer, Wanted, count_lines};
use crate::git::lineage::event::{Event, MergedFrom, What};
use crate::git::lineage::families::Family;
use crate::git::lineage::lives::Balance;
use crate::git::lineage::past::{Memo, merged_runs, next_runs};
use crate::git::lineage::survival::{Runs, UNKNOWN, Version};
use crate::git::objects::hash::Mixed;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::Side;
use crate::git::settings::text::{Textness, text};
use crate::git::state::log::{LogGap, NONE};

/// Versions made by every commit whose place is a multiple of this are kept for later runs: a topic may start from any
/// version, and is then found with a few steps from the milestone before it.
const MILESTONE: u32 = 16;

/// A version: its path, and the place of the commit that made it.
type Key = (u32, u32);

/// One side of a change.
pub(super) enum Content {
    /// The file is not there on this side.
    Absent,
    /// It is, and cannot be read.
    Unreadable,
    /// It is, and git does not compare its lines.
    Binary,
    /// Its bytes, which are text.
    Text(std::rc::Rc<Vec<u8>>),
}

impl Content {
    const fn is_binary(&self) -> bool {
        matches!(self, Self::Binary)
    }

    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(bytes) => Some(bytes.as_slice()),
            Self::Absent | Self::Unreadable | Self::Binary => None,
        }
    }
}

/// A family being visited.
pub(super) struct Visit<'a, 'r, 'p> {
    family: &'a Family,
    pub(super) frame: &'a Frame<'a>,
    reader: &'r mut Reader<'p>,
    pub(super) differ: &'r mut LineDiffer,
    /// What the current step has done to the lines so far.
    pub(super) balance: &'r mut Balance,
    versions: HashMap<Key, Version, Mixed>,
    uses_left: HashMap<Key, u32, Mixed>,
    memo: Memo,
    pub(super) outcome: Outcome,
}

impl<'a, 'r, 'p> Visit<'a, 'r, 'p> {
    /// At its beginning.
    pub(super) fn new(
        family: &'a Family,
        frame: &'a Frame<'a>,
        Tools {
            reader,
            differ,
            balance,
        }: &'r mut Tools<'p>,
    ) -> Self {
        let mut uses_left: HashMap<Key, u32, Mixed> = HashMap::default();
        if frame.ownership {
            let mut add = |path: u32, maker: u32| *uses_left.entry((path, maker)).or_default() += 1;
            for event in &family.events {
                match &event.what {
                    What::Change {
                        base_path,
                        base,
                        before: Some(_),
                        birth: Some(_),
                        ..
                    } => add(*base_path, *base),
                    What::Merged { parents, .. } => {
                        for parent in parents {
                            add(parent.path, parent.maker);
                        }
                    }
                    What::Landed { before, after } => {
                        for maker in [*before, *after] {
                            add(event.path, maker);
                        }
                    }
                    _ => {}
                }
            }
            for (path, contents) in &family.snapshots {
                for (_, maker) in contents.iter().filter_map(|(_, content)| *content) {
                    add(*path, maker);
                }
            }
        }
        let versions = family
            .versions
            .iter()
            .map(|(path, version)| ((*path, version.made_by), version.clone()))
            .collect();
        Self {
            family,
            frame,
            reader,
            differ,
            balance,
            versions,
            uses_left,
            memo: Memo::default(),
            outcome: Outcome::default(),
        }
    }

    /// To its end.
    pub(super) fn run(mut self) -> Outcome {
        let mut taken = 0;
        let mut shown: Vec<Shown> = self
            .family
            .snapshots
            .iter()
            .map(|_| Shown::default())
            .collect();
        let events = &self.family.events;
        let mut step = None;
        for event in events {
            if let Some(done) = step
                .replace(event.order)
                .filter(|&done| done != event.order)
            {
                self.balance.settle(done, &mut self.outcome.lives);
            }
            while let Some(&at) = self
                .frame
                .snapshots
                .get(taken)
                .filter(|&&at| at < event.order)
            {
                let _ = at;
                self.show(taken, &mut shown);
                taken += 1;
            }
            self.visit(event);
        }
        if let Some(done) = step {
            self.balance.settle(done, &mut self.outcome.lives);
        }
        while taken < self.frame.snapshots.len() {
            self.show(taken, &mut shown);
            taken += 1;
        }
        self.keep(&shown);
        self.outcome
    }

    /// Writes the rows of one snapshot.
    fn show(&mut self, snapshot: usize, shown: &mut [Shown]) {
        let number = u32::try_from(snapshot).unwrap_or(NONE);
        for ((path, contents), shown) in self.family.snapshots.iter().zip(shown) {
            while let Some((_, content)) =
                contents.get(shown.next).filter(|(from, _)| *from <= number)
            {
                shown.current = content.map(|(side, maker)| ((*path, maker), side.id));
                shown.next += 1;
                shown.is_counted = false;
            }
            let Some((key, blob)) = shown.current else {
                continue;
            };
            let version = self.versions.get(&key);
            if let Some(version) = version.filter(|version| version.blob == blob) {
                if !std::sync::Arc::ptr_eq(&version.runs.0, &shown.runs.0) {
                    shown.runs = version.runs.clone();
                    shown.totals = version.runs.totals(self.frame.authors);
                }
            } else {
                self.outcome.is_base_missing = true;
                shown.totals = Vec::new();
                shown.runs = Runs::default();
            }
            self.outcome.rows.extend(
                shown
                    .totals
                    .iter()
                    .map(|&(owner, lines)| (number, *path, owner, lines)),
            );
            // The content stays needed until the next one takes its place.
            let is_last_use = contents
                .get(shown.next)
                .is_some_and(|(from, _)| *from == number + 1);
            if !shown.is_counted && is_last_use {
                shown.is_counted = true;
                self.used(key, None);
            }
        }
    }

    fn is_kept(&self, version: &Version) -> bool {
        version.made_by.is_multiple_of(MILESTONE)
            || version.made_by >= self.frame.keep_from
            || version.used_by != NONE && version.used_by >= self.frame.keep_from
    }

    /// Notes a use of a version, and forgets it if nobody needs it any more.
    pub(super) fn used(&mut self, key: Key, by: Option<u32>) {
        if let (Some(version), Some(by)) = (self.versions.get_mut(&key), by) {
            version.used_by = by;
        }
        let Some(left) = self.uses_left.get_mut(&key) else {
            return;
        };
        *left = left.saturating_sub(1);
        if *left == 0
            && self
                .versions
                .get(&key)
                .is_some_and(|version| !self.is_kept(version))
        {
            self.versions.remove(&key);
        }
    }

    /// The owners of a version's lines; unknown ones where it is not there, or where it is another one: something between
    /// them could not be read.
    fn runs(&mut self, key: Key, side: Side, content: Option<&[u8]>) -> Runs {
        if let Some(version) = self.version(key).filter(|version| version.blob == side.id) {
            return version.runs.clone();
        }
        self.outcome.is_base_missing = true;
        Runs::of_one(content.map_or(0, count_lines), UNKNOWN)
    }

    /// A version, made again if an earlier run did not keep it.
    pub(super) fn version(&mut self, key: Key) -> Option<&Version> {
        if !self.versions.contains_key(&key) {
            let tools = (&mut *self.reader, &mut *self.differ);
            let version = self
                .frame
                .past
                .version(key.0, key.1, &mut self.memo, tools)?;
            self.versions.insert(key, version);
        }
        self.versions.get(&key)
    }

    fn made(&mut self, path: u32, side: Side, by: u32, runs: Runs) {
        let version = Version {
            blob: side.id,
            runs,
            made_by: by,
            used_by: NONE,
        };
        let key = (path, by);
        if self.uses_left.get(&key).is_some_and(|&left| left > 0) || self.is_kept(&version) {
            self.versions.insert(key, version);
        } else {
            self.versions.remove(&key);
        }
    }

    fn textness(&self, path: u32) -> Textness {
        let text = self.frame.text.get(path as usize);
        text.copied().unwrap_or_default()
    }

    fn read(&mut self, order: u32, path: u32, side: Option<Side>) -> Content {
        let Some(side) = side else {
            return Content::Absent;
        };
        match text(self.reader, side, self.textness(path)) {
            Ok(Some(bytes)) => Content::Text(bytes),
            Ok(None) => Content::Binary,
            Err(why) => {
                let gap = LogGap {
                    kind: "blob".to_owned(),
                    subject: side.id.to_string(),
                    reason: why.word().to_owned(),
                };
                self.outcome.gaps.push((order, gap));
                Content::Unreadable
            }
        }
    }

    fn visit(&mut self, event: &Event) {
        match &event.what {
            What::Change {
                change,
                base_path,
                base,
                before,
                after,
                birth,
                is_ignored,
            } => {
                let birth = birth.filter(|_| self.frame.ownership);
                self.change(
                    event,
                    *change,
                    (*base_path, *base),
                    (*before, *after),
                    birth,
                    *is_ignored,
                );
            }
            What::Merged {
                parents,
                after,
                birth,
                is_ignored,
            } => self.merged(event, parents, *after, (*birth, *is_ignored)),
            What::Landed { before, after } => self.landed(event, [*before, *after]),
            What::Base { after } => {
                let content = self.read(event.order, event.path, Some(*after));
                if !matches!(content, Content::Unreadable) {
                    let bytes = content.bytes().filter(|_| after.mode.is_regular());
                    let lines = bytes.map_or(0, count_lines);
                    let runs = Runs::of_one(lines, UNKNOWN);
                    self.made(event.path, *after, event.order, runs);
                }
            }
        }
    }

    fn change(
        &mut self,
        event: &Event,
        change: u32,
        base: Key,
        (before, after): (Option<Side>, Option<Side>),
        birth: Option<u32>,
        is_ignored: bool,
    ) {
        let (old, new) = (
            self.read(event.order, base.0, before),
            self.read(event.order, event.path, after),
        );
        // Before the comparison: making a version again needs comparisons of its own.
        let is_followed = |side: &Side| birth.is_some() && side.mode.is_regular();
        let base_runs = before
            .filter(is_followed)
            .map(|side| self.runs(base, side, old.bytes()));
        let base = before.map(|_| base);
        let is_same = before.zip(after).is_some_and(|(before, after)| {
            before.id == after.id && before.mode.is_regular() == after.mode.is_regular()
        });
        let mut measured = Measured::default();
        let is_old_binary = old.is_binary();
        let is_new_binary = new.is_binary();
        measured.is_binary = is_old_binary || is_new_binary;
        let mut hunks_are_set = false;
        if !measured.is_binary {
            measured.counts = match (&old, &new) {
                (Content::Unreadable, _) | (_, Content::Unreadable) => None,
                _ if is_same => Some(LineCounts::default()),
                (Content::Text(old), Content::Text(new)) => {
                    hunks_are_set = true;
                    Some(if birth.is_some() {
                        self.differ.compare_for_owners(old, new)
                    } else {
                        self.differ.compare(old, new, Wanted::Counts)
                    })
                }
                (_, new) => Some(LineCounts {
                    added: new.bytes().map_or(0, count_lines),
                    deleted: old.bytes().map_or(0, count_lines),
                }),
            };
        }
        self.outcome.measured.push((change, measured));
        let Some(birth) = birth else { return };
        let before_runs = base_runs.clone().unwrap_or_default();
        if !is_ignored {
            self.note_texts(event.order, [&old, &new], hunks_are_set, &before_runs);
        }
        if let Some(after) = after {
            let runs = match (&new, base_runs) {
                // Content that is binary or not a file has no lines to own.
                _ if is_new_binary || !after.mode.is_regular() => Runs::default(),
                (Content::Text(new), Some(base_runs)) if !is_old_binary => match &old {
                    Content::Text(old) if hunks_are_set => {
                        let hunks = &self.differ.hunks;
                        next_runs(&base_runs, [old, new], hunks, (birth, is_ignored))
                    }
                    Content::Text(_) => base_runs,
                    _ => Runs::of_one(count_lines(new), UNKNOWN),
                },
                (Content::Text(new), _) => Runs::of_one(count_lines(new), birth),
                _ => Runs::default(),
            };
            if let Some(base) = base {
                self.used(base, Some(event.order));
            }
            self.step(event.order, &before_runs, &runs);
            self.made(event.path, after, event.order, runs);
        } else if let Some(base) = base {
            self.step(event.order, &before_runs, &Runs::default());
            self.used(base, Some(event.order));
        }
    }

    fn merged(&mut self, event: &Event, parents: &[MergedFrom], after: Side, birth: (u32, bool)) {
        let mut known = Vec::new();
        let new = self.read(event.order, event.path, Some(after));
        if new.bytes().is_some() && after.mode.is_regular() {
            for parent in parents {
                let (path, side) = (parent.path, parent.side);
                let old = self.read(event.order, path, Some(side));
                if old.bytes().is_some() && side.mode.is_regular() {
                    let runs = self.runs((path, parent.maker), side, old.bytes());
                    known.push((side, self.textness(path), runs));
                }
            }
        }
        let result = (after, self.textness(event.path));
        let runs = merged_runs(&known, result, birth, self.reader, self.differ).unwrap_or_default();
        for parent in parents {
            self.used((parent.path, parent.maker), Some(event.order));
        }
        self.made(event.path, after, event.order, runs);
    }

    fn keep(&mut self, shown: &[Shown]) {
        if !self.frame.ownership {
            return;
        }
        let current = shown.iter().filter_map(|shown| shown.current);
        let in_tip: std::collections::HashSet<Key> = current.map(|(key, _)| key).collect();
        let versions = std::mem::take(&mut self.versions);
        for (key, version) in versions {
            let is_in_tip = in_tip.contains(&key);
            if is_in_tip || self.is_kept(&version) {
                self.outcome.versions.push((key.0, version, is_in_tip));
            }
        }
        self.outcome
            .versions
            .sort_by_key(|(path, version, _)| (*path, version.made_by));
    }
}

/// What a path shows at the current snapshot.
#[derive(Default)]
struct Shown {
    next: usize,
    /// Its version, and the content that this must have.
    current: Option<(Key, ObjectId)>,
    runs: Runs,
    totals: Vec<(u32, u32)>,
    is_counted: bool,
}
