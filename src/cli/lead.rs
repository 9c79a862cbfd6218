//! `linchpin lead`: the lead's named views, in the private tree alone.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use super::context::Context;
use super::error::{CliError, DONE, ErrorKind, PARTIAL};
use super::output::{Audience, DraftFile, keep_out_of_git, replace_tree_and_drafts};
use super::workspace::Workspace;
use super::{console, person, private_folder};
use crate::analysis::Analysis;
use crate::domain::{PersonId, side_by_side};
use crate::evidence::lead::{self, Counted, LeadSources, ProductSources, Taken, Upcoming};
use crate::evidence::{Desk, Pack, Page, handing_over};
use crate::metrics::agreements;
use crate::metrics::knowledge::{decay, files_at_risk, orphans_if};
use crate::metrics::measure::Measure;
use crate::metrics::ownership::handover::{self, Finding, Handover};
use crate::metrics::review::{areas, waits};
use crate::render::OutputFile;
use crate::report::{Block, Document};
use crate::tables::FactTable;
use crate::work::file_areas::repositories_of_areas;
use crate::work::history::touches::last_touches;
use crate::work::pull_requests::{self, Key};
use crate::work::{Need, Reading, activity};
use crate::{metrics, render};

/// Writes `<out>/private/lead/`.
pub fn lead(context: &Context, workspace: &Workspace) -> Result<u8, CliError> {
    // The program ends after this: to give rows back one by one takes longer than all of it at once.
    let analysis = ManuallyDrop::new(Analysis::of(workspace, &FactTable::ALL)?);
    analysis.tell_unknown_logins(context, workspace);
    let place = write(&analysis, workspace)?;
    console::out(&format!("{}\n", place.join("index.html").display()));
    if analysis.findings.is_partial() {
        context.progress.say(
            "partial data: the views may be incomplete; see `linchpin report` for what is missing",
        );
        return Ok(PARTIAL);
    }
    Ok(DONE)
}

/// Writes the views and returns their folder.
pub fn write(analysis: &Analysis, workspace: &Workspace) -> Result<PathBuf, CliError> {
    let (files, drafts) = files(analysis, workspace)?;
    let private = workspace.out.join("private");
    keep_out_of_git(&private)?;
    let place = private.join(private_folder::LEAD);
    replace_tree_and_drafts(&place, &files, &drafts, Audience::Owner)?;
    Ok(place)
}

/// The files of the views, and the forms that people fill in.
pub(super) fn files(
    analysis: &Analysis,
    workspace: &Workspace,
) -> Result<(Vec<OutputFile>, Vec<DraftFile>), CliError> {
    // The views and the pages of people are told from the same readings.
    person::with_desk_of(analysis, workspace, |desk| {
        let taken = taken(desk.sources().past.of_products(), analysis, workspace);
        files_of(desk, analysis, workspace, &taken)
    })
}

/// What the views take from a metric.
fn taken<'a>(
    readings: &[Reading<'_>],
    analysis: &'a Analysis,
    workspace: &'a Workspace,
) -> impl Fn(&str) -> Taken + Sync + 'a {
    let (names, question) = (analysis.names(workspace), &analysis.private_question);
    // What the team's page calls an area that names somebody is counted over all areas of all figures.
    let declared = question
        .roster
        .delegations
        .iter()
        .map(|one| one.what.clone());
    let known = readings.iter().map(repositories_of_areas);
    let mut areas = known.flat_map(BTreeMap::into_keys).chain(declared);
    let is_area_named = areas.any(|area| names.masked(&area).is_some());
    let agreed = agreements::metrics_of(&workspace.register);
    move |metric| {
        let least = match (agreed.contains(metric), is_area_named) {
            (true, _) => Taken::Rows,
            (false, true) => Taken::Figures,
            (false, false) => Taken::Nothing,
        };
        least.max(lead::taken(question, metric))
    }
}

