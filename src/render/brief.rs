//! What a report found, in short: `summary.json`, and the dozen lines that a terminal shows of it.
//!
//! Nothing is computed here: the figures are those of the strip, the lines those of the report. What is read back from the file tells
//! the same as what was written.

mod lines;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::lines::{Ways, lines};
use super::markdown::strip::last_months;
use super::{RenderError, encode};
use crate::domain::Window;
use crate::report::look::{self, Look, LookItem};
use crate::report::strip::{Days, Strip};
use crate::report::team::Shortcoming;
use crate::report::{ProductReport, Side, StripLine, TeamReport};

/// The layout of the file.
const FORMAT: u32 = 1;

/// A report in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Brief {
    /// The layout of the file: 1.
    pub format: u32,
    /// The report's title.
    pub title: String,
    /// The instant it speaks of.
    pub as_of: Timestamp,
    /// The window, up to but not including its last instant.
    pub window: Window,
    /// The time zone of its days.
    pub time_zone: String,
    /// The version that wrote it.
    pub version: String,
    /// Whether some data is there with a hole in it.
    pub partial: bool,
    /// What stands out, in one sentence.
    pub verdict: String,
    /// What was not read, worst first.
    pub not_read: Vec<NotRead>,
    /// Products in order.
    pub products: Vec<BriefProduct>,
    /// What to look at first.
    pub look_first: Vec<BriefLook>,
}

/// Data that is not there, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotRead {
    /// `pull requests of acme/web`.
    pub what: String,
    /// `partial`, `forbidden`, …
    pub state: String,
    /// Why.
    pub because: Option<String>,
    /// The step that would complete it.
    pub fix: Option<String>,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BriefProduct {
    /// Its name.
    pub name: String,
    /// The last days: the first and the last of them; `None`: nothing is compared.
    pub now: Option<[String; 2]>,
    /// As many before them.
    pub before: Option<[String; 2]>,
    /// What its durations are.
    pub clock: Option<String>,
    /// What moved, in one sentence.
    pub moved: Option<String>,
    /// The figures that have something to tell, in order.
    pub figures: Vec<BriefFigure>,
}

/// A figure now and before, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BriefFigure {
    /// Unique in its product.
    pub id: String,
    /// The metric that opens it.
    pub metric: String,
    /// What it is called, with its clock.
    pub title: String,
    /// What it is called where there is little room.
    pub short: String,
    /// In the last days.
    pub now: BriefSide,
    /// In as many before them.
    pub before: BriefSide,
    /// `longer`, `not told apart`, …
    pub change: String,
    /// Whether something moved.
    pub is_move: bool,
    /// Whether it stands in the overview of all products.
    pub in_overview: bool,
    /// The last months' numbers, oldest first; empty where fewer than two have one.
    pub months: Vec<Option<f64>>,
}

/// One side of a figure: words and n, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BriefSide {
    /// `3.2 h`.
    pub text: Option<String>,
    /// Rows behind it.
    pub n: Option<u64>,
    /// Why there is nothing.
    pub because: Option<String>,
}

/// What to look at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BriefLook {
    /// Its kind in words.
    pub kind: String,
    /// The product that it is about.
    pub product: String,
    /// What there is, in one sentence; backticks set off code.
    pub text: String,
    /// Work items: what each is, and its page.
    pub items: Vec<(String, Option<String>)>,
    /// Work items that are not listed.
    pub n_omitted: usize,
    /// The next step; backticks set off code.
    pub next: String,
    /// The metric that opens it further.
    pub metric: Option<String>,
}

impl Brief {
    /// A report in short.
    #[must_use]
    pub fn of(report: &TeamReport) -> Self {
        Self {
            format: FORMAT,
            title: report.title.clone(),
            as_of: report.as_of,
            window: report.window,
            time_zone: super::json::zone_name(report),
            version: report.version.clone(),
            partial: report.is_partial(),
            verdict: look::verdict(&report.looks),
            not_read: report.shortcomings.iter().map(not_read).collect(),
            products: report.products.iter().map(product).collect(),
            look_first: report.looks.iter().map(look_first).collect(),
        }
    }

    /// What a file says; `None` where it is of another layout, or none.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let brief: Self = serde_json::from_slice(bytes).ok()?;
        (brief.format == FORMAT).then_some(brief)
    }
}

/// `summary.json`.
///
/// # Errors
/// A defect of the program: a number that JSON cannot carry.
pub fn json(brief: &Brief) -> Result<String, RenderError> {
    Ok(encode::json(serde_json::to_string_pretty(brief)? + "\n"))
}

fn not_read(shortcoming: &Shortcoming) -> NotRead {
    NotRead {
        what: shortcoming.what.clone(),
        state: shortcoming.state.to_owned(),
        because: shortcoming.reason.clone(),
        fix: shortcoming.fix.clone(),
    }
}

fn product(product: &ProductReport) -> BriefProduct {
    let strip = product.strip.as_ref();
    let days = |days: Days| [days.first.to_string(), days.last.to_string()];
    BriefProduct {
        name: product.name.clone(),
        now: strip.map(|strip| days(strip.now)),
        before: strip.map(|strip| days(strip.before)),
        clock: strip.and_then(Strip::clock).map(str::to_owned),
        moved: strip.map(|strip| strip.moved.clone()),
        figures: strip
            .into_iter()
            .flat_map(Strip::told)
            .map(figure)
            .collect(),
    }
}

fn figure(line: &StripLine) -> BriefFigure {
    BriefFigure {
        id: line.id.clone(),
        metric: line.metric.to_owned(),
        title: line.title.clone(),
        short: line.short.clone(),
        now: side(&line.now),
        before: side(&line.before),
        change: line.change.words().to_owned(),
        is_move: line.change.is_move(),
        in_overview: line.in_overview,
        months: last_months(&line.spark),
    }
}

fn side(side: &Side) -> BriefSide {
    match side {
        Side::Found(found) => BriefSide {
            text: Some(found.text.clone()),
            n: Some(found.n),
            because: None,
        },
        Side::Missing(because) => BriefSide {
            text: None,
            n: None,
            because: Some(because.clone()),
        },
    }
}

fn look_first(look: &Look) -> BriefLook {
    let item = |item: &LookItem| (item.text.clone(), item.link.clone());
    BriefLook {
        kind: look.kind.words().to_owned(),
        product: look.product.clone(),
        text: look.text.clone(),
        items: look.items.iter().map(item).collect(),
        n_omitted: look.n_omitted,
        next: look.next.clone(),
        metric: look.metric.map(str::to_owned),
    }
}
