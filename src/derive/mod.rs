//! Raw answers and histories → facts: decode, resolve identity, relabel, write. The only place where the two sources meet.

mod discovery;
mod error;
mod findings;
mod gathered;
mod landed;
mod patches;
mod provenance;
mod settings;
mod side;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::domain::{
    Agents, Facts, Forgetting as _, History, Person, PersonId, RepositoryId, Signature,
};
use crate::git::identity::{self, Identity};
use crate::register::Register;
use crate::store::discovery::OF_FACTS;
use crate::store::facts::Derived;
use crate::store::{self, Forgotten, Store, facts as store_facts};
use crate::tables::Repository;
use crate::work::pattern::BadPattern;

pub use discovery::{names, refresh, resolved};
pub use error::Error;
pub use findings::{FINDINGS, Findings, told_of};
pub use settings::{SETTINGS, Settings};

use findings::complete;
use gathered::Gathered;

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

/// Who signed the commits of a clone: all of it that has to be known of every clone at once.
#[derive(Debug)]
pub struct Signers {
    /// The clone's id in the store.
    pub repository: RepositoryId,
    /// Its signatures, as its history numbers them.
    pub signatures: Vec<Signature>,
    /// By signature: how many commits it is the author of, and when the newest was committed, in seconds since 1970.
    pub authored: Vec<(u64, i64)>,
}

impl Signers {
    /// Those of a clone.
    #[must_use]
    pub fn of(clone: &MinedClone) -> Self {
        Self {
            repository: clone.repository,
            signatures: clone.history.signatures.clone(),
            authored: authored(&clone.history),
        }
    }
}

/// Gives the clone of a place among the signers, once each, in their order.
pub type Histories<'a> = dyn FnMut(usize) -> Result<MinedClone, Error> + 'a;

/// So many rows of raw answers are kept decoded from who is who to the tables; more are decoded a second time.
pub const MOST_ROWS_HELD: usize = 2_000_000;

/// Where the merge graph is kept between commands.
pub const IDENTITY: &str = "facts/identity.json";

/// Raised with every change of the tables or of what is derived into them: facts of another shape are derived anew from what is
/// in the store.
const SHAPE: u32 = 8;

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
    let register = store::checksum(format!("{:?}", register.without_imports()).as_bytes());
    let forgotten = store.forgotten();
    let without = forgotten.fingerprint();
    format!("{version:?}\n{register}\n{web:?}\n{no_github:?}\n{without}\n{files}")
}

/// Derives facts and stages them in the store, one repository after the other: what is in memory at once grows with the largest of
/// them alone, and with the names of everybody.
///
/// `web` is where repositories with a GitHub name have their pages; `no_github` says why GitHub was not asked, where it was not, and
/// the fix. As many as `most_held` rows of raw answers are kept until they are written ([`MOST_ROWS_HELD`]).
pub fn derive(
    store: &Store,
    register: &Register,
    signers: &[Signers],
    histories: &mut Histories<'_>,
    web: Option<&str>,
    no_github: Option<(&str, &str)>,
    most_held: usize,
) -> Result<(Identity, Derived), Error> {
    let mut gathered = Gathered::of(store, web, most_held)?;
    let agents = Agents::known().and(&register.agents);
    let identity = who_is_who(store, register, signers, &gathered, web, &agents);
    let people = named(&identity.people, register);
    let pattern = &register.landed_pattern;
    let sign = regex::Regex::new(pattern).map_err(|_| BadPattern(pattern.clone()))?;
    let step = Step {
        store,
        register,
        sign: &sign,
        who: &provenance::Who {
            agents: &agents,
            people: &people,
        },
        person_of_account: &identity.person_of_account,
    };
    let mut derived = Derived::default();
    let mut of_signature = identity.person_of_signature.as_slice();
    let mut clones = Vec::with_capacity(signers.len());
    for one in signers {
        let n = one.signatures.len().min(of_signature.len());
        let (own, rest) = of_signature.split_at(n);
        of_signature = rest;
        clones.push((one.repository, own));
    }
    for (at, (one, (repository, person_of))) in signers.iter().zip(&clones).enumerate() {
        let clone = histories(at)?;
        // Who is who goes by the place of a signature: another list would put the work of one down to another.
        if clone.history.signatures != one.signatures {
            return Err(Error::Changed { path: clone.path });
        }
        let row = gathered.repositories.get(repository).cloned();
        let row = row.unwrap_or_else(|| Repository {
            repository: *repository,
            name: String::new(),
            url: None,
            default_branch: None,
            former_names: Vec::new(),
        });
        let facts = gathered.take(store, *repository)?;
        derived.add(step.take(&row, facts, Some((&clone, person_of)))?);
        gathered.told_by(&clone);
    }
    let with_clone: BTreeSet<RepositoryId> = clones.iter().map(|(id, _)| *id).collect();
    let without: Vec<Repository> = gathered
        .repositories
        .values()
        .filter(|row| !with_clone.contains(&row.repository))
        .cloned()
        .collect();
    for row in &without {
        let facts = gathered.take(store, row.repository)?;
        derived.add(step.take(row, facts, None)?);
    }
    let Gathered {
        repositories,
        mut findings,
        ..
    } = gathered;
    complete(&mut findings, repositories.keys().copied(), no_github);
    let rows: Vec<Repository> = repositories.into_values().collect();
    derived.complete(store, &rows, &people)?;
    findings.gaps.sort();
    findings.gaps.dedup();
    findings
        .certificates
        .sort_by_key(|line| (line.repository, line.stream));
    derived.add_file(store, FINDINGS, &json(&findings)?)?;
    derived.add_file(store, IDENTITY, &json(&identity)?)?;
    derived.add_file(store, SETTINGS, &json(&Settings::of(register))?)?;
    if let Some(listings) = discovery::of_facts(store)? {
        derived.add_file(store, OF_FACTS, &listings)?;
    }
    Ok((identity, derived))
}

