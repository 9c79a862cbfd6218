//! The truths, counted from what was generated and not from what was meant.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::blueprint::{
    APPROVED_BY_ONE, HANDED_OVER, PARCEL_API, PARCEL_WEB, REPOSITORIES, SILO, TIMETABLE, is_there,
};
use super::cast::{CAST, MARA, OSKAR, TEAM, TOMAS, YUKI, is_bot};
use super::clock::Minute;
use super::delivery::{FLAKY_JOB, PRODUCTION, Shipped};
use super::plan::{
    ADR_WRITER, AGREED_ON, AWAY_FROM, AWAY_TO, BUDDY, BUDDY_TO, COMMENTER, DECLARED_OWNER, EPIC,
    FIRST_DAY, MENTEE, MERGED_LATE, MERGED_LATE_FROM, QUARTERS, SLOW_FROM, SPREAD_FROM, STUCK_TO,
    quarter_label,
};
use super::truths::{
    AdrWriterTruth, BottleneckTruth, DriftTruth, EpicTruth, FeedbackTruth, FlakeTruth,
    HandOverTruth, HolidayTruth, IncidentTruth, JoinerTruth, LateActionTruth, MenteeTruth,
    MergeWaitTruth, PersonTruth, Plants, RepositoryTruth, RevertTruth, RollbackTruth, Share,
    SiloTruth, SlowdownTruth, SoleApproverTruth, StuckTruth, Truths, TypedIncidentTruth,
};
use super::work_items::IssuePlan;
use crate::demo::model::{
    ActorType, Host, HostFieldValue, HostIssue, HostPullRequest, HostRepository,
};

/// The cast.
pub(super) fn people() -> Truths {
    let people = CAST
        .iter()
        .enumerate()
        .map(|(at, persona)| PersonTruth {
            login: persona.login.to_owned(),
            name: persona.name.to_owned(),
            signatures: persona
                .signatures
                .iter()
                .map(|(name, email)| ((*name).to_owned(), (*email).to_owned()))
                .collect(),
            is_team: at < TEAM.len(),
            is_bot: persona.kind == ActorType::Bot,
        })
        .collect();
    Truths {
        people,
        ..Truths::default()
    }
}

fn is_team(login: Option<&str>) -> bool {
    TEAM.iter()
        .any(|actor| Some(actor.persona().login) == login)
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or_default()
}

/// What one repository was made of.
pub(super) struct Seen<'a> {
    pub(super) index: usize,
    pub(super) host: &'a HostRepository,
    pub(super) n_commits: u64,
    pub(super) shipped: &'a Shipped,
    pub(super) issues: &'a [IssuePlan],
    pub(super) numbers: &'a [u64],
    pub(super) flaky: Share,
}

