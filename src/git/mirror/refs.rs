//! The refs of a mirror and of its server: which of them are kept, and the text that keeps them.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::protocol::handshake::Ref;

use super::error::Error;
use super::terms::{MirrorOptions, Received};
use crate::git;

/// The first line of `packed-refs`: names are sorted, and every tag is followed by what it points at.
pub(super) const HEADER: &str = "# pack-refs with: peeled fully-peeled sorted \n";

const BRANCHES: &[u8] = b"refs/heads/";
const TAGS: &[u8] = b"refs/tags/";

/// What the server is asked to list.
pub(super) const PREFIXES: [&str; 3] = ["HEAD", "refs/heads/", "refs/tags/"];

/// A ref: the object that it names, and where that is a tag, the one that the tag names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) id: ObjectId,
    pub(super) peeled: Option<ObjectId>,
}

/// The refs of a mirror.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The branch that `HEAD` names, there or not.
    pub(super) head: Option<BString>,
    pub(super) refs: BTreeMap<BString, ObjectId>,
}

impl Known {
    /// Every object that a ref names, each once.
    pub(super) fn targets(&self) -> impl Iterator<Item = ObjectId> {
        let all: BTreeSet<ObjectId> = self.refs.values().copied().collect();
        all.into_iter()
    }

    /// The newest commit of the default branch.
    pub(super) fn tip(&self) -> Option<ObjectId> {
        self.refs.get(self.head.as_ref()?).copied()
    }
}

/// Reads the refs of a mirror.
pub(super) fn of(repository: &gix::Repository) -> Result<Known, git::Error> {
    let unreadable = |source: gix::Error| git::Error::Refs {
        source: Box::new(source),
    };
    let mut known = Known {
        head: repository
            .head_name()
            .map_err(unreadable)?
            .map(|name| name.as_bstr().to_owned()),
        ..Known::default()
    };
    let platform = repository.references().map_err(unreadable)?;
    for reference in platform.all().map_err(unreadable)? {
        let reference = reference.map_err(|source| git::Error::Refs {
            source: source.into(),
        })?;
        if let Some(id) = reference.target().try_id() {
            known
                .refs
                .insert(reference.name().as_bstr().to_owned(), id.to_owned());
        }
    }
    Ok(known)
}

/// The refs of the server that a mirror is to have.
#[derive(Debug, Clone, Default)]
pub(super) struct Remote {
    /// The default branch, there or not yet.
    head: Option<BString>,
    pub(super) refs: BTreeMap<BString, Target>,
    n_refused: usize,
}

impl Remote {
    /// Chooses among what the server lists: its default branch, and every tag; or every branch.
    pub(super) fn of(listed: Vec<Ref>, options: &MirrorOptions) -> Result<Self, Error> {
        let mut remote = Self::default();
        let mut head_id = None;
        for listed in listed {
            let (name, target, points_at) = parts(listed);
            if name == "HEAD" {
                remote.head = points_at;
                head_id = target.map(|target| target.id);
                continue;
            }
            let is_kept = name.starts_with(BRANCHES) || name.starts_with(TAGS);
            let Some(target) = target.filter(|_| is_kept) else {
                continue;
            };
            if is_allowed(name.as_bstr()) {
                remote.refs.insert(name, target);
            } else {
                remote.n_refused += 1;
            }
        }
        let is_branch = |name: &BString| name.starts_with(BRANCHES) && is_allowed(name.as_bstr());
        remote.head = remote.head.filter(is_branch);
        if remote.head.is_none() {
            remote.head = remote.guessed(head_id, options);
        }
        if !options.all_branches {
            let head = remote.head.clone();
            remote
                .refs
                .retain(|name, _| name.starts_with(TAGS) || Some(name) == head.as_ref());
        }
        if let Some(target) = remote
            .refs
            .values()
            .find(|target| target.id.kind() != gix::hash::Kind::Sha1)
        {
            let kind = target.id.kind();
            let said = format!(
                "its objects are named by {kind}, and a mirror's by SHA-1: clone it yourself and give it with `--repo`"
            );
            return Err(Error::Protocol { said });
        }
        Ok(remote)
    }

    /// The default branch where `HEAD` names none: the one that was told, else `main` or `master` where `HEAD` is there, else any
    /// that is.
    fn guessed(&self, head: Option<ObjectId>, options: &MirrorOptions) -> Option<BString> {
        let branch = |name: &str| BString::from(format!("refs/heads/{name}"));
        let told = options.default_branch.as_deref().map(branch);
        if let Some(told) = told.filter(|name| self.refs.contains_key(name)) {
            return Some(told);
        }
        let is_head = |name: &BString| {
            let target = self.refs.get(name);
            target.is_some_and(|target| Some(target.id) == head)
        };
        let usual = ["main", "master"].map(branch).into_iter();
        let all = self.refs.keys().cloned();
        usual
            .chain(all.filter(|name| name.starts_with(BRANCHES)))
            .find(is_head)
    }

