//! Where the time goes: the reading of a store, then every metric by itself, each with what others need too counted at the first.

use std::fs;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use linchpin::domain::{Granularity, StreamCertificate, Window};
use linchpin::store::{Mode, Store, facts};
use linchpin::tables::{FactTable, Tables};
use linchpin::work::{Question, Reading};
use linchpin::{metrics, register};

/// Prints seconds and resident megabytes after each phase of a report on a place that `--write` made.
pub fn print(place: &Path, as_of: &str) {
    let store = Store::open(&place.join("store"), Mode::Read).unwrap();
    for part in FactTable::ALL {
        let start = Instant::now();
        drop(facts::read_parts(&store, &[part]).unwrap());
        println!(
            "read {part:?} alone: {:.2} s",
            start.elapsed().as_secs_f64()
        );
    }
    let start = Instant::now();
    let (tables, question) = read(place, as_of.parse().unwrap());
    say("read everything", start);
    let readings = Reading::of_products(&tables, &question);
    for metric in metrics::REGISTRY {
        let start = Instant::now();
        let n_rows = metric.of(&readings).rows.len();
        say(&format!("{} ({n_rows} rows)", metric.definition.id), start);
    }
}

/// The tables of a place and the question of its last three years.
pub fn read(place: &Path, until: Timestamp) -> (Tables, Question) {
    let store = Store::open(&place.join("store"), Mode::Read).unwrap();
    let tables = facts::read(&store).unwrap();
    let findings = store.read("facts/findings.json").unwrap().unwrap();
    let findings: serde_json::Value = serde_json::from_slice(&findings).unwrap();
    let certificates: Vec<StreamCertificate> =
        serde_json::from_value(findings["certificates"].clone()).unwrap();
    let text = fs::read_to_string(place.join("linchpin.toml")).unwrap();
    let register = register::parse(&text, "linchpin.toml").unwrap();
    let window = Window {
        since: until - jiff::SignedDuration::from_hours(24 * 7 * 156),
        until,
    };
    let question = Question::new(
        &register,
        &tables.repositories,
        certificates,
        until,
        window,
        Granularity::Month,
    );
    (tables, question.unwrap())
}

pub fn say(what: &str, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    let now = kilobytes("VmRSS:").unwrap_or_default() / 1024.0;
    let peak = kilobytes("VmHWM:").unwrap_or_default() / 1024.0;
    println!("{seconds:7.2} s {now:6.0} MB (peak {peak:6.0}) {what}");
}
