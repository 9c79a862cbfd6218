//! Turns: every rule by hand, and one law for whatever happens: the intervals add up to the life, to the microsecond.

use jiff::Timestamp;
use linchpin::domain::{Account, PersonId, RequestAction, ReviewState};
use linchpin::work::turns::{Asked, Ending, Holder, Life, Replay};
use linchpin::work::{Reading, pull_requests};

use crate::facts_given::{ADA, AI, BEN, BOT, CYD, DEE, Given, hour};

fn lives(given: &Given) -> Vec<Result<Life, &'static str>> {
    let question = given.question();
    let product = &question.products[0];
    let reading = Reading::of(&given.tables, &question, product);
    let wholes = pull_requests::of_product(&reading);
    let replay = Replay::of(&reading, &wholes);
    wholes.iter().map(|whole| replay.life(whole)).collect()
}

fn life(given: &Given) -> Life {
    lives(given).remove(0).unwrap()
}

/// `author 0–2, reviewer(ben) 2–10, …` in hours since the start.
fn told(life: &Life) -> String {
    let at = |at: Timestamp| (at.as_second() - hour(0).as_second()) / 3_600;
    let turns = life.turns.iter().map(|turn| {
        let who = match &turn.holder {
            Holder::Reviewers(asked) => {
                let asked = asked.iter().map(|one| match one {
                    Asked::Person(person) => {
                        ["ada", "ben", "cyd", "dee"][person.0 as usize].to_owned()
                    }
                    Asked::Team(team) => format!("@{team}"),
                    Asked::Anyone => "anyone".to_owned(),
                });
                asked.collect::<Vec<_>>().join("+")
            }
            other => other.word().to_owned(),
        };
        format!("{who} {}–{}", at(turn.since), at(turn.until))
    });
    turns.collect::<Vec<_>>().join(", ")
}

/// One pull request of Ada's, opened at hour 0.
fn check(claim: &str, build: impl FnOnce(&mut Given), expected: &str) {
    let mut given = Given::new();
    given.open(1, 0);
    build(&mut given);
    assert_eq!(told(&life(&given)), expected, "{claim}");
}

#[test]
fn a_review_hands_over_and_a_push_hands_back() {
    check(
        "asked, changes requested, pushed, approved, merged",
        |given| {
            given.ask(1, BEN, 2);
            given.review(1, BEN, ReviewState::ChangesRequested, 10);
            given.commit(1, ADA, 14);
            given.approve(1, BEN, 20);
            given.merge(1, 23);
        },
        "author 0–2, ben 2–10, author 10–14, ben 14–20, merge 20–23",
    );
    check(
        "a comment is an answer; a further request asks again without a push",
        |given| {
            given.ask(1, BEN, 0);
            given.review(1, BEN, ReviewState::Commented, 5);
            given.ask(1, BEN, 6);
            given.approve(1, BEN, 9);
            given.merge(1, 9);
        },
        "ben 0–5, author 5–6, ben 6–9",
    );
    check(
        "a forced push is a push, and a commit from before the opening is none",
        |given| {
            given.ask(1, BEN, 0);
            given.commit(1, ADA, -3);
            given.review(1, BEN, ReviewState::Commented, 5);
            given.event(1, "head_ref_force_pushed", 8);
            given.close(1, 12);
        },
        "ben 0–5, author 5–8, ben 8–12",
    );
    check(
        "an approval stands when a nit or a push follows it",
        |given| {
            given.ask(1, BEN, 0);
            given.approve(1, BEN, 5);
            given.review(1, CYD, ReviewState::Commented, 6);
            given.commit(1, ADA, 7);
            given.merge(1, 9);
        },
        "ben 0–5, merge 5–9",
    );
    check(
        "requested changes take an approved pull request back, and hold until taken back",
        |given| {
            given.ask(1, BEN, 0);
            given.ask(1, CYD, 0);
            given.approve(1, BEN, 5);
            given.review(1, CYD, ReviewState::ChangesRequested, 6);
            given.commit(1, ADA, 8);
            given.approve(1, CYD, 9);
            given.merge(1, 10);
        },
        "ben+cyd 0–5, merge 5–6, author 6–8, cyd 8–9, merge 9–10",
    );
}

