//! A metric reads no more than its needs say: what `linchpin explain` leaves unread changes nothing.

use linchpin::domain::{Bucket, Granularity, Window};
use linchpin::metrics::{Measure, REGISTRY, measure_all};
use linchpin::register;
use linchpin::store::{Mode, Store, facts};
use linchpin::tables::Tables;
use linchpin::work::{Question, Reading};

use crate::pipeline::demo;

/// The demo's store and the question asked of its tables: the year up to its as-of instant.
fn asked() -> (Store, impl Fn(&Tables) -> Question) {
    let root = demo().root.join("linchpin-demo");
    let store = Store::open(&root.join("store"), Mode::Read).unwrap();
    let text = |file: &str| std::fs::read_to_string(root.join("config").join(file)).unwrap();
    let team = register::parse(&text("linchpin.toml"), "linchpin.toml").unwrap();
    let private =
        register::parse_private(&text("linchpin.private.toml"), "linchpin.private.toml").unwrap();
    let findings: serde_json::Value =
        serde_json::from_slice(&store.read("facts/findings.json").unwrap().unwrap()).unwrap();
    let as_of = "2026-07-01T00:00:00Z".parse().unwrap();
    let window = Window {
        since: "2025-07-01T00:00:00Z".parse().unwrap(),
        until: as_of,
    };
    let question = move |tables: &Tables| {
        let certificates = serde_json::from_value(findings["certificates"].clone()).unwrap();
        Question::new(
            &team,
            &tables.repositories,
            certificates,
            as_of,
            window,
            Granularity::Month,
        )
        .unwrap()
        .with_people(&team, &private, &tables.people)
    };
    (store, question)
}

/// Every measure of the demo over that year.
pub(crate) fn measures() -> Vec<Measure> {
    let (store, question) = asked();
    let tables = facts::read(&store).unwrap();
    measure_all(&tables, &question(&tables))
}

#[test]
fn every_metric_is_the_same_over_the_tables_that_it_needs() {
    let (store, question) = asked();
    let whole = facts::read(&store).unwrap();
    let mut n_rows = 0;
    let mut wrong = Vec::new();
    for metric in REGISTRY {
        let part = facts::read_parts(&store, &metric.definition.parts()).unwrap();
        let (full, own) = (
            metric.over(&whole, &question(&whole)),
            metric.over(&part, &question(&part)),
        );
        if (&full.rows, &full.cells, &full.notes) != (&own.rows, &own.cells, &own.notes) {
            wrong.push(metric.definition.id);
        }
        n_rows += own.rows.len();
    }
    assert!(
        wrong.is_empty(),
        "these read tables that their needs do not name: {wrong:?}"
    );
    assert!(n_rows > 1_000, "{n_rows}");
}

#[test]
fn products_measured_apart_are_the_metric_s_own_measure() {
    let (store, question) = asked();
    let tables = facts::read(&store).unwrap();
    let question = question(&tables);
    assert!(question.products.len() > 1);
    let mut wrong = Vec::new();
    for (metric, one) in REGISTRY.iter().zip(measure_all(&tables, &question)) {
        let apart = metric.over(&tables, &question);
        if (&one.rows, &one.cells, &one.notes) != (&apart.rows, &apart.cells, &apart.notes) {
            wrong.push(metric.definition.id);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn figures_alone_are_those_of_rows_with_words() {
    let (store, question) = asked();
    let tables = facts::read(&store).unwrap();
    let question = question(&tables);
    let readings = Reading::of_products(&tables, &question);
    let alone: Vec<Reading<'_>> = readings.iter().map(Reading::for_figures).collect();
    let without_words = |measure: &Measure| {
        let mut rows = measure.rows.clone();
        for row in &mut rows {
            row.subject.words.clear();
            row.link = None;
        }
        rows
    };
    let n_words = |measure: &Measure| {
        let words = measure.rows.iter().map(|row| row.subject.words.len());
        words.sum::<usize>()
    };
    let mut wrong = Vec::new();
    for metric in REGISTRY {
        let (told, own) = (metric.of(&readings), metric.of(&alone));
        let is_same = (&told.cells, &told.strata, &told.notes, &told.shares)
            == (&own.cells, &own.strata, &own.notes, &own.shares);
        if !is_same || told.drawn != own.drawn || without_words(&told) != without_words(&own) {
            wrong.push(metric.definition.id);
        }
        // Rows of commits and of pull requests are the many.
        if ["code.rework", "review.balance", "ownership.share"].contains(&metric.definition.id) {
            assert!(n_words(&told) > 1_000, "{}", metric.definition.id);
            assert_eq!(n_words(&own), 0, "{}", metric.definition.id);
            assert!(own.rows.iter().all(|row| row.link.is_none()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn what_is_asked_of_one_bucket_is_what_the_whole_measure_says_of_it() {
    let (store, question) = asked();
    let tables = facts::read(&store).unwrap();
    let question = question(&tables);
    let whole = measure_all(&tables, &question);
    let (mut wrong, mut n_cells) = (Vec::new(), 0);
    for bucket in [None, Some("2026-q1"), Some("2025-11"), Some("nonsense")] {
        let is_asked = |at: Option<Bucket>| match bucket {
            None => at.is_none(),
            Some(label) => at.is_some_and(|at| at.to_string().eq_ignore_ascii_case(label)),
        };
        let cells = |measure: &Measure| {
            let cells = measure.cells.iter();
            let cells: Vec<_> = cells
                .filter(|cell| is_asked(cell.bucket))
                .cloned()
                .collect();
            cells
        };
        let asked = measure_all(&tables, &question.clone().asking(bucket));
        for (whole, asked) in whole.iter().zip(&asked) {
            let expected = cells(whole);
            n_cells += expected.len();
            if (&asked.rows, &cells(asked), &asked.notes) != (&whole.rows, &expected, &whole.notes)
            {
                wrong.push((whole.definition.id, bucket));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(n_cells > 500, "{n_cells}");
}
