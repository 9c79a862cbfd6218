//! Trees that are replaced whole, at the level of the library: cut off at every step, and with what is not linchpin's in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use linchpin::folder::mark::Purpose;
use linchpin::folder::open::Opening;
use linchpin::folder::tree::{Draft, Kept, Manner};
use linchpin::folder::{Audience, Because, Error, Folder, Lock};

const LOCK: &str = ".linchpin.lock";

type Files = Vec<(String, Vec<u8>)>;

fn opened(place: &Path) -> (Folder, Lock) {
    let how = Opening {
        purpose: Purpose::Private,
        also: &[],
        audience: Audience::Owner,
        lock: LOCK,
        own: &[LOCK],
        adopts: |_| false,
    };
    let (folder, lock, _) = Folder::open(place, &how, || panic!("nobody else writes")).unwrap();
    (folder, lock)
}

fn files(given: &[(&str, &str)]) -> Files {
    given
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect()
}

const MANNERS: [Manner; 2] = [
    Manner {
        audience: Audience::Owner,
        keeps_edits: true,
        exchanges: true,
    },
    Manner {
        audience: Audience::Owner,
        keeps_edits: true,
        exchanges: false,
    },
];

/// Every file of a tree but the mark.
fn contents(tree: &Path) -> BTreeMap<String, String> {
    let Ok(_) = fs::read_dir(tree) else {
        return BTreeMap::new();
    };
    super::git_fixture::contents(tree)
        .into_iter()
        .map(|(path, bytes)| {
            let path = path.strip_prefix(tree).map_or(path.clone(), Path::to_owned);
            (
                path.to_string_lossy().into_owned(),
                String::from_utf8(bytes).unwrap(),
            )
        })
        .filter(|(path, _)| path != ".linchpin-folder")
        .collect()
}

