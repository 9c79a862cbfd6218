//! What happens to one pull request, in working minutes: pushes, requests, reviews, and its end.

use super::blueprint::{Craft, PARCEL_API, TIMETABLE};
use super::cast::{ACTIONS, Actor, DEPENDABOT, GHOST, MARA, RABBIT, YUKI};
use super::clock::{DAY, Minute};
use super::desk::{Desk, only_approver};
use super::dice::Dice;
use super::plan::{AS_OF_DAY, Job, MERGED_LATE, MERGED_LATE_FROM, STUCK_FROM, STUCK_TO, Work};
use super::truths::Plants;

/// A push of one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Push {
    pub(super) at: Minute,
    /// Whether it replaces the branch's last commit.
    pub(super) is_forced: bool,
}

/// Whom a review was asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedActor {
    Person(Actor),
    Team,
}

/// What a comment in the conversation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remark {
    /// Something about the change.
    Talk,
    /// Somebody steps in.
    StepsIn,
    /// An agent is asked to go on.
    CallsAgent,
}

/// A review's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LifeReview {
    pub(super) at: Minute,
    pub(super) who: Actor,
    pub(super) verdict: Verdict,
    pub(super) n_inline: usize,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Open,
    Merged { at: Minute, by: Actor },
    Closed { at: Minute, by: Actor },
}

/// A pull request's life.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) pushes: Vec<Push>,
    pub(super) opened: Minute,
    /// Opened as a draft and made ready then; `None`: never a draft.
    pub(super) ready: Option<Minute>,
    /// Asked, and whether it was a withdrawal.
    pub(super) requests: Vec<(Minute, AskedActor, bool)>,
    pub(super) reviews: Vec<LifeReview>,
    /// Conversation comments.
    pub(super) comments: Vec<(Minute, Actor, Remark)>,
    /// Closed by mistake and opened again.
    pub(super) blip: Option<(Minute, Minute)>,
    pub(super) end: End,
}

/// What happens to a job.
pub(super) fn live(job: &Job, desk: &mut Desk, plants: &Plants) -> Life {
    let mut dice = job.dice("life");
    let mut life = match job.work {
        Work::Bump | Work::ReleaseNotes => robot_life(job, desk, plants, &mut dice),
        Work::Hotfix { .. } | Work::QuickFix => hurried_life(job, desk, plants, &mut dice),
        Work::Revert { .. } => revert_life(job, &mut dice),
        _ if job.is_unreviewed => lonely_life(job, &mut dice),
        _ => usual_life(job, desk, plants, &mut dice),
    };
    life.cut_off(Minute::of(AS_OF_DAY));
    life
}

impl Life {
    pub(super) fn new(pushes: Vec<Push>, opened: Minute) -> Self {
        Self {
            pushes,
            opened,
            ready: None,
            requests: Vec::new(),
            reviews: Vec::new(),
            comments: Vec::new(),
            blip: None,
            end: End::Open,
        }
    }

    /// Forgets what lies behind the as-of instant.
    fn cut_off(&mut self, as_of: Minute) {
        self.pushes.retain(|push| push.at < as_of);
        self.requests.retain(|(at, ..)| *at < as_of);
        self.reviews.retain(|review| review.at < as_of);
        self.comments.retain(|(at, ..)| *at < as_of);
        self.blip = self.blip.filter(|(_, again)| *again < as_of);
        if let End::Merged { at, .. } | End::Closed { at, .. } = self.end
            && at >= as_of
        {
            self.end = End::Open;
        }
    }

    /// The first push.
    pub(super) fn start(&self) -> Minute {
        self.pushes.first().map_or(self.opened, |push| push.at)
    }

    /// When it ended.
    pub(super) fn ended(&self) -> Option<Minute> {
        match self.end {
            End::Open => None,
            End::Merged { at, .. } | End::Closed { at, .. } => Some(at),
        }
    }
}

fn first_pushes(job: &Job, n: i64, pause: (i64, i64), dice: &mut Dice) -> Vec<Push> {
    let mut at = job.start;
    let mut pushes = vec![Push {
        at,
        is_forced: false,
    }];
    for _ in 1..n {
        at = at.plus(dice.between(pause.0, pause.1));
        pushes.push(Push {
            at,
            is_forced: false,
        });
    }
    pushes
}

fn last(pushes: &[Push]) -> Minute {
    pushes.last().map_or(Minute(0), |push| push.at)
}

/// Dependency updates and release notes: one commit, a quick look, merged or superseded.
fn robot_life(job: &Job, desk: &mut Desk, plants: &Plants, dice: &mut Dice) -> Life {
    let mut life = Life::new(first_pushes(job, 1, (0, 0), dice), job.start.plus(1));
    if dice.chance(15) && job.work == Work::Bump {
        life.end = End::Closed {
            at: life.opened.plus(dice.between(500, 1400)),
            by: DEPENDABOT,
        };
        return life;
    }
    life.requests
        .push((life.opened.plus(1), AskedActor::Team, false));
    let who = desk.reviewer(job, life.opened, &[], plants);
    let at = life.opened.plus(dice.between(40, 700));
    life.reviews.push(LifeReview {
        at,
        who,
        verdict: Verdict::Approved,
        n_inline: 0,
    });
    let by = if dice.chance(30) { ACTIONS } else { who };
    life.end = End::Merged {
        at: at.plus(dice.between(2, 40)),
        by,
    };
    life
}

