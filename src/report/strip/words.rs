//! What a strip says in sentences.

use super::{Around, Change, Side, StripLine};
use crate::metrics::measure::Unit;
use crate::report::input::MarkedDay;
use crate::report::quantity;

/// What moved, in one sentence.
pub(in crate::report) fn moved(lines: &[StripLine]) -> String {
    let n_of = |change| lines.iter().filter(|line| line.change == change).count();
    sentence(
        &moves(lines),
        n_of(Change::NotToldApart),
        n_of(Change::Same),
    )
}

/// `Moved: Cycle time longer (…). Not told apart: 5 others. The same: one other.`
pub(super) fn sentence(moved: &[String], n_not_told: usize, n_same: usize) -> String {
    if moved.is_empty() {
        let words = [
            (n_not_told, "not told apart"),
            (n_same, "the same on both sides"),
        ];
        let parts = words.into_iter().filter(|(n, _)| *n > 0);
        let parts: Vec<String> = parts
            .map(|(n, what)| match n {
                1 => format!("one figure is {what}"),
                n => format!("{n} figures are {what}"),
            })
            .collect();
        return match parts.as_slice() {
            [] => "No figure can be compared.".to_owned(),
            parts => format!("Nothing moved: {}.", parts.join(", ")),
        };
    }
    let others = [(n_not_told, "Not told apart"), (n_same, "The same")];
    let others = others.into_iter().filter(|(n, _)| *n > 0);
    let others = others.map(|(n, what)| match n {
        1 => format!(" {what}: one other."),
        n => format!(" {what}: {n} others."),
    });
    format!("Moved: {}.{}", moved.join("; "), others.collect::<String>())
}

/// What moved, figure by figure.
pub(in crate::report) fn moves(lines: &[StripLine]) -> Vec<String> {
    let moved = lines.iter().filter(|line| line.change.is_move());
    moved.filter_map(pair_words).collect()
}

/// `Review turnaround longer (2.5 h → 3.2 h of working hours, n 123 → 119)`.
fn pair_words(line: &StripLine) -> Option<String> {
    words_of(&line.short, line.change, &line.before, &line.now)
}

fn words_of(title: &str, change: Change, before: &Side, now: &Side) -> Option<String> {
    let (Side::Found(before), Side::Found(now)) = (before, now) else {
        return None;
    };
    let clock = if now.unit == Unit::WorkingHours {
        " of working hours"
    } else {
        ""
    };
    Some(format!(
        "{} {} ({} → {}{clock}, n {} → {})",
        title,
        change.words(),
        before.text,
        now.text,
        quantity::count(before.n),
        quantity::count(now.n)
    ))
}

/// The figures on both sides of an event; `None` where none can be compared.
pub(in crate::report) fn around(
    event: &MarkedDay,
    days_after: i32,
    lines: &[(String, Side, Side)],
) -> Option<Around> {
    let compared: Vec<(Change, Option<String>)> = lines
        .iter()
        .map(|(title, before, after)| {
            let change = Change::between(after, before);
            (change, words_of(title, change, before, after))
        })
        .collect();
    let n_same = compared
        .iter()
        .filter(|(change, _)| *change == Change::NotToldApart)
        .count();
    let moved: Vec<String> = compared
        .into_iter()
        .filter(|(change, _)| change.is_move())
        .filter_map(|(_, words)| words)
        .collect();
    if moved.is_empty() && n_same == 0 {
        return None;
    }
    let mut parts = moved;
    if n_same > 0 {
        parts.push(format!("{n_same} not told apart"));
    }
    Some(Around {
        on: event.on,
        title: event.title.clone(),
        days_after,
        sentence: parts.join("; "),
    })
}
