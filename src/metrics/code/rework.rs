//! `code.rework`: lines that were thrown away soon after they landed.

use std::cell::Cell;

use foldhash::{HashMap, HashMapExt as _};
use jiff::Timestamp;

use crate::domain::{CommitId, LineEnd, Origin, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, ratio_value};
use crate::metrics::drawn::{Drawn, Living, Material};
use crate::metrics::life_table::{Clusters, Lives, clustered_interval, curve, surviving};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Ratio, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::tables::{CommitRow, LineLifeRow};
use crate::work::commits::authors_of;
use crate::work::origins;
use crate::work::pull_requests::apart_commit;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::Ownership],
    measure,
};

/// Lines that leave within so many days of landing are rework.
const SOON_DAYS: u64 = 21;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The drawn curve has a point every so many days, and ends with this one.
const DRAWN: (usize, u64) = (15, 180);

/// For how long lines survive: the days, and the names of the share and of its interval.
const HORIZONS: [(u64, [&str; 3]); 2] = [
    (90, ["s90", "s90_low", "s90_high"]),
    (180, ["s180", "s180_low", "s180_high"]),
];

static DEFINITION: Definition = Definition {
    id: "code.rework",
    title: "Rework",
    question: "How much of what landed was thrown away soon, and how long does the rest live?",
    definition: "Of the lines that landed in the bucket, the share that left the default branch within 21 days of landing; and the share \
                 that lives for 90 and for 180 days (Kaplan–Meier). A line is the commit's that `git blame` names; it has left when no \
                 file of the default branch has it any more. Lines that the same commit puts elsewhere or only indents anew were moved, \
                 and those that a revision of .git-blame-ignore-revs takes away were formatted: neither was thrown away.",
    formula: "lines that left within 21 days / (lines − lines moved or formatted within 21 days);  S(t) = Π over days d < t of \
              (1 − lines that left on day d / lines there on day d)",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("moved", "lines moved within 21 days"),
        NumberDefinition::bare("formatted", "lines formatted within 21 days"),
        NumberDefinition::bare(
            "left_out",
            "lines in generated and vendored files and the like",
        ),
        NumberDefinition::bare("changes", "changes"),
        NumberDefinition::share("s90", "live for 90 days"),
        NumberDefinition::share("s90_low", "live for 90 days, low end"),
        NumberDefinition::share("s90_high", "live for 90 days, high end"),
        NumberDefinition::share("s180", "live for 180 days"),
        NumberDefinition::share("s180_low", "live for 180 days, low end"),
        NumberDefinition::share("s180_high", "live for 180 days, high end"),
    ],
    about: About::Deeds,
    cohort: Some("landed in the bucket"),
    needs: &[Need::Ownership, Need::Subjects],
    source: "Kaplan and Meier (1958), \"Nonparametric Estimation from Incomplete Observations\", JASA 53; Williams (1995), \
             \"Product-Limit Survival Functions with Correlated Survival Times\", Lifetime Data Analysis 1, for changes as clusters. Other \
             tools call other windows rework or churn: 14 days (GitClear's, for one), 21, 30",
    exclusions: "Merges, commits of ignored revisions, of more files than the limit and of automation are counted apart, and so are those \
                 that landed less than 21 days before the end, and lines in generated, vendored, lock and binary files. A moved line of \
                 fewer than ten letters and digits cannot be told from another one and counts as thrown away.",
    how_to_read: "Some rework is how software is made. Compare it with itself, and the curves of origins with each other where their \
                  intervals are apart. A number for 90 or 180 days is there where some lines have been followed for as long. The \
                  interval takes what landed together for one change: a revert takes all of its lines.",
    can_mislead: "Prototypes and fast-moving areas are rewritten whoever wrote them: origins do different work. A line with one letter changed is \
                  thrown away, and a bug that nobody fixes lives long. What was written and thrown away before it landed is not seen. \
                  Figures of other tools with windows of 14 or 30 days cannot be put beside it. A moved line counts as new where it came to.",
    sql: include_str!("../../../queries/metrics/code.rework.sql"),
};

