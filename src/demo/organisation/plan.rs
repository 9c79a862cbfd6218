//! What is worked on: every pull request's author, area and kind, before anything happens to it.

use jiff::civil::{Date, date};

use super::blueprint::{
    AreaPlan, Blueprint, Craft, PARCEL_API, PARCEL_WEB, REPOSITORIES, TIMETABLE, authors,
    is_unreviewed,
};
use super::cast::{ACTIONS, Actor, DEPENDABOT, GHOST, INES, MARA, OSKAR, TEAM, TOMAS, VISITOR};
use super::clock::{DAY, Minute};
use super::dice::Dice;
use super::incidents::IncidentPlan;
use super::truths::Plants;

/// The first day of work.
pub(super) const FIRST_DAY: Date = date(2025, 1, 1);
/// The day after the last.
pub(super) const AS_OF_DAY: Date = date(2026, 7, 1);
/// From here on the reviews of `parcels` are spread.
pub(super) const SPREAD_FROM: Date = date(2025, 11, 3);
/// The lead's first day away.
pub(super) const AWAY_FROM: Date = date(2026, 3, 9);
/// The lead's last day away.
pub(super) const AWAY_TO: Date = date(2026, 3, 22);

/// From here on `timetable`'s `departures` are merged late.
pub(super) const MERGED_LATE_FROM: Date = date(2026, 1, 5);
/// The area that is merged late.
pub(super) const MERGED_LATE: &str = "departures";
/// Nobody reviews what is asked for in `parcel-api` from here on.
pub(super) const STUCK_FROM: Date = date(2026, 6, 18);
/// … until here.
pub(super) const STUCK_TO: Date = date(2026, 6, 25);
/// Who CODEOWNERS names for the silo.
pub(super) const DECLARED_OWNER: Actor = TOMAS;

/// The area of `parcel-web` of which a change is taken back …
pub(super) const REVERTED: &str = "checkout";
/// … the first that was begun from here on.
pub(super) const REVERTED_FROM: Date = date(2026, 2, 9);

/// Who was new on the first day …
pub(super) const MENTEE: Actor = OSKAR;
/// … who was there for them …
pub(super) const BUDDY: Actor = INES;
/// … up to this day.
pub(super) const BUDDY_TO: Date = date(2025, 3, 28);

/// The area of `parcel-api` of which an initiative is made …
pub(super) const EPIC_AREA: &str = "pricing";
/// … what it is called …
pub(super) const EPIC: &str = "Tariffs by zone";
/// … the first that was begun from here on …
pub(super) const EPIC_FROM: Date = date(2026, 1, 5);
/// … and the last before this day.
pub(super) const EPIC_TO: Date = date(2026, 3, 16);

/// The day on which two agreements were made after feedback.
pub(super) const AGREED_ON: Date = date(2026, 3, 2);
/// Who leaves a comment with every review from then on.
pub(super) const COMMENTER: Actor = OSKAR;

/// From here on `parcel-web`'s `ci` is slow.
pub(super) const SLOW_FROM: Date = date(2026, 2, 16);
/// Who writes every decision record of `timetable`.
pub(super) const ADR_WRITER: Actor = TOMAS;

/// The first days of the quarters, and of the one after the last.
pub(super) const QUARTERS: [Date; 7] = [
    date(2025, 1, 1),
    date(2025, 4, 1),
    date(2025, 7, 1),
    date(2025, 10, 1),
    date(2026, 1, 1),
    date(2026, 4, 1),
    date(2026, 7, 1),
];

/// The quarter's label, as in `2025-Q1`.
pub(super) fn quarter_label(quarter: usize) -> String {
    let first = QUARTERS.get(quarter).copied().unwrap_or(FIRST_DAY);
    format!("{}-Q{}", first.year(), (first.month() - 1) / 3 + 1)
}

