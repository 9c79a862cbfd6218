//! Hostile text against every sink: titles, names and reasons come from strangers.
//!
//! The strongest claim first: whatever the text, a page has the same elements and attributes as with harmless text.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that does not read fails its test"
)]

use std::sync::OnceLock;

use linchpin::domain::{Completeness, Gap, PrNumber, Stream};
use linchpin::metrics::measure::{Measured, Thing};
use linchpin::render::brief::{Brief, Ways, lines};
use linchpin::render::{self, Explain, Format, OutputFile, encode, explain};
use linchpin::report::document::{Block, Document, Span};
use linchpin::report::table::{Column, Table, TableCell};
use linchpin::report::{AcceptedFlag, ProductInput};
use linchpin::work::Fate;
use proptest::prelude::*;

use crate::render_given::{
    CYCLE, Given, PICKUP, WEB, cell, certificate, crossed, file, measures, not_observed,
    product_page, recent, row, whole,
};

#[derive(serde::Deserialize)]
pub(crate) struct Hostile {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The trees of the whole corpus, rendered once for all tests.
fn trees() -> &'static [(Hostile, Vec<OutputFile>)] {
    static TREES: OnceLock<Vec<(Hostile, Vec<OutputFile>)>> = OnceLock::new();
    let render = |hostile: Hostile| {
        let tree = given(&hostile.text).tree();
        (hostile, tree)
    };
    TREES.get_or_init(|| corpus().into_iter().map(render).collect())
}

pub(crate) fn corpus() -> Vec<Hostile> {
    let corpus: Vec<Hostile> =
        serde_json::from_str(include_str!("../../fixtures/hostile/texts.json")).unwrap();
    assert!(corpus.len() > 70);
    corpus
}

/// A report in which a stranger's text stands wherever one can.
pub(crate) fn given(text: &str) -> Given {
    let mut given = Given::everything();
    given.products = vec![ProductInput {
        unmet: Vec::new(),
        silos: vec![(text.to_owned(), None)],
        name: text.to_owned(),
        repositories: given.products[0].repositories.clone(),
    }];
    given.measures = measures(text);
    for measure in &mut given.measures {
        measure.notes = vec![linchpin::metrics::measure::Note {
            product: None,
            text: format!("seen: {text}"),
        }];
        for cell in &mut measure.cells {
            if cell.scope.area.is_some() {
                cell.scope.area = Some(text.to_owned());
            }
        }
        for row in &mut measure.rows {
            text.clone_into(&mut row.product);
            row.subject = if row.at.is_some() {
                Thing::Numbered(PrNumber(12)).called(format!("#12 {text}"))
            } else {
                Thing::Path.called(text)
            };
            row.link = row.link.take().map(|_| text.to_owned());
        }
    }
    // Cycle time is too few in the fixture; pickup time becomes an absence with a stranger's reason.
    let mut absent = not_observed(&PICKUP, text);
    absent.cells = vec![cell(
        whole(text),
        None,
        Measured::NotObserved {
            because: format!("environments seen: {text}"),
            fix: Some(text.to_owned()),
        },
    )];
    given
        .measures
        .retain(|measure| measure.definition.id != "flow.pickup_time");
    given.measures.push(absent);
    for face in &mut given.faces {
        text.clone_into(&mut face.name);
        face.url = Some(format!("https://github.example/acme/{text}"));
    }
    for completeness in [Completeness::Partial, Completeness::Skipped] {
        let mut line = certificate(WEB, Stream::PullRequests, completeness);
        line.reason = Some(text.to_owned());
        line.fix = Some(text.to_owned());
        given.certificates.push(line);
    }
    given.gaps = vec![Gap {
        repository: Some(WEB),
        kind: text.into(),
        subject: text.into(),
        reason: text.into(),
    }];
    given.recent = Some(recent(&[text]));
    text.clone_into(&mut given.events[0].title);
    given.agreements = vec![crossed(text)];
    text.clone_into(&mut given.agreements[0].items[0].subject);
    given.title = Some(text.to_owned());
    given.description = Some(text.to_owned());
    given.accepted = vec![AcceptedFlag {
        metric: text.into(),
        scope: text.into(),
        reason: text.into(),
        until: jiff::civil::date(2026, 9, 1),
    }];
    given
}

