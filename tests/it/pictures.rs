//! Pictures of a product: what they show, that they name nobody, how large they get, and that no stranger's text acts in them.

use std::collections::BTreeSet;

use jiff::civil::date;
use linchpin::domain::{Bucket, Granularity, Origin, Window};
use linchpin::metrics::drawn::{Drawn, KnownFile, Living, Material, QueueDay, Stretch};
use linchpin::metrics::group::Few;
use linchpin::metrics::measure::{Cell, Ledger, Measure, Measured, Number, Scope, Value};
use linchpin::metrics::{self, Definition};
use linchpin::render::svg;
use linchpin::report::picture::{Drawing, GridCell};
use linchpin::report::{KnownPerson, Names, Picture, TeamDefinition, TeamInput, team};

use crate::hostile::{corpus, skeleton};
use crate::render_given::{Given, PRODUCT, WEB, file, whole, window};

fn definition(id: &str) -> &'static Definition {
    metrics::find(id).unwrap().definition
}

fn files(paths: impl Iterator<Item = String>) -> Measure {
    let known = paths.enumerate().map(|(at, path)| KnownFile {
        repository: WEB,
        areas: [path.split('/').next().unwrap().to_owned()].into(),
        lines: 1 + (at as u64 * 7_919) % 400,
        n_people: (at % 6) as u64,
        path,
    });
    measure("knowledge.files_at_risk", Material::Files(known.collect()))
}

fn measure(id: &str, material: Material) -> Measure {
    let mut measure = Measure::of(definition(id));
    measure.drawn = vec![Drawn {
        product: PRODUCT.to_owned(),
        material,
    }];
    measure
}

fn stretch(from: i8, n: u64, is_few: bool) -> Stretch {
    let at = |month: i8| Bucket::start_of(date(2026, month, 1), &jiff::tz::TimeZone::UTC);
    let hour = 3_600_000_000;
    Stretch {
        window: Window {
            since: at(from),
            until: at(from + 1),
        },
        // The later of the two months that are told.
        is_now: from == 2,
        n,
        few: if is_few {
            vec![linchpin::domain::PersonId(1)]
        } else {
            Vec::new()
        },
        is_told: !is_few,
        held: vec![
            ("draft", 2 * n * hour, n * hour),
            ("author", 3 * n * hour, n * hour),
            ("agent", 5 * n * hour, 2 * n * hour),
            ("reviewer", 40 * n * hour, 10 * n * hour),
            ("ci", 0, 0),
            ("merge", n * hour, n * hour),
            ("deploy", 20 * n * hour, 6 * n * hour),
        ],
        has_hours: false,
    }
}

fn share(area: &str, quarter: Option<Bucket>, measured: Measured, n_people: usize) -> Cell {
    let people = (0..n_people).map(|at| linchpin::domain::PersonId(u32::try_from(at).unwrap()));
    let few = Few {
        numbers: &[],
        people: people.collect(),
    };
    let n = match &measured {
        Measured::Value { n, .. } => *n,
        _ => 2,
    };
    Cell {
        scope: Scope {
            area: Some(area.to_owned()),
            ..whole(PRODUCT)
        },
        bucket: quarter,
        measured,
        ledger: Ledger {
            included: n,
            ..Ledger::default()
        },
        few: (n_people < 3).then_some(few).into_iter().collect(),
    }
}

fn shares(areas: &[&str]) -> Measure {
    let mut measure = Measure::of(definition("ownership.share"));
    let of = |hits: u64, of: u64| Measured::Value {
        n: of,
        value: Value(vec![
            ("hits", Number::Count(hits)),
            ("of", Number::Count(of)),
        ]),
        interval: None,
    };
    for area in areas {
        measure.cells.push(share(area, None, of(20, 60), 5));
        let quarters = Bucket::spine(window(), Granularity::Quarter, &jiff::tz::TimeZone::UTC);
        for (at, quarter) in quarters.into_iter().enumerate() {
            let (measured, n_people) = match at {
                0 => (of(3, 31), 5),
                1 => (of(12, 12), 1),
                2 => (of(9, 12), 2),
                3 => (Measured::TooFew { n: 4 }, 4),
                _ => (of(24, 31), 5),
            };
            measure
                .cells
                .push(share(area, Some(quarter), measured, n_people));
        }
    }
    measure
}

fn queue() -> Measure {
    let mut on = date(2026, 1, 1);
    let mut days = Vec::new();
    for at in 0..120_u64 {
        days.push(QueueDay {
            on,
            open: at % 9,
            arrived: at % 3,
            departed: at % 2,
            oldest: (at % 9 > 0).then_some((at % 40) as f64),
        });
        on = on.tomorrow().unwrap();
    }
    measure("review.queue", Material::Queue(days))
}

fn given(measures: Vec<Measure>) -> Given {
    let mut given = Given::everything();
    given.measures = measures;
    given
}

fn pictures(measures: Vec<Measure>) -> Vec<Picture> {
    given(measures).report().products.remove(0).pictures
}

