//! What is printed into a terminal or a CI log: no name, title or path in it is a workflow command, and no secret stands in it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use linchpin::demo::fake::{FakeGitHub, Faults};

use crate::git_fixture::Fixture;
use crate::github::{NOW, at, host};

/// Texts that a runner or a terminal would obey, as they may stand in names, subjects and paths.
const TEXTS: [&str; 7] = [
    "::error title=x::pwned",
    "\u{a0} ::add-mask::e",
    "##[add-mask]a",
    "x ###[set-env name=A]b",
    "##vso[task.complete result=Failed]",
    "\u{1b}[31mred\u{9b}31m\u{202e}::stop-commands::x",
    "a\u{85}::warning::b\u{2028}::notice::c",
];

const SECRET: &str = "ghp_ThisMustNeverBePrinted0123456789abcd";

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

#[track_caller]
fn said(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("GH_TOKEN", SECRET)
        .env("GH_ENTERPRISE_TOKEN", SECRET)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    for text in [&said.out, &said.err] {
        is_harmless(text, arguments);
    }
    said
}

#[track_caller]
fn is_harmless(text: &str, by: &[&str]) {
    for line in text.split(['\n', '\r']) {
        assert!(!line.trim_start().starts_with("::"), "{by:?}: {line}");
    }
    for command in ["##[", "##vso[", SECRET] {
        assert!(!text.contains(command), "{by:?}: {text}");
    }
    let is_treacherous = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(is_treacherous), "{by:?}: {text:?}");
}

/// A clone whose people, paths and subjects bear the texts, with a register that does too.
fn hostile() -> Fixture {
    let mut f = Fixture::new();
    let mut register = String::new();
    for (at, text) in TEXTS.into_iter().enumerate() {
        for n in 0..3 {
            f.write(
                &format!("{}/f{n}", text.replace('/', "-")),
                "x\n".repeat(n + 1),
            );
            let author = format!("{text} <eve{at}{n}@acme.example>");
            f.commit_as(&author, &format!("{text} {n}"));
        }
        // A TOML string knows the escapes of a JSON string; JSON leaves the upper controls as they are.
        let quoted = serde_json::to_string(text).unwrap();
        let quoted = quoted
            .replace('\u{9b}', "\\u009b")
            .replace('\u{85}', "\\u0085");
        let _ = write!(
            register,
            "[[area]]\nname = {quoted}\npaths = [\"*{at}/**\", \"**/f1\"]\n[[product]]\nname = {quoted}\nrepositories = [\"acme/w{at}\"]\n\
             [[accepted]]\nmetric = \"knowledge.silos\"\nreason = {quoted}\nuntil = \"2030-01-01\"\n"
        );
    }
    f.git(&["remote", "add", "origin", "https://github.com/acme/w0.git"]);
    register.push_str("[[agreements.limit]]\nmetric = \"knowledge.silos\"\nat_most = 0\n");
    f.write("src/new", "x\n");
    f.commit_as("Ada <ada@acme.example>", TEXTS[0]);
    std::fs::write(f.path().join("linchpin.toml"), register).unwrap();
    f
}

#[test]
fn no_line_of_any_command_is_a_workflow_command() {
    let f = hostile();
    let here = f.path();
    let print = |arguments: &[&str]| said(here, arguments, &[]);
    let first = print(&["run", "--offline", "--as-of", "2024-02-01"]);
    assert!(matches!(first.code, Some(0 | 5)), "{}", first.err);
    f.git(&["commit", "-q", "--allow-empty", "-m", TEXTS[2]]);
    print(&[
        "run",
        "--offline",
        "--as-of",
        "2024-02-02",
        "--progress",
        "plain",
    ]);
    let times = ["--as-of", "2024-02-02"];
    for format in ["table", "markdown", "csv", "json"] {
        for metric in [
            "knowledge.silos",
            "ownership.share",
            "knowledge.files_at_risk",
        ] {
            let found = print(&[&["explain", metric, "--format", format], &times[..]].concat());
            assert_eq!(found.code, Some(0), "{}", found.err);
            if format == "json" {
                let read: serde_json::Value = serde_json::from_str(&found.out).unwrap();
                let words = read.to_string();
                // The value is what it was: only its spelling is harmless.
                assert!(
                    metric != "knowledge.files_at_risk" || words.contains("##[add-mask]"),
                    "{words}"
                );
            }
        }
        print(&[&["check", "--format", format], &times[..]].concat());
        print(&["diff", "--format", format]);
        print(&["summary", "--format", format]);
        print(&["identity", "--all", "--limit", "0", "--format", format]);
        print(&["doctor", "--offline", "--format", format]);
        print(&["register", "check", "--format", format]);
        print(&["explain", "list", "--format", format]);
        print(&["verify", "linchpin.toml", "--format", format]);
    }
    let map = print(&["identity", "--export-mailmap"]);
    assert!(
        map.out
            .lines()
            .all(|line| line.contains('<') && line.ends_with('>')),
        "{}",
        map.out
    );
    print(&["identity"]);
    print(&["lead"]);
    print(&["person", "eve01@acme.example"]);
    print(&["export", "--format", "json", "--out", "json"]);
    print(&["doctor", "--offline"]);
    for text in TEXTS {
        for arguments in [
            &["person", text][..],
            &["follow-up", text],
            &["explain", text],
            &["explain", "ownership.share", "--scope", text],
            &["explain", "ownership.share", "--person", text],
            &["explain", "ownership.share", "--bucket", text],
            &["diff", text, text],
            &["export", "--table", text],
            &["mine", "--repo", text],
            &["mine", "--config", text],
            &["run", "--github", text],
            &["run", "--api-url", text],
            &["run", "--since", text],
            &["demo", "--without", text],
            &[text],
            &["run", text],
            &["run", &format!("--{text}")],
        ] {
            print(arguments);
        }
    }
    // The paths that are printed as data.
    print(&["report", "--out", TEXTS[2], "--as-of", "2024-02-02"]);
    print(&["person", "eve01@acme.example", "--out", TEXTS[0]]);
}

