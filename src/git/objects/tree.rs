//! Tree objects: their entries, read one by one from the bytes.

use gix::{ObjectId, oid};

use super::object::Unreadable;

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::git) enum Mode {
    /// A regular file.
    File,
    /// A regular file that may be executed.
    Executable,
    /// A symbolic link.
    Link,
    /// A submodule's commit.
    Submodule,
}

impl Mode {
    /// Whether content is compared as lines of a file, and renames may be edited.
    pub(in crate::git) const fn is_regular(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }

    /// A small number for it.
    pub(in crate::git) const fn code(self) -> u8 {
        match self {
            Self::File => 0,
            Self::Executable => 1,
            Self::Link => 2,
            Self::Submodule => 3,
        }
    }

    /// The mode of a number made by [`Mode::code`].
    pub(in crate::git) const fn of_code(code: u8) -> Self {
        match code {
            1 => Self::Executable,
            2 => Self::Link,
            3 => Self::Submodule,
            _ => Self::File,
        }
    }
}

/// One side of a changed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) struct Side {
    /// Its mode.
    pub(in crate::git) mode: Mode,
    /// Its blob, or a submodule's commit.
    pub(in crate::git) id: ObjectId,
}

/// A tree that could not be read.
pub(in crate::git) type Hole = (ObjectId, Unreadable);

/// An entry of a tree object.
#[derive(Debug, Clone, Copy)]
pub(in crate::git) struct Entry<'a> {
    pub(in crate::git) name: &'a [u8],
    pub(in crate::git) is_tree: bool,
    pub(in crate::git) mode: Mode,
    pub(in crate::git) id: &'a oid,
    pub(in crate::git) end: usize,
}

/// The entry that starts at the first byte; `None` for bytes that are no entry.
#[inline]
pub(in crate::git) fn entry(bytes: &[u8], hash_len: usize) -> Option<Entry<'_>> {
    let mut mode = 0_u32;
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            b' ' => break,
            digit @ b'0'..=b'7' if at < 7 => mode = mode << 3 | u32::from(digit - b'0'),
            _ => return None,
        }
        at += 1;
    }
    let rest = bytes.get(at + 1..)?;
    let nul = memchr::memchr(0, rest)?;
    let end = at + 1 + nul + 1 + hash_len;
    let id = oid::try_from_bytes(bytes.get(end - hash_len..end)?).ok()?;
    let (is_tree, mode) = match mode & 0o170_000 {
        0o040_000 => (true, Mode::File),
        0o120_000 => (false, Mode::Link),
        0o160_000 => (false, Mode::Submodule),
        _ if mode & 0o100 != 0 => (false, Mode::Executable),
        _ => (false, Mode::File),
    };
    Some(Entry {
        name: rest.get(..nul)?,
        is_tree,
        mode,
        id,
        end,
    })
}

/// The place of the first NUL: names are short, so that a call to find it would cost more than the search.
#[inline]
fn nul(bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let zeros = word.wrapping_sub(LOW) & !word & (LOW << 7);
        if zeros != 0 {
            return Some(at * 8 + zeros.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|&byte| byte == 0)?;
    Some(words.len() * 8 + at)
}

/// Where the entry at the first byte ends: all that is needed to step over it.
#[inline]
pub(in crate::git) fn entry_end(bytes: &[u8], hash_len: usize) -> Option<usize> {
    // A mode takes at least five digits and a space.
    let end = 6 + nul(bytes.get(6..)?)? + 1 + hash_len;
    (end <= bytes.len()).then_some(end)
}

/// Git's order of entries: by name, a directory as if it ended in a slash.
#[inline]
pub(in crate::git) fn order(a: &Entry<'_>, b: &Entry<'_>) -> std::cmp::Ordering {
    let common = a.name.len().min(b.name.len());
    let (head_a, tail_a) = a.name.split_at(common);
    let (head_b, tail_b) = b.name.split_at(common);
    let next = |tail: &[u8], is_tree: bool| {
        tail.first()
            .copied()
            .unwrap_or(if is_tree { b'/' } else { 0 })
    };
    head_a
        .cmp(head_b)
        .then_with(|| next(tail_a, a.is_tree).cmp(&next(tail_b, b.is_tree)))
        .then_with(|| a.name.cmp(b.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_sorts_as_if_it_ended_in_a_slash() {
        let id = ObjectId::null(gix::hash::Kind::Sha1);
        let make = |name: &'static str, is_tree| Entry {
            name: name.as_bytes(),
            is_tree,
            mode: Mode::File,
            id: &id,
            end: 0,
        };
        assert!(order(&make("a.b", false), &make("a", true)).is_lt());
        assert!(order(&make("a", false), &make("a", true)).is_lt());
        assert!(order(&make("a", true), &make("a0", false)).is_lt());
        assert!(order(&make("a", true), &make("a", true)).is_eq());
    }

    #[test]
    fn bytes_that_are_no_entry_end_a_tree() {
        for bytes in [
            &b""[..],
            b"100644",
            b"100644 name",
            b"100644 name\0short",
            b"x644 a\0",
        ] {
            assert!(entry(bytes, 20).is_none());
        }
        let mut good = b"100755 a\0".to_vec();
        good.extend([1; 20]);
        assert_eq!(entry(&good, 20).unwrap().mode, Mode::Executable);
    }
}
