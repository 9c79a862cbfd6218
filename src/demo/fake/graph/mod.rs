//! The model of a host as a graph: each object built only when a query reaches it.

mod delivery;
mod owner;
mod planning;
mod pull_request;
mod repository;
mod settings;
mod timeline;

use std::collections::HashMap;

use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::JsonValue;
use jiff::Timestamp;

use super::resolve::{Field, Node, int, leaf, object, text};
use crate::demo::model::{ActorType, Host, HostAccount, HostRepository};
use crate::domain::CommitId;

/// Where the pages of the modelled host would be; a name reserved for examples.
pub const WEB: &str = "https://github.example";

/// What is left of the hourly points, as `rateLimit` shows it.
#[derive(Clone, Copy)]
pub(super) struct Points {
    pub(super) limit: u32,
    pub(super) cost: u32,
    pub(super) remaining: u32,
    pub(super) reset_at: Timestamp,
}

#[derive(Clone, Copy)]
enum NodePlace {
    Repository,
    PullRequest(usize),
    Thread(usize, usize),
    Issue(usize),
    Deployment(usize),
    /// Of the host, not of the repository.
    Team(usize),
}

/// A host with what is needed to find things in it quickly.
pub(super) struct Snapshot {
    pub(super) host: Host,
    accounts: HashMap<String, usize>,
    places: HashMap<String, (usize, NodePlace)>,
    /// By repository: pull requests, issues, deployments and releases by their key of order.
    orders: Vec<Orders>,
}

#[derive(Default)]
struct Orders {
    pull_requests: Vec<(String, usize)>,
    issues: Vec<(String, usize)>,
    deployments: Vec<(String, usize)>,
    releases: Vec<(String, usize)>,
}

fn key(at: Timestamp, node: &str) -> String {
    format!("{:020}:{node}", at.as_microsecond().saturating_add(1 << 60))
}

fn ordered<T>(items: &[T], of: impl Fn(&T) -> String) -> Vec<(String, usize)> {
    let mut order: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(at, item)| (of(item), at))
        .collect();
    order.sort();
    order
}

impl Snapshot {
    pub(super) fn new(host: Host) -> Self {
        let accounts = host
            .accounts
            .iter()
            .enumerate()
            .map(|(at, account)| (account.login.clone(), at))
            .collect();
        let mut places = HashMap::new();
        let mut orders = Vec::new();
        for (at, repository) in host.repositories.iter().enumerate() {
            places.insert(repository.node.clone(), (at, NodePlace::Repository));
            for (position, pull_request) in repository.pull_requests.iter().enumerate() {
                places.insert(
                    pull_request.node.clone(),
                    (at, NodePlace::PullRequest(position)),
                );
                for (thread, threaded) in pull_request.threads.iter().enumerate() {
                    places.insert(
                        threaded.node.clone(),
                        (at, NodePlace::Thread(position, thread)),
                    );
                }
            }
            for (position, issue) in repository.issues.iter().enumerate() {
                places.insert(issue.node.clone(), (at, NodePlace::Issue(position)));
            }
            for (position, deployment) in repository.deployments.iter().enumerate() {
                places.insert(
                    deployment.node.clone(),
                    (at, NodePlace::Deployment(position)),
                );
            }
            if at == 0 {
                for (position, team) in host.teams.iter().enumerate() {
                    places.insert(team.node.clone(), (at, NodePlace::Team(position)));
                }
            }
            let mut order = Orders {
                pull_requests: ordered(&repository.pull_requests, |item| {
                    key(item.updated_at, &item.node)
                }),
                issues: ordered(&repository.issues, |item| key(item.updated_at, &item.node)),
                deployments: ordered(&repository.deployments, |item| {
                    key(item.created_at, &item.node)
                }),
                releases: ordered(&repository.releases, |item| {
                    key(item.created_at, &item.node)
                }),
            };
            order.pull_requests.reverse();
            order.deployments.reverse();
            order.releases.reverse();
            orders.push(order);
        }
        Self {
            host,
            accounts,
            places,
            orders,
        }
    }

    /// The repository of a name, current or former, without regard to case.
    pub(super) fn repository(&self, owner: &str, name: &str) -> Option<(usize, &HostRepository)> {
        let full = format!("{owner}/{name}");
        let is_named = |repository: &HostRepository| {
            format!("{}/{}", repository.owner, repository.name).eq_ignore_ascii_case(&full)
        };
        let by_name = self.host.repositories.iter().position(is_named);
        let at = by_name.or_else(|| {
            self.host.repositories.iter().position(|repository| {
                repository
                    .former_names
                    .iter()
                    .any(|former| former.eq_ignore_ascii_case(&full))
            })
        })?;
        Some((at, self.host.repositories.get(at)?))
    }

