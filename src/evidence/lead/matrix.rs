//! Who reviews whose work: authors by reviewers, both by name.

use std::collections::{BTreeMap, BTreeSet};

use super::initials::Initials;
use super::names::Names;
use super::{LeadSources, ProductSources};
use crate::domain::PersonId;
use crate::report::Picture;
use crate::report::picture::{Drawing, Matrix, MatrixCell, MatrixLine};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

/// So many people have rows and columns of their own; the others share one.
const MOST: usize = 24;

/// Whose row or column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Person(PersonId),
    /// People without a line of their own.
    Others,
    /// A machine, or an account that is gone.
    Nobody,
}

/// Reviews by author and reviewer; `None` where nobody reviewed anything.
pub(super) fn picture(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &ProductSources,
    number: usize,
) -> Option<Picture> {
    let counts = counts(sources, product);
    let people = people(names, &counts);
    let shown: BTreeSet<PersonId> = people.iter().copied().collect();
    let side = |person: Option<PersonId>| match person {
        Some(person) if shown.contains(&person) => Side::Person(person),
        Some(_) => Side::Others,
        None => Side::Nobody,
    };
    let mut cells: BTreeMap<(Side, Side), u64> = BTreeMap::new();
    for ((author, reviewer), n) in &counts {
        *cells
            .entry((side(*author), side(Some(*reviewer))))
            .or_default() += n;
    }
    let n: u64 = cells.values().sum();
    if n == 0 {
        return None;
    }
    let everybody: BTreeSet<PersonId> = counts
        .keys()
        .flat_map(|(author, reviewer)| [*author, Some(*reviewer)])
        .flatten()
        .collect();
    let n_others = everybody.len() - shown.len();
    let mut columns: Vec<Side> = people.iter().copied().map(Side::Person).collect();
    columns.extend((n_others > 0).then_some(Side::Others));
    let mut rows = columns.clone();
    let has_nobody = cells.keys().any(|(author, _)| *author == Side::Nobody);
    rows.extend(has_nobody.then_some(Side::Nobody));
    let initials = Initials::of(names, &people);
    let line = |side: Side, n: u64| MatrixLine {
        title: match side {
            Side::Person(person) => names.name(person),
            Side::Others => format!("{n_others} others"),
            Side::Nobody => "automation or gone".to_owned(),
        },
        short: match side {
            Side::Person(person) => initials.get(person),
            Side::Others => "+".to_owned(),
            Side::Nobody => "–".to_owned(),
        },
        n,
    };
    let sum = |is_in: &dyn Fn(&(Side, Side)) -> bool| {
        let inside = cells.iter().filter(|(sides, _)| is_in(sides));
        inside.map(|(_, n)| n).sum::<u64>()
    };
    let cell = |author: Side, reviewer: Side| match (author, reviewer) {
        (Side::Person(a), Side::Person(b)) if a == b => MatrixCell::Own,
        sides => MatrixCell::Count(cells.get(&sides).copied().unwrap_or_default()),
    };
    let matrix = Matrix {
        sides: ["wrote", "reviewed"],
        cells: rows
            .iter()
            .map(|author| columns.iter().map(|one| cell(*author, *one)).collect())
            .collect(),
        rows: rows
            .iter()
            .map(|side| line(*side, sum(&|(author, _)| author == side)))
            .collect(),
        columns: columns
            .iter()
            .map(|side| line(*side, sum(&|(_, reviewer)| reviewer == side)))
            .collect(),
    };
    let title = format!(
        "Who reviews whose work: {}, n {} reviews",
        product.name,
        quantity::count(n)
    );
    Some(Picture {
        id: format!("reviews-{number}-{}", product.name),
        alternative: alternative(&matrix, n),
        table: table(&matrix, &product.name),
        drawing: Drawing::Matrix(matrix),
        title,
    })
}

/// Reviews given in the window, by author (`None`: no person) and reviewer.
fn counts(
    sources: &LeadSources<'_>,
    product: &ProductSources,
) -> BTreeMap<(Option<PersonId>, PersonId), u64> {
    let reviews = sources.counted.reviews.iter();
    let own = reviews.filter(|((name, ..), _)| *name == product.name);
    own.map(|((_, author, reviewer), n)| ((*author, *reviewer), *n))
        .collect()
}

/// Whoever wrote or reviewed, by name; of very many those with most reviews, given or received.
fn people(
    names: &Names<'_>,
    counts: &BTreeMap<(Option<PersonId>, PersonId), u64>,
) -> Vec<PersonId> {
    let mut seen: BTreeMap<PersonId, u64> = BTreeMap::new();
    for ((author, reviewer), n) in counts {
        for person in author.iter().chain([reviewer]) {
            *seen.entry(*person).or_default() += n;
        }
    }
    let mut people: Vec<PersonId> = seen.keys().copied().collect();
    people.sort_by_key(|person| (std::cmp::Reverse(seen.get(person)), *person));
    people.truncate(MOST);
    names.sort(&mut people);
    people
}

fn alternative(matrix: &Matrix, n: u64) -> String {
    let sums = |lines: &[MatrixLine]| {
        let told = lines.iter().filter(|line| line.n > 0);
        let told = told.map(|line| format!("{} {}", line.title, quantity::count(line.n)));
        told.collect::<Vec<_>>().join(", ")
    };
    let cells = || matrix.cells.iter().flatten();
    let n_pairs = cells().filter(|cell| **cell != MatrixCell::Own).count();
    let n_none = cells()
        .filter(|cell| **cell == MatrixCell::Count(0))
        .count();
    format!(
        "Rows are authors, columns reviewers, both by name; a cell is the number of reviews given in the window, {} in all. Reviewed: \
         {}. Was reviewed: {}. {n_none} of {n_pairs} cells have none.",
        quantity::count(n),
        sums(&matrix.columns),
        sums(&matrix.rows)
    )
}

fn table(matrix: &Matrix, product: &str) -> Table {
    let mut columns = vec![Column::text("Author"), Column::number("n")];
    let reviewers = matrix.columns.iter();
    columns.extend(
        reviewers
            .map(|one| Column::number(&format!("{}, n {}", one.title, quantity::count(one.n)))),
    );
    let row = |(line, cells): (&MatrixLine, &Vec<MatrixCell>)| {
        let mut row = vec![
            TableCell::Text(line.title.clone()),
            TableCell::Number(quantity::count(line.n)),
        ];
        row.extend(cells.iter().map(|cell| match cell {
            MatrixCell::Count(n) => TableCell::Number(quantity::count(*n)),
            MatrixCell::Own => TableCell::Missing(Some("own work".to_owned())),
        }));
        row
    };
    Table {
        title: format!("Reviews given in {product}, by author and reviewer"),
        rows: matrix.rows.iter().zip(&matrix.cells).map(row).collect(),
        columns,
        n_omitted: 0,
    }
}
