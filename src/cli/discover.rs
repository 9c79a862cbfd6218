//! Which repositories `run` and `fetch` are about: patterns resolved by asking GitHub, else by what it last listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::context::Context;
use super::error::{CliError, ErrorKind};
use super::fetch::{SystemClock, counted, runtime, token};
use super::workspace::Workspace;
use crate::derive;
use crate::domain::{
    Completeness, ListedRepository, Listing, Listings, PatternLine, RepositoryPattern, Selector,
    Source,
};
use crate::github::fetch::Unwatched;
use crate::github::{Ask, Client, ClientSettings, FetchProgress, Listed, Token, discover};
use crate::register::DeclaredTeam;
use crate::render::encode::terminal;
use crate::store::{Store, state};

/// How many changes of a list are told one by one.
const MOST_TOLD: usize = 20;

/// What kept GitHub from being asked which repositories there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// When a rate limit lets go.
    pub resumes_at: Option<Timestamp>,
    /// How GitHub failed to answer.
    pub outage: Option<String>,
}

/// The workspace with the repositories that its patterns mean. GitHub is asked where there is a token and leave to use the network;
/// what it answers is kept. Else what it last listed holds.
pub fn resolved(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
) -> Result<Workspace, CliError> {
    let mut resolved = workspace.clone();
    let mut listings = store.listings()?;
    let asks = if workspace.offline {
        Vec::new()
    } else {
        asks(workspace)?
    };
    if asks.is_empty() {
        if !workspace.offline && !listings.asked.is_empty() {
            // The command line no longer names what it named then.
            listings.asked.clear();
            store.keep_listings(&listings)?;
        }
    } else if let Some(token) = token(&workspace.api) {
        context.progress.doing("looking for repositories");
        let listed = list(workspace, token, &asks, &listings, &context.progress)?;
        for line in changes(&listings, &listed.listings) {
            context.progress.say(&terminal(&line));
        }
        listings = listed.listings;
        store.keep_listings(&listings)?;
        follow_renames(store, &listings)?;
        resolved.looked = Looked {
            resumes_at: listed.resumes_at,
            outage: listed.outage,
        };
        resolved.resolve_patterns(&listings, &derive::names(store))?;
        let_go(store, &listings, &resolved)?;
        for line in &resolved.patterns {
            context.progress.say(&terminal(&told(line)));
        }
        context.progress.say(&format!(
            "looked for repositories: {}, {} spent",
            counted(listed.requests, "requests"),
            counted(listed.points_spent, "points")
        ));
        return Ok(resolved);
    }
    resolved.resolve_patterns(&listings, &derive::names(store))?;
    Ok(resolved)
}

/// The lists that the patterns need, each once; patterns of a register that merely lies in the clone need none.
pub fn asks(workspace: &Workspace) -> Result<Vec<Ask>, CliError> {
    let register = &workspace.register;
    let of_products = register
        .products
        .iter()
        .flat_map(|product| &product.selectors);
    // A team brings no repository; but which of them a topic means, the same lists say.
    let of_teams = register.teams.iter().flat_map(DeclaredTeam::selectors);
    let of_register = of_products
        .chain(of_teams)
        .filter(|_| workspace.trusts_register);
    let mut wanted: BTreeMap<Source, Vec<RepositoryPattern>> = BTreeMap::new();
    for selector in workspace.selectors.iter().chain(of_register) {
        let is_name = matches!(selector.pattern, RepositoryPattern::Name(_));
        let is_glob = matches!(selector.pattern, RepositoryPattern::Glob { .. });
        // What is left out by its name needs no list.
        if is_name || (is_glob && selector.leaves_out) {
            continue;
        }
        let pattern = whole(&selector.pattern, &workspace.owners)?;
        if let Some(source) = pattern.source() {
            let patterns = wanted.entry(source).or_default();
            if !patterns.iter().any(|known| known.key() == pattern.key()) {
                patterns.push(pattern);
            }
        }
    }
    let ask = |(source, patterns)| Ask { source, patterns };
    Ok(wanted.into_iter().map(ask).collect())
}

/// A pattern with its owner; an error where nobody can tell whose it is.
fn whole(pattern: &RepositoryPattern, owners: &[String]) -> Result<RepositoryPattern, CliError> {
    if pattern.owner().is_some() {
        return Ok(pattern.clone());
    }
    let why = match owners {
        [only] => return Ok(pattern.of(only)),
        [] => "no owner is named".to_owned(),
        several => format!("{} are named", several.join(", ")),
    };
    let message = format!("whose `{pattern}` is meant is not clear: {why}");
    let example = pattern.of(owners.first().map_or("OWNER", String::as_str));
    Err(CliError::new(ErrorKind::Configuration, message)
        .hint(format!("write it with its owner, as in `{example}`")))
}

