//! Every metric over generated facts, against DuckDB running the reference definitions over the same Parquet files:
//! `cargo bench --bench metrics`, with `--pull-requests N` for another size (100,000 unless told).
//!
//! Both run every definition and start cold, one after the other, `--pairs N` times (3 unless told): the ratio is the median over
//! pairs. DuckDB is stopped after `--limit SECONDS` (600 unless told); the ratio is then printed as the bound that it is. A tenth of
//! the size is measured too, so that growth shows, in processor time as well: that does not depend on who else uses the machine.
//! Every metric is explained once, and the slowest are named. DuckDB is the one of PyPI in the `python3` that `PYTHON` names;
//! without it only ours is measured.
//!
//! `--repositories N` spreads the pull requests over so many repositories, five a product. `--organisation` measures the report over
//! a generated organisation alone, and over one with a tenth of its repositories and pull requests.
//!
//! `--write DIRECTORY` only writes the store and register of such an organisation; `--phases DIRECTORY` measures one metric after
//! the other over what it wrote, `--runs DIRECTORY` what it costs to keep two runs and to compare them, `--private DIRECTORY`
//! what the pages of people and of the lead cost, and an export of the facts.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark talks to its terminal and fails by panicking"
)]

mod crowd;
mod phases;
mod runs;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use linchpin::metrics;

const LINCHPIN: &str = env!("CARGO_BIN_EXE_linchpin");
/// So many of the slowest explanations are printed.
const N_SLOWEST: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let number =
        |name: &str, usual: u64| value(name).map_or(usual, |text| text.parse().expect("a number"));
    let n = number("--pull-requests", 100_000);
    let n_repositories = number("--repositories", crowd::REPOSITORIES);
    if let Some(place) = value("--write") {
        return prepare(Path::new(&place), n, n_repositories);
    }
    if arguments
        .iter()
        .any(|argument| argument == "--organisation")
    {
        return organisation(n, n_repositories);
    }
    if let Some(place) = value("--phases") {
        return phases::print(Path::new(&place), crowd::AS_OF);
    }
    if let Some(place) = value("--runs") {
        return runs::print(Path::new(&place), crowd::AS_OF);
    }
    if let Some(place) = value("--private") {
        return private(Path::new(&place));
    }
    let (n_pairs, limit) = (number("--pairs", 3), number("--limit", 600));
    let tenth = compare(n / 10, n_pairs, limit);
    let whole = compare(n, n_pairs, limit);
    println!(
        "ten times the facts: {:.1} times the wall time, {:.1} times the processor time, {:.1} times the memory",
        whole.wall / tenth.wall,
        whole.cpu / tenth.cpu,
        whole.peak / tenth.peak
    );
}

/// What a report costs over an organisation, against one with a tenth of its repositories.
fn organisation(n: u64, n_repositories: u64) {
    let cost = |n: u64, n_repositories: u64| {
        let place =
            std::env::temp_dir().join(format!("linchpin-organisation-{}", std::process::id()));
        prepare(&place, n, n_repositories);
        let cost = run(&place, &["report"]);
        let overview = fs::metadata(place.join("out/team/index.html"))
            .unwrap()
            .len();
        println!(
            "{n} pull requests in {n_repositories} repositories: report {cost}; overview {} bytes a product",
            overview / n_repositories.div_ceil(crowd::A_PRODUCT)
        );
        fs::remove_dir_all(&place).unwrap();
        cost
    };
    let tenth = cost(n / 10, n_repositories / 10);
    let whole = cost(n, n_repositories);
    println!(
        "ten times the repositories: {:.1} times the wall time, {:.1} times the processor time, {:.1} times the memory",
        whole.wall / tenth.wall,
        whole.cpu / tenth.cpu,
        whole.peak / tenth.peak
    );
}

/// What the pages of a half-year cost over what `--write` wrote, and an export of all facts.
fn private(place: &Path) {
    let everybody: Vec<String> = (0..crowd::HUMANS)
        .map(|at| format!("person-{at:03}"))
        .collect();
    let everybody: Vec<&str> = everybody.iter().map(String::as_str).collect();
    let say = |what: &str, cost: Cost| println!("{what}: {cost}");
    let pages = |people: &[&str]| run_over(place, &[&["person"], people].concat(), "26w");
    say("pages of one person", pages(&everybody[1..2]));
    say(
        &format!("pages of {} people", everybody.len()),
        pages(&everybody),
    );
    say("pages of the lead", run_over(place, &["lead"], "26w"));
    say("export", run(place, &["export", "--format", "parquet"]));
}

/// A store and a register of `n` pull requests in a directory.
fn prepare(place: &Path, n: u64, n_repositories: u64) {
    fs::create_dir_all(place).unwrap();
    fs::write(place.join("linchpin.toml"), crowd::register(n_repositories)).unwrap();
    fs::write(place.join("linchpin.private.toml"), crowd::PRIVATE_REGISTER).unwrap();
    crowd::write(&place.join("store"), n, n_repositories);
}

