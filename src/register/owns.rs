//! Teams: what each of them owns, read, held against the rest of the register, and resolved to repositories.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::error::{Error, nearest};
use super::team::Register;
use crate::domain::{Listings, RepoName, RepositoryPattern, Selector, discovered, is_owning_team};

/// A team: what it owns, not who its members are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredTeam {
    /// Its name. No product is called so: a scope is found by its name.
    #[schemars(example = &"platform")]
    pub name: String,
    /// What it owns: an area by its name, or as `area:NAME`; repositories as a product names them (`owner/name`, a glob of names,
    /// `topic:owner/topic`, `team:owner/team`, `!` before any of them leaves out); `@owner/team`: the files whose last matching line of
    /// CODEOWNERS names that team. A repository that is in no product cannot be owned.
    #[schemars(example = ["acme/widgets-*", "billing", "@acme/platform"], with = "Vec<String>")]
    pub owns: Vec<Owns>,
    /// What each entry means, in their order: repositories that are named, until [`Register::resolved`].
    #[serde(skip)]
    pub meanings: Vec<Meaning>,
}

/// One entry of what a team owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owns {
    /// A declared area.
    Area(String),
    /// Whole repositories, or such that are left out.
    Repositories(Selector),
    /// Files by CODEOWNERS: `@owner/team`.
    Codeowners(String),
}

/// The repositories that an entry means, and why there are not more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Whole repositories; of an entry that names none there are none.
    pub repositories: Vec<RepoName>,
    /// Why some may be missing.
    pub reason: Option<String>,
    /// The step that would bring them.
    pub fix: Option<String>,
}

/// What an entry may be.
const FORMS: &str = "write the name of an `[[area]]`, `owner/name` or another entry as in `[[product]] repositories`, or `@owner/team` \
                     for what CODEOWNERS gives it";

impl FromStr for Owns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(area) = text.strip_prefix("area:") {
            return match area.trim() {
                "" => Err(format!("`{text}` names no area: {FORMS}")),
                area => Ok(Self::Area(area.to_owned())),
            };
        }
        if text.starts_with('@') {
            return if is_owning_team(text) {
                Ok(Self::Codeowners(text.to_owned()))
            } else {
                Err(format!(
                    "`{text}` is no team of the form `@owner/team`; a team is what it owns, not who is on it"
                ))
            };
        }
        if text.contains('/')
            || ["!", "topic:", "team:"]
                .iter()
                .any(|sign| text.starts_with(sign))
        {
            let selector = text.parse::<Selector>();
            return selector
                .map(Self::Repositories)
                .map_err(|error| error.to_string());
        }
        if text.is_empty() {
            return Err(format!("an entry is empty: {FORMS}"));
        }
        Ok(Self::Area(text.to_owned()))
    }
}

impl fmt::Display for Owns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Area(area) => f.write_str(area),
            Self::Repositories(selector) => write!(f, "{selector}"),
            Self::Codeowners(team) => f.write_str(team),
        }
    }
}

impl<'de> Deserialize<'de> for Owns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl DeclaredTeam {
    /// The entries that name repositories, or leave them out.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.owns.iter().filter_map(|entry| match entry {
            Owns::Repositories(selector) => Some(selector),
            Owns::Area(_) | Owns::Codeowners(_) => None,
        })
    }

    /// What its entries mean, told one by one, so that each can say what it gave.
    fn meant(&self, listings: &Listings, known: &[RepoName]) -> Vec<Meaning> {
        let left_out = || self.selectors().filter(|one| one.leaves_out).cloned();
        let meaning = |entry: &Owns| match entry {
            Owns::Repositories(selector) if !selector.leaves_out => {
                let entries: Vec<Selector> = std::iter::once(selector.clone())
                    .chain(left_out())
                    .collect();
                let found = discovered(None, &entries, listings, known);
                let written = selector.to_string();
                let line = found.lines.iter().find(|line| line.pattern == written);
                Meaning {
                    repositories: found.names,
                    reason: line.and_then(|line| line.reason.clone()),
                    fix: line.and_then(|line| line.fix.clone()),
                }
            }
            _ => Meaning::default(),
        };
        self.owns.iter().map(meaning).collect()
    }
}

