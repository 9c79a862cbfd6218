//! The incidents of a product: labelled issues and register entries, with three clocks and one deployment at most.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::attribution::Ladder;
use super::incident_body::{self, Body, Told};
use super::landing::Landings;
use super::shipping::{self, Shipping};
use crate::domain::{
    Attribution, Incident, Issue, NoCause, PrNumber, PullRequest, PullRequestState, RepositoryId,
    ResolvedFrom, StartedFrom, Stream,
};
use crate::register::IncidentEntry;
use crate::work::pull_requests::Key;
use crate::work::{Missing, Need, Question, Reading};

/// The label whose event ends an incident's impact.
const RESOLVED_LABEL: &str = "resolved";

/// An incident with what its metrics need beside the facts.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The incident.
    pub incident: Incident,
    /// The deployment it is put down to: index into [`Shipping::deployments`].
    pub cause: Option<usize>,
    /// The issue's title, as it came; empty for an incident that the register alone knows.
    pub title: String,
    /// The issue's page.
    pub url: Option<String>,
    /// Merged pull requests that close the issue.
    pub fixes: Vec<PrNumber>,
    /// Issues and pull requests of its repository that mention it.
    pub mentions: Vec<PrNumber>,
}

/// Why a register entry has no incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orphan {
    /// The entry's repository.
    pub repository: RepositoryId,
    /// The entry's number.
    pub number: PrNumber,
}

/// All incidents of a product, by repository and number, and what could not be read.
#[derive(Debug, Default)]
pub struct Incidents {
    /// The incidents.
    pub all: Vec<Placed>,
    /// Hotfixes that were merged, by repository and number, with the incidents of their repository that they are linked to.
    pub hotfixes: BTreeMap<Key, Vec<PrNumber>>,
    /// Where the hotfixes and fixes landed.
    pub landings: Landings,
    /// Times in bodies that had no zone.
    pub n_zoneless: usize,
    /// Times in bodies that could not be read, or lay after the as-of instant.
    pub n_unreadable: usize,
    /// Entries of the register without an issue and without a start.
    pub orphans: Vec<Orphan>,
}

/// An issue or entry on its way to an incident.
struct Draft<'a> {
    key: Key,
    issue: Option<&'a Issue>,
    entry: Option<&'a IncidentEntry>,
    body: Body,
    /// Merged pull requests of the repository that close it.
    closers: Vec<&'a PullRequest>,
    /// Numbers that refer to it.
    referrers: Vec<PrNumber>,
    /// When the label `resolved` was last put on.
    labelled_at: Option<Timestamp>,
}

/// Why a product's incidents cannot be observed; `None` where they can.
#[must_use]
pub fn missing(reading: &Reading<'_>) -> Option<Missing> {
    if reading
        .question
        .rules
        .entries
        .keys()
        .any(|(repository, _)| reading.product.repositories.contains(repository))
    {
        return None;
    }
    if let Some(missing) = reading.question.missing(reading.product, Need::Issues) {
        return Some(missing);
    }
    let is_incident = |issue: &Issue| {
        reading.product.repositories.contains(&issue.repository)
            && reading.question.rules.is_incident(&issue.labels)
            && !was_none(issue, reading.question)
    };
    // A team that named its labels and has no issue with one of them, of all there are, has had no incident.
    if reading.question.rules.declares_labels
        && reading.question.has_all(reading.product, Stream::Issues)
    {
        return None;
    }
    // Else nobody can tell a product without incidents from one whose incidents are kept elsewhere.
    (!reading.tables.facts.issues.iter().any(is_incident)).then(|| Missing {
        because: format!(
            "no issue has ever carried an incident label ({})",
            reading.question.rules.labels.join(", ")
        ),
        fix: Some(
            "label incidents, name the labels with `incident_labels` (then none is no incident), or record incidents as `[[incident]]` in \
             linchpin.toml"
                .to_owned(),
        ),
    })
}

/// The incidents of a product up to the as-of instant, attributed to its deployments, which `shipping` has placed; found once
/// a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>, shipping: &Shipping) -> Arc<Incidents> {
    reading.once(|| attributed(reading, shipping))
}

/// The incidents of a product whether or not its deployments were read: without them none is put down to one, and the reason is
/// told.
#[must_use]
pub fn with_or_without_deployments(reading: &Reading<'_>) -> (Arc<Incidents>, Option<Missing>) {
    match shipping::of_product(reading).as_ref() {
        Ok((_, shipping)) => (of_product(reading, shipping), None),
        Err(missing) => (
            of_product(reading, &Shipping::default()),
            Some(missing.clone()),
        ),
    }
}

