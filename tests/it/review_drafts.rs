//! The drafts that a review is written from: what stands in them, and that nothing stands in them that the record does not have.

use std::fs;
use std::path::Path;

use linchpin::domain::moment::Kind;
use linchpin::domain::{CommitId, PersonId, PullRequestState, Stream, Team, TeamMember};
use linchpin::evidence::{Desk, Page, lint, with_desk};
use linchpin::register::parse_ladder;
use sha2::{Digest as _, Sha256};

use crate::cli::ran_with;

use crate::pipeline::{bare, demo};
use crate::small_team::{ADA, BEN, CEM, SmallTeam, WIDGETS, at, words};

const LADDER: &str = r#"
[[expectation]]
level = "engineer"
competency = "Code quality"
text = "Changes are small."
kinds = ["merged"]

[[expectation]]
level = "engineer"
competency = "Customers"
text = "Takes up what customers report."
labels = ["customer"]

[[expectation]]
level = "engineer"
competency = "Talks"
text = "Talks about it."

[[expectation]]
level = "senior"
competency = "Code quality"
text = "Leads it."
initiatives = ["led"]

[[expectation]]
level = "senior"
competency = "Billing"
text = "Knows billing."
areas = ["billing"]
kinds = ["merged"]

[[expectation]]
level = "staff"
competency = "Never shown"
text = "Is two levels away."
kinds = ["merged"]

[[level]]
login = "ada"
level = "Engineer"
since = "2026-03-01"
"#;

/// All pages of somebody.
fn pages(team: &SmallTeam, person: PersonId) -> Vec<Page> {
    team.sources(|sources| with_desk(sources, |desk| pages_of(desk, person)))
}

fn pages_of(desk: &Desk<'_>, person: PersonId) -> Vec<Page> {
    desk.pages(&desk.pack(person).unwrap())
}

fn find(pages: &[Page], stem: &str) -> Option<String> {
    let mut pages = pages.iter().filter(|page| page.is_draft);
    let page = pages.find(|page| page.stem == format!("draft/{stem}"))?;
    Some(words(&page.document))
}

/// One draft of somebody.
fn draft(team: &SmallTeam, person: PersonId, stem: &str) -> String {
    find(&pages(team, person), stem).unwrap_or_else(|| panic!("no draft/{stem}.md"))
}

/// The part of a page below a heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = format!("## {heading}");
    let (_, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("no `{heading}`: {page}"));
    rest.split("\n## ").next().unwrap()
}

/// Ada has merged one change a month, the second of which was taken back; the third closes what a customer reported.
fn half_a_year() -> SmallTeam {
    let mut team = SmallTeam::new();
    team.private += LADDER;
    let ids = |id: u8| CommitId::from_bytes(&[id; 20]).unwrap();
    team.issue(20, CEM, "2026-02-20").labels = vec!["Customer".to_owned()];
    for number in 1..=6_u8 {
        let on = format!("2026-0{number}-10");
        let merged = format!("2026-0{number}-12");
        let row = team.pull_request(number.into(), ADA, &on, Some(&merged));
        row.merge_commit = Some(ids(number + 10));
        row.head_branch = format!("lamps/{number}");
        if number == 3 {
            row.closes_issues = vec![20];
        }
        let area = if number == 5 { "billing" } else { "engine" };
        team.file(number.into(), &format!("{area}/a.rs"));
        team.commit(number + 10, ADA, &format!("{merged}T10:00:00Z"));
    }
    // Ben takes the second one back.
    team.commit(40, BEN, "2026-02-20T10:00:00Z");
    team.tables.commits.last_mut().unwrap().reverts = Some(Box::new(ids(12)));
    team
}

