//! Templates: the environment that the built-in pages are rendered in, and pages of the user's own.
//!
//! Whatever a template says, every value passes the encoder of the sink that its file name ends in, and a value that is not there is an
//! error.

mod view;

use std::collections::BTreeSet;
use std::ops::Range;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

pub use self::view::schema;
use super::{OutputFile, encode, markdown};
use crate::report::TeamReport;

/// The example of a page.
const DIGEST_HTML: &str = include_str!("../../reports/templates/digest.html");
/// The example of a text in Markdown.
const DIGEST_MARKDOWN: &str = include_str!("../../reports/templates/digest.md");
/// The example of a plain text.
const DIGEST_TEXT: &str = include_str!("../../reports/templates/digest.txt");

/// The templates that linchpin brings as examples: each one's file name and text.
pub const EXAMPLES: [(&str, &str); 3] = [
    ("digest.html", DIGEST_HTML),
    ("digest.md", DIGEST_MARKDOWN),
    ("digest.txt", DIGEST_TEXT),
];

/// What the result of a template is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sink {
    /// A page.
    Html,
    /// Markdown as GitHub reads it.
    Markdown,
    /// Plain text, such as a message for a chat.
    Text,
}

impl Sink {
    /// The sink of a file, by its name's end.
    fn of(file: &str) -> Option<Self> {
        let (_, end) = file.rsplit_once('.')?;
        match end {
            "html" => Some(Self::Html),
            "md" => Some(Self::Markdown),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }

    fn encoded(self, text: &str) -> String {
        match self {
            Self::Html => encode::html(text),
            Self::Markdown => encode::markdown(text),
            Self::Text => encode::chat(text),
        }
    }

    /// A sentence in which backticks set off code.
    fn prose(self, text: &str) -> String {
        match self {
            Self::Html => prose(text),
            Self::Markdown => markdown::prose(text),
            Self::Text => encode::chat(text),
        }
    }

    /// A text that leads somewhere; the text alone where the address may not be linked.
    fn link(self, text: &str, address: &str) -> String {
        let words = self.encoded(text);
        let Some(place) = encode::url(address) else {
            return words;
        };
        match self {
            Self::Html => format!("<a href=\"{}\">{words}</a>", encode::html(&place)),
            Self::Markdown => encode::markdown_link(text, &place),
            Self::Text => format!("{words} {place}"),
        }
    }
}

/// An environment without templates: strict, and every value that is printed passes the sink's encoder, but for what was made for it.
pub(super) fn environment<'a>(sink: Sink) -> Environment<'a> {
    let mut environment = Environment::new();
    // So that what a block or a macro printed is known to be encoded already, in Markdown too.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // An error then knows its place. Left alone, that would hold only where the engine itself is compiled with its checks: never in a release.
    environment.set_debug(true);
    environment.set_formatter(move |output, state, value| written(sink, output, state, value));
    // Nothing gets around the encoder, and nothing is encoded twice.
    environment.remove_filter("safe");
    environment.add_filter("escape", |value: Value| value);
    environment.add_filter("e", |value: Value| value);
    environment.add_filter("prose", move |text: &str| {
        Value::from_safe_string(sink.prose(text))
    });
    environment.add_filter("link", move |text: &Value, address: Option<&str>| {
        Value::from_safe_string(sink.link(&text.to_string(), address.unwrap_or_default()))
    });
    environment
}

fn written(
    sink: Sink,
    output: &mut Output<'_>,
    _: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(Error::new(
            ErrorKind::UndefinedError,
            "a value of the template is not defined",
        ));
    }
    if value.is_none() {
        return Ok(());
    }
    let text = value.to_string();
    let written = if value.is_safe() {
        output.write_str(&text)
    } else {
        output.write_str(&sink.encoded(&text))
    };
    written.map_err(|_| Error::new(ErrorKind::WriteFailure, "the page cannot grow"))
}

/// A sentence in which backticks set off code: each piece is encoded, and the code stands in its own element.
fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let is_paired = pieces.len() % 2 == 1;
    if !is_paired {
        return encode::html(text);
    }
    let piece = |(at, piece): (usize, &&str)| {
        if at % 2 == 0 {
            encode::html(piece)
        } else {
            format!("<code>{}</code>", encode::html(piece))
        }
    };
    pieces.iter().enumerate().map(piece).collect()
}

