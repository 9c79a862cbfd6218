//! Git objects built in memory, and bare repositories written from them.
//!
//! The generator needs the ids of commits before anything is on disk, because the fake GitHub speaks of them. So objects are
//! hashed as they are made and kept; [`write()`] then stores those that the branch and the tags reach, as one pack a repository.
//! No git binary runs, and nobody's git configuration is read or written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::CommitId;

/// Why a generated repository could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk refused.
    #[error("cannot write `{path}`")]
    Write {
        /// The file or directory.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A pack of more than 2 GiB, or a repository without commits.
    #[error("the generated repository `{name}` cannot be packed: {because}")]
    Pack {
        /// Its name.
        name: String,
        /// What is wrong with it.
        because: &'static str,
    },
}

/// One generated repository: its objects and refs.
#[derive(Debug, Clone)]
pub struct GeneratedRepository {
    /// Owner's login.
    pub owner: String,
    /// Name.
    pub name: String,
    /// The default branch's name.
    pub branch: String,
    /// The branch's tip.
    pub tip: CommitId,
    /// Lightweight tags: name and commit.
    pub tags: Vec<(String, CommitId)>,
    /// Every object made for it, also those that only pull requests reach.
    pub objects: Objects,
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ObjectKind {
    Commit,
    Tree,
    Blob,
}

#[derive(Debug, Clone)]
struct Object {
    kind: ObjectKind,
    bytes: Vec<u8>,
    refers_to: Vec<CommitId>,
}

/// A store of objects by id.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    by_id: BTreeMap<CommitId, Object>,
}

/// Who wrote or applied a commit, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Instant, kept to the second.
    pub at: Timestamp,
    /// Offset from UTC in minutes.
    pub offset_minutes: i32,
}

impl Stamp {
    fn line(&self) -> String {
        let (sign, minutes) = if self.offset_minutes < 0 {
            ('-', -self.offset_minutes)
        } else {
            ('+', self.offset_minutes)
        };
        let seconds = self.at.as_second();
        format!(
            "{} <{}> {seconds} {sign}{:02}{:02}",
            self.name,
            self.email,
            minutes / 60,
            minutes % 60
        )
    }
}

/// A directory and everything below it; cheap to clone, so that every commit keeps its own.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    entries: BTreeMap<String, Node>,
}

#[derive(Debug, Clone)]
enum Node {
    File(CommitId),
    Directory(Arc<Directory>, CommitId),
}

impl Directory {
    /// The file at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<CommitId> {
        match path.split_once('/') {
            None => match self.entries.get(path)? {
                Node::File(id) => Some(*id),
                Node::Directory(..) => None,
            },
            Some((first, rest)) => match self.entries.get(first)? {
                Node::Directory(inner, _) => inner.get(rest),
                Node::File(_) => None,
            },
        }
    }

    /// Sets or removes the file at a path; empty directories vanish, as in git.
    pub fn set(&mut self, objects: &mut Objects, path: &str, file: Option<CommitId>) {
        match path.split_once('/') {
            None => {
                match file {
                    Some(id) => self.entries.insert(path.to_owned(), Node::File(id)),
                    None => self.entries.remove(path),
                };
            }
            Some((first, rest)) => {
                let mut inner = match self.entries.get(first) {
                    Some(Node::Directory(inner, _)) => inner.as_ref().clone(),
                    _ => Self::default(),
                };
                inner.set(objects, rest, file);
                if inner.entries.is_empty() {
                    self.entries.remove(first);
                } else {
                    let id = inner.id(objects);
                    self.entries
                        .insert(first.to_owned(), Node::Directory(Arc::new(inner), id));
                }
            }
        }
    }

    /// The paths of all files, sorted.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect("", &mut paths);
        paths
    }

    fn collect(&self, prefix: &str, paths: &mut Vec<String>) {
        for (name, node) in &self.entries {
            match node {
                Node::File(_) => paths.push(format!("{prefix}{name}")),
                Node::Directory(inner, _) => inner.collect(&format!("{prefix}{name}/"), paths),
            }
        }
    }

    /// The tree's object id; the tree is stored.
    pub fn id(&self, objects: &mut Objects) -> CommitId {
        // Git sorts a directory as if its name ended in a slash.
        let mut entries: Vec<(String, &str, &str, CommitId)> = self
            .entries
            .iter()
            .map(|(name, node)| match node {
                Node::File(id) => (name.clone(), name.as_str(), "100644", *id),
                Node::Directory(_, id) => (format!("{name}/"), name.as_str(), "40000", *id),
            })
            .collect();
        entries.sort();
        let mut bytes = Vec::new();
        let mut refers_to = Vec::new();
        for (_, name, mode, id) in entries {
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
            refers_to.push(id);
        }
        objects.add(ObjectKind::Tree, bytes, refers_to)
    }
}

