//! Numbers in words: one way to print an amount of a unit, everywhere.

use crate::metrics::measure::{Number, Ratio, Unit, Value};

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

/// What the reader calls a number of a value: `p50` is the median.
#[must_use]
pub fn number_title(name: &str) -> String {
    match name {
        "p50" => "median".to_owned(),
        "of" => "out of".to_owned(),
        "working_p50" => "median of working hours".to_owned(),
        "working_p75" | "working_p90" => name.replace("working_", "") + " of working hours",
        _ if name.ends_with("_working_hours") => {
            let stem = name.strip_suffix("_working_hours").unwrap_or(name);
            format!("{} (working hours)", stem.replace('_', " "))
        }
        _ => name
            .strip_suffix("_hours")
            .unwrap_or(name)
            .replace("_p50", "_median")
            .replace('_', " "),
    }
}

/// What the reader calls each number of a value. Beside working hours, elapsed ones are called so.
#[must_use]
pub fn number_titles<'a>(names: impl IntoIterator<Item = &'a str> + Clone) -> Vec<String> {
    let is_beside = names
        .clone()
        .into_iter()
        .any(|name| name.starts_with("working_"));
    let title = |name: &str| match name {
        "p50" | "p75" | "p90" if is_beside => format!("elapsed {}", number_title(name)),
        _ => number_title(name),
    };
    names.into_iter().map(title).collect()
}

/// One named number of a metric, in the unit that its name says ([`Unit::of_number`]).
#[must_use]
pub fn named(unit: Unit, name: &str, is_first: bool, number: Number) -> String {
    let real = match number {
        Number::Count(whole) => return count(whole),
        Number::Real(real) => real,
    };
    amount(unit.of_number(name, is_first), real)
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
    fn a_number_is_printed_in_the_unit_of_its_name() {
        let check = |unit, name, first, number, expected: &str| {
            assert_eq!(named(unit, name, first, number), expected);
        };
        check(Unit::Hours, "p90", false, Number::Real(30.0), "30.0 h");
        check(Unit::Hours, "p90", false, Number::Real(72.0), "3.0 d");
        check(
            Unit::Hours,
            "working_p90",
            false,
            Number::Real(72.0),
            "72 h",
        );
        check(
            Unit::Hours,
            "working_p50",
            false,
            Number::Real(7.5),
            "7.5 h",
        );
        check(
            Unit::Share,
            "reviewer_working_hours",
            false,
            Number::Real(5_520.4),
            "5520 h",
        );
        check(
            Unit::Hours,
            "merge_to_deploy_p50",
            false,
            Number::Real(30.0),
            "30.0 h",
        );
        check(Unit::Hours, "pairs", false, Number::Real(30.0), "30");
        check(Unit::Share, "gini", false, Number::Real(0.412), "0.41");
        check(
            Unit::Share,
            "largest_share",
            false,
            Number::Real(0.412),
            "41 %",
        );
        check(
            Unit::Count("deployments"),
            "gap_hours",
            false,
            Number::Real(12.0),
            "12.0 h",
        );
    }
}
