//! Signatures and logins that tools, bots and coding agents write: told apart by rules over a list of their makers.
//!
//! A rule never rests on a first name: people are called Claude, Devin, Jules, Cody, Cursor or Amp. It takes a maker's own domain,
//! a whole login, a whole address, or a name that is a product with its model.

use super::person::Account;

/// Who makes a tool that writes commits, and by what its signatures are known.
struct Maker {
    /// What stands behind them.
    account: Account,
    /// Domains of its own: an address there is the tool's where its local part is a role or one of `products`.
    domains: &'static [&'static str],
    /// What its tools are called, in lower case: as a local part at its domains, and as a name together with a model's.
    products: &'static [&'static str],
    /// Whole logins, without `[bot]`.
    logins: &'static [&'static str],
    /// Whole addresses at domains that are not its own.
    addresses: &'static [&'static str],
}

const NONE: &[&str] = &[];

/// How branches of programs begin that open pull requests under somebody's account too.
const BRANCHES: [&str; 3] = ["dependabot/", "renovate/", "snyk-"];

/// Whether a branch is called as programs that open pull requests call theirs.
#[must_use]
pub fn is_machine_branch(branch: &str) -> bool {
    let branch = branch.to_lowercase();
    BRANCHES.iter().any(|start| branch.starts_with(start))
}

/// Local parts at a maker's domain that no person has.
const ROLES: &[&str] = &[
    "noreply",
    "no-reply",
    "donotreply",
    "bot",
    "agent",
    "ai",
    "assistant",
    "hosted",
];

/// Makers of coding agents and AI reviewers.
const AGENTS: &[Maker] = &[
    agent(
        &["anthropic.com"],
        &["claude", "claude-code"],
        &["claude", "claude-code"],
        NONE,
    ),
    agent(
        &["openai.com"],
        &["codex", "codex-cli", "chatgpt"],
        &["codex", "chatgpt-codex-connector", "openai-codex"],
        NONE,
    ),
    agent(
        NONE,
        &["copilot", "github copilot"],
        &[
            "copilot",
            "copilot-pull-request-reviewer",
            "copilot-swe-agent",
            "github-copilot",
        ],
        &["copilot@github.com", "copilot-swe-agent@github.com"],
    ),
    agent(
        &["cursor.com", "cursor.sh"],
        &["cursor", "cursoragent"],
        &["cursor", "cursoragent"],
        NONE,
    ),
    agent(
        &["devin.ai", "cognition.ai", "cognition-labs.com"],
        &["devin", "devin-ai"],
        &["devin-ai-integration", "devin-ai"],
        NONE,
    ),
    agent(&["aider.chat"], &["aider"], &["aider", "aider-bot"], NONE),
    agent(&["ampcode.com"], &["amp"], &["ampcode", "ampagent"], NONE),
    agent(
        &["all-hands.dev", "openhands.dev"],
        &["openhands", "opendevin"],
        &["openhands", "openhands-agent", "openhands-ai"],
        NONE,
    ),
    agent(
        &["opencode.ai"],
        &["opencode"],
        &["opencode", "opencode-agent"],
        NONE,
    ),
    agent(
        &["sourcegraph.com"],
        &["cody", "amp"],
        &["sourcegraph-cody"],
        NONE,
    ),
    agent(
        NONE,
        &["jules", "gemini", "gemini-cli", "gemini-code-assist"],
        &["gemini-code-assist", "google-labs-jules", "gemini-cli"],
        &[
            "gemini-code-assist@google.com",
            "jules@google.com",
            "gemini-cli@google.com",
        ],
    ),
    agent(
        NONE,
        &["junie"],
        &["jetbrains-junie", "junie-agent"],
        &["junie@jetbrains.com"],
    ),
    agent(
        NONE,
        &["amazon q", "amazon-q", "q developer"],
        &["amazon-q-developer", "amazon-q"],
        &["amazon-q@amazon.com"],
    ),
    agent(
        &["windsurf.com", "codeium.com"],
        &["windsurf", "cascade"],
        &["windsurf-bot"],
        NONE,
    ),
    agent(
        &["factory.ai"],
        &["droid", "factory-droid"],
        &["factory-droid"],
        NONE,
    ),
    agent(
        &["roocode.com", "cline.bot"],
        &["roo", "roomote", "cline"],
        &["roomote", "roomote-agent"],
        NONE,
    ),
    agent(&["continue.dev"], &["continue"], &["continue-agent"], NONE),
    agent(&["sweep.dev"], &["sweep"], &["sweep-ai"], NONE),
    agent(
        &["coderabbit.ai"],
        &["coderabbit", "coderabbitai"],
        &["coderabbitai"],
        NONE,
    ),
    agent(&["ellipsis.dev"], &["ellipsis"], &["ellipsis-dev"], NONE),
    agent(
        &["greptile.com"],
        &["greptile"],
        &["greptile-apps", "greptileai"],
        NONE,
    ),
    agent(
        &["qodo.ai", "codium.ai"],
        &["qodo", "pr-agent"],
        &["qodo-merge-pro", "qodo-merge", "codiumai-pr-agent"],
        NONE,
    ),
    agent(&["sourcery.ai"], &["sourcery"], &["sourcery-ai"], NONE),
    agent(
        &["graphite.dev"],
        &["graphite", "diamond"],
        &["graphite-app"],
        NONE,
    ),
];