fn expected(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

fn replace(place: &Path, files: &Files, manner: Manner) -> Vec<Kept> {
    let (folder, _lock) = opened(place);
    folder.replace_tree("ada", files, manner).unwrap()
}

/// Names in the folder around the tree.
fn beside(place: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(place)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

const OLD: [(&str, &str); 3] = [("a.md", "old"), ("charts/b.svg", "old"), ("gone.md", "old")];
const NEW: [(&str, &str); 3] = [
    ("a.md", "new"),
    ("charts/b.svg", "new"),
    ("came/c.md", "new"),
];

#[test]
fn a_cut_at_any_step_leaves_the_old_tree_or_the_new_one_and_loses_nothing_of_others() {
    for manner in MANNERS {
        let mut steps = 0;
        loop {
            let directory = tempfile::tempdir().unwrap();
            let place = directory.path().join("private");
            let tree = place.join("ada");
            replace(&place, &files(&OLD), manner);
            fs::create_dir(tree.join("mine")).unwrap();
            fs::write(tree.join("mine/notes.txt"), "notes").unwrap();
            fs::write(tree.join("gone.md"), "edited").unwrap();
            let before = contents(&tree);

            let (folder, lock) = opened(&place);
            folder.fail_after(steps);
            let done = folder.replace_tree("ada", &files(&NEW), manner);
            drop((folder, lock));

            let mut after = NEW.to_vec();
            after.extend([("mine/notes.txt", "notes"), ("gone.md", "edited")]);
            let after = expected(&after);
            let cut = contents(&tree);
            // Where names cannot be exchanged, a cut may fall between two renames: the next writer puts the old tree back.
            let is_between = !manner.exchanges && cut.is_empty();
            assert!(
                cut == before || cut == after || is_between,
                "{manner:?} {steps}: {cut:?}"
            );
            assert!(done.is_err() || cut == after, "{manner:?} {steps}");
            // Another tree of the folder, so that this one is only tidied up.
            let (folder, lock) = opened(&place);
            folder
                .replace_tree("lead", &files(&[("x.md", "x")]), manner)
                .unwrap();
            drop((folder, lock));
            let tidied = contents(&tree);
            assert!(
                tidied == before || tidied == after,
                "{manner:?} {steps}: {tidied:?}"
            );
            assert_eq!(
                beside(&place),
                [".linchpin-folder", LOCK, "ada", "lead"],
                "{manner:?} {steps}"
            );
            replace(&place, &files(&NEW), manner);
            assert_eq!(contents(&tree), after, "{manner:?} {steps}");
            if done.is_ok() && steps > 30 {
                break;
            }
            steps += 1;
        }
    }
}

/// Keeps what is there, and says what is new.
fn goes_on(there: Option<&[u8]>, _is_untouched: bool) -> Vec<u8> {
    [there.unwrap_or(b"begun"), b"+"].concat()
}

#[test]
fn a_draft_goes_on_from_what_is_there_at_any_cut_and_no_copy_of_it_is_left() {
    let draft = || Draft {
        path: "draft/brag.md",
        merge: &goes_on,
        made_of_it: Some(("draft/brag.html", &|draft| [draft, b"!"].concat())),
    };
    for manner in MANNERS {
        let mut steps = 0;
        loop {
            let directory = tempfile::tempdir().unwrap();
            let place = directory.path().join("private");
            let tree = place.join("ada");
            let write = |fail_after: Option<u64>| {
                let (folder, _lock) = opened(&place);
                if let Some(steps) = fail_after {
                    folder.fail_after(steps);
                }
                folder
                    .replace_tree_and_drafts("ada", &files(&NEW), &[draft()], manner)
                    .is_ok()
            };
            assert!(write(None));
            fs::write(tree.join("draft/brag.md"), "mine").unwrap();
            let is_done = write(Some(steps));
            let texts = |n: usize| {
                let text = format!("mine{}", "+".repeat(n));
                let mut all = expected(&NEW);
                all.insert("draft/brag.html".to_owned(), format!("{text}!"));
                all.insert("draft/brag.md".to_owned(), text);
                all
            };
            assert!(write(None), "{manner:?} {steps}");
            let found = contents(&tree);
            let is_cut = found == texts(1) && !is_done;
            assert!(is_cut || found == texts(2), "{manner:?} {steps}: {found:?}");
            assert_eq!(beside(&place), [".linchpin-folder", LOCK, "ada"]);
            // A tree without the draft leaves it where it is: somebody wrote in it, however long ago.
            replace(&place, &files(&NEW), manner);
            let mut found = found;
            found.remove("draft/brag.html");
            assert_eq!(contents(&tree), found, "{manner:?} {steps}");
            if is_done && steps > 30 {
                break;
            }
            steps += 1;
        }
    }
}

#[test]
fn what_linchpin_did_not_write_stays_where_it_is_or_under_a_name_that_says_why() {
    for manner in MANNERS {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("private");
        let tree = place.join("ada");
        replace(&place, &files(&[("a.md", "1"), ("b.md", "1")]), manner);
        fs::write(tree.join("c.md"), "mine").unwrap();
        fs::write(tree.join("charts"), "a file of mine").unwrap();
        fs::create_dir_all(tree.join("d.md/deep")).unwrap();
        fs::write(tree.join("d.md/deep/x"), "deep").unwrap();
        fs::create_dir(tree.join("empty")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc", tree.join("link")).unwrap();
        let kept = replace(
            &place,
            &files(&[
                ("a.md", "2"),
                ("c.md", "2"),
                ("charts/1.svg", "2"),
                ("d.md", "2"),
            ]),
            manner,
        );
        let found = contents_without_links(&tree);
        assert_eq!(
            found,
            expected(&[
                ("a.md", "2"),
                ("c.kept.md", "mine"),
                ("c.md", "2"),
                ("charts.kept", "a file of mine"),
                ("charts/1.svg", "2"),
                ("d.kept.md/deep/x", "deep"),
                ("d.md", "2"),
            ])
        );
        assert!(tree.join("empty").is_dir());
        #[cfg(unix)]
        assert_eq!(fs::read_link(tree.join("link")).unwrap(), Path::new("/etc"));
        let renamed: Vec<_> = kept
            .iter()
            .map(|kept| (kept.from.to_str().unwrap(), kept.to.to_str().unwrap()))
            .collect();
        assert_eq!(
            renamed,
            [
                ("c.md", "c.kept.md"),
                ("charts", "charts.kept"),
                ("d.md/deep/x", "d.kept.md/deep/x")
            ]
        );
        // From then on they have these names, and nothing is said.
        let again = files(&[
            ("a.md", "3"),
            ("c.md", "3"),
            ("charts/1.svg", "3"),
            ("d.md", "3"),
        ]);
        assert_eq!(replace(&place, &again, manner), []);
        assert_eq!(contents_without_links(&tree)["c.kept.md"], "mine");
        assert_eq!(beside(&place), [".linchpin-folder", LOCK, "ada"]);
    }
}

fn contents_without_links(tree: &Path) -> BTreeMap<String, String> {
    let link = tree.join("link");
    let target = fs::read_link(&link).ok();
    if target.is_some() {
        fs::remove_file(&link).unwrap();
    }
    let found = contents(tree);
    #[cfg(unix)]
    if let Some(target) = target {
        std::os::unix::fs::symlink(target, &link).unwrap();
    }
    found
}

#[test]
fn an_edited_file_is_kept_each_time_it_was_edited_and_a_generated_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("private");
    let page = place.join("ada/a.md");
    let write = |text: &str, keeps_edits: bool| {
        let manner = Manner {
            keeps_edits,
            ..MANNERS[0]
        };
        replace(&place, &files(&[("a.md", text)]), manner).len()
    };
    assert_eq!(write("1", true), 0);
    assert_eq!(write("2", true), 0, "nobody edited it");
    fs::write(&page, "edit 1").unwrap();
    assert_eq!(write("3", true), 1);
    fs::write(&page, "edit 2").unwrap();
    assert_eq!(write("3", true), 1);
    // The same words again are kept already.
    fs::write(&page, "edit 1").unwrap();
    assert_eq!(write("4", true), 0);
    // What was edited to what is written now needs no copy.
    fs::write(&page, "5").unwrap();
    assert_eq!(write("5", true), 0);
    assert_eq!(
        contents(&place.join("ada")),
        expected(&[
            ("a.edited-2.md", "edit 2"),
            ("a.edited.md", "edit 1"),
            ("a.md", "5")
        ])
    );
    fs::write(&page, "edit 3").unwrap();
    assert_eq!(write("6", false), 0, "generated");
    assert_eq!(contents(&place.join("ada")).len(), 3);
}

#[test]
fn a_tree_that_linchpin_did_not_make_is_refused() {
    let refused = |made: &dyn Fn(&Path)| {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("private");
        let (folder, _lock) = opened(&place);
        made(&place.join("ada"));
        let before = super::git_fixture::contents(directory.path());
        let error = folder
            .replace_tree("ada", &files(&NEW), MANNERS[0])
            .unwrap_err();
        assert_eq!(super::git_fixture::contents(directory.path()), before);
        match error {
            Error::Refused(refused) => refused.because,
            other => panic!("{other:?}"),
        }
    };
    let full = |tree: &Path| {
        fs::create_dir(tree).unwrap();
        fs::write(tree.join("thesis.txt"), "precious").unwrap();
    };
    let first = "thesis.txt".into();
    assert_eq!(refused(&full), Because::Foreign { first });
    assert_eq!(
        refused(&|tree| fs::write(tree, "a file").unwrap()),
        Because::NotAFile
    );
    // A mark for something else, and a damaged one.
    assert!(matches!(
        refused(&|tree| drop(opened(tree))),
        Because::OtherPurpose { .. }
    ));
    assert!(matches!(
        refused(&|tree| {
            full(tree);
            fs::write(tree.join(".linchpin-folder"), "{}").unwrap();
        }),
        Because::Foreign { .. }
    ));
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        full(&outside.path().join("x"));
        for target in [outside.path().join("x"), outside.path().join("nowhere")] {
            let link = |tree: &Path| symlink(&target, tree).unwrap();
            assert_eq!(refused(&link), Because::Link);
        }
        assert!(outside.path().join("x/thesis.txt").exists());
    }
    for name in ["..", ".", "", "a/b", "/", "a\\b"] {
        let directory = tempfile::tempdir().unwrap();
        let (folder, _lock) = opened(&directory.path().join("private"));
        assert!(matches!(
            folder.replace_tree(name, &files(&NEW), MANNERS[0]),
            Err(Error::Refused(_))
        ));
        assert!(matches!(
            folder.replace_tree("ada", &files(&[("../x", "x")]), MANNERS[0]),
            Err(Error::Refused(_))
        ));
        assert!(!directory.path().join("x").exists());
    }
}

#[test]
fn temporary_trees_without_a_mark_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("private");
    replace(&place, &files(&OLD), MANNERS[0]);
    let name = |word: &str| format!(".linchpin-{word}-{}.tmp", "0a".repeat(16));
    for word in ["new", "old"] {
        let foreign = place.join(name(word));
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("thesis.txt"), "precious").unwrap();
    }
    #[cfg(unix)]
    let outside = {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("thesis.txt"), "precious").unwrap();
        let link = format!(".linchpin-new-{}.tmp", "1b".repeat(16));
        std::os::unix::fs::symlink(outside.path(), place.join(link)).unwrap();
        outside
    };
    fs::write(place.join(name("file")), "half").unwrap();
    let torn = place.join(format!(".linchpin-new-{}.tmp", "2c".repeat(16)));
    fs::create_dir(&torn).unwrap();
    fs::write(torn.join(".linchpin-folder"), "{\n  \"linchpin\": \"tr").unwrap();
    replace(&place, &files(&NEW), MANNERS[0]);
    for word in ["new", "old"] {
        assert!(place.join(name(word)).join("thesis.txt").exists(), "{word}");
    }
    assert!(!place.join(name("file")).exists() && !torn.exists());
    #[cfg(unix)]
    assert!(outside.path().join("thesis.txt").exists());
}

