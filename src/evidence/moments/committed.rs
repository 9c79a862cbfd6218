//! What git alone knows: commits that came with no pull request, commits made together, releases.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Subject, number};
use crate::domain::{Bucket, Granularity, PersonId, RepositoryId};
use crate::evidence::snippet::{Act, Event, Kind, Link, Snippet};
use crate::work::areas::Areas;
use crate::work::commits::{Made, of_person as made_by, starts_at};
use crate::work::{Need, Reading};

/// So many commits of a moment are linked: those that change most files. How many there are is no measure of anybody.
const LISTED: usize = 3;

/// So many people of a moment are named.
const PARTNERS: usize = 6;

/// Commits of the person inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for reading in &subject.sources.past.readings {
        commits(subject, reading, moments);
    }
    releases(subject, moments);
}

fn commits(subject: &Subject<'_>, reading: &Reading<'_>, moments: &mut Vec<Snippet>) {
    let made = made_by(reading, subject.person);
    let mut alone: BTreeMap<(RepositoryId, Date), Vec<&Made>> = BTreeMap::new();
    let mut together: BTreeMap<Bucket, (BTreeSet<PersonId>, Vec<&Made>)> = BTreeMap::new();
    for own in made.iter().filter(|own| subject.is_inside(own.at)) {
        let on = subject.sources.date(own.at);
        if !own.came_with_a_pull_request {
            let key = (own.repository, on.first_of_month());
            alone.entry(key).or_default().push(own);
        }
        let others = own.people.iter().copied();
        let others: Vec<PersonId> = others.filter(|person| *person != subject.person).collect();
        if !others.is_empty() {
            let quarter = Bucket::of_date(on, Granularity::Quarter);
            let (partners, commits) = together.entry(quarter).or_default();
            partners.extend(others);
            commits.push(own);
        }
    }
    // What was not read may be where the commits came from.
    let is_read = reading
        .question
        .missing(reading.product, Need::PullRequests)
        .is_none();
    for ((repository, month), commits) in alone {
        let name = subject.sources.repository_name(repository);
        let (year, month) = (month.year(), month.month());
        let mut act = Act::default().own(format!("Committed to {name} in {year:04}-{month:02}"));
        if is_read {
            act = act.own(", outside the pull requests that were read");
        }
        let about = format!("{name} {year}-{month}");
        let mut snippet = moment(subject, Kind::Committed, &about, act, &commits);
        if !is_read {
            snippet.caveats.push(
                "pull requests were not read: what was said of these changes is not visible here",
            );
        }
        moments.push(snippet);
    }
    for (quarter, (partners, commits)) in together {
        let names = partners
            .iter()
            .filter_map(|person| subject.sources.person(*person));
        let mut names: Vec<&str> = names.map(|person| person.display_name.as_str()).collect();
        names.sort_unstable();
        let n_more = names.len().saturating_sub(PARTNERS);
        names.truncate(PARTNERS);
        let mut act = Act::default()
            .own("Made changes together with ")
            .given(&names.join(", "));
        if n_more > 0 {
            act = act.own(format!(" and {n_more} more people"));
        }
        let act = act.own(format!(" in {quarter}, by the commits' own words"));
        let about = format!("{} {quarter}", reading.product.name);
        moments.push(moment(subject, Kind::Paired, &about, act, &commits));
    }
    if !is_read {
        firsts(subject, reading, &made, moments);
    }
}

