//! Synthetic measures of a small product, and the report that is made of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture that does not build fails its test"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small synthetic numbers"
)]

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use linchpin::domain::{
    Bucket, Completeness, Gap, Granularity, PrNumber, RepositoryId, Stream, StreamCertificate,
    Window,
};
use linchpin::metrics::agreements::{Agreement, Item, Standing};
use linchpin::metrics::counts::Counts;
use linchpin::metrics::measure::{
    Cell, Definition, Ledger, LedgerRow, Measure, Measured, Note, Number, Scope, Subject, Thing,
    Unit, Value,
};
use linchpin::metrics::recent::{Recent, RecentFigure, Stretch};
use linchpin::render::{self, OutputFile};
use linchpin::report::{
    AcceptedFlag, AgreedLimit, MarkedDay, ProductInput, RepositoryLabel, TeamDefinition, TeamInput,
    TeamReport, team,
};
use linchpin::work::{Fate, Need};

/// A definition with words of a believable length.
const fn definition(
    id: &'static str,
    title: &'static str,
    unit: Unit,
    needs: &'static [Need],
) -> Definition {
    Definition {
        id,
        title,
        question: "How long does a change wait for its first review?",
        definition: "From ready for review (and requested, if it was) to the first human review by someone else.",
        formula: "first_review_at − max(ready_at, requested_at)",
        unit,
        recipe: linchpin::metrics::measure::Recipe::Whole,
        floor: linchpin::metrics::measure::Floor::MinimumN,
        numbers: linchpin::metrics::number::WAIT,
        about: linchpin::metrics::measure::About::System,
        cohort: Some("first reviewed in the bucket"),
        needs,
        source: "linchpin, after DORA 2026",
        exclusions: "Reviews by bots and AI reviewers; the author's own replies.",
        how_to_read: "Compare the median with the team's agreement; a wide interval means few rows.",
        can_mislead: "Pairing leaves no review request: a falling figure may be more pairing.",
        sql: "SELECT quantile(hours, 0.5)\nFROM pull_requests",
    }
}

pub(crate) static FREQUENCY: Definition = definition(
    "dora.deployment_frequency",
    "Deployment frequency",
    Unit::Count("deployments"),
    &[Need::Deployments],
);
pub(crate) static LEAD: Definition = definition(
    "dora.change_lead_time",
    "Change lead time",
    Unit::Hours,
    &[Need::Deployments],
);
pub(crate) static PICKUP: Definition = definition(
    "flow.pickup_time",
    "Pickup time",
    Unit::Hours,
    &[Need::PullRequests],
);
pub(crate) static CYCLE: Definition = definition(
    "flow.cycle_time",
    "Cycle time",
    Unit::Hours,
    &[Need::PullRequests],
);
pub(crate) static CONCENTRATION: Definition = definition(
    "review.concentration",
    "Review concentration",
    Unit::Share,
    &[Need::PullRequests],
);
pub(crate) static TRUCK: Definition = definition(
    "knowledge.truck_factor",
    "Truck factor",
    Unit::Count("people"),
    &[Need::History],
);
pub(crate) static SILOS: Definition = definition(
    "knowledge.silos",
    "Knowledge silos",
    Unit::Share,
    &[Need::History],
);
pub(crate) static OWNERSHIP: Definition = definition(
    "ownership.share",
    "Ownership share",
    Unit::Share,
    &[Need::History],
);

pub(crate) const WEB: RepositoryId = RepositoryId(1);
pub(crate) const API: RepositoryId = RepositoryId(2);
pub(crate) const PRODUCT: &str = "Storefront";

pub(crate) fn window() -> Window {
    Window {
        since: "2025-05-22T00:00:00Z".parse().unwrap(),
        until: "2026-05-20T12:00:00Z".parse().unwrap(),
    }
}

pub(crate) fn whole(product: &str) -> Scope {
    Scope {
        origin: None,
        person: None,
        product: product.to_owned(),
        repository: None,
        area: None,
    }
}

/// A wave without randomness: the same numbers every time.
pub(crate) fn wave(at: usize, low: f64, high: f64) -> f64 {
    let turn = (at as f64 * 0.7).sin() * 0.5 + (at as f64 * 0.21 + 1.0).sin() * 0.5;
    low + (high - low) * (turn + 1.0) / 2.0
}

