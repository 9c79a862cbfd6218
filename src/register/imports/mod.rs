//! `[[import]]`: files beside the register that declare what GitHub does not know, read into deployments and incidents.
//!
//! A file is CSV or a line of [CDEvents](https://cdevents.dev) after the other. What cannot be read of it is told with its line, and
//! the rest counts; a column that nobody knows is refused.

mod cdevents;
mod csv;
mod rows;

use std::sync::Arc;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::{Error, nearest};
use super::team::Register;
use crate::domain::{
    Completeness, DeclaredDeployment, DeclaredIncident, ImportKind, ImportLine, ImportLines,
    IncidentEvent, Place, RepoName, ToldTime, Whereabouts,
};

/// Files that declare deployments or incidents which GitHub does not know.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// What they declare.
    #[schemars(example = &"incidents")]
    pub kind: ImportKind,
    /// A glob of files below the register's folder: `.csv` is a table, `.ndjson` or `.jsonl` an event of CDEvents a line. The columns of
    /// deployments are `id`, `deployed_at`, and as far as they are known `repository`, `environment`, `commit`, `status`, `url`; those of
    /// incidents are `id`, `started_at` or `detected_at`, and `repository`, `product`, `resolved_at`, `severity`, `title`, `url`,
    /// `caused_by`.
    #[schemars(example = &"incidents/*.csv")]
    pub path: String,
    /// The product, where a row says neither that nor a repository, and none is given here.
    #[serde(default)]
    #[schemars(example = &"widgets")]
    pub product: Option<String>,
    /// The repository, where a row says neither that nor a product.
    #[serde(default)]
    #[schemars(example = &"acme/widgets", with = "Option<String>")]
    pub repository: Option<RepoName>,
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    CdEvents,
}

impl Form {
    /// By the ending of a file's name.
    fn of(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::CdEvents),
            _ => None,
        }
    }
}

/// The text of a file that an import means.
#[derive(Debug, Clone)]
pub struct ImportText {
    /// Which of the imports, by their order in the register.
    pub import: usize,
    /// The file, as it lies below the register's folder.
    pub file: String,
    /// What stands in it.
    pub text: String,
}

/// What all imports declare together, as it came: whose each is, and whether it was told before, the store tells.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Deployments, in the order of files and lines.
    pub deployments: Vec<DeclaredDeployment>,
    /// Incidents of tables, in the order of files and lines.
    pub incidents: Vec<DeclaredIncident>,
    /// Events of incidents, in the order of files and lines.
    pub events: Vec<IncidentEvent>,
    /// What each file gave.
    pub lines: ImportLines,
}

pub(super) fn validate(register: &Register, file: &str) -> Result<(), Error> {
    let wrong = |key: &str, message: String| Err(Error::content(file, key, message));
    for import in &register.imports {
        let path = &import.path;
        let mut parts = path.split('/');
        if path.is_empty() || parts.any(|part| matches!(part, "" | "." | "..")) {
            let message = format!("`{path}` is not a path below the register's folder");
            return wrong("import.path", message);
        }
        if path.contains(['\\', ':', '\0']) {
            let message =
                format!("`{path}` is not a path: folders are set apart by `/`, and none has a `:`");
            return wrong("import.path", message);
        }
        if Form::of(path).is_none() {
            let message = format!("`{path}` ends in none of `.csv`, `.ndjson`, `.jsonl`");
            return wrong("import.path", message);
        }
        if let Err(error) = globset::Glob::new(path) {
            return wrong(
                "import.path",
                format!("`{path}` is not a glob: {}", error.kind()),
            );
        }
        let known = || {
            register
                .products
                .iter()
                .map(|product| product.name.as_str())
        };
        if let Some(product) = &import.product
            && !known().any(|name| name == product)
        {
            let nearest = nearest(product, known())
                .map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
            return wrong(
                "import.product",
                format!("`{product}` is no `[[product]]`{nearest}"),
            );
        }
    }
    Ok(())
}

