//! The model of a host as a graph: each object built only when a query reaches it.

use std::collections::HashMap;

use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::{JsonMap, JsonValue};
use jiff::Timestamp;

use super::resolve::{Field, Node, Page, connection, int, keyed_page, leaf, object, page_of, text};
use crate::demo::model::{
    ActorType, EventKind, Host, HostAccount, HostComment, HostCommit, HostDeployment, HostEvent,
    HostIssue, HostPullRequest, HostRelease, HostRepository, HostReview, HostThread,
};
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
enum Place {
    Repository,
    PullRequest(usize),
    Thread(usize, usize),
    Issue(usize),
    Deployment(usize),
}

/// A host with what is needed to find things in it quickly.
pub(super) struct Snapshot {
    pub(super) host: Host,
    accounts: HashMap<String, usize>,
    places: HashMap<String, (usize, Place)>,
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
            places.insert(repository.node.clone(), (at, Place::Repository));
            for (position, pull_request) in repository.pull_requests.iter().enumerate() {
                places.insert(
                    pull_request.node.clone(),
                    (at, Place::PullRequest(position)),
                );
                for (thread, threaded) in pull_request.threads.iter().enumerate() {
                    places.insert(threaded.node.clone(), (at, Place::Thread(position, thread)));
                }
            }
            for (position, issue) in repository.issues.iter().enumerate() {
                places.insert(issue.node.clone(), (at, Place::Issue(position)));
            }
            for (position, deployment) in repository.deployments.iter().enumerate() {
                places.insert(deployment.node.clone(), (at, Place::Deployment(position)));
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
            Place::Repository => Some(self.repository_node(at, repository)),
            Place::PullRequest(position) => {
                Some(view.pull_request(repository.pull_requests.get(position)?))
            }
            Place::Thread(position, thread) => {
                let pull_request = repository.pull_requests.get(position)?;
                Some(view.thread(pull_request.number, pull_request.threads.get(thread)?))
            }
            Place::Issue(position) => Some(view.issue(repository.issues.get(position)?)),
            Place::Deployment(position) => {
                Some(view.deployment(repository.deployments.get(position)?))
            }
        }
    }

    fn repository_node<'h>(&'h self, at: usize, repository: &'h HostRepository) -> Node<'h> {
        let view = View {
            snapshot: self,
            repository,
        };
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
        node(
            "Repository",
            vec![
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
                (
                    "issues",
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
                    })),
                ),
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
            ],
        )
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

    fn pull_request(self, item: &'h HostPullRequest) -> Node<'h> {
        let state = match (item.merged_at, item.closed_at) {
            (Some(_), _) => "MERGED",
            (None, Some(_)) => "CLOSED",
            (None, None) => "OPEN",
        };
        let number = item.number;
        node(
            "PullRequest",
            vec![
                ("id", leaf(item.node.clone())),
                ("number", int(number)),
                ("title", leaf(item.title.clone())),
                ("url", self.page(&format!("pull/{number}"))),
                ("state", leaf(state)),
                ("isDraft", leaf(item.is_draft)),
                ("createdAt", time(item.created_at)),
                ("updatedAt", time(item.updated_at)),
                ("mergedAt", text(item.merged_at.map(|at| at.to_string()))),
                ("closedAt", text(item.closed_at.map(|at| at.to_string()))),
                ("baseRefName", leaf(item.base_branch.clone())),
                ("headRefName", leaf(item.head_branch.clone())),
                ("additions", int(item.additions)),
                ("deletions", int(item.deletions)),
                ("changedFiles", int(item.files.len() as u64)),
                ("author", object(self.actor(item.author.as_ref()))),
                ("mergedBy", object(self.actor(item.merged_by.as_ref()))),
                ("mergeCommit", object(item.merge_commit.map(commit_node))),
                (
                    "commits",
                    connection(
                        "PullRequestCommitConnection",
                        &item.commits,
                        move |_, commit| {
                            let fields = vec![
                                ("id", leaf(format!("PRC_{number}_{}", commit.id))),
                                ("commit", object(Some(self.commit(commit)))),
                            ];
                            node("PullRequestCommit", fields)
                        },
                    ),
                ),
                (
                    "files",
                    connection(
                        "PullRequestChangedFileConnection",
                        &item.files,
                        |_, file| {
                            let fields = vec![
                                ("path", leaf(file.path.clone())),
                                ("additions", int(file.additions)),
                                ("deletions", int(file.deletions)),
                            ];
                            node("PullRequestChangedFile", fields)
                        },
                    ),
                ),
                (
                    "reviews",
                    connection(
                        "PullRequestReviewConnection",
                        &item.reviews,
                        move |_, review| self.review(number, review),
                    ),
                ),
                (
                    "reviewThreads",
                    connection(
                        "PullRequestReviewThreadConnection",
                        &item.threads,
                        move |_, thread| self.thread(number, thread),
                    ),
                ),
                (
                    "comments",
                    connection(
                        "IssueCommentConnection",
                        &item.comments,
                        move |_, comment| self.comment("pull", number, comment),
                    ),
                ),
                (
                    "timelineItems",
                    self.timeline("PullRequestTimelineItemsConnection", &item.timeline),
                ),
                (
                    "labels",
                    connection("LabelConnection", &item.labels, |_, label| {
                        label_node(label)
                    }),
                ),
                (
                    "closingIssuesReferences",
                    connection("IssueConnection", &item.closes_issues, move |_, closed| {
                        let repository = node(
                            "Repository",
                            vec![("id", leaf(self.repository.node.clone()))],
                        );
                        let fields = vec![
                            ("id", leaf(format!("I_ref_{closed}"))),
                            ("number", int(*closed)),
                            ("repository", object(Some(repository))),
                        ];
                        node("Issue", fields)
                    }),
                ),
            ],
        )
    }

    fn commit(self, commit: &'h HostCommit) -> Node<'h> {
        let author = node(
            "GitActor",
            vec![
                ("name", leaf(commit.author_name.clone())),
                ("email", leaf(commit.author_email.clone())),
                ("user", object(self.user(commit.author_login.as_ref()))),
            ],
        );
        let mut commit_fields = commit_node(commit.id).fields;
        commit_fields.push(("authoredDate", time(commit.authored_at)));
        commit_fields.push(("author", object(Some(author))));
        node("Commit", commit_fields)
    }

    fn review(self, number: u64, review: &'h HostReview) -> Node<'h> {
        node(
            "PullRequestReview",
            vec![
                ("id", leaf(review.node.clone())),
                ("state", leaf(review.state.clone())),
                (
                    "submittedAt",
                    text(review.submitted_at.map(|at| at.to_string())),
                ),
                (
                    "url",
                    self.page(&format!("pull/{number}#pullrequestreview-{}", review.node)),
                ),
                ("body", leaf(review.body.clone())),
                ("author", object(self.actor(review.author.as_ref()))),
            ],
        )
    }

    fn thread(self, number: u64, thread: &'h HostThread) -> Node<'h> {
        node(
            "PullRequestReviewThread",
            vec![
                ("id", leaf(thread.node.clone())),
                ("path", leaf(thread.path.clone())),
                ("isResolved", leaf(thread.is_resolved)),
                (
                    "comments",
                    connection(
                        "PullRequestReviewCommentConnection",
                        &thread.comments,
                        move |_, comment| {
                            let review = comment.review.as_ref().map(|review| {
                                node("PullRequestReview", vec![("id", leaf(review.clone()))])
                            });
                            let mut shown = self.comment("pull", number, comment);
                            shown.type_name = "PullRequestReviewComment";
                            shown.fields.push(("pullRequestReview", object(review)));
                            shown
                        },
                    ),
                ),
            ],
        )
    }

    fn comment(self, page: &str, number: u64, comment: &'h HostComment) -> Node<'h> {
        node(
            "IssueComment",
            vec![
                ("id", leaf(comment.node.clone())),
                ("createdAt", time(comment.created_at)),
                (
                    "url",
                    self.page(&format!("{page}/{number}#comment-{}", comment.node)),
                ),
                ("body", leaf(comment.body.clone())),
                ("author", object(self.actor(comment.author.as_ref()))),
            ],
        )
    }

    fn timeline(self, type_name: &'static str, events: &'h [HostEvent]) -> Field<'h> {
        Field::Connection(Box::new(move |arguments| {
            let asked: Option<Vec<&str>> = arguments
                .get("itemTypes")
                .and_then(JsonValue::as_array)
                .map(|types| types.iter().filter_map(JsonValue::as_str).collect());
            let positions: Vec<usize> = events
                .iter()
                .enumerate()
                .filter(|(_, event)| {
                    asked
                        .as_ref()
                        .is_none_or(|asked| asked.contains(&item_type(&event.what).1))
                })
                .map(|(at, _)| at)
                .collect();
            page_of(type_name, arguments, &positions, |position| {
                events.get(position).map(|event| self.event(event))
            })
        }))
    }

    fn event(self, event: &'h HostEvent) -> Node<'h> {
        let mut fields = vec![
            ("id", leaf(event.node.clone())),
            ("createdAt", time(event.at)),
            ("actor", object(self.actor(event.actor.as_ref()))),
        ];
        match &event.what {
            EventKind::ReviewRequested { reviewer, team }
            | EventKind::ReviewRequestRemoved { reviewer, team } => {
                let team = team.as_ref().map(|slug| {
                    node(
                        "Team",
                        vec![
                            ("id", leaf(format!("T_{slug}"))),
                            ("slug", leaf(slug.clone())),
                        ],
                    )
                });
                fields.push((
                    "requestedReviewer",
                    object(team.or_else(|| self.actor(reviewer.as_ref()))),
                ));
            }
            EventKind::HeadRefForcePushed { after } => {
                fields.push(("afterCommit", object(after.map(commit_node))))
            }
            EventKind::Merged { commit } => {
                fields.push(("commit", object(commit.map(commit_node))))
            }
            EventKind::Labeled { label } => fields.push(("label", object(Some(label_node(label))))),
            EventKind::CrossReferenced { number } => {
                let is_pull_request = self
                    .repository
                    .pull_requests
                    .iter()
                    .any(|item| item.number == *number);
                let source = node(
                    if is_pull_request {
                        "PullRequest"
                    } else {
                        "Issue"
                    },
                    vec![("number", int(*number))],
                );
                fields.push(("isCrossRepository", leaf(false)));
                fields.push(("source", object(Some(source))));
            }
            _ => {}
        }
        node(item_type(&event.what).0, fields)
    }

    fn issue(self, item: &'h HostIssue) -> Node<'h> {
        let number = item.number;
        let milestone = item.milestone.as_ref().map(|title| {
            node(
                "Milestone",
                vec![
                    ("id", leaf(format!("MI_{title}"))),
                    ("title", leaf(title.clone())),
                ],
            )
        });
        node(
            "Issue",
            vec![
                ("id", leaf(item.node.clone())),
                ("number", int(number)),
                ("title", leaf(item.title.clone())),
                ("body", leaf(item.body.clone())),
                ("url", self.page(&format!("issues/{number}"))),
                ("createdAt", time(item.created_at)),
                ("updatedAt", time(item.updated_at)),
                ("closedAt", text(item.closed_at.map(|at| at.to_string()))),
                ("author", object(self.actor(item.author.as_ref()))),
                ("milestone", object(milestone)),
                (
                    "assignees",
                    Field::Connection(Box::new(move |arguments| {
                        let known: Vec<usize> = item
                            .assignees
                            .iter()
                            .enumerate()
                            .filter(|(_, login)| self.user(Some(login)).is_some())
                            .map(|(at, _)| at)
                            .collect();
                        page_of("UserConnection", arguments, &known, |at| {
                            self.user(item.assignees.get(at))
                        })
                    })),
                ),
                (
                    "labels",
                    connection("LabelConnection", &item.labels, |_, label| {
                        label_node(label)
                    }),
                ),
                (
                    "comments",
                    connection(
                        "IssueCommentConnection",
                        &item.comments,
                        move |_, comment| self.comment("issues", number, comment),
                    ),
                ),
                (
                    "timelineItems",
                    self.timeline("IssueTimelineItemsConnection", &item.timeline),
                ),
            ],
        )
    }

    fn deployment(self, item: &'h HostDeployment) -> Node<'h> {
        let reference = item.reference.as_ref().map(|name| {
            node(
                "Ref",
                vec![
                    ("id", leaf(format!("REF_{name}"))),
                    ("name", leaf(name.clone())),
                ],
            )
        });
        let ghost = || {
            node(
                "User",
                vec![
                    ("id", leaf("U_ghost")),
                    ("login", leaf("ghost")),
                    ("databaseId", int(10_137)),
                    ("name", text(None)),
                ],
            )
        };
        let state = item.statuses.last().map(|(state, _)| match state.as_str() {
            "SUCCESS" => "ACTIVE".to_owned(),
            other => other.to_owned(),
        });
        node(
            "Deployment",
            vec![
                ("id", leaf(item.node.clone())),
                ("environment", leaf(item.environment.clone())),
                (
                    "commitOid",
                    leaf(item.commit.map(|id| id.to_string()).unwrap_or_default()),
                ),
                ("createdAt", time(item.created_at)),
                ("updatedAt", time(item.updated_at)),
                ("state", text(state)),
                ("ref", object(reference)),
                (
                    "creator",
                    object(Some(
                        self.actor(item.creator.as_ref()).unwrap_or_else(ghost),
                    )),
                ),
                (
                    "statuses",
                    Field::Connection(Box::new(move |arguments| {
                        // GitHub lists the newest status first.
                        let positions: Vec<usize> = (0..item.statuses.len()).rev().collect();
                        page_of("DeploymentStatusConnection", arguments, &positions, |at| {
                            let (state, instant) = item.statuses.get(at)?;
                            let fields = vec![
                                ("id", leaf(format!("{}_S{at}", item.node))),
                                ("state", leaf(state.clone())),
                                ("createdAt", time(*instant)),
                            ];
                            Some(node("DeploymentStatus", fields))
                        })
                    })),
                ),
            ],
        )
    }

    fn release(self, item: &'h HostRelease) -> Node<'h> {
        node(
            "Release",
            vec![
                ("id", leaf(item.node.clone())),
                ("tagName", leaf(item.tag_name.clone())),
                ("name", text(item.name.clone())),
                ("url", self.page(&format!("releases/tag/{}", item.tag_name))),
                ("isDraft", leaf(item.is_draft)),
                ("isPrerelease", leaf(item.is_prerelease)),
                ("createdAt", time(item.created_at)),
                (
                    "publishedAt",
                    text(item.published_at.map(|at| at.to_string())),
                ),
                ("tagCommit", object(item.commit.map(commit_node))),
                ("author", object(self.user(item.author.as_ref()))),
            ],
        )
    }
}

/// The object type of an event and its name in `itemTypes`.
const fn item_type(what: &EventKind) -> (&'static str, &'static str) {
    match what {
        EventKind::ReviewRequested { .. } => ("ReviewRequestedEvent", "REVIEW_REQUESTED_EVENT"),
        EventKind::ReviewRequestRemoved { .. } => {
            ("ReviewRequestRemovedEvent", "REVIEW_REQUEST_REMOVED_EVENT")
        }
        EventKind::ReadyForReview => ("ReadyForReviewEvent", "READY_FOR_REVIEW_EVENT"),
        EventKind::ConvertToDraft => ("ConvertToDraftEvent", "CONVERT_TO_DRAFT_EVENT"),
        EventKind::HeadRefForcePushed { .. } => {
            ("HeadRefForcePushedEvent", "HEAD_REF_FORCE_PUSHED_EVENT")
        }
        EventKind::Merged { .. } => ("MergedEvent", "MERGED_EVENT"),
        EventKind::Closed => ("ClosedEvent", "CLOSED_EVENT"),
        EventKind::Reopened => ("ReopenedEvent", "REOPENED_EVENT"),
        EventKind::ReviewDismissed => ("ReviewDismissedEvent", "REVIEW_DISMISSED_EVENT"),
        EventKind::AddedToMergeQueue => ("AddedToMergeQueueEvent", "ADDED_TO_MERGE_QUEUE_EVENT"),
        EventKind::RemovedFromMergeQueue => (
            "RemovedFromMergeQueueEvent",
            "REMOVED_FROM_MERGE_QUEUE_EVENT",
        ),
        EventKind::Labeled { .. } => ("LabeledEvent", "LABELED_EVENT"),
        EventKind::CrossReferenced { .. } => ("CrossReferencedEvent", "CROSS_REFERENCED_EVENT"),
    }
}
