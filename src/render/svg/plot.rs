//! The geometry of a chart.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, ChartBuilder, ChartContext, Circle, DrawingArea, IntoDrawingArea, PathElement,
    Polygon, RGBColor, Rectangle, SVGBackend, ShapeStyle,
};

use super::axis::{self, Scale};
use super::labels::{set_tips, set_words};
use super::words;
use super::{AXIS, BAND, Colour, GRID, LINE, PAPER, QUIET, STRIP, Size, part};
use crate::render::RenderError;
use crate::report::{Chart, ChartPoint, Mark, Shape};

/// Picture units per CSS pixel: plotters places at whole units, and a tenth of a pixel is fine enough for a smooth line.
pub(super) const SCALE: u32 = 10;

/// Size of a sparkline in CSS pixels.
pub(super) const SPARK: (u32, u32) = (120, 30);

pub(super) const UNIT: i32 = 10;

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

type Context<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn colour(colour: &Colour) -> RGBColor {
    let (red, green, blue) = colour.light;
    RGBColor(red, green, blue)
}

fn stroke(of: &Colour, tenths: u32) -> ShapeStyle {
    ShapeStyle {
        color: colour(of).into(),
        filled: false,
        stroke_width: tenths,
    }
}

fn fill(of: &Colour) -> ShapeStyle {
    ShapeStyle {
        color: colour(of).into(),
        filled: true,
        stroke_width: 0,
    }
}

/// Where things stand, in picture units.
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    pub(super) strip_bottom: i32,
    pub(super) has_strip: bool,
    pub(super) size: i32,
    pub(super) font: u32,
}

impl Frame {
    fn of(chart: &Chart, size: Size, scale: &Scale) -> Self {
        let font = if size.is_titled { 12 } else { 11 };
        let (width, height) = (
            i32::try_from(size.width * SCALE).unwrap_or(0),
            i32::try_from(size.height * SCALE).unwrap_or(0),
        );
        let widest = scale
            .ticks
            .iter()
            .map(|tick| words::width(&axis::tick_words(chart.unit, *tick, scale.top), font))
            .max();
        let has_strip = chart.points.iter().any(|point| point.n.is_some()) && !n_is_drawn(chart);
        let strip = if has_strip { 24 * UNIT } else { 0 };
        Self {
            left: widest.unwrap_or(0) + 8 * UNIT,
            right: width - 8 * UNIT,
            top: if size.is_titled { 62 * UNIT } else { 8 * UNIT },
            bottom: height - strip - 22 * UNIT,
            strip_bottom: height - 22 * UNIT,
            has_strip,
            size: width,
            font,
        }
    }
}

/// Whether the bars already are the numbers of rows, so that a strip of n would say it twice.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn n_is_drawn(chart: &Chart) -> bool {
    let bars = chart.marks.iter().find(|mark| mark.shape == Shape::Bars);
    bars.is_some_and(|bars| {
        chart
            .points
            .iter()
            .all(|point| match (point.n, point.get(&bars.number)) {
                (Some(n), Some(number)) => (n as f64 - number).abs() < 0.5,
                (_, None) => true,
                (None, Some(_)) => false,
            })
    })
}

/// The inside of a chart's picture: geometry, text and the tips under the pointer.
pub(super) fn chart(chart: &Chart, size: Size) -> Result<String, RenderError> {
    let scale = axis::scale(chart.unit, chart.highest().unwrap_or(0.0));
    let frame = Frame::of(chart, size, &scale);
    let mut geometry = String::new();
    let failed = |reason: String| RenderError::Chart {
        chart: chart.id.clone(),
        reason,
    };
    let xs = {
        let root =
            SVGBackend::with_string(&mut geometry, (size.width * SCALE, size.height * SCALE))
                .into_drawing_area();
        let xs = draw(chart, &root, &frame, &scale).map_err(failed)?;
        root.present().map_err(|error| failed(error.to_string()))?;
        xs
    };
    let mut text = inside(&geometry).to_owned();
    set_words(&mut text, chart, size, &frame, &scale, &xs);
    set_tips(&mut text, chart, &frame, &xs);
    Ok(text)
}

/// What stands between the outer tags that plotters writes.
fn inside(picture: &str) -> &str {
    let after_tag = picture
        .find('\n')
        .map_or("", |at| picture.get(at + 1..).unwrap_or_default());
    after_tag
        .trim_end()
        .strip_suffix("</svg>")
        .unwrap_or(after_tag)
}

