//! The deployment that an incident is put down to, on which evidence, and what that first shipped. Never a person.

use super::parts::Parts;
use super::timeline;
use crate::domain::{Attribution, NoCause, Rung};
use crate::evidence::blocks::{listed, not_observed, paragraph};
use crate::evidence::lead::book::Book;
use crate::report::document::{Block, Span};
use crate::work::delivery::incidents::Placed;
use crate::work::pull_requests::Key;

/// The deployment that it is put down to, on which evidence, and what that first shipped.
pub(super) fn blocks(book: &Book<'_>, parts: &Parts<'_>, placed: &Placed) -> Vec<Block> {
    if let Some(missing) = &parts.unshipped {
        let fix = missing.fix.as_deref();
        return vec![not_observed("deployments", &missing.because, fix)];
    }
    let (rung, cause) = match (&placed.incident.attribution, placed.cause) {
        (Attribution::To { rung, .. }, Some(cause)) => (*rung, cause),
        (Attribution::Nowhere(reason), _) => return vec![paragraph(nowhere(*reason))],
        (Attribution::To { .. }, None) => return Vec::new(),
    };
    let Some(shipped) = timeline::shipped(parts, cause) else {
        return Vec::new();
    };
    let mut blocks = vec![Block::Paragraph(vec![
        Span::text("Put down to "),
        timeline::deployment(
            book,
            parts,
            shipped.repository,
            &shipped.deployment,
            shipped.reference.as_deref(),
        ),
        Span::text(format!(
            " to {}, {}. Evidence, place {} of {} on the ladder: {}.",
            shipped.environment,
            book.minute(shipped.at),
            rung.place(),
            Rung::ALL.len(),
            evidence(rung)
        )),
    ])];
    if shipped.is_baseline {
        blocks.push(paragraph(
            "What it shipped is unknown: it is the first deployment on record.",
        ));
        return blocks;
    }
    let keys = parts.brought.get(&cause).map_or(&[][..], Vec::as_slice);
    let line = |key: &Key| {
        let title = parts.changes.get(key).map_or("", |change| change.title);
        vec![book.link(*key), Span::text(format!(" “{title}”"))]
    };
    if keys.is_empty() {
        blocks.push(paragraph(
            "No pull request in the record was first shipped by it.",
        ));
    } else {
        blocks.push(paragraph("First shipped by it:"));
        blocks.extend(listed(
            keys.iter().map(line).collect(),
            "pull request",
            5,
            100,
        ));
    }
    blocks
}

fn evidence(rung: Rung) -> &'static str {
    match rung {
        Rung::Explicit => "somebody said so, or a change that it shipped refers to the issue",
        Rung::Revert => "a linked pull request reverts a change that it shipped",
        Rung::Rollback => "it was rolled back while the incident lasted",
        Rung::Hotfix => "a hotfix followed in its repository",
        Rung::PatchRelease => "the next release of the same line is a patch",
        Rung::Nearest => {
            "it is the nearest earlier deployment within the bound, and nothing else ties it to the incident"
        }
    }
}

fn nowhere(reason: NoCause) -> &'static str {
    match reason {
        NoCause::Declared => "The register or the issue says that no deployment caused it.",
        NoCause::AfterTheStart => {
            "None: what somebody named as the cause reached production after the incident had started."
        }
        NoCause::NotDeployed => {
            "None: what somebody named as the cause has not reached production."
        }
        NoCause::NoneWithinTheBound => {
            "None: no deployment within the register's bound before the start."
        }
    }
}
