//! Mining agrees with git on scripted repositories, and survives broken ones.

use linchpin::domain::{Exclusion, History};
use linchpin::git::{self, MineOptions, is_current, remote_github_names};

use crate::git_fixture::{
    Fixture, START, check_against_git, contents, git_in, mine, owners, owners_of_git, rows_of,
};

pub fn text(lines: std::ops::Range<u32>) -> String {
    lines
        .map(|line| ["line ", &line.to_string(), "\n"].concat())
        .collect()
}

/// Adds, edits, deletions, chained and edited renames, modes, links, binaries, submodules, merges of every kind.
pub fn eventful() -> Fixture {
    let mut f = Fixture::new();
    f.write("a.txt", text(0..40));
    f.write("dir/b.txt", text(100..140));
    f.write("empty", "");
    f.write("run.sh", "#!/bin/sh\n");
    f.write("pixel.bin", b"\x00\x01\x02");
    f.write("open-end", "one\ntwo");
    f.commit("Start");
    f.git(&["mv", "a.txt", "moved.txt"]);
    f.commit("Move");
    f.git(&["mv", "moved.txt", "dir/again.txt"]);
    f.write("dir/again.txt", text(0..40) + "more\n");
    f.commit("Move on and edit (#12)");
    f.git(&["update-index", "--chmod=+x", "run.sh"]);
    f.git(&["commit", "-q", "-m", "Make it run"]);
    f.git(&["checkout", "-q", "-f", "HEAD"]);
    std::os::unix::fs::symlink("dir/b.txt", f.path().join("link")).unwrap();
    f.write("pixel.bin", b"\x00\x01\x03");
    f.write("open-end", "one\ntwo\n");
    f.write("crlf", "a\r\nb\r\n");
    f.commit("Link, binary, line ends");
    f.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        "160000,0123456789012345678901234567890123456789,sub",
    ]);
    f.git(&["commit", "-q", "-m", "Submodule"]);
    f.git(&[
        "update-index",
        "--cacheinfo",
        "160000,1123456789012345678901234567890123456789,sub",
    ]);
    f.git(&["commit", "-q", "-m", "Submodule moves"]);
    f.git(&["rm", "-q", "--cached", "sub"]);
    std::fs::remove_file(f.path().join("link")).unwrap();
    f.write("link", "a file now\n");
    f.commit("Link becomes a file");
    f.git(&["checkout", "-q", "-b", "side"]);
    f.write("dir/b.txt", "side\n".to_owned() + &text(100..140));
    f.commit("Side");
    f.git(&["checkout", "-q", "-b", "other", "main"]);
    f.write("dir/b.txt", text(100..140) + "other\n");
    f.write("other", "o\n");
    f.commit("Other");
    f.git(&["checkout", "-q", "main"]);
    f.write("main", "m\n");
    f.commit("Main");
    f.merge(&["side"], |_| ());
    f.merge(&["other"], |f| {
        f.write(
            "dir/b.txt",
            "side\n".to_owned() + &text(100..140) + "other\nevil\n",
        );
    });
    for name in ["x", "y"] {
        f.git(&["checkout", "-q", "-b", name, "main"]);
        f.write(name, name);
        f.commit(name);
    }
    f.git(&["checkout", "-q", "main"]);
    f.merge(&["x", "y"], |_| ());
    f.commit("Nothing changes");
    std::fs::remove_dir_all(f.path().join("dir")).unwrap();
    f.write("dir", "a file where a directory was\n");
    f.commit("Directory becomes a file");
    f
}

#[test]
fn every_kind_of_change_is_counted_as_git_counts_it() {
    let f = eventful();
    let history = check_against_git(f.path());
    assert!(history.gaps.is_empty(), "{:?}", history.gaps);
    assert!(
        history
            .changes
            .iter()
            .any(|change| change.is_binary && change.lines_added.is_none())
    );
    let merges = history.commits.iter().filter(|commit| commit.is_merge());
    assert!(
        merges
            .clone()
            .all(|commit| commit.n_files.is_none() && commit.exclusion == Some(Exclusion::Merge))
    );
    assert_eq!(
        merges
            .map(|commit| commit.parents.len())
            .collect::<Vec<_>>(),
        [2, 2, 3]
    );
    assert_eq!(history.commits[2].pull_request, Some(12));
    assert_eq!(history.commits[0].author_offset_seconds, 7200);
    assert_eq!(
        owners(&history),
        owners_of_git(f.path(), &[])
            .into_iter()
            .filter(|((path, _), _)| path != "pixel.bin")
            .collect()
    );
}

