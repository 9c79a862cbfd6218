//! Feedback that closes: the number measures what the sentence says, from the agreed day on, and says when to look again.

use linchpin::domain::{Milestone, PersonId};
use linchpin::evidence::{follow_up, lint};
use linchpin::register::parse_private;

use crate::small_team::{ADA, BEN, BOT, CEM, SmallTeam, WIDGETS, at, words};

/// The note of the team's only feedback, about somebody.
fn note(team: &SmallTeam, person: PersonId) -> String {
    let private = parse_private(&team.private, "it").unwrap();
    let feedback = private.all_feedback().next().unwrap();
    let document = team
        .sources(|sources| follow_up::document(sources, person, &feedback, private.sprint_days))
        .unwrap();
    words(&document)
}

fn feedback(lines: &str) -> String {
    format!(
        "[[feedback]]\nlogin = \"ada\"\ntopic = \"Reviews\"\ngiven_on = \"2026-03-04\"\nfrom = \"cem\"\n{lines}"
    )
}

/// A pull request of Ben's, asked of Ada and reviewed by her a day later with so many comments.
fn reviewed(team: &mut SmallTeam, number: u64, on: &str, n_comments: usize) {
    team.pull_request(number, BEN, on, None);
    team.ask(number, ADA, on);
    let later = format!("{on}T15:00:00Z");
    team.review(number, ADA, &later);
    for at in 0..n_comments {
        team.comment(number, ADA, &later, &format!("What of lamp {at}?"));
    }
}

#[test]
fn a_comment_on_each_review_that_came_in_one_sprint_of_eight_is_to_be_revisited() {
    let mut team = SmallTeam::new();
    team.private = feedback("measure = \"reviews.commented\"\nstop_on = \"2026-06-23\"\n");
    // Eight sprints; every request is answered at once, and one sprint of them has comments.
    for (number, (on, n_comments)) in (1..).zip([
        ("2026-03-04", 0),
        ("2026-03-18", 0),
        ("2026-04-01", 0),
        ("2026-04-15", 0),
        ("2026-04-29", 0),
        ("2026-05-13", 0),
        ("2026-05-27", 1),
        ("2026-06-10", 0),
    ]) {
        reviewed(&mut team, number, on, n_comments);
    }
    let text = note(&team, ADA);
    assert!(
        text.contains(
            "Since 2026-03-04: 0/1 · 0/1 · 0/1 · 0/1 · 0/1 · 0/1 · 1/1 · 0/1 · not kept: in 1 of 8 sprints; revisit what was agreed"
        ),
        "{text}"
    );
    assert!(!text.contains("consider closing"), "{text}");
    assert!(text.contains("1 without a comment: widgets#8"), "{text}");
    assert!(
        text.contains("Agreed: at least 1 comment on each review."),
        "{text}"
    );
}

#[test]
fn three_kept_sprints_are_enough_and_what_was_asked_and_not_reviewed_is_told_apart() {
    let mut team = SmallTeam::new();
    team.as_of = at("2026-04-22T00:00:00Z");
    team.private = feedback("measure = \"reviews.commented\"\n");
    for (number, on) in (1..).zip(["2026-03-05", "2026-03-19", "2026-04-02"]) {
        reviewed(&mut team, number, on, 2);
    }
    // Asked and never reviewed: no review without a comment.
    team.pull_request(9, BEN, "2026-03-20", None);
    team.ask(9, ADA, "2026-03-20");
    // A bump by a bot is nobody's agreement, and a text with the verdict is a comment too.
    team.pull_request(10, BOT, "2026-04-02", None);
    team.review(10, ADA, "2026-04-03");
    team.pull_request(11, CEM, "2026-04-02", None);
    team.review(11, ADA, "2026-04-03").body_length = 12;
    let text = note(&team, ADA);
    assert!(
        text.contains("Since 2026-03-04: 1/1 · 1/1 · 2/2 · –  so far")
            || text.contains("Since 2026-03-04: 1/1 · 1/1 · 2/2 · – so far"),
        "{text}"
    );
    assert!(
        text.contains("kept 3 sprints in a row; consider closing."),
        "{text}"
    );
    assert!(
        text.contains("Asked and not reviewed, apart: 0 · 1 · 0 (widgets#9)."),
        "{text}"
    );
    assert!(
        text.contains("Reviewed 2 pull requests in the sprint 2026-04-01 to 2026-04-14 and left comments on each: widgets#3 (2), widgets#11 (1)."),
        "{text}"
    );
    assert!(text.contains("> What of lamp"), "{text}");
}

