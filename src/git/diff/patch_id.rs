//! Patch-ids: one number for what a change does, the same wherever it was applied.
//!
//! Equal to `git diff-tree -p --full-index BASE COMMIT | git patch-id --stable` (renames not looked for): a commit that was
//! cherry-picked, rebased or squashed onto other lines of history keeps its patch-id as long as the changed lines and the three
//! lines around them are the same. The text of the difference is never made; what git hashes of it is hashed as it comes.

use std::path::Path;

use gix::ObjectId;

use super::lines::{LineDiffer, Wanted};
use super::slide::{Lines, slide};
use super::trees::{Differ, Difference};
use crate::domain::{CommitId, PatchId};
use crate::git::Error;
use crate::git::clone::open;
use crate::git::objects::commit;
use crate::git::objects::content::{content, is_binary};
use crate::git::objects::id::object_id;
use crate::git::objects::packs::Packs;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::{Mode, Side};
use crate::git::parallel::over_chunks;

/// Common lines shown on each side of a change.
const CONTEXT: usize = 3;
/// Decoded objects that a thread keeps.
const CACHE: usize = 16 << 20;

/// A change whose patch-id is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Patch {
    /// The commit after it.
    pub commit: CommitId,
    /// The commit before it; `None`: the commit's first parent, or nothing for a root commit.
    pub base: Option<CommitId>,
}

/// The patch-ids of many changes at once, in their order.
///
/// `None` for a change that does nothing, for a merge without a named base, and where the repository lacks the commit or one of
/// the contents.
pub fn patch_ids(
    repository: &Path,
    patches: &[Patch],
    threads: Option<usize>,
) -> Result<Vec<Option<PatchId>>, Error> {
    let repository = open::open(repository)?;
    let hash = repository.object_hash();
    let packs = Packs::open(&repository);
    let threads = threads.unwrap_or_else(crate::git::parallel::cores);
    Ok(over_chunks(
        threads,
        patches.len(),
        || (packs.reader(CACHE), packs.reader(CACHE), LineDiffer::new()),
        |(trees, contents, differ), at| {
            let patch = patches.get(at)?;
            let (before, after) = trees_of(contents, patch)?;
            let mut tree_differ = Differ::new(trees, hash);
            tree_differ.compare(before.as_deref(), Some(&after));
            if !tree_differ.holes.is_empty() {
                return None;
            }
            let mut sum = Sum::new(hash);
            for difference in std::mem::take(&mut tree_differ.differences) {
                sum.difference(&difference, contents, differ)?;
            }
            sum.finish()
        },
    ))
}

/// The trees before and after.
fn trees_of(reader: &mut Reader<'_>, patch: &Patch) -> Option<(Option<ObjectId>, ObjectId)> {
    let mut read = |id: &ObjectId| commit::parse(&reader.read(id).ok()?.bytes);
    let after = read(&object_id(&patch.commit)?)?;
    let base = match (patch.base, after.parents.as_slice()) {
        (Some(base), _) => Some(object_id(&base)?),
        (None, []) => None,
        (None, [parent]) => Some(*parent),
        (None, _) => return None,
    };
    let before = match base {
        Some(base) => Some(read(&base)?.tree),
        None => None,
    };
    Some((before, after.tree))
}

/// What `git patch-id` has read so far.
struct Sum {
    hash: gix::hash::Kind,
    /// Of the part that is being read: a file, or several where git does not tell them apart.
    part: gix::hash::Hasher,
    total: Vec<u8>,
    is_empty: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a header that no lines have followed yet.
    Header,
    /// After lines.
    Lines,
    /// After binary content: the first line of the next header is not read.
    Binary,
}

impl Sum {
    fn new(hash: gix::hash::Kind) -> Self {
        Self {
            hash,
            part: gix::hash::hasher(hash),
            total: vec![0; hash.len_in_bytes()],
            is_empty: true,
            state: State::Header,
        }
    }

