//! What git tracks in a folder: such files came with the clone, or belong to its history.

use std::path::{Path, PathBuf};

use gix::bstr::{BStr, ByteSlice as _};

use super::open;

/// The first file that git tracks at a path or below it, as the index of the work tree around the path has it.
///
/// `None` outside of work trees, and where the index cannot be read: what a clone brings is in its index. The path need not
/// exist: a file that was deleted in the work tree is tracked all the same.
#[must_use]
pub fn tracked_below(path: &Path) -> Option<String> {
    let full = resolved(path)?;
    let top = full
        .ancestors()
        .find(|outer| std::fs::symlink_metadata(outer.join(".git")).is_ok())?;
    let relative = full.strip_prefix(top).ok()?;
    let relative = gix::path::to_unix_separators_on_windows(gix::path::into_bstr(relative).ok()?);
    let repository = open::open_any(top).ok()?;
    let index = repository.open_index().ok()?;
    let folds = repository
        .config_snapshot()
        .boolean("core.ignoreCase")
        .unwrap_or(cfg!(any(windows, target_vendor = "apple")));
    let found = index
        .entries()
        .iter()
        .map(|entry| entry.path(&index))
        .find(|tracked| is_at_or_below(tracked, relative.as_bstr(), folds))?;
    Some(found.to_str_lossy().into_owned())
}

/// Whether a tracked path is another one, below it, or a directory around it of which a sparse index has only the name.
fn is_at_or_below(tracked: &BStr, path: &BStr, folds: bool) -> bool {
    let starts = |long: &[u8], short: &[u8]| {
        long.get(..short.len()).is_some_and(|start| {
            if folds {
                start.eq_ignore_ascii_case(short)
            } else {
                start == short
            }
        })
    };
    if tracked.last() == Some(&b'/') {
        let is_around = path.len() >= tracked.len() && starts(path, tracked);
        return is_around || path.is_empty() || starts(tracked, &[path, b"/".as_slice()].concat());
    }
    path.is_empty()
        || starts(tracked, path)
            && (tracked.len() == path.len() || tracked.get(path.len()) == Some(&b'/'))
}

/// The path without links, as far as it exists.
fn resolved(path: &Path) -> Option<PathBuf> {
    let full = std::path::absolute(path).ok()?;
    let (there, found) = full
        .ancestors()
        .find_map(|outer| Some((outer, std::fs::canonicalize(outer).ok()?)))?;
    let rest = full.strip_prefix(there).ok()?;
    Some(if rest.as_os_str().is_empty() {
        found
    } else {
        found.join(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_by_what_is_tracked_in_it() {
        let check = |tracked: &str, path: &str, folds: bool, expected: bool| {
            let found = is_at_or_below(tracked.into(), path.into(), folds);
            assert_eq!(found, expected, "{tracked} {path} {folds}");
        };
        check("docs/a", "docs", false, true);
        check("docs/a", "docs/a", false, true);
        check("docs/a", "", false, true);
        check("docs", "docs", false, true);
        check("docs-2/a", "docs", false, false);
        check("docs", "docs/team", false, false);
        check("Docs/a", "docs", false, false);
        check("Docs/a", "docs", true, true);
        // A sparse index names directories alone.
        check("docs/", "docs/team", false, true);
        check("docs/", "docs", false, true);
        check("docs/", "doc", false, false);
        check("docs/sub/", "docs", false, true);
    }
}
