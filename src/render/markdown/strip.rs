//! Now against before in Markdown.

use std::fmt::Write as _;

use super::{md, prose};
use crate::report::quantity;
use crate::report::strip::{Side, Spark, Strip};

/// What the last event did, and the table.
pub(super) fn write(text: &mut String, strip: &Strip) {
    // Of several the latest: a summary is short.
    if let Some(around) = strip.around.first() {
        let _ = writeln!(text, "{}\n", md(&around.words()));
    }
    for (titles, because) in strip.untold() {
        let _ = writeln!(
            text,
            "Not told: {}: {}.\n",
            md(&titles.join(", ")),
            prose(because)
        );
    }
    if strip.told().next().is_none() {
        return;
    }
    let _ = writeln!(
        text,
        "| {} against {} | now | before | change | 12 months |\n|---|--:|--:|---|---|",
        strip.now.words(),
        strip.before.words()
    );
    for line in strip.told() {
        let agreed = line
            .agreed
            .as_deref()
            .map_or_else(String::new, |agreed| format!("<br>_{}_", md(agreed)));
        let _ = writeln!(
            text,
            "| {}{agreed} | {} | {} | {} | {} |",
            md(&line.title),
            side(&line.now, true),
            side(&line.before, false),
            line.change.words(),
            months(&line.spark)
        );
    }
    text.push('\n');
}

fn side(side: &Side, is_strong: bool) -> String {
    match side {
        Side::Found(found) => {
            let number = md(&found.text);
            let n = quantity::count(found.n);
            if is_strong {
                format!("**{number}** n {n}")
            } else {
                format!("{number} n {n}")
            }
        }
        Side::Missing(because) => format!("— ({})", prose(because)),
    }
}

/// How many months a line shows.
const MONTHS: usize = 12;

/// The last months in eight heights; a month without a number is `·`.
fn months(spark: &Spark) -> String {
    super::heights(&last_months(spark))
}

/// The last months' numbers; none where fewer than two months have one.
pub(in crate::render) fn last_months(spark: &Spark) -> Vec<Option<f64>> {
    if spark.ends.is_none() {
        return Vec::new();
    }
    let earlier = spark.points.len().saturating_sub(MONTHS);
    let points = spark.points.iter().skip(earlier);
    points.map(|(_, number)| *number).collect()
}
