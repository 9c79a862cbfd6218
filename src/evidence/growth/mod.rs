//! `growth.md`: a person's own quarters, never beside anybody else's.
//!
//! Rounds, the wait for a first approval, the topics of threads on own changes, changes that were taken back, reviews that were
//! asked for and not given, size where one is agreed; and, as on the lead's page, whether merged work waited on this person.

mod acts;
mod listed;

use super::Sources;
use super::blocks::{coded, heading};
use super::bottleneck;
use super::index::Index;
use super::measures::{Deed, Standing, row_of};
use super::pack::{Face, Pack, unobserved};
use crate::domain::{Bucket, Granularity, Person, PersonId};
use crate::metrics::measure::{Ratio, Unit};
use crate::metrics::review::waits::{self, Median};
use crate::register::PersonMeasure;
use crate::report::document::{Block, Document, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::work::threads::{Followed, Topic};

pub use acts::Growth;
use acts::Own;
use listed::Lists;

/// What a page is written from.
pub(super) struct Writing<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) index: &'a Index<'a>,
    pub(super) growth: &'a Growth,
}

impl Writing<'_> {
    pub(super) fn document(&self, whose: &Person, pack: &Pack) -> Document {
        let sources = self.sources;
        let nothing = Own::default();
        let own = self.growth.of.get(&whose.id).unwrap_or(&nothing);
        let mut blocks = vec![Block::Paragraph(vec![Span::text(
            "Quarters of this person's own work, and nobody else's beside them. Rounds are how review teaches: none at all is no goal. \
             Below the agreed number of rows a quarter is listed, not summarised.",
        )])];
        let unread = unobserved(sources);
        if !unread.is_empty() {
            let bullets = unread.iter().map(|words| coded(words));
            blocks.push(Block::Bullets(bullets.collect()));
        }
        let lists = Lists::of(self, whose, pack);
        let has_any = !own.changes.is_empty() || !own.requests.is_empty();
        if has_any {
            blocks.push(heading("By quarter"));
            blocks.push(Block::Table(self.by_quarter(whose.id, own)));
            blocks.push(Block::Paragraph(vec![Span::Emphasis(COUNTED.to_owned())]));
            lists.changes(own, &mut blocks);
            lists.unanswered(own, &mut blocks);
        } else if sources.past.readings.iter().any(|reading| {
            let need = crate::work::Need::PullRequests;
            sources
                .past
                .question
                .missing(reading.product, need)
                .is_none()
        }) {
            blocks.push(Block::Paragraph(vec![Span::text(
                "No change of this person was merged in these quarters, and no review was asked of them.",
            )]));
        }
        self.threads(own, &lists, &mut blocks);
        lists.taken_back(&mut blocks);
        self.size(whose.id, &mut blocks);
        self.bottleneck(whose, &mut blocks);
        let first = self.growth.quarters.first();
        // Up to the last one that has a row: one that has begun and has none is no quarter of this page.
        let last = self.told(own).last().or(self.growth.quarters.last());
        let up_to = own.latest().map(|at| sources.date(at));
        let up_to = up_to.map_or(sources.last_day(), |day| day.max(sources.last_day()));
        let quarters = first.zip(last).map_or_else(
            || "No quarter is in the record".to_owned(),
            |(first, last)| format!("Quarters {first} to {last}, up to {up_to}"),
        );
        Document {
            title: format!("Growth: {}", Face::of(whose).words()),
            subtitle: vec![Span::text(format!(
                "{quarters}, as of {}. The same document for the person and for the lead.",
                sources.past.question.as_of
            ))],
            blocks,
        }
    }

    fn by_quarter(&self, person: PersonId, own: &Own) -> Table {
        let question = self.sources.past.question;
        let unit = question.wait_unit();
        let rows = self.told(own).map(|quarter| {
            let changes = || own.changes.iter().filter(|one| one.quarter == *quarter);
            let rounds = Median::of(question, changes().filter_map(|one| one.rounds));
            let approvals = changes().filter_map(|one| Some(one.approval?.1));
            let approval = Median::of(question, approvals);
            let mut row = vec![TableCell::Text(self.called(*quarter))];
            row.extend(median(Unit::Count("review rounds"), &rounds));
            row.extend(median(unit, &approval));
            let of_quarter = own.requests.iter().filter(|one| one.quarter == *quarter);
            let standings: Vec<Standing> = of_quarter.map(|one| one.standing).collect();
            row.extend(unanswered(&standings, question.minimum_n));
            row.push(self.read_with(person, *quarter));
            row
        });
        let wait = match unit {
            Unit::WorkingHours => "To the first approval, median of working hours",
            _ => "To the first approval, median",
        };
        Table {
            title: "By quarter of the merge, and of the request".to_owned(),
            columns: vec![
                Column::text("Quarter"),
                Column::number("Review rounds, median"),
                Column::number("n"),
                Column::number(wait),
                Column::number("n"),
                Column::number("Asked and not reviewed"),
                Column::number("n"),
                Column::text("Read with"),
            ],
            rows: rows.collect(),
            n_omitted: 0,
        }
    }

    /// The quarters that are told: one that has begun and of which there is nothing yet says nothing.
    fn told<'b>(&'b self, own: &'b Own) -> impl Iterator<Item = &'b Bucket> {
        let zone = &self.sources.past.question.zone;
        self.growth.quarters.iter().filter(move |quarter| {
            let changes = own.changes.iter().map(|one| one.quarter);
            let requests = own.requests.iter().map(|one| one.quarter);
            let threads = own.threads.iter().map(|one| one.quarter);
            let mut all = changes.chain(requests).chain(threads);
            let is_over = quarter.window(zone).until <= self.growth.window.until;
            is_over || all.any(|one| one == **quarter)
        })
    }

    /// `2026-Q2`, with how far it has come.
    fn called(&self, quarter: Bucket) -> String {
        let zone = &self.sources.past.question.zone;
        if quarter.window(zone).until <= self.growth.window.until {
            quarter.to_string()
        } else {
            format!("{quarter}, so far")
        }
    }

    /// What was declared of a quarter: joining, absences, weeks as somebody's buddy.
    fn read_with(&self, person: PersonId, quarter: Bucket) -> TableCell {
        let roster = &self.sources.past.question.roster;
        let first = quarter.first_day();
        let last = quarter.next().first_day();
        let last = last.yesterday().unwrap_or(last);
        let mut said = Vec::new();
        let mut members = roster.members.iter();
        let joined_on = members.find(|member| member.person == person);
        if let Some(day) = joined_on.and_then(|member| member.joined_on)
            && (first..=last).contains(&day)
        {
            said.push(format!("Joined {day}."));
        }
        said.extend(self.sources.absence_words(person, first, last));
        let buddies = roster
            .buddies
            .iter()
            .filter(|buddy| buddy.person == person && buddy.from <= last && buddy.to >= first);
        said.extend(buddies.map(|buddy| format!("Buddy weeks: {} to {}.", buddy.from, buddy.to)));
        if said.is_empty() {
            TableCell::Missing(None)
        } else {
            TableCell::Text(said.join(" "))
        }
    }

    fn threads(&self, own: &Own, lists: &Lists<'_>, blocks: &mut Vec<Block>) {
        if own.threads.is_empty() {
            return;
        }
        blocks.push(heading("Topics of the threads on own changes"));
        let minimum_n = self.sources.past.question.minimum_n;
        let rows = self.told(own).map(|quarter| {
            let of_quarter = || own.threads.iter().filter(|one| one.quarter == *quarter);
            let n = number(of_quarter().count());
            let mut row = vec![TableCell::Text(self.called(*quarter))];
            let cell = |text: &dyn Fn() -> String| match n {
                0 => TableCell::Missing(Some("no thread".to_owned())),
                n if n < minimum_n => TableCell::Missing(Some("listed below".to_owned())),
                _ => TableCell::Number(text()),
            };
            for topic in Topic::ALL {
                let is_it = || of_quarter().filter(|one| one.thread.topic == topic).count();
                row.push(cell(&|| quantity::count(number(is_it()))));
            }
            row.push(cell(&|| {
                let told = || of_quarter().filter(|one| one.thread.followed != Followed::Untold);
                let by = told()
                    .filter(|one| one.thread.followed != Followed::No)
                    .count();
                let of = number(told().count());
                if of == 0 {
                    return "not told".to_owned();
                }
                format!("{} of {}", number(by), of)
            }));
            row.push(TableCell::Number(quantity::count(n)));
            row
        });
        let mut columns = vec![Column::text("Quarter")];
        columns.extend(Topic::ALL.map(|topic| Column::number(capital(topic))));
        columns.push(Column::number("A commit on the file followed"));
        columns.push(Column::number("n"));
        blocks.push(Block::Table(Table {
            title: "Threads by the quarter in which they were opened".to_owned(),
            columns,
            rows: rows.collect(),
            n_omitted: 0,
        }));
        let told_by = |topic: Topic| topic.told_by().join(", ");
        blocks.push(Block::Details {
            summary: "The words that a thread is sorted by".to_owned(),
            blocks: vec![
                Block::Paragraph(vec![Span::text(
                    "The first topic of which a word stands in the comment that opened the thread; quotations and code are left out, and \
                     a comment without any of the words is put into none. A commit on the file counts where it was authored after the \
                     comment and before the end of the pull request; where commits were squashed or amended, or never reached the \
                     default branch, it is not told.",
                )]),
                Block::Bullets(
                    [Topic::Design, Topic::Tests, Topic::Format]
                        .map(|topic| {
                            let words = format!(": {}", told_by(topic));
                            vec![Span::Strong(topic.words().to_owned()), Span::text(words)]
                        })
                        .to_vec(),
                ),
            ],
        });
        lists.threads(own, blocks);
    }

    /// Own pull requests against the size that an entry of the register asks for.
    fn size(&self, person: PersonId, blocks: &mut Vec<Block>) {
        let roster = &self.sources.past.question.roster;
        let measure = PersonMeasure::PullRequestsSize;
        let feedback = roster.feedback.iter().filter(|one| one.person == person);
        let feedback = feedback.map(|one| &one.feedback);
        let agreed = feedback
            .filter(|feedback| feedback.measure == Some(measure))
            .filter_map(|feedback| Some((feedback.given_on, feedback.target?)));
        let goals = roster.goals.iter().filter(|one| one.person == Some(person));
        let set = goals
            .filter(|one| one.goal.person_measure() == Some(measure))
            .filter_map(|one| Some((one.goal.set_on, one.goal.target?)));
        let Some((since, target)) = agreed.chain(set).max_by_key(|(since, _)| *since) else {
            return;
        };
        let row = row_of(measure);
        blocks.push(heading("Size against what was agreed"));
        if let Some(because) = row.not_observed(self.sources) {
            let words = format!("Not observed: {because}.");
            blocks.push(Block::Paragraph(vec![Span::text(words)]));
            return;
        }
        let deeds = row.deeds(self.sources, person, Some(target), self.growth.window);
        let agreed = row.agreed(Some(target), self.sources.past.question.wait_unit());
        blocks.push(Block::Paragraph(vec![Span::text(format!(
            "Agreed {since}: {agreed}, as GitHub counts added and deleted lines; own pull requests by the quarter in which they were opened."
        ))]));
        let zone = &self.sources.past.question.zone;
        let of_quarter = |quarter: &Bucket| {
            let is_in = |deed: &&Deed| Bucket::of(deed.at, Granularity::Quarter, zone) == *quarter;
            let inside: Vec<&Deed> = deeds.iter().filter(is_in).collect();
            listed::size(self, *quarter, since, &inside)
        };
        let lines: Vec<_> = self.growth.quarters.iter().filter_map(of_quarter).collect();
        if lines.is_empty() {
            blocks.push(Block::Paragraph(vec![Span::text(
                "No pull request of this person was opened in these quarters.",
            )]));
        } else {
            blocks.push(Block::Bullets(lines));
        }
    }

    /// What the lead's page says of waits on this person, in its words.
    fn bottleneck(&self, whose: &Person, blocks: &mut Vec<Block>) {
        let sources = self.sources;
        let mut is_told = false;
        for reading in &sources.past.readings {
            if reading.product.name.is_empty() {
                continue;
            }
            let waits = waits::of_product_waits(reading);
            if !waits.0.iter().any(|wait| wait.person == whose.id) {
                continue;
            }
            let name = whose.display_name.clone();
            let one = bottleneck::one(
                reading.question,
                &waits::by_stretch(reading),
                whose.id,
                name,
            );
            let unit = reading.question.wait_unit();
            let told = bottleneck::of_one(unit, &reading.product.name, &one);
            if told.is_empty() {
                continue;
            }
            let words = format!(
                "Does the work of {} wait for this person?",
                reading.product.name
            );
            blocks.push(heading(&words));
            let is_notice = bottleneck::stood_out(&one);
            let conclusion = if is_notice {
                bottleneck::conclusion(&[&one])
            } else {
                bottleneck::not_told_apart(&[&one], "this person")
            };
            let mut inside = vec![Block::Paragraph(vec![Span::text(conclusion)])];
            inside.extend(told);
            blocks.push(Block::Panel {
                is_notice,
                blocks: inside,
            });
            is_told = true;
        }
        if is_told {
            blocks.push(Block::Details {
                summary: "How waits are compared".to_owned(),
                blocks: vec![bottleneck::method()],
            });
        }
    }
}

