//! `linchpin person`: one person's private tree.

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use super::args::PersonArgs;
use super::context::Context;
use super::error::{CliError, DONE, ErrorKind, PARTIAL};
use super::output::{Audience, DraftFile, keep_out_of_git, replace_tree_and_drafts};
use super::workspace::Workspace;
use super::{console, private_folder};
use crate::analysis::Analysis;
use crate::domain::{Person, PersonId, side_by_side};
use crate::evidence::{Desk, Entry, Pack, Page, Sources, brag, with_desk};
use crate::metrics;
use crate::render::draft::Draft;
use crate::render::html::Sibling;
use crate::render::{self, OutputFile, encode};
#[cfg(feature = "demo")]
use crate::store::Store;
use crate::tables::FactTable;
use crate::work::Past;
use crate::work::roster::person_of;

/// Writes `<out>/private/<login>/`.
pub fn person(args: &PersonArgs, context: &Context, workspace: &Workspace) -> Result<u8, CliError> {
    // The program ends after this: to give rows back one by one takes longer than all of it at once.
    let analysis = ManuallyDrop::new(Analysis::of(workspace, &told_from(workspace))?);
    analysis.tell_unknown_logins(context, workspace);
    let people = if args.all {
        members(&analysis)?
    } else {
        let named = args.logins.iter().map(|login| find(&analysis, login));
        let mut people: Vec<PersonId> = named.collect::<Result<_, _>>()?;
        let mut seen = BTreeSet::new();
        people.retain(|person| seen.insert(*person));
        people
    };
    let written = write(&analysis, workspace, &people, args.append)?;
    for directory in written {
        console::out(&format!("{}\n", directory.join("evidence.md").display()));
    }
    if analysis.findings.is_partial() {
        context.progress.say("partial data: evidence may be missing; see the documents' own notes and `linchpin report`");
        return Ok(PARTIAL);
    }
    Ok(DONE)
}

/// The tables that people's pages are told from. Surviving lines, and the lives of those that are gone, are many rows that nothing asks
/// for but goals that are measured by them.
fn told_from(workspace: &Workspace) -> Vec<FactTable> {
    let goals = workspace.private_register.goals.iter();
    let measures = goals.filter_map(|goal| goal.measure.as_deref());
    let mut metrics = measures.filter_map(metrics::find);
    let with_lines = metrics.any(|metric| metric.definition.parts().contains(&FactTable::Lines));
    let mut tables = FactTable::ALL.to_vec();
    tables.retain(|table| with_lines || *table != FactTable::Lines);
    tables
}

/// Writes the tree of every human with a login on whom the store has facts; returns their directories, by login.
#[cfg(feature = "demo")]
pub fn write_all(store: &Store, workspace: &Workspace) -> Result<Vec<PathBuf>, CliError> {
    let analysis = Analysis::read(store, &workspace.inquiry(), &FactTable::ALL)?;
    let people = members(&analysis)?;
    write(&analysis, workspace, &people, false)
}

/// The members of the registers whom the store knows, by login.
fn members(analysis: &Analysis) -> Result<Vec<PersonId>, CliError> {
    let members = &analysis.private_question.roster.members;
    let mut people: Vec<&Person> = members
        .iter()
        .filter_map(|member| analysis.tables.person(member.person))
        .filter(|person| person.is_human())
        .collect();
    if people.is_empty() {
        let message = "the register has no member whom the store knows".to_owned();
        return Err(CliError::new(ErrorKind::Configuration, message).hint(
            "add a `[[member]]` with a `login` to linchpin.toml, or name the people: `linchpin person LOGIN…`",
        ));
    }
    people.sort_by(|a, b| (&a.logins, a.id).cmp(&(&b.logins, b.id)));
    people.dedup_by_key(|person| person.id);
    Ok(people.into_iter().map(|person| person.id).collect())
}

/// Everybody who can have a pack: members first.
pub(super) fn everybody(analysis: &Analysis) -> Vec<PersonId> {
    let members = &analysis.private_question.roster.members;
    let is_member = |person: PersonId| members.iter().any(|member| member.person == person);
    let humans = analysis.tables.people.iter();
    let mut people: Vec<PersonId> = humans
        .filter(|person| person.can_be_named())
        .map(|person| person.id)
        .collect();
    people.sort_by_key(|person| (!is_member(*person), *person));
    people
}

