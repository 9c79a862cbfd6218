//! The log as bytes: a short header by which a run sees that nothing is new, then columns of small numbers, compressed.
//!
//! The bytes are a function of the log alone. A state that cannot be read in full is as good as none.

pub(super) mod log;
mod read;
mod write;
use read::{ColumnReader, commits_section, files_section, lines_section};
use write::Writer;

use self::log::Log;
use super::parallel::joined;

/// Changes whenever the bytes, or the rules that the facts in them follow, do.
const MAGIC: &[u8; 8] = b"lpgit\x00\x08\n";
const KEY_BYTES: usize = 20;

/// Magic, the key of what the log depends on, the key of what is current, whether anything could not be read.
pub(super) const HEADER_BYTES: usize = MAGIC.len() + 2 * KEY_BYTES + 1;

/// What a state was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Of options and of files outside history that the log depends on: a log can only be continued under the same key.
    pub(super) basis: [u8; KEY_BYTES],
    /// Of refs and of options: nothing is new under the same key.
    pub(super) current: [u8; KEY_BYTES],
    /// Whether every object that was asked for was there and whole: else what is missing is looked for again.
    pub(super) is_whole: bool,
}

impl Header {
    /// The header of a state; `None` for bytes that are no state of this version.
    pub(super) fn read(state: &[u8]) -> Option<Self> {
        let rest = state.strip_prefix(MAGIC.as_slice())?;
        let (basis, rest) = rest.split_first_chunk()?;
        let (current, rest) = rest.split_first_chunk()?;
        Some(Self {
            basis: *basis,
            current: *current,
            is_whole: *rest.first()? == 1,
        })
    }
}

/// A key of a text.
pub(super) fn key(text: &str) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    let mut digest = <sha2::Sha256 as sha2::Digest>::new();
    sha2::Digest::update(&mut digest, text.as_bytes());
    for (slot, byte) in key.iter_mut().zip(sha2::Digest::finalize(digest)) {
        *slot = byte;
    }
    key
}

/// A log as bytes that are not packed yet: sections that are written, packed, unpacked and read side by side.
pub(super) struct Sections([Vec<u8>; 3]);

impl Sections {
    /// Of a log.
    pub(super) fn of(log: &Log) -> Self {
        let section = |fill: fn(&mut Writer, &Log)| {
            let mut out = Writer::default();
            fill(&mut out, log);
            out.bytes
        };
        Self(std::thread::scope(|scope| {
            let people = scope.spawn(|| section(Writer::commits));
            let files = scope.spawn(|| section(Writer::files));
            let lines = section(Writer::lines);
            [joined(people), joined(files), lines]
        }))
    }

    /// The state: each section behind its length and its packed length.
    pub(super) fn pack(&self, header: &Header) -> Vec<u8> {
        // Level 1: the state is read and written by every run.
        let packed = |section: &[u8]| zstd::bulk::compress(section, 1).unwrap_or_default();
        let Self([people, files, lines]) = self;
        let sections = std::thread::scope(|scope| {
            let packed_people = scope.spawn(|| packed(people));
            let packed_files = scope.spawn(|| packed(files));
            let packed_lines = packed(lines);
            [
                (people.len(), joined(packed_people)),
                (files.len(), joined(packed_files)),
                (lines.len(), packed_lines),
            ]
        });
        let n_bytes: usize = sections.iter().map(|(_, packed)| packed.len() + 16).sum();
        let mut state = Vec::with_capacity(HEADER_BYTES + n_bytes);
        state.extend_from_slice(MAGIC);
        state.extend_from_slice(&header.basis);
        state.extend_from_slice(&header.current);
        state.push(u8::from(header.is_whole));
        for (length, packed) in sections {
            state.extend_from_slice(&(length as u64).to_le_bytes());
            state.extend_from_slice(&(packed.len() as u64).to_le_bytes());
            state.extend_from_slice(&packed);
        }
        state
    }
}

/// The log of a state; `None` where the bytes are damaged.
pub(super) fn read(state: &[u8]) -> Option<Log> {
    let mut rest = state.get(HEADER_BYTES..)?;
    let (people, files, lines) = (
        Section::next(&mut rest)?,
        Section::next(&mut rest)?,
        Section::next(&mut rest)?,
    );
    if !rest.is_empty() {
        return None;
    }
    let (people, files, lines) = std::thread::scope(|scope| {
        let people = scope.spawn(|| people.read(commits_section));
        let files = scope.spawn(|| files.read(files_section));
        let lines = lines.read(lines_section);
        Some((joined(people)?, joined(files)?, lines?))
    })?;
    Some(Log {
        commits: people.commits,
        parents: people.parents,
        n_default: people.n_default,
        signatures: people.signatures,
        paths: people.paths,
        changes: files.changes,
        blobs: files.blobs,
        merges: files.merges,
        taken: files.taken,
        quarters: lines.quarters,
        ownership: lines.ownership,
        lives: lines.lives,
        versions: lines.versions,
        gaps: lines.gaps,
    })
}

/// A packed part of a state.
struct Section<'a> {
    length: u64,
    packed: &'a [u8],
}

impl<'a> Section<'a> {
    fn next(rest: &mut &'a [u8]) -> Option<Self> {
        let (length, after) = rest.split_first_chunk::<8>()?;
        let (n_packed, after) = after.split_first_chunk::<8>()?;
        let n_packed = usize::try_from(u64::from_le_bytes(*n_packed)).ok()?;
        let (packed, after) = after.split_at_checked(n_packed)?;
        *rest = after;
        Some(Self {
            length: u64::from_le_bytes(*length),
            packed,
        })
    }

    fn read<T>(&self, each: impl FnOnce(&mut ColumnReader<'_>) -> Option<T>) -> Option<T> {
        /// No log of a repository that fits a machine is larger.
        const MAX_BYTES: u64 = 16 << 30;
        // A damaged length must not make us ask for more memory than the content can need.
        if self.length > MAX_BYTES || self.length / 4096 > self.packed.len() as u64 {
            return None;
        }
        let bytes = zstd::bulk::decompress(self.packed, usize::try_from(self.length).ok()?).ok()?;
        let mut reader = ColumnReader { rest: &bytes };
        let found = each(&mut reader)?;
        reader.rest.is_empty().then_some(found)
    }
}
