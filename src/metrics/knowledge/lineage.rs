//! The history of every file across renames: who added, changed and reviewed it.
//!
//! One pass over the changes in landing order, by dense indices: ten million of them are a matter of seconds. A run computes it
//! once for all metrics that start from it ([`file_histories`] shares it through the lens).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::decay::{REVIEW_WEIGHT, weight};
use crate::domain::{ChangeKind, Exclusion, PersonId, RepositoryId};
use crate::metrics::pull_requests::{Key, reviewer_of};
use crate::metrics::{Lens, ProductLens};
use crate::tables::Tables;

/// One person's part in one file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Who.
    pub person: PersonId,
    /// Whether the person added the file (or added it again after a deletion).
    pub added: bool,
    /// Changes and renames by the person, creation left out.
    pub n_changes: u32,
    /// Changes, creation included, that do not directly follow another one of the same person: several in a row are one.
    pub n_turns: u32,
    /// Changes, creation included, each `exp(−days/90)`, inside the last 547 days.
    pub change_weight: f64,
    /// Reviews of others' pull requests that touch the file.
    pub n_reviews: u32,
    /// The same, each `½·exp(−days/90)`, inside the last 547 days.
    pub review_weight: f64,
}

impl Part {
    /// A person's part before anything was done.
    #[must_use]
    pub const fn new(person: PersonId) -> Self {
        Self {
            person,
            added: false,
            n_changes: 0,
            n_turns: 0,
            change_weight: 0.0,
            n_reviews: 0,
            review_weight: 0.0,
        }
    }

    /// Whether the person added or changed the file, and did not only review it.
    #[must_use]
    pub const fn has_changed(&self) -> bool {
        self.added || self.n_changes > 0
    }

    /// Recency-weighted changes and reviews.
    #[must_use]
    pub const fn recent_weight(&self) -> f64 {
        self.change_weight + self.review_weight
    }
}

/// One living file and its history, chained renames included.
#[derive(Debug, Clone)]
pub struct FileHistory {
    /// Index into `tables.changes.files`.
    pub file: u32,
    /// Humans who changed or reviewed it, by id.
    pub people: Vec<Part>,
    /// All counted changes and renames, by whomever of them, creation left out. A co-authored change counts once.
    pub n_changes: u32,
    /// Whether any change was left out because of its commit or its author.
    pub has_changes_left_out: bool,
    /// Row of the commit of the last counted change.
    pub(super) last: u32,
}

impl FileHistory {
    /// A file without any history yet.
    #[must_use]
    pub const fn new(file: u32) -> Self {
        Self {
            file,
            people: Vec::new(),
            n_changes: 0,
            has_changes_left_out: false,
            last: NONE,
        }
    }

    /// Those who added or changed it.
    pub fn changers(&self) -> impl Iterator<Item = &Part> {
        self.people.iter().filter(|part| part.has_changed())
    }

    fn part(&mut self, person: PersonId) -> &mut Part {
        let at = match self
            .people
            .binary_search_by_key(&person, |part| part.person)
        {
            Ok(at) => at,
            Err(at) => {
                self.people.insert(at, Part::new(person));
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "found or inserted just now")]
        &mut self.people[at]
    }
}

/// Changes by the reason for which they credit nobody.
pub type LeftOut = BTreeMap<&'static str, u64>;

/// The living files of a product with their histories.
#[derive(Debug, Clone, Default)]
pub struct Histories {
    /// By file index.
    pub files: Vec<FileHistory>,
    /// Changes that credit nobody.
    pub left_out: LeftOut,
}

/// One contribution to one living file: what the reference SQL starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Index into [`Histories::files`].
    pub history: u32,
    /// Who.
    pub person: PersonId,
    /// Whether it is a review; else a change.
    pub is_review: bool,
    /// The change's place among the counted ones of its file, from 1; 0 for a review.
    pub position: u32,
    /// When: the earlier of authored and committed, or submitted.
    pub at: Timestamp,
}

const NONE: u32 = u32::MAX;

fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// The histories of the files of a product that exist at the as-of instant; computed once where the lens is shared.
#[must_use]
pub fn file_histories(tables: &Tables, lens: &Lens, product: &ProductLens) -> Arc<Histories> {
    lens.shared
        .histories(lens, product, || replay(tables, lens, product, &mut |_| ()))
}

