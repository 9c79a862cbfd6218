//! Repositories that are broken, huge or odd: counted as gaps, never a panic.

use linchpin::domain::{Exclusion, History};
use linchpin::git::MineOptions;

use crate::git_fixture::{Fixture, git_in, mine};
use crate::git_mine::{eventful, text};

fn gaps(history: &History) -> Vec<(&str, &str)> {
    history
        .gaps
        .iter()
        .map(|gap| (gap.kind.as_str(), gap.reason.as_str()))
        .collect()
}

#[test]
fn a_content_of_200_megabytes_is_never_held() {
    let mut f = Fixture::new();
    f.write("a", text(0..10));
    // Holes on disk: nothing is written, and what git makes of it is small.
    let file = std::fs::File::create(f.path().join("huge")).unwrap();
    file.set_len(200 << 20).unwrap();
    f.git(&["config", "core.bigFileThreshold", "1m"]);
    f.git(&["config", "core.compression", "1"]);
    f.commit("Huge");
    std::fs::remove_file(f.path().join("huge")).unwrap();
    f.write("a", text(1..10));
    f.commit("Gone");
    let check = |what: &str| {
        let history = f.mine(&MineOptions::default()).history;
        // It is binary by its first bytes, and beyond git's own threshold: nobody counts lines of it.
        assert_eq!(gaps(&history), [], "{what}");
        let counted: Vec<_> = history
            .changes
            .iter()
            .map(|change| (change.lines_added, change.lines_deleted))
            .collect();
        let expected = [
            (Some(10), Some(0)),
            (None, None),
            (Some(0), Some(1)),
            (None, None),
        ];
        assert_eq!(counted, expected, "{what}");
    };
    check("loose or streamed into a pack");
    f.git(&["repack", "-q", "-a", "-d"]);
    check("packed");
}

#[test]
fn settings_that_are_broken_are_read_as_far_as_they_go() {
    let mut f = Fixture::new();
    f.write("a.c", "1\n");
    f.write("made.c", "2\n");
    f.write(
        ".mailmap",
        b"\xff\xfe\x00<<>>\n<\n>\nA <\nProper Ada <ada@acme.example>\n\0\0\0\n# x\n <a@b> <c@d> <e@f>\n",
    );
    f.write(
        ".gitattributes",
        b"\xff\x00 [attr]\n[attr]a b\n*.c ====\n\"unclosed\nmade.c linguist-generated\n!neg linguist-vendored\n",
    );
    f.write(
        ".git-blame-ignore-revs",
        b"\xff\x00\nnot an id\n0123\n# nothing\n",
    );
    f.commit("Broken settings");
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(gaps(&history), [("settings", "unreadable_entry")]);
    assert!(
        history
            .signatures
            .iter()
            .any(|signature| signature.name == "Proper Ada")
    );
    let excluded: Vec<_> = history
        .paths
        .iter()
        .zip(&history.path_exclusions)
        .filter(|(_, exclusion)| **exclusion == Some(Exclusion::Generated))
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(excluded, ["made.c"]);
}

#[test]
fn settings_that_are_huge_are_gaps() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    f.write(
        ".mailmap",
        "Other <o@o.example> <ada@acme.example>\n".repeat(120_000),
    );
    f.write(".gitattributes", "* linguist-vendored\n".repeat(250_000));
    f.write(".git-blame-ignore-revs", "0\n".repeat(2_200_000));
    f.commit("Huge settings");
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(gaps(&history), [("settings", "too_large"); 3]);
    assert!(history.path_exclusions.iter().all(Option::is_none));
    assert!(
        history
            .signatures
            .iter()
            .all(|signature| signature.name != "Other")
    );
}

#[test]
fn a_clone_without_contents_has_commits_and_files_and_a_gap_for_every_content() {
    let f = eventful();
    f.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", f.path().display());
    git_in(
        clone.path(),
        &["clone", "-q", "--bare", "--filter=blob:none", &from, "."],
    );
    let whole = f.mine(&MineOptions::default()).history;
    let partial = mine(clone.path(), &MineOptions::default(), None).history;
    let ids = |history: &History| -> Vec<String> {
        history
            .commits
            .iter()
            .map(|commit| commit.id.to_string())
            .collect()
    };
    assert_eq!(ids(&partial), ids(&whole));
    assert!(!partial.gaps.is_empty());
    assert!(
        gaps(&partial)
            .iter()
            .all(|gap| *gap == ("blob", "missing_object"))
    );
    assert!(partial.ownership.is_empty());
}
