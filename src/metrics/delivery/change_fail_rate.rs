//! `dora.change_fail_rate`: successful production deployments that an incident is put down to.

use std::collections::BTreeMap;

use crate::domain::{Attribution, Elapsed, RepositoryId, Rung};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count, ratio_value};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Ratio, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::delivery::deployments::FoundDeployments;
use crate::work::delivery::incidents::{self, Incidents};
use crate::work::delivery::shipping;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "dora.change_fail_rate",
    title: "Change fail rate",
    question: "How many deployments needed immediate intervention?",
    definition: "Share of the successful production deployments that an incident is put down to. A ladder of evidence decides: \
                 1 explicit (register, `Caused by #12` in the issue, a reference from a deployed change), 2 a linked revert of a \
                 deployed change, 3 a rollback while the incident lasted, 4 a hotfix, 5 a patch of the same release line, 6 the nearest \
                 earlier deployment of the product. The rate is printed at every cut: `failed_up_to_rung_3` counts the first three.",
    formula: "deployments with an incident / successful production deployments older than the attribution bound",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("failed_up_to_rung_1", "failed up to rung 1"),
        NumberDefinition::bare("failed_up_to_rung_2", "failed up to rung 2"),
        NumberDefinition::bare("failed_up_to_rung_3", "failed up to rung 3"),
        NumberDefinition::bare("failed_up_to_rung_4", "failed up to rung 4"),
        NumberDefinition::bare("failed_up_to_rung_5", "failed up to rung 5"),
        NumberDefinition::bare("failed_up_to_rung_6", "failed up to rung 6"),
    ],
    about: About::System,
    cohort: Some("finished in the bucket"),
    needs: &[Need::Deployments, Need::Commits, Need::Issues],
    source: "DORA, \"Software delivery performance metrics\" (2026): change fail rate; issues with an incident label or type, `[[incident]]`, and \
             incidents that the files of `[[import]]` declare",
    exclusions: "A deployment that failed never reached production: it is counted apart, as are other environments. Deployments \
                 younger than the attribution bound (default 24 h) are pending and not in the denominator. An incident is never put \
                 down to a deployment after its start, to one at most, and to none further back than the bound unless somebody named \
                 it; three incidents of one \
                 deployment are one failed deployment. An issue closed as not planned or as a duplicate is \
                 no incident, unless the register has it. A run that passes when repeated is a flake, not a failure.",
    how_to_read: "Compare the cuts. Where rungs 1 to 3 carry the rate, somebody looked into the causes; where rung 6 does, only the \
                  clock speaks: write `Caused by #12` into the issues.",
    can_mislead: "Incidents that nobody labels are not seen. Under frequent deployments rung 6 blames whatever came last. An incident \
                  that no deployment caused counts against one until the register says `caused_by = \"none\"`.",
    sql: include_str!("../../../queries/metrics/dora.change_fail_rate.sql"),
};

/// The names of the cumulative counts, by rung.
const CUTS: [(Rung, &str); 6] = [
    (Rung::Explicit, "failed_up_to_rung_1"),
    (Rung::Revert, "failed_up_to_rung_2"),
    (Rung::Rollback, "failed_up_to_rung_3"),
    (Rung::Hotfix, "failed_up_to_rung_4"),
    (Rung::PatchRelease, "failed_up_to_rung_5"),
    (Rung::Nearest, "failed_up_to_rung_6"),
];

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    if let Some(missing) = incidents::missing(reading) {
        return Err(missing);
    }
    let delivered = shipping::of_product(reading);
    let (found, shipping) = delivered.as_ref().as_ref().map_err(Clone::clone)?;
    let incidents = incidents::of_product(reading, shipping);
    let rows = rows(reading, found, &incidents);
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::REPOSITORIES,
        &|_, rows| estimate(rows),
    ));
    for text in incidents.notes(reading) {
        measure.note(reading, text);
    }
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

/// The incidents of each deployment, by repository and id: what they are called, and the best rung.
type Blamed = BTreeMap<(RepositoryId, String), (Vec<String>, Rung)>;

fn blamed(incidents: &Incidents) -> Blamed {
    let mut blamed = Blamed::new();
    for placed in &incidents.all {
        if let Attribution::To {
            repository,
            deployment,
            rung,
        } = &placed.incident.attribution
        {
            let entry = blamed
                .entry((*repository, deployment.clone()))
                .or_insert_with(|| (Vec::new(), *rung));
            entry.0.push(placed.incident.key.to_string());
            entry.1 = entry.1.min(*rung);
        }
    }
    blamed
}

fn rows(
    reading: &Reading<'_>,
    found: &FoundDeployments,
    incidents: &Incidents,
) -> Vec<KeyedRow<Option<Rung>>> {
    let blamed = blamed(incidents);
    let mut rows = Vec::new();
    for candidate in &found.candidates {
        if !reading.question.window.contains(candidate.at()) {
            continue;
        }
        let mut row = candidate.row(reading);
        let mut rung = None;
        if row.fate == Fate::Included {
            let deployment = &candidate.deployment;
            let key = (deployment.repository, deployment.deployment.clone());
            if let Some((numbers, best)) = blamed.get(&key) {
                rung = Some(*best);
                let numbers = numbers.join(", ");
                row.subject.words = format!(
                    "{}: incident {numbers} ({})",
                    row.subject.words,
                    best.word()
                );
            }
            let is_pending = Elapsed::between(candidate.at(), reading.question.as_of)
                .is_none_or(|age| age < reading.question.rules.bound);
            if is_pending {
                row.fate = Fate::Unknown("younger_than_the_attribution_bound");
                rung = None;
            } else {
                row.value = Some(if rung.is_some() { 1.0 } else { 0.0 });
            }
        }
        rows.push(KeyedRow { row, key: rung });
    }
    rows
}

fn estimate(rows: &[&KeyedRow<Option<Rung>>]) -> Measured {
    let failed = |up_to: Rung| {
        count(
            rows.iter()
                .filter(|row| row.key.is_some_and(|rung| rung <= up_to))
                .count(),
        )
    };
    let ratio = Ratio {
        hits: failed(Rung::Nearest),
        of: count(rows.len()),
    };
    let mut value = ratio_value(ratio);
    for (rung, name) in CUTS {
        value.0.push((name, Number::Count(failed(rung))));
    }
    Measured::Value {
        n: ratio.of,
        value,
        interval: wilson_interval(ratio),
    }
}
