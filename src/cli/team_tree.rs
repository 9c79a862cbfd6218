//! The team tree: what is told of the products, some after the others, and the files that are made of it.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use jiff::civil::Date;

use super::console::note;
use super::error::{CliError, ErrorKind};
use super::manifest::manifest_of;
use super::team_scope::team_scope;
use super::templates;
use super::workspace::Workspace;
use crate::analysis::{Analysis, MOST_BYTES};
use crate::domain::side_by_side;
use crate::evidence::published::{Published, published};
use crate::metrics::agreements::{Agreement, held, of_first_reviews, of_measures};
use crate::metrics::knowledge::silos;
use crate::metrics::movement::{self, RunFigure};
use crate::metrics::recent::Recent;
use crate::metrics::{self, Measure, Metric, unmet};
use crate::register::Limit;
use crate::render::{self, Bytes, TeamFile, encode};
use crate::report::{
    AcceptedFlag, AgreedLimit, ByProduct, MarkedDay, Names, ProductInput, TeamDefinition,
    TeamInput, TeamReport, TeamScope, faces, figures_of_products, team_of,
};
use crate::store::{self, Store};
use crate::work::delivery::declared::Unmatched;
use crate::work::{Reading, Scopes};

/// What was told of some products: all that a report needs of their past.
pub struct Told {
    /// What is told without names: of products, and of teams after them.
    measures: ByProduct,
    /// What the register's agreements are held against, as it was measured.
    agreed: Vec<Measure>,
    kept: Kept,
    /// The teams, as the products are told.
    teams: Vec<TeamScope>,
    recent: Option<Recent>,
    of_first_reviews: Vec<Agreement>,
}

/// Whether the rows of the ledgers are kept, beside what is told of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// They are not.
    Nothing,
    /// As a run keeps them.
    Rows,
}

/// What a run keeps of what was told, beside its files.
pub struct Kept {
    /// By metric: the rows of each part that was read together, encoded; no part where none are kept.
    pub rows: Vec<Vec<Vec<u8>>>,
    /// The window's figures of the products.
    pub figures: Vec<RunFigure>,
    /// The products, with what could not be told of them.
    pub products: Vec<ProductInput>,
}

impl Told {
    /// Measures some products. Of the ledgers only the rows that are listed are left.
    pub fn of(
        readings: &[Reading<'_>],
        workspace: &Workspace,
        keep: Keep,
    ) -> Result<Self, CliError> {
        let told = metrics::of_each(&|_| true, &|metric| told_by(metric, readings, keep));
        let told: Result<Vec<_>, _> = told.into_iter().collect();
        let (measures, kept): (Vec<Measure>, Vec<Vec<Vec<u8>>>) = told?.into_iter().unzip();
        let scope = |reading: &Reading<'_>| ProductInput {
            name: reading.product.name.clone(),
            repositories: reading.product.repositories.clone(),
            unmet: unmet::of_product(reading),
            silos: silos::last_seen_by_others(reading)
                .into_iter()
                .map(|(area, at)| {
                    let day = at.map(|at| reading.question.zone.to_datetime(at).date());
                    (area, day)
                })
                .collect(),
        };
        let called: Vec<&str> = readings
            .iter()
            .map(|one| one.product.name.as_str())
            .collect();
        let figures = movement::figures(&measures);
        let agreed = of_measures(&workspace.register, &measures);
        let zone = workspace.register.calendar.zone();
        let minimum_people = workspace.register.minimum_people;
        let of_products = || readings.iter().filter(|one| one.product.owning().is_none());
        let days: Vec<Date> = events(workspace).iter().map(|event| event.on).collect();
        Ok(Self {
            measures: ByProduct::of(measures, &called, &zone, minimum_people),
            agreed,
            kept: Kept {
                rows: kept,
                figures,
                products: of_products().map(scope).collect(),
            },
            teams: readings
                .iter()
                .filter_map(|reading| Some((reading, reading.product.owning()?)))
                .map(|(reading, owning)| team_scope(reading, owning, scope(reading)))
                .collect(),
            recent: Recent::of(readings, &definition()?.recent_metrics(), &days),
            // What is agreed is held against products: what a team owns is of them.
            of_first_reviews: of_first_reviews(
                &workspace.register,
                &of_products().cloned().collect::<Vec<_>>(),
            ),
        })
    }

    /// Adds what was told of other products, which come after these.
    fn add(&mut self, other: Self) {
        self.measures.add(other.measures);
        for (own, other) in self.agreed.iter_mut().zip(other.agreed) {
            own.add(other);
        }
        let own = &mut self.kept;
        for (own, other) in own.rows.iter_mut().zip(other.kept.rows) {
            own.extend(other);
        }
        own.figures.extend(other.kept.figures);
        own.products.extend(other.kept.products);
        self.add_recent(other.recent);
        self.of_first_reviews.extend(other.of_first_reviews);
    }

    fn add_recent(&mut self, other: Option<Recent>) {
        match (self.recent.as_mut(), other) {
            (Some(own), Some(other)) => own.add(other),
            (None, other) => self.recent = other,
            (Some(_), None) => {}
        }
    }

