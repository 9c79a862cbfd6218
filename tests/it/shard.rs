//! An organisation in parts: whatever was fetched where, the joined store says what one machine's says.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use linchpin::demo::fake::{FakeGitHub, Faults};
use linchpin::demo::organisation::{Plants, World, build};
use linchpin::demo::repository::write;
use serde_json::Value;

const NAMES: [&str; 3] = ["parcel-api", "parcel-web", "timetable"];

/// The demo's organisation on a server, with clones and a register in a folder.
struct Organisation {
    place: tempfile::TempDir,
    server: FakeGitHub,
    as_of: String,
}

impl Organisation {
    fn new() -> Self {
        let world: World = build(&Plants::default());
        let place = tempfile::tempdir().unwrap();
        write(&world.repositories, &place.path().join("clones")).unwrap();
        fs::write(place.path().join("linchpin.toml"), &world.register_toml).unwrap();
        let server = FakeGitHub::start(world.host, Faults::none(world.as_of)).unwrap();
        Self {
            place,
            server,
            as_of: world.as_of.to_string(),
        }
    }

    fn at(&self) -> &Path {
        self.place.path()
    }

    fn asked(&self, arguments: &[&str]) -> Output {
        self.asked_at(&self.server.base_url(), arguments)
    }

    fn asked_at(&self, address: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command.args(arguments);
        for name in NAMES {
            command.args(["--repo", &format!("clones/{name}.git")]);
        }
        command
            .args(["--config", "linchpin.toml", "--as-of", &self.as_of])
            .args(["--since", "78w", "--quiet", "--api-url", address])
            .current_dir(self.at())
            .env_clear()
            .env("HOME", self.at())
            .env("GH_ENTERPRISE_TOKEN", "demo")
            .output()
            .unwrap()
    }

    /// What a command prints, which must end with a code.
    fn told(&self, arguments: &[&str], code: i32) -> String {
        let output = self.asked(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        format!("{}{said}", String::from_utf8_lossy(&output.stdout))
    }

    fn plan(&self) {
        let text = self.told(
            &named(&["shard", "plan", "--workers", "2", "--store", "joined"]),
            0,
        );
        fs::write(self.at().join("plan.json"), text).unwrap();
    }

    fn run(&self, shard: &str, store: &str) {
        self.told(
            &[
                "shard",
                "run",
                shard,
                "--plan",
                "plan.json",
                "--store",
                store,
            ],
            0,
        );
    }
}

/// Every repository, as arguments.
fn named<'a>(first: &[&'a str]) -> Vec<&'a str> {
    let names = [
        "--github",
        "lighthouse/parcel-api",
        "--github",
        "lighthouse/parcel-web",
        "--github",
        "lighthouse/timetable",
    ];
    first.iter().copied().chain(names).collect()
}

fn commit<'a>(stores: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "shard",
        "commit",
        "--plan",
        "plan.json",
        "--store",
        "joined",
    ];
    arguments.extend(stores);
    arguments
}

static ORGANISATION: LazyLock<Organisation> = LazyLock::new(|| {
    let organisation = Organisation::new();
    organisation.plan();
    organisation.run("0", "part-0");
    organisation.run("1", "part-1");
    organisation
});

#[test]
fn parts_that_are_joined_say_what_one_machine_says() {
    let one = &*ORGANISATION;
    let plan: Value =
        serde_json::from_slice(&fs::read(one.at().join("plan.json")).unwrap()).unwrap();
    let sizes = plan["shards"].as_array().unwrap().iter();
    let sizes: Vec<usize> = sizes
        .map(|shard| shard["repositories"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), 3, "{plan}");
    assert!(sizes.len() == 2 && sizes.iter().all(|n| *n > 0), "{plan}");
    // In any order, and one of them twice.
    one.told(&commit(&["part-1", "part-0", "part-1"]), 0);
    one.told(
        &["report", "--store", "joined", "--out", "joined-report"],
        0,
    );
    one.told(
        &named(&["run", "--store", "single", "--out", "single-report"]),
        0,
    );
    for file in ["metrics.json", "data_quality.json"] {
        let read = |out: &str| {
            let text = fs::read_to_string(one.at().join(out).join("team").join(file)).unwrap();
            // The server's clock went on between the two.
            let is_of_clock =
                |line: &&str| line.contains("\"watermark\"") || line.contains("\"age_hours\"");
            let lines = text.lines().filter(|line| !is_of_clock(line));
            lines.collect::<Vec<_>>().join("\n")
        };
        let (joined, single) = (read("joined-report"), read("single-report"));
        assert!(joined.len() > 5_000);
        let differing = joined
            .lines()
            .zip(single.lines())
            .find(|(joined, single)| joined != single);
        assert_eq!(differing, None, "{file}");
        assert_eq!(joined.len(), single.len(), "{file}");
    }
    // The next night: the parts go on, and nothing is new.
    one.run("0", "part-0");
    let again = one.told(&commit(&["part-0", "part-1"]), 0);
    assert!(!again.contains("error"), "{again}");
}

#[test]
fn a_part_that_is_missing_unfinished_or_of_another_plan_is_told_and_nothing_is_joined() {
    let one = Organisation::new();
    one.plan();
    one.run("0", "part-0");
    let missing = one.told(&commit(&["part-0"]), 2);
    assert!(
        missing.contains("no store has shard 1 (lighthouse/"),
        "{missing}"
    );
    // Its run cannot reach GitHub: it is not finished, and goes on later.
    let cut_off = one.asked_at(
        "http://127.0.0.1:9",
        &[
            "shard",
            "run",
            "1",
            "--plan",
            "plan.json",
            "--store",
            "part-1",
        ],
    );
    assert_ne!(cut_off.status.code(), Some(0));
    let unfinished = one.told(&commit(&["part-0", "part-1"]), 2);
    assert!(
        unfinished.contains("`part-1` holds no finished shard"),
        "{unfinished}"
    );
    assert!(!one.at().join("joined/facts").exists(), "nothing is joined");
    one.run("1", "part-1");
    // Another plan: other numbers of parts.
    let other = one.told(
        &named(&["shard", "plan", "--workers", "1", "--store", "joined"]),
        0,
    );
    fs::write(one.at().join("other.json"), other).unwrap();
    let mut arguments = commit(&["part-0", "part-1"]);
    arguments[3] = "other.json";
    let told = one.told(&arguments, 2);
    assert!(told.contains("`part-0` is part of another plan"), "{told}");
    // The same part twice, and different: GitHub went on in between.
    one.server.update(|host| {
        for repository in &mut host.repositories {
            repository.pull_requests.pop();
        }
    });
    one.run("0", "again-0");
    let told = one.told(&commit(&["part-0", "again-0", "part-1"]), 2);
    assert!(
        told.contains("`again-0` is shard 0, as `part-0` is, and holds something else"),
        "{told}"
    );
    // One that somebody went on filling without finishing it.
    let name = [
        "lighthouse/parcel-api",
        "lighthouse/parcel-web",
        "lighthouse/timetable",
    ];
    for name in name {
        one.asked(&["fetch", "--github", name, "--store", "again-0"]);
    }
    let told = one.told(
        &[
            "shard",
            "run",
            "7",
            "--plan",
            "plan.json",
            "--store",
            "part-0",
        ],
        2,
    );
    assert!(
        told.contains("the plan has no shard 7: it has 0 to 1"),
        "{told}"
    );
}
