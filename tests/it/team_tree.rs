//! The team tree names nobody, tells nothing of what few people did, and knows nothing of the private register.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use jiff::civil::date;
use linchpin::domain::{
    Completeness, EmailAddress, Environment, Gap, Granularity, Login, PersonId, RepositoryId,
    Stream, StreamCertificate, Window,
};
use linchpin::metrics::agreements::agreements;
use linchpin::metrics::measure::{About, Cell, LedgerRow, Measure, Measured};
use linchpin::metrics::recent::Recent;
use linchpin::metrics::{REGISTRY, measure_all};
use linchpin::register;
use linchpin::render::{Bytes, OutputFile, team_tree};
use linchpin::report::withheld::without_few;
use linchpin::report::{
    AcceptedFlag, KnownPerson, MarkedDay, Names, OwnedLine, ProductInput, RepositoryLabel,
    TeamDefinition, TeamInput, TeamScope, team,
};
use linchpin::store::{Mode, Store, facts as store_facts};
use linchpin::tables::Tables;
use linchpin::work::{Question, Reading};
use serde_json::Value;

use crate::crowd;
use crate::facts_given::{ADA, BEN, CYD, Given, LAMP, hour};
use crate::git_fixture::Fixture;
use crate::pipeline::{demo, tree};
use crate::turns::anything;

const MINIMUM: usize = 3;

/// Everything that a private register can hold, about people of the demo.
const PRIVATE: &str = r#"
[[absence]]
login = "tbeck"
from = "2025-07-01"
to = "2026-03-31"
[[absence]]
login = "mara-l"
from = "2025-10-01"
to = "2025-12-31"
[[delegation]]
what = "Reviews of the booking area"
from = "mara-l"
to = "tbeck"
start_on = "2025-11-03"
paths = ["booking/**"]
[[follow_up]]
login = "odemir"
topic = "Comments"
agreed_on = "2026-03-02"
observable = "leaves a comment"
[[feedback]]
login = "odemir"
topic = "Comments"
given_on = "2026-03-02"
from = "mara-l"
measure = "reviews.commented"
[[manual_entry]]
login = "inesc"
on = "2026-04-22"
text = "Ran the design session."
"#;

fn run(directory: &Path, arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .output()
        .unwrap();
    let (said, told) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(output.status.success(), "{arguments:?}: {told}");
    (said, told)
}

/// Arguments that ask the demo's question.
fn of_the_demo<'a>(private: &'a str, out: &'a str) -> Vec<String> {
    let root = demo().root.join("linchpin-demo");
    let place = |name: &str| root.join(name).display().to_string();
    [
        ("--store", place("store")),
        ("--config", place("config/linchpin.toml")),
        ("--private-config", private.to_owned()),
        ("--as-of", "2026-07-01T00:00:00Z".to_owned()),
        ("--since", "78w".to_owned()),
        ("--out", out.to_owned()),
    ]
    .into_iter()
    .flat_map(|(name, value)| [name.to_owned(), value])
    .collect()
}

#[test]
fn the_private_register_changes_no_byte_of_the_team_tree_nor_what_explains_it() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("none.toml"), "").unwrap();
    fs::write(place.path().join("all.toml"), PRIVATE).unwrap();
    let mut trees = Vec::new();
    let mut explained = Vec::new();
    for private in ["none.toml", "all.toml"] {
        let out = private.replace(".toml", "");
        let places = of_the_demo(private, &out);
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        run(place.path(), &[&["report"], places.as_slice()].concat());
        trees.push(tree(&place.path().join(&out).join("team")));
        let asked = [&["explain", "ownership.handover"], places.as_slice()].concat();
        explained.push(run(place.path(), &asked).0);
    }
    let names = |tree: &BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&trees[0]), names(&trees[1]));
    for (file, bytes) in &trees[0] {
        assert!(trees[1][file] == *bytes, "team/{file} differs");
    }
    assert_eq!(explained[0], explained[1]);
    // The private register does reach whom it is for.
    let places = of_the_demo("all.toml", "all");
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let asked = [
        &["explain", "absence.resilience", "--format", "json"],
        places.as_slice(),
    ]
    .concat();
    let found: Value = serde_json::from_str(&run(place.path(), &asked).0).unwrap();
    assert!(!found["rows"].as_array().unwrap().is_empty());
}