/// One repository's figures, and the truths that live in it.
pub(super) fn repository(truths: &mut Truths, seen: &Seen<'_>, plants: &Plants) {
    let Seen {
        index,
        host,
        shipped,
        issues,
        numbers,
        flaky,
        n_commits,
    } = *seen;
    let blueprint = &REPOSITORIES[index];
    let production = || {
        shipped
            .deployments
            .iter()
            .filter(|deployment| deployment.environment == PRODUCTION)
    };
    let has = |state: &'static str| {
        count(
            production()
                .filter(|deployment| deployment.statuses.iter().any(|(found, _)| found == state)),
        )
    };
    let merged = || {
        host.pull_requests
            .iter()
            .filter(|pull_request| pull_request.merged_at.is_some())
    };
    truths.repositories.push(RepositoryTruth {
        name: blueprint.name.to_owned(),
        product: blueprint.product.to_owned(),
        areas: blueprint
            .areas
            .iter()
            .filter(|area| is_there(area, plants))
            .map(|area| area.name.to_owned())
            .collect(),
        n_pull_requests: count(host.pull_requests.iter()),
        n_merged: count(merged()),
        n_merged_by_humans: count(
            merged().filter(|pull_request| !is_bot(pull_request.author.as_deref())),
        ),
        n_open: count(
            host.pull_requests
                .iter()
                .filter(|pull_request| pull_request.closed_at.is_none()),
        ),
        n_commits,
        n_production_successes: has("SUCCESS"),
        n_production_failures: has("FAILURE"),
        n_incidents: count(host.issues.iter().filter(|issue| {
            let is_typed = issue.planned.issue_type.as_deref() == Some("Incident");
            is_typed || issue.labels.iter().any(|label| label == "incident")
        })),
    });
    if index == PARCEL_API && plants.flake {
        truths.flake = Some(FlakeTruth {
            repository: blueprint.name.to_owned(),
            workflow: "integration".to_owned(),
            job: FLAKY_JOB.to_owned(),
            share: flaky,
        });
    }
    if index == PARCEL_WEB && plants.slowdown {
        truths.slowdown = Some(SlowdownTruth {
            repository: blueprint.name.to_owned(),
            workflow: "ci".to_owned(),
            from: SLOW_FROM,
        });
    }
    for (incident, started_by, ended_by) in &shipped.by_incident {
        let issue = issues
            .iter()
            .position(|issue| issue.incident == Some(*incident));
        if let (Some(deployment), Some(number)) = (started_by, issue.and_then(|at| numbers.get(at)))
        {
            truths.incidents.push(IncidentTruth {
                repository: blueprint.name.to_owned(),
                number: *number,
                deployment: deployment.clone(),
                repaired_by: ended_by.clone(),
            });
        }
    }
    if plants.late_action {
        let late = late_action(blueprint.name, issues, numbers, index);
        truths.late_action = truths.late_action.take().or(late);
    }
    let typed = host
        .issues
        .iter()
        .find_map(|issue| typed_incident(blueprint.name, issue));
    truths.typed_incident = truths.typed_incident.take().or(typed);
    if index == PARCEL_API && plants.rollback {
        truths.rollback = rollback(shipped, issues, numbers);
    }
}

/// What the fields and the text of a typed incident say.
fn typed_incident(repository: &str, issue: &HostIssue) -> Option<TypedIncidentTruth> {
    issue.planned.issue_type.as_ref()?;
    let field = |name: &str| {
        let mut fields = issue.planned.fields.iter();
        let (_, value) = fields.find(|(field, _)| field == name)?;
        match value {
            HostFieldValue::Text(value) | HostFieldValue::SingleSelect(value) => Some(value),
            _ => None,
        }
    };
    let mut lines = issue.body.lines();
    let written = lines.find_map(|line| line.strip_prefix("Start time: "))?;
    Some(TypedIncidentTruth {
        repository: repository.to_owned(),
        incident: issue.number,
        started_at: field("Start time")?.parse().ok()?,
        written: written.parse().ok()?,
        severity: field("Severity")?.to_lowercase(),
        actions: issue
            .planned
            .sub_issues
            .iter()
            .map(|(_, number)| *number)
            .collect(),
    })
}

fn late_action(
    repository: &str,
    issues: &[IssuePlan],
    numbers: &[u64],
    index: usize,
) -> Option<LateActionTruth> {
    let number = |is_it: &dyn Fn(&IssuePlan) -> bool| {
        let at = issues
            .iter()
            .position(|issue| issue.repository == index && is_it(issue))?;
        numbers.get(at).copied()
    };
    let followed = issues.iter().find_map(|issue| issue.follows)?.incident;
    let action = |is_late: bool| {
        number(&|issue| {
            issue
                .follows
                .is_some_and(|follows| follows.is_late == is_late)
        })
    };
    Some(LateActionTruth {
        repository: repository.to_owned(),
        incident: number(&|issue| issue.incident == Some(followed))?,
        in_time: action(false)?,
        late: action(true)?,
    })
}

fn rollback(shipped: &Shipped, issues: &[IssuePlan], numbers: &[u64]) -> Option<RollbackTruth> {
    // The rollback is the only deployment whose commit was in production before the one that it undoes.
    shipped
        .by_incident
        .iter()
        .find_map(|(incident, undone, deployment)| {
            let (undone, deployment) = (undone.as_ref()?, deployment.as_ref()?);
            let find = |node: &String| {
                shipped
                    .deployments
                    .iter()
                    .find(|deployment| deployment.node == *node)
            };
            let (bad, good) = (find(undone)?, find(deployment)?);
            let was_there_before = shipped.deployments.iter().any(|earlier| {
                earlier.environment == PRODUCTION
                    && earlier.created_at < bad.created_at
                    && earlier.commit == good.commit
            });
            let issue = issues
                .iter()
                .position(|issue| issue.incident == Some(*incident))?;
            was_there_before.then_some(RollbackTruth {
                repository: REPOSITORIES[PARCEL_API].name.to_owned(),
                undone: undone.clone(),
                deployment: deployment.clone(),
                commit: good.commit?,
                at: good.created_at,
                incident: numbers.get(issue).copied()?,
            })
        })
}

