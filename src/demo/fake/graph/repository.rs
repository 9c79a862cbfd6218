//! A repository and its four ordered lists.

use std::collections::BTreeSet;

use apollo_compiler::response::{JsonMap, JsonValue};
use jiff::Timestamp;

use super::super::resolve::{
    Field, Node, Page, connection, int, keyed_page, leaf, object, page_of,
};
use super::pull_request::state_of;
use super::{Orders, Snapshot, View, label_node, node, time};
use crate::demo::model::HostRepository;

impl Snapshot {
    pub(super) fn repository_node<'h>(
        &'h self,
        at: usize,
        repository: &'h HostRepository,
    ) -> Node<'h> {
        let view = View {
            snapshot: self,
            repository,
        };
        let mut fields = vec![
            ("id", leaf(repository.node.clone())),
            ("databaseId", int(repository.database_id)),
            (
                "nameWithOwner",
                leaf(format!("{}/{}", repository.owner, repository.name)),
            ),
            ("isArchived", leaf(repository.is_archived)),
            ("isFork", leaf(repository.is_fork)),
            ("diskUsage", int(repository.disk_kib)),
            ("repositoryTopics", topics(repository)),
            ("isEmpty", leaf(repository.default_branch.is_none())),
            ("hasIssuesEnabled", leaf(repository.has_issues)),
            (
                "createdAt",
                time(repository.created_at.unwrap_or(Timestamp::UNIX_EPOCH)),
            ),
            ("pushedAt", leaf(pushed_at(repository))),
            ("mergeCommitAllowed", leaf(true)),
            ("squashMergeAllowed", leaf(true)),
            ("rebaseMergeAllowed", leaf(true)),
            (
                "owner",
                object(Some(self.owner("Organization", &repository.owner))),
            ),
            ("defaultBranchRef", object(view.default_branch())),
            ("milestones", view.milestones()),
            ("environments", view.environments()),
        ];
        fields.extend(self.repository_lists(at, repository));
        node("Repository", fields)
    }

    fn repository_lists<'h>(
        &'h self,
        at: usize,
        repository: &'h HostRepository,
    ) -> Vec<(&'static str, Field<'h>)> {
        let view = View {
            snapshot: self,
            repository,
        };
        vec![
            ("labels", labels(repository)),
            ("pullRequests", self.pull_requests(at, repository)),
            ("issues", self.issues(at, repository)),
            (
                "deployments",
                self.ordered(
                    at,
                    "DeploymentConnection",
                    true,
                    |orders| &orders.deployments,
                    move |position| {
                        repository
                            .deployments
                            .get(position)
                            .map(|item| view.deployment(item))
                    },
                ),
            ),
            (
                "releases",
                self.ordered(
                    at,
                    "ReleaseConnection",
                    true,
                    |orders| &orders.releases,
                    move |position| {
                        repository
                            .releases
                            .get(position)
                            .map(|item| view.release(item))
                    },
                ),
            ),
        ]
    }

    fn pull_requests<'h>(&'h self, at: usize, repository: &'h HostRepository) -> Field<'h> {
        let view = View {
            snapshot: self,
            repository,
        };
        let build = move |position: usize| {
            repository
                .pull_requests
                .get(position)
                .map(|item| view.pull_request(item))
        };
        Field::Connection(Box::new(move |arguments| {
            let order = self
                .orders
                .get(at)
                .map(|orders| orders.pull_requests.as_slice())
                .unwrap_or_default();
            let Some(states) = arguments.get("states").and_then(JsonValue::as_array) else {
                return keyed_page("PullRequestConnection", arguments, order, true, build);
            };
            let is_asked = |position: usize| {
                let state = repository.pull_requests.get(position).map(state_of);
                states.iter().any(|asked| asked.as_str() == state)
            };
            let shown: Vec<_> = order
                .iter()
                .filter(|(_, position)| is_asked(*position))
                .cloned()
                .collect();
            keyed_page("PullRequestConnection", arguments, &shown, true, build)
        }))
    }

    fn issues<'h>(&'h self, at: usize, repository: &'h HostRepository) -> Field<'h> {
        let view = View {
            snapshot: self,
            repository,
        };
        Field::Connection(Box::new(move |arguments| {
            let order = self
                .orders
                .get(at)
                .map(|orders| orders.issues.as_slice())
                .unwrap_or_default();
            let since = arguments
                .get("filterBy")
                .and_then(|filter| filter.get("since"))
                .and_then(JsonValue::as_str)
                .and_then(|since| since.parse::<Timestamp>().ok());
            let is_descending = arguments
                .get("orderBy")
                .and_then(|order| order.get("direction"))
                .and_then(JsonValue::as_str)
                .is_some_and(|direction| direction == "DESC");
            let mut shown: Vec<_> = order
                .iter()
                .filter(|(_, position)| {
                    let at = repository
                        .issues
                        .get(*position)
                        .map(|issue| issue.updated_at);
                    since.is_none_or(|since| at.is_some_and(|at| at >= since))
                })
                .cloned()
                .collect();
            if is_descending {
                shown.reverse();
            }
            keyed_page(
                "IssueConnection",
                arguments,
                &shown,
                is_descending,
                |position| repository.issues.get(position).map(|item| view.issue(item)),
            )
        }))
    }

    fn ordered<'h>(
        &'h self,
        at: usize,
        type_name: &'static str,
        is_descending: bool,
        of: impl Fn(&'h Orders) -> &'h Vec<(String, usize)> + 'h,
        build: impl Fn(usize) -> Option<Node<'h>> + 'h,
    ) -> Field<'h> {
        Field::Connection(Box::new(move |arguments: &JsonMap| -> Page<'h> {
            let order = self
                .orders
                .get(at)
                .map(|orders| of(orders).as_slice())
                .unwrap_or_default();
            keyed_page(type_name, arguments, order, is_descending, &build)
        }))
    }
}

/// The last instant at which somebody pushed, as far as the model tells: runs of pushes, and merges.
fn pushed_at(repository: &HostRepository) -> JsonValue {
    let runs = repository.workflow_runs.iter();
    let runs = runs.filter(|run| matches!(run.event.as_str(), "push" | "pull_request"));
    let merges = repository
        .pull_requests
        .iter()
        .filter_map(|item| item.merged_at);
    let newest = runs.map(|run| run.created_at).chain(merges).max();
    newest.map_or(JsonValue::Null, |at| JsonValue::from(at.to_string()))
}

fn topics(repository: &HostRepository) -> Field<'_> {
    connection(
        "RepositoryTopicConnection",
        &repository.topics,
        |_, topic| {
            let word = node(
                "Topic",
                vec![
                    ("id", leaf(format!("TO_{topic}"))),
                    ("name", leaf(topic.clone())),
                ],
            );
            let id = leaf(format!("RT_{}_{topic}", repository.node));
            node(
                "RepositoryTopic",
                vec![("id", id), ("topic", object(Some(word)))],
            )
        },
    )
}

/// Every label that the repository's work bears.
fn labels(repository: &HostRepository) -> Field<'_> {
    Field::Connection(Box::new(move |arguments| {
        let of_issues = repository.issues.iter().flat_map(|issue| &issue.labels);
        let of_pull_requests = repository
            .pull_requests
            .iter()
            .flat_map(|item| &item.labels);
        let known: BTreeSet<&String> = of_issues.chain(of_pull_requests).collect();
        let known: Vec<&String> = known.into_iter().collect();
        let positions: Vec<usize> = (0..known.len()).collect();
        page_of("LabelConnection", arguments, &positions, |position| {
            known.get(position).map(|label| label_node(label))
        })
    }))
}
