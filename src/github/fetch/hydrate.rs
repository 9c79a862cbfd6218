//! Hydration: whole pull requests by node id, in batches that shrink where GitHub cannot answer them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{tails, unsubmitted};
use crate::github::client::{Client, GraphqlError, Outcome, Unavailable};
use crate::github::error::Error;
use crate::github::narrower;
use crate::github::operation::PULL_REQUESTS;
use crate::github::wire::repository::InNodes;
use crate::store::raw::Record;

/// Pull requests that GitHub cannot answer even alone, after which no failing batch is taken apart any more: where everything
/// fails, asking one by one costs thousands of requests and finds nothing.
const MAX_BROKEN: usize = 24;

/// How often a null that came with an error is asked for again.
const MAX_REQUEUES: u32 = 3;

/// What became of a pull request.
pub(super) enum Hydrated {
    /// It came.
    Record {
        /// The node with the rest of its lists.
        record: Box<Record>,
        /// Whether all of its lists could be read.
        is_whole: bool,
        /// Fields of it that the token may not read.
        hidden: Vec<String>,
    },
    /// It is no longer there.
    Gone,
    /// The token may not read it.
    Hidden,
    /// It could not be answered.
    Failed,
}

type Batch = Result<Vec<(String, Hydrated)>, Unavailable>;

/// Asks for whole pull requests, several requests at once.
pub(super) async fn hydrate(
    client: &Client,
    ids: &[String],
) -> Result<Result<BTreeMap<String, Hydrated>, Unavailable>, Error> {
    let mut tasks = JoinSet::new();
    let n_broken = Arc::new(AtomicUsize::new(0));
    for batch in ids.chunks(client.batch()) {
        let (client, batch, n_broken) = (client.clone(), batch.to_vec(), Arc::clone(&n_broken));
        tasks.spawn(async move { hydrate_batch(&client, batch, &n_broken).await });
    }
    let mut hydrated = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok(batch) => match batch? {
                Ok(batch) => hydrated.extend(batch),
                Err(why) => return Ok(Err(why)),
            },
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    Ok(Ok(hydrated))
}

async fn hydrate_batch(
    client: &Client,
    ids: Vec<String>,
    n_broken: &AtomicUsize,
) -> Result<Batch, Error> {
    let mut queue = VecDeque::from([ids]);
    let mut hydrated = Vec::new();
    let mut requeues: BTreeMap<String, u32> = BTreeMap::new();
    let mut n_failures_in_a_row = 0;
    while let Some(batch) = queue.pop_front() {
        let variables = json!({"ids": batch});
        let answer = client
            .graphql::<InNodes<Value>>(&PULL_REQUESTS, &variables, batch.len() > 1)
            .await;
        let (nodes, errors) = match answer {
            Ok(Outcome::Data(answer, errors)) => (answer.nodes, errors),
            Ok(Outcome::TooBig) if n_broken.load(Ordering::Relaxed) >= MAX_BROKEN => {
                hydrated.extend(batch.into_iter().map(|id| (id, Hydrated::Failed)));
                continue;
            }
            Ok(Outcome::TooBig) => {
                client.shrink_batch(batch.len());
                let (left, right) = batch.split_at(batch.len() / 2);
                queue.push_front(right.to_vec());
                queue.push_front(left.to_vec());
                continue;
            }
            Ok(Outcome::Unavailable(why)) => return Ok(Err(why)),
            // One pull request that GitHub cannot answer must not keep the others out; an outage must end the run.
            // A server that answers, and says that it could not, is no outage, however many neighbours it cannot answer.
            Err(Error::GaveUp { status, .. })
                if batch.len() == 1 && (status == Some(200) || n_failures_in_a_row < 2) =>
            {
                n_failures_in_a_row += usize::from(status != Some(200));
                n_broken.fetch_add(1, Ordering::Relaxed);
                hydrated.extend(batch.into_iter().map(|id| (id, Hydrated::Failed)));
                continue;
            }
            Err(error) => return Err(error),
        };
        n_failures_in_a_row = 0;
        if errors.iter().all(GraphqlError::is_forbidden) {
            client.grow_batch();
        } else {
            client.shrink_batch(batch.len());
        }
        let mut nodes = nodes.into_iter();
        for (at, id) in batch.into_iter().enumerate() {
            let told: Vec<&GraphqlError> =
                errors.iter().filter(|error| is_about(error, at)).collect();
            let is_failed = told.iter().any(|error| !error.is_forbidden());
            match nodes.next().flatten() {
                Some(mut node) if !is_failed => {
                    let (mut tails, is_whole) =
                        tails::tails(client, &node, tails::PULL_REQUEST).await?;
                    unsubmitted::empty(&mut node, &mut tails);
                    let unasked = narrower::hide(&mut node, &mut tails, &client.cuts());
                    let shape = PULL_REQUESTS.name.to_owned();
                    // Its id of today: GitHub is changing the format of ids.
                    let of_today = node.get("id").and_then(Value::as_str);
                    let record = Box::new(Record {
                        shape,
                        id: of_today.unwrap_or(&id).to_owned(),
                        node,
                        tails,
                    });
                    let hidden = told
                        .iter()
                        .filter_map(|error| error.path.get(2)?.as_str().map(str::to_owned))
                        .chain(unasked)
                        .collect();
                    hydrated.push((
                        id,
                        Hydrated::Record {
                            record,
                            is_whole,
                            hidden,
                        },
                    ));
                }
                None if told.is_empty() && is_told_apart(&errors) => {
                    hydrated.push((id, Hydrated::Gone));
                }
                None if !told.is_empty() && !is_failed => hydrated.push((id, Hydrated::Hidden)),
                _ => {
                    let tried = requeues.entry(id.clone()).or_default();
                    *tried += 1;
                    if *tried > MAX_REQUEUES {
                        hydrated.push((id, Hydrated::Failed));
                    } else {
                        queue.push_back(vec![id]);
                    }
                }
            }
        }
    }
    Ok(Ok(hydrated))
}

/// Whether every error says which node it is about: one that does not may be about a node that came as null.
fn is_told_apart(errors: &[GraphqlError]) -> bool {
    errors.iter().all(|error| !error.path.is_empty())
}

/// Whether an error is about the node at a position, or something inside it. A node that is gone is no error.
fn is_about(error: &GraphqlError, at: usize) -> bool {
    error.path.first().and_then(Value::as_str) == Some("nodes")
        && error.path.get(1).and_then(Value::as_u64) == u64::try_from(at).ok()
        && error.kind.as_deref() != Some("NOT_FOUND")
}
