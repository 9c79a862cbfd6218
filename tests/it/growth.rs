//! A person's own quarters, what they did with others, the talk that goes on, and the lead's week: worked out by hand.

use linchpin::domain::{
    ChangeKind, CommentKind, CommitId, PersonId, PrNumber, PullRequestCommit, ReviewState, Stream,
};
use linchpin::evidence::{Kind, Polarity, lint, with_desk};
use linchpin::render::draft::Draft;
use linchpin::report::document::{Block, Document};
use linchpin::tables::CommitRow;
use linchpin::tables::changes::File;

use crate::small_team::{ADA, BEN, BOT, CEM, SmallTeam, WIDGETS, at, words};

/// A page of somebody.
fn page(team: &SmallTeam, person: PersonId, stem: &str) -> Document {
    team.sources(|sources| {
        with_desk(sources, |desk| {
            let pack = desk.pack(person).unwrap();
            let mut pages = desk.pages(&pack).into_iter();
            pages.find(|page| page.stem == stem).unwrap().document
        })
    })
}

fn told(team: &SmallTeam, person: PersonId, stem: &str) -> String {
    words(&page(team, person, stem))
}

/// The lead's week, of everybody who is a member.
fn week(team: &SmallTeam) -> String {
    team.sources(|sources| {
        with_desk(sources, |desk| {
            let members = &sources.past.question.roster.members;
            let packs = members.iter().filter_map(|member| desk.pack(member.person));
            let packs: Vec<_> = packs.collect();
            let mut pages = linchpin::evidence::lead::pages(desk, &packs, &[]).into_iter();
            let page = pages.find(|page| page.stem == "week").unwrap();
            assert!(!page.is_draft);
            words(&page.document)
        })
    })
}

/// Linchpin's own words of a page: what people wrote stands in quotation marks.
fn own_words(document: &Document) -> String {
    let text = words(document);
    let quoted = regex::Regex::new("“[^”]*”").unwrap();
    quoted.replace_all(&text, "0").into_owned()
}

fn commit_id(id: u8) -> CommitId {
    format!("{id:02x}").repeat(20).parse().unwrap()
}

impl SmallTeam {
    /// A commit of a pull request, as the default branch has it.
    fn commit_to(&mut self, id: u8, number: u64, authors: &[PersonId], when: &str, path: &str) {
        let row = u32::try_from(self.tables.commits.len()).unwrap();
        let files = &mut self.tables.changes.files;
        let known = files.iter().position(|file| file.path == path);
        let file = known.unwrap_or_else(|| {
            files.push(File {
                repository: WIDGETS,
                path: path.to_owned(),
                exclusion: None,
                in_tip: true,
            });
            files.len() - 1
        });
        let file = u32::try_from(file).unwrap();
        self.tables
            .changes
            .push(row, file, None, ChangeKind::Modified);
        self.tables.commits.push(CommitRow {
            repository: WIDGETS,
            commit: commit_id(id),
            parents: [].into_iter().collect(),
            author: authors[0],
            authored_at: at(when),
            committed_at: at(when),
            landed_at: at(when),
            co_authors: authors[1..].into(),
            subject: format!("Commit {id}").into(),
            is_merge: false,
            on_default_branch: true,
            pull_request: None,
            reverts: None,
            cherry_picked_from: None,
            exclusion: None,
            origin: None,
            delegator: None,
        });
        self.pushed(id, number, authors[0], when);
    }

    /// A commit in a pull request's own list.
    fn pushed(&mut self, id: u8, number: u64, author: PersonId, when: &str) {
        self.facts().pull_request_commits.push(PullRequestCommit {
            repository: WIDGETS,
            number: PrNumber(number),
            commit: commit_id(id),
            authored_at: at(when),
            author: Some(author),
            updates_from_base: false,
        });
    }

    /// A comment that opens a thread on a file.
    fn thread(&mut self, number: u64, author: PersonId, when: &str, path: &str, body: &str) {
        self.comment(number, author, when, body);
        let comment = self.facts().comments.last_mut().unwrap();
        comment.kind = CommentKind::Inline;
        comment.path = Some(path.to_owned());
        comment.thread = Some(format!("T{number}{when}"));
    }

