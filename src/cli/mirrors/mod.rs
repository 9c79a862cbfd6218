//! Mirrors: where a repository of GitHub's has no clone, linchpin keeps one of its own in the store.
//!
//! They are brought up to date after GitHub was asked, one after the other, and mined like any clone. What keeps one from being brought
//! up to date ends no run: the mirror stays as it is, and the certificate of the repository's history says so.

mod trouble;

use std::io;

use super::context::Context;
use super::error::CliError;
use super::fetch::{Fetched, SystemClock, counted, runtime};
use super::workspace::{Clone, Workspace};
use crate::domain::{Gap, RepoName, RepositoryId};
use crate::git::mirror::{self, Answer, MirrorOptions, Received, Server};
use crate::git::{self, MineOptions};
use crate::github::{Client, ClientSettings, GitAnswer, GitServer, Refused, Token, decode};
use crate::register::Refs;
use crate::render::encode::terminal;
use crate::store::mirrors::Place;
use crate::store::{self, Store};
use trouble::{note, size, trouble, why_not};

/// Packs beyond which a mirror is fetched anew as one: every fetch adds one, and each has to be looked into.
const MOST_PACKS: usize = 100;

/// The workspace with the mirrors of its repositories among the clones: brought up to date first, where GitHub was asked.
pub fn with_mirrors(
    context: &Context,
    workspace: &Workspace,
    store: &Store,
    fetched: &Fetched,
) -> Result<Workspace, CliError> {
    let mut with = workspace.clone();
    let mut seen = Vec::new();
    for clone in &workspace.clones {
        let repository = store.repository_id_of_key(&clone.name)?;
        seen.push(repository);
        note(store, repository, None)?;
    }
    if !workspace.mirrors {
        return Ok(with);
    }
    let mut updates = None;
    if let Some(token) = fetched.asked_as() {
        updates = Some(Updates::new(context, workspace, store, token)?);
    }
    for name in &workspace.github {
        let Some(repository) = store.known_id(name).filter(|id| !seen.contains(id)) else {
            continue;
        };
        seen.push(repository);
        if let Some(updates) = &mut updates {
            updates.update(repository, name)?;
        }
        let Some(path) = store.mirror(repository)? else {
            continue;
        };
        // One that cannot even be opened was told about, and stops no other repository.
        if git::look(&path, &MineOptions::default()).is_ok() {
            with.clones.push(Clone::mirror(path, &name.to_string()));
        }
    }
    Ok(with)
}

/// Notes what mining found damaged in a mirror, so that the next fetch makes it anew.
pub fn judge(
    context: &Context,
    store: &Store,
    repository: RepositoryId,
    name: &str,
    gaps: &[Gap],
) -> Result<(), CliError> {
    let is_damage = |gap: &&Gap| matches!(gap.reason.as_str(), "missing_object" | "corrupt_object");
    let mut found: Vec<&str> = (gaps.iter().filter(is_damage))
        .map(|gap| gap.subject.as_str())
        .collect();
    found.sort_unstable();
    if found.is_empty() {
        return Ok(());
    }
    let what = store::checksum(found.join("\n").as_bytes());
    if store.note_damage(repository, &what)? {
        context.progress.say(&terminal(&format!(
            "{name}: its mirror is damaged: the next `linchpin fetch` (or `run`) makes it anew"
        )));
    }
    Ok(())
}

/// What came of one fetch.
enum Done {
    Updated(Received),
    Failed(mirror::Error, Option<Refused>, GitServer),
}

/// Brings mirrors up to date.
struct Updates<'a> {
    context: &'a Context,
    workspace: &'a Workspace,
    store: &'a Store,
    runtime: tokio::runtime::Runtime,
    client: Client,
    /// Why nobody answers any more.
    is_down: bool,
}

impl<'a> Updates<'a> {
    fn new(
        context: &'a Context,
        workspace: &'a Workspace,
        store: &'a Store,
        token: &Token,
    ) -> Result<Self, CliError> {
        let runtime = runtime()?;
        let settings = ClientSettings::new(workspace.api.clone(), token.clone());
        let client =
            runtime.block_on(async { Client::new(settings, std::sync::Arc::new(SystemClock)) })?;
        Ok(Self {
            context,
            workspace,
            store,
            runtime,
            client,
            is_down: false,
        })
    }

    fn say(&self, line: &str) {
        self.context.progress.say(&terminal(line));
    }

