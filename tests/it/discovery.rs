//! Repositories by owner, glob, topic and team: which ones are meant, what each pattern gave, and that a night in which GitHub does
//! not answer, or shows less, is no night over fewer repositories.

use std::fs;
use std::path::Path;

use jiff::SignedDuration;
use linchpin::demo::fake::{FakeGitHub, Fault, Faults, SeenRequest};
use linchpin::demo::model::{ActorType, Host, HostAccount, HostRepository, HostTeam};
use serde_json::{Value, json};

use crate::cli::{Ran, fixture, ran_with};
use crate::github::{NOW, TOKEN, at, host};

const AS_OF: &str = "--as-of=2026-03-01";

/// A small repository of an owner.
fn repository(owner: &str, name: &str, change: impl FnOnce(&mut HostRepository)) -> HostRepository {
    let mut made = HostRepository {
        owner: owner.to_owned(),
        name: name.to_owned(),
        node: format!("R_{owner}_{name}"),
        database_id: 1_000 + name.bytes().map(u64::from).sum::<u64>(),
        default_branch: Some("main".to_owned()),
        has_issues: true,
        disk_kib: 1_500,
        ..HostRepository::default()
    };
    change(&mut made);
    made
}

/// `acme` with `widgets` (12 pull requests), and further repositories of `acme`, `umbrella` and the user `ada`.
fn world() -> Host {
    let mut world = host(12);
    world.accounts.push(HostAccount {
        kind: ActorType::User,
        login: "nobody".to_owned(),
        node: "U_nobody".to_owned(),
        database_id: 77,
        name: None,
    });
    let topic = |topic: &str| {
        let topic = topic.to_owned();
        move |one: &mut HostRepository| one.topics = vec![topic]
    };
    world.repositories.extend([
        repository("acme", "payments-api", topic("payments")),
        repository("acme", "payments-web", |one| {
            one.teams = vec!["core".to_owned()];
        }),
        repository("acme", "payments-old", |one| one.is_archived = true),
        repository("acme", "payments-fork", |one| one.is_fork = true),
        repository("acme", "tool", topic("payments")),
        repository("umbrella", "tool", |_| {}),
        repository("ada", "dotfiles", |_| {}),
    ]);
    world
}

/// A fake GitHub, and a folder that is no clone.
struct Place {
    github: FakeGitHub,
    folder: tempfile::TempDir,
}