/// How the numbers of the table are counted.
const COUNTED: &str = "Rounds: as in flow.review_rounds, of own pull requests merged in the quarter with a review by a person. To the \
                       first approval: from where flow.pickup_time starts, by the team's calendar. Asked and not reviewed: of the requests \
                       made to this person in the quarter that review.turnaround counts, those that still wait; left out are, as there, \
                       withdrawn ones and those of pull requests merged or closed first, and those of a declared day of absence. Medians with their 80 % interval.";

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn capital(topic: Topic) -> &'static str {
    match topic {
        Topic::Design => "Design",
        Topic::Tests => "Tests",
        Topic::Format => "Format",
        Topic::Other => "None of the words",
    }
}

/// A median with its interval, and its n.
fn median(unit: Unit, found: &Median) -> [TableCell; 2] {
    let cell = match (found.hours, found.n) {
        (Some(amount), _) => {
            let ends = found
                .interval
                .map(|ends| quantity::interval(unit, amount, ends));
            let ends = ends.map_or_else(String::new, |[low, high]| format!(" ({low} – {high})"));
            TableCell::Number(format!("{}{ends}", quantity::amount(unit, amount)))
        }
        (None, 0) => TableCell::Missing(Some("none".to_owned())),
        (None, _) => TableCell::Missing(Some("listed below".to_owned())),
    };
    [cell, TableCell::Number(quantity::count(found.n))]
}

/// Requests without a review, of those that count.
fn unanswered(standings: &[Standing], minimum_n: u64) -> [TableCell; 2] {
    let n =
        |is_it: fn(&Standing) -> bool| number(standings.iter().filter(|one| is_it(one)).count());
    let hits = n(|standing| matches!(standing, Standing::NotKept(_)));
    let of = hits + n(|standing| *standing == Standing::Kept);
    let cell = match of {
        0 => TableCell::Missing(Some("no request".to_owned())),
        of if of < minimum_n => TableCell::Missing(Some("listed below".to_owned())),
        of => TableCell::Number(quantity::ratio(Ratio { hits, of })),
    };
    [cell, TableCell::Number(quantity::count(of))]
}
