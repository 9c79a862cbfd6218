//! Initiatives, goals and hand-overs: the page that a review is written from.

use linchpin::domain::{CommitId, IssueLink, IssueRelation, PersonId, PrNumber};
use linchpin::evidence::{handing_over, lint, with_desk};
use linchpin::report::document::Document;

use crate::small_team::{ADA, BEN, BOT, CEM, SmallTeam, WIDGETS, words};

/// Somebody's `work.md`.
fn page(team: &SmallTeam, person: PersonId) -> String {
    let document =
        team.sources(|sources| with_desk(sources, |desk| desk.record().document(person)));
    words(&document.unwrap())
}

/// The headings of the initiatives of a page, without their ids.
fn headings(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("## Initiatives\n").unwrap();
    let until = rest.find("\n## ").unwrap_or(rest.len());
    let headings = rest[..until]
        .lines()
        .filter_map(|line| line.strip_prefix("### "));
    headings
        .map(|line| line.split(" `in-").next().unwrap().to_owned())
        .collect()
}

#[test]
fn what_closes_a_sub_issue_belongs_to_the_initiative_of_the_issue_above_it() {
    let mut team = SmallTeam::new();
    let sub_issue = |team: &mut SmallTeam, parent: u64, number: u64| {
        team.issue(number, CEM, "2026-01-05");
        team.facts().issue_links.push(IssueLink {
            repository: WIDGETS,
            number: PrNumber(number),
            relation: IssueRelation::Parent,
            other_repository: "acme/widgets".to_owned(),
            other_number: PrNumber(parent),
        });
    };
    // Nobody refers to the issue itself: two sub-issues, one of them a level below, have a pull request each.
    team.issue(20, CEM, "2026-01-05").title = "Faster lamps".to_owned();
    for (parent, number) in [(20, 21), (20, 22), (22, 23)] {
        sub_issue(&mut team, parent, number);
    }
    for (number, issue) in [(1, 21), (2, 23)] {
        team.pull_request(number, ADA, "2026-02-02", Some("2026-02-03"))
            .closes_issues = vec![issue];
    }
    // The register names an issue; one pull request closes a part of it.
    team.issue(30, CEM, "2026-01-05");
    sub_issue(&mut team, 30, 31);
    team.pull_request(3, ADA, "2026-03-02", Some("2026-03-03"))
        .closes_issues = vec![31];
    team.private =
        "[[initiative]]\ntitle = \"Checkout\"\nlead = \"ada\"\nissue = \"acme/widgets#30\"\n"
            .to_owned();
    let titles: Vec<String> = headings(&page(&team, ADA))
        .iter()
        .map(|heading| heading.split(" · ").next().unwrap().to_owned())
        .collect();
    assert_eq!(titles, ["Faster lamps", "Checkout"]);
}

