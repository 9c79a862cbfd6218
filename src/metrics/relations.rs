//! The question as relations, for other engines: its frame, and what SQL cannot reasonably find by itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::delegation::scope;
use super::flow::relations::FlowRelations;
use super::knowledge::relations::HistoryRelations;
use super::measure::{Measure, Measured, Number, Value};
use super::ownership::drift;
use super::review::waiting_hours;
use crate::domain::{Attribution, Bucket, Deployment, RepositoryId, Window};
use crate::tables::Tables;
use crate::tables::question::{
    AbsencePeriodRow, AbsenceRow, AbsorbedRow, AreaRow, CopyRow, DeclaredFileRow, DeclaredOwnerRow,
    DelegatedRow, DelegationRow, HotfixRow, IncidentRow, KindRow, LandingRow, LensRow, MeasureRow,
    MeasuredOriginRow, MemberRow, ProductRow, ProductionRow, RevertRow, ReviewerTurnRow,
    WorkingDayRow, WorkingSpanRow,
};
use crate::tables::relation::{AnyRelation, Relation};
use crate::work::absences::spells;
use crate::work::delivery::deployments::Candidate;
use crate::work::delivery::incidents::{self, Placed};
use crate::work::delivery::reverts::Reverts;
use crate::work::delivery::shipping::{self, Shipping};
use crate::work::delivery::{ancestry, landing};
use crate::work::file_areas::qualifier;
use crate::work::history::surviving::sampled_until;
use crate::work::roster::RosterDelegation;
use crate::work::turns::lives;
use crate::work::{Fate, Question, Reading, pull_requests};

/// Every relation of a question, each sorted.
#[derive(Default)]
pub struct Relations {
    /// The frame: one row.
    pub lens: Relation<LensRow>,
    /// Products and their repositories.
    pub products: Relation<ProductRow>,
    /// Areas of every path in history and pull requests.
    pub areas: Relation<AreaRow>,
    /// Deployments from the source that won; none for a product without one.
    pub production: Relation<ProductionRow>,
    /// Where merged pull requests landed.
    pub landings: Relation<LandingRow>,
    /// Commits and their copies on other branches.
    pub copies: Relation<CopyRow>,
    /// Commits that take another one back.
    pub reverts: Relation<RevertRow>,
    /// Incidents with their clocks and deployments.
    pub incidents: Relation<IncidentRow>,
    /// Merged hotfixes that are linked to an incident.
    pub hotfixes: Relation<HotfixRow>,
    /// Commits that came with a pull request.
    pub absorbed: Relation<AbsorbedRow>,
    /// Agreed working hours, from the first instant of the facts to the as-of instant.
    pub working_spans: Relation<WorkingSpanRow>,
    /// Working days over the same time.
    pub working_days: Relation<WorkingDayRow>,
    /// Reviewers' parts of turns.
    pub reviewer_turns: Relation<ReviewerTurnRow>,
    /// Members.
    pub members: Relation<MemberRow>,
    /// Absences.
    pub absences: Relation<AbsenceRow>,
    /// Origins that figures of flow are made of.
    pub measured_origins: Relation<MeasuredOriginRow>,
    /// Periods of the absences that are long enough.
    pub absence_periods: Relation<AbsencePeriodRow>,
    /// Turns, open spans, kinds of work, dated changes.
    pub flow: FlowRelations,
    /// Delegations that say what they cover.
    pub delegations: Relation<DelegationRow>,
    /// Commits and pull requests in their scopes.
    pub delegated: Relation<DelegatedRow>,
    /// Kinds of every path in history.
    pub kinds: Relation<KindRow>,
    /// The deciding line of CODEOWNERS of every living file that has one.
    pub declared_files: Relation<DeclaredFileRow>,
    /// The known people of every line of CODEOWNERS.
    pub declared_owners: Relation<DeclaredOwnerRow>,
    /// Who made every living file.
    pub histories: HistoryRelations,
    /// The figures that answer the question.
    pub measures: Relation<MeasureRow>,
}

