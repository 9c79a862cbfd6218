//! `single.md`: what one person alone did. Areas that one person alone knows, kinds of files that one person alone writes, approvals
//! that one person alone gives; each with the nearest second, and what that one carries already.

mod approvals;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use approvals::Approver;

use super::ProductSources;
use super::book::Book;
use super::knowledge::{NOBODY_NEAR, nearest};
use crate::domain::PersonId;
use crate::evidence::Page;
use crate::evidence::blocks::{count, listed, not_observed, paragraph, unobserved};
use crate::metrics::knowledge::concentration_by_kind::{self, What};
use crate::metrics::knowledge::decay::AreaKnowledge;
use crate::metrics::knowledge::silos::{Silo, silos_among};
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::work::history::touches::Touch;
use crate::work::written::{self, CameWith, WRITTEN};
use crate::work::{Fate, Need, Reading};

const INTRO: &str = "What one person alone knows, writes or approves, by name of the thing: the risk belongs to the system, and a second \
                     person is what lowers it. The nearest second is whoever active knows most of it after that one; what they carry \
                     already is told in words, so that help is not asked of somebody on whom work waits.";

/// So many rows of a thing are listed.
const MOST: usize = 30;

/// One document alone is always written by somebody alone.
const A_HABIT: usize = 2;

pub(super) fn page(book: &Book<'_>, products: &[ProductSources]) -> Page {
    let question = book.sources.past.question;
    let silos: Vec<Vec<Silo>> = products
        .iter()
        .map(|one| silos_among(&one.name, &one.knowledge, &one.active, question.minimum_n))
        .collect();
    let approving: Vec<Vec<Approver>> = products
        .iter()
        .map(|one| approvals::approvers(book, one))
        .collect();
    let load = Load::of(&silos, &approving);
    let mut blocks = Vec::new();
    for reading in book.readings() {
        let name = reading.product.name.as_str();
        let at = products.iter().position(|one| one.name == name);
        let Some((at, product)) = at.and_then(|at| Some((at, products.get(at)?))) else {
            continue;
        };
        blocks.extend(book.heading(name));
        let heading = |title: &str| Block::Heading(book.level(), vec![Span::text(title)]);
        blocks.push(heading("Areas that one person alone knows"));
        let held = silos.get(at).map_or(&[][..], Vec::as_slice);
        areas(book, reading, product, held, &load, &mut blocks);
        blocks.push(heading("Kinds of files, and who writes them"));
        kinds(book, reading, &load, &mut blocks);
        blocks.push(heading("Approvals that one person alone gives"));
        let approving = approving.get(at).map_or(&[][..], Vec::as_slice);
        approvals::write(book, reading, approving, &load, &mut blocks);
        blocks.extend(approvals::environments(book, reading));
    }
    blocks.push(Block::Heading(1, vec![Span::text("How this is made")]));
    blocks.push(Block::Bullets(method()));
    book.document("single", "What one person alone did", INTRO, blocks)
}

fn method() -> Vec<Vec<Span>> {
    vec![
        vec![
            Span::text(
                "Areas: those of knowledge.silos, by decayed commits and reviews of 547 days; the rows: ",
            ),
            Span::Code("linchpin explain knowledge.silos".to_owned()),
        ],
        vec![
            Span::text(
                "Kinds: decision records, postmortems, runbooks and migrations count for whoever brought the file or most of its text \
                 in the window; other kinds for whoever changed one or published a release; the rows: ",
            ),
            Span::Code("linchpin explain knowledge.concentration_by_kind".to_owned()),
        ],
        vec![
            Span::text("Approvals: of the last 180 days, by area; the rows: "),
            Span::Code("linchpin explain review.absence_what_if".to_owned()),
        ],
    ]
}

/// What people carry already.
struct Load<'a> {
    holds: BTreeMap<PersonId, BTreeSet<&'a str>>,
    approves: BTreeMap<PersonId, BTreeSet<&'a str>>,
}

impl<'a> Load<'a> {
    fn of(silos: &'a [Vec<Silo>], approving: &'a [Vec<Approver>]) -> Self {
        let mut load = Self {
            holds: BTreeMap::new(),
            approves: BTreeMap::new(),
        };
        for silo in silos.iter().flatten() {
            let of_person = load.holds.entry(silo.holder).or_default();
            of_person.insert(&silo.area);
        }
        for one in approving.iter().flatten() {
            let of_person = load.approves.entry(one.person).or_default();
            of_person.insert(&one.area);
        }
        load
    }

