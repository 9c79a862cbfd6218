//! What to look at first of one product, from what passed the gate.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::shortcomings::of_product;
use crate::domain::{PrNumber, RepositoryId};
use crate::metrics::agreements::{Agreement, Item, Standing};
use crate::metrics::measure::{Fate, LedgerRow, Measure, Measured, Thing};
use crate::metrics::unmet::Cause;
use crate::report::figure::Frame;
use crate::report::input::{ProductInput, TeamInput};
use crate::report::look::{Look, LookItem, LookKind, MAX_LINES};
use crate::report::quantity;
use crate::report::strip::{self, Strip};
use crate::report::subject::public_link;

/// The most work items under one line.
const MAX_ITEMS: usize = 6;
/// The most areas in one line.
const MAX_AREAS: usize = 3;

/// What a line says, before it is known whose it is.
struct Said {
    text: String,
    items: Vec<LookItem>,
    next: String,
    metric: Option<&'static str>,
}

/// The lines of a product.
pub(super) fn looks(
    input: &TeamInput<'_>,
    product: &ProductInput,
    slug: &str,
    frame: &Frame<'_>,
    strip: Option<&Strip>,
) -> Vec<Look> {
    let found = [
        (LookKind::Data, data(input, product)),
        (LookKind::Machine, machine(product)),
        (LookKind::Crossed, crossed(input, product, frame)),
        (LookKind::Moved, strip.and_then(moved)),
        (LookKind::Silo, silos(input, product)),
        (LookKind::Queue, queue(input, product, frame)),
    ];
    let mut listed: BTreeSet<String> = BTreeSet::new();
    let mut line = |(kind, said): (LookKind, Option<Said>)| {
        let mut said = said?;
        // A work item is listed once.
        said.items
            .retain(|item| item.link.clone().is_none_or(|link| listed.insert(link)));
        let n_omitted = said.items.len().saturating_sub(MAX_ITEMS);
        said.items.truncate(MAX_ITEMS);
        Some(Look {
            kind,
            product: product.name.clone(),
            product_id: slug.to_owned(),
            text: said.text,
            items: said.items,
            n_omitted,
            next: said.next,
            metric: said.metric,
        })
    };
    found
        .into_iter()
        .filter_map(&mut line)
        .take(MAX_LINES)
        .collect()
}

/// Holes in the data, and data that is old.
fn data(input: &TeamInput<'_>, product: &ProductInput) -> Option<Said> {
    let mut texts = Vec::new();
    let mut next = Vec::new();
    for unmet in product
        .unmet
        .iter()
        .filter(|unmet| unmet.cause == Cause::Stale)
    {
        texts.push(format!(
            "{} is not told: {}",
            unmet.what, unmet.missing.because
        ));
        next.extend(unmet.missing.fix.clone());
    }
    let all = of_product(input, product);
    for short in all.into_iter().filter(|short| short.is_partial) {
        let reason = short
            .reason
            .map_or_else(String::new, |reason| format!(": {reason}"));
        texts.push(format!("{} {}{reason}", short.what, short.state));
        next.extend(short.fix);
    }
    next.dedup();
    (!texts.is_empty()).then(|| Said {
        text: texts.join("; "),
        items: Vec::new(),
        next: if next.is_empty() {
            "`linchpin doctor` says what would complete it".to_owned()
        } else {
            next.join("; ")
        },
        metric: None,
    })
}

/// An account of a person that answers like a machine.
fn machine(product: &ProductInput) -> Option<Said> {
    let mut unmet = product
        .unmet
        .iter()
        .filter(|unmet| unmet.cause == Cause::MachineLike)
        .peekable();
    let first = unmet.peek()?.missing.clone();
    let what: Vec<&str> = unmet.map(|unmet| unmet.what).collect();
    Some(Said {
        text: format!("{}: {} are not told", first.because, what.join(" and ")),
        items: Vec::new(),
        next: first.fix.unwrap_or_default(),
        metric: None,
    })
}

