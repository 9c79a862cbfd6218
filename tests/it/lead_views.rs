//! The lead's views of a team of three: what comes first, who reviews whom, who holds what, and how a task crosses over.

use linchpin::domain::{PersonId, Stream};
use linchpin::evidence::lead::{
    Counted, Lead, LeadSources, ProductSources, Taken, Upcoming, kept, lead,
};
use linchpin::evidence::with_desk;
use linchpin::metrics::agreements::agreements;
use linchpin::metrics::knowledge::files_at_risk::HeldFile;
use linchpin::metrics::knowledge::{decay, orphans_if};
use linchpin::metrics::of_each;
use linchpin::metrics::review::areas;
use linchpin::register::{Register, parse};
use linchpin::render::{lead_tree, svg};
use linchpin::report::document::Block;
use linchpin::report::picture::{CrossPoint, Drawing, GridCell, Look, MatrixCell};
use linchpin::report::{Picture, Table, TableCell};
use linchpin::work::activity;
use linchpin::work::history::touches::last_touches;

use crate::hostile::corpus;
use crate::small_team::{ADA, BEN, BOT, CEM, SmallTeam, WIDGETS, words};

/// The views, with the files that are given: surviving lines are sampled where a repository is mined.
fn views(team: &SmallTeam, files: &[HeldFile]) -> Lead {
    let register: Register = parse(&team.register, "linchpin.toml").unwrap();
    team.sources(|sources| {
        let readings = sources.past.of_products();
        let kept = of_each(&|_| true, &|metric| kept(metric, readings, Taken::Rows));
        let (measures, counted): (Vec<_>, Vec<Counted>) = kept.into_iter().unzip();
        let product = |reading: &linchpin::work::Reading<'_>| ProductSources {
            name: reading.product.name.clone(),
            waits: Vec::new(),
            reviewers: areas::by_area(reading),
            knowledge: decay::by_area(reading),
            last_touches: last_touches(reading),
            files: files.to_vec(),
            known_to_one: orphans_if::by_person_and_area(reading),
            active: activity::active_people(reading),
            handovers: Vec::new(),
            pages: std::collections::BTreeMap::new(),
        };
        let products: Vec<ProductSources> = readings.iter().map(product).collect();
        let held = agreements(&register, &measures, readings).unwrap();
        let upcoming = with_desk(sources, Upcoming::of);
        lead(&LeadSources {
            question: sources.past.question,
            people: &sources.past.tables.people,
            repositories: sources.repositories,
            measures: &measures,
            counted: &counted.into_iter().collect(),
            products: &products,
            packs: &[],
            absences: &[],
            delegations: &[],
            upcoming: &upcoming,
            agreements: &held,
            accepted: &register.accepted,
            masked_areas: &std::collections::BTreeMap::new(),
        })
    })
}

/// The text of a part.
fn part(lead: &Lead, id: &str) -> String {
    let part = lead.parts.iter().find(|part| part.id == id).unwrap();
    words(&part.document).replace('\u{2060}', "")
}

/// Every picture of the views, in their order.
fn pictures(lead: &Lead) -> Vec<Picture> {
    let blocks = lead.parts.iter().flat_map(|part| &part.document.blocks);
    let picture = |block: &Block| match block {
        Block::Picture(picture) => Some((**picture).clone()),
        _ => None,
    };
    blocks.filter_map(picture).collect()
}

fn picture(lead: &Lead, stem: &str) -> Picture {
    let all = pictures(lead);
    let found = all.iter().find(|picture| picture.id.starts_with(stem));
    let ids = || {
        all.iter()
            .map(|picture| picture.id.as_str())
            .collect::<Vec<_>>()
    };
    found
        .unwrap_or_else(|| panic!("{stem} in {:?}", ids()))
        .clone()
}