/// What became of the lines of one commit by the as-of instant.
#[derive(Debug, Clone)]
struct Fates {
    /// What landed together: the repository, and when.
    change: (RepositoryId, Timestamp),
    /// Lines that left soon, and those that could have.
    soon: Ratio,
    moved: u64,
    formatted: u64,
    /// Lines in files that do not count.
    left_out: u64,
    lives: Vec<Lives>,
    /// For how many whole days they were followed.
    followed: u64,
}

impl Fates {
    /// Of a commit's rows, seen from an instant: what ended later is not known yet.
    fn of(commit: &CommitRow, rows: &[LineLifeRow], as_of: Timestamp) -> Self {
        let seconds = as_of
            .as_second()
            .saturating_sub(commit.landed_at.as_second());
        let mut fates = Self {
            change: (commit.repository, commit.landed_at),
            soon: Ratio { hits: 0, of: 0 },
            moved: 0,
            formatted: 0,
            left_out: 0,
            lives: Vec::with_capacity(rows.len()),
            followed: u64::try_from(seconds / DAY_SECONDS).unwrap_or(0),
        };
        for row in rows {
            if row.exclusion.is_none() {
                fates.add(row);
            } else {
                fates.left_out += row.lines;
            }
        }
        fates
    }

    fn add(&mut self, row: &LineLifeRow) {
        // The last day was not seen to its end.
        let ended = row
            .days
            .zip(row.ending)
            .filter(|(days, _)| *days < self.followed);
        let is_soon = ended.is_some_and(|(days, _)| days < SOON_DAYS);
        match ended {
            Some((_, LineEnd::Moved)) if is_soon => self.moved += row.lines,
            Some((_, LineEnd::Formatted)) if is_soon => self.formatted += row.lines,
            _ => {
                self.soon.of += row.lines;
                self.soon.hits += if is_soon { row.lines } else { 0 };
            }
        }
        self.lives.push(Lives {
            day: ended.map_or(self.followed.saturating_sub(1), |(days, _)| days),
            n: row.lines,
            has_ended: matches!(ended, Some((_, LineEnd::Deleted))),
        });
    }

    /// Whether the commit is among those that are looked at.
    fn fate(&self) -> Fate {
        if self.lives.is_empty() {
            Fate::Excluded("no_line_that_counts")
        } else if self.followed < SOON_DAYS {
            Fate::Excluded("landed_less_than_21_days_ago")
        } else if self.soon.of == 0 {
            Fate::Excluded("all_moved_or_formatted")
        } else {
            Fate::Included
        }
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    if reading.tables.line_lives.is_empty() {
        return Err(Missing {
            because: "what became of lines was not mined".to_owned(),
            fix: Some("run `linchpin mine` on a clone with its history".to_owned()),
        });
    }
    let by_origin = Cell::new(Vec::new());
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES,
        &|| {
            let rows = rows(reading);
            by_origin.set(living(&rows));
            Ok(rows)
        },
        &|_, rows| estimate(rows),
    )?;
    measure.drawn.push(Drawn {
        product: reading.product.name.clone(),
        material: Material::LivesByOrigin(by_origin.take()),
    });
    measure.note(
        reading,
        "within 21 days of landing; tools that say 14 or 30 days count something else".to_owned(),
    );
    Ok(measure)
}

/// The commits of the window.
fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Fates>> {
    let lives = &reading.tables.line_lives;
    let key = |row: &LineLifeRow| (row.repository, row.commit);
    let mut of_commit: HashMap<(RepositoryId, CommitId), &[LineLifeRow]> = HashMap::new();
    for rows in lives.chunk_by(|a, b| key(a) == key(b)) {
        of_commit.extend(rows.first().map(|first| (key(first), rows)));
    }
    let commits = reading.tables.commits.iter();
    // There may be a million, and a row is large: how many there are is known before the first is made.
    let inside: Vec<&CommitRow> = commits
        .filter(|commit| {
            commit.on_default_branch
                && reading.product.has(commit.repository)
                && reading.question.window.contains(commit.landed_at)
        })
        .collect();
    let row = |commit: &&CommitRow| {
        let rows = of_commit.get(&(commit.repository, commit.commit));
        row(reading, commit, rows.copied().unwrap_or_default())
    };
    inside.iter().map(row).collect()
}