/// Wall and processor seconds and peak megabytes of a command, by the kernel's own account of the child.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
    peak: f64,
}

impl Cost {
    fn median(costs: &[Self]) -> Self {
        let of = |part: fn(&Self) -> f64| median(costs.iter().map(part));
        Self {
            wall: of(|cost| cost.wall),
            cpu: of(|cost| cost.cpu),
            peak: of(|cost| cost.peak),
        }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { wall, cpu, peak } = self;
        write!(f, "{wall:.2} s ({cpu:.2} s of processor), {peak:.0} MB")
    }
}

/// Median cost of our report.
fn compare(n: u64, n_pairs: u64, limit: u64) -> Cost {
    let place = std::env::temp_dir().join(format!("linchpin-bench-{n}-{}", std::process::id()));
    prepare(&place, n, crowd::REPOSITORIES);
    run(&place, &["export", "--format", "parquet"]);
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_duckdb = Command::new(&python)
        .args(["-c", "import duckdb"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/reference.py");
    let (mut ours, mut theirs, mut ratios, mut is_stopped) =
        (Vec::new(), Vec::new(), Vec::new(), false);
    for _ in 0..n_pairs {
        let our = run(&place, &["report"]);
        if has_duckdb {
            let mut duckdb = Command::new(&python);
            duckdb
                .args([script, "--time"])
                .arg(place.join("out/export"));
            let (their, is_done) = measured(&mut duckdb, Some(limit));
            is_stopped |= !is_done;
            ratios.push(our.wall / their.wall);
            theirs.push(their);
        }
        ours.push(our);
    }
    let ours = Cost::median(&ours);
    println!("{n} pull requests: report {ours}");
    let mut explained: Vec<(f64, &str, Cost)> = metrics::REGISTRY
        .iter()
        .map(|metric| {
            let id = metric.definition.id;
            let cost = run(&place, &["explain", id]);
            (cost.wall, id, cost)
        })
        .collect();
    explained.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, id, cost) in explained.iter().take(N_SLOWEST) {
        println!("{n} pull requests: explain {id} {cost}");
    }
    if has_duckdb {
        let (theirs, ratio) = (Cost::median(&theirs), median(ratios.into_iter()));
        let words = if is_stopped {
            format!("stopped after {limit} s; ours takes less than {ratio:.2} of its wall time")
        } else {
            format!("{theirs}; ours takes {ratio:.2} of its wall time")
        };
        println!("{n} pull requests: DuckDB {words}");
    } else {
        println!("{n} pull requests: no duckdb in `{python}`: nothing to compare with");
    }
    fs::remove_dir_all(&place).unwrap();
    ours
}

fn run(place: &Path, arguments: &[&str]) -> Cost {
    run_over(place, arguments, "156w")
}

fn run_over(place: &Path, arguments: &[&str], since: &str) -> Cost {
    let mut command = Command::new(LINCHPIN);
    command
        .args(arguments)
        .args(["--as-of", crowd::AS_OF, "--since", since])
        .arg("--store")
        .arg(place.join("store"))
        .arg("--config")
        .arg(place.join("linchpin.toml"))
        .arg("--out")
        .arg(place.join("out"));
    measured(&mut command, None).0
}

/// What a command that must succeed costs, and whether it ended within so many seconds: if not, it is stopped.
fn measured(command: &mut Command, limit: Option<u64>) -> (Cost, bool) {
    let report = std::env::temp_dir().join(format!("linchpin-bench-peak-{}", std::process::id()));
    let mut timed = Command::new("python3");
    timed
        .args(["-c", MEASURE])
        .arg(&report)
        .arg(limit.map_or_else(|| "inf".to_owned(), |limit| limit.to_string()))
        .arg(command.get_program())
        .args(command.get_args())
        .stdout(Stdio::null());
    let status = timed.status().unwrap();
    assert!(status.success(), "{command:?} failed");
    let text = fs::read_to_string(&report).unwrap();
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(|number| number.parse().unwrap())
        .collect();
    let [wall, cpu, peak, is_done] = numbers.as_slice() else {
        unreachable!("{text}: not what the script writes")
    };
    let cost = Cost {
        wall: *wall,
        cpu: *cpu,
        peak: peak / 1024.0,
    };
    (cost, *is_done > 0.0)
}

const MEASURE: &str = "
import resource, subprocess, sys, time
start = time.monotonic()
limit = float(sys.argv[2])
try:
    code, is_done = subprocess.call(sys.argv[3:], timeout=None if limit == float('inf') else limit), 1
except subprocess.TimeoutExpired:
    code, is_done = 0, 0
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], 'w').write(f'{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss} {is_done}')
sys.exit(code)
";

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