impl Relations {
    /// The relations of a question over the facts.
    #[must_use]
    pub fn of(tables: &Tables, question: &Question) -> Self {
        let mut relations = Self::default();
        for reading in &Reading::of_products(tables, question) {
            relations.add_product(reading);
        }
        relations.add_question(tables, question, first_instant(tables));
        relations
    }

    /// Adds what no single product has: the frame, working time, the roster. `first` is the first instant of all facts.
    pub fn add_question(&mut self, tables: &Tables, question: &Question, first: Option<Timestamp>) {
        self.lens.push(LensRow {
            as_of: question.as_of,
            since: question.window.since,
            until: question.window.until,
            minimum_n: question.minimum_n,
            time_zone: question.zone.iana_name().unwrap_or("UTC").to_owned(),
            attribution_bound_hours: Some(question.rules.bound.hours()),
            sampled_until: sampled_until(question.as_of, &question.zone),
        });
        self.flow.add_question(question);
        self.add_people(tables, question, first);
    }

    /// Adds what happened in a product.
    pub fn add_product(&mut self, reading: &Reading<'_>) {
        let mut histories = std::mem::take(&mut self.histories);
        // Who touched which file takes about as long as all the rest.
        std::thread::scope(|scope| {
            scope.spawn(|| histories.add_product(reading));
            self.flow.add_product(reading);
            self.add_paths(reading);
            self.add_deliveries(reading);
            self.add_declarations(reading);
            self.add_delegated(reading);
        });
        self.histories = histories;
    }

    /// Every relation.
    pub fn all(&mut self) -> Vec<&mut dyn AnyRelation> {
        let (flow, histories) = (&mut self.flow, &mut self.histories);
        vec![
            &mut self.lens,
            &mut self.products,
            &mut self.areas,
            &mut self.production,
            &mut self.landings,
            &mut self.copies,
            &mut self.reverts,
            &mut self.incidents,
            &mut self.hotfixes,
            &mut self.absorbed,
            &mut self.working_spans,
            &mut self.reviewer_turns,
            &mut self.working_days,
            &mut self.members,
            &mut self.measured_origins,
            &mut self.absences,
            &mut self.absence_periods,
            &mut self.delegations,
            &mut self.delegated,
            &mut self.kinds,
            &mut self.declared_files,
            &mut self.declared_owners,
            &mut self.measures,
            &mut flow.turns,
            &mut flow.ready_spans,
            &mut flow.days,
            &mut flow.work_kinds,
            &mut flow.dated_events,
            &mut flow.taken_back,
            &mut flow.rules,
            &mut histories.lineages,
            &mut histories.file_histories,
            &mut histories.touches,
        ]
    }

