//! What counts as an incident, and whether a product's incidents can be observed at all.

use std::collections::BTreeMap;

use crate::domain::{DeclaredIncident, ImportKind, IncidentKey, Issue, IssuePart, Stream};
use crate::register::IncidentEntry;
use crate::work::delivery::incident_fields::{FieldIndex, Typed};
use crate::work::delivery::rules::Rules;
use crate::work::{Missing, Need, Question, Reading};

/// Why a product's incidents cannot be observed; `None` where they can.
#[must_use]
pub fn missing(reading: &Reading<'_>) -> Option<Missing> {
    if let Some(parts) = reading.product.owns_parts_alone("an incident") {
        return Some(parts);
    }
    if reading
        .question
        .rules
        .entries
        .keys()
        .any(|(repository, _)| reading.product.has_all(*repository))
    {
        return None;
    }
    let n_products = reading.question.products.len();
    let declared = &reading.question.declared;
    if declared.speaks_of(ImportKind::Incidents, reading.product, n_products) {
        return None;
    }
    if let Some(missing) = reading.question.missing(reading.product, Need::Issues) {
        return Some(missing);
    }
    let rules = &reading.question.rules;
    let issues = || {
        let all = reading.tables.facts.issues.iter();
        all.filter(|issue| reading.product.repositories.contains(&issue.repository))
    };
    // A team that named its labels or types and has no issue with one of them, of all there are, has had no incident. An issue
    // whose type nobody told may be of any.
    let declares_types = rules.declares_types && issues().all(|issue| issue.tells(IssuePart::Type));
    if (rules.declares_labels || declares_types)
        && reading.question.has_all(reading.product, Stream::Issues)
    {
        return None;
    }
    // Else nobody can tell a product without incidents from one whose incidents are kept elsewhere.
    let is_incident =
        |issue: &Issue| rules.is_incident(issue) && !was_none(issue, reading.question);
    (!issues().any(is_incident)).then(|| Missing {
        because: format!("no issue has ever {}", told_by(rules)),
        fix: Some(
            "label incidents, name the labels with `incident_labels` or the types with `incident_types` (then none is no incident), or \
             record incidents as `[[incident]]`, or files of them as `[[import]]`, in linchpin.toml"
                .to_owned(),
        ),
    })
}

/// `carried an incident label (incident), or been of an incident type (Incident)`.
fn told_by(rules: &Rules) -> String {
    let labels = rules.labels.join(", ");
    let of_type = if rules.types.is_empty() {
        String::new()
    } else {
        format!(", or been of an incident type ({})", rules.types.join(", "))
    };
    format!("carried an incident label ({labels}){of_type}")
}

/// Who says how bad an incident was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeverityFrom {
    /// The register's entry.
    Register,
    /// A file of the register's.
    Declared,
    /// The organisation's field of the issue.
    Field,
    /// A label of the issue.
    Label,
}

impl SeverityFrom {
    /// Who it is, for a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Register => "the register",
            Self::Declared => "a file of the register",
            Self::Field => "the issue's field",
            Self::Label => "the issue's label",
        }
    }
}

/// Something that counts as an incident, before anything is read from it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its issue; `None` where the register or a file of its alone knows it.
    pub issue: Option<&'a Issue>,
    /// What the register says of it.
    pub entry: Option<&'a IncidentEntry>,
    /// What a file of the register's says of it.
    pub declared: Option<&'a DeclaredIncident>,
    /// What the organisation's fields say of its issue.
    pub typed: Typed<'a>,
}