fn who_is_who(
    store: &Store,
    register: &Register,
    signers: &[Signers],
    gathered: &Gathered,
    web: Option<&str>,
    agents: &Agents,
) -> Identity {
    let signatures = signers
        .iter()
        .flat_map(|one| one.signatures.iter().cloned());
    let signatures: Vec<Signature> = signatures.collect();
    let authored = signers.iter().flat_map(|one| one.authored.iter().copied());
    let authored: Vec<(u64, i64)> = authored.collect();
    identity::resolve(&identity::Evidence {
        accounts: &gathered.accounts,
        signatures: &signatures,
        commits: &authored,
        site: web
            .and_then(|web| web.split_once("://"))
            .map(|(_, site)| site),
        links: &gathered.links,
        aliases: &aliases(register, &store.forgotten()),
        bots: &register.bots,
        ai_reviewers: &register.ai_reviewers,
        agents,
        merge_same_names: register.merge_same_names,
    })
}

/// What the tables of every repository are made with.
struct Step<'a> {
    store: &'a Store,
    register: &'a Register,
    /// What the title or a label of a pull request that landed matches.
    sign: &'a regex::Regex,
    who: &'a provenance::Who<'a>,
    person_of_account: &'a [PersonId],
}

impl Step<'_> {
    /// Stages the tables of one repository: of its clone, whose signatures are those people's, and of GitHub's facts.
    fn take(
        &self,
        row: &Repository,
        mut facts: Facts,
        mined: Option<(&MinedClone, &[PersonId])>,
    ) -> Result<Derived, Error> {
        facts.relabel(|id| {
            let at = usize::try_from(id.0).ok();
            let person = at.and_then(|at| self.person_of_account.get(at));
            person.copied().unwrap_or(id)
        });
        let Some((clone, person_of)) = mined else {
            provenance::settle(&mut facts, None, row.url.as_deref(), self.who);
            return Ok(store_facts::stage_repository(self.store, None, &facts)?);
        };
        landed::settle(&mut facts, clone, self.sign);
        let patches = patches::of_unlanded(clone, &facts)?;
        let forgotten = self.store.forgotten();
        let side = side::of_clone(clone, &row.name, &facts, self.register, &*forgotten)?;
        let origins = provenance::settle(
            &mut facts,
            Some((clone, person_of)),
            row.url.as_deref(),
            self.who,
        );
        let mined = store_facts::Mined {
            repository: clone.repository,
            history: &clone.history,
            person_of,
            origins: &origins,
            patches: &patches,
            side: &side,
        };
        Ok(store_facts::stage_repository(
            self.store,
            Some(&mined),
            &facts,
        )?)
    }
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
