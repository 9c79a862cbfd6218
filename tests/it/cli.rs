//! Bad input at the command line, as a user meets it: the exit code, what is said, and nothing half written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::git_fixture::Fixture;

/// After the last commit of every fixture.
pub const AS_OF: &str = "--as-of=2024-02-01";

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program in a directory, without the user's environment and without any other program to call.
#[track_caller]
pub fn ran_with(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", home.path())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(&output.stdout),
        err: text(&output.stderr),
    };
    assert!(!ran.err.contains("panicked"), "{arguments:?}: {}", ran.err);
    assert!(
        ran.code != 1 && ran.code != 101,
        "{arguments:?} is a defect: {}",
        ran.err
    );
    assert_eq!(
        fs::read_dir(home.path()).unwrap().count(),
        0,
        "{arguments:?} wrote to the home directory"
    );
    ran
}

#[track_caller]
pub fn ran(directory: &Path, arguments: &[&str]) -> Ran {
    ran_with(directory, arguments, &[])
}

impl Ran {
    /// An error with a code, the thing and the cause, and a hint; nothing on stdout.
    #[track_caller]
    pub fn is_refused(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        assert_eq!(self.out, "", "an error is no data");
        let error = self
            .err
            .split_once("error: ")
            .map_or("", |(_, error)| error);
        assert!(
            error.contains("\nhint: "),
            "no error with a hint: {}",
            self.err
        );
        for words in said {
            assert!(error.contains(words), "`{words}` is not in: {}", self.err);
        }
    }

    #[track_caller]
    pub fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(!self.err.contains("error:"), "{}", self.err);
        self
    }
}

/// Three commits by one person in two areas.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    for (number, file) in ["core/a.txt", "core/b.txt", "web/c.txt"]
        .into_iter()
        .enumerate()
    {
        fixture.write(file, format!("{number}\n").repeat(number + 3));
        fixture.commit(&format!("Change {number}"));
    }
    fixture
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[track_caller]
fn writes_nothing(directory: &Path, act: impl FnOnce()) {
    let before = names(directory);
    act();
    assert_eq!(names(directory), before);
}

fn json(directory: &Path, file: &str) -> Value {
    serde_json::from_slice(&fs::read(directory.join("linchpin-report/team").join(file)).unwrap())
        .unwrap()
}

/// Why each metric has no figure; fails where one has.
#[track_caller]
fn reasons(directory: &Path) -> Vec<(String, String)> {
    let metrics = json(directory, "metrics.json");
    let metrics = metrics["metrics"].as_array().unwrap();
    assert!(!metrics.is_empty());
    let mut reasons = Vec::new();
    for cell in metrics {
        assert_eq!(cell["status"], "not_observed", "{cell}");
        assert!(cell["value"].is_null() && cell["n"].is_null(), "{cell}");
        reasons.push((
            cell["id"].as_str().unwrap().to_owned(),
            cell["because"].as_str().unwrap().to_owned(),
        ));
    }
    reasons
}

/// The window's figure of a metric is there.
#[track_caller]
fn has_a_truck_factor(directory: &Path) {
    let metrics = json(directory, "metrics.json");
    let is_it = |cell: &&Value| cell["id"] == "knowledge.truck_factor" && cell["bucket"].is_null();
    let found = metrics["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(is_it)
        .unwrap();
    assert!(found["status"] != "not_observed", "{found}");
}

#[track_caller]
fn is_partial(directory: &Path, said: &str) {
    assert_eq!(
        ran(directory, &["run", "--quiet", AS_OF]).ends_with(5).out,
        "linchpin-report/team/index.html\n"
    );
    assert_eq!(json(directory, "metrics.json")["partial"], true);
    let summary = fs::read_to_string(directory.join("linchpin-report/team/summary.md")).unwrap();
    let banner = summary.split("## ").next().unwrap();
    assert!(
        banner.contains("Partial data") && banner.contains(said),
        "{banner}"
    );
    // What was missing is missing in a report from the store too.
    ran(directory, &["report", AS_OF]).ends_with(5);
}

/// The file of a loose object.
fn object(fixture: &Fixture, revision: &str) -> std::path::PathBuf {
    let id = fixture.line(&["rev-parse", revision]);
    fixture
        .path()
        .join(".git/objects")
        .join(&id[..2])
        .join(&id[2..])
}

fn overwrite(path: &Path, content: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, content).unwrap();
}

#[test]
fn outside_a_repository_the_error_says_how_to_name_one() {
    let directory = tempfile::tempdir().unwrap();
    for command in ["run", "mine", "fetch", "doctor", "init"] {
        writes_nothing(directory.path(), || {
            ran(directory.path(), &[command]).is_refused(
                2,
                &["`.` is not a git repository", "caused by", "--repo PATH"],
            );
        });
    }
    for command in [
        ["report", "-q"],
        ["identity", "-q"],
        ["explain", "flow.pickup_time"],
        ["person", "ada"],
    ] {
        writes_nothing(directory.path(), || {
            ran(directory.path(), &command).is_refused(
                2,
                &["there is no store at `.linchpin`", "run `linchpin run`"],
            );
        });
    }
}

#[test]
fn a_path_that_is_no_clone_is_never_taken_for_the_clone_around_it() {
    let fixture = fixture();
    fs::create_dir_all(fixture.path().join("broken/.git")).unwrap();
    fs::write(fixture.path().join("broken/.git/HEAD"), "nonsense").unwrap();
    for (path, said) in [
        ("nowhere", "`nowhere` is not a git repository"),
        ("core/a.txt", "`core/a.txt` is not a git repository"),
        ("broken", "the repository `broken` cannot be opened"),
    ] {
        writes_nothing(fixture.path(), || {
            ran(fixture.path(), &["run", AS_OF, "--repo", path])
                .is_refused(2, &[said, "caused by"]);
        });
    }
}

#[test]
fn a_directory_inside_a_clone_stands_for_the_clone() {
    let fixture = fixture();
    let inside = fixture.path().join("core");
    ran(&inside, &["run", AS_OF]).ends_with(0);
    let name = fixture
        .path()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(json(&inside, "metrics.json")["products"][0]["name"], name);
}

#[test]
fn a_repository_without_commits_has_no_figures_and_no_zeros() {
    let fixture = Fixture::new();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let reasons = reasons(fixture.path());
    assert!(
        reasons.contains(&(
            "knowledge.silos".to_owned(),
            "the history has no commits".to_owned()
        )),
        "{reasons:?}"
    );
    assert_eq!(
        json(fixture.path(), "data_quality.json")["streams"][0]["completeness"],
        "empty"
    );
}

