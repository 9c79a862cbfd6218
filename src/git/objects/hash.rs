//! Hashing of keys that need none.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use gix::ObjectId;

/// A fast hasher for keys that are numbers or already well mixed; not for hostile text.
pub(in crate::git) type Mixed = BuildHasherDefault<Mix>;

/// See [`Mixed`].
#[derive(Default)]
pub(in crate::git) struct Mix(u64);

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
pub(in crate::git) type IdMap<V> = HashMap<ObjectId, V, Mixed>;