/// Every contribution to every living file, by file, changes in landing order before reviews.
#[must_use]
pub fn touches(tables: &Tables, lens: &Lens, product: &ProductLens) -> Vec<Touch> {
    let mut touches = Vec::new();
    let histories = replay(tables, lens, product, &mut |touch| touches.push(touch));
    // The replay numbers lineages; the living files are numbered anew.
    let mut found = vec![NONE; histories.n_lineages];
    for (at, lineage) in (0_u32..).zip(&histories.lineages) {
        if let Some(slot) = found.get_mut(index(*lineage)) {
            *slot = at;
        }
    }
    touches.retain_mut(|touch: &mut Touch| {
        touch.history = found.get(index(touch.history)).copied().unwrap_or(NONE);
        touch.history != NONE
    });
    touches.sort_by_key(|touch| (touch.history, touch.is_review));
    touches
}

/// What a replay leaves.
pub(in crate::metrics) struct Replayed {
    histories: Histories,
    /// Of each living file, the number of its lineage.
    lineages: Vec<u32>,
    n_lineages: usize,
}

impl From<Replayed> for Histories {
    fn from(replayed: Replayed) -> Self {
        replayed.histories
    }
}

/// Paths and who holds them, while history is replayed. A path's index is its file's.
struct Ground {
    histories: Vec<FileHistory>,
    /// File → the lineage that is at this path.
    at_path: Vec<u32>,
    /// File → the lineage that was last seen at this path, also after it moved away.
    last_at_path: Vec<u32>,
    /// Paths that several lineages held, with the instants from which on they did.
    held_again: HashMap<u32, Vec<(Timestamp, u32)>>,
    alive: Vec<bool>,
}