/// A fix that cannot wait: one commit, one reviewer, minutes instead of days.
fn hurried_life(job: &Job, desk: &mut Desk, plants: &Plants, dice: &mut Dice) -> Life {
    let opened = job.start.plus(dice.between(20, 30));
    let mut life = Life::new(
        vec![Push {
            at: job.start.plus(15),
            is_forced: false,
        }],
        opened,
    );
    let who = desk.reviewer(job, opened, &[MARA], plants);
    life.requests
        .push((opened.plus(1), AskedActor::Person(who), false));
    let at = opened.plus(dice.between(10, 25));
    life.reviews.push(LifeReview {
        at,
        who,
        verdict: Verdict::Approved,
        n_inline: 0,
    });
    life.end = End::Merged {
        at: at.plus(dice.between(3, 9)),
        by: job.author,
    };
    life
}

/// One commit, approved within the hour by somebody who wrote neither the change nor its revert. Nobody's turn at the desk.
fn revert_life(job: &Job, dice: &mut Dice) -> Life {
    let opened = job.start.plus(dice.between(20, 30));
    let mut life = Life::new(first_pushes(job, 1, (0, 0), dice), opened);
    life.requests
        .push((opened.plus(1), AskedActor::Person(YUKI), false));
    let at = opened.plus(dice.between(10, 50));
    life.reviews.push(LifeReview {
        at,
        who: YUKI,
        verdict: Verdict::Approved,
        n_inline: 0,
    });
    life.end = End::Merged {
        at: at.plus(dice.between(3, 9)),
        by: job.author,
    };
    life
}

/// Nobody looks but the machine; the author merges.
fn lonely_life(job: &Job, dice: &mut Dice) -> Life {
    let n = dice.between(1, 3);
    let pushes = first_pushes(job, n, (40, 300), dice);
    let opened = last(&pushes).plus(dice.between(5, 60));
    let mut life = Life::new(pushes, opened);
    robot_review(&mut life, opened, dice);
    life.end = End::Merged {
        at: opened.plus(dice.between(60, 700)),
        by: job.author,
    };
    life
}

fn is_small(job: &Job) -> bool {
    job.area_plan()
        .is_some_and(|area| area.craft != Craft::Code)
}

fn robot_review(life: &mut Life, ready: Minute, dice: &mut Dice) {
    if dice.chance(60) {
        let n_inline = dice.below(3);
        life.reviews.push(LifeReview {
            at: ready.plus(4),
            who: RABBIT,
            verdict: Verdict::Commented,
            n_inline,
        });
    }
}

/// Asked, reviewed, perhaps changed and reviewed again, merged.
fn usual_life(job: &Job, desk: &mut Desk, plants: &Plants, dice: &mut Dice) -> Life {
    // Documents and pipelines are small: one commit, approved as it is.
    let n = match job.work {
        _ if is_small(job) => 1,
        Work::Feature | Work::Debt | Work::Migration => 2,
        _ => dice.between(1, 2),
    };
    let pushes = first_pushes(job, n, (40, 280), dice);
    let is_draft = dice.chance(15);
    let mut life = Life::new(pushes, Minute(0));
    life.opened = if is_draft {
        job.start.plus(dice.between(5, 30))
    } else {
        last(&life.pushes).plus(dice.between(5, 60))
    };
    let mut ready = life.opened;
    if is_draft {
        ready = last(&life.pushes).plus(dice.between(60, 700));
        life.ready = Some(ready);
    }
    robot_review(&mut life, ready, dice);
    let asked_at = ready.plus(dice.between(1, 12));
    let is_team_asked = dice.chance(10);
    let who = desk.reviewer(job, asked_at, &[], plants);
    life.requests.push((
        asked_at,
        if is_team_asked {
            AskedActor::Team
        } else {
            AskedActor::Person(who)
        },
        false,
    ));
    let is_slow = who == MARA && Desk::is_crowded(job, asked_at, plants);
    // What was asked for in the last two days may still wait; what waits longer is planted.
    let stalls_at_the_end = asked_at.plus(2 * DAY) >= Minute::of(AS_OF_DAY) && dice.chance(30);
    if stalls_at_the_end || is_left_alone(job, asked_at, plants) {
        return life;
    }
    let second = second_reader(&mut life, job, desk, who, plants, dice);
    let has_one_approver = only_approver(job, asked_at, plants).is_some();
    let is_stuck = !is_small(job) && !has_one_approver && dice.chance(if is_slow { 14 } else { 2 });
    let approved = if is_stuck {
        let helper = desk.reviewer(job, asked_at, &[who], plants);
        let at = asked_at.plus(dice.between(1_680, 2_200));
        life.comments.push((at, helper, Remark::StepsIn));
        converse(
            &mut life,
            job,
            helper,
            at.plus(dice.between(20, 120)),
            (30, 120),
            dice,
        )
    } else {
        let wait = if is_slow {
            dice.between(600, 1_500)
        } else {
            dice.between(25, 400)
        };
        let again = if is_slow { (240, 800) } else { (15, 180) };
        converse(&mut life, job, who, asked_at.plus(wait), again, dice)
    };
    let mut done = approved;
    if let Some(second) = second.filter(|second| {
        dice.chance(60) && !life.reviews.iter().any(|review| review.who == *second)
    }) {
        let at = approved.plus(dice.between(5, 200));
        life.reviews.push(LifeReview {
            at,
            who: second,
            verdict: Verdict::Approved,
            n_inline: dice.below(2),
        });
        done = at;
    }
    finish(&mut life, job, done, plants, dice);
    life
}

