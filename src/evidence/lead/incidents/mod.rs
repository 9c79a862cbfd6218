//! `incidents.md` and `incidents/<repository>-<number>.md`: a postmortem form for every incident, filled in as far as the record
//! goes. Roles are those of the response; nobody is named as a cause.

mod follow_up;
mod form;
mod linked;
mod parts;
mod timeline;

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use super::book::Book;
use crate::domain::{IncidentKey, RepositoryId};
use crate::evidence::Page;
use crate::evidence::blocks::{listed, not_observed, paragraph, unobserved};
use crate::report::document::Span;
use crate::report::names::plain_words;
use crate::work::delivery::actions::Standing;
use crate::work::delivery::incidents::{self, Placed};
use crate::work::{Need, Reading};
use parts::Parts;

const INTRO: &str = "The incidents of the window, by start, each with a form for its postmortem: clocks, roles of the response, timeline, \
                     linked change and follow-up actions are filled in from the record; root cause and lessons are for people to write.";

/// How many letters of a repository's name a file is called by.
const READABLE: usize = 60;

/// The list of the incidents, and a page for each.
pub(super) fn pages(book: &Book<'_>) -> Vec<Page> {
    let stems = Stems::of(book);
    let mut pages = Vec::new();
    let mut blocks = Vec::new();
    for reading in book.readings() {
        blocks.extend(book.heading(&reading.product.name));
        if let Some(missing) = incidents::missing(reading) {
            blocks.push(not_observed(
                "incidents",
                &missing.because,
                missing.fix.as_deref(),
            ));
            continue;
        }
        blocks.extend(unobserved(reading, Need::Issues, "issues"));
        let parts = Parts::of(book, reading);
        let mut told: Vec<&Placed> = parts.incidents.all.iter().collect();
        told.retain(|placed| is_told(book, placed));
        told.sort_by_key(|placed| (placed.incident.started_at, &placed.incident.key));
        let mut lines = Vec::new();
        for placed in told {
            let stem = stems.of_incident(&placed.incident.key);
            lines.push(line(book, reading, &parts, placed, &stem));
            pages.push(form::page(book, reading, &parts, placed, stem));
        }
        if lines.is_empty() {
            blocks.push(paragraph("No incident lasted into the window."));
        }
        blocks.extend(listed(lines, "incident", 40, 400));
    }
    pages.push(book.document("incidents", "Incidents", INTRO, blocks));
    pages
}

/// Whether some of it happened inside the window: until it is closed, something is left to be done.
fn is_told(book: &Book<'_>, placed: &Placed) -> bool {
    let (incident, seen) = (&placed.incident, book.sources.seen());
    let ended_at = incident.closed_at;
    incident.started_at < seen.until && ended_at.is_none_or(|at| at >= seen.since)
}

/// `2026-03-04 · widgets#7 “Title”, sev2, resolved 1.7 h after it started; 1 of 2 actions with a due date in time; file`.
fn line(
    book: &Book<'_>,
    reading: &Reading<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    stem: &str,
) -> Vec<Span> {
    let incident = &placed.incident;
    let mut line = vec![
        Span::Strong(book.date(incident.started_at).to_string()),
        Span::text(" · "),
        parts.page(book, placed),
        Span::text(form::title(placed)),
    ];
    if let Some(severity) = &incident.severity {
        line.push(Span::text(format!(", “{severity}”")));
    }
    line.push(Span::text(format!(", {}", form::restored(placed))));
    let response = parts.responses.get(&placed.incident.key);
    let actions = response.map_or(&[][..], |response| response.actions.as_slice());
    let zone = &reading.question.zone;
    let standings = actions.iter().map(|one| one.standing(book.today(), zone));
    let late = standings
        .filter(|standing| matches!(standing, Standing::Late | Standing::Overdue))
        .count();
    if !actions.is_empty() {
        let n = crate::evidence::blocks::count(actions.len(), "follow-up action");
        line.push(Span::text(format!("; {n}, of which late: {late}")));
    }
    line.push(Span::text(": "));
    line.push(Span::Code(format!("{stem}.md")));
    line
}

/// What the files of incidents are called: the repository's name and the issue's number, and a few digits of a digest where
/// another repository's name would read the same. Names are told apart on every file system.
struct Stems(HashMap<RepositoryId, String>);

impl Stems {
    fn of(book: &Book<'_>) -> Self {
        let tables = book.sources.past.tables;
        let names: Vec<(RepositoryId, &str)> = tables
            .repositories
            .iter()
            .map(|row| (row.repository, row.name.as_str()))
            .collect();
        Self::of_names(&names)
    }

    fn of_names(names: &[(RepositoryId, &str)]) -> Self {
        let readable = |name: &str| {
            let own = name.rsplit('/').next().unwrap_or(name);
            let words = plain_words(own).join("-").to_lowercase();
            let word: String = words.chars().take(READABLE).collect();
            let is_whole = word == words && !word.is_empty();
            let word = if word.is_empty() {
                "repository".to_owned()
            } else {
                word
            };
            (word, is_whole)
        };
        let mut n_alike: BTreeMap<String, usize> = BTreeMap::new();
        for (_, name) in names {
            *n_alike.entry(readable(name).0).or_default() += 1;
        }
        let stem = |name: &str| {
            let (word, is_whole) = readable(name);
            if is_whole && n_alike.get(&word) == Some(&1) {
                return word;
            }
            format!("{word}-{}", digits_of(&name.to_lowercase()))
        };
        Self(names.iter().map(|(id, name)| (*id, stem(name))).collect())
    }

    /// Below the lead's folder, without an ending.
    fn of_incident(&self, key: &IncidentKey) -> String {
        let stem = key
            .repository()
            .and_then(|repository| self.0.get(&repository));
        let stem = stem.map_or("repository", String::as_str);
        match key {
            IncidentKey::Issue(_, number) => format!("incidents/{stem}-{}", number.0),
            // Whoever declared it chose the id: the digest alone is a name on every file system.
            IncidentKey::Declared(repository, id) => {
                let stem = if repository.is_some() {
                    stem
                } else {
                    "product"
                };
                let digits = digits_of(&format!("{repository:?}\n{id}"));
                format!("incidents/{stem}-declared-{digits}")
            }
        }
    }
}

/// A few digits of a text's digest.
fn digits_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let digits = digest.iter().take(4);
    digits.fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PrNumber;

    #[test]
    fn files_of_two_repositories_never_have_one_name() {
        let names = [
            "acme/widgets",
            "acme/Lamp",
            "other/lamp",
            "acme/../../etc",
            "acme/a.b",
            "acme/a-b",
            "acme/王小明",
            "acme/CON",
            "",
        ];
        let long = format!("acme/{}", "x".repeat(300));
        let mut given: Vec<(RepositoryId, &str)> = (0..).map(RepositoryId).zip(names).collect();
        given.push((RepositoryId(99), &long));
        let stems = Stems::of_names(&given);
        let of = |id: u32| stems.of_incident(&IncidentKey::Issue(RepositoryId(id), PrNumber(7)));
        let mut found: Vec<String> = given.iter().map(|(id, _)| of(id.0)).collect();
        assert_eq!(found[0], "incidents/widgets-7");
        assert_eq!(found[7], "incidents/con-7");
        assert!(found[1].starts_with("incidents/lamp-") && found[1] != "incidents/lamp-7");
        for stem in &found {
            let name = stem.strip_prefix("incidents/").unwrap();
            let is_safe =
                |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
            assert!(name.chars().all(is_safe) && name.len() < 100, "{stem}");
        }
        found.sort();
        found.dedup();
        assert_eq!(found.len(), given.len());
    }
}
