//! Folders at the command line: what linchpin did not make it never touches, wherever a link or an option leads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use linchpin::store::{Mode, Store};

use crate::cli::{AS_OF, fixture, make_old, ran};
use crate::git_fixture::{Fixture, contents, git_in};

/// Somebody's own files, beside a clone.
struct Neighbour {
    directory: tempfile::TempDir,
}

impl Neighbour {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("raw/0/issues")).unwrap();
        for file in [
            "thesis.txt",
            "config",
            ".draft.tmp",
            "raw/measurements.csv",
            "raw/0/issues/00000001.jsonl.zst",
            "version",
            "index.html",
        ] {
            fs::write(directory.path().join(file), format!("precious {file}")).unwrap();
        }
        Self { directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs something that must not touch any of it.
    #[track_caller]
    fn survives<T>(&self, what: &str, act: impl FnOnce() -> T) -> T {
        let before = contents(self.path());
        let done = act();
        assert_eq!(contents(self.path()), before, "{what}");
        done
    }
}

/// Places in a store and in an output folder where something else may lie.
const PLACES: [&str; 24] = [
    ".linchpin",
    ".linchpin/.linchpin-folder",
    ".linchpin/.gitignore",
    ".linchpin/.manifest.jsonl.tmp",
    ".linchpin/facts",
    ".linchpin/facts/people",
    ".linchpin/facts/inputs.txt",
    ".linchpin/facts.lock",
    ".linchpin/lock",
    ".linchpin/manifest.jsonl",
    ".linchpin/mined",
    ".linchpin/raw",
    ".linchpin/raw/d",
    ".linchpin/raw/0",
    ".linchpin/repositories.json",
    ".linchpin/runs",
    ".linchpin/state",
    ".linchpin/version",
    "linchpin-report",
    "linchpin-report/.linchpin-folder",
    "linchpin-report/.linchpin.lock",
    "linchpin-report/team",
    "linchpin-report/team/index.html",
    "linchpin-report/team/charts",
];

/// What a link leads to: a folder, a file or nothing. Each place gets one of them, since a run takes its time.
fn target_of(nth: usize) -> &'static str {
    ["", "config", "nowhere"][nth % 3]
}

fn clone_of(upstream: &Fixture) -> (tempfile::TempDir, PathBuf) {
    let around = tempfile::tempdir().unwrap();
    let from = upstream.path().display().to_string();
    git_in(around.path(), &["clone", "-q", &from, "clone"]);
    let clone = around.path().join("clone");
    (around, clone)
}

fn commit(clone: &Path, message: &str) {
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"];
    let what = ["commit", "-q", "-m", message];
    git_in(clone, &[who.as_slice(), &what].concat());
}

#[cfg(unix)]
fn link(target: &Path, place: &Path) {
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(target, place).unwrap();
}

/// A clone may bring links wherever linchpin writes: nothing that they lead to is read into the store, written or removed.
#[cfg(unix)]
#[test]
fn a_link_that_came_with_a_clone_leads_nowhere() {
    let neighbour = Neighbour::new();
    for (nth, place) in PLACES.into_iter().enumerate() {
        let target = target_of(nth);
        let upstream = fixture();
        link(&neighbour.path().join(target), &upstream.path().join(place));
        git_in(upstream.path(), &["add", "-f", "-A"]);
        commit(upstream.path(), "a gift");
        let (_around, clone) = clone_of(&upstream);
        let head = git_in(&clone, &["rev-parse", "HEAD"]);
        let command = ["run", "mine"][nth % 2];
        let what = format!("{command} with {place} -> {target}");
        let ran = neighbour.survives(&what, || ran(&clone, &[command, AS_OF]));
        let is_written = command == "run" || place.starts_with(".linchpin");
        assert_eq!(
            ran.code,
            if is_written { 11 } else { 0 },
            "{what}: {}",
            ran.err
        );
        if is_written {
            ran.is_refused(11, &["is left alone"]);
        }
        assert!(
            fs::symlink_metadata(clone.join(place))
                .unwrap()
                .is_symlink(),
            "{what}"
        );
        assert_eq!(git_in(&clone, &["rev-parse", "HEAD"]), head);
    }
}

