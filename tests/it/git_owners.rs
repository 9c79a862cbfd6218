//! Owners of lines where several equal ones could be the new one: as `git blame` has them.

use super::git_fixture::{Fixture, owners, owners_of_git};
use linchpin::git::MineOptions;

/// A linear history of three people who insert, delete, repeat and replace blocks in one file, whose lines are few and often
/// equal, and indented as code is; `n_after` lines that nobody touches follow.
fn repetitive(seed: u64, n_commits: u32, n_after: u32) -> Fixture {
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
