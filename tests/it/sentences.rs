//! What a sentence of the evidence may say of days, clocks and acts: no day before it is lived, each wait with its calendar, each act
//! once.

use linchpin::domain::PersonId;
use linchpin::evidence::with_desk;

use crate::small_team::{ADA, BEN, CEM, SmallTeam, at, words};

/// A page of somebody.
fn page(team: &SmallTeam, person: PersonId, stem: &str) -> String {
    team.sources(|sources| {
        with_desk(sources, |desk| {
            let pack = desk.pack(person).unwrap();
            let mut pages = desk.pages(&pack).into_iter();
            let page = pages.find(|page| page.stem == stem).unwrap();
            words(&page.document).replace('\u{2060}', "")
        })
    })
}

/// Of a team in Lisbon, seen at an instant: Ada is asked on Monday, 22 June, and her own work of that day is left alone.
fn in_lisbon(as_of: &str) -> SmallTeam {
    let mut team = SmallTeam::new();
    "[calendar]\ntime_zone = \"Europe/Lisbon\"\n".clone_into(&mut team.register);
    (team.as_of, team.window.until) = (at(as_of), at(as_of));
    team.pull_request(1, BEN, "2026-06-22", None);
    team.ask(1, ADA, "2026-06-22");
    team.pull_request(2, ADA, "2026-06-22", None);
    team
}

const BY_MONTH: &str =
    "| Moments | 2026-01 | 2026-02 | 2026-03 | 2026-04 | 2026-05 | 2026-06 | Found |";
const WITH_JULY: &str = "| Moments | 2026-01 to 2026-07, a sign a month |";

#[test]
fn a_day_of_one_hour_is_no_day_and_no_month_and_no_quarter() {
    // Midnight in Greenwich is one o'clock of 1 July in Lisbon.
    let team = in_lisbon("2026-07-01T00:00:00Z");
    let evidence = page(&team, ADA, "evidence");
    for line in [
        "1 pull request waited for a review by this person at the end of 2026-06-30: widgets#1",
        "Own pull request widgets#2 “Change 2” was open at the end of 2026-06-30, without an event",
        BY_MONTH,
    ] {
        assert!(evidence.contains(line), "{line}\n{evidence}");
    }
    let talk = page(&team, ADA, "one-on-one");
    for line in [
        "## Open at the end of 2026-06-30",
        "## From 2026-06-29 to 2026-06-30, so far",
    ] {
        assert!(talk.contains(line), "{line}\n{talk}");
    }
    let growth = page(&team, ADA, "growth");
    assert!(
        growth.contains("Quarters 2026-Q2 to 2026-Q2, up to 2026-06-30, as of"),
        "{growth}"
    );
}

#[test]
fn what_happened_in_the_first_hour_of_a_day_is_told() {
    let mut team = in_lisbon("2026-07-01T00:00:00Z");
    let merged = Some("2026-06-30T23:30:00Z");
    team.pull_request(3, ADA, "2026-06-30T12:00:00Z", merged);
    let evidence = page(&team, ADA, "evidence");
    assert!(
        evidence.contains("widgets#3 “Change 3”: opened 2026-06-30")
            && evidence.contains("merged 2026-07-01"),
        "{evidence}"
    );
    assert!(evidence.contains(WITH_JULY), "{evidence}");
    let talk = page(&team, ADA, "one-on-one");
    assert!(
        talk.contains("## From 2026-06-29 to 2026-07-01, so far")
            && talk.contains("**Shipped**: widgets#3 “Change 3” (2026-07-01)"),
        "{talk}"
    );
    // What is open is told as it was when the day ended, and nothing of it has the date of the hour.
    assert!(talk.contains("## Open at the end of 2026-06-30"), "{talk}");
    let growth = page(&team, ADA, "growth");
    assert!(
        growth.contains("Quarters 2026-Q2 to 2026-Q3, up to 2026-07-01, as of")
            && growth.contains("| 2026-Q3, so far |"),
        "{growth}"
    );
}

#[test]
fn of_a_day_that_is_not_over_the_hour_is_told() {
    let mut team = in_lisbon("2026-07-01T14:00:00Z");
    team.pull_request(3, BEN, "2026-07-01T08:00:00Z", None);
    team.ask(3, ADA, "2026-07-01T08:00:00Z");
    let evidence = page(&team, ADA, "evidence");
    let line =
        "2 pull requests waited for a review by this person on 2026-07-01 at 15:00: widgets#1";
    assert!(evidence.contains(line), "{evidence}");
    assert!(evidence.contains(WITH_JULY), "{evidence}");
    let talk = page(&team, ADA, "one-on-one");
    assert!(talk.contains("## Open on 2026-07-01 at 15:00"), "{talk}");
    assert!(!talk.contains("at the end of 2026-07-01"), "{talk}");
}

#[test]
fn an_approval_outside_of_working_hours_is_not_told_as_one_at_once() {
    let mut team = SmallTeam::new();
    team.register = "[calendar]\ntime_zone = \"UTC\"\nhours = \"09:00-17:00\"\n".to_owned();
    // From a Saturday to the Sunday.
    team.pull_request(1, ADA, "2026-02-07", Some("2026-02-08T15:00:00Z"));
    team.ask(1, BEN, "2026-02-07");
    team.review(1, BEN, "2026-02-08T10:00:00Z");
    let told = page(&team, ADA, "growth");
    assert!(
        told.contains("first approval after 0 min of working hours, 24.0 h elapsed."),
        "{told}"
    );
}

#[test]
fn a_postmortem_has_the_incident_as_its_situation_and_stands_in_one_row() {
    let mut team = SmallTeam::new();
    let issue = team.issue(7, BEN, "2026-03-04T09:00:00Z");
    "Lamps are dark".clone_into(&mut issue.title);
    issue.labels = vec!["incident".to_owned()];
    issue.closed_at = Some(at("2026-03-06T12:00:00Z"));
    team.pull_request(9, CEM, "2026-03-05T10:00:00Z", Some("2026-03-05T14:00:00Z"));
    team.file(9, "docs/postmortems/7-lamps.md");
    let file = team.facts().pull_request_files.last_mut().unwrap();
    (file.additions, file.deletions) = (40, 0);
    let page = page(&team, CEM, "draft/star");
    let row = "| architecture documentation | widgets#7 open since 2026-03-04 | widgets#7 “Lamps are dark” | **2026-03-05** · Wrote a \
               postmortem in widgets#9";
    assert!(page.contains(row), "{page}");
    // It stands for taking things on as well, and is told once.
    assert_eq!(page.matches("Wrote a postmortem").count(), 1, "{page}");
    assert!(
        page.contains("Its moments stand in the rows above: each act is told once."),
        "{page}"
    );
}
