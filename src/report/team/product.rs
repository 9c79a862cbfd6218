//! One product's sections: figures where there is a number, and the reason where there is none.

use super::comparison::comparison;
use super::looks::looks;
use super::shortcomings::{cautions, of_product};
use super::strips::strip;
use super::{Absence, AbsenceKind, ProductReport, Section};
use crate::metrics::measure::{Definition, Measured};
use crate::report::definition::TeamDefinition;
use crate::report::figure::{self, Figure, Frame};
use crate::report::input::{ProductInput, RepositoryLabel, TeamInput};
use crate::report::picture;
use crate::report::withheld::people_words;

pub(super) fn product_report(
    input: &TeamInput<'_>,
    definition: &TeamDefinition,
    product: &ProductInput,
    slug: &str,
) -> ProductReport {
    let faces: Vec<RepositoryLabel> = input
        .repositories
        .iter()
        .filter(|face| product.repositories.contains(&face.id))
        .cloned()
        .collect();
    let frame = Frame {
        window: input.window,
        zone: &input.zone,
        repositories: &faces,
        product: &product.name,
        granularity: input.granularity,
        events: input.events,
        agreed: input.agreed,
    };
    let measured: Vec<&str> = input
        .measures
        .iter()
        .map(|measure| measure.definition.id)
        .collect();
    let is_only =
        input.products.len() == 1 && input.products.iter().any(|one| one.name == product.name);
    // One product: `flow.cycle_time.svg`. Several: the product's name comes first.
    let figure_id = |metric: &str| {
        if is_only {
            metric.to_owned()
        } else {
            format!("{slug}.{metric}")
        }
    };
    let mut sections = Vec::new();
    for part in &definition.sections {
        let mut figures = Vec::new();
        let mut absences: Vec<Absence> = Vec::new();
        for metric in definition.metrics_of(part, &measured) {
            let Some(measure) = input
                .measures
                .iter()
                .find(|measure| measure.definition.id == metric)
            else {
                continue;
            };
            let whole = measure.team_cells().find(|cell| {
                let scope = &cell.scope;
                scope.product == product.name
                    && scope.repository.is_none()
                    && scope.area.is_none()
                    && cell.bucket.is_none()
            });
            let cautions = cautions(measure.definition, product, input);
            let figure = whole.and_then(|cell| {
                figure::figure(figure_id(metric), measure, cell, &frame, cautions)
            });
            match figure {
                Some(figure) => figures.push(figure),
                None => absent(
                    &mut absences,
                    measure.definition,
                    whole.map(|cell| &cell.measured),
                ),
            }
        }
        if part.as_lines && figures.iter().all(Figure::is_nothing) {
            continue;
        }
        let id = format!("{slug}-{}", part.id);
        sections.push(Section {
            id,
            title: part.title.clone(),
            question: part.question.clone(),
            as_lines: part.as_lines,
            pictures: picture::of_section(input.measures, &part.pictures, &frame, &figure_id),
            figures,
            comparisons: part
                .comparisons
                .iter()
                .filter_map(|definition| comparison(definition, input, &product.name, slug))
                .collect(),
            absences,
        });
    }
    let pictures = picture::pictures(input.measures, &frame, &figure_id);
    let strip = strip(input, definition, &product.name);
    ProductReport {
        id: slug.to_owned(),
        name: product.name.clone(),
        repositories: faces.clone(),
        shortcomings: of_product(input, product),
        looks: looks(input, product, slug, &frame, strip.as_ref()),
        strip,
        pictures,
        sections,
        owning: None,
    }
}

fn absent(
    absences: &mut Vec<Absence>,
    definition: &'static Definition,
    measured: Option<&Measured>,
) {
    let (kind, because, fix) = match measured {
        Some(Measured::NotObserved { because, fix }) => {
            (AbsenceKind::NotObserved, because.clone(), fix.clone())
        }
        Some(Measured::NotApplicable { because }) => {
            (AbsenceKind::NotApplicable, because.clone(), None)
        }
        Some(Measured::Withheld { people }) => (
            AbsenceKind::Withheld,
            format!(
                "{}; what so few people did is theirs, and this page names nobody",
                people_words(*people)
            ),
            Some("`linchpin explain METRIC` tells it to whoever has the store".to_owned()),
        ),
        Some(Measured::Value { .. } | Measured::TooFew { .. }) | None => (
            AbsenceKind::NotObserved,
            "nothing to measure in this product".to_owned(),
            None,
        ),
    };
    let same = |absence: &&mut Absence| {
        absence.kind == kind && absence.because == because && absence.fix == fix
    };
    match absences.iter_mut().find(same) {
        Some(absence) => absence.metrics.push(definition),
        None => absences.push(Absence {
            kind,
            because,
            fix,
            metrics: vec![definition],
        }),
    }
}
