//! `flow.work_mix`: what kinds of work were merged.

use std::collections::HashMap;

use super::merged_inside;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::measure::{
    About, Cell, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::flow_rules::KindRules;
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.work_mix",
    title: "Work mix",
    question: "How much of the work builds, keeps, pays back or repairs?",
    definition: "Merged pull requests by kind: feature, maintenance, debt, incident. The kind is told by the first basis that matches: a label, \
                 the beginning of the branch's name, the type of a conventional title, or else globs that every file matches. What matches \
                 none is unclassified: it is of no kind rather than not of this one, has no part in the shares of kinds, and is always shown.",
    formula: "pull requests of the kind / merged pull requests of any kind;  unclassified / merged pull requests",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::share("feature_share", "feature share"),
        NumberDefinition::share("maintenance_share", "maintenance share"),
        NumberDefinition::share("debt_share", "debt share"),
        NumberDefinition::share("incident_share", "incident share"),
        NumberDefinition::share("unclassified_share", "unclassified share"),
        NumberDefinition::bare("feature", "feature"),
        NumberDefinition::bare("maintenance", "maintenance"),
        NumberDefinition::bare("debt", "debt"),
        NumberDefinition::bare("incident", "incident"),
        NumberDefinition::bare("unclassified", "unclassified"),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "The register's `[work_mix]` or its defaults; GitHub labels, `headRefName`, title, files",
    exclusions: "Pull requests opened by automation, closed without a merge or still open are counted apart. What is unclassified is \
                 unknown: n is how many have a kind.",
    how_to_read: "Debt and maintenance are two things: many teams plan about 20 % of their capacity for debt, while maintenance, what \
                  keeps the product as it is, is often half of the work or more. Read the unclassified share first: above a fifth, the \
                  other shares say little.",
    can_mislead: "Pull requests differ in size, and a count of them is no effort. Labels follow habits: a team that renames one changes the mix.",
    sql: include_str!("../../../queries/metrics/flow.work_mix.sql"),
};

/// Every kind with the names of its numbers, in the order in which they are printed.
const KINDS: [(&str, &str); 4] = [
    ("feature", "feature_share"),
    ("maintenance", "maintenance_share"),
    ("debt", "debt_share"),
    ("incident", "incident_share"),
];

pub(super) const UNCLASSIFIED: &str = "unclassified";

/// Which kind wins where one basis matches several: the rarest first.
const PRECEDENCE: [&str; 4] = ["incident", "debt", "maintenance", "feature"];

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| Ok(rows(reading)),
        &|_, rows| estimate(rows),
    )?;
    for cell in measure.cells.iter_mut().chain(&mut measure.strata) {
        add_unclassified(cell);
    }
    Ok(measure)
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<&'static str>> {
    let wholes = of_product(reading);
    let kinds = kinds(reading, &wholes);
    wholes
        .iter()
        .filter_map(|whole| {
            let merged_at = match merged_inside(reading, whole) {
                Ok(merged_at) => merged_at,
                Err(placed) => {
                    let row = placed?.row(reading, whole).row;
                    let key = UNCLASSIFIED;
                    return Some(KeyedRow { row, key });
                }
            };
            let (key, because) = kinds.get(&whole.key()).copied()?;
            let (value, fate) = match key {
                UNCLASSIFIED => (None, Fate::Unknown(UNCLASSIFIED)),
                _ => (Some(1.0), Fate::Included),
            };
            let mut row = whole.row(reading, Some(merged_at), value, fate);
            // The receipt says what told the kind; a public page prints the number alone.
            row.subject.words = format!("{} [{key}: {because}]", row.subject.words);
            Some(KeyedRow { row, key })
        })
        .collect()
}

