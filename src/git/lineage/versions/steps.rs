//! What is kept of a visit about lines that come and go: the balance of its steps, and the texts of changed lines.

use super::visit::{Content, Visit};
use crate::git::lineage::event::Event;
use crate::git::lineage::survival::{Runs, UNKNOWN};
use crate::git::state::log::NONE;

impl Visit<'_, '_, '_> {
    /// Adds a change of the first-parent line to its step.
    pub(super) fn step(&mut self, order: u32, before: &Runs, after: &Runs) {
        if self.frame.is_step.get(order as usize) == Some(&true) {
            self.balance.change(before, after);
        }
    }

    /// Adds what a merge of the first-parent line did to the file that its first parent has.
    pub(super) fn landed(&mut self, event: &Event, makers: [u32; 2]) {
        let keys = makers.map(|maker| (event.path, maker));
        let [before, after] = keys.map(|key| {
            if key.1 == NONE {
                return Runs::default();
            }
            if let Some(version) = self.version(key) {
                version.runs.clone()
            } else {
                self.outcome.is_base_missing = true;
                Runs::default()
            }
        });
        self.step(event.order, &before, &after);
        for key in keys {
            self.used(key, None);
        }
    }

    /// Notes the texts of the lines that a change puts in and takes out.
    pub(super) fn note_texts(
        &mut self,
        commit: u32,
        [old, new]: [&Content; 2],
        hunks_are_set: bool,
        before: &Runs,
    ) {
        let texts = &mut self.outcome.texts;
        match (old, new) {
            (Content::Text(old), Content::Text(new)) if hunks_are_set => {
                let removed = before.removed(&self.differ.hunks);
                let mut births = removed
                    .iter()
                    .flat_map(|&(lines, birth)| std::iter::repeat_n(birth, lines as usize));
                self.differ.changed_lines(old, false, |line| {
                    texts.removed(commit, births.next().unwrap_or(UNKNOWN), line);
                });
                self.differ
                    .changed_lines(new, true, |line| texts.added(commit, line));
            }
            (Content::Text(old), Content::Absent) => {
                let births = before.0.iter();
                let mut births =
                    births.flat_map(|&(lines, birth)| std::iter::repeat_n(birth, lines as usize));
                for line in old.split_inclusive(|&byte| byte == b'\n') {
                    texts.removed(commit, births.next().unwrap_or(UNKNOWN), line);
                }
            }
            (Content::Absent, Content::Text(new)) => {
                for line in new.split_inclusive(|&byte| byte == b'\n') {
                    texts.added(commit, line);
                }
            }
            _ => {}
        }
    }
}
