//! Which repository on which server is meant: remotes of every kind, forks, old names, the servers of runners.

use std::fs;

use linchpin::demo::fake::{FakeGitHub, Faults};
use serde_json::Value;

use crate::cli::{fixture, ran, ran_with};
use crate::git_fixture::git_in;
use crate::github::{NOW, at, host};

#[test]
fn a_remote_that_is_not_read_is_named_with_the_step_that_has_it_read() {
    let check = |remotes: &[(&str, &str)], said: &[&str], not_said: &[&str]| {
        let fixture = fixture();
        for (name, url) in remotes {
            fixture.git(&["config", &format!("remote.{name}.url"), url]);
        }
        let doctor = ran(fixture.path(), &["doctor", "--offline"]);
        for word in said {
            assert!(doctor.out.contains(word), "{remotes:?}: {}", doctor.out);
        }
        for word in not_said {
            assert!(!doctor.out.contains(word), "{remotes:?}: {}", doctor.out);
        }
    };
    check(&[], &["no remote"], &[]);
    // An alias of ssh, and a server of one's own: both are told, with both ways out.
    for host in ["github.com-work", "ghes.acme.example"] {
        let url = format!("git@{host}:acme/widgets.git");
        let said = [
            &format!("`acme/widgets` on `{host}`"),
            "`--github acme/widgets`",
            &format!("`--api-url https://{host}/api/v3`"),
        ];
        check(&[("origin", &url)], &said, &["no remote"]);
    }
    let github = "https://github.com/acme/widgets";
    check(
        &[("github", github)],
        &["not asked: --offline"],
        &["no remote"],
    );
    let fork = ("origin", "https://github.com/ada/widgets");
    let told = "remote `upstream` is `acme/widgets`";
    check(
        &[fork, ("upstream", github)],
        &[told, "`--github acme/widgets`"],
        &[],
    );
    // Another server's remote beside one that is read is nobody's question.
    let mirror = ("mirror", "https://gitlab.example/acme/widgets");
    check(&[("origin", github), mirror], &[], &["gitlab.example"]);
    // Nothing that a clone's configuration holds reaches the terminal as it is.
    let odd = [("x\u{1b}[31m", "git@host:acme/widgets.git")];
    check(&odd, &["acme/widgets"], &["\u{1b}"]);
}

fn metric(directory: &std::path::Path, id: &str) -> Value {
    let text = fs::read(directory.join("linchpin-report/team/metrics.json")).unwrap();
    let metrics: Value = serde_json::from_slice(&text).unwrap();
    let mut all = metrics["metrics"].as_array().unwrap().iter();
    let is_it = |cell: &&Value| cell["id"] == id && cell["bucket"].is_null();
    all.find(is_it).unwrap().clone()
}

const AS_OF: &str = "--as-of=2026-03-01";

#[test]
fn a_clone_of_a_fork_measures_the_base() {
    let check = |resolved: bool, more: &[&str]| {
        let github = FakeGitHub::start(host(12), Faults::none(at(NOW))).unwrap();
        let fixture = fixture();
        let url = github.base_url();
        fixture.git(&["remote", "add", "origin", "https://github.com/ada/widgets"]);
        fixture.git(&[
            "remote",
            "add",
            "upstream",
            "https://github.com/acme/widgets",
        ]);
        if resolved {
            fixture.git(&["config", "remote.upstream.gh-resolved", "base"]);
        }
        let mut arguments = vec!["run", "--api-url", &url, "--since=2024-01-01", AS_OF];
        arguments.extend(more);
        let token = [("GH_ENTERPRISE_TOKEN", "token")];
        let ran = ran_with(fixture.path(), &arguments, &token);
        (metric(fixture.path(), "flow.cycle_time"), ran.err)
    };
    for (cycle_time, said) in [
        check(true, &[]),
        check(false, &["--github", "acme/widgets"]),
    ] {
        assert!(cycle_time["n"].as_u64().unwrap() > 0, "{cycle_time} {said}");
    }
    // Without a hint the fork is what is asked for, and that is said.
    let (cycle_time, said) = check(false, &[]);
    assert!(cycle_time["n"].is_null(), "{cycle_time}");
    assert!(
        said.contains("remote `upstream` is `acme/widgets`"),
        "{said}"
    );
}

