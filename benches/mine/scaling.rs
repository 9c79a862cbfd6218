//! Growing parts of one history, each as a repository of its own.
//!
//! An as-of instant would not do: all refs are walked for it whatever their age, so that the whole would be paid for every part.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bench;
use super::cost::{Cost, median};
use super::ours::{BOTH, Work};

/// What git prints.
fn git(repository: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(repository)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?} failed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The commits of a repository, parents always before children, older before newer otherwise: the first ones are a history.
struct Whole<'a> {
    repository: &'a Path,
    /// Ids with their parents.
    commits: Vec<(&'a str, Vec<&'a str>)>,
    /// The default branch's first parents, newest first.
    line: Vec<&'a str>,
}

impl Whole<'_> {
    /// A repository that has the `n` oldest commits, a ref for each that has no child among them, and the default branch as far
    /// as it had come. The objects are the original's.
    fn part(&self, n: usize, at: &Path) {
        let _ = std::fs::remove_dir_all(at);
        let path = at.to_string_lossy();
        git(self.repository, &["init", "-q", "--bare", &path]);
        let objects = git(self.repository, &["rev-parse", "--git-path", "objects"]);
        let objects = self.repository.join(objects.trim()).canonicalize().unwrap();
        let objects = format!("{}\n", objects.display());
        std::fs::write(at.join("objects/info/alternates"), objects).unwrap();
        let part = self.commits.get(..n).unwrap();
        let ids: HashSet<&str> = part.iter().map(|(id, _)| *id).collect();
        let parents: HashSet<&str> = part
            .iter()
            .flat_map(|(_, parents)| parents.clone())
            .collect();
        assert!(parents.is_subset(&ids), "the part is a whole history");
        let tips = part.iter().filter(|(id, _)| !parents.contains(id));
        let mut refs = String::from("# pack-refs with: peeled fully-peeled sorted \n");
        if let Some(main) = self.line.iter().find(|id| ids.contains(*id)) {
            let _ = writeln!(refs, "{main} refs/heads/main");
        }
        for (number, (tip, _)) in tips.enumerate() {
            let _ = writeln!(refs, "{tip} refs/heads/tip-{number:08}");
        }
        std::fs::write(at.join("packed-refs"), refs).unwrap();
        std::fs::write(at.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    }
}

impl Bench<'_> {
    /// Growing numbers of the oldest commits of all refs: the processor's seconds for every 10,000 commits, and for every 10,000
    /// changed files.
    pub fn scaling(&self) {
        let listed = git(
            self.repository,
            &[
                "rev-list",
                "--all",
                "--date-order",
                "--reverse",
                "--parents",
            ],
        );
        let line = git(self.repository, &["rev-list", "--first-parent", "HEAD"]);
        let commits = listed.lines().map(|line| {
            let mut ids = line.split(' ');
            (ids.next().unwrap_or_default(), ids.collect())
        });
        let whole = Whole {
            repository: self.repository,
            commits: commits.collect(),
            line: line.lines().collect(),
        };
        let n_all = whole.commits.len();
        let work = Work {
            all_refs: true,
            ..BOTH
        };
        let mut first: Option<(f64, f64)> = None;
        for n in [10_000, 100_000, n_all].into_iter().filter(|n| *n <= n_all) {
            let part: PathBuf = self.scratch.join("part");
            whole.part(n, &part);
            let bench = Bench {
                repository: &part,
                ..*self
            };
            let runs = (0..self.n_runs.min(3)).map(|_| bench.first(work));
            let costs: Vec<Cost> = runs.collect();
            let median = |of: &dyn Fn(&Cost) -> f64| median(costs.iter().map(of).collect());
            let (n_commits, n_files) =
                (median(&|cost| cost.n_commits), median(&|cost| cost.n_files));
            let processor = median(&|cost| cost.processor);
            let (commits, files) = (processor / n_commits * 1e4, processor / n_files * 1e4);
            let (by_commit, by_file) = *first.get_or_insert((commits, files));
            println!(
                "  {n_commits:.0} commits of all refs, {n_files:.0} changed files: {:.2} s, processor {processor:.2} s, {:.0} MiB; of the processor \
                 {commits:.3} s for 10,000 commits ({:.2} of the first), {files:.3} s for 10,000 changed files ({:.2} of the first)",
                median(&|cost| cost.wall),
                median(&|cost| cost.peak_kib) / 1024.0,
                commits / by_commit,
                files / by_file,
            );
        }
    }
}
