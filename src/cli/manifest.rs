//! `team/manifest.json` from a workspace, and `linchpin verify --rebuild`: the same store, registers and instant give the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::args::{Format, VerifyArgs};
use super::console;
use super::context::Context;
use super::error::{CROSSED, CliError, DONE, ErrorKind};
use super::report::reading;
use super::tables::Answer;
use super::team_tree::{Keep, TeamTree};
use super::verify::read;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::folder::seal::digest_of;
use crate::metrics::{REGISTRY, movement};
use crate::render::json::Manifest;
use crate::render::{MANIFEST, TeamFile, encode};
use crate::report::{Column, Table, TableCell};
use crate::store::checksum;

/// The manifest of a tree.
///
/// # Errors
/// A defect: a file whose bytes cannot be made.
pub fn manifest_of(
    analysis: &Analysis,
    workspace: &Workspace,
    files: &[TeamFile],
) -> std::io::Result<Manifest> {
    let definition = |definition| checksum(movement::definition_text(definition).as_bytes());
    let templates = workspace.templates.iter();
    Ok(Manifest {
        format: Manifest::format(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        as_of: analysis.question.as_of,
        window: analysis.question.window,
        granularity: analysis.question.granularity,
        facts: analysis.facts.clone(),
        register: checksum(format!("{:?}", workspace.register).as_bytes()),
        definitions: REGISTRY
            .iter()
            .map(|metric| metric.definition)
            .map(|found| (found.id.to_owned(), definition(found)))
            .collect(),
        templates: templates
            .map(|template| (template.name.clone(), checksum(template.text.as_bytes())))
            .collect(),
        files: digests(files)?,
    })
}

fn digests(files: &[TeamFile]) -> std::io::Result<BTreeMap<String, String>> {
    let others = files.iter().filter(|(name, _)| name != MANIFEST);
    others
        .map(|(name, bytes)| Ok((name.clone(), digest_of(bytes)?)))
        .collect()
}

/// A file that is not what it should be: its path, and how.
type Difference = (String, &'static str);

/// Makes a tree again from the store, for the instant and the window of its manifest, and names every file that is another one; exit
/// code 7 where there is one. Nothing is written: what is made again is compared in memory.
pub fn rebuild(
    args: &VerifyArgs,
    place: &Path,
    context: &Context,
    mut workspace: Workspace,
) -> Result<u8, CliError> {
    let text = read(place)?;
    let told = Manifest::parse(text.as_bytes()).map_err(|because| {
        let shown = encode::terminal(&place.display().to_string());
        let message = format!("`{shown}` is no manifest of a team tree: {because}");
        CliError::new(ErrorKind::Usage, message).hint(
            "name the `manifest.json` of a folder `team/`; `linchpin run` or `linchpin report` writes it",
        )
    })?;
    workspace.time.as_of = told.as_of;
    workspace.time.window = told.window;
    workspace.time.granularity = told.granularity;
    let (head, files) = reading(&workspace, |store| {
        let mut head = Analysis::head(store, &workspace.inquiry())?;
        let tree = TeamTree::of_store(store, &mut head, &workspace, Keep::Nothing)?;
        Ok((head, tree.files))
    })?;
    let made = manifest_of(&head, &workspace, &files)
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    let tree = place.parent().unwrap_or_else(|| Path::new("."));
    let found = differences(&told, &made, tree);
    let inputs = told.other_inputs(&made);
    let form = args.form.whole();
    match form.format {
        Format::Table => {
            let text = found.iter().fold(String::new(), |mut text, (path, how)| {
                let _ = writeln!(text, "{}: {how}", encode::terminal(path));
                text
            });
            console::show(&text);
        }
        _ => answer(&found, &inputs).show(form)?,
    }
    if !inputs.is_empty() {
        let others = inputs.join(", ");
        context
            .progress
            .say(&format!("not as they were for this manifest: {others}"));
    }
    if found.is_empty() && inputs.is_empty() {
        let n = made.files.len();
        context
            .progress
            .say(&format!("{n} files are the same to the byte"));
        return Ok(DONE);
    }
    Ok(CROSSED)
}

/// Holds a tree, its manifest and what was made again against each other.
fn differences(told: &Manifest, made: &Manifest, tree: &Path) -> Vec<Difference> {
    let mut found = Vec::new();
    for (path, digest) in &told.files {
        let Some(again) = made.files.get(path) else {
            found.push((path.clone(), "is not made again"));
            continue;
        };
        if again != digest {
            found.push((path.clone(), "is made again with other bytes"));
        }
        // Only what linchpin would write is looked for: a manifest of others may name any path.
        match fs::read(tree.join(path)) {
            Ok(bytes) if checksum(&bytes) == *digest => {}
            Ok(_) => found.push((
                path.clone(),
                "was changed after it was written: it is not what the manifest says",
            )),
            Err(_) => found.push((path.clone(), "cannot be read beside the manifest")),
        }
    }
    let is_new = |path: &&String| !told.files.contains_key(*path);
    let new = made.files.keys().filter(is_new);
    found.extend(new.map(|path| (path.clone(), "is made again, and the manifest has none")));
    found
}

fn answer(found: &[Difference], inputs: &[String]) -> Answer {
    let row = |(path, how): &Difference| {
        let text = |words: &str| TableCell::Text(words.to_owned());
        vec![text(path), text(how)]
    };
    let object = |(path, how): &Difference| json!({"path": path, "how": how});
    Answer {
        before: String::new(),
        after: String::new(),
        json: json!({
            "format": 1,
            "other_inputs": inputs,
            "differences": found.iter().map(object).collect::<Vec<_>>(),
        }),
        rows: "differences",
        table: Table {
            title: "Not the same".to_owned(),
            columns: ["file", "how"].map(Column::text).to_vec(),
            rows: found.iter().map(row).collect(),
            n_omitted: 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Bytes;

    fn manifest(files: &[(&str, &[u8])]) -> Manifest {
        let of = |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), Bytes::Plain(bytes.to_vec()));
        let files: Vec<TeamFile> = files.iter().map(of).collect();
        let at = "2026-07-01T00:00:00Z".parse().unwrap();
        Manifest {
            format: 1,
            version: "1".into(),
            as_of: at,
            window: crate::domain::Window {
                since: at,
                until: at,
            },
            granularity: crate::domain::Granularity::Week,
            facts: String::new(),
            register: String::new(),
            definitions: BTreeMap::new(),
            templates: BTreeMap::new(),
            files: digests(&files).unwrap(),
        }
    }

    #[test]
    fn each_file_that_is_another_one_is_named_once_for_each_reason() {
        let tree = tempfile::tempdir().unwrap();
        for (name, bytes) in [("kept", "1"), ("edited", "2"), ("moved", "3")] {
            fs::write(tree.path().join(name), bytes).unwrap();
        }
        let told = manifest(&[
            ("kept", b"1"),
            ("edited", b"1"),
            ("moved", b"3"),
            ("lost", b"1"),
            ("../outside", b"1"),
        ]);
        let made = manifest(&[
            ("kept", b"1"),
            ("edited", b"1"),
            ("moved", b"4"),
            ("lost", b"1"),
            ("new", b"1"),
        ]);
        let found = differences(&told, &made, tree.path());
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(path, how)| (path.as_str(), *how))
            .collect();
        assert_eq!(
            found,
            [
                ("../outside", "is not made again"),
                (
                    "edited",
                    "was changed after it was written: it is not what the manifest says"
                ),
                ("lost", "cannot be read beside the manifest"),
                ("moved", "is made again with other bytes"),
                ("new", "is made again, and the manifest has none"),
            ]
        );
        assert!(
            differences(
                &manifest(&[("kept", b"1")]),
                &manifest(&[("kept", b"1")]),
                tree.path()
            )
            .is_empty()
        );
    }

    #[test]
    fn a_manifest_reads_as_it_was_written_and_nothing_else_is_one() {
        let one = manifest(&[("a", b"1")]);
        let text = crate::render::json::manifest(&one).unwrap();
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), one);
        assert!(
            Manifest::parse(text.replace("\"format\": 1", "\"format\": 2").as_bytes()).is_err()
        );
        assert!(Manifest::parse(b"[]").is_err());
    }
}
