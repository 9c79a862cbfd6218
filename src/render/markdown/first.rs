//! What stands at the top of a summary: one row a product, and what to look at first.

use std::fmt::Write as _;

use super::{md, prose, strip};
use crate::render::encode::markdown_link;
use crate::report::look::{Look, LookItem, LookKind};
use crate::report::strip::{Columns, Side, Strip};
use crate::report::{ProductReport, TeamReport};

/// One row a product, where there are several.
pub(super) fn overview(text: &mut String, report: &TeamReport) {
    let strips = report.products.iter();
    let strips: Vec<&Strip> = strips
        .filter_map(|product| product.strip.as_ref())
        .collect();
    let Some(first) = strips.first().filter(|_| report.products.len() > 1) else {
        return;
    };
    let columns = Columns::of(&strips);
    text.push_str("| product |");
    for title in &columns.told {
        let _ = write!(text, " {} |", md(title));
    }
    text.push_str("\n|---|");
    for _ in &columns.told {
        text.push_str("--:|");
    }
    text.push('\n');
    for product in &report.products {
        let _ = write!(text, "| {} |", md(&product.name));
        let strip = product.strip.iter();
        for line in strip.flat_map(|strip| columns.lines_of(strip)) {
            let _ = match &line.now {
                Side::Found(found) => {
                    write!(text, " {} {} |", md(&found.text), line.change.mark())
                }
                Side::Missing(_) => write!(text, " — |"),
            };
        }
        text.push('\n');
    }
    text.push('\n');
    for untold in &columns.untold {
        let _ = writeln!(text, "{}.\n", prose(untold));
    }
    if !columns.told.is_empty() {
        let _ = writeln!(
            text,
            "{} against {}. ▲ ▼: the 80 % intervals lie apart; ≈: they do not; –: nothing to compare.\n",
            first.now.words(),
            first.before.words()
        );
    }
}

/// One product: what moved in one sentence, what to look at first, and now against before.
pub(super) fn product(text: &mut String, product: &ProductReport) {
    if let Some(found) = &product.strip {
        let _ = writeln!(text, "**{}**\n", md(&found.moved));
    }
    // What moved is said already.
    let told = |look: &&Look| look.kind != LookKind::Moved || product.strip.is_none();
    let mut has_lines = false;
    for look in product.looks.iter().filter(told) {
        text.push_str(&line(look));
        has_lines = true;
    }
    if has_lines {
        text.push('\n');
    }
    if let Some(found) = &product.strip {
        strip::write(text, found);
    }
}

fn line(look: &Look) -> String {
    let mut line = format!("- **{}** {}.", look.kind.words(), prose(&look.text));
    let items: Vec<String> = look.items.iter().map(item).collect();
    if !items.is_empty() {
        let _ = write!(line, " {}", items.join(", "));
    }
    if look.n_omitted > 0 {
        let _ = write!(line, " and {} more", look.n_omitted);
    }
    if !look.next.is_empty() {
        let _ = write!(line, " → {}", prose(&look.next));
    }
    line.push('\n');
    line
}

fn item(item: &LookItem) -> String {
    let link = item.link.as_deref();
    link.map_or_else(|| md(&item.text), |link| markdown_link(&item.text, link))
}
