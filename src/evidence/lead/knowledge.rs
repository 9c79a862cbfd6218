//! The knowledge map: who holds each area, who is nearest, and when anybody else last touched it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::columns::pictured;
use super::names::Names;
use super::{LeadSources, ProductSources};
use crate::domain::PersonId;
use crate::metrics::knowledge::decay::AreaKnowledge;
use crate::report::Picture;
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

pub(super) const INTRO: &str = "Who holds each area, who is nearest to it, and when anybody but the holder last touched it. A holder is \
                                somebody to learn from: the risk belongs to the system, and pairing or reviewing across is what \
                                lowers it.";

/// One area's people.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AreaLine {
    /// The area.
    pub area: String,
    /// Who has most decayed knowledge of it; `None` without recent history.
    pub holder: Option<String>,
    /// The holder's share of it.
    pub share: Option<f64>,
    /// Who of those active comes next, if they know something of it.
    pub second: Option<String>,
    /// Their share.
    pub second_share: Option<f64>,
    /// Commits and reviews by everybody in 547 days.
    pub n: u64,
    /// When anybody but the holder last committed to or reviewed it.
    pub last_outside_touch: Option<String>,
    /// Who reviewed it in 180 days.
    pub reviewers: Vec<String>,
    /// Whether the area counts as a silo (`knowledge.silos`); null where too little happened there to say.
    pub is_silo: Option<bool>,
}

/// The areas of a product, by name.
pub(super) fn areas(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &ProductSources,
) -> Vec<AreaLine> {
    let silos = sources
        .measures
        .iter()
        .find(|measure| measure.definition.id == "knowledge.silos");
    let is_silo = |area: &str| {
        let mut rows = silos?.rows.iter();
        let row = rows
            .find(|row| row.product == product.name && row.areas.iter().any(|name| name == area))?;
        row.value.map(|value| value > 0.0)
    };
    let line = |(name, area): (&String, &AreaKnowledge)| {
        let ranked = shares(area);
        let holder = ranked.first();
        let second = holder.and_then(|(holder, _)| nearest(product, name, *holder));
        let outside = holder.and_then(|(holder, _)| last_outside(product, name, *holder));
        let mut reviewers: Vec<PersonId> = product
            .reviewers
            .get(name)
            .map(|found| found.recent_reviewers().collect())
            .unwrap_or_default();
        names.sort(&mut reviewers);
        AreaLine {
            area: name.clone(),
            holder: holder.map(|(person, _)| names.name(*person)),
            share: holder.map(|(_, share)| *share),
            second: second.map(|(person, _)| names.name(person)),
            second_share: second.map(|(_, share)| share),
            n: area.n_contributions(),
            last_outside_touch: outside.map(|at| names.date(at).to_string()),
            reviewers: reviewers
                .into_iter()
                .map(|person| names.name(person))
                .collect(),
            is_silo: is_silo(name),
        }
    };
    product.knowledge.iter().map(line).collect()
}

/// Everybody's share of an area's decayed knowledge, the largest first; ties go to the smaller id.
pub(super) fn shares(area: &AreaKnowledge) -> Vec<(PersonId, f64)> {
    let total: f64 = area.by_person.values().map(|known| known.weight).sum();
    let mut shares: Vec<(PersonId, f64)> = area
        .by_person
        .iter()
        .filter(|_| total > 0.0)
        .map(|(person, known)| (*person, known.weight / total))
        .collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
}

fn last_outside(product: &ProductSources, area: &str, holder: PersonId) -> Option<Timestamp> {
    product
        .last_touches
        .iter()
        .filter(|((name, person), _)| name == area && *person != holder)
        .map(|(_, touch)| touch.at)
        .max()
}

/// Writes the map.
pub(super) fn write(product: &ProductSources, areas: &[AreaLine], blocks: &mut Vec<Block>) {
    if areas.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::text(
            "Not observed: no history or reviews of this product in 547 days.",
        )]));
        return;
    }
    let person = |name: &Option<String>, share: Option<f64>, nobody: &str| match (name, share) {
        (Some(name), Some(share)) => {
            TableCell::Text(format!("{name} ({})", quantity::percent(share)))
        }
        _ => TableCell::Missing(Some(nobody.to_owned())),
    };
    let row = |line: &AreaLine| {
        vec![
            TableCell::Text(line.area.clone()),
            person(&line.holder, line.share, "nobody"),
            person(&line.second, line.second_share, NOBODY_NEAR),
            line.last_outside_touch.clone().map_or_else(
                || TableCell::Missing(Some("never".to_owned())),
                TableCell::Text,
            ),
            if line.reviewers.is_empty() {
                TableCell::Missing(Some("nobody in 180 days".to_owned()))
            } else {
                TableCell::Text(line.reviewers.join(", "))
            },
            TableCell::Number(quantity::count(line.n)),
            match line.is_silo {
                Some(true) => TableCell::Text("one person alone".to_owned()),
                Some(false) => TableCell::Text("more than one".to_owned()),
                None => TableCell::Missing(Some(TOO_LITTLE.to_owned())),
            },
        ]
    };
    blocks.push(Block::Table(Table {
        title: format!("Areas of {}, by name", product.name),
        columns: vec![
            Column::text("Area"),
            Column::text("Holder"),
            Column::text("Nearest second"),
            Column::text("Last touched by anybody else"),
            Column::text("Reviewed there in 180 days"),
            Column::number("n"),
            Column::text("Known to"),
        ],
        rows: areas.iter().map(row).collect(),
        n_omitted: 0,
    }));
}

