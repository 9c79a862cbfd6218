//! `absence.md`: what the team's figures were while one person was away, against the four weeks on either side.
//!
//! Written only for a declared absence of at least ten working days. It compares and lists; it does not conclude.

mod figures;
mod periods;
mod waits;

use jiff::Timestamp;

use self::figures::Figures;
use self::periods::{Period, Spell, spells};
use super::index::Index;
use super::pack::{Face, subtitle};
use super::{Link, Sources};
use crate::domain::{Account, PersonId};
use crate::report::document::{Block, Document, Span};
use crate::report::table::{Column, Table, TableCell};

/// Working days from which a declared absence has a card.
pub const MINIMUM_WORKING_DAYS: f64 = 10.0;

/// Turnarounds from which their median is printed.
pub const MINIMUM_N: usize = 5;

/// What the card needs beside [`Sources`], and what is missing of it.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// When successful deployments to production finished, in any order, as `dora.deployment_frequency` counts them; `None`
    /// where no product has any.
    pub deployments: Option<&'a [Timestamp]>,
    /// Whether pull requests were read.
    pub has_pull_requests: bool,
    /// What could not be read, and why, as it is to be printed.
    pub missing: &'a [String],
}

/// The card of one person; `None` without a declared absence of at least [`MINIMUM_WORKING_DAYS`] inside the window.
///
/// Absences with no working day between them are one. Bots, ghosts and unknown ids have no card.
#[must_use]
pub fn document(
    sources: &Sources<'_>,
    observed: &Observed<'_>,
    person: PersonId,
) -> Option<Document> {
    let whose = sources
        .people
        .iter()
        .find(|row| row.id == person && row.account == Account::Human)?;
    let spells = spells(sources, person);
    if spells.is_empty() {
        return None;
    }
    let login = whose
        .logins
        .first()
        .map_or(whose.display_name.as_str(), |login| login.0.as_str());
    let face = Face {
        name: &whose.display_name,
        login,
    };
    let index = Index::of(sources);
    let mut blocks = vec![Block::Paragraph(vec![Span::text(
        "A two-week absence with stable figures is evidence that the team does not wait on one person: what it means is yours to \
         write.",
    )])];
    for spell in spells {
        let away = Away {
            sources,
            observed,
            index: &index,
            person,
            spell,
        };
        away.write(&mut blocks);
    }
    blocks.push(Block::Heading(
        1,
        vec![Span::text("How the figures are made")],
    ));
    blocks.push(Block::Bullets(method(sources, observed)));
    blocks.push(Block::Heading(1, vec![Span::text("Yours to write")]));
    for label in ["What it means", "What is missing here", "Next step"] {
        blocks.push(Block::Blank {
            label: label.to_owned(),
            prompt: "[yours to write]".to_owned(),
        });
    }
    Some(Document {
        title: format!("Absence card: {}", face.words()),
        subtitle: subtitle(sources),
        blocks,
    })
}

/// One absence of one person.
struct Away<'a> {
    sources: &'a Sources<'a>,
    observed: &'a Observed<'a>,
    index: &'a Index<'a>,
    person: PersonId,
    spell: Spell,
}

