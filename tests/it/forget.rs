//! `linchpin forget`: somebody who authored, reviewed, merged, was asked and was mentioned is in no byte of the store, comes into it
//! with no later fetch, and no figure of the team moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::SignedDuration;
use linchpin::demo::fake::{FakeGitHub, Faults};
use linchpin::demo::model::{
    ActorType, EventKind, Host, HostAccount, HostCommit, HostEnvironment, HostReview, HostTeam,
};
use linchpin::store::{Mode, Store, facts};
use serde_json::Value;

use crate::git_fixture::Fixture;
use crate::git_mine::text;
use crate::github::{NOW, TOKEN, at, host, oid};
use crate::pipeline::{clones, copy_of_the_store, demo, tree};

const NAME: &str = "Zelda Quint <zelda.quint@acme.example>";
/// A file whose name has the login in it: it stays, and is told.
const PATH: &str = "notes/zelda-q.md";
/// What names one of the two who are forgotten, in lower case.
const NEEDLES: [&str; 10] = [
    "zelda-q",
    "zelda quint",
    "zelda.quint@acme",
    "zq@old.example",
    "4711423",
    "u_zelda-q",
    "bo-hartveld",
    "bo hartveld",
    "bo@acme.example",
    "8150942",
];

/// A directory with a store of a clone and of the fake GitHub.
struct Place {
    keep: tempfile::TempDir,
    clone: Fixture,
    github: FakeGitHub,
}

fn account(login: &str, name: &str, id: u64) -> HostAccount {
    HostAccount {
        kind: ActorType::User,
        login: login.to_owned(),
        node: format!("U_{login}"),
        database_id: id,
        name: Some(name.to_owned()),
    }
}

/// An organisation in which both have done everything that can be done, with a number for what comes later.
fn organisation() -> Host {
    let mut host = host(12);
    host.accounts
        .push(account("zelda-q", "Zelda Quint", 4_711_423));
    host.accounts
        .push(account("bo-hartveld", "Bo Hartveld", 8_150_942));
    host.teams.push(HostTeam {
        organisation: "acme".into(),
        slug: "platform".into(),
        node: "T_platform".into(),
        members: vec!["zelda-q".into(), "bea".into()],
    });
    let repository = &mut host.repositories[0];
    repository.environments.push(HostEnvironment {
        name: "production".into(),
        reviewers: vec!["zelda-q".into()],
        ..HostEnvironment::default()
    });
    repository.releases[0].author = Some("zelda-q".into());
    repository.deployments[0].creator = Some("bo-hartveld".into());
    repository.issues[0].author = Some("zelda-q".into());
    repository.issues[0].assignees = vec!["zelda-q".into(), "bo-hartveld".into()];
    repository.issues[0].body = "Zelda Quint saw it first, says @bo-hartveld".into();
    repository.milestones.iter_mut().for_each(|milestone| {
        milestone.title = format!("{} (Zelda Quint)", milestone.title);
    });
    for (n, item) in repository.pull_requests.iter_mut().enumerate() {
        let (author, reviewer) = if n % 2 == 0 {
            ("zelda-q", "bo-hartveld")
        } else {
            ("bo-hartveld", "zelda-q")
        };
        item.author = Some(author.into());
        item.title = format!("Change {n} as zelda-q wished");
        item.body = "Thanks to Zelda Quint <zelda.quint@acme.example>".into();
        item.head_branch = format!("zelda-q/change-{n}");
        item.merged_by = item.merged_by.as_ref().map(|_| reviewer.into());
        for review in &mut item.reviews {
            review.author = Some(reviewer.into());
            review.body = "@zelda-q: as Bo Hartveld said".into();
        }
        for comment in item.comments.iter_mut().filter(|_| n > 0) {
            comment.author = Some(author.into());
            comment.body = "Asked ZELDA-Q".into();
        }
        for thread in &mut item.threads {
            for comment in &mut thread.comments {
                comment.author = Some(author.into());
            }
        }
        for event in &mut item.timeline {
            event.actor = Some(author.into());
            if let EventKind::ReviewRequested {
                reviewer: asked, ..
            } = &mut event.what
                && asked.is_some()
            {
                *asked = Some(reviewer.into());
            }
        }
        let commit = |seed: u64, name: &str, email: &str, login: Option<&str>| HostCommit {
            id: oid(seed + n as u64),
            headline: "Do as Zelda Quint says".into(),
            authored_at: item.created_at,
            author_name: name.into(),
            author_email: email.into(),
            author_login: login.map(Into::into),
        };
        item.commits = vec![
            commit(
                7_000,
                "Zelda Quint",
                "zelda.quint@acme.example",
                Some("zelda-q"),
            ),
            commit(
                8_000,
                "zq",
                "4711423+zelda-q@users.noreply.github.com",
                Some("zelda-q"),
            ),
            commit(9_000, "Bo Hartveld", "bo@acme.example", Some("bo-hartveld")),
        ];
    }
    host
}

