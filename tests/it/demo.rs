//! The demo organisation is coherent, repeatable, and holds what it says it holds: nothing less, nothing else.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use linchpin::demo::model::{EventKind, HostPullRequest, HostRepository};
use linchpin::demo::organisation::{Plants, World, build};
use linchpin::demo::repository::write;
use linchpin::domain::CommitId;

static WORLD: LazyLock<World> = LazyLock::new(|| build(&Plants::default()));

const BARE: Plants = Plants {
    bottleneck: false,
    silo: false,
    hand_over: false,
    holiday: false,
    sole_approver: false,
    rollback: false,
    flake: false,
    incidents: true,
    slowdown: false,
    adr_writer: false,
    joiner: false,
    stuck: false,
    merge_wait: false,
    drift: false,
    feedback: false,
    revert: false,
    mentee: false,
    late_action: false,
    typed_incident: false,
    agents: false,
    self_approval: false,
    agent_area: false,
    epic: false,
    merge_queue: false,
    auto_merge: false,
};

static BARE_WORLD: LazyLock<World> = LazyLock::new(|| build(&BARE));

fn pull_requests(world: &World) -> impl Iterator<Item = (&HostRepository, &HostPullRequest)> {
    let repositories = world.host.repositories.iter();
    repositories.flat_map(|repository| {
        repository
            .pull_requests
            .iter()
            .map(move |pr| (repository, pr))
    })
}

/// A share of small counts.
fn share(hits: u64, of: u64) -> f64 {
    f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(of.max(1)).unwrap())
}

fn is_bot(world: &World, login: Option<&str>) -> bool {
    world
        .truths
        .people
        .iter()
        .any(|person| person.is_bot && Some(person.login.as_str()) == login)
}

fn is_team(world: &World, login: Option<&str>) -> bool {
    world
        .truths
        .people
        .iter()
        .any(|person| person.is_team && Some(person.login.as_str()) == login)
}

#[test]
fn the_same_plants_give_the_same_bytes() {
    let again = build(&Plants::default());
    assert_eq!(format!("{:?}", again.host), format!("{:?}", WORLD.host));
    assert_eq!(format!("{:?}", again.truths), format!("{:?}", WORLD.truths));
    let files = |world: &World| {
        let dir = tempfile::tempdir().unwrap();
        let roots = write(&world.repositories, dir.path()).unwrap();
        let mut files = BTreeMap::new();
        for root in roots {
            for name in ["HEAD", "config", "packed-refs"] {
                files.insert(
                    format!("{}/{name}", root.file_name().unwrap().display()),
                    std::fs::read(root.join(name)).unwrap(),
                );
            }
            for entry in std::fs::read_dir(root.join("objects/pack")).unwrap() {
                let path = entry.unwrap().path();
                files.insert(
                    path.file_name().unwrap().display().to_string(),
                    std::fs::read(path).unwrap(),
                );
            }
        }
        files
    };
    assert!(files(&again) == files(&WORLD));
}

#[test]
fn the_organisation_has_the_size_of_a_small_team() {
    let n = pull_requests(&WORLD).count();
    assert!((600..=900).contains(&n), "{n} pull requests");
    let n: u64 = WORLD
        .truths
        .repositories
        .iter()
        .map(|repository| repository.n_commits)
        .sum();
    assert!((1_200..=2_200).contains(&n), "{n} commits");
    assert_eq!(WORLD.host.repositories.len(), 3);
    assert_eq!(
        WORLD
            .truths
            .people
            .iter()
            .filter(|person| person.is_team)
            .count(),
        5
    );
    assert_eq!(
        WORLD
            .truths
            .people
            .iter()
            .filter(|person| person.is_bot)
            .count(),
        4
    );
}

