//! `linchpin init`: writes a commented configuration from what it finds in the clone and, with a token, on GitHub.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::args::{InitArgs, Publish};
use super::console;
use super::doctor::{exists, look};
use super::error::{CliError, DONE, ErrorKind};
use super::fetch::{counted, token};
use super::workflow;
use super::workspace::Workspace;
use crate::domain::RepoName;
use crate::git::{self, MineOptions, TagFamily};
use crate::github::ClientSettings;
use crate::github::probe::Probe;
use crate::register::{self, keys, page};
use crate::render::encode;
use crate::report::quantity;

/// How many kinds of tags are told of a clone.
const MOST_TAG_FAMILIES: usize = 3;

/// How the private register begins; every key follows, commented out.
const PRIVATE: &str = "\
# The lead's own register: absences, delegations, agreed feedback. Readable by you alone and kept out of git (.gitignore).
# Every key is optional: take the `#` away before those that you want. `linchpin schema private-register` describes them too.
";

/// What git is told to leave alone: all of it speaks of people, or can be made again.
const IGNORED: [&str; 3] = ["/linchpin.private.toml", "/.linchpin/", "/linchpin-report/"];

/// Writes `linchpin.toml`, `linchpin.private.toml` with lines of `.gitignore` for it, and, with `--ci`, a workflow. Never overwrites: a
/// register that is there already stays, and only the workflow is added.
pub fn init(args: &InitArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let team = Path::new("linchpin.toml");
    let place = Path::new(".github/workflows/linchpin.yml");
    let has_register = fs::symlink_metadata(team).is_ok();
    if has_register && args.ci.is_none() {
        return Err(exists(team).hint("`linchpin init --ci` adds the nightly workflow alone"));
    }
    if args.ci.is_some() && fs::symlink_metadata(place).is_ok() {
        return Err(exists(place));
    }
    // A link that came with the clone would lead the workflow somewhere else.
    for directory in [".github", ".github/workflows"].map(Path::new) {
        if args.ci.is_some()
            && fs::symlink_metadata(directory).is_ok_and(|found| found.is_symlink())
        {
            let source = std::io::Error::other("it is a link");
            return Err(refused(directory, source));
        }
    }
    // First: what must not be committed is ignored before it is there.
    let ignore = Path::new(".gitignore");
    let mut written = Vec::new();
    if ignore_private(ignore)? {
        written.push(ignore);
    }
    if !has_register {
        write(team, &team_register(workspace)?, 0o666)?;
        written.push(team);
        let private = Path::new("linchpin.private.toml");
        // One that is there already is the lead's: it stays as it is.
        if fs::symlink_metadata(private).is_err() {
            let text = private_configuration();
            register::parse_private(&text, "linchpin.private.toml")
                .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
            write(private, &text, 0o600)?;
            written.push(private);
        }
    }
    for path in written {
        console::out(&format!("{}\n", path.display()));
    }
    if let Some(publish) = args.ci {
        if let Some(directory) = place.parent() {
            fs::create_dir_all(directory).map_err(|error| refused(directory, error))?;
        }
        write(place, &workflow::workflow(publish), 0o666)?;
        console::out(&format!("{}\n", place.display()));
        if publish == Publish::Pages {
            console::note(
                "a site of GitHub Pages is public, also that of a private repository, unless the organisation is on Enterprise Cloud and says \
                 otherwise; switch Pages on in the repository's settings with GitHub Actions as its source",
            );
        }
    }
    Ok(DONE)
}

/// The team's register as it begins, with what a look at GitHub found.
fn team_register(workspace: &Workspace) -> Result<String, CliError> {
    let probes = match (workspace.offline, token(&workspace.api)) {
        (false, Some(token)) if !workspace.github.is_empty() => look(
            ClientSettings::new(workspace.api.clone(), token),
            &workspace.github,
        )?,
        _ => Vec::new(),
    };
    let text = configuration(workspace, &probes);
    // What it writes must be what it reads.
    register::parse(&text, "linchpin.toml")
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    Ok(text)
}

#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be written")]
struct Refused {
    path: String,
    source: std::io::Error,
}

pub(super) fn refused(path: &Path, source: std::io::Error) -> CliError {
    CliError::new(
        ErrorKind::Usage,
        Refused {
            path: path.display().to_string(),
            source,
        },
    )
    .hint("make it a place of this clone that can be written")
}

/// Adds what is missing of [`IGNORED`] to a `.gitignore`, and says whether anything was. What is in the file stays.
pub(super) fn ignore_private(path: &Path) -> Result<bool, CliError> {
    let known = match fs::symlink_metadata(path) {
        // A link leads to a file that is not this clone's, and reading anything else might never end.
        Ok(found) if !found.is_file() => {
            let source = std::io::Error::other("it is not a regular file");
            return Err(refused(path, source).hint(format!(
                "make it one, with the lines {}",
                IGNORED.join(", ")
            )));
        }
        Ok(_) => fs::read(path).map_err(|error| refused(path, error))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(refused(path, error)),
    };
    let lines: Vec<&[u8]> = known
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .collect();
    let bare = |line: &str| line.trim_matches('/').as_bytes().to_vec();
    let missing: Vec<&str> = IGNORED
        .into_iter()
        .filter(|line| {
            !lines.iter().any(|found| {
                let found = found.strip_prefix(b"/").unwrap_or(found);
                found.strip_suffix(b"/").unwrap_or(found) == bare(line)
            })
        })
        .collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let mut text = String::new();
    if !known.is_empty() && known.last() != Some(&b'\n') {
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "# linchpin: people's data, and what can be made again"
    );
    for line in missing {
        let _ = writeln!(text, "{line}");
    }
    let appended = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    appended.map_err(|error| refused(path, error))?;
    Ok(true)
}

