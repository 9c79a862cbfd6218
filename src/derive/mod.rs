//! Raw answers and histories → facts: decode, resolve identity, relabel, write. The only place where the two sources meet.

mod error;
mod findings;
mod landed;
mod patches;
mod settings;
mod side;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::{
    AccountSeen, Facts, Forgetting as _, Gap, History, Person, PersonId, RepositoryId, Signature,
};
use crate::git::identity::{self, Identity};
use crate::github;
use crate::register::Register;
use crate::store::facts::Derived;
use crate::store::{self, Forgotten, RepositoryEntry, Store, facts as store_facts};
use crate::tables::{PatchRow, Repository, SideRow};
use crate::work::pattern::BadPattern;

pub use error::Error;
pub use findings::{FINDINGS, Findings, told_of};
pub use settings::{SETTINGS, Settings};

use findings::{complete, history_certificate};

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

/// Where the merge graph is kept between commands.
pub const IDENTITY: &str = "facts/identity.json";

/// Raised with every change of the tables or of what is derived into them: facts of another shape are derived anew from what is
/// in the store.
const SHAPE: u32 = 4;

/// Everything that facts depend on, as a text.
pub fn inputs(
    store: &Store,
    register: &Register,
    web: Option<&str>,
    no_github: Option<(&str, &str)>,
) -> String {
    let version = (env!("CARGO_PKG_VERSION"), SHAPE);
    let files = store.fingerprint(&["raw/", "mined/", "repositories.json"]);
    // Registers name people: of them a checksum is kept.
    let register = store::checksum(format!("{register:?}").as_bytes());
    let forgotten = store.forgotten();
    let without = forgotten.fingerprint();
    format!("{version:?}\n{register}\n{web:?}\n{no_github:?}\n{without}\n{files}")
}

/// Derives facts and stages them in the store. `web` is where repositories with
/// a GitHub name have their pages; `no_github` says why GitHub was not asked, where it was not, and the fix.
pub fn derive(
    store: &Store,
    register: &Register,
    clones: &[MinedClone],
    web: Option<&str>,
    no_github: Option<(&str, &str)>,
) -> Result<(Identity, Derived), Error> {
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
        aliases: &aliases(register, &store.forgotten()),
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
    let forgotten = store.forgotten();
    let side: Vec<Vec<SideRow>> = clones
        .iter()
        .map(|clone| {
            let name = repositories.get(&clone.repository);
            let name = name.map_or("", |repository| &repository.name);
            side::of_clone(clone, name, &facts, register, &*forgotten)
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

fn gather(store: &Store, web: Option<&str>) -> Result<Gathered, Error> {
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

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(Error::Unwritten)
}

/// Every alias of a member with the member's login. What a register says of somebody whom the store has forgotten brings nothing
/// back.
fn aliases(register: &Register, forgotten: &Forgotten) -> Vec<(String, String)> {
    register
        .members
        .iter()
        .filter(|member| forgotten.who(&member.login).is_none())
        .flat_map(|member| {
            member
                .aliases
                .iter()
                .filter(|alias| forgotten.who(alias).is_none())
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