fn files_of(
    desk: &Desk<'_>,
    analysis: &Analysis,
    workspace: &Workspace,
    taken: &(dyn Fn(&str) -> Taken + Sync),
) -> Result<(Vec<OutputFile>, Vec<DraftFile>), CliError> {
    let (tables, question) = (&analysis.tables, &analysis.private_question);
    let readings = desk.sources().past.of_products();
    let repositories = analysis.repository_names();
    let is_asked = |metric: &str| taken(metric) > Taken::Nothing;
    let (measures, counted): (Vec<Measure>, Vec<Counted>) =
        metrics::of_each(&is_asked, &|metric| {
            lead::kept(metric, readings, taken(metric.definition.id))
        })
        .into_iter()
        .unzip();
    let products = side_by_side(readings, &product_sources);
    let team = lead::team(question, &tables.people, &measures);
    let Named {
        packs,
        absences,
        delegations,
        pages,
        upcoming,
    } = named(desk, &team, &products);
    let agreements = agreements::agreements(&workspace.register, &measures, readings)
        .map_err(|error| CliError::new(ErrorKind::Configuration, error))?;
    let views = lead::lead(&LeadSources {
        question,
        people: &tables.people,
        repositories: &repositories,
        measures: &measures,
        counted: &counted.into_iter().collect(),
        products: &products,
        packs: &packs,
        absences: &absences,
        delegations: &delegations,
        upcoming: &upcoming,
        agreements: &agreements,
        accepted: &workspace.register.accepted,
        masked_areas: &crate::report::masked_areas(&measures, &analysis.names(workspace)),
    });
    let files = render::lead_tree(&views, &pages)
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    let back = |page: &Page| vec![render::back_to_lead(page)];
    Ok((files, person::drafts_with(&pages, back)))
}

/// What is told of people one by one.
struct Named {
    packs: Vec<Pack>,
    absences: Vec<(PersonId, Document)>,
    delegations: Vec<Vec<Block>>,
    pages: Vec<Page>,
    upcoming: Upcoming,
}

fn named(desk: &Desk<'_>, team: &[PersonId], products: &[ProductSources]) -> Named {
    let packs = side_by_side(team, &|person| desk.pack(*person));
    let packs: Vec<Pack> = packs.into_iter().flatten().collect();
    let card = |pack: &Pack| Some((pack.person, desk.absence_card(pack.person)?));
    let declared = desk.sources().past.question.roster.delegations.iter();
    let delegation = |one| handing_over::card(desk.sources(), one);
    Named {
        absences: packs.iter().filter_map(card).collect(),
        delegations: declared.map(delegation).collect(),
        pages: lead::pages(desk, &packs, products),
        upcoming: Upcoming::of(desk),
        packs,
    }
}

fn product_sources(reading: &Reading<'_>) -> ProductSources {
    let handovers: Vec<Handover> = handover::handovers(reading)
        .into_iter()
        .filter_map(|(_, finding)| match finding {
            Finding::Moved(handover) => Some(handover),
            Finding::TooLittleHistory | Finding::Stays | Finding::Substituted(_) => None,
        })
        .collect();
    let stages = handovers.iter().flat_map(|handover| &handover.stages);
    let mut shown: BTreeSet<Key> = stages.map(|(_, _, key)| *key).collect();
    let reviewers = areas::by_area(reading);
    let alone = reviewers.values().filter_map(|area| {
        let own = area.people.get(&area.only_approver()?)?;
        own.approved.last()
    });
    shown.extend(alone);
    let pages = pull_requests::of_product(reading)
        .into_iter()
        .filter(|whole| shown.contains(&whole.key()))
        .map(|whole| (whole.key(), whole.pull_request.url.clone()));
    ProductSources {
        pages: pages.collect(),
        name: reading.product.name.clone(),
        waits: waits::of_product_waits(reading).0.clone(),
        reviewers,
        knowledge: decay::by_area(reading),
        last_touches: last_touches(reading),
        files: held_files(reading),
        known_to_one: orphans_if::by_person_and_area(reading),
        active: activity::active_people(reading),
        handovers,
    }
}

/// Who knows which file; nothing where the history is not read, or nobody was active.
fn held_files(reading: &Reading<'_>) -> Vec<files_at_risk::HeldFile> {
    let is_missing = reading
        .question
        .missing(reading.product, Need::Ownership)
        .is_some();
    if is_missing || decay::stale(reading).is_some() {
        return Vec::new();
    }
    files_at_risk::held_files(reading).0.clone()
}

#[cfg(test)]
mod tests;
