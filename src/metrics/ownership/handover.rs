//! `ownership.handover`: an area moving from one person to another.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{Bucket, Granularity, PersonId, ReviewState};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, full_count};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Ratio, Recipe, Thing, Unit,
};
use crate::metrics::number::RATIO;
use crate::tables::Tables;
use crate::work::file_areas::repositories_of_areas;
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::quarters::{Acts, acted, by_agents, commits_in_areas};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

/// Why an area is not judged.
const TOO_LITTLE: &str = "fewer_than_four_quarters_with_minimum_n_changes";

/// Fall of the giver's and rise of the receiver's share that make a hand-over.
const MOVED: f64 = 0.2;

static DEFINITION: Definition = Definition {
    id: "ownership.handover",
    title: "Hand-overs",
    question: "Which areas move from one person to another?",
    definition: "Share of the areas in which, over two consecutive quarters, one person's share of the changes falls and \
                 another's rises by at least 20 points each, by more than chance (the 80 % Wilson intervals before and after do not \
                 overlap), the giver was ahead before, the receiver is ahead after, and still is in the quarter after that. Only \
                 complete quarters of the window with at least `minimum_n` changes are compared: four in a row. An agent is no receiver: where \
                 somebody's share of all changes falls and that of agents rises in the same way, it is a *substitution*, which is told \
                 in words and is no hand-over.",
    formula: "share(q, giver) − share(q+2, giver) ≥ 0.2 and share(q+2, receiver) − share(q, receiver) ≥ 0.2, intervals apart",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: RATIO,
    about: About::System,
    cohort: None,
    needs: &[Need::History],
    source: "Definition of this project; shares as in ownership.share",
    exclusions: "Areas without four consecutive complete quarters of at least `minimum_n` changes each are unknown. A quarter in which the \
                 giver did nothing and came back after opens no hand-over. Nor, in the lead's views and in an export, does one of \
                 which the giver had declared at least half as absence: team pages know nothing of declared absences.",
    how_to_read: "A hand-over that the team planned is a delegation working. One that nobody planned is worth a conversation.",
    can_mislead: "A long absence that nobody declared looks like the first half of a hand-over until the person is back.",
    sql: include_str!("../../../queries/metrics/ownership.handover.sql"),
};

/// A detected hand-over.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    /// The area.
    pub area: String,
    /// Whose share falls: for the private tree only.
    pub giver: PersonId,
    /// Whose share rises: for the private tree only.
    pub receiver: PersonId,
    /// The quarter before it.
    pub from: Bucket,
    /// The quarter in which it is done.
    pub to: Bucket,
    /// What shows its stages: when and on which pull request each was first seen.
    pub stages: Vec<(Stage, Timestamp, Key)>,
}

/// A person's share of an area's changes that agents have taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    /// The area.
    pub area: String,
    /// Whose share falls: for the private tree only.
    pub giver: PersonId,
    /// The quarter before it.
    pub from: Bucket,
    /// The quarter in which it is done.
    pub to: Bucket,
    /// Whether people made enough changes for hand-overs between them to be looked for.
    pub is_looked_at: bool,
}

/// What looking at one area found.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Not enough complete quarters with enough changes.
    TooLittleHistory,
    /// Enough history, and nothing moved.
    Stays,
    /// It moved.
    Moved(Handover),
    /// Agents do what a person did: nobody has taken it over.
    Substituted(Substitution),
}

/// Hand-overs of a product inside the window, by area, with what shows their stages.
#[must_use]
pub fn handovers(reading: &Reading<'_>) -> Vec<(String, Finding)> {
    let commits = commits_in_areas(reading);
    let by_agents = by_agents(reading, &commits);
    let nothing = BTreeMap::new();
    let mut found: Vec<(String, Finding)> = acted(reading, &commits)
        .into_iter()
        .map(|(area, quarters)| {
            let by_agents = by_agents.get(&area).unwrap_or(&nothing);
            let found = detect(&area, &quarters, by_agents, reading.question);
            (area, found)
        })
        .collect();
    if found
        .iter()
        .any(|(_, finding)| matches!(finding, Finding::Moved(_)))
    {
        let wholes = of_product(reading);
        for (_, finding) in &mut found {
            if let Finding::Moved(handover) = finding {
                handover.stages = stages(reading.tables, handover, &wholes);
            }
        }
    }
    found
}

/// A step on the way from one person to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The giver reviewed a change of the receiver.
    ReceiverReviewedByGiver,
    /// The receiver reviewed a change of somebody else than the giver.
    ReceiverReviewsOthers,
    /// The receiver approved a change that the giver neither wrote nor reviewed.
    ReceiverApprovesWithoutGiver,
}

impl Stage {
    /// The stage in words that name nobody.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ReceiverReviewedByGiver => "receiver reviewed by giver",
            Self::ReceiverReviewsOthers => "receiver reviews others",
            Self::ReceiverApprovesWithoutGiver => "receiver approves without giver",
        }
    }
}