#[test]
fn a_writer_waits_for_another_one_and_says_so_once() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("private");
    let (_folder, lock) = opened(&place);
    let how = Opening {
        purpose: Purpose::Private,
        also: &[],
        audience: Audience::Owner,
        lock: LOCK,
        own: &[LOCK],
        adopts: |_| false,
    };
    let (told, hear) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| Folder::open(&place, &how, || told.send(()).unwrap()).unwrap());
        hear.recv().unwrap();
        assert!(!other.is_finished());
        drop(lock);
        let (folder, _lock, _) = other.join().unwrap();
        folder
            .replace_tree("ada", &files(&NEW), MANNERS[0])
            .unwrap();
    });
    assert!(hear.try_recv().is_err());
}

#[cfg(unix)]
#[test]
fn a_private_tree_is_its_owners_alone_deep_inside_and_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("private");
    replace(
        &place,
        &files(&[("a/b/c/d.md", "x"), ("e.md", "y")]),
        MANNERS[0],
    );
    for path in [
        "",
        ".linchpin-folder",
        LOCK,
        "ada",
        "ada/.linchpin-folder",
        "ada/a",
        "ada/a/b",
        "ada/a/b/c",
        "ada/a/b/c/d.md",
        "ada/e.md",
    ] {
        let found = fs::metadata(place.join(path)).unwrap();
        let expected = if found.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(found.permissions().mode() & 0o777, expected, "{path}");
    }
}
