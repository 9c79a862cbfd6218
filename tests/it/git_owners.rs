//! Owners of lines where several equal ones could be the new one: as `git blame` has them.

use std::collections::BTreeMap;

use super::git_fixture::{Fixture, mine, owners, owners_of_git};
use super::git_mine::text;
use linchpin::git::MineOptions;

/// A linear history of three people who insert, delete, repeat and replace blocks in one file, whose lines are few and often
/// equal, and indented as code is; `n_after` lines that nobody touches follow.
pub(crate) fn repetitive(seed: u64, n_commits: u32, n_after: u32) -> Fixture {
    const LINES: [&str; 12] = [
        "",
        "",
        "}",
        "}",
        "    }",
        "    x",
        "\tx",
        "    if a {",
        "fn a() {",
        "fn b() {",
        "// x",
        "x",
    ];
    let mut f = Fixture::new();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut lines: Vec<String> = (0..80).map(|_| LINES[draw(12)].to_owned()).collect();
    let after: Vec<String> = (0..n_after).map(|n| format!("after {}\n", n % 7)).collect();
    let after = after.concat();
    for n in 0..n_commits {
        for _ in 0..=draw(3) {
            let place = draw(lines.len() + 1);
            let end = (place + draw(5)).min(lines.len());
            match draw(4) {
                0 if lines.len() > 60 => drop(lines.drain(place..end)),
                1 => {
                    let block = lines[place..end].to_vec();
                    lines.splice(place..place, block);
                }
                2 => {
                    let block: Vec<String> = (0..12).map(|at| format!("new {n} {at}")).collect();
                    lines.splice(place..end, block);
                }
                _ => lines.insert(place, LINES[draw(12)].to_owned()),
            }
        }
        f.write("a", lines.join("\n") + "\n" + &after);
        let author = [
            "Ada <ada@a.example>",
            "Bob <bob@b.example>",
            "Cyd <cyd@c.example>",
        ][draw(3)];
        f.commit_as(author, &format!("Edit {n}"));
    }
    f
}

#[test]
fn of_equal_lines_the_one_is_new_that_git_blame_calls_new() {
    for (seed, n_after) in [(1, 0), (2, 20), (3, 90), (4, 300), (5, 900)] {
        let f = repetitive(seed, 40, n_after);
        let history = f.mine(&MineOptions::default()).history;
        assert_eq!(
            owners(&history),
            owners_of_git(f.path(), &[]),
            "seed {seed}"
        );
    }
}

#[test]
fn a_text_that_ends_as_it_did_before_gives_its_new_lines_to_whom_git_blame_names() {
    // The end that both versions share is longer than the first version without what was put in.
    let block: Vec<String> = (0..40)
        .map(|n| format!("a line of some length, number {n}\n"))
        .collect();
    let block = block.concat();
    let mut f = Fixture::new();
    f.write("a", &block);
    f.commit_as("Ada <ada@a.example>", "Once");
    f.write("a", block.repeat(2));
    f.commit_as("Bob <bob@b.example>", "Twice");
    f.write("a", block.repeat(2) + "end\n");
    f.commit_as("Cyd <cyd@c.example>", "An end");
    f.write("a", block.repeat(3) + "end\n");
    f.commit_as("Cyd <cyd@c.example>", "Thrice");
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(owners(&history), owners_of_git(f.path(), &[]));
}

/// Mines a repository at once, and in two runs that part at each commit of the first-parent line: all say what `git blame` says.
fn check(f: &Fixture) -> BTreeMap<(String, String), u32> {
    let found = owners(&f.mine(&on_main()).history);
    assert_eq!(found, owners_of_git(f.path(), &[]));
    let tip = f.line(&["rev-parse", "main"]);
    let line = String::from_utf8(f.git(&["rev-list", "--first-parent", "main"])).unwrap();
    f.git(&["checkout", "-q", "--detach"]);
    for commit in line.lines().skip(1) {
        f.git(&["update-ref", "refs/heads/main", commit]);
        let first = mine(f.path(), &on_main(), None);
        f.git(&["update-ref", "refs/heads/main", &tip]);
        let second = mine(f.path(), &on_main(), Some(&first.state));
        assert_eq!(owners(&second.history), found, "parted at {commit}");
        assert!(second.state == mine(f.path(), &on_main(), None).state);
    }
    f.git(&["checkout", "-q", "main"]);
    found
}

