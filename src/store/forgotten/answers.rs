//! Answers of GitHub's without forgotten people: their accounts become a stand-in's, and what people wrote names them no more.
//!
//! Only accounts, signatures and texts that people write are touched: never a key, an id, a state or a path, whatever somebody's
//! login is.

use serde_json::{Map, Value};

use super::Forgotten;
use crate::domain::{Forgetting as _, StandIn};
use crate::store::raw::Record;

/// Fields that hold what people wrote, and names that they gave to something.
const WRITTEN: [&str; 12] = [
    "title",
    "body",
    "description",
    "messageHeadline",
    "name",
    "headRefName",
    "baseRefName",
    "head_branch",
    "tagName",
    "environment",
    "slug",
    "combinedSlug",
];

/// The default branch is asked for by its name: it stays.
const AS_IT_IS: &str = "defaultBranchRef";

impl Forgotten {
    /// Takes forgotten people out of a record; whether there were any in it.
    pub(in crate::store) fn redact(&self, record: &mut Record) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut is_changed = self.value(&mut record.node);
        for (_, page) in &mut record.tails {
            is_changed |= self.value(page);
        }
        is_changed
    }

    fn value(&self, value: &mut Value) -> bool {
        match value {
            Value::Object(fields) => self.object(fields),
            Value::Array(values) => values
                .iter_mut()
                .fold(false, |changed, value| self.value(value) | changed),
            _ => false,
        }
    }

    fn object(&self, fields: &mut Map<String, Value>) -> bool {
        if let Some(stand_in) = self.of_account(fields) {
            return become_a_stand_in(fields, stand_in);
        }
        let mut is_changed = false;
        if let Some(stand_in) = self.of_git_actor(fields) {
            for (name, text) in [
                ("name", StandIn::NAME.to_owned()),
                ("email", stand_in.address()),
            ] {
                is_changed |= put(fields, name, Value::String(text));
            }
        }
        let has_tag = fields.contains_key("tagName");
        for (name, value) in fields.iter_mut() {
            // The page of a release has the tag in its address.
            let is_written = WRITTEN.contains(&name.as_str()) || (has_tag && name == "url");
            match value {
                Value::String(text) if is_written => {
                    if let std::borrow::Cow::Owned(without) = self.text(text) {
                        *text = without;
                        is_changed = true;
                    }
                }
                _ if name == AS_IT_IS => {}
                other => is_changed |= self.value(other),
            }
        }
        is_changed
    }

    /// Whose an account is.
    fn of_account(&self, fields: &Map<String, Value>) -> Option<StandIn> {
        let login = fields.get("login")?.as_str()?;
        let number = fields.get("databaseId").and_then(Value::as_u64);
        let node = fields.get("id").and_then(Value::as_str);
        self.account(login, number, node)
    }

    /// Whose a commit is, as GitHub shows its author: by the account that it links, by the address, or by the whole name, since
    /// the address beside a forgotten name is theirs more likely than anybody's.
    fn of_git_actor(&self, fields: &Map<String, Value>) -> Option<StandIn> {
        let email = fields.get("email")?.as_str()?;
        let name = fields.get("name").and_then(Value::as_str);
        let name = name.unwrap_or_default();
        let linked = || self.of_account(fields.get("user")?.as_object()?);
        let named = || self.bearer(name);
        let signed = || self.signature(name, email);
        linked().or_else(signed).or_else(named)
    }
}

/// Leaves of an account only that it is one.
fn become_a_stand_in(fields: &mut Map<String, Value>, stand_in: StandIn) -> bool {
    let mut is_changed = false;
    for (name, value) in fields.iter_mut() {
        let left = match name.as_str() {
            "__typename" => continue,
            "login" | "id" => Value::String(stand_in.login()),
            _ => Value::Null,
        };
        is_changed |= *value != left;
        *value = left;
    }
    is_changed
}

fn put(fields: &mut Map<String, Value>, name: &str, value: Value) -> bool {
    match fields.get_mut(name) {
        Some(there) if *there != value => {
            *there = value;
            true
        }
        _ => false,
    }
}
