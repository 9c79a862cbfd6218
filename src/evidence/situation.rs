//! Situation and behaviour, from the pages that feedback was about; impact is for people to write.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Sources;
use super::blocks::counted;
use super::snippet::Link;
use crate::domain::{Elapsed, Issue, PersonId, PrNumber, RepositoryId, ReviewState};
use crate::report::document::{Block, Span};
use crate::work::Reading;
use crate::work::delivery::incidents::known;
use crate::work::delivery::undone;
use crate::work::pages::key_of;
use crate::work::pull_requests::{FullPullRequest, Key, of_product};

/// The card: a line of situation and behaviour for each page, and the blank for the impact with what can be measured of it.
pub(super) fn card(sources: &Sources<'_>, person: PersonId, pages: &[String]) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(
        1,
        vec![Span::text("Situation, behaviour, impact")],
    )];
    let mut lines = Vec::new();
    let mut measured = Vec::new();
    for page in pages {
        match found(sources, page) {
            Some(Page::PullRequest(reading, key)) => {
                let wholes = of_product(reading);
                let Some(whole) = wholes.iter().find(|whole| whole.key() == key) else {
                    continue;
                };
                lines.extend(pull_request(sources, person, whole));
                measured.extend(consequences(sources, reading, &wholes, whole));
            }
            Some(Page::Issue(issue)) => lines.extend(of_issue(sources, person, issue)),
            None => lines.push(vec![
                Span::text("Situation: "),
                Span::link(page.as_str(), page.as_str()),
                Span::text(", which is not in the store: look at it by hand."),
            ]),
        }
    }
    blocks.push(Block::Bullets(lines));
    blocks.push(Block::Blank {
        label: "Impact".to_owned(),
        prompt: "[yours to write]".to_owned(),
    });
    if measured.is_empty() {
        let words = if sources.past.tables.commits.is_empty() {
            "Measured of it: no incident that refers to these changes is in the record; reverts are not observed: no history was read."
        } else {
            "Measured of it: no revert of these changes and no incident that refers to them is in the record."
        };
        blocks.push(Block::Paragraph(vec![Span::text(words)]));
    } else {
        blocks.push(Block::Paragraph(vec![Span::text("Measured of it:")]));
        blocks.push(Block::Bullets(measured));
    }
    blocks
}

/// A page of the situation that the store knows.
enum Page<'a> {
    PullRequest(&'a Reading<'a>, Key),
    Issue(&'a Issue),
}

/// The pull request or issue of an address or of `owner/name#12`.
fn found<'a>(sources: &Sources<'a>, page: &str) -> Option<Page<'a>> {
    let tables = sources.past.tables;
    let (repository, number) = key_of(tables, page)?;
    let is_it = |of: RepositoryId, n: PrNumber| of == repository && n == number;
    let mut pull_requests = tables.facts.pull_requests.iter();
    if pull_requests.any(|row| is_it(row.repository, row.number)) {
        let reading = sources.past.reading_of(repository)?;
        return Some(Page::PullRequest(reading, (repository, number)));
    }
    let mut issues = tables.facts.issues.iter();
    issues
        .find(|row| is_it(row.repository, row.number))
        .map(Page::Issue)
}

fn link(sources: &Sources<'_>, (repository, number): Key, url: &str) -> Span {
    let link: Link = super::item::link(sources, repository, number, url);
    Span::link(link.text, link.url)
}

/// Situation and behaviour of a pull request.
fn pull_request(
    sources: &Sources<'_>,
    person: PersonId,
    whole: &FullPullRequest<'_>,
) -> Vec<Vec<Span>> {
    let row = whole.pull_request;
    let date = |at: Timestamp| sources.date(at);
    let ended = match (row.merged_at, row.closed_at) {
        (Some(at), _) => format!("merged {}", date(at)),
        (None, Some(at)) => format!("closed {}", date(at)),
        (None, None) => "open".to_owned(),
    };
    let situation = vec![
        Span::Strong("Situation".to_owned()),
        Span::text(" "),
        link(sources, whole.key(), &row.url),
        Span::text(format!(
            " “{}”: opened {}, {ended}; {} in {}.",
            row.title,
            date(row.created_at),
            counted(row.additions + row.deletions, "lines"),
            counted(row.n_files, "files")
        )),
    ];
    let mut acts = Vec::new();
    if row.author == Some(person) {
        let kind = if whole.readiness().began_as_draft() {
            "opened it as a draft"
        } else {
            "opened it ready for review"
        };
        acts.push(format!("{kind} on {}", date(row.created_at)));
    }
    for review in whole
        .reviews
        .iter()
        .filter(|review| review.author == Some(person))
    {
        let verb = match review.verdict {
            ReviewState::Approved => "approved it",
            ReviewState::ChangesRequested => "requested changes",
            ReviewState::Commented => "reviewed it without a verdict",
            ReviewState::Dismissed => "reviewed it (dismissed since)",
        };
        let inline = review.n_inline_comments;
        let text = if review.body_length > 0 {
            " and a text"
        } else {
            ""
        };
        let with = match inline {
            0 if text.is_empty() => "without a comment".to_owned(),
            0 => "with a text".to_owned(),
            1 => format!("with 1 inline comment{text}"),
            n => format!("with {n} inline comments{text}"),
        };
        acts.push(format!("{verb} on {} {with}", date(review.submitted_at)));
    }
    if row.merged_by == Some(person)
        && let Some(at) = row.merged_at
    {
        acts.push(format!("merged it on {}", date(at)));
    }
    vec![situation, behaviour(&acts)]
}

