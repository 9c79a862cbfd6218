//! Requests over octocrab and reqwest, and what their answers say before anybody decides.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Once};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use octocrab::Octocrab;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::signing::app_token;
use super::{Client, ClientSettings, GraphqlError, locked};
use crate::github::address::is_same_origin;
use crate::github::error::Error;
use crate::github::redact::{self, Redactor};
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
    /// What the server says, as it says it, without secrets.
    pub(super) said: String,
    /// Where it sends its callers instead, without secrets.
    pub(super) elsewhere: Option<String>,
}

/// Redirects of one request that are followed, all of them on the server's own scheme, host and port.
const MAX_REDIRECTS: usize = 5;

/// Letters of the server's own words that are kept: enough for a reason.
const MAX_SAID: usize = 600;

impl Client {
    async fn carrier(&self) -> Result<Octocrab, Error> {
        if let Some(ready) = locked(&self.inner.carrier).clone() {
            return Ok(ready);
        }
        let token = self.installation_token().await?;
        *locked(&self.inner.redactor) = Arc::new(Redactor::new(&[&token]));
        let ready = carrier(&self.inner.settings, Some(token))?;
        *locked(&self.inner.carrier) = Some(ready.clone());
        Ok(ready)
    }

    /// What the token is sent as: itself, or a fresh one of the app's installation.
    pub(in crate::github) async fn secret(&self) -> Result<String, Error> {
        let secret = match &self.inner.settings.token {
            Token::Plain(secret) => secret.expose().to_owned(),
            Token::App { .. } => self.installation_token().await?,
        };
        if is_header_value(&secret) {
            Ok(secret)
        } else {
            Err(Error::Unauthorised {
                operation: "token".to_owned(),
            })
        }
    }

    async fn installation_token(&self) -> Result<String, Error> {
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
                .base_uri(self.inner.settings.api.rest().as_str())
                .map_err(setup)?
                .personal_token(token)
                .build_with_reqwest(http_client(&self.inner.settings)?)
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
        Ok(answer.token)
    }

    pub(super) async fn send(
        &self,
        method: reqwest::Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        let carrier = self.carrier().await?;
        let mut url = url;
        for _ in 0..=MAX_REDIRECTS {
            self.inner.n_requests.fetch_add(1, Ordering::SeqCst);
            let exchange = self.exchange(&carrier, &method, &url, body);
            let (status, headers, bytes) =
                match tokio::time::timeout(self.inner.settings.request_timeout, exchange).await {
                    Ok(Ok(whole)) => whole,
                    Ok(Err(lost)) => return Ok(lost.answer()),
                    Err(_) => return Ok(Lost::Slow.answer()),
                };
            self.note_date(&headers);
            let is_post = method == reqwest::Method::POST;
            if !is_post {
                self.note_rest_budget(&headers);
            }
            match next_address(status, &headers, &url) {
                // A renamed repository is answered under its number, on the same server: the same request goes there.
                Some(next) if is_same_origin(self.inner.settings.api.rest(), &next) => url = next,
                elsewhere => {
                    let mut answer = self.read_answer((status, &headers), &bytes, is_post);
                    answer.elsewhere =
                        elsewhere.map(|next| self.clean(&redact::address(next.as_str())));
                    return Ok(answer);
                }
            }
        }
        Ok(Lost::Circle.answer())
    }

    async fn exchange(
        &self,
        carrier: &Octocrab,
        method: &reqwest::Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<(u16, HeaderMap, Bytes), Lost> {
        let response = if *method == reqwest::Method::POST {
            carrier._post(url.as_str(), body).await
        } else {
            carrier._get(url.as_str()).await
        };
        let (parts, body) = response.map_err(|_| Lost::Unconnected)?.into_parts();
        // What is counted is what comes out of the decompression, while it comes.
        let limit = self.inner.settings.max_answer_bytes;
        let bytes = match http_body_util::Limited::new(body, limit).collect().await {
            Ok(bytes) => bytes.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                return Err(Lost::TooLarge);
            }
            Err(_) => return Err(Lost::Cut),
        };
        if n_values_at_most(&bytes, self.inner.settings.max_answer_values) {
            Ok((parts.status.as_u16(), parts.headers, bytes))
        } else {
            Err(Lost::TooLarge)
        }
    }

