//! Knowledge, ownership and the people behind them: every trap that other tools fell into, and facts that contradict each other.

use linchpin::domain::{ChangeKind, Exclusion, PersonId, ReviewState};
use linchpin::metrics::knowledge::decay::by_area;
use linchpin::metrics::knowledge::truck_factor::authors;
use linchpin::metrics::measure::Measured;
use linchpin::metrics::ownership::drift;
use linchpin::metrics::ownership::handover::{Finding, Stage, handovers};
use linchpin::metrics::{Measure, REGISTRY, find};
use linchpin::tables::CodeownersRow;
use linchpin::tables::changes::File;
use linchpin::work::history::lineage::{Touch, each_touch, file_histories};
use linchpin::work::roster::{RosterAbsence, RosterDelegation, RosterMember};
use linchpin::work::{Fate, Question, Reading};

use crate::facts_given::{ADA, AI, BEN, BOT, CYD, DEE, Given, LAMP, hour};

/// The families that this file speaks of.
const FAMILIES: [&str; 5] = [
    "knowledge",
    "ownership",
    "delegation",
    "pairs",
    "onboarding",
];

/// The index of a path, new where it is not known.
fn file(given: &mut Given, path: &str) -> u32 {
    let files = &mut given.tables.changes.files;
    let at = files.iter().position(|file| file.path == path);
    let at = at.unwrap_or_else(|| {
        files.push(File {
            repository: LAMP,
            path: path.to_owned(),
            exclusion: None,
            in_tip: true,
        });
        files.len() - 1
    });
    u32::try_from(at).unwrap()
}

/// A commit by somebody that changes one file.
fn change(given: &mut Given, at: i64, who: PersonId, kind: ChangeKind, path: &str) {
    change_from(given, at, who, kind, path, None);
}

fn change_from(
    given: &mut Given,
    at: i64,
    who: PersonId,
    kind: ChangeKind,
    path: &str,
    previous: Option<&str>,
) {
    given.land(at);
    given.tables.commits.last_mut().unwrap().author = who;
    let row = u32::try_from(given.tables.commits.len() - 1).unwrap();
    let (to, from) = (
        file(given, path),
        previous.map(|previous| file(given, previous)),
    );
    let changes = &mut given.tables.changes;
    changes.push(row, to, from, kind);
}

fn added(given: &mut Given, at: i64, who: PersonId, path: &str) {
    change(given, at, who, ChangeKind::Added, path);
}

fn modified(given: &mut Given, at: i64, who: PersonId, path: &str) {
    change(given, at, who, ChangeKind::Modified, path);
}

fn moved(given: &mut Given, at: i64, who: PersonId, from: &str, to: &str) {
    change_from(given, at, who, ChangeKind::Renamed, to, Some(from));
}

fn measure(given: &Given, id: &str) -> Measure {
    measure_with(given, &given.question(), id)
}

fn measure_with(given: &Given, question: &Question, id: &str) -> Measure {
    find(id).unwrap().over(&given.tables, question)
}

/// The window's number of the product.
fn number(measure: &Measure, name: &str) -> Option<f64> {
    let whole = measure.cells.iter().find(|cell| {
        let scope = &cell.scope;
        let is_whole = scope.area.is_none() && scope.repository.is_none() && scope.person.is_none();
        is_whole && cell.bucket.is_none()
    })?;
    match &whole.measured {
        Measured::Value { value, .. } => value.get(name),
        _ => None,
    }
}

/// The authors of the living files, by path.
fn authors_of(given: &Given) -> Vec<(String, Vec<PersonId>)> {
    let question = given.question();
    let histories = file_histories(&Reading::of(
        &given.tables,
        &question,
        &question.products[0],
    ));
    histories
        .files
        .iter()
        .map(|history| {
            let file = &given.tables.changes.files[history.file as usize];
            (file.path.clone(), authors(history))
        })
        .collect()
}

/// Five files by Ada, so that a figure has enough.
fn five_files() -> Given {
    let mut given = Given::new();
    for at in 0..5 {
        added(&mut given, at, ADA, &format!("core/{at}.rs"));
    }
    given
}

#[test]
fn rename_braces_dropping_files() {
    // What git prints as `core/{old => new}/a.rs` is one file with one history, under its new path.
    let mut given = Given::new();
    added(&mut given, 0, ADA, "core/old/a.rs");
    moved(&mut given, 1, BEN, "core/old/a.rs", "core/new/a.rs");
    // Ada: 3.293 + 1.098 − 0.321·ln 2 = 4.168. Ben: 3.293 + 0.164 = 3.457; 3.457/4.168 = 0.829 > 0.75.
    assert_eq!(
        authors_of(&given),
        [("core/new/a.rs".to_owned(), vec![ADA, BEN])]
    );
}

