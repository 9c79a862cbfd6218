//! What runs take, and pairs of them.

use std::process::{Command, Stdio};
use std::time::Instant;

/// What a run took.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub wall: f64,
    pub processor: f64,
    pub peak_kib: f64,
    pub n_commits: f64,
    pub n_files: f64,
    /// Stopped at the limit: the whole would have taken longer.
    pub is_stopped: bool,
}

impl Cost {
    /// What one run took more than another; the peak is its own.
    pub fn less(self, other: &Self) -> Self {
        Self {
            wall: self.wall - other.wall,
            processor: self.processor - other.processor,
            ..self
        }
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn pair(what: &str, n_runs: usize, ours: &dyn Fn() -> Cost, theirs: &dyn Fn() -> Cost) {
    let rows: Vec<(Cost, Cost)> = (0..n_runs).map(|_| (ours(), theirs())).collect();
    let median = |of: &dyn Fn(&(Cost, Cost)) -> f64| median(rows.iter().map(of).collect());
    let wall = median(&|row| row.0.wall / row.1.wall);
    if rows.iter().any(|(_, theirs)| theirs.is_stopped) {
        println!(
            "  {what}: less than {wall:.4} of the wall time ({:.2} s / stopped after {:.0} s)",
            median(&|row| row.0.wall),
            median(&|row| row.1.wall),
        );
        return;
    }
    println!(
        "  {what}: {wall:.3} of the wall time, {:.3} of the processor time ({:.2} s / {:.2} s, processor {:.2} s / {:.2} s, {:.0} MiB)",
        median(&|row| row.0.processor / row.1.processor.max(0.01)),
        median(&|row| row.0.wall),
        median(&|row| row.1.wall),
        median(&|row| row.0.processor),
        median(&|row| row.1.processor),
        median(&|row| row.0.peak_kib) / 1024.0,
    );
}

pub fn timed(command: &mut Command) -> Cost {
    timed_unless(command, 0)
}

/// What a command took, which may also end with the code that says that it was stopped.
pub fn timed_unless(command: &mut Command, stopped: i32) -> Cost {
    let (start, used) = (Instant::now(), processor_seconds());
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let code = status.unwrap().code();
    assert!(
        code == Some(0) || code == Some(stopped),
        "{command:?} failed"
    );
    Cost {
        wall: start.elapsed().as_secs_f64(),
        processor: processor_seconds() - used,
        is_stopped: code != Some(0),
        ..Cost::default()
    }
}

/// Processor time of this process and of the children that have ended, in ticks of 10 ms; 0 where it cannot be told.
pub fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
