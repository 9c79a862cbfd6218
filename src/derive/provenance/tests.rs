//! A clone and a handful of pull requests: what tells of agents, and what follows.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::provenance::Rung;
use crate::domain::{
    Commit, History, Login, Origin, PrNumber, PullRequest, PullRequestCommit, PullRequestState,
    Signature, SignatureId,
};

const ADA: PersonId = PersonId(0);
const JULES: PersonId = PersonId(1);
const COPILOT: PersonId = PersonId(2);
const CLAUDE: PersonId = PersonId(3);
const BOT: PersonId = PersonId(4);
const LAMP: RepositoryId = RepositoryId(0);

fn people() -> Vec<Person> {
    let person = |id, login: &str, name: &str, account| Person {
        id: PersonId(id),
        display_name: name.into(),
        logins: if login.is_empty() {
            vec![]
        } else {
            vec![Login(login.into())]
        },
        emails: vec![crate::domain::EmailAddress(format!("{login}@acme.example"))],
        account,
        names: vec![name.into()],
        is_known: true,
    };
    vec![
        person(0, "ada", "Ada Lovelace", Account::Human),
        person(1, "jverne", "Jules Verne", Account::Human),
        person(2, "copilot", "Copilot", Account::AiReviewer),
        person(3, "", "Claude", Account::AiReviewer),
        person(4, "dependabot", "dependabot", Account::Automation),
    ]
}

