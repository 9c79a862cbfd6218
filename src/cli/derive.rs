//! Raw answers and histories → facts: decode, resolve identity, relabel, write. The only place where the two sources meet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::civil::Date;

use super::error::{CliError, Kind};
use super::{landed, patches, side};
use crate::domain::{
    AccountSeen, Completeness, Facts, Gap, History, Person, PersonId, RepoName, RepositoryId,
    Signature, Stream, StreamCertificate,
};
use crate::git::identity::{self, Identity};
use crate::github;
use crate::register::Register;
use crate::store::facts::Derived;
use crate::store::{self, RepositoryEntry, Store, facts as store_facts};
use crate::tables::{PatchRow, Repository, SideRow};
use crate::work::delivery::rollbacks::{self, Parents};
use crate::work::pattern::BadPattern;

/// A mined clone on its way into the tables.
#[derive(Debug)]
pub struct MinedClone {
    /// Its id in the store.
    pub repository: RepositoryId,
    /// Its directory.
    pub path: PathBuf,
    /// Its history.
    pub history: History,
}

/// What deriving found besides the facts themselves.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Findings {
    /// How complete every stream of every repository is.
    pub certificates: Vec<StreamCertificate>,
    /// Holes, sorted.
    pub gaps: Vec<Gap>,
    /// Records, or parts of them, that came from GitHub and could not be read, by stream.
    #[serde(default)]
    pub dropped: Vec<(RepositoryId, Stream, u64)>,
}

impl Findings {
    /// Reads them from the store.
    pub fn read(store: &Store) -> Result<Self, CliError> {
        let Some(bytes) = store.read(FINDINGS)? else {
            let message = format!("the store `{}` has no facts yet", store.root().display());
            let kind = if store.recovered().is_empty() {
                Kind::Usage
            } else {
                Kind::Damaged
            };
            return Err(CliError::new(kind, message).hint("run `linchpin run` in the clone first"));
        };
        let mut findings: Self = serde_json::from_slice(&bytes).map_err(|error| {
            CliError::new(Kind::Damaged, error).hint("run `linchpin run` again: facts are rebuilt")
        })?;
        findings.catch_up(store)?;
        Ok(findings)
    }

    /// Puts in the certificates of the last fetch: a stream may have stopped short, or caught up, without a new record.
    fn catch_up(&mut self, store: &Store) -> Result<(), CliError> {
        for entry in store.repositories() {
            for line in store::state::read(store, entry.id)?.certificates() {
                let is_same = |known: &StreamCertificate| {
                    (known.repository, known.stream) == (line.repository, line.stream)
                };
                self.certificates.retain(|known| !is_same(known));
                self.certificates.push(line);
            }
        }
        self.hold_against_dropped();
        self.certificates
            .sort_by_key(|line| (line.repository, line.stream));
        Ok(())
    }

    /// A fetch that brought everything is not complete where some of it could not be read.
    fn hold_against_dropped(&mut self) {
        for (repository, stream, n) in &self.dropped {
            let line = self.certificates.iter_mut().find(|line| {
                (line.repository, line.stream) == (*repository, *stream) && line.is_whole()
            });
            if let Some(line) = line {
                let plural = if *n == 1 { "" } else { "s" };
                line.completeness = Completeness::Partial;
                line.reason = Some(format!(
                    "{n} record{plural} or part{plural} of records came in a shape that cannot be read"
                ));
                line.fix = Some(
                    "the gaps in data_quality.json name them; a newer linchpin may read them without fetching anew"
                        .to_owned(),
                );
            }
        }
    }

    /// Whether some data that was asked for did not arrive whole: the banner is up, and the exit code is 5.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.certificates.iter().any(StreamCertificate::is_partial)
    }

    /// Marks the holes that a register accepts on a day.
    pub fn accept(
        &mut self,
        register: &Register,
        today: Date,
        id_of: impl Fn(&RepoName) -> Option<RepositoryId>,
    ) {
        for hole in register
            .accepted_holes
            .iter()
            .filter(|hole| today <= hole.until)
        {
            let repository = id_of(&hole.repository);
            let accepted = self.certificates.iter_mut().find(|line| {
                Some(line.repository) == repository
                    && line.stream == hole.stream
                    && line.completeness == hole.state.completeness()
            });
            if let Some(line) = accepted {
                line.accepted = Some((hole.until, hole.reason.clone()));
            }
        }
    }
}

