//! What the token's owner has written and not submitted: GitHub shows it to them alone, and it is not kept.

use std::collections::HashSet;

use serde_json::Value;

use crate::github::decode::PENDING;

/// Empties the texts of reviews that are not submitted, and of the inline comments that belong to them. The nodes stay, so that
/// lists are as long as GitHub counts them; decoding leaves them out.
pub(super) fn empty(node: &mut Value, tails: &mut [(String, Value)]) {
    let pending = pending(node, tails);
    if pending.is_empty() {
        return;
    }
    let is_pending = |id: Option<&Value>| {
        id.and_then(Value::as_str)
            .is_some_and(|id| pending.contains(id))
    };
    let empty_where = |list: Option<&mut Value>, is_meant: &dyn Fn(&Value) -> bool| {
        for element in nodes_mut(list) {
            if is_meant(element)
                && let Some(body) = element.get_mut("body")
            {
                *body = Value::from("");
            }
        }
    };
    let review = |review: &Value| is_pending(review.get("id"));
    let comment = |comment: &Value| is_pending(comment.pointer("/pullRequestReview/id"));
    empty_where(node.get_mut("reviews"), &review);
    for thread in nodes_mut(node.get_mut("reviewThreads")) {
        empty_where(thread.get_mut("comments"), &comment);
    }
    for (path, page) in tails {
        match path.as_str() {
            "reviews" => empty_where(Some(page), &review),
            "reviewThreads" => {
                for thread in nodes_mut(Some(page)) {
                    empty_where(thread.get_mut("comments"), &comment);
                }
            }
            path if path.ends_with("/comments") => empty_where(Some(page), &comment),
            _ => {}
        }
    }
}

fn nodes_mut(list: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    list.and_then(|list| list.get_mut("nodes"))
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn pending(node: &Value, tails: &[(String, Value)]) -> HashSet<String> {
    let first = node.get("reviews");
    let later = tails
        .iter()
        .filter(|(path, _)| path == "reviews")
        .map(|(_, page)| page);
    first
        .into_iter()
        .chain(later)
        .filter_map(|list| list.get("nodes")?.as_array())
        .flatten()
        .filter(|review| review.get("state").and_then(Value::as_str) == Some(PENDING))
        .filter_map(|review| Some(review.get("id")?.as_str()?.to_owned()))
        .collect()
}
