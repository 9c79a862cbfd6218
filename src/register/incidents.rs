//! Incidents in the register: what the team knows better than its issues.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Error;
use crate::domain::{Cause, Elapsed, RepoName};

/// An incident as the team recorded it. What is left out is read from the issue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentEntry {
    /// The repository.
    #[schemars(example = &"acme/widgets", with = "String")]
    pub repository: RepoName,
    /// The number.
    #[schemars(example = 412)]
    pub number: u64,
    /// When the impact began.
    #[serde(default)]
    #[schemars(example = &"2026-04-01T10:03:00Z")]
    pub started_at: Option<Timestamp>,
    /// When service was restored.
    #[serde(default)]
    #[schemars(example = &"2026-04-01T11:20:00Z")]
    pub resolved_at: Option<Timestamp>,
    /// `#12`, `owner/name#12`, `commit 3f2a91c`, `deployment ID` or `none`.
    #[serde(default)]
    #[schemars(example = &"#405", with = "Option<String>")]
    pub caused_by: Option<Cause>,
    /// How bad it was, in the team's own word.
    #[serde(default)]
    #[schemars(example = &"high")]
    pub severity: Option<String>,
    /// The login of whoever coordinated the response. Without it: whoever alone is assigned to the issue and wrote in it.
    #[serde(default)]
    #[schemars(example = &"ada")]
    pub coordinator: Option<String>,
}

/// How long after a deployment an incident may still be put down to it: more than nothing, at most 90 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttributionBound(Elapsed);

impl AttributionBound {
    /// The length of time.
    #[must_use]
    pub const fn elapsed(self) -> Elapsed {
        self.0
    }
}

impl Default for AttributionBound {
    /// A day.
    fn default() -> Self {
        Self(Elapsed::from_micros(24 * 3_600_000_000))
    }
}

impl From<AttributionBound> for String {
    fn from(bound: AttributionBound) -> Self {
        let micros = i64::try_from(bound.0.micros()).unwrap_or(i64::MAX);
        format!("{:#}", SignedDuration::from_micros(micros))
    }
}

impl TryFrom<String> for AttributionBound {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let micros = text
            .parse::<SignedDuration>()
            .ok()
            .and_then(|span| u64::try_from(span.as_micros()).ok())
            .filter(|micros| (1..=90 * 24 * 3_600_000_000).contains(micros));
        micros.map(|micros| Self(Elapsed::from_micros(micros))).ok_or_else(|| {
            format!("`{text}` is no length of time such as `24h` or `90m`, above 0 and up to `2160h`")
        })
    }
}

pub(super) fn validate(entries: &[IncidentEntry], file: &str) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for entry in entries {
        let name = format!("{}#{}", entry.repository, entry.number).to_ascii_lowercase();
        if let (Some(started), Some(resolved)) = (entry.started_at, entry.resolved_at)
            && resolved < started
        {
            let message =
                format!("`{name}`: `resolved_at` {resolved} is before `started_at` {started}");
            return Err(Error::content(file, "incident", message));
        }
        if !seen.insert(name.clone()) {
            return Err(Error::content(
                file,
                "incident",
                format!("`{name}` is given twice"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::domain::{Cause, PrNumber};
    use crate::register::parse;

    fn refusal(text: &str) -> String {
        parse(text, "linchpin.toml").unwrap_err().to_string()
    }

    const ENTRY: &str = "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 7\n";

    #[test]
    fn an_incident_says_when_and_why_and_how_bad() {
        let more = "started_at = \"2026-04-01T10:03:00Z\"\ncaused_by = \"#12\"\nseverity = \"high\"\ncoordinator = \"ada\"\n";
        let register = parse(
            &format!("attribution_bound = \"36h\"\n{ENTRY}{more}"),
            "linchpin.toml",
        )
        .unwrap();
        assert!((register.attribution_bound.elapsed().hours() - 36.0).abs() < 1e-9);
        let entry = &register.incidents[0];
        let cause = Cause::PullRequest {
            repository: None,
            number: PrNumber(12),
        };
        assert_eq!(entry.caused_by, Some(cause));
        assert_eq!(
            (entry.resolved_at, entry.severity.as_deref()),
            (None, Some("high"))
        );
        assert_eq!(entry.coordinator.as_deref(), Some("ada"));
        let named: Vec<_> = register.logins().collect();
        assert_eq!(named, [("incident.coordinator", "ada")]);
        // Who coordinated changes no figure.
        assert_eq!(register.of_figures().incidents[0].coordinator, None);
    }

    #[test]
    fn an_incident_that_contradicts_itself_is_refused_with_its_key() {
        let times =
            "started_at = \"2026-04-02T10:03:00Z\"\nresolved_at = \"2026-04-01T10:03:00Z\"\n";
        let message = refusal(&format!("{ENTRY}{times}"));
        assert!(
            message.contains("`acme/lamp#7`") && message.contains("before"),
            "{message}"
        );
        let message = refusal(&format!("{ENTRY}{ENTRY}"));
        assert!(message.contains("given twice"), "{message}");
        let message = refusal(&format!("{ENTRY}caused_by = \"bad luck\"\n"));
        assert!(
            message.contains("linchpin.toml:4") && message.contains("`bad luck`"),
            "{message}"
        );
        let message = refusal(&format!("{ENTRY}started_at = \"2026-04-01 10:03\"\n"));
        assert!(message.contains("linchpin.toml:4"), "{message}");
    }

    #[test]
    fn a_bound_is_a_length_of_time() {
        for text in ["0h", "-1h", "soon", "2161h", "1 d"] {
            let message = refusal(&format!("attribution_bound = \"{text}\"\n"));
            assert!(message.contains(&format!("`{text}`")), "{message}");
        }
    }
}
