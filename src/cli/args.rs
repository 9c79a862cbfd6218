//! The command line, as a user types it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::RepoName;

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
    Doctor(AnalysisArgs),
    /// Fetch (if there is a token and a GitHub remote), mine and report: the nightly job.
    #[command(
        after_help = "Examples:\n  linchpin run\n  linchpin run --offline --since 12w --by week"
    )]
    Run(AnalysisArgs),
    /// Fetch from GitHub into the store; incremental, resumable.
    #[command(after_help = "Examples:\n  linchpin fetch --github acme/widgets")]
    Fetch(AnalysisArgs),
    /// Mine the clones' history into the store; incremental.
    #[command(after_help = "Examples:\n  linchpin mine --repo ../widgets --repo ../gadgets")]
    Mine(AnalysisArgs),
    /// Write the team tree from the store.
    #[command(
        after_help = "Examples:\n  linchpin report --since 26w\n  linchpin report --as-of 2026-07-01 --since last-quarter"
    )]
    Report(AnalysisArgs),
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
        after_help = "Examples:\n  linchpin verify linchpin-report/private/ada/draft/self-review.md"
    )]
    Verify(VerifyArgs),
    /// Say why figures moved between two runs: new events, late data, labels, identity, configuration, definition.
    #[command(after_help = "Examples:\n  linchpin diff\n  linchpin diff --metric pickup_time")]
    Diff(DiffArgs),
    /// Hold the register's agreements against the figures; exit code 7 where one is crossed and not accepted.
    #[command(after_help = "Examples:\n  linchpin check")]
    Check(CheckArgs),
    /// Write facts, measures and the reference SQL's relations as files for other tools: private data.
    #[command(
        after_help = "Examples:\n  linchpin export --format parquet\n  linchpin export --format csv --privacy pseudonymous"
    )]
    Export(ExportArgs),
    /// Show which accounts and signatures are one person, and why.
    #[command(after_help = "Examples:\n  linchpin identity\n  linchpin identity --export-mailmap")]
    Identity(IdentityArgs),
    /// Erase a person from the store and from the private tree, and keep them out of later fetches; says what is left elsewhere.
    #[command(
        after_help = "Examples:\n  linchpin forget ada --dry-run\n  linchpin forget ada --yes\n  linchpin run --offline"
    )]
    Forget(ForgetArgs),
    /// Check both registers against the store, or add an entry to the private one without an editor.
    #[command(
        after_help = "Examples:\n  linchpin register check\n  linchpin register add absence login=ada from=2026-07-06 to=2026-07-17"
    )]
    Register(RegisterArgs),
    /// Print what other programs rely on: the JSON Schema of a register.
    #[command(after_help = "Examples:\n  linchpin schema register > linchpin.schema.json")]
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

/// Where things are.
#[derive(Debug, Clone, Args)]
pub struct Places {
    /// A clone; repeatable. Default: the current directory, where it is one.
    #[arg(long = "repo", value_name = "PATH")]
    pub repositories: Vec<PathBuf>,
    /// A GitHub repository; repeatable. Default: the clones' remotes.
    #[arg(long = "github", value_name = "OWNER/NAME")]
    pub github: Vec<RepoName>,
    /// Base of GitHub's REST API; of an Enterprise Server `https://HOST/api/v3`.
    #[arg(
        long,
        value_name = "URL",
        env = "GITHUB_API_URL",
        hide_env_values = true,
        default_value = "https://api.github.com"
    )]
    pub api_url: String,
    /// The team's register. Default: linchpin.toml, where there is one.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The private register. Default: linchpin.private.toml beside the team's, where there is one.
    #[arg(long, value_name = "FILE")]
    pub private_config: Option<PathBuf>,
    /// Folder of the store, which keeps what was fetched and mined.
    #[arg(long, value_name = "DIR", default_value = ".linchpin", value_parser = directory)]
    pub store: PathBuf,
    /// Folder that reports, private trees and exports are written below.
    #[arg(long, value_name = "DIR", default_value = "linchpin-report", value_parser = directory)]
    pub out: PathBuf,
    /// Do not call the network, whatever tokens there are.
    #[arg(long)]
    pub offline: bool,

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
    #[arg(long, value_name = "WHEN", default_value = "52w")]
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
    /// Only rows and figures of the person with this login, where the metric has any.
    #[arg(long, value_name = "LOGIN")]
    pub person: Option<String>,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The write-ups: a review, a draft, any page that linchpin wrote.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
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
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Everything else.
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
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
}

/// Arguments of `identity`.
#[derive(Debug, Args)]
pub struct IdentityArgs {
    /// Print a `.mailmap` that says the same.
    #[arg(long)]
    pub export_mailmap: bool,
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
    Check(AnalysisArgs),
    /// Add an entry at the end of the private register; what is in the file stays as it is.
    Add(RegisterAddArgs),
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
    /// Which register is described.
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
}

/// Form of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// JSON Schema, which editors check TOML against.
    Json,
    /// Every key with type, default, example and meaning, for people.
    Markdown,
}