/// The first pull request of the area that shows each stage, by stage.
fn stages(
    tables: &Tables,
    handover: &Handover,
    wholes: &[FullPullRequest<'_>],
) -> Vec<(Stage, Timestamp, Key)> {
    let mut first: BTreeMap<Stage, (Timestamp, Key)> = BTreeMap::new();
    let mut see = |stage, at: Timestamp, key: Key| {
        let kept = first.entry(stage).or_insert((at, key));
        *kept = (*kept).min((at, key));
    };
    let (giver, receiver) = (handover.giver, handover.receiver);
    for whole in wholes
        .iter()
        .filter(|whole| whole.areas.contains(&handover.area))
    {
        let author = whole.pull_request.author;
        let by_giver = || {
            author == Some(giver)
                || whole
                    .human_reviews(tables)
                    .any(|review| review.author == Some(giver))
        };
        for review in whole.human_reviews(tables) {
            let at = review.submitted_at;
            if review.author == Some(giver) && author == Some(receiver) {
                see(Stage::ReceiverReviewedByGiver, at, whole.key());
            }
            if review.author == Some(receiver) && author != Some(giver) {
                see(Stage::ReceiverReviewsOthers, at, whole.key());
            }
            if review.author == Some(receiver)
                && review.verdict == ReviewState::Approved
                && !by_giver()
            {
                see(Stage::ReceiverApprovesWithoutGiver, at, whole.key());
            }
        }
    }
    first
        .into_iter()
        .map(|(stage, (at, key))| (stage, at, key))
        .collect()
}

/// Whether a person has declared to be away for at least half of a quarter's days: such a quarter shows no hand-over by them.
fn is_away(question: &Question, person: PersonId, quarter: Bucket) -> bool {
    let (first, end) = (quarter.first_day(), quarter.next().first_day());
    let days = |from: Date, until: Date| from.until(until).map_or(0, |span| span.get_days());
    let away: i32 = question
        .roster
        .absences
        .iter()
        .filter(|absence| absence.person == person)
        .map(|absence| {
            let back = absence.to.tomorrow().unwrap_or(absence.to);
            days(absence.from.max(first), back.min(end)).max(0)
        })
        .sum();
    2 * away >= days(first, end)
}

fn detect(
    area: &str,
    quarters: &BTreeMap<Bucket, BTreeMap<PersonId, Acts>>,
    by_agents: &BTreeMap<Bucket, u64>,
    question: &Question,
) -> Finding {
    // Complete quarters only: the first one that starts inside the window to the last one that ends by the as-of instant.
    let spine: Vec<Bucket> = Bucket::spine(question.window, Granularity::Quarter, &question.zone)
        .into_iter()
        .filter(|quarter| {
            let window = quarter.window(&question.zone);
            window.since >= question.window.since && window.until <= question.as_of
        })
        .collect();
    let alone: Vec<Option<Quarter<'_>>> = spine
        .iter()
        .map(|bucket| Quarter::of(quarters.get(bucket)?, 0, question))
        .collect();
    let mut looked = false;
    for at in 0..spine.len().saturating_sub(3) {
        let [Some(before), Some(_), Some(after), Some(later)] = &alone[at..at + 4] else {
            continue;
        };
        looked = true;
        for giver in before.people.keys() {
            if is_away(question, *giver, spine[at + 2]) || is_away(question, *giver, spine[at + 3])
            {
                continue;
            }
            for receiver in after.people.keys().filter(|receiver| *receiver != giver) {
                let moved = falls(before.share(*giver), after.share(*giver))
                    && falls(after.share(*receiver), before.share(*receiver))
                    && before.is_ahead(*giver, *receiver)
                    && after.is_ahead(*receiver, *giver)
                    && later.is_ahead(*receiver, *giver);
                if moved {
                    return Finding::Moved(Handover {
                        area: area.to_owned(),
                        giver: *giver,
                        receiver: *receiver,
                        from: spine[at],
                        to: spine[at + 2],
                        stages: Vec::new(),
                    });
                }
            }
        }
    }
    let nobody = BTreeMap::new();
    let with_agents: Vec<Option<Quarter<'_>>> = spine
        .iter()
        .map(|bucket| {
            let people = quarters.get(bucket).unwrap_or(&nobody);
            let n = by_agents.get(bucket).copied().unwrap_or(0);
            Quarter::of(people, n, question)
        })
        .collect();
    if let Some((at, giver)) = substituted(&spine, &with_agents, question) {
        Finding::Substituted(Substitution {
            area: area.to_owned(),
            giver,
            from: spine[at],
            to: spine[at + 2],
            is_looked_at: looked,
        })
    } else if looked {
        Finding::Stays
    } else {
        Finding::TooLittleHistory
    }
}

/// The first of four quarters over which a person's share of all changes falls and that of agents rises, as in a hand-over, and who.
fn substituted(
    spine: &[Bucket],
    quarters: &[Option<Quarter<'_>>],
    question: &Question,
) -> Option<(usize, PersonId)> {
    for at in 0..spine.len().saturating_sub(3) {
        let [Some(before), Some(_), Some(after), Some(later)] = &quarters[at..at + 4] else {
            continue;
        };
        let is_given = |giver: &PersonId| {
            let is_ahead =
                |quarter: &Quarter<'_>| quarter.of_agents().hits > quarter.share(*giver).hits;
            falls(before.share(*giver), after.share(*giver))
                && falls(after.of_agents(), before.of_agents())
                && before.share(*giver).hits > before.of_agents().hits
                && is_ahead(after)
                && is_ahead(later)
                && !is_away(question, *giver, spine[at + 2])
                && !is_away(question, *giver, spine[at + 3])
        };
        if let Some(giver) = before.people.keys().copied().find(is_given) {
            return Some((at, giver));
        }
    }
    None
}

/// One quarter of an area with enough changes to compare.
struct Quarter<'a> {
    people: &'a BTreeMap<PersonId, Acts>,
    /// Changes by agents, where they are looked at too.
    by_agents: u64,
    n_changes: u64,
}

impl<'a> Quarter<'a> {
    /// `None` below the minimum n.
    fn of(
        people: &'a BTreeMap<PersonId, Acts>,
        by_agents: u64,
        question: &Question,
    ) -> Option<Self> {
        let by_people: u64 = people.values().map(|acts| acts.n_changes).sum();
        let n_changes = by_people + by_agents;
        (n_changes >= question.minimum_n).then_some(Self {
            people,
            by_agents,
            n_changes,
        })
    }

    const fn of_agents(&self) -> Ratio {
        Ratio {
            hits: self.by_agents,
            of: self.n_changes,
        }
    }

    fn share(&self, person: PersonId) -> Ratio {
        let hits = self.people.get(&person).map_or(0, |acts| acts.n_changes);
        Ratio {
            hits,
            of: self.n_changes,
        }
    }

    fn is_ahead(&self, person: PersonId, of: PersonId) -> bool {
        self.share(person).hits > self.share(of).hits
    }
}

/// Whether a share falls by at least 20 points and by more than chance: the two intervals do not overlap.
fn falls(from: Ratio, to: Ratio) -> bool {
    let by = from.share().zip(to.share()).map(|(from, to)| from - to);
    let apart = wilson_interval(from)
        .zip(wilson_interval(to))
        .is_some_and(|(from, to)| to[1] < from[0]);
    by.is_some_and(|by| by >= MOVED) && apart
}

/// `feeds (2025-Q2 to 2025-Q4)`. When its two people did what is theirs, and stands in the lead's views.
fn words(handover: &Handover) -> String {
    format!("{} ({} to {})", handover.area, handover.from, handover.to)
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let repository_of = repositories_of_areas(reading);
    let mut rows: Vec<KeyedRow<()>> = Vec::new();
    let (mut named, mut substituted) = (Vec::new(), Vec::new());
    for (area, found) in handovers(reading) {
        let (value, fate) = match &found {
            Finding::TooLittleHistory => (None, Fate::Unknown(TOO_LITTLE)),
            Finding::Stays => (Some(0.0), Fate::Included),
            Finding::Substituted(found) => {
                let Substitution { area, from, to, .. } = found;
                substituted.push(format!("{area} ({from} to {to})"));
                if found.is_looked_at {
                    (Some(0.0), Fate::Included)
                } else {
                    (None, Fate::Unknown(TOO_LITTLE))
                }
            }
            Finding::Moved(handover) => {
                named.push(words(handover));
                (Some(1.0), Fate::Included)
            }
        };
        let Some(repository) = repository_of.get(&area).copied() else {
            continue;
        };
        let row = LedgerRow {
            origin: None,
            working_hours: None,
            is_running: false,
            person: None,
            authors: Arc::default(),
            product: reading.product.name.clone(),
            repository: Some(repository),
            areas: [area.clone()].into(),
            subject: Thing::Area.called(area),
            link: None,
            at: None,
            bucket: None,
            value,
            fate,
        };
        rows.push(KeyedRow { row, key: () });
    }
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::PRODUCT,
        &|_, rows| full_count(rows),
    ));
    let named = if named.is_empty() {
        "none".to_owned()
    } else {
        named.join("; ")
    };
    measure.note(reading, format!("hand-overs: {named}"));
    if !substituted.is_empty() {
        let areas = substituted.join("; ");
        let note = format!(
            "substitutions, where agents do what a person did and nobody took it over: {areas}"
        );
        measure.note(reading, note);
    }
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}
