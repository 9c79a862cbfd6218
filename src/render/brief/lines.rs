//! A report in short, as a terminal shows it.

use jiff::tz::TimeZone;

use super::{Brief, BriefFigure, BriefLook, BriefProduct, BriefSide, NotRead};
use crate::domain;
use crate::render::encode::terminal;
use crate::render::markdown::heights;
use crate::render::terminal::{paragraph, table};
use crate::report::look::LookKind;
use crate::report::{Column, Table, TableCell, quantity};

/// So many figures are told where few of them moved.
const USUAL_FIGURES: usize = 5;
/// At most so many, however many moved.
const MOST_FIGURES: usize = 8;
/// At most so many lines of what was not read.
const MOST_NOT_READ: usize = 2;
/// At most so many lines of what to look at first.
const MOST_LOOKS: usize = 3;
/// At most so many work items of a line.
const MOST_ITEMS: usize = 1;
/// What stands before what was not read.
const NOT_READ: &str = "not read";
/// How far the words of a line stand in.
const INDENT: usize = 12;

/// Where a reader goes on: made by whoever knows the command line and the disk.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// The next command.
    pub next: String,
    /// The address of the page.
    pub page: String,
}

impl Brief {
    /// What to ask next: a metric, and the product it is asked of.
    #[must_use]
    pub fn next(&self) -> Option<(&str, &str)> {
        let look = self.look_first.iter().find_map(|look| {
            let metric = look.metric.as_deref()?;
            Some((metric, look.product.as_str()))
        });
        let figures = self.products.iter();
        let mut figures = figures.flat_map(|product| {
            let figures = product.figures.iter();
            figures.map(|figure| (figure, product.name.as_str()))
        });
        look.or_else(|| {
            let moved = figures.clone().find(|(figure, _)| figure.is_move);
            let (figure, product) = moved.or_else(|| figures.next())?;
            Some((figure.metric.as_str(), product))
        })
    }

    /// All its figures, product by product.
    #[must_use]
    pub fn table(&self) -> Table {
        let figures = self.products.iter().flat_map(|product| {
            let figures = product.figures.iter();
            figures.map(move |figure| (product, figure))
        });
        figures_table(&figures.collect::<Vec<_>>(), true, true)
    }