/// What is said of an area of which too little is known to say whether one person alone knows it.
pub(super) const TOO_LITTLE: &str = "too few commits and reviews to say";

/// What is said where nobody is near an area.
pub(super) const NOBODY_NEAR: &str = "nobody active who knows something of it";

/// Who but one person knows most of an area, of those who are active and know something of it, with their share.
pub(super) fn nearest(
    product: &ProductSources,
    area: &str,
    leaving: PersonId,
) -> Option<(PersonId, f64)> {
    let known = product.knowledge.get(area)?;
    let ranked = shares(known).into_iter();
    let mut others = ranked.filter(|(person, _)| *person != leaving);
    let is_near = |(person, share): &(PersonId, f64)| {
        product.active.contains(person) && *share >= KNOWS_SOMETHING
    };
    others.find(is_near)
}

/// What nobody active would know any more if one person left, and who is nearest to it.
pub(super) fn losses(
    names: &Names<'_>,
    product: &ProductSources,
    picture: Option<Picture>,
    blocks: &mut Vec<Block>,
) {
    let mut people: Vec<PersonId> = product.known_to_one.keys().copied().collect();
    names.sort(&mut people);
    let row = |person: PersonId| {
        let areas = product.known_to_one.get(&person)?;
        let mut sorted: Vec<(&String, u64)> = areas.iter().map(|(area, n)| (area, *n)).collect();
        sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let told = sorted.iter().take(AREAS_TOLD).map(|(area, n)| {
            let who = nearest(product, area, person).map_or_else(
                || NOBODY_NEAR.to_owned(),
                |(second, share)| {
                    let name = names.name(second);
                    format!(
                        "{name}, {} of what is known there",
                        quantity::percent(share)
                    )
                },
            );
            let files = if *n == 1 { "file" } else { "files" };
            format!("{area} ({} {files}; nearest: {who})", quantity::count(*n))
        });
        let mut told: Vec<String> = told.collect();
        if sorted.len() > AREAS_TOLD {
            told.push(format!("and {} more", sorted.len() - AREAS_TOLD));
        }
        let n: u64 = sorted.iter().map(|(_, n)| n).sum();
        Some(vec![
            TableCell::Text(names.titled(person)),
            TableCell::Number(quantity::count(n)),
            TableCell::Text(told.join("; ")),
        ])
    };
    blocks.push(Block::Heading(2, vec![Span::text("If one person left")]));
    blocks.extend(picture.into_iter().flat_map(|picture| pictured(picture, 1)));
    if people.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::text(
            "No file is known to one active person alone.",
        )]));
        return;
    }
    blocks.push(Block::Table(Table {
        title: format!(
            "Files of {} that one active person alone has changed or reviewed",
            product.name
        ),
        columns: vec![
            Column::text("If this person left"),
            Column::number("Files known to nobody active"),
            Column::text("Where, and who covers it"),
        ],
        rows: people.into_iter().filter_map(row).collect(),
        n_omitted: 0,
    }));
}

/// The share of an area's decayed knowledge from which somebody is near it.
const KNOWS_SOMETHING: f64 = 0.01;

/// Areas that are told of one person, those with most files first.
const AREAS_TOLD: usize = 5;

/// How the map is made, once for all products.
pub(super) fn method() -> Block {
    Block::Bullets(vec![
        vec![Span::text(
            "Shares are of decayed commits and reviews: a contribution weighs e^(−days/90) for 547 days, a review half of a commit. \
             n counts the contributions. The nearest second is whoever but the holder was active in the 90 days before the as-of \
             instant and has most of them, 1 % at least.",
        )],
        vec![
            Span::text("The rows: "),
            Span::Code("linchpin explain knowledge.silos".to_owned()),
            Span::text(" and "),
            Span::Code("linchpin explain review.absence_what_if".to_owned()),
        ],
    ])
}

/// Says which areas the team page calls otherwise, because their names are somebody's.
pub(super) fn masked_areas(areas: &BTreeMap<String, String>, blocks: &mut Vec<Block>) {
    if areas.is_empty() {
        return;
    }
    let row = |(own, public): (&String, &String)| {
        vec![
            TableCell::Text(public.clone()),
            TableCell::Text(own.clone()),
        ]
    };
    blocks.push(Block::Table(Table {
        title: "Areas that name somebody".to_owned(),
        columns: vec![Column::text("On the team page"), Column::text("Here")],
        rows: areas.iter().map(row).collect(),
        n_omitted: 0,
    }));
}
