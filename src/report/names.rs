//! Whom a text names: every login, name and address that the store and the registers know, found word by word.
//!
//! The rule, in one place:
//!
//! - A reason to mask is somebody's whole login, whole name (also turned around, and without the names between the first and the
//!   last) or whole address, and the part of an address before the `@` where it is distinctive: at least four letters, no
//!   ordinary word, and no single word of anybody's full name.
//! - A first or last name that is only a part of a full name is no reason: `grace` is a word, Grace Hopper is a person. Where
//!   `Grace` or `grace` is all that somebody is called (a member's name, a login), it is one.
//! - An ordinary word (`test`, `core`, `may`: those of `reports/ordinary_words.txt` and those that the definitions of metrics are
//!   written with), a name of digits alone and one of fewer than three letters are a reason only where the text says that a
//!   person is meant: after an `@`, or after a word such as `user` or `owner` and a separator. A *member* of the register whose
//!   whole name is an ordinary word is named by it too where it is written as the register writes it, with its capital.
//! - Text and names are compared without case, accents and separators (`ada-byron`, `Ada Byron`, `AdaByron`, `Adá_Byron`), from
//!   the beginning of a word to the end of one. A capital inside a word begins another one; digits may follow a name of at least
//!   five letters. A name that is one word is found in several where it has at least six letters.
//! - Accounts that are automation, AI reviewers or ghosts are nobody. A repository's own name stays, whoever it is called after.

mod folded;
mod ordinary;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;

use self::folded::{Edge, Folded};
use self::ordinary::is_ordinary;

/// Everything that one person is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownPerson {
    /// Logins.
    pub logins: Vec<String>,
    /// Names of profiles and signatures.
    pub names: Vec<String>,
    /// Addresses.
    pub emails: Vec<String>,
    /// The name that the register gives a member.
    pub registered: Option<String>,
}

/// Fewer letters are no distinctive part of an address.
const DISTINCTIVE: usize = 4;
/// A name of fewer letters says nothing by itself.
const TELLING: usize = 3;
/// From this many letters on a name that is one word is found where a text writes it in several.
const BROKEN: usize = 6;
/// From this many letters on digits may follow a name.
const NUMBERED: usize = 5;

/// Words after which an ordinary word is somebody.
const PERSON_WORDS: &[&str] = &[
    "assignee",
    "author",
    "authors",
    "by",
    "home",
    "member",
    "members",
    "owner",
    "owners",
    "people",
    "person",
    "reviewer",
    "reviewers",
    "user",
    "users",
];

/// How much a name says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Only where the text says that a person is meant.
    InContext,
    /// It is enough.
    Alone,
}

/// A name as it is looked for.
#[derive(Debug)]
struct Pattern {
    weight: Weight,
    n_letters: usize,
    /// Where its words begin, in folded bytes.
    breaks: Vec<usize>,
    /// A repository's own name.
    is_spared: bool,
    /// As a member's whole name is written, where that is an ordinary word.
    as_written: Option<String>,
}

/// The names of everybody, ready to be looked for.
#[derive(Debug)]
pub struct Names {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
    /// Repositories by their whole names.
    repositories: Vec<String>,
}

impl Names {
    /// Nobody is known: no text names anybody.
    #[must_use]
    pub fn none() -> Self {
        Self {
            automaton: None,
            patterns: Vec::new(),
            repositories: Vec::new(),
        }
    }