fn tables(blocks: &[Block]) -> Vec<&Table> {
    let mut found = Vec::new();
    for block in blocks {
        match block {
            Block::Table(table) => found.push(table),
            Block::Panel { blocks, .. } | Block::Details { blocks, .. } => {
                found.extend(tables(blocks));
            }
            _ => {}
        }
    }
    found
}

/// Ada and Ben review each other's work, a machine's too; Cem is asked and is late.
fn reviews(team: &mut SmallTeam) {
    for number in 1..=6 {
        let on = format!("2026-06-{:02}", number + 1);
        let author = if number <= 4 { BEN } else { BOT };
        team.pull_request(number, author, &on, Some(&format!("{on}T20:00:00Z")));
        team.file(number, "engine/lamp.rs");
        team.review(number, ADA, &format!("{on}T15:00:00Z"));
    }
    team.review(1, BEN, "2026-06-02T16:00:00Z");
    "Lamps <b>".clone_into(&mut team.pull_request(7, ADA, "2026-06-10", None).title);
    team.ask(7, CEM, "2026-06-10");
    team.pull_request(8, ADA, "2026-06-29", None);
    team.ask(8, BEN, "2026-06-29");
}

#[test]
fn receipts_and_requests_are_told_on_the_clock_of_their_columns_and_by_whose_calendar() {
    let mut team = SmallTeam::new();
    team.register = "[calendar]\ntime_zone = \"UTC\"\nhours = \"09:00-17:00\"\n".to_owned();
    // Monday at one to Tuesday at one; Saturday to Sunday; open since Monday at ten, until Tuesday is over.
    team.pull_request(
        21,
        CEM,
        "2026-06-01T13:00:00Z",
        Some("2026-06-02T18:00:00Z"),
    );
    team.ask(21, BEN, "2026-06-01T13:00:00Z");
    team.review(21, BEN, "2026-06-02T13:00:00Z");
    team.pull_request(22, CEM, "2026-06-06", Some("2026-06-07T12:00:00Z"));
    team.ask(22, BEN, "2026-06-06");
    team.review(22, BEN, "2026-06-07");
    team.pull_request(23, CEM, "2026-06-29", None);
    team.ask(23, BEN, "2026-06-29");
    let lead = views(&team, &[]);
    let text = part(&lead, "reviewers");
    for line in [
        "Oldest, working hours",
        "Waiting now, oldest first, by their calendar",
        "widgets#23, asked on 2026-06-29, waits for 15.0 h of working hours",
        "Requests answered, latest first, by their calendar",
        "widgets#21, asked on 2026-06-01, reviewed after 8.0 h of working hours",
        "widgets#22, asked on 2026-06-06, reviewed after 0 min of working hours, 24.0 h elapsed",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let text = part(&lead, "this-week");
    let line = "asked of ben, open for 15.0 h of working hours by their calendar (one of n 1 requests that wait)";
    assert!(text.contains(line), "{text}");
}

#[test]
fn an_area_in_which_too_little_happened_is_known_neither_to_one_nor_to_several() {
    let mut team = SmallTeam::new();
    team.engine_and_tools(1..=8);
    let lead = views(&team, &[]);
    let areas = lead.products[0].areas.iter();
    let found: Vec<(&str, u64, Option<bool>)> = areas
        .map(|area| (area.area.as_str(), area.n, area.is_silo))
        .collect();
    assert_eq!(found, [("engine", 6, Some(false)), ("tools", 2, None)]);
    let blocks = lead.parts.iter().flat_map(|part| &part.document.blocks);
    let blocks: Vec<Block> = blocks.cloned().collect();
    let tables = tables(&blocks);
    let cell = |title: &str, area: &str, column: &str| {
        let table = tables
            .iter()
            .find(|table| table.title.starts_with(title))
            .unwrap();
        let column = table
            .columns
            .iter()
            .position(|one| one.title == column)
            .unwrap();
        let row = |row: &&Vec<TableCell>| row[0] == TableCell::Text(area.to_owned());
        table.rows.iter().find(row).unwrap()[column].clone()
    };
    let untold = TableCell::Missing(Some("too few commits and reviews to say".to_owned()));
    for (title, column, told) in [
        ("Areas of ", "Known to", "more than one"),
        ("Who makes most of the changes", "Silo", "no"),
    ] {
        assert_eq!(
            cell(title, "engine", column),
            TableCell::Text(told.to_owned())
        );
        assert_eq!(cell(title, "tools", column), untold);
    }
}

#[test]
fn a_wait_for_somebody_of_whom_nothing_was_requested_in_the_window_is_explained() {
    let mut team = SmallTeam::new();
    let said = "What waits now, and the hours waited in the window, are of earlier requests too";
    team.pull_request(1, ADA, "2026-06-10", Some("2026-06-11"));
    team.review(1, BEN, "2026-06-10T12:00:00Z");
    let text = part(&views(&team, &[]), "reviewers");
    assert!(!text.contains(said), "{text}");
    team.pull_request(2, ADA, "2025-12-20", None);
    team.ask(2, BEN, "2025-12-20");
    let text = part(&views(&team, &[]), "reviewers");
    assert!(text.contains("| ben | 0 | "), "{text}");
    assert_eq!(text.matches(said).count(), 1, "{text}");
}

#[test]
fn reviews_that_were_not_read_are_no_reviews_that_nobody_was_asked_for() {
    let mut team = SmallTeam::new();
    let said = "No merged pull request of the window asked a person for a review.";
    assert!(part(&views(&team, &[]), "reviewers").contains(said));
    team.streams.retain(|stream| *stream == Stream::History);
    let text = part(&views(&team, &[]), "reviewers");
    assert!(
        text.contains("Not observed: no pull requests were read for this product.")
            && !text.contains(said),
        "{text}"
    );
}

#[test]
fn this_week_is_first_and_every_line_has_its_day_its_page_and_n() {
    let mut team = SmallTeam::new();
    reviews(&mut team);
    team.register = "[agreements]\nfirst_review_within_working_days = 3\n\
                     [[accepted]]\nmetric = \"knowledge.silos\"\nscope = \"engine\"\nreason = \"Grace joins\"\nuntil = \"2026-07-14\"\n\
                     [[accepted]]\nmetric = \"flow.stuck\"\nreason = \"summer\"\nuntil = \"2026-06-30\"\n\
                     [[accepted]]\nmetric = \"flow.cycle_time\"\nreason = \"later\"\nuntil = \"2026-07-15\"\n"
        .to_owned();
    team.private = "[[absence]]\nlogin = \"ada\"\nfrom = \"2026-07-14\"\nto = \"2026-07-31\"\n\
                    [[absence]]\nlogin = \"cem\"\nfrom = \"2026-07-15\"\nto = \"2026-07-16\"\n\
                    [[absence]]\nlogin = \"ben\"\nfrom = \"2026-06-01\"\nto = \"2026-06-30\"\n\
                    [[delegation]]\nwhat = \"releases\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-06-01\"\ndue_on = \"2026-06-20\"\npaths = [\"engine/**\"]\n\
                    [[delegation]]\nwhat = \"docs\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-06-01\"\ndue_on = \"2026-07-15\"\n\
                    [[delegation]]\nwhat = \"alerts\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-06-01\"\ndue_on = \"2026-07-02\"\ndone_on = \"2026-06-30\"\n\
                    [[feedback]]\nlogin = \"ben\"\ntopic = \"comments\"\ngiven_on = \"2026-06-01\"\nstop_on = \"2026-07-03\"\nmeasure = \"reviews.answered\"\n\
                    [[feedback]]\nlogin = \"cem\"\ntopic = \"tests\"\ngiven_on = \"2026-06-01\"\nstop_on = \"2026-06-16\"\nobservable = \"a test with each change\"\n"
        .to_owned();
    let lead = views(&team, &[]);
    assert_eq!(lead.parts[0].id, "this-week");
    let text = part(&lead, "this-week");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("- ")).collect();
    let check = |pieces: &[&str]| {
        let is_it = |line: &&&str| pieces.iter().all(|piece| line.contains(piece));
        assert_eq!(
            lines.iter().filter(is_it).count(),
            1,
            "{pieces:?} in {text}"
        );
    };
    check(&[
        "- **2026-06-10** · widgets#7 “Lamps &lt;b&gt;”, waits with cem since 2026-06-10 (",
        " working days by the team's calendar without a review) · agreed: a first review comes within 3 working days (n 1 in ",
    ]);
    check(&[
        "- **2026-06-10** · widgets#7 “Lamps &lt;b&gt;”, asked of cem, open for ",
        " (one of n 2 requests that wait)",
    ]);
    check(&[
        "- **2026-06-29** · widgets#8 “Change 8”, asked of ben, open for ",
        " (one of n 2 requests that wait)",
    ]);
    check(&[
        "- **2026-07-14 to 2026-07-31** · ada is away. Only they approve in engine (n 6 pull requests reviewed there in 180 days",
        "the latest that they approved widgets#6); n 0 requests wait for them",
    ]);
    check(&["- **2026-06-30** · `flow.stuck`, everywhere: ran out then: decide anew (“summer”"]);
    check(&["- **2026-07-14** · `knowledge.silos`, engine: runs out then (“Grace joins”"]);
    check(&[
        "- **2026-06-20** · delegation “releases” from ada to ben was due then and is not marked as done",
        "; n 6 acts of both since 2026-06-01, the latest on 2026-06-07 widgets#6; its card",
    ]);
    check(&[
        "- **2026-07-03** · feedback to ben, “comments”, given on 2026-06-01; it is looked at until 2026-07-03",
        "notes: `linchpin follow-up ben`",
    ]);
    // What lies beyond the days, is done, or was over long ago is not there.
    for never in [
        "cycle_time",
        "2026-07-15",
        "alerts",
        "“docs”",
        "“tests”",
        "ben is away",
    ] {
        assert!(!text.contains(never), "{never}: {text}");
    }
    for line in lines {
        assert!(line.starts_with("- **2026-"), "{line}");
    }
}

