//! What a commit's message says of other commits and of pull requests: the sentences that git, GitHub and well-known landing bots write.

use gix::ObjectId;

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::git) struct Said {
    /// The pull request that it lands.
    pub(in crate::git) pull_request: Option<u64>,
    /// What it takes back, as it names it: digits of a commit's id, or `#` and the number of a pull request. Empty: it names nothing.
    pub(in crate::git) reverted: String,
    /// The commit that it was picked from; the last one counts.
    pub(in crate::git) cherry_picked_from: Option<ObjectId>,
}

/// Reads a subject and the lines after it.
pub(in crate::git) fn read<'a>(subject: &str, lines: impl Iterator<Item = &'a str>) -> Said {
    let mut said = Said {
        reverted: reverted(subject).unwrap_or_default(),
        ..Said::default()
    };
    let mut landed = None;
    for line in lines {
        let line = line.trim();
        if said.reverted.is_empty()
            && let Some(reverted) = reverted(line)
        {
            said.reverted = reverted;
        } else if let Some(text) = line.strip_prefix("(cherry picked from commit ") {
            said.cherry_picked_from = leading_id(text).or(said.cherry_picked_from);
        } else if let Some(number) = landed_by(line) {
            landed = Some(number);
        }
    }
    said.pull_request = named_in_subject(subject).or(landed);
    said
}

/// The pull request that a subject says the commit lands.
///
/// `… (#12)`, `Merge pull request #12 from …`, and what merge bots and scripts write: `Auto merge of #12 …`, `Merge #12`,
/// `Merge #12: …`, `PR #12: …`.
#[must_use]
pub fn named_in_subject(subject: &str) -> Option<u64> {
    for (prefix, ends) in [
        ("Merge pull request #", &[" "][..]),
        ("Auto merge of #", &[" "]),
        ("Merge #", &[": "]),
        ("PR #", &[": "]),
    ] {
        if let Some((number, rest)) = subject.strip_prefix(prefix).and_then(leading_number)
            && (rest.is_empty() || ends.iter().any(|end| rest.starts_with(end)))
        {
            return Some(number);
        }
    }
    let (_, tail) = subject.trim_end().rsplit_once("(#")?;
    let (number, rest) = leading_number(tail)?;
    (rest == ")").then_some(number)
}

/// The pull request that a line says the commit lands: the trailers of Meta's, `PyTorch`'s and ghstack's bots, Node's, and Google's
/// Copybara.
fn landed_by(line: &str) -> Option<u64> {
    let named = [
        "Pull Request resolved:",
        "Pull-Request:",
        "Pull-Request-URL:",
        "PR-URL:",
        "Imported from GitHub PR ",
        "COPYBARA_INTEGRATE_REVIEW=",
    ]
    .iter()
    .find_map(|key| line.strip_prefix(key))?;
    let (_, tail) = named.trim().split_once("/pull/")?;
    let (number, rest) = leading_number(tail)?;
    let ends = rest.is_empty() || rest.starts_with([' ', '/', '#', '?']);
    ends.then_some(number)
}

/// What a line says is taken back: `This reverts commit 0123abc…`, whole or abbreviated (`git revert --reference`), or GitHub's
/// `Reverts owner/name#12`.
fn reverted(line: &str) -> Option<String> {
    /// Fewer digits name nothing.
    const SHORTEST: usize = 7;
    for prefix in ["This reverts commit ", "This reverts commits "] {
        if let Some(text) = line.strip_prefix(prefix) {
            let n = text.bytes().take_while(u8::is_ascii_hexdigit).count();
            let digits = text.get(..n).filter(|_| n >= SHORTEST)?;
            let ends = !text
                .get(n..)?
                .starts_with(|next: char| next.is_alphanumeric());
            return ends.then(|| digits.to_ascii_lowercase());
        }
    }
    let reference = line.strip_prefix("Reverts ")?.trim_end_matches('.');
    let number = if let Some((_, number)) = reference.rsplit_once("/pull/") {
        number
    } else {
        let (repository, number) = reference.split_once('#')?;
        let is_name = |character: char| {
            character.is_ascii_alphanumeric() || ['-', '_', '.', '/'].contains(&character)
        };
        repository.chars().all(is_name).then_some(number)?
    };
    number
        .parse::<u64>()
        .ok()
        .map(|number| format!("#{number}"))
}

/// The subject that a subject says it takes back: `Revert "…"`, `Revert "…" (#12)`; of `Reapply "…"` the revert of it.
pub(in crate::git) fn quoted(subject: &str) -> Option<String> {
    let (is_reapplied, rest) = match subject.strip_prefix("Revert \"") {
        Some(rest) => (false, rest),
        None => (true, subject.strip_prefix("Reapply \"")?),
    };
    let (quoted, tail) = rest.rsplit_once('"')?;
    let tail = tail.trim();
    if quoted.is_empty() || !(tail.is_empty() || named_in_subject(tail).is_some()) {
        return None;
    }
    Some(if is_reapplied {
        format!("Revert \"{quoted}\"")
    } else {
        quoted.to_owned()
    })
}

