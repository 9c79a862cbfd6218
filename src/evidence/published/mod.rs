//! What a team publishes of its work, product by product: for those it works for, and for itself. Nobody is named.
//!
//! A page is told from what the team's register and the store say, never from a private register: goals, feedback and initiatives that
//! only that one names are not published. Figures are those of the team page, which passed its gate; every text passes the rule of
//! names once more as the last step ([`Document::masked`]), and of what fewer than the minimum of people did only how many they
//! were is told.
//!
//! [`Document::masked`]: crate::report::Document::masked

mod decisions;
mod documents;
mod path;
mod public;
mod result;
mod risk;
mod showcase;

use std::collections::BTreeMap;

use super::blocks::{count, paragraph};
use super::work::Record;
use super::{Page, Sources};
use crate::domain::{RepoName, RepositoryId};
use crate::metrics::measure::{Definition, Measured};
use crate::report::document::Document;
use crate::report::{Names, ProductFace};
use crate::work::{Past, Reading};

use public::Public;

/// The pages of one product.
#[derive(Debug, Clone)]
pub struct Published {
    /// The product's anchor in the team report.
    pub product: String,
    /// Its pages.
    pub pages: Vec<Page>,
}

/// The pages of a product, by its anchor in the team report.
#[must_use]
pub fn pages_of<'a>(published: &'a [Published], product: &str) -> &'a [Page] {
    let found = published.iter().find(|one| one.product == product);
    found.map_or(&[], |one| one.pages.as_slice())
}

/// The pages of a product, told from its own past alone: an initiative that several products worked on is told on the pages of each
/// with what was done there. The reading's question has no private register in it; `figures` are those of the whole product over the
/// window, as they passed the gate.
#[must_use]
pub fn published(
    reading: &Reading<'_>,
    repositories: &BTreeMap<RepositoryId, RepoName>,
    face: &ProductFace,
    figures: &[(&'static Definition, Measured)],
    names: &Names,
) -> Published {
    let past = Past {
        tables: reading.tables,
        question: reading.question,
        readings: vec![reading.clone()],
    };
    let sources = Sources {
        past: &past,
        repositories,
        entries: &[],
    };
    let public = Public {
        sources: &sources,
        record: &Record::of(&sources, Vec::new()),
        reading,
        face,
        figures,
    };
    let documents = [
        ("showcase", showcase::document(&public)),
        ("path", path::document(&public)),
        ("decisions", decisions::document(&public)),
        ("documents", documents::document(&public)),
    ];
    Published {
        product: face.id.clone(),
        pages: documents
            .map(|(kind, document)| page(kind, document, face, names))
            .to_vec(),
    }
}

/// A page under a name that is safe wherever it is written: the product's anchor has small letters, digits and hyphens, and is
/// nobody else's.
fn page(kind: &str, document: Document, face: &ProductFace, names: &Names) -> Page {
    let (mut document, n) = document.masked(names);
    if n > 0 {
        let texts = count(n, "text");
        document.blocks.push(paragraph(format!(
            "{texts} of this page named somebody: the names are replaced by `…`."
        )));
    }
    Page::generated(format!("{kind}-{}", face.id), document)
}
