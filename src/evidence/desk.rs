//! The pages of people: what they are made from, found out once for all of them, and which pages each folder holds.

use std::sync::OnceLock;

use jiff::civil::Date;

use super::absence::{self, Observed};
use super::growth::{self, Growth};
use super::index::Index;
use super::open_work::OpenWork;
use super::pack::{self, Face, Pack, subtitle};
use super::review::{self, Filing};
use super::work::Record;
use super::{Sources, brag, growing_others, one_on_one};
use crate::domain::{Person, PersonId, side_by_side};
use crate::metrics::absence::resilience::{Resilience, of_product_absences};
use crate::metrics::review::waits;
use crate::report::document::{Document, Span};
use crate::work::absences::{Spell, spells};
use crate::work::delivery::{ancestry, carriers, deployments};
use crate::work::{Reading, pull_requests, threads, turns, written};

/// A page of somebody's folder.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its path below the folder, without an ending: `evidence`, `draft/brag`.
    pub stem: String,
    /// What stands in it.
    pub document: Document,
    /// Whether the person goes on writing in it: then it is begun once, and its parts are brought up to date.
    pub is_draft: bool,
}

impl Page {
    /// What it is called in short: `evidence`, `brag`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.stem.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn generated(stem: impl Into<String>, document: Document) -> Self {
        Self {
            stem: stem.into(),
            document,
            is_draft: false,
        }
    }

    pub(super) fn draft(stem: impl Into<String>, document: Document) -> Self {
        Self {
            stem: stem.into(),
            document,
            is_draft: true,
        }
    }
}

/// Where the pages of people are written: the sources, and what is read from them once for everybody, when a page asks for it.
pub struct Desk<'a> {
    sources: &'a Sources<'a>,
    /// The same, as it was at the last instant that evidence may speak of.
    ended: &'a Sources<'a>,
    index: Index<'a>,
    record: OnceLock<Record<'a>>,
    filing: OnceLock<Filing<'a>>,
    absences: OnceLock<Absences>,
    growth: OnceLock<Growth>,
    open: OnceLock<OpenWork>,
    is_prepared: OnceLock<()>,
}

/// The declared absences, and what was measured around them.
struct Absences {
    spells: Vec<Spell>,
    found: Vec<Resilience>,
    missing: Vec<String>,
}

/// Hands a desk to whoever makes pages of it.
pub fn with_desk<T>(sources: &Sources<'_>, use_it: impl FnOnce(&Desk<'_>) -> T) -> T {
    sources.as_of(sources.end(), |ended| use_it(&Desk::of(sources, ended)))
}

impl<'a> Desk<'a> {
    fn of(sources: &'a Sources<'a>, ended: &'a Sources<'a>) -> Self {
        read_ahead(
            ended,
            &[
                |reading| drop(pull_requests::of_product(reading)),
                |reading| drop(ancestry::of_product(reading)),
                |reading| drop(carriers::of_product(reading)),
                |reading| drop(written::of_product(reading)),
            ],
        );
        Self {
            sources,
            ended,
            index: Index::of(sources, ended),
            record: OnceLock::new(),
            filing: OnceLock::new(),
            absences: OnceLock::new(),
            growth: OnceLock::new(),
            open: OnceLock::new(),
            is_prepared: OnceLock::new(),
        }
    }

    /// What everything is taken from.
    #[must_use]
    pub const fn sources(&self) -> &'a Sources<'a> {
        self.sources
    }

    /// The same as it was at the last instant that evidence may speak of.
    pub(super) fn ended(&self) -> &'a Sources<'a> {
        self.ended
    }

