//! The bus-factor figures side by side, with the files that each would orphan, per area and quarter. None is *the* bus factor.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::decay::active_people;
use super::holders::{self, judged};
use super::holdings::{Holdings, Places};
use super::lineage::{FileHistory, file_histories};
use super::replay::Replay;
use super::surviving::Samples;
use super::{
    chronicle, files_at_risk, primary_developers, survival, truck_factor, truck_factor_decayed,
};
use crate::domain::{Bucket, Granularity, PersonId};
use crate::metrics::Lens;
use crate::metrics::lens::ProductLens;
use crate::metrics::measure::{Cell, Ledger, Measure, Measured, Scope};
use crate::tables::Tables;

/// The figures' names in the panel's order.
pub const FIGURES: [&str; 5] = [
    "truck factor",
    "recent work",
    "primary and secondary developers",
    "holders of half the lines",
    "files at risk",
];

/// One figure of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanelFigure {
    /// How many people; `None` for the figure that counts files alone.
    pub people: Option<u64>,
    /// Files that would be left without anybody if they went; for files at risk, those at risk.
    pub files: u64,
    /// Files that the algorithm sees.
    pub of: u64,
}

/// The figures of one place, in the order of [`FIGURES`]; `None` where there are too few files or no data.
pub type Line = [Option<PanelFigure>; 5];

/// What one place shows: its line, and the figures that the line is read from with their ledgers, in the same order.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The line.
    pub line: Line,
    /// The figures; `None` where there is no data.
    pub figures: [Option<(Measured, Ledger)>; 5],
}

/// By area; `None` is the whole product.
pub type ByArea = BTreeMap<Option<String>, Place>;

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
    tables: &'a Tables,
    lens: &'a Lens,
    places: Places,
    samples: Samples,
}

impl<'a> Panel<'a> {
    fn of(tables: &'a Tables, lens: &'a Lens, product: &ProductLens) -> Self {
        Self {
            tables,
            lens,
            places: Places::of(tables, lens, product),
            samples: Samples::of(tables, product),
        }
    }

    /// The panel at an instant, from what the algorithms said then.
    fn at(&self, instant: Timestamp, judged: &[&Judgements]) -> ByArea {
        const ORPHANED: &str = "files_then_without_author";
        let (tables, lens) = (self.tables, self.lens);
        let mut panel = ByArea::new();
        let of_authors = &|files: &[&[PersonId]]| holders::truck_factor(tables, lens, files);
        let count = Some("count");
        let part = |of: fn(&Judgements) -> &Holdings<PersonId>| -> Vec<&Holdings<PersonId>> {
            judged.iter().map(|judged| of(judged)).collect()
        };
        let authored = part(|judged| &judged.authored);
        self.collect(&mut panel, 0, &authored, of_authors, count, ORPHANED);
        let recent = part(|judged| &judged.recent);
        self.collect(&mut panel, 1, &recent, of_authors, count, ORPHANED);
        let developed: Vec<_> = judged.iter().map(|judged| &judged.developed).collect();
        let estimate = &|files: &[&[(PersonId, f64)]]| primary_developers::estimate(lens, files);
        self.collect(&mut panel, 2, &developed, estimate, count, ORPHANED);
        let mut surviving = Holdings::default();
        for lines in self.samples.lines_at(tables, instant) {
            surviving.push(lines.file, survival::judged(lines));
        }
        let estimate = &|files: &[&[(PersonId, u64)]]| survival::estimate(tables, lens, files);
        let people = Some("holders_of_half");
        self.collect(&mut panel, 3, &[&surviving], estimate, people, ORPHANED);
        let at_risk = part(|judged| &judged.at_risk);
        let estimate = &|files: &[&[PersonId]]| files_at_risk::estimate(lens, files);
        self.collect(&mut panel, 4, &at_risk, estimate, None, "hits");
        panel
    }

