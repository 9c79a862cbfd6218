//! The path to production: how long a merged change was in each hand, before and now.

use super::{Drawing, PathBar, Picture};
use crate::domain::{Elapsed, Window};
use crate::metrics::drawn::{Material, Stretch};
use crate::metrics::measure::Unit;
use crate::report::figure::Frame;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

/// How a holder is called.
#[must_use]
pub fn holder_title(holder: &str) -> &str {
    match holder {
        "agent" => "an agent",
        "reviewer" => "reviewers",
        "ci" => "CI",
        holder => holder,
    }
}

pub(super) fn picture(material: Option<&Material>, frame: &Frame<'_>) -> Option<Picture> {
    let Some(Material::Turns(stretches)) = material else {
        return None;
    };
    let told = stretches.iter();
    let told = told.filter(|stretch| stretch.is_told && stretch.n > 0);
    let bars: Vec<PathBar> = told
        .filter_map(|stretch| {
            let when = if stretch.is_now { "now" } else { "before" };
            bar(stretch, format!("{when}: {}", days(stretch, frame)))
        })
        .collect();
    of_bars(bars, "Path to production: whose turn it was")
}

/// The same of the last days by origin, one bar each.
pub(super) fn by_origin(material: Option<&Material>, frame: &Frame<'_>) -> Option<Picture> {
    let Some(Material::TurnsByOrigin(stretches)) = material else {
        return None;
    };
    let bars = stretches
        .iter()
        .filter_map(|(origin, stretch)| bar(stretch, origin.words().to_owned()));
    let days = days(&stretches.first()?.1, frame);
    let title = format!("Path to production by origin, merged {days}: whose turn it was");
    of_bars(bars.collect(), &title)
}

/// The days of a stretch.
fn days(stretch: &Stretch, frame: &Frame<'_>) -> String {
    let day = |at| frame.zone.to_datetime(at).date();
    let Window { since, until } = stretch.window;
    // The window is half-open: its last day is the one before its end.
    let last = until
        .checked_sub(jiff::SignedDuration::from_nanos(1))
        .unwrap_or(until);
    format!("{} – {}", day(since), day(last))
}

fn of_bars(bars: Vec<PathBar>, title: &str) -> Option<Picture> {
    let first = bars.first()?;
    let clock = if first.is_working {
        "working hours"
    } else {
        "hours"
    };
    let unit = unit(first.is_working);
    let words = |bar: &PathBar| {
        let parts = bar.parts.iter();
        let parts = parts.map(|(holder, hours)| {
            format!(
                "{} {}",
                holder_title(holder),
                quantity::amount(unit, *hours)
            )
        });
        let parts: Vec<String> = parts.collect();
        format!(
            "{}: {} in all, n {}: {}.",
            bar.title,
            bar.total,
            bar.n,
            parts.join(", ")
        )
    };
    let sentences: Vec<String> = bars.iter().map(words).collect();
    Some(Picture {
        id: String::new(),
        title: format!("{title}, mean {clock} of a merged pull request"),
        alternative: format!(
            "Mean {clock} of a merged pull request in each hand, opened to production where that is known; the parts add up to the whole. {}",
            sentences.join(" ")
        ),
        table: table(&bars, unit),
        drawing: Drawing::Path(bars),
    })
}

const fn unit(is_working: bool) -> Unit {
    if is_working {
        Unit::WorkingHours
    } else {
        Unit::Hours
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn bar(stretch: &Stretch, title: String) -> Option<PathBar> {
    let mean = |micros: u64| Elapsed::from_micros(micros).hours() / stretch.n as f64;
    let parts: Vec<(&'static str, f64)> = stretch
        .held
        .iter()
        .map(|(holder, elapsed, working)| {
            let micros = if stretch.has_hours {
                *working
            } else {
                *elapsed
            };
            (*holder, mean(micros))
        })
        .filter(|(_, hours)| *hours > 0.0)
        .collect();
    let total: f64 = parts.iter().map(|(_, hours)| hours).sum();
    (total > 0.0).then(|| PathBar {
        title,
        n: stretch.n,
        total: quantity::amount(unit(stretch.has_hours), total),
        parts,
        is_working: stretch.has_hours,
    })
}

fn table(bars: &[PathBar], unit: Unit) -> Table {
    let mut holders: Vec<&str> = Vec::new();
    for (holder, _) in bars.iter().flat_map(|bar| &bar.parts) {
        if !holders.contains(holder) {
            holders.push(holder);
        }
    }
    let mut columns = vec![Column::text("Merged"), Column::number("n")];
    columns.extend(
        holders
            .iter()
            .map(|holder| Column::number(holder_title(holder))),
    );
    columns.push(Column::number("in all"));
    let row = |bar: &PathBar| {
        let mut row = vec![
            TableCell::Text(bar.title.clone()),
            TableCell::Number(quantity::count(bar.n)),
        ];
        row.extend(holders.iter().map(|holder| {
            let part = bar.parts.iter().find(|(name, _)| name == holder);
            TableCell::number(part.map(|(_, hours)| quantity::amount(unit, *hours)))
        }));
        row.push(TableCell::Number(bar.total.clone()));
        row
    };
    Table {
        title: "Mean hours in each hand".to_owned(),
        rows: bars.iter().map(row).collect(),
        columns,
        n_omitted: 0,
    }
}