#[test]
fn a_login_that_nobody_has_is_told_with_the_nearest_and_not_published() {
    let place = tempfile::tempdir().unwrap();
    let typo = "[[absence]]\nlogin = \"tbekc\"\nfrom = \"2026-01-01\"\nto = \"2026-03-31\"\n";
    fs::write(place.path().join("typo.toml"), typo).unwrap();
    let places = of_the_demo("typo.toml", "out");
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    for command in ["report", "lead"] {
        let (_, told) = run(place.path(), &[&[command], places.as_slice()].concat());
        assert!(
            told.contains("the private register names `tbekc`")
                && told.contains("did you mean `tbeck`?"),
            "{command}: {told}"
        );
    }
    for (file, bytes) in tree(&place.path().join("out/team")) {
        assert!(!String::from_utf8_lossy(&bytes).contains("tbekc"), "{file}");
    }
}

/// What a reader of a file can see in it: as it is, and without the escapes of HTML, Markdown, JSON and addresses.
fn readings(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let entities = [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
    ];
    let mut plain = text.clone();
    for (entity, letter) in entities {
        plain = plain.replace(entity, letter);
    }
    let unescaped = plain.replace('\\', "");
    let mut decoded = Vec::new();
    let mut rest = plain.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |at: usize| {
            after
                .get(at)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        if let (b'%', Some(high), Some(low)) = (first, hex(0), hex(1)) {
            decoded.push(u8::try_from(16 * high + low).unwrap());
            rest = &after[2..];
        } else {
            decoded.push(*first);
            rest = after;
        }
    }
    vec![
        text,
        plain,
        unescaped,
        String::from_utf8_lossy(&decoded).into_owned(),
    ]
}

/// Letters and digits alone, small and without accents.
fn letters(text: &str) -> String {
    linchpin::report::names::plain_words(text).concat()
}

/// Asserts that no file holds one of the words, whatever stands between their letters.
fn assert_nobody(files: &[OutputFile], words: &BTreeSet<String>) {
    assert!(files.len() > 3 && !words.is_empty());
    for (name, bytes) in files {
        for reading in readings(bytes).iter().chain([name]) {
            // A metric's id is the program's own word: with the tag after it, `unowned_lines</code` is no `inesc`.
            let own = REGISTRY.iter().map(|metric| metric.definition.id);
            let reading = letters(&own.fold(reading.clone(), |text, id| text.replace(id, "")));
            for word in words {
                assert!(!reading.contains(word), "team/{name} names `{word}`");
            }
        }
    }
}

#[test]
fn no_reading_of_the_demo_names_anybody() {
    let mut words = BTreeSet::new();
    for person in demo().truths.people.iter().filter(|person| !person.is_bot) {
        words.insert(letters(&person.login));
        words.insert(letters(&person.name));
        for (name, address) in &person.signatures {
            words.extend([letters(name), letters(address)]);
        }
    }
    words.retain(|word| word.len() >= 5 && word != "ghost");
    let files: Vec<OutputFile> = tree(&demo().root.join("linchpin-demo/team"))
        .into_iter()
        .collect();
    assert_nobody(&files, &words);
}

/// Names that stand nowhere in the program's own words.
const PEOPLE: [(PersonId, &str, &str, &str); 3] = [
    (
        ADA,
        "zelda-quill",
        "Zelda Quill",
        "zelda.quill@acme.example",
    ),
    (BEN, "bpaxx77", "Björn Pâxton", "bjorn@acme.example"),
    (CYD, "wang-xm", "王小明", "xmwang@acme.example"),
];