pub(crate) fn ledger(included: u64) -> Ledger {
    Ledger {
        included,
        excluded: Counts::from([("automation", included / 9 + 3), ("own_pull_request", 4)]),
        unknown: Counts::from([("not_ready_yet", included / 40 + 1)]),
    }
}

pub(crate) fn cell(scope: Scope, bucket: Option<Bucket>, measured: Measured) -> Cell {
    let n = match &measured {
        Measured::Value { n, .. } | Measured::TooFew { n } => *n,
        _ => 0,
    };
    let ledger = if n > 0 { ledger(n) } else { Ledger::default() };
    Cell {
        scope,
        bucket,
        measured,
        ledger,
        few: Vec::new(),
    }
}

pub(crate) fn hours(n: u64, p50: f64) -> Measured {
    let value = Value(vec![
        ("p50", Number::Real(p50)),
        ("p75", Number::Real(p50 * 2.1)),
        ("p90", Number::Real(p50 * 4.4)),
    ]);
    Measured::Value {
        n,
        value,
        interval: Some([p50 * 0.82, p50 * 1.27]),
    }
}

pub(crate) fn share(hits: u64, of: u64) -> Measured {
    let share = hits as f64 / of as f64;
    let value = Value(vec![
        ("hits", Number::Count(hits)),
        ("of", Number::Count(of)),
        ("effective_reviewers", Number::Real(3.42)),
        ("gini", Number::Real(0.412)),
    ]);
    Measured::Value {
        n: of,
        value,
        interval: Some([(share - 0.08).max(0.0), (share + 0.08).min(1.0)]),
    }
}

pub(crate) fn counted(n: u64) -> Measured {
    Measured::Value {
        n,
        value: Value(vec![("count", Number::Count(n))]),
        interval: None,
    }
}

/// What is called `#12 …` is numbered; anything else is a path.
fn named(words: &str) -> Subject {
    let number = words.strip_prefix('#').map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Thing::Numbered(PrNumber(digits.parse().unwrap()))
    });
    number.unwrap_or(Thing::Path).called(words)
}

pub(crate) fn row(subject: &str, link: Option<&str>, value: f64, fate: Fate) -> LedgerRow {
    let at = "2026-03-04T10:00:00Z".parse().unwrap();
    LedgerRow {
        origin: None,
        working_hours: None,
        is_running: false,
        person: None,
        authors: Arc::default(),
        product: PRODUCT.to_owned(),
        repository: Some(WEB),
        areas: ["src".to_owned()].into(),
        subject: named(subject),
        link: link.map(str::to_owned),
        at: Some(at),
        bucket: Some(Bucket::of(at, Granularity::Week, &TimeZone::UTC)),
        value: Some(value),
        fate,
    }
}

pub(crate) fn bucketed(
    definition: &'static Definition,
    product: &str,
    total: Measured,
    of: impl Fn(usize) -> Option<Measured>,
) -> Measure {
    let mut cells = vec![cell(whole(product), None, total)];
    let spine = Bucket::spine(window(), Granularity::Week, &TimeZone::UTC);
    cells.extend(
        spine
            .iter()
            .enumerate()
            .filter_map(|(at, bucket)| Some(cell(whole(product), Some(*bucket), of(at)?))),
    );
    Measure {
        definition,
        cells,
        strata: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
        drawn: Vec::new(),
        shares: Vec::new(),
    }
}

pub(crate) fn areas(measure: &mut Measure, product: &str, of: impl Fn(usize) -> Measured) {
    for (at, area) in [
        "web/checkout",
        "api/orders",
        "api/payments",
        "web/search",
        "infra",
    ]
    .iter()
    .enumerate()
    {
        let scope = Scope {
            area: Some((*area).to_owned()),
            ..whole(product)
        };
        measure.cells.push(cell(scope, None, of(at)));
    }
}

/// The measures of a product with everything observed, but for what the name of each says.
pub(crate) fn measures(product: &str) -> Vec<Measure> {
    let mut measures = delivery_and_flow(product);
    measures.extend(review_and_knowledge(product));
    measures
}

