//! Texts without the names of forgotten people: found word by word, by the digests of words alone.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::PoisonError;

use super::{Forgotten, Of};
use crate::domain::{Forgetting as _, StandIn};

/// A name of more words is looked for by this many of its first ones.
const MAX_WORDS: usize = 6;
/// What stands between two words of one name is no longer than this: `Ada  Berg`, `ada-berg`, `Berg, Ada`.
const MAX_BETWEEN: usize = 3;
/// Words whose answers are remembered.
const MAX_LOOKED_UP: usize = 200_000;

/// The words of a name as they are compared: in lower case, without what stands between them.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = spans(text).into_iter().take(MAX_WORDS);
    words
        .filter_map(|span| Some(text.get(span)?.to_lowercase()))
        .collect()
}

/// Where the words of a text are: runs of letters and digits.
fn spans(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut begun = None;
    for (at, letter) in text.char_indices() {
        match (letter.is_alphanumeric(), begun) {
            (true, None) => begun = Some(at),
            (false, Some(from)) => {
                found.push(from..at);
                begun = None;
            }
            _ => {}
        }
    }
    found.extend(begun.map(|from| from..text.len()));
    found
}

impl Forgotten {
    /// A text in which nobody is named any more.
    pub(super) fn text_without<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut named = self.addresses(text);
        named.extend(self.names(text));
        if named.is_empty() {
            return Cow::Borrowed(text);
        }
        named.sort_by_key(|span| (span.start, span.end));
        let mut without = String::with_capacity(text.len());
        let mut from = 0;
        for span in named {
            if span.start >= from {
                without.push_str(text.get(from..span.start).unwrap_or_default());
                without.push_str(StandIn::MENTION);
            }
            from = from.max(span.end);
        }
        without.push_str(text.get(from..).unwrap_or_default());
        Cow::Owned(without)
    }

    /// Addresses and mentions: what stands around an `@`.
    fn addresses(&self, text: &str) -> Vec<Range<usize>> {
        let is_local = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
        let is_host = |letter: char| letter.is_alphanumeric() || ".-".contains(letter);
        let is_login = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let mut found = Vec::new();
        for (at, _) in text.match_indices('@') {
            let (before, after) = (
                text.get(..at).unwrap_or_default(),
                text.get(at + 1..).unwrap_or_default(),
            );
            let begin = before.trim_end_matches(is_local).len();
            let host = after.len() - after.trim_start_matches(is_host).len();
            let host = after.get(..host).unwrap_or_default();
            let host = host.trim_end_matches(['.', '-']);
            let end = at + 1 + host.len();
            let address = text.get(begin..end).unwrap_or_default();
            if begin < at && !host.is_empty() {
                if self.address(address).is_some() {
                    found.push(begin..end);
                }
                continue;
            }
            let login = after.len() - after.trim_start_matches(is_login).len();
            let login = after.get(..login).unwrap_or_default();
            let login = login.trim_end_matches(['-', '_']);
            if begin == at && self.login(login).is_some() {
                found.push(at..at + 1 + login.len());
            }
        }
        found
    }

    /// Names and logins that say by themselves who is meant.
    fn names(&self, text: &str) -> Vec<Range<usize>> {
        let spans = spans(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, first) in spans.iter().enumerate() {
            // What ends one name does not begin another.
            let is_taken = found.last().is_some_and(|last| first.start < last.end);
            let Some(word) = text.get(first.clone()).filter(|_| !is_taken) else {
                continue;
            };
            let mut name = word.to_lowercase();
            if !self.begins_a_name(&name) {
                continue;
            }
            let mut longest = None;
            let mut end = first.end;
            for (n, next) in spans.iter().skip(at).take(MAX_WORDS).enumerate() {
                if n > 0 {
                    let between = text.get(end..next.start).unwrap_or_default();
                    if between.len() > MAX_BETWEEN {
                        break;
                    }
                    name.push(' ');
                    name.push_str(&text.get(next.clone()).unwrap_or_default().to_lowercase());
                    end = next.end;
                }
                if self.find(Of::Words, &name).is_some() {
                    longest = Some(first.start..end);
                }
            }
            found.extend(longest);
        }
        found
    }

    fn begins_a_name(&self, word: &str) -> bool {
        let mut looked_up = self
            .looked_up
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = looked_up.get(word) {
            return *known;
        }
        if looked_up.len() >= MAX_LOOKED_UP {
            looked_up.clear();
        }
        let begins = self.find(Of::FirstWord, word).is_some();
        looked_up.insert(word.to_owned(), begins);
        begins
    }
}
