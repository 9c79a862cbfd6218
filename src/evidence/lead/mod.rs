//! The lead's named views: reviewers, knowledge, delegation and coverage of evidence, as data and as documents.
//!
//! Everybody stands in alphabetical order and nobody is ranked. What is said is about the system: how requests are spread, who
//! holds what, what would wait if somebody were away. It belongs into the private tree alone.

mod agreements;
mod book;
mod bottleneck;
mod columns;
mod coverage;
mod crossing;
mod dates;
mod debt;
mod delegation;
mod holders;
mod incidents;
mod initials;
mod kept;
mod knowledge;
mod matrix;
mod names;
mod onboarding;
mod pairs;
mod quarters;
mod reviewers;
mod single;
mod this_week;
mod upcoming;
mod week;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Person, PersonId, RepoName, RepositoryId};
use crate::evidence::{Desk, Pack, Page, up_to};
use crate::metrics::Measure;
use crate::metrics::agreements::Agreement;
use crate::metrics::knowledge::decay::AreaKnowledge;
use crate::metrics::knowledge::files_at_risk::HeldFile;
use crate::metrics::ownership::handover::Handover;
use crate::metrics::review::areas::AreaReviewers;
use crate::metrics::review::waits::Wait;
use crate::register::Accepted;
use crate::report::document::{Block, Document, Span};
use crate::work::Question;
use crate::work::history::touches::Touch;
use crate::work::pull_requests::Key;

use book::Book;
pub use bottleneck::{Bottleneck, Stretch};
use columns::pictured;
pub use coverage::CoverageLine;
pub use kept::{Counted, Taken, kept, taken};
pub use knowledge::AreaLine;
use names::Names;
pub use names::team;
pub use reviewers::{Reviewer, Turnaround, WaitingLine};
pub use upcoming::Upcoming;

/// What the views are made from.
#[derive(Debug, Clone, Copy)]
pub struct LeadSources<'a> {
    /// The question.
    pub question: &'a Question,
    /// Everyone.
    pub people: &'a [Person],
    /// Names of the repositories.
    pub repositories: &'a BTreeMap<RepositoryId, RepoName>,
    /// The measures of [`taken`] at least, figures of people included.
    pub measures: &'a [Measure],
    /// What was counted of rows that the views do not list.
    pub counted: &'a Counted,
    /// What is looked up product by product, in the order of the question.
    pub products: &'a [ProductSources],
    /// The packs of the team's people.
    pub packs: &'a [Pack],
    /// Absence cards, by person.
    pub absences: &'a [(PersonId, Document)],
    /// The cards of the declared delegations, in the order of the roster.
    pub delegations: &'a [Vec<Block>],
    /// What lies ahead.
    pub upcoming: &'a Upcoming,
    /// The team's agreements, held against the measures.
    pub agreements: &'a [Agreement],
    /// What the team has accepted for a while, in force or run out.
    pub accepted: &'a [Accepted],
    /// Areas that name somebody: what the team page calls them, by their own names.
    pub masked_areas: &'a BTreeMap<String, String>,
}

/// One product's people.
#[derive(Debug, Clone)]
pub struct ProductSources {
    /// Its name.
    pub name: String,
    /// On whom its merged pull requests waited.
    pub waits: Vec<Wait>,
    /// Who reviews where.
    pub reviewers: BTreeMap<String, AreaReviewers>,
    /// Who knows what.
    pub knowledge: Arc<BTreeMap<String, AreaKnowledge>>,
    /// When somebody last committed to or reviewed an area, by area and person.
    pub last_touches: BTreeMap<(String, PersonId), Touch>,
    /// Files that one active person alone knows, by that person and area; a file of two areas counts in both.
    pub known_to_one: BTreeMap<PersonId, BTreeMap<String, u64>>,
    /// The files, and who of those who are active knows each; none where that is not observed.
    pub files: Vec<HeldFile>,
    /// Who did anything in the last 90 days.
    pub active: BTreeSet<PersonId>,
    /// Areas that changed hands.
    pub handovers: Vec<Handover>,
    /// The pages of the pull requests that show their stages, and of the latest that only one person approved.
    pub pages: BTreeMap<Key, String>,
}

/// The views.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Lead {
    /// Version of the shape.
    pub format: u32,
    /// As of when.
    pub as_of: String,
    /// Since and until.
    pub window: [String; 2],
    /// Product by product.
    pub products: Vec<LeadProduct>,
    /// Whose evidence there is.
    pub coverage: Vec<CoverageLine>,
    /// The same as documents, in the order of the page.
    #[serde(skip)]
    pub parts: Vec<Part>,
}