/// A template of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The file that it makes, by name: an end decides how values are encoded.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Why a template gives no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The name does not say how values are encoded.
    #[error("the template `{}` ends neither in `.html` nor in `.md` nor in `.txt`", encode::terminal(.0))]
    Ending(String),
    /// Two would make one file.
    #[error("two templates are called `{}`", encode::terminal(.0))]
    Twice(String),
    /// It cannot be read, or asks for what is not there.
    #[error("the template `{}`, line {line}: {reason}", encode::terminal(.name))]
    Broken {
        /// The template.
        name: String,
        /// Where.
        line: usize,
        /// What, with the expression where it is known.
        reason: String,
    },
}

/// Whether templates can be read at all, before anything is fetched or measured for them.
///
/// # Errors
/// The first that cannot, with its line.
pub fn check(templates: &[Template]) -> Result<(), TemplateError> {
    let mut names = BTreeSet::new();
    for template in templates {
        if Sink::of(&template.name).is_none() {
            return Err(TemplateError::Ending(template.name.clone()));
        }
        if !names.insert(template.name.to_ascii_lowercase()) {
            return Err(TemplateError::Twice(template.name.clone()));
        }
    }
    load(&mut environment(Sink::Text), templates)
}

/// The files that templates make of a report, in the order of the templates. A template whose name begins with `_` makes none: the others
/// include, import or extend it.
///
/// # Errors
/// The first template that cannot be rendered, with its line.
pub fn files(
    templates: &[Template],
    report: &TeamReport,
) -> Result<Vec<OutputFile>, TemplateError> {
    check(templates)?;
    let context = Value::from(Serde(view::ReportView::of(report)));
    let made = templates
        .iter()
        .filter(|template| !template.name.starts_with('_'));
    made.map(|template| file(template, templates, &context))
        .collect()
}

fn file(
    template: &Template,
    all: &[Template],
    context: &Value,
) -> Result<OutputFile, TemplateError> {
    let sink = Sink::of(&template.name).unwrap_or(Sink::Text);
    let mut environment = environment(sink);
    load(&mut environment, all)?;
    let text = environment
        .get_template(&template.name)
        .and_then(|template| template.render(context))
        .map_err(|error| broken(template, &error))?;
    Ok((template.name.clone(), text.into_bytes()))
}

/// Parses templates into an environment: blocks that stand alone on their line leave no line.
fn load<'a>(environment: &mut Environment<'a>, all: &'a [Template]) -> Result<(), TemplateError> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    // The delimiters are the usual ones, which cannot clash.
    environment.set_syntax(syntax.unwrap_or_default());
    for template in all {
        environment
            .add_template(&template.name, &template.text)
            .map_err(|error| broken(template, &error))?;
    }
    Ok(())
}

/// Where a template is wrong, from what the engine says.
fn broken(template: &Template, error: &Error) -> TemplateError {
    // An error in what a template includes is told as the cause of one there.
    let mut innermost = error;
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        if let Some(found) = source.downcast_ref::<Error>() {
            innermost = found;
        }
        next = source.source();
    }
    let expression = innermost
        .range()
        .zip(innermost.template_source())
        .and_then(|(range, text)| expression(text, range))
        .map(|text| encode::terminal(text.trim()))
        .filter(|text| !text.is_empty());
    let words = innermost
        .detail()
        .map_or_else(|| innermost.kind().to_string(), str::to_owned);
    let reason = match (innermost.kind(), expression) {
        (ErrorKind::UndefinedError, Some(found)) => format!("`{found}` is not defined"),
        (_, Some(found)) => format!("{} in `{found}`", encode::terminal(&words)),
        (_, None) => encode::terminal(&words),
    };
    TemplateError::Broken {
        name: innermost.name().unwrap_or(&template.name).to_owned(),
        line: innermost.line().unwrap_or(1),
        reason,
    }
}

/// The expression at a place of a template: the engine names the last step of a path alone, so what leads there is taken along.
fn expression(text: &str, at: Range<usize>) -> Option<&str> {
    let before = text.get(..at.start)?;
    let is_step = |letter: char| letter.is_alphanumeric() || "_.[]'\"".contains(letter);
    let leads = before.len() - before.trim_end_matches(is_step).len();
    text.get(at.start - leads..at.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_set_off_code_and_nothing_else() {
        let check = |text: &str, expected: &str| assert_eq!(prose(text), expected);
        check("set `A<B` now", "set <code>A&lt;B</code> now");
        check("one ` alone <b>", "one &#96; alone &lt;b&gt;");
        check("plain", "plain");
    }
}
