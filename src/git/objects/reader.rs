//! Reading objects fast: straight from the packs, with a byte-bounded cache of decoded objects keyed by pack offset.
//!
//! Neighbouring versions of one file lie on one delta chain, so decoding the oldest of them leaves the newer ones in the
//! cache. What is in no pack (loose objects, objects of a partial clone that were never fetched) goes through gix's own
//! lookup. Replacement objects are not followed: history is read as it was recorded.

use std::rc::Rc;

use gix::odb::pack::data;
use gix::{ObjectId, oid};

use super::cache::Cache;
use super::delta::apply_delta;
use super::object::{MAX_OBJECT_BYTES, Object, Unreadable};
use super::packs::{Location, Packs};

/// The first bytes of a file, by which git tells that it is binary.
const HEAD: usize = 8_000;

/// Objects whose places a reader remembers: most are asked for twice, as what a change made and as what the next one changed.
const N_PLACES: usize = 1 << 12;

/// Reads objects; one for each thread.
pub(in crate::git) struct Reader<'a> {
    packs: &'a Packs,
    repository: gix::Repository,
    inflate: gix::zlib::Inflate,
    cache: Cache,
    scratch: Vec<u8>,
    recent_pack: usize,
    /// By the id's first bytes.
    places: Vec<Option<(ObjectId, Location)>>,
}

impl Packs {
    /// A reader for one thread, caching up to `cache_bytes` of decoded objects.
    pub(in crate::git) fn reader(&self, cache_bytes: usize) -> Reader<'_> {
        Reader {
            packs: self,
            repository: self.repository.to_thread_local(),
            inflate: gix::zlib::Inflate::default(),
            cache: Cache::new(cache_bytes),
            scratch: Vec::new(),
            recent_pack: 0,
            places: vec![None; N_PLACES],
        }
    }
}

