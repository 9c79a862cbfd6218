//! Mirrors: bare repositories that linchpin keeps itself where nobody gave it a clone.
//!
//! [`fetch`] brings one up to date: it lists the server's refs, asks for the objects that are missing, writes them as a pack and checks
//! that nothing they name is missing. Refs are not touched: the caller commits what [`Received`] says, in one step and last, so that an
//! end at any instant leaves the state before. Only protocol version 2 is spoken, and only over a [`Server`] of the caller's, which
//! alone knows the address and the token: no URL, no configuration and no program of the user's or of the repository's is read or run.

mod check;
mod error;
mod receive;
mod refs;
mod terms;
mod transport;

use std::path::Path;

use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::blocking_io::http;

use super::Progress;
use super::clone::open;
use refs::Remote;

pub use error::Error;
pub use terms::{Answer, MirrorOptions, Received, Server};

/// The files of a mirror that is begun, by their paths in it: without objects, and without refs.
#[must_use]
pub fn skeleton() -> [(&'static str, &'static str); 3] {
    [
        ("HEAD", "ref: refs/heads/main\n"),
        (
            "config",
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfilemode = false\n",
        ),
        ("packed-refs", refs::HEADER),
    ]
}

/// Directories that git expects in a repository, beside its files.
pub const DIRECTORIES: [&str; 3] = ["objects/pack", "objects/info", "refs"];

/// Whether a mirror can go on: it opens, its refs can be read, every object that they name is there, and no pack lacks its end.
/// What is damaged inside of packs, mining finds.
#[must_use]
pub fn is_sound(directory: &Path) -> bool {
    let Ok(repository) = open::open(directory) else {
        return false;
    };
    let Ok(refs) = refs::of(&repository) else {
        return false;
    };
    check::packs_are_whole(&repository) && refs.targets().all(|id| repository.has_object(id))
}

/// Brings a mirror's objects up to date, and tells the refs that it then has.
///
/// # Errors
///
/// The mirror's refs are untouched by any of them; objects that came and do not hold together are removed.
pub fn fetch(
    directory: &Path,
    server: &dyn Server,
    options: &MirrorOptions,
    progress: &dyn Progress,
) -> Result<Received, Error> {
    receive::tidy(directory)?;
    let repository = open::open(directory).map_err(Error::Mirror)?;
    let known = refs::of(&repository).map_err(Error::Mirror)?;
    let traffic = transport::Traffic::new(options.most_bytes, progress);
    let http = transport::Http::new(server, &traffic);
    // The address is the server's own matter; this one is never looked up.
    let url = gix::url::parse(gix::bstr::BStr::new("https://mirror.invalid/"))
        .map_err(Error::protocol)?;
    let mut transport = http::Transport::new_http(http, url, Protocol::V2, false);
    progress.phase("receiving", None);
    let found = (|| {
        let mut handshake = receive::greet(&mut transport)?;
        let remote = Remote::of(receive::list(&handshake, &mut transport)?, options)?;
        let wanted = receive::Wanted::of(&repository, &known, &remote);
        traffic.is_written();
        let n_objects = receive::objects(
            &repository,
            &mut handshake,
            &mut transport,
            wanted,
            progress,
        )?;
        Ok((remote, n_objects))
    })();
    let (remote, n_objects) = match found {
        Err(_) if traffic.is_over() => {
            return Err(Error::TooMuch {
                most: options.most_bytes.unwrap_or_default(),
            });
        }
        other => other?,
    };
    Ok(remote.received(&known, n_objects, traffic.n_bytes()))
}