#[test]
fn both_example_ladders_are_ladders_of_kinds_that_there_are() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/expectations");
    let levels_of = |file: &str| {
        // Unknown keys and kinds are refused.
        let text = fs::read_to_string(place.join(file)).unwrap();
        let all = parse_ladder(&text, file).unwrap();
        let mut levels: Vec<(String, Vec<String>)> = Vec::new();
        for one in all {
            match levels.iter_mut().find(|(level, _)| *level == one.level) {
                Some((_, competencies)) => competencies.push(one.competency),
                None => levels.push((one.level, vec![one.competency])),
            }
            assert!(one.kinds.iter().all(|kind| Kind::ALL.contains(kind)));
            let named = one.initiatives.iter();
            assert!(
                named
                    .clone()
                    .all(|name| ["led", "implemented"].contains(&name.as_str()))
            );
        }
        let first = levels[0].1.clone();
        // A matrix has no holes.
        assert!(
            levels
                .iter()
                .all(|(_, competencies)| *competencies == first)
        );
        let names: Vec<String> = levels.into_iter().map(|(level, _)| level).collect();
        (names.join(", "), first.join(", "))
    };
    assert_eq!(
        levels_of("competencies.toml"),
        (
            "engineer, senior engineer, staff engineer".to_owned(),
            "code quality, incident management, self growth, growing others, customer obsession, technical writing".to_owned()
        )
    );
    assert_eq!(
        levels_of("tech-lead.toml"),
        (
            "lead of a subsystem, lead of a team, lead of several teams, lead in the company"
                .to_owned(),
            "technology, system, people, process, influence".to_owned()
        )
    );
    let mut files = fs::read_dir(&place).unwrap();
    assert!(files.all(|file| {
        file.unwrap()
            .path()
            .extension()
            .is_some_and(|it| it == "toml")
    }));
}

#[test]
fn a_competency_has_the_links_that_count_for_it_and_those_against_it() {
    let team = half_a_year();
    let page = draft(&team, ADA, "competency");
    assert!(
        page.contains("**Level**: “Engineer” since 2026-03-01 (register); next: “senior”."),
        "{page}"
    );
    let code = section(&page, "Code quality\n");
    assert!(
        code.contains("**“engineer”** (now)<br>“Changes are small.”"),
        "{code}"
    );
    assert!(
        code.contains("**“senior”** (next)<br>“Leads it.”"),
        "{code}"
    );
    // Five stand for it, four of them are shown, spread over the window; one was taken back.
    assert!(code.contains("_4 of 5 shown_"), "{code}");
    assert!(
        code.contains("2026-02-12 merged widgets#2 taken back `ev-"),
        "{code}"
    );
    assert!(
        code.contains("| 2026-02-12") && code.contains("<br>_n 1_ |"),
        "{code}"
    );
    let row = code.lines().find(|line| line.contains("(now)")).unwrap();
    let cells: Vec<&str> = row.split(" | ").collect();
    assert_eq!(cells[1].matches("`ev-").count(), 4, "{row}");
    assert!(!cells[1].contains("widgets#2 "), "{row}");
    // The sentences are folded, each with its id.
    assert!(
        code.contains("<summary>The sentences behind the links (5)</summary>"),
        "{code}"
    );
    assert!(
        code.contains("**2026-02-12** · Authored widgets#2 “Change 2”"),
        "{code}"
    );
    // By label of the issue that is closed, by area, and nothing that could be asked.
    let customers = section(&page, "Customers\n");
    assert!(
        customers.contains("merged widgets#3 `ev-") && customers.contains("_n 1_"),
        "{customers}"
    );
    let billing = section(&page, "Billing\n");
    assert!(billing.contains("merged widgets#5 `ev-"), "{billing}");
    assert!(!billing.contains("widgets#1 "), "{billing}");
    let talks = section(&page, "Talks\n");
    assert!(
        talks.contains("| no GitHub evidence: ask | none in what was read |"),
        "{talks}"
    );
    // Nobody led anything yet.
    assert!(code.contains("| no GitHub evidence: ask |"), "{code}");
    assert!(!page.contains("Never shown"));
    assert_eq!(
        page.matches("**Why this number? What would make it a 10?:** [yours to write]")
            .count(),
        4
    );
    assert!(
        page.contains("**Code quality, 1–10:** [yours to write]"),
        "{page}"
    );
}