#[test]
fn an_object_format_of_32_bytes_is_read_like_one_of_20() {
    let mut f = Fixture::with_format("sha256");
    f.write("a", text(0..30));
    f.commit("One");
    f.git(&["mv", "a", "b"]);
    f.write("b", text(1..30));
    f.commit("Two");
    let history = check_against_git(f.path());
    assert_eq!(history.commits[0].id.as_bytes().len(), 32);
    assert_eq!(
        history
            .changes
            .iter()
            .filter(|change| change.previous_path.is_some())
            .count(),
        1
    );
}

#[test]
fn it_does_not_matter_how_objects_are_stored() {
    let f = eventful();
    let options = MineOptions::default();
    let loose = f.mine(&options);
    f.git(&[
        "repack",
        "-q",
        "-d",
        "-l",
        "--window=50",
        "--depth=50",
        "HEAD~4",
    ]);
    let check = |what: &str| {
        let now = f.mine(&options);
        assert_eq!(
            (rows_of(&now.history), &now.state),
            (rows_of(&loose.history), &loose.state),
            "{what}"
        );
        assert!(now.history.gaps.is_empty());
    };
    f.git(&["repack", "-q"]);
    check("several packs and loose objects");
    f.git(&["multi-pack-index", "write"]);
    f.git(&["commit-graph", "write", "--reachable"]);
    check("multi-pack index and commit graph");
    f.git(&["repack", "-q", "-a", "-d"]);
    f.git(&["prune-packed"]);
    check("one pack");
    let borrowed = tempfile::tempdir().unwrap();
    let from = f.path().to_str().unwrap();
    git_in(
        borrowed.path(),
        &["clone", "-q", "--shared", "--bare", from, "."],
    );
    assert_eq!(
        rows_of(&mine(borrowed.path(), &options, None).history),
        rows_of(&loose.history),
        "alternates, bare"
    );
}

#[test]
fn codeowners_are_read_from_the_place_that_github_reads() {
    let mut f = Fixture::new();
    f.write("docs/CODEOWNERS", "* @docs\n");
    f.write("CODEOWNERS", "* @root\n");
    f.commit("One");
    let lines = |f: &Fixture| -> Vec<(String, u64, String)> {
        f.mine(&MineOptions::default())
            .history
            .codeowners
            .into_iter()
            .map(|line| (line.file, line.line, line.owners.join(" ")))
            .collect()
    };
    assert_eq!(lines(&f), [("CODEOWNERS".into(), 1, "@root".into())]);
    f.write(
        ".github/CODEOWNERS",
        b"# \xff\n* @acme/all\n/src @ann b@x.example\n".as_slice(),
    );
    f.commit("Two");
    assert_eq!(
        lines(&f),
        [
            (".github/CODEOWNERS".into(), 2, "@acme/all".into()),
            (".github/CODEOWNERS".into(), 3, "@ann b@x.example".into())
        ]
    );
    // An empty file takes the place of the others all the same.
    f.write(".github/CODEOWNERS", "");
    f.commit("Three");
    assert_eq!(lines(&f), []);
}

#[test]
fn a_mailmap_of_the_tip_gives_the_names_also_in_a_bare_clone() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.commit_as(
        "ada <ada@old.example>",
        "One\n\nCo-authored-by: ada <ada@old.example>\nCo-authored-by: B <b@x.example>",
    );
    f.write("a", "2\n");
    f.commit_as("ADA <ADA@old.example>", "Two");
    f.write(".mailmap", "Ada Lovelace <ada@new.example> <ada@old.example>\nBob Builder <bob@x.example> B <b@x.example>\nbroken <<\n");
    f.commit_as("Somebody Else <else@x.example>", "Mailmap");
    let history = check_against_git(f.path());
    let people: Vec<&str> = history
        .commits
        .iter()
        .map(|commit| history.signatures[commit.author.0 as usize].name.as_str())
        .collect();
    assert_eq!(people, ["Ada Lovelace", "Ada Lovelace", "Somebody Else"]);
    let co_authors: Vec<&str> = history.commits[0]
        .co_authors
        .iter()
        .map(|id| history.signatures[id.0 as usize].email.as_str())
        .collect();
    assert_eq!(
        co_authors,
        ["bob@x.example"],
        "the author is not her own co-author"
    );
    let bare = tempfile::tempdir().unwrap();
    git_in(
        bare.path(),
        &["clone", "-q", "--bare", f.path().to_str().unwrap(), "."],
    );
    assert_eq!(
        mine(bare.path(), &MineOptions::default(), None)
            .history
            .signatures,
        history.signatures
    );
}

