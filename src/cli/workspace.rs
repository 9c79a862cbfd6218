//! Where a command works: clones, GitHub names, registers, store. Everything is resolved before anything is done.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::again::Again;
use super::args::{AnalysisArgs, Places};
use super::discover::Looked;
use super::error::{CliError, ErrorKind};
use super::found::Found;
use super::registers::{
    TEAM, default_private_file, read_private_register, read_register, read_register_and_imports,
};
use super::server::server;
use super::time::{self, Resolved};
use crate::analysis::Inquiry;
use crate::domain::{
    Completeness, Listings, PatternLine, RepoName, RepositoryPattern, Selector, discovered,
};
use crate::git::{self, GitHubName};
use crate::github::ApiAddress;
use crate::register::{PrivateRegister, Register};
use crate::render::encode::terminal;
use crate::render::template::Template;

/// A clone and what it is called.
#[derive(Debug, Clone)]
pub struct Clone {
    /// Its directory.
    pub path: PathBuf,
    /// `owner/name` on GitHub, where a remote says so.
    pub github: Option<RepoName>,
    /// Its name in reports: the GitHub name, else the directory's.
    pub name: String,
    /// What its remotes name besides: on the same server, or anywhere where none of them is read.
    pub others: Vec<GitHubName>,
    /// Whether it is one of linchpin's own, in the store.
    pub is_mirror: bool,
}

impl Clone {
    /// One of linchpin's own mirrors of a repository on GitHub.
    #[must_use]
    pub fn mirror(path: PathBuf, name: &str) -> Self {
        Self {
            path,
            github: name.parse().ok(),
            name: name.to_owned(),
            others: Vec::new(),
            is_mirror: true,
        }
    }

    /// What its remotes name beside what is read, and the step that has it read; nothing where they name nothing else.
    #[must_use]
    pub fn not_read(&self, api: &ApiAddress) -> Vec<String> {
        let told = |found: &GitHubName| {
            let GitHubName { host, name, remote } = found;
            let server = if host.eq_ignore_ascii_case("github.com") || host.ends_with(".ghe.com") {
                format!("https://api.{host}")
            } else {
                format!("https://{host}/api/v3")
            };
            if self.github.is_some() {
                format!(
                    "remote `{remote}` is `{name}`: where that is the base of pull requests, name it with `--github {name}`"
                )
            } else {
                format!(
                    "remote `{remote}` is `{name}` on `{host}`, and {} is asked: name it with `--github {name}` where `{host}` stands \
                     for that server (an alias of ssh), or its server with `--api-url {server}`",
                    api.site()
                )
            }
        };
        self.others.iter().map(told).collect()
    }
}

/// Everything a command needs to know before it starts.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own: a flag, a setting, or whose the register is"
)]
pub struct Workspace {
    /// Clones.
    pub clones: Vec<Clone>,
    /// All GitHub repositories to fetch, sorted: of clones, arguments and the register.
    pub github: Vec<RepoName>,
    /// Repositories that only a register lying in the clone names: the reader's token is not used for them.
    pub unasked: Vec<RepoName>,
    /// Patterns that only such a register has: GitHub is not asked what they mean.
    pub unasked_patterns: Vec<String>,
    /// What the command line names on GitHub.
    pub selectors: Vec<Selector>,
    /// Whether the register was given, and did not merely lie in the clone.
    pub trusts_register: bool,
    /// The owners that are named: what `topic:` and `team:` without an owner mean where there is one.
    pub owners: Vec<String>,
    /// The most repositories that a pattern may mean.
    pub max_repositories: u64,
    /// What each pattern gave; empty until they are resolved.
    pub patterns: Vec<PatternLine>,
    /// What kept GitHub from being asked which repositories there are.
    pub looked: Looked,
    /// The team's register.
    pub register: Register,
    /// The private register's file, where there is one.
    pub private_file: Option<PathBuf>,
    /// Where the private register would be, where there is none.
    pub default_private_file: PathBuf,
    /// The private register.
    pub private_register: PrivateRegister,
    /// The question of time.
    pub time: Resolved,
    /// Store directory.
    pub store: PathBuf,
    /// Output directory.
    pub out: PathBuf,
    /// How another command names the same data.
    pub again: Again,
    /// GitHub's API.
    pub api: ApiAddress,
    /// Where GitHub's pages are; `None`: unknown.
    pub web: Option<String>,
    /// No network.
    pub offline: bool,
    /// Whether linchpin keeps mirrors of repositories that have no clone here.
    pub mirrors: bool,
    /// Whether the store may be read by others.
    pub cache_safe: bool,
    /// Templates of the user's own for the team tree.
    pub templates: Vec<Template>,
}

