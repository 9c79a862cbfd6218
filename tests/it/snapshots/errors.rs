//! Errors, as a user meets them: the thing, its cause, the next step, the exit code.

use std::fs;
use std::path::Path;

use crate::cli::{AS_OF, fixture, ran, ran_with, with_remote};

use super::{each_refused, refused, said};

/// A clone whose history is in its store.
fn mined() -> crate::git_fixture::Fixture {
    let fixture = fixture();
    ran(fixture.path(), &["mine", AS_OF]).ends_with(0);
    fixture
}

#[test]
fn outside_a_clone_the_way_to_name_one_is_told() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("notes.txt"), "no clone").unwrap();
    insta::assert_snapshot!(
        each_refused(place.path(), &[&["run"], &["doctor"], &["run", "--repo", "nowhere"], &["run", "--repo", "notes.txt"]]),
        @r#"
    $ linchpin run
    error: `.` is not a git repository
      caused by: "." does not appear to be a git repository
      caused by: Missing HEAD at ".git/HEAD"
    hint: run it inside a clone, or name one with `--repo PATH` (or a GitHub repository with `--github OWNER/NAME`)
    [exit code 2]

    $ linchpin doctor
    error: `.` is not a git repository
      caused by: "." does not appear to be a git repository
      caused by: Missing HEAD at ".git/HEAD"
    hint: run it inside a clone, or name one with `--repo PATH` (or a GitHub repository with `--github OWNER/NAME`)
    [exit code 2]

    $ linchpin run --repo nowhere
    error: `nowhere` is not a git repository
      caused by: "nowhere" does not appear to be a git repository
      caused by: Could not retrieve metadata of "nowhere"
      caused by: No such file or directory (os error 2)
    hint: run it inside a clone, or name one with `--repo PATH` (or a GitHub repository with `--github OWNER/NAME`)
    [exit code 2]

    $ linchpin run --repo notes.txt
    error: `notes.txt` is not a git repository
      caused by: "notes.txt" does not appear to be a git repository
      caused by: Format should be 'gitdir: <path>', but got, input="no clone"
    hint: run it inside a clone, or name one with `--repo PATH` (or a GitHub repository with `--github OWNER/NAME`)
    [exit code 2]
    "#
    );
}

#[test]
fn without_a_store_the_command_that_makes_one_is_told() {
    let place = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(
        each_refused(place.path(), &[&["report"], &["explain", "flow.pickup_time"], &["diff"]]),
        @"
    $ linchpin report
    error: there is no store at `.linchpin`
    hint: run `linchpin run` in the clone first, or name the store with `--store`
    [exit code 2]

    $ linchpin explain flow.pickup_time
    error: there is no store at `.linchpin`
    hint: run `linchpin run` in the clone first, or name the store with `--store`
    [exit code 2]

    $ linchpin diff
    error: there is no store at `.linchpin`
    hint: run `linchpin run` in the clone first, or name the store with `--store`
    [exit code 2]
    "
    );
}