#[test]
fn a_wait_belongs_to_those_still_pending() {
    check(
        "two are asked, one comments, both are asked again by the push",
        |given| {
            given.ask(1, BEN, 0);
            given.ask(1, CYD, 0);
            given.review(1, BEN, ReviewState::Commented, 4);
            given.commit(1, ADA, 6);
            given.approve(1, CYD, 8);
            given.merge(1, 8);
        },
        "ben+cyd 0–4, author 4–6, ben+cyd 6–8",
    );
    check(
        "one of two is let off",
        |given| {
            given.ask(1, BEN, 0);
            given.ask(1, CYD, 0);
            given.withdraw(1, CYD, 3);
            given.approve(1, BEN, 5);
            given.merge(1, 5);
        },
        "ben+cyd 0–3, ben 3–5",
    );
    check(
        "the last request withdrawn: the author has to ask somebody",
        |given| {
            given.ask(1, BEN, 0);
            given.withdraw(1, BEN, 3);
            given.ask(1, CYD, 7);
            given.approve(1, CYD, 9);
            given.merge(1, 9);
        },
        "ben 0–3, author 3–7, cyd 7–9",
    );
    check(
        "a request to a team belongs to the team until somebody of it reviews",
        |given| {
            given.ask_team(1, "lamps", 1);
            given.review(1, BEN, ReviewState::Commented, 4);
            given.commit(1, ADA, 6);
            given.approve(1, BEN, 8);
            given.merge(1, 8);
        },
        "author 0–1, @lamps 1–4, author 4–6, ben 6–8",
    );
}

#[test]
fn only_a_member_answers_for_a_team_whose_members_are_known() {
    check(
        "Ben is no lamp, Cyd is",
        |given| {
            given.team("lamps", &[CYD]);
            given.ask_team(1, "lamps", 0);
            given.review(1, BEN, ReviewState::Commented, 4);
            given.commit(1, ADA, 6);
            given.approve(1, CYD, 8);
            given.merge(1, 8);
        },
        "@lamps 0–4, author 4–6, ben+@lamps 6–8",
    );
}

#[test]
fn the_last_required_approval_hands_over_to_the_merge() {
    let twice = |given: &mut Given| {
        given.require(2);
        given.ask(1, BEN, 0);
        given.ask(1, CYD, 0);
        given.approve(1, BEN, 4);
    };
    check(
        "two are required: the second of them counts",
        |given| {
            twice(given);
            given.approve(1, CYD, 6);
            given.merge(1, 8);
        },
        "ben+cyd 0–4, cyd 4–6, merge 6–8",
    );
    check(
        "today's rule asks for more than there were: the last one counts",
        |given| {
            twice(given);
            given.merge(1, 8);
        },
        "ben+cyd 0–4, merge 4–8",
    );
    check(
        "a rule of another branch says nothing",
        |given| {
            twice(given);
            given.row(1).base_branch = "stable".into();
            given.approve(1, CYD, 6);
            given.merge(1, 8);
        },
        "ben+cyd 0–4, merge 4–8",
    );
    check(
        "a rule that asks for none still leaves one to review it",
        |given| {
            given.require(0);
            given.ask(1, BEN, 0);
            given.approve(1, BEN, 4);
            given.merge(1, 8);
        },
        "ben 0–4, merge 4–8",
    );
}

#[test]
fn a_turn_of_several_is_divided_equally_to_the_microsecond() {
    let mut given = Given::new();
    given.open(1, 0);
    for who in [BEN, CYD, DEE] {
        given.ask(1, who, 0);
    }
    given.approve(1, BEN, 1);
    given.merge(1, 1);
    // A wait of 3,600,000,001 µs among three: the remainder of 1 µs goes to the first.
    let one = jiff::SignedDuration::from_micros(1);
    given.tables.facts.reviews[0].submitted_at += one;
    given.row(1).merged_at = Some(hour(1) + one);
    let life = life(&given);
    let shares: Vec<u64> = life.turns[0]
        .shares()
        .iter()
        .map(|(_, share)| share.micros())
        .collect();
    assert_eq!(shares, [1_200_000_001, 1_200_000_000, 1_200_000_000]);
}

