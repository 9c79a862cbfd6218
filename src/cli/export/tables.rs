//! The tables of an export, one at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::defect;
use crate::analysis::{Analysis, MOST_BYTES};
use crate::cli::args::ExportArgs;
use crate::cli::error::{CliError, ErrorKind};
use crate::cli::workspace::Workspace;
use crate::domain::{
    Comment, Deployment, DeploymentStatus, Environment, Issue, IssueComment, IssueField, IssueLink,
    MergeRule, Milestone, Person, Provenance, PullRequest, PullRequestCommit, PullRequestFile,
    Release, Review, ReviewRequest, Team, TeamMember, TimelineEvent, WorkflowRun,
};
use crate::metrics::relations::{Relations, first_instant, measure_rows};
use crate::metrics::{self, Measure};
use crate::register::nearest;
use crate::render::encode;
use crate::store::Store;
use crate::tables::owned::Kept;
use crate::tables::question::MeasureRow;
use crate::tables::relation::AnyRelation;
use crate::tables::sheet::{Sheet, without_rows};
use crate::tables::{
    self, CodeownersRow, Joined, LineLifeRow, MergedFileRow, PatchRow, Repository, Row, SideRow,
    TagRow,
};
use crate::work::{Product, Reading};

/// The tables of an export: facts stay in the store until they are written, and what the question makes of them is there, packed.
pub(super) struct Exported<'a> {
    store: &'a Store,
    /// What of the facts is a team's; `None`: all of them are asked for.
    kept: Option<Kept>,
    /// Tables of facts, each without rows, as Parquet.
    facts: BTreeMap<&'static str, Vec<u8>>,
    /// Relations and measures, as Parquet.
    told: BTreeMap<&'static str, Vec<u8>>,
}

impl<'a> Exported<'a> {
    pub(super) fn of(
        store: &'a Store,
        workspace: &Workspace,
        args: &ExportArgs,
    ) -> Result<Self, CliError> {
        let facts: BTreeMap<_, _> = empty_facts().map_err(defect)?.into_iter().collect();
        let head = Analysis::head(store, &workspace.inquiry())?;
        let team = args.team.as_deref().map(|name| team(name, &head, store));
        let (team, kept) = team.transpose()?.unzip();
        let mut relations = Relations::default();
        // A name that is no table is told before anything is measured.
        let mut known: Vec<&str> = relations.all().iter().map(|one| one.table()).collect();
        known.extend(facts.keys());
        known.sort_unstable();
        if let Some(unknown) = args
            .tables
            .iter()
            .find(|name| !known.contains(&name.as_str()))
        {
            let message = format!("`{}` is not a table", encode::terminal(unknown));
            return Err(CliError::new(ErrorKind::Usage, message)
                .hint(format!("name one of {}", known.join(", "))));
        }
        let all = relations.all().into_iter();
        all.filter(|one| !is_asked(args, one.table()))
            .for_each(AnyRelation::leave_out);
        if relations.all().iter().any(|one| one.is_wanted()) {
            if let Some(team) = &team {
                tell(&mut relations, team, &mut std::iter::once(Ok(None)))?;
            } else {
                let parts = head.parts(store, MOST_BYTES).into_iter();
                let mut parts =
                    parts.map(|part| Ok::<_, CliError>(Some(head.of_part(store, part)?)));
                tell(&mut relations, &head, &mut parts)?;
            }
        }
        let mut told = BTreeMap::new();
        for relation in relations.all() {
            if let Some(bytes) = relation.finish().map_err(defect)? {
                told.insert(relation.table(), bytes);
            }
        }
        Ok(Self {
            store,
            kept,
            facts,
            told,
        })
    }

    /// The tables that are wanted, by name.
    pub(super) fn wanted(&self, args: &ExportArgs) -> Vec<&'static str> {
        let names: BTreeSet<&'static str> =
            self.facts.keys().chain(self.told.keys()).copied().collect();
        let mut names: Vec<&'static str> = names.into_iter().collect();
        names.retain(|name| is_asked(args, name));
        names
    }

    /// A table as a Parquet file.
    pub(super) fn parquet(&self, name: &str) -> Result<Vec<u8>, CliError> {
        if let Some(bytes) = self.told.get(name) {
            return Ok(bytes.clone());
        }
        let Some(empty) = self.facts.get(name) else {
            return Err(CliError::new(
                ErrorKind::Defect,
                format!("there is no table `{name}`"),
            ));
        };
        let files = self.store.files_below(&format!("facts/{name}/"));
        if let ([only], None) = (files.as_slice(), &self.kept) {
            return Ok(self.store.read(only)?.unwrap_or_else(|| empty.clone()));
        }
        let damaged = |error| {
            CliError::new(ErrorKind::Damaged, error)
                .hint("run `linchpin run` again: facts are rebuilt")
        };
        let mut table = Joined::default();
        for file in files {
            let Some(bytes) = self.store.read(&file)? else {
                continue;
            };
            let added = match &self.kept {
                None => table.add(bytes),
                Some(kept) => Sheet::of_parquet(bytes)
                    .and_then(|part| kept.sheet(name, &part))
                    .and_then(|part| table.add_rows(&part)),
            };
            added.map_err(damaged)?;
        }
        let bytes = table.finish().map_err(damaged)?;
        Ok(bytes.unwrap_or_else(|| empty.clone()))
    }

    /// A table as rows.
    pub(super) fn sheet(&self, name: &str) -> Result<Sheet, CliError> {
        Sheet::of_parquet(self.parquet(name)?).map_err(|error| {
            CliError::new(ErrorKind::Damaged, error)
                .hint("run `linchpin run` again: facts are rebuilt")
        })
    }
}

