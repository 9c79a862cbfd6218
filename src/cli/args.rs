//! The command line, as a user types it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::{Origin, Selector};

/// Engineering health with receipts, from GitHub and git history.
#[derive(Debug, Parser)]
#[command(
    name = "linchpin",
    version = super::version::version(),
    about,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say less on stderr.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// How progress is shown.
    #[arg(long, global = true, value_enum, default_value_t = ProgressMode::Auto)]
    pub progress: ProgressMode,
    /// Print long answers as they are: on a terminal they go through `LINCHPIN_PAGER`, `PAGER` or `less`.
    #[arg(long, global = true)]
    pub no_pager: bool,
}

const EXIT_CODES: &str = "Exit codes: 0 done · 1 defect · 2 usage · 3 configuration · 4 authentication · 5 finished with partial data · \
                          6 rate-limited, run again to resume · 7 an agreement is crossed (check), or a write-up says what is not in the evidence (verify) · \
                          8 another run is writing · 9 the store is damaged or unfinished · 10 a place cannot be written · \
                          11 a folder that linchpin did not make, or a link · 130 interrupted · 143 terminated";

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressMode {
    /// A bar on a terminal, lines otherwise.
    Auto,
    /// Lines.
    Plain,
    /// Nothing.
    None,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the whole pipeline on a bundled synthetic organisation: no token, no network, no arguments.
    #[cfg(feature = "demo")]
    #[command(
        after_help = "Examples:\n  linchpin demo\n  linchpin demo --out other-demo --without silo"
    )]
    Demo(DemoArgs),
    /// Write a commented linchpin.toml from what is found in the clone and on GitHub.
    #[command(after_help = "Examples:\n  linchpin init\n  linchpin init --ci")]
    Init(InitArgs),
    /// Check token, permissions, clone and sources; estimate what a fetch costs; say what would be missing and the fix.
    #[command(after_help = "Examples:\n  linchpin doctor\n  linchpin doctor --github acme/widgets")]
    Doctor(DoctorArgs),
    /// Fetch (if there is a token and a GitHub remote), mine and report: the nightly job.
    #[command(
        after_help = "Examples:\n  linchpin run\n  linchpin run --offline --since 12w --by week\n  linchpin run --open"
    )]
    Run(RunArgs),
    /// Fetch from GitHub into the store; incremental, resumable.
    #[command(after_help = "Examples:\n  linchpin fetch --github acme/widgets")]
    Fetch(AnalysisArgs),
    /// Mine the clones' history into the store; incremental.
    #[command(after_help = "Examples:\n  linchpin mine --repo ../widgets --repo ../gadgets")]
    Mine(AnalysisArgs),
    /// Write the team tree from the store.
    #[command(
        after_help = "Examples:\n  linchpin report --since 26w\n  linchpin report --as-of 2026-07-01 --since last-quarter\n  linchpin report --template digest.md"
    )]
    Report(RunArgs),
    /// Print again in a dozen lines what the last report found: its window, what was not read, figures, what to look at first.
    #[command(
        after_help = "Examples:\n  linchpin summary\n  linchpin summary --out site --format json"
    )]
    Summary(SummaryArgs),
    /// Write one person's private tree from the store.
    #[command(
        after_help = "Examples:\n  linchpin person ada --since 26w\n  linchpin person --all\n  linchpin person ada --append"
    )]
    Person(PersonArgs),
    /// Write the lead's named views from the store, local only: reviewers, knowledge, delegation, coverage of evidence.
    #[command(after_help = "Examples:\n  linchpin lead --since 26w")]
    Lead(AnalysisArgs),
    /// Print notes for the feedback of the private register: what was agreed, and what was kept since.
    #[command(after_help = "Examples:\n  linchpin follow-up\n  linchpin follow-up bo")]
    FollowUp(FollowUpArgs),
    /// Show a metric's definition and the rows behind its figure, or what a line of evidence was made from.
    #[command(
        after_help = "Examples:\n  linchpin explain list\n  linchpin explain pickup_time --since 12w\n  linchpin explain ev-0123456789"
    )]
    Explain(ExplainArgs),
    /// Hold write-ups against the evidence and the figures; exit code 7 where an id, page, date, number or name is in neither.
    #[command(
        after_help = "Examples:\n  linchpin verify linchpin-report/private/ada/draft/self-review.md\n  linchpin verify --rebuild linchpin-report/team/manifest.json"
    )]
    Verify(VerifyArgs),
    /// Say why figures moved between two runs: new events, late data, labels, identity, configuration, definition.
    #[command(after_help = "Examples:\n  linchpin diff\n  linchpin diff --metric pickup_time")]
    Diff(DiffArgs),
    /// Hold the register's agreements against the figures; exit code 7 where one is crossed and not accepted.
    #[command(after_help = "Examples:\n  linchpin check")]
    Check(CheckArgs),
    /// Write facts, measures and the reference SQL's relations as files for other tools, which are private data; or figures and events
    /// that name nobody.
    #[command(
        after_help = "Examples:\n  linchpin export --format parquet\n  linchpin export --format csv --privacy pseudonymous\n  linchpin export --format openmetrics"
    )]
    Export(ExportArgs),
    /// Show which accounts and signatures are one person, and why.
    #[command(
        after_help = "Examples:\n  linchpin identity\n  linchpin identity --all\n  linchpin identity --export-mailmap"
    )]
    Identity(IdentityArgs),
    /// Erase a person from the store and from the private tree, and keep them out of later fetches; says what is left elsewhere.
    #[command(
        after_help = "Examples:\n  linchpin forget ada --dry-run\n  linchpin forget ada --yes\n  linchpin run --offline"
    )]
    Forget(ForgetArgs),
    /// Serve figures, ledgers and turns to a language model: the Model Context Protocol on the standard streams, read-only, no network.
    #[command(after_help = "Examples:\n  linchpin mcp --since 26w\n  linchpin mcp --private")]
    Mcp(McpArgs),
    /// Check both registers against the store, or add an entry to the private one without an editor.
    #[command(
        after_help = "Examples:\n  linchpin register check\n  linchpin register add absence login=ada from=2026-07-06 to=2026-07-17"
    )]
    Register(RegisterArgs),
    /// Fetch and mine an organisation in parts, on several machines, and join them in one store.
    #[command(
        after_help = "Examples:\n  linchpin shard plan --github acme/web --github acme/api --workers 2 > plan.json\n  linchpin shard run 0 --plan plan.json --store shard-0\n  linchpin shard commit --plan plan.json shard-0 shard-1"
    )]
    Shard(ShardArgs),
    /// Print an example of a template for `report --template`, or list them.
    #[command(
        after_help = "Examples:\n  linchpin template\n  linchpin template digest.md > digest.md\n  linchpin report --template digest.md"
    )]
    Template(TemplateArgs),
    /// Print what other programs rely on: the JSON Schema of a register, of a JSON file that linchpin writes, or of what templates see.
    #[command(
        after_help = "Examples:\n  linchpin schema register > linchpin.schema.json\n  linchpin schema figures"
    )]
    Schema(SchemaArgs),
    /// Print what a shell completes commands and options with.
    #[command(
        after_help = "Examples:\n  linchpin completions bash > ~/.local/share/bash-completion/completions/linchpin"
    )]
    Completions(CompletionsArgs),
    /// Print the manual page, or write one a command into a folder.
    #[command(after_help = "Examples:\n  linchpin man | man -l -\n  linchpin man --out man1")]
    Man(ManArgs),
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// For which shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// A folder that is made and gets a page a command, for `man` to find; it must not hold anything.
    #[arg(long, value_name = "DIRECTORY")]
    pub out: Option<PathBuf>,
}

