//! What figures are made of: commits on default branches, and what the ones that merge nothing changed.
//!
//! A history may hold more (the commits of all refs, merges against their first parents): that is for other people's tools.

use super::Tables;

/// What becomes of a commit's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// They count.
    Counts,
    /// A merge on the default branch: what it brings in is counted where it was made.
    Merged,
    /// Never landed.
    Elsewhere,
}

impl Tables {
    /// Forgets commits that are on no default branch, their changes, the paths that nothing else knows, and what merges changed.
    ///
    /// Metrics and evidence therefore say the same whatever was mined besides. The one place that decides it; in SQL it is the
    /// relations `landed_commits` and `landed_changes` of the prelude.
    pub fn keep_landed(&mut self) {
        let fates: Vec<Fate> = self
            .commits
            .iter()
            .map(|commit| match (commit.on_default_branch, commit.is_merge) {
                (false, _) => Fate::Elsewhere,
                (true, true) => Fate::Merged,
                (true, false) => Fate::Counts,
            })
            .collect();
        let fate_of = |row: usize| fates.get(row).copied().unwrap_or(Fate::Counts);
        let runs = &self.changes.runs;
        let has_elsewhere = fates.contains(&Fate::Elsewhere);
        if !has_elsewhere && runs.iter().all(|(row, _)| fate_of(row) == Fate::Counts) {
            return;
        }
        let of_changes = runs
            .iter()
            .flat_map(|(row, changes)| std::iter::repeat_n(fate_of(row), changes.len()));
        let change_fates: Vec<Fate> = of_changes.collect();
        self.keep_files(&change_fates);
        let changes = &mut self.changes;
        let mask: Vec<bool> = change_fates
            .iter()
            .map(|fate| *fate == Fate::Counts)
            .collect();
        changes.keep(&mask);
        let is_landed: Vec<bool> = fates.iter().map(|fate| *fate != Fate::Elsewhere).collect();
        changes.runs.renumber(&places(&is_landed));
        keep(&mut self.commits, &is_landed);
    }

    /// Drops the paths that only commits elsewhere touched.
    fn keep_files(&mut self, change_fates: &[Fate]) {
        let changes = &mut self.changes;
        let mut is_elsewhere = vec![false; changes.files.len()];
        let mut is_known: Vec<bool> = changes.files.iter().map(|file| file.in_tip).collect();
        let mut see = |file: u32, fate: Fate| match fate {
            Fate::Elsewhere => mark(&mut is_elsewhere, file),
            Fate::Counts | Fate::Merged => mark(&mut is_known, file),
        };
        for (file, fate) in changes.file.iter().zip(change_fates) {
            see(*file, *fate);
        }
        for (change, previous) in changes.moves.of(0..change_fates.len()) {
            if let Some(fate) = change_fates.get(*change) {
                see(*previous, *fate);
            }
        }
        for file in &self.ownership.file {
            mark(&mut is_known, *file);
        }
        let mask: Vec<bool> = is_elsewhere
            .iter()
            .zip(&is_known)
            .map(|(is_elsewhere, is_known)| *is_known || !is_elsewhere)
            .collect();
        let place = places(&mask);
        // Changes elsewhere keep a number that means nothing: they go next.
        let renumber = |file: &mut u32| *file = at(&place, *file).copied().unwrap_or(*file);
        changes.file.iter_mut().for_each(renumber);
        changes.moves.files_mut().for_each(renumber);
        self.ownership.file.iter_mut().for_each(renumber);
        keep(&mut changes.files, &mask);
    }
}

fn at<T>(list: &[T], index: u32) -> Option<&T> {
    list.get(usize::try_from(index).ok()?)
}

fn mark(flags: &mut [bool], index: u32) {
    if let Some(flag) = usize::try_from(index)
        .ok()
        .and_then(|index| flags.get_mut(index))
    {
        *flag = true;
    }
}

/// By old index: the new one, once the others are gone.
pub(super) fn places(mask: &[bool]) -> Vec<u32> {
    let mut next = 0;
    mask.iter()
        .map(|stays| {
            let place = next;
            next += u32::from(*stays);
            place
        })
        .collect()
}

/// Keeps the items whose place is marked.
pub(super) fn keep<T>(list: &mut Vec<T>, mask: &[bool]) {
    let mut stays = mask.iter();
    list.retain(|_| stays.next().copied().unwrap_or(true));
}
