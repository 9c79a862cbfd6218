//! What can be counted of one person, one row a measure: what is looked at, what counts as kept, and the acts with date and link.
//!
//! Nothing here is computed unless an entry of the private register names the measure. Where a metric of the same thing exists, the
//! acts are rows of its ledger, so that a person's number and the team's cannot differ.

mod asked;
mod issues;
mod own;
mod reviews;

use self::asked::Asked;
pub use self::asked::{Deed, Standing};
pub(super) use self::asked::{amount, real};
use self::issues::{done_by_due, replied, updated};
use self::own::{documented, drafted, in_rounds, released, sized, tested};
pub(super) use self::reviews::{ASKED_AWAY, OVERTAKEN, reviewed};
use self::reviews::{answered, commented, turned_around};
use super::Sources;
use crate::domain::{PersonId, Stream, Window};
use crate::metrics::measure::Unit;
use crate::register::PersonMeasure;
use crate::work::{Need, Reading};

/// A measure: everything that a reader needs to trust its number.
pub struct Row {
    /// Which.
    pub measure: PersonMeasure,
    /// What is looked at and what counts as kept.
    pub counts: &'static str,
    /// What a sprint is told as. `{n}` is how many there are with `{s}` of the plural, `{when}` the sprint, `{kept}` how many were
    /// kept, `{target}` what was agreed, `{hours}` the clock of a wait.
    pub sentence: &'static str,
    /// What was agreed, in words.
    pub agreed: &'static str,
    /// Whether each deed is held against what was agreed; else how many of them a sprint has.
    pub is_of_each: bool,
    /// The stream that it is read from.
    stream: Stream,
    deeds: fn(&Asked<'_>) -> Vec<Deed>,
}

/// The measures, in the order of the register's page.
pub static MEASURES: [Row; 12] = [
    Row {
        measure: PersonMeasure::ReviewsAnswered,
        counts: "Requests to the person by the sprint in which they were made; kept: the person has reviewed since. Withdrawn \
                 requests, and those of a declared day of absence, are apart.",
        sentence: "Reviewed {kept} requested pull request{s} {when}",
        agreed: "a review wherever one is asked for",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: answered,
    },
    Row {
        measure: PersonMeasure::ReviewsCommented,
        counts: "Others' pull requests by the sprint of the person's first review of them, those of bots left out; kept: the agreed \
                 number of comments by the person, inline, in the conversation or as the text of a review.",
        sentence: "Reviewed {n} pull request{s} {when} and left comments on {kept}",
        agreed: "at least {target} comment{targets} on each review",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: commented,
    },
    Row {
        measure: PersonMeasure::ReviewsTurnaround,
        counts: "Requests to the person by the sprint in which they were made, as in review.turnaround; kept: a review within the agreed \
                 working hours by the person's own calendar, or elapsed hours where none are agreed.",
        sentence: "Was asked for {n} review{s} {when} and gave {kept} within {target} {hours}",
        agreed: "a review within {target} {hours} of the request",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: turned_around,
    },
    Row {
        measure: PersonMeasure::PullRequestsSize,
        counts: "Own pull requests by the sprint in which they were opened; kept: no more lines added and deleted, as GitHub counts \
                 them.",
        sentence: "Opened {n} pull request{s} {when}, and {kept} with at most {target} lines",
        agreed: "at most {target} changed lines in a pull request",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: sized,
    },
    Row {
        measure: PersonMeasure::PullRequestsRounds,
        counts: "Own merged pull requests with a human review by the sprint of their merge, as in flow.review_rounds; kept: no more \
                 rounds.",
        sentence: "Merged {n} reviewed pull request{s} {when}, and {kept} after at most {target} round{targets}",
        agreed: "at most {target} review round{targets} before a merge",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: in_rounds,
    },
    Row {
        measure: PersonMeasure::PullRequestsDraftFirst,
        counts: "Own pull requests by the sprint in which they were opened; kept: opened as a draft.",
        sentence: "Opened {n} pull request{s} {when}, and {kept} as a draft",
        agreed: "a draft before a pull request is ready",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: drafted,
    },
    Row {
        measure: PersonMeasure::PullRequestsTestsTouched,
        counts: "Own pull requests that change code by the sprint in which they were opened; kept: a test is among the files (the kind \
                 `tests` of the register, else the usual paths).",
        sentence: "Opened {n} pull request{s} with code {when}, and {kept} with a test",
        agreed: "a test touched in a pull request with code",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: tested,
    },
    Row {
        measure: PersonMeasure::PullRequestsDocsTouched,
        counts: "Own pull requests that change code by the sprint in which they were opened; kept: a document is among the files (the \
                 kind `documents` of the register, else the usual paths).",
        sentence: "Opened {n} pull request{s} with code {when}, and {kept} with a document",
        agreed: "a document touched in a pull request with code",
        is_of_each: true,
        stream: Stream::PullRequests,
        deeds: documented,
    },
    Row {
        measure: PersonMeasure::IssuesReply,
        counts: "Issues of others that the person is assigned to by the sprint in which they were opened; kept: the person's first \
                 comment within the agreed working hours.",
        sentence: "Was assigned to {n} issue{s} opened {when} and answered {kept} within {target} {hours}",
        agreed: "a reply within {target} {hours}",
        is_of_each: true,
        stream: Stream::Issues,
        deeds: replied,
    },
    Row {
        measure: PersonMeasure::IncidentsUpdate,
        counts: "Incidents that the person is assigned to by the sprint in which their issue was opened; kept: from there to the end of \
                 the impact no longer gap between two comments by the person than agreed.",
        sentence: "Was assigned to {n} incident{s} opened {when} and wrote updates at most {target} hours apart in {kept}",
        agreed: "at most {target} hours between two updates of an incident",
        is_of_each: true,
        stream: Stream::Issues,
        deeds: updated,
    },
    Row {
        measure: PersonMeasure::ActionsDoneByDue,
        counts: "Issues that the person is assigned to by the sprint in which they are due; kept: closed by the end of that day.",
        sentence: "Had {n} assigned issue{s} due {when} and closed {kept} by then",
        agreed: "assigned issues closed by their due day",
        is_of_each: true,
        stream: Stream::Issues,
        deeds: done_by_due,
    },
    Row {
        measure: PersonMeasure::ReleasesMade,
        counts: "Published releases by the sprint of their publication; a sprint keeps it with at least the agreed number.",
        sentence: "Made {n} release{s} {when}",
        agreed: "at least {target} release{targets} a sprint",
        is_of_each: false,
        stream: Stream::Releases,
        deeds: released,
    },
];

/// The row of a measure.
#[must_use]
pub fn row_of(measure: PersonMeasure) -> &'static Row {
    let mut rows = MEASURES.iter();
    let found = rows.find(|row| row.measure == measure);
    found.unwrap_or(&MEASURES[0])
}

