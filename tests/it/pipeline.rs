//! The whole pipeline on the demo organisation, as a newcomer runs it: planted truths, nobody named, the same bytes twice,
//! ledgers that add up, golden samples.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use linchpin::demo::organisation::{Plants, Truths, build};
use serde_json::Value;

mod the_samples;

/// Runs the program in a directory without any of the user's environment.
fn linchpin(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "linchpin {arguments:?}: {}\n{stdout}\n{stderr}",
        output.status
    );
    stdout.into_owned()
}

pub struct Demo {
    _keep: tempfile::TempDir,
    pub root: PathBuf,
    pub truths: Truths,
    figures: OnceLock<Vec<Value>>,
}

/// One demo for all tests that only read it.
pub fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| Demo::without(&[]))
}

/// One demo without anything planted in its delivery.
pub fn bare() -> &'static Demo {
    static BARE: OnceLock<Demo> = OnceLock::new();
    let plants = [
        "incidents",
        "rollback",
        "flake",
        "slowdown",
        "revert",
        "mentee",
    ];
    BARE.get_or_init(|| Demo::without(&plants))
}

impl Demo {
    fn without(plants: &[&str]) -> Self {
        let keep = tempfile::tempdir().unwrap();
        let mut arguments = vec!["demo", "--quiet"];
        let mut planted = Plants::default();
        for plant in plants {
            arguments.extend(["--without", plant]);
            assert!(planted.leave_out(plant), "{plant}");
        }
        linchpin(keep.path(), &arguments);
        let root = keep.path().to_owned();
        Self {
            _keep: keep,
            root,
            truths: build(&planted).truths,
            figures: OnceLock::new(),
        }
    }

    /// A metric's remarks about one product.
    fn notes(&self, metric: &str, product: &str) -> Vec<String> {
        let explained = self.explain(metric, &[]);
        let notes = explained["notes"].as_array().unwrap().iter();
        notes
            .filter_map(|note| note.as_str()?.strip_prefix(&format!("{product}: ")))
            .map(str::to_owned)
            .collect()
    }

    /// Subjects of included rows by their value: those that count, and how many do not.
    fn counted(&self, metric: &str) -> (BTreeSet<String>, usize) {
        let explained = self.explain(metric, &[]);
        let rows = explained["rows"].as_array().unwrap();
        let included = rows.iter().filter(|row| row["fate"] == "included");
        let (hits, others): (Vec<&Value>, Vec<&Value>) =
            included.partition(|row| row["value"] == 1.0);
        let first = |row: &&Value| {
            row["subject"]
                .as_str()
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
                .to_owned()
        };
        (hits.iter().map(first).collect(), others.len())
    }

    fn explain(&self, metric: &str, more: &[&str]) -> Value {
        let fixed = [
            "explain",
            metric,
            "--format",
            "json",
            "--store",
            "linchpin-demo/store",
        ];
        let time = [
            "--config",
            "linchpin-demo/config/linchpin.toml",
            "--as-of",
            "2026-07-01T00:00:00Z",
        ];
        let since = if more.contains(&"--since") {
            [].as_slice()
        } else {
            &["--since", "78w"]
        };
        let arguments: Vec<&str> = fixed
            .iter()
            .chain(&time)
            .chain(since)
            .chain(more)
            .copied()
            .collect();
        serde_json::from_str(&linchpin(&self.root, &arguments)).unwrap()
    }