#[test]
fn a_pull_request_belongs_to_the_first_initiative_that_it_matches() {
    let mut team = SmallTeam::new();
    team.private = "[[initiative]]\ntitle = \"Checkout in two steps\"\nlead = \"ada\"\nlabel = \"checkout\"\nfrom = \"2026-02-01\"\n".to_owned();
    // What the register names goes before the milestone.
    team.issue(20, CEM, "2026-01-05").milestone = Some("Faster lamps".to_owned());
    let first = team.pull_request(1, ADA, "2026-02-02", Some("2026-02-03"));
    first.labels = vec!["checkout".to_owned()];
    first.closes_issues = vec![20];
    // Labelled before the first day: the milestone has it.
    let second = team.pull_request(2, ADA, "2026-01-20", Some("2026-01-21"));
    second.labels = vec!["checkout".to_owned()];
    second.closes_issues = vec![20];
    // A tracking issue is closed by one and mentioned by another; a time box is no milestone.
    team.issue(21, CEM, "2026-01-05").milestone = Some("2026-Q1".to_owned());
    team.pull_request(3, ADA, "2026-02-10", Some("2026-02-11"))
        .closes_issues = vec![21];
    team.pull_request(4, BEN, "2026-02-12", Some("2026-02-13"));
    team.event(21, "cross_referenced", "2026-02-12", Some("4"));
    // An incident is no initiative, whoever refers to it.
    team.issue(22, CEM, "2026-02-20").labels = vec!["incident".to_owned()];
    for number in [5, 6] {
        team.pull_request(number, ADA, "2026-02-20", Some("2026-02-21"))
            .closes_issues = vec![22];
    }
    team.pull_request(7, ADA, "2026-03-02", Some("2026-03-03"))
        .labels = vec!["Epic: Brighter".to_owned()];
    // Three in one area without a gap of ten working days; the fourth comes after one.
    for (number, on) in [
        (8, "2026-04-01"),
        (9, "2026-04-08"),
        (10, "2026-04-20"),
        (11, "2026-05-20"),
    ] {
        team.pull_request(number, ADA, on, Some(on));
        team.file(number, "engine/lamp.rs");
    }
    // A bot's bumps are nobody's work.
    for number in 12..16 {
        team.pull_request(number, BOT, "2026-04-01", Some("2026-04-02"));
        team.file(number, "engine/lamp.rs");
    }
    let text = page(&team, ADA);
    assert_eq!(
        headings(&text),
        [
            "Faster lamps · 2026-01-20 → 2026-01-21 · production not observed",
            "Checkout in two steps · 2026-02-02 → 2026-02-03 · production not observed",
            "Issue 21 · 2026-02-10 → 2026-02-13 · production not observed",
            "Brighter · 2026-03-02 → 2026-03-03 · production not observed",
            "widgets: engine (unnamed: give it a name) · 2026-04-01 → 2026-04-20 · production not observed",
        ]
    );
    assert!(text.contains("incidents not observed: "), "{text}");
    assert!(
        text.contains("led: ada (register) · wrote: ada 1"),
        "{text}"
    );
    assert!(text.contains("wrote: ada 1, ben 1"), "{text}");
    assert!(
        text.contains("<summary>3 pull requests</summary>"),
        "5, 6 and 11 are in none: {text}"
    );
}

#[test]
fn what_somebody_did_before_the_window_is_not_told_with_it() {
    let mut team = SmallTeam::new();
    team.private =
        "[[initiative]]\ntitle = \"Lamps\"\nlead = \"cem\"\nlabel = \"lamps\"\n".to_owned();
    for (number, author, opened, merged) in [
        (1, ADA, "2025-11-03", "2025-11-04"),
        (2, BEN, "2026-02-02", "2026-02-03"),
    ] {
        team.pull_request(number, author, opened, Some(merged))
            .labels = vec!["lamps".to_owned()];
    }
    team.review(1, BEN, "2025-11-03T12:00:00Z");
    team.review(2, ADA, "2026-02-02T12:00:00Z");
    // Ada wrote before the window and reviewed in it; Ben the other way round; Cem leads it all the time.
    let of_ada = page(&team, ADA);
    assert_eq!(headings(&of_ada), [""; 0], "{of_ada}");
    assert!(
        of_ada.contains("Reviewed in 1 further initiative<"),
        "{of_ada}"
    );
    for person in [BEN, CEM] {
        let text = page(&team, person);
        assert_eq!(headings(&text).len(), 1, "{text}");
        assert!(!text.contains("Reviewed in"), "{text}");
    }
    team.facts()
        .reviews
        .retain(|review| review.author != Some(ADA));
    assert!(!page(&team, ADA).contains("Lamps"), "{}", page(&team, ADA));
}

