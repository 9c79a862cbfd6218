//! Lists end. One that repeats a cursor, or goes on far beyond what its server counts, is ended here and told.

use std::collections::HashSet;

use crate::github::wire::PageInfo;

/// Empty pages in a row after which a list is taken to have no end.
const MAX_EMPTY: u32 = 20;

/// How far a list may exceed its count: records come while it is read, and counts lag.
const SLACK: u64 = 10_000;

/// Why a list was ended before its server said that it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endless {
    /// The next page is one that was read before.
    Repeats,
    /// One page after the other is empty.
    Empty,
    /// There is far more than the server counts.
    Beyond,
    /// The server counts what it does not list.
    Uncounted,
}

impl Endless {
    /// For the certificate.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Repeats => {
                "the server's list does not end: it names a page again that was read before"
            }
            Self::Empty => "the server's list does not end: it goes on with empty pages",
            Self::Beyond => {
                "the server's list does not end: it goes on far beyond what the server counts"
            }
            Self::Uncounted => "the server counts records that it does not list",
        }
    }

    /// The step that may mend it.
    pub(super) const FIX: &'static str =
        "run it again; if that does not help, tell whoever runs the server";
}

/// The pages of one list, read one after the other.
#[derive(Debug, Default)]
pub(super) struct Pages {
    seen: HashSet<String>,
    n_elements: u64,
    n_empty: u32,
}

impl Pages {
    /// Notes the cursor that a page is asked for with.
    pub(super) fn ask(&mut self, after: Option<&str>) {
        self.seen.extend(after.map(str::to_owned));
    }

    /// The cursor of the next page after one with `n` elements, of a list of `total`; `None` after the last.
    pub(super) fn next(
        &mut self,
        page: &PageInfo,
        n_elements: usize,
        total: Option<u64>,
    ) -> Result<Option<String>, Endless> {
        let Some(cursor) = page.end_cursor.clone().filter(|_| page.has_next_page) else {
            return Ok(None);
        };
        self.n_elements += n_elements as u64;
        self.n_empty = if n_elements == 0 { self.n_empty + 1 } else { 0 };
        let most = total.map(|total| total.saturating_mul(2).saturating_add(SLACK));
        if !self.seen.insert(cursor.clone()) {
            Err(Endless::Repeats)
        } else if self.n_empty > MAX_EMPTY {
            Err(Endless::Empty)
        } else if most.is_some_and(|most| self.n_elements > most) {
            Err(Endless::Beyond)
        } else {
            Ok(Some(cursor))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(cursor: Option<&str>) -> PageInfo {
        PageInfo {
            has_next_page: cursor.is_some(),
            end_cursor: cursor.map(str::to_owned),
        }
    }

    #[test]
    fn a_list_that_comes_back_to_a_page_has_no_end() {
        for circle in [&["a"][..], &["a", "b"], &["a", "b", "c"]] {
            let mut pages = Pages::default();
            let mut cursors = circle.iter().cycle();
            let ended =
                (0..10).find_map(|_| pages.next(&page(cursors.next().copied()), 5, None).err());
            assert_eq!(ended, Some(Endless::Repeats), "{circle:?}");
        }
        // Resumed at a cursor that the first answer names again.
        let mut pages = Pages::default();
        pages.ask(Some("a"));
        assert_eq!(pages.next(&page(Some("a")), 5, None), Err(Endless::Repeats));
    }

    #[test]
    fn a_list_that_only_grows_has_no_end() {
        let ended = |n_elements: usize, total: Option<u64>, n_pages: usize| {
            let mut pages = Pages::default();
            (0..n_pages).find_map(|at| {
                let cursor = at.to_string();
                pages.next(&page(Some(&cursor)), n_elements, total).err()
            })
        };
        assert_eq!(ended(0, None, 100), Some(Endless::Empty));
        assert_eq!(ended(100, Some(5), 1_000), Some(Endless::Beyond));
        assert_eq!(ended(100, Some(100_000), 1_000), None);
        assert_eq!(ended(100, Some(u64::MAX), 1_000), None);
        let mut pages = Pages::default();
        assert_eq!(pages.next(&page(None), 0, Some(7)), Ok(None));
    }
}
