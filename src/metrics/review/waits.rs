//! On whom merged pull requests waited, and for how long, against everybody else: what the lead's bottleneck card is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};

use super::span_hours;
use crate::domain::{Bucket, Granularity, PersonId, PullRequestState};
use crate::metrics::aggregate::count;
use crate::metrics::estimate::{median_interval, quantile, wilson_interval};
use crate::metrics::measure::Ratio;
use crate::work::pull_requests::{Key, of_product};
use crate::work::requests::{End, replay};
use crate::work::{Fate, Question, Reading};

/// Days after joining in which waits say more about joining than about reviewing.
const JOINING_DAYS: i64 = 28;

/// Why a wait is left out of conclusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    /// The person had declared to be away while it ran.
    Away,
    /// The person had joined less than four weeks before.
    Joining,
}

/// The wait of one merged pull request on one person asked for a review.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// Who was asked.
    pub person: PersonId,
    /// The pull request.
    pub key: Key,
    /// Its page.
    pub link: String,
    /// The quarter of the merge.
    pub quarter: Bucket,
    /// Hours that requests to the person were open before the merge, withdrawn ones left out: working hours of the person where
    /// hours are agreed.
    pub hours: f64,
    /// Why it is left out of conclusions.
    pub apart: Option<Apart>,
}

/// The waits of a product.
#[derive(Debug, Default)]
pub struct Waits(pub Vec<Wait>);

/// [`of_merged`], found once a reading: every page that tells of a person starts from it.
#[must_use]
pub fn of_product_waits(reading: &Reading<'_>) -> Arc<Waits> {
    reading.once_a_window(|| Waits(of_merged(reading)))
}

/// The waits of the pull requests merged in the window, by pull request and person.
#[must_use]
pub fn of_merged(reading: &Reading<'_>) -> Vec<Wait> {
    let wholes = of_product(reading);
    let mut waits: BTreeMap<(Key, PersonId), Wait> = BTreeMap::new();
    for request in replay(reading, &wholes) {
        let row = request.whole.pull_request;
        let merged_at = row.merged_at.filter(|at| {
            row.state == PullRequestState::Merged && reading.question.window.contains(*at)
        });
        let (Some(person), Some(merged_at)) = (request.asked.person(), merged_at) else {
            continue;
        };
        let is_withdrawn = matches!(request.end(), Some(End::Withdrawn(_)));
        if request.fate(reading.tables) != Fate::Included || is_withdrawn {
            continue;
        }
        let ended_at = request.end().and_then(End::at);
        let until = ended_at.unwrap_or(reading.question.as_of);
        let (Some(elapsed), working) =
            span_hours(reading.question, Some(person), request.at, until)
        else {
            continue;
        };
        let key = request.whole.key();
        let left_at = ended_at.unwrap_or(merged_at);
        let wait = waits.entry((key, person)).or_insert_with(|| Wait {
            person,
            key,
            link: row.url.clone(),
            quarter: Bucket::of(merged_at, Granularity::Quarter, &reading.question.zone),
            hours: 0.0,
            apart: None,
        });
        wait.hours += working.unwrap_or(elapsed);
        wait.apart = wait
            .apart
            .or(apart(reading.question, person, request.at, left_at));
    }
    waits.into_values().collect()
}

fn apart(question: &Question, person: PersonId, from: Timestamp, to: Timestamp) -> Option<Apart> {
    let day = |at| question.zone.to_datetime(at).date();
    let (from, to) = (day(from), day(to));
    let mut absences = question.roster.absences.iter();
    if absences.any(|absence| absence.person == person && absence.from <= to && from <= absence.to)
    {
        return Some(Apart::Away);
    }
    let member = question
        .roster
        .members
        .iter()
        .find(|member| member.person == person)?;
    let joined_on = member.joined_on?;
    (from < joined_on.saturating_add(JOINING_DAYS.days())).then_some(Apart::Joining)
}

/// A median with what it was taken from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Median {
    /// Waits behind it.
    pub n: u64,
    /// The median in hours on the agreed clock; `None` below the minimum n.
    pub hours: Option<f64>,
    /// Its 80 % interval.
    pub interval: Option<[f64; 2]>,
}

impl Median {
    /// Of some amounts.
    #[must_use]
    pub fn of(question: &Question, hours: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = hours.collect();
        sorted.sort_by(f64::total_cmp);
        let n = count(sorted.len());
        let is_enough = n >= question.minimum_n;
        Self {
            n,
            hours: quantile(&sorted, 0.5).filter(|_| is_enough),
            interval: median_interval(&sorted).filter(|_| is_enough),
        }
    }
}

