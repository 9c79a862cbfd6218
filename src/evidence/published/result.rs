//! What came of the work: the product's figures before the window and in it, as the metrics measure them.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::public::Public;
use crate::domain::{Bucket, Window};
use crate::evidence::blocks::{coded, paragraph};
use crate::evidence::goals::compared;
use crate::metrics::measure::{Cell, Measured};
use crate::metrics::{Metric, find};
use crate::report::document::{Block, Span};
use crate::report::withheld::without_few;
use crate::work::Reading;

/// What a product is asked about by those it works for.
const FIGURES: [&str; 4] = [
    "dora.change_lead_time",
    "dora.change_fail_rate",
    "flow.cycle_time",
    "review.first_response",
];

/// Longer windows are compared with so many days before them.
const MOST_DAYS: i32 = 366;

pub(super) fn blocks(public: &Public<'_>) -> Vec<Block> {
    let sources = public.sources;
    let question = sources.past.question;
    let first = sources.date(question.window.since);
    let last = sources.last_day();
    let days = (last - first).get_days().saturating_add(1).min(MOST_DAYS);
    if last < first {
        return vec![paragraph(
            "[not measured: nothing of the window has passed]",
        )];
    }
    let begin = first.saturating_sub(i64::from(days).days());
    let zone = &question.zone;
    let start = |day: Date| Bucket::start_of(day, zone);
    let mut before = question.clone();
    before.window = Window {
        since: start(begin),
        until: start(first),
    };
    before.as_of = before.as_of.min(before.window.until);
    let earlier = public.reading.at(&before);
    let words = [
        format!("{begin} to {}", first.yesterday().unwrap_or(first)),
        format!("{first} to {last}"),
    ];
    let name = &public.face.name;
    let lines = FIGURES.into_iter().filter_map(find).filter_map(|metric| {
        let (before, within) = (of(metric, &earlier)?, public.figure(metric.definition.id)?);
        let line = match (&before, within) {
            // Said once: a source that is not there was not there before.
            (
                Measured::NotObserved { because, .. },
                Measured::NotObserved { because: still, .. },
            ) if because == still => {
                let title = metric.definition.title;
                format!("{title}, {name}: [not measured: not observed: {because}].")
            }
            _ => compared(metric.definition, name, [&before, within], &words),
        };
        Some(vec![Span::text(line)])
    });
    vec![
        Block::Paragraph(coded(&format!(
            "The {days} days before the window and the window itself, as the metrics of the team page measure them: a figure that moved \
             says when, not what moved it. Goals are kept in a private register, and their results are not published."
        ))),
        Block::Bullets(lines.collect()),
    ]
}

/// A metric's figure of the whole product, as a page that names nobody tells it.
fn of(metric: &Metric, reading: &Reading<'_>) -> Option<Measured> {
    let measure = metric.of(std::slice::from_ref(reading)).without_rows();
    let public = without_few(
        &[measure],
        &reading.question.zone,
        reading.question.minimum_people,
    );
    let mut cells = public.into_iter().flat_map(|measure| measure.cells);
    let is_whole = |cell: &Cell| {
        let scope = &cell.scope;
        cell.bucket.is_none() && scope.area.is_none() && scope.repository.is_none()
    };
    cells.find(is_whole).map(|cell| cell.measured)
}
