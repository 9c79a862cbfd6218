//! What came of the work: the product's figures before the window and in it, as the metrics measure them.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::public::Public;
use crate::domain::{Bucket, Window};
use crate::evidence::before_after::compared;
use crate::evidence::blocks::{coded, days as told_days, paragraph};
use crate::metrics::measure::{Cell, Measured};
use crate::metrics::{Metric, find};
use crate::report::document::Block;
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
    let n_days = (last - first).get_days().saturating_add(1);
    let days = n_days.min(MOST_DAYS);
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
        told_days(begin, first.yesterday().unwrap_or(first)),
        told_days(first, last),
    ];
    let name = &public.face.name;
    let mut lines = Vec::new();
    // By why there is no figure of the days before: the titles that have none.
    let mut without: Vec<(String, Vec<&str>)> = Vec::new();
    for metric in FIGURES.into_iter().filter_map(find) {
        let title = metric.definition.title;
        let figures = of(metric, &earlier).zip(public.figure(metric.definition.id));
        let Some((before, within)) = figures else {
            continue;
        };
        let line = match (&before, within) {
            // Said once: a source that is not there was not there before.
            (
                Measured::NotObserved { because, .. },
                Measured::NotObserved { because: still, .. },
            ) if because == still => {
                format!("{title}, {name}: [not measured: {because}].")
            }
            _ => {
                let (line, because) = compared(metric.definition, name, [&before, within], &words);
                if let Some(because) = because {
                    match without.iter_mut().find(|(known, _)| *known == because) {
                        Some((_, titles)) => titles.push(title),
                        None => without.push((because, vec![title])),
                    }
                }
                line
            }
        };
        lines.push(coded(&line));
    }
    let [earlier_days, _] = &words;
    let without = without.into_iter().map(|(because, titles)| {
        // In short: which sources were looked at is told where deployments are.
        let because = because.split(" (").next().unwrap_or_default();
        let titles = titles.join(", ");
        coded(&format!(
            "Not measured of {earlier_days}: {titles}: {because}."
        ))
    });
    lines.extend(without);
    let plural = |n: i32| if n == 1 { "day" } else { "days" };
    vec![
        Block::Paragraph(coded(&format!(
            "The {days} {} before the window against the {n_days} {} of the window, as the metrics of the team page measure them: a figure \
             that moved says when, not what moved it. Goals are kept in a private register, and their results are not published.",
            plural(days),
            plural(n_days)
        ))),
        Block::Bullets(lines),
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
