//! The tools: what each is called, what it takes, and who answers.

use serde_json::{Map, Value, json};

use super::answer::Found;
use super::shelf::Shelf;
use super::{team, work};

/// A parameter of a tool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    name: &'static str,
    is_number: bool,
    is_required: bool,
    meaning: &'static str,
}

impl Parameter {
    const fn text(name: &'static str, meaning: &'static str) -> Self {
        Self {
            name,
            is_number: false,
            is_required: false,
            meaning,
        }
    }

    const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }
}

const METRIC: Parameter = Parameter::text(
    "metric",
    "A metric's id, such as `flow.pickup_time`, or the end of it.",
);
const PRODUCT: Parameter = Parameter::text(
    "product",
    "A product's name, as `figures` tells it. Default: every one.",
);
const ONE_PRODUCT: Parameter = Parameter::text(
    "product",
    "A product's name, as `figures` tells it; may be left out where there is one alone.",
);
const REPOSITORY: Parameter = Parameter::text("repository", "A repository, `owner/name`.");
const AREA: Parameter = Parameter::text("area", "An area of the product.");
const BUCKET: Parameter = Parameter::text("bucket", "A bucket: `2026-W07`, `2026-02`, `2026-Q1`.");
const PERSON: Parameter = Parameter::text("person", "A GitHub login.").required();
const CURSOR: Parameter = Parameter::text(
    "cursor",
    "The next_cursor of the answer before; none: from the beginning.",
);
const NUMBER: Parameter = Parameter {
    name: "number",
    is_number: true,
    is_required: true,
    meaning: "The number of the pull request.",
};

/// A tool.
#[derive(Debug)]
pub(super) struct ToolKind {
    /// Its name.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) meaning: &'static str,
    /// Whether it tells of people, and is served only where that was asked for.
    pub(super) is_private: bool,
    parameters: &'static [Parameter],
    answer: fn(&Shelf, &Asked<'_>) -> Result<Found, String>,
}

/// All tools.
pub(super) const TOOLS: &[ToolKind] = &[
    ToolKind {
        name: "figures",
        meaning: "Every figure of whole products over the window: status, n, numbers, 80 % interval, or why there is none.",
        is_private: false,
        parameters: &[PRODUCT, CURSOR],
        answer: team::figures,
    },
    ToolKind {
        name: "figure",
        meaning: "One metric over the window and bucket by bucket, of whole products, or of one repository or area, with the counts of \
                  its rows.",
        is_private: false,
        parameters: &[METRIC.required(), PRODUCT, REPOSITORY, AREA, BUCKET, CURSOR],
        answer: team::figure,
    },
    ToolKind {
        name: "ledger",
        meaning: "The rows behind a figure of a product: which work items are in it, which are left out and why. Names nobody.",
        is_private: false,
        parameters: &[METRIC.required(), ONE_PRODUCT, BUCKET, CURSOR],
        answer: team::ledger,
    },
    ToolKind {
        name: "pull_request",
        meaning: "The life of one pull request: whose turn it was from when to when (draft, author, agent, reviewer, ci, merge, deploy). \
                  Names nobody.",
        is_private: false,
        parameters: &[REPOSITORY.required(), NUMBER, CURSOR],
        answer: work::pull_request,
    },
    ToolKind {
        name: "why",
        meaning: "Why figures moved between the last two runs that the store keeps: new events, late data, labels, identity, \
                  configuration, definition. The parts add up.",
        is_private: false,
        parameters: &[METRIC, CURSOR],
        answer: work::why,
    },
    ToolKind {
        name: "definition",
        meaning: "What a metric means: definition, formula, units, source, what is left out, how to read it, how it can mislead.",
        is_private: false,
        parameters: &[METRIC.required(), CURSOR],
        answer: work::definition,
    },
    ToolKind {
        name: "evidence",
        meaning: "Dated, linked sentences about what one person did. Private: for that person and their lead.",
        is_private: true,
        parameters: &[PERSON, CURSOR],
        answer: work::evidence,
    },
];

/// The arguments of a call.
#[derive(Debug)]
pub(super) struct Asked<'a>(&'a Map<String, Value>);

impl<'a> Asked<'a> {
    /// A text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }

    /// A text that must be there.
    pub(super) fn needed(&self, name: &str) -> Result<&'a str, String> {
        self.text(name)
            .ok_or_else(|| format!("`{name}` is missing"))
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.as_u64()
    }
}

impl ToolKind {
    /// The JSON Schema of its arguments.
    pub(super) fn input_schema(&self) -> Value {
        let property = |parameter: &Parameter| {
            let kind = if parameter.is_number {
                "integer"
            } else {
                "string"
            };
            let told = json!({"type": kind, "description": parameter.meaning});
            (parameter.name.to_owned(), told)
        };
        let required = self
            .parameters
            .iter()
            .filter(|parameter| parameter.is_required);
        json!({
            "type": "object",
            "properties": self.parameters.iter().map(property).collect::<Map<_, _>>(),
            "required": required.map(|parameter| parameter.name).collect::<Vec<_>>(),
            "additionalProperties": false,
        })
    }

    /// The answer to a call, or why there is none.
    pub(super) fn answered(
        &self,
        from: &Shelf,
        arguments: &Map<String, Value>,
    ) -> Result<String, String> {
        for (name, value) in arguments {
            let Some(known) = self.parameters.iter().find(|one| one.name == name) else {
                let names: Vec<&str> = self.parameters.iter().map(|one| one.name).collect();
                return Err(format!(
                    "the tool takes no such argument; it takes {}",
                    names.join(", ")
                ));
            };
            let is_right = if known.is_number {
                value.is_u64()
            } else {
                value.is_string()
            };
            if !is_right {
                let kind = if known.is_number {
                    "a whole number"
                } else {
                    "a text"
                };
                return Err(format!("`{}` is to be {kind}", known.name));
            }
        }
        let missing = |one: &&Parameter| one.is_required && !arguments.contains_key(one.name);
        if let Some(missing) = self.parameters.iter().find(missing) {
            return Err(format!(
                "`{}` is missing: {}",
                missing.name, missing.meaning
            ));
        }
        let asked = Asked(arguments);
        (self.answer)(from, &asked)?.page(asked.text(CURSOR.name))
    }
}