    /// Working time and the roster.
    fn add_people(&mut self, tables: &Tables, question: &Question, first: Option<Timestamp>) {
        let window = Window {
            since: first.map_or(question.window.since, |at| at.min(question.window.since)),
            until: question.as_of,
        };
        let team = std::iter::once((None, question.calendars.team()));
        let own = question.calendars.own();
        for (person, calendar) in team.chain(own.map(|(person, own)| (Some(person), own))) {
            let shifts = calendar.shifts(window);
            self.working_spans.extend(shifts.map(|span| WorkingSpanRow {
                person,
                start_at: span.since,
                end_at: span.until,
            }));
            let days = calendar.days(window);
            self.working_days.extend(days.map(|span| WorkingDayRow {
                person,
                start_at: span.since,
                end_at: span.until,
            }));
        }
        let start = |day: Date| Bucket::start_of(day, &question.zone);
        let end = |day: Date| day.tomorrow().map_or(question.as_of, start);
        let members = question.roster.members.iter();
        self.members.extend(members.map(|member| MemberRow {
            person: member.person,
            joined_at: member.joined_on.map(start),
            left_at: member.left_on.map(end),
            is_lead: member.is_lead,
        }));
        let origins = question.origins.iter();
        self.measured_origins
            .extend(origins.map(|origin| MeasuredOriginRow { origin: *origin }));
        let absences = question.roster.absences.iter();
        self.absences.extend(absences.map(|absence| AbsenceRow {
            person: absence.person,
            from_at: start(absence.from),
            until_at: end(absence.to),
        }));
        let delegations = with_scope(question);
        self.delegations
            .extend(delegations.map(|(delegation, declared)| DelegationRow {
                delegation,
                what: declared.what.clone(),
                giver: declared.giver,
                receiver: declared.receiver,
                start_at: Bucket::start_of(declared.start_on, &question.zone),
                since: scope::since(question, declared),
            }));
        let spells = spells(question).into_iter();
        for spell in spells.filter(|one| one.is_long_enough() && tables.is_human(one.person)) {
            let seen = spell.periods.iter().filter(|period| !period.is_empty());
            self.absence_periods
                .extend(seen.map(|period| AbsencePeriodRow {
                    absence: spell.label(),
                    person: spell.person,
                    phase: period.phase.word().to_owned(),
                    since: period.window.since,
                    until: period.window.until,
                }));
        }
    }

    /// Products and areas.
    fn add_paths(&mut self, reading: &Reading<'_>) {
        let name = || reading.product.name.clone();
        let row = |id: &RepositoryId| ProductRow {
            product: name(),
            repository: *id,
        };
        self.products
            .extend(reading.product.repositories.iter().map(row));
        let files = reading.tables.changes.files.iter();
        let touched = reading.tables.facts.pull_request_files.iter();
        let paths: BTreeSet<_> = files
            .map(|file| (file.repository, file.path.as_str()))
            .chain(touched.map(|file| (file.repository, file.path.as_ref())))
            .filter(|(repository, _)| reading.product.repositories.contains(repository))
            .collect();
        for (repository, path) in paths {
            let areas = reading
                .question
                .areas
                .of(repository, path, qualifier(reading, repository));
            self.areas.extend(areas.into_iter().map(|area| AreaRow {
                product: name(),
                repository,
                path: path.to_owned(),
                area,
            }));
        }
    }

    /// Deployments, landings and absorbed commits.
    fn add_deliveries(&mut self, reading: &Reading<'_>) {
        let name = || reading.product.name.clone();
        let delivered = shipping::of_product(reading);
        let nothing = Shipping::default();
        let mut shipping = &nothing;
        if let Ok((found, placed)) = delivered.as_ref() {
            shipping = placed;
            let rollbacks = rollbacks(placed);
            let row = |candidate: &Candidate| ProductionRow {
                product: name(),
                repository: candidate.deployment.repository,
                deployment: candidate.deployment.deployment.clone(),
                source: found.source.word().to_owned(),
                environment: candidate.deployment.environment.clone(),
                to_production: candidate.fate != Fate::Excluded("not_production"),
                commit: candidate.deployment.commit,
                created_at: candidate.deployment.created_at,
                finished_at: candidate.deployment.finished_at,
                outcome: candidate.deployment.outcome,
                is_rollback: rollbacks
                    .get(&deployment_key(&candidate.deployment))
                    .copied(),
            };
            self.production.extend(found.candidates.iter().map(row));
        }
        let incidents = incidents::of_product(reading, shipping);
        let row = |placed: &Placed| incident_row(&reading.product.name, placed);
        self.incidents.extend(incidents.all.iter().map(row));
        for ((repository, number), linked) in &incidents.hotfixes {
            self.hotfixes
                .extend(linked.iter().map(|incident| HotfixRow {
                    product: name(),
                    repository: *repository,
                    number: *number,
                    incident: *incident,
                }));
        }
        let wholes = pull_requests::of_product(reading);
        let lives = lives(reading, &wholes);
        for (whole, life) in wholes.iter().zip(lives.iter()) {
            if pull_requests::apart(reading, whole.pull_request).is_some() {
                continue;
            }
            let (repository, number) = whole.key();
            let turns = life.as_ref().map_or(&[][..], |life| &life.turns);
            let parts = waiting_hours::parts(reading.question, turns).into_iter();
            self.reviewer_turns
                .extend(parts.map(|part| ReviewerTurnRow {
                    product: name(),
                    repository,
                    number,
                    person: part.person,
                    start_at: part.since,
                    end_at: part.until,
                    n_pending: part.n_pending,
                }));
        }
        let landings = landing::of_product(reading, &wholes);
        let landed = landings.all().into_iter();
        self.landings.extend(
            landed.map(|((repository, number), commit, rung)| LandingRow {
                product: name(),
                repository,
                number,
                commit,
                rung: rung.word().to_owned(),
            }),
        );
        let copies = ancestry::of_product(reading).all_copies(reading.tables);
        let copies = copies.into_iter();
        self.copies
            .extend(copies.map(|(repository, commit, copy)| CopyRow {
                product: name(),
                repository,
                commit,
                copy,
            }));
        let reverts = Reverts::of(reading).all().into_iter();
        self.reverts
            .extend(reverts.map(|(repository, commit, reverted)| RevertRow {
                product: name(),
                repository,
                commit,
                reverted,
            }));
        let absorbed = landings.all_absorbed(reading.tables).into_iter();
        self.absorbed
            .extend(absorbed.map(|(repository, commit)| AbsorbedRow {
                product: name(),
                repository,
                commit,
            }));
    }
}

