//! One repository growing: branches are cut, files change, pull requests land in the repository's style.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::agents;
use super::blueprint::{Blueprint, Craft, MergeStyle, SILO, TIMETABLE, authors};
use super::cast::{Actor, GHOST, MARA};
use super::clock::Minute;
use super::dice::Dice;
use super::life::{End, Life};
use super::plan::{FIRST_DAY, Job, Work};
use super::text::difference;
use super::truths::Plants;
use super::vocabulary::Words;
use super::wording::Wording;
use crate::demo::model::{HostCommit, HostFile};
use crate::demo::repository::{Directory, Objects, Stamp};
use crate::domain::CommitId;

/// A pull request's branch and what became of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    pub(super) commits: Vec<HostCommit>,
    /// Every head the branch has had, with the minute of the push.
    pub(super) heads: Vec<(Minute, CommitId)>,
    pub(super) files: Vec<HostFile>,
    /// The commit that landed.
    pub(super) landed: Option<CommitId>,
}

/// A repository's content over time.
#[derive(Debug)]
pub(super) struct Grown {
    pub(super) objects: Objects,
    /// The branch's tips, with the minute each became it.
    pub(super) tips: Vec<(Minute, CommitId)>,
    /// By index of the job.
    pub(super) branches: BTreeMap<usize, Branch>,
    pub(super) n_commits: u64,
}

impl Grown {
    /// The default branch's tip at a minute.
    pub(super) fn tip_at(&self, minute: Minute) -> Option<CommitId> {
        self.tips
            .iter()
            .rev()
            .find(|(at, _)| *at <= minute)
            .map(|(_, id)| *id)
    }
}

/// A file's path and its text after a change; `None`: it is gone.
pub(super) type Edits = BTreeMap<String, Option<String>>;

/// A repository while it grows.
pub(super) struct Garden<'a> {
    pub(super) blueprint: &'static Blueprint,
    pub(super) plants: &'a Plants,
    repository: usize,
    pub(super) objects: Objects,
    pub(super) tree: Directory,
    tips: Vec<(Minute, CommitId)>,
    n_commits: u64,
    /// Paths that an open branch changes: nobody else touches them until it lands.
    pub(super) taken: BTreeSet<String>,
    pub(super) n_migrations: usize,
    pub(super) n_decisions: usize,
    pub(super) n_releases: usize,
    /// Jobs that are taken back later, by key: where they landed, and what was there before.
    pub(super) undo: BTreeMap<String, Option<(CommitId, Edits)>>,
}

struct Cut {
    branch: Branch,
    /// The state of the touched files after each commit.
    steps: Vec<(Edits, Stamp, String)>,
}

impl Garden<'_> {
    /// Whether CODEOWNERS names somebody for an area who does not maintain it.
    pub(super) fn is_declared_wrong(&self, area: &str) -> bool {
        self.plants.drift && self.repository == TIMETABLE && area == SILO
    }
}

/// Grows one repository. `works` are its jobs in order of their index, each with its life and its wording.
pub(super) fn grow(
    repository: usize,
    blueprint: &'static Blueprint,
    works: &[(usize, &Job, &Life, &Wording)],
    plants: &Plants,
) -> Grown {
    let mut garden = Garden {
        blueprint,
        plants,
        repository,
        objects: Objects::default(),
        tree: Directory::default(),
        tips: Vec::new(),
        n_commits: 0,
        taken: BTreeSet::new(),
        n_migrations: 0,
        n_decisions: 0,
        n_releases: 0,
        undo: works
            .iter()
            .filter_map(|(_, job, ..)| match &job.work {
                Work::Revert { of } => Some((of.key.clone(), None)),
                _ => None,
            })
            .collect(),
    };
    garden.found();
    // An end sorts before a start of the same minute, so that the start sees what landed.
    let mut moments: Vec<(Minute, bool, usize)> = Vec::new();
    for (at, (_, _, life, _)) in works.iter().enumerate() {
        moments.push((life.start(), true, at));
        moments.extend(life.ended().map(|ended| (ended, false, at)));
    }
    moments.sort_unstable();
    let mut cuts: BTreeMap<usize, Cut> = BTreeMap::new();
    let mut branches = BTreeMap::new();
    for (_, is_start, at) in moments {
        let Some((index, job, life, wording)) = works.get(at) else {
            continue;
        };
        if is_start {
            cuts.insert(at, garden.cut(job, life, wording));
        } else if let Some(mut cut) = cuts.remove(&at) {
            if let End::Merged { at, by } = life.end {
                let before = garden.before(&cut);
                cut.branch.landed = garden.land(&cut, wording, at, by);
                if let Some(undo) = garden.undo.get_mut(&job.key) {
                    *undo = cut.branch.landed.map(|landed| (landed, before));
                }
            }
            for (edits, ..) in &cut.steps {
                garden.taken.retain(|path| !edits.contains_key(path));
            }
            branches.insert(*index, cut.branch);
        }
    }
    for (at, cut) in cuts {
        branches.extend(works.get(at).map(|(index, ..)| (*index, cut.branch)));
    }
    Grown {
        objects: garden.objects,
        tips: garden.tips,
        branches,
        n_commits: garden.n_commits,
    }
}

