//! `decisions-<product>.md`: the ledger of decision records: number, name, when it was written, what became of its file, and how
//! widely it was talked about before it was merged.

use jiff::Timestamp;

use super::public::Public;
use crate::evidence::blocks::{count, paragraph, unobserved};
use crate::report::document::{Block, Document, Span};
use crate::report::table::{Column, Table, TableCell};
use crate::work::Need;
use crate::work::documents::{Life, lives};
use crate::work::kinds::DECISION_RECORDS;
use crate::work::written::CameWith;

const INTRO: &str = "Every file of the kind `decision records` that the default branch had, by its number. What stands in a record is not kept, \
                     so whether one is accepted or superseded is not observed: told is what became of its file. Discussed by: people other \
                     than who wrote it that reviewed the pull request which brought it, or commented on it.";

/// At most so many records.
const MOST: usize = 500;

pub(super) fn document(public: &Public<'_>) -> Document {
    public.document("Decision records", INTRO, blocks(public))
}

fn blocks(public: &Public<'_>) -> Vec<Block> {
    let reading = public.reading;
    if let Some(block) = unobserved(reading, Need::History, "decision records") {
        return vec![block];
    }
    let kinds = &reading.question.kinds;
    let is_record = |path: &str| kinds.of(path).iter().any(|kind| kind == DECISION_RECORDS);
    let mut found = lives(reading, &is_record);
    if found.is_empty() {
        return vec![paragraph(
            "The default branch had none: `[[kind]]` with the name `decision records` says where they are kept.",
        )];
    }
    // Within a repository by number; what has none comes last, by path.
    found.sort_by_cached_key(|life| {
        let (number, _) = named(&life.path);
        let digits = number.map_or((usize::MAX, String::new()), |digits| {
            let digits = digits.trim_start_matches('0').to_owned();
            (digits.len(), digits)
        });
        (life.repository, digits, life.path.clone(), life.gone_at)
    });
    let n = found.len();
    let mut columns = vec![
        Column::number("Number"),
        Column::text("Record"),
        Column::text("Written"),
        Column::number("Age"),
        Column::text("Last changed"),
        Column::text("File"),
        Column::text("Discussed by"),
    ];
    let is_one = reading.product.repositories.len() == 1;
    if !is_one {
        columns.insert(0, Column::text("Repository"));
    }
    let rows = found.iter().take(MOST).map(|life| {
        let mut cells = row(public, life);
        if !is_one {
            let name = public.sources.repository_name(life.repository);
            cells.insert(0, TableCell::Text(name));
        }
        cells
    });
    let mut blocks = vec![Block::Table(Table {
        title: format!("Decision records of {}", public.face.name),
        columns,
        rows: rows.collect(),
        n_omitted: 0,
    })];
    if n > MOST {
        blocks.push(paragraph(format!("and {} more", count(n - MOST, "record"))));
    }
    blocks
}

fn row(public: &Public<'_>, life: &Life) -> Vec<TableCell> {
    let date = |at: Timestamp| public.sources.date(at);
    let day = |at: Timestamp| TableCell::Text(date(at).to_string());
    let (number, words) = named(&life.path);
    let unknown = || TableCell::Missing(Some("not observed".to_owned()));
    let age = |at: Timestamp| {
        let days = (public.sources.last_day() - date(at)).get_days();
        TableCell::Number(count(usize::try_from(days).unwrap_or(0), "day"))
    };
    let added = life.added.map(|(at, _)| at);
    let state = match (life.gone_at, &life.moved) {
        (Some(at), _) => vec![Span::text(format!("removed {}", date(at)))],
        (None, Some((at, from))) => vec![
            Span::text(format!("moved {} from ", date(*at))),
            Span::Code(from.clone()),
        ],
        (None, None) => vec![Span::text("there")],
    };
    vec![
        TableCell::number(number.map(str::to_owned)),
        TableCell::Lines(vec![
            vec![Span::text(words)],
            vec![Span::Code(life.path.clone())],
        ]),
        added.map_or_else(unknown, day),
        added.map_or_else(unknown, age),
        life.changed_at.map_or_else(unknown, day),
        TableCell::Lines(vec![state]),
        discussed(public, life),
    ]
}

/// By a number of people where they are enough to be told, with the pull request that brought it.
fn discussed(public: &Public<'_>, life: &Life) -> TableCell {
    let Some((_, CameWith::PullRequest(key))) = life.added else {
        return TableCell::Missing(Some("it came with no pull request".to_owned()));
    };
    let brought = public.record.decisions_of(key);
    let origin = life.moved.as_ref().map_or(&life.path, |(_, from)| from);
    let found = brought
        .iter()
        .find(|one| one.path == *origin || one.path == life.path);
    let minimum = public.minimum();
    let words = match found.map(|one| one.n_commented) {
        Some(n) if n >= minimum => format!("{n} people"),
        Some(_) => format!("fewer than {minimum}"),
        None => "not observed".to_owned(),
    };
    let mut shown = vec![Span::text(words)];
    if let Some(link) = public.record.link(key) {
        shown.extend([Span::text(" in "), link]);
    }
    TableCell::Lines(vec![shown])
}

/// `docs/adr/0023-use-queues.md`: its number, and `use queues`.
fn named(path: &str) -> (Option<&str>, String) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let prefixed = ["adr", "rfc"].iter().find_map(|prefix| {
        let start = stem.get(..prefix.len())?;
        let rest = stem
            .get(prefix.len()..)?
            .trim_start_matches(['-', '_', ' ']);
        let is_numbered = rest.starts_with(|letter: char| letter.is_ascii_digit());
        (start.eq_ignore_ascii_case(prefix) && is_numbered).then_some(rest)
    });
    let rest = prefixed.unwrap_or(stem);
    let until = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, words) = rest.split_at(until);
    // `2026-02-03-queues` begins with a day, and `3d-maps` with a word.
    let is_day = digits.len() == 4 && words.len() >= 6 && words.get(1..3).is_some_and(is_digits);
    let is_number = !digits.is_empty()
        && !is_day
        && !words.starts_with(|letter: char| letter.is_alphanumeric());
    let words = if is_number { words } else { stem };
    let words = words.replace(['-', '_'], " ").trim().to_owned();
    let words = if words.is_empty() {
        stem.to_owned()
    } else {
        words
    };
    (is_number.then_some(digits), words)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_number_is_told_from_the_name_of_a_file() {
        let check = |path: &str, number: Option<&str>, words: &str| {
            assert_eq!(named(path), (number, words.to_owned()), "{path}");
        };
        check("docs/adr/0023-use-queues.md", Some("0023"), "use queues");
        check("adr/ADR-7_lamps.md", Some("7"), "lamps");
        check("rfcs/rfc12.md", Some("12"), "rfc12");
        check("adr/0001.md", Some("0001"), "0001");
        check("adr/README.md", None, "README");
        check("adr/2026-02-03-queues.md", None, "2026 02 03 queues");
        check("adr/3d-maps.md", None, "3d maps");
        check("adr/über.md", None, "über");
    }
}
