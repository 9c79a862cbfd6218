//! One commit object: parsed by hand, because history holds commits that no strict parser accepts.

use gix::ObjectId;

use super::decode::Declared;
use super::message;
use crate::domain::{Agents, Provenance};

/// More lines of one message say nothing more: a squash repeats those of every commit.
const MOST_MARKS: usize = 8;

/// A commit as it was written, before `.mailmap`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct Parsed {
    /// The tree.
    pub(in crate::git) tree: ObjectId,
    /// Parents in order.
    pub(in crate::git) parents: Vec<ObjectId>,
    /// Author.
    pub(in crate::git) author: Stamp,
    /// Committer.
    pub(in crate::git) committer: Stamp,
    /// `Co-authored-by` trailers in order: name, address.
    pub(in crate::git) co_authors: Vec<(String, String)>,
    /// Lines of the message that may be an agent's: trailers and footers, each cut to what is kept of evidence.
    pub(in crate::git) marks: Vec<String>,
    /// The message's first paragraph on one line.
    pub(in crate::git) subject: String,
    /// The pull request that the message says it lands.
    pub(in crate::git) pull_request: Option<u64>,
    /// What the message says is taken back; see [`message::Said`].
    pub(in crate::git) reverted: String,
    /// The commit that the body says it was picked from; the last one counts.
    pub(in crate::git) cherry_picked_from: Option<ObjectId>,
}

/// Who and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct Stamp {
    /// Name.
    pub(in crate::git) name: String,
    /// Address.
    pub(in crate::git) email: String,
    /// Seconds since 1970.
    pub(in crate::git) seconds: i64,
    /// Offset from UTC in seconds.
    pub(in crate::git) offset_seconds: i32,
    /// Whether the time was unreadable and 0 stands for it.
    pub(in crate::git) is_time_broken: bool,
}

/// An instant of a number of seconds; `None` beyond the year 9999.
pub(in crate::git) fn instant(seconds: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(seconds).ok()
}

/// The commit in an object's bytes; `None` where it has no readable tree or author.
pub(in crate::git) fn parse(bytes: &[u8]) -> Option<Parsed> {
    let mut rest = bytes;
    let (mut tree, mut author, mut committer) = (None, None, None);
    let mut parents = Vec::new();
    let mut declared = Declared::Utf8;
    while let Some(line) = next_line(&mut rest) {
        if line.is_empty() {
            break;
        }
        if let Some(id) = line.strip_prefix(b"tree ") {
            tree = tree.or(ObjectId::from_hex(id).ok());
        } else if let Some(id) = line.strip_prefix(b"parent ") {
            parents.push(ObjectId::from_hex(id).ok()?);
        } else if let Some(stamp) = line.strip_prefix(b"author ") {
            author = author.or(Some(stamp));
        } else if let Some(stamp) = line.strip_prefix(b"committer ") {
            committer = committer.or(Some(stamp));
        } else if let Some(name) = line.strip_prefix(b"encoding ") {
            declared = Declared::of(name);
        }
    }
    let author = stamp(author?, declared);
    let committer = committer.map_or_else(|| author.clone(), |line| stamp(line, declared));
    let text = declared.decode(rest);
    let mut lines = text.lines();
    let subject = subject(&mut lines);
    let body = lines.clone();
    let (mut co_authors, mut marks) = (Vec::new(), Vec::new());
    for line in lines.map(str::trim) {
        if let Some(value) = after_key(line, "co-authored-by:") {
            co_authors.extend(person(value));
        } else if marks.len() < MOST_MARKS && Agents::known().is_mark(line) {
            marks.push(Provenance::quoted(line));
        }
    }
    let said = message::read(&subject, body);
    Some(Parsed {
        tree: tree?,
        parents,
        author,
        committer,
        co_authors,
        marks,
        subject,
        pull_request: said.pull_request,
        reverted: said.reverted,
        cherry_picked_from: said.cherry_picked_from,
    })
}

fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|&byte| byte == b'\n');
    let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after.get(1..).unwrap_or_default();
    Some(line)
}

