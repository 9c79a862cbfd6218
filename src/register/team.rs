//! `linchpin.toml`: products, people, areas, agreements.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::imports::{Import, Imported};
use super::incidents::{AttributionBound, IncidentEntry, IncidentFields};
use super::measure::Measuring;
use super::mining::Mining;
use super::owns::DeclaredTeam;
use super::work::{DatedEvent, WorkMix};
use crate::domain::calendar::weekday;
use crate::domain::{
    Completeness, DeclaredAgent, Login, RepoName, Selector, Stream, WorkPattern, zone,
};

/// The team register. Every key has a default: an empty file is valid.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Register {
    /// What the team's pages are called.
    #[schemars(example = &"Health of the widgets team")]
    pub title: Option<String>,
    /// What they are about, in a sentence or two.
    #[schemars(example = &"How our changes reach production, and who they wait for.")]
    pub description: Option<String>,
    /// Named groups of repositories. None: all known repositories form one product.
    #[serde(rename = "product")]
    pub products: Vec<DeclaredProduct>,
    /// Named parts of repositories. None: top-level directories are the areas.
    #[serde(rename = "area")]
    pub areas: Vec<Area>,
    /// Teams by what they own: figures of each stand beside those of the products, and are no further part of them.
    #[serde(rename = "team")]
    pub teams: Vec<DeclaredTeam>,
    /// Kinds of files that somebody always seems to write. None: decision records, migrations, pipeline and postmortems by the
    /// usual directories.
    #[serde(rename = "kind")]
    pub kinds: Vec<FileKind>,
    /// Who is on the team, from when to when.
    #[serde(rename = "member")]
    pub members: Vec<Member>,
    /// Further logins that are automation.
    #[schemars(example = ["our-release-bot"])]
    pub bots: Vec<String>,
    /// Further logins that are AI reviewers.
    #[schemars(example = ["our-reviewer"])]
    pub ai_reviewers: Vec<String>,
    /// Coding agents that the list of agents does not know, or the team's own.
    #[serde(rename = "agent")]
    pub agents: Vec<DeclaredAgent>,
    /// Whether one full name under several addresses is one person, where nothing contradicts it.
    #[schemars(example = true)]
    pub merge_same_names: bool,
    /// Labels that make an issue an incident.
    #[schemars(example = ["incident"])]
    pub incident_labels: Vec<String>,
    /// Whether the team says so itself: then no issue with one of them is no incident, not incidents kept elsewhere.
    #[serde(skip)]
    pub declares_incident_labels: bool,
    /// Issue types that make an issue an incident, as the organisation named them, in any case.
    #[schemars(example = ["Incident"])]
    pub incident_types: Vec<String>,
    /// Whether the team says so itself: then no issue of one of them is no incident, as far as the types of all issues are known.
    #[serde(skip)]
    pub declares_incident_types: bool,
    /// The fields of issues, as the organisation named them, that tell of an incident.
    pub incident_fields: IncidentFields,
    /// What the team knows better than the issues of its incidents.
    #[serde(rename = "incident")]
    pub incidents: Vec<IncidentEntry>,
    /// Files that declare what GitHub does not know.
    #[serde(rename = "import")]
    pub imports: Vec<Import>,
    /// What stands in them: [`Register::with_imports`].
    #[serde(skip)]
    pub imported: Arc<Imported>,
    /// An incident is put down to no deployment older than this at its start.
    #[schemars(example = &"24h", with = "String")]
    pub attribution_bound: AttributionBound,
    /// Labels that make a pull request a hotfix.
    #[schemars(example = ["hotfix"])]
    pub hotfix_labels: Vec<String>,
    /// Regular expression of the branches that are hotfixes.
    #[schemars(example = &"(?i)^hot-?fix([/_-]|$)")]
    pub hotfix_branch_pattern: String,
    /// Regular expression of the title, or of a label, of a pull request that a bot landed and closed.
    #[schemars(example = &r"(?i)^\[merged by bors\]|^(merged|landed)$")]
    pub landed_pattern: String,
    /// Time zone, working days, working hours and holidays.
    pub calendar: Calendar,
    /// What the team has agreed with itself.
    pub agreements: Agreements,
    /// Dated changes to compare before and after.
    #[serde(rename = "event")]
    pub events: Vec<DatedEvent>,
    /// What makes a pull request feature, maintenance, debt or incident work. A kind that is given replaces that kind's default
    /// rules; the others keep theirs.
    pub work_mix: WorkMix,
    /// Crossed agreements that stay quiet until a day.
    pub accepted: Vec<Accepted>,
    /// Streams of GitHub's that stay short, and end no run with exit code 5 until a day.
    #[serde(rename = "accepted_hole")]
    pub accepted_holes: Vec<AcceptedHole>,
    /// What mining reads and leaves out.
    pub mining: Mining,
    /// Which changes figures of flow and review are made of.
    pub measure: Measuring,
    /// The default branch of clones whose repository GitHub was not asked about.
    #[schemars(example = &"main")]
    pub default_branch: Option<String>,
    /// Below this many rows a figure lists events instead of a summary. At least 5.
    #[schemars(example = 5, range(min = 5))]
    pub minimum_n: u64,
    /// A figure of what fewer people did is not told where nobody is named; how many they were is. At least 2.
    #[schemars(example = 3, range(min = 2))]
    pub minimum_people: usize,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            products: Vec::new(),
            areas: Vec::new(),
            teams: Vec::new(),
            kinds: Vec::new(),
            members: Vec::new(),
            bots: Vec::new(),
            ai_reviewers: Vec::new(),
            agents: Vec::new(),
            merge_same_names: true,
            incident_labels: vec!["incident".to_owned()],
            declares_incident_labels: false,
            incident_types: vec!["Incident".to_owned()],
            declares_incident_types: false,
            incident_fields: IncidentFields::default(),
            incidents: Vec::new(),
            imports: Vec::new(),
            imported: Arc::default(),
            attribution_bound: AttributionBound::default(),
            hotfix_labels: vec!["hotfix".to_owned()],
            hotfix_branch_pattern: "(?i)^hot-?fix([/_-]|$)".to_owned(),
            landed_pattern: r"(?i)^\[merged by bors\]|^(merged|landed)$".to_owned(),
            calendar: Calendar::default(),
            agreements: Agreements::default(),
            events: Vec::new(),
            work_mix: WorkMix::default(),
            accepted: Vec::new(),
            accepted_holes: Vec::new(),
            mining: Mining::default(),
            measure: Measuring::default(),
            default_branch: None,
            minimum_n: 5,
            minimum_people: 3,
        }
    }
}

