//! What a page that names nobody does not tell: figures of what fewer than the minimum of people did.
//!
//! Told is how many they were. A figure is also withheld where another one could be computed from it: what is missing in a line
//! of a table, seen against its sum, must be the doing of at least as many people. Metrics that count the same rows in a place
//! withhold it together for that reason: else one would tell what the other does not.

mod longer;
mod overlap;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::domain::{Bucket, Origin, PersonId, RepositoryId};
use crate::metrics::group::{About, Few};
use crate::metrics::measure::{Cell, Definition, Measure, Measured, Scope};

pub(super) use overlap::{Told, without_overlap};

/// How many people there were, in words; `None`: enough, but something else could be told from it.
#[must_use]
pub fn people_words(people: Option<u64>) -> String {
    match people {
        None => "withheld: what few people did could be told from it".to_owned(),
        Some(0) => "nobody known".to_owned(),
        Some(1) => "one person".to_owned(),
        Some(2) => "two people".to_owned(),
        Some(n) => format!("{n} people"),
    }
}

/// The measures without figures of people, and without the figures of what fewer than `minimum` people did.
#[must_use]
pub fn without_few(measures: &[Measure], zone: &TimeZone, minimum: usize) -> Vec<Measure> {
    let mut public: Vec<Measure> = measures.iter().map(public_copy).collect();
    let boards: Vec<Board> = public.iter().map(Board::of).collect();
    let beside = beside(&boards, minimum);
    for (measure, board) in public.iter_mut().zip(&boards) {
        let hidden: BTreeSet<String> = withhold(measure, board, &beside);
        let of_origins = measure
            .cells
            .extract_if(.., |cell| cell.scope.origin.is_some());
        measure.strata = of_origins.collect();
        measure.notes.retain(|note| {
            let product = note.product.as_ref();
            product.is_none_or(|product| !hidden.contains(product))
        });
    }
    for (measure, whole) in public.iter_mut().zip(measures) {
        longer::withhold(measure, whole, zone, minimum);
    }
    public
}

/// The same of two stretches of days that are compared. What was done in a whole product is told over the whole window alone: a
/// stretch is a part of it, and where too few people are behind one side, neither is told.
#[must_use]
pub fn of_stretches(pair: [&Measure; 2], zone: &TimeZone, minimum: usize) -> [Measure; 2] {
    let few = |cell: &Cell| {
        let whole = cell.few.iter().find(|few| few.numbers.is_empty());
        let people = u64::try_from(whole?.people.len()).ok();
        (place(cell).3.is_none()).then_some((place(cell), people))
    };
    let hidden: BTreeMap<FigurePlace, Option<u64>> = pair
        .iter()
        .flat_map(|measure| measure.team_cells())
        .filter_map(few)
        .collect();
    pair.map(|measure| {
        let public = without_few(std::slice::from_ref(measure), zone, minimum);
        let mut public = public
            .into_iter()
            .next()
            .unwrap_or_else(|| Measure::of(measure.definition));
        for (cell, given) in public.cells.iter_mut().zip(measure.team_cells()) {
            let own = few(given).and_then(|(_, people)| people);
            if hidden.contains_key(&place(cell)) && has_figure(cell) {
                cell.measured = Measured::Withheld { people: own };
                cell.ledger = crate::metrics::measure::Ledger::default();
            }
        }
        public
    })
}

const fn has_figure(cell: &Cell) -> bool {
    matches!(
        cell.measured,
        Measured::Value { .. } | Measured::TooFew { .. }
    )
}

fn public_copy(measure: &Measure) -> Measure {
    Measure {
        definition: measure.definition,
        // Together, since what is withheld of an origin could be told from the others and the whole.
        cells: measure
            .team_cells()
            .chain(&measure.strata)
            .cloned()
            .collect(),
        strata: Vec::new(),
        rows: measure.rows.clone(),
        notes: measure.notes.clone(),
        drawn: measure.drawn.clone(),
        shares: Vec::new(),
    }
}

/// A scope and a bucket: where figures of several metrics stand.
type FigurePlace = (
    String,
    Option<RepositoryId>,
    Option<String>,
    Option<Bucket>,
    Option<Origin>,
);

fn place(cell: &Cell) -> FigurePlace {
    let Scope {
        product,
        repository,
        area,
        person: _,
        origin,
    } = &cell.scope;
    let (product, area) = (product.clone(), area.clone());
    (product, *repository, area, cell.bucket, *origin)
}

/// Whether a cell is what was done in a whole product over the whole window: that is told however few they were, since a product
/// is nobody's part of one. What people are, as joiners, is not.
fn is_of_a_product(definition: &Definition, cell: &Cell) -> bool {
    definition.about == About::Deeds
        && cell.scope.area.is_none()
        && cell.scope.repository.is_none()
        && cell.scope.origin.is_none()
        && cell.bucket.is_none()
}

