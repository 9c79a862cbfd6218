//! The replay of a product's changes: which file each belongs to across renames, then who did what, file by file.
//!
//! Changes are sorted by file once, by counting; then one file after the other is added up, at every instant that is asked for:
//! all that it takes lies side by side, however many files and instants there are. Files that ever moved need the order of all
//! of them, and at another instant another one may have moved: they are walked in landing order at each.

use std::num::NonZero;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use super::chronicle::Chronicle;
use super::lineage::{FileHistory, LeftOut, Touch};
use super::path_holders::{NONE, PathHolders, index};
use super::people_of_file::{Dated, KINDS, MarksOfFile, PeopleOfFile};
use crate::domain::ChangeKind;
use crate::tables::Tables;
use crate::work::history::fading::{REVIEW_WEIGHT, WINDOW_DAYS, weight};

/// Changes and reviews by file, ready to be added up at some instants.
pub(crate) struct Replay<'a> {
    tables: &'a Tables,
    chronicle: &'a Chronicle,
    /// In order of time.
    instants: &'a [Timestamp],
    /// By commit of the chronicle.
    commits: Vec<Dated>,
    /// By review of the chronicle.
    reviews: Vec<Dated>,
    /// By file that never moved: marks of its changes.
    changes: Sorted,
    /// By file: its reviews.
    reviewed: Sorted,
    /// By file: whether it ever moved, or another one moved there.
    has_moved: Vec<bool>,
    /// Changes of files that moved, in landing order: commit and what it did.
    moved: Vec<(u32, Step)>,
}

/// What a commit did to a file that moved at some time.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A change, by index into the table.
    Change(usize),
    /// A merge's own doing, by index into the chronicle.
    Merged(usize),
}

/// A change as four bytes: its commit, and what it did.
fn mark(commit: u32, kind: ChangeKind) -> Option<u32> {
    let kind = match kind {
        ChangeKind::Modified | ChangeKind::Renamed => 0,
        ChangeKind::Added => 1,
        ChangeKind::Deleted => 2,
    };
    Some(commit.checked_mul(KINDS)? + kind)
}

impl<'a> Replay<'a> {
    /// Sorts a chronicle for some instants, given in order of time.
    pub(crate) fn of(
        tables: &'a Tables,
        chronicle: &'a Chronicle,
        instants: &'a [Timestamp],
    ) -> Self {
        let n_files = tables.changes.files.len();
        let newest = instants.last().copied().unwrap_or(Timestamp::MIN);
        let dated = |at: Timestamp, counts_at: Timestamp, share: f64| Dated {
            from: place(instants.partition_point(|instant| *instant <= counts_at)),
            until: place(instants.partition_point(|instant| !is_faded(at, *instant))),
            // Shares of one file's contributions are compared: weights of one instant do for all.
            weight: share * weight_at(at, newest),
        };
        let commits = chronicle.commits.iter();
        let commits = commits.map(|landed| dated(landed.contributed_at, landed.at, 1.0));
        let reviews = chronicle.reviews.iter();
        let reviews = reviews.map(|one| dated(one.at, one.at.max(one.opened_at), REVIEW_WEIGHT));
        let mut replay = Self {
            tables,
            chronicle,
            instants,
            commits: commits.collect(),
            reviews: reviews.collect(),
            changes: Sorted::default(),
            reviewed: Sorted::default(),
            has_moved: vec![false; n_files],
            moved: Vec::new(),
        };
        replay.sort_changes();
        replay.sort_reviews();
        replay
    }

