//! Merge rules, milestones, environments and teams as rows.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Decoder;
use crate::domain::{Environment, MergeRule, Milestone, Stream, Team, TeamMember};
use crate::github::fetch::SEEN_AT;
use crate::github::wire::settings as wire;
use crate::store::raw::Record;

/// The elements of a snapshot.
fn nodes<T: for<'de> Deserialize<'de>>(record: Record) -> Result<Vec<T>, String> {
    let list = match record.node {
        Value::Object(mut fields) => fields.remove("nodes").unwrap_or_default(),
        _ => Value::Null,
    };
    Vec::<T>::deserialize(list).map_err(|error| format!("shape: {error}"))
}

impl Decoder {
    /// Adds a snapshot of what a repository's owners laid down.
    pub(super) fn settings(&mut self, stream: Stream, record: Record) -> Result<(), String> {
        match stream {
            Stream::MergeRules => {
                let seen_at = record.node.get(SEEN_AT).and_then(Value::as_str);
                let seen_at = seen_at.and_then(|text| text.parse().ok());
                for branch in nodes::<wire::RuledBranch>(record)? {
                    let rule = self.merge_rule(branch, seen_at);
                    self.facts.merge_rules.push(rule);
                }
            }
            Stream::Milestones => {
                let rows = nodes::<wire::Milestone>(record)?
                    .into_iter()
                    .map(|node| Milestone {
                        repository: self.repository,
                        milestone: node.number,
                        title: node.title,
                        url: node.url,
                        created_at: node.created_at,
                        due_at: node.due_on,
                        closed_at: node.closed_at,
                        updated_at: node.updated_at,
                    });
                self.facts.milestones.extend(rows);
            }
            Stream::Environments => {
                for node in nodes::<wire::Environment>(record)? {
                    let row = self.environment(node);
                    self.facts.environments.push(row);
                }
            }
            _ => {
                for team in nodes::<wire::Team>(record)? {
                    self.team(team);
                }
            }
        }
        Ok(())
    }

    /// The rule of a branch; `seen_at`: when it was first read as it is.
    fn merge_rule(&self, branch: wire::RuledBranch, seen_at: Option<Timestamp>) -> MergeRule {
        let mut rule = MergeRule {
            repository: self.repository,
            branch: branch.name,
            required_approvals: 0,
            requires_code_owner: false,
            requires_last_push_approval: false,
            dismisses_stale_reviews: false,
            has_merge_queue: false,
            required_checks: Vec::new(),
            sources: Vec::new(),
            approvals_since: None,
        };
        let mut asked_since: Vec<(u64, Option<Timestamp>)> = Vec::new();
        // What the repository's owners laid down holds for everybody; what is enforced on the token's owner may be less.
        if let Some(protection) = branch.branch_protection_rule {
            rule.sources.push("branch_protection".to_owned());
            if protection.requires_approving_reviews {
                // GitHub's own default, where it says that approvals are needed and not how many.
                rule.required_approvals = protection.required_approving_review_count.unwrap_or(1);
            }
            rule.requires_code_owner = protection.requires_code_owner_reviews;
            rule.dismisses_stale_reviews = protection.dismisses_stale_reviews;
            asked_since.push((rule.required_approvals, None));
            let checks = protection
                .required_status_check_contexts
                .filter(|_| protection.requires_status_checks);
            rule.required_checks
                .extend(checks.into_iter().flatten().flatten());
        } else if let Some(protection) = branch.ref_update_rule {
            rule.sources.push("branch_protection".to_owned());
            rule.required_approvals = protection.required_approving_review_count.unwrap_or(0);
            asked_since.push((rule.required_approvals, None));
            rule.requires_code_owner = protection.requires_code_owner_reviews;
            let checks = protection.required_status_check_contexts;
            rule.required_checks
                .extend(checks.into_iter().flatten().flatten());
        }
        for found in branch
            .rules
            .into_iter()
            .flat_map(super::Connection::into_nodes)
        {
            rule.sources.push("ruleset".to_owned());
            rule.has_merge_queue |= found.kind == "MERGE_QUEUE";
            match found.parameters {
                Some(wire::Parameters::PullRequest(needed)) => {
                    let approvals = needed.required_approving_review_count;
                    rule.required_approvals = rule.required_approvals.max(approvals);
                    let since = found.repository_ruleset.map(|ruleset| ruleset.updated_at);
                    asked_since.push((approvals, since));
                    rule.requires_code_owner |= needed.require_code_owner_review;
                    rule.requires_last_push_approval |= needed.require_last_push_approval;
                    rule.dismisses_stale_reviews |= needed.dismiss_stale_reviews_on_push;
                }
                Some(wire::Parameters::StatusChecks(checks)) => {
                    let names = checks.required_status_checks.into_iter();
                    rule.required_checks
                        .extend(names.map(|check| check.context));
                }
                Some(wire::Parameters::Other) | None => {}
            }
        }
        // Whichever of those that ask for as many has been there longest.
        let of_all = asked_since
            .into_iter()
            .filter(|(n, _)| *n == rule.required_approvals);
        rule.approvals_since = of_all.filter_map(|(_, since)| since).chain(seen_at).min();
        for list in [&mut rule.required_checks, &mut rule.sources] {
            list.sort();
            list.dedup();
        }
        rule
    }

    fn environment(&self, node: wire::Environment) -> Environment {
        let mut row = Environment {
            repository: self.repository,
            environment: node.name,
            wait_minutes: None,
            reviewers: Vec::new(),
            prevents_self_review: false,
            has_branch_policy: false,
        };
        for rule in node.protection_rules.into_nodes() {
            row.has_branch_policy |= rule.kind == "BRANCH_POLICY";
            row.prevents_self_review |= rule.prevent_self_review == Some(true);
            if rule.kind == "WAIT_TIMER" {
                row.wait_minutes = row.wait_minutes.max(Some(rule.timeout));
            }
            row.reviewers
                .extend(rule.reviewers.into_nodes().map(|reviewer| match reviewer {
                    wire::DeploymentReviewer::User(user) => format!("@{}", user.login),
                    wire::DeploymentReviewer::Team(team) => format!("@{}", team.combined_slug),
                }));
        }
        row.reviewers.sort();
        row.reviewers.dedup();
        row
    }

    fn team(&mut self, node: wire::Team) {
        let n_members = node.members.total_count;
        let is_short = node.members.page_info.has_next_page;
        let members: Vec<_> = node.members.into_nodes().collect();
        if is_short || (members.len() as u64) < n_members {
            self.gap(
                "list",
                &format!("{} members", node.slug),
                "fewer_than_counted",
            );
        }
        for member in members {
            if let Some(person) = self.accounts.of(Some(member)) {
                self.facts.team_members.push(TeamMember {
                    repository: self.repository,
                    team: node.slug.clone(),
                    person,
                });
            }
        }
        self.facts.teams.push(Team {
            repository: self.repository,
            team: node.slug,
            name: node.name,
            parent: node.parent_team.map(|parent| parent.slug),
            n_members,
        });
    }
}