#[test]
fn a_request_on_a_draft_is_counted_and_not_listed_as_one_that_waits() {
    let mut team = SmallTeam::new();
    for number in 1..=2 {
        team.pull_request(number, ADA, "2026-06-10", None);
        team.ask(number, CEM, "2026-06-10");
    }
    team.tables.facts.pull_requests[0].ready_at = None;
    let text = part(&views(&team, &[]), "this-week");
    assert!(
        text.contains("widgets#2 “Change 2”, asked of cem, open for "),
        "{text}"
    );
    assert!(!text.contains("widgets#1 "), "{text}");
    assert!(
        text.contains("\n- 1 request on a draft is not among them: it waits for its author.\n"),
        "{text}"
    );
    // Where only drafts have requests, nothing waits.
    team.tables.facts.pull_requests[1].ready_at = None;
    let text = part(&views(&team, &[]), "this-week");
    assert!(
        text.contains(
            "No request for a review waits (n 0). 2 requests on drafts are not among them: they wait for their authors."
        ),
        "{text}"
    );
}

#[test]
fn a_week_without_anything_says_so_and_nothing_unread_is_told_as_nothing() {
    let mut team = SmallTeam::new();
    team.register = "[agreements]\nfirst_review_within_working_days = 3\n".to_owned();
    let text = part(&views(&team, &[]), "this-week");
    assert!(
        text.contains(
            "No agreement is crossed. No request for a review waits (n 0). Nobody is declared to be away. No accepted risk runs \
             out. No feedback and no delegation is due. Looked at: 2026-07-01 to 2026-07-14."
        ),
        "{text}"
    );
    team.streams = Vec::new();
    let text = part(&views(&team, &[]), "this-week");
    assert!(
        text.contains("Requests for reviews are not observed"),
        "{text}"
    );
    assert!(!text.contains("n 0"), "{text}");
}

