//! What a repository's owners laid down: rules, milestones, environments, teams.

use apollo_compiler::response::JsonValue;
use jiff::Timestamp;

use super::super::resolve::{Field, Node, Page, connection, int, leaf, object, page_of, text};
use super::{View, node, time};
use crate::demo::model::{HostEnvironment, HostMergeRule, HostRepository, HostTeam};

impl<'h> View<'h> {
    pub(super) fn team(self, team: &'h HostTeam) -> Node<'h> {
        let is_open = |repository: &HostRepository| {
            repository.owner.eq_ignore_ascii_case(&team.organisation)
                && repository.teams.contains(&team.slug)
        };
        let repositories = self.snapshot.repositories_where(&is_open);
        let members: Vec<usize> = (0..team.members.len())
            .filter(|at| self.user(team.members.get(*at)).is_some())
            .collect();
        node(
            "Team",
            vec![
                ("id", leaf(team.node.clone())),
                ("slug", leaf(team.slug.clone())),
                (
                    "combinedSlug",
                    leaf(format!("{}/{}", team.organisation, team.slug)),
                ),
                ("name", leaf(team.slug.clone())),
                ("parentTeam", object(None)),
                (
                    "repositories",
                    self.snapshot
                        .repository_list("TeamRepositoryConnection", repositories),
                ),
                (
                    "members",
                    Field::Connection(Box::new(move |arguments| {
                        page_of("TeamMemberConnection", arguments, &members, |at| {
                            self.user(team.members.get(at))
                        })
                    })),
                ),
            ],
        )
    }

    /// The default branch, with its rules.
    pub(super) fn default_branch(self) -> Option<Node<'h>> {
        let repository = self.repository;
        let name = repository.default_branch.as_ref()?;
        let protection = repository.protection.as_ref().map(|rule| {
            node(
                "RefUpdateRule",
                vec![
                    ("requiredApprovingReviewCount", int(rule.required_approvals)),
                    (
                        "requiredStatusCheckContexts",
                        Field::Texts(rule.required_checks.clone()),
                    ),
                    ("requiresCodeOwnerReviews", leaf(rule.requires_code_owner)),
                ],
            )
        });
        let laid_down = repository.protection.as_ref().map(|rule| {
            node(
                "BranchProtectionRule",
                vec![
                    (
                        "requiresApprovingReviews",
                        leaf(rule.required_approvals > 0),
                    ),
                    ("requiredApprovingReviewCount", int(rule.required_approvals)),
                    (
                        "requiresStatusChecks",
                        leaf(!rule.required_checks.is_empty()),
                    ),
                    (
                        "requiredStatusCheckContexts",
                        Field::Texts(rule.required_checks.clone()),
                    ),
                    ("requiresCodeOwnerReviews", leaf(rule.requires_code_owner)),
                    ("dismissesStaleReviews", leaf(rule.dismisses_stale_reviews)),
                ],
            )
        });
        let kinds: Vec<&'static str> = match &repository.ruleset {
            None => Vec::new(),
            Some(rule) => ["PULL_REQUEST", "DELETION"]
                .into_iter()
                .chain((!rule.required_checks.is_empty()).then_some("REQUIRED_STATUS_CHECKS"))
                .chain(rule.has_merge_queue.then_some("MERGE_QUEUE"))
                .collect(),
        };
        Some(node(
            "Ref",
            vec![
                ("id", leaf(format!("REF_{name}"))),
                ("name", leaf(name.clone())),
                ("target", object(Some(self.head(name)))),
                (
                    "branchProtectionRule",
                    object(laid_down.filter(|_| repository.viewer_administers)),
                ),
                (
                    "refUpdateRule",
                    object(protection.filter(|_| !repository.viewer_administers)),
                ),
                (
                    "rules",
                    Field::Connection(Box::new(move |arguments| {
                        let all: Vec<usize> = (0..kinds.len()).collect();
                        page_of("RepositoryRuleConnection", arguments, &all, |at| {
                            let kind = *kinds.get(at)?;
                            Some(rule_node(kind, repository.ruleset.as_ref()?))
                        })
                    })),
                ),
            ],
        ))
    }

    /// The newest commit of the default branch: each run of it has a check suite, the newest last.
    fn head(self, branch: &str) -> Node<'h> {
        let runs = self.repository.workflow_runs.iter();
        let mut suites: Vec<_> = runs
            .filter(|run| run.head_branch.as_deref() == Some(branch))
            .map(|run| (run.created_at, run.updated_at, run.run))
            .collect();
        suites.sort_unstable();
        node(
            "Commit",
            vec![
                ("id", leaf(format!("C_{}", self.repository.node))),
                (
                    "checkSuites",
                    Field::Connection(Box::new(move |arguments| {
                        let last = arguments.get("last").and_then(JsonValue::as_u64);
                        let last = last.and_then(|last| usize::try_from(last).ok());
                        let skipped = suites.len().saturating_sub(last.unwrap_or(0));
                        let newest = suites.get(skipped..).unwrap_or_default().iter();
                        Page {
                            type_name: "CheckSuiteConnection",
                            nodes: newest.map(|suite| suite_node(*suite)).collect(),
                            total: suites.len(),
                            has_next: false,
                            end_cursor: None,
                        }
                    })),
                ),
            ],
        )
    }

    pub(super) fn milestones(self) -> Field<'h> {
        connection(
            "MilestoneConnection",
            &self.repository.milestones,
            move |_, milestone| {
                node(
                    "Milestone",
                    vec![
                        ("id", leaf(format!("MI_{}", milestone.number))),
                        ("number", int(milestone.number)),
                        ("title", leaf(milestone.title.clone())),
                        ("url", self.page(&format!("milestone/{}", milestone.number))),
                        ("createdAt", time(milestone.created_at)),
                        ("dueOn", text(milestone.due_at.map(|at| at.to_string()))),
                        (
                            "closedAt",
                            text(milestone.closed_at.map(|at| at.to_string())),
                        ),
                        ("updatedAt", time(milestone.updated_at)),
                    ],
                )
            },
        )
    }

    pub(super) fn environments(self) -> Field<'h> {
        connection(
            "EnvironmentConnection",
            &self.repository.environments,
            move |_, environment| {
                node(
                    "Environment",
                    vec![
                        ("id", leaf(format!("EN_{}", environment.name))),
                        ("name", leaf(environment.name.clone())),
                        ("protectionRules", protection_rules(environment)),
                    ],
                )
            },
        )
    }
}