/// The same links, made by hand between two runs.
#[cfg(unix)]
#[test]
fn a_link_that_was_made_between_two_runs_leads_nowhere() {
    let neighbour = Neighbour::new();
    let whole = fixture();
    ran(whole.path(), &["run", AS_OF]).ends_with(0);
    for (nth, place) in PLACES.into_iter().enumerate() {
        let target = target_of(nth);
        let here = tempfile::tempdir().unwrap();
        copy(whole.path(), here.path());
        let at = here.path().join(place);
        match fs::symlink_metadata(&at) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&at).unwrap(),
            Ok(_) => fs::remove_file(&at).unwrap(),
            Err(_) => {}
        }
        link(&neighbour.path().join(target), &at);
        // Something to write: another day, another commit.
        fs::write(here.path().join("core/new.txt"), "new").unwrap();
        git_in(here.path(), &["add", "core/new.txt"]);
        commit(here.path(), "more");
        for command in ["run", "export"] {
            let what = format!("{command} with {place} -> {target}");
            let ran = neighbour.survives(&what, || ran(here.path(), &[command, AS_OF]));
            assert!(
                [0, 2, 9, 11].contains(&ran.code),
                "{what}: {} {}",
                ran.code,
                ran.err
            );
        }
    }
}

/// A copy of a directory, links and all.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Pipes would keep a program waiting for ever, and hard links are another name of somebody's file.
#[cfg(unix)]
#[test]
fn pipes_and_second_names_are_neither_waited_for_nor_written_through() {
    let neighbour = Neighbour::new();
    let whole = fixture();
    ran(whole.path(), &["run", AS_OF]).ends_with(0);
    for place in PLACES {
        for kind in ["pipe", "hard link"] {
            let here = tempfile::tempdir().unwrap();
            copy(whole.path(), here.path());
            let at = here.path().join(place);
            if at.is_dir() {
                continue;
            }
            let _ = fs::remove_file(&at);
            if fs::create_dir_all(at.parent().unwrap()).is_err() {
                continue;
            }
            if kind == "pipe" {
                let made = Command::new("mkfifo").arg(&at).status();
                assert!(made.unwrap().success());
            } else {
                fs::hard_link(neighbour.path().join("config"), &at).unwrap();
            }
            fs::write(here.path().join("core/new.txt"), "new").unwrap();
            git_in(here.path(), &["add", "core/new.txt"]);
            commit(here.path(), "more");
            let command = "run";
            let what = format!("{command} with a {kind} at {place}");
            let ran = neighbour.survives(&what, || ran(here.path(), &[command, AS_OF]));
            assert!(
                [0, 2, 9, 11].contains(&ran.code),
                "{what}: {} {}",
                ran.code,
                ran.err
            );
        }
    }
}

#[test]
fn a_manifest_with_a_second_name_elsewhere_is_copied_before_it_is_written() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let backup = tempfile::tempdir().unwrap();
    let manifest = fixture.path().join(".linchpin/manifest.jsonl");
    let kept = backup.path().join("manifest.jsonl");
    fs::hard_link(&manifest, &kept).unwrap();
    let before = fs::read(&kept).unwrap();
    ran(fixture.path(), &["run", "--as-of=2024-02-03"]).ends_with(0);
    assert_eq!(fs::read(&kept).unwrap(), before);
    assert_ne!(fs::read(&manifest).unwrap(), before);
}

