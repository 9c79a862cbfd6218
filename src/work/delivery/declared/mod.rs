//! What the register's files declare, held against what the store knows: whose each is, and each told once.
//!
//! Whatever cannot be put to a repository or a product is not counted, and told in the line of its file. Of several records of one
//! deployment or incident the last by time counts.

mod commits;
mod fold;
mod whose;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use self::commits::CommitNames;
use self::whose::Whose;
use crate::domain::{
    CommitId, Completeness, DeclaredDeployment, DeclaredIncident, ImportKind, ImportLine,
    ImportLines, IncidentKey, RepositoryId,
};
use crate::register::{Import, Register};
use crate::tables::{Repository, Tables};
use crate::work::Product;

/// A product's name where it has no repository to be told from.
type OfProduct = Option<String>;

/// What files declare, up to the as-of instant.
#[derive(Debug, Default)]
pub struct Declared {
    /// By repository and id.
    deployments: BTreeMap<(RepositoryId, String), DeclaredDeployment>,
    /// By product, where no repository tells it, and key.
    incidents: BTreeMap<(OfProduct, IncidentKey), DeclaredIncident>,
    /// The imports with the product that each is of; `None`: its rows say.
    imports: Vec<(Import, Option<String>)>,
    lines: ImportLines,
}

/// What files name and the facts do not have: deployments of commits, incidents that are issues.
#[derive(Debug, Default)]
pub struct Unmatched {
    deployments: BTreeSet<(RepositoryId, String)>,
    incidents: BTreeSet<(OfProduct, IncidentKey)>,
}

impl Unmatched {
    /// Adds what the facts of other repositories do not have.
    pub fn add(&mut self, other: Self) {
        self.deployments.extend(other.deployments);
        self.incidents.extend(other.incidents);
    }
}

const LATER: &str = "after the as-of instant: not counted yet";
const AGAIN: &str = "a record that was told before counts once";

impl Declared {
    /// What a register's files declare.
    #[must_use]
    pub fn of(
        register: &Register,
        repositories: &[Repository],
        products: &[Product],
        as_of: Timestamp,
    ) -> Self {
        let imported = &register.imported;
        let whose = Whose {
            repositories,
            products,
        };
        let mut declared = Self {
            imports: Vec::new(),
            lines: imported.lines.clone(),
            ..Self::default()
        };
        for import in &register.imports {
            let of_repository = import.repository.as_ref().map(ToString::to_string);
            let of_repository = of_repository
                .and_then(|name| whose.called(&name))
                .and_then(|id| whose.product_of(id));
            let product = import
                .product
                .clone()
                .or_else(|| of_repository.map(|product| product.name.clone()));
            declared.imports.push((import.clone(), product));
        }
        for line in declared.lines.iter_mut() {
            let import = declared.imports.get(line.import);
            line.product = import.and_then(|(_, product)| product.clone());
        }
        for one in &imported.deployments {
            if one.at >= as_of {
                declared.lines.tells(LATER, &one.place);
            } else {
                declared.take_deployment(&whose, one);
            }
        }
        let mut seen = Vec::new();
        for event in &imported.events {
            if event.at >= as_of {
                declared.lines.tells(LATER, &event.place);
            } else {
                seen.push(event.clone());
            }
        }
        let mut incidents = imported.incidents.clone();
        incidents.extend(fold::incidents(seen, &mut declared.lines));
        incidents.sort_by(|a, b| (a.last_at(), &a.place).cmp(&(b.last_at(), &b.place)));
        declared.take_incidents(&whose, incidents, as_of);
        for line in declared.lines.iter_mut() {
            if line.n_records == 0 && line.completeness == Completeness::Complete {
                line.completeness = Completeness::Empty;
            }
        }
        declared
    }

    fn take_deployment(&mut self, whose: &Whose<'_>, one: &DeclaredDeployment) {
        let repository = match whose.repository_of_deployment(&one.whereabouts) {
            Ok(repository) => repository,
            Err(what) => return self.lines.lacks(what, &one.place),
        };
        if whose.product_of(repository).is_none() {
            self.lines.tells(whose::NO_PRODUCT, &one.place);
        }
        let key = (repository, one.id.clone());
        let Some(before) = self.deployments.get(&key) else {
            self.deployments.insert(key, one.clone());
            return;
        };
        if before.says_the_same(one) {
            return self.lines.tells(AGAIN, &one.place);
        }
        let (kept, dropped) = if (one.at, &one.place) >= (before.at, &before.place) {
            (one, before)
        } else {
            (before, one)
        };
        let is_its_course =
            (&before.environment, &before.commit) == (&one.environment, &one.commit);
        if is_its_course {
            self.lines.tells(
                "a deployment that another record tells of later: that one counts",
                &dropped.place,
            );
        } else {
            self.lines.lacks(
                "an id that another record gives to a deployment of another commit or environment: the last by time counts",
                &dropped.place,
            );
        }
        let kept = kept.clone();
        self.deployments.insert(key, kept);
    }