#[test]
fn without_members_and_evidence_the_coverage_says_why_it_has_no_table() {
    let text = part(&views(&SmallTeam::new(), &[]), "coverage");
    assert!(
        text.contains("the register declares no `[[member]]`"),
        "{text}"
    );
    assert!(!text.contains("Months"), "{text}");
}

#[test]
fn the_matrix_adds_up_and_own_work_and_machines_are_told_apart() {
    let mut team = SmallTeam::new();
    reviews(&mut team);
    let found = picture(&views(&team, &[]), "reviews-1");
    let Drawing::Matrix(matrix) = &found.drawing else {
        panic!("{found:?}");
    };
    let titles = |lines: &[linchpin::report::picture::MatrixLine]| {
        let titles = lines.iter().map(|line| (line.title.clone(), line.n));
        titles.collect::<Vec<_>>()
    };
    // Ben's word on his own pull request is no review.
    assert_eq!(
        titles(&matrix.columns),
        [("ada".to_owned(), 6), ("ben".to_owned(), 0)]
    );
    let rows = titles(&matrix.rows);
    assert_eq!(rows[..2], [("ada".to_owned(), 0), ("ben".to_owned(), 4)]);
    assert!(
        rows[2].0.starts_with("automation") && rows[2].1 == 2,
        "{rows:?}"
    );
    assert_eq!(matrix.cells[0][0], MatrixCell::Own);
    assert_eq!(matrix.cells[1], [MatrixCell::Count(4), MatrixCell::Own]);
    assert!(found.title.ends_with("n 6 reviews"), "{}", found.title);
}