#[test]
fn options_that_name_somebodys_folder_are_refused_and_the_folder_stays() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let neighbour = Neighbour::new();
    let place = neighbour.path().display().to_string();
    let team = neighbour.path().join("site");
    fs::create_dir_all(team.join("team")).unwrap();
    fs::write(team.join("team/README.md"), "The team").unwrap();
    let site = team.display().to_string();
    let config = neighbour.path().join("config");
    let said = format!("`{place}` is left alone");
    let refused: [(&[&str], &str); 8] = [
        (&["run", "--store", &place], "--store"),
        (&["mine", "--store", &place], "--store"),
        (&["run", "--out", &place], "--out"),
        (&["report", "--out", &place], "--out"),
        (&["report", "--out", &site], "--out"),
        (&["export", "--out", &place], "--out"),
        (&["lead", "--out", &place], "--out"),
        (&["demo", "--out", &place], "--out"),
    ];
    for (arguments, option) in refused {
        let what = arguments.join(" ");
        let mut all = arguments.to_vec();
        if arguments[0] != "demo" {
            all.push(AS_OF);
        }
        let ran = neighbour.survives(&what, || ran(fixture.path(), &all));
        ran.is_refused(11, &["is left alone", "linchpin did not make it", option]);
    }
    assert!(said.contains("left alone") && config.exists());
    // A folder of linchpin's is no folder for something else either.
    let check = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.push(AS_OF);
        ran(fixture.path(), &all).is_refused(11, &["linchpin made it for"]);
    };
    check(&["run", "--store", "linchpin-report"]);
    check(&["run", "--out", ".linchpin"]);
    check(&["report", "--out", "linchpin-report/team"]);
    ran(fixture.path(), &["demo", "--out", "linchpin-report"])
        .is_refused(11, &["linchpin made it for reports"]);
}

#[test]
fn a_folder_that_git_tracks_is_refused_even_with_a_mark() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    for (added, arguments) in [
        (".linchpin/version", ["run", AS_OF]),
        ("linchpin-report/team/index.html", ["report", AS_OF]),
    ] {
        git_in(fixture.path(), &["add", "-f", added]);
        ran(fixture.path(), &arguments).is_refused(
            11,
            &[&format!("git tracks `{added}`"), "git rm -r --cached"],
        );
        // Deleted in the work tree, it is tracked all the same.
        let folder = added.split('/').next().unwrap();
        fs::rename(fixture.path().join(folder), fixture.path().join("away")).unwrap();
        if arguments[0] == "run" {
            ran(fixture.path(), &arguments).is_refused(11, &["git tracks"]);
            assert!(!fixture.path().join(folder).exists());
        }
        fs::rename(fixture.path().join("away"), fixture.path().join(folder)).unwrap();
        git_in(fixture.path(), &["rm", "-q", "--cached", added]);
        ran(fixture.path(), &arguments).ends_with(0);
    }
}

#[cfg(unix)]
#[test]
fn the_way_to_a_folder_may_go_through_the_users_links_and_not_through_a_clones() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let outside = tempfile::tempdir().unwrap();
    let real = outside.path().join("real");
    fs::create_dir(&real).unwrap();
    link(&real, &outside.path().join("mine"));
    let through = outside.path().join("mine/reports");
    let out = through.display().to_string();
    ran(fixture.path(), &["report", AS_OF, "--out", &out]).ends_with(0);
    assert!(real.join("reports/team/index.html").exists());
    // The folder itself is named, not a link to it.
    link(&real.join("reports"), &outside.path().join("link"));
    let out = outside.path().join("link").display().to_string();
    ran(fixture.path(), &["report", AS_OF, "--out", &out]).is_refused(11, &["it is a link"]);
    link(&real, &fixture.path().join("docs"));
    for out in ["docs/reports", "docs/new", "docs/new/deep"] {
        ran(fixture.path(), &["report", AS_OF, "--out", out])
            .is_refused(11, &["`docs` on the way to it is a link inside a clone"]);
    }
    assert!(!real.join("new").exists());
}

