//! What the team says of its work: what kinds there are, and what changed when.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that changed on a day: a migration, a release train, a review season. Figures compare before and after.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedEvent {
    /// The first day on which it was so.
    #[schemars(example = &"2026-03-11")]
    pub on: Date,
    /// What, in a few words.
    #[schemars(example = &"Smaller changes")]
    pub title: String,
}

/// What makes a pull request feature, maintenance, debt or incident work.
///
/// A kind that is given replaces that kind's default rules; the others keep theirs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkMix {
    /// Something new for its users.
    pub feature: WorkRules,
    /// Keeping what there is: fixes, documents, dependencies, pipelines.
    pub maintenance: WorkRules,
    /// Paying back: nothing changes for its users.
    pub debt: WorkRules,
    /// Answering an incident.
    pub incident: WorkRules,
}

/// The rules of one kind of work. A pull request that matches none of any kind is unclassified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkRules {
    /// Labels, whole and in any case.
    #[schemars(example = ["tech-debt"])]
    pub labels: Vec<String>,
    /// What the head branch begins with.
    #[schemars(example = ["debt/"])]
    pub branches: Vec<String>,
    /// Types of a conventional title: `fix` of `fix(parser): …`.
    #[schemars(example = ["refactor"])]
    pub types: Vec<String>,
    /// Globs, of which every file of the pull request matches one.
    #[schemars(example = ["legacy/**"])]
    pub paths: Vec<String>,
}

impl Default for WorkMix {
    fn default() -> Self {
        let list = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Self {
            feature: WorkRules {
                labels: list(&["feature", "enhancement"]),
                branches: list(&["feature/", "feat/"]),
                types: list(&["feat", "feature"]),
                paths: Vec::new(),
            },
            maintenance: WorkRules {
                labels: list(&[
                    "bug",
                    "fix",
                    "maintenance",
                    "dependencies",
                    "documentation",
                    "docs",
                    "chore",
                ]),
                branches: list(&["fix/", "bugfix/", "docs/", "chore/", "ci/", "deps/"]),
                types: list(&[
                    "fix", "docs", "chore", "ci", "build", "test", "perf", "style",
                ]),
                paths: list(&["docs/**", ".github/**"]),
            },
            debt: WorkRules {
                labels: list(&[
                    "debt",
                    "tech-debt",
                    "technical-debt",
                    "refactoring",
                    "refactor",
                ]),
                branches: list(&["debt/", "refactor/", "cleanup/"]),
                types: list(&["refactor"]),
                paths: Vec::new(),
            },
            incident: WorkRules {
                labels: list(&["incident", "hotfix"]),
                branches: list(&["hotfix/", "incident/"]),
                types: list(&["hotfix"]),
                paths: Vec::new(),
            },
        }
    }
}

impl DatedEvent {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.title.trim().is_empty()
    }
}

impl WorkMix {
    /// The globs of each kind with the key that holds them.
    pub(super) fn paths(&self) -> [(&'static str, &Vec<String>); 4] {
        [
            ("work_mix.feature.paths", &self.feature.paths),
            ("work_mix.maintenance.paths", &self.maintenance.paths),
            ("work_mix.debt.paths", &self.debt.paths),
            ("work_mix.incident.paths", &self.incident.paths),
        ]
    }

    /// The rules of each kind, by its word.
    #[must_use]
    pub fn kinds(&self) -> [(&'static str, &WorkRules); 4] {
        [
            ("feature", &self.feature),
            ("maintenance", &self.maintenance),
            ("debt", &self.debt),
            ("incident", &self.incident),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::register::parse;

    #[test]
    fn a_dated_event_says_something_and_a_glob_is_one() {
        let check = |text: &str, expected: &str| {
            let message = parse(text, "linchpin.toml").unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        };
        check(
            "[[event]]\non = \"2026-03-11\"\ntitle = \" \"\n",
            "event.title",
        );
        check(
            "[[event]]\non = \"soon\"\ntitle = \"x\"\n",
            "linchpin.toml:2",
        );
        check("[work_mix.debt]\npaths = [\"a[\"]\n", "work_mix.debt.paths");
        check("[work_mix.debts]\n", "did you mean `debt`");
    }

    #[test]
    fn a_kind_that_is_given_replaces_its_defaults_alone() {
        let register = parse("[work_mix.debt]\nlabels = [\"owed\"]\n", "linchpin.toml").unwrap();
        assert_eq!(register.work_mix.debt.labels, ["owed"]);
        assert!(register.work_mix.debt.types.is_empty());
        assert!(!register.work_mix.feature.types.is_empty());
    }
}
