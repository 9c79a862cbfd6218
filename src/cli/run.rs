//! `run`, `fetch`, `mine` and `report`: the pipeline and its parts.

use std::path::Path;

use super::context::Context;
use super::discover;
use super::error::{CliError, DONE, PARTIAL};
use super::fetch::{self, Fetched, counted};
use super::kept::keep_run;
use super::mining::{derived, is_current, mine, mined, mined_again, state_file, take_over};
use super::mirrors::with_mirrors;
use super::output::{Audience, check_untracked, check_writable, replace_tree};
use super::report::reading;
use super::team_tree::{Keep, TeamTree, add_to_job};
use super::workspace::Workspace;
use super::{browser, console, summary};
use crate::analysis::Analysis;
use crate::derive::{self, Findings, IDENTITY, derive, inputs};
use crate::domain::{Person, RepoName, RepositoryId};
use crate::render::{TeamFile, encode};
use crate::store::facts::INPUTS;
use crate::store::{self, Mode, Store};

/// How far the pipeline goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// What GitHub knows is in the store: without having asked it there is nothing to do.
    Fetched,
    /// Facts are in the store.
    Facts,
    /// The team tree is written.
    Report,
}

/// Fetches (unless `offline`), mines, derives and, where asked, reports.
pub fn run(context: &Context, workspace: &Workspace, until: Until) -> Result<u8, CliError> {
    if until == Until::Report {
        check_writable(&workspace.out)?;
    }
    let store = open_to_write(&workspace.store)?;
    take_over(workspace, &store)?;
    let workspace = &discover::resolved(context, workspace, &store)?;
    let n_steps = if until == Until::Report { 4 } else { 3 };
    // GitHub's repositories have their keys first, in the order in which they are fetched.
    context.progress.step(1, n_steps);
    let fetched = fetch::fetch(context, workspace, &store)?;
    if until == Until::Fetched {
        fetched.must_have_asked()?;
    }
    bind(&store, workspace, fetched.unknown())?;
    let workspace = &with_mirrors(context, workspace, &store, &fetched)?;
    let end = || match until {
        Until::Report => {
            context.progress.step(4, n_steps);
            report_from(context, workspace, &store, &fetched)
        }
        Until::Fetched | Until::Facts => {
            let mut findings = Findings::read(&store)?;
            let id_of = |name: &RepoName| store.known_id(name);
            findings.take_patterns(&workspace.patterns, &workspace.register, id_of);
            findings.accept(&workspace.register, workspace.inquiry().today(), id_of);
            let is_partial = findings.is_partial();
            fetched.outcome()?;
            fetched.finish(if is_partial { PARTIAL } else { DONE })
        }
    };
    if mine_and_derive(context, workspace, &store, &fetched, n_steps)? == Facts::Rebuilt {
        return end();
    }
    match end() {
        Err(error) if error.is_of_damaged_facts() => {
            context
                .progress
                .say("the facts in the store are damaged: they are rebuilt");
            rebuild(context, workspace, &store, &fetched, n_steps)?;
            end()
        }
        other => other,
    }
}

/// Opens the store to write it, unless git tracks anything in it: then it came with the clone.
pub(super) fn open_to_write(place: &Path) -> Result<Store, CliError> {
    check_untracked(place).map_err(|error| CliError::from(store::Error::from(error)))?;
    Ok(Store::open(place, Mode::Write)?)
}

/// What became of the facts that an earlier run left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facts {
    /// Nothing is new, so nobody looked at them.
    Kept,
    /// They were written anew.
    Rebuilt,
}

/// Mines, derives and reports on a store that was fetched already.
#[cfg(feature = "demo")]
pub fn mine_and_report(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
) -> Result<u8, CliError> {
    bind(store, workspace, &[])?;
    let fetched = Fetched::default();
    mine_and_derive(context, workspace, store, &fetched, 4)?;
    context.progress.step(4, 4);
    report_from(context, workspace, store, &fetched)
}

