//! Merged work that waited on this person, more and longer than on the others: what the lead's page says of them stands here too.

use std::collections::BTreeSet;

use super::Subject;
use crate::domain::Bucket;
use crate::evidence::item::Item;
use crate::evidence::snippet::{Act, Event, Kind, Snippet};
use crate::metrics::measure::Unit;
use crate::metrics::review::waits::{self, Wait, WaitsCompared};
use crate::report::quantity;
use crate::work::Reading;

/// How many of the longest waits are linked.
const LISTED: usize = 5;

/// The quarters of every product that stand out, by the rule of the lead's card.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for reading in &subject.sources.past.readings {
        let (waits, by_stretch) = (waits::of_product_waits(reading), waits::by_stretch(reading));
        let own = waits.0.iter().filter(|wait| wait.person == subject.person);
        let quarters: BTreeSet<Bucket> = own.map(|wait| wait.quarter).collect();
        for quarter in quarters {
            let of_quarter = || waits.0.iter().filter(|wait| wait.quarter == quarter);
            let Some(among) = by_stretch.quarters.get(&quarter) else {
                continue;
            };
            let standing = among.compared(reading.question, subject.person);
            if standing.stands_out() {
                let all: Vec<&Wait> = of_quarter().collect();
                moments.push(awaited(subject, reading, quarter, &standing, &all));
            }
        }
    }
}

fn awaited(
    subject: &Subject<'_>,
    reading: &Reading<'_>,
    quarter: Bucket,
    standing: &WaitsCompared,
    all: &[&Wait],
) -> Snippet {
    let sources = subject.sources;
    let unit = reading.question.wait_unit();
    let own = all.iter().copied();
    let own = own.filter(|wait| wait.person == subject.person && wait.apart.is_none());
    let mut own: Vec<&Wait> = own.collect();
    own.sort_by(|a, b| b.hours.total_cmp(&a.hours).then(a.key.cmp(&b.key)));
    let item = |wait: &Wait| -> Option<&Item<'_>> { subject.index.item(wait.key) };
    let share = quantity::percent(standing.asked.share().unwrap_or_default());
    let even = standing.even_share.map_or_else(String::new, |even| {
        format!(", where an even share is {}", quantity::percent(even))
    });
    let act = Act::default()
        .own(format!(
            "{share} of the pull requests of {} merged in {quarter} that asked anybody ({} of {}) waited on this person{even}; at the \
             median {}, on everybody else {}. The longest: ",
            reading.product.name,
            standing.asked.hits,
            standing.asked.of,
            median(unit, &standing.theirs),
            median(unit, &standing.others),
        ))
        .list(own.iter().take(LISTED).filter_map(|wait| {
            let link = item(wait)?.link(sources);
            Some((link, format!(" ({})", quantity::alone(unit, wait.hours))))
        }))
        .own(".");
    let seen = sources.seen();
    let of_quarter = quarter.window(&sources.past.question.zone);
    let last = of_quarter.until.min(seen.until);
    let before = last.saturating_sub(jiff::SignedDuration::from_nanos(1));
    let on = sources.date(before.unwrap_or(last));
    let about = format!("{} {quarter}", reading.product.name);
    let mut snippet = subject.snippet(Kind::Awaited, on, &about, act);
    snippet.window = super::clip(of_quarter, seen);
    snippet.n = standing.theirs.n;
    snippet
        .caveats
        .push("it is the way in which reviews are asked for that makes one desk the narrow place");
    // It is told against everybody else's, so that everybody's are what it was made from.
    let asked: BTreeSet<_> = all.iter().map(|wait| wait.key).collect();
    snippet.events = asked
        .into_iter()
        .filter_map(|key| Some(subject.events(subject.index.item(key)?, |_| true)))
        .flatten()
        .collect::<BTreeSet<Event>>()
        .into_iter()
        .collect();
    snippet
}

fn median(unit: Unit, found: &waits::Median) -> String {
    match found.hours {
        Some(hours) => format!("{} (n {})", quantity::alone(unit, hours), found.n),
        None => format!("not summarised (n {})", found.n),
    }
}
