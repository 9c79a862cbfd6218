//! The tables under a figure: per bucket, per repository, per area.

use super::{Headline, headline};
use crate::metrics::measure::{Cell, Definition, Measured, Number};
use crate::report::chart::{Chart, PointState};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::report::withheld::people_words;

pub(super) fn bucket_table(definition: &Definition, chart: &Chart) -> Table {
    let is_ratio = chart.number_names().contains(&"hits");
    let mut columns = vec![Column::text("Bucket"), Column::number("n")];
    let names: Vec<&str> = chart.number_names();
    let titles = quantity::number_titles(definition, &names);
    columns.extend(titles.iter().map(|title| Column::number(title)));
    if chart.has_band {
        columns.push(Column::number("80 % interval"));
    }
    let rows = chart.points.iter().map(|point| {
        let bucket = if point.is_cut {
            format!("{} (cut)", point.bucket)
        } else {
            point.bucket.clone()
        };
        let mut row = vec![
            TableCell::Text(bucket),
            TableCell::number(point.n.map(quantity::count)),
        ];
        for name in &names {
            row.push(match point.get(name) {
                Some(number) if is_ratio && (*name == "hits" || *name == "of") => {
                    TableCell::Number(quantity::plain(number))
                }
                Some(number) if definition.number(name).is_none() => {
                    TableCell::Number(quantity::amount(chart.unit, number))
                }
                Some(number) => {
                    TableCell::Number(quantity::named(definition, name, Number::Real(number)))
                }
                None if point.state == PointState::TooFew => {
                    TableCell::Missing(Some("too few to summarise".to_owned()))
                }
                None if point.state == PointState::Withheld => {
                    TableCell::Missing(Some("too few people".to_owned()))
                }
                None => TableCell::Missing(None),
            });
        }
        if chart.has_band {
            row.push(TableCell::number(chart.interval_words(point)));
        }
        row
    });
    Table {
        title: "By bucket".to_owned(),
        rows: rows.collect(),
        columns,
        n_omitted: 0,
    }
}

pub(super) fn scope_table(
    title: &str,
    heading: &str,
    definition: &Definition,
    cells: &[(String, &Cell)],
    n_omitted: usize,
) -> Table {
    let has_interval = cells.iter().any(|(_, cell)| {
        matches!(
            cell.measured,
            Measured::Value {
                interval: Some(_),
                ..
            }
        )
    });
    let mut columns = vec![
        Column::text(heading),
        Column::number("figure"),
        Column::text("what"),
    ];
    if has_interval {
        columns.push(Column::number("80 % interval"));
    }
    columns.extend([Column::number("n"), Column::number("unknown")]);
    let rows = cells.iter().map(|(name, cell)| {
        let missing = |because: &str| TableCell::Missing(Some(because.to_owned()));
        let (amount, label, ends, n) = match (&cell.measured, headline(definition, &cell.measured))
        {
            (
                _,
                Some(Headline::Value {
                    amount,
                    label,
                    interval,
                    n,
                    ..
                }),
            ) => (
                TableCell::Number(amount),
                TableCell::Text(label),
                TableCell::number(interval.map(|[low, high]| format!("{low} – {high}"))),
                TableCell::Number(quantity::count(n)),
            ),
            (_, Some(Headline::TooFew { n })) => (
                missing("too few to summarise"),
                TableCell::Text("too few".to_owned()),
                TableCell::Missing(None),
                TableCell::Number(quantity::count(n)),
            ),
            (Measured::Withheld { people }, None) => (
                missing("withheld"),
                TableCell::Text(people_words(*people)),
                TableCell::Missing(None),
                TableCell::Missing(None),
            ),
            (Measured::NotApplicable { because }, None) => (
                missing(because),
                TableCell::Text("not applicable".to_owned()),
                TableCell::Missing(None),
                TableCell::Missing(None),
            ),
            (Measured::NotObserved { because, .. }, None) => (
                missing(because),
                TableCell::Text("not observed".to_owned()),
                TableCell::Missing(None),
                TableCell::Missing(None),
            ),
            (_, None) => (
                TableCell::Missing(None),
                TableCell::Text(String::new()),
                TableCell::Missing(None),
                TableCell::Missing(None),
            ),
        };
        let mut row = vec![TableCell::Text(name.clone()), amount, label];
        if has_interval {
            row.push(ends);
        }
        let unknown = match &cell.measured {
            Measured::Withheld { .. } => TableCell::Missing(None),
            _ => TableCell::Number(quantity::count(cell.ledger.n_unknown())),
        };
        row.extend([n, unknown]);
        row
    });
    Table {
        title: title.to_owned(),
        rows: rows.collect(),
        columns,
        n_omitted: n_omitted as u64,
    }
}