#[test]
fn a_shallow_clone_is_partial_data() {
    let origin = fixture();
    let place = tempfile::tempdir().unwrap();
    let url = format!("file://{}", origin.path().display());
    origin.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &url,
        place.path().to_str().unwrap(),
    ]);
    is_partial(place.path(), "git fetch --unshallow");
}

#[test]
fn a_bare_clone_is_as_good_as_any() {
    let origin = fixture();
    let place = tempfile::tempdir().unwrap();
    let bare = place.path().join("widgets.git");
    origin.git(&[
        "clone",
        "-q",
        "--bare",
        origin.path().to_str().unwrap(),
        bare.to_str().unwrap(),
    ]);
    ran(place.path(), &["run", AS_OF, "--repo", "widgets.git"]).ends_with(0);
    has_a_truck_factor(place.path());
    assert_eq!(
        json(place.path(), "metrics.json")["products"][0]["name"],
        "widgets"
    );
}

#[test]
fn a_detached_head_does_not_hide_the_branch() {
    let fixture = fixture();
    fixture.git(&["checkout", "-q", "--detach", "HEAD~2"]);
    let ran = ran(fixture.path(), &["run", AS_OF]);
    assert!(ran.ends_with(0).err.contains(": 3 commits"), "{}", ran.err);
}

#[test]
fn a_record_that_ended_long_ago_is_told_in_the_terminal_and_at_the_top_of_page_and_summary() {
    let fixture = fixture();
    let told = "the newest event on record is of 2024-01-";
    let read = |name: &str| {
        fs::read_to_string(fixture.path().join("linchpin-report/team").join(name)).unwrap()
    };
    let recent = ran(fixture.path(), &["run", AS_OF]);
    assert!(!recent.ends_with(0).err.contains(told), "{}", recent.err);
    assert!(!read("index.html").contains("Withheld"));
    let old = ran(fixture.path(), &["run", "--as-of=2024-12-01"]);
    // It stands among the lines that the run ends with, and once.
    let said = format!("{}{}", old.ends_with(0).err, old.out);
    assert_eq!(said.matches(told).count(), 1, "{said}");
    let page = read("index.html");
    let banner = page.find("Withheld").unwrap();
    assert!(page[banner..].contains(told));
    assert!(banner < page.find("Not read:").unwrap());
    assert!(
        read("summary.md")
            .split("## ")
            .next()
            .unwrap()
            .contains(told)
    );
}

#[test]
fn without_a_default_branch_the_only_branch_is_meant_and_of_several_none() {
    let fixture = fixture();
    fixture.git(&["branch", "-m", "main", "trunk"]);
    fs::write(fixture.path().join(".git/HEAD"), "ref: refs/heads/gone\n").unwrap();
    let found = ran(fixture.path(), &["run", AS_OF]);
    assert!(
        found.ends_with(0).err.contains(": 3 commits"),
        "{}",
        found.err
    );
    fs::remove_dir_all(fixture.path().join("linchpin-report")).unwrap();
    fixture.git(&["branch", "other", "trunk"]);
    ran(fixture.path(), &["run", AS_OF]).is_refused(2, &["no branch `gone`", "git switch"]);
    assert!(!fixture.path().join("linchpin-report").exists());
}

#[test]
fn the_configuration_of_a_clone_is_read_and_never_run() {
    let fixture = fixture();
    let trap = fixture.path().join("trap");
    let command = format!("touch {}", trap.display());
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "diff.external",
        "filter.x.clean",
        "alias.log",
    ] {
        fixture.git(&["config", key, &command]);
    }
    fixture.write(".gitattributes", "* filter=x diff=x\n");
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    assert!(!trap.exists());
    fs::write(fixture.path().join(".git/config"), "[core\n").unwrap();
    ran(fixture.path(), &["run", AS_OF])
        .is_refused(2, &["cannot be opened", "configuration", "git status"]);
}

