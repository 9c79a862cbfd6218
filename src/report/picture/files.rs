//! The knowledge map: every file by its surviving lines, coloured by how many active people know it. It names nobody.

use std::collections::BTreeMap;

use super::tiles::{MOST_TILES, tiles};
use super::{Drawing, Look, Map, MapArea, MapClass, Picture};
use crate::metrics::drawn::{KnownFile, Material};
use crate::report::figure::Frame;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

/// The classes: how many people, their words, and how they are drawn.
const CLASSES: [(&str, Look); 4] = [
    ("nobody active", Look::Nobody),
    ("one", Look::One),
    ("two", Look::Two),
    ("three or more", Look::Many),
];

pub(super) fn picture(material: Option<&Material>, frame: &Frame<'_>) -> Option<Picture> {
    let Some(Material::Files(files)) = material else {
        return None;
    };
    if files.is_empty() {
        return None;
    }
    let mut areas: BTreeMap<String, Vec<&KnownFile>> = BTreeMap::new();
    for file in files {
        areas.entry(area_of(file, frame)).or_default().push(file);
    }
    let placed = areas.iter().flat_map(|(area, files)| {
        let files = files.iter();
        files.map(|file| {
            (
                area.as_str(),
                file.path.as_str(),
                class(file.n_people),
                file.lines,
            )
        })
    });
    let mut tiles = tiles(placed);
    let mut found: Vec<(u64, MapArea)> = areas
        .iter()
        .map(|(title, files)| {
            let lines = files.iter().map(|file| file.lines).sum();
            let n_of_one = files.iter().filter(|file| file.n_people == 1).count();
            let area = MapArea {
                title: title.clone(),
                words: format!(
                    "{}, {} known to one",
                    quantity::counted(real(files.len()), "files"),
                    quantity::count(n_of_one as u64)
                ),
                tiles: tiles.remove(title.as_str()).unwrap_or_default(),
            };
            (lines, area)
        })
        .collect();
    found.sort_by(|a, b| (b.0, &a.1.title).cmp(&(a.0, &b.1.title)));
    let counts = classes(files.iter());
    let words: Vec<String> = CLASSES
        .iter()
        .zip(counts)
        .map(|((class, _), n)| format!("{class} {}", quantity::count(n)))
        .collect();
    let folded = if files.len() > MOST_TILES {
        "Every rectangle is a file, or the small files of a directory that as many people know"
    } else {
        "Every rectangle is a file"
    };
    Some(Picture {
        id: String::new(),
        title: format!(
            "Knowledge map: {}",
            quantity::counted(real(files.len()), "files")
        ),
        alternative: format!(
            "{folded}, its area the lines that survive, its colour how many people active in the last 90 days ever changed or \
             reviewed it. Files without such lines, and files with nothing but changes that are left out, are not on it. Files by that number: {}. The largest areas: {}.",
            words.join(", "),
            found
                .iter()
                .take(5)
                .map(|(_, area)| format!("{}, {}", area.title, area.words))
                .collect::<Vec<_>>()
                .join("; ")
        ),
        table: table(&areas),
        drawing: Drawing::Map(Map {
            classes: CLASSES
                .iter()
                .map(|(title, look)| MapClass {
                    title: (*title).to_owned(),
                    look: *look,
                })
                .collect(),
            areas: found.into_iter().map(|(_, area)| area).collect(),
        }),
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn real(n: usize) -> f64 {
    n as f64
}

/// The area that a file stands in.
fn area_of(file: &KnownFile, frame: &Frame<'_>) -> String {
    let several = frame.repositories.len() > 1;
    let repository = several.then(|| frame.repository_name(file.repository));
    super::tiles::area_of(&file.areas, &file.path, repository.as_deref())
}

/// The class of a file.
fn class(n_people: u64) -> u8 {
    u8::try_from(n_people.min(3)).unwrap_or(3)
}

fn classes<'a>(files: impl Iterator<Item = &'a KnownFile>) -> [u64; 4] {
    let mut counts = [0; 4];
    for file in files {
        if let Some(n) = counts.get_mut(usize::from(class(file.n_people))) {
            *n += 1;
        }
    }
    counts
}

fn table(areas: &BTreeMap<String, Vec<&KnownFile>>) -> Table {
    let mut columns = vec![
        Column::text("Area"),
        Column::number("files"),
        Column::number("lines"),
    ];
    columns.extend(
        CLASSES
            .iter()
            .map(|(class, _)| Column::number(&format!("known to {class}"))),
    );
    let row = |(title, files): (&String, &Vec<&KnownFile>)| {
        let lines: u64 = files.iter().map(|file| file.lines).sum();
        let mut row = vec![
            TableCell::Text(title.clone()),
            TableCell::Number(quantity::count(files.len() as u64)),
            TableCell::Number(quantity::count(lines)),
        ];
        let counts = classes(files.iter().copied());
        row.extend(counts.map(|n| TableCell::Number(quantity::count(n))));
        row
    };
    Table {
        title: "Files by how many active people know them".to_owned(),
        columns,
        rows: areas.iter().map(row).collect(),
        n_omitted: 0,
    }
}
