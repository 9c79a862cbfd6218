//! Which commit a revert takes back: found among the others by what its message says.

use std::collections::{HashMap, HashSet};

use crate::domain::CommitId;
use crate::git::objects::message::{bare_subject, named_in_subject, quoted};

/// A commit as far as reverts name it, and what it says itself.
#[derive(Debug, Clone, Copy)]
pub(in crate::git) struct Claiming<'a> {
    pub(in crate::git) id: CommitId,
    pub(in crate::git) subject: &'a str,
    /// The pull request that it lands.
    pub(in crate::git) pull_request: Option<u64>,
    /// What the message says is taken back; see [`crate::git::objects::message::Said`].
    pub(in crate::git) reverted: &'a str,
}

/// By commit, in landing order: the commit that it takes back.
///
/// An id counts as it is written. Digits of one stand for the only commit that begins with them, the number of a pull request for
/// the newest earlier commit that names it, and a quoted subject, where nothing else is said, for the newest earlier one of that
/// subject. What stands for nothing here is not told.
pub(in crate::git) fn reverted(commits: &[Claiming<'_>]) -> Vec<Option<CommitId>> {
    let mut found: Vec<Option<CommitId>> = vec![None; commits.len()];
    let mut by_subject: HashSet<String> = HashSet::new();
    let mut has_digits = false;
    let mut claims: HashMap<usize, Claim> = HashMap::new();
    for (at, commit) in commits.iter().enumerate() {
        let claim = if let Some(number) = commit.reverted.strip_prefix('#') {
            number.parse().ok().map(Claim::PullRequest)
        } else if !commit.reverted.is_empty() {
            match commit.reverted.parse::<CommitId>() {
                Ok(id) => {
                    if let Some(slot) = found.get_mut(at) {
                        *slot = Some(id);
                    }
                    None
                }
                Err(_) => Some(Claim::Digits(commit.reverted.to_owned())),
            }
        } else {
            quoted(commit.subject).map(|subject| match named_in_subject(&subject) {
                Some(number) => Claim::PullRequest(number),
                None => Claim::Subject(subject),
            })
        };
        match &claim {
            Some(Claim::Subject(subject)) => {
                by_subject.insert(subject.clone());
            }
            Some(Claim::Digits(_)) => has_digits = true,
            Some(Claim::PullRequest(_)) | None => {}
        }
        if let Some(claim) = claim {
            claims.insert(at, claim);
        }
    }
    if claims.is_empty() {
        return found;
    }
    let mut ids: Vec<(String, CommitId)> = Vec::new();
    if has_digits {
        ids = commits
            .iter()
            .map(|commit| (commit.id.to_string(), commit.id))
            .collect();
        ids.sort_unstable();
    }
    let mut named: HashMap<u64, CommitId> = HashMap::new();
    let mut called: HashMap<&str, CommitId> = HashMap::new();
    for (at, commit) in commits.iter().enumerate() {
        let reverted = claims.get(&at).and_then(|claim| match claim {
            Claim::PullRequest(number) => named.get(number).copied(),
            Claim::Subject(subject) => called.get(subject.as_str()).copied(),
            Claim::Digits(digits) => only(&ids, digits),
        });
        if let (Some(slot), Some(reverted)) = (found.get_mut(at), reverted) {
            *slot = Some(reverted);
        }
        if let Some(number) = commit.pull_request {
            named.insert(number, commit.id);
        }
        for subject in [commit.subject, bare_subject(commit.subject)] {
            if by_subject.contains(subject) {
                called.insert(subject, commit.id);
            }
        }
    }
    found
}

/// What stands for a commit in a message.
enum Claim {
    /// The first digits of its id.
    Digits(String),
    /// The pull request that it landed.
    PullRequest(u64),
    /// Its subject, with or without the pull request.
    Subject(String),
}

/// The only id that begins with some digits.
fn only(ids: &[(String, CommitId)], digits: &str) -> Option<CommitId> {
    let from = ids.partition_point(|(id, _)| id.as_str() < digits);
    let mut found = ids
        .get(from..)?
        .iter()
        .take_while(|(id, _)| id.starts_with(digits));
    match (found.next(), found.next()) {
        (Some((_, id)), None) => Some(*id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commits of (subject, what is reverted), the pull request being the subject's; ids count up from 1.
    fn check(rows: &[(&str, &str)], expected: &[Option<u8>]) {
        let id = |n: u8| format!("{n:040x}").parse::<CommitId>().unwrap();
        let commits: Vec<Claiming<'_>> = (1..)
            .zip(rows)
            .map(|(n, (subject, reverted))| Claiming {
                id: id(n),
                subject,
                pull_request: named_in_subject(subject),
                reverted,
            })
            .collect();
        let expected: Vec<Option<CommitId>> = expected.iter().map(|n| n.map(id)).collect();
        assert_eq!(reverted(&commits), expected, "{rows:?}");
    }

    #[test]
    fn what_is_taken_back_is_an_earlier_commit() {
        let whole = format!("{:040x}", 1);
        check(&[("A", ""), ("B", &whole)], &[None, Some(1)]);
        // Forty digits but one are many, and two commits begin with thirty-nine zeros.
        check(&[("A", ""), ("B", &whole[..39])], &[None, None]);
        check(&[("A (#1)", ""), ("B (#2)", "#1")], &[None, Some(1)]);
        check(&[("B", "#1"), ("A (#1)", "")], &[None, None]);
        check(
            &[("A (#1)", ""), ("A (#1)", ""), ("B", "#1")],
            &[None, None, Some(2)],
        );
        check(&[("A", ""), ("Revert \"A\" (#2)", "")], &[None, Some(1)]);
        check(
            &[("A (#1)", ""), ("Revert \"A\" (#2)", "")],
            &[None, Some(1)],
        );
        check(
            &[("A (#1)", ""), ("Revert \"A (#1)\" (#2)", "")],
            &[None, Some(1)],
        );
        check(
            &[
                ("A", ""),
                ("Revert \"A\"", ""),
                ("Reapply \"A\"", ""),
                ("Revert \"Reapply \"A\"\"", ""),
            ],
            &[None, Some(1), Some(2), Some(3)],
        );
        check(&[("Revert \"A\"", ""), ("A", "")], &[None, None]);
    }
}
