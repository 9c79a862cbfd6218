//! Teams: the entries of a register put to repositories and files.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::areas::Areas;
use super::owning::{OwnedEntry, Owning};
use super::product::{Kind, Product};
use super::question::Question;
use crate::domain::{CodeownersLine, Owned, OwnedBy, Paths, RepositoryId};
use crate::register::{DeclaredTeam, Meaning, Owns, Register, nearest};
use crate::tables::{CodeownersRow, Repository};

/// What is known of the repositories when teams are put to them.
struct Known<'a> {
    repositories: &'a [Repository],
    codeowners: &'a [CodeownersRow],
    products: &'a [Product],
    areas: &'a Areas,
}

impl Question {
    /// The same question with the register's teams. CODEOWNERS are taken as they were mined.
    #[must_use]
    pub fn with_teams(
        mut self,
        register: &Register,
        repositories: &[Repository],
        codeowners: &[CodeownersRow],
    ) -> Self {
        let known = Known {
            repositories,
            codeowners,
            products: &self.products,
            areas: &self.areas,
        };
        let is_product = |team: &&DeclaredTeam| {
            let mut products = self.products.iter();
            !products.any(|product| product.name.eq_ignore_ascii_case(&team.name))
        };
        let teams = register.teams.iter().filter(is_product);
        let mut teams: Vec<Product> = teams.filter_map(|team| known.team(team)).collect();
        teams.sort_by(|a, b| a.name.cmp(&b.name));
        self.teams = teams;
        self
    }
}

