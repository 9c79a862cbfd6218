//! A generated organisation of any size, written as the facts of a store: four repositories, three years, two hundred people; or more
//! repositories, five a product, and two hundred people for every twenty of them.
//!
//! For each pull request ten commits (eight on its branch, its merge, one pushed directly) and a hundred changed files. The
//! same size gives the same facts, to the byte.

use std::fmt::Write as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use linchpin::domain::provenance::Rung;
use linchpin::domain::{
    Account, ChangeKind, Comment, CommentKind, Commit, CommitId, Completeness, Deployment,
    DeploymentStatus, EmailAddress, Exclusion, Facts, FileChange, History, Issue, LineEnd,
    LineLife, Login, Origin, Outcome, Ownership, Person, PersonId, PrNumber, Provenance,
    ProvenanceKind, PullRequest, PullRequestCommit, PullRequestFile, PullRequestState,
    RepositoryId, RequestAction, Review, ReviewRequest, ReviewState, Signature, SignatureId,
    Stream, StreamCertificate, TimelineEvent, WorkflowRun, parse_codeowners,
};
use linchpin::store::{Mode, Store, facts as store_facts};
use linchpin::tables::Repository;
use linchpin::tables::commits::CommitOrigins;

/// Repositories of the small organisation; the first two form one product, the others one each.
pub const REPOSITORIES: u64 = 4;
/// People who work on one repository; the first have far more to do than the last.
const PEOPLE: u64 = 200;
/// Repositories that the same people work on.
const TOGETHER: u64 = 20;
/// Repositories of a product of a large organisation.
pub const A_PRODUCT: u64 = 5;
/// The last people are automation and AI reviewers.
const AUTOMATION: u64 = 6;
/// The others of a small organisation: they are called `person-000` and so on.
pub const HUMANS: u64 = PEOPLE - AUTOMATION;
const BRANCH_COMMITS: u64 = 8;
const DAYS: i64 = 3 * 365;

/// The instant at which the facts end.
pub const AS_OF: &str = "2026-07-01T00:00:00Z";

/// The register of the organisation.
const REGISTER: &str = r#"
[calendar]
time_zone = "Europe/Berlin"
hours = "09:00-17:00"
holidays = ["2025-12-25", "2026-01-01"]

[[product]]
name = "orders"
repositories = ["crowd/orders-api", "crowd/orders-web"]

[[product]]
name = "billing"
repositories = ["crowd/billing"]

[[product]]
name = "search"
repositories = ["crowd/search"]

[[event]]
on = "2025-09-01"
title = "Reviews are spread"

[[member]]
login = "person-000"
name = "Person 000"
joined_on = "2020-01-01"
lead = true

[[member]]
login = "person-001"
name = "Person 001"
joined_on = "2021-01-01"

[[member]]
login = "person-030"
name = "Person 030"
joined_on = "2025-03-03"
"#;

/// What only the lead knows.
pub const PRIVATE_REGISTER: &str = r#"
[[absence]]
login = "person-001"
from = "2025-10-06"
to = "2025-10-26"

[[delegation]]
what = "Reviews of the store"
from = "person-000"
to = "person-001"
start_on = "2025-06-02"
paths = ["store/**"]
"#;

/// Owners who do much of the work, and owners who do little of it.
const DECLARED_OWNERS: &str = "\
/api/ @person-000 @person-001 @person-002 @person-003 @person-004 @person-005
/web/ @person-150
/store/ @person-000 @person-170
/docs/adr/ @person-180
";

/// The repository whose work comes by pull request; the others see a direct push after each.
const WITH_FLOW: u64 = 3;

const NAMES: [&str; 4] = [
    "crowd/orders-api",
    "crowd/orders-web",
    "crowd/billing",
    "crowd/search",
];

/// What the repositories are called.
fn names(n_repositories: u64) -> Vec<String> {
    if n_repositories == REPOSITORIES {
        return NAMES.map(str::to_owned).to_vec();
    }
    (0..n_repositories)
        .map(|at| format!("crowd/part-{at:04}"))
        .collect()
}

