//! `flow.effect`: whether cycle time changed at a dated change, or only around it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::predictability::changes;
use super::work_mix;
use crate::domain::{Elapsed, Origin, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{AreaDepth, Depth, count, measure_rows};
use crate::metrics::estimate::quantile;
use crate::metrics::interrupted::{Interruption, MIN_WEEKS, WEEKS, Week};
use crate::metrics::measure::{
    About, Cell, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::delivery::undone;
use crate::work::flow_rules::Around;
use crate::work::pull_requests::{apart, of_product};
use crate::work::turns::lives;
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

/// Earlier dates that the same is asked of.
const PLACEBOS: i64 = 20;
/// Fewer of them say nothing about chance.
const MIN_PLACEBOS: u64 = 10;
/// Days within which a change that is taken back counts as such.
const DAYS_TO_TAKE_BACK: i64 = 21;
/// A kind of work with fewer pull requests before a change has no median of its own.
const MIN_OF_KIND: usize = 12;
/// Cycle times below a minute are taken for one: there is no logarithm of nothing.
const SHORTEST_HOURS: f64 = 1.0 / 60.0;
/// Weeks before a change that one of the placebo dates needs.
const FIRST_WEEK: i64 = LATEST_PLACEBO + 1 - PLACEBOS - WEEKS;
/// The latest placebo date, in weeks from the change: as many weeks lie between the two as a side takes.
const LATEST_PLACEBO: i64 = -12;

static DEFINITION: Definition = Definition {
    id: "flow.effect",
    title: "Effect of a change on cycle time",
    question: "Did cycle time change with a dated change, and more than it does by chance?",
    definition: "For every dated change of the register in the window: the level of the weekly medians of cycle time right after it to the \
                 level right before, from a line through up to 26 weeks on either side. Weeks have 168 hours and are counted from the \
                 change. So that a shift in what is worked on is not taken for an effect, every pull request is compared with the \
                 median of its kind of work before the change. Areas are the changes; the product's figure is that of the latest one \
                 that twelve weeks have passed since. n counts a pull request once a change that it lies around, from 57 weeks before it on, which placebo \
                 dates need.",
    formula: "exp(level after − level before) of weekly medians of ln(merged_at − created_at), less the median of the kind of work before",
    unit: Unit::Count("times the level before"),
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::of("level", "times the level before", Unit::Count("")),
        NumberDefinition::bare("smallest", "smallest effect that would show, times"),
        NumberDefinition::bare("slope", "slope a week, times that before"),
        NumberDefinition::bare("weeks_before", "weeks before"),
        NumberDefinition::bare("weeks_after", "weeks after"),
        NumberDefinition::bare("placebos", "placebo dates"),
        NumberDefinition::bare("placebos_as_large", "placebo dates with as large an effect"),
        NumberDefinition::hours("median_before_hours", "median before"),
        NumberDefinition::hours("median_after_hours", "median after"),
        NumberDefinition::bare("merged_a_week_before", "merged a week before"),
        NumberDefinition::bare("merged_a_week_after", "merged a week after"),
        NumberDefinition::share("taken_back_before", "taken back before"),
        NumberDefinition::share("taken_back_after", "taken back after"),
        NumberDefinition::share("agents_before", "with an agent before, at least"),
        NumberDefinition::share("agents_after", "with an agent after, at least"),
    ],
    about: About::Deeds,
    cohort: None,
    // What was taken back stands beside it, as far as the history tells.
    needs: &[Need::PullRequests, Need::Commits],
    source: "The register's `[[event]]`; GitHub `PullRequest.createdAt`, `mergedAt`; the kinds of `flow.work_mix`. Segmented regression of \
             interrupted time series (Wagner et al. 2002) with a block jackknife (Künsch 1989)",
    exclusions: "What `flow.cycle_time` leaves out. Weeks that are not over are no part of it; weeks without a merge have no median. With fewer than \
                 12 weeks that have one on a side, nothing is told. Changes taken back are those of which the default branch had a revert \
                 within 21 days, among those that 21 days have passed since; where there is no history nobody can say.",
    how_to_read: "Below 1 it got faster, above 1 slower, if the interval holds no 1 and few placebo dates (20 earlier weeks of which the same is \
                  asked) show as much. Else: cannot tell, and `smallest` says what these weeks could have shown at all. Look at what was \
                  merged a week and taken back beside it: faster with more taken back is no gain.",
    can_mislead: "Whatever else happened in that week is in the figure. A change that comes in slowly is a slope, no level. Teams that adopt \
                  something are often improving anyway; placebo dates show some of that, not all.",
    sql: include_str!("../../../queries/metrics/flow.effect.sql"),
};

/// Product and changes; no repositories, since one change may concern several.
const DEPTH: Depth = Depth {
    areas: AreaDepth::Window,
    ..Depth::PRODUCT
};

/// What is known of a merged pull request beside how long it took.
#[derive(Debug, Clone, Copy)]
struct Merge {
    /// Weeks from the change to the merge; the first one after it is 0.
    week: i64,
    /// Its kind of work.
    kind: &'static str,
    /// Whether it was taken back in time; `None`: the time is not over, or there is no history that would tell.
    is_taken_back: Option<bool>,
    /// Whether an agent had a part in it.
    has_agent: bool,
}

type Row = KeyedRow<Merge>;

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let changes = changes(reading.question);
    let followed = followed(reading.question, &changes);
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        DEPTH,
        &|| {
            if changes.is_empty() {
                return Err(Missing {
                    because: "no dated change in the window".to_owned(),
                    fix: Some(
                        "name what changed in `linchpin.toml`: `[[event]]` with `on` and `title`"
                            .to_owned(),
                    ),
                });
            }
            Ok(rows(reading, &changes))
        },
        &|_, rows| estimate(&followed, rows),
    )?;
    let told = measure.cells.iter().filter(|cell| cell.few.is_empty());
    for text in told.filter_map(words).collect::<Vec<_>>() {
        measure.note(reading, text);
    }
    // Its rows are those of all changes, since each of them has a figure of its own: which of these stands for the product is told.
    let areas = measure.cells.iter();
    let labels: BTreeSet<String> = areas.filter_map(|cell| cell.scope.area.clone()).collect();
    if let Some(label) = latest(&followed, &labels).filter(|_| labels.len() > 1) {
        let mut cells = measure.cells.iter();
        let own = cells.find(|cell| cell.scope.area.as_ref() == Some(label));
        let n = own.map_or(0, |cell| cell.ledger.included);
        let text = format!(
            "of {} changes the figure is of one: {label} (n {n})",
            labels.len()
        );
        measure.note(reading, text);
    }
    Ok(measure)
}