/// A clone in which both wrote, one also under an old address, and are named.
fn repository() -> Fixture {
    let mut f = Fixture::new();
    f.write("CODEOWNERS", "/core/ @zelda-q zelda.quint@acme.example\n");
    f.write(
        ".mailmap",
        "Zelda Quint <zelda.quint@acme.example> <zq@old.example>\n",
    );
    f.write("core/a.txt", text(0..40));
    f.write(PATH, text(0..10));
    f.commit_as(NAME, "Start");
    for n in 0..4 {
        f.write("core/a.txt", text(0..41 + n));
        f.commit_as("zq <zq@old.example>", &format!("Grow {n}, as zelda-q does"));
        f.write("api/b.txt", text(0..20 + n));
        f.commit_as(
            "Bo Hartveld <bo@acme.example>",
            &format!(
                "Work together {n}\n\nCo-authored-by: Zelda Quint <4711423+zelda-q@users.noreply.github.com>\n"
            ),
        );
        f.write("web/c.txt", text(0..20 + n));
        f.commit("Mine alone");
    }
    f.git(&["tag", "zelda-q-was-here"]);
    f
}

impl Place {
    fn new() -> Self {
        Self {
            keep: tempfile::tempdir().unwrap(),
            clone: repository(),
            github: FakeGitHub::start(organisation(), Faults::none(at(NOW))).unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.keep.path().join(name)
    }

    fn ran(&self, arguments: &[&str]) -> Output {
        let clone = self.clone.path().display().to_string();
        let url = self.github.base_url();
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command
            .args(arguments)
            .args(["--api-url", &url, "--as-of", NOW]);
        if ["run", "fetch", "mine"].contains(&arguments[0]) {
            command.args(["--repo", &clone, "--github", "acme/widgets"]);
        }
        command
            .current_dir(self.keep.path())
            .env_clear()
            .env("HOME", self.keep.path())
            .env("GH_ENTERPRISE_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a command that ends well, or with partial data; returns what it said.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.ran(arguments);
        let said = said(&output);
        assert!(
            matches!(output.status.code(), Some(0 | 5)),
            "{arguments:?}: {said}"
        );
        said
    }

    /// Holds every file of the store, and what a new run, export and everybody's pages say, against the names.
    #[track_caller]
    fn names_nobody(&self) {
        nobody_in_the_store(&self.path(".linchpin"));
        let _ = fs::remove_dir_all(self.path("fresh"));
        let mut told = String::new();
        for command in [
            &["run", "--offline"][..],
            &["lead"],
            &["export", "--format", "json"],
            &["person", "ada@acme.example"],
            &["identity", "--all"],
            &["summary"],
            &["explain", "flow.pickup_time", "--format", "json"],
            &["report"],
        ] {
            told.push_str(&self.run(&[command, &["--out", "fresh"]].concat()));
        }
        nobody("what was told", told.as_bytes());
        for (file, bytes) in tree(&self.path("fresh")) {
            nobody(&file, &bytes);
        }
        nobody_in_the_store(&self.path(".linchpin"));
    }
}

fn said(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr];
    texts
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat()
}

#[track_caller]
fn nobody(place: &str, bytes: &[u8]) {
    let found = String::from_utf8_lossy(bytes).to_lowercase();
    let found = found.replace(PATH, "");
    for needle in NEEDLES {
        let at = found.find(needle);
        let around = at.map(|at| {
            let from = found.floor_char_boundary(at.saturating_sub(80));
            found[from..].chars().take(200).collect::<String>()
        });
        assert_eq!(around, None, "{place} names {needle}");
    }
}

/// The bytes of a file of the store, with what is packed in it.
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    let extension = path.extension().unwrap_or_default();
    if extension == "zst" {
        let mut text = Vec::new();
        zstd::Decoder::new(bytes.as_slice())
            .unwrap()
            .read_to_end(&mut text)
            .unwrap();
        bytes.extend(text);
    }
    if extension == "state" {
        let mut rest = bytes[linchpin::git::STATE_HEADER_BYTES..].to_vec();
        while !rest.is_empty() {
            let length = |at: usize| {
                let number: [u8; 8] = rest[at..at + 8].try_into().unwrap();
                usize::try_from(u64::from_le_bytes(number)).unwrap()
            };
            let (length, packed) = (length(0), length(8));
            let section = &rest[16..16 + packed];
            bytes.extend(zstd::bulk::decompress(section, length).unwrap());
            rest = rest[16 + packed..].to_vec();
        }
    }
    bytes
}