#[test]
fn nothing_before_the_agreed_day_counts_and_a_sprint_is_as_long_as_the_register_says() {
    let mut team = SmallTeam::new();
    team.as_of = at("2026-03-26T00:00:00Z");
    reviewed(&mut team, 1, "2026-03-03", 3);
    reviewed(&mut team, 2, "2026-03-04", 0);
    reviewed(&mut team, 3, "2026-03-12", 1);
    team.private = format!(
        "sprint_days = 7\n{}",
        feedback("measure = \"reviews.commented\"\n")
    );
    let text = note(&team, ADA);
    assert!(
        text.contains("Since 2026-03-04: 0/1 · 1/1 · – · – so far · too few to say: 2 sprints"),
        "{text}"
    );
    assert!(
        text.contains("Sprints of 7 days from 2026-03-04 on"),
        "{text}"
    );
    assert!(!text.contains("widgets#1"), "{text}");
}

#[test]
fn an_observable_without_a_measure_is_looked_at_by_hand_and_has_no_number() {
    let mut team = SmallTeam::new();
    reviewed(&mut team, 1, "2026-03-05", 1);
    team.private = feedback("observable = \"asks before deciding\"\n");
    let text = note(&team, ADA);
    assert!(text.contains("Looked at by hand"), "{text}");
    assert!(text.contains("“asks before deciding”"), "{text}");
    assert!(
        !text.contains("Since 2026") && !text.contains("1/1"),
        "{text}"
    );
}

#[test]
fn what_was_not_read_is_not_observed_and_never_nothing_of_nothing() {
    let mut team = SmallTeam::new();
    team.streams.clear();
    team.private = feedback("measure = \"reviews.answered\"\n");
    let text = note(&team, ADA);
    assert!(
        text.contains("Not observed: no pull requests in the store"),
        "{text}"
    );
    assert!(
        !text.contains("0/0") && !text.contains("consider"),
        "{text}"
    );
}

#[test]
fn situation_and_behaviour_are_told_from_events_and_the_impact_is_left_to_write() {
    let mut team = SmallTeam::new();
    team.pull_request(1, BEN, "2026-02-24", Some("2026-02-24T14:00:00Z"));
    team.review(1, ADA, "2026-02-24T13:00:00Z");
    let incident = team.issue(2, CEM, "2026-02-26T14:00:00Z");
    incident.labels = vec!["incident".to_owned()];
    team.event(1, "cross_referenced", "2026-02-26", Some("2"));
    team.private = feedback(
        "measure = \"reviews.commented\"\nsituation = [\"acme/widgets#1\", \"https://elsewhere.example/x/y/pull/1\"]\n",
    );
    let text = note(&team, ADA);
    assert!(
        text.contains("**Situation** widgets#1 “Change 1”: opened 2026-02-24, merged 2026-02-24; 4 lines in 1 file."),
        "{text}"
    );
    assert!(
        text.contains("**Behaviour** approved it on 2026-02-24 without a comment."),
        "{text}"
    );
    assert!(text.contains("**Impact:** [yours to write]"), "{text}");
    assert!(
        text.contains("Incident widgets#2 “Issue 2” refers to it, 48 h after the merge."),
        "{text}"
    );
    assert!(
        text.contains("not in the store: look at it by hand"),
        "{text}"
    );
}

/// A sprint's figure of a measure, and what is told of the deed that does not keep it.
fn counts(name: &str, lines: &str, make: &dyn Fn(&mut SmallTeam), figure: &str, missed: &str) {
    let mut team = SmallTeam::new();
    team.as_of = at("2026-03-20T00:00:00Z");
    team.private = feedback(&format!("measure = \"{name}\"\n{lines}"));
    make(&mut team);
    let text = note(&team, ADA);
    assert!(
        text.contains(&format!("Since 2026-03-04: {figure} · ")),
        "{name}: {text}"
    );
    assert!(text.contains(missed), "{name}: {missed}: {text}");
    let own: Vec<&str> = text.lines().filter(|line| !line.starts_with('>')).collect();
    let refused = lint::text(&own.join("\n"));
    assert!(refused.is_empty(), "{name}: {refused:?}");
}

#[test]
fn a_measure_of_reviews_counts_what_its_name_says() {
    counts(
        "reviews.answered",
        "",
        &|team| {
            reviewed(team, 1, "2026-03-05", 0);
            team.pull_request(2, BEN, "2026-03-05", None);
            team.ask(2, ADA, "2026-03-05");
            team.pull_request(3, BEN, "2026-03-05", Some("2026-03-06"));
            team.ask(3, ADA, "2026-03-05");
        },
        "1/3",
        "Reviewed 1 of 3 requested pull requests in the sprint 2026-03-04 to 2026-03-17: widgets#1 (5 h); 1 is still waiting: widgets#2; \
         1 merged or closed first: widgets#3.",
    );
    counts(
        "reviews.turnaround",
        "target = 6\n",
        &|team| {
            reviewed(team, 1, "2026-03-05", 0);
            team.pull_request(2, BEN, "2026-03-05", None);
            team.ask(2, ADA, "2026-03-05");
            team.review(2, ADA, "2026-03-06T10:00:00Z");
        },
        "1/2",
        "gave 1 of 2 within 6 hours: widgets#1 (5 h); 1 later: widgets#2 (24 h).",
    );
}

