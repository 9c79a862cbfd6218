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
//! parts of all refs instead, and tells the cost of a commit and of a changed file, since later commits of a growing tree are not
//! the same work as early ones.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark talks to its terminal and fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use jiff::Timestamp;
use linchpin::domain::RepositoryId;
use linchpin::git::identity::{Evidence, resolve};
use linchpin::git::{MineOptions, Silent, is_current, mine};
use linchpin::store::facts::{Mined, write_mined};
use linchpin::store::{Mode, Store};

/// The argument by which the benchmark starts itself as the process to be measured.
const OURS: &str = "--ours";
const STATE: &str = "mined/0.state";

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

/// What one of our processes does.
#[derive(Clone, Copy)]
struct Work {
    ownership: bool,
    all_refs: bool,
    as_of: Option<i64>,
}

const COUNTS: Work = Work {
    ownership: false,
    all_refs: false,
    as_of: None,
};
const BOTH: Work = Work {
    ownership: true,
    ..COUNTS
};

/// Mines into a store, then prints the peak memory in KiB: the process that is measured.
fn ours(arguments: &[String]) {
    let [repository, store, ownership, all_refs, as_of] = arguments else {
        panic!("called by the benchmark itself");
    };
    let options = MineOptions {
        ownership: ownership == "true",
        all_refs: all_refs == "true",
        as_of: as_of
            .parse()
            .ok()
            .and_then(|at| Timestamp::from_second(at).ok()),
        ..MineOptions::default()
    };
    let repository = Path::new(repository);
    let store = Store::open(Path::new(store), Mode::Write).unwrap();
    let previous = store.read(STATE).unwrap();
    let is_done = |state: &Vec<u8>| is_current(repository, &options, state).unwrap();
    if !previous.as_ref().is_some_and(is_done) {
        let mined = mine(repository, &options, previous.as_deref(), &Silent).unwrap();
        let (state, history) = (mined.state, mined.history);
        // As the program does it: the state is on its way to the disk while facts are derived.
        std::thread::scope(|scope| {
            scope.spawn(|| store.commit_file(STATE, &state).unwrap());
            let identity = resolve(&Evidence {
                accounts: &[],
                signatures: &history.signatures,
                links: &[],
                aliases: &[],
                bots: &[],
                ai_reviewers: &[],
                merge_same_names: true,
            });
            let part = Mined {
                repository: RepositoryId(0),
                history: &history,
                person_of: &identity.person_of_signature,
                patches: &[],
            };
            write_mined(&store, &[], &identity.people, &[part]).unwrap();
        });
        println!("commits {}", history.commits.len());
        println!("files {}", history.changes.len());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.split_whitespace().next());
    println!("peak {}", peak.unwrap_or("0"));
}

/// What a run took.
#[derive(Clone, Copy, Default)]
struct Cost {
    wall: f64,
    processor: f64,
    peak_kib: f64,
    n_commits: f64,
    n_files: f64,
    /// Stopped at the limit: the whole would have taken longer.
    is_stopped: bool,
}

