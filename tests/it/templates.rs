//! Templates of the user's own: what they see, what they cannot do, and what is said where they are wrong.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that does not build fails its test"
)]

use std::fs;

use linchpin::render::template::{EXAMPLES, Template, TemplateError, check, files, schema};

use crate::cli::{AS_OF, ran};
use crate::git_fixture::Fixture;
use crate::hostile::{Hostile, assert_visible, corpus, given, is_linked, skeleton};
use crate::render_given::Given;

fn template(name: &str, text: &str) -> Template {
    Template {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// What one template makes of a report in which a stranger's text stands wherever one can.
fn made(name: &str, text: &str, hostile: &str) -> String {
    let files = files(&[template(name, text)], &given(hostile).report()).unwrap();
    String::from_utf8(files[0].1.clone()).unwrap()
}

#[track_caller]
fn error_of(templates: &[Template]) -> TemplateError {
    files(templates, &Given::everything().report()).unwrap_err()
}

fn example(name: &str) -> &'static str {
    EXAMPLES.iter().find(|(found, _)| *found == name).unwrap().1
}

#[test]
fn an_example_tells_what_stands_in_the_report() {
    let report = Given::everything().report();
    for (name, text) in EXAMPLES {
        let files = files(&[template(name, text)], &report).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].0, name);
        let text = String::from_utf8(files[0].1.clone()).unwrap();
        let product = &report.products[0];
        assert!(text.contains(&report.title), "{name}: {text}");
        assert!(text.contains(&product.name), "{name}: {text}");
        let moved = product.strip.as_ref().unwrap().told();
        let moved: Vec<_> = moved.filter(|line| line.change.is_move()).collect();
        assert!(!moved.is_empty());
        for line in moved {
            assert!(text.contains(line.change.words()), "{name}: {text}");
        }
        assert!(text.contains("n "), "{name}: a figure has its n");
        assert!(!text.contains("\n\n\n"), "{name}: {text}");
    }
}

#[test]
fn an_example_in_markdown_is_made_of_whole_tables_and_lists() {
    let text = made("digest.md", example("digest.md"), "storefront");
    let lines: Vec<&str> = text.lines().collect();
    let mut n_rows = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('|') {
            n_rows += 1;
            assert_eq!(line.matches('|').count(), 5, "{line}");
            let before = lines[at - 1];
            assert!(before.is_empty() || before.starts_with('|'), "{text}");
        }
    }
    assert!(n_rows > 3, "{text}");
}

#[test]
fn no_text_of_others_acts_in_what_a_template_makes() {
    let harmless = skeleton(&made("digest.html", example("digest.html"), "harmless"));
    let is_link = |part: &&String| {
        part.starts_with("a href= https://")
            || ["/a", "span", "/span", "code", "/code"].contains(&part.as_str())
    };
    let without = |parts: &[String]| -> Vec<String> {
        parts
            .iter()
            .filter(|part| !is_link(part))
            .cloned()
            .collect()
    };
    for Hostile { name, text } in corpus() {
        let page = made("digest.html", example("digest.html"), &text);
        let seen = skeleton(&page);
        assert!(
            !seen.iter().any(|part| part.contains("UNKNOWN ADDRESS")),
            "{name}: {seen:?}"
        );
        assert_eq!(without(&seen), without(&harmless), "{name}");
        assert_visible(&name, &page);
        let markdown = made("digest.md", example("digest.md"), &text);
        assert_visible(&name, &markdown);
        assert!(
            !markdown.contains("<script")
                && !markdown.contains("<img")
                && !markdown.contains("@octocat")
                && !is_linked(&markdown),
            "{name}\n{markdown}"
        );
        let message = made("digest.txt", example("digest.txt"), &text);
        assert_visible(&name, &message);
        assert!(
            !message.contains(['<', '>', '`']) && !message.contains("@octocat"),
            "{name}\n{message}"
        );
    }
}

