//! The pages beside the lead's views: incidents one by one, and the ledgers, of a team of three.

use std::collections::BTreeMap;

use linchpin::domain::{Deployment, Milestone, Outcome, PrNumber, RepositoryId, Stream};
use linchpin::evidence::lead::{ProductSources, pages};
use linchpin::evidence::{Kind, Page, Polarity, lint, with_desk};
use linchpin::metrics::knowledge::{decay, orphans_if};
use linchpin::metrics::review::areas;
use linchpin::report::document::{Block, Document, Span};
use linchpin::tables::Repository;
use linchpin::work::activity;
use linchpin::work::history::touches::last_touches;

use crate::small_team::{ADA, BEN, BOT, CEM, SmallTeam, WIDGETS, at, commit_id, words};

/// What stands in the lead's folder beside the views, page by page.
fn told(team: &SmallTeam) -> Vec<Page> {
    team.sources(|sources| {
        let products = sources
            .past
            .readings
            .iter()
            .map(|reading| ProductSources {
                name: reading.product.name.clone(),
                waits: Vec::new(),
                reviewers: areas::by_area(reading),
                knowledge: decay::by_area(reading),
                last_touches: last_touches(reading),
                files: Vec::new(),
                known_to_one: orphans_if::by_person_and_area(reading),
                active: activity::active_people(reading),
                handovers: Vec::new(),
                pages: BTreeMap::new(),
            })
            .collect::<Vec<_>>();
        with_desk(sources, |desk| {
            let packs: Vec<_> = [ADA, BEN, CEM]
                .into_iter()
                .filter_map(|person| desk.pack(person))
                .collect();
            pages(desk, &packs, &products)
        })
    })
}

fn page<'a>(pages: &'a [Page], stem: &str) -> &'a Document {
    let found = pages.iter().find(|page| page.stem == stem);
    &found
        .unwrap_or_else(|| {
            let stems: Vec<&str> = pages.iter().map(|page| page.stem.as_str()).collect();
            panic!("{stem} is none of {stems:?}")
        })
        .document
}

/// The text of one page.
fn text(team: &SmallTeam, stem: &str) -> String {
    plain(page(&told(team), stem))
}

/// The text of an incident's form.
pub(crate) fn incident_page(team: &SmallTeam, stem: &str) -> String {
    text(team, stem)
}

/// A document as it is read, without the sign that keeps a login from being one.
fn plain(document: &Document) -> String {
    words(document).replace('\u{2060}', "")
}

/// The one line that begins so.
fn line<'a>(text: &'a str, begins: &str) -> &'a str {
    let mut found = text.lines().filter(|line| line.starts_with(begins));
    let line = found.next().unwrap_or_else(|| panic!("{begins}: {text}"));
    assert_eq!(found.next(), None, "{begins}: {text}");
    line
}

/// An incident of Wednesday 4 March: opened at nine by Ben, assigned to Ada, who writes twice; restored at noon, closed two days
/// later. Cem mends it.
fn incident(team: &mut SmallTeam) {
    let issue = team.issue(7, BEN, "2026-03-04T09:00:00Z");
    issue.title = String::from("Lamps are dark");
    issue.labels = vec!["incident".to_owned(), "sev2".to_owned()];
    issue.assignees = vec![ADA];
    issue.closed_at = Some(at("2026-03-06T12:00:00Z"));
    issue.body =
        String::from("Start time: 2026-03-04T08:30:00Z\nResolved time: 2026-03-04T12:00:00Z");
    team.reply(7, ADA, "2026-03-04T09:30:00Z");
    team.reply(7, CEM, "2026-03-04T09:40:00Z");
    team.reply(7, ADA, "2026-03-04T11:00:00Z");
    team.reply(7, BEN, "2026-03-05T09:00:00Z");
    team.pull_request(8, CEM, "2026-03-04T09:50:00Z", Some("2026-03-04T11:30:00Z"))
        .closes_issues = vec![7];
    team.review(8, ADA, "2026-03-04T11:20:00Z");
}

/// Its postmortem, by Cem: merged at two in the afternoon of the day after, which is 26 hours after it was resolved.
fn postmortem(team: &mut SmallTeam, path: &str) {
    team.pull_request(9, CEM, "2026-03-05T10:00:00Z", Some("2026-03-05T14:00:00Z"));
    team.file(9, path);
    let file = team.facts().pull_request_files.last_mut().unwrap();
    (file.additions, file.deletions) = (40, 0);
}

fn acts(team: &SmallTeam, who: linchpin::domain::PersonId, kind: Kind) -> Vec<(String, Polarity)> {
    team.sources(|sources| {
        with_desk(sources, |desk| {
            let pack = desk.pack(who).unwrap();
            assert_eq!(pack.refused, []);
            let of_kind = pack.snippets.iter().filter(|snippet| snippet.kind == kind);
            of_kind
                .map(|snippet| (snippet.act.text(), snippet.polarity))
                .collect()
        })
    })
}

