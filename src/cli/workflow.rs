//! The nightly workflow that `linchpin init --ci` writes.

use std::fmt::Write as _;

use super::args::Publish;

/// The repository whose release job made this build (`owner/name`); a build by hand has none.
const HOME: Option<&str> = option_env!("LINCHPIN_HOME");
/// The commit that it was built from.
const COMMIT: Option<&str> = option_env!("LINCHPIN_COMMIT");

const CHECKOUT: &str = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2";
const RESTORE: &str = "actions/cache/restore@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3";
const SAVE: &str = "actions/cache/save@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3";
const UPLOAD: &str = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2";
const UPLOAD_PAGES: &str =
    "actions/upload-pages-artifact@56afc609e74202658d3ffba0e8f6dda462b719fa # v3.0.1";
const DEPLOY_PAGES: &str = "actions/deploy-pages@d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e # v4.0.5";

const HEAD: &str = "\
# Written by `linchpin init --ci`: the nightly team report, with the least permissions it needs.
name: linchpin
on:
  schedule: [{ cron: \"17 3 * * *\" }]
  workflow_dispatch:
permissions: {}
# One night at a time: the next one waits and goes on from where this one ended.
concurrency: { group: linchpin, cancel-in-progress: false }
jobs:
  report:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions: { contents: read, pull-requests: read, issues: read, deployments: read, actions: read }
    steps:
";

const PAGES: &str = "\
  # A site of GitHub Pages is public, also that of a private repository, unless the organisation is on Enterprise Cloud and says otherwise.
  pages:
    needs: report
    # Also after partial data: the report says what is missing.
    if: ${{ !cancelled() && needs.report.result == 'success' }}
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions: { pages: write, id-token: write }
    environment: { name: github-pages, url: \"${{ steps.deploy.outputs.page_url }}\" }
    steps:
      - id: deploy
";

/// The workflow of a clone that has a register.
pub fn workflow(publish: Publish) -> String {
    written(publish, action(HOME, COMMIT).as_deref())
}

/// The action of a released build, pinned by its commit; `None` for a build that was told no home or no commit.
fn action(home: Option<&str>, commit: Option<&str>) -> Option<String> {
    let is_name = |text: &str| {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        !text.is_empty() && text.chars().all(is_plain)
    };
    let home = home.filter(|home| {
        let mut parts = home.split('/');
        parts.by_ref().take(2).filter(|part| is_name(part)).count() == 2 && parts.next().is_none()
    })?;
    let commit = commit.filter(|commit| {
        commit.len() == 40 && commit.chars().all(|digit| digit.is_ascii_hexdigit())
    })?;
    let version = env!("CARGO_PKG_VERSION");
    Some(format!(
        "{home}/.github/actions/linchpin@{commit} # v{version}"
    ))
}

fn written(publish: Publish, action: Option<&str>) -> String {
    let mut text = HEAD.to_owned();
    let _ = write!(
        text,
        "      # The whole history: of a shallow clone only some is known, and the report says so.
      - uses: {CHECKOUT}
        with: {{ fetch-depth: 0, persist-credentials: false }}
"
    );
    match action {
        Some(action) => {
            let _ = write!(
                text,
                "      - uses: {action}
        with: {{ publish: {} }}
",
                publish.word()
            );
        }
        None => steps(&mut text, publish),
    }
    if publish == Publish::Pages {
        let _ = writeln!(text, "{PAGES}        uses: {DEPLOY_PAGES}");
    }
    text
}

/// The same as the action does, for a linchpin that lies on the runner's PATH.
fn steps(text: &mut String, publish: Publish) {
    let _ = write!(
        text,
        "      - name: linchpin is on the PATH (build it with `cargo install --path .` in its sources, or keep a binary for your runners)
        run: linchpin --version
      # A cache is written once: the first whole night of a week writes the week's, and the other nights start from it.
      - id: week
        run: echo \"key=linchpin-$(date -u +%G-W%V)\" >> \"$GITHUB_OUTPUT\"
      - id: store
        uses: {RESTORE}
        with:
          path: .linchpin
          key: ${{{{ steps.week.outputs.key }}}}
          restore-keys: |
            ${{{{ steps.week.outputs.key }}}}
            linchpin-
      # `--cache-safe`: whoever opens a pull request can read a cache, so that no text of a review and no team is kept in it.
      # `--config`: the register is this team's own, so it may name further repositories that the token reads.
      # Partial data (exit code 5) and a used-up rate limit (6) are told and are no failure: the next night goes on from here.
      - id: run
        run: |
          code=0
          linchpin run --progress plain --config linchpin.toml --cache-safe || code=$?
          echo \"exit-code=$code\" >> \"$GITHUB_OUTPUT\"
          case \"$code\" in
            0) ;;
            5) echo \"::warning::linchpin: some of the data is missing; the report says what and why\" ;;
            6) echo \"::notice::linchpin: the rate limit is used up; the next run goes on from here\" ;;
            *) exit \"$code\" ;;
          esac
        env: {{ GITHUB_TOKEN: \"${{{{ github.token }}}}\" }}
      - if: ${{{{ !cancelled() && steps.run.outputs.exit-code == '0' && steps.store.outputs.cache-hit != 'true' }}}}
        uses: {SAVE}
        with: {{ path: .linchpin, key: \"${{{{ steps.week.outputs.key }}}}\" }}
      - if: ${{{{ !cancelled() && contains(fromJSON('[\"5\", \"6\"]'), steps.run.outputs.exit-code) && steps.store.outputs.cache-hit != 'true' }}}}
        uses: {SAVE}
        with: {{ path: .linchpin, key: \"${{{{ steps.week.outputs.key }}}}-partial-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}\" }}
"
    );
    let upload = match publish {
        Publish::None => return,
        Publish::Artifact => format!(
            "        uses: {UPLOAD}
        with: {{ name: linchpin, path: linchpin-report/team }}
"
        ),
        Publish::Pages => format!(
            "        uses: {UPLOAD_PAGES}
        with: {{ path: linchpin-report/team }}
"
        ),
    };
    let _ = write!(
        text,
        "      - if: ${{{{ !cancelled() && hashFiles('linchpin-report/team/index.html') != '' }}}}
{upload}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_build_names_its_action_by_commit_and_a_build_by_hand_none() {
        let commit = "3f2a91c0b4d7e6a5f8c9b0a1d2e3f4a5b6c7d8e9";
        let found = action(Some("acme/linchpin"), Some(commit));
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            found,
            Some(format!(
                "acme/linchpin/.github/actions/linchpin@{commit} # v{version}"
            ))
        );
        for (home, commit) in [
            (None, Some(commit)),
            (Some("acme/linchpin"), None),
            (Some("acme/linchpin"), Some("3f2a91c")),
            (Some("acme"), Some(commit)),
            (Some("acme/linchpin/x"), Some(commit)),
            (Some("acme/lin pin\n"), Some(commit)),
        ] {
            assert_eq!(action(home, commit), None, "{home:?} {commit:?}");
        }
    }

    #[test]
    fn each_way_to_publish_is_written_with_and_without_an_action() {
        for action in [None, Some("acme/linchpin/.github/actions/linchpin@0 # v0")] {
            let of = |publish| written(publish, action);
            assert!(of(Publish::Pages).contains("deploy-pages@"));
            assert!(of(Publish::Pages).contains("is public"));
            assert!(!of(Publish::Artifact).contains("pages"));
            assert!(!of(Publish::None).contains("upload-"));
            for publish in [Publish::None, Publish::Artifact, Publish::Pages] {
                let text = of(publish);
                assert!(text.contains("\npermissions: {}\n"), "{text}");
                assert!(text.contains("persist-credentials: false"), "{text}");
                for line in text.lines().filter(|line| line.contains("uses: ")) {
                    let pin = line.split('@').nth(1).unwrap_or_default();
                    let pin: String = pin.chars().take_while(char::is_ascii_hexdigit).collect();
                    assert!(pin.len() == 40 || line.contains("acme/"), "{line}");
                }
            }
        }
    }
}
