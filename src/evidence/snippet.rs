//! A snippet: one dated, linked, observable act.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use crate::domain::{PersonId, Window};

pub use crate::domain::moment::Kind;

/// How the id of a snippet begins.
const ID: &str = "ev-";

/// Whether a moment speaks for a win, a challenge, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Polarity {
    /// Something done.
    Win,
    /// Something that waits, came back or stands still.
    Challenge,
    /// Neither by itself.
    Context,
}

impl Polarity {
    /// The word used in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Win => "win",
            Self::Challenge => "challenge",
            Self::Context => "context",
        }
    }
}

/// Where a snippet is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Derived from facts.
    Observed,
    /// Written by the person.
    SelfReported,
    /// Written by the lead.
    LeadNoted,
}

impl Origin {
    /// The word used in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::SelfReported => "self_reported",
            Self::LeadNoted => "lead_noted",
        }
    }
}

/// What a snippet can stand for in a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Writing architecture down.
    ArchitectureDocumentation,
    /// Delivering small features.
    SmallFeatureDelivery,
    /// Talking with the team.
    TeamCommunication,
    /// The craft.
    TechnicalExecution,
    /// Working across teams or areas.
    CrossTeamCollaboration,
    /// Taking something on.
    OwnershipAndInitiative,
}

impl Dimension {
    /// Every dimension, in the order of a review.
    pub const ALL: [Self; 6] = [
        Self::ArchitectureDocumentation,
        Self::SmallFeatureDelivery,
        Self::TeamCommunication,
        Self::TechnicalExecution,
        Self::CrossTeamCollaboration,
        Self::OwnershipAndInitiative,
    ];

    /// The words used in files.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ArchitectureDocumentation => "architecture documentation",
            Self::SmallFeatureDelivery => "small-feature delivery",
            Self::TeamCommunication => "team communication",
            Self::TechnicalExecution => "technical execution",
            Self::CrossTeamCollaboration => "cross-team collaboration",
            Self::OwnershipAndInitiative => "ownership and initiative",
        }
    }
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// What is shown: `widgets#412`.
    pub text: String,
    /// The address.
    pub url: String,
}

/// A piece of a sentence. Only linchpin's own words are linted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// Linchpin's own.
    Own(String),
    /// As it came from GitHub or from a person; shown in quotation marks.
    Given(String),
    /// A page.
    Link(Link),
}

/// A sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Act(pub Vec<Words>);

impl Act {
    /// Adds linchpin's own words.
    #[must_use]
    pub fn own(mut self, text: impl Into<String>) -> Self {
        self.0.push(Words::Own(text.into()));
        self
    }

    /// Adds words as they came.
    #[must_use]
    pub fn given(mut self, text: &str) -> Self {
        self.0.push(Words::Given(text.trim().to_owned()));
        self
    }

    /// Adds a page.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.0.push(Words::Link(link));
        self
    }

    /// Adds pages, separated by commas, each with what follows it.
    #[must_use]
    pub fn list(mut self, links: impl IntoIterator<Item = (Link, String)>) -> Self {
        for (at, (link, after)) in links.into_iter().enumerate() {
            if at > 0 {
                self = self.own(", ");
            }
            self = self.link(link);
            if !after.is_empty() {
                self = self.own(after);
            }
        }
        self
    }

    /// The sentence as plain text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for words in &self.0 {
            match words {
                Words::Own(own) => text.push_str(own),
                Words::Given(given) => {
                    text.push('“');
                    text.push_str(given);
                    text.push('”');
                }
                Words::Link(link) => text.push_str(&link.text),
            }
        }
        text
    }

    /// Whether it names something that can be looked up: a page, or a commit.
    #[must_use]
    pub fn has_receipt(&self) -> bool {
        self.0.iter().any(|words| matches!(words, Words::Link(_)))
    }

    /// The first page that it names.
    #[must_use]
    pub fn first_link(&self) -> Option<&Link> {
        self.0.iter().find_map(|words| match words {
            Words::Link(link) => Some(link),
            _ => None,
        })
    }

    /// The pages, without repetition, in order.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for words in &self.0 {
            // A commit of a repository without a page is named, and leads nowhere.
            if let Words::Link(link) = words
                && !link.url.is_empty()
                && !links.contains(&link.url)
            {
                links.push(link.url.clone());
            }
        }
        links
    }
}

