//! A document without what a server refuses.
//!
//! GitHub checks a document before it answers any of it: one field that the token has no scope for, or one type that an
//! older server does not know, and nothing at all comes. The document is then asked again without that part.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Definition, Document, Field, Selection, Value as Literal};
use apollo_compiler::parser::SourceMap;
use apollo_compiler::{Name, Node};
use serde_json::Value;

use super::client::GraphqlError;

/// A field that was taken out of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The type that it is a field of, where the document names it.
    pub on: Option<String>,
    /// The field.
    pub field: String,
    /// Scopes of which the token has none, and of which one would do; empty where the server does not know the field.
    pub scopes: Vec<String>,
}

/// The document without what the errors are about, and which fields it lost; `None` where they name no part of it.
///
/// Types that a server does not know are taken out without a word: such a server has nothing of that type to tell.
#[must_use]
pub fn without(document: &str, errors: &[GraphqlError]) -> Option<(String, Vec<Cut>)> {
    let mut parsed = Document::parse(document, "document.graphql").ok()?;
    let mut cutter = Cutter {
        refusals: errors.iter().filter_map(Refusal::of).collect(),
        sources: parsed.sources.clone(),
        cuts: Vec::new(),
        n_cut: 0,
    };
    for definition in &mut parsed.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                let name = operation.name.as_ref().map_or("", Name::as_str);
                let place = SelectionPlace {
                    on: None,
                    path: vec![format!("query {name}")],
                };
                cutter.thin(&mut operation.make_mut().selection_set, &place);
            }
            Definition::FragmentDefinition(fragment) => {
                let place = SelectionPlace {
                    on: Some(fragment.type_condition.to_string()),
                    path: vec![format!("fragment {}", fragment.name)],
                };
                cutter.thin(&mut fragment.make_mut().selection_set, &place);
            }
            _ => {}
        }
    }
    if cutter.n_cut == 0 {
        return None;
    }
    drop_unused(&mut parsed);
    Some((parsed.to_string(), cutter.cuts))
}

/// What an error says about a part of a document.
struct Refusal {
    what: What,
    /// Where the part is: line and column, from 1.
    at: Vec<(usize, usize)>,
    /// Where the part is: names from the definition down.
    path: Vec<String>,
}

enum What {
    /// The token has none of these scopes, and the field wants one.
    Scope { field: String, scopes: Vec<String> },
    /// The server knows no such type.
    Type(String),
    /// The server knows no such field.
    Field(String),
    /// The server knows no such argument.
    Argument(String),
}

