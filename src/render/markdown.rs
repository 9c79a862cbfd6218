//! The summary of a job: the team report in Markdown, below the size that GitHub shows.

mod first;
pub(super) mod strip;

use std::fmt::Write as _;

use super::encode::{markdown as md, markdown_code, markdown_link, markdown_markup};
use super::json::zone_name;
use crate::evidence::Page;
use crate::evidence::published::{Published, pages_of};
use crate::report::figure::cautions_of;
use crate::report::look;
use crate::report::quantity;
use crate::report::team::Shortcoming;
use crate::report::{
    Absence, Chart, Figure, Headline, PointState, ProductReport, RowLine, Section, Shape, Table,
    TableCell, TeamReport,
};

/// GitHub shows at most 1 MiB of a job's summary; this leaves room for other steps.
pub const MAX_SUMMARY_BYTES: usize = 900 * 1024;

/// `summary.md`.
#[must_use]
pub fn summary(report: &TeamReport, published: &[Published]) -> String {
    let mut text = format!("# {}\n\n", md(&report.title));
    let _ = writeln!(
        text,
        "Window {} to {} ({}), as of {}.\n",
        day(report, report.window.since),
        day(report, report.window.until),
        md(&zone_name(report)),
        super::minute(report)
    );
    if let Some(description) = &report.description {
        let _ = writeln!(text, "{}\n", md(description));
    }
    let all = report.products.iter().flat_map(|product| &product.looks);
    let all: Vec<_> = all.cloned().collect();
    let _ = writeln!(text, "**{}**\n", look::verdict(&all));
    shortcomings(&mut text, &report.shortcomings);
    first::overview(&mut text, report);
    let full = text.len();
    for product in &report.products {
        let before = text.len();
        let pages = pages_of(published, &product.id);
        write_product(&mut text, product, pages, report.minimum_n);
        if text.len() > MAX_SUMMARY_BYTES - 1024 {
            text.truncate(before.max(full));
            text.push_str("\n> The summary ends here because it would be too long; `index.html` holds the rest.\n\n");
            break;
        }
    }
    let _ = writeln!(
        text,
        "Every figure opens into its rows: `linchpin explain <metric>`. Made by linchpin {}.",
        md(&report.version)
    );
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text
}

fn day(report: &TeamReport, at: jiff::Timestamp) -> String {
    report.zone.to_datetime(at).date().to_string()
}

fn shortcomings(text: &mut String, shortcomings: &[Shortcoming]) {
    let (partial, quiet): (Vec<_>, Vec<_>) = shortcomings
        .iter()
        .partition(|shortcoming| shortcoming.is_partial);
    for (title, group) in [
        ("> [!WARNING]\n> **Partial data.**", partial),
        ("> [!NOTE]\n> **Not read.**", quiet),
    ] {
        if group.is_empty() {
            continue;
        }
        let _ = write!(text, "{title}");
        for shortcoming in group {
            let reason = shortcoming
                .reason
                .as_deref()
                .map(|reason| format!(": {}", prose(reason)))
                .unwrap_or_default();
            let fix = shortcoming
                .fix
                .as_deref()
                .map(|fix| format!(" → {}", prose(fix)))
                .unwrap_or_default();
            let _ = write!(
                text,
                "\n> - {} {}{reason}{fix}",
                md(&shortcoming.what),
                shortcoming.state
            );
        }
        text.push_str("\n\n");
    }
}