#[test]
fn what_explain_does_not_know_is_answered_with_what_it_knows() {
    let fixture = mined();
    insta::assert_snapshot!(
        each_refused(
            fixture.path(),
            &[
                &["explain", "flow.pickup_tiem", AS_OF],
                &["explain", "flow.pick", AS_OF],
                &["explain", "velocity", AS_OF],
                &["explain", "ownership.share", "--scope", "coer", AS_OF],
                &["explain", "ownership.share", "--scope", "nowhere", AS_OF],
                &["explain", "ownership.share", "--bucket", "1999-W01", AS_OF],
                &["explain", "knowledge.truck_factor", "--person", "nobody", AS_OF],
                &["explain", "dora.deployment_frequency", "--person", "ada@acme.example", AS_OF],
            ]
        )
        .replace(fixture.path().file_name().unwrap().to_str().unwrap(), "[clone]"),
        @"
    $ linchpin explain flow.pickup_tiem --as-of=2024-02-01
    error: `flow.pickup_tiem` is not a metric
    hint: did you mean `flow.pickup_time`? `linchpin explain list` names every metric
    [exit code 2]

    $ linchpin explain flow.pick --as-of=2024-02-01
    error: `flow.pick` is not a metric
    hint: did you mean `flow.pickup_time`? `linchpin explain list` names every metric
    [exit code 2]

    $ linchpin explain velocity --as-of=2024-02-01
    error: `velocity` is not a metric
    hint: `linchpin explain list` names every metric
    [exit code 2]

    $ linchpin explain ownership.share --scope coer --as-of=2024-02-01
    error: `coer` is no product, team, repository or area of this metric
    hint: did you mean `core`? name one of [clone], core, web
    [exit code 2]

    $ linchpin explain ownership.share --scope nowhere --as-of=2024-02-01
    error: `nowhere` is no product, team, repository or area of this metric
    hint: name one of [clone], core, web
    [exit code 2]

    $ linchpin explain ownership.share --bucket 1999-W01 --as-of=2024-02-01
    error: there is no bucket `1999-W01` with rows in the window
    hint: name 2024-Q1, or widen `--since`
    [exit code 2]

    $ linchpin explain knowledge.truck_factor --person nobody --as-of=2024-02-01
    error: nobody in the store is `nobody`
    hint: name a login, or an address from the history; `linchpin identity` lists everybody
    [exit code 2]

    $ linchpin explain dora.deployment_frequency --person ada@acme.example --as-of=2024-02-01
    error: `dora.deployment_frequency` has no figures of people
    hint: leave `--person` out
    [exit code 2]
    "
    );
}

#[test]
fn a_person_whom_nobody_knows_has_no_evidence() {
    let fixture = mined();
    insta::assert_snapshot!(
        each_refused(fixture.path(), &[&["person", "nobody", AS_OF], &["diff", AS_OF], &["check", AS_OF]]),
        @"
    $ linchpin person nobody --as-of=2024-02-01
    error: nobody in the store is `nobody`
    hint: name a login, or an address from the history; `linchpin identity` lists everybody
    [exit code 2]

    $ linchpin diff --as-of=2024-02-01
    error: the store keeps fewer than two runs
    hint: `linchpin run` keeps one each time something changed: run it again later
    [exit code 2]

    $ linchpin check --as-of=2024-02-01
    error: the register holds no agreement
    hint: write what the team has agreed under `[agreements]` in linchpin.toml, for example `first_review_within_working_days = 1`
    [exit code 3]
    "
    );
}

