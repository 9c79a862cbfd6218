//! `linchpin.toml`: products, people, areas, agreements.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::error::Error;
use crate::domain::{Login, RepoName};

/// The team register. Every key has a default: an empty file is valid.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Register {
    /// Named groups of repositories. None: all known repositories form one product.
    #[serde(rename = "product")]
    pub products: Vec<Product>,
    /// Named parts of repositories. None: top-level directories are the areas.
    #[serde(rename = "area")]
    pub areas: Vec<Area>,
    /// Who is on the team, from when to when.
    #[serde(rename = "member")]
    pub members: Vec<Member>,
    /// Further logins that are automation.
    pub bots: Vec<String>,
    /// Further logins that are AI reviewers.
    pub ai_reviewers: Vec<String>,
    /// Whether one full name under several addresses is one person, where nothing contradicts it.
    pub merge_same_names: bool,
    /// Labels that make an issue an incident.
    pub incident_labels: Vec<String>,
    /// Time zone and working days.
    pub calendar: Calendar,
    /// What the team has agreed with itself.
    pub agreements: Agreements,
    /// What is left out of mining and knowledge.
    pub mining: Mining,
    /// Below this many rows a figure lists events instead of a summary. At least 5.
    pub minimum_n: u64,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            products: Vec::new(),
            areas: Vec::new(),
            members: Vec::new(),
            bots: Vec::new(),
            ai_reviewers: Vec::new(),
            merge_same_names: true,
            incident_labels: vec!["incident".to_owned()],
            calendar: Calendar::default(),
            agreements: Agreements::default(),
            mining: Mining::default(),
            minimum_n: 5,
        }
    }
}

/// Where deployments are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentSource {
    /// GitHub's Deployments API.
    DeploymentsApi,
    /// Workflow runs whose name matches `workflow_pattern`.
    WorkflowRuns,
    /// Published releases.
    Releases,
    /// Tags that match `tag_pattern`.
    Tags,
    /// Every commit on the default branch's first-parent line.
    Merges,
}

impl DeploymentSource {
    /// The word used in facts and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::DeploymentsApi => "deployments_api",
            Self::WorkflowRuns => "workflow_runs",
            Self::Releases => "releases",
            Self::Tags => "tags",
            Self::Merges => "merges",
        }
    }
}

/// A product.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Its repositories, `owner/name`.
    pub repositories: Vec<RepoName>,
    /// Regular expression of the environments that are production.
    #[serde(default = "default_production_pattern")]
    pub production_pattern: String,
    /// Sources of deployments in order: the first with data wins.
    #[serde(default = "default_sources")]
    pub deployments: Vec<DeploymentSource>,
    /// Regular expression of the tags that are deployments; needed for the source `tags`.
    #[serde(default)]
    pub tag_pattern: Option<String>,
    /// Regular expression of the workflows that deploy; needed for the source `workflow_runs`.
    #[serde(default)]
    pub workflow_pattern: Option<String>,
}

impl Product {
    /// A product of its name and repositories, with every setting at its default.
    #[must_use]
    pub fn new(name: String, repositories: Vec<RepoName>) -> Self {
        Self {
            name,
            repositories,
            production_pattern: default_production_pattern(),
            deployments: default_sources(),
            tag_pattern: None,
            workflow_pattern: None,
        }
    }
}

fn default_production_pattern() -> String {
    "(?i)^prod".to_owned()
}

fn default_sources() -> Vec<DeploymentSource> {
    vec![
        DeploymentSource::DeploymentsApi,
        DeploymentSource::WorkflowRuns,
        DeploymentSource::Releases,
        DeploymentSource::Tags,
    ]
}

/// A named part of one or all repositories.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// The repository; none: every repository.
    #[serde(default)]
    pub repository: Option<RepoName>,
    /// Globs of its paths.
    pub paths: Vec<String>,
}

