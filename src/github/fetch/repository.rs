//! One repository: what it is, then its streams one after the other.

use serde_json::json;

use super::ahead::Ahead;
use super::context::{Context, checksum, rate_limited};
use super::settings::Settings;
use super::{
    Event, FetchOptions, FetchProgress, FetchReport, Limits, deliveries, issues, pull_requests,
    sweep, workflow_runs,
};
use crate::domain::{Completeness, RepoName, RepositoryId, Stream, StreamCertificate};
use crate::github::client::{Client, Outcome, Unavailable};
use crate::github::error::Error;
use crate::github::operation::REPOSITORY;
use crate::github::wire::repository::{InRepository, Repository};
use crate::store::Store;
use crate::store::raw::{self, Record};
use crate::store::state::{self, RepositoryState};

/// Fetches one repository and adds its lines to the report.
pub(super) async fn fetch(
    (client, store, progress): (&Client, &Store, &dyn FetchProgress),
    name: &RepoName,
    options: &FetchOptions,
    (ahead, settings): (&mut Ahead, &mut Settings),
    report: &mut FetchReport,
) -> Result<(), Error> {
    let given = ahead.overview(client, name);
    settings.give(given.as_ref().and_then(|(one, _)| ahead.settings(&one.id)));
    let given_at = given.as_ref().map(|(_, at)| *at);
    let overview = given_or_asked(client, name, given, report).await?;
    let n_before = report.certificates.len();
    let mut context = Context {
        client,
        store,
        progress,
        name: name.clone(),
        repository: RepositoryId(0),
        started_at: given_at.unwrap_or_else(|| client.server_now()),
        since: options.since,
        cache_safe: options.cache_safe,
        given: &ahead.given,
    };
    let (id, now_called, overview) = match overview {
        Ok(Ok(overview)) => {
            let id = store.bind(&name.to_string(), Some(&overview.id))?;
            store.bind(&overview.name_with_owner, Some(&overview.id))?;
            store.rename_repository(id, &overview.name_with_owner)?;
            (id, overview.name_with_owner.clone(), Ok(Ok(overview)))
        }
        // What was never there needs no key: a mistyped name must not leave one behind.
        Ok(Err(Unavailable::NotFound)) if store.known_id(name).is_none() => {
            report.unknown.push(name.clone());
            for stream in &options.streams {
                report
                    .certificates
                    .push(context.unavailable(*stream, &Unavailable::NotFound));
            }
            return Ok(());
        }
        other => (store.repository_id(name)?, name.to_string(), other),
    };
    let is_done = report.repositories.iter().any(|(_, known, _)| *known == id);
    context.repository = id;
    // REST is asked under the name of today: a redirect costs a request.
    context.name = now_called.parse().unwrap_or(context.name);
    report.repositories.push((name.clone(), id, now_called));
    if is_done {
        // Another of its names was asked for before.
        return Ok(());
    }
    let mut state = state::read(store, id)?;
    keep_cache_safe(&mut context, &mut state, options)?;
    for stream in &options.streams {
        let done = match (&overview, *report.limits.of(*stream)) {
            // Runs are asked for over REST, which has a limit of its own, and needs no overview.
            (Err(Stop::RateLimited(_)), None) if *stream == Stream::WorkflowRuns => {
                workflow_runs::fetch(&context, &mut state, None).await
            }
            (Err(Stop::RateLimited(reset_at)), _) => Err(Error::RateLimited {
                reset_at: *reset_at,
            }),
            (_, Some(reset_at)) => Err(Error::RateLimited { reset_at }),
            (Err(Stop::Trouble(reason)), None) => {
                Ok(context.troubled(&mut state, *stream, reason)?)
            }
            _ if *stream == Stream::Teams && context.cache_safe => Ok(without_teams(&context)),
            (Ok(Err(why)), None) => Ok(context.unavailable(*stream, why)),
            (Ok(Ok(overview)), None) => {
                let asked = (*stream, options.streams.as_slice());
                one(&context, &mut state, asked, overview, settings).await
            }
        };
        let certificate = certified(&context, &mut state, *stream, done, report)?;
        progress.on(&Event::Stream {
            certificate: &certificate,
        });
        state.stream(*stream).certificate = Some(certificate.clone());
        state::write(store, id, &state)?;
        if certificate.is_whole() {
            raw::compact_if_long(store, id, *stream, certificate.fetched)?;
        }
        report.certificates.push(certificate);
    }
    progress.on(&Event::Ended {
        name: &context.name.to_string(),
        certificates: report.certificates.get(n_before..).unwrap_or_default(),
        requests: client.n_requests(),
        points_left: client.budget().remaining,
    });
    if matches!(overview, Ok(Ok(_))) && report.limits == Limits::default() {
        state.fetched_at = Some(context.started_at);
        state::write(store, id, &state)?;
    }
    Ok(())
}

