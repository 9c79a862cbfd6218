//! Raw records: what GitHub answered, one record a JSON line, in zstd files that are never changed.
//!
//! A record is one node (a pull request, an issue, …) as it came, with the rest of its lists. The newest line of a node
//! counts. Records are what is precious: every fact can be derived from them again.

mod head;

use std::borrow::Cow;
use std::io::Read as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Error, Forgotten, Store};
use crate::domain::{Gap, RepositoryId, Stream};
use head::{Head, Newest};

/// No record file is unpacked beyond this: a corrupt or hostile one must not exhaust memory.
const MAX_UNPACKED_BYTES: u64 = 1 << 31;

/// One node as GitHub answered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which query's shape it has, with the version of that shape.
    pub shape: String,
    /// The node id, or what else is unique in the stream.
    pub id: String,
    /// The node, as it came.
    pub node: Value,
    /// The continuations of its lists in order: the list's path in the node (`reviews`, `reviewThreads/PRRT_1/comments`) and
    /// the connection as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tails: Vec<(String, Value)>,
}

impl Record {
    /// The shape of a record that says that a node is no longer there.
    pub const GONE: &'static str = "Gone";

    /// What is stored of a node that GitHub no longer has: it takes the place of the records before it. `node` holds what the
    /// node is known by besides its id (`number`, `databaseId`), where that is known.
    #[must_use]
    pub fn gone(id: &str, node: Value) -> Self {
        Self {
            shape: Self::GONE.to_owned(),
            id: id.to_owned(),
            node,
            tails: Vec::new(),
        }
    }
}

/// Commits records of one stream as one new file: without whom the store has forgotten.
pub fn write(
    store: &Store,
    repository: RepositoryId,
    stream: Stream,
    records: &[Record],
) -> Result<(), Error> {
    if records.is_empty() {
        return Ok(());
    }
    let prefix = prefix(repository, stream);
    let next = store
        .files_below(&prefix)
        .last()
        .and_then(|path| {
            path.strip_prefix(&prefix)?
                .split('.')
                .next()?
                .parse::<u64>()
                .ok()
        })
        .map_or(1, |last| last + 1);
    let path = format!("{prefix}{next:08}.jsonl.zst");
    let forgotten = store.forgotten();
    let lines = records.iter().map(|record| {
        let mut record = Cow::Borrowed(record);
        if !forgotten.is_empty() {
            forgotten.redact(record.to_mut());
        }
        serde_json::to_vec(&record)
    });
    let bytes = packed(lines).map_err(not_packed(store, &path))?;
    store.commit_file(&path, &bytes)
}

/// Lines as a file holds them.
fn packed(
    lines: impl Iterator<Item = serde_json::Result<Vec<u8>>>,
) -> Result<Vec<u8>, std::io::Error> {
    let mut packer = zstd::Encoder::new(Vec::new(), 3)?;
    for line in lines {
        std::io::Write::write_all(&mut packer, &line?)?;
        std::io::Write::write_all(&mut packer, b"\n")?;
    }
    packer.finish()
}

fn not_packed(store: &Store, path: &str) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let path = store.root().join(path);
    move |source| Error::Io {
        path,
        act: "packed",
        source,
    }
}

/// A file as it would be without some people.
pub(super) struct Without {
    /// Its bytes; none where they stay as they are.
    pub(super) bytes: Vec<u8>,
    /// Records that they were in.
    pub(super) n_changed: u64,
    /// Whether all of it could be read.
    pub(super) is_whole: bool,
}

/// A file without whom the store has forgotten; `None` for one that is damaged.
pub(super) fn without(
    store: &Store,
    path: &str,
    forgotten: &Forgotten,
) -> Result<Option<Without>, Error> {
    let Some(text) = unpacked(store, path)? else {
        return Ok(None);
    };
    let (mut n_changed, mut is_whole) = (0, true);
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let lines: Vec<serde_json::Result<Vec<u8>>> = lines
        .map(|line| {
            let Ok(mut record) = serde_json::from_slice::<Record>(line) else {
                is_whole = false;
                return Ok(line.to_vec());
            };
            if !forgotten.redact(&mut record) {
                return Ok(line.to_vec());
            }
            n_changed += 1;
            serde_json::to_vec(&record)
        })
        .collect();
    let bytes = if n_changed > 0 {
        packed(lines.into_iter()).map_err(not_packed(store, path))?
    } else {
        Vec::new()
    };
    Ok(Some(Without {
        bytes,
        n_changed,
        is_whole,
    }))
}

