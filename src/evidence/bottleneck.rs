//! How the waits of merged pull requests on one person stand against those on the others: the card of the lead's page, and of that
//! person's own.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::blocks::count;
use crate::domain::{Bucket, PersonId};
use crate::metrics::measure::{Ratio, Unit};
use crate::metrics::review::waits::{WaitsAmong, WaitsByStretch, WaitsCompared};
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::work::Question;

/// How waits on one person stand, over the window and by quarter of the merge.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Bottleneck {
    /// Name.
    pub name: String,
    /// Whether the person leads the team: leads are looked at first.
    pub is_lead: bool,
    /// The whole window.
    pub window: Stretch,
    /// Quarters in order.
    pub quarters: Vec<Stretch>,
    /// Who.
    #[serde(skip)]
    pub(super) person: PersonId,
}

/// One stretch of time. Hours are working hours of the person who was asked, where hours are agreed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Stretch {
    /// `2026-Q1`; `None`: the window.
    pub quarter: Option<String>,
    /// Merged pull requests that asked this person, and that asked anybody.
    pub asked: [u64; 2],
    /// 80 % interval of the share.
    pub share_interval: Option<[f64; 2]>,
    /// The share if everybody asked were asked alike.
    pub even_share: Option<f64>,
    /// Median hours waited on this person; `None` with too few.
    pub theirs: Option<f64>,
    /// Its 80 % interval.
    pub theirs_interval: Option<[f64; 2]>,
    /// Median hours waited on everybody else.
    pub others: Option<f64>,
    /// Its 80 % interval.
    pub others_interval: Option<[f64; 2]>,
    /// Waits on this person and on everybody else.
    pub n: [u64; 2],
    /// Waits left out because of an absence or of joining.
    pub n_apart: u64,
    /// More than an even share, and longer, by intervals that do not overlap.
    pub stands_out: bool,
    /// Whether there is enough of both to compare.
    #[serde(skip)]
    pub(super) is_compared: bool,
}

impl Stretch {
    fn of(quarter: Option<Bucket>, standing: &WaitsCompared) -> Self {
        Self {
            quarter: quarter.map(|quarter| quarter.to_string()),
            asked: [standing.asked.hits, standing.asked.of],
            share_interval: standing.interval,
            even_share: standing.even_share,
            theirs: standing.theirs.hours,
            theirs_interval: standing.theirs.interval,
            others: standing.others.hours,
            others_interval: standing.others.interval,
            n: [standing.theirs.n, standing.others.n],
            n_apart: standing.n_apart,
            stands_out: standing.stands_out(),
            is_compared: standing.interval.is_some()
                && standing.even_share.is_some()
                && standing.theirs.interval.is_some()
                && standing.others.interval.is_some(),
        }
    }
}

/// How the waits of a product on one person stand, over the window and by quarter.
pub(super) fn one(
    question: &Question,
    waits: &WaitsByStretch,
    person: PersonId,
    name: String,
) -> Bottleneck {
    let of_quarter = |(quarter, among): (&Bucket, &WaitsAmong)| {
        Stretch::of(Some(*quarter), &among.compared(question, person))
    };
    let mut members = question.roster.members.iter();
    Bottleneck {
        name,
        is_lead: members.any(|member| member.person == person && member.is_lead),
        window: Stretch::of(None, &waits.window.compared(question, person)),
        quarters: waits.quarters.iter().map(of_quarter).collect(),
        person,
    }
}

/// What the card tells of one person: leads are told in any case, everybody else where a quarter stands out; else nothing.
pub(super) fn of_one(unit: Unit, product: &str, one: &Bottleneck) -> Vec<Block> {
    if !one.is_lead && !stood_out(one) {
        return Vec::new();
    }
    vec![
        Block::Paragraph(vec![Span::text(sentence(unit, &one.window))]),
        Block::Table(table(unit, product, one)),
    ]
}

/// How the card is made, once for all products.
pub(super) fn method() -> Block {
    let note = |text: &str| vec![Span::text(text)];
    Block::Bullets(vec![
        note(
            "A wait is the time that a merged pull request had an open request to a person; withdrawn requests are left out.",
        ),
        note(
            "A quarter stands out when more than an even share of the merged pull requests asked the person, and the median wait was \
             longer than on everybody else: both 80 % intervals clear of what they are compared with. Leads are looked at first; \
             somebody else is shown where a quarter stands out, and nowhere else.",
        ),
        note(
            "Waits that ran into a declared absence or into somebody's first four weeks are left out of the card. On-call weeks are \
             not declared anywhere that linchpin reads.",
        ),
        vec![
            Span::text("The rows behind it, for everybody: "),
            Span::Code("linchpin explain review.turnaround --person <login>".to_owned()),
        ],
    ])
}

pub(super) fn stood_out(one: &Bottleneck) -> bool {
    one.window.stands_out || one.quarters.iter().any(|quarter| quarter.stands_out)
}

