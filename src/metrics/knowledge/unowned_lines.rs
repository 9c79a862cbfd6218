//! `knowledge.unowned_lines`: lines that agents wrote and that nobody but whoever had them written has looked at.

use std::collections::{BTreeSet, HashMap};

use super::holders::measure_files;
use crate::domain::{Origin, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{count, ratio_value};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Ratio, Recipe, Thing,
    Unit,
};
use crate::metrics::number::{FILES, HITS, NumberDefinition, OF};
use crate::work::file_areas::areas_of_files;
use crate::work::history::lineage::file_histories;
use crate::work::history::surviving::{FileLines, Samples, missing};
use crate::work::origins;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "knowledge.unowned_lines",
    title: "Lines that nobody owns",
    question: "How much of the code has an agent written that nobody but its delegator has looked at?",
    definition: "Of the lines that survive in the tree at the window's end, the share that agents wrote in files which nobody has changed or \
                 reviewed but whoever had an agent change them (the delegator). Beside it, how many of the agents' lines are nobody's \
                 under each of three policies of credit: the delegator owns them in full; nobody does; the delegator owns half, and those \
                 who else changed or reviewed the file the other half.",
    formula: "agents' lines in files {p: p changed or reviewed the file} ⊆ {delegators of its changes} / lines;  \
              Σ agents' lines · [no delegator];  Σ agents' lines;  \
              Σ agents' lines · (1 − ½·[delegator] − ½·[somebody else])",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("by_agents", "lines by agents"),
        NumberDefinition::bare(
            "nobodys_if_delegators",
            "nobody's, if the delegator's in full",
        ),
        NumberDefinition::bare("nobodys_if_nobodys", "nobody's, if nobody's at all"),
        NumberDefinition::bare(
            "nobodys_if_halved",
            "nobody's, if half the delegator's and half the readers'",
        ),
        FILES,
    ],
    about: About::System,
    cohort: None,
    needs: &[Need::History, Need::Ownership],
    source: "Definition of this project; line authorship as in Rigby, Zhu, Donadelli, Mockus (2016), ICSE",
    exclusions: "Lines by other automation, and generated, vendored, lock and binary files are left out. A delegator is known where an \
                 agent's commit names a person in a trailer; only changes of the file under the name that it has now are looked at for \
                 that. Who reviewed is known from pull requests alone.",
    how_to_read: "The three policies are three answers to one question that nobody has settled: who knows what an agent wrote. Where they \
                  are far apart, ask for a second pair of eyes on those files. Everywhere else here, what an agent wrote is nobody's.",
    can_mislead: "At least: lines of an agent that signs with a person's name are that person's. One review of a file counts for all of \
                  its lines. A delegator may know every line, or none.",
    sql: include_str!("../../../queries/metrics/knowledge.unowned_lines.sql"),
};

/// Whose the lines of a file are, and who has looked at it.
#[derive(Debug, Clone, Copy)]
struct Looked {
    by_people: u64,
    by_agents: u64,
    has_delegator: bool,
    /// Whether somebody changed or reviewed the file who had no agent change it.
    has_other: bool,
}

impl Looked {
    const fn unowned(self) -> u64 {
        if self.has_other { 0 } else { self.by_agents }
    }

    /// Agents' lines that are nobody's where the delegator and the others own half each.
    const fn halves(self) -> u64 {
        self.by_agents * (2 - self.has_delegator as u64 - self.has_other as u64)
    }
}

/// By file: the people who had agents change it, under the name that it has now.
fn delegators(reading: &Reading<'_>) -> HashMap<u32, BTreeSet<PersonId>> {
    let tables = reading.tables;
    let mut found: HashMap<u32, BTreeSet<PersonId>> = HashMap::new();
    for (row, changes) in tables.changes.runs.iter() {
        let Some(commit) = tables.commits.get(row) else {
            continue;
        };
        let is_asked = reading.product.has(commit.repository)
            && commit.landed_at < reading.question.as_of
            && origins::of_commit(tables, commit) == Origin::Agent;
        let delegator = commit.delegator.filter(|_| is_asked);
        if let Some(delegator) = delegator.filter(|person| tables.is_human(*person)) {
            for file in tables.changes.file.get(changes).unwrap_or_default() {
                found.entry(*file).or_default().insert(delegator);
            }
        }
    }
    found
}

fn rows(reading: &Reading<'_>) -> Result<Vec<KeyedRow<Looked>>, Missing> {
    let files = Samples::of(reading).lines_at(
        reading.tables,
        reading.question.as_of,
        &reading.question.zone,
    );
    if let Some(missing) = missing(reading.tables, &files) {
        return Err(missing);
    }
    let areas = areas_of_files(reading);
    let delegators = delegators(reading);
    let histories = file_histories(reading);
    let people: HashMap<u32, Vec<PersonId>> = histories
        .files
        .iter()
        .map(|file| {
            (
                file.file,
                file.people.iter().map(|part| part.person).collect(),
            )
        })
        .collect();
    let row = |lines: FileLines| {
        let at = usize::try_from(lines.file).ok()?;
        let file = reading.tables.changes.files.get(at)?;
        let delegators = delegators.get(&lines.file);
        let is_other = |person: &PersonId| !delegators.is_some_and(|those| those.contains(person));
        let looked = Looked {
            by_people: lines.people.iter().map(|(_, n)| n).sum(),
            by_agents: lines.by_agents,
            has_delegator: delegators.is_some(),
            has_other: people
                .get(&lines.file)
                .is_some_and(|people| people.iter().any(is_other)),
        };
        let is_counted = looked.by_people + looked.by_agents > 0;
        Some(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: [].into(),
                product: reading.product.name.clone(),
                repository: Some(file.repository),
                areas: areas.get(at).map_or(&[][..], Vec::as_slice).into(),
                subject: Thing::Path.called(file.path.clone()),
                link: None,
                at: None,
                bucket: None,
                value: is_counted.then_some(if looked.unowned() > 0 { 1.0 } else { 0.0 }),
                fate: if is_counted {
                    Fate::Included
                } else {
                    Fate::Excluded("by_automation")
                },
            },
            key: looked,
        })
    };
    Ok(files.into_iter().filter_map(row).collect())
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn estimate(rows: &[&KeyedRow<Looked>]) -> Measured {
    let sum = |of: &dyn Fn(Looked) -> u64| rows.iter().map(|row| of(row.key)).sum::<u64>();
    let mut value = ratio_value(Ratio {
        hits: sum(&Looked::unowned),
        of: sum(&|file| file.by_people + file.by_agents),
    });
    let by_agents = sum(&|file| file.by_agents);
    let without_delegator = sum(&|file| {
        if file.has_delegator {
            0
        } else {
            file.by_agents
        }
    });
    value.0.extend([
        ("by_agents", Number::Count(by_agents)),
        ("nobodys_if_delegators", Number::Count(without_delegator)),
        ("nobodys_if_nobodys", Number::Count(by_agents)),
        (
            "nobodys_if_halved",
            Number::Real(sum(&Looked::halves) as f64 / 2.0),
        ),
        ("files", Number::Count(count(rows.len()))),
    ]);
    Measured::Value {
        n: count(rows.len()),
        value,
        interval: None,
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_files(&DEFINITION, reading, &|| rows(reading), &estimate, &|| {
        vec![
                "at least: an agent that signs with a person's name is not seen; credit by three policies, of which none is settled"
                    .to_owned(),
            ]
    })
}
