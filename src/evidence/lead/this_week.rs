//! What a lead looks at first: what is crossed, what has waited longest, who is away soon, and what is due. Each line has its day,
//! its page and n; where there is nothing, a sentence says so.

mod crossed;

use jiff::ToSpan as _;
use jiff::civil::Date;

use self::crossed::crossed;
use super::names::Names;
use super::{LeadSources, ProductSources};
use crate::domain::{PersonId, PrNumber, RepositoryId};
use crate::evidence::working_days::{Whose, on_clock};
use crate::metrics::measure::{LedgerRow, Thing};
use crate::register::Accepted;
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::work::Fate;
use crate::work::roster::RosterAbsence;

pub(super) const INTRO: &str = "What is crossed, waits longest, or comes in the next 14 days, as the record and the registers have it. \
                                Work items and days: nobody is compared.";

/// So many days are looked ahead to, today included.
pub(super) const DAYS: i64 = 14;
/// So many requests are listed.
const LISTED: usize = 5;

/// One kind of line.
struct Group {
    title: &'static str,
    lines: Vec<Vec<Span>>,
    /// What is said where there is none.
    nothing: String,
}

/// The part of the page.
pub(super) fn blocks(sources: &LeadSources<'_>, names: &Names<'_>) -> Vec<Block> {
    let today = names.date(sources.question.as_of);
    let last = today.saturating_add((DAYS - 1).days());
    let due = sources.upcoming.due.iter();
    let groups = [
        crossed(sources, names, today),
        waiting(sources, names),
        away(sources, names, (today, last)),
        accepted(sources, (today, last)),
        Group {
            title: "Talks that are due",
            lines: due.map(|(_, line)| line.clone()).collect(),
            nothing: "No feedback and no delegation is due.".to_owned(),
        },
    ];
    let mut blocks = Vec::new();
    let mut nothing = Vec::new();
    for group in groups {
        if group.lines.is_empty() {
            nothing.push(group.nothing);
        } else {
            blocks.push(Block::Heading(2, vec![Span::text(group.title)]));
            blocks.push(Block::Bullets(group.lines));
        }
    }
    if !nothing.is_empty() {
        nothing.push(format!("Looked at: {today} to {last}."));
        blocks.push(Block::Paragraph(vec![Span::text(nothing.join(" "))]));
    }
    blocks
}

fn dated(day: &impl ToString) -> Vec<Span> {
    vec![Span::Strong(day.to_string()), Span::text(" · ")]
}

fn more(n: usize, part: &'static str, text: &str) -> Vec<Span> {
    let text = text.to_owned();
    vec![
        Span::text(format!("and {n} more: ")),
        Span::Part { text, part },
    ]
}

/// What stands after the number in `#12 Title`.
fn title_of(words: &str, number: PrNumber) -> &str {
    let number = number.to_string();
    words.strip_prefix(number.as_str()).unwrap_or(words).trim()
}

fn page_and_title(
    names: &Names<'_>,
    (repository, number): (RepositoryId, Option<PrNumber>),
    url: Option<&str>,
    title: &str,
) -> Vec<Span> {
    let number = number.map_or_else(String::new, |number| number.to_string());
    let text = format!("{}{number}", names.repository(repository));
    let page = match url {
        Some(url) => Span::link(text, url),
        None => Span::text(text),
    };
    if title.is_empty() {
        return vec![page];
    }
    vec![page, Span::text(format!(" “{title}”"))]
}

