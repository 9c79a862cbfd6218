//! What a reader sees at the end of a run and of any command that answers: in a dozen lines, in the form and the number that was
//! asked for, with commands that can be pasted; and what lies at a clone's root is found from below.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::{AS_OF, Ran, fixture, ran, ran_with};
use crate::git_fixture::Fixture;

/// Three people in two areas: figures of fewer are withheld.
fn team() -> Fixture {
    let mut fixture = Fixture::new();
    for (at, name) in ["ada", "bo", "cem", "ada", "bo", "cem"].iter().enumerate() {
        fixture.write(&format!("core/{at}.txt"), "x\n".repeat(at + 3));
        fixture.write("web/c.txt", "y\n".repeat(at + 3));
        fixture.commit_as(&format!("{name} <{name}@acme.example>"), "Change");
    }
    fixture
}

/// The words after a title at a line's start.
#[track_caller]
fn after<'a>(out: &'a str, title: &str) -> &'a str {
    let mut lines = out.lines();
    let found = lines.find_map(|line| line.strip_prefix(title));
    found
        .unwrap_or_else(|| panic!("no `{title}` in: {out}"))
        .trim_start()
}

/// Runs what was printed, in the directory where it was printed.
#[track_caller]
fn pasted(directory: &Path, command: &str) -> Ran {
    let words = shlex::split(command).unwrap();
    let (program, arguments) = words.split_first().unwrap();
    assert_eq!(program, "linchpin");
    ran(
        directory,
        &arguments.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

#[test]
fn a_run_ends_with_what_it_found_and_summary_says_it_again_from_the_files_alone() {
    let fixture = team();
    let here = fixture.path();
    let run = ran(here, &["run", AS_OF, "--since=30d"]);
    let out = &run.ends_with(0).out;
    assert!(
        out.starts_with(
            "Engineering health: 2024-01-02 to 2024-02-01 (UTC), as of 2024-02-01 00:00\n"
        ),
        "{out}"
    );
    assert!(after(out, "not read").contains("→"), "{out}");
    assert!(after(out, "page").starts_with("file:///"), "{out}");
    assert!((7..=20).contains(&out.lines().count()), "{out}");
    assert_eq!(
        ran(here, &["report", AS_OF, "--since=30d"])
            .ends_with(0)
            .out,
        *out
    );
    // The file alone is read: neither the store nor the clone.
    fs::rename(here.join(".linchpin"), here.join("elsewhere")).unwrap();
    fs::rename(here.join(".git"), here.join("git")).unwrap();
    let told = ran(here, &["summary", AS_OF, "--since=30d"]);
    assert_eq!(told.ends_with(0).out, *out);
    assert_eq!(told.err, "");
    let again = ran(here, &["summary"]);
    let without_next = |out: &str| {
        let lines = out.lines().filter(|line| !line.starts_with("next "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_next(&again.ends_with(0).out), without_next(out));
    // Without a time of its own it asks of the report's.
    assert!(
        after(&again.out, "next").contains("--as-of 2024-02-01T00:00:00Z"),
        "{}",
        again.out
    );
}

#[test]
fn a_summary_has_every_form() {
    let fixture = fixture();
    let here = fixture.path();
    ran(here, &["run", AS_OF]).ends_with(0);
    let form = |form: &str| {
        ran(here, &["summary", "--format", form])
            .ends_with(0)
            .out
            .clone()
    };
    let read =
        |name: &str| fs::read_to_string(here.join("linchpin-report/team").join(name)).unwrap();
    assert_eq!(form("json"), read("summary.json"));
    assert_eq!(form("markdown"), read("summary.md"));
    assert!(form("csv").starts_with("product,figure,now,n,before,n,change,months\n"));
    let file: Value = serde_json::from_str(&form("json")).unwrap();
    assert_eq!(file["as_of"], "2024-02-01T00:00:00Z");
}

#[test]
fn without_a_report_there_is_no_summary_and_the_step_is_said() {
    let place = tempfile::tempdir().unwrap();
    ran(place.path(), &["summary"]).is_refused(2, &["linchpin-report/team", "linchpin run"]);
    let fixture = fixture();
    let run = ran(fixture.path(), &["run", AS_OF]);
    // Of one person no figure is told: then what there is to ask is said.
    assert_eq!(
        after(&run.ends_with(0).out, "next"),
        "linchpin explain list"
    );
    fs::write(
        fixture.path().join("linchpin-report/team/summary.json"),
        "{}",
    )
    .unwrap();
    ran(fixture.path(), &["summary"]).is_refused(2, &["another version", "linchpin run"]);
}

#[test]
fn a_command_that_is_printed_asks_the_same_where_it_is_pasted() {
    let fixture = team();
    let here = fixture.path();
    fs::write(here.join("our register.toml"), "title = \"Ours\"\n").unwrap();
    let places = ["--store=a store", "--config=our register.toml"];
    let run = ran(here, &[&["run", AS_OF, "--out=out"][..], &places].concat());
    let next = after(&run.ends_with(0).out, "next").to_owned();
    let shown = pasted(here, &next);
    assert!(
        shown.ends_with(0).out.contains("\nLedger\n"),
        "{}",
        shown.out
    );
    assert!(!here.join(".linchpin").exists());
    // Of rows that are not listed the command lists all.
    let asked = ["explain", "ownership.share", "--limit=1", AS_OF];
    let cut = ran(here, &[&asked[..], &places].concat());
    let out = &cut.ends_with(0).out;
    let (_, whole) = out.split_once(" more: ").unwrap();
    let whole = pasted(here, whole.lines().next().unwrap());
    assert!(!whole.ends_with(0).out.contains(" more: "), "{}", whole.out);
    assert!(whole.out.lines().count() > out.lines().count());
}

#[test]
fn a_number_of_rows_holds_in_every_form_and_the_rest_is_counted() {
    let fixture = fixture();
    let here = fixture.path();
    ran(here, &["run", AS_OF]).ends_with(0);
    let of = |format: &str, limit: &str| {
        let asked = [
            "explain",
            "ownership.share",
            AS_OF,
            "--format",
            format,
            "--limit",
            limit,
        ];
        ran(here, &asked).ends_with(0).out.clone()
    };
    let whole: Value = serde_json::from_str(&of("json", "0")).unwrap();
    let one: Value = serde_json::from_str(&of("json", "1")).unwrap();
    let n_rows = whole["rows"].as_array().unwrap().len();
    assert!(n_rows > 1);
    assert_eq!(one["rows"].as_array().unwrap().len(), 1);
    assert_eq!(one["n_omitted"], n_rows - 1);
    assert_eq!(one["ledger"], whole["ledger"], "what is not listed counts");
    assert_eq!(whole.get("n_omitted"), None);
    assert_eq!(of("csv", "1").lines().count(), 2);
    assert_eq!(of("csv", "0").lines().count(), n_rows + 1);
    assert!(of("markdown", "1").contains(&format!("{} further rows are not listed", n_rows - 1)));
}

#[test]
fn every_command_that_answers_has_every_form() {
    let fixture = fixture();
    let here = fixture.path();
    fs::write(
        here.join("linchpin.toml"),
        "[[agreements.limit]]\nmetric = \"knowledge.silos\"\nat_most = 100\n",
    )
    .unwrap();
    ran(here, &["run", AS_OF]).ends_with(0);
    fs::write(here.join("write-up.md"), "Made #4711 on 2019-01-02.\n").unwrap();
    for command in [
        &["explain", "list"][..],
        &["explain", "knowledge.silos", AS_OF],
        &["identity", "--all"],
        &["check", AS_OF],
        &["doctor", "--offline"],
        &["register", "check", AS_OF],
        &["verify", "write-up.md", AS_OF],
        &["summary"],
    ] {
        let of = |format: &str| ran(here, &[command, &["--format", format]].concat());
        let json = of("json");
        let read: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(read["format"], 1, "{command:?}");
        let [table, csv, markdown] = ["table", "csv", "markdown"].map(of);
        for one in [&table, &csv, &markdown] {
            assert_eq!(one.code, json.code, "{command:?}: {}", one.err);
            assert!(!one.out.is_empty(), "{command:?}");
        }
        let heading = csv.out.lines().next().unwrap();
        assert!(heading.contains(','), "{command:?}: {heading}");
    }
    for format in ["json", "markdown", "table", "csv"] {
        let keys = ran(here, &["schema", "register", "--format", format]);
        assert!(keys.ends_with(0).out.contains("merge_same_names"));
    }
}

#[test]
fn what_nobody_has_decided_stands_before_what_was_merged_and_everybody_is_listed_when_asked() {
    let mut fixture = Fixture::new();
    for (at, author) in [
        "Ada Lovelace <ada@acme.example>",
        "Ada Lovelace <lovelace@elsewhere.example>",
        "Bo Berg <bo.berg@acme.example>",
        "Bo Berg <bo.berg@old.example>",
        "Cem <cem@acme.example>",
    ]
    .iter()
    .enumerate()
    {
        fixture.write("a.txt", "x\n".repeat(at + 1));
        fixture.commit_as(author, "Change");
    }
    let here = fixture.path();
    fs::write(here.join("linchpin.toml"), "merge_same_names = false\n").unwrap();
    ran(here, &["run", AS_OF]).ends_with(0);
    let told = ran(here, &["identity"]).ends_with(0).out.clone();
    assert!(told.contains("1 suspect not merged"), "{told}");
    let place = |word: &str| {
        told.find(word)
            .unwrap_or_else(|| panic!("no {word}: {told}"))
    };
    assert!(place("\nsuspect ") < place("\nmerged "), "{told}");
    assert!(
        !told.contains("\nperson ") && !told.contains("Cem"),
        "{told}"
    );
    assert!(told.contains("`linchpin identity --all`"), "{told}");
    let all = ran(here, &["identity", "--all"]).ends_with(0).out.clone();
    assert!(all.contains("Cem") && !all.contains("--all`"), "{all}");
}

#[test]
fn registers_a_store_and_a_report_at_the_root_are_found_from_below() {
    let fixture = fixture();
    let (here, below) = (fixture.path(), fixture.path().join("core"));
    fs::write(here.join("linchpin.toml"), "title = \"Of the root\"\n").unwrap();
    ran(here, &["run", AS_OF]).ends_with(0);
    let there = ran(here, &["summary"]).ends_with(0).out.clone();
    for command in [
        &["summary"][..],
        &["identity"],
        &["explain", "knowledge.silos", AS_OF],
    ] {
        let at_the_root = ran(here, command).ends_with(0).out.clone();
        assert_eq!(
            ran(&below, command).ends_with(0).out,
            at_the_root,
            "{command:?}"
        );
    }
    assert!(there.starts_with("Of the root: "), "{there}");
    let again = ran(&below, &["run", AS_OF]);
    assert!(
        again.ends_with(0).err.contains("nothing new"),
        "{}",
        again.err
    );
    assert!(again.out.starts_with("Of the root: "), "{}", again.out);
    for made in [".linchpin", "linchpin-report", "linchpin.toml"] {
        assert!(!below.join(made).exists(), "{made}");
    }
    // What lies here comes first, and what is named is meant.
    fs::write(below.join("linchpin.toml"), "title = \"From below\"\n").unwrap();
    let own = ran(&below, &["report", AS_OF, "--out=own"]);
    assert!(
        own.ends_with(0).out.starts_with("From below: "),
        "{}",
        own.out
    );
    ran(&below, &["identity", "--store=.linchpin-of-mine"]).is_refused(2, &[".linchpin-of-mine"]);
}

#[cfg(unix)]
#[test]
fn the_page_is_opened_when_asked_and_where_there_is_no_browser_that_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = fixture();
    let here = fixture.path();
    let nowhere = ran(here, &["run", "--open", AS_OF]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);
    assert!(
        nowhere.err.contains("no browser")
            && nowhere
                .err
                .contains("hint: the report is written: open file:///"),
        "{}",
        nowhere.err
    );
    // A browser of this name has the terminal, so that its end is waited for.
    let browser = here.join("w3m");
    fs::write(
        &browser,
        "#!/bin/sh\nprintf %s \"$1\" >\"${0%/*}/opened\"\n",
    )
    .unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let variables = [("BROWSER", browser.to_str().unwrap())];
    let told = ran_with(here, &["summary", "--open"], &variables);
    let page = after(&told.ends_with(0).out, "page").to_owned();
    assert_eq!(fs::read_to_string(here.join("opened")).unwrap(), page);
    fs::remove_file(here.join("opened")).unwrap();
    ran_with(here, &["summary"], &variables).ends_with(0);
    assert!(!here.join("opened").exists(), "only on request");
}

#[test]
fn in_a_pipe_nothing_is_wrapped_drawn_or_paged() {
    let fixture = fixture();
    let here = fixture.path();
    let pager = [
        ("PAGER", "/nowhere/pager"),
        ("COLUMNS", "20"),
        ("TERM", "xterm-256color"),
    ];
    let run = ran_with(here, &["run", AS_OF], &pager);
    let listed = ran_with(here, &["explain", "list"], &pager);
    for said in [&run.ends_with(0).out, &run.err, &listed.ends_with(0).out] {
        assert!(!said.contains(['\r', '\u{1b}']), "{said:?}");
    }
    let n_metrics = linchpin::metrics::REGISTRY.len();
    assert_eq!(listed.out.lines().count(), n_metrics + 1, "a row is a line");
}
