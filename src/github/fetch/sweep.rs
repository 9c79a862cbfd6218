//! The sweep: the whole list in outline, held against the store.
//!
//! An issue may be deleted or transferred, a label renamed: none of that moves the time of a last change, by which the nightly
//! fetch finds what is new. A page of a hundred outlines costs a point or two, so that it is done once a week, and whenever
//! the store holds more than GitHub counts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::lister::{Listed, Lister};
use super::{Context, deliveries, issues, pull_requests};
use crate::domain::{Completeness, Stream, StreamCertificate};
use crate::github::error::Error;
use crate::github::operation::{
    DEPLOYMENT_OUTLINES, ISSUE_OUTLINES, Operation, PULL_REQUEST_OUTLINES,
};
use crate::github::wire::repository::{DeploymentOutline, DeploymentOutlines, Outline, Outlines};
use crate::store::raw::{self, Record};
use crate::store::state::RepositoryState;

/// How long what changed without telling may stay unseen.
const EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Records in one commit.
const CHUNK: usize = 500;

/// What stands in a certificate where the store holds more than GitHub counts and the sweep could not say why.
const MORE: &str = "the store holds more records than GitHub counts";

/// Sweeps a stream that was read to its end, where it is time to. `was_whole`: whether the store held all of it before.
pub(super) async fn sweep(
    context: &Context<'_>,
    state: &mut RepositoryState,
    certificate: StreamCertificate,
    was_whole: bool,
) -> Result<StreamCertificate, Error> {
    let stream = certificate.stream;
    let is_read = matches!(
        certificate.completeness,
        Completeness::Complete | Completeness::Empty | Completeness::Partial
    );
    // Releases are few and small: their own list is read whole instead.
    let is_swept = matches!(
        stream,
        Stream::PullRequests | Stream::Issues | Stream::Deployments
    );
    if !is_read || !is_swept {
        return Ok(certificate);
    }
    let is_long = certificate
        .expected
        .is_some_and(|expected| certificate.fetched > expected);
    let slot = state.stream(stream);
    let is_time = is_due(context, slot.swept_at, was_whole);
    if !is_time && !is_long {
        slot.swept_at.get_or_insert(context.started_at);
        return Ok(certificate);
    }
    let n_held = certificate.fetched;
    let listing = match stream {
        Stream::PullRequests => {
            list::<Outlines>(context, PULL_REQUEST_OUTLINES, n_held, is_time).await
        }
        Stream::Issues => list::<Outlines>(context, ISSUE_OUTLINES, n_held, is_time).await,
        _ => list::<DeploymentOutlines>(context, DEPLOYMENT_OUTLINES, n_held, is_time).await,
    };
    let listed = match listing? {
        Listing::Whole(listed) => listed,
        // It was counted again: what came while the stream was read is no more than GitHub counts.
        Listing::Counted(total) => {
            return Ok(StreamCertificate {
                expected: certificate.expected.map(|_| total),
                ..certificate
            });
        }
        Listing::Short if is_long => {
            return Ok(StreamCertificate {
                completeness: Completeness::Partial,
                reason: Some(MORE.to_owned()),
                fix: Some("run it again".to_owned()),
                ..certificate
            });
        }
        Listing::Short => return Ok(certificate),
    };
    let found = compare(context, stream, &listed)?;
    put_right(context, state, stream, &listed, &found)?;
    let n_failed = ask_again(context, state, stream, &found.stale).await?;
    let slot = state.stream(stream);
    for (id, _) in &found.gone {
        slot.live.remove(id);
        slot.hidden_in.remove(id);
    }
    if n_failed == 0 {
        slot.swept_at = Some(context.started_at);
    }
    if !certificate.is_whole() && !is_long {
        // Why the fetch is partial is not for the sweep to forget.
        let fetched = raw::count(context.store, context.repository, stream)?;
        state.stream(stream).n_records = fetched;
        return Ok(StreamCertificate {
            fetched,
            ..certificate
        });
    }
    let expected = context.since.is_none().then_some(listed.len() as u64);
    let renewed = context.finished(stream, state, expected, n_failed, true)?;
    Ok(match stream {
        Stream::PullRequests => pull_requests::with_hidden(context, state.stream(stream), renewed),
        _ => renewed,
    })
}