/// Where findings are kept between commands.
pub const FINDINGS: &str = "facts/findings.json";
/// Where the merge graph is kept between commands.
pub const IDENTITY: &str = "facts/identity.json";

/// The settings that facts are derived under: what a report of them must have in common with whoever derived them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Settings(BTreeMap<String, String>);

/// Where they are kept.
pub const SETTINGS: &str = "facts/settings.json";

impl Settings {
    /// Those of a register: by the name that it has for each, a checksum.
    #[must_use]
    pub fn of(register: &Register) -> Self {
        let members = register.members.iter();
        let members: Vec<_> = members
            .map(|member| (&member.login, &member.name, &member.aliases))
            .collect();
        let products = register.products.iter();
        let products: Vec<_> = products
            .map(|product| (&product.repositories, &product.production_pattern))
            .collect();
        let settings = [
            ("bots", format!("{:?}", register.bots)),
            ("ai_reviewers", format!("{:?}", register.ai_reviewers)),
            ("merge_same_names", register.merge_same_names.to_string()),
            ("default_branch", format!("{:?}", register.default_branch)),
            ("[mining]", format!("{:?}", register.mining)),
            ("[[member]]", format!("{members:?}")),
            ("[[product]]", format!("{products:?}")),
        ];
        let checked =
            settings.map(|(name, text)| (name.to_owned(), store::checksum(text.as_bytes())));
        Self(checked.into())
    }

    /// An error where the facts of a store were derived under others: figures of them would answer another question.
    pub fn check(store: &Store, register: &Register) -> Result<(), CliError> {
        let Some(bytes) = store.read(SETTINGS)? else {
            return Ok(());
        };
        let derived_under: Self = serde_json::from_slice(&bytes).map_err(|error| {
            CliError::new(Kind::Damaged, error).hint("run `linchpin run` again: facts are rebuilt")
        })?;
        let now = Self::of(register);
        let names = derived_under.0.keys().chain(now.0.keys());
        let changed: BTreeSet<String> = names
            .filter(|name| derived_under.0.get(*name) != now.0.get(*name))
            .map(|name| format!("`{name}`"))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let changed: Vec<String> = changed.into_iter().collect();
        let message = format!(
            "the facts in the store `{}` were derived under other settings: {}",
            store.root().display(),
            changed.join(", ")
        );
        Err(CliError::new(Kind::Configuration, message).hint(
            "run `linchpin mine` (or `linchpin run`) in the clone with this linchpin.toml: facts are derived again; or name the register \
             they were derived under with `--config FILE`",
        ))
    }
}

/// Raised with every change of the tables or of what is derived into them: facts of another shape are derived anew from what is
/// in the store.
const SHAPE: u32 = 2;

/// Everything that facts depend on, as a text.
pub fn inputs(
    store: &Store,
    register: &Register,
    web: Option<&str>,
    no_github: Option<(&str, &str)>,
) -> String {
    let version = (env!("CARGO_PKG_VERSION"), SHAPE);
    let files = store.fingerprint(&["raw/", "mined/", "repositories.json"]);
    format!("{version:?}\n{register:?}\n{web:?}\n{no_github:?}\n{files}")
}