#[test]
fn where_nobody_is_asked_it_waits_for_anyone_or_never_left_the_author() {
    check(
        "reviewed without a request",
        |given| {
            given.approve(1, BEN, 5);
            given.merge(1, 6);
        },
        "anyone 0–5, merge 5–6",
    );
    check(
        "reviewed in the instant of the merge",
        |given| {
            given.approve(1, BEN, 6);
            given.merge(1, 6);
        },
        "anyone 0–6",
    );
    check(
        "merged without a review",
        |given| given.merge(1, 6),
        "author 0–6",
    );
    check(
        "open without a request",
        |given| given.as_of = hour(9),
        "anyone 0–9",
    );
    check(
        "bots ask nobody and answer nothing",
        |given| {
            given.ask(1, AI, 0);
            given.review(1, AI, ReviewState::ChangesRequested, 1);
            given.review(1, BOT, ReviewState::Approved, 2);
            given.approve(1, BEN, 5);
            given.merge(1, 6);
        },
        "anyone 0–5, merge 5–6",
    );
    check(
        "the author's own review is no answer",
        |given| {
            given.ask(1, BEN, 0);
            given.review(1, ADA, ReviewState::Commented, 2);
            given.approve(1, BEN, 5);
            given.merge(1, 6);
        },
        "ben 0–5, merge 5–6",
    );
}

#[test]
fn an_agent_has_the_turn_from_the_call_to_its_last_push_before_the_next_human_act() {
    check(
        "called after a review: its push hands back to the reviewer",
        |given| {
            given.ask(1, BEN, 0);
            given.review(1, BEN, ReviewState::ChangesRequested, 4);
            given.say(1, ADA, Some("copilot"), 6);
            given.commit(1, AI, 7);
            given.commit(1, AI, 9);
            given.approve(1, BEN, 12);
            given.merge(1, 14);
        },
        "ben 0–4, author 4–6, agent 6–9, ben 9–12, merge 12–14",
    );
    check(
        "what it pushes after the next human act is not what it was called for",
        |given| {
            given.ask(1, BEN, 0);
            given.say(1, BEN, Some("copilot"), 2);
            given.commit(1, AI, 3);
            given.say(1, BEN, None, 4);
            given.commit(1, AI, 6);
            given.approve(1, BEN, 8);
            given.merge(1, 8);
        },
        "ben 0–2, agent 2–3, ben 3–8",
    );
    check(
        "called while it might have been merged: the approval still stands",
        |given| {
            given.approve(1, BEN, 2);
            given.say(1, ADA, Some("copilot"), 3);
            given.commit(1, AI, 5);
            given.merge(1, 6);
        },
        "anyone 0–2, merge 2–3, agent 3–5, merge 5–6",
    );
    check(
        "called twice in a row: from the first call on",
        |given| {
            given.ask(1, BEN, 0);
            given.say(1, BEN, Some("copilot"), 1);
            given.say(1, BEN, Some("copilot"), 2);
            given.commit(1, AI, 4);
            given.merge(1, 6);
        },
        "ben 0–1, agent 1–4, ben 4–6",
    );
}

#[test]
fn an_agent_that_opened_it_is_at_work_until_its_last_push_before_the_next_human_act() {
    check(
        "opened by one as a draft",
        |given| {
            given.row(1).author = Some(AI);
            given.row(1).ready_at = None;
            given.commit(1, AI, 1);
            given.commit(1, AI, 3);
            given.event(1, "ready_for_review", 5);
            given.ask(1, BEN, 5);
            given.approve(1, BEN, 9);
            given.merge(1, 10);
        },
        "agent 0–3, draft 3–5, ben 5–9, merge 9–10",
    );
    check(
        "what it pushes after a review that nobody called it for is an answer, and nobody knows since when it was at it",
        |given| {
            given.row(1).author = Some(AI);
            given.ask(1, BEN, 0);
            given.review(1, BEN, ReviewState::ChangesRequested, 4);
            given.commit(1, AI, 7);
            given.approve(1, BEN, 9);
            given.merge(1, 10);
        },
        "ben 0–4, author 4–7, ben 7–9, merge 9–10",
    );
}

