//! Which sections a report has and which metrics stand in them: read from `reports/team.toml`.

use serde::Deserialize;

/// The built-in definition of the team report.
const BUILT_IN: &str = include_str!("../../reports/team.toml");

/// The definition of a team report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamDefinition {
    /// Version of the definition's shape: 1.
    pub format: u32,
    /// Title of the page.
    pub title: String,
    /// Figures that are compared with the days before, at the top of every product.
    #[serde(default)]
    pub now_and_before: Vec<StripFigure>,
    /// Sections in order.
    pub sections: Vec<SectionDefinition>,
}

/// What a sum is divided by, so that stretches of different lengths can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The weeks that have passed: a count is told a week.
    Week,
    /// The time that has passed, on the clock of the number: waiting hours become how many wait at any time.
    Time,
}

/// One figure that is compared with the days before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripFigure {
    /// Metric id.
    pub metric: String,
    /// What it is called.
    pub title: String,
    /// One of the metric's numbers; none: the headline.
    pub number: Option<String>,
    /// What it is divided by.
    pub per: Option<Per>,
    /// The whole number that is its n; none: the rows.
    pub n: Option<String>,
    /// The metric whose rows it is told among: where it has fewer than a tenth of them, that is told in its place.
    pub among: Option<String>,
    /// Whether it stands in the overview of all products.
    #[serde(default)]
    pub in_overview: bool,
}

/// One section of a report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionDefinition {
    /// Anchor.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question that the section answers.
    pub question: String,
    /// Metric ids in order.
    pub metrics: Vec<String>,
    /// Further metrics, by the first part of their id, follow in order of id, so that no measure is lost.
    pub families: Vec<String>,
    /// Whether its figures are a line each, and it stands only where one of them has a row: for what many teams do not have.
    #[serde(default)]
    pub as_lines: bool,
    /// Pictures before the section's figures.
    #[serde(default)]
    pub pictures: Vec<SectionPicture>,
    /// Figures to be shown side by side after the section's own.
    #[serde(default)]
    pub comparisons: Vec<ComparisonDefinition>,
}

/// A picture that stands in a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionPicture {
    /// Whose turn changes were on their way to production, by where they come from.
    PathByOrigin,
    /// For how long lines live, by where they come from.
    LivesByOrigin,
}

/// Figures that answer one question in different ways.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonDefinition {
    /// Anchor.
    pub id: String,
    /// Title.
    pub title: String,
    /// How they are to be read.
    pub note: String,
    /// Heading of the column with the least and the greatest of the compared numbers.
    pub range_title: String,
    /// The figures in order.
    pub figures: Vec<ComparedFigure>,
}

/// One of the figures side by side.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedFigure {
    /// Metric id.
    pub metric: String,
    /// Heading.
    pub title: String,
    /// What is printed, with names of the metric's whole numbers, or `n`, in braces.
    pub words: String,
    /// The number that can be compared with the other figures', where there is one.
    pub compared: Option<String>,
}

/// Why a report definition is not usable.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// Not the shape of a definition.
    #[error("the report definition is not valid")]
    Shape(#[from] toml::de::Error),
    /// A version this program does not know.
    #[error("the report definition has format `{0}`, and this program knows `1`")]
    Format(u32),
    /// A metric that does not exist.
    #[error("the report definition names `{metric}` in `{place}`, and no metric has that id")]
    UnknownMetric {
        /// The id.
        metric: String,
        /// The section's id, or `now_and_before`.
        place: String,
    },
    /// A metric or section that occurs twice.
    #[error("the report definition names `{0}` twice")]
    Twice(String),
}

impl TeamDefinition {
    /// The definition that ships with the program.
    pub fn built_in() -> Result<Self, DefinitionError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a definition.
    pub fn parse(text: &str) -> Result<Self, DefinitionError> {
        let definition: Self = toml::from_str(text)?;
        if definition.format != 1 {
            return Err(DefinitionError::Format(definition.format));
        }
        let ids = definition.sections.iter().map(|section| &section.id);
        let metrics = definition
            .sections
            .iter()
            .flat_map(|section| &section.metrics);
        for mut names in [ids.collect::<Vec<_>>(), metrics.collect()] {
            names.sort();
            if let Some(twice) = names
                .windows(2)
                .find(|pair| pair.first() == pair.get(1))
                .and_then(<[_]>::first)
            {
                return Err(DefinitionError::Twice((*twice).clone()));
            }
        }
        Ok(definition)
    }

