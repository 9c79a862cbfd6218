//! The one door to the terminal and to CI logs: whatever is printed passes here, without secrets and without commands.
//!
//! Names, titles and paths of others are in almost every line. A later command cannot forget to encode them: nothing else in
//! this program writes to the standard output or the standard error (`tests/it/structure.rs`).

use std::io::{IsTerminal as _, Write as _};
use std::sync::{OnceLock, PoisonError, RwLock};

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::context::variable;
use super::pager;
use crate::github::redact::Redactor;
use crate::render::encode;

/// Variables whose values are secrets, whoever puts them into a text.
const SECRET_VARIABLES: [&str; 6] = [
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];

static CONCEALED: RwLock<Vec<Redactor>> = RwLock::new(Vec::new());

/// Begins: secrets of the environment are never printed, and a defect ends with its own exit code and no secret either.
pub fn open() {
    let secrets: Vec<String> = SECRET_VARIABLES
        .iter()
        .filter_map(|name| variable(name))
        .collect();
    conceal(Redactor::new(&secrets));
    std::panic::set_hook(Box::new(|panic| {
        let message = panic
            .payload_as_str()
            .unwrap_or("something that must not happen has happened");
        let at = panic
            .location()
            .map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        let trace = std::backtrace::Backtrace::capture();
        let trace = match trace.status() {
            std::backtrace::BacktraceStatus::Captured => format!("\n{trace}"),
            _ => String::new(),
        };
        note(&format!(
            "error: linchpin has a defect: {message}{at}\nhint: report it with the text above: it names no secret{trace}"
        ));
        std::process::exit(super::error::ErrorKind::Defect.exit_code().into());
    }));
}

/// Takes the secrets that a redactor knows out of everything that is printed from now on.
pub fn conceal(redactor: Redactor) {
    CONCEALED
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .push(redactor);
}

fn printable(text: &str) -> String {
    let concealed = CONCEALED.read().unwrap_or_else(PoisonError::into_inner);
    let text = concealed
        .iter()
        .fold(text.to_owned(), |text, redactor| redactor.text(&text));
    encode::log_lines(&text).into_owned()
}

/// Text on the standard output, as it is: whole lines. A reader that has gone away is no error.
pub fn out(text: &str) {
    let _ = std::io::stdout()
        .lock()
        .write_all(printable(text).as_bytes());
}

/// The pager of this invocation; `None`: none is used.
static PAGER: OnceLock<Option<String>> = OnceLock::new();

/// Decides once whether long answers go through a pager: only where a person reads them.
pub fn use_pager(is_wanted: bool) {
    let pager = pager::chosen().filter(|_| is_wanted && has_reader());
    let _ = PAGER.set(pager);
}

/// An answer on the standard output: through a pager, where there is one.
pub fn show(text: &str) {
    let printed = PAGER.get().and_then(Option::as_ref);
    if !printed.is_some_and(|pager| pager::shown(pager, &printable(text))) {
        out(text);
    }
}

/// Whether the standard output is a terminal that can do more than print.
fn has_reader() -> bool {
    std::io::stdout().is_terminal() && !is_dumb()
}

fn is_dumb() -> bool {
    variable("TERM").is_some_and(|name| name == "dumb")
}

/// How many columns the terminal of the standard output has; `None`: it is none.
#[must_use]
pub fn width() -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    (columns > 0).then_some(columns.into())
}

/// A line on the standard error; one that cannot be written is lost.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(line));
}

/// Whether the standard error is a terminal.
#[must_use]
pub fn has_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Whether a bar can be drawn there: a line is written over again.
#[must_use]
pub fn can_draw() -> bool {
    has_terminal() && !is_dumb()
}

/// A bar on the terminal.
#[must_use]
pub fn bar(total: Option<u64>) -> ProgressBar {
    ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr())
}

/// A text inside a bar, which draws itself.
#[must_use]
pub fn bar_text(text: &str) -> String {
    encode::ci_log(&printable(text))
}

/// The first of some names, and how many more there are.
#[must_use]
pub fn some_of(names: &[&str], most: usize) -> String {
    let first = names.get(..most).unwrap_or(names).join(", ");
    match names.len().saturating_sub(most) {
        0 => first,
        n => format!("{first} and {n} more"),
    }
}