#[test]
fn chained_renames() {
    let mut given = Given::new();
    added(&mut given, 0, ADA, "a.rs");
    moved(&mut given, 1, BEN, "a.rs", "b.rs");
    moved(&mut given, 2, BEN, "b.rs", "c.rs");
    // Another file takes the first path: its history is its own.
    added(&mut given, 3, CYD, "a.rs");
    assert_eq!(
        authors_of(&given),
        [
            ("a.rs".to_owned(), vec![CYD]),
            // Ada: 3.293 + 1.098 − 0.321·ln 3 = 4.038. Ben: 3.293 + 2·0.164 = 3.621; 3.621/4.038 = 0.897 > 0.75.
            ("c.rs".to_owned(), vec![ADA, BEN])
        ]
    );
}

#[test]
fn a_review_of_a_path_that_moved_away_later_is_knowledge_of_the_moved_file() {
    let mut given = Given::new();
    added(&mut given, 0, ADA, "a.rs");
    given.open(1, 1);
    given.file(1, "a.rs");
    given.approve(1, BEN, 2);
    given.merge(1, 3);
    moved(&mut given, 4, ADA, "a.rs", "b.rs");
    added(&mut given, 5, CYD, "a.rs");
    let question = given.question();
    let histories = file_histories(&Reading::of(
        &given.tables,
        &question,
        &question.products[0],
    ));
    let reviewed: Vec<_> = histories
        .files
        .iter()
        .filter(|history| history.people.iter().any(|part| part.n_reviews > 0))
        .map(|history| {
            given.tables.changes.files[history.file as usize]
                .path
                .as_str()
        })
        .collect();
    assert_eq!(reviewed, ["b.rs"]);
}

#[test]
fn bot_flag_applied_to_some_metrics_only() {
    let quiet = busy(&[]);
    let noisy = busy(&[BOT, AI]);
    assert!(noisy.tables.commits.len() > quiet.tables.commits.len());
    let mut n_compared = 0;
    for metric in REGISTRY {
        let id = metric.definition.id;
        if !FAMILIES.iter().any(|family| id.starts_with(family)) {
            continue;
        }
        let figures = |given: &Given| -> Vec<_> {
            let question = with_people(given);
            let cells = measure_with(given, &question, id).cells.into_iter();
            cells
                .map(|cell| (cell.scope, cell.bucket, cell.measured))
                .collect()
        };
        let (without, with) = (figures(&quiet), figures(&noisy));
        assert_eq!(without, with, "{id}");
        n_compared += without
            .iter()
            .filter(|(_, _, measured)| matches!(measured, Measured::Value { .. }))
            .count();
    }
    assert!(n_compared > 10, "{n_compared} figures say little");
}

/// Files, pairs and reviews of three people, with the same work by each of `bots` on top.
fn busy(bots: &[PersonId]) -> Given {
    let mut given = Given::new();
    for at in 0..12 {
        let who = [ADA, BEN, CYD][usize::try_from(at % 3).unwrap()];
        added(&mut given, 10 * at, who, &format!("core/{at}.rs"));
        given.tables.commits.last_mut().unwrap().co_authors =
            std::iter::once(DEE).chain(bots.iter().copied()).collect();
        let number = u64::try_from(at).unwrap() + 1;
        given.open(number, 10 * at + 1);
        given.file(number, &format!("core/{at}.rs"));
        given.approve(number, BEN, 10 * at + 2);
        for bot in bots {
            given.review(number, *bot, ReviewState::Commented, 10 * at + 2);
        }
        given.merge(number, 10 * at + 3);
    }
    for at in 0..12 {
        for bot in bots {
            modified(&mut given, 200 + at, *bot, &format!("core/{at}.rs"));
        }
    }
    given
}

/// The question with a joiner, a delegation and no absence.
fn with_people(given: &Given) -> Question {
    let mut question = given.question();
    let globs = linchpin::register::parse_private(
        "[[delegation]]\nwhat = \"core\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-03-03\"\npaths = [\"core/**\"]\n",
        "linchpin.private.toml",
    )
    .unwrap();
    let register = linchpin::register::parse(
        "[[member]]\nlogin = \"cyd\"\njoined_on = \"2026-03-02\"\n",
        "linchpin.toml",
    )
    .unwrap();
    question = question.with_people(&register, &globs, &given.tables.people);
    let [RosterDelegation { giver: ADA, .. }] = question.roster.delegations.as_slice() else {
        panic!("the delegation is Ada's");
    };
    let [RosterMember { person: CYD, .. }] = question.roster.members.as_slice() else {
        panic!("the joiner is Cyd");
    };
    question
}