/// Derives facts and stages them in the store. `web` is where repositories with
/// a GitHub name have their pages; `no_github` says why GitHub was not asked, where it was not, and the fix.
pub fn derive(
    store: &Store,
    register: &Register,
    clones: &[MinedClone],
    web: Option<&str>,
    no_github: Option<(&str, &str)>,
) -> Result<(Identity, Derived), CliError> {
    let Gathered {
        mut facts,
        accounts,
        links,
        mut repositories,
        mut findings,
    } = gather(store, web)?;
    let mut signatures: Vec<Signature> = Vec::new();
    let mut first_signature = Vec::new();
    let mut commits = Vec::new();
    for clone in clones {
        first_signature.push(signatures.len());
        signatures.extend(clone.history.signatures.iter().cloned());
        commits.extend(authored(&clone.history));
    }
    let identity = identity::resolve(&identity::Evidence {
        accounts: &accounts,
        signatures: &signatures,
        commits: &commits,
        site: web
            .and_then(|web| web.split_once("://"))
            .map(|(_, site)| site),
        links: &links,
        aliases: &aliases(register),
        bots: &register.bots,
        ai_reviewers: &register.ai_reviewers,
        merge_same_names: register.merge_same_names,
    });
    facts.relabel(|id| {
        usize::try_from(id.0)
            .ok()
            .and_then(|at| identity.person_of_account.get(at))
            .copied()
            .unwrap_or(id)
    });
    let pattern = &register.landed_pattern;
    let sign = regex::Regex::new(pattern).map_err(|_| BadPattern(pattern.clone()))?;
    landed::settle(&mut facts, clones, &sign);
    let patches: Vec<Vec<PatchRow>> = clones
        .iter()
        .map(|clone| patches::of_unlanded(clone, &facts))
        .collect::<Result<_, _>>()?;
    let side: Vec<Vec<SideRow>> = clones
        .iter()
        .map(|clone| {
            let name = repositories.get(&clone.repository);
            let name = name.map_or("", |repository| &repository.name);
            side::of_clone(clone, name, &facts, register)
        })
        .collect::<Result<_, _>>()?;
    let mut mined = Vec::new();
    let made = patches.iter().zip(&side);
    for ((clone, first), (patches, side)) in clones.iter().zip(&first_signature).zip(made) {
        let end = first + clone.history.signatures.len();
        let person_of = identity
            .person_of_signature
            .get(*first..end)
            .unwrap_or_default();
        mined.push(store_facts::Mined {
            repository: clone.repository,
            history: &clone.history,
            person_of,
            patches,
            side,
        });
        findings.certificates.push(history_certificate(clone));
        findings
            .gaps
            .extend(clone.history.gaps.iter().map(|gap| Gap {
                repository: Some(clone.repository),
                ..gap.clone()
            }));
        if let Some(repository) = repositories.get_mut(&clone.repository) {
            repository.default_branch = repository
                .default_branch
                .take()
                .or_else(|| clone.history.default_branch.clone());
        }
    }
    complete(&mut findings, repositories.keys().copied(), no_github);
    let rows: Vec<Repository> = repositories.into_values().collect();
    let people = named(&identity.people, register);
    let mut derived = store_facts::stage_mined(store, &rows, &people, &mined)?;
    mark_rollbacks(&mut facts, register, &rows, clones, &side)?;
    derived.add(store_facts::stage_facts(store, &facts)?);
    findings.gaps.sort();
    findings.gaps.dedup();
    findings
        .certificates
        .sort_by_key(|line| (line.repository, line.stream));
    derived.add_file(store, FINDINGS, &json(&findings)?)?;
    derived.add_file(store, IDENTITY, &json(&identity)?)?;
    derived.add_file(store, SETTINGS, &json(&Settings::of(register))?)?;
    Ok((identity, derived))
}

/// Fills in what only the histories know of deployments.
fn mark_rollbacks(
    facts: &mut Facts,
    register: &Register,
    repositories: &[Repository],
    clones: &[MinedClone],
    side: &[Vec<SideRow>],
) -> Result<(), CliError> {
    let deployed = |(clone, _): &(&MinedClone, &Vec<SideRow>)| {
        let mut deployments = facts.deployments.iter();
        deployments.any(|one| one.repository == clone.repository)
    };
    let histories: BTreeMap<RepositoryId, Parents<'_>> = clones
        .iter()
        .zip(side)
        .filter(deployed)
        .map(|(clone, side)| {
            let landed = clone.history.landed();
            let beside = side.iter().map(|row| (row.commit, row.parents.as_slice()));
            let parents = landed
                .map(|commit| (commit.id, commit.parents.as_slice()))
                .chain(beside);
            (clone.repository, parents.collect())
        })
        .collect();
    rollbacks::mark(&mut facts.deployments, register, repositories, &histories)?;
    Ok(())
}