#[test]
fn the_form_has_three_clocks_roles_and_the_postmortem_after_the_second_clock() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    postmortem(&mut team, "docs/postmortems/7-lamps.md");
    let text = text(&team, "incidents/widgets-7");
    let id = regex::Regex::new("ev-[0-9a-f]{10}").unwrap();
    assert!(
        text.starts_with("# Incident widgets#7 “Lamps are dark”\n"),
        "{text}"
    );
    for expected in [
        "- **Severity**: “sev2”, by the issue's label",
        "- **Coordinated by**: ada, to whom alone the issue is assigned, and who wrote in it",
        "- **Updates by the coordinator**: 2 updates from the opening until it was resolved, longest gap 1.5 h",
        "- **Started**: 2026-03-04 08:30, by the issue's text",
        "- **Resolved**: 2026-03-04 12:00, by the issue's text, 3.5 h after the start",
        "- **Closed**: 2026-03-06 12:00, 2.0 d after it was resolved",
        "- **Postmortem**: postmortem 26 h after it was resolved, 2026-03-05: `docs/postmortems/7-lamps.md`, with widgets#9 \
         (the file is called after the issue's number)",
        "- **Opened the issue**: ben `ev-…`",
        "- **Coordinated**: ada `ev-…`",
        "- **Investigated (wrote in the issue before it was resolved)**: ada `ev-…`, cem `ev-…`",
        "- **Fixed**: cem `ev-…`, with widgets#8",
        "- **Reviewed the fix**: ada `ev-…`",
        "- **Wrote the postmortem**: cem `ev-…`",
        "The issue was opened by ben, 30 min after the start.",
        "**Root cause:** [yours to write]",
        "**Lessons:** [yours to write]",
    ] {
        assert!(
            text.lines()
                .any(|line| id.replace_all(line, "ev-…") == expected),
            "{expected}\n{text}"
        );
    }
    // In order of time, and nothing that came later than the window.
    let order = [
        "2026-03-04 08:30** · the incident started",
        "2026-03-04 09:00** · widgets#7 opened by ben",
        "2026-03-04 09:30** · a comment by ada",
        "2026-03-04 11:30** · fix widgets#8 “Change 8” merged",
        "2026-03-04 12:00** · service was restored",
        "2026-03-05 14:00** · postmortem `docs/postmortems/7-lamps.md` merged, with widgets#9",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|words| {
            text.find(words)
                .unwrap_or_else(|| panic!("{words}\n{text}"))
        })
        .collect();
    assert!(places.is_sorted(), "{text}");
    // Deployments were not read: nothing is said to be put down to none.
    assert!(line(&text, "Not observed: deployments; ").contains("the reason stands under"));
}

#[test]
fn whoever_coordinated_reads_it_in_their_pack_with_updates_and_postmortem() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    let own = "Coordinated incident widgets#7 “Lamps are dark”, labelled “sev2” (2 updates, longest gap 1.5 h), reviewed the linked \
               fix widgets#8, merged 2026-03-04";
    assert_eq!(
        acts(&team, ADA, Kind::Coordinated),
        [(format!("{own}."), Polarity::Win)]
    );
    assert_eq!(acts(&team, ADA, Kind::Incident), []);
    assert_eq!(acts(&team, CEM, Kind::Coordinated), []);
    postmortem(&mut team, "docs/postmortems/2026-03-04.md");
    let expected = format!("{own}; postmortem widgets#9 26 h after it was resolved.");
    assert_eq!(acts(&team, ADA, Kind::Coordinated)[0].0, expected);
    // The register knows better: Cem coordinated, and Ada answered.
    team.register =
        "[[incident]]\nrepository = \"acme/widgets\"\nnumber = 7\ncoordinator = \"cem\"\n"
            .to_owned();
    assert_eq!(acts(&team, ADA, Kind::Coordinated), []);
    assert_eq!(acts(&team, ADA, Kind::Incident).len(), 1);
    let told = &acts(&team, CEM, Kind::Coordinated)[0].0;
    assert!(
        told.contains("(1 update, longest gap 2.3 h), authored the linked fix widgets#8"),
        "{told}"
    );
    let text = text(&team, "incidents/widgets-7");
    assert!(
        text.contains("**Coordinated by**: cem, by the register"),
        "{text}"
    );
}

