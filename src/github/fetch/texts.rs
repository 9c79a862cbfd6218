//! A store that others may read: what people wrote to each other is left out of it.

use serde_json::Value;

use crate::store::raw::Record;

/// Blanks the texts of reviews and comments, character by character, so that their lengths stay facts. A record's own text, which
/// for an issue holds the clocks of an incident, is not one of them.
pub(super) fn leave_out(record: &mut Record) {
    let own = record.node.as_object_mut().into_iter().flatten();
    for (name, value) in own {
        if name != "body" {
            blank(value);
        }
    }
    for (_, page) in &mut record.tails {
        blank(page);
    }
}

fn blank(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "body" => {
                        *text = " ".repeat(text.chars().count());
                    }
                    other => blank(other),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(blank),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_wrote_to_each_other_is_blank_and_as_long_as_before() {
        let comments = |text: &str| json!({"nodes": [{"body": text, "author": {"login": "ada"}}]});
        let mut record = Record {
            shape: "Issues".to_owned(),
            id: "I_1".to_owned(),
            node: json!({"body": "Start time: now", "comments": comments("é!"), "reviewThreads": {"nodes": [{"comments": comments("abc")}]}}),
            tails: vec![("comments".to_owned(), comments("later"))],
        };
        leave_out(&mut record);
        assert_eq!(
            record.node,
            json!({"body": "Start time: now", "comments": comments("  "), "reviewThreads": {"nodes": [{"comments": comments("   ")}]}})
        );
        assert_eq!(record.tails[0].1, comments("     "));
    }
}
