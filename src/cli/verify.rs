//! `linchpin verify`: what a write-up says, held against what linchpin would write.

use std::fs;
use std::path::Path;

use super::args::VerifyArgs;
use super::console;
use super::context::Context;
use super::error::{CROSSED, CliError, DONE, ErrorKind};
use super::report::team_files;
use super::workspace::Workspace;
use super::{lead, person};
use crate::analysis::Analysis;
use crate::domain::Account;
use crate::evidence::follow_up;
use crate::render::verify::{Finding, Written};
use crate::render::{encode, html, pack};
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
    let mut n = 0;
    for (file, text) in args.files.iter().zip(&texts) {
        for finding in written.findings(text) {
            console::out(&format!(
                "{}\n",
                encode::terminal(&sentence(file, &finding))
            ));
            n += 1;
        }
    }
    if n == 0 {
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

fn read(file: &Path) -> Result<String, CliError> {
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
        people.filter(|person| person.account == Account::Human)
    };
    let logins = humans().flat_map(|person| &person.logins);
    let mut written = Written::of(
        humans().map(|person| person.display_name.clone()),
        logins.map(|login| login.0.clone()),
    );
    let (team, _) = team_files(&analysis, &analysis.readings(), workspace, &|_| ())?;
    let (mut files, mut drafts) = lead::files(&analysis, workspace)?;
    files.extend(team);
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
