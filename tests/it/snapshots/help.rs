//! `--help`.

use std::fmt::Write as _;

use crate::cli::ran;

use super::answered;

fn help(arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let all = [arguments, &["--help"]].concat();
    // Blanks at a line's end are clap's, and no editor would keep them here.
    let text = answered(&ran(directory.path(), &all));
    let lines = text.lines().map(str::trim_end);
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands above the options, and each option with its words.
fn parts(help: &str) -> (&str, Vec<String>) {
    let (above, below) = help.split_once("\nOptions:\n").unwrap();
    let mut options: Vec<String> = Vec::new();
    for line in below.lines() {
        if line.starts_with("  -") || line.starts_with("      --") {
            options.push(String::new());
        }
        let option = options.last_mut().unwrap();
        option.push_str(line);
        option.push('\n');
    }
    let trimmed = options.iter().map(|option| option.trim_end().to_owned());
    (above, trimmed.collect())
}

/// The commands that a help lists: a command stands two columns in, the words about it further.
fn commands(help: &str) -> Vec<&str> {
    let (_, list) = help.split_once("\nCommands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let names = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").collect()
}

#[test]
fn the_help_names_every_command_and_every_exit_code() {
    insta::assert_snapshot!(help(&[]), @"
    Engineering health with receipts: DORA, review load, bus factor, delegation and dated evidence from
    GitHub and git

    Usage: linchpin [OPTIONS] <COMMAND>

    Commands:
      demo         Run the whole pipeline on a bundled synthetic organisation: no token, no network, no
                   arguments
      init         Write a commented linchpin.toml from what is found in the clone and on GitHub
      doctor       Check token, permissions, clone and sources; estimate what a fetch costs; say what
                   would be missing and the fix
      run          Fetch (if there is a token and a GitHub remote), mine and report: the nightly job
      fetch        Fetch from GitHub into the store; incremental, resumable
      mine         Mine the clones' history into the store; incremental
      report       Write the team tree from the store
      summary      Print again in a dozen lines what the last report found: its window, what was not
                   read, figures, what to look at first
      person       Write one person's private tree from the store
      lead         Write the lead's named views from the store, local only: reviewers, knowledge,
                   delegation, coverage of evidence
      follow-up    Print notes for the feedback of the private register: what was agreed, and what was
                   kept since
      explain      Show a metric's definition and the rows behind its figure, or what a line of evidence
                   was made from
      verify       Hold write-ups against the evidence and the figures; exit code 7 where an id, page,
                   date, number or name is in neither
      diff         Say why figures moved between two runs: new events, late data, labels, identity,
                   configuration, definition
      check        Hold the register's agreements against the figures; exit code 7 where one is crossed
                   and not accepted
      export       Write facts, measures and the reference SQL's relations as files for other tools,
                   which are private data; or figures and events that name nobody
      identity     Show which accounts and signatures are one person, and why
      forget       Erase a person from the store and from the private tree, and keep them out of later
                   fetches; says what is left elsewhere
      mcp          Serve figures, ledgers and turns to a language model: the Model Context Protocol on
                   the standard streams, read-only, no network
      register     Check both registers against the store, or add an entry to the private one without an
                   editor
      shard        Fetch and mine an organisation in parts, on several machines, and join them in one
                   store
      template     Print an example of a template for `report --template`, or list them
      schema       Print what other programs rely on: the JSON Schema of a register, of a JSON file that
                   linchpin writes, or of what templates see
      completions  Print what a shell completes commands and options with
      man          Print the manual page, or write one a command into a folder
      help         Print this message or the help of the given subcommand(s)

    Options:
      -q, --quiet
              Say less on stderr

          --progress <PROGRESS>
              How progress is shown

              Possible values:
              - auto:  A bar on a terminal, lines otherwise
              - plain: Lines
              - none:  Nothing

              [default: auto]

          --no-pager
              Print long answers as they are: on a terminal they go through `LINCHPIN_PAGER`, `PAGER` or
              `less`

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Exit codes: 0 done · 1 defect · 2 usage · 3 configuration · 4 authentication · 5 finished with
    partial data · 6 rate-limited, run again to resume · 7 an agreement is crossed (check), or a
    write-up says what is not in the evidence (verify) · 8 another run is writing · 9 the store is
    damaged or unfinished · 10 a place cannot be written · 11 a folder that linchpin did not make, or a
    link · 130 interrupted · 143 terminated
    [exit code 0]
    ");
}

#[test]
fn the_help_of_mine_explains_the_options_of_every_analysis() {
    insta::assert_snapshot!(help(&["mine"]), @"
    Mine the clones' history into the store; incremental

    Usage: linchpin mine [OPTIONS]

    Options:
          --repo <PATH>
              A clone; repeatable. Default: the current directory, where it is one

          --github <OWNER[/NAME]>
              Repositories on GitHub: `OWNER/NAME`, all of an `OWNER`, `OWNER/GLOB-*`,
              `topic:OWNER/TOPIC`, `team:OWNER/TEAM`; with `!` before it left out; repeatable. Archived
              ones and forks are taken by name alone. Default: the clones' remotes

          --max-repositories <N>
              The most repositories that an owner, a glob, a topic or a team may mean; one that means
              more is refused

              [default: 1000]

          --api-url <URL>
              Base of GitHub's REST API; of an Enterprise Server `https://HOST/api/v3`. Default:
              `https://api.github.com`; with `--offline` the server that the store was last fetched from

              [env: GITHUB_API_URL]

          --config <FILE>
              The team's register. Default: linchpin.toml here, else at the root of the clone that this
              is in

          --private-config <FILE>
              The private register. Default: linchpin.private.toml beside the team's, where there is one

          --store <DIR>
              Folder of the store, which keeps what was fetched and mined. Where it is not here, one at
              the clone's root is meant

              [default: .linchpin]

          --out <DIR>
              Folder that reports, private trees and exports are written below. Where it is not here,
              one at the clone's root is meant

              [default: linchpin-report]

          --offline
              Do not call the network, whatever tokens there are

          --no-clone
              Keep no mirrors in the store of GitHub repositories that have no clone here, and read none
              that are there

          --cache-safe
              Keep no texts of reviews and no members of teams: for a store that others may read, as a
              CI cache is

          --since <WHEN>
              Start of the window: `90d`, `12w`, `2026-01-01`, RFC 3339, or `last-quarter`

              [default: 52w]

          --until <WHEN>
              End of the window, in the same forms. Default: the as-of instant

          --as-of <WHEN>
              Look at everything as it was then: a date or RFC 3339. Default: now

          --by <BY>
              Length of a bucket, the stretch of time that each point of a trend stands for

              Possible values:
              - auto:    Weeks up to half a year, months up to three years, quarters beyond
              - week:    ISO weeks
              - month:   Months
              - quarter: Quarters

              [default: auto]

      -q, --quiet
              Say less on stderr

          --progress <PROGRESS>
              How progress is shown

              Possible values:
              - auto:  A bar on a terminal, lines otherwise
              - plain: Lines
              - none:  Nothing

              [default: auto]

          --no-pager
              Print long answers as they are: on a terminal they go through `LINCHPIN_PAGER`, `PAGER` or
              `less`

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Examples:
      linchpin mine --repo ../widgets --repo ../gadgets
    [exit code 0]
    ");
}

#[expect(clippy::too_many_lines, reason = "one snapshot of all commands")]
#[test]
fn the_help_of_a_command_adds_its_own_options_to_those_of_mine() {
    let mine = help(&["mine"]);
    let (mine, _) = mine.split_once("\nExamples:\n").unwrap();
    let (_, shared) = parts(mine);
    let all = help(&[]);
    let mut text = String::new();
    for command in commands(&all) {
        let own = help(&[command]);
        let (own, examples) = own.split_once("\nExamples:\n").unwrap();
        let examples = examples.trim_end().trim_end_matches("[exit code 0]");
        let (above, options) = parts(own);
        let _ = writeln!(text, "$ linchpin {command} --help\n{above}");
        for option in options.iter().filter(|option| !shared.contains(option)) {
            let _ = writeln!(text, "{option}");
        }
        let name = |option: &String| option.lines().next().unwrap().trim().to_owned();
        let lacking: Vec<String> = shared
            .iter()
            .filter(|option| !options.contains(option))
            .map(name)
            .collect();
        let _ = writeln!(text, "Examples:\n{}", examples.trim_end());
        let _ = match lacking.as_slice() {
            [] => writeln!(text, "[the options of `mine`]\n"),
            lacking => writeln!(
                text,
                "[of the options of `mine` not {}]\n",
                lacking.join(" | ")
            ),
        };
    }
    insta::assert_snapshot!(text, @"
    $ linchpin demo --help
    Run the whole pipeline on a bundled synthetic organisation: no token, no network, no arguments

    Usage: linchpin demo [OPTIONS]

          --out <DIR>
              Folder that it is written to

              [default: linchpin-demo]
          --without <PLANT>
              Leave out one of the truths planted in the organisation, such as `rollback`; repeatable
    Examples:
      linchpin demo
      linchpin demo --out other-demo --without silo
    [of the options of `mine` not --repo <PATH> | --github <OWNER[/NAME]> | --max-repositories <N> | --api-url <URL> | --config <FILE> | --private-config <FILE> | --store <DIR> | --out <DIR> | --offline | --no-clone | --cache-safe | --since <WHEN> | --until <WHEN> | --as-of <WHEN> | --by <BY>]

    $ linchpin init --help
    Write a commented linchpin.toml from what is found in the clone and on GitHub

    Usage: linchpin init [OPTIONS]

          --ci[=<WHERE>]
              Write a nightly workflow with least permissions too, and say where the report goes:
              `artifact` unless told. A register that is there already stays as it is

              Possible values:
              - none:     To the job's summary alone
              - artifact: An artifact of the run
              - pages:    A site of GitHub Pages, which is public outside Enterprise Cloud
    Examples:
      linchpin init
      linchpin init --ci
    [the options of `mine`]

    $ linchpin doctor --help
    Check token, permissions, clone and sources; estimate what a fetch costs; say what would be missing
    and the fix

    Usage: linchpin doctor [OPTIONS]

          --format <FORMAT>
              Form of the output

              Possible values:
              - table:    For a terminal
              - json:     JSON
              - csv:      CSV
              - markdown: Markdown

              [default: table]
          --limit <N>
              At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and
              Markdown
    Examples:
      linchpin doctor
      linchpin doctor --github acme/widgets
    [the options of `mine`]

    $ linchpin run --help
    Fetch (if there is a token and a GitHub remote), mine and report: the nightly job

    Usage: linchpin run [OPTIONS]

          --open
              Open the page in the browser
          --template <FILE>
              A template of your own, which makes the file of its name in the team tree, in the place of
              linchpin's where that has one; ends in .html, .md or .txt; repeatable. `linchpin template`
              has examples
    Examples:
      linchpin run
      linchpin run --offline --since 12w --by week
      linchpin run --open
    [the options of `mine`]

    $ linchpin fetch --help
    Fetch from GitHub into the store; incremental, resumable

    Usage: linchpin fetch [OPTIONS]

    Examples:
      linchpin fetch --github acme/widgets
    [the options of `mine`]

    $ linchpin mine --help
    Mine the clones' history into the store; incremental

    Usage: linchpin mine [OPTIONS]

    Examples:
      linchpin mine --repo ../widgets --repo ../gadgets
    [the options of `mine`]

    $ linchpin report --help
    Write the team tree from the store

    Usage: linchpin report [OPTIONS]

          --open
              Open the page in the browser
          --template <FILE>
              A template of your own, which makes the file of its name in the team tree, in the place of
              linchpin's where that has one; ends in .html, .md or .txt; repeatable. `linchpin template`
              has examples
    Examples:
      linchpin report --since 26w
      linchpin report --as-of 2026-07-01 --since last-quarter
      linchpin report --template digest.md
    [the options of `mine`]

    $ linchpin summary --help
    Print again in a dozen lines what the last report found: its window, what was not read, figures,
    what to look at first

    Usage: linchpin summary [OPTIONS]

          --open
              Open the page in the browser
          --format <FORMAT>
              Form of the output

              Possible values:
              - table:    For a terminal
              - json:     JSON
              - csv:      CSV
              - markdown: Markdown

              [default: table]
          --limit <N>
              At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and
              Markdown
    Examples:
      linchpin summary
      linchpin summary --out site --format json
    [the options of `mine`]

    $ linchpin person --help
    Write one person's private tree from the store

    Usage: linchpin person [OPTIONS] [LOGIN]...

    Arguments:
      [LOGIN]...
              Whose: GitHub logins, or addresses from the history

          --all
              Everybody whom the register has as a member: the facts are read once for all of them
          --append
              Add the moments that draft/brag.md has not been given yet at its end, as a dated part, and
              leave the rest of it as it is
    Examples:
      linchpin person ada --since 26w
      linchpin person --all
      linchpin person ada --append
    [the options of `mine`]

    $ linchpin lead --help
    Write the lead's named views from the store, local only: reviewers, knowledge, delegation, coverage
    of evidence

    Usage: linchpin lead [OPTIONS]

    Examples:
      linchpin lead --since 26w
    [the options of `mine`]

    $ linchpin follow-up --help
    Print notes for the feedback of the private register: what was agreed, and what was kept since

    Usage: linchpin follow-up [OPTIONS] [LOGIN]

    Arguments:
      [LOGIN]
              Only this person's: a GitHub login

    Examples:
      linchpin follow-up
      linchpin follow-up bo
    [the options of `mine`]

    $ linchpin explain --help
    Show a metric's definition and the rows behind its figure, or what a line of evidence was made from

    Usage: linchpin explain [OPTIONS] <METRIC>

    Arguments:
      <METRIC>
              A metric's id, such as `flow.pickup_time`; `list` names them all. Or the id of a line of
              evidence, such as `ev-27867f3c87`

          --bucket <BUCKET>
              Only rows of this bucket: `2026-W07`, `2026-02` or `2026-Q1`
          --scope <SCOPE>
              Only rows of this product, repository or area
          --origin <ORIGIN>
              Only rows and figures of changes of this origin, where the metric has any
          --person <LOGIN>
              Only rows and figures of the person with this login, where the metric has any
          --format <FORMAT>
              Form of the output

              Possible values:
              - table:    For a terminal
              - json:     JSON
              - csv:      CSV
              - markdown: Markdown

              [default: table]
          --limit <N>
              At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and
              Markdown
    Examples:
      linchpin explain list
      linchpin explain pickup_time --since 12w
      linchpin explain ev-0123456789
    [the options of `mine`]

    $ linchpin verify --help
    Hold write-ups against the evidence and the figures; exit code 7 where an id, page, date, number or
    name is in neither

    Usage: linchpin verify [OPTIONS] [FILE]...

    Arguments:
      [FILE]...
              The write-ups: a review, a draft, any page that linchpin wrote

          --rebuild <MANIFEST>
              Make the team tree of this manifest.json again from the store, for its instant and window,
              and name every file that is another one, on disk or made again. Writes nothing
          --template <FILE>
              With `--rebuild`: a template that the tree was made with; repeatable
          --format <FORMAT>
              Form of the output

              Possible values:
              - table:    For a terminal
              - json:     JSON
              - csv:      CSV
              - markdown: Markdown

              [default: table]
          --limit <N>
              At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and
              Markdown
    Examples:
      linchpin verify linchpin-report/private/ada/draft/self-review.md
      linchpin verify --rebuild linchpin-report/team/manifest.json
    [the options of `mine`]

    $ linchpin diff --help
    Say why figures moved between two runs: new events, late data, labels, identity, configuration,
    definition

    Usage: linchpin diff [OPTIONS] [BEFORE] [AFTER]

    Arguments:
      [BEFORE]
              The earlier run: its number, or the day of its as-of instant. Default: the one before the
              newest

      [AFTER]
              The later run. Default: the newest

          --metric <ID>
              Only this metric
          --format <FORMAT>
              Form of the output

              Possible values:
              - table:    For a terminal
              - json:     JSON
              - csv:      CSV
              - markdown: Markdown

              [default: table]
          --limit <N>
              At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and
              Markdown
    Examples:
      linchpin diff
      linchpin diff --metric pickup_time
    [the options of `mine`]

    $ linchpin check --help
    Hold the register's agreements against the figures; exit code 7 where one is crossed and not
    accepted

    Usage: linchpin check [OPTIONS]

          --format <FORMAT>
              Form of the output

              Possible values:
              - table:    For a terminal
              - json:     JSON
              - csv:      CSV
              - markdown: Markdown

              [default: table]
          --limit <N>
              At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and
              Markdown
    Examples:
      linchpin check
    [the options of `mine`]

    $ linchpin export --help
    Write facts, measures and the reference SQL's relations as files for other tools, which are private
    data; or figures and events that name nobody

    Usage: linchpin export [OPTIONS]

          --format <FORMAT>
              Form of the files

              Possible values:
              - parquet:     Parquet: types, lists and instants survive
              - csv:         CSV, safe for spreadsheets: a cell that looks like a formula gets a leading
                apostrophe
              - json:        An array of objects
              - duckdb:      The Parquet files, and views.sql, by which DuckDB sees each as a table
              - openmetrics: Figures of products for Prometheus, linchpin.prom; names nobody
              - cdevents:    Deployments, rollbacks, incidents and merges as CDEvents 0.5,
                cdevents.ndjson; names nobody

              [default: parquet]
          --table <TABLE>
              Only this table; repeatable. Default: all
          --team <NAME>
              Only what a team of the register owns, measured as a product is
          --privacy <HOW>
              What is told of people: `named`, or `pseudonymous`: no name, link or text, and tokens that
              stay the same in their place

              [default: named]
    Examples:
      linchpin export --format parquet
      linchpin export --format csv --privacy pseudonymous
      linchpin export --format openmetrics
    [the options of `mine`]

    $ linchpin identity --help
    Show which accounts and signatures are one person, and why

    Usage: linchpin identity [OPTIONS]

          --export-mailmap
              Print a `.mailmap` that says the same
          --all
              Everybody too: those with one account or signature are left out otherwise
          --format <FORMAT>
              Form of the output

              Possible values:
              - table:    For a terminal
              - json:     JSON
              - csv:      CSV
              - markdown: Markdown

              [default: table]
          --limit <N>
              At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and
              Markdown
    Examples:
      linchpin identity
      linchpin identity --all
      linchpin identity --export-mailmap
    [the options of `mine`]

    $ linchpin forget --help
    Erase a person from the store and from the private tree, and keep them out of later fetches; says
    what is left elsewhere

    Usage: linchpin forget [OPTIONS] <LOGIN>

    Arguments:
      <LOGIN>
              The person's GitHub login, or an address from the history

          --yes
              Do it without asking
          --dry-run
              Say what would be done, and change nothing
          --with-drafts
              Remove from the person's private folder also what people wrote there: drafts, pages that
              were edited, files of other programs
    Examples:
      linchpin forget ada --dry-run
      linchpin forget ada --yes
      linchpin run --offline
    [the options of `mine`]

    $ linchpin mcp --help
    Serve figures, ledgers and turns to a language model: the Model Context Protocol on the standard
    streams, read-only, no network

    Usage: linchpin mcp [OPTIONS]

          --private
              Serve evidence about people, too: for a model that you alone talk to
    Examples:
      linchpin mcp --since 26w
      linchpin mcp --private
    [the options of `mine`]

    $ linchpin register --help
    Check both registers against the store, or add an entry to the private one without an editor

    Usage: linchpin register [OPTIONS] <COMMAND>

    Commands:
      check  Say what the registers name and nobody knows; exit code 3 where there is anything
      add    Add an entry at the end of the private register; what is in the file stays as it is
      help   Print this message or the help of the given subcommand(s)

    Examples:
      linchpin register check
      linchpin register add absence login=ada from=2026-07-06 to=2026-07-17
    [of the options of `mine` not --repo <PATH> | --github <OWNER[/NAME]> | --max-repositories <N> | --api-url <URL> | --config <FILE> | --private-config <FILE> | --store <DIR> | --out <DIR> | --offline | --no-clone | --cache-safe | --since <WHEN> | --until <WHEN> | --as-of <WHEN> | --by <BY>]

    $ linchpin shard --help
    Fetch and mine an organisation in parts, on several machines, and join them in one store

    Usage: linchpin shard [OPTIONS] <COMMAND>

    Commands:
      plan    Print who does what: every repository with its number in the store, in parts of about the
              same size
      run     Fetch and mine one part into a store of its own; a run that was cut off goes on
      commit  Hold the finished parts against the plan, take them into the store, and derive facts of
              all of them
      help    Print this message or the help of the given subcommand(s)

    Examples:
      linchpin shard plan --github acme/web --github acme/api --workers 2 > plan.json
      linchpin shard run 0 --plan plan.json --store shard-0
      linchpin shard commit --plan plan.json shard-0 shard-1
    [of the options of `mine` not --repo <PATH> | --github <OWNER[/NAME]> | --max-repositories <N> | --api-url <URL> | --config <FILE> | --private-config <FILE> | --store <DIR> | --out <DIR> | --offline | --no-clone | --cache-safe | --since <WHEN> | --until <WHEN> | --as-of <WHEN> | --by <BY>]

    $ linchpin template --help
    Print an example of a template for `report --template`, or list them

    Usage: linchpin template [OPTIONS] [NAME]

    Arguments:
      [NAME]
              Which example; all are listed without it

    Examples:
      linchpin template
      linchpin template digest.md > digest.md
      linchpin report --template digest.md
    [of the options of `mine` not --repo <PATH> | --github <OWNER[/NAME]> | --max-repositories <N> | --api-url <URL> | --config <FILE> | --private-config <FILE> | --store <DIR> | --out <DIR> | --offline | --no-clone | --cache-safe | --since <WHEN> | --until <WHEN> | --as-of <WHEN> | --by <BY>]

    $ linchpin schema --help
    Print what other programs rely on: the JSON Schema of a register, of a JSON file that linchpin
    writes, or of what templates see

    Usage: linchpin schema [OPTIONS] <NAME>

    Arguments:
      <NAME>
              What is described

              Possible values:
              - register:         linchpin.toml, the team's register
              - private-register: linchpin.private.toml, the lead's own
              - template:         What templates of your own see
              - metrics:          team/metrics.json: every figure that names nobody
              - figures:          team/figures.json: figures of whole products over the window
              - data-quality:     `team/data_quality.json`: how complete every stream is
              - summary:          team/summary.json: what a report found, in short
              - badge:            team/badges/*.json
              - manifest:         team/manifest.json: what the tree was made from, and a digest of every
                file
              - lead:             private/lead/lead.json
              - evidence:         One line of private/LOGIN/evidence.jsonl
              - table:            export/TABLE.json of any table
              - cdevents:         One line of export/cdevents.ndjson

          --format <FORMAT>
              Form of the output

              Possible values:
              - json:     JSON Schema, which editors check TOML against
              - markdown: Every key with type, default, example and meaning, for people
              - table:    The same for a terminal
              - csv:      The same for a spreadsheet

              [default: json]
    Examples:
      linchpin schema register > linchpin.schema.json
      linchpin schema figures
    [of the options of `mine` not --repo <PATH> | --github <OWNER[/NAME]> | --max-repositories <N> | --api-url <URL> | --config <FILE> | --private-config <FILE> | --store <DIR> | --out <DIR> | --offline | --no-clone | --cache-safe | --since <WHEN> | --until <WHEN> | --as-of <WHEN> | --by <BY>]

    $ linchpin completions --help
    Print what a shell completes commands and options with

    Usage: linchpin completions [OPTIONS] <SHELL>

    Arguments:
      <SHELL>
              For which shell

              [possible values: bash, elvish, fish, powershell, zsh]

    Examples:
      linchpin completions bash > ~/.local/share/bash-completion/completions/linchpin
    [of the options of `mine` not --repo <PATH> | --github <OWNER[/NAME]> | --max-repositories <N> | --api-url <URL> | --config <FILE> | --private-config <FILE> | --store <DIR> | --out <DIR> | --offline | --no-clone | --cache-safe | --since <WHEN> | --until <WHEN> | --as-of <WHEN> | --by <BY>]

    $ linchpin man --help
    Print the manual page, or write one a command into a folder

    Usage: linchpin man [OPTIONS]

          --out <DIRECTORY>
              A folder that is made and gets a page a command, for `man` to find; it must not hold
              anything
    Examples:
      linchpin man | man -l -
      linchpin man --out man1
    [of the options of `mine` not --repo <PATH> | --github <OWNER[/NAME]> | --max-repositories <N> | --api-url <URL> | --config <FILE> | --private-config <FILE> | --store <DIR> | --out <DIR> | --offline | --no-clone | --cache-safe | --since <WHEN> | --until <WHEN> | --as-of <WHEN> | --by <BY>]
    ");
}
