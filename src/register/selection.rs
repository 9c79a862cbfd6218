//! Which repositories a product has: its entries read, held against each other, and resolved by what GitHub last listed.

use std::collections::BTreeMap;

use serde::{Deserialize as _, Deserializer};

use super::error::Error;
use super::team::Register;
use crate::domain::{Listings, PatternLine, RepoName, Selector, discovered};

/// Reads the entries of a product. A word without `/` is most likely a repository whose owner was forgotten.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Selector>, D::Error> {
    let texts: Vec<String> = Vec::deserialize(deserializer)?;
    let entry = |text: &String| {
        let selector: Selector = text.parse().map_err(serde::de::Error::custom)?;
        if text.contains(['/', ':']) {
            return Ok(selector);
        }
        let message = format!(
            "`{text}` is not a repository name of the form `owner/name`; all repositories of an owner are `{selector}`"
        );
        Err(serde::de::Error::custom(message))
    };
    texts.iter().map(entry).collect()
}

impl Register {
    /// The repositories that are named, as long as nobody knows what the other entries mean.
    pub(super) fn take_names(&mut self) {
        for product in &mut self.products {
            let names = product.selectors.iter().filter_map(Selector::name);
            product.repositories = names.cloned().collect();
        }
    }

    /// The repositories that products name and that are not there, each with its product.
    pub fn absent<'a>(
        &'a self,
        is_there: impl Fn(&RepoName) -> bool + 'a,
    ) -> impl Iterator<Item = (&'a str, &'a RepoName)> {
        let named = self.products.iter().flat_map(|product| {
            let names = product.selectors.iter().filter_map(Selector::name);
            names.map(|name| (product.name.as_str(), name))
        });
        named.filter(move |(_, name)| !is_there(name))
    }

    /// Whether a product's entry is more than a name.
    #[must_use]
    pub fn has_patterns(&self) -> bool {
        let mut all = self.products.iter().flat_map(|product| &product.selectors);
        all.any(|selector| selector.name().is_none())
    }

    /// The register with the repositories that its products' entries mean by what GitHub last listed, and what each entry gave.
    /// `known` are names that are at hand anyway: a glob that was never listed is held against them.
    ///
    /// # Errors
    /// Two products mean one repository; a team names one that no product has.
    pub fn resolved(
        &self,
        listings: &Listings,
        known: &[RepoName],
        file: &str,
    ) -> Result<(Self, Vec<PatternLine>), Error> {
        let mut register = self.clone();
        let mut lines = Vec::new();
        let mut taken: BTreeMap<String, (String, String)> = BTreeMap::new();
        for product in &mut register.products {
            let found = discovered(Some(&product.name), &product.selectors, listings, known);
            for (name, by) in found.names.iter().zip(&found.by) {
                let own = (product.name.clone(), by.clone());
                if let Some((other, before)) = taken.insert(name.key(), own) {
                    let message = format!(
                        "`{name}` is in two products: `{before}` of `{other}` and `{by}` of `{}`; leave it out of one of them with `!{name}`",
                        product.name
                    );
                    return Err(Error::content(file, "product.repositories", message));
                }
            }
            product.repositories = found.names;
            lines.extend(found.lines);
        }
        register.resolve_teams(listings, known, file)?;
        Ok((register, lines))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{Completeness, ListedRepository, Listing, Listings};
    use crate::register::{Register, parse};

    fn register(entries: &[&str]) -> Register {
        let text = format!("[[product]]\nname = \"p\"\nrepositories = {entries:?}\n");
        parse(&text, "linchpin.toml").unwrap()
    }

    fn refusal(entries: &[&str]) -> String {
        let text = format!("[[product]]\nname = \"p\"\nrepositories = {entries:?}\n");
        parse(&text, "linchpin.toml").unwrap_err().to_string()
    }

    fn listed(name: &str, change: impl FnOnce(&mut ListedRepository)) -> ListedRepository {
        let mut listed = ListedRepository {
            node: format!("R_{name}"),
            name: name.parse().unwrap(),
            is_archived: false,
            is_fork: false,
            topics: Vec::new(),
            n_pull_requests: Some(1),
            n_issues: Some(1),
            disk_kib: Some(1),
            missing_since: None,
        };
        change(&mut listed);
        listed
    }

    fn listings(covers: &[&str], repositories: Vec<ListedRepository>) -> Listings {
        let source = match covers.first() {
            Some(team) if team.starts_with("team:") => (*team).to_owned(),
            _ => "acme".to_owned(),
        };
        Listings {
            format: 1,
            owner: Some("acme".to_owned()),
            asked: Vec::new(),
            lists: vec![Listing {
                source,
                covers: covers.iter().map(|text| (*text).to_owned()).collect(),
                listed_at: Some("2026-03-01T00:00:00Z".parse().unwrap()),
                n_listed: repositories.len() as u64,
                repositories,
                trouble: None,
                left: Vec::new(),
            }],
        }
    }

    fn names(register: &Register) -> Vec<String> {
        let product = &register.products[0];
        product
            .repositories
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn entries_that_cannot_be_are_refused_with_their_line() {
        for (entries, said) in [
            (&["widgets"][..], "`widgets/*`"),
            (&["acme/a/b"], "names no repositories"),
            (&["!acme/x"], "names none"),
            (
                &["acme/x", "!acme/X"],
                "is named, and left out by `!acme/X`",
            ),
            (
                &["acme/x1", "!acme/x*"],
                "is named, and left out by `!acme/x*`",
            ),
            (&["acme/x", "ACME/x"], "listed twice"),
        ] {
            let message = refusal(entries);
            assert!(message.contains(said), "{entries:?}: {message}");
            assert!(message.contains("repositories"), "{message}");
        }
        assert!(refusal(&["acme/[x"]).starts_with("linchpin.toml:3"));
    }

    #[test]
    fn archived_repositories_and_forks_are_taken_where_they_are_named() {
        let all = vec![
            listed("acme/pay-api", |_| {}),
            listed("acme/pay-old", |one| one.is_archived = true),
            listed("acme/pay-fork", |one| one.is_fork = true),
            listed("acme/pay-x", |_| {}),
            listed("acme/lamp", |_| {}),
        ];
        let known = listings(&["acme/*"], all);
        let declared = register(&["acme/pay-*", "!acme/*-x", "acme/pay-old"]);
        let (found, lines) = declared.resolved(&known, &[], "it").unwrap();
        assert_eq!(names(&found), ["acme/pay-api", "acme/pay-old"]);
        let line = &lines[0];
        assert_eq!(
            (
                line.n_matched,
                line.n_archived,
                line.n_forks,
                line.n_left_out,
                line.n_taken
            ),
            (4, 1, 1, 1, 1),
            "{line:?}"
        );
        assert_eq!(line.completeness, Completeness::Complete);
    }

    #[test]
    fn a_topic_is_of_the_owner_that_is_known_and_a_pattern_without_a_match_is_a_hole() {
        let with_topic = |one: &mut ListedRepository| one.topics = vec!["payments".to_owned()];
        let all = vec![listed("acme/a", with_topic), listed("acme/b", |_| {})];
        let known = listings(&["topic:acme/payments", "topic:acme/none", "acme/*"], all);
        let (found, lines) = register(&["topic:payments", "topic:none"])
            .resolved(&known, &[], "it")
            .unwrap();
        assert_eq!(names(&found), ["acme/a"]);
        assert!(!lines[0].has_hole() && lines[1].has_hole(), "{lines:?}");
        let reason = lines[1].reason.as_deref().unwrap();
        assert!(reason.contains("none of the 2 repositories"), "{reason}");
        // Nothing was listed: that is not none.
        let (_, lines) = register(&["topic:payments"])
            .resolved(&Listings::default(), &[], "it")
            .unwrap();
        assert_eq!(lines[0].completeness, Completeness::Skipped);
    }

    #[test]
    fn a_repository_that_two_products_mean_is_an_error_that_names_both() {
        let text = "[[product]]\nname = \"a\"\nrepositories = [\"acme/pay-*\"]\n[[product]]\nname = \"b\"\nrepositories = [\"acme/*-api\"]\n";
        let declared = parse(text, "linchpin.toml").unwrap();
        let all = vec![
            listed("acme/pay-api", |_| {}),
            listed("acme/pay-web", |_| {}),
        ];
        let refused = declared
            .resolved(&listings(&["acme/*"], all), &[], "linchpin.toml")
            .unwrap_err()
            .to_string();
        for words in [
            "two products",
            "`acme/pay-*` of `a`",
            "`acme/*-api` of `b`",
            "`!acme/pay-api`",
        ] {
            assert!(refused.contains(words), "{refused}");
        }
    }

    #[test]
    fn a_glob_that_was_never_listed_takes_what_is_at_hand() {
        let known = [
            "acme/pay-api".parse().unwrap(),
            "acme/lamp".parse().unwrap(),
        ];
        let declared = register(&["acme/pay-*"]);
        let (found, lines) = declared
            .resolved(&Listings::default(), &known, "it")
            .unwrap();
        assert_eq!(names(&found), ["acme/pay-api"]);
        assert_eq!(lines[0].completeness, Completeness::Skipped);
        assert_eq!(lines[0].listed_at, None);
    }

    #[test]
    fn what_github_no_longer_shows_stays_until_it_is_left_out() {
        let gone = |one: &mut ListedRepository| {
            one.missing_since = Some("2026-03-02T00:00:00Z".parse().unwrap());
        };
        let all = vec![listed("acme/a", |_| {}), listed("acme/b", gone)];
        let known = listings(&["acme/*"], all);
        let (found, lines) = register(&["acme/*"]).resolved(&known, &[], "it").unwrap();
        assert_eq!(names(&found), ["acme/a", "acme/b"]);
        assert!(lines[0].has_hole() && lines[0].n_missing == 1, "{lines:?}");
        let (found, lines) = register(&["acme/*", "!acme/b"])
            .resolved(&known, &[], "it")
            .unwrap();
        assert_eq!(names(&found), ["acme/a"]);
        assert!(!lines[0].has_hole(), "{lines:?}");
    }
}