impl Workspace {
    /// What is asked.
    #[must_use]
    pub const fn inquiry(&self) -> Inquiry<'_> {
        Inquiry {
            register: &self.register,
            private_register: &self.private_register,
            as_of: self.time.as_of,
            window: self.time.window,
            granularity: self.time.granularity,
        }
    }

    /// How the private register could be read by others, and what to do; nothing where it cannot.
    #[must_use]
    pub fn exposures(&self) -> Vec<String> {
        let Some(path) = &self.private_file else {
            return Vec::new();
        };
        let shown = path.display();
        let mut found = Vec::new();
        if git::tracked_below(path).is_some() {
            found.push(format!(
                "git tracks the private register `{shown}`: whoever has the repository reads it; `git rm --cached` it, add it to \
                 .gitignore, and take it out of the history"
            ));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path).map(|found| found.permissions().mode());
            if mode.is_ok_and(|mode| mode & 0o077 != 0) {
                found.push(format!(
                    "others on this machine can read the private register `{shown}`: `chmod 600` it"
                ));
            }
        }
        found
    }

    /// Resolves arguments of a command that reads clones. `now` is the clock's instant.
    pub fn resolve(args: &AnalysisArgs, now: Timestamp) -> Result<Self, CliError> {
        let places = &args.places;
        let is_named = !places.github.is_empty() || given_products(places)?;
        Self::over(args, now, clones(places, is_named)?, false)
    }

    /// Resolves arguments of a command that reads the store alone.
    pub fn of_store(args: &AnalysisArgs, now: Timestamp) -> Result<Self, CliError> {
        Self::over(args, now, Vec::new(), true)
    }

    fn over(
        args: &AnalysisArgs,
        now: Timestamp,
        clones: Vec<Clone>,
        reads_the_store_alone: bool,
    ) -> Result<Self, CliError> {
        let places = &args.places;
        let found = Found::of(places);
        let is_offline = reads_the_store_alone || places.offline;
        let (api, web) = server(
            places.api_url.as_deref(),
            is_offline.then_some(found.store.as_path()),
        )?;
        let register = read_register_and_imports(places, &found.registers)?;
        let (private_file, private_register) = read_private_register(places, &found.registers)?;
        let time = time::resolve(&args.time, now, &register.calendar.zone())?;
        let mut github: Vec<RepoName> = clones
            .iter()
            .filter_map(|clone| clone.github.clone())
            .collect();
        if let Some(mistake) = Selector::mistake_among(&places.github) {
            return Err(
                CliError::new(ErrorKind::Usage, format!("`--github`: {mistake}"))
                    .hint("name what is meant once, and leave out what is not"),
            );
        }
        github.extend(places.github.iter().filter_map(Selector::name).cloned());
        let trusts_register = places.config.is_some();
        let owners = owners(&places.github, &register, trusts_register, &clones);
        let mirrors = !places.no_clone && register.mining.clones;
        let mut workspace = Self {
            clones,
            github,
            unasked: Vec::new(),
            unasked_patterns: Vec::new(),
            selectors: places.github.clone(),
            trusts_register,
            owners,
            max_repositories: places.max_repositories,
            patterns: Vec::new(),
            looked: Looked::default(),
            register,
            private_file,
            default_private_file: default_private_file(places, &found.registers),
            private_register,
            time,
            store: found.store,
            out: found.out,
            again: Again::of(args),
            web,
            api,
            offline: places.offline,
            mirrors,
            cache_safe: places.cache_safe,
            templates: Vec::new(),
        };
        workspace.take_repositories();
        Ok(workspace)
    }

    /// Takes in what patterns mean by some lists. `known` are the names that the store has: a glob that was never listed is held
    /// against them.
    pub fn resolve_patterns(
        &mut self,
        listings: &Listings,
        known: &[RepoName],
    ) -> Result<(), CliError> {
        let own = discovered(None, &self.selectors, listings, known);
        self.github.extend(own.names);
        let (register, lines) = self.register.resolved(listings, known, TEAM)?;
        if !self.trusts_register {
            let unknown = lines
                .iter()
                .filter(|line| line.completeness == Completeness::Skipped);
            self.unasked_patterns = unknown.map(|line| line.pattern.clone()).collect();
        }
        self.register = register;
        self.patterns = own.lines;
        self.patterns.extend(lines);
        self.take_repositories();
        Ok(())
    }

    /// Takes the register's repositories, as far as it may say what the reader's token is used for.
    fn take_repositories(&mut self) {
        let of_register: Vec<RepoName> = self
            .register
            .products
            .iter()
            .flat_map(|product| product.repositories.iter().cloned())
            .collect();
        if self.trusts_register {
            self.github.extend(of_register);
        } else {
            // Whoever wrote the clone wrote this register: it may not say what the reader's token is used for.
            let is_own = |name: &RepoName| self.github.iter().any(|own| own.is_same(name));
            self.unasked = of_register
                .into_iter()
                .filter(|name| !is_own(name))
                .collect();
        }
        for names in [&mut self.github, &mut self.unasked] {
            names.sort_by_key(RepoName::key);
            names.dedup_by(|a, b| a.is_same(b));
        }
    }
}