#[test]
fn whoever_coordinated_took_part_wherever_incidents_are_asked_for() {
    let mut team = SmallTeam::new();
    team.as_of = at("2026-03-07T10:00:00Z");
    team.register = "[[member]]\nlogin = \"ada\"\n".to_owned();
    team.private = "[[expectation]]\nlevel = \"engineer\"\ncompetency = \"Incidents\"\ntext = \"Takes part.\"\nkinds = [\"incident\"]\n\n\
                    [[level]]\nlogin = \"ada\"\nlevel = \"engineer\"\n"
        .to_owned();
    incident(&mut team);
    let week = text(&team, "week");
    assert!(
        week.contains("· ada: coordinated the incident widgets#7"),
        "{week}"
    );
    let competency = team.sources(|sources| {
        with_desk(sources, |desk| {
            let pages = desk.pages(&desk.pack(ADA).unwrap());
            plain(page(&pages, "draft/competency"))
        })
    });
    assert!(
        competency.contains("2026-03-04 coordinated widgets#7"),
        "{competency}"
    );
}

#[test]
fn nobody_coordinates_by_being_assigned_with_others_or_by_silence() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    team.facts().issues[0].assignees = vec![ADA, CEM];
    assert_eq!(acts(&team, ADA, Kind::Coordinated), []);
    // A bot that is assigned too is nobody.
    team.facts().issues[0].assignees = vec![ADA, BOT];
    assert_eq!(acts(&team, ADA, Kind::Coordinated).len(), 1);
    team.facts()
        .issue_comments
        .retain(|row| row.author != Some(ADA));
    assert_eq!(acts(&team, ADA, Kind::Coordinated), []);
    assert!(text(&team, "incidents/widgets-7").contains("**Coordinated by**: not known"));
    // Somebody whom nobody knows is no coordinator, and no other takes the place.
    team.register =
        "[[incident]]\nrepository = \"acme/widgets\"\nnumber = 7\ncoordinator = \"zed\"\n"
            .to_owned();
    assert!(text(&team, "incidents/widgets-7").contains("**Coordinated by**: not known"));
}

#[test]
fn a_postmortem_is_tied_by_its_change_its_number_or_its_day_and_by_nothing_else() {
    let tied = |path: &str, mention: bool, other: bool| {
        let mut team = SmallTeam::new();
        incident(&mut team);
        postmortem(&mut team, path);
        if mention {
            team.event(7, "cross_referenced", "2026-03-05T10:00:00Z", Some("9"));
        }
        if other {
            team.issue(12, BEN, "2026-03-04T15:00:00Z").labels = vec!["incident".to_owned()];
        }
        let text = text(&team, "incidents/widgets-7");
        let line = line(&text, "- **Postmortem**: ");
        line.rsplit_once(" (")
            .map(|(_, tie)| tie.trim_end_matches(')').to_owned())
    };
    let day = Some("the file is called after the day of the start".to_owned());
    let number = Some("the file is called after the issue's number".to_owned());
    let change = Some("the change mentions or closes the issue".to_owned());
    assert_eq!(tied("docs/postmortems/lamps.md", true, false), change);
    assert_eq!(tied("docs/postmortems/7.md", true, false), change);
    assert_eq!(tied("docs/postmortems/incident-7.md", false, true), number);
    assert_eq!(tied("docs/postmortems/2026-03-04.md", false, false), day);
    // Two incidents of one day: nobody knows whose it is.
    assert_eq!(tied("docs/postmortems/2026-03-04.md", false, true), None);
    assert_eq!(tied("docs/postmortems/2026-03-05.md", false, false), None);
    assert_eq!(tied("docs/postmortems/lamps.md", false, false), None);
    // A decision record that mentions it is none.
    assert_eq!(tied("docs/adr/7.md", true, false), None);
}