/// Element and attribute names of a markup text in order; values of `href` as well, for they can act.
pub(crate) fn skeleton(markup: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = tag_end(rest);
        parts.push(tag(&rest[..end]));
        rest = &rest[end..];
        // The style sheet is the program's own text.
        if parts.last().is_some_and(|part| part == "style") {
            rest = &rest[rest.find("</style>").unwrap_or(0)..];
        }
    }
    parts
}

fn tag_end(rest: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at,
            _ => {}
        }
    }
    rest.len()
}

fn tag(inside: &str) -> String {
    let mut names = Vec::new();
    for (at, piece) in inside.split('"').enumerate() {
        if at % 2 == 0 {
            names.extend(piece.split_whitespace().map(str::to_owned));
        } else if names.last().is_some_and(|name| name == "href=") {
            // A file beside the page, and a place in it: neither begins with a scheme nor leaves the folder.
            let is_beside = !piece.is_empty()
                && !piece.starts_with('/')
                && !piece.contains("..")
                && piece
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-#/".contains(&byte));
            let scheme = ["https://", "data:,"];
            let known = scheme.into_iter().find(|start| piece.starts_with(start));
            let known = known.or(is_beside.then_some("BESIDE"));
            names.push(known.unwrap_or("UNKNOWN ADDRESS").to_owned());
        }
    }
    names.join(" ")
}

/// What a text may make or lose by itself: an address that cannot be linked is printed as text instead, and backticks in a
/// sentence set off code.
fn without_links(skeleton: Vec<String>) -> Vec<String> {
    let is_link = |part: &String| {
        part.starts_with("a href= https://")
            || ["/a", "span", "/span", "code", "/code"].contains(&part.as_str())
    };
    skeleton.into_iter().filter(|part| !is_link(part)).collect()
}

