//! The client: octocrab carries the request, the policy decides what its answer means.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use octocrab::Octocrab;
use octocrab::models::InstallationId;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::budget::Budget;
use super::error::Error;
use super::operation::Operation;
use super::retry::{Decision, Policy, Reply, decide};
use super::token::Token;

/// Where time comes from. Only the command line has a real one.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// Resolves after a while.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// A number in 0..1000 that spreads retries.
    fn jitter(&self) -> u32;
}

/// How GitHub is asked.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The REST base: `https://api.github.com`, `https://HOST/api/v3`, `https://api.NAME.ghe.com`, or http on the loopback.
    pub api_url: String,
    /// Whom it is asked as.
    pub token: Token,
    /// The longest time to connect.
    pub connect_timeout: Duration,
    /// The longest silence in an answer.
    pub read_timeout: Duration,
    /// The longest time for one request.
    pub request_timeout: Duration,
    /// The longest wait for a rate limit; beyond it the fetch stops, resumable.
    pub max_wait: Duration,
    /// Percent of the points that stay for others.
    pub reserve_percent: u32,
    /// Requests under way at once, at first; between 1 and 8.
    pub concurrency: usize,
    /// Pull requests hydrated by one request, at first.
    pub batch: usize,
    /// The longest answer, in bytes.
    pub max_answer_bytes: usize,
}

impl ClientSettings {
    /// The defaults for an API and a token.
    #[must_use]
    pub fn new(api_url: &str, token: Token) -> Self {
        Self {
            api_url: api_url.to_owned(),
            token,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_mins(1),
            max_wait: Duration::from_mins(15),
            reserve_percent: 20,
            concurrency: 4,
            batch: 25,
            max_answer_bytes: 256 << 20,
        }
    }
}

/// An answer that could be used.
#[derive(Debug)]
pub enum Outcome<T> {
    /// The data; with the errors that came beside it.
    Data(T, Vec<GraphqlError>),
    /// Too much was asked: ask for less.
    TooBig,
    /// There is nothing to read, and why.
    Unavailable(Unavailable),
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// The token may not; the permission that GitHub says is missing, where it says so.
    Forbidden(Option<String>),
    /// Not there, or not shown.
    NotFound,
    /// Switched off or withheld.
    Disabled,
    /// Holds nothing.
    Empty,
}

/// An error of a GraphQL answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GraphqlError {
    /// GitHub's type: `NOT_FOUND`, `RATE_LIMITED`, ….
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// Where in the answer.
    #[serde(default)]
    pub path: Vec<Value>,
    /// What it says.
    pub message: String,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<GraphqlError>,
    #[serde(default)]
    message: Option<String>,
}

struct Answer {
    reply: Reply,
    envelope: Option<Envelope>,
    permissions: Option<String>,
}

struct Gate {
    permits: Arc<Semaphore>,
    width: usize,
    successes: u32,
}

struct Inner {
    settings: ClientSettings,
    clock: Arc<dyn Clock>,
    rest: Url,
    graphql: Url,
    carrier: Mutex<Option<Octocrab>>,
    gate: Mutex<Gate>,
    budget: Mutex<Budget>,
    n_requests: AtomicU64,
    batch: Mutex<(usize, u32)>,
    skew: Mutex<Option<SignedDuration>>,
}

