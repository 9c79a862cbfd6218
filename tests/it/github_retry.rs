//! The retry policy, row by row.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use linchpin::github::retry::{Decision, MAX_ATTEMPTS, Policy, Reply, decide};

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn http(status: u16) -> Reply {
    Reply {
        status: Some(status),
        is_parsed: true,
        ..Reply::default()
    }
}

fn graphql(kind: &str, message: &str) -> Reply {
    Reply {
        error_types: vec![kind.to_owned()],
        message: message.to_owned(),
        ..http(200)
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one row a condition")]
fn every_condition_has_its_decision() {
    let policy = Policy {
        max_wait: Duration::from_mins(15),
    };
    let check = |name: &str, reply: Reply, attempt: u32, expected: Decision| {
        assert_eq!(
            decide(&reply, attempt, now(), policy, 500),
            expected,
            "{name}"
        );
    };
    let seconds = |seconds: f64| Duration::from_secs_f64(seconds);
    let data = |reply: Reply| Reply {
        has_data: true,
        ..reply
    };

    check("data", data(http(200)), 1, Decision::Accept);
    check(
        "data and errors together",
        data(graphql("SERVICE_UNAVAILABLE", "something went wrong")),
        1,
        Decision::Accept,
    );
    check("nothing, without an error", http(200), 1, Decision::Accept);

    check("bad gateway", http(502), 1, Decision::Split(seconds(0.5)));
    check(
        "gateway timeout, later",
        http(504),
        4,
        Decision::Split(seconds(4.0)),
    );
    check(
        "gateway timeout, last",
        http(504),
        MAX_ATTEMPTS,
        Decision::GiveUp,
    );
    check(
        "no answer",
        Reply::default(),
        2,
        Decision::Split(seconds(1.0)),
    );
    check(
        "no answer, last",
        Reply::default(),
        MAX_ATTEMPTS,
        Decision::GiveUp,
    );
    check(
        "not JSON",
        Reply {
            status: Some(200),
            ..Reply::default()
        },
        1,
        Decision::Wait(seconds(0.5)),
    );
    check(
        "not JSON, last",
        Reply {
            status: Some(200),
            ..Reply::default()
        },
        MAX_ATTEMPTS,
        Decision::GiveUp,
    );
    check(
        "too many nodes",
        graphql("MAX_NODE_LIMIT_EXCEEDED", ""),
        1,
        Decision::Split(seconds(0.5)),
    );
    check(
        "resource limit",
        graphql("RESOURCE_LIMITS_EXCEEDED", ""),
        1,
        Decision::Split(seconds(0.5)),
    );
    check(
        "something went wrong",
        graphql("", "something went wrong while executing"),
        1,
        Decision::Split(seconds(0.5)),
    );

    let limited = |reset: i64| Reply {
        reset_at: Some(after(reset)),
        ..graphql("RATE_LIMITED", "api rate limit exceeded")
    };
    check(
        "points used up, back in 2 s",
        limited(2),
        1,
        Decision::Wait(seconds(3.0)),
    );
    check(
        "points used up, back in 2 h",
        limited(7_200),
        1,
        Decision::RateLimited(after(7_200)),
    );
    check(
        "points used up, reset has passed",
        limited(-5),
        1,
        Decision::Wait(seconds(1.0)),
    );
    let rest = |status| Reply {
        remaining: Some(0),
        reset_at: Some(after(10)),
        ..http(status)
    };
    check(
        "REST limit by 403",
        rest(403),
        1,
        Decision::Wait(seconds(11.0)),
    );
    check(
        "REST limit by 429",
        rest(429),
        1,
        Decision::Wait(seconds(11.0)),
    );
    check(
        "REST limit that does not end",
        rest(429),
        MAX_ATTEMPTS,
        Decision::RateLimited(after(10)),
    );

    let secondary = |status, retry_after| Reply {
        message: "you have exceeded a secondary rate limit".to_owned(),
        retry_after,
        ..http(status)
    };
    check(
        "secondary, 5 s asked: a minute at least",
        secondary(403, Some(5)),
        1,
        Decision::SlowDown(seconds(60.5)),
    );
    check(
        "secondary, 90 s asked",
        secondary(403, Some(90)),
        1,
        Decision::SlowDown(seconds(90.5)),
    );
    check(
        "secondary without a time",
        secondary(200, None),
        1,
        Decision::SlowDown(seconds(60.5)),
    );
    check(
        "secondary, an hour asked",
        secondary(429, Some(3_600)),
        1,
        Decision::RateLimited(after(3_600)),
    );
    check(
        "secondary, last",
        secondary(403, None),
        MAX_ATTEMPTS,
        Decision::GiveUp,
    );
    check(
        "retry-after alone",
        Reply {
            retry_after: Some(70),
            ..http(429)
        },
        1,
        Decision::SlowDown(seconds(70.5)),
    );

    check("refused", http(401), 1, Decision::Unauthorised);
    check(
        "no permission",
        Reply {
            remaining: Some(4_000),
            ..http(403)
        },
        1,
        Decision::Forbidden,
    );
    check(
        "no permission, GraphQL",
        graphql("FORBIDDEN", "resource not accessible by integration"),
        1,
        Decision::Forbidden,
    );
    check(
        "no scope",
        graphql("INSUFFICIENT_SCOPES", ""),
        1,
        Decision::Forbidden,
    );
    check("not found once", http(404), 1, Decision::Wait(seconds(1.0)));
    check("not found twice", http(404), 2, Decision::NotFound);
    check(
        "not found, GraphQL",
        graphql("NOT_FOUND", "could not resolve"),
        1,
        Decision::NotFound,
    );
    check("empty repository", http(409), 1, Decision::Empty);
    check("gone", http(410), 1, Decision::Disabled);
    check(
        "withheld for legal reasons",
        http(451),
        1,
        Decision::Blocked,
    );
    let said = |status: u16, message: &str| Reply {
        message: message.to_owned(),
        ..http(status)
    };
    check(
        "blocked by GitHub",
        said(403, "repository access blocked"),
        1,
        Decision::Blocked,
    );
    check(
        "blocked by GitHub, GraphQL",
        graphql("", "repository access blocked"),
        1,
        Decision::Blocked,
    );
    for (name, message) in [
        ("out of time", "timedout"),
        ("not there yet", "loading"),
        ("out of time, in words", "the query timed out"),
    ] {
        let expected = Decision::Split(seconds(0.5));
        check(name, graphql("", message), 1, expected);
    }
    check(
        "refused inside an answer of status 200",
        said(200, "resource protected by organization saml enforcement"),
        1,
        Decision::Forbidden,
    );
    check(
        "an unknown field",
        graphql("", "field 'x' doesn't exist on type 'y'"),
        1,
        Decision::Rejected,
    );
    check("unprocessable", http(422), 1, Decision::Rejected);
}

#[test]
fn no_wait_is_longer_than_allowed_and_no_try_is_the_sixth() {
    let policy = Policy {
        max_wait: Duration::from_secs(90),
    };
    let statuses = [
        None,
        Some(200),
        Some(403),
        Some(404),
        Some(429),
        Some(500),
        Some(502),
        Some(504),
    ];
    for status in statuses {
        for retry_after in [None, Some(0), Some(89), Some(600), Some(u64::MAX / 4)] {
            for remaining in [None, Some(0), Some(1)] {
                for reset in [
                    None,
                    Some(after(-100)),
                    Some(after(80)),
                    Some(after(8_000)),
                    Some(Timestamp::MAX),
                ] {
                    for attempt in 1..=MAX_ATTEMPTS {
                        let reply = Reply {
                            status,
                            retry_after,
                            remaining,
                            reset_at: reset,
                            ..Reply::default()
                        };
                        match decide(&reply, attempt, now(), policy, 999) {
                            Decision::Wait(wait)
                            | Decision::Split(wait)
                            | Decision::SlowDown(wait) => {
                                assert!(wait <= policy.max_wait, "{reply:?} {wait:?}");
                                assert!(attempt < MAX_ATTEMPTS, "{reply:?}");
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}
