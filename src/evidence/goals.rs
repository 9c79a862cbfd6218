//! Goals with what came of them: a number before and after with n, interval and window, or that it is not measured.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Sources;
use super::before_after::{Side, line, side};
use super::blocks::{coded, days, labelled};
use super::measures::{Row, Standing, row_of};
use crate::domain::{Bucket, PersonId, Window};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{Measured, Ratio, Scope, Unit};
use crate::metrics::{REGISTRY, find};
use crate::register::{Direction, PersonMeasure, nearest};
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::work::Reading;
use crate::work::pages::key_of;
use crate::work::roster::RosterGoal;

/// At most so many days are looked at on either side.
const DAYS: i64 = 56;

/// What came of a goal: one line for each figure that its measure has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome(pub(super) Vec<String>);

/// The stretches of time that are compared.
pub(super) struct Stretches {
    before: Window,
    after: Window,
    words: [String; 2],
}

impl Stretches {
    /// Up to eight weeks before a goal was set, and the last eight up to the day it is due or to the end of what is known;
    /// `None`: nothing has passed since it was set.
    fn of_goal(sources: &Sources<'_>, goal: &RosterGoal) -> Option<Self> {
        let set_on = goal.goal.set_on;
        let known = sources.last_day();
        let last = goal.goal.due_on.map_or(known, |due| due.min(known));
        let end = last.tomorrow().unwrap_or(last);
        let first = end.saturating_sub(DAYS.days()).max(set_on);
        (last > set_on).then(|| Self::between(sources, set_on, first, last))
    }

    /// Up to eight weeks before something began, and eight from its end on, or as far as it is known; `None`: nothing has passed
    /// since its end.
    pub(super) fn around(sources: &Sources<'_>, began_on: Date, ended_on: Date) -> Option<Self> {
        let first = ended_on.tomorrow().unwrap_or(ended_on);
        let last = ended_on.saturating_add(DAYS.days()).min(sources.last_day());
        (first <= last).then(|| Self::between(sources, began_on, first, last))
    }

    fn between(sources: &Sources<'_>, before: Date, first: Date, last: Date) -> Self {
        let zone = &sources.past.question.zone;
        let window = |from: Date, to: Date| Window {
            since: Bucket::start_of(from, zone),
            until: Bucket::start_of(to, zone).min(sources.end()),
        };
        let begin = before.saturating_sub(DAYS.days());
        Self {
            before: window(begin, before),
            after: window(first, last.tomorrow().unwrap_or(last)),
            words: [
                days(begin, before.yesterday().unwrap_or(before)),
                days(first, last),
            ],
        }
    }
}

/// What came of a goal.
pub(super) fn outcome(sources: &Sources<'_>, goal: &RosterGoal) -> Outcome {
    match Stretches::of_goal(sources, goal) {
        Some(stretches) => outcome_over(sources, goal, &stretches),
        None if goal.goal.measure.is_none() => unmeasured(),
        None => Outcome(vec![format!(
            "[not measured: nothing has passed since {}]",
            goal.goal.set_on
        )]),
    }
}

fn unmeasured() -> Outcome {
    Outcome(vec![
        "[not measured: the goal names no `measure`]".to_owned(),
    ])
}