#[test]
fn every_event_happens_in_order_and_before_the_as_of_instant() {
    for (repository, pr) in pull_requests(&WORLD) {
        let place = format!("{} #{}", repository.name, pr.number);
        let ends = [pr.merged_at, pr.closed_at].into_iter().flatten();
        let events = pr.timeline.iter().map(|event| event.at);
        let reviews = pr.reviews.iter().filter_map(|review| review.submitted_at);
        let comments = pr.comments.iter().map(|comment| comment.created_at);
        for at in ends.chain(events).chain(reviews).chain(comments) {
            assert!(at < WORLD.as_of, "{place}: {at}");
            assert!(
                at >= pr.created_at,
                "{place}: {at} is before {}",
                pr.created_at
            );
            assert!(
                at <= pr.updated_at,
                "{place}: {at} is after the last update {}",
                pr.updated_at
            );
        }
        assert!(
            pr.timeline.windows(2).all(|pair| pair[0].at <= pair[1].at),
            "{place}"
        );
        assert!(
            !pr.commits.is_empty() && !pr.files.is_empty(),
            "{place} changes nothing"
        );
        if let Some(merged_at) = pr.merged_at {
            assert!(
                pr.commits
                    .iter()
                    .all(|commit| commit.authored_at <= merged_at),
                "{place}"
            );
            assert!(
                pr.merge_commit.is_some() && pr.merged_by.is_some() && pr.closed_at.is_some(),
                "{place}"
            );
            let last_approval = pr
                .reviews
                .iter()
                .filter(|review| review.state == "APPROVED")
                .filter_map(|review| review.submitted_at)
                .max();
            assert!(last_approval.is_none_or(|at| at <= merged_at), "{place}");
        }
        let reviews = pr
            .reviews
            .iter()
            .filter(|review| review.author != pr.author);
        let by_people = reviews.filter(|review| !is_bot(&WORLD, review.author.as_deref()));
        let first_review = by_people.filter_map(|review| review.submitted_at).min();
        let requests = pr
            .timeline
            .iter()
            .filter(|event| matches!(event.what, EventKind::ReviewRequested { .. }));
        let first_request = requests.map(|event| event.at).min();
        assert!(
            first_review.is_none_or(|at| first_request.is_some_and(|asked| asked <= at)),
            "{place}: reviewed before asked"
        );
    }
}

#[test]
fn numbers_are_shared_by_issues_and_pull_requests_and_every_actor_has_an_account() {
    let logins: BTreeSet<&str> = WORLD
        .host
        .accounts
        .iter()
        .map(|account| account.login.as_str())
        .collect();
    let mut nodes = BTreeSet::new();
    for repository in &WORLD.host.repositories {
        let mut numbers: Vec<u64> = repository
            .pull_requests
            .iter()
            .map(|pr| pr.number)
            .collect();
        numbers.extend(repository.issues.iter().map(|issue| issue.number));
        numbers.sort_unstable();
        assert_eq!(
            numbers,
            (1..=numbers.len() as u64).collect::<Vec<_>>(),
            "{}",
            repository.name
        );
        for pr in &repository.pull_requests {
            let reviews = pr
                .reviews
                .iter()
                .map(|review| (&review.node, &review.author));
            let events = pr.timeline.iter().map(|event| (&event.node, &event.actor));
            let threads = pr.threads.iter().flat_map(|thread| &thread.comments);
            let comments = pr
                .comments
                .iter()
                .chain(threads)
                .map(|comment| (&comment.node, &comment.author));
            for (node, actor) in reviews.chain(events).chain(comments) {
                assert!(nodes.insert(node.clone()), "{node} is used twice");
                assert!(
                    actor.as_deref().is_none_or(|login| logins.contains(login)),
                    "{actor:?}"
                );
            }
        }
    }
}

/// Every commit that the branch reaches.
fn reachable(repository: &gix::Repository) -> BTreeSet<CommitId> {
    let head = repository.head_id().unwrap();
    let walk = repository.rev_walk([head.detach()]).all().unwrap();
    walk.map(|commit| CommitId::from_bytes(commit.unwrap().id.as_bytes()).unwrap())
        .collect()
}

