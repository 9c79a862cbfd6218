//! What a team publishes of its work: shipped initiatives, the path to production, and that nobody is named in it.

use std::collections::{BTreeMap, BTreeSet};

use linchpin::domain::{
    ChangeKind, Environment, Exclusion, Granularity, MergeRule, Milestone, PersonId, RepositoryId,
    Stream,
};
use linchpin::evidence::lint;
use linchpin::evidence::published::{Published, published};
use linchpin::metrics::{Measure, find};
use linchpin::report::{
    ByProduct, KnownPerson, Names, ProductFace, ProductInput, RepositoryLabel, TeamDefinition,
    TeamInput, faces, figures_of_products, team as report,
};
use linchpin::tables::changes::File;
use linchpin::work::Reading;

use crate::hostile::{corpus, skeleton};
use crate::small_team::{ADA, BEN, CEM, SmallTeam, WIDGETS, at, commit_id, words};

const METRICS: [&str; 5] = [
    "dora.change_lead_time",
    "flow.coding_time",
    "flow.cycle_time",
    "flow.pickup_time",
    "flow.merge_wait",
];

/// Everybody of the small team under a name that is nothing else.
fn names() -> Names {
    let person = |login: &str, name: &str| KnownPerson {
        logins: vec![login.to_owned()],
        names: vec![name.to_owned()],
        ..KnownPerson::default()
    };
    let people = [
        person("zelda-quill", "Zelda Quill"),
        person("bpaxx77", "Bo Paxx"),
    ];
    Names::of(&people, &["acme/widgets"])
}

fn all(team: &SmallTeam) -> Vec<Published> {
    team.sources(|sources| {
        let question = sources.past.question;
        let readings: Vec<_> = sources
            .past
            .readings
            .iter()
            .filter(|reading| !reading.product.name.is_empty())
            .cloned()
            .collect();
        let measures: Vec<Measure> = METRICS
            .iter()
            .map(|id| find(id).unwrap().of(&readings))
            .collect();
        let products: Vec<ProductInput> = readings
            .iter()
            .map(|reading| ProductInput {
                name: reading.product.name.clone(),
                repositories: reading.product.repositories.clone(),
                unmet: Vec::new(),
                silos: Vec::new(),
            })
            .collect();
        let names = names();
        let input = TeamInput {
            as_of: question.as_of,
            window: question.window,
            granularity: Granularity::Month,
            zone: question.zone.clone(),
            products: &products,
            teams: &[],
            repositories: &[RepositoryLabel {
                id: WIDGETS,
                name: "acme/widgets".to_owned(),
                url: Some("https://github.com/acme/widgets".to_owned()),
            }],
            measures: &measures,
            certificates: &question.certificates,
            patterns: &[],
            imports: &[],
            gaps: &[],
            recent: None,
            events: &[],
            agreements: &[],
            title: None,
            description: None,
            accepted: &[],
            agreed: &[],
            names: &names,
            minimum_n: question.minimum_n,
            minimum_people: question.minimum_people,
            version: "0.1.0",
        };
        let report = report(&input, &TeamDefinition::built_in().unwrap());
        let called = readings.iter().map(|reading| reading.product.name.as_str());
        let called: Vec<&str> = called.collect();
        let faces = faces(called.iter().copied(), &names);
        let ids: Vec<&str> = faces.iter().map(|face| face.id.as_str()).collect();
        let of_report: Vec<&str> = report.products.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, of_report);
        let minimum = question.minimum_people;
        let told = ByProduct::of(measures.clone(), &called, &question.zone, minimum);
        let figures = figures_of_products(&told, &names);
        let page = |(reading, face): (&Reading<'_>, &ProductFace)| {
            let own = figures
                .iter()
                .filter(|(product, ..)| *product == reading.product.name)
                .map(|(_, definition, measured)| (*definition, measured.clone()));
            let own: Vec<_> = own.collect();
            published(reading, sources.repositories, face, &own, &names)
        };
        readings.iter().zip(&faces).map(page).collect()
    })
}