/// What a goal's measure was on both sides of something.
pub(super) fn outcome_over(
    sources: &Sources<'_>,
    goal: &RosterGoal,
    stretches: &Stretches,
) -> Outcome {
    let not_measured = |because: &str| Outcome(vec![format!("[not measured: {because}]")]);
    let Some(word) = goal.goal.measure.as_deref() else {
        return unmeasured();
    };
    if let Some(measure) = goal.goal.person_measure() {
        let Some(person) = goal.person else {
            return not_measured("it is counted of one person, and none is named");
        };
        return Outcome(vec![of_person(sources, person, goal, measure, stretches)]);
    }
    let Some(metric) = find(word) else {
        let ids = REGISTRY.iter().map(|metric| metric.definition.id);
        let known = ids.chain(PersonMeasure::ALL.map(PersonMeasure::word));
        let near = nearest(word, known)
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return not_measured(&format!(
            "`{word}` is neither a metric nor a measure of one person{near}"
        ));
    };
    let figures = |window: Window| {
        let mut question = sources.past.question.clone();
        question.as_of = question.as_of.min(window.until);
        question.window = window;
        let readings = sources.past.readings.iter();
        let readings = readings.filter(|reading| !reading.product.name.is_empty());
        let readings: Vec<Reading<'_>> = readings.map(|reading| reading.at(&question)).collect();
        let measure = metric.of(&readings);
        let cells = measure.cells.into_iter();
        let cells = cells.filter(|cell| cell.bucket.is_none() && cell.scope.person.is_none());
        let cells = cells.filter_map(|cell| {
            let name = named(sources, &cell.scope, goal.goal.scope.as_deref())?;
            Some((name, cell.measured))
        });
        cells.collect::<Vec<(String, Measured)>>()
    };
    let (before, after) = (figures(stretches.before), figures(stretches.after));
    let mut lines = Vec::new();
    for (name, measured) in &after {
        let side = |measured: &Measured| side(measured, metric.definition);
        let earlier = before.iter().find(|(known, _)| known == name);
        let earlier = earlier.map_or_else(
            || Side::Missing("no figure".to_owned()),
            |(_, measured)| side(measured),
        );
        let title = format!("{}, {name}", metric.definition.title);
        let later = side(measured);
        let verdict = reached(sources, goal, metric.definition.unit, [&earlier, &later]);
        lines.push(line(&title, &earlier, &later, &stretches.words) + &verdict);
    }
    if lines.is_empty() {
        let scope = goal.goal.scope.as_deref().unwrap_or("every product");
        return not_measured(&format!("`{word}` has no figure for `{scope}`"));
    }
    Outcome(lines)
}

/// The name of a figure's scope, where it is the one that is meant.
fn named(sources: &Sources<'_>, scope: &Scope, meant: Option<&str>) -> Option<String> {
    let name = match (&scope.area, scope.repository) {
        (Some(area), _) => area.clone(),
        (None, Some(id)) => sources.past.tables.repository(id)?.name.clone(),
        (None, None) => scope.product.clone(),
    };
    let is_meant = match meant {
        Some(meant) => name.eq_ignore_ascii_case(meant),
        None => scope.area.is_none() && scope.repository.is_none(),
    };
    is_meant.then_some(name)
}

/// How often somebody kept a measure before and after.
fn of_person(
    sources: &Sources<'_>,
    person: PersonId,
    goal: &RosterGoal,
    measure: PersonMeasure,
    stretches: &Stretches,
) -> String {
    let row: &Row = row_of(measure);
    if let Some(because) = row.not_observed(sources) {
        return format!("[not measured: {because}]");
    }
    let target = goal.goal.target;
    let side = |window: Window| {
        let deeds = row.deeds(sources, person, target, window);
        let n = |is_it: fn(Standing) -> bool| {
            let found = deeds.iter().filter(|deed| is_it(deed.standing)).count();
            u64::try_from(found).unwrap_or(u64::MAX)
        };
        let hits = n(|standing| standing == Standing::Kept);
        let of = hits + n(|standing| matches!(standing, Standing::NotKept(_)));
        if !row.is_of_each {
            return Side::Found {
                n: hits,
                text: hits.to_string(),
                tells_n: true,
                ends: None,
                number: super::measures::real(hits),
            };
        }
        let ratio = Ratio { hits, of };
        match ratio.share() {
            None => Side::Missing("nothing to look at".to_owned()),
            Some(share) => Side::Found {
                n: of,
                text: format!("kept {hits} of {of}"),
                tells_n: true,
                ends: wilson_interval(ratio).map(|ends| ends.map(quantity::percent)),
                number: share,
            },
        }
    };
    let title = row.agreed(target, sources.past.question.wait_unit());
    line(
        &title,
        &side(stretches.before),
        &side(stretches.after),
        &stretches.words,
    )
}

/// Which side of a metric's target is meant: what the register says; of hours, at most.
fn direction(goal: &RosterGoal, unit: Unit) -> Option<Direction> {
    let is_duration = matches!(unit, Unit::Hours | Unit::WorkingHours);
    goal.goal
        .direction
        .or(is_duration.then_some(Direction::AtMost))
}

/// A number of a metric as a reader calls it: working hours where they are agreed.
fn in_unit(sources: &Sources<'_>, unit: Unit, number: f64) -> String {
    let unit = match unit {
        Unit::WorkingHours => sources.past.question.wait_unit(),
        unit => unit,
    };
    quantity::alone(unit, number)
}

