//! Discovery: which repositories an owner or a team has, one request a hundred. What cannot be listed keeps the list of before.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::departures::{compared, whereabouts};
use super::lists::{PageOf, Stop, page, silent, trouble};
use super::pages::{Endless, Pages};
use super::{FetchProgress, telling_waits};
use crate::domain::{
    Completeness, ListedRepository, Listing, ListingTrouble, Listings, RepositoryPattern, Source,
};
use crate::github::client::Client;
use crate::github::decode;
use crate::github::error::Error;

/// What is asked of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Which list.
    pub source: Source,
    /// What is wanted of it: the rest is not kept.
    pub patterns: Vec<RepositoryPattern>,
}

/// What came of listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// All lists: those that were read now, and the last known ones of those that could not be.
    pub listings: Listings,
    /// Patterns that match more repositories than may be fetched, and that were never listed before.
    pub too_many: Vec<String>,
    /// Set when it stopped at a rate limit.
    pub resumes_at: Option<Timestamp>,
    /// Set when GitHub did not answer at all.
    pub outage: Option<String>,
    /// Requests sent, tries included.
    pub requests: u64,
    /// Points spent, as far as GitHub told.
    pub points_spent: u64,
    /// Points an hour, where GitHub told.
    pub points_an_hour: Option<u32>,
}

/// Lists what is asked for. `known` are the lists of before; a pattern that matches more than `most` repositories is not taken.
///
/// A list that cannot be read is not an error: it keeps what was known, with the reason. A refused token is one.
pub async fn discover(
    client: &Client,
    asks: &[Ask],
    known: &Listings,
    most: u64,
    progress: &dyn FetchProgress,
) -> Result<Listed, Error> {
    let mut listed = Listed {
        listings: known.clone(),
        too_many: Vec::new(),
        resumes_at: None,
        outage: None,
        requests: 0,
        points_spent: 0,
        points_an_hour: None,
    };
    telling_waits(client, progress, all(client, asks, most, &mut listed)).await?;
    listed.requests = client.n_requests();
    listed.points_spent = client.budget().spent;
    listed.points_an_hour = client.budget().limit;
    Ok(listed)
}

async fn all(client: &Client, asks: &[Ask], most: u64, listed: &mut Listed) -> Result<(), Error> {
    for ask in asks {
        let before = listed.listings.of(&ask.source).cloned();
        let before = before.unwrap_or_else(|| Listing::unread(&ask.source));
        let done = match (listed.resumes_at, &listed.outage) {
            (Some(reset_at), _) => Err(Stop::Failed(Error::RateLimited { reset_at })),
            (None, Some(outage)) => Err(Stop::Short(silent(outage))),
            (None, None) => one(client, ask, &before, most).await,
        };
        let list = match done {
            Ok(list) => list,
            Err(Stop::TooMany(pattern)) if !before.has(&pattern) => {
                listed.too_many.push(pattern.to_string());
                continue;
            }
            Err(stop) => kept(before, trouble_of(stop, listed)?),
        };
        listed.listings.put(list);
    }
    Ok(())
}

/// The list of before, with the reason why it is not a newer one.
fn kept(before: Listing, mut trouble: ListingTrouble) -> Listing {
    if let Some(at) = before.listed_at {
        trouble.reason = format!("{}; the list of {at} stays", trouble.reason);
    }
    Listing {
        trouble: Some(trouble),
        ..before
    }
}

/// What to say of a list that was not read; an error only where the whole run must end. What holds for all lists is noted.
fn trouble_of(stop: Stop, listed: &mut Listed) -> Result<ListingTrouble, Error> {
    Ok(match stop {
        Stop::Short(trouble) => trouble,
        Stop::TooMany(pattern) => trouble(
            Completeness::Partial,
            format!("`{pattern}` matches more repositories by now than are taken unasked"),
            "narrow the pattern, or allow more with `--max-repositories`",
        ),
        Stop::Failed(Error::RateLimited { reset_at }) => {
            listed.resumes_at = Some(reset_at);
            trouble(
                Completeness::RateLimited,
                "the points of this hour are used up".to_owned(),
                "run it again later",
            )
        }
        Stop::Failed(error @ (Error::GaveUp { .. } | Error::Redirected { .. })) => {
            let said = error.to_string();
            // An answer that is one, and of no use, is about this list alone.
            if !matches!(
                error,
                Error::GaveUp {
                    status: Some(200),
                    ..
                }
            ) {
                listed.outage = Some(said.clone());
            }
            silent(&said)
        }
        Stop::Failed(error @ (Error::Rejected { .. } | Error::Shape { .. })) => trouble(
            Completeness::Partial,
            error.to_string(),
            "report it with the text above: it names no secret",
        ),
        Stop::Failed(error) => return Err(error),
    })
}