/// Whether an export is to have a table: all of them where none is named.
fn is_asked(args: &ExportArgs, table: &str) -> bool {
    args.tables.is_empty() || args.tables.iter().any(|wanted| wanted == table)
}

/// Tells the question's relations and its answers: of some products after the others, and of all of them. A part that is `None` is
/// the head itself.
fn tell(
    relations: &mut Relations,
    head: &Analysis,
    parts: &mut dyn Iterator<Item = Result<Option<Analysis>, CliError>>,
) -> Result<(), CliError> {
    let mut first = None;
    let mut measures: Vec<Measure> = Vec::new();
    let mut others = relations.all().into_iter();
    let has_others = others.any(|one| one.table() != MeasureRow::TABLE && one.is_wanted());
    let is_measured = relations.measures.is_wanted();
    for part in parts {
        let part = part?;
        let part = part.as_ref().unwrap_or(head);
        // Nobody lists a row: relations have none, and of measures the figures are wanted.
        let readings = part.private_readings();
        let readings: Vec<_> = readings.iter().map(Reading::for_figures).collect();
        if is_measured {
            let told = metrics::of_each(&|_| true, &|metric| {
                let parts = metric.parts(&readings).map(Measure::without_rows);
                Measure::of_parts(metric.definition, parts)
            });
            match measures.as_slice() {
                [] => measures = told,
                _ => {
                    for (all, own) in measures.iter_mut().zip(told) {
                        all.add(own);
                    }
                }
            }
        }
        if has_others {
            let earliest = first_instant(&part.tables);
            first = first.into_iter().chain(earliest).min();
            for reading in &readings {
                relations.add_product(reading);
            }
        }
    }
    relations.add_question(&head.tables, &head.private_question, first);
    relations.measures.extend(measure_rows(&measures));
    Ok(())
}

/// The facts of what a team owns, asked as of the only product, and which rows of the store those are.
fn team(name: &str, head: &Analysis, store: &Store) -> Result<(Analysis, Kept), CliError> {
    let teams = || head.question.teams.iter();
    let Some(at) = head.team_called(name) else {
        let known: Vec<String> = teams()
            .map(|team| format!("`{}`", encode::terminal(&team.name)))
            .collect();
        let near = nearest(name, teams().map(|team| team.name.as_str()));
        let hint = match (near, known.as_slice()) {
            (_, []) => "the register has no `[[team]]`".to_owned(),
            (Some(near), _) => format!("did you mean `{}`?", encode::terminal(near)),
            (None, known) => format!("name one of {}", known.join(", ")),
        };
        let message = format!("`{}` is no team of the register", encode::terminal(name));
        return Err(CliError::new(ErrorKind::Usage, message).hint(hint));
    };
    let whole = head.of_repositories_of_team(store, at)?;
    let owning = head.question.teams.get(at).and_then(Product::owning);
    let owned = owning.map(|owning| &owning.owned);
    let kept = owned.map_or_else(Kept::default, |owned| Kept::of(&whole.tables, owned));
    let mut team = whole.of_team_there(at);
    team.ask_as_team(at);
    Ok((team, kept))
}

/// The tables of facts without rows, as Parquet: their columns.
fn empty_facts() -> Result<Vec<(&'static str, Vec<u8>)>, tables::Error> {
    fn empty<R: Row>() -> Result<(&'static str, Vec<u8>), tables::Error> {
        Ok((R::TABLE, tables::rows_to_parquet::<R>(&[])?))
    }
    let mut known = without_rows()?;
    known.extend([
        empty::<Repository>()?,
        empty::<Person>()?,
        empty::<TagRow>()?,
        empty::<MergedFileRow>()?,
        empty::<LineLifeRow>()?,
        empty::<PatchRow>()?,
        empty::<SideRow>()?,
        empty::<CodeownersRow>()?,
        empty::<PullRequest>()?,
        empty::<PullRequestCommit>()?,
        empty::<PullRequestFile>()?,
        empty::<Review>()?,
        empty::<Comment>()?,
        empty::<ReviewRequest>()?,
        empty::<TimelineEvent>()?,
        empty::<Issue>()?,
        empty::<IssueComment>()?,
        empty::<IssueLink>()?,
        empty::<IssueField>()?,
        empty::<Deployment>()?,
        empty::<DeploymentStatus>()?,
        empty::<Release>()?,
        empty::<WorkflowRun>()?,
        empty::<MergeRule>()?,
        empty::<Team>()?,
        empty::<TeamMember>()?,
        empty::<Milestone>()?,
        empty::<Environment>()?,
        empty::<Provenance>()?,
    ]);
    Ok(known)
}
