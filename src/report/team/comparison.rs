//! Figures that answer one question in different ways, side by side: over time, and by area.

use std::collections::BTreeSet;

use crate::metrics::measure::{Cell, Measure, Measured, Value};
use crate::report::definition::{ComparedFigure, ComparisonDefinition};
use crate::report::input::TeamInput;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::report::withheld::people_words;

/// Areas listed; the others are in metrics.json.
const MAX_AREAS: usize = 200;

/// Figures side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Anchor, unique in the report.
    pub id: String,
    /// Title.
    pub title: String,
    /// How they are to be read.
    pub note: String,
    /// At the end of each bucket and of the window.
    pub over_time: Table,
    /// By area at the window's end; `None` where there are no areas.
    pub by_area: Option<Table>,
}

/// The figures of one product; `None` where fewer than two of them have anything to show.
pub(super) fn comparison(
    definition: &ComparisonDefinition,
    input: &TeamInput<'_>,
    product: &str,
    slug: &str,
) -> Option<Comparison> {
    let lines: Vec<Vec<&Cell>> = definition
        .figures
        .iter()
        .map(|figure| {
            input
                .measures
                .iter()
                .filter(|measure| measure.definition.id == figure.metric)
                .flat_map(Measure::team_cells)
                .filter(|cell| cell.scope.product == product && cell.scope.repository.is_none())
                .collect()
        })
        .collect();
    let shown = |cells: &&Vec<&Cell>| {
        cells
            .iter()
            .any(|cell| matches!(cell.measured, Measured::Value { .. }))
    };
    if lines.iter().filter(shown).count() < 2 {
        return None;
    }
    let row = |name: String, is_here: &dyn Fn(&Cell) -> bool| {
        let cells: Vec<Option<&Cell>> = lines
            .iter()
            .map(|cells| cells.iter().find(|cell| is_here(cell)).copied())
            .collect();
        let mut row = vec![TableCell::Text(name)];
        row.extend(
            definition
                .figures
                .iter()
                .zip(cells.iter().copied())
                .map(words),
        );
        row.push(range(&definition.figures, &cells));
        row
    };
    let all = || lines.iter().flatten();
    let buckets: BTreeSet<_> = all()
        .filter(|cell| cell.scope.area.is_none())
        .filter_map(|cell| cell.bucket)
        .collect();
    let mut over_time: Vec<Vec<TableCell>> = buckets
        .into_iter()
        .map(|bucket| {
            row(bucket.to_string(), &|cell| {
                cell.scope.area.is_none() && cell.bucket == Some(bucket)
            })
        })
        .collect();
    over_time.push(row("end of the window".to_owned(), &|cell| {
        cell.scope.area.is_none() && cell.bucket.is_none()
    }));
    let areas: BTreeSet<&String> = all()
        .filter(|cell| cell.bucket.is_none())
        .filter_map(|cell| cell.scope.area.as_ref())
        .collect();
    let by_area: Vec<Vec<TableCell>> = areas
        .iter()
        .take(MAX_AREAS)
        .map(|area| {
            row((*area).clone(), &|cell| {
                cell.scope.area.as_ref() == Some(*area) && cell.bucket.is_none()
            })
        })
        .collect();
    let table = |title: &str, first: &str, rows: Vec<Vec<TableCell>>, n_omitted: usize| {
        let figures = definition.figures.iter();
        let mut columns = vec![Column::text(first)];
        columns.extend(figures.map(|figure| Column::number(&figure.title)));
        columns.push(Column::number(&definition.range_title));
        Table {
            title: title.to_owned(),
            columns,
            rows,
            n_omitted: n_omitted as u64,
        }
    };
    let n_omitted = areas.len().saturating_sub(MAX_AREAS);
    Some(Comparison {
        id: format!("{slug}-{}", definition.id),
        title: definition.title.clone(),
        note: definition.note.clone(),
        over_time: table("Over time", "At the end of", over_time, 0),
        by_area: (!by_area.is_empty())
            .then(|| table("By area, at the window's end", "Area", by_area, n_omitted)),
    })
}