/// The pages of the only product, by kind, as they are read.
fn pages(team: &SmallTeam) -> BTreeMap<String, String> {
    let found = all(team);
    assert_eq!(found.len(), 1);
    let pages = found[0].pages.iter();
    let pages: BTreeMap<String, String> = pages
        .map(|page| {
            let (kind, _) = page.stem.split_once('-').unwrap();
            (kind.to_owned(), words(&page.document))
        })
        .collect();
    for (kind, text) in &pages {
        let refused = lint::text(text);
        assert!(refused.is_empty(), "{kind}: {refused:?}: {text}");
        for name in ["ada", "ben", "cem", "zelda", "paxx"] {
            let mut read = text.split(|letter: char| !letter.is_alphanumeric());
            assert!(
                !read.any(|word| word.eq_ignore_ascii_case(name)),
                "{kind} names {name}: {text}"
            );
        }
    }
    pages
}

/// A merged pull request of the milestone whose issue it closes.
fn of_milestone(team: &mut SmallTeam, number: u64, author: PersonId, issue: u64, on: &str) {
    let merged = format!("{on}T20:00:00Z");
    let row = team.pull_request(number, author, on, Some(&merged));
    row.closes_issues = vec![issue];
    let id = u8::try_from(number).unwrap();
    row.merge_commit = Some(commit_id(id));
    team.commit(id, author, &merged);
}

fn milestone(team: &mut SmallTeam, number: u64, title: &str, due: &str, closed: Option<&str>) {
    team.facts().milestones.push(Milestone {
        repository: WIDGETS,
        milestone: number,
        title: title.to_owned(),
        url: format!("https://github.com/acme/widgets/milestone/{number}"),
        created_at: at("2026-01-02"),
        due_at: Some(at(due)),
        closed_at: closed.map(at),
        updated_at: at("2026-01-02"),
    });
}

/// Lamps by three people, and a wall by one.
fn lamps_and_wall() -> SmallTeam {
    let mut team = SmallTeam::new();
    team.streams.push(Stream::Milestones);
    team.issue(20, CEM, "2026-01-05").milestone = Some("Lamps of Zelda Quill".to_owned());
    team.issue(21, CEM, "2026-01-05").milestone = Some("A wall".to_owned());
    for (number, author, issue, on) in [
        (1, ADA, 20, "2026-02-02"),
        (2, BEN, 20, "2026-02-05"),
        (3, CEM, 20, "2026-02-09"),
        (4, ADA, 21, "2026-02-10"),
        (5, ADA, 21, "2026-02-12"),
    ] {
        of_milestone(&mut team, number, author, issue, on);
    }
    // The second and the fifth are taken back.
    for (id, taken) in [(6, 2), (7, 5)] {
        let on = format!("2026-02-2{id}T10:00:00Z");
        team.commit(id, BEN, &on).reverts = Some(Box::new(commit_id(taken)));
    }
    milestone(
        &mut team,
        1,
        "Lamps of Zelda Quill",
        "2026-03-01",
        Some("2026-03-01"),
    );
    milestone(&mut team, 2, "A wall", "2026-04-01", Some("2026-04-02"));
    team
}

/// What stands under a heading up to the next one.
fn below<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text
        .split_once(heading)
        .unwrap_or_else(|| panic!("{heading}: {text}"));
    rest.split("\n#").next().unwrap()
}

#[test]
fn an_initiative_of_enough_people_is_told_whole_and_without_a_name() {
    let text = &pages(&lamps_and_wall())["showcase"];
    let card = below(text, "### Lamps of … · 2026-02-02 → 2026-02-09 · ");
    for line in [
        "- **written by**: 3 people",
        "- **waited**: [not told: reviewed by nobody known]",
        "- **against it**: widgets#2 reverted 2026-02-26",
        "<summary>3 pull requests</summary>",
        "- **2026-02-05** · widgets#2, merged 2026-02-05",
    ] {
        assert!(card.contains(line), "{line}: {card}");
    }
    assert!(
        !text.contains("Change 2"),
        "no title of a pull request: {text}"
    );
    assert!(
        text.contains("of this page named somebody: the names are replaced by `…`."),
        "{text}"
    );
}

#[test]
fn of_what_one_person_wrote_only_that_is_told() {
    let text = &pages(&lamps_and_wall())["showcase"];
    let card = below(text, "### A wall · 2026-02-10 → 2026-02-12 · ");
    assert!(card.contains("- **written by**: one person"), "{card}");
    for hidden in ["waited", "against", "widgets#", "pull request"] {
        assert!(!card.contains(hidden), "{hidden}: {card}");
    }
    // Of two it is withheld as well, and of three told: the register's minimum decides.
    let mut team = lamps_and_wall();
    team.register = "minimum_people = 4\n".to_owned();
    let text = &pages(&team)["showcase"];
    let card = below(text, "### Lamps of … · ");
    assert!(card.contains("- **written by**: 3 people"), "{card}");
    assert!(!card.contains("against"), "{card}");
}