fn delivery_and_flow(product: &str) -> Vec<Measure> {
    let mut frequency = bucketed(&FREQUENCY, product, counted(301), |at| {
        (!(20..23).contains(&at)).then(|| counted(wave(at, 2.0, 11.0) as u64))
    });
    let note = |product: &str, text: &str| Note {
        product: Some(product.to_owned()),
        text: text.to_owned(),
    };
    frequency.notes = vec![
        note(
            product,
            "source deployments_api (412 successful production deployments in the whole history); rollbacks in the window: 1",
        ),
        note("Elsewhere", "source tags"),
    ];
    frequency.cells.push(cell(
        whole("Elsewhere"),
        None,
        Measured::NotApplicable {
            because: "nothing".into(),
        },
    ));
    let lead = bucketed(&LEAD, product, hours(412, 61.0), |at| {
        (at != 30 && !(20..23).contains(&at)).then(|| hours(8, wave(at, 30.0, 90.0)))
    });
    let mut pickup = bucketed(&PICKUP, product, hours(618, 4.3), |at| match at {
        11 => Some(Measured::TooFew { n: 2 }),
        20..=22 => None,
        40 => Some(Measured::TooFew { n: 4 }),
        _ => Some(hours(
            wave(at, 4.0, 22.0) as u64 + 5,
            wave(at, 1.2, 9.0) * if at > 34 { 0.45 } else { 1.0 },
        )),
    });
    for (repository, p50) in [(WEB, 3.1), (API, 6.4)] {
        let scope = Scope {
            person: None,
            repository: Some(repository),
            ..whole(product)
        };
        pickup.cells.push(cell(scope, None, hours(309, p50)));
    }
    areas(&mut pickup, product, |at| {
        if at == 3 {
            Measured::TooFew { n: 3 }
        } else {
            hours(40 + at as u64, wave(at, 2.0, 8.0))
        }
    });
    let mut cycle = bucketed(&CYCLE, product, Measured::TooFew { n: 3 }, |_| None);
    for number in [412, 415, 418] {
        let link = format!("https://github.example/acme/web/pull/{number}");
        cycle.rows.push(row(
            &format!("#{number} thanks to Grace Hopper"),
            Some(&link),
            9.5,
            Fate::Included,
        ));
    }
    cycle
        .rows
        .push(row("#500 bump", None, 1.0, Fate::Excluded("by_automation")));
    vec![frequency, lead, pickup, cycle]
}

fn review_and_knowledge(product: &str) -> Vec<Measure> {
    let concentration = bucketed(&CONCENTRATION, product, share(231, 618), |at| {
        (!(20..23).contains(&at)).then(|| share(wave(at, 4.0, 14.0) as u64, 18))
    });
    let mut truck = bucketed(
        &TRUCK,
        product,
        Measured::Value {
            n: 1240,
            value: Value(vec![("count", Number::Count(2))]),
            interval: None,
        },
        |_| None,
    );
    areas(&mut truck, product, |at| counted(1 + at as u64 % 3));
    let mut silos = bucketed(&SILOS, product, share(2, 14), |_| None);
    silos
        .rows
        .push(row("web/checkout", None, 1.0, Fate::Included));
    silos.rows.push(row("infra", None, 0.0, Fate::Included));
    let mut ownership = Measure {
        strata: Vec::new(),
        definition: &OWNERSHIP,
        cells: vec![cell(whole(product), None, share(300, 900))],
        rows: Vec::new(),
        notes: Vec::new(),
        drawn: Vec::new(),
        shares: Vec::new(),
    };
    for (at, bucket) in Bucket::spine(window(), Granularity::Quarter, &TimeZone::UTC)
        .into_iter()
        .enumerate()
    {
        ownership.cells.push(cell(
            whole(product),
            Some(bucket),
            share(110 - 14 * at as u64, 180),
        ));
    }
    areas(&mut ownership, product, |at| share(20 + 9 * at as u64, 70));
    vec![concentration, truck, silos, ownership]
}

