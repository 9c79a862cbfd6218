//! Figures of whole products in the text format of [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/), as
//! Prometheus and its textfile collector read it.
//!
//! A number is a gauge of its own, in base units: seconds and ratios. Of a metric with buckets the last complete one speaks, of a state
//! its value at the window's end; of which time each speaks stands beside it. What was not measured, is of too few rows or is withheld
//! has no sample: a gap, and never a zero. Samples carry no timestamp, which textfile collectors refuse.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::encode;
use crate::domain::{Bucket, Window};
use crate::metrics::REGISTRY;
use crate::metrics::measure::{Cell, Definition, Measured, Number, Unit, Value};
use crate::report::TeamReport;

/// What every name begins with.
const PREFIX: &str = "linchpin";

/// A unit that samples are told in: base units alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BaseUnit {
    Seconds,
    Ratio,
    /// A number of things.
    None,
}

impl BaseUnit {
    const fn of(unit: Unit) -> Self {
        match unit {
            Unit::Hours | Unit::WorkingHours => Self::Seconds,
            Unit::Share => Self::Ratio,
            Unit::Count(_) => Self::None,
        }
    }

    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Seconds => Some("seconds"),
            Self::Ratio => Some("ratio"),
            Self::None => None,
        }
    }

    /// A number in it.
    fn amount(self, value: f64) -> f64 {
        match self {
            Self::Seconds => value * 3600.0,
            Self::Ratio | Self::None => value,
        }
    }
}

/// A metric family on its way to a file.
#[derive(Debug)]
struct Family {
    kind: &'static str,
    unit: Option<&'static str>,
    help: String,
    /// Labels as they are written, and the number.
    samples: Vec<(String, String)>,
}

/// The families of an exposition, by name.
#[derive(Debug, Default)]
struct Exposition(BTreeMap<String, Family>);

impl Exposition {
    fn add(
        &mut self,
        name: &str,
        unit: Option<&'static str>,
        help: &str,
        labels: &[(&str, &str)],
        value: f64,
    ) {
        // What JSON and CSV write as missing has no sample.
        if !value.is_finite() {
            return;
        }
        let family = self
            .0
            .entry(full_name(name, unit))
            .or_insert_with(|| Family {
                kind: "gauge",
                unit,
                help: help.to_owned(),
                samples: Vec::new(),
            });
        family
            .samples
            .push((labels_text(labels), value.to_string()));
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, family) in &self.0 {
            let _ = writeln!(text, "# TYPE {name} {}", family.kind);
            if let Some(unit) = family.unit {
                let _ = writeln!(text, "# UNIT {name} {unit}");
            }
            let _ = writeln!(text, "# HELP {name} {}", escaped(&family.help));
            let end = if family.kind == "info" { "_info" } else { "" };
            for (labels, value) in &family.samples {
                let _ = writeln!(text, "{name}{end}{labels} {value}");
            }
        }
        text.push_str("# EOF\n");
        text
    }
}

/// Figures of every product: gauges, their n, their 80 % intervals, of which time they speak, and as of when all of it is told.
#[must_use]
pub fn exposition(report: &TeamReport) -> String {
    let mut all = Exposition::default();
    all.0.insert(
        format!("{PREFIX}_build"),
        Family {
            kind: "info",
            unit: None,
            help: "The version of linchpin that wrote this.".to_owned(),
            samples: vec![(labels_text(&[("version", &report.version)]), "1".to_owned())],
        },
    );
    all.add(
        "as_of_timestamp",
        Some("seconds"),
        "The instant that all figures speak of; nothing after it was looked at.",
        &[],
        seconds(report.as_of),
    );
    all.add(
        "partial_data",
        None,
        "1 where some data has a hole in it: figures may be of less than there is.",
        &[],
        if report.is_partial() { 1.0 } else { 0.0 },
    );
    for product in &report.products {
        for (definition, cell) in last_figures(report, &product.name) {
            add_figure(&mut all, report, definition, cell);
        }
    }
    all.text()
}