#[test]
fn messages_name_reverts_picks_and_pull_requests() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    let first = f.commit("Add widgets (#7)");
    f.write("a", "2\n");
    f.commit(&format!(
        "Revert \"Add widgets (#7)\" (#8)\n\nThis reverts commit {first}."
    ));
    f.write("a", "1\n");
    f.commit(&format!(
        "Add widgets\n\n(cherry picked from commit {first})"
    ));
    let history = check_against_git(f.path());
    assert_eq!(history.commits[0].pull_request, Some(7));
    assert_eq!(history.commits[1].reverts, Some(first.parse().unwrap()));
    assert_eq!(history.commits[1].pull_request, Some(8));
    assert_eq!(
        history.commits[2].cherry_picked_from,
        Some(first.parse().unwrap())
    );
}

#[test]
fn what_is_left_out_of_knowledge_carries_its_reason() {
    let mut f = Fixture::new();
    f.write(".gitattributes", "*.gen linguist-generated\n");
    f.write("src/a.gen", "x\n");
    f.write("src/a.rs", "x\n");
    f.write("vendor/v.c", "x\n");
    f.write("Cargo.lock", "x\n");
    f.write("docs/made/x.md", "x\n");
    f.write("pixel", b"\x00");
    std::os::unix::fs::symlink("src/a.rs", f.path().join("link")).unwrap();
    f.commit("Start");
    f.write("src/a.rs", "y\n");
    let formatted = f.commit("Format");
    f.write(
        ".git-blame-ignore-revs",
        format!("# formatting\n{formatted} # why\nnonsense\n"),
    );
    f.commit("Ignore it");
    let options = MineOptions {
        excluded_globs: vec!["docs/made/**".to_owned()],
        max_files_per_commit: 7,
        ..MineOptions::default()
    };
    let history = f.mine(&options).history;
    let of = |path: &str| {
        history.path_exclusions[history
            .paths
            .iter()
            .position(|known| known == path)
            .unwrap()]
    };
    assert_eq!(of("src/a.gen"), Some(Exclusion::Generated));
    assert_eq!(of("src/a.rs"), None);
    assert_eq!(of("vendor/v.c"), Some(Exclusion::Vendored));
    assert_eq!(of("Cargo.lock"), Some(Exclusion::LockFile));
    assert_eq!(of("docs/made/x.md"), Some(Exclusion::Configured));
    assert_eq!(of("pixel"), Some(Exclusion::Binary));
    assert_eq!(of("link"), Some(Exclusion::NotAFile));
    let of_commits: Vec<_> = history
        .commits
        .iter()
        .map(|commit| commit.exclusion)
        .collect();
    assert_eq!(
        of_commits,
        [
            Some(Exclusion::TooManyFiles),
            Some(Exclusion::IgnoredRevision),
            None
        ]
    );
    assert!(history.path_in_tip.iter().all(|is_in_tip| *is_in_tip));
}

#[test]
fn an_ignored_revision_does_not_take_lines_from_their_owners() {
    let mut f = Fixture::new();
    f.write("a", text(0..20));
    f.commit_as("Ada <ada@acme.example>", "Write");
    f.write("a", text(0..20).replace("line", "\tline"));
    let formatted = f.commit_as("Bob <bob@acme.example>", "Format");
    f.write("a", text(0..20).replace("line", "\tline") + "new\n");
    f.commit_as("Cyd <cyd@acme.example>", "Add");
    f.write(".git-blame-ignore-revs", formatted);
    f.commit("Ignore");
    let history = f.mine(&MineOptions::default()).history;
    let expected = owners_of_git(f.path(), &["--ignore-revs-file", ".git-blame-ignore-revs"]);
    assert_eq!(owners(&history), expected);
    assert_eq!(expected.get(&("a".to_owned(), "Ada".to_owned())), Some(&20));
}