/// Where deployments are read from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
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
    /// What the files of `[[import]]` declare.
    Import,
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
            Self::Import => "import",
        }
    }
}

/// A product.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredProduct {
    /// Its name.
    #[schemars(example = &"widgets")]
    pub name: String,
    /// Its repositories: `owner/name`, a glob of names (`owner/name-*`; all of an owner are `owner/*`), `topic:owner/topic`,
    /// `team:owner/team`; the owner of a topic or a team may be left out where one alone is named. `!` before any of them leaves out.
    /// Archived repositories and forks are taken where they are named as `owner/name`.
    #[serde(rename = "repositories", deserialize_with = "super::selection::read")]
    #[schemars(example = ["acme/widgets", "acme/widgets-*", "!acme/widgets-old"], with = "Vec<String>")]
    pub selectors: Vec<Selector>,
    /// The repositories that these mean: those that are named, until [`Register::resolved`].
    #[serde(skip)]
    pub repositories: Vec<RepoName>,
    /// Regular expression of the environments that are production.
    #[serde(default = "default_production_pattern")]
    #[schemars(example = &"(?i)^prod(uction)?([^a-z]|$)")]
    pub production_pattern: String,
    /// Sources of deployments in order: the first with data wins.
    #[serde(default = "default_sources")]
    #[schemars(example = ["deployments_api", "releases"])]
    pub deployments: Vec<DeploymentSource>,
    /// Regular expression of the tags that are deployments; needed for the source `tags`.
    #[serde(default)]
    #[schemars(example = &r"^v\d")]
    pub tag_pattern: Option<String>,
    /// Regular expression of the workflows that deploy; needed for the source `workflow_runs`.
    #[serde(default)]
    #[schemars(example = &"^deploy")]
    pub workflow_pattern: Option<String>,
}