fn write_product(text: &mut String, product: &ProductReport, pages: &[Page], minimum_n: u64) {
    let _ = writeln!(text, "## {}\n", md(&product.name));
    let repositories: Vec<String> = product
        .repositories
        .iter()
        .map(|face| {
            face.url
                .as_deref()
                .map_or_else(|| md(&face.name), |url| markdown_link(&face.name, url))
        })
        .collect();
    if !repositories.is_empty() {
        let _ = writeln!(text, "{}\n", repositories.join(" · "));
    }
    let pages = pages.iter();
    // Titles are encoded, and a stem has small letters, digits and hyphens.
    let pages = pages.map(|page| format!("[{}]({}.md)", md(&page.document.title), page.stem));
    let pages: Vec<String> = pages.collect();
    if !pages.is_empty() {
        let _ = writeln!(text, "{}\n", pages.join(" · "));
    }
    first::product(text, product);
    text.push_str("<details><summary>All figures</summary>\n\n");
    for section in &product.sections {
        write_section(text, section, minimum_n);
    }
    text.push_str("\n</details>\n\n");
}

fn write_section(text: &mut String, section: &Section, minimum_n: u64) {
    if section.figures.is_empty() && section.absences.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "### {}\n\n_{}_\n",
        md(&section.title),
        md(&section.question)
    );
    if !section.figures.is_empty() {
        text.push_str("| metric | figure | 80 % interval | n | measured | trend |\n|---|--:|--:|--:|--:|---|\n");
        for figure in &section.figures {
            write_figure_row(text, figure);
        }
        text.push('\n');
    }
    for (caution, titles) in cautions_of(&section.figures) {
        let _ = writeln!(text, "- {}: {}", md(&titles.join(", ")), md(caution));
    }
    for figure in &section.figures {
        if let Some(unknown) = figure.large_unknown_words(minimum_n) {
            let _ = writeln!(text, "- {}: {}", md(figure.definition.title), md(&unknown));
        }
        if !figure.rows.is_empty() {
            write_rows(text, figure);
        }
    }
    for comparison in &section.comparisons {
        let _ = writeln!(
            text,
            "\n**{}.** {}\n\n{}",
            md(&comparison.title),
            md(&comparison.note),
            table(&comparison.over_time)
        );
    }
    for absence in &section.absences {
        write_absence(text, absence);
    }
    text.push('\n');
}

fn write_figure_row(text: &mut String, figure: &Figure) {
    let (amount, interval, n) = match &figure.headline {
        Headline::Value {
            amount,
            label,
            interval,
            n,
            ..
        } => (
            format!("**{}** {}", md(amount), md(label)),
            interval.as_ref().map_or_else(
                || "—".to_owned(),
                |[low, high]| format!("{} – {}", md(low), md(high)),
            ),
            *n,
        ),
        Headline::TooFew { n } => ("too few to summarise".to_owned(), "—".to_owned(), *n),
    };
    let coverage = figure.ledger.coverage();
    let trend = figure.chart.as_ref().map(blocks).unwrap_or_default();
    let _ = writeln!(
        text,
        "| {} | {amount} | {interval} | {} | {} | {trend} |",
        md(figure.definition.title),
        quantity::count(n),
        md(&quantity::ratio(coverage)),
    );
}

fn write_rows(text: &mut String, figure: &Figure) {
    let _ = writeln!(
        text,
        "\n<details><summary>{}: {}</summary>\n",
        markdown_markup(figure.definition.title),
        markdown_markup(&figure.rows_title)
    );
    for row in &figure.rows {
        let _ = writeln!(text, "- {}", row_words(row));
    }
    if figure.n_rows_omitted > 0 {
        let _ = writeln!(text, "- and {} more", figure.n_rows_omitted);
    }
    text.push_str("\n</details>\n\n");
}

fn row_words(row: &RowLine) -> String {
    let parts = [row.repository.as_deref(), row.label.as_deref()];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = row
        .link
        .as_deref()
        .map_or_else(|| md(&name), |link| markdown_link(&name, link));
    let rest = [row.on.as_deref(), row.amount.as_deref()]
        .into_iter()
        .flatten()
        .map(md)
        .collect::<Vec<_>>()
        .join(", ");
    if rest.is_empty() {
        name
    } else {
        format!("{name} ({rest})")
    }
}