    /// A change that waits so many hours for its approval, from ten o'clock on.
    fn approved_after(&mut self, number: u64, author: PersonId, day: &str, hours: u64) {
        let merged = format!("{day}T20:00:00Z");
        self.pull_request(number, author, day, Some(&merged));
        self.file(number, "engine/lamp.rs");
        self.ask(number, BEN, day);
        let reviewed = format!("{day}T{:02}:00:00Z", 10 + hours);
        self.review(number, BEN, &reviewed);
    }
}

const MEMBERS: &str = "[[member]]\nlogin = \"ada\"\nname = \"A\"\njoined_on = \"2025-01-01\"\nlead = true\n\n\
                       [[member]]\nlogin = \"ben\"\nname = \"B\"\njoined_on = \"2025-01-01\"\n\n\
                       [[member]]\nlogin = \"cem\"\nname = \"C\"\njoined_on = \"2026-02-02\"\n";

#[test]
fn a_quarter_with_enough_rows_is_summarised_and_one_with_fewer_is_listed() {
    let mut team = SmallTeam::new();
    for (number, hours) in (1..).zip([1, 5, 3, 2, 4]) {
        team.approved_after(number, ADA, &format!("2026-02-{:02}", 2 + number), hours);
    }
    // One push after the review, before the merge: one round.
    team.pushed(9, 2, ADA, "2026-02-04T17:00:00Z");
    for number in 11..15 {
        team.approved_after(number, ADA, &format!("2026-04-{number}"), 2);
    }
    // Somebody else's are nobody's business here.
    team.approved_after(20, CEM, "2026-02-10", 9);
    let told = told(&team, ADA, "growth");
    // Five waits of one to five hours: a median of three.
    assert!(
        told.contains(
            "| 2026-Q1 | 0 (0 – 1) | 5 | 3.0 h (1.0 h – 5.0 h) | 5 | — (no request) | 0 |"
        ),
        "{told}"
    );
    let few = "| 2026-Q2 | — (listed below) | 4 | — (listed below) | 4 | — (no request) | 0 |";
    assert!(told.contains(few), "{told}");
    assert!(told.contains("Changes merged, 2026-Q2 (4)"), "{told}");
    assert!(
        told.contains("widgets#2 “Change 2”: 1 review round, first approval after 5.0 h."),
        "{told}"
    );
    assert!(
        told.contains("widgets#11 “Change 11”: 0 review rounds, first approval after 2.0 h."),
        "{told}"
    );
    assert!(
        !told.contains("Change 20") && !told.contains("cem"),
        "{told}"
    );
    // The id of the merge, where the pack tells of it.
    assert!(told.contains("`ev-"), "{told}");
}

#[test]
fn working_hours_are_the_teams_where_hours_are_agreed() {
    let mut team = SmallTeam::new();
    team.register = "[calendar]\ntime_zone = \"UTC\"\nhours = \"09:00-17:00\"\n".to_owned();
    // Opened at ten on a Friday, approved at noon on Monday: seven hours and three.
    for number in 1..6 {
        team.pull_request(number, ADA, "2026-02-06", Some("2026-02-09T15:00:00Z"));
        team.ask(number, BEN, "2026-02-06");
        team.review(number, BEN, "2026-02-09T12:00:00Z");
    }
    let told = told(&team, ADA, "growth");
    assert!(
        told.contains("To the first approval, median of working hours"),
        "{told}"
    );
    assert!(told.contains("10.0 h (10.0 h – 10.0 h) | 5"), "{told}");
}