    /// Adds what was told of a team: after all products, and with no rows kept, since each is a product's.
    fn add_team(&mut self, other: Self) {
        self.measures.add(other.measures);
        self.teams.extend(other.teams);
        self.add_recent(other.recent);
    }

    /// Adds what is told of the teams of an analysis whose facts are all there.
    pub fn add_teams(
        &mut self,
        analysis: &Analysis,
        workspace: &Workspace,
        keep: Keep,
    ) -> Result<(), CliError> {
        for team in 0..analysis.question.teams.len() {
            let part = analysis.of_team_there(team);
            self.add_team(Told::of(&part.readings(), workspace, keep)?);
        }
        Ok(())
    }

    /// The team's report, which names nobody. Of the analysis only what does not grow with the past is read.
    pub fn report(
        self,
        head: &Analysis,
        workspace: &Workspace,
        names: &Names,
    ) -> Result<(TeamReport, Kept), CliError> {
        let definition = definition()?;
        let faces = head.faces();
        let question = &head.question;
        let events = events(workspace);
        let agreements = held(
            &workspace.register,
            &self.agreed,
            self.of_first_reviews,
            &head.tables.repositories,
            question,
        )
        .map_err(|error| {
            CliError::new(ErrorKind::Configuration, error)
                .hint("`linchpin explain list` names every metric, and its page in reports/metrics the numbers it has")
        })?;
        let input = TeamInput {
            as_of: question.as_of,
            window: question.window,
            granularity: question.granularity,
            zone: question.zone.clone(),
            products: &self.kept.products,
            teams: &self.teams,
            repositories: &faces,
            measures: &[],
            certificates: &head.findings.certificates,
            patterns: &head.findings.patterns,
            imports: &head.findings.imports,
            gaps: &head.findings.gaps,
            accepted: &accepted(workspace),
            agreed: &agreed_limits(workspace),
            recent: self.recent.as_ref(),
            events: &events,
            agreements: &agreements,
            title: workspace.register.title.as_deref(),
            description: workspace.register.description.as_deref(),
            names,
            minimum_n: question.minimum_n,
            minimum_people: question.minimum_people,
            version: env!("CARGO_PKG_VERSION"),
        };
        let report = team_of(&input, self.measures, &definition);
        let mut kept = self.kept;
        // By metric, as where all products are read together.
        let places: HashMap<&str, usize> = metrics::REGISTRY
            .iter()
            .enumerate()
            .map(|(at, metric)| (metric.definition.id, at))
            .collect();
        kept.figures
            .sort_by_key(|figure| places.get(figure.metric.as_str()).copied());
        Ok((report, kept))
    }
}