/// The product's report on facts in which every free text names somebody, as `write` writes a name.
fn report_naming(write: &dyn Fn(&str) -> String) -> Vec<OutputFile> {
    let mut given = anything(7, 60);
    for (id, login, name, email) in PEOPLE {
        let person = given
            .tables
            .people
            .iter_mut()
            .find(|person| person.id == id)
            .unwrap();
        name.clone_into(&mut person.display_name);
        person.logins = vec![Login(login.to_owned())];
        person.emails = vec![EmailAddress(email.to_owned())];
        person.names = vec![name.to_owned()];
    }
    let said: Vec<String> = PEOPLE
        .iter()
        .flat_map(|(_, login, name, email)| [*login, *name, *email])
        .map(write)
        .collect();
    let mut next = said.iter().cycle().cloned();
    let mut word = || next.next().unwrap();
    for row in &mut given.tables.facts.pull_requests {
        row.title = format!("Thanks to {}", word());
        row.head_branch = format!("{}/fix", word());
        row.labels = vec![format!("owner:{}", word())];
    }
    for row in &mut given.tables.facts.pull_request_files {
        row.path = format!("{}/{}", word(), row.path).into();
    }
    for row in &mut given.tables.facts.workflow_runs {
        row.name = format!("Deploy for {}", word());
        row.head_branch = Some(word());
    }
    for row in &mut given.tables.facts.deployments {
        row.environment = format!("review/{}", word());
    }
    for commit in &mut given.tables.commits {
        commit.subject = format!("{}: change", word()).into();
    }
    given.tables.facts.environments.push(Environment {
        repository: LAMP,
        environment: format!("preview-{}", word()),
        wait_minutes: None,
        reviewers: Vec::new(),
        prevents_self_review: false,
        has_branch_policy: false,
    });
    let event = word().replace(['"', '\\'], "");
    given.register = format!(
        "[[product]]\nname = {}\nrepositories = [\"acme/lamp\"]\n[[area]]\nname = {}\npaths = [\"**/src/**\"]\n\
         [[area]]\nname = {}\npaths = [\"**/docs/**\"]\n[[event]]\non = \"2026-03-11\"\ntitle = {}\n",
        toml_text(&format!("{}'s tool", word())),
        toml_text(&word()),
        toml_text(&format!("what {} does", word())),
        toml_text(&event),
    );
    let question = given.question();
    let measures = measure_all(&given.tables, &question);
    let products: Vec<ProductInput> = question
        .products
        .iter()
        .map(|product| ProductInput {
            unmet: Vec::new(),
            silos: Vec::new(),
            name: product.name.clone(),
            repositories: product.repositories.clone(),
        })
        .collect();
    let definition = TeamDefinition::built_in().unwrap();
    let events = [MarkedDay {
        on: date(2026, 3, 11),
        title: format!("{} is there", word()),
    }];
    let readings = Reading::of_products(&given.tables, &question);
    let recent = Recent::of(&readings, &definition.recent_metrics(), &[events[0].on]);
    let agreements = agreements(
        &register::parse(&given.register, "linchpin.toml").unwrap(),
        &measures,
        &readings,
    )
    .unwrap();
    let (title, description) = (format!("Health of {}", word()), word());
    let certificates = [StreamCertificate {
        repository: LAMP,
        stream: Stream::History,
        completeness: Completeness::Partial,
        reason: Some(format!("{} is not readable", word())),
        fix: Some(format!("ask `{}`", word())),
        expected: None,
        fetched: 3,
        watermark: None,
        accepted: None,
    }];
    let gaps = [Gap {
        repository: Some(LAMP),
        kind: format!("file of {}", word()),
        reason: word(),
        subject: word(),
    }];
    let accepted = [AcceptedFlag {
        metric: "knowledge.silos".to_owned(),
        scope: word(),
        reason: format!("{} joins in May", word()),
        until: date(2026, 5, 31),
    }];
    let known: Vec<KnownPerson> = PEOPLE
        .iter()
        .map(|(_, login, name, email)| KnownPerson {
            logins: vec![(*login).to_owned()],
            names: vec![(*name).to_owned()],
            emails: vec![(*email).to_owned()],
            registered: None,
        })
        .collect();
    let called = format!("{}'s team", word());
    let teams = [TeamScope {
        scope: ProductInput {
            unmet: Vec::new(),
            silos: Vec::new(),
            name: called.clone(),
            repositories: vec![LAMP],
        },
        is_whole: false,
        owns: vec![OwnedLine {
            team: called.clone(),
            entry: format!("@acme/{}", word()),
            n_repositories: 0,
            n_files: 0,
            reason: Some(format!("no line names {}", word())),
            fix: Some(format!("ask {}", word())),
        }],
        shared_with: vec![(called, 2)],
    }];
    let input = TeamInput {
        as_of: given.as_of,
        window: given.window,
        granularity: Granularity::Week,
        zone: jiff::tz::TimeZone::UTC,
        products: &products,
        teams: &teams,
        repositories: &[RepositoryLabel {
            id: LAMP,
            name: "acme/lamp".to_owned(),
            url: Some("https://github.example/acme/lamp".to_owned()),
        }],
        measures: &measures,
        certificates: &certificates,
        patterns: &[],
        imports: &[],
        gaps: &gaps,
        recent: recent.as_ref(),
        events: &events,
        agreements: &agreements,
        title: Some(&title),
        description: Some(&description),
        accepted: &accepted,
        agreed: &[],
        names: &Names::of(&known, &["acme/lamp"]),
        minimum_n: 5,
        minimum_people: 2,
        version: "0.1.0",
    };
    let files = team_tree(&team(&input, &definition), &[]).unwrap();
    let whole = |(name, bytes): (String, Bytes)| (name, bytes.whole().unwrap().into_owned());
    files.into_iter().map(whole).collect()
}