/// Some numbers of a figure; none: the figure as a whole.
type Numbers = &'static [&'static str];

/// Which numbers are withheld beside others, and where: by place, with how many rows they count.
type Beside = BTreeMap<(FigurePlace, Numbers), BTreeSet<Rows>>;

/// Rows that a cell counts, those that belong to it whether or not they could be measured, and all that its ledger has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rows {
    included: u64,
    eligible: u64,
    all: u64,
}

/// Why numbers are withheld.
#[derive(Debug, Clone, Copy)]
enum Hidden<'a> {
    /// Too few people are behind them: these.
    Few(&'a [PersonId]),
    /// Enough people are, and something else could be told from them.
    Beside,
}

/// The figures of one metric as they add up.
struct Board {
    places: Vec<FigurePlace>,
    /// By cell: its rows.
    rows: Vec<Rows>,
    few: Vec<Vec<Few>>,
    /// By cell: the names of its value's numbers.
    names: Vec<Vec<&'static str>>,
    lines: Vec<Line>,
    /// Every group of numbers that somewhere too few people are behind, the whole figure first.
    groups: Vec<Numbers>,
}

/// Cells, by index, that add up to another one.
struct Line {
    total: Option<usize>,
    parts: Vec<usize>,
}

impl Board {
    fn of(measure: &Measure) -> Self {
        let cells = &measure.cells;
        let mut groups: BTreeSet<Numbers> = BTreeSet::new();
        for few in cells.iter().flat_map(|cell| &cell.few) {
            groups.insert(few.numbers);
        }
        let names = |cell: &Cell| match &cell.measured {
            Measured::Value { value, .. } => value.0.iter().map(|(name, _)| *name).collect(),
            _ => Vec::new(),
        };
        Self {
            places: cells.iter().map(place).collect(),
            rows: cells
                .iter()
                .map(|cell| Rows {
                    included: cell.ledger.included,
                    eligible: cell.ledger.included + cell.ledger.n_unknown(),
                    all: cell.ledger.population(),
                })
                .collect(),
            few: cells
                .iter()
                .map(|cell| {
                    if is_of_a_product(measure.definition, cell) {
                        Vec::new()
                    } else {
                        cell.few.clone()
                    }
                })
                .collect(),
            names: cells.iter().map(names).collect(),
            // Where everybody is enough nothing is withheld, and nothing can be told from it.
            lines: if groups.is_empty() {
                Vec::new()
            } else {
                lines(measure.definition, cells)
            },
            groups: groups.into_iter().collect(),
        }
    }

    /// Why a cell's numbers are withheld; `None` where they are told.
    fn hidden(&self, at: usize, numbers: Numbers, beside: &Beside) -> Option<Hidden<'_>> {
        let few = self.few.get(at)?;
        let of = |numbers: Numbers| few.iter().find(|few| few.numbers == numbers);
        if let Some(few) = of(&[]).or_else(|| of(numbers)) {
            return Some(Hidden::Few(&few.people));
        }
        let place = self.places.get(at)?;
        let own = self.rows.get(at)?;
        let is_beside = |numbers: Numbers| {
            let others = beside.get(&(place.clone(), numbers));
            let is_same =
                |other: &Rows| other.included == own.included || other.eligible == own.eligible;
            others.is_some_and(|others| others.iter().any(is_same))
        };
        (is_beside(&[]) || is_beside(numbers)).then_some(Hidden::Beside)
    }

    fn has_rows(&self, at: usize) -> bool {
        self.rows.get(at).is_some_and(|rows| rows.all > 0)
    }

    /// Whether a cell tells the numbers of a group at all.
    fn tells(&self, at: usize, numbers: Numbers) -> bool {
        let has = |name: &&str| self.names.get(at).is_some_and(|names| names.contains(name));
        self.has_rows(at) && numbers.iter().all(has)
    }
}

/// Which line a cell stands in: across buckets, areas, repositories or origins, of which product and scope, in which bucket.
type Key<'a> = (
    u8,
    &'a str,
    Option<RepositoryId>,
    Option<&'a str>,
    Option<Bucket>,
    Option<Origin>,
);

