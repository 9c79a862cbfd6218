//! What a repository's owners laid down: merge rules, milestones, environments, teams. Each stream is one snapshot.
//!
//! One request answers for all of them, and for the teams of an organisation once a run. A snapshot replaces the one before,
//! so that what was deleted goes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::context::{Context, checksum};
use super::pages::Pages;
use super::tails;
use crate::domain::{Completeness, RepoName, Stream, StreamCertificate};
use crate::github::client::{Client, GraphqlError, Outcome, Unavailable};
use crate::github::error::Error;
use crate::github::operation::REPOSITORY_SETTINGS;
use crate::github::wire::Connection;
use crate::github::wire::repository::InRepository;
use crate::store::raw::Record;
use crate::store::state::RepositoryState;

/// The streams that one request answers for, and their fields in it.
const PARTS: [(Stream, &str); 4] = [
    (Stream::MergeRules, "defaultBranchRef"),
    (Stream::Milestones, "milestones"),
    (Stream::Environments, "environments"),
    (Stream::Teams, "owner"),
];

/// The field of a kept snapshot that says when it was first read as it is.
pub(in crate::github) const SEEN_AT: &str = "seenAt";

/// One stream's answer.
#[derive(Debug, Clone)]
enum SettingsPart {
    /// All of its elements, as far as they came.
    Whole {
        nodes: Vec<Value>,
        expected: u64,
        n_failed: usize,
    },
    /// There is nothing to say: no branch, no organisation.
    Nothing,
    /// It cannot be read.
    Unavailable(Unavailable),
    /// The server is older than what is asked of it.
    Unknown,
    /// GitHub could not answer it, not even alone.
    Unanswered,
}

/// What one run knows of settings: the teams of each owner, and the answers about the repository at hand.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// By owner, in lower case.
    teams: BTreeMap<String, SettingsPart>,
    parts: BTreeMap<Stream, SettingsPart>,
    /// What was not answered beside others, and is asked for alone.
    alone: BTreeSet<Stream>,
    /// What came of the repository at hand ahead of it: everything but the teams.
    given: Option<Value>,
}

impl Settings {
    /// Forgets the repository at hand; the teams stay.
    pub(super) fn next_repository(&mut self) {
        self.parts.clear();
        self.alone.clear();
        self.given = None;
    }

    /// Takes what came of the repository at hand ahead of it.
    pub(super) fn give(&mut self, given: Option<Value>) {
        self.given = given;
    }

    /// Fetches one of the streams: together with the others of `wanted`, unless it already came with them.
    pub(super) async fn fetch(
        &mut self,
        context: &Context<'_>,
        state: &mut RepositoryState,
        stream: Stream,
        wanted: &[Stream],
    ) -> Result<StreamCertificate, Error> {
        let owner = context.name.owner().to_lowercase();
        if !self.parts.contains_key(&stream) {
            if let Some(known) = self.teams.get(&owner) {
                self.parts.insert(Stream::Teams, known.clone());
            }
            self.ask(context.client, &context.name, wanted).await?;
            if let Some(teams) = self.parts.get(&Stream::Teams) {
                self.teams.insert(owner, teams.clone());
            }
        }
        match self.parts.remove(&stream) {
            Some(SettingsPart::Whole {
                nodes,
                expected,
                n_failed,
            }) => keep(context, state, stream, (&nodes, expected), n_failed),
            Some(SettingsPart::Unavailable(why)) => Ok(unneeded(context, state, stream)
                .unwrap_or_else(|| context.unavailable(stream, &why))),
            Some(SettingsPart::Unknown) => Ok(StreamCertificate {
                reason: Some("this server is too old to tell".to_owned()),
                ..context.certificate(stream, Completeness::Skipped)
            }),
            // What came before stays, and is not taken for what is there today.
            Some(SettingsPart::Unanswered) | None => {
                context.troubled(state, stream, "GitHub could not answer it")
            }
            Some(SettingsPart::Nothing) => Ok(context.certificate(stream, Completeness::Empty)),
        }
    }