#[test]
fn requests_without_a_review_are_told_of_those_that_count() {
    let mut team = SmallTeam::new();
    team.private =
        "[[absence]]\nlogin = \"ada\"\nfrom = \"2026-03-09\"\nto = \"2026-03-13\"\n".to_owned();
    for number in 1..8 {
        team.pull_request(number, BEN, "2026-03-02", Some("2026-03-12"));
        let asked = if number == 7 {
            "2026-03-10"
        } else {
            "2026-03-02"
        };
        team.ask(number, ADA, asked);
    }
    for number in 1..5 {
        team.review(number, ADA, "2026-03-03");
    }
    for number in 8..10 {
        team.pull_request(number, BEN, "2026-03-02", None);
        team.ask(number, ADA, "2026-03-02");
    }
    // The fifth and the sixth were merged first, which review.turnaround does not count; the seventh was asked for while she was away;
    // the eighth and the ninth still wait.
    let told = told(&team, ADA, "growth");
    assert!(
        told.contains("33 % (2 of 6) | 6 | Declared absence: 2026-03-09 to 2026-03-13."),
        "{told}"
    );
    assert!(
        told.contains("Asked and not reviewed, 2026-Q1 (2)"),
        "{told}"
    );
    assert!(
        told.contains("2026-03-02** · widgets#8 “Change 8”: asked on that day, still waiting."),
        "{told}"
    );
    let overtaken = "Merged or closed before a review that was asked for, 2026-Q1 (2)";
    assert!(told.contains(overtaken), "{told}");
    assert!(
        told.contains(
            "2026-03-02** · widgets#5 “Change 5”: asked on that day, merged or closed first."
        ),
        "{told}"
    );
    assert!(!told.contains("Change 7"), "{told}");
}

