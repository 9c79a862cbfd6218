//! Issues: wishes, faults and incidents.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::ORGANISATION;
use super::blueprint::{Craft, REPOSITORIES};
use super::cast::{Actor, TEAM, VISITOR};
use super::clock::{DAY, Minute, after};
use super::dice::Dice;
use super::incidents::IncidentPlan;
use super::life::{End, Life};
use super::plan::{AS_OF_DAY, FIRST_DAY, Job, QUARTERS, Work, is_present, quarter_label};
use super::truths::Plants;
use super::vocabulary::Words;
use super::wording::words_of;
use crate::demo::model::{
    EventKind, HostComment, HostEvent, HostFieldValue, HostIssue, HostPlanning,
};

/// An issue to be.
#[derive(Debug, Clone)]
pub(super) struct IssuePlan {
    pub(super) repository: usize,
    pub(super) opened: Minute,
    pub(super) author: Actor,
    pub(super) assignees: Vec<Actor>,
    pub(super) closed: Option<Minute>,
    /// The job that closes it.
    pub(super) closed_by: Option<usize>,
    pub(super) incident: Option<usize>,
    /// What it follows up, where it is a follow-up action.
    pub(super) follows: Option<Follows>,
    pub(super) labels: Vec<&'static str>,
    pub(super) key: String,
}

/// A follow-up action.
#[derive(Debug, Clone, Copy)]
pub(super) struct Follows {
    pub(super) incident: usize,
    pub(super) due: Minute,
    pub(super) is_late: bool,
}

/// The incident whose actions are followed up by date.
const FOLLOWED_UP: usize = 13;

/// How many minutes before its text says so the typed incident began, by its field.
const BEFORE: i64 = 6;

/// Whether a type and fields tell of an incident.
fn is_typed(incident: usize, plants: &Plants) -> bool {
    plants.typed_incident && incident == FOLLOWED_UP
}

/// All issues, without numbers yet.
pub(super) fn plan(
    jobs: &[(Job, Life)],
    incidents: &[IncidentPlan],
    plants: &Plants,
) -> Vec<IssuePlan> {
    let mut planned = Vec::new();
    for (index, (job, life)) in jobs.iter().enumerate() {
        let mut dice = job.dice("issue");
        let merged = match life.end {
            End::Merged { at, .. } => Some(at),
            _ => None,
        };
        match job.work {
            Work::Fix | Work::Feature if dice.chance(35) && job.author.is_team() => {
                let opened = Minute(
                    (job.start.0 - dice.between(200, 10 * DAY)).max(Minute::of(FIRST_DAY).0 + 60),
                );
                let author = reporter(opened, plants, &mut dice);
                let label = if job.work == Work::Fix {
                    "bug"
                } else {
                    "enhancement"
                };
                planned.push(IssuePlan {
                    repository: job.repository,
                    opened,
                    author,
                    assignees: if dice.chance(60) {
                        vec![job.author]
                    } else {
                        Vec::new()
                    },
                    closed: merged,
                    closed_by: Some(index),
                    incident: None,
                    follows: None,
                    labels: vec![label],
                    key: format!("{}/issue", job.key),
                });
            }
            Work::Hotfix { incident } => {
                let Some(plan) = incidents.get(incident) else {
                    continue;
                };
                let mut labels = vec![if incident % 3 == 0 { "sev1" } else { "sev2" }];
                if !is_typed(incident, plants) {
                    labels.insert(0, "incident");
                }
                if incident % 4 == 1 {
                    labels.push("resolved");
                }
                planned.push(IssuePlan {
                    repository: job.repository,
                    opened: plan.opened,
                    author: plan.opener,
                    assignees: vec![plan.coordinator],
                    closed: Some(plan.resolved.plus(dice.between(DAY, 4 * DAY)))
                        .filter(|at| *at < Minute::of(AS_OF_DAY)),
                    closed_by: merged.map(|_| index),
                    incident: Some(incident),
                    follows: None,
                    labels,
                    key: format!("incident/{incident}/issue"),
                });
            }
            _ => {}
        }
    }
    wishes(&mut planned, plants);
    if plants.late_action {
        follow_ups(&mut planned, incidents);
    }
    planned.retain(|plan| plan.opened < Minute::of(AS_OF_DAY));
    planned.sort_by(|a, b| (a.opened, &a.key).cmp(&(b.opened, &b.key)));
    planned
}

fn reporter(at: Minute, plants: &Plants, dice: &mut Dice) -> Actor {
    let present: Vec<Actor> = TEAM
        .into_iter()
        .filter(|actor| is_present(*actor, at, 12, plants))
        .collect();
    if dice.chance(6) {
        VISITOR
    } else {
        dice.pick(&present).copied().unwrap_or(VISITOR)
    }
}

