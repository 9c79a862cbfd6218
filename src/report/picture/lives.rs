//! For how long lines live, by where they come from: one line an origin whose figures are told.

use super::{Drawing, LifeLine, Picture};
use crate::domain::Origin;
use crate::metrics::drawn::{Living, Material};
use crate::metrics::measure::{Measure, Measured};
use crate::report::figure::Frame;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

const METRIC: &str = "code.rework";

/// The days that the table and the words tell.
const TOLD_DAYS: [u64; 3] = [30, 90, 180];

/// `None` where no two origins are told: one alone is the figure itself.
pub(super) fn picture(measures: &[Measure], frame: &Frame<'_>) -> Option<Picture> {
    let Some(Material::LivesByOrigin(by_origin)) = super::material(measures, METRIC, frame) else {
        return None;
    };
    let told: Vec<(Origin, &Living)> = by_origin
        .iter()
        .filter(|(origin, _)| is_told(measures, *origin, frame))
        .map(|(origin, living)| (*origin, living))
        .collect();
    if told.len() < 2 {
        return None;
    }
    let sentences: Vec<String> = told
        .iter()
        .map(|(origin, living)| words(*origin, living))
        .collect();
    Some(Picture {
        id: String::new(),
        title: "For how long lines live, by origin".to_owned(),
        alternative: format!(
            "The share of the lines that landed in the window and that the default branch still has after so many days (Kaplan–Meier). {}",
            sentences.join(" ")
        ),
        table: table(&told),
        drawing: Drawing::Lives(
            told.iter()
                .map(|(origin, living)| line(*origin, living))
                .collect(),
        ),
    })
}

/// Whether the team is told the figures of an origin: the curve says no more than they do of whom.
fn is_told(measures: &[Measure], origin: Origin, frame: &Frame<'_>) -> bool {
    let of_metric = measures
        .iter()
        .filter(|measure| measure.definition.id == METRIC);
    of_metric.flat_map(|measure| &measure.strata).any(|cell| {
        let scope = &cell.scope;
        scope.product == frame.product
            && scope.origin == Some(origin)
            && scope.repository.is_none()
            && scope.area.is_none()
            && cell.bucket.is_none()
            && matches!(cell.measured, Measured::Value { .. })
    })
}

/// The share after some days, where somebody has followed for so long.
fn after(living: &Living, days: u64) -> Option<f64> {
    let found = living.curve.iter().find(|(day, _)| *day == days);
    found.map(|(_, share)| *share)
}

fn words(origin: Origin, living: &Living) -> String {
    let told = TOLD_DAYS.into_iter().filter_map(|days| {
        let share = quantity::percent(after(living, days)?);
        Some(format!("{share} after {days} days"))
    });
    let told: Vec<String> = told.collect();
    let lines = quantity::count(living.lines);
    format!("{}, {lines} lines: {}.", origin.words(), told.join(", "))
}

fn line(origin: Origin, living: &Living) -> LifeLine {
    let look = Origin::ALL.iter().position(|one| *one == origin);
    LifeLine {
        title: origin.words().to_owned(),
        look: look.and_then(|at| u8::try_from(at).ok()).unwrap_or(0),
        curve: living.curve.clone(),
    }
}

fn table(told: &[(Origin, &Living)]) -> Table {
    let mut columns = vec![Column::text("Origin"), Column::number("lines")];
    let days = TOLD_DAYS.into_iter();
    columns.extend(days.map(|days| Column::number(&format!("live for {days} days"))));
    let row = |(origin, living): &(Origin, &Living)| {
        let mut row = vec![
            TableCell::Text(origin.words().to_owned()),
            TableCell::Number(quantity::count(living.lines)),
        ];
        let shares = TOLD_DAYS.into_iter().map(|days| after(living, days));
        row.extend(shares.map(|share| TableCell::number(share.map(quantity::percent))));
        row
    };
    Table {
        title: "Lines that live".to_owned(),
        columns,
        rows: told.iter().map(row).collect(),
        n_omitted: 0,
    }
}
