//! Holds a write-up against what linchpin would write: every id, page, date, number and name in it has to stand there.
//!
//! What linchpin wrote is a list of lines. A line of the write-up that is one of them is right. Any other is taken apart: what it says
//! of an id or a page has to stand in a line about that id or page; what is nearly a line of linchpin's has to say the same in the
//! same order; and what names no id and no page has to stand in one line, whole. A person may add words of their own anywhere.

use std::collections::{BTreeSet, HashMap};

/// A word that more lines have says nothing of which one is meant.
const COMMON: usize = 200;

/// From so many hundredths of its words on, a line is nearly another one.
const NEARLY: usize = 50;

/// Of fewer words nothing is nearly the same.
const A_LINE: usize = 3;

/// What a word says that can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// The id of a line of evidence.
    Id,
    /// An address.
    Link,
    /// A pull request, an issue, a commit: `widgets#412`, `widgets@3f2a91c0de`.
    Page,
    /// A day, a month, a quarter, an instant.
    Date,
    /// Anything with a digit.
    Number,
    /// Somebody whom the store knows.
    Name,
}

impl What {
    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Link => "link",
            Self::Page => "page",
            Self::Date => "date",
            Self::Number => "number",
            Self::Name => "name",
        }
    }

    /// Whether it says what the line is about.
    const fn is_anchor(self) -> bool {
        matches!(self, Self::Id | Self::Link | Self::Page)
    }
}

/// Something in a write-up that stands nowhere in what linchpin wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1 on.
    pub line: usize,
    /// What it is.
    pub what: What,
    /// As it stands in the write-up.
    pub text: String,
    /// What stands in its place in the line that is nearly the same.
    pub instead_of: Option<String>,
}

/// What linchpin would write, and whom the store knows.
#[derive(Debug, Default)]
pub struct Written {
    lines: Vec<Line>,
    exact: HashMap<String, usize>,
    /// By word: the lines that have it, up to [`COMMON`] and one more.
    with: HashMap<String, Vec<usize>>,
    names: BTreeSet<String>,
    logins: BTreeSet<String>,
}

#[derive(Debug)]
struct Line {
    words: Vec<String>,
    /// What can be looked up, in order.
    marks: Vec<(What, String)>,
}

impl Written {
    /// Of the people whom the store knows: by the words of their names, and by their logins.
    #[must_use]
    pub fn of(
        names: impl IntoIterator<Item = String>,
        logins: impl IntoIterator<Item = String>,
    ) -> Self {
        let words = names.into_iter().flat_map(|name| words_of(&plain(&name)));
        // A letter is nobody's alone.
        let words = words.filter(|word| word.chars().count() > 1);
        Self {
            names: words.map(|word| word.to_lowercase()).collect(),
            logins: logins
                .into_iter()
                .map(|login| login.to_lowercase())
                .collect(),
            ..Self::default()
        }
    }

    /// Adds a file, line by line.
    pub fn add(&mut self, text: &str) {
        for line in text.lines() {
            self.add_line(line);
        }
    }

    fn add_line(&mut self, line: &str) {
        let plain = plain(line);
        if plain.is_empty() || self.exact.contains_key(&plain) {
            return;
        }
        let words = words_of(&plain);
        let marks = self.marks(&words);
        let at = self.lines.len();
        let distinct: BTreeSet<&String> = words.iter().collect();
        for word in distinct {
            let lines = self.with.entry(word.clone()).or_default();
            if lines.len() <= COMMON {
                lines.push(at);
            }
        }
        self.lines.push(Line { words, marks });
        self.exact.insert(plain, at);
    }

