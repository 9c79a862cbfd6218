//! What a person wrote below `private/` is there after the next run, wherever it was written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pipeline::{copy_of_the_store, demo, tree};

/// A folder with the demo's store, in which packs are written.
struct Desk {
    keep: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        copy_of_the_store(keep.path());
        Self { keep }
    }

    fn place(&self) -> PathBuf {
        self.keep.path().join("linchpin-report/private/mara-l")
    }

    /// Writes the pack over some time, and returns what was said.
    fn person(&self, time: &[&str]) -> String {
        self.run(&["person", "mara-l"], time)
    }

    fn run(&self, command: &[&str], time: &[&str]) -> String {
        let config = demo().root.join("linchpin-demo/config");
        let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(command)
            .args(["--store", "store", "--offline"])
            .args(["--as-of", "2026-07-01T00:00:00Z"])
            .arg("--config")
            .arg(config.join("linchpin.toml"))
            .arg("--private-config")
            .arg(config.join("linchpin.private.toml"))
            .args(time)
            .current_dir(self.keep.path())
            .env_clear()
            .env("HOME", self.keep.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        said
    }
}

const HALF_A_YEAR: [&str; 4] = ["--since", "2025-10-01", "--until", "2026-04-01"];
const UNTIL_NOW: [&str; 2] = ["--since", "2025-10-01"];

#[test]
fn whatever_is_typed_between_any_two_lines_or_into_any_blank_is_there_after_the_next_run() {
    whatever_is_typed_stays(&Typed {
        command: &["person", "mara-l"],
        folder: "mara-l",
        beside: "evidence.edited.md",
        // What is not generated any more and was typed into stays under its own name.
        stay: &[
            "absence.md",
            "draft/brag.md",
            "draft/self-review.md",
            "draft/star.md",
        ],
        told: &["draft/competency.md", "draft/calibration.md"],
    });
    whatever_is_typed_stays(&Typed {
        command: &["lead"],
        folder: "lead",
        beside: "reviewers.edited.md",
        stay: &["incidents/parcel-web-212.md"],
        told: &["incidents/parcel-api-274.md"],
    });
}

/// What every typed word begins with; a number and a full stop end it.
const TYPED: &str = "typed-";

/// The typed words of a text: there are thousands, and each of them is not looked for anew.
fn typed_words(text: &str) -> Vec<String> {
    let rests = text.split(TYPED).skip(1);
    let numbers = rests.filter_map(|rest| rest.split_once('.'));
    let is_number = |n: &str| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = numbers.filter(|(n, _)| is_number(n));
    numbers.map(|(n, _)| format!("{TYPED}{n}.")).collect()
}

/// Typing into a folder.
struct Typed {
    /// What writes the folder.
    command: &'static [&'static str],
    folder: &'static str,
    /// A generated page's name, once somebody typed into it.
    beside: &'static str,
    /// Files that are there after the next run.
    stay: &'static [&'static str],
    /// Drafts that are there, and of which it is said that they were edited.
    told: &'static [&'static str],
}