/// Every line of cells that add up to another cell: buckets to the window, areas, repositories and origins to the product.
fn lines(definition: &Definition, cells: &[Cell]) -> Vec<Line> {
    let mut lines: BTreeMap<Key<'_>, Line> = BTreeMap::new();
    for (at, cell) in cells.iter().enumerate() {
        let (product, area) = (cell.scope.product.as_str(), cell.scope.area.as_deref());
        let repository = cell.scope.repository;
        let origin = cell.scope.origin;
        let is_whole = area.is_none() && repository.is_none() && origin.is_none();
        let mut stands_in = Vec::new();
        // States at several instants add up to nothing.
        if definition.cohort.is_some() {
            let key = (0, product, repository, area, None, origin);
            stands_in.push((key, cell.bucket.is_none()));
        }
        if is_whole || area.is_some() {
            stands_in.push(((1, product, None, None, cell.bucket, None), is_whole));
        }
        if is_whole || repository.is_some() {
            stands_in.push(((2, product, None, None, cell.bucket, None), is_whole));
        }
        if is_whole || origin.is_some() {
            stands_in.push(((3, product, None, None, cell.bucket, None), is_whole));
        }
        for (key, is_total) in stands_in {
            let line = lines.entry(key).or_insert(Line {
                total: None,
                parts: Vec::new(),
            });
            if is_total {
                line.total = Some(at);
            } else {
                line.parts.push(at);
            }
        }
    }
    lines
        .into_values()
        .filter(|line| !line.parts.is_empty())
        .collect()
}

/// What has to be withheld beside the figures of too few people, so that those cannot be computed.
fn beside(boards: &[Board], minimum: usize) -> Beside {
    let mut weights: BTreeMap<&FigurePlace, u64> = BTreeMap::new();
    for board in boards.iter().filter(|board| !board.groups.is_empty()) {
        for (place, rows) in board.places.iter().zip(&board.rows) {
            *weights.entry(place).or_default() += rows.all;
        }
    }
    let mut beside = Beside::new();
    loop {
        let mut is_settled = true;
        for board in boards {
            for numbers in &board.groups {
                for line in &board.lines {
                    if let Some(at) = missing(board, line, numbers, &beside, minimum, &weights)
                        && let (Some(place), Some(rows)) =
                            (board.places.get(at), board.rows.get(at))
                    {
                        let others = beside.entry((place.clone(), numbers)).or_default();
                        others.insert(*rows);
                        is_settled = false;
                    }
                }
            }
        }
        if is_settled {
            return beside;
        }
    }
}

/// The cell of a line that has to be withheld too; `None` where nothing can be told from what is shown.
///
/// The one with the fewest rows over all metrics goes, so that least is lost and every metric loses the same.
fn missing(
    board: &Board,
    line: &Line,
    numbers: Numbers,
    beside: &Beside,
    minimum: usize,
    weights: &BTreeMap<&FigurePlace, u64>,
) -> Option<usize> {
    let hidden = |at: usize| board.hidden(at, numbers, beside);
    let mut people: BTreeSet<PersonId> = BTreeSet::new();
    let (mut is_enough, mut n_hidden) = (false, 0);
    for at in &line.parts {
        match hidden(*at) {
            Some(Hidden::Few(few)) => people.extend(few),
            Some(Hidden::Beside) => is_enough = true,
            None => continue,
        }
        n_hidden += 1;
    }
    let is_told = line.total.is_some_and(|total| hidden(total).is_none());
    let is_safe = if is_told {
        // One alone, whosever it is, would be the sum less the rest.
        n_hidden == 0 || n_hidden > 1 && (is_enough || people.len() >= minimum)
    } else {
        // The sum is withheld: it must not be the sum of what is shown.
        n_hidden > 0 || line.total.is_none()
    };
    if is_safe {
        return None;
    }
    line.parts
        .iter()
        .copied()
        .filter(|at| hidden(*at).is_none() && board.tells(*at, numbers))
        .min_by_key(|at| {
            let place = board.places.get(*at);
            let weight = place.and_then(|place| weights.get(place));
            (weight.copied().unwrap_or_default(), place)
        })
}

/// Takes the withheld figures out; returns the products whose figure over the window is one of them.
fn withhold(measure: &mut Measure, board: &Board, beside: &Beside) -> BTreeSet<String> {
    let mut products = BTreeSet::new();
    if board.groups.is_empty() && measure.definition.about.counted().is_none() {
        return products;
    }
    for (at, cell) in measure.cells.iter_mut().enumerate() {
        cell.few = Vec::new();
        if let Some(hidden) = board.hidden(at, &[], beside).filter(|_| board.has_rows(at)) {
            let people = match hidden {
                Hidden::Few(people) => u64::try_from(people.len()).ok(),
                Hidden::Beside => None,
            };
            cell.measured = Measured::Withheld { people };
            cell.ledger = crate::metrics::measure::Ledger::default();
            if place(cell) == (cell.scope.product.clone(), None, None, None, None) {
                products.insert(cell.scope.product.clone());
            }
            continue;
        }
        for numbers in &board.groups {
            if board.hidden(at, numbers, beside).is_some()
                && let Measured::Value { value, .. } = &mut cell.measured
            {
                value.0.retain(|(name, _)| !numbers.contains(name));
            }
        }
    }
    products
}
