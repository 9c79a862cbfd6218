//! What a metric is asked about: the instant, the window, the products and areas, and which data is there at all.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::areas::Areas;
use super::delivery::declared::Declared;
use super::delivery::rules::Rules;
use super::flow_rules::FlowRules;
use super::kinds::Kinds;
use super::need::Missing;
use super::pattern::BadPattern;
use super::product::{Kind, Product};
use super::roster::{Calendars, Roster};
use crate::domain::{
    Bucket, Completeness, Granularity, Origin, Person, RepositoryId, Stream, StreamCertificate,
    Window,
};
use crate::register::{PrivateRegister, Register};
use crate::tables::Repository;
use crate::work::Need;

/// One question's frame. Together with the tables it decides every figure.
#[derive(Debug, Clone)]
pub struct Question {
    /// Nothing after this instant is looked at.
    pub as_of: Timestamp,
    /// The window; ends at or before `as_of`.
    pub window: Window,
    /// How long a bucket is, for metrics that do not fix it themselves.
    pub granularity: Granularity,
    /// The zone of days, weeks and months.
    pub zone: TimeZone,
    /// Products, by name.
    pub products: Vec<Product>,
    /// Teams, by name: scopes beside the products, and no part of them; empty until [`Question::with_teams`].
    pub teams: Vec<Product>,
    /// Areas.
    pub areas: Areas,
    /// What makes an incident and a hotfix.
    pub rules: Rules,
    /// What the register's files declare.
    pub declared: Arc<Declared>,
    /// Kinds of files.
    pub kinds: Kinds,
    /// Below this n a figure lists events.
    pub minimum_n: u64,
    /// Below this number of people a figure of what they did is not told where nobody is named.
    pub minimum_people: usize,
    /// Which origins figures of flow and review are made of.
    pub origins: Vec<Origin>,
    /// Which streams are there.
    pub certificates: Vec<StreamCertificate>,
    /// Working time.
    pub calendars: Calendars,
    /// Members, absences and delegations; empty until [`Question::with_people`].
    pub roster: Roster,
    /// What the register lays down for flow.
    pub flow: FlowRules,
    /// At the ends of which quarters the bus factors are wanted.
    pub quarters: Quarters,
    /// Which scopes get figures, beside whole products.
    pub scopes: Scopes,
}

/// Which scopes get figures: those of people, by bucket, are many, and pages that name nobody have no use for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scopes {
    /// Products, their repositories and areas, and people.
    #[default]
    Every,
    /// The same without people: all that is told where nobody is named.
    Parts,
}

/// Which quarters get the bus factors as of their ends: each costs a replay of the whole history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quarters {
    /// Every complete one of the window.
    #[default]
    Every,
    /// None: the window's end is all that is asked.
    None,
    /// One.
    Only(Bucket),
}

impl Quarters {
    /// Whether a quarter gets them.
    #[must_use]
    pub fn has(self, quarter: Bucket) -> bool {
        match self {
            Self::Every => true,
            Self::None => false,
            Self::Only(only) => only == quarter,
        }
    }
}