/// The store, where none is named.
pub const STORE: &str = ".linchpin";
/// The folder of reports, where none is named.
pub const OUT: &str = "linchpin-report";
/// How many repositories one pattern may mean, where no number is named.
pub const MAX_REPOSITORIES: u64 = 1_000;
/// The start of the window, where none is named.
pub const SINCE: &str = "52w";
/// How many rows of a table people are shown, where they have not said.
const ROWS_FOR_PEOPLE: usize = 40;

/// Where things are.
#[derive(Debug, Clone, Args)]
pub struct Places {
    /// A clone; repeatable. Default: the current directory, where it is one.
    #[arg(long = "repo", value_name = "PATH")]
    pub repositories: Vec<PathBuf>,
    /// Repositories on GitHub: `OWNER/NAME`, all of an `OWNER`, `OWNER/GLOB-*`, `topic:OWNER/TOPIC`, `team:OWNER/TEAM`; with `!` before it
    /// left out; repeatable. Archived ones and forks are taken by name alone. Default: the clones' remotes.
    #[arg(long = "github", value_name = "OWNER[/NAME]")]
    pub github: Vec<Selector>,
    /// The most repositories that an owner, a glob, a topic or a team may mean; one that means more is refused.
    #[arg(long, value_name = "N", default_value_t = MAX_REPOSITORIES)]
    pub max_repositories: u64,
    /// Base of GitHub's REST API; of an Enterprise Server `https://HOST/api/v3`. Default: `https://api.github.com`; with `--offline`
    /// the server that the store was last fetched from.
    #[arg(
        long,
        value_name = "URL",
        env = "GITHUB_API_URL",
        hide_env_values = true
    )]
    pub api_url: Option<String>,
    /// The team's register. Default: linchpin.toml here, else at the root of the clone that this is in.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The private register. Default: linchpin.private.toml beside the team's, where there is one.
    #[arg(long, value_name = "FILE")]
    pub private_config: Option<PathBuf>,
    /// Folder of the store, which keeps what was fetched and mined. Where it is not here, one at the clone's root is meant.
    #[arg(long, value_name = "DIR", default_value = STORE, value_parser = directory)]
    pub store: PathBuf,
    /// Folder that reports, private trees and exports are written below. Where it is not here, one at the clone's root is meant.
    #[arg(long, value_name = "DIR", default_value = OUT, value_parser = directory)]
    pub out: PathBuf,
    /// Do not call the network, whatever tokens there are.
    #[arg(long)]
    pub offline: bool,
    /// Keep no mirrors in the store of GitHub repositories that have no clone here, and read none that are there.
    #[arg(long)]
    pub no_clone: bool,

    /// Keep no texts of reviews and no members of teams: for a store that others may read, as a CI cache is
    #[arg(long)]
    pub cache_safe: bool,
}