/// A history of random edits by three people over a few files, with renames and merges.
pub fn random(seed: u64, n_commits: u32, with_merges: bool) -> Fixture {
    let mut f = Fixture::new();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) % below
    };
    let mut files: Vec<(String, Vec<String>)> = (0..3)
        .map(|n| {
            (
                format!("f{n}"),
                (0..30).map(|line| format!("{n}.{line}")).collect(),
            )
        })
        .collect();
    for (path, lines) in &files {
        f.write(path, lines.join("\n") + "\n");
    }
    f.commit("Start");
    for n in 0..n_commits {
        let at = usize::try_from(draw(3)).unwrap();
        let author = [
            "Ada <ada@a.example>",
            "Bob <bob@b.example>",
            "Cyd <cyd@c.example>",
        ][usize::try_from(draw(3)).unwrap()];
        let (path, lines) = &mut files[at];
        for _ in 0..=draw(3) {
            let place = usize::try_from(draw(lines.len() as u64)).unwrap();
            match draw(3) {
                0 => lines.insert(place, format!("new {n} {}", draw(1_000_000))),
                1 if lines.len() > 10 => drop(lines.remove(place)),
                _ => lines[place] = format!("edit {n} {}", draw(1_000_000)),
            }
        }
        if draw(8) == 0 {
            let moved = format!("moved/{n}");
            f.write(&moved, "");
            f.git(&["mv", "-f", path, &moved]);
            *path = moved;
        }
        f.write(path, lines.join("\n") + "\n");
        if with_merges && draw(4) == 0 {
            // The edit lands through a branch, while main gets one line at the end of the same file.
            f.git(&["checkout", "-q", "-f", "-b", &format!("topic{n}")]);
            f.write(path, lines.join("\n") + "\n");
            f.commit_as(author, &format!("Topic {n}"));
            f.git(&["checkout", "-q", "main"]);
            f.write("aside", format!("{n}\n"));
            f.commit_as("Dan <dan@d.example>", &format!("Aside {n}"));
            f.merge(&[&format!("topic{n}")], |_| ());
        } else {
            f.commit_as(author, &format!("Edit {n}"));
        }
    }
    f
}

#[test]
fn every_line_has_the_owner_that_git_blame_names() {
    for (seed, with_merges) in [(1, false), (2, false), (3, true)] {
        let f = random(seed, 40, with_merges);
        let history = check_against_git(f.path());
        assert_eq!(
            owners(&history),
            owners_of_git(f.path(), &[]),
            "seed {seed}"
        );
    }
}

#[test]
fn a_merge_takes_each_line_from_the_first_parent_that_has_it() {
    let mut f = Fixture::new();
    f.write("a", text(0..30));
    f.commit_as("Zoe <z@z.example>", "Start");
    f.git(&["checkout", "-q", "-b", "side"]);
    f.write("a", "side\n".to_owned() + &text(0..30));
    f.commit_as("Bob <b@b.example>", "Side");
    f.git(&["checkout", "-q", "main"]);
    f.write("a", text(0..30) + "main\n");
    f.commit_as("Cyd <c@c.example>", "Main");
    f.merge(&["side"], |f| {
        f.write(
            "a",
            "side\n".to_owned() + &text(0..30) + "main\nby the merge\n",
        );
    });
    let history = check_against_git(f.path());
    assert_eq!(owners(&history), owners_of_git(f.path(), &[]));
    assert_eq!(owners(&history).len(), 4);
}

#[test]
fn ownership_is_told_for_every_quarter_in_which_something_landed() {
    let mut f = Fixture::new();
    f.write("a", text(0..10));
    f.commit_as("Ada <a@a.example>", "First quarter");
    f.set_clock(START + 100 * 86_400);
    f.write("a", text(0..5));
    f.commit_as("Bob <b@b.example>", "Second quarter");
    f.set_clock(START + 400 * 86_400);
    f.write("a", text(0..5) + "x\n");
    f.commit_as("Bob <b@b.example>", "A year later");
    let history = f.mine(&MineOptions::default()).history;
    let rows: Vec<_> = history
        .ownership
        .iter()
        .map(|row| {
            (
                row.as_of.to_string(),
                history.signatures[row.author.0 as usize].name.as_str(),
                row.surviving_lines,
            )
        })
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|(at, name, lines)| (at.as_str(), *name, *lines))
        .collect();
    assert_eq!(
        rows,
        [
            ("2024-04-01T00:00:00Z", "Ada", 10),
            ("2024-07-01T00:00:00Z", "Ada", 5),
            ("2025-02-04T00:00:00Z", "Ada", 5),
            ("2025-02-04T00:00:00Z", "Bob", 1),
        ]
    );
}

#[test]
fn a_store_after_increments_is_the_store_of_a_full_run() {
    for (seed, all_refs) in [(4, false), (5, false), (4, true)] {
        let f = random(seed, 30, true);
        let options = MineOptions {
            all_refs,
            ..MineOptions::default()
        };
        let commits =
            String::from_utf8(f.git(&["rev-list", "--reverse", "--first-parent", "main"])).unwrap();
        let mut state: Option<Vec<u8>> = None;
        f.git(&["checkout", "-q", "--detach"]);
        for commit in commits.lines().step_by(3).chain(commits.lines().last()) {
            f.git(&["branch", "-f", "main", commit]);
            let options = MineOptions {
                default_branch: Some("main".to_owned()),
                ..options.clone()
            };
            let next = mine(f.path(), &options, state.as_deref());
            let full = f.mine(&options);
            assert_eq!(next.history.commits, full.history.commits);
            assert_eq!(next.history.changes, full.history.changes);
            assert_eq!(next.history.ownership, full.history.ownership);
            assert!(next.state == full.state, "the states differ at {commit}");
            if state.is_some() {
                assert!(
                    usize::try_from(next.n_new_commits).unwrap() < next.history.commits.len(),
                    "only new commits are read"
                );
            }
            assert!(is_current(f.path(), &options, &next.state).unwrap());
            state = Some(next.state);
        }
        let again = mine(
            f.path(),
            &MineOptions {
                default_branch: Some("main".to_owned()),
                ..options
            },
            state.as_deref(),
        );
        assert!(again.unchanged && again.n_new_commits == 0);
        assert_eq!(Some(again.state), state);
    }
}

