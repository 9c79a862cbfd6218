//! Fetching: discover cheaply, hydrate what changed, commit each page before the next is asked for.

mod deliveries;
mod issues;
mod pull_requests;
mod tails;
mod workflow_runs;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::client::{Client, Outcome, Unavailable};
use super::error::Error;
use super::operation::REPOSITORY;
use super::wire::repository::{InRepository, Repository};
use crate::domain::{Completeness, RepoName, RepositoryId, Stream, StreamCertificate};
use crate::store::raw::{self, Record};
use crate::store::state::{self, RepositoryState};
use crate::store::{Store, sizes};

/// How far before the last scan's start the next one looks again: clocks differ, and GitHub's index lags.
pub const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// How long a deployment or a workflow run is looked at again: statuses and reruns come late.
pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The streams that GitHub provides, in the order in which they are fetched.
pub const STREAMS: [Stream; 6] = [
    Stream::Repository,
    Stream::PullRequests,
    Stream::Issues,
    Stream::Deployments,
    Stream::Releases,
    Stream::WorkflowRuns,
];

/// What to fetch.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Nothing that ended before this is needed; `None`: everything.
    pub since: Option<Timestamp>,
    /// The streams to fetch.
    pub streams: Vec<Stream>,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            since: None,
            streams: STREAMS.to_vec(),
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
    /// Set when it stopped at the rate limit: a later run goes on from there.
    pub resumes_at: Option<Timestamp>,
    /// Bytes of raw answers in the store.
    pub raw_bytes: u64,
}

struct Context<'a> {
    client: &'a Client,
    store: &'a Store,
    progress: &'a dyn FetchProgress,
    name: RepoName,
    repository: RepositoryId,
    /// The server's time when this repository was begun.
    started_at: Timestamp,
    since: Option<Timestamp>,
}

impl Context<'_> {
    fn variables(&self, first: usize, after: Option<&str>) -> Value {
        json!({"owner": self.name.owner(), "name": self.name.name(), "first": first, "after": after})
    }

    fn page(&self, stream: Stream, fetched: u64, expected: Option<u64>) {
        self.progress.on(&Event::Page {
            stream,
            fetched,
            expected,
            requests: self.client.n_requests(),
            points_left: self.client.budget().remaining,
        });
    }

    fn certificate(&self, stream: Stream, completeness: Completeness) -> StreamCertificate {
        StreamCertificate {
            repository: self.repository,
            stream,
            completeness,
            reason: None,
            fix: None,
            expected: None,
            fetched: 0,
            watermark: None,
        }
    }

    fn unavailable(&self, stream: Stream, why: &Unavailable) -> StreamCertificate {
        let (completeness, reason, fix) = match why {
            Unavailable::Forbidden(permission) => {
                let wanted = permission
                    .clone()
                    .unwrap_or_else(|| permission_of(stream).to_owned());
                let reason = "the token may not read it".to_owned();
                (
                    Completeness::Forbidden,
                    reason,
                    Some(format!("give the token read access: {wanted}")),
                )
            }
            Unavailable::NotFound => (
                Completeness::NotFound,
                "GitHub does not know it or does not show it to this token".to_owned(),
                Some("check the name, or give the token access to the repository".to_owned()),
            ),
            Unavailable::Disabled => (
                Completeness::Disabled,
                "it is switched off for this repository".to_owned(),
                None,
            ),
            Unavailable::Empty => return self.certificate(stream, Completeness::Empty),
        };
        StreamCertificate {
            reason: Some(reason),
            fix,
            ..self.certificate(stream, completeness)
        }
    }

    /// The certificate of a stream that was read to its end.
    fn finished(
        &self,
        stream: Stream,
        state: &mut RepositoryState,
        expected: Option<u64>,
        n_failed: usize,
        is_changed: bool,
    ) -> Result<StreamCertificate, Error> {
        let slot = state.stream(stream);
        if is_changed || slot.n_records == 0 {
            slot.n_records = raw::count(self.store, self.repository, stream)?;
        }
        let fetched = slot.n_records;
        let is_short = self.since.is_none() && expected.is_some_and(|expected| fetched < expected);
        let (completeness, reason) = if n_failed > 0 {
            (
                Completeness::Partial,
                Some(format!("{n_failed} records could not be fetched")),
            )
        } else if is_short {
            (
                Completeness::Partial,
                Some("fewer records came than GitHub counts".to_owned()),
            )
        } else if fetched == 0 {
            (Completeness::Empty, None)
        } else {
            (Completeness::Complete, None)
        };
        let fix = reason.is_some().then(|| "run it again".to_owned());
        let expected = if self.since.is_none() { expected } else { None };
        let watermark = slot.watermark;
        Ok(StreamCertificate {
            reason,
            fix,
            expected,
            fetched,
            watermark,
            ..self.certificate(stream, completeness)
        })
    }

    /// Commits a page: records, then state.
    fn commit(
        &self,
        stream: Stream,
        records: &[Record],
        state: &RepositoryState,
    ) -> Result<(), Error> {
        raw::write(self.store, self.repository, stream, records)?;
        state::write(self.store, self.repository, state)?;
        Ok(())
    }
}

