//! What people write into an incident's issue: `Start time:`, `Resolved time:`, `Caused by`.
//!
//! The text is anybody's. A field counts on a line of its own, outside quotations, code and comments; a time counts if it
//! names day and minute without doubt. What cannot be read is reported as unreadable, never guessed.

use jiff::tz::TimeZone;

use crate::domain::{Cause, ToldTime};

/// What a body says about its incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// `Start time:`
    pub started: ToldTime,
    /// `Resolved time:`
    pub resolved: ToldTime,
    /// `Caused by …`, or a line `Deployment: …`.
    pub cause: Option<Cause>,
}

/// Reads a body; a time without a zone is one of `zone`.
#[must_use]
pub fn read(body: &str, zone: &TimeZone) -> Body {
    let lines = own_lines(body);
    let field =
        |key: &str| value_of(&lines, key).map_or(ToldTime::Nothing, |value| time(value, zone));
    Body {
        started: field("start time"),
        resolved: field("resolved time"),
        cause: cause(&lines),
    }
}

/// The time that a value names; a time without a zone is one of `zone`.
pub(super) fn time(value: &str, zone: &TimeZone) -> ToldTime {
    match bare(value) {
        "" => ToldTime::Nothing,
        value if is_placeholder(value) => ToldTime::Nothing,
        value => ToldTime::of(value, zone),
    }
}

/// The lines that the author wrote: no comments, code blocks or quotations.
pub(super) fn own_lines(body: &str) -> Vec<String> {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("<!--") {
        text.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") || line.starts_with("~~~") {
            is_code = !is_code;
        } else if !is_code && !line.starts_with('>') {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// The value of the first `Key: value`, `| Key | value |` or heading `### Key` that has one.
pub(super) fn value_of<'a>(lines: &'a [String], key: &str) -> Option<&'a str> {
    for (at, line) in lines.iter().enumerate() {
        let start = line.trim_start_matches(['-', '*', '+', '#', '_', '|', ' ', '\t']);
        let Some(head) = start.get(..key.len()) else {
            continue;
        };
        if !head.eq_ignore_ascii_case(key) {
            continue;
        }
        let rest = start.get(key.len()..).unwrap_or_default();
        let rest = rest.trim_start_matches(['*', '_', ' ']);
        let value = match rest.chars().next() {
            Some(':' | '|') => rest.get(1..).unwrap_or_default(),
            None if line.starts_with('#') => lines
                .get(at + 1..)
                .unwrap_or_default()
                .iter()
                .find(|line| !line.is_empty())
                .map_or("", String::as_str),
            _ => continue,
        };
        if !bare(value).is_empty() {
            return Some(value);
        }
    }
    None
}

fn bare(value: &str) -> &str {
    value.trim_matches(['*', '_', '`', '|', ' ', '\t', '.'])
}

/// What templates leave behind.
pub(super) fn is_placeholder(value: &str) -> bool {
    [
        "no response",
        "n/a",
        "na",
        "tbd",
        "unknown",
        "?",
        "-",
        "–",
        "—",
        "none",
    ]
    .iter()
    .any(|word| value.eq_ignore_ascii_case(word))
}

