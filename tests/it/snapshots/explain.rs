//! `explain` on the demo organisation: one figure of every kind, with its ledger.

use crate::cli::ran;
use crate::pipeline::demo;

use super::{answered, without_sql};

/// A metric from a day of 2026 until the end of June.
fn explained(metric: &str, since: &str, more: &[&str]) -> String {
    let fixed = [
        "explain",
        metric,
        "--store=linchpin-demo/store",
        "--config=linchpin-demo/config/linchpin.toml",
        "--as-of=2026-07-01T00:00:00Z",
        "--since",
        since,
    ];
    let ran = ran(&demo().root, &[&fixed, more].concat());
    without_sql(metric, &answered(&ran))
}

#[test]
fn a_duration_is_told_in_working_hours_with_elapsed_time_beside_it() {
    insta::assert_snapshot!(
        explained("flow.pickup_time", "2026-06-15", &["--scope=parcels"]),
        @"
    Pickup time (flow.pickup_time)

    Question           How long does a pull request wait for its first human review?
    Definition         Time from the moment a pull request is ready for review, or from the first review request if that came later but before the review, to the first review submitted by a human other than its author. Where it became ready more than once, the moment is the last one before the review: what happens to it afterwards changes nothing.
    Formula            first_human_review_at − max(ready_at, first_requested_at)
    Unit               working hours where hours are agreed, with elapsed hours beside them; else hours
    Bucketed by        first reviewed in the bucket
    Left out           Pull requests opened by automation, merged or closed without a human review before that, reviewed while still a draft, and those still waiting are counted apart. Reviews by bots and by the author do not end the wait.
    How to read it     Compare p50 with the team's own agreement. A long p90 beside a short p50 says that some areas or some requests have nobody who feels asked.
    How it can mislead Pairing and trunk-based work replace the review that this metric waits for. A team that reviews in drafts is seen only in the rows left out.
    Source             GitHub `PullRequestReview.submittedAt`, `ReadyForReviewEvent`, `ReviewRequestedEvent`; the review stage of DORA's change lead time

    parcels: 3.2 h median of working hours, p75 of working hours 4.8 h, p90 of working hours 5.5 h, elapsed median 18.5 h, elapsed p75 21.3 h, elapsed p90 2.7 d, 80 % interval 1.4 h – 4.8 h, n = 13

    Ledger
    rows  fate
      13  included
       2  excluded: by automation
       5  excluded: still waiting
      20  population

    included
    date         value  repository             subject                                                                                                                 link
    2026-06-15   1.3 h  lighthouse/parcel-web  #325 Do not notify a list twice [person_with_agent: trailer, Co-authored-by: Claude <noreply@anthropic.com>]            https://github.example/lighthouse/parcel-web/pull/325
    2026-06-15   1.4 h  lighthouse/parcel-web  #324 Remove the old arrival distance                                                                                    https://github.example/lighthouse/parcel-web/pull/324
    2026-06-15   3.3 h  lighthouse/parcel-api  #384 Replace the hand-written fee table                                                                                 https://github.example/lighthouse/parcel-api/pull/384
    2026-06-16  10 min  lighthouse/parcel-web  #327 Stop the icon from losing its banner                                                                               https://github.example/lighthouse/parcel-web/pull/327
    2026-06-16  24 min  lighthouse/parcel-web  #329 Fix the table amount for an empty field                                                                            https://github.example/lighthouse/parcel-web/pull/329
    2026-06-17   5.6 h  lighthouse/parcel-web  #330 Round the coupon weight as the order does                                                                          https://github.example/lighthouse/parcel-web/pull/330
    2026-06-17   5.1 h  lighthouse/parcel-web  #331 Fail the build on a stale banner snapshot                                                                          https://github.example/lighthouse/parcel-web/pull/331
    2026-06-18   4.8 h  lighthouse/parcel-web  #332 Postmortem of 2026-06-17                                                                                           https://github.example/lighthouse/parcel-web/pull/332
    2026-06-19   5.8 h  lighthouse/parcel-web  #333 ADR: explain the card life cycle                                                                                   https://github.example/lighthouse/parcel-web/pull/333
    2026-06-23   2.5 h  lighthouse/parcel-web  #335 Rename address helpers after what they return                                                                      https://github.example/lighthouse/parcel-web/pull/335
    2026-06-25   4.5 h  lighthouse/parcel-web  #336 Handle a missing amount on the alert [person_with_agent: trailer, Co-authored-by: Claude <noreply@anthropic.com>]  https://github.example/lighthouse/parcel-web/pull/336
    2026-06-26   2.7 h  lighthouse/parcel-api  #391 Let the drop keep its length [person_with_agent: trailer, Co-authored-by: Claude <noreply@anthropic.com>]          https://github.example/lighthouse/parcel-api/pull/391
    2026-06-26   3.2 h  lighthouse/parcel-web  #337 Replace the hand-written icon table                                                                                https://github.example/lighthouse/parcel-web/pull/337

    excluded: by automation
    date        value  repository             subject                        link
    2026-06-17      —  lighthouse/parcel-api  #385 Bump capstan to 1.10.136  https://github.example/lighthouse/parcel-api/pull/385
    2026-06-23      —  lighthouse/parcel-web  #334 Bump anchor to 1.10.203   https://github.example/lighthouse/parcel-web/pull/334

    excluded: still waiting
    date  value  repository             subject                                          link
              —  lighthouse/parcel-api  #386 ADR: add a runbook for a stuck booking      https://github.example/lighthouse/parcel-api/pull/386
              —  lighthouse/parcel-api  #387 Handle a missing amount on the label        https://github.example/lighthouse/parcel-api/pull/387
              —  lighthouse/parcel-api  #388 Group slots by due                          https://github.example/lighthouse/parcel-api/pull/388
              —  lighthouse/parcel-api  #389 Cache the label test fixtures between runs  https://github.example/lighthouse/parcel-api/pull/389
              —  lighthouse/parcel-api  #390 Accept a tariff without a surcharge         https://github.example/lighthouse/parcel-api/pull/390

    SQL
      [queries/metrics/flow.pickup_time.sql]
    "
    );
}