/// What the raw answers of all repositories say, with account indices that run through.
#[derive(Default)]
struct Gathered {
    facts: Facts,
    accounts: Vec<AccountSeen>,
    /// Address and account index.
    links: Vec<(String, usize)>,
    repositories: BTreeMap<RepositoryId, Repository>,
    findings: Findings,
}

fn gather(store: &Store, web: Option<&str>) -> Result<Gathered, CliError> {
    let mut gathered = Gathered::default();
    gathered.findings.gaps.extend(store.recovered());
    for entry in store.repositories() {
        let decoded = github::facts(store, entry.id)?;
        gathered.findings.gaps.extend(decoded.1);
        let mut decoded = decoded.0;
        // Account indices of one repository follow those of the ones before it.
        let offset = gathered.accounts.len();
        let shift =
            |id: PersonId| PersonId(id.0.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)));
        decoded.facts.relabel(shift);
        gathered.links.extend(
            decoded
                .email_links
                .into_iter()
                .filter_map(|(email, account)| {
                    Some((email, usize::try_from(account.0).ok()?.checked_add(offset)?))
                }),
        );
        let dropped = &decoded.n_dropped;
        gathered
            .findings
            .dropped
            .extend(dropped.iter().map(|(stream, n)| (entry.id, *stream, *n)));
        gathered.accounts.append(&mut decoded.accounts);
        gathered.facts.append(decoded.facts);
        let state = store::state::read(store, entry.id)?;
        gathered.findings.certificates.extend(state.certificates());
        let github_branch = decoded
            .repository
            .as_ref()
            .and_then(|found| found.default_branch.clone());
        gathered.repositories.insert(
            entry.id,
            Repository {
                repository: entry.id,
                name: entry.name.clone(),
                url: web
                    .filter(|_| entry.name.contains('/'))
                    .map(|web| format!("{web}/{}", entry.name)),
                default_branch: github_branch,
                former_names: former_names(&entry),
            },
        );
    }
    Ok(gathered)
}

