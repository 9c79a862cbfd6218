//! What is kept of the demo's output: one quarter of one product to be read, and a checksum for everything else.
//!
//! `BLESS=1` writes both anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{clones, copy_of_the_store, demo, linchpin, tree};

const READ_THE_DIFFERENCE: &str = "run the tests with BLESS=1 and read the difference";

/// What the demo's other product is in its register.
const PARCELS: &str = r#"[[product]]
name = "parcels"
repositories = ["lighthouse/parcel-api", "lighthouse/parcel-web"]
"#;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample")
}

fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// The demo's store and registers, where a team had entered `timetable` alone; the trees of its first quarter of 2026.
fn quarter_of_timetable() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let from = demo().root.join("linchpin-demo");
    copy_of_the_store(place.path());
    let register = fs::read_to_string(from.join("config/linchpin.toml")).unwrap();
    assert!(register.contains(PARCELS));
    let config = place.path().join("linchpin.toml");
    fs::write(&config, register.replace(PARCELS, "")).unwrap();
    let private = from.join("config/linchpin.private.toml");
    let config = config.display().to_string();
    let private = private.display().to_string();
    let places = [
        "--store",
        "store",
        "--config",
        &config,
        "--private-config",
        &private,
        "--as-of",
        "2026-07-01T00:00:00Z",
        "--quiet",
    ];
    let clones = clones();
    let mut mine = vec!["mine", "--offline"];
    mine.extend(clones.iter().map(String::as_str));
    linchpin(place.path(), &[mine.as_slice(), &places].concat());
    let asked = [
        "--since",
        "2026-01-01",
        "--until",
        "2026-04-01",
        "--by",
        "month",
        "--out",
        "out",
    ];
    for command in [
        ["report"].as_slice(),
        &["lead"],
        &["person", lead_of_the_team()],
    ] {
        linchpin(place.path(), &[command, &places, &asked].concat());
    }
    place
}

/// Whose private tree is kept: the lead's, who was away in that quarter and has handed something on.
fn lead_of_the_team() -> &'static str {
    let people = demo().truths.people.iter();
    let mut team = people.filter(|person| person.is_team);
    &team.next().unwrap().login
}

/// A document with one entry a line, so that a changed figure is a changed line: what lies deeper than some indentation is joined to
/// the line of what it belongs to. Nothing but white space is lost.
fn one_entry_a_line(document: &[u8], indentation: usize) -> Vec<u8> {
    let mut lines = String::new();
    let mut is_inside = false;
    for line in std::str::from_utf8(document).unwrap().lines() {
        let own = line.trim_start();
        let indented = line.len() - own.len();
        let closes = own.starts_with(['}', ']']);
        if indented > indentation {
            // No space after the opening bracket, one after every comma.
            let is_after_comma = lines.ends_with(',');
            let _ = write!(lines, "{}{own}", if is_after_comma { " " } else { "" });
            is_inside = true;
        } else if closes && is_inside {
            lines.push_str(own);
            is_inside = false;
        } else {
            if !lines.is_empty() {
                lines.push('\n');
            }
            lines.push_str(line);
        }
    }
    lines.push('\n');
    let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    assert_eq!(parsed(lines.as_bytes()), parsed(document));
    lines.into_bytes()
}

/// The files of a tree in the form that they are kept in.
fn kept_form(made: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(made);
    // These list the others with their checksums: a golden copy would only repeat them.
    assert!(files.remove(".linchpin-folder").is_some());
    files.remove("manifest.json");
    // A page beside a text says the same as the text; the checksums hold it.
    let texts: BTreeSet<String> = files.keys().cloned().collect();
    files.retain(|file, _| {
        let text = file.strip_suffix(".html").map(|stem| format!("{stem}.md"));
        !text.is_some_and(|text| texts.contains(&text))
    });
    for (file, indentation) in [
        ("metrics.json", 4),
        ("figures.json", 8),
        ("data_quality.json", 4),
        ("lead.json", 8),
    ] {
        if let Some(bytes) = files.get_mut(file) {
            *bytes = one_entry_a_line(bytes, indentation);
        }
    }
    files
}

#[test]
fn of_one_quarter_of_one_product_are_what_the_demo_writes() {
    let made = quarter_of_timetable();
    let person = format!("private/{}", lead_of_the_team());
    for part in ["team", "private/lead", &person] {
        let made = kept_form(&made.path().join("out").join(part));
        let place = samples().join(part);
        if is_blessing() {
            let _ = fs::remove_dir_all(&place);
            for (file, bytes) in &made {
                let path = place.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
        }
        let kept = tree(&place);
        assert_eq!(
            kept.keys().collect::<Vec<_>>(),
            made.keys().collect::<Vec<_>>(),
            "{READ_THE_DIFFERENCE}"
        );
        for (file, bytes) in &made {
            assert!(
                kept[file] == *bytes,
                "{part}/{file} differs from its sample: {READ_THE_DIFFERENCE}"
            );
        }
    }
}

/// The beginning of a checksum: what changes by accident changes it.
fn checksum(bytes: &[u8]) -> String {
    let sum = Sha256::digest(bytes);
    sum.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A line for every file of the whole demo, both products over 78 weeks, and one for every metric's figures.
fn checksums() -> String {
    let mut lines = String::from(
        "# The whole demo: a checksum, a size in bytes and a name for every file, or how many figures a metric has.\n",
    );
    for part in ["team", "private"] {
        for (file, bytes) in tree(&demo().root.join("linchpin-demo").join(part)) {
            // What a folder says of itself repeats its files; what git ignores is said by its own tests.
            if file.split('/').any(|name| name.starts_with('.')) || file == "manifest.json" {
                continue;
            }
            let _ = writeln!(lines, "{} {} {part}/{file}", checksum(&bytes), bytes.len());
        }
    }
    let mut metrics: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for figure in demo().metrics() {
        let id = figure["id"].as_str().unwrap().to_owned();
        metrics.entry(id).or_default().push(figure);
    }
    for (id, figures) in metrics {
        let n = figures.len();
        let sum = checksum(Value::from(figures).to_string().as_bytes());
        let _ = writeln!(lines, "{sum} {n} {id}");
    }
    lines
}

#[test]
fn of_the_whole_demo_are_checksums_that_name_what_changed() {
    let file = samples().join("checksums.txt");
    let made = checksums();
    if is_blessing() {
        fs::write(&file, &made).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap();
    let name = |line: &str| line.rsplit(' ').next().unwrap_or_default().to_owned();
    let changed: Vec<String> = [(&kept, &made), (&made, &kept)]
        .into_iter()
        .flat_map(|(one, other)| {
            one.lines()
                .filter(|line| !other.lines().any(|known| known == *line))
        })
        .map(name)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert!(
        kept == made,
        "these differ from what is kept: {}; {READ_THE_DIFFERENCE}",
        changed.join(", ")
    );
}
