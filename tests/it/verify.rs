//! `linchpin verify`: what linchpin wrote stands, and whatever was tampered with does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::pipeline::{demo, tree};

fn verify(files: &[PathBuf], time: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .arg("verify")
        .args(files)
        .args(["--store", "store", "--as-of", "2026-07-01T00:00:00Z"])
        .args(["--config", "config/linchpin.toml"])
        .args(["--private-config", "config/linchpin.private.toml"])
        .args(time)
        .current_dir(demo().root.join("linchpin-demo"))
        .env_clear()
        .output()
        .unwrap()
}

const WINDOW: [&str; 2] = ["--since", "78w"];

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_generated_file_stands() {
    let root = demo().root.join("linchpin-demo");
    let mut files = Vec::new();
    for part in ["team", "private"] {
        let all = tree(&root.join(part)).into_keys();
        let own = all.filter(|file| !file.split('/').any(|name| name.starts_with('.')));
        files.extend(own.map(|file| root.join(part).join(file)));
    }
    assert!(files.len() > 60, "{}", files.len());
    let output = verify(&files, &WINDOW);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// A page, with one thing in it changed.
struct Tampered {
    page: &'static str,
    how: &'static str,
    text: String,
}

/// Changes the last digit of a stretch that follows some words, at their nth place.
fn other_digit(text: &str, before: &str, nth: usize) -> Option<String> {
    let (at, _) = text.match_indices(before).nth(nth)?;
    let from = at + before.len();
    let rest = &text[from..];
    let is_in = |letter: char| letter.is_ascii_alphanumeric() || "-#./".contains(letter);
    let end = rest.find(|letter| !is_in(letter)).unwrap_or(rest.len());
    let last = rest[..end].rfind(|letter: char| letter.is_ascii_digit())?;
    let digit = rest.as_bytes()[last] - b'0';
    let other = char::from(b'0' + (digit + 5) % 10);
    Some(format!(
        "{}{other}{}",
        &text[..from + last],
        &rest[last + 1..]
    ))
}

/// Where pages are tampered with: what it is, and the words before it.
const PLACES: [(&str, &[(&str, &str)]); 15] = [
    (
        "private/mara-l/evidence.md",
        &[
            ("id", "`ev-"),
            ("page", "[timetable#"),
            ("link", "/parcel-web/pull/"),
            ("date", "opened "),
            ("date", ", merged "),
            ("number", "reviewed by "),
            ("window", "Window from "),
            ("window", " up to "),
        ],
    ),
    (
        "private/odemir/evidence.md",
        &[
            ("id", "`ev-"),
            ("link", "/parcel-api/pull/"),
            ("date", "- **"),
            ("number", "Reviewed "),
            ("number", " of "),
            ("window", "as of "),
            ("page", "[parcel-web#"),
        ],
    ),
    (
        "private/tbeck/draft/brag.md",
        &[
            ("date", "- **"),
            ("link", "/pull/"),
            ("page", "[parcel-api#"),
            ("date", "opened "),
            ("window", "Window from "),
        ],
    ),
    (
        "private/tbeck/draft/competency.md",
        &[
            ("id", "`ev-"),
            ("page", "[timetable#"),
            ("link", "/pull/"),
            ("date", "” since "),
        ],
    ),
    (
        "private/inesc/draft/self-review.md",
        &[
            ("id", "`in-"),
            ("page", "[parcel-web#"),
            ("number", "(n "),
            ("number", "by "),
            ("date", "first change on "),
        ],
    ),
    (
        "private/inesc/draft/star.md",
        &[
            ("id", "`in-"),
            ("page", "[parcel-web#"),
            ("number", "80 % interval "),
        ],
    ),
    (
        "private/inesc/draft/calibration.md",
        &[
            ("id", "`ev-"),
            ("date", "On this level since "),
            ("number", "weeks have a moment of this person ("),
        ],
    ),
    (
        "private/odemir/one-on-one.md",
        &[
            ("date", "From "),
            ("link", "/pull/"),
            ("number", "Reviewed "),
            ("page", "[parcel-web#"),
            ("date", "(asked "),
        ],
    ),
    (
        "private/mara-l/absence.md",
        &[
            ("date", "Away "),
            ("number", "Working days | "),
            ("number", "(n = "),
            ("number", "median "),
        ],
    ),
    (
        "private/mara-l/evidence.jsonl",
        &[
            ("id", "\"id\":\""),
            ("date", "\"on\":\""),
            ("link", "/pull/"),
            ("number", "reviewed by "),
            ("window", "\"window\":[\""),
        ],
    ),
    (
        "private/lead/reviewers.md",
        &[("window", "Window from "), ("number", "80 % ")],
    ),
    (
        "private/lead/delegation.md",
        &[("window", "Window from "), ("date", " from 2025")],
    ),
    ("private/lead/knowledge.md", &[("window", "Window from ")]),
    ("private/lead/coverage.md", &[("window", "Window from ")]),
    (
        "team/summary.md",
        &[("number", "| **"), ("window", "Window ")],
    ),
];

fn tampered(root: &Path) -> Vec<Tampered> {
    let mut all = Vec::new();
    for (page, places) in PLACES {
        let text = fs::read_to_string(root.join(page)).unwrap();
        for (how, before) in places {
            let changed = other_digit(&text, before, 2).or_else(|| other_digit(&text, before, 0));
            let text = changed.unwrap_or_else(|| panic!("{page} has no `{before}`"));
            all.push(Tampered { page, how, text });
        }
    }
    let names: Vec<&str> = demo()
        .truths
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    let pages = [
        ("private/mara-l/evidence.md", "mara-l"),
        ("private/tbeck/draft/brag.md", "tbeck"),
        ("private/odemir/one-on-one.md", "odemir"),
        ("private/mara-l/absence.md", "mara-l"),
    ];
    for (page, login) in pages {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let mut people = demo().truths.people.iter();
        let own = &people.find(|person| person.login == login).unwrap().name;
        let other = names.iter().find(|name| *name != own).unwrap();
        assert!(text.contains(own.as_str()), "{page}");
        let text = text.replacen(own.as_str(), other, 1);
        all.push(Tampered {
            page,
            how: "name",
            text,
        });
    }
    all
}

#[test]
fn whatever_was_tampered_with_is_named_with_its_line() {
    let root = demo().root.join("linchpin-demo");
    let place = tempfile::tempdir().unwrap();
    let all = tampered(&root);
    assert!(all.len() >= 40, "{}", all.len());
    let mut files = Vec::new();
    for (at, one) in all.iter().enumerate() {
        let extension = Path::new(one.page).extension().unwrap().to_str().unwrap();
        let file = place.path().join(format!("{at}.{extension}"));
        fs::write(&file, &one.text).unwrap();
        files.push(file);
    }
    let output = verify(&files, &WINDOW);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(7), "{said}");
    let missed: Vec<String> = files
        .iter()
        .zip(&all)
        .filter(|(file, _)| !said.contains(&format!("{}:", file.display())))
        .map(|(_, one)| {
            let original = fs::read_to_string(root.join(one.page)).unwrap();
            let mut lines = original.lines().zip(one.text.lines());
            let line = lines.find(|(a, b)| a != b).map(|(_, b)| b.to_owned());
            format!("{} {}: {line:?}", one.page, one.how)
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}\n{said}");
    // Nothing else in a page is doubted: one line a file, and its own.
    for (file, one) in files.iter().zip(&all) {
        let original = fs::read_to_string(root.join(one.page)).unwrap();
        let changed: BTreeSet<usize> = original
            .lines()
            .zip(one.text.lines())
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(at, _)| at + 1)
            .collect();
        let own = format!("{}:", file.display());
        let told: BTreeSet<usize> = said
            .lines()
            .filter_map(|line| line.strip_prefix(&own)?.split(':').next()?.parse().ok())
            .collect();
        assert_eq!(told, changed, "{} {}\n{said}", one.page, one.how);
    }
}

#[test]
fn a_write_up_of_ones_own_stands_and_a_claim_that_no_record_shows_is_named() {
    let root = demo().root.join("linchpin-demo");
    let place = tempfile::tempdir().unwrap();
    let lines = fs::read_to_string(root.join("private/mara-l/evidence.jsonl")).unwrap();
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let (id, on) = (first["id"].as_str().unwrap(), first["on"].as_str().unwrap());
    let link = first["links"][0].as_str().unwrap();
    let file = place.path().join("review.md");
    let text = format!(
        "# My half-year\n\nI made the tests faster ({id}, {on}, {link}), and it was worth it.\n\nImpact: nobody waits for the cache any more.\n"
    );
    fs::write(&file, &text).unwrap();
    let output = verify(std::slice::from_ref(&file), &WINDOW);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    fs::write(
        &file,
        format!("{text}\nI halved the wait of 1234 pull requests ({id}).\n"),
    )
    .unwrap();
    let output = verify(std::slice::from_ref(&file), &WINDOW);
    assert_eq!(output.status.code(), Some(7));
    assert!(
        said(&output).contains("review.md:7: the number `1234`"),
        "{}",
        said(&output)
    );
}
