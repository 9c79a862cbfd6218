//! The team tree from synthetic measures: what stands in it, what never does, and that it is the same every time.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that does not build fails its test"
)]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use linchpin::domain::{Bucket, Completeness, Gap, Granularity, RepositoryId, Stream};
use linchpin::metrics::measure::{Measured, Number, Scope, Value};
use linchpin::metrics::unmet::{Cause, Unmet};
use linchpin::render::brief::{Brief, Ways, lines};
use linchpin::render::{self, Explain, Format, MAX_SUMMARY_BYTES, explain};
use linchpin::report::document::{Block, Document, EvidenceLine, Span};
use linchpin::report::{PointState, ProductInput, RepositoryLabel};
use linchpin::work::{Fate, Missing};

use crate::render_given::{
    API, CYCLE, Given, PICKUP, PRODUCT, WEB, cell, certificate, file, is_page, measures,
    not_observed, product_page, row, whole,
};

fn text_of_tree(given: &Given) -> String {
    let tree = given.tree();
    let parts = tree.iter().map(|(path, bytes)| {
        [path.clone(), String::from_utf8_lossy(bytes).into_owned()].join("\n")
    });
    parts.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let given = Given::everything();
    assert_eq!(given.tree(), given.tree());
    if let Ok(folder) = std::env::var("LINCHPIN_TEST_PAGE") {
        write(&folder, &given.tree());
    }
}