    /// Asks for the parts that are not known yet; what is not answered beside the others is asked for alone.
    async fn ask(
        &mut self,
        client: &Client,
        name: &RepoName,
        wanted: &[Stream],
    ) -> Result<(), Error> {
        let mut together: BTreeMap<Stream, Option<String>> = PARTS
            .iter()
            .map(|(stream, _)| *stream)
            .filter(|stream| wanted.contains(stream) && !self.parts.contains_key(stream))
            .map(|stream| (stream, None))
            .collect();
        if let Some(given) = self.given.take() {
            let teams = together.remove(&Stream::Teams);
            self.ask_for(client, name, together, Some(given)).await?;
            together = teams
                .map(|after| (Stream::Teams, after))
                .into_iter()
                .collect();
        }
        self.ask_for(client, name, together, None).await?;
        for stream in std::mem::take(&mut self.alone) {
            self.ask_for(client, name, BTreeMap::from([(stream, None)]), None)
                .await?;
            if self.alone.remove(&stream) {
                self.parts.insert(stream, SettingsPart::Unanswered);
            }
        }
        Ok(())
    }

    /// Asks for some parts, page after page, of which the first pages may have been given.
    async fn ask_for(
        &mut self,
        client: &Client,
        name: &RepoName,
        mut asked: BTreeMap<Stream, Option<String>>,
        given: Option<Value>,
    ) -> Result<(), Error> {
        let mut lists: BTreeMap<Stream, Pages> = BTreeMap::new();
        if let Some(given) = given {
            self.take(client, (&mut asked, &mut lists), given, &[])
                .await?;
        }
        while !asked.is_empty() {
            let answer = client
                .graphql::<InRepository<Value>>(
                    &REPOSITORY_SETTINGS,
                    &variables(name, &asked),
                    false,
                )
                .await;
            match answer {
                Ok(Outcome::Data(answer, errors)) => {
                    let found = answer.repository.unwrap_or_default();
                    self.take(client, (&mut asked, &mut lists), found, &errors)
                        .await?;
                }
                Ok(Outcome::Unavailable(why)) => {
                    let refused = refused(&asked, &why);
                    for stream in refused {
                        asked.remove(&stream);
                        self.parts
                            .insert(stream, SettingsPart::Unavailable(why.clone()));
                    }
                }
                // One part that the server does not know, or cannot answer, must not take the others with it.
                Ok(Outcome::TooBig)
                | Err(Error::GaveUp {
                    status: Some(200), ..
                }) => self.alone.extend(std::mem::take(&mut asked).into_keys()),
                Err(Error::Rejected { message, .. })
                    if message.contains("doesn't exist on type") =>
                {
                    let named =
                        unknown_to_server(&message).filter(|stream| asked.contains_key(stream));
                    if let Some(stream) = named {
                        asked.remove(&stream);
                        self.parts.insert(stream, SettingsPart::Unknown);
                    } else if asked.len() == 1 {
                        for (stream, _) in std::mem::take(&mut asked) {
                            self.parts.insert(stream, SettingsPart::Unknown);
                        }
                    } else {
                        self.alone.extend(std::mem::take(&mut asked).into_keys());
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes an answer apart. What is whole is no longer asked for.
    async fn take(
        &mut self,
        client: &Client,
        (asked, lists): (
            &mut BTreeMap<Stream, Option<String>>,
            &mut BTreeMap<Stream, Pages>,
        ),
        mut found: Value,
        errors: &[GraphqlError],
    ) -> Result<(), Error> {
        for (stream, field) in PARTS {
            if !asked.contains_key(&stream) {
                continue;
            }
            let mut piece = found.get_mut(field).map(Value::take).unwrap_or_default();
            let is_about = |error: &&GraphqlError| {
                error.path.is_empty() || error.path.get(1).and_then(Value::as_str) == Some(field)
            };
            let is_user = stream == Stream::Teams
                && piece.get("__typename").is_some_and(|kind| kind == "User");
            if stream == Stream::Teams {
                piece = piece.get_mut("teams").map(Value::take).unwrap_or_default();
            }
            asked.remove(&stream);
            // An error deeper inside takes only what it names.
            let is_refused = piece.is_null()
                && errors
                    .iter()
                    .filter(is_about)
                    .any(GraphqlError::is_forbidden);
            if is_refused {
                let why = Unavailable::Forbidden {
                    permission: None,
                    field: Some(field.to_owned()),
                    said: None,
                };
                self.parts.insert(stream, SettingsPart::Unavailable(why));
                continue;
            }
            let is_unanswered = |error: &GraphqlError| !error.says_not_found();
            if piece.is_null() && !is_user && errors.iter().filter(is_about).any(is_unanswered) {
                // Null beside such an error is "not answered", which is not "none".
                self.alone.insert(stream);
                continue;
            }
            if piece.is_null() {
                self.parts.entry(stream).or_insert(SettingsPart::Nothing);
                continue;
            }
            if stream == Stream::MergeRules {
                let is_whole = !has_more(piece.get("rules"));
                self.parts.insert(
                    stream,
                    SettingsPart::Whole {
                        nodes: vec![piece],
                        expected: 1,
                        n_failed: usize::from(!is_whole),
                    },
                );
                continue;
            }
            let page = Connection::<Value>::deserialize(piece).map_err(|source| Error::Shape {
                operation: REPOSITORY_SETTINGS.name.to_owned(),
                source,
            })?;
            let n_elements = page.nodes.as_ref().map_or(0, Vec::len);
            let pages = lists.entry(stream).or_default();
            let next = pages.next(&page.page_info, n_elements, Some(page.total_count));
            self.add(client, stream, page).await?;
            match next {
                Ok(Some(next)) => {
                    asked.insert(stream, Some(next));
                }
                Ok(None) => {}
                Err(_) => {
                    if let Some(SettingsPart::Whole { n_failed, .. }) = self.parts.get_mut(&stream)
                    {
                        *n_failed += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a page to a part; a team comes with the rest of its members.
    async fn add(
        &mut self,
        client: &Client,
        stream: Stream,
        page: Connection<Value>,
    ) -> Result<(), Error> {
        let total = page.total_count;
        let mut hidden = page
            .nodes
            .iter()
            .flatten()
            .filter(|node| node.is_none())
            .count();
        let mut added = Vec::new();
        for mut node in page.into_nodes() {
            let (pages, is_whole) = tails::tails(client, &node, tails::TEAM).await?;
            hidden += usize::from(!is_whole);
            for (_, page) in pages {
                join(&mut node, page);
            }
            added.push(node);
        }
        let part = self.parts.entry(stream).or_insert(SettingsPart::Whole {
            nodes: Vec::new(),
            expected: total,
            n_failed: 0,
        });
        if let SettingsPart::Whole {
            nodes, n_failed, ..
        } = part
        {
            nodes.append(&mut added);
            *n_failed += hidden;
        }
        Ok(())
    }
}

/// How many there are of each, or why that cannot be known; `None`: the server is too old to tell.
pub(in crate::github) async fn count(
    client: &Client,
    name: &RepoName,
) -> Result<Vec<(Stream, Option<Result<u64, Unavailable>>)>, Error> {
    let mut settings = Settings::default();
    settings
        .ask(client, name, &PARTS.map(|(stream, _)| stream))
        .await?;
    let counted = |part| match part {
        Some(SettingsPart::Whole { expected, .. }) => Some(Ok(expected)),
        Some(SettingsPart::Unavailable(why)) => Some(Err(why)),
        Some(SettingsPart::Unknown | SettingsPart::Unanswered) => None,
        Some(SettingsPart::Nothing) | None => Some(Ok(0)),
    };
    Ok(PARTS
        .map(|(stream, _)| (stream, counted(settings.parts.remove(&stream))))
        .to_vec())
}

/// Appends a page of a team's members to those it came with.
fn join(team: &mut Value, mut page: Value) {
    let Some(members) = team.get_mut("members") else {
        return;
    };
    let more = page.get_mut("nodes").map(Value::take);
    if let (Some(Value::Array(known)), Some(Value::Array(mut more))) =
        (members.get_mut("nodes"), more)
    {
        known.append(&mut more);
    }
    if let Some(info) = page.get_mut("pageInfo").map(Value::take) {
        members["pageInfo"] = info;
    }
}

/// Which part an older server does not know, as far as the type that it names tells.
fn unknown_to_server(message: &str) -> Option<Stream> {
    let (_, named) = message.split_once("doesn't exist on type")?;
    let of_type = [
        ("Environment", Stream::Environments),
        ("DeploymentProtectionRule", Stream::Environments),
        ("Milestone", Stream::Milestones),
        ("Team", Stream::Teams),
        ("Organization", Stream::Teams),
        ("Ref", Stream::MergeRules),
        ("BranchProtectionRule", Stream::MergeRules),
        ("RepositoryRule", Stream::MergeRules),
        ("PullRequestParameters", Stream::MergeRules),
        ("RequiredStatusChecks", Stream::MergeRules),
    ];
    let named = named.trim_start_matches([' ', '\'', '"', '`']);
    of_type
        .into_iter()
        .find(|(name, _)| named.starts_with(name))
        .map(|(_, stream)| stream)
}

fn has_more(connection: Option<&Value>) -> bool {
    let flag = |connection: &Value| connection.get("pageInfo")?.get("hasNextPage")?.as_bool();
    connection.and_then(flag).unwrap_or(false)
}

fn variables(name: &RepoName, asked: &BTreeMap<Stream, Option<String>>) -> Value {
    let after = |stream| asked.get(&stream).cloned().flatten();
    json!({
        "owner": name.owner(),
        "name": name.name(),
        "mergeRules": asked.contains_key(&Stream::MergeRules),
        "milestones": asked.contains_key(&Stream::Milestones),
        "environments": asked.contains_key(&Stream::Environments),
        "teams": asked.contains_key(&Stream::Teams),
        "milestonesAfter": after(Stream::Milestones),
        "environmentsAfter": after(Stream::Environments),
        "teamsAfter": after(Stream::Teams),
    })
}

/// Which of the streams asked for an answer without data speaks of: the one it names, else the one that needs most, else all.
fn refused(asked: &BTreeMap<Stream, Option<String>>, why: &Unavailable) -> Vec<Stream> {
    let Unavailable::Forbidden { field, .. } = why else {
        return asked.keys().copied().collect();
    };
    let named = PARTS
        .iter()
        .find(|(_, known)| field.as_deref() == Some(*known))
        .map(|(stream, _)| *stream);
    // A classic token without `read:org` is refused as a whole, and no field is named.
    match named
        .or(Some(Stream::Teams))
        .filter(|stream| asked.contains_key(stream))
    {
        Some(stream) => vec![stream],
        None => asked.keys().copied().collect(),
    }
}

/// Teams that may not be read are no hole as long as no review was asked of one.
fn unneeded(
    context: &Context<'_>,
    state: &mut RepositoryState,
    stream: Stream,
) -> Option<StreamCertificate> {
    (stream == Stream::Teams && !state.stream(Stream::PullRequests).asks_teams).then(|| {
        StreamCertificate {
            reason: Some("the token may not read it, and no review was asked of a team".to_owned()),
            fix: Some(format!(
                "give the token read access: {}",
                super::permission_of(stream)
            )),
            ..context.certificate(stream, Completeness::Skipped)
        }
    })
}

/// Commits a snapshot, where it is not the one that is already there.
fn keep(
    context: &Context<'_>,
    state: &mut RepositoryState,
    stream: Stream,
    (nodes, expected): (&[Value], u64),
    n_failed: usize,
) -> Result<StreamCertificate, Error> {
    let fetched = nodes.len() as u64;
    // GitHub does not tell since when a branch is protected: at the latest since it was first read as it is.
    let is_dated = stream == Stream::MergeRules;
    let mut record = Record {
        shape: REPOSITORY_SETTINGS.name.to_owned(),
        id: stream.word().to_owned(),
        node: if is_dated {
            json!({ "nodes": nodes, SEEN_AT: null })
        } else {
            json!({ "nodes": nodes })
        },
        tails: Vec::new(),
    };
    let sum = checksum(&record);
    if is_dated {
        record.node[SEEN_AT] = json!(context.started_at);
    }
    let slot = state.stream(stream);
    let is_changed = slot.live.get(&record.id) != Some(&sum);
    slot.watermark = Some(context.started_at);
    slot.n_records = 1;
    if is_changed {
        slot.live.insert(record.id.clone(), sum);
        context.commit(stream, &[record], state)?;
    }
    context.page(stream, fetched, Some(expected));
    let (completeness, reason) = if n_failed > 0 || fetched < expected {
        let missing = expected.saturating_sub(fetched).max(1);
        (
            Completeness::Partial,
            Some(format!("{missing} records are not whole")),
        )
    } else if fetched == 0 {
        (Completeness::Empty, None)
    } else {
        (Completeness::Complete, None)
    };
    Ok(StreamCertificate {
        fix: reason.is_some().then(|| "run it again".to_owned()),
        reason,
        expected: Some(expected),
        fetched,
        watermark: Some(context.started_at),
        ..context.certificate(stream, completeness)
    })
}
