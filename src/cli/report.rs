//! From the store to the team tree.

use super::console::note;
use super::derive::Findings;
use super::error::{CliError, Kind};
use super::output::{Audience, replace_tree};
use super::workspace::Workspace;
use crate::metrics::movement::{self, RunHead};
use crate::metrics::{self, Lens, Measure};
use crate::render::{self, encode};
use crate::report::{AcceptedFlag, Product, RepositoryFace, TeamDefinition, TeamInput};
use crate::store::facts as store_facts;
use crate::store::{self, Store, checksum};
use crate::tables::{Part, Tables};

/// Everything that analysis starts from, read from the store.
#[derive(Debug)]
pub struct Analysis {
    /// Facts.
    pub tables: Tables,
    /// Certificates and gaps.
    pub findings: Findings,
    /// The question.
    pub lens: Lens,
}

impl Analysis {
    /// Reads the store.
    pub fn read(store: &Store, workspace: &Workspace) -> Result<Self, CliError> {
        Self::read_parts(store, workspace, &Part::ALL)
    }

    /// Reads some tables of the store.
    pub fn read_parts(
        store: &Store,
        workspace: &Workspace,
        parts: &[Part],
    ) -> Result<Self, CliError> {
        let tables = store_facts::read_parts(store, parts)?;
        let findings = Findings::read(store)?;
        let lens = Lens::new(
            &workspace.register,
            &tables.repositories,
            findings.certificates.clone(),
            workspace.time.as_of,
            workspace.time.window,
            workspace.time.granularity,
        )?
        .with_people(
            &workspace.register,
            &workspace.private_register,
            &tables.people,
        );
        Ok(Self {
            tables,
            findings,
            lens,
        })
    }

    /// Reads the store of a workspace, which somebody may be writing.
    pub fn of(workspace: &Workspace, parts: &[Part]) -> Result<Self, CliError> {
        reading(workspace, |store| Self::read_parts(store, workspace, parts))
    }

    /// Repositories as readers know them.
    #[must_use]
    pub fn faces(&self) -> Vec<RepositoryFace> {
        let face = |repository: &crate::tables::Repository| RepositoryFace {
            id: repository.repository,
            name: repository.name.clone(),
            url: repository.url.clone(),
        };
        self.tables.repositories.iter().map(face).collect()
    }
}

/// Reads the store of a workspace, as it is between two commits of whoever writes it.
pub fn reading<T>(
    workspace: &Workspace,
    read: impl Fn(&Store) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let waits = || {
        note(&encode::terminal(&format!(
            "waiting for the run that writes the facts in `{}`",
            workspace.store.display()
        )));
    };
    store::reading(&workspace.store, waits, read)
}

/// Keeps what a run computed, so that `linchpin diff` can say later why a number moved: its figures, and by metric its rows in
/// Parquet.
pub fn keep_run(
    store: &Store,
    analysis: &Analysis,
    workspace: &Workspace,
    measures: &[Measure],
    rows: Vec<Vec<u8>>,
) -> Result<(), CliError> {
    let registers = format!("{:?}\n{:?}", workspace.register, workspace.private_register);
    let people: Vec<String> = analysis
        .tables
        .people
        .iter()
        .map(|person| {
            format!(
                "{:?} {:?} {:?}",
                person.logins, person.emails, person.account
            )
        })
        .collect();
    let head = RunHead {
        format: 1,
        as_of: analysis.lens.as_of,
        window: analysis.lens.window,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        configuration: checksum(registers.as_bytes()),
        identity: checksum(people.join("\n").as_bytes()),
        definitions: measures
            .iter()
            .map(|measure| {
                let text = movement::definition_text(measure.definition);
                (measure.definition.id.to_owned(), checksum(text.as_bytes()))
            })
            .collect(),
        figures: movement::figures(measures),
    };
    let head =
        serde_json::to_vec_pretty(&head).map_err(|error| CliError::new(Kind::Defect, error))?;
    let ids = measures.iter().map(|measure| measure.definition.id);
    store::runs::write(store, &head, &ids.zip(rows).collect::<Vec<_>>())?;
    Ok(())
}

/// Measures everything and writes `<out>/team`. Of the ledgers only what `keep` makes of them is left.
pub fn write_team_tree<T: Send>(
    analysis: &Analysis,
    workspace: &Workspace,
    keep: &(dyn Fn(&Measure) -> T + Sync),
) -> Result<(Vec<Measure>, Vec<T>), CliError> {
    let (measures, kept): (Vec<Measure>, Vec<T>) =
        metrics::measure_each(&analysis.tables, &analysis.lens, &|measure| {
            let kept = keep(&measure);
            (crate::report::with_listable_rows(measure), kept)
        })
        .into_iter()
        .unzip();
    let faces = analysis.faces();
    let products: Vec<Product> = analysis
        .lens
        .products
        .iter()
        .map(|product| Product {
            name: product.name.clone(),
            repositories: product.repositories.clone(),
        })
        .collect();
    let today = analysis.lens.zone.to_datetime(analysis.lens.as_of).date();
    let accepted: Vec<AcceptedFlag> = workspace
        .register
        .accepted
        .iter()
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
        .collect();
    let input = TeamInput {
        as_of: analysis.lens.as_of,
        window: analysis.lens.window,
        granularity: analysis.lens.granularity,
        zone: analysis.lens.zone.clone(),
        products: &products,
        repositories: &faces,
        measures: &measures,
        certificates: &analysis.findings.certificates,
        gaps: &analysis.findings.gaps,
        accepted: &accepted,
        version: env!("CARGO_PKG_VERSION"),
    };
    let defect =
        |error: Box<dyn std::error::Error + Send + Sync>| CliError::new(Kind::Defect, error);
    let definition = TeamDefinition::built_in().map_err(|error| defect(Box::new(error)))?;
    let report = crate::report::team(&input, &definition);
    let files = render::team_tree(&report).map_err(|error| defect(Box::new(error)))?;
    replace_tree(&workspace.out.join("team"), &files, Audience::Everyone)?;
    Ok((measures, kept))
}
