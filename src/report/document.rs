//! A written document as plain data: what an evidence pack is made of before it becomes Markdown or HTML.
//!
//! All text in it is raw, as it came from GitHub, git or a register: the renderer encodes it.

use schemars::JsonSchema;
use serde::Serialize;

use super::chart::Chart;
use super::drawing::Picture;
use super::table::Table;

/// A run of text inside a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Plain text.
    Text(String),
    /// Important text.
    Strong(String),
    /// Set apart: a reason, a caveat.
    Emphasis(String),
    /// A path, a commit, an id.
    Code(String),
    /// Text with a page behind it. An address that is not http or https is rendered as text.
    Link {
        /// What is shown.
        text: String,
        /// The page.
        url: String,
    },
    /// Text that leads to another part of the same views: its anchor on the page, and the stem of its file as text.
    Part {
        /// What is shown.
        text: String,
        /// The part.
        part: &'static str,
    },
}

impl Span {
    /// Plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What is read of it.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text(text)
            | Self::Strong(text)
            | Self::Emphasis(text)
            | Self::Code(text)
            | Self::Link { text, .. }
            | Self::Part { text, .. } => text,
        }
    }

    /// A link.
    #[must_use]
    pub fn link(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Link {
            text: text.into(),
            url: url.into(),
        }
    }
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading: 1 is the largest below the title, 4 the smallest.
    Heading(u8, Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// An unordered list.
    Bullets(Vec<Vec<Span>>),
    /// Somebody's words, line by line, as they came.
    Quote(String),
    /// A table.
    Table(Table),
    /// Parts set apart from what stands around them.
    Panel {
        /// Whether it asks for attention.
        is_notice: bool,
        /// The parts.
        blocks: Vec<Block>,
    },
    /// Parts of a draft that linchpin goes on writing for as long as nobody edits them.
    Refreshed {
        /// Stays the same from run to run: small letters, digits and hyphens.
        id: String,
        /// Whether the window holds all that the parts are about; else what was written before says more.
        is_whole: bool,
        /// The parts.
        blocks: Vec<Block>,
    },
    /// Parts that a page folds away until they are asked for.
    Details {
        /// What they are, in a few words.
        summary: String,
        /// The parts.
        blocks: Vec<Block>,
    },
    /// A chart: a page draws it, and a text names it with its description.
    Chart(Box<Chart>),
    /// A picture: a page draws it, and a text tells what it shows and names its files.
    Picture(Box<Picture>),
    /// A field that a person fills in: the label, and what belongs there.
    Blank {
        /// Label.
        label: String,
        /// What belongs there: `[yours to write]`.
        prompt: String,
    },
}

/// A document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// Title.
    pub title: String,
    /// One line under the title: whose, window, as of.
    pub subtitle: Vec<Span>,
    /// The parts in order.
    pub blocks: Vec<Block>,
}

/// One line of `evidence.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EvidenceLine {
    /// Version of the line's shape.
    pub format: u32,
    /// The snippet's id.
    pub id: String,
    /// Civil date, `2026-03-02`.
    pub on: String,
    /// Whose evidence it is: the login of the pack.
    pub person: String,
    /// Kind of moment: `reviewed`, `merged`, …
    pub kind: String,
    /// The observable act in one sentence.
    pub act: String,
    /// Pages.
    pub links: Vec<String>,
    /// The window it was taken from: since and until.
    pub window: Option<[String; 2]>,
    /// How many events it speaks of.
    pub n: Option<u64>,
    /// An excerpt, as it came.
    pub quote: Option<String>,
    /// What it cannot show.
    pub caveats: Vec<String>,
    /// Dimensions it can stand for.
    pub dimensions: Vec<String>,
    /// `win`, `challenge` or `context`.
    pub polarity: String,
    /// `observed`, `self_reported` or `lead_noted`.
    pub origin: String,
    /// `github_content` where the text came from GitHub.
    pub trust: Option<String>,
    /// The rule by which it was found, in words.
    pub rule: String,
}

/// A line of evidence, opened into what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenedEvidence {
    /// The line.
    #[serde(flatten)]
    pub line: EvidenceLine,
    /// What it was made from, by time.
    pub events: Vec<EventLine>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventLine {
    /// When.
    pub at: String,
    /// Who, by name; `None`: nobody is named.
    pub who: Option<String>,
    /// What.
    pub what: String,
    /// What is shown of the page: `widgets#412`.
    pub page: String,
    /// The page; `None` where there is none.
    pub url: Option<String>,
}
