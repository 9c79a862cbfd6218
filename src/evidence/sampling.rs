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
    by_date(chosen)
}

/// At most so few of a selection, by date, that months have no turn each: the largest of all, and one from every stretch of equal
/// length between the first and the last; inside a stretch the kind that was taken least, then the larger one.
pub(super) fn spread(snippets: Vec<&Snippet>, most: usize) -> Vec<&Snippet> {
    let mut rest = by_date(snippets);
    let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
        return rest;
    };
    if rest.len() <= most {
        return rest;
    }
    let day = |snippet: &Snippet| first.on.until(snippet.on).map_or(0, |span| span.get_days());
    let n_days = day(last) + 1;
    let n_stretches = i32::try_from(most.max(1)).unwrap_or(i32::MAX);
    let stretch =
        |snippet: &Snippet| i64::from(day(snippet)) * i64::from(n_stretches) / i64::from(n_days);
    let size = |snippet: &Snippet| {
        (
            snippet.weight,
            Reverse(snippet.on),
            Reverse(snippet.id.clone()),
        )
    };
    let places: Vec<i64> = rest.iter().map(|snippet| stretch(snippet)).collect();
    let mut left: Vec<(i64, &Snippet)> = places.into_iter().zip(rest.drain(..)).collect();
    let mut by_kind: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut by_place: BTreeMap<i64, usize> = BTreeMap::new();
    let mut chosen: Vec<&Snippet> = Vec::new();
    while chosen.len() < most && !left.is_empty() {
        let is_first = chosen.is_empty();
        let best = left.iter().enumerate().min_by_key(|(_, (place, snippet))| {
            let n_there = by_place.get(place).copied().unwrap_or(0);
            let n_of_kind = by_kind.get(&snippet.kind).copied().unwrap_or(0);
            let turn = if is_first { 0 } else { n_there };
            (turn, n_of_kind, Reverse(size(snippet)))
        });
        let Some((at, _)) = best else { break };
        let (place, snippet) = left.remove(at);
        *by_kind.entry(snippet.kind).or_default() += 1;
        *by_place.entry(place).or_default() += 1;
        chosen.push(snippet);
    }
    by_date(chosen)
}

fn by_date(mut snippets: Vec<&Snippet>) -> Vec<&Snippet> {
    snippets.sort_by(|a, b| (a.on, a.kind, &a.id).cmp(&(b.on, b.kind, &b.id)));
    snippets
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PersonId, Window};
    use crate::evidence::snippet::{Act, Origin};

    fn snippet(kind: Kind, on: &str, weight: u64) -> Snippet {
        Snippet {
            id: format!("{kind:?} {on}"),
            on: on.parse().unwrap(),
            person: PersonId(0),
            kind,
            act: Act::default(),
            window: Window {
                since: jiff::Timestamp::UNIX_EPOCH,
                until: jiff::Timestamp::UNIX_EPOCH,
            },
            n: 1,
            quote: None,
            caveats: Vec::new(),
            dimensions: Vec::new(),
            polarity: Polarity::Win,
            origin: Origin::Observed,
            areas: Vec::new(),
            weight,
            events: Vec::new(),
        }
    }

    #[test]
    fn a_few_are_from_the_whole_window_and_the_largest_is_among_them() {
        // Twelve months, the largest in May, a review in each month too.
        let mut all = Vec::new();
        for month in 1..=12 {
            let weight = if month == 5 { 90 } else { month };
            all.push(snippet(
                Kind::Merged,
                &format!("2026-{month:02}-03"),
                weight,
            ));
        }
        let days = |all: &[Snippet], most: usize| -> Vec<String> {
            let shown = spread(all.iter().collect(), most);
            shown.iter().map(|one| one.on.to_string()).collect()
        };
        assert_eq!(
            days(&all, 4),
            ["2026-03-03", "2026-05-03", "2026-09-03", "2026-12-03"]
        );
        assert_eq!(days(&all, 1), ["2026-05-03"]);
        assert_eq!(days(&all, 20).len(), 12);
        assert_eq!(days(&all, 0), [""; 0]);
        assert_eq!(days(&[], 3), [""; 0]);
        // Kinds take turns.
        all.push(snippet(Kind::Reviewed, "2026-02-20", 0));
        assert!(days(&all, 4).contains(&"2026-02-20".to_owned()));
    }
}
