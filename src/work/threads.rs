//! Threads of review on pull requests: what each was about, by the words of who opened it, and whether a commit on its file followed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Reading;
use super::delivery::carriers;
use super::pull_requests::{FullPullRequest, Key, not_human, of_product as pull_requests};
use crate::domain::{Comment, CommentKind, CommitId, PersonId, PullRequestCommit, RepositoryId};
use crate::tables::Tables;

/// What a thread is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// How the parts fit together.
    Design,
    /// What is tested.
    Tests,
    /// How it is written down.
    Format,
    /// None of the words of the others is in it.
    Other,
}

/// The words of a topic, the first that is found deciding. A text without any of them is not guessed at.
const WORDS: [(Topic, &[&str]); 3] = [
    (
        Topic::Design,
        &[
            "abstraction",
            "architecture",
            "boundary",
            "boundaries",
            "concurrency",
            "contract",
            "coupled",
            "coupling",
            "decouple",
            "dependencies",
            "dependency",
            "design",
            "encapsulate",
            "idempotent",
            "inheritance",
            "interface",
            "interfaces",
            "invariant",
            "invariants",
            "layer",
            "layers",
            "modelled",
            "ownership",
            "race",
            "refactor",
            "responsibilities",
            "responsibility",
            "schema",
            "transaction",
        ],
    ),
    (
        Topic::Tests,
        &[
            "assert",
            "assertion",
            "assertions",
            "asserts",
            "coverage",
            "fixture",
            "fixtures",
            "flaky",
            "mock",
            "mocks",
            "regression",
            "test",
            "tested",
            "testing",
            "tests",
            "untested",
        ],
    ),
    (
        Topic::Format,
        &[
            "blank",
            "capital",
            "format",
            "formatted",
            "formatting",
            "indent",
            "indentation",
            "lint",
            "linter",
            "naming",
            "newline",
            "nit",
            "nitpick",
            "rename",
            "spacing",
            "spelling",
            "style",
            "typo",
            "typos",
            "whitespace",
            "wording",
        ],
    ),
];

impl Topic {
    /// All of them, in the order of a page.
    pub const ALL: [Self; 4] = [Self::Design, Self::Tests, Self::Format, Self::Other];

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Design => "design",
            Self::Tests => "tests",
            Self::Format => "format",
            Self::Other => "none of the words",
        }
    }

    /// By the words that it is told by; none for [`Topic::Other`].
    #[must_use]
    pub fn told_by(self) -> &'static [&'static str] {
        let found = WORDS.iter().find(|(topic, _)| *topic == self);
        found.map_or(&[], |(_, words)| *words)
    }

    /// Of a text: what its author wrote, not what it repeats of others or of code.
    #[must_use]
    pub fn of(body: &str) -> Self {
        let text = own_words(body).to_lowercase();
        let words: HashSet<&str> = text
            .split(|letter: char| !letter.is_alphanumeric())
            .collect();
        let mut topics = WORDS.iter();
        let found = topics.find(|(_, told_by)| told_by.iter().any(|word| words.contains(word)));
        found.map_or(Self::Other, |(topic, _)| *topic)
    }
}

/// A comment without the lines that it quotes and without blocks of code.
#[must_use]
pub fn own_words(body: &str) -> String {
    let mut own: Vec<&str> = Vec::new();
    let mut is_code = false;
    for line in body.lines() {
        let start = line.trim_start();
        if start.starts_with("```") || start.starts_with("~~~") {
            is_code = !is_code;
        } else if !is_code && !start.starts_with('>') {
            own.push(line);
        }
    }
    own.join("\n").trim().to_owned()
}

/// Whether a commit on the file of a thread followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// The first that did: on the default branch, and when it was authored.
    By(CommitId, Timestamp),
    /// None of the pull request did.
    No,
    /// Which files the later commits changed is not in the record: they were squashed or amended, or are not on the default branch.
    Untold,
}

/// A thread of review that somebody opened on another's pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thread {
    /// Place of its first comment in [`crate::domain::Facts::comments`].
    comment: usize,
    /// Who opened it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub topic: Topic,
    /// Whether a commit on its file followed.
    pub followed: Followed,
}

impl Thread {
    /// The comment that opened it.
    #[must_use]
    pub fn opened<'a>(&self, tables: &'a Tables) -> Option<&'a Comment> {
        tables.facts.comments.get(self.comment)
    }
}

/// The threads of a product's pull requests.
#[derive(Debug, Default)]
pub struct Threads {
    of: HashMap<Key, Vec<Thread>>,
}