/// Writes a tree where a person, or the browser check, wants to look at it.
fn write(folder: &str, tree: &[render::OutputFile]) {
    for (path, bytes) in tree {
        let path = std::path::Path::new(folder).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn the_order_of_measures_changes_nothing() {
    let mut given = Given::everything();
    let before = given.tree();
    given.measures.reverse();
    given.certificates.reverse();
    assert_eq!(given.tree(), before);
}

#[test]
fn the_tree_has_the_files_of_the_contract() {
    let paths: Vec<String> = Given::everything()
        .tree()
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        paths,
        [
            "badges/dora.change_lead_time.json",
            "badges/dora.deployment_frequency.json",
            "badges/flow.pickup_time.json",
            "charts/dora.change_lead_time.csv",
            "charts/dora.change_lead_time.svg",
            "charts/dora.deployment_frequency.csv",
            "charts/dora.deployment_frequency.svg",
            "charts/flow.pickup_time.areas.csv",
            "charts/flow.pickup_time.csv",
            "charts/flow.pickup_time.repositories.csv",
            "charts/flow.pickup_time.svg",
            "charts/knowledge.truck_factor.areas.csv",
            "charts/ownership.share.areas.csv",
            "charts/ownership.share.csv",
            "charts/ownership.share.svg",
            "charts/review.concentration.csv",
            "charts/review.concentration.svg",
            "chat.txt",
            "data.html",
            "data_quality.json",
            "definitions.html",
            "figures.json",
            "index.html",
            "metrics.json",
            "storefront.html",
            "summary.json",
            "summary.md",
        ]
    );
}

#[test]
fn a_title_never_reaches_the_team_tree() {
    // The rows of cycle time are too few, so they are listed; their titles hold a name.
    let given = Given::everything();
    let names: Vec<_> = given
        .measures
        .iter()
        .flat_map(|measure| &measure.rows)
        .map(|row| &row.subject)
        .collect();
    assert!(
        names.iter().any(|subject| subject.contains("Grace Hopper")),
        "the fixture plants a name"
    );
    let text = text_of_tree(&given);
    assert!(!text.contains("Grace") && !text.contains("Hopper"));
    assert!(text.contains("acme/web #412"), "the row itself is listed");
    assert!(text.contains("https://github.example/acme/web/pull/412"));
}

#[test]
fn what_is_not_observed_says_why_and_is_never_zero() {
    let mut given = Given::everything();
    given.measures = vec![
        not_observed(&PICKUP, PRODUCT),
        not_observed(&CYCLE, PRODUCT),
    ];
    given.recent = None;
    let tree = given.tree();
    let page = product_page(&tree);
    assert!(page.contains("Not observed: no GitHub token"));
    assert!(page.contains("set <code>GITHUB_TOKEN</code> to a token that may read pull requests"));
    assert!(!page.contains("<figure>"), "no empty chart");
    assert!(!page.contains("class=\"amount\""), "no number");
    assert!(!tree.iter().any(|(path, _)| path.starts_with("charts/")));
    let summary = file(&tree, "summary.md");
    assert!(
        summary.contains("Cycle time, Pickup time: not observed: no GitHub token"),
        "{summary}"
    );
    let metrics: serde_json::Value = serde_json::from_str(&file(&tree, "metrics.json")).unwrap();
    let first = &metrics["metrics"][0];
    assert_eq!(first["status"], "not_observed");
    assert_eq!(first["because"], "no GitHub token");
    assert!(first["value"].is_null() && first["n"].is_null() && first["interval"].is_null());
}

#[test]
fn a_metric_without_a_cell_for_the_product_is_not_observed() {
    let mut given = Given::everything();
    given.measures = vec![not_observed(&PICKUP, "Another product")];
    assert!(
        product_page(&given.tree()).contains("Not observed: nothing to measure in this product")
    );
}

#[test]
fn a_bucket_without_a_value_is_a_gap_in_the_line() {
    let given = Given::everything();
    let report = given.report();
    let chart = report
        .figures()
        .find(|figure| figure.id == "flow.pickup_time")
        .and_then(|figure| figure.chart.clone())
        .unwrap();
    let state = |at: usize| chart.points[at].state;
    assert_eq!(
        [state(10), state(11), state(20), state(40)],
        [
            PointState::Measured,
            PointState::TooFew,
            PointState::Missing,
            PointState::TooFew
        ]
    );
    assert!(
        chart.points[0].is_cut && !chart.points[1].is_cut,
        "the window begins inside the first week"
    );
    assert!(
        chart.points.last().unwrap().is_cut,
        "and ends inside the last"
    );
    let tree = given.tree();
    let svg = file(&tree, "charts/flow.pickup_time.svg");
    // Four runs of several buckets between the gaps at 11, 20 to 22 and 40, for the median and the quieter line each.
    for style in [
        "stroke=\"#255FC9\" stroke-width=\"20\" d=",
        "stroke=\"#7690C8\" stroke-width=\"12\" d=",
    ] {
        let path = svg
            .split(style)
            .nth(1)
            .and_then(|rest| rest.split('"').nth(1))
            .unwrap();
        assert_eq!(
            path.to_lowercase().matches('m').count(),
            4,
            "{style} {path}"
        );
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    let csv = file(&tree, "charts/flow.pickup_time.csv");
    assert!(csv.contains("\n2025-W32,too_few,false,2,,,,,\n"), "{csv}");
    assert!(csv.contains("\n2025-W41,missing,false,,,,,,\n"), "{csv}");
}

#[test]
fn a_broken_number_is_a_missing_number() {
    let mut given = Given::everything();
    let value = Value(vec![
        ("p50", Number::Real(f64::NAN)),
        ("p75", Number::Real(f64::INFINITY)),
    ]);
    let broken = Measured::Value {
        n: 9,
        value,
        interval: Some([f64::NAN, 1.0]),
    };
    let mut measure = not_observed(&PICKUP, PRODUCT);
    let week = Bucket::of(
        "2026-03-04T10:00:00Z".parse::<Timestamp>().unwrap(),
        Granularity::Week,
        &TimeZone::UTC,
    );
    measure.cells = vec![
        cell(whole(PRODUCT), None, broken.clone()),
        cell(whole(PRODUCT), Some(week), broken),
    ];
    given.measures = vec![measure];
    let tree = given.tree();
    for (path, bytes) in &tree {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(!text.contains("NaN") && !text.contains("inf "), "{path}");
    }
    let metrics: serde_json::Value = serde_json::from_str(&file(&tree, "metrics.json")).unwrap();
    assert!(metrics["metrics"][0]["value"]["p50"].is_null());
}

#[test]
fn every_figure_carries_n_its_interval_its_ledger_and_its_definition() {
    let tree = Given::everything().tree();
    let page = product_page(&tree);
    let card = page
        .split("<article")
        .find(|card| card.contains("id=\"flow.pickup_time\""))
        .unwrap();
    for words in [
        "4.3 h",
        "median",
        "80 % interval <b>3.5 h – 5.5 h</b>",
        "n <b>618</b>",
        "<b>618</b> of 709 rows included, 75 excluded, <span class=\"unknown\">16 unknown</span>",
        "own pull request",
        "not ready yet",
        "97 % (618 of 634)",
        "definitions.html#flow.pickup_time",
        "charts/flow.pickup_time.csv",
        "charts/flow.pickup_time.areas.csv",
        "By repository",
        "By area",
        "linchpin explain flow.pickup_time",
    ] {
        assert!(card.contains(words), "{words}\n{card}");
    }
    let definitions = file(&tree, "definitions.html");
    assert_eq!(definitions.matches("id=\"flow.pickup_time\"").count(), 1);
    for words in [
        "From ready for review",
        "linchpin, after DORA 2026",
        "How it can mislead",
    ] {
        assert!(definitions.contains(words), "{words}");
    }
    let at = |area: &str| card.find(area).unwrap();
    assert!(
        at("api/orders") < at("api/payments") && at("api/payments") < at("web/checkout"),
        "areas are alphabetical"
    );
}

#[test]
fn a_remark_about_another_product_stays_away() {
    let text = text_of_tree(&Given::everything());
    assert!(text.contains("source deployments_api"));
    assert!(!text.contains("source tags"));
}

#[test]
fn partial_data_is_a_banner_and_unread_streams_are_a_note() {
    let page_with = |completeness| {
        let mut given = Given::everything();
        given.certificates = vec![certificate(WEB, Stream::History, completeness)];
        let tree = given.tree();
        (
            product_page(&tree),
            file(&tree, "data_quality.json"),
            file(&tree, "summary.md"),
        )
    };
    let (page, quality, summary) = page_with(Completeness::Partial);
    assert!(page.contains("class=\"banner\"") && page.contains("git fetch --unshallow"));
    assert!(
        page.contains("Partial data: history of acme/web partial: shallow clone"),
        "the figures say so themselves"
    );
    assert!(quality.contains("\"partial\": true") && summary.contains("> **Partial data.**"));
    let (page, quality, summary) = page_with(Completeness::Skipped);
    assert!(!page.contains("class=\"banner\"") && page.contains("Not read: history of acme/web"));
    assert!(quality.contains("\"partial\": false") && summary.contains("> **Not read.**"));
    let (page, ..) = page_with(Completeness::Complete);
    assert!(!page.contains("class=\"banner\"") && !page.contains("Not read:"));
}

#[test]
fn what_several_figures_lack_alike_is_told_once_a_section() {
    let mut given = Given::everything();
    given.certificates = vec![
        certificate(WEB, Stream::History, Completeness::Partial),
        certificate(WEB, Stream::PullRequests, Completeness::Complete),
    ];
    let page = product_page(&given.tree());
    let caution = "Partial data: history of acme/web partial: shallow clone: 50 commits";
    let mut n_shared = 0;
    for part in page.split("class=\"part\"").skip(1) {
        let n_told = part.matches(caution).count();
        assert!(n_told <= 1, "{part}");
        // Where every figure lacks it, no card repeats it; else those that do say so.
        let is_of_all = part.contains(&format!("{caution}. It concerns every figure here."));
        assert!(!is_of_all || !part.contains("as said above"), "{part}");
        n_shared += n_told;
    }
    assert!(n_shared > 0, "{page}");
    let summary = file(&given.tree(), "summary.md");
    let mut sections = summary.split("\n### ").skip(1);
    assert!(sections.all(|part| part.matches(": history of acme/web partial").count() <= 1));
}

#[test]
fn a_figure_that_no_product_has_is_no_column_and_named_once() {
    let mut given = Given::everything();
    given.products.push(ProductInput {
        unmet: Vec::new(),
        silos: Vec::new(),
        name: "Back office".to_owned(),
        repositories: vec![API],
    });
    let columns = |given: &Given| {
        let tree = given.tree();
        let index = file(&tree, "index.html");
        let head = index.split("<thead>").nth(1).unwrap();
        let head = head.split("</thead>").next().unwrap();
        let in_page = head.matches("scope=\"col\"").count();
        let summary = file(&tree, "summary.md");
        let row = summary.lines().find(|line| line.starts_with("| product |"));
        assert_eq!(row.unwrap().matches('|').count(), in_page + 1);
        (in_page, index, summary)
    };
    let (n_told, index, _) = columns(&given);
    assert!(n_told > 1, "{index}");
    // Nothing is told of anything: each figure is named once, and no cell says so.
    for figure in given
        .recent
        .iter_mut()
        .flat_map(|recent| &mut recent.figures)
    {
        for measure in [&mut figure.now, &mut figure.before] {
            measure.cells.clear();
        }
    }
    let (n_left, index, summary) = columns(&given);
    assert_eq!(n_left, 1, "{index}");
    assert!(!index.contains(">not told<"), "{index}");
    // The products' own parts come after it.
    let overview = summary.split("\n## ").next().unwrap();
    for page in [index.as_str(), overview] {
        assert_eq!(page.matches("Not told: ").count(), 1, "{page}");
    }
}

#[test]
fn several_products_keep_their_charts_apart() {
    let mut given = Given::everything();
    let name = "Back office / été";
    given.products.push(ProductInput {
        unmet: Vec::new(),
        silos: Vec::new(),
        name: name.to_owned(),
        repositories: vec![API],
    });
    given.products.push(ProductInput {
        unmet: Vec::new(),
        silos: Vec::new(),
        name: "Back office - t".to_owned(),
        repositories: vec![],
    });
    let more = measures(name);
    for (measure, other) in given.measures.iter_mut().zip(more) {
        measure.cells.extend(other.cells);
        measure.rows.extend(other.rows);
    }
    let report = given.report();
    let ids: Vec<&str> = report
        .products
        .iter()
        .map(|product| product.id.as_str())
        .collect();
    assert_eq!(ids, ["storefront", "back-office-t", "back-office-t-2"]);
    let tree = given.tree();
    assert!(
        tree.iter()
            .any(|(path, _)| path == "charts/storefront.flow.pickup_time.svg")
    );
    assert!(
        tree.iter()
            .any(|(path, _)| path == "charts/back-office-t.flow.pickup_time.svg")
    );
    let pages = tree.iter().filter(|(path, _)| is_page(path));
    let names: Vec<&str> = pages.clone().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        names,
        [
            "back-office-t-2.html",
            "back-office-t.html",
            "data.html",
            "definitions.html",
            "index.html",
            "storefront.html"
        ]
    );
    for (path, bytes) in pages {
        let page = String::from_utf8_lossy(bytes);
        let mut anchors: Vec<&str> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let n_anchors = anchors.len();
        anchors.sort_unstable();
        anchors.dedup();
        assert_eq!(anchors.len(), n_anchors, "{path}: no anchor twice");
    }
}

#[test]
fn a_product_is_never_called_like_another_page() {
    let mut given = Given::everything();
    let names = ["index", "Definitions", "data", "Path: widgets", "widgets"];
    given.products = names
        .iter()
        .map(|name| ProductInput {
            unmet: Vec::new(),
            silos: Vec::new(),
            name: (*name).to_owned(),
            repositories: vec![WEB],
        })
        .collect();
    let report = given.report();
    let ids: Vec<&str> = report.products.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "product-index",
            "product-definitions",
            "product-data",
            "product-path-widgets",
            "widgets"
        ]
    );
}