#[test]
fn a_thread_is_told_with_its_topic_and_whether_a_commit_on_its_file_followed() {
    let mut team = SmallTeam::new();
    team.pull_request(1, ADA, "2026-02-02", Some("2026-02-06"));
    team.commit_to(1, 1, &[ADA], "2026-02-02T08:00:00Z", "engine/lamp.rs");
    team.thread(
        1,
        BEN,
        "2026-02-03",
        "engine/lamp.rs",
        "Design question: whose is it?",
    );
    team.thread(
        1,
        BEN,
        "2026-02-03T11:00:00Z",
        "engine/wick.rs",
        "nit: blank line",
    );
    team.thread(
        1,
        BOT,
        "2026-02-03T12:00:00Z",
        "engine/lamp.rs",
        "Is it tested?",
    );
    team.thread(
        1,
        ADA,
        "2026-02-03T13:00:00Z",
        "engine/lamp.rs",
        "A test of my own",
    );
    team.commit_to(2, 1, &[ADA], "2026-02-04", "engine/lamp.rs");
    // Of a squash nobody knows which file a later commit changed.
    team.pull_request(2, ADA, "2026-03-02", Some("2026-03-06"));
    team.pushed(3, 2, ADA, "2026-03-04");
    team.thread(
        2,
        CEM,
        "2026-03-03",
        "engine/lamp.rs",
        "Is it tested?\n> A design of others",
    );
    // And where nothing was pushed, nothing followed.
    team.pull_request(3, ADA, "2026-03-09", Some("2026-03-13"));
    team.thread(3, CEM, "2026-03-10", "engine/lamp.rs", "Why?");
    let told = told(&team, ADA, "growth");
    for line in [
        "2026-02-03** · widgets#1, design, by ben, on `engine/lamp.rs`: “Design question: whose is it?”; a commit on the file followed: \
         widgets@\u{2060}0202020202 (2026-02-04).",
        "2026-02-03** · widgets#1, format, by ben, on `engine/wick.rs`: “nit: blank line”; no commit on the file followed.",
        "2026-03-03** · widgets#2, tests, by cem, on `engine/lamp.rs`: “Is it tested?”; whether a commit followed is not told.",
        "2026-03-10** · widgets#3, none of the words, by cem, on `engine/lamp.rs`: “Why?”; no commit on the file followed.",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    // Four threads are listed, not summarised; machines open none, nor does the author.
    assert!(told.contains("Threads, 2026-Q1 (4)"), "{told}");
    assert!(told.contains("— (listed below) | 4 |"), "{told}");
    // What a commit followed is told of whoever commented; of a squash nothing is.
    let others = self::told(&team, BEN, "growing-others");
    let line = "Comments on pull requests of “ada” in 2026-Q1 that a commit on the same file followed: widgets#1 (2026-02-03, “engine/lamp.rs”).";
    assert!(others.contains(line), "{others}");
    let others = self::told(&team, CEM, "growing-others");
    assert!(
        others.contains("Nothing of this kind is in what was read."),
        "{others}"
    );
}

#[test]
fn a_commit_that_followed_says_nothing_of_why() {
    let mut team = SmallTeam::new();
    team.pull_request(1, ADA, "2026-02-02", Some("2026-02-06"));
    team.thread(1, BEN, "2026-02-03", "engine/lamp.rs", "Why?");
    team.commit_to(2, 1, &[ADA], "2026-02-04", "engine/lamp.rs");
    team.sources(|sources| {
        with_desk(sources, |desk| {
            let pack = desk.pack(BEN).unwrap();
            let mut taken_up = pack.snippets.iter().filter(|one| one.kind == Kind::TakenUp);
            let one = taken_up.next().unwrap();
            assert_eq!((one.polarity, one.n), (Polarity::Context, 1));
            assert!(taken_up.next().is_none());
            // It opens into the comment and the commit.
            let opened = pack.opened(&sources.past.tables.people, &one.id).unwrap();
            let what: Vec<&str> = opened
                .events
                .iter()
                .map(|event| event.what.as_str())
                .collect();
            assert_eq!(
                what,
                ["commented on engine/lamp.rs", "committed to the file"]
            );
        });
    });
}

#[test]
fn what_was_not_read_is_not_told_as_nothing() {
    let mut team = SmallTeam::new();
    team.streams = vec![Stream::History];
    for stem in ["growth", "growing-others", "one-on-one"] {
        let told = told(&team, ADA, stem);
        assert!(told.contains("not observed: pull requests"), "{told}");
        for wrong in ["0 of 0", "No change of this person", "| 0 |"] {
            assert!(!told.contains(wrong), "{wrong}: {told}");
        }
    }
    assert!(week(&team).contains("not observed: pull requests"));
    // Read, and nothing there: that is said.
    let quiet = told(&SmallTeam::new(), ADA, "growth");
    assert!(
        quiet.contains("No change of this person was merged"),
        "{quiet}"
    );
    assert!(!quiet.contains("not observed"), "{quiet}");
}

#[test]
fn somebodys_first_days_are_told_of_whoever_was_there() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.to_owned();
    team.private = "[[buddy]]\nlogin = \"ben\"\njoiner = \"cem\"\nfrom = \"2026-02-02\"\nto = \"2026-03-27\"\n".to_owned();
    for (number, opened, path) in [
        (1, "2026-02-04", "engine/lamp.rs"),
        (2, "2026-02-10", "engine/lamp.rs"),
        // The ninety-first day after joining.
        (3, "2026-05-03", "docs/why.md"),
    ] {
        team.pull_request(number, CEM, opened, Some("2026-05-20"));
        team.file(number, path);
    }
    team.review(1, BEN, "2026-02-05");
    team.review(2, BEN, "2026-02-11").verdict = ReviewState::ChangesRequested;
    team.review(3, BEN, "2026-05-03T11:00:00Z");
    team.review(2, ADA, "2026-05-02T12:00:00Z");
    team.commit_to(1, 9, &[CEM, BEN], "2026-02-12", "engine/lamp.rs");
    let others = told(&team, BEN, "growing-others");
    let line = "2026-02-12** · In the first 90 days of “cem”, from 2026-02-02, buddy from 2026-02-02 to 2026-03-27 by the register: \
                2026-02-05 approved the first merged change in widgets: engine, widgets#1; 2026-02-11 asked for changes on widgets#2; \
                2026-02-12 made together widgets@\u{2060}0101010101. `ev-";
    assert!(others.contains(line), "{others}");
    assert!(
        others.contains("2026-02-02 to 2026-03-27** · buddy of cem, by the register"),
        "{others}"
    );
    assert!(
        others.contains("Made changes together with “cem” in 2026-Q1"),
        "{others}"
    );
    assert!(!others.contains("widgets#3"), "{others}");
    // The last of the ninety days is one of them; whoever is no buddy is told of their reviews.
    let others = told(&team, ADA, "growing-others");
    assert!(
        others.contains(
            "In the first 90 days of “cem”, from 2026-02-02: 2026-05-02 approved widgets#2."
        ),
        "{others}"
    );
    // Of oneself nothing is told, and the joiner's own page names nobody as theirs.
    let others = told(&team, CEM, "growing-others");
    assert!(!others.contains("first 90 days"), "{others}");
}

