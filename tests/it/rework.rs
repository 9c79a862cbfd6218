//! Lines that were thrown away soon: what becomes of lines, held against `git blame` at every step, and the figure by hand.

use std::collections::BTreeMap;

use linchpin::domain::{Exclusion, History, LineEnd, LineLife, Origin};
use linchpin::git::MineOptions;
use linchpin::metrics::measure::Measured;
use linchpin::tables::LineLifeRow;

use crate::facts_given::{AI, BOT, Given, LAMP, hour};
use crate::flow::{close, number, whole};
use crate::git_fixture::Fixture;

/// By commit: lines, and lines that left after so many days and how.
type Found = BTreeMap<(String, Option<(u16, LineEnd)>), u32>;

fn lives(history: &History) -> Found {
    let mut found = Found::new();
    for life in &history.line_lives {
        let commit = history.commits[life.commit as usize].id.to_string();
        *found.entry((commit, life.ended)).or_default() += life.lines;
    }
    found
}

fn mined(f: &Fixture) -> History {
    f.mine(&MineOptions {
        default_branch: Some("main".to_owned()),
        ..MineOptions::default()
    })
    .history
}

/// Lines by birth (commit and path of `git blame`) of all files at a commit.
fn blamed(f: &Fixture, at: &str) -> BTreeMap<(String, String), i64> {
    let mut lines = BTreeMap::new();
    let files = String::from_utf8(f.git(&["ls-tree", "-r", "--name-only", at])).unwrap();
    for file in files.lines() {
        let told = f.git(&["blame", "--line-porcelain", at, "--", file]);
        let mut commit = String::new();
        for line in String::from_utf8(told).unwrap().lines() {
            let first = line.split(' ').next().unwrap_or_default();
            if first.len() == 40 && first.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                first.clone_into(&mut commit);
            } else if let Some(path) = line.strip_prefix("filename ") {
                *lines.entry((commit.clone(), path.to_owned())).or_default() += 1;
            }
        }
    }
    lines
}

/// By commit and days: lines that left, and what there ever was, as `git blame` at every step of the first-parent line tells it.
fn of_git(f: &Fixture) -> (BTreeMap<(String, i64), i64>, BTreeMap<String, i64>) {
    let line = String::from_utf8(f.git(&["rev-list", "--first-parent", "--reverse", "main"]));
    let (mut left, mut all) = (BTreeMap::new(), BTreeMap::new());
    let mut landed: BTreeMap<String, i64> = BTreeMap::new();
    let mut before = BTreeMap::new();
    for step in line.unwrap().lines() {
        let at = f
            .line(&["show", "-s", "--format=%ct", step])
            .parse()
            .unwrap();
        let reached = String::from_utf8(f.git(&["rev-list", step])).unwrap();
        for commit in reached.lines() {
            landed.entry(commit.to_owned()).or_insert(at);
        }
        let now = blamed(f, step);
        let keys: std::collections::BTreeSet<_> =
            before.keys().chain(now.keys()).cloned().collect();
        for (commit, path) in keys {
            let key = (commit, path);
            let count = |lines: &BTreeMap<_, i64>| lines.get(&key).copied().unwrap_or(0);
            let change = count(&now) - count(&before);
            let (commit, _) = key;
            if change > 0 {
                *all.entry(commit).or_default() += change;
            } else if change < 0 {
                let days = (at - landed[&commit]) / 86_400;
                *left.entry((commit, days)).or_default() -= change;
            }
        }
        before = now;
    }
    (left, all)
}

fn check(f: &Fixture) {
    let (left, all) = of_git(f);
    let (mut found_left, mut found_all) = (BTreeMap::new(), BTreeMap::new());
    for ((commit, ended), lines) in lives(&mined(f)) {
        *found_all.entry(commit.clone()).or_default() += i64::from(lines);
        if let Some((days, _)) = ended {
            *found_left.entry((commit, i64::from(days))).or_default() += i64::from(lines);
        }
    }
    assert_eq!(found_left, left);
    assert_eq!(found_all, all);
}

