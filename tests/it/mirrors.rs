//! Mirrors that linchpin keeps itself: what they hold, what they cost, and what cannot break them.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use linchpin::derive::Findings;
use linchpin::domain::{Completeness, Stream, StreamCertificate};
use linchpin::store::{Mode, Store};

use crate::cli::{Ran, fixture, ran_with};
use crate::git_fixture::{Fixture, contents, git_in};
use crate::git_host::{GitHost, Reply, Seen};
use crate::github::{TOKEN, directory, host};

/// A host with one repository, and a folder in which nothing is yet.
struct Bench {
    host: GitHost,
    source: Fixture,
    here: tempfile::TempDir,
}

const NAME: &str = "acme/widgets";

impl Bench {
    fn new() -> Self {
        Self::of(fixture())
    }

    fn of(source: Fixture) -> Self {
        let host = GitHost::start(host(3), TOKEN);
        host.put(NAME, source.path());
        Self {
            host,
            source,
            here: directory(),
        }
    }

    fn run(&self, command: &str, more: &[&str]) -> Ran {
        let url = self.host.url();
        let mut arguments = vec![command, "--github", NAME, "--api-url", &url];
        arguments.extend(more);
        let token = [("GH_ENTERPRISE_TOKEN", TOKEN)];
        ran_with(self.here.path(), &arguments, &token)
    }

    #[track_caller]
    fn fetch(&self, code: i32) -> Ran {
        let ran = self.run("fetch", &[]);
        assert_eq!(ran.code, code, "{}", ran.err);
        ran
    }

    fn store(&self) -> PathBuf {
        self.here.path().join(".linchpin")
    }

    fn mirror(&self) -> PathBuf {
        self.store().join("clones/0.git")
    }

    /// Refs as git reads them, `HEAD` first.
    #[track_caller]
    fn refs(&self) -> Vec<String> {
        let mirror = self.mirror();
        let text = |args: &[&str]| String::from_utf8(git_in(&mirror, args)).unwrap();
        let head = text(&["symbolic-ref", "HEAD"]);
        let all = text(&["for-each-ref", "--format=%(refname)"]);
        head.lines().chain(all.lines()).map(str::to_owned).collect()
    }

    #[track_caller]
    fn tip(&self) -> String {
        let id = git_in(&self.mirror(), &["rev-parse", "HEAD"]);
        String::from_utf8(id).unwrap().trim().to_owned()
    }

    /// That git finds nothing missing or damaged.
    #[track_caller]
    fn is_whole(&self) {
        git_in(&self.mirror(), &["fsck", "--full", "--strict"]);
    }

    #[track_caller]
    fn history(&self) -> StreamCertificate {
        let store = Store::open(&self.store(), Mode::Read).unwrap();
        let findings = Findings::read(&store).unwrap();
        let mut lines = findings.certificates.into_iter();
        lines.find(|line| line.stream == Stream::History).unwrap()
    }

    /// Requests for objects since the first so many requests.
    fn fetches(&self, from: usize) -> Vec<Seen> {
        let log = self.host.log();
        log[from..]
            .iter()
            .filter(|seen| seen.is_fetch())
            .cloned()
            .collect()
    }

    /// Answers the next requests for objects with a pack.
    fn answer(&self, pack: Vec<u8>, is_cut: bool) {
        self.host.set_script(Some(Box::new(move |seen, reply| {
            if seen.is_fetch() {
                let mut reply = Reply::pack(&pack);
                reply.is_cut = is_cut;
                return reply;
            }
            reply
        })));
    }
}

/// A pack of some objects.
fn pack_of(source: &Fixture, ids: &[String]) -> Vec<u8> {
    let list = ids.join("\n") + "\n";
    source.git_with_input(&["pack-objects", "--stdout", "-q"], list.as_bytes())
}

/// Every object that a revision reaches.
fn reached(source: &Fixture, revision: &str) -> Vec<String> {
    let text = String::from_utf8(source.git(&["rev-list", "--objects", revision])).unwrap();
    let ids = text.lines().filter_map(|line| line.split(' ').next());
    ids.map(str::to_owned).collect()
}

