//! What the data lacks, told once per reason, and which figures it concerns.

use std::collections::{BTreeMap, BTreeSet};

use super::{CertificateLine, Shortcoming};
use crate::domain::{Completeness, ImportKind, ImportLine, PatternLine, Stream, StreamCertificate};
use crate::metrics::measure::{Definition, Need};
use crate::report::input::{ProductInput, TeamInput};

/// Why a figure of a product may be incomplete: streams it needs that have holes, or that were read of some repositories alone.
pub(super) fn cautions(
    definition: &Definition,
    product: &ProductInput,
    input: &TeamInput<'_>,
) -> Vec<String> {
    let needs = |stream: Stream| {
        definition.needs.iter().any(|need| match need {
            Need::Commits | Need::Subjects | Need::History | Need::Ownership => {
                stream == Stream::History
            }
            Need::PullRequests => stream == Stream::PullRequests,
            Need::Issues => stream == Stream::Issues,
            Need::WorkflowRuns => stream == Stream::WorkflowRuns,
            // Deployments come from whichever source had them: only the API's own stream is certain to matter.
            Need::Deployments => stream == Stream::Deployments,
        })
    };
    let is_unread = |line: &StreamCertificate| line.completeness == Completeness::Skipped;
    let of_product = || {
        let lines = input.certificates.iter();
        lines.filter(|line| product.repositories.contains(&line.repository) && needs(line.stream))
    };
    // Of what was read nowhere there is no figure.
    let read: BTreeSet<Stream> = of_product()
        .filter(|line| !is_unread(line))
        .map(|line| line.stream)
        .collect();
    let concerned = of_product()
        .filter(|line| line.has_hole() || is_unread(line) && read.contains(&line.stream));
    let lines: Vec<CertificateLine> = concerned.map(|line| named(input, line)).collect();
    let needs_import = |line: &&ImportLine| {
        let named = line.product.as_ref();
        let need = match line.kind {
            ImportKind::Deployments => Need::Deployments,
            ImportKind::Incidents => Need::Issues,
        };
        // Of the figures that need issues, those of deployments are about incidents.
        let is_about =
            definition.needs.contains(&Need::Deployments) && definition.needs.contains(&need);
        is_about && named.is_none_or(|named| *named == product.name)
    };
    let declared = of_imports(input.imports.iter().filter(needs_import));
    let sentence = |short: Shortcoming| {
        let reason = short
            .reason
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        format!("{} {}{reason}", short.what, short.state)
    };
    let short = shortcomings(&lines).into_iter().chain(declared);
    short.map(sentence).collect()
}

/// What a product's data lacks: what is withheld of it, then its streams that are short.
pub(super) fn of_product(input: &TeamInput<'_>, product: &ProductInput) -> Vec<Shortcoming> {
    let lines = input
        .certificates
        .iter()
        .filter(|line| product.repositories.contains(&line.repository));
    let lines: Vec<CertificateLine> = lines.map(|line| named(input, line)).collect();
    // What the command line names may be of any product.
    let of_it = |line: &&PatternLine| {
        let named = line.product.as_ref();
        named.is_none_or(|named| *named == product.name)
    };
    let may_be_of_it = |line: &&ImportLine| {
        let named = line.product.as_ref();
        named.is_none_or(|named| *named == product.name)
    };
    withheld(std::slice::from_ref(product))
        .chain(of_patterns(input.patterns.iter().filter(of_it)))
        .chain(of_imports(input.imports.iter().filter(may_be_of_it)))
        .chain(shortcomings(&lines))
        .collect()
}

/// Patterns of which it is not known, or not wholly, which repositories they mean.
pub(super) fn of_patterns<'a>(
    lines: impl Iterator<Item = &'a PatternLine>,
) -> impl Iterator<Item = Shortcoming> {
    let short = lines.filter(|line| line.has_hole() || line.completeness == Completeness::Skipped);
    short.map(|line| Shortcoming {
        is_partial: line.has_hole(),
        what: format!("repositories of `{}`", line.pattern),
        state: state_words(line.completeness),
        reason: line.reason.clone(),
        fix: line.fix.clone(),
    })
}