/// git refuses a repository of another user because it would run what its configuration names; linchpin only reads.
#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_read_all_the_same() {
    let fixture = fixture();
    let mut pending = vec![fixture.path().to_owned()];
    while let Some(path) = pending.pop() {
        // Only root may give files away: for anybody else the clone stays their own, and the test is the plain case.
        let _ = std::os::unix::fs::chown(&path, Some(4321), None);
        if path.is_dir() {
            pending.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    let place = tempfile::tempdir().unwrap();
    ran(
        place.path(),
        &["run", AS_OF, "--repo", fixture.path().to_str().unwrap()],
    )
    .ends_with(0);
    has_a_truck_factor(place.path());
}

#[test]
fn a_corrupt_object_is_a_gap_and_never_an_empty_history() {
    let check = |revision: &str| {
        let fixture = fixture();
        overwrite(&object(&fixture, revision), b"x\x9cnot a stream");
        is_partial(fixture.path(), "could not be read");
        fixture
    };
    check("HEAD:core/a.txt");
    check("HEAD^{tree}");
    check("HEAD~1");
    // Nothing can be told from a history whose newest commit is gone: no figure at all.
    reasons(check("HEAD").path());
}

#[test]
fn what_of_a_clone_could_not_be_read_is_told_by_kind_with_the_next_step() {
    let check = |damage: &dyn Fn(&Path), said: &[&str]| {
        let fixture = fixture();
        let blob = fixture.line(&["rev-parse", "HEAD:web/c.txt"]);
        damage(&object(&fixture, "HEAD:web/c.txt"));
        let ran = ran(fixture.path(), &["mine", AS_OF]);
        let told = &ran.ends_with(5).err;
        for said in said.iter().chain([&blob.as_str()]) {
            assert!(told.contains(said), "{said}: {told}");
        }
        is_partial(fixture.path(), said[0]);
    };
    check(
        &|path| fs::remove_file(path).unwrap(),
        &[
            "1 object or record could not be read (blob missing object 1)",
            "clone it anew, without `--filter`",
        ],
    );
    check(
        &|path| overwrite(path, b"x\x9cnot a stream"),
        &[
            "1 object or record could not be read (blob corrupt object 1)",
            "`git fsck`",
        ],
    );
}

#[test]
fn a_truncated_pack_or_index_is_a_gap() {
    for (extension, keep) in [("pack", 60), ("idx", 100)] {
        let fixture = fixture();
        fixture.git(&["gc", "-q"]);
        let packs = fs::read_dir(fixture.path().join(".git/objects/pack"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let pack = packs
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .last()
            .unwrap();
        let bytes = fs::read(&pack).unwrap();
        overwrite(&pack, bytes.get(..keep).unwrap());
        is_partial(fixture.path(), "could not be read");
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_are_told_byte_by_byte() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut fixture = fixture();
    fs::write(
        fixture
            .path()
            .join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt")),
        "x\n",
    )
    .unwrap();
    fixture.commit("Latin 1");
    let tree = fixture.line(&["rev-parse", "HEAD^{tree}"]);
    let parent = fixture.line(&["rev-parse", "HEAD"]);
    let who = b"Jos\xe9 <jos\xe9@acme.example> 1704500000 +0000\n";
    let head = format!("tree {tree}\nparent {parent}\n");
    let commit = [
        head.as_bytes(),
        b"author ",
        who,
        b"committer ",
        who,
        b"\ncaf\xe9\n",
    ]
    .concat();
    let id = fixture.git_with_input(
        &[
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--stdin",
            "--literally",
        ],
        &commit,
    );
    let id = String::from_utf8(id).unwrap();
    fixture.git(&["update-ref", "refs/heads/main", id.trim()]);
    let found = ran(fixture.path(), &["run", AS_OF]);
    assert!(
        found.ends_with(0).err.contains(": 5 commits"),
        "{}",
        found.err
    );
    assert!(
        ran(fixture.path(), &["identity", "--all"])
            .ends_with(0)
            .out
            .contains("Jos\\351")
    );
}

#[test]
fn an_unwritable_place_is_refused_before_the_work() {
    let fixture = fixture();
    // Below a regular file nobody can write, root included.
    writes_nothing(fixture.path(), || {
        for place in ["core/a.txt", "core/a.txt/below"] {
            let refused = ran(fixture.path(), &["run", AS_OF, "--out", place]);
            refused.is_refused(
                10,
                &[
                    &format!("`{place}` cannot be written"),
                    "caused by",
                    "--out",
                ],
            );
            assert!(!refused.err.contains("mined"), "{}", refused.err);
            let refused = ran(fixture.path(), &["run", AS_OF, "--store", place]);
            refused.is_refused(
                10,
                &[
                    &format!("`{place}` could not be created"),
                    "caused by",
                    "--store",
                ],
            );
        }
    });
}

#[test]
fn a_store_of_another_version_stays_as_it_is() {
    let fixture = fixture();
    ran(fixture.path(), &["mine", AS_OF]).ends_with(0);
    let store = fixture.path().join(".linchpin");
    fs::write(store.join("version"), "99\n").unwrap();
    let manifest = fs::read(store.join("manifest.jsonl")).unwrap();
    for command in ["run", "mine", "report", "identity"] {
        writes_nothing(fixture.path(), || {
            ran(fixture.path(), &[command, AS_OF])
                .is_refused(2, &["`.linchpin` has version `99`", "--store"]);
        });
    }
    assert_eq!(fs::read(store.join("manifest.jsonl")).unwrap(), manifest);
}

#[test]
fn damaged_facts_are_named_by_a_report_and_mended_by_a_run() {
    let check = |file: &str, damage: fn(&mut Vec<u8>)| {
        let fixture = fixture();
        ran(fixture.path(), &["run", AS_OF]).ends_with(0);
        let path = fixture.path().join(".linchpin").join(file);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        damage(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let page = fs::read(fixture.path().join("linchpin-report/team/index.html")).unwrap();
        if file.starts_with("facts") {
            ran(fixture.path(), &["report", AS_OF])
                .is_refused(9, &[file, "damaged", "run `linchpin run` again"]);
        }
        assert_eq!(
            fs::read(fixture.path().join("linchpin-report/team/index.html")).unwrap(),
            page
        );
        ran(fixture.path(), &["run", AS_OF]).ends_with(0);
        assert_eq!(fs::read(&path).unwrap(), whole, "{file}");
        ran(fixture.path(), &["report", AS_OF]).ends_with(0);
        assert_eq!(
            fs::read(fixture.path().join("linchpin-report/team/index.html")).unwrap(),
            page
        );
    };
    let cut: fn(&mut Vec<u8>) = |bytes| bytes.truncate(bytes.len() - 9);
    let flip: fn(&mut Vec<u8>) = |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
    };
    check("facts/commits/0.parquet", cut);
    check("facts/people/all.parquet", flip);
    check("facts/findings.json", cut);
    check("mined/0.state", flip);
    check("mined/0.state", Vec::clear);
}

#[test]
fn a_damaged_list_of_the_store_costs_no_more_than_deriving_again() {
    for list in ["manifest.jsonl", "repositories.json"] {
        let fixture = fixture();
        ran(fixture.path(), &["mine", AS_OF]).ends_with(0);
        let path = fixture.path().join(".linchpin").join(list);
        fs::write(
            &path,
            [b"{junk\n".as_slice(), &fs::read(&path).unwrap()].concat(),
        )
        .unwrap();
        ran(fixture.path(), &["run", AS_OF]).ends_with(0);
        has_a_truck_factor(fixture.path());
        let quality = fs::read_to_string(
            fixture
                .path()
                .join("linchpin-report/team/data_quality.json"),
        )
        .unwrap();
        assert!(quality.contains("\"reason\": \"rebuilt\""), "{quality}");
        ran(fixture.path(), &["report", AS_OF]).ends_with(0);
    }
}

#[test]
fn an_older_store_is_brought_up_to_date_by_a_run_and_named_by_a_report() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let store = fixture.path().join(".linchpin");
    make_old(&store);
    ran(fixture.path(), &["report", AS_OF])
        .is_refused(2, &["`.linchpin` has version `1`", "run `linchpin run`"]);
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    ran(fixture.path(), &["report", AS_OF]).ends_with(0);
}

/// Makes a store as version 1 wrote it.
pub fn make_old(store: &Path) {
    let manifest = fs::read_to_string(store.join("manifest.jsonl")).unwrap();
    let lines: Vec<&str> = manifest
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    let old = lines.join("\n") + "\n";
    assert_ne!(old, manifest);
    fs::write(store.join("manifest.jsonl"), old).unwrap();
    fs::write(store.join("version"), "1\n").unwrap();
}

#[test]
fn a_window_that_is_empty_or_nonsense_is_refused() {
    let fixture = fixture();
    let check = |arguments: &[&str], said: &str| {
        let all: Vec<&str> = ["run"].iter().chain(arguments).copied().collect();
        writes_nothing(fixture.path(), || {
            ran(fixture.path(), &all).is_refused(2, &[said]);
        });
    };
    check(&[AS_OF, "--since=2024-02-01"], "the window is empty");
    check(&[AS_OF, "--since=2025-01-01"], "the window is empty");
    check(
        &[AS_OF, "--since=2023-01-01", "--until=2022-01-01"],
        "the window is empty",
    );
    check(
        &["--since=0d", "--until=2022-01-01T00:00:00Z"],
        "the window is empty",
    );
    check(&["--since=99999999999w"], "is no point in time");
    check(&["--since=-9999-01-01"], "is no point in time");
    // A window before the first commit is no mistake: nothing is measured in it.
    ran(fixture.path(), &["run", "--as-of=2001-01-01"]).ends_with(0);
    let metrics = json(fixture.path(), "metrics.json");
    for cell in metrics["metrics"].as_array().unwrap() {
        assert!(cell["value"].is_null(), "{cell}");
        assert!(cell["n"].is_null() || cell["n"] == 0, "{cell}");
    }
}

#[test]
fn what_is_no_name_at_all_is_refused_and_never_obeyed() {
    let fixture = fixture();
    fixture.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "--author",
        "widget-bot[bot] <1+widget-bot[bot]@users.noreply.github.com>",
        "-m",
        "x",
    ]);
    ran(fixture.path(), &["mine", AS_OF]).ends_with(0);
    let check = |arguments: &[&str], said: &[&str]| {
        let all: Vec<&str> = arguments.iter().chain(&[AS_OF]).copied().collect();
        writes_nothing(fixture.path(), || {
            ran(fixture.path(), &all).is_refused(2, said);
        });
    };
    check(&["explain", "\u{1b}[31mred"], &["is not a metric"]);
    check(
        &["explain", "knowledge.silos", "--bucket", "soon"],
        &["no bucket `soon`"],
    );
    check(&["person", ""], &["nobody in the store is ``"]);
    check(
        &["person", "../../etc"],
        &["nobody in the store is `../../etc`"],
    );
    let bot = "1+widget-bot[bot]@users.noreply.github.com";
    check(
        &["person", bot],
        &[
            &format!("`{bot}` is automation"),
            "evidence is about people",
            "`bots`",
        ],
    );
    let red = ran(fixture.path(), &["explain", "\u{1b}[31mred"]);
    assert!(!red.err.contains('\u{1b}'), "{}", red.err);
}

#[test]
fn without_a_command_the_usage_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let ran = ran(directory.path(), &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("Usage:"), "{}", ran.err);
}