/// Draws everything but text; returns the middle of each bucket in picture units.
fn draw(chart: &Chart, root: &Area<'_>, frame: &Frame, scale: &Scale) -> Result<Vec<i32>, String> {
    let n_points = i32::try_from(chart.points.len()).unwrap_or(i32::MAX);
    let area = root.clone().shrink(
        (frame.left, frame.top),
        (frame.right - frame.left, frame.bottom - frame.top),
    );
    let mut context = ChartBuilder::on(&area)
        .build_cartesian_2d(0.0..f64::from(n_points.max(1)), 0.0..scale.top)
        .map_err(|error| error.to_string())?;
    draw_grid(&mut context, scale, f64::from(n_points.max(1)))?;
    if chart.has_band {
        for run in runs(chart, |point| point.interval) {
            draw_band(&mut context, &run)?;
        }
    }
    for mark in chart.marks.iter().rev() {
        match mark.shape {
            Shape::Bars => draw_bars(&mut context, chart, mark)?,
            Shape::Line => draw_line(&mut context, chart, mark, &LINE, 20)?,
            Shape::QuietLine => draw_line(&mut context, chart, mark, &QUIET, 12)?,
            Shape::Stack(_) => {}
        }
    }
    draw_stack(&mut context, chart)?;
    let (width, n) = (frame.right - frame.left, n_points.max(1));
    let xs: Vec<i32> = (0..n_points)
        .map(|at| frame.left + (width * (2 * at + 1)) / (2 * n))
        .collect();
    if frame.has_strip {
        draw_strip(root, chart, frame, &xs)?;
    }
    Ok(xs)
}

fn draw_grid(context: &mut Context<'_, '_>, scale: &Scale, end: f64) -> Result<(), String> {
    let lines = scale.ticks.iter().map(|tick| {
        let style = if *tick == 0.0 {
            stroke(&AXIS, 10)
        } else {
            stroke(&GRID, 10)
        };
        PathElement::new(vec![(0.0, *tick), (end, *tick)], style)
    });
    context
        .draw_series(lines)
        .map_err(|error| error.to_string())?;
    Ok(())
}

