//! The card of a delegation, for the lead's page and for both people: why, how and until when, what both did since, and two lines
//! of credit.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Sources;
use super::blocks::{coded, labelled};
use super::measures::{Standing, row_of};
use crate::domain::{Bucket, PersonId, Window};
use crate::metrics::delegation::involvement;
use crate::metrics::delegation::scope::{self, Act, InScope};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{Measured, Ratio};
use crate::register::PersonMeasure;
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::work::pull_requests::{Key, of_product};
use crate::work::roster::RosterDelegation;

/// So many of the latest acts of each person are listed.
const RECEIPTS: usize = 8;
/// So many of the latest changes say who makes them now.
const LATEST: usize = 12;

/// The section of a person's page: the delegations that they gave or received; nothing without any.
pub(super) fn section(sources: &Sources<'_>, person: PersonId) -> Vec<Block> {
    let declared = sources.past.question.roster.delegations.iter();
    let own: Vec<&RosterDelegation> = declared
        .filter(|one| one.giver == person || one.receiver == person)
        .collect();
    if own.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(1, vec![Span::text("Handed over")])];
    for one in own {
        blocks.push(Block::Heading(2, vec![Span::text(one.what.clone())]));
        blocks.extend(card(sources, one));
    }
    blocks
}

/// The card of one delegation, without its heading.
#[must_use]
pub fn card(sources: &Sources<'_>, delegation: &RosterDelegation) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(vec![Span::text(sentence(
        sources, delegation,
    ))])];
    let seen = Seen::of(sources, delegation);
    blocks.extend(curve(sources, delegation));
    blocks.push(Block::Bullets(seen.credit(sources, delegation)));
    if let Some(measure) = delegation.measure {
        blocks.push(Block::Paragraph(counted(sources, delegation, measure)));
    }
    blocks.extend(seen.receipts(sources, delegation));
    let today = sources.last_day();
    let is_due = [delegation.due_on, delegation.done_on]
        .into_iter()
        .flatten()
        .any(|day| day <= today);
    if is_due {
        blocks.push(Block::Paragraph(vec![Span::Strong(
            "The closing talk, for both".to_owned(),
        )]));
        for label in [
            "What is now done without asking?",
            "What still comes back, and with which question?",
            "What was learned on the way?",
            "What is handed over next, or taken back?",
        ] {
            blocks.push(Block::Blank {
                label: label.to_owned(),
                prompt: "[yours to write]".to_owned(),
            });
        }
    }
    blocks
}

fn name(sources: &Sources<'_>, person: PersonId) -> String {
    let found = sources.person(person);
    found.map_or_else(|| "somebody".to_owned(), |found| found.display_name.clone())
}

/// What, from whom to whom, from when on and until when, and what else the register says.
fn sentence(sources: &Sources<'_>, one: &RosterDelegation) -> String {
    let mut words = format!(
        "From {} to {}, from {} on",
        name(sources, one.giver),
        name(sources, one.receiver),
        one.start_on
    );
    if let Some(due) = one.due_on {
        let _ = write!(words, ", due on {due}");
    }
    if let Some(done) = one.done_on {
        let _ = write!(words, ", done on {done}");
    }
    words.push('.');
    if let Some(why) = &one.why {
        let _ = write!(words, " Why: “{}”.", why.trim_end_matches('.'));
    }
    if let Some(style) = one.style {
        let _ = write!(words, " Agreed style for this task: {}.", style.word());
    }
    if let Some(check_in) = &one.check_in {
        let _ = write!(words, " Check-in: “{check_in}”.");
    }
    words
}

/// A fortnight of the giver's share.
struct Share {
    product: String,
    first: Date,
    ratio: Ratio,
}