#[test]
fn missing_shown_as_0() {
    // Nobody mined surviving lines: there is no share, not a share of nothing.
    let found = measure(&five_files(), "knowledge.survival");
    assert!(
        matches!(&found.cells[0].measured, Measured::NotObserved { because, .. } if because.contains("not mined")),
        "{found:?}"
    );
    // No CODEOWNERS: nothing is declared, so nothing has drifted or not.
    let found = measure(&five_files(), "ownership.drift");
    assert!(matches!(
        found.cells[0].measured,
        Measured::NotObserved { .. }
    ));
    // Without a joiner there is no share of joiners.
    let found = measure(&five_files(), "onboarding.milestones");
    assert_eq!(found.cells[0].measured, Measured::TooFew { n: 0 });
}

#[test]
fn an_author_who_reviews_their_own_pull_request_is_no_second_person() {
    let mut given = five_files();
    given.open(1, 10);
    given.file(1, "core/0.rs");
    given.review(1, ADA, ReviewState::Commented, 11);
    assert_eq!(
        number(&measure(&given, "knowledge.files_at_risk"), "hits"),
        Some(5.0)
    );
    given.approve(1, BEN, 12);
    assert_eq!(
        number(&measure(&given, "knowledge.files_at_risk"), "hits"),
        Some(4.0)
    );
}

#[test]
fn a_person_without_any_event_in_ninety_days_knows_nothing_that_counts() {
    let mut given = five_files();
    modified(&mut given, -24 * 100, BEN, "core/0.rs");
    let found = measure(&given, "knowledge.files_at_risk");
    assert_eq!(number(&found, "with_one_active"), Some(5.0));
    // Any event makes a person active again, also one that has nothing to do with the file.
    given.open(7, 20).author = Some(BEN);
    let found = measure(&given, "knowledge.files_at_risk");
    assert_eq!(number(&found, "with_one_active"), Some(4.0));
}

#[test]
fn several_changes_in_a_row_are_one_for_primary_developers() {
    // Ben changes once between Ada's nine: turns are Ada, Ben, Ada: ⅔ and ⅓, bounds ½ and ¼: both.
    let mut given = five_files();
    for at in 10..14 {
        modified(&mut given, at, ADA, "core/0.rs");
    }
    modified(&mut given, 14, BEN, "core/0.rs");
    for at in 15..19 {
        modified(&mut given, at, ADA, "core/0.rs");
    }
    let question = given.question();
    let histories = file_histories(&Reading::of(
        &given.tables,
        &question,
        &question.products[0],
    ));
    let turns: Vec<_> = histories.files[0]
        .people
        .iter()
        .map(|part| (part.person, part.n_turns))
        .collect();
    assert_eq!(turns, [(ADA, 2), (BEN, 1)]);
}

#[test]
fn a_file_that_is_added_again_has_a_place_for_every_change() {
    // On two branches, or after it was deleted: whoever counts turns over the rows finds those of the figure.
    let mut given = five_files();
    added(&mut given, 10, BEN, "core/0.rs");
    modified(&mut given, 11, ADA, "core/0.rs");
    added(&mut given, 12, ADA, "core/0.rs");
    added(&mut given, 13, BEN, "core/0.rs");
    let question = given.question();
    let reading = Reading::of(&given.tables, &question, &question.products[0]);
    let mut first: Vec<Touch> = Vec::new();
    each_touch(&reading, &mut |touch| first.push(touch));
    let first = first.iter().filter(|touch| touch.history == 0);
    let places: Vec<_> = first.map(|touch| (touch.person, touch.position)).collect();
    assert_eq!(places, [(ADA, 1), (BEN, 2), (ADA, 3), (ADA, 4), (BEN, 5)]);
    let people = &file_histories(&reading).files[0].people;
    let turns: Vec<_> = people
        .iter()
        .map(|part| (part.person, part.n_turns))
        .collect();
    assert_eq!(turns, [(ADA, 2), (BEN, 2)]);
}

