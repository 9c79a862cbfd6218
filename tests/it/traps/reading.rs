//! Reading: what other tools lose on the way from GitHub, and what they leave behind in a clone.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use jiff::SignedDuration;
use linchpin::demo::fake::Faults;
use linchpin::domain::{Completeness, Stream};

use crate::git_fixture::Fixture;
use crate::github::{Bench, NOW, at, completeness, host};

#[test]
fn workflow_run_lists_capped_at_1000_per_filter() {
    let mut host = host(1);
    let runs = &mut host.repositories[0].workflow_runs;
    let first = runs[2].clone();
    // 1,200 in one hour, and as many over the year before.
    for k in 0..2_400_i64 {
        let before = if k < 1_200 {
            SignedDuration::from_secs(3 * k)
        } else {
            SignedDuration::from_hours(7 * (k - 1_199))
        };
        let mut run = first.clone();
        run.run = 1_000 + k.unsigned_abs();
        run.created_at = at(NOW) - SignedDuration::from_hours(30) - before;
        (run.started_at, run.updated_at) = (Some(run.created_at), run.created_at);
        runs.push(run);
    }
    let expected = runs.len();
    let bench = Bench::new(host, Faults::none(at(NOW)));
    let report = bench.fetch();
    assert_eq!(
        completeness(&report, Stream::WorkflowRuns),
        Completeness::Complete
    );
    let facts = bench.facts().facts;
    assert_eq!(facts.workflow_runs.len(), expected);
}

/// Every file below a directory with its bytes.
fn bytes_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn the_users_git_configuration_changed() {
    let mut fixture = Fixture::new();
    for n in 0..3 {
        fixture.write("src/lib.rs", format!("{n}\n").repeat(n + 1));
        fixture.commit("more");
    }
    let clone = fixture.path().join(".git");
    let home = tempfile::tempdir().unwrap();
    let settings = "[user]\n\tname = Ada\n[diff]\n\trenameLimit = 7\n";
    std::fs::write(home.path().join(".gitconfig"), settings).unwrap();
    let before = (bytes_below(&clone), bytes_below(home.path()));
    for command in [
        &["run", "--as-of=2024-02-01"][..],
        &["mine"],
        &["report", "--as-of=2024-02-01"],
        &["identity"],
        &["explain", "knowledge.truck_factor"],
        &["export"],
        &["lead"],
        &["doctor"],
        &["init"],
    ] {
        let ended = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(command)
            .current_dir(fixture.path())
            .env_clear()
            .env("HOME", home.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(
            matches!(ended.status.code(), Some(0 | 5)),
            "{command:?}: {said}"
        );
        let after = (bytes_below(&clone), bytes_below(home.path()));
        let is_same = before == after;
        assert!(
            is_same,
            "{command:?} changed the clone or the home directory"
        );
    }
}
