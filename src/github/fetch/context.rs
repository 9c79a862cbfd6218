//! What every stream needs, and the lines of the certificate.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::ahead::Given;
use super::pages::Endless;
use super::{Event, FetchProgress, texts};
use crate::domain::{Completeness, RepoName, RepositoryId, Stream, StreamCertificate};
use crate::github::client::{Client, Unavailable};
use crate::github::error::Error;
use crate::store::Store;
use crate::store::raw::{self, Record};
use crate::store::state::{self, RepositoryState};

pub(super) struct Context<'a> {
    pub(super) client: &'a Client,
    pub(super) store: &'a Store,
    pub(super) progress: &'a dyn FetchProgress,
    pub(super) name: RepoName,
    pub(super) repository: RepositoryId,
    /// The server's time when this repository was begun.
    pub(super) started_at: Timestamp,
    pub(super) since: Option<Timestamp>,
    /// Whether texts of reviews and comments are left out of the store.
    pub(super) cache_safe: bool,
    /// What came before the repository was begun.
    pub(super) given: &'a Given,
}

impl Context<'_> {
    /// How many records one request lists.
    pub(super) fn page_size(&self) -> usize {
        self.client.settings().page.clamp(1, 100)
    }

    pub(super) fn variables(&self, first: usize, after: Option<&str>) -> Value {
        json!({"owner": self.name.owner(), "name": self.name.name(), "first": first, "after": after})
    }

    pub(super) fn page(&self, stream: Stream, fetched: u64, expected: Option<u64>) {
        self.progress.on(&Event::Page {
            stream,
            fetched,
            expected,
            requests: self.client.n_requests(),
            points_left: self.client.budget().remaining,
        });
    }

    pub(super) fn certificate(
        &self,
        stream: Stream,
        completeness: Completeness,
    ) -> StreamCertificate {
        StreamCertificate {
            repository: self.repository,
            stream,
            completeness,
            reason: None,
            fix: None,
            expected: None,
            fetched: 0,
            watermark: None,
            accepted: None,
        }
    }

    pub(super) fn unavailable(&self, stream: Stream, why: &Unavailable) -> StreamCertificate {
        let (completeness, reason, fix) = match why {
            Unavailable::Forbidden {
                said: Some(said), ..
            }
            | Unavailable::Blocked { said } => (
                Completeness::Forbidden,
                format!("GitHub says: {said}"),
                why.step().map(str::to_owned),
            ),
            Unavailable::Forbidden { permission, .. } => {
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

    /// The certificate of a stream that the overview already says may not be read.
    pub(super) fn forbidden(&self, stream: Stream) -> StreamCertificate {
        self.unavailable(stream, &Unavailable::forbidden())
    }

    /// The certificate of a stream that could not be asked for, or not to its end.
    pub(super) fn troubled(
        &self,
        state: &mut RepositoryState,
        stream: Stream,
        reason: &str,
    ) -> Result<StreamCertificate, Error> {
        Ok(StreamCertificate {
            reason: Some(reason.to_owned()),
            fix: Some("run it again; if that does not help, report it".to_owned()),
            fetched: raw::count(self.store, self.repository, stream)?,
            watermark: state.stream(stream).watermark,
            ..self.certificate(stream, Completeness::Partial)
        })
    }

    /// The certificate of a stream that was read to its end.
    pub(super) fn finished(
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

    /// The certificate of a stream whose list was ended here, where it was.
    pub(super) fn ended(
        endless: Option<Endless>,
        certificate: StreamCertificate,
    ) -> StreamCertificate {
        match endless {
            Some(why) => StreamCertificate {
                completeness: Completeness::Partial,
                reason: Some(why.reason().to_owned()),
                fix: Some(Endless::FIX.to_owned()),
                ..certificate
            },
            None => certificate,
        }
    }

    /// Commits a page: records, then state.
    pub(super) fn commit(
        &self,
        stream: Stream,
        records: &[Record],
        state: &RepositoryState,
    ) -> Result<(), Error> {
        if self.cache_safe {
            let mut records = records.to_vec();
            records.iter_mut().for_each(texts::leave_out);
            raw::write(self.store, self.repository, stream, &records)?;
        } else {
            raw::write(self.store, self.repository, stream, records)?;
        }
        state::write(self.store, self.repository, state)?;
        Ok(())
    }
}

/// The permission that a stream needs, as the settings page of a fine-grained token names it.
#[must_use]
pub const fn permission_of(stream: Stream) -> &'static str {
    match stream {
        Stream::PullRequests => "pull_requests=read",
        Stream::Issues | Stream::Milestones => "issues=read",
        Stream::Deployments => "deployments=read",
        Stream::WorkflowRuns | Stream::Environments => "actions=read",
        Stream::MergeRules => "metadata=read",
        Stream::Teams => "members=read (a classic token: read:org)",
        Stream::Releases | Stream::Repository | Stream::History => "contents=read",
    }
}

pub(super) fn checksum(record: &Record) -> String {
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

/// The certificate of a stream that the rate limit stopped.
pub(super) fn rate_limited(
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
        accepted: None,
    }
}