impl Place {
    fn new(world: Host) -> Self {
        Self {
            github: FakeGitHub::start(world, Faults::none(at(NOW))).unwrap(),
            folder: crate::github::directory(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn with_token(&self, arguments: &[&str], token: Option<&str>) -> Ran {
        let url = self.github.base_url();
        let mut all = arguments.to_vec();
        if all[0] != "diff" {
            all.push(AS_OF);
        }
        all.extend(["--api-url", &url]);
        // Nobody answers for git here.
        if ["run", "fetch", "mine"].contains(&all[0]) {
            all.push("--no-clone");
        }
        let variables: Vec<(&str, &str)> = token
            .into_iter()
            .map(|token| ("GH_ENTERPRISE_TOKEN", token))
            .collect();
        let ran = ran_with(self.path(), &all, &variables);
        assert!(!ran.err.contains(TOKEN) && !ran.out.contains(TOKEN));
        ran
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.with_token(&[&["run"], arguments].concat(), Some(TOKEN))
    }

    fn register(&self, text: &str) {
        fs::write(self.path().join("linchpin.toml"), text).unwrap();
    }

    fn product(&self, entries: &[&str]) {
        let text = format!("[[product]]\nname = \"p\"\nrepositories = {entries:?}\n");
        self.register(&text);
    }

    fn json(&self, file: &str) -> Value {
        let path = self.path().join("linchpin-report/team").join(file);
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// The repositories of a product in the last report.
    fn repositories(&self, product: &str) -> Vec<String> {
        let metrics = self.json("metrics.json");
        let products = metrics["products"].as_array().unwrap();
        let found = products.iter().find(|one| one["name"] == product);
        let found = found.unwrap_or_else(|| panic!("{product}: {products:?}"));
        let names = found["repositories"].as_array().unwrap().iter();
        let mut names: Vec<String> = names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    /// What a pattern gave, by the last report.
    fn pattern(&self, pattern: &str) -> Value {
        let quality = self.json("data_quality.json");
        let lines = quality["patterns"].as_array().unwrap();
        let found = lines.iter().find(|line| line["pattern"] == pattern);
        found.unwrap_or_else(|| panic!("{lines:?}")).clone()
    }

    fn asked(&self, operation: &str) -> Vec<SeenRequest> {
        let log = self.github.log().into_iter();
        log.filter(|asked| asked.operation == operation).collect()
    }

    fn a_day_later(&self, change: impl FnOnce(&mut Host) + 'static) {
        self.github.advance(SignedDuration::from_hours(24));
        self.github.update(change);
    }
}

fn find<'a>(world: &'a mut Host, name: &str) -> &'a mut HostRepository {
    let full = |one: &HostRepository| format!("{}/{}", one.owner, one.name);
    let mut all = world.repositories.iter_mut();
    all.find(|one| full(one) == name).unwrap()
}

const CONFIG: [&str; 2] = ["--config", "linchpin.toml"];

#[test]
fn an_owner_gives_all_of_its_repositories_but_archived_ones_and_forks() {
    let place = Place::new(world());
    // Spelt in another case, and with one of another owner that is called like one of its own.
    let ran = place.run(&["--github", "ACME", "--github", "umbrella/tool"]);
    ran.ends_with(0);
    let names = place.repositories("all repositories");
    assert_eq!(
        names,
        [
            "acme/payments-api",
            "acme/payments-web",
            "acme/tool",
            "acme/widgets",
            "umbrella/tool"
        ]
    );
    assert_eq!(place.asked("OwnerRepositories").len(), 1);
    let line = place.pattern("ACME/*");
    let numbers = ["n_matched", "n_archived", "n_forks", "n_taken"].map(|key| line[key].clone());
    assert_eq!(numbers, [json!(6), json!(1), json!(1), json!(4)], "{line}");
    assert_eq!(line["completeness"], "complete");
    assert!(
        ran.err.contains("4 repositories, 1 archived, 1 fork"),
        "{}",
        ran.err
    );
    // A fork and an archived one are taken where they are named; a user has repositories, too.
    let place = Place::new(world());
    let these = [
        "--github",
        "ada",
        "--github",
        "acme/payments-old",
        "--github",
        "acme/payments-fork",
    ];
    place.run(&these).ends_with(0);
    let names = place.repositories("all repositories");
    assert_eq!(
        names,
        ["acme/payments-fork", "acme/payments-old", "ada/dotfiles"]
    );
}

#[test]
fn a_hundred_repositories_are_one_request() {
    let mut many = host(1);
    let all =
        (0..250).map(|k| repository("big", &format!("r{k:03}"), |one| one.is_archived = k > 2));
    many.repositories.extend(all);
    let place = Place::new(many);
    place.run(&["--github", "big"]).ends_with(0);
    let asked = place.asked("OwnerRepositories");
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].variables["first"], 100);
    assert_eq!(place.repositories("all repositories").len(), 3);
}

#[test]
fn a_register_names_repositories_by_glob_topic_and_team() {
    let check = |entries: &[&str], expected: &[&str]| {
        let place = Place::new(world());
        place.product(entries);
        let ran = place.run(&CONFIG);
        ran.ends_with(0);
        assert_eq!(
            place.repositories("p"),
            expected,
            "{entries:?}: {}",
            ran.err
        );
        // What was fetched is what the product has.
        let fetched: Vec<String> = place
            .asked("Repository")
            .iter()
            .map(|asked| format!("{}/{}", asked.variables["owner"], asked.variables["name"]))
            .map(|name| name.replace('"', ""))
            .collect();
        assert_eq!(fetched, expected, "{entries:?}");
    };
    check(
        &["acme/Payments-*"],
        &["acme/payments-api", "acme/payments-web"],
    );
    check(
        &["acme/payments-*", "!acme/payments-web", "umbrella/tool"],
        &["acme/payments-api", "umbrella/tool"],
    );
    check(
        &["topic:acme/payments"],
        &["acme/payments-api", "acme/tool"],
    );
    // One owner is named: its topic is meant.
    check(
        &["topic:payments", "acme/widgets"],
        &["acme/payments-api", "acme/tool", "acme/widgets"],
    );
    check(&["team:acme/core"], &["acme/payments-web"]);
    check(
        &["acme/*", "!topic:acme/payments"],
        &["acme/payments-web", "acme/widgets"],
    );
    check(
        &["acme/payments-*", "acme/payments-old"],
        &[
            "acme/payments-api",
            "acme/payments-old",
            "acme/payments-web",
        ],
    );
}

#[test]
fn whose_topic_is_meant_must_be_clear() {
    let place = Place::new(world());
    for (entries, said) in [
        (&["topic:payments"][..], "no owner is named"),
        (
            &["topic:payments", "acme/widgets", "umbrella/tool"],
            "acme, umbrella are named",
        ),
    ] {
        place.product(entries);
        let ran = place.run(&CONFIG);
        ran.is_refused(3, &["`topic:payments`", said, "`topic:"]);
    }
    assert_eq!(
        place.github.log().len(),
        0,
        "nothing is asked before it is clear"
    );
}

#[test]
fn what_matches_nothing_is_partial_data_and_said_with_the_next_step() {
    let check = |arguments: &[&str], entries: &[&str], said: &[&str], completeness: &str| {
        let place = Place::new(world());
        if !entries.is_empty() {
            place.product(entries);
        }
        let ran = place.run(arguments);
        assert_eq!(ran.code, 5, "{}", ran.err);
        for words in said {
            assert!(ran.err.contains(words), "{words}: {}", ran.err);
        }
        assert!(ran.err.contains("\nhint: "), "{}", ran.err);
        let quality = place.json("data_quality.json");
        assert_eq!(quality["partial"], true);
        assert_eq!(
            quality["patterns"][0]["completeness"], completeness,
            "{quality}"
        );
        let summary =
            fs::read_to_string(place.path().join("linchpin-report/team/summary.md")).unwrap();
        assert!(summary.contains("Partial data"), "{summary}");
    };
    check(
        &["--github", "nowhere"],
        &[],
        &["the owner `nowhere` does not exist or is not visible"],
        "not_found",
    );
    check(
        &["--github", "nobody"],
        &[],
        &["`nobody` has no repositories that this token sees"],
        "not_found",
    );
    check(
        &CONFIG,
        &["acme/payment-*", "acme/widgets"],
        &["none of the 6 repositories of `acme`"],
        "not_found",
    );
    check(
        &CONFIG,
        &["acme/payments-[of]*", "acme/widgets"],
        &["archived or forks"],
        "not_found",
    );
    check(
        &CONFIG,
        &["team:acme/none", "acme/widgets"],
        &["`acme` has no team `none`"],
        "not_found",
    );
    check(
        &CONFIG,
        &["team:nowhere/none", "acme/widgets"],
        &["has no team"],
        "not_found",
    );
}

#[test]
fn more_than_the_limit_is_refused_before_anything_is_fetched() {
    let place = Place::new(world());
    let ran = place.run(&["--github", "acme", "--max-repositories", "3"]);
    ran.is_refused(
        2,
        &[
            "`acme/*` matches more than 3 repositories",
            "--max-repositories",
        ],
    );
    assert!(place.asked("Repository").is_empty());
    place
        .run(&["--github", "acme", "--max-repositories", "4"])
        .ends_with(0);
    // Once it is known, growth beyond the limit leaves the list as it was, and says so.
    place.a_day_later(|world| world.repositories.push(repository("acme", "new", |_| {})));
    let ran = place.run(&["--github", "acme", "--max-repositories", "4"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("more repositories by now"), "{}", ran.err);
    assert_eq!(place.repositories("all repositories").len(), 4);
}

#[test]
fn a_repository_that_two_products_mean_is_refused() {
    let place = Place::new(world());
    place.register(
        "[[product]]\nname = \"a\"\nrepositories = [\"acme/payments-*\"]\n[[product]]\nname = \"b\"\nrepositories = [\"topic:acme/payments\"]\n",
    );
    let ran = place.run(&CONFIG);
    ran.is_refused(
        3,
        &[
            "`acme/payments-api` is in two products",
            "`!acme/payments-api`",
        ],
    );
    assert!(place.asked("Repository").is_empty());
}

#[test]
fn a_night_without_an_answer_is_over_the_repositories_of_the_night_before() {
    let place = Place::new(world());
    place.product(&["acme/payments-*"]);
    place.run(&CONFIG).ends_with(0);
    let before = place.repositories("p");
    let check = |fault: fn() -> Fault, code: i32, said: &[&str], completeness: &str| {
        place.a_day_later(|_| {});
        place.github.set_script(Some(Box::new(move |asked| {
            (asked.operation == "OwnerRepositories").then(fault)
        })));
        let ran = place.run(&CONFIG);
        place.github.set_script(None);
        assert_eq!(ran.code, code, "{}", ran.err);
        for words in said {
            assert!(ran.err.contains(words), "{words}: {}", ran.err);
        }
        assert_eq!(place.repositories("p"), before);
        let line = place.pattern("acme/payments-*");
        assert_eq!(line["completeness"], completeness, "{line}");
        assert!(line["reason"].as_str().unwrap().contains("stays"), "{line}");
        assert_eq!(line["n_taken"], 2);
    };
    let forbidden = || {
        Fault::Error(
            "FORBIDDEN",
            "Resource not accessible by personal access token",
        )
    };
    check(
        forbidden,
        5,
        &["the token may not read it", "stays"],
        "forbidden",
    );
    let saml = || {
        let message = "Resource protected by organization SAML enforcement. You must grant your token access.";
        Fault::Error("FORBIDDEN", message)
    };
    check(
        saml,
        5,
        &["GitHub says: Resource protected", "single sign-on"],
        "forbidden",
    );
    check(
        || Fault::Exhausted(7_200),
        6,
        &["rate limit is used up"],
        "rate_limited",
    );
    place.github.advance(SignedDuration::from_hours(3));
    let gone = || {
        Fault::Status(
            200,
            Vec::new(),
            r#"{"data": {"repositoryOwner": null, "rateLimit": null}}"#.to_owned(),
        )
    };
    check(gone, 5, &["does not exist or is not visible"], "not_found");
    // Then everything is as before.
    place.run(&CONFIG).ends_with(0);
    assert_eq!(place.pattern("acme/payments-*")["completeness"], "complete");
}

#[test]
fn without_the_network_the_last_list_holds_with_its_instant() {
    let place = Place::new(world());
    place.product(&["acme/payments-*"]);
    // Nothing was ever listed: that is said, and is no error.
    let ran = place.run(&["--offline", CONFIG[0], CONFIG[1]]);
    ran.ends_with(0);
    assert_eq!(place.pattern("acme/payments-*")["completeness"], "skipped");
    place.run(&CONFIG).ends_with(0);
    let n = place.github.log().len();
    place.run(&["--offline", CONFIG[0], CONFIG[1]]).ends_with(0);
    place
        .with_token(&["mine", CONFIG[0], CONFIG[1]], Some(TOKEN))
        .ends_with(0);
    let report = place.with_token(&["report", CONFIG[0], CONFIG[1]], None);
    report.ends_with(0);
    assert_eq!(place.github.log().len(), n);
    assert_eq!(
        place.repositories("p"),
        ["acme/payments-api", "acme/payments-web"]
    );
    let line = place.pattern("acme/payments-*");
    assert_eq!(line["completeness"], "complete");
    assert!(
        line["listed_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-01T12:00"),
        "{line}"
    );
    // Without a token, the same.
    let ran = place.with_token(&["run", CONFIG[0], CONFIG[1]], None);
    ran.ends_with(0);
    assert_eq!(
        place.repositories("p"),
        ["acme/payments-api", "acme/payments-web"]
    );
    // An exclusion needs no new list; another pattern does, and nothing is guessed for it.
    place.product(&["acme/payments-*", "!acme/payments-web"]);
    place.run(&["--offline", CONFIG[0], CONFIG[1]]).ends_with(0);
    assert_eq!(place.repositories("p"), ["acme/payments-api"]);
    place.product(&["topic:acme/payments"]);
    place.run(&["--offline", CONFIG[0], CONFIG[1]]).ends_with(0);
    let line = place.pattern("topic:acme/payments");
    assert_eq!(
        (&line["completeness"], &line["n_taken"]),
        (&json!("skipped"), &json!(0)),
        "{line}"
    );
}

#[test]
fn what_appears_is_renamed_or_leaves_is_said_and_is_in_diff() {
    let place = Place::new(world());
    place.product(&["acme/*"]);
    let run = |day: &str| {
        let url = place.github.base_url();
        let as_of = format!("--as-of={day}");
        let arguments = [
            "run",
            "--no-clone",
            CONFIG[0],
            CONFIG[1],
            &as_of,
            "--api-url",
            &url,
        ];
        ran_with(place.path(), &arguments, &[("GH_ENTERPRISE_TOKEN", TOKEN)])
    };
    run("2026-03-01").ends_with(0);
    place.a_day_later(|world| {
        world.repositories.push(repository("acme", "fresh", |_| {}));
        let renamed = find(world, "acme/tool");
        renamed.former_names.push("acme/tool".to_owned());
        renamed.name = "toolbox".to_owned();
        find(world, "acme/payments-api").is_archived = true;
        let moved = find(world, "acme/payments-web");
        moved.former_names.push("acme/payments-web".to_owned());
        moved.owner = "umbrella".to_owned();
    });
    let ran = run("2026-03-02");
    ran.ends_with(0);
    for said in [
        "`acme/fresh` appeared",
        "`acme/tool` is called `acme/toolbox` now",
        "`acme/payments-api` left: it is archived",
        "`acme/payments-web` left: it is `umbrella/payments-web` now",
    ] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    assert_eq!(
        place.repositories("p"),
        ["acme/fresh", "acme/toolbox", "acme/widgets"]
    );
    let diff = place.with_token(&["diff"], None);
    diff.ends_with(0);
    for said in [
        "p: acme/fresh appeared",
        "p: acme/tool is called acme/toolbox now",
        "p: acme/payments-api left: it is archived",
        "p: acme/payments-web left: it is `umbrella/payments-web` now",
    ] {
        assert!(diff.out.contains(said), "{said}: {}", diff.out);
    }
    let diff = place.with_token(&["diff", "--format", "json"], None);
    let diff: Value = serde_json::from_str(&diff.out).unwrap();
    let changes: Vec<&Value> = diff["repositories"].as_array().unwrap().iter().collect();
    let of = |change: &str| changes.iter().filter(|one| one["change"] == change).count();
    assert_eq!(
        (of("appeared"), of("renamed"), of("left")),
        (1, 1, 2),
        "{diff}"
    );
    // Renamed, it is the same repository: its facts did not double.
    let store =
        linchpin::store::Store::open(&place.path().join(".linchpin"), linchpin::store::Mode::Read)
            .unwrap();
    let entries = store.repositories();
    let boxes: Vec<_> = entries
        .iter()
        .filter(|entry| entry.name.contains("tool"))
        .collect();
    assert_eq!(boxes.len(), 1, "{entries:?}");
}

#[test]
fn what_github_no_longer_shows_stays_a_hole_until_somebody_leaves_it_out() {
    let place = Place::new(world());
    place.product(&["acme/payments-*", "acme/widgets"]);
    place.run(&CONFIG).ends_with(0);
    // Deleted, made private, or the token reads half of them: from outside it is all the same.
    place.a_day_later(|world| world.repositories.retain(|one| one.name != "payments-web"));
    for _ in 0..2 {
        let ran = place.run(&CONFIG);
        assert_eq!(ran.code, 5, "{}", ran.err);
        assert!(
            ran.err.contains("no longer shows `acme/payments-web`"),
            "{}",
            ran.err
        );
        assert_eq!(
            place.repositories("p"),
            ["acme/payments-api", "acme/payments-web", "acme/widgets"]
        );
        let line = place.pattern("acme/payments-*");
        assert_eq!(
            (&line["completeness"], &line["n_missing"]),
            (&json!("partial"), &json!(1)),
            "{line}"
        );
    }
    // The report alone says it as well, and the check of the register.
    let report = place.with_token(&["report", CONFIG[0], CONFIG[1]], None);
    assert_eq!(report.code, 5, "{}", report.err);
    let check = place.with_token(&["register", "check", CONFIG[0], CONFIG[1]], None);
    assert_eq!(check.code, 3, "{}", check.out);
    assert!(check.out.contains("`acme/payments-*` (p)"), "{}", check.out);
    // Whoever knows that it is gone leaves it out.
    place.product(&["acme/payments-*", "acme/widgets", "!acme/payments-web"]);
    place.run(&CONFIG).ends_with(0);
    assert_eq!(
        place.repositories("p"),
        ["acme/payments-api", "acme/widgets"]
    );
}

#[test]
fn what_a_pattern_takes_and_nobody_read_is_a_hole_until_it_is_read() {
    let place = Place::new(world());
    place.product(&["acme/*", "!acme/tool"]);
    place.run(&CONFIG).ends_with(0);
    // The list knows it, the store has nothing of it: the figures would be of three of four.
    place.product(&["acme/*"]);
    let report = [&["report"][..], &CONFIG].concat();
    let offline = [&["run", "--offline"][..], &CONFIG].concat();
    for command in [&offline, &report] {
        let ran = place.with_token(command, None);
        assert_eq!(ran.code, 5, "{command:?}: {}", ran.err);
        let line = place.pattern("acme/*");
        assert_eq!(line["completeness"], "partial", "{line}");
        assert_eq!(
            line["reason"],
            "of 4 repositories that it takes, nothing of `acme/tool` was read"
        );
    }
    let check = [&["register", "check"][..], &CONFIG].concat();
    let check = place.with_token(&check, None);
    assert_eq!(check.code, 3, "{}", check.out);
    assert_eq!(check.out.matches("acme/tool").count(), 1, "{}", check.out);
    assert_eq!(check.out.lines().count(), 1, "{}", check.out);
    place.run(&CONFIG).ends_with(0);
    assert_eq!(place.pattern("acme/*")["completeness"], "complete");
}

#[test]
fn an_emptied_repository_stays_and_one_that_takes_the_name_of_a_deleted_one_is_another() {
    let place = Place::new(world());
    place.product(&["acme/*"]);
    place.run(&CONFIG).ends_with(0);
    let before = place.repositories("p");
    place.a_day_later(|world| {
        find(world, "acme/tool").default_branch = None;
        let again = find(world, "acme/payments-web");
        (again.node, again.database_id) = ("R_again".to_owned(), 4_711);
    });
    let ran = place.run(&CONFIG);
    ran.ends_with(0);
    assert_eq!(place.repositories("p"), before);
    let said = "`acme/payments-web` left: another repository has its name";
    assert!(ran.err.contains(said), "{}", ran.err);
    let line = place.pattern("acme/*");
    assert_eq!(
        (&line["n_taken"], &line["n_missing"]),
        (&json!(4), &json!(0))
    );
}

#[test]
fn a_token_that_sees_half_of_a_list_does_not_halve_the_figures() {
    let place = Place::new(world());
    place.product(&["acme/*"]);
    place.run(&CONFIG).ends_with(0);
    let before = place.repositories("p");
    assert_eq!(before.len(), 4);
    place.a_day_later(|_| {});
    // As GitHub hides them: null in the list, and null where they are asked for.
    place.github.set_script(Some(Box::new(|asked| {
        let rate = json!({"limit": 5000, "cost": 1, "remaining": 4000, "resetAt": NOW});
        let forbidden = |path: Value| json!({"type": "FORBIDDEN", "path": path, "message": "Resource not accessible by personal access token"});
        match asked.operation.as_str() {
            "OwnerRepositories" => {
                let nodes: Vec<Value> = (0..6).map(|_| Value::Null).collect();
                let list = json!({"totalCount": 6, "pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
                let owner = json!({"__typename": "Organization", "login": "acme", "repositories": list});
                let body = json!({"data": {"repositoryOwner": owner, "rateLimit": rate}, "errors": [forbidden(json!(["repositoryOwner", "repositories", "nodes", 0]))]});
                Some(Fault::Status(200, Vec::new(), body.to_string()))
            }
            "RepositoriesById" => {
                let nodes: Vec<Value> = asked.variables["ids"].as_array().unwrap().iter().map(|_| Value::Null).collect();
                let body = json!({"data": {"nodes": nodes, "rateLimit": rate}, "errors": [forbidden(json!(["nodes", 0]))]});
                Some(Fault::Status(200, Vec::new(), body.to_string()))
            }
            _ => None,
        }
    })));
    let ran = place.run(&CONFIG);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(
        ran.err.contains("may not see 6 of 6 repositories"),
        "{}",
        ran.err
    );
    assert_eq!(place.repositories("p"), before);
    place.github.set_script(None);
    place.run(&CONFIG).ends_with(0);
    assert_eq!(place.pattern("acme/*")["n_missing"], 0);
}

#[test]
fn counts_that_the_token_may_not_read_keep_no_repository_out() {
    let place = Place::new(world());
    place.github.set_script(Some(Box::new(|asked| {
        let counts = asked.variables["counts"] == true;
        (asked.operation == "OwnerRepositories" && counts).then(|| {
            let list = json!({"totalCount": 1, "pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [null]});
            let owner = json!({"__typename": "Organization", "login": "acme", "repositories": list});
            let path = json!(["repositoryOwner", "repositories", "nodes", 0, "pullRequests"]);
            let error = json!({"type": "FORBIDDEN", "path": path, "message": "Resource not accessible by personal access token"});
            let body = json!({"data": {"repositoryOwner": owner, "rateLimit": null}, "errors": [error]});
            Fault::Status(200, Vec::new(), body.to_string())
        })
    })));
    place.run(&["--github", "acme"]).ends_with(0);
    assert_eq!(place.repositories("all repositories").len(), 4);
    assert_eq!(place.asked("OwnerRepositories").len(), 2);
}

#[test]
fn a_list_that_is_too_much_to_answer_is_asked_for_in_smaller_pages() {
    let place = Place::new(world());
    place.github.set_script(Some(Box::new(|asked| {
        let first = asked.variables["first"].as_u64().unwrap_or(0);
        (asked.operation == "OwnerRepositories" && first > 3)
            .then(|| Fault::Status(502, Vec::new(), "<html>Bad gateway</html>".to_owned()))
    })));
    place.run(&["--github", "acme"]).ends_with(0);
    assert_eq!(place.repositories("all repositories").len(), 4);
}

#[test]
fn a_team_that_the_token_has_no_scope_for_is_a_hole_with_the_scope() {
    let mut world = world();
    world.teams.push(HostTeam {
        organisation: "acme".to_owned(),
        slug: "payments".to_owned(),
        node: "T_payments".to_owned(),
        members: Vec::new(),
    });
    let place = Place::new(world);
    place.product(&["team:acme/payments", "acme/widgets"]);
    place.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "TeamRepositories").then_some(Fault::Error(
            "INSUFFICIENT_SCOPES",
            "Your token has not been granted the required scopes to execute this query. The 'team' field requires one of the following scopes: ['read:org'], but your token has only been granted the: ['repo'] scopes.",
        ))
    })));
    let ran = place.run(&CONFIG);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("read:org"), "{}", ran.err);
    assert_eq!(place.repositories("p"), ["acme/widgets"]);
}