    /// Takes incidents in, given by the last instant that each tells of.
    fn take_incidents(
        &mut self,
        whose: &Whose<'_>,
        incidents: Vec<DeclaredIncident>,
        as_of: Timestamp,
    ) {
        type ById = BTreeMap<Arc<str>, DeclaredIncident>;
        let mut found: BTreeMap<(OfProduct, IncidentKey), ById> = BTreeMap::new();
        for mut one in incidents {
            let is_later = |at: Option<Timestamp>| at.is_some_and(|at| at >= as_of);
            if is_later(one.resolved_at) || is_later(one.began_at()) {
                self.lines.tells(LATER, &one.place);
                one.resolved_at = one.resolved_at.filter(|at| *at < as_of);
                one.started_at = one.started_at.filter(|at| *at < as_of);
                one.detected_at = one.detected_at.filter(|at| *at < as_of);
                if one.last_at().is_none() {
                    continue;
                }
            }
            let key = match whose.key_of_incident(&one) {
                Ok(key) => key,
                Err(what) => {
                    self.lines.lacks(what, &one.place);
                    continue;
                }
            };
            if whose.is_elsewhere(&key, &one) {
                self.lines.tells(
                    "an incident of an environment that is not production",
                    &one.place,
                );
                continue;
            }
            let is_issue = key.1.issue().is_some();
            if one.began_at().is_none() && !is_issue {
                self.lines.lacks(whose::NEVER_BEGAN, &one.place);
                continue;
            }
            if key.0.is_none()
                && key
                    .1
                    .repository()
                    .is_some_and(|id| whose.product_of(id).is_none())
            {
                self.lines.tells(whose::NO_PRODUCT, &one.place);
            }
            let by_id = found.entry(key).or_default();
            if let Some(before) = by_id.get(&one.id) {
                let what = if before.says_the_same(&one) {
                    AGAIN
                } else {
                    "an incident that another record tells of later: that one counts"
                };
                self.lines.tells(what, &before.place);
            }
            by_id.insert(Arc::clone(&one.id), one);
        }
        for (key, by_id) in found {
            let mut all = by_id.into_values();
            let Some(first) = all.next() else { continue };
            let one = all.fold(first, |one, other| {
                self.lines.tells(
                    "an incident of an issue that others are of, too: they are one",
                    &other.place,
                );
                merged(one, &other)
            });
            self.incidents.insert(key, one);
        }
    }

    /// The deployments of a repository.
    pub fn deployments_of(
        &self,
        repository: RepositoryId,
    ) -> impl Iterator<Item = &DeclaredDeployment> {
        let from = (repository, String::new());
        let all = self.deployments.range(from..);
        all.take_while(move |((of, _), _)| *of == repository)
            .map(|(_, one)| one)
    }

