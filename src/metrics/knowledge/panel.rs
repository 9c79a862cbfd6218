//! The bus-factor figures side by side, with the files that each would orphan, per area and quarter. None is *the* bus factor.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::holders::{self, judged};
use super::holdings::Holdings;
use super::{files_at_risk, primary_developers, survival, truck_factor, truck_factor_decayed};
use crate::domain::{Bucket, Granularity, PersonId};
use crate::metrics::group::{Few, Group};
use crate::metrics::measure::{Cell, Definition, Ledger, Measure, Measured, Scope};
use crate::tables::Tables;
use crate::work::activity::active_people;
use crate::work::file_areas::FileAreas;
use crate::work::history::chronicle;
use crate::work::history::lineage::FileHistory;
use crate::work::history::replay::Replay;
use crate::work::history::surviving::Samples;
use crate::work::{Question, Reading};

/// One figure of a place, with its ledger and whoever are too few behind it.
#[derive(Debug, Clone)]
pub struct Shown {
    measured: Measured,
    ledger: Ledger,
    few: Vec<Few>,
}

/// What one place shows: the five figures in the order of the team page's comparison; `None` where there is no data.
pub type PlaceFigures = [Option<Shown>; 5];

/// By area; `None` is the whole product.
pub type ByArea = BTreeMap<Option<String>, PlaceFigures>;

/// The files of a product as each algorithm that replays history judges them.
#[derive(Debug, Default)]
struct Judgements {
    authored: Holdings<PersonId>,
    recent: Holdings<PersonId>,
    developed: Holdings<(PersonId, f64)>,
    at_risk: Holdings<PersonId>,
}

impl Judgements {
    fn add(&mut self, tables: &Tables, history: &FileHistory, active: &BTreeSet<PersonId>) {
        let file = history.file;
        let of_active = |history: &FileHistory| files_at_risk::judged(history, active);
        self.authored
            .push(file, judged(tables, history, &truck_factor::judged));
        self.recent
            .push(file, judged(tables, history, &truck_factor_decayed::judged));
        self.developed
            .push(file, judged(tables, history, &primary_developers::judged));
        self.at_risk.push(file, judged(tables, history, &of_active));
    }
}

/// What the figures of every place are computed with.
struct Panel<'a> {
    reading: &'a Reading<'a>,
    places: Arc<FileAreas>,
    samples: Samples,
}

impl<'a> Panel<'a> {
    fn of(reading: &'a Reading<'a>) -> Self {
        Self {
            reading,
            places: FileAreas::of(reading),
            samples: Samples::of(reading),
        }
    }

    /// The panel at an instant, from what the algorithms said then.
    fn at(&self, instant: Timestamp, judged: &[&Judgements]) -> ByArea {
        let reading = self.reading;
        let (tables, question) = (reading.tables, reading.question);
        let mut panel = ByArea::new();
        let of_authors = &|files: &[&[PersonId]]| holders::truck_factor(reading, files);
        let part = |of: fn(&Judgements) -> &Holdings<PersonId>| -> Vec<&Holdings<PersonId>> {
            judged.iter().map(|judged| of(judged)).collect()
        };
        let authored = part(|judged| &judged.authored);
        self.collect(&mut panel, 0, &authored, of_authors);
        let recent = part(|judged| &judged.recent);
        self.collect(&mut panel, 1, &recent, of_authors);
        let developed: Vec<_> = judged.iter().map(|judged| &judged.developed).collect();
        let estimate = &|files: &[&[(PersonId, f64)]]| primary_developers::estimate(files);
        self.collect(&mut panel, 2, &developed, estimate);
        let mut surviving = Holdings::default();
        for lines in self.samples.lines_at(tables, instant, &question.zone) {
            surviving.push(lines.file, survival::judged(lines));
        }
        let definition = survival::METRIC.definition;
        let group = Group::of(definition, question);
        let lines = self
            .places
            .figures(&[&surviving], &|files: &[&[(PersonId, u64)]]| {
                let holders = files.iter().copied().flatten().map(|(person, _)| *person);
                let few = group.few_behind(&[], holders);
                let estimate = || survival::estimate(reading, files);
                (definition.summarised(question, files.len(), estimate), few)
            });
        for (area, found, ledger) in lines {
            let (measured, few) = found.unwrap_or((Measured::TooFew { n: 0 }, None));
            let few = few.into_iter().collect();
            show(
                &mut panel,
                area,
                3,
                Shown {
                    measured,
                    ledger,
                    few,
                },
            );
        }
        let at_risk = part(|judged| &judged.at_risk);
        let estimate = &|files: &[&[PersonId]]| files_at_risk::estimate(files);
        self.collect(&mut panel, 4, &at_risk, estimate);
        panel
    }