fn attributed(reading: &Reading<'_>, shipping: &Shipping) -> Incidents {
    let (drafts, mut incidents) = drafts(reading);
    let merged = |row: &&PullRequest| {
        reading.product.repositories.contains(&row.repository)
            && row.state == PullRequestState::Merged
            && row.merged_at.is_some_and(|at| at < reading.question.as_of)
    };
    let mut by_key: BTreeMap<Key, &PullRequest> = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    for row in reading.tables.facts.pull_requests.iter().filter(merged) {
        let key = (row.repository, row.number);
        by_key.insert(key, row);
        if reading.question.rules.is_hotfix(row) {
            wanted.insert(key);
            incidents.hotfixes.insert(key, Vec::new());
        }
    }
    for draft in &drafts {
        wanted.extend(draft.closers.iter().map(|row| (row.repository, row.number)));
        let referring = draft.referrers.iter().map(|number| (draft.key.0, *number));
        wanted.extend(referring.filter(|key| by_key.contains_key(key)));
        let told = draft.entry.and_then(|entry| entry.caused_by.as_ref());
        if let Some(cause) = told.or(draft.body.cause.as_ref()) {
            let repository_of = |name: &str| repository_of(reading, name);
            wanted.extend(crate::work::delivery::attribution::named_pull_request(
                cause,
                draft.key.0,
                repository_of,
            ));
        }
        for number in draft
            .closers
            .iter()
            .map(|row| row.number)
            .chain(draft.referrers.iter().copied())
        {
            if let Some(linked) = incidents.hotfixes.get_mut(&(draft.key.0, number))
                && !linked.contains(&draft.key.1)
            {
                linked.push(draft.key.1);
            }
        }
    }
    incidents.landings = Landings::of_some(reading, &wanted);
    let mut all = Vec::new();
    {
        let ladder = Ladder {
            tables: reading.tables,
            product: reading.product,
            shipping,
            landings: &incidents.landings,
            pull_requests: &by_key,
            hotfixes: &incidents.hotfixes,
            bound: reading.question.rules.bound,
            as_of: reading.question.as_of,
        };
        for draft in &drafts {
            let Some(mut placed) = placed(draft, reading.question, &ladder) else {
                incidents.orphans.push(Orphan {
                    repository: draft.key.0,
                    number: draft.key.1,
                });
                continue;
            };
            let told = draft.entry.and_then(|entry| entry.caused_by.as_ref());
            let linked = crate::work::delivery::attribution::Linked {
                cause: told.or(draft.body.cause.as_ref()),
                closers: &placed.fixes,
                referrers: &draft.referrers,
            };
            match ladder.climb(&placed.incident, &linked) {
                Ok((cause, rung)) => {
                    if let Some(shipped) = shipping.deployments.get(cause) {
                        placed.incident.attribution = Attribution::To {
                            repository: shipped.repository,
                            deployment: shipped.deployment.clone(),
                            rung,
                        };
                        placed.cause = Some(cause);
                    }
                }
                Err(reason) => placed.incident.attribution = Attribution::Nowhere(reason),
            }
            all.push(placed);
        }
    }
    incidents.all = all;
    incidents
}

impl Incidents {
    /// Remarks for the figures that rest on incidents: how they were attributed, and what could not be read.
    #[must_use]
    pub fn notes(&self, reading: &Reading<'_>) -> Vec<String> {
        let inside = || {
            self.all
                .iter()
                .filter(|placed| reading.question.window.contains(placed.incident.started_at))
        };
        let mut by_word: BTreeMap<(bool, u32, &str), usize> = BTreeMap::new();
        for placed in inside() {
            let attribution = &placed.incident.attribution;
            let key = match attribution {
                Attribution::To { rung, .. } => (false, rung.place(), attribution.word()),
                Attribution::Nowhere(_) => (true, 0, attribution.word()),
            };
            *by_word.entry(key).or_default() += 1;
        }
        let words: Vec<_> = by_word
            .iter()
            .map(|((_, _, word), n)| format!("{} {n}", word.replace('_', " ")))
            .collect();
        let n = inside().count();
        let how = if n == 0 {
            String::new()
        } else {
            format!(", attributed by: {}", words.join(", "))
        };
        let mut notes = vec![format!("incidents that started in the window: {n}{how}")];
        let mut remark = |n: usize, what: String| {
            if n > 0 {
                notes.push(format!("{what}: {n}"));
            }
        };
        let closed = inside()
            .filter(|placed| placed.incident.resolved_from == Some(ResolvedFrom::Closed))
            .count();
        remark(
            closed,
            "incidents whose closing is taken as resolved".to_owned(),
        );
        let zone = reading.question.zone.iana_name().unwrap_or("UTC");
        remark(
            self.n_zoneless,
            format!("times in issues without a zone, read in {zone}"),
        );
        remark(
            self.n_unreadable,
            "times in issues that cannot be read".to_owned(),
        );
        remark(
            self.orphans.len(),
            "incidents of the register that have neither issue nor start".to_owned(),
        );
        notes
    }
}