impl Away<'_> {
    fn write(&self, blocks: &mut Vec<Block>) {
        let spell = &self.spell;
        blocks.push(Block::Heading(
            1,
            vec![Span::text(format!("Away {} to {}", spell.from, spell.to))],
        ));
        let notes = self.notes();
        if !notes.is_empty() {
            blocks.push(Block::Bullets(notes));
        }
        let figures = spell.periods.map(|period| Figures::of(self, period));
        blocks.push(Block::Table(self.table(&figures)));
        self.stuck(&figures, blocks);
        self.waited(blocks);
        self.own_acts(blocks);
    }

    /// What makes the periods unequal, or is not there.
    fn notes(&self) -> Vec<Vec<Span>> {
        let mut notes: Vec<String> = self
            .spell
            .periods
            .iter()
            .filter_map(|period| {
                let reason = period.cut?;
                Some(if period.is_empty() {
                    format!("not observed: {} ({reason}).", period.name)
                } else {
                    format!("The period {} is cut: {reason}.", period.name)
                })
            })
            .collect();
        let starts_at = self
            .index
            .starts_at
            .filter(|_| self.observed.has_pull_requests);
        if let Some(starts_at) = starts_at.filter(|at| *at > self.spell.periods[0].window.since) {
            let on = self.sources.date(starts_at);
            notes.push(format!("The record of pull requests starts on {on}."));
        }
        for period in [&self.spell.periods[0], &self.spell.periods[2]] {
            let (first, last) = (period.first, period.last);
            if let Some(words) = self.sources.absence_words(self.person, first, last) {
                notes.push(format!("Inside the period {}: {words}", period.name));
            }
        }
        notes.extend(
            self.observed
                .missing
                .iter()
                .map(|missing| format!("not observed: {missing}.")),
        );
        notes
            .into_iter()
            .map(|note| vec![Span::text(note)])
            .collect()
    }

    fn table(&self, figures: &[Figures; 3]) -> Table {
        let mut columns = vec![Column::text("Figure")];
        columns.extend(["Before", "During", "After"].map(Column::text));
        let row = |title: String, cell: &dyn Fn(&Figures) -> Option<String>| {
            let mut row = vec![TableCell::Text(title)];
            row.extend(figures.iter().map(|figures| {
                let text = cell(figures).unwrap_or_else(|| "not observed".to_owned());
                TableCell::Text(text)
            }));
            row
        };
        let stuck_after = periods::days(self.sources.stuck_after_working_days);
        Table {
            title: format!(
                "Before, during and after {} to {}",
                self.spell.from, self.spell.to
            ),
            columns,
            rows: vec![
                row("First to last day".to_owned(), &|figures| figures.days()),
                row("Working days".to_owned(), &|figures| figures.working_days()),
                row(
                    "Successful production deployments per working day".to_owned(),
                    &|figures| figures.rate(figures.n_deployments),
                ),
                row(
                    "Merged pull requests per working day".to_owned(),
                    &|figures| figures.rate(figures.n_merged),
                ),
                row("Turnaround to the first review".to_owned(), &|figures| {
                    figures.turnaround()
                }),
                row(
                    "Ready and without a review at the end of the period".to_owned(),
                    &|figures| figures.n_waiting.map(|n| format!("n = {n}")),
                ),
                row(
                    format!(
                        "Open at the end of the period, {stuck_after} working days without an event by anyone but the author"
                    ),
                    &|figures| {
                        figures
                            .stuck
                            .as_ref()
                            .map(|stuck| format!("n = {}", stuck.len()))
                    },
                ),
            ],
            n_omitted: 0,
        }
    }

    fn stuck(&self, figures: &[Figures; 3], blocks: &mut Vec<Block>) {
        blocks.push(heading("Stuck at the end of each period"));
        let bullet = |(period, figures): (&Period, &Figures)| {
            let mut bullet = vec![Span::Strong(period.name.to_owned()), Span::text(": ")];
            let Some(stuck) = &figures.stuck else {
                bullet.push(Span::text("not observed"));
                return bullet;
            };
            bullet.push(Span::text(format!(
                "n = {} at the end of {}",
                stuck.len(),
                period.last
            )));
            for (at, (link, since)) in stuck.iter().enumerate() {
                bullet.push(Span::text(if at == 0 { ": " } else { ", " }));
                bullet.push(page(link));
                bullet.push(Span::text(format!(
                    " (since {})",
                    self.sources.date(*since)
                )));
            }
            bullet
        };
        blocks.push(Block::Bullets(
            self.spell.periods.iter().zip(figures).map(bullet).collect(),
        ));
    }

    fn waited(&self, blocks: &mut Vec<Block>) {
        blocks.push(heading("Items that waited on this person"));
        let words = self.days_away();
        if !self.observed.has_pull_requests {
            blocks.push(sentence(
                "not observed: pull requests were not read.".to_owned(),
            ));
            return;
        }
        let waits = waits::on(self);
        blocks.push(sentence(format!(
            "Review requests to this person that were opened or pending {words}: n = {}.",
            waits.len()
        )));
        listed(waits.into_iter().map(|wait| wait.spans(self)), blocks);
    }

    fn own_acts(&self, blocks: &mut Vec<Block>) {
        blocks.push(heading("This person's own events"));
        let words = self.days_away();
        if !self.observed.has_pull_requests {
            blocks.push(sentence(
                "not observed: pull requests were not read.".to_owned(),
            ));
            return;
        }
        let acts = waits::own_acts(self);
        blocks.push(sentence(format!(
            "Events on GitHub under this person's account {words}: n = {}.",
            acts.len()
        )));
        let bullets = acts.into_iter().map(|(at, what, link)| {
            vec![
                Span::Strong(self.sources.date(at).to_string()),
                Span::text(format!(" · {what} ")),
                page(&link),
            ]
        });
        listed(bullets, blocks);
    }

    /// `from 2026-03-09 to 2026-03-22`: the part of the absence that is seen.
    fn days_away(&self) -> String {
        let during = self.during();
        format!("from {} to {}", during.first, during.last)
    }

    /// The days away.
    fn during(&self) -> &Period {
        &self.spell.periods[1]
    }
}

fn heading(text: &str) -> Block {
    Block::Heading(2, vec![Span::text(text)])
}

fn sentence(text: String) -> Block {
    Block::Paragraph(vec![Span::text(text)])
}

fn page(link: &Link) -> Span {
    Span::link(&link.text, &link.url)
}

fn listed(bullets: impl Iterator<Item = Vec<Span>>, blocks: &mut Vec<Block>) {
    let bullets: Vec<_> = bullets.collect();
    if !bullets.is_empty() {
        blocks.push(Block::Bullets(bullets));
    }
}

/// The definitions, and what they cannot see.
fn method(sources: &Sources<'_>, observed: &Observed<'_>) -> Vec<Vec<Span>> {
    let mut lines = vec![
        "Before and after are the four weeks on either side of the absence, cut to the window and to the as-of instant. Working \
         days leave out weekends and the register's holidays."
            .to_owned(),
        "Merged pull requests are those opened by people; the author may be away or present. An event on a day off counts too, so \
         a rate can exceed what happened on working days."
            .to_owned(),
        format!(
            "Turnaround is flow.pickup_time: ready for review, or asked for if that came later, to the first review by somebody \
             else, in elapsed hours, of reviews submitted in the period. A median is printed from n = {MINIMUM_N}, its 80 % \
             interval in brackets. What still waits is not in it: it has its own row."
        ),
        format!(
            "Stuck: open, ready for review, and {} working days without an event by a person other than the author.",
            periods::days(sources.stuck_after_working_days)
        ),
        "Work outside GitHub, commits pushed without a pull request and questions kept for the return are not visible here. A \
         scheduled job or an automatic merge can carry a person's name."
            .to_owned(),
    ];
    if observed.deployments.is_some() {
        lines.push(
            "Deployments are the included rows of `linchpin explain dora.deployment_frequency`, over all products, by the time \
             they finished."
                .to_owned(),
        );
    }
    lines
        .into_iter()
        .map(|line| vec![Span::text(line)])
        .collect()
}
