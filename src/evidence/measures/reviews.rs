//! Reviews: what was asked of a person, and what they gave.

use std::collections::BTreeMap;

use super::asked::{Asked, Deed, Standing, amount, real};
use crate::metrics::measure::{LedgerRow, Unit};
use crate::metrics::review::turnaround;
use crate::work::Fate;
use crate::work::pull_requests::{Key, not_human, of_product};

/// Requests to the person, and what became of each.
fn requests(asked: &Asked<'_>, of: fn(&Asked<'_>, &LedgerRow) -> Option<Standing>) -> Vec<Deed> {
    let rows = asked.rows(&turnaround::METRIC).into_iter();
    rows.filter(|row| row.person == Some(asked.person))
        .filter_map(|row| {
            let at = row.at?;
            let standing = if asked.is_away(at) {
                Standing::Apart(ASKED_AWAY)
            } else {
                of(asked, &row)?
            };
            let hours = row.amount(Unit::WorkingHours).map(|(_, hours)| hours);
            let hours = hours.filter(|_| standing == Standing::Kept || !row.is_running);
            Some(Deed {
                at,
                link: asked.link_of(&row),
                found: hours.map_or_else(String::new, |hours| format!("{} h", amount(hours))),
                standing,
            })
        })
        .collect()
}

/// The pull request ended before the one asked reviewed it.
pub(in crate::evidence) const OVERTAKEN: &str = "merged or closed first";

pub(super) fn answered(asked: &Asked<'_>) -> Vec<Deed> {
    requests(asked, |_, row| answer(row))
}

/// Whether a request was answered with a review, however late: a row of `review.turnaround`; `None` for what asks nothing of anybody.
fn answer(row: &LedgerRow) -> Option<Standing> {
    match row.fate {
        Fate::Excluded("reviewed_after_the_end") => Some(Standing::Kept),
        Fate::Excluded("merged_without_their_review" | "closed_without_their_review") => {
            Some(Standing::NotKept(OVERTAKEN))
        }
        _ => reviewed(row),
    }
}

/// Whether a request that `review.turnaround` counts was answered with a review; `None` for what asks nothing of anybody.
pub(in crate::evidence) fn reviewed(row: &LedgerRow) -> Option<Standing> {
    match row.fate {
        Fate::Included if row.is_running => Some(Standing::NotKept("still waiting")),
        Fate::Included => Some(Standing::Kept),
        fate => without_turnaround(fate),
    }
}

/// Why a request has no turnaround; `None` for what asks nothing of anybody.
fn without_turnaround(fate: Fate) -> Option<Standing> {
    match fate {
        Fate::Excluded("withdrawn") => Some(Standing::Apart("withdrawn")),
        Fate::Excluded(
            "merged_without_their_review"
            | "closed_without_their_review"
            | "reviewed_after_the_end",
        ) => Some(Standing::Apart(OVERTAKEN)),
        Fate::Included | Fate::Excluded(_) | Fate::Unknown(_) => None,
    }
}

/// What was asked on a day of absence asks nothing.
pub(in crate::evidence) const ASKED_AWAY: &str = "asked on a declared day of absence";

pub(super) fn turned_around(asked: &Asked<'_>) -> Vec<Deed> {
    requests(asked, |asked, row| match row.fate {
        Fate::Included => {
            let (_, hours) = row.amount(Unit::WorkingHours)?;
            Some(match (hours <= asked.target, row.is_running) {
                (true, true) => Standing::Running("still in time"),
                (true, false) => Standing::Kept,
                (false, true) => Standing::NotKept("still waiting"),
                (false, false) => Standing::NotKept("later"),
            })
        }
        fate => without_turnaround(fate),
    })
}

pub(super) fn commented(asked: &Asked<'_>) -> Vec<Deed> {
    let window = asked.question.window;
    let mut comments: BTreeMap<Key, u64> = BTreeMap::new();
    for comment in &asked.sources.past.tables.facts.comments {
        if comment.author == Some(asked.person) && window.contains(comment.created_at) {
            let key = (comment.repository, comment.number);
            *comments.entry(key).or_default() += 1;
        }
    }
    let mut deeds = Vec::new();
    for reading in asked.readings {
        for whole in &of_product(reading) {
            let author = whole.pull_request.author;
            if author == Some(asked.person) || not_human(reading.tables, author).is_some() {
                continue;
            }
            let own = whole.reviews.iter().filter(|review| {
                review.author == Some(asked.person) && window.contains(review.submitted_at)
            });
            let Some(at) = own.clone().map(|review| review.submitted_at).min() else {
                continue;
            };
            let texts = own.filter(|review| review.body_length > 0).count();
            let n = comments.get(&whole.key()).copied().unwrap_or_default()
                + u64::try_from(texts).unwrap_or(u64::MAX);
            let standing = if real(n) >= asked.target {
                Standing::Kept
            } else if n == 0 {
                Standing::NotKept("without a comment")
            } else {
                Standing::NotKept("with fewer comments")
            };
            deeds.push(asked.deed(whole, at, n.to_string(), standing));
        }
    }
    deeds
}
