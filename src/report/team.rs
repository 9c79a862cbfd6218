//! The team report: products, sections and figures, from measures. Names nobody.

mod comparison;
mod looks;
mod product;
mod shortcomings;
mod strips;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use self::comparison::Comparison;
use self::product::product_report;
pub use self::shortcomings::{WITHHELD, state_words};
use self::shortcomings::{of_imports, of_patterns, shortcomings, withheld};
use super::definition::TeamDefinition;
use super::figure::Figure;
use super::gate;
pub use super::input::{
    AcceptedFlag, AgreedLimit, MarkedDay, OwnedLine, ProductInput, RepositoryLabel, TeamInput,
    TeamScope,
};
use super::look::{self, Look};
use super::names::Names;
use super::picture::Picture;
use super::split::ByProduct;
use super::strip::Strip;
use crate::domain::{
    Granularity, ImportLine, PatternLine, RepositoryId, StreamCertificate, Window,
};
use crate::metrics::Measure;
use crate::metrics::measure::{Cell, Definition};

/// A line of the completeness certificate with the repository's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateLine {
    /// Repository's display name.
    pub repository: String,
    /// The line.
    pub certificate: StreamCertificate,
}

/// How many holes of one kind there are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GapCount {
    /// Repository's display name; `None` for holes outside repositories.
    pub repository: Option<String>,
    /// Kind of thing.
    pub kind: String,
    /// Reason.
    pub reason: String,
    /// How many.
    pub n: u64,
}

/// Streams with the same shortcoming, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcoming {
    /// Whether there is data with a hole in it (against: nothing was asked for).
    pub is_partial: bool,
    /// `pull requests of acme/web, acme/api`.
    pub what: String,
    /// `partial`, `forbidden`, …
    pub state: &'static str,
    /// Why.
    pub reason: Option<String>,
    /// The step that would complete it.
    pub fix: Option<String>,
}

/// Why a metric has no figure on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbsenceKind {
    /// The data is missing.
    NotObserved,
    /// The question does not arise here.
    NotApplicable,
    /// Too few people did what it counts: the page names nobody, and a figure of one person would.
    Withheld,
}

impl AbsenceKind {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotObserved => "not observed",
            Self::NotApplicable => "not applicable",
            Self::Withheld => "not told here",
        }
    }
}

/// Metrics that have no figure for the same reason.
#[derive(Debug, Clone)]
pub struct Absence {
    /// Why there is none.
    pub kind: AbsenceKind,
    /// What is missing.
    pub because: String,
    /// The step that would provide it.
    pub fix: Option<String>,
    /// The metrics.
    pub metrics: Vec<&'static Definition>,
}

/// A section of a product.
#[derive(Debug, Clone)]
pub struct Section {
    /// Anchor, unique in the report.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question it answers.
    pub question: String,
    /// Whether its figures are a line each.
    pub as_lines: bool,
    /// Pictures before its figures.
    pub pictures: Vec<Picture>,
    /// Figures with a number.
    pub figures: Vec<Figure>,
    /// Figures side by side.
    pub comparisons: Vec<Comparison>,
    /// What has no number, and why.
    pub absences: Vec<Absence>,
}

/// One product's page.
#[derive(Debug, Clone)]
pub struct ProductReport {
    /// Anchor, unique in the report.
    pub id: String,
    /// Name.
    pub name: String,
    /// Repositories with their pages.
    pub repositories: Vec<RepositoryLabel>,
    /// What its data lacks, worst first.
    pub shortcomings: Vec<Shortcoming>,
    /// The last days against as many before them; `None`: nothing is compared.
    pub strip: Option<Strip>,
    /// What to look at first.
    pub looks: Vec<Look>,
    /// Pictures of the product, before its sections.
    pub pictures: Vec<Picture>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// What a team owns; `None`: it is a product.
    pub owning: Option<OwningLines>,
}

/// What a team owns, as its page says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwningLines {
    /// By entry of the register.
    pub owns: Vec<OwnedLine>,
    /// Other teams that own files of it, with how many.
    pub shared_with: Vec<(String, u64)>,
}