#[test]
fn git_add_stages_nothing_of_linchpins() {
    let fixture = fixture();
    fs::write(fixture.path().join("linchpin.private.toml"), "").unwrap();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    ran(fixture.path(), &["export", AS_OF, "--format", "csv"]).ends_with(0);
    ran(fixture.path(), &["lead", AS_OF]).ends_with(0);
    fs::remove_file(fixture.path().join("linchpin.private.toml")).unwrap();
    git_in(fixture.path(), &["add", "-A"]);
    let staged = git_in(fixture.path(), &["diff", "--cached", "--name-only"]);
    assert_eq!(String::from_utf8(staged).unwrap(), "");
    for folder in [
        ".linchpin",
        "linchpin-report",
        "linchpin-report/export",
        "linchpin-report/private",
    ] {
        let ignored = fs::read_to_string(fixture.path().join(folder).join(".gitignore")).unwrap();
        assert_eq!(ignored, "*\n", "{folder}");
    }
    // Somebody who wants to commit the pages says so there, and is not overruled.
    let own = fixture.path().join("linchpin-report/.gitignore");
    fs::write(&own, "*\n!team/\n").unwrap();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    assert_eq!(fs::read_to_string(&own).unwrap(), "*\n!team/\n");
}

#[test]
fn a_store_without_a_mark_is_adopted_where_it_is_one_and_nothing_is_fetched_anew() {
    for version in [1, 2] {
        let fixture = fixture();
        ran(fixture.path(), &["run", AS_OF]).ends_with(0);
        let store = fixture.path().join(".linchpin");
        let marked = fs::read(store.join(".linchpin-folder")).unwrap();
        fs::remove_file(store.join(".linchpin-folder")).unwrap();
        if version == 1 {
            make_old(&store);
        } else {
            ran(fixture.path(), &["report", AS_OF]).ends_with(0);
        }
        let ran = ran(fixture.path(), &["run", AS_OF]);
        assert!(ran.ends_with(0).err.contains("nothing new"), "{}", ran.err);
        assert_eq!(fs::read(store.join(".linchpin-folder")).unwrap(), marked);
    }
    // One thing that no store has, and it is none.
    for (path, directory) in [("notes.txt", false), ("src", true), ("raw/2025", true)] {
        let fixture = fixture();
        ran(fixture.path(), &["run", AS_OF]).ends_with(0);
        let store = fixture.path().join(".linchpin");
        fs::remove_file(store.join(".linchpin-folder")).unwrap();
        let place = store.join(path);
        if directory {
            fs::create_dir_all(&place).unwrap();
        } else {
            fs::write(&place, "mine").unwrap();
        }
        let ended = ran(fixture.path(), &["run", AS_OF]).code;
        assert_eq!(ended, if path.contains('/') { 0 } else { 11 }, "{path}");
        assert!(place.exists(), "{path}");
    }
}

#[test]
fn a_lost_mark_of_a_folder_in_which_everything_is_linchpins_is_written_again() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let out = fixture.path().join("linchpin-report");
    let mark = out.join(".linchpin-folder");
    let whole = fs::read(&mark).unwrap();
    for damage in [None, Some("".as_bytes()), Some(&whole[..9])] {
        match damage {
            None => fs::remove_file(&mark).unwrap(),
            Some(bytes) => fs::write(&mark, bytes).unwrap(),
        }
        ran(fixture.path(), &["report", AS_OF]).ends_with(0);
        assert_eq!(fs::read(&mark).unwrap(), whole);
    }
    fs::remove_file(&mark).unwrap();
    fs::write(out.join("thesis.txt"), "precious").unwrap();
    ran(fixture.path(), &["report", AS_OF]).is_refused(11, &["`linchpin-report` is left alone"]);
}

#[test]
fn foreign_files_in_the_team_tree_outlive_a_report() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let team = fixture.path().join("linchpin-report/team");
    fs::write(team.join("CNAME"), "metrics.example.com\n").unwrap();
    fs::write(team.join("index.html"), "edited").unwrap();
    ran(fixture.path(), &["report", AS_OF]).ends_with(0);
    assert_eq!(
        fs::read_to_string(team.join("CNAME")).unwrap(),
        "metrics.example.com\n"
    );
    assert!(
        fs::read_to_string(team.join("index.html"))
            .unwrap()
            .contains("<html")
    );
    assert!(
        !team.join("index.edited.html").exists(),
        "pages are generated"
    );
}

