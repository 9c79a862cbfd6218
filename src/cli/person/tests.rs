//! The pages of people of a generated organisation: the same whether the tables that nothing asks for are read or not.

use std::fs;
use std::path::Path;

use clap::Parser as _;

use super::*;
use crate::cli::args::{Cli, Command};
use crate::crowd;
use crate::store::{Mode, Store};

/// Writes a generated organisation with so many pull requests and a register.
pub(in crate::cli) fn written(place: &Path, n: u64, register: &str) {
    crowd::write(&place.join("store"), n, crowd::REPOSITORIES);
    fs::write(place.join("linchpin.toml"), register).unwrap();
    fs::write(place.join("linchpin.private.toml"), crowd::PRIVATE_REGISTER).unwrap();
}

/// Its workspace, and some of its tables.
pub(in crate::cli) fn analysed(place: &Path, tables: &[FactTable]) -> (Workspace, Analysis) {
    let workspace = workspace(place);
    let store = Store::open(&place.join("store"), Mode::Read).unwrap();
    let analysis = Analysis::read(&store, &workspace.inquiry(), tables).unwrap();
    (workspace, analysis)
}

fn workspace(place: &Path) -> Workspace {
    let text = |at: &Path| at.to_str().unwrap().to_owned();
    let (store, config, out) = (
        place.join("store"),
        place.join("linchpin.toml"),
        place.join("out"),
    );
    let arguments = [
        "linchpin",
        "report",
        "--since",
        "26w",
        "--as-of",
        crowd::AS_OF,
        "--store",
        &text(&store),
        "--config",
        &text(&config),
        "--out",
        &text(&out),
    ];
    let Command::Report(args) = Cli::parse_from(arguments).command else {
        unreachable!("a report was asked for")
    };
    Workspace::of_store(&args.analysis, crowd::AS_OF.parse().unwrap()).unwrap()
}

fn pages(place: &Path, tables: &[FactTable]) -> Vec<(String, String)> {
    let (workspace, analysis) = analysed(place, tables);
    let people: Vec<PersonId> = everybody(&analysis).into_iter().take(12).collect();
    with_desk_of(&analysis, &workspace, |desk| {
        let mut pages = Vec::new();
        for person in people {
            let pack = desk.pack(person).unwrap();
            pages.push((pack.login.clone(), format!("{:?}", pack.lines)));
            for page in desk.pages(&pack) {
                pages.push((page.stem.clone(), format!("{:?}", page.document)));
            }
        }
        pages
    })
}

#[test]
fn pages_are_the_same_without_the_lines_that_nothing_asks_for() {
    let place = tempfile::tempdir().unwrap();
    let register = crowd::register(crowd::REPOSITORIES);
    written(place.path(), 200, &register);
    let few = told_from(&workspace(place.path()));
    assert!(!few.contains(&FactTable::Lines) && few.len() + 1 == FactTable::ALL.len());
    let (one, other) = (
        pages(place.path(), &few),
        pages(place.path(), &FactTable::ALL),
    );
    assert!(one.len() > 60);
    for ((name, few), (_, all)) in one.iter().zip(&other) {
        assert!(few == all, "{name}");
    }
    assert_eq!(one.len(), other.len());
}

#[test]
fn a_goal_that_is_measured_by_lines_has_them_read() {
    let place = tempfile::tempdir().unwrap();
    written(place.path(), 20, &crowd::register(crowd::REPOSITORIES));
    let goal = |measure: &str| {
        format!(
            "{}\n[[goal]]\nlogin = \"person-001\"\ntitle = \"Fewer of them\"\nset_on = \"2026-01-05\"\nmeasure = \"{measure}\"\n",
            crowd::PRIVATE_REGISTER
        )
    };
    for (measure, has_lines) in [
        ("flow.pickup_time", false),
        ("knowledge.unowned_lines", true),
    ] {
        fs::write(place.path().join("linchpin.private.toml"), goal(measure)).unwrap();
        let tables = told_from(&workspace(place.path()));
        assert_eq!(tables.contains(&FactTable::Lines), has_lines, "{measure}");
    }
}
