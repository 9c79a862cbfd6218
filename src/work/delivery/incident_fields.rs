//! What the organisation's fields say of an incident: severity, and when it began, was noticed and ended.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::incident_body;
use crate::domain::{IssueField, ToldTime};
use crate::register::IncidentFields;
use crate::work::pull_requests::Key;

/// What the fields of one issue say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Typed<'a> {
    /// How bad it was, as it came.
    pub severity: Option<&'a str>,
    /// When the impact began.
    pub started: ToldTime,
    /// When it was noticed.
    pub detected: ToldTime,
    /// When service was restored.
    pub resolved: ToldTime,
}

/// The values of all issues, by issue.
pub(super) struct FieldIndex<'a>(HashMap<Key, Vec<&'a IssueField>>);

impl<'a> FieldIndex<'a> {
    /// Of those that a register's names are about: the others are never looked at.
    pub(super) fn of(fields: &'a [IssueField], names: &IncidentFields) -> Self {
        let mut by_issue: HashMap<Key, Vec<&IssueField>> = HashMap::new();
        for row in fields {
            let mut wanted = names.named().into_iter();
            if wanted.any(|(_, name)| is_called(row, name)) {
                let of_issue = by_issue.entry((row.repository, row.number)).or_default();
                of_issue.push(row);
            }
        }
        Self(by_issue)
    }

    /// What an issue's fields say; a time without a zone is one of `zone`.
    pub(super) fn read(&self, issue: Key, names: &IncidentFields, zone: &TimeZone) -> Typed<'a> {
        let rows = self.0.get(&issue).map_or(&[][..], Vec::as_slice);
        let value = |name: &str| {
            let found = rows.iter().find(|row| is_called(row, name))?;
            Some(found.value.trim()).filter(|value| !value.is_empty())
        };
        let time = |name: &str| {
            value(name).map_or(ToldTime::Nothing, |text| incident_body::time(text, zone))
        };
        Typed {
            severity: value(&names.severity).filter(|word| !incident_body::is_placeholder(word)),
            started: time(&names.started_at),
            detected: time(&names.detected_at),
            resolved: time(&names.resolved_at),
        }
    }
}

fn is_called(row: &IssueField, name: &str) -> bool {
    row.field.trim().to_lowercase() == name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FieldKind, PrNumber, RepositoryId};

    const ISSUE: Key = (RepositoryId(0), PrNumber(7));

    fn typed(rows: &[(&str, FieldKind, &str)]) -> Typed<'static> {
        let rows = rows.iter().map(|(field, kind, value)| IssueField {
            repository: ISSUE.0,
            number: ISSUE.1,
            field: (*field).to_owned(),
            kind: *kind,
            value: (*value).to_owned(),
        });
        let rows: &'static [IssueField] = rows.collect::<Vec<_>>().leak();
        let names = IncidentFields::default();
        FieldIndex::of(rows, &names).read(ISSUE, &names, &TimeZone::UTC)
    }

    #[test]
    fn fields_tell_what_they_are_named_for_and_nothing_else_does() {
        let found = typed(&[
            ("SEVERITY", FieldKind::SingleSelect, "High"),
            ("Start time", FieldKind::Text, "2026-04-01 10:03 UTC"),
            ("Effort", FieldKind::Number, "3"),
        ]);
        assert_eq!(found.severity, Some("High"));
        assert_eq!(
            found.started.at().unwrap().to_string(),
            "2026-04-01T10:03:00Z"
        );
        assert_eq!(found.resolved, ToldTime::Nothing);
        assert_eq!(typed(&[]), Typed::default());
    }

    #[test]
    fn a_day_or_a_number_is_no_time_and_a_blank_says_nothing() {
        let found = typed(&[
            ("Start time", FieldKind::Date, "2026-04-01"),
            ("Detection time", FieldKind::Number, "12"),
            ("Resolved time", FieldKind::Text, " TBD "),
            ("Severity", FieldKind::Text, "n/a"),
        ]);
        assert_eq!(found.started, ToldTime::Unreadable);
        assert_eq!(found.detected, ToldTime::Unreadable);
        assert_eq!(found.resolved, ToldTime::Nothing);
        assert_eq!(found.severity, None);
    }
}