impl Question {
    /// The question of a register over what the store holds.
    pub fn new(
        register: &Register,
        repositories: &[Repository],
        certificates: Vec<StreamCertificate>,
        as_of: Timestamp,
        window: Window,
        granularity: Granularity,
    ) -> Result<Self, BadPattern> {
        let compile =
            |pattern: &str| regex::Regex::new(pattern).map_err(|_| BadPattern(pattern.to_owned()));
        let id_of = |name: &str| {
            repositories
                .iter()
                .find(|repository| repository.is_called(name))
                .map(|found| found.repository)
        };
        let mut declared = register.products.clone();
        if declared.is_empty() {
            // Every known repository in one product, named after it where there is only one.
            let name = match repositories {
                [only] => only.name.clone(),
                _ => Register::ALL_REPOSITORIES.to_owned(),
            };
            declared.push(crate::register::DeclaredProduct::new(name, Vec::new()));
        }
        let mut products = Vec::new();
        for product in &declared {
            let mut ids: Vec<_> = if register.products.is_empty() {
                repositories
                    .iter()
                    .map(|repository| repository.repository)
                    .collect()
            } else {
                product
                    .repositories
                    .iter()
                    .filter_map(|name| id_of(&name.to_string()))
                    .collect()
            };
            ids.sort_unstable();
            // Two names of one repository, the old one and the new one, are one repository.
            ids.dedup();
            products.push(Product {
                name: product.name.clone(),
                kind: Kind::Product,
                repositories: ids,
                production: compile(&product.production_pattern)?,
                sources: product.deployments.clone(),
                tags: product.tag_pattern.as_deref().map(compile).transpose()?,
                workflows: product
                    .workflow_pattern
                    .as_deref()
                    .map(compile)
                    .transpose()?,
            });
        }
        products.sort_by(|a, b| a.name.cmp(&b.name));
        let declared = Declared::of(register, repositories, &products, as_of);
        Ok(Self {
            as_of,
            window,
            granularity,
            zone: register.calendar.zone(),
            products,
            teams: Vec::new(),
            areas: Areas::new(register, &id_of)?,
            rules: Rules::of(register, &id_of)?,
            declared: Arc::new(declared),
            kinds: Kinds::new(register)?,
            minimum_n: register.minimum_n,
            minimum_people: register.minimum_people,
            origins: register.measure.origins.clone(),
            certificates,
            calendars: Calendars::of(register, &[], as_of),
            roster: Roster::default(),
            flow: FlowRules::of(register)?,
            quarters: Quarters::default(),
            scopes: Scopes::default(),
        })
    }

    /// The same question with what the registers say of people.
    #[must_use]
    pub fn with_people(
        mut self,
        register: &Register,
        private: &PrivateRegister,
        people: &[Person],
    ) -> Self {
        self.calendars = Calendars::of(register, people, self.as_of);
        self.roster = Roster::of(register, private, people);
        self
    }

    /// The same question where only figures of one bucket are wanted, or with `None` only those of the window.
    ///
    /// Other figures may still be there, or lack a part. A label that is no quarter's leaves all of them whole.
    #[must_use]
    pub fn asking(mut self, bucket: Option<&str>) -> Self {
        self.quarters = bucket.map_or(Quarters::None, |label| {
            let mut quarters = Bucket::spine(self.window, Granularity::Quarter, &self.zone)
                .into_iter()
                .filter(|quarter| quarter.to_string().eq_ignore_ascii_case(label));
            quarters.next().map_or(Quarters::Every, Quarters::Only)
        });
        self
    }

    /// The products, and one without a name of the repositories that are in none of them, where there are any: somebody's work
    /// is theirs whichever product it was done on.
    #[must_use]
    pub fn products_and_rest(&self, repositories: &[Repository]) -> Vec<Product> {
        let in_none = |repository: &RepositoryId| {
            let mut products = self.products.iter();
            !products.any(|product| product.has(*repository))
        };
        let rest: Vec<RepositoryId> = repositories
            .iter()
            .map(|row| row.repository)
            .filter(in_none)
            .collect();
        let mut products = self.products.clone();
        if let Some(like) = products.first().filter(|_| !rest.is_empty()).cloned() {
            products.push(Product {
                name: String::new(),
                repositories: rest,
                ..like
            });
        }
        products
    }

    /// The bucket of an instant inside the window; `None` outside.
    #[must_use]
    pub fn bucket(&self, at: Timestamp, granularity: Granularity) -> Option<Bucket> {
        self.window
            .contains(at)
            .then(|| Bucket::of(at, granularity, &self.zone))
    }

    /// Whether a stream of every repository of a product was read whole.
    #[must_use]
    pub fn has_all(&self, product: &Product, stream: Stream) -> bool {
        let is_whole = |repository: &RepositoryId| {
            self.certificates.iter().any(|line| {
                line.repository == *repository && line.stream == stream && line.is_whole()
            })
        };
        let counts = |one: &&RepositoryId| whole_thing(stream).is_none() || product.has_all(**one);
        let mut own = product.repositories.iter().filter(counts).peekable();
        own.peek().is_some() && own.all(is_whole)
    }

