//! Decoded objects that are kept for a while, and memory that is used again.

use std::collections::HashMap;
use std::rc::Rc;

use super::hash::Mixed;
use super::object::Object;
use super::packs::Location;

/// Decoded objects in two generations: what is not asked for while the young one fills up is dropped with the old one, and
/// its memory is written to again.
pub(super) struct Cache {
    young: HashMap<u64, Object, Mixed>,
    old: HashMap<u64, Object, Mixed>,
    young_bytes: usize,
    generation_bytes: usize,
    free: Buffers,
}

impl Cache {
    /// Empty, with room for this many `bytes`.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            young: HashMap::default(),
            old: HashMap::default(),
            young_bytes: 0,
            generation_bytes: bytes / 2,
            free: Buffers::default(),
        }
    }

    /// The object at a place.
    pub(super) fn get(&mut self, at: Location) -> Option<Object> {
        if let Some(object) = self.young.get(&at.0) {
            return Some(object.clone());
        }
        let object = self.old.remove(&at.0)?;
        self.insert(at, &object);
        Some(object)
    }

    /// Keeps an object, unless it is too large.
    pub(super) fn insert(&mut self, at: Location, object: &Object) {
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

    /// Empty bytes with room for `size`.
    pub(super) fn buffer(&mut self, size: u64) -> Vec<u8> {
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

#[cfg(test)]
mod tests {
    use gix::objs::Kind;

    use super::*;

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
