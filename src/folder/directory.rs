//! Directories of linchpin's own inside a folder: made, moved and removed whole.

use std::io::ErrorKind;

use cap_fs_ext::DirExt as _;

use super::{Because, Error, Folder, sync};

impl Folder {
    /// Makes a directory and those on the way to it, where they are missing.
    pub fn make_directory(&self, relative: &str) -> Result<(), Error> {
        // The way to a file in it is all of it.
        self.made_parent(&format!("{relative}/x")).map(|_| ())
    }

    /// Gives a directory another name, which nothing has. After this returns it survives a crash.
    pub fn rename_directory(&self, from: &str, to: &str) -> Result<(), Error> {
        self.step()?;
        let missing = || self.io(from, "moved")(ErrorKind::NotFound.into());
        let (at, name) = self.parent(from)?.ok_or_else(missing)?;
        let (until, new_name) = self.made_parent(to)?;
        if until.symlink_metadata(new_name).is_ok() {
            return Err(self.io(to, "moved")(ErrorKind::AlreadyExists.into()));
        }
        at.rename(name, &until, new_name)
            .and_then(|()| sync(&until))
            .map_err(self.io(from, "moved"))
    }

    /// Removes a directory of linchpin's with everything in it, if there is one: links in it are removed and never followed. What
    /// stands in its place and is no directory is refused.
    pub fn remove_directory(&self, relative: &str) -> Result<(), Error> {
        self.step()?;
        let Some((at, name)) = self.parent(relative)? else {
            return Ok(());
        };
        match at.symlink_metadata(name) {
            Ok(metadata) if metadata.is_symlink() => Err(self.refused(relative, Because::Link)),
            Ok(metadata) if metadata.is_dir() => {
                let directory = at.open_dir_nofollow(name);
                directory
                    .and_then(cap_std::fs::Dir::remove_open_dir_all)
                    .map_err(self.io(relative, "removed"))
            }
            Ok(_) => Err(self.refused(relative, Because::NotADirectory)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.io(relative, "removed")(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::folder::{Audience, Folder};

    #[cfg(unix)]
    #[test]
    fn what_a_link_in_a_removed_directory_names_stays() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("theirs"), "x").unwrap();
        let place = root.path().join("store");
        let folder = Folder::find_or_make(&place, Audience::Owner).unwrap();
        folder.make_directory("a/b").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), place.join("a/b/link")).unwrap();
        folder.rename_directory("a/b", "a/c").unwrap();
        assert!(folder.rename_directory("a/b", "a/d").is_err());
        folder.remove_directory("a").unwrap();
        assert!(!place.join("a").exists() && elsewhere.path().join("theirs").exists());
        std::os::unix::fs::symlink(elsewhere.path(), place.join("a")).unwrap();
        assert!(folder.remove_directory("a").is_err());
        assert!(elsewhere.path().join("theirs").exists());
    }
}
