//! Coding agents beside people: from a day on one opens pull requests, and one is a co-author.
//!
//! None of it comes to anybody's desk, so that whoever reviews what else stays as it is without agents.

use jiff::civil::{Date, date};

use super::blueprint::{AGENT_AREA, Craft, PARCEL_API, PARCEL_WEB, REPOSITORIES, SILO, TIMETABLE};
use super::cast::{Actor, COPILOT, INES, MARA, OSKAR, TEAM, TOMAS, YUKI};
use super::clock::{DAY, Minute};
use super::dice::Dice;
use super::life::{AskedActor, End, Life, LifeReview, Push, Remark, Verdict};
use super::plan::{Job, Work, plain};
use super::truths::{AgentAreaTruth, AgentsTruth, Plants, SelfApprovalTruth, Share, Truths};
use crate::demo::model::{HostPullRequest, HostRepository};

/// The day on which agents were rolled out.
const ROLLED_OUT: Date = date(2026, 1, 12);
/// The last day on which one begins something, so that all of it has an end.
const LAST: Date = date(2026, 6, 10);
/// Who has most changes of the agents' area done, and where it is planted approves them alone.
const SELF_APPROVER: Actor = TOMAS;
/// Who works with the co-author.
const ASSISTED: [Actor; 4] = [TOMAS, INES, YUKI, OSKAR];

/// What an agent opens in an area, one pull request after the other.
struct Series {
    repository: usize,
    area: &'static str,
    n: i64,
    /// Who has it done, in turn.
    delegators: &'static [Actor],
}

const SERIES: [Series; 3] = [
    Series {
        repository: TIMETABLE,
        area: AGENT_AREA,
        n: 20,
        delegators: &[TOMAS, YUKI, TOMAS, OSKAR],
    },
    Series {
        repository: PARCEL_WEB,
        area: "components",
        n: 8,
        delegators: &[INES, OSKAR, TOMAS],
    },
    Series {
        repository: PARCEL_API,
        area: "labels",
        n: 7,
        delegators: &[TOMAS, INES, OSKAR],
    },
];

/// Marks what an agent helps with, and adds what one opens; the jobs stay in their order.
pub(super) fn jobs(jobs: &mut Vec<Job>, plants: &Plants) {
    if !plants.agents {
        return;
    }
    for job in jobs.iter_mut() {
        let is_possible = job.start >= Minute::of(ROLLED_OUT)
            && job.co_author.is_none()
            && matches!(job.work, Work::Feature | Work::Fix | Work::Debt)
            && ASSISTED.contains(&job.author)
            && job
                .area_plan()
                .is_some_and(|area| area.craft == Craft::Code && area.name != SILO);
        job.is_assisted = is_possible && job.dice("assist").chance(40);
    }
    let (from, to) = (Minute::of(ROLLED_OUT).0, Minute::of(LAST).0);
    for series in &SERIES {
        let areas = &REPOSITORIES[series.repository].areas;
        let Some(area) = areas.iter().position(|area| area.name == series.area) else {
            continue;
        };
        let delegators = series.delegators.iter().copied().cycle();
        for (slot, delegator) in (0..series.n).zip(delegators) {
            let key = format!("agent/{}/{slot}", series.area);
            let work = match slot % 4 {
                0 | 2 => Work::Feature,
                1 => Work::Fix,
                _ => Work::Debt,
            };
            let at = from + (to - from) * slot / series.n;
            // In the morning, so that a day is enough for it.
            let morning = Minute(at - at.rem_euclid(DAY));
            let start = morning.plus(Dice::of(&key).between(10, 150));
            let is_beside = series.area == AGENT_AREA && !plants.agent_area && slot % 2 == 1;
            let author = if is_beside { delegator } else { COPILOT };
            let mut job = plain(series.repository, Some(area), author, work, start, key);
            job.delegator = Some(delegator).filter(|_| !is_beside);
            jobs.push(job);
        }
    }
    jobs.sort_by(|a, b| (a.start, &a.key).cmp(&(b.start, &b.key)));
}