#[test]
fn the_host_speaks_of_commits_that_the_repositories_hold() {
    let dir = tempfile::tempdir().unwrap();
    let roots = write(&WORLD.repositories, dir.path()).unwrap();
    for ((root, host), truth) in roots
        .iter()
        .zip(&WORLD.host.repositories)
        .zip(&WORLD.truths.repositories)
    {
        let repository = gix::open_opts(root, gix::open::Options::isolated()).unwrap();
        let on_main = reachable(&repository);
        assert_eq!(on_main.len() as u64, truth.n_commits, "{}", truth.name);
        for pr in &host.pull_requests {
            let landed = pr
                .merge_commit
                .is_some_and(|commit| on_main.contains(&commit));
            assert_eq!(
                landed,
                pr.merged_at.is_some(),
                "{} #{}",
                host.name,
                pr.number
            );
            let keeps_its_commits = pr.merged_at.is_some() && truth.name == "parcel-api";
            for commit in &pr.commits {
                assert_eq!(
                    on_main.contains(&commit.id),
                    keeps_its_commits,
                    "{} #{}",
                    host.name,
                    pr.number
                );
            }
        }
        for deployment in &host.deployments {
            assert!(
                deployment
                    .commit
                    .is_some_and(|commit| on_main.contains(&commit)),
                "{}",
                deployment.node
            );
        }
        let tags = repository.references().unwrap().tags().unwrap().count();
        assert_eq!(
            tags >= 17,
            truth.name != "parcel-web",
            "{tags} tags in {}",
            truth.name
        );
    }
}

#[test]
fn every_way_to_merge_leaves_its_own_shape() {
    let dir = tempfile::tempdir().unwrap();
    let roots = write(&WORLD.repositories, dir.path()).unwrap();
    for (root, host) in roots.iter().zip(&WORLD.host.repositories) {
        let repository = gix::open_opts(root, gix::open::Options::isolated()).unwrap();
        for pr in host
            .pull_requests
            .iter()
            .filter(|pr| pr.merged_at.is_some())
        {
            let id = gix::ObjectId::from_bytes_or_panic(pr.merge_commit.unwrap().as_bytes());
            let commit = repository.find_commit(id).unwrap();
            let subject = commit
                .message_raw()
                .unwrap()
                .to_string()
                .lines()
                .next()
                .unwrap()
                .to_owned();
            let place = format!("{} #{}: {subject}", host.name, pr.number);
            match host.name.as_str() {
                "parcel-api" => {
                    assert_eq!(commit.parent_ids().count(), 2, "{place}");
                    assert!(
                        subject.starts_with(&format!("Merge pull request #{} ", pr.number)),
                        "{place}"
                    );
                }
                "parcel-web" => {
                    assert_eq!(commit.parent_ids().count(), 1, "{place}");
                    assert!(subject.ends_with(&format!("(#{})", pr.number)), "{place}");
                }
                _ => {
                    assert_eq!(commit.parent_ids().count(), 1, "{place}");
                    assert!(!subject.contains('#'), "{place}");
                }
            }
        }
    }
}

#[test]
fn both_registers_are_valid() {
    for world in [&*WORLD, &*BARE_WORLD] {
        let register = linchpin::register::parse(&world.register_toml, "linchpin.toml").unwrap();
        assert_eq!(register.products.len(), 2);
        let private = linchpin::register::parse_private(
            &world.private_register_toml,
            "linchpin.private.toml",
        )
        .unwrap();
        let names: Vec<&str> = world.ladders.iter().map(|(name, _)| *name).collect();
        assert_eq!(private.ladders, names);
        let ladders = world.ladders.iter();
        let ladders = ladders.map(|(name, text)| linchpin::register::parse_ladder(text, name));
        let ladders = ladders.collect::<Result<Vec<_>, _>>().unwrap();
        private
            .with_ladders(ladders, "linchpin.private.toml")
            .unwrap();
    }
}

