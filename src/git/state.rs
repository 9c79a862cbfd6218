//! The log as bytes: a short header by which a run sees that nothing is new, then columns of small numbers, compressed.
//!
//! The bytes are a function of the log alone. A state that cannot be read in full is as good as none.

use std::sync::Arc;

use crate::domain::{ChangeKind, CommitId};

use super::log::{Log, LogChange, LogCommit, LogGap, LogMerge, LogOwnership, LogVersion, NONE};
use super::parallel::joined;
use super::tree::Mode;

/// Changes whenever the bytes, or the rules that the facts in them follow, do.
const MAGIC: &[u8; 8] = b"lpgit\x00\x02\n";
const KEY_BYTES: usize = 20;

/// Magic, the key of what the log depends on, the key of what is current.
pub(super) const HEADER_BYTES: usize = MAGIC.len() + 2 * KEY_BYTES;

/// What a state was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Of options and of files outside history that the log depends on: a log can only be continued under the same key.
    pub(super) basis: [u8; KEY_BYTES],
    /// Of refs and of options: nothing is new under the same key.
    pub(super) current: [u8; KEY_BYTES],
}

impl Header {
    /// The header of a state; `None` for bytes that are no state of this version.
    pub(super) fn read(state: &[u8]) -> Option<Self> {
        let rest = state.strip_prefix(MAGIC.as_slice())?;
        let (basis, rest) = rest.split_first_chunk()?;
        let (current, _) = rest.split_first_chunk()?;
        Some(Self {
            basis: *basis,
            current: *current,
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
        quarters: lines.quarters,
        ownership: lines.ownership,
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

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

impl Writer {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push((number & 0x7f) as u8);
    }

    fn signed(&mut self, number: i64) {
        self.number(zigzag(number));
    }

    /// [`NONE`] is the shortest.
    fn optional(&mut self, number: u32) {
        self.number(u64::from(number.wrapping_add(1)));
    }

    fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    fn id(&mut self, id: &CommitId) {
        self.bytes
            .push(u8::try_from(id.as_bytes().len()).unwrap_or(0));
        self.bytes.extend_from_slice(id.as_bytes());
    }

    fn optional_id(&mut self, id: Option<&CommitId>) {
        match id {
            Some(id) => self.id(id),
            None => self.bytes.push(0),
        }
    }

    fn column<T>(&mut self, rows: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.length(rows.len());
        for row in rows {
            each(self, row);
        }
    }

    fn gaps(&mut self, gaps: &[LogGap]) {
        self.column(gaps, |out, gap| {
            for text in [&gap.kind, &gap.subject, &gap.reason] {
                out.blob(text.as_bytes());
            }
        });
    }

    fn commits(&mut self, log: &Log) {
        let commits = &log.commits;
        self.column(commits, |out, commit| out.id(&commit.id));
        let mut parents = log.parents.iter();
        for (place, commit) in (0_u32..).zip(commits) {
            self.column(&commit.parents, |out, parent| {
                if let Some(&at) = parents.next().filter(|&&at| at < place) {
                    out.number(u64::from(place - at));
                } else {
                    out.number(0);
                    out.id(parent);
                }
            });
        }
        for commit in commits {
            self.number(u64::from(commit.author));
        }
        for commit in commits {
            self.number(u64::from(commit.committer));
        }
        let mut last = 0_i64;
        for commit in commits {
            self.signed(commit.committed.wrapping_sub(last));
            last = commit.committed;
        }
        for commit in commits {
            self.signed(commit.authored.wrapping_sub(commit.committed));
        }
        for commit in commits {
            self.signed(i64::from(commit.author_offset));
        }
        for commit in commits {
            self.signed(i64::from(commit.committer_offset));
        }
        for commit in commits {
            self.column(&commit.co_authors, |out, person| {
                out.number(u64::from(*person));
            });
        }
        for commit in commits {
            self.number(
                commit
                    .pull_request
                    .map_or(0, |number| number.wrapping_add(1)),
            );
        }
        for commit in commits {
            self.optional_id(commit.reverts.as_ref());
        }
        for commit in commits {
            self.optional_id(commit.cherry_picked_from.as_ref());
        }
        for commit in commits {
            self.number(u64::from(commit.is_diffed));
        }
        for commit in commits {
            self.gaps(&commit.gaps);
        }
        for commit in commits {
            self.blob(commit.subject.as_bytes());
        }
        self.number(u64::from(log.n_default));
        self.column(&log.signatures, |out, (name, email)| {
            out.blob(name.as_bytes());
            out.blob(email.as_bytes());
        });
        self.column(&log.paths, |out, path| out.blob(path));
    }

    fn files(&mut self, log: &Log) {
        self.changes(&log.changes);
        self.column(&log.blobs, Self::id);
        self.merges(&log.merges);
    }

    fn lines(&mut self, log: &Log) {
        self.column(&log.quarters, |out, (end, at)| {
            out.signed(*end);
            out.number(u64::from(*at));
        });
        self.ownership(&log.ownership);
        self.versions(&log.versions);
        self.gaps(&log.gaps);
    }

    fn changes(&mut self, changes: &[LogChange]) {
        let mut last = 0;
        self.column(changes, |out, change| {
            out.number(u64::from(change.commit - last));
            last = change.commit;
        });
        for change in changes {
            self.number(u64::from(change.path));
        }
        for change in changes {
            self.optional(change.previous);
        }
        for change in changes {
            let kind = match change.kind {
                ChangeKind::Added => 0,
                ChangeKind::Modified => 1,
                ChangeKind::Deleted => 2,
                ChangeKind::Renamed => 3,
            };
            self.bytes.push(
                kind | u8::from(change.is_binary) << 2
                    | change.before_mode.code() << 3
                    | change.after_mode.code() << 5,
            );
        }
        for change in changes {
            self.optional(change.added);
        }
        for change in changes {
            self.optional(change.deleted);
        }
        // Contents are numbered by first sight, and most are seen for the first time.
        let mut next = 0;
        for change in changes {
            for blob in [change.before, change.after] {
                if blob == NONE {
                    self.number(0);
                } else {
                    self.number(u64::from(next - blob.min(next)) + 1);
                    next = next.max(blob + 1);
                }
            }
        }
    }

    fn merges(&mut self, merges: &[LogMerge]) {
        self.column(merges, |out, merge| {
            for number in [merge.commit, merge.path, merge.after] {
                out.number(u64::from(number));
            }
            out.bytes.push(merge.after_mode.code());
            out.column(&merge.parents, |out, (path, blob, mode)| {
                out.number(u64::from(*path));
                out.number(u64::from(*blob));
                out.bytes.push(mode.code());
            });
        });
    }

    fn ownership(&mut self, rows: &[LogOwnership]) {
        // Most numbers are small: two bytes for the place, one or two for each of the others.
        self.bytes.reserve(rows.len() * 5);
        let mut last = (0, 0);
        self.column(rows, |out, row| {
            // Sorted by quarter, then path: the first number is 0 for most rows.
            out.number(u64::from(row.quarter - last.0));
            if row.quarter != last.0 {
                last.1 = 0;
            }
            out.number(u64::from(row.path - last.1));
            last = (row.quarter, row.path);
        });
        for row in rows {
            self.number(u64::from(row.owner));
        }
        for row in rows {
            self.number(u64::from(row.lines));
        }
    }

    fn versions(&mut self, versions: &[LogVersion]) {
        self.column(versions, |out, version| out.number(u64::from(version.path)));
        for version in versions {
            self.number(u64::from(version.blob));
        }
        for version in versions {
            self.number(u64::from(version.made_by));
            self.optional(version.used_by);
            self.number(u64::from(version.is_in_tip));
        }
        for version in versions {
            self.column(&version.runs, |out, (lines, owner)| {
                out.number(u64::from(*lines));
                out.optional(*owner);
            });
        }
    }
}

struct ColumnReader<'a> {
    rest: &'a [u8],
}

impl<'a> ColumnReader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        Some(unzigzag(self.number()?))
    }

