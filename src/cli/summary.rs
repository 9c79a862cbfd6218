//! What a report found, in a dozen lines: at the end of `run` and `report`, and again by `linchpin summary`, from the files alone.

use super::again::Again;
use super::args::{Format, SummaryArgs};
use super::error::{CliError, DONE, ErrorKind};
use super::workspace::Workspace;
use super::{browser, console};
use crate::folder::{Audience, Folder};
use crate::render::brief::{Brief, Ways, lines};
use crate::render::{BRIEF, SUMMARY, TeamFile, encode};

/// The lines of a report that was just written.
#[must_use]
pub fn of_files(files: &[TeamFile], workspace: &Workspace) -> String {
    let file = files.iter().find(|(name, _)| name == BRIEF);
    let brief = file.and_then(|(_, bytes)| Brief::parse(&bytes.whole().ok()?));
    brief.map_or_else(String::new, |brief| {
        told(&brief, workspace, &workspace.again)
    })
}

/// Prints the lines of the last report again.
pub fn again(args: &SummaryArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let team = workspace.out.join("team");
    let nothing = |said: &str| {
        let message = format!("`{}` {said}", encode::terminal(&team.display().to_string()));
        CliError::new(ErrorKind::Usage, message).hint(
            "`linchpin run` in the clone (or `linchpin report` from the store) writes one; name its folder with `--out`",
        )
    };
    let bytes = read(workspace, BRIEF)?.ok_or_else(|| nothing("holds no report"))?;
    let brief = Brief::parse(&bytes)
        .ok_or_else(|| nothing("holds the summary of another version, or one that was edited"))?;
    match args.form.format {
        Format::Table => console::show(&of_brief(&brief, workspace)),
        Format::Json => console::show(&String::from_utf8_lossy(&bytes)),
        Format::Markdown => {
            let text = read(workspace, SUMMARY)?.ok_or_else(|| nothing("holds no summary"))?;
            console::show(&String::from_utf8_lossy(&text));
        }
        Format::Csv => console::show(&crate::render::csv::table(
            &brief.table().first(args.form.most()),
        )),
    }
    browser::open_if(args.open, workspace)?;
    Ok(DONE)
}

/// The lines, with a next command that asks for the same window: the report may be of another day.
fn of_brief(brief: &Brief, workspace: &Workspace) -> String {
    let again = &workspace.again;
    let again = &if again.has_time() {
        again.clone()
    } else {
        let time = [
            ("--since", brief.window.since),
            ("--until", brief.window.until),
            ("--as-of", brief.as_of),
        ];
        let words = time.map(|(option, at)| [option.to_owned(), at.to_string()]);
        again.at(words.concat())
    };
    told(brief, workspace, again)
}

fn told(brief: &Brief, workspace: &Workspace, again: &Again) -> String {
    let next = brief.next().map(|(metric, product)| {
        let mut words = vec!["explain", metric];
        if brief.products.len() > 1 {
            words.extend(["--scope", product]);
        }
        again.command(&words)
    });
    // Where no figure is told, what there is to ask.
    let next = next.unwrap_or_else(|| Again::default().command(&["explain", "list"]));
    let page = browser::address(&browser::page(workspace));
    lines(brief, console::width(), &Ways { next, page })
}

fn read(workspace: &Workspace, name: &str) -> Result<Option<Vec<u8>>, CliError> {
    let refused = |error| super::output::refused(error, &workspace.out);
    let Some(folder) = Folder::find(&workspace.out, Audience::Everyone).map_err(refused)? else {
        return Ok(None);
    };
    folder.read(&format!("team/{name}")).map_err(refused)
}
