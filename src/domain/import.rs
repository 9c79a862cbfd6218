//! What files that the register names declare: deployments and incidents that GitHub does not know.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery::Outcome;
use super::gap::Completeness;
use super::incident::Cause;

/// What a file declares.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Deployments.
    Deployments,
    /// Incidents.
    Incidents,
}

impl ImportKind {
    /// The word used in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deployments => "deployments",
            Self::Incidents => "incidents",
        }
    }
}

/// Where a record stands: a file, as it lies below the register's folder, and a line of it, from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which of the imports, by their order in the register.
    pub import: usize,
    /// The file.
    pub file: Arc<str>,
    /// The line that the record begins in.
    pub line: u64,
}

/// Which repository or product a record speaks of, as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The repository that the record names outright.
    pub repository: Option<String>,
    /// The product that the record names outright.
    pub product: Option<String>,
    /// What may name a repository: the subjects and sources of events.
    pub hints: Vec<String>,
    /// What holds where none of these does: the repository that the register's entry says.
    pub else_repository: Option<String>,
    /// And the product.
    pub else_product: Option<String>,
}

/// A deployment that a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredDeployment {
    /// Its id, unique inside its repository.
    pub id: String,
    /// Whose it is.
    pub whereabouts: Whereabouts,
    /// The environment; `None`: the record names none, which is production.
    pub environment: Option<String>,
    /// What was deployed: a commit, whole or abbreviated, or a tag.
    pub commit: Option<String>,
    /// When it ended.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Its page.
    pub url: Option<String>,
    /// Where that stands.
    pub place: Place,
}

impl DeclaredDeployment {
    /// Whether another record says the same, wherever it stands.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let place = &self.place;
        let other = Self {
            place: place.clone(),
            ..other.clone()
        };
        *self == other
    }
}

/// An incident that a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredIncident {
    /// Its id, unique inside its repository or product.
    pub id: Arc<str>,
    /// Whose it is.
    pub whereabouts: Whereabouts,
    /// Where it was; `None`: the record does not say, which is production.
    pub environment: Option<String>,
    /// When the impact began.
    pub started_at: Option<Timestamp>,
    /// When somebody, or something, noticed it.
    pub detected_at: Option<Timestamp>,
    /// When service was restored.
    pub resolved_at: Option<Timestamp>,
    /// How bad it was, in lower case.
    pub severity: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// What somebody named as its cause.
    pub cause: Option<Cause>,
    /// Where that stands.
    pub place: Place,
}

impl DeclaredIncident {
    /// The first instant that is known of it.
    #[must_use]
    pub fn began_at(&self) -> Option<Timestamp> {
        self.started_at.or(self.detected_at)
    }

    /// The last instant that it tells of.
    #[must_use]
    pub fn last_at(&self) -> Option<Timestamp> {
        self.resolved_at.max(self.started_at).max(self.detected_at)
    }

    /// Whether another record says the same, wherever it stands.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let place = &self.place;
        let other = Self {
            place: place.clone(),
            ..other.clone()
        };
        *self == other
    }
}

/// What an event tells of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentPredicate {
    /// Somebody, or something, noticed it.
    Detected,
    /// A ticket was written.
    Reported,
    /// Service was restored.
    Resolved,
}

/// One event of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentEvent {
    /// The event's source and id: unique together.
    pub event: (String, String),
    /// The incident's source and id: unique together.
    pub subject: (String, Arc<str>),
    /// What it tells.
    pub predicate: IncidentPredicate,
    /// When that was.
    pub at: Timestamp,
    /// Whether the instant is a recorded start of the impact, and not that of its detection alone.
    pub is_recorded: bool,
    /// Whose it is.
    pub whereabouts: Whereabouts,
    /// Where it was.
    pub environment: Option<String>,
    /// How bad it was, in lower case.
    pub severity: Option<String>,
    /// What happened, in a few words.
    pub title: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// What somebody named as its cause.
    pub cause: Option<Cause>,
    /// Where that stands.
    pub place: Place,
}

/// Something to be told of a file: what, how often, and the first lines of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportRemark {
    /// What.
    pub what: String,
    /// How many records.
    pub n: u64,
    /// The lines of the first of them, from 1.
    pub lines: Vec<u64>,
}

/// What one file of an import gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportLine {
    /// Which of the imports, by their order in the register, from 0.
    pub import: usize,
    /// The file, as it lies below the register's folder; the glob itself where no file matches it.
    pub file: String,
    /// What it declares.
    pub kind: ImportKind,
    /// The product that the import is of; `None`: its rows say.
    pub product: Option<String>,
    /// How much of it counts.
    pub completeness: Completeness,
    /// Rows or events of this kind.
    pub n_records: u64,
    /// The last instant that a counted record of it tells of; `None`: none is counted. What came later, the file does not say.
    pub last_at: Option<Timestamp>,
    /// What is not counted, and was meant to be.
    pub holes: Vec<ImportRemark>,
    /// What else there is to know: nothing of it is missing from a figure.
    pub remarks: Vec<ImportRemark>,
}