#[test]
fn follow_up_actions_stand_to_their_due_dates() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    team.facts().issues[0].body +=
        "\n\n- [x] #20\n- [ ] Ask the supplier, @cem, due 2026-03-20\n- [x] Tell support\n- [ ] #7";
    let mut action = |number: u64, closed: Option<&str>, body: &str| {
        let issue = team.issue(number, BEN, "2026-03-05");
        issue.closed_at = closed.map(at);
        issue.assignees = vec![ADA];
        issue.body = body.to_owned();
        team.event(
            7,
            "cross_referenced",
            "2026-03-05",
            Some(&number.to_string()),
        );
    };
    action(20, Some("2026-03-10T23:00:00Z"), "Due: 2026-03-10");
    action(21, Some("2026-03-11T00:30:00Z"), "Due: 2026-03-10");
    action(22, None, "Due: 2026-07-31");
    action(23, None, "");
    action(24, Some("2026-03-20"), "Due: 2026-03-30");
    // What was there before mentions it too, and so does another incident: neither was opened to follow it up.
    team.issue(5, BEN, "2026-03-01");
    team.event(7, "cross_referenced", "2026-03-05", Some("5"));
    team.issue(25, BEN, "2026-03-08").labels = vec!["incident".to_owned()];
    team.event(7, "cross_referenced", "2026-03-08", Some("25"));
    let last = team
        .facts()
        .issues
        .iter()
        .position(|row| row.number == PrNumber(24));
    team.facts().issues[last.unwrap()].state_reason = Some("not_planned".to_owned());
    let text = text(&team, "incidents/widgets-7");
    assert!(
        text.contains(
            "7 actions; 5 of them with a due date: done by it 1, done after it 1, open after it 1, open and still in time 1."
        ),
        "{text}"
    );
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .collect();
    for (row, expected) in [
        "| widgets#20 | “Issue 20” | checklist | ada | 2026-03-10 | done 2026-03-10, in time |",
        "| widgets#21 | “Issue 21” | mentions the incident | ada | 2026-03-10 | done 2026-03-11, after its due date |",
        "| a box in the issue | “Ask the supplier, @cem, due 2026-03-20” | checklist | cem | 2026-03-20 | open, its due date has passed |",
        "| widgets#24 | “Issue 24” | mentions the incident | ada | 2026-03-30 | closed as not planned 2026-03-20 |",
        "| widgets#22 | “Issue 22” | mentions the incident | ada | 2026-07-31 | open, still in time |",
        "| widgets#23 | “Issue 23” | mentions the incident | ada | — no due date | open |",
    ]
    .into_iter()
    .enumerate()
    {
        let found = rows.get(row).copied().unwrap_or_default();
        let plain = found.replace("— (no due date)", "— no due date");
        assert_eq!(plain, expected, "{text}");
    }
    assert!(
        rows[6].contains("“Tell support”") && rows[6].contains("ticked; when is not observed"),
        "{text}"
    );
    let index = plain(page(&told(&team), "incidents"));
    assert!(
        index.contains("7 follow-up actions, of which late: 2: `incidents/widgets-7.md`"),
        "{index}"
    );
}

#[test]
fn a_milestone_says_when_an_action_is_due_unless_the_action_does() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    // GitHub keeps a day as an instant of it in UTC.
    milestone(
        &mut team,
        1,
        "Follow-up",
        Some("2026-03-12T07:00:00Z"),
        None,
    );
    for (number, body) in [(20, ""), (21, "Due: 2026-03-20")] {
        let issue = team.issue(number, BEN, "2026-03-05");
        issue.milestone = Some("Follow-up".to_owned());
        issue.body = body.to_owned();
        issue.closed_at = Some(at("2026-03-12T18:00:00Z"));
        team.event(
            7,
            "cross_referenced",
            "2026-03-05",
            Some(&number.to_string()),
        );
    }
    let text = text(&team, "incidents/widgets-7");
    assert!(
        text.contains("| 2026-03-12 (milestone) | done 2026-03-12, in time |"),
        "{text}"
    );
    assert!(
        text.contains("| 2026-03-20 | done 2026-03-12, in time |"),
        "{text}"
    );
}

fn milestone(
    team: &mut SmallTeam,
    number: u64,
    title: &str,
    due: Option<&str>,
    closed: Option<&str>,
) {
    team.facts().milestones.push(Milestone {
        repository: WIDGETS,
        milestone: number,
        title: title.to_owned(),
        url: format!("https://github.com/acme/widgets/milestone/{number}"),
        created_at: at("2026-01-05"),
        due_at: due.map(at),
        closed_at: closed.map(at),
        updated_at: at("2026-01-05"),
    });
}

fn deploy(team: &mut SmallTeam, id: &str, commit: u8, when: &str) {
    let finished_at = at(when);
    team.facts().deployments.push(Deployment {
        repository: WIDGETS,
        deployment: id.to_owned(),
        environment: "production".to_owned(),
        commit: Some(commit_id(commit)),
        reference: Some(id.to_owned()),
        created_at: finished_at,
        started_at: None,
        finished_at: Some(finished_at),
        outcome: Outcome::Success,
        source: "deployments_api".to_owned(),
        url: Some(format!("https://github.com/acme/widgets/deployments/{id}")),
    });
}

