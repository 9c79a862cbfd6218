//! Agents in a clone and on GitHub: nobody's colleagues, nobody's names, and never out of sight.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::ran;
use crate::git_fixture::Fixture;

const ANN: &str = "Ann Ash <ann@acme.example>";
const ASKED: [&str; 2] = ["--offline", "--as-of=2024-06-01"];

/// What tools and bots sign by themselves.
const TOOLS: [&str; 12] = [
    "aider (gpt-5) <aider@aider.chat>",
    "openhands <openhands@all-hands.dev>",
    "GitHub Copilot <copilot@github.com>",
    "Codex <codex@openai.com>",
    "Amp <amp@ampcode.com>",
    "semantic-release-bot <semantic-release-bot@martynus.net>",
    "Renovate Bot <bot@renovateapp.com>",
    "Snyk bot <snyk-bot@snyk.io>",
    "ImgBot <imgbotapp@gmail.com>",
    "Hosted Weblate <hosted@weblate.org>",
    "github-actions <github-actions@github.com>",
    "bors <bors@rust-lang.org>",
];

fn export(directory: &Path, table: &str) -> Vec<Value> {
    let of_table = ["export", "--format", "json", "--table", table];
    ran(directory, &[&of_table[..], &ASKED].concat()).ends_with(0);
    let file = directory.join(format!("linchpin-report/export/{table}.json"));
    let rows: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    rows.as_array().unwrap().clone()
}

/// The number of a figure of the whole window and everybody.
fn figure(directory: &Path, metric: &str, name: &str) -> Option<f64> {
    let rows = export(directory, "measures");
    let is_whole = |row: &&Value| {
        row["metric"] == metric
            && row["name"] == name
            && ["repository", "area", "person", "bucket"]
                .iter()
                .all(|key| row[*key].is_null())
    };
    let mut found = rows.iter().filter(is_whole);
    found.next().and_then(|row| row["value"].as_f64())
}

#[test]
fn what_tools_sign_is_nobody_and_nobody_pairs_with_it() {
    let mut f = Fixture::new();
    for (at, tool) in TOOLS.iter().enumerate() {
        f.write(&format!("f{at}"), "x\n");
        f.commit_as(ANN, &format!("c{at}\n\nCo-authored-by: {tool}\n"));
    }
    f.write("g", "x\n");
    f.commit_as(ANN, "pair\n\nCo-authored-by: Bo Berg <bo@acme.example>\n");
    ran(f.path(), &[&["run"][..], &ASKED].concat());
    let people = export(f.path(), "people");
    // Carla commits what others wrote.
    let humans: Vec<&str> = people
        .iter()
        .filter(|person| person["account"] == "human" && person["display_name"] != "Carla")
        .map(|person| person["display_name"].as_str().unwrap())
        .collect();
    assert_eq!(humans, ["Ann Ash", "Bo Berg"]);
}

#[test]
fn a_lone_developer_with_an_agent_beside_is_alone_whatever_the_mailmap_says() {
    let mut f = Fixture::new();
    // The map makes the agent's address a second maintainer's.
    f.write(
        ".mailmap",
        "Bo Berg <bo@acme.example> <noreply@anthropic.com>\n",
    );
    for at in 0..12 {
        f.write(&format!("src/f{at}"), format!("{at}\nx\n"));
        f.commit_as(
            ANN,
            &format!("c{at}\n\nCo-authored-by: Claude <noreply@anthropic.com>\n"),
        );
    }
    ran(f.path(), &[&["run"][..], &ASKED].concat());
    assert_eq!(
        figure(f.path(), "knowledge.truck_factor", "count"),
        Some(1.0)
    );
    let origins = export(f.path(), "commits");
    assert!(
        origins
            .iter()
            .all(|row| row["origin"] == "person_with_agent")
    );
    let provenance = export(f.path(), "provenance");
    assert_eq!(provenance.len(), 12);
    for row in &provenance {
        assert_eq!(row["rung"], "trailer");
        assert_eq!(row["tool"], "Claude Code");
        assert_eq!(
            row["evidence"],
            "Co-authored-by: Claude <noreply@anthropic.com>"
        );
    }
}

