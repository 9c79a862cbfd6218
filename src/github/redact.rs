//! What is secret is taken out of every text in one place: the values in use, the shapes of tokens, credentials in addresses.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::{Captures, Regex};
use serde_json::Value;

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";

/// Shorter values are words: taking them out of every text would spoil it and protect nothing.
const SHORTEST: usize = 8;

/// GitHub's tokens by their prefixes, and JSON Web Tokens (an app signs with one).
const SHAPES: &str = r"(?:gh[opsur]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})";

/// Credentials in an address: what stands before the host, and parameters that hold one.
const IN_ADDRESSES: &str = r"(?i)(?P<before>[a-z][a-z0-9+.-]{0,20}://)[^\s/?#@]*[:%][^\s/?#]*@|(?P<web>https?://)[^\s/?#@]+@|(?P<name>[?&;](?:access_token|token|private_token|auth|authorization|password|passwd|secret|client_secret|api_key|apikey|sig|signature|jwt)=)[^\s&#;]+";

#[expect(
    clippy::expect_used,
    reason = "the patterns are constants, and every test compiles them"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this file")
}

static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| pattern(IN_ADDRESSES));

/// Takes secrets out of texts. Shows nothing of them.
#[derive(Clone)]
pub struct Redactor {
    secrets: Regex,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(…)")
    }
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new::<&str>(&[])
    }
}

impl Redactor {
    /// Knows some secret values in use, besides the shapes that tokens have.
    #[must_use]
    pub fn new<S: AsRef<str>>(secrets: &[S]) -> Self {
        let mut forms: Vec<String> = secrets
            .iter()
            .map(|secret| secret.as_ref().trim())
            .filter(|secret| secret.len() >= SHORTEST)
            .flat_map(forms)
            .collect();
        // The longest first: a form may be the beginning of another.
        forms.sort_by_key(|form| (std::cmp::Reverse(form.len()), form.clone()));
        forms.dedup();
        let mut patterns: Vec<String> = forms
            .iter()
            .map(|form| format!("(?i:{})", regex::escape(form)))
            .collect();
        patterns.push(SHAPES.to_owned());
        let text = patterns.join("|");
        // A secret so long that its pattern would be too big is no token: the shapes remain.
        let secrets = Regex::new(&text).unwrap_or_else(|_| pattern(SHAPES));
        Self { secrets }
    }

    /// A text without the values in use and without anything of a token's shape.
    #[must_use]
    pub fn values<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.secrets.replace_all(text, REDACTED)
    }

    /// A text for people: also without credentials in addresses.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        addresses(&self.values(text)).into_owned()
    }

    /// Every text inside an answer without the values in use and without anything of a token's shape.
    pub fn answer(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(clean) = self.values(text) {
                    *text = clean;
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.answer(value)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|value| self.answer(value));
                if fields.keys().any(|name| self.secrets.is_match(name)) {
                    *fields = std::mem::take(fields)
                        .into_iter()
                        .map(|(name, value)| (self.values(&name).into_owned(), value))
                        .collect();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The forms in which a server may echo a secret: as it is, percent-encoded, and inside base64 at each of three offsets.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), percent_encoded(secret)];
    for n_before in 0..3 {
        let mut bytes = vec![b'x'; n_before];
        bytes.extend(secret.bytes());
        let encoded = STANDARD_NO_PAD.encode(&bytes);
        // The first and the last letters also hold bits of what stands around it.
        let from = (n_before * 8).div_ceil(6);
        let to = bytes.len() * 8 / 6;
        if let Some(inner) = encoded
            .get(from..to)
            .filter(|inner| inner.len() >= SHORTEST)
        {
            forms.push(inner.to_owned());
            forms.push(inner.replace('+', "-").replace('/', "_"));
        }
    }
    forms
}

fn percent_encoded(text: &str) -> String {
    use fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn addresses(text: &str) -> Cow<'_, str> {
    ADDRESSES.replace_all(text, |found: &Captures<'_>| {
        let group = |name| found.name(name).map_or("", |group| group.as_str());
        match group("name") {
            "" => format!("{}{}{REDACTED}@", group("before"), group("web")),
            name => format!("{name}{REDACTED}"),
        }
    })
}

