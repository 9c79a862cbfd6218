//! Progress on stderr: a bar on a terminal, plain lines otherwise, nothing when asked.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};

use super::args::ProgressMode;
use super::console::{self, note};
use crate::git;

/// Shows what is going on.
#[derive(Debug)]
pub struct Progress {
    mode: Shown,
    bar: Mutex<Option<ProgressBar>>,
    /// Which step of how many is done: `[2/4] `; empty where it is the only one.
    step: Mutex<String>,
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
            ProgressMode::Auto if console::can_draw() => Shown::Bar,
            ProgressMode::Auto | ProgressMode::Plain => Shown::Lines,
        };
        Self {
            mode,
            bar: Mutex::new(None),
            step: Mutex::default(),
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

    /// The next step of a command begins.
    pub fn step(&self, at: usize, of: usize) {
        *self
            .step
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = format!("[{at}/{of}] ");
    }

    /// Work begins of which nobody knows how much it is.
    pub fn doing(&self, what: &str) {
        let what = console::bar_text(what);
        self.start(None, move |_| what.clone(), "{line} {spinner}");
    }

    /// How many of a stream's records are in: with a time to finish, where it is known how many there are.
    pub fn page(&self, stream: &str, fetched: u64, expected: Option<u64>, tail: &str) {
        let step = self.step_words();
        if let Some(bar) = self.slot().as_ref() {
            // The rate of one stream says nothing about the next.
            if bar.length() != expected || bar.position() > fetched {
                match expected {
                    Some(expected) => bar.set_length(expected),
                    None => bar.unset_length(),
                }
                bar.reset_eta();
            }
            let (of, stream) = (bar.prefix(), stream.to_owned());
            let line = move |state: &ProgressState| {
                let so_far = Amount::of(state);
                format!("{step}fetching {of}: {}", so_far.words(&stream))
            };
            bar.set_style(style("{line} · {wide_msg}", line));
            bar.set_position(fetched);
            bar.set_message(tail.to_owned());
            bar.tick();
        }
    }

    fn step_words(&self) -> String {
        let step = self.step.lock();
        step.unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A repository begins; how much there is to fetch, its pages say.
    pub fn repository(&self, name: &str) {
        let name = console::bar_text(name);
        let of = name.clone();
        self.start(None, move |_| format!("fetching {of}"), "{line} {spinner}");
        if let Some(bar) = self.slot().as_ref() {
            bar.set_prefix(name);
        }
    }

    /// Draws a bar whose line is told from how far it is.
    fn start(
        &self,
        total: Option<u64>,
        line: impl Fn(&ProgressState) -> String + Clone + Send + Sync + 'static,
        template: &str,
    ) {
        self.finish();
        if self.mode != Shown::Bar {
            return;
        }
        let step = self.step_words();
        let bar = console::bar(total);
        bar.set_style(style(template, move |state| {
            format!("{step}{}", line(state))
        }));
        bar.enable_steady_tick(Duration::from_millis(120));
        *self.slot() = Some(bar);
    }
}

/// A style in which `{line}` is told from how far a bar is.
fn style(
    template: &str,
    line: impl Fn(&ProgressState) -> String + Clone + Send + Sync + 'static,
) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key(
        "line",
        move |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            let _ = text.write_str(&line(state));
        },
    )
}

/// How far something is.
#[derive(Debug, Clone, Copy)]
struct Amount {
    done: u64,
    total: Option<u64>,
    left: Duration,
}

impl Amount {
    fn of(state: &ProgressState) -> Self {
        Self {
            done: state.pos(),
            total: state.len(),
            left: state.eta(),
        }
    }

    /// `21,760 of 81,966 commits, 3 s left`.
    fn words(self, nouns: &str) -> String {
        let done = HumanCount(self.done);
        match self.total {
            Some(total) => {
                let left = match self.left.as_secs() {
                    0 => String::new(),
                    _ => format!(", {} left", length(self.left)),
                };
                format!("{done} of {} {nouns}{left}", HumanCount(total))
            }
            None if self.done == 0 => nouns.to_owned(),
            None => format!("{done} {nouns}"),
        }
    }
}

/// A length of time for people: seconds below two minutes, minutes above.
pub fn length(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

/// What a phase of mining is called, and what is counted in it.
fn mining(phase: &str) -> (&'static str, &'static str) {
    match phase {
        "commits" => ("reading", "commits"),
        "files" => ("mining", "commits"),
        "lines" => ("following", "changes"),
        "receiving" => ("receiving", "kB"),
        "checking" => ("checking", "objects"),
        _ => ("sorting", "history"),
    }
}

impl git::Progress for Progress {
    fn phase(&self, name: &str, total: Option<u64>) {
        let template = if total.is_some() {
            "{line} {wide_bar}"
        } else {
            "{line} {spinner}"
        };
        let (act, nouns) = mining(name);
        let line = move |state: &ProgressState| format!("{act} {}", Amount::of(state).words(nouns));
        self.start(total, line, template);
    }

    fn advance(&self, by: u64) {
        if let Some(bar) = self.slot().as_ref() {
            bar.inc(by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_how_long_it_takes() {
        let check = |done, total, left, expected: &str| {
            let left = Duration::from_secs(left);
            let amount = Amount { done, total, left };
            assert_eq!(amount.words("commits"), expected);
        };
        check(
            21_760,
            Some(81_966),
            3,
            "21,760 of 81,966 commits, 3 s left",
        );
        check(
            21_760,
            Some(81_966),
            190,
            "21,760 of 81,966 commits, 4 min left",
        );
        // Before anything is done nobody knows how long it takes.
        check(0, Some(81_966), 0, "0 of 81,966 commits");
        check(21_760, None, 0, "21,760 commits");
        check(0, None, 0, "commits");
    }

    #[test]
    fn a_bar_that_is_not_shown_takes_every_step() {
        let progress = Progress::new(ProgressMode::None, false);
        progress.step(2, 4);
        git::Progress::phase(&progress, "files", Some(3));
        git::Progress::advance(&progress, 1);
        progress.repository("acme/web");
        progress.page("pull requests", 1, Some(2), "1 request");
        progress.doing("deriving");
        assert_eq!(progress.step_words(), "[2/4] ");
    }
}