/// A subject without the pull request that a squash appended.
#[must_use]
pub fn bare_subject(subject: &str) -> &str {
    let subject = subject.trim_end();
    match subject.rsplit_once(" (#") {
        Some((bare, tail)) if leading_number(tail).is_some_and(|(_, rest)| rest == ")") => bare,
        _ => subject,
    }
}

fn leading_number(text: &str) -> Option<(u64, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text.get(..end)?.parse().ok()?, text.get(end..)?))
}

fn leading_id(text: &str) -> Option<ObjectId> {
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    ObjectId::from_hex(text.as_bytes().get(..digits)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> Said {
        let mut lines = message.lines();
        let subject = lines.next().unwrap_or_default();
        read(subject, lines)
    }

    #[test]
    fn a_subject_names_its_pull_request_only_at_its_own_place() {
        let check = |subject: &str, expected| {
            assert_eq!(named_in_subject(subject), expected, "{subject}");
        };
        check("Fix widgets (#12)", Some(12));
        check("Merge pull request #7 from a/b", Some(7));
        check("Auto merge of #99 - a:b, r=c", Some(99));
        check("Merge #99", Some(99));
        check("Merge #99: Fix widgets", Some(99));
        check("PR #99: Fix widgets", Some(99));
        check("Revert \"Fix (#3)\" (#4)", Some(4));
        check("Merge #12 #13", None);
        check("Merge other/name#12: Fix", None);
        check("PR #12 was wrong", None);
        check("Fix #12", None);
        check("Fix (#12) again", None);
        check("Fix (#12a)", None);
        check("Fix (#99999999999999999999999)", None);
    }

    #[test]
    fn a_landing_bot_names_the_pull_request_in_a_line_of_its_own() {
        let check = |line: &str, expected| {
            assert_eq!(
                said(&format!("Fix\n\n{line}\n")).pull_request,
                expected,
                "{line}"
            );
        };
        let url = "https://github.com/acme/lamp/pull/12";
        check(&format!("Pull Request resolved: {url}"), Some(12));
        check(&format!("Pull-Request: {url}"), Some(12));
        check(&format!("PR-URL: {url}"), Some(12));
        check(&format!("Imported from GitHub PR {url}"), Some(12));
        check(
            &format!("COPYBARA_INTEGRATE_REVIEW={url} from ada:fix 0123"),
            Some(12),
        );
        check(&format!("See {url}"), None);
        check("PR-URL: https://github.com/acme/lamp/issues/12", None);
        check(&format!("PR-URL: {url}x"), None);
        assert_eq!(
            said(&format!("Fix (#13)\n\nPR-URL: {url}\n")).pull_request,
            Some(13)
        );
    }

    #[test]
    fn a_revert_names_what_it_takes_back_in_every_wording() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let check = |message: &str, expected: &str| {
            assert_eq!(said(message).reverted, expected, "{message}");
        };
        check(&format!("Revert \"A\"\n\nThis reverts commit {id}."), id);
        check(
            &format!("Revert \"A\"\n\nThis reverts commit {id}, reversing\nchanges made to {id}."),
            id,
        );
        check(
            "Take A back\n\nThis reverts commit 0123abc (A, 2026-01-02).",
            "0123abc",
        );
        check("This reverts commit 0123ABC (A, 2026-01-02).", "0123abc");
        check("Revert \"A\" (#15)\n\nReverts acme/widgets#12", "#12");
        check("Revert \"A\" (#15)\n\nReverts #12", "#12");
        check(
            "Revert \"A\" (#15)\n\nReverts https://github.com/acme/widgets/pull/12",
            "#12",
        );
        check("Revert \"A\"\n\nThis reverts commit abc", "");
        check("A\n\nThis reverts commit message style", "");
        check("A\n\nReverts to the old way #12", "");
    }

    #[test]
    fn a_subject_quotes_what_it_takes_back() {
        let check = |subject: &str, expected: Option<&str>| {
            assert_eq!(quoted(subject).as_deref(), expected, "{subject}");
        };
        check("Revert \"Add x\"", Some("Add x"));
        check("Revert \"Add x\" (#15)", Some("Add x"));
        check("Revert \"Add x (#12)\" (#15)", Some("Add x (#12)"));
        check("Revert \"Revert \"Add x\"\"", Some("Revert \"Add x\""));
        check("Reapply \"Add x\"", Some("Revert \"Add x\""));
        check("Revert \"Add x\" and y", None);
        check("Revert \"\"", None);
        check("Revert Add x", None);
        assert_eq!(
            (bare_subject("Add x (#12)"), bare_subject("Add x (12)")),
            ("Add x", "Add x (12)")
        );
    }

    #[test]
    fn the_last_pick_counts() {
        let (first, last) = ("0".repeat(40), "1".repeat(40));
        let message = format!(
            "A\n\n(cherry picked from commit {first})\n(cherry picked from commit {last})\n"
        );
        assert_eq!(said(&message).cherry_picked_from.unwrap().to_string(), last);
    }
}
