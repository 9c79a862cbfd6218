//! Contents of files as git compares them.

use std::rc::Rc;

use super::object::{Object, Unreadable};
use super::reader::Reader;
use super::tree::{Mode, Side};

/// Whether git takes content for binary: a NUL among the first 8,000 bytes.
pub(in crate::git) fn is_binary(content: &[u8]) -> bool {
    let head = content.get(..content.len().min(8000)).unwrap_or_default();
    memchr::memchr(0, head).is_some()
}

/// A side's content as git compares it: a submodule is one line that names its commit.
pub(in crate::git) fn content(
    reader: &mut Reader<'_>,
    side: Side,
) -> Result<Rc<Vec<u8>>, Unreadable> {
    if side.mode == Mode::Submodule {
        return Ok(Rc::new(
            format!("Subproject commit {}\n", side.id).into_bytes(),
        ));
    }
    match reader.read(&side.id)? {
        // Git has taken it for binary by its size alone.
        Object { bytes, .. } if bytes.len() as u64 > reader.big_file() => Err(Unreadable::Opaque),
        Object {
            kind: gix::objs::Kind::Blob,
            bytes,
        } => Ok(bytes),
        Object { .. } => Err(Unreadable::Corrupt),
    }
}