/// Makers of bots that build, translate, update and release.
const TOOLS: &[Maker] = &[
    tool(
        NONE,
        &[
            "github-actions",
            "github-merge-queue",
            "web-flow",
            "github-advanced-security",
        ],
        &[
            "noreply@github.com",
            "actions@github.com",
            "action@github.com",
            "github-actions@github.com",
            "github-actions[bot]@github.com",
        ],
    ),
    tool(
        &["dependabot.com"],
        &["dependabot", "dependabot-preview"],
        &["support@dependabot.com"],
    ),
    tool(
        &["renovateapp.com"],
        &["renovate", "renovate-bot", "mend-for-github-com"],
        &["renovate@whitesourcesoftware.com", "bot@renovateapp.com"],
    ),
    tool(NONE, &["snyk-bot"], &["snyk-bot@snyk.io"]),
    tool(
        NONE,
        &["imgbot"],
        &["imgbotapp@gmail.com", "imgbothelp@gmail.com"],
    ),
    tool(&["weblate.org"], &["weblate"], &["hosted@weblate.org"]),
    tool(NONE, &["crowdin-bot"], &["support+bot@crowdin.com"]),
    tool(
        NONE,
        &["transifex-integration", "transifex-github-integration"],
        NONE,
    ),
    tool(
        &["bors.tech"],
        &[
            "bors",
            "rust-bors",
            "rust-highfive",
            "rustbot",
            "rust-timer",
        ],
        &["bors@rust-lang.org", "bors@bors.tech"],
    ),
    tool(
        NONE,
        &["semantic-release-bot"],
        &["semantic-release-bot@martynus.net"],
    ),
    tool(NONE, &["release-please", "googleapis-publisher"], NONE),
    tool(
        NONE,
        &["greenkeeper", "greenkeeperio-bot"],
        &["support@greenkeeper.io"],
    ),
    tool(NONE, &["pyup-bot"], &["github-bot@pyup.io", "bot@pyup.io"]),
    tool(NONE, &["depfu"], &["bot@depfu.com"]),
    tool(NONE, &["allcontributors"], NONE),
    tool(NONE, &["pre-commit-ci"], NONE),
    tool(
        NONE,
        &[
            "codecov",
            "codecov-commenter",
            "codecov-io",
            "stale",
            "mergify",
            "k8s-ci-robot",
        ],
        NONE,
    ),
    tool(
        NONE,
        NONE,
        &[
            "travis@travis-ci.org",
            "deploy@travis-ci.org",
            "builds@travis-ci.org",
            "builds@travis-ci.com",
        ],
    ),
];

const fn agent(
    domains: &'static [&'static str],
    products: &'static [&'static str],
    logins: &'static [&'static str],
    addresses: &'static [&'static str],
) -> Maker {
    Maker {
        account: Account::AiReviewer,
        domains,
        products,
        logins,
        addresses,
    }
}

const fn tool(
    domains: &'static [&'static str],
    logins: &'static [&'static str],
    addresses: &'static [&'static str],
) -> Maker {
    Maker {
        account: Account::Automation,
        domains,
        products: NONE,
        logins,
        addresses,
    }
}

fn makers() -> impl Iterator<Item = &'static Maker> {
    AGENTS.iter().chain(TOOLS)
}

/// What a login in lower case without `[bot]` is known as.
pub(super) fn of_login(bare: &str) -> Option<Account> {
    let mut makers = makers();
    makers
        .find(|maker| maker.logins.contains(&bare))
        .map(|maker| maker.account)
}

/// What a signature is known as, by its address or by a name that is a product with its model.
pub(super) fn of_signature(name: &str, email: &str) -> Option<Account> {
    let email = email.trim().to_lowercase();
    let (local, domain) = email.rsplit_once('@').unwrap_or((&email, ""));
    let is_of = |maker: &&Maker| {
        let at_home = maker.domains.iter().any(|own| {
            domain == *own
                || domain
                    .strip_suffix(own)
                    .is_some_and(|sub| sub.ends_with('.'))
        });
        let is_tool = ROLES.contains(&local)
            || maker.products.contains(&local)
            || maker.logins.contains(&local)
            || local.ends_with("[bot]");
        (at_home && is_tool) || maker.addresses.contains(&email.as_str())
    };
    let by_address = makers().find(is_of).map(|maker| maker.account);
    by_address.or_else(|| is_product_with_model(name).then_some(Account::AiReviewer))
}