/// The owners that are named by the command line and a register that was given, in lower case; where none is, those of the clones.
fn owners(
    selectors: &[Selector],
    register: &Register,
    trusts_register: bool,
    clones: &[Clone],
) -> Vec<String> {
    let of_register = register
        .products
        .iter()
        .filter(|_| trusts_register)
        .flat_map(|product| &product.selectors);
    let named: BTreeSet<String> = selectors
        .iter()
        .chain(of_register)
        .filter_map(|selector| selector.pattern.owner())
        .map(str::to_ascii_lowercase)
        .collect();
    if !named.is_empty() {
        return named.into_iter().collect();
    }
    let of_clones = clones.iter().filter_map(|clone| clone.github.as_ref());
    let of_clones: BTreeSet<String> = of_clones
        .map(|name| name.owner().to_ascii_lowercase())
        .collect();
    of_clones.into_iter().collect()
}

/// Whether a register was given that names repositories.
fn given_products(places: &Places) -> Result<bool, CliError> {
    if places.config.is_none() {
        return Ok(false);
    }
    let register = read_register(places, &Found::of(places).registers)?;
    let mut products = register.products.iter();
    Ok(products.any(|product| !product.selectors.is_empty()))
}

/// The clones that are named, else the one that this is in; none where repositories of GitHub are named and this is in none.
fn clones(places: &Places, is_named: bool) -> Result<Vec<Clone>, CliError> {
    let mut paths = places.repositories.clone();
    if paths.is_empty() {
        let here = PathBuf::from(".");
        match git::remote_github_names(&here) {
            Ok(_) => paths.push(here),
            // Without a clone there is still GitHub, when it was named.
            Err(git::Error::NotARepository { .. }) if is_named => {}
            Err(error) => return Err(error.into()),
        }
    }
    let store = places.offline.then(|| Found::of(places).store);
    let (api, _) = server(places.api_url.as_deref(), store.as_deref())?;
    let mut clones = Vec::new();
    let mut homes = BTreeSet::new();
    for path in paths {
        let path = top_of(path);
        // A clone and its work trees are one repository, and so is one that is named twice: its history counts once.
        if !homes.insert(git::object_home(&path)?) {
            continue;
        }
        let mut others = git::remote_github_names(&path)?;
        let is_asked = |found: &GitHubName| {
            // A server on this machine is a stand-in: the remotes name the real one.
            api.is_loopback() || found.host.eq_ignore_ascii_case(api.site())
        };
        let is_named = |found: &GitHubName| {
            let mut named = places.github.iter().filter(|one| !one.leaves_out);
            let is_meant = |pattern: &RepositoryPattern| match pattern {
                RepositoryPattern::Name(_) | RepositoryPattern::Glob { .. } => {
                    pattern.matcher().is_match(&found.name, &[])
                }
                // Which repositories these mean, GitHub alone knows.
                RepositoryPattern::Topic { .. } | RepositoryPattern::Team { .. } => false,
            };
            is_asked(found) && named.any(|selector| is_meant(&selector.pattern))
        };
        let chosen = others
            .iter()
            .position(is_named)
            .or_else(|| others.iter().position(is_asked));
        let github = chosen.map(|at| {
            let chosen = others.remove(at);
            others.retain(|other| other.host.eq_ignore_ascii_case(&chosen.host));
            chosen.name
        });
        let name = match &github {
            Some(github) => github.to_string(),
            None => directory_name(&path),
        };
        clones.push(Clone {
            path,
            github,
            name,
            others,
            is_mirror: false,
        });
    }
    let named = places.github.iter().filter_map(Selector::name);
    let named: Vec<RepoName> = named.cloned().collect();
    pair(&mut clones, &named);
    apart(&clones)?;
    Ok(clones)
}