#[test]
fn a_register_in_a_clone_does_not_choose_which_owner_the_token_lists() {
    let github = FakeGitHub::start(world(), Faults::none(at(NOW))).unwrap();
    let url = github.base_url();
    let clone = fixture();
    let text = "[[product]]\nname = \"p\"\nrepositories = [\"acme/widgets\", \"umbrella/*\", \"acme/pay*\", \"team:acme/core\"]\n";
    fs::write(clone.path().join("linchpin.toml"), text).unwrap();
    let run = |more: &[&str]| {
        let before = github.log().len();
        let mut arguments = vec!["run", "--no-clone", "--api-url", &url, AS_OF];
        arguments.extend(more);
        let ran = ran_with(
            clone.path(),
            &arguments,
            &[("GH_ENTERPRISE_TOKEN", "token")],
        );
        let log = github.log();
        let lists: Vec<String> = log[before..]
            .iter()
            .filter(|asked| asked.operation.ends_with("Repositories"))
            .map(|asked| asked.variables["login"].as_str().unwrap().to_owned())
            .collect();
        (ran, lists)
    };
    let (ran, lists) = run(&["--github", "acme/widgets"]);
    assert_eq!(lists, [""; 0]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("`umbrella/*` and 2 more"), "{}", ran.err);
    assert!(
        ran.err.contains("not fetched with your token"),
        "{}",
        ran.err
    );
    // The owner that the reader names is listed, and what the register says of it follows from that list.
    let (ran, lists) = run(&["--github", "acme"]);
    assert_eq!(lists, ["acme"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("`umbrella/*` and 1 more"), "{}", ran.err);
    // Given by hand, it is trusted.
    let (ran, lists) = run(&["--config", "linchpin.toml"]);
    assert_eq!(lists, ["acme", "umbrella", "acme"]);
    ran.ends_with(0);
}

#[test]
fn a_clone_of_a_fork_is_paired_with_the_owner_that_is_named() {
    let github = FakeGitHub::start(world(), Faults::none(at(NOW))).unwrap();
    let clone = fixture();
    for (remote, owner) in [("origin", "ada"), ("upstream", "acme")] {
        let url = format!("https://github.com/{owner}/widgets");
        clone.git(&["remote", "add", remote, &url]);
    }
    let url = github.base_url();
    let arguments = [
        "run",
        "--no-clone",
        "--api-url",
        &url,
        AS_OF,
        "--github",
        "acme",
    ];
    let ran = ran_with(
        clone.path(),
        &arguments,
        &[("GH_ENTERPRISE_TOKEN", "token")],
    );
    ran.ends_with(0);
    let log = github.log();
    let of_ada = log.iter().filter(|asked| asked.variables["owner"] == "ada");
    assert_eq!(of_ada.count(), 0, "{}", ran.err);
}

#[test]
fn doctor_says_what_an_owner_costs_before_anything_is_fetched() {
    let place = Place::new(world());
    place.product(&["acme/*", "!acme/tool", "acme/none-*"]);
    let doctor = |arguments: &[&str]| {
        let all = [&["doctor"], arguments].concat();
        place.with_token(&all, Some(TOKEN))
    };
    let ran = doctor(&CONFIG);
    assert_eq!(ran.code, 5, "{}", ran.err);
    for said in [
        "`acme/*` (p): 3 repositories, 1 archived, 1 fork, 1 left out with `!`",
        "`acme/none-*` (p): 0 repositories; none of the 6 repositories of `acme` matches it",
        "first fetch",
        "3 repositories: at least about",
        "1 minute",
        "12 pull requests, 3 issues",
        "MB for the histories",
        // One of them is looked at more closely.
        "repository       acme/widgets",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    assert!(
        !place.path().join(".linchpin").exists(),
        "doctor writes nothing"
    );
    let asked: usize = place.asked("Repository").len();
    assert_eq!(asked, 1);
    // Offline it says what it knows.
    place.run(&CONFIG);
    let ran = doctor(&["--offline", CONFIG[0], CONFIG[1]]);
    assert!(
        ran.out.contains("`acme/*` (p): 3 repositories"),
        "{}",
        ran.out
    );
}

#[test]
fn what_the_command_line_named_once_is_not_asked_about_for_ever() {
    let place = Place::new(world());
    assert_eq!(place.run(&["--github", "nowhere"]).code, 5);
    place.run(&["--github", "acme/widgets"]).ends_with(0);
    let quality = place.json("data_quality.json");
    assert!(quality.get("patterns").is_none(), "{quality}");
    place.with_token(&["report"], None).ends_with(0);
}

#[test]
fn init_writes_what_was_named() {
    let place = Place::new(world());
    let ran = place.with_token(
        &[
            "init",
            "--offline",
            "--github",
            "acme",
            "--github",
            "!acme/tool",
        ],
        None,
    );
    ran.ends_with(0);
    let text = fs::read_to_string(place.path().join("linchpin.toml")).unwrap();
    assert!(
        text.contains("repositories = [\"acme/*\", \"!acme/tool\"]"),
        "{text}"
    );
    assert!(text.contains("name = \"acme\""), "{text}");
}
