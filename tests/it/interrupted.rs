//! Ctrl-C and the polite kill, in every phase of a run: a documented exit code, and no lock left.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::github::directory;

/// The demo goes through every phase there is: it writes, fetches, mines, derives and reports.
fn demo(place: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command
        .args(["--progress", "plain", "demo", "--out", "demo"])
        .current_dir(place)
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Sends a signal once a line of stderr begins with `mark`; the exit code and what was said after it.
fn ended(place: &Path, mark: &str, signal: &str) -> (Option<i32>, String) {
    let mut child = demo(place).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with(mark) {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "no line `{mark}`");
    }
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), rest)
}

#[test]
fn a_signal_ends_every_phase_with_its_exit_code_and_frees_the_locks() {
    let place = directory();
    // Each of them also shows that the one before left no lock behind.
    for (mark, signal, code) in [
        ("lighthouse/", "-TERM", 143),
        ("fetched ", "-INT", 130),
        ("mined ", "-TERM", 143),
        ("window:", "-INT", 130),
    ] {
        let (found, said) = ended(place.path(), mark, signal);
        assert_eq!(found, Some(code), "after `{mark}`: {said}");
        assert!(
            said.contains("what was done so far is kept") && said.contains("hint: "),
            "after `{mark}`: {said}"
        );
    }
}