    /// Why a stream of a product was not read; `None` where that of one of its repositories was, be it empty.
    #[must_use]
    pub fn unread(&self, product: &Product, stream: Stream) -> Option<Missing> {
        if let Some(parts) = whole_thing(stream).and_then(|thing| product.owns_parts_alone(thing)) {
            return Some(parts);
        }
        let lines = self.certificates.iter();
        let mut reason = None;
        for line in lines.filter(|line| line.stream == stream && counts(product, line)) {
            if line.is_whole() || line.fetched > 0 {
                return None;
            }
            reason = reason.or_else(|| {
                Some(Missing {
                    because: line
                        .reason
                        .clone()
                        .unwrap_or_else(|| "they were not read".to_owned()),
                    fix: line.fix.clone(),
                })
            });
        }
        Some(reason.unwrap_or_else(|| Missing {
            because: format!("no {} in the store", stream.word().replace('_', " ")),
            fix: None,
        }))
    }

    /// Why a product's need is not met by any of its repositories; `None` when at least one meets it.
    #[must_use]
    pub fn missing(&self, product: &Product, need: Need) -> Option<Missing> {
        if product.repositories.is_empty()
            && let Some(nothing) = product.owns_parts_alone("")
        {
            return Some(nothing);
        }
        let stream = match need {
            Need::Commits | Need::Subjects | Need::History | Need::Ownership => Stream::History,
            Need::PullRequests => Stream::PullRequests,
            // Deployments can come from several streams: their own metric says which were looked at.
            Need::Deployments => return product.owns_parts_alone("a deployment"),
            Need::Issues => Stream::Issues,
            Need::WorkflowRuns => Stream::WorkflowRuns,
        };
        if let Some(parts) = whole_thing(stream).and_then(|thing| product.owns_parts_alone(thing)) {
            return Some(parts);
        }
        let mut reason = None;
        let of_product = || {
            let lines = self.certificates.iter();
            lines.filter(|line| line.stream == stream && counts(product, line))
        };
        // Who wrote what, and since when, cannot be told from the end of a history: one cut-off repository is enough.
        let is_shallow =
            |line: &&StreamCertificate| line.reason.as_deref() == Some(StreamCertificate::SHALLOW);
        if let Some(shallow) = of_product().find(is_shallow) {
            return Some(Missing {
                because: StreamCertificate::SHALLOW.to_owned(),
                fix: shallow.fix.clone(),
            });
        }
        for certificate in of_product() {
            if certificate.completeness == Completeness::Complete {
                return None;
            }
            // A part of nothing is no observation: a damaged history without a single commit has no figures, not zeros.
            if matches!(
                certificate.completeness,
                Completeness::Partial | Completeness::RateLimited
            ) && certificate.fetched > 0
            {
                return None;
            }
            let because = match certificate.completeness {
                Completeness::Empty if stream == Stream::History => {
                    "the history has no commits".to_owned()
                }
                Completeness::Empty => format!("there are no {}", stream.word().replace('_', " ")),
                _ => certificate.reason.clone().unwrap_or_else(|| {
                    format!("{} were not read", stream.word().replace('_', " "))
                }),
            };
            reason = reason.or(Some(Missing {
                because,
                fix: certificate.fix.clone(),
            }));
        }
        Some(reason.unwrap_or_else(|| Missing {
            because: format!("no {} in the store", stream.word().replace('_', " ")),
            fix: None,
        }))
    }
}

/// One of what a stream has that is of its repository as a whole, and of no file; `None` where what it has is of files.
const fn whole_thing(stream: Stream) -> Option<&'static str> {
    match stream {
        Stream::Issues => Some("an issue"),
        Stream::Deployments => Some("a deployment"),
        Stream::Releases => Some("a release"),
        Stream::WorkflowRuns => Some("a workflow run"),
        Stream::Milestones => Some("a milestone"),
        Stream::Environments => Some("an environment"),
        Stream::History
        | Stream::PullRequests
        | Stream::Repository
        | Stream::MergeRules
        | Stream::Teams => None,
    }
}

/// Whether what a line of the certificate says is of a product.
fn counts(product: &Product, line: &StreamCertificate) -> bool {
    product.has(line.repository)
        && (whole_thing(line.stream).is_none() || product.has_all(line.repository))
}
