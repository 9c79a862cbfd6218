//! A register that lies in a clone was written by whoever wrote the clone: what it may do, and what `init` leaves there.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use linchpin::demo::fake::{FakeGitHub, Faults};

use crate::cli::{fixture, ran, ran_with};
use crate::github::{NOW, at, host};

const RUN: [&str; 3] = ["run", "--offline", "--as-of=2024-02-01"];

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_register_is_read_from_a_regular_file_and_up_to_a_bound() {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("secret"), "machine x password y\n").unwrap();
    let fixture = fixture();
    for name in ["linchpin.toml", "linchpin.private.toml"] {
        let register = fixture.path().join(name);
        let check = |said: &str| {
            let ran = ran(fixture.path(), &RUN);
            ran.is_refused(3, &[&format!("`{name}`"), said]);
            assert!(!ran.err.contains("password"), "{}", ran.err);
        };
        symlink("/dev/zero", &register).unwrap();
        check("leads out of its directory");
        fs::remove_file(&register).unwrap();
        symlink(elsewhere.path().join("secret"), &register).unwrap();
        check("leads out of its directory");
        fs::remove_file(&register).unwrap();
        symlink("nowhere", &register).unwrap();
        check("cannot be read");
        fs::remove_file(&register).unwrap();
        pipe(&register);
        check("is not a regular file");
        fs::remove_file(&register).unwrap();
        fs::create_dir(&register).unwrap();
        check("is not a regular file");
        fs::remove_dir(&register).unwrap();
        fs::write(&register, "# \n".repeat(2 << 20)).unwrap();
        check("is larger than 4 MiB");
        fs::remove_file(&register).unwrap();
    }
    // A link inside the clone is a register like any other, and so is one that the user named.
    fs::create_dir(fixture.path().join("config")).unwrap();
    fs::write(fixture.path().join("config/team.toml"), "minimum_n = 7\n").unwrap();
    symlink("config/team.toml", fixture.path().join("linchpin.toml")).unwrap();
    ran(fixture.path(), &RUN).ends_with(0);
    fs::remove_file(fixture.path().join("linchpin.toml")).unwrap();
    fs::write(elsewhere.path().join("own.toml"), "minimum_n = 7\n").unwrap();
    symlink(
        elsewhere.path().join("own.toml"),
        fixture.path().join("linchpin.toml"),
    )
    .unwrap();
    ran(fixture.path(), &RUN).is_refused(3, &["leads out of its directory", "--config"]);
    ran(
        fixture.path(),
        &[RUN[0], RUN[1], RUN[2], "--config", "linchpin.toml"],
    )
    .ends_with(0);
    ran(
        fixture.path(),
        &[RUN[0], RUN[1], RUN[2], "--config", "/dev/zero"],
    )
    .is_refused(
        3,
        &["`/dev/zero` cannot be read", "it is not a regular file"],
    );
}

#[test]
fn a_register_in_a_clone_does_not_choose_what_the_token_is_used_for() {
    let mut world = host(3);
    let mut other = world.repositories[0].clone();
    other.name = "secrets".to_owned();
    (other.node, other.database_id) = ("R_other".to_owned(), 99);
    world.repositories.push(other);
    let github = FakeGitHub::start(world, Faults::none(at(NOW))).unwrap();
    let url = github.base_url();
    let fixture = fixture();
    let register =
        "[[product]]\nname = \"all\"\nrepositories = [\"acme/widgets\", \"ACME/secrets\"]\n";
    fs::write(fixture.path().join("linchpin.toml"), register).unwrap();
    let run = |more: &[&str]| {
        let before = github.log().len();
        let mut arguments = vec!["run", "--api-url", &url, "--as-of=2026-03-01"];
        arguments.extend(more);
        let ran = ran_with(
            fixture.path(),
            &arguments,
            &[("GH_ENTERPRISE_TOKEN", "token")],
        );
        let asked = github.log()[before..]
            .iter()
            .any(|asked| format!("{asked:?}").to_lowercase().contains("secrets"));
        (ran, asked)
    };
    // Nothing of the clone's own is known to be on GitHub: nothing is asked at all.
    let (ran, asked) = run(&[]);
    assert!(!asked, "{}", ran.err);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert_eq!(github.log().len(), 0);
    // The clone is `acme/widgets`; the register wants another repository as well.
    let (ran, asked) = run(&["--github", "acme/widgets"]);
    assert!(!asked, "{}", ran.err);
    assert_eq!(ran.code, 5, "{}", ran.err);
    for words in [
        "`ACME/secrets`",
        "not fetched with your token",
        "--config linchpin.toml",
    ] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let (ran, asked) = run(&[
        "--no-clone",
        "--github",
        "acme/widgets",
        "--github",
        "acme/secrets",
    ]);
    assert!(asked, "named by hand: {}", ran.err);
    ran.ends_with(0);
    let (ran, asked) = run(&["--no-clone", "--config", "linchpin.toml"]);
    assert!(asked, "given by hand: {}", ran.err);
    assert!(
        !ran.err.contains("not fetched with your token"),
        "{}",
        ran.err
    );
}

