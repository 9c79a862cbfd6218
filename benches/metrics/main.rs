//! Every metric over generated facts, against DuckDB running the reference definitions over the same Parquet files:
//! `cargo bench --bench metrics`, with `--pull-requests N` for another size (100,000 unless told).
//!
//! Both start cold, one after the other, several times: the ratio is the median over pairs. A tenth of the size is measured too,
//! so that growth shows. DuckDB is the one of PyPI in the `python3` that `PYTHON` names; without it only ours is measured.
//! `--phases DIRECTORY` measures one metric after the other over what `--write` wrote. `--write DIRECTORY` only writes the store and register of such an organisation.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark talks to its terminal and fails by panicking"
)]

mod crowd;
mod phases;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const LINCHPIN: &str = env!("CARGO_BIN_EXE_linchpin");
const N_PAIRS: usize = 3;

/// Left out of DuckDB's work, not of ours: what walks ancestry. Its recursion visits every pair of a deployment and a commit
/// before it, which takes minutes on a hundred thousand commits and does not end on a million.
const WITHOUT: [&str; 5] = [
    "dora.change_lead_time",
    "dora.change_fail_rate",
    "dora.failed_deployment_recovery_time",
    "dora.deployment_rework_rate",
    "flow.deploy_wait",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let n: u64 = value("--pull-requests").map_or(100_000, |text| text.parse().expect("a number"));
    if let Some(place) = value("--write") {
        return prepare(Path::new(&place), n);
    }
    if let Some(place) = value("--phases") {
        return phases::print(Path::new(&place), crowd::AS_OF);
    }
    let whole = compare(n);
    let tenth = compare(n / 10);
    println!(
        "ten times the facts: {:.1} times the wall time, {:.1} times the memory",
        whole.0 / tenth.0,
        whole.1 / tenth.1
    );
}

/// A store and a register of `n` pull requests in a directory.
fn prepare(place: &Path, n: u64) {
    fs::create_dir_all(place).unwrap();
    fs::write(place.join("linchpin.toml"), crowd::REGISTER).unwrap();
    crowd::write(&place.join("store"), n);
}

/// Median wall seconds and peak megabytes of ours.
fn compare(n: u64) -> (f64, f64) {
    let place = std::env::temp_dir().join(format!("linchpin-bench-{n}-{}", std::process::id()));
    prepare(&place, n);
    run(&place, &["export", "--format", "parquet"]);
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_duckdb = Command::new(&python)
        .args(["-c", "import duckdb"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/reference.py");
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..N_PAIRS {
        let our = run(&place, &["report"]);
        if has_duckdb {
            let mut command = Command::new(&python);
            command
                .arg(script)
                .arg("--time")
                .arg(place.join("out/export"))
                .args(WITHOUT);
            let their = measured(&mut command);
            ratios.push(our.0 / their.0);
            theirs.push(their);
        }
        ours.push(our);
    }
    let explained = run(
        &place,
        &["explain", "flow.cycle_time", "--bucket", "2026-03"],
    );
    let ours = (
        median(ours.iter().map(|run| run.0)),
        median(ours.iter().map(|run| run.1)),
    );
    println!(
        "{n} pull requests: report {:.2} s, {:.0} MB",
        ours.0, ours.1
    );
    println!(
        "{n} pull requests: explain {:.2} s, {:.0} MB",
        explained.0, explained.1
    );
    if has_duckdb {
        println!(
            "{n} pull requests: DuckDB {:.2} s, {:.0} MB; ours takes {:.2} of its wall time",
            median(theirs.iter().map(|run| run.0)),
            median(theirs.iter().map(|run| run.1)),
            median(ratios.into_iter())
        );
    } else {
        println!("{n} pull requests: no duckdb in `{python}`: nothing to compare with");
    }
    fs::remove_dir_all(&place).unwrap();
    ours
}

fn run(place: &Path, arguments: &[&str]) -> (f64, f64) {
    let mut command = Command::new(LINCHPIN);
    command
        .args(arguments)
        .args(["--as-of", crowd::AS_OF, "--since", "156w"])
        .arg("--store")
        .arg(place.join("store"))
        .arg("--config")
        .arg(place.join("linchpin.toml"))
        .arg("--out")
        .arg(place.join("out"));
    measured(&mut command)
}

/// Wall seconds and peak megabytes of a command that must succeed, by the kernel's own account of the child.
fn measured(command: &mut Command) -> (f64, f64) {
    let report = std::env::temp_dir().join(format!("linchpin-bench-peak-{}", std::process::id()));
    let mut timed = Command::new("python3");
    timed
        .args(["-c", PEAK])
        .arg(&report)
        .arg(command.get_program())
        .args(command.get_args())
        .stdout(Stdio::null());
    let status = timed.status().unwrap();
    assert!(status.success(), "{command:?} failed");
    let text = fs::read_to_string(&report).unwrap();
    let (wall, peak) = text.split_once(' ').unwrap();
    let peak: f64 = peak.trim().parse().unwrap();
    (wall.parse().unwrap(), peak / 1024.0)
}

const PEAK: &str = "
import resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[2:])
wall = time.monotonic() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], 'w').write(f'{wall} {peak}')
sys.exit(code)
";

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
