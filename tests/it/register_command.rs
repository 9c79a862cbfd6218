//! `linchpin register`: entries without an editor, and what the registers name and nobody knows.

use std::fs;
use std::path::Path;

use crate::cli::ran_with;
use crate::pipeline::demo;

const ABSENCE: [&str; 6] = [
    "register",
    "add",
    "absence",
    "login=ada",
    "from=2026-07-06",
    "to=2026-07-17",
];

fn read(place: &Path, name: &str) -> String {
    fs::read_to_string(place.join(name)).unwrap()
}

#[test]
fn an_entry_is_added_in_one_line_and_the_file_is_the_leads_alone() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("linchpin.private.toml");
    let ran = ran_with(place.path(), &ABSENCE, &[]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "linchpin.private.toml\n"),
        "{}",
        ran.err
    );
    assert!(read(place.path(), ".gitignore").contains("/linchpin.private.toml"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Somebody has written into it since: every byte stays.
    let own = format!(
        "# Mine.\n{}# and this, without an end",
        read(place.path(), "linchpin.private.toml")
    );
    fs::write(&file, &own).unwrap();
    let entry = [
        "register",
        "add",
        "entry",
        "login=ada",
        "on=2026-04-02",
        "text=Ran the workshop, twice.",
    ];
    let ran = ran_with(place.path(), &entry, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let after = read(place.path(), "linchpin.private.toml");
    assert_eq!(
        after.strip_prefix(&own).unwrap(),
        "\n\n[[manual_entry]]\nlogin = \"ada\"\non = \"2026-04-02\"\ntext = \"Ran the workshop, twice.\"\n"
    );
    let left: Vec<String> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".linchpin.private"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn what_would_not_load_is_not_written() {
    let place = tempfile::tempdir().unwrap();
    ran_with(place.path(), &ABSENCE, &[]);
    let before = read(place.path(), "linchpin.private.toml");
    for (more, code, expected) in [
        (
            ["feedback", "login=ada", "topic=x", "given_on=2026-03-02"],
            3,
            "`feedback.observable`",
        ),
        (
            ["feedback", "login=ada", "measure=reviews.anserd", "x=1"],
            3,
            "no key `x`",
        ),
        (
            ["absences", "login=ada", "from=2026-03-02", "to=2026-03-03"],
            3,
            "did you mean `absence`",
        ),
        (
            ["absence", "login=ada", "from=2026-03-02", "to"],
            2,
            "`to` is no `KEY=VALUE`",
        ),
    ] {
        let arguments = ["register", "add"]
            .iter()
            .chain(&more)
            .copied()
            .collect::<Vec<_>>();
        let ran = ran_with(place.path(), &arguments, &[]);
        assert_eq!(ran.code, code, "{}", ran.err);
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
    assert_eq!(read(place.path(), "linchpin.private.toml"), before);
}

#[test]
fn mistakes_of_several_entries_are_told_at_once() {
    let place = tempfile::tempdir().unwrap();
    let text = "minimum_n = \"five\"\n[[area]]\nname = \"billing\"\npath = [\"a/**\"]\n[calendar]\ntime_zon = \"UTC\"\n";
    fs::write(place.path().join("linchpin.toml"), text).unwrap();
    let arguments = ["register", "check", "--config", "linchpin.toml"];
    let ran = ran_with(place.path(), &arguments, &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let told: Vec<&str> = ran.err.lines().collect();
    assert!(told[0].starts_with("error: linchpin.toml:1: "), "{told:#?}");
    assert!(told[1].starts_with("error: linchpin.toml:4: "), "{told:#?}");
    assert!(told[2].starts_with("error: linchpin.toml:6: "), "{told:#?}");
    assert!(told[3].starts_with("hint: "), "{told:#?}");
    assert_eq!(told.len(), 4, "{told:#?}");
}

#[test]
fn what_the_registers_name_and_nobody_knows_is_said() {
    let root = demo().root.join("linchpin-demo");
    let place = tempfile::tempdir().unwrap();
    let shown = |name: &str| root.join(name).display().to_string();
    let store = shown("store");
    let config = shown("config/linchpin.toml");
    let as_of = [
        "--as-of",
        "2026-07-01T00:00:00Z",
        "--store",
        &store,
        "--config",
        &config,
    ];
    let check = |more: &[&str]| {
        let arguments = [&["register", "check"], as_of.as_slice(), more].concat();
        ran_with(place.path(), &arguments, &[])
    };
    let ran = check(&[]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "both registers are in order\n"),
        "{}",
        ran.err
    );
    let private = place.path().join("mine.toml");
    fs::write(
        &private,
        "[[delegation]]\nwhat = \"x\"\nfrom = \"mara-l\"\nto = \"tbek\"\nstart_on = \"2026-01-01\"\npaths = [\"bokking/**\"]\n\
         [[goal]]\ntitle = \"y\"\nset_on = \"2026-01-01\"\nmeasure = \"flow.pickup_tme\"\n",
    )
    .unwrap();
    let ran = check(&["--private-config", &private.display().to_string()]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    for expected in [
        "goal.measure: `flow.pickup_tme` is neither a metric nor a measure of one person; did you mean `flow.pickup_time`?\n",
        "the private register: nobody in the store has the login `tbek`; did you mean `tbeck`?\n",
        "delegation.paths: `bokking/**` matches no file of the store\n",
    ] {
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
    // What is accepted where nothing is called so has no effect, and is told.
    let text = fs::read_to_string(&config).unwrap();
    let odd = place.path().join("odd.toml");
    let accepted = "[[accepted]]\nmetric = \"knowledge.silos\"\nscope = \"parcel\"\nreason = \"x\"\nuntil = \"2026-12-31\"\n";
    fs::write(&odd, format!("{text}\n{accepted}")).unwrap();
    let arguments = [
        "register",
        "check",
        as_of[0],
        as_of[1],
        as_of[2],
        as_of[3],
        "--config",
        &odd.display().to_string(),
    ];
    let ran = ran_with(place.path(), &arguments, &[]);
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    let expected = "accepted.scope: `parcel` is no product, repository, area or team; did you mean `parcels`?\n";
    assert_eq!(ran.out, expected);
    // An area without a path, or a product without a repository, has no effect either: whatever is in the store.
    let empty = place.path().join("empty.toml");
    let text = "[[product]]\nname = \"lamps\"\nrepositories = []\n[[area]]\nname = \"billing\"\npaths = []\n";
    fs::write(&empty, text).unwrap();
    let ran = ran_with(
        place.path(),
        &["register", "check", "--config", "empty.toml"],
        &[],
    );
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (
            3,
            "area.paths: `billing` names no path: nothing is in it\n\
             product.repositories: `lamps` names no repository: nothing is in it\n"
        ),
        "{}",
        ran.err
    );
    // Without a store metrics are looked up all the same, and the rest is said to be left.
    let nowhere = ["register", "check", "--private-config", "mine.toml"];
    let ran = ran_with(place.path(), &nowhere, &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err.contains("there is no store in `.linchpin`"),
        "{}",
        ran.err
    );
}