/// What an agent leaves at the end of a commit's message.
pub(super) fn trailer(job: &Job) -> String {
    let persona = job.delegator.map(Actor::persona);
    let delegator = persona.and_then(|persona| persona.signatures.first());
    let agent = Some(&("Claude", "noreply@anthropic.com")).filter(|_| job.is_assisted);
    delegator
        .or(agent)
        .map_or_else(String::new, |(name, email)| {
            format!("\n\nCo-authored-by: {name} <{email}>")
        })
}

/// A draft that is there at once and grows; then somebody looks, the agent answers where it is called, and it is merged.
pub(super) fn live(job: &Job, plants: &Plants) -> Life {
    let mut dice = job.dice("life");
    let delegator = job.delegator.unwrap_or(MARA);
    let mut pushes = vec![push(job.start)];
    let mut at = job.start;
    for _ in 0..dice.between(1, 2) {
        at = at.plus(dice.between(9, 25));
        pushes.push(push(at));
    }
    let mut life = Life::new(pushes, job.start.plus(1));
    let ready = at.plus(3);
    life.ready = Some(ready);
    let is_own = plants.self_approval
        && delegator == SELF_APPROVER
        && job.area_plan().is_some_and(|area| area.name == AGENT_AREA);
    let others: Vec<Actor> = TEAM
        .into_iter()
        .filter(|actor| *actor != delegator && *actor != MARA)
        .collect();
    let reviewer = if is_own {
        delegator
    } else {
        dice.pick(&others).copied().unwrap_or(delegator)
    };
    life.requests
        .push((ready.plus(1), AskedActor::Person(reviewer), false));
    let review = |life: &mut Life, at, verdict, n_inline| {
        life.reviews.push(LifeReview {
            at,
            who: reviewer,
            verdict,
            n_inline,
        });
    };
    let mut at = ready.plus(dice.between(30, 420));
    if dice.chance(40) {
        review(&mut life, at, Verdict::ChangesRequested, 1);
        let called = at.plus(dice.between(5, 120));
        life.comments.push((called, delegator, Remark::CallsAgent));
        let answered = called.plus(dice.between(8, 35));
        life.pushes.push(push(answered));
        at = answered.plus(dice.between(20, 240));
    }
    review(&mut life, at, Verdict::Approved, 0);
    life.end = End::Merged {
        at: at.plus(dice.between(5, 60)),
        by: delegator,
    };
    life
}

const fn push(at: Minute) -> Push {
    Push {
        at,
        is_forced: false,
    }
}

/// The truths about agents that one repository adds.
pub(super) fn witness(
    truths: &mut Truths,
    repository: usize,
    works: &[(usize, &Job, &Life)],
    host: &HostRepository,
    plants: &Plants,
) {
    if !plants.agents {
        return;
    }
    let product = REPOSITORIES[repository].product;
    let merged: Vec<&HostPullRequest> = host
        .pull_requests
        .iter()
        .filter(|row| row.merged_at.is_some() && row.author == COPILOT.login())
        .collect();
    let n = |n: usize| u64::try_from(n).unwrap_or_default();
    let assisted = works
        .iter()
        .filter(|(_, job, life)| job.is_assisted && matches!(life.end, End::Merged { .. }));
    let (n_opened, n_assisted) = (n(merged.len()), n(assisted.count()));
    match truths.agents.iter_mut().find(|one| one.product == product) {
        Some(one) => {
            one.n_opened += n_opened;
            one.n_assisted += n_assisted;
        }
        None => truths.agents.push(AgentsTruth {
            product: product.to_owned(),
            from: ROLLED_OUT,
            n_opened,
            n_assisted,
        }),
    }
    if repository != TIMETABLE {
        return;
    }
    let own = SELF_APPROVER.login();
    if plants.self_approval {
        let is_own = |row: &&&HostPullRequest| row.merged_by == own;
        let n_own = merged.iter().filter(is_own).count();
        truths.self_approval = Some(SelfApprovalTruth {
            product: product.to_owned(),
            login: own.unwrap_or_default(),
            independent: Share {
                hits: n_opened - n(n_own),
                of: n_opened,
            },
        });
    }
    if plants.agent_area {
        truths.agent_area = Some(AgentAreaTruth {
            product: product.to_owned(),
            area: AGENT_AREA.to_owned(),
            n_merged: n_opened,
        });
    }
}