/// Every name that a number of a product can have here, and its unit.
#[must_use]
pub fn names() -> BTreeMap<String, Option<&'static str>> {
    let mut names = BTreeMap::new();
    let mut add = |name: &str, unit: BaseUnit| {
        for name in [
            name,
            &format!("{name}_interval_low"),
            &format!("{name}_interval_high"),
        ] {
            names.insert(full_name(name, unit.word()), unit.word());
        }
    };
    for metric in REGISTRY {
        let definition = metric.definition;
        let id = definition.id.replace('.', "_");
        add(&id, BaseUnit::Ratio);
        add(&format!("{id}_n"), BaseUnit::None);
        for number in definition.numbers {
            let (name, unit, _) = number_name(definition, number.name);
            add(&format!("{id}_{name}"), unit);
        }
    }
    names
}

fn full_name(name: &str, unit: Option<&str>) -> String {
    let end = unit.map_or_else(String::new, |unit| format!("_{unit}"));
    format!("{PREFIX}_{name}{end}")
}

/// A figure a metric of a product: of the last complete bucket where it has buckets, else of the window. None where that bucket has no
/// rows.
fn last_figures<'a>(
    report: &'a TeamReport,
    product: &'a str,
) -> Vec<(&'static Definition, &'a Cell)> {
    let mut of_metric: BTreeMap<&str, Vec<(&'static Definition, &Cell)>> = BTreeMap::new();
    for (definition, cell) in report.product_cells(product) {
        of_metric
            .entry(definition.id)
            .or_default()
            .push((definition, cell));
    }
    let last = |cells: &Vec<(&'static Definition, &'a Cell)>| {
        let buckets = cells.iter().filter_map(|(_, cell)| cell.bucket);
        let definition = cells.first()?.0;
        let wanted = match buckets.max().filter(|_| definition.cohort.is_some()) {
            Some(latest) => Some(last_complete(latest, report)?),
            None => None,
        };
        cells
            .iter()
            .find(|(_, cell)| cell.bucket == wanted)
            .copied()
    };
    of_metric.values().filter_map(last).collect()
}

/// The last bucket as long as another one that had ended inside the window.
fn last_complete(like: Bucket, report: &TeamReport) -> Option<Bucket> {
    let end = report.window.until.min(report.as_of);
    let spine = Bucket::spine(report.window, like.granularity(), &report.zone);
    spine.into_iter().rev().find(|bucket| {
        let whole = bucket.window(&report.zone);
        report.window.since <= whole.since && whole.until <= end
    })
}

fn add_figure(all: &mut Exposition, report: &TeamReport, definition: &Definition, cell: &Cell) {
    let Measured::Value { n, value, interval } = &cell.measured else {
        return;
    };
    let id = definition.id.replace('.', "_");
    let product = cell.scope.product.as_str();
    let labels = [("product", product)];
    let title = definition.title;
    all.add(
        &format!("{id}_n"),
        None,
        &format!("{title}: rows behind the figure."),
        &labels,
        float(*n),
    );
    let (headline, unit) = headline(definition, value);
    if value.ratio().is_some() {
        let share = value
            .ratio()
            .and_then(crate::metrics::measure::Ratio::share);
        if let Some(share) = share {
            let help = format!("{title}: hits out of a number.");
            all.add(&headline, unit.word(), &help, &labels, share);
        }
    }
    for (name, number) in &value.0 {
        let (name, unit, words) = number_name(definition, name);
        let amount = match number {
            Number::Count(count) => float(*count),
            Number::Real(real) => *real,
        };
        let help = format!("{title}: {words}.");
        let name = format!("{id}_{name}");
        all.add(&name, unit.word(), &help, &labels, unit.amount(amount));
    }
    if let Some(ends) = interval {
        for (end, at) in [("low", ends[0]), ("high", ends[1])] {
            let help = format!("{title}: {end} end of the 80 % interval.");
            let name = format!("{headline}_interval_{end}");
            all.add(&name, unit.word(), &help, &labels, unit.amount(at));
        }
    }
    let window = cell
        .bucket
        .map_or(report.window, |bucket| bucket.window(&report.zone));
    add_times(all, product, definition.id, window);
}

/// Of which time a figure speaks.
fn add_times(all: &mut Exposition, product: &str, metric: &str, window: Window) {
    for (end, at) in [("since", window.since), ("until", window.until)] {
        all.add(
            &format!("figure_{end}_timestamp"),
            Some("seconds"),
            &format!("The {end} of the half-open time that a figure speaks of, by metric."),
            &[("metric", metric), ("product", product)],
            seconds(at),
        );
    }
}

/// The name of the number that speaks for a figure, without its unit, and the unit.
fn headline(definition: &Definition, value: &Value) -> (String, BaseUnit) {
    let id = definition.id.replace('.', "_");
    let unit = BaseUnit::of(definition.headline_unit(value));
    match value.0.first() {
        Some((name, _)) if value.ratio().is_none() => {
            let (name, unit, _) = number_name(definition, name);
            (format!("{id}_{name}"), unit)
        }
        _ => (id, unit),
    }
}

/// What a number is called, without its unit, its unit, and its words: `reviewer_hours` becomes `reviewer` in seconds, a bare `count`
/// what is counted.
fn number_name(definition: &Definition, name: &str) -> (String, BaseUnit, &'static str) {
    let found = definition.number(name);
    let unit = found.map_or(Unit::Count(""), |found| found.unit);
    let base = BaseUnit::of(unit);
    let words = found.map_or("", |found| found.title);
    let stem = match (base, unit) {
        (BaseUnit::Seconds, _) => name.strip_suffix("_hours").unwrap_or(name).to_owned(),
        (BaseUnit::None, Unit::Count(noun)) if name == "count" && !noun.is_empty() => {
            noun.replace(' ', "_")
        }
        _ => name.to_owned(),
    };
    (stem, base, words)
}

fn labels_text(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let each: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    format!("{{{}}}", each.join(","))
}

/// A label's value or a help text: one visible line, with backslashes and quotes escaped.
fn escaped(text: &str) -> String {
    encode::line(text)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn float(n: u64) -> f64 {
    n as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds since 1970 stay below 2^53 until 2255"
)]
fn seconds(at: Timestamp) -> f64 {
    at.as_microsecond() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_numbers_of_all_metrics_have_one_name() {
        let mut names = BTreeSet::new();
        for metric in REGISTRY {
            let definition = metric.definition;
            let id = definition.id.replace('.', "_");
            assert!(names.insert(format!("{id}_n")), "{id}");
            for number in definition.numbers {
                let (name, unit, words) = number_name(definition, number.name);
                let whole = format!("{id}_{name} {:?}", unit.word());
                assert!(names.insert(whole.clone()), "{whole}");
                assert!(!words.is_empty(), "{whole}");
                let is_name = |letter: char| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
                };
                assert!(name.chars().all(is_name), "{name}");
            }
        }
    }

    #[test]
    fn a_label_cannot_end_early() {
        assert_eq!(
            labels_text(&[("product", "a\"} 1\n\\")]),
            "{product=\"a\\\"} 1 \\\\\"}"
        );
    }

    #[test]
    fn what_is_no_number_has_no_sample() {
        let mut all = Exposition::default();
        all.add("x", Some("seconds"), "", &[], f64::NAN);
        all.add("y", None, "A \"y\".", &[("product", "p")], 2.5);
        assert_eq!(
            all.text(),
            "# TYPE linchpin_y gauge\n# HELP linchpin_y A \\\"y\\\".\nlinchpin_y{product=\"p\"} 2.5\n# EOF\n"
        );
    }
}
