//! A person's pack: every moment as a line, a sampled selection as a document, with what it cannot see.

use std::fmt::Write as _;

use super::blocks::{coded, unread};
use super::index::Index;
use super::moments::{Subject, moments};
use super::sampling::sample;
use super::snippet::{Act, Event, Kind, Origin, Polarity, Snippet, Words};
use super::{Sources, coverage, lint, up_to};
use crate::domain::{Person, PersonId};
use crate::report::document::{Block, Document, EventLine, EvidenceLine, OpenedEvidence, Span};
use crate::work::{Missing, Need};

/// How many moments the document shows; `evidence.jsonl` holds all of them.
pub const SHOWN: usize = 40;

/// A person's evidence.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Whose.
    pub person: PersonId,
    /// The login that names the folder, or the display name where there is none.
    pub login: String,
    /// Every moment, by date.
    pub snippets: Vec<Snippet>,
    /// `evidence.jsonl`.
    pub lines: Vec<EvidenceLine>,
    /// Moments left out, with the reason: a word that the linter refuses, or no page to show.
    pub refused: Vec<(String, String)>,
}

/// One person's pack.
pub(super) fn pack(sources: &Sources<'_>, index: &Index<'_>, person: &Person) -> Pack {
    let login = Face::of(person).login.to_owned();
    let subject = Subject {
        sources,
        index,
        person: person.id,
        login: &login,
    };
    let mut refused = Vec::new();
    let mut snippets = moments(&subject);
    snippets.retain(|snippet| match refusal(snippet) {
        None => true,
        Some(reason) => {
            refused.push((snippet.id.clone(), reason));
            false
        }
    });
    let lines = snippets
        .iter()
        .map(|snippet| line(snippet, &login))
        .collect();
    Pack {
        person: person.id,
        login,
        snippets,
        lines,
        refused,
    }
}

impl Pack {
    /// A line of the pack, opened into what it was made from; `None` for an id that it does not have.
    #[must_use]
    pub fn opened(&self, people: &[Person], id: &str) -> Option<OpenedEvidence> {
        let at = self.snippets.iter().position(|snippet| snippet.id == id)?;
        let (snippet, line) = (self.snippets.get(at)?, self.lines.get(at)?);
        let name = |person: PersonId| {
            let found = people.iter().find(|row| row.id == person);
            found.map(|row| row.display_name.clone())
        };
        let event = |event: &Event| EventLine {
            at: event.at.to_string(),
            who: event.who.and_then(name),
            what: event.what.clone(),
            page: event.link.text.clone(),
            url: Some(event.link.url.clone()).filter(|url| !url.is_empty()),
        };
        Some(OpenedEvidence {
            line: line.clone(),
            events: snippet.events.iter().map(event).collect(),
        })
    }
}

/// Why a moment may not be shown.
fn refusal(snippet: &Snippet) -> Option<String> {
    if let Some(finding) = lint::act(&snippet.act).first() {
        return Some(finding.to_string());
    }
    let has_receipt = snippet.act.has_receipt() || snippet.origin != Origin::Observed;
    (!has_receipt).then(|| "no page to show".to_owned())
}

/// How a person is named in the pack's documents.
pub(super) struct Face<'a> {
    pub(super) name: &'a str,
    pub(super) login: &'a str,
}

impl<'a> Face<'a> {
    pub(super) fn of(person: &'a Person) -> Self {
        let name = person.display_name.as_str();
        let login = person.logins.first();
        Self {
            name,
            login: login.map_or(name, |login| login.0.as_str()),
        }
    }

    /// `Ada Example (ada)`, or the one where both are the same.
    pub(super) fn words(&self) -> String {
        if self.name == self.login {
            self.name.to_owned()
        } else {
            format!("{} ({})", self.name, self.login)
        }
    }
}