#[test]
fn the_version_names_the_commit_that_the_build_was_told() {
    let directory = tempfile::tempdir().unwrap();
    // A build that was told its commit says it behind the version: `linchpin 0.1.0 (3f2a91c0b4d7)`.
    let version = ran(directory.path(), &["--version"]);
    let words: Vec<&str> = version.out.split_whitespace().collect();
    assert_eq!(version.code, 0);
    assert_eq!(words[..2], ["linchpin", env!("CARGO_PKG_VERSION")]);
    assert_eq!(
        words.len() > 2,
        option_env!("LINCHPIN_COMMIT").is_some_and(|commit| commit.len() >= 7)
    );
    assert!(names(directory.path()).is_empty());
}

pub fn with_remote() -> Fixture {
    let fixture = fixture();
    fixture.git(&[
        "remote",
        "add",
        "origin",
        "https://github.com/acme/widgets.git",
    ]);
    fixture
}

#[test]
fn without_a_token_nobody_is_called_and_the_report_says_so() {
    let fixture = with_remote();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let empty = [
        ("GH_TOKEN", ""),
        ("GITHUB_TOKEN", ""),
        ("GH_ENTERPRISE_TOKEN", " "),
        ("GITHUB_ENTERPRISE_TOKEN", ""),
    ];
    ran_with(fixture.path(), &["run", AS_OF, "--api-url", &url], &empty).ends_with(0);
    assert!(listener.accept().is_err(), "somebody called");
    has_a_truck_factor(fixture.path());
    let summary =
        fs::read_to_string(fixture.path().join("linchpin-report/team/summary.md")).unwrap();
    assert!(
        summary.contains("no GitHub token") && summary.contains("gh auth login"),
        "{summary}"
    );
    // A command that only fetches has failed: a nightly job whose secret is missing must not be green.
    ran_with(fixture.path(), &["fetch", "--api-url", &url], &empty).is_refused(
        4,
        &[
            "nothing was fetched: no GitHub token",
            "GH_ENTERPRISE_TOKEN",
        ],
    );
    assert!(listener.accept().is_err(), "somebody called");
    // With a token, but told to stay offline, or only to mine.
    let token = [("GH_ENTERPRISE_TOKEN", SECRET)];
    for command in [["run", "--offline"], ["mine", "-q"]] {
        let all: Vec<&str> = command
            .iter()
            .copied()
            .chain([AS_OF, "--api-url", &url])
            .collect();
        ran_with(fixture.path(), &all, &token).ends_with(0);
        assert!(listener.accept().is_err(), "{command:?} called");
    }
}

pub const SECRET: &str = "ghp_secretsecretsecretsecretsecretsecret";

/// Whether a text is in any file below a directory.
fn holds(directory: &Path, text: &str) -> bool {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .any(|path| {
            if path.is_dir() {
                return holds(&path, text);
            }
            fs::read(&path)
                .unwrap()
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        })
}

#[test]
fn a_refused_token_ends_with_4_and_is_never_shown() {
    let fixture = with_remote();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (seen, requests) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                match stream.read(&mut chunk) {
                    Ok(n) if n > 0 => request.extend_from_slice(&chunk[..n]),
                    _ => break,
                }
            }
            let _ = seen.send(String::from_utf8_lossy(&request).into_owned());
            let body = r#"{"message":"Bad credentials"}"#;
            let head = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length:";
            let _ = write!(stream, "{head} {}\r\n\r\n{body}", body.len());
        }
    });
    for command in ["run", "fetch", "doctor"] {
        let ran = ran_with(
            fixture.path(),
            &[command, AS_OF, "--api-url", &url],
            &[("GH_ENTERPRISE_TOKEN", SECRET)],
        );
        ran.is_refused(4, &["GitHub refused the token", "gh auth status"]);
        assert!(!ran.err.contains("secret"), "{}", ran.err);
        assert!(
            requests.try_iter().any(|request| request.contains(SECRET)),
            "the token was never sent"
        );
    }
    assert!(!fixture.path().join("linchpin-report").exists());
    assert!(!holds(&fixture.path().join(".linchpin"), "ghp_"));
}

