//! The team tree of generated organisations: read at once or by parts, with teams and without.

use std::collections::BTreeSet;

use clap::Parser as _;

use super::*;
use crate::cli::args::{Cli, Command};
use crate::crowd;
use crate::domain::{Bucket, PersonId};
use crate::metrics::measure::{LedgerRow, Measured};
use crate::store::{Mode, runs};
use crate::tables::FactTable;
use crate::work::{Fate, Scopes};

/// The workspace of a generated organisation.
fn workspace(place: &Path) -> Workspace {
    let text = |at: &Path| at.to_str().unwrap().to_owned();
    let arguments = [
        "linchpin",
        "report",
        "--since",
        "156w",
        "--as-of",
        crowd::AS_OF,
    ];
    let arguments = arguments.map(str::to_owned).into_iter().chain([
        "--store".to_owned(),
        text(&place.join("store")),
        "--config".to_owned(),
        text(&place.join("linchpin.toml")),
        "--out".to_owned(),
        text(&place.join("out")),
    ]);
    let Command::Report(args) = Cli::parse_from(arguments).command else {
        unreachable!("a report was asked for")
    };
    let now = crowd::AS_OF.parse().unwrap();
    Workspace::of_store(&args.analysis, now).unwrap()
}

/// The team tree of a generated organisation of seven repositories in two products, with so many bytes read at once, and the rows
/// that a run keeps.
fn tree(place: &Path, most_bytes: u64) -> (usize, Vec<TeamFile>, Vec<Vec<u8>>) {
    let workspace = workspace(place);
    let store = Store::open(&place.join("store"), Mode::Read).unwrap();
    let mut head = Analysis::head(&store, &workspace.inquiry()).unwrap();
    let tree = TeamTree::of_parts(&store, &mut head, &workspace, most_bytes, Keep::Rows).unwrap();
    let kept = tree.kept.rows.into_iter();
    let kept = kept.map(|parts| runs::joined(parts).unwrap()).collect();
    (head.parts(&store, most_bytes).len(), tree.files, kept)
}

#[test]
fn products_read_one_by_one_or_together_are_the_same_report_to_the_byte() {
    let place = tempfile::tempdir().unwrap();
    crowd::write(&place.path().join("store"), 210, 7);
    let written = |name: &str, text: &str| std::fs::write(place.path().join(name), text);
    written("linchpin.toml", &crowd::register(7)).unwrap();
    written("linchpin.private.toml", crowd::PRIVATE_REGISTER).unwrap();
    let (n_parts, together, kept_together) = tree(place.path(), u64::MAX);
    assert_eq!(n_parts, 1);
    let (n_parts, one_by_one, kept_one_by_one) = tree(place.path(), 0);
    assert_eq!(n_parts, 2);
    let names = |files: &[TeamFile]| -> Vec<String> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&together), names(&one_by_one));
    for ((name, one), (_, other)) in together.iter().zip(&one_by_one) {
        assert!(one == other, "{name} differs");
    }
    assert!(kept_together == kept_one_by_one, "the rows of a run differ");
}

/// The organisation's register with teams: of all of a product, of one repository of another, of an area, and of files by CODEOWNERS.
fn with_teams() -> String {
    let teams = r#"
[[area]]
name = "api"
paths = ["api/**"]

[[area]]
name = "web"
paths = ["web/**"]

[[team]]
name = "all of orders"
owns = ["crowd/orders-*"]

[[team]]
name = "half of orders"
owns = ["crowd/orders-web"]

[[team]]
name = "interfaces"
owns = ["api", "area:web"]

[[team]]
name = "most"
owns = ["crowd/orders-api", "crowd/billing", "crowd/se*", "web"]

[[team]]
name = "nothing"
owns = ["@crowd/nobody"]
"#;
    format!("{}{teams}", crowd::register(crowd::REPOSITORIES))
}

fn written(place: &Path, register: &str) {
    if !place.join("store").exists() {
        crowd::write(&place.join("store"), 240, crowd::REPOSITORIES);
    }
    let written = |name: &str, text: &str| std::fs::write(place.join(name), text);
    written("linchpin.toml", register).unwrap();
    written("linchpin.private.toml", crowd::PRIVATE_REGISTER).unwrap();
}

fn json(files: &[TeamFile], name: &str) -> serde_json::Value {
    let (_, bytes) = files.iter().find(|(file, _)| file == name).unwrap();
    serde_json::from_slice(&bytes.whole().unwrap()).unwrap()
}

/// The figures of a scope in `metrics.json`, without what it is called.
fn figures(files: &[TeamFile], scope: &str) -> Vec<serde_json::Value> {
    let metrics = json(files, "metrics.json");
    let lines = metrics["metrics"].as_array().unwrap().iter();
    let own = lines.filter(|line| line["scope"]["product"] == scope);
    own.map(|line| {
        let mut line = line.clone();
        let scope = line["scope"].as_object_mut().unwrap();
        scope.remove("product");
        scope.remove("kind");
        line
    })
    .collect()
}