/// A directory; an address is none, and must not become one of that name.
fn directory(text: &str) -> Result<PathBuf, String> {
    if text.contains("://") {
        return Err(format!(
            "`{}` is an address: name a directory here, and copy it there and back around the run",
            crate::render::encode::terminal(text)
        ));
    }
    Ok(PathBuf::from(text))
}

/// Which time is looked at.
#[derive(Debug, Clone, Args)]
pub struct Time {
    /// Start of the window: `90d`, `12w`, `2026-01-01`, RFC 3339, or `last-quarter`.
    #[arg(long, value_name = "WHEN", default_value = SINCE)]
    pub since: String,
    /// End of the window, in the same forms. Default: the as-of instant.
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Look at everything as it was then: a date or RFC 3339. Default: now.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// Length of a bucket, the stretch of time that each point of a trend stands for.
    #[arg(long, value_enum, default_value_t = By::Auto)]
    pub by: By,
}

/// Length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Weeks up to half a year, months up to three years, quarters beyond.
    Auto,
    /// ISO weeks.
    Week,
    /// Months.
    Month,
    /// Quarters.
    Quarter,
}

/// Arguments of commands that analyse.
#[derive(Debug, Clone, Args)]
pub struct AnalysisArgs {
    /// Where things are.
    #[command(flatten)]
    pub places: Places,
    /// Which time.
    #[command(flatten)]
    pub time: Time,
}

/// Arguments of `run` and `report`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Open the page in the browser.
    #[arg(long)]
    pub open: bool,
    /// A template of your own, which makes the file of its name in the team tree, in the place of linchpin's where that has one; ends
    /// in .html, .md or .txt; repeatable. `linchpin template` has examples.
    #[arg(long = "template", value_name = "FILE")]
    pub templates: Vec<PathBuf>,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `template`.
#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// Which example; all are listed without it.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// Arguments of `summary`.
#[derive(Debug, Args)]
pub struct SummaryArgs {
    /// Open the page in the browser.
    #[arg(long)]
    pub open: bool,
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// The form of an answer, and how much of it.
#[derive(Debug, Clone, Copy, Args)]
pub struct Form {
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// At most so many rows, `0` for all of them. Default: 40 in a table, all in JSON, CSV and Markdown.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

impl Form {
    /// At most so many rows.
    #[must_use]
    pub const fn most(self) -> usize {
        match (self.limit, self.format) {
            (Some(0), _) | (None, Format::Json | Format::Csv | Format::Markdown) => usize::MAX,
            (Some(limit), _) => limit,
            (None, Format::Table) => ROWS_FOR_PEOPLE,
        }
    }

    /// The same for what is short enough to be read whole: all rows, unless a number was asked for.
    #[must_use]
    pub const fn whole(self) -> Self {
        let limit = match self.limit {
            Some(limit) => limit,
            None => 0,
        };
        Self {
            format: self.format,
            limit: Some(limit),
        }
    }
}

/// Arguments of `demo`.
#[cfg(feature = "demo")]
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder that it is written to.
    #[arg(long, value_name = "DIR", default_value = "linchpin-demo")]
    pub out: PathBuf,
    /// Leave out one of the truths planted in the organisation, such as `rollback`; repeatable.
    #[arg(long = "without", value_name = "PLANT")]
    pub without: Vec<String>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Write a nightly workflow with least permissions too, and say where the report goes: `artifact` unless told. A register that is
    /// there already stays as it is.
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "artifact")]
    pub ci: Option<Publish>,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Where a night's report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Publish {
    /// To the job's summary alone.
    None,
    /// An artifact of the run.
    Artifact,
    /// A site of GitHub Pages, which is public outside Enterprise Cloud.
    Pages,
}

