//! Issues, deployments and releases.

use super::super::resolve::{Field, Node, connection, int, leaf, object, page_of, text};
use super::planning::planned;
use super::{View, commit_node, label_node, node, time};
use crate::demo::model::{HostDeployment, HostIssue, HostRelease};

/// The database id of a node. GitHub has two formats of node ids for one database id: here what follows the first underscore
/// is what stays. It fits GraphQL's `Int`.
fn database_id(node: &str) -> u64 {
    let stays = node.split_once('_').map_or(node, |(_, rest)| rest);
    let fnv = stays.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    fnv >> 33
}

impl<'h> View<'h> {
    pub(super) fn issue(self, item: &'h HostIssue) -> Node<'h> {
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
        let mut fields = planned(&item.planned);
        fields.extend(vec![
            ("id", leaf(item.node.clone())),
            ("number", int(number)),
            ("title", leaf(item.title.clone())),
            ("body", leaf(item.body.clone())),
            ("url", self.page(&format!("issues/{number}"))),
            ("createdAt", time(item.created_at)),
            ("updatedAt", time(item.updated_at)),
            ("closedAt", text(item.closed_at.map(|at| at.to_string()))),
            ("stateReason", text(item.state_reason.map(str::to_owned))),
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
        ]);
        node("Issue", fields)
    }

    pub(super) fn deployment(self, item: &'h HostDeployment) -> Node<'h> {
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
                ("databaseId", int(database_id(&item.node))),
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

    pub(super) fn release(self, item: &'h HostRelease) -> Node<'h> {
        node(
            "Release",
            vec![
                ("id", leaf(item.node.clone())),
                ("databaseId", int(database_id(&item.node))),
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