/// A member of the team.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Login.
    pub login: String,
    /// Name printed in private reports.
    #[serde(default)]
    pub name: Option<String>,
    /// Further logins and commit addresses of the same person.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// First day on the team.
    #[serde(default)]
    pub joined_on: Option<Date>,
    /// Last day on the team.
    #[serde(default)]
    pub left_on: Option<Date>,
    /// Whether the person leads the team: the bottleneck detector runs on leads first.
    #[serde(default)]
    pub lead: bool,
}

/// Time zone, working days and holidays.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// IANA time zone that decides which day, week and month an instant belongs to.
    pub time_zone: String,
    /// Days without work.
    pub holidays: Vec<Date>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            holidays: Vec::new(),
        }
    }
}

impl Calendar {
    /// The time zone; UTC where it is unknown (validation refuses that).
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

/// The team's own thresholds. None ships with linchpin.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Agreements {
    /// A first review comes within so many working days.
    pub first_review_within_working_days: Option<f64>,
    /// An open pull request without an event by anyone but its author for so many working days needs fresh eyes.
    pub stuck_after_working_days: Option<f64>,
}

/// What mining leaves out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mining {
    /// Globs of paths left out of the knowledge metrics.
    pub exclude: Vec<String>,
    /// Commits that touch more files are left out of the knowledge metrics.
    pub max_files_per_commit: u32,
}

impl Default for Mining {
    fn default() -> Self {
        Self {
            exclude: Vec::new(),
            max_files_per_commit: 100,
        }
    }
}

impl Register {
    pub(super) fn validate(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: String, message: String| Err(Error::content(file, key, message));
        if TimeZone::get(&self.calendar.time_zone).is_err() {
            let message = format!(
                "`{}` is not an IANA time zone such as `Europe/Berlin`",
                self.calendar.time_zone
            );
            return wrong("calendar.time_zone".into(), message);
        }
        if self.minimum_n < 5 {
            return wrong(
                "minimum_n".into(),
                format!(
                    "is {}: below 5 a summary hides more than it shows",
                    self.minimum_n
                ),
            );
        }
        let mut names = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for product in &self.products {
            if !names.insert(product.name.as_str()) {
                return wrong(
                    "product.name".into(),
                    format!("`{}` is given twice", product.name),
                );
            }
            for repository in &product.repositories {
                let key = repository.to_string().to_ascii_lowercase();
                if !taken.insert(key.clone()) {
                    return wrong(
                        "product.repositories".into(),
                        format!("`{key}` is in two products or listed twice"),
                    );
                }
            }
            let patterns = [
                ("production_pattern", Some(&product.production_pattern)),
                ("tag_pattern", product.tag_pattern.as_ref()),
                ("workflow_pattern", product.workflow_pattern.as_ref()),
            ];
            for (key, pattern) in patterns {
                if let Some(Err(error)) = pattern.map(|pattern| regex::Regex::new(pattern)) {
                    let line = error.to_string().replace('\n', " ");
                    return wrong(
                        format!("product.{key}"),
                        format!("is not a regular expression: {line}"),
                    );
                }
            }
        }
        for (key, globs) in self
            .areas
            .iter()
            .map(|area| ("area.paths", &area.paths))
            .chain([("mining.exclude", &self.mining.exclude)])
        {
            for glob in globs {
                if let Err(error) = globset::Glob::new(glob) {
                    return wrong(
                        key.into(),
                        format!("`{glob}` is not a glob: {}", error.kind()),
                    );
                }
            }
        }
        let mut logins = BTreeSet::new();
        for member in &self.members {
            if !logins.insert(Login(member.login.clone())) {
                return wrong(
                    "member.login".into(),
                    format!("`{}` is given twice", member.login),
                );
            }
            if let (Some(joined), Some(left)) = (member.joined_on, member.left_on)
                && left < joined
            {
                return wrong(
                    "member.left_on".into(),
                    format!("{left} is before `joined_on` {joined}"),
                );
            }
        }
        Ok(())
    }
}
