//! Writes output trees: whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::{CliError, Kind};

/// Who may read a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever the user's umask lets.
    Everyone,
    /// The user alone: directories 0700, files 0600.
    Owner,
}

/// Replaces the tree at `place` by `files` (relative paths with `/`).
///
/// The new tree is written beside the old one and swapped in by renames, so that a full disk or a kill leaves the old one.
pub fn replace_tree(
    place: &Path,
    files: &[(String, Vec<u8>)],
    audience: Audience,
) -> Result<(), CliError> {
    let name = place
        .file_name()
        .map_or_else(|| "tree".into(), |name| name.to_string_lossy().into_owned());
    let parent = place
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let (fresh, old) = (
        parent.join(format!(".{name}.new")),
        parent.join(format!(".{name}.old")),
    );
    let refused = |path: &Path, source: std::io::Error| {
        CliError::new(
            Kind::Usage,
            Refused {
                path: path.to_owned(),
                source,
            },
        )
        .hint(format!(
            "make `{}` writable, or name another place with `--out`",
            parent.display()
        ))
    };
    create_directory(&parent, audience).map_err(|error| refused(&parent, error))?;
    for leftover in [&fresh, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).map_err(|error| refused(leftover, error))?;
        }
    }
    let written = (|| {
        create_directory(&fresh, audience).map_err(|error| refused(&fresh, error))?;
        for (relative, bytes) in files {
            let path = fresh.join(relative);
            if let Some(directory) = path.parent() {
                create_directory(directory, audience).map_err(|error| refused(directory, error))?;
            }
            write_file(&path, bytes, audience).map_err(|error| refused(&path, error))?;
        }
        Ok(())
    })();
    if let Err(error) = written {
        // The old tree is still in place; what is left of the new one is of no use.
        let _ = fs::remove_dir_all(&fresh);
        return Err(error);
    }
    if place.exists() {
        fs::rename(place, &old).map_err(|error| refused(place, error))?;
    }
    fs::rename(&fresh, place).map_err(|error| refused(place, error))?;
    if old.exists() {
        fs::remove_dir_all(&old).map_err(|error| refused(&old, error))?;
    }
    Ok(())
}

/// Refuses a place where no tree could be written, before hours of work are spent on what would be written there.
///
/// Leaves nothing behind: the nearest directory that exists is tried with a file that is removed again.
pub fn check_writable(place: &Path) -> Result<(), CliError> {
    let full = std::path::absolute(place).unwrap_or_else(|_| place.to_owned());
    let nearest = full
        .ancestors()
        .find(|path| fs::symlink_metadata(path).is_ok())
        .unwrap_or(&full);
    let probe = nearest.join(format!(".linchpin-{}.tmp", std::process::id()));
    let tried = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&probe)
        .and_then(|_| fs::remove_file(&probe));
    tried.map_err(|source| {
        CliError::new(
            Kind::Usage,
            Refused {
                path: place.to_owned(),
                source,
            },
        )
        .hint(format!(
            "make `{}` writable, or name another place with `--out`",
            place.display()
        ))
    })
}

/// Makes a directory for its owner alone that git ignores: evidence about people must not be committed by accident.
pub fn keep_out_of_git(directory: &Path) -> Result<(), CliError> {
    let file = directory.join(".gitignore");
    if file.exists() {
        return Ok(());
    }
    let written = create_directory(directory, Audience::Owner)
        .and_then(|()| write_file(&file, b"*\n", Audience::Owner));
    written.map_err(|source| {
        CliError::new(Kind::Usage, Refused { path: file, source })
            .hint("name a writable place with `--out`")
    })
}

#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be written", path.display())]
struct Refused {
    path: PathBuf,
    source: std::io::Error,
}

fn create_directory(path: &Path, audience: Audience) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if audience == Audience::Owner {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

fn write_file(path: &Path, bytes: &[u8], audience: Audience) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if audience == Audience::Owner {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_tree_is_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("private/ada");
        replace_tree(&place, &[("x.md".to_owned(), vec![])], Audience::Owner).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (
                mode(&place),
                mode(&place.join("x.md")),
                mode(place.parent().unwrap())
            ),
            (0o700, 0o600, 0o700)
        );
    }

    #[test]
    fn a_tree_that_cannot_be_written_leaves_the_old_one() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("team");
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
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(fs::read(place.join("a.md")).unwrap(), b"old");
    }
}
