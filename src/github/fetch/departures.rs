//! What a list no longer has: what left, and what nobody shows any more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::lists::Stop;
use crate::domain::{Departure, ListedRepository, Listing, RepoName, Source};
use crate::github::client::{Client, Outcome};
use crate::github::operation::REPOSITORIES_BY_ID;
use crate::github::wire::owner::Whereabouts;
use crate::github::wire::repository::InNodes;

/// What the list of before had and this one does not take.
#[derive(Default)]
pub(super) struct Gone {
    /// What is known to have left.
    left: Vec<Departure>,
    /// What the list does not have at all.
    unlisted: Vec<ListedRepository>,
}

/// What of the list of before this one does not take.
pub(super) fn compared(
    before: &Listing,
    listed: &BTreeMap<String, ListedRepository>,
    wanted: &impl Fn(&ListedRepository) -> bool,
    now: Timestamp,
) -> Gone {
    let names: BTreeSet<String> = listed.values().map(|one| one.name.key()).collect();
    let mut gone = Gone::default();
    let taken = before.repositories.iter().filter(|one| one.is_ordinary());
    for old in taken {
        let mut leave = |why: String| {
            gone.left.push(Departure {
                name: old.name.clone(),
                at: now,
                why,
            });
        };
        match listed.get(&old.node) {
            Some(found) if found.is_archived => leave("it is archived".to_owned()),
            Some(found) if found.is_fork => leave("it is a fork".to_owned()),
            Some(found) if wanted(found) => {}
            Some(found) if found.name.is_same(&old.name) => {
                leave("no pattern matches it any more".to_owned());
            }
            Some(found) => leave(format!(
                "it is called `{}`, which no pattern matches",
                found.name
            )),
            None if names.contains(&old.name.key()) => {
                leave("another repository has its name".to_owned());
            }
            None => gone.unlisted.push(old.clone()),
        }
    }
    gone
}

/// Asks where unlisted repositories are now. What nobody shows stays, as missing: whether it is gone for good or hidden from this
/// token, GitHub does not tell, and figures must not lose it unsaid.
pub(super) async fn whereabouts(
    client: &Client,
    source: &Source,
    mut gone: Gone,
    wanted: &impl Fn(&ListedRepository) -> bool,
    now: Timestamp,
) -> Result<(Vec<ListedRepository>, Vec<Departure>), Stop> {
    let mut missing = Vec::new();
    for some in gone.unlisted.chunks(100) {
        let ids: Vec<&str> = some.iter().map(|one| one.node.as_str()).collect();
        let answer = client
            .graphql::<InNodes<Value>>(&REPOSITORIES_BY_ID, &json!({"ids": ids}), false)
            .await?;
        let found: BTreeMap<String, RepoName> = match answer {
            Outcome::Data(answer, _) => answer
                .nodes
                .into_iter()
                .flatten()
                .filter_map(|node| Whereabouts::deserialize(node).ok())
                .filter_map(|found| Some((found.id, found.name_with_owner.parse().ok()?)))
                .collect(),
            Outcome::TooBig | Outcome::Unavailable(_) => BTreeMap::new(),
        };
        for old in some {
            let mut leave = |why: String| {
                gone.left.push(Departure {
                    name: old.name.clone(),
                    at: now,
                    why,
                });
            };
            let now_called = found.get(&old.node);
            let is_of_owner = |name: &RepoName| match source {
                Source::Owner(login) => name.owner().eq_ignore_ascii_case(login),
                Source::Team(..) => false,
            };
            match (now_called, source) {
                // The list was read past it.
                (Some(name), _) if is_of_owner(name) => missing.push(ListedRepository {
                    name: name.clone(),
                    missing_since: None,
                    ..old.clone()
                }),
                (Some(_), Source::Team(..)) => {
                    leave("the team has no access to it any more".to_owned());
                }
                (Some(name), Source::Owner(_)) => leave(format!("it is `{name}` now")),
                (None, _) if wanted(old) => missing.push(ListedRepository {
                    missing_since: old.missing_since.or(Some(now)),
                    ..old.clone()
                }),
                (None, _) => leave("no pattern matches it any more".to_owned()),
            }
        }
    }
    Ok((missing, gone.left))
}