/// One product's named figures.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LeadProduct {
    /// Its name.
    pub product: String,
    /// Everybody who reviews or is asked to, alphabetical.
    pub reviewers: Vec<Reviewer>,
    /// How the waits on each person stand: leads first, then everybody else, alphabetical.
    pub bottleneck: Vec<Bottleneck>,
    /// Areas by name.
    pub areas: Vec<AreaLine>,
}

/// One document of the views.
#[derive(Debug, Clone)]
pub struct Part {
    /// File stem and anchor.
    pub id: &'static str,
    /// The document.
    pub document: Document,
}

/// Builds the views.
#[must_use]
pub fn lead(sources: &LeadSources<'_>) -> Lead {
    let names = Names::of(sources);
    let mut reviewing = Vec::new();
    let mut knowing = Vec::new();
    let mut products = Vec::new();
    for (number, product) in (1_usize..).zip(sources.products) {
        let reviewers = reviewers::reviewers(sources, &names, product);
        let bottleneck = bottleneck::bottleneck(sources, &names, product);
        let areas = knowledge::areas(sources, &names, product);
        if sources.products.len() > 1 {
            let heading = || Block::Heading(1, vec![Span::text(product.name.clone())]);
            reviewing.push(heading());
            knowing.push(heading());
        }
        bottleneck::write(
            sources.question.wait_unit(),
            &names,
            product,
            &bottleneck,
            &mut reviewing,
        );
        let matrix = matrix::picture(sources, &names, product, number);
        reviewing.extend(matrix.into_iter().flat_map(|matrix| pictured(matrix, 2)));
        let place = (product, number);
        reviewers::write(sources, &names, place, &reviewers, &mut reviewing);
        let held = holders::pictures(sources, &names, product, number);
        let (map, left) = held.map_or((None, None), |(map, left)| (Some(map), left));
        knowing.extend(map.into_iter().flat_map(|map| pictured(map, 2)));
        let quarters = quarters::picture(sources, &names, product, number);
        knowing.extend(quarters.into_iter().flat_map(|grid| pictured(grid, 2)));
        knowledge::write(product, &areas, &mut knowing);
        knowledge::losses(&names, product, left, &mut knowing);
        products.push(LeadProduct {
            product: product.name.clone(),
            reviewers,
            bottleneck,
            areas,
        });
    }
    let how = || Block::Heading(1, vec![Span::text("How this is made")]);
    reviewing.extend([how(), bottleneck::method()]);
    knowledge::masked_areas(sources.masked_areas, &mut knowing);
    knowing.extend([how(), knowledge::method()]);
    let coverage = coverage::coverage(sources, &names);
    let document = |title: &str, intro: &str, mut blocks: Vec<Block>| {
        blocks.insert(0, Block::Paragraph(vec![Span::text(intro)]));
        Document {
            title: title.to_owned(),
            subtitle: vec![Span::text(subtitle(sources.question))],
            blocks,
        }
    };
    let parts = vec![
        Part {
            id: "this-week",
            document: document(
                "This week",
                this_week::INTRO,
                this_week::blocks(sources, &names),
            ),
        },
        Part {
            id: "reviewers",
            document: document("Reviewers", reviewers::INTRO, reviewing),
        },
        Part {
            id: "knowledge",
            document: document("Knowledge", knowledge::INTRO, knowing),
        },
        Part {
            id: "delegation",
            document: document(
                "Delegation and absence",
                delegation::INTRO,
                delegation::blocks(sources, &names),
            ),
        },
        Part {
            id: "agreements",
            document: document("Agreements", agreements::INTRO, agreements::blocks(sources)),
        },
        Part {
            id: "coverage",
            document: document(
                "Coverage of evidence",
                coverage::INTRO,
                coverage::blocks(&coverage),
            ),
        },
    ];
    Lead {
        format: 1,
        as_of: sources.question.as_of.to_string(),
        window: [
            sources.question.window.since.to_string(),
            sources.question.window.until.to_string(),
        ],
        products,
        coverage,
        parts,
    }
}

/// The pages beside the views, each a file of its own: incidents one by one, and the lead's ledgers.
#[must_use]
pub fn pages(desk: &Desk<'_>, packs: &[Pack], products: &[ProductSources]) -> Vec<Page> {
    let book = Book::of(desk, packs);
    let mut pages = incidents::pages(&book);
    pages.extend([
        dates::page(&book),
        debt::page(&book),
        onboarding::page(&book),
        pairs::page(&book),
        single::page(&book, products),
        week::page(desk, packs),
    ]);
    pages
}

fn subtitle(question: &Question) -> String {
    let day = |at: Timestamp| question.zone.to_datetime(at).date();
    format!(
        "Window from {} up to {} ({}), as of {}. For the lead alone: people are in alphabetical order, and nothing ranks them.",
        day(question.window.since),
        up_to(question.window.until, &question.zone),
        question.zone.iana_name().unwrap_or("local time"),
        question.as_of
    )
}
