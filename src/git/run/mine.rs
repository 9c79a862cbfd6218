//! From a repository to its history: opened, continued where an earlier run left it, and told.

use std::path::Path;

use gix::ObjectId;

use super::engine::{self, Plan};
use super::history::Draft;
use super::signing::Signing;
use crate::domain::{CommitId, Gap, History, Tag};
use crate::git::clone::open;
use crate::git::clone::refs::{self, Tips};
use crate::git::objects::commit::{self, instant};
use crate::git::objects::id::commit_id;
use crate::git::objects::object::Unreadable;
use crate::git::objects::packs::{BIG_FILE, Packs};
use crate::git::objects::reader::Reader;
use crate::git::parallel::{cores, joined};
use crate::git::settings::attributes::PathRules;
use crate::git::settings::notes;
use crate::git::settings::text::TextRules;
use crate::git::settings::tip::Settings;
use crate::git::state::log::{Log, LogGap, NONE};
use crate::git::state::{self, Header, Sections};
use crate::git::{Error, MineOptions, Progress};

/// What came of mining.
#[derive(Debug, Clone, Default)]
pub struct Mined {
    /// The whole history: what of it is looked at, and as of when, is for its readers to say.
    pub history: History,
    /// Opaque bytes for the next run's `previous`: the same after increments as after a full run.
    pub state: Vec<u8>,
    /// Nothing is new since `previous`: history and state are what they were.
    pub unchanged: bool,
    /// How many commits were read in this run; all of them in a first or a full run.
    pub n_new_commits: u32,
}

struct Start {
    repository: gix::Repository,
    packs: Packs,
    tips: Tips,
    /// How files are compared.
    text: TextRules,
    gaps: Vec<Gap>,
    current: String,
}

fn start(path: &Path, options: &MineOptions) -> Result<Start, Error> {
    let repository = open::open(path)?;
    let tips = refs::tips(&repository, options)?;
    let packs = Packs::open(&repository);
    let mut gaps = tips.substitutes.gaps();
    let (text, unread) = TextRules::of(&repository, &mut packs.reader(8 << 20));
    gaps.extend(unread);
    let current = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {} {} {}{}{} {:?}",
        tips.branch,
        tips.head,
        tips.others,
        tips.tags,
        tips.boundary,
        tips.substitutes,
        text.key(),
        options.excluded_globs,
        options.max_files_per_commit,
        options.renames,
        options.all_refs,
        options.diff_merges_first_parent,
        options.ownership,
        forgotten_key(options),
        options.agents.key(),
        notes::tip(&repository),
    );
    Ok(Start {
        repository,
        packs,
        tips,
        text,
        gaps,
        current,
    })
}

/// Whom a log is kept without: what was kept with them is of no use any more.
fn forgotten_key(options: &MineOptions) -> String {
    let forgotten = options.forgotten.as_ref();
    let fingerprint = forgotten.map_or("", |forgotten| forgotten.fingerprint());
    if fingerprint.is_empty() {
        return String::new();
    }
    format!(" without {fingerprint}")
}

/// Whether mining would find what `previous` already holds: a state, or its first
/// [`STATE_HEADER_BYTES`](crate::git::STATE_HEADER_BYTES). Reads refs only.
pub fn is_current(path: &Path, options: &MineOptions, previous: &[u8]) -> Result<bool, Error> {
    let Some(header) = Header::read(previous) else {
        return Ok(false);
    };
    // What was missing may have come since: that is not seen in refs.
    Ok(header.is_whole && state::key(&start(path, options)?.current) == header.current)
}

/// Whether a clone has the history that a state was made of: its first commit and its last one are there.
pub fn has_history_of(path: &Path, previous: &[u8]) -> Result<bool, Error> {
    let Some(log) = state::read(previous) else {
        return Ok(false);
    };
    let repository = open::open(path)?;
    let packs = Packs::open(&repository);
    let mut reader = packs.reader(1 << 20);
    let mut is_there = |commit: CommitId| {
        let id = ObjectId::from_hex(commit.to_string().as_bytes());
        id.is_ok_and(|id| reader.read(&id).is_ok())
    };
    let ends = log.commits.first().zip(log.commits.last());
    Ok(ends.is_some_and(|(first, last)| is_there(first.id) && is_there(last.id)))
}

/// Whether an object that could not be read for a log can be read now: what rests on it is not known, then.
fn is_healed(log: &Log, reader: &mut Reader<'_>) -> bool {
    let of_commits = log.commits.iter().flat_map(|commit| &commit.gaps);
    let gaps = log.gaps.iter().chain(of_commits);
    let is_readable = |gap: &LogGap, reader: &mut Reader<'_>| {
        let id = ObjectId::from_hex(gap.subject.as_bytes()).ok();
        let object = id.and_then(|id| reader.read(&id).ok());
        object.is_some_and(|object| match gap.kind.as_str() {
            "commit" => commit::parse(&object.bytes).is_some(),
            "tree" => object.kind == gix::objs::Kind::Tree,
            _ => object.kind == gix::objs::Kind::Blob,
        })
    };
    gaps.filter(|gap| is_of_storage(&gap.reason))
        .any(|gap| is_readable(gap, reader))
}

/// Whether a gap is one of the clone, and not of what was committed: it closes when the clone is completed or mended.
fn is_of_storage(reason: &str) -> bool {
    [Unreadable::Missing, Unreadable::Corrupt]
        .map(Unreadable::word)
        .contains(&reason)
}