#[test]
fn the_skeleton_of_markup_sees_what_an_injection_adds() {
    let harmless = skeleton(r#"<p title="a">x</p>"#);
    assert_eq!(harmless, ["p title=", "/p"]);
    for injected in [
        r#"<p title="a" onclick="x">x</p>"#,
        r#"<p title="a">x<b></b></p>"#,
        r#"<p title="a"><script>x</script></p>"#,
    ] {
        assert_ne!(skeleton(injected), harmless);
    }
    assert_eq!(
        skeleton(r#"<a href="javascript:x">"#),
        ["a href= UNKNOWN ADDRESS"]
    );
}

#[test]
fn no_text_adds_an_element_or_an_attribute_to_a_page() {
    let pages = |tree: &[OutputFile]| {
        let named = ["index.html", "definitions.html", "data.html"].map(|name| file(tree, name));
        named.into_iter().chain([product_page(tree)])
    };
    let harmless: Vec<Vec<String>> = pages(&given("harmless").tree())
        .map(|page| without_links(skeleton(&page)))
        .collect();
    assert!(harmless.iter().map(Vec::len).sum::<usize>() > 1_000);
    for (Hostile { name, text }, tree) in trees() {
        for (page, harmless) in pages(tree).zip(&harmless) {
            let seen = skeleton(&page);
            assert!(
                !seen.iter().any(|part| part.contains("UNKNOWN ADDRESS")),
                "{name}: {seen:?}"
            );
            let seen = without_links(seen);
            assert_visible(name, &page);
            if text.trim().is_empty() {
                // Without a reason there is no sentence for it.
                continue;
            }
            let difference = seen
                .iter()
                .zip(harmless)
                .find(|(seen, harmless)| seen != harmless);
            assert!(
                difference.is_none() && seen.len() == harmless.len(),
                "{name}: {difference:?}"
            );
        }
    }
}

#[test]
fn no_text_of_others_acts_in_a_chat_or_on_a_badge() {
    let own = [
        "https://github.example/acme/web/pull/",
        "https://github.example/acme/api/pull/",
    ];
    for (Hostile { name, .. }, tree) in trees() {
        let message = file(tree, "chat.txt");
        assert_visible(name, &message);
        assert!(message.chars().count() <= 1_500, "{name}");
        assert!(!message.contains(['<', '>', '`']), "{name}\n{message}");
        assert!(
            !message.contains("@octocat") && !message.contains("@acme/everyone"),
            "{name}: a mention"
        );
        let mut links = message.match_indices("://").map(|(at, _)| {
            let from = message[..at].rfind(' ').map_or(0, |at| at + 1);
            &message[from..]
        });
        assert!(
            links.all(|link| own.iter().any(|own| link.starts_with(own))),
            "{name}\n{message}"
        );
        let badges = tree.iter().filter(|(path, _)| path.starts_with("badges/"));
        let mut n = 0;
        for (path, bytes) in badges {
            n += 1;
            let badge: serde_json::Value = serde_json::from_slice(bytes).unwrap();
            let keys: Vec<&String> = badge.as_object().unwrap().keys().collect();
            assert_eq!(
                keys,
                ["color", "label", "message", "schemaVersion"],
                "{path}"
            );
            assert_eq!(badge["schemaVersion"], 1);
            assert_eq!(badge["color"], "lightgrey", "{name}");
            assert_visible(name, &String::from_utf8_lossy(bytes));
        }
        assert_eq!(n, 3, "{name}");
    }
}

#[test]
fn no_text_adds_an_element_or_an_attribute_to_a_picture() {
    let picture = |tree: &[OutputFile]| {
        let path = tree
            .iter()
            .map(|(path, _)| path)
            .find(|path| path.ends_with("review.concentration.svg"))
            .unwrap();
        file(tree, path)
    };
    let harmless = skeleton(&picture(&given("harmless").tree()));
    for (Hostile { name, .. }, tree) in trees() {
        let svg = picture(tree);
        assert_eq!(skeleton(&svg), harmless, "{name}");
        assert_visible(name, &svg);
        assert!(
            !svg.contains("<!ENTITY") && !svg.contains("<![CDATA["),
            "{name}"
        );
    }
}

/// No control but line feed, nothing that reorders text.
pub(crate) fn assert_visible(name: &str, text: &str) {
    let bad = text.chars().find(|letter| {
        letter.is_control() && *letter != '\n'
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' | '\u{feff}')
    });
    assert!(bad.is_none(), "{name}: {bad:?}");
}

#[test]
fn no_text_adds_structure_to_the_summary() {
    // What a line is, as Markdown sees it: its first mark, its table cells and its links.
    let shape = |text: &str| -> Vec<(String, usize)> {
        let unescaped = |line: &str, mark: char| {
            let mut escaped = false;
            let mut n = 0;
            for letter in line.chars() {
                n += usize::from(letter == mark && !escaped);
                escaped = letter == '\\' && !escaped;
            }
            n
        };
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let mark = line
                    .split(' ')
                    .next()
                    .filter(|mark| mark.bytes().all(|byte| !byte.is_ascii_alphanumeric()));
                let mark = mark.filter(|mark| {
                    matches!(
                        *mark,
                        "#" | "##" | "###" | "|" | ">" | "-" | "<details><summary>"
                    )
                });
                (
                    mark.unwrap_or_default().to_owned(),
                    unescaped(line, '|') + unescaped(line, '<') + unescaped(line, '`'),
                )
            })
            .collect()
    };
    let harmless = shape(&file(&given("harmless").tree(), "summary.md"));
    for (Hostile { name, text }, tree) in trees() {
        let summary = file(tree, "summary.md");
        // Repository lines have their own text; an empty name leaves its line empty.
        if !text.trim().is_empty() {
            assert_eq!(shape(&summary), harmless, "{name}\n{summary}");
        }
        assert_visible(name, &summary);
        assert!(
            !summary.contains("<script") && !summary.contains("<img") && !is_linked(&summary),
            "{name}"
        );
        assert!(
            !summary.contains("@octocat") && !summary.contains("@acme/everyone"),
            "{name}: a mention"
        );
        assert!(
            !summary.contains("see https://x.example"),
            "{name}: an address that becomes a link"
        );
    }
}

/// Whether a script stands behind a link: an escaped bracket makes none.
pub(crate) fn is_linked(markdown: &str) -> bool {
    markdown.replace("\\]", "").contains("](javascript")
}

