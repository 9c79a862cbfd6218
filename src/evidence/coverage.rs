//! Which months a person's evidence is from.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Sources;
use super::snippet::{Kind, Snippet};
use crate::report::table::{Column, Table, TableCell};

/// The coverage of so many months is told in numbers; of more, in signs.
const MOST_MONTHS: usize = 6;

/// Moments by kind and month: found, and how many of them are shown.
pub(super) fn table(sources: &Sources<'_>, snippets: &[Snippet], shown: &[&Snippet]) -> Table {
    let mut months: Vec<Date> = Vec::new();
    let mut month = sources
        .date(sources.past.question.window.since)
        .first_of_month();
    // A month that has only begun has a sign where something happened in it.
    let latest = snippets.iter().map(|snippet| snippet.on).max();
    let last = latest.map_or(sources.last_day(), |day| day.max(sources.last_day()));
    while month <= last && months.len() < 120 {
        months.push(month);
        month = month.saturating_add(1.month());
    }
    let mut counts: BTreeMap<(Kind, Date), usize> = BTreeMap::new();
    for snippet in snippets {
        *counts
            .entry((snippet.kind, snippet.on.first_of_month()))
            .or_default() += 1;
    }
    // Many months are read as a strip; a few as numbers.
    let is_strip = months.len() > MOST_MONTHS;
    let month = |month: &Date| format!("{:04}-{:02}", month.year(), month.month());
    let mut columns = vec![Column::text("Moments")];
    if let (true, Some(first), Some(last)) = (is_strip, months.first(), months.last()) {
        let title = format!("{} to {}, a sign a month", month(first), month(last));
        columns.push(Column::text(&title));
    } else {
        columns.extend(months.iter().map(|of| Column::number(&month(of))));
    }
    columns.extend([Column::number("Found"), Column::number("Shown")]);
    let is_found = |kind: &Kind| snippets.iter().any(|snippet| snippet.kind == *kind);
    let row = |kind: Kind| {
        let n = |snippet: &&Snippet| snippet.kind == kind;
        let count = |month: &Date| counts.get(&(kind, *month));
        let mut row = vec![TableCell::Text(kind.title().to_owned())];
        if is_strip {
            let sign = |month: &Date| if count(month).is_some() { '■' } else { '□' };
            row.push(TableCell::Text(months.iter().map(sign).collect()));
        } else {
            let cell = |month: &Date| TableCell::number(count(month).map(ToString::to_string));
            row.extend(months.iter().map(cell));
        }
        let found = snippets.iter().filter(n).count();
        let n_shown = shown.iter().copied().filter(n).count();
        row.extend([found, n_shown].map(|n| TableCell::Number(n.to_string())));
        row
    };
    let rows = Kind::ALL.into_iter().filter(is_found).map(row);
    Table {
        title: "Moments by kind and month".to_owned(),
        columns,
        rows: rows.collect(),
        n_omitted: 0,
    }
}
