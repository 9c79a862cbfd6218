//! `knowledge.silos`: areas that one person holds and no second active person knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::decay::{AreaKnowledge, by_area, stale};
use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, full_count};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Recipe, Thing, Unit,
};
use crate::metrics::number::RATIO;
use crate::work::activity::active_people;
use crate::work::file_areas::repositories_of_areas;
use crate::work::history::touches::last_touches;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

/// From this share of an area's decayed knowledge on, it is held by one person.
const HELD_BY_ONE: f64 = 0.8;
/// Commits and reviews in the window that make a person more than a passer-by in the area.
const KNOWS_FROM: u64 = 3;

static DEFINITION: Definition = Definition {
    id: "knowledge.silos",
    title: "Knowledge silos",
    question: "Which areas does only one person know?",
    definition: "Share of the areas in which one person holds at least 80 % of the decayed commits and reviews and no second active \
                 person has three or more commits or reviews. A contribution weighs e^(−days/90) for 547 days, a review half of a \
                 commit; active is who had any event in the last 90 days.",
    formula: "areas with (largest share ≥ 0.8 and no second active person with ≥ 3 contributions) / areas with enough history",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: RATIO,
    about: About::System,
    cohort: None,
    needs: &[Need::History, Need::Ownership],
    source: "Decay and review weight: Jabrayilzade et al. (2022), \"Bus factor in practice\", ICSE-SEIP; the second condition keeps \
             specialisation from being called a silo",
    exclusions: "Areas of which no counted file exists any more are left out, as deleted files are. Areas with fewer than `minimum_n` commits \
                 and reviews in 547 days are unknown. Automation, merge commits, ignored revisions, \
                 edits by commits above the file limit, generated, vendored, lock and binary files are left out.",
    how_to_read: "A silo is a risk of the system, not a fault of its holder: pair, review across, or accept it until a date.",
    can_mislead: "Pairing without a Co-authored-by trailer, design talks and operations are not seen. A stable area that nobody needed \
                  to touch has no recent history and is unknown, not safe.",
    sql: include_str!("../../../queries/metrics/knowledge.silos.sql"),
};

/// An area that only one person knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Silo {
    /// The product.
    pub product: String,
    /// The area.
    pub area: String,
    /// Who holds it: for the private tree only.
    pub holder: PersonId,
    /// The holder's share of the decayed knowledge.
    pub share: f64,
    /// Commits in the window: how often the area changes.
    pub n_commits: u64,
}

/// Silos of a product, by area.
#[must_use]
pub fn silos(reading: &Reading<'_>) -> Vec<Silo> {
    let active = active_people(reading);
    silos_among(
        &reading.product.name,
        &by_area(reading),
        &active,
        reading.question.minimum_n,
    )
}

/// Silos among a product's areas, of which `known` says what everybody knows, where `active` are the people who did anything
/// lately.
#[must_use]
pub fn silos_among(
    product: &str,
    known: &BTreeMap<String, AreaKnowledge>,
    active: &BTreeSet<PersonId>,
    minimum_n: u64,
) -> Vec<Silo> {
    let enough = known.iter().filter(|(_, area)| area.has_enough(minimum_n));
    let silo = |(name, area): (&String, &AreaKnowledge)| {
        let (holder, share) = silo_of(area, active)?;
        Some(Silo {
            product: product.to_owned(),
            area: name.clone(),
            holder,
            share,
            n_commits: area.n_commits,
        })
    };
    enough.filter_map(silo).collect()
}

/// The silos of a product with the instant at which somebody other than the holder last changed or reviewed anything there; `None`:
/// nobody ever did.
#[must_use]
pub fn last_seen_by_others(reading: &Reading<'_>) -> Vec<(String, Option<Timestamp>)> {
    if stale(reading).is_some() {
        return Vec::new();
    }
    let silos = silos(reading);
    if silos.is_empty() {
        return Vec::new();
    }
    let touches = last_touches(reading);
    let last = |silo: &Silo| {
        let others = touches
            .iter()
            .filter(|((area, person), _)| *area == silo.area && *person != silo.holder);
        others.map(|(_, touch)| touch.at).max()
    };
    silos
        .iter()
        .map(|silo| (silo.area.clone(), last(silo)))
        .collect()
}

fn silo_of(area: &AreaKnowledge, active: &BTreeSet<PersonId>) -> Option<(PersonId, f64)> {
    let (holder, share) = area.holder()?;
    let has_second = area.by_person.iter().any(|(person, knowledge)| {
        *person != holder && active.contains(person) && knowledge.n_contributions >= KNOWS_FROM
    });
    (share >= HELD_BY_ONE && !has_second).then_some((holder, share))
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    if let Some(stale) = stale(reading) {
        return Err(stale);
    }
    let active = active_people(reading);
    let repository_of = repositories_of_areas(reading);
    let mut rows: Vec<KeyedRow<()>> = Vec::new();
    for (name, area) in by_area(reading).iter() {
        let (value, fate) = if area.has_enough(reading.question.minimum_n) {
            let is_silo = silo_of(area, &active).is_some();
            (Some(f64::from(u8::from(is_silo))), Fate::Included)
        } else {
            (None, Fate::Unknown("fewer_than_minimum_n_contributions"))
        };
        let Some(repository) = repository_of.get(name).copied() else {
            continue;
        };
        rows.push(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: Arc::default(),
                product: reading.product.name.clone(),
                repository: Some(repository),
                areas: [name.clone()].into(),
                subject: Thing::Area
                    .called(format!("{name}: {} commits in 547 days", area.n_commits)),
                link: None,
                at: None,
                bucket: None,
                value,
                fate,
            },
            key: (),
        });
    }
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::PRODUCT,
        &|_, rows| full_count(rows),
    ));
    let held: Vec<_> = silos(reading)
        .into_iter()
        // How much its one person did there is for `explain` and the private tree.
        .map(|silo| silo.area)
        .collect();
    let held = if held.is_empty() {
        "none".to_owned()
    } else {
        held.join("; ")
    };
    measure.note(reading, format!("silos: {held}"));
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}