fn behaviour(acts: &[String]) -> Vec<Span> {
    let words = if acts.is_empty() {
        "no act of this person is in the record of it".to_owned()
    } else {
        acts.join(", ")
    };
    vec![
        Span::Strong("Behaviour".to_owned()),
        Span::text(format!(" {words}.")),
    ]
}

/// Situation and behaviour of an issue.
fn of_issue(sources: &Sources<'_>, person: PersonId, issue: &Issue) -> Vec<Vec<Span>> {
    let date = |at: Timestamp| sources.date(at);
    let ended = issue
        .closed_at
        .map_or_else(|| "open".to_owned(), |at| format!("closed {}", date(at)));
    let situation = vec![
        Span::Strong("Situation".to_owned()),
        Span::text(" "),
        link(sources, (issue.repository, issue.number), &issue.url),
        Span::text(format!(
            " “{}”: opened {}, {ended}.",
            issue.title,
            date(issue.created_at)
        )),
    ];
    let mut acts = Vec::new();
    if issue.author == Some(person) {
        acts.push(format!("opened it on {}", date(issue.created_at)));
    }
    if issue.assignees.contains(&person) {
        acts.push("is assigned to it".to_owned());
    }
    let comments = sources.past.tables.facts.issue_comments.iter();
    let own: Vec<Timestamp> = comments
        .filter(|row| (row.repository, row.number) == (issue.repository, issue.number))
        .filter(|row| row.author == Some(person) && row.created_at < sources.end())
        .map(|row| row.created_at)
        .collect();
    if let Some(first) = own.iter().min() {
        let n = own.len();
        let plural = if n == 1 { "" } else { "s" };
        acts.push(format!(
            "wrote {n} comment{plural} on it, the first on {}",
            date(*first)
        ));
    }
    vec![situation, behaviour(&acts)]
}

/// What followed from a change, as far as it can be measured: reverts, and incidents that refer to it.
fn consequences(
    sources: &Sources<'_>,
    reading: &Reading<'_>,
    wholes: &[FullPullRequest<'_>],
    whole: &FullPullRequest<'_>,
) -> Vec<Vec<Span>> {
    let mut found = Vec::new();
    let row = whole.pull_request;
    let since_merge = |at: Timestamp| {
        let elapsed = Elapsed::between(row.merged_at?, at)?;
        Some(format!(
            ", {} h after the merge",
            super::measures::amount(elapsed.hours())
        ))
    };
    let aftermath = undone::of_product(reading);
    let turns = aftermath.of(whole.key()).iter().map(|one| one.reverted);
    for turn in turns.filter(|turn| turn.at < sources.end()) {
        let mut line = vec![
            link(sources, whole.key(), &row.url),
            Span::text(format!(" was reverted on {}", sources.date(turn.at))),
            Span::text(since_merge(turn.at).unwrap_or_default()),
        ];
        let mut others = wholes.iter();
        if let Some(other) = others.find(|other| Some(other.key()) == turn.pull_request) {
            line.push(Span::text(", in "));
            line.push(link(sources, other.key(), &other.pull_request.url));
        }
        line.push(Span::text("."));
        found.push(line);
    }
    let referring: BTreeSet<u64> = whole
        .timeline
        .iter()
        .filter(|event| event.event == "cross_referenced")
        .filter_map(|event| event.detail.as_deref()?.parse().ok())
        .collect();
    let incidents = known(reading);
    let issues = incidents.values().filter_map(|incident| incident.issue);
    let referring = issues.filter(|issue| {
        issue.repository == row.repository
            && issue.created_at < sources.end()
            && referring.contains(&issue.number.0)
    });
    for issue in referring {
        found.push(vec![
            Span::text("Incident "),
            link(sources, (issue.repository, issue.number), &issue.url),
            Span::text(format!(" “{}” refers to it", issue.title)),
            Span::text(since_merge(issue.created_at).unwrap_or_default()),
            Span::text("."),
        ]);
    }
    found
}