fn write_absence(text: &mut String, absence: &Absence) {
    let titles: Vec<String> = absence
        .metrics
        .iter()
        .map(|metric| md(metric.title))
        .collect();
    let verdict = absence.kind.words();
    let fix = absence
        .fix
        .as_deref()
        .map(|fix| format!(" → {}", prose(fix)))
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "- {}: {verdict}: {}{fix}",
        titles.join(", "),
        prose(&absence.because)
    );
}

/// A chart's first series in eight heights; a bucket without a value is `·`. Of parts that make up a whole the first is not the figure
/// that stands beside it: nothing is drawn.
fn blocks(chart: &Chart) -> String {
    let mark = chart.marks.first();
    let Some(mark) = mark.filter(|mark| !matches!(mark.shape, Shape::Stack(_))) else {
        return String::new();
    };
    let highest = chart
        .points
        .iter()
        .filter_map(|point| point.get(&mark.number))
        .fold(0.0, f64::max);
    let recent = chart.points.len().saturating_sub(26);
    chart
        .points
        .iter()
        .skip(recent)
        .map(|point| match (point.state, point.get(&mark.number)) {
            (PointState::Measured, Some(number)) => block(number, highest),
            _ => '·',
        })
        .collect()
}

/// Numbers in eight heights of the highest; a missing one is `·`.
pub(super) fn heights(numbers: &[Option<f64>]) -> String {
    let highest = numbers.iter().flatten().copied().fold(0.0, f64::max);
    let height = |number: &Option<f64>| number.map_or('·', |number| block(number, highest));
    numbers.iter().map(height).collect()
}

/// One of eight heights.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 7 steps"
)]
fn block(number: f64, highest: f64) -> char {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let step = if highest > 0.0 {
        (number / highest * 7.0).round().clamp(0.0, 7.0) as usize
    } else {
        0
    };
    BLOCKS.get(step).copied().unwrap_or('▁')
}

/// A table in GitHub's Markdown.
#[must_use]
pub fn table(table: &Table) -> String {
    let mut text = String::from("|");
    for column in &table.columns {
        let _ = write!(text, " {} |", md(&column.title));
    }
    text.push_str("\n|");
    for column in &table.columns {
        text.push_str(if column.is_number { "--:|" } else { "---|" });
    }
    text.push('\n');
    for row in &table.rows {
        text.push('|');
        for cell in row {
            let words = match cell {
                TableCell::Text(words) | TableCell::Number(words) => md(words),
                TableCell::Link { text, url } => markdown_link(text, url),
                TableCell::Lines(lines) => {
                    let lines = lines.iter().map(|line| super::pack::spans(line));
                    lines.collect::<Vec<_>>().join("<br>")
                }
                TableCell::Missing(None) => "—".to_owned(),
                TableCell::Missing(Some(because)) => format!("— ({})", md(because)),
            };
            let _ = write!(text, " {words} |");
        }
        text.push('\n');
    }
    if table.n_omitted > 0 {
        let _ = writeln!(text, "\n{} further rows are not listed.", table.n_omitted);
    }
    text
}

/// A sentence in which backticks set off code: each piece is encoded on its own.
pub(super) fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let is_paired = pieces.len() % 2 == 1 && !text.contains("``");
    if pieces.len() < 3 || !is_paired {
        return md(text);
    }
    // Encoding trims, so the space around a piece of code is put back.
    let piece = |(at, piece): (usize, &&str)| {
        if at % 2 == 1 {
            return markdown_code(piece);
        }
        let before = if at > 0 && piece.starts_with(' ') {
            " "
        } else {
            ""
        };
        let after = if at + 1 < pieces.len() && piece.ends_with(' ') && !piece.trim().is_empty() {
            " "
        } else {
            ""
        };
        format!("{before}{}{after}", md(piece))
    };
    pieces.iter().enumerate().map(piece).collect()
}

/// A code span, for other writers of Markdown.
#[must_use]
pub fn code(text: &str) -> String {
    markdown_code(text)
}