/// Requests that wait for reviews, those that are open longest by the calendar of whoever is asked first. Those on drafts are counted.
fn waiting(sources: &LeadSources<'_>, names: &Names<'_>) -> Group {
    let title = "Requests that are open longest";
    let mut lines = Vec::new();
    let mut unread = Vec::new();
    for product in sources.products {
        if !names.is_observed("review.waiting", &product.name) {
            unread.push(product.name.as_str());
        }
    }
    let measures = sources.measures.iter();
    let open = measures.filter(|measure| measure.definition.id == "review.waiting");
    let open = open.flat_map(|measure| &measure.rows);
    let open = open.filter(|row| sources.products.iter().any(|one| one.name == row.product));
    let n_drafts = open.clone().filter(|row| is_on_a_draft(row)).count();
    let mut open: Vec<&LedgerRow> = open.filter(|row| row.fate == Fate::Included).collect();
    // By what is printed: who waits longest by elapsed hours may not by the days of whoever is asked.
    let age = |row: &LedgerRow| {
        let amount = row.amount(sources.question.wait_unit());
        amount.map_or(0.0, |(_, amount)| amount)
    };
    open.sort_by(|a, b| {
        age(b)
            .total_cmp(&age(a))
            .then_with(|| a.subject.words.cmp(&b.subject.words))
    });
    let n = open.len();
    for row in open.iter().take(LISTED) {
        let number = match row.subject.thing {
            Thing::Numbered(number) => Some(number),
            _ => None,
        };
        let mut line = row.at.map_or_else(Vec::new, |at| dated(&names.date(at)));
        let title = number.map_or("", |number| title_of(&row.subject.words, number));
        let Some(repository) = row.repository else {
            continue;
        };
        let place = (repository, number);
        line.extend(page_and_title(names, place, row.link.as_deref(), title));
        let whom = row
            .person
            .map_or_else(|| "a team".to_owned(), |person| names.name(person));
        let amount = row.amount(sources.question.wait_unit());
        let whose = row.person.map_or(Whose::Team, Whose::Named);
        let amount = amount.map(|wait| on_clock(wait, whose));
        line.push(Span::text(format!(
            ", asked of {whom}, open for {} (one of n {n} requests that wait)",
            amount.as_deref().unwrap_or("a time that is not known")
        )));
        lines.push(line);
    }
    if n > LISTED {
        lines.push(more(n - LISTED, "reviewers", "everybody's reviews"));
    }
    let drafts = on_drafts(n_drafts);
    if !lines.is_empty() {
        lines.extend(drafts.clone().map(|words| vec![Span::text(words)]));
    }
    let mut nothing = if unread.len() == sources.products.len() {
        "Requests for reviews are not observed: no pull requests were read.".to_owned()
    } else {
        let drafts = drafts.map_or_else(String::new, |words| format!(" {words}"));
        format!("No request for a review waits (n 0).{drafts}")
    };
    if !unread.is_empty() && unread.len() < sources.products.len() {
        nothing = format!("{nothing} Not observed: {}.", unread.join(", "));
    }
    Group {
        title,
        lines,
        nothing,
    }
}

/// Whether a request would wait if its pull request were no draft.
fn is_on_a_draft(row: &LedgerRow) -> bool {
    row.fate == Fate::Excluded("a_draft")
}

/// How many requests are left out; `None`: none is.
fn on_drafts(n: usize) -> Option<String> {
    match n {
        0 => None,
        1 => Some("1 request on a draft is not among them: it waits for its author.".to_owned()),
        n => Some(format!(
            "{n} requests on drafts are not among them: they wait for their authors."
        )),
    }
}

/// Declared absences that touch the days, with what only that person approves and what waits for them.
fn away(sources: &LeadSources<'_>, names: &Names<'_>, (today, last): (Date, Date)) -> Group {
    let absences = sources.question.roster.absences.iter();
    let mut near: Vec<&RosterAbsence> = absences
        .filter(|absence| absence.from <= last && absence.to >= today)
        .collect();
    near.sort_by_cached_key(|absence| (absence.from, names.name(absence.person), absence.to));
    let line = |absence: &&RosterAbsence| {
        let person = absence.person;
        let mut line = dated(&format!("{} to {}", absence.from, absence.to));
        line.push(Span::text(format!("{} is away. ", names.name(person))));
        let mut areas = Vec::new();
        for product in sources.products {
            areas.extend(approved_alone(sources, names, product, person));
        }
        if areas.is_empty() {
            line.push(Span::text("No area is approved by them alone"));
        } else {
            line.push(Span::text("Only they approve in "));
            for (at, area) in areas.into_iter().enumerate() {
                line.extend((at > 0).then(|| Span::text(", ")));
                line.extend(area);
            }
        }
        line.extend(waits_for(sources, names, person));
        line.push(Span::Part {
            text: "knowledge".to_owned(),
            part: "knowledge",
        });
        line
    };
    Group {
        title: "Absences of the next 14 days",
        lines: near.iter().map(line).collect(),
        nothing: "Nobody is declared to be away.".to_owned(),
    }
}

