//! The command line: arguments in, side effects and an exit code out. The only layer with a clock, an environment and a terminal.

mod again;
pub mod args;
mod browser;
mod came_and_went;
mod check;
mod console;
mod context;
#[cfg(feature = "demo")]
mod demo;
mod diff;
mod discover;
mod doctor;
pub mod error;
mod explain;
mod export;
mod fetch;
mod follow_up;
mod forget;
mod found;
mod identity;
mod imports;
mod init;
mod interrupt;
mod kept;
mod known;
mod lead;
mod manifest;
mod manual;
mod mcp;
mod mining;
mod mirrors;
mod output;
mod pager;
mod person;
mod private_folder;
mod progress;
mod register;
mod registers;
mod report;
mod run;
mod schema;
mod scope;
mod server;
mod shard;
mod summary;
mod tables;
mod team_scope;
mod team_tree;
mod templates;
mod time;
mod verify;
mod version;
mod workflow;
mod workspace;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;

use args::{AnalysisArgs, Cli, Command, RegisterCommand, ShardCommand};
use context::Context;
use error::{CliError, ErrorKind};
use run::Until;
use workspace::Workspace;

/// Parses the arguments, runs the command, prints an error and its hints, returns the documented exit code.
#[must_use]
pub fn main() -> ExitCode {
    console::open();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap repeats what was typed, and a workflow types what others have written.
            let text = error.render().to_string();
            if error.use_stderr() {
                console::note(text.trim_end());
                return ExitCode::from(ErrorKind::Usage.exit_code());
            }
            console::out(&text);
            return ExitCode::from(error::DONE);
        }
    };
    console::use_pager(!cli.no_pager);
    let context = Arc::new(Context {
        now: context::now(),
        progress: progress::Progress::new(cli.progress, cli.quiet),
        is_quiet: cli.quiet,
        // What a report says belongs into a job's summary, what the demo says does not.
        job_summary: match cli.command {
            Command::Run(_) | Command::Report(_) => context::job_summary(),
            _ => None,
        },
    });
    interrupt::watch(&context);
    let result = dispatch(&cli.command, &context);
    context.progress.finish();
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            console::note(&error.render());
            ExitCode::from(error.kind.exit_code())
        }
    }
}

fn dispatch(command: &Command, context: &Context) -> Result<u8, CliError> {
    let workspace = |args: &AnalysisArgs| Workspace::resolve(args, context.now);
    let of_store = |args: &AnalysisArgs| Workspace::of_store(args, context.now);
    match command {
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::demo(args, context),
        Command::Init(args) => init::init(args, &workspace(&args.analysis)?),
        Command::Doctor(args) => doctor::doctor(args, &workspace(&args.analysis)?),
        Command::Run(args) => {
            let workspace = workspace(&args.analysis)?.with_templates(&args.templates)?;
            let code = run::run(context, &workspace, Until::Report)?;
            browser::open_if(args.open, &workspace)?;
            Ok(code)
        }
        Command::Fetch(args) => run::run(context, &workspace(args)?, Until::Fetched),
        Command::Mine(args) => {
            let mut workspace = workspace(args)?;
            // Mining alone never calls the network.
            workspace.offline = true;
            run::run(context, &workspace, Until::Facts)
        }
        Command::Report(args) => {
            let workspace = of_store(&args.analysis)?.with_templates(&args.templates)?;
            let code = run::report(context, &workspace)?;
            browser::open_if(args.open, &workspace)?;
            Ok(code)
        }
        Command::Summary(args) => summary::again(args, &of_store(&args.analysis)?),
        Command::Person(args) => person::person(args, context, &of_store(&args.analysis)?),
        Command::Lead(args) => lead::lead(context, &of_store(args)?),
        Command::FollowUp(args) => follow_up::follow_up(args, context, &of_store(&args.analysis)?),
        Command::Explain(args) => explain::explain(args, &of_store(&args.analysis)?),
        Command::Verify(args) => {
            let workspace = of_store(&args.analysis)?.with_templates(&args.templates)?;
            match &args.rebuild {
                Some(place) => manifest::rebuild(args, place, context, workspace),
                None => verify::verify(args, context, &workspace),
            }
        }
        Command::Diff(args) => diff::diff(args, &of_store(&args.analysis)?),
        Command::Check(args) => check::check(args, &of_store(&args.analysis)?),
        Command::Export(args) => export::export(args, &of_store(&args.analysis)?),
        Command::Identity(args) => identity::identity(args, &of_store(&args.analysis)?),
        Command::Forget(args) => forget::forget(args, &of_store(&args.analysis)?),
        Command::Register(args) => match &args.command {
            RegisterCommand::Check(args) => register::check(args, &of_store(&args.analysis)?),
            RegisterCommand::Add(args) => register::add(args, &of_store(&args.analysis)?),
        },
        Command::Mcp(args) => mcp::mcp(args, of_store(&args.analysis)?),
        Command::Shard(args) => match &args.command {
            ShardCommand::Plan(args) => shard::plan(args, context, &workspace(&args.analysis)?),
            ShardCommand::Run(args) => shard::run(args, context),
            ShardCommand::Commit(args) => shard::commit(args, context),
        },
        Command::Template(args) => templates::template(args),
        Command::Schema(args) => schema::schema(args),
        Command::Completions(args) => Ok(manual::completions(args)),
        Command::Man(args) => manual::man(args),
    }
}