#[test]
fn a_bottleneck_is_there_until_its_date_and_only_where_it_is_planted() {
    let truth = WORLD.truths.bottleneck.clone().unwrap();
    assert!(
        share(truth.share_before.hits, truth.share_before.of) > 0.5,
        "{truth:?}"
    );
    assert!(
        share(truth.share_after.hits, truth.share_after.of) < 0.3,
        "{truth:?}"
    );
    let spread = truth.until.to_zoned(TimeZone::UTC).unwrap().timestamp();
    for world in [&*WORLD, &*BARE_WORLD] {
        for product in ["parcels", "timetable"] {
            for (from, to) in [(Timestamp::MIN, spread), (spread, Timestamp::MAX)] {
                let mut by_reviewer: BTreeMap<&str, u64> = BTreeMap::new();
                for (repository, pr) in pull_requests(world) {
                    let is_inside = (repository.name == "timetable") == (product == "timetable");
                    for review in pr
                        .reviews
                        .iter()
                        .filter(|review| is_inside && review.author != pr.author)
                    {
                        let at = review.submitted_at.unwrap();
                        if let Some(login) = review.author.as_deref()
                            && is_team(world, Some(login))
                            && from <= at
                            && at < to
                        {
                            *by_reviewer.entry(login).or_default() += 1;
                        }
                    }
                }
                let total: u64 = by_reviewer.values().sum();
                let (login, most) = by_reviewer.iter().max_by_key(|(_, n)| **n).unwrap();
                let is_planted =
                    world.truths.bottleneck.is_some() && product == "parcels" && to == spread;
                assert_eq!(
                    share(*most, total) > 0.4,
                    is_planted,
                    "{login} {most}/{total} in {product} until {to}"
                );
            }
        }
    }
}

/// By area and person: merged changes and reviews of others' since an instant.
fn knowledge(world: &World, since: Timestamp) -> BTreeMap<(String, String), BTreeMap<String, u64>> {
    let mut areas: BTreeMap<(String, String), BTreeMap<String, u64>> = BTreeMap::new();
    for (repository, pr) in pull_requests(world).filter(|(_, pr)| pr.merged_at.is_some()) {
        let touched: BTreeSet<&str> = pr
            .files
            .iter()
            .filter_map(|file| Some(file.path.split_once('/')?.0))
            .collect();
        let author = (pr.author.as_deref(), pr.merged_at.unwrap());
        let reviews = pr
            .reviews
            .iter()
            .filter(|review| review.author != pr.author);
        let reviewers =
            reviews.map(|review| (review.author.as_deref(), review.submitted_at.unwrap()));
        for (login, at) in std::iter::once(author).chain(reviewers) {
            if at < since || is_bot(world, login) {
                continue;
            }
            for area in &touched {
                let people = areas
                    .entry((repository.name.clone(), (*area).to_owned()))
                    .or_default();
                *people
                    .entry(login.unwrap_or("ghost").to_owned())
                    .or_default() += 1;
            }
        }
    }
    areas
}

#[test]
fn the_silo_is_the_only_area_that_one_person_alone_knows() {
    let since: Timestamp = "2026-04-02T00:00:00Z".parse().unwrap();
    for world in [&*WORLD, &*BARE_WORLD] {
        let lonely: Vec<(String, String)> = knowledge(world, since)
            .into_iter()
            .filter(|(_, people)| {
                people.len() < 2
                    || people.values().max().unwrap() * 5 >= people.values().sum::<u64>() * 4
            })
            .map(|(area, _)| area)
            .collect();
        let expected: Vec<(String, String)> = world
            .truths
            .silo
            .iter()
            .map(|silo| (silo.repository.clone(), silo.area.clone()))
            .collect();
        assert_eq!(lonely, expected);
    }
    assert_eq!(knowledge(&WORLD, since).len(), 16, "every area is alive");
    assert_eq!(
        knowledge(&BARE_WORLD, since).len(),
        15,
        "every area is alive"
    );
}

/// By area, merged changes of the team by quarter and person. Files at the root are an area too.
type Quarters = [BTreeMap<String, u64>; 6];

fn changes(world: &World) -> BTreeMap<(String, String), Quarters> {
    let quarter = |at: Timestamp| {
        let date = TimeZone::UTC.to_datetime(at).date();
        usize::try_from((i32::from(date.year()) - 2025) * 4 + i32::from(date.month() - 1) / 3)
            .unwrap()
    };
    let mut areas: BTreeMap<(String, String), Quarters> = BTreeMap::new();
    for (repository, pr) in pull_requests(world) {
        let author = pr
            .author
            .clone()
            .filter(|login| is_team(world, Some(login)));
        if let (Some(merged_at), Some(author)) = (pr.merged_at, author) {
            let touched: BTreeSet<&str> = pr
                .files
                .iter()
                .map(|file| {
                    file.path
                        .split_once('/')
                        .map_or("(root)", |(first, _)| first)
                })
                .collect();
            for area in touched {
                let quarters = areas
                    .entry((repository.name.clone(), area.to_owned()))
                    .or_default();
                *quarters[quarter(merged_at)]
                    .entry(author.clone())
                    .or_default() += 1;
            }
        }
    }
    areas
}

