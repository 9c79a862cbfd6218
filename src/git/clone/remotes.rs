//! Which GitHub repository a clone belongs to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;

use super::open;
use crate::domain::RepoName;
use crate::git::Error;

/// A repository on a GitHub host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubName {
    /// `github.com`, or the host of a GitHub Enterprise Server.
    pub host: String,
    /// `owner/name`.
    pub name: RepoName,
    /// The remote that says so.
    pub remote: String,
}

/// Where a repository keeps its objects: the same for a clone and its work trees, however they are named.
pub fn object_home(repository: &Path) -> Result<PathBuf, Error> {
    let repository = open::open(repository)?;
    let home = repository.common_dir();
    Ok(std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned()))
}

/// The names that a clone's remotes stand for; a remote of another form is left out.
///
/// First the one that `gh` noted as the base, where pull requests are made (`gh repo clone` of a fork, `gh repo set-default`),
/// then `origin`, `upstream` and the others by name. Any host is taken: whether it is a GitHub one is for the caller to
/// know. Only the clone's own configuration is read.
pub fn remote_github_names(repository: &Path) -> Result<Vec<GitHubName>, Error> {
    let repository = open::open(repository)?;
    let config = repository.config_snapshot();
    let sections = config.plumbing().sections_by_name("remote");
    let remotes: BTreeSet<String> = sections
        .into_iter()
        .flatten()
        .filter_map(|section| section.header().subsection_name())
        .map(|name| name.to_str_lossy().into_owned())
        .collect();
    let mut found = Vec::new();
    for remote in remotes {
        let text = |key: &str| {
            let value = config.string(&format!("remote.{remote}.{key}"))?;
            Some(value.to_str_lossy().into_owned())
        };
        let Some(mut name) = text("url").and_then(|url| of_url(&url)) else {
            continue;
        };
        let resolved = text("gh-resolved");
        // `base`, or the repository itself where no remote of the clone is the base.
        if let Some(base) = resolved.as_ref().and_then(|base| base.parse().ok()) {
            name.1 = base;
        }
        let rank = match (resolved, remote.as_str()) {
            (Some(_), _) => 0,
            (None, "origin") => 1,
            (None, "upstream") => 2,
            (None, _) => 3,
        };
        let (host, name) = name;
        found.push((rank, GitHubName { host, name, remote }));
    }
    found.sort_by(|a, b| (a.0, &a.1.remote).cmp(&(b.0, &b.1.remote)));
    let mut names: Vec<GitHubName> = Vec::new();
    for (_, name) in found {
        let is_known = |known: &GitHubName| known.host == name.host && known.name == name.name;
        if !names.iter().any(is_known) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Host and repository of `https://host/owner/name.git`, `git://…`, `ssh://git@host:22/owner/name`,
/// `git@host:owner/name.git`.
fn of_url(url: &str) -> Option<(String, RepoName)> {
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
    Some((host, path.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_github_url_names_its_repository() {
        let check = |url: &str, expected: Option<(&str, &str)>| {
            let got = of_url(url).map(|(host, name)| (host, name.to_string()));
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