#[test]
fn without_a_level_there_are_no_competencies_and_the_self_review_says_what_gives_them() {
    let team = half_a_year();
    let of_ben = pages(&team, BEN);
    assert!(find(&of_ben, "competency").is_none());
    let review = find(&of_ben, "self-review").unwrap();
    assert!(
        review.contains("an entry `[[level]]`") || review.contains("an entry [[level]]"),
        "{review}"
    );
    assert!(!draft(&team, ADA, "self-review").contains("No level of this person"));
    let calibration = find(&of_ben, "calibration").unwrap();
    assert!(
        calibration.contains("No level of this person is in the register."),
        "{calibration}"
    );
    // The same form for everybody.
    let headings = |page: &str| -> Vec<String> {
        let lines = page.lines().filter(|line| line.starts_with("## "));
        lines
            .map(|line| line.split(" (").next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        headings(&calibration),
        headings(&draft(&team, ADA, "calibration"))
    );
}

#[test]
fn what_waits_or_was_sent_back_is_the_other_side_of_what_counts() {
    let mut team = half_a_year();
    team.private += "[[expectation]]\nlevel = \"engineer\"\ncompetency = \"Reviews\"\ntext = \"Answers.\"\nkinds = [\"reviewed\"]\n";
    team.pull_request(30, BEN, "2026-06-01", None);
    team.ask(30, ADA, "2026-06-01");
    let page = draft(&team, ADA, "competency");
    let reviews = section(&page, "Reviews\n");
    let row = reviews.lines().find(|line| line.contains("(now)")).unwrap();
    let cells: Vec<&str> = row.split(" | ").collect();
    assert!(cells[1].starts_with("no GitHub evidence: ask"), "{row}");
    assert!(cells[2].contains("waiting widgets#30 `ev-"), "{row}");
    // Of code quality it says nothing.
    assert!(!section(&page, "Code quality\n").contains("widgets#30"));
}

/// Ada leads “Lamps”, Ben is second, Cem writes in it: it serves a goal that is measured.
fn lamps() -> SmallTeam {
    let mut team = SmallTeam::new();
    team.register += "[[product]]\nname = \"lamps\"\nrepositories = [\"acme/widgets\"]\n";
    team.private = "[[goal]]\ntitle = \"A first review soon\"\nset_on = \"2026-03-01\"\ndue_on = \"2026-05-31\"\nmeasure = \"flow.pickup_time\"\ntarget = 4\n\
                    [[initiative]]\ntitle = \"Lamps\"\nlead = \"ada\"\nsecond = \"ben\"\nlabel = \"lamps\"\ngoal = \"A first review soon\"\n"
        .to_owned()
        + LADDER;
    team.issue(20, CEM, "2026-01-05").labels = Vec::new();
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
    let first = team.pull_request(6, CEM, "2026-03-02", Some("2026-03-03"));
    first.labels = vec!["lamps".to_owned()];
    first.closes_issues = vec![20];
    team.pull_request(7, CEM, "2026-03-05", Some("2026-03-06"))
        .labels = vec!["lamps".to_owned()];
    for number in [6, 7] {
        team.file(number, "engine/a.rs");
    }
    for number in 8..=12 {
        let on = format!("2026-04-{number:02}");
        team.pull_request(number, BEN, &on, Some(&format!("{on}T12:00:00Z")));
        team.ask(number, ADA, &on);
        team.review(number, ADA, &format!("{on}T11:00:00Z"));
    }
    team
}

#[test]
fn an_initiative_without_anything_of_the_person_in_the_window_is_no_accomplishment() {
    let mut team = SmallTeam::new();
    // One piece of work without a name: what was merged of it is of the year before, and the rest was given up in the window.
    for (number, opened) in [(1, "2025-12-01"), (2, "2025-12-03"), (3, "2025-12-05")] {
        let merged = (number < 3).then_some("2025-12-09");
        team.pull_request(number, ADA, opened, merged);
        team.file(number, "engine/a.rs");
    }
    let given_up = team.facts().pull_requests.last_mut().unwrap();
    given_up.state = PullRequestState::Closed;
    given_up.closed_at = Some(at("2026-02-02"));
    let page = draft(&team, ADA, "self-review");
    assert!(
        page.contains("No initiative of the window names this person or has work of theirs."),
        "{page}"
    );
    assert!(!page.contains("no merged change of this person"), "{page}");
    // One merged change in the window makes it one.
    team.pull_request(4, ADA, "2025-12-08", Some("2026-02-10"));
    team.file(4, "engine/a.rs");
    let page = draft(&team, ADA, "self-review");
    assert!(
        page.contains("Initiatives with a part of this person: 1."),
        "{page}"
    );
    assert!(page.contains("2026-02-10 merged widgets#4"), "{page}");
}

#[test]
fn a_self_review_tells_situation_task_action_and_result_with_the_credit_of_each() {
    let mut team = lamps();
    let page = draft(&team, ADA, "self-review");
    for heading in [
        "Review of goals",
        "Accomplishments",
        "Areas for improvement",
        "Goals and aspirations",
        "Conclusion",
    ] {
        assert!(
            page.contains(&format!("\n## {heading}")),
            "{heading}: {page}"
        );
    }
    assert!(
        page.contains("### A first review soon (the team's, set 2026-03-01, due 2026-05-31, target at most 4.0 h)"),
        "{page}"
    );
    let result = "**Result**: Pickup time, lamps: 24.0 h → 60 min (n 5 → 5; ";
    assert!(
        page.contains(result) || page.contains("24.0 h → 1.0 h (n 5 → 5"),
        "{page}"
    );
    assert!(
        page.contains("**Served by**: “Lamps”, 2026-03-02 → 2026-03-06, led `in-"),
        "{page}"
    );
    let card = page
        .split("### Lamps · 2026-03-02 → 2026-03-06 `in-")
        .nth(1)
        .unwrap();
    let card = card.split("**Impact:** [yours to write]").next().unwrap();
    assert!(
        card.contains("**Situation**: 1 issue was open before the first change on 2026-03-02: widgets#20 “Issue 20” since 2026-01-05"),
        "{card}"
    );
    assert!(
        card.contains("**Task**: goal “A first review soon”, set on 2026-03-01"),
        "{card}"
    );
    assert!(
        card.contains(
            "**Action**: Led the initiative (register): 2 pull requests by 1 person, 2 merged."
        ),
        "{card}"
    );
    assert!(!card.contains("Implemented"), "{card}");
    assert!(card.contains("**Result**: Pickup time, lamps: "), "{card}");
    // Who implemented it has the other credit, and who was its second a third one.
    let of_cem = draft(&team, CEM, "self-review");
    let implemented = "**Action**: **Implemented**: 2026-03-03 merged widgets#6 `ev-";
    assert!(of_cem.contains(implemented), "{of_cem}");
    assert!(
        of_cem.contains("_n 2_") && !of_cem.contains("Led the initiative"),
        "{of_cem}"
    );
    assert!(draft(&team, BEN, "self-review").contains("Second of the initiative (register)"));
    // Without a goal there is no result; without a before and after neither.
    team.private = team.private.replace("goal = \"A first review soon\"\n", "");
    let page = draft(&team, ADA, "self-review");
    assert!(page.contains("**Task**: “Lamps”"), "{page}");
    assert!(
        page.contains("**Result**: [not measured: it serves no goal with a measure]"),
        "{page}"
    );
    // Somebody else's own goal is theirs.
    let mut team = lamps();
    team.private = team.private.replace(
        "measure = \"flow.pickup_time\"\ntarget = 4\n",
        "measure = \"reviews.answered\"\nlogin = \"ben\"\n",
    );
    let page = draft(&team, CEM, "self-review");
    assert!(
        page.contains("[not measured: the goal that it serves is somebody else's own]"),
        "{page}"
    );
    assert!(
        !page.contains("A first review soon") && !page.contains("kept "),
        "{page}"
    );
}

#[test]
fn the_star_table_has_six_columns_and_a_row_for_each_piece_of_work() {
    let team = lamps();
    let page = draft(&team, CEM, "star");
    let columns =
        "| Dimension | Situation | Task | Action | Result | Self-assessment and next step |";
    let delivery = section(&page, "Small-feature delivery\n");
    assert!(delivery.contains(columns), "{delivery}");
    let row = delivery
        .lines()
        .find(|line| line.starts_with("| small-feature"))
        .unwrap();
    assert!(
        row.contains("“Lamps” `in-") && row.contains("widgets#20 “Issue 20”"),
        "{row}"
    );
    assert!(
        row.contains("**Implemented**: ") && row.contains("merged widgets#7 `ev-"),
        "{row}"
    );
    assert_eq!(row.matches(" | ").count(), 5, "{row}");
    let writing = section(&page, "Architecture documentation\n");
    assert!(
        writing.contains("No moment of it is in what was read."),
        "{writing}"
    );
    assert_eq!(page.matches("**Next step:** [yours to write]").count(), 6);
    // A lead who wrote none of it stands there for taking it on.
    let of_ada = draft(&team, ADA, "star");
    let owned = section(&of_ada, "Ownership and initiative\n");
    assert!(owned.contains("Led the initiative (register)"), "{owned}");
    let delivered = section(&of_ada, "Small-feature delivery\n");
    assert!(!delivered.contains("Lamps"), "{delivered}");
}

#[test]
fn the_scope_of_what_was_led_is_told_from_areas_products_and_teams() {
    let mut team = lamps();
    let scope = |team: &SmallTeam, person: PersonId| {
        section(&draft(team, person, "calibration"), "Scope\n").to_owned()
    };
    let told = scope(&team, ADA);
    assert!(
        told.contains("1 initiative (“Lamps” `in-") && told.contains("areas: widgets: engine; products: lamps; written by 1 person; teams not observed: none was read."),
        "{told}"
    );
    team.facts().teams.push(Team {
        repository: WIDGETS,
        team: "makers".to_owned(),
        name: "Makers".to_owned(),
        parent: None,
        n_members: 1,
    });
    team.facts().team_members.push(TeamMember {
        repository: WIDGETS,
        team: "makers".to_owned(),
        person: CEM,
    });
    assert!(scope(&team, ADA).contains("of teams: makers."));
    assert!(
        scope(&team, CEM).contains("names this person as `lead`")
            || scope(&team, CEM).contains("names this person as lead")
    );
    // What was led counts for an expectation that asks for it.
    let page = draft(&team, ADA, "competency");
    let code = section(&page, "Code quality\n");
    assert!(
        code.contains("2026-03-02 led “Lamps” widgets#6 `in-"),
        "{code}"
    );
}

#[test]
fn a_calibration_says_how_thin_the_record_is_and_bears_a_digest_that_anybody_can_make() {
    let team = half_a_year();
    let page = draft(&team, ADA, "calibration");
    let thin = section(&page, "What the record cannot see, and how thin it is\n");
    // A change is opened on the tenth of six months and merged on the twelfth: 2026-01-10, 05-10 are the week before 01-12, 05-12.
    let weeks = thin
        .lines()
        .find(|line| line.contains("weeks have a moment"))
        .unwrap();
    assert!(
        weeks.contains(" of 27 weeks have a moment of this person ("),
        "{weeks}"
    );
    assert!(thin.contains("On this level since 2026-03-01"), "{thin}");
    assert!(!thin.contains("not read whole"), "{thin}");
    let digest_of = |team: &SmallTeam| {
        team.sources(|sources| {
            with_desk(sources, |desk| {
                let pack = desk.pack(ADA).unwrap();
                let mut hasher = Sha256::new();
                for line in &pack.lines {
                    hasher.update(format!("{} {} {}\n", line.id, line.on, line.act));
                }
                let digits = hasher.finalize();
                let digits = digits
                    .iter()
                    .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
                let page = find(&desk.pages(&pack), "calibration").unwrap();
                assert!(page.contains(&digits), "{page}");
                digits
            })
        })
    };
    let before = digest_of(&team);
    let mut other = half_a_year();
    other.facts().pull_requests[0].title = "Another".to_owned();
    assert_ne!(before, digest_of(&other));
    // What was not read is told, repository by repository, and nothing is none.
    let mut blind = half_a_year();
    blind.streams.clear();
    let page = draft(&blind, BEN, "calibration");
    assert!(
        page.contains(
            "1 repository not read whole: acme/widgets (history, pull requests, issues)."
        ),
        "{page}"
    );
    assert!(page.contains("not observed: pull requests"), "{page}");
    let review = draft(&blind, BEN, "self-review");
    assert!(
        review.contains("Initiatives are not observed: ")
            && page.contains("**Scope of the work led**: not observed: "),
        "{review}"
    );
    assert!(
        review.contains("None in what was read; not read: pull requests, reviews and requests of "),
        "{review}"
    );
    // Without issues nobody can say that there is none.
    let mut unread = half_a_year();
    unread.streams.retain(|stream| *stream != Stream::Issues);
    let table = |team: &SmallTeam| {
        [ADA, BEN]
            .map(|person| draft(team, person, "star"))
            .concat()
    };
    let told = table(&unread);
    assert!(
        told.contains("issues were not read: ")
            && told.contains("in no goal; issues were not read"),
        "{told}"
    );
    for claim in [
        "no issue is tied to it",
        "no issue that it closes",
        "in no goal and no issue",
    ] {
        assert!(!told.contains(claim), "{claim}: {told}");
    }
    let competency = draft(&blind, ADA, "competency");
    assert!(
        competency.contains("no evidence in what was read: ask"),
        "{competency}"
    );
    assert!(!competency.contains("no GitHub evidence"), "{competency}");
}

#[test]
fn what_is_taken_from_the_facts_is_taken_from_the_drafts_and_nothing_else_is() {
    let whole = half_a_year();
    let mut less = half_a_year();
    less.facts().pull_requests.retain(|row| row.number.0 != 5);
    less.facts()
        .pull_request_files
        .retain(|row| row.number.0 != 5);
    let its_commit = CommitId::from_bytes(&[15; 20]).unwrap();
    less.tables.commits.retain(|row| row.commit != its_commit);
    for stem in ["self-review", "star", "competency", "calibration"] {
        let (before, after) = (draft(&whole, ADA, stem), draft(&less, ADA, stem));
        assert!(!after.contains("widgets#5"), "{stem}: {after}");
        if stem == "self-review" {
            // Nothing is sampled out here: what cites it is gone, and every other sentence is as it was.
            let cited = |page: &str| -> Vec<String> {
                let lines = page.lines().filter(|line| line.contains("`ev-"));
                lines.map(str::to_owned).collect()
            };
            let mut others = cited(&before);
            let n = others.len();
            others.retain(|line| !line.contains("widgets#5"));
            assert!(others.len() < n && others.len() > 3, "{before}");
            assert_eq!(others, cited(&after));
        }
        // Without the revert the change is whole again, and nothing speaks against it.
        let mut kept = half_a_year();
        kept.tables.commits.last_mut().unwrap().reverts = None;
        assert!(!draft(&kept, ADA, stem).contains("taken back"), "{stem}");
    }
    assert!(draft(&whole, ADA, "calibration").contains("taken back"));
    // Somebody with nothing has every page, and no number of anything.
    let none = SmallTeam::new();
    for stem in ["self-review", "star", "calibration"] {
        let page = draft(&none, BEN, stem);
        assert!(!page.contains("0 of 0") && !page.contains("`ev-"), "{page}");
    }
}

#[test]
fn no_draft_judges_and_no_part_has_the_id_of_another() {
    let quoted = regex::Regex::new("“[^”]*”").unwrap();
    for team in [half_a_year(), lamps(), SmallTeam::new()] {
        for person in [ADA, BEN, CEM] {
            for page in pages(&team, person).iter().filter(|page| page.is_draft) {
                let text = words(&page.document);
                // The team's own words are quoted.
                let own = quoted.replace_all(&text, "0");
                let refused = lint::text(&own);
                assert!(refused.is_empty(), "{}: {refused:?}: {text}", page.stem);
                let mut ids = Vec::new();
                for block in &page.document.blocks {
                    if let linchpin::report::document::Block::Refreshed { id, .. } = block {
                        assert!(!ids.contains(id), "{}: {id}", page.stem);
                        ids.push(id.clone());
                    }
                }
                assert!(!ids.is_empty(), "{}", page.stem);
            }
        }
    }
}

#[test]
fn text_of_others_and_of_the_register_reaches_no_draft_as_markup() {
    let mut team = lamps();
    let hostile = "</details><script>alert(1)</script> | [x](javascript:y) `z`";
    for row in &mut team.facts().pull_requests {
        row.title = hostile.to_owned();
    }
    team.facts().issues[0].title = hostile.to_owned();
    team.private = team
        .private
        .replace("Changes are small.", "<b>| `x` |</b>")
        .replace("Code quality", "Code | <i>quality</i>")
        .replace("\"Lamps\"", "\"Lamps | <script>\"");
    for person in [ADA, CEM] {
        for page in pages(&team, person) {
            let text = linchpin::render::pack::document(&page.document);
            let text = text.replace("\\]", "");
            for wrong in ["<script", "<b>", "<i>", "](javascript"] {
                assert!(!text.contains(wrong), "{}: {wrong}: {text}", page.stem);
            }
            // No bar of theirs ends a cell.
            let rows = text.lines().filter(|line| line.starts_with("| "));
            for row in rows.filter(|row| page.stem == "draft/star" && !row.starts_with("|---")) {
                let bars = row.replace("\\|", "").matches('|').count();
                assert_eq!(bars, 7, "{row}");
            }
        }
    }
}

#[test]
fn a_ladder_is_read_from_beside_the_register_and_from_nowhere_else() {
    let place = tempfile::tempdir().unwrap();
    let level = "[[level]]\nlogin = \"ada\"\nlevel = \"engineer\"\n";
    let register = |ladder: &str| {
        let text = format!("expectations = [\"{ladder}\"]\n{level}");
        fs::write(place.path().join("linchpin.private.toml"), text).unwrap();
        ran_with(place.path(), &["register", "check"], &[])
    };
    let ran = register("ladder.toml");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err.contains("ladder.toml` cannot be read") && ran.err.contains("`expectations` of"),
        "{}",
        ran.err
    );
    let text = "[[expectation]]\nlevel = \"engineer\"\ncompetency = \"code\"\ntext = \"x\"\nkinds = [\"mergd\"]\n";
    fs::write(place.path().join("ladder.toml"), text).unwrap();
    let ran = register("ladder.toml");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err.contains("ladder.toml:5") && ran.err.contains("did you mean `merged`?"),
        "{}",
        ran.err
    );
    fs::write(
        place.path().join("ladder.toml"),
        text.replace("mergd", "merged"),
    )
    .unwrap();
    assert_eq!(register("ladder.toml").code, 0);
    // What is added has to load with the ladder too.
    let add = |level: &str| {
        let level = format!("level={level}");
        let arguments = ["register", "add", "level", "login=ben", &level];
        ran_with(place.path(), &arguments, &[])
    };
    let ran = add("enginer");
    assert!(
        ran.code == 3 && ran.err.contains("did you mean `engineer`?"),
        "{}",
        ran.err
    );
    assert_eq!(add("engineer").code, 0);
    #[cfg(unix)]
    {
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("secret"), "machine x password y\n").unwrap();
        let link = place.path().join("link.toml");
        std::os::unix::fs::symlink(elsewhere.path().join("secret"), link).unwrap();
        let ran = register("link.toml");
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(
            ran.err.contains("leads out of its directory") && !ran.err.contains("password"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn the_demo_shows_what_is_planted_under_the_competencies_of_those_with_a_level() {
    let private = demo().root.join("linchpin-demo/private");
    let read = |login: &str, page: &str| fs::read_to_string(private.join(login).join(page)).ok();
    for login in ["mara-l", "inesc", "tbeck", "yarai", "odemir"] {
        for page in [
            "draft/self-review.md",
            "draft/star.md",
            "draft/calibration.md",
        ] {
            assert!(read(login, page).is_some(), "{login} {page}");
        }
        let has_level = ["mara-l", "inesc", "tbeck"].contains(&login);
        assert_eq!(
            read(login, "draft/competency.md").is_some(),
            has_level,
            "{login}"
        );
    }
    let text = read("tbeck", "draft/competency.md").unwrap();
    let writing = section(&text, "technical writing\n");
    assert!(
        writing.contains(" decision record [timetable#"),
        "{writing}"
    );
    // What was taken back stands against what was led.
    let led = read("inesc", "draft/competency.md").unwrap();
    let process = section(&led, "process\n");
    let planted = demo().truths.revert.as_ref().unwrap();
    let taken_back = format!("{}#{}](", planted.repository, planted.number);
    let row = process.lines().find(|line| line.contains("(now)")).unwrap();
    let against = row.split(" | ").nth(2).unwrap();
    assert!(
        against.contains(&taken_back) && against.contains("reverted 2026-03-"),
        "{row}"
    );
    // Where everything waited on the lead, that is the other side of their reviews.
    let waited_for = read("mara-l", "draft/competency.md").unwrap();
    let row = section(&waited_for, "process\n");
    let row = row.lines().find(|line| line.contains("(now)")).unwrap();
    assert!(
        row.split(" | ").nth(2).unwrap().contains(" awaited ["),
        "{row}"
    );
    let is_told = |root: &Path| {
        let page = root.join("linchpin-demo/private/inesc/draft/competency.md");
        let text = fs::read_to_string(page).unwrap();
        section(&text, "process\n").contains(" reverted 2026-")
    };
    assert!(is_told(&demo().root) && !is_told(&bare().root));
    let scope = led;
    assert!(scope.contains("“Checkout in two steps” `in-"), "{scope}");
    assert!(scope.contains("products: parcels"), "{scope}");
}
