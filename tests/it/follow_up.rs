//! `linchpin follow-up`: the note's exact grammar, from the demo's register, and what there is to say without one.

use std::process::Command;

use crate::pipeline::demo;

/// Exit code, standard output and standard error.
fn follow_up(as_of: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .arg("follow-up")
        .args(more)
        .args(["--store", "linchpin-demo/store", "--as-of", as_of])
        .args(["--config", "linchpin-demo/config/linchpin.toml"])
        .args([
            "--private-config",
            "linchpin-demo/config/linchpin.private.toml",
        ])
        .current_dir(&demo().root)
        .env_clear()
        .env("HOME", &demo().root)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// The note's text without the addresses of its links.
fn plain(note: &str) -> String {
    let link = regex::Regex::new(r"\[([^\]]*)\]\(<?[^)]*\)").unwrap();
    link.replace_all(note, "$1").replace('\\', "")
}

#[test]
fn a_note_speaks_the_agreed_grammar_with_dates_links_and_a_trend() {
    let (code, note, said) = follow_up("2026-07-01T00:00:00Z", &[]);
    assert_eq!(code, Some(0), "{said}");
    let text = plain(&note);
    let positive = r"Reviewed (\d+) PRs? this sprint \(2026-06-15 to 2026-06-28\) and left comments on (each|\d+ of \d+): parcel-\w+#\d+ \(\d+\)";
    let negative = r"Reviewed \d+ of \d+ requested PRs? this sprint \(2026-06-15 to 2026-06-28\); \d+ ((is|are) still waiting: |merged or closed first)";
    let is_one = [positive, negative]
        .iter()
        .any(|form| regex::Regex::new(form).unwrap().is_match(&text));
    assert!(is_one, "{text}");
    assert!(
        regex::Regex::new(r"Sprint before: (\d+ of \d+|none requested)\.")
            .unwrap()
            .is_match(&text),
        "{text}"
    );
    // Agreed on 2026-03-02, the first day of a sprint's second week.
    assert!(
        regex::Regex::new(r"Since 2026-02-23: \d+/\d+(, \d+/\d+)+\.")
            .unwrap()
            .is_match(&text),
        "{text}"
    );
    assert!(
        text.contains("\"Constructive\" is your call; excerpts attached."),
        "{text}"
    );
    assert!(note.contains("/pull/") && note.contains("\n> "), "{note}");
}

#[test]
fn a_sprint_that_runs_is_told_so_far_and_nothing_after_the_stop_is_looked_at() {
    let (_, note, _) = follow_up("2026-03-05T00:00:00Z", &[]);
    assert!(
        plain(&note).contains("so far this sprint (2026-02-23 to 2026-03-04)"),
        "{note}"
    );
}

#[test]
fn nobody_else_has_a_note_and_an_empty_register_says_how_to_agree_on_one() {
    let (code, note, said) = follow_up("2026-07-01T00:00:00Z", &["yarai"]);
    assert_eq!((code, note.as_str()), (Some(3), ""));
    assert!(
        said.contains("no follow-up is agreed for `yarai`") && said.contains("[[follow_up]]"),
        "{said}"
    );
}