/// The first instant that a duration can start at: an opening, or a commit of a pull request.
#[must_use]
pub fn first_instant(tables: &Tables) -> Option<Timestamp> {
    let opened = tables.facts.pull_requests.iter().map(|row| row.created_at);
    let first = tables
        .facts
        .pull_requests
        .iter()
        .filter_map(|row| row.first_commit_at);
    let issues = tables.facts.issues.iter().map(|row| row.created_at);
    opened.chain(first).chain(issues).min()
}

/// A deployment's repository and id.
type DeploymentKey<'a> = (RepositoryId, &'a str);

fn deployment_key(deployment: &Deployment) -> DeploymentKey<'_> {
    (deployment.repository, &deployment.deployment)
}

/// Whether each deployment of a known commit went back to an older one.
fn rollbacks(shipping: &Shipping) -> BTreeMap<DeploymentKey<'_>, bool> {
    let known = shipping.deployments.iter().filter(|one| one.is_known);
    known
        .map(|one| ((one.repository, one.deployment.as_str()), one.is_rollback()))
        .collect()
}

fn incident_row(product: &str, placed: &Placed) -> IncidentRow {
    let incident = &placed.incident;
    let (deployment, deployment_repository, rung) = match &incident.attribution {
        Attribution::To {
            repository,
            deployment,
            rung,
        } => (
            Some(deployment.clone()),
            Some(*repository),
            Some(rung.place()),
        ),
        Attribution::Nowhere(_) => (None, None, None),
    };
    IncidentRow {
        product: product.to_owned(),
        repository: incident.key.repository(),
        number: incident.key.number(),
        declared: incident.key.declared().map(str::to_owned),
        declared_in: placed.declared_in.as_deref().map(str::to_owned),
        severity: incident.severity.clone(),
        started_at: incident.started_at,
        started_from: incident.started_from.word().to_owned(),
        resolved_at: incident.resolved_at,
        resolved_from: incident.resolved_from.map(|from| from.word().to_owned()),
        closed_at: incident.closed_at,
        deployment,
        deployment_repository,
        attribution: incident.attribution.word().to_owned(),
        rung,
    }
}