/// Takes the seconds that the program waits between its tries.
#[test]
fn an_api_that_cannot_be_reached_does_not_keep_the_clone_from_being_mined() {
    let fixture = with_remote();
    let arguments = ["run", AS_OF, "--api-url", "http://127.0.0.1:1"];
    let token = [("GH_ENTERPRISE_TOKEN", SECRET)];
    let ran = ran_with(fixture.path(), &arguments, &token);
    ran.ends_with(5);
    for words in ["warning: ", "`http://127.0.0.1:1`", "partial data"] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert!(!ran.err.contains("secret"), "{}", ran.err);
    has_a_truck_factor(fixture.path());
    is_partial(fixture.path(), "127.0.0.1:1");
    // Ten streams fail for one reason: it is said once, in the warning, and in the end.
    assert!(ran.err.matches("5 times").count() <= 3, "{}", ran.err);
    // Fetching alone has nothing else to show: there it is an error.
    let arguments = ["fetch", "--api-url", "http://127.0.0.1:1"];
    ran_with(fixture.path(), &arguments, &token)
        .is_refused(5, &["`http://127.0.0.1:1`", "HTTPS_PROXY", "--api-url"]);
}

#[test]
fn a_proxy_is_asked_where_one_is_set() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let arguments = [
        "--github",
        "acme/widgets",
        "--api-url",
        "https://github.example.invalid",
    ];
    let mut child = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .arg("fetch")
        .args(arguments)
        .current_dir(directory.path())
        .env_clear()
        .env("GH_ENTERPRISE_TOKEN", SECRET)
        .env(
            "HTTPS_PROXY",
            format!("http://{}", proxy.local_addr().unwrap()),
        )
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let (mut asked, _) = proxy.accept().unwrap();
    let mut head = vec![0; 4_096];
    let n = asked.read(&mut head).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let head = String::from_utf8_lossy(&head[..n]);
    assert!(
        head.starts_with("CONNECT github.example.invalid:443 "),
        "{head}"
    );
    assert!(!head.contains(SECRET), "the proxy is not shown the token");
}

#[test]
fn in_ci_each_repository_is_a_plain_line_and_a_mistyped_name_leaves_nothing_behind() {
    use linchpin::demo::fake::{FakeGitHub, Faults};
    let directory = tempfile::tempdir().unwrap();
    let now = jiff::Timestamp::now();
    let github = FakeGitHub::start(crate::github::host(3), Faults::none(now)).unwrap();
    let ran = ran_with(
        directory.path(),
        &[
            "fetch",
            "--github",
            "acme/widgets",
            "--github",
            "acme/widgest",
            "--api-url",
            &github.base_url(),
        ],
        &[("GH_ENTERPRISE_TOKEN", SECRET)],
    );
    println!("{}", ran.err);
    ran.is_refused(5, &["`acme/widgest` does not exist", "check the spelling"]);
    assert!(
        ran.err
            .contains("acme/widgets: 3 pull requests, 3 issues, 5 deployments, 25 releases, "),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains('\u{1b}') && !ran.err.contains("secret"));
    let known = fs::read_to_string(directory.path().join(".linchpin/repositories.json")).unwrap();
    assert!(known.contains("acme/widgets") && !known.contains("widgest"));
    assert!(!holds(&directory.path().join(".linchpin"), "widgest"));
}

#[test]
fn init_writes_what_is_found_on_github() {
    use linchpin::demo::fake::{FakeGitHub, Faults};
    let fixture = fixture();
    let now = jiff::Timestamp::now();
    let github = FakeGitHub::start(crate::github::host(120), Faults::none(now)).unwrap();
    let url = github.base_url();
    let token = [("GH_ENTERPRISE_TOKEN", SECRET)];
    let arguments = ["init", "--github", "acme/widgets", "--api-url", &url];
    ran_with(fixture.path(), &arguments, &token).ends_with(0);
    let written = fs::read_to_string(fixture.path().join("linchpin.toml")).unwrap();
    println!("{written}");
    for line in [
        "incident_labels = [\"incident\"]",
        "Seen in the newest deployments: production (5)",
        "repositories = [\"acme/widgets\"]",
    ] {
        assert!(written.contains(line), "`{line}` is not in: {written}");
    }
}

#[test]
fn init_claims_no_label_and_no_machine_that_was_not_found() {
    use linchpin::demo::fake::{FakeGitHub, Faults};
    let read = |text: &str| toml::from_str::<toml::Table>(text).unwrap();
    // Nobody asked GitHub.
    let fixture = fixture();
    ran(
        fixture.path(),
        &["init", "--offline", "--github", "acme/widgets"],
    )
    .ends_with(0);
    let written = fs::read_to_string(fixture.path().join("linchpin.toml")).unwrap();
    assert!(!read(&written).contains_key("incident_labels"), "{written}");
    assert!(
        written.contains("No repository was asked for its labels")
            && written.contains("\n#incident_labels = [\"incident\"]\n"),
        "{written}"
    );
    // GitHub has no such label, and an account whose name says machine.
    let mut world = crate::github::host(40);
    world.accounts[2].login = "acme-ci".to_owned();
    for repository in &mut world.repositories {
        for issue in &mut repository.issues {
            issue.labels.retain(|label| label != "incident");
        }
        for item in &mut repository.pull_requests {
            item.labels.clear();
            item.author = Some("acme-ci".to_owned());
        }
    }
    let now = jiff::Timestamp::now();
    let github = FakeGitHub::start(world, Faults::none(now)).unwrap();
    let url = github.base_url();
    let fixture = self::fixture();
    let arguments = ["init", "--github", "acme/widgets", "--api-url", &url];
    ran_with(
        fixture.path(),
        &arguments,
        &[("GH_ENTERPRISE_TOKEN", SECRET)],
    )
    .ends_with(0);
    let written = fs::read_to_string(fixture.path().join("linchpin.toml")).unwrap();
    assert!(!read(&written).contains_key("incident_labels"), "{written}");
    for line in [
        "No label that was found looks like it",
        "# These look like a machine's and count as people: \"acme-ci\".",
        "\n# bots = [\"acme-ci\"]\nbots = []\n",
    ] {
        assert!(written.contains(line), "`{line}` is not in: {written}");
    }
}