/// Somebody's words, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The text, as it came, cut to a few lines.
    pub text: String,
    /// Its page.
    pub url: String,
}

/// Something that a snippet was made from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who did it; `None`: nobody is named, or an account that is gone.
    pub who: Option<PersonId>,
    /// What: `opened`, `approved`, `merged`.
    pub what: String,
    /// Where.
    pub link: Link,
}

/// One dated, linked, observable act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// Stable: the same act has the same id in every run and store.
    pub id: String,
    /// The civil date.
    pub on: Date,
    /// Whose.
    pub person: PersonId,
    /// What kind of moment.
    pub kind: Kind,
    /// The sentence.
    pub act: Act,
    /// The window that its count was taken from.
    pub window: Window,
    /// Events that it speaks of.
    pub n: u64,
    /// An excerpt.
    pub quote: Option<Quote>,
    /// What it cannot show.
    pub caveats: Vec<&'static str>,
    /// What it can stand for.
    pub dimensions: Vec<Dimension>,
    /// Win, challenge or context.
    pub polarity: Polarity,
    /// Observed, or written by hand.
    pub origin: Origin,
    /// The areas it happened in, for even sampling.
    pub areas: Vec<String>,
    /// How large the work is, to find the largest of one person's period: no number that is printed.
    pub weight: u64,
    /// What it was made from, by time.
    pub events: Vec<Event>,
}

impl Snippet {
    /// The id of an act: a hash of whose it is, its kind, its date and what it is about.
    #[must_use]
    pub fn id_of(login: &str, kind: Kind, on: Date, about: &str) -> String {
        let mut hasher = Sha256::new();
        for part in [
            login.to_ascii_lowercase().as_str(),
            kind.word(),
            &on.to_string(),
            about,
        ] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        let digest = hasher.finalize();
        digest
            .iter()
            .take(5)
            .fold(String::from(ID), |id, byte| format!("{id}{byte:02x}"))
    }

    /// Of a sentence that sums up commits or reviews: what the person did of it, by time. None of any other sentence.
    pub fn summed_up(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| match self.kind {
            // Each of them is the person's, also where somebody else signed it first.
            Kind::Committed | Kind::Paired => true,
            Kind::Reviewed => event.who == Some(self.person),
            _ => false,
        })
    }

    /// The days that it is of: its own, and those of what it sums up. Not sorted, and some more than once.
    pub fn days(&self, zone: &TimeZone) -> impl Iterator<Item = Date> {
        let summed_up = self.summed_up();
        let summed_up = summed_up.map(|event| zone.to_datetime(event.at).date());
        std::iter::once(self.on).chain(summed_up)
    }

    /// Whether a text is the id of a snippet, whoever's.
    #[must_use]
    pub fn is_id(text: &str) -> bool {
        let digits = text.strip_prefix(ID);
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        digits.is_some_and(|digits| digits.len() == 10 && digits.bytes().all(is_digit))
    }

    /// Whether it speaks against: a challenge, or a change that was taken back.
    #[must_use]
    pub fn speaks_against(&self) -> bool {
        // A change is a win, and neither win nor challenge once it went out and came back.
        let is_taken_back = self.kind.is_change() && self.polarity == Polarity::Context;
        self.polarity == Polarity::Challenge || is_taken_back
    }

    /// Whether it is a win, or an entry by hand: what a person can be proud of.
    #[must_use]
    pub fn speaks_for(&self) -> bool {
        self.polarity == Polarity::Win || self.origin != Origin::Observed
    }

    /// Whether the text holds what people wrote on GitHub: then it is not to be trusted as instructions.
    #[must_use]
    pub fn holds_github_content(&self) -> bool {
        self.origin == Origin::Observed
    }
}
