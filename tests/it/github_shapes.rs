//! Answers of another shape than the schema promises: the part that cannot be read is left out and told, the rest stays.

use std::fs;
use std::path::Path;

use linchpin::demo::fake::Faults;
use linchpin::domain::{Gap, RepositoryId, Stream};
use linchpin::github::Decoded;
use linchpin::store::{Mode, Store, raw};
use serde_json::{Value, json};

use crate::github::{Bench, NOW, at, directory, host};

/// The facts of a whole host, one record of which was changed before it was stored.
fn changed(stream: Stream, change: impl FnOnce(&mut Value)) -> (Decoded, Vec<Gap>, Decoded) {
    let bench = Bench::new(host(3), Faults::none(at(NOW)));
    bench.fetch();
    let whole = bench.facts();
    let store = bench.store();
    let mut first = None;
    raw::read_latest(&store, RepositoryId(0), stream, |record| {
        first.get_or_insert(record);
    })
    .unwrap();
    let mut record = first.unwrap();
    change(&mut record.node);
    raw::write(&store, RepositoryId(0), stream, &[record]).unwrap();
    let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    (decoded, gaps, whole)
}

fn told(gaps: &[Gap]) -> Vec<(&str, &str)> {
    gaps.iter()
        .map(|gap| (gap.kind.as_str(), gap.reason.as_str()))
        .collect()
}

#[test]
fn a_commit_without_a_date_leaves_its_pull_request_there_and_the_first_commit_unknown() {
    let (decoded, gaps, whole) = changed(Stream::PullRequests, |node| {
        node["commits"]["nodes"][0]["commit"]["authoredDate"] = Value::Null;
    });
    assert_eq!(told(&gaps), [("pull_request_commit", "no_author_time")]);
    let n = |decoded: &Decoded| decoded.facts.pull_request_commits.len();
    assert_eq!(n(&decoded), n(&whole) - 1);
    let undated: Vec<_> = decoded
        .facts
        .pull_requests
        .iter()
        .filter(|row| row.first_commit_at.is_none())
        .collect();
    assert_eq!(undated.len(), 1, "the one without a date may be the first");
    assert!(
        decoded.n_dropped.is_empty(),
        "the commit's own date is malformed: nothing is missing"
    );
}

#[test]
fn an_element_of_another_shape_takes_nothing_with_it() {
    for (list, broken) in [
        ("reviews", json!({"id": "PRR_x", "state": null})),
        ("comments", json!(7)),
        (
            "timelineItems",
            json!({"__typename": "HeadRefForcePushedEvent", "createdAt": "yesterday"}),
        ),
        (
            "timelineItems",
            json!({"__typename": "EventOfNextYear", "createdAt": NOW}),
        ),
        (
            "files",
            json!({"path": "a", "additions": -1, "deletions": 0}),
        ),
        ("commits", json!({"commit": null})),
        ("labels", json!({"name": 1})),
    ] {
        let (decoded, gaps, whole) = changed(Stream::PullRequests, |node| {
            node[list]["nodes"][0] = broken.clone();
        });
        assert_eq!(
            decoded.facts.pull_requests.len(),
            whole.facts.pull_requests.len(),
            "{list} {broken}"
        );
        assert!(
            told(&gaps).contains(&("element", "unreadable")),
            "{list} {broken}: {gaps:?}"
        );
        assert_eq!(
            decoded.n_dropped[&Stream::PullRequests],
            1,
            "{list} {broken}"
        );
    }
}

#[test]
fn a_list_that_is_null_was_not_answered_and_is_not_empty() {
    for list in ["commits", "reviewThreads", "comments", "timelineItems"] {
        let (decoded, gaps, whole) = changed(Stream::PullRequests, |node| node[list] = Value::Null);
        assert_eq!(
            decoded.facts.pull_requests.len(),
            whole.facts.pull_requests.len(),
            "{list}"
        );
        assert_eq!(told(&gaps), [("list", "not_answered")], "{list}");
        assert_eq!(decoded.n_dropped[&Stream::PullRequests], 1, "{list}");
        let first = &decoded.facts.pull_requests;
        assert_eq!(
            list == "commits",
            first.iter().any(|row| row.first_commit_at.is_none()),
            "{list}"
        );
    }
}

