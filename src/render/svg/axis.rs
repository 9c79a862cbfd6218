//! Where the lines of a scale lie, and what stands beside them.

mod durations;

use crate::metrics::measure::Unit;
use crate::report::{Chart, Scale as Kind, quantity};

/// Steps between lines of a scale in hours: minutes, hours, days, weeks, months.
const HOUR_STEPS: [f64; 23] = [
    1.0 / 60.0,
    5.0 / 60.0,
    0.25,
    0.5,
    1.0,
    2.0,
    3.0,
    6.0,
    12.0,
    24.0,
    48.0,
    72.0,
    120.0,
    240.0,
    480.0,
    720.0,
    1_440.0,
    2_400.0,
    4_800.0,
    7_200.0,
    12_000.0,
    24_000.0,
    48_000.0,
];

/// A line of a scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TickLine {
    /// Its value.
    pub(super) value: f64,
    /// What stands beside it.
    pub(super) words: String,
    /// Whether its words stand only where the picture is wide: in a narrow one they would touch others.
    pub(super) is_wide: bool,
}

/// A scale: the values that get a line, and both ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub(super) kind: Kind,
    pub(super) ticks: Vec<TickLine>,
    /// The foot of the scale.
    pub(super) low: f64,
    /// Less than this stands where this does: nothing shorter is told apart.
    pub(super) floor: f64,
    /// The end of the scale.
    pub(super) top: f64,
}

impl Scale {
    /// The scale of a chart.
    pub(super) fn of(chart: &Chart) -> Self {
        match chart.scale {
            Kind::Linear => scale(chart.unit, chart.highest().unwrap_or(0.0)),
            Kind::Logarithmic => durations::scale(chart),
        }
    }

    /// How high an amount stands, from 0 at the foot to 1 at the top; beyond them where it lies outside.
    pub(super) fn height(&self, amount: f64) -> f64 {
        match self.kind {
            Kind::Linear => (amount - self.low) / (self.top - self.low),
            Kind::Logarithmic => {
                (amount.max(self.floor) / self.low).ln() / (self.top / self.low).ln()
            }
        }
    }

    /// The same, held inside the picture.
    pub(super) fn inside(&self, amount: f64) -> f64 {
        self.height(amount).clamp(0.0, 1.0)
    }
}

/// A scale from zero of at most five lines that covers `highest`.
fn scale(unit: Unit, highest: f64) -> Scale {
    let highest = if highest.is_finite() && highest > 0.0 {
        highest
    } else {
        default_top(unit)
    };
    let wanted = highest / 4.0;
    let step = match unit {
        Unit::Hours => HOUR_STEPS
            .into_iter()
            .find(|step| *step >= wanted)
            .unwrap_or_else(|| round_step(wanted)),
        // A working day has as many hours as the calendar says: no step is a day.
        Unit::WorkingHours if wanted > 1.0 => counting_step(wanted),
        Unit::WorkingHours => HOUR_STEPS
            .into_iter()
            .find(|step| *step >= wanted)
            .unwrap_or(1.0),
        Unit::Share if highest > 0.6 => 0.25,
        Unit::Share => round_step(wanted),
        Unit::Count(_) => counting_step(wanted),
    };
    let n_steps = (1_u32..=6)
        .find(|n| f64::from(*n) * step >= highest * 0.999_999)
        .unwrap_or(6);
    let top = if matches!(unit, Unit::Share) {
        (f64::from(n_steps) * step).min(1.0)
    } else {
        f64::from(n_steps) * step
    };
    let top = top.max(highest);
    let line = |n: u32| {
        let value = f64::from(n) * step;
        TickLine {
            value,
            words: tick_words(unit, value, top),
            is_wide: false,
        }
    };
    Scale {
        kind: Kind::Linear,
        // Parts of a whole end at the whole, whatever the steps.
        ticks: (0..=n_steps)
            .map(line)
            .filter(|line| line.value <= top * 1.000_001)
            .collect(),
        low: 0.0,
        floor: 0.0,
        top,
    }
}

const fn default_top(unit: Unit) -> f64 {
    match unit {
        Unit::Hours | Unit::WorkingHours => 1.0,
        Unit::Share => 0.1,
        Unit::Count(_) => 4.0,
    }
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn round_step(wanted: f64) -> f64 {
    let power = 10_f64.powf(wanted.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= wanted * 0.999_999)
        .unwrap_or(wanted)
}

/// The next of 1, 2, 5 times a power of ten: things are whole.
fn counting_step(wanted: f64) -> f64 {
    let power = 10_f64.powf(wanted.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= wanted * 0.999_999)
        .unwrap_or(wanted)
}

/// What stands beside a line of a scale.
fn tick_words(unit: Unit, tick: f64, top: f64) -> String {
    match unit {
        _ if tick == 0.0 => "0".to_owned(),
        Unit::Hours if top >= 48.0 => format!("{} d", trimmed(tick / 24.0)),
        Unit::Hours | Unit::WorkingHours if top >= 1.0 => format!("{} h", trimmed(tick)),
        Unit::Hours | Unit::WorkingHours => format!("{} min", trimmed(tick * 60.0)),
        Unit::Share => format!("{} %", trimmed(tick * 100.0)),
        Unit::Count(_) => {
            let words = quantity::plain(tick);
            words
                .strip_suffix("0")
                .filter(|short| short.contains('.'))
                .map_or(words.clone(), str::to_owned)
        }
    }
}

fn trimmed(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_few_round_lines_and_covers_the_highest_value() {
        let check = |unit, highest: f64, expected: &str| {
            let scale = scale(unit, highest);
            let words: Vec<_> = scale.ticks.iter().map(|tick| tick.words.as_str()).collect();
            assert_eq!(words.join(" · "), expected);
            assert!(scale.top >= highest && scale.ticks.len() <= 6);
        };
        check(Unit::Hours, 3.7, "0 · 1 h · 2 h · 3 h · 4 h");
        check(Unit::Hours, 0.4, "0 · 15 min · 30 min");
        check(Unit::Hours, 100.0, "0 · 2 d · 4 d · 6 d");
        check(Unit::Hours, 3000.0, "0 · 60 d · 120 d · 180 d");
        check(Unit::WorkingHours, 0.4, "0 · 15 min · 30 min");
        check(Unit::WorkingHours, 100.0, "0 · 50 h · 100 h");
        check(Unit::Share, 0.9, "0 · 25 % · 50 % · 75 % · 100 %");
        check(Unit::Share, 0.07, "0 · 2 % · 4 % · 6 % · 8 %");
        check(Unit::Count("x"), 3.0, "0 · 1 · 2 · 3");
        check(Unit::Count("x"), 17.0, "0 · 5 · 10 · 15 · 20");
        check(Unit::Count("x"), 0.0, "0 · 1 · 2 · 3 · 4");
    }

    #[test]
    fn broken_numbers_still_give_a_scale() {
        for highest in [f64::NAN, f64::INFINITY, -1.0, 1e300, 1e-300] {
            for unit in [Unit::Hours, Unit::Share, Unit::Count("x")] {
                let scale = scale(unit, highest);
                assert!(
                    scale.top.is_finite() && scale.top > 0.0,
                    "{highest} {unit:?} {scale:?}"
                );
            }
        }
    }
}