#[test]
fn a_figure_without_a_before_is_told_alone_with_why_there_is_none() {
    let mut team = SmallTeam::new();
    for number in 1..=6 {
        let [author, reviewer] = match number % 3 {
            0 => [ADA, BEN],
            1 => [BEN, CEM],
            _ => [CEM, ADA],
        };
        team.pull_request(number, author, "2026-02-02", Some("2026-02-03"));
        team.ask(number, reviewer, "2026-02-02");
        team.review(number, reviewer, "2026-02-02T12:00:00Z");
    }
    let text = pages(&team)["showcase"].clone();
    assert!(
        text.contains("The 181 days before the window against the 181 days of the window"),
        "{text}"
    );
    let line = text
        .lines()
        .find(|line| line.starts_with("- Cycle time, acme/widgets: "));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(
        line.contains("(n 6")
            && line.ends_with("; 2026-01-01 to 2026-06-30.")
            && !line.contains('→'),
        "{line}"
    );
    assert!(
        text.contains(
            "Not measured of 2025-07-04 to 2025-12-31: Cycle time: too few to summarise, n 0."
        ),
        "{text}"
    );
}

#[test]
fn two_figures_whose_intervals_overlap_are_not_told_apart() {
    let line = |hours: [&str; 2]| {
        let mut team = SmallTeam::new();
        for number in 1..=12 {
            let [author, reviewer] = match number % 3 {
                0 => [ADA, BEN],
                1 => [BEN, CEM],
                _ => [CEM, ADA],
            };
            let (day, hour) = if number <= 6 {
                ("2025-10-02", hours[0])
            } else {
                ("2026-02-02", hours[1])
            };
            let end = format!("{day}T{hour}:{:02}:00Z", number % 6);
            team.pull_request(number, author, day, Some(&end));
            team.ask(number, reviewer, day);
            team.review(number, reviewer, &format!("{day}T11:00:00Z"));
        }
        let text = pages(&team)["showcase"].clone();
        let mut lines = text.lines();
        let line = lines.find(|line| line.starts_with("- Cycle time, acme/widgets: "));
        line.unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    let same = line(["20", "20"]);
    assert!(
        same.ends_with(" Not told apart: the intervals overlap."),
        "{same}"
    );
    let other = line(["22", "12"]);
    assert!(
        other.contains('→') && !other.contains("Not told apart"),
        "{other}"
    );
}

#[test]
fn waits_are_told_where_enough_people_reviewed() {
    let mut team = lamps_and_wall();
    for (number, reviewer) in [(1, BEN), (2, CEM), (3, ADA)] {
        let on = format!("2026-02-0{}T12:00:00Z", [2, 5, 9][number - 1]);
        team.review(number as u64, reviewer, &on);
    }
    let text = &pages(&team)["showcase"];
    let card = below(text, "### Lamps of … · ");
    assert!(
        card.contains(
            "% on reviewers of the time from opening to the end, deployment not observed (n 3)"
        ),
        "{card}"
    );
}

#[test]
fn what_is_still_tracked_is_next_and_did_not_ship() {
    let mut team = lamps_and_wall();
    team.facts().milestones[0].closed_at = None;
    let text = &pages(&team)["showcase"];
    let (shipped, rest) = text.split_once("## Risk").unwrap();
    assert!(!shipped.contains("Lamps of"), "{shipped}");
    let open = below(rest, "### Initiatives that are not done");
    assert!(
        open.contains(
            "3 merged, 0 open, 0 closed without a merge; **against it**: widgets#2 reverted"
        ),
        "{open}"
    );
    let due = below(rest, "### Open milestones with a due day");
    assert!(
        due.contains("- due **2026-03-01** · “Lamps of …” of widgets, open 121 days after it"),
        "{due}"
    );
    assert!(!due.contains("A wall"), "closed: {due}");
}

#[test]
fn what_was_not_read_is_told_and_is_no_nothing() {
    let mut team = lamps_and_wall();
    team.streams.clear();
    let pages = pages(&team);
    let text = &pages["showcase"];
    assert!(
        text.contains("Not observed: pull requests: no pull requests in the store"),
        "{text}"
    );
    assert!(text.contains("Not observed: incidents: "), "{text}");
    assert!(
        text.contains("Not observed: milestones: no milestones in the store"),
        "{text}"
    );
    let path = &pages["path"];
    assert!(
        path.contains("not observed: no merge rules in the store"),
        "{path}"
    );
    assert!(
        path.contains("not observed: no environments in the store"),
        "{path}"
    );
    assert!(!path.contains("| 0 |"), "{path}");
}

#[test]
fn the_path_is_filled_from_settings_and_figures() {
    let mut team = lamps_and_wall();
    for number in 8..13_u64 {
        let row = team.pull_request(number, ADA, "2026-03-02", Some("2026-03-03"));
        row.first_commit_at = Some(at("2026-03-01T21:00:00Z"));
    }
    team.streams
        .extend([Stream::MergeRules, Stream::Environments]);
    team.facts().merge_rules.push(MergeRule {
        repository: WIDGETS,
        branch: "main".to_owned(),
        required_approvals: 2,
        requires_code_owner: true,
        requires_last_push_approval: false,
        dismisses_stale_reviews: false,
        has_merge_queue: true,
        required_checks: vec!["check | all".to_owned()],
        sources: vec!["ruleset".to_owned()],
        approvals_since: None,
    });
    team.facts().environments.push(Environment {
        repository: WIDGETS,
        environment: "production".to_owned(),
        wait_minutes: Some(10),
        reviewers: vec!["@zelda-quill".to_owned(), "@acme/owners".to_owned()],
        prevents_self_review: true,
        has_branch_policy: false,
    });
    let text = &pages(&team)["path"];
    let line = |step: &str| {
        let mut lines = text.lines();
        let found = lines.find(|line| line.starts_with(&format!("| {step} |")));
        found.unwrap_or_else(|| panic!("{step}: {text}")).to_owned()
    };
    let review = line("Review");
    assert!(
        review.contains("| 2 approvals; one of a code owner of the files |"),
        "{review}"
    );
    assert!(line("Merge").contains("| a merge queue |"), "{text}");
    assert!(line("Checks").contains("required: check"), "{text}");
    let deploy = line("Deploy");
    assert!(
        deploy.contains("production: an approval by one of 2 people or teams; not by whoever started it; a wait of 10 min"),
        "{deploy}"
    );
    // Opened thirteen hours after the first commit.
    assert!(line("Write").contains("| 13.0 h | 5 |"), "{text}");
}

#[test]
fn files_of_products_have_safe_names_that_differ() {
    let mut team = lamps_and_wall();
    let mut gadgets = team.tables.repositories[0].clone();
    gadgets.repository = RepositoryId(1);
    gadgets.name = "acme/gadgets".to_owned();
    team.tables.repositories.push(gadgets);
    team.register = "[[product]]\nname = \"../../a\"\nrepositories = [\"acme/widgets\"]\n\
                     [[product]]\nname = \"A\"\nrepositories = [\"acme/gadgets\"]\n"
        .to_owned();
    let found = all(&team);
    let stems: Vec<String> = found
        .iter()
        .flat_map(|product| &product.pages)
        .map(|page| page.stem.clone())
        .collect();
    assert!(stems.contains(&"showcase-a".to_owned()), "{stems:?}");
    let mut sorted = stems.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), stems.len(), "{stems:?}");
    let is_safe = |stem: &String| {
        let mut letters = stem.bytes();
        letters
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-')
    };
    assert!(stems.iter().all(is_safe), "{stems:?}");
}

