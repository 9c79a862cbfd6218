//! What a ledger row is called on a page that names nobody.
//!
//! Titles and branch names may hold names. So a public page prints a row's number, its short commit or (only for metrics whose
//! rows are files and areas) its path, and links only to pages whose address has one of a few known shapes.

use crate::metrics::measure::{Definition, LedgerRow, Need, Thing};

/// What the row is called: `#12`, `3f2a91c0de`, `run 77`, a path; `None` when nothing of its subject may be printed.
#[must_use]
pub fn public_label(definition: &Definition, row: &LedgerRow) -> Option<String> {
    match row.subject.thing {
        Thing::Numbered(number) => Some(number.to_string()),
        Thing::Commit(commit) => Some(commit.to_string()),
        Thing::Run(run) => Some(format!("run {run}")),
        // An area is called by its name: what else its subject tells may be the doing of one person.
        Thing::Area if is_place(definition, row) => row.areas.first().cloned(),
        Thing::Path if is_place(definition, row) => Some(row.subject.words.clone()),
        Thing::Declared => Some("a declared incident".to_owned()),
        Thing::Area | Thing::Path | Thing::NoCommit | Thing::Day(_) | Thing::Person => None,
    }
    .filter(|label| !label.is_empty())
}

/// Whether a row is a file or an area of a metric that needs git alone: it describes a state, and names no work of anybody.
#[must_use]
pub fn is_place(definition: &Definition, row: &LedgerRow) -> bool {
    let needs_git_alone = definition
        .needs
        .iter()
        .all(|need| matches!(need, Need::History | Need::Ownership));
    matches!(row.subject.thing, Thing::Area | Thing::Path)
        && needs_git_alone
        && !definition.needs.is_empty()
}

/// The row's page, if its address is the repository's and can hold no free text after it.
#[must_use]
pub fn public_link(repository_url: Option<&str>, link: Option<&str>) -> Option<String> {
    let (base, link) = (repository_url?.trim_end_matches('/'), link?);
    let rest = link.strip_prefix(base)?.strip_prefix('/')?;
    let all =
        |text: &str, test: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(test);
    let is_known = match rest.split_once('/')? {
        ("pull" | "issues", number) => all(number, u8::is_ascii_digit),
        ("commit", commit) => all(commit, u8::is_ascii_hexdigit),
        ("actions", run) => run
            .strip_prefix("runs/")
            .is_some_and(|run| all(run, u8::is_ascii_digit)),
        _ => false,
    };
    is_known.then(|| link.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CommitId, PrNumber, RepositoryId};
    use crate::metrics::measure::Unit;
    use crate::metrics::measure::{Fate, Subject};

    static CYCLE: Definition = definition("flow.cycle_time", Some("merged"), &[Need::PullRequests]);
    static SHARE: Definition = definition("ownership.share", Some("committed"), &[Need::History]);
    static SILOS: Definition = definition("knowledge.silos", None, &[Need::History]);

    const fn definition(
        id: &'static str,
        cohort: Option<&'static str>,
        needs: &'static [Need],
    ) -> Definition {
        Definition {
            id,
            title: "",
            question: "",
            definition: "",
            formula: "",
            unit: Unit::Hours,
            recipe: crate::metrics::measure::Recipe::Median,
            floor: crate::metrics::measure::Floor::MinimumN,
            numbers: crate::metrics::number::WAIT,
            about: crate::metrics::measure::About::Deeds,
            cohort,
            needs,
            source: "",
            exclusions: "",
            how_to_read: "",
            can_mislead: "",
            sql: "",
        }
    }

    #[test]
    fn a_row_is_called_by_its_number_and_never_by_its_title() {
        let check = |definition: &Definition, subject: Subject, expected: Option<&str>| {
            let row = LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: [].into(),
                product: "p".into(),
                repository: Some(RepositoryId(1)),
                areas: ["src/parser".to_owned()].into(),
                subject,
                link: None,
                at: None,
                bucket: None,
                value: None,
                fate: Fate::Included,
            };
            assert_eq!(
                public_label(definition, &row).as_deref(),
                expected,
                "{}",
                row.subject
            );
        };
        let commit: CommitId = "3f2a91c0de89abcdef0123456789abcdef012345".parse().unwrap();
        let commit = Thing::Commit(commit.prefix());
        let numbered = Thing::Numbered(PrNumber(12));
        check(&CYCLE, numbered.called("#12 thank you, ada"), Some("#12"));
        check(&CYCLE, numbered.called("ada asked for #12"), Some("#12"));
        check(&CYCLE, Thing::Person.called("ada"), None);
        let deployed = "DE_1 of 3f2a91c0de to ada's stage";
        check(&CYCLE, commit.called(deployed), Some("3f2a91c0de"));
        check(&CYCLE, Thing::NoCommit.called("DE_1 of ada's"), None);
        let run = Thing::Run(77).called("run 77 of ada's build, 2 attempts");
        check(&CYCLE, run, Some("run 77"));
        let written = commit.called("3f2a91c0de ada's change");
        check(&SHARE, written, Some("3f2a91c0de"));
        check(&SILOS, Thing::Path.called("src/ada.rs"), Some("src/ada.rs"));
        check(&SILOS, Thing::Path.called(""), None);
        let area = || Thing::Area.called("src/parser: 12 commits by ada");
        check(&SILOS, area(), Some("src/parser"));
        // Where it takes more than git, an area tells of work.
        check(&CYCLE, area(), None);
    }

    #[test]
    fn a_link_is_printed_only_in_a_known_shape() {
        let check = |link: &str, kept: bool| {
            let result = public_link(Some("https://github.example/acme/web"), Some(link));
            assert_eq!(result.is_some(), kept, "{link}");
        };
        check("https://github.example/acme/web/pull/12", true);
        check("https://github.example/acme/web/issues/12", true);
        check("https://github.example/acme/web/commit/3f2a91c0de", true);
        check("https://github.example/acme/web/actions/runs/123", true);
        check("https://github.example/acme/web/tree/ada/fix", false);
        check("https://github.example/acme/web/pull/12?by=ada", false);
        check("https://github.example/acme/web-ada/pull/12", false);
        check("https://elsewhere.example/acme/web/pull/12", false);
        check("javascript:alert(1)", false);
        assert_eq!(
            public_link(None, Some("https://github.example/acme/web/pull/12")),
            None
        );
    }
}