#[test]
fn a_terminal_tells_what_is_withheld_once() {
    let mut given = Given::everything();
    given.products[0].unmet = vec![Unmet {
        cause: Cause::MachineLike,
        what: "first responses",
        missing: Missing {
            because: "one account answers like a machine".to_owned(),
            fix: Some("name it under `bots`".to_owned()),
        },
    }];
    let brief = |given: &Given| {
        let summary = file(&given.tree(), "summary.json");
        let brief = Brief::parse(summary.as_bytes()).unwrap();
        lines(&brief, None, &Ways::default())
    };
    let text = brief(&given);
    assert_eq!(text.matches("like a machine").count(), 1, "{text}");
    assert!(text.contains("→ name it under `bots`"), "{text}");
    // What else there is to look at is told.
    assert!(text.contains("look first  Agreement crossed"), "{text}");
    given.products[0].silos.clear();
    given.agreements.clear();
    let text = brief(&given);
    assert!(!text.contains("look first"), "{text}");
}

#[test]
fn no_line_tells_of_a_silo_whose_figure_is_withheld() {
    let mut given = Given::everything();
    let mut measures = given.measures.iter_mut();
    let silos = measures.find(|measure| measure.definition.id == "knowledge.silos");
    for cell in &mut silos.unwrap().cells {
        cell.measured = Measured::TooFew { n: 3 };
    }
    let tree = given.tree();
    for (path, bytes) in &tree {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("one person, nobody else since"), "{path}");
        assert!(!text.contains("one person alone knows"), "{path}");
        // Nor is it told that there is none.
        assert!(!text.contains("no area of one person"), "{path}");
    }
}