#[test]
fn what_an_agent_wrote_is_not_its_delegators_knowledge() {
    let mut f = Fixture::new();
    for at in 0..12 {
        f.write(&format!("src/f{at}"), format!("{at}\nx\n"));
        f.commit_as(
            "Claude <noreply@anthropic.com>",
            &format!("c{at}\n\nCo-authored-by: {ANN}\n"),
        );
    }
    f.write("docs/a", "a\n");
    f.commit_as(ANN, "Write");
    ran(f.path(), &[&["run"][..], &ASKED].concat());
    let commits = export(f.path(), "commits");
    let people = export(f.path(), "people");
    let ann = people
        .iter()
        .find(|person| person["display_name"] == "Ann Ash")
        .unwrap();
    let by_agent: Vec<&Value> = commits
        .iter()
        .filter(|row| row["origin"] == "agent")
        .collect();
    assert_eq!(by_agent.len(), 12);
    for row in by_agent {
        assert_eq!(row["delegator"], ann["person"]);
        assert_eq!(row["co_authors"], Value::Array(Vec::new()));
    }
    let touched = export(f.path(), "file_histories");
    let by_ann: Vec<&Value> = touched
        .iter()
        .filter(|row| row["person"] == ann["person"])
        .collect();
    assert_eq!(by_ann.len(), 1, "{by_ann:?}");
}

#[test]
fn a_note_that_puts_lines_down_to_an_agent_is_the_strongest_evidence() {
    let mut f = Fixture::new();
    let note = |who: &str| {
        let sessions =
            "{\"s_1\": {\"agent_id\": {\"tool\": \"claude\", \"model\": \"claude-opus-4-6\"}}}";
        format!("a\n  {who} 1-2\n---\n{{\"prompts\": {{}}, \"sessions\": {sessions}}}\n")
    };
    f.write("a", "x\n");
    let by_agent = f.commit_as(
        ANN,
        "Change\n\nCo-authored-by: Claude <noreply@anthropic.com>\n",
    );
    f.write("b", "x\n");
    let by_ann = f.commit_as(ANN, "Change");
    ran(f.path(), &[&["run"][..], &ASKED].concat());
    assert_eq!(export(f.path(), "provenance").len(), 1);
    // Notes that come later are seen, though no branch has moved.
    f.git(&[
        "notes",
        "--ref=ai",
        "add",
        "-m",
        &note("s_1::t_2"),
        &by_agent,
    ]);
    f.git(&["notes", "--ref=ai", "add", "-m", &note("h_1"), &by_ann]);
    ran(f.path(), &[&["run"][..], &ASKED].concat());
    let provenance = export(f.path(), "provenance");
    let told: Vec<_> = provenance
        .iter()
        .map(|row| {
            (
                row["commit"].as_str().unwrap(),
                row["rung"].as_str().unwrap(),
                row["tool"].as_str().unwrap(),
            )
        })
        .collect();
    let of = by_agent.as_str();
    assert_eq!(
        told,
        [(of, "lines", "Claude Code"), (of, "trailer", "Claude Code")]
    );
    assert_eq!(provenance[0]["model"], "claude-opus-4-6");
}

#[test]
fn identity_lists_what_looks_like_an_agent_and_the_register_says_that_it_is_one() {
    let mut f = Fixture::new();
    f.write("a", "x\n");
    f.commit_as("House Agent <agent@acme.example>", "Change");
    f.write("b", "x\n");
    f.commit_as(ANN, "Change");
    ran(f.path(), &[&["run"][..], &ASKED].concat());
    let said = ran(f.path(), &["identity", "--format=csv"]);
    let listed = "machine-like,House Agent <agent@acme.example>";
    assert!(said.out.contains(listed), "{}", said.out);
    let counted = ran(f.path(), &["identity"]);
    let n = "1 machine-like signature";
    assert!(counted.out.contains(n), "{}", counted.out);
    fs::write(
        f.path().join("linchpin.toml"),
        "[[agent]]\nname = \"house\"\naddresses = [\"agent@acme.example\"]\n",
    )
    .unwrap();
    ran(f.path(), &[&["run"][..], &ASKED].concat());
    let said = ran(f.path(), &["identity"]);
    assert!(
        said.out.contains("0 machine-like signatures"),
        "{}",
        said.out
    );
    let provenance = export(f.path(), "provenance");
    assert_eq!(provenance.len(), 1);
    assert_eq!(provenance[0]["tool"], "house");
}
