//! What answers are taken from: the store as it was when the server began, and the team's report, measured once it is asked for.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::analysis::Analysis;
use crate::cli::error::CliError;
use crate::cli::team_tree::{Keep, Told};
use crate::cli::workspace::Workspace;
use crate::metrics::measure::{Definition, Scope};
use crate::metrics::{self, Metric};
use crate::report::{Names, TeamReport};
use crate::tables::FactTable;
use crate::work::Reading;

/// Everything that tools read.
#[derive(Debug)]
pub(super) struct Shelf {
    /// Where it is from.
    pub(super) workspace: Workspace,
    /// The facts and the question.
    pub(super) analysis: Analysis,
    /// Everybody whom a text could name.
    pub(super) names: Names,
    /// Whether evidence about people is served.
    pub(super) is_private: bool,
    report: OnceLock<Result<TeamReport, String>>,
}

impl Shelf {
    /// Reads the store.
    pub(super) fn read(workspace: Workspace, is_private: bool) -> Result<Self, CliError> {
        let analysis = Analysis::of(&workspace, &FactTable::ALL)?;
        let names = analysis.names(&workspace);
        Ok(Self {
            workspace,
            analysis,
            names,
            is_private,
            report: OnceLock::new(),
        })
    }

    /// The team's report: every figure that names nobody.
    pub(super) fn report(&self) -> Result<&TeamReport, String> {
        let made = self.report.get_or_init(|| {
            let readings = self.analysis.readings();
            Told::of(&readings, &self.workspace, Keep::Nothing)
                .and_then(|told| told.report(&self.analysis, &self.workspace, &self.names))
                .map(|(report, _)| report)
                .map_err(|error| error.render())
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// Of when an answer is.
    pub(super) fn head(&self) -> Map<String, Value> {
        let question = &self.analysis.question;
        let mut head = Map::new();
        head.insert("as_of".to_owned(), question.as_of.to_string().into());
        let window = json!({
            "since": question.window.since.to_string(),
            "until": question.window.until.to_string(),
        });
        head.insert("window".to_owned(), window);
        let is_partial = self.analysis.findings.is_partial();
        head.insert("partial".to_owned(), is_partial.into());
        head
    }

    /// A text without the names of people.
    pub(super) fn public(&self, text: &str) -> String {
        self.names.masked(text).unwrap_or_else(|| text.to_owned())
    }

    /// The name that pages call a product by, with what was read of it.
    pub(super) fn product<'a>(
        &'a self,
        readings: &'a [Reading<'a>],
        name: &str,
    ) -> Result<(&'a str, &'a Reading<'a>), String> {
        let report = self.report()?;
        // The gate leaves products in their order.
        let mut both = report.products.iter().zip(readings);
        let found = both.find(|(product, _)| product.name.eq_ignore_ascii_case(name));
        found
            .map(|(product, reading)| (product.name.as_str(), reading))
            .ok_or_else(|| {
                let known: Vec<&str> = report
                    .products
                    .iter()
                    .map(|product| product.name.as_str())
                    .collect();
                format!("there is no such product; there are: {}", known.join(", "))
            })
    }

    /// The product that is named, or the only one.
    pub(super) fn wanted_product<'a>(&'a self, asked: Option<&'a str>) -> Result<&'a str, String> {
        let report = self.report()?;
        match (asked, report.products.as_slice()) {
            (Some(name), _) => Ok(name),
            (None, [only]) => Ok(&only.name),
            (None, all) => {
                let names: Vec<&str> = all.iter().map(|product| product.name.as_str()).collect();
                Err(format!("name a product: {}", names.join(", ")))
            }
        }
    }
}

/// A metric by its id, or by the end of it.
pub(super) fn metric(name: &str) -> Result<&'static Metric, String> {
    metrics::typed(name).ok_or_else(|| {
        "there is no such metric; the tool `figures` names every metric by its id".to_owned()
    })
}

/// A scope as an answer tells it.
pub(super) fn scope(report: &TeamReport, scope: &Scope) -> Value {
    json!({
        "product": scope.product,
        "repository": scope.repository.and_then(|id| report.repository_name(id)),
        "area": scope.area,
        "origin": scope.origin.map(crate::domain::Origin::word),
    })
}

/// What holds for every row about one metric.
pub(super) fn add_metric(head: &mut Map<String, Value>, definition: &Definition) {
    head.insert("metric".to_owned(), definition.id.into());
    head.insert("title".to_owned(), definition.title.into());
}