#[test]
fn init_says_where_no_tag_looks_like_a_release() {
    let written = |tags: &[&str]| {
        let fixture = fixture();
        for tag in tags {
            fixture.git(&["tag", tag]);
        }
        let arguments = ["init", "--offline", "--github", "acme/widgets"];
        ran(fixture.path(), &arguments).ends_with(0);
        fs::read_to_string(fixture.path().join("linchpin.toml")).unwrap()
    };
    let said = "none looks like a release";
    let text = written(&["nightly", "stable"]);
    assert!(
        text.contains(&format!("# 2 tags in a clone, and {said}")),
        "{text}"
    );
    assert_eq!(text.matches("#tag_pattern = ").count(), 1, "{text}");
    // One alone is suggested, since nothing else is there.
    let text = written(&["nightly", "release-1.2"]);
    assert!(!text.contains(said), "{text}");
    assert!(
        text.contains("1 of 2 tags is `release-` and a version"),
        "{text}"
    );
    assert!(text.contains("\n# tag_pattern = \"^release"), "{text}");
    assert!(!written(&[]).contains(said));
}

#[test]
fn init_tells_which_tags_look_like_releases_and_claims_nothing() {
    let fixture = fixture();
    for tag in ["v1.0", "v1.1", "v2.0.0", "v2.0.0-rc", "nightly"] {
        fixture.git(&["tag", tag]);
    }
    let ran = ran(
        fixture.path(),
        &["init", "--offline", "--github", "acme/widgets"],
    );
    ran.ends_with(0);
    let said = "3 of 5 tags are `v` and a version";
    assert!(ran.err.contains(said), "{}", ran.err);
    let written = fs::read_to_string(fixture.path().join("linchpin.toml")).unwrap();
    let line = r#"# tag_pattern = "^v[0-9]+(\\.[0-9]+)+$""#;
    assert!(
        written.contains(said) && written.contains(line),
        "{written}"
    );
    assert_eq!(written.matches("tag_pattern = ").count(), 1, "{written}");
    // With the `#` away it is read, and matches.
    let used = written.replace(line, &line[2..]);
    let read: toml::Table = toml::from_str(&used).unwrap();
    let pattern = read["product"][0]["tag_pattern"].as_str().unwrap();
    let pattern = regex::Regex::new(pattern).unwrap();
    assert!(pattern.is_match("v2.0.0") && !pattern.is_match("v2.0.0-rc"));
}

/// The operating system refuses to write more, as on a full disk: at whatever file that happens, nothing is lost.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_is_named_and_nothing_is_lost() {
    use linchpin::demo::fake::{FakeGitHub, Faults};
    let now = jiff::Timestamp::now();
    let github = FakeGitHub::start(crate::github::host(40), Faults::none(now)).unwrap();
    let arguments = [
        "fetch",
        // The fake has no git beside it.
        "--no-clone",
        "--github",
        "acme/widgets",
        "--api-url",
        &github.base_url(),
    ];
    let token = [("GH_ENTERPRISE_TOKEN", SECRET)];
    let whole = tempfile::tempdir().unwrap();
    ran_with(whole.path(), &arguments, &token).ends_with(0);
    let directory = tempfile::tempdir().unwrap();
    let mut n_refused = 0;
    // In blocks of 512 bytes a file.
    for blocks in [1, 2, 4, 6] {
        let output = Command::new("/bin/sh")
            .args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\""])
            .arg(blocks.to_string())
            .arg(env!("CARGO_BIN_EXE_linchpin"))
            .args(arguments)
            .current_dir(directory.path())
            .env_clear()
            .envs(token)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(10), "{blocks} blocks: {said}");
        assert!(
            said.contains("could not be written") && said.contains("hint: "),
            "{said}"
        );
        assert!(
            !said.contains("secret") && !said.contains("panicked"),
            "{said}"
        );
        n_refused += 1;
    }
    assert_eq!(n_refused, 4);
    ran_with(directory.path(), &arguments, &token).ends_with(0);
    let pull_requests = |directory: &Path| {
        ran(
            directory,
            &["export", "--format", "csv", "--table", "pull_requests"],
        )
        .ends_with(0);
        fs::read_to_string(directory.join("linchpin-report/export/pull_requests.csv")).unwrap()
    };
    assert_eq!(pull_requests(directory.path()), pull_requests(whole.path()));
}

#[test]
fn two_writers_do_not_share_a_store() {
    let fixture = fixture();
    ran(fixture.path(), &["mine", AS_OF]).ends_with(0);
    let lock = fs::OpenOptions::new()
        .write(true)
        .open(fixture.path().join(".linchpin/lock"))
        .unwrap();
    lock.lock().unwrap();
    ran(fixture.path(), &["run", AS_OF])
        .is_refused(8, &["`.linchpin` is being written by another run", "wait"]);
    assert!(!fixture.path().join("linchpin-report").exists());
    // Reading needs no lock.
    ran(fixture.path(), &["report", AS_OF]).ends_with(0);
    drop(lock);
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
}

#[test]
fn stdout_is_data_and_stderr_is_progress() {
    let fixture = fixture();
    let check = |arguments: &[&str], has_lines: bool| {
        let all: Vec<&str> = ["run", AS_OF].iter().chain(arguments).copied().collect();
        let ran = ran(fixture.path(), &all);
        let is_quiet = arguments.iter().any(|one| ["-q", "--quiet"].contains(one));
        if is_quiet {
            assert_eq!(ran.ends_with(0).out, "linchpin-report/team/index.html\n");
        } else {
            let last = ran.ends_with(0).out.lines().last().unwrap();
            assert!(last.starts_with("page        file:///"), "{last}");
        }
        assert_eq!(!ran.err.is_empty(), has_lines, "{arguments:?}: {}", ran.err);
        assert!(
            !ran.err.contains(['\r', '\u{1b}']),
            "{arguments:?}: {:?}",
            ran.err
        );
    };
    check(&[], true);
    check(&["--progress", "plain"], true);
    check(&["--progress", "none"], false);
    check(&["--quiet"], false);
    check(&["-q", "--progress", "plain"], false);
    let explained = ran(
        fixture.path(),
        &["explain", "knowledge.silos", "--format", "json", AS_OF],
    );
    assert!(serde_json::from_str::<Value>(&explained.ends_with(0).out).is_ok());
    assert_eq!(explained.err, "");
}

