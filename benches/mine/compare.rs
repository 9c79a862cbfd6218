//! Against `git log`, and second runs against first ones.

use std::path::Path;

use jiff::Timestamp;
use linchpin::git::{MineOptions, Silent, mine};

use super::Bench;
use super::cost::pair;
use super::ours::{BOTH, COUNTS, Work};

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
