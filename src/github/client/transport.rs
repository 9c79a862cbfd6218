//! Requests over octocrab and reqwest, and what their answers say before anybody decides.

use std::sync::Once;
use std::sync::atomic::Ordering;

use http_body_util::BodyExt as _;
use jiff::Timestamp;
use octocrab::Octocrab;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::signing::app_token;
use super::{Client, ClientSettings, GraphqlError, locked};
use crate::github::error::Error;
use crate::github::retry::Reply;
use crate::github::token::Token;

#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    pub(super) data: Option<Value>,
    #[serde(default)]
    pub(super) errors: Vec<GraphqlError>,
    #[serde(default)]
    message: Option<String>,
}

/// What an app is given for its installation. The token goes nowhere but into the client.
#[derive(Deserialize)]
struct InstallationToken {
    token: String,
}

pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) envelope: Option<Envelope>,
    pub(super) permissions: Option<String>,
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
        let client = |token: String| {
            Octocrab::builder()
                .base_uri(self.inner.rest.as_str())
                .map_err(setup)?
                .personal_token(token)
                .build_with_reqwest(http_client(&self.inner.settings, &self.inner.rest)?)
                .map_err(setup)
        };
        let refused = || Error::Unauthorised {
            operation: "installation token".to_owned(),
        };
        let as_app = app_token(*app, key.expose(), self.server_now()).map_err(|_| refused())?;
        let route = format!("/app/installations/{installation}/access_tokens");
        let answer: InstallationToken = client(as_app)?
            .post(route, None::<&()>)
            .await
            .map_err(|_| refused())?;
        if !is_header_value(&answer.token) {
            return Err(refused());
        }
        let ready = client(answer.token)?;
        *locked(&self.inner.carrier) = Some(ready.clone());
        Ok(ready)
    }

    pub(super) async fn send(
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
        if !is_post {
            self.note_rest_budget(&headers);
        }
        Ok(read_answer(status, &headers, &bytes, is_post))
    }

    fn note_rest_budget(&self, headers: &HeaderMap) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
        let whole = |name: &str| u32::try_from(number(name)?).ok();
        let (limit, remaining) = (whole("x-ratelimit-limit"), whole("x-ratelimit-remaining"));
        let reset_at =
            number("x-ratelimit-reset").and_then(|second| Timestamp::from_second(second).ok());
        if let (Some(limit), Some(remaining), Some(reset_at)) = (limit, remaining, reset_at) {
            locked(&self.inner.rest_budget).note(limit, 1, remaining, reset_at);
        }
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

/// Whether a token can stand in a header. octocrab panics on one that cannot, and would show it.
fn is_header_value(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(super) fn carrier(
    settings: &ClientSettings,
    rest: &Url,
    token: Option<String>,
) -> Result<Octocrab, Error> {
    let setup = |source: octocrab::Error| Error::Setup {
        source: Box::new(source),
    };
    let mut builder = Octocrab::builder().base_uri(rest.as_str()).map_err(setup)?;
    if let Some(token) = token {
        if !is_header_value(&token) {
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