/// What a repository was called before: the other names under which it was asked for.
fn former_names(entry: &RepositoryEntry) -> Vec<String> {
    let today = entry.name.to_lowercase();
    let names = entry.keys.iter().filter(|key| **key != today);
    names.cloned().collect()
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, CliError> {
    serde_json::to_vec(value).map_err(|error| CliError::new(Kind::Defect, error))
}

/// Every alias of a member with the member's login.
fn aliases(register: &Register) -> Vec<(String, String)> {
    register
        .members
        .iter()
        .flat_map(|member| {
            member
                .aliases
                .iter()
                .map(|alias| (member.login.clone(), alias.clone()))
        })
        .collect()
}

/// By signature: how many commits it is the author of, and when the newest was committed, in seconds since 1970.
fn authored(history: &History) -> Vec<(u64, i64)> {
    let mut found = vec![(0, i64::MIN); history.signatures.len()];
    for commit in &history.commits {
        let at = usize::try_from(commit.author.0).ok();
        if let Some(slot) = at.and_then(|at| found.get_mut(at)) {
            let (n, newest): &mut (u64, i64) = slot;
            *n += 1;
            *newest = (*newest).max(commit.committed_at.as_second());
        }
    }
    found
}

/// People under the names that the register gives its members.
fn named(people: &[Person], register: &Register) -> Vec<Person> {
    let mut people = people.to_vec();
    for member in &register.members {
        let is_it = |person: &&mut Person| {
            person
                .logins
                .iter()
                .any(|login| login.0.eq_ignore_ascii_case(&member.login))
        };
        if let (Some(name), Some(person)) = (&member.name, people.iter_mut().find(is_it)) {
            person.display_name.clone_from(name);
        }
    }
    people
}

fn history_certificate(clone: &MinedClone) -> StreamCertificate {
    let history = &clone.history;
    let n = u64::try_from(history.landed().count()).unwrap_or(u64::MAX);
    let (completeness, reason, fix) = if history.is_shallow {
        (
            Completeness::Partial,
            Some(StreamCertificate::SHALLOW.to_owned()),
            Some("fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout".to_owned()),
        )
    } else if n == 0 && history.gaps.is_empty() {
        (Completeness::Empty, None, None)
    } else if history.gaps.is_empty() {
        (Completeness::Complete, None, None)
    } else {
        (
            Completeness::Partial,
            Some(unread(&history.gaps)),
            Some(to_be_read(&history.gaps).to_owned()),
        )
    };
    StreamCertificate {
        repository: clone.repository,
        stream: Stream::History,
        completeness,
        reason,
        fix,
        expected: None,
        fetched: n,
        watermark: history.landed().map(|commit| commit.committed_at).max(),
        accepted: None,
    }
}

/// How many objects and records of a clone could not be read, by what they are and why.
fn unread(gaps: &[Gap]) -> String {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for gap in gaps {
        *kinds.entry((&gap.kind, &gap.reason)).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .iter()
        .map(|((kind, reason), n)| format!("{kind} {} {n}", reason.replace('_', " ")))
        .collect();
    let plural = if gaps.len() == 1 { "" } else { "s" };
    let n = gaps.len();
    format!(
        "{n} object{plural} or record{plural} could not be read ({})",
        kinds.join(", ")
    )
}

/// The next step for a clone with gaps.
fn to_be_read(gaps: &[Gap]) -> &'static str {
    let is_of_reading = |gap: &Gap| gap.reason.ends_with("_not_followed");
    if gaps.iter().all(is_of_reading) {
        "history is read as it was recorded: `git replace --list` and .git/info/grafts say what git shows instead; take them away, or make them \
         part of the history with `git filter-repo --force`"
    } else if gaps.iter().all(|gap| gap.reason == "unreadable_entry") {
        "correct the lines: git stops at anything but a full id, one a line; until then they are not honoured"
    } else if gaps.iter().all(|gap| gap.reason == "missing_object") {
        "clone it anew, without `--filter`: a partial clone lacks what was not asked for; `git fsck` names what is missing"
    } else if gaps.iter().all(|gap| gap.reason.starts_with("too_")) {
        "see the gaps in data_quality.json: what is larger or deeper than linchpin reads is left out, and the rest is counted"
    } else {
        "see the gaps in data_quality.json; `git fsck` names damaged objects, and a fresh clone has them whole"
    }
}

/// What mining says of a clone's gaps: how many, the first of them, the next step; `None` where there is none.
pub fn told_of(gaps: &[Gap]) -> Option<String> {
    let first = gaps.first()?;
    Some(format!(
        "{}; the first is {} `{}`: {}",
        unread(gaps),
        first.kind,
        first.subject,
        to_be_read(gaps)
    ))
}

/// Adds a line for every stream that nobody read, so that the certificate never leaves one out.
fn complete(
    findings: &mut Findings,
    repositories: impl Iterator<Item = RepositoryId>,
    no_github: Option<(&str, &str)>,
) {
    let (reason, fix) = no_github.unwrap_or(("GitHub was not asked", "run `linchpin fetch`"));
    for repository in repositories {
        let streams = [
            (
                Stream::History,
                "no clone was mined",
                "name the clone with `--repo PATH`",
            ),
            (Stream::PullRequests, reason, fix),
            (Stream::Issues, reason, fix),
            (Stream::Deployments, reason, fix),
            (Stream::Releases, reason, fix),
            (Stream::WorkflowRuns, reason, fix),
            (Stream::MergeRules, reason, fix),
            (Stream::Milestones, reason, fix),
            (Stream::Environments, reason, fix),
            (Stream::Teams, reason, fix),
        ];
        for (stream, reason, fix) in streams {
            let is_there =
                |line: &StreamCertificate| line.repository == repository && line.stream == stream;
            if !findings.certificates.iter().any(is_there) {
                findings.certificates.push(StreamCertificate {
                    repository,
                    stream,
                    completeness: Completeness::Skipped,
                    reason: Some(reason.to_owned()),
                    fix: Some(fix.to_owned()),
                    expected: None,
                    fetched: 0,
                    watermark: None,
                    accepted: None,
                });
            }
        }
    }
}
