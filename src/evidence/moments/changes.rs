//! Reviews of others' pull requests that asked for changes.

use std::collections::BTreeSet;

use super::{Subject, count, excerpt};
use crate::domain::{Comment, ReviewState};
use crate::evidence::snippet::{Act, Kind, Quote, Snippet};

/// Reviews that asked for changes, and what followed.
pub(super) fn collect(
    subject: &Subject<'_>,
    quoted: &mut BTreeSet<String>,
    moments: &mut Vec<Snippet>,
) {
    let end = subject.sources.end();
    for item in subject.items().filter(|item| !item.is_by(subject.person)) {
        let review = item.reviews_by(subject.person, end).find(|review| {
            review.verdict == ReviewState::ChangesRequested
                && subject.is_inside(review.submitted_at)
        });
        let Some(review) = review else { continue };
        let at = review.submitted_at;
        let inline = usize::try_from(review.n_inline_comments).unwrap_or(usize::MAX);
        let n_commits = item
            .commits
            .iter()
            .filter(|commit| commit.authored_at > at && commit.authored_at < end)
            .count();
        let approved_at = item
            .reviews_by(subject.person, end)
            .find(|later| later.verdict == ReviewState::Approved && later.submitted_at > at)
            .map(|later| later.submitted_at);
        let mut act = Act::default()
            .own("Requested changes on ")
            .link(item.link(subject.sources))
            .own(" ")
            .given(&item.pull_request.title)
            .own(format!(" with {}", count(inline, "inline comment")));
        // An amended commit keeps its author time: none counted does not mean that none followed.
        if n_commits > 0 {
            act = act.own(format!("; {} followed", count(n_commits, "commit")));
        }
        if let Some(approved_at) = approved_at {
            act = act.own(format!("; approved {}", subject.sources.date(approved_at)));
        }
        let mut snippet = subject.about(Kind::ChangesRequested, at, item, act.own("."));
        // The comments of a review carry its instant; a margin of a minute covers rounding.
        let until = at
            .saturating_add(jiff::SignedDuration::from_mins(1))
            .unwrap_or(at);
        let own = item.comments_by(subject.person, until);
        let with_it = own.filter(|comment| comment.created_at >= at);
        snippet.quote = new_excerpt(with_it, quoted);
        moments.push(snippet);
    }
}

/// Fewer letters are a “Done.” or a “Nice catch”: that it was said is counted, and quoting it shows nothing.
const LEAST_QUOTED: usize = 10;

/// The longest of some comments whose words are not quoted yet, where one of them says anything.
pub(super) fn new_excerpt<'a>(
    comments: impl Iterator<Item = &'a Comment>,
    quoted: &mut BTreeSet<String>,
) -> Option<Quote> {
    // Two comments that are the same as far as they are quoted are the same quotation.
    let words = |comment: &Comment| excerpt(std::iter::once(comment)).map(|quote| quote.text);
    let n_letters = |words: &str| words.chars().filter(|sign| sign.is_alphanumeric()).count();
    let is_new = |comment: &&Comment| {
        words(comment)
            .is_some_and(|words| n_letters(&words) >= LEAST_QUOTED && !quoted.contains(&words))
    };
    let quote = excerpt(comments.filter(is_new))?;
    quoted.insert(quote.text.clone());
    Some(quote)
}
