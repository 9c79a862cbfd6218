//! Writes output trees: whole or not at all, and only into folders that linchpin made.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::console::note;
use super::error::{CliError, ErrorKind};
use crate::folder::mark::{Mark, Purpose};
use crate::folder::open::Opening;
use crate::folder::tree::{self, Erasure, Kept, Manner, Written};
use crate::folder::{self, Because, Folder, Lock, Refused};
use crate::git;
use crate::render::draft::Draft;
use crate::render::html::Sibling;
use crate::render::{self, encode};

pub use crate::folder::Audience;

/// Writers of one output folder wait for each other by this file in it.
const LOCK: &str = ".linchpin.lock";
/// One demo at a time keeps the others out by this file.
const DEMO_LOCK: &str = ".linchpin-demo.lock";
/// What keeps a folder out of git: pages and evidence must not be committed by accident.
const IGNORE: &str = ".gitignore";
/// What linchpin makes in an output folder; the last three in the demo's alone.
const PARTS: [&str; 6] = [
    "team",
    "export",
    "private",
    "repositories",
    "config",
    "store",
];

impl tree::Content for render::Bytes {
    fn pieces(&self, each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
        self.pieces(each)
    }
}

/// Replaces the tree at `place` by `files` (relative paths with `/`).
///
/// A full disk or a kill at any instant leaves the old tree or the new one. What linchpin did not write there is kept.
pub fn replace_tree<B: tree::Content>(
    place: &Path,
    files: &[(String, B)],
    audience: Audience,
) -> Result<(), CliError> {
    replace_tree_and_drafts(place, files, &[], audience)
}