/// What may be said of a change, by the figure of its area.
fn words(cell: &Cell) -> Option<String> {
    let Measured::Value {
        value, interval, ..
    } = &cell.measured
    else {
        return None;
    };
    let (label, [low, high]) = (cell.scope.area.as_ref()?, (*interval)?);
    let (placebos, as_large) = (value.count("placebos")?, value.count("placebos_as_large")?);
    let (because, is_told) = if low <= 1.0 && high >= 1.0 {
        ("the interval holds no change".to_owned(), false)
    } else if placebos < MIN_PLACEBOS {
        let because = format!(
            "by the interval alone: {placebos} of {PLACEBOS} placebo dates have enough weeks"
        );
        (because, true)
    } else {
        let because = format!("{as_large} of {placebos} placebo dates show as much");
        (because, as_large * 10 <= placebos)
    };
    let verdict = match is_told {
        true if low > 1.0 => "longer",
        true => "shorter",
        false => "cannot tell",
    };
    Some(format!("{label}: {verdict} ({because})"))
}

/// The change that several are told by.
fn latest<'l>(followed: &BTreeSet<&str>, labels: &'l BTreeSet<String>) -> Option<&'l String> {
    // Labels begin with their day.
    let mut newest = labels.iter().rev();
    let told = newest.find(|label| followed.contains(label.as_str()));
    told.or_else(|| labels.last())
}

/// The changes that weeks enough have passed since for a line through them.
fn followed<'c>(question: &Question, changes: &'c [Around]) -> BTreeSet<&'c str> {
    let weeks = |around: &&Around| weeks_between(around.on, question.as_of);
    let long = changes
        .iter()
        .filter(|around| weeks(around) >= -LATEST_PLACEBO);
    long.map(|around| around.label.as_str()).collect()
}

