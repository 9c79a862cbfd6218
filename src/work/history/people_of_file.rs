//! The people of one file, and what each did to it up to some instant.

use super::chronicle::Chronicle;
use super::lineage::{FileHistory, PartInFile, Touch};
use super::path_holders::{NONE, index};
use crate::domain::{ChangeKind, PersonId};

/// When a commit or a review counts, among the instants of a replay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dated {
    /// Its weight, relative to the others of the replay.
    pub weight: f64,
    /// The first instant at which it had happened.
    pub from: u16,
    /// The first instant from which on it weighs nothing.
    pub until: u16,
}

impl Dated {
    /// Whether it had happened at an instant.
    pub(crate) fn is_before(self, instant: usize) -> bool {
        usize::from(self.from) <= instant
    }

    fn weight_at(self, instant: usize) -> f64 {
        if instant < usize::from(self.until) {
            self.weight
        } else {
            0.0
        }
    }
}

/// A mark is a commit times this, plus 1 for an addition or 2 for a deletion.
pub(crate) const KINDS: u32 = 4;
const ADDED: u32 = 1;
const DELETED: u32 = 2;

/// What belongs to one file: marks of its changes in landing order, and reviews, both by index into the chronicle.
pub(crate) struct MarksOfFile<'a> {
    pub marks: &'a [u32],
    pub reviews: &'a [u32],
}

/// A change of the file at hand.
struct Change {
    dated: Dated,
    commit: usize,
    kind: u32,
    is_left_out: bool,
    /// Whom it credits: a range of [`PeopleOfFile::credits`].
    from: usize,
    to: usize,
}

/// People of one file while it is added up: a part for each, found by a dense index in the order of their ids.
pub(crate) struct PeopleOfFile<'a> {
    chronicle: &'a Chronicle,
    commits: &'a [Dated],
    reviews: &'a [Dated],
    /// By person id: the place in `people`; [`NONE`] for those who are not in it.
    place_of: Vec<u32>,
    people: Vec<PersonId>,
    changes: Vec<Change>,
    /// Places of people.
    credits: Vec<u32>,
    /// Reviews: when, whose (a place), and which.
    reviewed: Vec<(Dated, u32, u32)>,
    parts: Vec<PartInFile>,
}

impl<'a> PeopleOfFile<'a> {
    pub(crate) fn new(
        n_people: usize,
        chronicle: &'a Chronicle,
        commits: &'a [Dated],
        reviews: &'a [Dated],
    ) -> Self {
        Self {
            chronicle,
            commits,
            reviews,
            place_of: vec![NONE; n_people],
            people: Vec::new(),
            changes: Vec::new(),
            credits: Vec::new(),
            reviewed: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn meet(&mut self, person: PersonId) {
        if let Some(slot) = self.place_of.get_mut(index(person.0))
            && *slot == NONE
        {
            *slot = 0;
            self.people.push(person);
        }
    }

    /// Takes the next file.
    pub(crate) fn take(&mut self, strand: &MarksOfFile<'_>) {
        self.people.clear();
        self.changes.clear();
        self.credits.clear();
        self.reviewed.clear();
        for mark in strand.marks {
            let (commit, kind) = (index(mark / KINDS), mark % KINDS);
            let Some(dated) = self.commits.get(commit) else {
                continue;
            };
            let change = if kind == ADDED {
                ChangeKind::Added
            } else {
                ChangeKind::Modified
            };
            let credited = self.chronicle.credited(commit, change);
            let from = self.credits.len();
            if kind != DELETED {
                for person in credited.unwrap_or_default() {
                    self.meet(*person);
                    self.credits.push(person.0);
                }
            }
            self.changes.push(Change {
                dated: *dated,
                commit,
                kind,
                is_left_out: credited.is_err(),
                from,
                to: self.credits.len(),
            });
        }
        for review in strand.reviews {
            let at = index(*review);
            if let (Some(dated), Some(one)) = (self.reviews.get(at), self.chronicle.reviews.get(at))
            {
                self.meet(one.person);
                self.reviewed.push((*dated, one.person.0, *review));
            }
        }
        self.people.sort_unstable();
        for (place, person) in (0_u32..).zip(&self.people) {
            if let Some(slot) = self.place_of.get_mut(index(person.0)) {
                *slot = place;
            }
        }
        let place_of = &self.place_of;
        let place = |person: u32| place_of.get(index(person)).copied().unwrap_or(NONE);
        for person in &mut self.credits {
            *person = place(*person);
        }
        for (_, person, _) in &mut self.reviewed {
            *person = place(*person);
        }
        for person in &self.people {
            if let Some(slot) = self.place_of.get_mut(index(person.0)) {
                *slot = NONE;
            }
        }
    }

    /// The file's history at an instant; whether it lived then.
    pub(crate) fn add_up(&mut self, instant: usize, history: &mut FileHistory) -> bool {
        history.n_changes = 0;
        history.has_changes_left_out = false;
        self.parts.clear();
        self.parts
            .extend(self.people.iter().copied().map(PartInFile::new));
        let mut is_alive = false;
        let mut before: &[u32] = &[];
        for change in &self.changes {
            if !change.dated.is_before(instant) {
                continue;
            }
            is_alive = change.kind != DELETED;
            if !is_alive {
                continue;
            }
            if change.is_left_out {
                history.has_changes_left_out = true;
                continue;
            }
            let is_added = change.kind == ADDED;
            let weight = change.dated.weight_at(instant);
            history.n_changes += u32::from(!is_added);
            let people = self.credits.get(change.from..change.to).unwrap_or(&[]);
            for person in people {
                if let Some(part) = self.parts.get_mut(index(*person)) {
                    part.added |= is_added;
                    part.n_changes += u32::from(!is_added);
                    part.n_turns += u32::from(!before.contains(person));
                    part.change_weight += weight;
                }
            }
            before = people;
        }
        if !is_alive {
            return false;
        }
        for (dated, person, _) in &self.reviewed {
            if dated.is_before(instant)
                && let Some(part) = self.parts.get_mut(index(*person))
            {
                part.n_reviews += 1;
                part.review_weight += dated.weight_at(instant);
            }
        }
        history.people.clear();
        let took_part = |part: &&PartInFile| part.has_changed() || part.n_reviews > 0;
        history
            .people
            .extend(self.parts.iter().filter(took_part).copied());
        true
    }

    /// Every contribution to the file before an instant: changes in landing order, then reviews.
    pub(crate) fn touches(&self, instant: usize, tell: &mut dyn FnMut(Touch)) {
        let person = |place: u32| self.people.get(index(place)).copied();
        // Every counted change has a place of its own: a file may be added a second time, on two branches or after a deletion.
        let mut position = 0;
        for change in &self.changes {
            let counts = change.dated.is_before(instant);
            if !counts || change.kind == DELETED || change.is_left_out {
                continue;
            }
            position += 1;
            let credited = self.credits.get(change.from..change.to).unwrap_or(&[]);
            let landed = self.chronicle.commits.get(change.commit);
            for (person, landed) in credited.iter().filter_map(|at| person(*at).zip(landed)) {
                tell(Touch {
                    history: 0,
                    person,
                    is_review: false,
                    position,
                    at: landed.contributed_at,
                });
            }
        }
        for (dated, place, review) in &self.reviewed {
            let one = self.chronicle.reviews.get(index(*review));
            if let (Some(person), Some(one), true) = (person(*place), one, dated.is_before(instant))
            {
                tell(Touch {
                    history: 0,
                    person,
                    is_review: true,
                    position: 0,
                    at: one.at,
                });
            }
        }
    }
}
