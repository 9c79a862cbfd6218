//! Initials of people, for places that have no room for a name: never the same of two.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use crate::domain::PersonId;

/// The initials of some people.
pub(super) struct Initials(BTreeMap<PersonId, String>);

impl Initials {
    pub(super) fn of(names: &Names<'_>, people: &[PersonId]) -> Self {
        let called: Vec<String> = people.iter().map(|person| names.name(*person)).collect();
        let initials = initials(&called);
        Self(people.iter().copied().zip(initials).collect())
    }

    pub(super) fn get(&self, person: PersonId) -> String {
        self.0
            .get(&person)
            .cloned()
            .unwrap_or_else(|| "?".to_owned())
    }
}

/// Initials of names, each other than all others: longer where two would have the same, and numbered where that does not help.
fn initials(names: &[String]) -> Vec<String> {
    let mut found: Vec<Option<String>> = vec![None; names.len()];
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (first, last) in [(1, 1), (1, 2), (2, 2), (2, 3)] {
        let mut of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            if found.get(at).is_some_and(Option::is_none) {
                of.entry(letters(name, first, last)).or_default().push(at);
            }
        }
        for (short, places) in of {
            if let ([only], false) = (places.as_slice(), short.is_empty())
                && taken.insert(short.clone())
                && let Some(place) = found.get_mut(*only)
            {
                *place = Some(short);
            }
        }
    }
    let numbered = |(at, name): (usize, &String)| {
        let short = letters(name, 1, 1);
        let short = if short.is_empty() { "?" } else { &short };
        found.get(at).cloned().flatten().unwrap_or_else(|| {
            let with_numbers = (1..).map(|n| format!("{short}{n}"));
            let mut free = with_numbers.skip_while(|one| taken.contains(one));
            let one = free.next().unwrap_or_default();
            taken.insert(one.clone());
            one
        })
    };
    names.iter().enumerate().map(numbered).collect()
}

/// So many letters of the first word of a name and of the last one; of a single word as many as of both.
fn letters(name: &str, first: usize, last: usize) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let start = |word: &str, n: usize| {
        let mut letters = word.chars();
        let capital = letters.next().into_iter().flat_map(char::to_uppercase);
        let capital: String = capital.collect();
        capital + &letters.take(n - 1).collect::<String>()
    };
    match words.as_slice() {
        [] => String::new(),
        [only] => start(only, first + last),
        [head, .., tail] => start(head, first) + &start(tail, last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_people_have_the_same_initials() {
        let check = |names: &[&str], expected: &[&str]| {
            let names: Vec<String> = names.iter().copied().map(str::to_owned).collect();
            let found = initials(&names);
            assert_eq!(found, expected);
            assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), names.len());
        };
        check(&["Ada Berg", "Chi Ito"], &["AB", "CI"]);
        check(&["Ada Berg", "Al Bo", "Chi Ito"], &["ABe", "ABo", "CI"]);
        check(&["Ada Berg", "Ada Berg", "Ad Berg"], &["AB1", "AB2", "AB3"]);
        check(
            &["ada", "ben-k", "ghost 1", "ghost 2"],
            &["Ad", "BK", "G1", "G2"],
        );
        check(&["", "—"], &["?1", "?2"]);
        check(&["Ästrid Öhm"], &["ÄÖ"]);
    }
}
