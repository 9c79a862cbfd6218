//! Charts on data as it is: skewed, thin, withheld. What is drawn, and where it stands.

#![expect(clippy::cast_possible_truncation, reason = "small synthetic numbers")]

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use linchpin::domain::{Bucket, Granularity, PersonId, PrNumber};
use linchpin::metrics::aggregate::by_recipe;
use linchpin::metrics::group::Few;
use linchpin::metrics::material::with_rows;
use linchpin::metrics::measure::{
    Cell, Definition, Ledger, LedgerRow, Measure, Measured, Recipe, Thing, Unit,
};
use linchpin::metrics::{self, REGISTRY};
use linchpin::register::Register;
use linchpin::render;
use linchpin::report::{AgreedLimit, Chart, MarkedDay, PointState, Scale};
use linchpin::work::{Fate, Question};

use crate::render_given::{Given, PRODUCT, WEB, file, whole, window};

/// Numbers without randomness that look like it, from 0 to 1.
fn noise(at: usize) -> f64 {
    ((at as f64 * 12.9898).sin() * 43_758.545_3).fract().abs()
}

fn question() -> Question {
    let (window, until) = (window(), window().until);
    let register = Register::default();
    Question::new(&register, &[], Vec::new(), until, window, Granularity::Week).unwrap()
}

/// A row so many days into the window.
fn row(at: usize, day: f64, value: f64, authors: &[u32]) -> LedgerRow {
    let hours = SignedDuration::from_mins((day * 1_440.0) as i64);
    let at_instant: Timestamp = window().since + hours;
    let number = PrNumber(u64::try_from(at).unwrap() + 1);
    LedgerRow {
        origin: None,
        product: PRODUCT.into(),
        repository: Some(WEB),
        areas: [].into(),
        subject: Thing::Numbered(number).called("a change".to_owned()),
        link: None,
        at: Some(at_instant),
        bucket: Some(Bucket::of(at_instant, Granularity::Week, &TimeZone::UTC)),
        value: Some(value),
        working_hours: None,
        is_running: false,
        person: None,
        authors: authors
            .iter()
            .copied()
            .map(PersonId)
            .collect::<Vec<_>>()
            .into(),
        fate: Fate::Included,
    }
}

fn cell(
    definition: &'static Definition,
    question: &Question,
    bucket: Option<Bucket>,
    rows: &[&LedgerRow],
) -> Cell {
    let n = u64::try_from(rows.len()).unwrap();
    let mut people: Vec<PersonId> = rows
        .iter()
        .flat_map(|row| row.authors.iter().copied())
        .collect();
    people.sort_unstable();
    people.dedup();
    let is_few = !people.is_empty() && people.len() < question.minimum_people;
    Cell {
        scope: whole(PRODUCT),
        bucket,
        measured: if n < question.minimum_n {
            Measured::TooFew { n }
        } else {
            by_recipe(definition, rows).unwrap()
        },
        ledger: Ledger::of(rows.iter().copied()),
        few: is_few
            .then_some(Few {
                numbers: &[],
                people,
            })
            .into_iter()
            .collect(),
    }
}

/// The measure of a metric from rows, by week.
fn measure(definition: &'static Definition, rows: Vec<LedgerRow>) -> Measure {
    let question = question();
    let mut weeks: BTreeMap<Bucket, Vec<&LedgerRow>> = BTreeMap::new();
    for row in &rows {
        weeks.entry(row.bucket.unwrap()).or_default().push(row);
    }
    let all: Vec<&LedgerRow> = rows.iter().collect();
    let mut found = Measure::of(definition);
    found.cells.push(cell(definition, &question, None, &all));
    for (week, rows) in weeks {
        found
            .cells
            .push(cell(definition, &question, Some(week), &rows));
    }
    found.rows = rows;
    with_rows(found, &question)
}

fn given(measure: Measure) -> Given {
    let mut given = Given::everything();
    given.measures = vec![measure];
    given
}

fn chart(given: &Given) -> Chart {
    let report = given.report();
    let mut figures = report.figures();
    figures
        .next()
        .and_then(|figure| figure.chart.clone())
        .unwrap()
}

/// Minutes to 600 days: most are short, and some very long.
fn skewed(n: usize) -> Vec<LedgerRow> {
    let hours = |at: usize| 0.05 * (14_400.0_f64 / 0.05).powf(noise(at).powi(2));
    let authors = |at: usize| [u32::try_from(at % 5).unwrap()];
    (0..n)
        .map(|at| row(at, 362.0 * noise(at + 7_000), hours(at), &authors(at)))
        .collect()
}

