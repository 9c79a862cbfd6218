//! What the forms of one product's incidents are made from, looked up once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{IncidentKey, IssueComment, RepositoryId, TimelineEvent};
use crate::evidence::lead::book::Book;
use crate::report::document::Span;
use crate::work::delivery::incidents::{self, Incidents, Known, Placed};
use crate::work::delivery::landing;
use crate::work::delivery::response::{self, Responses};
use crate::work::delivery::shipping::{self, Delivered};
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::{Missing, Reading};

/// A pull request, as far as an incident's page tells of it.
pub(super) struct Change<'a> {
    pub(super) title: &'a str,
    pub(super) author: Option<crate::domain::PersonId>,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) reviewers: BTreeSet<crate::domain::PersonId>,
    /// The deployment that first shipped it.
    pub(super) shipped_by: Option<usize>,
}

/// The incidents of a product, and what stands around them.
pub(super) struct Parts<'a> {
    pub(super) incidents: Arc<Incidents>,
    /// Why deployments were not observed.
    pub(super) unshipped: Option<Missing>,
    pub(super) delivered: Arc<Delivered>,
    pub(super) known: BTreeMap<IncidentKey, Known<'a>>,
    pub(super) responses: Arc<Responses>,
    /// By incident, by time.
    pub(super) comments: HashMap<Key, Vec<&'a IssueComment>>,
    pub(super) events: HashMap<Key, Vec<&'a TimelineEvent>>,
    /// Pages of deployments, by repository and deployment.
    pub(super) deployed: HashMap<(RepositoryId, String), String>,
    /// The fixes of incidents, and what a deployment first shipped that an incident is put down to.
    pub(super) changes: BTreeMap<Key, Change<'a>>,
    /// By deployment that an incident is put down to: what it first shipped.
    pub(super) brought: BTreeMap<usize, Vec<Key>>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(book: &Book<'a>, reading: &'a Reading<'a>) -> Self {
        let (incidents, unshipped) = incidents::with_or_without_deployments(reading);
        let known = incidents::known(reading);
        let facts = &book.sources.past.tables.facts;
        let as_of = reading.question.as_of;
        let mut comments: HashMap<Key, Vec<&IssueComment>> = HashMap::new();
        let mut events: HashMap<Key, Vec<&TimelineEvent>> = HashMap::new();
        if !known.is_empty() {
            let is_one = |key: &Key| known.contains_key(&IncidentKey::from(*key));
            for row in &facts.issue_comments {
                let key = (row.repository, row.number);
                if row.created_at < as_of && is_one(&key) {
                    comments.entry(key).or_default().push(row);
                }
            }
            for row in &facts.timeline {
                let key = (row.repository, row.number);
                if row.at < as_of && is_one(&key) {
                    events.entry(key).or_default().push(row);
                }
            }
        }
        for rows in comments.values_mut() {
            rows.sort_by_key(|row| (row.created_at, &row.comment));
        }
        let delivered = shipping::of_product(reading);
        let mut parts = Self {
            unshipped,
            known,
            responses: response::of_product(reading),
            comments,
            events,
            deployed: HashMap::new(),
            changes: BTreeMap::new(),
            brought: BTreeMap::new(),
            delivered,
            incidents,
        };
        if !parts.incidents.all.is_empty() {
            parts.look_up(reading);
        }
        parts
    }

    fn look_up(&mut self, reading: &'a Reading<'a>) {
        let causes: BTreeSet<usize> = self
            .incidents
            .all
            .iter()
            .filter_map(|one| one.cause)
            .collect();
        let fixes: BTreeSet<Key> = self
            .incidents
            .all
            .iter()
            .flat_map(|one| {
                let repository = one.incident.key.repository();
                let fixes = one.fixes.iter();
                fixes.filter_map(move |number| Some((repository?, *number)))
            })
            .collect();
        let wholes = of_product(reading);
        let landings = landing::of_product(reading, &wholes);
        let shipping = self.delivered.as_ref().as_ref().ok();
        if let Some((found, _)) = shipping {
            for candidate in &found.candidates {
                let row = &candidate.deployment;
                if let Some(url) = &row.url {
                    let key = (row.repository, row.deployment.clone());
                    self.deployed.insert(key, url.clone());
                }
            }
        }
        for whole in &wholes {
            let key = whole.key();
            let commit = landings.commit(key);
            let shipped_by = commit.and_then(|commit| shipping?.1.first_index(key.0, commit));
            let cause = shipped_by.filter(|at| causes.contains(at));
            if let Some(cause) = cause {
                self.brought.entry(cause).or_default().push(key);
            }
            if cause.is_some() || fixes.contains(&key) {
                self.changes.insert(key, change(reading, whole, shipped_by));
            }
        }
    }

    /// The page of an incident: its issue's, or where that would be; else the one that a file declares.
    pub(super) fn page(&self, book: &Book<'_>, placed: &Placed) -> Span {
        let key = &placed.incident.key;
        let url = self
            .known
            .get(key)
            .and_then(|known| crate::evidence::index::incident_page(book.sources, key, known));
        match (key.issue(), url) {
            (Some(issue), url) => book.page(issue, url.as_deref()),
            (None, Some(url)) => Span::link(key.to_string(), url),
            (None, None) => Span::text(key.to_string()),
        }
    }
}

fn change<'a>(
    reading: &Reading<'a>,
    whole: &FullPullRequest<'a>,
    shipped_by: Option<usize>,
) -> Change<'a> {
    let row = whole.pull_request;
    let is_human = |person: &crate::domain::PersonId| reading.tables.is_human(*person);
    Change {
        title: &row.title,
        author: row.author.filter(is_human),
        merged_at: row.merged_at.filter(|at| *at < reading.question.as_of),
        reviewers: whole
            .human_reviews(reading.tables)
            .filter(|review| review.submitted_at < reading.question.as_of)
            .filter_map(|review| review.author)
            .collect(),
        shipped_by,
    }
}
