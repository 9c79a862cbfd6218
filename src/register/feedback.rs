//! Feedback that was given, what was agreed after it, and what of it can be counted.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::Error;

/// Feedback and what was agreed after it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// Whom it is about: a GitHub login.
    #[schemars(example = &"grace")]
    pub login: String,
    /// The topic, in a few words.
    #[schemars(example = &"comments in reviews")]
    pub topic: String,
    /// When it was given and agreed: sprints are counted from this day on.
    #[schemars(example = &"2026-03-02")]
    pub given_on: Date,
    /// Who gave it: a GitHub login.
    #[serde(default)]
    #[schemars(example = &"ada")]
    pub from: Option<String>,
    /// What it asks for.
    #[serde(default)]
    #[schemars(example = &"change")]
    pub kind: Option<FeedbackKind>,
    /// Pages of the situation that it was about: addresses, or `owner/name#12`.
    #[serde(default)]
    #[schemars(example = ["acme/widgets#388"])]
    pub situation: Vec<String>,
    /// What is counted, sprint by sprint. None: it is looked at by hand, and no number is told.
    #[serde(default)]
    #[schemars(example = &"reviews.commented")]
    pub measure: Option<PersonMeasure>,
    /// The number that was agreed, in the unit of the measure.
    #[serde(default)]
    #[schemars(example = 1.0)]
    pub target: Option<f64>,
    /// The last day that is looked at.
    #[serde(default)]
    #[schemars(example = &"2026-05-31")]
    pub stop_on: Option<Date>,
    /// The observable act that was agreed, in words. It is quoted; the measure counts.
    #[serde(default)]
    #[schemars(example = &"at least one comment on each review")]
    pub observable: Option<String>,
}

/// What feedback asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// To go on like this.
    Keep,
    /// To do it otherwise.
    Change,
}

impl FeedbackKind {
    /// In words, after `Feedback`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Keep => "to go on like this",
            Self::Change => "to do it otherwise",
        }
    }
}

/// An agreed observation after feedback, as registers had it before `[[feedback]]`. It has no measure: it is looked at by hand.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// Whom it was agreed with: a GitHub login.
    #[schemars(example = &"grace")]
    pub login: String,
    /// The topic, in a few words.
    #[schemars(example = &"reviews")]
    pub topic: String,
    /// When it was agreed.
    #[schemars(example = &"2026-03-01")]
    pub agreed_on: Date,
    /// When to stop looking.
    #[serde(default)]
    #[schemars(example = &"2026-05-01")]
    pub stop_on: Option<Date>,
    /// The observable act that was agreed.
    #[schemars(example = &"comments on each requested review")]
    pub observable: String,
}

impl FollowUp {
    /// The same as feedback.
    #[must_use]
    pub fn feedback(&self) -> Feedback {
        Feedback {
            login: self.login.clone(),
            topic: self.topic.clone(),
            given_on: self.agreed_on,
            from: None,
            kind: None,
            situation: Vec::new(),
            measure: None,
            target: None,
            stop_on: self.stop_on,
            observable: Some(self.observable.clone()),
        }
    }
}