#[test]
fn a_card_tells_who_did_what_and_what_speaks_against_it() {
    let mut team = SmallTeam::new();
    team.private = "[[initiative]]\ntitle = \"Lamps\"\nlead = \"ada\"\nsecond = \"ben\"\nbranch_prefix = \"lamps/\"\n".to_owned();
    let ids = |id: u8| CommitId::from_bytes(&[id; 20]).unwrap();
    for (number, id, author, on) in [
        (1, 11, ADA, "2026-02-02"),
        (2, 12, BEN, "2026-02-05"),
        (3, 13, CEM, "2026-02-09"),
        (4, 14, BEN, "2026-02-11"),
    ] {
        let row = team.pull_request(number, author, on, Some(&format!("{on}T20:00:00Z")));
        row.merge_commit = Some(ids(id));
        if number != 3 {
            row.head_branch = format!("lamps/{number}");
        }
        let on = format!("{on}T20:00:00Z");
        team.commit(id, author, &on);
    }
    team.tables.commits[0].co_authors = [BEN].into();
    // The second is taken back by the third, and brought in again by the fourth.
    team.tables.commits[2].reverts = Some(Box::new(ids(12)));
    team.tables.commits[3].reverts = Some(Box::new(ids(13)));
    team.file(1, "docs/adr/0023-lamps.md");
    // Most of its text: a line or two would be an edit.
    let file = team.facts().pull_request_files.last_mut().unwrap();
    (file.additions, file.deletions) = (40, 0);
    team.comment(1, CEM, "2026-02-02T12:00:00Z", "Why not candles?");
    team.review(1, BEN, "2026-02-02T13:00:00Z");
    team.pull_request(5, BEN, "2026-02-12", None).head_branch = "lamps/5".to_owned();
    let text = page(&team, ADA);
    assert!(
        text.contains("### Lamps · 2026-02-02 → open · production not observed `in-"),
        "{text}"
    );
    assert!(
        text.contains("led: ada (register) · second: ben (register) · wrote: ada 1, ben 3 · reviewed: ben · paired: ada + ben (1 commit)"),
        "{text}"
    );
    assert!(
        text.contains("**decision**: widgets#1 `docs/adr/0023-lamps.md` (2026-02-02, ada; 2 people reviewed or commented)"),
        "{text}"
    );
    assert!(
        text.contains("**against it**: widgets#2 reverted 2026-02-09 in widgets#3, again as widgets#4 2026-02-11"),
        "{text}"
    );
    assert!(
        text.contains("**before → after**: [not measured]"),
        "{text}"
    );
    assert!(
        text.contains("4 pull requests in widgets: docs (3 merged, 1 open)"),
        "{text}"
    );
    assert!(
        text.contains(
            "- **2026-02-02** · widgets#1 “Change 1”, by ada, 4 lines, merged 2026-02-02"
        ),
        "{text}"
    );
    assert!(text.contains("**Impact:** [yours to write]"), "{text}");
    // Who wrote none of it and reviewed none has no card of it.
    assert!(!page(&team, CEM).contains("### Lamps"));
    // Taken away, the revert is not told.
    team.tables.commits[2].reverts = None;
    team.tables.commits[3].reverts = None;
    assert!(page(&team, ADA).contains("**against it**: no revert in the history"));
}

#[test]
fn nothing_that_the_page_says_itself_judges() {
    let mut team = SmallTeam::new();
    team.private = "[[goal]]\ntitle = \"G\"\nset_on = \"2026-02-01\"\n\
                    [[initiative]]\ntitle = \"L\"\nlabel = \"l\"\ngoal = \"G\"\n\
                    [[delegation]]\nwhat = \"D\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-02-01\"\ndue_on = \"2026-03-01\"\npaths = [\"src/**\"]\n"
        .to_owned();
    for number in 1..5 {
        team.pull_request(number, ADA, "2026-02-02", Some("2026-02-03"))
            .labels = vec!["l".to_owned()];
        team.file(number, "src/lamp.rs");
    }
    for person in [ADA, BEN, CEM] {
        let text = page(&team, person);
        let refused = lint::text(&text);
        assert!(refused.is_empty(), "{refused:?}: {text}");
    }
}

#[test]
fn what_was_not_read_is_told_and_is_no_nothing() {
    let mut team = SmallTeam::new();
    team.streams.clear();
    let text = page(&team, ADA);
    assert!(
        text.contains("Not observed: no pull requests in the store"),
        "{text}"
    );
    assert!(!text.contains("0 pull"), "{text}");
    // What linchpin itself sets off stands as a key.
    assert!(
        text.contains("an entry `[[goal]]` of linchpin.private.toml with `title`"),
        "{text}"
    );
    assert!(!text.contains("\\`"), "{text}");
}

