//! The bottleneck card of the lead's page: whether merged pull requests waited on one person, and for how long against the others.

use super::names::Names;
use super::{LeadSources, ProductSources};
use crate::domain::PersonId;
use crate::evidence::bottleneck::{conclusion, not_told_apart, of_one, one, stood_out};
use crate::metrics::measure::Unit;
use crate::metrics::review::waits::WaitsByStretch;
use crate::report::document::{Block, Span};

pub(super) use crate::evidence::bottleneck::method;
pub use crate::evidence::bottleneck::{Bottleneck, Stretch};

/// Leads first, then everybody else on whom anything waited; each by name.
pub(super) fn bottleneck(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &ProductSources,
) -> Vec<Bottleneck> {
    let mut people: Vec<PersonId> = product.waits.iter().map(|wait| wait.person).collect();
    let leads = sources.question.roster.members.iter();
    people.extend(
        leads
            .filter(|member| member.is_lead)
            .map(|member| member.person),
    );
    people.sort_unstable();
    people.dedup();
    names.sort(&mut people);
    people.sort_by_key(|person| !names.is_lead(*person));
    let waits = WaitsByStretch::of(&product.waits);
    let one = |person: PersonId| one(sources.question, &waits, person, names.name(person));
    people.into_iter().map(one).collect()
}

/// What is said of reviews where no pull request was read.
pub(super) const PULL_REQUESTS_UNREAD: &str =
    "Not observed: no pull requests were read for this product.";

/// Writes the card.
pub(super) fn write(
    unit: Unit,
    names: &Names<'_>,
    product: &ProductSources,
    people: &[Bottleneck],
    blocks: &mut Vec<Block>,
) {
    blocks.push(Block::Heading(
        2,
        vec![Span::text("Does the work wait for one person?")],
    ));
    if people.is_empty() {
        let is_read = names.is_observed("review.requested", &product.name);
        blocks.push(Block::Paragraph(vec![Span::text(if is_read {
            "No merged pull request of the window asked a person for a review."
        } else {
            PULL_REQUESTS_UNREAD
        })]));
        return;
    }
    let mut inside = Vec::new();
    let found: Vec<&Bottleneck> = people.iter().filter(|one| stood_out(one)).collect();
    let all: Vec<&Bottleneck> = people.iter().collect();
    inside.push(Block::Paragraph(vec![Span::text(if found.is_empty() {
        not_told_apart(&all, "one person")
    } else {
        conclusion(&found)
    })]));
    for one in people {
        let told = of_one(unit, &product.name, one);
        if !told.is_empty() {
            let titled = names.titled(one.person);
            inside.push(Block::Heading(3, vec![Span::text(titled)]));
            inside.extend(told);
        }
    }
    let n_apart: u64 = people.iter().map(|one| one.window.n_apart).sum();
    if n_apart > 0 {
        inside.push(Block::Paragraph(vec![Span::text(format!(
            "{n_apart} waits are left out: they ran into a declared absence or into somebody's first four weeks."
        ))]));
    }
    blocks.push(Block::Panel {
        is_notice: !found.is_empty(),
        blocks: inside,
    });
}
