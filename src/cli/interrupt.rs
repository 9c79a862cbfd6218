//! Ctrl-C and the polite kill end a command in every phase alike: at once, with a word, and with their own exit codes.
//!
//! There is nothing to tidy up. What was fetched or mined is committed piece by piece, an output tree is swapped in whole, and
//! the locks are the operating system's: an end at any instant is one that the next run goes on from.

use std::sync::Arc;

use super::context::Context;
use super::error::{CliError, ErrorKind};
use super::pager;

/// Watches for the signals from a thread of its own, for as long as the program runs.
///
/// Where that cannot be had the system's own behaviour stays: the program still ends, without the word.
pub fn watch(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let watcher = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
        else {
            return;
        };
        while let Ok(kind) = runtime.block_on(first()) {
            // In a pager Ctrl-C ends a search, not the reading.
            if kind == ErrorKind::Interrupted && pager::is_open() {
                continue;
            }
            context.progress.end(&error(kind).render());
            std::process::exit(kind.exit_code().into());
        }
    };
    let _ = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watcher);
}

fn error(kind: ErrorKind) -> CliError {
    CliError::new(
        kind,
        if kind == ErrorKind::Terminated {
            "terminated: what was done so far is kept"
        } else {
            "interrupted: what was done so far is kept"
        },
    )
    .hint("run the same command again: it goes on where it stopped")
}

#[cfg(unix)]
async fn first() -> std::io::Result<ErrorKind> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => Ok(ErrorKind::Interrupted),
        _ = terminate.recv() => Ok(ErrorKind::Terminated),
    }
}

#[cfg(not(unix))]
async fn first() -> std::io::Result<ErrorKind> {
    tokio::signal::ctrl_c().await?;
    Ok(ErrorKind::Interrupted)
}
