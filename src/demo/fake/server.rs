//! HTTP for the fake: one thread, one listener, one answer a request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::engine::{go_on, hide_field, hide_inside, hide_of, leave_unanswered, null_some};
use super::graph::Points;
use super::{Fault, SeenRequest, Shared, locked, rest};

/// A body that may end before its length.
struct Served {
    bytes: Option<Bytes>,
    declared: u64,
    is_cut: bool,
}

impl Body for Served {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if std::mem::take(&mut self.is_cut) {
            return Poll::Ready(Some(Err(std::io::Error::other("cut"))));
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && !self.is_cut
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.declared)
    }
}

/// Binds a free port and serves it on a thread of its own until told to stop.
pub(super) fn spawn(
    shared: Arc<Shared>,
    stopped: tokio::sync::oneshot::Receiver<()>,
) -> std::io::Result<(SocketAddr, std::thread::JoinHandle<()>)> {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let thread = std::thread::Builder::new()
        .name("fake-github".to_owned())
        .spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                    return;
                };
                let mut stopped = stopped;
                loop {
                    let stream = tokio::select! {
                        _ = &mut stopped => return,
                        accepted = listener.accept() => match accepted {
                            Ok((stream, _)) => stream,
                            Err(_) => continue,
                        },
                    };
                    let shared = Arc::clone(&shared);
                    tokio::spawn(async move {
                        let _ = stream.set_nodelay(true);
                        let service =
                            service_fn(move |request| answer(Arc::clone(&shared), request));
                        let connection = hyper::server::conn::http1::Builder::new();
                        let _ = connection
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                    });
                }
            });
        })?;
    Ok((address, thread))
}

/// Reads a request and notes it; with its body, and whether it came with a token and is GraphQL.
async fn read(shared: &Shared, request: Request<Incoming>) -> (SeenRequest, Value, bool, bool) {
    let is_authorised = request
        .headers()
        .get(hyper::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|token| {
            !token.is_empty() && shared.token.as_ref().is_none_or(|known| known == token)
        });
    let path = request
        .uri()
        .path()
        .trim_start_matches("/api/v3")
        .to_owned();
    let parameters = rest::parameters(request.uri().query().unwrap_or_default());
    let is_graphql =
        request.method() == Method::POST && matches!(path.as_str(), "/graphql" | "/api/graphql");
    let body = request
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let posted: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (operation, variables) = if is_graphql {
        (
            operation_name(&posted),
            posted.get("variables").cloned().unwrap_or_default(),
        )
    } else {
        (path, json!(parameters))
    };
    let mut log = locked(&shared.log);
    let asked = SeenRequest {
        n: log.len() as u64 + 1,
        operation,
        variables,
    };
    log.push(asked.clone());
    (asked, posted, is_authorised, is_graphql)
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Served>, Infallible> {
    let (asked, posted, is_authorised, is_graphql) = read(&shared, request).await;
    if let Some(token) = rest::installation_token(&asked.operation, shared.token.as_deref()) {
        return Ok(respond(
            &shared,
            201,
            &[],
            token.to_string().as_bytes(),
            false,
        ));
    }
    if !is_authorised {
        let body = json!({"message": "Bad credentials"}).to_string();
        return Ok(respond(&shared, 401, &[], body.as_bytes(), false));
    }
    let fault = locked(&shared.script)
        .as_mut()
        .and_then(|script| script(&asked));
    let (mut is_cut, mut twist) = (false, Twist::default());
    match fault {
        Some(Fault::Status(status, headers, body)) => {
            return Ok(respond(&shared, status, &headers, body.as_bytes(), false));
        }
        Some(Fault::Bytes(headers, body)) => {
            return Ok(respond(&shared, 200, &headers, &body, false));
        }
        Some(Fault::Error(kind, message)) => {
            let body = json!({"data": null, "errors": [{"type": kind, "message": message}]});
            return Ok(respond(
                &shared,
                200,
                &[],
                body.to_string().as_bytes(),
                false,
            ));
        }
        Some(Fault::Malformed) => {
            return Ok(respond(
                &shared,
                200,
                &[],
                b"{\"data\": {\"repository\": ",
                false,
            ));
        }
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Exhausted(seconds)) => exhaust(&shared, seconds),
        Some(Fault::Cut) => is_cut = true,
        Some(Fault::PartialNulls(every)) => twist.nulls = Some((every, "SERVICE_UNAVAILABLE")),
        Some(Fault::Hide) => twist.nulls = Some((1, "FORBIDDEN")),
        Some(Fault::HideInside(field)) => twist.inside = Some(field),
        Some(Fault::HideField(field)) => twist.everywhere = Some(field),
        Some(Fault::HideOf(id, field)) => twist.of = Some((id, field)),
        Some(Fault::Unanswered(field)) => twist.unanswered = Some(field),
        Some(Fault::Forbid(field)) => twist.forbidden = Some(field),
        Some(Fault::Refuse(refusal)) => {
            let document = posted.get("query").and_then(Value::as_str);
            if let Some(body) = document.and_then(|document| refusal.answer(document)) {
                let body = body.to_string();
                return Ok(respond(&shared, 200, &[], body.as_bytes(), false));
            }
        }
        Some(Fault::Endless(cursor)) => twist.endless = Some(cursor),
        Some(Fault::Update(change)) => shared.update(change),
        None => {}
    }
    Ok(served(
        &shared,
        asked,
        (&posted, is_graphql),
        is_cut,
        &twist,
    ))
}