/// Kind and basis of every pull request given.
pub(super) fn kinds(
    reading: &Reading<'_>,
    wholes: &[FullPullRequest<'_>],
) -> HashMap<Key, (&'static str, &'static str)> {
    let mut paths: HashMap<Key, Vec<&str>> = HashMap::new();
    for row in &reading.tables.facts.pull_request_files {
        if reading.product.repositories.contains(&row.repository) {
            let key = (row.repository, row.number);
            paths.entry(key).or_default().push(&row.path);
        }
    }
    let told = wholes.iter().map(|whole| {
        let paths = paths.get(&whole.key()).map_or(&[][..], Vec::as_slice);
        (
            whole.key(),
            kind(&reading.question.flow.kinds, whole, paths),
        )
    });
    told.collect()
}

fn kind(
    rules: &[KindRules],
    whole: &FullPullRequest<'_>,
    paths: &[&str],
) -> (&'static str, &'static str) {
    let row = whole.pull_request;
    let branch = row.head_branch.to_lowercase();
    let title = conventional_type(&row.title);
    let first = |test: &dyn Fn(&KindRules) -> bool| {
        PRECEDENCE
            .iter()
            .filter_map(|kind| rules.iter().find(|rules| rules.kind == *kind))
            .find(|rules| test(rules))
            .map(|rules| rules.kind)
    };
    if let Some(kind) = first(&|rules| rules.has_label(&row.labels)) {
        return (kind, "label");
    }
    let begins = |rules: &KindRules| rules.branches.iter().any(|start| branch.starts_with(start));
    if let Some(kind) = first(&begins) {
        return (kind, "branch");
    }
    let is_typed = |rules: &KindRules| {
        title
            .as_ref()
            .is_some_and(|title| rules.types.contains(title))
    };
    if let Some(kind) = first(&is_typed) {
        return (kind, "title");
    }
    let is_all = |rules: &KindRules| {
        !paths.is_empty() && paths.iter().all(|path| rules.paths.is_match(path))
    };
    first(&is_all).map_or((UNCLASSIFIED, "no rule"), |kind| (kind, "path"))
}

/// The type of a conventional title in lower case: `fix` of `Fix(parser)!: …`.
fn conventional_type(title: &str) -> Option<String> {
    let (head, _) = title.split_once(':')?;
    let head = head.strip_suffix('!').unwrap_or(head);
    let word = match head.split_once('(') {
        Some((word, scope)) => scope.ends_with(')').then_some(word)?,
        None => head,
    };
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic());
    is_word.then(|| word.to_ascii_lowercase())
}

/// What has no kind, of all that was merged, behind the shares of kinds and behind their counts.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn add_unclassified(cell: &mut Cell) {
    let Measured::Value { n, value, .. } = &mut cell.measured else {
        return;
    };
    let without = cell.ledger.unknown.get(UNCLASSIFIED);
    let without = without.copied().unwrap_or_default();
    let share = Number::Real(without as f64 / (*n + without) as f64);
    value.0.insert(KINDS.len(), ("unclassified_share", share));
    value.0.push((UNCLASSIFIED, Number::Count(without)));
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn estimate(rows: &[&KeyedRow<&'static str>]) -> Measured {
    let n = count(rows.len());
    let of_kind = |kind| count(rows.iter().filter(|row| row.key == kind).count());
    let mut numbers = Vec::new();
    for (kind, share) in KINDS {
        numbers.push((share, Number::Real(of_kind(kind) as f64 / n as f64)));
    }
    for (kind, _) in KINDS {
        numbers.push((kind, Number::Count(of_kind(kind))));
    }
    Measured::Value {
        n,
        value: Value(numbers),
        interval: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conventional_title_begins_with_its_type() {
        let check = |title: &str, expected: Option<&str>| {
            assert_eq!(conventional_type(title).as_deref(), expected, "{title}");
        };
        check("fix: a", Some("fix"));
        check("Feat(parser)!: a", Some("feat"));
        check("fix(a: b", None);
        check("fix the parser: a", None);
        check("prefix", None);
        check(": a", None);
    }
}
