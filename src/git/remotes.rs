//! Which GitHub repository a clone belongs to.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;

use crate::domain::RepoName;

use super::{Error, open};

/// A repository on a GitHub host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubName {
    /// `github.com`, or the host of a GitHub Enterprise Server.
    pub host: String,
    /// `owner/name`.
    pub name: RepoName,
}

/// Where a repository keeps its objects: the same for a clone and its work trees, however they are named.
pub fn object_home(repository: &Path) -> Result<PathBuf, Error> {
    let repository = open::open(repository)?;
    let home = repository.common_dir();
    Ok(std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned()))
}

/// The names that the remotes `origin` and `upstream` stand for, in this order; a remote of another form is left out.
///
/// Any host is taken: whether it is a GitHub one is for the caller to know. Only the clone's own configuration is read.
pub fn remote_github_names(repository: &Path) -> Result<Vec<GitHubName>, Error> {
    let repository = open::open(repository)?;
    let config = repository.config_snapshot();
    let mut names: Vec<GitHubName> = Vec::new();
    for remote in ["origin", "upstream"] {
        let url = config.string(&format!("remote.{remote}.url"));
        if let Some(name) = url.and_then(|url| of_url(&url.to_str_lossy()))
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    Ok(names)
}

/// `https://host/owner/name.git`, `git://…`, `ssh://git@host:22/owner/name`, `git@host:owner/name.git`.
fn of_url(url: &str) -> Option<GitHubName> {
    let url = url.trim();
    let (authority, path) = match url.split_once("://") {
        Some((scheme, rest)) => {
            if !["https", "http", "ssh", "git", "git+ssh"]
                .contains(&scheme.to_ascii_lowercase().as_str())
            {
                return None;
            }
            rest.split_once('/')?
        }
        // The scp form; a path before the colon is a file, not a host.
        None => url
            .split_once(':')
            .filter(|(host, _)| !host.contains('/') && host.len() > 1)?,
    };
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next().filter(|host| !host.is_empty())?;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    // GitHub answers on this host for networks that only let the HTTPS port through.
    let host = host.to_ascii_lowercase();
    let host = if host == "ssh.github.com" || host == "www.github.com" {
        "github.com".to_owned()
    } else {
        host
    };
    Some(GitHubName {
        host,
        name: path.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_github_url_names_its_repository() {
        let check = |url: &str, expected: Option<(&str, &str)>| {
            let got = of_url(url).map(|name| (name.host, name.name.to_string()));
            assert_eq!(
                got,
                expected.map(|(host, name)| (host.to_owned(), name.to_owned())),
                "{url}"
            );
        };
        let widgets = Some(("github.com", "acme/widgets"));
        check("https://github.com/acme/widgets.git", widgets);
        check("https://token@github.com/acme/widgets", widgets);
        check("https://GitHub.com:443/acme/widgets/", widgets);
        check("git@github.com:acme/widgets.git", widgets);
        check("ssh://git@github.com/acme/widgets.git", widgets);
        check("ssh://git@ssh.github.com:443/acme/widgets.git", widgets);
        check("git://github.com/acme/widgets.git", widgets);
        check(
            "git@ghe.acme.example:acme/widgets.js.git",
            Some(("ghe.acme.example", "acme/widgets.js")),
        );
        check("/srv/git/acme/widgets.git", None);
        check("../acme/widgets", None);
        check("file:///srv/acme/widgets", None);
        check("C:/acme/widgets", None);
        check("https://github.com/acme", None);
        check("https://gitlab.example/group/sub/name", None);
        check("", None);
    }
}