/// What kind of work a pull request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    Feature,
    Fix,
    /// A fix that is reviewed and merged within the hour, in time for a deployment.
    QuickFix,
    Debt,
    Rename,
    Migration,
    Guide,
    Decision,
    Postmortem {
        incident: usize,
    },
    Pipeline,
    Bump,
    ReleaseNotes,
    Hotfix {
        incident: usize,
    },
    /// Takes another pull request back.
    Revert {
        of: Box<Job>,
    },
}

/// One pull request to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) repository: usize,
    /// Index into the blueprint's areas; the bots' work has none.
    pub(super) area: Option<usize>,
    pub(super) author: Actor,
    pub(super) co_author: Option<Actor>,
    pub(super) work: Work,
    pub(super) start: Minute,
    pub(super) is_unreviewed: bool,
    /// Who had the author do it, an agent.
    pub(super) delegator: Option<Actor>,
    /// Whether an agent is a co-author.
    pub(super) is_assisted: bool,
    /// The name of its dice.
    pub(super) key: String,
}

impl Job {
    /// The repository's shape.
    pub(super) fn blueprint(&self) -> &'static Blueprint {
        REPOSITORIES
            .get(self.repository)
            .unwrap_or(&REPOSITORIES[PARCEL_API])
    }

    /// The area's shape.
    pub(super) fn area_plan(&self) -> Option<&'static AreaPlan> {
        self.blueprint().areas.get(self.area?)
    }

    /// Dice of its own, for one purpose.
    pub(super) fn dice(&self, purpose: &str) -> Dice {
        Dice::of(&format!("{}/{purpose}", self.key))
    }
}

/// Whether somebody is there for a stretch of working time.
pub(super) fn is_present(actor: Actor, from: Minute, working_days: i64, plants: &Plants) -> bool {
    if actor != MARA || !plants.holiday {
        return true;
    }
    let (away, back) = (
        Minute::of(AWAY_FROM),
        Minute::of(AWAY_TO.tomorrow().unwrap_or(AWAY_TO)),
    );
    from >= back || from.plus(working_days * DAY) < away
}

/// Every pull request, by start.
pub(super) fn jobs(plants: &Plants, incidents: &[IncidentPlan]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (repository, blueprint) in REPOSITORIES.iter().enumerate() {
        for quarter in 0..QUARTERS.len() - 1 {
            let peopled = |(_, area): &(usize, &AreaPlan)| area.n_a_quarter > 0;
            for (at, area) in blueprint.areas.iter().enumerate().filter(peopled) {
                area_jobs(
                    &mut jobs,
                    repository,
                    blueprint,
                    (at, area),
                    quarter,
                    plants,
                );
            }
            bot_jobs(&mut jobs, repository, blueprint, quarter);
        }
    }
    guests(&mut jobs);
    incident_jobs(&mut jobs, incidents, plants);
    if plants.revert {
        revert_job(&mut jobs);
    }
    jobs.sort_by(|a, b| (a.start, &a.key).cmp(&(b.start, &b.key)));
    jobs
}

