//! `flow.turns`: who held merged changes, and for how long.

use jiff::Timestamp;

use super::merged_inside;
use crate::domain::{Bucket, Elapsed, Origin, Window};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::drawn::{Drawn, Material, Stretch};
use crate::metrics::gate::queued::{self, Wait};
use crate::metrics::group::Group;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::of_product;
use crate::work::stretches::{DAYS, last_days};
pub use crate::work::turns::Holder;
use crate::work::turns::{Life, Turn, lives};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.turns",
    title: "Whose turn it was",
    question: "Who are changes waiting for on their way to production?",
    definition: "The life of every merged pull request, from its opening to its merge and on to production where that is known, is split \
                 into turns with exactly one holder: draft, author, agent, reviewer, ci, merge, deploy. The turn goes to the requested \
                 reviewers when it is ready and requested, back to the author at a review that requests changes or comments, to the \
                 reviewers again at a push after a review (merging the base into the branch is none), a further request or the dismissal of an \
                 approval, to `merge` at the last required approval (to `ci` while \
                 runs of its commits or the merge queue hold it), and to `deploy` at the merge. An agent has it, whosever turn it was, from a \
                 person's comment that calls it by `@login`, or from the opening of a pull request that it opened, to its last push \
                 before the next human act; then whoever had to act next. The turns of a pull request add up to its \
                 life exactly. A holder's share is its part of all those hours.",
    formula: "Σ hours of a holder's turns / Σ hours of all turns",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::share("reviewer_share", "reviewer share"),
        NumberDefinition::share("author_share", "author share"),
        NumberDefinition::share("agent_share", "agent share"),
        NumberDefinition::share("draft_share", "draft share"),
        NumberDefinition::share("ci_share", "ci share"),
        NumberDefinition::share("merge_share", "merge share"),
        NumberDefinition::share("deploy_share", "deploy share"),
        NumberDefinition::hours("reviewer_hours", "reviewer"),
        NumberDefinition::hours("author_hours", "author"),
        NumberDefinition::hours("agent_hours", "agent"),
        NumberDefinition::hours("draft_hours", "draft"),
        NumberDefinition::hours("ci_hours", "ci"),
        NumberDefinition::hours("merge_hours", "merge"),
        NumberDefinition::hours("deploy_hours", "deploy"),
        NumberDefinition::working_hours("reviewer_working_hours", "reviewer (working hours)"),
        NumberDefinition::working_hours("author_working_hours", "author (working hours)"),
        NumberDefinition::working_hours("agent_working_hours", "agent (working hours)"),
        NumberDefinition::working_hours("draft_working_hours", "draft (working hours)"),
        NumberDefinition::working_hours("ci_working_hours", "ci (working hours)"),
        NumberDefinition::working_hours("merge_working_hours", "merge (working hours)"),
        NumberDefinition::working_hours("deploy_working_hours", "deploy (working hours)"),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[
        Need::PullRequests,
        Need::WorkflowRuns,
        Need::Deployments,
        Need::Commits,
    ],
    source: "GitHub timeline: `ReadyForReviewEvent`, `ConvertToDraftEvent`, `ReviewRequestedEvent`, `ReviewRequestRemovedEvent`, \
             `PullRequestReview`, `ReviewDismissedEvent`, `HeadRefForcePushedEvent`, `Commit.authoredDate`, merge queue events, comments \
             that call an agent, workflow runs; deployments by ancestry",
    exclusions: "Pull requests opened by automation, closed without a merge or still open are counted apart; merged before they were opened \
                 is unknown. The wait for a deployment that has not come yet is not in the hours.",
    how_to_read: "The largest share is where work waits, and where a change of habit pays. A holder without any turn has no number. Long lives \
                  weigh more than short ones: that is the point.",
    can_mislead: "A turn is whose move it was, not who was at work: nights, weekends and talks outside GitHub are in it. A commit that was \
                  authored before a review and pushed after it is not seen. An agent that \
                  was called elsewhere, or by a review's own text, is seen at its push alone: until then the turn stays where it was. Required approvals and teams are those of today.",
    sql: include_str!("../../../queries/metrics/flow.turns.sql"),
};

/// The names of a holder's numbers.
const NAMES: [(&str, &str, &str, &str); 7] = [
    (
        "reviewer",
        "reviewer_share",
        "reviewer_hours",
        "reviewer_working_hours",
    ),
    (
        "author",
        "author_share",
        "author_hours",
        "author_working_hours",
    ),
    ("agent", "agent_share", "agent_hours", "agent_working_hours"),
    ("draft", "draft_share", "draft_hours", "draft_working_hours"),
    ("ci", "ci_share", "ci_hours", "ci_working_hours"),
    ("merge", "merge_share", "merge_hours", "merge_working_hours"),
    (
        "deploy",
        "deploy_share",
        "deploy_hours",
        "deploy_working_hours",
    ),
];