/// Whether a name is that of an agent's product followed by a model's: `aider (gpt-5)`, `Claude Opus 4.5`, `Codex gpt-5-codex`.
/// A product's name alone may be a person's.
fn is_product_with_model(name: &str) -> bool {
    let lower = name.trim().to_lowercase();
    let products = AGENTS.iter().flat_map(|maker| maker.products);
    let rest = products
        .filter_map(|product| lower.strip_prefix(product))
        .find(|rest| rest.starts_with([' ', '(', '/', ':']));
    let Some(rest) = rest else {
        return false;
    };
    let mut words = rest.split(|letter: char| letter.is_whitespace() || "()/:,[]".contains(letter));
    words.any(|word| {
        let has_digit = word.contains(|letter: char| letter.is_ascii_digit());
        let family = MODELS.iter().find(|family| word.starts_with(**family));
        family.is_some_and(|family| has_digit || word == *family)
    })
}

/// Families of models, as their names begin. A word that is one of them is nobody's surname.
const MODELS: &[&str] = &[
    "opus", "sonnet", "haiku", "gpt", "claude-", "gemini-", "o1-", "o3-", "o4-", "grok-",
    "deepseek", "qwen", "llama-", "kimi-", "glm-",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_list_is_told_and_only_once() {
        let mut seen = std::collections::BTreeSet::new();
        for maker in makers() {
            for login in maker.logins {
                assert_eq!(Account::of_login(login, false), maker.account, "{login}");
                assert_eq!(
                    Account::of_login(&format!("{login}[bot]"), true),
                    maker.account
                );
                assert!(seen.insert(*login), "{login} is listed twice");
            }
            for address in maker.addresses {
                assert_eq!(
                    Account::of_signature("x", address),
                    maker.account,
                    "{address}"
                );
                assert!(seen.insert(*address), "{address} is listed twice");
            }
            for domain in maker.domains {
                for local in ROLES.iter().chain(maker.products) {
                    let address = format!("{local}@{domain}").replace(' ', "-");
                    if !local.contains(' ') {
                        assert_eq!(
                            Account::of_signature("x", &address),
                            maker.account,
                            "{address}"
                        );
                    }
                }
                // Who works there is a person.
                let person = format!("ada.lovelace@{domain}");
                assert_eq!(
                    Account::of_signature("Ada", &person),
                    Account::Human,
                    "{person}"
                );
            }
        }
    }

    #[test]
    fn signatures_of_tools_are_nobodys() {
        let check = |name: &str, email: &str, account: Account| {
            assert_eq!(
                Account::of_signature(name, email),
                account,
                "{name} <{email}>"
            );
        };
        let (agent, tool) = (Account::AiReviewer, Account::Automation);
        check("aider (gpt-5)", "aider@aider.chat", agent);
        check("aider (claude-sonnet-4)", "ada@acme.example", agent);
        check("Claude", "no-reply@anthropic.com", agent);
        check("Claude Opus 4.5", "somebody@acme.example", agent);
        check("Claude Sonnet 4 (1M context)", "x@acme.example", agent);
        check("Cursor Agent", "cursoragent@cursor.com", agent);
        check(
            "Copilot",
            "198982749+Copilot@users.noreply.github.com",
            agent,
        );
        check(
            "Copilot Autofix powered by AI",
            "62310815+github-advanced-security[bot]@users.noreply.github.com",
            tool,
        );
        check("openhands", "openhands@all-hands.dev", agent);
        check("Amp", "amp@ampcode.com", agent);
        check("Renovate Bot", "bot@renovateapp.com", tool);
        check("Hosted Weblate", "hosted@weblate.org", tool);
        check("Anna (translator)", "anna@weblate.org", Account::Human);
        check("bors", "bors@rust-lang.org", tool);
    }

    #[test]
    fn people_who_are_called_like_a_product_are_people() {
        for name in [
            "Claude",
            "Claude Monet",
            "Devin",
            "Devin Booker",
            "Jules",
            "Jules Verne",
            "Cody",
            "Cursor",
            "Amp",
            "Junie B.",
            "Cascade Smith",
            "Gemini Ganesan",
            "Aider O'Brien",
            "Sonnet Stanfill",
            "Claude Haikuno",
            "Copilot Fan",
        ] {
            for email in [
                "x@acme.example",
                "1+xyz@users.noreply.github.com",
                "claude@acme.example",
            ] {
                assert_eq!(
                    Account::of_signature(name, email),
                    Account::Human,
                    "{name} <{email}>"
                );
            }
        }
        for login in [
            "claudette",
            "devin",
            "jules",
            "robotham",
            "cursorial",
            "botond",
        ] {
            assert_eq!(Account::of_login(login, false), Account::Human, "{login}");
        }
    }
}