#[test]
fn init_keeps_what_is_private_out_of_git_and_from_others() {
    let fixture = fixture();
    fs::write(fixture.path().join(".gitignore"), "target\n.linchpin").unwrap();
    ran(fixture.path(), &["init", "--offline"]).ends_with(0);
    let private = fixture.path().join("linchpin.private.toml");
    let mode = fs::metadata(&private).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let ignored = fs::read_to_string(fixture.path().join(".gitignore")).unwrap();
    assert!(ignored.starts_with("target\n.linchpin\n"), "{ignored}");
    assert_eq!(ignored.matches(".linchpin").count(), 1, "{ignored}");
    fs::create_dir_all(fixture.path().join("linchpin-report/team")).unwrap();
    fs::write(fixture.path().join("linchpin-report/team/x"), "").unwrap();
    let seen = fixture.line(&["status", "--porcelain", "--untracked-files=all"]);
    assert!(
        !seen.contains("private") && !seen.contains("report"),
        "{seen}"
    );
    // Again, with another register: what the lead wrote stays, and no line is added twice.
    fs::write(&private, "# mine\n").unwrap();
    fs::remove_file(fixture.path().join("linchpin.toml")).unwrap();
    ran(fixture.path(), &["init", "--offline"]).ends_with(0);
    assert_eq!(fs::read_to_string(&private).unwrap(), "# mine\n");
    let again = fs::read_to_string(fixture.path().join(".gitignore")).unwrap();
    assert_eq!(again, ignored);
}

#[test]
fn init_writes_through_no_link_of_the_clone() {
    let elsewhere = tempfile::tempdir().unwrap();
    for link in [
        ".github",
        ".github/workflows",
        ".gitignore",
        "linchpin.toml",
        "linchpin.private.toml",
    ] {
        let fixture = fixture();
        let path = fixture.path().join(link);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let target = elsewhere.path().join(link.replace('/', "-"));
        if link.starts_with(".github") {
            fs::create_dir(&target).unwrap();
        }
        symlink(&target, &path).unwrap();
        let _ = ran(fixture.path(), &["init", "--ci", "--offline"]);
        let is_untouched = match fs::read_dir(&target) {
            Ok(entries) => entries.count() == 0,
            Err(_) => fs::symlink_metadata(&target).is_err(),
        };
        assert!(is_untouched, "written through `{link}`");
    }
}

#[test]
fn a_private_register_that_others_could_read_is_warned_about() {
    let fixture = fixture();
    let path = fixture.path().join("linchpin.private.toml");
    fs::write(&path, "# mine\n").unwrap();
    let set_mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let said = |command: &[&str]| {
        let ran = ran(fixture.path(), command);
        format!("{}{}", ran.out, ran.err)
    };
    set_mode(0o600);
    for command in [&RUN[..], &["doctor", "--offline"]] {
        let text = said(command);
        assert!(!text.contains("private register"), "{text}");
    }
    set_mode(0o640);
    for command in [
        &RUN[..],
        &["report", "--as-of=2024-02-01"],
        &["doctor", "--offline"],
    ] {
        let text = said(command);
        assert!(
            text.contains("others on this machine can read the private register"),
            "{text}"
        );
        assert!(!text.contains("git tracks"), "{text}");
    }
    set_mode(0o600);
    fixture.git(&["add", "-f", "linchpin.private.toml"]);
    for command in [&RUN[..], &["doctor", "--offline"]] {
        let text = said(command);
        assert!(text.contains("git tracks the private register"), "{text}");
    }
}

