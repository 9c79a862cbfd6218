//! The JSON Schema of every JSON file that linchpin writes: of the structs that are written, so that neither can change alone.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, json_schema};

use super::badge::Badge;
use super::brief::Brief;
use super::cdevents::CloudEvent;
use super::json::{FiguresFile, Manifest, MetricsFile, QualityFile};
use crate::evidence::lead::Lead;
use crate::report::EvidenceLine;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenFile {
    /// `team/metrics.json`.
    Metrics,
    /// `team/figures.json`.
    Figures,
    /// `team/data_quality.json`.
    DataQuality,
    /// `team/summary.json`.
    Summary,
    /// `team/badges/*.json`.
    Badge,
    /// `team/manifest.json`.
    Manifest,
    /// `private/lead/lead.json`.
    Lead,
    /// One line of `private/LOGIN/evidence.jsonl`.
    Evidence,
    /// `export/TABLE.json`.
    Table,
    /// One line of `export/cdevents.ndjson`.
    CdEvents,
}

/// The schema of a kind of file; of one with an object a line, that of a line.
#[must_use]
pub fn of_file(file: WrittenFile) -> Schema {
    match file {
        WrittenFile::Metrics => written::<MetricsFile<'static>>(),
        WrittenFile::Figures => written::<FiguresFile<'static>>(),
        WrittenFile::DataQuality => written::<QualityFile<'static>>(),
        WrittenFile::Summary => written::<Brief>(),
        WrittenFile::Badge => written::<Badge>(),
        WrittenFile::Manifest => written::<Manifest>(),
        WrittenFile::Lead => written::<Lead>(),
        WrittenFile::Evidence => written::<EvidenceLine>(),
        WrittenFile::Table => table(),
        WrittenFile::CdEvents => written::<CloudEvent>(),
    }
}

/// What serde writes: a member that may be null is there all the same.
fn written<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}

/// A table has the columns of its Parquet file.
fn table() -> Schema {
    json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Table",
        "description": "An exported table: an object a row, with every column of the table. Instants are RFC 3339.",
        "type": "array",
        "items": {"type": "object", "additionalProperties": {"$ref": "#/$defs/cell"}},
        "$defs": {
            "cell": {
                "description": "Null is a missing value.",
                "anyOf": [
                    {"type": ["null", "boolean", "number", "string"]},
                    {"type": "array", "items": {"$ref": "#/$defs/cell"}}
                ]
            }
        }
    })
}
