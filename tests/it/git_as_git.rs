//! History is git's answer, or a refusal with its reason: formats, substitutes, attributes, the default branch, what comes later.

use linchpin::domain::{Exclusion, History};
use linchpin::git::{self, MineOptions, Silent, UnknownFormat, is_current};

use crate::git_fixture::{Fixture, check_against_git, git_in, mine, owners, rows_of, rows_of_git};

fn refusal(f: &Fixture) -> Option<UnknownFormat> {
    match git::mine(f.path(), &MineOptions::default(), None, &Silent) {
        Err(git::Error::Format { source, .. }) => Some(source),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

fn gaps(history: &History) -> Vec<(&str, &str, &str)> {
    let gaps = history.gaps.iter();
    gaps.map(|gap| (gap.kind.as_str(), gap.subject.as_str(), gap.reason.as_str()))
        .collect()
}

#[test]
fn a_format_that_is_not_known_is_refused_with_what_is_not_known() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.commit("One");
    // What git ignores, and what it and linchpin know.
    f.git(&["config", "extensions.somethingNew", "true"]);
    assert_eq!(refusal(&f), None);
    f.git(&["config", "--unset", "extensions.somethingNew"]);
    f.git(&["config", "core.repositoryFormatVersion", "1"]);
    for (key, value) in [
        ("extensions.noop", "1"),
        ("extensions.preciousObjects", "true"),
        ("extensions.partialClone", "origin"),
        ("extensions.worktreeConfig", "true"),
        ("extensions.refStorage", "files"),
    ] {
        f.git(&["config", key, value]);
    }
    assert_eq!(refusal(&f), None);
    for (key, value, expected) in [
        (
            "extensions.somethingNew",
            "true",
            UnknownFormat::Extension {
                name: "somethingnew".to_owned(),
            },
        ),
        (
            "extensions.some.thing",
            "false",
            UnknownFormat::Extension {
                name: "some.thing".to_owned(),
            },
        ),
    ] {
        f.git(&["config", key, value]);
        assert_eq!(refusal(&f), Some(expected));
        // Git itself reads nothing any more.
        let config = f.path().join(".git/config");
        let text = std::fs::read_to_string(&config).unwrap();
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.contains("something") && !line.contains("thing ="))
            .filter(|line| !line.contains("[extensions \"some\"]"))
            .collect();
        std::fs::write(&config, kept.join("\n") + "\n").unwrap();
    }
    assert_eq!(refusal(&f), None);
}

#[test]
fn refs_that_are_no_files_are_refused_and_what_was_mined_is_kept() {
    let mut f = Fixture::new();
    // Git does not migrate reflogs yet.
    f.git(&["config", "core.logAllRefUpdates", "false"]);
    for n in 0..3 {
        f.write("a", format!("{n}\n"));
        f.commit("One more");
    }
    assert_eq!(refusal(&f), None);
    f.git(&["refs", "migrate", "--ref-format=reftable"]);
    assert_eq!(
        refusal(&f),
        Some(UnknownFormat::RefStorage {
            storage: "reftable".to_owned()
        })
    );
    f.git(&["refs", "migrate", "--ref-format=files"]);
    assert_eq!(f.mine(&MineOptions::default()).history.commits.len(), 3);
}

#[test]
fn what_git_puts_in_the_place_of_history_is_told() {
    let mut f = Fixture::new();
    let ids: Vec<String> = (0..4)
        .map(|n| {
            f.write("a", format!("{n}\n"));
            f.commit("One more")
        })
        .collect();
    let options = MineOptions::default();
    let before = f.mine(&options);
    assert!(before.history.gaps.is_empty());
    f.git(&["replace", "--graft", &ids[3], &ids[1]]);
    assert!(!is_current(f.path(), &options, &before.state).unwrap());
    let replaced = mine(f.path(), &options, Some(&before.state));
    assert_eq!(
        gaps(&replaced.history),
        [("refs", "refs/replace", "replacements_not_followed")]
    );
    assert_eq!(replaced.history.commits.len(), 4);
    // Where git does not follow them either, nothing is amiss.
    f.git(&["config", "core.useReplaceRefs", "false"]);
    assert!(f.mine(&options).history.gaps.is_empty());
    f.git(&["config", "--unset", "core.useReplaceRefs"]);
    f.git(&["replace", "-d", &ids[3]]);
    f.write(
        ".git/info/grafts",
        format!("# none\n\n{} {}\n", ids[3], ids[1]),
    );
    assert_eq!(
        gaps(&f.mine(&options).history),
        [("refs", "info/grafts", "grafts_not_followed")]
    );
}