impl DeclaredProduct {
    /// A product of its name and repositories, with every setting at its default.
    #[must_use]
    pub fn new(name: String, repositories: Vec<RepoName>) -> Self {
        Self {
            name,
            selectors: repositories
                .iter()
                .cloned()
                .map(Selector::of_name)
                .collect(),
            repositories,
            production_pattern: default_production_pattern(),
            deployments: default_sources(),
            tag_pattern: None,
            workflow_pattern: None,
        }
    }
}

fn default_production_pattern() -> String {
    "(?i)^prod(uction)?([^a-z]|$)".to_owned()
}

fn default_sources() -> Vec<DeploymentSource> {
    vec![
        // Nobody declares deployments who wants others to be counted.
        DeploymentSource::Import,
        DeploymentSource::DeploymentsApi,
        DeploymentSource::WorkflowRuns,
        DeploymentSource::Releases,
        DeploymentSource::Tags,
    ]
}

/// A named part of one or all repositories.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its name.
    #[schemars(example = &"billing")]
    pub name: String,
    /// The repository; none: every repository.
    #[serde(default)]
    #[schemars(example = &"acme/widgets", with = "Option<String>")]
    pub repository: Option<RepoName>,
    /// Globs of its paths.
    #[schemars(example = ["src/billing/**"])]
    pub paths: Vec<String>,
}

/// A kind of file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileKind {
    /// Its name, in the plural. A person's evidence calls changes of `decision records` and of `postmortems` so.
    #[schemars(example = &"decision records")]
    pub name: String,
    /// Globs of its paths, in every repository.
    #[schemars(example = ["docs/adr/**"])]
    pub paths: Vec<String>,
}

/// A member of the team.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The person's GitHub login.
    #[schemars(example = &"ada")]
    pub login: String,
    /// Name printed in private reports.
    #[serde(default)]
    #[schemars(example = &"Ada Lovelace")]
    pub name: Option<String>,
    /// Further logins and commit addresses of the same person.
    #[serde(default)]
    #[schemars(example = ["ada@old-employer.example"])]
    pub aliases: Vec<String>,
    /// First day on the team.
    #[serde(default)]
    #[schemars(example = &"2025-03-01")]
    pub joined_on: Option<Date>,
    /// Last day on the team.
    #[serde(default)]
    #[schemars(example = &"2026-03-31")]
    pub left_on: Option<Date>,
    /// Working time, where it differs from the team's.
    #[serde(default)]
    pub calendar: Option<MemberCalendar>,
    /// Whether the person leads the team: the bottleneck detector runs on leads first.
    #[serde(default)]
    #[schemars(example = true)]
    pub lead: bool,
}

/// Time zone, working days, working hours and holidays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// IANA time zone that decides which day, week and month an instant belongs to.
    #[schemars(example = &"Europe/Berlin")]
    pub time_zone: String,
    /// Weekdays worked: `monday` or `mon`, ….
    #[schemars(example = ["monday", "tuesday", "wednesday", "thursday", "friday"])]
    pub working_days: Vec<String>,
    /// Hours of a working day, `"09:00-17:00"`; none: durations are told in elapsed hours only.
    #[schemars(example = &"09:00-17:00")]
    pub hours: Option<String>,
    /// Days without work.
    #[schemars(example = ["2026-12-25"])]
    pub holidays: Vec<Date>,
}

/// Where a member's working time differs from the team's. What is not given is the team's.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberCalendar {
    /// IANA time zone.
    #[serde(default)]
    #[schemars(example = &"Europe/Lisbon")]
    pub time_zone: Option<String>,
    /// Weekdays worked.
    #[serde(default)]
    #[schemars(example = ["monday", "tuesday", "wednesday"])]
    pub working_days: Option<Vec<String>>,
    /// Hours of a working day.
    #[serde(default)]
    #[schemars(example = &"10:00-16:00")]
    pub hours: Option<String>,
    /// Days without work, instead of the team's.
    #[serde(default)]
    #[schemars(example = ["2026-06-10"])]
    pub holidays: Option<Vec<Date>>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            working_days: ["monday", "tuesday", "wednesday", "thursday", "friday"]
                .map(str::to_owned)
                .to_vec(),
            hours: None,
            holidays: Vec::new(),
        }
    }
}

