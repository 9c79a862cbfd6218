//! The rest of lists that are longer than their first page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::pages::Pages;
use crate::github::client::{Client, GraphqlError, Outcome};
use crate::github::error::Error;
use crate::github::operation::{self, Operation};
use crate::github::wire::PageInfo;
use crate::github::wire::repository::InNode;

/// Requests that the rest of one node's lists may take: a hundred times what the longest pull requests need.
const MAX_REQUESTS: u32 = 2_000;

/// A list inside a node, and the operation that continues it.
pub(super) struct List {
    field: &'static str,
    operation: Operation,
}

/// The lists of a pull request, without the comments of its threads.
pub(super) const PULL_REQUEST: &[List] = &[
    List {
        field: "commits",
        operation: operation::PULL_REQUEST_COMMITS,
    },
    List {
        field: "files",
        operation: operation::PULL_REQUEST_FILES,
    },
    List {
        field: "reviews",
        operation: operation::PULL_REQUEST_REVIEWS,
    },
    List {
        field: "reviewThreads",
        operation: operation::PULL_REQUEST_THREADS,
    },
    List {
        field: "comments",
        operation: operation::PULL_REQUEST_COMMENTS,
    },
    List {
        field: "timelineItems",
        operation: operation::PULL_REQUEST_TIMELINE_ITEMS,
    },
    List {
        field: "labels",
        operation: operation::PULL_REQUEST_LABELS,
    },
    List {
        field: "closingIssuesReferences",
        operation: operation::PULL_REQUEST_CLOSING_ISSUES,
    },
];

/// The lists of an issue. Assignees are at most ten and need no tail.
pub(super) const ISSUE: &[List] = &[
    List {
        field: "labels",
        operation: operation::ISSUE_LABELS,
    },
    List {
        field: "comments",
        operation: operation::ISSUE_COMMENTS,
    },
    List {
        field: "timelineItems",
        operation: operation::ISSUE_TIMELINE_ITEMS,
    },
    List {
        field: "subIssues",
        operation: operation::ISSUE_SUB_ISSUES,
    },
    List {
        field: "blockedBy",
        operation: operation::ISSUE_BLOCKED_BY,
    },
    List {
        field: "issueFieldValues",
        operation: operation::ISSUE_FIELD_VALUES,
    },
];

/// The lists of a deployment.
pub(super) const DEPLOYMENT: &[List] = &[List {
    field: "statuses",
    operation: operation::DEPLOYMENT_STATUSES,
}];

/// The lists of a team.
pub(super) const TEAM: &[List] = &[List {
    field: "members",
    operation: operation::TEAM_MEMBERS,
}];

const THREAD_COMMENTS: List = List {
    field: "comments",
    operation: operation::THREAD_COMMENTS,
};

/// The continuations of a node's lists, path and pages in order, and whether all of them could be read.
pub(super) async fn tails(
    client: &Client,
    node: &Value,
    lists: &[List],
) -> Result<(Vec<(String, Value)>, bool), Error> {
    let mut tails = Vec::new();
    let mut is_whole = true;
    let Some(id) = node.get("id").and_then(Value::as_str) else {
        return Ok((tails, true));
    };
    let mut n_left = MAX_REQUESTS;
    for list in lists {
        let (pages, is_read) = rest(client, id, node.get(list.field), list, &mut n_left).await?;
        is_whole &= is_read;
        tails.extend(pages.into_iter().map(|page| (list.field.to_owned(), page)));
    }
    let first = node.get("reviewThreads");
    let later = tails
        .iter()
        .filter(|(path, _)| path == "reviewThreads")
        .map(|(_, page)| page);
    let threads: Vec<Value> = first
        .into_iter()
        .chain(later)
        .filter_map(|page| page.get("nodes").and_then(Value::as_array))
        .flatten()
        .filter(|thread| next_cursor(thread.get("comments")).is_some())
        .cloned()
        .collect();
    for thread in threads {
        let Some(thread_id) = thread.get("id").and_then(Value::as_str) else {
            continue;
        };
        let first = thread.get("comments");
        let (pages, is_read) =
            rest(client, thread_id, first, &THREAD_COMMENTS, &mut n_left).await?;
        is_whole &= is_read;
        let path = format!("reviewThreads/{thread_id}/comments");
        tails.extend(pages.into_iter().map(|page| (path.clone(), page)));
    }
    Ok((tails, is_whole))
}

fn page_info(connection: Option<&Value>) -> Option<PageInfo> {
    PageInfo::deserialize(connection?.get("pageInfo")?).ok()
}

fn next_cursor(connection: Option<&Value>) -> Option<String> {
    let page = page_info(connection)?;
    page.end_cursor.filter(|_| page.has_next_page)
}

async fn rest(
    client: &Client,
    id: &str,
    first: Option<&Value>,
    list: &List,
    n_left: &mut u32,
) -> Result<(Vec<Value>, bool), Error> {
    let mut pages = Vec::new();
    let mut after = next_cursor(first);
    let mut list_pages = Pages::default();
    while let Some(cursor) = after {
        list_pages.ask(Some(&cursor));
        let Some(left) = n_left.checked_sub(1) else {
            return Ok((pages, false));
        };
        *n_left = left;
        let variables = json!({"id": id, "after": cursor});
        let answer = client
            .graphql::<InNode<Value>>(&list.operation, &variables, false)
            .await?;
        let page = match answer {
            Outcome::Data(
                InNode {
                    node: Some(mut node),
                    ..
                },
                errors,
            ) if errors.iter().all(GraphqlError::is_forbidden) => {
                node.get_mut(list.field).map(Value::take)
            }
            _ => None,
        };
        let Some(page) = page else {
            return Ok((pages, false));
        };
        let n_elements = page
            .get("nodes")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let total = page.get("totalCount").and_then(Value::as_u64);
        let next = page_info(Some(&page)).map(|info| list_pages.next(&info, n_elements, total));
        pages.push(page);
        match next {
            Some(Ok(next)) => after = next,
            Some(Err(_)) => return Ok((pages, false)),
            None => after = None,
        }
    }
    Ok((pages, true))
}