/// Whether a goal's target was reached, after what was found before and after; nothing without a target. What already kept to it before
/// was not reached since.
fn reached(
    sources: &Sources<'_>,
    goal: &RosterGoal,
    unit: Unit,
    [before, after]: [&Side; 2],
) -> String {
    let Some(target) = goal.goal.target else {
        return String::new();
    };
    let shown = in_unit(sources, unit, target);
    match (direction(goal, unit), after) {
        (None, _) => format!(
            " Target {shown}: whether it was reached is yours to say, since the goal names no `direction`."
        ),
        (Some(direction), Side::Found { number, .. }) => {
            let held_before = match before {
                Side::Found { number, .. } => direction.holds(*number, target),
                Side::Missing(_) => false,
            };
            let word = match (held_before, direction.holds(*number, target)) {
                (true, true) => "within the target before and after",
                (false, true) => "reached",
                (true, false) => "not reached: within the target before, and not after",
                (false, false) => "not reached",
            };
            format!(" Target {} {shown}: {word}.", direction.words())
        }
        (Some(direction), Side::Missing(_)) => {
            format!(" Target {} {shown}: nobody can tell.", direction.words())
        }
    }
}

/// `Halve the wait (the team's, set 2026-01-12, due 2026-06-30, target at most 4.0 h)`.
pub(super) fn heading(sources: &Sources<'_>, goal: &RosterGoal) -> String {
    let whose = if goal.person.is_some() {
        ""
    } else {
        "the team's, "
    };
    let due = goal
        .goal
        .due_on
        .map_or_else(String::new, |day| format!(", due {day}"));
    let target = goal.goal.target.map_or_else(String::new, |target| {
        if let Some(measure) = goal.goal.person_measure() {
            let unit = sources.past.question.wait_unit();
            let agreed = row_of(measure).agreed(Some(target), unit);
            return format!(", target: {agreed}");
        }
        let metric = goal.goal.measure.as_deref().and_then(find);
        let Some(metric) = metric else {
            return format!(", target {}", quantity::plain(target));
        };
        let unit = metric.definition.unit;
        let side =
            direction(goal, unit).map_or_else(String::new, |side| format!("{} ", side.words()));
        format!(", target {side}{}", in_unit(sources, unit, target))
    });
    format!(
        "{} ({whose}set {}{due}{target})",
        goal.goal.title, goal.goal.set_on
    )
}

/// The section of a goal: what was set, the acts with their links, and the result.
pub(super) fn blocks(sources: &Sources<'_>, goal: &RosterGoal, outcome: &Outcome) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(2, vec![Span::text(heading(sources, goal))])];
    let mut acts = vec![Span::Strong("Acts".to_owned()), Span::text(": ")];
    for (at, page) in goal.goal.acts.iter().enumerate() {
        if at > 0 {
            acts.push(Span::text(", "));
        }
        acts.extend(act(sources, page));
    }
    if goal.goal.acts.is_empty() {
        acts.extend([
            Span::text("[yours to name: "),
            Span::Code("acts".to_owned()),
            Span::text(" of the goal takes links]"),
        ]);
    }
    blocks.push(Block::Paragraph(acts));
    let results = outcome.0.iter();
    let results = results.map(|line| labelled("Result", coded(line)));
    blocks.push(Block::Bullets(results.collect()));
    blocks
}

/// A page with its title and date, where the store knows it.
fn act(sources: &Sources<'_>, page: &str) -> Vec<Span> {
    let facts = &sources.past.tables.facts;
    let Some(key) = key_of(sources.past.tables, page) else {
        return vec![Span::link(page, page)];
    };
    let pull_request = facts
        .pull_requests
        .iter()
        .find(|row| (row.repository, row.number) == key)
        .map(|row| {
            (
                &row.title,
                &row.url,
                row.merged_at.unwrap_or(row.created_at),
            )
        });
    let issue = || {
        let mut issues = facts.issues.iter();
        let found = issues.find(|row| (row.repository, row.number) == key);
        found.map(|row| (&row.title, &row.url, row.created_at))
    };
    let Some((title, url, at)) = pull_request.or_else(issue) else {
        return vec![Span::text(page.to_owned())];
    };
    let link = super::item::link(sources, key.0, key.1, url);
    vec![
        Span::link(link.text, link.url),
        Span::text(format!(" “{title}” ({})", sources.date(at))),
    ]
}