/// Giver and receiver by the definition of `ownership.handover`.
fn moved(quarters: &Quarters) -> BTreeSet<(String, String)> {
    let of = |at: usize, who: &str| {
        share(
            quarters[at].get(who).copied().unwrap_or(0),
            quarters[at].values().sum(),
        )
    };
    let people: BTreeSet<&String> = quarters.iter().flat_map(BTreeMap::keys).collect();
    let mut moved = BTreeSet::new();
    for at in 0..4 {
        for giver in &people {
            for receiver in &people {
                let falls = of(at, giver) - of(at + 2, giver) >= 0.2;
                let rises = of(at + 2, receiver) - of(at, receiver) >= 0.2;
                let is_ahead =
                    of(at + 2, receiver) > of(at + 2, giver) && of(at, giver) > of(at, receiver);
                let stays = at == 3 || of(at + 3, receiver) > of(at + 3, giver);
                if falls && rises && is_ahead && stays {
                    moved.insert(((*giver).clone(), (*receiver).clone()));
                }
            }
        }
    }
    moved
}

#[test]
fn the_hand_over_is_the_only_area_that_changes_hands() {
    for world in [&*WORLD, &*BARE_WORLD] {
        let found: Vec<_> = changes(world)
            .into_iter()
            .flat_map(|(area, quarters)| {
                moved(&quarters)
                    .into_iter()
                    .map(move |people| (area.clone(), people))
            })
            .collect();
        let expected: Vec<_> = world
            .truths
            .hand_over
            .iter()
            .map(|truth| {
                (
                    (truth.repository.clone(), truth.area.clone()),
                    (truth.giver.clone(), truth.receiver.clone()),
                )
            })
            .collect();
        assert_eq!(found, expected);
    }
}

/// Everything that a login did: instants.
fn acts(world: &World, login: &str) -> Vec<Timestamp> {
    let is = |who: &Option<String>| who.as_deref() == Some(login);
    let mut acts = Vec::new();
    for (_, pr) in pull_requests(world) {
        acts.extend(Some(pr.created_at).filter(|_| is(&pr.author)));
        acts.extend(pr.merged_at.filter(|_| is(&pr.merged_by)));
        acts.extend(
            pr.commits
                .iter()
                .filter(|commit| is(&commit.author_login))
                .map(|commit| commit.authored_at),
        );
        acts.extend(
            pr.reviews
                .iter()
                .filter(|review| is(&review.author))
                .filter_map(|review| review.submitted_at),
        );
        acts.extend(
            pr.timeline
                .iter()
                .filter(|event| is(&event.actor))
                .map(|event| event.at),
        );
        let threads = pr.threads.iter().flat_map(|thread| &thread.comments);
        acts.extend(
            pr.comments
                .iter()
                .chain(threads)
                .filter(|comment| is(&comment.author))
                .map(|comment| comment.created_at),
        );
    }
    for issue in world
        .host
        .repositories
        .iter()
        .flat_map(|repository| &repository.issues)
    {
        acts.extend(Some(issue.created_at).filter(|_| is(&issue.author)));
        acts.extend(
            issue
                .comments
                .iter()
                .filter(|comment| is(&comment.author))
                .map(|comment| comment.created_at),
        );
        acts.extend(
            issue
                .timeline
                .iter()
                .filter(|event| is(&event.actor))
                .map(|event| event.at),
        );
    }
    acts
}