/// The giver's share by fortnight, product by product, and that it rose again where it did.
fn curve(sources: &Sources<'_>, one: &RosterDelegation) -> Vec<Block> {
    let readings = sources.past.readings.iter();
    let of_each = readings
        .filter(|reading| !reading.product.name.is_empty())
        .map(involvement::figures);
    let of_each: Vec<_> = of_each.collect();
    let mut shares: Vec<Share> = Vec::new();
    for cell in of_each.iter().flat_map(|figures| &figures.0.cells) {
        let is_it = cell.scope.area.as_deref() == Some(one.what.as_str())
            && cell.scope.person == Some(one.giver);
        let (Some(bucket), Measured::Value { value, .. }) = (cell.bucket, &cell.measured) else {
            continue;
        };
        if let Some(ratio) = value.ratio().filter(|_| is_it) {
            shares.push(Share {
                product: cell.scope.product.clone(),
                first: bucket.first_day(),
                ratio,
            });
        }
    }
    shares.sort_by(|a, b| (&a.product, a.first).cmp(&(&b.product, b.first)));
    let products: BTreeSet<String> = shares.iter().map(|share| share.product.clone()).collect();
    let giver = name(sources, one.giver);
    let mut blocks = Vec::new();
    for product in products {
        let of_product: Vec<&Share> = shares
            .iter()
            .filter(|share| share.product == product)
            .collect();
        let words: Vec<String> = of_product
            .iter()
            .map(|share| format!("{} {}/{}", share.first, share.ratio.hits, share.ratio.of))
            .collect();
        blocks.push(Block::Paragraph(vec![
            Span::Strong(format!("Part of {giver} in {product}, by fortnight")),
            Span::text(format!(
                " (acts in scope of {giver} out of those of both; fortnights with too few acts are left out): {}.",
                words.join(" · ")
            )),
        ]));
        let since: Vec<&Share> = of_product
            .into_iter()
            .filter(|share| share.first >= one.start_on)
            .collect();
        if let Some(rise) = rose_again(&since) {
            blocks.push(Block::Paragraph(vec![Span::text(rise)]));
        }
    }
    blocks
}

/// The latest fortnight since the start in which the share was above that of the one before it, beyond the intervals of both: the
/// rest is what few acts do by chance.
fn rose_again(since: &[&Share]) -> Option<String> {
    let pairs = since.iter().zip(since.iter().skip(1));
    let mut rises = pairs.filter(|(before, after)| {
        let ends = (wilson_interval(before.ratio), wilson_interval(after.ratio));
        matches!(ends, (Some([_, high]), Some([low, _])) if high < low)
    });
    let (before, after) = rises.next_back()?;
    Some(format!(
        "It rose again in the fortnight from {}: {} after {} in the one from {}, beyond the 80 % intervals of both.",
        after.first,
        quantity::ratio(after.ratio),
        quantity::ratio(before.ratio),
        before.first
    ))
}

/// What both did in scope since the start.
struct Seen {
    /// By time.
    acts: Vec<InScope>,
    /// Merged pull requests in scope of the receiver since the start, and how many of them the giver had no part in.
    receiver: (u64, u64),
    /// Of the latest changes in scope by anybody, by time: whether the giver made one.
    latest: Vec<bool>,
}

impl Seen {
    fn of(sources: &Sources<'_>, one: &RosterDelegation) -> Self {
        let start = Bucket::start_of(one.start_on, &sources.past.question.zone);
        let end = sources.end();
        let mut acts = Vec::new();
        let (mut taken, mut alone) = (0, 0);
        let mut latest: Vec<(Timestamp, bool)> = Vec::new();
        if !scope::has_scope(one) {
            return Self {
                acts,
                receiver: (0, 0),
                latest: Vec::new(),
            };
        }
        let facts = &sources.past.tables.facts;
        for reading in &sources.past.readings {
            let covered = scope::covered(reading, one);
            let found = covered.acts.iter();
            let found = found.filter(|act| start <= act.at && act.at < end);
            acts.extend(found.cloned());
            let commented: BTreeSet<Key> = facts
                .comments
                .iter()
                .filter(|row| row.author == Some(one.giver))
                .map(|row| (row.repository, row.number))
                .collect();
            for whole in of_product(reading)
                .iter()
                .filter(|whole| covered.pull_requests.contains(&whole.key()))
            {
                let row = whole.pull_request;
                let Some(at) = row.merged_at.filter(|at| start <= *at && *at < end) else {
                    continue;
                };
                if !row
                    .author
                    .is_some_and(|author| reading.tables.is_human(author))
                {
                    continue;
                }
                let mut reviews = whole.reviews.iter();
                let had_part = row.author == Some(one.giver)
                    || reviews.any(|review| review.author == Some(one.giver))
                    || commented.contains(&whole.key());
                latest.push((at, had_part));
                if row.author == Some(one.receiver) {
                    taken += 1;
                    alone += u64::from(!had_part);
                }
            }
        }
        acts.sort_by_key(|act| act.at);
        latest.sort_unstable();
        let skipped = latest.len().saturating_sub(LATEST);
        Self {
            acts,
            receiver: (taken, alone),
            latest: latest
                .into_iter()
                .skip(skipped)
                .map(|(_, had_part)| had_part)
                .collect(),
        }
    }