    /// What stands in a write-up and nowhere in what was added.
    #[must_use]
    pub fn findings(&self, text: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, line) in text.lines().enumerate() {
            for (what, text, instead_of) in self.of_line(line) {
                findings.push(Finding {
                    line: at + 1,
                    what,
                    text,
                    instead_of,
                });
            }
        }
        findings
    }

    fn of_line(&self, line: &str) -> Vec<(What, String, Option<String>)> {
        let plain = plain(line);
        if plain.is_empty() || self.exact.contains_key(&plain) {
            return Vec::new();
        }
        let words = words_of(&plain);
        let marks = self.marks(&words);
        if let Some(nearest) = self.nearest(&words) {
            return self.differences(&words, nearest);
        }
        let unknown = |kept: &BTreeSet<&str>| -> Vec<(What, String, Option<String>)> {
            // Whom somebody names in a sentence of their own is theirs to say.
            let looked_up = marks.iter().filter(|(what, _)| *what != What::Name);
            let wrong = looked_up.filter(|(_, text)| !kept.contains(text.as_str()));
            wrong
                .map(|(what, text)| (*what, text.clone(), None))
                .collect()
        };
        let about: Vec<&(What, String)> =
            marks.iter().filter(|(what, _)| what.is_anchor()).collect();
        if !about.is_empty() {
            let mut kept: BTreeSet<&str> = BTreeSet::new();
            // An id is about one line; a page is told of in several.
            let ids = about.iter().filter(|(what, _)| *what == What::Id).count();
            for (what, text) in about {
                if ids == 0 || *what == What::Id {
                    let lines = self.lines_with(text);
                    kept.extend(
                        lines.flat_map(|line| line.marks.iter().map(|(_, text)| text.as_str())),
                    );
                }
            }
            return unknown(&kept);
        }
        if marks.is_empty() {
            return Vec::new();
        }
        // Of all lines with one of the words, the one that has most of them.
        let mut best: BTreeSet<&str> = BTreeSet::new();
        let mut n_best = 0;
        for (_, text) in &marks {
            for line in self.lines_with(text) {
                let kept: BTreeSet<&str> =
                    line.marks.iter().map(|(_, text)| text.as_str()).collect();
                let n = marks
                    .iter()
                    .filter(|(_, text)| kept.contains(text.as_str()))
                    .count();
                if n > n_best {
                    (best, n_best) = (kept, n);
                }
            }
        }
        unknown(&best)
    }

    fn lines_with(&self, word: &str) -> impl Iterator<Item = &Line> {
        let at = self.with.get(word).into_iter().flatten();
        at.filter_map(|at| self.lines.get(*at))
    }

    /// The line that has most of the words of another, where that is nearly all.
    fn nearest(&self, words: &[String]) -> Option<&Line> {
        let distinct: BTreeSet<&String> = words.iter().collect();
        let rare = distinct.iter().filter_map(|word| self.with.get(*word));
        let rare = rare.filter(|lines| lines.len() <= COMMON);
        let shared: BTreeSet<usize> = rare.flatten().copied().collect();
        // A rare word in common is enough to be looked at, all words say how likely it is, and how much of their order is kept
        // decides.
        let alike = |line: &Line| {
            let n = line
                .words
                .iter()
                .filter(|word| distinct.contains(word))
                .count();
            (n * 1000) / line.words.len().max(words.len()).max(1)
        };
        let mut likely: Vec<(usize, &Line)> = shared
            .into_iter()
            .filter_map(|at| self.lines.get(at))
            .filter(|line| line.words.len() >= A_LINE)
            .map(|line| (alike(line), line))
            .collect();
        likely.sort_by_key(|(alike, _)| std::cmp::Reverse(*alike));
        let kept = |line: &Line| pairs(&line.words, words).len();
        let best = likely
            .into_iter()
            .take(12)
            .map(|(_, line)| (kept(line), line))
            .rev()
            .max_by_key(|(n, line)| (n * 1000) / line.words.len().max(words.len()))?;
        let (n, line) = best;
        (n * 100 >= line.words.len() * NEARLY && n * 100 >= words.len() * NEARLY / 2)
            .then_some(line)
    }

    /// What the words have in the place of others of a line that is nearly the same.
    fn differences(&self, words: &[String], line: &Line) -> Vec<(What, String, Option<String>)> {
        let mut found = Vec::new();
        let kept = pairs(&line.words, words);
        let ends = kept
            .iter()
            .copied()
            .chain([(line.words.len(), words.len())]);
        let (mut after_its, mut after_own) = (0, 0);
        for (there, here) in ends {
            let gone = line.words.get(after_its..there).unwrap_or_default();
            let come = words.get(after_own..here).unwrap_or_default();
            let gone_marks = self.marks(gone);
            let mut come_marks = self.marks(come);
            // A word that took a name's place is one, whoever it names.
            let names_gone: Vec<&String> = gone.iter().filter(|word| self.is_name(word)).collect();
            if !names_gone.is_empty() && come_marks.is_empty() {
                let capital = |word: &&String| word.starts_with(char::is_uppercase);
                let taken = come.iter().find(capital).or(come.first());
                come_marks.extend(taken.map(|word| (What::Name, word.clone())));
            }
            let stood = gone_marks
                .first()
                .map(|(_, text)| text.clone())
                .or_else(|| names_gone.first().map(|name| (*name).clone()));
            found.extend(
                come_marks
                    .into_iter()
                    .map(|(what, text)| (what, text, stood.clone())),
            );
            (after_its, after_own) = (there + 1, here + 1);
        }
        found
    }

    fn is_name(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        word.starts_with(char::is_uppercase) && self.names.contains(&lower)
            || self.logins.contains(&lower)
    }

    /// What can be looked up among some words, in order.
    fn marks(&self, words: &[String]) -> Vec<(What, String)> {
        let marks = words.iter().filter_map(|word| {
            let what = what_of(word).or(self.is_name(word).then_some(What::Name))?;
            Some((what, word.clone()))
        });
        marks.collect()
    }
}