impl Publish {
    /// Its word in a workflow.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Artifact => "artifact",
            Self::Pages => "pages",
        }
    }
}

/// Arguments of `person`.
#[derive(Debug, Args)]
pub struct PersonArgs {
    /// Whose: GitHub logins, or addresses from the history.
    #[arg(value_name = "LOGIN", required_unless_present = "all")]
    pub logins: Vec<String>,
    /// Everybody whom the register has as a member: the facts are read once for all of them.
    #[arg(long, conflicts_with = "logins")]
    pub all: bool,
    /// Add the moments that draft/brag.md has not been given yet at its end, as a dated part, and leave the rest of it as it is.
    #[arg(long)]
    pub append: bool,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The person's GitHub login, or an address from the history.
    pub login: String,
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
    /// Say what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Remove from the person's private folder also what people wrote there: drafts, pages that were edited, files of other programs.
    #[arg(long)]
    pub with_drafts: bool,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `follow-up`.
#[derive(Debug, Args)]
pub struct FollowUpArgs {
    /// Only this person's: a GitHub login.
    pub login: Option<String>,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A metric's id, such as `flow.pickup_time`; `list` names them all. Or the id of a line of evidence, such as `ev-27867f3c87`.
    pub metric: String,
    /// Only rows of this bucket: `2026-W07`, `2026-02` or `2026-Q1`.
    #[arg(long)]
    pub bucket: Option<String>,
    /// Only rows of this product, repository or area.
    #[arg(long)]
    pub scope: Option<String>,
    /// Only rows and figures of changes of this origin, where the metric has any.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub origin: Option<Origin>,
    /// Only rows and figures of the person with this login, where the metric has any.
    #[arg(long, value_name = "LOGIN")]
    pub person: Option<String>,
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The write-ups: a review, a draft, any page that linchpin wrote.
    #[arg(required_unless_present = "rebuild", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Make the team tree of this manifest.json again from the store, for its instant and window, and name every file that is another
    /// one, on disk or made again. Writes nothing.
    #[arg(long, value_name = "MANIFEST", conflicts_with = "files")]
    pub rebuild: Option<PathBuf>,
    /// With `--rebuild`: a template that the tree was made with; repeatable.
    #[arg(long = "template", value_name = "FILE", requires = "rebuild")]
    pub templates: Vec<PathBuf>,
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier run: its number, or the day of its as-of instant. Default: the one before the newest.
    pub before: Option<String>,
    /// The later run. Default: the newest.
    pub after: Option<String>,
    /// Only this metric.
    #[arg(long, value_name = "ID")]
    pub metric: Option<String>,
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Form of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal.
    Table,
    /// JSON.
    Json,
    /// CSV.
    Csv,
    /// Markdown.
    Markdown,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Form of the files.
    #[arg(long, value_enum, default_value_t = ExportFormat::Parquet)]
    pub format: ExportFormat,
    /// Only this table; repeatable. Default: all.
    #[arg(long = "table", value_name = "TABLE")]
    pub tables: Vec<String>,
    /// Only what a team of the register owns, measured as a product is.
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    /// What is told of people: `named`, or `pseudonymous`: no name, link or text, and tokens that stay the same in their place.
    #[arg(long, value_name = "HOW", default_value = "named", value_parser = privacy)]
    pub privacy: Privacy,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// What an export tells of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Everything.
    Named,
    /// Numbers and instants, and who is who only under pseudonyms.
    Pseudonymous,
}

fn privacy(text: &str) -> Result<Privacy, String> {
    match text {
        "named" => Ok(Privacy::Named),
        "pseudonymous" => Ok(Privacy::Pseudonymous),
        "team" => Err(
            "an export has a row for every act of every person, and what a team may read has none: that is the folder `team/`, which \
             `linchpin run` writes; name `named` or `pseudonymous` here"
                .to_owned(),
        ),
        _ => Err("it is `named` or `pseudonymous`".to_owned()),
    }
}

/// Form of exported files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Parquet: types, lists and instants survive.
    Parquet,
    /// CSV, safe for spreadsheets: a cell that looks like a formula gets a leading apostrophe.
    Csv,
    /// An array of objects.
    Json,
    /// The Parquet files, and views.sql, by which DuckDB sees each as a table.
    Duckdb,
    /// Figures of products for Prometheus, linchpin.prom; names nobody.
    Openmetrics,
    /// Deployments, rollbacks, incidents and merges as CDEvents 0.5, cdevents.ndjson; names nobody.
    Cdevents,
}

