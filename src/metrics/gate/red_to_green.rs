//! `gate.red_to_green`: what turned a failed workflow green again.

use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, share};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Recipe, Thing, Unit,
    Value,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::delivery::red_spells::{Cure, RedSpell, red_spells};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::WorkflowRuns],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "gate.red_to_green",
    title: "Red turned green by a rerun",
    question: "When a workflow failed and later passed, what had changed?",
    definition: "A red spell is a workflow's failed attempts in a row, on one branch or pull request and for one event. Share of the spells \
                 that ended with a pass on the commit that had failed last: nothing was changed. Beside it those that ended with another \
                 commit, and those of pull requests into which nothing but their base was merged, so that what was broken was mended there. \
                 The areas of this metric are workflows.",
    formula: "spells that a rerun ended / spells that ended",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("by_push", "by a new commit"),
        NumberDefinition::bare("by_base", "by the base that was merged in"),
    ],
    about: About::System,
    cohort: Some("first failed run created in the bucket"),
    needs: &[Need::WorkflowRuns, Need::PullRequests],
    source: "GitHub Actions workflow runs with their attempts; `PullRequest.commits`, `HeadRefForcePushedEvent`",
    exclusions: "Spells that have not ended are counted apart, also those of pull requests that were closed or merged red; so are runs of the \
                 merge queue, whose branches live for one attempt. Cancelled and skipped attempts neither begin nor end a spell. Where the \
                 commit is not told, what ended the spell is unknown.",
    how_to_read: "A high share of reruns says that red means little: people press the button and wait. What the base mended was everybody's \
                  wait: a broken default branch stops all who branched from it.",
    can_mislead: "A rerun may have waited for an outside service that was repaired. A rebase onto a mended base is a new commit here. A commit \
                  written before the failure and pushed after it, together with a merge of the base, is not seen.",
    sql: include_str!("../../../queries/metrics/gate.red_to_green.sql"),
};

/// Runs of the merge queue.
const MERGE_GROUP: &str = "merge_group";

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| Ok(rows(reading)),
        &|_, rows| with_others(share(rows), rows),
    )
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Option<Cure>>> {
    let spells = red_spells(reading);
    let inside = spells
        .iter()
        .filter(|spell| reading.question.window.contains(spell.first.created_at));
    inside.map(|spell| row(reading, spell)).collect()
}

fn row(reading: &Reading<'_>, spell: &RedSpell<'_>) -> KeyedRow<Option<Cure>> {
    let key = spell.green.map(|(_, cure)| cure);
    let (words, fate) = match key {
        _ if spell.first.event == MERGE_GROUP => ("", Fate::Excluded("run_of_the_merge_queue")),
        None => ("", Fate::Excluded("not_green_yet")),
        Some(Cure::Unknown) => ("", Fate::Unknown("no_commit")),
        Some(Cure::Rerun) => (", passed on the same commit", Fate::Included),
        Some(Cure::Push) => (", passed on another commit", Fate::Included),
        Some(Cure::Base) => (", passed once the base was merged in", Fate::Included),
    };
    let value = (fate == Fate::Included).then_some(f64::from(u8::from(key == Some(Cure::Rerun))));
    let last = spell.last;
    let at = spell.first.created_at;
    let row = LedgerRow {
        product: reading.product.name.clone(),
        repository: Some(last.repository),
        areas: [last.name.clone()].into(),
        subject: Thing::Run(last.run).called(format!("run {} of {}{words}", last.run, last.name)),
        link: Some(last.url.clone()),
        at: Some(at),
        bucket: reading.question.bucket(at, reading.question.granularity),
        value,
        working_hours: None,
        is_running: false,
        person: None,
        authors: [].into(),
        origin: None,
        fate,
    };
    KeyedRow { row, key }
}

fn with_others(measured: Measured, rows: &[&KeyedRow<Option<Cure>>]) -> Measured {
    let Measured::Value {
        n,
        value: Value(mut numbers),
        interval,
    } = measured
    else {
        return measured;
    };
    for (cure, name) in [(Cure::Push, "by_push"), (Cure::Base, "by_base")] {
        let found = rows.iter().filter(|row| row.key == Some(cure)).count();
        numbers.push((name, Number::Count(count(found))));
    }
    Measured::Value {
        n,
        value: Value(numbers),
        interval,
    }
}