    fn optional(&mut self) -> Option<u32> {
        Some(self.small()?.wrapping_sub(1))
    }

    fn blob(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.blob()?.to_vec()).ok()
    }

    fn id(&mut self) -> Option<CommitId> {
        let length = usize::from(self.byte()?);
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        CommitId::from_bytes(bytes)
    }

    fn optional_id(&mut self, slot: &mut Option<CommitId>) -> Option<()> {
        if self.rest.first() == Some(&0) {
            self.byte()?;
        } else {
            *slot = Some(self.id()?);
        }
        Some(())
    }

    /// A length that the rest can hold: every row takes at least a byte.
    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?)
            .ok()
            .filter(|&length| length <= self.rest.len())
    }

    fn column<T>(&mut self, mut each: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = self.length()?;
        self.rows(length, &mut each)
    }

    fn rows<T>(
        &mut self,
        n: usize,
        each: &mut dyn FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut rows = Vec::with_capacity(n);
        for _ in 0..n {
            rows.push(each(self)?);
        }
        Some(rows)
    }

    fn gaps(&mut self) -> Option<Vec<LogGap>> {
        self.column(|rest| {
            Some(LogGap {
                kind: rest.text()?,
                subject: rest.text()?,
                reason: rest.text()?,
            })
        })
    }

    /// Commits, and the places of their parents.
    fn commits(&mut self) -> Option<(Vec<LogCommit>, Vec<u32>)> {
        let ids = self.column(Self::id)?;
        let mut commits = Vec::with_capacity(ids.len());
        let mut places = Vec::with_capacity(ids.len());
        for (place, id) in (0_u32..).zip(&ids) {
            let parents = self.column(|rest| match rest.small()? {
                0 => {
                    places.push(NONE);
                    rest.id()
                }
                back => {
                    let at = place.checked_sub(back)?;
                    places.push(at);
                    ids.get(at as usize).copied()
                }
            })?;
            commits.push(LogCommit {
                id: *id,
                parents,
                author: 0,
                committer: 0,
                authored: 0,
                committed: 0,
                author_offset: 0,
                committer_offset: 0,
                co_authors: Vec::new(),
                subject: String::new(),
                pull_request: None,
                reverts: None,
                cherry_picked_from: None,
                is_diffed: false,
                gaps: Vec::new(),
            });
        }
        let mut each =
            |fill: &mut dyn FnMut(&mut Self, &mut LogCommit) -> Option<()>| -> Option<()> {
                commits.iter_mut().try_for_each(|commit| fill(self, commit))
            };
        each(&mut |rest, commit| rest.small().map(|author| commit.author = author))?;
        each(&mut |rest, commit| rest.small().map(|committer| commit.committer = committer))?;
        let mut last = 0_i64;
        each(&mut |rest, commit| {
            last = last.wrapping_add(rest.signed()?);
            commit.committed = last;
            Some(())
        })?;
        each(&mut |rest, commit| {
            rest.signed()
                .map(|delta| commit.authored = delta.wrapping_add(commit.committed))
        })?;
        each(&mut |rest, commit| {
            i32::try_from(rest.signed()?)
                .ok()
                .map(|offset| commit.author_offset = offset)
        })?;
        each(&mut |rest, commit| {
            i32::try_from(rest.signed()?)
                .ok()
                .map(|offset| commit.committer_offset = offset)
        })?;
        each(&mut |rest, commit| {
            rest.column(Self::small)
                .map(|people| commit.co_authors = people)
        })?;
        each(&mut |rest, commit| {
            rest.number()
                .map(|number| commit.pull_request = number.checked_sub(1))
        })?;
        each(&mut |rest, commit| rest.optional_id(&mut commit.reverts))?;
        each(&mut |rest, commit| rest.optional_id(&mut commit.cherry_picked_from))?;
        each(&mut |rest, commit| rest.number().map(|flag| commit.is_diffed = flag != 0))?;
        each(&mut |rest, commit| rest.gaps().map(|gaps| commit.gaps = gaps))?;
        each(&mut |rest, commit| rest.text().map(|subject| commit.subject = subject))?;
        Some((commits, places))
    }

    fn changes(&mut self) -> Option<Vec<LogChange>> {
        let mut last = 0_u32;
        let mut changes = self.column(|rest| {
            last = last.checked_add(rest.small()?)?;
            Some(LogChange {
                commit: last,
                path: 0,
                previous: NONE,
                kind: ChangeKind::Modified,
                added: NONE,
                deleted: NONE,
                is_binary: false,
                before: NONE,
                before_mode: Mode::File,
                after: NONE,
                after_mode: Mode::File,
            })
        })?;
        let mut each =
            |fill: &mut dyn FnMut(&mut Self, &mut LogChange) -> Option<()>| -> Option<()> {
                changes.iter_mut().try_for_each(|change| fill(self, change))
            };
        each(&mut |rest, change| rest.small().map(|path| change.path = path))?;
        each(&mut |rest, change| rest.optional().map(|previous| change.previous = previous))?;
        each(&mut |rest, change| {
            let flags = rest.byte()?;
            change.kind = match flags & 3 {
                0 => ChangeKind::Added,
                1 => ChangeKind::Modified,
                2 => ChangeKind::Deleted,
                _ => ChangeKind::Renamed,
            };
            change.is_binary = flags & 4 != 0;
            change.before_mode = Mode::of_code(flags >> 3 & 3);
            change.after_mode = Mode::of_code(flags >> 5 & 3);
            Some(())
        })?;
        each(&mut |rest, change| rest.optional().map(|added| change.added = added))?;
        each(&mut |rest, change| rest.optional().map(|deleted| change.deleted = deleted))?;
        let mut next = 0_u32;
        each(&mut |rest, change| {
            for slot in [&mut change.before, &mut change.after] {
                if let Some(back) = rest.small()?.checked_sub(1) {
                    let blob = next.checked_sub(back)?;
                    next = next.max(blob.checked_add(1)?);
                    *slot = blob;
                }
            }
            Some(())
        })?;
        Some(changes)
    }

    fn merges(&mut self) -> Option<Vec<LogMerge>> {
        self.column(|rest| {
            Some(LogMerge {
                commit: rest.small()?,
                path: rest.small()?,
                after: rest.small()?,
                after_mode: Mode::of_code(rest.byte()?),
                parents: rest.column(|rest| {
                    Some((rest.small()?, rest.small()?, Mode::of_code(rest.byte()?)))
                })?,
            })
        })
    }

    fn ownership(&mut self) -> Option<Vec<LogOwnership>> {
        let mut last = (0_u32, 0_u32);
        let mut rows = self.column(|rest| {
            let step = rest.small()?;
            if step != 0 {
                last = (last.0.checked_add(step)?, 0);
            }
            last.1 = last.1.checked_add(rest.small()?)?;
            Some(LogOwnership {
                quarter: last.0,
                path: last.1,
                owner: 0,
                lines: 0,
            })
        })?;
        rows.iter_mut()
            .try_for_each(|row| self.small().map(|owner| row.owner = owner))?;
        rows.iter_mut()
            .try_for_each(|row| self.small().map(|lines| row.lines = lines))?;
        Some(rows)
    }

    fn versions(&mut self) -> Option<Vec<LogVersion>> {
        let paths = self.column(Self::small)?;
        let blobs = self.rows(paths.len(), &mut Self::small)?;
        let makers = self.rows(paths.len(), &mut |rest| {
            Some((rest.small()?, rest.optional()?, rest.number()? != 0))
        })?;
        let runs = self.rows(paths.len(), &mut |rest| {
            rest.column(|rest| Some((rest.small()?, rest.optional()?)))
        })?;
        let rows = paths.into_iter().zip(blobs).zip(makers).zip(runs);
        Some(
            rows.map(
                |(((path, blob), (made_by, used_by, is_in_tip)), runs)| LogVersion {
                    path,
                    blob,
                    made_by,
                    used_by,
                    is_in_tip,
                    runs: Arc::new(runs),
                },
            )
            .collect(),
        )
    }
}

fn commits_section(rest: &mut ColumnReader<'_>) -> Option<Log> {
    let (commits, parents) = rest.commits()?;
    Some(Log {
        commits,
        parents,
        n_default: rest.small()?,
        signatures: rest.column(|rest| Some((rest.text()?, rest.text()?)))?,
        paths: rest.column(|rest| rest.blob().map(<[u8]>::to_vec))?,
        ..Log::default()
    })
}

fn files_section(rest: &mut ColumnReader<'_>) -> Option<Log> {
    Some(Log {
        changes: rest.changes()?,
        blobs: rest.column(ColumnReader::id)?,
        merges: rest.merges()?,
        ..Log::default()
    })
}

fn lines_section(rest: &mut ColumnReader<'_>) -> Option<Log> {
    Some(Log {
        quarters: rest.column(|rest| Some((rest.signed()?, rest.small()?)))?,
        ownership: rest.ownership()?,
        versions: rest.versions()?,
        gaps: rest.gaps()?,
        ..Log::default()
    })
}