impl Reader<'_> {
    /// The size beyond which git takes a file for binary.
    pub(in crate::git) const fn big_file(&self) -> u64 {
        self.packs.big_file
    }

    /// Where an object lies, if a pack has it.
    fn locate(&mut self, id: &oid) -> Option<Location> {
        let slot = match id.as_bytes() {
            [first, second, ..] => usize::from(u16::from_be_bytes([*first, *second])) % N_PLACES,
            _ => 0,
        };
        if let Some(Some((known, location))) = self.places.get(slot)
            && **known == *id
        {
            return Some(*location);
        }
        let packs = &self.packs.opened;
        let found = |pack: usize| Location::new(pack, packs.get(pack)?.offset(id)?);
        let location = found(self.recent_pack).or_else(|| {
            let (pack, location) = (0..packs.len()).find_map(|pack| Some((pack, found(pack)?)))?;
            self.recent_pack = pack;
            Some(location)
        })?;
        if let Some(place) = self.places.get_mut(slot) {
            *place = Some((id.to_owned(), location));
        }
        Some(location)
    }

    /// Whether an object is there; nothing of it is read.
    pub(in crate::git) fn has(&mut self, id: &oid) -> bool {
        self.locate(id).is_some() || self.repository.has_object(id)
    }

    /// What an object in a pack is, by the heads of the entries that it is made from; `None` where a head does not tell.
    pub(in crate::git) fn kind(&mut self, id: &oid) -> Option<gix::objs::Kind> {
        /// Longer chains are read like anything else.
        const MOST_LINKS: usize = 4_096;
        let location = self.locate(id)?;
        let data = &self.packs.opened.get(location.pack())?.data;
        let mut at = location.offset();
        for _ in 0..MOST_LINKS {
            let entry = data.entry(at).ok()?;
            match entry.header {
                data::entry::Header::OfsDelta { base_distance } => {
                    at = entry.checked_base_pack_offset(base_distance)?;
                }
                data::entry::Header::RefDelta { .. } => return None,
                header => return header.as_kind(),
            }
        }
        None
    }

    /// The object of an id.
    pub(in crate::git) fn read(&mut self, id: &oid) -> Result<Object, Unreadable> {
        match self.locate(id) {
            // A damaged pack may have a good copy elsewhere.
            Some(location) => match self.read_at(location) {
                Err(Unreadable::Corrupt) => {
                    self.read_elsewhere(id).map_err(|_| Unreadable::Corrupt)
                }
                other => other,
            },
            None => self.read_elsewhere(id),
        }
    }

    fn read_elsewhere(&self, id: &oid) -> Result<Object, Unreadable> {
        use gix::prelude::Find;
        if let Ok(Some(header)) = gix::odb::Header::try_header(&self.repository.objects, id)
            && header.size() > MAX_OBJECT_BYTES
        {
            let head = (header.size() <= self.packs.big_file)
                .then(|| self.loose_head(id))
                .flatten();
            return Err(self.too_large(header.size(), head.as_deref()));
        }
        let mut bytes = Vec::new();
        match self.repository.objects.try_find(id, &mut bytes) {
            Ok(Some(found)) => {
                let kind = found.kind;
                Ok(Object {
                    kind,
                    bytes: Rc::new(bytes),
                })
            }
            Ok(None) => Err(Unreadable::Missing),
            Err(_) => Err(Unreadable::Corrupt),
        }
    }

    /// What is said of a file that is larger than the bound: for git, too, it may have no lines.
    fn too_large(&self, size: u64, head: Option<&[u8]>) -> Unreadable {
        let is_binary = head.is_some_and(|head| memchr::memchr(0, head).is_some());
        if size > self.packs.big_file || is_binary {
            Unreadable::Opaque
        } else {
            Unreadable::TooLarge
        }
    }

    /// The first bytes of a loose object's content.
    fn loose_head(&self, id: &oid) -> Option<Vec<u8>> {
        /// A loose object begins with its kind and size.
        const HEADER: usize = 64;
        let name = id.to_hex().to_string();
        let (fan, rest) = name.split_at_checked(2)?;
        let objects = self.repository.objects.store_ref().path();
        let mut packed = Vec::new();
        let file = std::fs::File::open(objects.join(fan).join(rest)).ok()?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, 1 << 16), &mut packed).ok()?;
        let mut bytes = vec![0; HEADER + HEAD];
        let (_, _, n) = gix::zlib::Inflate::default()
            .once(&packed, &mut bytes)
            .ok()?;
        bytes.truncate(n);
        let from = memchr::memchr(0, &bytes)? + 1;
        Some(bytes.split_off(from))
    }

    /// The object at a place in a pack.
    fn read_at(&mut self, location: Location) -> Result<Object, Unreadable> {
        if let Some(object) = self.cache.get(location) {
            return Ok(object);
        }
        let data = &self
            .packs
            .opened
            .get(location.pack())
            .ok_or(Unreadable::Corrupt)?
            .data;
        let mut deltas: Vec<(Location, data::Entry)> = Vec::new();
        let mut cursor = location;
        let mut object = loop {
            if let Some(object) = self.cache.get(cursor) {
                break object;
            }
            let entry = data
                .entry(cursor.offset())
                .map_err(|_| Unreadable::Corrupt)?;
            if entry.decompressed_size > MAX_OBJECT_BYTES {
                let head = head(data, &entry).filter(|_| entry.header.is_base());
                return Err(self.too_large(entry.decompressed_size, head.as_deref()));
            }
            match entry.header {
                data::entry::Header::OfsDelta { base_distance } => {
                    let base = entry
                        .checked_base_pack_offset(base_distance)
                        .ok_or(Unreadable::Corrupt)?;
                    let base = Location::new(location.pack(), base).ok_or(Unreadable::Corrupt)?;
                    deltas.push((cursor, entry));
                    cursor = base;
                }
                data::entry::Header::RefDelta { base_id } => {
                    // A chain of ids can be made circular by a hostile pack; no honest one is this long.
                    if deltas.len() > 10_000 {
                        return Err(Unreadable::Corrupt);
                    }
                    deltas.push((cursor, entry));
                    match self.locate(&base_id) {
                        Some(base) if base.pack() == location.pack() => cursor = base,
                        Some(base) => break self.read_at(base)?,
                        None => break self.read_elsewhere(&base_id)?,
                    }
                }
                header => {
                    let kind = header.as_kind().ok_or(Unreadable::Corrupt)?;
                    let mut bytes = self.cache.buffer(entry.decompressed_size);
                    inflate(data, &entry, &mut self.inflate, &mut bytes)?;
                    let object = Object {
                        kind,
                        bytes: Rc::new(bytes),
                    };
                    self.cache.insert(cursor, &object);
                    break object;
                }
            }
        };
        for (at, entry) in deltas.into_iter().rev() {
            self.scratch.clear();
            inflate(data, &entry, &mut self.inflate, &mut self.scratch)?;
            let cache = &mut self.cache;
            let bytes = apply_delta(&object.bytes, &self.scratch, |size| cache.buffer(size))?;
            object = Object {
                kind: object.kind,
                bytes: Rc::new(bytes),
            };
            self.cache.insert(at, &object);
        }
        Ok(object)
    }
}

/// The first bytes of a large entry.
fn head(pack: &data::File, entry: &data::Entry) -> Option<Vec<u8>> {
    let from = usize::try_from(entry.data_offset).ok()?;
    let to = (from + (1 << 16)).min(pack.pack_end());
    let packed = pack.entry_slice(from as u64..to as u64)?;
    let mut bytes = vec![0; HEAD];
    let (_, _, n) = gix::zlib::Inflate::default()
        .once(packed, &mut bytes)
        .ok()?;
    bytes.truncate(n);
    Some(bytes)
}

fn inflate(
    pack: &data::File,
    entry: &data::Entry,
    inflate: &mut gix::zlib::Inflate,
    out: &mut Vec<u8>,
) -> Result<(), Unreadable> {
    let size = usize::try_from(entry.decompressed_size).map_err(|_| Unreadable::TooLarge)?;
    out.resize(size, 0);
    pack.decompress_entry(entry, inflate, out)
        .map_err(|_| Unreadable::Corrupt)?;
    Ok(())
}
