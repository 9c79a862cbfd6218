//! The team report: products, sections and figures, from measures. Names nobody.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::definition::TeamDefinition;
use super::figure::{self, Figure, Frame};
use crate::domain::{
    Completeness, Gap, Granularity, RepositoryId, Stream, StreamCertificate, Window,
};
use crate::metrics::measure::{Cell, Definition, Measure, Measured, Need};

/// A repository as a reader knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryFace {
    /// Key in measures.
    pub id: RepositoryId,
    /// `owner/name`, or the clone's folder name.
    pub name: String,
    /// Its page, without a final slash; `None`: rows are not linked.
    pub url: Option<String>,
}

/// A product: a named group of repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Name, as in the scopes of the measures.
    pub name: String,
    /// Its repositories.
    pub repositories: Vec<RepositoryId>,
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
    pub products: &'a [Product],
    /// Repositories.
    pub repositories: &'a [RepositoryFace],
    /// Measures.
    pub measures: &'a [Measure],
    /// How complete each stream is.
    pub certificates: &'a [StreamCertificate],
    /// What could not be read.
    pub gaps: &'a [Gap],
    /// Accepted risks.
    pub accepted: &'a [AcceptedFlag],
    /// The program's version.
    pub version: &'a str,
}

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

/// Metrics that have no figure for the same reason.
#[derive(Debug, Clone)]
pub struct Absence {
    /// Whether the question does not arise here (against: the data is missing).
    pub is_not_applicable: bool,
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
    /// Figures with a number.
    pub figures: Vec<Figure>,
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
    pub repositories: Vec<RepositoryFace>,
    /// Ids of the figures whose headlines stand at the top.
    pub at_a_glance: Vec<String>,
    /// Sections in order.
    pub sections: Vec<Section>,
}

