//! Whose deeds are asked for, what a deed is, and what the measures have in common.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{Elapsed, Issue, IssueComment, PersonId, RepositoryId};
use crate::evidence::Sources;
use crate::evidence::snippet::Link;
use crate::metrics::Metric;
use crate::metrics::measure::{LedgerRow, Thing};
use crate::work::pull_requests::{FullPullRequest, Key};
use crate::work::{Question, Reading};

/// Something that somebody did or was asked for, held against what was agreed.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// When: it decides the sprint.
    pub at: Timestamp,
    /// Its page.
    pub link: Link,
    /// What was measured on it, in words: `3 comments`; empty where there is nothing to add.
    pub found: String,
    /// How it stands.
    pub standing: Standing,
}

/// How a deed stands to what was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was kept.
    Kept,
    /// It was not, and how so.
    NotKept(&'static str),
    /// Nobody can tell yet, and why.
    Running(&'static str),
    /// It does not count, and why.
    Apart(&'static str),
}

/// `4`, `0.5`: a number without a fraction that says nothing.
pub(in crate::evidence) fn amount(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// `1 comment`, `2 comments`.
pub(super) fn count(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(in crate::evidence) fn real(n: u64) -> f64 {
    n as f64
}

/// Whose deeds are asked for, and under which question.
pub(super) struct Asked<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) question: &'a Question,
    pub(super) readings: &'a [Reading<'a>],
    pub(super) person: PersonId,
    pub(super) target: f64,
}

impl Asked<'_> {
    /// The rows of a metric's ledger.
    pub(super) fn rows(&self, metric: &Metric) -> Vec<LedgerRow> {
        metric.of(self.readings).rows
    }

    /// The page of a row, shown as `widgets#412`.
    pub(super) fn link_of(&self, row: &LedgerRow) -> Link {
        let number = match row.subject.thing {
            Thing::Numbered(number) => number.to_string(),
            _ => "?".to_owned(),
        };
        let url = row.link.as_deref().unwrap_or_default();
        match row.repository {
            Some(repository) => self.link(repository, &number, url),
            None => Link {
                text: number,
                url: url.to_owned(),
            },
        }
    }

    pub(super) fn link(&self, repository: RepositoryId, number: &str, url: &str) -> Link {
        let name = self.sources.repositories.get(&repository);
        Link {
            text: format!("{}{number}", name.map_or("?", |name| name.name())),
            url: url.to_owned(),
        }
    }

    /// Whether the person has declared to be away at an instant.
    pub(super) fn is_away(&self, at: Timestamp) -> bool {
        let day = self.sources.date(at);
        self.question.roster.is_away(self.person, day)
    }

    /// Hours between two instants by the person's own calendar: working ones where hours are agreed, else elapsed ones.
    pub(super) fn hours(&self, from: Timestamp, to: Timestamp) -> Option<f64> {
        let calendar = self.question.calendars.person(Some(self.person));
        let working = calendar.working_between(from, to);
        let hours = working.or_else(|| Elapsed::between(from, to));
        hours.map(Elapsed::hours)
    }

    /// The person's own pull requests that were opened inside the window.
    pub(super) fn opened<'b>(
        &self,
        wholes: &'b [FullPullRequest<'b>],
    ) -> impl Iterator<Item = &'b FullPullRequest<'b>> {
        let (person, window) = (self.person, self.question.window);
        wholes.iter().filter(move |whole| {
            whole.pull_request.author == Some(person)
                && window.contains(whole.pull_request.created_at)
        })
    }

    /// A deed about a pull request.
    pub(super) fn deed(
        &self,
        whole: &FullPullRequest<'_>,
        at: Timestamp,
        found: String,
        standing: Standing,
    ) -> Deed {
        let row = whole.pull_request;
        Deed {
            at,
            link: self.link(row.repository, &row.number.to_string(), &row.url),
            found,
            standing,
        }
    }

    /// The issues that the person is assigned to and that were opened inside the window, with the person's comments on them.
    pub(super) fn assigned(&self) -> Vec<(&Issue, Vec<&IssueComment>)> {
        let facts = &self.sources.past.tables.facts;
        let mut comments: BTreeMap<Key, Vec<&IssueComment>> = BTreeMap::new();
        let own = facts.issue_comments.iter().filter(|comment| {
            comment.author == Some(self.person) && comment.created_at < self.question.as_of
        });
        for comment in own {
            let key = (comment.repository, comment.number);
            comments.entry(key).or_default().push(comment);
        }
        for written in comments.values_mut() {
            written.sort_by_key(|comment| comment.created_at);
        }
        let issues = facts.issues.iter();
        issues
            .filter(|issue| issue.assignees.contains(&self.person))
            .map(|issue| {
                let key = (issue.repository, issue.number);
                (issue, comments.remove(&key).unwrap_or_default())
            })
            .collect()
    }
}