fn on_main() -> MineOptions {
    MineOptions {
        default_branch: Some("main".to_owned()),
        ..MineOptions::default()
    }
}

const ADA: &str = "Ada <ada@a.example>";
const BOB: &str = "Bob <bob@b.example>";

fn owner<'a>(owners: &'a BTreeMap<(String, String), u32>, path: &str) -> Vec<(&'a str, u32)> {
    let of_path = owners.iter().filter(|((of, _), _)| of == path);
    of_path
        .map(|((_, name), lines)| (name.as_str(), *lines))
        .collect()
}

#[test]
fn what_came_twice_is_the_first_parents() {
    let mut f = Fixture::new();
    f.write("a", text(0..20));
    f.write("b", text(0..20));
    f.commit_as("Zoe <z@z.example>", "Start");
    f.git(&["checkout", "-q", "-b", "release"]);
    f.git(&["checkout", "-q", "main"]);
    f.write("a", text(0..30));
    f.commit_as(ADA, "Fix");
    f.git(&["checkout", "-q", "release"]);
    f.write("a", text(0..30));
    f.write("b", text(0..25));
    f.commit_as(BOB, "The fix again, and another one");
    f.git(&["checkout", "-q", "main"]);
    f.merge(&["release"], |_| {});
    let found = check(&f);
    assert_eq!(owner(&found, "a"), [("Ada", 10), ("Zoe", 20)]);
    assert_eq!(owner(&found, "b"), [("Bob", 5), ("Zoe", 20)]);
    // And so is what follows, on both branches, and what is merged the other way round.
    f.write("a", text(0..31));
    f.commit_as("Cyd <c@c.example>", "Go on");
    f.git(&["checkout", "-q", "release"]);
    f.write("a", text(1..30));
    f.commit_as("Dee <d@d.example>", "Go on");
    f.merge(&["main"], |f| f.write("a", text(1..31)));
    f.git(&["checkout", "-q", "main"]);
    f.write("c", text(0..3));
    f.commit_as(ADA, "More");
    f.merge(&["release"], |_| {});
    // The branch had them from its own commit, and its whole file was taken.
    let found = check(&f);
    assert_eq!(owner(&found, "a"), [("Bob", 10), ("Cyd", 1), ("Zoe", 19)]);
}

#[test]
fn a_change_taken_back_and_made_again_elsewhere_is_not_the_latest_of_its_content() {
    let mut f = Fixture::new();
    f.write("a", text(0..20));
    f.commit_as("Zoe <z@z.example>", "Start");
    f.write("a", text(0..25));
    f.commit_as(ADA, "Grow");
    f.git(&["checkout", "-q", "-b", "side"]);
    f.write("a", text(0..20));
    f.commit_as(BOB, "Take it back");
    f.write("a", text(0..25));
    f.commit_as(BOB, "Make it again");
    f.write("side", "1\n");
    f.commit_as(BOB, "Something else");
    f.git(&["checkout", "-q", "main"]);
    f.write("here", "1\n");
    f.commit_as(ADA, "Meanwhile");
    f.merge(&["side"], |_| {});
    f.write("a", text(0..26));
    f.commit_as("Cyd <c@c.example>", "Go on");
    let found = check(&f);
    assert_eq!(owner(&found, "a"), [("Ada", 5), ("Cyd", 1), ("Zoe", 20)]);
}

#[test]
fn what_a_merge_brings_from_another_place_as_it_was_is_whose_it_was() {
    let mut f = Fixture::new();
    f.write("here", "1\n");
    f.commit_as("Zoe <z@z.example>", "Start");
    f.git(&["checkout", "-q", "--orphan", "library"]);
    f.git(&["rm", "-rfq", "."]);
    f.write("code/a.c", text(0..20));
    f.write("code/b.c", text(100..130));
    f.commit_as(ADA, "A library");
    f.git(&["checkout", "-q", "main"]);
    f.merge(
        &["-s", "ours", "--allow-unrelated-histories", "library"],
        |f| {
            f.git(&["read-tree", "--prefix=deps/library/", "-u", "library"]);
        },
    );
    let found = check(&f);
    assert_eq!(owner(&found, "deps/library/code/a.c"), [("Ada", 20)]);
    // Somebody changes it here, and then the library's next version comes as it is.
    f.write("deps/library/code/a.c", text(3..20));
    f.commit_as(BOB, "Change it here");
    f.git(&["checkout", "-q", "library"]);
    f.write("code/a.c", text(0..40));
    f.commit_as(ADA, "A newer library");
    f.git(&["checkout", "-q", "main"]);
    f.merge(&["-s", "ours", "library"], |f| {
        f.write("deps/library/code/a.c", text(0..40));
    });
    let found = check(&f);
    assert_eq!(owner(&found, "deps/library/code/a.c"), [("Ada", 40)]);
    assert_eq!(owner(&found, "deps/library/code/b.c"), [("Ada", 30)]);
}