#[test]
fn a_call_without_an_answer_gives_an_agent_no_turn() {
    let called = |build: fn(&mut Given)| {
        move |given: &mut Given| {
            given.ask(1, BEN, 0);
            build(given);
            given.merge(1, 9);
        }
    };
    check(
        "nothing was pushed",
        called(|given| given.say(1, BEN, Some("copilot"), 2)),
        "ben 0–9",
    );
    check(
        "another agent pushed",
        called(|given| {
            given.say(1, BEN, Some("codex"), 2);
            given.commit(1, AI, 4);
        }),
        "ben 0–9",
    );
    check(
        "the author did it instead",
        called(|given| {
            given.say(1, BEN, Some("copilot"), 2);
            given.commit(1, ADA, 3);
            given.commit(1, AI, 5);
        }),
        "ben 0–9",
    );
    check(
        "a bot called it",
        called(|given| {
            given.say(1, BOT, Some("copilot"), 2);
            given.commit(1, AI, 4);
        }),
        "ben 0–9",
    );
    check(
        "it pushed after the merge",
        called(|given| {
            given.say(1, BEN, Some("copilot"), 2);
            given.commit(1, AI, 12);
        }),
        "ben 0–9",
    );
}

#[test]
fn an_agent_is_known_by_what_its_account_is_called() {
    check(
        "the account is called otherwise than the product",
        |given| {
            given
                .tables
                .facts
                .provenance
                .push(linchpin::domain::Provenance {
                    repository: crate::facts_given::LAMP,
                    kind: linchpin::domain::ProvenanceKind::PullRequest,
                    number: Some(linchpin::domain::PrNumber(1)),
                    commit: None,
                    review: None,
                    rung: linchpin::domain::provenance::Rung::Account,
                    tool: Some("Copilot".into()),
                    model: None,
                    agent: Some(AI),
                    delegator: None,
                    evidence: String::new(),
                    link: None,
                });
            given.ask(1, BEN, 0);
            given.say(1, BEN, Some("Copilot"), 2);
            given.commit(1, AI, 4);
            given.merge(1, 9);
        },
        "ben 0–2, agent 2–4, ben 4–9",
    );
}

#[test]
fn an_agents_answer_is_a_round() {
    let mut given = Given::new();
    given.open(1, 0);
    given.review(1, BEN, ReviewState::ChangesRequested, 4);
    given.commit(1, AI, 6);
    given.commit(1, BOT, 7);
    given.approve(1, BEN, 8);
    given.merge(1, 9);
    assert_eq!(life(&given).n_rounds, 1);
}

#[test]
fn a_draft_asks_for_nothing() {
    check(
        "opened as a draft, asked while it was one, made ready, converted back",
        |given| {
            given.ask(1, BEN, 1);
            given.event(1, "ready_for_review", 4);
            given.event(1, "convert_to_draft", 6);
            given.event(1, "ready_for_review", 9);
            given.approve(1, BEN, 10);
            given.merge(1, 10);
        },
        "draft 0–4, ben 4–6, draft 6–9, ben 9–10",
    );
    check(
        "facts without a timeline know the instant alone",
        |given| {
            given.row(1).ready_at = Some(hour(3));
            given.ask(1, BEN, 1);
            given.approve(1, BEN, 5);
            given.merge(1, 5);
        },
        "draft 0–3, ben 3–5",
    );
    check(
        "approved as a draft, it may be merged once it is ready",
        |given| {
            given.approve(1, BEN, 2);
            given.event(1, "ready_for_review", 4);
            given.merge(1, 5);
        },
        "draft 0–4, merge 4–5",
    );
}

#[test]
fn a_pull_request_closed_and_reopened_was_the_authors_in_between() {
    check(
        "closed by mistake",
        |given| {
            given.ask(1, BEN, 0);
            given.event(1, "closed", 2);
            given.event(1, "reopened", 3);
            given.approve(1, BEN, 5);
            given.merge(1, 6);
            given.event(1, "closed", 6);
        },
        "ben 0–2, author 2–3, ben 3–5, merge 5–6",
    );
}

#[test]
fn a_dismissal_takes_the_approval_back() {
    check(
        "the review reads `dismissed` ever since: its verdict is not known any more",
        |given| {
            given.ask(1, BEN, 0);
            given.review(1, BEN, ReviewState::Dismissed, 3);
            given.event(1, "review_dismissed", 5);
            given.approve(1, BEN, 8);
            given.merge(1, 9);
        },
        "ben 0–3, author 3–5, ben 5–8, merge 8–9",
    );
}