impl Register {
    /// The register with what its imports' files declare.
    ///
    /// # Errors
    /// A table with a column that nobody knows, or without one that it needs.
    pub fn with_imports(mut self, texts: &[ImportText]) -> Result<Self, Error> {
        let mut imported = Imported::default();
        let zone = self.calendar.zone();
        for (at, import) in self.imports.iter().enumerate() {
            let mut n_files = 0;
            for text in texts.iter().filter(|text| text.import == at) {
                n_files += 1;
                let mut line = ImportLine::new(at, &text.file, import.kind);
                line.product.clone_from(&import.product);
                line.completeness = Completeness::Complete;
                imported.lines.add(line);
                let mut reader = Reader {
                    import,
                    at,
                    file: Arc::from(text.file.as_str()),
                    zone: &zone,
                    lines: &mut imported.lines,
                };
                match (Form::of(&text.file), import.kind) {
                    (Some(Form::Csv), ImportKind::Deployments) => {
                        let found = rows::deployments(&mut reader, &text.text)?;
                        imported.deployments.extend(found);
                    }
                    (Some(Form::Csv), ImportKind::Incidents) => {
                        let found = rows::incidents(&mut reader, &text.text)?;
                        imported.incidents.extend(found);
                    }
                    (Some(Form::CdEvents), ImportKind::Deployments) => {
                        let found = cdevents::deployments(&mut reader, &text.text);
                        imported.deployments.extend(found);
                    }
                    (Some(Form::CdEvents), ImportKind::Incidents) => {
                        let found = cdevents::incidents(&mut reader, &text.text);
                        imported.events.extend(found);
                    }
                    (None, _) => reader.lacks("a file that is neither CSV nor NDJSON", None),
                }
            }
            if n_files == 0 {
                let mut line = ImportLine::new(at, &import.path, import.kind);
                line.product.clone_from(&import.product);
                line.completeness = Completeness::NotFound;
                line.lacks("no file matches", None);
                imported.lines.add(line);
            }
        }
        self.imported = Arc::new(imported);
        Ok(self)
    }

    /// The same register as if it had no imports: what facts are derived under has nothing to do with them.
    #[must_use]
    pub fn without_imports(&self) -> Self {
        Self {
            imports: Vec::new(),
            imported: Arc::default(),
            ..self.clone()
        }
    }
}

/// What reads one file.
struct Reader<'a> {
    import: &'a Import,
    at: usize,
    file: Arc<str>,
    zone: &'a TimeZone,
    lines: &'a mut ImportLines,
}

/// The longest id, and the longest title: longer ones tell of a field that holds something else.
const LONGEST_ID: usize = 200;
const LONGEST_TITLE: usize = 300;

impl Reader<'_> {
    fn place(&self, line: u64) -> Place {
        Place {
            import: self.at,
            file: Arc::clone(&self.file),
            line,
        }
    }

    fn lacks(&mut self, what: &str, line: Option<u64>) {
        let place = self.place(line.unwrap_or_default());
        if let Some(of_file) = self.lines.of(&place) {
            of_file.lacks(what, line);
        }
    }

    fn tells(&mut self, what: &str, line: u64) {
        self.lines.tells(what, &self.place(line));
    }

    /// Counts a record of the import's kind.
    fn counts(&mut self) {
        let place = self.place(0);
        if let Some(of_file) = self.lines.of(&place) {
            of_file.n_records += 1;
        }
    }

    /// Whose a record is that says what it says.
    fn whereabouts(&self, repository: Option<String>, product: Option<String>) -> Whereabouts {
        Whereabouts {
            repository,
            product,
            hints: Vec::new(),
            else_repository: self.import.repository.as_ref().map(ToString::to_string),
            else_product: self.import.product.clone(),
        }
    }

    /// An instant; `Err` where the text is none. One without a zone is of the register's, and told.
    fn instant(&mut self, text: &str, line: u64) -> Result<Option<jiff::Timestamp>, ()> {
        match ToldTime::of(text, self.zone) {
            ToldTime::Nothing => Ok(None),
            ToldTime::Unreadable => Err(()),
            ToldTime::At(at) => Ok(Some(at)),
            ToldTime::Zoneless(at) => {
                let zone = self.zone.iana_name().unwrap_or("UTC");
                self.tells(&format!("a time without a zone, read in {zone}"), line);
                Ok(Some(at))
            }
        }
    }

    /// A page's address; one that is no web address is told and left out.
    fn page(&mut self, text: &str, line: u64) -> Option<String> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        let is_page = (lower.starts_with("https://") || lower.starts_with("http://"))
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
        if !is_page && !text.is_empty() {
            self.tells("a `url` that is no web address is not linked", line);
        }
        is_page.then(|| text.to_owned())
    }
}

/// A text without what surrounds it; `None` where nothing is left.
fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A title of a readable length.
fn title(text: &str) -> Option<String> {
    let text = some(text)?;
    if text.chars().count() <= LONGEST_TITLE {
        return Some(text);
    }
    let mut short: String = text.chars().take(LONGEST_TITLE).collect();
    short.push('…');
    Some(short)
}

/// Why an id cannot be one.
fn id_mistake(id: &str) -> Option<&'static str> {
    match id.chars().count() {
        0 => Some("has no `id`"),
        n if n > LONGEST_ID => Some("has an `id` of more than 200 characters"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
