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

use super::blocks::{count, paragraph};
use super::work::Record;
use super::{Page, Sources};
use crate::report::Names;
use crate::report::document::Document;
use crate::report::team::{ProductReport, TeamReport};

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

/// The pages of every product of a team report, in its order. The sources' question has no private register in it.
#[must_use]
pub fn published(sources: &Sources<'_>, report: &TeamReport, names: &Names) -> Vec<Published> {
    let record = Record::of(sources, Vec::new());
    let readings = &sources.past.readings;
    // What is in no product comes last, and the report has no page of it.
    let products = readings.iter().zip(&report.products);
    products
        .map(|(reading, product)| {
            let public = Public {
                sources,
                record: &record,
                reading,
                team: report,
                report: product,
            };
            let documents = [
                ("showcase", showcase::document(&public)),
                ("path", path::document(&public)),
                ("decisions", decisions::document(&public)),
                ("documents", documents::document(&public)),
            ];
            Published {
                product: product.id.clone(),
                pages: documents
                    .map(|(kind, document)| page(kind, document, product, names))
                    .to_vec(),
            }
        })
        .collect()
}

/// A page under a name that is safe wherever it is written: the product's anchor has small letters, digits and hyphens, and is
/// nobody else's.
fn page(kind: &str, document: Document, product: &ProductReport, names: &Names) -> Page {
    let (mut document, n) = document.masked(names);
    if n > 0 {
        let texts = count(n, "text");
        document.blocks.push(paragraph(format!(
            "{texts} of this page named somebody: the names are replaced by `…`."
        )));
    }
    Page::generated(format!("{kind}-{}", product.id), document)
}
