//! Pages of a repository's lists, smaller ones where GitHub cannot answer a big one.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Context;
use super::pages::{Endless, Pages};
use crate::github::client::{GraphqlError, Outcome, Unavailable};
use crate::github::error::Error;
use crate::github::operation::Operation;
use crate::github::wire::Connection;
use crate::github::wire::repository::{
    DeploymentOutline, DeploymentOutlines, Deployments, InRepository, Issues, Outline, Outlines,
    PullRequestId, PullRequestIds, Releases,
};

/// The list inside a repository that an operation asks for.
pub(super) trait Listed: DeserializeOwned {
    /// What is listed.
    type Node;
    /// The page.
    fn connection(self) -> Connection<Self::Node>;
    /// Takes out a field of an element that the token may not read, where null would say that there is nothing.
    fn take_out(_node: &mut Self::Node, _field: &str) {}
}

impl Listed for PullRequestIds {
    type Node = PullRequestId;
    fn connection(self) -> Connection<PullRequestId> {
        self.pull_requests
    }
}

impl Listed for Issues {
    type Node = Value;
    fn connection(self) -> Connection<Value> {
        self.issues
    }
    fn take_out(node: &mut Value, field: &str) {
        let is_optional = ["issueType", "parent", "issueFieldValues"].contains(&field);
        if let (true, Some(fields)) = (is_optional, node.as_object_mut()) {
            fields.remove(field);
        }
    }
}

impl Listed for Deployments {
    type Node = Value;
    fn connection(self) -> Connection<Value> {
        self.deployments
    }
}

impl Listed for Outlines {
    type Node = Outline;
    fn connection(self) -> Connection<Outline> {
        self.list
    }
}

impl Listed for DeploymentOutlines {
    type Node = DeploymentOutline;
    fn connection(self) -> Connection<DeploymentOutline> {
        self.list
    }
}

impl Listed for Releases {
    type Node = Value;
    fn connection(self) -> Connection<Value> {
        self.releases
    }
}

/// Asks for one page after the other.
pub(super) struct Lister<'a> {
    context: &'a Context<'a>,
    operation: Operation,
    first: usize,
    most: usize,
    since: Option<jiff::Timestamp>,
    pages: Pages,
    /// Whether a cursor was refused: once, a list is begun anew for it.
    is_begun_anew: bool,
    /// Elements that could not be answered even alone; one more for a list without an end.
    pub(super) n_failed: usize,
    /// Why the list was ended before the server said that it ends.
    pub(super) endless: Option<Endless>,
}

impl<'a> Lister<'a> {
    /// Lists at most `most` elements a page, changed since an instant where the operation knows such a filter.
    pub(super) fn new(
        context: &'a Context<'a>,
        operation: Operation,
        most: usize,
        since: Option<jiff::Timestamp>,
    ) -> Self {
        let most = most.min(context.page_size());
        Self {
            context,
            operation,
            first: most,
            most,
            since,
            pages: Pages::default(),
            is_begun_anew: false,
            n_failed: 0,
            endless: None,
        }
    }

    /// The page after a cursor. Where the list would not end, the page says that it is the last.
    pub(super) async fn page<L: Listed>(
        &mut self,
        after: Option<&str>,
    ) -> Result<Result<Connection<L::Node>, Unavailable>, Error> {
        self.pages.ask(after);
        let mut after = after;
        loop {
            let mut variables = self.context.variables(self.first, after);
            if let Some(since) = self.since {
                variables["since"] = json!(since.to_string());
            }
            let can_split = self.first > 1;
            let client = self.context.client;
            let answer = client
                .graphql::<InRepository<L>>(&self.operation, &variables, can_split)
                .await;
            let answer = match answer {
                // A cursor that was kept from another night may have lost its meaning. What is listed twice is stored once.
                Err(Error::Rejected { message, .. })
                    if after.is_some() && !self.is_begun_anew && is_of_cursor(&message) =>
                {
                    self.is_begun_anew = true;
                    self.pages = Pages::default();
                    after = None;
                    continue;
                }
                other => other?,
            };
            let (mut found, errors) = match answer {
                Outcome::Data(
                    InRepository {
                        repository: Some(found),
                        ..
                    },
                    errors,
                ) => (found.connection(), errors),
                Outcome::Data(..) => return Ok(Err(Unavailable::NotFound)),
                Outcome::Unavailable(why) => return Ok(Err(why)),
                Outcome::TooBig => {
                    self.first = (self.first / 2).max(1);
                    continue;
                }
            };
            let is_hidden = found
                .nodes
                .as_ref()
                .is_some_and(|nodes| !nodes.is_empty() && nodes.iter().all(Option::is_none));
            if is_hidden && errors.iter().any(GraphqlError::is_forbidden) {
                return Ok(Err(Unavailable::forbidden()));
            }
            for error in errors.iter().filter(|error| error.is_forbidden()) {
                let (at, field) = (error.path.get(3), error.path.get(4));
                let at = at
                    .and_then(Value::as_u64)
                    .and_then(|at| usize::try_from(at).ok());
                let nodes = found.nodes.as_mut();
                let node = at.and_then(|at| nodes?.get_mut(at)?.as_mut());
                if let (Some(node), Some(field)) = (node, field.and_then(Value::as_str)) {
                    L::take_out(node, field);
                }
            }
            let n_missing = errors
                .iter()
                .filter(|error| is_missing_element(error))
                .count();
            if n_missing > 0 && can_split {
                // What came beside an error may be null for no better reason: ask again for less.
                self.first = (self.first / 2).max(1);
                continue;
            }
            self.n_failed += n_missing.min(1);
            let asked = self.first;
            self.first = (self.first * 2).min(self.most);
            let n_elements = found.nodes.as_ref().map_or(0, Vec::len);
            if let Some(nodes) = found.nodes.as_mut().filter(|nodes| nodes.len() > asked) {
                // Each element costs requests of its own: a page is never longer than what was asked for.
                nodes.truncate(asked);
                self.endless = Some(Endless::Beyond);
                self.n_failed += 1;
            }
            let total = Some(found.total_count);
            if let Err(why) = self.pages.next(&found.page_info, n_elements, total) {
                found.page_info.has_next_page = false;
                self.endless = Some(why);
                self.n_failed += 1;
            }
            return Ok(Ok(found));
        }
    }
}

/// Whether a refusal is about the cursor.
fn is_of_cursor(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("cursor") && (message.contains("valid") || message.contains("expired"))
}

/// Whether an error is about an element of the list, or about something inside one.
fn is_missing_element(error: &GraphqlError) -> bool {
    error.path.get(2).and_then(Value::as_str) == Some("nodes")
        && error.kind.as_deref() != Some("NOT_FOUND")
        && !error.is_forbidden()
}