#[test]
fn a_goal_is_told_with_what_came_of_it_or_that_it_is_not_measured() {
    let mut team = SmallTeam::new();
    team.register = "[[product]]\nname = \"lamps\"\nrepositories = [\"acme/widgets\"]\n".to_owned();
    // Five changes before that wait a day for their review, and five after that wait an hour.
    for number in 1..=5 {
        let on = format!("2026-02-{:02}", number + 1);
        team.pull_request(
            number,
            BEN,
            &on,
            Some(&format!("2026-02-{:02}T12:00:00Z", number + 3)),
        );
        team.ask(number, ADA, &on);
        team.review(number, ADA, &format!("2026-02-{:02}T10:00:00Z", number + 2));
    }
    for number in 6..=10 {
        let on = format!("2026-04-{number:02}");
        team.pull_request(number, BEN, &on, Some(&format!("{on}T12:00:00Z")));
        team.ask(number, ADA, &on);
        team.review(number, ADA, &format!("{on}T11:00:00Z"));
    }
    let goal = |lines: &str| {
        format!(
            "[[goal]]\ntitle = \"A first review soon\"\nset_on = \"2026-03-01\"\ndue_on = \"2026-04-30\"\n{lines}"
        )
    };
    let mut told = |lines: &str| {
        team.private = goal(lines);
        page(&team, ADA)
    };
    let text = told("measure = \"flow.pickup_time\"\ntarget = 4\nacts = [\"acme/widgets#6\"]\n");
    assert!(
        text.contains("### A first review soon (the team's, set 2026-03-01, due 2026-04-30, target at most 4.0 h)"),
        "{text}"
    );
    assert!(
        text.contains("**Acts**: widgets#6 “Change 6” (2026-04-06)"),
        "{text}"
    );
    assert!(
        text.contains("**Result**: Pickup time, lamps: 24.0 h → 1.0 h (n 5 → 5; 80 % interval 24.0 h to 24.0 h → 60 min to 60 min)")
            || text.contains("**Result**: Pickup time, lamps: 24.0 h → 1.0 h (n 5 → 5"),
        "{text}"
    );
    assert!(
        text.contains(
            "2026-01-04 to 2026-02-28 → 2026-03-06 to 2026-04-30. Target at most 4.0 h: reached."
        ),
        "{text}"
    );
    // One that is missed, one without a side, one that nobody knows, and one without a measure.
    assert!(told("measure = \"flow.pickup_time\"\ntarget = 0.5\n").contains(": not reached."));
    // What kept to it before was not reached since.
    let held = told("measure = \"flow.pickup_time\"\ntarget = 30\n");
    assert!(
        held.contains("Target at most 30.0 h: within the target before and after."),
        "{held}"
    );
    let lost = told("measure = \"flow.pickup_time\"\ndirection = \"at_least\"\ntarget = 12\n");
    assert!(
        lost.contains(": not reached: within the target before, and not after."),
        "{lost}"
    );
    let text = told("measure = \"review.done\"\ntarget = 9\n");
    assert!(text.contains("names no `direction`"), "{text}");
    let text = told("measure = \"flow.pickup_tine\"\n");
    assert!(
        text.contains("[not measured: `flow.pickup_tine` is neither"),
        "{text}"
    );
    assert!(text.contains("did you mean `flow.pickup_time`?"), "{text}");
    assert!(told("").contains("**Result**: [not measured: the goal names no `measure`]"));
    // Somebody's own, by a measure of one person: nobody else's page has it.
    let text = told("login = \"ada\"\nmeasure = \"reviews.turnaround\"\ntarget = 4\n");
    assert!(
        text.contains(
            "### A first review soon (set 2026-03-01, due 2026-04-30, target: a review within 4 hours of the request)"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "a review within 4 hours of the request: kept 0 of 5 → kept 5 of 5 (80 % interval"
        ),
        "{text}"
    );
    team.private = goal("login = \"ada\"\nmeasure = \"reviews.answered\"\n");
    assert!(!page(&team, BEN).contains("A first review soon"));
}