#[test]
fn the_first_screen_tells_what_moved_and_what_to_look_at() {
    let tree = Given::everything().tree();
    let page = product_page(&tree);
    let first = page.split("class=\"part\"").next().unwrap();
    for words in [
        "2026-02-19 to 2026-05-19 against 2025-11-21 to 2026-02-18",
        "Moved: Change lead time longer (30.0 h → 2.5 d, n 70 → 80). Not told apart: 2 others.",
        "2025-11-03 “Reviews are spread”, the 90 days before against the 90 after: Change lead time shorter",
        "agreed: a first review comes within 1 working day: crossed by 1",
        "1 pull request waits longer than agreed (a first review comes within 1 working day).",
        "<a href=\"https://github.example/acme/web/pull/419\">web #419, 7.6 working days</a>",
        "“web/checkout”: one person, nobody else since 2025-02-17",
    ] {
        assert!(first.contains(words), "{words}\n{first}");
    }
    let overview = file(&tree, "index.html");
    let event = "2025-11-03 “Reviews are spread”, the 90 days before against the 90 after: Change lead time shorter";
    assert!(overview.contains(event), "{overview}");
    let summary = file(&tree, "summary.md");
    for words in [
        "**An agreement is crossed, figures moved and one person alone knows an area.**",
        "**Moved: Change lead time longer (30.0 h → 2.5 d, n 70 → 80). Not told apart: 2 others.**",
        "- **Agreement crossed** 1 pull request waits longer than agreed",
        "[web #419, 7.6 working days](https://github.example/acme/web/pull/419)",
        "| Change lead time, median | **2.5 d** n 80 | 30.0 h n 70 | longer |",
        "| Pickup time, median<br>_a first review comes within 1 working day: crossed by 1_ | **4.3 h** n 80 | 4.1 h n 70 | not told apart |",
    ] {
        assert!(summary.contains(words), "{words}\n{summary}");
    }
    assert!(!page.contains("Grace") && !summary.contains("Grace"));
    let chat = file(&tree, "chat.txt");
    assert!(
        chat.contains("- Agreement crossed: 1 pull request waits longer than agreed (a first review comes within 1 working day). web #419, 7.6 working days https://github.example/acme/web/pull/419\n"),
        "{chat}"
    );
    let badge: serde_json::Value =
        serde_json::from_str(&file(&tree, "badges/dora.change_lead_time.json")).unwrap();
    assert_eq!(
        badge,
        serde_json::json!({
            "schemaVersion": 1, "label": "change lead time", "message": "2.5 d (n 80)", "color": "lightgrey"
        })
    );
}

