//! Titles, bodies, branch names and commit messages of one pull request.

use super::blueprint::{MergeStyle, PARCEL_API};
use super::cast::Actor;
use super::clock::Minute;
use super::dice::Dice;
use super::edits::{bump, slug};
use super::plan::{EPIC, EPIC_AREA, EPIC_FROM, EPIC_TO, Job, Work};
use super::truths::Plants;
use super::vocabulary::{Words, capital};

/// The texts of one pull request.
#[derive(Debug, Clone)]
pub(super) struct Wording {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) branch: String,
    pub(super) labels: Vec<String>,
    /// Whether its commits and titles carry a conventional type.
    prefix: String,
}

impl Wording {
    /// Words a job. The number is known later.
    pub(super) fn of(job: &Job, plants: &Plants) -> Self {
        let mut dice = job.dice("words");
        let words = words_of(job);
        let (heading, kind, label) = match job.work {
            Work::Feature | Work::Migration => ("feature titles", "feat", "enhancement"),
            Work::Fix | Work::QuickFix => ("fix titles", "fix", "bug"),
            Work::Debt | Work::Rename => ("debt titles", "refactor", "debt"),
            Work::Guide | Work::Decision | Work::Postmortem { .. } => {
                ("docs titles", "docs", "documentation")
            }
            Work::Pipeline => ("pipeline titles", "ci", "maintenance"),
            Work::Bump => ("docs titles", "build", "dependencies"),
            Work::ReleaseNotes => ("docs titles", "chore", "release"),
            Work::Hotfix { .. } => ("fix titles", "fix", "hotfix"),
            Work::Revert { .. } => ("fix titles", "revert", "bug"),
        };
        let mut title = words.sentence(heading, &mut dice);
        if matches!(job.work, Work::Feature | Work::Fix) && dice.chance(2) {
            title = words.sentence("hostile titles", &mut dice);
        }
        match job.work {
            Work::Bump => {
                let (package, version) = bump(job);
                title = format!("Bump {package} to {version}");
            }
            Work::ReleaseNotes => title = format!("Release notes of {}", job.start.day()),
            Work::Decision => title = format!("ADR: {}", lower_first(&title)),
            Work::Postmortem { .. } => title = format!("Postmortem of {}", job.start.day()),
            _ => {}
        }
        if let Work::Revert { of } = &job.work {
            title = format!("Revert \"{}\"", Self::of(of, plants).title);
        }
        let is_conventional = job.blueprint().style == MergeStyle::Rebase;
        let scope = job
            .area_plan()
            .map_or("deps", |area| area.name.trim_start_matches('.'));
        let prefix = if is_conventional {
            format!("{kind}({scope}): ")
        } else {
            String::new()
        };
        if is_conventional {
            title = format!("{prefix}{}", lower_first(&title));
        }
        let login = if job.delegator.is_some() {
            "copilot"
        } else {
            job.author.persona().login
        };
        let branch = match job.work {
            Work::Bump => format!("dependabot/{}", slug(&title)),
            Work::ReleaseNotes => format!("release-notes/{}", job.start.day()),
            Work::Hotfix { .. } => format!("hotfix/{}", slug(&title)),
            Work::Revert { .. } => format!("revert/{}", slug(&title)),
            _ => format!("{login}/{}", slug(&title)),
        };
        let mut labels = Vec::new();
        if !is_conventional && dice.chance(85)
            || matches!(job.work, Work::Hotfix { .. } | Work::Bump)
        {
            labels.push(label.to_owned());
        }
        if is_of_epic(job, plants) {
            labels.push(format!("epic: {EPIC}"));
        }
        let body = match job.work {
            Work::Bump => {
                "Bumps one dependency. Release notes and commits are linked by the bot.".to_owned()
            }
            _ if dice.chance(8) => String::new(),
            _ => {
                let second = if dice.chance(50) {
                    words.sentence("pull request bodies", &mut dice)
                } else {
                    String::new()
                };
                format!(
                    "{}\n\n{second}",
                    words.sentence("pull request bodies", &mut dice)
                )
                .trim_end()
                .to_owned()
            }
        };
        Self {
            number: 0,
            title,
            body,
            branch,
            labels,
            prefix,
        }
    }

    /// The message of a branch's commit.
    pub(super) fn commit_message(
        &self,
        at: usize,
        co_author: Option<Actor>,
        dice: &mut Dice,
    ) -> String {
        let subject = if at == 0 {
            self.title.clone()
        } else {
            let follow = [
                "address review remarks",
                "add tests",
                "handle the empty case",
                "rename for clarity",
                "fix a typo",
            ];
            let text = dice.word(&follow);
            if self.prefix.is_empty() {
                capital(text)
            } else {
                format!("{}{text}", self.prefix)
            }
        };
        match co_author.map(Actor::persona) {
            Some(persona) => {
                let (name, email) = persona
                    .signatures
                    .first()
                    .copied()
                    .unwrap_or((persona.name, ""));
                format!("{subject}\n\nWritten together.\n\nCo-authored-by: {name} <{email}>")
            }
            None => subject,
        }
    }

    /// GitHub's message of a squashed pull request: the title with its number, the commits, the trailers.
    pub(super) fn squash_message<'a>(&self, messages: impl Iterator<Item = &'a str>) -> String {
        let mut subjects = Vec::new();
        let mut trailers: Vec<&str> = Vec::new();
        for message in messages {
            subjects.extend(message.lines().next());
            let is_kept = |line: &&str| {
                line.starts_with("Co-authored-by: ") || line.starts_with("This reverts commit ")
            };
            trailers.extend(message.lines().filter(is_kept));
        }
        trailers.dedup();
        let list = if subjects.len() > 1 {
            let lines = subjects.iter().map(|subject| format!("* {subject}\n\n"));
            lines.collect::<Vec<_>>().concat()
        } else {
            String::new()
        };
        format!(
            "{} (#{})\n\n{list}{}",
            self.title,
            self.number,
            trailers.join("\n")
        )
    }
}

/// Whether a job is a part of the initiative that a label names.
fn is_of_epic(job: &Job, plants: &Plants) -> bool {
    plants.epic
        && job.repository == PARCEL_API
        && job.area_plan().is_some_and(|area| area.name == EPIC_AREA)
        && (Minute::of(EPIC_FROM)..Minute::of(EPIC_TO)).contains(&job.start)
}

/// The words of a job's area, or of its repository's first.
pub(super) fn words_of(job: &Job) -> Words {
    let first = job.blueprint().areas.first();
    Words::of(job.area_plan().or(first).map_or(&[][..], |area| area.words))
}

/// The text with its first letter in lower case, unless its first word is an abbreviation.
fn lower_first(text: &str) -> String {
    if text.chars().take(2).all(char::is_uppercase) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