fn held(path: &str, lines: u64, people: &[PersonId]) -> HeldFile {
    HeldFile {
        repository: WIDGETS,
        path: path.to_owned(),
        areas: [path.split('/').next().unwrap().to_owned()].into(),
        lines,
        people: people.to_vec(),
    }
}

#[test]
fn the_map_names_six_holders_and_what_would_be_lost_with_each() {
    let mut team = SmallTeam::new();
    let extra = |at: u32| linchpin::domain::Person {
        id: PersonId(10 + at),
        display_name: format!("holder {at}"),
        ..team.tables.people[0].clone()
    };
    let extras: Vec<_> = (0..8).map(extra).collect();
    team.tables.people.extend(extras);
    let mut files = vec![
        held("engine/a.rs", 40, &[ADA, BEN]),
        held("engine/b.rs", 7, &[]),
    ];
    // The two with fewest lines have no look of their own.
    files.extend((0..8).map(|at| {
        held(
            &format!("docs/{at}.md"),
            100 - u64::from(at),
            &[PersonId(10 + at)],
        )
    }));
    let lead = views(&team, &files);
    let map = picture(&lead, "holders-1");
    let Drawing::Map(drawn) = &map.drawing else {
        panic!("{map:?}");
    };
    let classes: Vec<(&str, Look)> = drawn
        .classes
        .iter()
        .map(|class| (class.title.as_str(), class.look))
        .collect();
    assert_eq!(classes.len(), 9, "{classes:?}");
    assert_eq!(classes[0], ("holder 0", Look::Holder(0)));
    assert_eq!(classes[5], ("holder 5", Look::Holder(5)));
    assert_eq!(
        classes[6..],
        [
            ("another", Look::Another),
            ("more than one", Look::Many),
            ("nobody active", Look::Nobody)
        ]
    );
    let lines = |class: u8| {
        let tiles = drawn.areas.iter().flat_map(|area| &area.tiles);
        let own = tiles.filter(|tile| tile.class == class);
        own.map(|tile| tile.lines).sum::<u64>()
    };
    assert_eq!(
        [lines(0), lines(6), lines(7), lines(8)],
        [100, 94 + 93, 40, 7]
    );
    let left = picture(&lead, "left-1");
    let Drawing::Losses(losses) = &left.drawing else {
        panic!("{left:?}");
    };
    assert_eq!(losses.people.len(), 6);
    assert_eq!(losses.people[1].words, "1 of 10 files, 99 lines");
    assert!(
        left.alternative
            .contains("holder 1: 1 of 10 files, 99 lines")
    );
}

