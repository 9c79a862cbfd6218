//! `agents.share`: merged changes that agents had a part in, as far as anything tells.

use crate::domain::Origin;
use crate::domain::provenance::Rung;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, share};
use crate::metrics::flow::merged_unless;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::origins::Evidence;
use crate::work::pull_requests::{FullPullRequest, not_human, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "agents.share",
    title: "Changes that agents had a part in, at least",
    question: "How much of what is merged has an agent had a part in, and what tells it?",
    definition: "Merged pull requests that an agent opened or wrote (`by_agents`), and those of a person with evidence of an agent \
                 (`with_an_agent`), among all that people and agents merged. Each is told by its strongest rung: notes on lines, the \
                 account that opened it or wrote its commits, the platform's own events, trailers of commits, conventions of tools \
                 (label, branch, last lines of a description), the register.",
    formula: "(merged by agents + merged by people with an agent) / merged by people and agents",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("by_agents", "by agents"),
        NumberDefinition::bare("with_an_agent", "by people with an agent"),
        NumberDefinition::bare("told_by_lines", "told by notes on lines"),
        NumberDefinition::bare("told_by_account", "told by the account"),
        NumberDefinition::bare("told_by_platform", "told by the platform"),
        NumberDefinition::bare("told_by_trailer", "told by a trailer"),
        NumberDefinition::bare("told_by_convention", "told by a convention"),
        NumberDefinition::bare("told_by_declared", "told by the register"),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "The table `provenance`: GitHub accounts, labels, branches and descriptions, authors and trailers of commits in git, the \
             register's `[[agent]]`",
    exclusions: "Pull requests opened by automation, closed without a merge or still open are counted apart. Those of whom nobody knows who \
                 opened them are unknown, unless an agent wrote them. `[measure] origins` changes nothing here.",
    how_to_read: "At least this much: it counts what says so of itself. A rise may be more work by agents, or more that is signed. Which \
                  rung tells it says how much rests on habit: an account cannot be left out, a trailer can.",
    can_mislead: "Tools can be told to hide, and completions in an editor leave no trace, so nothing here says \"written by a person\". \
                  It is no measure of benefit, and none of anybody's zeal.",
    sql: include_str!("../../../queries/metrics/agents.share.sql"),
};

/// Where a change comes from, and the strongest rung that told it.
type Told = (Origin, Option<Rung>);

/// The name of each rung's number.
const RUNGS: [(Rung, &str); 6] = [
    (Rung::Lines, "told_by_lines"),
    (Rung::Account, "told_by_account"),
    (Rung::Platform, "told_by_platform"),
    (Rung::Trailer, "told_by_trailer"),
    (Rung::Convention, "told_by_convention"),
    (Rung::Declared, "told_by_declared"),
];

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let evidence = Evidence::of(reading);
            let wholes = of_product(reading);
            Ok(wholes
                .iter()
                .filter_map(|whole| row(reading, &evidence, whole))
                .collect())
        },
        &|_, rows| estimate(rows),
    )?;
    measure.note(
        reading,
        "at least: what nothing tells of is counted as no evidence, never as written by a person"
            .to_owned(),
    );
    Ok(measure)
}

fn row(
    reading: &Reading<'_>,
    evidence: &Evidence<'_>,
    whole: &FullPullRequest<'_>,
) -> Option<KeyedRow<Told>> {
    let origin = whole.origin(reading.tables);
    let rung = evidence.of_pull_request(whole.key()).first();
    let key = (origin, rung.map(|row| row.rung));
    let apart = match origin {
        Origin::Agent => None,
        Origin::Automation => Some(Fate::Excluded("by_automation")),
        Origin::PersonWithAgent | Origin::NoEvidence => {
            not_human(reading.tables, whole.pull_request.author)
        }
    };
    let row = match merged_unless(reading, whole, apart) {
        Ok(merged_at) => {
            let has_part = matches!(origin, Origin::Agent | Origin::PersonWithAgent);
            let value = if has_part { 1.0 } else { 0.0 };
            whole.row(reading, Some(merged_at), Some(value), Fate::Included)
        }
        Err(placed) => placed?.row(reading, whole).row,
    };
    Some(KeyedRow { row, key })
}

fn estimate(rows: &[&KeyedRow<Told>]) -> Measured {
    let n_of = |of: &dyn Fn(&Told) -> bool| {
        Number::Count(count(rows.iter().filter(|row| of(&row.key)).count()))
    };
    let mut measured = share(rows);
    if let Measured::Value { value, .. } = &mut measured {
        let by = |origin: Origin| n_of(&|told: &Told| told.0 == origin);
        value.0.push(("by_agents", by(Origin::Agent)));
        value.0.push(("with_an_agent", by(Origin::PersonWithAgent)));
        for (rung, name) in RUNGS {
            let is_told = |told: &Told| told.0 != Origin::NoEvidence && told.1 == Some(rung);
            value.0.push((name, n_of(&is_told)));
        }
    }
    measured
}