const LONG: [&str; 6] = [
    "let total = sum(values);\n",
    "let average = total / n_values;\n",
    "return average.rounded(2);\n",
    "print_all_of_them(average);\n",
    "let unused_value = compute();\n",
    "assert_that_it_is_finite(total);\n",
];

#[test]
fn a_line_lives_from_landing_until_nothing_has_it() {
    let mut f = Fixture::new();
    f.write("a", LONG[..4].concat());
    let first = f.commit("Add");
    f.write("a", LONG[..3].concat() + "other\n");
    let second = f.commit("Change one");
    f.write("a", LONG[..2].concat());
    f.commit("Drop two");
    check(&f);
    let found = lives(&mined(&f));
    let expected: Found = [
        ((first.clone(), None), 2),
        ((first.clone(), Some((1, LineEnd::Deleted))), 1),
        ((first, Some((2, LineEnd::Deleted))), 1),
        ((second, Some((1, LineEnd::Deleted))), 1),
    ]
    .into();
    assert_eq!(found, expected);
}

#[test]
fn a_file_that_is_renamed_loses_no_line() {
    let mut f = Fixture::new();
    f.write("a", LONG.concat());
    f.commit("Add");
    f.git(&["mv", "a", "b"]);
    f.write("b", LONG[..5].concat());
    f.commit("Move and drop one");
    check(&f);
    let found = lives(&mined(&f));
    assert_eq!(found.values().copied().collect::<Vec<_>>(), [5, 1]);
}

#[test]
fn lines_that_go_elsewhere_or_are_indented_anew_were_moved() {
    let mut f = Fixture::new();
    f.write("a", LONG.concat() + "}\n");
    let first = f.commit("Add");
    let indented = format!("    {}    {}", LONG[2], LONG[3]);
    f.write("a", LONG[..2].concat() + &indented);
    f.write("b", LONG[4]);
    f.commit("Move one, indent two, drop one and a bracket");
    check(&f);
    let found = lives(&mined(&f));
    assert_eq!(found[&(first.clone(), Some((1, LineEnd::Moved)))], 3);
    assert_eq!(found[&(first.clone(), Some((1, LineEnd::Deleted)))], 2);
    assert_eq!(found[&(first, None)], 2);
}

#[test]
fn what_a_revision_of_formatting_takes_away_was_formatted() {
    let mut f = Fixture::new();
    f.write(
        "a",
        "call_something(first,\n    second_argument_is_long)\nkept\n",
    );
    let first = f.commit("Add");
    f.write(
        "a",
        "call_something(first, second_argument_is_long)\nkept\n",
    );
    let format = f.commit("Format");
    f.write(".git-blame-ignore-revs", format);
    f.commit("Ignore the formatting");
    let found = lives(&mined(&f));
    assert_eq!(found[&(first.clone(), Some((1, LineEnd::Formatted)))], 1);
    assert_eq!(found[&(first, None)], 2);
}

#[test]
fn lines_of_a_branch_live_from_its_merge_on() {
    let mut f = Fixture::new();
    f.write("a", LONG[..2].concat());
    f.commit("Start");
    f.git(&["checkout", "-q", "-b", "topic"]);
    f.write("b", LONG.concat());
    let topic = f.commit("Add on the topic");
    f.write("b", LONG[..5].concat());
    f.commit("Drop one before it lands");
    f.git(&["checkout", "-q", "main"]);
    f.write("a", LONG[..1].concat());
    f.commit("Meanwhile");
    f.merge(&["topic"], |_| {});
    f.write("b", LONG[..3].concat());
    f.commit("Drop two after it landed");
    check(&f);
    let found = lives(&mined(&f));
    let of_topic: Vec<_> = found
        .iter()
        .filter(|((commit, _), _)| *commit == topic)
        .collect();
    assert_eq!(
        of_topic,
        [
            (&(topic.clone(), None), &3),
            (&(topic.clone(), Some((1, LineEnd::Deleted))), &2),
        ]
    );
}