    pub(crate) fn metrics(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.root.join("linchpin-demo/team/metrics.json")).unwrap();
        let metrics: Value = serde_json::from_str(&text).unwrap();
        metrics["metrics"].as_array().unwrap().clone()
    }

    /// Every figure of the program, those of few people included, in the shape of `metrics.json`: from the export's measures.
    pub(crate) fn figures(&self) -> &[Value] {
        self.figures.get_or_init(|| self.exported())
    }

    fn exported(&self) -> Vec<Value> {
        let places = [
            "--store",
            "linchpin-demo/store",
            "--config",
            "linchpin-demo/config/linchpin.toml",
            "--as-of",
            "2026-07-01T00:00:00Z",
            "--since",
            "78w",
            "--out",
            "figures",
        ];
        let asked = [
            "export",
            "--format",
            "json",
            "--table",
            "measures",
            "--table",
            "repositories",
        ];
        linchpin(&self.root, &[asked.as_slice(), places.as_slice()].concat());
        let [measures, repositories] = ["measures", "repositories"].map(|table| -> Vec<Value> {
            let file = self.root.join(format!("figures/export/{table}.json"));
            serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
        });
        let mut figures: BTreeMap<String, Value> = BTreeMap::new();
        // Strata are figures of their own.
        let is_whole = |row: &&Value| row["person"].is_null() && row["origin"].is_null();
        for row in measures.iter().filter(is_whole) {
            let repository = repositories
                .iter()
                .find(|known| known["repository"] == row["repository"])
                .map_or(Value::Null, |known| known["name"].clone());
            let scope = serde_json::json!({
                "product": row["product"], "repository": repository, "area": row["area"],
            });
            let key = format!("{} {scope} {}", row["metric"], row["bucket"]);
            let figure = figures.entry(key).or_insert_with(|| {
                serde_json::json!({
                    "id": row["metric"], "scope": scope, "bucket": row["bucket"], "status": row["status"],
                    "n": row["n"], "value": {},
                })
            });
            if let Some(name) = row["name"].as_str() {
                let number = row["value"].as_f64().unwrap();
                // Counts are whole in `metrics.json`.
                figure["value"][name] = if number.fract() == 0.0 && number >= 0.0 {
                    serde_json::json!(format!("{number}").parse::<u64>().unwrap())
                } else {
                    serde_json::json!(number)
                };
            }
        }
        figures.into_values().collect()
    }

    /// The window's figure of a product, or of an area of it.
    pub(crate) fn figure(&self, id: &str, product: &str, area: Option<&str>) -> Value {
        let is_it = |cell: &&Value| {
            cell["id"] == id
                && cell["bucket"].is_null()
                && cell["scope"]["product"] == product
                && cell["scope"]["repository"].is_null()
                && cell["scope"]["area"].as_str() == area
        };
        self.figures()
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("{id} of {product} {area:?}"))
            .clone()
    }
}

