//! Who may read what is written.

use std::fs::File;
use std::path::Path;

use cap_std::fs::{Dir, DirBuilder, OpenOptions};

/// Who may read a folder and all that is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever the user's umask lets.
    Everyone,
    /// The user alone, whatever the umask: directories 0700, files 0600.
    Owner,
}

impl Audience {
    /// A new file. One that is there already is an error, a link too.
    pub(super) fn create(self, at: &Dir, name: &Path) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        self.mode(&mut options);
        let file = at.open_with(name, &options)?.into_std();
        #[cfg(unix)]
        if self == Self::Owner {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }

    /// The mode of a file that is created when it is opened.
    pub(super) fn mode(self, options: &mut OpenOptions) {
        #[cfg(unix)]
        if self == Self::Owner {
            use cap_std::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let _ = options;
    }

    /// A new directory; one that is there already is left as it is.
    pub(super) fn create_directory(self, at: &Dir, name: &Path) -> std::io::Result<()> {
        let builder = &mut DirBuilder::new();
        #[cfg(unix)]
        if self == Self::Owner {
            use cap_std::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        match at.create_dir_with(name, builder) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(error),
        }
        #[cfg(unix)]
        if self == Self::Owner {
            use cap_fs_ext::DirExt as _;
            restrict(&at.open_dir_nofollow(name)?)?;
        }
        Ok(())
    }
}

/// Whether nobody but the owner may enter a directory.
pub(super) fn is_private(dir: &Dir) -> std::io::Result<bool> {
    #[cfg(unix)]
    {
        use cap_std::fs::MetadataExt as _;
        Ok(dir.dir_metadata()?.mode() & 0o777 == 0o700)
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        Ok(true)
    }
}

/// Makes a directory its owner's alone.
pub(super) fn restrict(dir: &Dir) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let itself = dir.open(".")?.into_std();
        itself.set_permissions(std::fs::Permissions::from_mode(0o700))?;
    }
    let _ = dir;
    Ok(())
}

/// Makes a regular file its owner's alone, unless it has another name somewhere else: its mode is that one's too.
pub(super) fn restrict_file(at: &Dir, name: &str) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let file = at.open_with(name, &options)?.into_std();
        let metadata = file.metadata()?;
        if metadata.is_file() && metadata.nlink() == 1 && metadata.mode() & 0o777 != 0o600 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
    }
    let _ = (at, name);
    Ok(())
}

/// Whether a file has another name somewhere else.
pub(super) fn is_shared(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        file.metadata().is_ok_and(|metadata| metadata.nlink() > 1)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}