/// The repository of the product that `owner/name` names.
fn repository_of(reading: &Reading<'_>, name: &str) -> Option<RepositoryId> {
    reading
        .tables
        .repositories
        .iter()
        .filter(|found| reading.product.repositories.contains(&found.repository))
        .find(|found| found.is_called(name))
        .map(|found| found.repository)
}

/// Something that counts as an incident, before anything is read from it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its issue; `None` where the register alone knows it.
    pub issue: Option<&'a Issue>,
    /// What the register says of it.
    pub entry: Option<&'a IncidentEntry>,
}

impl Known<'_> {
    /// How bad it was: the register's word in lower case, else the label that names a severity.
    #[must_use]
    pub fn severity(&self) -> Option<String> {
        let told = self.entry.and_then(|entry| entry.severity.as_ref());
        let labelled = || self.issue.and_then(|issue| severity(&issue.labels));
        told.map(|word| word.to_lowercase()).or_else(labelled)
    }
}

/// What counts as an incident of a product, by repository and number: issues with a label of incidents that were not closed as
/// none, and what the register lists.
#[must_use]
pub fn known<'a>(reading: &Reading<'a>) -> BTreeMap<Key, Known<'a>> {
    let rules = &reading.question.rules;
    let mut known = BTreeMap::new();
    for issue in &reading.tables.facts.issues {
        let key = (issue.repository, issue.number);
        let entry = rules.entries.get(&key);
        let is_one = entry.is_some()
            || rules.is_incident(&issue.labels) && !was_none(issue, reading.question);
        if is_one
            && reading.product.has(issue.repository)
            && issue.created_at < reading.question.as_of
        {
            let issue = Some(issue);
            known.insert(key, Known { issue, entry });
        }
    }
    for (key, entry) in &rules.entries {
        if reading.product.has(key.0) {
            let entry = Some(entry);
            known.entry(*key).or_insert(Known { issue: None, entry });
        }
    }
    known
}

fn drafts<'a>(reading: &Reading<'a>) -> (Vec<Draft<'a>>, Incidents) {
    let mut incidents = Incidents::default();
    let mut drafts: BTreeMap<Key, Draft<'a>> = BTreeMap::new();
    for (key, Known { issue, entry }) in known(reading) {
        let text = issue.map_or("", |issue| issue.body.as_str());
        let mut body = incident_body::read(text, &reading.question.zone);
        for told in [&mut body.started, &mut body.resolved] {
            // A time that has not come yet is a slip of the pen.
            if told.at().is_some_and(|at| at >= reading.question.as_of) {
                *told = Told::Unreadable;
            }
            incidents.n_zoneless += usize::from(matches!(told, Told::Zoneless(_)));
            incidents.n_unreadable += usize::from(*told == Told::Unreadable);
        }
        drafts.insert(key, Draft::of(key, issue, entry, body));
    }
    for row in &reading.tables.facts.pull_requests {
        let is_merged = row.merged_at.is_some_and(|at| at < reading.question.as_of);
        if row.state != PullRequestState::Merged || !is_merged {
            continue;
        }
        for number in &row.closes_issues {
            if let Some(draft) = drafts.get_mut(&(row.repository, PrNumber(*number))) {
                draft.closers.push(row);
            }
        }
    }
    for event in reading
        .tables
        .facts
        .timeline
        .iter()
        .filter(|row| row.at < reading.question.as_of)
    {
        let Some(draft) = drafts.get_mut(&(event.repository, event.number)) else {
            continue;
        };
        match (event.event.as_str(), event.detail.as_deref()) {
            ("cross_referenced", Some(detail)) => {
                draft.referrers.extend(detail.parse().ok().map(PrNumber));
            }
            ("labeled", Some(label)) if label.eq_ignore_ascii_case(RESOLVED_LABEL) => {
                draft.labelled_at = draft.labelled_at.max(Some(event.at));
            }
            _ => {}
        }
    }
    let mut drafts: Vec<_> = drafts.into_values().collect();
    for draft in &mut drafts {
        draft.closers.sort_by_key(|row| row.number);
        draft.referrers.sort_unstable();
        draft.referrers.dedup();
    }
    (drafts, incidents)
}

