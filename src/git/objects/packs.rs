//! The packs of a repository, and where objects lie in them.

use gix::odb::pack::{data, index};
use gix::oid;

/// Git's own default of `core.bigFileThreshold`.
pub(in crate::git) const BIG_FILE: u64 = 512 << 20;

/// Where an object lies: the pack in the upper 16 bits, the offset below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Location(pub(super) u64);

const OFFSET_BITS: u32 = 48;

impl Location {
    #[inline]
    pub(super) fn new(pack: usize, offset: u64) -> Option<Self> {
        let pack = u64::from(u16::try_from(pack).ok()?);
        (offset >> OFFSET_BITS == 0).then_some(Self(pack << OFFSET_BITS | offset))
    }

    #[inline]
    pub(super) fn pack(self) -> usize {
        usize::try_from(self.0 >> OFFSET_BITS).unwrap_or(usize::MAX)
    }

    #[inline]
    pub(super) const fn offset(self) -> u64 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }
}

/// A pack with its index.
pub(super) struct Pack {
    index: index::File,
    pub(super) data: data::File,
}

impl Pack {
    /// Where an object lies. Ids are spread evenly, so that its place among them is guessed from its first bytes: a few
    /// looks into the index instead of a dozen.
    #[inline]
    pub(super) fn offset(&self, id: &oid) -> Option<u64> {
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
pub(in crate::git) struct Packs {
    pub(super) opened: Vec<Pack>,
    /// `core.bigFileThreshold`: git takes larger files for binary without reading them.
    pub(in crate::git) big_file: u64,
    pub(super) repository: gix::ThreadSafeRepository,
}

impl Packs {
    /// Opens every pack that can be opened; the others are left to gix's lookup.
    pub(in crate::git) fn open(repository: &gix::Repository) -> Self {
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
}