impl Relations {
    /// What delegations cover of a product.
    fn add_delegated(&mut self, reading: &Reading<'_>) {
        for (delegation, declared) in with_scope(reading.question) {
            let row = |repository, commit, number| DelegatedRow {
                product: reading.product.name.clone(),
                delegation,
                repository,
                commit,
                number,
            };
            let covered = scope::covered(reading, declared);
            let commits = covered.commits.iter().filter_map(|at| {
                let commit = reading.tables.commits.get(*at)?;
                Some(row(commit.repository, Some(commit.commit), None))
            });
            self.delegated.extend(commits);
            let mut pull_requests: Vec<pull_requests::Key> =
                covered.pull_requests.iter().copied().collect();
            pull_requests.sort_unstable();
            let pull_requests = pull_requests.into_iter();
            self.delegated.extend(
                pull_requests.map(|(repository, number)| row(repository, None, Some(number))),
            );
        }
    }

    /// Kinds of files, and what CODEOWNERS declares.
    fn add_declarations(&mut self, reading: &Reading<'_>) {
        for file in &reading.tables.changes.files {
            if reading.product.has(file.repository) {
                let kinds = reading.question.kinds.of(&file.path).into_iter();
                self.kinds.extend(kinds.map(|kind| KindRow {
                    product: reading.product.name.clone(),
                    repository: file.repository,
                    path: file.path.clone(),
                    kind,
                }));
            }
        }
        let declared = drift::declared(reading);
        for (at, line) in declared.deciding.iter().enumerate() {
            let file = reading.tables.changes.files.get(at);
            if let (Some(file), Some(line)) = (file, line.and_then(|at| declared.lines.get(at))) {
                self.declared_files.push(DeclaredFileRow {
                    product: reading.product.name.clone(),
                    repository: file.repository,
                    path: file.path.clone(),
                    line: line.line.line,
                });
            }
        }
        for line in &declared.lines {
            let owners = line.owners.iter();
            self.declared_owners
                .extend(owners.map(|person| DeclaredOwnerRow {
                    product: reading.product.name.clone(),
                    repository: line.repository,
                    line: line.line.line,
                    person: *person,
                }));
        }
    }
}

/// The delegations that say what they cover, numbered.
fn with_scope(question: &Question) -> impl Iterator<Item = (u64, &RosterDelegation)> {
    let delegations = question.roster.delegations.iter();
    (0_u64..).zip(delegations.filter(|found| scope::has_scope(found)))
}

/// Measures as rows, one a number; a figure without numbers has one row without a name.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn measure_rows(measures: &[Measure]) -> Vec<MeasureRow> {
    let mut rows = Vec::new();
    for measure in measures {
        for cell in measure.cells.iter().chain(&measure.strata) {
            let (n, value, interval) = match &cell.measured {
                Measured::Value { n, value, interval } => (Some(*n), Some(value), *interval),
                Measured::TooFew { n } => (Some(*n), None, None),
                Measured::NotObserved { .. }
                | Measured::NotApplicable { .. }
                | Measured::Withheld { .. } => (None, None, None),
            };
            let row = |name: Option<&str>, number: Option<f64>| MeasureRow {
                metric: measure.definition.id.to_owned(),
                product: cell.scope.product.clone(),
                repository: cell.scope.repository,
                area: cell.scope.area.clone(),
                person: cell.scope.person,
                origin: cell.scope.origin,
                bucket: cell.bucket.map(|bucket| bucket.to_string()),
                status: cell.measured.status().to_owned(),
                n,
                name: name.map(str::to_owned),
                value: number,
                interval_low: interval.map(|[low, _]| low),
                interval_high: interval.map(|[_, high]| high),
            };
            match value {
                Some(Value(numbers)) => rows.extend(numbers.iter().map(|(name, number)| {
                    let real = match number {
                        Number::Count(count) => *count as f64,
                        Number::Real(real) => *real,
                    };
                    row(Some(name), Some(real))
                })),
                None => rows.push(row(None, None)),
            }
        }
    }
    rows
}
