//! A stranger's first day: the licences that the manifest names, links that lead somewhere, one toolchain.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// The value of a key of the manifest's `[package]`.
fn manifest(key: &str) -> String {
    let manifest: String = read("Cargo.toml");
    let start = format!("{key} = \"");
    let line = manifest.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap().trim_end_matches('"').to_owned()
}

/// The documents that speak to whoever works on linchpin, beside the README.
const DOCUMENTS: [&str; 4] = [
    "README.md",
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
    ".github/CHANGELOG.md",
];

/// Targets of Markdown links.
fn links(text: &str) -> Vec<&str> {
    let behind = text.split("](").skip(1);
    behind.filter_map(|rest| rest.split(')').next()).collect()
}

/// Code spans that are a path of the project and not a pattern of paths.
fn paths(text: &str) -> Vec<&str> {
    let spans = text.split('`').skip(1).step_by(2);
    let places = [
        "src/",
        "tests/",
        "reports/",
        "queries/",
        "fixtures/",
        ".ci/",
        ".github/",
    ];
    spans
        .filter(|span| places.iter().any(|place| span.starts_with(place)))
        .filter(|span| !span.contains(['<', '*', ' ', '…']))
        .collect()
}

#[test]
fn every_licence_that_the_manifest_names_is_there_in_full() {
    let check = |licence: &str, first: &str, last: &str| {
        let name = licence.split('-').next().unwrap().to_uppercase();
        let text = read(&format!("LICENSE-{name}"));
        assert!(text.trim_start().starts_with(first), "{licence}");
        assert!(text.contains(last), "{licence}");
    };
    assert_eq!(manifest("license"), "MIT OR Apache-2.0");
    check("MIT", "MIT License", "DEALINGS IN THE\nSOFTWARE.");
    check(
        "Apache-2.0",
        "Apache License",
        "END OF TERMS AND CONDITIONS",
    );
    assert!(read("LICENSE-MIT").contains("Copyright (c) linchpin contributors"));
}

#[test]
fn links_and_paths_of_the_documents_lead_to_files() {
    for document in DOCUMENTS {
        let text = read(document);
        let folder = root().join(document).parent().unwrap().to_owned();
        let is_there = |place: &Path, path: &str| place.join(path).exists();
        for link in links(&text) {
            let path = link.split('#').next().unwrap();
            let stays_inside = !path.is_empty() && !path.contains("://");
            assert!(
                !stays_inside || is_there(&folder, path),
                "{document}: {link}"
            );
        }
        if document == ".github/CONTRIBUTING.md" {
            for path in paths(&text) {
                assert!(is_there(&root(), path), "{document}: `{path}`");
            }
        }
    }
}

#[test]
fn ci_builds_with_the_rust_that_the_manifest_and_the_readme_name() {
    let version = manifest("rust-version");
    let ci = read(".github/workflows/ci.yml");
    assert!(
        ci.contains(&format!("container: rust:{version}-")),
        "{version}"
    );
    assert!(ci.contains("run: bash .ci/run"));
    assert!(read("README.md").contains(&format!("Rust ({version} or newer)")));
}

#[test]
fn the_changelog_keeps_to_its_form() {
    let sections = [
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    ];
    let text = read(".github/CHANGELOG.md");
    assert!(text.starts_with("# Changelog\n") && text.contains("\n## [Unreleased]\n"));
    for line in text.lines() {
        if let Some(section) = line.strip_prefix("### ") {
            assert!(sections.contains(&section), "{line}");
        }
    }
}
