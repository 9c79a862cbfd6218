//! What stands in the buckets of a chart: lines, steps, bars, stacks, dots, bands, whiskers and the marks of days.

use plotters::prelude::{Circle, PathElement, Polygon, Rectangle};

use super::axis::Scale;
use super::colours::{AMBER, BAND, LINE, PAPER, QUIET, STRONG, TEAL, part};
use super::frame::Frame;
use super::geometry::{Area, Context, fill, put, stroke};
use super::units::{UNIT, real};
use crate::report::{Chart, ChartPoint, Mark, Scale as Kind, Shape};

/// The part of a bucket that a step takes.
const STEP: [f64; 2] = [0.04, 0.96];

/// The part of a bucket that a bar takes.
const BAR: [f64; 2] = [0.14, 0.86];

/// The part of a bucket at which its whisker stands: beside the words on the step.
const WHISKER: f64 = 0.86;

/// Consecutive buckets that have a value, with the middle of each.
pub(super) fn runs<V>(
    chart: &Chart,
    value: impl Fn(&ChartPoint) -> Option<V>,
) -> Vec<Vec<(f64, V)>> {
    let mut runs: Vec<Vec<(f64, V)>> = vec![Vec::new()];
    let mut middle = 0.5;
    for point in &chart.points {
        match (value(point), runs.last_mut()) {
            (Some(value), Some(run)) => run.push((middle, value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
        middle += 1.0;
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The points of a chart with where each begins.
fn places(chart: &Chart) -> impl Iterator<Item = (f64, &ChartPoint)> {
    (0_u32..).map(f64::from).zip(&chart.points)
}

/// The pieces of a dashed line, each so many buckets long.
fn dashes((from, to): (f64, f64), height: f64, length: f64) -> Vec<Vec<(f64, f64)>> {
    let mut pieces = Vec::new();
    let mut at = from;
    while at < to && pieces.len() < 400 {
        pieces.push(vec![(at, height), ((at + length).min(to), height)]);
        at += length * 1.7;
    }
    pieces
}

/// How long a dash is, in buckets, so that it is as long in every picture.
fn dash(chart: &Chart) -> f64 {
    real(chart.points.len().max(1)) / 70.0
}

/// The interval behind a line, and the middle half of rows that are too many to be drawn one by one.
pub(super) fn bands(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    scale: &Scale,
) -> Result<(), String> {
    let height = |amount| scale.inside(amount);
    let halves = places(chart).filter_map(|(at, point)| {
        let [low, high] = point.middle_half?.map(height);
        Some([(at + STEP[0], low), (at + STEP[1], high)])
    });
    let halves: Vec<_> = halves.collect();
    put(
        context,
        halves
            .iter()
            .map(|corners| Rectangle::new(*corners, fill(&BAND))),
    )?;
    put(
        context,
        halves.iter().map(|[(left, low), (right, high)]| {
            let outline = vec![
                (*left, *low),
                (*right, *low),
                (*right, *high),
                (*left, *high),
                (*left, *low),
            ];
            PathElement::new(outline, stroke(&QUIET, 8))
        }),
    )?;
    if !chart.has_band || chart.scale == Kind::Logarithmic {
        return Ok(());
    }
    for run in runs(chart, |point| point.interval) {
        // One bucket alone still has an interval: it is drawn a third of a bucket wide.
        let widened = match run.as_slice() {
            [(middle, ends)] => vec![(middle - 0.17, *ends), (middle + 0.17, *ends)],
            _ => run,
        };
        let low: Vec<_> = widened
            .iter()
            .map(|(at, [low, _])| (*at, height(*low)))
            .collect();
        let high: Vec<_> = widened
            .iter()
            .map(|(at, [_, high])| (*at, height(*high)))
            .collect();
        let outline = low
            .iter()
            .chain(high.iter().rev())
            .copied()
            .collect::<Vec<_>>();
        put(context, [Polygon::new(outline, fill(&BAND))])?;
        put(
            context,
            [low, high].map(|edge| PathElement::new(edge, stroke(&QUIET, 8))),
        )?;
    }
    Ok(())
}

/// What is agreed: a line along the chart, in long dashes.
pub(super) fn agreed(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    scale: &Scale,
    end: f64,
) -> Result<(), String> {
    let long = 3.0 * dash(chart);
    let lines = chart
        .agreed
        .iter()
        .flat_map(|line| dashes((0.0, end), scale.inside(line.amount), long));
    put(
        context,
        lines.map(|piece| PathElement::new(piece, stroke(&TEAL, 16))),
    )
}

/// Rows one by one; those that still run are rings.
pub(super) fn dots(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    scale: &Scale,
) -> Result<(), String> {
    let radius = if chart.dots.len() > 200 { 20 } else { 26 };
    let place = |dot: &crate::report::ChartDot| (dot.at, scale.inside(dot.amount));
    put(
        context,
        chart
            .dots
            .iter()
            .map(|dot| Circle::new(place(dot), radius, fill(&QUIET))),
    )?;
    let running = chart.dots.iter().filter(|dot| dot.is_running);
    put(
        context,
        running.map(|dot| Circle::new(place(dot), radius / 2, fill(&PAPER))),
    )
}

/// One series.
pub(super) fn series(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    mark: &Mark,
    scale: &Scale,
) -> Result<(), String> {
    match mark.shape {
        Shape::Bars => bars(context, chart, mark, scale),
        Shape::Line => line(context, chart, mark, scale, false),
        Shape::QuietLine => line(context, chart, mark, scale, true),
        Shape::Step => steps(context, chart, mark, scale),
        Shape::QuietStep => quiet_steps(context, chart, mark, scale),
        Shape::Stack(_) => Ok(()),
    }
}

fn line(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    mark: &Mark,
    scale: &Scale,
    is_quiet: bool,
) -> Result<(), String> {
    let (of, tenths) = if is_quiet { (&QUIET, 12) } else { (&LINE, 20) };
    let runs = runs(chart, |point| {
        point.get(&mark.number).map(|amount| scale.inside(amount))
    });
    let paths = runs.iter().filter(|run| run.len() > 1);
    put(
        context,
        paths.map(|run| PathElement::new(run.clone(), stroke(of, tenths))),
    )?;
    let many = chart.points.len() > 40;
    // Dots where the eye needs them: single buckets, the last one, and every one while they are few.
    let last = runs
        .last()
        .and_then(|run| run.last())
        .map(|(middle, _)| *middle);
    let dots = runs.iter().flat_map(|run| {
        run.iter()
            .filter(move |(middle, _)| {
                run.len() == 1 || !is_quiet && (!many || Some(*middle) == last)
            })
            .copied()
    });
    let radius = if is_quiet { 14 } else { 24 };
    let dots: Vec<(f64, f64)> = dots.collect();
    put(
        context,
        dots.iter().map(|dot| Circle::new(*dot, radius, fill(of))),
    )?;
    // A bucket that the window cuts is not over: its dot is hollow.
    let cut = places(chart).filter(|(_, point)| point.is_cut && !is_quiet && !many);
    let hollow =
        cut.filter_map(|(at, point)| Some((at + 0.5, scale.inside(point.get(&mark.number)?))));
    put(
        context,
        hollow.map(|dot| Circle::new(dot, radius / 2, fill(&PAPER))),
    )
}

/// The headline of each bucket as a step; of one that the window cuts in dashes, since it is not over.
fn steps(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    mark: &Mark,
    scale: &Scale,
) -> Result<(), String> {
    let mut paths = Vec::new();
    for (at, point) in places(chart) {
        let Some(amount) = point.get(&mark.number) else {
            continue;
        };
        let (from, to, height) = (at + STEP[0], at + STEP[1], scale.inside(amount));
        if point.is_cut {
            paths.extend(dashes((from, to), height, 2.0 * dash(chart)));
        } else {
            paths.push(vec![(from, height), (to, height)]);
        }
    }
    // A line of the ground around it keeps it apart from the rows.
    put(
        context,
        paths
            .iter()
            .map(|path| PathElement::new(path.clone(), stroke(&PAPER, 50))),
    )?;
    put(
        context,
        paths
            .into_iter()
            .map(|path| PathElement::new(path, stroke(&STRONG, 30))),
    )
}

fn quiet_steps(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    mark: &Mark,
    scale: &Scale,
) -> Result<(), String> {
    let pieces = places(chart).filter_map(|(at, point)| {
        let height = scale.inside(point.get(&mark.number)?);
        Some(dashes(
            (at + STEP[0], at + STEP[1]),
            height,
            dash(chart) * 1.2,
        ))
    });
    let pieces = pieces.flatten();
    put(
        context,
        pieces.map(|piece| PathElement::new(piece, stroke(&STRONG, 13))),
    )
}

fn bars(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    mark: &Mark,
    scale: &Scale,
) -> Result<(), String> {
    let bar = |(at, point): (f64, &ChartPoint)| {
        let height = scale.inside(point.get(&mark.number)?);
        Some((at, height, point.is_cut))
    };
    let bars: Vec<(f64, f64, bool)> = places(chart).filter_map(bar).collect();
    let corners = |at: f64, height: f64| [(at + BAR[0], 0.0), (at + BAR[1], height)];
    let whole = bars.iter().filter(|(_, _, is_cut)| !is_cut);
    put(
        context,
        whole.map(|(at, height, _)| Rectangle::new(corners(*at, *height), fill(&LINE))),
    )?;
    // A bucket that the window cuts is not over: its bar is a dashed outline.
    let cut = bars
        .iter()
        .filter(|(_, height, is_cut)| *is_cut && *height > 0.0);
    let outline = cut.flat_map(|(at, height, _)| {
        let [(left, _), (right, _)] = corners(*at, *height);
        let mut pieces = dashes((left, right), *height, dash(chart) * 0.6);
        for side in [left, right] {
            let n = 1.0 + (height * 16.0).floor();
            let piece = height / n;
            let mut foot = 0.0;
            while foot < height - piece / 2.0 {
                pieces.push(vec![(side, foot), (side, foot + piece * 0.6)]);
                foot += piece;
            }
        }
        pieces
    });
    put(
        context,
        outline.map(|piece| PathElement::new(piece, stroke(&LINE, 14))),
    )
}

/// The parts of every bucket on each other, the first at the bottom. A part that a bucket does not have takes no room.
pub(super) fn stack(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    scale: &Scale,
) -> Result<(), String> {
    for (nth, mark) in chart.marks.iter().enumerate() {
        let Shape::Stack(colour) = mark.shape else {
            continue;
        };
        let mut parts = Vec::new();
        for (at, point) in places(chart) {
            let Some(number) = point.get(&mark.number).filter(|number| *number > 0.0) else {
                continue;
            };
            let below = chart.marks.iter().take(nth);
            let foot: f64 = below.filter_map(|mark| point.get(&mark.number)).sum();
            let corners = [
                (at + BAR[0], scale.inside(foot)),
                (at + BAR[1], scale.inside(foot + number)),
            ];
            parts.push(corners);
        }
        put(
            context,
            parts
                .iter()
                .map(|corners| Rectangle::new(*corners, fill(part(colour)))),
        )?;
        // A line of the ground keeps a part apart from the one below it.
        let feet = parts.iter().filter(|[(_, foot), _]| *foot > 0.0);
        put(
            context,
            feet.map(|[(left, foot), (right, _)]| {
                PathElement::new(vec![(*left, *foot), (*right, *foot)], stroke(&PAPER, 15))
            }),
        )?;
    }
    Ok(())
}

/// The intervals of steps: lines with ends; one that leaves the picture is cut there, with an arrow.
pub(super) fn whiskers(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    scale: &Scale,
) -> Result<(), String> {
    if !chart.has_band || chart.scale != Kind::Logarithmic {
        return Ok(());
    }
    let half = real(chart.points.len().max(1)) / 110.0;
    let mut paths = Vec::new();
    for (at, point) in places(chart) {
        let Some([low, high]) = point.interval else {
            continue;
        };
        let x = at + WHISKER;
        let ends = [low, high].map(|end| scale.height(end));
        let [foot, head] = ends.map(|end| end.clamp(0.0, 1.0));
        paths.push(vec![(x, foot), (x, head)]);
        for (end, inside, inwards) in [(ends[0], foot, 0.035), (ends[1], head, -0.035)] {
            paths.push(if (end - inside).abs() < 1e-9 {
                vec![(x - half, inside), (x + half, inside)]
            } else {
                vec![
                    (x - half, inside + inwards),
                    (x, inside),
                    (x + half, inside + inwards),
                ]
            });
        }
    }
    put(
        context,
        paths
            .into_iter()
            .map(|path| PathElement::new(path, stroke(&STRONG, 14))),
    )
}

/// The share of the last rows that count.
pub(super) fn rolling(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    scale: &Scale,
) -> Result<(), String> {
    let mut path: Vec<(f64, f64)> = Vec::new();
    for [at, share] in &chart.rolling {
        let height = scale.inside(*share);
        // The share holds until the next row.
        if let Some((_, before)) = path.last() {
            path.push((*at, *before));
        }
        path.push((*at, height));
    }
    put(context, [PathElement::new(path, stroke(&LINE, 20))])
}

/// Every row below the scale: a stroke; one that counts is longer and has a head.
pub(super) fn ticks(root: &Area<'_>, chart: &Chart, frame: &Frame) -> Result<(), String> {
    let n_points = chart.points.len();
    let foot = frame.strip_bottom - 4 * UNIT;
    let failed = |error: plotters::drawing::DrawingAreaErrorKind<_>| error.to_string();
    let quiet = chart.ticks.iter().filter(|tick| !tick.is_hit);
    for (nth, tick) in quiet.enumerate() {
        let x = frame.x(tick.at, n_points);
        // Up and down by turns: the way from one to the next is short to write.
        let mut path = vec![(x, foot - 10 * UNIT), (x, foot)];
        if nth % 2 == 1 {
            path.reverse();
        }
        root.draw(&PathElement::new(path, stroke(&QUIET, 12)))
            .map_err(failed)?;
    }
    for tick in chart.ticks.iter().filter(|tick| tick.is_hit) {
        let x = frame.x(tick.at, n_points);
        let path = vec![(x, foot - 18 * UNIT), (x, foot)];
        root.draw(&PathElement::new(path, stroke(&AMBER, 18)))
            .map_err(failed)?;
    }
    for tick in chart.ticks.iter().filter(|tick| tick.is_hit) {
        let (x, y) = (frame.x(tick.at, n_points), foot - 22 * UNIT);
        let head = vec![(x - 40, y - 40), (x + 40, y - 40), (x, y + 50)];
        root.draw(&Polygon::new(head, fill(&AMBER)))
            .map_err(failed)?;
    }
    Ok(())
}
