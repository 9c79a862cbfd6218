//! The bytes of a file: as they are, or packed where an organisation makes them larger than memory should hold.

use std::borrow::Cow;
use std::io::{self, Read as _, Write};

use serde::Serialize;

use super::{RenderError, encode};

/// So much is encoded, and unpacked, at once.
const PIECE: usize = 1 << 18;

/// The bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bytes {
    /// As they are.
    Plain(Vec<u8>),
    /// Packed with zstd: JSON of figures takes a twentieth.
    Packed(Vec<u8>),
}

impl Bytes {
    /// JSON over several lines, packed while it is written.
    pub(super) fn of_json(value: &impl Serialize) -> Result<Self, RenderError> {
        let packing = || {
            let mut lines = Lines {
                pending: Vec::new(),
                to: zstd::Encoder::new(Vec::new(), 1)?,
            };
            serde_json::to_writer_pretty(&mut lines, value)?;
            lines.write_all(b"\n")?;
            lines.flush()?;
            lines.to.finish()
        };
        let packed = packing().map_err(serde_json::Error::io)?;
        Ok(Self::Packed(packed))
    }

    /// All of them.
    ///
    /// # Errors
    /// A defect: packed bytes that cannot be unpacked.
    pub fn whole(&self) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::Plain(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::Packed(packed) => zstd::decode_all(packed.as_slice()).map(Cow::Owned),
        }
    }

    /// Passes on all of them, piece by piece.
    ///
    /// # Errors
    /// Whoever takes them says no; or a defect: packed bytes that cannot be unpacked.
    pub fn pieces(&self, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Plain(bytes) => each(bytes),
            Self::Packed(packed) => {
                let mut unpacked = zstd::Decoder::new(packed.as_slice())?;
                let mut piece = vec![0; PIECE];
                loop {
                    let n = unpacked.read(&mut piece)?;
                    match piece.get(..n) {
                        None | Some([]) => return Ok(()),
                        Some(piece) => each(piece)?,
                    }
                }
            }
        }
    }
}

/// Encodes JSON for its sink, whole lines at once: no text of it goes over the end of a line.
struct Lines<W> {
    pending: Vec<u8>,
    to: W,
}

impl<W: Write> Lines<W> {
    /// Passes on the pending bytes before a place.
    fn pass_on(&mut self, until: usize) -> io::Result<()> {
        let lines: Vec<u8> = self.pending.drain(..until).collect();
        let text = String::from_utf8(lines).map_err(io::Error::other)?;
        self.to.write_all(encode::json(text).as_bytes())
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PIECE
            && let Some(end) = memchr::memrchr(b'\n', &self.pending)
        {
            self.pass_on(end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on(self.pending.len())?;
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(bytes: &Bytes) -> (usize, Vec<u8>) {
        let (mut n, mut all) = (0, Vec::new());
        bytes
            .pieces(&mut |piece| {
                n += 1;
                all.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
        (n, all)
    }

    #[test]
    fn what_is_packed_is_what_would_have_been_written_as_it_is() {
        // Longer than a piece, with letters of several bytes, what reorders lines, and what would be a command of a CI job.
        let line = |n: usize| format!("{n} \u{202e}ä漢 ##[error] ##vso[x] \"\n\\ \u{7f}");
        let value: Vec<String> = (0..20_000).map(line).collect();
        let packed = Bytes::of_json(&value).unwrap();
        let plain = encode::json(serde_json::to_string_pretty(&value).unwrap() + "\n");
        let (n, all) = pieces(&packed);
        assert!(n > 1, "{n}");
        assert_eq!(all, plain.as_bytes());
        assert_eq!(packed.whole().unwrap(), plain.as_bytes());
        assert_eq!(pieces(&Bytes::Plain(b"a".to_vec())), (1, b"a".to_vec()));
    }
}
