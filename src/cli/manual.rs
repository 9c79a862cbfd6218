//! `linchpin completions` and `linchpin man`: the command line, for shells and for `man`.

use std::fs;

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use super::init::refused;

const NAME: &str = "linchpin";

/// Prints what a shell completes with.
pub fn completions(args: &CompletionsArgs) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    console::out(&String::from_utf8_lossy(&script));
    DONE
}

/// Prints the page of the program, or writes those of all commands into a folder.
pub fn man(args: &ManArgs) -> Result<u8, CliError> {
    let command = Cli::command();
    let Some(place) = &args.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .render(&mut page)
            .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
        console::out(&String::from_utf8_lossy(&page));
        return Ok(DONE);
    };
    fs::create_dir_all(place).map_err(|error| refused(place, error))?;
    let mut inside = fs::read_dir(place).map_err(|error| refused(place, error))?;
    if inside.next().is_some() {
        let message = format!("`{}` is not empty", place.display());
        return Err(CliError::new(ErrorKind::Usage, message)
            .hint("name a folder that is not there yet, or an empty one"));
    }
    clap_mangen::generate_to(command, place).map_err(|error| refused(place, error))?;
    Ok(DONE)
}
