//! `dora.failed_deployment_recovery_time`: from a failed deployment to restored service.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Attribution, Elapsed};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, censored_quantiles, measure_rows};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Recipe, Thing, Unit,
};
use crate::metrics::number::{P50, P75, P90, RUNNING, WORKING_P50, WORKING_P75, WORKING_P90};
use crate::metrics::rows::declared_words;
use crate::work::delivery::incidents::{self, Incidents, Placed};
use crate::work::delivery::shipping::{self, Shipping};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "dora.failed_deployment_recovery_time",
    title: "Failed deployment recovery time",
    question: "How long does it take to restore service after a bad deployment?",
    definition: "Time from the end of a deployment that an incident is put down to, or from the start of the impact where somebody \
                 recorded it, to the restored service. Restored is the resolved clock, not the closed one: register, its files, `Resolved time:` \
                 in the issue, label `resolved`, success of the deployment with the linked fix or revert, and only then the closing.",
    formula: "resolved_at − (recorded started_at, else deployment.finished_at)",
    unit: Unit::Hours,
    recipe: Recipe::CensoredMedian,
    floor: Floor::MinimumN,
    numbers: &[
        P50,
        P75,
        P90,
        WORKING_P50,
        WORKING_P75,
        WORKING_P90,
        RUNNING,
    ],
    about: About::System,
    cohort: Some("incident started in the bucket"),
    needs: &[Need::Deployments, Need::Commits, Need::Issues],
    source: "DORA, \"Software delivery performance metrics\" (2026): failed deployment recovery time; Kaplan & Meier (1958) for \
             incidents that are not resolved",
    exclusions: "An incident that a file declares to have been detected, without a start, has no recorded start. Incidents that are put down to no deployment are counted apart with the reason, and so is every further incident of one \
                 deployment: the one restored last stands for all. Unresolved incidents are running, not dropped. An incident resolved \
                 before it started is a contradiction and unknown.",
    how_to_read: "The note says how many closings were taken as resolved: an issue is often closed days after service was back. Write \
                  `Resolved time:` into the issue.",
    can_mislead: "Few incidents make wide intervals. A recovery is as trustworthy as the clocks that people keep in the middle of a \
                  fire.",
    sql: include_str!("../../../queries/metrics/dora.failed_deployment_recovery_time.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    if let Some(missing) = incidents::missing(reading) {
        return Err(missing);
    }
    let delivered = shipping::of_product(reading);
    let (_, shipping) = delivered.as_ref().as_ref().map_err(Clone::clone)?;
    let incidents = incidents::of_product(reading, shipping);
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES,
        &|| Ok(rows(reading, shipping, &incidents)),
        &|_, rows| censored_quantiles(DEFINITION.unit, rows),
    )?;
    for text in incidents.notes(reading) {
        measure.note(reading, text);
    }
    Ok(measure)
}

/// Which incident stands for a deployment: the one restored last; an unresolved one before all others.
fn standing(incidents: &Incidents) -> BTreeMap<usize, (bool, Option<Timestamp>, usize)> {
    let mut standing: BTreeMap<usize, (bool, Option<Timestamp>, usize)> = BTreeMap::new();
    for (at, placed) in incidents.all.iter().enumerate() {
        let Some(cause) = placed.cause else { continue };
        let resolved_at = placed.incident.resolved_at;
        let rank = (resolved_at.is_none(), resolved_at, at);
        let best = standing.entry(cause).or_insert(rank);
        // Of equals the first by repository and number.
        if (rank.0, rank.1) > (best.0, best.1) {
            *best = rank;
        }
    }
    standing
}

fn rows(reading: &Reading<'_>, shipping: &Shipping, incidents: &Incidents) -> Vec<KeyedRow<()>> {
    let standing = standing(incidents);
    let mut rows = Vec::new();
    for (at, placed) in incidents.all.iter().enumerate() {
        let incident = &placed.incident;
        if !reading.question.window.contains(incident.started_at) {
            continue;
        }
        let mut row = row(reading, placed);
        if let (Some(cause), Attribution::To { .. }) = (placed.cause, &incident.attribution) {
            let stands = standing
                .get(&cause)
                .is_some_and(|(.., standing)| *standing == at);
            let finished_at = shipping.deployments.get(cause).map(|shipped| shipped.at);
            // The impact of several incidents of one deployment began with the first of them.
            let recorded = incidents
                .all
                .iter()
                .filter(|other| other.cause == Some(cause))
                .filter(|other| other.incident.started_from.is_recorded())
                .map(|other| other.incident.started_at)
                .min();
            let started_at = recorded.or(finished_at).unwrap_or(incident.started_at);
            recover(reading.question, &mut row, started_at, incident.resolved_at);
            if incident
                .resolved_at
                .is_some_and(|at| at < incident.started_at)
            {
                row.value = None;
                row.fate = Fate::Unknown("resolved_before_it_started");
            }
            if !stands {
                row.value = None;
                row.working_hours = None;
                row.is_running = false;
                row.fate = Fate::Excluded("same_deployment_as_another_incident");
            }
        }
        rows.push(KeyedRow { row, key: () });
    }
    rows
}

/// Fills in how long it took, or takes already.
fn recover(
    question: &Question,
    row: &mut LedgerRow,
    started_at: Timestamp,
    resolved_at: Option<Timestamp>,
) {
    let end = resolved_at.unwrap_or(question.as_of);
    match Elapsed::between(started_at, end) {
        Some(elapsed) => {
            row.value = Some(elapsed.hours());
            row.working_hours = question
                .calendars
                .team()
                .working_between(started_at, end)
                .map(Elapsed::hours);
            row.is_running = resolved_at.is_none();
            row.fate = Fate::Included;
        }
        None => row.fate = Fate::Unknown("resolved_before_it_started"),
    }
}

/// The row of an incident that no deployment is blamed for.
fn row(reading: &Reading<'_>, placed: &Placed) -> LedgerRow {
    let incident = &placed.incident;
    // What nobody put to a repository belongs to that of its deployment, where there is one.
    let repository = incident.key.repository().or(match &incident.attribution {
        Attribution::To { repository, .. } => Some(*repository),
        Attribution::Nowhere(_) => None,
    });
    let thing = incident
        .key
        .number()
        .map_or(Thing::Declared, Thing::Numbered);
    let words = format!("{} {}", incident.key, placed.title);
    let declared = declared_words(placed.declared_in.as_deref());
    LedgerRow {
        origin: None,
        product: reading.product.name.clone(),
        repository,
        areas: [].into(),
        subject: thing.called(format!("{}{declared}", words.trim_end())),
        link: placed.url.clone().or_else(|| placed.declared_url.clone()),
        at: Some(incident.started_at),
        bucket: reading
            .question
            .bucket(incident.started_at, reading.question.granularity),
        value: None,
        working_hours: None,
        is_running: false,
        person: None,
        authors: Arc::default(),
        fate: Fate::Excluded(incident.attribution.word()),
    }
}