#[test]
fn commits_of_a_clock_that_runs_ahead_are_on_the_branch() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.commit("One");
    f.set_clock(4_000_000_000);
    f.write("a", "2\n");
    f.commit("Two");
    f.git(&["tag", "v2"]);
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(history.commits.len(), 2);
    assert_eq!(history.tags.len(), 1);
}

#[test]
fn an_entry_of_ignored_revisions_that_cannot_be_read_is_told() {
    let mut f = Fixture::new();
    f.write("a", "1\n2\n");
    f.commit_as("Ada <ada@acme.example>", "Write");
    f.write("a", " 1\n 2\n");
    let formatted = f.commit_as("Ben <ben@acme.example>", "Format");
    f.git(&["tag", "-a", "-m", "x", "formatted"]);
    let tag = f.line(&["rev-parse", "formatted"]);
    let mut check = |text: String, line: Option<&str>, owner: &str| {
        f.write(".git-blame-ignore-revs", text);
        f.commit("Ignore");
        let history = f.mine(&MineOptions::default()).history;
        let expected: Vec<_> = line
            .map(|line| ("settings", line, "unreadable_entry"))
            .into_iter()
            .collect();
        assert_eq!(gaps(&history), expected);
        let key = ("a".to_owned(), owner.to_owned());
        let found: Vec<_> = owners(&history)
            .into_iter()
            .filter(|(at, _)| at.0 == "a")
            .collect();
        assert_eq!(found, [(key, 2)]);
    };
    let mark = "\u{feff}";
    check(
        format!("{mark}{formatted}\n"),
        Some(".git-blame-ignore-revs, line 1"),
        "Ben",
    );
    check(
        format!("# x\n\n{}\n", &formatted[..12]),
        Some(".git-blame-ignore-revs, line 3"),
        "Ben",
    );
    check(
        format!(
            "nonsense\n{formatted} # the formatter\n{}\n",
            "0".repeat(39)
        ),
        Some(".git-blame-ignore-revs, line 1 and 1 more"),
        "Ada",
    );
    // An annotated tag stands for its commit; an id of nothing is no error to git either.
    check(format!("{tag}\n{}\n", "1".repeat(40)), None, "Ada");
}

/// A repository in which attributes decide what is text, and a path that they speak of is renamed.
fn with_attributes() -> Fixture {
    let mut f = Fixture::new();
    f.write(
        ".gitattributes",
        "*.lock -diff\n*.svg binary\n[attr]made -diff -merge\ngen/* made\n*.dat diff\n*.py diff=python\n*.jpg diff=photo\n",
    );
    f.write("sub/.gitattributes", "*.lock diff\n*.svg !diff\n");
    for text in ["1\n2\n3\n", "1\n2\n3\n4\n5\n"] {
        for path in [
            "deps.lock",
            "logo.svg",
            "gen/out.txt",
            "plain.txt",
            "code.py",
            "photo.jpg",
            "sub/deps.lock",
            "sub/logo.svg",
            "sub/gen/out.txt",
        ] {
            f.write(path, text);
        }
        f.write("table.dat", format!("a\0b\n{text}"));
        f.write("zeros.bin", format!("a\0b\n{text}"));
        f.commit("Lines");
    }
    f.git(&["mv", "deps.lock", "deps.txt"]);
    f.write("deps.txt", "1\n2\n3\n4\n5\n6\n");
    f.commit("A lock no more");
    f
}