#[test]
fn what_contradicts_itself_is_counted_with_a_reason() {
    let mut given = five_files();
    // A change by a commit that is left out, and files that are left out.
    modified(&mut given, 10, BEN, "core/0.rs");
    given.tables.commits.last_mut().unwrap().exclusion = Some(Exclusion::TooManyFiles);
    let at = file(&mut given, "core/1.rs") as usize;
    given.tables.changes.files[at].exclusion = Some(Exclusion::Generated);
    // A file that only automation ever changed.
    added(&mut given, 11, BOT, "core/9.rs");
    // A review of a file that nobody ever committed, one of a pull request that is not there, one after the as-of instant.
    given.open(1, 12);
    given.file(1, "nowhere.rs");
    given.approve(1, BEN, 13);
    given.approve(99, BEN, 13);
    given.open(2, 14);
    given.file(2, "core/0.rs");
    given.approve(2, CYD, 24 * 40);
    // A change to a path that was never added, renamed from one that never was: a file all the same.
    moved(&mut given, 15, DEE, "ghost.rs", "core/7.rs");
    let found = measure(&given, "knowledge.truck_factor");
    let fates: Vec<(&str, Fate)> = found
        .rows
        .iter()
        .map(|row| (row.subject.words.as_str(), row.fate))
        .collect();
    assert_eq!(
        fates,
        [
            ("core/0.rs", Fate::Included),
            ("core/1.rs", Fate::Excluded("generated")),
            ("core/2.rs", Fate::Included),
            ("core/3.rs", Fate::Included),
            ("core/4.rs", Fate::Included),
            ("core/9.rs", Fate::Unknown("only_changes_left_out")),
            ("core/7.rs", Fate::Included),
        ]
    );
    assert_eq!(found.cells[0].ledger.population(), 7);
    assert!(
        found.notes[0]
            .text
            .contains("by automation 1, too many files 1"),
        "{:?}",
        found.notes
    );
    // Nobody but Ada and Dee knows anything of these files.
    let alone = measure(&given, "knowledge.orphans_if");
    assert_eq!(number(&alone, "people_who_would"), Some(2.0));
}

#[test]
fn whoever_adds_a_file_is_its_first_author_in_however_large_a_commit() {
    let mut given = Given::new();
    let is_large = |given: &mut Given| {
        given.tables.commits.last_mut().unwrap().exclusion = Some(Exclusion::TooManyFiles);
    };
    for at in 0..6 {
        added(&mut given, at, BEN, &format!("core/{at}.rs"));
        is_large(&mut given);
    }
    modified(&mut given, 10, ADA, "core/0.rs");
    // A large commit's edits and moves tell nothing of who knows what.
    modified(&mut given, 11, CYD, "core/1.rs");
    is_large(&mut given);
    moved(&mut given, 12, CYD, "core/2.rs", "core/9.rs");
    is_large(&mut given);
    let question = given.question();
    let histories = file_histories(&Reading::of(
        &given.tables,
        &question,
        &question.products[0],
    ));
    let people: Vec<Vec<_>> = histories
        .files
        .iter()
        .map(|file| {
            file.people
                .iter()
                .map(|part| (part.person, part.added, part.n_changes))
                .collect()
        })
        .collect();
    let by_ben = vec![(BEN, true, 0)];
    assert_eq!(
        people,
        [
            vec![(ADA, false, 1), (BEN, true, 0)],
            by_ben.clone(),
            by_ben.clone(),
            by_ben.clone(),
            by_ben.clone(),
            by_ben
        ]
    );
    let left_out: Vec<_> = histories.left_out.iter().collect();
    assert_eq!(left_out, [(&"too_many_files", &2)]);
    let found = measure(&given, "knowledge.truck_factor");
    // Ben for all of them, and Ada for the one that she changed.
    assert_eq!(number(&found, "authors"), Some(2.0));
    assert_eq!(number(&found, "files"), Some(6.0));
    let areas = by_area(&Reading::of(
        &given.tables,
        &question,
        &question.products[0],
    ));
    let people: Vec<_> = areas["core"].by_person.keys().collect();
    assert_eq!(people, [&ADA, &BEN]);
}

#[test]
fn an_area_of_which_no_file_exists_any_more_is_no_area() {
    let mut given = five_files();
    let all = |given: &Given| {
        let found = measure(given, "knowledge.silos");
        let areas: Vec<String> = found
            .rows
            .iter()
            .flat_map(|row| row.areas.to_vec())
            .collect();
        areas
    };
    // One that moved away, one that was deleted, and one of which a file is left.
    added(&mut given, 5, BEN, "old/a.rs");
    moved(&mut given, 6, BEN, "old/a.rs", "new/a.rs");
    added(&mut given, 7, BEN, "gone/a.rs");
    added(&mut given, 8, BEN, "left/a.rs");
    added(&mut given, 9, BEN, "left/b.rs");
    assert_eq!(all(&given), ["core", "gone", "left", "new"]);
    change(&mut given, 10, BEN, ChangeKind::Deleted, "gone/a.rs");
    change(&mut given, 11, BEN, ChangeKind::Deleted, "left/a.rs");
    assert_eq!(all(&given), ["core", "left", "new"]);
    let silos = measure(&given, "knowledge.silos");
    assert_eq!(silos.cells[0].ledger.population(), 3);
}

