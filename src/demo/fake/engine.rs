//! GraphQL: documents executed against the served schema, answers shaped as GitHub's are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use apollo_compiler::resolvers::Execution;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};

use super::graph::{Points, Snapshot};
use super::locked;

/// A valid document, or why it is not.
type Document = Result<Arc<Valid<ExecutableDocument>>, String>;

/// The schema, and the documents seen so far.
pub(super) struct Engine {
    schema: Valid<Schema>,
    documents: Mutex<HashMap<String, Document>>,
}

impl Engine {
    pub(super) fn new(schema: &str) -> Result<Self, String> {
        let schema = Schema::parse_and_validate(schema, "schema.graphql")
            .map_err(|error| error.to_string())?;
        Ok(Self {
            schema,
            documents: Mutex::default(),
        })
    }

    fn document(&self, text: &str) -> Document {
        locked(&self.documents)
            .entry(text.to_owned())
            .or_insert_with(|| {
                ExecutableDocument::parse_and_validate(&self.schema, text, "query.graphql")
                    .map(Arc::new)
                    .map_err(|error| error.to_string())
            })
            .clone()
    }

    /// The answer to a posted request: GraphQL's `data` and `errors`.
    pub(super) fn execute(&self, snapshot: &Snapshot, request: &Value, points: Points) -> Value {
        let failed = |message: String| json!({"errors": [{"message": message}]});
        let text = request
            .get("query")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let document = match self.document(text) {
            Ok(document) => document,
            Err(message) => return failed(message),
        };
        let variables = request
            .get("variables")
            .cloned()
            .unwrap_or_else(|| json!({}));
        let Ok(variables) = serde_json::from_value(variables) else {
            return failed("variables are not an object".into());
        };
        let query = snapshot.query(points);
        let answer = Execution::new(&self.schema, &document)
            .raw_variable_values(&variables)
            .execute_sync(&query);
        let mut body = match answer {
            Ok(answer) => serde_json::to_value(answer).unwrap_or_default(),
            Err(error) => failed(error.message().to_string()),
        };
        for error in body
            .get_mut("errors")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let said = error
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or_default();
            // The engine says where a message is from; GitHub does not.
            let message = said.trim_start_matches("resolver error: ").to_owned();
            if message.starts_with("Could not resolve") {
                error["type"] = json!("NOT_FOUND");
            }
            error["message"] = json!(message);
        }
        body
    }
}

/// Nulls every `every`th element of the list that was asked for, with errors of a type that name them.
pub(super) fn null_some(body: &mut Value, every: usize, kind: &str) {
    let path = list_path(body);
    let mut errors = Vec::new();
    if let Some(nodes) = body
        .pointer_mut(&format!("/data/{}", path.join("/")))
        .and_then(Value::as_array_mut)
    {
        for (at, node) in nodes.iter_mut().enumerate() {
            if (at + 1) % every.max(1) == 0 {
                *node = Value::Null;
                errors.push(error(
                    kind,
                    path.iter().map(|part| json!(part)).chain([json!(at)]),
                ));
            }
        }
    }
    body["errors"] = Value::Array(errors);
}

/// Makes every list of an answer go on at a cursor.
pub(super) fn go_on(body: &mut Value, cursor: &str) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "pageInfo" {
                    *value = json!({"hasNextPage": true, "endCursor": cursor});
                } else {
                    go_on(value, cursor);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| go_on(value, cursor)),
        _ => {}
    }
}

/// Nulls every element of one list inside each element of the list that was asked for.
pub(super) fn hide_inside(body: &mut Value, field: &str) {
    let path = list_path(body);
    let mut errors = Vec::new();
    if let Some(nodes) = body
        .pointer_mut(&format!("/data/{}", path.join("/")))
        .and_then(Value::as_array_mut)
    {
        for (at, node) in nodes.iter_mut().enumerate() {
            let inner = node
                .get_mut(field)
                .and_then(|list| list.get_mut("nodes"))
                .and_then(Value::as_array_mut);
            for (inner_at, element) in inner.into_iter().flatten().enumerate() {
                *element = Value::Null;
                let inside = [json!(at), json!(field), json!("nodes"), json!(inner_at)];
                errors.push(error(
                    "FORBIDDEN",
                    path.iter().map(|part| json!(part)).chain(inside),
                ));
            }
        }
    }
    body["errors"] = Value::Array(errors);
}

/// Nulls a field of every node, as a token sees what it may not read.
pub(super) fn hide_field(body: &mut Value, field: &str) {
    let nodes = body
        .pointer_mut("/data/nodes")
        .and_then(Value::as_array_mut);
    let mut errors = Vec::new();
    for (at, node) in nodes.into_iter().flatten().enumerate() {
        if let Some(found) = node.pointer_mut(&format!("/{}", field.replace('.', "/"))) {
            *found = Value::Null;
            let inside = field.split('.').map(|part| json!(part));
            errors.push(error(
                "FORBIDDEN",
                [json!("nodes"), json!(at)].into_iter().chain(inside),
            ));
        }
    }
    if !errors.is_empty() {
        body["errors"] = Value::Array(errors);
    }
}

/// Nulls a field of the node with an id, or the node itself, as a token sees what it may not read.
pub(super) fn hide_of(body: &mut Value, id: &str, field: &str) {
    let nodes = body
        .pointer_mut("/data/nodes")
        .and_then(Value::as_array_mut);
    let mut errors = Vec::new();
    for (at, node) in nodes.into_iter().flatten().enumerate() {
        if node.get("id").and_then(Value::as_str) != Some(id) {
            continue;
        }
        let mut path = vec![json!("nodes"), json!(at)];
        if field.is_empty() {
            *node = Value::Null;
        } else {
            node[field] = Value::Null;
            path.push(json!(field));
        }
        errors.push(error("FORBIDDEN", path.into_iter()));
    }
    if !errors.is_empty() {
        body["errors"] = Value::Array(errors);
    }
}

/// Nulls a field of the repository, as one that was too much to answer.
pub(super) fn leave_unanswered(body: &mut Value, field: &str) {
    if let Some(found) = body.pointer_mut(&format!("/data/repository/{field}")) {
        *found = Value::Null;
        let path = [json!("repository"), json!(field)];
        body["errors"] = json!([error("RESOURCE_LIMITS_EXCEEDED", path.into_iter())]);
    }
}

fn list_path(body: &Value) -> Vec<String> {
    let fields = body.pointer("/data/repository").and_then(Value::as_object);
    match fields.and_then(|fields| fields.keys().next()) {
        Some(list) => vec!["repository".to_owned(), list.clone(), "nodes".to_owned()],
        None => vec!["nodes".to_owned()],
    }
}

fn error(kind: &str, path: impl Iterator<Item = Value>) -> Value {
    let message = match kind {
        "FORBIDDEN" => "Resource not accessible by personal access token",
        _ => "Something went wrong while executing your query.",
    };
    json!({"type": kind, "path": path.collect::<Vec<_>>(), "message": message})
}
