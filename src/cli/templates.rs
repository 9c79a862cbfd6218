//! Templates of the user's own: read before anything else is done, and the examples.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::args::TemplateArgs;
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use super::workspace::Workspace;
use crate::register::nearest;
use crate::render::encode;
use crate::render::template::{self, EXAMPLES, Template, TemplateError};

/// The largest template that is read.
const MAX_BYTES: u64 = 1024 * 1024;

impl Workspace {
    /// With templates, read from their files: one that cannot be read is an error before anything is fetched.
    pub fn with_templates(mut self, places: &[PathBuf]) -> Result<Self, CliError> {
        let templates: Result<Vec<Template>, CliError> =
            places.iter().map(|place| read(place)).collect();
        self.templates = templates?;
        template::check(&self.templates).map_err(error)?;
        Ok(self)
    }
}

fn read(place: &Path) -> Result<Template, CliError> {
    let said = encode::terminal(&place.display().to_string());
    let refused = |because: &str| {
        let message = format!("the template `{said}` cannot be read: {because}");
        CliError::new(ErrorKind::Configuration, message)
            .hint("`--template` takes a text file; `linchpin template` prints examples")
    };
    let size = std::fs::metadata(place).map_err(|error| refused(&error.to_string()))?;
    if !size.is_file() {
        return Err(refused("it is no file"));
    }
    if size.len() > MAX_BYTES {
        return Err(refused("it is larger than 1 MiB"));
    }
    let text = std::fs::read_to_string(place).map_err(|error| refused(&error.to_string()))?;
    let name = place.file_name().and_then(|name| name.to_str());
    let name = name.filter(|name| encode::file_name(name) == *name);
    let name = name.ok_or_else(|| {
        refused("its name must be one of small letters, digits, `.`, `-` and `_`, since the file it makes is called like it")
    })?;
    Ok(Template {
        name: name.to_owned(),
        text,
    })
}

/// What is wrong with a template, with the next step.
pub(super) fn error(error: TemplateError) -> CliError {
    let hint = match &error {
        TemplateError::Ending(_) => {
            "name it `.html`, `.md` or `.txt`: the end says how values are encoded"
        }
        TemplateError::Twice(_) => "give each a name of its own: it is the name of the file",
        TemplateError::Broken { .. } => {
            "`linchpin schema template` has every variable, `linchpin template` examples"
        }
    };
    CliError::new(ErrorKind::Configuration, error).hint(hint)
}

/// Prints an example, or what there is.
pub fn template(args: &TemplateArgs) -> Result<u8, CliError> {
    let Some(name) = &args.name else {
        let mut text = String::new();
        for (name, _) in EXAMPLES {
            let _ = writeln!(text, "{name}");
        }
        console::out(&text);
        return Ok(DONE);
    };
    let mut examples = EXAMPLES.iter();
    let Some((_, text)) = examples.find(|(example, _)| example == name) else {
        let near = nearest(name, EXAMPLES.iter().map(|(name, _)| *name));
        let message = format!("no example is called `{}`", encode::terminal(name));
        return Err(
            CliError::new(ErrorKind::Usage, message).hint(near.map_or_else(
                || "`linchpin template` lists them".to_owned(),
                |near| format!("did you mean `{near}`?"),
            )),
        );
    };
    console::out(text);
    Ok(DONE)
}