#[test]
fn a_figure_whose_precondition_fails_over_the_window_is_replaced_by_the_reason_in_its_parts() {
    let mut given = Given::everything();
    given
        .measures
        .retain(|measure| measure.definition.id != "flow.pickup_time");
    given.measures.push(not_observed(&PICKUP, PRODUCT));
    let page = product_page(&given.tree());
    let strip = page.split("id=\"now-and-before\"").nth(1).unwrap();
    let (table, said) = strip.split_once("</table>").unwrap();
    assert!(!table.contains("Pickup time"), "{table}");
    assert!(
        said.contains("<p class=\"said\">Not told: Pickup time: no GitHub token.</p>"),
        "{said}"
    );
    let summary = file(&given.tree(), "summary.md");
    assert!(
        summary.contains("\nNot told: Pickup time: no GitHub token.\n"),
        "{summary}"
    );
    let around = strip.split("“Reviews are spread”").nth(1).unwrap();
    assert!(!around.split("</p>").next().unwrap().contains("Pickup"));
}

#[test]
fn the_page_asks_for_nothing() {
    let tree = Given::everything().tree();
    let pages = tree.iter().filter(|(path, _)| is_page(path));
    let page: String = pages
        .map(|(_, bytes)| String::from_utf8_lossy(bytes))
        .collect();
    assert_eq!(page.matches("default-src 'none'").count(), 4);
    for word in [
        "<script",
        "http-equiv=\"refresh",
        "@import",
        "url(",
        "<iframe",
        "<object",
        "<img",
        " src=",
        " style=",
    ] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn a_summary_stays_below_what_github_shows() {
    let mut given = Given::everything();
    let names: Vec<String> = (0..1500)
        .map(|at| format!("Product {at} {}", "of a long name ".repeat(12)))
        .collect();
    given.products = names
        .iter()
        .map(|name| ProductInput {
            unmet: Vec::new(),
            silos: Vec::new(),
            name: name.clone(),
            repositories: vec![WEB],
        })
        .collect();
    given.measures = measures(&names[0]);
    let summary = render::markdown::summary(&given.report(), &[]);
    assert!(summary.len() < MAX_SUMMARY_BYTES, "{}", summary.len());
    assert!(
        summary.contains("The summary ends here"),
        "{}",
        summary.len()
    );
    assert!(summary.ends_with("Made by linchpin 0.1.0.\n"));
}

#[test]
fn the_numbers_of_metrics_json_keep_their_order_and_parts() {
    let tree = Given::everything().tree();
    let text = file(&tree, "metrics.json");
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["format"], 1);
    assert_eq!(file["window"]["since"], "2025-05-22T00:00:00Z");
    for metric in file["metrics"].as_array().unwrap() {
        for key in [
            "id", "title", "unit", "scope", "bucket", "n", "value", "interval", "coverage",
            "status", "because", "ledger",
        ] {
            assert!(metric.get(key).is_some(), "{key} in {metric}");
        }
        let ledger = &metric["ledger"];
        let reasons: u64 = ledger["unknown_reasons"]
            .as_object()
            .unwrap()
            .values()
            .filter_map(serde_json::Value::as_u64)
            .sum();
        assert_eq!(ledger["unknown"].as_u64(), Some(reasons));
        if metric["status"] == "measured" {
            assert!(
                metric["n"].is_u64() && metric["value"].is_object(),
                "{metric}"
            );
        }
    }
    assert!(text.find("\"p50\"").unwrap() < text.find("\"p75\"").unwrap());
    assert!(text.find("\"hits\"").is_some());
}

