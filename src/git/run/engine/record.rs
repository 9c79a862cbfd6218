//! What new commits change: read, compared with their parents, and recorded with numbers for what they name.

use gix::ObjectId;

use super::{Fresh, Run, gap, tree_of_commit};
use crate::domain::{ChangeKind, CommitId};
use crate::git::diff::files::{self, Changed, Files, Merged, Task};
use crate::git::graph::landing::places;
use crate::git::graph::walk::{Node, Source};
use crate::git::lineage::event::{Event, MergedFrom, What};
use crate::git::objects::commit::{self, Parsed, Stamp};
use crate::git::objects::id::{commit_id, object_id};
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::{Mode, Side};
use crate::git::run::join::New;
use crate::git::state::log::{LogChange, LogCommit, LogMerge, LogParent, LogTaken, NONE};

/// Commits without an end to their files of which as many are kept as are looked at; of the others none.
const MAX_CUT: usize = 3;

impl Run<'_> {
    /// Takes what was read out of the nodes, by place.
    ///
    /// A commit known from another ref that has landed since is read again: its lines have owners now.
    pub(super) fn take_fresh(
        &self,
        nodes: &mut [Node],
        order: &[u32],
        reader: &mut Reader<'_>,
    ) -> Vec<Fresh> {
        let mut fresh = Vec::new();
        for (place, &at) in (0..).zip(order) {
            let Some(node) = nodes.get_mut(at as usize) else {
                continue;
            };
            let has_landed =
                |known| known >= self.old.n_default && (place as usize) < self.n_default;
            if matches!(node.source, Source::Known(known) if has_landed(known))
                && let Some(parsed) = reader
                    .read(&node.id)
                    .ok()
                    .and_then(|object| commit::parse(&object.bytes))
            {
                node.source = Source::Read(Box::new(parsed));
            }
            if let Source::Read(_) = node.source
                && let Source::Read(parsed) =
                    std::mem::replace(&mut node.source, Source::Known(NONE))
            {
                fresh.push(Fresh { place, parsed });
            }
        }
        fresh
    }

    fn commit(&mut self, id: CommitId, parsed: Parsed) -> LogCommit {
        let mut gaps = Vec::new();
        if parsed.author.is_time_broken || parsed.committer.is_time_broken {
            gaps.push(gap("commit", id.to_string(), "unreadable_time"));
        }
        let (authored, author_offset) = (parsed.author.seconds, parsed.author.offset_seconds);
        let (committed, committer_offset) =
            (parsed.committer.seconds, parsed.committer.offset_seconds);
        let signing = self.plan.signing;
        let mut number = |person: (String, String)| self.signatures.number(&signing.kept(person));
        let mut signature = |stamp: Stamp| number((stamp.name, stamp.email));
        let author = signature(parsed.author);
        let signed_by = signature(parsed.committer);
        let co_authors = parsed.co_authors.iter().cloned().map(number).collect();
        LogCommit {
            id,
            parents: parsed
                .parents
                .iter()
                .filter_map(|id| commit_id(id))
                .collect(),
            author,
            committer: signed_by,
            authored,
            committed,
            author_offset,
            committer_offset,
            co_authors,
            marks: parsed
                .marks
                .into_iter()
                .map(|line| signing.text(line))
                .collect(),
            subject: signing.text(parsed.subject),
            pull_request: parsed.pull_request,
            reverted: parsed.reverted,
            cherry_picked_from: parsed.cherry_picked_from.and_then(|id| commit_id(&id)),
            is_diffed: false,
            gaps,
        }
    }

    /// Finds the changed files of the new commits.
    pub(super) fn compare_trees(
        &mut self,
        nodes: &[Node],
        order: &[u32],
        fresh: Vec<Fresh>,
        reader: &mut Reader<'_>,
    ) {
        let tasks = self.tasks(nodes, order, &fresh, reader);
        let plan = self.plan;
        plan.progress.phase("files", Some(tasks.len() as u64));
        self.new.reserve(tasks.len());
        let mut rest = fresh.into_iter().zip(&tasks);
        files::of_commits(
            plan.packs,
            plan.hash,
            &tasks,
            plan.threads,
            &|n| plan.progress.advance(n),
            |files| {
                if let Some((fresh, task)) = rest.next() {
                    let node = order.get(fresh.place as usize).copied().unwrap_or(NONE);
                    if let Some(node) = nodes.get(node as usize) {
                        self.record(node.id, fresh, task, files);
                    }
                }
            },
        );
    }

    /// What to compare for each of the new commits.
    fn tasks(
        &self,
        nodes: &[Node],
        order: &[u32],
        fresh: &[Fresh],
        reader: &mut Reader<'_>,
    ) -> Vec<Task> {
        let place_of = places(nodes.len(), order);
        let mut tree_of = |at: u32| {
            let place = *place_of.get(at as usize).filter(|&&place| place != NONE)?;
            match fresh.binary_search_by_key(&place, |fresh| fresh.place) {
                Ok(fresh_at) => fresh.get(fresh_at).map(|fresh| fresh.parsed.tree),
                Err(_) => tree_of_commit(reader, &nodes.get(at as usize)?.id),
            }
        };
        let mut tasks = Vec::with_capacity(fresh.len());
        for Fresh { place, parsed } in fresh {
            let at = order.get(*place as usize).copied().unwrap_or(NONE);
            let node = nodes.get(at as usize);
            let is_edge = node.is_some_and(|node| self.is_edge(&node.id));
            let known = node.map(|node| node.parents.as_slice()).unwrap_or_default();
            let parents: Vec<Option<ObjectId>> = parsed
                .parents
                .iter()
                .map(|parent| {
                    let is_it = |at: &&u32| {
                        let node = nodes.get(**at as usize);
                        node.is_some_and(|node| node.id == *parent)
                    };
                    tree_of(*known.iter().find(is_it)?)
                })
                .collect();
            let is_default = (*place as usize) < self.n_default;
            let first_is_there = parents.first().is_none_or(Option::is_some);
            tasks.push(Task {
                tree: parsed.tree,
                wants_renames: self.plan.renames,
                wants_changes: !is_edge
                    && first_is_there
                    && (parents.len() < 2 || self.plan.merges_against_first_parent),
                wants_merged: self.plan.ownership
                    && is_default
                    && !is_edge
                    && parents.len() > 1
                    && parents.iter().all(Option::is_some),
                wants_all: self.plan.ownership && is_default && (is_edge || !first_is_there),
                first_is_there,
                parents: parents.into_iter().flatten().collect(),
            });
        }
        tasks
    }

    fn is_edge(&self, id: &ObjectId) -> bool {
        self.plan.boundary.binary_search(id).is_ok()
    }

    /// Keeps a commit with its files.
    fn record(&mut self, id: ObjectId, fresh: Fresh, task: &Task, files: Files) {
        let Fresh { place, parsed } = fresh;
        let Some(name) = commit_id(&id) else { return };
        let n_parents = parsed.parents.len();
        let mut commit = self.commit(name, *parsed);
        commit.is_diffed = task.wants_changes;
        let mut files = files;
        self.n_cut += usize::from(files.is_cut);
        if files.is_cut && self.n_cut > MAX_CUT {
            // Some of them show what such a repository is like; a thousand times a million files would not fit anywhere.
            (files.changes, files.merged, files.all) = Default::default();
            (files.taken, files.gone) = Default::default();
            commit.is_diffed = false;
        }
        let hole = if self.is_edge(&id) {
            Some("shallow_edge")
        } else {
            (!task.first_is_there).then_some("missing_parent")
        };
        let holes = hole.map(|reason| gap("commit", name.to_string(), reason));
        commit.gaps.extend(holes);
        let changes = self.record_files(place, &mut commit, n_parents, files);
        self.new.push(New {
            place,
            commit,
            changes,
        });
    }

    /// Returns the range of the commit's changes.
    fn record_files(
        &mut self,
        place: u32,
        commit: &mut LogCommit,
        n_parents: usize,
        files: Files,
    ) -> std::ops::Range<usize> {
        let is_followed = self.plan.ownership && (place as usize) < self.n_default && n_parents < 2;
        let is_ignored =
            object_id(&commit.id).is_some_and(|id| self.plan.ignored.binary_search(&id).is_ok());
        let start = self.changes.len();
        let holes = files.holes.into_iter();
        commit
            .gaps
            .extend(holes.map(|(id, why)| gap("tree", id.to_string(), why.word())));
        for Changed {
            path,
            previous,
            before,
            after,
        } in files.changes
        {
            let path = self.paths.number(path.as_slice());
            let previous = previous.map_or(NONE, |previous| self.paths.number(previous.as_slice()));
            let kind = match (before, after) {
                _ if previous != NONE => ChangeKind::Renamed,
                (None, _) => ChangeKind::Added,
                (_, None) => ChangeKind::Deleted,
                _ => ChangeKind::Modified,
            };
            let change = u32::try_from(self.changes.len()).unwrap_or(NONE);
            let (before_blob, before_mode) = self.blob(before);
            let (after_blob, after_mode) = self.blob(after);
            self.changes.push(LogChange {
                commit: place,
                path,
                previous,
                kind,
                added: NONE,
                deleted: NONE,
                is_binary: false,
                before: before_blob,
                before_mode,
                after: after_blob,
                after_mode,
            });
            let base_path = if previous == NONE { path } else { previous };
            let birth = is_followed.then(|| self.birth(commit.author));
            let what = What::Change {
                change,
                base_path,
                base: NONE,
                before,
                after,
                birth,
                is_ignored,
            };
            self.events.push(Event {
                order: place,
                path,
                what,
            });
        }
        let changes = start..self.changes.len();
        self.record_merged(
            place,
            (commit.author, is_ignored),
            files.merged,
            &files.taken,
            &files.gone,
        );
        for (path, after) in files.all {
            let path = self.paths.number(path.as_slice());
            self.events.push(Event {
                order: place,
                path,
                what: What::Base { after },
            });
        }
        changes
    }

    /// Keeps what a merge's tree has of its own, of other parents than the first, and not at all.
    fn record_merged(
        &mut self,
        place: u32,
        (author, is_ignored): (u32, bool),
        merged_files: Vec<Merged>,
        taken: &[(Vec<u8>, u32)],
        gone: &[Vec<u8>],
    ) {
        for merged in merged_files {
            let path = self.paths.number(merged.path.as_slice());
            let (after, after_mode) = self.blob(Some(merged.after));
            let mut parents = Vec::new();
            let mut bases = Vec::new();
            for (number, path, side) in merged.parents {
                let path = self.paths.number(path.as_slice());
                let (blob, mode) = self.blob(Some(side));
                parents.push(LogParent {
                    number,
                    path,
                    blob,
                    mode,
                });
                bases.push(MergedFrom {
                    number,
                    path,
                    maker: NONE,
                    side,
                });
            }
            self.merges.push(LogMerge {
                commit: place,
                path,
                after,
                after_mode,
                parents,
            });
            let what = What::Merged {
                parents: bases,
                after: merged.after,
                birth: self.birth(author),
                is_ignored,
            };
            self.events.push(Event {
                order: place,
                path,
                what,
            });
        }
        let gone = gone.iter().map(|path| (path, NONE));
        let taken = taken.iter().map(|(path, parent)| (path, *parent));
        for (path, parent) in taken.chain(gone) {
            let path = self.paths.number(path.as_slice());
            self.taken.push(LogTaken {
                commit: place,
                path,
                parent,
            });
        }
    }

    /// The next birth, of an author's lines.
    fn birth(&mut self, author: u32) -> u32 {
        self.authors.push(author);
        u32::try_from(self.authors.len() - 1).unwrap_or(NONE)
    }

    fn blob(&mut self, side: Option<Side>) -> (u32, Mode) {
        match side.and_then(|side| Some((commit_id(&side.id)?, side.mode))) {
            Some((id, mode)) => (self.blobs.number(&id), mode),
            None => (NONE, Mode::File),
        }
    }
}