/// A basic string of TOML.
fn toml_text(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn nobody_is_named_though_every_free_text_names_somebody() {
    let ways: [&dyn Fn(&str) -> String; 6] = [
        &|name| name.to_owned(),
        &|name| name.to_uppercase(),
        &|name| name.replace(['-', ' ', '.'], "_"),
        &|name| name.replace(['-', ' '], "\u{2011}"),
        &|name| format!("<b>{name}</b>*[x]"),
        &|name| {
            name.chars()
                .map(|letter| if letter == 'e' { 'é' } else { letter })
                .collect()
        },
    ];
    let mut words: BTreeSet<String> = PEOPLE
        .iter()
        .flat_map(|(_, login, name, email)| [letters(login), letters(name), letters(email)])
        .collect();
    words.extend(["zelda", "quill", "bpaxx", "paxton", "xmwang"].map(str::to_owned));
    words.remove("");
    for write in ways {
        let files = report_naming(write);
        assert_nobody(&files, &words);
        for (name, bytes) in &files {
            assert!(!String::from_utf8_lossy(bytes).contains("王小明"), "{name}");
        }
        let quality = files
            .iter()
            .find(|(name, _)| name == "data_quality.json")
            .unwrap();
        let quality: Value = serde_json::from_slice(&quality.1).unwrap();
        assert!(quality["masked_texts"].as_u64().unwrap() > 10, "{quality}");
    }
}

#[test]
fn two_areas_that_name_people_stay_two_areas() {
    let files = report_naming(&|name| name.to_owned());
    let metrics = files
        .iter()
        .find(|(name, _)| name == "metrics.json")
        .unwrap();
    let metrics: Value = serde_json::from_slice(&metrics.1).unwrap();
    let mut seen = BTreeSet::new();
    for line in metrics["metrics"].as_array().unwrap() {
        let key = (
            line["id"].to_string(),
            line["scope"].to_string(),
            line["bucket"].to_string(),
        );
        assert!(seen.insert(key), "{line} stands twice");
    }
    assert!(
        seen.iter().any(|(_, scope, _)| scope.contains("area 1")),
        "{seen:?}"
    );
}

/// A generated organisation, its question of a year, and where it lies.
fn generated() -> (tempfile::TempDir, Tables, Question) {
    let place = tempfile::tempdir().unwrap();
    crowd::write(&place.path().join("store"), 120, crowd::REPOSITORIES);
    let store = Store::open(&place.path().join("store"), Mode::Read).unwrap();
    let tables = store_facts::read(&store).unwrap();
    let findings: Value =
        serde_json::from_slice(&store.read("facts/findings.json").unwrap().unwrap()).unwrap();
    let certificates: Vec<StreamCertificate> =
        serde_json::from_value(findings["certificates"].clone()).unwrap();
    let register = register::parse(&crowd::register(crowd::REPOSITORIES), "linchpin.toml").unwrap();
    let until: jiff::Timestamp = crowd::AS_OF.parse().unwrap();
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
    )
    .unwrap()
    .with_people(
        &register,
        &register::PrivateRegister::default(),
        &tables.people,
    );
    (place, tables, question)
}

