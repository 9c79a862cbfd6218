//! `linchpin person`: one person's private tree.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::args::PersonArgs;
use super::context::Context;
use super::error::{CliError, DONE, ErrorKind, PARTIAL};
use super::output::{Audience, keep_out_of_git, replace_tree_and_drafts};
use super::workspace::Workspace;
use super::{console, private_folder};
use crate::analysis::Analysis;
use crate::domain::{Account, PersonId, RepoName, RepositoryId};
use crate::evidence::absence::{self, Observed};
use crate::evidence::work::with_record;
use crate::evidence::{self, Entry, Pack, Sources};
use crate::metrics::absence::resilience::{Resilience, of_product_absences};
use crate::render::draft::Draft;
use crate::render::{self, OutputFile, encode};
use crate::report::Document;
#[cfg(feature = "demo")]
use crate::store::Store;
use crate::tables::FactTable;
use crate::work::absences::spells;
use crate::work::delivery::deployments;
use crate::work::roster::person_of;
use crate::work::{Past, Reading};

/// Writes `<out>/private/<login>/`.
pub fn person(args: &PersonArgs, context: &Context, workspace: &Workspace) -> Result<u8, CliError> {
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    analysis.tell_unknown_logins(context, workspace);
    let id = find(&analysis, &args.login)?;
    let written = write(&analysis, workspace, &[id])?;
    for directory in written {
        console::out(&format!("{}\n", directory.join("evidence.md").display()));
    }
    if analysis.findings.is_partial() {
        context.progress.say("partial data: evidence may be missing; see the documents' own notes and `linchpin report`");
        return Ok(PARTIAL);
    }
    Ok(DONE)
}

/// Writes the tree of every human with a login on whom the store has facts; returns their directories, by login.
#[cfg(feature = "demo")]
pub fn write_all(store: &Store, workspace: &Workspace) -> Result<Vec<PathBuf>, CliError> {
    let analysis = Analysis::read(store, &workspace.inquiry(), &FactTable::ALL)?;
    let mut people: Vec<_> = analysis
        .tables
        .people
        .iter()
        .filter(|person| person.account == Account::Human && !person.logins.is_empty())
        .filter(|person| {
            let mut members = analysis.private_question.roster.members.iter();
            members.any(|member| member.person == person.id)
        })
        .collect();
    people.sort_by(|a, b| a.logins.cmp(&b.logins));
    write(
        &analysis,
        workspace,
        &people.iter().map(|person| person.id).collect::<Vec<_>>(),
    )
}

/// Everybody who can have a pack: members first.
pub(super) fn everybody(analysis: &Analysis) -> Vec<PersonId> {
    let members = &analysis.private_question.roster.members;
    let is_member = |person: PersonId| members.iter().any(|member| member.person == person);
    let humans = analysis.tables.people.iter();
    let mut people: Vec<PersonId> = humans
        .filter(|person| person.account == Account::Human)
        .map(|person| person.id)
        .collect();
    people.sort_by_key(|person| (!is_member(*person), *person));
    people
}

/// The person whom the arguments name.
fn find(analysis: &Analysis, who: &str) -> Result<PersonId, CliError> {
    let found = analysis.named(who)?;
    if found.account != Account::Human {
        let message = format!(
            "`{}` is {}: evidence is about people",
            encode::terminal(who),
            found.account.word()
        );
        return Err(CliError::new(ErrorKind::Usage, message)
            .hint("if that is wrong, correct `bots` or `ai_reviewers` in linchpin.toml"));
    }
    Ok(found.id)
}

fn write(
    analysis: &Analysis,
    workspace: &Workspace,
    people: &[PersonId],
) -> Result<Vec<PathBuf>, CliError> {
    let (packs, work) = pages(analysis, workspace, people);
    keep_out_of_git(&workspace.out.join("private"))?;
    let folders = private_folder::of_people(&analysis.tables.people);
    let mut written = Vec::new();
    for (pack, absence) in packs {
        let Some(folder) = folders.get(&pack.person) else {
            continue;
        };
        let place = workspace.out.join("private").join(folder);
        let work = work.get(&pack.person);
        let files = files(&pack, absence.as_ref(), work)?;
        let drafts = [("draft/brag.md", Draft::of(&pack.brag))];
        replace_tree_and_drafts(&place, &files, &drafts, Audience::Owner)?;
        written.push(place);
    }
    Ok(written)
}

