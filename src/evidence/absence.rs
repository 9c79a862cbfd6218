//! `absence.md`: what the team's figures were while one person was away, against the four weeks on either side.
//!
//! Written only for a declared absence of at least ten working days, from `absence.resilience`: no figure is computed here. It
//! compares and lists; it does not conclude.

use super::blocks::{coded, days as days_of};
use super::pack::{Face, subtitle};
use super::{Link, Sources};
use crate::domain::PersonId;
use crate::evidence::item::link;
use crate::metrics::absence::found::{Item, What};
use crate::metrics::absence::resilience::{PeriodFigures, Resilience, Turnaround};
use crate::report::document::{Block, Document, Span};
use crate::report::table::{Column, Table, TableCell};
use crate::work::Fate;
use crate::work::absences::{MINIMUM_WORKING_DAYS, Period, Spell};

/// What the card is built from beside [`Sources`].
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// Every declared absence, by person and date.
    pub spells: &'a [Spell],
    /// The answers of `absence.resilience`, product by product.
    pub found: &'a [Resilience],
    /// What could not be read, and why, as it is to be printed.
    pub missing: &'a [String],
}

/// The card of one person; `None` without a declared absence of at least ten working days inside the window.
///
/// Absences with no working day between them are one. Bots, ghosts and unknown ids have no card.
#[must_use]
pub fn document(
    sources: &Sources<'_>,
    observed: &Observed<'_>,
    person: PersonId,
) -> Option<Document> {
    let whose = sources.person(person).filter(|row| row.is_human())?;
    let mut spells = observed.spells.iter();
    let mut spells = spells
        .by_ref()
        .filter(|spell| spell.person == person && spell.is_long_enough())
        .peekable();
    spells.peek()?;
    let face = Face::of(whose);
    let mut blocks = vec![Block::Paragraph(vec![Span::text(
        "A two-week absence with stable figures is evidence that the team does not wait on one person: what it means is yours to \
         write.",
    )])];
    for spell in spells {
        let found = observed.found.iter();
        let away = Away {
            sources,
            observed,
            spell,
            found: found.filter(|one| one.spell == *spell).collect(),
        };
        away.write(&mut blocks);
    }
    blocks.push(Block::Heading(
        1,
        vec![Span::text("How the figures are made")],
    ));
    blocks.push(Block::Bullets(method(sources)));
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
    spell: &'a Spell,
    /// Product by product; a product whose pull requests were not read is not there.
    found: Vec<&'a Resilience>,
}

