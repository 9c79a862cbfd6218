//! Who is meant: everything by which the store knows the person.

use std::collections::BTreeSet;

use crate::cli::error::{CliError, ErrorKind};
use crate::cli::private_folder;
use crate::cli::workspace::Workspace;
use crate::derive::IDENTITY;
use crate::domain::naming::full_name;
use crate::domain::{AccountSeen, Person, PersonId, StandIn};
use crate::git::identity::Identity;
use crate::register::nearest;
use crate::render::encode::terminal;
use crate::report::names::speaks_alone;
use crate::store::{Store, Whom};
use crate::work::roster::person_of;
use crate::{github, store};

/// Whom the command names.
pub(super) enum Meant {
    /// Somebody of whom the store knows.
    Known(Box<Known>),
    /// Somebody whom it has forgotten already.
    Forgotten,
}

/// Somebody of whom the store knows.
pub(super) struct Known {
    pub(super) whom: Whom,
    /// The folder of their private tree.
    pub(super) folder: Option<String>,
    /// Who else bears the full name, by a login or an address.
    pub(super) namesakes: BTreeSet<String>,
}

/// What one repository's answers say of accounts.
#[derive(Default)]
struct Accounts {
    seen: Vec<AccountSeen>,
    /// Address and index.
    links: Vec<(String, usize)>,
}