fn mine_and_derive(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
    fetched: &Fetched,
    n_steps: usize,
) -> Result<Facts, CliError> {
    let (web, why_not) = (workspace.web.as_deref(), fetched.why_not());
    if is_current(workspace, store)?
        && are_facts_there(store)?
        && derived(store, INPUTS)?.as_deref()
            == Some(inputs(store, &workspace.register, web, why_not).as_bytes())
    {
        derive::refresh(store)?;
        context
            .progress
            .say("nothing new: the facts in the store are current");
        return Ok(Facts::Kept);
    }
    rebuild(context, workspace, store, fetched, n_steps)?;
    Ok(Facts::Rebuilt)
}

/// Whether nothing of the facts is lost, as far as a look at the files tells; and who is who, which no report reads.
fn are_facts_there(store: &Store) -> Result<bool, CliError> {
    Ok(store.are_there("facts/")? && derived(store, IDENTITY)?.is_some())
}

fn rebuild(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
    fetched: &Fetched,
    n_steps: usize,
) -> Result<(), CliError> {
    context.progress.step(2, n_steps);
    let (web, why_not) = (workspace.web.as_deref(), fetched.why_not());
    let register = &workspace.register;
    let (identity, facts) = std::thread::scope(|scope| {
        // States are on their way to the disk while the next clone is mined and facts are derived.
        let mut states = Vec::new();
        let mut keep = |repository: RepositoryId, state: Vec<u8>| {
            let commit = move || store.commit_file(&state_file(repository), &state);
            states.push(scope.spawn(commit));
        };
        let (signers, mut held) = mine(context, workspace, store, &mut keep)?;
        context.progress.step(3, n_steps);
        context.progress.doing("deriving facts");
        let mut histories = |at: usize| match held.get_mut(at).and_then(Option::take) {
            Some(clone) => Ok(clone),
            None => mined_again(workspace, store, at),
        };
        let derived = derive(
            store,
            register,
            &signers,
            &mut histories,
            web,
            why_not,
            derive::MOST_ROWS_HELD,
        )?;
        for state in states {
            state
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok::<_, CliError>(derived)
    })?;
    tell_namesakes(context, store, &identity.people);
    // Last: a kill before this derives anew.
    facts.commit(store, &inputs(store, register, web, why_not))?;
    let n_names = identity.person_of_account.len() + identity.person_of_signature.len();
    context.progress.say(&format!(
        "identity: {} {}",
        match n_names {
            1 => "1 account or signature is".to_owned(),
            n => format!("{n} accounts and signatures are"),
        },
        counted(identity.people.len() as u64, "people")
    ));
    Ok(())
}

/// Says who bears the full name of somebody whom the store has forgotten, and cannot be told to be them.
fn tell_namesakes(context: &Context, store: &Store, people: &[Person]) {
    let forgotten = store.forgotten();
    let is_one = |person: &&Person| {
        let mut names = person.names.iter();
        person.is_human() && names.any(|name| forgotten.bearer(name).is_some())
    };
    for person in people.iter().filter(is_one) {
        let login = person.logins.first().map(|login| login.0.as_str());
        let address = person.emails.first().map(|email| email.0.as_str());
        let Some(who) = login.or(address) else {
            continue;
        };
        let said = format!(
            "`{who}` bears the name of somebody whom this store has forgotten: if that is the same person, `linchpin forget {who}`"
        );
        context.progress.say(&encode::terminal(&said));
    }
}

/// Reports from the store alone.
pub fn report(context: &Context, workspace: &Workspace) -> Result<u8, CliError> {
    let (head, tree) = reading(workspace, |store| {
        let mut head = Analysis::head(store, &workspace.inquiry())?;
        tell_of(context, workspace, &head);
        let tree = TeamTree::of_store(store, &mut head, workspace, Keep::Nothing)?;
        Ok((head, tree))
    })?;
    written(context, workspace, &tree)?;
    end(context, workspace, &head, &tree.files, &Fetched::default())
}

/// Reports from a store that was opened to be written, and keeps the run in it.
fn report_from(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
    fetched: &Fetched,
) -> Result<u8, CliError> {
    let mut head = Analysis::head(store, &workspace.inquiry())?;
    head.take_patterns(&workspace.patterns, &workspace.register);
    tell_of(context, workspace, &head);
    let tree = TeamTree::of_store(store, &mut head, workspace, Keep::Rows)?;
    written(context, workspace, &tree)?;
    let TeamTree { files, kept } = tree;
    keep_run(store, &head, workspace, kept.figures, kept.rows)?;
    end(context, workspace, &head, &files, fetched)
}

/// Says what a reader should know before the figures.
fn tell_of(context: &Context, workspace: &Workspace, head: &Analysis) {
    head.tell_unknown_logins(context, workspace);
    for exposure in workspace.exposures() {
        context.progress.say(&format!("warning: {exposure}"));
    }
    if let Some(note) = outside_products(workspace, head) {
        context.progress.say(&encode::terminal(&note));
    }
    let window = head.question.window;
    context.progress.say(&format!(
        "window: {} to {} ({}), as of {}",
        window.since, window.until, workspace.register.calendar.time_zone, head.question.as_of
    ));
    context.progress.doing("measuring, and writing the report");
}

/// Which repositories that were read no page tells of; `None`: none, or there are no products to be outside of.
fn outside_products(workspace: &Workspace, head: &Analysis) -> Option<String> {
    if workspace.register.products.is_empty() {
        return None;
    }
    let repositories = head.tables.repositories.iter();
    let outside = repositories.filter(|row| {
        let mut products = head.question.products.iter();
        !products.any(|product| product.has(row.repository))
    });
    let outside: Vec<&str> = outside.map(|row| row.name.as_str()).collect();
    (!outside.is_empty()).then(|| {
        format!(
            "note: in no `[[product]]` of linchpin.toml, so on no product's page: {}",
            console::some_of(&outside, 5)
        )
    })
}

/// Writes the team tree. What could not be told is among the lines that it begins with.
fn written(context: &Context, workspace: &Workspace, tree: &TeamTree) -> Result<(), CliError> {
    let place = workspace.out.join("team");
    replace_tree(&place, &tree.files, Audience::Everyone)?;
    if let Some(place) = &context.job_summary {
        add_to_job(place, &tree.files);
    }
    Ok(())
}

/// Says where the page is, and what it begins with.
fn end(
    context: &Context,
    workspace: &Workspace,
    head: &Analysis,
    files: &[TeamFile],
    fetched: &Fetched,
) -> Result<u8, CliError> {
    context.progress.finish();
    if context.is_quiet {
        console::out(&format!("{}\n", browser::page(workspace).display()));
    } else {
        console::out(&summary::of_files(files, workspace));
    }
    if head.findings.is_partial() {
        context.progress.say("partial data: some of what was asked for is missing; see the banner and team/data_quality.json");
        return fetched.finish(PARTIAL);
    }
    fetched.finish(DONE)
}

/// Gives every clone and every GitHub repository its id, in a stable order; but not the names that GitHub does not know.
fn bind(store: &Store, workspace: &Workspace, unknown: &[RepoName]) -> Result<(), CliError> {
    for name in workspace
        .github
        .iter()
        .filter(|name| !unknown.contains(name))
    {
        store.repository_id(name)?;
    }
    for clone in &workspace.clones {
        store.repository_id_of_key(&clone.name)?;
    }
    Ok(())
}

/// Fetches and mines into a store, and derives nothing.
pub(super) fn gather(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
) -> Result<Fetched, CliError> {
    context.progress.step(1, 2);
    let fetched = fetch::fetch(context, workspace, store)?;
    bind(store, workspace, fetched.unknown())?;
    let workspace = &with_mirrors(context, workspace, store, &fetched)?;
    context.progress.step(2, 2);
    for clone in &workspace.clones {
        let (clone, state) = mined(context, workspace, store, clone)?;
        store.commit_file(&state_file(clone.repository), &state)?;
    }
    Ok(fetched)
}

/// Derives facts of what the store holds and of the clones; says whether something of it is missing.
pub(super) fn derive_all(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
    fetched: &Fetched,
) -> Result<u8, CliError> {
    rebuild(context, workspace, store, fetched, 3)?;
    let findings = Findings::read(store)?;
    Ok(if findings.is_partial() { PARTIAL } else { DONE })
}
