//! Issues: the oldest changes first, so that the watermark moves with every page.

use serde_json::{Value, json};

use super::lister::Lister;
use super::{Context, OVERLAP, checksum, tails};
use crate::domain::{Stream, StreamCertificate};
use crate::github::client::{Outcome, Unavailable};
use crate::github::error::Error;
use crate::github::operation::{ISSUES, ISSUES_BY_ID};
use crate::github::wire::repository::{InNodes, Issues, Repository};
use crate::store::raw::Record;
use crate::store::state::RepositoryState;

const STREAM: Stream = Stream::Issues;

/// Issues on one page, at most.
const PAGE: usize = 50;

/// Asks for some issues again, by node id; returns how many could not be answered.
pub(super) async fn again(
    context: &Context<'_>,
    state: &RepositoryState,
    ids: &[String],
) -> Result<Result<usize, Unavailable>, Error> {
    let mut n_failed = 0;
    for ids in ids.chunks(PAGE) {
        let variables = json!({"ids": ids});
        let answer = context
            .client
            .graphql::<InNodes<Value>>(&ISSUES_BY_ID, &variables, false)
            .await?;
        let nodes = match answer {
            Outcome::Data(answer, errors) if errors.is_empty() => answer.nodes,
            Outcome::Unavailable(why) => return Ok(Err(why)),
            Outcome::Data(..) | Outcome::TooBig => {
                n_failed += ids.len();
                continue;
            }
        };
        let mut records = Vec::new();
        for node in nodes.into_iter().flatten() {
            let (record, is_whole) = record(context, node).await?;
            n_failed += usize::from(!is_whole);
            records.extend(record);
        }
        context.commit(STREAM, &records, state)?;
    }
    Ok(Ok(n_failed))
}

/// An issue's record with the rest of its lists, and whether they could be read; none where it has no id.
async fn record(context: &Context<'_>, node: Value) -> Result<(Option<Record>, bool), Error> {
    let Some(id) = node.get("id").and_then(Value::as_str).map(str::to_owned) else {
        return Ok((None, true));
    };
    let (tails, is_whole) = tails::tails(context.client, &node, tails::ISSUE).await?;
    let record = Record {
        shape: ISSUES.name.to_owned(),
        id,
        node,
        tails,
    };
    Ok((Some(record), is_whole))
}

pub(super) async fn fetch(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: &Repository,
) -> Result<StreamCertificate, Error> {
    if !overview.has_issues_enabled {
        return Ok(context.unavailable(STREAM, &Unavailable::Disabled));
    }
    let Some(newest) = &overview.issues else {
        return Ok(context.forbidden(STREAM));
    };
    let expected = Some(newest.total_count);
    let newest = newest.newest(|newest| newest.updated_at);
    let watermark = state.stream(STREAM).watermark;
    let next_watermark = context
        .started_at
        .saturating_sub(OVERLAP)
        .unwrap_or(context.started_at);
    let since = watermark.or(context.since);
    if since.is_some_and(|since| newest.is_before(since)) {
        state.stream(STREAM).watermark = Some(next_watermark);
        return context.finished(STREAM, state, expected, 0, false);
    }
    let mut after: Option<String> = None;
    let mut lister = Lister::new(context, ISSUES, PAGE, since);
    let mut n_short = 0;
    let (mut n_fetched, mut n_stored) = (0_u64, 0_usize);
    loop {
        let found = match lister.page::<Issues>(after.as_deref()).await? {
            Ok(found) => found,
            Err(why) => return Ok(context.unavailable(STREAM, &why)),
        };
        let page = found.page_info.clone();
        let mut records = Vec::new();
        let mut reached = None;
        for node in found.into_nodes() {
            n_fetched += 1;
            let text = node
                .get("updatedAt")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let updated_at = text.parse::<jiff::Timestamp>().ok();
            let (record, is_whole) = record(context, node).await?;
            n_short += usize::from(!is_whole);
            let Some(record) = record else { continue };
            reached = updated_at.max(reached);
            let id = record.id.clone();
            let sum = checksum(&record);
            let live = &mut state.stream(STREAM).live;
            if live.get(&id) != Some(&sum) {
                records.push(record);
            }
            if updated_at.is_none_or(|at| at >= next_watermark) {
                live.insert(id, sum);
            } else {
                live.remove(&id);
            }
        }
        n_stored += records.len();
        let is_last = !page.has_next_page || page.end_cursor.is_none();
        let slot = state.stream(STREAM);
        // The watermark stays where something could not be read, so that the next run asks for it again.
        let is_sound = n_short + lister.n_failed == 0;
        if let (Some(reached), false, true) = (reached, is_last, is_sound) {
            // Several issues may share the instant: it is looked at again.
            slot.watermark = Some(reached);
        }
        context.commit(STREAM, &records, state)?;
        context.page(STREAM, n_fetched, expected);
        if is_last {
            break;
        }
        after = page.end_cursor;
    }
    let n_failed = n_short + lister.n_failed;
    if n_failed == 0 {
        state.stream(STREAM).watermark = Some(next_watermark);
    }
    let certificate = context.finished(STREAM, state, expected, n_failed, n_stored > 0)?;
    Ok(Context::ended(lister.endless, certificate))
}