impl Ground {
    fn new(n_files: usize) -> Self {
        Self {
            histories: Vec::new(),
            at_path: vec![NONE; n_files],
            last_at_path: vec![NONE; n_files],
            held_again: HashMap::new(),
            alive: vec![false; n_files],
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
            lineage = u32::try_from(self.histories.len()).ok()?;
            self.histories.push(FileHistory::new(file));
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
        self.histories.get_mut(index(lineage))?.file = file;
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
}

/// Replays the changes in landing order, up to `lens.as_of`, then adds the reviews. Changes of excluded commits move files but
/// credit nobody, and are counted.
fn replay(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
    tell: &mut dyn FnMut(Touch),
) -> Replayed {
    let changes = &tables.changes;
    let mut ground = Ground::new(changes.files.len());
    let mut left_out = LeftOut::new();
    let mut current = Landed::default();
    for at in 0..changes.len() {
        let (Some(&row), Some(&file), Some(&kind)) = (
            changes.commit.get(at),
            changes.file.get(at),
            changes.change.get(at),
        ) else {
            break;
        };
        if current.row != Some(row) {
            current = Landed::of(tables, lens, product, row);
        }
        let Some(at_instant) = current.at else {
            continue;
        };
        let previous = changes.previous_file.get(at).copied().flatten();
        let Some(lineage) = ground.lineage(kind, file, previous, at_instant) else {
            continue;
        };
        if kind == ChangeKind::Deleted {
            continue;
        }
        let Some(history) = ground.histories.get_mut(index(lineage)) else {
            continue;
        };
        if let Some(reason) = current.left_out {
            *left_out.entry(reason).or_default() += 1;
            history.has_changes_left_out = true;
            continue;
        }
        let before = usize::try_from(history.last)
            .ok()
            .and_then(|row| tables.commits.get(row));
        history.last = row;
        history.n_changes += u32::from(kind != ChangeKind::Added);
        let position = history.n_changes + 1;
        for person in &current.people {
            let follows_own =
                before.is_some_and(|before| before.authors().any(|author| author == *person));
            let part = history.part(*person);
            if kind == ChangeKind::Added {
                part.added = true;
            } else {
                part.n_changes += 1;
            }
            part.n_turns += u32::from(!follows_own);
            part.change_weight += current.weight;
            tell(Touch {
                history: lineage,
                person: *person,
                is_review: false,
                position,
                at: current.contributed_at,
            });
        }
    }
    add_reviews(tables, lens, product, &mut ground, tell);
    let living = |file: u32| ground.alive.get(index(file)).copied().unwrap_or(false);
    let mut kept: Vec<(u32, u32)> = (0_u32..)
        .zip(&ground.at_path)
        .filter(|(file, lineage)| **lineage != NONE && living(*file))
        .map(|(file, lineage)| (file, *lineage))
        .collect();
    kept.sort_unstable();
    let n_lineages = ground.histories.len();
    let mut histories: Vec<Option<FileHistory>> = ground.histories.into_iter().map(Some).collect();
    let mut files = Vec::with_capacity(kept.len());
    let mut lineages = Vec::with_capacity(kept.len());
    for (file, lineage) in kept {
        let history = histories.get_mut(index(lineage)).and_then(Option::take);
        if let Some(history) = history {
            files.push(FileHistory { file, ..history });
            lineages.push(lineage);
        }
    }
    Replayed {
        histories: Histories { files, left_out },
        lineages,
        n_lineages,
    }
}

/// What every change of one commit shares.
#[derive(Default)]
struct Landed {
    row: Option<u32>,
    /// When it was committed; `None`: not on the product's default branches, or not before the as-of instant.
    at: Option<Timestamp>,
    /// Why it credits nobody.
    left_out: Option<&'static str>,
    people: Vec<PersonId>,
    /// The earlier of authored and committed.
    contributed_at: Timestamp,
    weight: f64,
}

impl Landed {
    fn of(tables: &Tables, lens: &Lens, product: &ProductLens, row: u32) -> Self {
        let nothing = Self {
            row: Some(row),
            ..Self::default()
        };
        let Some(commit) = tables.commits.get(index(row)) else {
            return nothing;
        };
        if !product.repositories.contains(&commit.repository)
            || !commit.on_default_branch
            || commit.committed_at >= lens.as_of
        {
            return nothing;
        }
        let people: Vec<PersonId> = commit
            .authors()
            .filter(|person| tables.is_human(*person))
            .collect();
        let contributed_at = commit.authored_at.min(commit.committed_at);
        Self {
            at: Some(commit.committed_at),
            left_out: match commit.exclusion {
                Some(exclusion) => Some(exclusion.word()),
                None if people.is_empty() => Some("by_automation"),
                None => None,
            },
            people,
            contributed_at,
            weight: weight(contributed_at, lens.as_of).unwrap_or(0.0),
            ..nothing
        }
    }
}

/// Credits human reviews of others' pull requests to the files that these touch.
fn add_reviews(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
    ground: &mut Ground,
    tell: &mut dyn FnMut(Touch),
) {
    let facts = &tables.facts;
    let opened: HashMap<Key, &crate::domain::PullRequest> = facts
        .pull_requests
        .iter()
        .filter(|row| product.repositories.contains(&row.repository) && row.created_at < lens.as_of)
        .map(|row| ((row.repository, row.number), row))
        .collect();
    if opened.is_empty() || facts.reviews.is_empty() {
        return;
    }
    let file_of: HashMap<(RepositoryId, &str), u32> = (0_u32..)
        .zip(&tables.changes.files)
        .filter(|(_, file)| product.repositories.contains(&file.repository))
        .map(|(at, file)| ((file.repository, file.path.as_str()), at))
        .collect();
    let mut touched: HashMap<Key, Vec<u32>> = HashMap::new();
    for row in &facts.pull_request_files {
        let key = (row.repository, row.number);
        if let Some(file) = file_of.get(&(row.repository, row.path.as_str()))
            && opened.contains_key(&key)
        {
            touched.entry(key).or_default().push(*file);
        }
    }
    for review in facts
        .reviews
        .iter()
        .filter(|row| row.submitted_at < lens.as_of)
    {
        let key = (review.repository, review.number);
        let (Some(pull_request), Some(files)) = (opened.get(&key), touched.get(&key)) else {
            continue;
        };
        let Some(person) = reviewer_of(tables, pull_request, review) else {
            continue;
        };
        let held_at = pull_request.merged_at.unwrap_or(review.submitted_at);
        let weight = REVIEW_WEIGHT * weight(review.submitted_at, lens.as_of).unwrap_or(0.0);
        for file in files {
            let Some(lineage) = ground.held_at(*file, held_at) else {
                continue;
            };
            if let Some(history) = ground.histories.get_mut(index(lineage)) {
                let part = history.part(person);
                part.n_reviews += 1;
                part.review_weight += weight;
                tell(Touch {
                    history: lineage,
                    person,
                    is_review: true,
                    position: 0,
                    at: review.submitted_at,
                });
            }
        }
    }
}

/// Why a file is left out of the knowledge metrics; `None`: it counts.
#[must_use]
pub fn exclusion(tables: &Tables, file: u32) -> Option<Exclusion> {
    tables
        .changes
        .files
        .get(index(file))
        .and_then(|file| file.exclusion)
}