/// Whose doing the rows of a cell are, told from the rows: those who wrote, and those who reviewed.
fn behind(measure: &Measure, cell: &Cell) -> [BTreeSet<PersonId>; 2] {
    let is_in = |row: &&LedgerRow| {
        row.product == cell.scope.product
            && cell
                .scope
                .repository
                .is_none_or(|id| Some(id) == row.repository)
            && cell
                .scope
                .area
                .as_ref()
                .is_none_or(|area| row.areas.contains(area))
            && cell.bucket.is_none_or(|bucket| row.bucket == Some(bucket))
            && row.fate == linchpin::work::Fate::Included
    };
    let rows: Vec<&LedgerRow> = measure.rows.iter().filter(is_in).collect();
    [
        rows.iter()
            .flat_map(|row| row.authors.iter().copied())
            .collect(),
        rows.iter().filter_map(|row| row.person).collect(),
    ]
}

/// Facts of few people, and of many: everything, and what is told of it.
fn organisations() -> &'static [(Vec<Measure>, Vec<Measure>)] {
    static ALL: OnceLock<Vec<(Vec<Measure>, Vec<Measure>)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<Vec<Measure>> = (0..4)
            .map(|seed| {
                let mut given = anything(seed, 60);
                for number in (1..=60).step_by(2) {
                    given.event(number, "auto_merge_enabled", -50);
                }
                given.require(1);
                given.tables.facts.merge_rules[0].approvals_since = Some(hour(-50));
                given.streams.push(Stream::MergeRules);
                measure_all(&given.tables, &given.question())
            })
            .collect();
        let (_place, tables, question) = generated();
        all.push(measure_all(&tables, &question));
        all.into_iter()
            .map(|measures| {
                let public = without_few(&measures, &jiff::tz::TimeZone::UTC, MINIMUM);
                (measures, public)
            })
            .collect()
    })
}

/// Whether a cell is of a whole product over the whole window: what was done in it is told however few did it.
fn is_of_a_product(cell: &Cell) -> bool {
    let scope = &cell.scope;
    scope.area.is_none() && scope.repository.is_none() && cell.bucket.is_none()
}

#[test]
fn no_figure_of_what_fewer_than_three_people_did_is_told() {
    let (mut n_told, mut n_withheld) = (0, 0);
    for (measures, public) in organisations() {
        for (measure, told) in measures.iter().zip(public) {
            let about = measure.definition.about;
            for cell in &told.cells {
                let id = measure.definition.id;
                assert!(cell.scope.person.is_none() && cell.few.is_empty(), "{id}");
                if let Measured::Withheld { people } = cell.measured {
                    assert!(matches!(about, About::Deeds | About::People), "{id}");
                    assert_eq!(cell.ledger, linchpin::metrics::measure::Ledger::default());
                    assert!(people.is_none_or(|n| n < MINIMUM as u64), "{id}");
                    n_withheld += 1;
                } else if matches!(about, About::Deeds | About::People)
                    && cell.ledger.included > 0
                    && !(about == About::Deeds && is_of_a_product(cell))
                {
                    // Rows of a quarter's end are not kept; what is withheld of them is tested by the sums.
                    let people = behind(measure, cell);
                    for side in people.iter().filter(|side| !side.is_empty()) {
                        assert!(
                            side.len() >= MINIMUM,
                            "{id} {:?} {:?}: {side:?}",
                            cell.scope,
                            cell.bucket
                        );
                        n_told += 1;
                    }
                }
            }
        }
    }
    assert!(
        n_told > 100 && n_withheld > 100,
        "{n_told} told, {n_withheld} withheld"
    );
}