#[test]
fn a_repository_without_a_clone_is_reported_as_one_with_a_clone_is() {
    let bench = Bench::new();
    let report = |more: &[&str]| -> BTreeMap<PathBuf, Vec<u8>> {
        let asked = ["--since=2024-01-01", "--as-of=2026-03-01"];
        let ran = bench.run("run", &[&asked[..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        contents(&bench.here.path().join("linchpin-report/team"))
    };
    let of_mirror = report(&[]);
    let said = bench.run("mine", &[]).err;
    assert!(said.contains("(0 new)"), "{said}");
    assert_eq!(bench.history().fetched, 3);
    bench.is_whole();
    fs::remove_dir_all(bench.store()).unwrap();
    let remote = "https://github.com/acme/widgets";
    bench.source.git(&["remote", "add", "origin", remote]);
    let clone = bench.source.path().to_string_lossy().into_owned();
    let of_clone = report(&["--repo", &clone]);
    assert!(!bench.mirror().exists());
    let changed: Vec<_> = of_clone
        .iter()
        // Streams end where the server's clock was, and the list of files has a checksum of where.
        .filter(|(path, _)| {
            !["data_quality.json", "manifest.json"]
                .iter()
                .any(|file| path.ends_with(file))
        })
        .filter(|(path, bytes)| of_mirror.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(
        changed.is_empty() && of_clone.len() == of_mirror.len(),
        "{changed:?}"
    );
}

#[test]
fn the_token_is_in_one_header_and_nowhere_else() {
    let bench = Bench::new();
    let ran = bench.fetch(0);
    let log = bench.host.log();
    assert!(log.len() >= 3, "{log:?}");
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{TOKEN}"));
    for seen in &log {
        assert_eq!(
            seen.authorization.as_deref(),
            Some(format!("Basic {basic}").as_str())
        );
        assert!(!seen.line.contains(TOKEN) && !seen.asked.contains(TOKEN));
    }
    let all = ran.out + &ran.err;
    assert!(
        all.contains("cloned acme/widgets") && !all.contains(TOKEN) && !all.contains(&basic),
        "{all}"
    );
    for (path, bytes) in contents(bench.here.path()) {
        for secret in [TOKEN, &basic] {
            let is_there = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!is_there, "{}", path.display());
        }
    }
    let config = fs::read_to_string(bench.mirror().join("config")).unwrap();
    assert!(
        !config.contains("http") && !config.contains("remote"),
        "{config}"
    );
    // A server that echoes what it was sent.
    let echoed = format!("\u{1b}[31mfatal: {basic} {TOKEN}");
    bench.host.set_script(Some(Box::new(move |seen, mut reply| {
        if !seen.line.starts_with("GET") {
            reply.body = format!("{:04x}ERR {echoed}", echoed.len() + 8).into_bytes();
        }
        reply
    })));
    let ran = bench.fetch(5);
    assert!(
        !ran.err.contains(TOKEN) && !ran.err.contains(&basic) && !ran.err.contains('\u{1b}'),
        "{}",
        ran.err
    );
    let reason = bench.history().reason.unwrap();
    assert!(
        !reason.contains(TOKEN) && !reason.contains(&basic),
        "{reason}"
    );
}

#[test]
fn a_redirect_to_another_host_is_told_and_not_followed_and_one_on_the_same_is() {
    let bench = Bench::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}", other.local_addr().unwrap());
    for (method, to) in [
        (
            "GET",
            format!("{elsewhere}/acme/widgets.git/info/refs?service=git-upload-pack"),
        ),
        (
            "POST",
            format!("{elsewhere}/acme/widgets.git/git-upload-pack"),
        ),
        ("GET", "file:///etc/passwd".to_owned()),
        ("GET", "/login?return_to=acme".to_owned()),
    ] {
        let shown = to.split('?').next().unwrap().to_owned();
        bench.host.set_script(Some(Box::new(move |seen, reply| {
            if seen.line.starts_with(method) {
                Reply::redirect(&to)
            } else {
                reply
            }
        })));
        let ran = bench.fetch(5);
        assert!(
            ran.err.contains("not followed") && ran.err.contains(&shown),
            "{}",
            ran.err
        );
        assert!(!bench.mirror().exists());
        assert_eq!(bench.history().completeness, Completeness::Partial);
    }
    assert!(other.accept().is_err(), "the other host was asked");
    bench.host.put("acme/gadgets", bench.source.path());
    bench.host.set_script(Some(Box::new(|seen, reply| {
        let renamed = "/acme/gadgets.git/info/refs?service=git-upload-pack";
        let is_old = seen.line.starts_with("GET /acme/widgets.git");
        if is_old {
            Reply::redirect(renamed)
        } else {
            reply
        }
    })));
    bench.fetch(0);
    let last = bench.host.log().pop().unwrap();
    assert!(
        last.line
            .starts_with("POST /acme/gadgets.git/git-upload-pack"),
        "{last:?}"
    );
}

#[test]
fn a_hostile_pack_leaves_what_was_there() {
    let mut bench = Bench::new();
    let tip = bench.source.line(&["rev-parse", "HEAD"]);
    let all = reached(&bench.source, "HEAD");
    let whole = pack_of(&bench.source, &all);
    let flipped = |at: usize| {
        let mut pack = whole.clone();
        pack[at] ^= 1;
        pack
    };
    let n = whole.len();
    let blob = bench.source.line(&["rev-parse", "HEAD:core/a.txt"]);
    let root = bench.source.line(&["rev-list", "--max-parents=0", "HEAD"]);
    let without = |id: &String| {
        let kept: Vec<String> = all.iter().filter(|one| *one != id).cloned().collect();
        pack_of(&bench.source, &kept)
    };
    let hostile = [
        ("half of it", whole[..n / 2].to_vec(), false),
        ("half of it, cut", whole[..n / 2].to_vec(), true),
        ("a wrong checksum", flipped(n - 1), false),
        ("a flipped bit", flipped(n / 2), false),
        ("more objects than it says", flipped(11), false),
        ("no pack", b"<html>".to_vec(), false),
        ("nothing", Vec::new(), false),
        ("no tip", without(&tip), false),
        ("no root commit", without(&root), false),
        ("a content missing", without(&blob), false),
    ];
    for (what, pack, is_cut) in &hostile {
        bench.answer(pack.clone(), *is_cut);
        let ran = bench.run("fetch", &[]);
        assert_eq!(ran.code, 5, "{what}: {}", ran.err);
        assert!(ran.err.contains(NAME), "{what}: {}", ran.err);
        assert!(!bench.mirror().exists(), "{what}");
    }
    bench.host.set_script(None);
    bench.fetch(0);
    bench.is_whole();
    let before = contents(&bench.mirror());
    bench.source.write("core/d.txt", "d\n");
    bench.source.commit("Another");
    for (what, pack, is_cut) in &hostile {
        bench.answer(pack.clone(), *is_cut);
        let ran = bench.run("fetch", &[]);
        // What lacks an object that is here already is no lack; but the new commit is in none of them.
        assert_eq!(ran.code, 5, "{what}: {}", ran.err);
        let after = contents(&bench.mirror());
        assert!(after == before, "{what}: {:?}", after.keys());
        let line = bench.history();
        assert_eq!(
            (line.completeness, line.fetched),
            (Completeness::Partial, 3),
            "{what}"
        );
    }
    bench.host.set_script(None);
    bench.fetch(0);
    bench.is_whole();
    let line = bench.history();
    assert_eq!(
        (line.completeness, line.fetched),
        (Completeness::Complete, 4)
    );
}

#[test]
fn a_second_fetch_brings_what_is_new_and_a_third_nothing() {
    let mut bench = Bench::new();
    // Nothing that a pack could make small.
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let noise: Vec<u8> = (0..25_000).flat_map(|_| next()).collect();
    bench.source.write("noise.bin", &noise);
    bench.source.commit("Noise");
    bench.fetch(0);
    let first = bench.fetches(0);
    assert!(
        first.len() == 1 && first[0].n_bytes > 100_000,
        "{}",
        first[0].n_bytes
    );
    bench.source.write("core/d.txt", "d\n");
    let tip = bench.source.commit("Another");
    bench.source.git(&["tag", "-a", "-m", "One", "v1"]);
    let n = bench.host.log().len();
    bench.fetch(0);
    let second = bench.fetches(n);
    assert!(
        second.len() == 1 && second[0].n_bytes < 3_000,
        "{}",
        second[0].n_bytes
    );
    assert_eq!(bench.tip(), tip);
    assert_eq!(
        bench.refs(),
        ["refs/heads/main", "refs/heads/main", "refs/tags/v1"]
    );
    bench.is_whole();
    let n = bench.host.log().len();
    bench.fetch(0);
    assert_eq!(bench.fetches(n).len(), 0);
}

#[test]
fn a_branch_that_is_moved_by_force_renamed_or_deleted_is_followed() {
    let mut bench = Bench::new();
    bench.source.git(&["branch", "topic"]);
    bench.source.git(&["tag", "old"]);
    let all = bench.here.path().join("all.toml");
    fs::write(&all, "[mining]\nrefs = \"all\"\n").unwrap();
    let all = all.to_string_lossy().into_owned();
    let fetch = |bench: &Bench| {
        let ran = bench.run("fetch", &["--config", &all]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    fetch(&bench);
    let main = "refs/heads/main";
    assert_eq!(
        bench.refs(),
        [main, main, "refs/heads/topic", "refs/tags/old"]
    );
    bench.source.git(&["reset", "-q", "--hard", "HEAD~2"]);
    bench.source.write("web/other.txt", "other\n");
    let tip = bench.source.commit("Another way");
    bench.source.git(&["branch", "-D", "topic"]);
    bench.source.git(&["tag", "-d", "old"]);
    fetch(&bench);
    assert_eq!(bench.refs(), [main, main]);
    assert_eq!(bench.tip(), tip);
    assert_eq!(bench.history().fetched, 2);
    bench.source.git(&["branch", "-m", "main", "trunk"]);
    fetch(&bench);
    let trunk = "refs/heads/trunk";
    assert_eq!(bench.refs(), [trunk, trunk]);
    bench.is_whole();
    // By default the default branch alone, and tags.
    bench.source.git(&["branch", "topic"]);
    bench.source.git(&["tag", "v2"]);
    bench.fetch(0);
    assert_eq!(bench.refs(), [trunk, trunk, "refs/tags/v2"]);
}

#[test]
fn an_empty_repository_is_empty_and_gets_its_first_commit() {
    let mut bench = Bench::of(Fixture::new());
    bench.fetch(0);
    assert_eq!(bench.history().completeness, Completeness::Empty);
    bench.source.write("a.txt", "a\n");
    let tip = bench.source.commit("First");
    bench.fetch(0);
    assert_eq!(bench.tip(), tip);
    assert_eq!(bench.history().fetched, 1);
    // Emptied again.
    bench.source.git(&["checkout", "-q", "--orphan", "none"]);
    bench.source.git(&["branch", "-D", "main"]);
    bench.fetch(0);
    assert_eq!(bench.refs().len(), 1);
}

#[test]
fn a_repository_that_is_gone_or_closed_keeps_its_mirror_and_is_told() {
    let bench = Bench::new();
    bench.fetch(0);
    let before = contents(&bench.mirror());
    for (status, completeness, said) in [
        (
            404,
            Completeness::Partial,
            "deleted, transferred, or private",
        ),
        (401, Completeness::Partial, "does not accept the token"),
        (403, Completeness::Partial, "HTTP 403"),
        (429, Completeness::Partial, "asks to wait"),
        (500, Completeness::Partial, "HTTP 500"),
    ] {
        bench
            .host
            .set_script(Some(Box::new(move |_, _| Reply::status(status))));
        let ran = bench.fetch(5);
        assert!(
            ran.err.contains(said) && ran.err.contains(NAME),
            "{}",
            ran.err
        );
        assert!(contents(&bench.mirror()) == before);
        let line = bench.history();
        assert_eq!((line.completeness, line.fetched), (completeness, 3));
        assert!(line.reason.unwrap().contains(said));
        assert!(line.fix.is_some());
    }
    fs::remove_dir_all(bench.store()).unwrap();
    for (status, completeness) in [
        (404, Completeness::NotFound),
        (403, Completeness::Forbidden),
    ] {
        bench
            .host
            .set_script(Some(Box::new(move |_, _| Reply::status(status))));
        bench.fetch(5);
        assert_eq!(bench.history().completeness, completeness);
    }
    bench.host.set_script(None);
    bench.fetch(0);
    assert_eq!(bench.history().completeness, Completeness::Complete);
}

#[test]
fn offline_the_mirror_is_read_and_without_clones_there_is_none() {
    let bench = Bench::new();
    let ran = bench.run("fetch", &["--no-clone"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let config = bench.here.path().join("none.toml");
    fs::write(&config, "[mining]\nclones = false\n").unwrap();
    let config = config.to_string_lossy().into_owned();
    bench.run("fetch", &["--config", &config]);
    assert!(bench.host.log().is_empty() && !bench.store().join("clones").exists());
    bench.fetch(0);
    let n = bench.host.log().len();
    fs::remove_dir_all(bench.store().join("mined")).unwrap();
    for ran in [
        bench.run("mine", &[]),
        bench.run("run", &["--offline", "--as-of=2026-03-01"]),
    ] {
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(bench.history().fetched, 3);
    assert_eq!(bench.host.log().len(), n, "the network was not asked");
}

#[test]
fn beyond_the_room_nothing_is_brought_and_the_repository_is_named() {
    let bench = Bench::new();
    let config = bench.here.path().join("small.toml");
    fs::write(&config, "[mining]\ndisk = \"1 kB\"\n").unwrap();
    let config = config.to_string_lossy().into_owned();
    let ran = bench.run("fetch", &["--config", &config]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    for words in [NAME, "`disk` of `[mining]`", "--repo PATH"] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert!(!bench.mirror().exists() && !bench.store().join("clones/0.new").exists());
    bench.fetch(0);
}

#[test]
fn a_kill_in_the_middle_of_a_pack_leaves_the_state_before_and_the_next_fetch_goes_on() {
    let mut bench = Bench::new();
    let killed = |bench: &Bench| {
        // The answer to the request for objects never ends.
        let asked = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&asked);
        bench.host.set_script(Some(Box::new(move |seen, mut reply| {
            if seen.is_fetch() {
                // Nothing for longer than the program lives.
                told.store(true, Ordering::SeqCst);
                std::thread::sleep(Duration::from_secs(20));
                reply.is_cut = true;
            }
            reply
        })));
        let url = bench.host.url();
        let mut child = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["fetch", "--github", NAME, "--api-url", &url])
            .current_dir(bench.here.path())
            .env_clear()
            .env("GH_ENTERPRISE_TOKEN", TOKEN)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if asked.load(Ordering::SeqCst) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(asked.load(Ordering::SeqCst), "objects were never asked for");
        std::thread::sleep(Duration::from_millis(200));
        child.kill().unwrap();
        child.wait().unwrap();
        bench.host.set_script(None);
    };
    killed(&bench);
    assert!(!bench.mirror().exists());
    // What else a kill leaves: half a pack, and one that was not checked.
    bench.fetch(0);
    let before = (bench.refs(), bench.tip());
    bench.source.write("core/d.txt", "d\n");
    let tip = bench.source.commit("Another");
    killed(&bench);
    assert_eq!((bench.refs(), bench.tip()), before);
    let packs = bench.mirror().join("objects/pack");
    for (name, text) in [
        (".tmpAbC", "half"),
        ("pack-12.pack", "PACK"),
        ("pack-34.keep", ""),
    ] {
        fs::write(packs.join(name), text).unwrap();
    }
    bench.fetch(0);
    assert_eq!(bench.tip(), tip);
    bench.is_whole();
    let names: Vec<String> = fs::read_dir(&packs)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("tmp") || name.contains("keep") || name.contains("pack-12"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
    assert!(!bench.store().join("clones/0.new").exists());
}

fn pack_in(mirror: &Path) -> PathBuf {
    fs::read_dir(mirror.join("objects/pack"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "pack"))
        .unwrap()
}

/// What a disk does to a mirror, in words and in deed.
type Damage<'a> = (&'a str, &'a dyn Fn(&Path));

#[test]
fn a_damaged_mirror_is_made_anew_and_that_is_said() {
    let bench = Bench::new();
    let damages: [Damage; 4] = [
        ("a pack that is cut off", &|mirror| {
            let pack = pack_in(mirror);
            let bytes = fs::read(&pack).unwrap();
            fs::write(&pack, &bytes[..bytes.len() - 30]).unwrap();
        }),
        ("a pack that is gone", &|mirror| {
            fs::remove_file(pack_in(mirror)).unwrap();
        }),
        ("refs that are no refs", &|mirror| {
            fs::write(mirror.join("packed-refs"), "x\n").unwrap();
        }),
        ("a configuration that is none", &|mirror| {
            fs::write(mirror.join("config"), "[[[").unwrap();
        }),
    ];
    for (what, damage) in damages {
        bench.fetch(0);
        damage(&bench.mirror());
        let ran = bench.run("fetch", &[]);
        assert_eq!(ran.code, 0, "{what}: {}", ran.err);
        assert!(
            ran.err
                .contains("its mirror is damaged: it is fetched anew"),
            "{what}: {}",
            ran.err
        );
        bench.is_whole();
        assert!(!bench.store().join("clones/0.old").exists());
    }
    // What only reading finds: a bit inside of a pack.
    let pack = pack_in(&bench.mirror());
    let mut bytes = fs::read(&pack).unwrap();
    let n = bytes.len();
    for byte in &mut bytes[20..n - 20] {
        *byte ^= 0x55;
    }
    fs::write(&pack, bytes).unwrap();
    fs::remove_dir_all(bench.store().join("mined")).unwrap();
    let ran = bench.run("mine", &[]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(
        ran.err.contains("its mirror is damaged: the next"),
        "{}",
        ran.err
    );
    let ran = bench.fetch(0);
    assert!(ran.err.contains("it is fetched anew"), "{}", ran.err);
    bench.is_whole();
    let line = bench.history();
    assert_eq!(
        (line.completeness, line.fetched),
        (Completeness::Complete, 3)
    );
}

#[test]
fn names_of_a_server_never_become_paths() {
    let bench = Bench::new();
    let tip = bench.source.line(&["rev-parse", "HEAD"]);
    bench.host.set_script(Some(Box::new(move |seen, mut reply| {
        if seen.asked.contains("command=ls-refs") {
            let lines = [
                format!("{tip} HEAD symref-target:refs/heads/main\n"),
                format!("{tip} refs/heads/main\n"),
                format!("{tip} refs/tags/../../../../../escape\n"),
                format!("{tip} refs/tags/CON\n"),
                format!("{tip} refs/tags/con\n"),
                format!("{tip} refs/tags/a b\n"),
            ];
            reply.body.clear();
            for line in &lines {
                let length = format!("{:04x}", line.len() + 4);
                reply.body.extend(length.as_bytes());
                reply.body.extend(line.as_bytes());
            }
            reply.body.extend(b"0000");
        }
        reply
    })));
    let ran = bench.run("fetch", &[]);
    // A line with a blank in a name is no line of the protocol: nothing is taken from such a list.
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(!bench.mirror().exists());
    let names: Vec<PathBuf> = contents(bench.here.path()).into_keys().collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().contains("escape")),
        "{names:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_mirror_is_refused() {
    let bench = Bench::new();
    bench.fetch(0);
    let elsewhere = directory();
    fs::write(elsewhere.path().join("theirs"), "x").unwrap();
    fs::remove_dir_all(bench.mirror()).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), bench.mirror()).unwrap();
    let ran = bench.run("fetch", &[]);
    assert_eq!(ran.code, 11, "{}", ran.err);
    assert_eq!(contents(elsewhere.path()).len(), 1);
}

#[test]
fn what_forgetting_cannot_reach_in_mirrors_is_said() {
    let bench = Bench::new();
    bench.fetch(0);
    let asked = ["forget", "carla@acme.example", "--dry-run"];
    let ran = ran_with(bench.here.path(), &asked, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("clones") && ran.out.contains("mirror"),
        "{}",
        ran.out
    );
}

#[test]
#[cfg(unix)]
fn a_mirror_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new();
    bench.fetch(0);
    let mut pending = vec![bench.store().join("clones")];
    while let Some(path) = pending.pop() {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
        if path.is_dir() {
            pending.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
}
