//! Asking for what is missing, and writing what comes: a pack with its index, in place only once it is whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::odb::pack::Bundle;
use gix::odb::pack::bundle::write;
use gix::progress::Discard;
use gix::protocol::fetch::negotiate::{Action, Round, one_round};
use gix::protocol::fetch::{Arguments, Context, Negotiate, Options, Response, Shallow, Tags};
use gix::protocol::handshake::Ref;
use gix::protocol::ls_refs::RefPrefixes;
use gix::protocol::transport::Service;
use gix::protocol::transport::client::blocking_io::Transport;
use gix::protocol::{Handshake, LsRefsCommand};

use super::check;
use super::error::Error;
use super::refs::{Known, PREFIXES, Remote};
use crate::git::Progress;

/// Objects of which the server is told that they are here. It stops at the first that it knows on each line of history.
const MOST_HAVES: usize = 256;

/// The largest object that is put together in memory while a pack is taken in.
const MOST_IN_MEMORY: usize = 2 << 30;

fn agent() -> (&'static str, Option<String>) {
    let version = concat!("git/linchpin-", env!("CARGO_PKG_VERSION"));
    ("agent", Some(version.to_owned()))
}

/// Begins to talk. Nobody is asked for credentials: the server knows them, or there are none.
pub(super) fn greet(transport: &mut impl Transport) -> Result<Handshake, Error> {
    gix::protocol::handshake(
        transport,
        Service::UploadPack,
        |_| Ok(None),
        Vec::new(),
        &mut Discard,
    )
    .map_err(Error::protocol)
}

/// Lists refs.
pub(super) fn list(
    handshake: &Handshake,
    transport: &mut impl Transport,
) -> Result<Vec<Ref>, Error> {
    let mut prefixes = RefPrefixes::new();
    prefixes.extend(PREFIXES.map(Into::into));
    LsRefsCommand::new(Some(prefixes), &handshake.capabilities, agent())
        .invoke_blocking(transport, &mut Discard, false)
        .map_err(Error::protocol)
}

/// What is asked for, and what is here.
pub(super) struct Wanted {
    wants: BTreeSet<ObjectId>,
    haves: Vec<ObjectId>,
}

impl Wanted {
    pub(super) fn of(repository: &gix::Repository, known: &Known, remote: &Remote) -> Self {
        let is_missing = |id: &ObjectId| !repository.has_object(id);
        let wants: BTreeSet<ObjectId> = remote
            .refs
            .values()
            .map(|target| target.id)
            .filter(is_missing)
            .collect();
        let haves = if wants.is_empty() {
            Vec::new()
        } else {
            haves(repository, known)
        };
        Self { wants, haves }
    }
}

/// The default branch and some of its commits, ever further apart, then what the other refs name: where a branch was moved by force the
/// server still finds where the two part.
fn haves(repository: &gix::Repository, known: &Known) -> Vec<ObjectId> {
    let mut found = Vec::new();
    let mut add = |id: ObjectId| {
        if found.len() < MOST_HAVES && !found.contains(&id) {
            found.push(id);
        }
    };
    let mut at = known.tip();
    let (mut n, mut next) = (0_usize, 1_usize);
    while let Some(id) = at {
        if n == 0 || n == next {
            add(id);
            next = n.max(1) * 2;
        }
        n += 1;
        let commit = repository.find_commit(id).ok();
        at = commit.and_then(|commit| commit.parent_ids().next().map(gix::Id::detach));
        if n > 1 << 20 {
            break;
        }
    }
    for id in known.refs.values().rev() {
        add(*id);
    }
    found
}

/// One round, with everything in it: the server answers with a pack.
impl Negotiate for Wanted {
    fn mark_complete_and_common_ref(&mut self) -> gix::Result<Action> {
        Ok(if self.wants.is_empty() {
            Action::NoChange
        } else {
            Action::MustNegotiate {
                remote_ref_target_known: Vec::new(),
            }
        })
    }

    fn add_wants(&mut self, arguments: &mut Arguments, _: &[bool]) -> bool {
        for id in &self.wants {
            arguments.want(id);
        }
        !self.wants.is_empty()
    }