#[test]
fn explain_lists_every_row_with_its_fate_and_adds_up() {
    let given = Given::everything();
    let measure = given
        .measures
        .iter()
        .find(|measure| measure.definition.id == "flow.cycle_time")
        .unwrap();
    let asked = Explain {
        origin: None,
        person: None,
        measure,
        scope: None,
        bucket: None,
        repositories: &given.faces,
        zone: &TimeZone::UTC,
        minimum_n: 5,
        max_rows: 2,
        width: None,
        whole: "linchpin explain flow.pickup_time --limit 0",
    };
    let table = explain(&asked, Format::Table).unwrap();
    for words in [
        "Cycle time (flow.cycle_time)",
        "3  included",
        "1  excluded: by automation",
        "4  population",
        "and 1 more: linchpin explain flow.pickup_time --limit 0\n",
        "#412 thanks to Grace Hopper",
        "SELECT quantile",
    ] {
        assert!(table.contains(words), "{words}\n{table}");
    }
    let asked = Explain {
        max_rows: usize::MAX,
        ..asked
    };
    // The instants of its rows are fourteen hours before the next day begins there.
    let east = TimeZone::fixed(jiff::tz::offset(14));
    for (zone, day) in [(&TimeZone::UTC, "2026-03-04"), (&east, "2026-03-05")] {
        for format in [Format::Table, Format::Markdown] {
            let text = explain(&Explain { zone, ..asked }, format).unwrap();
            let line = text
                .lines()
                .find(|line| line.contains("#500 bump"))
                .unwrap();
            assert!(line.contains(day), "{line}");
        }
    }
    let csv = explain(&asked, Format::Csv).unwrap();
    assert_eq!(csv.lines().count(), 5, "{csv}");
    assert!(csv.contains("flow.cycle_time,Storefront,acme/web,src,#500 bump,,2026-03-04T10:00:00Z,2026-W10,1,excluded,by_automation"));
    let json: serde_json::Value =
        serde_json::from_str(&explain(&asked, Format::Json).unwrap()).unwrap();
    assert_eq!(json["ledger"]["population"], 4);
    assert_eq!(json["rows"].as_array().map(Vec::len), Some(4));
    let markdown = explain(&asked, Format::Markdown).unwrap();
    assert!(
        markdown
            .contains("[#412 thanks to Grace Hopper](https://github.example/acme/web/pull/412)"),
        "{markdown}"
    );
}