#[test]
fn an_incident_without_a_body_or_an_issue_says_what_is_not_known() {
    let mut team = SmallTeam::new();
    let issue = team.issue(7, BOT, "2026-03-04T09:00:00Z");
    issue.labels = vec!["incident".to_owned()];
    issue.author = None;
    team.register = String::from(
        "[[incident]]\nrepository = \"acme/widgets\"\nnumber = 99\nstarted_at = \"2026-04-01T10:00:00Z\"\n",
    );
    let pages = told(&team);
    let text = plain(page(&pages, "incidents/widgets-7"));
    for expected in [
        "- **Severity**: [not declared]",
        "- **Started**: 2026-03-04 09:00, the issue's opening stands for it: nobody wrote down when it began",
        "- **Resolved**: not by 2026-06-30",
        "- **Closed**: open on 2026-06-30",
        "- **Postmortem**: none in the record is tied to this incident",
        "- **Opened the issue**: somebody whose account is gone",
        "- **Fixed**: nobody on record",
        "None in the record: no sub-issue, no box in the issue, and no later issue that mentions it.",
    ] {
        assert!(
            text.lines().any(|line| line == expected),
            "{expected}\n{text}"
        );
    }
    assert!(
        text.contains("is not observed: nobody wrote the start down."),
        "{text}"
    );
    let text = plain(page(&pages, "incidents/widgets-99"));
    assert!(text.starts_with("# Incident widgets#99\n"), "{text}");
    assert!(
        text.contains("- **Opened the issue**: not known: the register alone tells of it"),
        "{text}"
    );
    assert_eq!(
        text.matches("Not observed: there is no issue in the store.")
            .count(),
        2,
        "{text}"
    );
}

#[test]
fn what_was_closed_before_it_was_resolved_is_told_so() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    team.facts().issues[0].closed_at = Some(at("2026-03-04T11:00:00Z"));
    let text = text(&team, "incidents/widgets-7");
    assert!(
        text.contains("- **Closed**: 2026-03-04 11:00, before it was resolved\n"),
        "{text}"
    );
}

#[test]
fn two_repositories_with_one_name_and_one_number_have_two_files() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    team.tables.repositories.push(Repository {
        repository: RepositoryId(1),
        name: "Other/Widgets".to_owned(),
        url: Some("https://github.com/Other/Widgets".to_owned()),
        default_branch: None,
        former_names: Vec::new(),
    });
    let mut twin = team.facts().issues[0].clone();
    twin.repository = RepositoryId(1);
    twin.title = "Tills are shut".to_owned();
    team.facts().issues.push(twin);
    let pages = told(&team);
    let mut stems: Vec<String> = pages
        .iter()
        .filter(|page| page.stem.starts_with("incidents/"))
        .map(|page| page.stem.to_lowercase())
        .collect();
    stems.sort();
    stems.dedup();
    assert_eq!(stems.len(), 2, "{stems:?}");
    for stem in &stems {
        assert!(
            stem.starts_with("incidents/widgets-") && stem.ends_with("-7"),
            "{stem}"
        );
        // What happened in one is not told of the other.
        let text = plain(page(&pages, stem));
        assert_eq!(
            text.contains("a comment by ada"),
            text.contains("Lamps are dark"),
            "{text}"
        );
    }
}

#[test]
fn a_rollback_alone_ties_an_incident_to_a_deployment_and_to_no_person() {
    let mut team = SmallTeam::new();
    team.register =
        "[[product]]\nname = \"widgets\"\nrepositories = [\"acme/widgets\"]\n".to_owned();
    for (number, day) in [(1, "2026-03-01"), (2, "2026-03-02"), (3, "2026-03-03")] {
        team.commit(number, CEM, day);
    }
    deploy(&mut team, "v1", 1, "2026-03-02T18:00:00Z");
    deploy(&mut team, "v2", 3, "2026-03-04T08:00:00Z");
    let row = team.pull_request(6, CEM, "2026-03-02T12:00:00Z", Some("2026-03-03T10:00:00Z"));
    row.merge_commit = Some(commit_id(3));
    row.title = "Brighter lamps".to_owned();
    let issue = team.issue(7, BEN, "2026-03-04T09:00:00Z");
    issue.labels = vec!["incident".to_owned()];
    deploy(&mut team, "v1-again", 1, "2026-03-04T10:00:00Z");
    let text = text(&team, "incidents/widgets-7");
    assert!(
        text.contains(
            "Put down to widgets v2 to production, 2026-03-04 08:00. Evidence, place 3 of 6 on the ladder: it was rolled back while the \
             incident lasted."
        ),
        "{text}"
    );
    assert!(
        text.contains("· deployment widgets v2 to production; the incident is put down to it"),
        "{text}"
    );
    assert!(
        text.contains("· rollback widgets v1-again to production"),
        "{text}"
    );
    assert!(
        text.contains("First shipped by it:\n\n- widgets#6 “Brighter lamps”\n"),
        "{text}"
    );
    // Who wrote what was shipped stands nowhere.
    assert!(!text.contains("cem"), "{text}");
}

