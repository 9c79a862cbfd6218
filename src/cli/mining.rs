//! Clones to histories and states: what `run`, `mine` and the parts of an organisation do with each.

use super::context::Context;
use super::error::CliError;
use super::fetch::counted;
use super::mirrors::judge;
use super::workspace::{Clone, Workspace};
use crate::derive::{self, MinedClone, Signers, told_of};
use crate::domain::{Agents, RepositoryId};
use crate::git::{self, MineOptions};
use crate::github::{self, decode};
use crate::register::{Merges, Refs};
use crate::store::{self, RepositoryEntry, Store};

/// Something that can be derived again: damage to it counts as its absence.
pub(super) fn derived(store: &Store, path: &str) -> Result<Option<Vec<u8>>, CliError> {
    match store.read(path) {
        Err(store::Error::Damaged { .. }) => Ok(None),
        other => Ok(other?),
    }
}

/// What to mine of a clone. Everything that there is: as of when it is looked at is for the report to say, and a store must not
/// depend on who looked first.
fn options(
    workspace: &Workspace,
    store: &Store,
    repository: RepositoryId,
    clone: &Clone,
) -> Result<MineOptions, github::Error> {
    let mining = &workspace.register.mining;
    // What a mirror has checked out is what its server said when it was fetched.
    let default_branch = if clone.is_mirror {
        None
    } else {
        let of_github = decode::default_branch(store, repository)?;
        of_github.or_else(|| workspace.register.default_branch.clone())
    };
    let forgotten: std::sync::Arc<store::Forgotten> = store.forgotten();
    Ok(MineOptions {
        all_refs: mining.refs == Refs::All,
        default_branch,
        excluded_globs: mining.exclude.clone(),
        max_files_per_commit: mining.max_files_per_commit,
        diff_merges_first_parent: mining.merges == Merges::FirstParent,
        forgotten: (!forgotten.is_empty()).then_some(forgotten),
        agents: std::sync::Arc::new(Agents::known().and(&workspace.register.agents)),
        ..MineOptions::default()
    })
}

pub(super) fn state_file(repository: RepositoryId) -> String {
    format!("mined/{}.state", repository.0)
}

/// Gives a clone that has got a name what was mined of it before under its directory's: a remote was added, or it was moved. Else
/// the old name would stay in the store as a repository of which no clone is there any more.
pub(super) fn take_over(workspace: &Workspace, store: &Store) -> Result<(), CliError> {
    let is_named =
        |entry: &RepositoryEntry, clone: &Clone| entry.keys.contains(&clone.name.to_lowercase());
    for clone in workspace.clones.iter().filter(|clone| !clone.is_mirror) {
        let known = store.repositories();
        if known.iter().any(|entry| is_named(entry, clone)) {
            continue;
        }
        for entry in known {
            let is_local = entry.node.is_none() && !entry.keys.iter().any(|key| key.contains('/'));
            if !is_local || workspace.clones.iter().any(|other| is_named(&entry, other)) {
                continue;
            }
            let Some(state) = derived(store, &state_file(entry.id))? else {
                continue;
            };
            if git::has_history_of(&clone.path, &state)? {
                store.name_anew(entry.id, &clone.name)?;
                break;
            }
        }
    }
    Ok(())
}

/// Whether mining would find in every clone what is in the store already.
pub(super) fn is_current(workspace: &Workspace, store: &Store) -> Result<bool, CliError> {
    for clone in &workspace.clones {
        let repository = store.repository_id_of_key(&clone.name)?;
        let Some(state) = derived(store, &state_file(repository))? else {
            return Ok(false);
        };
        let options = options(workspace, store, repository, clone)?;
        if !git::is_current(&clone.path, &options, &state)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The states of clones whose histories are kept from mining to the tables, in bytes: those of a team. An organisation's are mined
/// from their states once more, one after the other.
const MOST_STATE_BYTES: usize = 96 << 20;

/// Mines the clones; `keep` is given the state of each whose history stays in memory.
pub(super) fn mine(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
    keep: &mut dyn FnMut(RepositoryId, Vec<u8>),
) -> Result<(Vec<Signers>, Vec<Option<MinedClone>>), CliError> {
    let (mut signers, mut held, mut n_held) = (Vec::new(), Vec::new(), 0);
    for clone in &workspace.clones {
        let (clone, state) = mined(context, workspace, store, clone)?;
        n_held += state.len();
        let is_held = n_held <= MOST_STATE_BYTES;
        if is_held {
            keep(clone.repository, state);
        } else {
            store.commit_file(&state_file(clone.repository), &state)?;
        }
        signers.push(Signers::of(&clone));
        held.push(is_held.then_some(clone));
    }
    Ok((signers, held))
}

/// Mines a clone, says what was found, and returns it with its new state.
pub(super) fn mined(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
    clone: &Clone,
) -> Result<(MinedClone, Vec<u8>), CliError> {
    let repository = store.repository_id_of_key(&clone.name)?;
    let previous = derived(store, &state_file(repository))?;
    let options = options(workspace, store, repository, clone)?;
    let mined = git::mine(
        &clone.path,
        &options,
        previous.as_deref(),
        &context.progress,
    )?;
    if clone.is_mirror {
        judge(context, store, repository, &clone.name, &mined.history.gaps)?;
    }
    let n_elsewhere = mined.history.n_elsewhere();
    let elsewhere = match n_elsewhere {
        0 => String::new(),
        n => format!(", {n} on other refs only"),
    };
    context.progress.say(&format!(
        "mined {}: {} ({} new{elsewhere}), {}, {}",
        crate::render::encode::terminal(&clone.name),
        counted(mined.history.commits.len() as u64, "commits"),
        mined.n_new_commits,
        counted(mined.history.changes.len() as u64, "changed files"),
        counted(mined.history.gaps.len() as u64, "gaps")
    ));
    if let Some(told) = told_of(&mined.history.gaps) {
        let name = &clone.name;
        context
            .progress
            .say(&crate::render::encode::terminal(&format!("{name}: {told}")));
    }
    let clone = MinedClone {
        repository,
        path: clone.path.clone(),
        history: mined.history,
    };
    Ok((clone, mined.state))
}

/// A clone whose history was not kept: its state is in the store, and nothing of it is new.
pub(super) fn mined_again(
    workspace: &Workspace,
    store: &Store,
    at: usize,
) -> Result<MinedClone, derive::Error> {
    let clone = workspace.clones.get(at);
    let clone = clone.ok_or_else(|| derive::Error::NoFacts {
        store: store.root().to_owned(),
        is_damaged: false,
    })?;
    let repository = store.repository_id_of_key(&clone.name)?;
    let previous = store.read(&state_file(repository))?;
    let options = options(workspace, store, repository, clone)?;
    let mined = git::mine(&clone.path, &options, previous.as_deref(), &git::Silent)?;
    Ok(MinedClone {
        repository,
        path: clone.path.clone(),
        history: mined.history,
    })
}