    /// What is looked up for all packs.
    pub(super) fn index(&self) -> &Index<'a> {
        &self.index
    }

    /// Initiatives with their stories, and goals with what came of them, as of the last instant that evidence may speak of.
    #[must_use]
    pub fn record(&self) -> &Record<'a> {
        self.record
            .get_or_init(|| Record::of(self.ended, subtitle(self.sources)))
    }

    /// Somebody's pack; bots, AI reviewers, ghosts and unknown ids have none.
    #[must_use]
    pub fn pack(&self, person: PersonId) -> Option<Pack> {
        let whose = self.human(person)?;
        Some(pack::pack(self.sources, &self.index, whose))
    }

    /// Has what the pages of a folder start from found by several threads, before one asks for it after the other.
    fn prepare(&self) {
        self.is_prepared.get_or_init(|| {
            read_ahead(
                self.ended,
                &[
                    |reading| drop(turns::lives(reading, &pull_requests::of_product(reading))),
                    |reading| drop(threads::of_product(reading)),
                    |reading| drop(waits::by_stretch(reading)),
                ],
            );
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let _ = self.record();
                });
                let _ = self.growth();
            });
        });
    }

    /// Every page of the folder that a pack belongs to.
    #[must_use]
    pub fn pages(&self, pack: &Pack) -> Vec<Page> {
        self.prepare();
        let Some(whose) = self.human(pack.person) else {
            return Vec::new();
        };
        let (sources, face) = (self.sources, Face::of(whose));
        let mut pages = vec![Page::generated(
            "evidence",
            pack::document(sources, &face, pack),
        )];
        let card = self.absence_card(pack.person);
        pages.extend(card.map(|card| Page::generated("absence", card)));
        let work = self.record().document(pack.person);
        pages.extend(work.map(|work| Page::generated("work", work)));
        let growth = growth::Writing {
            sources,
            index: &self.index,
            growth: self.growth(),
        };
        pages.push(Page::generated("growth", growth.document(whose, pack)));
        let others = growing_others::document(sources, self.record(), whose, &pack.snippets);
        pages.push(Page::generated("growing-others", others));
        let talk = one_on_one::Writing {
            sources,
            index: &self.index,
            open: self.open.get_or_init(|| OpenWork::at_the_end(self.ended)),
            whose,
            snippets: &pack.snippets,
        };
        pages.push(Page::draft("one-on-one", talk.document()));
        pages.push(Page::draft(
            brag::STEM,
            brag::document(sources, &face, &pack.snippets),
        ));
        let record = self.record();
        let filing = self.filing.get_or_init(|| Filing::of(sources, record));
        pages.extend(review::pages(
            sources,
            &self.index,
            record,
            filing,
            &face,
            pack,
        ));
        pages
    }

    /// What is added to a brag document that is appended to: the moments of a pack that it lists, with their ids, by date.
    #[must_use]
    pub fn brag_lines(&self, pack: &Pack) -> Vec<(String, Vec<Span>)> {
        brag::lines(&pack.snippets)
    }

    /// The last civil day that evidence may speak of.
    #[must_use]
    pub fn last_day(&self) -> Date {
        self.sources.last_day()
    }

    /// What the team's figures were while somebody was away; `None` without a declared absence that is long enough.
    #[must_use]
    pub fn absence_card(&self, person: PersonId) -> Option<Document> {
        let Absences {
            spells,
            found,
            missing,
        } = self.absences.get_or_init(|| Absences::of(self.sources));
        let observed = Observed {
            spells,
            found,
            missing,
        };
        absence::document(self.sources, &observed, person)
    }

    /// What the quarters of people are told from.
    fn growth(&self) -> &Growth {
        let starts_at = self.index.starts_at;
        self.growth
            .get_or_init(|| Growth::of(self.sources, starts_at))
    }

    fn human(&self, person: PersonId) -> Option<&'a Person> {
        let whose = self.sources.person(person)?;
        whose.is_human().then_some(whose)
    }
}

/// Finds what is kept in readings: step by step, as many readings at once as there are cores.
fn read_ahead(sources: &Sources<'_>, steps: &[fn(&Reading<'_>)]) {
    let readings = &sources.past.readings;
    let of_step = steps
        .iter()
        .flat_map(|step| readings.iter().map(move |reading| (step, reading)));
    let all: Vec<_> = of_step.collect();
    side_by_side(&all, &|(step, reading)| step(reading));
}

impl Absences {
    fn of(sources: &Sources<'_>) -> Self {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        // What is in no product has no name and no deployments of its own.
        let readings = sources.past.readings.iter();
        for reading in readings.filter(|reading| !reading.product.name.is_empty()) {
            Self::of_product(reading, &mut found, &mut missing);
        }
        Self {
            spells: spells(sources.past.question),
            found,
            missing,
        }
    }

    fn of_product(reading: &Reading<'_>, found: &mut Vec<Resilience>, missing: &mut Vec<String>) {
        let name = &reading.product.name;
        if let Err(deployments) = deployments::of_product(reading) {
            missing.push(format!("deployments of {name}: {}", deployments.because));
        }
        match of_product_absences(reading) {
            Ok(absences) => found.extend(absences),
            Err(pull_requests) => {
                missing.push(format!(
                    "pull requests of {name}: {}",
                    pull_requests.because
                ));
            }
        }
    }
}