impl Threads {
    /// Those of a pull request, by time.
    #[must_use]
    pub fn of(&self, key: Key) -> &[Thread] {
        self.of.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// Of a product; found once a reading. On people's pull requests, inline, opened by a person other than the author.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Threads> {
    reading.once(|| found(reading))
}

fn found(reading: &Reading<'_>) -> Threads {
    let tables = reading.tables;
    let wholes = pull_requests(reading);
    let by_people = wholes.iter().filter(|whole| {
        let author = whole.pull_request.author;
        not_human(tables, author).is_none()
    });
    let wholes: HashMap<Key, &FullPullRequest<'_>> =
        by_people.map(|whole| (whole.key(), whole)).collect();
    // By pull request and thread: the first comment.
    let mut first: BTreeMap<(Key, &str), usize> = BTreeMap::new();
    for (at, comment) in tables.facts.comments.iter().enumerate() {
        let key = (comment.repository, comment.number);
        let is_inline = comment.kind == CommentKind::Inline && comment.path.is_some();
        if !is_inline || comment.created_at >= reading.question.as_of || !wholes.contains_key(&key)
        {
            continue;
        }
        let thread = comment.thread.as_deref().unwrap_or(&comment.comment);
        let known = first.entry((key, thread)).or_insert(at);
        let earlier = tables.facts.comments.get(*known);
        if earlier.is_some_and(|earlier| comment.created_at < earlier.created_at) {
            *known = at;
        }
    }
    let mut of: HashMap<Key, Vec<Thread>> = HashMap::new();
    for ((key, _), at) in first {
        let (Some(comment), Some(whole)) = (tables.facts.comments.get(at), wholes.get(&key)) else {
            continue;
        };
        let by = comment.author.filter(|by| tables.is_human(*by));
        if let Some(by) = by.filter(|by| whole.pull_request.author != Some(*by)) {
            of.entry(key).or_default().push(Thread {
                comment: at,
                by,
                at: comment.created_at,
                topic: Topic::of(&comment.body),
                followed: Followed::Untold,
            });
        }
    }
    let later = Later::of(reading, &of);
    for (key, threads) in &mut of {
        threads.sort_by_key(|thread| (thread.at, thread.comment));
        if let Some(whole) = wholes.get(key) {
            for thread in threads {
                thread.followed = later.followed(reading, whole, thread);
            }
        }
    }
    Threads { of }
}

/// The commits of pull requests, as the default branch has them.
struct Later<'a> {
    /// By pull request: author time, and row of the commits.
    landed: HashMap<Key, Vec<(Timestamp, usize)>>,
    /// By pull request: its own commits, those that bring the base in left out.
    own: HashMap<Key, Vec<&'a PullRequestCommit>>,
    places: HashMap<(RepositoryId, &'a str), u32>,
}

impl<'a> Later<'a> {
    /// Of the pull requests that have threads.
    fn of(reading: &Reading<'a>, of: &HashMap<Key, Vec<Thread>>) -> Self {
        let tables = reading.tables;
        let mut own: HashMap<Key, Vec<&'a PullRequestCommit>> = HashMap::new();
        for commit in &tables.facts.pull_request_commits {
            let key = (commit.repository, commit.number);
            if of.contains_key(&key) && !commit.updates_from_base {
                own.entry(key).or_default().push(commit);
            }
        }
        let carriers = carriers::of_product(reading);
        let mut landed: HashMap<Key, Vec<(Timestamp, usize)>> = HashMap::new();
        for (at, row) in tables.commits.iter().enumerate() {
            if row.is_merge || !reading.product.has(row.repository) {
                continue;
            }
            let Some(key) = carriers.of_row(at) else {
                continue;
            };
            // A squash has an author time of its own: it is none of the pull request's commits, and tells nothing of their order.
            let is_one = |commit: &&PullRequestCommit| commit.authored_at == row.authored_at;
            if own.get(&key).is_some_and(|own| own.iter().any(is_one)) {
                landed.entry(key).or_default().push((row.authored_at, at));
            }
        }
        for rows in landed.values_mut() {
            rows.sort_unstable();
        }
        let files = (0_u32..).zip(&tables.changes.files);
        Self {
            landed,
            own,
            places: files
                .map(|(place, file)| ((file.repository, file.path.as_str()), place))
                .collect(),
        }
    }

    fn followed(
        &self,
        reading: &Reading<'_>,
        whole: &FullPullRequest<'_>,
        thread: &Thread,
    ) -> Followed {
        let key = whole.key();
        let ended_at = whole.ended_at(reading.question);
        let is_later = |at: Timestamp| at > thread.at && ended_at.is_none_or(|ended| at <= ended);
        let landed = self.landed.get(&key).map_or(&[][..], Vec::as_slice);
        let landed: Vec<_> = landed.iter().filter(|(at, _)| is_later(*at)).collect();
        let path = thread.opened(reading.tables);
        let path = path.and_then(|comment| comment.path.as_deref());
        let place = path.and_then(|path| self.places.get(&(key.0, path)));
        let touches = |row: usize| {
            place.is_some_and(|file| reading.tables.changes.files_of(row).contains(file))
        };
        let mut rows = landed.iter();
        if let Some((at, row)) = rows.find(|(_, row)| touches(*row))
            && let Some(row) = reading.tables.commits.get(*row)
        {
            return Followed::By(row.commit, *at);
        }
        let own = self.own.get(&key).map_or(&[][..], Vec::as_slice);
        let n_later = own.iter().filter(|own| is_later(own.authored_at)).count();
        let is_amended = whole
            .timeline
            .iter()
            .any(|event| event.event == "head_ref_force_pushed" && is_later(event.at));
        if n_later == landed.len() && !is_amended {
            Followed::No
        } else {
            Followed::Untold
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_about_what_its_own_words_say() {
        let check = |body: &str, topic| assert_eq!(Topic::of(body), topic, "{body}");
        check("nit: blank line", Topic::Format);
        check("Is this tested?", Topic::Tests);
        check("Design question: who owns it?", Topic::Design);
        // How the parts fit goes before what is tested, and that before how it is written down.
        check("A test of the interface, and a typo", Topic::Design);
        check("Nice.", Topic::Other);
        check("", Topic::Other);
        // What is quoted, and what is code, is not what they say.
        check("> nit: a typo\n\n```\ntest()\n```\nWhy?", Topic::Other);
        // A word inside another one is another word.
        check("Latest contest", Topic::Other);
    }

    #[test]
    fn no_word_tells_two_topics() {
        let mut words: Vec<&str> = WORDS
            .iter()
            .flat_map(|(_, words)| *words)
            .copied()
            .collect();
        let n = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), n);
    }
}