#[test]
fn a_hand_over_is_a_change_of_initials_and_too_few_changes_are_told_by_n() {
    let mut team = SmallTeam::new();
    let mut id = 1;
    for (month, author, n) in [("02", ADA, 6), ("05", BEN, 5), ("05", ADA, 1)] {
        for day in 1..=n {
            team.commit(id, author, &format!("2026-{month}-{day:02}"));
            team.changes("engine/lamp.rs");
            id += 1;
        }
    }
    team.commit(id, CEM, "2026-05-20");
    team.changes("docs/a.md");
    let found = picture(&views(&team, &[]), "areas-1");
    let Drawing::Grid(grid) = &found.drawing else {
        panic!("{found:?}");
    };
    let engine = grid.rows.iter().find(|row| row.title == "engine").unwrap();
    let GridCell::Held {
        initials, of: 6, ..
    } = &engine.cells[0]
    else {
        panic!("{engine:?}");
    };
    assert_eq!(initials, "Ad");
    let GridCell::Held {
        initials,
        hits: 5,
        of: 6,
        is_shared: false,
    } = &engine.cells[1]
    else {
        panic!("{engine:?}");
    };
    assert_eq!(initials, "Be");
    let docs = grid.rows.iter().find(|row| row.title == "docs").unwrap();
    assert_eq!(docs.cells[1], GridCell::TooFew(1));
    assert!(
        found
            .alternative
            .contains("1 of 2 areas have: engine from ada to ben in 2026-Q2"),
        "{}",
        found.alternative
    );
    assert_eq!(
        grid.people,
        [
            ("Ad".to_owned(), "ada".to_owned()),
            ("Be".to_owned(), "ben".to_owned())
        ]
    );
}

#[test]
fn shares_of_a_delegation_cross_over_and_few_acts_have_none() {
    let mut team = SmallTeam::new();
    team.private = "[[absence]]\nlogin = \"ada\"\nfrom = \"2026-05-04\"\nto = \"2026-05-08\"\n\
                    [[delegation]]\nwhat = \"lamps\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-04-01\"\ndue_on = \"2026-07-31\"\npaths = [\"engine/**\"]\n"
        .to_owned();
    let mut id = 1;
    for (month, givers, receivers) in [("03", 5, 1), ("04", 3, 3), ("05", 1, 5), ("06", 0, 2)] {
        for at in 0..givers + receivers {
            let author = if at < givers { ADA } else { BEN };
            team.commit(id, author, &format!("2026-{month}-{:02}", 10 + at));
            team.changes("engine/lamp.rs");
            id += 1;
        }
    }
    let found = picture(&views(&team, &[]), "delegation-1");
    let Drawing::Crossing(crossing) = &found.drawing else {
        panic!("{found:?}");
    };
    let floor = crossing.floor;
    let told: Vec<(&str, [u64; 2], bool)> = crossing
        .points
        .iter()
        .map(|one| (one.name.as_str(), one.acts, one.shares(floor).is_some()))
        .collect();
    assert_eq!(
        told,
        [
            ("2026-03", [5, 1], true),
            ("2026-04", [3, 3], true),
            ("2026-05", [1, 5], true),
            ("2026-06", [0, 2], false),
        ]
    );
    let [giver, receiver] = crossing.points[2].shares(floor).unwrap();
    assert!((giver + receiver - 1.0).abs() < 1e-9 && giver < receiver);
    let marks: Vec<&str> = crossing
        .marks
        .iter()
        .map(|(_, words)| words.as_str())
        .collect();
    assert_eq!(marks, ["start 2026-04-01", "due 2026-07-31"]);
    assert!(crossing.away.iter().all(|away| away.is_giver) && crossing.away.len() == 1);
    assert_eq!(crossing.points.iter().map(CrossPoint::n).sum::<u64>(), 20);
    assert!(
        found
            .alternative
            .contains("2026-06 too few for a share (n 2)"),
        "{}",
        found.alternative
    );
}