/// Crossed agreements with the work items that cross them, each once.
fn crossed(input: &TeamInput<'_>, product: &ProductInput, frame: &Frame<'_>) -> Option<Said> {
    let is_here = |agreement: &&Agreement| {
        agreement.standing == Standing::Crossed
            && (agreement.scope == product.name
                || frame
                    .repositories
                    .iter()
                    .any(|face| face.name == agreement.scope)
                || has_area(input, product, &agreement.scope))
    };
    let found: Vec<&Agreement> = input.agreements.iter().filter(is_here).collect();
    // Agreements that the same work items cross are told together.
    let mut told: Vec<(Vec<Place>, Vec<&Agreement>)> = Vec::new();
    for agreement in &found {
        let mut places: Vec<Place> = agreement.items.iter().filter_map(place).collect();
        places.sort_unstable();
        match told
            .iter_mut()
            .find(|(known, _)| !known.is_empty() && *known == places)
        {
            Some((_, together)) => together.push(agreement),
            None => told.push((places, vec![agreement])),
        }
    }
    let text = |(places, together): &(Vec<Place>, Vec<&Agreement>)| {
        let agreed: Vec<&str> = together.iter().map(|one| one.agreed.as_str()).collect();
        let waits = match places.len() {
            0 => return figure_words(input, together),
            1 => "1 pull request waits".to_owned(),
            n => format!("{n} pull requests wait"),
        };
        format!("{waits} longer than agreed ({})", agreed.join("; "))
    };
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    let mut items = Vec::new();
    for item in found.iter().flat_map(|agreement| &agreement.items) {
        let Some((_, number)) = place(item).filter(|place| seen.insert(*place)) else {
            continue;
        };
        let waited = item
            .working_days
            .map_or_else(String::new, |days| format!(", {days:.1} working days"));
        items.push(LookItem {
            text: format!("{}{waited}", named(frame, item.repository, number)),
            link: link(frame, item.repository, item.link.as_deref()),
        });
    }
    (!found.is_empty()).then(|| Said {
        text: told.iter().map(text).collect::<Vec<_>>().join("; "),
        items,
        next: "`linchpin check` tells all of them".to_owned(),
        metric: found.first().map(|agreement| agreement.metric),
    })
}

/// A work item's repository and number.
type Place = (RepositoryId, PrNumber);

fn place(item: &Item) -> Option<Place> {
    Some((item.repository, item.number?))
}

/// Limits on figures that are crossed.
fn figure_words(input: &TeamInput<'_>, agreements: &[&Agreement]) -> String {
    let words = agreements.iter().map(|agreement| {
        let found = agreement.found.map_or_else(
            || "nothing".to_owned(),
            |found| quantity::alone(agreement.unit, found),
        );
        let n = agreement.n.map_or_else(
            || "no n".to_owned(),
            |n| format!("n {}", quantity::count(n)),
        );
        format!(
            "{} of {}: agreed {}, found {found} ({n})",
            title_of(input, agreement.metric),
            agreement.scope,
            agreement.agreed,
        )
    });
    words.collect::<Vec<_>>().join("; ")
}

fn has_area(input: &TeamInput<'_>, product: &ProductInput, scope: &str) -> bool {
    let cells = input.measures.iter().flat_map(Measure::team_cells);
    cells
        .filter(|cell| cell.scope.product == product.name)
        .any(|cell| cell.scope.area.as_deref() == Some(scope))
}

fn title_of<'a>(input: &TeamInput<'a>, metric: &'a str) -> &'a str {
    let mut measures = input.measures.iter();
    let found = measures.find(|measure| measure.definition.id == metric);
    found.map_or(metric, |measure| measure.definition.title)
}

/// `parcel-api #379`; the repository only where the product has several.
fn named(frame: &Frame<'_>, repository: RepositoryId, number: PrNumber) -> String {
    if frame.repositories.len() < 2 {
        return number.to_string();
    }
    let name = frame.repository_name(repository);
    let short = name.rsplit('/').next().unwrap_or(&name);
    format!("{short} {number}")
}

fn link(frame: &Frame<'_>, repository: RepositoryId, link: Option<&str>) -> Option<String> {
    let face = frame.face(repository)?;
    public_link(face.url.as_deref(), link)
}

/// What moved.
fn moved(strip: &Strip) -> Option<Said> {
    let first = strip.lines.iter().find(|line| line.change.is_move())?;
    Some(Said {
        text: strip::moves(&strip.lines).join("; "),
        items: Vec::new(),
        next: format!(
            "when, not why: `linchpin explain {}` lists the rows",
            first.metric
        ),
        metric: Some(first.metric),
    })
}