fn area_jobs(
    jobs: &mut Vec<Job>,
    repository: usize,
    blueprint: &Blueprint,
    (at, area): (usize, &AreaPlan),
    quarter: usize,
    plants: &Plants,
) {
    let weights = authors(repository, area, quarter, plants);
    let mut waiting = round_robin(&weights, area.n_a_quarter);
    for (slot, start) in slots(
        quarter,
        area.n_a_quarter,
        &format!("{}/{}", blueprint.name, area.name),
    )
    .into_iter()
    .enumerate()
    {
        let present = waiting
            .iter()
            .position(|author| is_present(*author, start, 9, plants));
        let author = match present {
            Some(at) => waiting.remove(at),
            None => weights
                .iter()
                .map(|(author, _)| *author)
                .find(|author| *author != MARA)
                .unwrap_or(MARA),
        };
        let key = format!("{}/{}/{quarter}/{slot}", blueprint.name, area.name);
        let mut dice = Dice::of(&format!("{key}/plan"));
        let work = match area.craft {
            Craft::Documents if slot % 2 == 0 => Work::Decision,
            Craft::Documents => Work::Guide,
            Craft::Pipeline => Work::Pipeline,
            Craft::Code if area.has_migrations && slot % 5 == 3 => Work::Migration,
            Craft::Code => match dice.below(20) {
                0..=8 => Work::Feature,
                9..=14 => Work::Fix,
                15..=18 => Work::Debt,
                _ => Work::Rename,
            },
        };
        let is_planted = plants.adr_writer && repository == TIMETABLE && work == Work::Decision;
        let author = if is_planted { ADR_WRITER } else { author };
        let others: Vec<Actor> = weights
            .iter()
            .map(|(other, _)| *other)
            .filter(|other| *other != author)
            .collect();
        let is_paired = dice.chance(8) && area.craft == Craft::Code;
        let co_author = dice
            .pick(&others)
            .copied()
            .filter(|other| is_paired && is_present(*other, start, 9, plants));
        let co_author = if is_accompanied(author, start, plants)
            && repository == PARCEL_API
            && area.craft == Craft::Code
        {
            Some(BUDDY)
        } else {
            co_author
        };
        let is_unreviewed = is_unreviewed(repository, area, plants);
        jobs.push(Job {
            repository,
            area: Some(at),
            author,
            co_author,
            work,
            start,
            is_unreviewed,
            delegator: None,
            is_assisted: false,
            key,
        });
    }
}

/// Whether somebody is there for the author, who is new.
pub(super) fn is_accompanied(author: Actor, at: Minute, plants: &Plants) -> bool {
    let end = Minute::of(BUDDY_TO.tomorrow().unwrap_or(BUDDY_TO));
    plants.mentee && author == MENTEE && at < end
}

/// A change of the checkout is taken back after eight working days, by somebody who did not write it.
fn revert_job(jobs: &mut Vec<Job>) {
    let is_it = |job: &&Job| {
        job.repository == PARCEL_WEB
            && job.area_plan().is_some_and(|area| area.name == REVERTED)
            && matches!(job.work, Work::Feature | Work::Fix)
            && job.start >= Minute::of(REVERTED_FROM)
    };
    let earliest = jobs.iter().filter(is_it).min_by_key(|job| job.start);
    let Some(of) = earliest.cloned() else { return };
    let author = if of.author == OSKAR { INES } else { OSKAR };
    let (start, key) = (of.start.plus(8 * DAY), format!("{}/revert", of.key));
    let work = Work::Revert {
        of: Box::new(of.clone()),
    };
    jobs.push(plain(of.repository, of.area, author, work, start, key));
}

/// Everyone in proportion to their weight, interleaved (smooth weighted round robin).
fn round_robin(weights: &[(Actor, u32)], n: usize) -> Vec<Actor> {
    let total: i64 = weights.iter().map(|(_, weight)| i64::from(*weight)).sum();
    let mut credits = vec![0_i64; weights.len()];
    let mut order = Vec::with_capacity(n);
    for _ in 0..n {
        for (credit, (_, weight)) in credits.iter_mut().zip(weights) {
            *credit += i64::from(*weight);
        }
        let best = (0..weights.len())
            .max_by_key(|at| (credits.get(*at).copied(), usize::MAX - at))
            .unwrap_or(0);
        if let (Some(credit), Some((actor, _))) = (credits.get_mut(best), weights.get(best)) {
            *credit -= total;
            order.push(*actor);
        }
    }
    order
}