#[test]
fn every_row_of_what_people_did_says_whose_doing_it_is() {
    let mut seen = BTreeSet::new();
    for (measures, _) in organisations() {
        for measure in measures {
            let id = measure.definition.id;
            if !matches!(measure.definition.about, About::Deeds | About::People) {
                continue;
            }
            for row in &measure.rows {
                let is_counted = row.fate == linchpin::work::Fate::Included;
                let is_known = !row.authors.is_empty() || row.person.is_some();
                // A day on which nothing was open is nobody's, so is a review asked of a team by a vanished account, and what an agent
                // did where nothing tells who had it done.
                let may_be_nobodys = id == "flow.work_in_progress"
                    || id.starts_with("review.")
                    || row.origin == Some(linchpin::domain::Origin::Agent);
                assert!(!is_counted || is_known || may_be_nobodys, "{id}: {row:?}");
                if is_known {
                    seen.insert(id);
                }
            }
        }
    }
    let missing: Vec<&str> = REGISTRY
        .iter()
        .filter(|metric| metric.definition.about == About::Deeds)
        .map(|metric| metric.definition.id)
        .filter(|id| !seen.contains(id) && *id != "flow.predictability")
        .collect();
    assert!(missing.is_empty(), "nothing is known of {missing:?}");
}

type Place = (
    Option<RepositoryId>,
    Option<String>,
    Option<linchpin::domain::Bucket>,
);

/// Whether the sums of a metric's lines give a withheld count back: Gauss's elimination over what is not told.
fn is_given_back(
    told: &[&Cell],
    lines: &[(usize, Vec<usize>)],
    hidden: &[usize],
    wanted: usize,
) -> bool {
    let column = |at: usize| hidden.iter().position(|known| *known == at);
    let mut rows: Vec<Vec<f64>> = lines
        .iter()
        .map(|(total, parts)| {
            let mut row = vec![0.0; hidden.len()];
            for (at, sign) in parts.iter().map(|at| (*at, 1.0)).chain([(*total, -1.0)]) {
                if let Some(column) = column(at) {
                    row[column] += sign;
                }
            }
            row
        })
        .filter(|row| row.iter().any(|part| *part != 0.0))
        .collect();
    assert!(told.len() > wanted);
    let mut rank = 0;
    for at in 0..hidden.len() {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][at].abs() > 1e-9) else {
            continue;
        };
        rows.swap(rank, pivot);
        let scale = rows[rank][at];
        rows[rank].iter_mut().for_each(|part| *part /= scale);
        let pivot = rows[rank].clone();
        for (_, row) in rows
            .iter_mut()
            .enumerate()
            .filter(|(other, _)| *other != rank)
        {
            let factor = row[at];
            for (part, of_pivot) in row.iter_mut().zip(&pivot) {
                *part -= factor * of_pivot;
            }
        }
        rank += 1;
    }
    let Some(wanted) = column(wanted) else {
        return false;
    };
    rows.iter().any(|row| {
        row[wanted].abs() > 1e-9
            && row
                .iter()
                .enumerate()
                .all(|(at, part)| at == wanted || part.abs() < 1e-9)
    })
}