fn everything(text: &str) -> Vec<Measure> {
    let paths = (0..40).map(|at| format!("{text}{}/{text} {at}", at % 3));
    vec![
        measure(
            "flow.turns",
            Material::Turns(vec![stretch(1, 12, false), stretch(2, 9, false)]),
        ),
        files(paths),
        shares(&[text, "src"]),
        queue(),
    ]
}

#[test]
fn a_product_has_four_pictures_each_with_its_words_its_table_and_its_files() {
    let found = pictures(everything("lib"));
    let ids: Vec<&str> = found.iter().map(|picture| picture.id.as_str()).collect();
    assert_eq!(ids, ["path", "knowledge-map", "areas", "queue"]);
    let tree = given(everything("lib")).tree();
    for picture in &found {
        assert!(
            picture.alternative.len() > 60 && !picture.table.rows.is_empty(),
            "{picture:?}"
        );
        let svg = file(&tree, &format!("charts/{}.svg", picture.id));
        assert!(
            svg.contains("<desc") && !svg.contains("NaN"),
            "{}",
            picture.id
        );
        assert!(
            file(&tree, &format!("charts/{}.csv", picture.id))
                .lines()
                .count()
                > 1
        );
    }
    assert_eq!(
        tree,
        given(everything("lib")).tree(),
        "the same bytes twice"
    );
    if let Ok(folder) = std::env::var("LINCHPIN_TEST_PICTURES") {
        let drawn: Vec<String> = found
            .iter()
            .map(|picture| svg::drawing(picture).unwrap())
            .collect();
        let style = format!(
            "{}@media (prefers-color-scheme:dark){{body{{background:#171C24}}{}}}",
            svg::shared_rules(),
            svg::dark_rules()
        );
        let page = format!(
            "<!doctype html><meta charset=utf-8><style>{style} svg{{width:100%}}</style>{}",
            drawn.join("\n")
        );
        std::fs::write(format!("{folder}/pictures.html"), page).unwrap();
    }
}

#[test]
fn the_parts_of_the_path_add_up_and_what_few_people_did_is_not_told() {
    let told = vec![stretch(1, 12, false), stretch(2, 9, false)];
    let found = pictures(vec![measure("flow.turns", Material::Turns(told))]);
    let Drawing::Path(bars) = &found[0].drawing else {
        panic!("{found:?}");
    };
    for bar in bars {
        let sum: f64 = bar.parts.iter().map(|(_, hours)| hours).sum();
        assert!((sum - 71.0).abs() < 1e-9, "{bar:?}");
        assert_eq!(bar.total, "3.0 d");
        assert!(
            bar.parts.iter().all(|(holder, _)| *holder != "ci"),
            "no turn, no part"
        );
    }
    let svg = svg::drawing(&found[0]).unwrap();
    assert!(
        svg.contains(">reviewers 40.0 h<") && svg.contains("n 12<"),
        "{svg}"
    );
    let few = vec![stretch(1, 12, false), stretch(2, 9, true)];
    assert!(pictures(vec![measure("flow.turns", Material::Turns(few))]).is_empty());
}

#[test]
fn a_map_of_five_thousand_files_is_small_and_shows_every_line() {
    let paths = || {
        (0..5_000).map(|at| {
            format!(
                "part{}/dir{}/deep{}/file{at}.rs",
                at % 12,
                at % 60,
                at % 900
            )
        })
    };
    let found = pictures(vec![files(paths())]);
    let Drawing::Map(map) = &found[0].drawing else {
        panic!("{found:?}");
    };
    let n_tiles: usize = map.areas.iter().map(|area| area.tiles.len()).sum();
    assert!((100..=700).contains(&n_tiles), "{n_tiles}");
    let lines: u64 = map
        .areas
        .iter()
        .flat_map(|area| &area.tiles)
        .map(|tile| tile.lines)
        .sum();
    let expected: u64 = (0..5_000).map(|at| 1 + (at * 7_919) % 400).sum();
    assert_eq!(lines, expected);
    let drawn = svg::drawing(&found[0]).unwrap();
    let alone = svg::picture_file(&found[0]).unwrap();
    println!(
        "map of 5,000 files: {} bytes in a page, {} alone",
        drawn.len(),
        alone.len()
    );
    assert!(
        drawn.len() <= 60_000 && alone.len() <= 60_000,
        "{} {}",
        drawn.len(),
        alone.len()
    );
    // A file a rectangle, up to as many.
    let found = pictures(vec![files(paths().take(700))]);
    let drawn = svg::drawing(&found[0]).unwrap();
    assert!(drawn.len() <= 60_000, "{}", drawn.len());
}

#[test]
fn an_area_of_few_people_is_told_in_words_and_one_of_few_changes_by_n() {
    let found = pictures(vec![shares(&["api", "web"])]);
    let Drawing::Grid(grid) = &found[0].drawing else {
        panic!("{found:?}");
    };
    let cells = &grid.rows[0].cells;
    assert!(
        matches!(cells[0], GridCell::Share { of: 31, .. }),
        "{cells:?}"
    );
    assert_eq!(cells[1], GridCell::Few("one person".to_owned()));
    assert_eq!(cells[2], GridCell::Few("two people".to_owned()));
    let svg = svg::drawing(&found[0]).unwrap();
    assert!(svg.contains(">one person<") && !svg.contains("of 12<"));
    assert!(svg.contains(">77 % of 31<"), "{svg}");
}