pub(crate) fn not_observed(definition: &'static Definition, product: &str) -> Measure {
    let measured = Measured::NotObserved {
        because: "no GitHub token".to_owned(),
        fix: Some("set `GITHUB_TOKEN` to a token that may read pull requests".to_owned()),
    };
    Measure {
        strata: Vec::new(),
        definition,
        cells: vec![cell(whole(product), None, measured)],
        rows: Vec::new(),
        notes: Vec::new(),
        drawn: Vec::new(),
        shares: Vec::new(),
    }
}

pub(crate) fn faces() -> Vec<RepositoryLabel> {
    let face = |id, name: &str| RepositoryLabel {
        id,
        name: format!("acme/{name}"),
        url: Some(format!("https://github.example/acme/{name}")),
    };
    vec![face(WEB, "web"), face(API, "api")]
}

pub(crate) fn certificate(
    repository: RepositoryId,
    stream: Stream,
    completeness: Completeness,
) -> StreamCertificate {
    let is_whole = completeness == Completeness::Complete;
    StreamCertificate {
        repository,
        stream,
        completeness,
        reason: (!is_whole).then(|| "shallow clone: 50 commits".to_owned()),
        fix: (!is_whole).then(|| "git fetch --unshallow".to_owned()),
        expected: None,
        fetched: 1_204,
        watermark: Some("2026-05-20T02:00:00Z".parse().unwrap()),
        accepted: None,
    }
}

pub(crate) struct Given {
    pub(crate) products: Vec<ProductInput>,
    pub(crate) faces: Vec<RepositoryLabel>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) certificates: Vec<StreamCertificate>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) accepted: Vec<AcceptedFlag>,
    pub(crate) agreed: Vec<AgreedLimit>,
    pub(crate) window: Window,
    pub(crate) recent: Option<Recent>,
    pub(crate) events: Vec<MarkedDay>,
    pub(crate) agreements: Vec<Agreement>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
}

/// A stretch of days.
pub(crate) fn stretch(first: Date, days: i64) -> Stretch {
    let zone = TimeZone::UTC;
    let after = first.saturating_add(days.days());
    Stretch {
        window: Window {
            since: Bucket::start_of(first, &zone),
            until: Bucket::start_of(after, &zone),
        },
        first,
        last: after.yesterday().unwrap(),
        hours: days as f64 * 24.0,
        working_hours: None,
    }
}

/// Some metrics of products over the stretches that are compared: lead times are longer, pickup times not told apart.
pub(crate) fn recent(products: &[&str]) -> Recent {
    let whole_of = |definition: &'static Definition, of: &dyn Fn() -> Measured| Measure {
        strata: Vec::new(),
        definition,
        cells: products
            .iter()
            .map(|product| cell(whole(product), None, of()))
            .collect(),
        rows: Vec::new(),
        notes: Vec::new(),
        drawn: Vec::new(),
        shares: Vec::new(),
    };
    let first = date(2024, 11, 1);
    let last = date(2026, 4, 30);
    let months = Bucket::spine(
        Window {
            since: Bucket::start_of(first, &TimeZone::UTC),
            until: Bucket::start_of(last, &TimeZone::UTC),
        },
        Granularity::Month,
        &TimeZone::UTC,
    );
    let by_month = |definition: &'static Definition| Measure {
        strata: Vec::new(),
        definition,
        cells: products
            .iter()
            .flat_map(|product| {
                months.iter().enumerate().map(move |(at, month)| {
                    cell(whole(product), Some(*month), hours(9, wave(at, 2.0, 30.0)))
                })
            })
            .collect(),
        rows: Vec::new(),
        notes: Vec::new(),
        drawn: Vec::new(),
        shares: Vec::new(),
    };
    let figure = |definition: &'static Definition, now: f64, before: f64| RecentFigure {
        now: whole_of(definition, &|| hours(80, now)),
        before: whole_of(definition, &|| hours(70, before)),
        months: Some(by_month(definition)),
        around: vec![[
            whole_of(definition, &|| hours(60, 2.0 * now)),
            whole_of(definition, &|| hours(66, now)),
        ]],
    };
    let counted_in = |n| whole_of(&FREQUENCY, &|| counted(n));
    Recent {
        now: stretch(date(2026, 2, 19), 90),
        before: stretch(date(2025, 11, 21), 90),
        months: months
            .iter()
            .map(|month| (*month, stretch(month.first_day(), 30)))
            .collect(),
        around: vec![[
            stretch(date(2025, 8, 5), 90),
            stretch(date(2025, 11, 3), 90),
        ]],
        figures: vec![
            RecentFigure {
                now: counted_in(47),
                before: counted_in(52),
                months: None,
                around: Vec::new(),
            },
            figure(&LEAD, 61.0, 30.0),
            figure(&PICKUP, 4.3, 4.1),
        ],
    }
}