impl Cost {
    /// What one run took more than another; the peak is its own.
    fn less(self, other: &Self) -> Self {
        Self {
            wall: self.wall - other.wall,
            processor: self.processor - other.processor,
            ..self
        }
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
    fn compare(&self) {
        let log = || self.git(&["log", "--numstat", "-M", "--no-merges"]);
        let with_merges = || self.git(&["log", "--numstat", "-M"]);
        let n = self.n_runs;
        pair(
            "commits, files, lines, renames / git log --numstat -M --no-merges",
            n,
            &|| self.first(COUNTS),
            &log,
        );
        pair(
            "the same with line ownership / git log --numstat -M",
            n,
            &|| self.first(BOTH),
            &with_merges,
        );
        pair(
            "line ownership alone (with it less without it) / git log --numstat -M",
            n,
            &|| self.first(BOTH).less(&self.first(COUNTS)),
            &with_merges,
        );
        let whole = self.store("whole");
        self.run(BOTH, &whole);
        pair(
            "second run, nothing new / first run",
            n,
            &|| self.run(BOTH, &whole),
            &|| self.first(BOTH),
        );
        if let Some((earlier, share)) = self.one_percent_ago() {
            let before = self.store("before");
            self.run(
                Work {
                    as_of: Some(earlier),
                    ..BOTH
                },
                &before,
            );
            let again = || {
                let copy = self.store("again");
                copy_tree(&before, &copy);
                self.run(BOTH, &copy)
            };
            let what = format!("second run, {:.1} % new commits / first run", share * 100.0);
            pair(&what, n, &again, &|| self.first(BOTH));
        }
        self.other_tools();
    }

    /// Tools that are compared where they are installed.
    fn other_tools(&self) {
        // Some read no bare repository, or only part of it: all are given a clone with a work tree.
        let work_tree = self.scratch.join("work-tree");
        let path = work_tree.to_string_lossy();
        self.git(&["clone", "-q", "--shared", ".", &path]);
        let out = self.scratch.join("theseus").to_string_lossy().into_owned();
        let branch = self.branch();
        let theseus = vec!["--outdir", &out, "--branch", &branch, &path];
        let tools = [
            ("git-fame", vec!["--silent-progress", &path]),
            ("git-of-theseus-analyze", theseus),
        ];
        for (tool, arguments) in tools {
            if is_there(tool) {
                pair(
                    &format!("with line ownership / {tool}"),
                    1,
                    &|| self.first(BOTH),
                    &|| self.limited(tool, &arguments, self.scratch),
                );
            }
        }
        if is_there("ein") {
            let clone = self.scratch.join("clone");
            let ein = || {
                // It keeps its database in the repository: measured on a clone that goes away.
                let _ = std::fs::remove_dir_all(&clone);
                let to = clone.to_string_lossy();
                self.git(&["clone", "-q", "--bare", "--shared", ".", &to]);
                self.limited("ein", &["--quiet", "tool", "query"], &clone)
            };
            pair(
                "commits, files, lines, renames / ein tool query",
                1,
                &|| self.first(COUNTS),
                &ein,
            );
        }
    }

    /// The branch that `HEAD` names.
    fn branch(&self) -> String {
        let output = Command::new("git")
            .args(["symbolic-ref", "--short", "HEAD"])
            .current_dir(self.repository)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Another tool, stopped with all that it started when the limit is reached.
    fn limited(&self, tool: &str, arguments: &[&str], directory: &Path) -> Cost {
        /// What coreutils' `timeout` ends with when it had to stop something.
        const STOPPED: i32 = 124;
        let mut command = Command::new("timeout");
        command
            .args(["--kill-after=5", &self.limit.to_string(), tool])
            .args(arguments)
            .current_dir(directory);
        timed_unless(&mut command, STOPPED)
    }

    /// All refs up to growing numbers of commits: the processor's seconds for every 10,000 commits, and 10,000 changed files.
    fn scaling(&self) {
        let listed = Command::new("git")
            .args(["log", "--all", "--format=%ct"])
            .current_dir(self.repository)
            .output()
            .unwrap();
        let mut times: Vec<i64> = String::from_utf8_lossy(&listed.stdout)
            .lines()
            .filter_map(|line| line.parse().ok())
            .collect();
        times.sort_unstable();
        let mut first: Option<(f64, f64)> = None;
        let sizes = [10_000, 100_000, times.len()];
        for wanted in sizes.into_iter().filter(|wanted| *wanted <= times.len()) {
            let Some(at) = times.get(wanted.saturating_sub(1)) else {
                continue;
            };
            let work = Work {
                all_refs: true,
                as_of: Some(*at),
                ..BOTH
            };
            let costs: Vec<Cost> = (0..self.n_runs.min(3)).map(|_| self.first(work)).collect();
            let median = |of: &dyn Fn(&Cost) -> f64| median(costs.iter().map(of).collect());
            let (n, n_files) = (median(&|cost| cost.n_commits), median(&|cost| cost.n_files));
            let processor = median(&|cost| cost.processor);
            let (commits, files) = (processor / n * 1e4, processor / n_files * 1e4);
            let (by_commit, by_file) = *first.get_or_insert((commits, files));
            println!(
                "  {n:.0} commits of all refs, {n_files:.0} changed files: {:.2} s, processor {processor:.2} s, {:.0} MiB; of the processor \
                 {commits:.3} s for 10,000 commits ({:.2} of the first), {files:.3} s for 10,000 changed files ({:.2} of the first)",
                median(&|cost| cost.wall),
                median(&|cost| cost.peak_kib) / 1024.0,
                commits / by_commit,
                files / by_file,
            );
        }
    }

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
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(OURS).arg(self.repository).arg(store).args([
            work.ownership.to_string(),
            work.all_refs.to_string(),
            work.as_of
                .map_or_else(|| "-".to_owned(), |at| at.to_string()),
        ]);
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

    /// An instant before about one commit in a hundred, and how many came after it exactly.
    fn one_percent_ago(&self) -> Option<(i64, f64)> {
        let n_commits = |as_of: Option<Timestamp>| {
            let options = MineOptions {
                ownership: false,
                as_of,
                ..MineOptions::default()
            };
            Some(
                mine(self.repository, &options, None, &Silent)
                    .ok()?
                    .history
                    .commits,
            )
        };
        let all = n_commits(None)?;
        let at = all.get(all.len() - all.len().div_ceil(100))?.committed_at;
        let n_before = n_commits(Some(at))?.len();
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let share = (all.len() - n_before) as f64 / all.len() as f64;
        (n_before < all.len()).then_some((at.as_second(), share))
    }
}

fn is_there(tool: &str) -> bool {
    let mut command = Command::new(tool);
    let help = command
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if help.is_err() {
        println!("  {tool} is not installed: left out");
    }
    help.is_ok()
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn pair(what: &str, n_runs: usize, ours: &dyn Fn() -> Cost, theirs: &dyn Fn() -> Cost) {
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

fn timed(command: &mut Command) -> Cost {
    timed_unless(command, 0)
}

/// What a command took, which may also end with the code that says that it was stopped.
fn timed_unless(command: &mut Command, stopped: i32) -> Cost {
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