#[test]
fn lines_are_counted_as_the_attributes_say_that_git_goes_by() {
    let f = with_attributes();
    let history = check_against_git(f.path());
    let unread = history.changes.iter().filter(|change| change.is_binary);
    assert!(unread.count() >= 8);
    let of = |path: &str| {
        history
            .paths
            .iter()
            .position(|known| known == path)
            .unwrap()
    };
    assert_eq!(
        history.path_exclusions[of("gen/out.txt")],
        Some(Exclusion::Binary)
    );
    assert_eq!(history.path_exclusions[of("table.dat")], None);
    // The repository's own words for ways to compare, and its own attributes.
    f.git(&["config", "diff.photo.binary", "true"]);
    check_against_git(f.path());
    f.write(
        ".git/info/attributes",
        "plain.txt -diff\nsub/gen/* binary\n*.lock !diff\n",
    );
    check_against_git(f.path());
    // A bare repository has no work tree, and git looks at no tree unless it is told to.
    let bare = tempfile::tempdir().unwrap();
    let place = bare.path().to_str().unwrap();
    f.git(&["clone", "-q", "--bare", ".", place]);
    let without = check_against_git(bare.path());
    assert_ne!(rows_of(&without), rows_of(&history));
    git_in(bare.path(), &["config", "attr.tree", "HEAD"]);
    let with = check_against_git(bare.path());
    assert_eq!(rows_of(&with), rows_of(&history));
    // Not checked out: no attributes.
    let unseen = tempfile::tempdir().unwrap();
    f.git(&[
        "clone",
        "-q",
        "--no-checkout",
        ".",
        unseen.path().to_str().unwrap(),
    ]);
    check_against_git(unseen.path());
}

#[test]
fn changed_attributes_count_the_lines_again() {
    let mut f = with_attributes();
    let options = MineOptions::default();
    let first = f.mine(&options);
    // What says nothing of lines changes nothing of them.
    let attributes = std::fs::read_to_string(f.path().join(".gitattributes")).unwrap();
    f.write(".gitattributes", format!("{attributes}*.sh text eol=lf\n"));
    f.commit("Line ends");
    let second = mine(f.path(), &options, Some(&first.state));
    assert_eq!(second.n_new_commits, 1);
    f.write(".gitattributes", attributes.replace("*.lock -diff\n", ""));
    assert!(!is_current(f.path(), &options, &second.state).unwrap());
    let third = mine(f.path(), &options, Some(&second.state));
    assert!(third.n_new_commits > 1);
    assert_eq!(
        rows_of(&third.history),
        rows_of_git(f.path(), &["-M", "--no-merges"])
    );
    assert!(third.state == f.mine(&options).state);
}

#[test]
fn the_checked_out_branch_of_a_clone_says_nothing_about_the_default_one() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    let first = f.commit("One");
    f.write("a", "2\n");
    let second = f.commit("Two");
    f.git(&["checkout", "-q", "-b", "feature", &first]);
    f.write("b", "1\n");
    let third = f.commit("Three");
    f.git(&["branch", "-D", "main"]);
    let set = |name: &str, id: &str| {
        f.git(&["update-ref", &format!("refs/remotes/origin/{name}"), id]);
    };
    let look = |wanted: Option<&str>| {
        let options = MineOptions {
            default_branch: wanted.map(str::to_owned),
            ..MineOptions::default()
        };
        let mined = git::mine(f.path(), &options, None, &Silent)?;
        let tip = mined.history.tip.map(|id| id.to_string());
        Ok::<_, git::Error>((
            mined.history.default_branch.unwrap_or_default(),
            tip.unwrap(),
        ))
    };
    let is = |wanted: Option<&str>, branch: &str, tip: &str| {
        assert_eq!(look(wanted).unwrap(), (branch.to_owned(), tip.to_owned()));
    };
    set("feature", &third);
    is(None, "feature", &third);
    set("develop", &second);
    assert!(matches!(
        look(None),
        Err(git::Error::NoDefaultBranch { .. })
    ));
    is(Some("develop"), "develop", &second);
    set("main", &second);
    is(None, "main", &second);
    f.git(&["checkout", "-q", "--detach"]);
    is(None, "main", &second);
    assert!(matches!(
        look(Some("trunk")),
        Err(git::Error::UnknownBranch { .. })
    ));
    // What was fetched counts, and not what a local branch of the name was left at.
    f.git(&["branch", "main", &first]);
    is(Some("main"), "main", &second);
    // A renamed branch leaves the old one behind; one that is only another branch was not renamed.
    f.git(&[
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/master",
    ]);
    is(None, "main", &second);
    set("master", &first);
    is(None, "main", &second);
    set("master", &third);
    is(None, "master", &third);
    set("master", &second);
    is(None, "master", &second);
}