/// Settles whether texts are kept: as the store was begun, or, where it is begun now, as the options say.
fn keep_cache_safe(
    context: &mut Context<'_>,
    state: &mut RepositoryState,
    options: &FetchOptions,
) -> Result<(), Error> {
    let raw = format!("raw/{}/", context.repository.0);
    let holds_texts = !state.cache_safe && !context.store.files_below(&raw).is_empty();
    if options.cache_safe && holds_texts {
        return Err(Error::HoldsTexts {
            repository: context.name.to_string(),
        });
    }
    state.cache_safe |= options.cache_safe;
    context.cache_safe = state.cache_safe;
    Ok(())
}

/// The line of the teams in a store that others may read.
fn without_teams(context: &Context<'_>) -> StreamCertificate {
    StreamCertificate {
        reason: Some("a store that others may read keeps no members of teams".to_owned()),
        fix: Some("run without `--cache-safe` into another store".to_owned()),
        ..context.certificate(Stream::Teams, Completeness::Skipped)
    }
}

/// What came of a repository ahead of it, or else what is asked of it alone; or why nothing is asked. What holds for all
/// repositories is noted.
async fn given_or_asked(
    client: &Client,
    name: &RepoName,
    given: Option<(Repository, jiff::Timestamp)>,
    report: &mut FetchReport,
) -> Result<Result<Result<Repository, Unavailable>, Stop>, Error> {
    let answer = match (report.limits.graphql, &report.outage, given) {
        (Some(reset_at), ..) => return Ok(Err(Stop::RateLimited(reset_at))),
        (None, Some(outage), _) => return Ok(Err(Stop::Trouble(outage.clone()))),
        (None, None, Some((overview, _))) => Ok(Ok(overview)),
        (None, None, None) => overview(client, name).await,
    };
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(Error::RateLimited { reset_at }) => {
            report.limits.graphql = Some(reset_at);
            Ok(Err(Stop::RateLimited(reset_at)))
        }
        // Without an answer nothing more is asked; what is in the store stays of use.
        Err(error @ (Error::GaveUp { .. } | Error::Redirected { .. })) => {
            report.outage = Some(error.to_string());
            Ok(Err(Stop::Trouble(error.to_string())))
        }
        Err(error) => Err(error),
    }
}

/// Why a repository is not asked for.
enum Stop {
    /// The points are used up until then.
    RateLimited(jiff::Timestamp),
    /// GitHub does not answer.
    Trouble(String),
}

/// What a repository is. Lists that the token may not read are left out, one try each; where all of it is too much for the
/// server to answer at once, each list is asked for alone.
pub(in crate::github) async fn overview(
    client: &Client,
    name: &RepoName,
) -> Result<Result<Repository, Unavailable>, Error> {
    match overview_of(client, name, &LISTS).await {
        Err(Error::GaveUp {
            status: Some(200), ..
        }) => {}
        other => return other,
    }
    let mut whole = match overview_of(client, name, &[]).await? {
        Ok(whole) => whole,
        Err(why) => return Ok(Err(why)),
    };
    for list in LISTS {
        let part = match overview_of(client, name, &[list]).await {
            Ok(Ok(part)) => part,
            Ok(Err(_)) => continue,
            // Not even alone: the others are there all the same.
            Err(Error::GaveUp {
                status: Some(200), ..
            }) => {
                whole.unanswered.push(list);
                continue;
            }
            Err(error) => return Err(error),
        };
        whole.pull_requests = whole.pull_requests.or(part.pull_requests);
        whole.issues = whole.issues.or(part.issues);
        whole.deployments = whole.deployments.or(part.deployments);
        whole.releases = whole.releases.or(part.releases);
    }
    Ok(Ok(whole))
}

/// The list of an overview that a stream begins with.
pub(in crate::github) const fn list_of(stream: Stream) -> Option<&'static str> {
    match stream {
        Stream::PullRequests => Some("pullRequests"),
        Stream::Issues => Some("issues"),
        Stream::Deployments => Some("deployments"),
        Stream::Releases => Some("releases"),
        _ => None,
    }
}

/// The lists of an overview, under the names of the variables that ask for them.
const LISTS: [&str; 4] = ["pullRequests", "issues", "deployments", "releases"];

async fn overview_of(
    client: &Client,
    name: &RepoName,
    wanted: &[&str],
) -> Result<Result<Repository, Unavailable>, Error> {
    let mut lists = LISTS.map(|list| (list, wanted.contains(&list)));
    loop {
        let mut variables = json!({"owner": name.owner(), "name": name.name(), "checks": false});
        for (list, is_asked) in lists {
            variables[list] = json!(is_asked);
        }
        let answer = client
            .graphql::<InRepository<Repository>>(&REPOSITORY, &variables, false)
            .await?;
        return Ok(match answer {
            Outcome::Data(answer, _) => answer.repository.ok_or(Unavailable::NotFound),
            Outcome::TooBig => Err(Unavailable::NotFound),
            Outcome::Unavailable(Unavailable::Forbidden {
                permission,
                field: Some(field),
                said,
            }) => {
                if let Some(list) = lists
                    .iter_mut()
                    .find(|(list, is_asked)| *list == field && *is_asked)
                {
                    list.1 = false;
                    continue;
                }
                Err(Unavailable::Forbidden {
                    permission,
                    field: Some(field),
                    said,
                })
            }
            Outcome::Unavailable(why) => Err(why),
        });
    }
}