#[test]
fn a_register_with_a_repositorys_old_name_keeps_its_figures() {
    let github = FakeGitHub::start(host(12), Faults::none(at(NOW))).unwrap();
    let fixture = fixture();
    fixture.git(&["remote", "add", "origin", "https://github.com/acme/widgets"]);
    let register = "[[product]]\nname = \"w\"\nrepositories = [\"acme/widgets\"]\n\n[[area]]\nname = \"core\"\nrepository = \"acme/widgets\"\npaths = [\"core/**\"]\n";
    fs::write(fixture.path().join("team.toml"), register).unwrap();
    let url = github.base_url();
    let run = || {
        let arguments = [
            "run",
            "--api-url",
            &url,
            "--config",
            "team.toml",
            "--since=2024-01-01",
            AS_OF,
        ];
        let token = [("GH_ENTERPRISE_TOKEN", "token")];
        let ran = ran_with(fixture.path(), &arguments, &token);
        let of = |id: &str| metric(fixture.path(), id)["n"].clone();
        (of("flow.cycle_time"), of("knowledge.truck_factor"), ran.err)
    };
    let before = run();
    assert!(
        before.0.as_u64().unwrap() > 0 && before.1.as_u64().unwrap() > 0,
        "{before:?}"
    );
    github.update(|host| {
        let repository = &mut host.repositories[0];
        repository.former_names.push("acme/widgets".into());
        (repository.owner, repository.name) = ("newco".into(), "gadgets".into());
    });
    for names in [
        "\"acme/widgets\"",
        "\"newco/gadgets\"",
        "\"acme/widgets\", \"newco/gadgets\"",
    ] {
        let register = register.replacen("\"acme/widgets\"", names, 1);
        fs::write(fixture.path().join("team.toml"), register).unwrap();
        let after = run();
        assert_eq!(
            (&after.0, &after.1),
            (&before.0, &before.1),
            "{names}: {}",
            after.2
        );
    }
    // Another repository takes the old name: then that one is meant.
    github.update(|host| {
        let mut other = host.repositories[0].clone();
        (other.owner, other.name) = ("acme".into(), "widgets".into());
        (other.node, other.database_id) = ("R_other".into(), 99);
        other.former_names.clear();
        other.pull_requests.clear();
        host.repositories[0].former_names.clear();
        host.repositories.push(other);
    });
    fs::write(fixture.path().join("team.toml"), register).unwrap();
    let after = run();
    assert_ne!(after.0, before.0, "{}", after.2);
}

#[test]
fn a_clone_that_gets_a_remote_is_the_repository_that_it_was() {
    let github = FakeGitHub::start(host(12), Faults::none(at(NOW))).unwrap();
    let fixture = fixture();
    let run = |arguments: &[&str]| {
        let arguments = [&["run", "--since=2024-01-01", AS_OF], arguments].concat();
        let token = [("GH_ENTERPRISE_TOKEN", "token")];
        let ran = ran_with(fixture.path(), &arguments, &token);
        let file = fs::read(fixture.path().join(".linchpin/repositories.json")).unwrap();
        let known: Value = serde_json::from_slice(&file).unwrap();
        let names = known.as_array().unwrap().iter();
        let names: Vec<String> = names.map(|one| one["name"].to_string()).collect();
        assert!(!ran.err.contains("no clone was mined"), "{}", ran.err);
        (names, metric(fixture.path(), "knowledge.truck_factor"))
    };
    let (before, figure) = run(&["--offline"]);
    assert_eq!(before.len(), 1);
    fixture.git(&["remote", "add", "origin", "https://github.com/acme/widgets"]);
    let (named, same) = run(&["--offline"]);
    assert_eq!(
        (named, &same["n"]),
        (vec!["\"acme/widgets\"".to_owned()], &figure["n"])
    );
    let (asked, _) = run(&["--api-url", &github.base_url()]);
    assert_eq!(asked, ["\"acme/widgets\""]);
    // Its directory's name is nobody's now: another clone that lies in one of that name is another repository.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join(fixture.path().file_name().unwrap());
    fixture.git(&["clone", "--quiet", ".", &other.display().to_string()]);
    git_in(&other, &["remote", "remove", "origin"]);
    let theirs =
        "-c user.name=Ada -c user.email=ada@acme.example commit --quiet --allow-empty -m Theirs";
    git_in(&other, &theirs.split(' ').collect::<Vec<_>>());
    let place = other.display().to_string();
    let (both, _) = run(&["--offline", "--repo", ".", "--repo", &place]);
    assert_eq!(both.len(), 2, "{both:?}");
}

