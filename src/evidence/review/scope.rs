//! What scope the work had that somebody led: areas, products and teams.

use std::collections::BTreeSet;

use super::Review;
use crate::domain::PersonId;
use crate::evidence::blocks::coded;
use crate::evidence::work::{Part, Piece};
use crate::report::document::Span;

/// So many names stand in a list.
const LISTED: usize = 6;

/// The line of the scope.
pub(super) fn line(review: &Review<'_>) -> Vec<Span> {
    let mut line = vec![Span::Strong("Scope of the work led".to_owned())];
    let led: Vec<&Piece<'_>> = review
        .pieces
        .iter()
        .filter(|piece| piece.part == Part::Led)
        .collect();
    if let Some(because) = review.record.unread().filter(|_| led.is_empty()) {
        line.extend(coded(&format!(": not observed: {because}.")));
        return line;
    }
    if led.is_empty() {
        line.extend([
            Span::text(": no initiative of the window names this person as "),
            Span::Code("lead".to_owned()),
            Span::text(" in the register."),
        ]);
        return line;
    }
    let n = led.len();
    let plural = if n == 1 { "" } else { "s" };
    line.push(Span::text(format!(": {n} initiative{plural} (")));
    for (at, piece) in led.iter().take(LISTED).enumerate() {
        let gap = if at > 0 { ", " } else { "" };
        let title = &piece.initiative.title;
        line.push(Span::text(format!("{gap}“{title}” ")));
        line.push(Span::Code(piece.initiative.id.clone()));
    }
    if n > LISTED {
        line.push(Span::text(format!(" and {} more", n - LISTED)));
    }
    let areas: BTreeSet<&str> = led
        .iter()
        .flat_map(|piece| piece.story.areas.iter().map(String::as_str))
        .collect();
    let products: BTreeSet<&str> = led
        .iter()
        .flat_map(|piece| review.record.products(piece))
        .collect();
    let wrote: BTreeSet<PersonId> = led
        .iter()
        .flat_map(|piece| piece.story.involved.wrote.keys().copied())
        .collect();
    let people = if wrote.len() == 1 { "person" } else { "people" };
    let teams = review.filing.teams_of(wrote.iter().copied());
    let teams = teams.map_or_else(
        || "teams not observed: none was read".to_owned(),
        |teams| format!("of teams: {}", listed(&teams)),
    );
    line.push(Span::text(format!(
        "); areas: {}; products: {}; written by {} {people}; {teams}.",
        listed(&areas),
        listed(&products),
        wrote.len(),
    )));
    line
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() {
        return "none known".to_owned();
    }
    let shown: Vec<&str> = names.iter().take(LISTED).copied().collect();
    let n_more = names.len().saturating_sub(LISTED);
    let more = if n_more == 0 {
        String::new()
    } else {
        format!(" and {n_more} more")
    };
    format!("{}{more}", shown.join(", "))
}
