//! The attribute files that git goes by: of the work tree or of the tree that `attr.tree` names, and `info/attributes`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};

use super::attributes::MAX_ATTRIBUTES_BYTES;
use crate::domain::Gap;
use crate::git::diff::trees::Differ;
use crate::git::objects::content::content;
use crate::git::objects::object::Unreadable;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::Side;

pub(super) const ATTRIBUTES: &str = ".gitattributes";

/// Attribute files and what went wrong with others.
#[derive(Default)]
pub(super) struct AttributeFiles {
    /// The directory that a file holds in (`None`: everywhere, and before all others), and its content.
    pub(super) files: Vec<(Option<BString>, Vec<u8>)>,
    /// What could not be read.
    pub(super) gaps: Vec<Gap>,
}

impl AttributeFiles {
    /// Those of a repository, outermost first; what cannot be read is a gap.
    pub(super) fn of(repository: &gix::Repository, reader: &mut Reader<'_>) -> Self {
        let mut found = Self::default();
        match attribute_tree(repository) {
            Some(tree) => found.add_tree(reader, repository, &tree),
            None => {
                if let Some(work_tree) = repository.workdir() {
                    found.add_work_tree(work_tree, &directories(repository));
                }
            }
        }
        let info = repository.common_dir().join("info").join("attributes");
        found.add_file(&info, None);
        found
    }

    fn gap(&mut self, subject: &BStr, reason: &str) {
        self.gaps.push(Gap {
            repository: None,
            kind: "settings".to_owned(),
            subject: subject.to_str_lossy().into_owned(),
            reason: reason.to_owned(),
        });
    }

    /// A file that is not there says nothing; git follows no link to one in a work tree.
    fn add_file(&mut self, path: &Path, directory: Option<&BString>) {
        let found = match directory {
            Some(_) => std::fs::symlink_metadata(path),
            None => std::fs::metadata(path),
        };
        if !found.is_ok_and(|found| found.is_file()) {
            return;
        }
        let name = match directory {
            Some(directory) if directory.is_empty() => ATTRIBUTES.into(),
            Some(directory) => BString::from(format!("{directory}/{ATTRIBUTES}")),
            None => "info/attributes".into(),
        };
        let mut content = Vec::new();
        let most = MAX_ATTRIBUTES_BYTES as u64 + 1;
        let read = std::fs::File::open(path).and_then(|file| {
            std::io::Read::read_to_end(&mut std::io::Read::take(file, most), &mut content)
        });
        match read {
            Ok(_) if content.len() <= MAX_ATTRIBUTES_BYTES => {
                self.files.push((directory.cloned(), content));
            }
            Ok(_) => self.gap(name.as_bstr(), Unreadable::TooLarge.word()),
            Err(_) => self.gap(name.as_bstr(), "unreadable_file"),
        }
    }

    fn add_work_tree(&mut self, work_tree: &Path, directories: &BTreeSet<BString>) {
        let mut links: Vec<&BString> = Vec::new();
        for directory in outermost_first(directories) {
            let path = work_tree.join(place_of(directory));
            // A link in the place of a directory may lead anywhere.
            let is_inside = |link: &&BString| {
                directory
                    .strip_prefix(link.as_slice())
                    .is_some_and(|rest| rest.starts_with(b"/"))
            };
            if links.iter().any(is_inside) {
                continue;
            }
            if std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink())
                && !directory.is_empty()
            {
                links.push(directory);
                continue;
            }
            self.add_file(&path.join(ATTRIBUTES), Some(directory));
        }
    }

    fn add_tree(&mut self, reader: &mut Reader<'_>, repository: &gix::Repository, tree: &ObjectId) {
        let mut differ = Differ::new(reader, repository.object_hash());
        differ.compare(None, Some(tree));
        let files = std::mem::take(&mut differ.differences);
        let mut wanted: Vec<(BString, Side)> = Vec::new();
        for file in files {
            let Some(directory) = file.path.strip_suffix(ATTRIBUTES.as_bytes()) else {
                continue;
            };
            let directory = match directory {
                [] => directory,
                [directory @ .., b'/'] => directory,
                _ => continue,
            };
            if let Some(side) = file.after.filter(|side| side.mode.is_regular()) {
                wanted.push((directory.into(), side));
            }
        }
        wanted.sort_by_key(|(directory, _)| depth(directory));
        for (directory, side) in wanted {
            match content(reader, side) {
                Ok(content) if content.len() <= MAX_ATTRIBUTES_BYTES => {
                    self.files.push((Some(directory), content.to_vec()));
                }
                Ok(_) => self.gap(directory.as_bstr(), Unreadable::TooLarge.word()),
                Err(why) => self.gap(directory.as_bstr(), why.word()),
            }
        }
    }
}

/// A directory of the repository as a path.
pub(super) fn place_of(directory: &BString) -> PathBuf {
    gix::path::from_bstr(directory.as_bstr()).map_or_else(
        |_| PathBuf::from(directory.to_str_lossy().into_owned()),
        std::borrow::Cow::into_owned,
    )
}

fn depth(directory: &BString) -> usize {
    if directory.is_empty() {
        0
    } else {
        1 + directory.find_iter("/").count()
    }
}

fn outermost_first(directories: &BTreeSet<BString>) -> Vec<&BString> {
    let mut sorted: Vec<&BString> = directories.iter().collect();
    sorted.sort_by_key(|directory| depth(directory));
    sorted
}

/// The tree that `attr.tree` names; `None` where it names none.
fn attribute_tree(repository: &gix::Repository) -> Option<ObjectId> {
    let name = repository.config_snapshot().string("attr.tree")?;
    let object = repository
        .rev_parse_single(name.as_bstr())
        .ok()?
        .object()
        .ok()?;
    Some(object.peel_to_tree().ok()?.id)
}

/// The top of the work tree, and every directory that git tracks something in.
fn directories(repository: &gix::Repository) -> BTreeSet<BString> {
    let mut directories = BTreeSet::from([BString::default()]);
    let Ok(index) = repository.open_index() else {
        return directories;
    };
    let mut last: &[u8] = b"";
    for entry in index.entries() {
        let path: &[u8] = entry.path(&index);
        let mut directory = path
            .rsplit_once_str("/")
            .map_or(&b""[..], |(directory, _)| directory);
        if directory == last {
            continue;
        }
        last = directory;
        while !directory.is_empty() && directories.insert(directory.into()) {
            directory = directory
                .rsplit_once_str("/")
                .map_or(&b""[..], |(outer, _)| outer);
        }
    }
    directories
}
