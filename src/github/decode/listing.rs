//! A repository in a list of an owner's or a team's.

use crate::domain::{ListedRepository, NotARepoName};
use crate::github::wire::owner as wire;

/// A listed repository; an error where its name is none that GitHub gives out.
pub(in crate::github) fn listed(
    node: wire::ListedRepository,
) -> Result<ListedRepository, NotARepoName> {
    let topics = node.repository_topics.nodes.into_iter().flatten().flatten();
    Ok(ListedRepository {
        node: node.id,
        name: node.name_with_owner.parse()?,
        is_archived: node.is_archived,
        is_fork: node.is_fork,
        topics: topics.map(|one| one.topic.name).collect(),
        n_pull_requests: node.pull_requests.map(|list| list.total_count),
        n_issues: node.issues.map(|list| list.total_count),
        disk_kib: node.disk_usage,
        missing_since: None,
    })
}
