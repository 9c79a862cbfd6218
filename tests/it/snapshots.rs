//! What a user reads, word by word: each snapshot is the text of a terminal, with what varies from run to run replaced.
//!
//! After a change of words `cargo insta test --review --test it -- snapshots::` shows each difference and writes it here.

mod check;
mod diff;
mod doctor;
mod errors;
mod explain;
mod help;

use std::fs;
use std::path::Path;

use crate::cli::{Ran, ran};

/// What a command answered on stdout, and how it ended. Nothing was said on stderr.
#[track_caller]
fn answered(ran: &Ran) -> String {
    assert_eq!(ran.err, "", "{}", ran.out);
    format!("{}[exit code {}]", ran.out, ran.code)
}

/// What a command said on stderr in place of an answer, and how it ended. Nothing was printed on stdout.
#[track_caller]
fn said(ran: &Ran) -> String {
    assert_eq!(ran.out, "", "an error is no data");
    format!("{}[exit code {}]", ran.err, ran.code)
}

/// An error as the user meets it, below the command that ended with it. Whatever was in the directory is there as before.
#[track_caller]
fn refused(directory: &Path, arguments: &[&str]) -> String {
    let before = crate::pipeline::tree(directory);
    let ran = ran(directory, arguments);
    assert!(
        crate::pipeline::tree(directory) == before,
        "{arguments:?} wrote something"
    );
    format!("$ linchpin {}\n{}", arguments.join(" "), said(&ran))
}

/// The same for several commands, one below the other.
#[track_caller]
fn each_refused(directory: &Path, commands: &[&[&str]]) -> String {
    let each = commands.iter().map(|one| refused(directory, one));
    each.collect::<Vec<_>>().join("\n\n")
}

/// The words for a metric's reference SQL, which is a file of the repository and read there.
#[track_caller]
fn without_sql(metric: &str, explained: &str) -> String {
    let (words, sql) = explained.split_once("\nSQL\n").unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("queries/metrics/{metric}.sql"));
    for line in fs::read_to_string(file).unwrap().trim_end().lines() {
        assert!(sql.contains(line), "`{line}` is not in: {sql}");
    }
    format!("{words}\nSQL\n  [queries/metrics/{metric}.sql]\n")
}
