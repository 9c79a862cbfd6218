//! Commands that are printed to be pasted: with what the reader gave to name the same data, quoted for a shell.

use std::path::Path;

use super::args::{AnalysisArgs, By, SINCE, STORE};
use crate::render::encode::terminal;

/// The options by which another command looks at the same data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Again {
    /// Where it is: store and registers.
    places: Vec<String>,
    /// Which time is looked at.
    time: Vec<String>,
}

impl Again {
    /// What of the arguments differs from what holds without them.
    #[must_use]
    pub fn of(args: &AnalysisArgs) -> Self {
        let mut places = Vec::new();
        let mut add = |option: &str, path: &Path| {
            places.extend([option.to_owned(), path.display().to_string()]);
        };
        if args.places.store != Path::new(STORE) {
            add("--store", &args.places.store);
        }
        if let Some(config) = &args.places.config {
            add("--config", config);
        }
        if let Some(config) = &args.places.private_config {
            add("--private-config", config);
        }
        let asked = &args.time;
        let mut time = Vec::new();
        let since = Some(&asked.since).filter(|since| *since != SINCE);
        for (option, value) in [
            ("--since", since),
            ("--until", asked.until.as_ref()),
            ("--as-of", asked.as_of.as_ref()),
        ] {
            time.extend(
                value
                    .into_iter()
                    .flat_map(|value| [option.to_owned(), value.clone()]),
            );
        }
        let by = match asked.by {
            By::Auto => None,
            By::Week => Some("week"),
            By::Month => Some("month"),
            By::Quarter => Some("quarter"),
        };
        time.extend(
            by.into_iter()
                .flat_map(|by| ["--by".to_owned(), by.to_owned()]),
        );
        Self { places, time }
    }

    /// The same places at another time.
    #[must_use]
    pub fn at(&self, time: Vec<String>) -> Self {
        Self {
            places: self.places.clone(),
            time,
        }
    }

    /// Whether a time was asked for.
    #[must_use]
    pub fn has_time(&self) -> bool {
        !self.time.is_empty()
    }

    /// `linchpin` with some words and these options, as a POSIX shell reads it; on one line, and nothing in it commands a terminal.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> String {
        let words = words.iter().copied();
        let options = self.places.iter().chain(&self.time).map(String::as_str);
        let mut command = String::from("linchpin");
        for word in words.chain(options) {
            command.push(' ');
            // Only what no argument can hold (a zero byte) cannot be quoted.
            command.push_str(&shlex::try_quote(word).unwrap_or_default());
        }
        terminal(&command)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn given(arguments: &[&str]) -> Again {
        let all = [&["linchpin", "lead"], arguments].concat();
        match Cli::try_parse_from(all).unwrap().command {
            Command::Lead(args) => Again::of(&args),
            _ => panic!("another command"),
        }
    }

    #[test]
    fn a_command_has_what_was_given_and_nothing_else() {
        assert_eq!(given(&[]).command(&["check"]), "linchpin check");
        let again = given(&[
            "--store=a b",
            "--config",
            "x.toml",
            "--as-of=2026-07-01",
            "--since",
            "26w",
            "--by=week",
            "--offline",
        ]);
        let command = again.command(&["explain", "flow.pickup_time", "--scope", "Ada's part"]);
        let read = shlex::split(&command).unwrap();
        assert_eq!(
            read,
            [
                "linchpin",
                "explain",
                "flow.pickup_time",
                "--scope",
                "Ada's part",
                "--store",
                "a b",
                "--config",
                "x.toml",
                "--since",
                "26w",
                "--as-of",
                "2026-07-01",
                "--by",
                "week"
            ],
            "{command}"
        );
    }

    #[test]
    fn what_is_pasted_is_one_command_with_the_words_that_it_was_made_of() {
        for word in [
            "$(rm -rf x)",
            "a;b",
            "`x`",
            "!!",
            "it's \"so\"",
            "~",
            "-x",
            "*",
        ] {
            let command = Again::default().command(&["explain", "--scope", word]);
            let read = shlex::split(&command).unwrap();
            assert_eq!(read, ["linchpin", "explain", "--scope", word], "{command}");
            assert!(!command.contains('\n'));
        }
        let hostile = Again::default().command(&["explain", "\u{1b}[31m\n::error::x"]);
        assert!(!hostile.contains(['\u{1b}', '\n']), "{hostile:?}");
    }
}
