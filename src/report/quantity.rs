//! Numbers in words: one way to print an amount of a unit, everywhere.

use crate::metrics::measure::{Definition, Number, Ratio, Unit, Value};
use crate::metrics::number::{P50, P75, P90};

/// A number in the metric's unit, short enough for a headline: `3.2 h`, `4.1 d`, `62 %`, `17`.
#[must_use]
pub fn amount(unit: Unit, number: f64) -> String {
    match unit {
        Unit::Hours => hours(number),
        Unit::WorkingHours => working_hours(number),
        Unit::Share => percent(number),
        Unit::Count(_) => plain(number),
    }
}

/// A number that stands without its title: working hours are called so.
#[must_use]
pub fn alone(unit: Unit, number: f64) -> String {
    match unit {
        Unit::WorkingHours => format!("{} of working hours", amount(unit, number)),
        unit => amount(unit, number),
    }
}

/// Elapsed hours: minutes below one hour, hours below two days, else days of 24 hours.
#[must_use]
pub fn hours(hours: f64) -> String {
    HourScale::of(hours).words(hours)
}

/// Working hours: minutes below one hour, else hours. Never days: a working day has as many hours as the calendar says.
#[must_use]
pub fn working_hours(hours: f64) -> String {
    match HourScale::of(hours) {
        HourScale::Days if hours.is_finite() => format!("{} h", plain(hours.round())),
        scale => scale.words(hours),
    }
}

/// Both ends of an interval in the unit of the number they belong to, so that the three can be compared at a glance.
#[must_use]
pub fn interval(unit: Unit, number: f64, ends: [f64; 2]) -> [String; 2] {
    match unit {
        Unit::Hours => ends.map(|end| HourScale::of(number).words(end)),
        Unit::WorkingHours | Unit::Share | Unit::Count(_) => ends.map(|end| amount(unit, end)),
    }
}

/// The unit that elapsed time is printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HourScale {
    Minutes,
    Hours,
    Days,
}

impl HourScale {
    fn of(hours: f64) -> Self {
        match hours {
            hours if hours * 60.0 < 59.5 => Self::Minutes,
            hours if hours < 47.95 => Self::Hours,
            _ => Self::Days,
        }
    }

    fn words(self, hours: f64) -> String {
        let minutes = hours * 60.0;
        if !hours.is_finite() {
            return "—".to_owned();
        }
        if minutes > 0.0 && minutes < 1.0 {
            return "< 1 min".to_owned();
        }
        match self {
            Self::Minutes => format!("{minutes:.0} min"),
            Self::Hours => format!("{hours:.1} h"),
            Self::Days if hours / 24.0 < 99.5 => format!("{:.1} d", hours / 24.0),
            Self::Days => format!("{:.0} d", hours / 24.0),
        }
    }
}

/// A share between 0 and 1 as percent; one decimal below 10 %.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if !percent.is_finite() {
        "—".to_owned()
    } else if percent != 0.0 && percent.abs() < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// A bare number: whole where it is whole, else two decimals; thousands set apart by a thin space.
#[must_use]
pub fn plain(number: f64) -> String {
    if !number.is_finite() {
        return "—".to_owned();
    }
    let text = if (number - number.round()).abs() < 1e-9 {
        format!("{number:.0}")
    } else {
        format!("{number:.2}")
    };
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, decimals) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, decimals)| (whole, Some(decimals)));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 && whole.len() > 4 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    decimals.map_or_else(
        || format!("{sign}{grouped}"),
        |decimals| format!("{sign}{grouped}.{decimals}"),
    )
}

/// A whole number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn count(number: u64) -> String {
    plain(number as f64)
}

/// A ratio with its parts: `62 % (31 of 50)`; `0 of 0` when there is nothing to take a share of.
#[must_use]
pub fn ratio(ratio: Ratio) -> String {
    let parts = format!("{} of {}", count(ratio.hits), count(ratio.of));
    ratio.share().map_or_else(
        || parts.clone(),
        |share| format!("{} ({parts})", percent(share)),
    )
}

/// A noun in the number that fits.
///
/// Registry nouns are plurals; a plural that ends in `ies` or `s` loses it for one.
#[must_use]
pub fn counted(number: f64, plural: &str) -> String {
    if (number - 1.0).abs() > 1e-9 {
        return format!("{} {plural}", plain(number));
    }
    let singular = match plural.split_once(' ') {
        None => singular(plural),
        Some((first, rest))
            if rest.starts_with("per ") || rest.starts_with("of ") || rest.starts_with("with ") =>
        {
            format!("{} {rest}", singular(first))
        }
        Some((first, rest)) => format!("{first} {}", singular(rest)),
    };
    format!("1 {singular}")
}

fn singular(plural: &str) -> String {
    match plural {
        "people" => "person".to_owned(),
        _ => plural.strip_suffix("ies").map_or_else(
            || plural.strip_suffix('s').unwrap_or(plural).to_owned(),
            |stem| format!("{stem}y"),
        ),
    }
}

/// A ledger's reason in words. A reason that turns on the register's `minimum_n` names the key, its words the number configured.
#[must_use]
pub fn reason(reason: &str, minimum_n: u64) -> String {
    let words = reason.replace('_', " ");
    words.replace("minimum n", &count(minimum_n))
}

/// What the reader calls a number of a metric: `p50` is the median. The share of a ratio is called so.
#[must_use]
pub fn number_title(definition: &Definition, name: &str) -> String {
    let declared = definition.number(name);
    declared.map_or_else(|| name.replace('_', " "), |number| number.title.to_owned())
}