impl Known<'_> {
    /// A team as it is measured; `None` where there is no product at all.
    fn team(&self, team: &DeclaredTeam) -> Option<Product> {
        let entries: Vec<OwnedEntry> = team
            .owns
            .iter()
            .zip(&team.meanings)
            .map(|(entry, meaning)| self.entry(entry, meaning))
            .collect();
        let mut owned = Owned::default();
        for entry in &entries {
            owned.whole.extend(&entry.owned.whole);
        }
        for entry in &entries {
            for (repository, paths) in &entry.owned.parts {
                if !owned.has_all(*repository) {
                    let parts = owned.parts.entry(*repository).or_default();
                    parts.extend(paths.iter().cloned());
                }
            }
        }
        let repositories = owned.repositories();
        let is_all = |product: &&Product| {
            let mut all = product.repositories.iter();
            !product.repositories.is_empty() && all.all(|one| owned.has_all(*one))
        };
        let whole: Vec<&Product> = self.products.iter().filter(is_all).collect();
        let of_whole: BTreeSet<RepositoryId> = whole
            .iter()
            .flat_map(|product| product.repositories.iter().copied())
            .collect();
        // What reaches production is laid down by product: a team's changes get there as those of the product that it owns most of.
        let like = self.products.iter().max_by_key(|product| {
            let own = product.repositories.iter();
            let n = own.filter(|one| repositories.contains(one)).count();
            (n, std::cmp::Reverse(product.name.as_str()))
        })?;
        let owning = Owning {
            is_whole: !of_whole.is_empty() && of_whole == repositories,
            products: whole.iter().map(|product| product.name.clone()).collect(),
            owned,
            entries,
        };
        Some(Product {
            name: team.name.clone(),
            kind: Kind::Team(Arc::new(owning)),
            repositories: repositories.into_iter().collect(),
            ..like.clone()
        })
    }

    fn entry(&self, entry: &Owns, meaning: &Meaning) -> OwnedEntry {
        let mut found = OwnedEntry {
            entry: entry.to_string(),
            leaves_out: matches!(entry, Owns::Repositories(selector) if selector.leaves_out),
            owned: Owned::default(),
            reason: meaning.reason.clone(),
            fix: meaning.fix.clone(),
        };
        match entry {
            Owns::Repositories(selector) => {
                let ids = meaning.repositories.iter().filter_map(|name| {
                    let name = name.to_string();
                    let mut rows = self.repositories.iter();
                    let row = rows.find(|row| row.is_called(&name))?;
                    Some(row.repository)
                });
                found.owned.whole = ids.filter(|id| self.is_of_a_product(*id)).collect();
                if found.owned.whole.is_empty() && !selector.leaves_out && found.reason.is_none() {
                    found.reason = Some("no repository in the store is called so".to_owned());
                    found.fix = self.near_repository(selector.name().map(ToString::to_string));
                }
            }
            Owns::Area(name) => {
                for (only, globs) in self.areas.globs(name) {
                    let all = self.of_products();
                    for id in all.filter(|id| only.is_none_or(|only| only == *id)) {
                        let parts = found.owned.parts.entry(id).or_default();
                        parts.push(Paths::Globs(globs.clone()));
                    }
                }
                if found.owned.parts.is_empty() {
                    found.reason =
                        Some("its repository is not in the store, or in no product".to_owned());
                    found.fix = Some("check `repository` of the `[[area]]`".to_owned());
                }
            }
            Owns::Codeowners(team) => {
                for id in self.of_products() {
                    let own = self.codeowners.iter().filter(|row| row.repository == id);
                    let lines: Vec<CodeownersLine> = own.map(CodeownersRow::line).collect();
                    let by = OwnedBy::new(&lines, team);
                    if by.is_named() {
                        let paths = vec![Paths::Codeowners(by)];
                        found.owned.parts.insert(id, paths);
                    }
                }
                if found.owned.parts.is_empty() {
                    found.reason = Some("no line of CODEOWNERS names it".to_owned());
                    found.fix = self.near_owner(team);
                }
            }
        }
        found
    }

    fn of_products(&self) -> impl Iterator<Item = RepositoryId> {
        let all = self.products.iter();
        all.flat_map(|product| product.repositories.iter().copied())
    }

    fn is_of_a_product(&self, repository: RepositoryId) -> bool {
        self.products.iter().any(|product| product.has(repository))
    }

    fn near_repository(&self, name: Option<String>) -> Option<String> {
        let known = self.repositories.iter().map(|row| row.name.as_str());
        let near = nearest(&name?, known)?;
        Some(format!("did you mean `{near}`?"))
    }

    fn near_owner(&self, team: &str) -> Option<String> {
        let rows = self.codeowners.iter();
        let teams = rows.flat_map(|row| row.owners.iter().map(String::as_str));
        let near = nearest(team, teams.filter(|owner| owner.contains('/')))?;
        Some(format!("did you mean `{near}`?"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Granularity, Window, parse_codeowners};
    use crate::register::parse;

    fn repository(id: u32, name: &str) -> Repository {
        Repository {
            repository: RepositoryId(id),
            name: name.to_owned(),
            url: None,
            default_branch: None,
            former_names: Vec::new(),
        }
    }

    /// The teams of a register over two repositories, of which the first has a CODEOWNERS.
    fn teams(register: &str) -> Vec<Product> {
        let repositories = [repository(0, "acme/web"), repository(1, "acme/api")];
        let lines = parse_codeowners("CODEOWNERS", "* @acme/all\n/src/ @acme/web\n/src/x/ @ada\n");
        let rows: Vec<CodeownersRow> = lines
            .iter()
            .map(|line| CodeownersRow::of(RepositoryId(0), line))
            .collect();
        let register = parse(register, "linchpin.toml").unwrap();
        let known: Vec<_> = repositories
            .iter()
            .map(|row| row.name.parse().unwrap())
            .collect();
        let (register, _) = register
            .resolved(&crate::domain::Listings::default(), &known, "it")
            .unwrap();
        let until: jiff::Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let window = Window {
            since: until,
            until,
        };
        let question = Question::new(
            &register,
            &repositories,
            Vec::new(),
            until,
            window,
            Granularity::Week,
        );
        question
            .unwrap()
            .with_teams(&register, &repositories, &rows)
            .teams
    }

    const PRODUCTS: &str = "[[product]]\nname = \"shop\"\nrepositories = [\"acme/web\"]\n\
                            [[product]]\nname = \"service\"\nrepositories = [\"acme/api\"]\n\
                            [[area]]\nname = \"docs\"\npaths = [\"docs/**\"]\n";

    #[test]
    fn what_codeowners_gives_a_team_is_what_its_last_matching_line_says() {
        let found = teams(&format!(
            "{PRODUCTS}[[team]]\nname = \"w\"\nowns = [\"@acme/Web\", \"docs\"]\n"
        ));
        let owning = found[0].owning().unwrap();
        let has = |id: u32, path: &str| owning.owned.has(RepositoryId(id), path);
        assert!(has(0, "src/a.rs") && has(0, "docs/a.md") && has(1, "docs/a.md"));
        assert!(!has(0, "src/x/a.rs") && !has(0, "README.md") && !has(1, "src/a.rs"));
        assert!(owning.owned.whole.is_empty() && !owning.is_whole);
        assert!(owning.entries.iter().all(|entry| entry.reason.is_none()));
    }

    #[test]
    fn a_team_of_whole_products_is_told_as_they_are() {
        let check = |owns: &str, products: &[&str], is_whole: bool| {
            let found = teams(&format!(
                "{PRODUCTS}[[team]]\nname = \"w\"\nowns = [{owns}]\n"
            ));
            let owning = found[0].owning().unwrap();
            assert_eq!(owning.products, products, "{owns}");
            assert_eq!(owning.is_whole, is_whole, "{owns}");
        };
        check("\"acme/web\"", &["shop"], true);
        check("\"acme/*\"", &["service", "shop"], true);
        check("\"acme/web\", \"docs\"", &["shop"], false);
        check("\"docs\"", &[], false);
    }

    #[test]
    fn an_entry_that_owns_nothing_says_so_with_what_may_be_meant() {
        let found = teams(&format!(
            "{PRODUCTS}[[team]]\nname = \"w\"\nowns = [\"@acme/wep\"]\n"
        ));
        let entry = &found[0].owning().unwrap().entries[0];
        assert!(
            entry.reason.as_deref().unwrap().contains("CODEOWNERS"),
            "{entry:?}"
        );
        assert_eq!(entry.fix.as_deref(), Some("did you mean `@acme/web`?"));
        // Without products all that is in the store is one: a name that is not there owns nothing.
        let found = teams("[[team]]\nname = \"w\"\nowns = [\"acme/webs\"]\n");
        let entry = &found[0].owning().unwrap().entries[0];
        assert!(entry.reason.is_some() && entry.fix.as_deref() == Some("did you mean `acme/web`?"));
    }
}