#[test]
fn no_text_leaves_its_place_in_a_document() {
    for Hostile { name, text } in corpus() {
        let document = Document {
            title: text.clone(),
            subtitle: vec![Span::text(text.clone())],
            blocks: vec![
                Block::Heading(2, vec![Span::text(text.clone())]),
                Block::Paragraph(vec![
                    Span::text("by "),
                    Span::link(text.clone(), text.clone()),
                ]),
                Block::Bullets(vec![vec![Span::text(text.clone())]]),
                Block::Quote(text.clone()),
                Block::Table(Table {
                    title: text.clone(),
                    columns: vec![Column::text(&text)],
                    rows: vec![vec![TableCell::Text(text.clone())]],
                    n_omitted: 0,
                }),
            ],
        };
        let code = encode::markdown_code(&text);
        let n_fence = code.len() - code.trim_start_matches('`').len();
        let inside = code.trim_matches('`');
        assert!(
            !code.contains('\n')
                && inside
                    .split(|letter| letter != '`')
                    .all(|run| run.len() < n_fence),
            "{name}: {code}"
        );
        let markdown = render::pack::document(&document);
        assert_visible(&name, &markdown);
        for line in markdown.lines() {
            let outside_code = line.split('`').next().unwrap_or_default();
            assert!(
                !outside_code.contains('<') || line.starts_with("by "),
                "{name}: {line}"
            );
            assert!(!is_linked(line), "{name}: {line}");
            let first = line.chars().next();
            assert!(
                first.is_none()
                    || line.starts_with("# ")
                    || line == "#"
                    || line.starts_with("### ")
                    || line.trim_end() == "###"
                    || line.starts_with('>')
                    || line.starts_with("- ")
                    || line.trim_end() == "-"
                    || line.starts_with('|')
                    || line.starts_with("by ")
                    // A table's title, which ends where it began.
                    || line.starts_with('_') && line.ends_with('_')
                    || line.trim() == encode::markdown(&text),
                "{name}: {line}"
            );
        }
    }
}

/// The fields of a CSV text as a spreadsheet reads them.
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut letters = csv.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            letter => field.push(letter),
        }
    }
    assert!(
        !quoted && record.is_empty() && field.is_empty(),
        "the file ends with a whole line"
    );
    records
}

#[test]
fn no_text_is_a_formula_or_breaks_a_row_of_a_spreadsheet() {
    for Hostile { name, text } in corpus() {
        let given = given(&text);
        let measure = given
            .measures
            .iter()
            .find(|measure| measure.definition.id == CYCLE.id)
            .unwrap();
        let asked = Explain {
            origin: None,
            person: None,
            measure,
            scope: None,
            bucket: None,
            repositories: &given.faces,
            zone: &jiff::tz::TimeZone::UTC,
            minimum_n: 5,
            max_rows: 9,
            width: None,
            whole: "linchpin explain flow.pickup_time --limit 0",
        };
        let csv = explain(&asked, Format::Csv).unwrap();
        let records = records(&csv);
        assert_eq!(records.len(), 5, "{name}");
        for record in records {
            assert_eq!(record.len(), 12, "{name}: {record:?}");
            for field in record {
                let first = field.trim_start().chars().next();
                let is_formula = matches!(
                    first,
                    Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
                );
                assert!(
                    !is_formula && !field.starts_with(['\t', '\r', '\n']),
                    "{name}: {field:?}"
                );
            }
        }
        assert_visible(&name, &csv);
    }
}

#[test]
fn what_a_report_found_is_visible_text_in_a_terminal_of_any_width() {
    for (Hostile { name, .. }, tree) in trees() {
        let brief = Brief::parse(file(tree, "summary.json").as_bytes()).unwrap();
        for width in [None, Some(20), Some(80)] {
            assert_visible(name, &lines(&brief, width, &Ways::default()));
        }
    }
}