    /// One line for who hands over and one for who takes over.
    fn credit(&self, sources: &Sources<'_>, one: &RosterDelegation) -> Vec<Vec<Span>> {
        let (giver, receiver) = (name(sources, one.giver), name(sources, one.receiver));
        let line = |who: &str, words: String| {
            vec![
                Span::Strong(who.to_owned()),
                Span::text(format!(": {words}")),
            ]
        };
        if !scope::has_scope(one) {
            let words = "not observed: the delegation names no `paths` and no `labels`";
            return vec![labelled("Credit", coded(words))];
        }
        let n = self.latest.len();
        let without = self.latest.iter().filter(|had_part| !**had_part).count();
        let led = if n == 0 {
            format!(
                "led the hand-over of “{}”; no pull request in scope was merged since.",
                one.what
            )
        } else {
            format!(
                "led the hand-over of “{}”; {without} of the last {n} pull requests in scope were merged without a part of {giver}.",
                one.what
            )
        };
        let (taken, alone) = self.receiver;
        let took = format!(
            "took over “{}” ({taken} since {}, {alone} of them without a part of {giver}).",
            one.what, one.start_on
        );
        vec![line(&giver, led), line(&receiver, took)]
    }

    /// The latest acts of both, with date and link.
    fn receipts(&self, sources: &Sources<'_>, one: &RosterDelegation) -> Vec<Block> {
        let both = [one.giver, one.receiver];
        both.into_iter()
            .filter_map(|person| {
                let own: Vec<&InScope> = self
                    .acts
                    .iter()
                    .filter(|act| act.person == person)
                    .collect();
                let n = own.len();
                let latest = own.iter().rev().take(RECEIPTS);
                let bullets: Vec<Vec<Span>> = latest.map(|act| receipt(sources, act)).collect();
                let plural = if n == 1 { "" } else { "s" };
                (n > 0).then(|| Block::Details {
                    summary: format!(
                        "{}: {n} act{plural} in scope since {}, the latest {}",
                        name(sources, person),
                        one.start_on,
                        bullets.len()
                    ),
                    blocks: vec![Block::Bullets(bullets)],
                })
            })
            .collect()
    }
}

fn receipt(sources: &Sources<'_>, act: &InScope) -> Vec<Span> {
    let repository = sources.repositories.get(&act.repository);
    let repository = repository.map_or("?", |name| name.name());
    // A commit is called by its id, and a pull request by its number and what was done on it.
    let text = match act.act {
        Act::Commit => format!("{repository} {}", act.subject),
        _ => format!("{repository}{}", act.subject),
    };
    let shown = match &act.link {
        Some(url) => Span::link(text, url.clone()),
        None => Span::text(text),
    };
    vec![
        Span::Strong(sources.date(act.at).to_string()),
        Span::text(" · "),
        shown,
    ]
}

/// What the agreed measure counts of who takes over since the start: the task is theirs, and nobody's count stands beside it.
fn counted(sources: &Sources<'_>, one: &RosterDelegation, measure: PersonMeasure) -> Vec<Span> {
    let row = row_of(measure);
    let mut line = vec![Span::Strong(measure.word().to_owned())];
    if let Some(because) = row.not_observed(sources) {
        line.extend(coded(&format!(": not observed: {because}.")));
        return line;
    }
    let window = Window {
        since: Bucket::start_of(one.start_on, &sources.past.question.zone),
        until: sources.end(),
    };
    let deeds = row.deeds(sources, one.receiver, None, window);
    let n = |is_it: fn(Standing) -> bool| deeds.iter().filter(|deed| is_it(deed.standing)).count();
    let kept = n(|standing| standing == Standing::Kept);
    let all = kept + n(|standing| matches!(standing, Standing::NotKept(_)));
    let words = if row.is_of_each {
        format!("{kept} of {all}")
    } else {
        kept.to_string()
    };
    line.push(Span::text(format!(
        " of {} since {}: {words}. Counted: {}",
        name(sources, one.receiver),
        one.start_on,
        row.counts
    )));
    line
}