#[test]
fn words_of_others_are_quoted_and_lead_nowhere() {
    let mut team = SmallTeam::new();
    incident(&mut team);
    let hostile = "](javascript:alert(1)) <script>alert(1)</script> | x\n# Heading\n@everyone";
    team.facts().issues[0].title = hostile.to_owned();
    team.facts().issues[0].body +=
        "\n- [ ] <img src=x onerror=alert(1)> [x](javascript:alert(1)) `|`";
    team.facts().issues[0].labels.push("<b>sev</b>".to_owned());
    let debt = team.issue(30, BEN, "2026-02-01");
    debt.labels = vec!["debt".to_owned()];
    debt.title = hostile.to_owned();
    milestone(&mut team, 1, hostile, Some("2026-03-12"), None);
    team.streams.push(Stream::Milestones);
    for page in told(&team) {
        let text = linchpin::render::pack::document(&page.document);
        // A bracket with a stroke before it opens no link.
        let text = text.replace("\\]", "");
        for forbidden in ["<script", "<img", "](javascript", "\n# Heading"] {
            assert!(!text.contains(forbidden), "{}: {text}", page.stem);
        }
    }
}

/// Linchpin's own words on a page: without quotations, links and code.
fn own_words(blocks: &[Block], found: &mut Vec<String>) {
    let quoted = regex::Regex::new("“[^”]*”").unwrap();
    let add = |spans: &[Span], found: &mut Vec<String>| {
        let own: Vec<String> = spans
            .iter()
            .map(|span| match span {
                Span::Text(text) | Span::Strong(text) | Span::Emphasis(text) => {
                    quoted.replace_all(text, "0").into_owned()
                }
                Span::Code(_) | Span::Link { .. } | Span::Part { .. } => "0".to_owned(),
            })
            .collect();
        found.push(own.join(" "));
    };
    for block in blocks {
        match block {
            Block::Heading(_, spans) | Block::Paragraph(spans) => add(spans, found),
            Block::Bullets(items) => items.iter().for_each(|item| add(item, found)),
            Block::Table(table) => {
                for row in &table.rows {
                    for cell in row {
                        found.push(quoted.replace_all(&cell.words(), "0").into_owned());
                    }
                }
            }
            Block::Panel { blocks, .. }
            | Block::Refreshed { blocks, .. }
            | Block::Details { blocks, .. } => own_words(blocks, found),
            Block::Quote(_) | Block::Chart(_) | Block::Picture(_) | Block::Blank { .. } => {}
        }
    }
}

#[test]
fn no_sentence_judges_guesses_or_hedges() {
    let mut team = everything();
    team.streams.push(Stream::Milestones);
    let pages = told(&team);
    assert!(pages.len() >= 7);
    for page in &pages {
        let mut found = Vec::new();
        own_words(&page.document.blocks, &mut found);
        for sentence in found {
            let refused = lint::text(&sentence);
            assert!(refused.is_empty(), "{}: {sentence}: {refused:?}", page.stem);
        }
    }
}

/// Something of everything.
fn everything() -> SmallTeam {
    let mut team = SmallTeam::new();
    team.register = String::from(
        "[[member]]\nlogin = \"ada\"\njoined_on = \"2025-01-01\"\n[[member]]\nlogin = \"ben\"\njoined_on = \
                     \"2026-02-02\"\n[[member]]\nlogin = \"cem\"\n",
    );
    incident(&mut team);
    postmortem(&mut team, "docs/postmortems/7.md");
    milestone(&mut team, 1, "Q1", Some("2026-03-31"), Some("2026-04-02"));
    milestone(&mut team, 2, "Q2", Some("2026-06-30"), None);
    milestone(&mut team, 3, "Some day", None, None);
    for (number, author, day) in [
        (1, ADA, "2026-03-01"),
        (2, CEM, "2026-03-02"),
        (3, ADA, "2026-06-03"),
    ] {
        team.commit(number, author, day);
    }
    team.tables.commits[1].co_authors = [ADA].into();
    team.pull_request(40, BEN, "2026-02-03", Some("2026-02-04"));
    team.file(40, "docs/guide.md");
    team.pull_request(41, BEN, "2026-02-05", Some("2026-02-09"));
    team.file(41, "engine/main.rs");
    team.review(41, ADA, "2026-02-06");
    team.review(8, BEN, "2026-03-04T11:00:00Z");
    team
}

#[test]
fn a_joiner_s_firsts_have_days_and_pages() {
    let text = text(&everything(), "onboarding");
    assert!(
        text.contains("Not observed, as the register has no `joined_on` of theirs: cem."),
        "{text}"
    );
    assert!(text.contains("## ben, joined 2026-02-02\n"), "{text}");
    assert!(!text.contains("ada, joined"), "{text}");
    for (label, expected) in [
        (
            "- **First pull request opened with documentation alone**: ",
            "**2026-02-03**, 1 day after joining · widgets#40",
        ),
        (
            "- **First merged pull request with code**: ",
            "**2026-02-09**, 7 days after joining · widgets#41",
        ),
        (
            "- **First review given**: ",
            "**2026-03-04**, 30 days after joining · widgets#8",
        ),
    ] {
        let line = line(&text, label);
        assert!(line[label.len()..].starts_with(expected), "{line}");
    }
    assert!(text.contains("- ada, 2026-02-06 · widgets#41\n"), "{text}");
    // Cem was met in the fifth week.
    assert!(!text.contains("- cem,"), "{text}");
    let mut team = everything();
    team.streams
        .retain(|stream| *stream != Stream::PullRequests);
    let text = plain(page(&told(&team), "onboarding"));
    assert!(
        text.contains("Not observed: pull requests and reviews of") && !text.contains("none by"),
        "{text}"
    );
}