/// What can be counted of one person, where an entry of the private register asks for it. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum PersonMeasure {
    /// Reviews that were asked for and given.
    #[serde(rename = "reviews.answered")]
    ReviewsAnswered,
    /// Reviews with at least so many comments (one, where no target is given).
    #[serde(rename = "reviews.commented")]
    ReviewsCommented,
    /// Reviews given within so many working hours of the request.
    #[serde(rename = "reviews.turnaround")]
    ReviewsTurnaround,
    /// Own pull requests of at most so many changed lines.
    #[serde(rename = "pull_requests.size")]
    PullRequestsSize,
    /// Own pull requests merged after at most so many review rounds.
    #[serde(rename = "pull_requests.rounds")]
    PullRequestsRounds,
    /// Own pull requests opened as a draft.
    #[serde(rename = "pull_requests.draft_first")]
    PullRequestsDraftFirst,
    /// Own pull requests with code that touch a test.
    #[serde(rename = "pull_requests.tests_touched")]
    PullRequestsTestsTouched,
    /// Own pull requests with code that touch a document.
    #[serde(rename = "pull_requests.docs_touched")]
    PullRequestsDocsTouched,
    /// Assigned issues of others that had a first reply within so many working hours.
    #[serde(rename = "issues.reply")]
    IssuesReply,
    /// Assigned incidents without a longer gap between two updates than so many hours.
    #[serde(rename = "incidents.update")]
    IncidentsUpdate,
    /// Assigned issues that were closed by their due day: `Due: 2026-04-08` in the issue, else the last day of its milestone.
    #[serde(rename = "actions.done_by_due")]
    ActionsDoneByDue,
    /// Releases, at least so many a sprint (one, where no target is given).
    #[serde(rename = "releases.made")]
    ReleasesMade,
}

/// What a measure holds its target for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// The most that is in order: it must be given.
    AtMost,
    /// The least that is in order: one where it is not given.
    AtLeast,
    /// It is so or it is not: there is no target.
    Whether,
}

impl PersonMeasure {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 12] = [
        Self::ReviewsAnswered,
        Self::ReviewsCommented,
        Self::ReviewsTurnaround,
        Self::PullRequestsSize,
        Self::PullRequestsRounds,
        Self::PullRequestsDraftFirst,
        Self::PullRequestsTestsTouched,
        Self::PullRequestsDocsTouched,
        Self::IssuesReply,
        Self::IncidentsUpdate,
        Self::ActionsDoneByDue,
        Self::ReleasesMade,
    ];

    /// Its name in a register.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReviewsAnswered => "reviews.answered",
            Self::ReviewsCommented => "reviews.commented",
            Self::ReviewsTurnaround => "reviews.turnaround",
            Self::PullRequestsSize => "pull_requests.size",
            Self::PullRequestsRounds => "pull_requests.rounds",
            Self::PullRequestsDraftFirst => "pull_requests.draft_first",
            Self::PullRequestsTestsTouched => "pull_requests.tests_touched",
            Self::PullRequestsDocsTouched => "pull_requests.docs_touched",
            Self::IssuesReply => "issues.reply",
            Self::IncidentsUpdate => "incidents.update",
            Self::ActionsDoneByDue => "actions.done_by_due",
            Self::ReleasesMade => "releases.made",
        }
    }

    /// The measure of a name.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.word() == word)
    }

    /// What its target is.
    #[must_use]
    pub const fn aim(self) -> Aim {
        match self {
            Self::ReviewsTurnaround
            | Self::PullRequestsSize
            | Self::PullRequestsRounds
            | Self::IssuesReply
            | Self::IncidentsUpdate => Aim::AtMost,
            Self::ReviewsCommented | Self::ReleasesMade => Aim::AtLeast,
            Self::ReviewsAnswered
            | Self::PullRequestsDraftFirst
            | Self::PullRequestsTestsTouched
            | Self::PullRequestsDocsTouched
            | Self::ActionsDoneByDue => Aim::Whether,
        }
    }

    /// What is wrong with a target of this measure; `None` where nothing is.
    #[must_use]
    pub fn mistake(self, target: Option<f64>) -> Option<String> {
        let word = self.word();
        match (self.aim(), target) {
            (_, Some(target)) if !target.is_finite() || target < 0.0 => {
                Some(format!("`{target}` is no amount: write a number from 0 up"))
            }
            (Aim::AtMost, None) => Some(format!(
                "is missing, and `{word}` needs it: write the most that is in order"
            )),
            (Aim::AtLeast, Some(target)) if target < 1.0 => Some(format!(
                "is {target}, and nothing could miss it: write a number from 1 up"
            )),
            (Aim::Whether, Some(_)) => Some(format!(
                "is given, and `{word}` is so or is not so: take the target away"
            )),
            _ => None,
        }
    }
}

