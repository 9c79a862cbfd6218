//! What messages, descriptions and labels say of agents: the lines and words that tools write by themselves.
//!
//! Prose is no evidence, whatever it names; nor is a file that configures a tool.

use super::{Agents, Maker};
use crate::domain::person::Account;

/// What a line or a name says of the agent behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// What it is called; `None`: it does not say which.
    pub tool: Option<String>,
    /// The model that it names.
    pub model: Option<String>,
}

/// Between a trailer's key and its value.
const COLON: char = ':';

impl Agents {
    /// Whether a line of a message may be an agent's: kept from run to run, and read anew under every list.
    #[must_use]
    pub fn is_mark(&self, line: &str) -> bool {
        if let Some((key, _)) = trailer(line) {
            let is = |known: &String| known.eq_ignore_ascii_case(key);
            let of_sessions = || {
                self.makers
                    .iter()
                    .any(|maker| maker.sessions.iter().any(is))
            };
            if self.trailers.iter().any(is) || of_sessions() {
                return true;
            }
        }
        self.footer(line).is_some()
    }

    /// What a trailer says; `None` where it names a person, another tool or nobody.
    ///
    /// A co-author is a signature, and read as one.
    #[must_use]
    pub fn trailer(&self, line: &str) -> Option<Told> {
        let (key, value) = trailer(line)?;
        let is = |known: &String| known.eq_ignore_ascii_case(key);
        let mut makers = self.makers.iter();
        if let Some(maker) = makers.find(|maker| maker.sessions.iter().any(is)) {
            return Some(maker.told(None));
        }
        if !self.trailers.iter().any(is) {
            return None;
        }
        let (name, email) = match value.split_once('<') {
            Some((name, rest)) => (name.trim(), rest.split('>').next().unwrap_or_default()),
            None => (value, ""),
        };
        let signed = self.signature(name, email);
        let maker = if email.is_empty() {
            signed.or_else(|| self.product(name).map(|(maker, _)| maker))
        } else {
            signed
        };
        let maker = maker.filter(|maker| maker.account == Account::AiReviewer)?;
        Some(maker.told(self.model(name)))
    }

    /// What a line of a description or a message says that a tool writes below what it made.
    #[must_use]
    pub fn footer(&self, line: &str) -> Option<Told> {
        // Most lines have nothing that any of them begins with.
        const SIGNS: [&str; 5] = ["enerated", "https://", "<!--", "reated", "ade with"];
        if !SIGNS.iter().any(|sign| line.contains(sign)) {
            return None;
        }
        let lower = line.to_lowercase();
        let mut makers = self.makers.iter();
        let is_own = |footer: &String| lower.contains(footer.as_str());
        makers
            .find(|maker| maker.footers.iter().any(is_own))
            .map(|maker| maker.told(None))
    }

    /// What a label says.
    #[must_use]
    pub fn label(&self, label: &str) -> Option<(Told, bool)> {
        let label = label.trim().to_lowercase();
        let mut makers = self.makers.iter();
        let found = makers.find(|maker| maker.labels.contains(&label));
        let named = found.map(|maker| (maker.told(None), maker.is_declared));
        named.or_else(|| {
            self.labels
                .contains(&label)
                .then(|| (Told::default(), false))
        })
    }

    /// The agent whose product a name begins with, followed by a model's: `aider (gpt-5)`, `Claude Opus 4.5`.
    ///
    /// A product's name alone may be a person's.
    pub(super) fn product_with_model(&self, name: &str) -> Option<(&Maker, String)> {
        let (maker, rest) = self.product(name)?;
        Some((maker, self.model(&rest)?))
    }

    /// The agent whose product a name is or begins with, and the rest of the name.
    fn product(&self, name: &str) -> Option<(&Maker, String)> {
        let lower = name.trim().to_lowercase();
        let agents = self.makers.iter();
        let named = agents.flat_map(|maker| {
            let products = maker.products.iter();
            products.map(move |product| (maker, product))
        });
        let found = named.filter_map(|(maker, product)| {
            let rest = lower.strip_prefix(product.as_str())?;
            let ends = rest.is_empty() || rest.starts_with([' ', '(', '/', COLON]);
            ends.then(|| (maker, product.len(), rest.to_owned()))
        });
        found
            .max_by_key(|(_, length, _)| *length)
            .map(|(maker, _, rest)| (maker, rest))
    }

