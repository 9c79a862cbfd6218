//! What deriving found besides the facts: how complete every stream is, and the holes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Error, MinedClone};
use crate::domain::{
    Completeness, Gap, ImportLine, PatternLine, RepoName, RepositoryId, Stream, StreamCertificate,
};
use crate::register::Register;
use crate::store::{self, Store};

/// What deriving found besides the facts themselves.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Findings {
    /// How complete every stream of every repository is.
    pub certificates: Vec<StreamCertificate>,
    /// Holes, sorted.
    pub gaps: Vec<Gap>,
    /// Records, or parts of them, that came from GitHub and could not be read, by stream.
    #[serde(default)]
    pub dropped: Vec<(RepositoryId, Stream, u64)>,
    /// What each pattern of the register and the command line gave: told by whoever resolved them, never kept with the facts.
    #[serde(skip)]
    pub patterns: Vec<PatternLine>,
    /// What each file of the register's imports gave: of the register, and never kept with the facts.
    #[serde(skip)]
    pub imports: Vec<ImportLine>,
}

impl Findings {
    /// Reads them from the store.
    pub fn read(store: &Store) -> Result<Self, Error> {
        let Some(bytes) = store.read(FINDINGS)? else {
            return Err(Error::NoFacts {
                store: store.root().to_owned(),
                is_damaged: !store.recovered().is_empty(),
            });
        };
        let mut findings: Self = serde_json::from_slice(&bytes).map_err(Error::Damaged)?;
        findings.catch_up(store)?;
        Ok(findings)
    }

    /// Puts in the certificates of the last fetch: a stream may have stopped short, or caught up, without a new record.
    fn catch_up(&mut self, store: &Store) -> Result<(), Error> {
        for entry in store.repositories() {
            for mut line in store::state::read(store, entry.id)?.certificates() {
                let is_same = |known: &StreamCertificate| {
                    (known.repository, known.stream) == (line.repository, line.stream)
                };
                // A mirror that could not be brought up to date has the history that it had.
                if let Some(mined) = self.certificates.iter().find(|known| is_same(known))
                    && line.stream == Stream::History
                {
                    line.fetched = mined.fetched;
                    line.watermark = mined.watermark;
                }
                self.certificates.retain(|known| !is_same(known));
                self.certificates.push(line);
            }
        }
        self.hold_against_dropped();
        self.certificates
            .sort_by_key(|line| (line.repository, line.stream));
        Ok(())
    }

    /// A fetch that brought everything is not complete where some of it could not be read.
    fn hold_against_dropped(&mut self) {
        for (repository, stream, n) in &self.dropped {
            let line = self.certificates.iter_mut().find(|line| {
                (line.repository, line.stream) == (*repository, *stream) && line.is_whole()
            });
            if let Some(line) = line {
                let plural = if *n == 1 { "" } else { "s" };
                line.completeness = Completeness::Partial;
                line.reason = Some(format!(
                    "{n} record{plural} or part{plural} of records came in a shape that cannot be read"
                ));
                line.fix = Some(
                    "the gaps in data_quality.json name them; a newer linchpin may read them without fetching anew"
                        .to_owned(),
                );
            }
        }
    }

    /// Whether some data that was asked for did not arrive whole: the banner is up, and the exit code is 5.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.certificates.iter().any(StreamCertificate::is_partial)
            || self.patterns.iter().any(PatternLine::has_hole)
            || self.imports.iter().any(ImportLine::has_hole)
    }

    /// Takes in what patterns gave, and tells which repositories of products the store has nothing of: figures of these products are
    /// of the rest alone.
    pub fn take_patterns(
        &mut self,
        lines: &[PatternLine],
        register: &Register,
        id_of: impl Fn(&RepoName) -> Option<RepositoryId>,
    ) {
        // One that is only named has an id too.
        let lines_read = self.certificates.iter();
        let read: BTreeSet<RepositoryId> = lines_read
            .filter(|line| line.completeness != Completeness::Skipped)
            .map(|line| line.repository)
            .collect();
        let is_there = |name: &RepoName| id_of(name).is_some_and(|id| read.contains(&id));
        let absent = register.absent(is_there);
        let absent = absent.map(|(product, name)| PatternLine::of_absent(product, name));
        let lines = lines.iter().cloned();
        let held = lines.map(|line| line.held_against(is_there));
        self.patterns = held.chain(absent).collect();
    }

    /// Marks the holes that a register accepts on a day.
    pub fn accept(
        &mut self,
        register: &Register,
        today: Date,
        id_of: impl Fn(&RepoName) -> Option<RepositoryId>,
    ) {
        for hole in register
            .accepted_holes
            .iter()
            .filter(|hole| today <= hole.until)
        {
            let repository = id_of(&hole.repository);
            let accepted = self.certificates.iter_mut().find(|line| {
                Some(line.repository) == repository
                    && line.stream == hole.stream
                    && line.completeness == hole.state.completeness()
            });
            if let Some(line) = accepted {
                line.accepted = Some((hole.until, hole.reason.clone()));
            }
        }
    }
}

