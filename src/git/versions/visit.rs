//! One family's versions, visited in landing order: its lines are counted, and their owners carried along.

use std::collections::HashMap;

use gix::ObjectId;

use super::super::lines::{LineCounts, LineDiffer, Wanted, count_lines};
use super::super::log::{LogGap, NONE};
use super::super::objects::{Mixed, Reader};
use super::super::past::{Memo, merged_runs};
use super::super::survival::{Runs, UNKNOWN};
use super::super::text::{Textness, text};
use super::super::tree::Side;
use super::{Event, Family, Frame, Measured, Outcome, Version, What};

/// Versions made by every commit whose place is a multiple of this are kept for later runs: a topic may start from any
/// version, and is then found with a few steps from the milestone before it.
const MILESTONE: u32 = 16;

type Key = (u32, ObjectId);

/// One side of a change.
enum Content {
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
    frame: &'a Frame<'a>,
    reader: &'r mut Reader<'p>,
    differ: &'r mut LineDiffer,
    versions: HashMap<Key, Version, Mixed>,
    uses_left: HashMap<Key, u32, Mixed>,
    memo: Memo,
    outcome: Outcome,
}

impl<'a, 'r, 'p> Visit<'a, 'r, 'p> {
    /// At its beginning.
    pub(super) fn new(
        family: &'a Family,
        frame: &'a Frame<'a>,
        reader: &'r mut Reader<'p>,
        differ: &'r mut LineDiffer,
    ) -> Self {
        let mut uses_left: HashMap<Key, u32, Mixed> = HashMap::default();
        if frame.ownership {
            let mut add = |path: u32, side: &Option<Side>, n: u32| {
                if let Some(side) = side {
                    *uses_left.entry((path, side.id)).or_default() += n;
                }
            };
            for event in &family.events {
                match &event.what {
                    What::Change {
                        base_path,
                        before,
                        owner: Some(_),
                        ..
                    } => add(*base_path, before, 1),
                    What::Merged { parents, .. } => {
                        for (path, side) in parents {
                            add(*path, &Some(*side), 1);
                        }
                    }
                    _ => {}
                }
            }
            for (path, contents) in &family.snapshots {
                for (_, side) in contents {
                    add(*path, side, 1);
                }
            }
        }
        let versions = family
            .versions
            .iter()
            .map(|(path, id, version)| ((*path, *id), version.clone()))
            .collect();
        Self {
            family,
            frame,
            reader,
            differ,
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
        for event in events {
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
            while let Some((_, side)) = contents.get(shown.next).filter(|(from, _)| *from <= number)
            {
                shown.current = side.map(|side| (*path, side.id));
                shown.next += 1;
                shown.is_counted = false;
            }
            let Some(key) = shown.current else { continue };
            if let Some(version) = self.versions.get(&key) {
                if !std::sync::Arc::ptr_eq(&version.runs.0, &shown.runs.0) {
                    shown.runs = version.runs.clone();
                    shown.totals = version.runs.totals();
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
    fn used(&mut self, key: Key, by: Option<u32>) {
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

    /// The owners of a version's lines; unknown ones where it is not there.
    fn runs(&mut self, key: Key, order: u32, content: Option<&[u8]>) -> Runs {
        if let Some(version) = self.version(key, order) {
            return version.runs.clone();
        }
        self.outcome.is_base_missing = true;
        Runs::of_one(content.map_or(0, count_lines), UNKNOWN)
    }

    /// A version, made again if an earlier run did not keep it.
    fn version(&mut self, key: Key, order: u32) -> Option<&Version> {
        if !self.versions.contains_key(&key) {
            let version = self.frame.past.version(
                key.0,
                &key.1,
                order,
                &mut self.memo,
                (self.reader, self.differ),
            )?;
            self.versions.insert(key, version);
        }
        self.versions.get(&key)
    }

    fn made(&mut self, key: Key, by: u32, runs: Runs) {
        let version = Version {
            runs,
            made_by: by,
            used_by: NONE,
        };
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
                before,
                after,
                owner,
                is_ignored,
            } => {
                let owner = owner.filter(|_| self.frame.ownership);
                self.change(
                    event,
                    *change,
                    *base_path,
                    (*before, *after),
                    owner,
                    *is_ignored,
                );
            }
            What::Merged {
                parents,
                after,
                owner,
            } => self.merged(event, parents, *after, *owner),
            What::Base { after } => {
                let content = self.read(event.order, event.path, Some(*after));
                if !matches!(content, Content::Unreadable) {
                    let bytes = content.bytes().filter(|_| after.mode.is_regular());
                    let lines = bytes.map_or(0, count_lines);
                    self.made(
                        (event.path, after.id),
                        event.order,
                        Runs::of_one(lines, UNKNOWN),
                    );
                }
            }
        }
    }

    fn change(
        &mut self,
        event: &Event,
        change: u32,
        base_path: u32,
        (before, after): (Option<Side>, Option<Side>),
        owner: Option<u32>,
        is_ignored: bool,
    ) {
        let (old, new) = (
            self.read(event.order, base_path, before),
            self.read(event.order, event.path, after),
        );
        // Before the comparison: making a version again needs comparisons of its own.
        let base = before.map(|side| (base_path, side.id));
        let is_followed = owner.is_some() && before.is_some_and(|side| side.mode.is_regular());
        let base_runs = base
            .filter(|_| is_followed)
            .map(|base| self.runs(base, event.order, old.bytes()));
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
                    Some(if owner.is_some() {
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
        let Some(owner) = owner else { return };
        if let Some(after) = after {
            let runs = match (&new, base_runs) {
                // Content that is binary or not a file has no lines to own.
                _ if is_new_binary || !after.mode.is_regular() => Runs::default(),
                (Content::Text(new), Some(base_runs)) if !is_old_binary => match &old {
                    Content::Text(_) if hunks_are_set => {
                        base_runs.changed(&self.differ.hunks, owner, is_ignored)
                    }
                    Content::Text(_) => base_runs,
                    _ => Runs::of_one(count_lines(new), UNKNOWN),
                },
                (Content::Text(new), _) => Runs::of_one(count_lines(new), owner),
                _ => Runs::default(),
            };
            if let Some(base) = base {
                self.used(base, Some(event.order));
            }
            self.made((event.path, after.id), event.order, runs);
        } else if let Some(base) = base {
            self.used(base, Some(event.order));
        }
    }

    fn merged(&mut self, event: &Event, parents: &[(u32, Side)], after: Side, owner: u32) {
        let mut known = Vec::new();
        let new = self.read(event.order, event.path, Some(after));
        if new.bytes().is_some() && after.mode.is_regular() {
            for &(path, side) in parents {
                let old = self.read(event.order, path, Some(side));
                if old.bytes().is_some() && side.mode.is_regular() {
                    let runs = self.runs((path, side.id), event.order, old.bytes());
                    known.push((side, self.textness(path), runs));
                }
            }
        }
        let result = (after, self.textness(event.path));
        let runs = merged_runs(&known, result, owner, self.reader, self.differ).unwrap_or_default();
        for (path, side) in parents {
            self.used((*path, side.id), Some(event.order));
        }
        self.made((event.path, after.id), event.order, runs);
    }

    fn keep(&mut self, shown: &[Shown]) {
        if !self.frame.ownership {
            return;
        }
        let in_tip: std::collections::HashSet<Key> =
            shown.iter().filter_map(|shown| shown.current).collect();
        let versions = std::mem::take(&mut self.versions);
        for (key, version) in versions {
            let is_in_tip = in_tip.contains(&key);
            if is_in_tip || self.is_kept(&version) {
                self.outcome
                    .versions
                    .push((key.0, key.1, version, is_in_tip));
            }
        }
        self.outcome
            .versions
            .sort_by_key(|(path, id, ..)| (*path, *id));
    }
}

/// What a path shows at the current snapshot.
#[derive(Default)]
struct Shown {
    next: usize,
    current: Option<Key>,
    runs: Runs,
    totals: Vec<(u32, u32)>,
    is_counted: bool,
}