/// The register of so many repositories.
pub fn register(n_repositories: u64) -> String {
    if n_repositories == REPOSITORIES {
        return REGISTER.to_owned();
    }
    let (head, _) = REGISTER.split_once("[[product]]").unwrap();
    let (_, tail) = REGISTER.split_once("[[event]]").unwrap();
    let names = names(n_repositories);
    let products = names.chunks(usize::try_from(A_PRODUCT).unwrap());
    let mut text = head.to_owned();
    for (at, repositories) in products.enumerate() {
        let _ = writeln!(
            text,
            "[[product]]\nname = \"product-{at:03}\"\nrepositories = {repositories:?}\n"
        );
    }
    format!("{text}[[event]]{tail}")
}

/// xorshift64*: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n.max(1)
    }

    /// Small numbers far more often than large ones, as work is spread over people and files.
    fn skewed(&mut self, n: u64) -> u64 {
        let once = self.below(n);
        let twice = self.below(once + 1);
        self.below(twice + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Minutes with a long tail.
    fn wait(&mut self, typical: u64) -> i64 {
        let factor = 1 + self.below(4) * self.below(4) * self.below(4);
        i64::try_from(self.below(typical) * factor + 1).unwrap()
    }
}

fn person(at: u64) -> PersonId {
    PersonId(u32::try_from(at).unwrap())
}

fn some_human(dice: &mut Dice) -> PersonId {
    person(dice.skewed(HUMANS))
}

fn after(at: Timestamp, minutes: i64) -> Timestamp {
    at + SignedDuration::from_mins(minutes)
}

fn id(repository: u64, number: u64) -> CommitId {
    let mut raw = [0_u8; 20];
    let mix = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ repository;
    raw[..8].copy_from_slice(&mix.to_be_bytes());
    raw[8..16].copy_from_slice(&number.to_be_bytes());
    raw[16..18].copy_from_slice(&u16::try_from(repository).unwrap().to_le_bytes());
    CommitId::from_bytes(&raw).unwrap()
}

/// Writes a store of so many pull requests in so many repositories below `root`, one repository after the other.
pub fn write(root: &Path, n_pull_requests: u64, n_repositories: u64) {
    let store = Store::open(root, Mode::Write).unwrap();
    let n_groups = n_repositories.div_ceil(TOGETHER);
    let people: Vec<Person> = (0..n_groups * PEOPLE).map(member).collect();
    let mut repositories = Vec::new();
    let mut certificates = Vec::new();
    let mut derived = store_facts::Derived::default();
    let mut written = [0, 0, 0];
    for (at, name) in (0..n_repositories).zip(names(n_repositories)) {
        let repository = store.repository_id_of_key(&name).unwrap();
        let url = format!("https://github.com/{name}");
        let mut facts = Facts::default();
        let mut town = Town::new(
            at,
            repository,
            url.clone(),
            n_pull_requests / n_repositories,
        );
        town.live(&mut facts);
        let first = u32::try_from(at / TOGETHER * PEOPLE).unwrap();
        let shifted = |id: PersonId| PersonId(id.0 + first);
        facts.relabel(shifted);
        let everybody: Vec<PersonId> = (0..PEOPLE).map(|at| shifted(person(at))).collect();
        let mut of_commits = town.origins;
        for (_, delegator) in &mut of_commits {
            *delegator = delegator.map(shifted);
        }
        repositories.push(Repository {
            repository,
            name,
            url: Some(url),
            default_branch: Some("main".to_owned()),
            former_names: Vec::new(),
        });
        for stream in [
            Stream::History,
            Stream::PullRequests,
            Stream::Issues,
            Stream::Deployments,
            Stream::Releases,
            Stream::WorkflowRuns,
            Stream::Repository,
        ] {
            certificates.push(StreamCertificate {
                repository,
                stream,
                completeness: Completeness::Complete,
                reason: None,
                fix: None,
                expected: None,
                fetched: n_pull_requests,
                watermark: None,
                accepted: None,
            });
        }
        let mined = store_facts::Mined {
            repository,
            history: &town.history,
            patches: &[],
            side: &[],
            origins: &CommitOrigins {
                of_commits,
                ..CommitOrigins::default()
            },
            person_of: &everybody,
        };
        derived.add(store_facts::stage_repository(&store, Some(&mined), &facts).unwrap());
        let sizes = [
            facts.pull_requests.len(),
            town.history.commits.len(),
            town.history.changes.len(),
        ];
        for (all, own) in written.iter_mut().zip(sizes) {
            *all += own;
        }
    }
    derived.complete(&store, &repositories, &people).unwrap();
    let findings = serde_json::json!({"certificates": certificates, "gaps": []});
    let bytes = serde_json::to_vec(&findings).unwrap();
    derived
        .add_file(&store, "facts/findings.json", &bytes)
        .unwrap();
    derived.commit(&store, "generated\n").unwrap();
    let [pull_requests, commits, changes] = written;
    println!("{pull_requests} pull requests, {commits} commits, {changes} changed files");
}

fn member(at: u64) -> Person {
    let account = match PEOPLE - at % PEOPLE {
        1 | 2 => Account::AiReviewer,
        3..=AUTOMATION => Account::Automation,
        _ => Account::Human,
    };
    Person {
        // Some sign under addresses that nobody has linked.
        is_known: at % 10 != 3,
        names: Vec::new(),
        id: person(at),
        display_name: format!("Person {at:03}"),
        logins: vec![Login(format!("person-{at:03}"))],
        emails: vec![EmailAddress(format!("person-{at:03}@crowd.example"))],
        account,
    }
}

/// An agent's part in a pull request: some are an agent's, some a person's with one.
struct Part {
    opened_by: PersonId,
    origin: Origin,
    answers_for: Option<PersonId>,
    rungs: &'static [Rung],
    is_seen_by_its_delegator_alone: bool,
}

impl Part {
    /// That in a pull request whose work is `author`'s.
    fn of(number: u64, author: PersonId) -> Self {
        let by_person = u64::from(author.0) < HUMANS;
        let mut part = Self {
            opened_by: author,
            origin: Origin::NoEvidence,
            answers_for: by_person.then_some(author),
            rungs: &[],
            is_seen_by_its_delegator_alone: false,
        };
        if !by_person {
            part.origin = Origin::Automation;
        } else if number % 9 == 4 {
            part.opened_by = person(PEOPLE - 1);
            part.origin = Origin::Agent;
            part.answers_for = (!number.is_multiple_of(4)).then_some(author);
            part.rungs = &[Rung::Convention, Rung::Account];
            part.is_seen_by_its_delegator_alone = number % 27 == 4;
        } else if number % 11 == 5 {
            part.origin = Origin::PersonWithAgent;
            part.rungs = match number % 3 {
                0 => &[Rung::Convention],
                1 => &[Rung::Trailer, Rung::Convention],
                _ => &[Rung::Declared],
            };
        }
        part
    }

    fn rows(&self, repository: RepositoryId, number: PrNumber) -> Vec<Provenance> {
        let row = |rung: &Rung| Provenance {
            repository,
            kind: ProvenanceKind::PullRequest,
            number: Some(number),
            commit: None,
            review: None,
            rung: *rung,
            tool: Some("Crowd agent".to_owned()),
            model: None,
            agent: None,
            delegator: self.answers_for,
            evidence: format!("{} of {}", rung.word(), number.0),
            link: None,
        };
        self.rungs.iter().map(row).collect()
    }
}

/// One repository while it grows.
struct Town {
    at: u64,
    repository: RepositoryId,
    url: String,
    n_pull_requests: u64,
    dice: Dice,
    history: History,
    n_commits: u64,
    /// By commit: where it comes from, and who had an agent write it.
    origins: Vec<(Option<Origin>, Option<PersonId>)>,
    tip: Option<CommitId>,
    n_paths: u64,
}

impl Town {
    fn new(at: u64, repository: RepositoryId, url: String, n_pull_requests: u64) -> Self {
        let n_paths = (n_pull_requests * 2 / 5).max(60);
        let areas = ["api", "web", "jobs", "store", "docs", "ci", "tools", "lib"];
        let paths: Vec<String> = (0..n_paths)
            .map(|file| {
                let area = areas[usize::try_from(file % 8).unwrap()];
                match (area, file % 3) {
                    ("ci", 0) => format!(".github/workflows/file{file}.yml"),
                    ("docs", 0) => format!("docs/adr/file{file}.md"),
                    ("store", 0) => format!("store/migrations/file{file}.sql"),
                    _ => format!("{area}/part{}/file{file}.rs", file % 97),
                }
            })
            .collect();
        let history = History {
            path_exclusions: (0..n_paths)
                .map(|file| match file % 50 {
                    7 => Some(Exclusion::Generated),
                    9 => Some(Exclusion::LockFile),
                    _ => None,
                })
                .collect(),
            path_in_tip: (0..n_paths).map(|file| file % 20 != 3).collect(),
            paths,
            signatures: (0..PEOPLE)
                .map(|at| Signature {
                    name: format!("Person {at:03}"),
                    email: format!("person-{at:03}@crowd.example"),
                })
                .collect(),
            default_branch: Some("main".to_owned()),
            codeowners: parse_codeowners("CODEOWNERS", DECLARED_OWNERS),
            ..History::default()
        };
        Self {
            at,
            repository,
            url,
            n_pull_requests,
            dice: Dice(0x5EED + at),
            history,
            n_commits: 0,
            origins: Vec::new(),
            tip: None,
            n_paths,
        }
    }

    fn live(&mut self, facts: &mut Facts) {
        let end: Timestamp = AS_OF.parse().unwrap();
        let start = end - SignedDuration::from_hours(24 * DAYS);
        let minutes = DAYS * 24 * 60 - 60 * 24 * 10;
        for number in 1..=self.n_pull_requests {
            let share = i64::try_from(number).unwrap() * minutes
                / i64::try_from(self.n_pull_requests).unwrap();
            self.pull_request(facts, number, after(start, share));
        }
        self.own(start, end);
        self.history.tip = self.tip;
    }

    fn commit(
        &mut self,
        author: PersonId,
        at: Timestamp,
        parents: Vec<CommitId>,
        n_files: u64,
        subject: String,
        pull_request: Option<u64>,
    ) -> CommitId {
        self.n_commits += 1;
        let commit = id(self.at, self.n_commits);
        // Some are an agent's, who says whose idea it was.
        let delegator = self.n_commits.is_multiple_of(13).then_some(author);
        let author = delegator.map_or(author, |_| person(PEOPLE - 1));
        self.origins
            .push((delegator.map(|_| Origin::Agent), delegator));
        let index = u32::try_from(self.history.commits.len()).unwrap();
        let is_merge = parents.len() > 1;
        let first = self.dice.skewed(self.n_paths);
        let mut lines = 0;
        for step in 0..n_files {
            let path = (first + step * 8) % self.n_paths;
            let added = u32::try_from(1 + self.dice.below(40)).unwrap();
            lines += u64::from(added);
            self.history.changes.push(FileChange {
                commit: index,
                path: u32::try_from(path).unwrap(),
                previous_path: None,
                landed_path: None,
                landed_previous_path: None,
                change: if self.n_commits <= self.n_paths / 8 {
                    ChangeKind::Added
                } else {
                    ChangeKind::Modified
                },
                lines_added: Some(added),
                lines_deleted: Some(added / 2),
                is_binary: false,
            });
        }
        let co_author = self.dice.chance(5).then(|| some_human(&mut self.dice));
        self.history.commits.push(Commit {
            id: commit,
            parents,
            author: SignatureId(author.0),
            committer: SignatureId(author.0),
            authored_at: at,
            author_offset_seconds: 0,
            committed_at: at,
            committer_offset_seconds: 0,
            landed_at: at,
            marks: Vec::new(),
            co_authors: co_author
                .filter(|other| *other != author)
                .map(|other| SignatureId(other.0))
                .into_iter()
                .collect(),
            subject,
            pull_request,
            reverts: None,
            cherry_picked_from: None,
            on_default_branch: true,
            exclusion: is_merge.then_some(Exclusion::Merge),
            n_files: (!is_merge).then(|| u32::try_from(n_files).unwrap()),
            lines_added: (!is_merge).then_some(lines),
            lines_deleted: (!is_merge).then_some(lines / 2),
        });
        if !is_merge {
            self.outlive(index, lines);
        }
        commit
    }

    /// What becomes of a commit's lines: some leave, on some day and somehow; some files do not count.
    fn outlive(&mut self, commit: u32, lines: u64) {
        let n = self.n_commits;
        let gone = lines * (n % 5) / 10;
        let days = u16::try_from(n * 7 % 300).unwrap();
        let end = [
            LineEnd::Deleted,
            LineEnd::Deleted,
            LineEnd::Moved,
            LineEnd::Formatted,
        ];
        let end = end[usize::try_from(n % 4).unwrap()];
        let rows = [(None, lines - gone), (Some((days, end)), gone)];
        for (ended, lines) in rows {
            if lines > 0 {
                self.history.line_lives.push(LineLife {
                    commit,
                    exclusion: n.is_multiple_of(11).then_some(Exclusion::Generated),
                    lines: u32::try_from(lines).unwrap(),
                    ended,
                });
            }
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one life, told from opening to production"
    )]
    fn pull_request(&mut self, facts: &mut Facts, number: u64, created_at: Timestamp) {
        let repository = self.repository;
        let author = if self.dice.chance(8) {
            person(PEOPLE - 3)
        } else {
            some_human(&mut self.dice)
        };
        let pr = PrNumber(number);
        let url = format!("{}/pull/{number}", self.url);
        let part = Part::of(number, author);
        facts.provenance.extend(part.rows(repository, pr));
        let base = self.tip;
        let mut parent = base;
        let mut first_commit_at = created_at;
        for step in 0..BRANCH_COMMITS {
            let before = i64::try_from(BRANCH_COMMITS - step).unwrap() * 45;
            let at = after(created_at, -before);
            first_commit_at = first_commit_at.min(at);
            let subject = format!("Step {step} of change {number}");
            let commit = self.commit(author, at, parent.into_iter().collect(), 12, subject, None);
            facts.pull_request_commits.push(PullRequestCommit {
                repository,
                number: pr,
                commit,
                authored_at: at,
                author: Some(part.opened_by),
                updates_from_base: false,
            });
            parent = Some(commit);
        }
        let is_draft_first = self.dice.chance(20);
        let ready_at = if is_draft_first {
            after(created_at, self.dice.wait(120))
        } else {
            created_at
        };
        let n_reviewers = 1 + self.dice.below(2);
        let mut last_review_at = ready_at;
        for turn in 0..n_reviewers {
            let reviewer = some_human(&mut self.dice);
            if reviewer == author || part.is_seen_by_its_delegator_alone {
                continue;
            }
            facts.review_requests.push(ReviewRequest {
                repository,
                number: pr,
                at: ready_at,
                action: RequestAction::Requested,
                reviewer: Some(reviewer),
                team: None,
                actor: Some(author),
            });
            if self.dice.chance(10) {
                continue;
            }
            for round in 0..=self.dice.below(2) {
                let at = after(last_review_at, self.dice.wait(300));
                last_review_at = at;
                let review = format!("R_{}_{number}_{turn}_{round}", self.at);
                let state = match self.dice.below(3) {
                    0 => ReviewState::ChangesRequested,
                    1 => ReviewState::Commented,
                    _ => ReviewState::Approved,
                };
                facts.comments.push(Comment {
                    repository,
                    number: pr,
                    comment: format!("C_{review}"),
                    kind: CommentKind::Inline,
                    author: Some(reviewer),
                    created_at: at,
                    path: None,
                    thread: None,
                    body_length: 40,
                    url: format!("{url}#c{turn}{round}"),
                    calls_agent: None,
                    body: "Could this be simpler?".to_owned(),
                });
                facts.reviews.push(Review {
                    repository,
                    number: pr,
                    review,
                    author: Some(reviewer),
                    state,
                    verdict: state,
                    submitted_at: at,
                    dismissed_at: None,
                    n_inline_comments: 1,
                    body_length: 12,
                });
            }
        }
        if self.dice.chance(30) {
            facts.reviews.push(Review {
                repository,
                number: pr,
                review: format!("R_{}_{number}_ai", self.at),
                author: Some(person(PEOPLE - 1)),
                state: ReviewState::Commented,
                verdict: ReviewState::Commented,
                submitted_at: after(created_at, 1),
                dismissed_at: None,
                n_inline_comments: 0,
                body_length: 400,
            });
        }
        if part.is_seen_by_its_delegator_alone {
            facts.reviews.push(Review {
                repository,
                number: pr,
                review: format!("R_{}_{number}_own", self.at),
                author: Some(author),
                state: ReviewState::Approved,
                verdict: ReviewState::Approved,
                submitted_at: after(ready_at, 2),
                dismissed_at: None,
                n_inline_comments: 0,
                body_length: 0,
            });
            last_review_at = after(ready_at, 2);
        }
        // Of the last twentieth, some are still open.
        let is_open = number * 20 > self.n_pull_requests * 19 && self.dice.chance(15);
        let is_merged = !is_open && self.dice.chance(92);
        let end = after(last_review_at, self.dice.wait(200));
        let merge_commit = is_merged.then(|| {
            let parents = base.into_iter().chain(parent).collect();
            let subject = format!("Merge pull request #{number} from branch-{number}");
            let merge = self.commit(author, end, parents, 0, subject, Some(number));
            self.tip = Some(merge);
            merge
        });
        let event = |event: &str, at: Timestamp, detail: Option<String>| TimelineEvent {
            repository,
            number: pr,
            at,
            event: event.to_owned(),
            actor: Some(author),
            detail,
            reason: None,
        };
        if is_draft_first {
            facts
                .timeline
                .push(event("ready_for_review", ready_at, None));
        }
        if !is_open {
            let last = if is_merged { "merged" } else { "closed" };
            facts.timeline.push(event(
                last,
                end,
                merge_commit.map(|commit| commit.to_string()),
            ));
        }
        for file in 0..12 {
            let path = (number * 7 + file * 8) % self.n_paths;
            facts.pull_request_files.push(PullRequestFile {
                repository,
                number: pr,
                path: self.history.paths[usize::try_from(path).unwrap()]
                    .as_str()
                    .into(),
                additions: 9 + number * file % 50,
                deletions: 4,
            });
        }
        facts.pull_requests.push(PullRequest {
            repository,
            number: pr,
            node: format!("PR_{}_{number}", self.at),
            title: format!("Change {number} of what matters"),
            url,
            author: Some(part.opened_by),
            state: match (is_open, is_merged) {
                (true, _) => PullRequestState::Open,
                (false, true) => PullRequestState::Merged,
                (false, false) => PullRequestState::Closed,
            },
            is_draft: false,
            created_at,
            ready_at: Some(ready_at),
            first_commit_at: Some(first_commit_at),
            merged_at: is_merged.then_some(end),
            closed_at: (!is_open).then_some(end),
            updated_at: end,
            merged_by: is_merged.then_some(author),
            merge_commit,
            base_branch: "main".to_owned(),
            head_branch: format!("branch-{number}"),
            additions: 108,
            deletions: 48,
            // Of the largest, GitHub lists a part.
            n_files: if number % 40 == 1 { 4_000 } else { 12 },
            n_commits: BRANCH_COMMITS,
            n_reviews: n_reviewers,
            n_comments: n_reviewers,
            labels: if number.is_multiple_of(5) {
                vec!["debt".to_owned()]
            } else {
                Vec::new()
            },
            closes_issues: Vec::new(),
            origin: part.origin,
            answers_for: part.answers_for,
        });
        if self.at != WITH_FLOW || number.is_multiple_of(20) {
            let pushed = some_human(&mut self.dice);
            let parents = self.tip.into_iter().collect();
            let subject = format!("Tidy up after {number}");
            self.tip = Some(self.commit(pushed, after(end, 1), parents, 4, subject, None));
        }
        if let Some(tip) = self.tip {
            self.deliver(facts, number, tip, after(end, 5), merge_commit);
        }
    }

    /// Two workflow runs a pull request, a deployment for every twentieth, an issue for every fifth.
    fn deliver(
        &mut self,
        facts: &mut Facts,
        number: u64,
        tip: CommitId,
        at: Timestamp,
        merge_commit: Option<CommitId>,
    ) {
        let repository = self.repository;
        for attempt in 1..=2 {
            let failed = attempt == 1 && self.dice.chance(6);
            let started = after(at, i64::try_from(attempt).unwrap() * 20);
            facts.workflow_runs.push(WorkflowRun {
                repository,
                run: number,
                attempt,
                name: if number.is_multiple_of(3) {
                    "nightly"
                } else {
                    "tests"
                }
                .to_owned(),
                event: "push".to_owned(),
                head_branch: Some("main".to_owned()),
                head_commit: merge_commit,
                status: "completed".to_owned(),
                conclusion: Some(if failed { "failure" } else { "success" }.to_owned()),
                created_at: started,
                started_at: Some(started),
                updated_at: after(started, i64::try_from(5 + self.dice.below(15)).unwrap()),
                url: format!("{}/actions/runs/{number}", self.url),
            });
            if !failed {
                break;
            }
        }
        if number.is_multiple_of(20) {
            let deployment = format!("D_{}_{number}", self.at);
            let outcome = if self.dice.chance(90) {
                Outcome::Success
            } else {
                Outcome::Failure
            };
            facts.deployment_statuses.push(DeploymentStatus {
                repository,
                deployment: deployment.clone(),
                state: if outcome == Outcome::Success {
                    "success"
                } else {
                    "failure"
                }
                .to_owned(),
                at: after(at, 60),
            });
            facts.deployments.push(Deployment {
                repository,
                deployment,
                environment: "production".to_owned(),
                commit: Some(tip),
                reference: Some("main".to_owned()),
                created_at: after(at, 45),
                started_at: Some(after(at, 46)),
                finished_at: Some(after(at, 60)),
                outcome,
                source: "deployments_api".to_owned(),
                url: None,
            });
        }
        if number.is_multiple_of(5) {
            let is_incident = number.is_multiple_of(200);
            let label = if is_incident { "incident" } else { "feature" };
            facts.issues.push(Issue {
                repository,
                number: PrNumber(10_000_000 + number),
                title: format!("Wish {number}"),
                url: format!("{}/issues/{}", self.url, 10_000_000 + number),
                author: Some(some_human(&mut self.dice)),
                created_at: after(at, 90),
                closed_at: Some(after(at, 400)),
                state_reason: None,
                updated_at: after(at, 400),
                labels: vec![label.to_owned()],
                assignees: Vec::new(),
                milestone: None,
                body: String::new(),
                issue_type: None,
                untold: Vec::new(),
            });
        }
    }

    /// Surviving lines of two people a file at the end of every quarter and at the as-of instant.
    fn own(&mut self, start: Timestamp, end: Timestamp) {
        for quarter in 1..=12 {
            let as_of = if quarter == 12 {
                end
            } else {
                after(start, DAYS * 24 * 60 * quarter / 12)
            };
            for path in 0..self.n_paths {
                if path % 3 == 1 {
                    self.history.ownership.push(Ownership {
                        as_of,
                        path: u32::try_from(path).unwrap(),
                        author: SignatureId(u32::try_from(PEOPLE - 1).unwrap()),
                        surviving_lines: u32::try_from(path + 1).unwrap(),
                    });
                }
                let owner = self.dice.skewed(PEOPLE / 2);
                for author in [owner, owner + PEOPLE / 4] {
                    self.history.ownership.push(Ownership {
                        as_of,
                        path: u32::try_from(path).unwrap(),
                        author: SignatureId(u32::try_from(author).unwrap()),
                        surviving_lines: u32::try_from(1 + self.dice.below(200)).unwrap(),
                    });
                }
            }
        }
    }
}