impl Register {
    /// What teams' entries mean, as far as products have it. `known` are the names that are at hand anyway.
    pub(super) fn resolve_teams(
        &mut self,
        listings: &Listings,
        known: &[RepoName],
        file: &str,
    ) -> Result<(), Error> {
        let has_products = !self.products.is_empty();
        let of_products: Vec<RepoName> = self
            .products
            .iter()
            .flat_map(|product| product.repositories.iter().cloned())
            .collect();
        let candidates: Vec<RepoName> = of_products.iter().chain(known).cloned().collect();
        for team in &mut self.teams {
            let mut meanings = team.meant(listings, &candidates);
            if has_products {
                for (entry, meaning) in team.owns.iter().zip(&mut meanings) {
                    let outside =
                        |name: &RepoName| !of_products.iter().any(|own| own.is_same(name));
                    let Owns::Repositories(selector) = entry else {
                        continue;
                    };
                    if let Some(name) = selector.name().filter(|name| outside(name)) {
                        let names: Vec<String> = of_products.iter().map(RepoName::key).collect();
                        let near = nearest(&name.key(), names.iter().map(String::as_str));
                        let near = near.map_or_else(
                            || "add it to one".to_owned(),
                            |near| format!("did you mean `{near}`?"),
                        );
                        let message =
                            format!("`{name}` of team `{}` is in no product: {near}", team.name);
                        return Err(Error::content(file, "team.owns", message));
                    }
                    let n_before = meaning.repositories.len();
                    meaning.repositories.retain(|name| !outside(name));
                    if meaning.repositories.is_empty() && n_before > 0 {
                        meaning.reason = Some(
                            "none of the repositories that it names is in a product".to_owned(),
                        );
                        meaning.fix = Some("add them to a `[[product]]`".to_owned());
                    }
                }
            }
            team.meanings = meanings;
        }
        Ok(())
    }

    /// What teams name themselves, as long as nobody knows what the other entries mean.
    pub(super) fn take_teams(&mut self) {
        for team in &mut self.teams {
            let named = |entry: &Owns| Meaning {
                repositories: match entry {
                    Owns::Repositories(selector) => selector.name().cloned().into_iter().collect(),
                    Owns::Area(_) | Owns::Codeowners(_) => Vec::new(),
                },
                ..Meaning::default()
            };
            team.meanings = team.owns.iter().map(named).collect();
        }
    }

    pub(super) fn validate_teams(&self, file: &str) -> Result<(), Error> {
        let wrong = |key: &str, message: String| Err(Error::content(file, key, message));
        let mut names = BTreeSet::new();
        for team in &self.teams {
            let name = team.name.trim();
            let is_called = |other: &str| other.trim().eq_ignore_ascii_case(name);
            if name.is_empty() || name.contains('/') {
                let message = format!("`{name}` is no name of a team: a word or two without `/`");
                return wrong("team.name", message);
            }
            if !names.insert(name.to_lowercase()) {
                return wrong("team.name", format!("`{name}` is given twice"));
            }
            if is_called(Self::ALL_REPOSITORIES)
                || self.products.iter().any(|product| is_called(&product.name))
            {
                let message =
                    format!("`{name}` is the name of a product too: a scope is found by its name");
                return wrong("team.name", message);
            }
            if let Some(message) = self.owns_mistake(team) {
                return wrong("team.owns", format!("{message} (team `{name}`)"));
            }
        }
        Ok(())
    }

