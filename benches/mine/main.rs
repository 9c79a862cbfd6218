//! How mining compares with `git log` and other tools, on repositories given as arguments:
//! `cargo bench --bench mine -- path/to/repository …`. Without arguments there is nothing to measure, and nothing is.
//!
//! Every line is the median over paired runs (A B A B …) of the ratio of the wall times, and of the processor times where the
//! system tells them (Linux). Ours is a process of its own that ends with the facts written to a store on disk; `git log` writes
//! to nowhere, without any configuration. `ein`, `git-fame` and `git-of-theseus-analyze` are compared too where they are on the
//! path. Numbers in brackets are the medians of the absolute seconds, and our peak memory (mapped packs included): they tell
//! about the machine, the ratios about the program.
//!
//! `--runs N` sets the number of pairs; `--peers` leaves everything but the other tools out. Those have `--limit SECONDS` (600 if
//! not given) each: what is not done by then is stopped, and the ratio is printed as the bound that it is. `--scaling` mines growing
//! parts of all refs instead, each as a repository of its own, and tells the cost of a commit and of a changed file, since later
//! commits of a growing tree are not the same work as early ones.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark talks to its terminal and fails by panicking"
)]

mod compare;
mod cost;
mod ours;
mod peers;
mod scaling;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use cost::{Cost, processor_seconds, timed};
use ours::{OURS, Work, ours};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, rest @ ..] = arguments.as_slice()
        && first == OURS
    {
        return ours(rest);
    }
    let mut repositories = Vec::new();
    let (mut n_runs, mut limit) = (5, 600);
    let (mut is_scaling, mut is_peers) = (false, false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--runs" => n_runs = rest.next().unwrap().parse().unwrap(),
            "--limit" => limit = rest.next().unwrap().parse().unwrap(),
            "--scaling" => is_scaling = true,
            "--peers" => is_peers = true,
            // `cargo bench` adds an option of its own.
            option if option.starts_with("--") => {}
            path => repositories.push(PathBuf::from(path)),
        }
    }
    if repositories.is_empty() {
        eprintln!("name repositories to measure: cargo bench --bench mine -- PATH …");
    }
    for repository in repositories {
        println!("{}", repository.display());
        let scratch = std::env::temp_dir().join(format!("linchpin-bench-{}", std::process::id()));
        std::fs::create_dir_all(&scratch).unwrap();
        let bench = Bench {
            repository: &repository,
            scratch: &scratch,
            n_runs,
            limit,
        };
        if is_scaling {
            bench.scaling();
        } else if is_peers {
            bench.other_tools();
        } else {
            bench.compare();
        }
        std::fs::remove_dir_all(&scratch).unwrap();
    }
}

struct Bench<'a> {
    repository: &'a Path,
    scratch: &'a Path,
    n_runs: usize,
    /// Seconds after which another tool is stopped.
    limit: u64,
}

impl Bench<'_> {
    fn store(&self, name: &str) -> PathBuf {
        let path = self.scratch.join(name);
        let _ = std::fs::remove_dir_all(&path);
        path
    }

    /// A first run, into an empty store.
    fn first(&self, work: Work) -> Cost {
        self.run(work, &self.store("first"))
    }

    fn run(&self, work: Work, store: &Path) -> Cost {
        Self::run_on(self.repository, work, store)
    }

    fn run_on(repository: &Path, work: Work, store: &Path) -> Cost {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .arg(OURS)
            .arg(repository)
            .arg(store)
            .args([work.ownership.to_string(), work.all_refs.to_string()]);
        let (start, used) = (Instant::now(), processor_seconds());
        let output = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "our own run failed");
        let (wall, processor) = (start.elapsed().as_secs_f64(), processor_seconds() - used);
        let printed = String::from_utf8_lossy(&output.stdout);
        let number = |key: &str| {
            let line = printed.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|number| number.parse().ok()).unwrap_or(0.0)
        };
        Cost {
            wall,
            processor,
            peak_kib: number("peak "),
            n_commits: number("commits "),
            n_files: number("files "),
            is_stopped: false,
        }
    }

    fn git(&self, arguments: &[&str]) -> Cost {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.repository);
        timed(
            command
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env("GIT_CONFIG_GLOBAL", "/dev/null"),
        )
    }
}