/// The first cause that the lines name.
fn cause(lines: &[String]) -> Option<Cause> {
    for line in lines {
        let lower = line.to_ascii_lowercase();
        let mut from = 0;
        while let Some(at) = lower.get(from..).and_then(|rest| rest.find("caused by")) {
            let at = from + at;
            from = at + "caused by".len();
            let before = lower.get(..at).unwrap_or_default();
            let is_word = !before.ends_with(|last: char| last.is_alphanumeric());
            let last = before.split_whitespace().next_back().unwrap_or_default();
            let is_denied = last == "not" || last == "never" || last.ends_with("n't");
            if is_word
                && !is_denied
                && let Some(cause) = line.get(from..).and_then(|text| text.parse().ok())
            {
                return Some(cause);
            }
        }
    }
    let deployment = value_of(lines, "deployment").map(bare)?;
    (!deployment.contains(char::is_whitespace) && !is_placeholder(deployment))
        .then(|| Cause::Deployment(deployment.to_owned()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::PrNumber;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn a_time_is_read_in_several_forms_and_never_guessed() {
        let noon = "2026-04-01T10:03:00Z".parse::<Timestamp>().unwrap();
        let check = |text: &str, expected: ToldTime| {
            let told = read(&format!("Start time: {text}"), &berlin()).started;
            assert_eq!(told, expected, "{text}");
        };
        for text in [
            "2026-04-01T10:03:00Z",
            "2026-04-01T10:03Z",
            "2026-04-01 10:03 UTC",
            "2026-04-01 10:03 (UTC)",
            "2026-04-01 10:03:00 GMT",
            "2026-04-01T12:03:00+02:00",
            "2026-04-01 12:03+0200",
            "2026-04-01 12:03 +02",
            "2026-04-01 12:03 UTC+2",
            "2026-04-01 12:03 Europe/Berlin",
            "2026-04-01T12:03[Europe/Berlin]",
            "2026/04/01 10:03 UTC",
            "1 April 2026 10:03 UTC",
            "01 Apr 2026, 10:03 UTC",
            "Wed, 1 Apr 2026 10:03:00 +0000",
            "April 1st, 2026 at 10:03 UTC",
            "Apr 1, 2026 10:03 AM UTC",
            "`2026-04-01 10:03 UTC`",
            "**2026-04-01T10:03:00.000Z**",
        ] {
            check(text, ToldTime::At(noon));
        }
        // 12:03 in Berlin in summer is 10:03 UTC.
        for text in [
            "2026-04-01 12:03",
            "2026-04-01T12:03:00",
            "1 April 2026, 12:03",
            "Apr 1 2026 12:03 PM",
        ] {
            check(text, ToldTime::Zoneless(noon));
        }
        for text in [
            "01/04/2026 12:03",
            "2026-04-01",
            "2026-04-01 12:03 CET",
            "2026-13-01 12:03 UTC",
            "2026-04-31 12:03 UTC",
            "2026-04-01 25:03 UTC",
            "2026-04-01 12:03 +99:00",
            "0026-04-01 12:03 UTC",
            "yesterday",
            "2026-04-01 12:03 Mars/Olympus",
            "\u{0662}\u{0660}26-04-01 12:03 UTC",
        ] {
            check(text, ToldTime::Unreadable);
        }
        check(&"9".repeat(5000), ToldTime::Unreadable);
        for text in ["", "_No response_", "TBD", "n/a", "<!-- when? -->"] {
            check(text, ToldTime::Nothing);
        }
    }

    #[test]
    fn an_hour_that_a_clock_skips_or_repeats_has_one_reading() {
        let told = |text: &str| {
            read(&format!("Start time: {text}"), &berlin())
                .started
                .at()
                .unwrap()
                .to_string()
        };
        // 02:30 does not exist on 2026-03-29; read as the hour after the change. On 2026-10-25 it is there twice: the first.
        assert_eq!(told("2026-03-29 02:30"), "2026-03-29T01:30:00Z");
        assert_eq!(told("2026-10-25 02:30"), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn a_field_counts_on_a_line_of_its_own() {
        let at = |text: &str| read(text, &TimeZone::UTC).resolved.at().is_some();
        let time = "2026-04-01 12:03 UTC";
        for body in [
            format!("Resolved time: {time}"),
            format!("intro\r\n- **Resolved time:** {time}\r\nmore"),
            format!("RESOLVED TIME : {time}"),
            format!("| Resolved time | {time} |"),
            format!("### Resolved time\n\n{time}\n"),
            format!("Resolved time:\nResolved time: {time}"),
        ] {
            assert!(at(&body), "{body}");
        }
        for body in [
            format!("> Resolved time: {time}"),
            format!("```\nResolved time: {time}\n```"),
            format!("<!-- Resolved time: {time} -->"),
            format!("<!-- Resolved time: {time}"),
            format!("The resolved time: {time}"),
            format!("Resolved timely: {time}"),
        ] {
            assert!(!at(&body), "{body}");
        }
    }

    #[test]
    fn a_cause_is_what_somebody_named_and_nobody_denied() {
        let cause = |text: &str| read(text, &TimeZone::UTC).cause;
        let change = Some(Cause::PullRequest {
            repository: None,
            number: PrNumber(12),
        });
        assert_eq!(cause("It broke.\n\nCaused by #12"), change);
        assert_eq!(cause("we think it was caused by: PR #12."), change);
        assert_eq!(cause("not caused by #11, caused by #12"), change);
        assert_eq!(cause("wasn't caused by #12"), None);
        assert_eq!(cause("caused by a full disk"), None);
        assert_eq!(cause("> caused by #12"), None);
        assert_eq!(
            cause("Deployment: DE_7"),
            Some(Cause::Deployment("DE_7".into()))
        );
        assert_eq!(cause("Deployment: of the API was slow"), None);
        assert_eq!(cause("é caused by é#12"), None);
    }
}
