//! Own pull requests and releases.

use std::collections::BTreeMap;

use super::asked::{Asked, Deed, Standing, amount, count, real};
use crate::metrics::flow::review_rounds;
use crate::work::Fate;
use crate::work::beside_code::BesideCode;
use crate::work::pull_requests::{Key, of_product};

pub(super) fn sized(asked: &Asked<'_>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for reading in asked.readings {
        for whole in asked.opened(&of_product(reading)) {
            let row = whole.pull_request;
            let lines = row.additions + row.deletions;
            let standing = if real(lines) <= asked.target {
                Standing::Kept
            } else {
                Standing::NotKept("with more lines")
            };
            deeds.push(asked.deed(whole, row.created_at, count(lines, "line"), standing));
        }
    }
    deeds
}

pub(super) fn in_rounds(asked: &Asked<'_>) -> Vec<Deed> {
    let rows = asked.rows(&review_rounds::METRIC).into_iter();
    rows.filter(|row| row.authors.contains(&asked.person) && row.fate == Fate::Included)
        .filter_map(|row| {
            let (at, rounds) = (row.at?, row.value?);
            let plural = if (rounds - 1.0).abs() < f64::EPSILON {
                ""
            } else {
                "s"
            };
            Some(Deed {
                at,
                link: asked.link_of(&row),
                found: format!("{} round{plural}", amount(rounds)),
                standing: if rounds <= asked.target {
                    Standing::Kept
                } else {
                    Standing::NotKept("after more rounds")
                },
            })
        })
        .collect()
}

pub(super) fn drafted(asked: &Asked<'_>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for reading in asked.readings {
        for whole in asked.opened(&of_product(reading)) {
            let standing = if whole.readiness().began_as_draft() {
                Standing::Kept
            } else {
                Standing::NotKept("opened ready for review")
            };
            let at = whole.pull_request.created_at;
            deeds.push(asked.deed(whole, at, String::new(), standing));
        }
    }
    deeds
}

pub(super) fn tested(asked: &Asked<'_>) -> Vec<Deed> {
    touching(asked, BesideCode::is_test, "without a test")
}

pub(super) fn documented(asked: &Asked<'_>) -> Vec<Deed> {
    touching(asked, BesideCode::is_document, "without a document")
}

/// Own pull requests with code, and whether some file of them is of a sort.
fn touching(
    asked: &Asked<'_>,
    is_it: fn(&BesideCode, &str) -> bool,
    otherwise: &'static str,
) -> Vec<Deed> {
    let beside = BesideCode::of(&asked.question.kinds);
    let mut paths: BTreeMap<Key, Vec<&str>> = BTreeMap::new();
    for file in &asked.sources.past.tables.facts.pull_request_files {
        let key = (file.repository, file.number);
        paths.entry(key).or_default().push(&file.path);
    }
    let mut deeds = Vec::new();
    for reading in asked.readings {
        for whole in asked.opened(&of_product(reading)) {
            let of_whole = paths.get(&whole.key()).map_or(&[][..], Vec::as_slice);
            if !of_whole.iter().any(|path| beside.is_code(path)) {
                continue;
            }
            let standing = if of_whole.iter().any(|path| is_it(&beside, path)) {
                Standing::Kept
            } else {
                Standing::NotKept(otherwise)
            };
            let at = whole.pull_request.created_at;
            deeds.push(asked.deed(whole, at, String::new(), standing));
        }
    }
    deeds
}

pub(super) fn released(asked: &Asked<'_>) -> Vec<Deed> {
    let releases = asked.sources.past.tables.facts.releases.iter();
    releases
        .filter(|release| release.author == Some(asked.person) && !release.is_draft)
        .filter_map(|release| {
            Some(Deed {
                at: release.published_at?,
                link: asked.link(
                    release.repository,
                    &format!(" {}", release.tag_name),
                    &release.url,
                ),
                found: String::new(),
                standing: Standing::Kept,
            })
        })
        .collect()
}
