//! A picture of a product: drawn elsewhere, placed by the page between what to look at first and the cards.

use super::table::Table;

/// A picture, what it tells in words, and the numbers that it is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Anchor and file stem, unique in the report.
    pub id: String,
    /// Title.
    pub title: String,
    /// The drawing: one `svg` element, in which every text is encoded. Its colours are classes of the page's style sheet, or
    /// attributes.
    pub svg: String,
    /// What it tells, for people who cannot see it.
    pub alternative: String,
    /// What it is drawn from.
    pub table: Table,
}