#[test]
fn a_team_of_a_whole_product_has_its_figures_and_changes_none_of_them() {
    let place = tempfile::tempdir().unwrap();
    // The same areas, and no team.
    let register = with_teams();
    let (head, _) = register.split_once("[[team]]").unwrap();
    written(place.path(), head);
    let (_, areas, kept_areas) = tree(place.path(), u64::MAX);
    written(place.path(), &register);
    let (_, files, kept) = tree(place.path(), 0);
    assert!(kept == kept_areas, "a team changes the rows of a run");
    for product in ["orders", "billing", "search"] {
        assert_eq!(
            figures(&areas, product),
            figures(&files, product),
            "{product}"
        );
    }
    let orders = figures(&files, "orders");
    assert!(orders.len() > 500, "{}", orders.len());
    let of_team = figures(&files, "all of orders");
    assert_eq!(orders.len(), of_team.len());
    for (product, team) in orders.iter().zip(&of_team) {
        assert_eq!(product, team);
    }
    let metrics = json(&files, "metrics.json");
    for line in metrics["metrics"].as_array().unwrap() {
        let is_product =
            ["orders", "billing", "search"].contains(&line["scope"]["product"].as_str().unwrap());
        assert_eq!(line["scope"]["kind"].is_null(), is_product, "{line}");
    }
    let short = json(&files, "figures.json");
    assert_eq!(short["products"].as_array().unwrap().len(), 3);
    assert_eq!(short["teams"].as_array().unwrap().len(), 5);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        names.contains(&"all-of-orders.html") && names.contains(&"interfaces.html"),
        "{names:?}"
    );
    let page = |name: &str| {
        let (_, bytes) = files.iter().find(|(file, _)| file == name).unwrap();
        String::from_utf8(bytes.whole().unwrap().into_owned()).unwrap()
    };
    let first = page("index.html");
    assert!(first.contains("href=\"#teams\"") && first.contains("href=\"interfaces.html\""));
    let own = page("interfaces.html");
    assert!(own.contains("A team, which is what it owns"), "{own}");
    assert!(page("data.html").contains("no line of CODEOWNERS names it"));
}

#[test]
fn what_has_no_path_is_no_figure_of_a_team_that_owns_parts() {
    let place = tempfile::tempdir().unwrap();
    written(place.path(), &with_teams());
    let (_, files, _) = tree(place.path(), u64::MAX);
    let metrics = json(&files, "metrics.json");
    let own = |id: &str| {
        let lines = metrics["metrics"].as_array().unwrap().iter();
        let mut own =
            lines.filter(|line| line["scope"]["product"] == "interfaces" && line["id"] == id);
        own.next().unwrap().clone()
    };
    for id in [
        "dora.deployment_frequency",
        "ci.duration",
        "ci.flake_rate",
        "dora.change_fail_rate",
    ] {
        let line = own(id);
        assert_eq!(line["status"], "not_observed", "{line}");
        let because = line["because"].as_str().unwrap();
        assert!(
            because.contains("the team owns parts of its repositories"),
            "{line}"
        );
        assert!(line["n"].is_null() && line["value"].is_null(), "{line}");
    }
    assert_ne!(own("flow.size")["status"], "not_observed");
}

/// The analysis of a store under a register.
fn analysed<T>(store: &Store, register: &str, ask: impl FnOnce(&mut Analysis) -> T) -> T {
    let register = crate::register::parse(register, "linchpin.toml").unwrap();
    let until: jiff::Timestamp = crowd::AS_OF.parse().unwrap();
    let inquiry = crate::analysis::Inquiry {
        register: &register,
        private_register: &crate::register::PrivateRegister::default(),
        as_of: until,
        window: crate::domain::Window {
            since: until - jiff::SignedDuration::from_hours(24 * 7 * 156),
            until,
        },
        granularity: crate::domain::Granularity::Month,
    };
    ask(&mut Analysis::read(store, &inquiry, &FactTable::ALL).unwrap())
}