/// `name <address> seconds offset`; git takes the last `>` of the line as the address's end.
fn stamp(line: &[u8], declared: Declared) -> Stamp {
    let open = line
        .iter()
        .position(|&byte| byte == b'<')
        .unwrap_or(line.len());
    let close = line
        .iter()
        .rposition(|&byte| byte == b'>')
        .filter(|&at| at >= open)
        .unwrap_or(line.len());
    let name = line.get(..open).unwrap_or_default().trim_ascii();
    let email = line.get(open + 1..close).unwrap_or_default();
    // An address with brackets of its own ends at the first one.
    let email = email
        .split(|&byte| byte == b'>')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let when = String::from_utf8_lossy(line.get(close + 1..).unwrap_or_default());
    let mut words = when.split_ascii_whitespace();
    let seconds = words
        .next()
        .and_then(|word| word.parse::<i64>().ok())
        .filter(|seconds| is_representable(*seconds));
    let offset_seconds = words.next().and_then(offset).unwrap_or(0);
    Stamp {
        name: declared.decode(name).into_owned(),
        email: declared.decode(email).into_owned(),
        seconds: seconds.unwrap_or(0),
        offset_seconds,
        is_time_broken: seconds.is_none(),
    }
}

fn is_representable(seconds: i64) -> bool {
    jiff::Timestamp::from_second(seconds).is_ok()
}

/// `+0530` as seconds. Odd ones (`-7530`, `+051800`) are read as git reads them: minutes are the last two digits.
fn offset(word: &str) -> Option<i32> {
    let number: i32 = word.parse().ok()?;
    let minutes = (number / 100).checked_mul(60)?.checked_add(number % 100)?;
    minutes.checked_mul(60)
}

fn subject<'a>(lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut subject = String::new();
    for line in lines {
        let line = line.trim_end();
        if line.is_empty() {
            if subject.is_empty() {
                continue;
            }
            break;
        }
        if !subject.is_empty() {
            subject.push(' ');
        }
        subject.push_str(line);
    }
    subject
}

fn after_key<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let head = line.as_bytes().get(..key.len())?;
    head.eq_ignore_ascii_case(key.as_bytes())
        .then(|| line.get(key.len()..).unwrap_or_default().trim())
}

/// `Name <address>`; `None` without an address.
fn person(value: &str) -> Option<(String, String)> {
    let (name, rest) = value.split_once('<')?;
    let (email, _) = rest.split_once('>')?;
    let email = email.trim();
    (!email.is_empty()).then(|| (name.trim().to_owned(), email.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(message: &str) -> Parsed {
        let head = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@x> 1 +0000\ncommitter B <b@x> 2 -0130\n\n";
        parse(format!("{head}{message}").as_bytes()).unwrap()
    }

    #[test]
    fn the_body_says_what_is_reverted_picked_and_shared() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let parsed = commit(&format!(
            "One\nline\n\nThis reverts commit {id}.\n\nco-authored-BY: Ada <ada@x>\nCo-authored-by: nobody\n(cherry picked from commit {id})\n"
        ));
        assert_eq!(parsed.subject, "One line");
        assert_eq!(parsed.reverted, id);
        assert_eq!(parsed.cherry_picked_from.unwrap().to_string(), id);
        assert_eq!(parsed.co_authors, [("Ada".to_owned(), "ada@x".to_owned())]);
    }

    #[test]
    fn odd_stamps_are_read_as_git_reads_them() {
        let check = |line: &str, name: &str, email: &str, seconds, offset| {
            let stamp = stamp(line.as_bytes(), Declared::Utf8);
            let got = (
                stamp.name.as_str(),
                stamp.email.as_str(),
                stamp.seconds,
                stamp.offset_seconds,
            );
            assert_eq!(got, (name, email, seconds, offset), "{line}");
        };
        check(
            "A B <a@b> 1700000000 +0530",
            "A B",
            "a@b",
            1_700_000_000,
            19_800,
        );
        check("A <> 4294967295 -0000", "A", "", 4_294_967_295, 0);
        check("<a@b> 0 -7530", "", "a@b", 0, -271_800);
        check("A <a@b", "A", "a@b", 0, 0);
        check("A", "A", "", 0, 0);
        check("A <a@b> 99999999999999999999 +0000", "A", "a@b", 0, 0);
    }

    #[test]
    fn a_declared_encoding_is_honoured() {
        let bytes = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor Ren\xe9 <r@x> 1 +0000\nencoding ISO-8859-1\n\n\xe9t\xe9\n";
        let parsed = parse(bytes).unwrap();
        assert_eq!(
            (parsed.author.name.as_str(), parsed.subject.as_str()),
            ("René", "été")
        );
    }

    #[test]
    fn a_commit_without_a_tree_or_an_author_is_not_one() {
        assert_eq!(parse(b""), None);
        assert_eq!(
            parse(b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nx"),
            None
        );
        assert_eq!(parse(b"author A <a@x> 1 +0000\n\nx"), None);
    }
}
