//! Every key of the registers with type, default, example and meaning, read from the structs that TOML is read into.
//!
//! `schemars` makes a JSON Schema of them; the meanings are their documentation comments.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use super::{PrivateRegister, Register};

/// A table of a register, `[calendar]` or `[[product]]`, or the keys before the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, dotted: `work_mix.debt`; empty for the keys before the first table.
    pub name: String,
    /// Whether there may be several: `[[product]]`.
    pub is_list: bool,
    /// What it says.
    pub meaning: String,
    /// Its keys: those that must be there first, then by name.
    pub keys: Vec<Key>,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What may stand there, in words.
    pub kind: String,
    /// Whether its table must have it.
    pub is_required: bool,
    /// What holds where it is left out, as TOML; `None`: nothing.
    pub default: Option<String>,
    /// What could stand there, as TOML.
    pub example: Option<String>,
    /// What it says.
    pub meaning: String,
}

impl Table {
    /// How it begins: `[[product]]`; empty for the keys before the first table.
    #[must_use]
    pub fn header(&self) -> String {
        match (self.name.as_str(), self.is_list) {
            ("", _) => String::new(),
            (name, true) => format!("[[{name}]]"),
            (name, false) => format!("[{name}]"),
        }
    }
}

/// The JSON Schema of `linchpin.toml`.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(Register)
}

/// The JSON Schema of `linchpin.private.toml`.
#[must_use]
pub fn private_schema() -> Schema {
    schemars::schema_for!(PrivateRegister)
}

/// The tables of `linchpin.toml`, as they may follow each other in it.
#[must_use]
pub fn tables() -> Vec<Table> {
    tables_of::<Register>()
}

/// The tables of `linchpin.private.toml`.
#[must_use]
pub fn private_tables() -> Vec<Table> {
    tables_of::<PrivateRegister>()
}

fn tables_of<T: JsonSchema>() -> Vec<Table> {
    let settings = SchemaSettings::default().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut found = Vec::new();
    let whole = schema.as_value();
    collect(whole, String::new(), false, words(whole), None, &mut found);
    found
}

/// Adds a table and the tables below it. `given` is what the table above has for its keys by default.
fn collect(
    schema: &Value,
    name: String,
    is_list: bool,
    meaning: String,
    given: Option<&Value>,
    found: &mut Vec<Table>,
) {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let mut keys = Vec::new();
    let mut below = Vec::new();
    for (key, property) in properties.unwrap_or(&empty) {
        let default = given
            .and_then(|given| given.get(key))
            .or_else(|| property.get("default"));
        let inner = without_null(property);
        let path = if name.is_empty() {
            key.clone()
        } else {
            format!("{name}.{key}")
        };
        if inner.get("properties").is_some() {
            collect(inner, path, false, words(property), default, &mut below);
        } else if let Some(item) = inner
            .get("items")
            .filter(|item| item.get("properties").is_some())
        {
            collect(item, path, true, words(property), None, &mut below);
        } else {
            keys.push(Key {
                name: key.clone(),
                kind: kind(inner),
                is_required: required.is_some_and(|all| all.iter().any(|one| one == key)),
                default: default.and_then(literal),
                example: example(property, given.and_then(|given| given.get(key))),
                meaning: meaning_of(property, inner),
            });
        }
    }
    keys.sort_by_key(|key| !key.is_required);
    found.push(Table {
        name,
        is_list,
        meaning,
        keys,
    });
    found.append(&mut below);
}

/// What a key's struct has as its example; where one struct describes several tables, what this one holds by default.
fn example(property: &Value, given: Option<&Value>) -> Option<String> {
    let is_telling = |value: &&Value| value.as_array().is_none_or(|items| !items.is_empty());
    let example = given
        .filter(is_telling)
        .or_else(|| property.pointer("/examples/0"));
    example.and_then(literal)
}

/// TOML has no null: what may be one may be left out.
fn without_null(schema: &Value) -> &Value {
    let choices = ["anyOf", "oneOf"]
        .iter()
        .find_map(|key| schema.get(*key)?.as_array());
    let is_null = |choice: &&Value| choice.get("type").is_some_and(|kind| kind == "null");
    match choices {
        Some(choices) if choices.iter().any(|choice| is_null(&choice)) => choices
            .iter()
            .find(|choice| !is_null(choice))
            .unwrap_or(schema),
        _ => schema,
    }
}

/// A description on one line.
fn words(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str);
    text.unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The words that may stand there, each with what it says.
fn choices(schema: &Value) -> Vec<(&str, String)> {
    let of = |key| {
        schema
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let plain = of("enum").filter_map(|word| Some((word.as_str()?, String::new())));
    let told = of("oneOf").flat_map(|choice| {
        let word = choice.get("const").and_then(Value::as_str);
        let words_of = |word| (word, words(choice));
        let list = choice
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let listed = list.filter_map(|word| Some((word.as_str()?, String::new())));
        word.map(words_of).into_iter().chain(listed)
    });
    plain.chain(told).collect()
}

fn meaning_of(property: &Value, inner: &Value) -> String {
    let mut meaning = words(property);
    let listed = inner.get("items").unwrap_or(inner);
    for (word, says) in choices(listed) {
        if !says.is_empty() {
            let _ = write!(meaning, " `{word}`: {says}");
        }
    }
    meaning
}

/// What may stand there, in words.
fn kind(schema: &Value) -> String {
    let choices = choices(schema);
    if !choices.is_empty() {
        let words: Vec<String> = choices
            .iter()
            .map(|(word, _)| format!("`{word}`"))
            .collect();
        return words.join(", ");
    }
    let format = schema.get("format").and_then(Value::as_str);
    let least = schema.get("minimum").and_then(Value::as_f64);
    let least = least
        .map(|least| format!(" from {least} up"))
        .unwrap_or_default();
    let name = match schema.get("type") {
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        name => name.and_then(Value::as_str),
    };
    match (name, format) {
        (Some("array"), _) => match schema.get("items") {
            Some(item) => format!("list of: {}", kind(item)),
            None => "list".to_owned(),
        },
        (Some("string"), Some("date")) => "date".to_owned(),
        (Some("string"), Some("date-time")) => "instant".to_owned(),
        (Some("integer"), _) => format!("whole number{least}"),
        (Some("number"), _) => format!("number{least}"),
        (Some("boolean"), _) => "`true`, `false`".to_owned(),
        _ => "text".to_owned(),
    }
}

/// A value as TOML writes it; `None` where there is none.
fn literal(value: &Value) -> Option<String> {
    let value = toml::Value::try_from(value).ok()?;
    Some(value.to_string())
}