    /// The zone that its days are told in.
    fn zone(&self) -> TimeZone {
        domain::zone(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

/// About a dozen lines: the window, what was not read and why, a few figures now and before, what to look at first, and the ways on.
#[must_use]
pub fn lines(brief: &Brief, width: Option<usize>, ways: &Ways) -> String {
    let zone = brief.zone();
    let day = |at| zone.to_datetime(at).date();
    let as_of = zone.to_datetime(brief.as_of);
    let mut text = paragraph(
        "",
        0,
        &format!(
            "{}: {} to {} ({}), as of {} {:02}:{:02}",
            brief.title,
            day(brief.window.since),
            day(brief.window.until),
            brief.time_zone,
            as_of.date(),
            as_of.hour(),
            as_of.minute()
        ),
        width,
    );
    let mut titled = |title: &str, words: &str| {
        text.push_str(&paragraph(title, INDENT, words, width));
    };
    for (at, one) in brief.not_read.iter().take(MOST_NOT_READ).enumerate() {
        titled(if at == 0 { NOT_READ } else { "" }, &not_read(one));
    }
    if let Some(rest) = brief.not_read.len().checked_sub(MOST_NOT_READ + 1) {
        titled("", &format!("and {} more: the page tells all", rest + 1));
    }
    let figures = chosen(&brief.products);
    if !figures.is_empty() {
        let days = brief.products.iter().find_map(|product| {
            let ([now, until], [before, end]) = (product.now.as_ref()?, product.before.as_ref()?);
            let clock = product
                .clock
                .iter()
                .map(|clock| format!("; durations are {clock}"));
            let clock: String = clock.collect();
            Some(format!(
                "{now} to {until}; before: {before} to {end}{clock}"
            ))
        });
        titled("now", &days.unwrap_or_default());
        text.push_str(&table(
            &figures_table(&figures, brief.products.len() > 1, false),
            width,
        ));
    }
    let mut titled = |title: &str, words: &str| {
        text.push_str(&paragraph(title, INDENT, words, width));
    };
    // What moved is told by the figures, and what the data lacks by the lines of what was not read.
    let is_told_above = |look: &BriefLook| {
        let is = |kind: LookKind| look.kind == kind.words();
        !figures.is_empty() && is(LookKind::Moved)
            || !brief.not_read.is_empty() && (is(LookKind::Data) || is(LookKind::Machine))
    };
    let looks = brief.look_first.iter();
    let looks: Vec<&BriefLook> = looks.filter(|look| !is_told_above(look)).collect();
    let is_one = brief.products.len() == 1;
    for (at, look) in looks.iter().take(MOST_LOOKS).enumerate() {
        titled(
            if at == 0 { "look first" } else { "" },
            &look_words(look, is_one),
        );
    }
    if looks.is_empty() && (brief.not_read.is_empty() || brief.look_first.is_empty()) {
        titled("look first", &brief.verdict);
    }
    // A command and an address are copied: no line break is put into them.
    for (title, words) in [("next", &ways.next), ("page", &ways.page)] {
        text.push_str(&paragraph(title, INDENT, words, None));
    }
    text
}

fn not_read(one: &NotRead) -> String {
    let because = one.because.as_ref().map(|because| format!(": {because}"));
    let fix = one.fix.as_ref().map(|fix| format!(" → {fix}"));
    // The line begins with these words.
    let state = match one.state.as_str() {
        NOT_READ => String::new(),
        state => format!(" {state}"),
    };
    format!(
        "{}{state}{}{}",
        one.what,
        because.unwrap_or_default(),
        fix.unwrap_or_default()
    )
}

fn look_words(look: &BriefLook, is_one: bool) -> String {
    let product = if is_one {
        String::new()
    } else {
        format!("{}: ", look.product)
    };
    let items: Vec<&str> = look
        .items
        .iter()
        .take(MOST_ITEMS)
        .map(|(words, _)| words.as_str())
        .collect();
    let more = match look.items.len() - items.len() + look.n_omitted {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let items = if items.is_empty() {
        String::new()
    } else {
        format!(" {}{more}", items.join("; "))
    };
    format!("{product}{}: {}.{items}", look.kind, look.text)
}

/// The figures that are told: what moved before what did not, of every product one before a second of any.
fn chosen(products: &[BriefProduct]) -> Vec<(&BriefProduct, &BriefFigure)> {
    let mut found = Vec::new();
    for (place, product) in products.iter().enumerate() {
        let rank = |figure: &BriefFigure| (!figure.is_move, !figure.in_overview);
        let mut figures: Vec<(usize, &BriefFigure)> = product.figures.iter().enumerate().collect();
        figures.sort_by_key(|(at, figure)| (rank(figure), *at));
        for (round, (at, figure)) in figures.into_iter().enumerate() {
            found.push(((!figure.is_move, round, place), at, product, figure));
        }
    }
    found.sort_by_key(|(order, ..)| *order);
    let n_moved = found.iter().filter(|(.., figure)| figure.is_move).count();
    found.truncate(n_moved.clamp(USUAL_FIGURES, MOST_FIGURES));
    found.sort_by_key(|((.., place), at, ..)| (*place, *at));
    let pairs = found.into_iter();
    pairs
        .map(|(_, _, product, figure)| (product, figure))
        .collect()
}

fn figures_table(
    figures: &[(&BriefProduct, &BriefFigure)],
    has_products: bool,
    is_whole: bool,
) -> Table {
    let mut columns = vec![Column::text("figure")];
    for title in ["now", "n", "before", "n"] {
        columns.push(Column::number(title));
    }
    columns.extend([Column::text("change"), Column::text("months")]);
    if has_products {
        columns.insert(0, Column::text("product"));
    }
    let row = |(product, figure): &(&BriefProduct, &BriefFigure)| {
        let text = |words: &str| TableCell::Text(words.to_owned());
        let title = if is_whole {
            &figure.title
        } else {
            &figure.short
        };
        let mut cells = vec![text(title)];
        cells.extend(side(&figure.now));
        cells.extend(side(&figure.before));
        cells.extend([text(&figure.change), text(&heights(&figure.months))]);
        if has_products {
            cells.insert(0, text(&product.name));
        }
        cells
    };
    Table {
        title: String::new(),
        columns,
        rows: figures.iter().map(row).collect(),
        n_omitted: 0,
    }
}

/// Why a side has nothing is told by the page: here is no room for it.
fn side(side: &BriefSide) -> [TableCell; 2] {
    [
        TableCell::number(side.text.as_deref().map(terminal)),
        TableCell::number(side.n.map(quantity::count)),
    ]
}
