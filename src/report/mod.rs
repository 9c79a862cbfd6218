//! Reports as plain data: which figures a reader sees, in which order, with which words. No markup, no bytes.
//!
//! The team report is built from measures alone, which name nobody; what people typed passes one gate that knows everybody's
//! names, and figures of what few people did are [`withheld`] (principle P2).

pub mod chart;
pub mod definition;
pub mod document;
mod drawing;
pub mod figure;
mod gate;
mod input;
pub mod look;
mod masked;
pub mod names;
pub mod picture;
pub mod quantity;
mod split;
pub mod strip;
pub mod subject;
pub mod table;
pub mod team;
pub mod withheld;

pub use chart::{
    AgreedLine, Chart, ChartDot, ChartPoint, DayLine, Mark, PointState, Scale, Shape, Tick,
};
pub use definition::{DefinitionError, TeamDefinition};
pub use document::{Block, Document, EventLine, EvidenceLine, OpenedEvidence, Span};
pub use drawing::Picture;
pub use figure::{Figure, Headline, RowLine, with_listable_rows};
pub use gate::{figures_of_products, masked_areas};
pub use look::{Look, LookItem, LookKind};
pub use names::{KnownPerson, Names};
pub use split::ByProduct;
pub use strip::{Change, Side, Strip, StripLine};
pub use table::{Column, Table, TableCell};
pub use team::{
    Absence, AbsenceKind, AcceptedFlag, AgreedLimit, MarkedDay, OwnedLine, ProductFace,
    ProductInput, ProductReport, RepositoryLabel, Section, TeamInput, TeamReport, TeamScope, faces,
    team, team_of,
};
