//! `debt.md`: the debt wall. Open issues with a label of debt: since when, where, whose, and when anybody last touched them.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::book::Book;
use crate::domain::{Issue, PrNumber};
use crate::evidence::Page;
use crate::evidence::blocks::{count, paragraph, unobserved};
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::work::delivery::actions::{Done, done};
use crate::work::flow_rules::DEBT;
use crate::work::pull_requests::{Key, of_product};
use crate::work::{Need, Reading};

const INTRO: &str = "Open issues with a label of debt, by area: work items, and nobody's list of tasks. An area is told by a pull request \
                     that closes or mentions the issue, else by a label that is called like one. A touch is a comment, a label, a \
                     mention or the opening; edits and assignments are not observed.";

/// So many issues of a product are listed.
const MOST: usize = 200;

pub(super) fn page(book: &Book<'_>) -> Page {
    let rules = &book.sources.past.question.flow;
    let labels: Vec<String> = rules
        .labels_of(DEBT)
        .iter()
        .map(|label| format!("“{label}”"))
        .collect();
    let mut blocks = Vec::new();
    if labels.is_empty() {
        blocks.push(paragraph(
            "Not observed: the register's `[work_mix.debt]` names no labels.",
        ));
        return book.document("debt", "Debt", INTRO, blocks);
    }
    blocks.push(paragraph(format!(
        "Labels of debt, by the register's `[work_mix.debt]` or its defaults: {}.",
        labels.join(", ")
    )));
    let touches = touches(book);
    for reading in book.readings() {
        blocks.extend(book.heading(&reading.product.name));
        match unobserved(reading, Need::Issues, "issues") {
            Some(block) => blocks.push(block),
            None => blocks.extend(of_product_blocks(book, reading, &touches)),
        }
    }
    book.document("debt", "Debt", INTRO, blocks)
}

/// The last touch of every issue with a label of debt, and what it was.
fn touches(book: &Book<'_>) -> HashMap<Key, (Timestamp, &'static str)> {
    let question = book.sources.past.question;
    let facts = &book.sources.past.tables.facts;
    let issues = facts.issues.iter();
    let debt = issues.filter(|issue| question.flow.has_label_of(DEBT, &issue.labels));
    let mut touches: HashMap<Key, (Timestamp, &'static str)> = debt
        .map(|issue| {
            let key = (issue.repository, issue.number);
            (key, (issue.created_at, "opened"))
        })
        .collect();
    let mut touch = |key: Key, at: Timestamp, what: &'static str| {
        if at < question.as_of
            && let Some(last) = touches.get_mut(&key)
            && at > last.0
        {
            *last = (at, what);
        }
    };
    for row in &facts.issue_comments {
        touch((row.repository, row.number), row.created_at, "a comment");
    }
    for row in &facts.timeline {
        let what = match row.event.as_str() {
            "labeled" => "a label",
            "reopened" => "reopened",
            "cross_referenced" => "a mention",
            _ => continue,
        };
        touch((row.repository, row.number), row.at, what);
    }
    touches
}