fn hour(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn id(number: u64) -> CommitId {
    format!("{number:040x}").parse().unwrap()
}

/// A history of five signatures, by person; each commit by author, co-authors and marks.
fn clone(commits: &[(u32, &[u32], &[&str])]) -> MinedClone {
    let signature = |name: &str, email: &str| Signature {
        name: name.into(),
        email: email.into(),
    };
    let commit = |(at, (author, others, marks)): (usize, &(u32, &[u32], &[&str]))| Commit {
        id: id(at as u64 + 1),
        parents: Vec::new(),
        author: SignatureId(*author),
        committer: SignatureId(*author),
        authored_at: hour(0),
        author_offset_seconds: 0,
        committed_at: hour(0),
        committer_offset_seconds: 0,
        landed_at: hour(0),
        co_authors: others.iter().copied().map(SignatureId).collect(),
        marks: marks.iter().map(ToString::to_string).collect(),
        subject: "Change".into(),
        pull_request: None,
        reverts: None,
        cherry_picked_from: None,
        on_default_branch: true,
        exclusion: None,
        n_files: Some(1),
        lines_added: Some(1),
        lines_deleted: Some(0),
    };
    MinedClone {
        repository: LAMP,
        path: PathBuf::new(),
        history: History {
            commits: commits.iter().enumerate().map(commit).collect(),
            signatures: vec![
                signature("Ada Lovelace", "ada@acme.example"),
                signature("Jules Verne", "jverne@acme.example"),
                signature("Copilot", "198982749+Copilot@users.noreply.github.com"),
                signature("Claude", "noreply@anthropic.com"),
                signature(
                    "dependabot[bot]",
                    "49699333+dependabot[bot]@users.noreply.github.com",
                ),
            ],
            ..History::default()
        },
    }
}

fn pull_request(number: u64, author: Option<PersonId>) -> PullRequest {
    PullRequest {
        repository: LAMP,
        number: PrNumber(number),
        node: format!("PR_{number}"),
        title: "Change".into(),
        url: format!("https://github.example/acme/lamp/pull/{number}"),
        author,
        state: PullRequestState::Open,
        is_draft: false,
        created_at: hour(0),
        ready_at: Some(hour(0)),
        first_commit_at: None,
        merged_at: None,
        closed_at: None,
        updated_at: hour(0),
        merged_by: None,
        merge_commit: None,
        base_branch: "main".into(),
        head_branch: "change".into(),
        additions: 1,
        deletions: 0,
        n_files: 1,
        n_commits: 0,
        n_reviews: 0,
        n_comments: 0,
        labels: Vec::new(),
        closes_issues: Vec::new(),
        origin: Origin::NoEvidence,
        answers_for: None,
    }
}

fn own(number: u64, commit: u64, author: Option<PersonId>) -> PullRequestCommit {
    PullRequestCommit {
        repository: LAMP,
        number: PrNumber(number),
        commit: id(commit),
        authored_at: hour(0),
        author,
        updates_from_base: false,
    }
}

fn given(pull_requests: Vec<PullRequest>, commits: Vec<PullRequestCommit>) -> Facts {
    Facts {
        pull_requests,
        pull_request_commits: commits,
        ..Facts::default()
    }
}

/// Settles the facts with the clone; a pull request has as many commits as are given.
fn settled(mut facts: Facts, clone: &MinedClone) -> (Facts, CommitOrigins) {
    for row in &mut facts.pull_requests {
        let own = facts.pull_request_commits.iter();
        row.n_commits = own.filter(|commit| commit.number == row.number).count() as u64;
    }
    let people = people();
    let who = Who {
        agents: Agents::known(),
        people: &people,
    };
    let person_of: Vec<PersonId> = (0..5).map(PersonId).collect();
    let origins = settle(&mut facts, Some((clone, &person_of)), None, &who);
    (facts, origins)
}

fn rungs(facts: &Facts, number: u64) -> Vec<Rung> {
    let rows = facts.provenance.iter();
    let own = rows.filter(|row| {
        row.kind == ProvenanceKind::PullRequest && row.number == Some(PrNumber(number))
    });
    own.map(|row| row.rung).collect()
}

#[test]
fn a_commit_says_by_signature_trailer_and_footer_where_it_comes_from() {
    let (facts, origins) = settled(
        Facts::default(),
        &clone(&[
            (0, &[], &[]),
            (3, &[0], &[]),
            (0, &[3], &[]),
            (0, &[1], &[]),
            (0, &[], &["Assisted-by: Codex:gpt-5-codex"]),
            (0, &[], &["Assisted-by: Jules Verne <jverne@acme.example>"]),
            (4, &[], &[]),
            (
                0,
                &[],
                &["🤖 Generated with [Claude Code](https://claude.com/claude-code)"],
            ),
        ]),
    );
    let agent = Some(Origin::Agent);
    let with = Some(Origin::PersonWithAgent);
    assert_eq!(
        origins.of_commits,
        [
            (None, None),
            (agent, Some(ADA)),
            (with, None),
            (None, None),
            (with, None),
            (None, None),
            (Some(Origin::Automation), None),
            (with, None),
        ]
    );
    let rows = facts.provenance.iter();
    let told: Vec<_> = rows
        .map(|row| {
            (
                row.rung,
                row.tool.as_deref(),
                row.model.as_deref(),
                row.delegator,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Rung::Account, Some("Claude Code"), None, Some(ADA)),
            (Rung::Trailer, Some("Claude Code"), None, None),
            (Rung::Trailer, Some("Codex"), Some("gpt-5-codex"), None),
            (Rung::Convention, Some("Claude Code"), None, None),
        ]
    );
}

#[test]
fn an_agents_pull_request_is_answered_for_by_whom_its_commits_name() {
    let opened = vec![
        pull_request(1, Some(COPILOT)),
        pull_request(2, Some(COPILOT)),
        pull_request(3, Some(COPILOT)),
    ];
    let own_commits = vec![
        own(1, 1, Some(COPILOT)),
        own(1, 2, Some(COPILOT)),
        own(2, 9, Some(COPILOT)),
        own(3, 3, Some(COPILOT)),
    ];
    let facts = given(opened, own_commits);
    // The third names two as often: nobody knows which.
    let (facts, _) = settled(
        facts,
        &clone(&[(2, &[0], &[]), (2, &[0], &[]), (2, &[0, 1], &[])]),
    );
    let told: Vec<_> = facts
        .pull_requests
        .iter()
        .map(|row| (row.origin, row.answers_for))
        .collect();
    assert_eq!(
        told,
        [
            (Origin::Agent, Some(ADA)),
            (Origin::Agent, None),
            (Origin::Agent, None),
        ]
    );
}

#[test]
fn a_persons_pull_request_is_theirs_and_evidence_is_kept_by_rung() {
    let opened = vec![
        // All of its commits are an agent's.
        pull_request(1, Some(ADA)),
        // One of two is.
        pull_request(2, Some(ADA)),
        PullRequest {
            head_branch: "codex/fix-lamp".into(),
            labels: vec!["codex".into(), "bug".into()],
            ..pull_request(3, Some(ADA))
        },
        // Jules calls his branches after himself; Ada does not.
        PullRequest {
            head_branch: "jules/fix-lamp".into(),
            ..pull_request(4, Some(JULES))
        },
        PullRequest {
            head_branch: "jules/fix-lamp".into(),
            ..pull_request(5, Some(ADA))
        },
        PullRequest {
            head_branch: "dependabot/npm/lamp-2".into(),
            ..pull_request(6, Some(BOT))
        },
        pull_request(7, None),
    ];
    let own_commits = vec![
        own(1, 1, None),
        own(2, 1, None),
        own(2, 2, Some(ADA)),
        own(6, 4, Some(BOT)),
    ];
    let facts = given(opened, own_commits);
    let (facts, _) = settled(facts, &clone(&[(3, &[], &[]), (0, &[], &[])]));
    let told: Vec<_> = facts
        .pull_requests
        .iter()
        .map(|row| (row.origin, row.answers_for))
        .collect();
    assert_eq!(
        told,
        [
            (Origin::Agent, Some(ADA)),
            (Origin::PersonWithAgent, Some(ADA)),
            (Origin::PersonWithAgent, Some(ADA)),
            (Origin::NoEvidence, Some(JULES)),
            (Origin::PersonWithAgent, Some(ADA)),
            (Origin::Automation, None),
            (Origin::NoEvidence, None),
        ]
    );
    assert_eq!(rungs(&facts, 1), [Rung::Account]);
    assert_eq!(rungs(&facts, 3), [Rung::Convention, Rung::Convention]);
    assert_eq!(rungs(&facts, 4), []);
}

#[test]
fn a_description_names_who_had_it_done() {
    let line = "*PR created automatically by Jules for task [1](https://jules.google.com/task/1) started by @ada*";
    let opened = vec![pull_request(1, Some(COPILOT))];
    let own_commits = vec![own(1, 1, Some(COPILOT))];
    let mut facts = given(opened, own_commits);
    facts.provenance = vec![Provenance {
        repository: LAMP,
        kind: ProvenanceKind::PullRequest,
        number: Some(PrNumber(1)),
        commit: None,
        review: None,
        rung: Rung::Convention,
        tool: Some("Jules".into()),
        model: None,
        agent: None,
        delegator: None,
        evidence: Provenance::quoted(line),
        link: None,
    }];
    // Its commits name somebody else, less directly.
    let (facts, _) = settled(facts, &clone(&[(2, &[1], &[])]));
    assert_eq!(facts.pull_requests[0].answers_for, Some(ADA));
    assert_eq!(
        rungs(&facts, 1),
        [Rung::Account, Rung::Account, Rung::Convention]
    );
}

/// What the decoder makes of a bot that assigned pull request 1 to somebody.
fn assigned(by: PersonId, to: PersonId) -> Provenance {
    Provenance {
        repository: LAMP,
        kind: ProvenanceKind::PullRequest,
        number: Some(PrNumber(1)),
        commit: None,
        review: None,
        rung: Rung::Platform,
        tool: None,
        model: None,
        agent: Some(by),
        delegator: Some(to),
        evidence: Provenance::quoted("assigned by the agent to who had it started"),
        link: None,
    }
}

#[test]
fn an_agent_assigns_its_own_work_to_who_had_it_started() {
    let of = |author, by, to| {
        let mut facts = given(
            vec![pull_request(1, Some(author))],
            vec![own(1, 1, Some(author))],
        );
        facts.provenance = vec![assigned(by, to)];
        // Its commit names somebody else, less directly.
        let (facts, _) = settled(facts, &clone(&[(2, &[1], &[])]));
        let platform = facts
            .provenance
            .iter()
            .find(|row| row.rung == Rung::Platform);
        let platform = platform.map(|row| (row.tool.clone(), row.delegator, row.link.is_some()));
        (facts.pull_requests[0].answers_for, platform)
    };
    assert_eq!(
        of(COPILOT, COPILOT, ADA),
        (Some(ADA), Some((Some("Copilot".into()), Some(ADA), true)))
    );
    // Nobody is delegator to a machine, and an agent says nothing about the work of another one.
    assert_eq!(of(COPILOT, COPILOT, BOT).0, Some(JULES));
    assert_eq!(of(COPILOT, CLAUDE, ADA), (Some(JULES), None));
    // Dependabot assigns whom its configuration names: no agent had a part in that, and nobody had it done.
    assert_eq!(of(BOT, BOT, ADA).1, None);
    // A person's work that an agent assigned is the person's.
    assert_eq!(of(JULES, COPILOT, ADA), (Some(JULES), None));
}

#[test]
fn a_comment_calls_an_agent_by_the_login_of_its_account_or_of_its_product() {
    let comment = |body: &str| crate::domain::Comment {
        repository: LAMP,
        number: PrNumber(1),
        comment: String::new(),
        kind: crate::domain::CommentKind::Conversation,
        author: Some(ADA),
        created_at: hour(1),
        path: None,
        thread: None,
        body_length: 0,
        url: String::new(),
        calls_agent: None,
        body: body.into(),
    };
    let texts = [
        "@copilot please add a test",
        "@Copilot[bot] and @ada",
        "@claude, what of this?",
        "@jverne, the tool is called Jules",
        "@dependabot rebase",
        "Copilot wrote this",
        "> @copilot please\n\nIt did.",
    ];
    let comments = texts.map(comment).into();
    let facts = Facts {
        comments,
        ..Facts::default()
    };
    let (facts, _) = settled(facts, &clone(&[]));
    let called = facts.comments.iter().map(|row| row.calls_agent.as_deref());
    assert_eq!(
        called.collect::<Vec<_>>(),
        [
            Some("Copilot"),
            Some("Copilot"),
            Some("Claude Code"),
            None,
            None,
            None,
            None
        ]
    );
}
