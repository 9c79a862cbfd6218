//! Scripted repositories: the `git` program with no configuration but its own, at fixed times.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use linchpin::domain::History;
use linchpin::git::{self, MineOptions, Mined, Silent};

/// A repository in a directory that goes away with it.
pub struct Fixture {
    keep: tempfile::TempDir,
    seconds: i64,
}

/// The first commit's time: 2024-01-01T00:00:00Z. Each commit is a day later than the one before.
pub const START: i64 = 1_704_067_200;
const DAY: i64 = 86_400;

impl Fixture {
    /// An empty repository with the branch `main`.
    pub fn new() -> Self {
        Self::with_format("sha1")
    }

    /// An empty repository of an object format.
    pub fn with_format(format: &str) -> Self {
        let fixture = Self {
            keep: tempfile::tempdir().unwrap(),
            seconds: START - DAY,
        };
        fixture.git(&["init", "-q", "-b", "main", "--object-format", format, "."]);
        fixture
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        self.keep.path()
    }

    /// Runs git here and returns what it printed.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> Vec<u8> {
        run(self.command(self.path(), args), None)
    }

    /// Runs git here with bytes on its standard input.
    #[track_caller]
    pub fn git_with_input(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        run(self.command(self.path(), args), Some(input))
    }

    /// Runs git here and returns one trimmed line.
    #[track_caller]
    pub fn line(&self, args: &[&str]) -> String {
        String::from_utf8(self.git(args)).unwrap().trim().to_owned()
    }

    fn command(&self, directory: &Path, args: &[&str]) -> Command {
        let date = format!("@{} +0200", self.seconds);
        let mut command = Command::new(program());
        command.args(args).current_dir(directory).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@acme.example"),
            ("GIT_COMMITTER_NAME", "Carla"),
            ("GIT_COMMITTER_EMAIL", "carla@acme.example"),
            ("GIT_AUTHOR_DATE", date.as_str()),
            ("GIT_COMMITTER_DATE", date.as_str()),
        ] {
            command.env(name, value);
        }
        command
    }

    /// Writes a file of the work tree.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Commits the whole work tree, a day later than the last commit; returns its id.
    #[track_caller]
    pub fn commit(&mut self, message: &str) -> String {
        self.commit_as("Ada <ada@acme.example>", message)
    }

    /// The same by some author.
    #[track_caller]
    pub fn commit_as(&mut self, author: &str, message: &str) -> String {
        self.seconds += DAY;
        self.git(&["add", "-A"]);
        self.git(&[
            "commit",
            "-q",
            "--allow-empty",
            "--author",
            author,
            "-m",
            message,
        ]);
        self.line(&["rev-parse", "HEAD"])
    }

    /// Merges branches into the one checked out; conflicts are settled by `settle`.
    #[track_caller]
    pub fn merge(&mut self, branches: &[&str], settle: impl FnOnce(&Self)) -> String {
        self.seconds += DAY;
        let mut args = vec!["merge", "-q", "--no-ff", "--no-commit"];
        args.extend(branches);
        let _ = self
            .command(self.path(), &args)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status();
        settle(self);
        self.git(&["add", "-A"]);
        self.git(&[
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            &format!("Merge {}", branches.join(" and ")),
        ]);
        self.line(&["rev-parse", "HEAD"])
    }

    /// Sets the clock for the next commit, a day before it.
    pub fn set_clock(&mut self, seconds: i64) {
        self.seconds = seconds - DAY;
    }

    /// Mines it.
    #[track_caller]
    pub fn mine(&self, options: &MineOptions) -> Mined {
        mine(self.path(), options, None)
    }
}

#[track_caller]
fn run(mut command: Command, input: Option<&[u8]>) -> Vec<u8> {
    use std::io::Write;
    command
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    if let Some(input) = input {
        child.stdin.take().unwrap().write_all(input).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Where git lies. A program that is looked for in an environment of its own makes a copy of this process first, which is large.
fn program() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap();
        let mut places = std::env::split_paths(&path).map(|place| place.join("git"));
        places.find(|place| place.is_file()).unwrap()
    })
}

/// Runs git in any directory.
#[track_caller]
pub fn git_in(directory: &Path, args: &[&str]) -> Vec<u8> {
    let mut command = Command::new("git");
    command
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    run(command, None)
}

/// Mines a repository.
#[track_caller]
pub fn mine(path: &Path, options: &MineOptions, previous: Option<&[u8]>) -> Mined {
    git::mine(path, options, previous, &Silent).unwrap()
}

/// Lines added and deleted, the previous path, the path.
pub type Row = (Option<u32>, Option<u32>, String, String);
/// Rows by commit.
pub type Rows = BTreeMap<String, BTreeSet<Row>>;

/// Bytes as text: UTF-8 where they are it, else each byte that does not fit as `\351`, and a backslash doubled.
fn quoted(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    bytes
        .utf8_chunks()
        .map(|chunk| {
            let broken = chunk.invalid().iter().map(|byte| format!("\\{byte:03o}"));
            chunk.valid().replace('\\', "\\\\") + &broken.collect::<String>()
        })
        .collect()
}