fn whatever_is_typed_stays(about: &Typed) {
    let (command, folder) = (about.command, about.folder);
    let desk = Desk::new();
    desk.run(command, &HALF_A_YEAR);
    let place = desk
        .keep
        .path()
        .join("linchpin-report/private")
        .join(folder);
    let mut typed = Vec::new();
    let mut n = 0;
    let mut next = || {
        n += 1;
        let word = format!("{TYPED}{n}.");
        typed.push(word.clone());
        word
    };
    for (file, bytes) in tree(&place) {
        if file.ends_with(".linchpin-folder") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let mut edited = next();
        for line in text.lines() {
            edited.push('\n');
            let blank = "\\[yours to write\\]";
            let filled = line.contains(blank).then(|| line.replace(blank, &next()));
            edited.push_str(filled.as_deref().unwrap_or(line));
            edited.push('\n');
            edited.push_str(&next());
        }
        fs::write(place.join(file), edited).unwrap();
    }
    for file in ["notes.md", "draft/mine.md", "talks/2026.txt"] {
        fs::create_dir_all(place.join(file).parent().unwrap()).unwrap();
        fs::write(place.join(file), next()).unwrap();
    }
    assert!(typed.len() > 200, "{}", typed.len());
    let holds_all = || {
        let files = tree(&place);
        let texts = files.values().map(|bytes| String::from_utf8_lossy(bytes));
        let there: BTreeSet<String> = texts.flat_map(|text| typed_words(&text)).collect();
        let lost: Vec<&String> = typed.iter().filter(|word| !there.contains(*word)).collect();
        assert!(lost.is_empty(), "{lost:?}");
        files.keys().cloned().collect::<Vec<_>>()
    };
    let said = desk.run(command, &UNTIL_NOW);
    let files = holds_all();
    assert!(said.contains(about.beside), "{said}");
    for file in about.stay {
        assert!(files.contains(&(*file).to_owned()), "{file}");
    }
    for file in about.told {
        assert!(files.contains(&(*file).to_owned()), "{file}");
        assert!(said.contains(file), "{file} was edited: {said}");
    }
    desk.run(command, &HALF_A_YEAR);
    holds_all();
}

#[test]
fn an_edited_part_of_a_draft_is_told_and_the_others_go_on() {
    let desk = Desk::new();
    desk.person(&HALF_A_YEAR);
    let brag = desk.place().join("draft/brag.md");
    let before = fs::read_to_string(&brag).unwrap();
    assert!(before.contains("## 2026-Q1") && !before.contains("## 2026-Q2"));
    fs::write(&brag, before.replace("## 2026-Q1", "## 2026-Q1, my best")).unwrap();
    let said = desk.person(&["--since", "2025-07-01"]);
    let after = fs::read_to_string(&brag).unwrap();
    assert!(after.contains("## 2026-Q1, my best") && after.contains("## 2026-Q2"));
    assert!(after.find("## 2025-Q3") < after.find("## 2025-Q4"));
    assert!(after.contains("Window from 2025-07-01 up to 2026-07-01"));
    let is_told = said.contains("`2026-q1` was edited and stays as it is");
    assert!(is_told, "{said}");
    // A run that asks about less takes nothing away.
    desk.person(&["--since", "2026-06-01"]);
    let again = fs::read_to_string(&brag).unwrap();
    let parts = |text: &str| text.split("## 2025-Q3").nth(1).unwrap().to_owned();
    assert_eq!(parts(&again), parts(&after));
}

#[test]
fn what_stands_beside_the_parts_of_a_review_stays_while_the_parts_go_on() {
    let desk = Desk::new();
    desk.person(&HALF_A_YEAR);
    let place = desk.place();
    let drafts = ["self-review", "star", "competency", "calibration"];
    let path = |name: &str| place.join("draft").join(format!("{name}.md"));
    let blank = "\\[yours to write\\]";
    for name in drafts {
        let text = fs::read_to_string(path(name)).unwrap();
        assert!(text.contains(blank), "{name}");
        fs::write(path(name), text.replace(blank, "What I say of it.")).unwrap();
    }
    let said = desk.person(&UNTIL_NOW);
    assert!(!said.contains("was edited"), "{said}");
    for name in drafts {
        let text = fs::read_to_string(path(name)).unwrap();
        assert!(text.contains("What I say of it."), "{name}");
        assert!(text.contains("up to 2026-07-01"), "{name}: {text}");
        assert!(!text.contains("up to 2026-04-01"), "{name}: {text}");
        // No part is there twice.
        let begins = text
            .lines()
            .filter(|line| line.starts_with("<!-- linchpin:begin "));
        let mut ids: Vec<&str> = begins.filter_map(|line| line.split(' ').nth(2)).collect();
        let n = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), n, "{name}");
        for heading in ["Accomplishments", "Conclusion", "Goals and aspirations"] {
            let n = text
                .lines()
                .filter(|line| *line == format!("## {heading}"))
                .count();
            assert_eq!(n, usize::from(name == "self-review"), "{name}: {heading}");
        }
    }
}