/// The places of the horizontal strokes of a colour and a width: `y` of each.
fn heights(svg: &str, colour: &str, width: u32) -> Vec<i32> {
    let head = format!("stroke=\"{colour}\" stroke-width=\"{width}\" d=\"M");
    let mut found = Vec::new();
    for path in svg.split(&head).skip(1) {
        let path = path.split('"').next().unwrap();
        let (mut y, mut number, mut command, mut numbers) = (0, String::new(), 'M', Vec::new());
        for letter in path.chars().chain(['M']) {
            let is_number = letter.is_ascii_digit() || letter == '-' && number.is_empty();
            if is_number {
                number.push(letter);
                continue;
            }
            if !number.is_empty() {
                numbers.push(number.parse::<i32>().unwrap());
                number = String::new();
            }
            if letter == '-' {
                number.push(letter);
            } else if letter.is_alphabetic() {
                match (command, numbers.as_slice()) {
                    ('M', [_, to]) => y = *to,
                    ('m' | 'l', [_, by]) | ('v', [by]) => y += by,
                    ('h', [_]) => found.push(y),
                    other => panic!("{other:?}"),
                }
                (command, numbers) = (letter, Vec::new());
            }
        }
    }
    found
}

#[test]
fn the_typical_median_of_every_duration_stands_in_the_middle_of_its_chart() {
    let is_duration = |definition: &Definition| {
        let is_median = matches!(definition.recipe, Recipe::Median | Recipe::CensoredMedian);
        matches!(definition.unit, Unit::Hours | Unit::WorkingHours) && is_median
    };
    let mut n_charts = 0;
    for definition in REGISTRY.iter().map(|metric| metric.definition) {
        if !is_duration(definition) || definition.cohort.is_none() {
            continue;
        }
        for n in [8, 60, 400, 2_000] {
            let given = given(measure(definition, skewed(n)));
            let chart = chart(&given);
            assert_eq!(chart.scale, Scale::Logarithmic, "{}", definition.id);
            let svg = render::svg::file(&chart).unwrap();
            let foot = *heights(&svg, "#868F9C", 10).first().unwrap();
            let mut medians = heights(&svg, "#173A7A", 30);
            // Below it the legend has one.
            medians.retain(|y| *y <= foot);
            medians.sort_unstable();
            let typical = f64::from(foot - medians[medians.len() / 2]) / 1_720.0;
            assert!(
                (0.15..=0.85).contains(&typical),
                "{} of {n} rows: {typical}",
                definition.id
            );
            // Up to 600 rows are dots; of more the middle half is a band.
            let has_band = chart.points.iter().any(|point| point.middle_half.is_some());
            assert_eq!(has_band, n > 600, "{n}");
            n_charts += 1;
        }
    }
    assert!(n_charts >= 4 * 9, "{n_charts}");
}

fn cycle_time() -> &'static Definition {
    metrics::find("flow.cycle_time").unwrap().definition
}

#[test]
fn thin_data_is_drawn_by_longer_buckets_and_very_thin_data_as_one_strip() {
    let check = |n: usize, bucket: &str, n_points: usize| {
        let chart = chart(&given(measure(cycle_time(), skewed(n))));
        let first = &chart.points[0].bucket;
        let states: Vec<_> = chart
            .points
            .iter()
            .map(|point| point.state.word())
            .collect();
        assert_eq!(
            (first.as_str(), chart.points.len()),
            (bucket, n_points),
            "{n} {states:?}"
        );
        let n_drawn = chart
            .points
            .iter()
            .filter(|point| point.state == PointState::Measured);
        assert!(4 * n_drawn.count() >= 3 * chart.points.len(), "{n}");
        assert!(
            chart.description.contains("Each dot is a row"),
            "{}",
            chart.description
        );
    };
    check(550, "2025-W21", 53);
    check(300, "2025-05", 13);
    check(60, "2025-Q2", 5);
    check(9, "2025-05-22 – 2026-05-20", 1);
}

