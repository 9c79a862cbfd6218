//! Which server of GitHub a command is about.

use std::path::Path;

use super::error::CliError;
use crate::github::ApiAddress;
use crate::store::server::{Server, server_of};

/// The server that is asked where none is named.
const GITHUB: &str = "https://api.github.com";

/// The server that is asked, and where its pages are. Where the network is not called and none is named, it is the one that `store`
/// was fetched from: an answer's pages are where it came from. Nobody sends a token to a server that only a store names.
pub(super) fn server(
    named: Option<&str>,
    store: Option<&Path>,
) -> Result<(ApiAddress, Option<String>), CliError> {
    let was_asked = match named {
        None => store.and_then(server_of),
        Some(_) => None,
    };
    if let Some(Server { api, web }) = was_asked
        && let Ok(api) = ApiAddress::parse(&api)
    {
        return Ok((api, web));
    }
    let api = ApiAddress::parse(named.unwrap_or(GITHUB))?;
    let web = api.web();
    Ok((api, web))
}
