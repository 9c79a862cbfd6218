//! Badges: one small file a figure, in the schema that shields.io reads from an address. One neutral colour: none says good or bad.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OutputFile, RenderError, encode};
use crate::report::TeamReport;
use crate::report::strip::{Side, StripLine};
use crate::report::team::ProductReport;

/// No colour of praise or blame.
const COLOUR: &str = "lightgrey";

/// A badge in the schema of shields.io's endpoint badge.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Badge {
    /// The layout of the file: 1.
    schema_version: u32,
    /// What it is.
    label: String,
    /// The figure with its n.
    message: String,
    /// One neutral colour.
    color: &'static str,
}

/// `badges/<metric>.json` of every figure that is compared; with several products, the product's name comes first.
///
/// # Errors
/// A defect of the program.
pub fn files(report: &TeamReport) -> Result<Vec<OutputFile>, RenderError> {
    let is_one = report.products.len() == 1;
    let mut files = Vec::new();
    for product in &report.products {
        let lines = product.strip.as_ref().map(|strip| strip.lines.as_slice());
        for line in lines.unwrap_or_default() {
            let stem = if is_one {
                line.id.clone()
            } else {
                format!("{}.{}", product.id, line.id)
            };
            let badge = badge(product, line, is_one);
            let text = encode::json(serde_json::to_string_pretty(&badge)? + "\n");
            let place = format!("badges/{}.json", encode::file_name(&stem));
            files.push((place, text.into_bytes()));
        }
    }
    Ok(files)
}

fn badge(product: &ProductReport, line: &StripLine, is_one: bool) -> Badge {
    let label = line.short.to_lowercase();
    Badge {
        schema_version: 1,
        label: if is_one {
            label
        } else {
            encode::line(&format!("{}: {label}", product.name))
        },
        message: match &line.now {
            Side::Found(found) => format!("{} (n {})", found.text, found.n),
            Side::Missing(_) => "not told".to_owned(),
        },
        color: COLOUR,
    }
}