    /// A text of the server's as it may be kept and shown: no secret, one line, not endless.
    fn clean(&self, text: &str) -> String {
        let redactor = Arc::clone(&locked(&self.inner.redactor));
        // Cut after it is clean: half a token is a token too.
        let text = redactor.text(text);
        let mut letters = text
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter });
        let mut kept: String = letters.by_ref().take(MAX_SAID).collect();
        if letters.next().is_some() {
            kept.push('…');
        }
        kept
    }

    fn read_answer(
        &self,
        (status, headers): (u16, &HeaderMap),
        bytes: &[u8],
        is_graphql: bool,
    ) -> Answer {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name: &str| header(name).and_then(|text| text.trim().parse::<u64>().ok());
        let redactor = Arc::clone(&locked(&self.inner.redactor));
        let mut parsed: Option<Value> = serde_json::from_slice(bytes).ok();
        // Before anything reads it: what the server echoes must reach neither the store nor an error.
        if let Some(parsed) = &mut parsed {
            redactor.answer(parsed);
        }
        let is_parsed = parsed.is_some();
        let envelope = parsed.map(|parsed| {
            if is_graphql && (200..300).contains(&status) {
                Envelope::deserialize(parsed).unwrap_or(Envelope {
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
        let blocked_for = envelope
            .as_ref()
            .and_then(|envelope| envelope.data.as_ref()?.pointer("/block/reason")?.as_str());
        if let Some(reason) = blocked_for {
            message = format!("{message} ({reason})");
        }
        let reply = Reply {
            status: Some(status),
            is_too_large: false,
            retry_after: header("retry-after").and_then(|text| self.seconds_until(text)),
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
        Answer {
            reply,
            envelope,
            permissions: header("x-accepted-github-permissions").map(|text| self.clean(text)),
            said: self.clean(&message),
            elsewhere: None,
        }
    }

    /// `Retry-After` is a number of seconds or a date.
    fn seconds_until(&self, text: &str) -> Option<u64> {
        let text = text.trim();
        text.parse().ok().or_else(|| {
            let until = jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(text)
                .ok()?;
            let left = until.as_second() - self.server_now().as_second();
            u64::try_from(left.max(0)).ok()
        })
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

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Unconnected,
    Cut,
    TooLarge,
    Slow,
    Circle,
}

impl Lost {
    fn answer(self) -> Answer {
        let message = match self {
            Self::Unconnected => "the connection failed",
            Self::Cut => "the answer was cut off",
            Self::TooLarge => "the answer is larger than anything that was asked for",
            Self::Slow => "no answer in time",
            Self::Circle => "the server redirects in a circle",
        };
        Answer {
            reply: Reply {
                message: message.to_owned(),
                is_too_large: self == Self::TooLarge,
                ..Reply::default()
            },
            envelope: None,
            permissions: None,
            said: message.to_owned(),
            elsewhere: None,
        }
    }
}

/// Where a redirect leads.
fn next_address(status: u16, headers: &HeaderMap, from: &Url) -> Option<Url> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = headers.get("location")?.to_str().ok()?;
    from.join(location).ok()
}

/// Whether a JSON text holds at most so many values: counted on the bytes, as each takes many times its bytes once parsed.
fn n_values_at_most(bytes: &[u8], most: usize) -> bool {
    let mut n = 0_usize;
    let mut is_text = false;
    let mut is_escaped = false;
    for &byte in bytes {
        if is_text {
            is_text = is_escaped || byte != b'"';
            is_escaped = byte == b'\\' && !is_escaped;
        } else {
            match byte {
                b'"' => is_text = true,
                b',' | b'[' | b'{' => n += 1,
                _ => {}
            }
        }
    }
    n <= most
}

fn http_client(settings: &ClientSettings) -> Result<reqwest::Client, Error> {
    built(http_client_builder(settings))
}

/// The same for git: what it sends is packed already, and it may count its objects for a while before it sends any.
pub(in crate::github) fn git_client(settings: &ClientSettings) -> Result<reqwest::Client, Error> {
    let patience = settings.read_timeout.saturating_mul(4);
    built(
        http_client_builder(settings)
            .no_gzip()
            .read_timeout(patience),
    )
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|source| Error::Setup {
        source: Box::new(source),
    })
}

fn http_client_builder(settings: &ClientSettings) -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Somebody else may have installed one: any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let mut builder = reqwest::Client::builder()
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .redirect(reqwest::redirect::Policy::none());
    if settings.api.is_loopback() {
        // This machine is asked directly, and by its own address: neither a proxy nor a name server comes between.
        let here: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let here = here.map(|address| SocketAddr::new(address, 0));
        builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
    }
    builder
}

/// Whether a token can stand in a header. octocrab panics on one that cannot, and would show it.
fn is_header_value(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(super) fn carrier(settings: &ClientSettings, token: Option<String>) -> Result<Octocrab, Error> {
    let setup = |source: octocrab::Error| Error::Setup {
        source: Box::new(source),
    };
    let mut builder = Octocrab::builder()
        .base_uri(settings.api.rest().as_str())
        .map_err(setup)?;
    if let Some(token) = token {
        if !is_header_value(&token) {
            return Err(Error::Unauthorised {
                operation: "token".to_owned(),
            });
        }
        builder = builder.personal_token(token);
    }
    builder
        .build_with_reqwest(http_client(settings)?)
        .map_err(setup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_texts() {
        let check = |text: &str, n: usize| {
            assert!(n_values_at_most(text.as_bytes(), n), "{text}");
            assert!(!n_values_at_most(text.as_bytes(), n - 1), "{text}");
        };
        check(r#"{"a": [1, 2, 3], "b": ",[{"}"#, 5);
        check(r#"["a\"],[", "\\"]"#, 2);
        check("[[],[],[]]", 6);
    }
}