impl Calendar {
    /// The time zone; UTC where it is unknown (validation refuses that).
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        zone(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// The days and hours worked by the team. Validation has refused what cannot be read here.
    #[must_use]
    pub fn pattern(&self) -> WorkPattern {
        WorkPattern {
            zone: self.zone(),
            weekdays: self
                .working_days
                .iter()
                .filter_map(|word| weekday(word))
                .collect(),
            hours: self.hours.as_deref().and_then(hours),
            holidays: self.holidays.iter().copied().collect(),
        }
    }

    /// The days and hours worked by a member whose calendar differs.
    #[must_use]
    pub fn pattern_of(&self, own: &MemberCalendar) -> WorkPattern {
        self.with(own).pattern()
    }

    /// This calendar with what a member has of their own.
    fn with(&self, own: &MemberCalendar) -> Self {
        let mut merged = self.clone();
        if let Some(zone) = &own.time_zone {
            merged.time_zone.clone_from(zone);
        }
        if let Some(days) = &own.working_days {
            merged.working_days.clone_from(days);
        }
        if let Some(holidays) = &own.holidays {
            merged.holidays.clone_from(holidays);
        }
        merged.hours = own.hours.clone().or(merged.hours);
        merged
    }

    /// What cannot be read, by the key that holds it.
    fn mistake(&self) -> Option<(&'static str, String)> {
        if zone(&self.time_zone).is_none() {
            let message = format!(
                "`{}` is not an IANA time zone such as `Europe/Berlin`",
                self.time_zone
            );
            return Some(("time_zone", message));
        }
        if let Some(word) = self
            .working_days
            .iter()
            .find(|word| weekday(word).is_none())
        {
            return Some((
                "working_days",
                format!("`{word}` is not a weekday such as `monday`"),
            ));
        }
        if self.working_days.is_empty() {
            return Some(("working_days", "names no day".to_owned()));
        }
        let text = self.hours.as_ref().filter(|text| hours(text).is_none())?;
        Some((
            "hours",
            format!("`{text}` is not a span of one day such as `09:00-17:00`"),
        ))
    }
}

/// Start and end of `09:00-17:00`; `None` where it is no such text or ends before it starts.
fn hours(text: &str) -> Option<(Time, Time)> {
    let (from, to) = text.split_once('-')?;
    let time = |part: &str| Time::strptime("%H:%M", part.trim()).ok();
    let (from, to) = (time(from)?, time(to)?);
    (from < to).then_some((from, to))
}

/// The team's own thresholds. None ships with linchpin.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Agreements {
    /// A first review comes within so many working days.
    #[serde(deserialize_with = "amount")]
    #[schemars(example = 1.0)]
    pub first_review_within_working_days: Option<f64>,
    /// An open pull request without an event by anyone but its author for so many working days needs fresh eyes.
    #[serde(deserialize_with = "amount")]
    #[schemars(example = 3.0)]
    pub stuck_after_working_days: Option<f64>,
    /// Limits on figures of the window.
    #[serde(rename = "limit")]
    pub limits: Vec<Limit>,
}

impl Agreements {
    /// Whether nothing is agreed that figures are held against.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.limits.is_empty()
            && self.first_review_within_working_days.is_none()
            && self.stuck_after_working_days.is_none()
    }

    /// What cannot be held against a figure.
    fn mistake(&self) -> Option<String> {
        self.limits.iter().find_map(|limit| {
            let bounds = [limit.at_most, limit.at_least];
            if bounds.iter().all(Option::is_none) {
                let metric = &limit.metric;
                return Some(format!(
                    "on `{metric}` has neither `at_most` nor `at_least`"
                ));
            }
            None
        })
    }
}

/// A number that a figure can be held against: TOML also knows `nan`, infinities and negative numbers, which hold nothing.
fn amount<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let amount = f64::deserialize(deserializer)?;
    if amount.is_finite() && amount >= 0.0 {
        Ok(Some(amount))
    } else {
        let message = format!("`{amount}` is no amount: write a number from 0 up");
        Err(serde::de::Error::custom(message))
    }
}

