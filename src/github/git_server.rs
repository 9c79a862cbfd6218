//! GitHub as a git server: the same host, client, proxy and token as the API, and one repository at a time.
//!
//! The token is in the memory of this process and in one header of each request to that host. A redirect is followed on the same scheme,
//! host and port alone, as the API's is.

use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf as _, Bytes};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, Response, StatusCode, Url};
use tokio::runtime::Handle;

use super::address::is_same_origin;
use super::client::{Client, git_client, locked};
use super::error::Error;
use super::redact::{self, Redactor};
use crate::domain::RepoName;

/// Redirects of one request that are followed.
const MAX_REDIRECTS: usize = 5;

/// What git asks a server for first.
const ADVERTISEMENT: &str = "info/refs";
const SERVICE: &str = "git-upload-pack";

/// Why a repository's git server did not answer with what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no connection, or it broke.
    #[error("there is no connection to `{host}`, or it broke")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// The token is not accepted (401).
    #[error("the server does not accept the token (HTTP 401)")]
    Unauthorised,
    /// The token may not read it (403, 451).
    #[error("the server refuses it (HTTP {0})")]
    Forbidden(u16),
    /// It is not there, or not shown to the token (404, 410).
    #[error(
        "the server does not show it (HTTP {0}): it is deleted, transferred, or private to this token"
    )]
    NotFound(u16),
    /// It is elsewhere.
    #[error("the server sends its callers to `{0}`, which is not followed")]
    Redirected(String),
    /// Too many requests (429).
    #[error("the server asks to wait (HTTP 429)")]
    Busy,
    /// Anything else.
    #[error("the server answers HTTP {0}")]
    Status(u16),
}

/// An answer of a git server.
pub struct GitAnswer {
    /// Its `Content-Type`.
    pub content_type: String,
    /// Its body, read as it comes.
    pub body: Box<dyn Read>,
}

/// One repository on GitHub's git server. Shows nothing of its token.
pub struct GitServer {
    handle: Handle,
    client: reqwest::Client,
    authorization: HeaderValue,
    redactor: Redactor,
    base: Mutex<Url>,
    refused: Arc<Mutex<Option<Refused>>>,
}

impl fmt::Debug for GitServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GitServer(…)")
    }
}

impl GitServer {
    /// The git server of a repository, asked as the API is. `handle` is of a runtime that runs while it is asked; the caller is not
    /// inside of it.
    pub fn new(api: &Client, name: &RepoName, handle: &Handle) -> Result<Self, Error> {
        let settings = api.settings();
        let secret = handle.block_on(api.secret())?;
        let mut authorization = HeaderValue::from_str(&format!(
            "Basic {}",
            STANDARD.encode(format!("x-access-token:{secret}"))
        ))
        .map_err(|_| Error::Unauthorised {
            operation: "token".to_owned(),
        })?;
        authorization.set_sensitive(true);
        Ok(Self {
            handle: handle.clone(),
            client: git_client(settings)?,
            authorization,
            redactor: Redactor::new(&[&secret]),
            base: Mutex::new(settings.api.git(name)),
            refused: Arc::default(),
        })
    }

    /// Why the last request was refused, where one was.
    #[must_use]
    pub fn refused(&self) -> Option<Refused> {
        locked(&self.refused).clone()
    }