    fn collect<H>(
        &self,
        panel: &mut ByArea,
        at: usize,
        parts: &[&Holdings<H>],
        estimate: &dyn Fn(&[&[H]]) -> Measured,
        people: Option<&str>,
        files: &str,
    ) {
        for (area, measured, ledger) in self.places.figures(parts, estimate) {
            let place = panel.entry(area.map(str::to_owned)).or_default();
            if let (Measured::Value { n, value, .. }, Some(slot)) =
                (&measured, place.line.get_mut(at))
            {
                let whole = |name: &str| value.count(name);
                *slot = whole(files).map(|files| PanelFigure {
                    people: people.and_then(whole),
                    files,
                    of: *n,
                });
            }
            if let Some(slot) = place.figures.get_mut(at) {
                *slot = Some((measured, ledger));
            }
        }
    }
}

/// The panel at the lens's as-of instant.
#[must_use]
pub fn now(tables: &Tables, lens: &Lens, product: &ProductLens) -> ByArea {
    let active = active_people(tables, lens, product);
    let mut judged = Judgements::default();
    for history in &file_histories(tables, lens, product).files {
        judged.add(tables, history, &active);
    }
    Panel::of(tables, lens, product).at(lens.as_of, &[&judged])
}

/// The product's panel at the end of every complete quarter of the window, oldest first; computed once where the lens is shared.
///
/// One replay for all quarters: each history is seen once a quarter by every algorithm.
#[must_use]
pub fn by_quarter(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
) -> Arc<Vec<(Bucket, ByArea)>> {
    lens.shared.quarters(lens, product, || {
        let quarters: Vec<(Bucket, Timestamp)> =
            Bucket::spine(lens.window, Granularity::Quarter, &lens.zone)
                .into_iter()
                .map(|quarter| (quarter, quarter.window(&lens.zone).until))
                .filter(|(_, end)| *end <= lens.as_of)
                .collect();
        let ends: Vec<Timestamp> = quarters.iter().map(|(_, end)| *end).collect();
        let active: Vec<BTreeSet<PersonId>> = ends
            .iter()
            .map(|end| {
                let then = Lens {
                    as_of: *end,
                    ..lens.clone()
                };
                active_people(tables, &then, product)
            })
            .collect();
        let chronicle = chronicle::of_product(tables, lens, product);
        let parts = Replay::of(tables, &chronicle, &ends).gather(
            || {
                ends.iter()
                    .map(|_| Judgements::default())
                    .collect::<Vec<_>>()
            },
            |judged, quarter, history| {
                if let (Some(judged), Some(active)) = (judged.get_mut(quarter), active.get(quarter))
                {
                    judged.add(tables, history, active);
                }
            },
        );
        let panel = Panel::of(tables, lens, product);
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

/// Adds the figures at the end of every complete quarter to those of products and areas, from the panel's place `at`.
///
/// They are what the metric gives as of the quarter's end, with its ledger: `explain --as-of` lists the rows.
pub(super) fn with_quarters(
    mut measure: Measure,
    tables: &Tables,
    lens: &Lens,
    at: usize,
) -> Measure {
    let mut cells = std::mem::take(&mut measure.cells).into_iter().peekable();
    for product in &lens.products {
        let mut windows: BTreeMap<Option<String>, Cell> = BTreeMap::new();
        let mut others = Vec::new();
        while let Some(cell) = cells.next_if(|cell| cell.scope.product == product.name) {
            let scope = &cell.scope;
            if scope.repository.is_none() && scope.person.is_none() {
                windows.insert(scope.area.clone(), cell);
            } else {
                others.push(cell);
            }
        }
        let whole = windows.get(&None).map(|cell| &cell.measured);
        if !matches!(whole, None | Some(Measured::NotObserved { .. })) {
            let mut places: BTreeMap<Option<String>, Vec<Cell>> = BTreeMap::new();
            for (area, cell) in windows {
                places.insert(area, vec![cell]);
            }
            for (quarter, panel) in by_quarter(tables, lens, product).iter() {
                for (area, place) in panel {
                    if let Some(Some((measured, ledger))) = place.figures.get(at) {
                        places.entry(area.clone()).or_default().push(Cell {
                            scope: Scope {
                                product: product.name.clone(),
                                repository: None,
                                area: area.clone(),
                                person: None,
                            },
                            bucket: Some(*quarter),
                            measured: measured.clone(),
                            ledger: ledger.clone(),
                        });
                    }
                }
            }
            measure.cells.extend(places.into_values().flatten());
        } else {
            measure.cells.extend(windows.into_values());
        }
        measure.cells.extend(others);
    }
    measure.cells.extend(cells);
    measure
}

/// `3 people (99 of 180 files)`, or `5 of 180 files`.
fn words(figure: PanelFigure) -> String {
    let PanelFigure { people, files, of } = figure;
    match people {
        Some(1) => format!("1 person ({files} of {of} files)"),
        Some(people) => format!("{people} people ({files} of {of} files)"),
        None => format!("{files} of {of} files"),
    }
}

/// The least and the greatest number of people that the figures give; `None` where fewer than two give any.
#[must_use]
pub fn range(line: &Line) -> Option<(u64, u64)> {
    let people: Vec<u64> = line
        .iter()
        .flatten()
        .filter_map(|figure| figure.people)
        .collect();
    let (least, most) = (people.iter().min()?, people.iter().max()?);
    (people.len() > 1).then_some((*least, *most))
}

/// What the panel says of a product, nobody named: side by side, where they disagree, and quarter by quarter.
#[must_use]
pub fn notes(tables: &Tables, lens: &Lens, product: &ProductLens) -> Vec<String> {
    let now = now(tables, lens, product);
    let Some(whole) = now.get(&None).map(|place| &place.line) else {
        return Vec::new();
    };
    let name = &product.name;
    let told: Vec<String> = FIGURES
        .iter()
        .zip(whole)
        .filter_map(|(title, figure)| figure.map(|figure| format!("{title} {}", words(figure))))
        .collect();
    let verdict = match range(whole) {
        Some((least, most)) if least == most => "they agree on the number of people",
        Some(_) => "they disagree on the number of people",
        None => "fewer than two of them have a number",
    };
    let mut notes = vec![format!(
        "{name}: side by side, with the files then left without anybody: {}; {verdict}, and none of them is the bus factor",
        told.join("; ")
    )];
    let disagreeing: Vec<String> = now
        .iter()
        .filter_map(|(area, place)| {
            let (least, most) = range(&place.line).filter(|(least, most)| least != most)?;
            Some(format!("{} ({least} to {most} people)", area.as_ref()?))
        })
        .collect();
    if !disagreeing.is_empty() {
        notes.push(format!(
            "{name}: areas in which they disagree: {}",
            disagreeing.join("; ")
        ));
    }
    let quarters: Vec<String> = by_quarter(tables, lens, product)
        .iter()
        .filter_map(|(quarter, panel)| Some((quarter, panel.get(&None)?)))
        .map(|(quarter, place)| {
            let figures = place.line.iter().map(|figure| match figure {
                Some(figure) => figure.people.unwrap_or(figure.files).to_string(),
                None => "—".to_owned(),
            });
            let figures: Vec<String> = figures.collect();
            format!("{quarter} {}", figures.join(" · "))
        })
        .collect();
    if quarters.len() > 1 {
        notes.push(format!(
            "{name}: in the same order at the end of each quarter (people; files at risk last): {}",
            quarters.join("; ")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disagreement_is_the_range_of_the_numbers_of_people() {
        let figure = |people| {
            Some(PanelFigure {
                people,
                files: 1,
                of: 5,
            })
        };
        let check = |line: Line, expected| assert_eq!(range(&line), expected, "{line:?}");
        check(
            [figure(Some(3)), figure(Some(1)), None, None, figure(None)],
            Some((1, 3)),
        );
        check(
            [figure(Some(2)), figure(Some(2)), None, None, None],
            Some((2, 2)),
        );
        check([figure(Some(2)), None, None, None, figure(None)], None);
    }
}