/// The areas of a product in which one person alone approved in 180 days, each with n and the latest pull request.
fn approved_alone(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &ProductSources,
    person: PersonId,
) -> Vec<Vec<Span>> {
    let minimum_n = sources.question.minimum_n;
    let alone = product
        .reviewers
        .iter()
        .filter(|(_, area)| area.only_approver() == Some(person) && area.n_reviewed() >= minimum_n);
    let of_area = |(name, area): (&String, &crate::metrics::review::areas::AreaReviewers)| {
        let mut words = vec![Span::text(format!(
            "{name} (n {} pull requests reviewed there in 180 days",
            quantity::count(area.n_reviewed())
        ))];
        let approved = area.people.get(&person).map(|own| &own.approved);
        if let Some(key) = approved.and_then(|keys| keys.last()) {
            words.push(Span::text(", the latest that they approved "));
            let url = product.pages.get(key).map(String::as_str);
            words.extend(page_and_title(names, (key.0, Some(key.1)), url, ""));
        }
        words.push(Span::text(")"));
        words
    };
    alone.map(of_area).collect()
}

/// Requests that wait for somebody, with the oldest.
fn waits_for(sources: &LeadSources<'_>, names: &Names<'_>, person: PersonId) -> Vec<Span> {
    let products = sources.products.iter();
    let mut open: Vec<&LedgerRow> = products
        .flat_map(|product| names.rows("review.waiting", &product.name, person))
        .copied()
        .filter(|row| row.fate == Fate::Included)
        .collect();
    open.sort_by_key(|row| row.at);
    let n = open.len();
    let Some(oldest) = open.first() else {
        return vec![Span::text("; n 0 requests wait for them · ")];
    };
    let on = oldest.at.map(|at| format!(" of {}", names.date(at)));
    let wait = if n == 1 {
        "request waits"
    } else {
        "requests wait"
    };
    vec![
        Span::text(format!(
            "; n {n} {wait} for them, the oldest{} ",
            on.unwrap_or_default()
        )),
        names.link(oldest),
        Span::text(" · "),
    ]
}

/// Accepted risks that have run out or soon do.
fn accepted(sources: &LeadSources<'_>, (today, last): (Date, Date)) -> Group {
    let mut near: Vec<&Accepted> = sources.accepted.iter().collect();
    near.retain(|one| one.until <= last);
    near.sort_by(|a, b| (a.until, &a.metric, &a.scope).cmp(&(b.until, &b.metric, &b.scope)));
    let line = |one: &&Accepted| {
        let state = if one.until < today {
            "ran out then: decide anew"
        } else {
            "runs out then"
        };
        let scope = one.scope.as_deref().unwrap_or("everywhere");
        let same = sources.agreements.iter().filter(|agreement| {
            let is_there = one.scope.as_ref();
            agreement.metric == one.metric
                && is_there.is_none_or(|scope| scope.eq_ignore_ascii_case(&agreement.scope))
        });
        let n: Vec<String> = same
            .filter_map(|found| {
                Some(format!(
                    "n {} in {}",
                    quantity::count(found.n?),
                    found.scope
                ))
            })
            .collect();
        let n = if n.is_empty() {
            String::new()
        } else {
            format!(", {}", n.join(", "))
        };
        let mut line = dated(&one.until);
        line.extend([
            Span::Code(one.metric.clone()),
            Span::text(format!(", {scope}: {state} (“{}”{n}) · ", one.reason)),
            Span::Part {
                text: "what is accepted".to_owned(),
                part: "agreements",
            },
        ]);
        line
    };
    Group {
        title: "Accepted risks that run out",
        lines: near.iter().map(line).collect(),
        nothing: "No accepted risk runs out.".to_owned(),
    }
}