    /// Brings the mirror of one repository up to date. What keeps it from that is noted, but for a disk that cannot be written.
    fn update(&mut self, repository: RepositoryId, asked: &RepoName) -> Result<(), CliError> {
        let store = self.store;
        store.tidy_mirror(repository)?;
        let kept = store.mirror(repository)?;
        if self.is_down {
            let trouble = trouble(&Refused::Unreachable {
                host: self.workspace.api.site().to_owned(),
            });
            return note(store, repository, Some(&trouble.with(kept.is_some())));
        }
        // What it is called now: it may have been renamed since it was named.
        let name = store
            .repository(repository)
            .and_then(|entry| entry.name.parse().ok());
        let name = name.unwrap_or_else(|| asked.clone());
        let anew = match &kept {
            Some(path) => self.why_anew(repository, path)?,
            None => None,
        };
        if let Some(why) = &anew {
            self.say(&format!("{name}: its mirror {why}: it is fetched anew"));
        }
        let Ok(server) = GitServer::new(&self.client, &name, self.runtime.handle()) else {
            return note(
                store,
                repository,
                Some(&trouble(&Refused::Unauthorised).with(kept.is_some())),
            );
        };
        let is_first = kept.is_none();
        let place = if is_first || anew.is_some() {
            Place::New
        } else {
            Place::Kept
        };
        self.context
            .progress
            .repository(&format!("{name}: history"));
        match self.fetch(repository, place, server)? {
            Done::Updated(received) => {
                self.put_in_place(repository, place, &received)?;
                note(store, repository, None)?;
                self.tell(&name, is_first, &received);
            }
            Done::Failed(error, refused, server) => {
                // What was begun is of no use to anybody; the mirror that was there stays.
                store.tidy_mirror(repository)?;
                let of = (self.workspace, store);
                let found = why_not(of, &name, error, refused, &server)?.with(!is_first);
                self.is_down = found.is_of_network;
                self.say(&format!("{name}: {}: {}", found.reason, found.fix));
                note(store, repository, Some(&found))?;
            }
        }
        Ok(())
    }

    /// Why a mirror that is there cannot go on.
    fn why_anew(
        &self,
        repository: RepositoryId,
        path: &std::path::Path,
    ) -> Result<Option<String>, CliError> {
        if self.store.noted_damage(repository)?.is_some() || !mirror::is_sound(path) {
            return Ok(Some("is damaged".to_owned()));
        }
        let n = self.store.n_mirror_packs(repository)?;
        Ok((n > MOST_PACKS).then(|| format!("has come to {n} packs")))
    }

    fn fetch(
        &self,
        repository: RepositoryId,
        place: Place,
        server: GitServer,
    ) -> Result<Done, CliError> {
        let store = self.store;
        let mining = &self.workspace.register.mining;
        let options = MirrorOptions {
            all_branches: mining.refs == Refs::All,
            default_branch: decode::default_branch(store, repository)?,
            most_bytes: Some(mining.disk.bytes().saturating_sub(store.mirror_bytes()?)),
        };
        let path = if let (Place::Kept, Some(path)) = (place, store.mirror(repository)?) {
            path
        } else {
            let path = store.begin_mirror(repository, &mirror::skeleton(), &mirror::DIRECTORIES)?;
            if let Some(damage) = store.noted_damage(repository)? {
                store.tolerate_damage(repository, &damage)?;
            }
            path
        };
        let asked = mirror::fetch(&path, &Asked(&server), &options, &self.context.progress);
        Ok(match asked {
            Ok(received) => Done::Updated(received),
            Err(error) => Done::Failed(error, server.refused(), server),
        })
    }

    /// Refs last, and at no instant a `HEAD` that names nothing.
    fn put_in_place(
        &self,
        repository: RepositoryId,
        place: Place,
        received: &Received,
    ) -> Result<(), CliError> {
        let write = |file: &str, text: &str| self.store.write_mirror(repository, place, file, text);
        if let Some(between) = &received.packed_refs_between {
            write("packed-refs", between)?;
            write("HEAD", &received.head)?;
        }
        write("packed-refs", &received.packed_refs)?;
        write("HEAD", &received.head)?;
        if place == Place::New {
            self.store.finish_mirror(repository)?;
        }
        Ok(())
    }

    fn tell(&self, name: &RepoName, is_first: bool, received: &Received) {
        let size = size(received.n_bytes);
        let objects = counted(received.n_objects, "objects");
        let refs = counted(received.n_refs as u64, "refs");
        if is_first {
            self.say(&format!("cloned {name}: {size}, {objects}, {refs}"));
        } else if received.n_objects > 0 {
            self.say(&format!(
                "fetched {name}'s history: {size}, {objects}, {refs}"
            ));
        }
        if received.n_refused > 0 {
            let refused = counted(received.n_refused as u64, "refs");
            self.say(&format!(
                "{name}: {refused} with names that git does not allow left out"
            ));
        }
    }
}

/// GitHub's git server as the git layer asks it.
struct Asked<'a>(&'a GitServer);

impl Server for Asked<'_> {
    fn advertisement(&self, headers: &[(String, String)]) -> io::Result<Answer> {
        self.0.advertisement(headers).map(answer)
    }

    fn upload_pack(&self, headers: &[(String, String)], body: Vec<u8>) -> io::Result<Answer> {
        self.0.upload_pack(headers, body).map(answer)
    }
}

fn answer(given: GitAnswer) -> Answer {
    Answer {
        content_type: given.content_type,
        body: given.body,
    }
}