#[test]
fn an_ignored_revision_that_comes_with_its_commit_needs_no_second_look() {
    let mut f = Fixture::new();
    let options = MineOptions::default();
    f.write("a", text(0..20));
    let written = f.commit_as("Ada <ada@acme.example>", "Write");
    let first = f.mine(&options);
    f.write("a", text(0..20).replace("line", "\tline"));
    let formatted = f.commit_as("Bob <bob@acme.example>", "Format");
    f.write(".git-blame-ignore-revs", &formatted);
    f.commit("Ignore");
    let check = |before: &[u8], n_new: u32, f: &Fixture| {
        let next = mine(f.path(), &options, Some(before));
        assert_eq!(next.n_new_commits, n_new);
        let expected = owners_of_git(f.path(), &["--ignore-revs-file", ".git-blame-ignore-revs"]);
        assert_eq!(owners(&next.history), expected);
        assert!(next.state == f.mine(&options).state);
        next.state
    };
    let second = check(&first.state, 2, &f);
    // What was counted before is ignored from now on: everything is looked at again.
    f.write(
        ".git-blame-ignore-revs",
        format!("{formatted}\n{written}\n"),
    );
    f.commit("Ignore more");
    let third = check(&second, 4, &f);
    f.write(".git-blame-ignore-revs", formatted);
    f.commit("Ignore less");
    check(&third, 5, &f);
}

#[test]
fn a_rewritten_branch_is_mined_anew() {
    let mut f = Fixture::new();
    for n in 0..4 {
        f.write("a", text(0..10 + n));
        f.commit(&format!("Commit {n}"));
    }
    let options = MineOptions::default();
    let before = f.mine(&options);
    f.git(&["reset", "-q", "--hard", "HEAD~2"]);
    f.write("b", "other\n");
    f.commit("Another way");
    assert!(!is_current(f.path(), &options, &before.state).unwrap());
    let after = mine(f.path(), &options, Some(&before.state));
    assert_eq!(after.history.commits.len(), 3);
    assert!(after.state == f.mine(&options).state);
    // Other options, and bytes that are no state.
    let plain = MineOptions {
        ownership: false,
        ..options.clone()
    };
    assert!(
        mine(f.path(), &plain, Some(&after.state))
            .history
            .ownership
            .is_empty()
    );
    for broken in [
        &b""[..],
        b"nonsense",
        &after.state[..60],
        &[after.state.as_slice(), b"x"].concat(),
    ] {
        assert_eq!(
            mine(f.path(), &options, Some(broken)).history.commits,
            after.history.commits
        );
    }
}

#[test]
fn other_refs_are_listed_on_request_and_told_apart() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.commit("Main");
    f.git(&["checkout", "-q", "-b", "topic"]);
    f.write("b", "1\n");
    f.commit("Topic");
    f.git(&["tag", "-a", "v1", "-m", "one"]);
    f.git(&["checkout", "-q", "main"]);
    let options = MineOptions {
        all_refs: true,
        ..MineOptions::default()
    };
    let all = f.mine(&options);
    let on_default: Vec<bool> = all
        .history
        .commits
        .iter()
        .map(|commit| commit.on_default_branch)
        .collect();
    assert_eq!(on_default, [true, false]);
    assert_eq!(f.mine(&MineOptions::default()).history.commits.len(), 1);
    assert_eq!(all.history.tags[0].name, "v1");
    f.merge(&["topic"], |_| ());
    let merged = mine(f.path(), &options, Some(&all.state));
    assert!(
        merged
            .history
            .commits
            .iter()
            .all(|commit| commit.on_default_branch)
    );
    assert!(merged.state == f.mine(&options).state);
}

