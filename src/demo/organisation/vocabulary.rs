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

    /// A line with its blanks filled in.
    pub(super) fn fill(&self, template: &str, dice: &mut Dice) -> String {
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
        let text = template
            .replace("{noun2s}", &plural(noun2))
            .replace("{nouns}", &plural(noun))
            .replace("{Nouns}", &capital(&plural(noun)))
            .replace("{noun2}", noun2)
            .replace("{noun}", noun)
            .replace("{verbed}", &past(verb))
            .replace("{verbs}", &plural(verb))
            .replace("{verb}", verb)
            .replace("{field}", field)
            .replace("{Noun2}", &capital(noun2))
            .replace("{Noun}", &capital(noun))
            .replace("{Verb}", &capital(verb));
        with_articles(&text)
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

fn ends_in_sound(word: &str) -> bool {
    ["s", "x", "ch", "sh"].iter().any(|end| word.ends_with(end))
}

/// The plural of a noun, and the third person of a verb.
pub(super) fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if ends_in_sound(word) => format!("{word}es"),
        _ => format!("{word}s"),
    }
}

/// A verb's past participle.
fn past(verb: &str) -> String {
    match verb {
        "split" => "split".to_owned(),
        "hold" => "held".to_owned(),
        "plan" => "planned".to_owned(),
        "cancel" => "cancelled".to_owned(),
        "label" => "labelled".to_owned(),
        _ => match verb.strip_suffix('y') {
            Some(stem) => format!("{stem}ied"),
            None if verb.ends_with('e') => format!("{verb}d"),
            None => format!("{verb}ed"),
        },
    }
}

/// `a arrival` becomes `an arrival`.
pub(super) fn with_articles(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let vowel =
        |word: Option<&&str>| word.is_some_and(|word| word.starts_with(['a', 'e', 'i', 'o']));
    let fixed: Vec<&str> = words
        .iter()
        .enumerate()
        .map(|(at, word)| match *word {
            "a" if vowel(words.get(at + 1)) => "an",
            "A" if vowel(words.get(at + 1)) => "An",
            word => word,
        })
        .collect();
    fixed.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_read_like_english() {
        assert_eq!(
            with_articles("A arrival has a eta and a map"),
            "An arrival has an eta and a map"
        );
        assert_eq!(
            [
                plural("batch"),
                plural("box"),
                plural("delivery"),
                plural("day")
            ],
            ["batches", "boxes", "deliveries", "days"]
        );
        assert_eq!(
            [past("trace"), past("notify"), past("split"), past("pack")],
            ["traced", "notified", "split", "packed"]
        );
    }

    #[test]
    fn every_blank_is_filled() {
        let words = Words::of(&["booking"]);
        let mut dice = Dice::of("blanks");
        for heading in TEXT
            .lines()
            .filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'))
        {
            for line in lines(heading) {
                let filled = words.fill(line, &mut dice);
                assert!(!filled.contains(['{', '}']), "{filled}");
            }
        }
    }
}