fn protection_rules(environment: &HostEnvironment) -> Field<'_> {
    let kinds: Vec<&'static str> = [
        ("BRANCH_POLICY", environment.has_branch_policy),
        ("REQUIRED_REVIEWERS", !environment.reviewers.is_empty()),
        ("WAIT_TIMER", environment.wait_minutes.is_some()),
    ]
    .into_iter()
    .filter(|(_, is_set)| *is_set)
    .map(|(kind, _)| kind)
    .collect();
    Field::Connection(Box::new(move |arguments| {
        let all: Vec<usize> = (0..kinds.len()).collect();
        page_of(
            "DeploymentProtectionRuleConnection",
            arguments,
            &all,
            |at| {
                let kind = *kinds.get(at)?;
                let is_timer = kind == "WAIT_TIMER";
                let minutes = environment.wait_minutes.filter(|_| is_timer).unwrap_or(0);
                let is_review = kind == "REQUIRED_REVIEWERS";
                Some(node(
                    "DeploymentProtectionRule",
                    vec![
                        ("type", leaf(kind)),
                        ("timeout", int(minutes)),
                        (
                            "preventSelfReview",
                            leaf(is_review && environment.prevents_self_review),
                        ),
                        ("reviewers", deployment_reviewers(environment, is_review)),
                    ],
                ))
            },
        )
    }))
}

fn deployment_reviewers(environment: &HostEnvironment, is_review: bool) -> Field<'_> {
    let shown = environment.reviewers.as_slice();
    connection(
        "DeploymentReviewerConnection",
        if is_review { shown } else { &[] },
        move |_, reviewer| match reviewer.split_once('/') {
            Some(_) => node("Team", vec![("combinedSlug", leaf(reviewer.clone()))]),
            None => node("User", vec![("login", leaf(reviewer.clone()))]),
        },
    )
}

fn rule_node<'h>(kind: &'static str, rule: &'h HostMergeRule) -> Node<'h> {
    let parameters = match kind {
        "PULL_REQUEST" => Some(node(
            "PullRequestParameters",
            vec![
                ("requiredApprovingReviewCount", int(rule.required_approvals)),
                ("requireCodeOwnerReview", leaf(rule.requires_code_owner)),
                (
                    "requireLastPushApproval",
                    leaf(rule.requires_last_push_approval),
                ),
                (
                    "dismissStaleReviewsOnPush",
                    leaf(rule.dismisses_stale_reviews),
                ),
            ],
        )),
        "REQUIRED_STATUS_CHECKS" => Some(node(
            "RequiredStatusChecksParameters",
            vec![(
                "requiredStatusChecks",
                Field::List(Box::new(|_| {
                    rule.required_checks
                        .iter()
                        .map(|check| {
                            Some(node(
                                "StatusCheckConfiguration",
                                vec![("context", leaf(check.clone()))],
                            ))
                        })
                        .collect()
                })),
            )],
        )),
        _ => None,
    };
    let ruleset = rule.updated_at.map(|at| {
        node(
            "RepositoryRuleset",
            vec![("id", leaf("RRS_1".to_owned())), ("updatedAt", time(at))],
        )
    });
    node(
        "RepositoryRule",
        vec![
            ("id", leaf(format!("RR_{kind}"))),
            ("type", leaf(kind)),
            ("repositoryRuleset", object(ruleset)),
            ("parameters", object(parameters)),
        ],
    )
}

fn suite_node<'h>((created_at, updated_at, run): (Timestamp, Timestamp, u64)) -> Node<'h> {
    node(
        "CheckSuite",
        vec![
            ("id", leaf(format!("CS_{run}"))),
            ("createdAt", time(created_at)),
            ("updatedAt", time(updated_at)),
        ],
    )
}