#[test]
fn a_shallow_clone_says_so_and_invents_no_author() {
    let mut f = Fixture::new();
    for n in 0..5 {
        f.write("a", text(0..10 + n));
        f.commit_as(&format!("P{n} <p{n}@x.example>"), "c");
    }
    let shallow = tempfile::tempdir().unwrap();
    let url = format!("file://{}", f.path().display());
    git_in(shallow.path(), &["clone", "-q", "--depth", "2", &url, "."]);
    let history = mine(shallow.path(), &MineOptions::default(), None).history;
    assert!(history.is_shallow);
    assert_eq!(history.commits.len(), 2);
    assert_eq!(
        history.commits[0].parents.len(),
        1,
        "the parent outside is named"
    );
    assert_eq!(
        (history.commits[0].n_files, history.commits[1].n_files),
        (None, Some(1))
    );
    assert_eq!(
        history
            .gaps
            .iter()
            .map(|gap| gap.reason.as_str())
            .collect::<Vec<_>>(),
        ["shallow_edge"]
    );
    let owners: Vec<_> = owners(&history).into_iter().collect();
    assert_eq!(owners, [(("a".to_owned(), "P4".to_owned()), 1)]);
}

#[test]
fn an_empty_repository_has_an_empty_history() {
    let f = Fixture::new();
    let mined = f.mine(&MineOptions::default());
    assert_eq!((mined.history.tip, mined.history.commits.len()), (None, 0));
    assert_eq!(mined.history.default_branch.as_deref(), Some("main"));
    assert!(mine(f.path(), &MineOptions::default(), Some(&mined.state)).unchanged);
}

#[test]
fn the_default_branch_is_the_remotes_then_the_one_checked_out() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    let first = f.commit("One");
    f.write("a", "2\n");
    let second = f.commit("Two");
    let check = |options: &MineOptions, branch: Option<&str>, tip: &str| {
        let history = f.mine(options).history;
        assert_eq!(
            (
                history.default_branch.as_deref(),
                history.tip.unwrap().to_string().as_str()
            ),
            (branch, tip)
        );
    };
    let options = MineOptions::default();
    check(&options, Some("main"), &second);
    f.git(&["checkout", "-q", "-b", "dev", &first]);
    check(&options, Some("dev"), &first);
    f.git(&["checkout", "-q", "--detach"]);
    check(&options, Some("main"), &second);
    f.git(&["update-ref", "refs/remotes/origin/trunk", &first]);
    f.git(&[
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/trunk",
    ]);
    check(&options, Some("trunk"), &first);
    check(
        &MineOptions {
            default_branch: Some("main".to_owned()),
            ..options.clone()
        },
        Some("main"),
        &second,
    );
    let unknown = MineOptions {
        default_branch: Some("nope".to_owned()),
        ..options
    };
    let error = git::mine(f.path(), &unknown, None, &git::Silent).unwrap_err();
    assert_eq!(error.to_string(), "the repository has no branch `nope`");
}

#[test]
fn a_directory_that_is_no_repository_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let error = git::mine(
        directory.path(),
        &MineOptions::default(),
        None,
        &git::Silent,
    )
    .unwrap_err();
    assert!(matches!(error, git::Error::NotARepository { .. }));
    assert!(
        error
            .to_string()
            .contains(directory.path().to_str().unwrap())
    );
}

#[test]
fn a_directory_inside_a_work_tree_stands_for_its_repository() {
    let mut f = Fixture::new();
    f.write("deep/er/a", "1\n");
    f.commit("One");
    assert_eq!(
        mine(&f.path().join("deep/er"), &MineOptions::default(), None)
            .history
            .commits
            .len(),
        1
    );
}

#[test]
fn odd_names_paths_and_dates_are_kept() {
    let f = Fixture::new();
    let long = vec!["d".repeat(199); 20].join("/");
    let mut stream = Vec::new();
    let mut commit = |mark: u32, author: &[u8], when: &str, path: &[u8], content: &[u8]| {
        stream.extend(format!("commit refs/heads/main\nmark :{mark}\nauthor ").bytes());
        stream.extend(author);
        stream.extend(format!(" {when}\ncommitter C <c@c.example> {when}\ndata 2\nx\n").bytes());
        if mark > 1 {
            stream.extend(format!("from :{}\n", mark - 1).bytes());
        }
        stream.extend(b"M 100644 inline ");
        stream.extend(path);
        stream.extend(format!("\ndata {}\n", content.len()).bytes());
        stream.extend(content);
        stream.extend(b"\n");
    };
    commit(1, b"Zero <z@z.example>", "0 +0000", b"plain", b"1\n");
    commit(
        2,
        b"Ren\xe9 <r@r.example>",
        "1 -1130",
        b"\"caf\\351\"",
        b"1\n",
    );
    commit(
        3,
        b"Future <f@f.example>",
        "4294967295 +1400",
        "ünï cødé".as_bytes(),
        b"1\n",
    );
    commit(
        4,
        b"<only@address.example>",
        "1700000000 -0000",
        long.as_bytes(),
        b"1\n2\n",
    );
    commit(
        5,
        b"Quote <q@q.example>",
        "1700000001 +0545",
        b"\"tab\\there\"",
        b"no line end",
    );
    f.git_with_input(&["fast-import", "--quiet"], &stream);
    let history = check_against_git(f.path());
    assert!(history.paths.iter().any(|path| path.len() > 3900));
    assert!(history.paths.iter().any(|path| path == "caf\\351"));
    let offsets: Vec<i32> = history
        .commits
        .iter()
        .map(|commit| commit.author_offset_seconds)
        .collect();
    assert_eq!(offsets, [0, -41_400, 50_400, 0, 20_700]);
    assert_eq!(
        history.commits[2].authored_at.to_string(),
        "2106-02-07T06:28:15Z"
    );
}