    /// The names of some people. What `spared` holds, names of repositories, is never a name of theirs.
    #[must_use]
    pub fn of(people: &[KnownPerson], spared: &[&str]) -> Self {
        let mut found: BTreeMap<String, Pattern> = BTreeMap::new();
        let parts = parts_of_names(people);
        for person in people {
            for login in &person.logins {
                add(&mut found, login, None);
            }
            for name in names_of(person) {
                let as_written = person.registered.as_deref().filter(|own| *own == name);
                add(&mut found, &name, as_written);
            }
            for email in &person.emails {
                let Some((local, _)) = email.split_once('@') else {
                    continue;
                };
                add(&mut found, email, None);
                let local = local.split('+').next().unwrap_or_default();
                let folded = Folded::of(local);
                let is_part = parts.contains(&folded.letters);
                if folded.n_letters() >= DISTINCTIVE && !is_ordinary(&folded.letters) && !is_part {
                    add(&mut found, local, None);
                }
            }
        }
        for name in spared {
            let folded = Folded::of(name);
            if !folded.letters.is_empty() {
                let pattern = Pattern {
                    weight: Weight::Alone,
                    n_letters: folded.n_letters(),
                    breaks: folded.word_starts(),
                    is_spared: true,
                    as_written: None,
                };
                // `owner/name` with its slash only: a person's name in two words is no repository.
                if name.contains('/') {
                    found.insert(folded.letters, pattern);
                }
            }
        }
        let automaton = AhoCorasick::new(found.keys()).ok();
        Self {
            automaton,
            patterns: found.into_values().collect(),
            repositories: spared.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Whether a text is a repository's own name.
    #[must_use]
    pub fn is_repository(&self, text: &str) -> bool {
        self.repositories.iter().any(|name| name == text)
    }

    /// An area's name after that of its repository, `widgets: src`, and what stands before it.
    #[must_use]
    pub fn after_repository<'a>(&self, area: &'a str) -> (&'a str, &'a str) {
        let last = |name: &'_ str| name.rsplit('/').next().unwrap_or_default().len();
        let qualifies = |name: &&String| {
            let own = name.rsplit('/').next().unwrap_or_default();
            area.strip_prefix(own)
                .is_some_and(|rest| rest.starts_with(": "))
        };
        let found = self.repositories.iter().find(qualifies);
        area.split_at(found.map_or(0, |name| last(name) + 2))
    }

    /// The text with every name of a person replaced by `…`; `None` where it names nobody.
    #[must_use]
    pub fn masked(&self, text: &str) -> Option<String> {
        let spans = self.spans(text);
        if spans.is_empty() {
            return None;
        }
        let mut masked = String::new();
        let mut from = 0;
        for span in spans {
            masked.push_str(text.get(from..span.start).unwrap_or_default());
            masked.push('…');
            from = span.end;
        }
        masked.push_str(text.get(from..).unwrap_or_default());
        Some(masked)
    }

    /// Where a text names somebody, in order, apart from each other.
    #[must_use]
    pub fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        let folded = Folded::of(text);
        let mut named: Vec<Range<usize>> = Vec::new();
        let mut spared: Vec<Range<usize>> = Vec::new();
        for found in automaton.find_overlapping_iter(&folded.letters) {
            let Some(pattern) = self.patterns.get(found.pattern().as_usize()) else {
                continue;
            };
            let range = found.start()..found.end();
            let Some(span) = pattern.span(text, &folded, range) else {
                continue;
            };
            if pattern.is_spared {
                spared.push(span);
            } else {
                named.push(span);
            }
        }
        named.retain(|name| {
            !spared
                .iter()
                .any(|own| own.start <= name.start && name.end <= own.end)
        });
        named.sort_by_key(|span| (span.start, span.end));
        let mut joined: Vec<Range<usize>> = Vec::new();
        for span in named {
            match joined.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        joined
    }
}

impl Pattern {
    /// The place in the text where a match names somebody; `None` where it does not.
    fn span(&self, text: &str, folded: &Folded, found: Range<usize>) -> Option<Range<usize>> {
        let begins = matches!(folded.edge(found.start), Edge::Separator | Edge::Word);
        let ends = match folded.edge(found.end) {
            Edge::Separator | Edge::Word => true,
            Edge::Digit => self.n_letters >= NUMBERED,
            Edge::None => false,
        };
        if !begins || !ends {
            return None;
        }
        let inner = |at: &usize| found.start < *at && *at < found.end;
        let is_broken = folded
            .word_starts()
            .iter()
            .filter(|at| inner(at))
            .any(|at| !self.breaks.contains(&(at - found.start)));
        if is_broken && (self.is_spared || self.n_letters < BROKEN) {
            return None;
        }
        let span = folded.place(found)?;
        let written = text.get(span.clone())?;
        if self.is_spared {
            return written.contains('/').then_some(span);
        }
        let is_named = self.weight == Weight::Alone
            || self.as_written.as_deref() == Some(written)
            || is_in_context(text.get(..span.start)?);
        is_named.then_some(span)
    }
}

/// Whether a login or a name says by itself, wherever it stands, who is meant: no ordinary word, not digits alone, and long enough.
#[must_use]
pub fn speaks_alone(name: &str) -> bool {
    let mut found = BTreeMap::new();
    add(&mut found, name, None);
    let mut found = found.into_values();
    found.any(|pattern| pattern.weight == Weight::Alone)
}

/// The words of a text in plain small letters; nothing of what ASCII cannot write.
#[must_use]
pub fn plain_words(text: &str) -> Vec<String> {
    let plain = |word: &str| -> String {
        let letters = Folded::of(word).letters;
        letters
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect()
    };
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '\u{301}')
        .map(plain)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether what stands before a word says that the word is a person.
fn is_in_context(before: &str) -> bool {
    if before.ends_with('@') {
        return true;
    }
    let bare = before.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    if bare.len() == before.len() {
        return false;
    }
    let last = bare
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_lowercase();
    // `by` only in prose, where a space follows: `group-by-test` is no person.
    let between = before.get(bare.len()..).unwrap_or_default();
    PERSON_WORDS.contains(&last.as_str()) && (last != "by" || between == " ")
}

/// Every whole name of a person, as it is and turned around.
fn names_of(person: &KnownPerson) -> Vec<String> {
    let mut whole: Vec<&str> = person.names.iter().map(String::as_str).collect();
    // A first name that the person also signs with is a part of the full name.
    let full: BTreeSet<String> = whole
        .iter()
        .filter(|name| words(name).len() > 1)
        .flat_map(|name| words(name))
        .map(|word| Folded::of(word).letters)
        .collect();
    whole.retain(|name| words(name).len() > 1 || !full.contains(&Folded::of(name).letters));
    whole.extend(person.registered.as_deref());
    let mut names = Vec::new();
    for name in whole {
        names.push(name.to_owned());
        let words = words(name);
        if let (Some(first), Some(last), true) = (words.first(), words.last(), words.len() > 1) {
            names.push(format!("{first} {last}"));
            names.push(format!("{last} {first}"));
            names.push(format!("{last} {}", words[..words.len() - 1].join(" ")));
        }
    }
    names
}

fn words(name: &str) -> Vec<&str> {
    name.split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

/// The single words of everybody's full names.
fn parts_of_names(people: &[KnownPerson]) -> BTreeSet<String> {
    let names = people
        .iter()
        .flat_map(|person| person.names.iter().chain(&person.registered));
    names
        .filter(|name| words(name).len() > 1)
        .flat_map(|name| words(name))
        .map(|word| Folded::of(word).letters)
        .collect()
}

fn add(found: &mut BTreeMap<String, Pattern>, name: &str, as_written: Option<&str>) {
    for folded in folded::variants(name) {
        let n_letters = folded.n_letters();
        let is_number = folded.letters.bytes().all(|byte| byte.is_ascii_digit());
        let is_said = n_letters >= TELLING || folded.is_dense();
        let is_weak = is_number || !is_said || is_ordinary(&folded.letters);
        if n_letters == 0 {
            continue;
        }
        let weight = if is_weak {
            Weight::InContext
        } else {
            Weight::Alone
        };
        let has_capital = |name: &&str| name.chars().next().is_some_and(char::is_uppercase);
        let as_written = as_written
            .filter(has_capital)
            .filter(|_| weight == Weight::InContext)
            .map(str::to_owned);
        let breaks = folded.word_starts();
        let pattern = found.entry(folded.letters).or_insert_with(|| Pattern {
            weight,
            n_letters,
            breaks: Vec::new(),
            is_spared: false,
            as_written: None,
        });
        pattern.weight = pattern.weight.max(weight);
        pattern.breaks.extend(breaks);
        pattern.as_written = pattern.as_written.take().or(as_written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let person = |login: &str, name: &str, email: &str| KnownPerson {
            logins: Some(login.to_owned())
                .filter(|login| !login.is_empty())
                .into_iter()
                .collect(),
            names: vec![name.to_owned()],
            emails: vec![email.to_owned()],
            registered: None,
        };
        let mut people = vec![
            person("ada-byron", "Ada Byron", "ada.byron@acme.example"),
            person("ghopper", "Grace Hopper", "grace@acme.example"),
            person("kjohnson7", "Katherine Johnson", "kj@acme.example"),
            person("test", "Test", "test@acme.example"),
            person("core", "core", "info@acme.example"),
            person("2026", "2026", ""),
            person("", "王小明", "wang@acme.example"),
            person("", "Søren Łukasz Ünal", "soeren@acme.example"),
            person("al", "Al", "al@acme.example"),
            person("grace", "grace", "g@acme.example"),
            person("qzeldaq", "Zoë", "z@acme.example"),
        ];
        people.push(KnownPerson {
            logins: vec!["mday".to_owned()],
            registered: Some("May".to_owned()),
            ..KnownPerson::default()
        });
        Names::of(&people, &["ada-byron/widgets", "acme/core"])
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let names = names();
        let check = |text: &str, expected: &str| {
            let masked = names.masked(text).unwrap_or_else(|| text.to_owned());
            assert_eq!(masked, expected, "{text}");
        };
        check("review/ada-byron-0", "review/…-0");
        check("Deploy for Ada Byron", "Deploy for …");
        check("ada_byron", "…");
        check("fixAdaByronNow", "fix…Now");
        check("adabyron", "…");
        check("ADÁ BYRON's", "…'s");
        check("Byron, Ada", "…");
        check("ada.byron@acme.example", "…");
        check("notebooks/ada-byron/model.ipynb", "notebooks/…/model.ipynb");
        check("home/kj@acme.example/notes.txt", "home/…/notes.txt");
        check("e2e (kjohnson7)", "e2e (…)");
        check("preview-ghopper2", "preview-…2");
        check("thanks 王小明！", "thanks …！");
        check("soren-unal", "…");
        check("Soren Lukasz Ünal", "…");
        check("q-zelda-q", "…");
        check("Grace joins in May", "… joins in …");
        check("@test said", "@… said");
        check("users/test/x", "users/…/x");
        check("approved by al", "approved by …");
        check("ad\u{200b}a byr\u{2011}on", "…");
        check("ＡｄａByron", "…");
    }

    #[test]
    fn an_ordinary_word_stays() {
        let names = names();
        let check = |text: &str| assert_eq!(names.masked(text), None, "{text}");
        check("src/test/core");
        check("tests of the core");
        check("Test coverage");
        check("in 2026, 2026-W07");
        check("also, alpha, al");
        check("it may be done in may");
        check("Canada");
        check("adabyronics");
        check("hopper, the feed");
        check("johnson");
        check("group-by-test");
        check("3f2a91c0de");
        check("Zo\u{eb}l");
        check("info@other.example");
        check("ada-byron/widgets#12");
        check("");
    }
}
