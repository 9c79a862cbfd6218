//! What the memory of runs costs: two runs four weeks apart are kept, as `linchpin run` keeps them, and compared by `linchpin diff`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use linchpin::metrics::movement::{self, RunHead};
use linchpin::metrics::{self, Measure};
use linchpin::store::{Mode, Store, runs};
use linchpin::tables::Tables;
use linchpin::work::{Question, Reading};

/// Keeps two runs in the store of a place that `--write` made, says how large they are, and what their comparison costs.
pub fn print(place: &Path, as_of: &str) {
    let end: Timestamp = as_of.parse().unwrap();
    for days in [28, 0] {
        let as_of = end - jiff::SignedDuration::from_hours(24 * days);
        let start = Instant::now();
        let (tables, question) = super::phases::read(place, as_of);
        super::phases::say("read everything", start);
        let start = Instant::now();
        let n_bytes = keep(place, &tables, &question);
        super::phases::say(
            &format!("measured and kept: {} kB of rows", n_bytes / 1000),
            start,
        );
    }
    println!("diff {}", super::run(place, &["diff"]));
}

/// Keeps a run; the bytes of its rows.
fn keep(place: &Path, tables: &Tables, question: &Question) -> usize {
    let readings = Reading::of_products(tables, question);
    let kept = metrics::of_each(&|_| true, &|metric| {
        let measure = metric.of(&readings);
        let rows = runs::encode(&movement::rows(&measure)).unwrap();
        (measure.without_rows(), rows)
    });
    let (measures, rows): (Vec<Measure>, Vec<Vec<u8>>) = kept.into_iter().unzip();
    let head = RunHead {
        format: 1,
        as_of: question.as_of,
        window: question.window,
        version: "bench".to_owned(),
        configuration: String::new(),
        identity: String::new(),
        people: Vec::new(),
        repositories: Vec::new(),
        definitions: BTreeMap::new(),
        figures: movement::figures(&measures),
    };
    let n_bytes = rows.iter().map(Vec::len).sum();
    let ids = measures.iter().map(|measure| measure.definition.id);
    let rows: Vec<(&str, Vec<u8>)> = ids.zip(rows).collect();
    let store = Store::open(&place.join("store"), Mode::Write).unwrap();
    runs::write(&store, &serde_json::to_vec(&head).unwrap(), &rows).unwrap();
    n_bytes
}
