//! The replay of a product's changes: which file each belongs to across renames, then who did what, file by file.
//!
//! Two passes. The first walks the changes in landing order and only moves files about; it sorts the changes by file. The second
//! takes one file after the other: all that is added up lies side by side, however many files there are.

use std::collections::HashMap;

use jiff::Timestamp;

use super::chronicle::Chronicle;
use super::decay::{REVIEW_WEIGHT, weight};
use super::lineage::{FileHistory, LeftOut, Part, Touch};
use crate::domain::{ChangeKind, PersonId};
use crate::tables::Tables;

const NONE: u32 = u32::MAX;

fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// Paths and who holds them, while history is replayed. A path's index is its file's.
struct Ground {
    n_lineages: u32,
    /// File → the lineage that is at this path.
    at_path: Vec<u32>,
    /// File → the lineage that was last seen at this path, also after it moved away.
    last_at_path: Vec<u32>,
    /// Paths that several lineages held, with the instants from which on they did.
    held_again: HashMap<u32, Vec<(Timestamp, u32)>>,
    alive: Vec<bool>,
    /// By lineage: whether any change was left out.
    has_left_out: Vec<bool>,
}

impl Ground {
    fn new(n_files: usize) -> Self {
        Self {
            n_lineages: 0,
            at_path: vec![NONE; n_files],
            last_at_path: vec![NONE; n_files],
            held_again: HashMap::new(),
            alive: vec![false; n_files],
            has_left_out: Vec::new(),
        }
    }

    /// The lineage that a change belongs to. A deleted path keeps its lineage: added again, it is the same file to those who
    /// knew it.
    fn lineage(
        &mut self,
        kind: ChangeKind,
        file: u32,
        previous: Option<u32>,
        at: Timestamp,
    ) -> Option<u32> {
        let moved = previous.filter(|_| kind == ChangeKind::Renamed);
        let mut lineage = NONE;
        if let Some(previous) = moved {
            if let Some(slot) = self.at_path.get_mut(index(previous)) {
                lineage = std::mem::replace(slot, NONE);
            }
            if let Some(alive) = self.alive.get_mut(index(previous)) {
                *alive = false;
            }
        } else {
            lineage = *self.at_path.get(index(file))?;
        }
        if lineage == NONE {
            lineage = self.n_lineages;
            self.n_lineages = lineage.checked_add(1)?;
            self.has_left_out.push(false);
        }
        *self.at_path.get_mut(index(file))? = lineage;
        *self.alive.get_mut(index(file))? = kind != ChangeKind::Deleted;
        let last = self.last_at_path.get_mut(index(file))?;
        if *last != lineage {
            if *last != NONE {
                let held = self
                    .held_again
                    .entry(file)
                    .or_insert_with(|| vec![(Timestamp::MIN, *last)]);
                held.push((at, lineage));
            }
            *last = lineage;
        }
        Some(lineage)
    }

    /// The lineage that held a path at an instant; the only one that ever did, where there was one.
    fn held_at(&self, file: u32, at: Timestamp) -> Option<u32> {
        let last = self.last_at_path.get(index(file)).copied();
        let at_that_time = self.held_again.get(&file).and_then(|held| {
            held.iter()
                .rev()
                .find(|(since, _)| *since <= at)
                .map(|(_, lineage)| *lineage)
        });
        at_that_time.or(last).filter(|lineage| *lineage != NONE)
    }

    /// The living files with their lineages, by file index.
    fn living(&self) -> Vec<(u32, u32)> {
        (0_u32..)
            .zip(self.at_path.iter().zip(&self.alive))
            .filter(|(_, (lineage, alive))| **alive && **lineage != NONE)
            .map(|(file, (lineage, _))| (file, *lineage))
            .collect()
    }
}

/// Values by group, in the order in which they came: sorted by counting.
struct Sorted {
    first: Vec<usize>,
    values: Vec<u32>,
}

