//! The incidents of a product: labelled and typed issues, register entries and what files declare, with three clocks and one deployment at most.

mod known;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

pub use self::known::{Known, SeverityFrom, known, missing};

use super::attribution::Ladder;
use super::incident_body::{self, Body};
use super::landing::Landings;
use super::shipping::{self, Shipping};
use crate::domain::{
    Attribution, Cause, ImportKind, Incident, IncidentKey, IssuePart, NoCause, PrNumber,
    PullRequest, PullRequestState, RepositoryId, ResolvedFrom, StartedFrom, ToldTime,
};
use crate::work::pull_requests::Key;
use crate::work::{Missing, Question, Reading};

/// The label whose event ends an incident's impact.
const RESOLVED_LABEL: &str = "resolved";

/// An incident with what its metrics need beside the facts.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The incident.
    pub incident: Incident,
    /// The deployment it is put down to: index into [`Shipping::deployments`].
    pub cause: Option<usize>,
    /// Its title, as it came; empty for an incident that the register alone knows.
    pub title: String,
    /// The issue's page.
    pub url: Option<String>,
    /// The page that a file declares.
    pub declared_url: Option<String>,
    /// The file that declares it; `None`: none does.
    pub declared_in: Option<Arc<str>>,
    /// Merged pull requests that close the issue.
    pub fixes: Vec<PrNumber>,
    /// Issues and pull requests of its repository that mention it.
    pub mentions: Vec<PrNumber>,
}

/// All incidents of a product, by key, and what could not be read.
#[derive(Debug, Default)]
pub struct Incidents {
    /// The incidents.
    pub all: Vec<Placed>,
    /// Hotfixes that were merged, by repository and number, with the incidents of their repository that they are linked to.
    pub hotfixes: BTreeMap<Key, Vec<PrNumber>>,
    /// Where the hotfixes and fixes landed.
    pub landings: Landings,
    /// Times in bodies and fields that had no zone.
    pub n_zoneless: usize,
    /// Times in bodies and fields that could not be read, or lay after the as-of instant.
    pub n_unreadable: usize,
    /// Entries of the register, and of its files, without an issue and without a start.
    pub orphans: Vec<IncidentKey>,
    /// Whether a file that may tell of the product's incidents lacks something.
    pub lacks_declared: bool,
}