/// Writes a file that is not there yet; `mode` as far as the umask lets.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), CliError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path).map_err(|error| refused(path, error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| refused(path, error))
}

fn configuration(workspace: &Workspace, probes: &[Probe]) -> String {
    let mut text = String::from(
        "# The team's register. Every key is optional: take the `#` away before those that you want. `linchpin schema register` \
         describes them too.\n\n",
    );
    text.push_str(&labels_and_bots(probes));
    let tables = keys::tables();
    let further = |text: &mut String, name: &str, written: &[&str]| {
        if let Some(table) = tables.iter().find(|table| table.name == name) {
            text.push_str(&page::commented_keys(table, written));
            text.push('\n');
        }
    };
    further(&mut text, "", &["incident_labels", "bots"]);
    let mut written = vec!["calendar"];
    let patterns = workspace.selectors.iter();
    let patterns = patterns.filter(|selector| selector.name().is_none());
    let names: Vec<String> = workspace
        .github
        .iter()
        .map(ToString::to_string)
        .chain(patterns.map(ToString::to_string))
        .collect();
    let first = workspace.github.first().map(RepoName::name);
    if let Some(first) = first.or_else(|| workspace.selectors.first()?.pattern.owner()) {
        let _ = writeln!(
            text,
            "[[product]]\nname = {}\nrepositories = [{}]",
            encode::toml(first),
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
        let mut found = vec!["name", "repositories", "production_pattern", "deployments"];
        let tags = tag_lines(workspace);
        text.push_str(&tags);
        if tags.contains("\n# tag_pattern = ") {
            found.push("tag_pattern");
        }
        further(&mut text, "product", &found);
        written.push("product");
    }
    text.push_str("[calendar]\ntime_zone = \"UTC\"\nholidays = []\n");
    further(&mut text, "calendar", &["time_zone", "holidays"]);
    text.push_str(page::commented_tables(&tables, &written).trim_start());
    text
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| encode::toml(word)).collect();
    words.join(", ")
}

/// Which labels are incidents' and which logins machines', as far as GitHub told.
fn labels_and_bots(probes: &[Probe]) -> String {
    let mut text = String::new();
    let all = |of: fn(&Probe) -> &Vec<String>| {
        let found: BTreeSet<String> = probes.iter().flat_map(of).cloned().collect();
        Vec::from_iter(found)
    };
    let labels = all(|found| &found.incident_labels);
    // To name a label says that what has none was no incident: a claim that nobody has made where none was found.
    if labels.is_empty() {
        let looked = if probes.is_empty() {
            "No repository was asked for its labels"
        } else {
            "No label that was found looks like it"
        };
        let _ = writeln!(
            text,
            "# Labels that make an issue an incident. {looked}: take away the `#` once you label incidents, and an issue without such a\n\
             # label is none. Until then incidents are not observed, rather than none.\n#incident_labels = [{}]\n",
            list(&["incident".to_owned()])
        );
    } else {
        let _ = writeln!(
            text,
            "# Labels that make an issue an incident.\nincident_labels = [{}]\n",
            list(&labels)
        );
    }
    let bots = all(|found| &found.bots);
    let machine_like = all(|found| &found.machine_like);
    text.push_str("# Logins that are automation, besides the well-known ones.\n");
    if !machine_like.is_empty() {
        let together: Vec<String> = bots.iter().chain(&machine_like).cloned().collect();
        let _ = writeln!(
            text,
            "# These look like a machine's and count as people: {}. If they are machines:\n# bots = [{}]",
            list(&machine_like),
            list(&together)
        );
    }
    let _ = writeln!(text, "bots = [{}]\n", list(&bots));
    text
}

/// The tags of the clones that look like releases, with the pattern of each kind, commented out: whether a tag is a deployment, the
/// team alone knows. Where tags are there and none looks like one, that is said; nothing where there are no tags.
fn tag_lines(workspace: &Workspace) -> String {
    let mut text = String::new();
    for clone in &workspace.clones {
        let Ok(look) = git::look(&clone.path, &MineOptions::default()) else {
            continue;
        };
        // A number that stands behind a word but once may be an accident, unless it is all that there is.
        let is_told = |family: &&TagFamily| family.n > 1 || look.tag_families.len() == 1;
        let families = look.tag_families.iter().filter(is_told);
        let families: Vec<&TagFamily> = families.take(MOST_TAG_FAMILIES).collect();
        if families.is_empty() && look.n_tags > 0 {
            let n = counted(look.n_tags as u64, "tags");
            let _ = writeln!(
                text,
                "# {n} in a clone, and none looks like a release (two with a version, or a day, behind the same word)."
            );
        }
        for family in families {
            let what = if family.is_day { "a day" } else { "a version" };
            let before = if family.prefix.is_empty() {
                String::new()
            } else {
                format!("`{}` and ", family.prefix)
            };
            let said = format!(
                "{} of {} {} {before}{what}",
                quantity::count(family.n as u64),
                counted(look.n_tags as u64, "tags"),
                if family.n == 1 { "is" } else { "are" }
            );
            let said = encode::ci_log(&said);
            let _ = writeln!(
                text,
                "# {said}: where such a tag is a deployment, take away the `#` before the pattern.\n# tag_pattern = {}",
                encode::toml(&family.pattern())
            );
            console::note(&format!(
                "{said}: where such a tag is a deployment, use the `tag_pattern` of linchpin.toml"
            ));
        }
    }
    text
}

fn private_configuration() -> String {
    let tables = keys::private_tables();
    let mut text = PRIVATE.to_owned();
    for table in tables.iter().filter(|table| table.name.is_empty()) {
        let _ = write!(text, "\n{}", page::commented_keys(table, &[]));
    }
    text + &page::commented_tables(&tables, &[])
}