#[test]
fn no_withheld_count_can_be_computed_from_what_is_told() {
    let mut n_checked = 0;
    for (measures, public) in organisations() {
        for (measure, told) in measures.iter().zip(public) {
            // Where the whole product is too few people's, its sum is told, and so is what the only part of it is.
            let few: BTreeSet<&String> = measure
                .cells
                .iter()
                .filter(|cell| is_of_a_product(cell) && !cell.few.is_empty())
                .map(|cell| &cell.scope.product)
                .collect();
            let products: BTreeSet<&String> =
                told.cells.iter().map(|cell| &cell.scope.product).collect();
            for product in products.difference(&few) {
                let cells: Vec<&Cell> = told
                    .cells
                    .iter()
                    .filter(|cell| cell.scope.product == **product)
                    .collect();
                let place = |cell: &Cell| -> Place {
                    (cell.scope.repository, cell.scope.area.clone(), cell.bucket)
                };
                let places: Vec<Place> = cells.iter().map(|cell| place(cell)).collect();
                let parts = |is_part: &dyn Fn(&Place) -> bool| -> Vec<usize> {
                    (0..places.len())
                        .filter(|at| is_part(&places[*at]))
                        .collect()
                };
                let mut lines: Vec<(usize, Vec<usize>)> = Vec::new();
                for (total, (repository, area, bucket)) in places.iter().enumerate() {
                    // States at several instants add up to nothing.
                    if bucket.is_none() && told.definition.cohort.is_some() {
                        lines.push((
                            total,
                            parts(&|part| {
                                (part.0, &part.1) == (*repository, area) && part.2.is_some()
                            }),
                        ));
                    }
                    if repository.is_none() && area.is_none() {
                        lines.push((
                            total,
                            parts(&|part| {
                                part.0.is_none() && part.1.is_some() && part.2 == *bucket
                            }),
                        ));
                        lines.push((
                            total,
                            parts(&|part| {
                                part.0.is_some() && part.1.is_none() && part.2 == *bucket
                            }),
                        ));
                    }
                }
                lines.retain(|(_, parts)| !parts.is_empty());
                let hidden: Vec<usize> = (0..cells.len())
                    .filter(|at| matches!(cells[*at].measured, Measured::Withheld { .. }))
                    .collect();
                for at in &hidden {
                    if let Measured::Withheld { people: Some(_) } = cells[*at].measured {
                        n_checked += 1;
                        assert!(
                            !is_given_back(&cells, &lines, &hidden, *at),
                            "{} of {product}: {:?} follows from what is told",
                            told.definition.id,
                            places[*at]
                        );
                    }
                }
            }
        }
    }
    assert!(n_checked > 100, "{n_checked} withheld figures");
}

#[test]
fn a_single_joiner_is_a_number_and_nothing_else() {
    let mut given = Given::new();
    given.register =
        "[[member]]\nlogin = \"ada\"\njoined_on = \"2026-03-02\"\n[[member]]\nlogin = \"ben\"\n"
            .into();
    given.open(1, 30);
    given.file(1, "src/a.rs");
    given.merge(1, 40);
    given.approve(1, BEN, 35);
    let register = register::parse(&given.register, "linchpin.toml").unwrap();
    let question = given.question().with_people(
        &register,
        &register::PrivateRegister::default(),
        &given.tables.people,
    );
    let measures = measure_all(&given.tables, &question);
    let public = without_few(&measures, &jiff::tz::TimeZone::UTC, MINIMUM);
    let onboarding = public
        .iter()
        .find(|measure| measure.definition.id == "onboarding.milestones")
        .unwrap();
    let [cell] = onboarding.cells.as_slice() else {
        panic!("{:?}", onboarding.cells);
    };
    assert_eq!(cell.measured, Measured::Withheld { people: Some(1) });
}

#[test]
fn nobody_of_the_generated_organisation_is_named() {
    let (place, _, _) = generated();
    fs::write(
        place.path().join("linchpin.toml"),
        crowd::register(crowd::REPOSITORIES),
    )
    .unwrap();
    fs::write(
        place.path().join("linchpin.private.toml"),
        crowd::PRIVATE_REGISTER,
    )
    .unwrap();
    let asked = [
        "report",
        "--store",
        "store",
        "--as-of",
        crowd::AS_OF,
        "--since",
        "156w",
        "--out",
        "out",
    ];
    run(place.path(), &asked);
    let files: Vec<OutputFile> = tree(&place.path().join("out/team")).into_iter().collect();
    for (name, bytes) in &files {
        for reading in readings(bytes) {
            let reading = reading.to_lowercase();
            for (at, _) in reading.match_indices("person") {
                let rest = reading[at + 6..].trim_start_matches(['-', '_', ' ', '.']);
                // `one person` may be followed by a number in the next cell of a table.
                let is_near = reading.len() - at - 6 - rest.len() < 2;
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                assert!(
                    !(is_near && digits == 3),
                    "{name}: {}",
                    &rest[..20.min(rest.len())]
                );
            }
        }
    }
}