/// Issues that no pull request closes.
fn wishes(planned: &mut Vec<IssuePlan>, plants: &Plants) {
    for (repository, blueprint) in REPOSITORIES.iter().enumerate() {
        for index in 0..24 {
            let key = format!("{}/wish/{index}", blueprint.name);
            let mut dice = Dice::of(&key);
            let opened =
                Minute(Minute::of(FIRST_DAY).0 + index * 16 * DAY + dice.between(DAY, 15 * DAY));
            let labels = [
                vec!["enhancement"],
                vec!["debt"],
                vec!["question"],
                vec!["bug"],
                vec![],
            ];
            let closed = dice
                .chance(50)
                .then(|| opened.plus(dice.between(DAY, 60 * DAY)));
            planned.push(IssuePlan {
                repository,
                opened,
                author: reporter(opened, plants, &mut dice),
                assignees: Vec::new(),
                closed: closed.filter(|at| *at < Minute::of(AS_OF_DAY)),
                closed_by: None,
                incident: None,
                follows: None,
                labels: dice.pick(&labels).cloned().unwrap_or_default(),
                key,
            });
        }
    }
}

/// Two issues that follow an incident up: one is closed before its due date, the other a week after it.
fn follow_ups(planned: &mut Vec<IssuePlan>, incidents: &[IncidentPlan]) {
    let Some(plan) = incidents.get(FOLLOWED_UP) else {
        return;
    };
    for (is_late, opened, closed, assignee) in [
        (false, 2 * DAY, 6 * DAY, plan.fixer),
        (true, 2 * DAY + 30, 15 * DAY, plan.coordinator),
    ] {
        let after = |minutes: i64| plan.resolved.plus(minutes);
        planned.push(IssuePlan {
            repository: plan.repository,
            opened: after(opened),
            author: plan.coordinator,
            assignees: vec![assignee],
            closed: Some(after(closed)),
            closed_by: None,
            incident: None,
            follows: Some(Follows {
                incident: FOLLOWED_UP,
                due: after(10 * DAY),
                is_late,
            }),
            labels: Vec::new(),
            key: format!("incident/{FOLLOWED_UP}/action/{is_late}"),
        });
    }
}

/// What an issue says of the work around it.
pub(super) struct Around<'a> {
    pub(super) number: u64,
    /// The closing pull request's number and merge.
    pub(super) closing: Option<(u64, Minute)>,
    pub(super) job: Option<&'a Job>,
    pub(super) incident: Option<&'a IncidentPlan>,
    /// The pull request that the incident is blamed on in the body, where somebody found out.
    pub(super) caused_by: Option<u64>,
    /// The issues and pull requests that mention an incident: actions that follow it up, its postmortem.
    pub(super) mentions: Vec<(u64, Minute)>,
    /// The action that the incident's checklist lists.
    pub(super) listed: Option<u64>,
    /// All actions that follow the incident up.
    pub(super) actions: Vec<u64>,
    /// The incident that an action follows up.
    pub(super) follows: Option<u64>,
    pub(super) as_of: Timestamp,
}

/// Puts one issue together.
pub(super) fn issue(plan: &IssuePlan, around: &Around<'_>, plants: &Plants) -> HostIssue {
    let mut dice = Dice::of(&plan.key);
    let blueprint = &REPOSITORIES[plan.repository];
    let code: Vec<_> = blueprint
        .areas
        .iter()
        .filter(|area| area.craft == Craft::Code && area.n_a_quarter > 0)
        .collect();
    let words = around.job.map_or_else(
        || Words::of(dice.pick(&code).map_or(&[][..], |area| area.words)),
        words_of,
    );
    let node = format!("I_{}_{}", blueprint.name, around.number);
    let heading = if plan.incident.is_some() {
        "incident titles"
    } else {
        "issue titles"
    };
    let title = words.sentence(heading, &mut dice);
    let mut timeline = Vec::new();
    let mut event = |at: Timestamp, actor: Actor, what: EventKind| {
        let node = format!("EV_{node}_{}", timeline.len());
        timeline.push(HostEvent {
            node,
            at,
            actor: actor.login(),
            what,
        });
    };
    for (at, label) in (1..).zip(&plan.labels) {
        let resolved = around
            .incident
            .filter(|_| *label == "resolved")
            .map(|incident| incident.resolved.instant());
        let at = resolved.unwrap_or_else(|| after(plan.opened.instant(), at));
        event(
            at,
            plan.assignees.first().copied().unwrap_or(plan.author),
            EventKind::Labeled {
                label: (*label).to_owned(),
            },
        );
    }
    if let Some((number, merged)) = around.closing {
        let by = around.job.map_or(plan.author, |job| job.author);
        event(
            after(merged.instant(), -600),
            by,
            EventKind::CrossReferenced { number },
        );
    }
    for (number, opened) in &around.mentions {
        event(
            after(opened.instant(), 3),
            plan.assignees.first().copied().unwrap_or(plan.author),
            EventKind::CrossReferenced { number: *number },
        );
    }
    if let Some(closed) = plan.closed {
        event(
            after(closed.instant(), 2),
            plan.assignees.first().copied().unwrap_or(plan.author),
            EventKind::Closed,
        );
    }
    timeline.retain(|event| event.at < around.as_of);
    timeline.sort_by_key(|event| event.at);
    let comments = comments(plan, around, &node, &words, &mut dice, plants);
    let closed_at = plan.closed.map(|closed| after(closed.instant(), 2));
    let updated_at = timeline
        .iter()
        .map(|event| event.at)
        .chain(comments.iter().map(|comment| comment.created_at))
        .fold(plan.opened.instant(), Timestamp::max);
    HostIssue {
        number: around.number,
        node,
        title,
        body: body(plan, around, &words, &mut dice),
        author: plan.author.login(),
        created_at: plan.opened.instant(),
        closed_at,
        state_reason: closed_at.map(|_| "COMPLETED"),
        updated_at,
        labels: plan
            .labels
            .iter()
            .map(|label| (*label).to_owned())
            .collect(),
        assignees: plan
            .assignees
            .iter()
            .filter_map(|actor| actor.login())
            .collect(),
        milestone: milestone(plan),
        comments,
        timeline,
        planned: planned(plan, around, plants),
    }
}

