//! What the register lays down for flow: when a pull request needs fresh eyes, which kinds of work there are, what changed when.

use globset::{Glob, GlobSet, GlobSetBuilder};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{Bucket, WorkCalendar};
use crate::register::{DatedEvent, Register};
use crate::work::pattern::BadPattern;

/// Working days without an event by anyone else, where the team has agreed on none.
const STUCK_AFTER: f64 = 3.0;

/// Working days on either side of a dated change.
pub(crate) const DAYS_AROUND: i64 = 5;

/// The rules of a register.
#[derive(Debug, Clone)]
pub struct FlowRules {
    /// An open pull request without an event by anyone but its author for so many working days needs fresh eyes.
    pub stuck_after_working_days: f64,
    /// Whether the team has agreed on that, or it is the default.
    pub is_agreed: bool,
    /// Dated changes, by day and title.
    pub events: Vec<DatedEvent>,
    pub(crate) kinds: Vec<KindRules>,
}

/// The kind of work that pays back: nothing changes for its users.
pub const DEBT: &str = "debt";

/// The rules of one kind of work, ready to be matched.
#[derive(Debug, Clone)]
pub(crate) struct KindRules {
    pub(crate) kind: &'static str,
    pub(crate) labels: Vec<String>,
    pub(crate) branches: Vec<String>,
    pub(crate) types: Vec<String>,
    pub(crate) paths: GlobSet,
}

impl KindRules {
    /// Whether one of some labels is of the kind: the whole label, whatever its case.
    pub(crate) fn has_label(&self, labels: &[String]) -> bool {
        let mut labels = labels.iter().map(|label| label.to_lowercase());
        labels.any(|label| self.labels.contains(&label))
    }
}

impl FlowRules {
    /// The labels of a kind of work, in lower case.
    #[must_use]
    pub fn labels_of(&self, kind: &str) -> &[String] {
        let mut kinds = self.kinds.iter();
        let found = kinds.find(|rules| rules.kind == kind);
        found.map_or(&[], |rules| rules.labels.as_slice())
    }

    /// Whether one of some labels is of a kind of work.
    #[must_use]
    pub fn has_label_of(&self, kind: &str, labels: &[String]) -> bool {
        let mut kinds = self.kinds.iter();
        kinds.any(|rules| rules.kind == kind && rules.has_label(labels))
    }

    /// The rules of a register; validation has refused a glob that is none.
    pub fn of(register: &Register) -> Result<Self, BadPattern> {
        let lower = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect();
        let mut kinds = Vec::new();
        for (kind, rules) in register.work_mix.kinds() {
            let mut paths = GlobSetBuilder::new();
            for glob in &rules.paths {
                paths.add(Glob::new(glob).map_err(|_| BadPattern(glob.clone()))?);
            }
            kinds.push(KindRules {
                kind,
                labels: lower(&rules.labels),
                branches: lower(&rules.branches),
                types: lower(&rules.types),
                paths: paths
                    .build()
                    .map_err(|_| BadPattern(rules.paths.join(", ")))?,
            });
        }
        let mut events = register.events.clone();
        events.sort_by(|a, b| (a.on, &a.title).cmp(&(b.on, &b.title)));
        events.dedup();
        let agreed = register.agreements.stuck_after_working_days;
        Ok(Self {
            stuck_after_working_days: agreed.unwrap_or(STUCK_AFTER),
            is_agreed: agreed.is_some(),
            events,
            kinds,
        })
    }
}

/// A dated change with the working days on either side of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Around {
    /// `2026-03-02 what changed`.
    pub(crate) label: String,
    /// Start of the fifth working day before.
    pub(crate) before: Timestamp,
    /// Start of the day itself.
    pub(crate) on: Timestamp,
    /// End of the fifth working day from the day on.
    pub(crate) after: Timestamp,
}

impl Around {
    pub(crate) fn of(event: &DatedEvent, calendar: &WorkCalendar) -> Self {
        let start = |day: Date| Bucket::start_of(day, calendar.zone());
        let eve = event.on.yesterday().unwrap_or(event.on);
        let last = calendar.add_working_days(eve, DAYS_AROUND);
        Self {
            label: format!("{} {}", event.on, event.title),
            before: start(calendar.add_working_days(event.on, -DAYS_AROUND)),
            on: start(event.on),
            after: start(last.tomorrow().unwrap_or(last)),
        }
    }
}
