//! Every definition once, as the template sees it.

use serde::Serialize;

use super::top::Top;
use crate::metrics::measure::Definition;
use crate::report::TeamReport;

#[derive(Serialize)]
pub(super) struct DefinitionsPage {
    top: Top,
    sections: Vec<SectionView>,
}

#[derive(Serialize)]
struct SectionView {
    id: String,
    title: String,
    definitions: Vec<DefinitionView>,
}

#[derive(Serialize)]
struct DefinitionView {
    id: &'static str,
    title: &'static str,
    question: &'static str,
    definition: &'static str,
    source: &'static str,
    parts: Vec<(&'static str, &'static str)>,
}

impl DefinitionsPage {
    pub(super) fn of(report: &TeamReport, style: (&str, &str)) -> Self {
        let mut sections: Vec<SectionView> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for section in report.products.iter().flat_map(|product| &product.sections) {
            let told = section.figures.iter().map(|figure| figure.definition);
            let absent = section
                .absences
                .iter()
                .flat_map(|absence| absence.metrics.iter().copied());
            let mut new: Vec<DefinitionView> = Vec::new();
            for definition in told.chain(absent) {
                if !seen.contains(&definition.id) {
                    seen.push(definition.id);
                    new.push(view(definition));
                }
            }
            if new.is_empty() {
                continue;
            }
            match sections
                .iter_mut()
                .find(|known| known.title == section.title)
            {
                Some(known) => known.definitions.extend(new),
                None => sections.push(SectionView {
                    id: format!("family-{}", sections.len() + 1),
                    title: section.title.clone(),
                    definitions: new,
                }),
            }
        }
        Self {
            top: Top::bare(report, style),
            sections,
        }
    }
}

fn view(definition: &'static Definition) -> DefinitionView {
    let parts = [
        ("Formula", definition.formula),
        ("Bucketed by", definition.cohort.unwrap_or_default()),
        ("Left out", definition.exclusions),
        ("How to read it", definition.how_to_read),
        ("How it can mislead", definition.can_mislead),
    ];
    DefinitionView {
        id: definition.id,
        title: definition.title,
        question: definition.question,
        definition: definition.definition,
        source: definition.source,
        parts: parts
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .collect(),
    }
}