/// A figure that the team has agreed to keep within bounds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The metric's id.
    #[schemars(example = &"flow.pickup_time")]
    pub metric: String,
    /// One of its numbers, such as `p90`; none: its headline number, which is the share of a ratio.
    #[serde(default)]
    #[schemars(example = &"p90")]
    pub number: Option<String>,
    /// A product, repository or area; none: every product.
    #[serde(default)]
    #[schemars(example = &"widgets")]
    pub scope: Option<String>,
    /// The largest value that is in order: hours, a share between 0 and 1, or a count.
    #[serde(default, deserialize_with = "amount")]
    #[schemars(example = 24.0)]
    pub at_most: Option<f64>,
    /// The smallest value that is in order.
    #[serde(default, deserialize_with = "amount")]
    #[schemars(example = 0.0)]
    pub at_least: Option<f64>,
}

impl Limit {
    /// Whether a value is within the limit.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        self.at_most.is_none_or(|most| value <= most)
            && self.at_least.is_none_or(|least| value >= least)
    }

    /// What was agreed: `p90 at most 24`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words: Vec<String> = self.number.iter().cloned().collect();
        words.extend(self.at_least.map(|least| format!("at least {least}")));
        words.extend(self.at_most.map(|most| format!("at most {most}")));
        words.join(" ")
    }
}

/// A crossed agreement that the team has accepted until a day.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The metric's id.
    #[schemars(example = &"knowledge.silos")]
    pub metric: String,
    /// Product, repository or area; none: wherever it is crossed.
    #[serde(default)]
    #[schemars(example = &"billing")]
    pub scope: Option<String>,
    /// Why.
    #[schemars(example = &"Grace joins in May")]
    pub reason: String,
    /// The last quiet day.
    #[schemars(example = &"2026-05-31")]
    pub until: Date,
}

/// A hole in a stream that the team knows of and lives with until a day. It is told all the same.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedHole {
    /// The repository.
    #[schemars(example = &"acme/widgets", with = "String")]
    pub repository: RepoName,
    /// The stream, as `data_quality.json` names it.
    #[schemars(example = &"pull_requests")]
    pub stream: Stream,
    /// How large a hole: one that grows is not accepted any more.
    #[serde(default)]
    #[schemars(example = &"partial")]
    pub state: HoleState,
    /// Why.
    #[schemars(example = &"one pull request is kept from this token")]
    pub reason: String,
    /// The last quiet day.
    #[schemars(example = &"2026-05-31")]
    pub until: Date,
}

/// How much of a stream is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoleState {
    /// Some of it.
    #[default]
    Partial,
    /// All of it: the token may not read it.
    Forbidden,
    /// All of it: the repository is not there, or not shown.
    NotFound,
}

impl HoleState {
    /// The same in a certificate.
    #[must_use]
    pub const fn completeness(self) -> Completeness {
        match self {
            Self::Partial => Completeness::Partial,
            Self::Forbidden => Completeness::Forbidden,
            Self::NotFound => Completeness::NotFound,
        }
    }
}

impl Register {
    /// What all known repositories are called together where no product is declared and there are several.
    pub const ALL_REPOSITORIES: &str = "all repositories";

    /// What of it decides figures: agreements are held against figures, and what is accepted stays quiet.
    #[must_use]
    pub fn of_figures(&self) -> Self {
        let mut register = self.clone();
        register.agreements.limits.clear();
        register.agreements.first_review_within_working_days = None;
        register.accepted.clear();
        register.accepted_holes.clear();
        register.teams.clear();
        register.title = None;
        register.description = None;
        for incident in &mut register.incidents {
            incident.coordinator = None;
        }
        // What files declare is what happened: where it changes, events do.
        register.imported = Arc::default();
        register
    }

    /// Every login that it names, each with the key that does.
    pub fn logins(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let members = self.members.iter();
        let incidents = self.incidents.iter();
        let coordinators = incidents.filter_map(|incident| incident.coordinator.as_deref());
        members
            .map(|member| ("member.login", member.login.as_str()))
            .chain(coordinators.map(|login| ("incident.coordinator", login)))
    }