/// How the waits on one person stand against those on the others, in one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitsCompared {
    /// Of the merged pull requests that asked anybody, those that asked this person.
    pub asked: Ratio,
    /// Its 80 % interval.
    pub interval: Option<[f64; 2]>,
    /// What the share would be if everybody asked were asked alike.
    pub even_share: Option<f64>,
    /// Waits on this person.
    pub theirs: Median,
    /// Waits on everybody else.
    pub others: Median,
    /// Waits on this person left out of all this, because of an absence or of joining.
    pub n_apart: u64,
}

/// The waits of one stretch of time, against which those on each person are held.
#[derive(Debug, Clone, Default)]
pub struct WaitsAmong {
    /// Who was waited on, and the hours; the shortest first, so that medians of any part of them are at hand.
    kept: Vec<(PersonId, f64)>,
    n_merged: usize,
    n_people: usize,
    /// Waits left out because of an absence or of joining.
    n_apart: BTreeMap<PersonId, u64>,
}

impl WaitsAmong {
    /// Of some waits.
    #[must_use]
    pub fn of<'a>(waits: impl Iterator<Item = &'a Wait>) -> Self {
        let mut among = Self::default();
        let mut merged: BTreeSet<Key> = BTreeSet::new();
        let mut people: BTreeSet<PersonId> = BTreeSet::new();
        for wait in waits {
            if wait.apart.is_some() {
                *among.n_apart.entry(wait.person).or_default() += 1;
                continue;
            }
            merged.insert(wait.key);
            people.insert(wait.person);
            among.kept.push((wait.person, wait.hours));
        }
        among.kept.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        among.n_merged = merged.len();
        among.n_people = people.len();
        among
    }

    /// How one person stands among them.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn compared(&self, question: &Question, person: PersonId) -> WaitsCompared {
        let hours = |is_theirs: bool| {
            let of = self
                .kept
                .iter()
                .filter(move |(who, _)| (*who == person) == is_theirs);
            of.map(|(_, hours)| *hours)
        };
        let theirs = Median::of(question, hours(true));
        let asked = Ratio {
            hits: theirs.n,
            of: count(self.n_merged),
        };
        let places = self.n_merged.saturating_mul(self.n_people);
        WaitsCompared {
            asked,
            interval: wilson_interval(asked),
            even_share: (places > 0).then(|| self.kept.len() as f64 / places as f64),
            theirs,
            others: Median::of(question, hours(false)),
            n_apart: self.n_apart.get(&person).copied().unwrap_or(0),
        }
    }
}

/// The waits of a product over the whole window, and by quarter of the merge.
#[derive(Debug, Clone, Default)]
pub struct WaitsByStretch {
    /// The whole window.
    pub window: WaitsAmong,
    /// Quarters that have waits.
    pub quarters: BTreeMap<Bucket, WaitsAmong>,
}

impl WaitsByStretch {
    /// Of some waits.
    #[must_use]
    pub fn of(waits: &[Wait]) -> Self {
        let mut by: BTreeMap<Bucket, Vec<&Wait>> = BTreeMap::new();
        for wait in waits {
            by.entry(wait.quarter).or_default().push(wait);
        }
        let among =
            |(quarter, waits): (Bucket, Vec<&Wait>)| (quarter, WaitsAmong::of(waits.into_iter()));
        Self {
            window: WaitsAmong::of(waits.iter()),
            quarters: by.into_iter().map(among).collect(),
        }
    }
}

/// The waits of a reading by stretch, sorted once for everybody.
#[must_use]
pub fn by_stretch(reading: &Reading<'_>) -> Arc<WaitsByStretch> {
    reading.once_a_window(|| WaitsByStretch::of(&of_product_waits(reading).0))
}

impl WaitsCompared {
    /// Whether more than an even share waited on this person, and longer than on the others: both by intervals that leave no
    /// overlap. `false` where there is too little to say.
    #[must_use]
    pub fn stands_out(&self) -> bool {
        let (Some([share_low, _]), Some(even)) = (self.interval, self.even_share) else {
            return false;
        };
        let (Some([low, _]), Some([_, high])) = (self.theirs.interval, self.others.interval) else {
            return false;
        };
        share_low > even && low > high
    }
}