#[test]
fn a_register_that_cannot_be_read_is_named_with_its_line() {
    let fixture = fixture();
    let mut each = Vec::new();
    for text in [
        &b"\n[mining]\nexcludes = []\n"[..],
        b"[[product]]\nnmae = \"x\"\n",
        b"[mining]\nexclude = 7\n",
        b"[mining]\nrefs = \"every\"\n",
        b"[mining]\nmerges = \"diffed\"\n",
        b"[mining]\nmax_files_per_commit = -1\n",
        b"[mining]\nexclude = [\"[a\"]\n",
        b"[calendar\n",
        b"[calendar]\nhours = \"nine to five\"\n",
        b"[calendar]\ntime_zone = \"Europe/Lissabon\"\n",
        b"# caf\xe9\n",
    ] {
        fs::write(fixture.path().join("linchpin.toml"), text).unwrap();
        let shown = String::from_utf8_lossy(text);
        let said = refused(fixture.path(), &["run", AS_OF]);
        let (_, said) = said.split_once('\n').unwrap();
        each.push(format!("{}\n{said}", shown.trim()));
    }
    fs::remove_file(fixture.path().join("linchpin.toml")).unwrap();
    insta::assert_snapshot!(each.join("\n\n"), @r#"
    [mining]
    excludes = []
    error: linchpin.toml:3: unknown field `excludes`, expected one of `refs`, `merges`, `exclude`, `max_files_per_commit`, `clones`, `disk`; did you mean `exclude`?
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [[product]]
    nmae = "x"
    error: linchpin.toml:2: unknown field `nmae`, expected one of `name`, `repositories`, `production_pattern`, `deployments`, `tag_pattern`, `workflow_pattern`; did you mean `name`?
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [mining]
    exclude = 7
    error: linchpin.toml:2: `exclude`: invalid type: integer `7`, expected a sequence
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [mining]
    refs = "every"
    error: linchpin.toml:2: `refs`: unknown variant `every`, expected `default` or `all`
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [mining]
    merges = "diffed"
    error: linchpin.toml:2: `merges`: unknown variant `diffed`, expected `recorded` or `first-parent`
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [mining]
    max_files_per_commit = -1
    error: linchpin.toml:2: `max_files_per_commit`: invalid value: integer `-1`, expected u32
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [mining]
    exclude = ["[a"]
    error: linchpin.toml: `mining.exclude`: `[a` is not a glob: unclosed character class; missing ']'
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [calendar
    error: linchpin.toml:1: unclosed table, expected `]`
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [calendar]
    hours = "nine to five"
    error: linchpin.toml: `calendar.hours`: `nine to five` is not a span of one day such as `09:00-17:00`
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    [calendar]
    time_zone = "Europe/Lissabon"
    error: linchpin.toml: `calendar.time_zone`: `Europe/Lissabon` is not an IANA time zone such as `Europe/Berlin`
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    # caf�
    error: `linchpin.toml` cannot be read
      caused by: stream did not contain valid UTF-8
    hint: check the path, and that the file is UTF-8 text you may read
    [exit code 3]
    "#);
}

#[test]
fn a_private_register_and_one_that_is_named_are_held_to_the_same() {
    let fixture = fixture();
    let private = fixture.path().join("linchpin.private.toml");
    fs::write(private, "[[absense]]\n").unwrap();
    insta::assert_snapshot!(
        each_refused(
            fixture.path(),
            &[
                &["run", AS_OF],
                &["run", AS_OF, "--config", "none.toml"],
                &["run", AS_OF, "--config", "core"],
            ]
        ),
        @"
    $ linchpin run --as-of=2024-02-01
    error: linchpin.private.toml:1: unknown field `absense`, expected one of `sprint_days`, `expectations`, `absence`, `buddy`, `delegation`, `feedback`, `follow_up`, `expectation`, `level`, `goal`, `initiative`, `manual_entry`; did you mean `absence`?
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]

    $ linchpin run --as-of=2024-02-01 --config none.toml
    error: `none.toml` cannot be read
      caused by: No such file or directory (os error 2)
    hint: check the path, and that the file is UTF-8 text you may read
    [exit code 3]

    $ linchpin run --as-of=2024-02-01 --config core
    error: `core` cannot be read
      caused by: it is not a regular file
    hint: check the path, and that the file is UTF-8 text you may read
    [exit code 3]
    "
    );
}

#[test]
fn a_time_that_is_none_is_answered_with_the_forms_there_are() {
    let fixture = fixture();
    insta::assert_snapshot!(
        each_refused(
            fixture.path(),
            &[
                &["run", "--since=yesterday"],
                &["run", "--until=2024-13-01"],
                &["run", "--as-of=never"],
                &["run", AS_OF, "--since=2025-01-01"],
            ]
        ),
        @"
    $ linchpin run --since=yesterday
    error: `--since yesterday` is no point in time
    hint: write `90d`, `12w`, `2026-01-01`, `2026-01-01T00:00:00Z` or, for `--since` and `--until`, `last-quarter`
    [exit code 2]

    $ linchpin run --until=2024-13-01
    error: `--until 2024-13-01` is no point in time
    hint: write `90d`, `12w`, `2026-01-01`, `2026-01-01T00:00:00Z` or, for `--since` and `--until`, `last-quarter`
    [exit code 2]

    $ linchpin run --as-of=never
    error: `--as-of never` is no point in time
    hint: write `90d`, `12w`, `2026-01-01`, `2026-01-01T00:00:00Z` or, for `--since` and `--until`, `last-quarter`
    [exit code 2]

    $ linchpin run --as-of=2024-02-01 --since=2025-01-01
    error: the window is empty: it starts at 2025-01-01T00:00:00Z and ends at 2024-02-01T00:00:00Z
    hint: give `--since` an earlier instant than `--until` and `--as-of`
    [exit code 2]
    "
    );
}

#[test]
fn without_a_token_fetching_fails_and_every_way_to_give_one_is_told() {
    let fixture = with_remote();
    insta::assert_snapshot!(said(&ran(fixture.path(), &["fetch"])), @"
    error: nothing was fetched: no GitHub token
    hint: set GITHUB_TOKEN (read access is enough) or log in with `gh auth login`, and run again
    [exit code 4]
    ");
    let of_an_own_server = ["fetch", "--api-url", "https://github.acme.example/api/v3"];
    let named = [&of_an_own_server[..], &["--github", "acme/widgets"]].concat();
    insta::assert_snapshot!(
        said(&ran_with(fixture.path(), &named, &[("GITHUB_TOKEN", "ghp_of_another_server")])),
        @"
    error: nothing was fetched: no GitHub token
    hint: GITHUB_TOKEN is set and not used: it may be for github.com, and github.acme.example is asked; set GH_ENTERPRISE_TOKEN (read access is enough) or log in with `gh auth login`, and run again
    [exit code 4]
    "
    );
    insta::assert_snapshot!(
        said(&ran_with(fixture.path(), &["fetch"], &[("GH_ENTERPRISE_TOKEN", "of_another_server")])),
        @"
    error: nothing was fetched: no GitHub token
    hint: GH_ENTERPRISE_TOKEN is set and not used: it is for an enterprise server, and github.com is asked; set GITHUB_TOKEN (read access is enough) or log in with `gh auth login`, and run again
    [exit code 4]
    "
    );
    insta::assert_snapshot!(
        said(&ran_with(fixture.path(), &of_an_own_server, &[("GITHUB_TOKEN", "ghp_of_another_server")])),
        @"
    note: remote `origin` is `acme/widgets` on `github.com`, and github.acme.example is asked: name it with `--github acme/widgets` where `github.com` stands for that server (an alias of ssh), or its server with `--api-url https://api.github.com`
    error: nothing was fetched: no GitHub remote
    hint: add a remote that points at GitHub, or name one with `--github OWNER/NAME` (or all of an owner with `--github OWNER`)
    [exit code 2]
    "
    );
}

#[test]
fn a_store_that_is_busy_of_another_version_or_damaged_says_what_to_do() {
    let fixture = mined();
    let store = fixture.path().join(".linchpin");
    let lock = fs::OpenOptions::new()
        .write(true)
        .open(store.join("lock"))
        .unwrap();
    lock.lock().unwrap();
    let locked = said(&ran(fixture.path(), &["run", AS_OF]));
    drop(lock);
    let damaged = store.join("facts/people/all.parquet");
    let whole = fs::read(&damaged).unwrap();
    fs::write(&damaged, &whole[..whole.len() - 9]).unwrap();
    let cut = refused(fixture.path(), &["report", AS_OF]);
    fs::write(&damaged, whole).unwrap();
    fs::write(store.join("version"), "99\n").unwrap();
    let newer = refused(fixture.path(), &["run", AS_OF]);
    insta::assert_snapshot!([locked, cut, newer].join("\n\n"), @"
    error: the store `.linchpin` is being written by another run
    hint: wait for the other run to end, or name another place with `--store`
    [exit code 8]

    $ linchpin report --as-of=2024-02-01
    error: `.linchpin/facts/people/all.parquet` in the store is damaged: its checksum differs from the manifest's
    hint: run `linchpin run` again: what is derived is rebuilt from the clone and the raw answers
    [exit code 9]

    $ linchpin run --as-of=2024-02-01
    error: the store `.linchpin` has version `99`, and this program reads version `2`
    hint: use the linchpin that wrote it, or name another place with `--store` (`.linchpin` stays as it is)
    [exit code 2]
    ");
}

#[test]
fn a_place_that_cannot_be_written_or_is_somebody_else_s_is_left_alone() {
    let fixture = fixture();
    let own = Path::new("notes/diary.txt");
    fixture.write(own.to_str().unwrap(), "mine");
    insta::assert_snapshot!(
        each_refused(
            fixture.path(),
            &[
                &["run", AS_OF, "--out", "core/a.txt"],
                &["run", AS_OF, "--store", "core/a.txt"],
                &["run", AS_OF, "--store", "notes"],
            ]
        ),
        @"
    $ linchpin run --as-of=2024-02-01 --out core/a.txt
    error: `core/a.txt` cannot be written
      caused by: Not a directory (os error 20)
    hint: make `core/a.txt` writable, or name another place with `--out`
    [exit code 10]

    $ linchpin run --as-of=2024-02-01 --store core/a.txt
    error: `core/a.txt` could not be created
      caused by: not a directory
    hint: make `core/a.txt` writable, or name another place with `--store`
    [exit code 10]

    $ linchpin run --as-of=2024-02-01 --store notes
    error: `notes` is left alone: it holds `diary.txt`, and linchpin did not make it
    hint: name a new or an empty folder with `--store`; if an older linchpin made this one, remove it first
    [exit code 11]
    "
    );
}

#[test]
fn what_the_command_line_does_not_know_is_refused_with_what_it_knows() {
    let place = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(
        each_refused(
            place.path(),
            &[
                &["rum"],
                &["run", "--frob"],
                &["run", "--by", "day"],
                &["run", "--progress", "loud"],
                &["run", "--github", "topic:"],
                &["run", "--github", "../.."],
                &["run", "--store", "s3://bucket/store"],
                &["report", "--out", "s3://bucket/report"],
                &["person"],
                &["explain"],
            ]
        ),
        @"
    $ linchpin rum
    error: unrecognized subcommand 'rum'

      tip: a similar subcommand exists: 'run'

    Usage: linchpin [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit code 2]

    $ linchpin run --frob
    error: unexpected argument '--frob' found

    Usage: linchpin run [OPTIONS]

    For more information, try '--help'.
    [exit code 2]

    $ linchpin run --by day
    error: invalid value 'day' for '--by <BY>'
      [possible values: auto, week, month, quarter]

    For more information, try '--help'.
    [exit code 2]

    $ linchpin run --progress loud
    error: invalid value 'loud' for '--progress <PROGRESS>'
      [possible values: auto, plain, none]

    For more information, try '--help'.
    [exit code 2]

    $ linchpin run --github topic:
    error: invalid value 'topic:' for '--github <OWNER[/NAME]>': `topic:` names no repositories: a topic is one word of letters, digits and hyphens, whole: `topic:owner/topic`

    For more information, try '--help'.
    [exit code 2]

    $ linchpin run --github ../..
    error: invalid value '../..' for '--github <OWNER[/NAME]>': `../..` names no repositories: write `owner/name`, a glob of names such as `owner/payments-*`, `topic:owner/topic` or `team:owner/team`; a `!` before it leaves out

    For more information, try '--help'.
    [exit code 2]

    $ linchpin run --store s3://bucket/store
    error: invalid value 's3://bucket/store' for '--store <DIR>': `s3://bucket/store` is an address: name a directory here, and copy it there and back around the run

    For more information, try '--help'.
    [exit code 2]

    $ linchpin report --out s3://bucket/report
    error: invalid value 's3://bucket/report' for '--out <DIR>': `s3://bucket/report` is an address: name a directory here, and copy it there and back around the run

    For more information, try '--help'.
    [exit code 2]

    $ linchpin person
    error: the following required arguments were not provided:
      <LOGIN>...

    Usage: linchpin person <LOGIN>...

    For more information, try '--help'.
    [exit code 2]

    $ linchpin explain
    error: the following required arguments were not provided:
      <METRIC>

    Usage: linchpin explain <METRIC>

    For more information, try '--help'.
    [exit code 2]
    "
    );
}