#[test]
fn a_commit_of_two_people_counts_once_and_credits_both() {
    let mut given = five_files();
    modified(&mut given, 10, ADA, "core/0.rs");
    given.tables.commits.last_mut().unwrap().co_authors = [BEN].into();
    let found = measure(&given, "ownership.share");
    assert_eq!(number(&found, "of"), Some(6.0));
    assert_eq!(number(&found, "hits"), Some(6.0));
    assert_eq!(number(&found, "committers"), Some(2.0));
    let pairs = measure(&given, "pairs.matrix");
    assert_eq!(pairs.cells[0].ledger.included, 1);
    // An address that nobody has linked may be Ada's own: no pair, and not "by one person" either.
    given.tables.people[usize::try_from(BEN.0).unwrap()].is_known = false;
    let pairs = measure(&given, "pairs.matrix");
    let ledger = &pairs.cells[0].ledger;
    assert_eq!((ledger.included, ledger.unknown.total()), (0, 1));
    // Beside two who are known it takes nothing away, and is told.
    given.tables.commits.last_mut().unwrap().co_authors = [BEN, PersonId(2)].into();
    let pairs = measure(&given, "pairs.matrix");
    let ledger = &pairs.cells[0].ledger;
    assert_eq!((ledger.included, ledger.unknown.total()), (1, 1));
}

#[test]
fn a_holiday_is_not_a_hand_over() {
    // In scope Ada acts on every day; on her days of absence nothing of it counts, by whatever robot acts in her name.
    let given = busy(&[]);
    let mut question = with_people(&given);
    let share = |question: &Question| {
        let found = measure_with(&given, question, "delegation.involvement");
        let cell = found
            .cells
            .into_iter()
            .find(|cell| cell.scope.person == Some(ADA) && cell.bucket.is_none())
            .unwrap();
        (cell.ledger.included, cell.ledger.excluded)
    };
    let (present, _) = share(&question);
    let first = jiff::tz::TimeZone::UTC.to_datetime(hour(0)).date();
    question.roster.absences.push(RosterAbsence {
        person: ADA,
        from: first,
        to: first,
    });
    let (counted, left_out) = share(&question);
    assert_eq!(left_out.get("on_a_day_of_absence"), Some(&1));
    assert_eq!(counted, present - 1);
}

#[test]
fn figures_of_people_never_stand_in_the_product_s_place() {
    let given = busy(&[]);
    let question = with_people(&given);
    let found = measure_with(&given, &question, "delegation.involvement");
    assert!(found.rows.iter().all(|row| row.person.is_some()));
    assert!(found.cells.iter().all(|cell| cell.scope.person.is_some()
        || matches!(cell.measured, Measured::NotApplicable { .. })));
    let found = measure_with(&given, &question, "onboarding.milestones");
    assert!(found.rows.iter().all(|row| row.person.is_some()));
}

#[test]
fn a_joiner_s_milestones_match_the_hours_by_hand() {
    let mut given = Given::new();
    // Cyd joins on 2 March, opens documentation after 30 hours, merges code after 100, reviews Ada after 50.
    given.open(1, 30).author = Some(CYD);
    given.file(1, "docs/setup.md");
    given.open(2, 60).author = Some(CYD);
    given.file(2, "core/a.rs");
    given.approve(2, BEN, 90);
    given.merge(2, 100);
    given.open(3, 40);
    given.approve(3, CYD, 50);
    let question = with_people_as(&given, "2026-03-02");
    let found = measure_with(&given, &question, "onboarding.milestones");
    let own = found
        .cells
        .iter()
        .find(|cell| cell.scope.person == Some(CYD))
        .unwrap();
    let Measured::Value { value, .. } = &own.measured else {
        panic!("{own:?}")
    };
    assert_eq!(value.get("first_docs_hours"), Some(30.0));
    assert_eq!(value.get("first_code_hours"), Some(100.0));
    assert_eq!(value.get("first_review_hours"), Some(50.0));
    // Ada, whom Cyd reviewed, and Ben, who reviewed Cyd.
    assert_eq!(value.get("people_met"), Some(2.0));
    // Without a date of joining in the window nobody is a joiner.
    let question = with_people_as(&given, "2025-03-02");
    let found = measure_with(&given, &question, "onboarding.milestones");
    assert!(found.cells.iter().all(|cell| cell.scope.person.is_none()));
}

