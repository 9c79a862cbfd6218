//! Fetching: discover cheaply, hydrate what changed, commit each page before the next is asked for.

mod ahead;
mod context;
mod deliveries;
mod departures;
mod discover;
mod hydrate;
mod issues;
mod lister;
mod lists;
mod pages;
mod pull_requests;
mod repository;
mod settings;
mod sweep;
mod tails;
mod texts;
mod unsubmitted;
mod workflow_runs;
use context::{Context, checksum};
use jiff::{SignedDuration, Timestamp};

use super::client::{Client, Wait};
use super::error::Error;
use crate::domain::{RepoName, RepositoryId, Stream, StreamCertificate};
use crate::store::{Store, sizes};

pub(in crate::github) use ahead::AT_ONCE;
pub use context::permission_of;
pub use discover::{Ask, Listed, discover};
pub(in crate::github) use repository::{list_of, overview};
pub(in crate::github) use settings::{SEEN_AT, count as count_settings};
pub(in crate::github) use workflow_runs::NIGHTS;

/// How far before the last scan's start the next one looks again: clocks differ, and GitHub's index lags.
pub const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// How long a deployment or a workflow run is looked at again: statuses and reruns come late.
pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The streams that GitHub provides, in the order in which they are fetched.
pub const STREAMS: [Stream; 10] = [
    Stream::Repository,
    Stream::PullRequests,
    Stream::Issues,
    Stream::Deployments,
    Stream::Releases,
    Stream::WorkflowRuns,
    Stream::MergeRules,
    Stream::Milestones,
    Stream::Environments,
    Stream::Teams,
];

/// What to fetch.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Nothing that ended before this is needed; `None`: everything.
    pub since: Option<Timestamp>,
    /// The streams to fetch.
    pub streams: Vec<Stream>,
    /// Whether the store may be read by others: then the texts of reviews and comments, and who is in which team, are not kept. A
    /// store that was begun so stays so.
    pub cache_safe: bool,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            since: None,
            streams: STREAMS.to_vec(),
            cache_safe: false,
        }
    }
}

/// Something that a reader may want to see while it happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// A repository is begun.
    Repository {
        /// Its name.
        name: &'a RepoName,
        /// Its position, from 1, and how many there are.
        position: (usize, usize),
    },
    /// A page is in the store.
    Page {
        /// Of which stream.
        stream: Stream,
        /// Records of the stream fetched by this run.
        fetched: u64,
        /// Records of the stream that GitHub counts, where known.
        expected: Option<u64>,
        /// Requests of this run.
        requests: u64,
        /// Points left, where known.
        points_left: Option<u32>,
    },
    /// Nothing is asked for a while.
    Waiting(Wait),
    /// A repository has ended.
    Ended {
        /// What it is called now.
        name: &'a str,
        /// Its streams' lines.
        certificates: &'a [StreamCertificate],
        /// Requests of this run.
        requests: u64,
        /// Points left, where known.
        points_left: Option<u32>,
    },
    /// A stream has ended.
    Stream {
        /// How complete it is.
        certificate: &'a StreamCertificate,
    },
}

/// Is told what happens.
pub trait FetchProgress: Send + Sync {
    /// Something happened.
    fn on(&self, event: &Event<'_>);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl FetchProgress for Unwatched {
    fn on(&self, _event: &Event<'_>) {}
}

/// What a fetch did.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchReport {
    /// The repositories, in the order asked for: the name asked for, its key, and what GitHub calls it now.
    pub repositories: Vec<(RepoName, RepositoryId, String)>,
    /// One line a repository and stream.
    pub certificates: Vec<StreamCertificate>,
    /// Requests sent, tries included.
    pub requests: u64,
    /// Points spent and points left, as far as GitHub told.
    pub points_spent: u64,
    /// Points left.
    pub points_left: Option<u32>,
    /// The server's time minus the local time.
    pub skew: Option<SignedDuration>,
    /// Set when it stopped at a rate limit: a later run goes on from there.
    pub resumes_at: Option<Timestamp>,
    /// Until when each of the two interfaces is not asked, where its limit is used up: they have one each.
    pub limits: Limits,
    /// Set when GitHub did not answer at all, and nothing more was asked: which request at which address, and how it ended.
    pub outage: Option<String>,
    /// Names that GitHub does not know or does not show, and that were never fetched: they have no key in the store.
    pub unknown: Vec<RepoName>,
    /// Bytes of raw answers in the store.
    pub raw_bytes: u64,
}

/// When the points of an interface that are used up are back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// GraphQL's.
    pub graphql: Option<Timestamp>,
    /// REST's.
    pub rest: Option<Timestamp>,
}

impl Limits {
    /// The limit that a stream is under.
    fn of(&mut self, stream: Stream) -> &mut Option<Timestamp> {
        match stream {
            Stream::WorkflowRuns => &mut self.rest,
            _ => &mut self.graphql,
        }
    }
}

/// Fetches repositories one after the other into the store.
///
/// A stream that may not be read is a line of the certificate, not an error. A rate limit that holds longer than the
/// settings allow ends the fetch early, without an error: `resumes_at` says when to go on. So does a GitHub that does not
/// answer: `outage` says so.
pub async fn fetch(
    client: &Client,
    store: &Store,
    repositories: &[RepoName],
    options: &FetchOptions,
    progress: &dyn FetchProgress,
) -> Result<FetchReport, Error> {
    let mut report = FetchReport {
        repositories: Vec::new(),
        certificates: Vec::new(),
        requests: 0,
        points_spent: 0,
        points_left: None,
        skew: None,
        resumes_at: None,
        limits: Limits::default(),
        outage: None,
        unknown: Vec::new(),
        raw_bytes: 0,
    };
    let work = all(client, store, repositories, options, progress, &mut report);
    telling_waits(client, progress, work).await?;
    report.resumes_at = report.limits.graphql.max(report.limits.rest);
    report.requests = client.n_requests();
    report.points_spent = client.budget().spent;
    report.points_left = client.budget().remaining;
    report.skew = client.skew();
    report.raw_bytes = sizes(store).get("raw").map_or(0, |(_, bytes)| *bytes);
    Ok(report)
}

/// Does some work, and tells of every longer wait in it as it begins.
async fn telling_waits<T>(
    client: &Client,
    progress: &dyn FetchProgress,
    work: impl Future<Output = T>,
) -> T {
    let mut waits = client.waits();
    let done = {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                Some(wait) = waits.recv() => progress.on(&Event::Waiting(wait)),
                done = &mut work => break done,
            }
        }
    };
    while let Ok(wait) = waits.try_recv() {
        progress.on(&Event::Waiting(wait));
    }
    done
}

async fn all(
    client: &Client,
    store: &Store,
    repositories: &[RepoName],
    options: &FetchOptions,
    progress: &dyn FetchProgress,
    report: &mut FetchReport,
) -> Result<(), Error> {
    let mut settings = settings::Settings::default();
    let mut ahead = ahead::Ahead::of(store, repositories);
    for (at, name) in repositories.iter().enumerate() {
        progress.on(&Event::Repository {
            name,
            position: (at + 1, repositories.len()),
        });
        settings.next_repository();
        ahead.ask((client, store), name, options, report).await?;
        repository::fetch(
            (client, store, progress),
            name,
            options,
            (&mut ahead, &mut settings),
            report,
        )
        .await?;
    }
    Ok(())
}