    /// The query root.
    pub(super) fn query(&self, points: Points) -> Node<'_> {
        let rate = node(
            "RateLimit",
            vec![
                ("limit", int(points.limit.into())),
                ("cost", int(points.cost.into())),
                ("remaining", int(points.remaining.into())),
                ("resetAt", time(points.reset_at)),
            ],
        );
        node(
            "Query",
            vec![
                ("rateLimit", object(Some(rate))),
                (
                    "repository",
                    Field::Lookup(Box::new(|arguments| {
                        let text = |name| {
                            arguments
                                .get(name)
                                .and_then(JsonValue::as_str)
                                .unwrap_or_default()
                        };
                        match self.repository(text("owner"), text("name")) {
                            Some((at, repository)) => {
                                Ok(Some(self.repository_node(at, repository)))
                            }
                            None => Err(FieldError {
                                message: format!(
                                    "Could not resolve to a Repository with the name '{}/{}'.",
                                    text("owner"),
                                    text("name")
                                ),
                            }),
                        }
                    })),
                ),
                (
                    "repositoryOwner",
                    Field::Lookup(Box::new(|arguments| {
                        let login = arguments.get("login").and_then(JsonValue::as_str);
                        Ok(login.and_then(|login| self.owner_of(login)))
                    })),
                ),
                (
                    "organization",
                    Field::Lookup(Box::new(|arguments| {
                        let login = arguments.get("login").and_then(JsonValue::as_str);
                        let login = login.unwrap_or_default();
                        let found = self.owner_of(login);
                        match found.filter(|owner| owner.type_name == "Organization") {
                            Some(owner) => Ok(Some(owner)),
                            None => Err(FieldError {
                                message: format!(
                                    "Could not resolve to an Organization with the login of '{login}'."
                                ),
                            }),
                        }
                    })),
                ),
                (
                    "node",
                    Field::Lookup(Box::new(|arguments| {
                        Ok(arguments
                            .get("id")
                            .and_then(JsonValue::as_str)
                            .and_then(|id| self.any(id)))
                    })),
                ),
                (
                    "nodes",
                    Field::List(Box::new(|arguments| {
                        let ids = arguments.get("ids").and_then(JsonValue::as_array);
                        ids.into_iter()
                            .flatten()
                            .map(|id| id.as_str().and_then(|id| self.any(id)))
                            .collect()
                    })),
                ),
            ],
        )
    }

    fn any(&self, id: &str) -> Option<Node<'_>> {
        let (at, place) = *self.places.get(id)?;
        let repository = self.host.repositories.get(at)?;
        let view = View {
            snapshot: self,
            repository,
        };
        match place {
            NodePlace::Repository => Some(self.repository_node(at, repository)),
            NodePlace::PullRequest(position) => {
                Some(view.pull_request(repository.pull_requests.get(position)?))
            }
            NodePlace::Thread(position, thread) => {
                let pull_request = repository.pull_requests.get(position)?;
                Some(view.thread(pull_request.number, pull_request.threads.get(thread)?))
            }
            NodePlace::Issue(position) => Some(view.issue(repository.issues.get(position)?)),
            NodePlace::Team(position) => Some(view.team(self.host.teams.get(position)?)),
            NodePlace::Deployment(position) => {
                Some(view.deployment(repository.deployments.get(position)?))
            }
        }
    }
}

fn node<'h>(type_name: &'static str, fields: Vec<(&'static str, Field<'h>)>) -> Node<'h> {
    Node { type_name, fields }
}

fn time<'h>(at: Timestamp) -> Field<'h> {
    leaf(at.to_string())
}

fn commit_node<'h>(id: CommitId) -> Node<'h> {
    node(
        "Commit",
        vec![
            ("id", leaf(format!("C_{id}"))),
            ("oid", leaf(id.to_string())),
        ],
    )
}

fn label_node<'h>(name: &str) -> Node<'h> {
    node(
        "Label",
        vec![("id", leaf(format!("LA_{name}"))), ("name", leaf(name))],
    )
}

/// One repository of a snapshot.
#[derive(Clone, Copy)]
struct View<'h> {
    snapshot: &'h Snapshot,
    repository: &'h HostRepository,
}

impl<'h> View<'h> {
    fn page(&self, rest: &str) -> Field<'h> {
        leaf(format!(
            "{WEB}/{}/{}/{rest}",
            self.repository.owner, self.repository.name
        ))
    }

    fn account(&self, login: &str) -> Option<&'h HostAccount> {
        self.snapshot
            .accounts
            .get(login)
            .and_then(|at| self.snapshot.host.accounts.get(*at))
    }

    fn actor(&self, login: Option<&String>) -> Option<Node<'h>> {
        let account = self.account(login?)?;
        let mut fields = vec![
            ("id", leaf(account.node.clone())),
            ("login", leaf(account.login.clone())),
            ("databaseId", int(account.database_id)),
        ];
        let type_name = match account.kind {
            ActorType::User => {
                fields.push(("name", text(account.name.clone())));
                "User"
            }
            ActorType::Bot => "Bot",
            ActorType::Mannequin => "Mannequin",
        };
        Some(node(type_name, fields))
    }

    fn user(&self, login: Option<&String>) -> Option<Node<'h>> {
        self.actor(login).filter(|node| node.type_name == "User")
    }
}
