//! `onboarding.md`: the firsts of those who joined in the window, with their pages. The figure without names is
//! `onboarding.milestones`.

use jiff::Timestamp;

use super::book::Book;
use crate::domain::PersonId;
use crate::evidence::Page;
use crate::evidence::blocks::{labelled, listed, paragraph, unobserved};
use crate::metrics::onboarding::milestones::{First, Milestones, joiners, milestones};
use crate::report::document::{Block, Span};
use crate::work::Need;

const INTRO: &str = "Firsts of those who joined in the window, by name. They tell of access, documentation and first tasks, and \
                     are no target for anybody. People met in meetings and at lunch are not observed.";

pub(super) fn page(book: &Book<'_>) -> Page {
    let question = book.sources.past.question;
    let mut joined = joiners(question);
    let tables = book.sources.past.tables;
    joined.retain(|(person, _)| tables.is_human(*person));
    joined.sort_by_cached_key(|(person, at)| (book.name(*person).to_lowercase(), *person, *at));
    joined.dedup_by_key(|(person, _)| *person);
    let mut blocks = undeclared(book);
    if joined.is_empty() {
        let has_members = !book.sources.past.question.roster.members.is_empty();
        blocks.push(paragraph(if has_members {
            "Nobody joined in the window, by `joined_on` of the register's `[[member]]`."
        } else {
            "Not told: no `[[member]]` says who joined when."
        }));
        return book.document("onboarding", "Onboarding", INTRO, blocks);
    }
    let mut of_products = Vec::new();
    for reading in book.readings() {
        let name = reading.product.name.as_str();
        let name = if name.is_empty() {
            "repositories in no product"
        } else {
            name
        };
        let what = format!("pull requests and reviews of {name}");
        blocks.extend(unobserved(reading, Need::PullRequests, &what));
        let is_read = reading
            .question
            .missing(reading.product, Need::PullRequests)
            .is_none();
        if is_read {
            of_products.push((name, milestones(reading, &joined)));
        }
    }
    for (at, (person, joined_at)) in joined.iter().enumerate() {
        let name = book.name(*person);
        blocks.push(Block::Heading(
            1,
            vec![Span::text(format!(
                "{name}, joined {}",
                book.date(*joined_at)
            ))],
        ));
        let mut n_told = 0;
        for (product, reached) in &of_products {
            let Some(reached) = reached.get(at).filter(|reached| reached.is_seen()) else {
                continue;
            };
            if of_products.len() > 1 {
                blocks.push(Block::Heading(2, vec![Span::text(*product)]));
            }
            n_told += 1;
            blocks.push(Block::Bullets(firsts(book, *person, reached)));
            blocks.extend(met(book, reached));
        }
        if n_told == 0 {
            let words = if of_products.is_empty() {
                "Not observed: see above."
            } else {
                "No event of theirs is in the record since that day."
            };
            blocks.push(paragraph(words));
        }
    }
    book.document("onboarding", "Onboarding", INTRO, blocks)
}

/// Of whom the register does not say when they joined.
fn undeclared(book: &Book<'_>) -> Vec<Block> {
    let members = &book.sources.past.question.roster.members;
    let undated = members.iter().filter(|member| member.joined_on.is_none());
    let names = book.names(undated.map(|member| member.person));
    if names.is_empty() {
        return Vec::new();
    }
    vec![paragraph(format!(
        "Not observed, as the register has no `joined_on` of theirs: {names}."
    ))]
}

fn firsts(book: &Book<'_>, person: PersonId, reached: &Milestones) -> Vec<Vec<Span>> {
    let line = |label: &str, first: Option<First>| {
        let Some(first) = first else {
            return labelled(label, [Span::text(format!("none by {}", book.today()))]);
        };
        let page = book.link(first.key);
        let mut line = labelled(
            label,
            [
                Span::Strong(book.date(first.at).to_string()),
                Span::text(format!(", {} · ", after(book, reached.joined_at, first.at))),
                page.clone(),
            ],
        );
        line.extend(book.evidence(person, &page));
        line
    };
    vec![
        line(
            "First pull request opened with documentation alone",
            reached.first_docs,
        ),
        line("First merged pull request with code", reached.first_code),
        line("First review given", reached.first_review),
    ]
}

/// `on the first day`, `6 days after joining`.
fn after(book: &Book<'_>, joined_at: Timestamp, at: Timestamp) -> String {
    let days = book
        .date(joined_at)
        .until(book.date(at))
        .map_or(0, |span| span.get_days());
    match days {
        0 => "on the first day".to_owned(),
        1 => "1 day after joining".to_owned(),
        days => format!("{days} days after joining"),
    }
}

/// Who was met in the first four weeks, by name, with the review or commit by which they met.
fn met(book: &Book<'_>, reached: &Milestones) -> Vec<Block> {
    let mut people: Vec<PersonId> = reached.met.keys().copied().collect();
    book.sort(&mut people);
    if people.is_empty() {
        return vec![paragraph(
            "Met in the first four weeks, by reviews and commits together: nobody on record.",
        )];
    }
    let line = |person: &PersonId| {
        let touch = reached.met.get(person)?;
        Some(vec![
            Span::text(format!(
                "{}, {} · ",
                book.name(*person),
                book.date(touch.at)
            )),
            book.came_with(touch.with),
        ])
    };
    let mut blocks = vec![paragraph(
        "Met in the first four weeks, by reviews and commits together:",
    )];
    let lines = people.iter().filter_map(line).collect();
    blocks.extend(listed(lines, "name", 12, 100));
    blocks
}