async fn one(
    context: &Context<'_>,
    state: &mut RepositoryState,
    (stream, wanted): (Stream, &[Stream]),
    overview: &Repository,
    settings: &mut Settings,
) -> Result<StreamCertificate, Error> {
    let n_known = state.stream(stream).n_records;
    let n_held = raw::count(context.store, context.repository, stream)?;
    let is_whole = raw::is_sound(context.store, context.repository, stream)? && n_held >= n_known;
    if is_whole {
        // A kill after records and before the state that counts them leaves a count that is short of what is there.
        state.stream(stream).n_records = n_held;
    } else {
        // What is damaged or gone cannot be told from what was never asked for: the stream is fetched anew.
        let damaged = context
            .store
            .files_below(&raw::prefix(context.repository, stream));
        *state.stream(stream) = state::StreamState::default();
        state::write(context.store, context.repository, state)?;
        context.store.remove_files(&damaged)?;
    }
    let slot = state.stream(stream);
    let is_deeper = slot
        .since
        .is_some_and(|known| context.since.is_none_or(|since| since < known));
    if is_deeper {
        // More of the past is wanted than was asked for: go down again, from the newest.
        (slot.watermark, slot.scan) = (None, None);
    }
    if slot.watermark.is_none() && slot.scan.is_none() {
        slot.since = context.since;
    }
    if list_of(stream).is_some_and(|list| overview.unanswered.contains(&list)) {
        return context.troubled(state, stream, "GitHub could not answer its list");
    }
    let was_whole = slot.was_whole();
    let certificate = match stream {
        Stream::PullRequests => pull_requests::fetch(context, state, overview).await,
        Stream::Issues => issues::fetch(context, state, overview).await,
        Stream::Deployments => deliveries::deployments(context, state, overview).await,
        Stream::Releases => deliveries::releases(context, state, overview).await,
        Stream::WorkflowRuns => workflow_runs::fetch(context, state, Some(overview)).await,
        Stream::MergeRules | Stream::Milestones | Stream::Environments | Stream::Teams => {
            settings.fetch(context, state, stream, wanted).await
        }
        Stream::Repository | Stream::History => repository_facts(context, state, overview),
    }?;
    sweep::sweep(context, state, certificate, was_whole).await
}

/// The line of a stream, however it ended; an error only where the whole run must end.
fn certified(
    context: &Context<'_>,
    state: &mut RepositoryState,
    stream: Stream,
    done: Result<StreamCertificate, Error>,
    report: &mut FetchReport,
) -> Result<StreamCertificate, Error> {
    let watermark = state.stream(stream).watermark;
    match done {
        Ok(certificate) => Ok(certificate),
        Err(Error::RateLimited { reset_at }) => {
            *report.limits.of(stream) = Some(reset_at);
            let fetched = raw::count(context.store, context.repository, stream)?;
            Ok(StreamCertificate {
                fetched,
                ..rate_limited(context.repository, stream, watermark)
            })
        }
        // One stream that cannot be read must not keep the others out; its line says which answer was the trouble.
        Err(
            error @ (Error::GaveUp { .. }
            | Error::Redirected { .. }
            | Error::Rejected { .. }
            | Error::Shape { .. }),
        ) => context.troubled(state, stream, &error.to_string()),
        Err(error) => Err(error),
    }
}

fn repository_facts(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: &Repository,
) -> Result<StreamCertificate, Error> {
    let node = json!({
        "id": overview.id,
        "databaseId": overview.database_id,
        "nameWithOwner": overview.name_with_owner,
        "isArchived": overview.is_archived,
        "isEmpty": overview.is_empty,
        "hasIssuesEnabled": overview.has_issues_enabled,
        "createdAt": overview.created_at.to_string(),
        "mergeCommitAllowed": overview.merge_commit_allowed,
        "squashMergeAllowed": overview.squash_merge_allowed,
        "rebaseMergeAllowed": overview.rebase_merge_allowed,
        "owner": {"__typename": overview.owner.type_name, "login": overview.owner.login},
        "defaultBranchRef": overview.default_branch_ref.as_ref().map(|reference| json!({"name": reference.name})),
    });
    let record = Record {
        shape: "Repository".to_owned(),
        id: overview.id.clone(),
        node,
        tails: Vec::new(),
    };
    let sum = checksum(&record);
    let is_changed = state.stream(Stream::Repository).live.get(&overview.id) != Some(&sum);
    if is_changed {
        let slot = state.stream(Stream::Repository);
        slot.live.insert(overview.id.clone(), sum);
        slot.n_records = 1;
        context.commit(Stream::Repository, &[record], state)?;
    }
    state.stream(Stream::Repository).watermark = Some(context.started_at);
    Ok(StreamCertificate {
        expected: Some(1),
        fetched: 1,
        watermark: Some(context.started_at),
        ..context.certificate(Stream::Repository, Completeness::Complete)
    })
}
