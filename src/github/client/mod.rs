//! The client: octocrab carries the request, the policy decides what its answer means.

mod gate;
mod outcome;
mod settings;
mod signing;
mod transport;
mod wait;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use octocrab::Octocrab;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::budget::Budget;
use super::error::Error;
use super::narrower::{self, Cut};
use super::operation::Operation;
use super::redact::Redactor;
use super::retry::{Decision, Policy, decide};
use super::token::Token;
use gate::Gate;
use outcome::{forbidden_field, own_reason, wanted_scopes};
use transport::Answer;
use wait::WORTH_TELLING;

pub use outcome::{GraphqlError, Outcome, Unavailable};
pub(super) use outcome::{is_blocked, missing_repository};
pub use settings::{ClientSettings, Clock};
pub(super) use transport::git_client;
pub use wait::{Wait, WaitFor};

struct Inner {
    settings: ClientSettings,
    clock: Arc<dyn Clock>,
    redactor: Mutex<Arc<Redactor>>,
    carrier: Mutex<Option<Octocrab>>,
    gate: Gate,
    budget: Mutex<Budget>,
    rest_budget: Mutex<Budget>,
    n_requests: AtomicU64,
    batch: Mutex<(usize, u32)>,
    skew: Mutex<Option<SignedDuration>>,
    waits: Mutex<Option<UnboundedSender<Wait>>>,
    /// Documents of operations that the server refused as a whole, without what it refused.
    narrowed: Mutex<BTreeMap<&'static str, Narrowed>>,
}

/// A document without what the server refuses.
#[derive(Clone)]
struct Narrowed {
    document: String,
    cuts: Vec<Cut>,
}