#[track_caller]
fn nobody_in_the_store(store: &Path) {
    let files = tree(store);
    assert!(files.keys().any(|file| file.ends_with(".jsonl.zst")));
    for file in files.keys() {
        nobody(file, &unpacked(&store.join(file)));
    }
    let open = Store::open(store, Mode::Read).unwrap();
    if open.read(facts::INPUTS).unwrap().is_some() {
        let tables = facts::read(&open).unwrap();
        nobody("the tables", format!("{tables:?}").as_bytes());
    }
}

/// How many people an export calls ghosts: without a login, an address and a name.
fn ghosts(place: &Place) -> usize {
    let file = place.path("fresh/export/people.json");
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let ghosts = rows.iter().filter(|row| {
        let name = row["display_name"].as_str().unwrap();
        name == "ghost 1" || name == "ghost 2"
    });
    let is_nameless = |row: &&Value| {
        ["logins", "emails", "names"]
            .iter()
            .all(|column| row[*column] == serde_json::json!([]))
    };
    ghosts.filter(is_nameless).count()
}

#[test]
fn who_is_forgotten_is_in_no_byte_of_the_store_and_stays_out_of_later_fetches() {
    let mut place = Place::new();
    place.run(&["run"]);
    place.run(&["person", "zelda-q"]);
    let store = place.path(".linchpin");
    let mut found = Vec::new();
    for file in tree(&store).keys() {
        found.extend(unpacked(&store.join(file)));
    }
    let found = String::from_utf8_lossy(&found).to_lowercase();
    let is_there = NEEDLES.map(|needle| found.contains(needle));
    assert_eq!(is_there, [true; 10], "the test looks for what is there");
    let told = place.run(&["forget", "Zelda-Q", "--yes"]);
    for part in [
        "1 path of files",
        "private/zelda-q` is removed",
        "git history",
        "a nightly job's cache",
        "linchpin run --offline",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!place.path("linchpin-report/private/zelda-q").exists());
    // In the meantime only one of the two is forgotten: the other is found.
    place.run(&["mine", "--offline"]);
    place.run(&["forget", "@bo-hartveld", "--yes"]);
    place.names_nobody();
    assert_eq!(ghosts(&place), 2, "each of them is one, and has no login");
    // Everything is changed once more on GitHub, and new work comes on both sides.
    place.github.advance(SignedDuration::from_hours(24));
    let now = place.github.now() - SignedDuration::from_hours(1);
    place.github.update(move |host| {
        for account in &mut host.accounts {
            // A login that was renamed is the same account.
            if account.login == "bo-hartveld" {
                account.name = Some("Bo Hartveld".into());
            }
        }
        for item in &mut host.repositories[0].pull_requests {
            item.updated_at = now;
            item.reviews.push(HostReview {
                node: format!("PRR_new_{}", item.number),
                author: Some("zelda-q".into()),
                state: "APPROVED".into(),
                submitted_at: Some(now),
                body: "Zelda Quint agrees with bo-hartveld".into(),
            });
        }
        for item in &mut host.repositories[0].issues {
            item.updated_at = now;
        }
    });
    place.clone.write("core/a.txt", text(0..60));
    place.clone.commit_as(NAME, "Again, by zelda-q");
    place.clone.write("core/a.txt", text(0..62));
    place.clone.commit_as(
        "zelda-q <4711423+zelda-q@users.noreply.github.com>",
        "And again\n\nCo-authored-by: Bo Hartveld <bo@acme.example>",
    );
    place.run(&["run"]);
    place.names_nobody();
    assert_eq!(ghosts(&place), 2, "and stays one");
    place.run(&[
        "export",
        "--privacy",
        "pseudonymous",
        "--format",
        "json",
        "--out",
        "fresh",
    ]);
    let people = fs::read(place.path("fresh/export/people.json")).unwrap();
    let people: Vec<Value> = serde_json::from_slice(&people).unwrap();
    let pseudonyms: BTreeSet<String> = people
        .iter()
        .map(|row| row["display_name"].to_string())
        .collect();
    assert_eq!(
        pseudonyms.len(),
        people.len(),
        "under pseudonyms, too: {people:?}"
    );
    // A store that lost what is derived is mined anew.
    fs::remove_dir_all(place.path(".linchpin/mined")).unwrap();
    fs::remove_dir_all(place.path(".linchpin/facts")).unwrap();
    place.run(&["run", "--offline"]);
    place.names_nobody();
    // A mailmap says later that another signature was theirs, too.
    place.clone.write("core/a.txt", text(0..64));
    place.clone.commit_as("Q <q@late.example>", "Later");
    place.run(&["run", "--offline"]);
    place.clone.write(
        ".mailmap",
        "Zelda Quint <zelda.quint@acme.example> <zq@old.example>\nZelda Quint <zelda.quint@acme.example> <q@late.example>\n",
    );
    place.clone.commit("Map it");
    place.run(&["run", "--offline"]);
    let state = unpacked(&place.path(".linchpin/mined/0.state"));
    assert!(!String::from_utf8_lossy(&state).contains("q@late.example"));
    place.names_nobody();
}

