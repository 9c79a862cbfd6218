//! `linchpin verify`: what a write-up says, held against what linchpin would write.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{Format, VerifyArgs};
use super::console;
use super::context::Context;
use super::error::{CROSSED, CliError, DONE, ErrorKind};
use super::tables::Answer;
use super::team_tree::{Keep, TeamTree};
use super::workspace::Workspace;
use super::{lead, person};
use crate::analysis::Analysis;
use crate::evidence::follow_up;
use crate::render::terminal::omitted;
use crate::render::verify::{Finding, Written};
use crate::render::{encode, html, pack};
use crate::report::{Column, Table, TableCell};
use crate::tables::FactTable;
use crate::work::roster::person_of;

/// A write-up is read up to this size.
const MAX_BYTES: u64 = 16 << 20;

/// Names every id, page, date, number and name of some files that stands nowhere in the evidence and the figures; exit code 7
/// where there is one.
pub fn verify(args: &VerifyArgs, context: &Context, workspace: &Workspace) -> Result<u8, CliError> {
    let texts = args.files.iter().map(|file| read(file));
    let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
    let written = written(workspace)?;
    let mut found: Vec<(&PathBuf, Finding)> = Vec::new();
    for (file, text) in args.files.iter().zip(&texts) {
        found.extend(
            written
                .findings(text)
                .into_iter()
                .map(|finding| (file, finding)),
        );
    }
    // What is wrong in a write-up is told whole: a line that is left out reads as a line that holds.
    let form = args.form.whole();
    match form.format {
        // As compilers tell it: editors find the place.
        Format::Table => {
            let listed = found.iter().take(form.most());
            let lines = listed
                .map(|(file, finding)| format!("{}\n", encode::terminal(&sentence(file, finding))));
            let n_omitted = found.len().saturating_sub(form.most());
            console::show(&(lines.collect::<String>() + &omitted(n_omitted as u64)));
        }
        _ => answer(&found).show(form)?,
    }
    if found.is_empty() {
        context.progress.say(
            "every id, page, date and number stands in the evidence or in the figures of this window",
        );
        return Ok(DONE);
    }
    let time = &workspace.time;
    context.progress.say(&format!(
        "looked at from {} up to {}, as of {}: a write-up of another window needs its `--since`, `--until` and `--as-of`",
        time.window.since, time.window.until, time.as_of
    ));
    Ok(CROSSED)
}

fn sentence(file: &Path, finding: &Finding) -> String {
    let instead = finding.instead_of.as_ref();
    let instead = instead.map_or_else(String::new, |there| format!("; there it is `{there}`"));
    format!(
        "{}:{}: the {} `{}` is not in the evidence{instead}",
        file.display(),
        finding.line,
        finding.what.word(),
        finding.text
    )
}

fn answer(found: &[(&PathBuf, Finding)]) -> Answer {
    let text = |words: String| TableCell::Text(words);
    let row = |(file, finding): &(&PathBuf, Finding)| {
        let instead = finding.instead_of.clone();
        vec![
            text(file.display().to_string()),
            TableCell::Number(finding.line.to_string()),
            text(finding.what.word().to_owned()),
            text(finding.text.clone()),
            instead.map_or(TableCell::Missing(None), TableCell::Text),
        ]
    };
    let object = |(file, finding): &(&PathBuf, Finding)| {
        json!({
            "file": file.display().to_string(),
            "line": finding.line,
            "what": finding.what.word(),
            "text": finding.text,
            "instead_of": finding.instead_of,
        })
    };
    let mut columns = ["file", "line", "what", "written", "evidence"].map(Column::text);
    columns[1] = Column::number("line");
    Answer {
        before: String::new(),
        after: String::new(),
        json: json!({"format": 1, "findings": found.iter().map(object).collect::<Vec<_>>()}),
        rows: "findings",
        table: Table {
            title: "Not in the evidence".to_owned(),
            columns: columns.to_vec(),
            rows: found.iter().map(row).collect(),
            n_omitted: 0,
        },
    }
}

/// A text file of the user's.
pub(super) fn read(file: &Path) -> Result<String, CliError> {
    let unreadable = |source: Box<dyn std::error::Error + Send + Sync>| {
        let message = format!(
            "`{}` cannot be read: {source}",
            encode::terminal(&file.display().to_string())
        );
        CliError::new(ErrorKind::Usage, message).hint("name a text file in UTF-8")
    };
    let size = fs::metadata(file)
        .map_err(|error| unreadable(error.into()))?
        .len();
    if size > MAX_BYTES {
        return Err(unreadable(
            format!("it has more than {MAX_BYTES} bytes").into(),
        ));
    }
    fs::read_to_string(file).map_err(|error| unreadable(error.into()))
}

/// All that linchpin would write of the window: pages, packs, notes and views.
fn written(workspace: &Workspace) -> Result<Written, CliError> {
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    let humans = || {
        let people = analysis.tables.people.iter();
        people.filter(|person| person.is_human())
    };
    let logins = humans().flat_map(|person| &person.logins);
    let mut written = Written::of(
        humans().map(|person| person.display_name.clone()),
        logins.map(|login| login.0.clone()),
    );
    let team = TeamTree::of(&analysis, workspace, Keep::Nothing)?.files;
    let (mut files, mut drafts) = lead::files(&analysis, workspace)?;
    let everybody = person::everybody(&analysis);
    person::with_desk_of(&analysis, workspace, |desk| {
        for pack in everybody.iter().filter_map(|person| desk.pack(*person)) {
            let pages = desk.pages(&pack);
            files.extend(person::files(&pack, &pages)?);
            drafts.extend(person::drafts(&pages));
        }
        Ok::<(), CliError>(())
    })?;
    for file in drafts {
        let begun = file.draft.begun();
        let page = html::written(&begun, &file.nav)
            .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
        written.add(&begun);
        written.add(&page);
    }
    for (_, bytes) in &team {
        let bytes = bytes
            .whole()
            .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
        written.add(&String::from_utf8_lossy(&bytes));
    }
    for (_, bytes) in files {
        written.add(&String::from_utf8_lossy(&bytes));
    }
    for note in notes(&analysis, workspace) {
        written.add(&note);
    }
    Ok(written)
}

/// The notes of every follow-up of somebody whom the store knows.
fn notes(analysis: &Analysis, workspace: &Workspace) -> Vec<String> {
    let agreed = workspace.private_register.all_feedback();
    person::with_sources(analysis, workspace, |sources| {
        let notes = agreed.filter_map(|one| {
            let person = person_of(&analysis.tables.people, &one.login)?;
            follow_up::document(
                sources,
                person,
                &one,
                workspace.private_register.sprint_days,
            )
        });
        notes.map(|note| pack::document(&note)).collect()
    })
}