/// Where findings are kept between commands.
pub const FINDINGS: &str = "facts/findings.json";

/// How complete the history of a clone is.
pub(super) fn history_certificate(clone: &MinedClone) -> StreamCertificate {
    let history = &clone.history;
    let n = u64::try_from(history.landed().count()).unwrap_or(u64::MAX);
    let (completeness, reason, fix) = if history.is_shallow {
        (
            Completeness::Partial,
            Some(StreamCertificate::SHALLOW.to_owned()),
            Some("fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout".to_owned()),
        )
    } else if n == 0 && history.gaps.is_empty() {
        (Completeness::Empty, None, None)
    } else if history.gaps.is_empty() {
        (Completeness::Complete, None, None)
    } else {
        (
            Completeness::Partial,
            Some(unread(&history.gaps)),
            Some(to_be_read(&history.gaps).to_owned()),
        )
    };
    StreamCertificate {
        repository: clone.repository,
        stream: Stream::History,
        completeness,
        reason,
        fix,
        expected: None,
        fetched: n,
        watermark: history.landed().map(|commit| commit.committed_at).max(),
        accepted: None,
    }
}

/// How many objects and records of a clone could not be read, by what they are and why.
fn unread(gaps: &[Gap]) -> String {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for gap in gaps {
        *kinds.entry((&gap.kind, &gap.reason)).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .iter()
        .map(|((kind, reason), n)| format!("{kind} {} {n}", reason.replace('_', " ")))
        .collect();
    let plural = if gaps.len() == 1 { "" } else { "s" };
    let n = gaps.len();
    format!(
        "{n} object{plural} or record{plural} could not be read ({})",
        kinds.join(", ")
    )
}

/// The next step for a clone with gaps.
fn to_be_read(gaps: &[Gap]) -> &'static str {
    let is_of_reading = |gap: &Gap| gap.reason.ends_with("_not_followed");
    if gaps.iter().all(is_of_reading) {
        "history is read as it was recorded: `git replace --list` and .git/info/grafts say what git shows instead; take them away, or make them \
         part of the history with `git filter-repo --force`"
    } else if gaps.iter().all(|gap| gap.reason == "unreadable_entry") {
        "correct the lines: git stops at anything but a full id, one a line; until then they are not honoured"
    } else if gaps.iter().all(|gap| gap.reason == "missing_object") {
        "clone it anew, without `--filter`: a partial clone lacks what was not asked for; `git fsck` names what is missing"
    } else if gaps.iter().all(|gap| gap.reason.starts_with("too_")) {
        "see the gaps in data_quality.json: what is larger or deeper than linchpin reads is left out, and the rest is counted"
    } else {
        "see the gaps in data_quality.json; `git fsck` names damaged objects, and a fresh clone has them whole"
    }
}

/// What mining says of a clone's gaps: how many, the first of them, the next step; `None` where there is none.
#[must_use]
pub fn told_of(gaps: &[Gap]) -> Option<String> {
    let first = gaps.first()?;
    Some(format!(
        "{}; the first is {} `{}`: {}",
        unread(gaps),
        first.kind,
        first.subject,
        to_be_read(gaps)
    ))
}

/// Adds a line for every stream that nobody read, so that the certificate never leaves one out.
pub(super) fn complete(
    findings: &mut Findings,
    repositories: impl Iterator<Item = RepositoryId>,
    no_github: Option<(&str, &str)>,
) {
    let (reason, fix) = no_github.unwrap_or(("GitHub was not asked", "run `linchpin fetch`"));
    for repository in repositories {
        let streams = [
            (
                Stream::History,
                "no clone was mined",
                "name the clone with `--repo PATH`",
            ),
            (Stream::PullRequests, reason, fix),
            (Stream::Issues, reason, fix),
            (Stream::Deployments, reason, fix),
            (Stream::Releases, reason, fix),
            (Stream::WorkflowRuns, reason, fix),
            (Stream::MergeRules, reason, fix),
            (Stream::Milestones, reason, fix),
            (Stream::Environments, reason, fix),
            (Stream::Teams, reason, fix),
        ];
        for (stream, reason, fix) in streams {
            let is_there =
                |line: &StreamCertificate| line.repository == repository && line.stream == stream;
            if !findings.certificates.iter().any(is_there) {
                findings.certificates.push(StreamCertificate {
                    repository,
                    stream,
                    completeness: Completeness::Skipped,
                    reason: Some(reason.to_owned()),
                    fix: Some(fix.to_owned()),
                    expected: None,
                    fetched: 0,
                    watermark: None,
                    accepted: None,
                });
            }
        }
    }
}