/// The truths about people, from the whole host.
pub(super) fn whole(truths: &mut Truths, host: &Host, plants: &Plants) {
    let spread = Minute::of(SPREAD_FROM).instant();
    if plants.bottleneck {
        let reviews = |from: Timestamp, to: Timestamp| {
            let mut share = Share::default();
            let repositories = host
                .repositories
                .iter()
                .zip(&REPOSITORIES)
                .filter(|(_, blueprint)| blueprint.product == "parcels");
            for pull_request in repositories.flat_map(|(repository, _)| &repository.pull_requests) {
                for review in &pull_request.reviews {
                    let at = review.submitted_at.unwrap_or(Timestamp::MAX);
                    if is_team(review.author.as_deref())
                        && review.author != pull_request.author
                        && from <= at
                        && at < to
                    {
                        share.of += 1;
                        share.hits +=
                            u64::from(review.author.as_deref() == Some(MARA.persona().login));
                    }
                }
            }
            share
        };
        truths.bottleneck = Some(BottleneckTruth {
            product: "parcels".to_owned(),
            login: MARA.persona().login.to_owned(),
            until: SPREAD_FROM,
            share_before: reviews(Timestamp::MIN, spread),
            share_after: reviews(spread, Timestamp::MAX),
        });
    }
    standing(truths, host, plants);
    if plants.sole_approver {
        truths.sole_approver = Some(SoleApproverTruth {
            repository: REPOSITORIES[PARCEL_WEB].name.to_owned(),
            area: APPROVED_BY_ONE.to_owned(),
            login: YUKI.persona().login.to_owned(),
            from: SPREAD_FROM,
        });
    }
    let Some(timetable) = host.repositories.get(TIMETABLE) else {
        return;
    };
    let name = REPOSITORIES[TIMETABLE].name.to_owned();
    if plants.silo {
        let last = in_area(timetable, SILO)
            .filter(|pull_request| pull_request.author.as_deref() != Some(YUKI.persona().login))
            .filter_map(|pull_request| pull_request.merged_at)
            .max();
        truths.silo = Some(SiloTruth {
            repository: name.clone(),
            area: SILO.to_owned(),
            login: YUKI.persona().login.to_owned(),
            last_outside_touch: last.map(|at| TimeZone::UTC.to_datetime(at).date()),
        });
    }
    if plants.hand_over {
        let shares = (0..QUARTERS.len() - 1)
            .map(|quarter| hand_over_quarter(timetable, quarter))
            .collect();
        truths.hand_over = Some(HandOverTruth {
            repository: name,
            area: HANDED_OVER.to_owned(),
            giver: TOMAS.persona().login.to_owned(),
            receiver: OSKAR.persona().login.to_owned(),
            shares,
            from_quarter: quarter_label(3),
            to_quarter: quarter_label(4),
        });
    }
    if plants.adr_writer {
        truths.adr_writer = Some(AdrWriterTruth {
            product: REPOSITORIES[TIMETABLE].product.to_owned(),
            login: ADR_WRITER.persona().login.to_owned(),
        });
    }
    if plants.joiner {
        truths.joiner = Some(JoinerTruth {
            login: OSKAR.persona().login.to_owned(),
            joined_on: FIRST_DAY,
        });
    }
    if plants.holiday {
        truths.holiday = Some(HolidayTruth {
            login: MARA.persona().login.to_owned(),
            from: AWAY_FROM,
            to: AWAY_TO,
        });
    }
}