#[test]
fn where_too_few_people_acted_no_row_tells_when() {
    // The first quarter is one person's, the others are everybody's.
    let rows = |people: fn(usize, f64) -> u32| -> Vec<LedgerRow> {
        let day = |at: usize| 360.0 * noise(at + 300);
        (0..550)
            .map(|at| row(at, day(at), 3.0 + noise(at), &[people(at, day(at))]))
            .collect()
    };
    let of_one = measure(
        cycle_time(),
        rows(|at, day| {
            if day < 40.0 {
                1
            } else {
                u32::try_from(at % 5).unwrap()
            }
        }),
    );
    let chart = chart(&given(of_one));
    let state = |bucket: &str| {
        let found = chart.points.iter().find(|point| point.bucket == bucket);
        found.map(|point| point.state)
    };
    assert_eq!(
        state("2025-W21"),
        Some(PointState::Withheld),
        "{}",
        chart.description
    );
    assert!(
        !chart.dots.iter().any(|dot| dot.at < 5.0),
        "its rows stay away"
    );
    assert_eq!(state("2025-W40"), Some(PointState::Measured));
    // Withheld alone, it would be the window less the others: one more goes with it.
    let withheld = |point: &&linchpin::report::ChartPoint| point.state == PointState::Withheld;
    assert_eq!(chart.points.iter().filter(withheld).count(), 7);
    // One person's product: its figure is told, its rows are not.
    let alone = given(measure(cycle_time(), rows(|_, _| 1)));
    let report = alone.report();
    let alone = report
        .figures()
        .next()
        .and_then(|figure| figure.chart.clone())
        .unwrap();
    assert_eq!((alone.points.len(), alone.dots.len()), (1, 0));
}

#[test]
fn days_and_agreements_are_lines_in_the_picture_and_words_beside_it() {
    let mut given = given(measure(cycle_time(), skewed(300)));
    let title = "<b>Spread</b> & \"more\"";
    given.events = vec![MarkedDay {
        on: "2025-11-03".parse().unwrap(),
        title: title.to_owned(),
    }];
    given.agreed = vec![AgreedLimit {
        metric: "flow.cycle_time".to_owned(),
        number: None,
        scope: None,
        at_least: None,
        at_most: Some(24.0),
    }];
    let chart = chart(&given);
    assert!(chart.description.contains(title), "{}", chart.description);
    assert!(
        chart.description.contains("Agreed: at most 24.0 h."),
        "{}",
        chart.description
    );
    let svg = file(&given.tree(), "charts/flow.cycle_time.svg");
    assert!(svg.contains(">2025-11-03 &lt;b&gt;Spread&lt;/"), "{svg}");
    assert!(!svg.contains("<b>"));
    assert!(svg.contains(">agreed: at most 24.0 h<"));
    let csv = file(&given.tree(), "charts/flow.cycle_time.csv");
    assert!(
        csv.lines()
            .next()
            .unwrap()
            .ends_with("lowest,highest,interval_low,interval_high"),
        "{csv}"
    );
}

fn rounds() -> Measure {
    let rounds = metrics::find("flow.review_rounds").unwrap().definition;
    let rows = (0..300).map(|at| {
        let n = [0.0, 0.0, 1.0, 2.0, 5.0][at % 5];
        row(at, 360.0 * noise(at), n, &[u32::try_from(at % 4).unwrap()])
    });
    measure(rounds, rows.collect())
}

