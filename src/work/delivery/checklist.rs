//! What a body says is to be done: the boxes of its checklists, and the day on which its issue is due.
//!
//! The text is anybody's: boxes count outside quotations, code and comments, a day counts as `2026-04-08` and in no other form.

use jiff::civil::Date;

use super::incident_body::{own_lines, value_of};
use crate::domain::PrNumber;

/// A box of a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whether it is ticked. When it was ticked, nobody records.
    pub is_done: bool,
    /// What stands behind it.
    pub text: String,
    /// The first issue or pull request that it names.
    pub page: Option<Named>,
    /// Whom it names: `@ada`, without the sign.
    pub logins: Vec<String>,
    /// The day behind `due` or `by`.
    pub due: Option<Date>,
}

/// An issue or pull request that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Of the text's own repository: `#12`.
    Own(PrNumber),
    /// An address, or `owner/name#12`.
    Page(String),
}

/// The boxes of a body, in its order.
#[must_use]
pub fn read(body: &str) -> Vec<Entry> {
    own_lines(body)
        .iter()
        .filter_map(|line| entry(line))
        .collect()
}

/// The day on which an issue is due, as its body says: `Due: 2026-04-08`.
#[must_use]
pub fn due(body: &str) -> Option<Date> {
    let lines = own_lines(body);
    let mut values = ["due date", "due on", "due"].into_iter();
    values.find_map(|key| {
        let value = value_of(&lines, key)?;
        let mut words = value.split_whitespace().map(bare);
        date(words.find(|word| !word.is_empty())?)
    })
}

/// `- [ ] text`, `* [x] text`, `1. [X] text`.
fn entry(line: &str) -> Option<Entry> {
    let rest = match line.strip_prefix(['-', '*', '+']) {
        Some(rest) => rest,
        None => line
            .trim_start_matches(|digit: char| digit.is_ascii_digit())
            .strip_prefix(['.', ')'])?,
    };
    let rest = rest.trim_start().strip_prefix('[')?;
    let (is_done, rest) = match rest.strip_prefix(' ') {
        Some(rest) => (false, rest),
        None => (true, rest.strip_prefix(['x', 'X'])?),
    };
    let text = rest.strip_prefix(']')?.trim();
    if text.is_empty() {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_before_a_day = |word: &str| {
        let word = bare(word);
        word.eq_ignore_ascii_case("due") || word.eq_ignore_ascii_case("by")
    };
    let mut pairs = words.windows(2);
    let due = pairs.find_map(|pair| match pair {
        [before, day] if is_before_a_day(before) => date(day),
        _ => None,
    });
    Some(Entry {
        is_done,
        text: text.to_owned(),
        page: words.iter().find_map(|word| named(word)),
        logins: words.iter().filter_map(|word| login(word)).collect(),
        due,
    })
}

/// A word without what sentences and Markdown put around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|sign: char| !sign.is_alphanumeric())
}

fn date(word: &str) -> Option<Date> {
    let word = bare(word);
    // Ten signs and no more: a time or a range behind it says something else.
    (word.len() == 10 && word.is_ascii())
        .then(|| word.parse().ok())
        .flatten()
}

fn login(word: &str) -> Option<String> {
    let word = word.trim_start_matches(['(', '[', '*', '_']);
    let name = word.strip_prefix('@')?;
    let end = name
        .find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-')
        .unwrap_or(name.len());
    let name = name.get(..end).filter(|name| !name.is_empty())?;
    // `@acme/platform` is a team, and nobody.
    let is_team = word
        .get(1 + end..)
        .is_some_and(|rest| rest.starts_with('/'));
    (!is_team).then(|| name.to_owned())
}

fn named(word: &str) -> Option<Named> {
    if let Some(at) = word.find("https://").or_else(|| word.find("http://")) {
        let address = word.get(at..)?;
        let end = address.find([')', ']', '>', '"']).unwrap_or(address.len());
        let address = address.get(..end)?.trim_end_matches(['.', ',', ';', ':']);
        let is_page = address.contains("/issues/") || address.contains("/pull/");
        return is_page.then(|| Named::Page(address.to_owned()));
    }
    let word = word.trim_start_matches(['(', '[', '*', '_']);
    let (name, number) = word.split_once('#')?;
    let end = number
        .find(|sign: char| !sign.is_ascii_digit())
        .unwrap_or(number.len());
    let goes_on = number
        .get(end..)
        .and_then(|rest| rest.chars().next())
        .is_some_and(char::is_alphanumeric);
    let number: u64 = number.get(..end)?.parse().ok().filter(|_| !goes_on)?;
    if name.is_empty() {
        return Some(Named::Own(PrNumber(number)));
    }
    let is_name = name.split('/').count() == 2 && !name.starts_with('/') && !name.ends_with('/');
    is_name.then(|| Named::Page(format!("{name}#{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_says_what_is_to_be_done_by_whom_and_until_when() {
        let found = read(
            "Actions\n- [ ] Alert on the queue, @ada, due 2026-04-08 (#12)\r\n* [x] Write the runbook acme/lamp#7.\n1. [X] \
             [Retry](https://github.example/acme/lamp/issues/9) by 2026-04-30\n- [ ]\n- [y] no box\n- plain\n> - [ ] quoted\n\
             ```\n- [ ] code\n```\n<!-- - [ ] hidden -->",
        );
        let pages: Vec<Option<Named>> = found.iter().map(|one| one.page.clone()).collect();
        assert_eq!(
            pages,
            [
                Some(Named::Own(PrNumber(12))),
                Some(Named::Page("acme/lamp#7".to_owned())),
                Some(Named::Page(
                    "https://github.example/acme/lamp/issues/9".to_owned()
                )),
            ]
        );
        let done: Vec<bool> = found.iter().map(|one| one.is_done).collect();
        assert_eq!(done, [false, true, true]);
        let due: Vec<Option<String>> = found
            .iter()
            .map(|one| one.due.map(|day| day.to_string()))
            .collect();
        assert_eq!(
            due,
            [
                Some("2026-04-08".to_owned()),
                None,
                Some("2026-04-30".to_owned())
            ]
        );
        assert_eq!(found[0].logins, ["ada"]);
    }

    #[test]
    fn what_is_no_page_login_or_day_is_none() {
        let check = |text: &str| {
            let found = read(&format!("- [ ] {text}"));
            let one = found.first().unwrap();
            assert_eq!(
                (&one.page, one.logins.is_empty(), one.due),
                (&None, true, None),
                "{text}"
            );
        };
        for text in [
            "ask @acme/platform",
            "mail a@b.example",
            "#12a",
            "C# and F#",
            "a/b/c#1",
            "https://example.com/page",
            "due soon",
            "due 08/04/2026",
            "due 2026-04-31",
            "by 2026-04-08T10:00:00Z",
            "#99999999999999999999999",
            "2026-04-08",
        ] {
            check(text);
        }
    }

    #[test]
    fn a_body_says_when_its_issue_is_due() {
        let check = |body: &str, expected: Option<&str>| {
            let found = due(body).map(|day| day.to_string());
            assert_eq!(found.as_deref(), expected, "{body}");
        };
        check("Text\n\nDue: 2026-04-08", Some("2026-04-08"));
        check("- **Due date:** 2026-04-08 (Wednesday)", Some("2026-04-08"));
        check("### Due on\n\n2026-04-08", Some("2026-04-08"));
        check("Due: end of April", None);
        check("> Due: 2026-04-08", None);
        check("Due to 2026-04-08 being a holiday", None);
        check("", None);
    }
}
