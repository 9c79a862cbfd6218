//! The page in the reader's browser: only where it was asked for.

use std::path::{Path, PathBuf};

use url::Url;

use super::error::{CliError, ErrorKind};
use super::workspace::Workspace;

/// The first page of the team tree.
#[must_use]
pub fn page(workspace: &Workspace) -> PathBuf {
    workspace.out.join("team").join("index.html")
}

/// The address of a file on this machine, with everything escaped that an address cannot hold; its path where it has none.
#[must_use]
pub fn address(file: &Path) -> String {
    let whole = std::fs::canonicalize(file).or_else(|_| std::path::absolute(file));
    let whole = whole.ok();
    let address = whole.and_then(|whole| Url::from_file_path(whole).ok());
    address.map_or_else(|| file.display().to_string(), String::from)
}

/// Opens the team's first page, where that is wanted.
pub fn open_if(is_wanted: bool, workspace: &Workspace) -> Result<(), CliError> {
    if !is_wanted {
        return Ok(());
    }
    let address = address(&page(workspace));
    webbrowser::open(&address).map_err(|error| {
        let message = format!("no browser opens the page: {error}");
        CliError::new(ErrorKind::Usage, message).hint(format!(
            "the report is written: open {address} yourself, or name a browser in the variable BROWSER"
        ))
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_address_escapes_what_it_cannot_hold() {
        let escaped = address(Path::new("/a b/é\u{1b}[31m/x#1?%.html"));
        assert!(escaped.starts_with("file:///a%20b/%C3%A9%1B"), "{escaped}");
        assert!(escaped.ends_with("/x%231%3F%25.html"), "{escaped}");
        let source = Path::new("src/cli/../cli/browser.rs");
        let whole = address(source);
        assert!(
            whole.ends_with("/src/cli/browser.rs") && !whole.contains(".."),
            "{whole}"
        );
    }
}
