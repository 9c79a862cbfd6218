//! Repositories that are small and would grow without end: bounded, told as gaps, and the rest of the history counted.

use std::fmt::Write as _;

use linchpin::domain::History;
use linchpin::git::MineOptions;

use crate::git_fixture::{Fixture, START, mine};
use crate::git_mine::text;

fn gaps(history: &History) -> Vec<(&str, &str)> {
    let gaps = history.gaps.iter();
    let mut gaps: Vec<_> = gaps
        .map(|gap| (gap.kind.as_str(), gap.reason.as_str()))
        .collect();
    gaps.dedup();
    gaps
}

/// Lines added to a path, in landing order.
fn added(history: &History, wanted: &str) -> Vec<Option<u32>> {
    let changes = history.changes.iter();
    changes
        .filter(|change| history.paths[change.path as usize] == wanted)
        .map(|change| change.lines_added)
        .collect()
}

/// A commit of a tree on `main`.
fn commit(f: &Fixture, tree: &str) {
    let head = f.line(&["rev-parse", "HEAD"]);
    let id = f.line(&["commit-tree", "-m", "c", "-p", &head, tree]);
    f.git(&["update-ref", "refs/heads/main", &id]);
}

/// The tree of the last commit, with an entry more.
fn with_entry(f: &Fixture, mode: &str, id: &str, name: &str) -> String {
    let mut entries = f.git(&["ls-tree", "HEAD"]);
    let kind = if mode == "040000" { "tree" } else { "blob" };
    entries.extend(format!("{mode} {kind} {id}\t{name}\n").bytes());
    let tree = f.git_with_input(&["mktree"], &entries);
    String::from_utf8(tree).unwrap().trim().to_owned()
}

/// Trees of which each holds the one before `width` times: `width` to the power of `levels` files.
fn bomb(f: &Fixture, levels: usize, width: usize, leaf: &str) -> String {
    let blob = f.git_with_input(&["hash-object", "-w", "--stdin"], leaf.as_bytes());
    let mut id = String::from_utf8(blob).unwrap().trim().to_owned();
    let mut mode = ("100644", "blob");
    for _ in 0..levels {
        let entries = (0..width).fold(String::new(), |mut text, at| {
            let _ = writeln!(text, "{} {} {id}\te{at}", mode.0, mode.1);
            text
        });
        let tree = f.git_with_input(&["mktree"], entries.as_bytes());
        String::from_utf8(tree).unwrap().trim().clone_into(&mut id);
        mode = ("040000", "tree");
    }
    id
}

#[test]
fn a_tree_that_stands_for_billions_of_files_is_cut_and_the_rest_is_counted() {
    let mut f = Fixture::new();
    f.write("a", text(0..10));
    f.commit("First");
    for n in 0..4 {
        let bomb = bomb(&f, 9, 10, &format!("{n}\n"));
        let tree = with_entry(&f, "040000", &bomb, &format!("bomb{n}"));
        commit(&f, &tree);
    }
    let blob = f.line(&["rev-parse", "HEAD:a"]);
    let tree = with_entry(&f, "100644", &blob, "later");
    commit(&f, &tree);
    let options = MineOptions::default();
    let whole = f.mine(&options);
    let history = &whole.history;
    assert_eq!(gaps(history), [("tree", "too_many_files")]);
    assert_eq!(history.commits.len(), 6);
    assert_eq!(
        (added(history, "a"), added(history, "later")),
        (vec![Some(10)], vec![Some(10)])
    );
    // Of a few the files that were looked at are kept, of the others none; how many there are is not known.
    let n_files: Vec<_> = history
        .commits
        .iter()
        .map(|commit| commit.n_files)
        .collect();
    assert!(n_files[1..5].iter().all(Option::is_none), "{n_files:?}");
    let has_files = |commit: u32| history.changes.iter().any(|change| change.commit == commit);
    assert_eq!([1, 2, 3, 4].map(has_files), [true, true, true, false]);
    assert!(history.changes.len() < 2_000_000);
    // In two runs the same.
    let head = f.line(&["rev-parse", "HEAD"]);
    f.git(&["update-ref", "refs/heads/main", &format!("{head}~3")]);
    let first = f.mine(&options);
    f.git(&["update-ref", "refs/heads/main", &head]);
    let second = mine(f.path(), &options, Some(&first.state));
    assert_eq!(gaps(&second.history), gaps(history));
    assert_eq!(second.history.changes.len(), history.changes.len());
    assert!(second.state == whole.state);
}

#[test]
fn wide_trees_are_cut_where_they_only_repeat_each_other() {
    let mut f = Fixture::new();
    f.write("a", text(0..10));
    f.commit("First");
    let bomb = bomb(&f, 3, 500, "x\n");
    let tree = with_entry(&f, "040000", &bomb, "bomb");
    commit(&f, &tree);
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(gaps(&history), [("tree", "too_many_files")]);
    assert!(history.changes.len() < 200_000, "{}", history.changes.len());
    assert_eq!(added(&history, "a"), [Some(10)]);
}

