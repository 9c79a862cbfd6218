//! Agreements that are crossed, each work item once with all that it crosses.

use jiff::civil::Date;

use super::{Group, dated, more, page_and_title, title_of};
use crate::evidence::lead::LeadSources;
use crate::evidence::lead::names::Names;
use crate::evidence::lead::upcoming::Wait;
use crate::evidence::working_days::Whose;
use crate::metrics::agreements::{Agreement, Item, Standing};
use crate::report::document::Span;
use crate::report::quantity;

/// So many work items are listed.
const MOST_ITEMS: usize = 8;

/// Agreements that are crossed and not accepted: figures, then each work item with whom it waits for and all that it crosses.
pub(super) fn crossed(sources: &LeadSources<'_>, names: &Names<'_>, today: Date) -> Group {
    let agreements = sources.agreements.iter();
    let crossed = agreements.filter(|one| one.standing == Standing::Crossed);
    let (of_items, of_figures): (Vec<&Agreement>, Vec<&Agreement>) =
        crossed.partition(|one| !one.items.is_empty());
    let mut lines: Vec<Vec<Span>> = of_figures.iter().map(|one| of_limit(one, today)).collect();
    let mut items: Vec<Crossing<'_>> = Vec::new();
    for agreement in of_items {
        for item in &agreement.items {
            let place = (item.repository, item.number);
            let known = items.iter_mut().find(|known| {
                known.item.number.is_some() && (known.item.repository, known.item.number) == place
            });
            match known {
                Some(known) => known.add(agreement, item),
                None => items.push(Crossing {
                    item,
                    agreements: vec![agreement],
                    working_days: item.working_days,
                    wait: item
                        .number
                        .and_then(|number| sources.upcoming.waits.get(&(item.repository, number))),
                }),
            }
        }
    }
    items.sort_by_key(|one| (one.wait.map_or(today, |wait| wait.since), one.item.number));
    let n = items.len();
    lines.extend(
        items
            .iter()
            .take(MOST_ITEMS)
            .map(|one| one.line(names, today)),
    );
    if n > MOST_ITEMS {
        lines.push(more(n - MOST_ITEMS, "agreements", "the agreements"));
    }
    let nothing = if sources.agreements.is_empty() {
        "No agreement is written down."
    } else {
        "No agreement is crossed."
    };
    Group {
        title: "Agreements that are crossed",
        lines,
        nothing: nothing.to_owned(),
    }
}

/// A work item and what it crosses.
struct Crossing<'a> {
    item: &'a Item,
    agreements: Vec<&'a Agreement>,
    working_days: Option<f64>,
    wait: Option<&'a Wait>,
}

impl<'a> Crossing<'a> {
    fn add(&mut self, agreement: &'a Agreement, item: &Item) {
        self.agreements.push(agreement);
        self.working_days = self.working_days.or(item.working_days);
    }

    fn line(&self, names: &Names<'_>, today: Date) -> Vec<Span> {
        let mut line = dated(&self.wait.map_or(today, |wait| wait.since));
        line.extend(titled(names, self.item));
        let with = self.wait.map_or_else(
            || ", whose turn it is cannot be told".to_owned(),
            |wait| format!(", waits {} since {}", wait.with, wait.since),
        );
        let days = self.working_days.map_or_else(String::new, |days| {
            let whose = Whose::Team.words();
            format!(" ({days:.1} working days {whose} without a review)")
        });
        let agreed = self.agreements.iter().map(|one| {
            let n = quantity::count(one.items.len() as u64);
            format!("{} (n {n} in {})", one.agreed, one.scope)
        });
        let agreed: Vec<String> = agreed.collect();
        line.push(Span::text(format!(
            "{with}{days} · agreed: {}",
            agreed.join("; ")
        )));
        line
    }
}

/// An agreement about a figure.
fn of_limit(one: &Agreement, today: Date) -> Vec<Span> {
    let found = one.found.map(|found| quantity::alone(one.unit, found));
    let n = one.n.map_or_else(
        || "n not told".to_owned(),
        |n| format!("n {}", quantity::count(n)),
    );
    let mut line = dated(&today);
    line.extend([
        Span::text(format!(
            "{}: agreed is {}, found {} ({n}) · ",
            one.scope,
            one.agreed,
            found.as_deref().unwrap_or("nothing")
        )),
        Span::Part {
            text: "the agreements".to_owned(),
            part: "agreements",
        },
        Span::text(" · "),
        Span::Code(format!("linchpin explain {}", one.metric)),
    ]);
    line
}

/// `widgets#12 “Title”`.
fn titled(names: &Names<'_>, item: &Item) -> Vec<Span> {
    let title = item.number.map_or(item.subject.as_str(), |number| {
        title_of(&item.subject, number)
    });
    page_and_title(
        names,
        (item.repository, item.number),
        item.link.as_deref(),
        title,
    )
}