impl Objects {
    /// Stores a file's text.
    pub fn blob(&mut self, text: &str) -> CommitId {
        self.add(ObjectKind::Blob, text.as_bytes().to_vec(), Vec::new())
    }

    /// A stored file's text; `None` for an unknown id.
    #[must_use]
    pub fn text(&self, blob: CommitId) -> Option<&str> {
        self.by_id
            .get(&blob)
            .and_then(|object| std::str::from_utf8(&object.bytes).ok())
    }

    /// Stores a commit.
    pub fn commit(
        &mut self,
        tree: &Directory,
        parents: &[CommitId],
        author: &Stamp,
        committer: &Stamp,
        message: &str,
    ) -> CommitId {
        let tree = tree.id(self);
        let mut text = format!("tree {tree}\n");
        for parent in parents {
            let _ = writeln!(text, "parent {parent}");
        }
        let _ = writeln!(
            text,
            "author {}\ncommitter {}\n\n{}",
            author.line(),
            committer.line(),
            message.trim_end()
        );
        let refers_to = std::iter::once(tree)
            .chain(parents.iter().copied())
            .collect();
        self.add(ObjectKind::Commit, text.into_bytes(), refers_to)
    }

    fn add(&mut self, kind: ObjectKind, bytes: Vec<u8>, refers_to: Vec<CommitId>) -> CommitId {
        let id = hash(kind, &bytes);
        self.by_id.entry(id).or_insert(Object {
            kind,
            bytes,
            refers_to,
        });
        id
    }

    /// The objects that some commits reach, children before what they refer to.
    fn reachable(&self, roots: impl IntoIterator<Item = CommitId>) -> Vec<(CommitId, &Object)> {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<CommitId> = roots.into_iter().collect();
        let mut found = Vec::new();
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(object) = self.by_id.get(&id) {
                pending.extend(object.refers_to.iter().copied());
                found.push((id, object));
            }
        }
        found
    }
}

fn hash(kind: ObjectKind, bytes: &[u8]) -> CommitId {
    let kind = match kind {
        ObjectKind::Commit => gix::objs::Kind::Commit,
        ObjectKind::Tree => gix::objs::Kind::Tree,
        ObjectKind::Blob => gix::objs::Kind::Blob,
    };
    // Hashing fails only on input crafted to collide, which a generator of plain text does not make.
    let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, kind, bytes)
        .unwrap_or_else(|_| gix::ObjectId::null(gix::hash::Kind::Sha1));
    of_gix(&id)
}

fn of_gix(id: &gix::ObjectId) -> CommitId {
    CommitId::from_bytes(id.as_bytes()).unwrap_or_else(null_id)
}

/// Git's null id: what stands for an object that does not exist.
#[must_use]
pub fn null_id() -> CommitId {
    NULL.parse().unwrap_or_else(|_| Objects::default().blob(""))
}

const NULL: &str = "0000000000000000000000000000000000000000";

/// Writes each repository as `<dir>/<name>.git`, bare, and returns the directories in order.
pub fn write(repositories: &[GeneratedRepository], dir: &Path) -> Result<Vec<PathBuf>, Error> {
    for (path, bytes) in files(repositories)? {
        let path = dir.join(path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, bytes));
        written.map_err(|source| Error::Write {
            path: path.display().to_string(),
            source,
        })?;
    }
    Ok(repositories
        .iter()
        .map(|repository| dir.join(directory(repository)))
        .collect())
}

/// Where a repository is below the directory of all of them.
#[must_use]
pub fn directory(repository: &GeneratedRepository) -> String {
    format!("{}.git", repository.name)
}

/// The files of bare repositories, by their path below the directory of all of them.
pub fn files(repositories: &[GeneratedRepository]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let each = repositories.iter().map(files_of);
    Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
}