fn with_people_as(given: &Given, joined_on: &str) -> Question {
    let register = linchpin::register::parse(
        &format!("[[member]]\nlogin = \"cyd\"\njoined_on = \"{joined_on}\"\n"),
        "linchpin.toml",
    )
    .unwrap();
    let private = linchpin::register::parse_private("", "linchpin.private.toml").unwrap();
    given
        .question()
        .with_people(&register, &private, &given.tables.people)
}

/// Hours from the start of the facts to the noon of a day.
fn noon(day: &str) -> i64 {
    let at: jiff::Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
    at.duration_since(hour(0)).as_hours()
}

/// A year in which `core` moves from Ada to Ben: ten changes a quarter, all hers, half of each, then all his.
fn a_year_of_handing_over() -> Given {
    let mut given = Given::new();
    given.window.since = "2025-01-01T00:00:00Z".parse().unwrap();
    given.window.until = "2026-01-01T00:00:00Z".parse().unwrap();
    given.as_of = given.window.until;
    for (month, by_ada) in [("02", 10), ("05", 5), ("08", 0), ("11", 0)] {
        for n in 0..10 {
            let who = if n < by_ada { ADA } else { BEN };
            let at = noon(&format!("2025-{month}-{:02}", n + 1));
            if month == "02" && n == 0 {
                added(&mut given, at, who, "core/a.rs");
            } else {
                modified(&mut given, at, who, "core/a.rs");
            }
        }
    }
    given
}

#[test]
fn a_hand_over_has_its_stages_and_an_absence_of_the_giver_opens_none() {
    let mut given = a_year_of_handing_over();
    // Ben's change is reviewed by Ada; Ben comments on Cyd's; Ben approves Cyd's next one, and Ada is not on it.
    for (number, who, opened) in [
        (1, BEN, "2025-05-05"),
        (2, CYD, "2025-08-05"),
        (3, CYD, "2025-11-05"),
    ] {
        given.open(number, noon(opened)).author = Some(who);
        given.file(number, "core/a.rs");
    }
    given.approve(1, ADA, noon("2025-05-06"));
    given.review(2, BEN, ReviewState::Commented, noon("2025-08-06"));
    given.approve(3, BEN, noon("2025-11-06"));
    let mut question = given.question();
    let found = |question: &Question| {
        let all = handovers(&Reading::of(&given.tables, question, &question.products[0]));
        let of_core = all.into_iter().find(|(area, _)| area == "core");
        of_core.unwrap().1
    };
    let Finding::Moved(moved) = found(&question) else {
        panic!("{:?}", found(&question));
    };
    assert_eq!((moved.giver, moved.receiver), (ADA, BEN));
    assert_eq!(
        (moved.from.to_string(), moved.to.to_string()),
        ("2025-Q1".into(), "2025-Q3".into())
    );
    let stages: Vec<_> = moved
        .stages
        .iter()
        .map(|(stage, at, (_, number))| (*stage, *at, number.0))
        .collect();
    assert_eq!(
        stages,
        [
            (Stage::ReceiverReviewedByGiver, hour(noon("2025-05-06")), 1),
            (Stage::ReceiverReviewsOthers, hour(noon("2025-08-06")), 2),
            (
                Stage::ReceiverApprovesWithoutGiver,
                hour(noon("2025-11-06")),
                3
            ),
        ]
    );
    // Away for two weeks of the quarter, she still handed over; away for more than half of it, she did not.
    let away = |from: &str, to: &str| RosterAbsence {
        person: ADA,
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    };
    question.roster.absences = vec![away("2025-08-01", "2025-08-14")];
    assert!(matches!(found(&question), Finding::Moved(_)));
    question.roster.absences = vec![away("2025-07-10", "2025-09-20")];
    assert_eq!(found(&question), Finding::Stays);
}

