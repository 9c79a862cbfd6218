//! `linchpin shard`: an organisation in parts. `plan` numbers the repositories, `run` fills a part's store on any machine, `commit` joins
//! the stores and derives facts once, since who is who is told by all of them together.

mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::plan::{Plan, Shard, VERSION};
use super::args::{ShardCommitArgs, ShardPlanArgs, ShardRunArgs};
use super::context::Context;
use super::error::{CliError, DONE, ErrorKind};
use super::fetch::Fetched;
use super::run::{self, open_to_write};
use super::workspace::{Clone, Workspace};
use super::{console, discover, tables};
use crate::domain::{RepoName, RepositoryId, Selector};
use crate::render::encode;
use crate::store::{Mode, ShardCertificate, Store};

/// Prints a plan; the store learns the numbers of the repositories.
pub fn plan(
    args: &ShardPlanArgs,
    context: &Context,
    workspace: &Workspace,
) -> Result<u8, CliError> {
    let store = open_to_write(&workspace.store)?;
    remembers_everybody(&store)?;
    let workspace = &discover::resolved(context, workspace, &store)?;
    let names = workspace.github.iter().map(ToString::to_string);
    let clones = workspace.clones.iter().map(|clone| clone.name.clone());
    let mut wanted = BTreeMap::new();
    for name in names.chain(clones) {
        let id = store.repository_id_of_key(&name)?;
        // What a night before has brought says how much there is.
        wanted.insert(id, 1 + store.gathered_bytes(id));
    }
    if wanted.is_empty() {
        let message = "there is no repository to plan for".to_owned();
        return Err(
            CliError::new(ErrorKind::Usage, message).hint("name some with `--github OWNER/NAME`")
        );
    }
    let plan = Plan::of(store.repositories(), &wanted, args.workers);
    let value =
        serde_json::to_value(&plan).map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    console::show(&tables::json(&value)?);
    Ok(DONE)
}

/// A part's store does not know whom the joining store has forgotten: it would bring them back.
fn remembers_everybody(store: &Store) -> Result<(), CliError> {
    if store.forgotten().is_empty() {
        return Ok(());
    }
    let message = "this store has forgotten somebody, and the stores of parts do not know whom: they would bring them back";
    Err(CliError::new(ErrorKind::Usage, message.to_owned())
        .hint("fetch all repositories into this store with `linchpin run`"))
}

/// Fetches and mines one part into a store of its own.
pub fn run(args: &ShardRunArgs, context: &Context) -> Result<u8, CliError> {
    let plan = Plan::read(&args.plan)?;
    let shard = plan.shard(args.shard)?;
    let names: BTreeSet<String> = shard
        .repositories
        .iter()
        .map(|id| plan.name(*id).to_lowercase())
        .collect();
    let mut asked = args.analysis.clone();
    asked.places.github = on_github(&plan, shard.repositories.iter().copied());
    let mut workspace = Workspace::resolve(&asked, context.now)?;
    // What a register or a clone here names besides is another part's.
    workspace.github = asked
        .places
        .github
        .iter()
        .filter_map(Selector::name)
        .cloned()
        .collect();
    workspace.unasked_patterns.clear();
    workspace.unasked.clear();
    workspace
        .clones
        .retain(|clone| names.contains(&clone.name.to_lowercase()));
    let store = open_to_write(&workspace.store)?;
    adopt(&store, &plan)?;
    let fetched = run::gather(context, &workspace, &store)?;
    if workspace.clones.is_empty() && !workspace.offline {
        fetched.must_have_asked()?;
    }
    fetched.outcome()?;
    if fetched.is_cut_off() {
        return fetched.finish(DONE);
    }
    store.certify(&ShardCertificate {
        plan: plan.checksum(),
        shard: shard.shard,
        version: VERSION.to_owned(),
        repositories: shard.repositories.clone(),
        content: store.content_of(&shard.repositories)?,
    })?;
    context.progress.say(&format!(
        "shard {} of {} is finished: {} repositories",
        shard.shard,
        plan.shards.len(),
        shard.repositories.len()
    ));
    fetched.finish(DONE)
}

/// How repositories of GitHub are asked for.
fn on_github(plan: &Plan, repositories: impl Iterator<Item = RepositoryId>) -> Vec<Selector> {
    let names = repositories.filter_map(|id| plan.name(id).parse::<RepoName>().ok());
    names
        .filter_map(|name| name.to_string().parse().ok())
        .collect()
}

fn adopt(store: &Store, plan: &Plan) -> Result<(), CliError> {
    store.adopt(&plan.repositories)?.map_err(|name| {
        let message = format!(
            "the store `{}` gave `{}` another number than the plan",
            encode::terminal(&store.root().display().to_string()),
            encode::terminal(&name)
        );
        CliError::new(ErrorKind::Usage, message).hint(
            "plan anew over that store, or name a folder of its own for each part with `--store`",
        )
    })
}