/// Type, fields and sub-issues of the typed incident, and the other end of those.
fn planned(plan: &IssuePlan, around: &Around<'_>, plants: &Plants) -> HostPlanning {
    let own = |number: u64| {
        let name = REPOSITORIES[plan.repository].name;
        (format!("{ORGANISATION}/{name}"), number)
    };
    let mut planned = HostPlanning::default();
    if let (Some(index), Some(incident)) = (plan.incident, around.incident)
        && is_typed(index, plants)
    {
        let started = incident.started.plus(-BEFORE).instant();
        planned.issue_type = Some("Incident".to_owned());
        planned.sub_issues = around.actions.iter().map(|number| own(*number)).collect();
        planned.fields = vec![
            (
                "Severity".to_owned(),
                HostFieldValue::SingleSelect("Critical".to_owned()),
            ),
            (
                "Start time".to_owned(),
                HostFieldValue::Text(started.to_string()),
            ),
        ];
    }
    if plan.follows.is_some_and(|of| is_typed(of.incident, plants)) {
        planned.parent = around.follows.map(own);
    }
    planned
}

/// The quarter that planned work was opened in; an incident is not planned.
fn milestone(plan: &IssuePlan) -> Option<String> {
    let day = plan.opened.day();
    let quarter = QUARTERS.iter().rposition(|first| *first <= day)?;
    plan.incident.is_none().then(|| quarter_label(quarter))
}

fn body(plan: &IssuePlan, around: &Around<'_>, words: &Words, dice: &mut Dice) -> String {
    let mut body = words.sentence("sentences", dice);
    if let (Some(incident), Some(index)) = (around.incident, plan.incident) {
        if index % 3 != 2 {
            let _ = write!(
                body,
                "\n\nStart time: {}\nResolved time: {}",
                incident.started.instant(),
                incident.resolved.instant()
            );
        }
        if let Some(number) = around.caused_by {
            let _ = write!(body, "\n\nCaused by #{number}");
        }
        if let Some(number) = around.listed {
            let _ = write!(body, "\n\nFollow-up:\n- [x] #{number}");
        }
    }
    if let (Some(incident), Some(follows)) = (around.follows, plan.follows) {
        let _ = write!(
            body,
            "\n\nFollows up #{incident}.\n\nDue: {}",
            follows.due.day()
        );
    }
    body
}

fn comments(
    plan: &IssuePlan,
    around: &Around<'_>,
    node: &str,
    words: &Words,
    dice: &mut Dice,
    plants: &Plants,
) -> Vec<HostComment> {
    let mut written: Vec<(Timestamp, Actor, String)> = Vec::new();
    if let Some(incident) = around.incident {
        let lines = super::vocabulary::lines("incident comments");
        let voices = [
            incident.fixer,
            incident.coordinator,
            incident.fixer,
            incident.coordinator,
            incident.coordinator,
        ];
        let minutes = [4, 7, 20, 0, 0];
        for (at, (voice, line)) in voices
            .into_iter()
            .zip(lines)
            .enumerate()
            .take(3 + usize::from(dice.chance(60)))
        {
            let when = if at < 3 {
                incident.opened.plus(minutes[at]).instant()
            } else {
                incident.resolved.plus(2).instant()
            };
            written.push((when, voice, words.fill(line, dice)));
        }
    } else {
        for at in 0..dice.below(3) {
            let minute = plan
                .opened
                .plus(60 + i64::try_from(at).unwrap_or_default() * dice.between(100, 600));
            let who = reporter(minute, plants, dice);
            written.push((
                minute.instant(),
                who,
                words.sentence("issue comments", dice),
            ));
        }
    }
    written.retain(|(at, ..)| *at < around.as_of);
    written.sort_by_key(|(at, ..)| *at);
    written
        .into_iter()
        .enumerate()
        .map(|(at, (created_at, who, body))| HostComment {
            node: format!("IC_{node}_{at}"),
            author: who.login(),
            created_at,
            body,
            review: None,
        })
        .collect()
}
