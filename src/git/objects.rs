//! Reading objects fast: straight from the packs, with a byte-bounded cache of decoded objects keyed by pack offset.
//!
//! Neighbouring versions of one file lie on one delta chain, so decoding the oldest of them leaves the newer ones in the
//! cache. What is in no pack (loose objects, objects of a partial clone that were never fetched) goes through gix's own
//! lookup. Replacement objects are not followed: history is read as it was recorded.

mod cache;
mod delta;
mod hash;

use std::rc::Rc;

use gix::objs::Kind;
use gix::odb::pack::{data, index};
use gix::{ObjectId, oid};

use cache::Cache;
use delta::apply_delta;
pub(super) use hash::{IdMap, Mixed};

/// Objects larger than this are not decoded: the same reason as git's own `core.bigFileThreshold`, with a bound that keeps
/// memory small.
pub(super) const MAX_OBJECT_BYTES: u64 = 64 << 20;

/// Git's own default of `core.bigFileThreshold`.
pub(super) const BIG_FILE: u64 = 512 << 20;

/// The first bytes of a file, by which git tells that it is binary.
const HEAD: usize = 8_000;

/// Why an object could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unreadable {
    /// It is in no pack and no loose file: a partial or a damaged clone.
    Missing,
    /// It is there and cannot be decoded.
    Corrupt,
    /// It is larger than the bound.
    TooLarge,
    /// Git takes it for binary without reading it, or by its first bytes: it has no lines to be counted.
    Opaque,
    /// It is a tree inside more trees than git looks into.
    TooDeep,
    /// It is a tree beyond the number of files that are looked at.
    TooMany,
}

impl Unreadable {
    /// The gap's reason.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing_object",
            Self::Corrupt => "corrupt_object",
            Self::TooLarge => "too_large",
            Self::Opaque => "binary",
            Self::TooDeep => "too_deep",
            Self::TooMany => "too_many_files",
        }
    }
}

/// A decoded object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// Commit, tree, blob or tag.
    pub(super) kind: Kind,
    /// Its content.
    pub(super) bytes: Rc<Vec<u8>>,
}

/// Where an object lies: the pack in the upper 16 bits, the offset below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Location(u64);

const OFFSET_BITS: u32 = 48;

impl Location {
    fn new(pack: usize, offset: u64) -> Option<Self> {
        let pack = u64::from(u16::try_from(pack).ok()?);
        (offset >> OFFSET_BITS == 0).then_some(Self(pack << OFFSET_BITS | offset))
    }

    fn pack(self) -> usize {
        usize::try_from(self.0 >> OFFSET_BITS).unwrap_or(usize::MAX)
    }

    const fn offset(self) -> u64 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }
}

struct Pack {
    index: index::File,
    data: data::File,
}

impl Pack {
    /// Where an object lies. Ids are spread evenly, so that its place among them is guessed from its first bytes: a few
    /// looks into the index instead of a dozen.
    fn offset(&self, id: &oid) -> Option<u64> {
        /// Guesses before an index that is not spread evenly is halved instead.
        const MAX_GUESSES: u32 = 8;
        let key = |id: &oid| {
            let first = id.as_bytes().first_chunk();
            first.map_or(0, |bytes| u128::from(u64::from_be_bytes(*bytes)))
        };
        let wanted = key(id);
        let (mut low, mut high) = (0, self.index.num_objects());
        let (mut low_key, mut high_key) = (0, 1 << 64);
        let mut n_guesses = 0;
        while low < high {
            let n = high - low;
            let share = wanted.saturating_sub(low_key) * u128::from(n);
            let guess = match share.checked_div(u128::saturating_sub(high_key, low_key)) {
                Some(guess) if n_guesses < MAX_GUESSES => u32::try_from(guess).unwrap_or(n),
                _ => n / 2,
            };
            let at = low + guess.min(n - 1);
            n_guesses += 1;
            let found = self.index.oid_at_index(at);
            match found.cmp(id) {
                std::cmp::Ordering::Equal => return Some(self.index.pack_offset_at_index(at)),
                std::cmp::Ordering::Less => (low, low_key) = (at + 1, key(found)),
                std::cmp::Ordering::Greater => (high, high_key) = (at, key(found)),
            }
        }
        None
    }
}

/// The packs of a repository, shared by all threads.
pub(super) struct Packs {
    opened: Vec<Pack>,
    /// `core.bigFileThreshold`: git takes larger files for binary without reading them.
    pub(super) big_file: u64,
    repository: gix::ThreadSafeRepository,
}

impl Packs {
    /// Opens every pack that can be opened; the others are left to gix's lookup.
    pub(super) fn open(repository: &gix::Repository) -> Self {
        let hash = repository.object_hash();
        let mut paths = Vec::new();
        for record in repository
            .objects
            .store_ref()
            .structure()
            .unwrap_or_default()
        {
            match record {
                gix::odb::store::structure::Record::Index { path, .. } => paths.push(path),
                gix::odb::store::structure::Record::MultiIndex { path, .. } => {
                    if let Ok(file) = gix::odb::pack::multi_index::File::at(&path, None) {
                        paths.extend(
                            file.index_names()
                                .iter()
                                .map(|name| path.with_file_name(name)),
                        );
                    }
                }
                _ => {}
            }
        }
        paths.sort();
        paths.dedup();
        let opened = paths
            .iter()
            .filter_map(|path| {
                let index = index::File::at(path, hash).ok()?;
                let data = data::File::at(path.with_extension("pack"), hash).ok()?;
                Some(Pack { index, data })
            })
            .collect();
        let big_file = repository
            .config_snapshot()
            .integer("core.bigFileThreshold")
            .and_then(|bytes| u64::try_from(bytes).ok());
        Self {
            opened,
            big_file: big_file.unwrap_or(BIG_FILE),
            repository: repository.clone().into_sync(),
        }
    }

    /// A reader for one thread, caching up to `cache_bytes` of decoded objects.
    pub(super) fn reader(&self, cache_bytes: usize) -> Reader<'_> {
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

/// Objects whose places a reader remembers: most are asked for twice, as what a change made and as what the next one changed.
const N_PLACES: usize = 1 << 12;

/// Reads objects; one for each thread.
pub(super) struct Reader<'a> {
    packs: &'a Packs,
    repository: gix::Repository,
    inflate: gix::zlib::Inflate,
    cache: Cache,
    scratch: Vec<u8>,
    recent_pack: usize,
    /// By the id's first bytes.
    places: Vec<Option<(ObjectId, Location)>>,
}

impl Reader<'_> {
    /// The size beyond which git takes a file for binary.
    pub(super) const fn big_file(&self) -> u64 {
        self.packs.big_file
    }

    /// Where an object lies, if a pack has it.
    pub(super) fn locate(&mut self, id: &oid) -> Option<Location> {
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

    /// The object of an id.
    pub(super) fn read(&mut self, id: &oid) -> Result<Object, Unreadable> {
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
    pub(super) fn read_at(&mut self, location: Location) -> Result<Object, Unreadable> {
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