#[test]
fn the_as_of_instant_has_whole_seconds() {
    let fixture = fixture();
    ran(fixture.path(), &["run"]).ends_with(0);
    let metrics = json(fixture.path(), "metrics.json");
    for text in [&metrics["as_of"], &metrics["window"]["until"]] {
        assert!(
            text.as_str()
                .is_some_and(|text| text.ends_with('Z') && !text.contains('.')),
            "{text}"
        );
    }
}

#[test]
fn a_run_in_a_job_adds_its_summary_to_the_jobs_and_keeps_what_other_steps_wrote() {
    let fixture = fixture();
    let place = fixture.path().join("job-summary.md");
    fs::write(&place, "# Another step\n").unwrap();
    let variables = [("GITHUB_STEP_SUMMARY", place.to_str().unwrap())];
    ran_with(fixture.path(), &["run", AS_OF], &variables).ends_with(0);
    let summary =
        fs::read_to_string(fixture.path().join("linchpin-report/team/summary.md")).unwrap();
    let shown = format!("# Another step\n{summary}");
    assert_eq!(fs::read_to_string(&place).unwrap(), shown);
    ran_with(fixture.path(), &["explain", "list"], &variables).ends_with(0);
    assert_eq!(
        fs::read_to_string(&place).unwrap(),
        shown,
        "a report alone adds to it"
    );
    // A summary that cannot be written is told, and the report is there all the same.
    let nowhere = [("GITHUB_STEP_SUMMARY", "/nowhere/summary.md")];
    let ran = ran_with(fixture.path(), &["report", AS_OF], &nowhere);
    assert!(
        ran.ends_with(0)
            .err
            .contains("`/nowhere/summary.md` cannot be written"),
        "{}",
        ran.err
    );
}

#[test]
fn the_workflow_that_init_writes_is_the_one_of_the_readme_and_keeps_the_store_whatever_happens() {
    let fixture = fixture();
    ran(fixture.path(), &["init", "--ci", "--offline"]).ends_with(0);
    let path = fixture.path().join(".github/workflows/linchpin.yml");
    let workflow = fs::read_to_string(&path).unwrap();
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.split("  #").next().unwrap_or(line).trim())
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.trim_start_matches("- ").to_owned())
            .collect()
    };
    let readme = fs::read_to_string("README.md").unwrap();
    let (_, snippet) = readme.split_once("```yaml\n").unwrap();
    let (snippet, _) = snippet.split_once("```").unwrap();
    let written = lines(&workflow);
    for line in lines(snippet) {
        assert!(written.contains(&line), "`{line}` is not in: {workflow}");
    }
    let (_, after) = workflow.split_once("linchpin run").unwrap();
    assert_eq!(after.matches("!cancelled()").count(), 3, "{after}");
    // The run itself adds to the job's summary: a step that does it too would show it twice.
    assert!(!workflow.contains("GITHUB_STEP_SUMMARY"), "{workflow}");
    assert!(workflow.contains("\npermissions: {}\n"), "{workflow}");
    assert!(
        !workflow.contains(": write"),
        "least permissions: {workflow}"
    );
    // What is there already stays.
    ran(fixture.path(), &["init", "--ci", "--offline"]).is_refused(2, &["linchpin.yml"]);
    ran(fixture.path(), &["init", "--offline"]).is_refused(2, &["linchpin.toml", "--ci"]);
    // Beside a register that is there, the workflow alone is added.
    fs::remove_file(&path).unwrap();
    let register = fixture.path().join("linchpin.toml");
    fs::write(&register, "minimum_n = 7\n").unwrap();
    let added = ran(fixture.path(), &["init", "--ci=pages", "--offline"]);
    assert_eq!(added.ends_with(0).out, ".github/workflows/linchpin.yml\n");
    assert!(added.err.contains("is public"), "{}", added.err);
    assert_eq!(fs::read_to_string(&register).unwrap(), "minimum_n = 7\n");
    let workflow = fs::read_to_string(&path).unwrap();
    assert!(workflow.contains("pages: write"), "{workflow}");
}

#[test]
fn an_action_has_one_pin_wherever_it_is_used() {
    let fixture = fixture();
    ran(fixture.path(), &["init", "--ci=pages", "--offline"]).ends_with(0);
    let mut texts = vec![fs::read_to_string(
        fixture.path().join(".github/workflows/linchpin.yml"),
    )];
    for file in [
        "actions/linchpin/action.yml",
        "workflows/ci.yml",
        "workflows/release.yml",
    ] {
        texts.push(fs::read_to_string(Path::new(".github").join(file)));
    }
    let mut pins: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in texts {
        for line in text.unwrap().lines() {
            if let Some((_, used)) = line.split_once("uses: ") {
                let (action, pin) = used.split_once('@').unwrap();
                // `actions/cache/restore` and `actions/cache/save` are of one repository.
                let repository: Vec<&str> = action.split('/').take(2).collect();
                let of = pins.entry(repository.join("/")).or_default();
                of.insert(pin.to_owned());
            }
        }
    }
    assert!(pins.len() > 6, "{pins:?}");
    for (action, pins) in pins {
        let [pin] = pins.iter().collect::<Vec<_>>()[..] else {
            panic!("{action} has several: {pins:?}");
        };
        let (commit, version) = pin.split_once(" # v").unwrap();
        assert!(commit.len() == 40 && !version.is_empty(), "{action}: {pin}");
    }
}

/// The shell steps of a workflow or an action: by id (empty without one), with what stands below `run: |`.
fn shell_steps(text: &str) -> Vec<(String, String)> {
    let mut steps = Vec::new();
    let mut id = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if let Some(named) = bare.strip_prefix("- ") {
            named
                .strip_prefix("id: ")
                .unwrap_or_default()
                .clone_into(&mut id);
        }
        if bare.trim_start_matches("- ") == "run: |" {
            let mut script = String::new();
            while let Some(next) = lines.next_if(|next| {
                let spaces = next.len() - next.trim_start().len();
                next.trim().is_empty() || spaces > indent
            }) {
                script.push_str(next.get(indent + 2..).unwrap_or_default());
                script.push('\n');
            }
            steps.push((id.clone(), script));
        }
    }
    steps
}