/// Whether nobody ever looks at it.
fn is_left_alone(job: &Job, asked_at: Minute, plants: &Plants) -> bool {
    plants.stuck
        && job.repository == PARCEL_API
        && job.author.is_team()
        && Minute::of(STUCK_FROM) <= asked_at
        && asked_at < Minute::of(STUCK_TO)
}

/// Now and then somebody else is asked too, and sometimes let off again.
fn second_reader(
    life: &mut Life,
    job: &Job,
    desk: &mut Desk,
    who: Actor,
    plants: &Plants,
    dice: &mut Dice,
) -> Option<Actor> {
    let (asked_at, ..) = *life.requests.first()?;
    let is_slow = who == MARA && Desk::is_crowded(job, asked_at, plants);
    let is_alone = only_approver(job, asked_at, plants).is_some();
    let second = (dice.chance(if is_slow { 12 } else { 25 }) && !is_alone)
        .then(|| desk.reviewer(job, asked_at, &[who, MARA], plants))?;
    let mut ask = |minutes, is_withdrawn| {
        life.requests.push((
            asked_at.plus(minutes),
            AskedActor::Person(second),
            is_withdrawn,
        ));
    };
    ask(1, false);
    if dice.chance(20) {
        ask(30, true);
    }
    Some(second)
}

/// The end after the last approval.
fn finish(life: &mut Life, job: &Job, done: Minute, plants: &Plants, dice: &mut Dice) {
    if dice.chance(12) {
        life.comments.push((done.plus(2), job.author, Remark::Talk));
    }
    if dice.chance(1) {
        life.blip = Some((done.plus(3), done.plus(6)));
    }
    let merger = life.reviews.last().map_or(job.author, |review| review.who);
    let is_own = dice.chance(75) && job.author.is_team() || !merger.is_team();
    let by = if is_own && job.author != GHOST {
        job.author
    } else {
        merger
    };
    let is_late = plants.merge_wait
        && job.repository == TIMETABLE
        && job.area_plan().is_some_and(|area| area.name == MERGED_LATE)
        && done >= Minute::of(MERGED_LATE_FROM);
    let wait = if is_late { 2 * DAY } else { 0 };
    let at = done.plus(wait + dice.between(8, 180));
    life.end = if dice.chance(4) && !is_small(job) {
        End::Closed { at, by: job.author }
    } else {
        End::Merged { at, by }
    };
}

/// The reviewer's rounds; returns the minute of the approval.
fn converse(
    life: &mut Life,
    job: &Job,
    who: Actor,
    first: Minute,
    again: (i64, i64),
    dice: &mut Dice,
) -> Minute {
    let mut at = first;
    let rounds = match dice.below(20) {
        drawn if drawn < 10 || is_small(job) => 0,
        drawn if drawn < 17 => 1,
        _ => 2,
    };
    for _ in 0..rounds {
        let verdict = match dice.below(10) {
            0..=5 => Verdict::ChangesRequested,
            6 => Verdict::Dismissed,
            _ => Verdict::Commented,
        };
        let n_inline = usize::try_from(dice.between(1, 4)).unwrap_or(1);
        life.reviews.push(LifeReview {
            at,
            who,
            verdict,
            n_inline,
        });
        let pushed = at.plus(dice.between(30, 300));
        life.pushes.push(Push {
            at: pushed,
            is_forced: dice.chance(20),
        });
        if dice.chance(60) {
            life.requests
                .push((pushed.plus(2), AskedActor::Person(who), false));
        } else if job.author.is_team() {
            life.comments
                .push((pushed.plus(3), job.author, Remark::Talk));
        }
        at = pushed.plus(dice.between(again.0, again.1));
    }
    life.reviews.push(LifeReview {
        at,
        who,
        verdict: Verdict::Approved,
        n_inline: dice.below(2),
    });
    at
}
