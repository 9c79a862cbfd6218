//! A repository and its four ordered lists.

use apollo_compiler::response::{JsonMap, JsonValue};
use jiff::Timestamp;

use super::super::resolve::{Field, Node, Page, int, keyed_page, leaf, object};
use super::{Orders, Snapshot, View, node, time};
use crate::demo::model::HostRepository;

impl Snapshot {
    pub(super) fn repository_node<'h>(
        &'h self,
        at: usize,
        repository: &'h HostRepository,
    ) -> Node<'h> {
        let owner = node(
            "Organization",
            vec![
                ("id", leaf(format!("O_{}", repository.owner))),
                ("login", leaf(repository.owner.clone())),
            ],
        );
        let reference = |name: &String| {
            node(
                "Ref",
                vec![
                    ("id", leaf(format!("REF_{name}"))),
                    ("name", leaf(name.clone())),
                ],
            )
        };
        let mut fields = vec![
            ("id", leaf(repository.node.clone())),
            ("databaseId", int(repository.database_id)),
            (
                "nameWithOwner",
                leaf(format!("{}/{}", repository.owner, repository.name)),
            ),
            ("isArchived", leaf(repository.is_archived)),
            ("isEmpty", leaf(repository.default_branch.is_none())),
            ("hasIssuesEnabled", leaf(repository.has_issues)),
            (
                "createdAt",
                time(repository.created_at.unwrap_or(Timestamp::UNIX_EPOCH)),
            ),
            ("mergeCommitAllowed", leaf(true)),
            ("squashMergeAllowed", leaf(true)),
            ("rebaseMergeAllowed", leaf(true)),
            ("owner", object(Some(owner))),
            (
                "defaultBranchRef",
                object(repository.default_branch.as_ref().map(reference)),
            ),
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
            (
                "pullRequests",
                self.ordered(
                    at,
                    "PullRequestConnection",
                    true,
                    |orders| &orders.pull_requests,
                    move |position| {
                        repository
                            .pull_requests
                            .get(position)
                            .map(|item| view.pull_request(item))
                    },
                ),
            ),
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
