//! Comments that call an agent: `@copilot, please rename this`.

use std::collections::HashMap;

use super::Who;
use crate::domain::{Account, Facts};

/// Settles which comments call which agent.
pub(super) fn settle(facts: &mut Facts, who: &Who<'_>) {
    let logins = Logins::of(who);
    for row in &mut facts.comments {
        row.calls_agent = called(&row.body).find_map(|login| logins.agent(login));
    }
}

/// Whose the logins are that were seen: an agent's with what it is called; a person's is nobody's product.
struct Logins<'a> {
    who: &'a Who<'a>,
    seen: HashMap<String, Option<String>>,
}

impl<'a> Logins<'a> {
    fn of(who: &'a Who<'a>) -> Self {
        let mut seen = HashMap::new();
        for person in who.people {
            let is_agent = person.account == Account::AiReviewer;
            for login in &person.logins {
                let tool = is_agent.then(|| who.tool(person.id)).flatten();
                seen.insert(bare(&login.0), tool);
            }
        }
        Self { who, seen }
    }

    fn agent(&self, login: &str) -> Option<String> {
        let login = bare(login);
        if let Some(seen) = self.seen.get(&login) {
            return seen.clone();
        }
        let maker = self.who.agents.login(&login, false);
        maker
            .filter(|maker| maker.account == Account::AiReviewer)
            .map(|maker| maker.name.clone())
    }
}

fn bare(login: &str) -> String {
    let lower = login.to_ascii_lowercase();
    lower.strip_suffix("[bot]").unwrap_or(&lower).to_owned()
}

/// The logins that a text calls, in its order. What it quotes calls nobody, and neither does an address, a team or a code span.
fn called(body: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    let lines = body.lines().filter(move |line| {
        let line = line.trim_start();
        if line.starts_with("```") {
            is_code = !is_code;
            return false;
        }
        !is_code && !line.starts_with('>')
    });
    lines.flat_map(|line| {
        // Every second part of a line stands between backticks.
        let spoken = line.split('`').step_by(2);
        spoken.flat_map(|text| {
            let found = text.match_indices('@');
            found.filter_map(|(at, sign)| login(text, at, at + sign.len()))
        })
    })
}

/// The login after an `@`; `None` where it is none.
fn login(text: &str, at: usize, from: usize) -> Option<&str> {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let before = text.get(..at)?.as_bytes().last();
    if before.is_some_and(|byte| is_inside(*byte) || b"._+/".contains(byte)) {
        return None;
    }
    let rest = text.get(from..)?;
    let end = rest
        .bytes()
        .position(|byte| !is_inside(byte))
        .unwrap_or(rest.len());
    let (login, after) = rest.split_at_checked(end)?;
    let is_team = after.starts_with('/');
    (!login.is_empty() && !is_team).then_some(login)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_calls_whom_it_speaks_to() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(called(text).collect::<Vec<_>>(), expected, "{text}");
        };
        check("@copilot, please rename this", &["copilot"]);
        check("Thanks!\n(cc @ada @Copilot)", &["ada", "Copilot"]);
        check("> @copilot do it\nDone.", &[]);
        check("```\n@copilot\n```\n@claude", &["claude"]);
        check("Write `@copilot` to call it", &[]);
        check("mail copilot@github.com or @acme/copilot", &[]);
        check("a lone @ and @é", &[]);
    }
}
