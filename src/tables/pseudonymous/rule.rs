//! The rule: what stays of a table, by lists.

/// Columns of closed vocabularies, by table: their words stay.
pub const KEPT: &[(&str, &[&str])] = &[
    ("absence_periods", &["phase"]),
    ("comments", &["kind"]),
    ("commits", &["exclusion", "origin"]),
    ("deployment_statuses", &["state"]),
    ("deployments", &["outcome", "source"]),
    ("file_changes", &["change"]),
    ("files", &["exclusion"]),
    (
        "incidents",
        &["attribution", "resolved_from", "started_from"],
    ),
    ("issue_fields", &["kind"]),
    ("issue_links", &["relation"]),
    ("issues", &["state_reason", "untold"]),
    ("landings", &["rung"]),
    ("lens", &["time_zone"]),
    ("line_lives", &["ending", "exclusion"]),
    ("measured_origins", &["origin"]),
    (
        "measures",
        &["bucket", "metric", "name", "origin", "status"],
    ),
    ("merge_rules", &["sources"]),
    ("merged_files", &["change"]),
    ("people", &["account"]),
    ("production", &["outcome", "source"]),
    ("provenance", &["kind", "rung"]),
    ("pull_requests", &["origin", "state"]),
    ("review_requests", &["action"]),
    ("reviews", &["state", "verdict"]),
    ("timeline", &["event", "reason"]),
    ("turns", &["holder"]),
    ("work_kinds", &["because", "kind"]),
    ("workflow_runs", &["conclusion", "event", "status"]),
];

/// Columns without anything in them, in every table: links, and what people wrote or are called.
pub const LEFT_OUT: &[&str] = &[
    "author_email",
    "author_name",
    "body",
    "committer_email",
    "committer_name",
    "detail",
    "emails",
    "evidence",
    "former_names",
    "link",
    "names",
    "subject",
    "title",
    "url",
    "what",
];

/// Columns of paths, in every table: a token for each part, the ending of the last one kept where it says a known kind of file.
pub const PATHS: &[&str] = &[
    "declared_in",
    "file",
    "landed_path",
    "landed_previous_path",
    "path",
    "previous_path",
];

/// The columns of `people` that name a person: all of them become the person's pseudonym.
pub const PERSON: &[&str] = &["display_name", "logins"];

/// Columns of people by number, in every table: other numbers, those of the pseudonyms.
pub const PEOPLE: &[&str] = &[
    "actor",
    "agent",
    "answers_for",
    "assignees",
    "author",
    "co_authors",
    "delegator",
    "giver",
    "merged_by",
    "person",
    "receiver",
    "reviewer",
];

/// Columns of repositories by number, in every table: other numbers, those of the pseudonyms.
pub const REPOSITORIES: &[&str] = &["deployment_repository", "repository"];

/// Whole numbers that are ids of GitHub's, in every table: other whole numbers, equal where they were equal.
pub const IDS: &[&str] = &["job", "run"];

/// What becomes of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    LeftOut,
    Path,
    Person,
    Token,
}

/// What becomes of the texts of a column.
pub(super) fn fate(table: &str, column: &str) -> Fate {
    let is_kept = |(of, columns): &(&str, &[&str])| *of == table && columns.contains(&column);
    if KEPT.iter().any(is_kept) {
        Fate::Kept
    } else if LEFT_OUT.contains(&column) {
        Fate::LeftOut
    } else if table == "people" && PERSON.contains(&column) {
        Fate::Person
    } else if PATHS.contains(&column) {
        Fate::Path
    } else {
        Fate::Token
    }
}

/// Whether a text can be a word of a closed vocabulary: what a server says instead is a text like any other.
pub(super) fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:- /+".contains(&byte);
    text.len() <= 64 && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_in_the_place_of_a_word_is_a_text_like_any_other() {
        assert!(is_word("changes_requested") && is_word("merge commit"));
        assert!(!is_word("it's @ada") && !is_word(&"a".repeat(65)));
    }
}
