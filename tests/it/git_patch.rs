//! Patch-ids, against `git patch-id --stable`.

use std::collections::BTreeMap;
use std::path::Path;

use linchpin::domain::CommitId;
use linchpin::git::{Patch, fork_points, patch_ids};

use crate::git_fixture::{Fixture, git_in};
use crate::git_mine::{eventful, random, text};

/// What git says of commits that are no merges, by commit; those without a patch-id are left out.
fn of_git(directory: &Path, commits: &[CommitId]) -> BTreeMap<String, String> {
    let script = "git diff-tree -p --root --full-index --stdin | git patch-id --stable";
    let mut child = std::process::Command::new("sh")
        .args(["-c", script])
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let ids: Vec<String> = commits.iter().map(ToString::to_string).collect();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        std::io::Write::write_all(&mut input, (ids.join("\n") + "\n").as_bytes()).unwrap();
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let (patch, commit) = line.split_once(' ').unwrap();
            (commit.to_owned(), patch.to_owned())
        })
        .collect()
}

#[track_caller]
fn check(directory: &Path, rev_list: &[&str]) -> usize {
    let mut args = vec!["rev-list", "--no-merges"];
    args.extend(rev_list);
    let commits: Vec<CommitId> = String::from_utf8(git_in(directory, &args))
        .unwrap()
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    let patches: Vec<Patch> = commits
        .iter()
        .map(|&commit| Patch { commit, base: None })
        .collect();
    let ours: BTreeMap<String, String> = commits
        .iter()
        .zip(patch_ids(directory, &patches, Some(2)).unwrap())
        .filter_map(|(commit, patch)| Some((commit.to_string(), patch?.to_string())))
        .collect();
    let theirs = of_git(directory, &commits);
    let differing: Vec<_> = theirs
        .iter()
        .filter(|(commit, patch)| ours.get(*commit) != Some(patch))
        .collect();
    assert!(
        differing.is_empty() && ours.len() == theirs.len(),
        "{} of {} differ: {:?}",
        differing.len(),
        theirs.len(),
        differing.first()
    );
    theirs.len()
}

/// Histories of repeated blocks and blank lines, whose changes could be shown in several places.
fn blocks() -> Vec<Fixture> {
    let mut state = 7_u64;
    let mut draw = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 40).unwrap() % below
    };
    let pieces = [
        "\n",
        "}\n",
        "fn a() {\n",
        "    x\n",
        "\tx\n",
        "        y\n",
        "    }\n",
        "z",
        " \n",
        "\r\n",
    ];
    (0..3)
        .map(|_| {
            let mut f = Fixture::new();
            let mut lines: Vec<&str> = (0..40).map(|_| pieces[draw(pieces.len())]).collect();
            for n in 0..25 {
                for _ in 0..=draw(6) {
                    let at = draw(lines.len());
                    match draw(3) {
                        0 if lines.len() > 8 => drop(lines.remove(at)),
                        1 => lines.insert(at, pieces[draw(pieces.len())]),
                        _ => {
                            let again: Vec<&str> = lines.iter().skip(at).take(4).copied().collect();
                            lines.splice(at..at, again);
                        }
                    }
                }
                f.write("a b\"é", lines.concat());
                f.commit(&format!("Edit {n}"));
            }
            f
        })
        .collect()
}

/// Histories in which what is new between blank lines occurs elsewhere in the file too: of several shortest scripts, git takes
/// another one for it.
fn echoes() -> Vec<Fixture> {
    let draws = |seed: u64| {
        let mut state = seed;
        move |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 40).unwrap() % below
        }
    };
    [3, 4, 5]
        .map(|seed| {
            let mut draw = draws(seed);
            let mut f = Fixture::new();
            let known: Vec<String> = (0..12).map(|n| format!("known {n}\n")).collect();
            for n in 0..30 {
                let mut middle = String::new();
                for m in 0..2 + draw(6) {
                    let next = match draw(4) {
                        0 => format!("own {n} {m}\n"),
                        1 => known[draw(known.len())].clone(),
                        _ => "\n".to_owned(),
                    };
                    middle += &next;
                }
                f.write("a", format!("{0}start\n{middle}end\n{0}", known.concat()));
                f.commit(&format!("Edit {n}"));
            }
            f
        })
        .into()
}

#[test]
fn a_patch_has_the_id_that_git_gives_it() {
    assert!(check(eventful().path(), &["--all"]) > 10);
    assert!(check(random(5, 60, true).path(), &["--all"]) > 60);
    for commits in blocks().into_iter().chain(echoes()) {
        check(commits.path(), &["--all"]);
    }
}

#[test]
fn a_squashed_line_of_work_has_the_patch_id_of_its_squash() {
    let mut f = Fixture::new();
    f.write("a", text(0..40));
    f.commit("Start");
    f.git(&["checkout", "-q", "-b", "topic"]);
    f.write("a", text(0..30));
    f.commit("One");
    f.write("b", "new\n");
    let tip: CommitId = f.commit("Two").parse().unwrap();
    f.git(&["checkout", "-q", "main"]);
    f.write("aside", "x\n");
    let aside: CommitId = f.commit("Aside").parse().unwrap();
    f.git(&["merge", "-q", "--squash", "topic"]);
    let squash: CommitId = f.commit("Squashed").parse().unwrap();
    let main: Vec<CommitId> = String::from_utf8(f.git(&["rev-list", "--reverse", "main"]))
        .unwrap()
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    let landed = |commit: &CommitId| main.iter().position(|other| other == commit);
    let forks = fork_points(f.path(), &[tip, squash, aside], &landed, 100).unwrap();
    assert_eq!(forks, [Some(main[0]), None, None]);
    let whole = Patch {
        commit: tip,
        base: forks[0],
    };
    let own = |commit| Patch { commit, base: None };
    let ids = patch_ids(f.path(), &[whole, own(squash), own(tip), own(aside)], None).unwrap();
    assert!(ids[0].is_some() && ids[0] == ids[1], "{ids:?}");
    assert!(ids[2] != ids[0] && ids[3] != ids[0]);
    let short = fork_points(f.path(), &[tip], &landed, 1).unwrap();
    assert_eq!(short, [None], "a walk that is too long is given up");
}

#[test]
fn what_a_clone_lacks_has_no_patch_id() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.commit("Start");
    f.write("a", "2\n");
    let commit: CommitId = f.commit("Two").parse().unwrap();
    let empty: CommitId = f.commit("Empty").parse().unwrap();
    let blob = f.line(&["rev-parse", "HEAD:a"]);
    let absent: CommitId = "0123456789abcdef0123456789abcdef01234567".parse().unwrap();
    std::fs::remove_file(
        f.path()
            .join(".git/objects")
            .join(&blob[..2])
            .join(&blob[2..]),
    )
    .unwrap();
    let patches = [commit, empty, absent].map(|commit| Patch { commit, base: None });
    assert_eq!(patch_ids(f.path(), &patches, None).unwrap(), [None; 3]);
}