#[test]
fn pairs_stand_with_the_commits_that_say_so() {
    let text = text(&everything(), "pairs");
    assert!(
        text.contains("## ada + cem, 2026-03-02 to 2026-03-02\n"),
        "{text}"
    );
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(
        lines[0].starts_with("- **2026-03-02** · widgets@0202020202 “Commit 2”"),
        "{text}"
    );
    let mut team = SmallTeam::new();
    assert!(
        plain(page(&told(&team), "pairs"))
            .contains("No commit of the window is credited to two people.")
    );
    team.streams.clear();
    let text = plain(page(&told(&team), "pairs"));
    assert!(
        text.contains("Not observed: commits: ") && !text.contains("No commit"),
        "{text}"
    );
}

#[test]
fn dates_are_kept_by_the_day_and_moves_are_not_observed() {
    let mut team = everything();
    for (number, closed) in [
        (50, Some("2026-03-31T23:30:00Z")),
        (51, Some("2026-04-01")),
        (52, None),
    ] {
        let issue = team.issue(number, BEN, "2026-02-01");
        issue.milestone = Some("Q1".to_owned());
        issue.closed_at = closed.map(at);
    }
    let unread = plain(page(&told(&team), "dates"));
    assert!(
        unread.contains("Not observed: milestones: no milestones in the store."),
        "{unread}"
    );
    assert!(!unread.contains("due **"), "{unread}");
    team.streams.push(Stream::Milestones);
    let text = plain(page(&told(&team), "dates"));
    assert!(
        text.contains("whether it was moved, and how long before that was told, is not observed"),
        "{text}"
    );
    assert!(
        text.contains("2 milestones: closed by the due day 0, closed after it 1, open after it 0, open and still in time 1."),
        "{text}"
    );
    assert!(
        text.contains(
            "due **2026-03-31** · “Q1” of widgets: closed 2026-04-02, 2 days after the due day; of 3 issues in it closed by then 1, later \
             1, open 1"
        ),
        "{text}"
    );
    assert!(
        text.contains("Without a due day, and not told here: 1 milestone."),
        "{text}"
    );
    // A day later the second is late.
    team.as_of = at("2026-07-02T00:00:00Z");
    team.window.until = at("2026-07-02T00:00:00Z");
    let text = plain(page(&told(&team), "dates"));
    assert!(
        text.contains("“Q2” of widgets: open, 1 day after the due day; no issue is in it"),
        "{text}"
    );
}

#[test]
fn debt_is_what_has_a_label_of_it_and_is_open() {
    let mut team = SmallTeam::new();
    for (number, label) in [
        (30, "Tech-Debt"),
        (31, "debt"),
        (32, "bug"),
        (33, "debt"),
        (34, "debt"),
    ] {
        let issue = team.issue(number, BEN, "2026-02-01");
        issue.labels = vec![label.to_owned()];
    }
    team.facts().issues[1].assignees = vec![CEM, BOT];
    team.facts().issues[3].closed_at = Some(at("2026-03-01"));
    team.facts().issues[4]
        .labels
        .push("area: engine".to_owned());
    team.reply(31, ADA, "2026-04-05");
    team.reply(31, ADA, "2026-08-05");
    team.pull_request(41, BEN, "2026-02-05", None);
    team.file(41, "engine/main.rs");
    team.event(30, "cross_referenced", "2026-02-06", Some("41"));
    let text = text(&team, "debt");
    assert!(
        text.contains("3 open issues with a label of debt."),
        "{text}"
    );
    let rows: Vec<String> = text
        .lines()
        .filter(|line| line.starts_with("| widgets#"))
        .map(|line| {
            line.replace("— (not known)", "—")
                .replace("— (nobody)", "—")
        })
        .collect();
    assert_eq!(
        rows,
        [
            "| widgets#30 | “Issue 30” | engine | — | 2026-02-01 | 149 | 2026-02-06, a mention |",
            "| widgets#34 | “Issue 34” | engine | — | 2026-02-01 | 149 | 2026-02-01, opened |",
            "| widgets#31 | “Issue 31” | — | cem | 2026-02-01 | 149 | 2026-04-05, a comment |",
        ],
        "{text}"
    );
    team.streams.retain(|stream| *stream != Stream::Issues);
    let text = plain(page(&told(&team), "debt"));
    assert!(
        text.contains("Not observed: issues: ") && !text.contains("0 open issues"),
        "{text}"
    );
}

