//! A node into its wire struct, element by element where it cannot be read as a whole.
//!
//! GitHub answers null in places where its schema promises a value (a commit without a date, a comment whose author the
//! server lost). Only the element of the list that holds the null is left out, and told; the rest of the record stays.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

/// More broken elements than this in one record, and nothing of it is trusted.
const MAX_BROKEN: usize = 256;

/// A record's node, and the fields whose lists lost an element: one entry an element.
pub(super) fn read<T: DeserializeOwned>(mut node: Value) -> Result<(T, Vec<String>), String> {
    let mut broken = Vec::new();
    loop {
        // By reference, so that the node is still there to be mended; the path to an error is only sought where there is one.
        let error = match T::deserialize(&node) {
            Ok(read) => return Ok((read, broken)),
            Err(_) => match serde_path_to_error::deserialize::<_, T>(&node) {
                Ok(read) => return Ok((read, broken)),
                Err(error) => error,
            },
        };
        let path: Vec<Segment> = error.path().iter().cloned().collect();
        let field = (broken.len() < MAX_BROKEN).then(|| take_out(&mut node, &path));
        match field.flatten() {
            Some(field) => broken.push(field),
            None => return Err(format!("shape: {}", error.into_inner())),
        }
    }
}

/// Makes the innermost element of a list of nodes on a path null, and names the list's field; `None` where there is none.
fn take_out(node: &mut Value, path: &[Segment]) -> Option<String> {
    let is_element = |pair: &[Segment]| matches!(pair, [Segment::Map { key }, Segment::Seq { .. }] if key == "nodes");
    let at = path.windows(2).rposition(is_element)?;
    let field = path
        .get(..at)?
        .iter()
        .rev()
        .find_map(|segment| match segment {
            Segment::Map { key } => Some(key.clone()),
            _ => None,
        })
        .unwrap_or_else(|| "nodes".to_owned());
    let mut slot = node;
    for segment in path.get(..at + 2)? {
        slot = match segment {
            Segment::Map { key } => slot.get_mut(key.as_str())?,
            Segment::Seq { index } => slot.get_mut(*index)?,
            _ => return None,
        };
    }
    // An element that is null already is not what was wrong.
    if slot.is_null() {
        return None;
    }
    *slot = Value::Null;
    Some(field)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::github::wire::Connection;
    use crate::github::wire::pull_request::{PullRequestCommit, Thread};

    fn list(nodes: &[Value]) -> Value {
        json!({"totalCount": nodes.len(), "pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes})
    }

    fn commit(oid: &Value) -> Value {
        json!({"commit": {"oid": oid, "authoredDate": "2026-01-01T00:00:00Z", "author": null}})
    }

    #[test]
    fn only_the_element_that_cannot_be_read_is_left_out() {
        let good = commit(&json!("a"));
        let nodes = [
            good.clone(),
            commit(&Value::Null),
            good.clone(),
            json!(7),
            good,
        ];
        let (read, broken) = read::<Connection<PullRequestCommit>>(list(&nodes)).unwrap();
        assert_eq!(broken, ["nodes", "nodes"]);
        assert_eq!((read.total_count, read.into_nodes().count()), (5, 3));
    }

    #[test]
    fn the_innermost_element_goes_and_the_outer_one_stays() {
        let comment = |body: &Value| json!({"id": "c", "createdAt": "2026-01-01T00:00:00Z", "url": "u", "body": body, "author": null, "pullRequestReview": null});
        let thread = json!({"id": "t", "path": "a", "isResolved": false,
            "comments": list(&[comment(&json!("x")), comment(&Value::Null)])});
        let (read, broken) = read::<Connection<Thread>>(list(&[thread])).unwrap();
        assert_eq!(broken, ["comments"]);
        let thread = read.into_nodes().next().unwrap();
        assert_eq!(thread.comments.into_nodes().count(), 1);
    }

    #[test]
    fn what_is_no_list_of_nodes_cannot_be_mended() {
        for node in [json!(null), json!({"totalCount": null}), json!([1, 2])] {
            assert!(read::<Connection<PullRequestCommit>>(node).is_err());
        }
        let many = vec![json!(7); MAX_BROKEN + 1];
        assert!(read::<Connection<PullRequestCommit>>(list(&many)).is_err());
    }
}