#[test]
fn a_dismissed_verdict_stood_until_it_was_dismissed() {
    check(
        "an approval that a push dismissed",
        |given| {
            given.approve(1, BEN, 3);
            given.event(1, "head_ref_force_pushed", 5);
            given.dismiss(1, BEN, 5);
            given.approve(1, BEN, 8);
            given.merge(1, 9);
        },
        "anyone 0–3, merge 3–5, ben 5–8, merge 8–9",
    );
    check(
        "requested changes that were dismissed beside an approval",
        |given| {
            given.approve(1, BEN, 3);
            given.review(1, CYD, ReviewState::ChangesRequested, 4);
            given.dismiss(1, CYD, 6);
            given.merge(1, 9);
        },
        "anyone 0–3, merge 3–4, author 4–6, merge 6–9",
    );
    check(
        "an approval whose author has approved again since",
        |given| {
            given.approve(1, BEN, 3);
            given.dismiss(1, BEN, 6);
            given.approve(1, BEN, 5);
            given.merge(1, 9);
        },
        "anyone 0–3, merge 3–9",
    );
    check(
        "a dismissal leaves the author what somebody else still wants",
        |given| {
            given.approve(1, BEN, 3);
            given.review(1, CYD, ReviewState::ChangesRequested, 4);
            given.dismiss(1, BEN, 6);
            given.approve(1, CYD, 8);
            given.merge(1, 9);
        },
        "anyone 0–3, merge 3–4, author 4–8, merge 8–9",
    );
}

#[test]
fn merging_the_base_into_the_branch_hands_over_nothing() {
    check(
        "an update of the branch after a review, and a push",
        |given| {
            given.review(1, BEN, ReviewState::ChangesRequested, 3);
            given.commit(1, ADA, 4);
            let commits = &mut given.tables.facts.pull_request_commits;
            commits.last_mut().unwrap().updates_from_base = true;
            given.commit(1, ADA, 6);
            given.approve(1, BEN, 8);
            given.merge(1, 9);
        },
        "anyone 0–3, author 3–6, ben 6–8, merge 8–9",
    );
}

#[test]
fn machines_hold_the_turn_only_while_it_may_be_merged() {
    check(
        "runs of its own commits, before and after the approval, and the merge queue",
        |given| {
            let commit = given.commit(1, ADA, -1);
            given.ask(1, BEN, 0);
            given.run(commit, 1, 2);
            given.approve(1, BEN, 5);
            given.run(commit, 4, 6);
            given.run(commit, 7, 8);
            given.event(1, "added_to_merge_queue", 9);
            given.merge(1, 12);
            given.run(commit, 11, 20);
        },
        "ben 0–5, ci 5–6, merge 6–7, ci 7–8, merge 8–9, ci 9–12",
    );
}

#[test]
fn a_merged_change_waits_for_the_deployment_that_contains_it() {
    let deployed = |also: bool| {
        move |given: &mut Given| {
            let first = given.land(-5);
            given.deploy(first, -4);
            let landed = given.land(6);
            given.approve(1, BEN, 5);
            given.merge(1, 6);
            given.row(1).merge_commit = Some(landed);
            let later = given.land(8);
            if also {
                given.deploy(later, 30);
            }
        }
    };
    check(
        "deployed",
        deployed(true),
        "anyone 0–5, merge 5–6, deploy 6–30",
    );
    check(
        "not yet deployed",
        deployed(false),
        "anyone 0–5, merge 5–6, deploy 6–672",
    );
}

#[test]
fn nothing_after_the_end_or_the_as_of_instant_hands_over_anything() {
    check(
        "reviewed after the merge",
        |given| {
            given.ask(1, BEN, 0);
            given.merge(1, 4);
            given.review(1, BEN, ReviewState::ChangesRequested, 5);
            given.commit(1, ADA, 6);
        },
        "ben 0–4",
    );
    check(
        "merged after the as-of instant: open then",
        |given| {
            given.ask(1, BEN, 1);
            given.approve(1, BEN, 5);
            given.merge(1, 8);
            given.as_of = hour(3);
        },
        "author 0–1, ben 1–3",
    );
}