/// What a file holds; `None` for one that is damaged.
fn unpacked(store: &Store, path: &str) -> Result<Option<Vec<u8>>, Error> {
    let bytes = match store.read(path) {
        Ok(bytes) => bytes.unwrap_or_default(),
        Err(Error::Damaged { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = Vec::new();
    let unpacked = zstd::Decoder::new(bytes.as_slice())
        .and_then(|decoder| decoder.take(MAX_UNPACKED_BYTES).read_to_end(&mut text));
    Ok(unpacked.is_ok().then_some(text))
}

/// Reads the newest record of each node of one stream, in the order in which they were committed; a node that is gone has none.
/// What cannot be read is a gap. Only ids are held in memory, so that a long history fits.
///
/// A node is known by its number or its database id: its node id may change, since GitHub has two formats of them.
pub fn read_latest(
    store: &Store,
    repository: RepositoryId,
    stream: Stream,
    mut each: impl FnMut(Record),
) -> Result<Vec<Gap>, Error> {
    let mut newest = Newest::default();
    let mut bad_lines = Vec::new();
    let mut gaps = lines(
        store,
        repository,
        stream,
        |at, path, line| match serde_json::from_slice::<Head>(line) {
            Ok(head) => newest.add(at, head),
            Err(_) => bad_lines.push(path.to_owned()),
        },
    )?;
    let kept = newest.places();
    lines(store, repository, stream, |at, path, line| {
        if kept.contains(&at) {
            match serde_json::from_slice(line) {
                Ok(record) => each(record),
                Err(_) => bad_lines.push(path.to_owned()),
            }
        }
    })?;
    gaps.extend(
        bad_lines
            .into_iter()
            .map(|path| gap(repository, path, "undecodable_line")),
    );
    Ok(gaps)
}

/// Records in one file of a compacted stream.
const CHUNK: usize = 500;

/// Compacts a stream where that is worth the work: it has far more files than its records need.
pub fn compact_if_long(
    store: &Store,
    repository: RepositoryId,
    stream: Stream,
    n_records: u64,
) -> Result<(), Error> {
    let n_files = store.files_below(&prefix(repository, stream)).len() as u64;
    if n_files > 64 + 2 * n_records / CHUNK as u64 {
        compact(store, repository, stream)?;
    }
    Ok(())
}

/// Rewrites a stream with the newest line of each node alone.
///
/// The new files are committed before the old ones go, and say what those said: a kill in between changes nothing. A stream
/// of which something is damaged stays as it is.
pub fn compact(store: &Store, repository: RepositoryId, stream: Stream) -> Result<(), Error> {
    let old = store.files_below(&prefix(repository, stream));
    if !is_sound(store, repository, stream)? {
        return Ok(());
    }
    let mut chunk: Vec<Record> = Vec::new();
    let mut written = Ok(());
    let gaps = read_latest(store, repository, stream, |record| {
        chunk.push(record);
        if chunk.len() >= CHUNK && written.is_ok() {
            written = write(store, repository, stream, &chunk);
            chunk.clear();
        }
    })?;
    written?;
    write(store, repository, stream, &chunk)?;
    if gaps.is_empty() {
        store.remove_files(&old)?;
    }
    Ok(())
}

/// Whether the bytes of a record file can be read to their end.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut text = Vec::new();
    zstd::Decoder::new(bytes)
        .and_then(|decoder| decoder.take(MAX_UNPACKED_BYTES).read_to_end(&mut text))
        .is_ok()
        && text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .all(|line| serde_json::from_slice::<Head>(line).is_ok())
}

/// How many nodes a stream holds that are not gone.
pub fn count(store: &Store, repository: RepositoryId, stream: Stream) -> Result<u64, Error> {
    let mut newest = Newest::default();
    lines(store, repository, stream, |at, _, line| {
        if let Ok(head) = serde_json::from_slice(line) {
            newest.add(at, head);
        }
    })?;
    Ok(newest.places().len() as u64)
}

/// Hands over every line with its position in the stream and its file. A file that is damaged is a gap, and its lines have
/// no positions, so that two passes agree.
fn lines(
    store: &Store,
    repository: RepositoryId,
    stream: Stream,
    mut each: impl FnMut(usize, &str, &[u8]),
) -> Result<Vec<Gap>, Error> {
    let mut gaps = Vec::new();
    let mut at = 0;
    for path in store.files_below(&prefix(repository, stream)) {
        let Some(text) = unpacked(store, &path)? else {
            gaps.push(gap(repository, path, "damaged"));
            continue;
        };
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            each(at, &path, line);
            at += 1;
        }
    }
    Ok(gaps)
}

fn gap(repository: RepositoryId, path: String, reason: &str) -> Gap {
    Gap {
        repository: Some(repository),
        kind: "raw_file".to_owned(),
        subject: path,
        reason: reason.to_owned(),
    }
}

/// Whether every committed file of a stream is still what was committed.
pub fn is_sound(store: &Store, repository: RepositoryId, stream: Stream) -> Result<bool, Error> {
    for path in store.files_below(&prefix(repository, stream)) {
        match store.read(&path) {
            Ok(_) => {}
            Err(Error::Damaged { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Where a stream's record files are.
#[must_use]
pub fn prefix(repository: RepositoryId, stream: Stream) -> String {
    format!("raw/{}/{}/", repository.0, stream.word())
}