#[test]
fn a_lead_whom_work_waits_for_is_told_so_in_the_words_of_the_leads_page() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.replace("2026-02-02", "2025-01-01")
        + "\n[[product]]\nname = \"widgets\"\nrepositories = [\"acme/widgets\"]\n";
    for number in 1..=40 {
        let day = format!("2026-02-{:02}", 2 + number % 20);
        let (who, hours) = if number % 4 == 0 {
            (CEM, 12)
        } else {
            (ADA, 19)
        };
        let author = BEN;
        team.pull_request(
            number,
            author,
            &format!("{day}T01:00:00Z"),
            Some(&format!("{day}T23:00:00Z")),
        );
        team.ask(number, who, &format!("{day}T02:00:00Z"));
        let minute = number;
        team.review(number, who, &format!("{day}T{hours}:{minute:02}:00Z"));
    }
    let told = told(&team, ADA, "growth");
    assert!(
        told.contains("Does the work of widgets wait for this person?"),
        "{told}"
    );
    assert!(
        told.contains("In 2026-Q1, merged pull requests waited on one person beyond an even share"),
        "{told}"
    );
    assert!(
        told.contains("30 of 40 (75 %)") && told.contains("more and longer"),
        "{told}"
    );
    // Nobody else's name stands there.
    assert!(!told.contains("cem"), "{told}");
    // Whoever does not lead has the card where a quarter stands out alone.
    let other = self::told(&team, CEM, "growth");
    assert!(!other.contains("Does the work of widgets wait"), "{other}");
    let mut even = SmallTeam::new();
    even.register.clone_from(&team.register);
    even.pull_request(1, BEN, "2026-02-02", Some("2026-02-03"));
    even.ask(1, ADA, "2026-02-02");
    even.review(1, ADA, "2026-02-02T12:00:00Z");
    let quiet = self::told(&even, ADA, "growth");
    assert!(
        quiet.contains(
            "No quarter tells this person apart from the others: too few waits to compare in each (n 0 of 1 quarter)."
        ),
        "{quiet}"
    );
}

#[test]
fn size_is_told_against_what_was_agreed_and_only_where_it_was() {
    let mut team = SmallTeam::new();
    team.private = "[[goal]]\ntitle = \"Small ones\"\nlogin = \"ada\"\nset_on = \"2026-04-01\"\nmeasure = \"pull_requests.size\"\ntarget = 10.0\n"
        .to_owned();
    for number in 1..6 {
        let row = team.pull_request(number, ADA, "2026-02-02", Some("2026-02-03"));
        row.additions = if number == 3 { 20 } else { 4 };
    }
    team.pull_request(6, ADA, "2026-05-04", None).additions = 9;
    let told = told(&team, ADA, "growth");
    assert!(
        told.contains("Agreed 2026-04-01: at most 10 changed lines in a pull request"),
        "{told}"
    );
    let line = "2026-Q1**, before it was agreed: within it 80 % (4 of 5); with more lines: widgets#3 (2026-02-02, 21 lines).";
    assert!(told.contains(line), "{told}");
    assert!(
        told.contains("2026-Q2**: too few to summarise, n 1: widgets#6 (2026-05-04, 10 lines)."),
        "{told}"
    );
    team.private.clear();
    assert!(!self::told(&team, ADA, "growth").contains("Size against"));
}

/// The talk's page at an instant.
fn talk(team: &mut SmallTeam, as_of: &str) -> Draft {
    let until = at(as_of);
    (team.as_of, team.window.until) = (until, until);
    Draft::of(&page(team, ADA, "one-on-one"))
}