#[test]
fn a_template_cannot_get_around_the_encoder() {
    let hostile = "<script>alert(1)</script>";
    for text in [
        "{{ title }}",
        "{% autoescape false %}{{ title }}{% endautoescape %}",
        "{% autoescape 'none' %}{{ title }}{% endautoescape %}",
        "{% set kept %}{{ title }}{% endset %}{{ kept }}",
        "{% macro said(of) %}{{ of }}{% endmacro %}{{ said(title) }}",
        "{{ title | e }}{{ title | escape }}",
        "{{ [title, title] | join('<') }}",
        "{{ title ~ '' }}",
        "{{ title | replace('x', 'y') }}",
        "{{ title | upper }}",
        "{{ title | prose }}",
        "{{ title | link('https://a.example/') }}",
        "{% filter lower %}{{ title }}{% endfilter %}",
        "{{ '%s' | format(title) }}",
        "{{ title | indent }}",
        "{% for letter in [title] %}{{ loop.cycle(title) }}{% endfor %}",
        "{{ debug() }}",
    ] {
        for name in ["x.html", "x.md", "x.txt"] {
            let all = [template(name, text)];
            let Ok(files) = files(&all, &given(hostile).report()) else {
                // What the engine does not have cannot be gone around with.
                continue;
            };
            let made = String::from_utf8(files[0].1.clone()).unwrap();
            assert!(
                !made.to_lowercase().contains("<script"),
                "{name}: {text}: {made}"
            );
        }
    }
    let error = error_of(&[template("x.html", "{{ title | safe }}")]);
    assert!(error.to_string().contains("safe"), "{error}");
}

#[test]
fn what_is_encoded_is_encoded_once() {
    let check = |text: &str, expected: &str| {
        let mut given = Given::everything();
        given.title = Some("A & B".to_owned());
        let files = files(&[template("x.html", text)], &given.report()).unwrap();
        assert_eq!(String::from_utf8_lossy(&files[0].1), expected, "{text}");
    };
    check("{{ title }}", "A &amp; B");
    check("{{ title | e }}", "A &amp; B");
    check(
        "{% set kept %}{{ title }}{% endset %}{{ kept }}",
        "A &amp; B",
    );
    check(
        "{% macro said(of) %}{{ of }}{% endmacro %}{{ said(title) }}",
        "A &amp; B",
    );
    check(
        "{{ title | link('https://a.example/?a=1&b=2') }}",
        "<a href=\"https://a.example/?a=1&amp;b=2\">A &amp; B</a>",
    );
    check("{{ title | link('javascript:alert(1)') }}", "A &amp; B");
    check("{{ title | link(none) }}", "A &amp; B");
}

#[test]
fn an_error_names_the_template_the_line_and_the_variable() {
    let check = |text: &str, expected: &str| {
        let error = error_of(&[template("own.md", text)]);
        assert_eq!(error.to_string(), expected);
    };
    check(
        "a\n{{ titel }}\n",
        "the template `own.md`, line 2: `titel` is not defined",
    );
    check(
        "{% for product in products %}\n\n{{ product.nmae }}\n{% endfor %}",
        "the template `own.md`, line 3: `product.nmae` is not defined",
    );
    check(
        "\n\n{% for one in porducts %}{% endfor %}",
        "the template `own.md`, line 3: `porducts` is not defined",
    );
    check(
        "{% if products[0].strip.x.y %}{% endif %}",
        "the template `own.md`, line 1: `products[0].strip.x.y` is not defined",
    );
    check(
        "a\nb\n{% for product in products %}",
        "the template `own.md`, line 3: unexpected end of input, expected end of block in `%}`",
    );
    check(
        "a\n{{ title | nope }}",
        "the template `own.md`, line 2: filter nope is unknown in `nope`",
    );
}

#[test]
fn an_error_in_what_is_included_names_that() {
    let error = error_of(&[
        template("own.html", "x\n{% include '_part.html' %}"),
        template("_part.html", "\n\n{{ nobody }}"),
    ]);
    assert_eq!(
        error.to_string(),
        "the template `_part.html`, line 3: `nobody` is not defined"
    );
    let error = error_of(&[template("own.html", "x\n{% include 'gone.html' %}")]);
    assert!(error.to_string().contains("gone.html"), "{error}");
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn a_part_makes_no_file() {
    let all = [
        template("_head.md", "# {{ title }}\n"),
        template("own.md", "{% include '_head.md' %}as of {{ as_of }}\n"),
    ];
    let files = files(&all, &Given::everything().report()).unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["own.md"]);
}