/// Joins finished parts in the store, and derives facts of all of them.
pub fn commit(args: &ShardCommitArgs, context: &Context) -> Result<u8, CliError> {
    let plan = Plan::read(&args.plan)?;
    let mut asked = args.analysis.clone();
    asked.places.github = on_github(&plan, plan.repositories.iter().map(|entry| entry.id));
    // Nobody is asked any more.
    asked.places.offline = true;
    let workspace = Workspace::resolve(&asked, context.now)?;
    let store = open_to_write(&workspace.store)?;
    remembers_everybody(&store)?;
    let mut workspace = discover::resolved(context, &workspace, &store)?;
    adopt(&store, &plan)?;
    let parts = finished(&plan, &args.stores)?;
    for Part {
        place,
        store: part,
        certificate,
    } in &parts
    {
        for repository in &certificate.repositories {
            store.take_repository(part, *repository)?;
            // What only the clone can tell is asked of the part's own mirror, where nobody named a clone here.
            let name = plan.name(*repository);
            let mut clones = workspace.clones.iter();
            let has_clone = clones.any(|clone| clone.name.eq_ignore_ascii_case(name));
            if let Some(path) = part.mirror(*repository)?.filter(|_| !has_clone) {
                workspace.clones.push(Clone::mirror(path, name));
            }
        }
        // Somebody may have gone on writing it.
        if store.content_of(&certificate.repositories)? != certificate.content {
            return Err(refused(place, CHANGED));
        }
    }
    context
        .progress
        .say(&format!("{} shards are joined", parts.len()));
    // What nobody asked for is told as on one machine.
    let fetched = if args.analysis.places.offline {
        Fetched::offline()
    } else {
        Fetched::default()
    };
    run::derive_all(context, &workspace, &store, &fetched)
}

/// A finished part, as it was when it was opened.
struct Part<'a> {
    place: &'a Path,
    store: Store,
    certificate: ShardCertificate,
}

const CHANGED: &str = "was changed after its shard was finished";

/// Every part of the plan, in its order, each held against it.
fn finished<'a>(plan: &Plan, places: &'a [PathBuf]) -> Result<Vec<Part<'a>>, CliError> {
    let mut found: BTreeMap<u32, Part<'a>> = BTreeMap::new();
    for place in places {
        let part = part_at(plan, place)?;
        // One that came twice may stand twice; two that differ are told.
        let number = part.certificate.shard;
        match found.get(&number) {
            Some(first) if first.certificate != part.certificate => {
                let first = encode::terminal(&first.place.display().to_string());
                return Err(refused(
                    place,
                    &format!("is shard {number}, as `{first}` is, and holds something else"),
                ));
            }
            Some(_) => {}
            None => {
                found.insert(number, part);
            }
        }
    }
    let missing: Vec<String> = plan
        .shards
        .iter()
        .filter(|one| !found.contains_key(&one.shard))
        .map(|one| format!("{} ({})", one.shard, told(plan, &one.repositories)))
        .collect();
    if !missing.is_empty() {
        let message = format!("no store has shard {}", missing.join(", shard "));
        return Err(CliError::new(ErrorKind::Usage, message)
            .hint("run it with `linchpin shard run`, and name its store; nothing was taken into the store yet"));
    }
    Ok(found.into_values().collect())
}

/// The finished part of the plan that a store holds.
fn part_at<'a>(plan: &Plan, place: &'a Path) -> Result<Part<'a>, CliError> {
    let store = Store::open(place, Mode::Read)?;
    let certificate = store
        .shard_certificate()?
        .ok_or_else(|| refused(place, "holds no finished shard"))?;
    let is_of_plan = |shard: &Shard| {
        shard.shard == certificate.shard && shard.repositories == certificate.repositories
    };
    if certificate.plan != plan.checksum() || !plan.shards.iter().any(is_of_plan) {
        return Err(refused(place, "is part of another plan"));
    }
    if certificate.version != VERSION {
        let version = encode::terminal(&certificate.version);
        return Err(refused(
            place,
            &format!("was filled by linchpin {version}, and this is {VERSION}"),
        ));
    }
    if store.content_of(&certificate.repositories)? != certificate.content {
        return Err(refused(place, CHANGED));
    }
    Ok(Part {
        place,
        store,
        certificate,
    })
}

fn refused(place: &Path, why: &str) -> CliError {
    let place = encode::terminal(&place.display().to_string());
    CliError::new(ErrorKind::Usage, format!("the store `{place}` {why}"))
        .hint("run `linchpin shard run SHARD --plan FILE --store STORE` with this plan and this version: it goes on where it stopped")
}

/// Some names.
fn told(plan: &Plan, repositories: &[RepositoryId]) -> String {
    let names: Vec<&str> = repositories.iter().map(|id| plan.name(*id)).collect();
    encode::terminal(&console::some_of(&names, 3))
}