#[test]
fn what_is_asked_is_held_against_what_there_is_before_anything_is_done() {
    let place = Place::new();
    let refused = |arguments: &[&str], code: i32, parts: &[&str]| {
        let output = place.ran(arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
    };
    refused(&["forget", "zelda-q", "--yes"], 2, &["there is no store"]);
    assert!(
        !place.path(".linchpin").exists(),
        "no store is made to forget in"
    );
    place.run(&["run"]);
    let store = || tree(&place.path(".linchpin"));
    let before = store();
    refused(
        &["forget", "zelda-q"],
        2,
        &["no terminal", "`--yes`", "--dry-run"],
    );
    refused(
        &["forget", "zelda-w", "--yes"],
        2,
        &["nobody in the store is", "did you mean `zelda-q`?"],
    );
    refused(
        &["forget", "acme", "--yes"],
        2,
        &["owns `acme/widgets`", "--store"],
    );
    refused(
        &["forget", "dependabot", "--yes"],
        2,
        &["automation, not a person"],
    );
    let told = place.run(&["forget", "zelda-q", "--dry-run"]);
    for part in [
        "would be written",
        "@zelda-q",
        "zelda.quint@acme.example",
        "Zelda Quint",
        "1 path of files",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let same = |(file, bytes): &(String, Vec<u8>)| before.get(file) == Some(bytes);
    let changed: Vec<String> = store()
        .into_iter()
        .filter(|file| !same(file))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(changed, Vec::<String>::new(), "nothing was changed");
    place.run(&["forget", "zelda-q", "--yes"]);
    for again in ["zelda-q", "@ZELDA-Q", "zelda.quint@acme.example"] {
        let told = place.run(&["forget", again, "--yes"]);
        assert!(told.contains("is forgotten already"), "{again}: {told}");
    }
}

#[test]
fn what_people_wrote_stays_until_it_is_asked_for_and_registers_are_never_changed() {
    let place = Place::new();
    let register = "[[member]]\nlogin = \"zelda-q\"\nname = \"Zelda Quint\"\n";
    let private = "# of Zelda Quint\n[[absence]]\nlogin = \"zelda-q\"\nfrom = \"2026-01-05\"\nto = \"2026-01-09\"\n";
    fs::write(place.path("linchpin.toml"), register).unwrap();
    fs::write(place.path("linchpin.private.toml"), private).unwrap();
    place.run(&["run"]);
    for who in ["zelda-q", "bo-hartveld"] {
        place.run(&["person", who]);
    }
    place.run(&["lead"]);
    let folder = place.path("linchpin-report/private/zelda-q");
    let brag = folder.join("draft/brag.md");
    let typed = fs::read_to_string(&brag).unwrap() + "\ntyped by hand\n";
    fs::write(&brag, &typed).unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let told = place.run(&["forget", "zelda-q", "--yes"]);
    for part in [
        "draft/brag.md` (linchpin began it, and somebody wrote in it)",
        "notes.txt` (linchpin did not make it)",
        "linchpin.toml:2, linchpin.toml:3: registers are yours",
        "linchpin.private.toml:1, linchpin.private.toml:3: registers are yours",
        "private/lead` was written before",
        "(bo-hartveld)",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let left: Vec<String> = tree(&folder).into_keys().collect();
    assert_eq!(left, [".linchpin-folder", "draft/brag.md", "notes.txt"]);
    assert_eq!(fs::read_to_string(&brag).unwrap(), typed);
    assert_eq!(
        fs::read_to_string(place.path("linchpin.toml")).unwrap(),
        register
    );
    assert_eq!(
        fs::read_to_string(place.path("linchpin.private.toml")).unwrap(),
        private
    );
    let told = place.run(&["forget", "zelda-q", "--yes", "--with-drafts"]);
    assert!(told.contains("notes.txt` with it"), "{told}");
    assert!(!folder.exists());
    // Registered again, they are nobody: a fresh address of the register's is not theirs, and nothing comes back.
    let mut place = place;
    place.clone.write("core/a.txt", text(0..70));
    place.clone.commit_as("zq <fresh@acme.example>", "Fresh");
    let again = format!("{register}aliases = [\"fresh@acme.example\"]\n");
    fs::write(place.path("linchpin.toml"), again).unwrap();
    let told = place.run(&["run"]);
    assert!(
        told.contains("the register names `zelda-q`, whom this store has forgotten"),
        "{told}"
    );
    assert!(
        told.contains("the private register names `zelda-q`, whom"),
        "{told}"
    );
    let output = place.ran(&["register", "check"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("whom this store has forgotten"));
    let output = place.ran(&["person", "zelda-q"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let identity = place.run(&["identity", "--all"]);
    let line = identity
        .lines()
        .find(|line| line.contains("<fresh@acme.example>"));
    assert!(
        line.is_some_and(|line| line.contains(" zq ") && line.ends_with(" human")),
        "{identity}"
    );
    assert!(
        !identity.contains("zelda") && !identity.contains("Zelda"),
        "{identity}"
    );
    // A folder that somebody else made in the place is left alone, and that is no success.
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("theirs.txt"), "x").unwrap();
    let output = place.ran(&["forget", "zelda-q", "--yes", "--with-drafts"]);
    assert_eq!(output.status.code(), Some(11), "{}", said(&output));
    assert!(folder.join("theirs.txt").exists());
}

/// What a run of the demo's store says of its team.
fn figures(place: &Path, config: &Path) -> (BTreeMap<String, Value>, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args([
            "run",
            "--offline",
            "--quiet",
            "--as-of",
            "2026-07-01T00:00:00Z",
            "--since",
            "78w",
        ])
        .args(["--store", "store", "--config"])
        .arg(config)
        .args(clones())
        .args(
            ["parcel-api", "parcel-web", "timetable"]
                .map(|name| format!("--github=lighthouse/{name}")),
        )
        .current_dir(place)
        .env_clear()
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", said(&ran));
    let team = place.join("linchpin-report/team");
    let read = |name: &str| fs::read_to_string(team.join(name)).unwrap();
    let all: Value = serde_json::from_str(&read("metrics.json")).unwrap();
    let figures = all["metrics"].as_array().unwrap().iter();
    let figures = figures.map(|figure| {
        let key = format!("{} {} {}", figure["id"], figure["scope"], figure["bucket"]);
        (key, figure.clone())
    });
    (figures.collect(), read("data_quality.json"))
}

#[test]
fn forgetting_two_people_moves_no_figure_of_the_team() {
    let keep = tempfile::tempdir().unwrap();
    let place = keep.path();
    copy_of_the_store(place);
    let config = demo().root.join("linchpin-demo/config/linchpin.toml");
    let before = figures(place, &config);
    let is_truck_factor = |key: &&String| key.contains("truck_factor");
    assert!(before.0.keys().filter(is_truck_factor).count() > 2);
    for who in ["tbeck", "yarai"] {
        let ran = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["forget", who, "--yes", "--store", "store", "--config"])
            .arg(&config)
            .current_dir(place)
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", said(&ran));
        if who == "tbeck" {
            figures(place, &config);
        }
    }
    let after = figures(place, &config);
    let moved: Vec<&String> = before
        .0
        .iter()
        .filter(|(key, figure)| after.0.get(*key) != Some(figure))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(before.0.len(), after.0.len());
    // A line of CODEOWNERS that names somebody who is forgotten has an owner whom nobody knows.
    let by_codeowners = |key: &&&String| key.contains("ownership.drift");
    let others: Vec<_> = moved.iter().filter(|key| !by_codeowners(key)).collect();
    assert_eq!(others, Vec::<&&String>::new());
    assert!(moved.len() <= 2, "{moved:?}");
    assert_eq!(before.1, after.1, "nothing is missing");
}

/// Adds the names of all fields that hold a text, below a value.
fn text_fields(value: &Value, name: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::String(_) => {
            found.insert(name.to_owned());
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| text_fields(value, name, found)),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| text_fields(value, name, found)),
        _ => {}
    }
}

#[test]
fn of_every_field_of_an_answer_it_is_known_whether_people_write_it() {
    /// Ids, states, instants, addresses of pages and settings: nobody's words.
    const NOT_WRITTEN: &[&str] = &[
        "__typename",
        "id",
        "oid",
        "login",
        "nameWithOwner",
        "url",
        "html_url",
        "path",
        "state",
        "stateReason",
        "status",
        "conclusion",
        "event",
        "previousReviewState",
        "reason",
        "seenAt",
        "commitOid",
        "head_sha",
        "type",
        "kind",
        "endCursor",
        "email",
        "requiredStatusCheckContexts",
        "context",
        "authoredDate",
        "createdAt",
        "created_at",
        "updatedAt",
        "updated_at",
        "closedAt",
        "mergedAt",
        "publishedAt",
        "submittedAt",
        "dueOn",
        "run_started_at",
        "started_at",
        "completed_at",
        "resetAt",
    ];
    /// Fields from which names are taken out: `src/store/forgotten/answers.rs`.
    const WRITTEN: &[&str] = &[
        "title",
        "body",
        "description",
        "messageHeadline",
        "name",
        "headRefName",
        "baseRefName",
        "head_branch",
        "tagName",
        "environment",
        "slug",
        "combinedSlug",
    ];
    let place = Place::new();
    place.run(&["fetch"]);
    let mut found = BTreeSet::new();
    let store = place.path(".linchpin");
    for file in tree(&store)
        .keys()
        .filter(|file| file.ends_with(".jsonl.zst"))
    {
        let bytes = fs::read(store.join(file)).unwrap();
        let text = zstd::decode_all(bytes.as_slice()).unwrap();
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let record: Value = serde_json::from_slice(line).unwrap();
            text_fields(&record["node"], "node", &mut found);
            for tail in record["tails"].as_array().into_iter().flatten() {
                text_fields(&tail[1], "tail", &mut found);
            }
        }
    }
    let is_decided = |field: &&String| {
        NOT_WRITTEN.contains(&field.as_str()) || WRITTEN.contains(&field.as_str())
    };
    let undecided: Vec<&String> = found.iter().filter(|field| !is_decided(field)).collect();
    assert_eq!(
        undecided,
        Vec::<&String>::new(),
        "decide in src/store/forgotten/answers.rs"
    );
    let unseen: Vec<&&str> = WRITTEN
        .iter()
        .filter(|field| !found.contains(**field))
        .collect();
    assert!(unseen.len() <= 2, "{unseen:?}");
}

#[test]
fn without_github_somebody_is_forgotten_by_an_address_and_who_only_bears_the_name_is_told() {
    let mut clone = repository();
    clone.write("core/a.txt", text(0..50));
    clone.commit_as("Zelda Quint <z@other.example>", "Of the same name");
    let keep = tempfile::tempdir().unwrap();
    let path = clone.path().display().to_string();
    fs::write(
        keep.path().join("linchpin.toml"),
        "merge_same_names = false\n",
    )
    .unwrap();
    let ran = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command.args(arguments).args(["--as-of", NOW]);
        if arguments[0] == "run" {
            command.args(["--repo", &path]);
        }
        let output = command
            .current_dir(keep.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), said(&output))
    };
    assert_eq!(ran(&["run"]).0, Some(0));
    let (code, person) = ran(&["person", "zelda.quint@acme.example"]);
    assert_eq!(code, Some(0), "{person}");
    let (code, told) = ran(&["forget", "Zelda.Quint@acme.example", "--yes"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("`z@other.example` bears the same name"),
        "{told}"
    );
    assert!(told.contains("is removed"), "{told}");
    let folders = tree(&keep.path().join("linchpin-report/private"));
    assert!(
        !folders.keys().any(|file| file.contains('/')),
        "{folders:?}"
    );
    let (code, told) = ran(&["forget", "z@other.example", "--yes"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("has no facts") && told.contains("linchpin mine"),
        "{told}"
    );
    let (code, told) = ran(&["run"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("`z@other.example` bears the name of somebody whom"),
        "{told}"
    );
    assert_eq!(ran(&["forget", "z@other.example", "--yes"]).0, Some(0));
    assert_eq!(ran(&["run"]).0, Some(0));
    let (_, identity) = ran(&["identity", "--all"]);
    for ghost in [" ghost 1 ", " ghost 2 "] {
        let line = identity.lines().find(|line| line.contains(ghost));
        assert!(
            line.is_some_and(|line| line.ends_with("  somebody whom this store has forgotten")),
            "{identity}"
        );
    }
    for gone in [
        "z@other.example",
        "zelda.quint@acme.example",
        "zq@old.example",
    ] {
        assert!(!identity.contains(gone), "{identity}");
    }
}
