//! Opening a repository without writing to it.

use std::path::Path;

use super::format;
use crate::git::Error;

/// Opens a repository: a work tree, a `.git` or a bare directory. Neither the user's nor the system's configuration is read,
/// and nothing that the repository's own configuration names is run.
///
/// A repository that another user owns is opened too: its configuration is then not trusted, and only objects and refs are
/// read, none of which can make this program do anything but count. One of a format that is not known is refused, as git does.
pub(in crate::git) fn open(path: &Path) -> Result<gix::Repository, Error> {
    let repository = open_any(path)?;
    format::check(&repository, path)?;
    Ok(repository)
}

/// The same for whoever looks at neither history nor refs.
pub(in crate::git) fn open_any(path: &Path) -> Result<gix::Repository, Error> {
    let at = |path: &Path| {
        let options = gix::open::Options::isolated()
            .with(gix::sec::Trust::Reduced)
            .config_overrides(["core.useReplaceRefs=false"]);
        gix::ThreadSafeRepository::open_opts(path, options)
            .map(|repository| repository.to_thread_local())
    };
    at(path).or_else(|source| {
        let (path, source) = (path.to_owned(), Box::new(source));
        // What looks like a repository and cannot be opened is damaged: the one around it would be the wrong one.
        if path.join(".git").exists()
            || (path.join("HEAD").exists() && path.join("objects").exists())
        {
            return Err(Error::Unusable { path, source });
        }
        // A directory inside a work tree, as git itself understands it; a path that is not there is inside nothing.
        let full = path.canonicalize().ok().filter(|full| full.is_dir());
        let outer = full.and_then(|full| full.ancestors().skip(1).find_map(|outer| at(outer).ok()));
        outer.ok_or(Error::NotARepository { path, source })
    })
}