/// What `git log --numstat` says of the commits that a history lists, with further arguments.
#[track_caller]
pub fn rows_of_git(directory: &Path, args: &[&str]) -> Rows {
    let mut all = vec!["log", "-z", "--numstat", "--format=@%H"];
    all.extend(args);
    let output = git_in(directory, &all);
    let mut rows = Rows::new();
    let mut current = String::new();
    let mut fields = output.split(|&byte| byte == 0);
    let text = quoted;
    while let Some(field) = fields.next() {
        let mut field = field.strip_prefix(b"\n").unwrap_or(field);
        if field.first() == Some(&b'@') && !field.contains(&b'\t') {
            let end = field
                .iter()
                .position(|&byte| byte == b'\n')
                .unwrap_or(field.len());
            current = text(&field[1..end]);
            rows.entry(current.clone()).or_default();
            field = field.get(end + 1..).unwrap_or_default();
        }
        if field.is_empty() {
            continue;
        }
        let mut parts = field.splitn(3, |&byte| byte == b'\t');
        let (added, deleted, path) = (
            text(parts.next().unwrap()),
            text(parts.next().unwrap()),
            parts.next().unwrap(),
        );
        let (old, new) = if path.is_empty() {
            (text(fields.next().unwrap()), text(fields.next().unwrap()))
        } else {
            (String::new(), text(path))
        };
        rows.get_mut(&current).unwrap().insert((
            added.parse().ok(),
            deleted.parse().ok(),
            old,
            new,
        ));
    }
    rows
}

/// The same rows of a history; commits that were not compared with a parent are left out.
pub fn rows_of(history: &History) -> Rows {
    let mut rows: Rows = history
        .commits
        .iter()
        .filter(|commit| commit.n_files.is_some())
        .map(|commit| (commit.id.to_string(), BTreeSet::new()))
        .collect();
    for change in &history.changes {
        let commit = history.commits[change.commit as usize].id.to_string();
        let path = |at: u32| history.paths[at as usize].clone();
        let row = (
            change.lines_added,
            change.lines_deleted,
            change.previous_path.map(path).unwrap_or_default(),
            path(change.path),
        );
        assert!(
            rows.get_mut(&commit).unwrap().insert(row),
            "a file is changed once a commit"
        );
    }
    rows
}

/// Mines a repository and holds commits, people, times and changed files against `git log`.
#[track_caller]
pub fn check_against_git(path: &Path) -> History {
    let plain = MineOptions {
        renames: false,
        ..MineOptions::default()
    };
    assert_eq!(
        rows_of(&mine(path, &plain, None).history),
        rows_of_git(path, &["--no-renames", "--no-merges"])
    );
    let merges = MineOptions {
        diff_merges_first_parent: true,
        ..MineOptions::default()
    };
    assert_eq!(
        rows_of(&mine(path, &merges, None).history),
        rows_of_git(path, &["-M", "--diff-merges=first-parent"])
    );
    let history = mine(path, &MineOptions::default(), None).history;
    assert_eq!(rows_of(&history), rows_of_git(path, &["-M", "--no-merges"]));
    let format = "--format=%H%x00%P%x00%aN%x00%aE%x00%at%x00%cN%x00%cE%x00%ct%x00%s";
    let output = git_in(
        path,
        &[
            "-c",
            "mailmap.blob=HEAD:.mailmap",
            "log",
            "-z",
            "--topo-order",
            format,
        ],
    );
    let mut expected: Vec<String> = Vec::new();
    for fields in output
        .split(|&byte| byte == 0)
        .collect::<Vec<_>>()
        .chunks(9)
    {
        expected.push(
            fields
                .iter()
                .map(|field| quoted(field))
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    let signature = |id: linchpin::domain::SignatureId| &history.signatures[id.0 as usize];
    let mut got: Vec<String> = history
        .commits
        .iter()
        .map(|commit| {
            let parents: Vec<String> = commit.parents.iter().map(ToString::to_string).collect();
            let (author, committer) = (signature(commit.author), signature(commit.committer));
            [
                commit.id.to_string(),
                parents.join(" "),
                author.name.clone(),
                author.email.clone(),
                commit.authored_at.as_second().to_string(),
                committer.name.clone(),
                committer.email.clone(),
                commit.committed_at.as_second().to_string(),
                commit.subject.clone(),
            ]
            .join("\n")
        })
        .collect();
    expected.retain(|row| !row.is_empty());
    expected.sort();
    got.sort();
    assert_eq!(got, expected);
    let mut seen = BTreeSet::new();
    for commit in &history.commits {
        for parent in &commit.parents {
            assert!(
                history.is_shallow || seen.contains(parent),
                "parents come before children"
            );
        }
        seen.insert(commit.id);
    }
    history
}

/// Surviving lines at the tip: (path, author's name) → lines.
pub fn owners(history: &History) -> BTreeMap<(String, String), u32> {
    let last = history.ownership.iter().map(|row| row.as_of).max();
    let mut owners = BTreeMap::new();
    for row in history
        .ownership
        .iter()
        .filter(|row| Some(row.as_of) == last)
    {
        let name = history.signatures[row.author.0 as usize].name.clone();
        *owners
            .entry((history.paths[row.path as usize].clone(), name))
            .or_default() += row.surviving_lines;
    }
    owners
}

/// The same from `git blame`, for all text files of a tip.
#[track_caller]
pub fn owners_of_git(directory: &Path, args: &[&str]) -> BTreeMap<(String, String), u32> {
    let mut owners = BTreeMap::new();
    for path in String::from_utf8(git_in(
        directory,
        &["ls-tree", "-r", "-z", "--name-only", "HEAD"],
    ))
    .unwrap()
    .split('\0')
    {
        if path.is_empty() {
            continue;
        }
        let mut all = vec!["blame", "--line-porcelain"];
        all.extend(args);
        all.extend(["HEAD", "--", path]);
        for line in String::from_utf8_lossy(&git_in(directory, &all)).lines() {
            if let Some(name) = line.strip_prefix("author ") {
                *owners
                    .entry((path.to_owned(), name.to_owned()))
                    .or_default() += 1;
            }
        }
    }
    owners
}

/// Every file below a directory with its content: to show that nothing was written.
pub fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut contents = BTreeMap::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                contents.insert(path.clone(), std::fs::read(&path).unwrap_or_default());
            }
        }
    }
    contents
}
