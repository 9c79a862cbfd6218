//! The knowledge map: every file by its surviving lines, coloured by how many active people know it. It names nobody.

use std::collections::BTreeMap;

use super::{Drawing, MapArea, Picture, Tile};
use crate::metrics::drawn::{KnownFile, Material};
use crate::report::figure::Frame;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

/// More files than these are folded to directories.
pub(super) const MOST_TILES: usize = 700;

/// The classes: how many people, and their words.
pub const CLASSES: [&str; 4] = ["nobody active", "one", "two", "three or more"];

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
    let mut tiles = tiles(&areas);
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
        .map(|(class, n)| format!("{class} {}", quantity::count(n)))
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
             reviewed it. Files by that number: {}. The largest areas: {}.",
            words.join(", "),
            found
                .iter()
                .take(5)
                .map(|(_, area)| format!("{}, {}", area.title, area.words))
                .collect::<Vec<_>>()
                .join("; ")
        ),
        table: table(&areas),
        drawing: Drawing::Map(found.into_iter().map(|(_, area)| area).collect()),
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn real(n: usize) -> f64 {
    n as f64
}

/// The area that a file stands in: its first, or else the top of its path.
fn area_of(file: &KnownFile, frame: &Frame<'_>) -> String {
    let area = file.areas.first().cloned().unwrap_or_else(|| {
        let top = file.path.split_once('/').map(|(top, _)| top);
        top.unwrap_or("(root)").to_owned()
    });
    let several = frame.repositories.len() > 1;
    // Areas of several repositories are told apart already, where they are directories.
    if several && file.areas.is_empty() {
        format!("{}: {area}", frame.repository_name(file.repository))
    } else {
        area
    }
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

/// Where a file stands: its area, the file or a directory above it, its class.
type Key<'a> = (&'a str, &'a str, u8);

/// The rectangles of every area. Where there are more files than a picture shows, the smallest of a directory that as many people
/// know stand together, and so on upwards, until they are few enough.
fn tiles<'a>(areas: &'a BTreeMap<String, Vec<&'a KnownFile>>) -> BTreeMap<&'a str, Vec<Tile>> {
    let mut found: BTreeMap<Key<'a>, u64> = BTreeMap::new();
    for (area, files) in areas {
        for file in files {
            let key = (area.as_str(), file.path.as_str(), class(file.n_people));
            *found.entry(key).or_default() += file.lines;
        }
    }
    let mut least = 1;
    while found.len() > MOST_TILES && found.keys().any(|(_, path, _)| !path.is_empty()) {
        least *= 2;
        let mut folded: BTreeMap<Key<'a>, u64> = BTreeMap::new();
        for ((area, path, class), lines) in found {
            let path = if lines < least { parent(path) } else { path };
            *folded.entry((area, path, class)).or_default() += lines;
        }
        found = folded;
    }
    let mut by_area: BTreeMap<&str, Vec<Tile>> = BTreeMap::new();
    for ((area, path, n_people), lines) in found {
        by_area.entry(area).or_default().push(Tile {
            path: path.to_owned(),
            lines,
            n_people,
        });
    }
    for tiles in by_area.values_mut() {
        tiles.sort_by(|a, b| (b.lines, &a.path, a.n_people).cmp(&(a.lines, &b.path, b.n_people)));
    }
    by_area
}

/// The directory above a path; of what stands at the top, nothing.
fn parent(path: &str) -> &str {
    let end = path.rfind('/');
    end.and_then(|end| path.get(..end)).unwrap_or_default()
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
            .map(|class| Column::number(&format!("known to {class}"))),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepositoryId;

    #[test]
    fn many_files_are_folded_to_directories_and_no_line_is_lost() {
        let file = |at: usize| KnownFile {
            repository: RepositoryId(1),
            path: format!("src/{}/{}/f{at}.rs", at % 40, at % 320),
            areas: ["src".to_owned()].into(),
            // One file is large: it stands by itself.
            lines: if at == 7 { 9_000 } else { 10 },
            n_people: (at % 5) as u64,
        };
        let check = |n: usize, n_of_files: usize| {
            let files: Vec<KnownFile> = (0..n).map(file).collect();
            let areas = BTreeMap::from([("src".to_owned(), files.iter().collect::<Vec<_>>())]);
            let found = tiles(&areas).remove("src").unwrap();
            assert!(found.len() <= MOST_TILES, "{}", found.len());
            let lines: u64 = found.iter().map(|tile| tile.lines).sum();
            assert_eq!(lines, files.iter().map(|file| file.lines).sum::<u64>());
            let is_file = |tile: &&Tile| tile.path.contains("/f");
            assert_eq!(found.iter().filter(is_file).count(), n_of_files, "{n}");
            assert_eq!(
                found.first().map(|tile| tile.path.as_str()),
                Some("src/7/7/f7.rs")
            );
        };
        check(700, 700);
        check(5_000, 1);
    }

    #[test]
    fn above_a_path_is_its_directory() {
        let check = |path, expected| assert_eq!(parent(path), expected, "{path}");
        check("a/b/c.rs", "a/b");
        check("a", "");
        check("", "");
    }
}
