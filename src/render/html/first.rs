//! The first screen as the templates see it: now against before, and what to look at first.

use minijinja::value::Value;
use serde::Serialize;

use super::figure::anchor;
use crate::render::{encode, product_page, svg};
use crate::report::look::Look;
use crate::report::quantity;
use crate::report::strip::{Around, Found, Side, Strip, StripLine};
use crate::report::team::ProductReport;

#[derive(Serialize)]
pub(super) struct StripView {
    now: String,
    before: String,
    /// What durations are, where there are any.
    clock: Option<&'static str>,
    lines: Vec<LineView>,
    /// Figures of which nothing is told, and why.
    untold: Vec<(String, String)>,
    moved: String,
    around: Vec<String>,
}

#[derive(Serialize)]
struct LineView {
    title: String,
    /// The card that opens it.
    place: Option<String>,
    agreed: Option<String>,
    now: SideView,
    before: SideView,
    change: &'static str,
    is_move: bool,
    spark: Option<Value>,
    low: String,
    high: String,
}

#[derive(Serialize)]
struct SideView {
    text: Option<String>,
    n: String,
    interval: Option<String>,
    because: String,
}

#[derive(Serialize)]
pub(super) struct LookView {
    product: String,
    kind: &'static str,
    text: String,
    place: Option<String>,
    items: Vec<ItemView>,
    n_omitted: usize,
    next: String,
}

#[derive(Serialize)]
struct ItemView {
    text: String,
    link: Option<String>,
}

/// The anchor of a metric's card on its product's page; `None` where the page has no such card.
pub(super) fn card(product: &ProductReport, metric: &str) -> Option<String> {
    let mut figures = product.sections.iter().flat_map(|section| &section.figures);
    let found = figures.find(|figure| figure.definition.id == metric && !figure.is_nothing())?;
    Some(format!("#{}", anchor(&found.id)))
}

pub(super) fn strip(strip: &Strip, product: &ProductReport) -> StripView {
    StripView {
        now: strip.now.words(),
        before: strip.before.words(),
        clock: strip.clock(),
        lines: strip.told().map(|part| line(part, product)).collect(),
        untold: strip
            .untold()
            .into_iter()
            .map(|(titles, because)| (titles.join(", "), because.to_owned()))
            .collect(),
        moved: strip.moved.clone(),
        around: strip.around.iter().map(Around::words).collect(),
    }
}

fn line(line: &StripLine, product: &ProductReport) -> LineView {
    let drawn = svg::spark(&line.short, &line.spark);
    let [low, high] = line.spark.ends.clone().unwrap_or_default();
    LineView {
        title: line.short.clone(),
        place: card(product, line.metric),
        agreed: line.agreed.clone(),
        now: side(&line.now),
        before: side(&line.before),
        change: line.change.words(),
        is_move: line.change.is_move(),
        spark: (!drawn.is_empty()).then(|| Value::from_safe_string(drawn)),
        low,
        high,
    }
}

fn side(side: &Side) -> SideView {
    match side {
        Side::Found(found) => SideView {
            text: Some(found.text.clone()),
            n: quantity::count(found.n),
            interval: Found::interval(found).map(|[low, high]| format!("{low} – {high}")),
            because: String::new(),
        },
        Side::Missing(because) => SideView {
            text: None,
            n: String::new(),
            interval: None,
            because: because.clone(),
        },
    }
}

/// The lines of one product, on its own page.
pub(super) fn looks(lines: &[Look], product: &ProductReport) -> Vec<LookView> {
    let place = |look: &Look| card(product, look.metric?);
    lines.iter().map(|line| look(line, place(line))).collect()
}

/// The lines of all products, on the page that names them.
pub(super) fn looks_of_all(lines: &[Look], products: &[ProductReport]) -> Vec<LookView> {
    let place = |look: &Look| {
        let product = products.iter().find(|one| one.id == look.product_id)?;
        let card = look.metric.and_then(|metric| card(product, metric));
        Some(format!(
            "{}{}",
            product_page(product),
            card.unwrap_or_default()
        ))
    };
    lines.iter().map(|line| look(line, place(line))).collect()
}

fn look(look: &Look, place: Option<String>) -> LookView {
    LookView {
        product: look.product.clone(),
        kind: look.kind.words(),
        text: look.text.clone(),
        place,
        items: look
            .items
            .iter()
            .map(|item| ItemView {
                text: item.text.clone(),
                link: item.link.as_deref().and_then(encode::url),
            })
            .collect(),
        n_omitted: look.n_omitted,
        next: look.next.clone(),
    }
}