/// The whole team report.
#[derive(Debug, Clone)]
pub struct TeamReport {
    /// Title.
    pub title: String,
    /// What the register says of it.
    pub description: Option<String>,
    /// The instant it speaks of.
    pub as_of: Timestamp,
    /// The window.
    pub window: Window,
    /// The length of a bucket.
    pub granularity: Granularity,
    /// The time zone.
    pub zone: TimeZone,
    /// Below this many rows nothing is summarised.
    pub minimum_n: u64,
    /// The program's version.
    pub version: String,
    /// Products in order.
    pub products: Vec<ProductReport>,
    /// Teams in order: what they own is of products too, so no sum goes over both.
    pub teams: Vec<ProductReport>,
    /// What to look at first over all products.
    pub looks: Vec<Look>,
    /// What the data lacks, worst first.
    pub shortcomings: Vec<Shortcoming>,
    /// The certificate.
    pub certificates: Vec<CertificateLine>,
    /// What each pattern that names repositories gave.
    pub patterns: Vec<PatternLine>,
    /// What each file of the register's imports gave.
    pub imports: Vec<ImportLine>,
    /// Holes.
    pub gaps: Vec<GapCount>,
    /// Accepted risks.
    pub accepted: Vec<AcceptedFlag>,
    /// Display names, for scopes.
    pub repositories: Vec<RepositoryLabel>,
    /// How many texts named somebody and were masked.
    pub n_masked: u64,
    /// Every figure of every scope and bucket, for `metrics.json`: definition and cell.
    pub cells: Vec<(&'static Definition, Cell)>,
    /// The places in them of the figures of whole products, by product.
    whole: HashMap<String, Vec<usize>>,
}

impl TeamReport {
    /// Whether a scope of this name is a team.
    #[must_use]
    pub fn is_team(&self, scope: &str) -> bool {
        self.teams.iter().any(|team| team.name == scope)
    }

    /// What each entry of the teams owns.
    pub fn owned_lines(&self) -> impl Iterator<Item = &OwnedLine> {
        let owning = self.teams.iter().filter_map(|team| team.owning.as_ref());
        owning.flat_map(|owning| &owning.owns)
    }

    /// Whether some data is there with a hole in it.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.shortcomings
            .iter()
            .any(|shortcoming| shortcoming.is_partial)
    }

    /// All figures in order of the page.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.products
            .iter()
            .chain(&self.teams)
            .flat_map(|product| &product.sections)
            .flat_map(|section| &section.figures)
    }

    /// The figures of a whole product over the window, by metric.
    pub fn window_cells<'a>(
        &'a self,
        product: &'a str,
    ) -> impl Iterator<Item = (&'static Definition, &'a Cell)> {
        self.product_cells(product)
            .filter(|(_, cell)| cell.bucket.is_none())
    }

    /// The figures of a whole product: over the window and in its buckets, by metric.
    pub fn product_cells<'a>(
        &'a self,
        product: &'a str,
    ) -> impl Iterator<Item = (&'static Definition, &'a Cell)> {
        let places = self.whole.get(product).into_iter().flatten();
        let cells = places.filter_map(|at| self.cells.get(*at));
        cells.map(|(definition, cell)| (*definition, cell))
    }

    /// Display name of a repository.
    #[must_use]
    pub fn repository_name(&self, id: RepositoryId) -> Option<&str> {
        self.repositories
            .iter()
            .find(|face| face.id == id)
            .map(|face| face.name.as_str())
    }
}

/// How the pages of the team tree know a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductFace {
    /// Its anchor in the team report, unique there.
    pub id: String,
    /// What a page calls it.
    pub name: String,
}

/// The faces of the products of a report, in their order.
#[must_use]
pub fn faces<'a>(
    products: impl Iterator<Item = &'a str> + Clone,
    names: &Names,
) -> Vec<ProductFace> {
    let called = gate::product_names(products, names);
    let ids = unique_slugs(called.iter().map(String::as_str));
    let faces = ids.into_iter().zip(called);
    faces.map(|(id, name)| ProductFace { id, name }).collect()
}

/// Builds the team report from measures of which nothing is withheld yet.
#[must_use]
pub fn team(input: &TeamInput<'_>, definition: &TeamDefinition) -> TeamReport {
    let teams = input.teams.iter().map(|team| team.scope.name.as_str());
    let products = input.products.iter().map(|one| one.name.as_str());
    let called: Vec<&str> = products.chain(teams).collect();
    let minimum = input.minimum_people;
    let measures = ByProduct::of(input.measures.to_vec(), &called, &input.zone, minimum);
    team_of(input, measures, definition)
}

/// Builds the team report from what was told of the products, and passes the gate; the measures of the input have no part in it.
#[must_use]
pub fn team_of(
    input: &TeamInput<'_>,
    measures: ByProduct,
    definition: &TeamDefinition,
) -> TeamReport {
    let public = gate::public(input, measures);
    let passed = TeamInput {
        products: &public.products,
        teams: &public.teams,
        repositories: &public.repositories,
        measures: &[],
        certificates: &public.certificates,
        patterns: &public.patterns,
        imports: &public.imports,
        gaps: &public.gaps,
        accepted: &public.accepted,
        agreed: &public.agreed,
        recent: public.recent.as_ref(),
        events: &public.events,
        agreements: &public.agreements,
        title: public.title.as_deref(),
        description: public.description.as_deref(),
        ..input.clone()
    };
    TeamReport {
        n_masked: public.n_masked,
        ..built(&passed, public.measures, definition)
    }
}