#[test]
fn a_life_that_ends_before_it_begins_has_no_turns() {
    let mut given = Given::new();
    given.open(1, 10);
    given.merge(1, 4);
    given.open(2, 10);
    given.close(2, 4);
    assert_eq!(
        lives(&given),
        [Err("merged_before_opened"), Err("closed_before_opened")]
    );
}

#[test]
fn every_request_has_a_beginning_and_one_ending() {
    let mut given = Given::new();
    given.open(1, 0);
    given.ask(1, BEN, 1);
    given.ask(1, BEN, 2);
    given.ask(1, CYD, 2);
    given.ask(1, DEE, 3);
    given.withdraw(1, DEE, 4);
    given.review(1, BEN, ReviewState::ChangesRequested, 6);
    given.ask(1, BEN, 8);
    given.merge(1, 9);
    let life = life(&given);
    let found: Vec<_> = life
        .requests
        .iter()
        .map(|request| (&request.asked, request.since, request.until, request.ending))
        .collect();
    let person = |person| Asked::Person(person);
    assert_eq!(
        found,
        [
            (&person(BEN), hour(1), hour(6), Ending::Reviewed),
            (&person(CYD), hour(2), hour(9), Ending::Ended),
            (&person(DEE), hour(3), hour(4), Ending::Withdrawn),
            (&person(BEN), hour(8), hour(9), Ending::Ended),
        ]
    );
    assert_eq!(life.n_rounds, 0, "nobody pushed after the review");
}

#[test]
fn pushes_without_a_review_between_them_are_one_round() {
    let mut given = Given::new();
    given.open(1, 0);
    given.commit(1, ADA, 1);
    given.review(1, BEN, ReviewState::Commented, 2);
    given.commit(1, ADA, 3);
    given.commit(1, ADA, 4);
    given.commit(1, BOT, 5);
    given.review(1, AI, ReviewState::Commented, 6);
    given.commit(1, ADA, 7);
    given.review(1, BEN, ReviewState::Commented, 8);
    given.review(1, CYD, ReviewState::Commented, 9);
    given.event(1, "head_ref_force_pushed", 10);
    given.approve(1, BEN, 11);
    given.merge(1, 12);
    given.commit(1, ADA, 13);
    // Round 1: hours 3, 4 and 7 follow the review of hour 2 (the bot and the AI don't count). Round 2: hour 10.
    assert_eq!(life(&given).n_rounds, 2);
}

/// Numbers that look random and are the same every time (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn hour(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(u64::try_from(to - from).unwrap())).unwrap()
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// Whatever can happen on pull requests, sensible or not, in any order.
pub(crate) fn anything(seed: u64, n: u64) -> Given {
    let mut dice = Dice(seed);
    let mut given = Given::new();
    let first = given.land(-48);
    given.deploy(first, -24);
    for number in 1..=n {
        let opened = dice.hour(-48, 24 * 26);
        let last = opened + dice.hour(1, 200);
        let author = dice.pick(&[ADA, ADA, BEN, CYD, BOT]);
        let row = given.open(number, opened);
        row.author = (dice.below(20) > 0).then_some(author);
        row.is_draft = dice.below(10) == 0;
        let ready = dice.hour(opened, last);
        if row.is_draft {
            row.ready_at = None;
        } else if dice.below(5) == 0 {
            row.ready_at = Some(hour(ready));
        }
        row.first_commit_at = (dice.below(4) > 0).then(|| hour(opened - 5));
        let directory = dice.pick(&["src", "docs", "tools"]);
        given.file(number, &format!("{directory}/a"));
        match dice.below(8) {
            0 => {}
            1 => given.close(number, last),
            2 if number % 7 == 0 => given.merge(number, opened - 3),
            _ => {
                given.merge(number, last);
                let landed = given.land(last);
                given.row(number).merge_commit = Some(landed);
                if dice.below(3) == 0 {
                    given.deploy(landed, last + dice.hour(0, 30));
                }
            }
        }
        for _ in 0..dice.below(12) {
            let at = dice.hour(opened - 2, last + 20);
            let who = dice.pick(&[ADA, BEN, CYD, DEE, BOT, AI]);
            match dice.below(12) {
                11 => given.say(number, who, Some("copilot"), at),
                0 | 1 => given.ask(number, who, at),
                2 => given.withdraw(number, who, at),
                3 => given.ask_team(number, "lamps", at),
                4 => given.event(number, "convert_to_draft", at),
                5 => given.event(number, "ready_for_review", at),
                6 => {
                    let commit = given.commit(number, who, at);
                    given.run(commit, at, at + dice.hour(0, 4));
                }
                7 => {
                    let event = dice.pick(&[
                        "closed",
                        "reopened",
                        "review_dismissed",
                        "head_ref_force_pushed",
                        "added_to_merge_queue",
                        "removed_from_merge_queue",
                    ]);
                    given.event(number, event, at);
                }
                _ => {
                    let state = dice.pick(&[
                        ReviewState::Approved,
                        ReviewState::Approved,
                        ReviewState::ChangesRequested,
                        ReviewState::Commented,
                        ReviewState::Dismissed,
                    ]);
                    given.review(number, who, state, at);
                }
            }
        }
    }
    given
}

