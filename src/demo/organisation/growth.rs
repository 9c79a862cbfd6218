//! One repository growing: branches are cut, files change, pull requests land in the repository's style.

use std::collections::{BTreeMap, BTreeSet};

use super::blueprint::{Blueprint, Craft, MergeStyle, authors};
use super::cast::{Actor, GHOST, MAILMAP, MARA};
use super::clock::Minute;
use super::dice::Dice;
use super::life::{End, Life};
use super::plan::{FIRST_DAY, Job, Work};
use super::text::{Language, difference, edit, new_file};
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
type Edits = BTreeMap<String, Option<String>>;

struct Garden<'a> {
    blueprint: &'static Blueprint,
    plants: &'a Plants,
    repository: usize,
    objects: Objects,
    tree: Directory,
    tips: Vec<(Minute, CommitId)>,
    n_commits: u64,
    /// Paths that an open branch changes: nobody else touches them until it lands.
    taken: BTreeSet<String>,
    n_migrations: usize,
    n_decisions: usize,
    n_releases: usize,
}

struct Cut {
    branch: Branch,
    /// The state of the touched files after each commit.
    steps: Vec<(Edits, Stamp, String)>,
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
                cut.branch.landed = garden.land(&cut, wording, at, by);
            }
            for (edits, ..) in &cut.steps {
                edits.keys().for_each(|path| {
                    garden.taken.remove(path);
                });
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
        self.push_directly(MARA, minute, "Start the repository", root);
        for (at, area) in self.blueprint.areas.iter().enumerate() {
            let weights = authors(self.repository, area, 0, self.plants);
            let founders = if area.craft == Craft::Code {
                weights.len()
            } else {
                1
            };
            for founder in 0..founders {
                let (actor, weight) = weights
                    .get(
                        (founder
                            + if founders == 1 {
                                at + self.repository
                            } else {
                                0
                            })
                            % weights.len(),
                    )
                    .copied()
                    .unwrap_or((MARA, 1));
                let key = format!("{}/{}/found/{founder}", self.blueprint.name, area.name);
                let mut dice = Dice::of(&key);
                let words = Words::of(area.words);
                let mut files = Edits::new();
                for _ in 0..if area.craft == Craft::Code {
                    weight.div_ceil(2).clamp(1, 4)
                } else {
                    3
                } {
                    let (path, text) = self.fresh_file(at, &words, &mut dice, &files);
                    files.insert(path, Some(text));
                }
                minute = minute.plus(35);
                self.push_directly(
                    actor,
                    minute,
                    &format!("Start the {} area", area.name.trim_start_matches('.')),
                    files,
                );
            }
        }
    }

    fn root_files(&mut self) -> Edits {
        let blueprint = self.blueprint;
        let owners: String = blueprint
            .areas
            .iter()
            .map(|area| format!("/{}/ @lighthouse/{}\n", area.name, blueprint.team))
            .collect();
        let mut dice = Dice::of(&format!("{}/root", blueprint.name));
        let words = Words::of(blueprint.areas.first().map_or(&[][..], |area| area.words));
        let readme = new_file(Language::Markdown, blueprint.name, &words, &mut dice);
        let manifest: String = PACKAGES
            .iter()
            .map(|package| format!("{package} = \"1.0.0\"\n"))
            .collect();
        let lock: String = PACKAGES
            .iter()
            .flat_map(|package| {
                (0..12).map(move |at| format!("{package} 1.0.0 sha256:{at:064x}\n"))
            })
            .collect();
        [
            (".mailmap", MAILMAP.to_owned()),
            ("CODEOWNERS", owners),
            ("README.md", readme),
            (blueprint.manifest, manifest),
            (blueprint.lock_file, lock),
        ]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), Some(text)))
        .collect()
    }

    fn push_directly(&mut self, actor: Actor, at: Minute, message: &str, files: Edits) {
        let mut dice = Dice::of(&format!("{}/{}/direct", self.blueprint.name, at.0));
        let stamp = stamp(actor, at, &mut dice);
        let mut tree = self.tree.clone();
        apply(&mut tree, &mut self.objects, &files);
        self.tree = tree;
        let parents: Vec<CommitId> = self.tips.last().map(|(_, id)| *id).into_iter().collect();
        let id = self
            .objects
            .commit(&self.tree, &parents, &stamp, &stamp, message);
        self.n_commits += 1;
        self.tips.push((at, id));
    }

    /// A path that does not exist yet, and a first text.
    fn fresh_file(
        &self,
        area: usize,
        words: &Words,
        dice: &mut Dice,
        pending: &Edits,
    ) -> (String, String) {
        let plan = &self.blueprint.areas[area];
        let (dir, language) = match plan.craft {
            Craft::Code => (plan.name.to_owned(), self.blueprint.language),
            Craft::Documents => (plan.name.to_owned(), Language::Markdown),
            Craft::Pipeline => (format!("{}/workflows", plan.name), Language::Yaml),
        };
        let mut attempt = 0;
        loop {
            let (noun, field) = (dice.word(&words.nouns), dice.word(&words.fields));
            let joint = if language == Language::Python {
                '_'
            } else {
                '-'
            };
            let stem = match attempt {
                0 => noun.to_owned(),
                1..12 => format!("{noun}{joint}{field}"),
                _ => format!("{noun}{joint}{field}{joint}{attempt}"),
            };
            let path = format!("{dir}/{stem}.{}", language.extension());
            if self.tree.get(&path).is_none()
                && !self.taken.contains(&path)
                && !pending.contains_key(&path)
            {
                let text = new_file(language, &stem, words, dice);
                return (path, text);
            }
            attempt += 1;
        }
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.objects.text(self.tree.get(path)?)
    }

    /// Files of an area that no open branch has.
    fn free_files(&self, dir: &str, language: Language) -> Vec<String> {
        let prefix = format!("{dir}/");
        let mut paths = self.tree.paths();
        paths.retain(|path| {
            path.starts_with(&prefix)
                && Language::of(path) == language
                && !path.contains("/adr/")
                && !path.contains("/postmortems/")
                && !self.taken.contains(path)
        });
        paths
    }

    /// What each of the job's commits leaves of the files that it touches.
    fn edits(&mut self, job: &Job, n_commits: usize, wording: &Wording) -> Vec<Edits> {
        let mut dice = job.dice("files");
        let Some(area) = job.area_plan() else {
            return self.robot_edits(job);
        };
        let at = job.area.unwrap_or_default();
        let words = Words::of(area.words);
        let (dir, language) = match area.craft {
            Craft::Code => (area.name.to_owned(), self.blueprint.language),
            Craft::Documents => (area.name.to_owned(), Language::Markdown),
            Craft::Pipeline => (area.name.to_owned(), Language::Yaml),
        };
        let mut now = Edits::new();
        let mut editable = Vec::new();
        let n_edited = match job.work {
            Work::Debt => dice.between(2, 3),
            Work::Feature | Work::Fix => dice.between(1, 2),
            Work::Decision | Work::Postmortem { .. } => 0,
            _ => 1,
        };
        for _ in 0..n_edited {
            let mut free = self.free_files(&dir, language);
            free.retain(|path| !editable.contains(path));
            editable.extend(dice.pick(&free).cloned());
        }
        match job.work {
            Work::Feature if dice.chance(35) => {
                let (path, text) = self.fresh_file(at, &words, &mut dice, &now);
                now.insert(path, Some(text));
            }
            Work::Guide if dice.chance(50) => {
                let (path, text) = self.fresh_file(at, &words, &mut dice, &now);
                now.insert(path, Some(text));
            }
            Work::Migration => {
                self.n_migrations += 1;
                let path = format!(
                    "{dir}/migrations/{:04}_{}.sql",
                    self.n_migrations,
                    slug(&wording.title).replace('-', "_")
                );
                now.insert(
                    path,
                    Some(new_file(Language::Sql, &wording.title, &words, &mut dice)),
                );
            }
            Work::Decision => {
                self.n_decisions += 1;
                let path = format!(
                    "{dir}/adr/{:04}-{}.md",
                    self.n_decisions,
                    slug(&wording.title)
                );
                now.insert(
                    path,
                    Some(new_file(
                        Language::Markdown,
                        &wording.title,
                        &words,
                        &mut dice,
                    )),
                );
            }
            Work::Postmortem { .. } => {
                let path = format!("{dir}/postmortems/{}.md", job.start.day());
                now.insert(
                    path,
                    Some(new_file(
                        Language::Markdown,
                        &wording.title,
                        &words,
                        &mut dice,
                    )),
                );
            }
            Work::Rename => {
                if let Some(old) = editable.first().cloned() {
                    let (path, _) = self.fresh_file(at, &words, &mut dice, &now);
                    let text = self.text(&old).map(str::to_owned);
                    now.insert(old, None);
                    now.insert(path, text);
                    editable.clear();
                }
            }
            _ => {}
        }
        if editable.is_empty() && now.is_empty() {
            let (path, text) = self.fresh_file(at, &words, &mut dice, &now);
            now.insert(path, Some(text));
        }
        let mut steps = Vec::new();
        for step in 0..n_commits {
            let written: Vec<String> = now
                .iter()
                .filter(|(_, text)| text.is_some())
                .map(|(path, _)| path.clone())
                .collect();
            let targets = if step == 0 || editable.is_empty() {
                [
                    editable.as_slice(),
                    if step == 0 { &[] } else { written.as_slice() },
                ]
                .concat()
            } else {
                editable.clone()
            };
            let target = if step == 0 {
                targets
            } else {
                dice.pick(&targets).cloned().into_iter().collect()
            };
            for path in target {
                let before = now
                    .get(&path)
                    .cloned()
                    .flatten()
                    .or_else(|| self.text(&path).map(str::to_owned))
                    .unwrap_or_default();
                let size = match job.work {
                    Work::Fix | Work::Hotfix { .. } => dice.between(1, 2),
                    _ => dice.between(1, 4),
                };
                now.insert(
                    path.clone(),
                    Some(edit(Language::of(&path), &before, size, &words, &mut dice)),
                );
            }
            steps.push(now.clone());
        }
        steps
    }

    fn robot_edits(&mut self, job: &Job) -> Vec<Edits> {
        if job.work == Work::ReleaseNotes {
            self.n_releases += 1;
            let before = self
                .text("CHANGELOG.md")
                .unwrap_or("# Changes\n")
                .to_owned();
            let text = before.replacen(
                "# Changes\n",
                &format!(
                    "# Changes\n\n## Notes {}\n\n- See the merged pull requests.\n",
                    self.n_releases
                ),
                1,
            );
            return vec![Edits::from([("CHANGELOG.md".to_owned(), Some(text))])];
        }
        let (package, version) = bump(job);
        let mut edits = Edits::new();
        for path in [self.blueprint.manifest, self.blueprint.lock_file] {
            let separator = if path == self.blueprint.manifest {
                " = "
            } else {
                " "
            };
            let start = format!("{package}{separator}");
            let text: String = self
                .text(path)
                .unwrap_or_default()
                .lines()
                .enumerate()
                .map(|(at, line)| match line.strip_prefix(&start) {
                    Some(_) if path == self.blueprint.manifest => {
                        format!("{package} = \"{version}\"\n")
                    }
                    Some(_) => format!(
                        "{package} {version} sha256:{:064x}\n",
                        Dice::of(&format!("{version}/{at}")).below(usize::MAX)
                    ),
                    None => format!("{line}\n"),
                })
                .collect();
            edits.insert(path.to_owned(), Some(text));
        }
        vec![edits]
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

/// Made-up packages.
const PACKAGES: [&str; 8] = [
    "anchor", "buoyant", "capstan", "dredge", "ebb", "fathom", "gangway", "hawser",
];

/// The package that a bot's job updates, and to which version.
pub(super) fn bump(job: &Job) -> (&'static str, String) {
    let mut dice = job.dice("bump");
    let package = dice.word(&PACKAGES);
    (
        package,
        format!("1.{}.{}", job.start.0 / 20_000, job.start.0 % 20_000 / 40),
    )
}

/// Lower-case words joined by dashes, at most six, ASCII only.
pub(super) fn slug(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(6)
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}
