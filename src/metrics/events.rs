//! What happened to a product's deliveries, one event after the other: for tools that count for themselves. Names nobody.

use jiff::Timestamp;

use crate::domain::{
    Attribution, CommitId, IncidentKey, NoCause, PrNumber, RepositoryId, ResolvedFrom, Rung,
    StartedFrom,
};
use crate::work::delivery::shipping::{self, Shipped, Shipping};
use crate::work::delivery::{incidents, landing};
use crate::work::{Reading, pull_requests};

/// Something that happened, inside the window and before the as-of instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The product.
    pub product: String,
    /// The repository that it is told of; `None`: it is the whole product's.
    pub repository: Option<RepositoryId>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A production deployment succeeded.
    Deployed(Deployed),
    /// A production deployment took its environment back to an older commit on purpose.
    RolledBack(Deployed),
    /// An incident's impact began.
    Detected {
        /// The incident.
        incident: Known,
        /// Where its begin was read.
        from: StartedFrom,
    },
    /// Service was restored.
    Resolved {
        /// The incident.
        incident: Known,
        /// Where that was read; `None`: nowhere that is told.
        from: Option<ResolvedFrom>,
    },
    /// A pull request was merged.
    Merged {
        /// The pull request.
        number: PrNumber,
        /// The commit of the default branch that it landed with; `None`: unknown.
        commit: Option<CommitId>,
    },
}

/// A successful production deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// Where the record is from, and its id there.
    pub deployment: [String; 2],
    /// The environment.
    pub environment: String,
    /// The commit; `None`: no longer named.
    pub commit: Option<CommitId>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which one it is.
    pub key: IncidentKey,
    /// The deployment that it is put down to, with its repository.
    pub cause: Option<(RepositoryId, Deployed)>,
    /// What somebody named as its cause, as [`Cause`](crate::domain::Cause) reads it; `None`: nobody did, or it has no commit.
    pub caused_by: Option<String>,
}

/// The events of a product, by time.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut add = |at: Timestamp, repository: Option<RepositoryId>, what: What| {
        if reading.question.window.contains(at) && at < reading.question.as_of {
            events.push(Event {
                at,
                product: reading.product.name.clone(),
                repository,
                what,
            });
        }
    };
    let delivered = shipping::of_product(reading);
    let nothing = Shipping::default();
    let (source, shipping) = match delivered.as_ref() {
        Ok((found, shipping)) => (found.source.word(), shipping),
        Err(_) => ("", &nothing),
    };
    let told = |shipped: &Shipped| Deployed {
        deployment: [source.to_owned(), shipped.deployment.clone()],
        environment: shipped.environment.clone(),
        commit: shipped.commit,
    };
    for shipped in &shipping.deployments {
        let what = if shipped.is_rollback() {
            What::RolledBack(told(shipped))
        } else {
            What::Deployed(told(shipped))
        };
        add(shipped.at, Some(shipped.repository), what);
    }
    for placed in &incidents::of_product(reading, shipping).all {
        let incident = &placed.incident;
        let cause = placed.cause.and_then(|at| shipping.deployments.get(at));
        let commit = cause.and_then(|shipped| shipped.commit);
        let caused_by = match &incident.attribution {
            Attribution::To {
                rung: Rung::Explicit,
                ..
            } => commit.map(|commit| format!("commit {commit}")),
            Attribution::Nowhere(NoCause::Declared) => Some("none".to_owned()),
            // A guess stays one: whoever reads the event climbs the ladder again.
            Attribution::To { .. } | Attribution::Nowhere(_) => None,
        };
        let repository = incident.key.repository();
        let known = || Known {
            key: incident.key.clone(),
            cause: cause.map(|shipped| (shipped.repository, told(shipped))),
            caused_by: caused_by.clone(),
        };
        let from = incident.started_from;
        let incident_began = What::Detected {
            incident: known(),
            from,
        };
        add(incident.started_at, repository, incident_began);
        if let Some(at) = incident.resolved_at {
            let from = incident.resolved_from;
            let incident_ended = What::Resolved {
                incident: known(),
                from,
            };
            add(at, repository, incident_ended);
        }
    }
    let wholes = pull_requests::of_product(reading);
    let landings = landing::of_product(reading, &wholes);
    for whole in &wholes {
        if let Some(at) = whole.pull_request.merged_at {
            let (repository, number) = whole.key();
            let commit = landings.commit(whole.key());
            add(at, Some(repository), What::Merged { number, commit });
        }
    }
    // Stable: what happened at one instant stays in the order above.
    events.sort_by_key(|event| event.at);
    events
}