/// What stands still, waits or is declared wrongly.
fn standing(truths: &mut Truths, host: &Host, plants: &Plants) {
    if plants.stuck
        && let Some(repository) = host.repositories.get(PARCEL_API)
    {
        truths.stuck = Some(stuck(repository));
    }
    if plants.merge_wait {
        truths.merge_wait = Some(MergeWaitTruth {
            product: REPOSITORIES[TIMETABLE].product.to_owned(),
            area: MERGED_LATE.to_owned(),
            from: MERGED_LATE_FROM,
        });
    }
    if plants.revert {
        truths.revert = revert(host);
    }
    truths.epic = plants.epic.then(|| EpicTruth {
        product: REPOSITORIES[PARCEL_API].product.to_owned(),
        title: EPIC.to_owned(),
    });
    if plants.mentee {
        truths.mentee = Some(MenteeTruth {
            buddy: BUDDY.persona().login.to_owned(),
            joiner: MENTEE.persona().login.to_owned(),
            from: FIRST_DAY,
            to: BUDDY_TO,
        });
    }
    if plants.feedback {
        truths.feedback = Some(FeedbackTruth {
            login: COMMENTER.persona().login.to_owned(),
            from: AGREED_ON,
        });
    }
    if plants.drift {
        truths.drift = Some(DriftTruth {
            product: REPOSITORIES[TIMETABLE].product.to_owned(),
            area: SILO.to_owned(),
            login: DECLARED_OWNER.persona().login.to_owned(),
        });
    }
}

/// What people opened before the last four working days, what is ready, and what nobody but the author and bots has touched.
fn stuck(repository: &HostRepository) -> StuckTruth {
    let until = Minute::of(STUCK_TO).instant();
    let by_another = |pull_request: &HostPullRequest, who: Option<&str>| {
        is_team(who) && who != pull_request.author.as_deref()
    };
    let is_it = |one: &&HostPullRequest| {
        let mut reviews = one.reviews.iter().map(|review| review.author.as_deref());
        let mut comments = one.comments.iter().map(|comment| comment.author.as_deref());
        is_team(one.author.as_deref())
            && !one.is_draft
            && one.closed_at.is_none()
            && one.created_at < until
            && !reviews.any(|who| by_another(one, who))
            && !comments.any(|who| by_another(one, who))
    };
    let numbers = repository.pull_requests.iter().filter(is_it);
    StuckTruth {
        product: REPOSITORIES[PARCEL_API].product.to_owned(),
        repository: REPOSITORIES[PARCEL_API].name.to_owned(),
        numbers: numbers.map(|one| one.number).collect(),
    }
}

fn in_area<'a>(
    repository: &'a HostRepository,
    area: &'a str,
) -> impl Iterator<Item = &'a HostPullRequest> {
    let prefix = format!("{area}/");
    repository.pull_requests.iter().filter(move |pull_request| {
        pull_request
            .files
            .iter()
            .any(|file| file.path.starts_with(&prefix))
    })
}

/// The giver's and the receiver's share of the area's merged pull requests in a quarter.
fn hand_over_quarter(repository: &HostRepository, quarter: usize) -> (String, Share, Share) {
    let bound = |at: usize| {
        QUARTERS
            .get(at)
            .map_or(Timestamp::MAX, |day| Minute::of(*day).instant())
    };
    let merged: Vec<&HostPullRequest> = in_area(repository, HANDED_OVER)
        .filter(|pull_request| {
            pull_request
                .merged_at
                .is_some_and(|at| bound(quarter) <= at && at < bound(quarter + 1))
        })
        .collect();
    let share = |login: &str| Share {
        hits: count(
            merged
                .iter()
                .filter(|pull_request| pull_request.author.as_deref() == Some(login)),
        ),
        of: count(merged.iter()),
    };
    (
        quarter_label(quarter),
        share(TOMAS.persona().login),
        share(OSKAR.persona().login),
    )
}

/// The pull request that is taken back, and the one that does it.
fn revert(host: &Host) -> Option<RevertTruth> {
    let repositories = host.repositories.iter();
    repositories.into_iter().find_map(|repository| {
        let mut pull_requests = repository.pull_requests.iter();
        let (revert, title) = pull_requests.find_map(|row| {
            let title = row.title.strip_prefix("Revert \"")?.strip_suffix('"')?;
            Some((row, title))
        })?;
        let mut earlier = repository.pull_requests.iter();
        let reverted = earlier.rfind(|row| row.title == title && row.number < revert.number)?;
        Some(RevertTruth {
            repository: repository.name.clone(),
            number: reverted.number,
            revert: revert.number,
            initiative: "Checkout in two steps".to_owned(),
        })
    })
}
