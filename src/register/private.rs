//! `linchpin.private.toml`: what only the lead and the person concerned should read.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::Error;
use super::expectations::{self, Expectation, Level, is_same};
use super::feedback::{Aim, Feedback, FollowUp, PersonMeasure};
use super::initiatives::{self, Goal, Initiative};

/// The private register. Every key has a default: an empty file is valid.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PrivateRegister {
    /// Days of a sprint: what was agreed after feedback is looked at in stretches of so many days, from the agreed day on.
    #[schemars(example = 14, range(min = 1, max = 92))]
    pub sprint_days: u32,
    /// Files of `[[expectation]]` entries, by their paths below this register's folder. Their expectations come before those of this file.
    #[serde(rename = "expectations")]
    #[schemars(example = ["expectations/competencies.toml"])]
    pub ladders: Vec<String>,
    /// Declared absences.
    #[serde(rename = "absence")]
    pub absences: Vec<Absence>,
    /// Weeks in which somebody is there for a person who is new.
    #[serde(rename = "buddy")]
    pub buddies: Vec<Buddy>,
    /// Declared delegations.
    #[serde(rename = "delegation")]
    pub delegations: Vec<Delegation>,
    /// Feedback, and what was agreed after it.
    pub feedback: Vec<Feedback>,
    /// Agreed observations of older registers: `[[feedback]]` says more, and can be counted.
    #[serde(rename = "follow_up")]
    pub follow_ups: Vec<FollowUp>,
    /// What is expected on a level, by competency.
    #[serde(rename = "expectation")]
    pub expectations: Vec<Expectation>,
    /// On which level somebody is.
    #[serde(rename = "level")]
    pub levels: Vec<Level>,
    /// The levels of each file in their order, that of this file at the end.
    #[serde(skip)]
    pub(super) orders: Vec<Vec<String>>,
    /// Goals that were set.
    #[serde(rename = "goal")]
    pub goals: Vec<Goal>,
    /// Pieces of work that a review is written from. A pull request belongs to the first one that it matches.
    #[serde(rename = "initiative")]
    pub initiatives: Vec<Initiative>,
    /// Evidence that GitHub cannot see, written by hand.
    #[serde(rename = "manual_entry")]
    pub manual_entries: Vec<ManualEntry>,
}

/// A declared absence; both days are inside.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// Who is away: a GitHub login.
    #[schemars(example = &"ada")]
    pub login: String,
    /// First day away.
    #[schemars(example = &"2026-07-06")]
    pub from: Date,
    /// Last day away.
    #[schemars(example = &"2026-07-17")]
    pub to: Date,
}

/// Weeks in which somebody is there for a person who is new; both days are inside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Buddy {
    /// Who is there: a GitHub login.
    #[schemars(example = &"grace")]
    pub login: String,
    /// For whom: a GitHub login.
    #[schemars(example = &"ada")]
    pub joiner: String,
    /// First day.
    #[schemars(example = &"2026-01-05")]
    pub from: Date,
    /// Last day.
    #[schemars(example = &"2026-03-27")]
    pub to: Date,
}

/// Work handed from one person to another.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// What, in a few words.
    #[schemars(example = &"release process")]
    pub what: String,
    /// Login of who hands over.
    #[schemars(example = &"ada")]
    pub from: String,
    /// Login of who takes over.
    #[schemars(example = &"grace")]
    pub to: String,
    /// First day.
    #[schemars(example = &"2026-01-15")]
    pub start_on: Date,
    /// Agreed end.
    #[serde(default)]
    #[schemars(example = &"2026-04-15")]
    pub due_on: Option<Date>,
    /// Globs of the paths it covers.
    #[serde(default)]
    #[schemars(example = ["release/**"])]
    pub paths: Vec<String>,
    /// Labels it covers.
    #[serde(default)]
    #[schemars(example = ["release"])]
    pub labels: Vec<String>,
    /// Why it is handed over, in one sentence.
    #[serde(default)]
    #[schemars(example = &"Releases wait for one person.")]
    pub why: Option<String>,
    /// What is counted of who takes over since the start: a measure that needs no target.
    #[serde(default)]
    #[schemars(example = &"releases.made")]
    pub measure: Option<PersonMeasure>,
    /// How both talk about it on the way.
    #[serde(default)]
    #[schemars(example = &"every second one-on-one")]
    pub check_in: Option<String>,
    /// How much of it stays with who hands over, for this task alone.
    #[serde(default)]
    #[schemars(example = &"participating")]
    pub style: Option<DelegationStyle>,
    /// When it was done.
    #[serde(default)]
    #[schemars(example = &"2026-04-10")]
    pub done_on: Option<Date>,
}