/// The answer to a request that is answered.
fn served(
    shared: &Shared,
    asked: SeenRequest,
    (posted, is_graphql): (&Value, bool),
    is_cut: bool,
    twist: &Twist,
) -> Response<Served> {
    if shared.max_ids.is_some_and(|most| asked.n_ids() > most) {
        return respond(shared, 502, &[], b"<html>Bad gateway</html>", false);
    }
    if !is_graphql {
        let parameters = serde_json::from_value(asked.variables).unwrap_or_default();
        let (status, body) = rest::get(&shared.snapshot(), &asked.operation, &parameters);
        return respond(shared, status, &[], body.to_string().as_bytes(), is_cut);
    }
    let Some(points) = spend(shared, &asked) else {
        let body =
            json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]});
        return respond(shared, 200, &[], body.to_string().as_bytes(), false);
    };
    let mut body = shared.engine.execute(&shared.snapshot(), posted, points);
    twist.apply(&mut body);
    respond(shared, 200, &[], body.to_string().as_bytes(), is_cut)
}

/// What becomes of an answer that was made.
#[derive(Default)]
struct Twist {
    nulls: Option<(usize, &'static str)>,
    inside: Option<&'static str>,
    everywhere: Option<&'static str>,
    of: Option<(&'static str, &'static str)>,
    unanswered: Option<&'static str>,
    forbidden: Option<&'static str>,
    endless: Option<String>,
}

impl Twist {
    fn apply(&self, body: &mut Value) {
        if let Some(field) = self
            .forbidden
            .filter(|field| body.pointer(&format!("/data/repository/{field}")).is_some())
        {
            let message = "Resource not accessible by personal access token";
            body["data"]["repository"] = Value::Null;
            body["errors"] =
                json!([{"type": "FORBIDDEN", "path": ["repository", field], "message": message}]);
        }
        if let Some((every, kind)) = self.nulls {
            null_some(body, every, kind);
        }
        if let Some(field) = self.inside {
            hide_inside(body, field);
        }
        if let Some(field) = self.everywhere {
            hide_field(body, field);
        }
        if let Some((id, field)) = self.of {
            hide_of(body, id, field);
        }
        if let Some(field) = self.unanswered {
            leave_unanswered(body, field);
        }
        if let Some(cursor) = &self.endless {
            go_on(body, cursor);
        }
    }
}

fn exhaust(shared: &Shared, seconds: i64) {
    let mut meter = locked(&shared.meter);
    meter.remaining = 0;
    meter.reset_at = meter.now + SignedDuration::from_secs(seconds);
}

fn operation_name(posted: &Value) -> String {
    let named = posted
        .get("operationName")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let from_text = || {
        let text = posted.get("query").and_then(Value::as_str)?;
        let after = text.split("query ").nth(1)?;
        Some(
            after
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect(),
        )
    };
    named.or_else(from_text).unwrap_or_default()
}

/// Takes an operation's points; `None` when they do not suffice.
fn spend(shared: &Shared, asked: &SeenRequest) -> Option<Points> {
    let ids = u32::try_from(asked.n_ids()).unwrap_or(u32::MAX);
    let first = asked
        .variables
        .get("first")
        .and_then(Value::as_u64)
        .and_then(|first| u32::try_from(first).ok());
    // One request a list, and one a hundred requests a point, as GitHub documents it.
    let requests = match asked.operation.as_str() {
        "PullRequests" => ids.saturating_mul(28),
        "Issues" => first.unwrap_or(0).saturating_mul(7),
        "Deployments" => first.unwrap_or(0),
        "DeploymentsById" => ids,
        // Topics, pull requests and issues of each repository of the page.
        "OwnerRepositories" | "TeamRepositories" => first.unwrap_or(0).saturating_mul(3) + 1,
        _ => 1,
    };
    let cost = requests.div_ceil(100).max(1);
    let mut meter = locked(&shared.meter);
    if meter.now >= meter.reset_at {
        meter.remaining = meter.limit;
        meter.reset_at = meter.now + SignedDuration::from_hours(1);
    }
    if meter.remaining < cost {
        meter.remaining = 0;
        return None;
    }
    meter.remaining -= cost;
    Some(Points {
        limit: meter.limit,
        cost,
        remaining: meter.remaining,
        reset_at: meter.reset_at,
    })
}

fn respond(
    shared: &Shared,
    status: u16,
    headers: &[(&'static str, String)],
    body: &[u8],
    is_cut: bool,
) -> Response<Served> {
    let (now, remaining, reset_at, limit) = {
        let meter = locked(&shared.meter);
        (meter.now, meter.remaining, meter.reset_at, meter.limit)
    };
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&now)
        .unwrap_or_default();
    let bytes = Bytes::copy_from_slice(body);
    let sent = if is_cut {
        bytes.slice(..bytes.len() / 2)
    } else {
        bytes.clone()
    };
    let served = Served {
        bytes: Some(sent),
        declared: bytes.len() as u64,
        is_cut,
    };
    let mut builder = Response::builder()
        .status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header("content-type", "application/json; charset=utf-8")
        .header("date", date)
        .header("x-ratelimit-limit", limit.to_string())
        .header("x-ratelimit-remaining", remaining.to_string())
        .header("x-ratelimit-reset", reset_at.as_second().to_string());
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    builder.body(served).unwrap_or_else(|_| {
        Response::new(Served {
            bytes: None,
            declared: 0,
            is_cut: false,
        })
    })
}
