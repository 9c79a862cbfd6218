//! Whether objects hold together: what is named is there. Git asks the same of what it fetches.

use std::collections::BTreeSet;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::objs::Kind;
use gix::odb::pack::index;
use gix::{ObjectId, oid};

use super::error::Error;
use crate::git::Progress;
use crate::git::clone::open;
use crate::git::objects::packs::Packs;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::{Mode, entry};
use crate::git::parallel::{cores, over_chunks};

/// Objects of a pack that one thread looks at in one go: they lie beside each other.
const CHUNK: usize = 4_096;

/// What each thread keeps of decoded objects, in bytes.
const CACHE: usize = 32 << 20;

/// Where an object is named that is missing.
#[derive(Default)]
struct Missing {
    n: AtomicUsize,
    first: Mutex<Option<ObjectId>>,
}

impl Missing {
    fn note(&self, id: &oid) {
        self.n.fetch_add(1, Ordering::Relaxed);
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        // Whichever thread comes first: the same one is named.
        if first.is_none_or(|known| *known > *id) {
            *first = Some(id.to_owned());
        }
    }

    fn result(self) -> Result<(), Error> {
        let first = self
            .first
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match first {
            Some(first) => Err(Error::Incomplete {
                first: first.to_string(),
                n: self.n.into_inner(),
            }),
            None => Ok(()),
        }
    }
}

/// Whether some objects are there.
pub(super) fn are_there(
    repository: &gix::Repository,
    ids: &BTreeSet<ObjectId>,
) -> Result<(), Error> {
    let missing = Missing::default();
    for id in ids.iter().filter(|id| !repository.has_object(id)) {
        missing.note(id);
    }
    missing.result()
}

/// Whether everything that the objects of a new pack name is there, and what was asked for, too. What was there before holds together
/// already, so with the new pack all does.
pub(super) fn pack(
    repository: &gix::Repository,
    index_path: Option<&Path>,
    wants: &BTreeSet<ObjectId>,
    progress: &dyn Progress,
) -> Result<(), Error> {
    // Opened anew, so that the pack is among its packs.
    let repository = open::open(repository.git_dir()).map_err(Error::Mirror)?;
    are_there(&repository, wants)?;
    let Some(index_path) = index_path else {
        return Ok(());
    };
    let index = index::File::at(index_path, repository.object_hash()).map_err(Error::protocol)?;
    let mut places: Vec<(u64, u32)> = (0..index.num_objects())
        .map(|at| (index.pack_offset_at_index(at), at))
        .collect();
    places.sort_unstable();
    progress.phase("checking", Some(places.len() as u64));
    let packs = Packs::open(&repository);
    let missing = Missing::default();
    over_chunks(
        cores(),
        places.len().div_ceil(CHUNK),
        || packs.reader(CACHE),
        |reader, chunk| {
            let from = chunk * CHUNK;
            let part = places.get(from..(from + CHUNK).min(places.len()));
            for (_, at) in part.into_iter().flatten() {
                look(reader, index.oid_at_index(*at), &missing);
            }
            progress.advance(part.map_or(0, <[_]>::len) as u64);
        },
    );
    missing.result()
}

/// Notes what an object names and is missing. Contents name nothing, and are not read; what cannot be decoded mining will tell.
fn look(reader: &mut Reader<'_>, id: &oid, missing: &Missing) {
    if reader.kind(id) == Some(Kind::Blob) {
        return;
    }
    let Ok(object) = reader.read(id) else {
        return;
    };
    let mut need = |id: &oid| {
        if !reader.has(id) {
            missing.note(id);
        }
    };
    match object.kind {
        Kind::Commit => named(&object.bytes, &[b"tree ", b"parent "], &mut need),
        Kind::Tag => named(&object.bytes, &[b"object "], &mut need),
        Kind::Tree => {
            let mut rest = object.bytes.as_slice();
            while let Some(entry) = entry(rest, id.as_bytes().len()) {
                // A submodule's commit is another repository's.
                if entry.is_tree || entry.mode != Mode::Submodule {
                    need(entry.id);
                }
                rest = rest.get(entry.end..).unwrap_or_default();
            }
        }
        Kind::Blob => {}
    }
}

/// The ids in the head of a commit or a tag, by the words before them.
fn named(bytes: &[u8], words: &[&[u8]], need: &mut impl FnMut(&oid)) {
    for line in bytes.split(|byte| *byte == b'\n') {
        if line.is_empty() {
            return;
        }
        let after = words.iter().find_map(|word| line.strip_prefix(*word));
        if let Some(id) = after.and_then(|hex| ObjectId::from_hex(hex).ok()) {
            need(&id);
        }
    }
}

/// Whether every pack ends as its index says: one that was cut off does not.
pub(super) fn packs_are_whole(repository: &gix::Repository) -> bool {
    let directory = repository.objects.store_ref().path().join("pack");
    let Ok(entries) = std::fs::read_dir(directory) else {
        return false;
    };
    let hash = repository.object_hash();
    let is_whole = |path: &Path| -> Option<bool> {
        let index = index::File::at(path, hash).ok()?;
        let mut data = std::fs::File::open(path.with_extension("pack")).ok()?;
        let mut end = vec![0; hash.len_in_bytes()];
        data.seek(SeekFrom::End(-i64::try_from(end.len()).ok()?))
            .ok()?;
        data.read_exact(&mut end).ok()?;
        Some(index.pack_checksum().as_bytes() == end.as_slice())
    };
    entries.flatten().all(|entry| {
        let path = entry.path();
        let extension = path.extension().and_then(|text| text.to_str());
        match extension {
            Some("idx") => is_whole(&path) == Some(true),
            Some("pack") => path.with_extension("idx").is_file(),
            _ => true,
        }
    })
}