/// The same where each file is made when it is written, so that no two of them are in memory at once.
pub fn replace_tree_made_by(
    place: &Path,
    names: &[String],
    make: &dyn Fn(&str) -> Result<Vec<u8>, CliError>,
    audience: Audience,
) -> Result<(), CliError> {
    let failed = RefCell::new(None);
    let lazy = |name: &String| {
        let (failed, own) = (&failed, name.clone());
        let bytes = move || {
            make(&own).map_err(|error| {
                failed.replace(Some(error));
                std::io::Error::other("it could not be made")
            })
        };
        (name.clone(), tree::Made(Box::new(bytes)))
    };
    let files: Vec<(String, tree::Made<'_>)> = names.iter().map(lazy).collect();
    let written = replace_tree_and_drafts(place, &files, &[], audience);
    drop(files);
    match failed.take() {
        Some(error) => Err(error),
        None => written,
    }
}

/// A draft of a tree: its path, what linchpin would begin it with, and the page that is made of what stands in it.
pub struct DraftFile {
    /// Its path, with `/`.
    pub path: String,
    /// The draft of today.
    pub draft: Draft,
    /// The path of its page.
    pub page: String,
    /// The pages beside it.
    pub nav: Vec<Sibling>,
}

/// The same with drafts: people go on writing in them, and what they wrote stays.
pub fn replace_tree_and_drafts<B: tree::Content>(
    place: &Path,
    files: &[(String, B)],
    drafts: &[DraftFile],
    audience: Audience,
) -> Result<(), CliError> {
    let (parent, name) = split(place)?;
    let refused = |error| refused(error, place);
    let (folder, _lock, mark) = container(&parent, Purpose::Report, audience).map_err(refused)?;
    let manner = Manner {
        keeps_edits: mark.purpose == Purpose::Private,
        ..Manner::generated(audience)
    };
    let told = RefCell::new(Vec::new());
    let defect = RefCell::new(None);
    let makers: Vec<_> = drafts
        .iter()
        .map(|file| {
            let (told, defect, at) = (&told, &defect, place.join(&file.path));
            let merge = move |there: Option<&[u8]>, is_untouched: bool| {
                let (bytes, notes) = merged(&file.draft, there, is_untouched, &at);
                told.borrow_mut().extend(notes);
                bytes
            };
            let page = move |draft: &[u8]| {
                let text = String::from_utf8_lossy(draft);
                let page = render::html::written(&text, &file.nav);
                page.unwrap_or_else(|error| {
                    defect.replace(Some(error));
                    String::new()
                })
                .into_bytes()
            };
            (file, merge, page)
        })
        .collect();
    let drafts: Vec<tree::Draft<'_>> = makers
        .iter()
        .map(|(file, merge, page)| tree::Draft {
            path: &file.path,
            merge,
            made_of_it: Some((&file.page, page)),
        })
        .collect();
    let kept = folder
        .replace_tree_and_drafts(&name, files, &drafts, manner)
        .map_err(refused)?;
    if let Some(error) = defect.take() {
        return Err(CliError::new(ErrorKind::Defect, error));
    }
    let kept = kept.iter().map(|kept| sentence(place, kept));
    for said in kept.chain(told.take()) {
        note(&encode::terminal(&said));
    }
    Ok(())
}

/// A draft from what is there, and what is to be said of it.
fn merged(
    draft: &Draft,
    there: Option<&[u8]>,
    is_untouched: bool,
    place: &Path,
) -> (Vec<u8>, Vec<String>) {
    let Some(there) = there else {
        return (draft.begun().into_bytes(), Vec::new());
    };
    let Ok(text) = std::str::from_utf8(there) else {
        let note = format!(
            "`{}` is no UTF-8 and stays as it is: save it as UTF-8 to have it kept up to date",
            place.display()
        );
        return (there.to_vec(), vec![note]);
    };
    if !Draft::is_one(text) {
        // A page of an earlier version that nobody wrote in gives way to the draft of its name.
        if is_untouched || text.trim().is_empty() {
            return (draft.begun().into_bytes(), Vec::new());
        }
        let note = format!(
            "`{}` has no line of linchpin's and stays as it is: rename it to have a draft begun",
            place.display()
        );
        return (there.to_vec(), vec![note]);
    }
    let merged = draft.merged(text);
    if merged.is_appended_to {
        let note = format!(
            "`{}` has been appended to and stays as it is: `--append` adds what is new",
            place.display()
        );
        return (merged.text.into_bytes(), vec![note]);
    }
    let notes = merged.edited.iter().map(|part| {
        format!(
            "`{}`: the part `{part}` was edited and stays as it is",
            place.display()
        )
    });
    (merged.text.into_bytes(), notes.collect())
}

fn sentence(place: &Path, kept: &Kept) -> String {
    format!(
        "`{}` was not written by linchpin as it is: it is kept as `{}`",
        place.join(&kept.from).display(),
        place.join(&kept.to).display()
    )
}

/// Refuses a place where the team tree could not be written, before hours of work are spent on it.
///
/// Leaves nothing behind: the folder, or the nearest one that exists, is tried with a file that is removed again.
pub fn check_writable(place: &Path) -> Result<(), CliError> {
    let refused = |error| refused(error, place);
    check_untracked(place).map_err(refused)?;
    if let Some(folder) = Folder::find(place, Audience::Everyone).map_err(refused)? {
        let how = how(Purpose::Report, Audience::Everyone);
        folder
            .check(&how)
            .and_then(|()| folder.check_tree("team"))
            .and_then(|()| folder.probe())
            .map_err(refused)?;
        return Ok(());
    }
    let full = std::path::absolute(place).unwrap_or_else(|_| place.to_owned());
    folder::open::probe_around(&full).map_err(|source| {
        refused(folder::Error::Io {
            path: place.to_owned(),
            act: "written",
            source,
        })
    })
}

/// Makes the folder of private trees: for its owner alone, and ignored by git, since evidence about people must not be
/// committed by accident.
pub fn keep_out_of_git(directory: &Path) -> Result<(), CliError> {
    let (parent, name) = split(directory)?;
    let refused = |error| refused(error, directory);
    let (out, _lock, _) =
        container(&parent, Purpose::Report, Audience::Everyone).map_err(refused)?;
    let how = how(Purpose::Private, Audience::Owner);
    let (private, _lock, _) = out
        .open_below(&name, &how, || waiting(directory))
        .map_err(refused)?;
    ignored(&private).map_err(refused)
}

/// Removes somebody's folder below that of private trees, or looks at it. Returns what people wrote in it; `None` where there is none.
pub fn erase_private(
    private: &Path,
    name: &str,
    how: Erasure,
) -> Result<Option<Vec<Written>>, CliError> {
    let refused = |error| refused(error, &private.join(name));
    let Some(found) = Folder::find(private, Audience::Owner).map_err(refused)? else {
        return Ok(None);
    };
    if how == Erasure::Look {
        return found.erase_tree(name, how).map_err(refused);
    }
    let (folder, _lock, _) =
        container(private, Purpose::Private, Audience::Owner).map_err(refused)?;
    folder.erase_tree(name, how).map_err(refused)
}

/// Makes the demo's folder and keeps other demos out of it for as long as the lock is held.
#[cfg(feature = "demo")]
pub fn demo_folder(place: &Path) -> Result<Lock, CliError> {
    let refused = |error| refused(error, place);
    let (folder, lock, _) = container(place, Purpose::Demo, Audience::Everyone).map_err(refused)?;
    drop(lock);
    let lock = folder.try_lock(DEMO_LOCK).map_err(refused)?;
    lock.ok_or_else(|| {
        let message = format!("`{}` is being written by another demo", place.display());
        CliError::new(ErrorKind::Locked, message)
            .hint("wait for the other one to end, or name another place with `--out`")
    })
}

/// Opens the folder around a tree, made where it is missing, and locks it.
fn container(
    place: &Path,
    purpose: Purpose,
    audience: Audience,
) -> Result<(Folder, Lock, Mark), folder::Error> {
    let how = how(purpose, audience);
    check_untracked(place)?;
    let opened = Folder::open(place, &how, || waiting(place))?;
    ignored(&opened.0)?;
    Ok(opened)
}

fn waiting(place: &Path) {
    note(&encode::terminal(&format!(
        "waiting for another run that writes `{}`",
        place.display()
    )));
}

const fn how(purpose: Purpose, audience: Audience) -> Opening<'static> {
    Opening {
        purpose,
        also: match purpose {
            Purpose::Report => &[Purpose::Demo, Purpose::Private],
            _ => &[],
        },
        audience,
        own: &[LOCK, DEMO_LOCK],
        lock: LOCK,
        adopts: is_ours,
    }
}