#[test]
fn a_missing_object_is_a_gap_and_not_an_end() {
    let mut f = Fixture::new();
    f.write("a", text(0..10));
    f.write("b", text(0..5));
    f.commit("One");
    f.write("a", text(0..12));
    f.commit("Two");
    f.write("b", text(0..6));
    f.commit("Three");
    let remove = |id: &str| {
        std::fs::remove_file(f.path().join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    };
    let blob = f.line(&["rev-parse", "HEAD~1:a"]);
    remove(&blob);
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(
        history
            .gaps
            .iter()
            .map(|gap| (gap.kind.as_str(), gap.subject.as_str(), gap.reason.as_str()))
            .collect::<Vec<_>>(),
        [("blob", blob.as_str(), "missing_object")]
    );
    assert_eq!(
        history
            .commits
            .iter()
            .map(|commit| commit.n_files)
            .collect::<Vec<_>>(),
        [Some(2), Some(1), Some(1)]
    );
    let unknown: Vec<_> = history
        .changes
        .iter()
        .filter(|change| change.lines_added.is_none())
        .collect();
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        owners(&history)
            .keys()
            .map(|(path, _)| path.as_str())
            .collect::<Vec<_>>(),
        ["b"]
    );
    let tree = f.line(&["rev-parse", "HEAD~2^{tree}"]);
    remove(&tree);
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(history.commits.len(), 3);
    assert!(
        history
            .gaps
            .iter()
            .any(|gap| gap.kind == "tree" && gap.subject == tree)
    );
    let first = f.line(&["rev-parse", "HEAD~2"]);
    remove(&first);
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(history.commits.len(), 2);
    assert!(
        history
            .gaps
            .iter()
            .any(|gap| gap.kind == "commit" && gap.subject == first)
    );
}

#[test]
fn a_commit_that_was_missing_counts_from_the_first_run_after_it_is_there_again() {
    let mut f = Fixture::new();
    for n in 1..6 {
        f.write("a", text(0..n));
        f.commit(&format!("Number {n}"));
    }
    let id = f.line(&["rev-parse", "HEAD~2"]);
    let place = f.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let aside = f.path().join(".git/aside");
    std::fs::rename(&place, &aside).unwrap();
    let without = f.mine(&MineOptions::default());
    assert_eq!(without.history.commits.len(), 2);
    std::fs::rename(&aside, &place).unwrap();
    f.write("a", text(0..9));
    f.commit("The next");
    let with = mine(f.path(), &MineOptions::default(), Some(&without.state));
    let full = f.mine(&MineOptions::default());
    assert_eq!(with.history.commits.len(), 6);
    assert_eq!(with.history.commits, full.history.commits);
    assert_eq!(with.history.changes, full.history.changes);
    assert!(with.state == full.state);
}

#[test]
fn a_damaged_object_is_a_gap_and_not_an_end() {
    let mut f = Fixture::new();
    f.write("a", text(0..300));
    f.commit("One");
    f.write("a", text(0..400));
    f.commit("Two");
    let whole = f.mine(&MineOptions::default()).history;
    let blob = f.line(&["rev-parse", "HEAD:a"]);
    let place = f
        .path()
        .join(".git/objects")
        .join(&blob[..2])
        .join(&blob[2..]);
    std::fs::remove_file(&place).unwrap();
    std::fs::write(&place, b"this is no object").unwrap();
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(
        history
            .gaps
            .iter()
            .map(|gap| gap.reason.as_str())
            .collect::<Vec<_>>(),
        ["corrupt_object"]
    );
    assert_eq!(history.commits.len(), whole.commits.len());
}

