//! Every entry of the list, and every signature that was taken for a person once.

use super::*;

#[test]
fn every_entry_of_the_list_is_told_and_only_once() {
    let agents = Agents::known();
    assert!(agents.makers.len() > 40, "the list is read in full");
    let mut seen = std::collections::BTreeSet::new();
    for maker in &agents.makers {
        let account = maker.account;
        for login in &maker.logins {
            assert_eq!(Account::of_login(login, false), account, "{login}");
            assert_eq!(Account::of_login(&format!("{login}[bot]"), true), account);
            assert!(seen.insert(login.clone()), "{login} is listed twice");
        }
        for login in &maker.apps {
            assert_eq!(Account::of_login(login, true), account, "{login}");
            assert_eq!(Account::of_login(login, false), Account::Human, "{login}");
            assert!(seen.insert(login.clone()), "{login} is listed twice");
        }
        for address in &maker.addresses {
            assert_eq!(Account::of_signature("x", address), account, "{address}");
            assert!(seen.insert(address.clone()), "{address} is listed twice");
        }
        for number in &maker.numbers {
            let renamed = format!("{number}+whatever-it-is-now@users.noreply.github.com");
            assert_eq!(Account::of_signature("x", &renamed), account, "{number}");
            let elsewhere = format!("{number}+ada@users.noreply.ghes.acme.example");
            assert_eq!(Account::of_signature("Ada", &elsewhere), Account::Human);
            assert!(seen.insert(number.to_string()), "{number} is listed twice");
        }
        for domain in &maker.domains {
            for local in agents.roles.iter().chain(&maker.products) {
                if !local.contains(' ') {
                    let address = format!("{local}@{domain}");
                    assert_eq!(Account::of_signature("x", &address), account, "{address}");
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
        for branch in &maker.branches {
            let found = agents.branch(&format!("{branch}fix-1"));
            assert_eq!(
                found.map(|found| &found.name),
                Some(&maker.name),
                "{branch}"
            );
            assert!(seen.insert(branch.clone()), "{branch} is listed twice");
        }
        for label in &maker.labels {
            let (told, _) = agents.label(&label.to_uppercase()).unwrap();
            assert_eq!(told.tool.as_ref(), Some(&maker.name), "{label}");
        }
        for key in &maker.sessions {
            let line = format!("{}: https://x.example/1", key.to_uppercase());
            assert!(agents.is_mark(&line), "{line}");
            let told = agents.trailer(&line).unwrap();
            assert_eq!(told.tool.as_ref(), Some(&maker.name), "{line}");
        }
        for footer in &maker.footers {
            assert_eq!(
                *footer,
                footer.to_lowercase(),
                "{footer} is not in lower case"
            );
            let line = format!("*{footer}1)*");
            let told = agents.footer(&line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(told.tool.as_ref(), Some(&maker.name), "{line}");
            assert!(seen.insert(footer.clone()), "{footer} is listed twice");
        }
    }
}

#[test]
fn a_trailer_names_an_agent_only_where_its_value_does() {
    let agents = Agents::known();
    let check = |line: &str, tool: Option<&str>, model: Option<&str>| {
        let told = agents.trailer(line);
        let told = told.as_ref();
        assert_eq!(told.and_then(|told| told.tool.as_deref()), tool, "{line}");
        assert_eq!(told.and_then(|told| told.model.as_deref()), model, "{line}");
        assert!(told.is_none() || agents.is_mark(line), "{line}");
    };
    check(
        "Assisted-by: Claude:claude-opus-4-8",
        Some("Claude Code"),
        Some("claude-opus-4-8"),
    );
    check(
        "Assisted-By: Claude <noreply@anthropic.com>",
        Some("Claude Code"),
        None,
    );
    check(
        "AI-Assisted-By: Claude Code (model: claude-sonnet-5)",
        Some("Claude Code"),
        Some("claude-sonnet-5"),
    );
    check("Generated-by: Codex", Some("Codex"), None);
    check(
        "Claude-Session: https://claude.ai/code/session_01",
        Some("Claude Code"),
        None,
    );
    check(
        "Agent-Logs-Url: https://github.com/acme/lamp/sessions/1",
        Some("Copilot"),
        None,
    );
    check(
        "Amp-Thread-ID: https://ampcode.com/threads/T-1",
        Some("Amp"),
        None,
    );
    check(
        "Assisted-by: Claude Monet <claude@giverny.example>",
        None,
        None,
    );
    check("Assisted-by: Ada Lovelace <ada@acme.example>", None, None);
    check("Generated-by: protoc 3.21", None, None);
    check(
        "Reviewed-by: Claude Opus 4.5 <noreply@anthropic.com>",
        None,
        None,
    );
    check("We asked Claude Opus 4.5: it was wrong", None, None);
    check("Claude: please look", None, None);
    check("Claude-Session:", None, None);
}

#[test]
fn a_model_in_prose_is_no_evidence_and_neither_is_a_tools_name() {
    for line in [
        "Adds support for gpt-5 and Claude Opus 4.5",
        "Generated with the help of friends",
        "The Cursor is created by the editor",
        "See https://anthropic.com/claude-code",
        "Fix the copilot seat",
    ] {
        assert!(!Agents::known().is_mark(line), "{line}");
        assert_eq!(Agents::known().footer(line), None, "{line}");
    }
    for label in ["claude", "cursor", "jules", "agent", "ai"] {
        assert_eq!(Agents::known().label(label), None, "{label}");
    }
}

#[test]
fn a_register_adds_logins_addresses_branches_and_labels() {
    let declared = DeclaredAgent {
        name: "house-agent".into(),
        logins: vec!["Acme-Agent".into()],
        addresses: vec!["agent@acme.example".into()],
        branches: vec!["agent/".into()],
        labels: vec!["By Agent".into()],
    };
    let agents = Agents::known().and(std::slice::from_ref(&declared));
    let agent = Account::AiReviewer;
    assert_eq!(agents.class_of_login("acme-agent", false), agent);
    assert_eq!(agents.class_of_signature("A", "AGENT@acme.example"), agent);
    assert_eq!(
        agents.class_of_signature("A", "9+acme-agent@users.noreply.github.com"),
        agent
    );
    assert_eq!(agents.branch("agent/fix").unwrap().name, "house-agent");
    assert!(agents.label("by agent").unwrap().1);
    assert_eq!(agents.class_of_login("acme-agents", false), Account::Human);
    assert_eq!(Account::of_login("acme-agent", false), Account::Human);
    assert!(Agents::known().key().is_empty() && !agents.key().is_empty());
}

#[test]
fn what_counts_as_a_person_and_looks_like_an_agent_is_a_suspect() {
    let looks = |name: &str, email: &str| Agents::known().looks_like_a_machine(name, email);
    for (name, email) in [
        ("Acme Coding Agent", "x@acme.example"),
        ("acme", "acme-bot@acme.example"),
        ("Claude Code", "x@acme.example"),
        ("Kiro AI", "kiro@beacon.example"),
    ] {
        assert_eq!(
            Account::of_signature(name, email),
            Account::Human,
            "{name} <{email}>"
        );
        assert!(looks(name, email), "{name} <{email}>");
    }
    for (name, email) in [
        ("Claude Monet", "claude@acme.example"),
        ("Devin", "devin@acme.example"),
        ("Ai Weiwei", "ai@acme.example"),
        ("Yuki Ai", "yuki@acme.example"),
        ("Bottega Veneta", "b@acme.example"),
        ("Cody", "cody@acme.example"),
    ] {
        assert!(!looks(name, email), "{name} <{email}>");
    }
}

#[test]
fn a_tool_that_signs_beside_a_person_is_told_and_the_person_stays_one() {
    let told = Agents::known().beside_a_person("Ada Lovelace (aider)");
    assert_eq!(told.unwrap().tool.as_deref(), Some("aider"));
    assert_eq!(Agents::known().beside_a_person("Ada (Lovelace)"), None);
    assert_eq!(Agents::known().beside_a_person("(aider)"), None);
    let account = Account::of_signature("Ada Lovelace (aider)", "ada@acme.example");
    assert_eq!(account, Account::Human);
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
    check("Codex", "codex@openai.com", agent);
    check("GitHub Copilot", "copilot@github.com", agent);
    check("Junie", "junie@jetbrains.com", agent);
    check("opencode", "noreply@opencode.ai", agent);
    check(
        "Devin AI",
        "158243242+devin-ai-integration[bot]@users.noreply.github.com",
        agent,
    );
    check(
        "Jules",
        "161369871+google-labs-jules[bot]@users.noreply.github.com",
        agent,
    );
    check(
        "Copilot",
        "223556219+Copilot@users.noreply.github.com",
        agent,
    );
    check("Oz", "oz-agent@warp.dev", agent);
    check("Crush", "crush@charm.land", agent);
    check("Kiro AI (Claude Opus 4.6)", "kiro@kiro.dev", agent);
    check(
        "semantic-release-bot",
        "semantic-release-bot@martynus.net",
        tool,
    );
    check("Snyk bot", "snyk-bot@snyk.io", tool);
    check("ImgBot", "imgbotapp@gmail.com", tool);
    check("github-actions", "github-actions@github.com", tool);
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
        "Kiro Tanaka",
        "Crush Davis",
        "Roo Panes",
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
        "codex",
        "cursor",
        "cody",
        "amp",
        "botond",
    ] {
        assert_eq!(Account::of_login(login, false), Account::Human, "{login}");
    }
}