#[test]
fn nobody_but_the_lead_is_ever_away_for_two_weeks_and_nothing_waits_then() {
    let truth = WORLD.truths.holiday.clone().unwrap();
    let first = truth.from.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let last = truth
        .to
        .tomorrow()
        .unwrap()
        .to_zoned(TimeZone::UTC)
        .unwrap()
        .timestamp();
    let inside = |at: &Timestamp| first <= *at && *at < last;
    assert_eq!(
        acts(&WORLD, &truth.login)
            .iter()
            .filter(|at| inside(at))
            .count(),
        0
    );
    assert!(
        acts(&BARE_WORLD, &truth.login)
            .iter()
            .filter(|at| inside(at))
            .count()
            > 10
    );
    let deployments = |from: Timestamp, to: Timestamp| {
        let all = WORLD
            .host
            .repositories
            .iter()
            .flat_map(|repository| &repository.deployments);
        all.filter(|deployment| {
            deployment.environment == "production"
                && from <= deployment.created_at
                && deployment.created_at < to
        })
        .count()
    };
    let two_weeks = jiff::SignedDuration::from_hours(14 * 24);
    let (before, during, after) = (
        deployments(first - two_weeks, first),
        deployments(first, last),
        deployments(last, last + two_weeks),
    );
    assert!(
        during * 4 >= before * 3 && during * 4 >= after * 3,
        "{before} {during} {after}"
    );
    let waiting = pull_requests(&WORLD).flat_map(|(_, pr)| &pr.timeline).filter(|event| inside(&event.at)).filter(
        |event| matches!(&event.what, EventKind::ReviewRequested { reviewer: Some(who), .. } if *who == truth.login),
    );
    assert_eq!(waiting.count(), 0, "nobody asks somebody who is away");
}

/// Successful production deployments of a commit that was in production before the one before it.
fn rollbacks(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for repository in &world.host.repositories {
        let mut shipped: Vec<CommitId> = Vec::new();
        for deployment in repository
            .deployments
            .iter()
            .filter(|deployment| deployment.environment == "production")
        {
            if deployment
                .statuses
                .iter()
                .any(|(state, _)| state == "SUCCESS")
            {
                let commit = deployment.commit.unwrap();
                if shipped.contains(&commit) {
                    found.push(deployment.node.clone());
                }
                shipped.push(commit);
            }
        }
    }
    found
}

#[test]
fn there_is_one_rollback_where_it_is_planted() {
    assert_eq!(
        rollbacks(&WORLD),
        [WORLD.truths.rollback.clone().unwrap().deployment]
    );
    assert_eq!(rollbacks(&BARE_WORLD), Vec::<String>::new());
}

#[test]
fn one_workflow_is_flaky_where_it_is_planted() {
    for world in [&*WORLD, &*BARE_WORLD] {
        let mut flaky: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
        for repository in &world.host.repositories {
            for run in &repository.workflow_runs {
                let entry = flaky
                    .entry((repository.name.clone(), run.name.clone()))
                    .or_default();
                entry.1 += u64::from(run.attempt == 1);
                entry.0 +=
                    u64::from(run.attempt > 1 && run.conclusion.as_deref() == Some("success"));
            }
        }
        flaky.retain(|_, (hits, _)| *hits > 0);
        let expected: BTreeMap<_, _> = world
            .truths
            .flake
            .iter()
            .map(|truth| {
                (
                    (truth.repository.clone(), truth.workflow.clone()),
                    (truth.share.hits, truth.share.of),
                )
            })
            .collect();
        assert_eq!(flaky, expected);
        for (hits, of) in flaky.values() {
            // The third of every five.
            assert_eq!(*hits, (of + 2) / 5, "one in five");
        }
    }
}

#[test]
fn one_person_writes_every_decision_record_where_it_is_planted() {
    for world in [&*WORLD, &*BARE_WORLD] {
        for product in ["parcels", "timetable"] {
            let writers: BTreeSet<&str> = pull_requests(world)
                .filter(|(repository, pr)| {
                    let is_inside = (repository.name == "timetable") == (product == "timetable");
                    is_inside && pr.files.iter().any(|file| file.path.contains("/adr/"))
                })
                .filter_map(|(_, pr)| pr.author.as_deref())
                .collect();
            let planted = world
                .truths
                .adr_writer
                .as_ref()
                .filter(|truth| truth.product == product);
            match planted {
                Some(truth) => assert_eq!(writers, BTreeSet::from([truth.login.as_str()])),
                None => assert!(writers.len() > 2, "{writers:?} in {product}"),
            }
        }
    }
}