/// So many lines of a remark are named; the rest is counted.
const LINES_NAMED: usize = 10;

impl ImportLine {
    /// A file of which nothing is told yet.
    #[must_use]
    pub fn new(import: usize, file: &str, kind: ImportKind) -> Self {
        Self {
            import,
            file: file.to_owned(),
            kind,
            product: None,
            completeness: Completeness::Empty,
            n_records: 0,
            last_at: None,
            holes: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Whether something that was meant to be counted is not.
    #[must_use]
    pub const fn has_hole(&self) -> bool {
        !self.holes.is_empty()
    }

    /// Notes what is not counted, by line.
    pub fn lacks(&mut self, what: &str, line: Option<u64>) {
        remark(&mut self.holes, what, line);
        if self.completeness != Completeness::NotFound {
            self.completeness = Completeness::Partial;
        }
    }

    /// Notes what else there is to know, by line.
    pub fn tells(&mut self, what: &str, line: Option<u64>) {
        remark(&mut self.remarks, what, line);
    }

    /// What is missing, in words: `3 × a line that is no JSON (lines 4, 7, 9)`; `None`: nothing.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        words(&self.holes)
    }

    /// What else there is to know, in words.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        words(&self.remarks)
    }
}

/// What the files of all imports gave, by import and file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportLines(BTreeMap<(usize, Arc<str>), ImportLine>);

impl ImportLines {
    /// Adds a file of which nothing is told yet.
    pub fn add(&mut self, line: ImportLine) {
        let key = (line.import, Arc::from(line.file.as_str()));
        self.0.insert(key, line);
    }

    /// The line of the file in which a record stands.
    pub fn of(&mut self, place: &Place) -> Option<&mut ImportLine> {
        self.0.get_mut(&(place.import, Arc::clone(&place.file)))
    }

    /// Notes a record that is not counted, and was meant to be.
    pub fn lacks(&mut self, what: &str, place: &Place) {
        if let Some(line) = self.of(place) {
            line.lacks(what, Some(place.line));
        }
    }

    /// Notes what else there is to know of a record.
    pub fn tells(&mut self, what: &str, place: &Place) {
        if let Some(line) = self.of(place) {
            line.tells(what, Some(place.line));
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ImportLine> {
        self.0.values()
    }

    /// All of them, to be added to.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut ImportLine> {
        self.0.values_mut()
    }
}

fn remark(remarks: &mut Vec<ImportRemark>, what: &str, line: Option<u64>) {
    let known = remarks.iter().position(|known| known.what == what);
    let at = known.unwrap_or_else(|| {
        remarks.push(ImportRemark {
            what: what.to_owned(),
            n: 0,
            lines: Vec::new(),
        });
        remarks.len() - 1
    });
    if let Some(known) = remarks.get_mut(at) {
        known.n += 1;
        if known.lines.len() < LINES_NAMED {
            known.lines.extend(line);
        }
    }
}

fn words(remarks: &[ImportRemark]) -> Option<String> {
    let one = |remark: &ImportRemark| {
        let ImportRemark { what, n, lines } = remark;
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        match (lines.as_slice(), *n) {
            ([], 1) => what.clone(),
            ([], n) => format!("{what}: {n}"),
            ([line], 1) => format!("{what} (line {line})"),
            (lines, n) => {
                let named = u64::try_from(lines.len()).unwrap_or(u64::MAX);
                let more = if n > named { ", …" } else { "" };
                format!("{what}: {n} (lines {}{more})", lines.join(", "))
            }
        }
    };
    let all: Vec<String> = remarks.iter().map(one).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_lacks_is_told_with_its_first_lines_and_all_are_counted() {
        let mut line = ImportLine::new(0, "a.csv", ImportKind::Incidents);
        assert_eq!((line.reason(), line.has_hole()), (None, false));
        line.tells("told", None);
        assert!(!line.has_hole() && line.completeness == Completeness::Empty);
        for at in 1..=12 {
            line.lacks("is no row", Some(at));
        }
        line.lacks("once", Some(3));
        assert_eq!(line.completeness, Completeness::Partial);
        assert_eq!(
            line.reason().unwrap(),
            "is no row: 12 (lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …); once (line 3)"
        );
        assert_eq!(line.told().unwrap(), "told");
    }
}