#[test]
fn a_brag_document_of_before_stays_where_it_is() {
    let old = |place: &Path| place.join("brag.md").is_file();
    let desk = Desk::new();
    desk.person(&UNTIL_NOW);
    fs::write(desk.place().join("brag.md"), "# Mine").unwrap();
    desk.person(&UNTIL_NOW);
    assert!(old(&desk.place()) && desk.place().join("draft/brag.md").is_file());
}

impl Desk {
    /// Appends to the brag document over some time up to an instant, and returns the document.
    fn append(&self, as_of: &str) -> String {
        let config = demo().root.join("linchpin-demo/config");
        let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["person", "mara-l", "--append", "--store", "store"])
            .args(["--offline", "--since", "2026-01-01", "--as-of", as_of])
            .arg("--config")
            .arg(config.join("linchpin.toml"))
            .arg("--private-config")
            .arg(config.join("linchpin.private.toml"))
            .current_dir(self.keep.path())
            .env_clear()
            .env("HOME", self.keep.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        fs::read_to_string(self.place().join("draft/brag.md")).unwrap()
    }
}

#[test]
fn a_brag_document_that_is_appended_to_every_friday_gains_what_is_new_and_nothing_else() {
    let desk = Desk::new();
    let first = desk.append("2026-05-29T17:00:00Z");
    assert_eq!(desk.append("2026-05-29T17:00:00Z"), first);
    let mine = first.replacen("\\[yours to write\\]", "a talk at the meet-up", 1);
    fs::write(desk.place().join("draft/brag.md"), &mine).unwrap();
    let second = desk.append("2026-06-19T17:00:00Z");
    let (before, added) = second
        .split_once("<!-- linchpin:begin added-2026-06-19")
        .unwrap();
    // What stood there stands there, to the byte; but for the line that remembers what was given.
    let memory = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("<!-- linchpin:given"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(memory(before.trim_end()), memory(mine.trim_end()));
    assert!(before.contains("a talk at the meet-up"));
    let bullets: Vec<&str> = added
        .lines()
        .filter(|line| line.starts_with("- **"))
        .collect();
    assert!(!bullets.is_empty());
    for bullet in &bullets {
        assert!(
            bullet.starts_with("- **2026-0") && bullet.contains("`ev-"),
            "{bullet}"
        );
        assert!(!mine.contains(*bullet), "{bullet}");
    }
    assert_eq!(desk.append("2026-06-19T17:00:00Z"), second);
    // A plain run leaves it, and says so.
    let said = desk.person(&["--since", "2026-01-01"]);
    assert!(said.contains("`--append` adds what is new"), "{said}");
    assert_eq!(
        fs::read_to_string(desk.place().join("draft/brag.md")).unwrap(),
        second
    );
}

#[test]
fn a_page_of_a_talk_of_before_gives_way_unless_somebody_wrote_in_it() {
    let desk = Desk::new();
    desk.person(&UNTIL_NOW);
    let talk = desk.place().join("one-on-one.md");
    let begun = fs::read_to_string(&talk).unwrap();
    assert!(begun.contains("<!-- linchpin:begin now"));
    fs::write(&talk, "# One-on-one: as it was\n").unwrap();
    let said = desk.person(&UNTIL_NOW);
    assert!(said.contains("has no line of linchpin's"), "{said}");
    assert_eq!(
        fs::read_to_string(&talk).unwrap(),
        "# One-on-one: as it was\n"
    );
    fs::remove_file(&talk).unwrap();
    desk.person(&UNTIL_NOW);
    assert_eq!(fs::read_to_string(&talk).unwrap(), begun);
}