fn of_product_blocks(
    book: &Book<'_>,
    reading: &Reading<'_>,
    touches: &HashMap<Key, (Timestamp, &'static str)>,
) -> Vec<Block> {
    let question = reading.question;
    let facts = &book.sources.past.tables.facts;
    let open: Vec<&Issue> = facts
        .issues
        .iter()
        .filter(|issue| {
            reading.product.has(issue.repository)
                && issue.created_at < question.as_of
                && question.flow.has_label_of(DEBT, &issue.labels)
                && done(issue, question) == Done::Open
        })
        .collect();
    if open.is_empty() {
        return vec![paragraph("No open issue has a label of debt.")];
    }
    let areas = Areas::of(reading, &open);
    let mut listed: Vec<(String, &Issue)> = open
        .iter()
        .map(|issue| (areas.of_issue(issue), *issue))
        .collect();
    // Of which nobody knows where they belong stand last.
    listed.sort_by_cached_key(|(area, issue)| {
        (
            area.is_empty(),
            area.clone(),
            issue.created_at,
            issue.number,
        )
    });
    let n_omitted = u64::try_from(listed.len().saturating_sub(MOST)).unwrap_or(0);
    let row = |(area, issue): &(String, &Issue)| {
        let key = (issue.repository, issue.number);
        let page = match book.page(key, Some(&issue.url)) {
            Span::Link { text, url } => TableCell::Link { text, url },
            _ => TableCell::Missing(None),
        };
        let owners = issue.assignees.iter().copied();
        let owners = owners.filter(|person| reading.tables.is_human(*person));
        let owner = match book.names(owners) {
            names if names.is_empty() => TableCell::Missing(Some("nobody".to_owned())),
            names => TableCell::Text(names),
        };
        let age = book
            .date(issue.created_at)
            .until(book.today())
            .map_or(0, |span| span.get_days());
        let (at, what) = touches
            .get(&key)
            .copied()
            .unwrap_or((issue.created_at, "opened"));
        vec![
            page,
            TableCell::Text(format!("“{}”", issue.title.trim())),
            if area.is_empty() {
                TableCell::Missing(Some("not known".to_owned()))
            } else {
                TableCell::Text(area.clone())
            },
            owner,
            TableCell::Text(book.date(issue.created_at).to_string()),
            TableCell::Number(quantity::plain(f64::from(age))),
            TableCell::Text(format!("{}, {what}", book.date(at))),
        ]
    };
    let n = count(listed.len(), "open issue");
    vec![
        paragraph(format!("{n} with a label of debt.")),
        Block::Table(Table {
            title: format!("Debt{}, by area and opening", named(reading)),
            columns: vec![
                Column::text("Issue"),
                Column::text("What"),
                Column::text("Area"),
                Column::text("Owner"),
                Column::text("Open since"),
                Column::number("Days"),
                Column::text("Last touched"),
            ],
            rows: listed.iter().take(MOST).map(row).collect(),
            n_omitted,
        }),
    ]
}

/// ` of parcels`; of repositories that are in no product so much.
fn named(reading: &Reading<'_>) -> String {
    match reading.product.name.as_str() {
        "" => " in no product".to_owned(),
        name => format!(" of {name}"),
    }
}

/// Where issues belong.
struct Areas {
    by_issue: HashMap<Key, BTreeSet<String>>,
    /// By what a label calls them, in lower case.
    by_label: HashMap<String, String>,
}

impl Areas {
    fn of(reading: &Reading<'_>, open: &[&Issue]) -> Self {
        let mut by_issue: HashMap<Key, BTreeSet<String>> = open
            .iter()
            .map(|issue| ((issue.repository, issue.number), BTreeSet::new()))
            .collect();
        let mut by_label = HashMap::new();
        let mut mentioned: HashMap<Key, Vec<Key>> = HashMap::new();
        for row in &reading.tables.facts.timeline {
            let key = (row.repository, row.number);
            if row.event == "cross_referenced" && by_issue.contains_key(&key) {
                let by = row.detail.as_deref().and_then(|text| text.parse().ok());
                if let Some(by) = by {
                    let by = (row.repository, PrNumber(by));
                    mentioned.entry(by).or_default().push(key);
                }
            }
        }
        for whole in of_product(reading) {
            for area in whole.areas.iter() {
                let bare = area.rsplit(": ").next().unwrap_or(area);
                by_label.insert(bare.to_lowercase(), area.clone());
                by_label.insert(area.to_lowercase(), area.clone());
            }
            let repository = whole.pull_request.repository;
            let closes = whole.pull_request.closes_issues.iter();
            let closes = closes.map(|number| (repository, PrNumber(*number)));
            let mentions = mentioned.get(&whole.key()).into_iter().flatten().copied();
            for key in closes.chain(mentions) {
                if let Some(areas) = by_issue.get_mut(&key) {
                    areas.extend(whole.areas.iter().cloned());
                }
            }
        }
        Self { by_issue, by_label }
    }

    /// The areas of an issue in words; empty where none is known.
    fn of_issue(&self, issue: &Issue) -> String {
        let by_change = self.by_issue.get(&(issue.repository, issue.number));
        let mut areas: BTreeSet<&str> = by_change
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if areas.is_empty() {
            let called = issue.labels.iter().filter_map(|label| {
                let label = label.to_lowercase();
                let bare = label.strip_prefix("area").map_or(label.as_str(), |rest| {
                    rest.trim_start_matches([':', '/', '-', ' '])
                });
                self.by_label.get(bare).map(String::as_str)
            });
            areas.extend(called);
        }
        areas.into_iter().collect::<Vec<_>>().join(", ")
    }
}
