//! `review.done`: reviews submitted on others' pull requests, with the comments left on each.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Bucket, CommentKind, PersonId, Review};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::tables::Tables;
use crate::work::origins::is_own_review;
use crate::work::pull_requests::{FullPullRequest, Key, not_human, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.done",
    title: "Reviews done",
    question: "How many reviews were given, and were they more than a nod?",
    definition: "Reviews that people submitted on others' pull requests in the bucket. Beside it the pull requests, the inline comments \
                 that came with the reviews, the reviewers' comments in the conversation, and on how many of the reviewed pull \
                 requests each reviewer left at least one comment of any kind.",
    formula: "count(submitted reviews where reviewer ≠ author)",
    unit: Unit::Count("reviews"),
    recipe: Recipe::Count,
    floor: Floor::One,
    numbers: &[
        NumberDefinition::of("count", "count", Unit::Count("reviews")),
        NumberDefinition::bare("pull_requests", "pull requests"),
        NumberDefinition::bare("reviewed_by_each", "reviewed by each"),
        NumberDefinition::bare("commented_on", "commented on"),
        NumberDefinition::bare("with_text", "with text"),
        NumberDefinition::bare("inline_comments", "inline comments"),
        NumberDefinition::bare("conversation_comments", "conversation comments"),
    ],
    about: About::Deeds,
    cohort: Some("submitted in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview`, `PullRequestReviewComment`, `IssueComment`",
    exclusions: "The author's own replies, which GitHub records as reviews, and reviews by bots and AI reviewers are counted apart. \
                 Pending reviews are no reviews yet. A reviewer whom GitHub no longer names is unknown.",
    how_to_read: "Read the pull requests before the reviews: three rounds on one change are three reviews. The three lists (reviews with \
                  words of their own, inline comments, comments in the conversation) tell a remark from a nod, never its worth.",
    can_mislead: "Review given at a desk or in a call leaves nothing here. Many comments are no better review than one.",
    sql: include_str!("../../../queries/metrics/review.done.sql"),
};

/// Who reviewed what, in a window or a bucket of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Reviews submitted.
    pub reviews: u64,
    /// Reviews with a text of their own.
    pub texts: u64,
    /// Inline comments that came with them.
    pub inline: u64,
    /// Comments in the conversation.
    pub conversation: u64,
}

impl Left {
    /// Comments of any kind.
    #[must_use]
    pub const fn comments(&self) -> u64 {
        self.texts + self.inline + self.conversation
    }
}

/// What a review brought with it.
#[derive(Debug, Clone, Copy)]
struct Given {
    key: Key,
    reviewer: Option<PersonId>,
    n_inline: u64,
    has_text: bool,
}

impl Given {
    fn of(whole: &FullPullRequest<'_>, review: &Review) -> Self {
        Self {
            key: whole.key(),
            reviewer: review.author,
            n_inline: review.n_inline_comments,
            has_text: review.body_length > 0,
        }
    }
}

/// Comments in conversations, by bucket (`None`: the window), pull request and person.
type Conversation = BTreeMap<(Option<Bucket>, Key, PersonId), u64>;

fn conversation(reading: &Reading<'_>) -> Conversation {
    let mut counts = Conversation::new();
    let spoken = reading.tables.facts.comments.iter().filter(|comment| {
        comment.kind == CommentKind::Conversation && comment.created_at < reading.question.as_of
    });
    for comment in spoken {
        let bucket = reading
            .question
            .bucket(comment.created_at, reading.question.granularity);
        if let (Some(person), Some(bucket)) = (comment.author, bucket) {
            let key = (comment.repository, comment.number);
            for bucket in [None, Some(bucket)] {
                *counts.entry((bucket, key, person)).or_default() += 1;
            }
        }
    }
    counts
}

/// The fate of a review: by somebody else, and a human.
pub(super) fn fate(tables: &Tables, whole: &FullPullRequest<'_>, review: &Review) -> Fate {
    if is_own_review(tables, whole.pull_request, review) {
        return Fate::Excluded("own_pull_request");
    }
    match not_human(tables, review.author) {
        None => Fate::Included,
        Some(Fate::Unknown(_)) => Fate::Unknown("reviewer_is_a_ghost"),
        Some(fate) => fate,
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let conversation = conversation(reading);
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES.and_people(),
        &|| {
            let mut rows = Vec::new();
            for whole in of_product(reading) {
                let inside =
                    |review: &&Review| reading.question.window.contains(review.submitted_at);
                for review in whole.reviews.iter().filter(inside) {
                    let fate = fate(reading.tables, &whole, review);
                    let mut row = whole.row(reading, Some(review.submitted_at), None, fate);
                    row.person = review
                        .author
                        .filter(|person| reading.tables.is_human(*person));
                    rows.push(KeyedRow {
                        row,
                        key: Given::of(&whole, review),
                    });
                }
            }
            Ok(rows)
        },
        &|bucket, rows| {
            let left = left(&conversation, bucket, rows.iter().map(|row| row.key));
            estimate(count(rows.len()), &left)
        },
    )
}

/// What every reviewer left on every pull request they reviewed.
fn left(
    conversation: &Conversation,
    bucket: Option<Bucket>,
    given: impl Iterator<Item = Given>,
) -> BTreeMap<(Key, PersonId), Left> {
    let mut left: BTreeMap<(Key, PersonId), Left> = BTreeMap::new();
    for given in given {
        let Some(person) = given.reviewer else {
            continue;
        };
        let entry = left.entry((given.key, person)).or_insert_with(|| Left {
            conversation: conversation
                .get(&(bucket, given.key, person))
                .copied()
                .unwrap_or_default(),
            ..Left::default()
        });
        entry.reviews += 1;
        entry.texts += u64::from(given.has_text);
        entry.inline += given.n_inline;
    }
    left
}

fn estimate(n: u64, left: &BTreeMap<(Key, PersonId), Left>) -> Measured {
    let pull_requests: BTreeSet<Key> = left.keys().map(|(key, _)| *key).collect();
    let sum = |part: fn(&Left) -> u64| Number::Count(left.values().map(part).sum());
    Measured::Value {
        n,
        value: Value(vec![
            ("count", Number::Count(n)),
            ("pull_requests", Number::Count(count(pull_requests.len()))),
            ("reviewed_by_each", Number::Count(count(left.len()))),
            ("commented_on", sum(|left| u64::from(left.comments() > 0))),
            ("with_text", sum(|left| left.texts)),
            ("inline_comments", sum(|left| left.inline)),
            ("conversation_comments", sum(|left| left.conversation)),
        ]),
        interval: None,
    }
}