impl Known<'_> {
    /// How bad it was, in lower case, and who says so: the register's word, else that of its file, else that of the issue's field,
    /// else the label that names a severity.
    #[must_use]
    pub fn severity(&self) -> Option<(String, SeverityFrom)> {
        let told = self.entry.and_then(|entry| entry.severity.as_deref());
        let declared = self.declared.and_then(|one| one.severity.as_deref());
        let told = [
            (told, SeverityFrom::Register),
            (declared, SeverityFrom::Declared),
            (self.typed.severity, SeverityFrom::Field),
        ];
        let mut told = told.into_iter();
        told.find_map(|(word, from)| Some((word?.to_lowercase(), from)))
            .or_else(|| {
                let issue = self.issue?;
                Some((severity(&issue.labels)?, SeverityFrom::Label))
            })
    }
}

/// What counts as an incident of a product, by key: issues with a label or of a type of incidents that were not closed as none, what
/// the register lists, and what its files declare. What is declared of an issue is that issue's.
#[must_use]
pub fn known<'a>(reading: &Reading<'a>) -> BTreeMap<IncidentKey, Known<'a>> {
    let rules = &reading.question.rules;
    let mut known: BTreeMap<IncidentKey, Known<'a>> = BTreeMap::new();
    let declared: BTreeMap<_, _> = reading
        .question
        .declared
        .incidents_of(reading.product)
        .collect();
    let fields = FieldIndex::of(&reading.tables.facts.issue_fields, &rules.fields);
    for issue in &reading.tables.facts.issues {
        let of = (issue.repository, issue.number);
        let key = IncidentKey::from(of);
        let entry = rules.entries.get(&of);
        let declared = declared.get(&key).copied();
        let is_one = entry.is_some()
            || declared.is_some()
            || rules.is_incident(issue) && !was_none(issue, reading.question);
        if is_one
            && reading.product.has(issue.repository)
            && issue.created_at < reading.question.as_of
        {
            let found = Known {
                issue: Some(issue),
                entry,
                declared,
                typed: fields.read(of, &rules.fields, &reading.question.zone),
            };
            known.insert(key, found);
        }
    }
    for (of, entry) in &rules.entries {
        if reading.product.has_all(of.0) {
            let key = IncidentKey::from(*of);
            let declared = declared.get(&key).copied();
            known.entry(key).or_insert(Known {
                issue: None,
                entry: Some(entry),
                declared,
                typed: Typed::default(),
            });
        }
    }
    for (key, declared) in declared {
        known.entry(key.clone()).or_insert(Known {
            issue: None,
            entry: None,
            declared: Some(declared),
            typed: Typed::default(),
        });
    }
    known
}

/// Whether it was closed as something that was none, or that another issue stands for. A register's entry says that it was one.
fn was_none(issue: &Issue, question: &Question) -> bool {
    issue.closed_at.is_some_and(|at| at < question.as_of)
        && matches!(
            issue.state_reason.as_deref(),
            Some("not_planned" | "duplicate")
        )
}

/// The severity that a label names: `sev1`, `SEV-2`, `severity: high`. `several` names none.
fn severity(labels: &[String]) -> Option<String> {
    labels
        .iter()
        .map(|label| label.trim().to_lowercase())
        .find(|label| {
            let rest = label
                .strip_prefix("severity")
                .or_else(|| label.strip_prefix("sev"));
            rest.is_some_and(|rest| {
                let word = rest.trim_start_matches([' ', ':', '-', '_', '/', '=']);
                let is_number = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_digit());
                let is_word = [
                    "critical", "high", "major", "medium", "moderate", "minor", "low",
                ]
                .contains(&word);
                is_number || (is_word && word.len() < rest.len())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::severity;

    #[test]
    fn a_severity_is_a_whole_word_of_a_label() {
        let check = |label: &str, expected: Option<&str>| {
            assert_eq!(
                severity(&[label.to_owned()]).as_deref(),
                expected,
                "{label}"
            );
        };
        check("sev1", Some("sev1"));
        check("SEV-2", Some("sev-2"));
        check("severity: high", Some("severity: high"));
        check("severity/critical", Some("severity/critical"));
        check("several teams", None);
        check("sevlow", None);
        check("sev12", None);
        check("seven", None);
    }
}