impl Refusal {
    fn of(error: &GraphqlError) -> Option<Self> {
        let told = |name: &str| {
            let text = error.extensions.get(name).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let code = told("code").unwrap_or_default();
        let mut quoted = quoted(&error.message).into_iter();
        let what = if error.kind.as_deref() == Some("INSUFFICIENT_SCOPES") {
            // The 'slug' field requires one of the following scopes: ['read:org', …], but your token has only been granted …
            let wanted = error.message.split("but your token").next();
            let mut quoted = self::quoted(wanted.unwrap_or_default()).into_iter();
            What::Scope {
                field: quoted.next()?,
                scopes: quoted.collect(),
            }
        } else if code == "undefinedType" || error.message.starts_with("No such type ") {
            let after = error.message.strip_prefix("No such type ");
            let name = after.and_then(|rest| rest.split([',', ' ']).next());
            What::Type(told("typeName").or_else(|| name.map(str::to_owned))?)
        } else if code == "undefinedField" || error.message.contains("doesn't exist on type") {
            What::Field(told("fieldName").or_else(|| quoted.next())?)
        } else if code == "argumentNotAccepted" || error.message.contains("doesn't accept argument")
        {
            What::Argument(told("argumentName").or_else(|| quoted.nth(1))?)
        } else {
            return None;
        };
        let number = |value: &Value, name: &str| {
            usize::try_from(value.get(name).and_then(Value::as_u64)?).ok()
        };
        let at = error
            .locations
            .iter()
            .filter_map(|place| Some((number(place, "line")?, number(place, "column")?)));
        let path = error.path.iter().filter_map(Value::as_str);
        Some(Self {
            what,
            at: at.collect(),
            path: path.map(str::to_owned).collect(),
        })
    }

    /// Whether it says where: a place that is not in the document does not count.
    fn is_at(&self, at: Option<(usize, usize)>, path: &[String]) -> bool {
        at.is_some_and(|at| self.at.contains(&at)) || (self.path.len() > 1 && self.path == path)
    }
}

/// Names between single quotes.
fn quoted(text: &str) -> Vec<String> {
    let parts = text.split('\'').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

/// Where in a document a selection is.
struct SelectionPlace {
    on: Option<String>,
    path: Vec<String>,
}

impl SelectionPlace {
    fn below(&self, on: Option<String>, step: String) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self { on, path }
    }
}

struct Cutter {
    refusals: Vec<Refusal>,
    sources: SourceMap,
    cuts: Vec<Cut>,
    n_cut: usize,
}

impl Cutter {
    /// Takes what is refused out of a selection set, which is never left empty.
    fn thin(&mut self, selections: &mut Vec<Selection>, place: &SelectionPlace) {
        let is_scalar = selections.is_empty();
        selections.retain_mut(|selection| match selection {
            Selection::Field(field) => {
                let at = field.line_column_range(&self.sources);
                let at = at.map(|range| (range.start.line, range.start.column));
                let inside = place.below(None, field.response_name().to_string());
                if let Some(scopes) = self.refused(field, place, at, &inside.path) {
                    self.n_cut += 1;
                    self.cuts.push(Cut {
                        on: place.on.clone(),
                        field: field.name.to_string(),
                        scopes,
                    });
                    return false;
                }
                let field = field.make_mut();
                self.thin_arguments(field, &inside.path);
                self.thin(&mut field.selection_set, &inside);
                true
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.type_condition.as_ref().map(ToString::to_string);
                if on.as_ref().is_some_and(|on| self.is_unknown(on)) {
                    self.n_cut += 1;
                    return false;
                }
                let step = format!("... on {}", on.as_deref().unwrap_or_default());
                let inside = place.below(on.or_else(|| place.on.clone()), step);
                self.thin(&mut fragment.make_mut().selection_set, &inside);
                true
            }
            Selection::FragmentSpread(_) => true,
        });
        if selections.is_empty() && !is_scalar {
            selections.push(Selection::Field(Node::new(type_name())));
        }
    }

    fn is_unknown(&self, name: &str) -> bool {
        self.refusals
            .iter()
            .any(|refusal| matches!(&refusal.what, What::Type(unknown) if unknown == name))
    }

    /// Whether a field is refused; then the scopes of which one would have done.
    fn refused(
        &self,
        field: &Field,
        place: &SelectionPlace,
        at: Option<(usize, usize)>,
        path: &[String],
    ) -> Option<Vec<String>> {
        self.refusals.iter().find_map(|refusal| {
            let (name, scopes) = match &refusal.what {
                What::Scope { field, scopes } => (field, scopes.clone()),
                What::Field(field) => (field, Vec::new()),
                What::Type(_) | What::Argument(_) => return None,
            };
            if field.name != name.as_str() {
                return None;
            }
            // Without a place that fits, only what belongs to an organisation is meant: a user has a `name` and an `id` too.
            let is_of_team = matches!(place.on.as_deref(), Some("Team" | "Organization"));
            let is_meant = refusal.is_at(at, path)
                || (!scopes.is_empty() && (is_of_team || field.name == "slug"));
            is_meant.then_some(scopes)
        })
    }