fn line(snippet: &Snippet, login: &str) -> EvidenceLine {
    EvidenceLine {
        format: 1,
        id: snippet.id.clone(),
        on: snippet.on.to_string(),
        person: login.to_owned(),
        kind: snippet.kind.word().to_owned(),
        act: snippet.act.text(),
        links: snippet.act.links(),
        window: Some([
            snippet.window.since.to_string(),
            snippet.window.until.to_string(),
        ]),
        n: Some(snippet.n),
        quote: snippet.quote.as_ref().map(|quote| quote.text.clone()),
        caveats: snippet
            .caveats
            .iter()
            .map(|caveat| (*caveat).to_owned())
            .collect(),
        dimensions: snippet
            .dimensions
            .iter()
            .map(|dimension| dimension.words().to_owned())
            .collect(),
        polarity: snippet.polarity.word().to_owned(),
        origin: snippet.origin.word().to_owned(),
        trust: snippet
            .holds_github_content()
            .then(|| "github_content".to_owned()),
        rule: snippet.kind.rule().to_owned(),
    }
}

/// A sentence as spans.
pub(super) fn spans(act: &Act) -> Vec<Span> {
    act.0
        .iter()
        .map(|words| match words {
            Words::Own(own) => Span::text(own),
            Words::Given(given) => Span::text(format!("“{given}”")),
            Words::Link(link) => Span::link(&link.text, &link.url),
        })
        .collect()
}

/// `window 2026-01-01 to 2026-06-30, as of 2026-07-01`: the last day is inside.
pub(super) fn subtitle(sources: &Sources<'_>) -> Vec<Span> {
    let since = sources.date(sources.past.question.window.since);
    let until = up_to(sources.end(), &sources.past.question.zone);
    vec![Span::text(format!(
        "Window from {since} up to {until} ({}), as of {}. The same document for the person and for the lead.",
        sources
            .past
            .question
            .zone
            .iana_name()
            .unwrap_or("local time"),
        sources.past.question.as_of
    ))]
}

/// `evidence.md`.
pub(super) fn document(sources: &Sources<'_>, face: &Face<'_>, pack: &Pack) -> Document {
    let (snippets, refused) = (&pack.snippets, &pack.refused);
    let shown = sample(snippets, SHOWN);
    let mut blocks = Vec::new();
    if !snippets.is_empty() {
        blocks.push(Block::Paragraph(vec![
            Span::text(format!(
                "{} of {} moments are shown: the largest piece of work of every quarter, then evenly over months, kinds and areas; all \
                 of them are in evidence.jsonl. A sentence says what was done, when and where: what it meant is for people to write. \
                 What a sentence was made from: ",
                shown.len(),
                snippets.len()
            )),
            Span::Code("linchpin explain <id>".to_owned()),
            Span::text(" with the window above."),
        ]));
    }
    let unobserved = unobserved(sources);
    if !unobserved.is_empty() {
        let bullets = unobserved.iter().map(|words| coded(words));
        blocks.push(Block::Bullets(bullets.collect()));
    }
    if snippets.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::text(
            "No moment was found in what was read.",
        )]));
    }
    let (first, last) = (
        sources.date(sources.past.question.window.since),
        sources.last_day(),
    );
    if let Some(absence) = sources.absence_words(pack.person, first, last) {
        blocks.push(Block::Paragraph(vec![Span::text(absence)]));
    }
    if !snippets.is_empty() {
        blocks.push(Block::Heading(1, vec![Span::text("Coverage")]));
        blocks.push(Block::Table(coverage::table(sources, snippets, &shown)));
    }
    for kind in Kind::ALL {
        let of_kind: Vec<&Snippet> = shown
            .iter()
            .copied()
            .filter(|snippet| snippet.kind == kind)
            .collect();
        if !of_kind.is_empty() {
            section(sources, kind, &of_kind, &mut blocks);
        }
    }
    blocks.push(Block::Heading(1, vec![Span::text("What this cannot see")]));
    blocks.push(Block::Bullets(
        UNSEEN.iter().map(|text| vec![Span::text(*text)]).collect(),
    ));
    if !refused.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::Emphasis(format!(
            "{} moments were left out by the linter.",
            refused.len()
        ))]));
    }
    blocks.push(Block::Heading(1, vec![Span::text("Yours to write")]));
    for label in ["Impact", "What is missing here", "Next step"] {
        blocks.push(Block::Blank {
            label: label.to_owned(),
            prompt: "[yours to write]".to_owned(),
        });
    }
    Document {
        title: format!("Evidence: {}", face.words()),
        subtitle: subtitle(sources),
        blocks,
    }
}

