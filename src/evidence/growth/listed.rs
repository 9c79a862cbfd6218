//! What the quarters are told from, line by line: folded, bounded, each with its date, its page and, where the pack tells of it, its id.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::acts::{Change, OnOwn, Own};
use super::{Writing, heading, number};
use crate::domain::{Bucket, Person};
use crate::evidence::measures::{Deed, OVERTAKEN, Standing};
use crate::evidence::moments::{Subject, excerpt_of, taken_back};
use crate::evidence::pack::{Face, Pack, spans};
use crate::evidence::snippet::Act;
use crate::evidence::working_days::with_elapsed;
use crate::metrics::measure::Ratio;
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::work::pull_requests::Key;
use crate::work::threads::Followed;

/// So many lines of a quarter are listed.
const LISTED: usize = 15;
/// So many pages are named in a line.
const NAMED: usize = 8;
/// So many letters of a comment are quoted.
const QUOTED: usize = 160;

/// One person's lists.
pub(super) struct Lists<'a> {
    writing: &'a Writing<'a>,
    whose: &'a Person,
    /// By page: the id of the moment that tells of the merge.
    ids: HashMap<&'a str, &'a str>,
}

impl<'a> Lists<'a> {
    pub(super) fn of(writing: &'a Writing<'a>, whose: &'a Person, pack: &'a Pack) -> Self {
        let merged = pack.snippets.iter().filter(|one| one.kind.is_change());
        let ids =
            merged.filter_map(|one| Some((one.act.first_link()?.url.as_str(), one.id.as_str())));
        Self {
            writing,
            whose,
            ids: ids.collect(),
        }
    }

    /// The merged changes of each quarter, with rounds and the wait for the first approval.
    pub(super) fn changes(&self, own: &Own, blocks: &mut Vec<Block>) {
        let line = |change: &Change| {
            let mut line = self.dated(change.at, change.key);
            line.push(Span::text(format!(": {}.", told(change))));
            line.extend(self.id(change.key));
            line
        };
        self.by_quarter("Changes merged", blocks, |quarter| {
            let of_quarter = own.changes.iter().filter(|one| one.quarter == quarter);
            of_quarter.map(line).collect()
        });
    }

    /// Requests that were not answered with a review; apart from them those that somebody else was faster with.
    pub(super) fn unanswered(&self, own: &Own, blocks: &mut Vec<Block>) {
        self.asked(
            "Asked and not reviewed",
            own,
            blocks,
            |standing| match standing {
                Standing::NotKept(how) => Some(how),
                _ => None,
            },
        );
        self.asked(
            "Merged or closed before a review that was asked for",
            own,
            blocks,
            |standing| (standing == Standing::Apart(OVERTAKEN)).then_some(OVERTAKEN),
        );
    }

    fn asked(
        &self,
        title: &str,
        own: &Own,
        blocks: &mut Vec<Block>,
        told: fn(Standing) -> Option<&'static str>,
    ) {
        self.by_quarter(title, blocks, |quarter| {
            let of_quarter = own.requests.iter().filter(|one| one.quarter == quarter);
            let lines = of_quarter.filter_map(|request| {
                let how = told(request.standing)?;
                let mut line = self.dated(request.at, request.key);
                line.push(Span::text(format!(": asked on that day, {how}.")));
                Some(line)
            });
            lines.collect()
        });
    }

    pub(super) fn threads(&self, own: &Own, blocks: &mut Vec<Block>) {
        self.by_quarter("Threads", blocks, |quarter| {
            let of_quarter = own.threads.iter().filter(|one| one.quarter == quarter);
            of_quarter.filter_map(|one| self.thread(one)).collect()
        });
    }

    fn thread(&self, one: &OnOwn) -> Option<Vec<Span>> {
        let Writing { sources, index, .. } = self.writing;
        let comment = one.thread.opened(sources.past.tables)?;
        let item = index.item(one.key)?;
        let by = sources.person(one.thread.by)?;
        let path = comment.path.clone().unwrap_or_default();
        let mut told = vec![
            Span::Strong(sources.date(one.thread.at).to_string()),
            Span::text(" · "),
            Span::link(item.link(sources).text, &comment.url),
            Span::text(format!(
                ", {}, by {}, on ",
                one.thread.topic.words(),
                by.display_name
            )),
            Span::Code(path),
        ];
        if let Some(words) = excerpt_of(&comment.body, QUOTED) {
            told.push(Span::text(format!(": “{words}”")));
        }
        match one.thread.followed {
            Followed::By(commit, at) => {
                let link = self.subject().commit_link(one.key.0, commit);
                told.push(Span::text("; a commit on the file followed: "));
                told.push(Span::link(link.text, link.url));
                told.push(Span::text(format!(" ({}).", sources.date(at))));
            }
            Followed::No => told.push(Span::text("; no commit on the file followed.")),
            Followed::Untold => told.push(Span::text("; whether a commit followed is not told.")),
        }
        Some(told)
    }