/// Finds out who is meant.
pub(super) fn meant(store: &Store, workspace: &Workspace, who: &str) -> Result<Meant, CliError> {
    let identity = match store.read(IDENTITY) {
        Ok(bytes) => bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()),
        Err(store::Error::Damaged { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let login = who.strip_prefix('@').unwrap_or(who).to_owned();
    refuse_owner(store, &BTreeSet::from([login]))?;
    let Some(identity): Option<Identity> = identity else {
        return no_facts(store, who);
    };
    let person = person_of(&identity.people, who)
        .and_then(|id| identity.people.iter().find(|person| person.id == id));
    let Some(person) = person else {
        return unknown(store, &identity, who);
    };
    if !person.is_human() {
        let message = format!(
            "`{}` is {}, not a person",
            terminal(who),
            person.account.word()
        );
        return Err(CliError::new(ErrorKind::Usage, message).hint(
            "if that is wrong, correct `bots` or `ai_reviewers` in linchpin.toml and run `linchpin mine`",
        ));
    }
    let mut whom = Whom {
        site: workspace
            .web
            .as_deref()
            .and_then(|web| Some(web.split_once("://")?.1.to_owned())),
        merges_names: workspace.register.merge_same_names,
        ..Whom::default()
    };
    add_person(&mut whom, person);
    add_accounts(&mut whom, &accounts(store)?, &identity, person.id);
    add_register(&mut whom, workspace);
    refuse_owner(store, &whom.logins)?;
    let folders = private_folder::of_people(&identity.people);
    let folder = folders.get(&person.id).cloned();
    whom.said = said(&whom);
    Ok(Meant::Known(Box::new(Known {
        namesakes: namesakes(&identity.people, person),
        whom,
        folder,
    })))
}

fn accounts(store: &Store) -> Result<Accounts, CliError> {
    let mut found = Accounts::default();
    for entry in store.repositories() {
        let (decoded, _) = github::facts(store, entry.id)?;
        let first = found.seen.len();
        let links = decoded.email_links.into_iter();
        found.links.extend(
            links.filter_map(|(email, at)| Some((email, first + usize::try_from(at.0).ok()?))),
        );
        found.seen.extend(decoded.accounts);
    }
    Ok(found)
}

fn add_person(whom: &mut Whom, person: &Person) {
    let logins = person.logins.iter().map(|login| login.0.clone());
    whom.logins.extend(logins);
    let addresses = person.emails.iter().map(|email| email.0.clone());
    whom.addresses.extend(addresses);
    whom.names.extend(person.names.iter().cloned());
}

/// Adds what the accounts say that are the person's: identities were resolved from the same ones, in this order.
fn add_accounts(whom: &mut Whom, accounts: &Accounts, identity: &Identity, person: PersonId) {
    let is_theirs = |at: usize, account: &AccountSeen| {
        if identity.person_of_account.len() == accounts.seen.len() {
            return identity.person_of_account.get(at) == Some(&person);
        }
        // More was fetched since.
        let mut logins = whom.logins.iter();
        logins.any(|login| login.eq_ignore_ascii_case(&account.login.0))
    };
    let theirs: BTreeSet<usize> = accounts
        .seen
        .iter()
        .enumerate()
        .filter(|(at, account)| is_theirs(*at, account))
        .map(|(at, _)| at)
        .collect();
    for account in theirs.iter().filter_map(|at| accounts.seen.get(*at)) {
        whom.logins.insert(account.login.0.clone());
        whom.numbers.extend(account.database_id);
        whom.nodes.extend(account.node.clone());
        whom.names.extend(account.name.clone());
    }
    let links = accounts.links.iter();
    let links = links.filter(|(_, at)| theirs.contains(at));
    whom.addresses.extend(links.map(|(email, _)| email.clone()));
}

/// Adds what the team's register says of the member.
fn add_register(whom: &mut Whom, workspace: &Workspace) {
    for member in &workspace.register.members {
        let mut logins = whom.logins.iter();
        if !logins.any(|login| login.eq_ignore_ascii_case(&member.login)) {
            continue;
        }
        whom.names.extend(member.name.clone());
        for alias in &member.aliases {
            if alias.contains('@') {
                whom.addresses.insert(alias.clone());
            } else {
                whom.logins.insert(alias.clone());
            }
        }
    }
    whom.names.retain(|name| !name.trim().is_empty());
    whom.addresses.retain(|email| !email.trim().is_empty());
}

/// The logins and names that say by themselves who is meant: whole names also turned around and without those in the middle.
fn said(whom: &Whom) -> BTreeSet<String> {
    let words = |name: &str| -> Vec<String> {
        let words = name.split_whitespace().map(str::to_owned);
        words
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .collect()
    };
    let has_full_name = whom.names.iter().any(|name| words(name).len() > 1);
    let mut said: BTreeSet<String> = whom.logins.clone();
    for name in &whom.names {
        let words = words(name);
        if let [first, .., last] = words.as_slice() {
            said.insert(name.clone());
            said.insert(format!("{first} {last}"));
            said.insert(format!("{last} {first}"));
        } else if !has_full_name {
            said.insert(name.clone());
        }
    }
    let own = [StandIn::NAME, "forgotten"];
    said.retain(|text| speaks_alone(text) && !own.contains(&text.to_lowercase().as_str()));
    said
}

/// Who else bears the full name, by a login or an address.
fn namesakes(people: &[Person], person: &Person) -> BTreeSet<String> {
    let full = |person: &Person| -> BTreeSet<String> {
        person
            .names
            .iter()
            .filter_map(|name| full_name(name))
            .collect()
    };
    let own = full(person);
    let others = people.iter().filter(|other| {
        other.id != person.id && other.is_human() && !full(other).is_disjoint(&own)
    });
    let known_by = |other: &Person| {
        let login = other.logins.first().map(|login| login.0.clone());
        login.or_else(|| other.emails.first().map(|email| email.0.clone()))
    };
    others.filter_map(known_by).collect()
}

/// An owner's login is in the address of everything that the store holds.
fn refuse_owner(store: &Store, logins: &BTreeSet<String>) -> Result<(), CliError> {
    for entry in store.repositories() {
        let Some((owner, _)) = entry.name.split_once('/') else {
            continue;
        };
        let mut logins = logins.iter();
        if logins.any(|login| login.eq_ignore_ascii_case(owner)) {
            let message = format!(
                "`{}` owns `{}`: the login is in the address of everything that the store has of it",
                terminal(owner),
                terminal(&entry.name)
            );
            return Err(CliError::new(ErrorKind::Usage, message).hint(format!(
                "remove the store `{}` to forget all of it; keep the other repositories in a store of their own (`--store`), and forget \
                 them there",
                store.root().display()
            )));
        }
    }
    Ok(())
}

/// Whom the store has forgotten, or nobody who can be found without facts.
fn no_facts(store: &Store, who: &str) -> Result<Meant, CliError> {
    if store.forgotten().who(who).is_some() {
        return Ok(Meant::Forgotten);
    }
    let message = format!(
        "the store `{}` has no facts, by which everything that `{}` is called would be known",
        store.root().display(),
        terminal(who)
    );
    Err(CliError::new(ErrorKind::Usage, message)
        .hint("run `linchpin mine` in the clone first, also after somebody else was forgotten"))
}

/// Nobody whom the store knows: it may have forgotten them.
fn unknown(store: &Store, identity: &Identity, who: &str) -> Result<Meant, CliError> {
    if store.forgotten().who(who).is_some() {
        return Ok(Meant::Forgotten);
    }
    let known = || {
        let logins = identity.people.iter().flat_map(|person| &person.logins);
        logins.map(|login| login.0.as_str())
    };
    let near = nearest(&who.to_lowercase(), known());
    let message = format!(
        "nobody in the store is `{}`, and nobody of that name was forgotten",
        terminal(who)
    );
    let error = CliError::new(ErrorKind::Usage, message);
    Err(match near {
        Some(near) => error.hint(format!("did you mean `{}`?", terminal(near))),
        None => error.hint(
            "name a login, or an address from the history; `linchpin identity` lists everybody",
        ),
    })
}