    fn sort_changes(&mut self) {
        let changes = &self.tables.changes;
        for landed in &self.chronicle.commits {
            for (at, previous) in changes.moves.of(landed.changes.clone()) {
                for file in [Some(previous), changes.file.get(*at)]
                    .into_iter()
                    .flatten()
                {
                    if let Some(slot) = self.has_moved.get_mut(index(*file)) {
                        *slot = true;
                    }
                }
            }
        }
        // What a merge did is in no order with the changes of a file, unless all are walked in theirs.
        for merged in &self.chronicle.merged {
            for file in [merged.previous, Some(merged.file)].into_iter().flatten() {
                if let Some(slot) = self.has_moved.get_mut(index(file)) {
                    *slot = true;
                }
            }
        }
        let has_moved = |file: u32| self.has_moved.get(index(file)) == Some(&true);
        let files = |landed: &crate::work::history::chronicle::Landed| {
            changes.file.get(landed.changes.clone()).unwrap_or_default()
        };
        let mut sorted = Sorting::new(self.has_moved.len());
        for landed in &self.chronicle.commits {
            for file in files(landed).iter().filter(|file| !has_moved(**file)) {
                sorted.count(index(*file));
            }
        }
        let mut sorted = sorted.counted();
        let mut moved = Vec::new();
        for (number, landed) in (0_u32..).zip(&self.chronicle.commits) {
            let kinds = changes.change.get(landed.changes.clone());
            let of_commit = files(landed).iter().zip(kinds.unwrap_or_default());
            for (at, (file, kind)) in landed.changes.clone().zip(of_commit) {
                if has_moved(*file) {
                    moved.push((number, Step::Change(at)));
                } else if let Some(mark) = mark(number, *kind) {
                    sorted.put(index(*file), mark);
                }
            }
            moved.extend(landed.merged.clone().map(|at| (number, Step::Merged(at))));
        }
        self.changes = sorted.done();
        self.moved = moved;
    }

    fn sort_reviews(&mut self) {
        let mut sorted = Sorting::new(self.has_moved.len());
        for review in &self.chronicle.reviews {
            for file in self.chronicle.files(review) {
                sorted.count(index(*file));
            }
        }
        let mut sorted = sorted.counted();
        for (number, review) in (0_u32..).zip(&self.chronicle.reviews) {
            for file in self.chronicle.files(review) {
                sorted.put(index(*file), number);
            }
        }
        self.reviewed = sorted.done();
    }

    /// How many files there are, living or not.
    fn n_files(&self) -> usize {
        self.has_moved.len()
    }

    /// Shows the files of a range that never moved, by file index, each at every instant at which it lives.
    fn each_settled(&self, files: Range<usize>, see: &mut dyn FnMut(usize, &FileHistory)) {
        let mut cast = self.cast();
        let mut history = FileHistory::new(0);
        for file in files.filter(|file| self.has_moved.get(*file) == Some(&false)) {
            let marks = self.changes.group(file);
            if marks.is_empty() {
                continue;
            }
            cast.take(&MarksOfFile {
                marks,
                reviews: self.reviewed.group(file),
            });
            history.file = u32::try_from(file).unwrap_or(NONE);
            for instant in 0..self.instants.len() {
                if cast.add_up(instant, &mut history) {
                    see(instant, &history);
                }
            }
        }
    }

