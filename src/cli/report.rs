//! What commands ask of an analysis, and how they read a store.

use std::collections::BTreeMap;

use super::console::note;
use super::context::Context;
use super::error::{CliError, ErrorKind};
use super::known::known_people;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::domain::{Person, RepoName, RepositoryId};
use crate::register::nearest;
use crate::render::encode;
use crate::report::{Names, RepositoryLabel};
use crate::store::{self, Store};
use crate::tables::FactTable;
use crate::work::unknown::logins_of_nobody;

impl Analysis {
    /// Reads the store of a workspace, which somebody may be writing.
    pub fn of(workspace: &Workspace, parts: &[FactTable]) -> Result<Self, CliError> {
        reading(workspace, |store| {
            Ok(Self::read(store, &workspace.inquiry(), parts)?)
        })
    }

    /// Somebody whom the arguments name.
    pub fn named(&self, who: &str) -> Result<&Person, CliError> {
        self.person(who).ok_or_else(|| {
            let message = format!("nobody in the store is `{}`", encode::terminal(who));
            CliError::new(ErrorKind::Usage, message).hint(
                "name a login, or an address from the history; `linchpin identity` lists everybody",
            )
        })
    }

    /// Says which logins of the registers nobody in the store has, with the nearest one that somebody has.
    pub fn tell_unknown_logins(&self, context: &Context, workspace: &Workspace) {
        let people = &self.tables.people;
        let known = || {
            let logins = people.iter().flat_map(|person| &person.logins);
            logins.map(|login| login.0.as_str())
        };
        let mut unknown =
            logins_of_nobody(&workspace.register, &workspace.private_register, people);
        let is_forgotten = |login: &str| self.forgotten.who(login).is_some();
        for (is_team, login) in unknown.extract_if(.., |(_, login)| is_forgotten(login)) {
            let said = format!("{} names {}", register_of(is_team), forgotten_login(login));
            context.progress.say(&encode::terminal(&said));
        }
        if unknown.is_empty() {
            return;
        }
        if known().next().is_none() {
            context.progress.say(
                "no login is known: without GitHub, members are not matched with those who commit",
            );
            return;
        }
        for (is_team, login) in unknown {
            let place = register_of(is_team);
            let near = nearest(&login.to_lowercase(), known());
            let hint = near.map_or_else(
                || "`linchpin identity` lists everybody".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let said =
                format!("{place} names `{login}`, and nobody in the store has that login; {hint}");
            context.progress.say(&encode::terminal(&said));
        }
    }

    /// Everybody whom the store and the registers know.
    #[must_use]
    pub fn names(&self, workspace: &Workspace) -> Names {
        let repositories: Vec<&str> = self
            .tables
            .repositories
            .iter()
            .map(|repository| repository.name.as_str())
            .collect();
        Names::of(&known_people(&self.tables, workspace), &repositories)
    }

    /// Repositories of a server, by id.
    #[must_use]
    pub fn repository_names(&self) -> BTreeMap<RepositoryId, RepoName> {
        let rows = self.tables.repositories.iter();
        rows.filter_map(|row| Some((row.repository, row.name.parse().ok()?)))
            .collect()
    }

    /// Repositories as readers know them.
    #[must_use]
    pub fn faces(&self) -> Vec<RepositoryLabel> {
        let face = |repository: &crate::tables::Repository| RepositoryLabel {
            id: repository.repository,
            name: repository.name.clone(),
            url: repository.url.clone(),
        };
        self.tables.repositories.iter().map(face).collect()
    }
}

const fn register_of(is_team: bool) -> &'static str {
    if is_team {
        "the register"
    } else {
        "the private register"
    }
}

/// What is wrong with a login in a register that the store has forgotten.
pub(super) fn forgotten_login(login: &str) -> String {
    format!(
        "`{login}`, whom this store has forgotten: take it out; what a register says of them brings nothing back"
    )
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
