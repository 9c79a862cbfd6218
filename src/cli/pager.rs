//! Long answers on a terminal go through a pager, as git's do.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use super::context::variable;

/// Without a choice of the reader's.
const USUAL: &str = "less";
/// How `less` behaves where the reader has not said: an answer of one screen is printed, colours are shown, the screen is left as it is.
const LESS: &str = "FRX";

static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Whether a pager has the terminal: Ctrl-C is its own then.
pub fn is_open() -> bool {
    IS_OPEN.load(Ordering::Relaxed)
}

/// The pager that a reader has chosen, or the usual one; `None` where none is wanted.
#[must_use]
pub fn chosen() -> Option<String> {
    choice(["LINCHPIN_PAGER", "PAGER"].map(variable))
}

fn choice(variables: [Option<String>; 2]) -> Option<String> {
    let chosen = variables.into_iter().flatten().next();
    let chosen = chosen.unwrap_or_else(|| USUAL.to_owned());
    let is_none = chosen.trim().is_empty() || chosen.trim() == "cat";
    (!is_none).then_some(chosen)
}

/// Shows a text in a pager and waits for its end; false where the pager could not be started: then nothing was shown.
pub fn shown(pager: &str, text: &str) -> bool {
    let mut command = started(pager);
    for (name, value) in [("LESS", LESS), ("LV", "-c")] {
        if variable(name).is_none() {
            command.env(name, value);
        }
    }
    let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else {
        return false;
    };
    IS_OPEN.store(true, Ordering::Relaxed);
    if let Some(mut input) = child.stdin.take() {
        // A reader who quits early closes the pipe: that is no error.
        let _ = input.write_all(text.as_bytes());
    }
    let ended = child.wait();
    IS_OPEN.store(false, Ordering::Relaxed);
    // A shell that does not find the pager says so with this code.
    !ended.is_ok_and(|status| status.code() == Some(127))
}

/// The command of a pager: one with arguments or quotes is a shell's, as for git.
fn started(pager: &str) -> Command {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+".contains(letter);
    if cfg!(windows) || pager.chars().all(is_plain) {
        return Command::new(OsString::from(pager));
    }
    let mut command = Command::new("sh");
    command.args(["-c", pager]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_chooses_the_pager_or_none() {
        let check = |own: Option<&str>, of_all: Option<&str>, expected: Option<&str>| {
            let variables = [own, of_all].map(|text| text.map(str::to_owned));
            assert_eq!(choice(variables).as_deref(), expected);
        };
        check(None, None, Some("less"));
        check(None, Some("more"), Some("more"));
        check(Some("less -S"), Some("more"), Some("less -S"));
        check(Some("cat"), Some("more"), None);
        check(None, Some(""), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_pager_that_is_not_there_shows_nothing() {
        assert!(!shown("/nowhere/pager", "text"));
        assert!(!shown("/nowhere/pager --option", "text"));
        assert!(shown("true", "text"));
        assert!(!is_open());
    }
}