    /// What is wrong with declared agents and chosen origins, by the key that holds it.
    fn origins_mistake(&self) -> Option<(&'static str, String)> {
        for agent in &self.agents {
            let name = &agent.name;
            let signs = [
                &agent.logins,
                &agent.addresses,
                &agent.branches,
                &agent.labels,
            ];
            if name.trim().is_empty() || signs.iter().all(|signs| signs.is_empty()) {
                let needs =
                    "needs a name, and a login, an address, a branch or a label that tells it";
                return Some(("agent", format!("`{name}` {needs}")));
            }
            // An empty one would be the beginning of every branch.
            let mut all = signs.into_iter().flatten();
            if all.any(|sign| sign.trim().is_empty()) {
                return Some(("agent", format!("`{name}` has an empty sign")));
            }
        }
        let is_empty = self.measure.origins.is_empty();
        is_empty.then(|| ("measure.origins", "names no origin".to_owned()))
    }

    /// Every part is looked at, whatever is wrong in the others.
    pub(super) fn validate(&self, file: &str) -> Result<(), Error> {
        Error::of_checks([
            self.validate_settings(file),
            super::incidents::validate(&self.incidents, &self.incident_fields, file),
            super::imports::validate(self, file),
            match self.agreements.mistake() {
                Some(message) => Err(Error::content(file, "agreements.limit", message)),
                None => Ok(()),
            },
            self.validate_products(file),
            self.validate_teams(file),
            self.validate_globs(file),
            match self.events.iter().find(|event| event.is_empty()) {
                Some(event) => {
                    let message = format!("of {} says nothing", event.on);
                    Err(Error::content(file, "event.title", message))
                }
                None => Ok(()),
            },
            self.validate_members(file),
        ])
    }

    fn validate_settings(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: String, message: String| Err(Error::content(file, key, message));
        if let Some((key, message)) = self.calendar.mistake() {
            return wrong(format!("calendar.{key}"), message);
        }
        if let Some((key, message)) = self.origins_mistake() {
            return wrong(key.to_owned(), message);
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
        if self.minimum_people < 2 {
            return wrong(
                "minimum_people".into(),
                format!(
                    "is {}: a figure of fewer than 2 people is a figure of one person",
                    self.minimum_people
                ),
            );
        }
        for (key, pattern) in [
            ("hotfix_branch_pattern", &self.hotfix_branch_pattern),
            ("landed_pattern", &self.landed_pattern),
        ] {
            if let Err(error) = regex::Regex::new(pattern) {
                let line = error.to_string().replace('\n', " ");
                return wrong(key.into(), format!("is not a regular expression: {line}"));
            }
        }
        Ok(())
    }

    fn validate_globs(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: String, message: String| Err(Error::content(file, key, message));
        for (key, globs) in self
            .areas
            .iter()
            .map(|area| ("area.paths", &area.paths))
            .chain(self.kinds.iter().map(|kind| ("kind.paths", &kind.paths)))
            .chain([("mining.exclude", &self.mining.exclude)])
            .chain(self.work_mix.paths())
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
        Ok(())
    }

    fn validate_products(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: String, message: String| Err(Error::content(file, key, message));
        let mut names = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for product in &self.products {
            if product.name.trim().is_empty() {
                return wrong(
                    "product.name".into(),
                    "is empty: pages and figures are called by it".into(),
                );
            }
            if !names.insert(product.name.as_str()) {
                return wrong(
                    "product.name".into(),
                    format!("`{}` is given twice", product.name),
                );
            }
            if let Some(message) = Selector::mistake_among(&product.selectors) {
                return wrong(
                    "product.repositories".into(),
                    format!("{message} (product `{}`)", product.name),
                );
            }
            for repository in product.selectors.iter().filter_map(Selector::name) {
                let key = repository.key();
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
        Ok(())
    }

    fn validate_members(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: String, message: String| Err(Error::content(file, key, message));
        let mut logins = BTreeSet::new();
        for member in &self.members {
            if !logins.insert(Login(member.login.clone())) {
                return wrong(
                    "member.login".into(),
                    format!("`{}` is given twice", member.login),
                );
            }
            if let Some(own) = &member.calendar
                && let Some((key, message)) = self.calendar.with(own).mistake()
            {
                return wrong(format!("member.calendar.{key}"), message);
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