/// What is said where nobody stands out: which quarters could be compared at all. That nobody is told apart is not that all are alike.
pub(super) fn not_told_apart(among: &[&Bottleneck], whom: &str) -> String {
    let mut quarters: BTreeMap<&str, bool> = BTreeMap::new();
    for stretch in among.iter().flat_map(|one| &one.quarters) {
        if let Some(quarter) = stretch.quarter.as_deref() {
            *quarters.entry(quarter).or_default() |= stretch.is_compared;
        }
    }
    let (n, of) = (
        quarters
            .values()
            .filter(|is_compared| **is_compared)
            .count(),
        count(quarters.len(), "quarter"),
    );
    let words = format!("No quarter tells {whom} apart from the others");
    match n {
        0 => format!("{words}: too few waits to compare in each (n 0 of {of})."),
        n => format!(
            "{words}: no share of the merged pull requests above an even one goes with a longer median wait, each clear of its 80 % \
             interval. Compared: {n} of {of}{}.",
            if n == quarters.len() {
                ""
            } else {
                "; in the others there are too few waits"
            }
        ),
    }
}

/// What the intervals say, of the system, where somebody stands out.
pub(super) fn conclusion(found: &[&Bottleneck]) -> String {
    let mut quarters: Vec<&str> = found
        .iter()
        .flat_map(|one| &one.quarters)
        .filter(|quarter| quarter.stands_out)
        .filter_map(|quarter| quarter.quarter.as_deref())
        .collect();
    quarters.sort_unstable();
    quarters.dedup();
    if quarters.is_empty() {
        return "Over the window, merged pull requests waited on one person beyond an even share and longer than on the \
                others. No single quarter has enough of them to say when."
            .to_owned();
    }
    format!(
        "In {}, merged pull requests waited on one person beyond an even share and longer than on the others. It is the way \
         in which reviews are asked for that makes one desk the narrow place: spread the requests, ask a second person first, pair \
         on the areas that one person alone approves.",
        quarters.join(", ")
    )
}

const fn wait_title(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingHours => "Wait on them, median of working hours",
        _ => "Wait on them, median",
    }
}

fn sentence(unit: Unit, window: &Stretch) -> String {
    let [hits, of] = window.asked;
    let even = window.even_share.map_or_else(String::new, |even| {
        format!(", where an even share is {}", quantity::percent(even))
    });
    let median = |hours: Option<f64>, interval: Option<[f64; 2]>, n: u64| match hours {
        Some(hours) => {
            let ends = interval.map(|ends| quantity::interval(unit, hours, ends));
            let ends =
                ends.map_or_else(String::new, |[low, high]| format!(", 80 % {low} – {high}"));
            format!("{} (n {n}{ends})", quantity::alone(unit, hours))
        }
        None => format!("not summarised (n {n})"),
    };
    let [n, n_others] = window.n;
    format!(
        "{} merged pull requests waited on this person{even}; at the median {}, on everybody else {}.",
        share_words(Ratio { hits, of }),
        median(window.theirs, window.theirs_interval, n),
        median(window.others, window.others_interval, n_others),
    )
}

fn table(unit: Unit, product: &str, one: &Bottleneck) -> Table {
    let median = |found: Option<f64>, interval: Option<[f64; 2]>| {
        let words = found.map(|hours| {
            let ends = interval.map(|ends| quantity::interval(unit, hours, ends));
            match ends {
                Some([low, high]) => format!("{} ({low} – {high})", quantity::amount(unit, hours)),
                None => quantity::amount(unit, hours),
            }
        });
        words.map_or_else(
            || TableCell::Missing(Some("too few to summarise".to_owned())),
            TableCell::Number,
        )
    };
    let row = |stretch: &Stretch| {
        let [hits, of] = stretch.asked;
        let [n, n_others] = stretch.n;
        vec![
            TableCell::Text(stretch.quarter.clone().unwrap_or_default()),
            TableCell::Number(share_words(Ratio { hits, of })),
            TableCell::number(stretch.even_share.map(quantity::percent)),
            median(stretch.theirs, stretch.theirs_interval),
            TableCell::Number(quantity::count(n)),
            median(stretch.others, stretch.others_interval),
            TableCell::Number(quantity::count(n_others)),
            TableCell::Text(
                if stretch.stands_out {
                    "more and longer"
                } else {
                    "not told apart"
                }
                .to_owned(),
            ),
        ]
    };
    Table {
        title: format!("Waits of {product} by quarter: {}", one.name),
        columns: vec![
            Column::text("Merged in"),
            Column::number("Waited on them"),
            Column::number("Even share"),
            Column::number(wait_title(unit)),
            Column::number("n"),
            Column::number("On everybody else"),
            Column::number("n"),
            Column::text("Against the others"),
        ],
        // The newest first.
        rows: one.quarters.iter().rev().map(row).collect(),
        n_omitted: 0,
    }
}

/// A ratio in words: `12 of 40 (30 %)`.
pub(super) fn share_words(ratio: Ratio) -> String {
    let parts = format!(
        "{} of {}",
        quantity::count(ratio.hits),
        quantity::count(ratio.of)
    );
    match ratio.share() {
        Some(share) => format!("{parts} ({})", quantity::percent(share)),
        None => parts,
    }
}
