//! Reading objects fast: straight from the packs, with a byte-bounded cache of decoded objects keyed by pack offset.
//!
//! Neighbouring versions of one file lie on one delta chain, so decoding the oldest of them leaves the newer ones in the
//! cache. What is in no pack (loose objects, objects of a partial clone that were never fetched) goes through gix's own
//! lookup. Replacement objects are not followed: history is read as it was recorded.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use gix::objs::Kind;
use gix::odb::pack::{data, index};
use gix::{ObjectId, oid};

/// Objects larger than this are not decoded: the same reason as git's own `core.bigFileThreshold`, with a bound that keeps
/// memory small.
pub(super) const MAX_OBJECT_BYTES: u64 = 64 << 20;

/// Why an object could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unreadable {
    /// It is in no pack and no loose file: a partial or a damaged clone.
    Missing,
    /// It is there and cannot be decoded.
    Corrupt,
    /// It is larger than the bound.
    TooLarge,
}

impl Unreadable {
    /// The gap's reason.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing_object",
            Self::Corrupt => "corrupt_object",
            Self::TooLarge => "too_large",
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
    packs: Vec<Pack>,
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
        let packs = paths
            .iter()
            .filter_map(|path| {
                let index = index::File::at(path, hash).ok()?;
                let data = data::File::at(path.with_extension("pack"), hash).ok()?;
                Some(Pack { index, data })
            })
            .collect();
        Self {
            packs,
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
        let packs = &self.packs.packs;
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
            return Err(Unreadable::TooLarge);
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

    /// The object at a place in a pack.
    pub(super) fn read_at(&mut self, location: Location) -> Result<Object, Unreadable> {
        if let Some(object) = self.cache.get(location) {
            return Ok(object);
        }
        let data = &self
            .packs
            .packs
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
                return Err(Unreadable::TooLarge);
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

/// A base object changed as a delta says: sizes of base and result, then copy and insert instructions.
///
/// `buffer` gives the empty bytes to write to.
fn apply_delta(
    base: &[u8],
    delta: &[u8],
    buffer: impl FnOnce(u64) -> Vec<u8>,
) -> Result<Vec<u8>, Unreadable> {
    let mut rest = delta;
    let base_size = size_prefix(&mut rest)?;
    let result_size = size_prefix(&mut rest)?;
    if base_size != base.len() as u64 {
        return Err(Unreadable::Corrupt);
    }
    if result_size > MAX_OBJECT_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let mut out = buffer(result_size);
    let result_size = usize::try_from(result_size).map_err(|_| Unreadable::TooLarge)?;
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        if command & 0x80 == 0 {
            let (literal, after) = rest
                .split_at_checked(usize::from(command))
                .ok_or(Unreadable::Corrupt)?;
            if command == 0 {
                return Err(Unreadable::Corrupt);
            }
            out.extend_from_slice(literal);
            rest = after;
        } else {
            let mut number = |bits: u8| {
                let mut value = 0_usize;
                for at in 0..8 {
                    if bits & (1 << at) != 0 {
                        let (&byte, after) = rest.split_first()?;
                        value |= usize::from(byte) << (8 * at);
                        rest = after;
                    }
                }
                Some(value)
            };
            let offset = number(command & 0x0f).ok_or(Unreadable::Corrupt)?;
            let size = number(command >> 4 & 0x07).ok_or(Unreadable::Corrupt)?;
            let size = if size == 0 { 0x10000 } else { size };
            let copied = base.get(offset..offset + size).ok_or(Unreadable::Corrupt)?;
            out.extend_from_slice(copied);
        }
        if out.len() > result_size {
            return Err(Unreadable::Corrupt);
        }
    }
    if out.len() == result_size {
        Ok(out)
    } else {
        Err(Unreadable::Corrupt)
    }
}

fn size_prefix(rest: &mut &[u8]) -> Result<u64, Unreadable> {
    let mut size = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(Unreadable::Corrupt)?;
        *rest = after;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err(Unreadable::Corrupt)
}

/// Decoded objects in two generations: what is not asked for while the young one fills up is dropped with the old one, and
/// its memory is written to again.
struct Cache {
    young: HashMap<u64, Object, Mixed>,
    old: HashMap<u64, Object, Mixed>,
    young_bytes: usize,
    generation_bytes: usize,
    free: Buffers,
}

impl Cache {
    fn new(bytes: usize) -> Self {
        Self {
            young: HashMap::default(),
            old: HashMap::default(),
            young_bytes: 0,
            generation_bytes: bytes / 2,
            free: Buffers::default(),
        }
    }

    fn get(&mut self, at: Location) -> Option<Object> {
        if let Some(object) = self.young.get(&at.0) {
            return Some(object.clone());
        }
        let object = self.old.remove(&at.0)?;
        self.insert(at, &object);
        Some(object)
    }

    fn insert(&mut self, at: Location, object: &Object) {
        let size = object.bytes.capacity() + 64;
        if size > self.generation_bytes {
            return;
        }
        if self.young_bytes + size > self.generation_bytes {
            std::mem::swap(&mut self.young, &mut self.old);
            self.free.clear();
            for (_, object) in self.young.drain() {
                if let Some(bytes) = Rc::into_inner(object.bytes) {
                    self.free.put(bytes);
                }
            }
            self.young_bytes = 0;
        }
        self.young_bytes += size;
        self.young.insert(at.0, object.clone());
    }

    /// Empty bytes with room for so many.
    fn buffer(&mut self, size: u64) -> Vec<u8> {
        usize::try_from(size).map_or_else(|_| Vec::new(), |size| self.free.take(size))
    }
}

/// Bytes that are not in use, by size: asking the allocator for tens of kilobytes for every object takes a tenth of the time.
#[derive(Default)]
struct Buffers {
    /// By [`Buffers::class`].
    by_class: Vec<Vec<Vec<u8>>>,
}

impl Buffers {
    /// Smaller ones are the allocator's own speciality.
    const SMALLEST: usize = 64;

    /// The class of a size, and the size of all of its class: four classes between a power of two and the next.
    fn class(size: usize) -> (usize, usize) {
        let power = size.max(Self::SMALLEST).ilog2();
        let step = 1_usize << (power - 2);
        let steps = size.max(Self::SMALLEST).div_ceil(step);
        (power as usize * 4 + steps, steps * step)
    }

    fn take(&mut self, size: usize) -> Vec<u8> {
        if size < Self::SMALLEST {
            return Vec::with_capacity(size);
        }
        let (class, capacity) = Self::class(size);
        self.by_class
            .get_mut(class)
            .and_then(Vec::pop)
            .unwrap_or_else(|| Vec::with_capacity(capacity))
    }

    fn put(&mut self, mut bytes: Vec<u8>) {
        let (class, capacity) = Self::class(bytes.capacity());
        if bytes.capacity() != capacity || capacity == Self::SMALLEST {
            return;
        }
        if self.by_class.len() <= class {
            self.by_class.resize_with(class + 1, Vec::new);
        }
        bytes.clear();
        if let Some(buffers) = self.by_class.get_mut(class) {
            buffers.push(bytes);
        }
    }

    fn clear(&mut self) {
        for buffers in &mut self.by_class {
            buffers.clear();
        }
    }
}

/// A fast hasher for keys that are numbers or already well mixed; not for hostile text.
pub(super) type Mixed = BuildHasherDefault<Mix>;

/// See [`Mixed`].
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (slot, byte) in word.iter_mut().zip(chunk) {
                *slot = *byte;
            }
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 29;
    }
}