/// A copy of the demo's store in a directory, for a test that writes to it.
pub(crate) fn copy_of_the_store(place: &Path) {
    for (file, bytes) in tree(&demo().root.join("linchpin-demo/store")) {
        let path = place.join("store").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The demo's clones, as arguments.
pub(crate) fn clones() -> Vec<String> {
    let repositories = demo().root.join("linchpin-demo/repositories");
    let names = ["parcel-api.git", "parcel-web.git", "timetable.git"];
    let clone = |name| repositories.join(name).display().to_string();
    names
        .into_iter()
        .flat_map(|name| ["--repo".to_owned(), clone(name)])
        .collect()
}

/// Every file below a directory, by relative path.
pub(crate) fn tree(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path
                    .strip_prefix(directory)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The subjects of a ledger's rows whose value is 1.
fn hits(explained: &Value) -> BTreeSet<String> {
    explained["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["fate"] == "included" && row["value"] == 1.0)
        .map(|row| {
            row["subject"]
                .as_str()
                .unwrap()
                .split(": ")
                .next()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn the_planted_silo_is_found_and_no_other() {
    let planted = demo().truths.silo.as_ref().unwrap();
    assert_eq!(
        hits(&demo().explain("knowledge.silos", &[])),
        BTreeSet::from([planted.area.clone()])
    );
}

#[test]
fn the_planted_hand_over_is_found_and_no_other() {
    let planted = demo().truths.hand_over.as_ref().unwrap();
    assert_eq!(
        hits(&demo().explain("ownership.handover", &[])),
        BTreeSet::from([planted.area.clone()])
    );
}

#[test]
fn the_planted_writer_of_decision_records_is_found_and_no_other() {
    let planted = demo().truths.adr_writer.as_ref().unwrap();
    let notes = demo().explain("knowledge.concentration_by_kind", &[])["notes"].to_string();
    assert!(
        notes.contains(&format!(
            "{}: kinds written by one person alone: decision records",
            planted.product
        )),
        "{notes}"
    );
    assert_eq!(notes.matches("alone: none").count(), 1, "{notes}");
}

#[test]
fn the_planted_joiner_has_milestones_and_nobody_else() {
    let planted = demo().truths.joiner.as_ref().unwrap();
    let explained = demo().explain("onboarding.milestones", &["--person", &planted.login]);
    let rows = explained["rows"].as_array().unwrap();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["fate"] == "included"),
        "{explained}"
    );
    let everybody = demo().explain("onboarding.milestones", &[]);
    let included = everybody["rows"].as_array().unwrap().iter();
    assert_eq!(
        included.filter(|row| row["fate"] == "included").count(),
        rows.len()
    );
}

#[test]
fn the_planted_holiday_is_compared_and_nothing_of_it_waits() {
    let planted = demo().truths.holiday.as_ref().unwrap();
    let explained = demo().explain("absence.resilience", &["--person", &planted.login]);
    let away = format!("{} to {}", planted.from, planted.to);
    let figures = explained["figures"].as_array().unwrap().iter();
    let own: Vec<&Value> = figures
        .filter(|one| one["scope"]["area"] == away.as_str())
        .collect();
    assert_eq!(own.len(), 2, "one a product");
    for figure in own {
        let value = &figure["value"];
        for nought in ["during_waited", "during_own_events"] {
            assert_eq!(value[nought], 0, "{nought}: {figure}");
        }
        for some in ["during_deployments", "during_merged", "before_own_events"] {
            assert!(value[some].as_u64().unwrap() > 0, "{some}: {figure}");
        }
        assert_eq!(value["during_working_days"], 10.0);
    }
    let everybody = demo().explain("absence.resilience", &[]);
    assert_eq!(
        everybody["rows"].as_array().unwrap().len(),
        explained["rows"].as_array().unwrap().len()
    );
}

#[test]
fn the_delegator_s_involvement_falls_after_the_bottleneck_s_date() {
    let planted = demo().truths.bottleneck.as_ref().unwrap();
    let explained = demo().explain("delegation.involvement", &["--person", &planted.login]);
    let until = planted.until.to_string();
    let share = |is_before: bool| {
        let rows = explained["rows"].as_array().unwrap().iter();
        let of: Vec<f64> = rows
            .filter(|row| row["fate"] == "included")
            .filter(|row| (row["at"].as_str().unwrap() < until.as_str()) == is_before)
            .map(|row| row["value"].as_f64().unwrap())
            .collect();
        assert!(of.len() >= 20, "{} acts", of.len());
        of.iter().sum::<f64>() / of.len() as f64
    };
    assert!(
        share(true) > share(false) + 0.1,
        "{} then {}",
        share(true),
        share(false)
    );
}

#[test]
fn review_concentration_shows_the_bottleneck_until_its_date() {
    let planted = demo().truths.bottleneck.as_ref().unwrap();
    let date = planted.until.to_string();
    let until_then = demo().explain(
        "review.concentration",
        &["--scope", &planted.product, "--until", &date],
    );
    let from_then = demo().explain(
        "review.concentration",
        &["--scope", &planted.product, "--since", &date],
    );
    let share = |explained: &Value| {
        let value = &explained["figures"][0]["value"];
        (
            value["hits"].as_u64().unwrap(),
            value["of"].as_u64().unwrap(),
        )
    };
    assert_eq!(
        share(&until_then),
        (planted.share_before.hits, planted.share_before.of)
    );
    // Afterwards somebody else may hold the largest share: it is smaller all the same, by far more than its interval.
    let (hits, of) = share(&from_then);
    assert_eq!(of, planted.share_after.of);
    assert!(hits >= planted.share_after.hits);
    let interval =
        |explained: &Value, end: usize| explained["figures"][0]["interval"][end].as_f64().unwrap();
    assert!(
        interval(&from_then, 1) < interval(&until_then, 0),
        "{hits} of {of}"
    );
}

#[test]
fn the_planted_rollback_ships_nothing_and_is_counted() {
    let planted = demo().truths.rollback.as_ref().unwrap();
    let explained = demo().explain("dora.deployment_frequency", &[]);
    let notes = explained["notes"].to_string();
    let product = &demo()
        .truths
        .repositories
        .iter()
        .find(|found| found.name == planted.repository)
        .unwrap()
        .product;
    assert!(notes.contains("rollbacks in the window: 1"), "{notes}");
    for other in demo()
        .truths
        .repositories
        .iter()
        .filter(|found| found.product != *product)
    {
        assert!(
            notes.contains(&format!("{}: source deployments_api", other.product)),
            "{notes}"
        );
    }
    assert_eq!(
        notes.matches("rollbacks in the window: 0").count(),
        1,
        "{notes}"
    );
}

#[test]
fn the_planted_flake_is_found_in_its_workflow_and_in_no_other() {
    let planted = demo().truths.flake.as_ref().unwrap();
    let product = &demo()
        .truths
        .repositories
        .iter()
        .find(|found| found.name == planted.repository)
        .unwrap()
        .product;
    let figure = demo().figure("ci.flake_rate", product, Some(&planted.workflow));
    // GitHub forgets runs after 400 days: the rest of the planted ones is beyond any tool's sight.
    let world = build(&Plants::default());
    let remembered = world.as_of - jiff::SignedDuration::from_hours(400 * 24);
    let runs = world
        .host
        .repositories
        .iter()
        .find(|found| found.name == planted.repository)
        .unwrap()
        .workflow_runs
        .iter();
    let mut attempts: BTreeMap<u64, usize> = BTreeMap::new();
    for run in runs.filter(|run| run.name == planted.workflow && run.created_at >= remembered) {
        *attempts.entry(run.run).or_default() += 1;
    }
    let n_flakes = attempts.values().filter(|attempts| **attempts > 1).count();
    assert_eq!(figure["value"]["hits"].as_u64(), Some(n_flakes as u64));
    assert_eq!(figure["value"]["of"].as_u64(), Some(attempts.len() as u64));
    let share = n_flakes as f64 / attempts.len() as f64;
    assert!(
        (share - 0.2).abs() < 0.04 && planted.share.hits >= n_flakes as u64,
        "{share}"
    );
    let failed = format!(", failed before: {}", planted.job);
    let explained = demo().explain("ci.flake_rate", &[]);
    let rows = explained["rows"].as_array().unwrap().iter();
    let named = rows.filter(|row| row["subject"].as_str().unwrap().ends_with(&failed));
    assert_eq!(named.count(), n_flakes);
    let name = planted.repository.rsplit('/').next().unwrap();
    let expected = format!(
        "jobs that failed in flaky runs: {name} {} / {} {n_flakes} of {n_flakes} (",
        planted.workflow, planted.job
    );
    let notes = demo().notes("ci.flake_rate", product);
    assert!(
        notes.iter().any(|note| note.starts_with(&expected)),
        "{notes:?}"
    );
    for cell in demo()
        .metrics()
        .iter()
        .filter(|cell| cell["id"] == "ci.flake_rate" && cell["bucket"].is_null())
    {
        let is_it = cell["scope"]["product"] == product.as_str();
        if !is_it {
            assert_eq!(cell["value"]["hits"].as_u64(), Some(0), "{cell}");
        }
    }
}

#[test]
fn every_planted_incident_is_put_down_to_its_deployment_and_no_other_deployment_failed() {
    let planted: BTreeSet<String> = demo()
        .truths
        .incidents
        .iter()
        .map(|incident| incident.deployment.clone())
        .collect();
    assert_eq!(planted.len(), 15);
    let (failed, others) = demo().counted("dora.change_fail_rate");
    assert_eq!(failed, planted);
    assert!(others > 300, "{others}");
    let recovered = demo().explain("dora.failed_deployment_recovery_time", &[]);
    let rows = recovered["rows"].as_array().unwrap();
    let of = |row: &Value| {
        row["subject"]
            .as_str()
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    let mut seen: Vec<String> = rows.iter().map(of).collect();
    let mut numbers: Vec<String> = demo()
        .truths
        .incidents
        .iter()
        .map(|incident| format!("#{}", incident.number))
        .collect();
    seen.sort();
    numbers.sort();
    assert_eq!(seen, numbers);
    // Without the incidents nothing failed: the team names the labels of its incidents, and no issue has one.
    assert!(bare().truths.incidents.is_empty());
    let figure = bare().figure("dora.change_fail_rate", "parcels", None);
    assert_eq!(figure["value"]["hits"], 0, "{figure}");
    assert!(figure["value"]["of"].as_u64() > Some(200), "{figure}");
    let figure = bare().figure("dora.failed_deployment_recovery_time", "parcels", None);
    assert_eq!(
        (&figure["status"], &figure["n"]),
        (&"too_few".into(), &0.into()),
        "{figure}"
    );
}

#[test]
fn planted_hotfixes_and_the_rollback_are_rework_and_nothing_else_is() {
    let planted: BTreeSet<String> = demo()
        .truths
        .incidents
        .iter()
        .filter_map(|incident| incident.repaired_by.clone())
        .collect();
    assert!(planted.contains(&demo().truths.rollback.as_ref().unwrap().deployment));
    let found = demo().counted("dora.deployment_rework_rate").0;
    assert!(found.is_superset(&planted), "{found:?}");
    let explained = demo().explain("dora.deployment_rework_rate", &[]);
    let reverts = |deployment: &&String| {
        let rows = explained["rows"].as_array().unwrap().iter();
        let mut subjects = rows.map(|row| row["subject"].as_str().unwrap());
        subjects.any(|subject| {
            subject.starts_with(deployment.as_str()) && subject.ends_with(": revert")
        })
    };
    // One change is taken back. What was rolled back is fixed later: that hotfix is in the deployment after the rollback.
    let (reverted, later): (Vec<&String>, Vec<&String>) =
        found.difference(&planted).partition(reverts);
    assert_eq!(
        (reverted.len(), later.len()),
        (1, 1),
        "{reverted:?} {later:?}"
    );
    let is_it = |row: &&Value| {
        row["subject"]
            .as_str()
            .unwrap()
            .starts_with(later[0].as_str())
    };
    let row = explained["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(is_it)
        .unwrap();
    assert!(
        row["subject"].as_str().unwrap().ends_with(": hotfix"),
        "{row}"
    );
    assert_eq!(
        row["at"].as_str().unwrap().get(..10),
        Some("2026-04-02"),
        "{row}"
    );
    let (found, others) = bare().counted("dora.deployment_rework_rate");
    assert!(found.is_empty() && others > 300, "{found:?}");
}

/// Somebody's `work.md`, without escapes and the addresses of links.
fn work_of(demo: &Demo, login: &str) -> String {
    let place = demo
        .root
        .join("linchpin-demo/private")
        .join(login)
        .join("work.md");
    let text = fs::read_to_string(place).unwrap();
    let link = regex::Regex::new(r"\[([^\]]*)\]\(<?[^)]*\)").unwrap();
    link.replace_all(&text, "$1").replace('\\', "")
}

#[test]
fn the_planted_revert_is_told_against_its_initiative_and_only_there() {
    let planted = demo().truths.revert.as_ref().unwrap();
    let text = work_of(demo(), "inesc");
    let (_, card) = text
        .split_once(&format!("### {} · ", planted.initiative))
        .unwrap();
    let card = card.split("\n### ").next().unwrap();
    let against = format!(
        "**against it**: {0}#{1} reverted 2026-03-",
        planted.repository, planted.number
    );
    assert!(card.contains(&against), "{card}");
    assert!(
        card.contains(&format!("in {}#{}", planted.repository, planted.revert)),
        "{card}"
    );
    assert_eq!(text.matches(" reverted 20").count(), 1, "{text}");
    let text = work_of(bare(), "inesc");
    assert!(
        text.contains(&format!("### {} · ", planted.initiative)),
        "{text}"
    );
    assert!(!text.contains(" reverted 20"), "{text}");
}

#[test]
fn a_goal_is_met_and_another_is_missed_only_where_incidents_are_planted() {
    let fails = "No more than two of a hundred deployments of parcels fail";
    let result = |text: &str, goal: &str| {
        let (_, section) = text.split_once(goal).unwrap();
        section.split("\n### ").next().unwrap().to_owned()
    };
    let text = work_of(demo(), "tbeck");
    let waits = result(
        &text,
        "A change of parcels waits no longer than four working hours",
    );
    assert!(waits.contains(": reached."), "{waits}");
    let missed = result(&text, fails);
    assert!(missed.contains(": not reached."), "{missed}");
    let kept = result(&work_of(bare(), "tbeck"), fails);
    assert!(
        kept.contains(": within the target before and after."),
        "{kept}"
    );
}

#[test]
fn the_planted_slowdown_is_dated_and_no_other_workflow_shifts() {
    let planted = demo().truths.slowdown.as_ref().unwrap();
    let notes = demo().notes("ci.duration", "parcels");
    assert_eq!(notes.len(), 1, "{notes:?}");
    let (place, rest) = notes[0].split_once(" takes ").unwrap();
    assert_eq!(
        place,
        format!("{} {}", planted.repository, planted.workflow)
    );
    let since = rest
        .split("since ")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    let since: jiff::civil::Date = since.parse().unwrap();
    let days = planted.from.until(since).unwrap().get_days();
    assert!((-4..=4).contains(&days), "{since} against {}", planted.from);
    for (demo, product) in [
        (demo(), "timetable"),
        (bare(), "parcels"),
        (bare(), "timetable"),
    ] {
        assert_eq!(
            demo.notes("ci.duration", product),
            ["no workflow's median duration shifted"]
        );
    }
    let flakes = bare().figure("ci.flake_rate", "parcels", None);
    assert_eq!(flakes["value"]["hits"], 0, "{flakes}");
}

#[test]
fn each_success_status_counted_as_a_deployment() {
    let world = build(&Plants::default());
    let successes: usize = world
        .host
        .repositories
        .iter()
        .filter(|repository| repository.name != "timetable")
        .flat_map(|repository| &repository.deployments)
        .filter(|deployment| deployment.environment == "production")
        .flat_map(|deployment| &deployment.statuses)
        .filter(|(state, _)| state == "SUCCESS")
        .count();
    let figure = demo().figure("dora.deployment_frequency", "parcels", None);
    let n = figure["value"]["count"].as_u64().unwrap();
    assert!(
        (successes as u64) > n + 20,
        "{successes} statuses, {n} deployments"
    );
}

#[test]
fn deployments_are_counted_as_planted() {
    let mut by_product: BTreeMap<&str, u64> = BTreeMap::new();
    for repository in &demo().truths.repositories {
        *by_product.entry(&repository.product).or_default() += repository.n_production_successes;
    }
    for (product, n) in by_product {
        assert_eq!(
            demo().figure("dora.deployment_frequency", product, None)["value"]["count"].as_u64(),
            Some(n)
        );
    }
}

#[test]
fn merged_pull_requests_are_counted_as_planted() {
    let mut by_product: BTreeMap<&str, u64> = BTreeMap::new();
    for repository in &demo().truths.repositories {
        *by_product.entry(&repository.product).or_default() += repository.n_merged_by_humans;
    }
    for agents in &demo().truths.agents {
        *by_product.entry(&agents.product).or_default() += agents.n_opened;
    }
    for (product, n) in by_product {
        let metrics = demo().metrics();
        let is_it = |cell: &&Value| {
            cell["id"] == "flow.cycle_time"
                && cell["bucket"].is_null()
                && cell["scope"]
                    == serde_json::json!({"product": product, "repository": null, "area": null})
        };
        let figure = metrics.iter().find(is_it).unwrap();
        // What a ghost opened cannot be told to be a human's: it is unknown, not dropped.
        let ghosts = figure["ledger"]["unknown_reasons"]["author_is_a_ghost"]
            .as_u64()
            .unwrap_or_default();
        assert_eq!(figure["n"].as_u64().unwrap() + ghosts, n, "{figure}");
    }
}

#[test]
fn a_trend_beside_a_figure_is_of_that_figure() {
    let summary = fs::read_to_string(demo().root.join("linchpin-demo/team/summary.md")).unwrap();
    let trend = |title: &str| {
        let mut rows = summary.lines();
        let row = rows.find(|line| line.starts_with(&format!("| {title} |")));
        row.unwrap().rsplit('|').nth(1).unwrap().trim().to_owned()
    };
    assert!(!trend("Cycle time").is_empty());
    // Its chart begins with the share of those of no round at all.
    assert_eq!(trend("Review rounds"), "");
}

#[test]
fn nobody_is_named_in_any_byte_of_the_team_tree() {
    let team = tree(&demo().root.join("linchpin-demo/team"));
    assert!(team.contains_key("index.html") && team.len() > 8);
    let mut words = BTreeSet::new();
    for person in demo().truths.people.iter().filter(|person| !person.is_bot) {
        words.insert(person.login.clone());
        words.insert(person.name.clone());
        for (name, address) in &person.signatures {
            words.insert(name.clone());
            words.insert(address.clone());
        }
    }
    // GitHub's placeholder is nobody, and a short common word would prove nothing.
    words.retain(|word| word.len() >= 4 && word != "ghost");
    assert!(words.len() >= 10, "{words:?}");
    for (file, bytes) in &team {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for word in &words {
            assert!(
                !text.contains(&word.to_lowercase()),
                "team/{file} names `{word}`"
            );
        }
    }
}

#[test]
fn two_demos_are_the_same_to_the_byte() {
    let again = tempfile::tempdir().unwrap();
    linchpin(again.path(), &["demo", "--quiet"]);
    for part in ["team", "private"] {
        let (first, second) = (
            tree(&demo().root.join("linchpin-demo").join(part)),
            tree(&again.path().join("linchpin-demo").join(part)),
        );
        assert_eq!(
            first.keys().collect::<Vec<_>>(),
            second.keys().collect::<Vec<_>>()
        );
        for (file, bytes) in &first {
            assert!(second[file] == *bytes, "{part}/{file} differs");
        }
    }
}

#[test]
fn every_number_has_a_ledger_whose_parts_add_up() {
    let metrics = demo().metrics();
    let ids: BTreeSet<&str> = metrics
        .iter()
        .map(|cell| cell["id"].as_str().unwrap())
        .collect();
    for id in ids {
        let rows = demo().explain(id, &[])["rows"].as_array().unwrap().clone();
        for cell in metrics.iter().filter(|cell| cell["id"] == id) {
            if cell["status"] == "withheld" {
                assert!(cell["ledger"].is_null() && cell["n"].is_null(), "{cell}");
                continue;
            }
            let ledger = &cell["ledger"];
            let included = ledger["included"].as_u64().unwrap();
            let excluded: u64 = ledger["excluded"]
                .as_object()
                .unwrap()
                .values()
                .map(|n| n.as_u64().unwrap())
                .sum();
            let unknown = ledger["unknown"].as_u64().unwrap();
            if let Some(n) = cell["n"].as_u64().filter(|_| cell["status"] == "measured") {
                if id == "flow.work_in_progress" {
                    // Days are counted, and each has a row an origin.
                    assert!(included >= n && included.is_multiple_of(n), "{cell}");
                } else {
                    assert_eq!(n, included, "{cell}");
                }
            }
            // The parts are the rows that `explain` lists for the same scope and bucket.
            let scope = &cell["scope"];
            // Where a figure is of people alone, the team's cell has no population.
            let has_population = cell["status"] != "not_applicable";
            // A state at the end of a quarter is what `explain --as-of` lists: another test compares the two.
            let is_state_then = cell["bucket"]
                .as_str()
                .is_some_and(|bucket| bucket.contains("-Q"))
                && STATES_BY_QUARTER.contains(&cell["id"].as_str().unwrap());
            if scope["repository"].is_null()
                && scope["area"].is_null()
                && has_population
                && !is_state_then
            {
                let of_cell = rows.iter().filter(|row| {
                    // A row without evidence of an agent tells no origin.
                    let is_of_origin = match scope["origin"].as_str() {
                        None => true,
                        Some("no_evidence") => row["origin"].is_null(),
                        Some(origin) => row["origin"] == origin,
                    };
                    is_of_origin
                        && row["product"] == scope["product"]
                        && (cell["bucket"].is_null() || row["bucket"] == cell["bucket"])
                });
                assert_eq!(
                    of_cell.count() as u64,
                    included + excluded + unknown,
                    "{cell}"
                );
            }
        }
    }
}

/// Figures of a state that are told of the end of every quarter too.
const STATES_BY_QUARTER: [&str; 5] = [
    "knowledge.truck_factor",
    "knowledge.truck_factor_decayed",
    "knowledge.primary_developers",
    "knowledge.survival",
    "knowledge.files_at_risk",
];

#[test]
fn a_bus_factor_of_a_quarter_is_the_figure_as_of_its_end() {
    for metric in STATES_BY_QUARTER {
        let metrics = demo().metrics();
        let quarters: Vec<&Value> = metrics
            .iter()
            .filter(|cell| cell["id"] == metric && cell["bucket"] == "2025-Q3")
            .collect();
        let of_areas = |cell: &&&Value| cell["scope"]["area"].is_string();
        let n_areas = quarters.iter().filter(of_areas).count();
        assert_eq!(quarters.len() - n_areas, 2, "{metric}: one a product");
        assert!(n_areas > 2, "{metric}: {n_areas} areas");
        let then = linchpin(
            &demo().root,
            &[
                "explain",
                metric,
                "--format",
                "json",
                "--store",
                "linchpin-demo/store",
                "--config",
                "linchpin-demo/config/linchpin.toml",
                "--as-of",
                "2025-09-30T23:00:00Z",
                "--since",
                "2025-01-01",
            ],
        );
        let then: Value = serde_json::from_str(&then).unwrap();
        let mut n_compared = 0;
        for quarter in quarters {
            let (product, area) = (&quarter["scope"]["product"], &quarter["scope"]["area"]);
            if quarter["status"] == "withheld" {
                // Lines of few people; what `explain` knows of them is compared with the reference.
                assert!(
                    metric == "knowledge.survival" && area.is_string(),
                    "{quarter}"
                );
                n_compared += 1;
                continue;
            }
            if area.is_null() {
                let mut figures = then["figures"].as_array().unwrap().iter();
                let is_it =
                    |one: &&Value| one["bucket"].is_null() && one["scope"] == quarter["scope"];
                let figure = figures.find(is_it).unwrap();
                for key in ["n", "value", "interval"] {
                    assert_eq!(quarter[key], figure[key], "{metric} {product} {key}");
                }
            }
            let rows = then["rows"].as_array().unwrap().iter();
            let in_area =
                |row: &Value| area.is_null() || row["areas"].as_array().unwrap().contains(area);
            let included = rows.filter(|row| {
                &row["product"] == product && in_area(row) && row["fate"] == "included"
            });
            assert_eq!(
                quarter["ledger"]["included"],
                included.count(),
                "{metric} {product} {area}"
            );
            n_compared += 1;
        }
        assert_eq!(n_compared, 2 + n_areas);
    }
}

#[test]
fn a_count_never_stands_without_n_and_a_missing_value_is_never_zero() {
    for cell in demo().metrics() {
        match cell["status"].as_str().unwrap() {
            "measured" => {
                // A bucket in which nothing was deployed is a zero that somebody looked at.
                let is_observed_zero = cell["id"] == "dora.deployment_frequency"
                    && cell["bucket"].is_string()
                    && cell["value"]["count"].as_u64() == Some(0);
                assert!(
                    (cell["n"].as_u64().unwrap() > 0) != is_observed_zero
                        && cell["value"].is_object(),
                    "{cell}"
                );
            }
            "too_few" => assert!(cell["value"].is_null() && cell["n"].is_u64(), "{cell}"),
            "withheld" => {
                let silent = ["n", "value", "interval", "coverage", "ledger"];
                assert!(silent.iter().all(|key| cell[*key].is_null()), "{cell}");
                assert!(
                    cell["people"].is_null() || cell["people"].as_u64() < Some(3),
                    "{cell}"
                );
            }
            _ => assert!(
                cell["value"].is_null() && cell["because"].is_string(),
                "{cell}"
            ),
        }
    }
}

#[test]
fn private_trees_are_the_owners_alone_and_cover_the_team() {
    let private = demo().root.join("linchpin-demo/private");
    let team: BTreeSet<String> = demo()
        .truths
        .people
        .iter()
        .filter(|person| person.is_team)
        .map(|person| person.login.clone())
        .collect();
    let written: BTreeSet<String> = fs::read_dir(&private)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        // What git ignores, whose the folder is, who writes it.
        .filter(|name| !name.starts_with('.'))
        .collect();
    let mut expected = team;
    expected.insert("lead".to_owned());
    assert_eq!(written, expected);
    #[cfg(unix)]
    for file in tree(&private).keys() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(private.join(file))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(mode, 0o600, "{file}");
    }
}