impl Feedback {
    pub(super) fn validate(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: &str, message: String| {
            Err(Error::content(file, format!("feedback.{key}"), message))
        };
        if let Some(stop) = self.stop_on.filter(|stop| *stop < self.given_on) {
            return wrong(
                "stop_on",
                format!("{stop} is before `given_on` {}", self.given_on),
            );
        }
        let says = self.observable.as_deref().map_or("", str::trim);
        match self.measure {
            None if says.is_empty() => {
                return wrong(
                    "observable",
                    format!(
                        "of `{}` is missing: write what was agreed, or a `measure`",
                        self.topic
                    ),
                );
            }
            None if self.target.is_some() => {
                return wrong(
                    "target",
                    "is given without a `measure`: nothing would be held against it".to_owned(),
                );
            }
            None => {}
            Some(measure) => {
                if let Some(message) = measure.mistake(self.target) {
                    return wrong("target", message);
                }
            }
        }
        if let Some(text) = self.situation.iter().find(|text| !is_page(text)) {
            return wrong(
                "situation",
                format!("`{text}` is no page: write its address, or `owner/name#12`"),
            );
        }
        Ok(())
    }
}

/// Whether a text is an address, or names a pull request or issue as `owner/name#12`.
pub(super) fn is_page(text: &str) -> bool {
    let is_short = text.split_once('#').is_some_and(|(name, number)| {
        name.parse::<crate::domain::RepoName>().is_ok() && number.parse::<u64>().is_ok()
    });
    is_short || text.starts_with("https://") || text.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::parse_private;

    fn refusal(lines: &str) -> String {
        let text = format!(
            "[[feedback]]\nlogin = \"grace\"\ntopic = \"x\"\ngiven_on = \"2026-03-02\"\n{lines}"
        );
        parse_private(&text, "linchpin.private.toml")
            .map(|_| ())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn every_measure_is_read_by_its_name() {
        for measure in PersonMeasure::ALL {
            let read: PersonMeasure = serde_json::from_value(measure.word().into()).unwrap();
            assert_eq!(read, measure);
            assert_eq!(PersonMeasure::of_word(measure.word()), Some(measure));
        }
    }

    #[test]
    fn an_unknown_measure_is_refused_with_the_nearest_one() {
        let said = refusal("measure = \"reviews.comented\"\n");
        assert!(said.contains("linchpin.private.toml:5"), "{said}");
        assert!(said.contains("did you mean `reviews.commented`"), "{said}");
    }

    #[test]
    fn what_was_agreed_can_be_held_against_something() {
        let check = |lines: &str, key: &str| {
            let said = refusal(lines);
            assert!(said.contains(&format!("`feedback.{key}`")), "{said}");
        };
        check("", "observable");
        check("observable = \" \"\n", "observable");
        check("observable = \"x\"\ntarget = 1\n", "target");
        check("measure = \"reviews.turnaround\"\n", "target");
        check("measure = \"reviews.answered\"\ntarget = 2\n", "target");
        check("measure = \"reviews.commented\"\ntarget = 0\n", "target");
        check("measure = \"pull_requests.size\"\ntarget = -1\n", "target");
        check("observable = \"x\"\nstop_on = \"2026-03-01\"\n", "stop_on");
        check("observable = \"x\"\nsituation = [\"#12\"]\n", "situation");
    }

    #[test]
    fn a_follow_up_of_an_older_register_is_feedback_without_a_measure() {
        let text = "[[follow_up]]\nlogin = \"grace\"\ntopic = \"x\"\nagreed_on = \"2026-03-02\"\nobservable = \"y\"\n";
        let register = parse_private(text, "it").unwrap();
        let feedback: Vec<Feedback> = register.all_feedback().collect();
        assert_eq!(feedback.len(), 1);
        assert_eq!(feedback[0].measure, None);
        assert_eq!(feedback[0].observable.as_deref(), Some("y"));
    }
}
