//! Who makes tools, bots and coding agents that write commits, and by what their signatures are known.
//!
//! The list is data: `agents.toml` beside this file, and what a register adds. The rules over it are here.

mod signs;

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Deserialize;

use super::naming::noreply;
use super::person::Account;
pub use signs::{Told, requester};

/// Who makes a tool, and by what it is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Maker {
    /// What the tool is called.
    pub name: String,
    /// What stands behind its signatures.
    #[serde(skip)]
    pub account: Account,
    domains: Vec<String>,
    products: Vec<String>,
    logins: Vec<String>,
    apps: Vec<String>,
    addresses: Vec<String>,
    numbers: Vec<u64>,
    branches: Vec<String>,
    labels: Vec<String>,
    sessions: Vec<String>,
    footers: Vec<String>,
    /// Whether a register says so.
    #[serde(skip)]
    pub is_declared: bool,
}

impl Maker {
    /// The first login that is its own; `None` where it has none that is known.
    #[must_use]
    pub fn login(&self) -> Option<&str> {
        let mut logins = self.logins.iter().chain(&self.apps);
        logins.next().map(String::as_str)
    }
}

impl Default for Maker {
    fn default() -> Self {
        Self {
            name: String::new(),
            account: Account::AiReviewer,
            domains: Vec::new(),
            products: Vec::new(),
            logins: Vec::new(),
            apps: Vec::new(),
            addresses: Vec::new(),
            numbers: Vec::new(),
            branches: Vec::new(),
            labels: Vec::new(),
            sessions: Vec::new(),
            footers: Vec::new(),
            is_declared: false,
        }
    }
}

/// A coding agent of the team's own, or one that the list of agents does not know yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredAgent {
    /// What it is called.
    #[schemars(example = &"house-agent")]
    pub name: String,
    /// Logins that are the agent's own, whatever GitHub calls their type.
    #[serde(default)]
    #[schemars(example = ["acme-agent"])]
    pub logins: Vec<String>,
    /// Addresses that it signs commits with.
    #[serde(default)]
    #[schemars(example = ["agent@acme.example"])]
    pub addresses: Vec<String>,
    /// What the branches begin with that it opens pull requests from.
    #[serde(default)]
    #[schemars(example = ["agent/"])]
    pub branches: Vec<String>,
    /// Labels of pull requests that it had a part in.
    #[serde(default)]
    #[schemars(example = ["made-by-agent"])]
    pub labels: Vec<String>,
}

/// The list as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    roles: Vec<String>,
    models: Vec<String>,
    trailers: Vec<String>,
    labels: Vec<String>,
    agent: Vec<Maker>,
    bot: Vec<Maker>,
}

/// Everybody who is known to make agents and bots, and the rules by which they are told.
#[derive(Debug, Clone, Default)]
pub struct Agents {
    makers: Vec<Maker>,
    roles: Vec<String>,
    models: Vec<String>,
    trailers: Vec<String>,
    labels: Vec<String>,
    /// What a register adds, as a text: empty where it adds nothing.
    declared: String,
}

static KNOWN: LazyLock<Agents> = LazyLock::new(|| {
    // The list is a part of the program: a test reads all of it.
    let listed: Option<Listed> = toml::from_str(include_str!("agents.toml")).ok();
    listed.map(Agents::of).unwrap_or_default()
});

