//! Documents that are refused as a whole, with errors worded as the live service words them.

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Document, Field, Selection, Value as Literal};
use apollo_compiler::parser::SourceMap;
use serde_json::{Value, json};

/// What of a document is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct Refusal {
    /// Types that the server does not know yet.
    pub unknown_types: &'static [&'static str],
    /// Fields, as type and name, that the server does not know yet.
    pub unknown_fields: &'static [(&'static str, &'static str)],
    /// Fields, as type and name, for which the token has none of the scopes.
    pub without_scope: &'static [(&'static str, &'static str)],
}

impl Refusal {
    /// The answer to a document that asks for any of it; `None` where it asks for none.
    pub(super) fn answer(&self, document: &str) -> Option<Value> {
        let parsed = Document::parse(document, "query.graphql").ok()?;
        let mut reader = Reader {
            refusal: self,
            sources: &parsed.sources,
            errors: Vec::new(),
        };
        for definition in &parsed.definitions {
            match definition {
                Definition::OperationDefinition(operation) => {
                    let name = operation.name.as_ref().map_or("", |name| name.as_str());
                    let path = [format!("query {name}")];
                    reader.read(&operation.selection_set, &path, "");
                }
                Definition::FragmentDefinition(fragment) => {
                    let path = [format!("fragment {}", fragment.name)];
                    reader.read(&fragment.selection_set, &path, &fragment.type_condition);
                }
                _ => {}
            }
        }
        let errors = reader.errors;
        (!errors.is_empty()).then(|| json!({"errors": errors}))
    }
}

struct Reader<'a> {
    refusal: &'a Refusal,
    sources: &'a SourceMap,
    errors: Vec<Value>,
}

impl Reader<'_> {
    fn read(&mut self, selections: &[Selection], path: &[String], on: &str) {
        let below = |step: String| {
            let mut path = path.to_vec();
            path.push(step);
            path
        };
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let path = below(field.response_name().to_string());
                    self.scope(field, on);
                    self.arguments(field, &path);
                    self.read(&field.selection_set, &path, "");
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_deref().unwrap_or(on);
                    let path = below(format!("... on {on}"));
                    if self.refusal.unknown_types.contains(&on) {
                        self.errors.push(json!({
                            "path": path,
                            "locations": self.place(fragment),
                            "extensions": {"code": "undefinedType", "typeName": on},
                            "message": format!("No such type {on}, so it can't be a fragment condition"),
                        }));
                    }
                    self.read(&fragment.selection_set, &path, on);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn place<T>(&self, node: &Node<T>) -> Value {
        let range = node.line_column_range(self.sources);
        range.map_or_else(
            || json!([]),
            |range| json!([{"line": range.start.line, "column": range.start.column}]),
        )
    }

    fn scope(&mut self, field: &Node<Field>, on: &str) {
        let asked = (on, field.name.as_str());
        if self.refusal.unknown_fields.contains(&asked) {
            let name = &field.name;
            self.errors.push(json!({
                "locations": self.place(field),
                "extensions": {"code": "undefinedField", "typeName": on, "fieldName": name},
                "message": format!("Field '{name}' doesn't exist on type '{on}'"),
            }));
        }
        if self
            .refusal
            .without_scope
            .contains(&(on, field.name.as_str()))
        {
            let name = &field.name;
            self.errors.push(json!({
                "type": "INSUFFICIENT_SCOPES",
                "locations": self.place(field),
                "message": format!(
                    "Your token has not been granted the required scopes to execute this query. The '{name}' field requires one of the \
                     following scopes: ['read:org', 'read:discussion'], but your token has only been granted the: ['repo'] scopes. \
                     Please modify your token's scopes at: https://github.com/settings/tokens."
                ),
            }));
        }
    }

    fn arguments(&mut self, field: &Field, path: &[String]) {
        let is_unknown = |word: &str| {
            let mut unknown = self.refusal.unknown_types.iter();
            unknown.any(|name| name.eq_ignore_ascii_case(&word.replace('_', "")))
        };
        for argument in &field.arguments {
            let Literal::List(words) = &*argument.value else {
                continue;
            };
            let mut words = words.iter().filter_map(|word| word.as_enum());
            if words.any(|word| is_unknown(word)) {
                let (name, argument) = (&field.name, &argument.name);
                let path: Vec<&str> = path
                    .iter()
                    .map(String::as_str)
                    .chain([argument.as_str()])
                    .collect();
                self.errors.push(json!({
                    "path": path,
                    "extensions": {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": argument},
                    "message": format!("Argument '{argument}' on Field '{name}' has an invalid value."),
                }));
                return;
            }
        }
    }
}