#[test]
fn a_talk_goes_on_from_the_last_one_and_keeps_what_was_written() {
    let mut team = SmallTeam::new();
    team.approved_after(1, ADA, "2026-06-09", 2);
    let first = talk(&mut team, "2026-06-15T00:00:00Z").begun();
    // 2026-06-01 is the first Monday of a fortnight of 2024-01-01's.
    assert!(
        first.contains("## From 2026-06-01 to 2026-06-14\n"),
        "{first}"
    );
    let noted = first
        .replacen("\\[yours to write\\]", "- [ ] write the runbook", 1)
        .replace("\\[yours to answer\\]", "we said so");
    team.approved_after(2, ADA, "2026-06-16", 2);
    let second = talk(&mut team, "2026-06-20T00:00:00Z").merged(&noted).text;
    assert!(
        second.contains("## From 2026-06-15 to 2026-06-19, so far"),
        "{second}"
    );
    let third = talk(&mut team, "2026-07-20T00:00:00Z").merged(&second).text;
    let place = |what: &str| {
        third
            .find(what)
            .unwrap_or_else(|| panic!("{what}: {third}"))
    };
    assert!(place("write the runbook") < place("Open at the end of 2026-07-19"));
    assert!(place("Open at the end of 2026-07-19") < place("## From 2026-07-13"));
    assert!(place("## From 2026-07-13") < place("## From 2026-06-29"));
    assert!(place("## From 2026-06-29") < place("## From 2026-06-15"));
    assert!(place("## From 2026-06-15") < place("## From 2026-06-01"));
    assert!(third.matches("we said so").count() >= 2, "{third}");
    assert_eq!(
        talk(&mut team, "2026-07-20T00:00:00Z").merged(&third).text,
        third
    );
}

#[test]
fn commits_without_a_pull_request_stand_on_the_days_on_which_they_were_made() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.to_owned();
    team.streams = vec![Stream::History];
    // Of one month, and so one moment, which is of the last of these days.
    for (id, author, on) in [
        (1, ADA, "2026-06-16"),
        (2, BEN, "2026-06-25"),
        (3, ADA, "2026-06-30"),
    ] {
        team.commit(id, author, on);
    }
    let shipped = told(&team, ADA, "one-on-one");
    let lines: Vec<&str> = shipped
        .lines()
        .filter(|line| line.contains("**Shipped**"))
        .collect();
    let expected = [
        "**Shipped**: widgets@\u{2060}0303030303 “Commit 3” (2026-06-30) `ev-",
        "**Shipped**: widgets@\u{2060}0101010101 “Commit 1” (2026-06-16) `ev-",
    ];
    assert_eq!(lines.len(), expected.len(), "{shipped}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.contains(expected), "{shipped}");
    }
    let week = week(&team);
    for line in [
        "**2026-06-25** · ben: committed “Commit 2” widgets@\u{2060}0202020202 `ev-",
        "**2026-06-30** · ada: committed “Commit 3” widgets@\u{2060}0303030303 `ev-",
    ] {
        assert!(week.contains(line), "{line}\n{week}");
    }
    let (_, quiet) = week.split_once("Not mentioned for four weeks").unwrap();
    assert!(
        !quiet.contains("ada") && !quiet.contains("ben") && quiet.contains("cem"),
        "{week}"
    );
}

#[test]
fn the_week_tells_of_whoever_only_reviewed() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.to_owned();
    team.pull_request(1, ADA, "2026-06-22", None);
    team.ask(1, BEN, "2026-06-22");
    team.review(1, BEN, "2026-06-26");
    let week = week(&team);
    let line = "**2026-06-26** · ben: reviewed widgets#1 `ev-";
    assert!(week.contains(line), "{week}");
}

