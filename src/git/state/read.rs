//! A log's columns from bytes; `None` wherever they are damaged.

use std::sync::Arc;

use super::log::{
    Log, LogChange, LogCommit, LogGap, LogLife, LogMerge, LogOwnership, LogParent, LogTaken,
    LogVersion, NONE,
};
use crate::domain::{ChangeKind, CommitId};
use crate::git::objects::tree::Mode;

/// Bytes being read, column by column.
pub(super) struct ColumnReader<'a> {
    pub(super) rest: &'a [u8],
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
                marks: Vec::new(),
                subject: String::new(),
                pull_request: None,
                reverted: String::new(),
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
        each(&mut |rest, commit| rest.column(Self::text).map(|marks| commit.marks = marks))?;
        each(&mut |rest, commit| {
            rest.number()
                .map(|number| commit.pull_request = number.checked_sub(1))
        })?;
        each(&mut |rest, commit| rest.text().map(|text| commit.reverted = text))?;
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
                    Some(LogParent {
                        number: rest.small()?,
                        path: rest.small()?,
                        blob: rest.small()?,
                        mode: Mode::of_code(rest.byte()?),
                    })
                })?,
            })
        })
    }

    fn taken(&mut self) -> Option<Vec<LogTaken>> {
        let mut last = 0_u32;
        let mut taken = self.column(|rest| {
            last = last.checked_add(rest.small()?)?;
            Some(LogTaken {
                commit: last,
                path: 0,
                parent: 0,
            })
        })?;
        taken
            .iter_mut()
            .try_for_each(|row| self.small().map(|path| row.path = path))?;
        taken
            .iter_mut()
            .try_for_each(|row| self.optional().map(|parent| row.parent = parent))?;
        Some(taken)
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

    fn lives(&mut self) -> Option<Vec<LogLife>> {
        let mut last = 0_u32;
        let mut rows = self.column(|rest| {
            last = last.checked_add(rest.small()?)?;
            Some(LogLife {
                step: last,
                birth: 0,
                entered: 0,
                left: 0,
                moved: 0,
            })
        })?;
        rows.iter_mut()
            .try_for_each(|row| self.small().map(|birth| row.birth = birth))?;
        for row in &mut rows {
            let lines = self.signed()?;
            row.entered = u32::try_from(lines.max(0)).ok()?;
            row.left = u32::try_from(lines.min(0).unsigned_abs()).ok()?;
        }
        rows.iter_mut()
            .filter(|row| row.left > 0)
            .try_for_each(|row| self.small().map(|moved| row.moved = moved))?;
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

/// See [`super::write::Writer::commits`].
pub(super) fn commits_section(rest: &mut ColumnReader<'_>) -> Option<Log> {
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

/// See [`super::write::Writer::files`].
pub(super) fn files_section(rest: &mut ColumnReader<'_>) -> Option<Log> {
    Some(Log {
        changes: rest.changes()?,
        blobs: rest.column(ColumnReader::id)?,
        merges: rest.merges()?,
        taken: rest.taken()?,
        ..Log::default()
    })
}

/// See [`super::write::Writer::lines`].
pub(super) fn lines_section(rest: &mut ColumnReader<'_>) -> Option<Log> {
    Some(Log {
        quarters: rest.column(|rest| Some((rest.signed()?, rest.small()?)))?,
        ownership: rest.ownership()?,
        lives: rest.lives()?,
        versions: rest.versions()?,
        gaps: rest.gaps()?,
        ..Log::default()
    })
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}