/// The permission that a stream needs, as the settings page of a fine-grained token names it.
#[must_use]
pub const fn permission_of(stream: Stream) -> &'static str {
    match stream {
        Stream::PullRequests => "pull_requests=read",
        Stream::Issues => "issues=read",
        Stream::Deployments => "deployments=read",
        Stream::WorkflowRuns => "actions=read",
        Stream::Releases | Stream::Repository | Stream::History => "contents=read",
    }
}

fn checksum(record: &Record) -> String {
    let bytes = serde_json::to_vec(record).unwrap_or_default();
    Sha256::digest(&bytes)
        .iter()
        .take(8)
        .fold(String::new(), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Fetches repositories one after the other into the store.
///
/// A stream that may not be read is a line of the certificate, not an error. A rate limit that holds longer than the
/// settings allow ends the fetch early, without an error: `resumes_at` says when to go on.
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
        raw_bytes: 0,
    };
    for (at, name) in repositories.iter().enumerate() {
        progress.on(&Event::Repository {
            name,
            position: (at + 1, repositories.len()),
        });
        repository(client, store, name, options, progress, &mut report).await?;
    }
    report.requests = client.n_requests();
    report.points_spent = client.budget().spent;
    report.points_left = client.budget().remaining;
    report.skew = client.skew();
    report.raw_bytes = sizes(store).get("raw").map_or(0, |(_, bytes)| *bytes);
    Ok(report)
}