/// Whether a list is to be read whole again. `was_whole`: whether the store held all of it before this
/// fetch.
pub(super) fn is_due(context: &Context<'_>, swept_at: Option<Timestamp>, was_whole: bool) -> bool {
    match swept_at {
        Some(at) => context.started_at.duration_since(at) >= EVERY,
        None => was_whole,
    }
}

/// A node of a list, in outline.
struct Item {
    id: String,
    /// The number of an issue or a pull request, the database id of a deployment.
    number: Option<u64>,
    updated_at: Timestamp,
    /// All of its labels; `None` where that is not known.
    labels: Option<BTreeSet<String>>,
}

impl From<Outline> for Item {
    fn from(outline: Outline) -> Self {
        let first = outline.labels.filter(|page| !page.page_info.has_next_page);
        let labels = first.map(|page| page.into_nodes().map(|label| label.name).collect());
        Self {
            id: outline.id,
            number: Some(outline.number),
            updated_at: outline.updated_at,
            labels,
        }
    }
}

impl From<DeploymentOutline> for Item {
    fn from(outline: DeploymentOutline) -> Self {
        Self {
            id: outline.id,
            number: outline.database_id,
            updated_at: outline.updated_at,
            labels: None,
        }
    }
}

/// What came of listing a stream.
enum Listing {
    /// All of it.
    Whole(Vec<Item>),
    /// How many there are is all that was to be known.
    Counted(u64),
    /// Less than is counted, so that nothing follows from what is not listed.
    Short,
}

/// Lists a stream; only its first page where the count there is what the store holds, unless all of it is wanted.
async fn list<L: Listed>(
    context: &Context<'_>,
    operation: Operation,
    n_held: u64,
    is_wanted: bool,
) -> Result<Listing, Error>
where
    Item: From<L::Node>,
{
    let mut lister = Lister::new(context, operation, context.page_size(), None);
    let mut items: Vec<Item> = Vec::new();
    let mut seen = HashSet::new();
    let mut after = None;
    loop {
        let page = match lister.page::<L>(after.as_deref()).await {
            Ok(Ok(page)) => page,
            // It is for the next night: what is here stays as it is.
            Ok(Err(_))
            | Err(Error::Rejected { .. } | Error::Shape { .. } | Error::GaveUp { .. }) => {
                return Ok(Listing::Short);
            }
            Err(error) => return Err(error),
        };
        let (info, total) = (page.page_info.clone(), page.total_count);
        let is_whole = page.nodes.iter().flatten().all(Option::is_some);
        if !is_wanted && n_held <= total {
            return Ok(Listing::Counted(total));
        }
        let page = page.into_nodes().map(Item::from);
        items.extend(page.filter(|item| seen.insert(item.id.clone())));
        after = info.end_cursor.filter(|_| info.has_next_page);
        if !is_whole || lister.n_failed > 0 {
            return Ok(Listing::Short);
        }
        if after.is_none() {
            return Ok(if items.len() as u64 >= total {
                Listing::Whole(items)
            } else {
                Listing::Short
            });
        }
    }
}

/// How the store differs from the list.
#[derive(Default)]
struct Differences {
    /// What GitHub has no more: node id, and what else it is known by.
    gone: Vec<(String, Value)>,
    /// What it asks to be fetched again: changed, or never fetched.
    stale: Vec<String>,
    /// What has other labels than the store says: the position in the list by node id.
    relabelled: BTreeMap<String, usize>,
}