/// What could not be read, product by product: absent sources are no absent work.
pub(super) fn unread_sources(sources: &Sources<'_>) -> Vec<(String, Missing)> {
    let needs = [
        (Need::PullRequests, "pull requests, reviews and requests"),
        (Need::Issues, "issues and incidents"),
        (Need::Commits, "commits"),
    ];
    let mut found = Vec::new();
    for reading in &sources.past.readings {
        if reading.product.repositories.is_empty() {
            continue;
        }
        for (need, what) in needs {
            if let Some(missing) = unread(reading, need) {
                found.push((format!("{what} of {}", reading.product.name), missing));
            }
        }
    }
    found
}

/// The same in words, with why and with what to do.
pub(super) fn unobserved(sources: &Sources<'_>) -> Vec<String> {
    let all = unread_sources(sources).into_iter();
    let words = all.map(|(what, missing)| {
        let fix = missing.fix;
        let fix = fix.map_or_else(String::new, |fix| format!(" ({fix})"));
        format!("not observed: {what}: {}{fix}", missing.because)
    });
    words.collect()
}

/// What no record on GitHub shows.
pub(super) const UNSEEN: &[&str] = &[
    "pairing, design sessions, mentoring, meetings, calls and chats",
    "reviews given face to face, and work prepared for somebody else's pull request",
    "planning, hiring, support, and talks with customers",
    "absences, part-time weeks and on-call weeks, unless the register declares them",
    "work in repositories that were not read",
];

fn section(sources: &Sources<'_>, kind: Kind, snippets: &[&Snippet], blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(1, vec![Span::text(kind.title())]));
    let mut polarities: Vec<Polarity> = snippets.iter().map(|snippet| snippet.polarity).collect();
    polarities.sort_unstable();
    polarities.dedup();
    let words: Vec<&str> = polarities.into_iter().map(Polarity::word).collect();
    let mut note = format!("Counts as: {}.", words.join(" or "));
    let mut caveats: Vec<&str> = snippets
        .iter()
        .flat_map(|snippet| snippet.caveats.iter().copied())
        .collect();
    caveats.sort_unstable();
    caveats.dedup();
    if !caveats.is_empty() {
        let _ = write!(note, " Read with: {}.", caveats.join("; "));
    }
    blocks.push(Block::Paragraph(vec![Span::Emphasis(note)]));
    let mut listed = Vec::new();
    let mut bullets = Vec::new();
    for snippet in snippets {
        bullets.push(bullet(sources, snippet));
        if let Some(quote) = &snippet.quote {
            listed.push(Block::Bullets(std::mem::take(&mut bullets)));
            listed.push(Block::Quote(quote.text.clone()));
        }
    }
    if !bullets.is_empty() {
        listed.push(Block::Bullets(bullets));
    }
    // Lists of reviews are long, and are read one by one where they are needed.
    if matches!(kind, Kind::Reviewed | Kind::ChangesRequested) {
        blocks.push(Block::Details {
            summary: format!("{} ({})", kind.title(), snippets.len()),
            blocks: listed,
        });
    } else {
        blocks.extend(listed);
    }
}

/// Date, act, where the excerpt stands, age and id.
fn bullet(sources: &Sources<'_>, snippet: &Snippet) -> Vec<Span> {
    let mut bullet = dated(snippet);
    if let Some(quote) = &snippet.quote {
        bullet.push(Span::text(" "));
        bullet.push(Span::link("excerpt", &quote.url));
    }
    let days = snippet
        .on
        .until(sources.date(sources.past.question.as_of))
        .map_or(0, |span| span.get_days());
    let mut note = match days {
        1 => "1 day old".to_owned(),
        days => format!("{days} days old"),
    };
    match snippet.origin {
        Origin::Observed => {}
        Origin::SelfReported => note.push_str(", self-reported"),
        Origin::LeadNoted => note.push_str(", noted by the lead"),
    }
    bullet.extend([
        Span::text(" "),
        Span::Emphasis(note),
        Span::text(" "),
        Span::Code(snippet.id.clone()),
    ]);
    bullet
}

/// Date and act.
pub(super) fn dated(snippet: &Snippet) -> Vec<Span> {
    let mut dated = vec![Span::Strong(snippet.on.to_string()), Span::text(" · ")];
    dated.extend(spans(&snippet.act));
    dated
}