async fn repository(
    client: &Client,
    store: &Store,
    name: &RepoName,
    options: &FetchOptions,
    progress: &dyn FetchProgress,
    report: &mut FetchReport,
) -> Result<(), Error> {
    let limited =
        |store: &Store, report: &mut FetchReport, streams: &[Stream]| -> Result<(), Error> {
            let id = store.repository_id(name)?;
            report
                .repositories
                .push((name.clone(), id, name.to_string()));
            for stream in streams {
                report.certificates.push(rate_limited(id, *stream, None));
            }
            Ok(())
        };
    if report.resumes_at.is_some() {
        return limited(store, report, &options.streams);
    }
    let variables = json!({"owner": name.owner(), "name": name.name()});
    let overview = match client
        .graphql::<InRepository<Repository>>(&REPOSITORY, &variables, false)
        .await
    {
        Ok(Outcome::Data(answer, _)) => answer.repository.ok_or(Unavailable::NotFound),
        Ok(Outcome::TooBig) => Err(Unavailable::NotFound),
        Ok(Outcome::Unavailable(why)) => Err(why),
        Err(Error::RateLimited { reset_at }) => {
            report.resumes_at = Some(reset_at);
            return limited(store, report, &options.streams);
        }
        Err(error) => return Err(error),
    };
    let mut context = Context {
        client,
        store,
        progress,
        name: name.clone(),
        repository: RepositoryId(0),
        started_at: client.server_now(),
        since: options.since,
    };
    let overview = match overview {
        Ok(overview) => overview,
        Err(why) => {
            context.repository = store.repository_id(name)?;
            report
                .repositories
                .push((name.clone(), context.repository, name.to_string()));
            let mut state = state::read(store, context.repository)?;
            for stream in &options.streams {
                let certificate = context.unavailable(*stream, &why);
                state.stream(*stream).certificate = Some(certificate.clone());
                report.certificates.push(certificate);
            }
            return Ok(state::write(store, context.repository, &state)?);
        }
    };
    context.repository = store.bind(&name.to_string(), Some(&overview.id))?;
    store.bind(&overview.name_with_owner, Some(&overview.id))?;
    store.rename_repository(context.repository, &overview.name_with_owner)?;
    report.repositories.push((
        name.clone(),
        context.repository,
        overview.name_with_owner.clone(),
    ));
    let mut state = state::read(store, context.repository)?;
    for stream in &options.streams {
        if !raw::is_sound(store, context.repository, *stream)? {
            // What is damaged cannot be told from what is missing: the stream is fetched anew.
            let damaged = store.files_below(&raw::prefix(context.repository, *stream));
            *state.stream(*stream) = state::StreamState::default();
            state::write(store, context.repository, &state)?;
            store.remove_files(&damaged)?;
        }
        let done = if let Some(reset_at) = report.resumes_at {
            Err(Error::RateLimited { reset_at })
        } else {
            match stream {
                Stream::PullRequests => pull_requests::fetch(&context, &mut state, &overview).await,
                Stream::Issues => issues::fetch(&context, &mut state, &overview).await,
                Stream::Deployments => {
                    deliveries::deployments(&context, &mut state, &overview).await
                }
                Stream::Releases => deliveries::releases(&context, &mut state, &overview).await,
                Stream::WorkflowRuns => workflow_runs::fetch(&context, &mut state).await,
                Stream::Repository | Stream::History => {
                    repository_facts(&context, &mut state, &overview)
                }
            }
        };
        let certificate = match done {
            Ok(certificate) => certificate,
            Err(Error::RateLimited { reset_at }) => {
                report.resumes_at = Some(reset_at);
                rate_limited(context.repository, *stream, state.stream(*stream).watermark)
            }
            Err(Error::GaveUp {
                operation,
                attempts,
                last,
            }) => StreamCertificate {
                reason: Some(format!("`{operation}` failed {attempts} times: {last}")),
                fix: Some("run it again".to_owned()),
                fetched: raw::count(store, context.repository, *stream)?,
                watermark: state.stream(*stream).watermark,
                ..context.certificate(*stream, Completeness::Partial)
            },
            Err(error) => return Err(error),
        };
        progress.on(&Event::Stream {
            certificate: &certificate,
        });
        state.stream(*stream).certificate = Some(certificate.clone());
        state::write(store, context.repository, &state)?;
        report.certificates.push(certificate);
    }
    if report.resumes_at.is_none() {
        state.fetched_at = Some(context.started_at);
        state::write(store, context.repository, &state)?;
    }
    Ok(())
}

fn rate_limited(
    repository: RepositoryId,
    stream: Stream,
    watermark: Option<Timestamp>,
) -> StreamCertificate {
    StreamCertificate {
        repository,
        stream,
        completeness: Completeness::RateLimited,
        reason: Some("the points of this hour are used up".to_owned()),
        fix: Some("run it again later: it goes on where it stopped".to_owned()),
        expected: None,
        fetched: 0,
        watermark,
    }
}

fn repository_facts(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: &Repository,
) -> Result<StreamCertificate, Error> {
    let node = json!({
        "id": overview.id,
        "databaseId": overview.database_id,
        "nameWithOwner": overview.name_with_owner,
        "isArchived": overview.is_archived,
        "isEmpty": overview.is_empty,
        "hasIssuesEnabled": overview.has_issues_enabled,
        "createdAt": overview.created_at.to_string(),
        "mergeCommitAllowed": overview.merge_commit_allowed,
        "squashMergeAllowed": overview.squash_merge_allowed,
        "rebaseMergeAllowed": overview.rebase_merge_allowed,
        "owner": {"__typename": overview.owner.type_name, "login": overview.owner.login},
        "defaultBranchRef": overview.default_branch_ref.as_ref().map(|reference| json!({"name": reference.name})),
    });
    let record = Record {
        shape: "Repository".to_owned(),
        id: overview.id.clone(),
        node,
        tails: Vec::new(),
    };
    let sum = checksum(&record);
    let is_changed = state.stream(Stream::Repository).live.get(&overview.id) != Some(&sum);
    if is_changed {
        let slot = state.stream(Stream::Repository);
        slot.live.insert(overview.id.clone(), sum);
        slot.n_records = 1;
        context.commit(Stream::Repository, &[record], state)?;
    }
    state.stream(Stream::Repository).watermark = Some(context.started_at);
    Ok(StreamCertificate {
        expected: Some(1),
        fetched: 1,
        watermark: Some(context.started_at),
        ..context.certificate(Stream::Repository, Completeness::Complete)
    })
}
