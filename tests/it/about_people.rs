//! What holds for every page that a user finds, whatever it is about.
//!
//! Nobody is compared: no table of any page sets two people's counts side by side, but for the lead's table of reviewers, and what
//! lists people is in the order of their names. No sentence that linchpin says of itself judges, hedges or claims to know why. Every page
//! of the demo's trees is parsed for it; with `LINCHPIN_TREE` set, those of another tree too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use linchpin::demo::organisation::{self, Plants};
use linchpin::evidence::lint;
use regex::Regex;

use crate::pipeline::demo;

/// The part of the lead's page in which load is seen, so that it can be shared out.
const REVIEWERS: &str = "reviewers";

/// A table: where it stands, and the cells of its rows.
struct Table {
    place: String,
    rows: Vec<Vec<String>>,
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The tables of a Markdown file.
fn of_markdown(place: &str, text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if !line.starts_with('|') {
            is_inside = false;
            continue;
        }
        if !is_inside {
            tables.push(Table {
                place: place.to_owned(),
                rows: Vec::new(),
            });
            is_inside = true;
        }
        let cells = line.trim_matches('|').split(" | ");
        let row = cells.map(|cell| cell.trim_matches(['|', ' ']).to_owned());
        tables.last_mut().unwrap().rows.push(row.collect());
    }
    tables
}

/// The tables of a page, each with the part of the page that it stands in.
fn of_page(place: &str, text: &str) -> Vec<Table> {
    let tables = Regex::new("(?s)<section id=\"([^\"]+)\"|<table>(.*?)</table>").unwrap();
    let row = Regex::new("(?s)<tr>(.*?)</tr>").unwrap();
    let cell = Regex::new("(?s)<t[dh][^>]*>(.*?)</t[dh]>").unwrap();
    let tag = Regex::new("<[^>]+>").unwrap();
    let mut part = String::new();
    let mut found = Vec::new();
    for hit in tables.captures_iter(text) {
        let Some(table) = hit.get(2) else {
            hit[1].clone_into(&mut part);
            continue;
        };
        let cells = |row: &str| -> Vec<String> {
            let cells = cell.captures_iter(row);
            cells
                .map(|cell| tag.replace_all(&cell[1], "").into_owned())
                .collect()
        };
        found.push(Table {
            place: format!("{place}#{part}"),
            rows: row
                .captures_iter(table.as_str())
                .map(|row| cells(&row[1]))
                .collect(),
        });
    }
    found
}

/// The rows that are about one person each, with the person.
fn about_people<'a>(table: &'a Table, names: &BTreeSet<String>) -> Vec<(&'a str, &'a [String])> {
    let rows = table.rows.iter();
    rows.filter_map(|row| {
        let first = row.first()?;
        names
            .contains(first)
            .then_some((first.as_str(), row.as_slice()))
    })
    .collect()
}

fn is_count(cell: &str) -> bool {
    cell.starts_with(|letter: char| letter.is_ascii_digit()) && !is_date(cell)
}

fn is_date(cell: &str) -> bool {
    cell.len() >= 10
        && cell
            .get(..10)
            .is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok())
}

/// What is wrong with a table.
fn fault(table: &Table, names: &BTreeSet<String>) -> Option<String> {
    let rows = about_people(table, names);
    let people: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    let place = &table.place;
    if !people.is_sorted() {
        return Some(format!("{place}: not by name: {people:?}"));
    }
    let is_of_reviewers = place.ends_with("lead/reviewers.md")
        || place.ends_with("lead/reviewers.html")
        || place.ends_with(&format!("lead/index.html#{REVIEWERS}"));
    let distinct: BTreeSet<&str> = people.into_iter().collect();
    let counts = rows.iter().flat_map(|(_, row)| row.iter().skip(1));
    let has_counts = counts.into_iter().any(|cell| is_count(cell));
    (distinct.len() > 1 && has_counts && !is_of_reviewers)
        .then(|| format!("{place}: counts of {distinct:?} side by side"))
}