#[test]
fn the_last_line_of_codeowners_that_matches_names_the_owners_of_a_file() {
    let mut given = five_files();
    given.team("readers", &[CYD]);
    given.tables.people[1].emails = vec![linchpin::domain::EmailAddress("Ben@Acme.example".into())];
    let text = "* @acme/readers\n/core/ @ADA ben@acme.example @nobody\n/core/*.md\n";
    for line in linchpin::domain::parse_codeowners("CODEOWNERS", text) {
        given.tables.codeowners.push(CodeownersRow::of(LAMP, &line));
    }
    let at = 24 * 20;
    added(&mut given, at, BEN, "core/z.rs");
    added(&mut given, at, BEN, "core/deep/z.rs");
    added(&mut given, at, BEN, "core/z.md");
    added(&mut given, at, BEN, "elsewhere/z.rs");
    let question = given.question();
    let declared = drift::declared(&Reading::of(
        &given.tables,
        &question,
        &question.products[0],
    ));
    let owners = |path: &str| -> Option<(u64, Vec<PersonId>, u64)> {
        let files = &given.tables.changes.files;
        let at = files.iter().position(|file| file.path == path).unwrap();
        let line = &declared.lines[declared.deciding[at]?];
        Some((
            line.line.line,
            line.owners.iter().copied().collect(),
            line.n_owners_unknown,
        ))
    };
    // A login in any case, an address in any case; who is not known is counted, not guessed.
    assert_eq!(owners("core/z.rs"), Some((2, vec![ADA, BEN], 1)));
    assert_eq!(owners("core/deep/z.rs"), Some((2, vec![ADA, BEN], 1)));
    // The line after it takes the documents away from everybody.
    assert_eq!(owners("core/z.md"), Some((3, vec![], 0)));
    // A team is its members.
    assert_eq!(owners("elsewhere/z.rs"), Some((1, vec![CYD], 0)));
}

#[test]
fn a_delegation_by_label_covers_the_pull_requests_that_carry_it_and_no_commit() {
    let mut given = busy(&[]);
    for number in [41, 42] {
        given.open(number, 30).author = Some(CYD);
        given.file(number, "core/a.rs");
        given.approve(number, ADA, 40);
        given.approve(number, DEE, 41);
        given.approve(number, BEN, 42);
    }
    given.row(41).labels = vec!["billing".into()];
    let private = linchpin::register::parse_private(
        "[[delegation]]\nwhat = \"billing\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"2026-03-03\"\nlabels = [\"billing\"]\n",
        "linchpin.private.toml",
    )
    .unwrap();
    let register = linchpin::register::parse("", "linchpin.toml").unwrap();
    let question = given
        .question()
        .with_people(&register, &private, &given.tables.people);
    let found = measure_with(&given, &question, "delegation.involvement");
    let rows: Vec<(&str, Fate, Option<f64>)> = found
        .rows
        .iter()
        .map(|row| (row.subject.words.as_str(), row.fate, row.value))
        .collect();
    assert_eq!(
        rows,
        [
            ("#41 review", Fate::Included, Some(1.0)),
            ("#41 review", Fate::Excluded("by_somebody_else"), Some(0.0)),
            ("#41 review", Fate::Included, Some(0.0)),
        ]
    );
}

#[test]
fn each_delegation_has_its_own_scope_in_whatever_order_they_are_declared() {
    let mut given = busy(&[]);
    for (number, label) in [(41, "billing"), (42, "search")] {
        given.open(number, 30).author = Some(CYD);
        given.file(number, "core/a.rs");
        given.approve(number, ADA, 40);
        given.row(number).labels = vec![label.into()];
    }
    let declared = |what: &str, day: &str| {
        format!(
            "[[delegation]]\nwhat = \"{what}\"\nfrom = \"ada\"\nto = \"ben\"\nstart_on = \"{day}\"\nlabels = [\"{what}\"]\n"
        )
    };
    // The later one first, and the same day: by start, then by what.
    for days in [["2026-03-04", "2026-03-03"], ["2026-03-03", "2026-03-03"]] {
        let text = declared("search", days[0]) + &declared("billing", days[1]);
        let private = linchpin::register::parse_private(&text, "linchpin.private.toml").unwrap();
        let register = linchpin::register::parse("", "linchpin.toml").unwrap();
        let question = given
            .question()
            .with_people(&register, &private, &given.tables.people);
        let found = measure_with(&given, &question, "delegation.involvement");
        let rows: Vec<(&str, &str)> = found
            .rows
            .iter()
            .map(|row| (row.areas[0].as_str(), row.subject.words.as_str()))
            .collect();
        assert_eq!(rows, [("billing", "#41 review"), ("search", "#42 review")]);
    }
}