    /// Takes out arguments that the server does not know, and words of a list for types that it does not know.
    fn thin_arguments(&mut self, field: &mut Field, path: &[String]) {
        let unknown: BTreeSet<String> = self
            .refusals
            .iter()
            .filter_map(|refusal| match &refusal.what {
                What::Type(name) => Some(shouted(name)),
                _ => None,
            })
            .collect();
        let before = field.arguments.len();
        field.arguments.retain(|argument| {
            !self.refusals.iter().any(|refusal| {
                matches!(&refusal.what, What::Argument(name) if argument.name == name.as_str())
                    && (refusal.path.starts_with(path) || refusal.path.is_empty())
            })
        });
        self.n_cut += before - field.arguments.len();
        for argument in &mut field.arguments {
            if !matches!(&*argument.value, Literal::List(_)) {
                continue;
            }
            if let Literal::List(words) = argument.make_mut().value.make_mut() {
                let before = words.len();
                words.retain(|word| {
                    word.as_enum()
                        .is_none_or(|word| !unknown.contains(word.as_str()))
                });
                self.n_cut += before - words.len();
            }
        }
    }
}

/// `AddedToMergeQueueEvent` as the word of an enumeration: `ADDED_TO_MERGE_QUEUE_EVENT`.
fn shouted(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_uppercase());
    }
    word
}

fn type_name() -> Field {
    Field {
        alias: None,
        name: apollo_compiler::name!("__typename"),
        arguments: Vec::new(),
        directives: apollo_compiler::ast::DirectiveList::new(),
        selection_set: Vec::new(),
    }
}

/// Takes out fragments and variables that nothing uses any more: GitHub refuses a document for them too.
fn drop_unused(document: &mut Document) {
    loop {
        let mut used = Used::default();
        for definition in &document.definitions {
            match definition {
                Definition::OperationDefinition(operation) => used.note(&operation.selection_set),
                Definition::FragmentDefinition(fragment) => used.note(&fragment.selection_set),
                _ => {}
            }
        }
        let before = document.definitions.len();
        document.definitions.retain(|definition| match definition {
            Definition::FragmentDefinition(fragment) => used.fragments.contains(&fragment.name),
            _ => true,
        });
        if document.definitions.len() < before {
            continue;
        }
        for definition in &mut document.definitions {
            if let Definition::OperationDefinition(operation) = definition {
                operation
                    .make_mut()
                    .variables
                    .retain(|variable| used.variables.contains(&variable.name));
            }
        }
        return;
    }
}

#[derive(Default)]
struct Used {
    fragments: BTreeSet<Name>,
    variables: BTreeSet<Name>,
}

impl Used {
    fn note(&mut self, selections: &[Selection]) {
        for selection in selections {
            let directives = match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        self.note_value(&argument.value);
                    }
                    self.note(&field.selection_set);
                    &field.directives
                }
                Selection::FragmentSpread(spread) => {
                    self.fragments.insert(spread.fragment_name.clone());
                    &spread.directives
                }
                Selection::InlineFragment(fragment) => {
                    self.note(&fragment.selection_set);
                    &fragment.directives
                }
            };
            for directive in directives {
                for argument in &directive.arguments {
                    self.note_value(&argument.value);
                }
            }
        }
    }

    fn note_value(&mut self, value: &Literal) {
        match value {
            Literal::Variable(name) => {
                self.variables.insert(name.clone());
            }
            Literal::List(values) => values.iter().for_each(|value| self.note_value(value)),
            Literal::Object(fields) => fields.iter().for_each(|(_, value)| self.note_value(value)),
            _ => {}
        }
    }
}

/// Makes null what came of an object without a field that the token may not read, as GitHub does for an object that it may not
/// see, and a field of the node itself that did not come. Returns the node's own fields in which something is hidden so.
///
/// An object deeper inside that lacks a field which the server does not know stays as it came: it has nothing to hide.
pub(super) fn hide(node: &mut Value, tails: &mut [(String, Value)], cuts: &[Cut]) -> Vec<String> {
    let mut hidden = BTreeSet::new();
    let unscoped: Vec<&Cut> = cuts.iter().filter(|cut| !cut.scopes.is_empty()).collect();
    if let Value::Object(fields) = node {
        let own = fields.get("__typename").and_then(Value::as_str);
        let own = own.unwrap_or_default().to_owned();
        for cut in cuts.iter().filter(|cut| cut.on.as_deref() == Some(&own)) {
            if !fields.contains_key(&cut.field) {
                fields.insert(cut.field.clone(), Value::Null);
                hidden.insert(cut.field.clone());
            }
        }
        for (name, value) in fields {
            if is_hidden_in(value, &unscoped) {
                hidden.insert(name.clone());
            }
        }
    }
    for (path, page) in tails {
        if is_hidden_in(page, &unscoped) {
            let field = path.split('/').next().unwrap_or(path);
            hidden.insert(field.to_owned());
        }
    }
    hidden.into_iter().collect()
}