/// Refuses two clones that would be one repository of the store: which of them is to be believed, nobody can tell.
fn apart(clones: &[Clone]) -> Result<(), CliError> {
    let mut seen: BTreeMap<String, &Clone> = BTreeMap::new();
    for clone in clones {
        let Some(first) = seen.insert(clone.name.to_lowercase(), clone) else {
            continue;
        };
        let (one, other) = (first.path.display(), clone.path.display());
        let (what, hint) = if clone.github.is_some() {
            (
                "are both clones of",
                "name one of them with `--repo`: a repository counts once",
            )
        } else {
            (
                "are both called",
                "rename one of the directories, or give the clones remotes that tell them apart",
            )
        };
        let message = format!("`{one}` and `{other}` {what} `{}`", terminal(&clone.name));
        return Err(CliError::new(ErrorKind::Usage, message).hint(hint));
    }
    Ok(())
}

/// One clone whose remotes say nothing (a mirror, an alias of ssh) and one name that no clone has belong together: why else
/// would somebody name both?
fn pair(clones: &mut [Clone], named: &[RepoName]) {
    let has = |clone: &Clone, name: &RepoName| {
        clone.github.is_some() && clone.name.eq_ignore_ascii_case(&name.to_string())
    };
    let mut rest = named
        .iter()
        .filter(|name| !clones.iter().any(|clone| has(clone, name)));
    let (Some(name), None) = (rest.next().cloned(), rest.next()) else {
        return;
    };
    let mut nameless = clones.iter_mut().filter(|clone| clone.github.is_none());
    if let (Some(clone), None) = (nameless.next(), nameless.next()) {
        clone.name = name.to_string();
        clone.github = Some(name);
        // It was said what the remotes stand for.
        clone.others.clear();
    }
}

/// The work tree that a directory is in, so that a clone has one name wherever in it the command is typed; else the path itself.
pub(super) fn top_of(path: PathBuf) -> PathBuf {
    if path.join(".git").exists() || path.join("HEAD").exists() {
        return path;
    }
    let full = std::fs::canonicalize(&path)
        .ok()
        .filter(|full| full.is_dir());
    let top = full
        .as_deref()
        .and_then(|full| full.ancestors().find(|outer| outer.join(".git").exists()));
    top.map_or(path, Path::to_owned)
}

/// The last component of a path, resolved; `repository` where there is none. A bare clone loses its `.git`.
fn directory_name(path: &Path) -> String {
    let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = full
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let name = name.strip_suffix(".git").unwrap_or(&name).to_owned();
    match (name.as_str(), full.parent().and_then(Path::file_name)) {
        ("", Some(parent)) => parent.to_string_lossy().into_owned(),
        ("", None) => "repository".to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clone_without_a_remote_is_the_one_name_without_a_clone() {
        let check = |clones: &[Option<&str>], named: &[&str], expected: &[Option<&str>]| {
            let mut clones: Vec<Clone> = clones
                .iter()
                .map(|name| Clone {
                    path: PathBuf::from("here"),
                    github: name.map(|name| name.parse().unwrap()),
                    name: name.unwrap_or("here").to_owned(),
                    others: Vec::new(),
                    is_mirror: false,
                })
                .collect();
            let named: Vec<RepoName> = named.iter().map(|name| name.parse().unwrap()).collect();
            pair(&mut clones, &named);
            let paired: Vec<_> = clones
                .iter()
                .map(|clone| clone.github.as_ref().map(ToString::to_string))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|name| name.map(str::to_owned))
                .collect();
            assert_eq!(paired, expected);
            let name = |clone: &Clone| {
                clone
                    .github
                    .as_ref()
                    .map_or("here".to_owned(), ToString::to_string)
            };
            assert!(clones.iter().all(|clone| clone.name == name(clone)));
        };
        check(&[None], &["a/b"], &[Some("a/b")]);
        check(
            &[None, Some("a/b")],
            &["a/b", "c/d"],
            &[Some("c/d"), Some("a/b")],
        );
        // Nobody guesses between two.
        check(&[None, None], &["a/b"], &[None, None]);
        check(&[None], &["a/b", "c/d"], &[None]);
        check(&[Some("a/b")], &["c/d"], &[Some("a/b")]);
        check(&[None, Some("a/b")], &["A/b"], &[None, Some("a/b")]);
        check(&[None], &[], &[None]);
    }
}
