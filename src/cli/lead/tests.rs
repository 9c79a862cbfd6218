//! The views of a generated organisation: made from the metrics that they show, or from all of them.

use std::path::Path;

use super::*;
use crate::cli::person::tests::{analysed, written};

/// The files of the views, and the texts of the forms, made from what is taken of the metrics, or from all of them whole; and of how
/// many.
fn views(place: &Path, asks_all: bool) -> (usize, Vec<OutputFile>, Vec<String>) {
    let (workspace, analysis) = analysed(place, &FactTable::ALL);
    person::with_desk_of(&analysis, &workspace, |desk| {
        let readings = desk.sources().past.of_products();
        let narrow = taken(readings, &analysis, &workspace);
        let taken = |metric: &str| {
            if asks_all {
                Taken::Rows
            } else {
                narrow(metric)
            }
        };
        let metrics = metrics::REGISTRY.iter();
        let n = metrics
            .filter(|metric| taken(metric.definition.id) > Taken::Nothing)
            .count();
        let (files, drafts) = files_of(desk, &analysis, &workspace, &taken).unwrap();
        let drafts = drafts
            .iter()
            .map(|draft| format!("{} {:?}", draft.path, draft.draft));
        (n, files, drafts.collect())
    })
}

fn compared(register: &str) -> usize {
    let place = tempfile::tempdir().unwrap();
    written(place.path(), 160, register);
    let (n, files, drafts) = views(place.path(), false);
    let (n_all, all_files, all_drafts) = views(place.path(), true);
    assert_eq!(n_all, metrics::REGISTRY.len());
    let paths = |files: &[OutputFile]| files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&files), paths(&all_files));
    for (one, other) in files.iter().zip(&all_files) {
        assert!(one.1 == other.1, "{}", one.0);
    }
    assert!(files.len() > 10 && drafts == all_drafts);
    n
}

#[test]
fn the_views_are_made_from_the_metrics_that_they_show() {
    let agreed = "[[agreements.limit]]\nmetric = \"flow.cycle_time\"\nat_most = 80.0\n";
    let register = crate::crowd::register(crate::crowd::REPOSITORIES);
    let few = compared(&format!("{register}\n{agreed}"));
    assert!(few < metrics::REGISTRY.len() / 2, "{few}");
    // An area that names somebody is called by a number, which is counted over all figures; whom the views are about is told by all
    // of them where nobody is declared.
    let named = "[[area]]\nname = \"Person 001\"\npaths = [\"docs/**\"]\n";
    assert_eq!(
        compared(&format!("{register}\n{named}")),
        metrics::REGISTRY.len()
    );
    let (without_members, _) = register.split_once("[[member]]").unwrap();
    assert_eq!(compared(without_members), metrics::REGISTRY.len());
}

#[test]
fn a_register_without_products_has_views_too() {
    let place = tempfile::tempdir().unwrap();
    written(place.path(), 40, "");
    assert!(views(place.path(), false).1 == views(place.path(), true).1);
}