impl Agents {
    /// The list that the program brings.
    #[must_use]
    pub fn known() -> &'static Self {
        &KNOWN
    }

    fn of(listed: Listed) -> Self {
        let bots = listed.bot.into_iter().map(|maker| Maker {
            account: Account::Automation,
            ..maker
        });
        Self {
            makers: listed.agent.into_iter().chain(bots).collect(),
            roles: listed.roles,
            models: listed.models,
            trailers: listed.trailers,
            labels: listed.labels,
            declared: String::new(),
        }
    }

    /// The same with what a register adds.
    #[must_use]
    pub fn and(&self, declared: &[DeclaredAgent]) -> Self {
        let lower = |texts: &[String]| -> Vec<String> {
            let texts = texts.iter().map(|text| text.trim().to_lowercase());
            texts.filter(|text| !text.is_empty()).collect()
        };
        let makers = declared.iter().map(|agent| Maker {
            name: agent.name.clone(),
            logins: lower(&agent.logins),
            addresses: lower(&agent.addresses),
            branches: lower(&agent.branches),
            labels: lower(&agent.labels),
            is_declared: true,
            ..Maker::default()
        });
        let mut all = self.clone();
        // What a register says goes before what the list says.
        all.makers = makers.chain(all.makers).collect();
        all.declared = if declared.is_empty() {
            String::new()
        } else {
            format!("{declared:?}")
        };
        all
    }

    /// A text that changes with what a register adds; empty where it adds nothing.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.declared
    }

    /// The maker whose a login is. `typed_as_bot` is true for the API type `Bot`; a `[bot]` suffix counts too.
    #[must_use]
    pub fn login(&self, login: &str, typed_as_bot: bool) -> Option<&Maker> {
        let lower = login.trim().to_ascii_lowercase();
        let suffix = lower.strip_suffix("[bot]");
        let bare = suffix.unwrap_or(&lower);
        let is_app = typed_as_bot || suffix.is_some();
        let has = |list: &[String]| list.iter().any(|known| known == bare);
        let mut makers = self.makers.iter();
        makers.find(|maker| has(&maker.logins) || (is_app && has(&maker.apps)))
    }

    /// The maker whose an account's number is.
    #[must_use]
    pub fn number(&self, number: u64) -> Option<&Maker> {
        let mut makers = self.makers.iter();
        makers.find(|maker| maker.numbers.contains(&number))
    }

    /// What kind of account a login is of: by the list, else by its type and its suffix.
    #[must_use]
    pub fn class_of_login(&self, login: &str, typed_as_bot: bool) -> Account {
        if let Some(maker) = self.login(login, typed_as_bot) {
            return maker.account;
        }
        let lower = login.to_ascii_lowercase();
        if typed_as_bot || lower.ends_with("[bot]") {
            return Account::Automation;
        }
        if lower == "ghost" {
            return Account::Ghost;
        }
        Account::Human
    }

    /// The maker whose a signature is, as it was written: before `.mailmap`, and before anybody is merged with anybody.
    #[must_use]
    pub fn signature(&self, name: &str, email: &str) -> Option<&Maker> {
        let email = email.trim().to_lowercase();
        if let Some(found) = noreply(&email) {
            // Numbers are github.com's; an enterprise server gives out its own.
            let number = found.id.filter(|_| found.site == "github.com");
            let by_number = number.and_then(|id| self.number(id));
            if let Some(maker) = by_number.or_else(|| self.login(&found.login, false)) {
                return Some(maker);
            }
        }
        let (local, domain) = email.rsplit_once('@').unwrap_or((&email, ""));
        let mut makers = self.makers.iter();
        if let Some(maker) = makers.find(|maker| self.is_of(maker, &email, local, domain)) {
            return Some(maker);
        }
        let name = name.trim();
        let named = name.to_ascii_lowercase();
        let suffixed = named.ends_with("[bot]").then(|| self.login(&named, true));
        suffixed
            .flatten()
            .or_else(|| self.product_with_model(name).map(|(maker, _)| maker))
    }

    fn is_of(&self, maker: &Maker, email: &str, local: &str, domain: &str) -> bool {
        let at_home = maker.domains.iter().any(|own| {
            domain == own
                || domain
                    .strip_suffix(own.as_str())
                    .is_some_and(|sub| sub.ends_with('.'))
        });
        let has = |list: &[String]| list.iter().any(|known| known == local);
        let is_tool = || {
            has(&self.roles)
                || has(&maker.products)
                || has(&maker.logins)
                || has(&maker.apps)
                || local.ends_with("[bot]")
        };
        (at_home && is_tool()) || maker.addresses.iter().any(|known| known == email)
    }

    /// What kind of account a signature is of.
    #[must_use]
    pub fn class_of_signature(&self, name: &str, email: &str) -> Account {
        if let Some(maker) = self.signature(name, email) {
            return maker.account;
        }
        if let Some(found) = noreply(email) {
            let class = self.class_of_login(&found.login, false);
            if class != Account::Human {
                return class;
            }
        }
        let lower = name.trim().to_ascii_lowercase();
        if lower.ends_with("[bot]") {
            return Account::Automation;
        }
        Account::Human
    }

    /// The maker of programs whose branches are called so.
    #[must_use]
    pub fn branch(&self, branch: &str) -> Option<&Maker> {
        let branch = branch.to_lowercase();
        let mut makers = self.makers.iter();
        makers.find(|maker| {
            let mut starts = maker.branches.iter();
            starts.any(|start| branch.starts_with(start.as_str()))
        })
    }
}

/// Whether a branch is called as programs that update dependencies call theirs.
#[must_use]
pub fn is_machine_branch(branch: &str) -> bool {
    let maker = Agents::known().branch(branch);
    maker.is_some_and(|maker| maker.account == Account::Automation)
}

#[cfg(test)]
mod tests;
