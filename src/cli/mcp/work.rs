//! One pull request, why figures moved, what a metric means, and (where it was asked for) evidence about a person.

use serde_json::{Value, json};

use super::answer::{Found, fenced};
use super::shelf::{Shelf, add_metric, metric};
use super::tools::Asked;
use crate::cli::diff::last_movements;
use crate::cli::person::with_desk_of;
use crate::domain::PrNumber;
use crate::metrics::measure::Measured;
use crate::metrics::movement::{Movement, MovementPart, RunFigure};
use crate::render::json::unit_word;
use crate::report::subject::public_link;
use crate::work::pull_requests;
use crate::work::turns::lives;

/// Whose turn it was, from the opening to production.
pub(super) fn pull_request(shelf: &Shelf, asked: &Asked<'_>) -> Result<Found, String> {
    let tables = &shelf.analysis.tables;
    let name = asked.needed("repository")?;
    let number = PrNumber(asked.number("number").unwrap_or_default());
    let mut known = tables.repositories.iter();
    let repository = known.find(|one| one.is_called(name)).ok_or_else(|| {
        let all: Vec<&str> = tables
            .repositories
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        format!("there is no such repository; there are: {}", all.join(", "))
    })?;
    for reading in &shelf.analysis.readings() {
        let wholes = pull_requests::of_product(reading);
        let lives = lives(reading, &wholes);
        let mut all = wholes.iter().zip(lives.iter());
        let key = (repository.repository, number);
        let Some((whole, life)) = all.find(|(whole, _)| whole.key() == key) else {
            continue;
        };
        let found = whole.pull_request;
        let mut head = shelf.head();
        let mut add = |name: &str, value: Value| head.insert(name.to_owned(), value);
        add("repository", repository.name.clone().into());
        add("number", number.0.into());
        add(
            "url",
            public_link(repository.url.as_deref(), Some(&found.url)).into(),
        );
        add("title", fenced(&shelf.public(&found.title)).into());
        add("opened_at", found.created_at.to_string().into());
        add("merged_at", found.merged_at.map(|at| at.to_string()).into());
        if let Some(fate) = pull_requests::apart(reading, found) {
            add("left_out_of_figures", fate.words().1.into());
        }
        let life = match life {
            Ok(life) => life,
            Err(because) => {
                add("because", (*because).into());
                return Ok(Found {
                    head,
                    rows: Vec::new(),
                });
            }
        };
        add("is_open", life.is_open.into());
        add("awaits_deployment", life.awaits_deployment.into());
        add("review_rounds", life.n_rounds.into());
        let turn = |turn: &crate::work::turns::Turn| {
            json!({
                "since": turn.since.to_string(),
                "until": turn.until.to_string(),
                "holder": turn.holder.word(),
                "hours": turn.elapsed().hours(),
            })
        };
        let rows = life.turns.iter().map(turn).collect();
        return Ok(Found { head, rows });
    }
    Err("the store has no such pull request in a product, as of this instant".to_owned())
}

/// How figures of products moved between the last two runs.
pub(super) fn why(shelf: &Shelf, asked: &Asked<'_>) -> Result<Found, String> {
    let only = match asked.text("metric") {
        Some(name) => Some(metric(name)?.definition.id),
        None => None,
    };
    let (before, after, movements) =
        last_movements(&shelf.workspace, only).map_err(|error| error.render())?;
    let report = shelf.report()?;
    let readings = shelf.analysis.readings();
    let mut rows = Vec::new();
    for movement in &movements {
        // A run is kept under the names of the register, and tells everything: here it is told what a page would tell.
        let mut both = report.products.iter().zip(&readings);
        let found = both.find(|(_, reading)| reading.product.name == movement.product);
        let Some((product, _)) = found else { continue };
        let mut cells = report.window_cells(&product.name);
        let is_told = cells.any(|(definition, cell)| {
            definition.id == movement.metric && !matches!(cell.measured, Measured::Withheld { .. })
        });
        if is_told {
            rows.push(moved(shelf, &product.name, movement));
        }
    }
    let mut head = shelf.head();
    head.insert("before_as_of".to_owned(), before.as_of.to_string().into());
    head.insert("after_as_of".to_owned(), after.as_of.to_string().into());
    Ok(Found { head, rows })
}

fn moved(shelf: &Shelf, product: &str, movement: &Movement) -> Value {
    let side = |figure: &RunFigure| json!({"value": figure.value, "n": figure.n});
    let pages = |part: &MovementPart| -> Vec<String> {
        let addresses = shelf.analysis.tables.repositories.iter();
        let addresses: Vec<&str> = addresses.filter_map(|one| one.url.as_deref()).collect();
        let is_public = |page: &&String| {
            let mut all = addresses.iter();
            all.any(|address| public_link(Some(address), Some(page)).is_some())
        };
        part.examples.iter().filter(is_public).cloned().collect()
    };
    let part = |part: &MovementPart| {
        json!({
            "cause": part.cause.words(),
            "effect": part.effect,
            "n_in": part.n_in,
            "n_out": part.n_out,
            "n_changed": part.n_changed,
            "examples": pages(part),
        })
    };
    json!({
        "metric": movement.metric,
        "product": product,
        "before": side(&movement.before),
        "after": side(&movement.after),
        "parts": movement.parts.iter().map(part).collect::<Vec<_>>(),
    })
}

/// What a metric means; its rows are the numbers of its figures.
pub(super) fn definition(shelf: &Shelf, asked: &Asked<'_>) -> Result<Found, String> {
    let definition = metric(asked.needed("metric")?)?.definition;
    let mut head = shelf.head();
    add_metric(&mut head, definition);
    for (name, text) in [
        ("question", definition.question),
        ("definition", definition.definition),
        ("formula", definition.formula),
        ("unit", unit_word(definition.unit)),
        (
            "cohort",
            definition.cohort.unwrap_or("a state at the window's end"),
        ),
        ("exclusions", definition.exclusions),
        ("how_to_read", definition.how_to_read),
        ("can_mislead", definition.can_mislead),
        ("source", definition.source),
    ] {
        head.insert(name.to_owned(), text.into());
    }
    let numbers = definition.numbers.iter();
    let rows = numbers
        .map(|number| {
            json!({"name": number.name, "title": number.title, "unit": unit_word(number.unit)})
        })
        .collect();
    Ok(Found { head, rows })
}

/// The lines of a person's evidence.
pub(super) fn evidence(shelf: &Shelf, asked: &Asked<'_>) -> Result<Found, String> {
    let person = shelf
        .analysis
        .named(asked.needed("person")?)
        .map_err(|error| error.render())?
        .id;
    let pack = with_desk_of(&shelf.analysis, &shelf.workspace, |desk| desk.pack(person));
    let pack = pack.ok_or("there is no evidence of this person in the window")?;
    let rows = pack
        .lines
        .iter()
        .map(|line| {
            // What a sentence quotes was written by others.
            json!({
                "id": line.id,
                "on": line.on,
                "kind": line.kind,
                "act": fenced(&line.act),
                "quote": line.quote.as_deref().map(fenced),
                "links": line.links.iter().take(5).collect::<Vec<_>>(),
                "n": line.n,
                "polarity": line.polarity,
                "origin": line.origin,
                "caveats": line.caveats,
            })
        })
        .collect();
    Ok(Found {
        head: shelf.head(),
        rows,
    })
}