    /// A text as it may be kept and shown.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        self.redactor.text(text)
    }

    /// The refs' advertisement. A renamed repository is found where the server says it is now.
    pub fn advertisement(&self, headers: &[(String, String)]) -> io::Result<GitAnswer> {
        let mut url = below(&locked(&self.base), ADVERTISEMENT);
        url.set_query(Some(&format!("service={SERVICE}")));
        for _ in 0..=MAX_REDIRECTS {
            let response = self.ask(Method::GET, url.clone(), headers, None)?;
            let Some(next) = redirected(&response, &url) else {
                if url.path() != below(&locked(&self.base), ADVERTISEMENT).path() {
                    *locked(&self.base) = above(&url);
                }
                return self.answer(response);
            };
            // Another page of the same server is no repository.
            let is_advertisement = next.path().ends_with(&format!("/{ADVERTISEMENT}"));
            if !is_same_origin(&url, &next) || !is_advertisement {
                return Err(self.elsewhere(&next));
            }
            url = next;
            url.set_query(Some(&format!("service={SERVICE}")));
        }
        Err(self.elsewhere(&url))
    }

    /// A request for objects, or for the list of refs.
    pub fn upload_pack(
        &self,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> io::Result<GitAnswer> {
        let url = below(&locked(&self.base), SERVICE);
        let response = self.ask(Method::POST, url.clone(), headers, Some(body))?;
        match redirected(&response, &url) {
            Some(next) => Err(self.elsewhere(&next)),
            None => self.answer(response),
        }
    }

    fn ask(
        &self,
        method: Method,
        url: Url,
        headers: &[(String, String)],
        body: Option<Vec<u8>>,
    ) -> io::Result<Response> {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value))
            {
                all.insert(name, value);
            }
        }
        all.insert(AUTHORIZATION, self.authorization.clone());
        let mut request = self.client.request(method, url).headers(all);
        if let Some(body) = body {
            request = request.body(body);
        }
        // Inside of the runtime from the beginning: its timers begin with the request.
        self.handle
            .block_on(async { request.send().await })
            .map_err(|_| self.refuse(self.unreachable()))
    }

    fn answer(&self, response: Response) -> io::Result<GitAnswer> {
        let status = response.status();
        if status != StatusCode::OK {
            return Err(self.refuse(match status.as_u16() {
                401 => Refused::Unauthorised,
                403 | 451 => Refused::Forbidden(status.as_u16()),
                404 | 410 => Refused::NotFound(status.as_u16()),
                429 => Refused::Busy,
                other => Refused::Status(other),
            }));
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        Ok(GitAnswer {
            content_type: content_type.unwrap_or_default().to_owned(),
            body: Box::new(Body {
                handle: self.handle.clone(),
                response,
                rest: Bytes::new(),
                refused: Arc::clone(&self.refused),
                broken: self.unreachable(),
            }),
        })
    }

    fn unreachable(&self) -> Refused {
        let base = locked(&self.base);
        Refused::Unreachable {
            host: base.host_str().unwrap_or_default().to_owned(),
        }
    }

    fn elsewhere(&self, next: &Url) -> io::Error {
        let shown = self.clean(&redact::address(next.as_str()));
        self.refuse(Refused::Redirected(shown))
    }

    /// Keeps why, and makes an error of it.
    fn refuse(&self, refused: Refused) -> io::Error {
        *locked(&self.refused) = Some(refused.clone());
        io::Error::other(refused)
    }
}

/// A body that is read without an executor.
struct Body {
    handle: Handle,
    response: Response,
    rest: Bytes,
    refused: Arc<Mutex<Option<Refused>>>,
    broken: Refused,
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.handle.block_on(self.response.chunk()) {
                Ok(Some(chunk)) => self.rest = chunk,
                Ok(None) => return Ok(0),
                Err(_) => {
                    *locked(&self.refused) = Some(self.broken.clone());
                    return Err(io::Error::other(self.broken.clone()));
                }
            }
        }
        let n = self.rest.len().min(into.len());
        if let Some(into) = into.get_mut(..n) {
            self.rest.copy_to_slice(into);
        }
        Ok(n)
    }
}

/// An address below another one.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// The repository whose advertisement is at an address.
fn above(url: &Url) -> Url {
    let mut base = url.clone();
    base.set_query(None);
    let path = url.path().trim_end_matches(ADVERTISEMENT);
    let path = path.trim_end_matches('/').to_owned();
    base.set_path(&path);
    base
}

fn redirected(response: &Response, from: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    from.join(location).ok()
}
