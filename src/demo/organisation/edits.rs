//! What one job changes: which files, and their text after each commit.

use super::blueprint::{AreaPlan, Craft, is_there};
use super::cast::MAILMAP;
use super::dice::Dice;
use super::growth::{Edits, Garden};
use super::plan::{DECLARED_OWNER, Job, Work};
use super::text::{Language, edit, new_file};
use super::vocabulary::Words;
use super::wording::Wording;

impl Garden<'_> {
    /// What a repository starts with.
    pub(super) fn root_files(&self) -> Edits {
        let blueprint = self.blueprint;
        let areas = blueprint.areas.iter();
        let owners = areas
            .filter(|area| is_there(area, self.plants))
            .map(|area| {
                let is_planted = self.is_declared_wrong(area.name);
                let owner = if is_planted {
                    DECLARED_OWNER.persona().login.to_owned()
                } else {
                    format!("lighthouse/{}", blueprint.team)
                };
                format!("/{}/ @{owner}\n", area.name)
            });
        let owners = owners.collect::<Vec<_>>().concat();
        let mut dice = Dice::of(&format!("{}/root", blueprint.name));
        let words = Words::of(blueprint.areas.first().map_or(&[][..], |area| area.words));
        let readme = new_file(Language::Markdown, blueprint.name, &words, &mut dice);
        let manifest = PACKAGES.map(|package| format!("{package} = \"1.0.0\"\n"));
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
            (blueprint.manifest, manifest.concat()),
            (blueprint.lock_file, lock),
        ]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), Some(text)))
        .collect()
    }

    /// A path that does not exist yet, and a first text.
    pub(super) fn fresh_file(
        &self,
        area: usize,
        words: &Words,
        dice: &mut Dice,
        pending: &Edits,
    ) -> (String, String) {
        let plan = &self.blueprint.areas[area];
        let (dir, language) = self.home(plan);
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

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.objects.text(self.tree.get(path)?)
    }

    /// Files of an area that no open branch has.
    pub(super) fn free_files(&self, dir: &str, language: Language) -> Vec<String> {
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
    pub(super) fn edits(&mut self, job: &Job, n_commits: usize, wording: &Wording) -> Vec<Edits> {
        if let Work::Revert { of } = &job.work {
            let undo = self.undo.get(&of.key).and_then(Option::as_ref);
            return undo.map(|(_, before)| before.clone()).into_iter().collect();
        }
        let Some(area) = job.area_plan() else {
            return self.robot_edits(job);
        };
        let mut dice = job.dice("files");
        let words = Words::of(area.words);
        let (dir, language) = self.home(area);
        let mut edited = Vec::new();
        let n_edited = match job.work {
            Work::Debt => dice.between(2, 3),
            Work::Feature | Work::Fix => dice.between(1, 2),
            Work::Decision | Work::Postmortem { .. } => 0,
            _ => 1,
        };
        for _ in 0..n_edited {
            let mut free = self.free_files(&dir, language);
            free.retain(|path| !edited.contains(path));
            edited.extend(dice.pick(&free).cloned());
        }
        let mut now = self.new_files(job, wording, &mut edited, &mut dice);
        let mut steps = Vec::new();
        for step in 0..n_commits {
            // The first commit touches every file, the later ones one of them.
            let targets = if step == 0 {
                edited.clone()
            } else {
                let written = now.iter().filter(|(_, text)| text.is_some());
                let written: Vec<String> = written.map(|(path, _)| path.clone()).collect();
                dice.pick(&written).cloned().into_iter().collect()
            };
            for path in targets {
                let pending = now.get(&path).cloned().flatten();
                let before = pending
                    .or_else(|| self.text(&path).map(str::to_owned))
                    .unwrap_or_default();
                let size = match job.work {
                    Work::Fix | Work::QuickFix | Work::Hotfix { .. } => dice.between(1, 2),
                    _ => dice.between(1, 4),
                };
                let text = edit(Language::of(&path), &before, size, &words, &mut dice);
                now.insert(path, Some(text));
            }
            steps.push(now.clone());
        }
        steps
    }

    /// Where an area's files live, and what they are written in.
    fn home(&self, area: &AreaPlan) -> (String, Language) {
        match area.craft {
            Craft::Code => (area.name.to_owned(), self.blueprint.language),
            Craft::Documents => (area.name.to_owned(), Language::Markdown),
            Craft::Pipeline => (format!("{}/workflows", area.name), Language::Yaml),
        }
    }

    /// The files that a job adds or moves before anybody edits them.
    fn new_files(
        &mut self,
        job: &Job,
        wording: &Wording,
        edited: &mut Vec<String>,
        dice: &mut Dice,
    ) -> Edits {
        let mut now = Edits::new();
        let (Some(area), at) = (job.area_plan(), job.area.unwrap_or_default()) else {
            return now;
        };
        let words = Words::of(area.words);
        let dir = area.name;
        let stem = slug(&wording.title);
        let mut named = None;
        match job.work {
            Work::Migration => {
                self.n_migrations += 1;
                let stem = stem.replace('-', "_");
                named = Some((
                    format!("{dir}/migrations/{:04}_{stem}.sql", self.n_migrations),
                    Language::Sql,
                ));
            }
            Work::Decision => {
                self.n_decisions += 1;
                let stem = stem.trim_start_matches("docs-").trim_start_matches("adr-");
                named = Some((
                    format!("{dir}/adr/{:04}-{stem}.md", self.n_decisions),
                    Language::Markdown,
                ));
            }
            Work::Postmortem { .. } => {
                named = Some((
                    format!("{dir}/postmortems/{}.md", job.start.day()),
                    Language::Markdown,
                ));
            }
            Work::Rename => {
                if let Some(old) = edited.first().cloned() {
                    let (path, _) = self.fresh_file(at, &words, dice, &now);
                    let text = self.text(&old).map(str::to_owned);
                    now.insert(old, None);
                    now.insert(path, text);
                    edited.clear();
                }
            }
            _ => {}
        }
        if let Some((path, language)) = named {
            now.insert(path, Some(new_file(language, &wording.title, &words, dice)));
        }
        let adds = match job.work {
            Work::Feature => dice.chance(35),
            Work::Guide => dice.chance(50),
            _ => false,
        };
        if adds || (edited.is_empty() && now.is_empty()) {
            let (path, text) = self.fresh_file(at, &words, dice, &now);
            now.insert(path, Some(text));
        }
        if area.craft == Craft::Documents && !self.taken.contains("README.md") {
            // The first page links to what is new.
            let before = self.text("README.md").unwrap_or_default();
            now.insert(
                "README.md".to_owned(),
                Some(format!("{before}- {}\n", wording.title)),
            );
        }
        now
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