impl Row {
    /// A text of the row with its numbers; `None` stands for the target where it is one by default. Waits are on the agreed clock,
    /// which `unit` names.
    #[must_use]
    pub fn with_target(text: &str, target: Option<f64>, unit: Unit) -> String {
        let target = target.unwrap_or(1.0);
        let plural = if (target - 1.0).abs() < f64::EPSILON {
            ""
        } else {
            "s"
        };
        text.replace("{targets}", plural)
            .replace("{target}", &amount(target))
            .replace("{hours}", unit.noun())
    }

    /// What was agreed, in words.
    #[must_use]
    pub fn agreed(&self, target: Option<f64>, unit: Unit) -> String {
        Self::with_target(self.agreed, target, unit)
    }

    /// Why it cannot be told of anybody; `None` where at least one product shows it.
    pub(super) fn not_observed(&self, sources: &Sources<'_>) -> Option<String> {
        let question = sources.past.question;
        let need = match self.stream {
            Stream::Issues => Need::Issues,
            Stream::Releases => {
                let mut lines = question.certificates.iter();
                let is_read = lines.any(|line| {
                    line.stream == Stream::Releases && (line.is_whole() || line.fetched > 0)
                });
                return (!is_read).then(|| "releases were not read".to_owned());
            }
            _ => Need::PullRequests,
        };
        let mut because = None;
        for reading in &sources.past.readings {
            match question.missing(reading.product, need) {
                None => return None,
                Some(missing) => because = because.or(Some(missing.because)),
            }
        }
        because.or_else(|| Some("no repository is known".to_owned()))
    }

    /// The deeds of a person inside a window, by time. What is later than its end is not looked at.
    pub(super) fn deeds(
        &self,
        sources: &Sources<'_>,
        person: PersonId,
        target: Option<f64>,
        window: Window,
    ) -> Vec<Deed> {
        let mut question = sources.past.question.clone();
        question.as_of = sources.end();
        question.window = Window {
            since: window.since,
            until: window.until.min(sources.end()),
        };
        let readings = sources.past.readings.iter();
        let readings: Vec<Reading<'_>> = readings.map(|reading| reading.at(&question)).collect();
        let asked = Asked {
            sources,
            question: &question,
            readings: &readings,
            person,
            target: target.unwrap_or(1.0),
        };
        let mut deeds = (self.deeds)(&asked);
        deeds.retain(|deed| question.window.contains(deed.at));
        deeds.sort_by(|a, b| (a.at, &a.link).cmp(&(b.at, &b.link)));
        deeds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::lint;
    use crate::register::Aim;

    #[test]
    fn every_measure_has_one_row_whose_words_judge_nothing() {
        for measure in PersonMeasure::ALL {
            let rows = MEASURES.iter().filter(|row| row.measure == measure);
            assert_eq!(rows.count(), 1, "{measure:?}");
            let row = row_of(measure);
            for text in [row.counts, row.sentence, row.agreed] {
                assert!(
                    lint::text(text).is_empty(),
                    "{text}: {:?}",
                    lint::text(text)
                );
            }
            let has_target = row.agreed.contains("{target}");
            assert_eq!(has_target, measure.aim() != Aim::Whether, "{measure:?}");
        }
    }

    #[test]
    fn what_was_agreed_is_told_with_its_number() {
        let check = |measure, target, expected: &str| {
            let told = row_of(measure).agreed(target, Unit::WorkingHours);
            assert_eq!(told, expected);
        };
        check(
            PersonMeasure::ReviewsCommented,
            None,
            "at least 1 comment on each review",
        );
        check(
            PersonMeasure::ReviewsCommented,
            Some(2.0),
            "at least 2 comments on each review",
        );
        check(
            PersonMeasure::ReviewsTurnaround,
            Some(4.5),
            "a review within 4.5 working hours of the request",
        );
        // Where no hours are agreed, elapsed ones are meant.
        let row = row_of(PersonMeasure::IssuesReply);
        assert_eq!(row.agreed(Some(4.0), Unit::Hours), "a reply within 4 hours");
    }
}