/// Those of some revisions that are among a log's commits, sorted.
fn ignored_in(log: &Log, revisions: &[ObjectId]) -> Vec<CommitId> {
    let mut wanted: Vec<CommitId> = revisions.iter().filter_map(|id| commit_id(id)).collect();
    wanted.sort_unstable();
    if wanted.is_empty() {
        return wanted;
    }
    let commits = log.commits.iter().map(|commit| commit.id);
    let mut there: Vec<CommitId> = commits
        .filter(|id| wanted.binary_search(id).is_ok())
        .collect();
    there.sort_unstable();
    there
}

/// The log of everything, and how many of its commits were known: none, where what was known could not be continued.
fn extended(plan: &Plan<'_>, old: Option<Log>) -> (Log, usize) {
    let n_old = old.as_ref().map_or(0, |log| log.commits.len());
    match old.and_then(|log| engine::extend(plan, log)) {
        Some(log) => (log, n_old),
        None => (engine::extend(plan, Log::default()).unwrap_or_default(), 0),
    }
}

/// Mines a repository. With the `state` of an earlier run as `previous`, only new commits are read; where that cannot be
/// continued (a rewritten branch, other options, a damaged state), everything is read again.
pub fn mine(
    path: &Path,
    options: &MineOptions,
    previous: Option<&[u8]>,
    progress: &dyn Progress,
) -> Result<Mined, Error> {
    let Start {
        repository,
        packs,
        tips,
        text,
        mut gaps,
        current,
    } = start(path, options)?;
    let mut reader = packs.reader(8 << 20);
    let (settings, unread) = Settings::of_tip(&mut reader, &repository, tips.head);
    gaps.extend(unread);
    let rules = PathRules::new(&settings.attributes, &options.excluded_globs)?;
    // What a log rests on, besides the objects. A revision that is to be ignored counts from when its commit is there: it is
    // usually named by a later commit of the same push, and nothing old has to be looked at again then.
    let basis = |log: &Log| {
        let big_file = (packs.big_file != BIG_FILE).then_some(packs.big_file);
        state::key(&format!(
            "{:?} {:?} {:?} {:?} {} {} {} {}{}{}",
            repository.object_hash(),
            ignored_in(log, &settings.ignored),
            tips.boundary,
            text.key(),
            options.renames,
            options.all_refs,
            options.diff_merges_first_parent,
            options.ownership,
            big_file.map_or_else(String::new, |bytes| format!(" {bytes}")),
            forgotten_key(options),
        ))
    };
    let current = state::key(&current);
    let old = previous.and_then(|previous| {
        let header = Header::read(previous)?;
        let log = state::read(previous)?;
        let is_usable =
            header.basis == basis(&log) && (header.is_whole || !is_healed(&log, &mut reader));
        is_usable.then_some((header, log))
    });
    let unchanged = old
        .as_ref()
        .is_some_and(|(header, _)| header.current == current);
    let old = old.map(|(_, log)| log);
    let signing = Signing::new(&settings.mailmap, options);
    let plan = Plan {
        packs: &packs,
        signing: &signing,
        hash: repository.object_hash(),
        tip: tips.head,
        others: tips.others.clone(),
        boundary: tips.boundary.clone(),
        ignored: &settings.ignored,
        text: &text,
        renames: options.renames,
        merges_against_first_parent: options.diff_merges_first_parent,
        ownership: options.ownership,
        threads: threads(options),
        progress,
    };
    let (mut log, n_old) = match old {
        Some(log) if unchanged => {
            let n = log.commits.len();
            (log, n)
        }
        old => extended(&plan, old),
    };
    signing.sign_anew(&mut log.signatures);
    let header = Header {
        basis: basis(&log),
        current,
        is_whole: is_whole(&log, &gaps),
    };
    progress.phase("history", None);
    let n_new_commits = u32::try_from(log.commits.len().saturating_sub(n_old)).unwrap_or(NONE);
    let shared = repository.into_sync();
    let (tags, draft, sections) = std::thread::scope(|scope| {
        let sections = (!unchanged).then(|| scope.spawn(|| Sections::of(&log)));
        let tags = scope.spawn(|| refs::tags(&shared.to_thread_local(), &tips));
        let draft = Draft::of(&log, &settings, &signing, rules);
        (joined(tags), draft, sections.map(joined))
    });
    let (state, mut history) = std::thread::scope(|scope| {
        let state = scope.spawn(|| match &sections {
            Some(sections) => sections.pack(&header),
            None => previous.unwrap_or_default().to_vec(),
        });
        let history = draft.finish(log, options, &settings, tips.head);
        (joined(state), history)
    });
    history.tags = tags.into_iter().filter_map(tag).collect();
    signing.name_nobody(&mut history);
    history.default_branch = tips.branch;
    history.is_shallow = !tips.boundary.is_empty();
    history.gaps.append(&mut gaps);
    history.gaps.sort();
    history.gaps.dedup();
    Ok(Mined {
        history,
        state,
        unchanged,
        n_new_commits,
    })
}

fn tag((name, commit, seconds): (String, CommitId, i64)) -> Option<Tag> {
    Some(Tag {
        name,
        commit,
        tagged_at: instant(seconds)?,
    })
}

/// Whether every object that was asked for could be read.
fn is_whole(log: &Log, gaps: &[Gap]) -> bool {
    let of_commits = log.commits.iter().flat_map(|commit| &commit.gaps);
    let of_log = log.gaps.iter().chain(of_commits).map(|gap| &gap.reason);
    let reasons = of_log.chain(gaps.iter().map(|gap| &gap.reason));
    !reasons.into_iter().any(|reason| is_of_storage(reason))
}

fn threads(options: &MineOptions) -> usize {
    options.threads.unwrap_or_else(cores).max(1)
}
