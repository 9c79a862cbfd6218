//! Every mistake in the shape of a register, not only the first: unknown keys, values of another kind, keys that lack.
//!
//! A reader of TOML stops at the first. The entry that it stops at is taken out, line by line, so that the others keep their places, and
//! what is left is read again. One mistake is told of an entry: what else is wrong in it may follow from the first.

use serde::de::DeserializeOwned;

use super::error::Error;

/// So many are told at once.
const MOST: usize = 20;

/// All mistakes of a text that could not be read, of which the first is given.
pub(super) fn mistakes<T: DeserializeOwned>(
    text: &str,
    file: &str,
    first: &toml::de::Error,
) -> Error {
    // By lines: bytes are taken out.
    let place = |text: &str, error: &toml::de::Error| {
        let before = text.get(..error.span()?.start)?;
        Some(before.matches('\n').count())
    };
    let mut all = vec![(place(text, first), Error::toml(file, text, first))];
    let mut left = rest(text, first);
    while let Some(text) = left.take().filter(|_| all.len() < MOST) {
        // What is left has to be TOML: where the entry's lines were not told apart, nothing more is known.
        if text.parse::<toml::Table>().is_err() {
            break;
        }
        if let Err(next) = toml::from_str::<T>(&text) {
            left = rest(&text, &next);
            all.push((place(&text, &next), Error::toml(file, &text, &next)));
        }
    }
    // They are found table by table, and told line by line.
    all.sort_by_key(|(place, _)| *place);
    let mut all = all.into_iter().map(|(_, error)| error);
    match all.next() {
        Some(first) => first.with(all.collect()),
        None => Error::toml(file, text, first),
    }
}

fn rest(text: &str, error: &toml::de::Error) -> Option<String> {
    without_entry(text, error.span()?.start)
}

/// The text with the lines of the entry empty in which a byte stands: of its table up to the next one, or of its key where it stands
/// before all tables. `None` where there is nothing to take out.
fn without_entry(text: &str, at: usize) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let before = text.get(..at)?;
    let line = before.matches('\n').count();
    let up_to_it = lines.get(..=line)?;
    let header = up_to_it.iter().rposition(|line| header_of(line).is_some());
    let from = header.or_else(|| up_to_it.iter().rposition(|line| is_key(line)))?;
    // `member.` of `[[member]]`: what belongs to the entry goes with it.
    let inside = lines.get(from).and_then(|line| header_of(line));
    let inside = inside.map(|name| format!("{name}."));
    let is_next = |line: &str| match (&inside, header_of(line)) {
        (Some(inside), Some(other)) => !other.starts_with(inside),
        (None, Some(_)) => true,
        (Some(_), None) => false,
        (None, None) => is_key(line),
    };
    let after = lines.iter().skip(from + 1);
    let length = 1 + after.take_while(|line| !is_next(line)).count();
    let is_inside = |at: usize| (from..from + length).contains(&at);
    let left = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if is_inside(at) { "\n" } else { *line });
    Some(left.collect::<String>()).filter(|left| left != text)
}

/// `agreements.limit` of `[[agreements.limit]]`.
fn header_of(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    Some(name.trim_start_matches('[').trim()).filter(|name| is_name(name))
}

/// Whether a line begins with a key.
fn is_key(line: &str) -> bool {
    let key = line.split_once('=');
    key.is_some_and(|(key, _)| is_name(key.trim()))
}

fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    !text.is_empty() && text.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use crate::register::{parse, parse_private};

    fn told(text: &str) -> Vec<String> {
        let error = parse(text, "linchpin.toml").unwrap_err();
        error.each().map(ToString::to_string).collect()
    }

    /// The lines of what is told.
    fn places(text: &str) -> Vec<usize> {
        let told = told(text);
        let place = |said: &String| said.split(':').nth(1).and_then(|n| n.parse().ok());
        told.iter().map(|said| place(said).unwrap_or(0)).collect()
    }

    #[test]
    fn mistakes_of_several_entries_are_told_at_once_each_at_its_line() {
        let text = "minimum_n = \"five\"\nincident_label = [\n  \"incident\",\n]\n\
                    [[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\ntag_patern = \"v.*\"\n\
                    [calendar]\ntime_zone = \"UTC\"\n\
                    [[member]]\nlogin = 5\n[member.calendar]\nhours = \"09:00-17:00\"\n\
                    [[member]]\nlogin = \"ada\"\n\
                    [[area]] # no paths\nname = \"billing\"\n";
        let told = told(text);
        assert_eq!(places(text), [1, 2, 8, 12, 17], "{told:#?}");
        assert!(told[1].contains("did you mean `incident_labels`?"));
        assert!(told[2].contains("did you mean `tag_pattern`?"));
        assert!(told[4].contains("`paths`"), "{told:#?}");
    }

    #[test]
    fn an_entry_tells_one_mistake_and_what_follows_from_it_is_none() {
        // Without the wrong key the entry would lack it.
        assert_eq!(
            places("[[area]]\nnam = \"billing\"\npath = [\"a/**\"]\n"),
            [2]
        );
        // A list that looks like tables is none.
        let text = "bots = [\n  [\"a\"],\n  [\"b\"],\n]\nminimum_n = \"x\"\n";
        assert_eq!(places(text), [2, 5]);
    }

    #[test]
    fn what_is_no_toml_is_told_and_no_more_than_that_is_guessed() {
        let told = told("[[area]\nname = \"x\"\n[[area]]\nname = 5\npaths = []\n");
        assert!(told[0].starts_with("linchpin.toml:1: "), "{told:#?}");
        let many = "[[area]]\nname = 5\npaths = []\n".repeat(50);
        assert_eq!(places(&many).len(), 20);
        let text = "[[absence]]\nlogin = 5\n[[goal]]\ntitel = \"x\"\n";
        let error = parse_private(text, "it").unwrap_err();
        assert_eq!(error.each().count(), 2, "{error}");
    }

    #[test]
    fn what_contradicts_itself_is_told_of_every_table() {
        let told = told(
            "minimum_n = 1\n[[product]]\nname = \"\"\nrepositories = []\n[[event]]\non = \"2026-01-01\"\ntitle = \"\"\n",
        );
        assert_eq!(told.len(), 3, "{told:#?}");
    }
}