/// How a task is handed over: of the task, never of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegationStyle {
    /// Who hands over says what and how.
    Telling,
    /// Who hands over says what, and explains why.
    Selling,
    /// Both decide together.
    Participating,
    /// Who takes over decides.
    Delegating,
}

impl DelegationStyle {
    /// The word of a register.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Telling => "telling",
            Self::Selling => "selling",
            Self::Participating => "participating",
            Self::Delegating => "delegating",
        }
    }
}

/// Something GitHub did not see, told by the person or the lead.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualEntry {
    /// Whose: a GitHub login.
    #[schemars(example = &"grace")]
    pub login: String,
    /// When.
    #[schemars(example = &"2026-04-02")]
    pub on: Date,
    /// What, in one sentence.
    #[schemars(example = &"Ran the incident workshop for the support team.")]
    pub text: String,
    /// A link, where there is one.
    #[serde(default)]
    #[schemars(example = &"https://example.com/notes")]
    pub link: Option<String>,
    /// Whether the lead noted it (else: self-reported).
    #[serde(default)]
    #[schemars(example = false)]
    pub noted_by_lead: bool,
}

impl Default for PrivateRegister {
    fn default() -> Self {
        Self {
            sprint_days: 14,
            ladders: Vec::new(),
            expectations: Vec::new(),
            levels: Vec::new(),
            orders: Vec::new(),
            absences: Vec::new(),
            buddies: Vec::new(),
            delegations: Vec::new(),
            feedback: Vec::new(),
            follow_ups: Vec::new(),
            goals: Vec::new(),
            initiatives: Vec::new(),
            manual_entries: Vec::new(),
        }
    }
}