    fn collect<H>(
        &self,
        panel: &mut ByArea,
        at: usize,
        parts: &[&Holdings<H>],
        estimate: &dyn Fn(&[&[H]]) -> Measured,
    ) {
        let Some(definition) = PLACES.get(at) else {
            return;
        };
        let estimate = &|files: &[&[H]]| {
            definition.summarised(self.reading.question, files.len(), || estimate(files))
        };
        for (area, measured, ledger) in self.places.figures(parts, estimate) {
            let shown = Shown {
                measured: measured.unwrap_or(Measured::TooFew { n: 0 }),
                ledger,
                few: Vec::new(),
            };
            show(panel, area, at, shown);
        }
    }
}

fn show(panel: &mut ByArea, area: Option<&str>, at: usize, shown: Shown) {
    let place = panel.entry(area.map(str::to_owned)).or_default();
    if let Some(slot) = place.get_mut(at) {
        *slot = Some(shown);
    }
}

/// The product's panel at the end of every complete quarter of the window that is asked for, oldest first.
///
/// One replay for all quarters: each history is seen once a quarter by every algorithm.
#[must_use]
pub fn by_quarter(reading: &Reading<'_>) -> Arc<Vec<(Bucket, ByArea)>> {
    reading.once_a_window(|| {
        let quarters: Vec<(Bucket, Timestamp)> = Bucket::spine(
            reading.question.window,
            Granularity::Quarter,
            &reading.question.zone,
        )
        .into_iter()
        .filter(|quarter| reading.question.quarters.has(*quarter))
        .map(|quarter| (quarter, quarter.window(&reading.question.zone).until))
        .filter(|(_, end)| *end <= reading.question.as_of)
        .collect();
        if quarters.is_empty() {
            return Vec::new();
        }
        let ends: Vec<Timestamp> = quarters.iter().map(|(_, end)| *end).collect();
        let active: Vec<BTreeSet<PersonId>> = ends
            .iter()
            .map(|end| {
                let then = Question {
                    as_of: *end,
                    ..reading.question.clone()
                };
                active_people(&reading.at(&then))
            })
            .collect();
        let chronicle = chronicle::of_product(reading);
        let parts = Replay::of(reading.tables, &chronicle, &ends).gather(
            || {
                ends.iter()
                    .map(|_| Judgements::default())
                    .collect::<Vec<_>>()
            },
            |judged, quarter, history| {
                if let (Some(judged), Some(active)) = (judged.get_mut(quarter), active.get(quarter))
                {
                    judged.add(reading.tables, history, active);
                }
            },
        );
        let panel = Panel::of(reading);
        let by_quarter = quarters
            .into_iter()
            .enumerate()
            .map(|(at, (quarter, end))| {
                let judged: Vec<&Judgements> =
                    parts.iter().filter_map(|part| part.get(at)).collect();
                (quarter, panel.at(end, &judged))
            });
        by_quarter.collect()
    })
}

/// The metrics of the panel, in the order of its places.
const PLACES: [&Definition; 5] = [
    truck_factor::METRIC.definition,
    truck_factor_decayed::METRIC.definition,
    primary_developers::METRIC.definition,
    survival::METRIC.definition,
    files_at_risk::METRIC.definition,
];

/// Adds the figures at the end of every complete quarter to those of products and areas, where the metric is one of the panel.
///
/// They are what the metric gives as of the quarter's end, with its ledger: `explain --as-of` lists the rows.
pub(crate) fn with_quarters(mut measure: Measure, reading: &Reading<'_>) -> Measure {
    let Some(at) = PLACES
        .iter()
        .position(|place| place.id == measure.definition.id)
    else {
        return measure;
    };
    let cells = std::mem::take(&mut measure.cells);
    {
        let mut windows: BTreeMap<Option<String>, Cell> = BTreeMap::new();
        let mut others = Vec::new();
        for cell in cells {
            let scope = &cell.scope;
            if scope.repository.is_none() && scope.person.is_none() {
                windows.insert(scope.area.clone(), cell);
            } else {
                others.push(cell);
            }
        }
        let whole = windows.get(&None).map(|cell| &cell.measured);
        if matches!(whole, None | Some(Measured::NotObserved { .. })) {
            measure.cells.extend(windows.into_values());
        } else {
            let mut places: BTreeMap<Option<String>, Vec<Cell>> = BTreeMap::new();
            for (area, cell) in windows {
                places.insert(area, vec![cell]);
            }
            for (quarter, panel) in by_quarter(reading).iter() {
                for (area, place) in panel {
                    if let Some(Some(shown)) = place.get(at) {
                        places.entry(area.clone()).or_default().push(Cell {
                            scope: Scope {
                                origin: None,
                                product: reading.product.name.clone(),
                                repository: None,
                                area: area.clone(),
                                person: None,
                            },
                            bucket: Some(*quarter),
                            measured: shown.measured.clone(),
                            ledger: shown.ledger.clone(),
                            few: shown.few.clone(),
                        });
                    }
                }
            }
            measure.cells.extend(places.into_values().flatten());
        }
        measure.cells.extend(others);
    }
    measure
}
