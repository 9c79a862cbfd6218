//! `path-<product>.md`: the path of a change to production as a filled table: each step, who or what does it, what it has to pass,
//! and how long it takes at the median.
//!
//! The waits are figures of the metrics; gates are today's settings, since GitHub tells none of the past.

use std::collections::{BTreeMap, BTreeSet};

use super::public::Public;
use crate::domain::{Environment, MergeRule, RepositoryId, Stream};
use crate::evidence::blocks::{count, paragraph};
use crate::metrics::find;
use crate::metrics::measure::{Definition, Measured};
use crate::report::document::{Block, Document, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::report::withheld::people_words;
use crate::work::delivery::deployments;
use crate::work::delivery::runs::runs;
use crate::work::{Fate, Missing};

const INTRO: &str = "Each step of a change, who or what does it, what it has to pass, and the median of what it took in the window, with n \
                     and the 80 % interval. The times are the figures of the team page; they are medians of different changes and do not \
                     add up. What has to be passed is what GitHub's settings and CODEOWNERS say today: what they said before is not \
                     observed.";

/// Names in a cell, and repositories in one.
const NAMES: usize = 8;
const REPOSITORIES: usize = 12;

/// A line of the table: a step, its metric, and what is written of it.
struct Step {
    name: &'static str,
    from_to: &'static str,
    who: Vec<String>,
    gate: Vec<String>,
    metric: &'static str,
}

pub(super) fn document(public: &Public<'_>) -> Document {
    let rows = steps(public).into_iter().map(|step| row(public, step));
    let table = Table {
        title: format!("The path of a change of {} to production", public.face.name),
        columns: vec![
            Column::text("Step"),
            Column::text("From → to"),
            Column::text("Who or what"),
            Column::text("What it has to pass"),
            Column::number("Median"),
            Column::number("n"),
            Column::number("80 % interval"),
        ],
        rows: rows.collect(),
        n_omitted: 0,
    };
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(owners(public));
    public.document("The path to production", INTRO, blocks)
}

fn steps(public: &Public<'_>) -> Vec<Step> {
    let said = |text: &str| vec![text.to_owned()];
    let rules = rules(public);
    vec![
        Step {
            name: "Write",
            from_to: "first commit → opened",
            who: said("whoever writes it"),
            gate: Vec::new(),
            metric: "flow.coding_time",
        },
        Step {
            name: "Wait for a review",
            from_to: "ready and asked for → first review",
            who: said("a reviewer"),
            gate: Vec::new(),
            metric: "flow.pickup_time",
        },
        Step {
            name: "Review",
            from_to: "first review → last approval",
            who: said("reviewers and whoever writes it"),
            gate: gates(public, &rules, approvals),
            metric: "flow.review_time",
        },
        Step {
            name: "Checks",
            from_to: "run started → passed",
            who: workflows(public),
            gate: gates(public, &rules, checks),
            metric: "ci.duration",
        },
        Step {
            name: "Merge",
            from_to: "approved → merged",
            who: said("whoever may merge"),
            gate: gates(public, &rules, queue),
            metric: "flow.merge_wait",
        },
        Step {
            name: "Deploy",
            from_to: "merged → in production",
            who: environments_used(public),
            gate: protections(public),
            metric: "flow.deploy_wait",
        },
        Step {
            name: "All of it",
            from_to: "first commit → in production",
            who: Vec::new(),
            gate: Vec::new(),
            metric: "dora.change_lead_time",
        },
    ]
}

fn row(public: &Public<'_>, step: Step) -> Vec<TableCell> {
    let lines = |texts: Vec<String>| {
        if texts.is_empty() {
            return TableCell::Missing(None);
        }
        let lines = texts.into_iter().map(|text| vec![Span::text(text)]);
        TableCell::Lines(lines.collect())
    };
    let mut cells = vec![
        TableCell::Text(step.name.to_owned()),
        TableCell::Text(step.from_to.to_owned()),
        lines(step.who),
        lines(step.gate),
    ];
    let metric = find(step.metric).map(|metric| metric.definition);
    let found = metric.zip(public.figure(step.metric));
    match found {
        Some((definition, measured)) => cells.extend(wait(definition, measured)),
        None => cells.extend(unmeasured("nothing to measure in this product".to_owned())),
    }
    cells
}

/// The median, n and the interval.
fn wait(definition: &Definition, measured: &Measured) -> [TableCell; 3] {
    match measured {
        Measured::Value { n, value, interval } => {
            let Some(number) = quantity::headline_number(value) else {
                return unmeasured("no figure".to_owned());
            };
            let unit = definition.headline_unit(value);
            let ends = interval.map(|ends| quantity::interval(unit, number, ends));
            [
                TableCell::Number(quantity::alone(unit, number)),
                TableCell::Number(quantity::count(*n)),
                TableCell::number(ends.map(|[low, high]| format!("{low} to {high}"))),
            ]
        }
        Measured::TooFew { n } => [
            TableCell::Text("too few to summarise".to_owned()),
            TableCell::Number(quantity::count(*n)),
            TableCell::Missing(None),
        ],
        Measured::NotObserved { because, .. } => unmeasured(format!("not observed: {because}")),
        Measured::NotApplicable { because } => unmeasured(format!("not applicable: {because}")),
        Measured::Withheld { people } => unmeasured(people_words(*people)),
    }
}

fn unmeasured(because: String) -> [TableCell; 3] {
    [
        TableCell::Text(because),
        TableCell::Missing(None),
        TableCell::Missing(None),
    ]
}

/// What a merge needs, by repository; or why nobody can tell.
type Rules<'a> = Result<BTreeMap<RepositoryId, &'a MergeRule>, Missing>;

fn rules<'a>(public: &'a Public<'_>) -> Rules<'a> {
    let reading = public.reading;
    if let Some(missing) = reading.question.unread(reading.product, Stream::MergeRules) {
        return Err(missing);
    }
    let rules = reading.tables.facts.merge_rules.iter();
    Ok(rules
        .filter(|rule| reading.product.has(rule.repository))
        .map(|rule| (rule.repository, rule))
        .collect())
}

/// What the rules say of a step, repositories that say the same together.
fn gates(public: &Public<'_>, rules: &Rules<'_>, words: fn(&MergeRule) -> String) -> Vec<String> {
    let rules = match rules {
        Ok(rules) => rules,
        Err(missing) => return vec![format!("not observed: {}", missing.because)],
    };
    let repositories = public.reading.product.repositories.iter();
    by_repository(
        public,
        repositories.map(|repository| {
            let rule = rules.get(repository);
            let said = rule.map_or_else(|| "not observed".to_owned(), |rule| words(rule));
            (*repository, said)
        }),
    )
}

/// `api, web: 1 approval`: repositories that say the same together; the repository's name only where there are several.
fn by_repository(
    public: &Public<'_>,
    said: impl Iterator<Item = (RepositoryId, String)>,
) -> Vec<String> {
    let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (repository, words) in said {
        let name = public.sources.repository_name(repository);
        of.entry(words).or_default().insert(name);
    }
    let n = of.len();
    let is_one = public.reading.product.repositories.len() == 1;
    let mut lines: Vec<String> = of
        .into_iter()
        .take(REPOSITORIES)
        .map(|(words, names)| {
            if is_one {
                return words;
            }
            format!("{}: {words}", bounded(names.into_iter().collect()))
        })
        .collect();
    if n > REPOSITORIES {
        lines.push(format!("and {} more", n - REPOSITORIES));
    }
    lines
}

/// Names with commas between them, and how many more there are.
fn bounded(names: Vec<String>) -> String {
    let n = names.len();
    let shown: Vec<String> = names.into_iter().take(NAMES).collect();
    let rest = n.saturating_sub(NAMES);
    let rest = if rest > 0 {
        format!(" and {rest} more")
    } else {
        String::new()
    };
    format!("{}{rest}", shown.join(", "))
}

fn approvals(rule: &MergeRule) -> String {
    let mut parts = Vec::new();
    if rule.required_approvals > 0 {
        let n = usize::try_from(rule.required_approvals).unwrap_or(usize::MAX);
        parts.push(count(n, "approval"));
    }
    if rule.requires_code_owner {
        parts.push("one of a code owner of the files".to_owned());
    }
    if rule.requires_last_push_approval {
        parts.push("the last push approved by somebody else".to_owned());
    }
    if rule.dismisses_stale_reviews {
        parts.push("a push dismisses approvals".to_owned());
    }
    if parts.is_empty() {
        parts.push("no approval is required".to_owned());
    }
    parts.join("; ")
}

fn checks(rule: &MergeRule) -> String {
    if rule.required_checks.is_empty() {
        return "no check is required".to_owned();
    }
    format!("required: {}", bounded(rule.required_checks.clone()))
}

fn queue(rule: &MergeRule) -> String {
    let how = if rule.has_merge_queue {
        "a merge queue"
    } else {
        "no merge queue"
    };
    how.to_owned()
}

/// The workflows that ran in the window, those with the most runs first.
fn workflows(public: &Public<'_>) -> Vec<String> {
    let reading = public.reading;
    if let Some(missing) = reading
        .question
        .unread(reading.product, Stream::WorkflowRuns)
    {
        return vec![format!("not observed: {}", missing.because)];
    }
    let mut n_of: BTreeMap<&str, usize> = BTreeMap::new();
    for run in runs(reading) {
        *n_of.entry(&run.last.name).or_default() += 1;
    }
    let mut found: Vec<(&str, usize)> = n_of.into_iter().collect();
    found.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    if found.is_empty() {
        return vec!["no workflow ran".to_owned()];
    }
    let words = found
        .into_iter()
        .map(|(name, n)| format!("{name} ({})", count(n, "run")));
    vec![bounded(words.collect())]
}

/// The environments of production that something was deployed to in the window.
fn environments_used(public: &Public<'_>) -> Vec<String> {
    let found = match deployments::of_product(public.reading) {
        Ok(found) => found,
        Err(missing) => return vec![format!("not observed: {}", missing.because)],
    };
    let window = public.reading.question.window;
    let mut n_of: BTreeMap<&str, usize> = BTreeMap::new();
    for candidate in &found.candidates {
        if candidate.fate == Fate::Included && window.contains(candidate.at()) {
            let environment = candidate.deployment.environment.as_str();
            *n_of.entry(environment).or_default() += 1;
        }
    }
    if n_of.is_empty() {
        return vec!["nothing was deployed in the window".to_owned()];
    }
    let words = n_of.into_iter().map(|(name, n)| {
        let n = count(n, "deployment");
        if name.is_empty() {
            n
        } else {
            format!("{name} ({n})")
        }
    });
    vec![bounded(words.collect())]
}

/// What protects the environments of production.
fn protections(public: &Public<'_>) -> Vec<String> {
    let reading = public.reading;
    if let Some(missing) = reading
        .question
        .unread(reading.product, Stream::Environments)
    {
        return vec![format!("not observed: {}", missing.because)];
    }
    let rows = reading.tables.facts.environments.iter();
    let is_production = |row: &&Environment| {
        reading.product.has(row.repository) && reading.product.production.is_match(&row.environment)
    };
    let said = rows.filter(is_production).map(|row| {
        let words = format!("{}: {}", row.environment, protection(row));
        (row.repository, words)
    });
    let lines = by_repository(public, said);
    if lines.is_empty() {
        return vec!["no environment of production is set up".to_owned()];
    }
    lines
}

/// How many may approve is told, and nobody of them.
fn protection(row: &Environment) -> String {
    let mut parts = Vec::new();
    if !row.reviewers.is_empty() {
        let n = row.reviewers.len();
        parts.push(match n {
            1 => "an approval by the one person or team that may give it".to_owned(),
            n => format!("an approval by one of {n} people or teams"),
        });
    }
    if row.prevents_self_review {
        parts.push("not by whoever started it".to_owned());
    }
    if let Some(minutes) = row.wait_minutes.filter(|minutes| *minutes > 0) {
        parts.push(format!("a wait of {minutes} min"));
    }
    if row.has_branch_policy {
        parts.push("only some branches or tags".to_owned());
    }
    if parts.is_empty() {
        parts.push("nothing is asked".to_owned());
    }
    parts.join("; ")
}

/// How many patterns CODEOWNERS has, by repository: who owns them is for the settings to say.
fn owners(public: &Public<'_>) -> Option<Block> {
    let reading = public.reading;
    let mut lines: BTreeMap<RepositoryId, (usize, usize)> = BTreeMap::new();
    for row in &reading.tables.codeowners {
        if reading.product.has(row.repository) {
            let (n, owned) = lines.entry(row.repository).or_default();
            *n += 1;
            *owned += usize::from(!row.owners.is_empty());
        }
    }
    let said = lines.into_iter().map(|(repository, (n, owned))| {
        let words = format!("{}, {owned} of them with an owner", count(n, "pattern"));
        (repository, words)
    });
    let lines = by_repository(public, said);
    (!lines.is_empty()).then(|| paragraph(format!("CODEOWNERS: {}.", lines.join("; "))))
}