/// The person whom the arguments name.
fn find(analysis: &Analysis, who: &str) -> Result<PersonId, CliError> {
    let found = analysis.named(who)?;
    if !found.is_human() {
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

/// So many people's pages are made before they are written.
const AT_ONCE: usize = 8;

/// The files and drafts of somebody's folder; `None` for who is no person.
type Made = Result<(Vec<OutputFile>, Vec<DraftFile>), CliError>;

fn made_of(desk: &Desk<'_>, person: PersonId, appends: bool) -> Option<Made> {
    let pack = desk.pack(person)?;
    let pages = desk.pages(&pack);
    let mut drafts = drafts(&pages);
    if appends {
        append(desk, &pack, &mut drafts);
    }
    Some(files(&pack, &pages).map(|files| (files, drafts)))
}

fn write(
    analysis: &Analysis,
    workspace: &Workspace,
    people: &[PersonId],
    appends: bool,
) -> Result<Vec<PathBuf>, CliError> {
    keep_out_of_git(&workspace.out.join("private"))?;
    let folders = private_folder::of_people(&analysis.tables.people);
    let mut written = Vec::new();
    with_desk_of(analysis, workspace, |desk| {
        // A few at a time: what is made of one is large, and is gone once it is written.
        for some in people.chunks(AT_ONCE) {
            let made = side_by_side(some, &|person| made_of(desk, *person, appends));
            for (person, made) in some.iter().zip(made) {
                let (Some(made), Some(folder)) = (made, folders.get(person)) else {
                    continue;
                };
                let (files, drafts) = made?;
                let place = workspace.out.join("private").join(folder);
                replace_tree_and_drafts(&place, &files, &drafts, Audience::Owner)?;
                written.push(place);
            }
        }
        Ok(written)
    })
}

/// The files of a folder that are written anew each time: each page as text and as a page to be read and printed.
pub(super) fn files(pack: &Pack, pages: &[Page]) -> Result<Vec<OutputFile>, CliError> {
    let defect = |error| CliError::new(ErrorKind::Defect, error);
    let lines = render::pack::evidence_lines(&pack.lines).map_err(defect)?;
    let mut files = vec![("evidence.jsonl".to_owned(), lines.into_bytes())];
    for page in pages.iter().filter(|page| !page.is_draft) {
        files.extend(render::page_files(page, &nav(pages, page)).map_err(defect)?);
    }
    Ok(files)
}

/// The drafts of a person's folder.
pub(super) fn drafts(pages: &[Page]) -> Vec<DraftFile> {
    drafts_with(pages, |page| nav(pages, page))
}

/// The drafts among some pages, each with the pages beside it.
pub(super) fn drafts_with(pages: &[Page], nav: impl Fn(&Page) -> Vec<Sibling>) -> Vec<DraftFile> {
    let drafts = pages.iter().filter(|page| page.is_draft);
    let file = |page: &Page| {
        let draft = Draft::of(&page.document);
        let is_brag = page.stem == brag::STEM;
        DraftFile {
            path: format!("{}.md", page.stem),
            draft: if is_brag { draft.remembering() } else { draft },
            page: format!("{}.html", page.stem),
            nav: nav(page),
        }
    };
    drafts.map(file).collect()
}

/// The pages of a folder, seen from one of them.
fn nav(pages: &[Page], here: &Page) -> Vec<Sibling> {
    let up = "../".repeat(here.stem.matches('/').count());
    let sibling = |page: &Page| Sibling {
        title: page.name().to_owned(),
        place: (page.stem != here.stem).then(|| format!("{up}{}.html", page.stem)),
    };
    pages.iter().map(sibling).collect()
}

/// Has the brag document appended to, where it would be brought up to date.
fn append(desk: &Desk<'_>, pack: &Pack, drafts: &mut [DraftFile]) {
    let path = format!("{}.md", brag::STEM);
    for file in drafts.iter_mut().filter(|file| file.path == path) {
        file.draft = (file.draft).appending(desk.last_day(), &desk.brag_lines(pack));
    }
}

/// Gathers what the pages of people are made from, and hands it on.
pub(super) fn with_desk_of<T>(
    analysis: &Analysis,
    workspace: &Workspace,
    use_it: impl FnOnce(&Desk<'_>) -> T,
) -> T {
    with_sources(analysis, workspace, |sources| with_desk(sources, use_it))
}

/// Gathers what evidence is taken from, and hands it on.
pub(super) fn with_sources<T>(
    analysis: &Analysis,
    workspace: &Workspace,
    use_them: impl FnOnce(&Sources<'_>) -> T,
) -> T {
    let tables = &analysis.tables;
    let repositories = analysis.repository_names();
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

#[cfg(test)]
pub(super) mod tests;