#[test]
fn no_text_commands_a_terminal_or_a_log() {
    for Hostile { name, text } in corpus() {
        let given = given(&text);
        for measure in &given.measures {
            let asked = Explain {
                origin: None,
                person: None,
                measure,
                scope: None,
                bucket: None,
                repositories: &given.faces,
                zone: &jiff::tz::TimeZone::UTC,
                minimum_n: 5,
                max_rows: 9,
                width: None,
                whole: "",
            };
            assert_visible(&name, &explain(&asked, Format::Table).unwrap());
            assert_visible(&name, &explain(&asked, Format::Markdown).unwrap());
        }
        let log = encode::ci_log(&text);
        assert!(
            !log.trim_start().starts_with("::") && !log.contains("##[") && !log.contains('\n'),
            "{name}: {log}"
        );
        assert_visible(&name, &log);
        let message = encode::ci_command(&text);
        assert!(
            !message.contains('\n') && !message.contains("##["),
            "{name}"
        );
    }
}

#[test]
fn text_comes_back_from_json_as_it_went_in() {
    for (Hostile { name, text }, tree) in trees() {
        let json = |path| -> serde_json::Value { serde_json::from_str(&file(tree, path)).unwrap() };
        assert_eq!(
            json("metrics.json")["products"][0]["name"].as_str(),
            Some(text.as_str()),
            "{name}"
        );
        assert_eq!(
            json("data_quality.json")["gaps"][0]["reason"].as_str(),
            Some(text.as_str()),
            "{name}"
        );
    }
}

#[test]
fn no_text_leaves_its_folder() {
    for (Hostile { name, text }, tree) in trees() {
        let stem = encode::file_name(text);
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        assert!(
            !stem.is_empty() && stem.len() <= 101 && stem.bytes().all(is_plain),
            "{name}: {stem}"
        );
        assert!(
            !stem.starts_with('.') && !stem.ends_with('.') && !stem.contains(".."),
            "{name}: {stem}"
        );
        for (path, _) in tree {
            assert!(
                path.split('/')
                    .all(|part| !part.is_empty() && part != "." && part != ".."),
                "{name}: {path}"
            );
            assert!(
                path.bytes().all(|byte| is_plain(byte) || byte == b'/'),
                "{name}: {path}"
            );
        }
    }
}

#[test]
fn a_very_long_text_does_not_break_the_size_of_a_picture() {
    let tree = given(&"long ".repeat(10_000)).tree();
    let svg = tree
        .iter()
        .find(|(path, _)| path.ends_with("review.concentration.svg"))
        .map(|(_, bytes)| bytes.len())
        .unwrap();
    assert!(svg < 400_000, "{svg}");
    let mut given = Given::everything();
    given.measures[3].rows = (0..5000)
        .map(|at| row(&format!("#{at} x"), None, 1.0, Fate::Included))
        .collect();
    let page = product_page(&given.tree());
    assert!(page.matches("<li>acme/web #").count() == 40 && page.contains("and 4960 more"));
}

proptest! {
    #[test]
    fn any_text_is_safe_in_markup(text in any::<String>()) {
        for encoded in [encode::html(&text), encode::svg(&text)] {
            prop_assert!(!encoded.contains(['<', '>', '"', '\'', '`']));
            prop_assert!(!encoded.chars().any(|letter| letter.is_control() && letter != '\n'));
        }
    }

    #[test]
    fn any_text_is_one_field(text in any::<String>()) {
        let line = format!("{},end\n", encode::csv(&text));
        let records = records(&line);
        prop_assert_eq!(records.len(), 1);
        prop_assert_eq!(records[0].len(), 2);
    }

    #[test]
    fn any_text_is_one_line_of_a_log(text in any::<String>()) {
        let line = encode::ci_log(&text);
        prop_assert!(!line.contains(['\n', '\r']) && !line.trim_start().starts_with("::"));
    }

    #[test]
    fn any_address_is_http_or_nothing(text in any::<String>()) {
        if let Some(url) = encode::url(&text) {
            prop_assert!(url.starts_with("http://") || url.starts_with("https://"));
            prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn any_text_is_a_plain_file_name(text in any::<String>()) {
        let name = encode::file_name(&text);
        prop_assert!(!name.is_empty() && !name.starts_with('.') && !name.contains('/') && !name.contains(".."));
    }
}
