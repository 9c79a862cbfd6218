//! Reports as plain data: which figures a reader sees, in which order, with which words. No markup, no bytes.
//!
//! A report is built from measures alone. It never receives people, so it cannot name one (principle P2).

pub mod chart;
pub mod definition;
pub mod document;
pub mod figure;
pub mod quantity;
pub mod subject;
pub mod table;
pub mod team;

pub use chart::{Chart, ChartPoint, Mark, PointState, Shape};
pub use definition::{DefinitionError, TeamDefinition};
pub use document::{Block, Document, EvidenceLine, Span};
pub use figure::{Figure, Headline, RowLine, with_listable_rows};
pub use table::{Table, TableCell};
pub use team::{
    Absence, AcceptedFlag, Product, ProductReport, RepositoryFace, Section, TeamInput, TeamReport,
    team,
};
