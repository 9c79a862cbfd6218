//! Issues: the oldest changes first, so that the watermark moves with every page.

use serde_json::{Value, json};

use super::{Context, OVERLAP, checksum, tails};
use crate::domain::{Completeness, Stream, StreamCertificate};
use crate::github::client::Outcome;
use crate::github::error::Error;
use crate::github::operation::ISSUES;
use crate::github::wire::repository::{InRepository, Issues, Repository};
use crate::store::raw::Record;
use crate::store::state::RepositoryState;

const STREAM: Stream = Stream::Issues;

/// Issues on one page, at first; halved when that is too much.
const PAGE: usize = 50;

pub(super) async fn fetch(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: &Repository,
) -> Result<StreamCertificate, Error> {
    if !overview.has_issues_enabled {
        return Ok(context.unavailable(STREAM, &crate::github::client::Unavailable::Disabled));
    }
    let Some(newest) = &overview.issues else {
        return Ok(context.forbidden(STREAM));
    };
    let expected = Some(newest.total_count);
    let newest = newest.first().map(|newest| newest.updated_at);
    let watermark = state.stream(STREAM).watermark;
    let next_watermark = context
        .started_at
        .saturating_sub(OVERLAP)
        .unwrap_or(context.started_at);
    let since = watermark.or(context.since);
    if since.is_some_and(|since| newest.is_none_or(|newest| newest < since)) {
        state.stream(STREAM).watermark = Some(next_watermark);
        return context.finished(STREAM, state, expected, 0, false);
    }
    let mut after: Option<String> = None;
    let most = context.page_size().min(PAGE);
    let mut first = most;
    let (mut n_fetched, mut n_stored) = (0_u64, 0_usize);
    loop {
        let mut variables = context.variables(first, after.as_deref());
        if let (Some(since), Some(variables)) = (since, variables.as_object_mut()) {
            variables.insert("since".to_owned(), json!(since.to_string()));
        }
        let found = match context
            .client
            .graphql::<InRepository<Issues>>(&ISSUES, &variables, first > 1)
            .await?
        {
            Outcome::Data(
                InRepository {
                    repository: Some(found),
                    ..
                },
                _,
            ) => found.issues,
            Outcome::Data(..) => return Ok(context.certificate(STREAM, Completeness::NotFound)),
            Outcome::TooBig => {
                first = (first / 2).max(1);
                continue;
            }
            Outcome::Unavailable(why) => return Ok(context.unavailable(STREAM, &why)),
        };
        let page = found.page_info.clone();
        let mut records = Vec::new();
        let mut reached = None;
        for node in found.into_nodes() {
            n_fetched += 1;
            let Some(id) = node.get("id").and_then(Value::as_str).map(str::to_owned) else {
                continue;
            };
            let text = node
                .get("updatedAt")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let updated_at = text.parse::<jiff::Timestamp>().ok();
            reached = updated_at.max(reached);
            let tails = tails::tails(context.client, &node, tails::ISSUE).await?;
            let record = Record {
                shape: ISSUES.name.to_owned(),
                id: id.clone(),
                node,
                tails,
            };
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
        if let (Some(reached), false) = (reached, is_last) {
            // Several issues may share the instant: it is looked at again.
            slot.watermark = Some(reached);
        }
        context.commit(STREAM, &records, state)?;
        context.page(STREAM, n_fetched, expected);
        if is_last {
            break;
        }
        after = page.end_cursor;
        if first < most {
            first = (first * 2).min(most);
        }
    }
    let slot = state.stream(STREAM);
    slot.watermark = Some(next_watermark);
    context.finished(STREAM, state, expected, 0, n_stored > 0)
}