/// An issue, entry or declaration on its way to an incident.
struct Draft<'a> {
    key: IncidentKey,
    known: Known<'a>,
    body: Body,
    /// Merged pull requests of the repository that close it.
    closers: Vec<&'a PullRequest>,
    /// Numbers that refer to it.
    referrers: Vec<PrNumber>,
    /// When the label `resolved` was last put on.
    labelled_at: Option<Timestamp>,
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
        wanted.extend(draft.referring().filter(|key| by_key.contains_key(key)));
        if let Some(cause) = draft.cause() {
            let repository_of = |name: &str| repository_of(reading, name);
            wanted.extend(crate::work::delivery::attribution::named_pull_request(
                cause,
                draft.key.repository(),
                repository_of,
            ));
        }
        // A hotfix is linked to an issue.
        let Some((repository, issue)) = draft.key.issue() else {
            continue;
        };
        for number in draft
            .closers
            .iter()
            .map(|row| row.number)
            .chain(draft.referrers.iter().copied())
        {
            if let Some(linked) = incidents.hotfixes.get_mut(&(repository, number))
                && !linked.contains(&issue)
            {
                linked.push(issue);
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
                incidents.orphans.push(draft.key.clone());
                continue;
            };
            let linked = crate::work::delivery::attribution::Linked {
                cause: draft.cause(),
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
        let issues = reading.tables.facts.issues.iter();
        let untold = issues
            .filter(|issue| reading.product.has(issue.repository) && !issue.tells(IssuePart::Type));
        remark(
            if reading.question.rules.declares_types {
                untold.count()
            } else {
                0
            },
            "issues whose type is not known, so that a label alone makes them incidents".to_owned(),
        );
        let declared = inside().filter(|placed| placed.declared_in.is_some());
        remark(
            declared.count(),
            "incidents that files of the register declare".to_owned(),
        );
        if self.lacks_declared {
            notes.push(
                "files that declare incidents lack something: the page of the data says what"
                    .to_owned(),
            );
        }
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

fn drafts<'a>(reading: &Reading<'a>) -> (Vec<Draft<'a>>, Incidents) {
    let declared = &reading.question.declared;
    let mut incidents = Incidents {
        lacks_declared: declared.lacks(ImportKind::Incidents, reading.product),
        ..Incidents::default()
    };
    let mut drafts: BTreeMap<IncidentKey, Draft<'a>> = BTreeMap::new();
    for (key, mut known) in known(reading) {
        let text = known.issue.map_or("", |issue| issue.body.as_str());
        let mut body = incident_body::read(text, &reading.question.zone);
        let typed = &mut known.typed;
        for told in [
            &mut body.started,
            &mut body.resolved,
            &mut typed.started,
            &mut typed.detected,
            &mut typed.resolved,
        ] {
            // A time that has not come yet is a slip of the pen.
            if told.at().is_some_and(|at| at >= reading.question.as_of) {
                *told = ToldTime::Unreadable;
            }
            incidents.n_zoneless += usize::from(matches!(told, ToldTime::Zoneless(_)));
            incidents.n_unreadable += usize::from(*told == ToldTime::Unreadable);
        }
        drafts.insert(key.clone(), Draft::of(key, known, body));
    }
    for row in &reading.tables.facts.pull_requests {
        let is_merged = row.merged_at.is_some_and(|at| at < reading.question.as_of);
        if row.state != PullRequestState::Merged || !is_merged {
            continue;
        }
        for number in &row.closes_issues {
            let key = IncidentKey::Issue(row.repository, PrNumber(*number));
            if let Some(draft) = drafts.get_mut(&key) {
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
        let key = IncidentKey::Issue(event.repository, event.number);
        let Some(draft) = drafts.get_mut(&key) else {
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

impl<'a> Draft<'a> {
    fn of(key: IncidentKey, known: Known<'a>, body: Body) -> Self {
        Self {
            key,
            known,
            body,
            closers: Vec::new(),
            referrers: Vec::new(),
            labelled_at: None,
        }
    }

    /// What somebody named as its cause: the register, then its files, then the issue.
    fn cause(&self) -> Option<&Cause> {
        let told = self.known.entry.and_then(|entry| entry.caused_by.as_ref());
        let declared = self.known.declared.and_then(|one| one.cause.as_ref());
        told.or(declared).or(self.body.cause.as_ref())
    }

    /// What refers to it, by repository and number.
    fn referring(&self) -> impl Iterator<Item = Key> + '_ {
        let of = self.key.repository();
        let numbers = self.referrers.iter();
        numbers.filter_map(move |number| Some((of?, *number)))
    }
}

/// The three clocks, each from the first rung that tells; `None` without any start.
fn placed(draft: &Draft<'_>, question: &Question, ladder: &Ladder<'_>) -> Option<Placed> {
    let seen = |at: Option<Timestamp>| at.filter(|at| *at < question.as_of);
    let Known {
        issue,
        entry,
        declared,
        typed,
    } = draft.known;
    let opened = || issue.map(|issue| (issue.created_at, StartedFrom::Opened));
    let (started_at, started_from) = seen(entry.and_then(|entry| entry.started_at))
        .map(|at| (at, StartedFrom::Register))
        .or_else(|| {
            let at = seen(declared.and_then(|one| one.started_at))?;
            Some((at, StartedFrom::Declared))
        })
        .or_else(|| typed.started.at().map(|at| (at, StartedFrom::Field)))
        .or_else(|| draft.body.started.at().map(|at| (at, StartedFrom::Body)))
        .or_else(|| {
            let at = seen(declared.and_then(|one| one.detected_at))?;
            Some((at, StartedFrom::Detected))
        })
        .or_else(|| {
            let at = typed.detected.at()?;
            Some((at, StartedFrom::DetectedField))
        })
        .or_else(opened)?;
    let closed_at = seen(issue.and_then(|issue| issue.closed_at));
    let fixes: Vec<PrNumber> = draft.closers.iter().map(|row| row.number).collect();
    let fixed_at = || {
        let repository = draft.key.repository()?;
        ladder.fix_deployed_at(repository, started_at, &fixes, &draft.referrers)
    };
    let resolved = seen(entry.and_then(|entry| entry.resolved_at))
        .map(|at| (at, ResolvedFrom::Register))
        .or_else(|| {
            let at = seen(declared.and_then(|one| one.resolved_at))?;
            Some((at, ResolvedFrom::Declared))
        })
        .or_else(|| typed.resolved.at().map(|at| (at, ResolvedFrom::Field)))
        .or_else(|| draft.body.resolved.at().map(|at| (at, ResolvedFrom::Body)))
        .or_else(|| draft.labelled_at.map(|at| (at, ResolvedFrom::Label)))
        .or_else(|| fixed_at().map(|at| (at, ResolvedFrom::Deployment)))
        .or_else(|| closed_at.map(|at| (at, ResolvedFrom::Closed)));
    let declared_title = || declared.and_then(|one| one.title.clone());
    Some(Placed {
        incident: Incident {
            key: draft.key.clone(),
            severity: draft.known.severity().map(|(word, _)| word),
            started_at,
            started_from,
            resolved_at: resolved.map(|(at, _)| at),
            resolved_from: resolved.map(|(_, from)| from),
            closed_at,
            attribution: Attribution::Nowhere(NoCause::NoneWithinTheBound),
        },
        cause: None,
        title: issue
            .map(|issue| issue.title.clone())
            .or_else(declared_title)
            .unwrap_or_default(),
        url: issue.map(|issue| issue.url.clone()),
        declared_url: declared.and_then(|one| one.url.clone()),
        declared_in: declared.map(|one| Arc::clone(&one.place.file)),
        fixes,
        mentions: draft.referrers.clone(),
    })
}
