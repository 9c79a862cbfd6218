//! One page of an owner's or a team's repositories, and why there is none.

use serde_json::{Value, json};

use crate::domain::{Completeness, ListingTrouble, RepositoryPattern, Source};
use crate::github::client::{Client, GraphqlError, Outcome, Unavailable, missing_repository};
use crate::github::error::Error;
use crate::github::operation::{OWNER_REPOSITORIES, TEAM_REPOSITORIES};
use crate::github::wire::Connection;
use crate::github::wire::owner::{self as wire, OfOwner, OfTeam};

/// Why a list was not read to its end.
pub(super) enum Stop {
    /// For a reason of its own.
    Short(ListingTrouble),
    /// A pattern matches more repositories than may be fetched.
    TooMany(RepositoryPattern),
    /// The client failed.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

pub(super) fn trouble(completeness: Completeness, reason: String, fix: &str) -> ListingTrouble {
    ListingTrouble {
        completeness,
        reason,
        fix: Some(fix.to_owned()),
    }
}

/// GitHub does not answer.
pub(super) fn silent(outage: &str) -> ListingTrouble {
    let fix = "check the network and run it again";
    trouble(Completeness::Partial, outage.to_owned(), fix)
}

/// Why there is no list.
fn unavailable(source: &Source, why: &Unavailable) -> ListingTrouble {
    let is_team = matches!(source, Source::Team(..));
    match why {
        Unavailable::Forbidden {
            said: Some(said), ..
        }
        | Unavailable::Blocked { said } => ListingTrouble {
            completeness: Completeness::Forbidden,
            reason: format!("GitHub says: {said}"),
            fix: why.step().map(str::to_owned),
        },
        Unavailable::Forbidden { permission, .. } => {
            let usual = if is_team {
                "members=read (a classic token: read:org)"
            } else {
                "metadata=read"
            };
            let wanted = permission.as_deref().unwrap_or(usual);
            trouble(
                Completeness::Forbidden,
                "the token may not read it".to_owned(),
                &format!("give the token read access: {wanted}"),
            )
        }
        _ => match source {
            Source::Owner(login) => trouble(
                Completeness::NotFound,
                format!("the owner `{login}` does not exist or is not visible to you"),
                "check the spelling, or give the token access to it",
            ),
            Source::Team(owner, slug) => trouble(
                Completeness::NotFound,
                format!("`{owner}` has no team `{slug}`, or it is not shown to this token"),
                "check the team's name in its address on GitHub; a classic token needs `read:org`, another members=read",
            ),
        },
    }
}

/// Which page is asked for.
pub(super) struct PageOf {
    pub(super) first: usize,
    pub(super) after: Option<String>,
    /// Whether pull requests and issues are counted.
    pub(super) counts: bool,
}

impl PageOf {
    /// The page after it.
    pub(super) fn at(self, after: String) -> Self {
        Self {
            after: Some(after),
            ..self
        }
    }
}

/// One page; a smaller one where it is too much, and one without counts where the token may not count.
pub(super) async fn page(
    client: &Client,
    source: &Source,
    asked: &mut PageOf,
) -> Result<Connection<wire::ListedRepository>, Stop> {
    loop {
        let short = |why: &Unavailable| Stop::Short(unavailable(source, why));
        match answered(client, source, asked).await? {
            Outcome::TooBig => asked.first = (asked.first / 2).max(1),
            Outcome::Unavailable(Unavailable::Forbidden { .. }) if asked.counts => {
                asked.counts = false;
            }
            Outcome::Unavailable(why) => return Err(short(&why)),
            Outcome::Data(found, errors) => {
                let is_of_counts = |error: &GraphqlError| {
                    let last = error.path.last().and_then(Value::as_str);
                    matches!(last, Some("pullRequests" | "issues"))
                };
                if asked.counts && errors.iter().any(is_of_counts) {
                    asked.counts = false;
                    continue;
                }
                return found.ok_or_else(|| short(&missing_repository(&errors)));
            }
        }
    }
}

type Page = Outcome<Option<Connection<wire::ListedRepository>>>;

async fn answered(client: &Client, source: &Source, asked: &PageOf) -> Result<Page, Error> {
    let can_split = asked.first > 1;
    let mut variables = json!({"first": asked.first, "after": asked.after, "counts": asked.counts});
    match source {
        Source::Owner(login) => {
            variables["login"] = json!(login);
            let answer = client
                .graphql::<OfOwner>(&OWNER_REPOSITORIES, &variables, can_split)
                .await?;
            Ok(answer.map(|found| found.repository_owner.map(|owner| owner.repositories)))
        }
        Source::Team(owner, slug) => {
            variables["login"] = json!(owner);
            variables["slug"] = json!(slug);
            let answer = client
                .graphql::<OfTeam>(&TEAM_REPOSITORIES, &variables, can_split)
                .await?;
            Ok(answer.map(|found| {
                let team = found.organization.and_then(|found| found.team);
                team.map(|team| team.repositories)
            }))
        }
    }
}
