//! How the parts of both people in a delegation cross over, by month, or by quarter where months hold too few acts.

use jiff::civil::Date;

use super::LeadSources;
use super::names::Names;
use crate::domain::{Bucket, Granularity, Window};
use crate::metrics::measure::LedgerRow;
use crate::report::Picture;
use crate::report::picture::{Away, CrossPoint, Crossing, Drawing};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::work::Fate;
use crate::work::roster::RosterDelegation;

/// Three of so many stretches with an act have to hold enough of them for a share.
const OF_EACH: usize = 4;

/// The picture of a delegation in one product; `None` without an act in scope there.
pub(super) fn picture(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &str,
    delegation: &RosterDelegation,
    number: usize,
) -> Option<Picture> {
    let acts = acts(sources, product, delegation);
    let floor = sources.question.minimum_n;
    let by = |granularity| points(sources, &acts, granularity);
    let months = by(Granularity::Month);
    let acted = months.iter().filter(|one| one.n() > 0).count();
    let told = months
        .iter()
        .filter(|one| one.shares(floor).is_some())
        .count();
    let (points, word) = if told * OF_EACH >= acted * (OF_EACH - 1) {
        (months, "Month")
    } else {
        (by(Granularity::Quarter), "Quarter")
    };
    let (first, last) = (points.first()?.from, points.last()?.until);
    let absences = sources.question.roster.absences.iter();
    let away = absences.filter(|absence| absence.from < last && absence.to >= first);
    let away = away.filter_map(|absence| {
        let is_giver = absence.person == delegation.giver;
        (is_giver || absence.person == delegation.receiver).then_some(Away {
            is_giver,
            from: absence.from,
            to: absence.to,
        })
    });
    let days = [
        (Some(delegation.start_on), "start"),
        (delegation.due_on, "due"),
        (delegation.done_on, "done"),
    ];
    let marks = days.into_iter();
    let marks = marks.filter_map(|(day, word)| Some((day?, format!("{word} {}", day?))));
    let crossing = Crossing {
        giver: names.name(delegation.giver),
        receiver: names.name(delegation.receiver),
        points,
        marks: marks.collect(),
        away: away.collect(),
        floor,
    };
    let n: u64 = crossing.points.iter().map(CrossPoint::n).sum();
    Some(Picture {
        id: format!("delegation-{number}-{product}"),
        title: format!(
            "{product}: {}, n {} acts of both",
            delegation.what,
            quantity::count(n)
        ),
        alternative: alternative(&crossing, word),
        table: table(&crossing, product, &delegation.what, word),
        drawing: Drawing::Crossing(crossing),
    })
}

/// The acts in scope of both, but for those on a declared day of absence.
fn acts<'a>(
    sources: &LeadSources<'a>,
    product: &str,
    delegation: &RosterDelegation,
) -> Vec<&'a LedgerRow> {
    let measures = sources.measures.iter();
    let involvement = measures.filter(|measure| measure.definition.id == "delegation.involvement");
    let rows = involvement.flat_map(|measure| &measure.rows);
    let is_it = |row: &&LedgerRow| {
        row.product == product
            && row.fate == Fate::Included
            && row.person == Some(delegation.giver)
            && row.areas.first() == Some(&delegation.what)
    };
    rows.filter(is_it).collect()
}

/// Stretch after stretch from the first act to the as-of instant, those without an act included.
fn points(
    sources: &LeadSources<'_>,
    acts: &[&LedgerRow],
    granularity: Granularity,
) -> Vec<CrossPoint> {
    let (zone, as_of) = (&sources.question.zone, sources.question.as_of);
    let Some(since) = acts.iter().filter_map(|row| row.at).min() else {
        return Vec::new();
    };
    let window = Window {
        since,
        until: as_of,
    };
    let point = |bucket: Bucket| {
        let inside = bucket.window(zone);
        let own = acts
            .iter()
            .filter(|row| row.at.is_some_and(|at| inside.contains(at)));
        let mut both = [0, 0];
        for row in own {
            both[usize::from(row.value != Some(1.0))] += 1;
        }
        CrossPoint {
            name: bucket.to_string(),
            from: bucket.first_day(),
            until: zone.to_datetime(inside.until).date(),
            acts: both,
            is_over: inside.until <= as_of,
        }
    };
    let spine = Bucket::spine(window, granularity, zone);
    let mut points: Vec<CrossPoint> = spine.into_iter().map(point).collect();
    // A stretch that has just begun shows nothing yet.
    let is_empty = |one: &CrossPoint| !one.is_over && one.n() == 0;
    if points.last().is_some_and(is_empty) {
        points.pop();
    }
    points
}

/// The days of somebody's absences inside a stretch, in words.
fn away_in(crossing: &Crossing, from: Date, until: Date) -> String {
    let told = crossing.away.iter().filter_map(|away| {
        let name = if away.is_giver {
            &crossing.giver
        } else {
            &crossing.receiver
        };
        let is_inside = away.from < until && away.to >= from;
        is_inside.then(|| format!("{name} {} to {}", away.from, away.to))
    });
    told.collect::<Vec<_>>().join("; ")
}

fn alternative(crossing: &Crossing, word: &str) -> String {
    let told = crossing.points.iter().filter(|one| one.n() > 0).map(|one| {
        let n = quantity::count(one.n());
        match one.shares(crossing.floor) {
            Some([giver, receiver]) => format!(
                "{} {} and {} (n {n})",
                one.name,
                quantity::percent(giver),
                quantity::percent(receiver)
            ),
            None => format!("{} too few for a share (n {n})", one.name),
        }
    });
    let told: Vec<String> = told.collect();
    let marks = crossing.marks.iter().map(|(_, words)| words.as_str());
    let marks: Vec<&str> = marks.collect();
    let away = crossing.points.first().zip(crossing.points.last());
    let away = away.map(|(first, last)| away_in(crossing, first.from, last.until));
    let away = away.filter(|words| !words.is_empty());
    let away = away.map_or_else(String::new, |words| format!(" Shaded, away: {words}."));
    format!(
        "Shares of {} and of {} in what both did in scope, by {}; {}.{away} {}.",
        crossing.giver,
        crossing.receiver,
        word.to_lowercase(),
        marks.join(", "),
        told.join("; ")
    )
}

fn table(crossing: &Crossing, product: &str, what: &str, word: &str) -> Table {
    let row = |one: &CrossPoint| {
        let shares = one.shares(crossing.floor);
        let share = |side: usize| {
            let share = shares.and_then(|shares| shares.get(side).copied());
            share.map_or_else(
                || TableCell::Missing(Some("too few acts to take a share of".to_owned())),
                |share| TableCell::Number(quantity::percent(share)),
            )
        };
        let running = if one.is_over { "" } else { ", not over" };
        vec![
            TableCell::Text(format!("{}{running}", one.name)),
            TableCell::Number(quantity::count(one.n())),
            TableCell::Number(quantity::count(one.acts[0])),
            share(0),
            TableCell::Number(quantity::count(one.acts[1])),
            share(1),
            TableCell::Text(away_in(crossing, one.from, one.until)),
        ]
    };
    Table {
        title: format!("Acts in scope of both, {product}: {what}"),
        columns: vec![
            Column::text(word),
            Column::number("n"),
            Column::number(&format!("Acts of {}", crossing.giver)),
            Column::number("Their share"),
            Column::number(&format!("Acts of {}", crossing.receiver)),
            Column::number("Their share"),
            Column::text("Away"),
        ],
        rows: crossing.points.iter().map(row).collect(),
        n_omitted: 0,
    }
}
