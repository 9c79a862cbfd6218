//! What a team expects on which level, and on which level somebody is.
//!
//! Expectations stand in the private register or in files beside it, ladders, which have the same shape.

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::{Error, nearest};
use crate::domain::moment::Kind;

/// What is expected of somebody on a level, and what counts as evidence of it.
///
/// Kinds are looked for among a person's moments, narrowed by areas, labels and initiatives where those are given too. Initiatives
/// alone are told themselves. Nothing that counts: the record is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The level that it is of. The levels of a file follow each other in the order in which they first stand there.
    #[schemars(example = &"engineer")]
    pub level: String,
    /// The competency that it is of.
    #[schemars(example = &"incident management")]
    pub competency: String,
    /// What is expected, in one or two sentences.
    #[schemars(example = &"Takes part in incidents and writes down what happened.")]
    pub text: String,
    /// Kinds of moments that count, as `evidence.jsonl` names them.
    #[serde(default)]
    #[schemars(example = ["incident", "postmortem"])]
    pub kinds: Vec<Kind>,
    /// Areas that count, with or without the repository before them; none: all.
    #[serde(default)]
    #[schemars(example = ["widgets/billing"])]
    pub areas: Vec<String>,
    /// Labels that count, of a pull request or of an issue that it closes; none: all.
    #[serde(default)]
    #[schemars(example = ["customer"])]
    pub labels: Vec<String>,
    /// Initiatives that count: ids, titles, or `led` and `implemented` for all that the person led or wrote in.
    #[serde(default)]
    #[schemars(example = ["led"])]
    pub initiatives: Vec<String>,
}

impl Expectation {
    /// The word of `initiatives` for all that the person led, as lead or as second.
    pub const LED: &'static str = "led";
    /// The word of `initiatives` for all that the person wrote in.
    pub const IMPLEMENTED: &'static str = "implemented";

    /// Whether the record is asked for evidence of it at all.
    #[must_use]
    pub const fn counts_anything(&self) -> bool {
        !(self.kinds.is_empty()
            && self.areas.is_empty()
            && self.labels.is_empty()
            && self.initiatives.is_empty())
    }

    /// The initiatives that it names one by one, by id or title.
    pub fn named_initiatives(&self) -> impl Iterator<Item = &str> {
        let names = self.initiatives.iter().map(|name| name.trim());
        names.filter(|name| ![Self::LED, Self::IMPLEMENTED].contains(name))
    }

    fn validate(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: &str, message: String| {
            Err(Error::content(file, format!("expectation.{key}"), message))
        };
        let (level, competency) = (self.level.trim(), self.competency.trim());
        if level.is_empty() {
            return wrong(
                "level",
                format!("of an expectation of `{competency}` says nothing: write the level's name"),
            );
        }
        if competency.is_empty() {
            return wrong(
                "competency",
                format!("of an expectation of the level `{level}` says nothing: write its name"),
            );
        }
        if self.text.trim().is_empty() {
            return wrong(
                "text",
                format!(
                    "of `{competency}` on the level `{level}` says nothing: write what is expected"
                ),
            );
        }
        for (key, words) in [
            ("areas", &self.areas),
            ("labels", &self.labels),
            ("initiatives", &self.initiatives),
        ] {
            if words.iter().any(|word| word.trim().is_empty()) {
                return wrong(
                    key,
                    format!("of `{competency}` on the level `{level}` names nothing: take it away"),
                );
            }
        }
        Ok(())
    }
}

/// On which level somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Who: a GitHub login.
    #[schemars(example = &"grace")]
    pub login: String,
    /// The level, as expectations name it.
    #[schemars(example = &"engineer")]
    pub level: String,
    /// The level after it. None: the one that follows in the file of its expectations.
    #[serde(default)]
    #[schemars(example = &"senior engineer")]
    pub next: Option<String>,
    /// The first day on the level.
    #[serde(default)]
    #[schemars(example = &"2026-03-01")]
    pub since: Option<Date>,
}

/// A file of expectations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ladder {
    #[serde(default, rename = "expectation")]
    expectations: Vec<Expectation>,
}

/// Reads a ladder from its text. `file` is only used to name it in errors.
///
/// # Errors
/// No TOML, an unknown key or kind, an expectation that says nothing, or no expectation at all.
pub fn parse_ladder(text: &str, file: &str) -> Result<Vec<Expectation>, Error> {
    let ladder: Ladder = super::decode(text, file)?;
    if ladder.expectations.is_empty() {
        let message =
            "stands nowhere in it: write at least one, or take the file out of `expectations`";
        return Err(Error::content(file, "expectation", message));
    }
    validate(&ladder.expectations, file)?;
    Ok(ladder.expectations)
}

pub(super) fn validate(expectations: &[Expectation], file: &str) -> Result<(), Error> {
    expectations.iter().try_for_each(|one| one.validate(file))
}

/// Whether the path of a ladder stays below the register's folder, whatever the folder holds.
pub(super) fn validate_path(path: &str, file: &str) -> Result<(), Error> {
    use std::path::{Component, Path};
    let is_below = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.trim().is_empty() || !Path::new(path).components().all(is_below) {
        let message = format!(
            "`{path}` is no file below the register's folder: put the ladder beside the register, and write its path from there"
        );
        return Err(Error::content(file, "expectations", message));
    }
    Ok(())
}