#[test]
fn the_steps_of_the_action_run_and_say_what_came_of_the_night() {
    let text = fs::read_to_string(".github/actions/linchpin/action.yml").unwrap();
    let version = format!("default: \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(
        text.contains(&version),
        "the action installs another version"
    );
    let steps = shell_steps(&text);
    let fixture = fixture();
    let outputs = fixture.path().join("outputs");
    let step = |id: &str, place: &Path, variables: &[(&str, &str)]| {
        let mut found = steps.iter().filter(|step| step.0 == id);
        let script = &found.next_back().unwrap().1;
        fs::write(&outputs, "").unwrap();
        let shell = Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(place)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", place)
            .env("RUNNER_OS", "Linux")
            .env("GITHUB_OUTPUT", &outputs)
            .env("LINCHPIN", env!("CARGO_BIN_EXE_linchpin"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&shell.stdout).into_owned();
        let told = fs::read_to_string(&outputs).unwrap();
        (shell.status.code(), told, said)
    };
    let (code, told, said) = step("week", fixture.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(told.starts_with("key=linchpin-Linux-20"), "{told}");
    let night = [
        ("CONFIG", "linchpin.toml"),
        ("ARGUMENTS", "--offline\n--since\n2020-01-01"),
    ];
    let (code, told, said) = step("run", fixture.path(), &night);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        told.contains("exit-code=0\npartial=false\nreport-path=linchpin-report/team"),
        "{told}"
    );
    assert!(
        fixture
            .path()
            .join("linchpin-report/team/index.html")
            .exists()
    );
    let (code, told, _) = step("check", fixture.path(), &[("CONFIG", "linchpin.toml")]);
    assert_eq!((code, told.as_str()), (Some(0), "crossed=false\n"));
    // What is wrong with the register is no partial night.
    fs::write(fixture.path().join("linchpin.toml"), "nonsense = 1\n").unwrap();
    let (code, told, _) = step("run", fixture.path(), &night);
    assert_eq!(code, Some(3));
    assert!(told.contains("exit-code=3\npartial=false"), "{told}");
    // The verdict: green unless the job asked for more.
    for (fail_on, partial, crossed, expected) in [
        ("never", "true", "true", 0),
        ("partial", "true", "false", 5),
        ("partial", "false", "true", 0),
        ("agreement", "true", "false", 0),
        ("agreement", "false", "true", 7),
        ("anything", "false", "false", 2),
    ] {
        let given = [
            ("FAIL_ON", fail_on),
            ("PARTIAL", partial),
            ("CROSSED", crossed),
        ];
        let (code, _, said) = step("", fixture.path(), &given);
        assert_eq!(
            code,
            Some(expected),
            "{fail_on} {partial} {crossed}: {said}"
        );
    }
}

#[test]
fn a_release_is_installed_only_with_its_own_checksum() {
    let text = fs::read_to_string(".github/actions/linchpin/action.yml").unwrap();
    let steps = shell_steps(&text);
    let script = &steps.iter().find(|step| step.0 == "install").unwrap().1;
    let place = tempfile::tempdir().unwrap();
    let (bin, made) = (place.path().join("bin"), place.path().join("made"));
    fs::create_dir_all(&bin).unwrap();
    let name = "linchpin-0.1.0-x86_64-unknown-linux-gnu";
    fs::create_dir_all(made.join(name)).unwrap();
    fs::write(made.join(name).join("linchpin"), "#!/bin/sh\necho here\n").unwrap();
    let shell = |script: &str, variables: &[(&str, &str)]| {
        let path = std::env::var("PATH").unwrap();
        Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(&made)
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("MADE", &made)
            .env("RUNNER_TEMP", place.path())
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("GITHUB_OUTPUT", place.path().join("outputs"))
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    };
    let packed = format!("tar -czf {name}.tar.gz {name} && sha256sum {name}.tar.gz > SHA256SUMS");
    assert!(shell(&packed, &[]).status.success());
    // In the place of the network: what is asked for is copied, and the token must not be an argument.
    let curl = "#!/bin/bash\ncat > \"$MADE/asked\"\nfor last; do :; done\nfor a in \"$@\"; do case \"$a\" in *secret*) exit 9;; esac; done\n\
                while [ $# -gt 0 ]; do [ \"$1\" = --output ] && out=$2; shift; done\ncp \"$MADE/$(basename \"$last\")\" \"$out\"\n";
    fs::write(bin.join("curl"), curl).unwrap();
    assert!(shell("chmod +x ../bin/curl", &[]).status.success());
    let given = |version| {
        [
            ("VERSION", version),
            ("SOURCE", "acme/linchpin"),
            ("SERVER", "https://github.com"),
            ("TOKEN", "secret"),
        ]
    };
    let installed = shell(script, &given("0.1.0"));
    let said = String::from_utf8_lossy(&installed.stderr).into_owned();
    assert!(installed.status.success(), "{said}");
    let told = fs::read_to_string(place.path().join("outputs")).unwrap();
    let binary = told.trim().strip_prefix("binary=").unwrap();
    assert!(Path::new(binary).exists(), "{binary}");
    // Another file under the name, a list without it, and a version that leads elsewhere.
    fs::write(made.join(format!("{name}.tar.gz")), "other").unwrap();
    assert!(!shell(script, &given("0.1.0")).status.success());
    fs::write(made.join("SHA256SUMS"), "").unwrap();
    assert!(!shell(script, &given("0.1.0")).status.success());
    assert!(!shell(script, &given("../../x")).status.success());
}

#[test]
fn a_metric_is_known_by_the_end_of_its_name_where_only_one_has_it() {
    let fixture = fixture();
    ran(fixture.path(), &["mine"]).ends_with(0);
    let of = |name: &str| {
        ran(
            fixture.path(),
            &["explain", name, "--format", "json", AS_OF],
        )
    };
    let whole = of("knowledge.silos").ends_with(0).out.clone();
    assert_eq!(of("silos").ends_with(0).out, whole);
    assert_eq!(of("Knowledge.Silos").ends_with(0).out, whole);
    // The start of a name, and what nothing is called, are not guessed.
    of("truck").is_refused(2, &["did you mean", "knowledge.truck_factor"]);
    of("silo").is_refused(2, &["knowledge.silos"]);
}

#[test]
fn shells_and_man_get_every_command() {
    let place = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = ran(place.path(), &["completions", shell])
            .ends_with(0)
            .out
            .clone();
        for command in ["person", "follow-up", "completions"] {
            assert!(script.contains(command), "{shell} does not know {command}");
        }
    }
    let page = ran(place.path(), &["man"]).ends_with(0).out.clone();
    assert!(page.contains(".TH linchpin 1"), "{page}");
    ran(place.path(), &["man", "--out", "man1"]).ends_with(0);
    assert!(place.path().join("man1/linchpin-follow-up.1").exists());
    ran(place.path(), &["man", "--out", "man1"]).is_refused(2, &["man1", "empty"]);
}