/// Whether all that is in a folder whose mark is lost was made by linchpin.
fn is_ours(folder: &Folder) -> bool {
    let is_part = |entry: &folder::Entry| {
        PARTS.contains(&entry.name.as_str())
            && folder
                .read(&format!("{}/{}", entry.name, folder::mark::FILE))
                .is_ok_and(|bytes| bytes.is_some_and(|bytes| Mark::parse(&bytes).is_some()))
    };
    let is_own = |entry: &folder::Entry| {
        [LOCK, DEMO_LOCK, IGNORE, folder::mark::FILE].contains(&entry.name.as_str())
            || folder::is_temporary(&entry.name)
    };
    folder.entries("").is_ok_and(|entries| {
        entries.iter().any(is_part) && entries.iter().all(|entry| is_own(entry) || is_part(entry))
    })
}

/// Makes git ignore a folder, unless somebody has said something else there.
fn ignored(folder: &Folder) -> Result<(), folder::Error> {
    match folder.size(IGNORE)? {
        Some(_) => Ok(()),
        None => folder.replace(IGNORE, b"*\n"),
    }
}

/// Refuses a folder in which git tracks anything. What is no folder is left to whoever opens it.
pub fn check_untracked(place: &Path) -> Result<(), folder::Error> {
    if place.is_file() {
        return Ok(());
    }
    let Some(file) = git::tracked_below(place) else {
        return Ok(());
    };
    let (path, because) = (place.to_owned(), Because::Tracked { file });
    Err(Refused { path, because }.into())
}