#[test]
fn a_repository_that_is_named_twice_is_one() {
    let fixture = fixture();
    let here = fixture.path();
    let elsewhere = tempfile::tempdir().unwrap();
    let place = |name: &str| elsewhere.path().join(name).display().to_string();
    fixture.git(&["remote", "add", "origin", "https://github.com/acme/one"]);
    fixture.git(&["worktree", "add", "-q", "--detach", &place("tree")]);
    symlink(here, place("link")).unwrap();
    let first = here.display().to_string();
    let run = |other: &str| {
        let store = tempfile::tempdir().unwrap();
        let out = store.path().join("report").display().to_string();
        let store = store.path().join("store").display().to_string();
        let places = [
            "--store", &store, "--out", &out, "--repo", &first, "--repo", other,
        ];
        ran(here, &[&RUN[..], &places].concat())
    };
    for other in [
        format!("{first}/"),
        place("link"),
        place("tree"),
        format!("{first}/.git"),
    ] {
        let ran = run(&other);
        ran.ends_with(0);
        assert!(ran.err.matches(" commits").count() <= 1, "{}", ran.err);
    }
    // Two clones of one remote: nobody can tell which of them to believe.
    fixture.git(&["clone", "-q", &first, &place("again")]);
    let again = place("again");
    let set = [
        "-C",
        &again,
        "remote",
        "set-url",
        "origin",
        "git@github.com:Acme/One.git",
    ];
    fixture.git(&set);
    run(&again).is_refused(
        2,
        &["are both clones of", "again", "a repository counts once"],
    );
    // Two directories of one name, without a remote that tells them apart.
    fs::create_dir(elsewhere.path().join("x")).unwrap();
    fixture.git(&["clone", "-q", &first, &place("x/again")]);
    for clone in [&again, &place("x/again")] {
        fixture.git(&["-C", clone, "remote", "remove", "origin"]);
    }
    let places = ["--repo", &again, "--repo", &place("x/again")];
    let ran = ran(elsewhere.path(), &[&RUN[..], &places].concat());
    ran.is_refused(2, &["are both called `again`"]);
}

#[test]
fn what_a_product_names_and_the_store_does_not_have_is_told_and_so_is_the_reverse() {
    let fixture = fixture();
    let here = fixture.path();
    fixture.git(&["remote", "add", "origin", "https://github.com/acme/lamp"]);
    let register = |names: &str| {
        let register = format!("[[product]]\nname = \"lamps\"\nrepositories = [{names}]\n");
        fs::write(here.join("linchpin.toml"), register).unwrap();
    };
    let read =
        |name: &str| fs::read_to_string(here.join("linchpin-report/team").join(name)).unwrap();
    let report = [&["report"], &RUN[2..]].concat();
    // The product's figures are of one of its two repositories: no page and no exit code is silent about it.
    register("\"acme/lamp\", \"acme/shade\"");
    for command in [&RUN[..], &report] {
        let ran = ran(here, command);
        assert_eq!(ran.code, 5, "{}", ran.err);
        assert!(!ran.err.contains("in no `[[product]]`"), "{}", ran.err);
        for text in [&ran.out, &read("index.html"), &read("lamps.html")] {
            assert!(text.contains("acme/shade"), "{text}");
        }
        let quality = read("data_quality.json");
        assert!(
            quality.contains("nothing of it is in the store"),
            "{quality}"
        );
        assert!(quality.contains("--github acme/shade"), "{quality}");
    }
    // The check of the register says it once.
    let check = ran(here, &[&["register", "check"], &RUN[2..]].concat());
    assert_eq!(check.code, 3, "{}", check.err);
    let said = "product.repositories: `acme/shade` is not in the store\n";
    assert!(check.out.contains(said), "{}", check.out);
    assert_eq!(check.out.matches("acme/shade").count(), 1, "{}", check.out);
    // The repository that was read is in no product: no page of a product has it.
    register("\"acme/shade\"");
    for command in [&RUN[..], &report] {
        let ran = ran(here, command);
        assert_eq!(ran.code, 5, "{}", ran.err);
        let said = "in no `[[product]]` of linchpin.toml, so on no product's page: acme/lamp";
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    register("\"acme/lamp\"");
    for command in [&RUN[..], &report] {
        let ran = ran(here, command);
        ran.ends_with(0);
        assert!(!ran.err.contains("[[product]]"), "{}", ran.err);
    }
    register("\"acme/lamp\", \"acme/shade\"");
    ran(here, &RUN);
    // Who names it and reads nothing of it has not made it be there, and whoever reads a figure sees whose history it is without.
    let named = [&RUN[..], &["--github", "acme/shade"]].concat();
    let before = read("lamps.html").matches("history of acme/shade").count();
    for command in [&named, &report] {
        let ran = ran(here, command);
        assert_eq!(ran.code, 5, "{}", ran.err);
        let page = read("lamps.html");
        assert!(
            page.matches("history of acme/shade not read").count() > before,
            "{page}"
        );
        // What several figures lack alike is told once a section, above them.
        let caution = "Partial data: history of acme/shade not read";
        let mut parts = page.split("class=\"part\"").skip(1);
        let knowledge = parts.find(|part| part.contains("id=\"knowledge.truck_factor\""));
        let knowledge = knowledge.unwrap();
        let first = knowledge.find("id=\"knowledge.truck_factor\"").unwrap();
        assert!(knowledge[..first].contains(caution), "{knowledge}");
    }
    let check = ran(here, &[&["register", "check"], &RUN[2..]].concat());
    assert_eq!(check.code, 3, "{}", check.err);
    assert_eq!(
        check.out.matches("`acme/shade` (lamps)").count(),
        1,
        "{}",
        check.out
    );
}