    /// A line of text without its white space; git reads no further than a NUL.
    fn line(&mut self, line: &[u8]) {
        let line = line.split(|&byte| byte == 0).next().unwrap_or_default();
        for piece in line.split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            if !piece.is_empty() {
                self.is_empty = false;
                self.part.update(piece);
            }
        }
    }

    /// Ends a part: sums do not depend on the order of the parts.
    fn end_part(&mut self) -> Option<()> {
        let part = std::mem::replace(&mut self.part, gix::hash::hasher(self.hash));
        let mut carry = 0_u16;
        for (slot, byte) in self
            .total
            .iter_mut()
            .zip(part.try_finalize().ok()?.as_bytes())
        {
            carry += u16::from(*slot) + u16::from(*byte);
            *slot = (carry & 0xff) as u8;
            carry >>= 8;
        }
        Some(())
    }

    fn finish(mut self) -> Option<PatchId> {
        if self.is_empty {
            return None;
        }
        self.end_part()?;
        CommitId::from_bytes(&self.total).map(PatchId)
    }

    fn difference(
        &mut self,
        difference: &Difference,
        reader: &mut Reader<'_>,
        differ: &mut LineDiffer,
    ) -> Option<()> {
        let Difference {
            path,
            before,
            after,
        } = difference;
        if let (Some(old), Some(new)) = (before, after)
            && kind(old.mode) != kind(new.mode)
        {
            // Another kind of thing under the same name: gone, and new.
            self.file(path, Some(*old), None, reader, differ)?;
            return self.file(path, None, Some(*new), reader, differ);
        }
        self.file(path, *before, *after, reader, differ)
    }

    fn file(
        &mut self,
        path: &[u8],
        before: Option<Side>,
        after: Option<Side>,
        reader: &mut Reader<'_>,
        differ: &mut LineDiffer,
    ) -> Option<()> {
        let (a, b) = (quoted(b"a/", path), quoted(b"b/", path));
        match self.state {
            State::Header => self.line(&[b"diff --git ", a.as_slice(), b" ", &b].concat()),
            State::Lines => {
                self.end_part()?;
                self.line(&[b"diff --git ", a.as_slice(), b" ", &b].concat());
            }
            State::Binary => {}
        }
        self.state = State::Header;
        match (before, after) {
            (None, Some(new)) => self.line(&[b"new file mode ", octal(new.mode)].concat()),
            (Some(old), None) => self.line(&[b"deleted file mode ", octal(old.mode)].concat()),
            (Some(old), Some(new)) if old.mode != new.mode => {
                self.line(&[b"old mode ", octal(old.mode)].concat());
                self.line(&[b"new mode ", octal(new.mode)].concat());
            }
            _ => {}
        }
        let null = self.hash.null();
        let id = |side: Option<Side>| side.map_or(null, |side| side.id);
        if id(before) == id(after) {
            return Some(());
        }
        let mut read = |side: Option<Side>| match side {
            Some(side) => content(reader, side).ok(),
            None => Some(std::rc::Rc::default()),
        };
        let (old, new) = (read(before)?, read(after)?);
        if is_binary(&old) || is_binary(&new) {
            for side in [before, after] {
                self.is_empty = false;
                self.part.update(id(side).to_string().as_bytes());
            }
            self.state = State::Binary;
            return self.end_part();
        }
        if old.is_empty() && new.is_empty() {
            return Some(());
        }
        let nothing = b"/dev/null".as_slice();
        self.line(b"---");
        self.line(before.map_or(nothing, |_| a.as_slice()));
        self.line(b"+++");
        self.line(after.map_or(nothing, |_| b.as_slice()));
        self.hunks(&old, &new, differ);
        self.state = State::Lines;
        Some(())
    }

    /// Changed lines with those around them; where hunks begin makes no difference.
    fn hunks(&mut self, old: &[u8], new: &[u8], differ: &mut LineDiffer) {
        differ.compare(old, new, Wanted::HunksOfGit);
        let hunks = &differ.hunks;
        let mut before = Lines::of(old, hunks.iter().map(|hunk| (hunk.before, hunk.n_before)));
        let mut after = Lines::of(new, hunks.iter().map(|hunk| (hunk.after, hunk.n_after)));
        slide(&mut before, &mut after);
        let (mut a, mut b) = (0, 0);
        // Common lines since the last change; `None` before the first one.
        let mut since: Option<usize> = None;
        let mut waiting: std::collections::VecDeque<&[u8]> = std::collections::VecDeque::new();
        while a < before.rows.len() || b < after.rows.len() {
            let is_change =
                before.changed.get(a) == Some(&true) || after.changed.get(b) == Some(&true);
            if is_change {
                for line in waiting.drain(..) {
                    self.line(line);
                }
                while before.changed.get(a) == Some(&true) {
                    self.line(b"-");
                    self.line(before.rows.get(a).copied().unwrap_or_default());
                    a += 1;
                }
                while after.changed.get(b) == Some(&true) {
                    self.line(b"+");
                    self.line(after.rows.get(b).copied().unwrap_or_default());
                    b += 1;
                }
                since = Some(0);
                continue;
            }
            let line = before.rows.get(a).copied().unwrap_or_default();
            if let Some(n) = since.filter(|&n| n < CONTEXT) {
                self.line(line);
                since = Some(n + 1);
            } else {
                if waiting.len() == CONTEXT {
                    waiting.pop_front();
                }
                waiting.push_back(line);
            }
            a += 1;
            b += 1;
        }
    }
}

/// What a mode stands for: between two kinds there is no difference of lines.
const fn kind(mode: Mode) -> u8 {
    match mode {
        Mode::File | Mode::Executable => 0,
        Mode::Link => 1,
        Mode::Submodule => 2,
    }
}

const fn octal(mode: Mode) -> &'static [u8] {
    match mode {
        Mode::File => b"100644",
        Mode::Executable => b"100755",
        Mode::Link => b"120000",
        Mode::Submodule => b"160000",
    }
}

/// A path as git prints it: quoted where it holds more than plain ASCII.
fn quoted(prefix: &[u8], path: &[u8]) -> Vec<u8> {
    let is_plain = |byte: &u8| (0x20..0x7f).contains(byte) && !matches!(byte, b'"' | b'\\');
    if path.iter().all(is_plain) {
        return [prefix, path].concat();
    }
    let mut text = vec![b'"'];
    text.extend_from_slice(prefix);
    for byte in path {
        let short = match byte {
            0x07 => b'a',
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0b => b'v',
            0x0c => b'f',
            b'\r' => b'r',
            b'"' => b'"',
            b'\\' => b'\\',
            _ if is_plain(byte) => {
                text.push(*byte);
                continue;
            }
            _ => {
                text.extend_from_slice(format!("\\{byte:03o}").as_bytes());
                continue;
            }
        };
        text.extend_from_slice(&[b'\\', short]);
    }
    text.push(b'"');
    text
}