#[test]
fn an_initiative_is_measured_eight_weeks_before_it_and_eight_after() {
    let mut team = SmallTeam::new();
    team.private = "[[goal]]\ntitle = \"Soon\"\nlogin = \"ada\"\nset_on = \"2026-01-01\"\nmeasure = \"pull_requests.draft_first\"\n\
                    [[initiative]]\ntitle = \"Lamps\"\nlabel = \"lamps\"\ngoal = \"soon\"\n"
        .to_owned();
    team.pull_request(1, ADA, "2026-03-02", Some("2026-03-10"))
        .labels = vec!["lamps".to_owned()];
    team.pull_request(2, ADA, "2026-02-02", Some("2026-02-03"));
    team.pull_request(3, ADA, "2026-03-20", Some("2026-03-21"));
    team.event(3, "ready_for_review", "2026-03-21", None);
    let text = page(&team, ADA);
    assert!(
        text.contains(
            "**before → after**, goal “Soon”: a draft before a pull request is ready: kept 0 of 1 → kept 1 of 1; \
             2026-01-05 to 2026-03-01 → 2026-03-11 to 2026-05-05."
        ),
        "{text}"
    );
}

/// The delegation card of the team's only delegation.
fn card(team: &SmallTeam) -> String {
    let blocks = team.sources(|sources| {
        let delegation = &sources.past.question.roster.delegations[0];
        handing_over::card(sources, delegation)
    });
    words(&Document {
        title: "Card".to_owned(),
        subtitle: Vec::new(),
        blocks,
    })
}

#[test]
fn a_delegation_card_tells_why_how_and_what_both_did_since() {
    let mut team = SmallTeam::new();
    team.register = "[[product]]\nname = \"lamps\"\nrepositories = [\"acme/widgets\"]\n".to_owned();
    let delegation = "[[delegation]]\nwhat = \"release process\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-02-02\"\npaths = [\"release/**\"]\n\
                      why = \"Releases wait for one person.\"\nmeasure = \"releases.made\"\ncheck_in = \"every second one-on-one\"\nstyle = \"participating\"\n";
    team.private = delegation.to_owned();
    let change = |team: &mut SmallTeam, number, author, on: &str, reviewer: Option<PersonId>| {
        team.pull_request(number, author, on, Some(&format!("{on}T20:00:00Z")));
        team.file(number, "release/notes.md");
        if let Some(reviewer) = reviewer {
            team.review(number, reviewer, &format!("{on}T15:00:00Z"));
        }
    };
    for number in 1..=3 {
        change(&mut team, number, BEN, "2026-02-10", Some(ADA));
    }
    for number in 4..=9 {
        change(&mut team, number, BEN, "2026-03-10", Some(CEM));
    }
    team.release("v1", ADA, "2026-02-20");
    team.release("v2", BEN, "2026-03-20");
    team.release("v3", BEN, "2026-04-20");
    let text = card(&team);
    assert!(
        text.contains(
            "From ada to ben, from 2026-02-02 on. Why: “Releases wait for one person”. Agreed style for this task: participating. \
             Check-in: “every second one-on-one”."
        ),
        "{text}"
    );
    assert!(
        text.contains("**ada**: led the hand-over of “release process”; 6 of the last 9 pull requests in scope were merged without a part of ada."),
        "{text}"
    );
    assert!(
        text.contains("**ben**: took over “release process” (9 since 2026-02-02, 6 of them without a part of ada)."),
        "{text}"
    );
    assert!(
        text.contains("**releases.made** of ben since 2026-02-02: 2."),
        "{text}"
    );
    assert!(
        text.contains("- **2026-02-10** · widgets#1 review"),
        "{text}"
    );
    assert!(
        !text.contains("closing talk") && !text.contains("rose again"),
        "{text}"
    );
    // At the due date both talk.
    team.private = format!("{delegation}due_on = \"2026-04-15\"\n");
    let text = card(&team);
    assert_eq!(text.matches("[yours to write]").count(), 4, "{text}");
    // Ada's part rises again, beyond what few acts do by chance.
    for number in 10..=15 {
        change(&mut team, number, CEM, "2026-03-10", None);
        team.comment(number, BEN, "2026-03-10T16:00:00Z", "Fine.");
        change(&mut team, number + 10, CEM, "2026-05-05", Some(ADA));
    }
    let text = card(&team);
    assert!(
        text.contains("It rose again in the fortnight from "),
        "{text}"
    );
    assert!(text.contains("100 % (6 of 6) after 0 % (0 of 6)"), "{text}");
}