/// Consecutive buckets that have a value, with the middle of each.
fn runs<V>(chart: &Chart, value: impl Fn(&ChartPoint) -> Option<V>) -> Vec<Vec<(f64, V)>> {
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

fn draw_band(context: &mut Context<'_, '_>, run: &[(f64, [f64; 2])]) -> Result<(), String> {
    // One bucket alone still has an interval: it is drawn a third of a bucket wide.
    let widened: Vec<(f64, [f64; 2])> = match run {
        [(middle, ends)] => vec![(middle - 0.17, *ends), (middle + 0.17, *ends)],
        _ => run.to_vec(),
    };
    let low = widened.iter().map(|(middle, [low, _])| (*middle, *low));
    let high = widened
        .iter()
        .rev()
        .map(|(middle, [_, high])| (*middle, *high));
    let outline: Vec<(f64, f64)> = low.chain(high).collect();
    context
        .draw_series(std::iter::once(Polygon::new(outline, fill(&BAND))))
        .map_err(|error| error.to_string())?;
    Ok(())
}

fn draw_line(
    context: &mut Context<'_, '_>,
    chart: &Chart,
    mark: &Mark,
    of: &Colour,
    tenths: u32,
) -> Result<(), String> {
    let runs = runs(chart, |point| point.get(&mark.number));
    let paths = runs
        .iter()
        .filter(|run| run.len() > 1)
        .map(|run| PathElement::new(run.clone(), stroke(of, tenths)));
    context
        .draw_series(paths)
        .map_err(|error| error.to_string())?;
    let many = chart.points.len() > 40;
    // Dots where the eye needs them: single buckets, the last one, and every one while they are few.
    let last = runs
        .last()
        .and_then(|run| run.last())
        .map(|(middle, _)| *middle);
    let is_quiet = mark.shape == Shape::QuietLine;
    let dots = runs.iter().flat_map(|run| {
        run.iter()
            .filter(move |(middle, _)| {
                run.len() == 1 || !is_quiet && (!many || Some(*middle) == last)
            })
            .copied()
    });
    let radius = if is_quiet { 14 } else { 24 };
    let dots: Vec<(f64, f64)> = dots.collect();
    let halo = dots
        .iter()
        .map(|dot| Circle::new(*dot, radius + 10, fill(&PAPER)));
    context
        .draw_series(halo)
        .map_err(|error| error.to_string())?;
    context
        .draw_series(dots.iter().map(|dot| Circle::new(*dot, radius, fill(of))))
        .map_err(|error| error.to_string())?;
    Ok(())
}

fn draw_bars(context: &mut Context<'_, '_>, chart: &Chart, mark: &Mark) -> Result<(), String> {
    let bars = runs(chart, |point| {
        point.get(&mark.number).map(|number| (number, point.is_cut))
    });
    let bars = bars
        .into_iter()
        .flatten()
        .map(|(middle, (number, is_cut))| {
            let style = if is_cut { fill(&QUIET) } else { fill(&LINE) };
            Rectangle::new([(middle - 0.36, 0.0), (middle + 0.36, number)], style)
        });
    context
        .draw_series(bars)
        .map_err(|error| error.to_string())?;
    Ok(())
}

/// The parts of every bucket on each other, the first at the bottom. A part that a bucket does not have takes no room.
fn draw_stack(context: &mut Context<'_, '_>, chart: &Chart) -> Result<(), String> {
    let mut middle = 0.5;
    let mut parts = Vec::new();
    for point in &chart.points {
        let mut foot = 0.0;
        for mark in &chart.marks {
            if let (Shape::Stack(at), Some(number)) = (mark.shape, point.get(&mark.number)) {
                let corners = [(middle - 0.36, foot), (middle + 0.36, foot + number)];
                parts.push(Rectangle::new(corners, fill(part(at))));
                foot += number;
            }
        }
        middle += 1.0;
    }
    context
        .draw_series(parts)
        .map_err(|error| error.to_string())?;
    Ok(())
}

/// The strip of n under the buckets: how much stands behind each value.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "heights of a few hundred units"
)]
fn draw_strip(root: &Area<'_>, chart: &Chart, frame: &Frame, xs: &[i32]) -> Result<(), String> {
    let most = chart
        .points
        .iter()
        .filter_map(|point| point.n)
        .max()
        .unwrap_or(1)
        .max(1);
    let half = bar_half(frame, xs.len());
    for (point, x) in chart.points.iter().zip(xs) {
        let Some(n) = point.n.filter(|n| *n > 0) else {
            continue;
        };
        let height = ((n as f64 / most as f64) * 140.0).max(8.0) as i32;
        let corners = [
            (x - half, frame.strip_bottom - height),
            (x + half, frame.strip_bottom),
        ];
        root.draw(&Rectangle::new(corners, fill(&STRIP)))
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn bar_half(frame: &Frame, n_points: usize) -> i32 {
    let n_points = i32::try_from(n_points.max(1)).unwrap_or(i32::MAX);
    ((frame.right - frame.left) * 36 / (100 * n_points)).max(4)
}

/// The first series without axes.
pub(super) fn sparkline(chart: &Chart) -> Result<String, RenderError> {
    let failed = |reason: String| RenderError::Chart {
        chart: chart.id.clone(),
        reason,
    };
    let mut geometry = String::new();
    {
        let size = (SPARK.0 * SCALE, SPARK.1 * SCALE);
        let root = SVGBackend::with_string(&mut geometry, size).into_drawing_area();
        draw_sparkline(chart, &root).map_err(failed)?;
        root.present().map_err(|error| failed(error.to_string()))?;
    }
    Ok(inside(&geometry).to_owned())
}

fn draw_sparkline(chart: &Chart, root: &Area<'_>) -> Result<(), String> {
    let Some(mark) = chart.marks.first() else {
        return Ok(());
    };
    let highest = chart
        .points
        .iter()
        .filter_map(|point| point.get(&mark.number))
        .fold(0.0, f64::max);
    let top = if highest > 0.0 { highest } else { 1.0 };
    let n_points = f64::from(u32::try_from(chart.points.len().max(1)).unwrap_or(u32::MAX));
    let area = root.clone().shrink(
        (UNIT, 4 * UNIT),
        (SPARK.0 * SCALE - 50, SPARK.1 * SCALE - 80),
    );
    let mut context = ChartBuilder::on(&area)
        .build_cartesian_2d(0.0..n_points, 0.0..top)
        .map_err(|error| error.to_string())?;
    match mark.shape {
        Shape::Bars => draw_bars(&mut context, chart, mark)?,
        Shape::Line | Shape::QuietLine | Shape::Stack(_) => {
            let runs = runs(chart, |point| point.get(&mark.number));
            let paths = runs
                .iter()
                .filter(|run| run.len() > 1)
                .map(|run| PathElement::new(run.clone(), stroke(&LINE, 18)));
            context
                .draw_series(paths)
                .map_err(|error| error.to_string())?;
            let last = runs.last().and_then(|run| run.last()).copied();
            let single = runs.iter().filter(|run| run.len() == 1).flatten().copied();
            let dots = single
                .chain(last)
                .map(|dot| Circle::new(dot, 25, fill(&LINE)));
            context
                .draw_series(dots)
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
