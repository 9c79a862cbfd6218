//! A chart in words, for people who cannot see it: what the picture tells, and nothing else.

use crate::report::chart::{Chart, Mark, PointState, Shape};
use crate::report::quantity;

/// First and last value, extremes, gaps; rows, marks, days and agreements where they are drawn.
pub(super) fn description(chart: &Chart, noun: &str) -> String {
    let mut sentences = Vec::new();
    let stack: Vec<&Mark> = chart
        .marks
        .iter()
        .filter(|mark| matches!(mark.shape, Shape::Stack(_)))
        .collect();
    if stack.is_empty() {
        sentences.extend(
            chart
                .marks
                .first()
                .and_then(|mark| course(chart, mark, noun)),
        );
    } else {
        sentences.extend(shares(chart, &stack, noun));
    }
    sentences.extend(rows(chart));
    sentences.extend(ticks(chart));
    sentences.extend((!chart.left_out.is_empty()).then(|| chart.left_out.clone()));
    for event in &chart.events {
        sentences.push(format!("{}: {}.", event.on, event.title));
    }
    for line in &chart.agreed {
        sentences.push(format!("{}.", capitalised(&line.words)));
    }
    sentences.join(" ")
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn course(chart: &Chart, mark: &Mark, noun: &str) -> Option<String> {
    let seen: Vec<(&str, f64)> = chart
        .points
        .iter()
        .filter_map(|point| Some((point.bucket.as_str(), point.get(&mark.number)?)))
        .collect();
    let (first, last) = (seen.first()?, seen.last()?);
    let amount = |number: f64| quantity::amount(chart.unit, number);
    if chart.points.len() == 1 {
        return Some(format!(
            "{} {}: {}.",
            capitalised(&mark.title),
            first.0,
            amount(first.1)
        ));
    }
    let ends = seen.iter().map(|(_, number)| *number);
    let lowest = ends.clone().fold(f64::INFINITY, f64::min);
    let highest = ends.fold(f64::NEG_INFINITY, f64::max);
    let n_gaps = chart.points.len() - seen.len();
    Some(format!(
        "{} by {noun} from {} ({}) to {} ({}); lowest {}, highest {}; {} of {} buckets have no value.",
        capitalised(&mark.title),
        first.0,
        amount(first.1),
        last.0,
        amount(last.1),
        amount(lowest),
        amount(highest),
        n_gaps,
        chart.points.len()
    ))
}

/// The parts of the first bucket and of the last.
fn shares(chart: &Chart, stack: &[&Mark], noun: &str) -> Option<String> {
    let measured = || {
        let points = chart.points.iter();
        points.filter(|point| point.state == PointState::Measured)
    };
    let words = |point: &crate::report::ChartPoint| {
        let parts = stack.iter().filter_map(|mark| {
            let share = point.get(&mark.number)?;
            Some(format!("{} {}", mark.title, quantity::percent(share)))
        });
        format!("{}: {}", point.bucket, parts.collect::<Vec<_>>().join(", "))
    };
    let (first, last) = (measured().next()?, measured().next_back()?);
    let mut ends = vec![words(first)];
    if first.bucket != last.bucket {
        ends.push(words(last));
    }
    let n_gaps = chart.points.len() - measured().count();
    Some(format!(
        "Parts of the whole by {noun}. {}. {n_gaps} of {} buckets have no value.",
        ends.join("; "),
        chart.points.len()
    ))
}

fn rows(chart: &Chart) -> Option<String> {
    let amounts = || chart.dots.iter().map(|dot| dot.amount);
    let (low, high) = (amounts().reduce(f64::min), amounts().reduce(f64::max));
    let amount = |number: f64| quantity::amount(chart.unit, number);
    if let Some((low, high)) = low.zip(high) {
        let n_running = chart.dots.iter().filter(|dot| dot.is_running).count();
        let running = match n_running {
            0 => String::new(),
            n => format!(", {n} of them still running"),
        };
        return Some(format!(
            "Each dot is a row: {} from {} to {}{running}.",
            chart.dots.len(),
            amount(low),
            amount(high)
        ));
    }
    let has_band = chart.points.iter().any(|point| point.middle_half.is_some());
    has_band.then(|| "The band holds the middle half of the rows.".to_owned())
}

fn ticks(chart: &Chart) -> Option<String> {
    let n_hits = chart.ticks.iter().filter(|tick| tick.is_hit).count();
    (!chart.ticks.is_empty()).then(|| {
        format!(
            "Each mark is a row: {} of {} count.",
            n_hits,
            chart.ticks.len()
        )
    })
}
