//! Against other tools.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Bench;
use super::cost::{Cost, pair, timed_unless};
use super::ours::{BOTH, COUNTS};

impl Bench<'_> {
    /// Tools that are compared where they are installed.
    pub fn other_tools(&self) {
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
