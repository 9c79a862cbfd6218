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

/// The fields of issues, as the organisation named them, that tell of an incident. A field that an issue does not have tells
/// nothing. Names are compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IncidentFields {
    /// How bad it was.
    #[schemars(example = &"Severity")]
    pub severity: String,
    /// When the impact began: a text with day and minute. A date field names a day only, and is told as unreadable.
    #[schemars(example = &"Start time")]
    pub started_at: String,
    /// When it was noticed: stands for the start where nobody wrote that down.
    #[schemars(example = &"Detection time")]
    pub detected_at: String,
    /// When service was restored: a text with day and minute.
    #[schemars(example = &"Resolved time")]
    pub resolved_at: String,
}

impl Default for IncidentFields {
    fn default() -> Self {
        Self {
            severity: "Severity".to_owned(),
            started_at: "Start time".to_owned(),
            detected_at: "Detection time".to_owned(),
            resolved_at: "Resolved time".to_owned(),
        }
    }
}

impl IncidentFields {
    /// Every key with the field that it names.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &str); 4] {
        [
            ("incident_fields.severity", &self.severity),
            ("incident_fields.started_at", &self.started_at),
            ("incident_fields.detected_at", &self.detected_at),
            ("incident_fields.resolved_at", &self.resolved_at),
        ]
    }

    /// What is wrong with the names, by the key that holds it.
    fn mistake(&self) -> Option<(&'static str, String)> {
        let mut seen: Vec<&str> = Vec::new();
        for (key, name) in self.named() {
            if name.trim().is_empty() {
                return Some((
                    key,
                    "names no field; without the key, its default holds".to_owned(),
                ));
            }
            if seen.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                let message = format!("`{name}` is the field of two keys of `[incident_fields]`");
                return Some((key, message));
            }
            seen.push(name);
        }
        None
    }
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

pub(super) fn validate(
    entries: &[IncidentEntry],
    fields: &IncidentFields,
    file: &str,
) -> Result<(), Error> {
    if let Some((key, message)) = fields.mistake() {
        return Err(Error::content(file, key, message));
    }
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
    fn a_field_of_incidents_has_a_name_of_its_own() {
        let register = parse(
            "incident_types = []\n[incident_fields]\nseverity = \"Impact\"\n",
            "linchpin.toml",
        )
        .unwrap();
        assert!(register.incident_types.is_empty() && register.declares_incident_types);
        assert_eq!(register.incident_fields.severity, "Impact");
        assert_eq!(register.incident_fields.resolved_at, "Resolved time");
        let register = parse("", "linchpin.toml").unwrap();
        assert_eq!(register.incident_types, ["Incident"]);
        assert!(!register.declares_incident_types);
        let message = refusal("[incident_fields]\nseverity = \" \"\n");
        assert!(message.contains("incident_fields.severity"), "{message}");
        let message = refusal("[incident_fields]\nstarted_at = \"resolved TIME\"\n");
        assert!(message.contains("two keys"), "{message}");
        let message = refusal("[incident_fields]\nstart_at = \"When\"\n");
        assert!(message.contains("did you mean `started_at`"), "{message}");
        let message = refusal("incident_type = [\"Incident\"]\n");
        assert!(
            message.contains("did you mean `incident_types`"),
            "{message}"
        );
    }

    #[test]
    fn a_bound_is_a_length_of_time() {
        for text in ["0h", "-1h", "soon", "2161h", "1 d"] {
            let message = refusal(&format!("attribution_bound = \"{text}\"\n"));
            assert!(message.contains(&format!("`{text}`")), "{message}");
        }
    }
}
