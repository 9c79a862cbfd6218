//! Issues: the oldest changes first, so that the watermark moves with every page.

use serde_json::Value;

use super::lister::Lister;
use super::{Context, OVERLAP, checksum, tails};
use crate::domain::{Stream, StreamCertificate};
use crate::github::error::Error;
use crate::github::operation::ISSUES;
use crate::github::wire::repository::{Issues, Repository};
use crate::store::raw::Record;
use crate::store::state::RepositoryState;

const STREAM: Stream = Stream::Issues;

/// Issues on one page, at most.
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
            let Some(id) = node.get("id").and_then(Value::as_str).map(str::to_owned) else {
                continue;
            };
            let text = node
                .get("updatedAt")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let updated_at = text.parse::<jiff::Timestamp>().ok();
            reached = updated_at.max(reached);
            let (tails, is_whole) = tails::tails(context.client, &node, tails::ISSUE).await?;
            n_short += usize::from(!is_whole);
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
