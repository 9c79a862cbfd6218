//! The geometry of a chart: where things stand, and in which order they are drawn.

use plotters::prelude::{ChartBuilder, PathElement, Rectangle};

use super::axis::Scale;
use super::colours::{AXIS, GRID, STRIP};
use super::frame::Frame;
use super::geometry::{Area, Context, drawn, fill, put, stroke};
use super::labels::{set_tips, set_words};
use super::legend::Legend;
use super::marks;
use super::units::{SCALE, WIDTH, real, rounded};
use crate::render::RenderError;
use crate::report::Chart;

/// The inside of a chart's picture (geometry, text and the tips under the pointer), and its height in CSS pixels.
pub(super) fn chart(chart: &Chart, is_titled: bool) -> Result<(String, u32), RenderError> {
    let scale = Scale::of(chart);
    let width = i32::try_from(WIDTH * SCALE).unwrap_or(0);
    let legend = Legend::of(chart, width);
    let frame = Frame::of(chart, is_titled, &scale, &legend);
    let height = u32::try_from(frame.height).unwrap_or(0) / SCALE;
    let size = (WIDTH * SCALE, height * SCALE);
    let drawn = drawn(size, |root| draw(chart, root, &frame, &scale));
    let (mut text, ()) = drawn.map_err(|reason| RenderError::Chart {
        chart: chart.id.clone(),
        reason,
    })?;
    set_words(&mut text, chart, &frame, &scale);
    legend.set(&mut text, frame.legend_top);
    set_tips(&mut text, chart, &frame);
    Ok((text, height))
}

/// Draws everything but text, from the back to the front.
fn draw(chart: &Chart, root: &Area<'_>, frame: &Frame, scale: &Scale) -> Result<(), String> {
    let end = real(chart.points.len().max(1));
    let area = root.clone().shrink(
        (frame.left, frame.top),
        (frame.right - frame.left, frame.bottom - frame.top),
    );
    let mut context = ChartBuilder::on(&area)
        .build_cartesian_2d(0.0..end, 0.0..1.0)
        .map_err(|error| error.to_string())?;
    draw_grid(&mut context, scale, end)?;
    marks::bands(&mut context, chart, scale)?;
    marks::agreed(&mut context, chart, scale, end)?;
    marks::dots(&mut context, chart, scale)?;
    if chart.ticks.is_empty() {
        for mark in chart.marks.iter().rev() {
            marks::series(&mut context, chart, mark, scale)?;
        }
        marks::stack(&mut context, chart, scale)?;
    } else {
        marks::rolling(&mut context, chart, scale)?;
        marks::ticks(root, chart, frame)?;
    }
    marks::whiskers(&mut context, chart, scale)?;
    if frame.has_strip {
        draw_strip(root, chart, frame)?;
    }
    Ok(())
}

fn draw_grid(context: &mut Context<'_, '_>, scale: &Scale, end: f64) -> Result<(), String> {
    let line = |height: f64, style| PathElement::new(vec![(0.0, height), (end, height)], style);
    let ticks = scale.ticks.iter().map(|tick| scale.inside(tick.value));
    put(
        context,
        ticks
            .filter(|height| *height > 0.0)
            .map(|height| line(height, stroke(&GRID, 10))),
    )?;
    put(context, [line(0.0, stroke(&AXIS, 10))])
}

/// The strip of n under the buckets: how much stands behind each value.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn draw_strip(root: &Area<'_>, chart: &Chart, frame: &Frame) -> Result<(), String> {
    let numbers = chart.points.iter().filter_map(|point| point.n);
    let most = numbers.max().unwrap_or(1).max(1);
    let n_points = chart.points.len();
    for (point, at) in chart.points.iter().zip(0_u32..) {
        let Some(n) = point.n.filter(|n| *n > 0) else {
            continue;
        };
        let height = rounded((n as f64 / most as f64) * 140.0).max(8);
        let ends = [0.14, 0.86].map(|part| frame.x(f64::from(at) + part, n_points));
        let [left, right] = ends;
        let corners = [
            (left, frame.strip_bottom - height),
            (right.max(left + 4), frame.strip_bottom),
        ];
        root.draw(&Rectangle::new(corners, fill(&STRIP)))
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}
