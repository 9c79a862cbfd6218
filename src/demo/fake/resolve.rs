//! Nodes of the served graph, resolved field by field by a GraphQL engine.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, JsonValue};

type Lister<'h> = Box<dyn Fn(&JsonMap) -> Vec<Option<Node<'h>>> + 'h>;
type Finder<'h> = Box<dyn Fn(&JsonMap) -> Result<Option<Node<'h>>, FieldError> + 'h>;

/// A field's value.
pub(super) enum Field<'h> {
    /// A scalar, an enum value or null.
    Leaf(JsonValue),
    /// A list of texts.
    Texts(Vec<String>),
    /// An object, or null.
    Object(Option<Box<Node<'h>>>),
    /// A list of objects or nulls, from the field's arguments.
    List(Lister<'h>),
    /// A connection's page, from the field's arguments.
    Connection(Box<dyn Fn(&JsonMap) -> Page<'h> + 'h>),
    /// An object, from the field's arguments; or an error.
    Lookup(Finder<'h>),
}

/// An object of a concrete type.
pub(super) struct Node<'h> {
    pub(super) type_name: &'static str,
    pub(super) fields: Vec<(&'static str, Field<'h>)>,
}

/// One page of a connection.
pub(super) struct Page<'h> {
    pub(super) type_name: &'static str,
    pub(super) nodes: Vec<Node<'h>>,
    pub(super) total: usize,
    pub(super) has_next: bool,
    pub(super) end_cursor: Option<String>,
}

/// A scalar field.
pub(super) fn leaf<'h>(value: impl Into<JsonValue>) -> Field<'h> {
    Field::Leaf(value.into())
}

/// A nullable text field.
pub(super) fn text<'h>(value: Option<String>) -> Field<'h> {
    Field::Leaf(value.map_or(JsonValue::Null, JsonValue::from))
}

/// A whole-number field; GraphQL knows 32 bits.
pub(super) fn int<'h>(value: u64) -> Field<'h> {
    Field::Leaf(JsonValue::from(i32::try_from(value).unwrap_or(i32::MAX)))
}

/// A field that holds an object or null.
pub(super) fn object(node: Option<Node<'_>>) -> Field<'_> {
    Field::Object(node.map(Box::new))
}

/// A connection over a list in its own order, with offsets as cursors.
pub(super) fn connection<'h, T>(
    type_name: &'static str,
    items: &'h [T],
    build: impl Fn(usize, &'h T) -> Node<'h> + 'h,
) -> Field<'h> {
    Field::Connection(Box::new(move |arguments| {
        let positions: Vec<usize> = (0..items.len()).collect();
        page_of(type_name, arguments, &positions, |position| {
            items.get(position).map(|item| build(position, item))
        })
    }))
}

/// The page that `first` and `after` ask for, of the items at some positions; the cursor is an offset into `positions`.
pub(super) fn page_of<'h>(
    type_name: &'static str,
    arguments: &JsonMap,
    positions: &[usize],
    build: impl Fn(usize) -> Option<Node<'h>>,
) -> Page<'h> {
    let start = cursor(arguments)
        .and_then(|cursor| cursor.parse::<usize>().ok())
        .unwrap_or(0);
    let end = positions.len().min(start.saturating_add(first(arguments)));
    let nodes = positions
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .filter_map(|position| build(*position))
        .collect();
    Page {
        type_name,
        nodes,
        total: positions.len(),
        has_next: end < positions.len(),
        end_cursor: (end > start).then(|| end.to_string()),
    }
}

/// The page of a list that is ordered by a key. Cursors are keys: what moves ahead of the cursor is missed, as on GitHub.
pub(super) fn keyed_page<'h>(
    type_name: &'static str,
    arguments: &JsonMap,
    ordered: &[(String, usize)],
    is_descending: bool,
    build: impl Fn(usize) -> Option<Node<'h>>,
) -> Page<'h> {
    let start = cursor(arguments).map_or(0, |after| {
        ordered.partition_point(|(key, _)| {
            if is_descending {
                *key >= after
            } else {
                *key <= after
            }
        })
    });
    let end = ordered.len().min(start.saturating_add(first(arguments)));
    let page = ordered.get(start..end).unwrap_or_default();
    Page {
        type_name,
        nodes: page
            .iter()
            .filter_map(|(_, position)| build(*position))
            .collect(),
        total: ordered.len(),
        has_next: end < ordered.len(),
        end_cursor: page.last().map(|(key, _)| key.clone()),
    }
}

fn first(arguments: &JsonMap) -> usize {
    arguments
        .get("first")
        .and_then(JsonValue::as_u64)
        .and_then(|first| usize::try_from(first).ok())
        .unwrap_or(0)
}

fn cursor(arguments: &JsonMap) -> Option<String> {
    arguments
        .get("after")
        .and_then(JsonValue::as_str)
        .map(str::to_owned)
}

struct Shown<'a, 'h>(&'a Node<'h>);

fn resolve<'a>(
    node: &'a Node<'_>,
    info: &'a ResolveInfo<'a>,
) -> Result<ResolvedValue<'a>, FieldError> {
    let name = info.field_name();
    let Some((_, field)) = node.fields.iter().find(|(known, _)| *known == name) else {
        return Err(FieldError {
            message: format!("the fake has no field `{name}` on `{}`", node.type_name),
        });
    };
    Ok(match field {
        Field::Leaf(value) => ResolvedValue::Leaf(value.clone()),
        Field::Texts(texts) => {
            ResolvedValue::list(texts.iter().map(|text| ResolvedValue::leaf(text.clone())))
        }
        Field::Object(None) => ResolvedValue::null(),
        Field::Object(Some(node)) => ResolvedValue::object(Shown(node)),
        Field::List(build) => ResolvedValue::list(
            build(info.arguments())
                .into_iter()
                .map(ResolvedValue::nullable_object),
        ),
        Field::Connection(build) => ResolvedValue::object(build(info.arguments())),
        Field::Lookup(find) => ResolvedValue::nullable_object(find(info.arguments())?),
    })
}

impl ObjectValue for Shown<'_, '_> {
    fn type_name(&self) -> &str {
        self.0.type_name
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        resolve(self.0, info)
    }
}

impl ObjectValue for Node<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        resolve(self, info)
    }
}

struct PageInfo {
    has_next: bool,
    end_cursor: Option<String>,
}

impl ObjectValue for PageInfo {
    fn type_name(&self) -> &'static str {
        "PageInfo"
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        match info.field_name() {
            "hasNextPage" => Ok(ResolvedValue::leaf(self.has_next)),
            "endCursor" => Ok(ResolvedValue::Leaf(
                self.end_cursor
                    .clone()
                    .map_or(JsonValue::Null, JsonValue::from),
            )),
            _ => Err(self.unknown_field_error(info)),
        }
    }
}

impl ObjectValue for Page<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        match info.field_name() {
            "totalCount" => Ok(ResolvedValue::leaf(
                i32::try_from(self.total).unwrap_or(i32::MAX),
            )),
            "pageInfo" => Ok(ResolvedValue::object(PageInfo {
                has_next: self.has_next,
                end_cursor: self.end_cursor.clone(),
            })),
            "nodes" => Ok(ResolvedValue::list(
                self.nodes
                    .iter()
                    .map(|node| ResolvedValue::object(Shown(node))),
            )),
            _ => Err(self.unknown_field_error(info)),
        }
    }
}
