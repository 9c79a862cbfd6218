//! What a ledger row is called on a page that names nobody.
//!
//! Titles and branch names may hold names. So a public page prints a row's number, its short commit or (only for metrics whose
//! rows are files and areas) its path, and links only to pages whose address has one of a few known shapes.

use crate::metrics::measure::{Definition, LedgerRow, Need};

/// What the row is called: `#12`, `3f2a91c0de`, `run 77`, a path; `None` when nothing of its subject may be printed.
#[must_use]
pub fn public_label(definition: &Definition, row: &LedgerRow) -> Option<String> {
    if is_place(definition, row) {
        // A row that is an area is called by its name: what else its subject tells may be the doing of one person.
        let of_area = |area: &&String| {
            let rest = row.subject.strip_prefix(area.as_str());
            rest.is_some_and(|rest| rest.starts_with(": "))
        };
        let label = row.areas.iter().find(of_area).unwrap_or(&row.subject);
        return Some(label.clone()).filter(|path| !path.is_empty());
    }
    let mut words = row.subject.split_whitespace();
    let first = words.next().unwrap_or_default();
    if let Some(digits) = first.strip_prefix('#') {
        let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
        return (!digits.is_empty()).then(|| format!("#{digits}"));
    }
    if first == "run" {
        let number = words
            .next()
            .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        return number.map(|number| format!("run {number}"));
    }
    let is_commit = |word: &&str| {
        matches!(word.len(), 10 | 40 | 64) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    row.subject
        .split_whitespace()
        .find(is_commit)
        .map(|commit| commit.chars().take(10).collect())
}

/// Whether a row is a file or an area: it describes a state, and its metric needs git alone.
#[must_use]
pub fn is_place(definition: &Definition, row: &LedgerRow) -> bool {
    let needs_git_alone = definition
        .needs
        .iter()
        .all(|need| matches!(need, Need::History | Need::Ownership));
    row.at.is_none() && needs_git_alone && !definition.needs.is_empty()
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
    use jiff::Timestamp;

    use super::*;
    use crate::domain::RepositoryId;
    use crate::metrics::measure::Fate;
    use crate::metrics::measure::Unit;

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
        let check = |definition: &Definition, subject: &str, expected: Option<&str>| {
            let is_state = definition.cohort.is_none();
            let row = LedgerRow {
                working_hours: None,
                is_running: false,
                person: None,
                authors: [].into(),
                product: "p".into(),
                repository: RepositoryId(1),
                areas: [].into(),
                subject: subject.into(),
                link: None,
                at: (!is_state).then_some(Timestamp::UNIX_EPOCH),
                bucket: None,
                value: None,
                fate: Fate::Included,
            };
            assert_eq!(
                public_label(definition, &row).as_deref(),
                expected,
                "{subject}"
            );
        };
        check(&CYCLE, "#12 thank you, ada", Some("#12"));
        check(&CYCLE, "#12ada", Some("#12"));
        check(&CYCLE, "#ada", None);
        check(&CYCLE, "ada/fix-login", None);
        check(
            &CYCLE,
            "0123456789abcdef0123456789abcdef01234567 by ada",
            Some("0123456789"),
        );
        check(
            &CYCLE,
            "DE_1 of 3f2a91c0de to production",
            Some("3f2a91c0de"),
        );
        check(&CYCLE, "run 77 of ada's build, 2 attempts", Some("run 77"));
        check(&SHARE, "3f2a91c0de ada's change", Some("3f2a91c0de"));
        check(&SHARE, "ada's change", None);
        check(&SILOS, "src/parser", Some("src/parser"));
        check(&SILOS, "", None);
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