const IGNORED: &str = ".git-blame-ignore-revs";

/// What `git blame` says where `.git-blame-ignore-revs` counts, and how many lines it gives to an ignored revision for want of an
/// earlier one that is like them: those are left out.
fn owners_but_unlike(f: &Fixture) -> (BTreeMap<(String, String), u32>, u32) {
    let args = ["--ignore-revs-file", IGNORED];
    let mut owners = owners_of_git(f.path(), &args);
    let mut n_unlike = 0;
    let revisions = std::fs::read_to_string(f.path().join(IGNORED)).unwrap();
    let paths = String::from_utf8(f.git(&["ls-files", "-z"])).unwrap();
    for path in paths.split_terminator('\0') {
        let blame = |first: &[&str]| {
            let all = [first, &args, &["HEAD", "--", path]].concat();
            String::from_utf8(f.git(&all)).unwrap()
        };
        let marked = blame(&["-c", "blame.markUnblamableLines=true", "blame", "-ls"]);
        let told = blame(&["blame", "--line-porcelain"]);
        let names = told.lines().filter_map(|line| line.strip_prefix("author "));
        for (line, name) in marked.lines().zip(names) {
            // The mark stays on what a second parent has.
            let unlike = line
                .strip_prefix('*')
                .and_then(|line| line.split(' ').next());
            if unlike.is_some_and(|id| revisions.lines().any(|revision| revision.starts_with(id))) {
                let lines = owners.get_mut(&(path.to_owned(), name.to_owned()));
                *lines.unwrap() -= 1;
                n_unlike += 1;
            }
        }
    }
    owners.retain(|_, lines| *lines > 0);
    (owners, n_unlike)
}

/// Lines as a formatter leaves them: long ones split, short ones joined, indented anew, some blank ones and comments put in.
fn formatted(lines: &[String], draw: &mut dyn FnMut(usize) -> usize) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    for line in lines {
        match draw(9) {
            0 => made.extend(
                line.split_inclusive(", ")
                    .map(|part| format!("        {part}")),
            ),
            1 if made.last().is_some_and(|last| last.len() < 20) => {
                made.last_mut().unwrap().push_str(line.trim_start());
            }
            2 => made.extend([String::new(), line.to_uppercase()]),
            3 => made.extend(["# formatted: on".to_owned(), line.replace(", ", ",")]),
            4 => made.push(line.replace('(', "( ").replace(')', " )")),
            5 => made.extend([line.clone(), ")".to_owned()]),
            6 if draw(3) == 0 => {}
            7 if draw(3) == 0 => made.push(format!("{line} // é{line}é")),
            _ => made.push(line.clone()),
        }
    }
    made
}

