//! The rows behind a person's numbers, in the units of the columns that they are the receipts of.

use super::Reviewer;
use crate::evidence::lead::LeadSources;
use crate::evidence::lead::names::Names;
use crate::evidence::working_days::with_elapsed;
use crate::metrics::measure::{LedgerRow, Unit};
use crate::report::document::{Block, Span};
use crate::work::Fate;

/// The most rows listed under a receipt.
const LISTED: usize = 12;

/// The rows behind a person's numbers.
pub(super) fn receipts(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &str,
    row: &Reviewer,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    // On the clock of the columns that they are the receipts of.
    let unit = sources.question.wait_unit();
    let clock = match unit {
        Unit::WorkingHours => ", by their calendar",
        _ => "",
    };
    let mut list = |title: &str, items: Vec<Vec<Span>>, n: usize| {
        if items.is_empty() {
            return;
        }
        let title = format!("{title}{clock}");
        blocks.push(Block::Paragraph(vec![Span::Strong(title)]));
        let mut items = items;
        if n > items.len() {
            items.push(vec![Span::text(format!("and {} more", n - items.len()))]);
        }
        blocks.push(Block::Bullets(items));
    };
    let waiting: Vec<Vec<Span>> = row
        .waiting
        .iter()
        .take(LISTED)
        .map(|line| {
            let link = match &line.url {
                Some(url) => Span::link(&line.pull_request, url),
                None => Span::text(&line.pull_request),
            };
            let asked = format!(
                ", asked on {}, waits for {}",
                line.asked_on,
                with_elapsed(line.amount(), Some(line.hours))
            );
            vec![link, Span::text(asked)]
        })
        .collect();
    list("Waiting now, oldest first", waiting, row.waiting.len());
    let mut asked: Vec<&LedgerRow> = names
        .rows("review.turnaround", product, row.person)
        .iter()
        .copied()
        .filter(|found| found.fate == Fate::Included && !found.is_running)
        .collect();
    asked.sort_by_key(|found| std::cmp::Reverse(found.at));
    let lines = asked.iter().take(LISTED).map(|found| {
        let on = found.at.map(|at| names.date(at).to_string());
        let after = found.amount(unit);
        let after = after.map(|wait| with_elapsed(wait, found.value));
        vec![
            names.link(found),
            Span::text(format!(
                ", asked on {}, reviewed after {}",
                on.unwrap_or_default(),
                after.as_deref().unwrap_or("a time that is not known")
            )),
        ]
    });
    list(
        "Requests answered, latest first",
        lines.collect(),
        asked.len(),
    );
    if let (Some(login), false) = (&row.login, row.requested + row.done == 0) {
        let many = sources.products.len() > 1;
        let scope = if many {
            format!(" --scope {}", argument(product, "<product>"))
        } else {
            String::new()
        };
        blocks.push(Block::Paragraph(vec![
            Span::text("Every row, with those left out and why: "),
            Span::Code(format!(
                "linchpin explain review.turnaround{scope} --person {}",
                argument(login, "<login>")
            )),
        ]));
    }
    blocks
}

/// A name as it is typed into a shell; a placeholder for one that a shell would take for more than a name.
fn argument(name: &str, placeholder: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    if name.is_empty() || name.starts_with('-') || !name.chars().all(|c| is_plain(c) || c == ' ') {
        placeholder.to_owned()
    } else if name.contains(' ') {
        format!("'{name}'")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::argument;

    #[test]
    fn a_name_in_a_command_is_never_more_than_a_name() {
        let check = |name: &str, expected: &str| assert_eq!(argument(name, "<login>"), expected);
        check("ada-l", "ada-l");
        check("Web shop", "'Web shop'");
        check("größe/ui", "größe/ui");
        for name in [
            "",
            "-x",
            "a;b",
            "$(x)",
            "a'b",
            "`x`",
            "@octocat @acme/all",
            "a\nb",
            "a|b",
        ] {
            check(name, "<login>");
        }
    }
}