    /// The incidents of a product, by key.
    pub fn incidents_of<'a>(
        &'a self,
        product: &'a Product,
    ) -> impl Iterator<Item = (&'a IncidentKey, &'a DeclaredIncident)> {
        let is_its = |(of, key): &(OfProduct, IncidentKey)| match key.repository() {
            Some(repository) => product.has_all(repository),
            None => of.as_ref().is_some_and(|of| product.answers_for(of)),
        };
        let all = self.incidents.iter();
        all.filter(move |(key, _)| is_its(key))
            .map(|((_, key), one)| (key, one))
    }

    /// Whether some files are to declare something.
    #[must_use]
    pub fn has(&self, kind: ImportKind) -> bool {
        self.imports.iter().any(|(import, _)| import.kind == kind)
    }

    /// Whether somebody declared a product's incidents, or deployments, be they none: files that are its own, or that have one of it.
    #[must_use]
    pub fn speaks_of(&self, kind: ImportKind, product: &Product, n_products: usize) -> bool {
        let is_read = |at: usize| {
            let mut lines = self.lines.iter();
            lines.any(|line| line.import == at && line.completeness != Completeness::NotFound)
        };
        let has_one = || match kind {
            ImportKind::Incidents => self.incidents_of(product).next().is_some(),
            ImportKind::Deployments => {
                let mut all = product.repositories.iter();
                all.any(|id| product.has_all(*id) && self.deployments_of(*id).next().is_some())
            }
        };
        let mut imports = self.imports.iter().enumerate();
        imports.any(|(at, (import, of))| {
            let is_its = match of {
                Some(of) => product.answers_for(of),
                None => n_products == 1 && product.is_whole() || has_one(),
            };
            import.kind == kind && is_its && is_read(at)
        })
    }

    /// Whether a file that may be of a product lacks something.
    #[must_use]
    pub fn lacks(&self, kind: ImportKind, product: &Product) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| {
            let is_its = line
                .product
                .as_ref()
                .is_none_or(|of| product.answers_for(of));
            line.kind == kind && is_its && line.has_hole()
        })
    }

    /// Up to when files tell of a product's deployments, to whatever environment: whether there was one later, they do not say.
    #[must_use]
    pub fn deployments_until(&self, product: &Product) -> Option<Timestamp> {
        let repositories = product.repositories.iter();
        let whole = repositories.filter(|id| product.has_all(**id));
        let all = whole.flat_map(|id| self.deployments_of(*id));
        all.map(|one| one.at).max()
    }

    /// What files name of some repositories and their facts do not have.
    #[must_use]
    pub fn unmatched(&self, tables: &Tables, repositories: &BTreeSet<RepositoryId>) -> Unmatched {
        let names = CommitNames::of(tables, self.deployments.values());
        let is_unknown =
            |((repository, _), one): &(&(RepositoryId, String), &DeclaredDeployment)| {
                let text = one.commit.as_ref();
                text.is_some_and(|text| {
                    repositories.contains(repository)
                        && names.has_history(*repository)
                        && !names.knows(*repository, text)
                })
            };
        let issues = tables.facts.issues.iter();
        let issues: BTreeSet<_> = issues.map(|row| (row.repository, row.number)).collect();
        let is_missing = |((_, key), one): &(&(OfProduct, IncidentKey), &DeclaredIncident)| {
            let issue = key.issue().filter(|(of, _)| repositories.contains(of));
            one.began_at().is_none() && issue.is_some_and(|issue| !issues.contains(&issue))
        };
        let deployments = self.deployments.iter().filter(is_unknown);
        let incidents = self.incidents.iter().filter(is_missing);
        Unmatched {
            deployments: deployments.map(|(key, _)| key.clone()).collect(),
            incidents: incidents.map(|(key, _)| key.clone()).collect(),
        }
    }

    /// What each file gave, with what the facts do not have of it.
    #[must_use]
    pub fn lines(&self, unmatched: &Unmatched) -> Vec<ImportLine> {
        let mut lines = self.lines.clone();
        let told = self
            .deployments
            .values()
            .map(|one| (&one.place, Some(one.at)));
        let incidents = self.incidents.values();
        for (place, at) in told.chain(incidents.map(|one| (&one.place, one.last_at()))) {
            if let Some(line) = lines.of(place) {
                line.last_at = line.last_at.max(at);
            }
        }
        for (key, one) in &self.deployments {
            if one.commit.is_none() {
                lines.tells("a deployment without a commit", &one.place);
            } else if unmatched.deployments.contains(key) {
                lines.tells("a commit that the history does not have", &one.place);
            }
        }
        for (key, one) in &self.incidents {
            if unmatched.incidents.contains(key) {
                lines.lacks(whose::NEVER_BEGAN, &one.place);
            }
        }
        lines.iter().cloned().collect()
    }

    /// The commits that deployments name.
    pub fn commits<'a>(
        &self,
        tables: &'a Tables,
    ) -> impl Fn(RepositoryId, &DeclaredDeployment) -> Option<CommitId> + use<'a> {
        // A whole id stands for itself: a history is looked through for the others alone.
        let is_name = |one: &&DeclaredDeployment| {
            let text = one.commit.as_deref();
            text.is_some_and(|text| text.to_ascii_lowercase().parse::<CommitId>().is_err())
        };
        let names = CommitNames::of(tables, self.deployments.values().filter(is_name));
        move |repository, one| names.commit(repository, one.commit.as_deref()?)
    }
}

/// Two declarations of one issue: it began with the first, and lasts until all are resolved.
fn merged(one: DeclaredIncident, other: &DeclaredIncident) -> DeclaredIncident {
    let first = |a: Option<Timestamp>, b: Option<Timestamp>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    DeclaredIncident {
        started_at: first(one.started_at, other.started_at),
        detected_at: first(one.detected_at, other.detected_at),
        resolved_at: one
            .resolved_at
            .zip(other.resolved_at)
            .map(|(a, b)| a.max(b)),
        severity: one.severity.or_else(|| other.severity.clone()),
        title: one.title.or_else(|| other.title.clone()),
        url: one.url.or_else(|| other.url.clone()),
        cause: one.cause.or_else(|| other.cause.clone()),
        ..one
    }
}
