//! A log's columns as bytes.

use super::log::{
    Log, LogChange, LogGap, LogLife, LogMerge, LogOwnership, LogTaken, LogVersion, NONE,
};
use crate::domain::{ChangeKind, CommitId};

/// Bytes being written, column by column.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
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

    /// Commits, the people who signed them, and paths.
    pub(super) fn commits(&mut self, log: &Log) {
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
            self.column(&commit.marks, |out, line| out.blob(line.as_bytes()));
        }
        for commit in commits {
            self.number(
                commit
                    .pull_request
                    .map_or(0, |number| number.wrapping_add(1)),
            );
        }
        for commit in commits {
            self.blob(commit.reverted.as_bytes());
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

    /// Changed files, contents and merges.
    pub(super) fn files(&mut self, log: &Log) {
        self.changes(&log.changes);
        self.column(&log.blobs, Self::id);
        self.merges(&log.merges);
        self.taken(&log.taken);
    }

    /// Owners of lines: at quarters' ends, and by version.
    pub(super) fn lines(&mut self, log: &Log) {
        self.column(&log.quarters, |out, (end, at)| {
            out.signed(*end);
            out.number(u64::from(*at));
        });
        self.ownership(&log.ownership);
        self.lives(&log.lives);
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
            out.column(&merge.parents, |out, parent| {
                for number in [parent.number, parent.path, parent.blob] {
                    out.number(u64::from(number));
                }
                out.bytes.push(parent.mode.code());
            });
        });
    }

    fn taken(&mut self, taken: &[LogTaken]) {
        let mut last = 0;
        self.column(taken, |out, row| {
            out.number(u64::from(row.commit - last));
            last = row.commit;
        });
        for row in taken {
            self.number(u64::from(row.path));
        }
        for row in taken {
            self.optional(row.parent);
        }
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

    fn lives(&mut self, rows: &[LogLife]) {
        let mut last = 0;
        self.column(rows, |out, row| {
            out.number(u64::from(row.step - last));
            last = row.step;
        });
        for row in rows {
            self.number(u64::from(row.birth));
        }
        for row in rows {
            self.signed(i64::from(row.entered) - i64::from(row.left));
        }
        for row in rows.iter().filter(|row| row.left > 0) {
            self.number(u64::from(row.moved));
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
