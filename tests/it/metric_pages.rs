//! One page of documentation a metric, written from the registry.

use std::collections::BTreeMap;
use std::path::Path;

use linchpin::metrics::REGISTRY;
use linchpin::render::{definition_index, definition_page};

/// `BLESS=1` writes them anew.
#[test]
fn every_metric_has_a_page_that_says_what_the_registry_says() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/metrics");
    let definitions = || REGISTRY.iter().map(|metric| metric.definition);
    let mut expected: BTreeMap<String, String> = definitions()
        .map(|definition| (format!("{}.md", definition.id), definition_page(definition)))
        .collect();
    expected.insert("README.md".to_owned(), definition_index(definitions()));
    if std::env::var_os("BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        for (file, text) in &expected {
            std::fs::write(place.join(file), text).unwrap();
        }
    }
    let found: BTreeMap<String, String> = std::fs::read_dir(&place)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&found),
        names(&expected),
        "run the tests with BLESS=1"
    );
    for (file, text) in expected {
        assert_eq!(found[&file], text, "{file}: run the tests with BLESS=1");
    }
}

#[test]
fn code_in_a_definition_is_code_on_its_page() {
    let mut n_spans = 0;
    for metric in REGISTRY {
        let definition = metric.definition;
        let page = definition_page(definition);
        assert!(!page.contains("\\`"), "{}", definition.id);
        let texts = [definition.source, definition.exclusions];
        for span in texts
            .iter()
            .flat_map(|text| text.split('`').skip(1).step_by(2))
        {
            assert!(
                page.contains(&format!("`{span}`")),
                "{}: {span}",
                definition.id
            );
            n_spans += 1;
        }
    }
    assert!(n_spans > 40, "{n_spans}");
}

#[test]
fn no_part_of_a_definition_is_left_empty() {
    for metric in REGISTRY {
        let definition = metric.definition;
        let parts = [
            definition.title,
            definition.question,
            definition.definition,
            definition.formula,
            definition.source,
            definition.exclusions,
            definition.how_to_read,
            definition.can_mislead,
            definition.sql,
        ];
        assert!(
            parts.iter().all(|part| part.trim().len() > 3) && !definition.needs.is_empty(),
            "{}",
            definition.id
        );
    }
}