/// For how long the lines of each origin live.
fn living(rows: &[KeyedRow<Fates>]) -> Vec<(Origin, Living)> {
    let of = |origin: Origin| {
        let own = rows.iter().filter(|KeyedRow { row, .. }| {
            row.fate == Fate::Included && row.origin == Some(origin)
        });
        let (mut lives, mut followed) = (Vec::new(), 0);
        for KeyedRow { key, .. } in own {
            lives.extend_from_slice(&key.lives);
            followed = followed.max(key.followed);
        }
        let (every, last) = DRAWN;
        let days: Vec<u64> = (0..=last.min(followed)).step_by(every).collect();
        let curve: Vec<(u64, f64)> = days.iter().copied().zip(curve(&lives, &days)).collect();
        let living = Living {
            lines: lives.iter().map(|lives| lives.n).sum(),
            curve,
        };
        (!living.curve.is_empty()).then_some((origin, living))
    };
    Origin::ALL.into_iter().filter_map(of).collect()
}

fn row(reading: &Reading<'_>, commit: &CommitRow, rows: &[LineLifeRow]) -> KeyedRow<Fates> {
    let fates = Fates::of(commit, rows, reading.question.as_of);
    let apart = commit
        .is_merge
        .then_some(Fate::Excluded("merge_commit"))
        .or_else(|| apart_commit(reading, commit))
        .or_else(|| Some(Fate::Excluded(commit.exclusion?.word())));
    let fate = apart.unwrap_or_else(|| fates.fate());
    let row = LedgerRow {
        origin: Some(origins::of_commit(reading.tables, commit)),
        working_hours: None,
        is_running: false,
        person: None,
        authors: authors_of(reading, commit),
        product: reading.product.name.clone(),
        repository: Some(commit.repository),
        areas: [].into(),
        subject: commit.subject_of_row(reading),
        link: commit.page_of_row(reading),
        at: Some(commit.landed_at),
        bucket: reading
            .question
            .bucket(commit.landed_at, reading.question.granularity),
        value: (fate == Fate::Included)
            .then(|| fates.soon.share())
            .flatten(),
        fate,
    };
    KeyedRow { row, key: fates }
}

fn estimate(rows: &[&KeyedRow<Fates>]) -> Measured {
    let sum = |of: &dyn Fn(&Fates) -> u64| rows.iter().map(|row| of(&row.key)).sum::<u64>();
    let whole = Ratio {
        hits: sum(&|fates| fates.soon.hits),
        of: sum(&|fates| fates.soon.of),
    };
    let mut by_change: Vec<&Fates> = rows.iter().map(|row| &row.key).collect();
    by_change.sort_by_key(|fates| fates.change);
    let (mut lives, mut shares) = (Clusters::default(), Vec::new());
    for together in by_change.chunk_by(|a, b| a.change == b.change) {
        lives.add(together.iter().flat_map(|fates| &fates.lives));
        let part = |of: fn(&Ratio) -> u64| together.iter().map(|fates| of(&fates.soon)).sum();
        shares.push(Ratio {
            hits: part(|ratio| ratio.hits),
            of: part(|ratio| ratio.of),
        });
    }
    let mut value = ratio_value(whole);
    value.0.extend([
        ("moved", Number::Count(sum(&|fates| fates.moved))),
        ("formatted", Number::Count(sum(&|fates| fates.formatted))),
        ("left_out", Number::Count(sum(&|fates| fates.left_out))),
        ("changes", Number::Count(count(shares.len()))),
    ]);
    let followed = rows.iter().map(|row| row.key.followed).max().unwrap_or(0);
    for (days, [share, low, high]) in HORIZONS {
        // What nobody has followed for as long is not known.
        let found = surviving(&lives, days).filter(|_| followed >= days);
        if let Some(found) = found {
            value.0.push((share, Number::Real(found.share)));
            if let Some([from, to]) = found.interval {
                value.0.push((low, Number::Real(from)));
                value.0.push((high, Number::Real(to)));
            }
        }
    }
    Measured::Value {
        n: count(rows.len()),
        value,
        interval: clustered_interval(&shares),
    }
}
