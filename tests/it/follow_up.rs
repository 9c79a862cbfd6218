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
fn a_note_speaks_the_agreed_grammar_with_dates_links_and_a_verdict() {
    let (code, note, said) = follow_up("2026-07-01T00:00:00Z", &["odemir"]);
    assert_eq!(code, Some(0), "{said}");
    let text = plain(&note);
    assert!(
        regex::Regex::new(
            r"Reviewed (\d+) pull requests? in the sprint 2026-06-08 to 2026-06-21 and left comments on each: (parcel-\w+|timetable)#\d+ \(\d+\)"
        )
        .unwrap()
        .is_match(&text),
        "{text}"
    );
    // Sprints start on the agreed day, and no figure is older.
    assert!(
        regex::Regex::new(
            r"Since 2026-03-02: \d+/\d+ · .*kept \d+ sprints in a row; consider closing\."
        )
        .unwrap()
        .is_match(&text),
        "{text}"
    );
    assert!(text.contains("Asked and not reviewed, apart: "), "{text}");
    assert!(note.contains("/pull/") && note.contains("\n> "), "{note}");
}

#[test]
fn what_is_not_kept_is_to_be_revisited() {
    let (code, note, said) = follow_up("2026-07-01T00:00:00Z", &["tbeck"]);
    assert_eq!(code, Some(0), "{said}");
    let text = plain(&note);
    assert!(text.contains("revisit what was agreed"), "{text}");
    assert!(!text.contains("consider closing"), "{text}");
    assert!(text.contains("opened ready for review: "), "{text}");
}

#[test]
fn a_sprint_that_runs_is_told_so_far() {
    let (_, note, _) = follow_up("2026-03-05T00:00:00Z", &["odemir"]);
    let text = plain(&note);
    assert!(
        text.contains("so far in the sprint 2026-03-02 to 2026-03-04"),
        "{text}"
    );
    assert!(text.contains("too few to say: 0 sprints"), "{text}");
}

#[test]
fn nobody_else_has_a_note_and_an_empty_register_says_how_to_agree_on_one() {
    let (code, note, said) = follow_up("2026-07-01T00:00:00Z", &["yarai"]);
    assert_eq!((code, note.as_str()), (Some(3), ""));
    assert!(
        said.contains("no feedback is agreed for `yarai`") && said.contains("[[feedback]]"),
        "{said}"
    );
}