#[test]
fn a_share_is_told_with_both_its_counts() {
    insta::assert_snapshot!(explained("flow.unreviewed_share", "2026-06-10", &["--scope=timetable"]), @"
    Merged without a second pair of eyes (flow.unreviewed_share)

    Question           How much reaches the default branch that only its author has seen?
    Definition         Merged pull requests without any review by a human other than the author up to the merge and without a human co-author, among all merged ones. A change that two people wrote counts as reviewed by the pair; where the second address is linked to nobody it may be the author's own, and it is not known. Where more of the changes that landed in the window came without a pull request than with one, the repository has no pull-request flow, and the question does not arise.
    Formula            merged without review and co-author / merged
    Unit               share
    Bucketed by        merged in the bucket
    Left out           Pull requests opened by automation, closed without a merge or still open are counted apart, and so are all of a repository without a pull-request flow. Reviews and co-authorship by bots count as none.
    How to read it     It says how often the team went without review, not whether that was right: documentation and reverts often need none. Look at the areas.
    How it can mislead Pairing without a trailer looks unreviewed. An approval in seconds counts as a review.
    Source             GitHub `PullRequestReview`, authors of `PullRequest.commits`; git `Co-authored-by` trailers

    timetable: 22 % (2 of 9), 80 % interval 9.6 % – 43 %, n = 9

    Ledger
    rows  fate
       9  included
       2  excluded: by automation
      11  population

    included
    date        value  repository            subject                                                                                                                                             link
    2026-06-15      0  lighthouse/timetable  #384 refactor(departures): extract the headsign code from the delay                                                                                 https://github.example/lighthouse/timetable/pull/384
    2026-06-16      0  lighthouse/timetable  #386 feat(feeds): accept a service without a calendar [person_with_agent: trailer, Co-authored-by: Claude <noreply@anthropic.com>]                  https://github.example/lighthouse/timetable/pull/386
    2026-06-17      1  lighthouse/timetable  #387 refactor(solver): rename penalty helpers after what they return                                                                                https://github.example/lighthouse/timetable/pull/387
    2026-06-17      0  lighthouse/timetable  #389 ci(github): run the feed checks in parallel                                                                                                    https://github.example/lighthouse/timetable/pull/389
    2026-06-18      0  lighthouse/timetable  #388 docs(docs): ADR: add a runbook for a stuck zone                                                                                                https://github.example/lighthouse/timetable/pull/388
    2026-06-18      0  lighthouse/timetable  #385 refactor(departures): move notice checks next to the line                                                                                      https://github.example/lighthouse/timetable/pull/385
    2026-06-24      1  lighthouse/timetable  #393 feat(solver): accept an itinerary without a pivot                                                                                              https://github.example/lighthouse/timetable/pull/393
    2026-06-24      0  lighthouse/timetable  #392 feat(feeds): show the trip length before the frequency is closed [person_with_agent: trailer, Co-authored-by: Claude <noreply@anthropic.com>]  https://github.example/lighthouse/timetable/pull/392
    2026-06-26      0  lighthouse/timetable  #394 refactor(departures): move station checks next to the track                                                                                    https://github.example/lighthouse/timetable/pull/394

    excluded: by automation
    date        value  repository            subject                                        link
    2026-06-10      —  lighthouse/timetable  #383 chore(deps): release notes of 2026-06-09  https://github.example/lighthouse/timetable/pull/383
    2026-06-19      —  lighthouse/timetable  #390 build(deps): bump anchor to 1.10.182      https://github.example/lighthouse/timetable/pull/390

    SQL
      [queries/metrics/flow.unreviewed_share.sql]
    ");
}

#[test]
fn of_too_few_rows_no_figure_is_made_and_each_is_listed() {
    insta::assert_snapshot!(explained("dora.failed_deployment_recovery_time", "2026-05-01", &[]), @r#"
    Failed deployment recovery time (dora.failed_deployment_recovery_time)

    Question           How long does it take to restore service after a bad deployment?
    Definition         Time from the end of a deployment that an incident is put down to, or from the start of the impact where somebody recorded it, to the restored service. Restored is the resolved clock, not the closed one: register, its files, `Resolved time:` in the issue, label `resolved`, success of the deployment with the linked fix or revert, and only then the closing.
    Formula            resolved_at − (recorded started_at, else deployment.finished_at)
    Unit               hours
    Bucketed by        incident started in the bucket
    Left out           An incident that a file declares to have been detected, without a start, has no recorded start. Incidents that are put down to no deployment are counted apart with the reason, and so is every further incident of one deployment: the one restored last stands for all. Unresolved incidents are running, not dropped. An incident resolved before it started is a contradiction and unknown.
    How to read it     The note says how many closings were taken as resolved: an issue is often closed days after service was back. Write `Resolved time:` into the issue.
    How it can mislead Few incidents make wide intervals. A recovery is as trustworthy as the clocks that people keep in the middle of a fire.
    Source             DORA, "Software delivery performance metrics" (2026): failed deployment recovery time; Kaplan & Meier (1958) for incidents that are not resolved

    parcels: too few to summarise, n = 1
    timetable: too few to summarise, n = 1
    note: parcels: incidents that started in the window: 1, attributed by: hotfix 1
    note: timetable: incidents that started in the window: 1, attributed by: hotfix 1

    Ledger
    rows  fate
       2  included
       2  population

    included
    date        value  repository             subject                          link
    2026-05-13  1.8 h  lighthouse/timetable   #359 Platforms are not checked   https://github.example/lighthouse/timetable/issues/359
    2026-06-16  1.5 h  lighthouse/parcel-web  #328 Wrong limit on every field  https://github.example/lighthouse/parcel-web/issues/328

    SQL
      [queries/metrics/dora.failed_deployment_recovery_time.sql]
    "#);
}

#[test]
fn what_is_not_observed_says_why_and_how_to_have_it() {
    insta::assert_snapshot!(explained("flow.predictability", "2026-06-20", &[]), @"
    Before and after a change (flow.predictability)

    Question           Did a dated change make finishing more predictable?
    Definition         Around every dated change of the register that lies in the window: pull requests merged in the five working days before it and in the five from its day on, those open and ready at the end of either, and the spread of cycle time (p90 / p50) of either. Areas are the changes; the product's figure takes all of them together.
    Formula            finished, carried over and p90 / p50 of merged_at − created_at, on either side
    Unit               pull requests
    Bucketed by        a state at the window's end
    Left out           Pull requests opened by automation are left out. A change whose five working days are not over has no figure yet. With fewer merges on a side than `minimum_n`, that side has no spread.
    How to read it     More finished, fewer carried over and a smaller spread after the change is what it promised. One change proves little: look again after a month.
    How it can mislead Ten working days are few, and whatever else happened in them is in the figure: holidays of one person, one large change, a release. It is a before and after, not a cause.
    Source             The register's `[[event]]`; GitHub `PullRequest.createdAt`, `mergedAt`; the working days of the register's calendar

    parcels: not observed: no dated change in the window whose 5 working days are over (name what changed in `linchpin.toml`: `[[event]]` with `on` and `title`)
    timetable: not observed: no dated change in the window whose 5 working days are over (name what changed in `linchpin.toml`: `[[event]]` with `on` and `title`)

    Ledger
    rows  fate
       0  included
       0  population

    SQL
      [queries/metrics/flow.predictability.sql]
    ");
}

#[test]
fn what_is_of_people_alone_is_not_applicable_to_a_team() {
    insta::assert_snapshot!(explained("absence.resilience", "2026-06-20", &["--scope=timetable"]), @"
    Absences (absence.resilience)

    Question           Does the work go on while one person is away?
    Definition         For every declared absence of at least 10 of the person's working days inside the window, per product: reviews that waited on the person, the person's own events, successful production deployments, merged pull requests, review turnaround, and the pull requests open and stuck at the end, during the absence and in the four weeks on either side. Absences with no working day between them are one. Private: the team tree has no figure.
    Formula            the same figures over [from − 28 days, from), [from, to + 1 day) and [to + 1 day, to + 29 days), each cut to the window and the as-of instant, beside the team's working days in each
    Unit               reviews that waited on the person
    Bucketed by        a state at the window's end
    Left out           Shorter absences are counted apart. Within a period: deployments that failed or went elsewhere, merges and requests of automation, requests withdrawn or overtaken by the end of the pull request. Before the first pull request or deployment on record nothing is known, and no number is given.
    How to read it     Compare the columns per working day. A two-week absence with stable figures is evidence that the team does not wait on one person; what waited is a list to hand over next time. It judges the team's resilience, never the person.
    How it can mislead A release freeze or a holiday season falls together with absences. Events under the person's account may be scheduled jobs or automatic merges, and questions kept for the return are not seen. Few turnarounds have no median.
    Source             Definition of this project; absences from the private register's [[absence]]; the figures as in dora.deployment_frequency, review.turnaround and flow.stuck

    timetable: not applicable: declared absences are people's own: where there are any, the private tree has their figures

    Ledger
    rows  fate
       0  included
       1  excluded: outside the window
       1  population

    excluded: outside the window
    date  value  repository            subject
              —  lighthouse/timetable  absence

    SQL
      [queries/metrics/absence.resilience.sql]
    ");
}

#[test]
fn a_person_s_own_figure_has_their_rows_alone() {
    insta::assert_snapshot!(
        explained("review.turnaround", "2026-06-20", &["--person=inesc", "--bucket=2026-W26"]),
        @"
    Review turnaround (review.turnaround)

    Question           How long does somebody who is asked for a review take to give it?
    Definition         Time from a request for a review to the first review that the person asked submits afterwards; for a request to a team, to the first by a member. The clock starts at the request, never at the publication of the pull request. Open requests count with their time so far (Kaplan–Meier).
    Formula            first_review_by_them_at − requested_at;  the median is where the share still waiting falls to one half
    Unit               working hours where hours are agreed, with elapsed hours beside them; else hours
    Bucketed by        requested in the bucket
    Left out           Requests withdrawn, or overtaken because the pull request was merged or closed without the review, are counted apart; so are those to bots and to the author. Reviews that nobody asked the person for have no turnaround.
    How to read it     Compare p50 with the team's own agreement, then look at p90: a few requests that wait for days are what people remember. Where many are overtaken, others did the review first.
    How it can mislead A request made on a draft runs before anybody can review it. Nights, weekends and holidays are inside the elapsed hours; read the working hours where they are agreed. Few requests make a wide interval.
    Source             GitHub `ReviewRequestedEvent`, `PullRequestReview.submittedAt`; Kaplan & Meier (1958), Brookmeyer & Crowley (1982)

    parcels 2026-W26: too few to summarise, n = 1
    timetable 2026-W26: too few to summarise, n = 0

    Ledger
    rows  fate
       1  included
       1  excluded: withdrawn
       2  population

    included
    date        value  repository             subject                                                                                                         link
    2026-06-26  2.7 h  lighthouse/parcel-api  #391 Let the drop keep its length [person_with_agent: trailer, Co-authored-by: Claude <noreply@anthropic.com>]  https://github.example/lighthouse/parcel-api/pull/391

    excluded: withdrawn
    date        value  repository            subject                                                           link
    2026-06-24      —  lighthouse/timetable  #394 refactor(departures): move station checks next to the track  https://github.example/lighthouse/timetable/pull/394

    SQL
      [queries/metrics/review.turnaround.sql]
    "
    );
}

#[test]
fn the_list_names_every_metric_with_its_question() {
    let ran = ran(&demo().root, &["explain", "list"]);
    insta::assert_snapshot!(answered(&ran), @"
    metric                                question
    dora.deployment_frequency             How often does the product reach production?
    dora.change_lead_time                 How long does a change take from its first commit to production?
    dora.change_fail_rate                 How many deployments needed immediate intervention?
    dora.failed_deployment_recovery_time  How long does it take to restore service after a bad deployment?
    dora.deployment_rework_rate           How many deployments only repair what an earlier one broke?
    ci.flake_rate                         How often does CI fail and then pass on the same commit?
    ci.duration                           How long does CI take to say yes, and since when?
    flow.cycle_time                       How long is a pull request open before it is merged?
    flow.turns                            Who are changes waiting for on their way to production?
    flow.coding_time                      How long is a change worked on before others can see it?
    flow.pickup_time                      How long does a pull request wait for its first human review?
    flow.review_time                      How long does it take from the first review to the last approval?
    flow.review_rounds                    How often does a change go back and forth before it is merged?
    flow.merge_wait                       How long does an approved change wait to be merged?
    flow.deploy_wait                      How long does a merged change wait to reach production?
    flow.work_in_progress                 How many pull requests are open at once?
    flow.stuck                            Which open work has nobody looked at for days?
    flow.unreviewed_share                 How much reaches the default branch that only its author has seen?
    flow.size                             How much has somebody to read to review a change?
    flow.work_mix                         How much of the work builds, keeps, pays back or repairs?
    flow.predictability                   Did a dated change make finishing more predictable?
    flow.effect                           Did cycle time change with a dated change, and more than it does by chance?
    gate.merge_queue                      How long does the merge queue take, and how often does it give a change back?
    gate.auto_merge                       How long does a change wait on its own, once somebody has told GitHub to merge it?
    gate.approval_wait                    How long does a deployment wait for somebody to let it through?
    gate.bypass_share                     How much is merged without the approvals that the rules ask for?
    gate.red_to_green                     When a workflow failed and later passed, what had changed?
    review.requested                      How many reviews were asked for?
    review.done                           How many reviews were given, and were they more than a nod?
    review.waiting                        Which requests are open now, and for how long?
    review.turnaround                     How long does somebody who is asked for a review take to give it?
    review.first_response                 How long does an author wait for the first human word?
    review.queue                          How long is the queue of reviews at the end of a day?
    review.balance                        Does reviewing keep up with what is asked for?
    review.waiting_hours                  For how many hours was it a reviewer's turn?
    review.concentration                  How much of the reviewing rests on one person?
    review.sole_approver                  How often does a change land on one person's approval alone?
    review.absence_what_if                Which areas would have no recent reviewer if one person were away?
    agents.share                          How much of what is merged has an agent had a part in, and what tells it?
    review.independent_share              Of what agents wrote, how much has somebody looked at who did not have it done?
    review.hours_per_change               For how long is a change with its reviewers before it is merged?
    code.rework                           How much of what landed was thrown away soon, and how long does the rest live?
    knowledge.unowned_lines               How much of the code has an agent written that nobody but its delegator has looked at?
    knowledge.truck_factor                How many people would have to leave before most files have no author?
    knowledge.truck_factor_decayed        How many people would have to leave before nobody who knows them recently is left for most files?
    knowledge.primary_developers          How many people hold a relevant part of the knowledge?
    knowledge.survival                    Whose lines is the code of today made of?
    knowledge.files_at_risk               How many files does at most one active person know?
    knowledge.orphans_if                  How much would nobody active know any more if one person left?
    knowledge.silos                       Which areas does only one person know?
    knowledge.concentration_by_kind       Does one person write all decision records, pipeline changes, migrations, releases or postmortems?
    ownership.share                       How much of the changing of an area rests on one person, and how does that move?
    ownership.drift                       Do the people whom CODEOWNERS names maintain what it gives them?
    ownership.handover                    Which areas move from one person to another?
    delegation.involvement                Does the delegator's part in what was handed over fall?
    absence.resilience                    Does the work go on while one person is away?
    pairs.matrix                          How many different pairs change code together?
    onboarding.milestones                 How soon is a joiner part of the work?
    [exit code 0]
    ");
}
