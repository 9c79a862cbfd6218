//! Files as rectangles: in which area each stands, and which stand together where there are many.

use std::collections::BTreeMap;

use super::Tile;

/// More files than these are folded to directories.
pub const MOST_TILES: usize = 700;

/// The area that a file stands in: its first, or else the top of its path, with the repository where a product has several.
/// Areas of several repositories are told apart already, where they are directories.
#[must_use]
pub fn area_of(areas: &[String], path: &str, repository: Option<&str>) -> String {
    if let Some(first) = areas.first() {
        return first.clone();
    }
    let top = path.split_once('/').map_or("(root)", |(top, _)| top);
    match repository {
        Some(repository) => format!("{repository}: {top}"),
        None => top.to_owned(),
    }
}

/// Where a file stands: its area, the file or a directory above it, its class.
type Key<'a> = (&'a str, &'a str, u8);

/// The rectangles of every area, made of files by area, path, class and lines. Where there are more files than a picture shows, the
/// smallest of a directory and class stand together, and so on upwards, until they are few enough.
pub fn tiles<'a>(
    files: impl Iterator<Item = (&'a str, &'a str, u8, u64)>,
) -> BTreeMap<&'a str, Vec<Tile>> {
    let mut found: BTreeMap<Key<'a>, u64> = BTreeMap::new();
    for (area, path, class, lines) in files {
        *found.entry((area, path, class)).or_default() += lines;
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
    for ((area, path, class), lines) in found {
        by_area.entry(area).or_default().push(Tile {
            path: path.to_owned(),
            lines,
            class,
        });
    }
    for tiles in by_area.values_mut() {
        tiles.sort_by(|a, b| (b.lines, &a.path, a.class).cmp(&(a.lines, &b.path, b.class)));
    }
    by_area
}

/// The directory above a path; of what stands at the top, nothing.
fn parent(path: &str) -> &str {
    let end = path.rfind('/');
    end.and_then(|end| path.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_are_folded_to_directories_and_no_line_is_lost() {
        // One file is large: it stands by itself.
        let lines = |at: usize| if at == 7 { 9_000 } else { 10 };
        let check = |n: usize, n_of_files: usize| {
            let path = |at: usize| format!("src/{}/{}/f{at}.rs", at % 40, at % 320);
            let paths: Vec<String> = (0..n).map(path).collect();
            let class = |at: usize| u8::try_from(at % 4).unwrap();
            let files = paths.iter().enumerate();
            let files = files.map(|(at, path)| ("src", path.as_str(), class(at), lines(at)));
            let found = tiles(files).remove("src").unwrap();
            assert!(found.len() <= MOST_TILES, "{}", found.len());
            let all: u64 = found.iter().map(|tile| tile.lines).sum();
            assert_eq!(all, (0..n).map(lines).sum::<u64>());
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
    fn a_file_without_an_area_stands_at_the_top_of_its_path() {
        let check = |areas: &[&str], path, repository, expected| {
            let areas: Vec<String> = areas.iter().copied().map(str::to_owned).collect();
            assert_eq!(area_of(&areas, path, repository), expected);
        };
        check(&["core", "docs"], "src/a.rs", Some("web"), "core");
        check(&[], "src/a.rs", Some("web"), "web: src");
        check(&[], "a.rs", None, "(root)");
    }

    #[test]
    fn above_a_path_is_its_directory() {
        let check = |path, expected| assert_eq!(parent(path), expected, "{path}");
        check("a/b/c.rs", "a/b");
        check("a", "");
        check("", "");
    }
}