#[test]
fn a_record_that_ended_long_ago_says_nothing_of_who_knows_its_files() {
    let mut given = five_files();
    let ids = [
        "knowledge.files_at_risk",
        "knowledge.orphans_if",
        "knowledge.silos",
    ];
    let is_stale = |given: &Given, id: &str| {
        let measure = measure(given, id);
        let whole = measure.cells.iter().find(|cell| {
            cell.bucket.is_none() && cell.scope.area.is_none() && cell.scope.repository.is_none()
        });
        match &whole.unwrap().measured {
            Measured::NotObserved { because, fix } => {
                assert!(because.contains("the newest event on record is of 2026-03-"));
                assert!(fix.as_deref().unwrap().contains("--as-of 2026-03-"));
                true
            }
            _ => false,
        }
    };
    for id in ids {
        assert!(!is_stale(&given, id), "{id}");
    }
    given.as_of = hour(24 * 200);
    given.window.until = given.as_of;
    for id in ids {
        assert!(is_stale(&given, id), "{id}");
    }
}

#[test]
fn agents_that_do_what_a_person_did_take_nothing_over() {
    // As in the year of a hand-over, with an agent in Ben's place.
    let mut given = a_year_of_handing_over();
    for commit in &mut given.tables.commits {
        if commit.author == BEN {
            commit.author = AI;
            commit.origin = Some(linchpin::domain::Origin::Agent);
        }
    }
    let question = given.question();
    let all = handovers(&Reading::of(
        &given.tables,
        &question,
        &question.products[0],
    ));
    let (_, found) = all.into_iter().find(|(area, _)| area == "core").unwrap();
    let Finding::Substituted(found) = found else {
        panic!("{found:?}");
    };
    assert_eq!(
        (found.giver, found.from.to_string(), found.to.to_string()),
        (ADA, "2025-Q1".into(), "2025-Q3".into())
    );
    assert!(!found.is_looked_at);
    let measure = measure(&given, "ownership.handover");
    let note = measure
        .notes
        .iter()
        .find(|note| note.text.starts_with("substitutions"));
    assert!(note.is_some_and(|note| note.text.ends_with("core (2025-Q1 to 2025-Q3)")));
    assert!(measure.rows.iter().all(|row| row.value != Some(1.0)));
}

/// Surviving lines of somebody in a file at the as-of instant.
fn survive(given: &mut Given, who: PersonId, path: &str, lines: u32) {
    let file = file(given, path);
    let (as_of, lists) = (given.as_of, &mut given.tables.ownership);
    lists.as_of.push(as_of);
    lists.file.push(file);
    lists.person.push(who);
    lists.lines.push(lines);
}

#[test]
fn what_an_agent_wrote_and_only_its_delegator_saw_is_owned_by_nobody_else() {
    let mut given = Given::new();
    let by_agent = |given: &mut Given, path: &str, delegator: Option<PersonId>| {
        added(given, 1, AI, path);
        let commit = given.tables.commits.last_mut().unwrap();
        commit.origin = Some(linchpin::domain::Origin::Agent);
        commit.delegator = delegator;
    };
    // Ada had it written, and nobody else looked; Ben changed it since; Cyd reviewed it; nobody knows who had it written; Ada's own.
    by_agent(&mut given, "core/alone.rs", Some(ADA));
    by_agent(&mut given, "core/changed.rs", Some(ADA));
    by_agent(&mut given, "core/reviewed.rs", Some(ADA));
    by_agent(&mut given, "core/unknown.rs", None);
    modified(&mut given, 2, ADA, "core/alone.rs");
    modified(&mut given, 2, BEN, "core/changed.rs");
    added(&mut given, 3, ADA, "core/own.rs");
    given.open(1, 4).author = Some(AI);
    given.file(1, "core/reviewed.rs");
    given.approve(1, CYD, 5);
    for (who, path, lines) in [
        (ADA, "core/alone.rs", 10),
        (AI, "core/alone.rs", 30),
        (AI, "core/changed.rs", 20),
        (BEN, "core/changed.rs", 5),
        (ADA, "core/own.rs", 15),
        (AI, "core/reviewed.rs", 8),
        (AI, "core/unknown.rs", 4),
        (BOT, "core/unknown.rs", 9),
    ] {
        survive(&mut given, who, path, lines);
    }
    let found = measure(&given, "knowledge.unowned_lines");
    let cell = found.team_cells().next().unwrap();
    let Measured::Value { n, value, .. } = &cell.measured else {
        panic!("{:?}", cell.measured);
    };
    assert_eq!(*n, 5);
    for (name, expected) in [
        ("hits", 34.0),
        ("of", 92.0),
        ("by_agents", 62.0),
        ("nobodys_if_delegators", 4.0),
        ("nobodys_if_nobodys", 62.0),
        // Half of 30, nothing of 20 and 8, all of 4.
        ("nobodys_if_halved", 19.0),
    ] {
        assert_eq!(value.get(name), Some(expected), "{name}");
    }
}
