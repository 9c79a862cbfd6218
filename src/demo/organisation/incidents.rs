//! Production deployments on their weekly slots, and the incidents that some of them start.

use jiff::ToSpan as _;

use super::blueprint::{Craft, PARCEL_API, REPOSITORIES, TIMETABLE, is_unreviewed};
use super::cast::{Actor, TEAM};
use super::clock::Minute;
use super::dice::Dice;
use super::plan::{AS_OF_DAY, FIRST_DAY, is_present};
use super::truths::Plants;

/// One incident to be.
#[derive(Debug, Clone)]
pub(super) struct IncidentPlan {
    pub(super) repository: usize,
    /// The area that the fix touches.
    pub(super) area: usize,
    /// The production slot that started it.
    pub(super) slot: Minute,
    pub(super) started: Minute,
    pub(super) opened: Minute,
    pub(super) opener: Actor,
    pub(super) coordinator: Actor,
    /// Who wrote the small change that the deployment ships.
    pub(super) shipper: Actor,
    pub(super) fixer: Actor,
    pub(super) fix_start: Minute,
    pub(super) resolved: Minute,
    pub(super) is_rolled_back: bool,
}

/// The weekly production slots of a repository up to the as-of day.
pub(super) fn slots(repository: usize) -> Vec<Minute> {
    let days: &[i8] = match repository {
        PARCEL_API => &[1, 3, 4],
        TIMETABLE => &[3],
        _ => &[2, 4],
    };
    let minute = 240 + 20 * i64::try_from(repository).unwrap_or_default();
    let mut slots = Vec::new();
    let mut day = FIRST_DAY.saturating_add(7.days());
    while day < AS_OF_DAY {
        if days.contains(&day.weekday().to_monday_one_offset()) {
            slots.push(Minute::at(day, minute));
        }
        day = day.saturating_add(1.day());
    }
    slots
}

/// The incidents, by start.
pub(super) fn plan(plants: &Plants) -> Vec<IncidentPlan> {
    let n = if plants.incidents { 15 } else { 0 };
    let (first, last) = (Minute::of(FIRST_DAY).0, Minute::of(AS_OF_DAY).0);
    let mut incidents = Vec::new();
    for index in 0..n {
        let repository = [0, 1, 0, 2, 1][index % 5];
        let target = first
            + (last - first) * (i64::try_from(index).unwrap_or_default() * 2 + 1)
                / (2 * i64::try_from(n).unwrap_or(1));
        let Some(slot) = slots(repository).into_iter().find(|slot| slot.0 >= target) else {
            continue;
        };
        let mut dice = Dice::of(&format!("incident/{index}/plan"));
        let areas: Vec<usize> = REPOSITORIES[repository]
            .areas
            .iter()
            .enumerate()
            .filter(|(_, area)| {
                area.craft == Craft::Code
                    && area.n_a_quarter > 0
                    && !is_unreviewed(repository, area, plants)
            })
            .map(|(at, _)| at)
            .collect();
        let area = areas
            .get(index % areas.len().max(1))
            .copied()
            .unwrap_or_default();
        let present = |actor: &Actor| is_present(*actor, slot, 9, plants);
        let around: Vec<Actor> = TEAM.into_iter().filter(present).collect();
        let fixers: Vec<Actor> = REPOSITORIES[repository].areas[area]
            .authors
            .iter()
            .map(|(actor, _)| *actor)
            .filter(present)
            .collect();
        let fixer = fixers
            .get(index % fixers.len().max(1))
            .copied()
            .unwrap_or(around[0]);
        let coordinators: Vec<Actor> = around
            .iter()
            .copied()
            .filter(|actor| *actor != fixer)
            .collect();
        let started = slot.plus(dice.between(12, 25));
        let opened = started.plus(dice.between(6, 15));
        // The rollback is the one in the middle of the last year, in the repository of the plant.
        let is_rolled_back = plants.rollback && index == 12;
        incidents.push(IncidentPlan {
            repository,
            area,
            slot,
            started,
            opened,
            opener: around
                .get((index + 2) % around.len())
                .copied()
                .unwrap_or(fixer),
            coordinator: coordinators
                .get(index % coordinators.len().max(1))
                .copied()
                .unwrap_or(fixer),
            shipper: fixers
                .get((index + 1) % fixers.len().max(1))
                .copied()
                .unwrap_or(fixer),
            fixer,
            fix_start: opened.plus(if is_rolled_back { 90 } else { 10 }),
            resolved: opened.plus(if is_rolled_back { 45 } else { 95 }),
            is_rolled_back,
        });
    }
    incidents
}