#[test]
fn a_register_that_init_makes_of_hostile_names_is_harmless_and_read_back() {
    for text in TEXTS {
        let mut world = host(3);
        let repository = &mut world.repositories[0];
        repository.pull_requests[0]
            .labels
            .push(format!("incident {text}"));
        for deployment in &mut repository.deployments {
            deployment.environment = text.to_owned();
        }
        let github = FakeGitHub::start(world, Faults::none(at(NOW))).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let url = github.base_url();
        let places = ["--github", "acme/widgets", "--api-url", &url];
        let made = said(directory.path(), &[&["init"], &places[..]].concat(), &[]);
        assert_eq!(made.code, Some(0), "{}", made.err);
        let register = std::fs::read_to_string(directory.path().join("linchpin.toml")).unwrap();
        is_harmless(&register, &["init"]);
        assert!(
            toml::from_str::<toml::Table>(&register).is_ok(),
            "{register}"
        );
        said(directory.path(), &[&["doctor"], &places[..]].concat(), &[]);
    }
}

#[test]
fn credentials_in_an_address_are_in_no_output_and_no_file() {
    for url in [
        "https://user:s3cret-password@127.0.0.1:1/api/v3",
        "https://s3cret-password@127.0.0.1:1/api/v3",
        "https://127.0.0.1:1/api/v3?access_token=s3cret-password",
        "https://127.0.0.1:1/api/v3#s3cret-password",
        "http://git.example/ghp_s3cret0password0of0nobody0at0all00000",
        "http:\\\\127.0.0.1/x://user:s3cret-password@api.github.com",
        "user:s3cret-password@api.github.com",
    ] {
        let directory = tempfile::tempdir().unwrap();
        for command in ["fetch", "doctor", "run", "init"] {
            for arguments in [
                &[command, "--github", "acme/widgets", "--api-url", url][..],
                &[command, "--github", "acme/widgets"],
                &[command, "--help"],
                &[command, "--no-such-option"],
            ] {
                let said = said(directory.path(), arguments, &[("GITHUB_API_URL", url)]);
                let all = said.out + &said.err;
                assert!(!all.contains("s3cret"), "{arguments:?}: {all}");
                if !arguments.contains(&"--help") {
                    assert_eq!(said.code, Some(2), "{all}");
                }
            }
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn the_token_of_github_com_goes_to_github_com_alone() {
    let github = FakeGitHub::start(host(3), Faults::none(at(NOW))).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let base = github.base_url();
    let authority = base.trim_start_matches("http://");
    for url in [
        format!("http:\\\\{authority}/x://api.github.com"),
        format!("http:{authority}/://api.github.com"),
        format!("http://{authority}\\@api.github.com"),
        format!("http://{authority}/://api.github.com"),
        format!("http://api.github.com@{authority}"),
        base.clone(),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["fetch", "--github", "acme/widgets", "--api-url", &url])
            .current_dir(directory.path())
            .env_clear()
            .env("GITHUB_TOKEN", SECRET)
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(2 | 4)), "{url}");
    }
    assert_eq!(github.log(), [], "nobody but github.com was asked");
}
