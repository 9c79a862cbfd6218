//! A GitHub that lives in the program: the model of a host, served over HTTP on the loopback interface.
//!
//! It executes the GraphQL documents that it is sent, field by field, against the part of GitHub's schema in
//! `fixtures/github/schema.graphql`, so that an answer holds exactly what was asked, as GitHub's does. It is stateful:
//! points are spent, the model may change between two requests, and a script may make any request fail in any of the ways
//! in which GitHub and networks fail. It has no clock of its own: time is what it is set to.

mod engine;
mod graph;
pub use graph::WEB;
mod refusal;
pub use refusal::Refusal;
mod resolve;
mod rest;
mod server;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};

use super::model::Host;
use graph::Snapshot;

/// The part of GitHub's schema that is served.
pub const SCHEMA: &str = include_str!("../../../fixtures/github/schema.graphql");

/// One request, as the fake saw it. Headers are not kept: they hold the token.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenRequest {
    /// From 1, over the life of the server.
    pub n: u64,
    /// The operation's name, or the path of a REST request.
    pub operation: String,
    /// The operation's variables, or the REST request's parameters.
    pub variables: serde_json::Value,
}

impl SeenRequest {
    /// How many node ids were asked for; 0 where the request asks for none.
    #[must_use]
    pub fn n_ids(&self) -> usize {
        self.variables
            .get("ids")
            .and_then(serde_json::Value::as_array)
            .map_or(0, Vec::len)
    }
}

/// What happens to a request instead of, or before, its answer.
pub enum Fault {
    /// This status with these headers and this body.
    Status(u16, Vec<(&'static str, String)>, String),
    /// HTTP 200 with these headers and a body that need not be text.
    Bytes(Vec<(&'static str, String)>, Vec<u8>),
    /// HTTP 200 with a GraphQL error of this type and message, and no data.
    Error(&'static str, &'static str),
    /// HTTP 200 and a body that is not JSON.
    Malformed,
    /// The connection ends in the middle of the body.
    Cut,
    /// No answer for as long as the server lives.
    Hang,
    /// The points are used up until this many seconds from now.
    Exhausted(i64),
    /// Every `n`th element of `nodes` is null, with an error that names its path.
    PartialNulls(usize),
    /// Every element of the list that was asked for is null, with an error that says that the token may not.
    Hide,
    /// This list of every element is: its elements are null, with errors.
    HideInside(&'static str),
    /// The token may not read this field of any node: its path within the node, parts separated by dots.
    HideField(&'static str),
    /// The token may not read this field of the node with this id; the node itself, where the field is empty.
    HideOf(&'static str, &'static str),
    /// This field of the repository is null, beside an error that says that answering it was too much.
    Unanswered(&'static str),
    /// A field of the repository may not be read: where it is asked for, there is no repository at all.
    Forbid(&'static str),
    /// A document that asks for any of this is refused as a whole, before anything of it is answered.
    Refuse(Refusal),
    /// Every list of the answer goes on, at this cursor.
    Endless(String),
    /// The model changes, then the request is answered.
    Update(Box<dyn FnOnce(&mut Host) + Send>),
}

/// Decides what happens to each request; `None`: nothing.
pub type Script = Box<dyn FnMut(&SeenRequest) -> Option<Fault> + Send>;

/// How the fake behaves.
pub struct Faults {
    /// The time it believes it is.
    pub now: Timestamp,
    /// Points an hour.
    pub points: u32,
    /// More node ids than this in one request time out with a 502.
    pub max_ids: Option<usize>,
    /// The only token that is accepted; `None`: any.
    pub token: Option<String>,
    /// What else goes wrong.
    pub script: Option<Script>,
}

impl Faults {
    /// Nothing goes wrong; 5,000 points an hour.
    #[must_use]
    pub fn none(now: Timestamp) -> Self {
        Self {
            now,
            points: 5_000,
            max_ids: None,
            token: None,
            script: None,
        }
    }
}

struct Meter {
    now: Timestamp,
    limit: u32,
    remaining: u32,
    reset_at: Timestamp,
}

struct Shared {
    snapshot: RwLock<Arc<Snapshot>>,
    meter: Mutex<Meter>,
    max_ids: Option<usize>,
    token: Option<String>,
    script: Mutex<Option<Script>>,
    log: Mutex<Vec<SeenRequest>>,
    engine: engine::Engine,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn update(&self, change: impl FnOnce(&mut Host)) {
        let mut slot = self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut host = slot.host.clone();
        change(&mut host);
        *slot = Arc::new(Snapshot::new(host));
    }
}

/// A running fake GitHub; it ends when dropped.
pub struct FakeGitHub {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FakeGitHub {
    /// Starts serving a host on a free port of the loopback interface.
    pub fn start(host: Host, faults: Faults) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            snapshot: RwLock::new(Arc::new(Snapshot::new(host))),
            meter: Mutex::new(Meter {
                now: faults.now,
                limit: faults.points,
                remaining: faults.points,
                reset_at: faults.now + SignedDuration::from_hours(1),
            }),
            max_ids: faults.max_ids,
            token: faults.token,
            script: Mutex::new(faults.script),
            log: Mutex::new(Vec::new()),
            engine: engine::Engine::new(SCHEMA).map_err(std::io::Error::other)?,
        });
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (address, thread) = server::spawn(Arc::clone(&shared), stopped)?;
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it is: the API's base address, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    #[must_use]
    pub fn log(&self) -> Vec<SeenRequest> {
        locked(&self.shared.log).clone()
    }

    /// Changes the model between two requests.
    pub fn update(&self, change: impl FnOnce(&mut Host)) {
        self.shared.update(change);
    }

    /// Replaces the script.
    pub fn set_script(&self, script: Option<Script>) {
        *locked(&self.shared.script) = script;
    }

    /// The time it believes it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        locked(&self.shared.meter).now
    }

    /// Moves its clock forward.
    pub fn advance(&self, by: SignedDuration) {
        let mut meter = locked(&self.shared.meter);
        meter.now = meter.now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }

    /// Points left in this hour.
    #[must_use]
    pub fn points_left(&self) -> u32 {
        locked(&self.shared.meter).remaining
    }
}

impl Drop for FakeGitHub {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