#[test]
fn whatever_happens_the_turns_add_up_to_the_life_without_a_hole() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let given = anything(seed, 50);
        for life in lives(&given).into_iter().flatten() {
            let mut at = life.since;
            let mut micros = 0;
            for turn in &life.turns {
                assert_eq!(turn.since, at, "a hole in {life:?}");
                assert!(turn.since < turn.until, "an empty turn in {life:?}");
                at = turn.until;
                micros += turn.elapsed().micros();
                seen.insert(turn.holder.word());
                let shares: u64 = turn.shares().iter().map(|(_, share)| share.micros()).sum();
                if let Holder::Reviewers(asked) = &turn.holder {
                    assert_eq!(shares, turn.elapsed().micros());
                    assert!(!asked.is_empty() && asked.windows(2).all(|two| two[0] < two[1]));
                }
            }
            assert!(
                life.turns
                    .windows(2)
                    .all(|two| two[0].holder != two[1].holder)
            );
            assert_eq!(micros, life.wall().micros(), "{life:?}");
            let end = life
                .turns
                .iter()
                .rfind(|turn| turn.holder != Holder::Deploy);
            assert!(end.is_none_or(|turn| turn.until == life.until), "{life:?}");
            for request in &life.requests {
                assert!(life.since <= request.since && request.since <= request.until);
                assert!(request.until <= life.until, "{life:?}");
                assert!(request.ending != Ending::Open || life.is_open, "{life:?}");
            }
        }
    }
    let all: std::collections::BTreeSet<_> = Holder::WORDS.into_iter().collect();
    assert_eq!(seen, all, "every holder occurs");
}

#[test]
fn the_order_of_the_facts_changes_no_turn() {
    for seed in 0..20 {
        let given = anything(seed, 40);
        let mut turned = given.clone();
        let facts = &mut turned.tables.facts;
        facts.pull_requests.reverse();
        facts.reviews.reverse();
        facts.review_requests.reverse();
        facts.timeline.reverse();
        facts.comments.reverse();
        facts.workflow_runs.reverse();
        facts.deployments.reverse();
        assert_eq!(lives(&given), lives(&turned), "seed {seed}");
    }
}

#[test]
fn a_bot_more_changes_no_turn() {
    for seed in 0..20 {
        let given = anything(seed, 40);
        let mut noisy = given.clone();
        let bot = PersonId(u32::try_from(noisy.tables.people.len()).unwrap());
        let mut person = noisy.tables.people[BOT.0 as usize].clone();
        (person.id, person.account) = (bot, Account::Automation);
        noisy.tables.people.push(person);
        for row in &given.tables.facts.pull_requests {
            let mut review = given.tables.facts.reviews[0].clone();
            (review.number, review.author) = (row.number, Some(bot));
            review.submitted_at = row.created_at + jiff::SignedDuration::from_mins(7);
            noisy.tables.facts.reviews.push(review);
            let mut request = given.tables.facts.review_requests[0].clone();
            (request.number, request.reviewer, request.team) = (row.number, Some(bot), None);
            request.action = RequestAction::Requested;
            noisy.tables.facts.review_requests.push(request);
        }
        assert_eq!(lives(&given), lives(&noisy), "seed {seed}");
    }
}
