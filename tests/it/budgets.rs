//! How large a page may become: what a reader scrolls through, what a browser lays out, what a job shows.

use std::fs;

use linchpin::render;
use linchpin::report::ProductInput;

use crate::pipeline::demo;
use crate::render_given::{Given, WEB, file, measures, recent};

fn page(name: &str) -> String {
    fs::read_to_string(demo().root.join("linchpin-demo/team").join(name)).unwrap()
}

/// How many elements a page has.
fn n_elements(page: &str) -> usize {
    let starts = page.match_indices('<');
    starts
        .filter(|(at, _)| page[at + 1..].starts_with(|letter: char| letter.is_ascii_alphabetic()))
        .count()
}

/// A text without what stands between two marks, nested or not.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with(open) {
            depth += 1;
        } else if depth > 0 && rest.starts_with(close) {
            depth -= 1;
            // What was on both sides of it stays apart.
            kept.push(' ');
            rest = &rest[close.len()..];
            continue;
        }
        let letter = rest.chars().next().unwrap();
        if depth == 0 {
            kept.push(letter);
        }
        rest = &rest[letter.len_utf8()..];
    }
    kept
}

/// The words that a reader sees without opening anything.
fn n_visible_words(page: &str) -> usize {
    let body = page.split_once("<body>").unwrap().1;
    let mut text = without(body, "<details", "</details>");
    text = without(&text, "<svg", "</svg>");
    without(&text, "<", ">").split_whitespace().count()
}

#[test]
fn a_page_of_a_product_can_be_read() {
    for product in ["parcels.html", "timetable.html"] {
        let page = page(product);
        assert!(
            n_elements(&page) <= 6_000,
            "{product}: {} elements",
            n_elements(&page)
        );
        assert!(page.len() <= 400_000, "{product}: {} bytes", page.len());
        assert!(
            n_visible_words(&page) <= 4_000,
            "{product}: {} words",
            n_visible_words(&page)
        );
    }
}

#[test]
fn what_is_visible_is_counted() {
    let page = "<html><body><p>two words</p><details><summary>a</summary><details>b</details>c</details><svg><title>d</title></svg>\
                <b>three</b></body></html>";
    assert_eq!(n_visible_words(page), 3);
    assert_eq!(n_elements(page), 9);
}

/// Products that all have something to tell.
fn twenty() -> Given {
    let mut given = Given::everything();
    let names: Vec<String> = (1..=20).map(|at| format!("product number {at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    given.products = names
        .iter()
        .map(|name| ProductInput {
            unmet: Vec::new(),
            silos: vec![("web/checkout".to_owned(), None)],
            name: (*name).to_owned(),
            repositories: vec![WEB],
        })
        .collect();
    given.measures = measures(names[0]);
    for name in &names[1..] {
        for (measure, more) in given.measures.iter_mut().zip(measures(name)) {
            measure.cells.extend(more.cells);
            measure.rows.extend(more.rows);
        }
    }
    given.recent = Some(recent(&names));
    given
}

#[test]
fn twenty_products_are_a_row_each() {
    let tree = twenty().tree();
    let overview = file(&tree, "index.html");
    assert!(overview.len() <= 60_000, "{} bytes", overview.len());
    assert_eq!(overview.matches("<th scope=\"row\">").count(), 20);
    assert_eq!(overview.matches("<ol>").count(), 1);
    let first = overview.split_once("<ol>").unwrap().1;
    assert!(first.split_once("</ol>").unwrap().0.matches("<li>").count() <= 5);
}

#[test]
fn a_summary_shows_three_kilobytes_a_product_and_folds_the_rest() {
    let visible = |summary: &str| without(summary, "<details", "</details>").trim().len();
    let report = twenty().report();
    let summary = render::markdown::summary(&report, &[]);
    assert!(
        visible(&summary) <= 20 * 3_000,
        "{} bytes",
        visible(&summary)
    );
    assert!(summary.len() > visible(&summary));
    let demo = page("summary.md");
    assert!(visible(&demo) <= 2 * 3_000, "{} bytes", visible(&demo));
    assert!(page("chat.txt").chars().count() <= 1_500);
}