    fn one_round(
        &mut self,
        _: &mut one_round::State,
        arguments: &mut Arguments,
        _: Option<&Response>,
    ) -> gix::Result<(Round, bool)> {
        for id in &self.haves {
            arguments.have(id);
        }
        let n = self.haves.len();
        let round = Round {
            haves_sent: n,
            in_vain: 0,
            haves_to_send: n,
            previous_response_had_at_least_one_in_common: false,
        };
        Ok((round, true))
    }
}

/// Receives the objects that are missing, and checks that they hold together; returns how many they are.
pub(super) fn objects(
    repository: &gix::Repository,
    handshake: &mut Handshake,
    transport: &mut impl Transport,
    mut wanted: Wanted,
    progress: &dyn Progress,
) -> Result<u64, Error> {
    let directory = repository.objects.store_ref().path().join("pack");
    // A pack for somebody who has nothing is whole in itself.
    let bases = (!wanted.haves.is_empty()).then(|| repository.objects.clone());
    let mut written = None;
    let take = |pack: &mut dyn std::io::BufRead,
                told: &mut dyn gix::DynNestedProgress,
                stop: &AtomicBool| {
        let options = write::Options {
            alloc_limit_bytes: Some(MOST_IN_MEMORY),
            ..write::Options::default()
        };
        let kind = repository.object_hash();
        let outcome =
            Bundle::write_to_directory(pack, Some(&directory), told, stop, bases, kind, options)?;
        written = Some(outcome);
        Ok(true)
    };
    let context = Context {
        handshake,
        transport,
        user_agent: agent(),
        trace_packetlines: false,
    };
    let options = Options {
        shallow_file: repository.git_dir().join("shallow"),
        shallow: &Shallow::NoChange,
        tags: Tags::None,
        reject_shallow_remote: true,
    };
    let never = AtomicBool::new(false);
    gix::protocol::fetch(&mut wanted, take, Discard, &never, context, options)
        .map_err(Error::protocol)?;
    let n_objects = written
        .as_ref()
        .map_or(0, |outcome| u64::from(outcome.index.num_objects));
    let Some(outcome) = written else {
        check::are_there(repository, &wanted.wants)?;
        return Ok(0);
    };
    let checked = check::pack(
        repository,
        outcome.index_path.as_deref(),
        &wanted.wants,
        progress,
    );
    // `keep` says that a pack is new here, and not checked yet.
    if let Err(error) = checked {
        if let (Some(keep), Some(data)) = (&outcome.keep_path, &outcome.data_path) {
            remove_pack(data)?;
            remove(keep)?;
        }
        return Err(error);
    }
    for path in [&outcome.data_path, &outcome.index_path]
        .into_iter()
        .flatten()
    {
        settle(path)?;
    }
    if let Some(keep) = &outcome.keep_path {
        remove(keep)?;
    }
    sync_directory(&directory)?;
    Ok(n_objects)
}

/// Removes what an interrupted fetch left: files on their way, packs without an index, and packs that were not checked.
pub(super) fn tidy(mirror: &Path) -> Result<(), Error> {
    let directory = mirror.join("objects").join("pack");
    let read = fs::read_dir(&directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = read.map_err(io(&directory))?;
    for entry in entries {
        let path = entry.path();
        let extension = path.extension().and_then(|text| text.to_str());
        let is_whole = path.with_extension("pack").is_file()
            && path.with_extension("idx").is_file()
            && !path.with_extension("keep").exists();
        let is_pack = matches!(extension, Some("pack" | "idx"));
        if !(is_pack && is_whole) && path.is_file() {
            // The keep file last: it says that the pack beside it was not checked.
            if extension == Some("keep") {
                remove_pack(&path)?;
            }
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove_pack(path: &Path) -> Result<(), Error> {
    remove(&path.with_extension("idx"))?;
    remove(&path.with_extension("pack"))
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(path)(error)),
        _ => Ok(()),
    }
}

/// Makes a file its owner's alone, and makes it survive a crash.
fn settle(path: &Path) -> Result<(), Error> {
    let done = || {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
        fs::OpenOptions::new().write(true).open(path)?.sync_all()
    };
    done().map_err(io(path))
}

fn sync_directory(path: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        let synced = fs::File::open(path).and_then(|directory| directory.sync_all());
        synced.map_err(io(path))?;
    }
    Ok(())
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| Error::Io { path, source }
}