#[test]
fn what_one_person_alone_writes_and_approves_has_a_nearest_second() {
    let mut team = SmallTeam::new();
    for (number, day) in (60..66).zip(["01", "02", "03", "04", "05", "08"]) {
        let day = format!("2026-06-{day}");
        team.pull_request(number, CEM, &day, Some(&format!("{day}T12:00:00Z")));
        team.file(number, &format!("docs/adr/{number}.md"));
        team.review(number, ADA, &format!("{day}T11:00:00Z"));
    }
    for file in &mut team.facts().pull_request_files {
        (file.additions, file.deletions) = (40, 0);
    }
    let text = text(&team, "single");
    assert!(
        text.contains("- **decision records** · written by cem alone in the window (n 6). Nearest second: nobody on record."),
        "{text}"
    );
    assert!(
        text.contains("2026-06-01** · widgets#60 `docs/adr/60.md` `ev-"),
        "{text}"
    );
    assert!(
        text.contains("- **docs** · approved by ada alone in 180 days (n 6 pull requests). Nearest second: nobody active has reviewed there."),
        "{text}"
    );
    // Ben approves one of them, then nobody approves alone; and writes one, then two write.
    team.review(60, BEN, "2026-06-01T11:30:00Z");
    team.pull_request(70, BEN, "2026-06-10", Some("2026-06-11"));
    team.file(70, "docs/adr/70.md");
    let file = team.facts().pull_request_files.last_mut().unwrap();
    (file.additions, file.deletions) = (40, 0);
    let text = plain(page(&told(&team), "single"));
    assert!(
        text.contains("- **decision records** · written by ben, cem (n 7)"),
        "{text}"
    );
    assert!(!text.contains("approved by"), "{text}");
}

#[test]
fn an_area_that_one_person_alone_knows_names_a_second_and_what_they_carry() {
    let mut team = SmallTeam::new();
    for number in 1..=9 {
        team.commit(number, CEM, &format!("2026-05-{number:02}"));
        team.changes("engine/main.rs");
    }
    team.commit(10, ADA, "2026-05-20");
    team.changes("engine/main.rs");
    // A review waits for Ada.
    team.pull_request(80, CEM, "2026-06-01", None);
    team.ask(80, ADA, "2026-06-02");
    let text = text(&team, "single");
    let line = line(&text, "- **engine** · cem alone: ");
    assert!(
        line.contains("(n 10 commits and reviews), last there 2026-05-09 · widgets@"),
        "{line}"
    );
    assert!(
        line.contains(
            "Nearest second: ada, last there 2026-05-20 · widgets@0a0a0a0a0a; carries already: a review has waited for them since \
             2026-06-02 (widgets#80)."
        ),
        "{line}"
    );
    team.streams.retain(|stream| *stream != Stream::History);
    let text = plain(page(&told(&team), "single"));
    assert!(
        text.contains("Not observed: the history: ") && !text.contains("None: every area"),
        "{text}"
    );
}

#[test]
fn an_area_in_which_too_little_happened_is_not_called_known_to_several() {
    let mut team = SmallTeam::new();
    team.engine_and_tools(1..=6);
    let single = text(&team, "single");
    assert!(
        single
            .contains("None: the one area where enough happened is known to more than one person."),
        "{single}"
    );
    assert!(!single.contains("Not told of"), "{single}");
    // Two commits of one person: too few to call the area known to one person, or to several.
    team.engine_and_tools(7..=8);
    let single = text(&team, "single");
    for words in [
        "None: the one area where enough happened is known to more than one person.",
        "Not told of 1 area: fewer than 5 commits and reviews in 547 days.",
    ] {
        assert!(single.contains(words), "{words}\n{single}");
    }
    team.tables.commits.drain(..6);
    team.tables.changes = linchpin::tables::Changes::default();
    team.changes("tools/run.sh");
    let single = text(&team, "single");
    assert!(
        single.contains("Not told: too little happened in every area."),
        "{single}"
    );
}

#[test]
fn nothing_that_was_read_is_told_as_nothing_and_nothing_unread_as_zero() {
    let mut team = SmallTeam::new();
    team.streams.clear();
    for page in told(&team) {
        let text = plain(&page.document);
        assert!(
            text.to_lowercase().contains("not observed") || page.stem == "onboarding",
            "{}: {text}",
            page.stem
        );
        for zero in ["0 of 0", "n 0", "(n 0)"] {
            assert!(!text.contains(zero), "{}: {text}", page.stem);
        }
    }
}
