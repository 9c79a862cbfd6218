//! What the pages of a team's work have in common: what they are told from, and how they begin.

use crate::evidence::blocks::paragraph;
use crate::evidence::work::Record;
use crate::evidence::{Sources, up_to};
use crate::metrics::measure::{Definition, Measured};
use crate::report::ProductFace;
use crate::report::document::{Block, Document, Span};
use crate::work::Reading;

/// One product, as its pages tell of it.
pub(super) struct Public<'a> {
    /// What is known, without what a private register says.
    pub(super) sources: &'a Sources<'a>,
    /// Initiatives with their stories.
    pub(super) record: &'a Record<'a>,
    /// The product's past.
    pub(super) reading: &'a Reading<'a>,
    /// How pages know the product.
    pub(super) face: &'a ProductFace,
    /// The figures of the whole product over the window, as they passed the gate.
    pub(super) figures: &'a [(&'static Definition, Measured)],
}

impl Public<'_> {
    /// A page: its title, what it is, and its parts.
    pub(super) fn document(&self, title: &str, intro: &str, parts: Vec<Block>) -> Document {
        let question = self.sources.past.question;
        let mut blocks = vec![paragraph(intro)];
        blocks.extend(parts);
        Document {
            title: format!("{title}: {}", self.face.name),
            subtitle: vec![Span::text(format!(
                "Window from {} up to {} ({}), as of {}. Nobody is named.",
                self.sources.date(question.window.since),
                up_to(self.sources.end(), &question.zone),
                question.zone.iana_name().unwrap_or("local time"),
                question.as_of
            ))],
            blocks,
        }
    }

    /// A metric's figure of the whole product over the window, as it passed the gate.
    pub(super) fn figure(&self, metric: &str) -> Option<&Measured> {
        let mut figures = self.figures.iter();
        let found = figures.find(|(definition, _)| definition.id == metric);
        found.map(|(_, measured)| measured)
    }

    /// The least number of people of whose doings a page tells.
    pub(super) fn minimum(&self) -> usize {
        self.sources.past.question.minimum_people
    }
}