#[test]
fn a_talk_tells_with_whom_work_waits_who_helped_and_what_is_due() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.to_owned();
    team.private = "[[feedback]]\nlogin = \"ada\"\ntopic = \"Drafts\"\ngiven_on = \"2026-06-01\"\nobservable = \"drafts first\"\n\n\
                    [[delegation]]\nwhat = \"releases\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-01-15\"\ndue_on = \"2026-07-10\"\n\n\
                    [[delegation]]\nwhat = \"on-call\"\nfrom = \"cem\"\nto = \"ada\"\nstart_on = \"2026-01-15\"\ndue_on = \"2026-12-10\"\n\n\
                    [[goal]]\ntitle = \"Shorter waits\"\nlogin = \"ada\"\nset_on = \"2026-01-05\"\ndue_on = \"2026-09-30\"\n"
        .to_owned();
    team.approved_after(1, ADA, "2026-06-24", 2);
    team.commit_to(4, 1, &[ADA, CEM], "2026-06-24", "engine/lamp.rs");
    // Three working days: Thursday, Friday, Monday and half of Tuesday.
    team.pull_request(2, ADA, "2026-06-25T00:00:00Z", None);
    team.ask(2, BEN, "2026-06-25T00:00:00Z");
    team.pull_request(3, ADA, "2026-06-29T00:00:00Z", None);
    let told = told(&team, ADA, "one-on-one");
    for line in [
        "Own work waits**: widgets#2 “Change 2” with ben since 2026-06-25 (4 working days by their calendar), needs fresh eyes `ev-",
        "`; widgets#3 “Change 3” with",
        "Helped by**: ben (reviewed widgets#1, 2026-06-24); cem (made together widgets@\u{2060}0404040404, 2026-06-24)",
        "Feedback**: “Drafts”, agreed 2026-06-01: looked at by hand",
        "Handed over**: “releases” to ben, due 2026-07-10",
        "Goals**: “Shorter waits”, set 2026-01-05, due 2026-09-30",
        "Shipped**: widgets#1 “Change 1” (2026-06-24) `ev-",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert!(!told.contains("on-call"), "{told}");
    // What waits and stands still stands there once.
    assert!(!told.contains("**Needs fresh eyes**"), "{told}");
    let part = |id: &str| {
        let page = page(&team, ADA, "one-on-one");
        let blocks = page.blocks.into_iter();
        let mut parts = blocks.filter_map(|block| match block {
            Block::Refreshed {
                id: known, blocks, ..
            } if known == id => Some(blocks),
            _ => None,
        });
        let blocks = parts.next().unwrap();
        let lines = blocks.into_iter().filter_map(|block| match block {
            Block::Bullets(lines) => Some(lines.len()),
            _ => None,
        });
        lines.sum::<usize>()
    };
    assert!(part("now") + part("from-2026-06-29") <= 12);
}

#[test]
fn six_questions_come_in_turn() {
    let mut asked = Vec::new();
    let mut team = SmallTeam::new();
    for day in ["2026-03-09", "2026-03-23", "2026-04-06", "2026-04-20"] {
        let until = format!("{day}T12:00:00Z");
        (team.as_of, team.window.until) = (at(&until), at(&until));
        let page = page(&team, ADA, "one-on-one");
        let labels = page.blocks.iter().filter_map(|block| match block {
            Block::Blank { label, .. } if label.ends_with('?') => Some(label.clone()),
            _ => None,
        });
        asked.push(labels.take(2).collect::<Vec<_>>());
    }
    let mut distinct: Vec<&String> = asked.iter().take(3).flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 6);
    assert_eq!(asked[3], asked[0]);
}

#[test]
fn the_week_names_one_moment_a_person_and_never_a_count() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.to_owned();
    for number in 1..=9 {
        team.approved_after(number, ADA, &format!("2026-06-{}", 20 + number), 2);
    }
    team.approved_after(20, CEM, "2026-06-26", 2);
    // Sent back twice: what came back stands there too.
    team.pull_request(30, BEN, "2026-06-24", Some("2026-06-29"));
    team.file(30, "engine/lamp.rs");
    for day in ["2026-06-25", "2026-06-26"] {
        team.review(30, ADA, day).verdict = ReviewState::ChangesRequested;
    }
    team.approved_after(31, BEN, "2026-06-27", 2);
    let told = week(&team);
    assert!(told.contains("From 2026-06-24 to 2026-06-30"), "{told}");
    assert!(
        told.contains("## Wins") && told.contains("## Challenges"),
        "{told}"
    );
    assert_eq!(told.matches(" · ada: ").count(), 1, "{told}");
    assert_eq!(told.matches(" · cem: ").count(), 1, "{told}");
    assert!(
        told.contains(
            "2026-06-29** · ben: was asked for changes again on widgets#30 “Change 30” `ev-"
        ),
        "{told}"
    );
    // What came back is not all that is told of somebody.
    assert_eq!(told.matches(" · ben: ").count(), 2, "{told}");
    let lines = told.lines().filter(|line| line.starts_with("- **2026"));
    assert!(lines.count() <= 8);
    assert!(
        told.contains("Everybody who was on the team for these four weeks"),
        "{told}"
    );
}