fn files_of(repository: &GeneratedRepository) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let root = directory(repository);
    let roots = std::iter::once(repository.tip).chain(repository.tags.iter().map(|(_, id)| *id));
    let objects = repository.objects.reachable(roots);
    let pack = pack(&objects).map_err(|because| Error::Pack {
        name: repository.name.clone(),
        because,
    })?;
    let branch = format!("refs/heads/{}", repository.branch);
    let mut refs = vec![(branch.clone(), repository.tip)];
    refs.extend(
        repository
            .tags
            .iter()
            .map(|(name, id)| (format!("refs/tags/{name}"), *id)),
    );
    refs.sort();
    let mut packed = String::from("# pack-refs with: peeled fully-peeled sorted \n");
    for (name, id) in &refs {
        let _ = writeln!(packed, "{id} {name}");
    }
    let url = format!(
        "https://github.com/{}/{}.git",
        repository.owner, repository.name
    );
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[remote \"origin\"]\n\turl = {url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
    );
    let named = |name: &str, bytes: Vec<u8>| (format!("{root}/{name}"), bytes);
    Ok(vec![
        named(&format!("objects/pack/pack-{}.pack", pack.name), pack.bytes),
        named(&format!("objects/pack/pack-{}.idx", pack.name), pack.index),
        named("packed-refs", packed.into_bytes()),
        // Git knows a repository by its directory of refs: so one of them is there by itself, too.
        named(&branch, format!("{}\n", repository.tip).into_bytes()),
        named("config", config.into_bytes()),
        named("HEAD", format!("ref: {branch}\n").into_bytes()),
    ])
}

struct Pack {
    name: CommitId,
    bytes: Vec<u8>,
    index: Vec<u8>,
}

/// A version 2 pack without deltas, and its version 2 index (`gitformat-pack`).
fn pack(objects: &[(CommitId, &Object)]) -> Result<Pack, &'static str> {
    let count = u32::try_from(objects.len()).map_err(|_| "too many objects")?;
    if count == 0 {
        return Err("it has no commit");
    }
    let mut bytes = b"PACK\0\0\0\x02".to_vec();
    bytes.extend_from_slice(&count.to_be_bytes());
    let mut entries = Vec::with_capacity(objects.len());
    for (id, object) in objects {
        let start = bytes.len();
        entry_header(&mut bytes, object);
        bytes.extend_from_slice(&deflate(&object.bytes)?);
        let offset = u32::try_from(start)
            .ok()
            .filter(|offset| *offset < 1 << 31)
            .ok_or("the pack is too large")?;
        entries.push((*id, crc32fast::hash(&bytes[start..]), offset));
    }
    let checksum = digest(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    entries.sort();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=u8::MAX {
        let up_to = entries
            .partition_point(|(id, ..)| id.as_bytes().first().is_some_and(|byte| *byte <= first));
        index.extend_from_slice(
            &u32::try_from(up_to)
                .map_err(|_| "too many objects")?
                .to_be_bytes(),
        );
    }
    index.extend(entries.iter().flat_map(|(id, ..)| id.as_bytes()));
    index.extend(entries.iter().flat_map(|(_, crc, _)| crc.to_be_bytes()));
    index.extend(entries.iter().flat_map(|(.., offset)| offset.to_be_bytes()));
    index.extend_from_slice(checksum.as_bytes());
    let index_checksum = digest(&index);
    index.extend_from_slice(index_checksum.as_bytes());
    Ok(Pack {
        name: checksum,
        bytes,
        index,
    })
}

/// Three bits of type and a size in groups of four, then seven bits.
fn entry_header(bytes: &mut Vec<u8>, object: &Object) {
    let kind: u8 = match object.kind {
        ObjectKind::Commit => 1,
        ObjectKind::Tree => 2,
        ObjectKind::Blob => 3,
    };
    let low = |size: usize, bits: usize| u8::try_from(size & ((1 << bits) - 1)).unwrap_or_default();
    let mut byte = (kind << 4) | low(object.bytes.len(), 4);
    let mut rest = object.bytes.len() >> 4;
    while rest > 0 {
        bytes.push(byte | 0x80);
        byte = low(rest, 7);
        rest >>= 7;
    }
    bytes.push(byte);
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut stream =
        gix::zlib::stream::deflate::Write::new(Vec::new(), gix::zlib::Compression::BEST_SPEED);
    stream
        .write_all(bytes)
        .and_then(|()| stream.flush())
        .map_err(|_| "an object cannot be compressed")?;
    Ok(stream.into_inner())
}

fn digest(bytes: &[u8]) -> CommitId {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    let id = hasher
        .try_finalize()
        .unwrap_or_else(|_| gix::ObjectId::null(gix::hash::Kind::Sha1));
    of_gix(&id)
}