/// What a word can be looked up as.
fn what_of(word: &str) -> Option<What> {
    // A number in other digits is one too.
    let has_digit = word.contains(char::is_numeric);
    if word.starts_with("http://") || word.starts_with("https://") {
        return Some(What::Link);
    }
    let is_hex = |text: &str| text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    // One id in fifty thousand has no digit at all.
    if let Some((head, tail)) = word.split_once('-')
        && is_hex(tail)
        && (has_digit || tail.len() >= 6)
        && matches!(head, "ev" | "in")
    {
        return Some(What::Id);
    }
    if !has_digit {
        return None;
    }
    let after = |sign| word.split_once(sign).map(|(_, after): (&str, &str)| after);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if after('#').is_some_and(is_number) || after('@').is_some_and(is_hex) {
        return Some(What::Page);
    }
    let mut parts = word.split('-');
    let is_year = parts
        .next()
        .is_some_and(|year| year.len() == 4 && is_number(year));
    let is_next = parts
        .next()
        .is_some_and(|part| part.starts_with(['Q', 'W', '0', '1']) && part.len() <= 3);
    Some(if is_year && is_next {
        What::Date
    } else {
        What::Number
    })
}

/// A line as it reads: without the marks of Markdown, and with the letters that it had.
fn plain(line: &str) -> String {
    let mut line = line.trim();
    if line.starts_with("<!-- linchpin:") {
        // What stands behind the comment is read like any other line.
        line = line.split_once("-->").map_or("", |(_, rest)| rest.trim());
    }
    let line = line
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace(['\u{2060}', '`', '*'], "");
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_escape = letter == '\\' && letters.peek().is_some_and(char::is_ascii_punctuation);
        if !is_escape {
            plain.push(letter);
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a line. Addresses, dates and pages are one each; a number is one without what stands around it.
fn words_of(plain: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = plain;
    while !rest.is_empty() {
        let starts_address = rest.starts_with("http://") || rest.starts_with("https://");
        let is_end = |letter: char| {
            if starts_address {
                letter.is_whitespace() || matches!(letter, ')' | ']' | '"' | '<' | '>' | '”')
            } else {
                !letter.is_alphanumeric()
                    && !matches!(letter, '-' | '#' | '@' | '.' | ':' | '_' | '/')
            }
        };
        let end = rest.find(is_end).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if starts_address {
            words.push(word.trim_end_matches(['.', ',', ';', ':']).to_owned());
        } else if let Some(at) = word.find("http").filter(|at| *at > 0) {
            // An address right behind a word.
            let (before, address) = word.split_at(at);
            push(&mut words, before);
            rest = rest.get(before.len()..).unwrap_or(after);
            if !address.contains("://") {
                push(&mut words, address);
                rest = after;
            }
            continue;
        } else {
            push(&mut words, word);
        }
        rest = after.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    }
    words
}

fn push(words: &mut Vec<String>, word: &str) {
    let edges = ['.', ':', '-', '_', '/', '#', '@'];
    let word = word
        .trim_end_matches(edges)
        .trim_start_matches(['.', ':', '-', '_', '/', '@']);
    if word.contains(char::is_alphanumeric) {
        words.push(word.to_owned());
    }
}

/// The pairs of places at which two lists have the same words in the same order, as many as there can be.
fn pairs(there: &[String], here: &[String]) -> Vec<(usize, usize)> {
    const MOST: usize = 600;
    let (there, here) = (
        there.get(..MOST.min(there.len())).unwrap_or_default(),
        here.get(..MOST.min(here.len())).unwrap_or_default(),
    );
    let width = here.len() + 1;
    let mut longest = vec![0_u16; (there.len() + 1) * width];
    let place = |a: usize, b: usize| a * width + b;
    let value = |longest: &[u16], a, b| longest.get(place(a, b)).copied().unwrap_or(0);
    for (a, one) in there.iter().enumerate().rev() {
        for (b, other) in here.iter().enumerate().rev() {
            let best = if one == other {
                value(&longest, a + 1, b + 1) + 1
            } else {
                value(&longest, a + 1, b).max(value(&longest, a, b + 1))
            };
            if let Some(slot) = longest.get_mut(place(a, b)) {
                *slot = best;
            }
        }
    }
    let (mut a, mut b, mut found) = (0, 0, Vec::new());
    while a < there.len() && b < here.len() {
        if there.get(a) == here.get(b) {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if value(&longest, a + 1, b) >= value(&longest, a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "- **2026-01-07** · Authored [web#223](https://x.example/web/pull/223) “Cache it”: opened 2026-01-06, reviewed \
                        by 1 person, merged 2026-01-07. _175 days old_ `ev-27867f3c87`";

    fn written() -> Written {
        let mut written = Written::of(
            ["Ada Byron".to_owned(), "Bo Lund".to_owned()],
            ["ada".to_owned()],
        );
        written.add(LINE);
        written.add("# Evidence: Ada Byron (ada)\n\nWindow from 2026-01-01 up to 2026-04-01, as of 2026-07-01T00:00:00Z.");
        written.add("Rota: p50 9.5 → 3.8 working h (n 88 → 93)");
        written
    }

    fn found(text: &str) -> Vec<(What, String)> {
        let findings = written().findings(text);
        findings
            .into_iter()
            .map(|one| (one.what, one.text))
            .collect()
    }

    #[test]
    fn what_stands_there_is_right_and_words_may_be_added_anywhere() {
        let check = |text: &str| assert_eq!(found(text), [], "{text}");
        check(LINE);
        check(
            "I made the tests faster: ev-27867f3c87, opened on 2026-01-06 and merged a day later.",
        );
        check("Impact: nobody waits for the cache any more. It was worth it.");
        check("See web#223 (2026-01-07), which Ada wrote.");
        check(&format!("{LINE} The builds take half the time now."));
        check("The rota brought p50 from 9.5 to 3.8 (n 88, 93).");
        check("<!-- linchpin:begin 2026-q1 0011223344aa -->");
    }

    #[test]
    fn what_stands_nowhere_is_found() {
        let check = |text: &str, expected: &[(What, &str)]| {
            let found = found(text);
            let found: Vec<(What, &str)> = found
                .iter()
                .map(|(what, text)| (*what, text.as_str()))
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            &LINE.replace("by 1 person", "by 3 people"),
            &[(What::Number, "3")],
        );
        check(
            &LINE.replace("opened 2026-01-06", "opened 2026-01-07"),
            &[(What::Date, "2026-01-07")],
        );
        check(
            &LINE.replace("/223)", "/224)"),
            &[(What::Link, "https://x.example/web/pull/224")],
        );
        check(
            &LINE.replace("ev-27867f3c87", "ev-27867f3c88"),
            &[(What::Id, "ev-27867f3c88")],
        );
        check(
            &LINE.replace("web#223", "web#225"),
            &[(What::Page, "web#225")],
        );
        check(
            "# Evidence: Bo Lund (ada)",
            &[(What::Name, "Bo"), (What::Name, "Lund")],
        );
        check("# Evidence: Ada Bryon (ada)", &[(What::Name, "Bryon")]);
        check(
            "Window from 2025-01-01 up to 2026-04-01, as of 2026-07-01T00:00:00Z.",
            &[(What::Date, "2025-01-01")],
        );
        check("I closed ev-0000000000.", &[(What::Id, "ev-0000000000")]);
        check("I closed ev-ffffffffff.", &[(What::Id, "ev-ffffffffff")]);
        check("It is led in-dead ends.", &[]);
        check(
            "Merged \u{669}\u{667} changes.",
            &[(What::Number, "\u{669}\u{667}")],
        );
        check("<!-- linchpin:x 12 -->", &[]);
        check(
            "<!-- linchpin:x 12 --> merged 9731",
            &[(What::Number, "9731")],
        );
        check("See web#223, reviewed by 5 people.", &[(What::Number, "5")]);
        check(
            "The rota brought p50 from 9.5 to 2.8.",
            &[(What::Number, "2.8")],
        );
        check("Led 17 people.", &[(What::Number, "17")]);
    }
}
