//! Named parts of repositories.

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::pattern::BadPattern;
use crate::domain::RepositoryId;
use crate::register::Register;

/// Named parts of repositories: configured globs, or else top-level directories.
#[derive(Debug, Clone)]
pub struct Areas {
    configured: Vec<(String, Option<RepositoryId>, GlobSet)>,
}

/// The area of files at a repository's root, where areas are top-level directories.
pub const ROOT_AREA: &str = "(root)";

impl Areas {
    pub(crate) fn new(
        register: &Register,
        id_of: &dyn Fn(&str) -> Option<RepositoryId>,
    ) -> Result<Self, BadPattern> {
        let mut configured = Vec::new();
        for area in &register.areas {
            let mut globs = GlobSetBuilder::new();
            for glob in &area.paths {
                globs.add(Glob::new(glob).map_err(|_| BadPattern(glob.clone()))?);
            }
            let set = globs
                .build()
                .map_err(|_| BadPattern(area.paths.join(", ")))?;
            // An area of a repository that the store does not know matches nothing.
            let repository = area
                .repository
                .as_ref()
                .map(|name| id_of(&name.to_string()).unwrap_or(RepositoryId(u32::MAX)));
            configured.push((area.name.clone(), repository, set));
        }
        Ok(Self { configured })
    }

    /// The globs of the declared areas of a name, each with the only repository that it is of.
    pub(super) fn globs(
        &self,
        name: &str,
    ) -> impl Iterator<Item = (Option<RepositoryId>, &GlobSet)> {
        let configured = self.configured.iter();
        let own = configured.filter(move |(area, _, _)| area == name);
        own.map(|(_, only, globs)| (*only, globs))
    }

    /// An area with its repository, as pages that tell of several products call it: `widgets: engine`. What bears the name of its
    /// repository already, being one of several of a product, is called so everywhere.
    #[must_use]
    pub fn with_repository(repository: &str, area: &str) -> String {
        let rest = area.strip_prefix(repository);
        if rest.is_some_and(|rest| rest.starts_with(": ")) {
            area.to_owned()
        } else {
            format!("{repository}: {area}")
        }
    }

    /// The areas of a path, sorted, each once; empty where areas are configured and none matches.
    ///
    /// Without configured areas it is the top-level directory, qualified by the repository's name when the product has
    /// several repositories, so that two `src` are two areas.
    #[must_use]
    pub fn of(&self, repository: RepositoryId, path: &str, qualifier: Option<&str>) -> Vec<String> {
        if self.configured.is_empty() {
            let area = path.split_once('/').map_or(ROOT_AREA, |(top, _)| top);
            return vec![match qualifier {
                Some(qualifier) => format!("{qualifier}: {area}"),
                None => area.to_owned(),
            }];
        }
        let mut areas: Vec<String> = self
            .configured
            .iter()
            .filter(|(_, only, globs)| {
                only.is_none_or(|only| only == repository) && globs.is_match(path)
            })
            .map(|(name, _, _)| name.clone())
            .collect();
        areas.sort();
        areas.dedup();
        areas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_bears_the_name_of_its_repository_once() {
        let check = |area, expected: &str| {
            assert_eq!(Areas::with_repository("widgets", area), expected);
        };
        check("engine", "widgets: engine");
        check("widgets: engine", "widgets: engine");
        check("widgets", "widgets: widgets");
        check("widgetshop", "widgets: widgetshop");
    }
}
