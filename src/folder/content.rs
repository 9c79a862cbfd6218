//! What the files of a tree hold: bytes that are there, or that are made when they are written.

/// The bytes of a generated file.
pub trait Content {
    /// Passes on all of them, piece by piece.
    ///
    /// # Errors
    /// They cannot be made, or not be taken: then the old tree stays.
    fn pieces(&self, each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()>;
}

impl<B: AsRef<[u8]>> Content for B {
    fn pieces(&self, each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
        each(self.as_ref())
    }
}

/// Bytes that are made when they are written, and gone afterwards: a tree can be larger than memory.
pub struct Made<'a>(pub Box<dyn Fn() -> std::io::Result<Vec<u8>> + 'a>);

impl Content for Made<'_> {
    fn pieces(&self, each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
        each(&self.0()?)
    }
}
