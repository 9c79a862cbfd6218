//! Which repositories are meant: by name, by owner, by a glob of names, by topic or by team; and which of them are left out.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

use super::id::{RepoName, is_repo_name_part};
use super::listing::Source;

/// One entry of a list of repositories: what it names, and whether that is left out (`!`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    /// What it names.
    pub pattern: RepositoryPattern,
    /// Whether what it names is left out of what the other entries name.
    pub leaves_out: bool,
}

/// What an entry of a list of repositories names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepositoryPattern {
    /// One repository: `acme/widgets`.
    Name(RepoName),
    /// Repositories of one owner by a glob of their names: `acme/payments-*`; all of them are `acme/*`.
    Glob {
        /// The owner.
        owner: String,
        /// The glob, without the owner.
        glob: String,
    },
    /// Repositories of one owner with a topic: `topic:acme/payments`, or `topic:payments` where one owner alone is known.
    Topic {
        /// The owner; `None`: the one that is known.
        owner: Option<String>,
        /// The topic, in lower case.
        topic: String,
    },
    /// Repositories that a team has access to: `team:acme/payments`, or `team:payments` as above.
    Team {
        /// The organisation; `None`: the one that is known.
        owner: Option<String>,
        /// The team's slug.
        slug: String,
    },
}

/// Why a text names no repositories.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no repositories: {why}")]
pub struct NotASelector {
    /// The text.
    pub text: String,
    /// What is wrong with it, and what could stand there.
    pub why: String,
}

/// What may stand in a list of repositories.
const FORMS: &str = "write `owner/name`, a glob of names such as `owner/payments-*`, `topic:owner/topic` or `team:owner/team`; a `!` before \
                     it leaves out";

impl Selector {
    /// The entry of one repository.
    #[must_use]
    pub const fn of_name(name: RepoName) -> Self {
        Self {
            pattern: RepositoryPattern::Name(name),
            leaves_out: false,
        }
    }

    /// The repository that it names itself, and does not leave out.
    #[must_use]
    pub const fn name(&self) -> Option<&RepoName> {
        match &self.pattern {
            RepositoryPattern::Name(name) if !self.leaves_out => Some(name),
            _ => None,
        }
    }

    /// What is wrong with the entries of one list, held against each other.
    #[must_use]
    pub fn mistake_among(selectors: &[Self]) -> Option<String> {
        let left_out = || selectors.iter().filter(|one| one.leaves_out);
        if !selectors.is_empty() && left_out().count() == selectors.len() {
            return Some("leaves repositories out and names none".to_owned());
        }
        let by_name = left_out().filter(|one| {
            matches!(
                one.pattern,
                RepositoryPattern::Name(_) | RepositoryPattern::Glob { .. }
            )
        });
        for out in by_name {
            let matcher = out.pattern.matcher();
            let mut named = selectors.iter().filter_map(Selector::name);
            if let Some(both) = named.find(|name| matcher.is_match(name, &[])) {
                return Some(format!("`{both}` is named, and left out by `{out}`"));
            }
        }
        None
    }
}

impl RepositoryPattern {
    /// The owner that it names; `None` for a short form.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.owner()),
            Self::Glob { owner, .. } => Some(owner),
            Self::Topic { owner, .. } | Self::Team { owner, .. } => owner.as_deref(),
        }
    }

    /// The same with the owner of a short form.
    #[must_use]
    pub fn of(&self, owner: &str) -> Self {
        let mut whole = self.clone();
        match &mut whole {
            Self::Topic { owner: slot, .. } | Self::Team { owner: slot, .. } if slot.is_none() => {
                *slot = Some(owner.to_owned());
            }
            _ => {}
        }
        whole
    }

    /// The list of GitHub's that answers it; `None` for a name, which needs none, and for a short form.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        match self {
            Self::Name(_) => None,
            Self::Glob { owner, .. } => Some(Source::owner(owner)),
            Self::Topic { owner, .. } => owner.as_deref().map(Source::owner),
            Self::Team { owner, slug } => owner.as_deref().map(|owner| Source::team(owner, slug)),
        }
    }

    /// The form under which two spellings of one pattern are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }

    /// What tells whether a repository of its list is meant.
    #[must_use]
    pub fn matcher(&self) -> Matcher {
        match self {
            Self::Name(name) => Matcher::Name(name.key()),
            Self::Glob { owner, glob } => Matcher::Glob(owner.clone(), compile(glob).ok()),
            Self::Topic { owner, topic } => Matcher::Topic(owner.clone(), topic.clone()),
            Self::Team { .. } => Matcher::All,
        }
    }
}