fn compare(context: &Context<'_>, stream: Stream, listed: &[Item]) -> Result<Differences, Error> {
    let by_number: HashMap<u64, usize> = listed
        .iter()
        .enumerate()
        .filter_map(|(at, item)| Some((item.number?, at)))
        .collect();
    let by_id: HashMap<&str, usize> = listed
        .iter()
        .enumerate()
        .map(|(at, item)| (item.id.as_str(), at))
        .collect();
    let mut found = Differences::default();
    let mut is_held = vec![false; listed.len()];
    raw::read_latest(context.store, context.repository, stream, |record| {
        let whole = |field: &str| record.node.get(field).and_then(Value::as_u64);
        let (number, database_id) = (whole("number"), whole("databaseId"));
        let at = number
            .or(database_id)
            .and_then(|number| by_number.get(&number))
            .or_else(|| by_id.get(record.id.as_str()));
        let Some((at, item)) = at.and_then(|at| Some((*at, listed.get(*at)?))) else {
            let known = match (number, database_id) {
                (Some(number), _) => json!({"number": number}),
                (None, Some(id)) => json!({"databaseId": id}),
                (None, None) => json!({}),
            };
            found.gone.push((record.id, known));
            return;
        };
        if let Some(is_held) = is_held.get_mut(at) {
            *is_held = true;
        }
        let updated_at = record.node.get("updatedAt").and_then(Value::as_str);
        let updated_at = updated_at.and_then(|text| text.parse::<Timestamp>().ok());
        if updated_at.is_some_and(|at| at != item.updated_at) {
            found.stale.push(item.id.clone());
        } else if item
            .labels
            .as_ref()
            .is_some_and(|labels| *labels != labels_of(&record))
        {
            found.relabelled.insert(record.id, at);
        }
    })?;
    for (item, is_held) in listed.iter().zip(is_held) {
        // What ended before the time asked for was never wanted.
        let is_wanted = context.since.is_none_or(|since| item.updated_at >= since);
        if !is_held && is_wanted {
            found.stale.push(item.id.clone());
        }
    }
    Ok(found)
}

/// Stores what is gone, and the labels of today.
fn put_right(
    context: &Context<'_>,
    state: &mut RepositoryState,
    stream: Stream,
    listed: &[Item],
    found: &Differences,
) -> Result<(), Error> {
    let gone = found.gone.iter();
    let mut records: Vec<Record> = gone
        .map(|(id, known)| Record::gone(id, known.clone()))
        .collect();
    raw::read_latest(context.store, context.repository, stream, |mut record| {
        let item = found.relabelled.get(&record.id);
        let labels = item.and_then(|at| listed.get(*at)?.labels.as_ref());
        if let (Some(labels), Some(node)) = (labels, record.node.as_object_mut()) {
            node.insert("labels".to_owned(), connection_of(labels));
            record.tails.retain(|(path, _)| path != "labels");
            records.push(record);
        }
    })?;
    for records in records.chunks(CHUNK) {
        context.commit(stream, records, state)?;
    }
    Ok(())
}

/// Fetches some records again; returns how many could not be.
async fn ask_again(
    context: &Context<'_>,
    state: &mut RepositoryState,
    stream: Stream,
    ids: &[String],
) -> Result<usize, Error> {
    if ids.is_empty() {
        return Ok(0);
    }
    let asked = match stream {
        Stream::PullRequests => pull_requests::again(context, state, ids).await?,
        Stream::Issues => issues::again(context, state, ids).await?,
        _ => deliveries::again(context, state, ids).await?,
    };
    Ok(asked.unwrap_or(ids.len()))
}

/// Labels as a list of GitHub's that has one page.
fn connection_of(labels: &BTreeSet<String>) -> Value {
    let nodes: Vec<Value> = labels.iter().map(|name| json!({"name": name})).collect();
    json!({
        "totalCount": nodes.len(),
        "pageInfo": {"hasNextPage": false, "endCursor": null},
        "nodes": nodes,
    })
}

fn names(connection: &Value) -> BTreeSet<String> {
    let nodes = connection.get("nodes").and_then(Value::as_array);
    nodes
        .into_iter()
        .flatten()
        .filter_map(|label| label.get("name").and_then(Value::as_str))
        .map(str::to_owned)
        .collect()
}

fn labels_of(record: &Record) -> BTreeSet<String> {
    let first = record.node.get("labels").map(names).unwrap_or_default();
    let tails = record.tails.iter();
    tails
        .filter(|(path, _)| path == "labels")
        .flat_map(|(_, page)| names(page))
        .chain(first)
        .collect()
}