/// The words of a figure with its numbers in place of their names.
fn words((figure, cell): (&ComparedFigure, Option<&Cell>)) -> TableCell {
    match cell.map(|cell| &cell.measured) {
        Some(Measured::Value { n, value, .. }) => TableCell::number(filled(figure, *n, value)),
        Some(Measured::TooFew { n }) => {
            TableCell::Missing(Some(format!("too few to summarise: n {n}")))
        }
        Some(Measured::NotObserved { because, .. } | Measured::NotApplicable { because }) => {
            TableCell::Missing(Some(because.clone()))
        }
        Some(Measured::Withheld { people }) => TableCell::Missing(Some(people_words(*people))),
        None => TableCell::Missing(None),
    }
}

/// `None` where a number that the words name is missing.
fn filled(figure: &ComparedFigure, n: u64, value: &Value) -> Option<String> {
    let mut parts = figure.words.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        let number = if name == "n" { n } else { value.count(name)? };
        text.push_str(&quantity::count(number));
        text.push_str(rest);
    }
    Some(text)
}

/// The least and the greatest of the numbers that can be compared.
fn range(figures: &[ComparedFigure], cells: &[Option<&Cell>]) -> TableCell {
    let numbers: Vec<u64> = figures
        .iter()
        .zip(cells)
        .filter_map(|(figure, cell)| match &(*cell)?.measured {
            Measured::Value { value, .. } => value.count(figure.compared.as_ref()?),
            _ => None,
        })
        .collect();
    match (numbers.iter().min(), numbers.iter().max()) {
        _ if numbers.len() < 2 => {
            TableCell::Missing(Some("fewer than two of them have a number".to_owned()))
        }
        (Some(least), Some(most)) if least < most => TableCell::Number(format!(
            "{} – {}",
            quantity::count(*least),
            quantity::count(*most)
        )),
        (Some(same), _) => TableCell::Number(format!("all {}", quantity::count(*same))),
        (None, _) => TableCell::Missing(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::measure::{Ledger, Number, Scope};

    #[test]
    fn a_disagreement_is_the_range_of_the_numbers_that_can_be_compared() {
        let figure = |compared: bool| ComparedFigure {
            metric: String::new(),
            title: String::new(),
            words: String::new(),
            compared: compared.then(|| "count".to_owned()),
        };
        let figures = [figure(true), figure(true), figure(false)];
        let cell = |count: u64| Cell {
            scope: Scope {
                origin: None,
                product: "shop".to_owned(),
                repository: None,
                area: None,
                person: None,
            },
            bucket: None,
            measured: Measured::Value {
                n: 5,
                value: Value(vec![("count", Number::Count(count))]),
                interval: None,
            },
            ledger: Ledger::default(),
            few: Vec::new(),
        };
        let check = |counts: [Option<u64>; 3], expected: &str| {
            let cells = counts.map(|count| count.map(cell));
            let cells: Vec<Option<&Cell>> = cells.iter().map(Option::as_ref).collect();
            assert_eq!(range(&figures, &cells).words(), expected, "{counts:?}");
        };
        check([Some(3), Some(1), Some(9)], "1 – 3");
        check([Some(2), Some(2), Some(9)], "all 2");
        check([Some(2), None, Some(9)], "—");
    }

    #[test]
    fn words_name_numbers_and_without_one_of_them_there_is_nothing_to_say() {
        let check = |words: &str, expected: Option<&str>| {
            let figure = ComparedFigure {
                metric: "knowledge.truck_factor".to_owned(),
                title: "truck factor".to_owned(),
                words: words.to_owned(),
                compared: None,
            };
            let value = Value(vec![
                ("count", Number::Count(2)),
                ("orphaned", Number::Count(1200)),
            ]);
            assert_eq!(filled(&figure, 5, &value).as_deref(), expected, "{words}");
        };
        check(
            "{count} ({orphaned} of {n} files)",
            Some("2 (1200 of 5 files)"),
        );
        check("{count} of {people}", None);
        check("none", Some("none"));
        check("{count", None);
    }
}
