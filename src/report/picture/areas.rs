//! Areas by quarter: the share of the changes by the person with most of them. It names nobody.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{Drawing, Grid, GridCell, GridRow, Picture};
use crate::domain::{Bucket, Granularity, Window};
use crate::metrics::measure::{Cell, Measure, Measured};
use crate::report::figure::Frame;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::report::withheld::people_words;

/// The most areas and quarters of a picture; the table has the quarters of the same areas, the figure's own table has all areas.
const MOST: (usize, usize) = (24, 8);

/// What a grid shows of a product: the quarters with a change, and the areas that change most, with every silo.
#[derive(Debug)]
pub struct Shown<'a> {
    /// By name.
    pub areas: Vec<&'a str>,
    /// The newest last.
    pub quarters: Vec<Bucket>,
    /// Areas that one person holds alone.
    pub silos: BTreeSet<&'a str>,
    /// Areas of which it is not told whether one person does.
    pub untold: BTreeSet<&'a str>,
    /// All areas that changed, those that are not shown included.
    pub n_areas: usize,
    /// The shares, by area and quarter.
    pub cells: BTreeMap<&'a str, BTreeMap<Bucket, &'a Cell>>,
}

/// What a grid shows of a product; `None` where no area changed.
#[must_use]
pub fn shown<'a>(
    measures: &'a [Measure],
    product: &str,
    window: Window,
    zone: &TimeZone,
) -> Option<Shown<'a>> {
    let find = |id: &str| measures.iter().find(|measure| measure.definition.id == id);
    let shares = find("ownership.share")?;
    let mut cells: BTreeMap<&str, BTreeMap<Bucket, &Cell>> = BTreeMap::new();
    let mut changes: BTreeMap<&str, u64> = BTreeMap::new();
    for cell in shares
        .team_cells()
        .filter(|cell| cell.scope.product == product)
    {
        let Some(area) = cell.scope.area.as_deref() else {
            continue;
        };
        match cell.bucket {
            Some(quarter) => {
                cells.entry(area).or_default().insert(quarter, cell);
            }
            None => {
                changes.insert(area, cell.ledger.included);
            }
        }
    }
    let mut quarters = Bucket::spine(window, Granularity::Quarter, zone);
    quarters.retain(|quarter| cells.values().any(|cells| cells.contains_key(quarter)));
    let quarters: Vec<Bucket> = quarters.into_iter().rev().take(MOST.1).rev().collect();
    let told = find("knowledge.silos").map_or(&[][..], |measure| &measure.rows);
    let told = told.iter().filter(|row| row.product == product);
    let told = told.filter_map(|row| Some((row.areas.first()?.as_str(), row.value?)));
    let told: BTreeMap<&str, f64> = told.collect();
    let held = told.iter().filter(|(_, value)| **value > 0.0);
    let silos: BTreeSet<&str> = held.map(|(area, _)| *area).collect();
    let mut areas: Vec<&str> = cells.keys().copied().collect();
    let n_areas = areas.len();
    areas.sort_by_key(|area| {
        let n = changes.get(area).copied().unwrap_or_default();
        (!silos.contains(area), std::cmp::Reverse(n), *area)
    });
    areas.truncate(MOST.0);
    areas.sort_unstable();
    let untold = areas.iter().copied();
    let untold = untold.filter(|area| !told.contains_key(area)).collect();
    (!areas.is_empty() && !quarters.is_empty()).then_some(Shown {
        areas,
        quarters,
        silos,
        untold,
        n_areas,
        cells,
    })
}

pub(super) fn picture(measures: &[Measure], frame: &Frame<'_>) -> Option<Picture> {
    let Shown {
        areas: chosen,
        quarters,
        silos,
        n_areas,
        cells: areas,
        ..
    } = shown(measures, frame.product, frame.window, frame.zone)?;
    let rows: Vec<GridRow> = chosen
        .iter()
        .map(|area| {
            let cell = |quarter: &Bucket| {
                let cells = areas.get(area).and_then(|cells| cells.get(quarter));
                cells.map_or(GridCell::Nothing, |cell| grid_cell(&cell.measured))
            };
            GridRow {
                title: (*area).to_owned(),
                cells: quarters.iter().map(cell).collect(),
                is_silo: silos.contains(area),
            }
        })
        .collect();
    let grid = Grid {
        columns: quarters.iter().map(ToString::to_string).collect(),
        rows,
        people: Vec::new(),
    };
    Some(Picture {
        id: String::new(),
        title: "Areas by quarter: share of the changes by the person with most of them".to_owned(),
        alternative: alternative(&grid, n_areas),
        table: table(&grid, n_areas),
        drawing: Drawing::Grid(grid),
    })
}

fn grid_cell(measured: &Measured) -> GridCell {
    match measured {
        Measured::Value { n, value, .. } => {
            let share = value
                .ratio()
                .and_then(crate::metrics::measure::Ratio::share);
            share.map_or(GridCell::Nothing, |share| GridCell::Share { share, of: *n })
        }
        Measured::TooFew { n } => GridCell::TooFew(*n),
        Measured::Withheld { people: None } => GridCell::Few("withheld".to_owned()),
        Measured::Withheld { people } => GridCell::Few(people_words(*people)),
        Measured::NotObserved { .. } | Measured::NotApplicable { .. } => GridCell::Nothing,
    }
}

fn words(cell: &GridCell) -> String {
    match cell {
        GridCell::Share { share, of } => {
            format!("{} of {}", quantity::percent(*share), quantity::count(*of))
        }
        GridCell::Held {
            initials, hits, of, ..
        } => format!("{initials} {hits} of {of}"),
        GridCell::TooFew(n) => format!("n {n}"),
        GridCell::Few(words) => words.clone(),
        GridCell::Nothing => "no change".to_owned(),
    }
}

fn alternative(grid: &Grid, n_areas: usize) -> String {
    let last = grid.columns.last().map_or("", String::as_str);
    let newest = grid.rows.iter().filter_map(|row| {
        let cell = row.cells.last()?;
        let silo = if row.is_silo { ", silo" } else { "" };
        Some(format!("{}: {}{silo}", row.title, words(cell)))
    });
    let newest: Vec<String> = newest.collect();
    let shown = if grid.rows.len() < n_areas {
        format!(
            " {} of {n_areas} areas are shown: silos, and those that change most.",
            grid.rows.len()
        )
    } else {
        String::new()
    };
    format!(
        "Rows are areas, columns the quarters {} to {last}; the stronger the colour, the larger the share of the changes by one person.{shown} In {last}: {}.",
        grid.columns.first().map_or("", String::as_str),
        newest.join("; ")
    )
}

fn table(grid: &Grid, n_areas: usize) -> Table {
    let mut columns = vec![Column::text("Area")];
    columns.extend(grid.columns.iter().map(|quarter| Column::number(quarter)));
    columns.push(Column::text("silo"));
    let row = |row: &GridRow| {
        let mut cells = vec![TableCell::Text(row.title.clone())];
        cells.extend(row.cells.iter().map(|cell| match cell {
            GridCell::Nothing => TableCell::Missing(Some("no change".to_owned())),
            cell => TableCell::Number(words(cell)),
        }));
        let silo = if row.is_silo { "silo" } else { "" };
        cells.push(TableCell::Text(silo.to_owned()));
        cells
    };
    Table {
        title: "Share of the changes by the person with most of them".to_owned(),
        rows: grid.rows.iter().map(row).collect(),
        columns,
        n_omitted: (n_areas - grid.rows.len().min(n_areas)) as u64,
    }
}