/// Asks GitHub for lists.
pub fn list(
    workspace: &Workspace,
    token: Token,
    asks: &[Ask],
    known: &Listings,
    progress: &dyn FetchProgress,
) -> Result<Listed, CliError> {
    let most = workspace.max_repositories;
    let mut listed = runtime()?.block_on(async {
        let settings = ClientSettings::new(workspace.api.clone(), token);
        let client = Client::new(settings, Arc::new(SystemClock))?;
        discover(&client, asks, known, most, progress).await
    })?;
    if let Some(pattern) = listed.too_many.first() {
        let message = format!("`{pattern}` matches more than {most} repositories");
        return Err(CliError::new(ErrorKind::Usage, message).hint(
            "narrow the pattern, or allow that many with `--max-repositories N`; `linchpin doctor` says what a first fetch costs",
        ));
    }
    listed.listings.owner = match workspace.owners.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    listed.listings.asked = workspace
        .selectors
        .iter()
        .map(Selector::to_string)
        .collect();
    Ok(listed)
}

/// The same for a command that changes nothing.
pub fn look(workspace: &Workspace, token: Token, known: &Listings) -> Result<Listed, CliError> {
    list(workspace, token, &asks(workspace)?, known, &Unwatched)
}

/// A repository that is called otherwise by now stays the one that the store knows.
fn follow_renames(store: &Store, listings: &Listings) -> Result<(), CliError> {
    let entries = store.repositories();
    let all = listings.lists.iter().flat_map(|list| &list.repositories);
    for listed in all.filter(|one| one.missing_since.is_none()) {
        let name = listed.name.to_string();
        let renamed = entries.iter().find(|entry| {
            entry.node.as_deref() == Some(&listed.node) && !entry.name.eq_ignore_ascii_case(&name)
        });
        if let Some(entry) = renamed {
            store.bind(&name, Some(&listed.node))?;
            store.rename_repository(entry.id, &name)?;
        }
    }
    Ok(())
}

/// What is asked about no longer is no hole any more: of repositories that lists know and nobody means, what could not be read is
/// what nobody asked for.
fn let_go(store: &Store, listings: &Listings, workspace: &Workspace) -> Result<(), CliError> {
    let lists = || listings.lists.iter();
    let listed = lists().flat_map(|list| list.repositories.iter().map(|one| &one.name));
    let left = lists().flat_map(|list| list.left.iter().map(|one| &one.name));
    for name in listed.chain(left) {
        let is_meant = workspace.github.iter().any(|own| own.is_same(name));
        let Some(id) = store.known_id(name).filter(|_| !is_meant) else {
            continue;
        };
        let mut state = state::read(store, id)?;
        let certificates = state
            .streams
            .values_mut()
            .filter_map(|stream| stream.certificate.as_mut());
        let mut is_changed = false;
        for line in certificates.filter(|line| line.has_hole()) {
            line.completeness = Completeness::Skipped;
            line.reason = Some("the repository is not among those that are asked for".to_owned());
            line.fix = None;
            is_changed = true;
        }
        if is_changed {
            state::write(store, id, &state)?;
        }
    }
    Ok(())
}

/// What a pattern gave, in words.
#[must_use]
pub fn told(line: &PatternLine) -> String {
    let mut parts = vec![counted(line.n_taken, "repositories")];
    if line.n_archived > 0 {
        parts.push(format!("{} archived", line.n_archived));
    }
    if line.n_forks > 0 {
        parts.push(counted(line.n_forks, "forks"));
    }
    if line.n_left_out > 0 {
        parts.push(format!("{} left out with `!`", line.n_left_out));
    }
    let of = match &line.product {
        Some(product) => format!(" ({product})"),
        None => String::new(),
    };
    let mut text = format!("`{}`{of}: {}", line.pattern, parts.join(", "));
    if let Some(reason) = &line.reason {
        text.push_str("; ");
        text.push_str(reason);
    }
    text
}

/// What appeared, was renamed and left between two readings of the same lists.
fn changes(before: &Listings, after: &Listings) -> Vec<String> {
    let mut lines = Vec::new();
    for list in &after.lists {
        let known = before
            .lists
            .iter()
            .find(|known| known.source == list.source);
        let Some(known) = known.filter(|known| known.listed_at.is_some()) else {
            continue;
        };
        if known.listed_at != list.listed_at {
            changes_of(known, list, &mut lines);
        }
    }
    let n_more = lines.len().saturating_sub(MOST_TOLD);
    lines.truncate(MOST_TOLD);
    if n_more > 0 {
        lines.push(format!(
            "and {n_more} changes more; `linchpin diff` has all"
        ));
    }
    lines
}

fn changes_of(before: &Listing, after: &Listing, lines: &mut Vec<String>) {
    let ordinary = |list: &'_ Listing| -> BTreeMap<String, ListedRepository> {
        let taken = list.repositories.iter().filter(|one| one.is_ordinary());
        taken.map(|one| (one.node.clone(), one.clone())).collect()
    };
    let (old, new) = (ordinary(before), ordinary(after));
    for (node, found) in &new {
        match old.get(node) {
            None => lines.push(format!("`{}` appeared", found.name)),
            Some(known) if !known.name.is_same(&found.name) => {
                lines.push(format!("`{}` is called `{}` now", known.name, found.name));
            }
            Some(known) if known.missing_since.is_none() && found.missing_since.is_some() => {
                lines.push(format!("`{}` is no longer shown to this token", found.name));
            }
            Some(_) => {}
        }
    }
    let left = after
        .left
        .iter()
        .filter(|one| Some(one.at) == after.listed_at);
    lines.extend(left.map(|one| format!("`{}` left: {}", one.name, one.why)));
}