#[test]
fn a_measure_of_own_changes_counts_what_its_name_says() {
    counts(
        "pull_requests.size",
        "target = 100\n",
        &|team| {
            team.pull_request(1, ADA, "2026-03-05", None).additions = 99;
            team.pull_request(2, ADA, "2026-03-05", None).additions = 100;
        },
        "1/2",
        "1 of 2 with at most 100 lines: widgets#1 (100 lines); 1 with more lines: widgets#2 (101 lines).",
    );
    counts(
        "pull_requests.rounds",
        "target = 1\n",
        &|team| {
            for number in [1, 2] {
                team.pull_request(number, ADA, "2026-03-05", Some("2026-03-09"));
                team.review(number, BEN, "2026-03-06");
            }
            for (review, push) in [
                ("2026-03-06", "2026-03-06T11:00:00Z"),
                ("2026-03-07", "2026-03-07T11:00:00Z"),
            ] {
                team.review(2, BEN, review);
                team.event(2, "head_ref_force_pushed", push, None);
            }
        },
        "1/2",
        "1 after more rounds: widgets#2 (2 rounds).",
    );
    counts(
        "pull_requests.draft_first",
        "",
        &|team| {
            team.pull_request(1, ADA, "2026-03-05", None);
            team.event(1, "ready_for_review", "2026-03-06", None);
            team.pull_request(2, ADA, "2026-03-05", None);
        },
        "1/2",
        "1 of 2 as a draft: widgets#1; 1 opened ready for review: widgets#2.",
    );
    let files: [(&str, &str, &str); 2] = [
        (
            "pull_requests.tests_touched",
            "tests/it.rs",
            "1 without a test: widgets#2.",
        ),
        (
            "pull_requests.docs_touched",
            "docs/guide.md",
            "1 without a document: widgets#2.",
        ),
    ];
    for (name, beside, missed) in files {
        counts(
            name,
            "",
            &|team| {
                for number in [1, 2] {
                    team.pull_request(number, ADA, "2026-03-05", None);
                    team.file(number, "src/lamp.rs");
                }
                team.file(1, beside);
                // Without code there is nothing to stand beside.
                team.pull_request(3, ADA, "2026-03-05", None);
                team.file(3, "README.md");
            },
            "1/2",
            missed,
        );
    }
}

#[test]
fn a_measure_of_issues_and_releases_counts_what_its_name_says() {
    counts(
        "issues.reply",
        "target = 4\n",
        &|team| {
            for number in [1, 2] {
                team.issue(number, BEN, "2026-03-05").assignees = vec![ADA];
            }
            team.reply(1, ADA, "2026-03-05T12:00:00Z");
            team.reply(2, BEN, "2026-03-05T12:00:00Z");
        },
        "1/2",
        "answered 1 of 2 within 4 hours: widgets#1 (2 h); 1 without a reply: widgets#2.",
    );
    counts(
        "incidents.update",
        "target = 2\n",
        &|team| {
            for number in [1, 2] {
                let issue = team.issue(number, BEN, "2026-03-05");
                issue.assignees = vec![ADA];
                issue.labels = vec!["incident".to_owned()];
                issue.closed_at = Some(at("2026-03-05T13:00:00Z"));
            }
            team.reply(1, ADA, "2026-03-05T11:30:00Z");
        },
        "1/2",
        "in 1 of 2: widgets#1 (1 update, longest gap 1.5 h); 1 with a longer gap: widgets#2 (0 updates, longest gap 3 h).",
    );
    counts(
        "actions.done_by_due",
        "",
        &|team| {
            team.facts().milestones.push(Milestone {
                repository: WIDGETS,
                milestone: 1,
                title: "Follow-up".to_owned(),
                url: "https://github.com/acme/widgets/milestone/1".to_owned(),
                created_at: at("2026-03-01"),
                due_at: Some(at("2026-03-12")),
                closed_at: None,
                updated_at: at("2026-03-01"),
            });
            for number in [1, 2] {
                let issue = team.issue(number, BEN, "2026-03-01");
                issue.assignees = vec![ADA];
                issue.milestone = Some("Follow-up".to_owned());
            }
            team.facts().issues[0].closed_at = Some(at("2026-03-11"));
        },
        "1/2",
        "closed 1 of 2 by then: widgets#1 (closed 2026-03-11); 1 is still open: widgets#2.",
    );
    counts(
        "releases.made",
        "target = 2\n",
        &|team| {
            team.release("v1", ADA, "2026-03-05");
            team.release("v2", BEN, "2026-03-05");
        },
        "1/2",
        "Made 1 release in the sprint 2026-03-04 to 2026-03-17: widgets v1.",
    );
}