/// The newest commit does something to a path.
fn change(team: &mut SmallTeam, path: &str, kind: ChangeKind, from: Option<&str>) {
    let mut index = |path: &str| {
        let files = &mut team.tables.changes.files;
        let known = files.iter().position(|file| file.path == path);
        let at = known.unwrap_or_else(|| {
            files.push(File {
                repository: WIDGETS,
                path: path.to_owned(),
                exclusion: None,
                in_tip: true,
            });
            files.len() - 1
        });
        u32::try_from(at).unwrap()
    };
    let (file, from) = (index(path), from.map(&mut index));
    let commit = u32::try_from(team.tables.commits.len() - 1).unwrap();
    team.tables.changes.push(commit, file, from, kind);
}

/// Three records: one moved, one removed, one that came with no pull request.
fn records() -> SmallTeam {
    let mut team = SmallTeam::new();
    let row = team.pull_request(1, ADA, "2026-02-02", Some("2026-02-03"));
    row.merge_commit = Some(commit_id(1));
    for (reviewer, on) in [(BEN, "2026-02-02T12:00:00Z"), (CEM, "2026-02-02T13:00:00Z")] {
        team.review(1, reviewer, on);
    }
    team.file(1, "docs/adr/0002-use-queues.md");
    team.commit(1, ADA, "2026-02-03");
    change(
        &mut team,
        "docs/adr/0002-use-queues.md",
        ChangeKind::Added,
        None,
    );
    team.commit(2, BEN, "2026-02-10");
    change(&mut team, "docs/adr/0010-lamps.md", ChangeKind::Added, None);
    change(&mut team, "docs/adr/0001-begin.md", ChangeKind::Added, None);
    team.commit(3, CEM, "2026-03-02");
    change(
        &mut team,
        "docs/adr/0010-lamps.md",
        ChangeKind::Deleted,
        None,
    );
    change(
        &mut team,
        "docs/adr/0002-queues.md",
        ChangeKind::Renamed,
        Some("docs/adr/0002-use-queues.md"),
    );
    team
}