#[test]
fn merges_that_mix_both_sides_and_move_files_are_told_as_git_blame_tells_them() {
    let mut f = Fixture::new();
    f.write("a", LONG.concat().repeat(3));
    f.write("gone", LONG[..2].concat());
    f.commit("Start");
    f.git(&["checkout", "-q", "-b", "topic"]);
    f.git(&["mv", "a", "z"]);
    f.write(
        "z",
        "top of the topic\n".to_owned() + &LONG.concat().repeat(3),
    );
    f.commit("Move on the topic");
    f.git(&["rm", "-q", "gone"]);
    f.commit("Drop a file on the topic");
    f.git(&["checkout", "-q", "main"]);
    f.write("a", LONG.concat().repeat(3) + "end of main\n");
    f.commit("Append on main");
    f.merge(&["topic"], |_| {});
    f.write("z", "own\n".to_owned() + &LONG.concat().repeat(2));
    f.write("gone", LONG[..3].concat());
    f.commit("Shorten, and add the file again");
    check(&f);
}

#[test]
fn a_long_history_of_equal_lines_is_told_as_git_blame_tells_it() {
    for seed in [1, 2] {
        check(&crate::git_owners::repetitive(seed, 25, 20));
    }
}

/// A commit of some lines that landed so many days before the end of the window, and what became of them.
fn wrote(given: &mut Given, days_ago: i64, rows: &[(u64, Option<(u64, LineEnd)>)]) {
    let commit = given.land(28 * 24 - days_ago * 24);
    for &(lines, ended) in rows {
        given.tables.line_lives.push(LineLifeRow {
            repository: LAMP,
            commit,
            exclusion: None,
            lines,
            days: ended.map(|(days, _)| days),
            ending: ended.map(|(_, end)| end),
        });
    }
}

const GONE: LineEnd = LineEnd::Deleted;

/// Five changes with 21 days of follow-up.
fn five() -> Given {
    let mut given = Given::new();
    wrote(&mut given, 27, &[(6, None), (4, Some((20, GONE)))]);
    wrote(&mut given, 26, &[(8, None), (2, Some((21, GONE)))]);
    wrote(&mut given, 25, &[(7, None), (3, Some((2, LineEnd::Moved)))]);
    wrote(
        &mut given,
        24,
        &[(5, None), (5, Some((1, LineEnd::Formatted)))],
    );
    wrote(&mut given, 23, &[(10, None)]);
    given
}

const METRIC: &str = "code.rework";

#[test]
fn rework_is_what_left_within_21_days_of_what_could() {
    let given = five();
    // 50 lines, of which 3 moved and 5 were formatted; 4 left before day 21, 2 on it.
    for (name, expected) in [
        ("hits", 4.0),
        ("of", 42.0),
        ("moved", 3.0),
        ("formatted", 5.0),
        ("left_out", 0.0),
        ("changes", 5.0),
    ] {
        close(number(&given, METRIC, name), expected);
    }
    let measure = given.measure(METRIC);
    let Measured::Value { n, interval, .. } = &whole(&measure).measured else {
        panic!("{:?}", whole(&measure).measured)
    };
    assert_eq!(*n, 5);
    assert!(interval.is_some_and(|[low, high]| low < 4.0 / 42.0 && high > 4.0 / 42.0));
    let words = measure
        .notes
        .iter()
        .any(|note| note.text.contains("14 or 30"));
    assert!(words, "{:?}", measure.notes);
}

#[test]
fn what_has_not_been_followed_for_21_days_is_not_told() {
    let mut given = five();
    wrote(&mut given, 20, &[(100, Some((1, GONE)))]);
    close(number(&given, METRIC, "of"), 42.0);
    let measure = given.measure(METRIC);
    let excluded = &whole(&measure).ledger.excluded;
    assert_eq!(excluded.get("landed_less_than_21_days_ago"), Some(&1));
    // Nobody has followed a line for 90 days: no number, and never 1.
    assert_eq!(number(&given, METRIC, "s90"), None);
}

#[test]
fn seen_from_an_earlier_instant_what_left_later_is_still_there() {
    let mut given = five();
    // A day and an hour before the end: the first change has been followed for 25 whole days, the last one for 21.
    given.as_of = hour(28 * 24 - 25);
    given.window.until = given.as_of;
    close(number(&given, METRIC, "hits"), 4.0);
    close(number(&given, METRIC, "of"), 42.0);
}