/// An agreement that one pull request crosses.
pub(crate) fn crossed(scope: &str) -> Agreement {
    Agreement {
        metric: "flow.pickup_time",
        scope: scope.to_owned(),
        agreed: "a first review comes within 1 working day".to_owned(),
        found: None,
        unit: Unit::Count("pull requests"),
        n: Some(1),
        interval: None,
        standing: Standing::Crossed,
        items: vec![Item {
            repository: WEB,
            number: Some(PrNumber(419)),
            subject: "#419 thanks to Grace Hopper".to_owned(),
            link: Some("https://github.example/acme/web/pull/419".to_owned()),
            working_days: Some(7.6),
        }],
    }
}

/// Whether a file is a page.
pub(crate) fn is_page(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "html")
}

/// The page of the only product of a tree.
pub(crate) fn product_page(tree: &[OutputFile]) -> String {
    let is_product = |path: &str| {
        is_page(path) && !["index.html", "definitions.html", "data.html"].contains(&path)
    };
    let mut pages = tree.iter().filter(|(path, _)| is_product(path));
    let (_, bytes) = pages.next().unwrap();
    assert!(pages.next().is_none());
    String::from_utf8(bytes.clone()).unwrap()
}

impl Given {
    pub(crate) fn everything() -> Self {
        Self {
            products: vec![ProductInput {
                unmet: Vec::new(),
                silos: vec![("web/checkout".to_owned(), Some(date(2025, 2, 17)))],
                name: PRODUCT.to_owned(),
                repositories: vec![WEB, API],
            }],
            faces: faces(),
            measures: measures(PRODUCT),
            certificates: vec![
                certificate(API, Stream::History, Completeness::Complete),
                certificate(WEB, Stream::History, Completeness::Complete),
                certificate(WEB, Stream::PullRequests, Completeness::Complete),
            ],
            gaps: Vec::new(),
            accepted: Vec::new(),
            agreed: Vec::new(),
            window: window(),
            recent: Some(recent(&[PRODUCT])),
            events: vec![MarkedDay {
                on: date(2025, 11, 3),
                title: "Reviews are spread".to_owned(),
            }],
            agreements: vec![crossed(PRODUCT)],
            title: None,
            description: None,
        }
    }

    pub(crate) fn report(&self) -> TeamReport {
        let input = TeamInput {
            as_of: self.window.until,
            window: self.window,
            granularity: Granularity::Week,
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            products: &self.products,
            teams: &[],
            repositories: &self.faces,
            measures: &self.measures,
            certificates: &self.certificates,
            patterns: &[],
            imports: &[],
            gaps: &self.gaps,
            recent: self.recent.as_ref(),
            events: &self.events,
            agreements: &self.agreements,
            title: self.title.as_deref(),
            description: self.description.as_deref(),
            accepted: &self.accepted,
            agreed: &self.agreed,
            names: &linchpin::report::Names::none(),
            minimum_n: 5,
            minimum_people: 3,
            version: "0.1.0",
        };
        team(&input, &TeamDefinition::built_in().unwrap())
    }

    pub(crate) fn tree(&self) -> Vec<OutputFile> {
        let files = render::team_tree(&self.report(), &[]).unwrap();
        let whole =
            |(name, bytes): (String, render::Bytes)| (name, bytes.whole().unwrap().into_owned());
        files.into_iter().map(whole).collect()
    }
}

pub(crate) fn file(tree: &[OutputFile], path: &str) -> String {
    let found = tree.iter().find(|(name, _)| name == path);
    let bytes = &found.unwrap_or_else(|| panic!("no {path}")).1;
    String::from_utf8(bytes.clone()).unwrap()
}