#[test]
fn paths_of_thousands_of_directories_are_cut_and_the_rest_is_counted() {
    let f = Fixture::new();
    let path = |n: usize, file: &str| {
        let directories: Vec<String> = (0..n).map(|at| format!("d{at}")).collect();
        format!("{}/{file}", directories.join("/"))
    };
    let mut script = "blob\nmark :1\ndata 2\nx\n\n".to_owned();
    for n in 0..4 {
        let at = START + n * 86_400;
        let _ = write!(
            script,
            "commit refs/heads/main\nmark :{}\ncommitter A <a@acme.example> {at} +0000\ndata 2\nc\n\nM 100644 :1 {}\nM 100644 :1 {}\nM 100644 :1 plain{n}\n\n",
            n + 10,
            path(4_000, &format!("f{n}")),
            path(1_500, &format!("f{n}")),
        );
    }
    // A merge whose own file lies as deep.
    let _ = write!(
        script,
        "commit refs/heads/topic\ncommitter A <a@acme.example> {START} +0000\ndata 2\nt\n\nfrom :11\nM 100644 :1 {}\n\n\
         commit refs/heads/main\ncommitter A <a@acme.example> {} +0000\ndata 2\nm\n\nmerge refs/heads/topic\nM 100644 :1 {}\nM 100644 :1 merged\n\n",
        path(3_000, "topic"),
        START + 10 * 86_400,
        path(3_000, "own"),
    );
    f.git_with_input(&["fast-import", "--quiet"], script.as_bytes());
    f.git(&["config", "core.maxTreeDepth", "10000"]);
    let history = f.mine(&MineOptions::default()).history;
    assert_eq!(gaps(&history), [("tree", "too_deep")]);
    for n in 0..4 {
        assert_eq!(added(&history, &format!("plain{n}")), [Some(1)]);
        assert_eq!(added(&history, &path(1_500, &format!("f{n}"))), [Some(1)]);
    }
}

#[test]
fn a_hundred_thousand_refs_and_tags_of_one_commit_are_looked_up_once() {
    let mut f = Fixture::new();
    f.write("a", "1\n");
    let id = f.commit("First");
    f.git(&["tag", "-a", "-m", "first", "annotated"]);
    let tag = f.line(&["rev-parse", "refs/tags/annotated"]);
    let mut refs = "# pack-refs with: sorted \n".to_owned();
    for n in 0..50_000 {
        let _ = writeln!(refs, "{id} refs/heads/b{n:06}");
    }
    for n in 0..50_000 {
        let of = if n % 2 == 0 { &tag } else { &id };
        let _ = writeln!(refs, "{of} refs/tags/t{n:06}");
    }
    std::fs::write(f.path().join(".git/packed-refs"), refs).unwrap();
    let options = MineOptions {
        all_refs: true,
        ..MineOptions::default()
    };
    let history = f.mine(&options).history;
    assert_eq!(history.commits.len(), 1);
    assert_eq!(history.tags.len(), 50_001);
    assert!(history.tags.iter().all(|tag| tag.commit.to_string() == id));
}

#[test]
fn a_large_file_that_git_does_not_read_is_no_partial_data() {
    let large = |f: &Fixture, name: &str, head: &[u8]| {
        let file = std::fs::File::create(f.path().join(name)).unwrap();
        std::io::Write::write_all(&mut &file, head).unwrap();
        file.set_len(80 << 20).unwrap();
    };
    let check =
        |what: &str, setup: &dyn Fn(&Fixture), expected: &[(&str, &str)], is_binary: bool| {
            let mut f = Fixture::new();
            f.git(&["config", "core.compression", "1"]);
            setup(&f);
            f.write("a", text(0..10));
            f.commit("Large");
            std::fs::remove_file(f.path().join("large")).unwrap();
            f.write("a", text(1..10));
            f.commit("Gone");
            for packed in [false, true] {
                if packed {
                    f.git(&["repack", "-q", "-a", "-d"]);
                }
                let history = f.mine(&MineOptions::default()).history;
                assert_eq!(gaps(&history), expected, "{what}, packed: {packed}");
                let changes = history.changes.iter();
                let of_large: Vec<_> = changes
                    .filter(|change| history.paths[change.path as usize] == "large")
                    .map(|change| (change.is_binary, change.lines_added, change.lines_deleted))
                    .collect();
                assert_eq!(
                    of_large,
                    [(is_binary, None, None); 2],
                    "{what}, packed: {packed}"
                );
                assert_eq!(added(&history, "a"), [Some(10), Some(0)]);
            }
        };
    // A text of one line each 8,000 letters: nothing but its size keeps it from being read.
    let letters = [b'x'; 9_000];
    check(
        "a text",
        &|f| {
            let line = [vec![b'x'; 1 << 20], b"\n".to_vec()].concat();
            f.write("large", line.repeat(80));
        },
        &[("blob", "too_large")],
        false,
    );
    check(
        "binary by its first bytes",
        &|f| large(f, "large", b"MZ\0"),
        &[],
        true,
    );
    check(
        "binary by an attribute",
        &|f| {
            large(f, "large", &letters);
            f.write(".gitattributes", "large binary\n");
        },
        &[],
        true,
    );
    check(
        "not compared by an attribute",
        &|f| {
            large(f, "large", &letters);
            f.write(".gitattributes", "la* -diff\n");
        },
        &[],
        true,
    );
    check(
        "larger than git reads",
        &|f| {
            large(f, "large", &letters);
            f.git(&["config", "core.bigFileThreshold", "70m"]);
        },
        &[],
        true,
    );
}

#[test]
fn a_file_beyond_gits_threshold_is_binary_for_git_and_for_us() {
    let mut f = Fixture::new();
    f.write("a", text(0..2_000));
    f.write("b", text(0..10));
    f.commit("First");
    f.git(&["config", "core.bigFileThreshold", "2k"]);
    let history = f.mine(&MineOptions::default()).history;
    let of = |name: &str| {
        let changes = history.changes.iter();
        let mut of = changes.filter(|change| history.paths[change.path as usize] == name);
        of.next()
            .map(|change| (change.is_binary, change.lines_added))
    };
    let told = f.line(&["log", "--numstat", "--format=", "--", "a"]);
    assert!(told.starts_with("-\t-\t"), "{told}");
    assert_eq!(of("a"), Some((true, None)));
    assert_eq!(of("b"), Some((false, Some(10))));
    assert_eq!(gaps(&history), []);
}