    /// The metrics that are measured over other windows too, each once.
    #[must_use]
    pub fn recent_metrics(&self) -> Vec<&str> {
        let mut metrics: Vec<&str> = Vec::new();
        for figure in &self.now_and_before {
            for metric in std::iter::once(&figure.metric).chain(&figure.among) {
                if !metrics.contains(&metric.as_str()) {
                    metrics.push(metric);
                }
            }
        }
        metrics
    }

    /// Checks that every metric named exists.
    pub fn check(&self, known: &[&str]) -> Result<(), DefinitionError> {
        let placed = self.sections.iter().flat_map(|section| {
            section
                .metrics
                .iter()
                .map(|metric| (metric, section.id.as_str()))
        });
        let compared = self.sections.iter().flat_map(|section| {
            section.comparisons.iter().flat_map(|comparison| {
                let figures = comparison.figures.iter();
                figures.map(|figure| (&figure.metric, comparison.id.as_str()))
            })
        });
        let recent = self.now_and_before.iter();
        let recent = recent
            .flat_map(|figure| std::iter::once(&figure.metric).chain(&figure.among))
            .map(|metric| (metric, "now_and_before"));
        for (metric, place) in placed.chain(compared).chain(recent) {
            if !known.contains(&metric.as_str()) {
                return Err(DefinitionError::UnknownMetric {
                    metric: metric.clone(),
                    place: place.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The metrics of a section in order, out of those that were measured.
    #[must_use]
    pub fn metrics_of<'a>(
        &self,
        section: &SectionDefinition,
        measured: &[&'a str],
    ) -> Vec<&'a str> {
        let listed = |metric: &str| {
            self.sections
                .iter()
                .any(|section| section.metrics.iter().any(|id| id == metric))
        };
        let mut metrics: Vec<&'a str> = section
            .metrics
            .iter()
            .filter_map(|id| measured.iter().find(|metric| *metric == id).copied())
            .collect();
        let family = |metric: &str| metric.split('.').next().unwrap_or_default().to_owned();
        let mut others: Vec<&'a str> = measured
            .iter()
            .filter(|metric| !listed(metric) && section.families.contains(&family(metric)))
            .copied()
            .collect();
        others.sort_unstable();
        others.dedup();
        metrics.extend(others);
        metrics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        format = 1
        title = "T"
        [[now_and_before]]
        metric = "flow.a"
        title = "A"
        among = "flow.b"
        [[sections]]
        id = "flow"
        title = "Flow"
        question = "?"
        metrics = ["flow.b"]
        families = ["flow"]
    "#;

    #[test]
    fn the_built_in_definition_is_valid() {
        let definition = TeamDefinition::built_in().unwrap();
        let titles: Vec<_> = definition
            .sections
            .iter()
            .map(|section| section.title.as_str())
            .collect();
        assert_eq!(
            titles,
            [
                "Delivery",
                "Flow",
                "Gates",
                "Review",
                "Agents",
                "Knowledge",
                "Ownership"
            ]
        );
    }

    #[test]
    fn a_metric_that_is_not_listed_still_finds_its_section() {
        let definition = TeamDefinition::parse(SMALL).unwrap();
        let section = definition.sections.first().unwrap();
        assert_eq!(
            definition.metrics_of(section, &["flow.z", "dora.x", "flow.a", "flow.b"]),
            ["flow.b", "flow.a", "flow.z"]
        );
    }

    #[test]
    fn a_wrong_definition_is_refused_with_what_is_wrong() {
        let check = |text: String, expected: &str| {
            let error = TeamDefinition::parse(&text)
                .and_then(|definition| definition.check(&["flow.a", "flow.b"]))
                .unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(
            SMALL.replace("flow.a", "flow.d"),
            "the report definition names `flow.d` in `now_and_before`, and no metric has that id",
        );
        check(
            SMALL.replace(r#"["flow.b"]"#, r#"["flow.c"]"#),
            "the report definition names `flow.c` in `flow`, and no metric has that id",
        );
        check(
            SMALL.replace("format = 1", "format = 2"),
            "the report definition has format `2`, and this program knows `1`",
        );
        check(
            SMALL.replace(r#"["flow.b"]"#, r#"["flow.b", "flow.b"]"#),
            "the report definition names `flow.b` twice",
        );
        check(
            SMALL.replace("question", "qestion"),
            "the report definition is not valid",
        );
    }
}