/// Three people who write calls with arguments, and formatters whose commits are to be ignored, now and then two in a row; `main`
/// has also merges of a branch, the last of which is formatted and to be ignored.
fn often_formatted(seed: u64, n_commits: usize) -> Fixture {
    const WORDS: [&str; 8] = [
        "reader", "writer", "line", "owner", "path", "x", "at", "branch",
    ];
    let mut f = Fixture::new();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut lines: Vec<String> = Vec::new();
    let mut ignored: Vec<String> = Vec::new();
    let authors = [ADA, BOB, "Cyd <cyd@c.example>"];
    for n in 0..n_commits {
        if n > 3 && draw(4) == 0 {
            lines = formatted(&lines, &mut draw);
            f.write("a", lines.join("\n") + "\n");
            let formatted = f.commit_as("Fay <fay@f.example>", "Format");
            ignored.push(formatted);
            continue;
        }
        for _ in 0..=draw(6) {
            let words: Vec<&str> = (0..=draw(5)).map(|_| WORDS[draw(8)]).collect();
            let line = format!(
                "{}{}({})",
                "    ".repeat(draw(3)),
                WORDS[draw(8)],
                words.join(", ")
            );
            let place = draw(lines.len() + 1);
            let end = (place + draw(2)).min(lines.len());
            lines.splice(place..end, [line]);
        }
        f.write("a", lines.join("\n") + "\n");
        f.commit_as(authors[draw(3)], &format!("Edit {n}"));
    }
    f.git(&["checkout", "-q", "-b", "side"]);
    lines.insert(0, "side(reader, writer, owner)".to_owned());
    f.write("a", lines.join("\n") + "\n");
    f.commit_as(BOB, "Beside");
    f.git(&["checkout", "-q", "main"]);
    f.write("b", "call(first, second)\n");
    f.commit_as(ADA, "Meanwhile");
    let merged = formatted(&lines, &mut draw);
    f.merge(&["side"], |f| f.write("a", merged.join("\n") + "\n"));
    ignored.push(f.line(&["rev-parse", "HEAD"]));
    f.write(IGNORED, ignored.join("\n") + "\n");
    f.commit_as(ADA, "Ignore the formatter");
    f
}

#[test]
fn what_a_formatter_changed_is_whose_git_blame_says_and_what_is_like_nothing_is_nobodys() {
    let mut n_all_unlike = 0;
    for seed in 1..=6 {
        let f = often_formatted(seed, 30);
        let found = owners(&f.mine(&on_main()).history);
        let (expected, n_unlike) = owners_but_unlike(&f);
        assert_eq!(found, expected, "seed {seed}");
        assert!(found.keys().all(|(_, name)| name != "Fay"));
        n_all_unlike += n_unlike;
    }
    assert!(n_all_unlike > 0);
}

#[test]
fn a_file_that_an_ignored_revision_brings_is_its_authors() {
    let mut f = Fixture::new();
    f.write("a", text(0..3));
    f.commit_as(ADA, "Write");
    f.write("b", text(100..140));
    f.write("a", format!("{}something else\n", text(0..3)));
    let brought = f.commit_as(BOB, "Bring");
    f.write(IGNORED, brought);
    f.commit_as(ADA, "Ignore");
    let found = owners(&f.mine(&on_main()).history);
    assert_eq!(owner(&found, "a"), [("Ada", 3)]);
    assert_eq!(owner(&found, "b"), [("Bob", 40)]);
    assert_eq!(owners_but_unlike(&f), (found, 1));
}

#[test]
fn owners_that_a_formatter_passed_on_are_found_again_in_parts() {
    let mut f = often_formatted(99, 40);
    let revisions = std::fs::read_to_string(f.path().join(IGNORED)).unwrap();
    let found = owners(&f.mine(&on_main()).history);
    // The revisions are named before they are there: what is known of a part stays right.
    let tip = f.line(&["rev-parse", "main"]);
    f.git(&["checkout", "-q", "--detach"]);
    for commit in String::from_utf8(f.git(&["rev-list", "--first-parent", "main"]))
        .unwrap()
        .lines()
        .step_by(9)
    {
        f.git(&["update-ref", "refs/heads/main", commit]);
        let first = mine(f.path(), &on_main(), None);
        f.git(&["update-ref", "refs/heads/main", &tip]);
        let second = mine(f.path(), &on_main(), Some(&first.state));
        assert_eq!(owners(&second.history), found, "parted at {commit}");
        assert!(second.state == mine(f.path(), &on_main(), None).state);
    }
    f.git(&["checkout", "-q", "main"]);
    assert!(revisions.lines().count() > 3);
    // A branch from an old version, after its commits were mined: versions that were not kept are made again.
    let first = mine(f.path(), &on_main(), None);
    f.git(&["checkout", "-q", "-b", "late", "main~9"]);
    f.write("c", text(0..3));
    f.commit_as(BOB, "Late");
    f.git(&["checkout", "-q", "main"]);
    f.merge(&["late"], |_| {});
    let second = mine(f.path(), &on_main(), Some(&first.state));
    assert_eq!(
        owners(&second.history),
        owners(&mine(f.path(), &on_main(), None).history)
    );
}
