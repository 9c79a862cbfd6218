use super::*;
use crate::domain::{Cause, Outcome};
use crate::register::parse;

/// The register of one import, with what a file of it declares.
fn read(kind: &str, file: &str, text: &str) -> Result<Register, Error> {
    let path = format!("kind = \"{kind}\"\npath = \"{file}\"\nrepository = \"acme/lamp\"\n");
    let zone = "[calendar]\ntime_zone = \"Europe/Berlin\"\n";
    let register = parse(&format!("{zone}[[import]]\n{path}"), "linchpin.toml").unwrap();
    register.with_imports(&[ImportText {
        import: 0,
        file: file.to_owned(),
        text: text.to_owned(),
    }])
}

/// What is told of the only file: what is missing, and what else there is to know.
fn told(register: &Register) -> (String, String) {
    let mut lines = register.imported.lines.iter();
    let line = lines.next().unwrap();
    assert!(lines.next().is_none());
    let words = |words: Option<String>| words.unwrap_or_default();
    (words(line.reason()), words(line.told()))
}

fn refusal(text: &str) -> String {
    parse(text, "linchpin.toml").unwrap_err().to_string()
}

#[test]
fn a_table_of_deployments_says_what_each_was() {
    let text = "ID,deployed_at,commit,status,url,environment\n\
                12,2026-03-02T10:00:00Z,3F2A91C,success,https://ci.example/12,prod\n\
                13,2026-03-02 12:00,,FAILED,javascript:alert(1),\n";
    let register = read("deployments", "d.csv", text).unwrap();
    let [first, second] = register.imported.deployments.as_slice() else {
        panic!("{:?}", register.imported);
    };
    assert_eq!((first.id.as_str(), first.outcome), ("12", Outcome::Success));
    assert_eq!(first.commit.as_deref(), Some("3F2A91C"));
    assert_eq!(first.url.as_deref(), Some("https://ci.example/12"));
    assert_eq!(first.environment.as_deref(), Some("prod"));
    assert_eq!(
        first.whereabouts.else_repository.as_deref(),
        Some("acme/lamp")
    );
    assert_eq!((second.place.line, second.outcome), (3, Outcome::Failure));
    assert_eq!(second.at.to_string(), "2026-03-02T11:00:00Z");
    assert_eq!((&second.commit, &second.url), (&None, &None));
    let (holes, remarks) = told(&register);
    assert_eq!(holes, "");
    assert_eq!(
        remarks,
        "a time without a zone, read in Europe/Berlin (line 3); a `url` that is no web address is not linked (line 3)"
    );
}

#[test]
fn a_row_that_cannot_be_read_is_told_with_its_line_and_the_others_count() {
    let text = "id,deployed_at,status\n\
                1,2026-03-02T10:00:00Z,\n\
                ,2026-03-02T10:00:00Z,\n\
                3,yesterday,\n\
                4,,\n\
                5,2026-03-02T10:00:00Z,great\n\
                6,2026-03-02T10:00:00Z\n\
                7,2026-03-02T10:00:00Z,,\n\
                8,\"2026-03-02T10:00:00Z,\n";
    let register = read("deployments", "d.csv", text).unwrap();
    assert_eq!(register.imported.deployments.len(), 1);
    let (holes, _) = told(&register);
    for words in [
        "has no `id` (line 3)",
        "`deployed_at` is no time (line 4)",
        "has no `deployed_at` (line 5)",
        "`status` is none of `success`, `failure`, `pending`, `skipped` (line 6)",
        "a row with more or fewer fields than the heading: 2 (lines 7, 8)",
        "a quotation that does not end: nothing after it is read (line 9)",
    ] {
        assert!(holes.contains(words), "{words}: {holes}");
    }
    let line = register.imported.lines.iter().next().unwrap();
    assert_eq!(
        (line.n_records, line.completeness),
        (8, Completeness::Partial)
    );
}

#[test]
fn a_column_that_nobody_knows_is_refused_with_the_nearest_known_one() {
    let check = |kind: &str, heading: &str, said: &[&str]| {
        let error = read(kind, "d.csv", heading).unwrap_err().to_string();
        for words in said {
            assert!(error.contains(words), "{words}: {error}");
        }
    };
    check(
        "deployments",
        "id,deployed_at,enviroment\n",
        &[
            "d.csv: `enviroment`",
            "is no column of deployments",
            "did you mean `environment`?",
        ],
    );
    check("incidents", "id;started_at\n", &["`id;started_at`"]);
    check("incidents", "id,deployed_at\n", &["`deployed_at`"]);
    check(
        "deployments",
        "id,commit\n",
        &["`deployed_at`", "need the column"],
    );
    check(
        "incidents",
        "id,title\n",
        &["`started_at` or `detected_at`", "need the column"],
    );
    check(
        "incidents",
        "id,detected_at,id\n",
        &["`id`", "is there twice"],
    );
}