fn names() -> BTreeSet<String> {
    let accounts = organisation::build(&Plants::default()).host.accounts;
    accounts
        .into_iter()
        .flat_map(|account| [account.login, account.name.unwrap_or_default()])
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn no_page_sets_the_counts_of_two_people_side_by_side() {
    let root = demo().root.join("linchpin-demo");
    let names = names();
    let mut pages = Vec::new();
    for tree in ["team", "private"] {
        files(&root.join(tree), &mut pages);
    }
    let (mut n_tables, mut n_about_people) = (0, 0);
    let mut faults = Vec::new();
    for page in pages {
        let place = page.strip_prefix(&root).unwrap().display().to_string();
        let extension = page.extension().and_then(|found| found.to_str());
        let tables = match extension {
            Some("md") => of_markdown(&place, &fs::read_to_string(&page).unwrap()),
            Some("html") => of_page(&place, &fs::read_to_string(&page).unwrap()),
            _ => continue,
        };
        n_tables += tables.len();
        for table in &tables {
            n_about_people += usize::from(!about_people(table, &names).is_empty());
            faults.extend(fault(table, &names));
        }
    }
    assert!(
        n_tables > 50 && n_about_people > 3,
        "{n_tables} {n_about_people}"
    );
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_comparison_is_found() {
    let names: BTreeSet<String> = ["Ada", "Ben"].map(str::to_owned).into();
    let faults = |place: &str, text: &str| {
        let tables = of_markdown(place, text);
        tables
            .iter()
            .filter_map(|table| fault(table, &names))
            .count()
    };
    let counts = "| Person | Reviews |\n|---|--:|\n| Ada | 3 |\n| Ben | 9 |\n";
    assert_eq!(faults("private/ada/evidence.md", counts), 1);
    assert_eq!(faults("private/lead/reviewers.md", counts), 0);
    let by_number = "| Person | Reviews |\n|---|--:|\n| Ben | 9 |\n| Ada | 3 |\n";
    assert_eq!(faults("private/lead/reviewers.md", by_number), 1);
    let dates = "| Person | Latest |\n|---|---|\n| Ada | 2026-01-01 |\n| Ben | 2026-02-01 |\n";
    assert_eq!(faults("private/lead/coverage.md", dates), 0);
    let page = "<section id=\"knowledge\"><table><tr><td>Ada</td><td>1</td></tr><tr><td>Ben</td><td>2</td></tr></table>";
    let tables = of_page("lead/index.html", page);
    assert_eq!(
        tables
            .iter()
            .filter_map(|table| fault(table, &names))
            .count(),
        1
    );
}

/// A text without what others said, and without questions: quotations, code, addresses, comments, and what is to be answered.
fn own_words(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("> "));
    let text = lines.collect::<Vec<_>>().join("\n");
    let others = "(?s)“[^”]*”|`[^`\n]*`|<!--.*?-->|\\]\\([^)]*\\)|<[^>]+>|[*][*][^*\n]*[?]:[*][*]";
    Regex::new(others)
        .unwrap()
        .replace_all(&text, " … ")
        .into_owned()
}

#[test]
fn no_sentence_of_linchpins_own_judges() {
    let demo = demo().root.join("linchpin-demo/private");
    let trees = [
        Some(demo),
        std::env::var_os("LINCHPIN_TREE").map(PathBuf::from),
    ];
    let mut pages = Vec::new();
    for tree in trees.into_iter().flatten() {
        files(&tree, &mut pages);
    }
    pages.retain(|page| page.extension().is_some_and(|found| found == "md"));
    assert!(pages.len() > 20, "{}", pages.len());
    let mut faults = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for line in own_words(&text).lines() {
            for fault in lint::text(line) {
                faults.push(format!("{}: {fault}: {line}", page.display()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}