#[test]
fn an_edited_page_of_a_person_is_kept_and_told() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    ran(fixture.path(), &["lead", AS_OF]).ends_with(0);
    let page = fixture
        .path()
        .join("linchpin-report/private/lead/index.html");
    fs::write(&page, "my own words").unwrap();
    let ran = ran(fixture.path(), &["lead", AS_OF]);
    assert!(
        ran.ends_with(0)
            .err
            .contains("`linchpin-report/private/lead/index.edited.html`"),
        "{}",
        ran.err
    );
    let kept = page.with_file_name("index.edited.html");
    assert_eq!(fs::read_to_string(kept).unwrap(), "my own words");
}

#[test]
fn reports_into_one_folder_wait_for_each_other_and_the_tree_is_whole() {
    let fixture = fixture();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let team = fixture.path().join("linchpin-report/team");
    let whole = contents(&team);
    for _ in 0..5 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| ran(fixture.path(), &["report", AS_OF]).ends_with(0).code);
            }
        });
        assert_eq!(contents(&team), whole);
    }
    let mut names: Vec<_> = fs::read_dir(team.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [".gitignore", ".linchpin-folder", ".linchpin.lock", "team"]
    );
}

#[cfg(unix)]
#[test]
fn store_and_export_are_the_owners_alone_whatever_the_umask_and_an_older_store_becomes_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let check = |directory: &Path| {
        let mut pending = vec![directory.to_owned()];
        while let Some(path) = pending.pop() {
            let found = fs::metadata(&path).unwrap();
            let expected = if found.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(
                found.permissions().mode() & 0o777,
                expected,
                "{}",
                path.display()
            );
            if found.is_dir() {
                let entries = fs::read_dir(&path).unwrap();
                pending.extend(entries.map(|entry| entry.unwrap().path()));
            }
        }
    };
    let fixture = fixture();
    for umask in ["000", "077"] {
        let _ = fs::remove_dir_all(fixture.path().join(".linchpin"));
        let _ = fs::remove_dir_all(fixture.path().join("linchpin-report"));
        for command in ["run", "export"] {
            let ended = Command::new("/bin/sh")
                .args(["-c", "umask \"$0\"; exec \"$@\"", umask])
                .args([env!("CARGO_BIN_EXE_linchpin"), command, AS_OF])
                .current_dir(fixture.path())
                .env_clear()
                .output()
                .unwrap();
            assert!(ended.status.success(), "{ended:?}");
        }
        check(&fixture.path().join(".linchpin"));
        check(&fixture.path().join("linchpin-report/export"));
    }
    // As an earlier version left it.
    let store = fixture.path().join(".linchpin");
    let mut pending = vec![store.clone()];
    while let Some(path) = pending.pop() {
        let is_directory = path.is_dir();
        let mode = if is_directory { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        if is_directory {
            let entries = fs::read_dir(&path).unwrap();
            pending.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    check(&store);
}

#[test]
fn exit_codes_are_told_where_a_user_looks() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let help = ran(directory.path(), &["--help"]).out;
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for situation in [
        "8 another run is writing",
        "9 the store is damaged or unfinished",
        "10 a place cannot be written",
        "11 a folder that linchpin did not make",
    ] {
        assert!(
            one_line(&readme).contains(situation),
            "README.md: {situation}"
        );
        assert!(one_line(&help).contains(situation), "--help: {situation}");
    }
}

#[test]
fn facts_that_a_killed_run_left_unfinished_are_told_and_finished_by_a_run() {
    let fixture = fixture();
    // Without an agreement `check` reads nothing.
    let agreed = "[agreements]\nfirst_review_within_working_days = 1\n";
    fs::write(fixture.path().join("linchpin.toml"), agreed).unwrap();
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    let root = fixture.path().join(".linchpin");
    let store = Store::open(&root, Mode::Write).unwrap();
    store
        .remove_files(&[linchpin::store::facts::INPUTS.to_owned()])
        .unwrap();
    drop(store);
    for command in [
        ["report"].as_slice(),
        &["identity"],
        &["export"],
        &["check"],
        &["diff"],
        &["explain", "flow.cycle_time"],
    ] {
        let ran = ran(fixture.path(), &[command, &[AS_OF]].concat());
        ran.is_refused(9, &["unfinished", "run `linchpin run` again"]);
    }
    ran(fixture.path(), &["run", AS_OF]).ends_with(0);
    ran(fixture.path(), &["report", AS_OF]).ends_with(0);
}

/// A store that was opened once and is damaged in every way that a file can be.
#[test]
fn whatever_of_what_is_derived_is_lost_a_run_makes_it_again() {
    let whole = fixture();
    ran(whole.path(), &["run", AS_OF]).ends_with(0);
    ran(whole.path(), &["run", "--as-of=2024-02-05"]).ends_with(0);
    let store = whole.path().join(".linchpin");
    let files: Vec<PathBuf> = contents(&store)
        .into_keys()
        .map(|path| path.strip_prefix(&store).unwrap().to_owned())
        .filter(|path| {
            !path.ends_with("lock") && !path.starts_with("runs") || path.ends_with("000002.json")
        })
        .collect();
    assert!(files.len() > 15, "{files:?}");
    let facts = |directory: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        contents(&directory.join(".linchpin/facts"))
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(directory).unwrap().to_owned(), bytes))
            // A list that was made again is told there.
            .filter(|(path, _)| !path.ends_with("findings.json") && !path.ends_with("inputs.txt"))
            .collect()
    };
    let expected = facts(whole.path());
    let pristine = tempfile::tempdir().unwrap();
    copy(&store, pristine.path());
    let here = &whole;
    for (nth, file) in files.iter().enumerate() {
        // Two of the four ways for each file, since six runs take their time.
        let ways = [["gone", "half"], ["empty", "a directory"]];
        for how in ways[nth % 2] {
            // In place: a clone without a remote is named by its directory.
            fs::remove_dir_all(&store).unwrap();
            fs::create_dir(&store).unwrap();
            copy(pristine.path(), &store);
            let at = store.join(file);
            let bytes = fs::read(&at).unwrap();
            match how {
                "gone" => fs::remove_file(&at).unwrap(),
                "empty" => fs::write(&at, b"").unwrap(),
                "half" => fs::write(&at, &bytes[..bytes.len() / 2]).unwrap(),
                _ => {
                    fs::remove_file(&at).unwrap();
                    fs::create_dir(&at).unwrap();
                }
            }
            let what = format!("{} {how}", file.display());
            let read = ran(
                here.path(),
                &["report", "--as-of=2024-02-05", "--out", "other"],
            )
            .code;
            assert!([0, 2, 9].contains(&read), "{what}: {read}");
            let mended = ran(here.path(), &["run", "--as-of=2024-02-05"]);
            assert_eq!(mended.code, 0, "{what}: {}", mended.err);
            assert!(facts(here.path()) == expected, "{what}");
            for command in [
                ["report", "--as-of=2024-02-05"].as_slice(),
                &["identity"],
                &["diff"],
            ] {
                let ran = ran(here.path(), command);
                // A list of which the end is missing has forgotten the runs.
                let forgot = command == ["diff"] && file.ends_with("manifest.jsonl");
                assert!(ran.code == 0 || forgot, "{what}: {command:?}: {}", ran.err);
            }
            let read = Store::open(&store, Mode::Read).unwrap();
            assert!(read.are_there("").unwrap(), "{what}");
        }
    }
}