impl Away<'_> {
    fn write(&self, blocks: &mut Vec<Block>) {
        let spell = self.spell;
        blocks.push(Block::Heading(
            1,
            vec![Span::text(format!(
                "Away {}",
                days_of(spell.from, spell.to)
            ))],
        ));
        let notes = self.notes();
        if !notes.is_empty() {
            blocks.push(Block::Bullets(notes));
        }
        for one in &self.found {
            blocks.push(Block::Table(self.table(one)));
        }
        if self.found.is_empty() {
            blocks.push(sentence(
                "not observed: pull requests were not read.".to_owned(),
            ));
            return;
        }
        self.stuck(blocks);
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
                let (reason, name) = (period.cut?, period.phase.word());
                Some(if period.is_empty() {
                    format!("not observed: {name} ({reason}).")
                } else {
                    format!("The period {name} is cut: {reason}.")
                })
            })
            .collect();
        let starts_at = self.sources.starts_at().filter(|_| !self.found.is_empty());
        if let Some(starts_at) = starts_at.filter(|at| *at > self.spell.periods[0].window.since) {
            let on = self.sources.date(starts_at);
            notes.push(format!("The record of pull requests starts on {on}."));
        }
        for period in [&self.spell.periods[0], &self.spell.periods[2]] {
            let (first, last) = (period.first, period.last);
            let words = self.sources.absence_words(self.spell.person, first, last);
            if let Some(words) = words {
                let name = period.phase.word();
                notes.push(format!("Inside the period {name}: {words}"));
            }
        }
        notes.extend(
            self.observed
                .missing
                .iter()
                .map(|missing| format!("not observed: {missing}.")),
        );
        notes.iter().map(|note| coded(note)).collect()
    }

    fn table(&self, one: &Resilience) -> Table {
        let mut columns = vec![Column::text("Figure")];
        columns.extend(["Before", "During", "After"].map(Column::text));
        let row = |title: String, cell: &dyn Fn(&Period, &PeriodFigures) -> Option<String>| {
            let mut row = vec![TableCell::Text(title)];
            let periods = self.spell.periods.iter().zip(&one.figures);
            row.extend(periods.map(|(period, figures)| {
                let text = cell(period, figures).unwrap_or_else(|| "not observed".to_owned());
                TableCell::Text(text)
            }));
            row
        };
        let stuck_after = days(self.sources.past.question.flow.stuck_after_working_days);
        let n = |n: u64| format!("n = {n}");
        let (from, to) = (self.spell.from, self.spell.to);
        let product = &one.product;
        Table {
            title: format!("{product}: before, during and after {from} to {to}"),
            columns,
            rows: vec![
                row("First to last day".to_owned(), &|period, _| {
                    (!period.is_empty()).then(|| days_of(period.first, period.last))
                }),
                row("Working days".to_owned(), &|_, figures| {
                    figures.working_days.map(days)
                }),
                row(
                    "Successful production deployments per working day".to_owned(),
                    &|_, figures| rate(figures, figures.deployments),
                ),
                row(
                    "Merged pull requests per working day".to_owned(),
                    &|_, figures| rate(figures, figures.merged),
                ),
                row(
                    "Turnaround of reviews asked for".to_owned(),
                    &|_, figures| figures.turnaround.as_ref().map(turnaround),
                ),
                row(
                    "Open and no draft at the end of the period".to_owned(),
                    &|_, figures| figures.open.map(n),
                ),
                row(
                    format!(
                        "Of those, {stuck_after} working days without an event by anyone but the author"
                    ),
                    &|_, figures| figures.stuck.map(n),
                ),
                row(
                    "Reviews that waited on this person".to_owned(),
                    &|_, figures| figures.waited.map(n),
                ),
                row("This person's own events".to_owned(), &|_, figures| {
                    figures.own_events.map(n)
                }),
            ],
            n_omitted: 0,
        }
    }

    /// The rows of a kind in a period, over all products, by time.
    fn items(&self, period: &Period, is_it: fn(&What) -> bool) -> Vec<&Item> {
        let mut items: Vec<&Item> = self
            .found
            .iter()
            .flat_map(|one| &one.items)
            .filter(|item| item.key.phase == period.phase && item.row.fate == Fate::Included)
            .filter(|item| is_it(&item.key.what))
            .collect();
        items.sort_by_key(|item| (item.row.at, item.row.repository, item.key.number));
        items
    }

    fn page(&self, item: &Item) -> Span {
        let url = item.row.link.clone().unwrap_or_default();
        let (Some(repository), Some(number)) = (item.row.repository, item.key.number) else {
            return Span::text(item.row.subject.words.clone());
        };
        let Link { text, url } = link(self.sources, repository, number, &url);
        Span::link(&text, &url)
    }

    /// Whether a period is seen in any product.
    fn is_seen(&self, period: &Period) -> bool {
        let place = self.spell.periods.iter().position(|one| one == period);
        self.found.iter().any(|one| {
            let figures = place.and_then(|at| one.figures.get(at));
            figures.is_some_and(|figures| figures.open.is_some())
        })
    }

    fn stuck(&self, blocks: &mut Vec<Block>) {
        blocks.push(heading("Stuck at the end of each period"));
        let bullet = |period: &Period| {
            let name = period.phase.word();
            let mut bullet = vec![Span::Strong(name.to_owned()), Span::text(": ")];
            if !self.is_seen(period) {
                bullet.push(Span::text("not observed"));
                return bullet;
            }
            let open = self.items(period, |what| matches!(what, What::Open));
            let stuck = open.into_iter().filter(|item| item.row.value == Some(1.0));
            let stuck: Vec<&Item> = stuck.collect();
            let (n, last) = (stuck.len(), period.last);
            bullet.push(Span::text(format!("n = {n} at the end of {last}")));
            for (at, item) in stuck.into_iter().enumerate() {
                bullet.push(Span::text(if at == 0 { ": " } else { ", " }));
                bullet.push(self.page(item));
                if let Some(since) = item.row.at {
                    let since = self.sources.date(since);
                    bullet.push(Span::text(format!(" (since {since})")));
                }
            }
            bullet
        };
        blocks.push(Block::Bullets(
            self.spell.periods.iter().map(bullet).collect(),
        ));
    }

    fn waited(&self, blocks: &mut Vec<Block>) {
        blocks.push(heading("Items that waited on this person"));
        let waits = self.items(self.spell.during(), |what| {
            matches!(what, What::Wait { .. })
        });
        blocks.push(sentence(format!(
            "Review requests to this person that were opened or pending {}: n = {}.",
            self.days_away(),
            waits.len()
        )));
        let date = |at| self.sources.date(at);
        let bullet = |item: &Item| {
            let asked = item
                .row
                .at
                .map_or_else(String::new, |at| format!(" asked {}", date(at)));
            let rest = match item.key.what {
                What::Wait {
                    ended: Some((at, how)),
                } => format!("{asked}, {how} {}", date(at)),
                _ => format!("{asked}, pending {}", self.sources.at_the_end()),
            };
            vec![self.page(item), Span::text(rest)]
        };
        listed(waits.into_iter().map(bullet), blocks);
    }

    fn own_acts(&self, blocks: &mut Vec<Block>) {
        blocks.push(heading("This person's own events"));
        let acts = self.items(self.spell.during(), |what| matches!(what, What::Act { .. }));
        blocks.push(sentence(format!(
            "Events on GitHub under this person's account {}: n = {}.",
            self.days_away(),
            acts.len()
        )));
        let bullet = |item: &Item| {
            let on = item.row.at.map(|at| self.sources.date(at).to_string());
            let verb = match item.key.what {
                What::Act { verb } => verb,
                _ => "",
            };
            vec![
                Span::Strong(on.unwrap_or_default()),
                Span::text(format!(" · {verb} ")),
                self.page(item),
            ]
        };
        listed(acts.into_iter().map(bullet), blocks);
    }

    /// `from 2026-03-09 to 2026-03-22`: the part of the absence that is seen.
    fn days_away(&self) -> String {
        let during = self.spell.during();
        format!("from {} to {}", during.first, during.last)
    }
}