/// Elapsed and working microseconds of one holder, in the order of [`NAMES`].
type Held = [(u64, u64); 7];

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| Ok(rows(reading)),
        &|_, rows| estimate(reading.question, rows),
    )?;

    measure.note(reading, note(reading));
    if let Some(text) = queue(reading) {
        measure.note(reading, text);
    }
    let [first, middle, end] = before_and_now(reading.question);
    let rows = rows(reading);
    let [before, now] =
        [(first, middle), (middle, end)].map(|(since, until)| Window { since, until });
    let both = [(before, false), (now, true)]
        .map(|(window, is_now)| stretch(reading, &inside(&rows, window), window, is_now));
    let materials = [
        Material::Turns(both.into()),
        Material::TurnsByOrigin(by_origin(reading, &rows, now)),
    ];
    measure.drawn.extend(materials.map(|material| Drawn {
        product: reading.product.name.clone(),
        material,
    }));
    Ok(measure)
}

/// The days that are compared: from, from then on now, and the end; in a window that is shorter than both, its halves.
fn before_and_now(question: &Question) -> [Timestamp; 3] {
    let Window { since, .. } = question.window;
    let [.., after] = last_days(question, 0);
    let first_day = question.zone.to_datetime(since).date();
    let n_days = i64::from((after - first_day).get_days());
    let days = last_days(question, DAYS.min(n_days / 2));
    days.map(|day| Bucket::start_of(day, &question.zone).max(since))
}

/// The included rows of a window.
fn inside(rows: &[KeyedRow<Held>], window: Window) -> Vec<&KeyedRow<Held>> {
    let is_inside = |row: &&KeyedRow<Held>| {
        row.row.fate == Fate::Included && row.row.at.is_some_and(|at| window.contains(at))
    };
    rows.iter().filter(is_inside).collect()
}

/// Whose turn the changes were that some rows of a window are of.
fn stretch(
    reading: &Reading<'_>,
    inside: &[&KeyedRow<Held>],
    window: Window,
    is_now: bool,
) -> Stretch {
    let sum = |at: usize, part: fn(&(u64, u64)) -> u64| -> u64 {
        inside
            .iter()
            .filter_map(|row| row.key.get(at))
            .map(part)
            .sum()
    };
    let held = Holder::WORDS.iter().map(|word| {
        let at = NAMES
            .iter()
            .position(|(name, ..)| name == word)
            .unwrap_or(usize::MAX);
        (*word, sum(at, |held| held.0), sum(at, |held| held.1))
    });
    let group = Group::of(&DEFINITION, reading.question);
    let few = group.few_of(|| inside.iter().map(|row| &row.row));
    Stretch {
        window,
        is_now,
        n: count(inside.len()),
        is_told: few.is_empty(),
        few: few.into_iter().flat_map(|few| few.people).collect(),
        held: held.collect(),
        has_hours: reading.question.calendars.team().has_hours(),
    }
}