    /// `; carries already: knows feeds alone; a review has waited for them since 2026-06-20 (widgets#12)`.
    fn words(&self, book: &Book<'_>, person: PersonId) -> Vec<Span> {
        let joined = |of: &BTreeMap<PersonId, BTreeSet<&str>>| {
            let areas = of.get(&person)?;
            Some(areas.iter().copied().collect::<Vec<_>>().join(", "))
        };
        let mut parts: Vec<Vec<Span>> = Vec::new();
        if let Some(areas) = joined(&self.holds) {
            parts.push(vec![Span::text(format!("knows {areas} alone"))]);
        }
        if let Some(areas) = joined(&self.approves) {
            parts.push(vec![Span::text(format!("approves alone in {areas}"))]);
        }
        if let Some((since, key)) = book.waits_for(person) {
            parts.push(vec![
                Span::text(format!(
                    "a review has waited for them since {} (",
                    book.date(since)
                )),
                book.link(key),
                Span::text(")"),
            ]);
        }
        if parts.is_empty() {
            return vec![Span::text(
                "; carries already: nothing here alone, and no review on record waits for them",
            )];
        }
        let mut words = vec![Span::text("; carries already: ")];
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                words.push(Span::text("; "));
            }
            words.extend(part);
        }
        words
    }
}

/// `last there 2026-05-04, widgets#12`.
fn last_there(book: &Book<'_>, touch: Option<&Touch>) -> Vec<Span> {
    touch.map_or_else(Vec::new, |touch| {
        vec![
            Span::text(format!(", last there {} · ", book.date(touch.at))),
            book.came_with(touch.with),
        ]
    })
}

/// `. Nearest second: Ben, last there …; carries already: …`.
fn second(
    book: &Book<'_>,
    load: &Load<'_>,
    found: Option<(PersonId, Vec<Span>)>,
    nobody: &str,
) -> Vec<Span> {
    let Some((person, last)) = found else {
        return vec![Span::text(format!(". Nearest second: {nobody}."))];
    };
    let mut words = vec![Span::text(format!(
        ". Nearest second: {}",
        book.name(person)
    ))];
    words.extend(last);
    words.extend(load.words(book, person));
    words.push(Span::text("."));
    words
}

fn areas(
    book: &Book<'_>,
    reading: &Reading<'_>,
    product: &ProductSources,
    held: &[Silo],
    load: &Load<'_>,
    blocks: &mut Vec<Block>,
) {
    if let Some(block) = unobserved(reading, Need::History, "the history") {
        blocks.push(block);
        return;
    }
    if product.active.is_empty() {
        let because = "nobody was active in the 90 days before the as-of instant";
        blocks.push(not_observed("knowledge", because, None));
        return;
    }
    let line = |silo: &Silo| {
        let touch = |person: PersonId| product.last_touches.get(&(silo.area.clone(), person));
        let n = product
            .knowledge
            .get(&silo.area)
            .map_or(0, AreaKnowledge::n_contributions);
        let mut line = vec![
            Span::Strong(silo.area.clone()),
            Span::text(format!(
                " · {} alone: {} of what is known there (n {n} commits and reviews)",
                book.name(silo.holder),
                quantity::percent(silo.share)
            )),
        ];
        line.extend(last_there(book, touch(silo.holder)));
        let near = nearest(product, &silo.area, silo.holder);
        let near = near.map(|(person, _)| (person, last_there(book, touch(person))));
        line.extend(second(book, load, near, NOBODY_NEAR));
        line
    };
    let known = product.knowledge.values();
    let minimum_n = book.sources.past.question.minimum_n;
    let (told, untold): (Vec<_>, Vec<_>) = known.partition(|area| area.has_enough(minimum_n));
    if held.is_empty() {
        blocks.push(paragraph(match told.len() {
            0 => "Not told: too little happened in every area.".to_owned(),
            1 => "None: the one area where enough happened is known to more than one person."
                .to_owned(),
            n => format!(
                "None: the {n} areas where enough happened are known to more than one person each."
            ),
        }));
    }
    if !untold.is_empty() && !told.is_empty() {
        let n = count(untold.len(), "area");
        blocks.push(paragraph(format!(
            "Not told of {n}: fewer than {minimum_n} commits and reviews in 547 days."
        )));
    }
    blocks.extend(listed(held.iter().map(line).collect(), "area", 20, 200));
}

/// Something of a kind that people wrote or changed.
struct Piece {
    at: Timestamp,
    with: Span,
    what: Option<String>,
}

/// What there is of a kind in the window.
#[derive(Default)]
struct OfKind {
    n: usize,
    people: BTreeSet<PersonId>,
    /// Each of it, while one person alone wrote them all: only those are listed.
    pieces: Vec<Piece>,
}

impl OfKind {
    fn add(&mut self, people: impl IntoIterator<Item = PersonId>, piece: impl FnOnce() -> Piece) {
        self.n += 1;
        self.people.extend(people);
        if self.people.len() > 1 {
            self.pieces = Vec::new();
        } else {
            self.pieces.push(piece());
        }
    }
}