#[test]
fn a_name_says_how_values_are_encoded() {
    assert_eq!(
        check(&[template("own.xml", "")]),
        Err(TemplateError::Ending("own.xml".to_owned()))
    );
    assert_eq!(
        check(&[template("own.md", ""), template("Own.md", "")]),
        Err(TemplateError::Twice("Own.md".to_owned()))
    );
}

#[test]
fn every_variable_is_described() {
    let schema = serde_json::to_value(schema()).unwrap();
    let mut pending = vec![&schema];
    let mut n = 0;
    while let Some(node) = pending.pop() {
        if let Some(properties) = node.get("properties").and_then(|found| found.as_object()) {
            for (name, property) in properties {
                n += 1;
                let description = property["description"].as_str().unwrap_or_default();
                assert!(description.len() > 8, "{name}");
            }
        }
        if let Some(definitions) = node.get("$defs").and_then(|found| found.as_object()) {
            pending.extend(definitions.values());
        }
    }
    assert!(n > 60, "{n}");
}

/// A clone with one commit.
fn clone() -> Fixture {
    let mut f = Fixture::new();
    f.write("src/a", "x\n");
    f.commit_as("Ada <ada@acme.example>", "first");
    f
}

#[test]
fn a_report_has_the_file_of_a_template_in_the_place_of_its_own() {
    let f = clone();
    fs::write(f.path().join("summary.md"), "mine: {{ verdict }}\n").unwrap();
    fs::write(f.path().join("wiki.html"), example("digest.html")).unwrap();
    let said = ran(
        f.path(),
        &[
            "run",
            "--offline",
            AS_OF,
            "--template=summary.md",
            "--template=wiki.html",
        ],
    );
    assert!(matches!(said.code, 0 | 5), "{}", said.err);
    let team = f.path().join("linchpin-report/team");
    let summary = fs::read_to_string(team.join("summary.md")).unwrap();
    assert!(summary.starts_with("mine: "), "{summary}");
    let page = fs::read_to_string(team.join("wiki.html")).unwrap();
    assert!(page.contains("<h1>"), "{page}");
    assert!(team.join("index.html").exists());
}

#[test]
fn a_template_that_is_wrong_is_told_before_anything_is_written() {
    let f = clone();
    let check = |name: &str, text: &str, expected: &[&str]| {
        fs::write(f.path().join(name), text).unwrap();
        let said = ran(
            f.path(),
            &["run", "--offline", AS_OF, &format!("--template={name}")],
        );
        assert_eq!(said.code, 3, "{}", said.err);
        for part in expected {
            assert!(said.err.contains(part), "{}", said.err);
        }
        assert!(!f.path().join("linchpin-report").exists());
        assert!(!f.path().join(".linchpin").exists());
    };
    check(
        "own.md",
        "\n{% if %}",
        &["`own.md`, line 2", "linchpin schema template"],
    );
    check("own.xml", "x", &["ends neither in `.html`"]);
    check("my own.md", "x", &["its name must be one of"]);
    let said = ran(f.path(), &["report", "--template=gone.md"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(
        said.err.contains("`gone.md` cannot be read"),
        "{}",
        said.err
    );
}

#[test]
fn the_examples_are_printed() {
    let f = clone();
    let said = ran(f.path(), &["template"]);
    assert_eq!(said.out, "digest.html\ndigest.md\ndigest.txt\n");
    let said = ran(f.path(), &["template", "digest.md"]);
    assert_eq!(said.out, example("digest.md"));
    let said = ran(f.path(), &["template", "digst.md"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("did you mean `digest.md`?"),
        "{}",
        said.err
    );
    let said = ran(f.path(), &["schema", "template"]);
    assert!(said.out.contains("\"verdict\""), "{}", said.out);
}