#[test]
fn a_pack_with_any_byte_changed_makes_no_panic() {
    let f = eventful();
    f.git(&["repack", "-q", "-a", "-d"]);
    f.git(&["prune-packed"]);
    let pack = std::fs::read_dir(f.path().join(".git/objects/pack"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "pack")
        })
        .unwrap();
    let good = std::fs::read(&pack).unwrap();
    let mut permissions = std::fs::metadata(&pack).unwrap().permissions();
    #[expect(
        clippy::permissions_set_readonly_false,
        reason = "a temporary file of the test"
    )]
    permissions.set_readonly(false);
    std::fs::set_permissions(&pack, permissions).unwrap();
    for at in (12..good.len() - 20).step_by(good.len() / 60) {
        let mut bad = good.clone();
        bad[at] ^= 0xff;
        std::fs::write(&pack, &bad).unwrap();
        let history: History = f
            .mine(&MineOptions {
                threads: Some(1),
                ..MineOptions::default()
            })
            .history;
        assert!(history.commits.len() <= 20);
    }
}

#[test]
fn a_repository_is_never_written_to() {
    let f = eventful();
    let before = contents(f.path());
    let mined = f.mine(&MineOptions {
        all_refs: true,
        ..MineOptions::default()
    });
    mine(f.path(), &MineOptions::default(), Some(&mined.state));
    remote_github_names(f.path()).unwrap();
    assert_eq!(contents(f.path()), before);
}

#[test]
fn the_remotes_name_the_repository_on_github() {
    let f = Fixture::new();
    f.git(&[
        "remote",
        "add",
        "upstream",
        "git@github.com:acme/widgets.git",
    ]);
    f.git(&["remote", "add", "origin", "https://github.com/ada/widgets"]);
    let names: Vec<_> = remote_github_names(f.path())
        .unwrap()
        .into_iter()
        .map(|found| found.name.to_string())
        .collect();
    assert_eq!(names, ["ada/widgets", "acme/widgets"]);
}

#[test]
fn a_remote_of_any_name_counts_and_the_base_that_gh_noted_comes_first() {
    let check = |remotes: &[(&str, &str)], resolved: Option<(&str, &str)>, expected: &[&str]| {
        let f = Fixture::new();
        for (name, url) in remotes {
            f.git(&["remote", "add", name, url]);
        }
        if let Some((remote, base)) = resolved {
            f.git(&["config", &format!("remote.{remote}.gh-resolved"), base]);
        }
        let names: Vec<_> = remote_github_names(f.path())
            .unwrap()
            .into_iter()
            .map(|found| format!("{} {} {}", found.remote, found.host, found.name))
            .collect();
        assert_eq!(names, expected, "{remotes:?} {resolved:?}");
    };
    let fork = [
        ("origin", "https://github.com/ada/widgets"),
        ("upstream", "https://github.com/acme/widgets"),
    ];
    let (own, base) = (
        "origin github.com ada/widgets",
        "upstream github.com acme/widgets",
    );
    check(&fork, None, &[own, base]);
    check(&fork, Some(("upstream", "base")), &[base, own]);
    // `gh repo set-default` where no remote is the base.
    let elsewhere = "origin github.com acme/gadgets";
    check(&fork[..1], Some(("origin", "acme/gadgets")), &[elsewhere]);
    check(
        &[("github", "git@github.com:acme/widgets.git")],
        None,
        &["github github.com acme/widgets"],
    );
    check(
        &[
            ("z", "git@work:acme/b.git"),
            ("a.b", "git@work:acme/a.git"),
            ("local", "/srv/c"),
        ],
        None,
        &["a.b work acme/a", "z work acme/b"],
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let f = random(9, 25, true);
    let states: Vec<_> = [1, 2, 5]
        .into_iter()
        .map(|n| {
            f.mine(&MineOptions {
                threads: Some(n),
                ..MineOptions::default()
            })
            .state
        })
        .collect();
    assert!(states[0] == states[1] && states[1] == states[2]);
}

#[test]
fn a_merge_follows_a_file_that_only_one_side_renamed() {
    let mut f = Fixture::new();
    f.write("old", text(0..30));
    f.commit_as("Zoe <z@z.example>", "Start");
    f.git(&["checkout", "-q", "-b", "side"]);
    f.write("old", "side\n".to_owned() + &text(0..30));
    f.commit_as("Bob <b@b.example>", "Side edits under the old name");
    f.git(&["checkout", "-q", "main"]);
    f.git(&["mv", "old", "new"]);
    f.write("new", text(0..30) + "main\n");
    f.commit_as("Cyd <c@c.example>", "Main renames");
    f.merge(&["side"], |f| {
        assert!(
            !f.path().join("old").exists(),
            "git merges into the new name"
        );
    });
    let history = check_against_git(f.path());
    assert_eq!(owners(&history), owners_of_git(f.path(), &[]));
    assert_eq!(owners(&history).len(), 3);
}