/// The last days by origin, of origins with enough changes by enough people; none where it would be one alone.
///
/// What is left out can be told from the whole and the others, so it is never what too few people did: then the smallest of those
/// that could be told is left out with it.
fn by_origin(
    reading: &Reading<'_>,
    rows: &[KeyedRow<Held>],
    window: Window,
) -> Vec<(Origin, Stretch)> {
    let now = inside(rows, window);
    let of = |origin: Origin| {
        let own = now.iter().filter(|row| row.row.origin == Some(origin));
        let own: Vec<&KeyedRow<Held>> = own.copied().collect();
        (origin, stretch(reading, &own, window, true))
    };
    let (mut told, mut left): (Vec<_>, Vec<_>) = Origin::ALL
        .into_iter()
        .map(of)
        .filter(|(_, stretch)| stretch.n > 0)
        .partition(|(_, stretch)| stretch.is_told && stretch.n >= reading.question.minimum_n);
    let is_of_few = |left: &[(Origin, Stretch)]| {
        let is_left = |row: &&&KeyedRow<Held>| {
            let mut left = left.iter();
            left.any(|(origin, _)| row.row.origin == Some(*origin))
        };
        let rows = now.iter().filter(is_left).copied();
        let rows: Vec<&KeyedRow<Held>> = rows.collect();
        !stretch(reading, &rows, window, true).is_told
    };
    while is_of_few(&left) {
        let smallest = (0..told.len()).min_by_key(|at| told.get(*at).map(|(_, one)| one.n));
        let Some(smallest) = smallest else { break };
        left.push(told.remove(smallest));
    }
    if told.len() < 2 {
        told.clear();
    }
    told
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Held>> {
    let wholes = of_product(reading);
    let lives = lives(reading, &wholes);
    wholes
        .iter()
        .zip(lives.iter())
        .filter_map(|(whole, life)| {
            let none = Held::default();
            let merged_at = match merged_inside(reading, whole) {
                Ok(merged_at) => merged_at,
                Err(placed) => {
                    let row = placed?.row(reading, whole).row;
                    return Some(KeyedRow { row, key: none });
                }
            };
            let (key, fate) = match life {
                Ok(life) => (held(reading.question, life), Fate::Included),
                Err(reason) => (none, Fate::Unknown(reason)),
            };
            let sum = |part: fn(&(u64, u64)) -> u64| {
                Elapsed::from_micros(key.iter().map(part).sum()).hours()
            };
            let value = (fate == Fate::Included).then(|| sum(|held| held.0));
            let mut row = whole.row(reading, Some(merged_at), value, fate);
            let has_hours = reading.question.calendars.team().has_hours();
            row.working_hours = value.filter(|_| has_hours).map(|_| sum(|held| held.1));
            Some(KeyedRow { row, key })
        })
        .collect()
}

/// The turns that are over: a wait for a deployment that has not come is none yet.
pub(super) fn ended_turns(life: &Life) -> impl Iterator<Item = &Turn> {
    life.turns
        .iter()
        .filter(|turn| !(life.awaits_deployment && turn.holder == Holder::Deploy))
}

fn held(question: &Question, life: &Life) -> Held {
    let mut held = Held::default();
    for turn in ended_turns(life) {
        let word = turn.holder.word();
        let slot = NAMES
            .iter()
            .zip(&mut held)
            .find(|((name, ..), _)| *name == word);
        if let Some((_, (elapsed, working))) = slot {
            *elapsed += turn.elapsed().micros();
            let calendar = question.calendars.team();
            *working += calendar
                .working_between(turn.since, turn.until)
                .map_or(0, Elapsed::micros);
        }
    }
    held
}

#[expect(
    clippy::cast_precision_loss,
    reason = "2^53 microseconds are 285 years"
)]
fn estimate(question: &Question, rows: &[&KeyedRow<Held>]) -> Measured {
    let n = count(rows.len());
    let mut sums = Held::default();
    for row in rows {
        for (sum, held) in sums.iter_mut().zip(&row.key) {
            sum.0 += held.0;
            sum.1 += held.1;
        }
    }
    let all: u64 = sums.iter().map(|(elapsed, _)| *elapsed).sum();
    if all == 0 {
        return Measured::TooFew { n };
    }
    let seen = || NAMES.iter().zip(&sums).filter(|(_, held)| held.0 > 0);
    let mut numbers = Vec::new();
    for ((_, share, ..), (elapsed, _)) in seen() {
        numbers.push((*share, Number::Real(*elapsed as f64 / all as f64)));
    }
    for ((_, _, hours, _), (elapsed, _)) in seen() {
        let hours_held = Elapsed::from_micros(*elapsed).hours();
        numbers.push((*hours, Number::Real(hours_held)));
    }
    if question.calendars.team().has_hours() {
        for ((.., working_hours), (_, working)) in seen() {
            let hours_held = Elapsed::from_micros(*working).hours();
            numbers.push((*working_hours, Number::Real(hours_held)));
        }
    }
    Measured::Value {
        n,
        value: Value(numbers),
        interval: None,
    }
}

/// Which part of the turns of `ci` was the merge queue's.
fn queue(reading: &Reading<'_>) -> Option<String> {
    let wholes = of_product(reading);
    let lives = lives(reading, &wholes);
    let merged = wholes.iter().zip(lives.iter()).filter_map(|(whole, life)| {
        merged_inside(reading, whole).ok()?;
        let turns = life.as_ref().ok()?.turns.iter();
        let of_ci = turns.filter(|turn| turn.holder == Holder::Ci);
        let windows = of_ci.map(|turn| Window {
            since: turn.since,
            until: turn.until,
        });
        Some((whole, windows.collect()))
    });
    let waits: Vec<Wait<'_, '_>> = merged.collect();
    queued::part(reading.question, &waits, "the turns of ci")
}

/// Which rules decided when the last required approval was there.
fn note(reading: &Reading<'_>) -> String {
    let rules: Vec<String> = reading
        .product
        .repositories
        .iter()
        .filter_map(|repository| {
            let n = reading.tables.facts.required_approvals(*repository)?;
            let name = reading.tables.repository(*repository)?.name.clone();
            Some(format!("{name} {n}"))
        })
        .collect();
    let unknown = reading.product.repositories.len() - rules.len();
    match (rules.is_empty(), unknown) {
        (true, _) => "how many approvals a merge needs is not known, and one was taken".to_owned(),
        (false, 0) => format!("approvals that a merge needs today: {}", rules.join(", ")),
        (false, _) => format!(
            "approvals that a merge needs today: {}; of the other repositories it is not known, and one was taken",
            rules.join(", ")
        ),
    }
}