fn is_hidden_in(value: &mut Value, cuts: &[&Cut]) -> bool {
    match value {
        Value::Object(fields) => {
            let lacks_one = cuts.iter().any(|cut| {
                let kind = fields.get("__typename").and_then(Value::as_str);
                cut.on.is_some() && kind == cut.on.as_deref() && !fields.contains_key(&cut.field)
            });
            if lacks_one {
                *value = Value::Null;
                return true;
            }
            let mut is_hidden = false;
            for inner in fields.values_mut() {
                is_hidden |= is_hidden_in(inner, cuts);
            }
            is_hidden
        }
        Value::Array(values) => {
            let mut is_hidden = false;
            for inner in values {
                is_hidden |= is_hidden_in(inner, cuts);
            }
            is_hidden
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::github::operation::{PULL_REQUEST_TIMELINE_ITEMS, PULL_REQUESTS};

    fn errors(errors: Value) -> Vec<GraphqlError> {
        serde_json::from_value(errors).unwrap()
    }

    fn scope(field: &str, locations: &Value) -> Value {
        let message = format!(
            "Your token has not been granted the required scopes to execute this query. The '{field}' field requires one of the following scopes: ['read:org', 'read:discussion'], but your token has only been granted the: ['repo'] scopes."
        );
        json!([{"type": "INSUFFICIENT_SCOPES", "locations": locations, "message": message}])
    }

    #[test]
    fn a_field_without_a_scope_is_cut_where_it_is_a_teams() {
        for locations in [json!([]), json!([{"line": 1, "column": 1}])] {
            let errors = errors(scope("slug", &locations));
            let (document, cuts) = without(PULL_REQUESTS.document, &errors).unwrap();
            assert!(!document.contains("slug") && document.contains("... on Team"));
            let wanted = Cut {
                on: Some("Team".to_owned()),
                field: "slug".to_owned(),
                scopes: vec!["read:org".to_owned(), "read:discussion".to_owned()],
            };
            assert_eq!(cuts, [wanted]);
            // The smaller document says nothing that could be cut for the same reason.
            assert_eq!(without(&document, &errors), None);
        }
        // `name` is a user's too, and stays one's.
        let document = "query A { a { ... on User { name } ... on Team { name } } }";
        let (document, cuts) = without(document, &errors(scope("name", &json!([])))).unwrap();
        assert_eq!(cuts.len(), 1);
        assert!(document.contains("name") && cuts[0].on.as_deref() == Some("Team"));
    }

    #[test]
    fn a_place_in_the_document_says_which_field_of_that_name_is_meant() {
        let document = "query A {\n  a {\n    name\n  }\n  b {\n    name\n    id\n  }\n}\n";
        let at = scope("name", &json!([{"line": 6, "column": 5}]));
        let (document, _) = without(document, &errors(at)).unwrap();
        assert_eq!(
            document.split_whitespace().collect::<String>(),
            "queryA{a{name}b{id}}"
        );
        let unknown = json!([{"path": ["query A", "a", "name"], "message": "Field 'name' doesn't exist on type 'A'",
            "extensions": {"code": "undefinedField", "typeName": "A", "fieldName": "name"}}]);
        let (document, cuts) = without(&document, &errors(unknown)).unwrap();
        assert_eq!(
            document.split_whitespace().collect::<String>(),
            "queryA{a{__typename}b{id}}"
        );
        assert!(cuts[0].scopes.is_empty());
    }

    #[test]
    fn a_type_that_a_server_does_not_know_goes_with_its_word_and_its_fragment() {
        for operation in [PULL_REQUESTS, PULL_REQUEST_TIMELINE_ITEMS] {
            let unknown = |name: &str| {
                json!({"message": format!("No such type {name}, so it can't be a fragment condition"),
                    "extensions": {"code": "undefinedType", "typeName": name}})
            };
            let told = errors(json!([
                {"message": "Argument 'itemTypes' on Field 'timelineItems' has an invalid value.",
                 "extensions": {"code": "argumentLiteralsIncompatible", "argumentName": "itemTypes"}},
                unknown("AddedToMergeQueueEvent"), unknown("RemovedFromMergeQueueEvent"),
            ]));
            let (document, cuts) = without(operation.document, &told).unwrap();
            assert!(!document.contains("MergeQueue") && !document.contains("MERGE_QUEUE"));
            assert!(document.contains("CONVERT_TO_DRAFT_EVENT") && cuts.is_empty());
        }
        let document =
            "query A($n: Int) { a { ... on Old { b(n: $n) { ...C } } d } } fragment C on E { f }";
        let told =
            errors(json!([{"message": "No such type Old, so it can't be a fragment condition"}]));
        let (document, _) = without(document, &told).unwrap();
        assert_eq!(
            document.split_whitespace().collect::<String>(),
            "queryA{a{d}}"
        );
    }

    #[test]
    fn an_argument_that_a_server_does_not_know_goes_alone() {
        let document = "query A($o: Order) { a(first: 2, by: $o) { b } }";
        let told = errors(
            json!([{"path": ["query A", "a", "by"], "message": "Field 'a' doesn't accept argument 'by'",
            "extensions": {"code": "argumentNotAccepted", "argumentName": "by"}}]),
        );
        let (document, _) = without(document, &told).unwrap();
        assert_eq!(
            document.split_whitespace().collect::<String>(),
            "queryA{a(first:2){b}}"
        );
    }

    #[test]
    fn errors_that_name_no_part_of_the_document_cut_nothing() {
        for told in [
            json!([]),
            json!([{"message": "Something went wrong"}]),
            json!([{"type": "INSUFFICIENT_SCOPES", "message": "Your token has not been granted the required scopes."}]),
            json!([{"message": "No such type Absent, so it can't be a fragment condition"}]),
            scope("absent", &json!([{"line": 3, "column": 3}])),
        ] {
            assert_eq!(
                without(PULL_REQUESTS.document, &errors(told.clone())),
                None,
                "{told}"
            );
        }
        assert_eq!(
            without("no document {", &errors(scope("slug", &json!([])))),
            None
        );
    }

    #[test]
    fn an_object_that_lost_a_field_is_hidden_as_github_hides_it() {
        let cuts = [
            Cut {
                on: Some("Team".to_owned()),
                field: "slug".to_owned(),
                scopes: vec!["read:org".to_owned()],
            },
            Cut {
                on: Some("PullRequest".to_owned()),
                field: "labels".to_owned(),
                scopes: Vec::new(),
            },
        ];
        let event = |reviewer: Value| json!({"nodes": [{"requestedReviewer": reviewer}]});
        let dismissed = Cut {
            on: Some("ReviewDismissedEvent".to_owned()),
            field: "previousReviewState".to_owned(),
            scopes: Vec::new(),
        };
        let mut old = json!({"__typename": "PullRequest", "timelineItems": {"nodes": [{"__typename": "ReviewDismissedEvent"}]}});
        let before = old.clone();
        assert!(hide(&mut old, &mut [], &[dismissed]).is_empty());
        assert_eq!(old, before);
        let team = json!({"__typename": "Team"});
        let user = json!({"__typename": "User", "login": "ada"});
        let mut node = json!({"__typename": "PullRequest", "timelineItems": event(team.clone()), "title": "t"});
        let mut tails = [
            ("reviewThreads/x/comments".to_owned(), event(team)),
            ("commits".to_owned(), event(user)),
        ];
        let hidden = hide(&mut node, &mut tails, &cuts);
        assert_eq!(hidden, ["labels", "reviewThreads", "timelineItems"]);
        assert!(node["timelineItems"]["nodes"][0]["requestedReviewer"].is_null());
        assert!(node["labels"].is_null() && node["title"] == "t");
        assert_eq!(tails[1].1["nodes"][0]["requestedReviewer"]["login"], "ada");
        assert!(hide(&mut json!({"__typename": "Team"}), &mut [], &[]).is_empty());
    }
}