/// A pattern made ready for many repositories.
#[derive(Debug)]
pub enum Matcher {
    /// By name, in lower case.
    Name(String),
    /// By owner and glob.
    Glob(String, Option<GlobMatcher>),
    /// By owner and topic.
    Topic(Option<String>, String),
    /// Whatever the list has.
    All,
}

impl Matcher {
    /// Whether a repository with a name and topics is meant.
    #[must_use]
    pub fn is_match(&self, name: &RepoName, topics: &[String]) -> bool {
        match self {
            Self::Name(key) => name.key() == *key,
            Self::Glob(owner, glob) => {
                owner.eq_ignore_ascii_case(name.owner())
                    && glob.as_ref().is_some_and(|glob| glob.is_match(name.name()))
            }
            Self::Topic(owner, topic) => {
                owner
                    .as_ref()
                    .is_none_or(|owner| owner.eq_ignore_ascii_case(name.owner()))
                    && topics.iter().any(|known| known.eq_ignore_ascii_case(topic))
            }
            Self::All => true,
        }
    }
}

fn compile(glob: &str) -> Result<GlobMatcher, globset::Error> {
    let built = GlobBuilder::new(glob).case_insensitive(true).build()?;
    Ok(built.compile_matcher())
}

impl FromStr for Selector {
    type Err = NotASelector;

    fn from_str(text: &str) -> Result<Self, NotASelector> {
        let rest = text.strip_prefix('!');
        let named = rest.unwrap_or(text);
        let pattern = pattern(named).map_err(|why| NotASelector {
            text: text.to_owned(),
            why,
        })?;
        Ok(Self {
            pattern,
            leaves_out: rest.is_some(),
        })
    }
}

/// An owner may stand before the last part: `topic:payments`, `topic:acme/payments`.
fn with_owner(text: &str) -> Result<(Option<String>, &str), String> {
    match text.split_once('/') {
        None => Ok((None, text)),
        Some((owner, rest)) if is_repo_name_part(owner) => Ok((Some(owner.to_owned()), rest)),
        Some(_) => Err(FORMS.to_owned()),
    }
}

fn pattern(text: &str) -> Result<RepositoryPattern, String> {
    if let Some(rest) = text.strip_prefix("topic:") {
        let (owner, topic) = with_owner(rest)?;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if topic.is_empty() || topic.len() > 50 || !topic.chars().all(is_plain) {
            return Err(
                "a topic is one word of letters, digits and hyphens, whole: `topic:owner/topic`"
                    .to_owned(),
            );
        }
        let topic = topic.to_ascii_lowercase();
        return Ok(RepositoryPattern::Topic { owner, topic });
    }
    if let Some(rest) = text.strip_prefix("team:") {
        let (owner, slug) = with_owner(rest)?;
        if !is_repo_name_part(slug) {
            return Err(
                "a team is named whole, as in its address on GitHub: `team:owner/team`".to_owned(),
            );
        }
        let slug = slug.to_owned();
        return Ok(RepositoryPattern::Team { owner, slug });
    }
    let Some((owner, name)) = text.split_once('/') else {
        if !is_repo_name_part(text) {
            return Err(FORMS.to_owned());
        }
        let (owner, glob) = (text.to_owned(), "*".to_owned());
        return Ok(RepositoryPattern::Glob { owner, glob });
    };
    if owner.contains(['*', '?', '[', '{']) {
        return Err("an owner is named whole; only names of repositories may be globs".to_owned());
    }
    let is_glob_letter =
        |letter: char| letter.is_ascii_alphanumeric() || "-_.*?[]{},!^".contains(letter);
    if !is_repo_name_part(owner) || !name.chars().all(is_glob_letter) || name.len() > 200 {
        return Err(FORMS.to_owned());
    }
    if !name.contains(['*', '?', '[', '{']) {
        let name: Result<RepoName, _> = text.parse();
        return name
            .map(RepositoryPattern::Name)
            .map_err(|_| FORMS.to_owned());
    }
    compile(name).map_err(|error| format!("`{name}` is not a glob: {}", error.kind()))?;
    Ok(RepositoryPattern::Glob {
        owner: owner.to_owned(),
        glob: name.to_owned(),
    })
}