#[test]
fn an_ordinary_word_that_somebody_is_called_stays() {
    let known =
        ["test", "core", "main", "admin", "build", "docs", "will"].map(|login| KnownPerson {
            logins: vec![login.to_owned()],
            names: vec![login.to_owned()],
            ..KnownPerson::default()
        });
    let names = Names::of(&known, &[]);
    for text in [
        "src/core/test_main.rs",
        "Build and test",
        "environments seen: admin, docs-preview",
        "it will be built on main",
    ] {
        assert_eq!(names.masked(text), None, "{text}");
    }
    assert_eq!(names.masked("review/@core").as_deref(), Some("review/@…"));
}

/// The team's figures over the window, by metric: those of the product.
fn of_the_product(directory: &Path) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(directory.join("linchpin-report/team/metrics.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let lines = document["metrics"].as_array().unwrap().iter();
    lines
        .filter(|line| line["bucket"].is_null() && line["scope"]["area"].is_null())
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line.clone()))
        .collect()
}

#[test]
fn a_repository_of_one_person_has_a_page_of_the_system_and_says_one_person_for_the_rest() {
    let mut fixture = Fixture::new();
    for n in 0..8 {
        fixture.write(&format!("zelda-quill/{n}.txt"), "1\n");
        fixture.write(&format!("src/{n}.txt"), "1\n");
        fixture.commit_as("Zelda Quill <zelda@acme.example>", &format!("Add {n}"));
    }
    let place = tempfile::tempdir().unwrap();
    let clone = fixture.path().display().to_string();
    for command in ["run", "lead"] {
        let asked = [
            "--offline",
            "--repo",
            &clone,
            "--as-of=2024-02-01",
            "--since=2023-01-01",
        ];
        run(place.path(), &[&[command], asked.as_slice()].concat());
    }
    let figures = of_the_product(place.path());
    assert_eq!(figures["knowledge.truck_factor"]["value"]["count"], 1);
    for id in ["ownership.share", "knowledge.survival"] {
        // What was done in the product is told, also where one person did it; what of it lies in an area or a week is not.
        assert_eq!(figures[id]["status"], "measured", "{}", figures[id]);
    }
    let metrics = fs::read(place.path().join("linchpin-report/team/metrics.json")).unwrap();
    let metrics: Value = serde_json::from_slice(&metrics).unwrap();
    let parts = metrics["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|figure| {
            figure["id"] == "ownership.share"
                && !(figure["bucket"].is_null()
                    && figure["scope"]["area"].is_null()
                    && figure["scope"]["repository"].is_null())
        });
    let mut n_parts = 0;
    for figure in parts {
        assert!(
            figure["n"].is_null() && figure["status"] != "measured",
            "{figure}"
        );
        n_parts += 1;
    }
    assert!(n_parts > 0);
    // The area that is her name is a number there, and the lead's page says which.
    let files: Vec<OutputFile> = tree(&place.path().join("linchpin-report/team"))
        .into_iter()
        .collect();
    assert_nobody(&files, &["zelda".to_owned(), "quill".to_owned()].into());
    let page = fs::read_to_string(
        place
            .path()
            .join("linchpin-report/private/lead/knowledge.md"),
    )
    .unwrap();
    assert!(page.contains("| area 1 | zelda-quill |"), "{page}");
    let metrics =
        fs::read_to_string(place.path().join("linchpin-report/team/metrics.json")).unwrap();
    assert!(metrics.contains("\"area 1\""));
}