impl PrivateRegister {
    /// All feedback, what older registers call a follow-up included, in its own order.
    pub fn all_feedback(&self) -> impl Iterator<Item = Feedback> + '_ {
        let older = self.follow_ups.iter().map(FollowUp::feedback);
        self.feedback.iter().cloned().chain(older)
    }

    /// The register with the expectations of its ladders before its own, in the order of `expectations`.
    ///
    /// # Errors
    /// A level of somebody that no expectation is of.
    pub fn with_ladders(
        mut self,
        ladders: Vec<Vec<Expectation>>,
        file: &str,
    ) -> Result<Self, Error> {
        let own = std::mem::take(&mut self.expectations);
        let mut files = ladders;
        files.push(own);
        self.orders = files
            .iter()
            .map(|file| expectations::order_of(file))
            .collect();
        self.expectations = files.into_iter().flatten().collect();
        expectations::validate_levels(&self.levels, &self.orders, file)?;
        Ok(self)
    }

    /// The level after somebody's: what the entry names, else what follows in the first file that has the level.
    #[must_use]
    pub fn next_of<'a>(&'a self, one: &'a Level) -> Option<&'a str> {
        if let Some(next) = &one.next {
            return Some(next);
        }
        let is_it = |level: &String| is_same(level, &one.level);
        let mut with_it = self.orders.iter().filter(|order| order.iter().any(is_it));
        let order = with_it.next()?;
        let at = order.iter().position(is_it)?;
        order.get(at + 1).map(String::as_str)
    }

    /// Every login that it names, in its own order.
    pub fn logins(&self) -> impl Iterator<Item = &str> {
        let absences = self.absences.iter().map(|absence| &absence.login);
        let delegations = self.delegations.iter();
        let buddies = self.buddies.iter();
        absences
            .chain(buddies.flat_map(|buddy| [&buddy.login, &buddy.joiner]))
            .chain(delegations.flat_map(|delegation| [&delegation.from, &delegation.to]))
            .chain(self.feedback.iter().map(|feedback| &feedback.login))
            .chain(
                self.feedback
                    .iter()
                    .filter_map(|feedback| feedback.from.as_ref()),
            )
            .chain(self.follow_ups.iter().map(|follow_up| &follow_up.login))
            .chain(self.goals.iter().filter_map(|goal| goal.login.as_ref()))
            .chain(
                self.initiatives
                    .iter()
                    .flat_map(|one| one.lead.iter().chain(&one.second)),
            )
            .chain(self.levels.iter().map(|level| &level.login))
            .chain(self.manual_entries.iter().map(|entry| &entry.login))
            .map(String::as_str)
    }

    pub(super) fn validate(&self, file: &str) -> Result<(), Error> {
        if !(1..=92).contains(&self.sprint_days) {
            let message = format!("is {}: write 1 to 92 days", self.sprint_days);
            return Err(Error::content(file, "sprint_days", message));
        }
        for feedback in &self.feedback {
            feedback.validate(file)?;
        }
        for goal in &self.goals {
            goal.validate(file)?;
        }
        initiatives::validate(&self.initiatives, &self.goals, file)?;
        expectations::validate(&self.expectations, file)?;
        for path in &self.ladders {
            expectations::validate_path(path, file)?;
        }
        for absence in &self.absences {
            if absence.to < absence.from {
                let message = format!("`to` {} is before `from` {}", absence.to, absence.from);
                return Err(Error::content(file, "absence", message));
            }
        }
        for buddy in &self.buddies {
            let wrong = |message: String| Err(Error::content(file, "buddy", message));
            if buddy.to < buddy.from {
                return wrong(format!("`to` {} is before `from` {}", buddy.to, buddy.from));
            }
            if buddy.login.eq_ignore_ascii_case(&buddy.joiner) {
                return wrong(format!("`{}` is there for themselves", buddy.login));
            }
        }
        for delegation in &self.delegations {
            if delegation.from.eq_ignore_ascii_case(&delegation.to) {
                let message = format!("`{}` hands over to themselves", delegation.from);
                return Err(Error::content(file, "delegation", message));
            }
            let days = [
                ("due_on", delegation.due_on),
                ("done_on", delegation.done_on),
            ];
            for (key, day) in days {
                if let Some(day) = day.filter(|day| *day < delegation.start_on) {
                    let message = format!("{day} is before `start_on` {}", delegation.start_on);
                    return Err(Error::content(file, format!("delegation.{key}"), message));
                }
            }
            if let Some(measure) = delegation.measure.filter(|one| one.aim() == Aim::AtMost) {
                let message = format!(
                    "`{}` needs a target, and a delegation has none: name one that is so or is not so, or `releases.made`",
                    measure.word()
                );
                return Err(Error::content(file, "delegation.measure", message));
            }
            if let Some(glob) = delegation
                .paths
                .iter()
                .find(|glob| globset::Glob::new(glob).is_err())
            {
                return Err(Error::content(
                    file,
                    "delegation.paths",
                    format!("`{glob}` is not a glob"),
                ));
            }
        }
        for follow_up in &self.follow_ups {
            if let Some(stop) = follow_up.stop_on.filter(|stop| *stop < follow_up.agreed_on) {
                let message = format!(
                    "`stop_on` {stop} is before `agreed_on` {}",
                    follow_up.agreed_on
                );
                return Err(Error::content(file, "follow_up", message));
            }
        }
        Ok(())
    }
}
