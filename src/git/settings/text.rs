//! Which files git compares line by line: what `.gitattributes` say of `diff`, and what is told from the content otherwise.
//!
//! The attributes are those that `git log` goes by: of the files in the work tree, whatever commit is looked at; in a bare
//! repository of none, unless `attr.tree` names a tree; and of `info/attributes` in both. They need not be those of the tip.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use gix::bstr::{BStr, BString, ByteSlice as _};

use super::attribute_files::{ATTRIBUTES, AttributeFiles, place_of};
use super::attributes::BINARY_MACRO;
use crate::domain::Gap;
use crate::git::objects::content::{content, is_binary};
use crate::git::objects::object::Unreadable;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::Side;

/// Whether the lines of a path's files are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::git) enum Textness {
    /// The content tells: what has a NUL near its beginning is binary.
    #[default]
    ByContent,
    /// They are (`diff`).
    Text,
    /// They are not (`-diff`, `binary`).
    Binary,
}

impl Textness {
    /// What holds for one side of a change: attributes are given to files alone.
    pub(in crate::git) const fn of_side(self, side: Side) -> Self {
        if side.mode.is_regular() {
            self
        } else {
            Self::ByContent
        }
    }
}

/// A side's text as git compares it; `None` where it is binary.
pub(in crate::git) fn text(
    reader: &mut Reader<'_>,
    side: Side,
    textness: Textness,
) -> Result<Option<std::rc::Rc<Vec<u8>>>, Unreadable> {
    let textness = textness.of_side(side);
    if textness == Textness::Binary {
        return Ok(None);
    }
    match content(reader, side) {
        Ok(bytes) if textness == Textness::Text || !is_binary(&bytes) => Ok(Some(bytes)),
        // Git would read it, however large it is.
        Err(Unreadable::Opaque) if textness == Textness::Text => Err(Unreadable::TooLarge),
        Ok(_) | Err(Unreadable::Opaque) => Ok(None),
        Err(why) => Err(why),
    }
}

/// The attribute files that say something of how files are compared.
pub(in crate::git) struct TextRules {
    search: gix::attrs::Search,
    collection: gix::attrs::search::MetadataCollection,
    case: gix::glob::pattern::Case,
    /// By name of a `diff=NAME`: what the repository's configuration says of it.
    drivers: HashMap<BString, Textness>,
    /// Changes when an answer may: the lines that speak of it.
    key: Vec<u8>,
}

impl TextRules {
    /// Reads the attribute files; what cannot be read is a gap.
    pub(in crate::git) fn of(
        repository: &gix::Repository,
        reader: &mut Reader<'_>,
    ) -> (Self, Vec<Gap>) {
        let found = AttributeFiles::of(repository, reader);
        let case = if repository.config_snapshot().boolean("core.ignoreCase") == Some(true) {
            gix::glob::pattern::Case::Fold
        } else {
            gix::glob::pattern::Case::Sensitive
        };
        let rules = Self::from_files(&found.files, drivers(repository), case);
        (rules, found.gaps)
    }

    /// From attribute files, outermost first: the directory they hold in (`None`: everywhere, and before all others), content.
    fn from_files(
        files: &[(Option<BString>, Vec<u8>)],
        drivers: HashMap<BString, Textness>,
        case: gix::glob::pattern::Case,
    ) -> Self {
        let mut search = gix::attrs::Search::default();
        let mut collection = gix::attrs::search::MetadataCollection::default();
        let key = key(files, &drivers);
        if !key.is_empty() {
            let built_in = BINARY_MACRO.as_bytes();
            let _ = search.add_patterns_buffer(
                built_in,
                "[builtin]".into(),
                None,
                &mut collection,
                true,
            );
            for (directory, content) in files {
                let (source, root) = match directory {
                    Some(directory) => (place_of(directory).join(ATTRIBUTES), Some(Path::new(""))),
                    None => (PathBuf::from("info/attributes"), None),
                };
                let may_define = directory
                    .as_ref()
                    .is_none_or(|directory| directory.is_empty());
                // Broken lines are skipped, as git does.
                let _ =
                    search.add_patterns_buffer(content, source, root, &mut collection, may_define);
            }
        }
        Self {
            search,
            collection,
            case,
            drivers,
            key,
        }
    }

    /// Equal where every path has the same answer.
    pub(in crate::git) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The answers for paths, by number; none at all where each is the content's to tell.
    pub(in crate::git) fn of_paths(&self, paths: &[Vec<u8>]) -> Vec<Textness> {
        if self.key.is_empty() {
            return Vec::new();
        }
        let mut outcome = gix::attrs::search::Outcome::default();
        outcome.initialize_with_selection(&self.collection, ["diff"]);
        let of_path = |path: &Vec<u8>| self.of_path(path.as_bstr(), &mut outcome);
        paths.iter().map(of_path).collect()
    }

