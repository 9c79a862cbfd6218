//! Notes for feedback that closes: what was agreed, situation and behaviour, and what was kept sprint by sprint since.
//!
//! The number measures what the sentence says: feedback names a measure of the closed list, and without one it is looked at by hand
//! and no number is told. Whether a comment was helpful is for people to say.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::blocks::paragraph;
use super::measures::{Deed, Row, Standing, row_of};
use super::moments::excerpt;
use super::pack::Face;
use super::situation;
use super::sprints::{Sprint, Verdict, holds, sprints, when};
use super::{Link, Sources};
use crate::domain::PersonId;
use crate::metrics::measure::Unit;
use crate::register::{Feedback, PersonMeasure};
use crate::report::document::{Block, Document, Span};
use crate::work::roster::person_of;

/// The most sprints in a line, and pages in a list.
const LISTED: usize = 12;
/// So many excerpts are attached.
const EXCERPTS: usize = 3;

/// The note of one piece of feedback; `None` for somebody who is not known.
#[must_use]
pub fn document(
    sources: &Sources<'_>,
    person: PersonId,
    feedback: &Feedback,
    sprint_days: u32,
) -> Option<Document> {
    let whose = sources.person(person)?;
    let face = Face {
        name: &whose.display_name,
        login: &feedback.login,
    };
    let zone = sources.past.question.zone.iana_name();
    let (zone, as_of) = (zone.unwrap_or("local time"), sources.past.question.as_of);
    let subtitle = match feedback.measure {
        Some(_) => format!(
            "Sprints of {sprint_days} days from {} on ({zone}), as of {as_of}.",
            feedback.given_on
        ),
        None => format!("As of {as_of}."),
    };
    let mut blocks = vec![Block::Paragraph(agreed(sources, feedback))];
    if !feedback.situation.is_empty() {
        blocks.extend(situation::card(sources, person, &feedback.situation));
    }
    match feedback.measure {
        Some(measure) => since(sources, person, feedback, measure, sprint_days, &mut blocks),
        None => blocks.push(paragraph(
            "Looked at by hand: no measure is agreed, so no number is told. A `measure` in the register counts it from the agreed day \
             on; `linchpin schema private-register --format markdown` lists them.",
        )),
    }
    Some(Document {
        title: format!("{}: {}", feedback.topic, face.words()),
        subtitle: vec![Span::text(subtitle)],
        blocks,
    })
}

/// What was agreed, when, between whom and until when.
fn agreed(sources: &Sources<'_>, feedback: &Feedback) -> Vec<Span> {
    let kind = feedback
        .kind
        .map_or_else(String::new, |kind| format!(" {}", kind.words()));
    let from = feedback.from.as_deref().map_or_else(String::new, |login| {
        let person = person_of(&sources.past.tables.people, login);
        let name = person.and_then(|person| sources.person(person));
        let name = name.map_or(login, |person| person.display_name.as_str());
        format!(" by {}", Face { name, login }.words())
    });
    let mut words = format!(
        "Feedback{kind}, given on {}{from}. Agreed: ",
        feedback.given_on
    );
    if let Some(measure) = feedback.measure {
        words += &row_of(measure).agreed(feedback.target, sources.past.question.wait_unit());
        words += ".";
    }
    let stop = feedback.stop_on.map_or_else(
        || " No day to stop is agreed.".to_owned(),
        |day| format!(" Looked at until {day}."),
    );
    let quoted = feedback
        .observable
        .as_deref()
        .map_or_else(String::new, |text| {
            let gap = if feedback.measure.is_some() { " " } else { "" };
            format!("{gap}“{text}”.")
        });
    vec![Span::Emphasis(words + &quoted + &stop)]
}