    /// What `see` puts together from every file at every instant at which it lives: as many parts side by side as there are
    /// cores, each by file index, and one more for the files that moved.
    pub(crate) fn gather<T: Send>(
        &self,
        new: impl Fn() -> T + Sync,
        see: impl Fn(&mut T, usize, &FileHistory) + Sync,
    ) -> Vec<T> {
        let n_threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let n_each = self.n_files().div_ceil(n_threads).max(1);
        let (new, see) = (&new, &see);
        let mut parts: Vec<T> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.n_files())
                .step_by(n_each)
                .map(|from| {
                    scope.spawn(move || {
                        let mut part = new();
                        let to = (from + n_each).min(self.n_files());
                        self.each_settled(from..to, &mut |instant, history| {
                            see(&mut part, instant, history);
                        });
                        part
                    })
                })
                .collect();
            let joined = threads.into_iter().map(|thread| match thread.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect()
        });
        let mut part = new();
        self.each_moved(&mut |instant, history| see(&mut part, instant, history));
        parts.push(part);
        parts
    }

    /// Shows the files that moved, by instant and file index.
    fn each_moved(&self, see: &mut dyn FnMut(usize, &FileHistory)) {
        if self.moved.is_empty() {
            return;
        }
        let mut cast = self.cast();
        let mut history = FileHistory::new(0);
        for instant in 0..self.instants.len() {
            self.walk(instant, &mut |file, strand| {
                cast.take(strand);
                history.file = file;
                if cast.add_up(instant, &mut history) {
                    see(instant, &history);
                }
            });
        }
    }

    /// Tells every contribution to every living file at the last instant, by file index.
    pub(crate) fn each_touch(&self, tell: &mut dyn FnMut(u32, Touch)) {
        let Some(last) = self.instants.len().checked_sub(1) else {
            return;
        };
        let mut cast = self.cast();
        let mut history = FileHistory::new(0);
        let mut see = |file: u32, strand: &MarksOfFile<'_>, tell: &mut dyn FnMut(u32, Touch)| {
            cast.take(strand);
            history.file = file;
            if cast.add_up(last, &mut history) {
                cast.touches(last, &mut |touch| tell(file, touch));
            }
        };
        // Files that never moved are told as they come: they have most of the contributions, of which there are millions.
        let mut of_moved: Vec<(u32, Touch)> = Vec::new();
        self.walk(last, &mut |file, strand| {
            see(file, strand, &mut |file, touch| {
                of_moved.push((file, touch));
            });
        });
        of_moved.sort_by_key(|(file, _)| *file);
        let mut of_moved = of_moved.into_iter().peekable();
        for file in (0..self.n_files()).filter(|file| self.has_moved.get(*file) == Some(&false)) {
            let strand = MarksOfFile {
                marks: self.changes.group(file),
                reviews: self.reviewed.group(file),
            };
            let number = u32::try_from(file).unwrap_or(NONE);
            while let Some((file, touch)) = of_moved.next_if(|(file, _)| *file < number) {
                tell(file, touch);
            }
            see(number, &strand, tell);
        }
        for (file, touch) in of_moved {
            tell(file, touch);
        }
    }

    fn is_in_tip(&self, file: u32) -> bool {
        let file = self.tables.changes.files.get(index(file));
        file.is_some_and(|file| file.in_tip)
    }

    fn cast(&self) -> PeopleOfFile<'_> {
        PeopleOfFile::new(
            self.tables.people.len(),
            self.chronicle,
            &self.commits,
            &self.reviews,
        )
    }

    /// Moves files about up to an instant and shows the living ones with what belongs to each, by file index.
    fn walk(&self, instant: usize, see: &mut dyn FnMut(u32, &MarksOfFile<'_>)) {
        let changes = &self.tables.changes;
        let is_before = |dated: Option<&Dated>| dated.is_some_and(|dated| dated.is_before(instant));
        let mut ground = PathHolders::new(self.n_files());
        let (mut lineages, mut marks) = (Vec::new(), Vec::new());
        for (number, step) in &self.moved {
            let commit = index(*number);
            let Some(landed) = self.chronicle.commits.get(commit) else {
                continue;
            };
            if !is_before(self.commits.get(commit)) {
                continue;
            }
            let (file, kind, previous) = match *step {
                Step::Change(at) => {
                    let moved = changes.moves.of(at..at + 1).first();
                    let previous = moved.map(|(_, previous)| *previous);
                    (changes.file.get(at), changes.change.get(at), previous)
                }
                Step::Merged(at) => match self.chronicle.merged.get(at) {
                    Some(merged) if merged.change == ChangeKind::Deleted => {
                        ground.remove(merged.file);
                        continue;
                    }
                    Some(merged) => (Some(&merged.file), Some(&merged.change), merged.previous),
                    None => continue,
                },
            };
            let (Some(file), Some(kind)) = (file, kind) else {
                continue;
            };
            // What a branch changed where another one had moved the file away went along in their merge.
            let moved_on = || ground.moved_on(*file).filter(|_| !self.is_in_tip(*file));
            let lineage = match kind {
                ChangeKind::Modified => moved_on(),
                _ => None,
            }
            .or_else(|| ground.lineage(*kind, *file, previous, landed.at));
            if let (Some(lineage), Some(mark)) = (lineage, mark(*number, *kind)) {
                // A deletion ends a path, and is no part of what is known of a file that moved on.
                if *kind != ChangeKind::Deleted {
                    lineages.push(lineage);
                    marks.push(mark);
                }
            }
        }
        let living = ground.living();
        let mut place_of = vec![NONE; index(ground.n_lineages)];
        for (place, (_, lineage)) in (0_u32..).zip(&living) {
            if let Some(slot) = place_of.get_mut(index(*lineage)) {
                *slot = place;
            }
        }
        let place = |lineage: u32| place_of.get(index(lineage)).copied().unwrap_or(NONE);
        for lineage in &mut lineages {
            *lineage = place(*lineage);
        }
        let marks = Sorted::by_group(living.len(), &lineages, &marks);
        let (mut places, mut numbers) = (Vec::new(), Vec::new());
        for (number, review) in (0_u32..).zip(&self.chronicle.reviews) {
            if !is_before(self.reviews.get(index(number))) {
                continue;
            }
            for file in self.chronicle.files(review) {
                if self.has_moved.get(index(*file)) == Some(&true)
                    && let Some(lineage) = ground.held_at(*file, review.held_at)
                {
                    places.push(place(lineage));
                    numbers.push(number);
                }
            }
        }
        let reviews = Sorted::by_group(living.len(), &places, &numbers);
        for (place, (file, _)) in living.iter().enumerate() {
            let strand = MarksOfFile {
                marks: marks.group(place),
                reviews: reviews.group(place),
            };
            see(*file, &strand);
        }
    }

    /// Changes before an instant that credit nobody, by reason.
    pub(crate) fn left_out(&self, instant: usize) -> LeftOut {
        let mut left_out = LeftOut::new();
        for (number, landed) in self.chronicle.commits.iter().enumerate() {
            let is_before = self.commits.get(number);
            if !is_before.is_some_and(|dated| dated.is_before(instant)) {
                continue;
            }
            let kinds = self.tables.changes.change.get(landed.changes.clone());
            for kind in kinds.unwrap_or_default() {
                if *kind != ChangeKind::Deleted
                    && let Err(reason) = self.chronicle.credited(number, *kind)
                {
                    *left_out.entry(reason).or_default() += 1;
                }
            }
        }
        left_out
    }
}

fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Whether a contribution weighs nothing any more.
fn is_faded(at: Timestamp, instant: Timestamp) -> bool {
    instant.duration_since(at) > SignedDuration::from_hours(24 * WINDOW_DAYS)
}

/// `exp(−days/90)` whatever the age; what comes after the instant, and counts at none, weighs nothing.
fn weight_at(at: Timestamp, instant: Timestamp) -> f64 {
    if let Some(weight) = weight(at, instant) {
        return weight;
    }
    let age = instant.duration_since(at);
    if age.is_negative() {
        return 0.0;
    }
    (-age.as_secs_f64() / 86_400.0 / crate::work::history::fading::DECAY_DAYS).exp()
}

/// Values by group, in the order in which they came: sorted by counting.
#[derive(Debug, Default)]
struct Sorted {
    first: Vec<usize>,
    values: Vec<u32>,
}

/// The counting: how many values each group has.
struct Sorting {
    first: Vec<usize>,
}

/// The placing: where each group's next value goes.
struct Placing {
    next: Vec<usize>,
    sorted: Sorted,
}

impl Sorting {
    fn new(n_groups: usize) -> Self {
        Self {
            first: vec![0; n_groups + 1],
        }
    }

    fn count(&mut self, group: usize) {
        if let Some(slot) = self.first.get_mut(group.saturating_add(1)) {
            *slot += 1;
        }
    }

    fn counted(mut self) -> Placing {
        let mut sum = 0;
        for slot in &mut self.first {
            sum += *slot;
            *slot = sum;
        }
        Placing {
            next: self.first.clone(),
            sorted: Sorted {
                first: self.first,
                values: vec![0; sum],
            },
        }
    }
}

impl Placing {
    fn put(&mut self, group: usize, value: u32) {
        // The last place is the end, not a group.
        if group.saturating_add(1) >= self.next.len() {
            return;
        }
        if let Some(at) = self.next.get_mut(group) {
            if let Some(slot) = self.sorted.values.get_mut(*at) {
                *slot = value;
            }
            *at += 1;
        }
    }

    fn done(self) -> Sorted {
        self.sorted
    }
}

impl Sorted {
    /// `groups` are below `n`; a value of another group is left out.
    fn by_group(n: usize, groups: &[u32], values: &[u32]) -> Self {
        let mut sorting = Sorting::new(n);
        for group in groups {
            sorting.count(index(*group));
        }
        let mut placing = sorting.counted();
        for (group, value) in groups.iter().zip(values) {
            placing.put(index(*group), *value);
        }
        placing.done()
    }

    fn group(&self, at: usize) -> &[u32] {
        match (self.first.get(at), self.first.get(at + 1)) {
            (Some(from), Some(to)) => self.values.get(*from..*to).unwrap_or(&[]),
            _ => &[],
        }
    }
}
