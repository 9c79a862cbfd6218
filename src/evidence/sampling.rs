//! Which moments a pack shows: evenly over months, kinds and areas, so that last month does not stand for the year.

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;

use super::snippet::{Kind, Polarity, Snippet};

/// At most so many moments, by date. Challenges take up to a third of the room, so that no pack is one-sided.
#[must_use]
pub fn sample(snippets: &[Snippet], most: usize) -> Vec<&Snippet> {
    let (challenges, others): (Vec<&Snippet>, Vec<&Snippet>) = snippets
        .iter()
        .partition(|snippet| snippet.polarity == Polarity::Challenge);
    let room = if others.is_empty() {
        most
    } else {
        most.div_ceil(3)
    };
    let mut chosen = evenly(challenges, room.min(most));
    let rest = most - chosen.len();
    chosen.extend(evenly(others, rest));
    chosen.sort_by(|a, b| (a.on, a.kind, &a.id).cmp(&(b.on, b.kind, &b.id)));
    chosen
}

/// Takes one from every month in turn; inside a month the kind, then the area, that was taken least.
fn evenly(snippets: Vec<&Snippet>, most: usize) -> Vec<&Snippet> {
    let mut months: BTreeMap<Date, Vec<&Snippet>> = BTreeMap::new();
    for snippet in snippets {
        months
            .entry(snippet.on.first_of_month())
            .or_default()
            .push(snippet);
    }
    let mut turns: VecDeque<Vec<&Snippet>> = months.into_values().collect();
    let mut by_kind: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut by_area: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    while chosen.len() < most
        && let Some(mut month) = turns.pop_front()
    {
        let least = (0..month.len()).min_by_key(|at| {
            month.get(*at).map(|snippet| {
                let kind = by_kind.get(&snippet.kind).copied().unwrap_or(0);
                let areas = snippet
                    .areas
                    .iter()
                    .map(|area| by_area.get(area.as_str()).copied().unwrap_or(0));
                (
                    kind,
                    areas.max().unwrap_or(0),
                    snippet.on,
                    snippet.id.as_str(),
                )
            })
        });
        if let Some(least) = least {
            let snippet = month.remove(least);
            *by_kind.entry(snippet.kind).or_default() += 1;
            for area in &snippet.areas {
                *by_area.entry(area).or_default() += 1;
            }
            chosen.push(snippet);
        }
        if !month.is_empty() {
            turns.push_back(month);
        }
    }
    chosen
}
