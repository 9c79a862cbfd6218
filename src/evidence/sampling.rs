//! Which moments a pack shows: the largest piece of work of every quarter, then evenly over months, kinds and areas, so that last month
//! does not stand for the year.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;

use super::snippet::{Kind, Polarity, Snippet};
use crate::domain::{Bucket, Granularity};

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

/// The ids of the largest piece of own work of every quarter.
fn largest<'a>(snippets: &[&'a Snippet]) -> BTreeSet<&'a str> {
    let mut largest: BTreeMap<Bucket, &Snippet> = BTreeMap::new();
    let size = |snippet: &Snippet| {
        (
            snippet.weight,
            Reverse(snippet.on),
            Reverse(snippet.id.clone()),
        )
    };
    for snippet in snippets {
        if !snippet.kind.is_change() && snippet.kind != Kind::Committed {
            continue;
        }
        let quarter = Bucket::of_date(snippet.on, Granularity::Quarter);
        let kept = largest.entry(quarter).or_insert(snippet);
        if size(snippet) > size(kept) {
            *kept = snippet;
        }
    }
    largest
        .into_values()
        .map(|snippet| snippet.id.as_str())
        .collect()
}

/// Takes one from every month in turn, months with the largest work of their quarter first; inside a month that work, then the kind,
/// then the area, that was taken least, then the larger one.
fn evenly(snippets: Vec<&Snippet>, most: usize) -> Vec<&Snippet> {
    let largest = largest(&snippets);
    let is_largest = |snippet: &Snippet| largest.contains(snippet.id.as_str());
    let mut months: BTreeMap<Date, Vec<&Snippet>> = BTreeMap::new();
    for snippet in snippets {
        months
            .entry(snippet.on.first_of_month())
            .or_default()
            .push(snippet);
    }
    let (first, rest): (Vec<Vec<&Snippet>>, Vec<Vec<&Snippet>>) = months
        .into_values()
        .partition(|month| month.iter().any(|snippet| is_largest(snippet)));
    let mut turns: VecDeque<Vec<&Snippet>> = first.into_iter().chain(rest).collect();
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
                    !is_largest(snippet),
                    kind,
                    areas.max().unwrap_or(0),
                    Reverse(snippet.weight),
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
