//! What a review is written from: goals that were set, and initiatives, the pieces of work that they were reached by.

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::{Error, nearest};
use super::feedback::PersonMeasure;
use crate::domain::RepoName;

/// Something that somebody, or the team, set out to reach.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The goal, in one sentence.
    #[schemars(example = &"Halve the wait for a first review")]
    pub title: String,
    /// When it was set: what was before is measured up to this day.
    #[schemars(example = &"2026-01-12")]
    pub set_on: Date,
    /// Whose it is: a GitHub login; none: the team's.
    #[serde(default)]
    #[schemars(example = &"grace")]
    pub login: Option<String>,
    /// When it is due: what came of it is measured up to this day.
    #[serde(default)]
    #[schemars(example = &"2026-06-30")]
    pub due_on: Option<Date>,
    /// What is measured: a metric's id, or one of the measures of `[[feedback]]` where the goal is somebody's. None: not measured.
    #[serde(default)]
    #[schemars(example = &"review.first_response")]
    pub measure: Option<String>,
    /// A product, repository or area; none: every product.
    #[serde(default)]
    #[schemars(example = &"widgets")]
    pub scope: Option<String>,
    /// What was to be reached, in the unit of the measure: hours, a share between 0 and 1, lines, a count.
    #[serde(default)]
    #[schemars(example = 4.0)]
    pub target: Option<f64>,
    /// Which side of the target of a metric is meant; without it only metrics in hours are said to have reached it, at most.
    #[serde(default)]
    #[schemars(example = &"at_most")]
    pub direction: Option<Direction>,
    /// Pages of what was done for it: addresses, or `owner/name#12`.
    #[serde(default)]
    #[schemars(example = ["acme/widgets#401"])]
    pub acts: Vec<String>,
}

/// Which side of a target is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// No more than the target.
    AtMost,
    /// No less than the target.
    AtLeast,
}

impl Direction {
    /// In words, before the number.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
        }
    }

    /// Whether a number is on that side of a target.
    #[must_use]
    pub fn holds(self, number: f64, target: f64) -> bool {
        match self {
            Self::AtMost => number <= target,
            Self::AtLeast => number >= target,
        }
    }
}

impl Goal {
    /// The measure of one person that it names, where it names one.
    #[must_use]
    pub fn person_measure(&self) -> Option<PersonMeasure> {
        PersonMeasure::of_word(self.measure.as_deref()?)
    }

    pub(super) fn validate(&self, file: &str) -> Result<(), Error> {
        let wrong =
            |key: &str, message: String| Err(Error::content(file, format!("goal.{key}"), message));
        if self.title.trim().is_empty() {
            return wrong(
                "title",
                format!("of the goal set on {} says nothing", self.set_on),
            );
        }
        if let Some(due) = self.due_on.filter(|due| *due < self.set_on) {
            return wrong(
                "due_on",
                format!("{due} is before `set_on` {}", self.set_on),
            );
        }
        if let Some(target) = self.target.filter(|target| !target.is_finite()) {
            return wrong("target", format!("`{target}` is no amount"));
        }
        match (&self.measure, self.person_measure()) {
            (None, _) if self.target.is_some() => {
                return wrong(
                    "target",
                    format!(
                        "of `{}` is given without a `measure`: nothing would be held against it",
                        self.title
                    ),
                );
            }
            (Some(_), Some(measure)) => {
                if self.direction.is_some() {
                    let word = measure.word();
                    return wrong(
                        "direction",
                        format!(
                            "is given, and `{word}` says itself which side is meant: take it away"
                        ),
                    );
                }
                if self.login.is_none() {
                    let word = measure.word();
                    return wrong(
                        "measure",
                        format!(
                            "`{word}` is counted of one person: add a `login`, or name a metric for the team"
                        ),
                    );
                }
                if let Some(message) = measure.mistake(self.target) {
                    return wrong("target", message);
                }
            }
            // Whether it is a metric is known where the metrics are: the page of the goal says so.
            _ => {}
        }
        if let Some(text) = self
            .acts
            .iter()
            .find(|text| !super::feedback::is_page(text))
        {
            return wrong(
                "acts",
                format!("`{text}` is no page: write its address, or `owner/name#12`"),
            );
        }
        Ok(())
    }
}