    /// Own changes whose work was taken back, whenever they were merged in these quarters.
    pub(super) fn taken_back(&self, blocks: &mut Vec<Block>) {
        let growth = self.writing.growth;
        let subject = self.subject();
        let mut found: Vec<(Timestamp, Vec<Span>)> = Vec::new();
        for item in subject.items().filter(|item| item.is_by(self.whose.id)) {
            let inside = item.undone.iter();
            let inside = inside.filter(|undone| growth.window.contains(undone.reverted.at));
            for undone in inside {
                let act = taken_back(&subject, item, Act::default().own(": "), undone);
                let mut line = self.dated(undone.reverted.at, item.key());
                line.extend(spans(&act));
                line.push(Span::text("."));
                line.extend(self.id(item.key()));
                found.push((undone.reverted.at, line));
            }
        }
        if found.is_empty() {
            return;
        }
        found.sort_by_key(|(at, _)| *at);
        blocks.push(heading("Changes that were taken back"));
        let lines = found.into_iter().map(|(_, line)| line).collect();
        blocks.extend(bounded(lines));
    }

    fn subject(&self) -> Subject<'a> {
        Subject {
            sources: self.writing.sources,
            index: self.writing.index,
            person: self.whose.id,
            login: Face::of(self.whose).login,
        }
    }

    /// `2026-03-02 · widgets#12 “Title”`.
    fn dated(&self, at: Timestamp, key: Key) -> Vec<Span> {
        let sources = self.writing.sources;
        let mut dated = vec![
            Span::Strong(sources.date(at).to_string()),
            Span::text(" · "),
        ];
        if let Some(item) = self.writing.index.item(key) {
            let link = item.link(sources);
            dated.push(Span::link(link.text, link.url));
            dated.push(Span::text(format!(" “{}”", item.pull_request.title)));
        }
        dated
    }

    fn id(&self, key: Key) -> Vec<Span> {
        let item = self.writing.index.item(key);
        let id = item.and_then(|item| self.ids.get(item.pull_request.url.as_str()));
        id.map_or_else(Vec::new, |id| {
            vec![Span::text(" "), Span::Code((*id).to_owned())]
        })
    }

    /// A folded list for each quarter that has lines, the newest quarter first.
    fn by_quarter(
        &self,
        title: &str,
        blocks: &mut Vec<Block>,
        of: impl Fn(Bucket) -> Vec<Vec<Span>>,
    ) {
        for quarter in self.writing.growth.quarters.iter().rev() {
            let lines = of(*quarter);
            if !lines.is_empty() {
                blocks.push(Block::Details {
                    summary: format!("{title}, {quarter} ({})", lines.len()),
                    blocks: bounded(lines),
                });
            }
        }
    }
}

/// A list, cut to the newest lines where it is long.
fn bounded(mut lines: Vec<Vec<Span>>) -> Vec<Block> {
    let n_more = lines.len().saturating_sub(LISTED);
    lines.drain(..n_more);
    let mut blocks = vec![Block::Bullets(lines)];
    if n_more > 0 {
        blocks.push(Block::Paragraph(vec![Span::text(format!(
            "{n_more} earlier lines are left out."
        ))]));
    }
    blocks
}

/// Rounds and the wait for the first approval, in words.
fn told(change: &Change) -> String {
    let rounds = change.rounds.map_or_else(
        || "merged without a review by a person".to_owned(),
        |n| quantity::counted(n, "review rounds"),
    );
    let approval = match (change.approval, change.unapproved) {
        (Some(wait), _) => {
            format!(
                ", first approval after {}",
                with_elapsed(wait, change.elapsed)
            )
        }
        (None, _) if change.rounds.is_none() => String::new(),
        (None, Some("merged_without_approval")) => ", merged without an approval".to_owned(),
        (None, Some("reviewed_as_a_draft")) => ", approved as a draft".to_owned(),
        (None, _) => ", the wait for an approval is not told".to_owned(),
    };
    rounds + &approval
}

/// How a quarter's own pull requests stand to the agreed size; `None`: none was opened.
pub(super) fn size(
    writing: &Writing<'_>,
    quarter: Bucket,
    since: Date,
    deeds: &[&Deed],
) -> Option<Vec<Span>> {
    let kept = deeds.iter().filter(|deed| deed.standing == Standing::Kept);
    let ratio = Ratio {
        hits: number(kept.count()),
        of: number(deeds.len()),
    };
    if deeds.is_empty() {
        return None;
    }
    let is_summed = ratio.of >= writing.sources.past.question.minimum_n;
    let mut line = vec![Span::Strong(writing.called(quarter))];
    if quarter.next().first_day() <= since {
        line.push(Span::text(", before it was agreed"));
    }
    let shown: Vec<&&Deed> = if is_summed {
        let words = format!(": within it {}", quantity::ratio(ratio));
        line.push(Span::text(words));
        deeds
            .iter()
            .filter(|deed| deed.standing != Standing::Kept)
            .collect()
    } else {
        line.push(Span::text(format!(
            ": too few to summarise, n {}",
            ratio.of
        )));
        deeds.iter().collect()
    };
    for (at, deed) in shown.iter().take(NAMED).enumerate() {
        let before = match (at, is_summed) {
            (0, true) => "; with more lines: ",
            (0, false) => ": ",
            _ => ", ",
        };
        line.push(Span::text(before));
        line.push(Span::link(&deed.link.text, &deed.link.url));
        let day = writing.sources.date(deed.at);
        line.push(Span::text(format!(" ({day}, {})", deed.found)));
    }
    if shown.len() > NAMED {
        line.push(Span::text(format!(" and {} more", shown.len() - NAMED)));
    }
    line.push(Span::text("."));
    Some(line)
}