#[test]
fn rounds_are_shares_and_failures_are_marks() {
    let chart = chart_of(rounds());
    let last = chart
        .points
        .iter()
        .rfind(|point| point.state == PointState::Measured)
        .unwrap();
    let names = [
        "share_of_0",
        "share_of_1",
        "share_of_2",
        "share_of_3_or_more",
    ];
    let sum: f64 = names.iter().map(|name| last.get(name).unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{last:?}");
    assert_eq!(chart.marks.len(), 4);

    let failed = metrics::find("dora.change_fail_rate").unwrap().definition;
    let rows = (0..90).map(|at| {
        let value = if at % 30 == 7 { 1.0 } else { 0.0 };
        row(at, 4.0 * at as f64, value, &[])
    });
    let rates = chart_of(measure(failed, rows.collect()));
    let n_hits = rates.ticks.iter().filter(|tick| tick.is_hit).count();
    assert_eq!((rates.ticks.len(), n_hits), (90, 3));
    // The share of the last twenty: none of them, or one.
    assert!(
        rates.rolling.iter().all(|[_, share]| *share <= 0.1),
        "{:?}",
        rates.rolling
    );
    assert!(
        rates.description.contains("3 of 90 count"),
        "{}",
        rates.description
    );
}

fn chart_of(measure: Measure) -> Chart {
    chart(&given(measure))
}

#[test]
fn an_hour_at_the_end_of_the_window_is_no_bucket() {
    let given = Given::everything();
    let report = given.report();
    let names = |chart: &Chart| -> Vec<String> {
        chart
            .points
            .iter()
            .map(|point| point.bucket.clone())
            .collect()
    };
    let weeks = report
        .figures()
        .find_map(|figure| figure.chart.as_ref().map(names))
        .unwrap();
    assert_eq!(weeks.last().unwrap(), "2026-W21");
    // The same window, an hour into the next week.
    let mut longer = Given::everything();
    longer.window.until = "2026-05-25T01:00:00Z".parse().unwrap();
    let report = longer.report();
    let weeks = report
        .figures()
        .find_map(|figure| figure.chart.as_ref().map(names))
        .unwrap();
    assert_eq!(weeks.last().unwrap(), "2026-W21");
}

#[test]
fn words_are_twelve_pixels_on_a_phone() {
    let svg = render::svg::file(&chart_of(measure(cycle_time(), skewed(300)))).unwrap();
    // The room of the picture, and the rule that holds there: a phone of 360 px leaves 288.
    let rules: Vec<(f64, f64)> = svg
        .split("@media (max-width:")
        .skip(1)
        .map(|rule| {
            let room = rule.split("px").next().unwrap().parse().unwrap();
            let size = rule.split("font-size:").nth(1).unwrap();
            (room, size.split("px").next().unwrap().parse().unwrap())
        })
        .collect();
    assert!(svg.contains("viewBox=\"0 0 4800 ") && svg.contains("font-size=\"130\""));
    let size = |room: f64| {
        let rule = rules.iter().rfind(|(below, _)| room <= *below);
        rule.map_or(130.0, |(_, size)| *size) * room / 4_800.0
    };
    for room in 288..900 {
        assert!(
            size(f64::from(room)) >= 11.99,
            "{room}: {}",
            size(f64::from(room))
        );
    }
}

/// The words of a picture with their places: `x`, `y`, the words.
fn placed_words(svg: &str) -> Vec<(i32, i32, String)> {
    let word =
        regex::Regex::new("<text[^>]* x=\"([0-9]+)\" y=\"([0-9]+)\"[^>]*>([^<]*)</text>").unwrap();
    let number = |text: &str| text.parse().unwrap();
    word.captures_iter(svg)
        .map(|found| (number(&found[1]), number(&found[2]), found[3].to_owned()))
        .collect()
}

#[test]
fn the_words_of_a_day_are_whole_in_a_narrow_picture_too_and_no_line_runs_through_words() {
    let mut given = given(measure(cycle_time(), skewed(300)));
    given.events = vec![MarkedDay {
        on: "2025-11-03".parse().unwrap(),
        title: "Reviews are spread".to_owned(),
    }];
    let svg = file(&given.tree(), "charts/flow.cycle_time.svg");
    // Once for each of both sizes.
    let whole = placed_words(&svg)
        .into_iter()
        .filter(|(.., words)| words == "2025-11-03 Reviews are spread");
    assert_eq!(whole.count(), 2, "{svg}");
    let line = svg.find("stroke-dasharray=\"24 30\"").unwrap();
    let words = svg.find("<text").unwrap();
    let halo = svg.find("class=\"h").unwrap();
    assert!(line < halo && words < halo, "{line} {words} {halo}");
}

#[test]
fn the_title_of_a_scale_and_the_words_at_its_top_do_not_touch_on_a_phone() {
    let mut given = given(rounds());
    let check = |given: &Given, n_days: i32| {
        let chart = chart(given);
        let svg = render::svg::inline(&chart).unwrap();
        let words = placed_words(&svg);
        let title = words.iter().position(|(.., words)| *words == chart.y_title);
        let title = title.unwrap();
        // The lines of a scale follow its title, all at one place.
        let scale = words[title + 1].0;
        let tops = words.iter().filter(|(x, ..)| *x == scale);
        let top = tops.map(|(_, y, _)| *y).min().unwrap();
        // Letters of 20 px, the largest there are, take 23 px with what stands above and below them.
        let distance = top - words[title].1;
        assert!(distance >= 230 * (n_days + 1), "{distance}: {svg}");
    };
    given.events = Vec::new();
    check(&given, 0);
    given.events = vec![MarkedDay {
        on: "2025-11-03".parse().unwrap(),
        title: "Reviews are spread".to_owned(),
    }];
    check(&given, 1);
}
