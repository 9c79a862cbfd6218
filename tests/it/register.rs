//! The registers' keys are told in one place, their structs: page, schema and what `init` writes are made of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use linchpin::register::keys::{Table, private_tables, tables};
use linchpin::register::{page, parse, parse_private};
use serde_json::Value;

use crate::cli::ran_with;
use crate::git_fixture::Fixture;

/// Every table's name and key of TOML: `product.name`, `calendar.hours`.
fn keys_in(value: &toml::Value, before: &str, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let path = format!("{before}{key}");
                let is_leaf = match value {
                    toml::Value::Table(_) => false,
                    toml::Value::Array(items) => !items.iter().any(toml::Value::is_table),
                    _ => true,
                };
                if is_leaf {
                    found.insert(path.clone());
                }
                keys_in(value, &format!("{path}."), found);
            }
        }
        toml::Value::Array(items) => {
            for item in items {
                keys_in(item, before, found);
            }
        }
        _ => {}
    }
}

fn keys_of(tables: &[Table]) -> BTreeSet<String> {
    let keys = |table: &Table| -> Vec<String> {
        let before = if table.name.is_empty() {
            String::new()
        } else {
            format!("{}.", table.name)
        };
        let keys = table.keys.iter();
        keys.map(|key| format!("{before}{}", key.name)).collect()
    };
    tables.iter().flat_map(keys).collect()
}

/// What is left when the `#` before every key and table is taken away.
fn taken_up(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// `BLESS=1` writes it anew.
#[test]
fn the_page_of_the_registers_says_what_their_structs_say() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/register.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&place, page::page()).unwrap();
    }
    let found = fs::read_to_string(&place).unwrap_or_default();
    assert_eq!(found, page::page(), "run the tests with BLESS=1");
}

#[test]
fn every_key_has_a_type_a_meaning_and_an_example() {
    for table in tables().iter().chain(&private_tables()) {
        assert!(
            table.meaning.len() > 10,
            "[{}]: {}",
            table.name,
            table.meaning
        );
        for key in &table.keys {
            let name = format!("{}.{}", table.name, key.name);
            assert!(
                !key.kind.is_empty() && key.meaning.len() > 3,
                "{name}: {key:?}"
            );
            assert!(key.example.is_some(), "{name} has no example");
        }
    }
}

#[test]
fn every_key_that_a_register_reads_has_a_line_in_what_init_writes() {
    let fixture = Fixture::new();
    let init = ["init", "--offline", "--github", "acme/widgets"];
    let ran = ran_with(fixture.path(), &init, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let check = |file: &str, known: &[Table], is_read: &dyn Fn(&str) -> Result<(), String>| {
        let text = fs::read_to_string(fixture.path().join(file)).unwrap();
        assert_eq!(is_read(&text), Ok(()), "{file}");
        let whole = taken_up(&text);
        assert_eq!(is_read(&whole), Ok(()), "{file}: {whole}");
        let mut found = BTreeSet::new();
        keys_in(&toml::from_str(&whole).unwrap(), "", &mut found);
        assert_eq!(found, keys_of(known), "{file}: {whole}");
    };
    check("linchpin.toml", &tables(), &|text| {
        parse(text, "it")
            .map(|_| ())
            .map_err(|error| error.to_string())
    });
    check("linchpin.private.toml", &private_tables(), &|text| {
        parse_private(text, "it")
            .map(|_| ())
            .map_err(|error| error.to_string())
    });
}

/// What is refused names the keys that are known: the page has just those.
#[test]
fn an_unknown_key_is_told_with_the_keys_of_the_page() {
    let team = |text: &str| parse(text, "it").err().map(|error| error.to_string());
    let private = |text: &str| {
        parse_private(text, "it")
            .err()
            .map(|error| error.to_string())
    };
    let check = |tables: &[Table], refusal: &dyn Fn(&str) -> Option<String>| {
        for table in tables.iter().filter(|table| table.keys.len() > 1) {
            let header = table.header();
            let before = match table.name.as_str() {
                "member.calendar" => "[[member]]\nlogin = \"ada\"\n",
                _ => "",
            };
            let said = refusal(&format!("{before}{header}\nno_such_key_at_all = 1\n")).unwrap();
            let listed: BTreeSet<&str> = said.split('`').skip(1).step_by(2).collect();
            for key in &table.keys {
                let name = key.name.as_str();
                assert!(listed.contains(name), "{header} {name}: {said}");
            }
        }
    };
    check(&tables(), &team);
    check(&private_tables(), &private);
}

#[test]
fn a_schema_is_printed_for_programs_and_for_people() {
    let place = tempfile::tempdir().unwrap();
    for (name, key, table) in [
        ("register", "minimum_people", "[[product]]"),
        ("private-register", "absence", "[[feedback]]"),
    ] {
        let json = ran_with(place.path(), &["schema", name], &[]);
        assert_eq!((json.code, json.err.as_str()), (0, ""));
        let schema: Value = serde_json::from_str(&json.out).unwrap();
        assert!(
            schema["properties"][key]["description"].is_string(),
            "{schema}"
        );
        assert_eq!(schema["additionalProperties"], false);
        let page = ran_with(place.path(), &["schema", name, "--format", "markdown"], &[]);
        assert!(page.out.contains(&format!("### `{table}`")), "{}", page.out);
    }
    fs::write(place.path().join("linchpin.toml"), "minimum = 3\n").unwrap();
    let refused = ran_with(place.path(), &["report", "--config", "linchpin.toml"], &[]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(
        refused.err.contains("linchpin schema register"),
        "{}",
        refused.err
    );
}
