//! Who is asked to review: everyone in turn, but for what is planted.

use super::blueprint::{APPROVED_BY_ONE, HANDED_OVER, PARCEL_WEB, TIMETABLE, reviewers};
use super::cast::{Actor, DEPENDABOT, MARA, OSKAR, TEAM, TOMAS, YUKI};
use super::clock::Minute;
use super::plan::{BUDDY, Job, QUARTERS, SPREAD_FROM, is_accompanied, is_present};
use super::truths::Plants;

/// Who reviewed how much so far, so that the work is spread where nothing else is planted.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// By product, before and after the spread, and person.
    done: [[[u32; TEAM.len()]; 2]; 2],
    asked_lead: u32,
}

impl Desk {
    /// Whether everything goes to the lead.
    pub(super) fn is_crowded(job: &Job, at: Minute, plants: &Plants) -> bool {
        plants.bottleneck && job.blueprint().product == "parcels" && at < Minute::of(SPREAD_FROM)
    }

    /// Who reviews next.
    pub(super) fn reviewer(
        &mut self,
        job: &Job,
        at: Minute,
        besides: &[Actor],
        plants: &Plants,
    ) -> Actor {
        let is_crowded = Self::is_crowded(job, at, plants);
        if let Some(only) = only_approver(job, at, plants).filter(|only| job.author != *only) {
            return only;
        }
        let product = usize::from(job.blueprint().product != "parcels");
        let phase = usize::from(at >= Minute::of(SPREAD_FROM));
        let mut candidates: Vec<Actor> = reviewers()
            .into_iter()
            .filter(|actor| {
                *actor != job.author && Some(*actor) != job.co_author && !besides.contains(actor)
            })
            .filter(|actor| is_present(*actor, at, 9, plants))
            .collect();
        if is_crowded
            && candidates.contains(&MARA)
            && besides.is_empty()
            && job.author != DEPENDABOT
        {
            self.asked_lead += 1;
            if !self.asked_lead.is_multiple_of(6) {
                return MARA;
            }
        }
        if is_crowded {
            candidates.retain(|actor| *actor != MARA);
        }
        if let Some(wanted) =
            hand_over_reviewer(job, at, plants).filter(|actor| candidates.contains(actor))
        {
            return self.note(product, phase, wanted);
        }
        let is_there = is_accompanied(job.author, at, plants) && candidates.contains(&BUDDY);
        if is_there && !is_crowded {
            return self.note(product, phase, BUDDY);
        }
        let least = candidates
            .iter()
            .copied()
            .min_by_key(|actor| (self.done[product][phase].get(actor.0).copied(), *actor));
        self.note(product, phase, least.unwrap_or(MARA))
    }

    fn note(&mut self, product: usize, phase: usize, actor: Actor) -> Actor {
        if let Some(count) = self.done[product][phase].get_mut(actor.0) {
            *count += 1;
        }
        actor
    }
}

/// Who alone is asked in an area, where that is planted: nobody else is asked too, and nobody steps in.
pub(super) fn only_approver(job: &Job, at: Minute, plants: &Plants) -> Option<Actor> {
    let is_it = job.repository == PARCEL_WEB
        && job
            .area_plan()
            .is_some_and(|area| area.name == APPROVED_BY_ONE);
    (plants.sole_approver && is_it && at >= Minute::of(SPREAD_FROM)).then_some(YUKI)
}

/// The giver reviews the receiver's changes while the area moves; afterwards the receiver reviews the others'.
fn hand_over_reviewer(job: &Job, at: Minute, plants: &Plants) -> Option<Actor> {
    if !plants.hand_over || job.repository != TIMETABLE || job.area_plan()?.name != HANDED_OVER {
        return None;
    }
    let is_moving = (3..4).any(|quarter| {
        QUARTERS
            .get(quarter)
            .is_some_and(|day| at >= Minute::of(*day))
    });
    let is_done = QUARTERS.get(4).is_some_and(|day| at >= Minute::of(*day));
    match (is_moving, is_done) {
        (_, true) => Some(OSKAR),
        (true, false) if job.author == OSKAR => Some(TOMAS),
        _ => None,
    }
}