impl fmt::Display for RepositoryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name}"),
            Self::Glob { owner, glob } => write!(f, "{owner}/{glob}"),
            Self::Topic { owner, topic } => match owner {
                Some(owner) => write!(f, "topic:{owner}/{topic}"),
                None => write!(f, "topic:{topic}"),
            },
            Self::Team { owner, slug } => match owner {
                Some(owner) => write!(f, "team:{owner}/{slug}"),
                None => write!(f, "team:{slug}"),
            },
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = if self.leaves_out { "!" } else { "" };
        write!(f, "{before}{}", self.pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Selector {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_is_read_and_written() {
        for (text, written) in [
            ("acme", "acme/*"),
            ("acme/widgets", "acme/widgets"),
            ("acme/.github", "acme/.github"),
            ("acme/payments-*", "acme/payments-*"),
            ("acme/{a,b}?", "acme/{a,b}?"),
            ("topic:Payments", "topic:payments"),
            ("topic:acme/payments", "topic:acme/payments"),
            ("team:payments", "team:payments"),
            ("team:acme/payments", "team:acme/payments"),
            ("!acme/x", "!acme/x"),
            ("!topic:acme/x", "!topic:acme/x"),
        ] {
            assert_eq!(read(text).to_string(), written);
            assert_eq!(read(written), read(text));
        }
    }

    #[test]
    fn what_names_nothing_is_refused_with_what_could_stand_there() {
        for (text, said) in [
            ("", "owner/name"),
            ("!", "owner/name"),
            ("!!acme/x", "owner/name"),
            ("acme/", "owner/name"),
            ("/x", "owner/name"),
            ("acme/..", "owner/name"),
            ("../x", "owner/name"),
            ("acme/a/b", "owner/name"),
            ("acme/a b", "owner/name"),
            ("https://github.com/acme/x", "owner/name"),
            ("*/x", "an owner is named whole"),
            ("acme/[a", "is not a glob"),
            ("topic:", "a topic is one word"),
            ("topic:acme/", "a topic is one word"),
            ("topic:acme/a*", "a topic is one word"),
            ("team:acme/", "a team is named whole"),
            ("team:a/b/c", "a team is named whole"),
        ] {
            let refused = text.parse::<Selector>().unwrap_err().to_string();
            assert!(refused.contains(said), "{text}: {refused}");
        }
    }

    #[test]
    fn names_match_without_regard_to_case_and_in_their_owner_alone() {
        let check = |pattern: &str, name: &str, expected: bool| {
            let topics = ["payments".to_owned()];
            let found = read(pattern).pattern.matcher();
            let is_match = found.is_match(&name.parse().unwrap(), &topics);
            assert_eq!(is_match, expected, "{pattern} {name}");
        };
        check("acme/Payments-*", "ACME/payments-api", true);
        check("acme/payments-*", "acme/payments", false);
        check("acme/payments-*", "umbrella/payments-api", false);
        check("acme/Widgets", "Acme/widgets", true);
        check("topic:acme/payments", "acme/x", true);
        check("topic:umbrella/payments", "acme/x", false);
        check("topic:acme/billing", "acme/x", false);
    }
}