/// A client for one host and one token. Cheap to clone; clones share the budget.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    /// A client. Must be called inside a tokio runtime, which carries its requests.
    pub fn new(settings: ClientSettings, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let batch = settings.batch.clamp(1, 100);
        let gate = Gate::new(settings.concurrency);
        let carrier = match &settings.token {
            Token::Plain(secret) => Some(transport::carrier(
                &settings,
                Some(secret.expose().to_owned()),
            )?),
            Token::App { .. } => None,
        };
        let redactor = settings.token.redactor();
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                clock,
                redactor: Mutex::new(Arc::new(redactor)),
                carrier: Mutex::new(carrier),
                gate,
                budget: Mutex::new(Budget::default()),
                rest_budget: Mutex::new(Budget::default()),
                n_requests: AtomicU64::new(0),
                batch: Mutex::new((batch, 0)),
                skew: Mutex::new(None),
                waits: Mutex::new(None),
                narrowed: Mutex::default(),
            }),
        })
    }

    /// How it asks.
    #[must_use]
    pub fn settings(&self) -> &ClientSettings {
        &self.inner.settings
    }

    /// Requests sent so far, tries included.
    #[must_use]
    pub fn n_requests(&self) -> u64 {
        self.inner.n_requests.load(Ordering::SeqCst)
    }

    /// What is known of the points.
    #[must_use]
    pub fn budget(&self) -> Budget {
        *locked(&self.inner.budget)
    }

    /// The server's time minus the local time, after the first answer.
    #[must_use]
    pub fn skew(&self) -> Option<SignedDuration> {
        *locked(&self.inner.skew)
    }

    /// The time by the server's clock, as far as it is known.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        let skew = self.skew().unwrap_or(SignedDuration::ZERO);
        self.inner
            .clock
            .now()
            .saturating_add(skew)
            .unwrap_or(Timestamp::MAX)
    }

    /// How many requests it keeps under way at once now.
    #[must_use]
    pub fn width(&self) -> usize {
        self.inner.gate.width()
    }

    /// How many nodes one request asks for now.
    #[must_use]
    pub fn batch(&self) -> usize {
        locked(&self.inner.batch).0
    }

    /// A request for this many nodes was too much: ask for half.
    pub(super) fn shrink_batch(&self, tried: usize) {
        let mut batch = locked(&self.inner.batch);
        *batch = (batch.0.min((tried / 2).max(1)), 0);
    }

    /// A request for a batch went well: after a few, ask for more again.
    pub(super) fn grow_batch(&self) {
        let most = self.inner.settings.batch.clamp(1, 100);
        let mut batch = locked(&self.inner.batch);
        batch.1 += 1;
        if batch.1 >= 4 && batch.0 < most {
            *batch = ((batch.0 * 2).min(most), 0);
        }
    }

    /// Posts an operation. The answer's data are of type `T`, or it is an error that names the operation.
    pub async fn graphql<T: serde::de::DeserializeOwned>(
        &self,
        operation: &Operation,
        variables: &Value,
        can_split: bool,
    ) -> Result<Outcome<T>, Error> {
        self.hold_back(self.budget()).await?;
        let url = self.inner.settings.api.graphql().clone();
        let answer = loop {
            let narrowed = locked(&self.inner.narrowed)
                .get(operation.name)
                .map(|narrowed| narrowed.document.clone());
            let document = narrowed.as_deref().unwrap_or(operation.document);
            let body =
                json!({"query": document, "operationName": operation.name, "variables": variables});
            let send = || {
                let (url, body) = (url.clone(), body.clone());
                async move { self.send(reqwest::Method::POST, url, Some(&body)).await }
            };
            match self.try_until(operation.name, can_split, send).await? {
                Tried::Answer(answer) => break answer,
                Tried::TooBig => return Ok(Outcome::TooBig),
                Tried::Unavailable(answer, why) => {
                    if !self.narrow(operation, document, &answer) {
                        return Ok(Outcome::Unavailable(why));
                    }
                }
                Tried::Rejected(answer) => {
                    if !self.narrow(operation, document, &answer) {
                        return Err(rejected(operation.name, answer));
                    }
                }
            }
        };
        let Some(envelope) = answer.envelope else {
            return Ok(Outcome::Unavailable(Unavailable::Empty));
        };
        let rate = envelope
            .data
            .as_ref()
            .and_then(|data| data.get("rateLimit"));
        if let Some(Ok(rate)) = rate.map(super::wire::RateLimit::deserialize) {
            locked(&self.inner.budget).note(rate.limit, rate.cost, rate.remaining, rate.reset_at);
        }
        let data = envelope.data.unwrap_or(Value::Null);
        if let Some(Value::Null) = data.get("repository") {
            return Ok(Outcome::Unavailable(missing_repository(&envelope.errors)));
        }
        let data = T::deserialize(data).map_err(|source| Error::Shape {
            operation: operation.name.to_owned(),
            source,
        })?;
        Ok(Outcome::Data(data, envelope.errors))
    }

    /// Whether a document that was refused as a whole is asked again without what was refused.
    fn narrow(&self, operation: &Operation, refused: &str, answer: &Answer) -> bool {
        let Some(envelope) = answer
            .envelope
            .as_ref()
            .filter(|_| operation.is_of_records())
        else {
            return false;
        };
        let mut narrowed = locked(&self.inner.narrowed);
        let known = narrowed.get(operation.name);
        if known.is_some_and(|known| known.document != refused) {
            // Another request of this operation was refused at the same time, and knows better by now.
            return true;
        }
        let Some((document, cuts)) = narrower::without(refused, &envelope.errors) else {
            return false;
        };
        let mut all = known.map(|known| known.cuts.clone()).unwrap_or_default();
        all.extend(cuts);
        let cuts = all;
        narrowed.insert(operation.name, Narrowed { document, cuts });
        true
    }

    /// The fields that were taken out of operations' documents because the server refuses them, so far.
    #[must_use]
    pub fn cuts(&self) -> Vec<Cut> {
        let narrowed = locked(&self.inner.narrowed);
        let mut cuts: Vec<Cut> = Vec::new();
        for cut in narrowed.values().flat_map(|narrowed| &narrowed.cuts) {
            if !cuts.contains(cut) {
                cuts.push(cut.clone());
            }
        }
        cuts
    }

    /// Gets a REST path below the base.
    pub async fn get<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, String)],
    ) -> Result<Outcome<T>, Error> {
        self.get_less(path, parameters, false).await
    }

    /// The same, of a list of which less can be asked for.
    pub async fn get_less<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, String)],
        can_split: bool,
    ) -> Result<Outcome<T>, Error> {
        let rest_budget = *locked(&self.inner.rest_budget);
        self.hold_back(rest_budget).await?;
        let mut url = self.inner.settings.api.rest().clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{path}"));
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(
                parameters
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            );
        }
        let send = || {
            let url = url.clone();
            async move { self.send(reqwest::Method::GET, url, None).await }
        };
        match self.try_until(path, can_split, send).await? {
            Tried::Unavailable(_, why) => Ok(Outcome::Unavailable(why)),
            Tried::TooBig => Ok(Outcome::TooBig),
            Tried::Rejected(answer) => Err(rejected(path, answer)),
            Tried::Answer(answer) => {
                let data = answer
                    .envelope
                    .and_then(|envelope| envelope.data)
                    .unwrap_or(Value::Null);
                let data = T::deserialize(data).map_err(|source| Error::Shape {
                    operation: path.to_owned(),
                    source,
                })?;
                Ok(Outcome::Data(data, Vec::new()))
            }
        }
    }

    async fn try_until<F, R>(
        &self,
        operation: &str,
        can_split: bool,
        send: F,
    ) -> Result<Tried, Error>
    where
        F: Fn() -> R,
        R: Future<Output = Result<Answer, Error>>,
    {
        let policy = Policy {
            max_wait: self.inner.settings.max_wait,
        };
        let mut has_refreshed = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let permit = self.inner.gate.enter().await;
            let answer = send().await;
            self.inner.gate.leave(permit);
            let answer = answer?;
            let now = self.server_now();
            let jitter = self.inner.clock.jitter();
            match decide(&answer.reply, attempt, now, policy, jitter) {
                Decision::Accept => {
                    self.inner.gate.widen();
                    return Ok(Tried::Answer(answer));
                }
                Decision::Wait(wait) => self.wait(wait, WaitFor::of(&answer.reply)).await,
                Decision::SlowDown(wait) => {
                    self.inner.gate.narrow();
                    self.wait(wait, WaitFor::SecondaryLimit).await;
                }
                Decision::Split(wait) => {
                    self.wait(wait, WaitFor::Retry).await;
                    if can_split {
                        return Ok(Tried::TooBig);
                    }
                }
                Decision::Forbidden => {
                    let permission = answer
                        .permissions
                        .clone()
                        .or_else(|| wanted_scopes(&answer.said));
                    let said = own_reason(&answer.said);
                    let field = answer
                        .envelope
                        .as_ref()
                        .and_then(|envelope| forbidden_field(&envelope.errors));
                    return Ok(Tried::Unavailable(
                        answer,
                        Unavailable::Forbidden {
                            permission,
                            field,
                            said,
                        },
                    ));
                }
                Decision::Blocked => {
                    let said = answer.said.clone();
                    return Ok(Tried::Unavailable(answer, Unavailable::Blocked { said }));
                }
                Decision::NotFound => return Ok(Tried::Unavailable(answer, Unavailable::NotFound)),
                Decision::Disabled => return Ok(Tried::Unavailable(answer, Unavailable::Disabled)),
                Decision::Empty => return Ok(Tried::Unavailable(answer, Unavailable::Empty)),
                Decision::Unauthorised => {
                    let is_app = matches!(self.inner.settings.token, Token::App { .. });
                    if !is_app || has_refreshed {
                        return Err(Error::Unauthorised {
                            operation: operation.to_owned(),
                        });
                    }
                    has_refreshed = true;
                    *locked(&self.inner.carrier) = None;
                }
                Decision::RateLimited(reset_at) => return Err(Error::RateLimited { reset_at }),
                Decision::Redirected => {
                    return Err(Error::Redirected {
                        address: self.inner.settings.api.origin(),
                        operation: operation.to_owned(),
                        to: answer.elsewhere.unwrap_or_else(|| "nowhere".to_owned()),
                    });
                }
                Decision::Rejected => return Ok(Tried::Rejected(answer)),
                Decision::GiveUp => {
                    let last = match answer.reply.status {
                        Some(status) if !answer.reply.is_parsed => {
                            format!("HTTP {status}, and the answer is no JSON that can be read")
                        }
                        Some(status) => format!("HTTP {status} {}", answer.said),
                        None => answer.said,
                    };
                    let last = last.trim().to_owned();
                    return Err(Error::GaveUp {
                        address: self.inner.settings.api.origin(),
                        operation: operation.to_owned(),
                        attempts: attempt,
                        last,
                        status: answer.reply.status,
                    });
                }
            }
        }
    }

    /// Waits while only the reserve is left.
    async fn hold_back(&self, budget: Budget) -> Result<(), Error> {
        let now = self.server_now();
        let Some(reset_at) = budget.hold_until(self.inner.settings.reserve_percent, now) else {
            return Ok(());
        };
        let seconds =
            u64::try_from(reset_at.as_second().saturating_sub(now.as_second())).unwrap_or(0) + 1;
        let wait = Duration::from_secs(seconds);
        if wait > self.inner.settings.max_wait {
            return Err(Error::RateLimited { reset_at });
        }
        self.wait(wait, WaitFor::Reserve).await;
        Ok(())
    }

    /// Waits, and tells whoever listens.
    async fn wait(&self, wait: Duration, why: WaitFor) {
        if wait >= WORTH_TELLING
            && let Some(listener) = locked(&self.inner.waits).as_ref()
        {
            let until = SignedDuration::try_from(wait)
                .ok()
                .and_then(|wait| self.server_now().checked_add(wait).ok());
            // Nobody listens any more: then nobody wants to know.
            let _ = listener.send(Wait {
                why,
                until: until.unwrap_or(Timestamp::MAX),
                length: wait,
            });
        }
        self.inner.clock.sleep(wait).await;
    }

    /// Every longer wait from now on, as it begins.
    #[must_use]
    pub fn waits(&self) -> UnboundedReceiver<Wait> {
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        *locked(&self.inner.waits) = Some(sender);
        receiver
    }
}

fn rejected(operation: &str, answer: Answer) -> Error {
    Error::Rejected {
        operation: operation.to_owned(),
        message: answer.said,
    }
}

enum Tried {
    Answer(Answer),
    TooBig,
    /// The document, or the request, is refused.
    Rejected(Answer),
    Unavailable(Answer, Unavailable),
}