    /// What the mirror is to say now.
    pub(super) fn received(&self, known: &Known, n_objects: u64, n_bytes: u64) -> Received {
        let old = known
            .head
            .as_ref()
            .and_then(|name| Some((name, known.refs.get(name)?)));
        let gone = old.filter(|(name, _)| !self.refs.contains_key(*name));
        let packed_refs_between = gone.map(|(name, id)| {
            let mut refs = self.refs.clone();
            refs.insert(
                name.clone(),
                Target {
                    id: *id,
                    peeled: None,
                },
            );
            packed(&refs)
        });
        let head = self.head.as_ref().or(known.head.as_ref());
        let head = head.map_or_else(|| "refs/heads/main".to_owned(), ToString::to_string);
        Received {
            head: format!("ref: {head}\n"),
            packed_refs: packed(&self.refs),
            packed_refs_between,
            n_refs: self.refs.len(),
            n_refused: self.n_refused,
            n_objects,
            n_bytes,
        }
    }
}

/// The text of `packed-refs`.
fn packed(refs: &BTreeMap<BString, Target>) -> String {
    use std::fmt::Write as _;
    let mut text = HEADER.to_owned();
    for (name, target) in refs {
        let _ = writeln!(text, "{} {name}", target.id);
        if let Some(peeled) = target.peeled {
            let _ = writeln!(text, "^{peeled}");
        }
    }
    text
}

/// Whether git allows the name, and a text file can hold it.
fn is_allowed(name: &BStr) -> bool {
    gix::validate::reference::name(name).is_ok() && name.to_str().is_ok()
}

/// Name, object, and the name that a symbolic ref points at.
fn parts(listed: Ref) -> (BString, Option<Target>, Option<BString>) {
    match listed {
        Ref::Peeled {
            full_ref_name,
            tag,
            object,
        } => {
            let target = Target {
                id: tag,
                peeled: Some(object),
            };
            (full_ref_name, Some(target), None)
        }
        Ref::Direct {
            full_ref_name,
            object,
        } => {
            let target = Target {
                id: object,
                peeled: None,
            };
            (full_ref_name, Some(target), None)
        }
        Ref::Symbolic {
            full_ref_name,
            target,
            tag,
            object,
        } => {
            let points_at = target;
            let target = Target {
                id: tag.unwrap_or(object),
                peeled: tag.map(|_| object),
            };
            (full_ref_name, Some(target), Some(points_at))
        }
        Ref::Unborn {
            full_ref_name,
            target,
        } => (full_ref_name, None, Some(target)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> ObjectId {
        let hex: String = std::iter::repeat_n(digit, 40).collect();
        ObjectId::from_hex(hex.as_bytes()).unwrap()
    }

    fn direct(name: &str, digit: char) -> Ref {
        Ref::Direct {
            full_ref_name: name.into(),
            object: id(digit),
        }
    }

    fn head(target: &str, digit: char) -> Ref {
        Ref::Symbolic {
            full_ref_name: "HEAD".into(),
            target: target.into(),
            tag: None,
            object: id(digit),
        }
    }

    fn names(remote: &Remote) -> Vec<String> {
        remote.refs.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn the_default_branch_and_tags_are_kept_or_every_branch() {
        let listed = || {
            vec![
                head("refs/heads/trunk", '1'),
                direct("refs/heads/trunk", '1'),
                direct("refs/heads/other", '2'),
                direct("refs/tags/v1", '3'),
                direct("refs/pull/1/head", '4'),
            ]
        };
        let some = Remote::of(listed(), &MirrorOptions::default()).unwrap();
        assert_eq!(names(&some), ["refs/heads/trunk", "refs/tags/v1"]);
        let options = MirrorOptions {
            all_branches: true,
            ..MirrorOptions::default()
        };
        let all = Remote::of(listed(), &options).unwrap();
        assert_eq!(
            names(&all),
            ["refs/heads/other", "refs/heads/trunk", "refs/tags/v1"]
        );
    }

    #[test]
    fn a_name_that_leads_elsewhere_or_breaks_a_line_is_refused() {
        let listed = vec![
            head("refs/heads/main", '1'),
            direct("refs/heads/main", '1'),
            direct("refs/heads/../../config", '2'),
            direct(
                "refs/tags/a\n1111111111111111111111111111111111111111 refs/heads/evil",
                '2',
            ),
            direct("refs/tags/x.lock", '2'),
        ];
        let options = MirrorOptions {
            all_branches: true,
            ..MirrorOptions::default()
        };
        let remote = Remote::of(listed, &options).unwrap();
        assert_eq!(names(&remote), ["refs/heads/main"]);
        assert_eq!(remote.n_refused, 3);
        let detached = vec![head("refs/heads/a b", '1'), direct("refs/heads/x", '1')];
        let remote = Remote::of(detached, &MirrorOptions::default()).unwrap();
        assert_eq!(names(&remote), ["refs/heads/x"]);
    }

    #[test]
    fn a_branch_that_head_names_goes_only_after_head() {
        let known = Known {
            head: Some("refs/heads/master".into()),
            refs: BTreeMap::from([("refs/heads/master".into(), id('1'))]),
        };
        let listed = vec![head("refs/heads/main", '1'), direct("refs/heads/main", '1')];
        let remote = Remote::of(listed, &MirrorOptions::default()).unwrap();
        let received = remote.received(&known, 0, 0);
        assert_eq!(received.head, "ref: refs/heads/main\n");
        assert!(!received.packed_refs.contains("master"));
        let between = received.packed_refs_between.unwrap();
        assert!(between.contains("refs/heads/master") && between.contains("refs/heads/main"));
    }
}
