//! `linchpin demo`: the whole pipeline on a bundled synthetic organisation.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::args::{AnalysisArgs, By, DemoArgs, MAX_REPOSITORIES, Places, Time};
use super::console;
use super::context::Context;
use super::error::{CliError, ErrorKind};
use super::output::{Audience, check_writable, demo_folder, replace_tree};
use super::run;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::demo::fake::{self, FakeGitHub, Faults};
use crate::demo::organisation::{self, Plants};
use crate::demo::repository;
use crate::github::{ClientSettings, Clock, Token};
use crate::render::encode;
use crate::store::{Mode, Store};
use crate::tables::FactTable;

/// Builds the organisation, serves it, fetches, mines, reports, and writes every member's private tree.
pub fn demo(args: &DemoArgs, context: &Context) -> Result<u8, CliError> {
    let place = |name: &str| args.out.join(name);
    let world = organisation::build(&plants(&args.without)?);
    // Everything but the output trees is made anew: the demo never builds on what an earlier one left.
    let _one_at_a_time = demo_folder(&args.out)?;
    check_writable(&args.out)?;
    let store = Store::open(&place("store"), Mode::Write)?;
    store.clear()?;
    let registers = [
        ("linchpin.toml", world.register_toml.as_str()),
        ("linchpin.private.toml", &world.private_register_toml),
    ];
    let config: Vec<_> = registers
        .into_iter()
        .chain(world.ladders)
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .collect();
    replace_tree(&place("config"), &config, Audience::Owner)?;
    let repositories = &world.repositories;
    let files =
        repository::files(repositories).map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    replace_tree(&place("repositories"), &files, Audience::Everyone)?;
    drop(files);
    let clones: Vec<PathBuf> = repositories
        .iter()
        .map(|one| place("repositories").join(repository::directory(one)))
        .collect();
    context.progress.say(&format!(
        "demo: {} repositories written to {}",
        clones.len(),
        place("repositories").display()
    ));

    let server = FakeGitHub::start(world.host, Faults::none(world.as_of)).map_err(|error| {
        CliError::new(ErrorKind::Usage, error)
            .hint("the demo serves its GitHub on 127.0.0.1: allow that")
    })?;
    let analysis = AnalysisArgs {
        places: Places {
            repositories: clones,
            github: Vec::new(),
            max_repositories: MAX_REPOSITORIES,
            api_url: Some(server.base_url()),
            config: Some(place("config").join("linchpin.toml")),
            private_config: Some(place("config").join("linchpin.private.toml")),
            store: place("store"),
            out: args.out.clone(),
            offline: false,
            no_clone: true,
            cache_safe: false,
        },
        time: Time {
            since: "78w".to_owned(),
            until: None,
            as_of: Some(world.as_of.to_string()),
            by: By::Auto,
        },
    };
    let mut workspace = Workspace::resolve(&analysis, world.as_of)?;
    workspace.web = Some(fake::WEB.to_owned());
    name_clones(&mut workspace);
    let settings = ClientSettings::new(workspace.api.clone(), Token::plain("demo"));
    super::fetch::fetch_with(
        settings,
        Arc::new(DemoClock(world.as_of)),
        &workspace,
        &store,
        &context.progress,
    )?;
    drop(server);
    let code = run::mine_and_report(context, &workspace, &store)?;
    let written = super::person::write_all(&store, &workspace)?;
    let analysis = Analysis::read(&store, &workspace.inquiry(), &FactTable::ALL)?;
    let lead = super::lead::write(&analysis, &workspace)?;
    for path in written {
        console::out(&format!("{}\n", path.join("evidence.md").display()));
    }
    console::out(&format!("{}\n", lead.join("index.html").display()));
    Ok(code)
}

/// Every plant but some.
fn plants(without: &[String]) -> Result<Plants, CliError> {
    let mut plants = Plants::default();
    for name in without {
        if !plants.leave_out(name) {
            let message = format!("`{}` is not planted", encode::terminal(name));
            let hint = format!("name one of {}", Plants::NAMES.join(", "));
            return Err(CliError::new(ErrorKind::Usage, message).hint(hint));
        }
    }
    Ok(plants)
}

/// The generated repositories have no remote to be named by: they bear the organisation's names.
fn name_clones(workspace: &mut Workspace) {
    for clone in &mut workspace.clones {
        if let Ok(name) = format!("{}/{}", organisation::ORGANISATION, clone.name)
            .parse::<crate::domain::RepoName>()
        {
            clone.name = name.to_string();
            clone.github = Some(name);
        }
    }
}

/// The demo's own time stands still, so that two demos are the same to the byte.
#[derive(Debug)]
struct DemoClock(Timestamp);

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait))
    }

    fn jitter(&self) -> u32 {
        0
    }
}
