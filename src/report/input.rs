//! What a team report is built from.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::names::Names;
use crate::domain::{
    Gap, Granularity, ImportLine, PatternLine, RepositoryId, StreamCertificate, Window,
};
use crate::metrics::Measure;
use crate::metrics::agreements::Agreement;
use crate::metrics::recent::Recent;
use crate::metrics::unmet::Unmet;

/// A repository as a reader knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryLabel {
    /// Key in measures.
    pub id: RepositoryId,
    /// `owner/name`, or the clone's folder name.
    pub name: String,
    /// Its page, without a final slash; `None`: rows are not linked.
    pub url: Option<String>,
}

/// A product: a named group of repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductInput {
    /// Name, as in the scopes of the measures.
    pub name: String,
    /// Its repositories.
    pub repositories: Vec<RepositoryId>,
    /// What is withheld of it because a precondition does not hold.
    pub unmet: Vec<Unmet>,
    /// Its areas that only one person knows, with the last day on which anybody else touched them; `None`: nobody ever did.
    pub silos: Vec<(String, Option<Date>)>,
}

/// A team: what is told of it beside the products, and what it owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamScope {
    /// Its figures are found as those of a product are.
    pub scope: ProductInput,
    /// Whether it owns whole products and nothing else: its figures tell nothing that theirs do not.
    pub is_whole: bool,
    /// What each entry of the register gives it.
    pub owns: Vec<OwnedLine>,
    /// Other teams that own files of it, with how many.
    pub shared_with: Vec<(String, u64)>,
}

/// One entry of what a team owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OwnedLine {
    /// The team.
    pub team: String,
    /// The entry as it is written in the register.
    pub entry: String,
    /// Repositories of which it owns everything.
    pub n_repositories: u64,
    /// Files, as of the last commit that was mined.
    pub n_files: u64,
    /// Why it owns nothing, or less than it may mean.
    pub reason: Option<String>,
    /// The step that would change that.
    pub fix: Option<String>,
}

impl OwnedLine {
    /// Whether it owns nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.n_repositories == 0 && self.n_files == 0
    }
}

/// A known risk that the team has accepted until a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedFlag {
    /// The metric.
    pub metric: String,
    /// Product, repository or area.
    pub scope: String,
    /// Why.
    pub reason: String,
    /// Quiet until this day.
    pub until: Date,
}

/// A limit that the team has agreed with itself.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedLimit {
    /// The metric.
    pub metric: String,
    /// One of its numbers; `None`: its headline number.
    pub number: Option<String>,
    /// A product, repository or area; `None`: every product.
    pub scope: Option<String>,
    /// The smallest value that is in order.
    pub at_least: Option<f64>,
    /// The largest value that is in order.
    pub at_most: Option<f64>,
}

/// A day on which something changed: figures are read before and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedDay {
    /// The first day on which it was so.
    pub on: Date,
    /// What, in a few words.
    pub title: String,
}

/// Everything a team report is built from.
#[derive(Debug, Clone)]
pub struct TeamInput<'a> {
    /// The instant the report speaks of.
    pub as_of: Timestamp,
    /// The window of the figures.
    pub window: Window,
    /// The length of a bucket.
    pub granularity: Granularity,
    /// The zone that decides which day an instant falls on.
    pub zone: TimeZone,
    /// Products in the order of the page.
    pub products: &'a [ProductInput],
    /// Teams, by name.
    pub teams: &'a [TeamScope],
    /// Repositories.
    pub repositories: &'a [RepositoryLabel],
    /// Measures.
    pub measures: &'a [Measure],
    /// How complete each stream is.
    pub certificates: &'a [StreamCertificate],
    /// What each pattern that names repositories gave.
    pub patterns: &'a [PatternLine],
    /// What each file of the register's imports gave.
    pub imports: &'a [ImportLine],
    /// What could not be read.
    pub gaps: &'a [Gap],
    /// The headline figures over other windows; `None`: nothing is compared.
    pub recent: Option<&'a Recent>,
    /// What the team has agreed with itself, held against the figures.
    pub agreements: &'a [Agreement],
    /// What the register calls the report; `None`: its usual title.
    pub title: Option<&'a str>,
    /// What the register says of it.
    pub description: Option<&'a str>,
    /// Accepted risks.
    pub accepted: &'a [AcceptedFlag],
    /// The limits among what the team has agreed with itself.
    pub agreed: &'a [AgreedLimit],
    /// Days on which something changed.
    pub events: &'a [MarkedDay],
    /// Everybody's names: the report prints none of them.
    pub names: &'a Names,
    /// Below this many rows a figure lists events instead of a summary.
    pub minimum_n: u64,
    /// Figures of what fewer people did are withheld.
    pub minimum_people: usize,
    /// The program's version.
    pub version: &'a str,
}