/// Arguments of `mcp`.
#[derive(Debug, Args)]
pub struct McpArgs {
    /// Serve evidence about people, too: for a model that you alone talk to.
    #[arg(long)]
    pub private: bool,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `identity`.
#[derive(Debug, Args)]
pub struct IdentityArgs {
    /// Print a `.mailmap` that says the same.
    #[arg(long)]
    pub export_mailmap: bool,
    /// Everybody too: those with one account or signature are left out otherwise.
    #[arg(long)]
    pub all: bool,
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `shard`.
#[derive(Debug, Args)]
pub struct ShardArgs {
    /// Which step.
    #[command(subcommand)]
    pub command: ShardCommand,
}

/// The steps of an organisation in parts.
#[derive(Debug, Subcommand)]
pub enum ShardCommand {
    /// Print who does what: every repository with its number in the store, in parts of about the same size.
    Plan(ShardPlanArgs),
    /// Fetch and mine one part into a store of its own; a run that was cut off goes on.
    Run(ShardRunArgs),
    /// Hold the finished parts against the plan, take them into the store, and derive facts of all of them.
    Commit(ShardCommitArgs),
}

/// Arguments of `shard plan`.
#[derive(Debug, Args)]
pub struct ShardPlanArgs {
    /// Into how many parts.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub workers: u32,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `shard run`.
#[derive(Debug, Args)]
pub struct ShardRunArgs {
    /// Which part of the plan.
    #[arg(value_name = "SHARD")]
    pub shard: u32,
    /// The plan that `shard plan` printed.
    #[arg(long, value_name = "FILE")]
    pub plan: PathBuf,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `shard commit`.
#[derive(Debug, Args)]
pub struct ShardCommitArgs {
    /// The stores of all parts, in any order.
    #[arg(value_name = "STORE", required = true)]
    pub stores: Vec<PathBuf>,
    /// The plan that `shard plan` printed.
    #[arg(long, value_name = "FILE")]
    pub plan: PathBuf,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// What to do with the registers.
    #[command(subcommand)]
    pub command: RegisterCommand,
}

/// What is done with the registers.
#[derive(Debug, Subcommand)]
pub enum RegisterCommand {
    /// Say what the registers name and nobody knows; exit code 3 where there is anything.
    Check(RegisterCheckArgs),
    /// Add an entry at the end of the private register; what is in the file stays as it is.
    Add(RegisterAddArgs),
}

/// Arguments of `register check`.
#[derive(Debug, Args)]
pub struct RegisterCheckArgs {
    /// In which form.
    #[command(flatten)]
    pub form: Form,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `register add`.
#[derive(Debug, Args)]
pub struct RegisterAddArgs {
    /// The table: absence, buddy, delegation, feedback, goal, initiative or entry.
    pub table: String,
    /// Its keys, as in `login=ada from=2026-07-06`; lists are separated by commas.
    #[arg(value_name = "KEY=VALUE", required = true)]
    pub values: Vec<String>,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// What is described.
    #[arg(value_enum)]
    pub name: SchemaName,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = SchemaFormat::Json)]
    pub format: SchemaFormat,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// linchpin.toml, the team's register.
    Register,
    /// linchpin.private.toml, the lead's own.
    PrivateRegister,
    /// What templates of your own see.
    Template,
    /// team/metrics.json: every figure that names nobody.
    Metrics,
    /// team/figures.json: figures of whole products over the window.
    Figures,
    /// `team/data_quality.json`: how complete every stream is.
    DataQuality,
    /// team/summary.json: what a report found, in short.
    Summary,
    /// team/badges/*.json.
    Badge,
    /// team/manifest.json: what the tree was made from, and a digest of every file.
    Manifest,
    /// private/lead/lead.json.
    Lead,
    /// One line of private/LOGIN/evidence.jsonl.
    Evidence,
    /// export/TABLE.json of any table.
    Table,
    /// One line of export/cdevents.ndjson.
    Cdevents,
}

/// Form of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// JSON Schema, which editors check TOML against.
    Json,
    /// Every key with type, default, example and meaning, for people.
    Markdown,
    /// The same for a terminal.
    Table,
    /// The same for a spreadsheet.
    Csv,
}

/// An origin by its word.
fn origin(word: &str) -> Result<Origin, String> {
    Origin::from_word(word).ok_or_else(|| {
        let words = Origin::ALL.map(Origin::word);
        format!("name one of {}", words.join(", "))
    })
}
