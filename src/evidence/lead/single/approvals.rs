//! Approvals that one person alone gives: by area, and by the settings of environments.

use jiff::Timestamp;

use super::{Load, MOST, second};
use crate::domain::{Environment, PersonId};
use crate::evidence::blocks::{count, listed, paragraph, unobserved};
use crate::evidence::lead::ProductSources;
use crate::evidence::lead::book::Book;
use crate::report::document::{Block, Span};
use crate::work::roster::person_of;
use crate::work::{Need, Reading};

/// Whoever alone approved in an area lately.
pub(super) struct Approver {
    pub(super) area: String,
    pub(super) person: PersonId,
    n: usize,
    /// Whoever else approved there last, and when; else whoever else reviewed there last.
    second: Option<(PersonId, Timestamp, &'static str)>,
    pages: Vec<Span>,
}

pub(super) fn approvers(book: &Book<'_>, product: &ProductSources) -> Vec<Approver> {
    let minimum_n = book.sources.past.question.minimum_n;
    let mut found = Vec::new();
    for (area, reviewers) in &product.reviewers {
        let Some(person) = reviewers.only_approver() else {
            continue;
        };
        let Some(own) = reviewers.people.get(&person) else {
            continue;
        };
        let n = own.approved.len();
        if u64::try_from(n).unwrap_or(u64::MAX) < minimum_n {
            continue;
        }
        let others = || {
            let people = reviewers.people.iter();
            people.filter(|(other, _)| **other != person && product.active.contains(other))
        };
        let approved = others()
            .filter_map(|(other, area)| Some((area.last_approval_at?, *other, "last approved")));
        let reviewed = others()
            .filter_map(|(other, area)| Some((area.last_review_at?, *other, "last reviewed")));
        let second = approved.max().or_else(|| reviewed.max());
        found.push(Approver {
            area: area.clone(),
            person,
            n,
            second: second.map(|(at, person, how)| (person, at, how)),
            pages: own
                .approved
                .iter()
                .rev()
                .take(MOST)
                .map(|key| book.link(*key))
                .collect(),
        });
    }
    found
}

/// Areas that one person alone approves in.
pub(super) fn write(
    book: &Book<'_>,
    reading: &Reading<'_>,
    approving: &[Approver],
    load: &Load<'_>,
    blocks: &mut Vec<Block>,
) {
    let what = "pull requests and reviews";
    if let Some(block) = unobserved(reading, Need::PullRequests, what) {
        blocks.push(block);
        return;
    }
    if approving.is_empty() {
        let least = book.sources.past.question.minimum_n;
        blocks.push(paragraph(format!(
            "None: no area with {least} approvals or more in 180 days has one approver alone."
        )));
    }
    for one in approving {
        let mut line = vec![
            Span::Strong(one.area.clone()),
            Span::text(format!(
                " · approved by {} alone in 180 days (n {})",
                book.name(one.person),
                count(one.n, "pull request")
            )),
        ];
        let near = one.second.map(|(person, at, how)| {
            let last = vec![Span::text(format!(", {how} there {}", book.date(at)))];
            (person, last)
        });
        line.extend(second(book, load, near, "nobody active has reviewed there"));
        blocks.push(Block::Bullets(vec![line]));
        let mut pages = Vec::new();
        for (at, page) in one.pages.iter().enumerate() {
            if at > 0 {
                pages.push(Span::text(", "));
            }
            pages.push(page.clone());
        }
        if one.n > one.pages.len() {
            pages.push(Span::text(format!(" and {} more", one.n - one.pages.len())));
        }
        blocks.push(Block::Details {
            summary: count(one.n, "approved pull request"),
            blocks: vec![Block::Paragraph(pages)],
        });
    }
}

/// Environments whose deployments one person alone has to approve, as the repository's settings say.
pub(super) fn environments(book: &Book<'_>, reading: &Reading<'_>) -> Vec<Block> {
    let tables = book.sources.past.tables;
    let rows = tables.facts.environments.iter();
    let of_product = rows.filter(|row| reading.product.has(row.repository));
    let line = |row: &Environment| {
        let [only] = row.reviewers.as_slice() else {
            return None;
        };
        // `@organisation/team` is more than one.
        if only.contains('/') {
            return None;
        }
        let person = person_of(&tables.people, only)?;
        Some(vec![
            Span::Strong(row.environment.clone()),
            Span::text(format!(
                " of {} · deployments to it need the approval of {} alone, by the settings of the environment",
                book.sources.repository_name(row.repository),
                book.name(person)
            )),
        ])
    };
    listed(
        of_product.filter_map(line).collect(),
        "environment",
        20,
        100,
    )
}
