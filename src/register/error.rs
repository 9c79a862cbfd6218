//! What can be wrong with a register.

/// A register that cannot be used. The text names file, line and key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("{place}: {message}")]
    Toml {
        /// `file:line`.
        place: String,
        /// What is wrong, with the nearest known key where there is one.
        message: String,
    },
    /// TOML of the right shape whose content contradicts itself.
    #[error("{file}: `{key}`: {message}")]
    Content {
        /// The file.
        file: String,
        /// The key, dotted.
        key: String,
        /// What is wrong.
        message: String,
    },
    /// Several mistakes, none of which follows from another.
    #[error("{first}")]
    Several {
        /// The first.
        first: Box<Self>,
        /// The others.
        others: Vec<Self>,
    },
}

impl Error {
    /// The mistakes, each alone.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        let (first, others) = match self {
            Self::Several { first, others } => (first.as_ref(), others.as_slice()),
            one => (one, [].as_slice()),
        };
        std::iter::once(first).chain(others)
    }

    /// With other mistakes of the same file.
    pub(super) fn with(self, others: Vec<Self>) -> Self {
        if others.is_empty() {
            return self;
        }
        Self::Several {
            first: Box::new(self),
            others,
        }
    }

    /// The mistakes that some checks found, where any did.
    pub(super) fn of_checks(
        checks: impl IntoIterator<Item = Result<(), Self>>,
    ) -> Result<(), Self> {
        let mut found = checks.into_iter().filter_map(Result::err);
        match found.next() {
            Some(first) => Err(first.with(found.collect())),
            None => Ok(()),
        }
    }

    pub(super) fn toml(file: &str, text: &str, source: &toml::de::Error) -> Self {
        let line = source.span().map_or(1, |span| {
            text.get(..span.start).unwrap_or(text).matches('\n').count() + 1
        });
        let message = source.message().trim().replace('\n', " ");
        // TOML has dates of its own, which read like these.
        let message = message.replace(
            "invalid type: map, expected a date string",
            "a date is written in quotes, as `\"2026-02-28\"`",
        );
        let message = match source.span().and_then(|span| key_before(text, span.start)) {
            Some(key) if !message.contains(&format!("`{key}`")) => format!("`{key}`: {message}"),
            _ => message,
        };
        let message = match nearest_known_word(&message) {
            Some(known) => format!("{message}; did you mean `{known}`?"),
            None => message,
        };
        Self::Toml {
            place: format!("{file}:{line}"),
            message,
        }
    }

    pub(super) fn content(file: &str, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Content {
            file: file.to_owned(),
            key: key.into(),
            message: message.into(),
        }
    }
}

/// The key of a value that begins at a place, where both are on one line.
fn key_before(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = before.rsplit('\n').next()?;
    let key = line.trim_end().strip_suffix('=')?.trim();
    let is_key = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    (!key.is_empty() && key.chars().all(is_key)).then_some(key)
}

/// From serde's "unknown field `x`, expected one of `a`, `b`", and the same of a variant: the expected one that is nearest to `x`.
fn nearest_known_word(message: &str) -> Option<String> {
    let (_, rest) = ["unknown field `", "unknown variant `"]
        .iter()
        .find_map(|before| message.split_once(before))?;
    let (wrong, expected) = rest.split_once('`')?;
    nearest(wrong, expected.split('`').skip(1).step_by(2)).map(str::to_owned)
}

/// The known word that is nearest to another one; `None` where none is near.
pub fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(3.max(wrong.len() / 3), wrong, known)
}

/// The known word that another one may be a slip of, where that may as well be right: so near that nobody calls two things so.
pub fn slip_of<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(1.max(wrong.len() / 5), wrong, known)
}

fn nearest_within<'a>(
    most: usize,
    wrong: &str,
    known: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .map(|known| (edit_distance(wrong, known), known))
        .min()
        .filter(|(distance, _)| *distance <= most)
        .map(|(_, known)| known)
}

/// Levenshtein's distance between two short words.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (at, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[at + 1];
            row[at + 1] = substituted.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[right.len()]
}
