//! Areas by quarter with the initials of whoever changes each most, so that a hand-over is a change of initials.

use std::collections::BTreeMap;

use super::initials::Initials;
use super::knowledge::TOO_LITTLE;
use super::names::Names;
use super::{LeadSources, ProductSources};
use crate::domain::{Bucket, PersonId};
use crate::metrics::measure::{Measured, Ratio};
use crate::report::Picture;
use crate::report::picture::{Drawing, Grid, GridCell, GridRow, Shown, shown};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

/// Who changed an area in a quarter, and how often.
type Changes<'a> = BTreeMap<(&'a str, Bucket), &'a BTreeMap<PersonId, u64>>;

/// The areas of a product by quarter; `None` where none changed.
pub(super) fn picture(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &ProductSources,
    number: usize,
) -> Option<Picture> {
    let question = sources.question;
    let shown = shown(
        sources.measures,
        &product.name,
        question.window,
        &question.zone,
    )?;
    let changes = changes(sources, &product.name);
    let places = || {
        let areas = shown.areas.iter();
        areas.flat_map(|area| shown.quarters.iter().map(move |quarter| (*area, *quarter)))
    };
    let is_told = |(area, quarter): &(&str, Bucket)| {
        let cell = shown.cells.get(area).and_then(|cells| cells.get(quarter));
        cell.is_some_and(|cell| matches!(cell.measured, Measured::Value { .. }))
    };
    let mut people: Vec<PersonId> = places()
        .filter(is_told)
        .filter_map(|place| changes.get(&place))
        .flat_map(|people| most(people))
        .collect();
    people.sort_unstable();
    people.dedup();
    names.sort(&mut people);
    let initials = Initials::of(names, &people);
    let cell = |area: &str, quarter: Bucket, name: &dyn Fn(PersonId) -> String| {
        let measured = shown.cells.get(area).and_then(|cells| cells.get(&quarter));
        let Some(measured) = measured.map(|cell| &cell.measured) else {
            return GridCell::Nothing;
        };
        match measured {
            Measured::Value { n, value, .. } => {
                let ratio = value.ratio().filter(|ratio| ratio.of > 0);
                let of = changes
                    .get(&(area, quarter))
                    .map(|people| most(people))
                    .unwrap_or_default();
                let Some(Ratio { hits, .. }) = ratio.filter(|_| !of.is_empty()) else {
                    return GridCell::Nothing;
                };
                let initials = match of.as_slice() {
                    [_, _, _, ..] => format!("{} alike", of.len()),
                    few => few
                        .iter()
                        .map(|one| name(*one))
                        .collect::<Vec<_>>()
                        .join("+"),
                };
                GridCell::Held {
                    initials,
                    is_shared: of.len() > 1,
                    hits,
                    of: *n,
                }
            }
            Measured::TooFew { n } => GridCell::TooFew(*n),
            Measured::NotObserved { .. }
            | Measured::NotApplicable { .. }
            | Measured::Withheld { .. } => GridCell::Nothing,
        }
    };
    let row = |area: &&str| GridRow {
        title: (*area).to_owned(),
        cells: shown
            .quarters
            .iter()
            .map(|quarter| cell(area, *quarter, &|person| initials.get(person)))
            .collect(),
        is_silo: shown.silos.contains(area),
    };
    let grid = Grid {
        columns: shown.quarters.iter().map(ToString::to_string).collect(),
        rows: shown.areas.iter().map(row).collect(),
        people: people
            .iter()
            .map(|person| (initials.get(*person), names.name(*person)))
            .collect(),
    };
    let in_full = |area: &str, quarter: Bucket| cell(area, quarter, &|person| names.name(person));
    Some(Picture {
        id: format!("areas-{number}-{}", product.name),
        title: format!("Areas by quarter: {}, who changes each most", product.name),
        alternative: alternative(&shown, &in_full),
        table: table(&shown, &product.name, &in_full),
        drawing: Drawing::Grid(grid),
    })
}

/// Those of one product: the commits that the shares are taken of.
fn changes<'a>(sources: &LeadSources<'a>, product: &str) -> Changes<'a> {
    let of_product = sources
        .counted
        .changes
        .iter()
        .filter(|(key, _)| key.0 == product);
    let by_place =
        of_product.map(|((_, area, quarter), people)| ((area.as_str(), *quarter), people));
    by_place.collect()
}