impl Sorted {
    /// `groups` are below `n`; a value of another group is left out.
    fn by_group(n: usize, groups: &[u32], values: &[u32]) -> Self {
        let mut first = vec![0_usize; n + 1];
        for group in groups {
            if let Some(slot) = first.get_mut(index(*group).saturating_add(1)) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut first {
            sum += *slot;
            *slot = sum;
        }
        let mut next = first.clone();
        let mut sorted = vec![0; sum];
        for (group, value) in groups.iter().zip(values) {
            let Some(at) = next.get_mut(index(*group)).filter(|_| index(*group) < n) else {
                continue;
            };
            if let Some(slot) = sorted.get_mut(*at) {
                *slot = *value;
            }
            *at += 1;
        }
        Self {
            first,
            values: sorted,
        }
    }

    fn group(&self, at: usize) -> &[u32] {
        match (self.first.get(at), self.first.get(at + 1)) {
            (Some(from), Some(to)) => self.values.get(*from..*to).unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// People of one file while it is added up: a part for each, found by a dense index.
struct Cast {
    /// By person id: where the part is; [`NONE`] for those without one.
    at: Vec<u32>,
    parts: Vec<Part>,
}

impl Cast {
    fn part(&mut self, person: PersonId) -> Option<&mut Part> {
        let slot = self.at.get_mut(index(person.0))?;
        if *slot == NONE {
            *slot = u32::try_from(self.parts.len()).ok()?;
            self.parts.push(Part::new(person));
        }
        self.parts.get_mut(index(*slot))
    }

    /// The parts by id; the cast is empty afterwards.
    fn take_into(&mut self, people: &mut Vec<Part>) {
        for part in &self.parts {
            if let Some(slot) = self.at.get_mut(index(part.person.0)) {
                *slot = NONE;
            }
        }
        people.clear();
        people.append(&mut self.parts);
        people.sort_unstable_by_key(|part| part.person);
    }
}

/// Replays what happened before `as_of` and shows every living file's history, by file index, and every contribution to it.
///
/// Changes of excluded commits move files but credit nobody, and are counted.
pub(super) fn replay(
    tables: &Tables,
    chronicle: &Chronicle,
    as_of: Timestamp,
    see: &mut dyn FnMut(&FileHistory),
    tell: &mut dyn FnMut(Touch),
) -> LeftOut {
    let mut ground = Ground::new(tables.changes.files.len());
    let mut left_out = LeftOut::new();
    let (mut lineages, marks) = walk(tables, chronicle, as_of, &mut ground, &mut left_out);
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
    let changes = Sorted::by_group(living.len(), &lineages, &marks);
    drop((lineages, marks));
    let reviews = reviews_by_place(chronicle, as_of, &ground, living.len(), &place);
    let weights: Vec<f64> = chronicle
        .commits
        .iter()
        .map(|landed| weight(landed.contributed_at, as_of).unwrap_or(0.0))
        .collect();
    let review_weights: Vec<f64> = chronicle
        .reviews
        .iter()
        .map(|review| REVIEW_WEIGHT * weight(review.at, as_of).unwrap_or(0.0))
        .collect();
    let mut cast = Cast {
        at: vec![NONE; tables.people.len()],
        parts: Vec::new(),
    };
    let mut history = FileHistory::new(0);
    for (place, (file, lineage)) in living.iter().enumerate() {
        history.file = *file;
        history.n_changes = 0;
        history.has_changes_left_out = ground
            .has_left_out
            .get(index(*lineage))
            .copied()
            .unwrap_or_default();
        let number = u32::try_from(place).unwrap_or(NONE);
        let mut before: &[PersonId] = &[];
        for mark in changes.group(place) {
            let (commit, is_added) = (index(mark / 2), mark % 2 == 1);
            let (Ok(people), Some(landed), Some(weight)) = (
                chronicle.credited(commit),
                chronicle.commits.get(commit),
                weights.get(commit),
            ) else {
                continue;
            };
            history.n_changes += u32::from(!is_added);
            for person in people {
                let follows_own = before.contains(person);
                if let Some(part) = cast.part(*person) {
                    part.added |= is_added;
                    part.n_changes += u32::from(!is_added);
                    part.n_turns += u32::from(!follows_own);
                    part.change_weight += weight;
                }
                tell(Touch {
                    history: number,
                    person: *person,
                    is_review: false,
                    position: history.n_changes + 1,
                    at: landed.contributed_at,
                });
            }
            before = people;
        }
        for review in reviews.group(place).iter().map(|review| index(*review)) {
            let (Some(reviewed), Some(weight)) =
                (chronicle.reviews.get(review), review_weights.get(review))
            else {
                continue;
            };
            if let Some(part) = cast.part(reviewed.person) {
                part.n_reviews += 1;
                part.review_weight += weight;
            }
            tell(Touch {
                history: number,
                person: reviewed.person,
                is_review: true,
                position: 0,
                at: reviewed.at,
            });
        }
        cast.take_into(&mut history.people);
        see(&history);
    }
    left_out
}

/// Moves files about: of every change that credits somebody the lineage, and its commit times two, plus one if it added.
fn walk(
    tables: &Tables,
    chronicle: &Chronicle,
    as_of: Timestamp,
    ground: &mut Ground,
    left_out: &mut LeftOut,
) -> (Vec<u32>, Vec<u32>) {
    let changes = &tables.changes;
    let (mut lineages, mut marks) = (Vec::new(), Vec::new());
    for (number, landed) in (0_u32..).zip(&chronicle.commits) {
        if landed.at >= as_of {
            continue;
        }
        let reason = chronicle.credited(index(number)).err();
        let mut n_left_out = 0;
        let of_commit = landed.changes.clone();
        let (Some(files), Some(kinds), Some(previous)) = (
            changes.file.get(of_commit.clone()),
            changes.change.get(of_commit.clone()),
            changes.previous_file.get(of_commit),
        ) else {
            continue;
        };
        for ((file, kind), previous) in files.iter().zip(kinds).zip(previous) {
            let Some(lineage) = ground.lineage(*kind, *file, *previous, landed.at) else {
                continue;
            };
            if *kind == ChangeKind::Deleted {
                continue;
            }
            if reason.is_some() {
                n_left_out += 1;
                if let Some(slot) = ground.has_left_out.get_mut(index(lineage)) {
                    *slot = true;
                }
                continue;
            }
            lineages.push(lineage);
            marks.push(number * 2 + u32::from(*kind == ChangeKind::Added));
        }
        if let Some(reason) = reason.filter(|_| n_left_out > 0) {
            *left_out.entry(reason).or_default() += n_left_out;
        }
    }
    (lineages, marks)
}

/// Reviews by the living file that the reviewed pull request touched, wherever it was then.
fn reviews_by_place(
    chronicle: &Chronicle,
    as_of: Timestamp,
    ground: &Ground,
    n_places: usize,
    place: &dyn Fn(u32) -> u32,
) -> Sorted {
    let (mut places, mut numbers) = (Vec::new(), Vec::new());
    for (number, review) in (0_u32..).zip(&chronicle.reviews) {
        if review.at >= as_of || review.opened_at >= as_of {
            continue;
        }
        for file in chronicle.files(review) {
            if let Some(lineage) = ground.held_at(*file, review.held_at) {
                places.push(place(lineage));
                numbers.push(number);
            }
        }
    }
    Sorted::by_group(n_places, &places, &numbers)
}
