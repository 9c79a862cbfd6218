//! The settings that facts are derived under.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use crate::register::Register;
use crate::store::{self, Store};

/// The settings that facts are derived under: what a report of them must have in common with whoever derived them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Settings(BTreeMap<String, String>);

/// Where they are kept.
pub const SETTINGS: &str = "facts/settings.json";

impl Settings {
    /// Those of a register: by the name that it has for each, a checksum.
    #[must_use]
    pub fn of(register: &Register) -> Self {
        let members = register.members.iter();
        let members: Vec<_> = members
            .map(|member| (&member.login, &member.name, &member.aliases))
            .collect();
        let products = register.products.iter();
        let products: Vec<_> = products
            .map(|product| (&product.repositories, &product.production_pattern))
            .collect();
        let settings = [
            ("bots", format!("{:?}", register.bots)),
            ("ai_reviewers", format!("{:?}", register.ai_reviewers)),
            ("[[agent]]", format!("{:?}", register.agents)),
            ("merge_same_names", register.merge_same_names.to_string()),
            ("default_branch", format!("{:?}", register.default_branch)),
            ("[mining]", register.mining.of_facts()),
            ("[[member]]", format!("{members:?}")),
            ("[[product]]", format!("{products:?}")),
        ];
        let checked =
            settings.map(|(name, text)| (name.to_owned(), store::checksum(text.as_bytes())));
        Self(checked.into())
    }

    /// An error where the facts of a store were derived under others: figures of them would answer another question.
    pub fn check(store: &Store, register: &Register) -> Result<(), Error> {
        let Some(bytes) = store.read(SETTINGS)? else {
            return Ok(());
        };
        let derived_under: Self = serde_json::from_slice(&bytes).map_err(Error::Damaged)?;
        let now = Self::of(register);
        let names = derived_under.0.keys().chain(now.0.keys());
        let changed: BTreeSet<String> = names
            .filter(|name| derived_under.0.get(*name) != now.0.get(*name))
            .map(|name| format!("`{name}`"))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        Err(Error::OtherSettings {
            store: store.root().to_owned(),
            changed: changed.into_iter().collect::<Vec<_>>().join(", "),
        })
    }
}