#[test]
fn the_ledger_of_decisions_tells_what_became_of_each_file() {
    let mut team = records();
    let text = pages(&team)["decisions"].clone();
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("docs/adr/") && line.starts_with('|'))
        .collect();
    assert_eq!(rows.len(), 3, "{text}");
    assert_eq!(
        rows[0],
        "| 0001 | begin<br>`docs/adr/0001-begin.md` | 2026-02-10 | 140 days | 2026-02-10 | there | — (it came with no pull request) |"
    );
    assert_eq!(
        rows[1],
        "| 0002 | queues<br>`docs/adr/0002-queues.md` | 2026-02-03 | 147 days | 2026-03-02 | moved 2026-03-02 from `docs/adr/0002-use-queues.md` | fewer than 3 in widgets#1 |"
    );
    assert_eq!(
        rows[2],
        "| 0010 | lamps<br>`docs/adr/0010-lamps.md` | 2026-02-10 | 140 days | 2026-02-10 | removed 2026-03-02 | — (it came with no pull request) |"
    );
    // As many as the register's minimum are told.
    team.register = "minimum_people = 2\n".to_owned();
    let text = pages(&team)["decisions"].clone();
    assert!(text.contains("| 2 people in widgets#1 |"), "{text}");
    // What was later is not known earlier.
    team.as_of = at("2026-02-20");
    let text = pages(&team)["decisions"].clone();
    assert!(
        !text.contains("removed") && !text.contains("moved"),
        "{text}"
    );
}

#[test]
fn documents_are_held_against_the_code_beside_them() {
    let mut team = SmallTeam::new();
    team.commit(1, ADA, "2026-02-02");
    for path in [
        "engine/lamp.rs",
        "engine/docs/guide.md",
        "docs/runbooks/restore.md",
        "docs/adr/0001-begin.md",
    ] {
        change(&mut team, path, ChangeKind::Added, None);
    }
    team.commit(2, BEN, "2026-02-03");
    change(&mut team, "web/cart.ts", ChangeKind::Added, None);
    team.commit(3, CEM, "2026-02-04");
    change(&mut team, "web/cart.ts", ChangeKind::Modified, None);
    change(&mut team, "web/README.md", ChangeKind::Added, None);
    team.commit(4, ADA, "2026-02-05");
    change(&mut team, "engine/lamp.rs", ChangeKind::Modified, None);
    change(&mut team, "engine/lamp_test.rs", ChangeKind::Modified, None);
    let text = pages(&team)["documents"].clone();
    let (changed, rest) = text.split_once("## Nothing changed since").unwrap();
    let lines: Vec<&str> = changed
        .lines()
        .filter(|line| line.starts_with("- "))
        .collect();
    assert_eq!(
        lines,
        [
            "- `docs/runbooks/restore.md` · last changed 2026-02-02 · since then 3 commits in the whole repository",
            "- `engine/docs/guide.md` · last changed 2026-02-02 · since then commits of one person in `engine`",
        ]
    );
    assert!(
        rest.contains(
            "- `web/README.md` · last changed 2026-02-04 · no commit since then in `web`"
        ),
        "{rest}"
    );
    assert!(
        !text.contains("0001-begin"),
        "a record is of its day: {text}"
    );
    // A sweep is no change of anybody's, and nobody is credited for it.
    let last = team.tables.commits.last_mut().unwrap();
    last.exclusion = Some(Exclusion::TooManyFiles);
    let text = pages(&team)["documents"].clone();
    assert!(
        text.contains(
            "- `engine/docs/guide.md` · last changed 2026-02-02 · no commit since then in `engine`"
        ),
        "{text}"
    );
}