#[test]
fn no_table_is_wider_than_eight_columns_however_many_people_there_are() {
    let mut team = SmallTeam::new();
    let many: Vec<_> = (0..40)
        .map(|at: u32| linchpin::domain::Person {
            id: PersonId(4 + at),
            display_name: format!("Person {at:02}"),
            ..team.tables.people[0].clone()
        })
        .collect();
    team.tables.people.extend(many);
    for number in 0..120_u32 {
        let on = format!("2026-0{}-{:02}", 1 + number % 6, 1 + number % 27);
        let number = u64::from(number + 1);
        let person = |shift: u64| PersonId(4 + u32::try_from((number * 7 + shift) % 40).unwrap());
        team.pull_request(number, person(0), &on, None);
        team.file(number, "engine/lamp.rs");
        team.review(number, person(1), &format!("{on}T15:00:00Z"));
    }
    let lead = views(&team, &[]);
    let found = picture(&lead, "reviews-1");
    let Drawing::Matrix(matrix) = &found.drawing else {
        panic!("{found:?}");
    };
    // Twenty-four people, and one line for the sixteen others: no review is lost.
    assert_eq!((matrix.rows.len(), matrix.columns.len()), (25, 25));
    assert_eq!(matrix.columns.iter().map(|line| line.n).sum::<u64>(), 120);
    let all = lead
        .parts
        .iter()
        .flat_map(|part| tables(&part.document.blocks));
    let mut n = 0;
    for table in all {
        assert!(table.columns.len() <= 8, "{}", table.title);
        n += 1;
    }
    assert!(n > 6, "{n}");
}

#[test]
fn every_picture_has_a_file_with_its_numbers_and_no_strangers_text_acts_in_it() {
    let attacks: Vec<String> = corpus().into_iter().map(|one| one.text).collect();
    let longest = attacks.iter().max_by_key(|text| text.len()).unwrap();
    for name in ["Ada Berg", "<script>x</script>", longest] {
        let mut team = SmallTeam::new();
        for person in &mut team.tables.people {
            person.display_name = format!("{name}{}", person.id.0);
        }
        reviews(&mut team);
        let lead = views(
            &team,
            &[
                held("engine/a.rs", 40, &[ADA]),
                held("engine/b.rs", 9, &[BEN, CEM]),
            ],
        );
        let files = lead_tree(&lead, &[]).unwrap();
        let all = pictures(&lead);
        assert!(all.len() >= 3, "{}", all.len());
        for picture in &all {
            let drawn = svg::drawing(picture).unwrap();
            assert!(!drawn.contains("<script"), "{drawn}");
            let stem = linchpin::render::encode::file_name(&picture.id);
            for kind in ["svg", "csv"] {
                let path = format!("charts/{stem}.{kind}");
                assert!(files.iter().any(|(name, _)| *name == path), "{path}");
            }
        }
        let (_, page) = files.iter().find(|(name, _)| name == "index.html").unwrap();
        let page = String::from_utf8(page.clone()).unwrap();
        assert!(!page.contains("<script"), "{name}");
        let main = page.split("<main").nth(1).unwrap();
        assert!(
            main.find("<section id=\"this-week\"").unwrap()
                < main.find("<section id=\"reviewers\"").unwrap()
        );
    }
}