    /// What is wrong with what a team owns.
    fn owns_mistake(&self, team: &DeclaredTeam) -> Option<String> {
        if team.owns.is_empty() {
            return Some(format!("names nothing: {FORMS}"));
        }
        let is_left_out =
            |entry: &Owns| matches!(entry, Owns::Repositories(selector) if selector.leaves_out);
        if team.owns.iter().all(is_left_out) {
            return Some("leaves repositories out and names none".to_owned());
        }
        let mut seen = BTreeSet::new();
        for entry in &team.owns {
            if !seen.insert(entry.to_string().to_lowercase()) {
                return Some(format!("`{entry}` is listed twice"));
            }
            if let Owns::Area(name) = entry
                && !self.areas.iter().any(|area| area.name == *name)
            {
                let known = || self.areas.iter().map(|area| area.name.as_str());
                let near = nearest(name, known()).map_or_else(
                    || FORMS.to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                return Some(format!("`{name}` is no declared `[[area]]`: {near}"));
            }
        }
        let selectors: Vec<Selector> = team.selectors().cloned().collect();
        let has_names = selectors.iter().any(|one| !one.leaves_out);
        let is_pattern = |one: &Selector| !matches!(one.pattern, RepositoryPattern::Name(_));
        if !has_names
            && selectors
                .iter()
                .any(|one| one.leaves_out || is_pattern(one))
        {
            return Some("leaves repositories out and names none".to_owned());
        }
        Selector::mistake_among(&selectors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::parse;

    const BEFORE: &str = "[[product]]\nname = \"shop\"\nrepositories = [\"acme/web\", \"acme/api\"]\n\
                          [[area]]\nname = \"billing\"\npaths = [\"src/billing/**\"]\n";

    fn refusal(team: &str) -> String {
        let text = format!("{BEFORE}[[team]]\n{team}\n");
        parse(&text, "linchpin.toml").unwrap_err().to_string()
    }

    #[test]
    fn every_entry_is_read_and_written() {
        for (text, written) in [
            ("billing", "billing"),
            ("area:billing", "billing"),
            ("acme/web", "acme/web"),
            ("acme/*", "acme/*"),
            ("!acme/web", "!acme/web"),
            ("topic:acme/pay", "topic:acme/pay"),
            ("team:acme/pay", "team:acme/pay"),
            ("@acme/platform", "@acme/platform"),
        ] {
            assert_eq!(text.parse::<Owns>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn a_team_that_cannot_be_is_refused_with_what_would_be_one() {
        for (team, said) in [
            ("name = \"p\"\nowns = []", "names nothing"),
            (
                "name = \"p\"\nowns = [\"biling\"]",
                "did you mean `billing`",
            ),
            (
                "name = \"p\"\nowns = [\"area:nope-at-all\"]",
                "no declared `[[area]]`",
            ),
            ("name = \"p\"\nowns = [\"@ada\"]", "not who is on it"),
            ("name = \"p\"\nowns = [\"!acme/web\"]", "names none"),
            (
                "name = \"p\"\nowns = [\"acme/web\", \"!acme/w*\"]",
                "left out by",
            ),
            (
                "name = \"p\"\nowns = [\"acme/web\", \"ACME/web\"]",
                "listed twice",
            ),
            (
                "name = \"p\"\nowns = [\"acme/a b\"]",
                "names no repositories",
            ),
            ("name = \"Shop\"\nowns = [\"billing\"]", "name of a product"),
            (
                "name = \"all repositories\"\nowns = [\"billing\"]",
                "name of a product",
            ),
            ("name = \"a/b\"\nowns = [\"billing\"]", "no name of a team"),
            ("name = \"p\"\nown = [\"billing\"]", "did you mean `owns`"),
        ] {
            let message = refusal(team);
            assert!(message.contains(said), "{team}: {message}");
        }
        let twice =
            "name = \"p\"\nowns = [\"billing\"]\n[[team]]\nname = \"P\"\nowns = [\"acme/web\"]";
        assert!(refusal(twice).contains("given twice"));
    }

    #[test]
    fn a_team_has_no_repository_that_no_product_has() {
        let of = |entries: &str| {
            let text = format!("{BEFORE}[[team]]\nname = \"p\"\nowns = [{entries}]\n");
            let register = parse(&text, "linchpin.toml").unwrap();
            register.resolved(
                &Listings::default(),
                &["acme/other".parse().unwrap()],
                "linchpin.toml",
            )
        };
        let refused = of("\"acme/webb\"").unwrap_err().to_string();
        assert!(
            refused.contains("is in no product") && refused.contains("`acme/web`"),
            "{refused}"
        );
        let (register, lines) = of("\"acme/*\", \"!acme/api\"").unwrap();
        let names = &register.teams[0].meanings[0].repositories;
        assert_eq!(
            names.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["acme/web"]
        );
        assert!(lines.is_empty(), "patterns of teams bring nothing");
        let (register, _) = of("\"acme/o*\"").unwrap();
        let meaning = &register.teams[0].meanings[0];
        assert!(
            meaning.repositories.is_empty() && meaning.reason.is_some(),
            "{meaning:?}"
        );
    }
}