/// `n` starts in a quarter, evenly spread with some jitter.
fn slots(quarter: usize, n: usize, key: &str) -> Vec<Minute> {
    let bound = |at: usize| QUARTERS.get(at).map_or(0, |day| Minute::of(*day).0);
    let (from, to) = (bound(quarter), bound(quarter + 1));
    let n = i64::try_from(n).unwrap_or(1).max(1);
    let step = (to - from) / n;
    let mut dice = Dice::of(&format!("{key}/{quarter}/slots"));
    (0..n)
        .map(|slot| {
            // Early in its share of the quarter, so that most of it also lands there.
            let jitter = dice.between(-step / 4, step / 4);
            let minute = from + slot * step + step / 3 + jitter;
            // Nobody starts in the last hour of a day.
            Minute(minute - minute.rem_euclid(DAY) + minute.rem_euclid(DAY).min(DAY - 60))
                .max(Minute(from + 4 * DAY))
        })
        .collect()
}

fn bot_jobs(jobs: &mut Vec<Job>, repository: usize, blueprint: &Blueprint, quarter: usize) {
    for (slot, start) in slots(quarter, 5, &format!("{}/bumps", blueprint.name))
        .into_iter()
        .enumerate()
    {
        let key = format!("{}/bump/{quarter}/{slot}", blueprint.name);
        jobs.push(plain(repository, None, DEPENDABOT, Work::Bump, start, key));
    }
    if repository == TIMETABLE {
        for (slot, start) in slots(quarter, 3, "timetable/notes").into_iter().enumerate() {
            let key = format!("timetable/notes/{quarter}/{slot}");
            jobs.push(plain(
                repository,
                None,
                ACTIONS,
                Work::ReleaseNotes,
                start,
                key,
            ));
        }
    }
}

pub(super) fn plain(
    repository: usize,
    area: Option<usize>,
    author: Actor,
    work: Work,
    start: Minute,
    key: String,
) -> Job {
    Job {
        repository,
        area,
        author,
        co_author: None,
        work,
        start,
        is_unreviewed: false,
        delegator: None,
        is_assisted: false,
        key,
    }
}

/// A visitor's small fixes, and the work of somebody whose account is gone.
fn guests(jobs: &mut Vec<Job>) {
    let visits = [
        (1, 2, VISITOR, date(2025, 5, 14), Work::Fix),
        (1, 1, VISITOR, date(2025, 9, 23), Work::Fix),
        (0, 3, VISITOR, date(2025, 12, 2), Work::Guide),
        (2, 2, GHOST, date(2025, 1, 21), Work::Feature),
        (2, 2, GHOST, date(2025, 2, 11), Work::Fix),
    ];
    for (repository, area, who, day, work) in visits {
        let key = format!("guest/{day}");
        jobs.push(plain(
            repository,
            Some(area),
            who,
            work,
            Minute::at(day, 95),
            key,
        ));
    }
}

fn incident_jobs(jobs: &mut Vec<Job>, incidents: &[IncidentPlan], plants: &Plants) {
    for (incident, plan) in incidents.iter().enumerate() {
        let key = format!("incident/{incident}");
        let fix = plain(
            plan.repository,
            Some(plan.area),
            plan.fixer,
            Work::Hotfix { incident },
            plan.fix_start,
            format!("{key}/fix"),
        );
        let blueprint = fix.blueprint();
        // What the bad deployment ships, so that there is something to undo.
        jobs.push(plain(
            plan.repository,
            Some(plan.area),
            plan.shipper,
            Work::QuickFix,
            plan.slot.plus(-130),
            format!("{key}/shipped"),
        ));
        let documents = blueprint
            .areas
            .iter()
            .position(|area| area.craft == Craft::Documents);
        jobs.push(fix);
        let start = plan.resolved.plus(DAY);
        let writers: Vec<Actor> = TEAM
            .into_iter()
            .filter(|actor| is_present(*actor, start, 9, plants))
            .collect();
        if let Some(writer) = writers.get(incident % writers.len().max(1)) {
            let work = Work::Postmortem { incident };
            jobs.push(plain(
                plan.repository,
                documents,
                *writer,
                work,
                start,
                format!("{key}/postmortem"),
            ));
        }
    }
}