/// Whoever made most, all of them where several made as many.
fn most(of: &BTreeMap<PersonId, u64>) -> Vec<PersonId> {
    let largest = of.values().max();
    let is_it = |(_, n): &(&PersonId, &u64)| Some(*n) == largest;
    of.iter().filter(is_it).map(|(person, _)| *person).collect()
}

fn words(cell: &GridCell) -> Option<String> {
    match cell {
        GridCell::Held {
            initials, hits, of, ..
        } => Some(format!(
            "{initials} {} of {}",
            quantity::count(*hits),
            quantity::count(*of)
        )),
        GridCell::TooFew(n) => Some(format!("n {n}")),
        GridCell::Share { .. } | GridCell::Few(_) | GridCell::Nothing => None,
    }
}

/// What the newest quarter shows, and the last change of hands of each area.
fn alternative(shown: &Shown<'_>, cell: &dyn Fn(&str, Bucket) -> GridCell) -> String {
    let name = |quarter: Option<&Bucket>| quarter.map_or_else(String::new, ToString::to_string);
    let (first, last) = (shown.quarters.first(), shown.quarters.last());
    let mut newest = Vec::new();
    let mut moved = Vec::new();
    for area in &shown.areas {
        let told = last.and_then(|last| words(&cell(area, *last)));
        let silo = if shown.silos.contains(area) {
            ", silo"
        } else {
            ""
        };
        newest.push(format!(
            "{area}: {}{silo}",
            told.as_deref().unwrap_or("no change")
        ));
        let held = shown
            .quarters
            .iter()
            .filter_map(|quarter| match cell(area, *quarter) {
                GridCell::Held {
                    initials,
                    is_shared: false,
                    ..
                } => Some((quarter, initials)),
                _ => None,
            });
        let held: Vec<(&Bucket, String)> = held.collect();
        let pairs = held.iter().zip(held.iter().skip(1));
        let mut changed = pairs.filter(|((_, before), (_, after))| before != after);
        let last = changed.next_back();
        moved.extend(last.map(|((_, before), (quarter, after))| {
            format!("{area} from {before} to {after} in {quarter}")
        }));
    }
    let moved = if moved.is_empty() {
        "no area has moved from one person to another".to_owned()
    } else {
        format!(
            "{} of {} areas have: {}",
            moved.len(),
            shown.areas.len(),
            moved.join("; ")
        )
    };
    let cut = if shown.areas.len() < shown.n_areas {
        format!(
            " {} of {} areas are shown: silos, and those that change most.",
            shown.areas.len(),
            shown.n_areas
        )
    } else {
        String::new()
    };
    format!(
        "Rows are areas, columns the quarters {} to {}; in a cell stand the initials of whoever made most of the changes, their number, \
         and n, all of them.{cut} In {}: {}. Moved from one person to another, the last time: {moved}.",
        name(first),
        name(last),
        name(last),
        newest.join("; ")
    )
}

/// The newest quarter first.
fn table(shown: &Shown<'_>, product: &str, cell: &dyn Fn(&str, Bucket) -> GridCell) -> Table {
    let newest_first = || shown.quarters.iter().rev();
    let mut columns = vec![Column::text("Area"), Column::text("Silo")];
    columns.extend(newest_first().map(|quarter| Column::text(&quarter.to_string())));
    let row = |area: &&str| {
        let silo = if shown.silos.contains(area) {
            TableCell::Text("silo".to_owned())
        } else if shown.untold.contains(area) {
            TableCell::Missing(Some(TOO_LITTLE.to_owned()))
        } else {
            TableCell::Text("no".to_owned())
        };
        let mut row = vec![TableCell::Text((*area).to_owned()), silo];
        row.extend(newest_first().map(|quarter| {
            let told = words(&cell(area, *quarter));
            told.map_or_else(
                || TableCell::Missing(Some("no change".to_owned())),
                TableCell::Text,
            )
        }));
        row
    };
    Table {
        title: format!("Who makes most of the changes in {product}, by area and quarter"),
        rows: shown.areas.iter().map(row).collect(),
        columns,
        n_omitted: (shown.n_areas - shown.areas.len().min(shown.n_areas)) as u64,
    }
}
