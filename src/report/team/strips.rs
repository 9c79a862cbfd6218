//! The strip of one product, from measures over other windows that passed the gate.

use crate::domain::{Bucket, Window};
use crate::metrics::agreements::Standing;
use crate::metrics::measure::{Measure, Measured};
use crate::metrics::recent::{Recent, RecentFigure, Stretch};
use crate::report::definition::{StripFigure, TeamDefinition};
use crate::report::input::{MarkedDay, TeamInput};
use crate::report::strip::{self, Around, Days, Side, Spark, Strip, StripLine};

/// The strip of a product; `None` where nothing was measured over other windows.
pub(super) fn strip(
    input: &TeamInput<'_>,
    definition: &TeamDefinition,
    product: &str,
) -> Option<Strip> {
    let recent = input.recent?;
    let lines: Vec<StripLine> = definition
        .now_and_before
        .iter()
        .filter_map(|figure| line(input, recent, figure, product))
        .collect();
    let days = |stretch: &Stretch| Days {
        first: stretch.first,
        last: stretch.last,
    };
    (!lines.is_empty()).then(|| Strip {
        now: days(&recent.now),
        before: days(&recent.before),
        moved: strip::moved(&lines),
        lines,
        around: (0..recent.around.len())
            .filter_map(|nth| around(input, recent, definition, product, nth))
            .collect(),
    })
}

fn figure_of<'a>(recent: &'a Recent, metric: &str) -> Option<&'a RecentFigure> {
    let mut figures = recent.figures.iter();
    figures.find(|figure| figure.now.definition.id == metric)
}

fn line(
    input: &TeamInput<'_>,
    recent: &Recent,
    figure: &StripFigure,
    product: &str,
) -> Option<StripLine> {
    let found = figure_of(recent, &figure.metric)?;
    let definition = found.now.definition;
    // A precondition that does not hold over the whole window holds nowhere in it: an account that answered like a machine now
    // and then may not be seen in a part.
    let unmet = not_observed(input, definition.id, product);
    let side = |measure: &Measure, stretch: &Stretch| match unmet {
        Some(because) => Side::Missing(because.to_owned()),
        None => strip::side(figure, definition, strip::whole(measure, product), stretch),
    };
    let among = |of: fn(&RecentFigure) -> &Measure| {
        let among = figure_of(recent, figure.among.as_deref()?)?;
        n_of(strip::whole(of(among), product)?)
    };
    Some(strip::line(
        figure,
        definition,
        [
            side(&found.now, &recent.now),
            side(&found.before, &recent.before),
        ],
        [among(|figure| &figure.now), among(|figure| &figure.before)],
        match unmet {
            Some(_) => Spark::default(),
            None => spark(input, recent, figure, found, product),
        },
        agreed(input, definition.id, product),
    ))
}

/// Why a metric has no figure over the report's window; `None` where it has one.
fn not_observed<'a>(input: &TeamInput<'a>, metric: &str, product: &str) -> Option<&'a str> {
    let mut measures = input.measures.iter();
    let measure = measures.find(|measure| measure.definition.id == metric)?;
    match strip::whole(measure, product)? {
        Measured::NotObserved { because, .. } => Some(because),
        _ => None,
    }
}

fn n_of(measured: &Measured) -> Option<u64> {
    match measured {
        Measured::Value { n, .. } | Measured::TooFew { n } => Some(*n),
        _ => None,
    }
}

/// The months of a figure. A month without a number is a gap.
fn spark(
    input: &TeamInput<'_>,
    recent: &Recent,
    figure: &StripFigure,
    found: &RecentFigure,
    product: &str,
) -> Spark {
    let Some(months) = &found.months else {
        return Spark::default();
    };
    let number = |bucket: Bucket, stretch: &Stretch| {
        let mut cells = strip::cells_of(months, product);
        let cell = cells.find(|cell| cell.bucket == Some(bucket))?;
        match strip::side(figure, months.definition, Some(&cell.measured), stretch) {
            Side::Found(found) => Some(found),
            Side::Missing(_) => None,
        }
    };
    let points: Vec<_> = recent
        .months
        .iter()
        .map(|(bucket, stretch)| (bucket.to_string(), number(*bucket, stretch)))
        .collect();
    let found = || points.iter().filter_map(|(_, found)| found.as_ref());
    let lowest = found().min_by(|a, b| a.number.total_cmp(&b.number));
    let highest = found().max_by(|a, b| a.number.total_cmp(&b.number));
    let ends = lowest
        .zip(highest)
        .filter(|_| found().count() > 1)
        .map(|(low, high)| [low.text.clone(), high.text.clone()]);
    let events = input.events.iter().filter_map(|event| {
        let at = position(input, recent, event)?;
        Some((at, format!("{} {}", event.on, event.title)))
    });
    let events = events.collect();
    Spark {
        points: points
            .into_iter()
            .map(|(bucket, found)| (bucket, found.map(|found| found.number)))
            .collect(),
        ends,
        events,
    }
}

/// How far an event is from the start of the months to their end; `None` outside.
#[expect(clippy::cast_precision_loss, reason = "seconds of a few years")]
fn position(input: &TeamInput<'_>, recent: &Recent, event: &MarkedDay) -> Option<f64> {
    let ((_, first), (_, last)) = recent.months.first().zip(recent.months.last())?;
    let months = Window {
        since: first.window.since,
        until: last.window.until,
    };
    let at = Bucket::start_of(event.on, &input.zone);
    let seconds = |from: jiff::Timestamp, to: jiff::Timestamp| {
        to.as_second().saturating_sub(from.as_second()) as f64
    };
    months
        .contains(at)
        .then(|| seconds(months.since, at) / seconds(months.since, months.until))
}

/// What the team has agreed about a metric of the product, and whether it holds.
fn agreed(input: &TeamInput<'_>, metric: &str, product: &str) -> Option<String> {
    let about = input
        .agreements
        .iter()
        .filter(|agreement| agreement.metric == metric && agreement.scope == product);
    let words: Vec<String> = about
        .map(|agreement| {
            let standing = match &agreement.standing {
                Standing::Kept => "kept".to_owned(),
                Standing::Crossed if agreement.items.is_empty() => "crossed".to_owned(),
                Standing::Crossed => format!("crossed by {}", agreement.items.len()),
                Standing::Accepted { until, .. } => format!("crossed, accepted until {until}"),
                Standing::NotMeasured { .. } => "not measured".to_owned(),
            };
            format!("{}: {standing}", agreement.agreed)
        })
        .collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// What was so on both sides of an event that the months hold.
fn around(
    input: &TeamInput<'_>,
    recent: &Recent,
    definition: &TeamDefinition,
    product: &str,
    nth: usize,
) -> Option<Around> {
    let [before, after] = recent.around.get(nth)?;
    let event = input.events.iter().find(|event| event.on == after.first)?;
    let lines: Vec<(String, Side, Side)> = definition
        .now_and_before
        .iter()
        .filter_map(|figure| {
            let found = figure_of(recent, &figure.metric)?;
            if not_observed(input, found.now.definition.id, product).is_some() {
                return None;
            }
            let [measure_before, measure_after] = found.around.get(nth)?;
            let side = |measure: &Measure, stretch: &Stretch| {
                let whole = strip::whole(measure, product);
                strip::side(figure, measure.definition, whole, stretch)
            };
            Some((
                figure.title.clone(),
                side(measure_before, before),
                side(measure_after, after),
            ))
        })
        .collect();
    let days_after = (after.last - after.first).get_days().saturating_add(1);
    strip::around(event, days_after, &lines)
}