/// Files of the register's imports that lack something.
pub(super) fn of_imports<'a>(
    lines: impl Iterator<Item = &'a ImportLine>,
) -> impl Iterator<Item = Shortcoming> {
    lines
        .filter(|line| line.has_hole())
        .map(|line| Shortcoming {
            is_partial: true,
            what: format!("{} of `{}`", line.kind.word(), line.file),
            state: state_words(line.completeness),
            reason: line.reason(),
            fix: Some(import_fix(line).to_owned()),
        })
}

/// The step that would have everything of a file counted.
fn import_fix(line: &ImportLine) -> &'static str {
    match line.completeness {
        Completeness::NotFound => {
            "put the file there, or correct `path` of `[[import]]` in linchpin.toml"
        }
        _ => "correct these lines, or whatever writes the file",
    }
}

/// A line of the certificate with its repository's name.
pub(super) fn named(input: &TeamInput<'_>, certificate: &StreamCertificate) -> CertificateLine {
    let mut faces = input.repositories.iter();
    let face = faces.find(|face| face.id == certificate.repository);
    CertificateLine {
        repository: face.map_or_else(String::new, |face| face.name.clone()),
        certificate: certificate.clone(),
    }
}

/// The word for people.
#[must_use]
pub const fn state_words(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "complete",
        Completeness::Partial => "partial",
        Completeness::Forbidden => "not readable with this token",
        Completeness::NotFound => "not found",
        Completeness::Empty => "empty",
        Completeness::Disabled => "switched off",
        Completeness::RateLimited => "stopped at a rate limit",
        Completeness::Skipped => "not read",
    }
}

/// The state of what is withheld because a precondition does not hold: told openly, where what was not read is folded.
pub const WITHHELD: &str = "is not told";

/// What is withheld because a precondition does not hold: told before anything else.
pub(super) fn withheld(products: &[ProductInput]) -> impl Iterator<Item = Shortcoming> + '_ {
    let unmet = products
        .iter()
        .flat_map(|product| product.unmet.iter().map(move |unmet| (product, unmet)));
    unmet.map(|(product, unmet)| Shortcoming {
        is_partial: false,
        what: format!("{} of {}", unmet.what, product.name),
        state: WITHHELD,
        reason: Some(unmet.missing.because.clone()),
        fix: unmet.missing.fix.clone(),
    })
}

/// Why a stream is short, and until when the team lives with it.
fn reason_of(certificate: &StreamCertificate) -> Option<String> {
    let reason = certificate.reason.clone();
    match (&certificate.accepted, reason) {
        (Some((until, why)), reason) => {
            let reason = reason.unwrap_or_else(|| "known to the team".to_owned());
            Some(format!("{reason}; accepted until {until}: {why}"))
        }
        (None, reason) => reason,
    }
}

pub(super) fn shortcomings(certificates: &[CertificateLine]) -> Vec<Shortcoming> {
    type Key<'a> = (bool, &'static str, Option<String>, Option<&'a str>);
    let mut groups: BTreeMap<Key<'_>, BTreeMap<Stream, Vec<&str>>> = BTreeMap::new();
    for line in certificates
        .iter()
        .filter(|line| !line.certificate.is_whole())
    {
        let certificate = &line.certificate;
        let key = (
            !certificate.is_partial(),
            state_words(certificate.completeness),
            reason_of(certificate),
            certificate.fix.as_deref(),
        );
        groups
            .entry(key)
            .or_default()
            .entry(certificate.stream)
            .or_default()
            .push(&line.repository);
    }
    let sentence = |streams: BTreeMap<Stream, Vec<&str>>| {
        let mut by_repositories: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
        for (stream, repositories) in streams {
            by_repositories
                .entry(repositories)
                .or_default()
                .push(stream.word().replace('_', " "));
        }
        let parts = by_repositories.into_iter().map(|(repositories, streams)| {
            format!("{} of {}", streams.join(", "), repositories.join(", "))
        });
        parts.collect::<Vec<_>>().join("; ")
    };
    groups
        .into_iter()
        .map(|((is_quiet, state, reason, fix), streams)| Shortcoming {
            is_partial: !is_quiet,
            what: sentence(streams),
            state,
            reason,
            fix: fix.map(str::to_owned),
        })
        .collect()
}