/// A client for one host and one token. Cheap to clone; clones share the budget.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The REST and GraphQL addresses of an API base; both end without a slash.
pub fn addresses(api_url: &str) -> Result<(Url, Url), Error> {
    let wrong = |reason| Error::Address {
        url: api_url.to_owned(),
        reason,
    };
    let base =
        Url::parse(api_url.trim_end_matches('/')).map_err(|_| wrong("it cannot be parsed"))?;
    let host = base.host_str().ok_or_else(|| wrong("it names no host"))?;
    let is_loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    if base.scheme() != "https" && !(base.scheme() == "http" && is_loopback) {
        return Err(wrong("it must use https"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(wrong("it must not hold a user name or password"));
    }
    let mut graphql = base.clone();
    let path = base.path().trim_end_matches('/');
    let path = path.strip_suffix("/v3").unwrap_or(path);
    graphql.set_path(&format!("{path}/graphql"));
    Ok((base, graphql))
}

impl Client {
    /// A client. Must be called inside a tokio runtime, which carries its requests.
    pub fn new(settings: ClientSettings, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let (rest, graphql) = addresses(&settings.api_url)?;
        let width = settings.concurrency.clamp(1, 8);
        let batch = settings.batch.clamp(1, 100);
        let carrier = match &settings.token {
            Token::Plain(secret) => {
                Some(carrier(&settings, &rest, Some(secret.expose().to_owned()))?)
            }
            Token::App { .. } => None,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                clock,
                rest,
                graphql,
                carrier: Mutex::new(carrier),
                gate: Mutex::new(Gate {
                    permits: Arc::new(Semaphore::new(width)),
                    width,
                    successes: 0,
                }),
                budget: Mutex::new(Budget::default()),
                n_requests: AtomicU64::new(0),
                batch: Mutex::new((batch, 0)),
                skew: Mutex::new(None),
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
        locked(&self.inner.gate).width
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
        self.hold_back().await?;
        let body = json!({"query": operation.document, "operationName": operation.name, "variables": variables});
        let url = self.inner.graphql.clone();
        let send = || {
            let (url, body) = (url.clone(), body.clone());
            async move { self.send(reqwest::Method::POST, url, Some(&body)).await }
        };
        let (answer, unavailable) = match self.try_until(operation.name, can_split, send).await? {
            Tried::Answer(answer) => (answer, None),
            Tried::TooBig => return Ok(Outcome::TooBig),
            Tried::Unavailable(answer, why) => (answer, Some(why)),
        };
        if let Some(why) = unavailable {
            return Ok(Outcome::Unavailable(why));
        }
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

    /// Gets a REST path below the base.
    pub async fn get<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, String)],
    ) -> Result<Outcome<T>, Error> {
        let mut url = self.inner.rest.clone();
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
        match self.try_until(path, false, send).await? {
            Tried::Unavailable(_, why) => Ok(Outcome::Unavailable(why)),
            Tried::TooBig => Ok(Outcome::TooBig),
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
            let permits = Arc::clone(&locked(&self.inner.gate).permits);
            let permit = permits.acquire_owned().await;
            let answer = send().await?;
            drop(permit);
            let now = self.server_now();
            let jitter = self.inner.clock.jitter();
            match decide(&answer.reply, attempt, now, policy, jitter) {
                Decision::Accept => {
                    self.widen();
                    return Ok(Tried::Answer(answer));
                }
                Decision::Wait(wait) => self.inner.clock.sleep(wait).await,
                Decision::SlowDown(wait) => {
                    self.narrow();
                    self.inner.clock.sleep(wait).await;
                }
                Decision::Split(wait) => {
                    self.inner.clock.sleep(wait).await;
                    if can_split {
                        return Ok(Tried::TooBig);
                    }
                }
                Decision::Forbidden => {
                    let missing = answer.permissions.clone();
                    return Ok(Tried::Unavailable(answer, Unavailable::Forbidden(missing)));
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
                Decision::Rejected => {
                    let message = answer.reply.message;
                    return Err(Error::Rejected {
                        operation: operation.to_owned(),
                        message,
                    });
                }
                Decision::GiveUp => {
                    let last = match answer.reply.status {
                        Some(status) => format!("HTTP {status} {}", answer.reply.message),
                        None => answer.reply.message,
                    };
                    let last = last.trim().to_owned();
                    return Err(Error::GaveUp {
                        operation: operation.to_owned(),
                        attempts: attempt,
                        last,
                    });
                }
            }
        }
    }

    /// Waits while only the reserve is left.
    async fn hold_back(&self) -> Result<(), Error> {
        let now = self.server_now();
        let Some(reset_at) = self
            .budget()
            .hold_until(self.inner.settings.reserve_percent, now)
        else {
            return Ok(());
        };
        let seconds =
            u64::try_from(reset_at.as_second().saturating_sub(now.as_second())).unwrap_or(0) + 1;
        let wait = Duration::from_secs(seconds);
        if wait > self.inner.settings.max_wait {
            return Err(Error::RateLimited { reset_at });
        }
        self.inner.clock.sleep(wait).await;
        Ok(())
    }

    fn widen(&self) {
        let mut gate = locked(&self.inner.gate);
        gate.successes += 1;
        if gate.successes >= 20
            && gate.width < 8
            && gate.width >= self.inner.settings.concurrency.clamp(1, 8) / 2
        {
            gate.successes = 0;
            gate.width += 1;
            gate.permits.add_permits(1);
        }
    }

    fn narrow(&self) {
        let mut gate = locked(&self.inner.gate);
        gate.successes = 0;
        let narrower = (gate.width / 2).max(1);
        let gone = gate.permits.forget_permits(gate.width - narrower);
        gate.width -= gone;
    }

    async fn carrier(&self) -> Result<Octocrab, Error> {
        if let Some(ready) = locked(&self.inner.carrier).clone() {
            return Ok(ready);
        }
        let Token::App {
            app,
            key,
            installation,
        } = &self.inner.settings.token
        else {
            return Err(Error::Unauthorised {
                operation: "token".to_owned(),
            });
        };
        let setup = |source: octocrab::Error| Error::Setup {
            source: Box::new(source),
        };
        let as_app = Octocrab::builder()
            .base_uri(self.inner.rest.as_str())
            .map_err(setup)?
            .app_from_rsa_pem((*app).into(), key.expose())
            .map_err(setup)?
            .build_with_reqwest(http_client(&self.inner.settings, &self.inner.rest)?)
            .map_err(setup)?;
        let refused = |_| Error::Unauthorised {
            operation: "installation token".to_owned(),
        };
        let (_, token) = as_app
            .installation_and_token(InstallationId(*installation))
            .await
            .map_err(refused)?;
        let ready = Octocrab::builder()
            .base_uri(self.inner.rest.as_str())
            .map_err(setup)?
            .personal_token(token)
            .build_with_reqwest(http_client(&self.inner.settings, &self.inner.rest)?)
            .map_err(setup)?;
        *locked(&self.inner.carrier) = Some(ready.clone());
        Ok(ready)
    }

    async fn send(
        &self,
        method: reqwest::Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        let carrier = self.carrier().await?;
        self.inner.n_requests.fetch_add(1, Ordering::SeqCst);
        let lost = |message: &str| Answer {
            reply: Reply {
                message: message.to_owned(),
                ..Reply::default()
            },
            envelope: None,
            permissions: None,
        };
        let limit = self.inner.settings.max_answer_bytes;
        let exchange = async {
            let response = if method == reqwest::Method::POST {
                carrier._post(url.as_str(), body).await
            } else {
                carrier._get(url.as_str()).await
            };
            let Ok(response) = response else {
                return Err("the connection failed");
            };
            let (parts, body) = response.into_parts();
            match http_body_util::Limited::new(body, limit).collect().await {
                Ok(bytes) => Ok((parts.status.as_u16(), parts.headers, bytes.to_bytes())),
                Err(_) => Err("the answer was cut off or too long"),
            }
        };
        let (status, headers, bytes) =
            match tokio::time::timeout(self.inner.settings.request_timeout, exchange).await {
                Ok(Ok(whole)) => whole,
                Ok(Err(message)) => return Ok(lost(message)),
                Err(_) => return Ok(lost("no answer in time")),
            };
        self.note_date(&headers);
        let is_post = method == reqwest::Method::POST;
        Ok(read_answer(status, &headers, &bytes, is_post))
    }

    fn note_date(&self, headers: &HeaderMap) {
        let date = headers.get("date").and_then(|value| value.to_str().ok());
        let server = date.and_then(|date| {
            jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(date)
                .ok()
        });
        if let Some(server) = server {
            *locked(&self.inner.skew) = Some(server.duration_since(self.inner.clock.now()));
        }
    }
}

enum Tried {
    Answer(Answer),
    TooBig,
    Unavailable(Answer, Unavailable),
}

fn missing_repository(errors: &[GraphqlError]) -> Unavailable {
    let is_forbidden = errors.iter().any(|error| {
        matches!(
            error.kind.as_deref(),
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES")
        ) || error.message.contains("not accessible by")
    });
    if is_forbidden {
        Unavailable::Forbidden(None)
    } else {
        Unavailable::NotFound
    }
}

fn read_answer(status: u16, headers: &HeaderMap, bytes: &[u8], is_graphql: bool) -> Answer {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let number = |name: &str| header(name).and_then(|text| text.trim().parse::<u64>().ok());
    let parsed: Option<Value> = serde_json::from_slice(bytes).ok();
    let is_parsed = parsed.is_some();
    let envelope = parsed.map(|parsed| {
        if is_graphql && (200..300).contains(&status) {
            Envelope::deserialize(&parsed).unwrap_or(Envelope {
                data: None,
                errors: Vec::new(),
                message: None,
            })
        } else {
            let message = parsed
                .get("message")
                .and_then(Value::as_str)
                .map(str::to_owned);
            Envelope {
                data: Some(parsed),
                errors: Vec::new(),
                message,
            }
        }
    });
    let errors = envelope
        .as_ref()
        .map(|envelope| envelope.errors.as_slice())
        .unwrap_or_default();
    let mut message = envelope
        .as_ref()
        .and_then(|envelope| envelope.message.clone())
        .unwrap_or_default();
    for error in errors {
        if !message.is_empty() {
            message.push_str("; ");
        }
        message.push_str(&error.message);
    }
    let reply = Reply {
        status: Some(status),
        retry_after: number("retry-after"),
        remaining: number("x-ratelimit-remaining"),
        reset_at: number("x-ratelimit-reset")
            .and_then(|second| Timestamp::from_second(i64::try_from(second).ok()?).ok()),
        error_types: errors
            .iter()
            .map(|error| error.kind.clone().unwrap_or_default())
            .collect(),
        message: message.to_lowercase(),
        has_data: envelope
            .as_ref()
            .and_then(|envelope| envelope.data.as_ref())
            .is_some_and(says_something),
        is_parsed,
    };
    let permissions = header("x-accepted-github-permissions").map(str::to_owned);
    Answer {
        reply,
        envelope,
        permissions,
    }
}

/// Whether anything but the points was answered.
fn says_something(data: &Value) -> bool {
    match data {
        Value::Null => false,
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name != "rateLimit" && !value.is_null()),
        _ => true,
    }
}

fn http_client(settings: &ClientSettings, rest: &Url) -> Result<reqwest::Client, Error> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Somebody else may have installed one: any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let host = rest.host_str().map(str::to_owned);
    let port = rest.port_or_known_default();
    let same_host = reqwest::redirect::Policy::custom(move |attempt| {
        let is_same = attempt.url().host_str().map(str::to_owned) == host
            && attempt.url().port_or_known_default() == port;
        if is_same && attempt.previous().len() < 5 {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    reqwest::Client::builder()
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .redirect(same_host)
        .build()
        .map_err(|source| Error::Setup {
            source: Box::new(source),
        })
}

fn carrier(
    settings: &ClientSettings,
    rest: &Url,
    token: Option<String>,
) -> Result<Octocrab, Error> {
    let setup = |source: octocrab::Error| Error::Setup {
        source: Box::new(source),
    };
    let mut builder = Octocrab::builder().base_uri(rest.as_str()).map_err(setup)?;
    if let Some(token) = token {
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            // octocrab panics on a token that is not a header value, and would show it.
            return Err(Error::Unauthorised {
                operation: "token".to_owned(),
            });
        }
        builder = builder.personal_token(token);
    }
    builder
        .build_with_reqwest(http_client(settings, rest)?)
        .map_err(setup)
}
