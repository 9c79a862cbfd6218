//! Words and sentences from `fixtures/demo/vocabulary.txt`, filled in for one area.

use super::dice::Dice;

const TEXT: &str = include_str!("../../../fixtures/demo/vocabulary.txt");

/// The lines under a heading.
pub(super) fn lines(heading: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut is_inside = false;
    for line in TEXT
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        match line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(name) => is_inside = name == heading,
            None if is_inside => found.push(line),
            None => {}
        }
    }
    found
}

/// The words that texts of one area are made of.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) verbs: Vec<&'static str>,
    pub(super) nouns: Vec<&'static str>,
    pub(super) fields: Vec<&'static str>,
}

impl Words {
    /// The words under one or more headings of nouns.
    pub(super) fn of(headings: &[&str]) -> Self {
        Self {
            verbs: lines("verbs"),
            nouns: headings.iter().flat_map(|heading| lines(heading)).collect(),
            fields: lines("fields"),
        }
    }

    /// A line under a heading, its blanks filled in.
    pub(super) fn sentence(&self, heading: &str, dice: &mut Dice) -> String {
        let template = dice.word(&lines(heading));
        self.fill(template, dice)
    }

    fn fill(&self, template: &str, dice: &mut Dice) -> String {
        let noun = dice.word(&self.nouns);
        let others: Vec<_> = self
            .nouns
            .iter()
            .copied()
            .filter(|other| *other != noun)
            .collect();
        let (noun2, verb, field) = (
            dice.word(&others),
            dice.word(&self.verbs),
            dice.word(&self.fields),
        );
        template
            .replace("{noun2}", noun2)
            .replace("{noun}", noun)
            .replace("{verb}", verb)
            .replace("{field}", field)
            .replace("{Noun2}", &capital(noun2))
            .replace("{Noun}", &capital(noun))
            .replace("{Verb}", &capital(verb))
    }
}

/// The word with its first letter in upper case.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
