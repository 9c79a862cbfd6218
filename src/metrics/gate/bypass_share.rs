//! `gate.bypass_share`: merged without the approvals that the branch's rules ask for, at least.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::not_applicable;
use crate::domain::{
    MergeRule, PersonId, RepositoryId, Review, ReviewState, Stream, TimelineEvent,
};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, share};
use crate::metrics::flow::merged_inside;
use crate::metrics::measure::{About, Definition, Floor, KeyedRow, Measure, Recipe, Unit};
use crate::metrics::number::RATIO;
use crate::work::pull_requests::{FullPullRequest, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "gate.bypass_share",
    title: "Merged past the rules, at least",
    question: "How much is merged without the approvals that the rules ask for?",
    definition: "Pull requests that were merged into the default branch with fewer standing approvals than its ruleset or branch protection \
                 asked for then, among those merged while it did. An approval stands where it was given by any account but the author's \
                 before the merge, was not dismissed by then, and is the last verdict of that account. It is told at least: what else the \
                 rules ask for, checks above all, is not looked at.",
    formula: "merged with fewer standing approvals than were required / merged since as many are required",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: RATIO,
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `RepositoryRule`, `RepositoryRuleset.updatedAt`, `BranchProtectionRule`, `PullRequestReview`, `ReviewDismissedEvent`",
    exclusions: "GitHub tells the rules of today. A merge from before the last change of the ruleset, or before the rules were first \
                 read as they are, where that is all that is known of branch protection, may have followed others: it is unknown. So is \
                 one that a dismissed review whose date is not told may have approved. Merges into other branches, what a bot pushed for a pull \
                 request (its approvals may stand in comments), and pull requests opened by \
                 automation, closed without a merge or still open are counted apart.",
    how_to_read: "Somebody who may pass by the rules did. In an incident that is what the right is for; as a habit it says that the rules, \
                  or the wait for an approval, do not fit the work. The rows are changes to talk about, not people.",
    can_mislead: "Approvals count whoever gave them: one by an account without write access is none for GitHub, so there may be more bypasses. A \
                  rule that was lifted for a merge and put back between two fetches shows here too.",
    sql: include_str!("../../../queries/metrics/gate.bypass_share.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    if let Some(missing) = reading.question.unread(reading.product, Stream::MergeRules) {
        return Err(missing);
    }
    let rules: BTreeMap<RepositoryId, &MergeRule> = reading
        .tables
        .facts
        .merge_rules
        .iter()
        .filter(|rule| reading.product.has(rule.repository))
        .map(|rule| (rule.repository, rule))
        .collect();
    if rules.values().all(|rule| rule.required_approvals == 0) {
        let because = "no rule asks for an approval";
        return Ok(not_applicable(&DEFINITION, reading, because));
    }
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let wholes = of_product(reading);
            let rows = wholes
                .iter()
                .filter_map(|whole| row(reading, whole, &rules));
            Ok(rows.collect())
        },
        &|_, rows| share(rows),
    )
}

fn row(
    reading: &Reading<'_>,
    whole: &FullPullRequest<'_>,
    rules: &BTreeMap<RepositoryId, &MergeRule>,
) -> Option<KeyedRow<()>> {
    let merged_at = match merged_inside(reading, whole) {
        Ok(merged_at) => merged_at,
        Err(placed) => return placed.map(|placed| placed.row(reading, whole)),
    };
    let rule = rules.get(&whole.pull_request.repository).copied();
    let (value, fate) = judge(whole, merged_at, rule);
    let row = whole.row(reading, Some(merged_at), value, fate);
    Some(KeyedRow { row, key: () })
}

/// Whether a merge passed by the rules, and whether that can be told.
fn judge(
    whole: &FullPullRequest<'_>,
    merged_at: Timestamp,
    rule: Option<&MergeRule>,
) -> (Option<f64>, Fate) {
    let Some(rule) = rule else {
        return (None, Fate::Unknown("rules_not_read"));
    };
    if rule.branch != whole.pull_request.base_branch {
        return (None, Fate::Excluded("into_another_branch"));
    }
    if rule.required_approvals == 0 {
        return (None, Fate::Excluded("no_approval_required"));
    }
    let mut events = whole.timeline.iter();
    if events.any(|event| event.event == TimelineEvent::LANDED) {
        return (None, Fate::Excluded("landed_by_a_bot"));
    }
    if rule.approvals_since.is_none_or(|since| since > merged_at) {
        return (None, Fate::Unknown("rule_may_be_younger"));
    }
    let approvals = Approvals::of(whole, merged_at);
    if approvals.n >= rule.required_approvals {
        (Some(0.0), Fate::Included)
    } else if approvals.n + approvals.n_untold >= rule.required_approvals {
        (None, Fate::Unknown("dismissed_nobody_knows_when"))
    } else {
        (Some(1.0), Fate::Included)
    }
}

/// Approvals of others than the author at an instant.
struct Approvals {
    /// Those that stood.
    n: u64,
    /// Reviews that were dismissed, of which nobody knows when, or what they had said.
    n_untold: u64,
}

impl Approvals {
    fn of(whole: &FullPullRequest<'_>, at: Timestamp) -> Self {
        let author = whole.pull_request.author;
        let said = whole.reviews.iter().filter(|review| {
            review.submitted_at <= at && (review.author.is_none() || review.author != author)
        });
        // What a person said last. Accounts that are gone may each have been another.
        let mut last: BTreeMap<PersonId, &Review> = BTreeMap::new();
        let (mut n, mut n_untold) = (0, 0);
        for review in said {
            let stands = review.approves_at(at);
            match (review.verdict, review.author) {
                (ReviewState::Commented, _) => {}
                (ReviewState::Dismissed, _) => n_untold += 1,
                (_, None) => n += u64::from(stands),
                (_, Some(person)) => {
                    last.insert(person, review);
                }
            }
        }
        let standing = last
            .values()
            .filter(|review| review.approves_at(at))
            .count();
        Self {
            n: n + count(standing),
            n_untold,
        }
    }
}
