//! The history of every file across renames: who added, changed and reviewed it.
//!
//! A reading keeps it, so that all metrics that start from it share it ([`file_histories`]); `replay` computes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::chronicle;
use super::replay::Replay;
use crate::domain::{Exclusion, PersonId};
use crate::tables::Tables;
use crate::work::Reading;

/// One person's part in one file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartInFile {
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

impl PartInFile {
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
    pub people: Vec<PartInFile>,
    /// All counted changes and renames, by whomever of them, creation left out. A co-authored change counts once.
    pub n_changes: u32,
    /// Whether any change was left out because of its commit or its author.
    pub has_changes_left_out: bool,
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
        }
    }

    /// Those who added or changed it.
    pub fn changers(&self) -> impl Iterator<Item = &PartInFile> {
        self.people.iter().filter(|part| part.has_changed())
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

/// The histories of the files of a product that exist at the as-of instant; computed once a reading.
#[must_use]
pub fn file_histories(reading: &Reading<'_>) -> Arc<Histories> {
    reading.once(|| {
        let chronicle = chronicle::of_product(reading);
        let instants = [reading.question.as_of];
        let replay = Replay::of(reading.tables, &chronicle, &instants);
        let parts = replay.gather(Vec::new, |files: &mut Vec<FileHistory>, _, history| {
            files.push(history.clone());
        });
        let mut files: Vec<FileHistory> = parts.into_iter().flatten().collect();
        files.sort_by_key(|history| history.file);
        Histories {
            files,
            left_out: replay.left_out(0),
        }
    })
}

/// Tells every contribution to every living file, by file, changes in landing order before reviews.
pub fn each_touch(reading: &Reading<'_>, tell: &mut dyn FnMut(Touch)) {
    let chronicle = chronicle::of_product(reading);
    let histories = file_histories(reading);
    let instants = [reading.question.as_of];
    let mut numbered = (0_u32..).zip(&histories.files).peekable();
    Replay::of(reading.tables, &chronicle, &instants).each_touch(&mut |file, touch| {
        while numbered
            .next_if(|(_, history)| history.file < file)
            .is_some()
        {}
        if let Some((history, _)) = numbered.peek() {
            tell(Touch {
                history: *history,
                ..touch
            });
        }
    });
}

/// Why a file is left out of the knowledge metrics; `None`: it counts.
#[must_use]
pub fn exclusion(tables: &Tables, file: u32) -> Option<Exclusion> {
    usize::try_from(file)
        .ok()
        .and_then(|file| tables.changes.files.get(file))
        .and_then(|file| file.exclusion)
}
