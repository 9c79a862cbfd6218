//! Whose lines there are: contents of the new versions read, family by family, and of the tip at the ends of quarters.

use super::super::families::Families;
use super::super::log::NONE;
use super::super::objects::Reader;
use super::super::past::Past;
use super::super::survival::Runs;
use super::super::tree::Differ;
use super::super::versions::{self, Family, Frame, Measured, Version};
use super::super::walk::Node;
use super::{Run, commit_id, kept_commits, object_id, tree_of_commit};

impl Run<'_> {
    /// Finds the contents of all files at the new snapshots; false where a tree cannot be read.
    pub(super) fn follow_tip(
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
            if differ.is_cut() {
                // What of a tree without an end was seen depends on where the look began: only a full run begins at nothing.
                return false;
            }
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
            if differ.is_cut() && start.is_some() {
                return false;
            }
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
    pub(super) fn measure(&mut self) -> bool {
        let n_events = self.events.len() as u64;
        let families = self.families();
        let text = self.plan.text.of_paths(self.paths.values());
        let frame = Frame {
            snapshots: self.snapshot_places.clone(),
            keep_from: u32::try_from(self.n_default.saturating_sub(kept_commits(self.n_default)))
                .unwrap_or(NONE),
            ownership: self.plan.ownership,
            text: &text,
            past: Past::new(&self.old, &self.blobs, self.plan.ignored, &text),
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