#[test]
fn two_documents_beside_one_another_do_not_tell_what_one_person_did_between_them() {
    let mut team = SmallTeam::new();
    team.commit(1, ADA, "2026-02-01");
    change(&mut team, "engine/lamp.rs", ChangeKind::Added, None);
    change(&mut team, "engine/first.md", ChangeKind::Added, None);
    // Between the two documents two commits of one person, after them those of three people.
    for (id, on) in [(2, "2026-02-02"), (3, "2026-02-03")] {
        team.commit(id, BEN, on);
        change(&mut team, "engine/lamp.rs", ChangeKind::Modified, None);
    }
    team.commit(4, ADA, "2026-02-04");
    change(&mut team, "engine/second.md", ChangeKind::Added, None);
    for (id, author, on) in [
        (5, ADA, "2026-02-05"),
        (6, BEN, "2026-02-06"),
        (7, CEM, "2026-02-07"),
    ] {
        team.commit(id, author, on);
        change(&mut team, "engine/lamp.rs", ChangeKind::Modified, None);
    }
    let text = pages(&team)["documents"].clone();
    assert!(
        text.contains("`engine/second.md` · last changed 2026-02-04 · since then 3 commits in"),
        "{text}"
    );
    assert!(
        text.contains(
            "`engine/first.md` · last changed 2026-02-01 · since then at least 3 commits in"
        ),
        "{text}"
    );
    // Three people between them, and both numbers are told.
    team.tables.commits[1].author = ADA;
    team.tables.commits[1].co_authors = [CEM].into();
    let text = pages(&team)["documents"].clone();
    assert!(
        text.contains("`engine/first.md` · last changed 2026-02-01 · since then 5 commits in"),
        "{text}"
    );
}

#[test]
fn without_a_history_no_document_is_said_to_be_missing() {
    let mut team = records();
    team.streams.clear();
    let pages = pages(&team);
    for kind in ["decisions", "documents"] {
        assert!(pages[kind].contains("Not observed: "), "{}", pages[kind]);
        assert!(!pages[kind].contains("none"), "{}", pages[kind]);
    }
}

/// The tags of every page as HTML, with a stranger's text wherever one can stand.
fn tags(text: &str) -> BTreeSet<String> {
    let mut team = lamps_and_wall();
    for title in ["Lamps of Zelda Quill", "A wall"] {
        let hostile = format!("{text} {title}");
        let facts = team.facts();
        for issue in &mut facts.issues {
            if issue.milestone.as_deref() == Some(title) {
                issue.milestone = Some(hostile.clone());
            }
        }
        for row in &mut facts.milestones {
            if row.title == title {
                row.title.clone_from(&hostile);
                row.closed_at = None;
            }
        }
    }
    team.streams
        .extend([Stream::MergeRules, Stream::Environments]);
    team.facts().environments.push(Environment {
        repository: WIDGETS,
        environment: format!("production {text}"),
        wait_minutes: None,
        reviewers: vec![text.to_owned()],
        prevents_self_review: false,
        has_branch_policy: false,
    });
    for path in ["docs/adr/0001-a.md", "docs/b.md"] {
        change(
            &mut team,
            &format!("{text}/{path}"),
            ChangeKind::Added,
            None,
        );
    }
    let found = all(&team);
    let pages = found[0].pages.iter();
    pages
        .flat_map(|page| {
            let [_, (_, html)] = linchpin::render::page_files(page, &[]).unwrap();
            skeleton(&String::from_utf8(html).unwrap())
        })
        .collect()
}

#[test]
fn no_text_adds_an_element_or_an_attribute_to_a_page_of_work() {
    let harmless = tags("harmless");
    assert!(harmless.len() > 10, "{harmless:?}");
    for hostile in corpus() {
        let seen = tags(&hostile.text);
        let added: Vec<_> = seen.difference(&harmless).collect();
        assert!(added.is_empty(), "{}: {added:?}", hostile.name);
    }
}