fn kinds(book: &Book<'_>, reading: &Reading<'_>, load: &Load<'_>, blocks: &mut Vec<Block>) {
    if let Some(block) = unobserved(reading, Need::History, "the history") {
        blocks.push(block);
    }
    let (by_kind, earlier) = pieces(book, reading);
    if by_kind.is_empty() {
        blocks.push(paragraph("Nothing of a kind was written in the window."));
        return;
    }
    for (kind, of_kind) in by_kind {
        let OfKind {
            n,
            people,
            mut pieces,
        } = of_kind;
        let verb = if WRITTEN.contains(&kind.as_str()) {
            "written"
        } else {
            "changed"
        };
        let only = people.first().copied().filter(|_| people.len() == 1);
        let Some(only) = only.filter(|_| n >= A_HABIT) else {
            blocks.push(Block::Bullets(vec![vec![
                Span::Strong(kind),
                Span::text(format!(" · {verb} by {} (n {n})", book.names(people))),
            ]]));
            continue;
        };
        let other = earlier.get(kind.as_str());
        let other = other.and_then(|(at, with, person)| {
            (*person != only).then(|| {
                let last = vec![
                    Span::text(format!(", last {verb} {} · ", book.date(*at))),
                    with.clone(),
                ];
                (*person, last)
            })
        });
        let mut line = vec![
            Span::Strong(kind.clone()),
            Span::text(format!(
                " · {verb} by {} alone in the window (n {n})",
                book.name(only)
            )),
        ];
        line.extend(second(book, load, other, "nobody on record"));
        blocks.push(Block::Bullets(vec![line]));
        pieces.sort_by(|a, b| (a.at, &a.what).cmp(&(b.at, &b.what)));
        let row = |piece: &Piece| {
            let mut row = vec![
                Span::Strong(book.date(piece.at).to_string()),
                Span::text(" · "),
                piece.with.clone(),
            ];
            if let Some(path) = &piece.what {
                row.extend([Span::text(" "), Span::Code(path.clone())]);
            }
            row.extend(book.evidence(only, &piece.with));
            row
        };
        blocks.extend(listed(pieces.iter().map(row).collect(), "row", 0, MOST));
    }
}

/// By kind: the last that was written before the window, and by whom.
type Earlier = BTreeMap<String, (Timestamp, Span, PersonId)>;

/// What was written and changed in the window, by kind, and who wrote one before it.
fn pieces(book: &Book<'_>, reading: &Reading<'_>) -> (BTreeMap<String, OfKind>, Earlier) {
    let mut by_kind: BTreeMap<String, OfKind> = BTreeMap::new();
    let mut earlier: Earlier = BTreeMap::new();
    let mut documents: BTreeMap<(&str, CameWith, &str), (Timestamp, BTreeSet<PersonId>)> =
        BTreeMap::new();
    let written = written::of_product(reading);
    for document in written.iter() {
        let key = (document.kind, document.came_with, document.path.as_str());
        let of_document = documents
            .entry(key)
            .or_insert((document.at, BTreeSet::new()));
        of_document.1.insert(document.person);
    }
    for ((kind, came_with, path), (at, people)) in documents {
        let with = book.came_with(came_with);
        if book.is_inside(at) {
            let of_kind = by_kind.entry(kind.to_owned()).or_default();
            of_kind.add(people, || Piece {
                at,
                with,
                what: Some(path.to_owned()),
            });
            continue;
        }
        let Some(person) = people.first().copied() else {
            continue;
        };
        let is_newer = earlier.get(kind).is_none_or(|(newest, ..)| *newest < at);
        if is_newer && at < book.sources.end() {
            earlier.insert(kind.to_owned(), (at, with, person));
        }
    }
    concentration_by_kind::each(reading, &mut |one| {
        if one.fate != Fate::Included {
            return;
        }
        let changed = one.kinds.iter();
        for kind in changed.filter(|kind| !WRITTEN.contains(&kind.as_str())) {
            let of_kind = by_kind.entry(kind.clone()).or_default();
            of_kind.add(one.people.iter().copied(), || Piece {
                at: one.at,
                with: page_of(book, reading, one.what),
                what: None,
            });
        }
    });
    (by_kind, earlier)
}

/// `widgets@4c1fe2a90b` or `widgets@v2.1.0`, with its page.
fn page_of(book: &Book<'_>, reading: &Reading<'_>, what: What<'_>) -> Span {
    let repository = book.sources.repository_name(what.repository());
    let text = format!("{repository}@{}", what.called());
    match what.page(reading.tables) {
        Some(url) => Span::link(text, url),
        None => Span::Code(text),
    }
}