/// The whole team report.
#[derive(Debug, Clone)]
pub struct TeamReport {
    /// Title.
    pub title: String,
    /// The instant it speaks of.
    pub as_of: Timestamp,
    /// The window.
    pub window: Window,
    /// The length of a bucket.
    pub granularity: Granularity,
    /// The time zone.
    pub zone: TimeZone,
    /// The program's version.
    pub version: String,
    /// Products in order.
    pub products: Vec<ProductReport>,
    /// What the data lacks, worst first.
    pub shortcomings: Vec<Shortcoming>,
    /// The certificate.
    pub certificates: Vec<CertificateLine>,
    /// Holes.
    pub gaps: Vec<GapCount>,
    /// Accepted risks.
    pub accepted: Vec<AcceptedFlag>,
    /// Display names, for scopes.
    pub repositories: Vec<RepositoryFace>,
    /// Every figure of every scope and bucket, for `metrics.json`: definition and cell.
    pub cells: Vec<(&'static Definition, Cell)>,
}

impl TeamReport {
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
            .flat_map(|product| &product.sections)
            .flat_map(|section| &section.figures)
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

/// Builds the team report.
#[must_use]
pub fn team(input: &TeamInput<'_>, definition: &TeamDefinition) -> TeamReport {
    let slugs = unique_slugs(input.products.iter().map(|product| product.name.as_str()));
    let products = input
        .products
        .iter()
        .zip(&slugs)
        .map(|(product, slug)| product_report(input, definition, product, slug));
    let mut cells: Vec<(&'static Definition, Cell)> = input
        .measures
        .iter()
        .flat_map(|measure| {
            measure
                .cells
                .iter()
                .map(|cell| (measure.definition, cell.clone()))
        })
        .collect();
    cells.sort_by(|(a, left), (b, right)| {
        (a.id, &left.scope, left.bucket).cmp(&(b.id, &right.scope, right.bucket))
    });
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
        title: definition.title.clone(),
        as_of: input.as_of,
        window: input.window,
        granularity: input.granularity,
        zone: input.zone.clone(),
        version: input.version.to_owned(),
        products: products.collect(),
        shortcomings: shortcomings(&certificates),
        certificates,
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
        cells,
    }
}

fn product_report(
    input: &TeamInput<'_>,
    definition: &TeamDefinition,
    product: &Product,
    slug: &str,
) -> ProductReport {
    let faces: Vec<RepositoryFace> = input
        .repositories
        .iter()
        .filter(|face| product.repositories.contains(&face.id))
        .cloned()
        .collect();
    let frame = Frame {
        window: input.window,
        zone: &input.zone,
        repositories: &faces,
        product: &product.name,
    };
    let measured: Vec<&str> = input
        .measures
        .iter()
        .map(|measure| measure.definition.id)
        .collect();
    // One product: `flow.cycle_time.svg`. Several: the product's name comes first.
    let figure_id = |metric: &str| {
        if input.products.len() == 1 {
            metric.to_owned()
        } else {
            format!("{slug}.{metric}")
        }
    };
    let mut sections = Vec::new();
    for part in &definition.sections {
        let mut figures = Vec::new();
        let mut absences: Vec<Absence> = Vec::new();
        for metric in definition.metrics_of(part, &measured) {
            let Some(measure) = input
                .measures
                .iter()
                .find(|measure| measure.definition.id == metric)
            else {
                continue;
            };
            let whole = measure.cells.iter().find(|cell| {
                let scope = &cell.scope;
                scope.product == product.name
                    && scope.repository.is_none()
                    && scope.area.is_none()
                    && cell.bucket.is_none()
            });
            let cautions = cautions(measure.definition, product, input);
            let figure = whole.and_then(|cell| {
                figure::figure(figure_id(metric), measure, cell, &frame, cautions)
            });
            match figure {
                Some(figure) => figures.push(figure),
                None => absent(
                    &mut absences,
                    measure.definition,
                    whole.map(|cell| &cell.measured),
                ),
            }
        }
        let id = format!("{slug}-{}", part.id);
        sections.push(Section {
            id,
            title: part.title.clone(),
            question: part.question.clone(),
            figures,
            absences,
        });
    }
    let shown = |id: &String| {
        sections
            .iter()
            .flat_map(|section| &section.figures)
            .any(|figure| figure.id == *id)
    };
    let at_a_glance = definition
        .at_a_glance
        .iter()
        .map(|metric| figure_id(metric))
        .filter(shown)
        .collect();
    ProductReport {
        id: slug.to_owned(),
        name: product.name.clone(),
        repositories: faces,
        at_a_glance,
        sections,
    }
}

fn absent(
    absences: &mut Vec<Absence>,
    definition: &'static Definition,
    measured: Option<&Measured>,
) {
    let (is_not_applicable, because, fix) = match measured {
        Some(Measured::NotObserved { because, fix }) => (false, because.clone(), fix.clone()),
        Some(Measured::NotApplicable { because }) => (true, because.clone(), None),
        Some(Measured::Value { .. } | Measured::TooFew { .. }) | None => {
            (false, "nothing to measure in this product".to_owned(), None)
        }
    };
    let same = |absence: &&mut Absence| {
        absence.is_not_applicable == is_not_applicable
            && absence.because == because
            && absence.fix == fix
    };
    match absences.iter_mut().find(same) {
        Some(absence) => absence.metrics.push(definition),
        None => absences.push(Absence {
            is_not_applicable,
            because,
            fix,
            metrics: vec![definition],
        }),
    }
}

/// Why a figure of a product may be incomplete: streams it needs that have holes.
fn cautions(definition: &Definition, product: &Product, input: &TeamInput<'_>) -> Vec<String> {
    let needs = |stream: Stream| {
        definition.needs.iter().any(|need| match need {
            Need::History | Need::Ownership => stream == Stream::History,
            Need::PullRequests => stream == Stream::PullRequests,
            Need::Issues => stream == Stream::Issues,
            Need::WorkflowRuns => stream == Stream::WorkflowRuns,
            // Deployments come from whichever source had them: only the API's own stream is certain to matter.
            Need::Deployments => stream == Stream::Deployments,
        })
    };
    let concerned = input.certificates.iter().filter(|certificate| {
        has_hole(certificate.completeness)
            && product.repositories.contains(&certificate.repository)
            && needs(certificate.stream)
    });
    let lines: Vec<CertificateLine> = concerned
        .map(|certificate| CertificateLine {
            repository: input
                .repositories
                .iter()
                .find(|face| face.id == certificate.repository)
                .map_or_else(String::new, |face| face.name.clone()),
            certificate: certificate.clone(),
        })
        .collect();
    let sentence = |short: Shortcoming| {
        let reason = short
            .reason
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        format!("{} {}{reason}", short.what, short.state)
    };
    shortcomings(&lines).into_iter().map(sentence).collect()
}

const fn has_hole(completeness: Completeness) -> bool {
    matches!(
        completeness,
        Completeness::Partial
            | Completeness::Forbidden
            | Completeness::NotFound
            | Completeness::RateLimited
    )
}

/// The word for people.
#[must_use]
pub const fn state_words(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "complete",
        Completeness::Partial => "partial",
        Completeness::Forbidden => "not readable with this token",
        Completeness::NotFound => "not found",
        Completeness::Empty => "empty",
        Completeness::Disabled => "switched off",
        Completeness::RateLimited => "stopped at a rate limit",
        Completeness::Skipped => "not read",
    }
}

fn shortcomings(certificates: &[CertificateLine]) -> Vec<Shortcoming> {
    type Key<'a> = (bool, &'static str, Option<&'a str>, Option<&'a str>);
    let mut groups: BTreeMap<Key<'_>, BTreeMap<Stream, Vec<&str>>> = BTreeMap::new();
    for line in certificates
        .iter()
        .filter(|line| !line.certificate.is_whole())
    {
        let certificate = &line.certificate;
        let key = (
            !has_hole(certificate.completeness),
            state_words(certificate.completeness),
            certificate.reason.as_deref(),
            certificate.fix.as_deref(),
        );
        groups
            .entry(key)
            .or_default()
            .entry(certificate.stream)
            .or_default()
            .push(&line.repository);
    }
    let sentence = |streams: BTreeMap<Stream, Vec<&str>>| {
        let mut by_repositories: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
        for (stream, repositories) in streams {
            by_repositories
                .entry(repositories)
                .or_default()
                .push(stream.word().replace('_', " "));
        }
        let parts = by_repositories.into_iter().map(|(repositories, streams)| {
            format!("{} of {}", streams.join(", "), repositories.join(", "))
        });
        parts.collect::<Vec<_>>().join("; ")
    };
    groups
        .into_iter()
        .map(|((is_quiet, state, reason, fix), streams)| Shortcoming {
            is_partial: !is_quiet,
            what: sentence(streams),
            state,
            reason: reason.map(str::to_owned),
            fix: fix.map(str::to_owned),
        })
        .collect()
}

/// Anchors from names: lower case letters, digits and hyphens, never empty, never twice.
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
        while slugs.contains(&slug) {
            slug.push_str("-2");
        }
        slugs.push(slug);
    }
    slugs
}