/// What the pages of a list came to.
#[derive(Default)]
struct Gathered {
    /// All of them, by node id.
    all: BTreeMap<String, ListedRepository>,
    /// How many GitHub counts.
    n_counted: u64,
    /// How many the token may not see.
    n_hidden: u64,
    /// How many have a name that cannot be one.
    n_unreadable: u64,
    endless: Option<Endless>,
}

impl Gathered {
    /// Why it is not the whole list; `None` where it is.
    fn shortcoming(&self) -> Option<ListingTrouble> {
        let counted = self.n_counted;
        let again = "run it again; if that does not help, report it";
        if let Some(endless) = self.endless {
            let reason = endless.reason().to_owned();
            return Some(trouble(Completeness::Partial, reason, Endless::FIX));
        }
        if self.n_hidden > 0 {
            let reason = format!(
                "the token may not see {} of {counted} repositories",
                self.n_hidden
            );
            let fix = "give the token read access to all of them";
            return Some(trouble(Completeness::Partial, reason, fix));
        }
        let n = self.all.len() as u64 + self.n_unreadable;
        if self.n_unreadable > 0 || n < counted {
            let reason = format!("{} of {counted} repositories came", self.all.len());
            return Some(trouble(Completeness::Partial, reason, again));
        }
        None
    }
}

async fn one(client: &Client, ask: &Ask, before: &Listing, most: u64) -> Result<Listing, Stop> {
    let matchers: Vec<_> = ask
        .patterns
        .iter()
        .map(RepositoryPattern::matcher)
        .collect();
    let mut gathered = Gathered::default();
    let mut n_taken = vec![0_u64; matchers.len()];
    let mut pages = Pages::default();
    let mut next = Some(PageOf {
        first: client.settings().page.clamp(1, 100),
        after: None,
        counts: true,
    });
    while let Some(mut asked) = next.take() {
        pages.ask(asked.after.as_deref());
        let page = page(client, &ask.source, &mut asked).await?;
        let n_elements = page.nodes.as_ref().map_or(0, Vec::len);
        gathered.n_counted = gathered.n_counted.max(page.total_count);
        match pages.next(&page.page_info, n_elements, Some(page.total_count)) {
            Ok(after) => next = after.map(|after| asked.at(after)),
            Err(endless) => gathered.endless = Some(endless),
        }
        for node in page.nodes.into_iter().flatten() {
            let Some(node) = node else {
                gathered.n_hidden += 1;
                continue;
            };
            let Ok(found) = decode::listed(node) else {
                gathered.n_unreadable += 1;
                continue;
            };
            for (at, matcher) in matchers.iter().enumerate() {
                let is_taken = found.is_ordinary() && matcher.is_match(&found.name, &found.topics);
                if let Some(n) = n_taken.get_mut(at).filter(|_| is_taken) {
                    *n += 1;
                }
            }
            gathered.all.insert(found.node.clone(), found);
        }
        let mut counted = ask.patterns.iter().zip(&n_taken);
        if let Some((pattern, _)) = counted.find(|(_, n)| **n > most) {
            return Err(Stop::TooMany(pattern.clone()));
        }
    }
    let wanted = |one: &ListedRepository| {
        let mut matchers = matchers.iter();
        matchers.any(|matcher| matcher.is_match(&one.name, &one.topics))
    };
    let now = client.server_now();
    let gone = compared(before, &gathered.all, &wanted, now);
    let (missing, left) = whereabouts(client, &ask.source, gone, &wanted, now).await?;
    let mut repositories: Vec<ListedRepository> = gathered
        .all
        .values()
        .filter(|one| wanted(one))
        .cloned()
        .collect();
    repositories.extend(missing);
    repositories.sort_by_key(|one| one.name.key());
    let mut list = Listing {
        source: ask.source.to_string(),
        covers: ask.patterns.iter().map(RepositoryPattern::key).collect(),
        listed_at: Some(now),
        n_listed: gathered.n_counted,
        repositories,
        trouble: gathered.shortcoming(),
        left: before.left.clone(),
    };
    list.depart(left);
    Ok(list)
}
