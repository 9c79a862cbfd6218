//! `linchpin init`: writes a commented configuration from what it finds in the clone and, with a token, on GitHub.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::args::InitArgs;
use super::console;
use super::doctor::{exists, look};
use super::error::{CliError, DONE, Kind};
use super::fetch::token;
use super::workspace::Workspace;
use crate::github::ClientSettings;
use crate::github::probe::Probe;
use crate::render::encode;

const WORKFLOW: &str = "\
# Written by `linchpin init --ci`: the nightly team report, with the least permissions it needs.
name: linchpin
on:
  schedule: [{ cron: \"17 3 * * *\" }]
  workflow_dispatch:
permissions: { contents: read, pull-requests: read, issues: read, deployments: read, actions: read }
jobs:
  report:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 0 }
      - name: linchpin is on the PATH (build it with `cargo install --path .` in its sources, or keep a binary for your runners)
        run: linchpin --version
      - uses: actions/cache/restore@v4
        with: { path: .linchpin, key: \"linchpin-\", restore-keys: \"linchpin-\" }
      - run: linchpin run --progress plain
        env: { GITHUB_TOKEN: \"${{ github.token }}\" }
      # Also after partial data (exit code 5) or a used-up rate limit (6): the next night goes on from this store.
      - uses: actions/cache/save@v4
        if: always()
        with: { path: .linchpin, key: \"linchpin-${{ github.run_id }}-${{ github.run_attempt }}\" }
      - run: cat linchpin-report/team/summary.md >> \"$GITHUB_STEP_SUMMARY\"
        if: always()
      - uses: actions/upload-artifact@v4
        if: always()
        with: { name: linchpin, path: linchpin-report/team }
";

/// Writes `linchpin.toml` and, with `--ci`, a workflow. Never overwrites.
pub fn init(args: &InitArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let register = Path::new("linchpin.toml");
    let workflow = Path::new(".github/workflows/linchpin.yml");
    if register.exists() {
        return Err(exists(register));
    }
    if args.ci && workflow.exists() {
        return Err(exists(workflow));
    }
    let probes = match (workspace.offline, token(&workspace.api)) {
        (false, Some(token)) if !workspace.github.is_empty() => look(
            ClientSettings::new(workspace.api.clone(), token),
            &workspace.github,
        )?,
        _ => Vec::new(),
    };
    let text = configuration(workspace, &probes);
    // What it writes must be what it reads.
    crate::register::parse(&text, "linchpin.toml")
        .map_err(|error| CliError::new(Kind::Defect, error))?;
    write(register, &text)?;
    console::out(&format!("{}\n", register.display()));
    if args.ci {
        if let Some(directory) = workflow.parent() {
            fs::create_dir_all(directory).map_err(|error| refused(directory, error))?;
        }
        write(workflow, WORKFLOW)?;
        console::out(&format!("{}\n", workflow.display()));
    }
    Ok(DONE)
}

#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be written")]
struct Refused {
    path: String,
    source: std::io::Error,
}

fn refused(path: &Path, source: std::io::Error) -> CliError {
    CliError::new(
        Kind::Usage,
        Refused {
            path: path.display().to_string(),
            source,
        },
    )
    .hint("make the directory writable")
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| refused(path, error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| refused(path, error))
}

fn configuration(workspace: &Workspace, probes: &[Probe]) -> String {
    let list = |words: &[String]| {
        words
            .iter()
            .map(|word| encode::toml(word))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut text = String::from(
        "# The team's register. Every key is optional; README.md explains them all.\n\n",
    );
    let mut labels: Vec<String> = probes
        .iter()
        .flat_map(|found| found.incident_labels.iter().cloned())
        .collect();
    labels.sort();
    labels.dedup();
    if labels.is_empty() {
        labels.push("incident".to_owned());
    }
    let mut bots: Vec<String> = probes
        .iter()
        .flat_map(|found| found.bots.iter().cloned())
        .collect();
    bots.sort();
    bots.dedup();
    let _ = writeln!(
        text,
        "# Labels that make an issue an incident.\nincident_labels = [{}]\n",
        list(&labels)
    );
    let _ = writeln!(
        text,
        "# Logins that are automation, besides the well-known ones.\nbots = [{}]\n",
        list(&bots)
    );
    let names: Vec<String> = workspace.github.iter().map(ToString::to_string).collect();
    if let Some(first) = workspace.github.first() {
        let _ = writeln!(
            text,
            "[[product]]\nname = {}\nrepositories = [{}]",
            encode::toml(first.name()),
            list(&names)
        );
        let mut environments: Vec<String> = probes
            .iter()
            .flat_map(|found| {
                found
                    .environments
                    .iter()
                    .map(|(name, n)| format!("{name} ({n})"))
            })
            .collect();
        environments.sort();
        environments.dedup();
        let seen = if environments.is_empty() {
            "none".to_owned()
        } else {
            environments.join(", ")
        };
        let seen = encode::ci_log(&seen);
        let _ = writeln!(
            text,
            "# Environments that are production. Seen in the newest deployments: {seen}."
        );
        text.push_str("production_pattern = \"(?i)^prod(uction)?([^a-z]|$)\"\n");
        text.push_str("# Where deployments are read from: the first with data wins.\n");
        text.push_str(
            "deployments = [\"deployments_api\", \"workflow_runs\", \"releases\", \"tags\"]\n",
        );
        text.push_str("# tag_pattern = '^v\\d'\n# workflow_pattern = \"^deploy\"\n\n");
    }
    text.push_str("[calendar]\ntime_zone = \"UTC\"\nholidays = []\n\n");
    text.push_str("# [[member]]\n# login = \"ada\"\n# name = \"Ada Lovelace\"\n# aliases = [\"ada@old-employer.example\"]\n# lead = true\n\n");
    text.push_str("# [[area]]\n# name = \"billing\"\n# paths = [\"src/billing/**\"]\n");
    text
}