#[test]
fn a_joiner_is_declared_only_where_one_is_planted() {
    for world in [&*WORLD, &*BARE_WORLD] {
        let register = linchpin::register::parse(&world.register_toml, "linchpin.toml").unwrap();
        let joined: Vec<_> = register
            .members
            .iter()
            .filter(|member| member.joined_on.is_some_and(|on| on.year() >= 2025))
            .map(|member| (member.login.clone(), member.joined_on.unwrap()))
            .collect();
        let planted = world.truths.joiner.iter();
        let planted: Vec<_> = planted
            .map(|truth| (truth.login.clone(), truth.joined_on))
            .collect();
        assert_eq!(joined, planted);
    }
}

#[test]
fn life_brings_drafts_requests_again_teams_forced_pushes_and_hostile_text() {
    let events: Vec<&EventKind> = pull_requests(&WORLD)
        .flat_map(|(_, pr)| &pr.timeline)
        .map(|event| &event.what)
        .collect();
    let n = |claim: &dyn Fn(&EventKind) -> bool| events.iter().filter(|event| claim(event)).count();
    assert!(n(&|event| matches!(event, EventKind::ReadyForReview)) > 30);
    assert!(n(&|event| matches!(event, EventKind::HeadRefForcePushed { .. })) > 20);
    assert!(n(&|event| matches!(event, EventKind::ReviewRequested { team: Some(_), .. })) > 30);
    assert!(n(&|event| matches!(event, EventKind::ReviewRequestRemoved { .. })) > 5);
    assert!(n(&|event| matches!(event, EventKind::Reopened)) > 0);
    assert!(n(&|event| matches!(event, EventKind::AddedToMergeQueue)) > 100);
    let again = pull_requests(&WORLD).filter(|(_, pr)| {
        let asked: Vec<_> = pr
            .timeline
            .iter()
            .filter_map(|event| match &event.what {
                EventKind::ReviewRequested {
                    reviewer: Some(who),
                    ..
                } => Some(who),
                _ => None,
            })
            .collect();
        asked.len() > asked.iter().collect::<BTreeSet<_>>().len()
    });
    assert!(again.count() > 30);
    let titles: String = pull_requests(&WORLD)
        .map(|(_, pr)| pr.title.as_str())
        .collect();
    assert!(
        titles.contains("<script>") || titles.contains("=HYPERLINK") || titles.contains('\u{202e}'),
        "no hostile title"
    );
    assert!(
        pull_requests(&WORLD).any(|(_, pr)| pr.author.is_none()),
        "no ghost"
    );
}

/// Reviews of people's changes by one of the team from a day on, and how many of them say nothing.
fn silent_reviews(world: &World, login: &str, from: Timestamp) -> (usize, usize) {
    let reviews = pull_requests(world)
        .filter(|(_, pr)| !is_bot(world, pr.author.as_deref()))
        .filter(|(_, pr)| pr.author.as_deref() != Some(login))
        .flat_map(|(_, pr)| &pr.reviews)
        .filter(|review| review.author.as_deref() == Some(login));
    let since: Vec<_> = reviews
        .filter(|review| review.submitted_at.is_some_and(|at| at >= from))
        .collect();
    let silent = since.iter().filter(|review| review.body.is_empty());
    (silent.count(), since.len())
}

#[test]
fn what_was_agreed_after_feedback_is_kept_only_where_it_is_planted() {
    let feedback = WORLD.truths.feedback.as_ref().unwrap();
    let from = TimeZone::UTC
        .to_timestamp(feedback.from.at(0, 0, 0, 0))
        .unwrap();
    let (silent, all) = silent_reviews(&WORLD, &feedback.login, from);
    assert!(silent == 0 && all > 10, "{silent} of {all}");
    assert!(BARE_WORLD.truths.feedback.is_none());
    let (silent, all) = silent_reviews(&BARE_WORLD, &feedback.login, from);
    assert!(silent * 5 > all, "{silent} of {all}");
}