/// An object id as the key of a map.
pub(super) type IdMap<V> = HashMap<ObjectId, V, Mixed>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_copies_and_inserts() {
        let check = |base: &[u8], delta: &[u8], expected: Result<&[u8], Unreadable>| {
            assert_eq!(
                apply_delta(base, delta, |_| Vec::new()),
                expected.map(<[u8]>::to_vec),
                "{delta:?}"
            );
        };
        check(
            b"hello world",
            &[11, 7, 0x90, 5, 2, b'!', b'?'],
            Ok(b"hello!?"),
        );
        check(b"abc", &[3, 2, 0x91, 1, 2], Ok(b"bc"));
        check(b"abc", &[3, 2, 0x91, 2, 2], Err(Unreadable::Corrupt));
        check(b"abc", &[4, 2, 0x90, 2], Err(Unreadable::Corrupt));
        check(b"abc", &[3, 9, 0x90, 2], Err(Unreadable::Corrupt));
        check(b"abc", &[3, 1, 0], Err(Unreadable::Corrupt));
        check(b"abc", &[3], Err(Unreadable::Corrupt));
        check(
            b"abc",
            &[3, 0xff, 0xff, 0xff, 0xff, 0x0f, 1],
            Err(Unreadable::TooLarge),
        );
    }

    #[test]
    fn the_cache_stays_within_its_bound() {
        let mut cache = Cache::new(10_000);
        let object = Object {
            kind: Kind::Blob,
            bytes: Rc::new(vec![0; 1000]),
        };
        for offset in 0..100 {
            cache.insert(Location(offset), &object);
            assert!(cache.get(Location(offset)).is_some());
        }
        assert!(cache.young.len() + cache.old.len() <= 10);
        assert!(cache.get(Location(99)).is_some() && cache.get(Location(1)).is_none());
    }
}