/// The levels of a file, in the order in which they first stand there.
pub(super) fn order_of(expectations: &[Expectation]) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    for one in expectations {
        if !order.iter().any(|known| is_same(known, &one.level)) {
            order.push(one.level.trim().to_owned());
        }
    }
    order
}

/// Whether two names of levels or competencies are one.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Refuses levels of people that no expectation is of.
pub(super) fn validate_levels(
    levels: &[Level],
    orders: &[Vec<String>],
    file: &str,
) -> Result<(), Error> {
    let wrong =
        |key: &str, message: String| Err(Error::content(file, format!("level.{key}"), message));
    let mut seen = BTreeSet::new();
    for one in levels {
        if !seen.insert(one.login.to_lowercase()) {
            return wrong(
                "login",
                format!("`{}` has two levels: leave one of them", one.login),
            );
        }
        let next = one.next.as_ref().map(|next| ("next", next));
        for (key, level) in [("level", &one.level)].into_iter().chain(next) {
            let known = || orders.iter().flatten().map(String::as_str);
            if known().any(|known| is_same(known, level)) {
                continue;
            }
            let step = match (nearest(level, known()), known().next()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(_)) => {
                    let all: Vec<&str> = known().collect();
                    format!("there are `{}`", all.join("`, `"))
                }
                (None, None) => {
                    "write `[[expectation]]` entries of it, or name a file that has them with `expectations`".to_owned()
                }
            };
            return wrong(
                key,
                format!(
                    "no expectation is of the level `{level}` of `{}`; {step}",
                    one.login
                ),
            );
        }
        if let Some(next) = one.next.as_ref().filter(|next| is_same(next, &one.level)) {
            return wrong(
                "next",
                format!(
                    "`{next}` is the level that `{}` is on: name the one after it, or leave it out",
                    one.login
                ),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::parse_private;

    const ONE: &str =
        "[[expectation]]\nlevel = \"engineer\"\ncompetency = \"code\"\ntext = \"Writes it.\"\n";

    fn refused(text: &str, expected: &[&str]) {
        let said = parse_private(text, "it")
            .map(|_| ())
            .unwrap_err()
            .to_string();
        for words in expected {
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn what_could_not_be_told_names_the_thing_the_cause_and_the_next_step() {
        for (key, words) in [
            (
                "Writes it.",
                [
                    "`expectation.text`",
                    "`code` on the level `engineer`",
                    "write what is expected",
                ],
            ),
            (
                "code",
                [
                    "`expectation.competency`",
                    "the level `engineer`",
                    "write its name",
                ],
            ),
            (
                "engineer",
                ["`expectation.level`", "of `code`", "write the level's name"],
            ),
        ] {
            refused(&ONE.replace(key, " "), &words);
        }
        refused(
            &format!("{ONE}kinds = [\"postmortm\"]\n"),
            &["unknown variant", "did you mean `postmortem`?"],
        );
        refused(&format!("{ONE}kind = []\n"), &["did you mean `kinds`?"]);
        refused(
            &format!("{ONE}labels = [\"\"]\n"),
            &["`expectation.labels`", "take it away"],
        );
        let level = |level: &str| format!("[[level]]\nlogin = \"ada\"\nlevel = \"{level}\"\n");
        refused(
            &level("engineer"),
            &["`engineer` of `ada`", "name a file that has them"],
        );
        let with = |text: String| format!("{ONE}{text}");
        refused(
            &with(level("enginer")),
            &["`level.level`", "did you mean `engineer`?"],
        );
        refused(
            &with(level("a wholly other word")),
            &["there are `engineer`"],
        );
        refused(
            &with(level("engineer") + "next = \"Engineer\"\n"),
            &["`level.next`", "name the one after it"],
        );
        refused(
            &with(level("engineer") + &level("engineer").replace("ada", "ADA")),
            &["`level.login`", "two levels"],
        );
        for path in ["/etc/ladder.toml", "../ladder.toml", "a/../../b.toml", ""] {
            refused(
                &format!("expectations = [\"{path}\"]\n"),
                &["`expectations`", "beside the register"],
            );
        }
        assert!(parse_ladder("", "it").is_err());
        assert!(parse_ladder("[[level]]\nlogin = \"ada\"\n", "it").is_err());
    }

    #[test]
    fn a_level_of_a_ladder_is_known_once_the_ladder_is_read() {
        let text = "expectations = [\"one.toml\", \"two.toml\"]\n\
                    [[level]]\nlogin = \"ada\"\nlevel = \"Engineer\"\n[[level]]\nlogin = \"ben\"\nlevel = \"senior\"\n";
        let register = parse_private(text, "it").unwrap();
        let first = parse_ladder(
            &format!("{ONE}{}", ONE.replace("engineer", "senior")),
            "one",
        )
        .unwrap();
        let second = parse_ladder(&ONE.replace("engineer", "lead"), "two").unwrap();
        let whole = register
            .clone()
            .with_ladders(vec![first, second.clone()], "it")
            .unwrap();
        assert_eq!(whole.expectations.len(), 3);
        // The level that follows is of the same file.
        assert_eq!(whole.next_of(&whole.levels[0]), Some("senior"));
        assert_eq!(whole.next_of(&whole.levels[1]), None);
        let said = register
            .with_ladders(vec![second], "it")
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("no expectation is of the level `Engineer` of `ada`"),
            "{said}"
        );
    }
}