/// How many of a joiner's reviewed changes of the first weeks somebody reviewed, and of how many.
fn accompanied(world: &World, buddy: &str, joiner: &str, to: Timestamp) -> (u64, u64) {
    let own = pull_requests(world).filter(|(_, pr)| {
        pr.author.as_deref() == Some(joiner) && pr.created_at < to && !pr.reviews.is_empty()
    });
    let (mut reviewed, mut all) = (0, 0);
    for (_, pr) in own.filter(|(repository, _)| repository.name == "timetable") {
        let mut reviews = pr.reviews.iter();
        reviewed += u64::from(reviews.any(|review| review.author.as_deref() == Some(buddy)));
        all += 1;
    }
    (reviewed, all)
}

#[test]
fn a_buddy_is_there_for_the_joiner_only_where_it_is_planted() {
    let mentee = WORLD.truths.mentee.as_ref().unwrap();
    let to = TimeZone::UTC
        .to_timestamp(mentee.to.at(0, 0, 0, 0))
        .unwrap();
    let of = |world: &World| accompanied(world, &mentee.buddy, &mentee.joiner, to);
    let (reviewed, all) = of(&WORLD);
    assert!(all > 2 && reviewed == all, "{reviewed} of {all}");
    assert!(WORLD.private_register_toml.contains("[[buddy]]"));
    assert!(BARE_WORLD.truths.mentee.is_none());
    let (reviewed, all) = of(&BARE_WORLD);
    assert!(reviewed * 2 <= all, "{reviewed} of {all}");
    assert!(!BARE_WORLD.private_register_toml.contains("[[buddy]]"));
}

/// Merged pull requests by login, in an area of a repository.
fn merged_in(world: &World, name: &str, area: &str) -> BTreeMap<Option<String>, u64> {
    let prefix = format!("{area}/");
    let mut by: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for (repository, pr) in pull_requests(world) {
        let is_there = pr.files.iter().any(|file| file.path.starts_with(&prefix));
        if repository.name == name && pr.merged_at.is_some() && is_there {
            *by.entry(pr.author.clone()).or_default() += 1;
        }
    }
    by
}

#[test]
fn agents_are_there_from_their_day_on_and_only_where_they_are_planted() {
    let agent = Some("copilot-swe-agent".to_owned());
    assert_eq!(WORLD.truths.agents.len(), 2);
    for truth in &WORLD.truths.agents {
        assert!(truth.n_opened >= 5 && truth.n_assisted >= 5, "{truth:?}");
        let from = truth.from.to_zoned(TimeZone::UTC).unwrap().timestamp();
        let opened = pull_requests(&WORLD).filter(|(_, pr)| pr.author == agent);
        assert!(opened.map(|(_, pr)| pr.created_at).all(|at| at >= from));
    }
    assert!(BARE_WORLD.truths.agents.is_empty());
    assert!(pull_requests(&BARE_WORLD).all(|(_, pr)| pr.author != agent));
    assert!(!BARE_WORLD.register_toml.contains("Coding agents"));
    let called = pull_requests(&WORLD).flat_map(|(_, pr)| &pr.comments);
    let called = called.filter(|comment| comment.body.starts_with("@copilot"));
    assert!(called.count() > 5);

    let area = WORLD.truths.agent_area.clone().unwrap();
    let by = merged_in(&WORLD, "timetable", &area.area);
    assert_eq!(by, BTreeMap::from([(agent.clone(), area.n_merged)]));
    let beside = build(&Plants {
        agent_area: false,
        ..Plants::default()
    });
    let by = merged_in(&beside, "timetable", &area.area);
    assert!(by.len() > 2 && by.contains_key(&agent), "{by:?}");

    let own = WORLD.truths.self_approval.clone().unwrap();
    assert!(own.independent.hits * 3 < own.independent.of * 2, "{own:?}");
    let reviewed = build(&Plants {
        self_approval: false,
        ..Plants::default()
    });
    let approved_alone = |world: &World| {
        let opened = pull_requests(world).filter(|(_, pr)| pr.author == agent);
        let alone = opened.filter(|(_, pr)| {
            let mut reviews = pr.reviews.iter();
            reviews.all(|review| review.author == pr.merged_by || review.author == pr.author)
        });
        alone.count()
    };
    assert_eq!(
        approved_alone(&WORLD) as u64,
        own.independent.of - own.independent.hits
    );
    assert_eq!(approved_alone(&reviewed), 0);
}