#[test]
fn explain_narrows_to_a_scope_and_a_bucket() {
    let given = Given::everything();
    let measure = given
        .measures
        .iter()
        .find(|measure| measure.definition.id == "flow.cycle_time")
        .unwrap();
    let n_rows = |scope: Option<&Scope>, bucket: Option<Bucket>| {
        let asked = Explain {
            origin: None,
            person: None,
            measure,
            scope,
            bucket,
            repositories: &given.faces,
            zone: &TimeZone::UTC,
            minimum_n: 5,
            max_rows: 9,
            width: None,
            whole: "linchpin explain flow.pickup_time --limit 0",
        };
        explain(&asked, Format::Csv).unwrap().lines().count() - 1
    };
    let scope = |repository, area: Option<&str>| Scope {
        origin: None,
        person: None,
        product: PRODUCT.into(),
        repository,
        area: area.map(str::to_owned),
    };
    let week = |text: &str| {
        Some(Bucket::of(
            text.parse().unwrap(),
            Granularity::Week,
            &TimeZone::UTC,
        ))
    };
    assert_eq!(n_rows(None, None), 4);
    assert_eq!(n_rows(Some(&scope(Some(WEB), None)), None), 4);
    assert_eq!(n_rows(Some(&scope(Some(RepositoryId(9)), None)), None), 0);
    assert_eq!(
        n_rows(
            Some(&scope(None, Some("src"))),
            week("2026-03-04T10:00:00Z")
        ),
        4
    );
    assert_eq!(n_rows(Some(&scope(None, Some("docs"))), None), 0);
    assert_eq!(n_rows(None, week("2026-03-14T10:00:00Z")), 0);
}

fn document() -> Document {
    Document {
        title: "Evidence for ada".to_owned(),
        subtitle: vec![
            Span::text("2026-01-01 to 2026-04-01, "),
            Span::Emphasis("as of 2026-04-01".to_owned()),
        ],
        blocks: vec![
            Block::Heading(1, vec![Span::text("Wins")]),
            Block::Bullets(vec![vec![
                Span::text("2026-03-02 · Reviewed "),
                Span::link("acme/web#412", "https://github.example/acme/web/pull/412"),
                Span::text(" and left 3 comments."),
            ]]),
            Block::Quote("first line\n\n> [x](javascript:1)".to_owned()),
            Block::Blank {
                label: "Impact".to_owned(),
                prompt: "[yours to write]".to_owned(),
            },
        ],
    }
}