/// An address as it may be shown, however broken: nothing before the host, no query, nothing of a token's shape.
#[must_use]
pub fn address(text: &str) -> String {
    let (text, has_more) = match text.find(['?', '#']) {
        Some(at) => (text.get(..at).unwrap_or_default(), true),
        None => (text, false),
    };
    let text = match text.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before
                .split_once("://")
                .map_or("", |(scheme, _)| scheme)
                .to_owned();
            format!("{scheme}://{REDACTED}@{host}")
        }
        None => text.to_owned(),
    };
    let text = Redactor::default().text(&text);
    if has_more {
        format!("{text}?…")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "Zk3+9/odd=secret~value";

    #[test]
    fn a_value_in_use_is_taken_out_in_every_form_a_server_may_echo() {
        let redactor = Redactor::new(&[SECRET]);
        let basic = |name: &str| {
            base64::engine::general_purpose::STANDARD.encode(format!("{name}:{SECRET}"))
        };
        for text in [
            SECRET.to_owned(),
            SECRET.to_lowercase(),
            SECRET.to_uppercase(),
            percent_encoded(SECRET),
            base64::engine::general_purpose::STANDARD.encode(SECRET),
            base64::engine::general_purpose::URL_SAFE.encode(SECRET),
            basic("x"),
            basic("xy"),
            basic("xyz"),
        ] {
            let told = redactor.text(&format!("headers were: `{text}`, sorry"));
            assert!(told.contains(REDACTED), "{text}: {told}");
            // What is left of a base64 text is the name before it.
            assert!(told.len() < 60, "{text}: {told}");
        }
        assert_eq!(redactor.text("nothing to hide"), "nothing to hide");
        assert_eq!(format!("{redactor:?}"), "Redactor(…)");
    }

    #[test]
    fn whatever_has_the_shape_of_a_token_is_taken_out() {
        let redactor = Redactor::default();
        let jwt = format!("eyJ{}.eyJ{}.{}", "hbGciOiJS", "pc3MiOiIx", "c2lnbmF0dXJl");
        let mut tokens: Vec<String> = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"]
            .iter()
            .map(|prefix| format!("{prefix}{}", "aB3".repeat(12)))
            .collect();
        tokens.push(jwt);
        for token in tokens {
            let told = redactor.text(&format!("bad token {token}."));
            assert_eq!(told, format!("bad token {REDACTED}."));
        }
        for text in ["ghp_", "a ghs_short", "eyJ.eyJ.x", "github_pat_ tokens"] {
            assert_eq!(redactor.text(text), text);
        }
    }

    #[test]
    fn an_address_loses_its_credentials_and_keeps_its_host() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Redactor::default().text(text), expected);
        };
        check(
            "cannot reach https://user:pw@git.example/x via http://p:q@proxy:3128",
            "cannot reach https://[redacted]@git.example/x via http://[redacted]@proxy:3128",
        );
        check("https://pw@git.example", "https://[redacted]@git.example");
        check(
            "GET /x?page=2&access_token=abc&per_page=1",
            "GET /x?page=2&access_token=[redacted]&per_page=1",
        );
        check("ssh://git@github.com/a/b", "ssh://git@github.com/a/b");
        check("git@github.com:a/b", "git@github.com:a/b");
        check("https://a.example/@someone", "https://a.example/@someone");
        assert_eq!(
            address("https://u:p@ss word@host/x?token=1#y"),
            "https://[redacted]@host/x?…"
        );
        assert_eq!(address("p@host"), "://[redacted]@host");
        assert_eq!(
            address("https://git.example/api/v3"),
            "https://git.example/api/v3"
        );
    }

    #[test]
    fn every_text_of_an_answer_is_clean() {
        let mut value =
            json!({"a": [{"b": format!("x {SECRET} y")}, 1, null], "c": SECRET, SECRET: 1});
        Redactor::new(&[SECRET]).answer(&mut value);
        assert_eq!(
            value,
            json!({"a": [{"b": "x [redacted] y"}, 1, null], "c": "[redacted]", "[redacted]": 1})
        );
    }

    #[test]
    fn a_word_is_no_secret() {
        assert_eq!(Redactor::new(&["demo", ""]).text("a demo"), "a demo");
    }
}
