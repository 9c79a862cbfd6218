//! What a run keeps of itself in the store, so that a later one can be compared with it.

use super::error::{CliError, ErrorKind};
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::domain::RepositoryId;
use crate::metrics::REGISTRY;
use crate::metrics::measure::Definition;
use crate::metrics::movement::{self, RunFigure, RunHead, RunRepository};
use crate::store::{self, Store, checksum};
use crate::work::Product;

/// Keeps what a run computed, so that `linchpin diff` can say later why a number moved: its figures, and by metric its rows in
/// Parquet, a file a part of the products that was read together.
pub fn keep_run(
    store: &Store,
    analysis: &Analysis,
    workspace: &Workspace,
    figures: Vec<RunFigure>,
    rows: Vec<Vec<Vec<u8>>>,
) -> Result<(), CliError> {
    // The private register changes no figure of a run.
    let registers = format!("{:?}", workspace.register.of_figures());
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
        as_of: analysis.question.as_of,
        window: analysis.question.window,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        configuration: checksum(registers.as_bytes()),
        identity: checksum(people.join("\n").as_bytes()),
        people: people
            .iter()
            .map(|person| checksum(person.as_bytes()).chars().take(16).collect())
            .collect(),
        repositories: repositories_of(analysis),
        definitions: definitions()
            .map(|definition| {
                let text = movement::definition_text(definition);
                (definition.id.to_owned(), checksum(text.as_bytes()))
            })
            .collect(),
        // What a team owns is of the products: its figures move as theirs do.
        figures,
    };
    let head = serde_json::to_vec_pretty(&head)
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    let ids = definitions().map(|definition| definition.id);
    let rows: Result<Vec<_>, _> = ids
        .zip(rows)
        .map(|(id, parts)| Ok::<_, store::facts::Error>((id, store::runs::joined(parts)?)))
        .collect();
    store::runs::write(store, &head, &rows?)?;
    Ok(())
}

/// Which repositories each product has.
fn repositories_of(analysis: &Analysis) -> Vec<RunRepository> {
    let names = &analysis.tables.repositories;
    let products = analysis.question.products.iter();
    let row = |product: &Product, id: RepositoryId| {
        let found = names.iter().find(|row| row.repository == id)?;
        Some(RunRepository {
            product: product.name.clone(),
            repository: id,
            name: found.name.clone(),
        })
    };
    products
        .flat_map(|product| {
            let ids = product.repositories.iter();
            ids.filter_map(move |id| row(product, *id))
        })
        .collect()
}

/// What every metric is, in the order in which all are measured.
fn definitions() -> impl Iterator<Item = &'static Definition> {
    REGISTRY.iter().map(|metric| metric.definition)
}
