//! Progress on stderr: a bar on a terminal, plain lines otherwise, nothing when asked.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::ProgressMode;
use super::console::{self, note};
use crate::git;

/// Shows what is going on.
#[derive(Debug)]
pub struct Progress {
    mode: Shown,
    bar: Mutex<Option<ProgressBar>>,
    /// What was the trouble last: ten streams that fail for one reason say it once.
    trouble: Mutex<Option<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Bar,
    Lines,
    Nothing,
}

impl Progress {
    /// Decides once how progress is shown.
    #[must_use]
    pub fn new(mode: ProgressMode, quiet: bool) -> Self {
        let mode = match mode {
            _ if quiet => Shown::Nothing,
            ProgressMode::None => Shown::Nothing,
            ProgressMode::Auto if console::has_terminal() => Shown::Bar,
            ProgressMode::Auto | ProgressMode::Plain => Shown::Lines,
        };
        Self {
            mode,
            bar: Mutex::new(None),
            trouble: Mutex::new(None),
        }
    }

    /// A stream could not be read, and why.
    pub fn trouble(&self, stream: &str, reason: &str) {
        let mut last = self
            .trouble
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.as_deref() != Some(reason) {
            self.aside(&format!("{stream}: {reason}"));
            *last = Some(reason.to_owned());
        }
    }

    /// A sentence about a step that is done.
    pub fn say(&self, line: &str) {
        self.finish();
        if self.mode != Shown::Nothing {
            note(line);
        }
    }

    /// A sentence beside a step that goes on.
    pub fn aside(&self, line: &str) {
        match self.slot().as_ref() {
            Some(bar) => bar.suspend(|| note(line)),
            None if self.mode != Shown::Nothing => note(line),
            None => {}
        }
    }

    /// Ends the current bar.
    pub fn finish(&self) {
        if let Some(bar) = self.slot().take() {
            bar.finish_and_clear();
        }
    }

    /// The last line of a program that ends before its work does; told even where progress is not shown.
    pub fn end(&self, line: &str) {
        // Another thread may be drawing: whoever ends the program does not wait for it.
        if let Ok(mut bar) = self.bar.try_lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
        note(line);
    }

    /// How many of a stream's records are in: with a time to finish, where it is known how many there are.
    pub fn page(&self, stream: &str, fetched: u64, expected: Option<u64>, tail: &str) {
        if let Some(bar) = self.slot().as_ref() {
            let of = expected
                .map(|expected| format!("/{expected}"))
                .unwrap_or_default();
            // The rate of one stream says nothing about the next.
            if bar.length() != expected || bar.position() > fetched {
                let template = if expected.is_some() {
                    "{prefix}: {wide_msg} {bar:8} {eta}"
                } else {
                    "{prefix}: {wide_msg} {spinner}"
                };
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                match expected {
                    Some(expected) => bar.set_length(expected),
                    None => bar.unset_length(),
                }
                bar.reset_eta();
            }
            bar.set_position(fetched);
            bar.set_message(format!("{stream} {fetched}{of} · {tail}"));
            bar.tick();
        }
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A repository begins; how much there is to fetch, its pages say.
    pub fn repository(&self, name: &str) {
        self.start("", None, "{prefix} {spinner}");
        if let Some(bar) = self.slot().as_ref() {
            bar.set_prefix(console::bar_text(name));
        }
    }

    fn start(&self, name: &str, total: Option<u64>, template: &str) {
        self.finish();
        if self.mode != Shown::Bar {
            return;
        }
        let bar = console::bar(total);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(console::bar_text(name));
        bar.enable_steady_tick(Duration::from_millis(120));
        *self.slot() = Some(bar);
    }
}

impl git::Progress for Progress {
    fn phase(&self, name: &str, total: Option<u64>) {
        let template = if total.is_some() {
            "{msg:28} {bar:32} {human_pos}/{human_len} {eta}"
        } else {
            "{msg:28} {spinner} {human_pos}"
        };
        self.start(name, total, template);
    }

    fn advance(&self, by: u64) {
        if let Some(bar) = self.slot().as_ref() {
            bar.inc(by);
        }
    }
}
