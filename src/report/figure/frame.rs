//! What the figures of a product are built against.

use jiff::tz::TimeZone;

use crate::domain::{Granularity, RepositoryId, Window};
use crate::report::input::{AgreedLimit, MarkedDay, RepositoryLabel};

/// What a figure is built against.
pub(in crate::report) struct Frame<'a> {
    pub(in crate::report) window: Window,
    pub(in crate::report) zone: &'a TimeZone,
    pub(in crate::report) repositories: &'a [RepositoryLabel],
    pub(in crate::report) product: &'a str,
    pub(in crate::report) granularity: Granularity,
    pub(in crate::report) events: &'a [MarkedDay],
    pub(in crate::report) agreed: &'a [AgreedLimit],
}

impl Frame<'_> {
    pub(in crate::report) fn face(&self, id: RepositoryId) -> Option<&RepositoryLabel> {
        self.repositories.iter().find(|face| face.id == id)
    }

    pub(in crate::report) fn repository_name(&self, id: RepositoryId) -> String {
        self.face(id)
            .map_or_else(|| format!("repository {}", id.0), |face| face.name.clone())
    }
}
