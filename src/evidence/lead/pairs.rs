//! `pairs.md`: who pairs with whom, with the commits that say so. The figure without names is `pairs.matrix`.

use std::collections::BTreeMap;

use super::book::Book;
use crate::evidence::Page;
use crate::evidence::blocks::{count, listed, paragraph, unobserved};
use crate::metrics::measure::KeyedRow;
use crate::metrics::pairs::matrix::{Pair, told_rows};
use crate::report::document::{Block, Span};
use crate::work::{Fate, Need, Reading};

const INTRO: &str = "Pairs of people whom a commit on the default branch of the window is credited to, by Co-authored-by trailer, by name. \
                     Pairing without a trailer is not observed: that two people do not stand here says nothing of how they work. GitHub \
                     adds the trailer of suggested changes too, and a squash merge those of everybody who committed to the branch.";

/// How many commits of a pair are listed.
const MOST: usize = 50;

pub(super) fn page(book: &Book<'_>) -> Page {
    let mut blocks = Vec::new();
    for reading in book.readings() {
        blocks.extend(book.heading(&reading.product.name));
        match unobserved(reading, Need::Commits, "commits") {
            Some(block) => blocks.push(block),
            None => of_product(book, reading, &mut blocks),
        }
    }
    blocks.push(Block::Paragraph(vec![
        Span::text("The rows: "),
        Span::Code("linchpin explain pairs.matrix".to_owned()),
    ]));
    book.document("pairs", "Pairs", INTRO, blocks)
}

fn of_product(book: &Book<'_>, reading: &Reading<'_>, blocks: &mut Vec<Block>) {
    let rows = told_rows(reading);
    let mut by_pair: BTreeMap<(String, Pair), Vec<&KeyedRow<Option<Pair>>>> = BTreeMap::new();
    for row in &rows {
        if let Some(pair) = row.key {
            let mut names = [book.name(pair.0), book.name(pair.1)];
            names.sort_by_key(|name| (name.to_lowercase(), name.clone()));
            let key = (names.join(" + "), pair);
            by_pair.entry(key).or_default().push(row);
        }
    }
    let unknown = rows.iter();
    let n_unknown = unknown
        .filter(|row| matches!(row.row.fate, Fate::Unknown(_)))
        .count();
    if n_unknown > 0 {
        let n = count(n_unknown, "commit");
        blocks.push(paragraph(format!(
            "Not told: {n} credited to somebody whose address is linked to nobody."
        )));
    }
    if by_pair.is_empty() {
        blocks.push(paragraph(
            "No commit of the window is credited to two people.",
        ));
        return;
    }
    let mut by_pair: Vec<_> = by_pair.into_iter().collect();
    by_pair.sort_by_key(|((names, pair), _)| (names.to_lowercase(), *pair));
    for ((names, pair), mut rows) in by_pair {
        rows.sort_by_key(|row| (row.row.at, row.row.link.clone()));
        let days = || rows.iter().filter_map(|row| row.row.at);
        let (Some(first), Some(last)) = (days().min(), days().max()) else {
            continue;
        };
        blocks.push(Block::Heading(
            book.level(),
            vec![Span::text(format!(
                "{names}, {} to {}",
                book.date(first),
                book.date(last)
            ))],
        ));
        let line = |row: &&KeyedRow<Option<Pair>>| line(book, pair, row);
        let lines = rows.iter().filter_map(line).collect();
        blocks.extend(listed(lines, "commit", 3, MOST));
    }
}

/// Date, page and what the commit is called, with the lines of evidence of both.
fn line(book: &Book<'_>, pair: Pair, row: &KeyedRow<Option<Pair>>) -> Option<Vec<Span>> {
    let row = &row.row;
    let words = &row.subject.words;
    let (id, subject) = words.split_once(' ').unwrap_or((words, ""));
    let text = format!("{}@{id}", book.sources.repository_name(row.repository?));
    let page = row.link.as_ref().map_or(Span::Code(text.clone()), |url| {
        Span::link(text, url.clone())
    });
    let mut line = vec![
        Span::Strong(book.date(row.at?).to_string()),
        Span::text(" · "),
        page.clone(),
    ];
    if !subject.trim().is_empty() {
        line.push(Span::text(format!(" “{}”", subject.trim())));
    }
    for person in [pair.0, pair.1] {
        line.extend(book.evidence(person, &page));
    }
    Some(line)
}