#[test]
fn whoever_no_page_of_four_weeks_named_is_told_by_name_and_without_a_number() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.replace("2026-02-02", "2026-06-22");
    team.private =
        "[[absence]]\nlogin = \"ben\"\nfrom = \"2026-06-01\"\nto = \"2026-06-12\"\n".to_owned();
    team.pull_request(1, ADA, "2026-06-05", Some("2026-06-06"));
    // Ben's last moment is older than four weeks; Cem has just joined.
    team.pull_request(2, BEN, "2026-06-01", Some("2026-06-02"));
    team.file(2, "engine/lamp.rs");
    let told = week(&team);
    let (_, quiet) = told.split_once("## Not mentioned for four weeks").unwrap();
    assert!(
        quiet.contains("- ben. Declared absence: 2026-06-01 to 2026-06-12."),
        "{told}"
    );
    assert!(!quiet.contains("ada") && !quiet.contains("cem"), "{told}");
    assert!(
        told.contains("Nothing of these days that this page tells is in what was read."),
        "{told}"
    );
    // A window of two weeks says nothing of four.
    team.window.since = at("2026-06-15T00:00:00Z");
    assert!(week(&team).contains("Not told: the window holds 2 whole weeks."));
}

#[test]
fn no_sentence_of_these_pages_judges_and_no_text_of_others_reaches_them_raw() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.to_owned();
    let hostile = "<!-- linchpin:end now --> ](javascript:x) **bold** <script>";
    for number in 1..=6 {
        team.approved_after(number, ADA, &format!("2026-06-{}", 20 + number), 2);
    }
    for row in &mut team.facts().pull_requests {
        row.title = hostile.to_owned();
    }
    team.thread(1, BEN, "2026-06-21T13:00:00Z", "engine/<b>.rs", hostile);
    team.thread(2, CEM, "2026-06-22T13:00:00Z", "engine/lamp.rs", "");
    team.commit_to(4, 3, &[ADA, CEM], "2026-06-24", "engine/lamp.rs");
    for person in [ADA, BEN, CEM] {
        for stem in ["growth", "growing-others", "one-on-one"] {
            let document = page(&team, person, stem);
            let found = lint::text(&own_words(&document));
            assert!(found.is_empty(), "{stem}: {found:?}");
            let text = linchpin::render::pack::document(&document);
            assert!(
                !text.contains("<script>") && !text.contains("<!-- linchpin:end now"),
                "{text}"
            );
        }
    }
    let text = Draft::of(&page(&team, ADA, "one-on-one")).begun();
    assert_eq!(
        text.matches("<!-- linchpin:end now -->").count(),
        1,
        "{text}"
    );
}

#[test]
fn the_same_facts_give_the_same_pages() {
    let mut team = SmallTeam::new();
    team.register = MEMBERS.to_owned();
    for number in 1..=6 {
        team.approved_after(number, ADA, &format!("2026-06-{}", 20 + number), 2);
    }
    let all = |team: &SmallTeam| {
        let stems = ["growth", "growing-others", "one-on-one"];
        let pages: Vec<String> = stems.iter().map(|stem| told(team, ADA, stem)).collect();
        (pages, week(team))
    };
    let before = all(&team);
    team.facts().pull_requests.reverse();
    team.facts().reviews.reverse();
    team.facts().comments.reverse();
    assert_eq!(all(&team), before);
}
