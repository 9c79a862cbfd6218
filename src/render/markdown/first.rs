//! What stands at the top of a summary: one row a product, and what to look at first.

use std::fmt::Write as _;

use super::{md, prose, strip};
use crate::render::encode::markdown_link;
use crate::report::look::{Look, LookItem, LookKind};
use crate::report::strip::{Side, StripLine};
use crate::report::{ProductReport, TeamReport};

/// One row a product, where there are several.
pub(super) fn overview(text: &mut String, report: &TeamReport) {
    let strips = report.products.iter();
    let mut strips = strips.filter_map(|product| product.strip.as_ref());
    let Some(first) = strips.next().filter(|_| report.products.len() > 1) else {
        return;
    };
    let shown = |lines: &[StripLine]| -> Vec<StripLine> {
        let lines = lines.iter().filter(|line| line.in_overview);
        lines.cloned().collect()
    };
    text.push_str("| product |");
    for line in shown(&first.lines) {
        let _ = write!(text, " {} |", md(&line.short));
    }
    text.push_str("\n|---|");
    for _ in shown(&first.lines) {
        text.push_str("--:|");
    }
    text.push('\n');
    for product in &report.products {
        let _ = write!(text, "| {} |", md(&product.name));
        let lines = product.strip.as_ref().map(|strip| shown(&strip.lines));
        for line in lines.unwrap_or_default() {
            let _ = match &line.now {
                Side::Found(found) => {
                    write!(text, " {} {} |", md(&found.text), line.change.mark())
                }
                Side::Missing(_) => write!(text, " — |"),
            };
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "\n{} against {}. ▲ ▼: the 80 % intervals lie apart; ≈: they do not; –: nothing to compare.\n",
        first.now.words(),
        first.before.words()
    );
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
