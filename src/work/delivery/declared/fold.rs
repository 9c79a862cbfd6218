//! From the events of incidents to incidents: each subject is one, whatever files its events stand in.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{DeclaredIncident, ImportLines, IncidentEvent, IncidentPredicate};

/// The incidents of some events, by the place of their first event. One that is detected again after it was resolved lasts on.
pub(super) fn incidents(
    events: Vec<IncidentEvent>,
    lines: &mut ImportLines,
) -> Vec<DeclaredIncident> {
    let mut by_subject: BTreeMap<(String, Arc<str>), Vec<IncidentEvent>> = BTreeMap::new();
    for event in each_once(events, lines) {
        let of_subject = by_subject.entry(event.subject.clone()).or_default();
        of_subject.push(event);
    }
    by_subject
        .into_values()
        .filter_map(|of| incident(&of))
        .collect()
}

/// The events by time, each id once: of several with one id the last counts.
fn each_once(mut events: Vec<IncidentEvent>, lines: &mut ImportLines) -> Vec<IncidentEvent> {
    events.sort_by(|a, b| (a.at, &a.place).cmp(&(b.at, &b.place)));
    let mut kept: BTreeMap<(String, String), IncidentEvent> = BTreeMap::new();
    for event in events {
        let Some(before) = kept.get(&event.event) else {
            kept.insert(event.event.clone(), event);
            continue;
        };
        let place = before.place.clone();
        let is_same = IncidentEvent {
            place: place.clone(),
            ..event.clone()
        } == *before;
        if is_same {
            lines.tells("an event that was told before counts once", &event.place);
        } else {
            lines.tells(
                "an event's id again with other content: the last by time counts",
                &place,
            );
            kept.insert(event.event.clone(), event);
        }
    }
    let mut events: Vec<IncidentEvent> = kept.into_values().collect();
    events.sort_by(|a, b| (a.at, &a.place).cmp(&(b.at, &b.place)));
    events
}

/// The incident of one subject's events, which are in the order of time.
fn incident(events: &[IncidentEvent]) -> Option<DeclaredIncident> {
    let first = events.first()?;
    let is_end = |event: &&IncidentEvent| event.predicate == IncidentPredicate::Resolved;
    let of = |predicate: IncidentPredicate| {
        let mut events = events.iter();
        events.find(|event| event.predicate == predicate)
    };
    // A ticket follows what was noticed: it tells the start where nothing else does.
    let detected = of(IncidentPredicate::Detected).or_else(|| of(IncidentPredicate::Reported));
    let mut begun = events.iter().filter(|event| !is_end(event));
    let recorded = begun.clone().find(|event| event.is_recorded);
    let last_begun = begun.next_back().map(|event| event.at);
    let resolved = events
        .iter()
        .filter(is_end)
        .map(|event| event.at)
        .find(|at| last_begun.is_none_or(|begun| *at >= begun));
    // The end has a description of its own, of how it ended.
    let title = events
        .iter()
        .filter(|event| !is_end(event))
        .find_map(|event| event.title.clone());
    let telling = detected.unwrap_or(first);
    Some(DeclaredIncident {
        id: Arc::clone(&first.subject.1),
        whereabouts: telling.whereabouts.clone(),
        environment: telling.environment.clone(),
        started_at: recorded.map(|event| event.at),
        detected_at: detected.map(|event| event.at),
        resolved_at: resolved,
        severity: last(events, |event| event.severity.as_ref()),
        title,
        url: last(events, |event| event.url.as_ref()),
        cause: last(events, |event| event.cause.as_ref()),
        place: telling.place.clone(),
    })
}

/// What the last event that says it says.
fn last<T: Clone>(
    events: &[IncidentEvent],
    of: impl Fn(&IncidentEvent) -> Option<&T>,
) -> Option<T> {
    events.iter().rev().find_map(|event| of(event).cloned())
}