#[test]
fn without_the_network_the_server_is_the_one_that_was_asked() {
    let github = FakeGitHub::start(host(12), Faults::none(at(NOW))).unwrap();
    let fixture = fixture();
    fixture.git(&[
        "remote",
        "add",
        "origin",
        "https://ghes.acme.example/acme/widgets",
    ]);
    let url = github.base_url();
    let run = |arguments: &[&str]| {
        let arguments = [&["run", "--since=2024-01-01", AS_OF], arguments].concat();
        let token = [("GH_ENTERPRISE_TOKEN", "token")];
        let ran = ran_with(fixture.path(), &arguments, &token);
        let of = |id: &str| metric(fixture.path(), id)["n"].clone();
        (of("flow.cycle_time"), of("knowledge.truck_factor"), ran.err)
    };
    let asked = run(&["--api-url", &url]);
    assert!(
        asked.0.as_u64().unwrap() > 0 && asked.1.as_u64().unwrap() > 0,
        "{asked:?}"
    );
    let page = || {
        fs::read_to_string(
            fixture
                .path()
                .join("linchpin-report/team/acme-widgets.html"),
        )
    };
    let before = page().unwrap();
    let offline = run(&["--offline"]);
    assert_eq!(
        (&asked.0, &asked.1),
        (&offline.0, &offline.1),
        "{offline:?}"
    );
    assert_eq!(page().unwrap(), before);
    // What is named goes before what is remembered: to github.com the clone is another repository.
    let elsewhere = run(&["--offline", "--api-url", "https://api.github.com"]);
    assert!(elsewhere.2.contains("mined "), "{elsewhere:?}");
}

#[test]
fn the_token_of_a_runner_is_for_the_runners_own_server() {
    let github = FakeGitHub::start(host(2), Faults::none(at(NOW))).unwrap();
    let url = github.base_url();
    let n_asked = |variables: &[(&str, &str)]| {
        let fixture = fixture();
        fixture.git(&[
            "remote",
            "add",
            "origin",
            "https://ghes.acme.example/acme/widgets",
        ]);
        let before = github.log().len();
        let ran = ran_with(fixture.path(), &["run", AS_OF], variables);
        assert!(ran.code == 0 || ran.code == 5, "{}", ran.err);
        github.log().len() - before
    };
    let server = ("GITHUB_API_URL", url.as_str());
    let runner = ("GITHUB_ACTIONS", "true");
    assert!(n_asked(&[server, runner, ("GITHUB_TOKEN", "x")]) > 0);
    assert!(n_asked(&[server, runner, ("GH_TOKEN", "x")]) > 0);
    // On a desk such a token is most likely for github.com.
    assert_eq!(n_asked(&[server, ("GITHUB_TOKEN", "x")]), 0);
    assert_eq!(
        n_asked(&[server, ("GITHUB_ACTIONS", "false"), ("GH_TOKEN", "x")]),
        0
    );
}