#[test]
fn pictures_name_nobody() {
    let given = given(everything("lib/grace.hopper"));
    let known = [KnownPerson {
        logins: vec!["ghopper".to_owned()],
        names: vec!["Grace Hopper".to_owned()],
        emails: vec!["grace.hopper@example.org".to_owned()],
        registered: None,
    }];
    let names = Names::of(&known, &[]);
    let input = TeamInput {
        as_of: window().until,
        window: window(),
        granularity: Granularity::Week,
        zone: jiff::tz::TimeZone::UTC,
        products: &given.products,
        teams: &[],
        repositories: &given.faces,
        measures: &given.measures,
        certificates: &[],
        patterns: &[],
        imports: &[],
        gaps: &[],
        accepted: &[],
        events: &[],
        agreed: &[],
        agreements: &[],
        recent: None,
        title: None,
        description: None,
        names: &names,
        minimum_n: 5,
        minimum_people: 3,
        version: "0.1.0",
    };
    let report = team(&input, &TeamDefinition::built_in().unwrap());
    for picture in &report.products[0].pictures {
        let svg = svg::drawing(picture).unwrap();
        let told = format!("{svg}{}{:?}", picture.alternative, picture.table);
        assert!(
            !told.to_lowercase().contains("hopper"),
            "{}: {told}",
            picture.id
        );
    }
}

#[test]
fn no_strangers_text_acts_in_a_picture() {
    const ELEMENTS: [&str; 9] = [
        "g", "div", "svg", "title", "desc", "path", "text", "circle", "rect",
    ];
    for hostile in corpus() {
        for picture in pictures(everything(&hostile.text)) {
            let drawn = svg::drawing(&picture).unwrap();
            for part in skeleton(&drawn) {
                let name = part.split(' ').next().unwrap().trim_matches('/');
                assert!(ELEMENTS.contains(&name), "{}: {part}", hostile.name);
                let is_event = |word: &str| word.starts_with("on") || word.starts_with("href");
                assert!(!part.split(' ').any(is_event), "{}: {part}", hostile.name);
            }
        }
    }
}

/// Lines of three origins that live for half a year; of so many people each.
fn lives(people: [(Origin, usize); 3]) -> Measure {
    let living = |origin| {
        let lines = 400;
        let curve = (0..=12)
            .map(|at| (at * 15, 1.0 - at as f64 / 40.0))
            .collect();
        (origin, Living { lines, curve })
    };
    let by_origin = people.map(|(origin, _)| living(origin)).to_vec();
    let mut measure = measure("code.rework", Material::LivesByOrigin(by_origin));
    measure.strata = people
        .map(|(origin, n_people)| {
            let value = Value(vec![("hits", Number::Count(9)), ("of", Number::Count(90))]);
            let told = Measured::Value {
                n: 30,
                value,
                interval: None,
            };
            let mut cell = share("", None, told, n_people);
            cell.scope = Scope {
                origin: Some(origin),
                ..whole(PRODUCT)
            };
            cell
        })
        .to_vec();
    measure
}

#[test]
fn the_lives_of_lines_are_drawn_of_the_origins_whose_figures_are_told() {
    let (agent, person) = (Origin::Agent, Origin::NoEvidence);
    let mixed = Origin::PersonWithAgent;
    let drawn = |people| {
        let report = given(vec![lives(people)]).report();
        let sections = report
            .products
            .into_iter()
            .flat_map(|product| product.sections);
        let pictures: Vec<Picture> = sections.flat_map(|section| section.pictures).collect();
        pictures
            .into_iter()
            .find(|picture| picture.id == "lives-by-origin")
    };
    let all = drawn([(agent, 5), (mixed, 5), (person, 5)]).unwrap();
    let svg = svg::drawing(&all).unwrap();
    assert_eq!(svg.matches(">people with an agent<").count(), 2, "{svg}");
    assert!(
        all.alternative.contains(
            "agents, 400 lines: 95 % after 30 days, 85 % after 90 days, 70 % after 180 days."
        ),
        "{}",
        all.alternative
    );
    let Drawing::Lives(lines) = &all.drawing else {
        panic!("{all:?}");
    };
    let looks: BTreeSet<u8> = lines.iter().map(|line| line.look).collect();
    assert_eq!((lines.len(), looks.len()), (3, 3));
    // One that is withheld has no line, and one line alone is no picture.
    let few = drawn([(agent, 5), (mixed, 2), (person, 5)]).unwrap();
    assert!(
        !format!("{few:?}").contains("people with an agent"),
        "{few:?}"
    );
    assert_eq!(drawn([(agent, 5), (mixed, 2), (person, 1)]), None);
}