/// The whole weeks from an instant to another one, downwards.
fn weeks_between(from: Timestamp, to: Timestamp) -> i64 {
    const WEEK: i128 = 7 * 24 * 3_600 * 1_000_000;
    let micros = i128::from(to.as_microsecond()) - i128::from(from.as_microsecond());
    i64::try_from(micros.div_euclid(WEEK)).unwrap_or(i64::MAX)
}

fn rows(reading: &Reading<'_>, changes: &[Around]) -> Vec<Row> {
    let as_of = reading.question.as_of;
    let wholes = of_product(reading);
    let lives = lives(reading, &wholes);
    let kinds = work_mix::kinds(reading, &wholes);
    let aftermath = undone::of_product(reading);
    let commits = reading.tables.commits.iter();
    let with_history: HashSet<RepositoryId> = commits.map(|commit| commit.repository).collect();
    let mut rows = Vec::new();
    for (whole, life) in wholes.iter().zip(lives.iter()) {
        let pull_request = whole.pull_request;
        let merged_at = pull_request.merged_at.filter(|at| *at < as_of);
        let (Some(at), Ok(_), None) = (merged_at, life, apart(reading, pull_request)) else {
            continue;
        };
        let Some(elapsed) = Elapsed::between(pull_request.created_at, at) else {
            continue;
        };
        let in_time = |from: Timestamp| from + SignedDuration::from_hours(24 * DAYS_TO_TAKE_BACK);
        let reverts = aftermath.of(whole.key()).iter();
        let is_taken_back = reverts
            .map(|undone| undone.reverted.at)
            .any(|reverted_at| reverted_at <= in_time(at));
        let is_known = in_time(at) <= as_of && with_history.contains(&pull_request.repository);
        let origin = whole.origin(reading.tables);
        let kind = kinds.get(&whole.key()).map_or("", |(kind, _)| kind);
        for around in changes {
            let week = weeks_between(around.on, at);
            // A week that is not over has the quick ones only.
            let is_over = week < weeks_between(around.on, as_of);
            if !(FIRST_WEEK..WEEKS).contains(&week) || !is_over {
                continue;
            }
            let mut row = whole.row(reading, Some(at), Some(elapsed.hours()), Fate::Included);
            row.areas = [around.label.clone()].into();
            row.bucket = None;
            // An origin that comes with the change has nothing before it to be held against.
            row.origin = None;
            let key = Merge {
                week,
                kind,
                is_taken_back: is_known.then_some(is_taken_back),
                has_agent: matches!(origin, Origin::Agent | Origin::PersonWithAgent),
            };
            rows.push(KeyedRow { row, key });
        }
    }
    rows
}

/// The figure of one change; of several, that of the latest one that is followed for long enough, else of the latest.
fn estimate(followed: &BTreeSet<&str>, rows: &[&Row]) -> Measured {
    let n_rows = count(rows.len());
    let label = |row: &Row| row.row.areas.first().cloned().unwrap_or_default();
    let labels: BTreeSet<String> = rows.iter().map(|row| label(row)).collect();
    let Some(told) = latest(followed, &labels) else {
        return Measured::TooFew { n: 0 };
    };
    let rows: Vec<&Row> = rows
        .iter()
        .filter(|row| label(row) == *told)
        .copied()
        .collect();
    let weeks = weekly(&rows);
    let sides = [-WEEKS..0, 0..WEEKS];
    let [before, after] = sides
        .clone()
        .map(|side| weeks.iter().filter(|week| side.contains(&week.at)).count());
    let Some(found) = Interruption::at(&weeks, 0) else {
        return Measured::NotApplicable {
            because: format!(
                "weeks with a merge: {before} before the change and {after} after it, and it takes {MIN_WEEKS} on either side"
            ),
        };
    };
    // A placebo date sees nothing of what came after the change.
    let earlier: Vec<Week> = weeks.iter().filter(|week| week.at < 0).copied().collect();
    let placebos: Vec<f64> = (0..PLACEBOS)
        .filter_map(|at| Some(Interruption::at(&earlier, LATEST_PLACEBO - at)?.level.abs()))
        .collect();
    let as_large = placebos.iter().filter(|level| **level >= found.level.abs());
    let mut numbers = vec![
        ("level", Number::Real(found.level.exp())),
        ("smallest", Number::Real(found.smallest().exp())),
        ("slope", Number::Real(found.slope.exp())),
        ("weeks_before", Number::Count(count(before))),
        ("weeks_after", Number::Count(count(after))),
        ("placebos", Number::Count(count(placebos.len()))),
        ("placebos_as_large", Number::Count(count(as_large.count()))),
    ];
    let sides = sides.map(|side| {
        let inside = rows.iter().filter(|row| side.contains(&row.key.week));
        Side::of(&inside.copied().collect::<Vec<_>>())
    });
    numbers.extend(beside(&sides));
    let ends = [found.level - found.margin, found.level + found.margin];
    Measured::Value {
        n: n_rows,
        value: Value(numbers),
        interval: Some(ends.map(f64::exp)),
    }
}

