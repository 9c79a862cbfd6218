//! Tables that a page can show whole: at most so many columns, the others folded below.

use crate::report::Picture;
use crate::report::document::Block;
use crate::report::table::Table;

/// The most columns of a table.
pub(super) const MOST: usize = 8;

/// A table as parts of a page: its first columns in the open, the others folded, each with the first `keys` columns before them.
pub(super) fn folded(table: Table, keys: usize) -> Vec<Block> {
    let title = table.title.clone();
    let mut tables = narrowed(table, keys).into_iter();
    let mut blocks: Vec<Block> = tables.by_ref().take(1).map(Block::Table).collect();
    let rest: Vec<Block> = tables.map(Block::Table).collect();
    if !rest.is_empty() {
        blocks.push(Block::Details {
            summary: format!("More columns: {title}"),
            blocks: rest,
        });
    }
    blocks
}

/// A picture with what it is drawn from folded below it.
pub(super) fn pictured(picture: Picture, keys: usize) -> Vec<Block> {
    let tables = narrowed(picture.table.clone(), keys).into_iter();
    let details = Block::Details {
        summary: format!("As a table: {}", picture.table.title),
        blocks: tables.map(Block::Table).collect(),
    };
    vec![Block::Picture(Box::new(picture)), details]
}

/// The same columns in tables of at most [`MOST`].
fn narrowed(table: Table, keys: usize) -> Vec<Table> {
    let n = table.columns.len();
    if n <= MOST {
        return vec![table];
    }
    let room = MOST.saturating_sub(keys).max(1);
    let n_tables = n.saturating_sub(keys).div_ceil(room);
    let part = |at: usize| {
        let from = keys + at * room;
        let to = (from + room).min(n);
        let title = if at == 0 {
            table.title.clone()
        } else {
            format!("{} ({} of {n_tables})", table.title, at + 1)
        };
        let row = |row: &Vec<_>| chosen(row, keys, from, to);
        Table {
            title,
            columns: chosen(&table.columns, keys, from, to),
            rows: table.rows.iter().map(row).collect(),
            n_omitted: table.n_omitted,
        }
    };
    (0..n_tables).map(part).collect()
}

/// The first `keys`, and those between two places.
fn chosen<T: Clone>(all: &[T], keys: usize, from: usize, to: usize) -> Vec<T> {
    let keys = all.get(..keys).unwrap_or_default().iter();
    let own = all.get(from..to).unwrap_or_default().iter();
    keys.chain(own).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Column, TableCell};

    fn table(n: usize) -> Table {
        let name = |at: usize| format!("c{at}");
        Table {
            title: "t".to_owned(),
            columns: (0..n).map(|at| Column::number(&name(at))).collect(),
            rows: vec![(0..n).map(|at| TableCell::Number(name(at))).collect()],
            n_omitted: 0,
        }
    }

    #[test]
    fn no_column_is_lost_or_told_twice_and_the_keys_stand_in_every_table() {
        for n in 1..40 {
            let tables = narrowed(table(n), 2);
            let mut told: Vec<String> = Vec::new();
            for one in &tables {
                assert!(one.columns.len() <= MOST, "{n}");
                let titles: Vec<&str> = one.columns.iter().map(|c| c.title.as_str()).collect();
                let cells: Vec<_> = one.rows.iter().flatten().map(TableCell::words).collect();
                assert_eq!(titles, cells);
                let keys = n.min(2);
                assert_eq!(titles.get(..keys), Some(&["c0", "c1"][..keys]));
                told.extend(titles.iter().skip(2).map(|title| (*title).to_owned()));
            }
            let expected: Vec<String> = (2..n).map(|at| format!("c{at}")).collect();
            assert_eq!(told, expected);
        }
    }
}