fn split(place: &Path) -> Result<(PathBuf, String), CliError> {
    let name = place.file_name().and_then(|name| name.to_str());
    let parent = place.parent().map(|parent| match parent.as_os_str() {
        empty if empty.is_empty() => PathBuf::from("."),
        _ => parent.to_owned(),
    });
    if let (Some(parent), Some(name)) = (parent, name) {
        return Ok((parent, name.to_owned()));
    }
    let message = format!("`{}` names no folder", place.display());
    Err(CliError::new(ErrorKind::Usage, message).hint("name another place with `--out`"))
}

#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be written", path.display())]
struct Unwritable {
    path: PathBuf,
    source: std::io::Error,
}

/// The error for what is wrong with an output folder.
pub(super) fn refused(error: folder::Error, place: &Path) -> CliError {
    let source = match error {
        folder::Error::Refused(refused) => return CliError::refused(refused, "--out"),
        folder::Error::Io { path, source, .. } => Unwritable { path, source },
        folder::Error::NotAFile { path } => Unwritable {
            path,
            source: std::io::ErrorKind::IsADirectory.into(),
        },
    };
    CliError::new(ErrorKind::Unwritable, source).hint(format!(
        "make `{}` writable, or name another place with `--out`",
        place.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_tree_is_replaced_whole() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("out/team");
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        replace_tree(
            &place,
            &[file("a.md", "1"), file("charts/b.svg", "2")],
            Audience::Everyone,
        )
        .unwrap();
        replace_tree(&place, &[file("a.md", "3")], Audience::Everyone).unwrap();
        assert_eq!(fs::read(place.join("a.md")).unwrap(), b"3");
        assert!(!place.join("charts").exists());
        let beside = fs::read_dir(place.parent().unwrap()).unwrap();
        let own = [LOCK, IGNORE, folder::mark::FILE];
        let names = beside.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let others: Vec<String> = names.filter(|name| !own.contains(&name.as_str())).collect();
        assert_eq!(others, ["team"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_tree_is_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let private = root.path().join("out/private");
        let place = private.join("ada");
        keep_out_of_git(&private).unwrap();
        replace_tree(&place, &[("x.md".to_owned(), vec![])], Audience::Owner).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&place), mode(&place.join("x.md")), mode(&private)),
            (0o700, 0o600, 0o700)
        );
        for file in [IGNORE, LOCK, folder::mark::FILE] {
            assert_eq!(mode(&private.join(file)), 0o600, "{file}");
        }
    }

    #[test]
    fn a_tree_that_cannot_be_written_leaves_the_old_one() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("out/team");
        replace_tree(
            &place,
            &[("a.md".to_owned(), b"old".to_vec())],
            Audience::Everyone,
        )
        .unwrap();
        // A path that needs a file to be a directory fails half-way for every user, root included.
        let broken = [
            ("a.md".to_owned(), b"new".to_vec()),
            ("a.md/b".to_owned(), vec![]),
        ];
        let error = replace_tree(&place, &broken, Audience::Everyone).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused);
        assert_eq!(fs::read(place.join("a.md")).unwrap(), b"old");
    }

    #[cfg(feature = "demo")]
    #[test]
    fn one_demo_at_a_time_writes_a_folder() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("demo");
        let first = demo_folder(&place).unwrap();
        assert_eq!(demo_folder(&place).unwrap_err().kind, ErrorKind::Locked);
        // Its own trees are written meanwhile.
        replace_tree::<Vec<u8>>(&place.join("team"), &[], Audience::Everyone).unwrap();
        drop(first);
        demo_folder(&place).unwrap();
    }
}
