//! First reviews and first merged changes in an area.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Subject;
use crate::evidence::item::Item;
use crate::evidence::snippet::{Act, Kind, Snippet};

/// Everything is a first at the start of a record: so many days must lie before one counts.
const RECORD_DAYS: i64 = 90;

/// From when on something counts as a first.
pub(super) fn counts_from(starts_at: Timestamp) -> Timestamp {
    starts_at
        .saturating_add(SignedDuration::from_hours(RECORD_DAYS * 24))
        .unwrap_or(starts_at)
}

/// Firsts inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let Some(starts_at) = subject.index.starts_at else {
        return;
    };
    let counts_from = counts_from(starts_at);
    let end = subject.sources.end();
    let mut reviews: BTreeMap<String, (Timestamp, &Item<'_>)> = BTreeMap::new();
    let mut changes: BTreeMap<String, (Timestamp, &Item<'_>)> = BTreeMap::new();
    for item in subject.items() {
        let (firsts, at) = if item.is_by(subject.person) {
            (
                &mut changes,
                item.pull_request.merged_at.filter(|at| *at < end),
            )
        } else {
            (
                &mut reviews,
                item.reviews_by(subject.person, end)
                    .map(|review| review.submitted_at)
                    .next(),
            )
        };
        let Some(at) = at else { continue };
        for area in item.areas(subject.sources) {
            let first = firsts.entry(area).or_insert((at, item));
            if at < first.0 {
                *first = (at, item);
            }
        }
    }
    let record = subject.sources.date(starts_at);
    for (kind, firsts, what) in [
        (Kind::FirstReview, reviews, "First review in the area "),
        (
            Kind::FirstChange,
            changes,
            "First merged change in the area ",
        ),
    ] {
        for (area, (at, item)) in firsts {
            if at < counts_from || !subject.is_inside(at) {
                continue;
            }
            let act = Act::default()
                .own(what)
                .given(&area)
                .own(": ")
                .link(item.link(subject.sources))
                .own(" ")
                .given(&item.pull_request.title)
                .own(format!(". The record starts {record}."));
            // An id outlives how an area is written.
            let about = format!("{}\n{}", area.replacen(": ", "/", 1), item.pull_request.url);
            let mut snippet = subject.snippet(kind, subject.sources.date(at), &about, act);
            if kind == Kind::FirstChange {
                let opened_at = item.pull_request.created_at;
                snippet.dimensions = subject.dimensions_of_first_change(&area, opened_at);
            }
            snippet.areas = vec![area];
            snippet.events = subject.events(item, |who| who == Some(subject.person));
            snippet
                .caveats
                .push("work before the start of the record is not visible here");
            moments.push(snippet);
        }
    }
}