#[test]
fn the_curve_counts_those_that_are_still_followed() {
    let mut given = five();
    given.window.since = hour(-400 * 24);
    for at in 0..5 {
        wrote(&mut given, 120 + at, &[(50, None), (50, Some((60, GONE)))]);
    }
    // Day 20: 4 of 550 − 3 − 5 leave. Day 21: 2 of what is there: all of the first five are followed for at least 22 days. Day 60:
    // 250 of 500.
    let on_20 = 1.0 - 4.0 / 542.0;
    let on_21 = 1.0 - 2.0 / 538.0;
    close(number(&given, METRIC, "s90"), on_20 * on_21 * 0.5);
    assert_eq!(number(&given, METRIC, "s180"), None);
    let low = number(&given, METRIC, "s90_low").unwrap();
    let high = number(&given, METRIC, "s90_high").unwrap();
    assert!(low < on_20 * on_21 * 0.5 && on_20 * on_21 * 0.5 < high);
}

#[test]
fn what_does_not_count_is_told_apart_with_its_reason() {
    let mut given = five();
    let commit = |given: &mut Given| {
        wrote(given, 24, &[(9, Some((1, GONE)))]);
        given.tables.commits.len() - 1
    };
    let merge = commit(&mut given);
    given.tables.commits[merge].is_merge = true;
    let format = commit(&mut given);
    given.tables.commits[format].exclusion = Some(Exclusion::IgnoredRevision);
    let bot = commit(&mut given);
    given.tables.commits[bot].author = BOT;
    let generated = commit(&mut given);
    given.tables.line_lives.last_mut().unwrap().exclusion = Some(Exclusion::Generated);
    let _ = generated;
    given.land(27 * 24 - 24 * 24);
    wrote(&mut given, 24, &[(9, Some((1, LineEnd::Moved)))]);
    close(number(&given, METRIC, "of"), 42.0);
    let measure = given.measure(METRIC);
    let excluded = &whole(&measure).ledger.excluded;
    let expected = [
        ("all_moved_or_formatted", 1),
        ("by_automation", 1),
        ("ignored_revision", 1),
        ("merge_commit", 1),
        ("no_line_that_counts", 2),
    ];
    assert_eq!(*excluded, expected.into_iter().collect());
    // Generated lines of a commit that also has others are told beside them.
    given.tables.line_lives[0].exclusion = Some(Exclusion::Generated);
    close(number(&given, METRIC, "left_out"), 6.0);
}

#[test]
fn origins_add_up_to_the_whole() {
    let mut given = Given::new();
    for at in 0..15_usize {
        wrote(&mut given, 26, &[(8, None), (2, Some((3, GONE)))]);
        let row = given.tables.commits.last_mut().unwrap();
        match at % 3 {
            0 => {
                row.author = AI;
                row.origin = Some(Origin::Agent);
            }
            1 => row.origin = Some(Origin::PersonWithAgent),
            _ => {}
        }
    }
    let measure = given.measure(METRIC);
    let strata: Vec<_> = measure
        .strata
        .iter()
        .filter(|cell| cell.bucket.is_none())
        .collect();
    assert_eq!(strata.len(), 3);
    for name in ["hits", "of"] {
        let sum: f64 = strata
            .iter()
            .map(|cell| match &cell.measured {
                Measured::Value { value, .. } => value.get(name).unwrap(),
                other => panic!("{other:?}"),
            })
            .sum();
        close(number(&given, METRIC, name), sum);
    }
    let included: u64 = strata.iter().map(|cell| cell.ledger.included).sum();
    assert_eq!(included, whole(&measure).ledger.included);
}

#[test]
fn without_lives_there_is_no_figure() {
    let mut given = five();
    given.tables.line_lives.clear();
    let measure = given.measure(METRIC);
    assert!(matches!(
        whole(&measure).measured,
        Measured::NotObserved { .. }
    ));
    assert_eq!(LineLife::LONGEST_DAYS, 365);
}