#[test]
fn a_team_of_one_repository_is_measured_as_a_product_of_it() {
    let place = tempfile::tempdir().unwrap();
    crowd::write(&place.path().join("store"), 120, crowd::REPOSITORIES);
    let store = Store::open(&place.path().join("store"), Mode::Read).unwrap();
    let measured = |readings: &[Reading<'_>], name: &str| -> Vec<String> {
        let own: Vec<Reading<'_>> = readings
            .iter()
            .filter(|reading| reading.product.name == name)
            .cloned()
            .collect();
        assert_eq!(own.len(), 1, "{name}");
        metrics::of_each(&|_| true, &|metric| {
            let mut measure = metric.of(&own);
            // Kept for the gate, of products alone.
            measure.shares = Vec::new();
            format!("{measure:?}").replace(name, "SCOPE")
        })
    };
    let register = crowd::register(crowd::REPOSITORIES);
    let as_team =
        format!("{register}\n[[team]]\nname = \"webbers\"\nowns = [\"crowd/orders-web\"]\n");
    let as_product = register
        .replacen("\"crowd/orders-web\"]", "\"crowd/billing\"]", 1)
        .replacen(
            "name = \"billing\"\nrepositories = [\"crowd/billing\"]",
            "name = \"webbers\"\nrepositories = [\"crowd/orders-web\"]",
            1,
        );
    assert_ne!(as_product, register);
    let team = analysed(&store, &as_team, |analysis| {
        let team = analysis.of_team_there(analysis.team_called("Webbers").unwrap());
        measured(&team.readings(), "webbers")
    });
    let product = analysed(&store, &as_product, |analysis| {
        measured(&analysis.readings(), "webbers")
    });
    assert_eq!(team.len(), product.len());
    for (team, product) in team.iter().zip(&product) {
        assert!(
            team == product,
            "{}",
            team.chars().take(200).collect::<String>()
        );
    }
}

#[test]
fn a_team_of_areas_has_what_touches_them_and_nothing_without_a_path() {
    let place = tempfile::tempdir().unwrap();
    crowd::write(&place.path().join("store"), 240, crowd::REPOSITORIES);
    let store = Store::open(&place.path().join("store"), Mode::Read).unwrap();
    let areas = "[[area]]\nname = \"api\"\npaths = [\"api/**\"]\n[[area]]\nname = \"web\"\npaths = [\"web/**\"]\n";
    let team = |name: &str| format!("[[team]]\nname = \"{name}s\"\nowns = [\"{name}\"]\n");
    let register = format!(
        "{}\n{areas}{}{}",
        crowd::register(crowd::REPOSITORIES),
        team("api"),
        team("web")
    );
    analysed(&store, &register, |analysis| {
        // One that touches both.
        let files = &mut analysis.tables.facts.pull_request_files;
        let api = files.iter().find(|file| file.path.starts_with("api/"));
        let mut web = api.unwrap().clone();
        web.path = "web/planted.rs".into();
        files.push(web);
        let analysis = &*analysis;
        let touching = |directory: &str| -> BTreeSet<_> {
            let files = analysis.tables.facts.pull_request_files.iter();
            let own = files.filter(|file| file.path.starts_with(directory));
            own.map(|file| (file.repository, file.number)).collect()
        };
        let of = |team: &str| {
            analysis
                .of_team_there(analysis.team_called(team).unwrap())
                .tables
        };
        for (team, directory) in [("apis", "api/"), ("webs", "web/")] {
            let tables = of(team);
            let facts = &tables.facts;
            let pull_requests: BTreeSet<_> = facts
                .pull_requests
                .iter()
                .map(|row| (row.repository, row.number))
                .collect();
            assert!(touching(directory).is_subset(&pull_requests), "{team}");
            assert!(
                !pull_requests.is_empty()
                    && pull_requests.len() < analysis.tables.facts.pull_requests.len()
            );
            for row in &facts.reviews {
                assert!(pull_requests.contains(&(row.repository, row.number)));
            }
            for row in &facts.timeline {
                assert!(pull_requests.contains(&(row.repository, row.number)));
            }
            assert!(
                facts
                    .pull_request_files
                    .iter()
                    .all(|file| file.path.starts_with(directory))
            );
            let changes = &tables.changes;
            assert!(!changes.is_empty());
            for (row, file) in changes.rows_and_files() {
                let file = &changes.files[file as usize];
                assert!(file.path.starts_with(directory), "{}", file.path);
                assert_eq!(tables.commits[row].repository, file.repository);
            }
            for file in &tables.ownership.file {
                assert!(changes.files[*file as usize].path.starts_with(directory));
            }
            let n_without_path = [
                facts.issues.len(),
                facts.issue_comments.len(),
                facts.deployments.len(),
                facts.deployment_statuses.len(),
                facts.releases.len(),
                facts.workflow_runs.len(),
                facts.workflow_jobs.len(),
                facts.milestones.len(),
                facts.environments.len(),
                tables.tags.len(),
                tables.side_commits.len(),
            ];
            assert_eq!(n_without_path, [0; 11], "{team}");
        }
        let both: BTreeSet<_> = touching("api/")
            .intersection(&touching("web/"))
            .copied()
            .collect();
        assert!(!both.is_empty(), "no pull request touches both");
        for team in ["apis", "webs"] {
            let tables = of(team);
            for (repository, number) in &both {
                let mut all = tables.facts.pull_requests.iter();
                assert!(all.any(|row| (row.repository, row.number) == (*repository, *number)));
            }
        }
    });
}