/// What was kept since: the latest sprint in a sentence, all of them in a line with their verdict, and each with its acts.
fn since(
    sources: &Sources<'_>,
    person: PersonId,
    feedback: &Feedback,
    measure: PersonMeasure,
    sprint_days: u32,
    blocks: &mut Vec<Block>,
) {
    let row = row_of(measure);
    blocks.push(Block::Heading(1, vec![Span::text("Since then")]));
    if let Some(because) = row.not_observed(sources) {
        blocks.push(paragraph(format!("Not observed: {because}.")));
        return;
    }
    let all = sprints(sources, person, feedback, measure, sprint_days);
    let latest = all
        .iter()
        .rev()
        .find(|sprint| sprint.is_over)
        .or(all.last());
    let Some(latest) = latest else {
        blocks.push(Block::Paragraph(vec![Span::text(
            "The agreed day has not come yet.",
        )]));
        return;
    };
    blocks.push(Block::Paragraph(vec![Span::Strong(line(
        &all,
        feedback.given_on,
    ))]));
    if measure == PersonMeasure::ReviewsCommented {
        blocks.extend(asked_and_not_reviewed(
            sources,
            person,
            feedback,
            sprint_days,
            &all,
        ));
    }
    let unit = sources.past.question.wait_unit();
    blocks.push(Block::Paragraph(sentence(row, feedback, latest, unit)));
    if measure == PersonMeasure::ReviewsCommented {
        excerpts(sources, person, latest, blocks);
    }
    blocks.push(Block::Paragraph(vec![Span::Emphasis(format!(
        "Counted: {}",
        row.counts
    ))]));
    for sprint in &all {
        let running = if sprint.is_over { "" } else { ", so far" };
        blocks.push(Block::Details {
            summary: format!(
                "{} to {}{running}: {}",
                sprint.first,
                sprint.last,
                sprint.figure()
            ),
            blocks: acts(sources, sprint),
        });
    }
}

/// `Since 2026-03-02: 2/4 · 3/4 · 4/4 · 5/5 · 3/3 · kept 3 sprints in a row; consider closing.`
fn line(all: &[Sprint], given_on: Date) -> String {
    let over: Vec<&Sprint> = all.iter().filter(|sprint| sprint.is_over).collect();
    let mut text = format!("Since {given_on}: ");
    let left_out = over.len().saturating_sub(LISTED);
    if left_out > 0 {
        let plural = if left_out == 1 { "" } else { "s" };
        let _ = write!(text, "{left_out} earlier sprint{plural} · ");
    }
    for sprint in over.iter().skip(left_out) {
        let _ = write!(text, "{} · ", sprint.figure());
    }
    if let Some(running) = all.last().filter(|sprint| !sprint.is_over) {
        let _ = write!(text, "{} so far · ", running.figure());
    }
    text + &Verdict::of(all).words()
}

/// Requests that were not answered with a review, told apart: they are no reviews without a comment.
fn asked_and_not_reviewed(
    sources: &Sources<'_>,
    person: PersonId,
    feedback: &Feedback,
    sprint_days: u32,
    shown: &[Sprint],
) -> Option<Block> {
    let asked = PersonMeasure::ReviewsAnswered;
    let all = sprints(sources, person, feedback, asked, sprint_days);
    let over = all.iter().zip(shown).filter(|(_, shown)| shown.is_over);
    let missed: Vec<&Sprint> = over.map(|(sprint, _)| sprint).collect();
    let left_out = missed.len().saturating_sub(LISTED);
    let counts: Vec<String> = missed
        .iter()
        .skip(left_out)
        .map(|sprint| (sprint.of - sprint.hits).to_string())
        .collect();
    let mut words = vec![Span::text(format!(
        "Asked and not reviewed, apart: {}",
        counts.join(" · ")
    ))];
    let pages = missed
        .iter()
        .skip(left_out)
        .flat_map(|sprint| sprint.not_kept());
    let pages: Vec<&Deed> = pages.flat_map(|(_, deeds)| deeds).collect();
    if !pages.is_empty() {
        words.push(Span::text(" ("));
        list(&mut words, &pages, |_| String::new());
        words.push(Span::text(")"));
    }
    words.push(Span::text("."));
    (!counts.is_empty()).then_some(Block::Paragraph(words))
}

