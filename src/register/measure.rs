//! What figures are made of: `[measure]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::Origin;

/// Which changes figures of flow and review are made of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Measuring {
    /// Where they come from: `agent`, `person_with_agent`, `no_evidence`, `automation`. The others are counted apart.
    #[schemars(example = ["agent", "person_with_agent", "no_evidence"])]
    pub origins: Vec<Origin>,
}

impl Default for Measuring {
    fn default() -> Self {
        Self {
            origins: vec![Origin::Agent, Origin::PersonWithAgent, Origin::NoEvidence],
        }
    }
}