/// Weekly medians of the logarithm of cycle time, less the median of the kind of work before the change.
fn weekly(rows: &[&Row]) -> Vec<Week> {
    let logarithm = |row: &Row| row.row.value.unwrap_or_default().max(SHORTEST_HOURS).ln();
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        quantile(&values, 0.5)
    };
    let mut before: HashMap<&str, Vec<f64>> = HashMap::new();
    let mut all = Vec::new();
    for row in rows
        .iter()
        .filter(|row| (-WEEKS..0).contains(&row.key.week))
    {
        before.entry(row.key.kind).or_default().push(logarithm(row));
        all.push(logarithm(row));
    }
    let Some(usual) = median(all) else {
        return Vec::new();
    };
    // A kind that was hardly there before has no median of its own.
    let usual_of: HashMap<&str, f64> = before
        .into_iter()
        .filter(|(_, values)| values.len() >= MIN_OF_KIND)
        .filter_map(|(kind, values)| Some((kind, median(values)?)))
        .collect();
    let mut weeks: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for row in rows {
        let usual = usual_of.get(row.key.kind).unwrap_or(&usual);
        weeks
            .entry(row.key.week)
            .or_default()
            .push(logarithm(row) - usual);
    }
    weeks
        .into_iter()
        .filter_map(|(at, values)| {
            Some(Week {
                at,
                value: median(values)?,
            })
        })
        .collect()
}

/// One side of a change.
struct Side {
    n: u64,
    weeks: Option<f64>,
    median_hours: Option<f64>,
    taken_back: Option<f64>,
    agents: Option<f64>,
}

impl Side {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn of(rows: &[&Row]) -> Self {
        let mut hours: Vec<f64> = rows.iter().filter_map(|row| row.row.value).collect();
        hours.sort_by(f64::total_cmp);
        let share = |of: Vec<bool>| {
            let hits = of.iter().filter(|is_it| **is_it).count();
            (!of.is_empty()).then(|| hits as f64 / of.len() as f64)
        };
        // From the first week with a merge to the last one: beyond them nothing may have been read.
        let weeks = rows.iter().map(|row| row.key.week);
        let (first, last) = (weeks.clone().min(), weeks.max());
        Self {
            n: count(rows.len()),
            weeks: first
                .zip(last)
                .map(|(first, last)| (last - first + 1) as f64),
            median_hours: quantile(&hours, 0.5),
            taken_back: share(
                rows.iter()
                    .filter_map(|row| row.key.is_taken_back)
                    .collect(),
            ),
            agents: share(rows.iter().map(|row| row.key.has_agent).collect()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn merged_a_week(&self) -> Option<f64> {
        Some(self.n as f64 / self.weeks?)
    }
}

/// What belongs beside an effect, as far as it is there.
fn beside([before, after]: &[Side; 2]) -> Vec<(&'static str, Number)> {
    let numbers = [
        ("median_before_hours", before.median_hours),
        ("median_after_hours", after.median_hours),
        ("merged_a_week_before", before.merged_a_week()),
        ("merged_a_week_after", after.merged_a_week()),
        ("taken_back_before", before.taken_back),
        ("taken_back_after", after.taken_back),
        ("agents_before", before.agents),
        ("agents_after", after.agents),
    ];
    let known = numbers.into_iter();
    known
        .filter_map(|(name, number)| Some((name, Number::Real(number?))))
        .collect()
}