#[test]
fn a_table_of_incidents_says_when_and_how_bad_and_why() {
    let text = "id,product,started_at,detected_at,resolved_at,severity,title,url,caused_by\n\
                PD-1,lamps,2026-03-02T10:00:00Z,,2026-03-02T11:00:00Z,SEV1,=1+1,https://pd.example/1,commit 3f2a91c0\n\
                PD-2,,,2026-03-02T10:00:00Z,,,,,the weather\n\
                PD-3,,2026-03-02T10:00:00Z,soon,,,,,\n";
    let register = read("incidents", "i.csv", text).unwrap();
    let [first, second] = register.imported.incidents.as_slice() else {
        panic!("{:?}", register.imported);
    };
    assert_eq!(first.whereabouts.product.as_deref(), Some("lamps"));
    assert_eq!(first.severity.as_deref(), Some("sev1"));
    assert_eq!(first.cause, Some(Cause::Commit("3f2a91c0".into())));
    assert_eq!(second.began_at(), second.detected_at);
    assert_eq!((second.started_at, &second.cause), (None, &None));
    let (holes, _) = told(&register);
    assert!(holes.contains("`caused_by` is none of"), "{holes}");
    assert!(
        holes.contains("`detected_at` is no time (line 4)"),
        "{holes}"
    );
}

#[test]
fn an_event_is_read_bare_or_as_the_data_of_a_cloud_event() {
    let event = r#"{"context":{"specversion":"0.5.0","id":"a","source":"/argo","type":"dev.cdevents.service.deployed.0.3.0","timestamp":"2026-03-02T10:00:00Z"},"subject":{"id":"svc","content":{"environment":{"id":"prod"},"artifactId":"pkg:github/acme/lamp@3f2a91c0de"}}}"#;
    let wrapped = format!(r#"{{"specversion":"1.0","id":"a","type":"x","data":{event}}}"#);
    for text in [event.to_owned(), wrapped] {
        let register = read("deployments", "e.ndjson", &text).unwrap();
        let [only] = register.imported.deployments.as_slice() else {
            panic!("{text}: {:?}", register.imported);
        };
        assert_eq!(only.id, "a");
        assert_eq!(only.commit.as_deref(), Some("3f2a91c0de"));
        assert_eq!(only.environment.as_deref(), Some("prod"));
        assert_eq!(only.whereabouts.repository.as_deref(), Some("acme/lamp"));
    }
}

#[test]
fn a_line_that_is_no_event_is_told_and_so_are_types_that_are_not_read() {
    let of = |kind: &str| {
        format!(
            r#"{{"context":{{"id":"a","source":"s","type":"{kind}","timestamp":"2026-03-02T10:00:00Z"}},"subject":{{"id":"x"}}}}"#
        )
    };
    let text = [
        "{\"context\":",
        "[]",
        "",
        &of("dev.cdevents.change.merged.0.3.0"),
        &of("com.example.\\u001b[31m"),
        &of("dev.cdevents.service.removed.0.3.0"),
        r#"{"context":{"id":"a","type":"dev.cdevents.service.deployed.0.3.0"}}"#,
        &of("dev.cdevents.service.deployed.0.1.0").replace("2026-03-02T10:00:00Z", "now"),
        &of("dev.cdevents.service.upgraded.9.9.9"),
    ]
    .join("\n");
    let register = read("deployments", "e.jsonl", &text).unwrap();
    assert_eq!(register.imported.deployments.len(), 1);
    let (holes, remarks) = told(&register);
    assert_eq!(
        holes,
        "a line that is no JSON (line 1); a line that is no CDEvent (line 2); an event without one of `id`, `source`, `timestamp` and \
         `subject` (line 7); `timestamp` is no time (line 8)"
    );
    assert_eq!(
        remarks,
        "events of type `change.merged.0.3.0` are not read (line 4); events of type `com.example.31m…` are not read (line 5); a service \
         that was removed: nothing was deployed (line 6)"
    );
}

#[test]
fn a_path_lies_below_the_registers_folder() {
    let of = |path: &str| format!("[[import]]\nkind = \"incidents\"\npath = {path:?}\n");
    for path in [
        "../x.csv",
        "/etc/x.csv",
        "a/../x.csv",
        "",
        "a//x.csv",
        "./x.csv",
        "C:\\x.csv",
        "C:/x.csv",
    ] {
        let said = refusal(&of(path));
        assert!(said.contains("import.path"), "{path}: {said}");
    }
    assert!(refusal(&of("x.json")).contains(".ndjson"));
    assert!(refusal(&of("[.csv")).contains("glob"));
    assert!(parse(&of("a/*.csv"), "linchpin.toml").is_ok());
    let said = refusal("[[import]]\nkind = \"deployment\"\npath = \"a.csv\"\n");
    assert!(said.contains("did you mean `deployments`"), "{said}");
}

#[test]
fn an_import_is_of_a_product_that_there_is() {
    let product = "[[product]]\nname = \"lamps\"\nrepositories = [\"acme/lamp\"]\n";
    let import = "[[import]]\nkind = \"incidents\"\npath = \"a.csv\"\n";
    let said = refusal(&format!("{product}{import}product = \"lamp\"\n"));
    assert!(said.contains("did you mean `lamps`?"), "{said}");
}

#[test]
fn what_no_file_matches_is_a_hole() {
    let text = "[[import]]\nkind = \"incidents\"\npath = \"*.csv\"\n";
    let register = parse(text, "linchpin.toml").unwrap();
    let register = register.with_imports(&[]).unwrap();
    assert_eq!(told(&register).0, "no file matches");
    let line = register.imported.lines.iter().next().unwrap();
    assert_eq!(line.completeness, Completeness::NotFound);
    // Facts are derived whatever files declare.
    assert!(register.without_imports().imports.is_empty());
}
