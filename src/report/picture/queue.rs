//! The queue of reviews: open requests by day, the oldest one's age, and what came against what went, by week.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Drawing, Picture, Queue, Week};
use crate::domain::{Bucket, Granularity};
use crate::metrics::drawn::{Material, QueueDay};
use crate::metrics::measure::Unit;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

pub(super) fn picture(material: Option<&Material>) -> Option<Picture> {
    let Some(Material::Queue(told)) = material else {
        return None;
    };
    if !told
        .iter()
        .any(|day| day.open + day.arrived + day.departed > 0)
    {
        return None;
    }
    let by_day: BTreeMap<Date, &QueueDay> = told.iter().map(|day| (day.on, day)).collect();
    let (first, last) = (*by_day.keys().next()?, *by_day.keys().next_back()?);
    let mut days = Vec::new();
    let mut weeks: Vec<(Bucket, Week, usize)> = Vec::new();
    let mut on = first;
    loop {
        let found = by_day.get(&on);
        let bucket = Bucket::of_date(on, Granularity::Week);
        if weeks.last().is_none_or(|(week, ..)| *week != bucket) {
            let week = Week {
                name: bucket.to_string(),
                first_day: days.len(),
                arrived: 0,
                departed: 0,
                is_whole: false,
            };
            weeks.push((bucket, week, 0));
        }
        if let (Some((_, week, n_days)), Some(day)) = (weeks.last_mut(), found) {
            week.arrived += day.arrived;
            week.departed += day.departed;
            *n_days += 1;
        }
        days.push((on.to_string(), found.map(|day| (day.open, day.oldest))));
        match on.tomorrow() {
            Ok(next) if next <= last => on = next,
            _ => break,
        }
    }
    let weeks: Vec<Week> = weeks
        .into_iter()
        .map(|(_, week, n_days)| Week {
            is_whole: n_days == 7,
            ..week
        })
        .collect();
    let queue = Queue { days, weeks };
    Some(Picture {
        id: String::new(),
        title: "Review queue: open requests, the oldest one's age, what came and what went"
            .to_owned(),
        alternative: alternative(told, &queue),
        table: table(&queue),
        drawing: Drawing::Queue(queue),
    })
}

fn alternative(told: &[QueueDay], queue: &Queue) -> String {
    let most = told
        .iter()
        .max_by_key(|day| (day.open, std::cmp::Reverse(day.on)));
    let last = told.last();
    let mut words = Vec::new();
    if let (Some(most), Some(last)) = (most, last) {
        words.push(format!(
            "Most open requests at the end of a day: {} on {}; {} on {}.",
            most.open, most.on, last.open, last.on
        ));
    }
    if let Some(oldest) = last.and_then(|day| day.oldest) {
        words.push(format!(
            "The oldest was then {} old.",
            quantity::amount(Unit::Hours, oldest)
        ));
    }
    let sum = |part: fn(&Week) -> u64| -> u64 { queue.weeks.iter().map(part).sum() };
    words.push(format!(
        "In {} weeks {} requests came and {} went.",
        queue.weeks.len(),
        quantity::count(sum(|week| week.arrived)),
        quantity::count(sum(|week| week.departed))
    ));
    let n_untold = queue.days.iter().filter(|(_, day)| day.is_none()).count();
    if n_untold > 0 {
        words.push(format!(
            "{n_untold} days are withheld: too few people were asked then."
        ));
    }
    words.join(" ")
}

/// By week: what came and went, and what was open at its end.
fn table(queue: &Queue) -> Table {
    let ends = queue.weeks.iter().skip(1).map(|week| week.first_day);
    let ends: Vec<usize> = ends.chain([queue.days.len()]).collect();
    let row = |(week, end): (&Week, &usize)| {
        let last = end.checked_sub(1).and_then(|at| queue.days.get(at));
        let last = last.and_then(|(_, day)| *day);
        let name = if week.is_whole {
            week.name.clone()
        } else {
            format!("{} (cut)", week.name)
        };
        let oldest = last.and_then(|(_, oldest)| oldest);
        vec![
            TableCell::Text(name),
            TableCell::Number(quantity::count(week.arrived)),
            TableCell::Number(quantity::count(week.departed)),
            TableCell::number(last.map(|(open, _)| quantity::count(open))),
            TableCell::number(oldest.map(|hours| quantity::amount(Unit::Hours, hours))),
        ]
    };
    Table {
        title: "By week".to_owned(),
        columns: vec![
            Column::text("Week"),
            Column::number("came"),
            Column::number("went"),
            Column::number("open at its end"),
            Column::number("oldest then"),
        ],
        rows: queue.weeks.iter().zip(&ends).map(row).collect(),
        n_omitted: 0,
    }
}