#[test]
fn a_record_without_what_makes_it_one_is_dropped_and_counted() {
    for (stream, field) in [
        (Stream::PullRequests, "createdAt"),
        (Stream::PullRequests, "number"),
        (Stream::Issues, "title"),
        (Stream::Deployments, "commitOid"),
        (Stream::Releases, "tagName"),
        (Stream::WorkflowRuns, "head_sha"),
    ] {
        let (decoded, gaps, _) = changed(stream, |node| {
            node.as_object_mut().unwrap().remove(field).unwrap();
        });
        assert_eq!(decoded.n_dropped[&stream], 1, "{field}: {gaps:?}");
        assert_eq!(gaps.len(), 1, "{field}: {gaps:?}");
    }
}

#[test]
fn what_rest_may_leave_out_of_a_run_is_left_out() {
    for field in [
        "name",
        "head_branch",
        "status",
        "conclusion",
        "run_attempt",
        "run_started_at",
        "path",
    ] {
        let (decoded, gaps, whole) = changed(Stream::WorkflowRuns, |node| {
            node.as_object_mut().unwrap().remove(field);
        });
        assert_eq!(told(&gaps), [], "{field}");
        assert_eq!(
            decoded.facts.workflow_runs.len(),
            whole.facts.workflow_runs.len(),
            "{field}"
        );
    }
    let (decoded, ..) = changed(Stream::WorkflowRuns, |node| {
        node.as_object_mut().unwrap().remove("name");
        node["path"] = json!(".github/workflows/deploy.yml");
    });
    let names = decoded
        .facts
        .workflow_runs
        .iter()
        .map(|run| run.name.as_str());
    assert_eq!(
        names
            .filter(|name| *name == ".github/workflows/deploy.yml")
            .count(),
        1
    );
}

/// Every text that is in a store, unpacked.
fn text_of(root: &Path) -> String {
    let store = Store::open(root, Mode::Read).unwrap();
    let mut text = String::new();
    for stream in linchpin::github::fetch::STREAMS {
        raw::read_latest(&store, RepositoryId(0), stream, |record| {
            text += &serde_json::to_string(&record).unwrap();
        })
        .unwrap();
    }
    text
}

#[test]
fn what_the_tokens_owner_has_not_submitted_is_neither_a_fact_nor_kept() {
    let mut world = host(2);
    for item in &mut world.repositories[0].pull_requests {
        // In the first page and beyond it.
        for k in [0, 60] {
            let mut review = item.reviews[0].clone();
            (review.node, review.state) =
                (format!("PRR_own_{k}_{}", item.number), "PENDING".into());
            (review.submitted_at, review.body) = (None, "zebra review".into());
            let mut comment = item.threads[0].comments[0].clone();
            (comment.node, comment.body) = (
                format!("PRRC_own_{k}_{}", item.number),
                "zebra thought".into(),
            );
            comment.review = Some(review.node.clone());
            item.threads[0].comments.push(comment.clone());
            let mut thread = item.threads[0].clone();
            (thread.node, thread.comments) =
                (format!("PRRT_own_{k}_{}", item.number), vec![comment]);
            item.reviews.push(review);
            item.threads.push(thread);
            for n in 0..k {
                let mut more = item.reviews[0].clone();
                more.node = format!("PRR_more_{n}_{}", item.number);
                item.reviews.insert(1, more);
                let mut more = item.threads[1].clone();
                more.node = format!("PRRT_more_{n}_{}", item.number);
                item.threads.insert(1, more);
            }
        }
    }
    let bench = Bench::new(world, Faults::none(at(NOW)));
    let directory = directory();
    let root = directory.path().join("store");
    let store = Store::open(&root, Mode::Write).unwrap();
    bench.fetch_into(&store).unwrap();
    let (decoded, _) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    drop(store);
    assert!(decoded.facts.comments.len() > 10);
    for comment in &decoded.facts.comments {
        assert!(!comment.comment.contains("own"), "{comment:?}");
    }
    assert!(
        decoded
            .facts
            .reviews
            .iter()
            .all(|review| !review.review.contains("own"))
    );
    let text = text_of(&root);
    assert!(text.contains("PRR_own_60_1") && !text.contains("zebra"));
    assert!(fs::metadata(&root).unwrap().is_dir());
}