/// A metric with the n of its figure of the whole product; `None` where that is not told: then no line may tell of it either.
fn told<'a>(
    input: &TeamInput<'a>,
    product: &ProductInput,
    metric: &str,
) -> Option<(&'a Measure, u64)> {
    let mut measures = input.measures.iter();
    let measure = measures.find(|measure| measure.definition.id == metric)?;
    match strip::whole(measure, &product.name)? {
        Measured::Value { n, .. } => Some((measure, *n)),
        _ => None,
    }
}

/// Areas that one person alone knows, and that the team has not accepted; nothing where the figure itself is not told.
fn silos(input: &TeamInput<'_>, product: &ProductInput) -> Option<Said> {
    const METRIC: &str = "knowledge.silos";
    told(input, product, METRIC)?;
    let is_accepted = |area: &str| {
        input.accepted.iter().any(|flag| {
            flag.metric == METRIC
                && (flag.scope == "everywhere"
                    || flag.scope.eq_ignore_ascii_case(area)
                    || flag.scope.eq_ignore_ascii_case(&product.name))
        })
    };
    let mut found: Vec<(&String, Option<Date>, usize)> = product
        .silos
        .iter()
        .filter(|(area, _)| !is_accepted(area))
        .map(|(area, last)| (area, *last, n_files(input, product, area)))
        .collect();
    // The largest first.
    found.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    let areas: Vec<String> = found
        .into_iter()
        .map(|(area, last, n)| {
            let since = last.map_or_else(
                || "nobody else ever".to_owned(),
                |on| format!("nobody else since {on}"),
            );
            let files = match n {
                0 => String::new(),
                1 => "; 1 file".to_owned(),
                n => format!("; {n} files"),
            };
            format!("“{area}”: one person, {since}{files}")
        })
        .collect();
    let n_more = areas.len().saturating_sub(MAX_AREAS);
    let more = (n_more > 0).then(|| format!("and {n_more} more"));
    let listed: Vec<String> = areas.iter().take(MAX_AREAS).cloned().chain(more).collect();
    (!areas.is_empty()).then(|| Said {
        text: listed.join("; "),
        items: Vec::new(),
        next: "pair or review across, or accept it until a day (`[[accepted]]` of linchpin.toml)"
            .to_owned(),
        metric: Some(METRIC),
    })
}

/// How many files of an area have people who are known.
fn n_files(input: &TeamInput<'_>, product: &ProductInput, area: &str) -> usize {
    let mut measures = input.measures.iter();
    let files = measures.find(|measure| measure.definition.id == "knowledge.files_at_risk");
    let is_here = |row: &&LedgerRow| {
        row.product == product.name
            && row.fate == Fate::Included
            && row.areas.iter().any(|one| one == area)
    };
    files.map_or(0, |measure| measure.rows.iter().filter(is_here).count())
}

/// Requests for a review that wait: the oldest first.
fn queue(input: &TeamInput<'_>, product: &ProductInput, frame: &Frame<'_>) -> Option<Said> {
    let (waiting, n) = told(input, product, "review.waiting")?;
    let mut rows: Vec<&LedgerRow> = waiting
        .rows
        .iter()
        .filter(|row| row.product == product.name && row.is_running && row.fate == Fate::Included)
        .collect();
    rows.sort_by(|a, b| {
        (a.at, a.repository, &a.subject.words).cmp(&(b.at, b.repository, &b.subject.words))
    });
    let day = |at: jiff::Timestamp| frame.zone.to_datetime(at).date();
    let oldest = rows.first().and_then(|row| row.at).map(day);
    let mut seen: BTreeSet<(RepositoryId, PrNumber)> = BTreeSet::new();
    let mut items = Vec::new();
    for row in rows {
        let (Thing::Numbered(number), Some(repository)) = (row.subject.thing, row.repository)
        else {
            continue;
        };
        if seen.insert((repository, number)) {
            let since = row
                .at
                .map_or_else(String::new, |at| format!(" since {}", day(at)));
            items.push(LookItem {
                text: format!("{}{since}", named(frame, repository, number)),
                link: link(frame, repository, row.link.as_deref()),
            });
        }
    }
    let requests = format!("{} requests for a review", quantity::count(n));
    (n > 1).then(|| Said {
        text: oldest.map_or_else(
            || format!("{requests} wait"),
            |on| format!("{requests} wait, the oldest since {on}"),
        ),
        items,
        next: "start with the oldest; `linchpin explain review.waiting` lists them".to_owned(),
        metric: Some(waiting.definition.id),
    })
}