/// What a metric says of some products, with the rows that are listed, and all of them as they are kept.
fn told_by(
    metric: &Metric,
    readings: &[Reading<'_>],
    keep: Keep,
) -> Result<(Measure, Vec<Vec<u8>>), store::facts::Error> {
    let mut rows = Vec::new();
    let parts = metric.parts(readings).zip(readings);
    let parts = parts.map(|(part, reading)| {
        if keep == Keep::Rows {
            rows.extend(movement::rows(&part));
        }
        let drawn = metrics::material::with_rows(part, reading.question);
        crate::report::with_listable_rows(drawn)
    });
    let whole = Measure::of_parts(metric.definition, parts);
    let kept = match keep {
        Keep::Nothing => Vec::new(),
        Keep::Rows => vec![store::runs::encode(&rows)?],
    };
    Ok((whole, kept))
}

/// A team tree, and what it was made of.
pub struct TeamTree {
    /// Its files.
    pub files: Vec<TeamFile>,
    /// What was kept of what was told.
    pub kept: Kept,
}

impl TeamTree {
    /// The team tree of a store. Products are read some after the others, so that what is in memory grows with the largest of them;
    /// the head learns what the register's files name and none of their facts has.
    pub fn of_store(
        store: &Store,
        head: &mut Analysis,
        workspace: &Workspace,
        keep: Keep,
    ) -> Result<Self, CliError> {
        Self::of_parts(store, head, workspace, MOST_BYTES, keep)
    }

    fn of_parts(
        store: &Store,
        head: &mut Analysis,
        workspace: &Workspace,
        most_bytes: u64,
        keep: Keep,
    ) -> Result<Self, CliError> {
        let names = head.names(workspace);
        // Figures of people are told in private trees, which are not made of what is read here.
        head.question.scopes = Scopes::Parts;
        let mut all: Option<Told> = None;
        let mut pages = Vec::new();
        let mut unmatched = Unmatched::default();
        for products in head.parts(store, most_bytes) {
            let part = head.of_part(store, products)?;
            unmatched.add(part.unmatched());
            let readings = part.readings();
            let told = Told::of(&readings, workspace, keep)?;
            pages.extend(pages_of(&part, &readings, &told.measures, &names));
            match all.as_mut() {
                Some(all) => all.add(told),
                None => all = Some(told),
            }
        }
        let mut told = match all {
            Some(told) => told,
            None => Told::of(&[], workspace, keep)?,
        };
        for team in 0..head.question.teams.len() {
            let part = head.of_team(store, team)?;
            told.add_team(Told::of(&part.readings(), workspace, keep)?);
        }
        head.findings.imports = head.question.declared.lines(&unmatched);
        let (files, kept) = files_of(head, workspace, &names, told, &pages)?;
        Ok(Self { files, kept })
    }

    /// The team tree of what was read already.
    pub fn of(analysis: &Analysis, workspace: &Workspace, keep: Keep) -> Result<Self, CliError> {
        let names = analysis.names(workspace);
        let readings = analysis.readings();
        let mut told = Told::of(&readings, workspace, keep)?;
        told.add_teams(analysis, workspace, keep)?;
        let pages = pages_of(analysis, &readings, &told.measures, &names);
        let (files, kept) = files_of(analysis, workspace, &names, told, &pages)?;
        Ok(Self { files, kept })
    }
}

/// What is published of the products' work: told without the private register.
fn pages_of(
    analysis: &Analysis,
    readings: &[Reading<'_>],
    measures: &ByProduct,
    names: &Names,
) -> Vec<Published> {
    let question = &analysis.question;
    let products = question.products.iter().map(|one| one.name.as_str());
    let faces = faces(products, names);
    let figures = figures_of_products(measures, names);
    let repositories = analysis.repository_names();
    let faces = faces.get(analysis.products.clone()).unwrap_or_default();
    let told: Vec<_> = readings.iter().zip(faces).collect();
    side_by_side(&told, &|(reading, face)| {
        let own = figures
            .iter()
            .filter(|(product, ..)| *product == reading.product.name);
        let own: Vec<_> = own
            .map(|(_, definition, measured)| (*definition, measured.clone()))
            .collect();
        published(reading, &repositories, face, &own, names)
    })
}

fn files_of(
    head: &Analysis,
    workspace: &Workspace,
    names: &Names,
    told: Told,
    pages: &[Published],
) -> Result<(Vec<TeamFile>, Kept), CliError> {
    let (report, kept) = told.report(head, workspace, names)?;
    let mut files = render::team_tree(&report, pages).map_err(defect)?;
    let own = render::template::files(&workspace.templates, &report).map_err(templates::error)?;
    // A name that differs in the case of its letters alone is the same file on some disks.
    files.retain(|(name, _)| !own.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
    let plain = |(name, bytes)| (name, Bytes::Plain(bytes));
    files.extend(own.into_iter().map(plain));
    let manifest = manifest_of(head, workspace, &files).map_err(defect)?;
    let manifest = render::json::manifest(&manifest).map_err(defect)?;
    let manifest = Bytes::Plain(manifest.into_bytes());
    files.push((render::MANIFEST.to_owned(), manifest));
    Ok((files, kept))
}

fn defect(error: impl std::error::Error + Send + Sync + 'static) -> CliError {
    CliError::new(ErrorKind::Defect, error)
}

fn definition() -> Result<TeamDefinition, CliError> {
    TeamDefinition::built_in().map_err(defect)
}

/// The days that the register marks, in order.
fn events(workspace: &Workspace) -> Vec<MarkedDay> {
    let events = workspace.register.events.iter();
    let mut events: Vec<MarkedDay> = events
        .map(|event| MarkedDay {
            on: event.on,
            title: event.title.clone(),
        })
        .collect();
    events.sort_by(|a, b| (a.on, &a.title).cmp(&(b.on, &b.title)));
    events
}

/// The risks that the register accepts today.
fn accepted(workspace: &Workspace) -> Vec<AcceptedFlag> {
    let today = workspace.inquiry().today();
    let accepted = workspace.register.accepted.iter();
    accepted
        .filter(|accepted| today <= accepted.until)
        .map(|accepted| AcceptedFlag {
            metric: accepted.metric.clone(),
            scope: accepted
                .scope
                .clone()
                .unwrap_or_else(|| "everywhere".to_owned()),
            reason: accepted.reason.clone(),
            until: accepted.until,
        })
        .collect()
}

/// The limits that the team has agreed with itself.
fn agreed_limits(workspace: &Workspace) -> Vec<AgreedLimit> {
    let limit = |limit: &Limit| AgreedLimit {
        metric: limit.metric.clone(),
        number: limit.number.clone(),
        scope: limit.scope.clone(),
        at_least: limit.at_least,
        at_most: limit.at_most,
    };
    let limits = &workspace.register.agreements.limits;
    limits.iter().map(limit).collect()
}

/// Adds a report's summary to what a job of GitHub's shows. A summary that cannot be written is told: the report is there.
pub fn add_to_job(place: &Path, files: &[TeamFile]) {
    let summary = files.iter().find(|(name, _)| name == render::SUMMARY);
    let Some((_, summary)) = summary else { return };
    let opened = OpenOptions::new().create(true).append(true).open(place);
    let written = opened.and_then(|mut file| summary.pieces(&mut |piece| file.write_all(piece)));
    if let Err(error) = written {
        note(&encode::terminal(&format!(
            "the job's summary `{}` cannot be written: {error}; `team/summary.md` has the same text",
            place.display()
        )));
    }
}

#[cfg(test)]
mod tests;