    /// The model that a name tells: a word of a known family, with the number after it.
    fn model(&self, name: &str) -> Option<String> {
        let lower = name.to_lowercase();
        let is_end = |letter: char| letter.is_whitespace() || "()/:,[]".contains(letter);
        let mut words = lower
            .split(is_end)
            .filter(|word| !word.is_empty())
            .peekable();
        while let Some(word) = words.next() {
            let has_digit = word.contains(|letter: char| letter.is_ascii_digit());
            let mut families = self.models.iter();
            let family = families.find(|family| word.starts_with(family.as_str()));
            if family.is_some_and(|family| has_digit || word == family) {
                let version = words
                    .peek()
                    .filter(|next| !has_digit && next.starts_with(|c: char| c.is_ascii_digit()));
                return Some(match version {
                    Some(version) => format!("{word} {version}"),
                    None => word.to_owned(),
                });
            }
        }
        None
    }

    /// What the list calls a tool that calls itself so.
    #[must_use]
    pub fn called(&self, tool: &str) -> String {
        let found = self.product(tool).map(|(maker, _)| maker.name.clone());
        found.unwrap_or_else(|| tool.to_owned())
    }

    /// What a signature that is an agent's says.
    #[must_use]
    pub fn told_by_signature(&self, name: &str, email: &str) -> Option<Told> {
        let maker = self.signature(name, email);
        let maker = maker.filter(|maker| maker.account == Account::AiReviewer)?;
        Some(maker.told(self.model(name)))
    }

    /// The agent that a person's signature names beside the person, as some tools sign: `Ada Lovelace (aider)`.
    #[must_use]
    pub fn beside_a_person(&self, name: &str) -> Option<Told> {
        let (person, rest) = name.trim().strip_suffix(')')?.rsplit_once('(')?;
        let tool = rest.trim().to_lowercase();
        let mut makers = self.makers.iter();
        let maker = makers
            .find(|maker| maker.account == Account::AiReviewer && maker.products.contains(&tool))?;
        (!person.trim().is_empty()).then(|| maker.told(None))
    }

    /// Whether a name or an address that counts as a person's looks like an agent's or a bot's: for somebody to look at, never a
    /// verdict.
    #[must_use]
    pub fn looks_like_a_machine(&self, name: &str, email: &str) -> bool {
        const WORDS: [&str; 12] = [
            "agent",
            "autofix",
            "automation",
            "bot",
            "chatgpt",
            "codex",
            "copilot",
            "gpt",
            "llm",
            "noreply-ai",
            "openai",
            "robot",
        ];
        let is_word = |word: &str| WORDS.contains(&word);
        let lower = name.to_lowercase();
        let mut words = lower.split(|letter: char| !letter.is_alphanumeric());
        let mut locals = email
            .split('@')
            .next()
            .unwrap_or_default()
            .split(|letter: char| !letter.is_alphanumeric());
        // `Ai` is a name; `AI` at the end of one is none.
        let is_ai = name.trim_end().ends_with(" AI");
        let is_product = || {
            let mut products = self
                .makers
                .iter()
                .filter(|maker| maker.account == Account::AiReviewer);
            let first = lower.trim();
            let suffixes = [" code", " cli", " agent", " ai"];
            products.any(|maker| {
                maker.products.iter().any(|product| {
                    first
                        .strip_prefix(product.as_str())
                        .is_some_and(|rest| suffixes.contains(&rest))
                })
            })
        };
        words.any(is_word)
            || locals.any(|word| is_word(&word.to_lowercase()))
            || is_ai
            || is_product()
    }
}

impl Maker {
    fn told(&self, model: Option<String>) -> Told {
        Told {
            tool: Some(self.name.clone()),
            model,
        }
    }
}

/// A trailer's key and value: a word without spaces, a colon, and something.
fn trailer(line: &str) -> Option<(&str, &str)> {
    /// No key is longer.
    const LONGEST: usize = 24;
    let at = line
        .bytes()
        .take(LONGEST + 1)
        .position(|byte| byte == b':')?;
    let (key, value) = (line.get(..at)?, line.get(at + 1..)?.trim());
    let is_key = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_key && !value.is_empty()).then_some((key, value))
}

/// The login or the address of whom a line of a description says had the agent do it: `started by @ada`,
/// `Requested by: Ada Lovelace (ada@acme.example)`.
#[must_use]
pub fn requester(line: &str) -> Option<&str> {
    // Folded as ASCII, so that places in both are the same.
    let lower = line.to_ascii_lowercase();
    let after = ["started by", "requested by"].iter().find_map(|words| {
        let at = lower.find(words)?;
        line.get(at + words.len()..)
    })?;
    let after = after.trim_start_matches([':', '*', '_', ' ']);
    let is_end = |letter: char| letter.is_whitespace() || "*)(,;<>[]".contains(letter);
    if let Some(login) = after.strip_prefix('@') {
        let login = login.split(is_end).next()?;
        return (!login.is_empty()).then_some(login);
    }
    after.split(is_end).find(|word| {
        word.split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    })
}
