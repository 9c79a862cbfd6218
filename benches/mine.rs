//! How mining compares with `git log` and other tools, on repositories given as arguments:
//! `cargo bench --bench mine -- path/to/repository …`. Without arguments there is nothing to measure, and nothing is.
//!
//! Every line is the median over paired runs (A B A B …) of the ratio of the wall times, and of the processor times where the
//! system tells them (Linux). The runs of `git log` write to nowhere, without any configuration; ours end with the history
//! and the state in memory. `ein`, `git-fame` and `git-of-theseus-analyze` are compared too where they are on the path.
//! Numbers in brackets are the medians of the absolute seconds: they tell about the machine, the ratios about the program.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a benchmark talks to its terminal and fails by panicking"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use linchpin::git::{MineOptions, Silent, mine};

/// Wall and processor seconds.
type Seconds = (f64, f64);

fn main() {
    // `cargo bench` adds an option of its own.
    let repositories: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    if repositories.is_empty() {
        eprintln!("name repositories to measure: cargo bench --bench mine -- PATH …");
    }
    for repository in repositories {
        compare(Path::new(&repository));
    }
}

fn compare(repository: &Path) {
    println!("{}", repository.display());
    let counts = MineOptions {
        ownership: false,
        ..MineOptions::default()
    };
    let both = MineOptions::default();
    let n_runs = 5;
    let log = || git(repository, &["log", "--numstat", "-M", "--no-merges"]);
    let (first, _) = timed(&log);
    // Long ones need fewer runs to be told apart from noise.
    let n_runs = if first > 10.0 { 3 } else { n_runs };
    let run = |options: &MineOptions, previous: Option<&[u8]>| {
        let mined = mine(repository, options, previous, &Silent).unwrap();
        std::hint::black_box(mined.state)
    };
    let full = run(&both, None);
    let is_some = |what: &str, ours: &dyn Fn(), theirs: &dyn Fn()| pair(what, n_runs, ours, theirs);
    is_some(
        "commits, files, lines, renames / git log --numstat -M",
        &|| drop(run(&counts, None)),
        &log,
    );
    is_some(
        "the same with line ownership / git log --numstat -M",
        &|| drop(run(&both, None)),
        &log,
    );
    is_some(
        "second run, nothing new / first run",
        &|| drop(run(&both, Some(&full))),
        &|| drop(run(&both, None)),
    );
    if let Some((earlier, share)) = one_percent_ago(repository) {
        let before = run(
            &MineOptions {
                as_of: Some(earlier),
                ..both.clone()
            },
            None,
        );
        let what = format!("second run, {:.1} % new commits / first run", share * 100.0);
        is_some(&what, &|| drop(run(&both, Some(&before))), &|| {
            drop(run(&both, None));
        });
    }
    other_tools(repository, &|| drop(run(&counts, None)), &|| {
        drop(run(&both, None));
    });
}

/// Tools that are compared where they are installed.
fn other_tools(repository: &Path, counts: &dyn Fn(), both: &dyn Fn()) {
    let is_there = |tool: &str| {
        let help = Command::new(tool)
            .arg("--help")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        help.is_ok()
    };
    let path = repository.to_string_lossy();
    let scratch = std::env::temp_dir().join(format!("linchpin-bench-{}", std::process::id()));
    let at = scratch.to_string_lossy().into_owned();
    let tools: [(&str, Vec<&str>); 2] = [
        ("git-fame", vec!["--silent-progress", &path]),
        ("git-of-theseus-analyze", vec!["--outdir", &at, &path]),
    ];
    for (tool, arguments) in tools.iter().filter(|(tool, _)| is_there(tool)) {
        pair(&format!("with line ownership / {tool}"), 1, both, &|| {
            let _ = Command::new(tool)
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        });
    }
    if is_there("ein") {
        pair(
            "commits, files, lines, renames / ein tool query",
            1,
            counts,
            &|| {
                // It keeps its database in the repository: measured on a clone that goes away.
                let clone = scratch.join("clone");
                git(
                    Path::new("."),
                    &[
                        "clone",
                        "-q",
                        "--bare",
                        "--shared",
                        &path,
                        &clone.to_string_lossy(),
                    ],
                );
                let mut ein = Command::new("ein");
                let _ = ein
                    .args(["tool", "query"])
                    .current_dir(&clone)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
                let _ = std::fs::remove_dir_all(&clone);
            },
        );
    }
    let _ = std::fs::remove_dir_all(&scratch);
}

fn git(repository: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(arguments)
        .current_dir(repository)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdout(Stdio::null())
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "git {arguments:?}"
    );
}

/// An instant before about one commit in a hundred, and how many came after it exactly.
fn one_percent_ago(repository: &Path) -> Option<(jiff::Timestamp, f64)> {
    let history = mine(
        repository,
        &MineOptions {
            ownership: false,
            ..MineOptions::default()
        },
        None,
        &Silent,
    )
    .ok()?
    .history;
    let n = history.commits.len();
    let at = history.commits.get(n - n.div_ceil(100))?.committed_at;
    let before = MineOptions {
        ownership: false,
        as_of: Some(at),
        ..MineOptions::default()
    };
    let n_before = mine(repository, &before, None, &Silent)
        .ok()?
        .history
        .commits
        .len();
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let share = (n - n_before) as f64 / n as f64;
    (n_before < n).then_some((at, share))
}

fn pair(what: &str, n_runs: usize, ours: &dyn Fn(), theirs: &dyn Fn()) {
    let mut rows: Vec<(Seconds, Seconds)> = Vec::new();
    for _ in 0..n_runs {
        rows.push((timed(ours), timed(theirs)));
    }
    let median = |of: &dyn Fn(&(Seconds, Seconds)) -> f64| {
        let mut values: Vec<f64> = rows.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "  {what}: {:.3} of the wall time, {:.3} of the processor time ({:.2} s / {:.2} s)",
        median(&|row| row.0.0 / row.1.0),
        median(&|row| row.0.1 / row.1.1.max(0.01)),
        median(&|row| row.0.0),
        median(&|row| row.1.0),
    );
}

fn timed(run: &dyn Fn()) -> Seconds {
    let (start, used) = (Instant::now(), processor_seconds());
    run();
    (start.elapsed().as_secs_f64(), processor_seconds() - used)
}

/// Processor time of this process and of the children that have ended, in ticks of 10 ms; 0 where it cannot be told.
fn processor_seconds() -> f64 {
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
