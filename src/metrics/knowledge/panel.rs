//! The bus-factor figures side by side, with the files that each would orphan, per area and quarter. None is *the* bus factor.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decay::active_people;
use super::holders::{self, FileRow, bare_row};
use super::lineage::each_history;
use super::primary_developers::KnownRow;
use super::survival::LinesRow;
use super::{files_at_risk, primary_developers, survival, truck_factor, truck_factor_decayed};
use crate::domain::{Bucket, Granularity};
use crate::metrics::Lens;
use crate::metrics::aggregate::{Depth, Estimate, Keyed, cells};
use crate::metrics::lens::ProductLens;
use crate::metrics::measure::{Cell, Measure, Measured};
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

/// What one place shows: its line, and the figures that the line is read from, in the same order.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The line.
    pub line: Line,
    /// The figures; `None` where there is no data.
    pub cells: [Option<Cell>; 5],
}

/// The panel at the lens's as-of instant: by area, as far as the depth has areas; `None` is the whole product.
#[must_use]
pub fn lines(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
    depth: Depth,
) -> BTreeMap<Option<String>, Line> {
    let mut places = BTreeMap::new();
    collect_all(
        &mut places,
        (tables, lens),
        (product, depth),
        &Rows {
            authored: truck_factor::rows(tables, lens, product),
            recent: truck_factor_decayed::rows(tables, lens, product),
            developed: primary_developers::rows(tables, lens, product),
            surviving: survival::rows(tables, lens, product).ok(),
            at_risk: files_at_risk::rows(tables, lens, product),
        },
    );
    let line = |(area, place): (Option<String>, Place)| (area, place.line);
    places.into_iter().map(line).collect()
}

/// The files of a product as each algorithm judges them.
struct Rows {
    authored: Vec<FileRow>,
    recent: Vec<FileRow>,
    developed: Vec<KnownRow>,
    surviving: Option<Vec<LinesRow>>,
    at_risk: Vec<FileRow>,
}

fn collect_all(
    places: &mut BTreeMap<Option<String>, Place>,
    (tables, lens): (&Tables, &Lens),
    place: (&ProductLens, Depth),
    rows: &Rows,
) {
    const ORPHANED: &str = "files_then_without_author";
    let count = Some("count");
    let of_authors: &Estimate<'_, _> = &|_, rows| holders::truck_factor(tables, lens, rows);
    collect(
        places,
        0,
        place,
        &rows.authored,
        of_authors,
        count,
        ORPHANED,
    );
    collect(places, 1, place, &rows.recent, of_authors, count, ORPHANED);
    let estimate: &Estimate<'_, _> = &|_, rows| primary_developers::estimate(lens, rows);
    collect(places, 2, place, &rows.developed, estimate, count, ORPHANED);
    if let Some(rows) = &rows.surviving {
        let estimate: &Estimate<'_, _> = &|_, rows| survival::estimate(tables, lens, rows);
        let people = Some("holders_of_half");
        collect(places, 3, place, rows, estimate, people, ORPHANED);
    }
    let estimate: &Estimate<'_, _> = &|_, rows| files_at_risk::estimate(lens, rows);
    collect(places, 4, place, &rows.at_risk, estimate, None, "hits");
}

fn collect<K>(
    places: &mut BTreeMap<Option<String>, Place>,
    at: usize,
    (product, depth): (&ProductLens, Depth),
    rows: &[Keyed<K>],
    estimate: &Estimate<'_, K>,
    people: Option<&str>,
    files: &str,
) {
    for cell in cells(product, rows, depth, estimate) {
        let place = places.entry(cell.scope.area.clone()).or_default();
        let line = &mut place.line;
        if let (Measured::Value { n, value, .. }, Some(slot)) = (&cell.measured, line.get_mut(at)) {
            let whole = |name: &str| value.count(name);
            *slot = whole(files).map(|files| PanelFigure {
                people: people.and_then(whole),
                files,
                of: *n,
            });
        }
        if let Some(slot) = place.cells.get_mut(at) {
            *slot = Some(cell);
        }
    }
}

/// The product's panel at the end of every complete quarter of the window, oldest first; computed once where the lens is shared.
#[must_use]
pub fn by_quarter(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
) -> Arc<Vec<(Bucket, Place)>> {
    lens.shared.quarters(lens, product, || {
        Bucket::spine(lens.window, Granularity::Quarter, &lens.zone)
            .into_iter()
            .filter_map(|quarter| {
                let end = quarter.window(&lens.zone).until;
                let then = Lens {
                    as_of: end,
                    ..lens.clone()
                };
                (end <= lens.as_of).then(|| (quarter, place_at(tables, &then, product)))
            })
            .collect()
    })
}

/// Adds the figures at the end of every complete quarter to those of a product's window, from the panel's place `at`.
///
/// They are what the metric gives as of the quarter's end, with its ledger: `explain --as-of` lists the rows.
pub(super) fn with_quarters(
    mut measure: Measure,
    tables: &Tables,
    lens: &Lens,
    at: usize,
) -> Measure {
    for product in &lens.products {
        let is_whole = |cell: &Cell| {
            let scope = &cell.scope;
            scope.product == product.name && scope.area.is_none() && scope.repository.is_none()
        };
        let place = measure.cells.iter().position(is_whole);
        let Some(place) = place.filter(|place| {
            let whole = measure.cells.get(*place).map(|cell| &cell.measured);
            !matches!(whole, Some(Measured::NotObserved { .. }))
        }) else {
            continue;
        };
        let quarters = by_quarter(tables, lens, product);
        let cells: Vec<Cell> = quarters
            .iter()
            .filter_map(|(quarter, place)| {
                let cell = place.cells.get(at)?.clone()?;
                Some(Cell {
                    bucket: Some(*quarter),
                    ..cell
                })
            })
            // Before the first file there is no figure at all.
            .filter(|cell| cell.ledger.population() > 0)
            .collect();
        let rest = measure.cells.split_off(place + 1);
        measure.cells.extend(cells.into_iter().chain(rest));
    }
    measure
}

/// The whole product at the lens's as-of instant: one replay, each history seen once by every algorithm.
fn place_at(tables: &Tables, lens: &Lens, product: &ProductLens) -> Place {
    let active = active_people(tables, lens, product);
    let (mut authored, mut recent) = (Vec::new(), Vec::new());
    let (mut developed, mut at_risk) = (Vec::new(), Vec::new());
    each_history(tables, lens, product, &mut |history| {
        authored.push(bare_row(tables, history, &truck_factor::judged));
        recent.push(bare_row(tables, history, &truck_factor_decayed::judged));
        developed.push(bare_row(tables, history, &primary_developers::judged));
        at_risk.push(bare_row(tables, history, &|history| {
            files_at_risk::judged(history, &active)
        }));
    });
    let mut places = BTreeMap::new();
    let place = (product, Depth::PRODUCT);
    collect_all(
        &mut places,
        (tables, lens),
        place,
        &Rows {
            authored,
            recent,
            developed,
            surviving: survival::rows(tables, lens, product).ok(),
            at_risk,
        },
    );
    places.remove(&None).unwrap_or_default()
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
    let places = Depth {
        repositories: false,
        ..Depth::AREAS
    };
    let now = lines(tables, lens, product, places);
    let Some(whole) = now.get(&None) else {
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
        .filter_map(|(area, line)| {
            let (least, most) = range(line).filter(|(least, most)| least != most)?;
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