/// What the reader calls each number of a value. Beside working hours, elapsed ones are called so.
#[must_use]
pub fn number_titles(definition: &Definition, names: &[&str]) -> Vec<String> {
    let mut declared = names.iter().filter_map(|name| definition.number(name));
    let is_beside = declared.any(|number| number.unit == Unit::WorkingHours);
    let is_quantile = |name: &str| [P50, P75, P90].iter().any(|number| number.name == name);
    let title = |name: &&str| match number_title(definition, name) {
        title if is_beside && is_quantile(name) => format!("elapsed {title}"),
        title => title,
    };
    names.iter().map(title).collect()
}

/// One named number of a metric, in its unit.
#[must_use]
pub fn named(definition: &Definition, name: &str, number: Number) -> String {
    let real = match number {
        Number::Count(whole) => return count(whole),
        Number::Real(real) => real,
    };
    let declared = definition.number(name);
    amount(declared.map_or(definition.unit, |number| number.unit), real)
}

/// The headline number of a value as a float in the metric's unit: the share of a ratio, else the first number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn headline_number(value: &Value) -> Option<f64> {
    if let Some(ratio) = value.ratio() {
        return ratio.share();
    }
    let number = match value.0.first()?.1 {
        Number::Count(whole) => whole as f64,
        Number::Real(real) => real,
    };
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_short_and_says_its_unit() {
        let check = |unit, number, expected: &str| assert_eq!(amount(unit, number), expected);
        check(Unit::Hours, 0.0, "0 min");
        check(Unit::Hours, 0.005, "< 1 min");
        check(Unit::Hours, 0.75, "45 min");
        check(Unit::Hours, 3.24, "3.2 h");
        check(Unit::Hours, 47.9, "47.9 h");
        check(Unit::Hours, 100.0, "4.2 d");
        check(Unit::Hours, f64::NAN, "—");
        check(Unit::Share, 0.625, "62 %");
        check(Unit::Share, 0.034, "3.4 %");
        check(Unit::Share, 0.0, "0 %");
        check(Unit::Count("files"), 12_345.0, "12\u{202f}345");
        check(Unit::Count("files"), 2.5, "2.50");
    }

    #[test]
    fn an_interval_is_in_the_unit_of_its_number() {
        assert_eq!(
            interval(Unit::Hours, 48.2, [45.0, 52.8]),
            ["1.9 d", "2.2 d"]
        );
        assert_eq!(interval(Unit::Hours, 1.5, [0.5, 50.0]), ["0.5 h", "50.0 h"]);
        assert_eq!(interval(Unit::Share, 0.5, [0.04, 0.6]), ["4.0 %", "60 %"]);
    }

    #[test]
    fn one_thing_is_singular() {
        let check = |number, noun, expected: &str| assert_eq!(counted(number, noun), expected);
        check(1.0, "deployments", "1 deployment");
        check(1.0, "people", "1 person");
        check(2.0, "people", "2 people");
        check(1.0, "pull requests", "1 pull request");
        check(1.0, "deployments per week", "1 deployment per week");
        check(1.0, "repositories", "1 repository");
    }

    #[test]
    fn a_ratio_keeps_its_parts() {
        assert_eq!(ratio(Ratio { hits: 31, of: 50 }), "62 % (31 of 50)");
        assert_eq!(ratio(Ratio { hits: 0, of: 0 }), "0 of 0");
    }

    #[test]
    fn a_number_is_printed_in_the_unit_that_its_metric_declares() {
        let check = |metric: &str, name, number, expected: &str| {
            let definition = crate::metrics::find(metric).unwrap().definition;
            assert_eq!(named(definition, name, number), expected, "{metric} {name}");
        };
        let (lead, turns) = ("dora.change_lead_time", "flow.turns");
        check(lead, "p90", Number::Real(30.0), "30.0 h");
        check(lead, "p90", Number::Real(72.0), "3.0 d");
        check(lead, "working_p90", Number::Real(72.0), "72 h");
        check(lead, "working_p50", Number::Real(7.5), "7.5 h");
        check(lead, "merge_to_deploy_hours", Number::Real(30.0), "30.0 h");
        check(
            turns,
            "reviewer_working_hours",
            Number::Real(5_520.4),
            "5520 h",
        );
        check(turns, "reviewer_share", Number::Real(0.412), "41 %");
        check("review.concentration", "gini", Number::Real(0.412), "0.41");
        check(
            "review.waiting",
            "oldest_hours",
            Number::Real(12.0),
            "12.0 h",
        );
        // A number of a person's absence, in a metric that counts.
        check(
            "absence.resilience",
            "during_turnaround_p50",
            Number::Real(12.0),
            "12.0 h",
        );
        check(
            "onboarding.milestones",
            "people_met",
            Number::Real(3.0),
            "3",
        );
    }

    #[test]
    fn elapsed_hours_are_called_so_beside_working_hours() {
        let definition = crate::metrics::find("flow.pickup_time").unwrap().definition;
        let titles = |names: &[&str]| number_titles(definition, names);
        assert_eq!(titles(&["p50", "p90"]), ["median", "p90"]);
        assert_eq!(
            titles(&["working_p50", "p50", "p90"]),
            ["median of working hours", "elapsed median", "elapsed p90"]
        );
        assert_eq!(
            titles(&["p50", "working_p50"]),
            ["elapsed median", "median of working hours"]
        );
    }
}
