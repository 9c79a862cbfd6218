//! Where a change comes from: a person, an agent, both, or automation; and what tells so.
//!
//! Nothing ever says "written by a person": tools are told to hide. So a share of agents is at least what it is.

use schemars::JsonSchema;
use serde::Deserialize;

use super::commit_id::CommitId;
use super::id::{PersonId, PrNumber, RepositoryId};

/// What is known of where a change comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An agent opened it or wrote it: its author is one, or all of its commits are by one.
    Agent,
    /// Some evidence that an agent had a part in what a person answers for.
    PersonWithAgent,
    /// A bot that updates, translates, builds or releases.
    Automation,
    /// Nothing tells of an agent. This is not "by a person alone".
    NoEvidence,
}

impl Origin {
    /// Every origin, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::Agent,
        Self::PersonWithAgent,
        Self::NoEvidence,
        Self::Automation,
    ];

    /// The word used in facts, files and options.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::PersonWithAgent => "person_with_agent",
            Self::Automation => "automation",
            Self::NoEvidence => "no_evidence",
        }
    }

    /// The origin of a word written by [`Origin::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.word() == word)
    }

    /// As it stands in a sentence or a column of a page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Agent => "agents",
            Self::PersonWithAgent => "people with an agent",
            Self::Automation => "automation",
            Self::NoEvidence => "no evidence of an agent",
        }
    }
}

/// What tells that an agent had a part in something, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// A note says which lines an agent wrote (`refs/notes/ai`).
    Lines,
    /// The author or actor is an agent's account or signature.
    Account,
    /// The platform tells when an agent worked on it.
    Platform,
    /// A trailer of a commit: a co-author that is an agent, `Assisted-by`, a session's address.
    Trailer,
    /// A label, a branch's name, or the last lines of a description, as tools write them.
    Convention,
    /// The register says so.
    Declared,
}

impl Rung {
    /// Every rung, strongest first.
    pub const ALL: [Self; 6] = [
        Self::Lines,
        Self::Account,
        Self::Platform,
        Self::Trailer,
        Self::Convention,
        Self::Declared,
    ];

    /// The word used in facts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Account => "account",
            Self::Platform => "platform",
            Self::Trailer => "trailer",
            Self::Convention => "convention",
            Self::Declared => "declared",
        }
    }

    /// The rung of a word written by [`Rung::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.word() == word)
    }

    /// Its place on the ladder, from 1.
    #[must_use]
    pub const fn place(self) -> u32 {
        match self {
            Self::Lines => 1,
            Self::Account => 2,
            Self::Platform => 3,
            Self::Trailer => 4,
            Self::Convention => 5,
            Self::Declared => 6,
        }
    }
}

/// What a row of provenance is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProvenanceKind {
    /// A commit.
    Commit,
    /// A pull request.
    PullRequest,
    /// A review.
    Review,
}

impl ProvenanceKind {
    /// The word used in facts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::PullRequest => "pull_request",
            Self::Review => "review",
        }
    }

    /// The kind of a word written by [`ProvenanceKind::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Commit, Self::PullRequest, Self::Review]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// One piece of evidence that an agent had a part in a commit, a pull request or a review.
///
/// All pieces are kept; [`Rung`] orders them, and the strongest is printed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Provenance {
    /// The repository.
    pub repository: RepositoryId,
    /// What it is about: one of the next three says which.
    pub kind: ProvenanceKind,
    /// The pull request, or the one that the review is of.
    pub number: Option<PrNumber>,
    /// The commit.
    pub commit: Option<CommitId>,
    /// The review: its node id.
    pub review: Option<String>,
    /// What tells it.
    pub rung: Rung,
    /// What the agent is called, as the list of agents or the register calls it; `None`: an agent that does not say which.
    pub tool: Option<String>,
    /// The model, where the evidence names one.
    pub model: Option<String>,
    /// The agent's account or signature.
    pub agent: Option<PersonId>,
    /// The person who had the agent do it; `None`: not known.
    pub delegator: Option<PersonId>,
    /// The evidence itself, at most [`Provenance::LONGEST`] characters: text as it came, to be encoded by every sink.
    pub evidence: String,
    /// Where to read it.
    pub link: Option<String>,
}

impl Provenance {
    /// How many characters of evidence are kept.
    pub const LONGEST: usize = 120;

    /// A text as evidence: one line, cut where it is too long.
    #[must_use]
    pub fn quoted(text: &str) -> String {
        let line = text.lines().next().unwrap_or_default().trim();
        if line.chars().count() <= Self::LONGEST {
            return line.to_owned();
        }
        let kept: String = line.chars().take(Self::LONGEST - 1).collect();
        format!("{}…", kept.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_ordered_by_strength_and_words_are_read_back() {
        let places: Vec<u32> = Rung::ALL.iter().map(|rung| rung.place()).collect();
        assert_eq!(places, [1, 2, 3, 4, 5, 6]);
        assert!(Rung::ALL.is_sorted());
        for rung in Rung::ALL {
            assert_eq!(Rung::from_word(rung.word()), Some(rung));
        }
        for origin in Origin::ALL {
            assert_eq!(Origin::from_word(origin.word()), Some(origin));
        }
    }

    #[test]
    fn evidence_is_one_line_of_at_most_a_hundred_and_twenty_characters() {
        assert_eq!(
            Provenance::quoted(" Assisted-by: Codex \nmore"),
            "Assisted-by: Codex"
        );
        let long = Provenance::quoted(&"ä".repeat(500));
        assert_eq!(long.chars().count(), Provenance::LONGEST);
        assert!(long.ends_with('…'));
    }
}