#[test]
fn a_document_becomes_markdown_that_says_what_was_meant() {
    let text = render::pack::document(&document());
    assert_eq!(
        text,
        "# Evidence for ada\n\n2026-01-01 to 2026-04-01, _as of 2026-04-01_\n\n## Wins\n\n\
         - 2026-03-02 · Reviewed [acme/web#412](https://github.example/acme/web/pull/412) and left 3 comments.\n\n\
         > first line\n>\n> &gt; \\[x\\](javascript:1)\n\n**Impact:** \\[yours to write\\]\n"
    );
}

#[test]
fn a_document_becomes_a_page_that_asks_for_nothing() {
    let given = Given::everything();
    let report = given.report();
    let charts: Vec<_> = report
        .figures()
        .filter_map(|figure| figure.chart.clone())
        .take(1)
        .collect();
    let page = render::html::document(&document(), &charts, &[]).unwrap();
    for words in [
        "<h1>Evidence for ada</h1>",
        "<em>as of 2026-04-01</em>",
        "<h2>Wins</h2>",
        "Reviewed <a href=\"https://github.example/acme/web/pull/412\">acme/web#412</a> and left",
        "<blockquote><p>first line</p>",
        "&gt; [x](javascript:1)",
        "<b>Impact:</b> [yours to write]",
        "<svg class=\"lp",
        "default-src 'none'",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    if let Ok(folder) = std::env::var("LINCHPIN_TEST_PAGE") {
        write(&folder, &[("document.html".to_owned(), page.into_bytes())]);
    }
}

#[test]
fn evidence_is_one_object_a_line_whatever_the_quote_holds() {
    let line = EvidenceLine {
        format: 1,
        id: "reviewed-412".to_owned(),
        on: "2026-03-02".to_owned(),
        person: "ada".to_owned(),
        kind: "reviewed".to_owned(),
        act: "Reviewed acme/web#412".to_owned(),
        links: vec!["https://github.example/acme/web/pull/412".to_owned()],
        window: Some(["2026-01-01".to_owned(), "2026-04-01".to_owned()]),
        n: Some(1),
        quote: Some("two\nlines\u{2028}and \"quotes\"".to_owned()),
        caveats: Vec::new(),
        dimensions: Vec::new(),
        polarity: "win".to_owned(),
        origin: "observed".to_owned(),
        trust: Some("github_content".to_owned()),
        rule: "a rule".to_owned(),
    };
    let text = render::pack::evidence_lines(&[line.clone(), line]).unwrap();
    assert_eq!(text.lines().count(), 2);
    for line in text.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["quote"], "two\nlines\u{2028}and \"quotes\"");
    }
}

#[test]
fn holes_are_counted_by_kind_and_reason() {
    let mut given = Given::everything();
    let gap = |subject: &str| Gap {
        repository: Some(WEB),
        kind: "blob".into(),
        subject: subject.into(),
        reason: "missing_object".into(),
    };
    given.gaps = vec![gap("a"), gap("b")];
    let quality: serde_json::Value =
        serde_json::from_str(&file(&given.tree(), "data_quality.json")).unwrap();
    assert_eq!(quality["gaps"][0]["n"], 2);
    assert_eq!(quality["streams"][0]["age_hours"], 10.0);
}

#[test]
fn a_row_without_a_page_of_a_known_shape_is_not_linked() {
    let mut given = Given::everything();
    given.faces = vec![RepositoryLabel {
        id: WEB,
        name: "acme/web".into(),
        url: Some("https://github.example/acme/web".into()),
    }];
    let mut measure = not_observed(&CYCLE, PRODUCT);
    measure.cells = vec![cell(whole(PRODUCT), None, Measured::TooFew { n: 1 })];
    measure.rows = vec![row(
        "#7 by ada",
        Some("https://github.example/acme/web/tree/ada"),
        1.0,
        Fate::Included,
    )];
    given.measures = vec![measure];
    let text = text_of_tree(&given);
    assert!(text.contains("acme/web #7") && !text.contains("ada"));
}
