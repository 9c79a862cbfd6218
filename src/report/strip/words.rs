//! What a strip says in sentences.

use super::{Around, Change, Side, StripLine};
use crate::metrics::measure::Unit;
use crate::report::input::MarkedDay;
use crate::report::quantity;

/// What moved, in one sentence.
pub(in crate::report) fn moved(lines: &[StripLine]) -> String {
    let moved = moves(lines);
    let n_same = lines
        .iter()
        .filter(|line| matches!(line.change, Change::NotToldApart | Change::Same))
        .count();
    match (moved.is_empty(), n_same) {
        (true, 0) => "No figure can be compared.".to_owned(),
        (true, 1) => "Nothing moved: one figure is not told apart.".to_owned(),
        (true, n) => format!("Nothing moved: {n} figures are not told apart."),
        (false, 0) => format!("Moved: {}.", moved.join("; ")),
        (false, 1) => format!("Moved: {}. Not told apart: one other.", moved.join("; ")),
        (false, n) => format!("Moved: {}. Not told apart: {n} others.", moved.join("; ")),
    }
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