pub(super) fn files(
    pack: &Pack,
    absence: Option<&Document>,
    work: Option<&Document>,
) -> Result<Vec<OutputFile>, CliError> {
    let lines = render::pack::evidence_lines(&pack.lines)
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    let document = |document| render::pack::document(document).into_bytes();
    let mut files = vec![
        ("evidence.md".to_owned(), document(&pack.evidence)),
        ("evidence.jsonl".to_owned(), lines.into_bytes()),
        ("one-on-one.md".to_owned(), document(&pack.one_on_one)),
    ];
    files.extend(absence.map(|card| ("absence.md".to_owned(), document(card))));
    files.extend(work.map(|page| ("work.md".to_owned(), document(page))));
    Ok(files)
}

/// Packs with absence cards, and the pages of initiatives, goals and hand-overs, from one past.
type Pages = (Vec<(Pack, Option<Document>)>, BTreeMap<PersonId, Document>);

/// The pages of some people.
pub(super) fn pages(analysis: &Analysis, workspace: &Workspace, people: &[PersonId]) -> Pages {
    with_sources(analysis, workspace, |sources| {
        let work = with_record(sources, |record| {
            let pages = people.iter();
            let pages = pages.filter_map(|person| Some((*person, record.document(*person)?)));
            pages.collect()
        });
        (packs_of(analysis, sources, people), work)
    })
}

/// Every pack with the person's absence card, where there is one.
pub(super) fn packs(
    analysis: &Analysis,
    workspace: &Workspace,
    people: &[PersonId],
) -> Vec<(Pack, Option<Document>)> {
    with_sources(analysis, workspace, |sources| {
        packs_of(analysis, sources, people)
    })
}

fn packs_of(
    analysis: &Analysis,
    sources: &Sources<'_>,
    people: &[PersonId],
) -> Vec<(Pack, Option<Document>)> {
    let question = &analysis.private_question;
    let (found, missing) = resilience(&sources.past.readings);
    let spells = spells(question);
    let observed = Observed {
        spells: &spells,
        found: &found,
        missing: &missing,
    };
    evidence::packs(sources, people)
        .into_iter()
        .map(|pack| {
            let card = absence::document(sources, &observed, pack.person);
            (pack, card)
        })
        .collect()
}

/// Gathers what evidence is taken from, and hands it on.
pub(super) fn with_sources<T>(
    analysis: &Analysis,
    workspace: &Workspace,
    use_them: impl FnOnce(&Sources<'_>) -> T,
) -> T {
    let tables = &analysis.tables;
    let repositories: BTreeMap<RepositoryId, RepoName> = tables
        .repositories
        .iter()
        .filter_map(|repository| Some((repository.repository, repository.name.parse().ok()?)))
        .collect();
    let register = &workspace.private_register;
    let entries: Vec<Entry> = register
        .manual_entries
        .iter()
        .filter_map(|entry| {
            Some(Entry {
                person: person_of(&tables.people, &entry.login)?,
                on: entry.on,
                text: entry.text.clone(),
                link: entry.link.clone(),
                is_noted_by_lead: entry.noted_by_lead,
            })
        })
        .collect();
    let question = &analysis.private_question;
    let products = question.products_and_rest(&tables.repositories);
    let past = Past::of(tables, question, &products);
    let sources = Sources {
        past: &past,
        repositories: &repositories,
        entries: &entries,
    };
    use_them(&sources)
}

/// The answers of `absence.resilience`, and what is missing, product by product.
fn resilience(readings: &[Reading<'_>]) -> (Vec<Resilience>, Vec<String>) {
    let (mut found, mut without) = (Vec::new(), Vec::new());
    // What is in no product has no name and no deployments of its own.
    let products = readings.iter();
    for reading in products.filter(|reading| !reading.product.name.is_empty()) {
        let product = reading.product;
        if let Err(missing) = deployments::of_product(reading) {
            let because = missing.because;
            without.push(format!("deployments of {}: {because}", product.name));
        }
        match of_product_absences(reading) {
            Ok(absences) => found.extend(absences),
            Err(missing) => {
                let because = missing.because;
                without.push(format!("pull requests of {}: {because}", product.name));
            }
        }
    }
    (found, without)
}
