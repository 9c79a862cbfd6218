//! A message for a chat: plain text, short enough for one, in which nothing of others notifies, formats or links.

use super::encode;
use crate::report::TeamReport;
use crate::report::look::{self, Look};

/// At most so many characters.
pub const MAX_CHARACTERS: usize = 1_500;
/// The most work items of one line.
const MAX_ITEMS: usize = 3;
/// What stands where the message ends early.
const MORE: &str = "…";

/// `chat.txt`.
#[must_use]
pub fn message(report: &TeamReport) -> String {
    let mut lines = vec![
        format!(
            "{}, as of {}",
            encode::chat(&report.title),
            super::minute(report)
        ),
        look::verdict(&report.looks),
    ];
    let is_one = report.products.len() == 1;
    lines.extend(report.looks.iter().map(|look| line(look, is_one)));
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        // The last line needs no room for the sign that there is more.
        let room = if at + 1 == lines.len() {
            0
        } else {
            MORE.chars().count() + 1
        };
        if text.chars().count() + line.chars().count() + 1 + room > MAX_CHARACTERS {
            text.push_str(MORE);
            text.push('\n');
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn line(look: &Look, is_one: bool) -> String {
    let product = if is_one {
        String::new()
    } else {
        format!("{}: ", encode::chat(&look.product))
    };
    let text = encode::chat(&look.text);
    let items = look.items.iter().take(MAX_ITEMS).map(|item| {
        let link = item.link.as_deref().and_then(encode::url);
        let text = encode::chat(&item.text);
        link.map_or_else(|| text.clone(), |link| format!("{text} {link}"))
    });
    let items: Vec<String> = items.collect();
    let items = if items.is_empty() {
        String::new()
    } else {
        format!(" {}", items.join(", "))
    };
    format!("- {product}{}: {text}.{items}", look.kind.words())
}
