//! Owners: who has which repositories and teams.

use apollo_compiler::response::JsonValue;

use super::super::resolve::{Field, Node, leaf, page_of};
use super::{Snapshot, View, node};
use crate::demo::model::{ActorType, HostRepository};

impl Snapshot {
    /// Positions of the repositories that are asked for, by name.
    pub(super) fn repositories_where(
        &self,
        is_asked: &dyn Fn(&HostRepository) -> bool,
    ) -> Vec<usize> {
        let all = self.host.repositories.iter().enumerate();
        let mut found: Vec<usize> = all
            .filter(|(_, repository)| is_asked(repository))
            .map(|(at, _)| at)
            .collect();
        let name = |at: &usize| {
            let repository = self.host.repositories.get(*at);
            repository.map(|repository| repository.name.to_lowercase())
        };
        found.sort_by_key(name);
        found
    }

    /// Some repositories as a list.
    pub(super) fn repository_list(
        &self,
        type_name: &'static str,
        positions: Vec<usize>,
    ) -> Field<'_> {
        Field::Connection(Box::new(move |arguments| {
            page_of(type_name, arguments, &positions, |at| {
                let repository = self.host.repositories.get(at)?;
                Some(self.repository_node(at, repository))
            })
        }))
    }

    /// The owner of a login, without regard to case: a user where an account has it, else an organisation that has a repository or
    /// a team.
    pub(super) fn owner_of(&self, login: &str) -> Option<Node<'_>> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(login);
        let mut accounts = self.host.accounts.iter();
        let user = accounts.find(|one| one.kind == ActorType::User && is_it(&one.login));
        if let Some(user) = user {
            return Some(self.owner("User", &user.login));
        }
        let of_repositories = self.host.repositories.iter().map(|one| &one.owner);
        let of_teams = self.host.teams.iter().map(|team| &team.organisation);
        let mut organisations = of_repositories.chain(of_teams);
        let organisation = organisations.find(|known| is_it(known))?;
        Some(self.owner("Organization", organisation))
    }

    /// An owner, with its repositories and teams.
    pub(super) fn owner<'h>(&'h self, type_name: &'static str, login: &'h str) -> Node<'h> {
        let is_own = |repository: &HostRepository| repository.owner.eq_ignore_ascii_case(login);
        let repositories = self.repositories_where(&is_own);
        let teams: Vec<usize> = self
            .host
            .teams
            .iter()
            .enumerate()
            .filter(|(_, team)| team.organisation == login)
            .map(|(at, _)| at)
            .collect();
        // A team's members are read beside any repository.
        let view = self.host.repositories.first().map(|repository| View {
            snapshot: self,
            repository,
        });
        node(
            type_name,
            vec![
                ("id", leaf(format!("O_{login}"))),
                ("login", leaf(login.to_owned())),
                (
                    "repositories",
                    self.repository_list("RepositoryConnection", repositories),
                ),
                (
                    "team",
                    Field::Lookup(Box::new(move |arguments| {
                        let slug = arguments.get("slug").and_then(JsonValue::as_str);
                        let mut teams = self.host.teams.iter();
                        let found = teams.find(|team| {
                            team.organisation == login && Some(team.slug.as_str()) == slug
                        });
                        Ok(found.and_then(|team| Some(view?.team(team))))
                    })),
                ),
                (
                    "teams",
                    Field::Connection(Box::new(move |arguments| {
                        page_of("TeamConnection", arguments, &teams, |at| {
                            Some(view?.team(self.host.teams.get(at)?))
                        })
                    })),
                ),
            ],
        )
    }
}
