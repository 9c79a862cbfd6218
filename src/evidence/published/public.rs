//! What the pages of a team's work have in common: what they are told from, and how they begin.

use crate::evidence::Sources;
use crate::evidence::blocks::paragraph;
use crate::evidence::work::Record;
use crate::metrics::measure::{Cell, Measured};
use crate::report::document::{Block, Document, Span};
use crate::report::team::{ProductReport, TeamReport};
use crate::work::Reading;

/// One product, as its pages tell of it.
pub(super) struct Public<'a> {
    /// What is known, without what a private register says.
    pub(super) sources: &'a Sources<'a>,
    /// Initiatives with their stories.
    pub(super) record: &'a Record<'a>,
    /// The product's past.
    pub(super) reading: &'a Reading<'a>,
    /// The whole report, as it passed the gate.
    pub(super) team: &'a TeamReport,
    /// The product's part of it.
    pub(super) report: &'a ProductReport,
}

impl Public<'_> {
    /// A page: its title, what it is, and its parts.
    pub(super) fn document(&self, title: &str, intro: &str, parts: Vec<Block>) -> Document {
        let question = self.sources.past.question;
        let mut blocks = vec![paragraph(intro)];
        blocks.extend(parts);
        Document {
            title: format!("{title}: {}", self.report.name),
            subtitle: vec![Span::text(format!(
                "Window from {} up to {} ({}), as of {}. Nobody is named.",
                self.sources.date(question.window.since),
                self.sources.date(self.sources.end()),
                question.zone.iana_name().unwrap_or("local time"),
                question.as_of
            ))],
            blocks,
        }
    }

    /// A metric's figure of the whole product over the window, as it passed the gate.
    pub(super) fn figure(&self, metric: &str) -> Option<&Measured> {
        let is_whole = |cell: &Cell| {
            let scope = &cell.scope;
            scope.product == self.report.name
                && scope.area.is_none()
                && scope.repository.is_none()
                && scope.origin.is_none()
                && cell.bucket.is_none()
        };
        let mut cells = self.team.cells.iter();
        let found = cells.find(|(definition, cell)| definition.id == metric && is_whole(cell));
        found.map(|(_, cell)| &cell.measured)
    }

    /// The least number of people of whose doings a page tells.
    pub(super) fn minimum(&self) -> usize {
        self.sources.past.question.minimum_people
    }
}
