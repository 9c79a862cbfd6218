//! `doctor`: a clone alone, and against a GitHub that answers, refuses a part, or has what no clone here has.

use linchpin::demo::fake::{FakeGitHub, Fault, Faults};

use crate::cli::{AS_OF, SECRET, fixture, ran, ran_with, with_remote};

use super::answered;

#[test]
fn a_clone_without_a_remote_is_told_what_it_alone_gives() {
    let fixture = fixture();
    let said = answered(&ran(fixture.path(), &["doctor", "--offline"]));
    let name = fixture.path().file_name().unwrap().to_str().unwrap();
    insta::assert_snapshot!(said.replace(name, "[clone]"), @"
    what    found
    API     https://api.github.com
    clone   [clone]: whole history, main, 0 tags
    GitHub  no remote: add one, or name a repository with `--github OWNER/NAME`
    [exit code 0]
    ");
}

#[test]
fn without_a_token_what_will_not_be_observed_is_named() {
    insta::assert_snapshot!(answered(&ran(with_remote().path(), &["doctor"])), @"
    what            found
    API             https://api.github.com
    clone           acme/widgets: whole history, main, 0 tags
    token           none: set GITHUB_TOKEN (read access is enough) or log in with `gh auth login`, and run again
      not observed  dora.deployment_frequency, dora.change_lead_time, dora.change_fail_rate, dora.failed_deployment_recovery_time, dora.deployment_rework_rate, ci.flake_rate, ci.duration, flow.cycle_time, flow.turns, flow.coding_time, flow.pickup_time, flow.review_time, flow.review_rounds, flow.merge_wait, flow.deploy_wait, flow.work_in_progress, flow.stuck, flow.unreviewed_share, flow.size, flow.work_mix, flow.predictability, flow.effect, gate.merge_queue, gate.auto_merge, gate.approval_wait, gate.bypass_share, gate.red_to_green, review.requested, review.done, review.waiting, review.turnaround, review.first_response, review.queue, review.balance, review.waiting_hours, review.concentration, review.sole_approver, review.absence_what_if, agents.share, review.independent_share, review.hours_per_change, knowledge.concentration_by_kind, absence.resilience, onboarding.milestones (deployments can also come from releases or tags)
    [exit code 5]
    ");
}

#[test]
fn a_token_of_another_server_is_named_with_why_it_is_not_used() {
    let fixture = with_remote();
    let server = "https://github.acme.example/api/v3";
    let asked = ["doctor", "--github", "acme/widgets", "--api-url", server];
    let token = |variable: &'static str| {
        let said = answered(&ran_with(fixture.path(), &asked, &[(variable, SECRET)]));
        assert!(!said.contains(SECRET), "{said}");
        let line = said.lines().find(|line| line.starts_with("token "));
        line.unwrap().to_owned()
    };
    insta::assert_snapshot!(token("GITHUB_TOKEN"), @"token           none: GITHUB_TOKEN is set and not used: it may be for github.com, and github.acme.example is asked; set GH_ENTERPRISE_TOKEN (read access is enough) or log in with `gh auth login`, and run again");
    insta::assert_snapshot!(token("GH_TOKEN"), @"token           none: GH_TOKEN is set and not used: it may be for github.com, and github.acme.example is asked; set GH_ENTERPRISE_TOKEN (read access is enough) or log in with `gh auth login`, and run again");
}

#[test]
fn with_a_token_every_source_is_counted_and_what_the_token_lacks_is_named() {
    let fixture = with_remote();
    // Whole seconds, as GitHub tells them.
    let now = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap();
    let github = FakeGitHub::start(crate::github::host(120), Faults::none(now)).unwrap();
    let url = github.base_url();
    let asked = |command: &str| {
        let arguments = [command, "--github", "acme/widgets", "--api-url", &url];
        ran_with(
            fixture.path(),
            &arguments,
            &[("GH_ENTERPRISE_TOKEN", SECRET)],
        )
    };
    let doctor = || {
        let said = answered(&asked("doctor"));
        assert!(!said.contains("secret"), "{said}");
        let name = fixture.path().file_name().unwrap().to_str().unwrap();
        let said = said.replace(name, "[clone]").replace(&url, "[url]");
        // The server's clock stands still, and the longer the test runs the further this machine's is off.
        let lines = said.lines().filter(|line| !line.starts_with("  clock "));
        let said = lines.collect::<Vec<_>>().join("\n");
        let instant = regex::Regex::new(r"\d{4}-\d\d-\d\dT[\d:]+Z").unwrap();
        instant.replace_all(&said, "[instant]").into_owned()
    };
    let whole = doctor();
    insta::assert_snapshot!(whole, @"
    what             found
    API              [url]
    clone            acme/widgets: whole history, main, 0 tags
    repository       acme/widgets
      token          classic personal access token
      points         4997 of 5000 an hour left, all back at [instant]
      repository     readable, 1
      pull requests  readable, 120
      issues         readable, 3
      deployments    readable, 5
      releases       readable, 25
      workflow runs  readable, 2
      merge rules    readable, 1
      milestones     readable, 1
      environments   readable, 1
      teams          readable, 1
      deployed to    production (5) (production is `production_pattern` in linchpin.toml)
      incidents      labels that look like it: incident
      merge styles   merge, squash, rebase
      bots seen      none
      first fetch    about 13 requests, 44 points; a night: about 6 requests, 7 points
    [exit code 0]
    ");
    // Of what a token may not read, the lines that differ.
    let differing = |said: &str| -> String {
        // Of the points, fewer are left each time.
        let is_new = |line: &&str| {
            !line.starts_with("  points ") && !whole.lines().any(|known| known == *line)
        };
        let lines = said.lines().filter(is_new);
        lines.collect::<Vec<_>>().join("\n")
    };
    let forbid = |field: &'static str| {
        github.set_script(Some(Box::new(move |asked| {
            (asked.operation == "RepositorySettings").then_some(Fault::Forbid(field))
        })));
        differing(&doctor())
    };
    // Teams are no hole until a review is asked of one; environments are.
    insta::assert_snapshot!(forbid("owner"), @"  teams          not readable: where reviews are asked of teams, give the token members=read (a classic token: read:org)");
    insta::assert_snapshot!(forbid("environments"), @"
      environments   not readable: give the token actions=read
    [exit code 5]
    ");
    github.set_script(None);
    // The clone lacks what was deployed: what that shipped is unknown, and how to fetch it is said.
    let ran = asked("run");
    assert!([0, 5].contains(&ran.code), "{}", ran.err);
    insta::assert_snapshot!(differing(&doctor()), @"
    deployed         acme/widgets: 4 of 4 deployments are of commits that no clone here has, the last of 0000000000000000000000000000000000000004: what they shipped is unknown; `git fetch --tags origin '+refs/heads/*:refs/remotes/origin/*'`, or `git fetch origin COMMIT`
    [exit code 5]
    ");
}

#[test]
fn a_clone_that_lacks_history_is_told_how_to_have_it_whole() {
    let origin = fixture();
    let place = tempfile::tempdir().unwrap();
    let url = format!("file://{}", origin.path().display());
    let into = place.path().join("widgets");
    let into = into.to_str().unwrap();
    origin.git(&["clone", "-q", "--depth", "1", &url, into]);
    let arguments = ["doctor", "--offline", AS_OF, "--repo", "widgets"];
    insta::assert_snapshot!(answered(&ran(place.path(), &arguments)), @"
    what    found
    API     https://api.github.com
    clone   widgets: shallow: run `git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout
    GitHub  no remote: add one, or name a repository with `--github OWNER/NAME`
    [exit code 5]
    ");
}
