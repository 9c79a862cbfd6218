//! Against `git log`, and second runs against first ones.

use std::path::{Path, PathBuf};
use std::process::Command;

use linchpin::git::{MineOptions, Silent, mine};

use super::Bench;
use super::cost::pair;
use super::ours::{BOTH, COUNTS};

impl Bench<'_> {
    pub fn compare(&self) {
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
            Self::run_on(&earlier, BOTH, &before);
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

    /// A clone of the repository as it was about one commit in a hundred ago, and how many came after it exactly.
    fn one_percent_ago(&self) -> Option<(PathBuf, f64)> {
        let commits = |repository: &Path| {
            let options = MineOptions {
                ownership: false,
                ..MineOptions::default()
            };
            let mined = mine(repository, &options, None, &Silent).ok()?;
            Some(mined.history.commits)
        };
        let all = commits(self.repository)?;
        let at = all.get(all.len() - all.len().div_ceil(100))?.committed_at;
        let tip = all.last()?.id.to_string();
        let before = format!("--before={}", at.as_second());
        let list = ["rev-list", "-1", "--first-parent", &before, &tip];
        let commit = git(self.repository, &list)?;
        let earlier = self.store("earlier.git");
        let (from, to) = (self.repository.to_str()?, earlier.to_str()?);
        git(
            self.repository,
            &["clone", "-q", "--bare", "--shared", from, to],
        )?;
        git(&earlier, &["update-ref", "refs/heads/earlier", &commit])?;
        git(&earlier, &["symbolic-ref", "HEAD", "refs/heads/earlier"])?;
        let n_before = commits(&earlier)?.len();
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let share = (all.len() - n_before) as f64 / all.len() as f64;
        (n_before < all.len()).then_some((earlier, share))
    }
}

/// What git prints, if it succeeds.
fn git(repository: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    let output = command
        .arg("-C")
        .arg(repository)
        .args(arguments)
        .output()
        .ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| printed.trim().to_owned())
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