/// `measures` are those of each product by themselves, then those of each team, and last those of none.
fn built(
    input: &TeamInput<'_>,
    measures: Vec<Vec<Measure>>,
    definition: &TeamDefinition,
) -> TeamReport {
    let scopes = || {
        let teams = input.teams.iter().map(|team| &team.scope);
        input.products.iter().chain(teams)
    };
    let slugs = unique_slugs(scopes().map(|product| product.name.as_str()));
    let mut places = scopes().zip(&slugs);
    let mut products: Vec<ProductReport> = Vec::with_capacity(slugs.len());
    let mut cells: Vec<(&'static Definition, Cell)> = Vec::new();
    for own in measures {
        if let Some((product, slug)) = places.next() {
            let input = TeamInput {
                measures: &own,
                ..input.clone()
            };
            products.push(product_report(&input, definition, product, slug));
        }
        for Measure {
            definition,
            cells: own,
            strata,
            ..
        } in own
        {
            let told = own.into_iter().filter(|cell| cell.scope.person.is_none());
            cells.extend(told.chain(strata).map(|cell| (definition, cell)));
        }
    }
    let mut teams = products.split_off(products.len().min(input.products.len()));
    for (report, team) in teams.iter_mut().zip(input.teams) {
        report.owning = Some(OwningLines {
            owns: team.owns.clone(),
            shared_with: team.shared_with.clone(),
        });
    }
    cells.sort_by(|(a, left), (b, right)| {
        (a.id, &left.scope, left.bucket).cmp(&(b.id, &right.scope, right.bucket))
    });
    let mut whole: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, (_, cell)) in cells.iter().enumerate() {
        let scope = &cell.scope;
        if (scope.repository, &scope.area, scope.origin) == (None, &None, None) {
            whole.entry(scope.product.clone()).or_default().push(at);
        }
    }
    let name = |id: RepositoryId| {
        let face = input.repositories.iter().find(|face| face.id == id);
        face.map_or_else(|| format!("repository {}", id.0), |face| face.name.clone())
    };
    let mut certificates: Vec<CertificateLine> = input
        .certificates
        .iter()
        .map(|certificate| CertificateLine {
            repository: name(certificate.repository),
            certificate: certificate.clone(),
        })
        .collect();
    certificates.sort_by(|a, b| {
        (&a.repository, a.certificate.stream).cmp(&(&b.repository, b.certificate.stream))
    });
    let mut counts: BTreeMap<(Option<String>, &str, &str), u64> = BTreeMap::new();
    for gap in input.gaps {
        *counts
            .entry((gap.repository.map(name), &gap.kind, &gap.reason))
            .or_default() += 1;
    }
    TeamReport {
        title: input.title.unwrap_or(&definition.title).to_owned(),
        description: input.description.map(str::to_owned),
        as_of: input.as_of,
        window: input.window,
        granularity: input.granularity,
        zone: input.zone.clone(),
        minimum_n: input.minimum_n,
        version: input.version.to_owned(),
        looks: look::of_all(products.iter().map(|product| product.looks.as_slice())),
        products,
        teams,
        shortcomings: withheld(input.products)
            .chain(of_patterns(input.patterns.iter()))
            .chain(of_imports(input.imports.iter()))
            .chain(shortcomings(&certificates))
            .collect(),
        certificates,
        patterns: input.patterns.to_vec(),
        imports: input.imports.to_vec(),
        gaps: counts
            .into_iter()
            .map(|((repository, kind, reason), n)| GapCount {
                repository,
                kind: kind.to_owned(),
                reason: reason.to_owned(),
                n,
            })
            .collect(),
        accepted: input.accepted.to_vec(),
        repositories: input.repositories.to_vec(),
        n_masked: 0,
        cells,
        whole,
    }
}

/// Pages of the team tree that are no product's.
const OTHER_PAGES: [&str; 3] = ["index", "definitions", "data"];
/// What the names of the pages beside a product's begin with.
const BESIDE: [&str; 4] = ["showcase-", "path-", "decisions-", "documents-"];

/// Whether a page of another kind could be called like a product.
fn is_taken(slug: &str) -> bool {
    OTHER_PAGES.contains(&slug) || BESIDE.iter().any(|kind| slug.starts_with(kind))
}

/// Anchors and file stems from names: lower case letters, digits and hyphens, never empty, never twice, never another page's.
fn unique_slugs<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for (at, name) in names.enumerate() {
        let mut slug = String::new();
        for letter in name.chars().take(60) {
            if letter.is_ascii_alphanumeric() {
                slug.push(letter.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let mut slug = slug.trim_end_matches('-').to_owned();
        if slug.is_empty() {
            slug = format!("product-{}", at + 1);
        }
        if is_taken(&slug) {
            slug = format!("product-{slug}");
        }
        while slugs.contains(&slug) {
            slug.push_str("-2");
        }
        slugs.push(slug);
    }
    slugs
}
