//! Whose lines there are, and since when: contents of the new versions read, family by family, and of the tip at the ends of quarters.

use super::{Run, kept_commits, tree_of_commit};
use crate::git::diff::trees::Differ;
use crate::git::graph::landing::places;
use crate::git::graph::walk::Node;
use crate::git::lineage::descent::{Descent, Followed};
use crate::git::lineage::families::{Families, Family};
use crate::git::lineage::lives;
use crate::git::lineage::moves::Texts;
use crate::git::lineage::past::Past;
use crate::git::lineage::survival::{Runs, Version};
use crate::git::lineage::versions::{self, Frame, Measured};
use crate::git::objects::id::{commit_id, object_id};
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::Side;
use crate::git::state::log::NONE;

impl Run<'_> {
    /// Finds the versions that the new changes build on, and those of all files at the old tip and at the new snapshots.
    pub(super) fn descend(&mut self, nodes: &[Node], order: &[u32], quarters: &[(i64, u32)]) {
        let place_of = places(nodes.len(), order);
        let landed = order.get(..self.n_default).unwrap_or_default();
        let parents_of = |at: &u32| {
            let node = nodes.get(*at as usize);
            let parents = node.map(|node| node.parents.as_slice()).unwrap_or_default();
            let places = parents.iter().filter_map(|at| place_of.get(*at as usize));
            places.copied().collect()
        };
        let parents: Vec<Vec<u32>> = landed.iter().map(parents_of).collect();
        let last = self.n_default.checked_sub(1);
        let old_tip = self.old.n_default.checked_sub(1);
        let snapshots: Vec<u32> = old_tip
            .into_iter()
            .chain(quarters.iter().map(|(_, place)| *place))
            .chain(last.and_then(|last| u32::try_from(last).ok()))
            .collect();
        let descent = Descent {
            parents: &parents,
            n_paths: self.paths.len(),
            old: &self.old,
            events: &mut self.events,
            taken: &self.taken,
            snapshots: &snapshots,
            line: &self.line,
        };
        let followed = descent.follow();
        let Followed {
            old_bases,
            makers,
            landed,
        } = followed;
        (self.old_bases, self.makers) = (old_bases, makers);
        self.events.extend(landed);
        // What a merge made comes before what it did to the first-parent line with it.
        self.events.sort_by_key(|event| event.order);
    }

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
            let makers = self.makers.first();
            for file in std::mem::take(&mut differ.differences) {
                let path = self.paths.number(file.path.as_slice());
                let maker = makers.map_or(NONE, |makers| makers.maker(path));
                self.snapshots
                    .entry(path)
                    .or_default()
                    .push((0, file.after.map(|side| (side, maker))));
            }
        }
        let n_before = usize::from(start.is_some());
        for (snapshot, tree) in (0..).zip(trees) {
            let mut differ = Differ::new(reader, self.plan.hash);
            differ.compare(before.as_deref(), Some(&tree));
            if differ.is_cut() && start.is_some() {
                return false;
            }
            let at = n_before + snapshot as usize;
            let makers = self.makers.get(at);
            let mut show = |path: u32, content: Option<(Side, u32)>| {
                let contents = self.snapshots.entry(path).or_default();
                if contents.last().is_some_and(|(from, _)| *from == snapshot) {
                    contents.pop();
                }
                contents.push((snapshot, content));
            };
            for file in std::mem::take(&mut differ.differences) {
                let path = self.paths.number(file.path.as_slice());
                let maker = makers.map_or(NONE, |makers| makers.maker(path));
                show(path, file.after.map(|side| (side, maker)));
            }
            // The same content may have been made again since, by somebody else.
            let earlier = at.checked_sub(1).and_then(|at| self.makers.get(at));
            let remade = makers
                .zip(earlier)
                .map(|(makers, earlier)| makers.differing(earlier));
            for (path, maker) in remade.unwrap_or_default() {
                let contents = self.snapshots.get_mut(&path);
                let Some(contents) = contents else { continue };
                let Some(&(from, Some((side, before)))) = contents.last() else {
                    continue;
                };
                if before != maker {
                    if from == snapshot {
                        contents.pop();
                    }
                    contents.push((snapshot, Some((side, maker))));
                }
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
            let kept = Version {
                blob: id,
                runs: Runs(version.runs.clone()),
                made_by: version.made_by,
                used_by: version.used_by,
            };
            let family = families.of(version.path);
            family.versions.push((version.path, kept));
        }
        families.into_list()
    }

    /// Reads contents: lines of every change, owners of every line. False where a version was missing.
    pub(super) fn measure(&mut self) -> bool {
        let n_events = self.events.len() as u64;
        let families = self.families();
        let text = self.plan.text.of_paths(self.paths.values());
        let mut is_step = vec![false; self.n_default];
        for place in &self.line {
            if let Some(slot) = is_step.get_mut(*place as usize) {
                *slot = true;
            }
        }
        let frame = Frame {
            snapshots: self.snapshot_places.clone(),
            keep_from: u32::try_from(self.n_default.saturating_sub(kept_commits(self.n_default)))
                .unwrap_or(NONE),
            ownership: self.plan.ownership,
            authors: &self.authors,
            is_step: &is_step,
            text: &text,
            past: Past::new(
                &self.old,
                &self.old_bases,
                &self.births,
                self.plan.ignored,
                &text,
            ),
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
        let (mut lives, mut texts) = (Vec::new(), Vec::new());
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
            lives.extend(outcome.lives);
            texts.push(outcome.texts);
            for (path, version, is_in_tip) in outcome.versions {
                let Some(blob) = commit_id(&version.blob) else {
                    continue;
                };
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
        self.lives = lives::added_up(lives);
        let line = &self.line;
        Texts::settle(&texts, &mut self.lives, |place| {
            line.get(line.partition_point(|step| *step < place))
                .copied()
        });
        is_complete
    }
}
