//! The rest of lists that are longer than their first page.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::github::client::{Client, Outcome};
use crate::github::error::Error;
use crate::github::operation::{self, Operation};
use crate::github::wire::PageInfo;
use crate::github::wire::repository::InNode;

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
];

/// The lists of a deployment.
pub(super) const DEPLOYMENT: &[List] = &[List {
    field: "statuses",
    operation: operation::DEPLOYMENT_STATUSES,
}];

const THREAD_COMMENTS: List = List {
    field: "comments",
    operation: operation::THREAD_COMMENTS,
};

/// The continuations of a node's lists: path of the list and pages in order. A list that cannot be continued stays short;
/// its `totalCount` tells.
pub(super) async fn tails(
    client: &Client,
    node: &Value,
    lists: &[List],
) -> Result<Vec<(String, Value)>, Error> {
    let mut tails = Vec::new();
    let Some(id) = node.get("id").and_then(Value::as_str) else {
        return Ok(tails);
    };
    for list in lists {
        for page in rest(client, id, node.get(list.field), list).await? {
            tails.push((list.field.to_owned(), page));
        }
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
        for page in rest(client, thread_id, thread.get("comments"), &THREAD_COMMENTS).await? {
            tails.push((format!("reviewThreads/{thread_id}/comments"), page));
        }
    }
    Ok(tails)
}

fn next_cursor(connection: Option<&Value>) -> Option<String> {
    let page = PageInfo::deserialize(connection?.get("pageInfo")?).ok()?;
    page.end_cursor.filter(|_| page.has_next_page)
}

async fn rest(
    client: &Client,
    id: &str,
    first: Option<&Value>,
    list: &List,
) -> Result<Vec<Value>, Error> {
    let mut pages = Vec::new();
    let mut after = next_cursor(first);
    while let Some(cursor) = after {
        let variables = json!({"id": id, "after": cursor});
        let answer = client
            .graphql::<InNode<Value>>(&list.operation, &variables, false)
            .await?;
        let Outcome::Data(
            InNode {
                node: Some(mut node),
                ..
            },
            _,
        ) = answer
        else {
            break;
        };
        let Some(page) = node.get_mut(list.field).map(Value::take) else {
            break;
        };
        after = next_cursor(Some(&page)).filter(|next| *next != cursor);
        pages.push(page);
    }
    Ok(pages)
}