/// A piece of work that a review is written from. A pull request belongs to the first one that it matches.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Initiative {
    /// Its name.
    #[schemars(example = &"Checkout in two steps")]
    pub title: String,
    /// Who leads it: a GitHub login.
    #[serde(default)]
    #[schemars(example = &"ada")]
    pub lead: Option<String>,
    /// Who stands in for the lead and learns from it: a GitHub login.
    #[serde(default)]
    #[schemars(example = &"grace")]
    pub second: Option<String>,
    /// First day: pull requests opened before are not its.
    #[serde(default)]
    #[schemars(example = &"2026-02-02")]
    pub from: Option<Date>,
    /// Last day: pull requests opened later are not its.
    #[serde(default)]
    #[schemars(example = &"2026-04-30")]
    pub to: Option<Date>,
    /// The title of the goal that it serves.
    #[serde(default)]
    #[schemars(example = &"Halve the wait for a first review")]
    pub goal: Option<String>,
    /// A milestone: pull requests that close or mention one of its issues.
    #[serde(default)]
    #[schemars(example = &"Checkout")]
    pub milestone: Option<String>,
    /// A tracking issue: pull requests that close or mention it, or one of its sub-issues.
    #[serde(default)]
    #[schemars(example = &"acme/widgets#301")]
    pub issue: Option<String>,
    /// A label of pull requests.
    #[serde(default)]
    #[schemars(example = &"checkout")]
    pub label: Option<String>,
    /// What head branches begin with.
    #[serde(default)]
    #[schemars(example = &"checkout/")]
    pub branch_prefix: Option<String>,
    /// Globs of paths, of which a pull request touches one.
    #[serde(default)]
    #[schemars(example = ["checkout/**"])]
    pub paths: Vec<String>,
    /// Repositories: the others are not looked at. Alone, all pull requests of them.
    #[serde(default)]
    #[schemars(example = ["acme/widgets"], with = "Vec<String>")]
    pub repositories: Vec<RepoName>,
}

impl Initiative {
    /// Whether it names anything besides repositories that a pull request could match.
    #[must_use]
    pub fn has_marks(&self) -> bool {
        self.milestone.is_some()
            || self.issue.is_some()
            || self.label.is_some()
            || self.branch_prefix.is_some()
            || !self.paths.is_empty()
    }
}

pub(super) fn validate(
    initiatives: &[Initiative],
    goals: &[Goal],
    file: &str,
) -> Result<(), Error> {
    let mut titles = BTreeSet::new();
    for one in initiatives {
        let wrong = |key: &str, message: String| {
            Err(Error::content(file, format!("initiative.{key}"), message))
        };
        let title = one.title.trim();
        if title.is_empty() {
            return wrong("title", "says nothing".to_owned());
        }
        if !titles.insert(title.to_lowercase()) {
            return wrong("title", format!("`{title}` is given twice"));
        }
        if let (Some(from), Some(to)) = (one.from, one.to)
            && to < from
        {
            return wrong("to", format!("{to} is before `from` {from}"));
        }
        if !one.has_marks() && one.repositories.is_empty() {
            return wrong(
                "title",
                format!(
                    "`{title}` matches nothing: give one of `milestone`, `issue`, `label`, `branch_prefix`, `paths` and `repositories`"
                ),
            );
        }
        if let Some(glob) = one
            .paths
            .iter()
            .find(|glob| globset::Glob::new(glob).is_err())
        {
            return wrong("paths", format!("`{glob}` is not a glob"));
        }
        if let Some(text) = one
            .issue
            .as_ref()
            .filter(|text| !super::feedback::is_page(text))
        {
            return wrong(
                "issue",
                format!("`{text}` is no issue: write its address, or `owner/name#12`"),
            );
        }
        if let Some(goal) = &one.goal
            && !goals
                .iter()
                .any(|known| known.title.eq_ignore_ascii_case(goal))
        {
            let known = goals.iter().map(|goal| goal.title.as_str());
            let near = nearest(goal, known)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return wrong(
                "goal",
                format!("`{goal}` is the title of no `[[goal]]`{near}"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::register::parse_private;

    #[test]
    fn a_goal_and_an_initiative_that_could_not_be_told_are_refused() {
        let check = |text: &str, expected: &str| {
            let said = parse_private(text, "it")
                .map(|_| ())
                .unwrap_err()
                .to_string();
            assert!(said.contains(expected), "{said}");
        };
        let goal = "[[goal]]\ntitle = \"Halve it\"\nset_on = \"2026-01-12\"\n";
        check(&format!("{goal}due_on = \"2026-01-01\"\n"), "`goal.due_on`");
        check(&format!("{goal}target = 4\n"), "without a `measure`");
        check(
            &format!("{goal}measure = \"reviews.answered\"\n"),
            "add a `login`",
        );
        check(&format!("{goal}acts = [\"12\"]\n"), "`goal.acts`");
        let own = format!("{goal}login = \"ada\"\nmeasure = \"pull_requests.size\"\n");
        check(&own, "`goal.target`");
        check(
            &format!("{own}target = 200\ndirection = \"at_most\"\n"),
            "`goal.direction`",
        );
        let initiative = format!("{goal}[[initiative]]\ntitle = \"Checkout\"\n");
        check(&initiative, "matches nothing");
        check(
            &format!("{initiative}label = \"x\"\ngoal = \"Halve its\"\n"),
            "did you mean `Halve it`",
        );
        check(
            &format!("{initiative}paths = [\"a[\"]\n"),
            "`initiative.paths`",
        );
        check(
            &format!("{initiative}issue = \"12\"\n"),
            "`initiative.issue`",
        );
        check(
            &format!("{initiative}label = \"x\"\nfrom = \"2026-02-02\"\nto = \"2026-02-01\"\n"),
            "`initiative.to`",
        );
        check(
            &format!("{initiative}labels = [\"x\"]\n"),
            "did you mean `label`",
        );
    }
}
