//! A chart's first series without axes.

use plotters::prelude::{ChartBuilder, Circle, PathElement, Rectangle};

use super::colours::{LINE, QUIET};
use super::geometry::{Area, drawn, fill, stroke};
use super::marks::runs;
use super::units::SCALE;
use crate::render::RenderError;
use crate::report::{Chart, Shape};

/// Size of a sparkline in CSS pixels.
pub(super) const SIZE: (u32, u32) = (120, 30);

pub(super) fn sparkline(chart: &Chart) -> Result<String, RenderError> {
    let size = (SIZE.0 * SCALE, SIZE.1 * SCALE);
    let (text, ()) =
        drawn(size, |root| draw(chart, root)).map_err(|reason| RenderError::Chart {
            chart: chart.id.clone(),
            reason,
        })?;
    Ok(text)
}

fn draw(chart: &Chart, root: &Area<'_>) -> Result<(), String> {
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
    let area = root
        .clone()
        .shrink((10, 40), (SIZE.0 * SCALE - 50, SIZE.1 * SCALE - 80));
    let mut context = ChartBuilder::on(&area)
        .build_cartesian_2d(0.0..n_points, 0.0..top)
        .map_err(|error| error.to_string())?;
    let failed = |error: plotters::drawing::DrawingAreaErrorKind<std::io::Error>| error.to_string();
    if mark.shape == Shape::Bars {
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
        context.draw_series(bars).map_err(failed)?;
        return Ok(());
    }
    let runs = runs(chart, |point| point.get(&mark.number));
    let paths = runs.iter().filter(|run| run.len() > 1);
    let paths = paths.map(|run| PathElement::new(run.clone(), stroke(&LINE, 18)));
    context.draw_series(paths).map_err(failed)?;
    let last = runs.last().and_then(|run| run.last()).copied();
    let single = runs.iter().filter(|run| run.len() == 1).flatten().copied();
    let dots = single
        .chain(last)
        .map(|dot| Circle::new(dot, 25, fill(&LINE)));
    context.draw_series(dots).map_err(failed)?;
    Ok(())
}
