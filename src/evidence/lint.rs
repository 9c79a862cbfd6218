//! Refuses words in generated text that judge, guess, or claim to know why somebody did something.

use std::fmt;

use super::snippet::{Act, Words};

/// Why a word is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It judges.
    Adjective,
    /// It claims to know why.
    Motive,
    /// It leaves open whether it is so.
    Hedge,
}

/// A refused word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The word or phrase, in lower case.
    pub word: &'static str,
    /// Why.
    pub fault: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::Adjective => "judges",
            Fault::Motive => "claims to know why",
            Fault::Hedge => "leaves it open",
        };
        write!(f, "`{}` {fault}", self.word)
    }
}

const ADJECTIVES: &[&str] = &[
    "amazing",
    "average",
    "awesome",
    "awful",
    "bad",
    "badly",
    "best",
    "better",
    "brilliant",
    "busy",
    "careful",
    "carefully",
    "careless",
    "clean",
    "clever",
    "complex",
    "consistent",
    "consistently",
    "constructive",
    "critical",
    "deep",
    "difficult",
    "diligent",
    "effective",
    "efficient",
    "excellent",
    "exceptional",
    "fantastic",
    "fast",
    "faster",
    "good",
    "great",
    "hard",
    "hard-working",
    "helpful",
    "high-quality",
    "impressive",
    "inadequate",
    "incredible",
    "insightful",
    "junior",
    "key",
    "lazy",
    "low-quality",
    "major",
    "mediocre",
    "minor",
    "negligent",
    "outstanding",
    "passive",
    "poor",
    "poorly",
    "prompt",
    "promptly",
    "quick",
    "quickly",
    "quiet",
    "reliable",
    "responsive",
    "rude",
    "senior",
    "significant",
    "significantly",
    "skilled",
    "sloppy",
    "slow",
    "slowly",
    "smart",
    "solid",
    "strong",
    "stellar",
    "substantial",
    "successfully",
    "superb",
    "talented",
    "thorough",
    "thoroughly",
    "timely",
    "top",
    "unresponsive",
    "useful",
    "valuable",
    "weak",
    "wonderful",
    "worse",
    "worst",
];

const MOTIVES: &[&str] = &[
    "because",
    "cared",
    "cares",
    "decided to",
    "eager",
    "enjoyed",
    "enjoys",
    "felt",
    "forgot",
    "hoped",
    "ignored",
    "in order to",
    "intended",
    "keen",
    "likes",
    "motivated",
    "neglected",
    "passionate",
    "refused to",
    "so as to",
    "tried",
    "tries",
    "trying",
    "unwilling",
    "wanted",
    "wants",
    "willing",
    "wished",
];

const HEDGES: &[&str] = &[
    "about",
    "almost",
    "apparently",
    "appears",
    "approximately",
    "arguably",
    "around",
    "clearly",
    "could",
    "generally",
    "hardly",
    "just",
    "kind of",
    "likely",
    "many",
    "maybe",
    "might",
    "mostly",
    "obviously",
    "often",
    "only",
    "perhaps",
    "possibly",
    "presumably",
    "pretty",
    "probably",
    "quite",
    "rarely",
    "rather",
    "really",
    "relatively",
    "roughly",
    "seem",
    "seemed",
    "seems",
    "several",
    "should",
    "sometimes",
    "somewhat",
    "sort of",
    "tends",
    "typically",
    "unlikely",
    "usually",
    "very",
];

/// The refused words of linchpin's own text, in the order of the lists.
#[must_use]
pub fn text(text: &str) -> Vec<Finding> {
    // Everything that is no letter or hyphen separates words, so that a phrase is found across line breaks.
    let plain: String = text
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() || letter == '-' {
                letter
            } else {
                ' '
            }
        })
        .collect();
    let padded = format!(
        " {} ",
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    [
        (ADJECTIVES, Fault::Adjective),
        (MOTIVES, Fault::Motive),
        (HEDGES, Fault::Hedge),
    ]
    .into_iter()
    .flat_map(|(words, fault)| words.iter().map(move |word| Finding { word, fault }))
    .filter(|finding| padded.contains(&format!(" {} ", finding.word)))
    .collect()
}

/// The refused words of a sentence. What people wrote themselves is quoted, not linted.
#[must_use]
pub fn act(act: &Act) -> Vec<Finding> {
    let own: Vec<&str> = act
        .0
        .iter()
        .map(|words| match words {
            Words::Own(own) => own.as_str(),
            // A quotation separates phrases on its two sides.
            Words::Given(_) | Words::Link(_) => "0",
        })
        .collect();
    text(&own.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sentence: &str) -> Vec<&'static str> {
        text(sentence)
            .into_iter()
            .map(|finding| finding.word)
            .collect()
    }

    #[test]
    fn judgement_motive_and_hedge_are_refused() {
        let check = |sentence: &str, expected: &[&str]| {
            assert_eq!(refused(sentence), expected, "{sentence}");
        };
        check("Wrote an excellent review.", &["excellent"]);
        check(
            "Reviewed it promptly because it was waiting",
            &["promptly", "because"],
        );
        check("It seems they might be busy", &["busy", "might", "seems"]);
        check("Merged in order\nto unblock", &["in order to"]);
        check(
            "Reviewed 5 of 6 requested pull requests from 2026-03-02 to 2026-03-15.",
            &[],
        );
        check("Goodness gracious", &[]);
    }

    #[test]
    fn a_quotation_is_not_linted() {
        let sentence = Act::default()
            .own("Merged ")
            .given("Fix a very bad bug")
            .own(".");
        assert!(act(&sentence).is_empty());
        let sentence = Act::default()
            .own("Merged a ")
            .given("x")
            .own(" great change.");
        assert_eq!(act(&sentence).len(), 1);
    }
}