#[test]
fn what_a_pull_request_would_be_merged_to_is_no_branch() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    let only = f.commit("One");
    f.git(&["checkout", "-q", "--detach"]);
    f.git(&["branch", "-D", "main"]);
    let options = MineOptions::default();
    assert_eq!(f.mine(&options).history.commits.len(), 1);
    f.git(&["update-ref", "refs/remotes/pull/7/merge", &only]);
    let refused = git::mine(f.path(), &options, None, &Silent);
    assert!(matches!(refused, Err(git::Error::NoDefaultBranch { .. })));
}

/// Takes objects out of a repository, and puts them back.
fn aside(f: &Fixture, ids: &[String], is_back: bool) {
    for id in ids {
        let place = f.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
        let away = f.path().join(".git").join(format!("away-{id}"));
        let (from, to) = if is_back {
            (&away, &place)
        } else {
            (&place, &away)
        };
        std::fs::rename(from, to).unwrap();
    }
}

#[test]
fn what_could_not_be_read_is_read_when_it_is_there() {
    let mut f = Fixture::new();
    for n in 0..5 {
        f.write("a", format!("{n}\n"));
        f.write("deep/b", format!("{n}\n{n}\n"));
        f.write(".mailmap", "");
        f.commit("One more");
    }
    let options = MineOptions::default();
    let whole = f.mine(&options);
    for name in [
        "HEAD~2:a",
        "HEAD:a",
        "HEAD~3:deep",
        "HEAD~1^{tree}",
        "HEAD~3",
        "HEAD:.mailmap",
    ] {
        let id = f.line(&["rev-parse", name]);
        aside(&f, std::slice::from_ref(&id), false);
        let without = f.mine(&options);
        assert!(!without.history.gaps.is_empty(), "{name}");
        // Nothing came: nothing is read again, and nothing forgotten.
        let again = mine(f.path(), &options, Some(&without.state));
        assert!(again.unchanged, "{name}");
        assert_eq!(again.history.gaps, without.history.gaps, "{name}");
        aside(&f, &[id], true);
        assert!(
            !is_current(f.path(), &options, &without.state).unwrap(),
            "{name}"
        );
        let healed = mine(f.path(), &options, Some(&without.state));
        assert_eq!(healed.history.gaps, [], "{name}");
        assert_eq!(healed.history.commits, whole.history.commits, "{name}");
        assert_eq!(healed.history.changes, whole.history.changes, "{name}");
        assert_eq!(healed.history.ownership, whole.history.ownership, "{name}");
        assert!(healed.state == whole.state, "{name}");
        assert!(
            is_current(f.path(), &options, &healed.state).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn an_unknown_number_of_lines_is_not_zero() {
    let mut f = Fixture::new();
    f.write("a", "1\n2\n");
    f.write("picture", "a\0b");
    f.commit("One");
    f.write("a", "1\n2\n3\n");
    f.write("b", "1\n");
    f.commit("Two");
    f.write("deep/c", "1\n");
    f.commit("Three");
    let blob = f.line(&["rev-parse", "HEAD~1:a"]);
    let tree = f.line(&["rev-parse", "HEAD:deep"]);
    aside(&f, &[blob, tree], false);
    let history = f.mine(&MineOptions::default()).history;
    let told: Vec<_> = history
        .commits
        .iter()
        .map(|commit| (commit.n_files, commit.lines_added, commit.lines_deleted))
        .collect();
    assert_eq!(
        told,
        [
            (Some(2), Some(2), Some(0)),
            (Some(2), None, None),
            (None, None, None)
        ]
    );
}

#[test]
fn a_clone_without_contents_is_not_looked_at_as_whole() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.commit("One");
    f.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = tempfile::tempdir().unwrap();
    let from = format!("file://{}", f.path().display());
    let place = partial.path().to_str().unwrap();
    f.git(&[
        "clone",
        "-q",
        "--no-checkout",
        "--filter=blob:none",
        &from,
        place,
    ]);
    let options = MineOptions::default();
    assert!(git::look(partial.path(), &options).unwrap().is_partial);
    assert!(!git::look(f.path(), &options).unwrap().is_partial);
}