    fn of_path(&self, path: &BStr, outcome: &mut gix::attrs::search::Outcome) -> Textness {
        outcome.reset();
        self.search
            .pattern_matching_relative_path(path, self.case, Some(false), outcome);
        let matched = outcome.iter_selected().next();
        match matched.map(|matched| matched.assignment.state) {
            Some(gix::attrs::StateRef::Set) => Textness::Text,
            Some(gix::attrs::StateRef::Unset) => Textness::Binary,
            Some(gix::attrs::StateRef::Value(name)) => {
                let driver = self.drivers.get(name.as_bstr());
                driver.copied().unwrap_or_default()
            }
            Some(gix::attrs::StateRef::Unspecified) | None => Textness::ByContent,
        }
    }
}

/// What the repository's configuration says of named ways to compare (`diff.NAME.binary`).
fn drivers(repository: &gix::Repository) -> HashMap<BString, Textness> {
    let config = repository.config_snapshot();
    let sections = config.plumbing().sections_by_name("diff");
    let named = sections.into_iter().flatten().filter_map(|section| {
        let name = section.header().subsection_name()?;
        let is_binary = config
            .plumbing()
            .boolean_by("diff", Some(name), "binary")
            .ok()??;
        let textness = if is_binary {
            Textness::Binary
        } else {
            Textness::Text
        };
        Some((name.to_owned(), textness))
    });
    named.collect()
}

/// The lines that say how files are compared, with where they stand: those that name `diff`, `binary` or a macro.
fn key(files: &[(Option<BString>, Vec<u8>)], drivers: &HashMap<BString, Textness>) -> Vec<u8> {
    let words = |line: &[u8]| -> Vec<Vec<u8>> {
        let words = line.fields_with(char::is_whitespace);
        words.map(<[u8]>::to_vec).collect()
    };
    let mut names: BTreeSet<Vec<u8>> = [b"diff".to_vec(), b"binary".to_vec()].into();
    for (_, content) in files {
        for line in content.lines() {
            if let Some(name) = words(line)
                .first()
                .and_then(|word| word.strip_prefix(b"[attr]"))
            {
                names.insert(name.to_vec());
            }
        }
    }
    let mut key = Vec::new();
    for (directory, content) in files {
        for line in content
            .lines()
            .filter(|line| !line.trim_start().starts_with(b"#"))
        {
            let speaks = words(line).iter().skip(1).any(|word| {
                let name = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"!"));
                let name = name.unwrap_or(word).split(|&byte| byte == b'=').next();
                name.is_some_and(|name| names.contains(name))
            });
            if speaks {
                match directory {
                    Some(directory) => key.extend_from_slice(directory),
                    None => key.push(0),
                }
                key.push(0);
                key.extend_from_slice(line);
                key.push(b'\n');
            }
        }
    }
    if !key.is_empty() {
        let mut told: Vec<String> = drivers
            .iter()
            .map(|(name, textness)| format!("{name}={textness:?}\n"))
            .collect();
        told.sort();
        key.extend_from_slice(told.concat().as_bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(files: &[(&str, &str)]) -> TextRules {
        let files: Vec<_> = files
            .iter()
            .map(|(directory, content)| {
                let directory = (*directory != "info").then(|| BString::from(*directory));
                (directory, content.as_bytes().to_vec())
            })
            .collect();
        let drivers = HashMap::from([(BString::from("photo"), Textness::Binary)]);
        TextRules::from_files(&files, drivers, gix::glob::pattern::Case::Sensitive)
    }

    #[test]
    fn the_last_line_of_the_innermost_file_counts() {
        let rules = rules(&[
            (
                "",
                "[attr]made -diff -merge\n*.lock -diff\n*.svg binary\ngen/* made\n*.dat diff\n*.py diff=python\n*.jpg diff=photo\n",
            ),
            (
                "sub",
                "*.lock diff\n[attr]own -diff\n*.own own\n*.svg !diff\n",
            ),
            ("info", "/top.lock !diff\n"),
        ]);
        let check = |path: &str, expected| {
            assert_eq!(rules.of_paths(&[path.into()]), [expected], "{path}");
        };
        check("a.lock", Textness::Binary);
        check("x/a.lock", Textness::Binary);
        check("a.svg", Textness::Binary);
        check("gen/a", Textness::Binary);
        check("x/gen/a", Textness::ByContent);
        check("a.dat", Textness::Text);
        check("a.py", Textness::ByContent);
        check("a.jpg", Textness::Binary);
        check("sub/a.lock", Textness::Text);
        check("sub/a.svg", Textness::ByContent);
        // Only the outermost files may define words.
        check("sub/a.own", Textness::ByContent);
        check("top.lock", Textness::ByContent);
        check("README", Textness::ByContent);
    }

    #[test]
    fn only_lines_that_speak_of_it_are_in_the_key() {
        let key = |text: &str| rules(&[("", text)]).key().to_vec();
        assert!(
            key("* text=auto\n*.sh eol=lf\n# *.lock -diff\n*.pb linguist-generated\n").is_empty()
        );
        assert_eq!(
            key("* text=auto\n*.lock -diff\n"),
            key("*.lock -diff\n* text\n")
        );
        assert_ne!(key("*.lock -diff\n"), key("*.lock diff\n"));
        assert_ne!(key("[attr]x -diff\na x\n"), key("[attr]x -diff\nb x\n"));
    }
}
