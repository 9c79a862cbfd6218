//! The register's rules about incidents and hotfixes, as metrics use them.

use std::collections::BTreeMap;

use regex::Regex;

use crate::domain::{Elapsed, Issue, PrNumber, PullRequest, RepositoryId};
use crate::register::{IncidentEntry, IncidentFields, Register};
use crate::work::pattern::BadPattern;

/// What makes an issue an incident and a pull request a hotfix.
#[derive(Debug, Clone)]
pub struct Rules {
    /// An incident is put down to no deployment older than this at its start.
    pub bound: Elapsed,
    /// The register's entries, by repository and number. Those of repositories that the store does not know are left out.
    pub entries: BTreeMap<(RepositoryId, PrNumber), IncidentEntry>,
    /// Labels of incidents.
    pub labels: Vec<String>,
    /// Whether the team named those labels itself.
    pub declares_labels: bool,
    /// Issue types of incidents.
    pub types: Vec<String>,
    /// Whether the team named those types itself.
    pub declares_types: bool,
    /// The fields of issues that tell of an incident.
    pub fields: IncidentFields,
    hotfix_labels: Vec<String>,
    hotfix_branches: Regex,
}

impl Rules {
    /// The rules of a register; `id_of` finds a repository by `owner/name`.
    pub fn of(
        register: &Register,
        id_of: &dyn Fn(&str) -> Option<RepositoryId>,
    ) -> Result<Self, BadPattern> {
        let pattern = &register.hotfix_branch_pattern;
        let entry = |entry: &IncidentEntry| {
            let repository = id_of(&entry.repository.to_string())?;
            Some(((repository, PrNumber(entry.number)), entry.clone()))
        };
        Ok(Self {
            bound: register.attribution_bound.elapsed(),
            entries: register.incidents.iter().filter_map(entry).collect(),
            labels: register.incident_labels.clone(),
            declares_labels: register.declares_incident_labels,
            types: register.incident_types.clone(),
            declares_types: register.declares_incident_types,
            fields: register.incident_fields.clone(),
            hotfix_labels: register.hotfix_labels.clone(),
            hotfix_branches: Regex::new(pattern).map_err(|_| BadPattern(pattern.clone()))?,
        })
    }

    /// Whether one of its labels, or its type, makes an issue an incident: the whole of it, whatever its case.
    #[must_use]
    pub fn is_incident(&self, issue: &Issue) -> bool {
        has_one_of(&issue.labels, &self.labels)
            || has_one_of(issue.issue_type.as_slice(), &self.types)
    }

    /// Whether label or branch make a pull request a hotfix.
    #[must_use]
    pub fn is_hotfix(&self, row: &PullRequest) -> bool {
        has_one_of(&row.labels, &self.hotfix_labels)
            || self.hotfix_branches.is_match(&row.head_branch)
    }
}

fn has_one_of(labels: &[String], wanted: &[String]) -> bool {
    labels
        .iter()
        .any(|label| wanted.iter().any(|one| one.eq_ignore_ascii_case(label)))
}