/// `Reviewed 5 pull requests in the sprint … to … and left comments on 4 of 5: #412 (3), …; 1 without a comment: #430.`
fn sentence(row: &Row, feedback: &Feedback, sprint: &Sprint, unit: Unit) -> Vec<Span> {
    let n = sprint.hits
        + sprint
            .not_kept()
            .iter()
            .map(|(_, deeds)| deeds.len())
            .sum::<usize>();
    let mut words = Vec::new();
    if n == 0 && row.is_of_each {
        words.push(Span::text(format!("Nothing to look at {}.", when(sprint))));
    } else {
        let kept = if row.measure == PersonMeasure::ReviewsAnswered || sprint.hits < n {
            format!("{} of {n}", sprint.hits)
        } else {
            "each".to_owned()
        };
        let text = Row::with_target(row.sentence, feedback.target, unit)
            .replace("{n}", &n.to_string())
            .replace("{s}", if n == 1 { "" } else { "s" })
            .replace("{kept}", &kept)
            .replace("{when}", &when(sprint));
        words.push(Span::text(text));
        let found = |deed: &Deed| match deed.found.as_str() {
            "" => String::new(),
            found => format!(" ({found})"),
        };
        let kept: Vec<&Deed> = sprint.kept().collect();
        if !kept.is_empty() {
            words.push(Span::text(": "));
            list(&mut words, &kept, found);
        }
        for (how, deeds) in sprint.not_kept() {
            let verb = match (how, deeds.len()) {
                ("still waiting" | "still open", 1) => " is",
                ("still waiting" | "still open", _) => " are",
                _ => "",
            };
            words.push(Span::text(format!("; {}{verb} {how}: ", deeds.len())));
            list(&mut words, &deeds, found);
        }
        words.push(Span::text("."));
    }
    if let Some(absence) = &sprint.absence {
        words.push(Span::text(format!(" {absence}")));
    }
    words
}

fn list(words: &mut Vec<Span>, deeds: &[&Deed], after: impl Fn(&Deed) -> String) {
    for (at, deed) in deeds.iter().take(LISTED).enumerate() {
        if at > 0 {
            words.push(Span::text(", "));
        }
        let Link { text, url } = &deed.link;
        words.push(Span::link(text.clone(), url.clone()));
        let after = after(deed);
        if !after.is_empty() {
            words.push(Span::text(after));
        }
    }
    if deeds.len() > LISTED {
        words.push(Span::text(format!(" and {} more", deeds.len() - LISTED)));
    }
}

/// What was said in a sprint on pull requests that were reviewed in it.
fn excerpts(sources: &Sources<'_>, person: PersonId, sprint: &Sprint, blocks: &mut Vec<Block>) {
    let facts = &sources.past.tables.facts;
    let mut attached = Vec::new();
    for deed in sprint.kept() {
        let pull_request = facts
            .pull_requests
            .iter()
            .find(|row| row.url == deed.link.url);
        let Some(pull_request) = pull_request else {
            continue;
        };
        let key = (pull_request.repository, pull_request.number);
        let said = facts.comments.iter().filter(|comment| {
            (comment.repository, comment.number) == key
                && comment.author == Some(person)
                && holds(sources, sprint, comment.created_at)
        });
        attached.extend(excerpt(said));
        if attached.len() == EXCERPTS {
            break;
        }
    }
    if !attached.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::text(
            "What they are worth is your call; excerpts attached.",
        )]));
    }
    for quote in attached {
        blocks.push(Block::Quote(quote.text.clone()));
        blocks.push(Block::Paragraph(vec![Span::link("excerpt", quote.url)]));
    }
}

/// Every act of a sprint with date, link and how it stands.
fn acts(sources: &Sources<'_>, sprint: &Sprint) -> Vec<Block> {
    if sprint.deeds.is_empty() {
        return vec![Block::Paragraph(vec![Span::text("Nothing to look at.")])];
    }
    let bullets = sprint.deeds.iter().map(|deed| {
        let stands = match deed.standing {
            Standing::Kept => "kept".to_owned(),
            Standing::NotKept(how) => format!("not kept, {how}"),
            Standing::Running(how) => format!("open, {how}"),
            Standing::Apart(why) => format!("left out, {why}"),
        };
        let found = match deed.found.as_str() {
            "" => String::new(),
            found => format!(" ({found})"),
        };
        vec![
            Span::Strong(sources.date(deed.at).to_string()),
            Span::text(" · "),
            Span::link(deed.link.text.clone(), deed.link.url.clone()),
            Span::text(format!("{found}: {stands}.")),
        ]
    });
    vec![Block::Bullets(bullets.collect())]
}