/// Whether it was closed as something that was none, or that another issue stands for. A register's entry says that it was one.
fn was_none(issue: &Issue, question: &Question) -> bool {
    issue.closed_at.is_some_and(|at| at < question.as_of)
        && matches!(
            issue.state_reason.as_deref(),
            Some("not_planned" | "duplicate")
        )
}

impl<'a> Draft<'a> {
    fn of(
        key: Key,
        issue: Option<&'a Issue>,
        entry: Option<&'a IncidentEntry>,
        body: Body,
    ) -> Self {
        Self {
            key,
            issue,
            entry,
            body,
            closers: Vec::new(),
            referrers: Vec::new(),
            labelled_at: None,
        }
    }
}

/// The three clocks, each from the first rung that tells; `None` without any start.
fn placed(draft: &Draft<'_>, question: &Question, ladder: &Ladder<'_>) -> Option<Placed> {
    let seen = |at: Option<Timestamp>| at.filter(|at| *at < question.as_of);
    let entry = draft.entry;
    let (started_at, started_from) = seen(entry.and_then(|entry| entry.started_at))
        .map(|at| (at, StartedFrom::Register))
        .or_else(|| draft.body.started.at().map(|at| (at, StartedFrom::Body)))
        .or_else(|| {
            draft
                .issue
                .map(|issue| (issue.created_at, StartedFrom::Opened))
        })?;
    let closed_at = seen(draft.issue.and_then(|issue| issue.closed_at));
    let fixes: Vec<PrNumber> = draft.closers.iter().map(|row| row.number).collect();
    let fixed_at = || ladder.fix_deployed_at(draft.key.0, started_at, &fixes, &draft.referrers);
    let resolved = seen(entry.and_then(|entry| entry.resolved_at))
        .map(|at| (at, ResolvedFrom::Register))
        .or_else(|| draft.body.resolved.at().map(|at| (at, ResolvedFrom::Body)))
        .or_else(|| draft.labelled_at.map(|at| (at, ResolvedFrom::Label)))
        .or_else(|| fixed_at().map(|at| (at, ResolvedFrom::Deployment)))
        .or_else(|| closed_at.map(|at| (at, ResolvedFrom::Closed)));
    let known = Known {
        issue: draft.issue,
        entry,
    };
    Some(Placed {
        incident: Incident {
            repository: draft.key.0,
            number: draft.key.1,
            severity: known.severity(),
            started_at,
            started_from,
            resolved_at: resolved.map(|(at, _)| at),
            resolved_from: resolved.map(|(_, from)| from),
            closed_at,
            attribution: Attribution::Nowhere(NoCause::NoneWithinTheBound),
        },
        cause: None,
        title: draft
            .issue
            .map_or_else(String::new, |issue| issue.title.clone()),
        url: draft.issue.map(|issue| issue.url.clone()),
        fixes,
        mentions: draft.referrers.clone(),
    })
}

/// The severity that a label names: `sev1`, `SEV-2`, `severity: high`. `several` names none.
fn severity(labels: &[String]) -> Option<String> {
    labels
        .iter()
        .map(|label| label.trim().to_lowercase())
        .find(|label| {
            let rest = label
                .strip_prefix("severity")
                .or_else(|| label.strip_prefix("sev"));
            rest.is_some_and(|rest| {
                let word = rest.trim_start_matches([' ', ':', '-', '_', '/', '=']);
                let is_number = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_digit());
                let is_word = [
                    "critical", "high", "major", "medium", "moderate", "minor", "low",
                ]
                .contains(&word);
                is_number || (is_word && word.len() < rest.len())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::severity;

    #[test]
    fn a_severity_is_a_whole_word_of_a_label() {
        let check = |label: &str, expected: Option<&str>| {
            assert_eq!(
                severity(&[label.to_owned()]).as_deref(),
                expected,
                "{label}"
            );
        };
        check("sev1", Some("sev1"));
        check("SEV-2", Some("sev-2"));
        check("severity: high", Some("severity: high"));
        check("severity/critical", Some("severity/critical"));
        check("several teams", None);
        check("sevlow", None);
        check("sev12", None);
        check("seven", None);
    }
}