/// Who wrote a commit, and when.
pub(super) fn stamp(actor: Actor, at: Minute, dice: &mut Dice) -> Stamp {
    let persona = actor.persona();
    let usual = usize::from(dice.chance(18)) % persona.signatures.len().max(1);
    let (name, email) = persona
        .signatures
        .get(usual)
        .copied()
        .unwrap_or((persona.name, "nobody@lighthouse.example"));
    Stamp {
        name: name.to_owned(),
        email: email.to_owned(),
        at: at.instant(),
        offset_minutes: persona.offset_minutes,
    }
}

fn by_github(at: Minute) -> Stamp {
    Stamp {
        name: "GitHub".to_owned(),
        email: "noreply@github.com".to_owned(),
        at: at.instant(),
        offset_minutes: 0,
    }
}

impl Garden<'_> {
    /// The first days: everyone pushes the files they start with.
    fn found(&mut self) {
        let mut minute = Minute::at(FIRST_DAY, 30);
        let root = self.root_files();
        self.push_directly(MARA, minute, "Start the repository", &root);
        for (at, area) in self.blueprint.areas.iter().enumerate() {
            let weights = authors(self.repository, area, 0, self.plants);
            let founders = weights.iter().cycle().skip(if area.craft == Craft::Code {
                0
            } else {
                at + self.repository
            });
            for (turn, (actor, weight)) in founders.take(weights.len().min(3)).enumerate() {
                let mut dice = Dice::of(&format!(
                    "{}/{}/found/{turn}",
                    self.blueprint.name, area.name
                ));
                let words = Words::of(area.words);
                let n_files = if area.craft == Craft::Code {
                    weight.div_ceil(2).clamp(1, 4)
                } else {
                    1
                };
                let mut files = Edits::new();
                for _ in 0..n_files {
                    let (path, text) = self.fresh_file(at, &words, &mut dice, &files);
                    files.insert(path, Some(text));
                }
                minute = minute.plus(35);
                let message = format!("Start the {} area", area.name.trim_start_matches('.'));
                self.push_directly(*actor, minute, &message, &files);
            }
        }
    }

    fn push_directly(&mut self, actor: Actor, at: Minute, message: &str, files: &Edits) {
        let mut dice = Dice::of(&format!("{}/{}/direct", self.blueprint.name, at.0));
        let stamp = stamp(actor, at, &mut dice);
        let mut tree = self.tree.clone();
        apply(&mut tree, &mut self.objects, files);
        self.tree = tree;
        let parents: Vec<CommitId> = self.tips.last().map(|(_, id)| *id).into_iter().collect();
        let id = self
            .objects
            .commit(&self.tree, &parents, &stamp, &stamp, message);
        self.n_commits += 1;
        self.tips.push((at, id));
    }

    /// Cuts a branch off the tip and makes all of its commits; their times are the pushes'.
    fn cut(&mut self, job: &Job, life: &Life, wording: &Wording) -> Cut {
        let mut dice = job.dice("commits");
        let base = self.tips.last().map(|(_, id)| *id);
        // A forced push replaces the last commit, so it adds no step of its own.
        let steps = self.edits(job, life.pushes.len().max(1), wording);
        let mut cut = Cut {
            branch: Branch::default(),
            steps: Vec::new(),
        };
        let mut parents: Vec<Option<CommitId>> = Vec::new();
        let who = stamp(job.author, job.start, &mut dice);
        for (at, push) in life.pushes.iter().enumerate() {
            let Some(edits) = steps.get(at.min(steps.len().saturating_sub(1))) else {
                continue;
            };
            let committer = Stamp {
                at: push.at.instant(),
                ..who.clone()
            };
            let mut author = committer.clone();
            let mut message = wording.commit_message(at, job.co_author, &mut dice);
            message += &agents::trailer(job);
            if let Work::Revert { of } = &job.work
                && let Some(Some((landed, _))) = self.undo.get(&of.key)
            {
                let _ = write!(message, "\n\nThis reverts commit {landed}.");
            }
            if push.is_forced
                && let Some((_, replaced, text)) = cut.steps.pop()
            {
                author = replaced;
                message = text;
                cut.branch.commits.pop();
                parents.pop();
            }
            let parent = parents.last().copied().flatten().or(base);
            let mut tree = self.tree.clone();
            apply(&mut tree, &mut self.objects, edits);
            let id = self.objects.commit(
                &tree,
                &parent.into_iter().collect::<Vec<_>>(),
                &author,
                &committer,
                &message,
            );
            parents.push(Some(id));
            cut.branch.commits.push(HostCommit {
                id,
                headline: message.lines().next().unwrap_or_default().to_owned(),
                authored_at: author.at,
                author_name: author.name.clone(),
                author_email: author.email.clone(),
                author_login: if job.author == GHOST {
                    None
                } else {
                    job.author.login()
                },
            });
            cut.branch.heads.push((push.at, id));
            cut.steps.push((edits.clone(), author, message));
        }
        if let Some((edits, ..)) = cut.steps.last() {
            cut.branch.files = self.files(edits);
            self.taken.extend(edits.keys().cloned());
        }
        cut
    }

    /// What the files of a branch are before it lands.
    fn before(&self, cut: &Cut) -> Edits {
        let last = cut.steps.last().map(|(edits, ..)| edits.keys());
        let text = |path: &String| (path.clone(), self.text(path).map(str::to_owned));
        last.into_iter().flatten().map(text).collect()
    }

    fn files(&self, edits: &Edits) -> Vec<HostFile> {
        let gone: Vec<&String> = edits
            .iter()
            .filter(|(_, text)| text.is_none())
            .map(|(path, _)| path)
            .collect();
        edits
            .iter()
            .filter_map(|(path, text)| {
                let new = text.as_deref()?;
                // GitHub shows a moved file once, under its new path.
                let old = self
                    .text(path)
                    .or_else(|| gone.first().and_then(|old| self.text(old)))
                    .unwrap_or_default();
                let (additions, deletions) = difference(old, new);
                Some(HostFile {
                    path: path.clone(),
                    additions,
                    deletions,
                })
            })
            .collect()
    }

    /// Lands a branch on the default branch; returns the commit that GitHub names as the merge commit.
    fn land(&mut self, cut: &Cut, wording: &Wording, at: Minute, by: Actor) -> Option<CommitId> {
        let tip = self.tips.last().map(|(_, id)| *id)?;
        let head = cut.branch.commits.last()?.id;
        let (last, ..) = cut.steps.last()?;
        let mut dice = Dice::of(&format!("{head}/land"));
        let merger = stamp(by, at, &mut dice);
        let id = match self.blueprint.style {
            MergeStyle::Merge => {
                apply(&mut self.tree, &mut self.objects, last);
                self.n_commits += 1 + u64::try_from(cut.steps.len()).unwrap_or_default();
                let message = format!(
                    "Merge pull request #{} from lighthouse/{}\n\n{}",
                    wording.number, wording.branch, wording.title
                );
                self.objects
                    .commit(&self.tree, &[tip, head], &merger, &by_github(at), &message)
            }
            MergeStyle::Squash => {
                apply(&mut self.tree, &mut self.objects, last);
                self.n_commits += 1;
                let author = cut
                    .steps
                    .first()
                    .map_or(merger, |(_, author, _)| author.clone());
                let author = Stamp {
                    at: at.instant(),
                    ..author
                };
                let message =
                    wording.squash_message(cut.steps.iter().map(|(.., message)| message.as_str()));
                self.objects
                    .commit(&self.tree, &[tip], &author, &by_github(at), &message)
            }
            MergeStyle::Rebase => {
                let mut parent = tip;
                for (edits, author, message) in &cut.steps {
                    apply(&mut self.tree, &mut self.objects, edits);
                    self.n_commits += 1;
                    parent = self
                        .objects
                        .commit(&self.tree, &[parent], author, &merger, message);
                }
                parent
            }
        };
        self.tips.push((at, id));
        Some(id)
    }
}

fn apply(tree: &mut Directory, objects: &mut Objects, edits: &Edits) {
    for (path, text) in edits {
        let blob = text.as_deref().map(|text| objects.blob(text));
        tree.set(objects, path, blob);
    }
}
