//! A scale of logarithms for durations: from minutes to years, with the lines that people think in.

use super::{Scale, TickLine};
use crate::metrics::measure::Unit;
use crate::report::{Chart, Scale as Kind};

/// A line that a duration may get: hours, words.
type Line = (f64, &'static str);

/// Elapsed time, the lines that matter most first.
const ELAPSED: [Line; 11] = [
    (24.0, "1 day"),
    (1.0, "1 h"),
    (168.0, "1 week"),
    (730.5, "1 month"),
    (8_766.0, "1 year"),
    (1.0 / 6.0, "10 min"),
    (8.0, "8 h"),
    (1.0 / 60.0, "1 min"),
    (1.0 / 360.0, "10 s"),
    (1.0 / 3_600.0, "1 s"),
    (87_660.0, "10 years"),
];

/// Between them, for data that lies close together.
const ELAPSED_BETWEEN: [Line; 14] = [
    (1.0 / 30.0, "2 min"),
    (1.0 / 12.0, "5 min"),
    (0.5, "30 min"),
    (2.0, "2 h"),
    (4.0, "4 h"),
    (12.0, "12 h"),
    (48.0, "2 days"),
    (72.0, "3 days"),
    (336.0, "2 weeks"),
    (1_461.0, "2 months"),
    (2_191.5, "3 months"),
    (4_383.0, "6 months"),
    (1.0 / 120.0, "30 s"),
    (1.0 / 3.0, "20 min"),
];

/// Working time: a working day has as many hours as the calendar says, so that no line is a day.
const WORKING: [Line; 9] = [
    (8.0, "8 h"),
    (1.0, "1 h"),
    (40.0, "40 h"),
    (200.0, "200 h"),
    (1.0 / 6.0, "10 min"),
    (1_000.0, "1000 h"),
    (1.0 / 60.0, "1 min"),
    (5_000.0, "5000 h"),
    (1.0 / 360.0, "10 s"),
];

/// Between them.
const WORKING_BETWEEN: [Line; 11] = [
    (1.0 / 30.0, "2 min"),
    (1.0 / 12.0, "5 min"),
    (1.0 / 3.0, "20 min"),
    (0.5, "30 min"),
    (2.0, "2 h"),
    (4.0, "4 h"),
    (16.0, "16 h"),
    (24.0, "24 h"),
    (80.0, "80 h"),
    (400.0, "400 h"),
    (2_000.0, "2000 h"),
];

/// The parts of the height between which the typical amount lies.
const TYPICAL: [f64; 2] = [0.17, 0.83];

/// How far apart two lines are whose words do not touch: in a wide picture, and in a narrow one.
const APART: [f64; 2] = [0.08, 0.14];

/// Nothing shorter is told apart, unless most of it is shorter.
const SHORTEST: f64 = 1.0 / 60.0;

/// The scale of a chart of durations: it covers every row, and the typical amount lies in the middle part of it.
pub(super) fn scale(chart: &Chart) -> Scale {
    let typical = chart.typical().filter(|amount| *amount > 0.0);
    let shortest = typical.map_or(SHORTEST, |typical| SHORTEST.min(typical / 10.0));
    let shortest = shortest.max(1.0 / 36_000.0);
    let amounts = || {
        let amounts = chart.amounts().filter(|amount| amount.is_finite());
        amounts.map(|amount| amount.max(shortest))
    };
    let mut low = amounts().reduce(f64::min).unwrap_or(0.5) / 1.3;
    let mut top = amounts().reduce(f64::max).unwrap_or(8.0) * 1.3;
    if top / low < 6.0 {
        let middle = (top * low).sqrt();
        (low, top) = (middle / 6.0_f64.sqrt(), middle * 6.0_f64.sqrt());
    }
    // A chart whose rows are all about the same has no median: then its middle is as good.
    let typical = chart.typical().unwrap_or((top * low).sqrt()).max(shortest);
    let height = (typical / low).ln() / (top / low).ln();
    let [least, most] = TYPICAL;
    if height < least {
        low = ((typical.ln() - least * top.ln()) / (1.0 - least)).exp();
    } else if height > most {
        top = (low.ln() + (typical / low).ln() / most).exp();
    }
    let mut scale = Scale {
        kind: Kind::Logarithmic,
        ticks: Vec::new(),
        low,
        floor: shortest,
        top,
    };
    let (lines, between): (&[Line], &[Line]) = match chart.unit {
        Unit::WorkingHours => (&WORKING, &WORKING_BETWEEN),
        _ => (&ELAPSED, &ELAPSED_BETWEEN),
    };
    add_lines(&mut scale, lines);
    if scale.ticks.len() < 3 {
        add_lines(&mut scale, between);
    }
    scale.ticks.sort_by(|a, b| a.value.total_cmp(&b.value));
    scale
}

/// Adds the lines that fit, the first of them first.
fn add_lines(scale: &mut Scale, lines: &[Line]) {
    for (value, words) in lines {
        let at = scale.height(*value);
        let is_apart = |tick: &TickLine, apart| (scale.height(tick.value) - at).abs() >= apart;
        let [wide, narrow] = APART;
        if !(0.0..=1.0).contains(&at) || !scale.ticks.iter().all(|tick| is_apart(tick, wide)) {
            continue;
        }
        let mut in_narrow = scale.ticks.iter().filter(|tick| !tick.is_wide);
        let is_wide = !in_narrow.all(|tick| is_apart(tick, narrow));
        scale.ticks.push(TickLine {
            value: *value,
            words: (*words).to_owned(),
            is_wide,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ChartDot, ChartPoint, Mark, PointState, Shape};

    fn chart(unit: Unit, amounts: &[f64], median: f64) -> Chart {
        let mark = Mark {
            number: "p50".to_owned(),
            title: "median".to_owned(),
            shape: Shape::Step,
        };
        let point = ChartPoint {
            state: PointState::Measured,
            numbers: vec![("p50".to_owned(), median)],
            ..ChartPoint::missing("2026-Q1".to_owned(), false)
        };
        let dot = |amount: &f64| ChartDot {
            at: 0.5,
            amount: *amount,
            is_running: false,
        };
        Chart {
            scale: Kind::Logarithmic,
            dots: amounts.iter().map(dot).collect(),
            ..Chart::of(String::new(), String::new(), unit, vec![point], vec![mark])
        }
    }

    #[test]
    fn the_lines_are_those_that_people_think_in() {
        let check = |unit, amounts: &[f64], median, expected: &str| {
            let scale = scale(&chart(unit, amounts, median));
            let words: Vec<_> = scale.ticks.iter().map(|tick| tick.words.as_str()).collect();
            assert_eq!(words.join(" · "), expected);
        };
        let days = |n: f64| 24.0 * n;
        check(
            Unit::Hours,
            &[0.1, days(3.0), days(600.0)],
            days(6.0),
            "10 min · 1 h · 8 h · 1 day · 1 week · 1 month · 1 year",
        );
        check(
            Unit::WorkingHours,
            &[0.3, 12.0, 60.0],
            3.5,
            "1 h · 8 h · 40 h",
        );
        check(Unit::Hours, &[3.0, 4.0, 5.0], 4.0, "2 h · 4 h · 8 h");
    }

    #[test]
    fn the_typical_amount_lies_in_the_middle_part_of_the_height() {
        let amounts = [0.0, 0.01, 0.2, 1.0, 30.0, 4_000.0, 14_400.0];
        for median in [0.0, 0.001, 0.02, 0.5, 8.0, 700.0, 14_400.0] {
            for n in 1..=amounts.len() {
                let chart = chart(Unit::Hours, &amounts[..n], median);
                let scale = scale(&chart);
                let height = scale.inside(median);
                assert!((0.15..=0.85).contains(&height), "{median} of {n}: {height}");
                assert!(!scale.ticks.is_empty(), "{scale:?}");
            }
        }
    }
}