/// A moment of some commits: its sentence goes on with their areas and the last of them.
fn moment(
    subject: &Subject<'_>,
    kind: Kind,
    about: &str,
    mut act: Act,
    commits: &[&Made],
) -> Snippet {
    let of_commit = commits.iter().flat_map(|own| {
        let all = own.areas.iter();
        all.map(move |area| with_repository(subject, own, area))
    });
    let mut areas: Vec<String> = of_commit.collect();
    areas.sort();
    areas.dedup();
    if !areas.is_empty() {
        act = act.own(", in ").given(&areas.join(", "));
    }
    act = act.own(": ");
    let mut listed: Vec<&Made> = commits.to_vec();
    listed.sort_by_key(|own| std::cmp::Reverse(own.n_files));
    listed.truncate(LISTED);
    listed.sort_by_key(|own| (own.at, own.commit));
    for (at, own) in listed.into_iter().enumerate() {
        if at > 0 {
            act = act.own(", ");
        }
        act = act.link(page(subject, own)).own(" ").given(&own.subject);
    }
    if commits.len() > LISTED {
        act = act.own(format!(" and {} more", commits.len() - LISTED));
    }
    let last = commits.iter().map(|own| own.at).max();
    let on = subject.sources.date(last.unwrap_or(subject.sources.end()));
    let mut snippet = subject.snippet(kind, on, about, act.own("."));
    snippet.n = number(commits.len());
    let n_files: u64 = commits.iter().map(|own| own.n_files).sum();
    snippet.weight = 4 * u64::from((n_files + 1).ilog2());
    snippet.areas = areas;
    snippet.events = commits
        .iter()
        .map(|own| Event {
            at: own.at,
            who: Some(own.author),
            what: format!("committed “{}”", own.subject),
            link: page(subject, own),
        })
        .collect();
    snippet.events.sort();
    snippet
}

fn with_repository(subject: &Subject<'_>, own: &Made, area: &str) -> String {
    Areas::with_repository(&subject.sources.repository_name(own.repository), area)
}

fn page(subject: &Subject<'_>, own: &Made) -> Link {
    subject.commit_link(own.repository, own.commit)
}

/// First commits in an area, where no pull request tells of them.
fn firsts(subject: &Subject<'_>, reading: &Reading<'_>, made: &[Made], moments: &mut Vec<Snippet>) {
    let Some(starts_at) = starts_at(reading) else {
        return;
    };
    let counts_from = super::firsts::counts_from(starts_at);
    let mut first: BTreeMap<&str, &Made> = BTreeMap::new();
    for own in made {
        for area in &own.areas {
            let known = first.entry(area).or_insert(own);
            if own.at < known.at {
                *known = own;
            }
        }
    }
    let record = subject.sources.date(starts_at);
    for (area, own) in first {
        if own.at < counts_from || !subject.is_inside(own.at) {
            continue;
        }
        let told = with_repository(subject, own, area);
        let act = Act::default()
            .own("First change in the area ")
            .given(&told)
            .own(": ")
            .link(page(subject, own))
            .own(" ")
            .given(&own.subject)
            .own(format!(". The record starts {record}."));
        let on = subject.sources.date(own.at);
        let mut snippet = subject.snippet(Kind::FirstChange, on, area, act);
        snippet.dimensions = subject.dimensions_of_first_change(&told, own.at);
        snippet.areas = vec![told];
        snippet.events.push(Event {
            at: own.at,
            who: Some(own.author),
            what: "committed".to_owned(),
            link: page(subject, own),
        });
        moments.push(snippet);
    }
}

/// Releases that the person published inside the window.
fn releases(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for release in &subject.sources.past.tables.facts.releases {
        let at = release.published_at.filter(|at| subject.is_inside(*at));
        let (Some(at), Some(author)) = (at, release.author) else {
            continue;
        };
        if author != subject.person || release.is_draft || release.is_prerelease {
            continue;
        }
        let name = subject.sources.repositories.get(&release.repository);
        let link = Link {
            text: format!(
                "{}@{}",
                name.map_or("?", |name| name.name()),
                release.tag_name
            ),
            url: release.url.clone(),
        };
        let on = subject.sources.date(at);
        let act = Act::default()
            .own("Published the release ")
            .link(link.clone())
            .own(format!(" on {on}."));
        let mut snippet = subject.snippet(Kind::Released, on, &release.url, act);
        snippet.events.push(Event {
            at,
            who: Some(author),
            what: "published".to_owned(),
            link,
        });
        moments.push(snippet);
    }
}