/// `0.85 (n = 17)`: a count per working day.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn rate(figures: &PeriodFigures, count: Option<u64>) -> Option<String> {
    let (n, days) = (count?, figures.working_days?);
    Some(if days > 0.0 {
        format!("{:.2} (n = {n})", n as f64 / days)
    } else {
        format!("no working day (n = {n})")
    })
}

/// `median 5.2 h (3.1 to 8.0 h; n = 12)`, or in working hours with elapsed ones beside; below the minimum n, n alone.
fn turnaround(found: &Turnaround) -> String {
    let n = match found.running {
        0 => format!("n = {}", found.n),
        running => format!("n = {}, {running} still waiting", found.n),
    };
    let Some(median) = found.median else {
        return n;
    };
    let (amount, beside) = match found.working_median {
        Some(working) => (
            format!("{working:.1} h of working hours"),
            format!("{median:.1} h elapsed; "),
        ),
        None => (format!("{median:.1} h"), String::new()),
    };
    match found.interval {
        Some([low, high]) => {
            format!("median {amount} ({low:.1} to {high:.1} h; {beside}{n})")
        }
        None => format!("median {amount} ({beside}{n})"),
    }
}

/// Working days as text: whole ones without a fraction.
fn days(days: f64) -> String {
    if (days - days.round()).abs() < 1e-6 {
        format!("{days:.0}")
    } else {
        format!("{days:.1}")
    }
}

fn heading(text: &str) -> Block {
    Block::Heading(2, vec![Span::text(text)])
}

fn sentence(text: String) -> Block {
    Block::Paragraph(vec![Span::text(text)])
}

fn listed(bullets: impl Iterator<Item = Vec<Span>>, blocks: &mut Vec<Block>) {
    let bullets: Vec<_> = bullets.collect();
    if !bullets.is_empty() {
        blocks.push(Block::Bullets(bullets));
    }
}

/// The definitions, and what they cannot see.
fn method(sources: &Sources<'_>) -> Vec<Vec<Span>> {
    let lines = [
        format!(
            "Before and after are the four weeks on either side of the absence, cut to the window and to the as-of instant. Working \
             days are the team's; an absence counts from {MINIMUM_WORKING_DAYS:.0} of the person's own on."
        ),
        "Merged pull requests are those opened by people; the author may be away or present. An event on a day off counts too, so \
         a rate can exceed what happened on working days."
            .to_owned(),
        "Turnaround is review.turnaround of the reviews asked for in the period: from the request to the first review by the person \
         asked, requests that still wait included (Kaplan–Meier). A median is printed from the minimum n on, its 80 % interval in \
         brackets."
            .to_owned(),
        format!(
            "Stuck is flow.stuck at the end of the period: open, ready for review, and {} working days without an event by a person \
             other than the author.",
            days(sources.past.question.flow.stuck_after_working_days)
        ),
        "Deployments are those of dora.deployment_frequency, by the time they finished.".to_owned(),
        "Work outside GitHub, commits pushed without a pull request and questions kept for the return are not visible here. A \
         scheduled job or an automatic merge can carry a person's name."
            .to_owned(),
    ];
    let mut lines: Vec<Vec<Span>> = lines.map(|line| vec![Span::text(line)]).into();
    lines.push(vec![
        Span::text("Every row: "),
        Span::Code("linchpin explain absence.resilience".to_owned()),
    ]);
    lines
}