#[test]
fn nothing_of_few_people_is_told_by_a_team_and_its_products() {
    let place = tempfile::tempdir().unwrap();
    written(place.path(), &with_teams());
    let workspace = workspace(place.path());
    let store = Store::open(&place.path().join("store"), Mode::Read).unwrap();
    let analysis = Analysis::read(&store, &workspace.inquiry(), &FactTable::ALL).unwrap();
    let names = analysis.names(&workspace);
    let mut told: Told = Told::of(&analysis.readings(), &workspace, Keep::Nothing).unwrap();
    told.add_teams(&analysis, &workspace, Keep::Nothing)
        .unwrap();
    let (report, _) = told.report(&analysis, &workspace, &names).unwrap();
    let measured = |readings: &[Reading<'_>]| metrics::of_each(&|_| true, &|one| one.of(readings));
    let of_products = measured(&analysis.readings());
    let minimum = analysis.question.minimum_people;
    let (mut n_told, mut n_withheld) = (0, 0);
    for team in ["half of orders", "interfaces", "most"] {
        let own = analysis.of_team_there(analysis.team_called(team).unwrap());
        let of_team = measured(&own.readings());
        for (whole, part) in of_products.iter().zip(&of_team) {
            if whole.definition.about.counted().is_none() {
                continue;
            }
            let key = |row: &LedgerRow| {
                (
                    row.repository,
                    row.subject.words.clone(),
                    row.bucket,
                    row.person,
                )
            };
            let ours: Vec<_> = part
                .rows
                .iter()
                .filter(|row| row.fate == Fate::Included)
                .map(key)
                .collect();
            let has_figure = |scope: &str, bucket: Option<Bucket>| {
                report.cells.iter().any(|(definition, cell)| {
                    definition.id == whole.definition.id
                        && cell.scope.product == scope
                        && (cell.scope.repository, &cell.scope.area, cell.scope.origin)
                            == (None, &None, None)
                        && cell.bucket == bucket
                        && matches!(
                            cell.measured,
                            Measured::Value { .. } | Measured::TooFew { .. }
                        )
                })
            };
            let buckets: BTreeSet<Option<Bucket>> =
                part.cells.iter().map(|cell| cell.bucket).collect();
            for bucket in buckets {
                if !has_figure(team, bucket) {
                    n_withheld += 1;
                    continue;
                }
                n_told += 1;
                // All products that the team has something of, together and each by itself.
                for product in ["orders", "billing", "search"] {
                    let is_left = |row: &&LedgerRow| {
                        row.product == product
                            && row.fate == Fate::Included
                            && (bucket.is_none() || row.bucket == bucket)
                            && !ours.contains(&key(row))
                    };
                    let touches = own.question.teams.iter().any(|one| {
                        one.name == team
                            && one.repositories.iter().all(|id| {
                                analysis
                                    .question
                                    .products
                                    .iter()
                                    .any(|other| other.name == product && other.has(*id))
                            })
                    });
                    if !touches || !has_figure(product, bucket) {
                        continue;
                    }
                    let left: Vec<&LedgerRow> = whole.rows.iter().filter(is_left).collect();
                    let wrote: BTreeSet<PersonId> = left
                        .iter()
                        .flat_map(|row| row.authors.iter().copied())
                        .collect();
                    let reviewed: BTreeSet<PersonId> =
                        left.iter().filter_map(|row| row.person).collect();
                    for people in [wrote, reviewed] {
                        assert!(
                            people.is_empty() || people.len() >= minimum,
                            "{} of {product} without {team} in {bucket:?} is of {people:?}",
                            whole.definition.id
                        );
                    }
                }
            }
        }
    }
    assert!(
        n_told > 100 && n_withheld > 20,
        "{n_told} told, {n_withheld} withheld"
    );
}

#[test]
fn what_is_told_of_a_store_is_what_is_told_where_people_have_figures_too() {
    let place = tempfile::tempdir().unwrap();
    written(place.path(), &with_teams());
    let workspace = workspace(place.path());
    let (_, without, _) = tree(place.path(), u64::MAX);
    let analysis = Analysis::of(&workspace, &FactTable::ALL).unwrap();
    assert_eq!(analysis.question.scopes, Scopes::Every);
    let with = TeamTree::of(&analysis, &workspace, Keep::Nothing)
        .unwrap()
        .files;
    assert_eq!(with.len(), without.len());
    for ((name, one), (_, other)) in with.iter().zip(&without) {
        assert!(one == other, "{name} differs");
    }
}
